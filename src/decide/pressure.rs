//! What was seen and dismissed lately, read from the log: shared by tabs as the log is.
//!
//! A window ends at the present. An event dated after it, as a clock that was
//! set back leaves behind, counts as if it had just happened, so that turning
//! the clock back opens no cap; one dated more than a week ahead is left out,
//! or a clock that once ran far ahead would silence the shop until its date.
//!
//! Cost: O(events of the last week).

use crate::log::{Event, EventKind};
use crate::time::{DAY_MS, Millis};

/// One hour, in milliseconds.
pub const HOUR: i64 = 3_600_000;
/// 24 hours.
pub const DAY: i64 = DAY_MS;
/// Seven days.
pub const WEEK: i64 = 7 * DAY_MS;
/// Units of pressure of a touch on another channel.
const TOUCH: f64 = 1.0;

/// One opportunity that came into view.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Its identifier.
    pub id: String,
    /// When.
    pub at: Millis,
    /// Units of pressure.
    pub pressure: f64,
}

/// The views of a week and the dismissals of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    views: Vec<View>,
    dismissed: Vec<(String, Millis)>,
    /// Dismissals within seven days.
    pub dismissals: u32,
}

fn is_within(at: Millis, window: i64, now: Millis) -> bool {
    at.0 > now.0.saturating_sub(window) && at.0 <= now.0.saturating_add(WEEK)
}

impl Record {
    /// Reads a log, and what this page showed while nothing was logged.
    #[must_use]
    pub fn of(events: &[Event], unlogged: &[View], now: Millis) -> Self {
        let mut record = Self { views: unlogged.to_vec(), ..Self::default() };
        for event in events {
            let is_liking =
                event.kind == EventKind::Like || event.kind == EventKind::Declare && event.value > Some(0.0);
            if is_liking && event.at.0 <= now.0.saturating_add(DAY) {
                // The latest statement wins, as in `profile::stated`. What the profile does not read yet waits here
                // too: it would take back every refusal until its date.
                record.dismissed.retain(|(id, _)| event.lines.iter().all(|line| line.item != *id));
            }
            let is_new = is_within(event.at, WEEK, now);
            match event.kind {
                EventKind::Dismiss => {
                    record.dismissals += u32::from(is_new);
                    record.dismissed.extend(event.lines.iter().map(|line| (line.item.clone(), event.at)));
                }
                EventKind::Impression if is_new => {
                    // The pressure is the decision's, once, however many entries it shows.
                    // A view that was brought along may say less than nothing: it gives no room to others.
                    let mut pressure = event.value.unwrap_or(0.0).max(0.0);
                    for shown in &event.shown {
                        record.views.push(View { id: shown.item.clone(), at: event.at, pressure });
                        pressure = 0.0;
                    }
                }
                EventKind::Touch if is_new => {
                    let id = event.lines.first().map(|line| line.item.clone()).unwrap_or_default();
                    record.views.push(View { id, at: event.at, pressure: TOUCH });
                }
                _ => {}
            }
        }
        record
    }

    /// How often an opportunity was seen within a window.
    #[must_use]
    pub fn views(&self, id: &str, window: i64, now: Millis) -> usize {
        self.views.iter().filter(|view| view.id == id && is_within(view.at, window, now)).count()
    }

    /// Units of pressure within 24 hours, on all slots and channels.
    #[must_use]
    pub fn pressure(&self, now: Millis) -> f64 {
        self.views.iter().filter(|view| is_within(view.at, DAY, now)).map(|view| view.pressure).sum()
    }

    /// Whether an opportunity was dismissed less than so many days ago.
    #[must_use]
    pub fn is_cooling(&self, id: &str, days: f64, now: Millis) -> bool {
        let counts = |at: Millis| is_within(at, i64::MAX, now) && at.days_until(now) < days;
        self.dismissed.iter().any(|(item, at)| item == id && counts(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, Record, WEEK};
    use crate::log::{Event, EventKind};
    use crate::time::Millis;

    #[test]
    fn a_dismissal_of_a_clock_that_ran_far_ahead_cools_nothing() {
        let now = Millis(1_795_390_200_000);
        let cools = |ahead: i64| {
            let event = Event::new("e", EventKind::Dismiss, Millis(now.0 + ahead)).with_item("offer");
            Record::of(&[event], &[], now).is_cooling("offer", 14.0, now)
        };
        assert_eq!([-15 * WEEK, -HOUR, HOUR, WEEK, WEEK + HOUR].map(cools), [false, true, true, true, false]);
    }

    #[test]
    fn a_like_of_a_clock_that_ran_far_ahead_takes_back_no_refusal() {
        let now = Millis(1_795_390_200_000);
        let cools = |ahead: i64| {
            let said = |id: &str, kind, ahead| Event::new(id, kind, Millis(now.0 + ahead)).with_item("offer");
            let events = [said("e0", EventKind::Dismiss, -HOUR), said("e1", EventKind::Like, ahead)];
            Record::of(&events, &[], now).is_cooling("offer", 14.0, now)
        };
        assert_eq!([0, DAY, DAY + 1, 52 * WEEK].map(cools), [false, false, true, true]);
    }
}
