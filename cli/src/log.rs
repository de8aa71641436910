//! The shop's interaction log in memory: compact rows with interned names.
//!
//! Guarantees: numbers are given in order of first appearance, so the same
//! files give the same numbers. Used by `read::events`, which fills it, and by
//! `learn::sessions`, which walks it. 24 bytes per row.

use std::collections::HashMap;

use flaneur::time::SESSION_GAP_MS;

/// A row without a known shopper.
pub const GUEST: u32 = u32::MAX;
/// A row whose session is still to be found from pauses.
const BY_PAUSE: u32 = u32::MAX;

/// What a row says about the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// Looked at.
    View,
    /// Put into the basket, onto a list, or liked.
    Want,
    /// Bought.
    Buy,
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The shopper's number, or [`GUEST`].
    pub user: u32,
    /// The session's number; sessions of two shoppers never share one.
    pub session: u32,
    /// The item's index in the catalog.
    pub item: u32,
    /// What happened.
    pub touch: Touch,
    /// When, epoch milliseconds.
    pub at: i64,
}

/// A whole log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    events: Vec<Event>,
    users: HashMap<Box<str>, u32>,
    sessions: HashMap<Box<str>, u32>,
    session_count: u32,
    key: String,
}

impl Log {
    /// Adds a row; an empty `user` is a guest, an empty `session` is found later from pauses.
    pub fn add(&mut self, user: &str, session: &str, item: u32, touch: Touch, at: i64) {
        let user = if is_guest(user) { GUEST } else { number(&mut self.users, user) };
        let session = if session.is_empty() { BY_PAUSE } else { self.session(user, session) };
        self.events.push(Event { user, session, item, touch, at });
    }

    /// The name of a shopper; none for a guest.
    ///
    /// Cost: O(shoppers); for messages.
    #[must_use]
    pub fn shopper(&self, user: u32) -> Option<&str> {
        self.users.iter().find(|(_, number)| **number == user).map(|(name, _)| &**name)
    }

    fn session(&mut self, user: u32, session: &str) -> u32 {
        self.key.clear();
        self.key.push_str(&user.to_string());
        self.key.push(' ');
        self.key.push_str(session);
        let found = number(&mut self.sessions, &self.key);
        self.session_count = self.session_count.max(found + 1);
        found
    }

    /// Ends the reading: drops repeated rows, cuts sessions at pauses of 30 minutes
    /// where none were given, and sorts by shopper, session and time.
    ///
    /// Guests come last, each of their sessions on its own. Rows of one session
    /// and moment keep the order of the file. Returns how many rows were repeats.
    pub fn settle(&mut self) -> u64 {
        self.cut_at_pauses();
        let mut start = vec![i64::MAX; self.session_count as usize];
        for event in &self.events {
            let first = &mut start[event.session as usize];
            *first = event.at.min(*first);
        }
        self.events.sort_by_key(|x| (x.user, start[x.session as usize], x.session, x.at));
        self.drop_repeats()
    }

    fn cut_at_pauses(&mut self) {
        let mut open: Vec<usize> = (0..self.events.len()).filter(|&at| self.events[at].session == BY_PAUSE).collect();
        open.sort_by_key(|&at| (self.events[at].user, self.events[at].at));
        let mut last: Option<(u32, i64)> = None;
        for at in open {
            let event = &mut self.events[at];
            let same = last.is_some_and(|(user, before)| user == event.user && event.at - before <= SESSION_GAP_MS);
            self.session_count += u32::from(!same);
            event.session = self.session_count - 1;
            last = Some((event.user, event.at));
        }
    }

    /// A row that says the same as another of its session and moment is a double report.
    fn drop_repeats(&mut self) -> u64 {
        let before = self.events.len();
        let mut kept = 0;
        for at in 0..before {
            let event = self.events[at];
            let moment = self.events[..kept].iter().rev();
            let same = moment.take_while(|x| x.session == event.session && x.at == event.at);
            // A basket is one moment: look back over one basket of the longest kind that is learned from.
            if !same.take(100).any(|x| x.item == event.item && x.touch == event.touch) {
                self.events[kept] = event;
                kept += 1;
            }
        }
        self.events.truncate(kept);
        (before - kept) as u64
    }

    /// What the log said at a moment: the rows before it, of the sessions that had begun.
    ///
    /// Numbers of shoppers, sessions and items stay what they are.
    #[must_use]
    pub fn before(&self, moment: i64) -> Self {
        let events = self.events.iter().copied().filter(|event| event.at < moment).collect();
        Self { events, users: self.users.clone(), session_count: self.session_count, ..Self::default() }
    }

    /// The rows, by shopper, session and time.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many shoppers are known.
    #[must_use]
    pub fn shoppers(&self) -> usize {
        self.users.len()
    }

    /// How many sessions there are.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.session_count as usize
    }
}

/// The number of a name, the next one when it is new.
fn number(names: &mut HashMap<Box<str>, u32>, name: &str) -> u32 {
    let next = names.len() as u32;
    match names.get(name) {
        Some(&known) => known,
        None => *names.entry(name.into()).or_insert(next),
    }
}

/// Whether a log writes "nobody in particular" this way.
pub(crate) fn is_guest(user: &str) -> bool {
    matches!(user, "" | "0" | "-1")
        || ["null", "none", "nan", "na", "\\n", "guest", "anonymous", "undefined", "unknown", "(not set)"]
            .iter()
            .any(|word| user.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::{GUEST, Log, Touch, is_guest};

    #[test]
    fn what_programs_write_for_nobody_is_nobody() {
        // SQL, Python, pandas, R and MySQL.
        for nobody in ["", "0", "-1", "NULL", "None", "nan", "NA", "\\N", "Guest", "(not set)"] {
            assert!(is_guest(nobody), "{nobody}");
        }
        for somebody in ["1", "n", "N", "NAN1", "Nadia"] {
            assert!(!is_guest(somebody), "{somebody}");
        }
    }

    #[test]
    fn sessions_are_cut_at_pauses_when_none_are_given() {
        let mut log = Log::default();
        let minute = 60_000;
        for (user, at) in [("a", 0), ("b", 1), ("a", 30), ("a", 61), ("b", 2)] {
            log.add(user, "", 0, Touch::View, at * minute);
        }
        log.settle();
        let found: Vec<(u32, i64)> = log.events().iter().map(|x| (x.session, x.at / minute)).collect();
        assert_eq!(found, [(0, 0), (0, 30), (1, 61), (2, 1), (2, 2)]);
    }

    #[test]
    fn what_came_later_is_not_known_before() {
        let mut log = Log::default();
        for (user, at) in [("a", 1), ("b", 2), ("a", 3)] {
            log.add(user, "s", 0, Touch::View, at);
        }
        log.settle();
        let known: Vec<(u32, i64)> = log.before(3).events().iter().map(|x| (x.user, x.at)).collect();
        assert_eq!(known, [(0, 1), (1, 2)]);
        assert_eq!(log.before(3).shoppers(), 2);
    }

    #[test]
    fn one_session_name_of_two_shoppers_is_two_sessions_and_repeats_vanish() {
        let mut log = Log::default();
        for user in ["a", "b", "0", "guest"] {
            log.add(user, "1", 7, Touch::Buy, 5);
        }
        assert_eq!(log.settle(), 1, "the two guests' rows say the same");
        assert_eq!((log.sessions(), log.shoppers()), (3, 2));
        assert_eq!(log.events()[2].user, GUEST);
    }
}
