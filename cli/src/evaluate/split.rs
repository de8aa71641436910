//! Where the replay cuts time: `V < T < end`.
//!
//! What is chosen is learned before `V` and judged on `[V, T)`; what is tested
//! is learned anew from everything before `T` and judged on `[T, end)`. A
//! session belongs to the period of its start.

use anyhow::{Result, bail};
use flaneur::time::DAY_MS;

use super::dataset::Dataset;

/// The share of the sessions that is tested when no time is given: one of so many.
const TESTED: usize = 10;

/// What the user said of the cuts; days and epoch milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// `T`.
    pub split: Option<i64>,
    /// `end − T` in days.
    pub test_days: Option<f64>,
    /// `T − V` in days.
    pub tune_days: Option<f64>,
}

/// The cuts, epoch milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// `V`: tuning begins.
    pub tune_from: i64,
    /// `T`: the test begins.
    pub test_from: i64,
    /// A moment after the last event.
    pub end: i64,
}

/// Where the newest tenth of the sessions begins, if any session starts before it.
#[must_use]
pub fn newest(data: &Dataset) -> Option<i64> {
    let starts: Vec<i64> = data.sessions.iter().map(|session| session.start).collect();
    let from = starts.get(starts.len() - starts.len().div_ceil(TESTED))?;
    (starts.first()? < from).then_some(*from)
}

/// Chooses the cuts.
///
/// `T` is the wanted moment, or so many days before the end, or such that about
/// the last tenth of the sessions is tested. `V` is the wanted number of days
/// before `T`, or as long before `T` as the test is long where at least half of
/// the earlier sessions stay before it and one is in it, or such that a tenth of the earlier sessions tunes.
///
/// # Errors
/// A period without any session.
pub fn split(data: &Dataset, wanted: &Wanted) -> Result<Split> {
    let starts: Vec<i64> = data.sessions.iter().map(|session| session.start).collect();
    let Some((&first, &last)) = starts.first().zip(starts.last()) else { bail!("the log holds no session") };
    let days = |days: f64| (days * DAY_MS as f64) as i64;
    let before = |moment: i64| starts.partition_point(|&start| start < moment);
    let tail = |count: usize| starts[(count - count.div_ceil(TESTED)).min(count - 1)];
    let end = data.end;
    let test_from = wanted.split.or(wanted.test_days.map(|x| end - days(x))).unwrap_or_else(|| tail(starts.len()));
    let earlier = before(test_from);
    if earlier == 0 || earlier == starts.len() {
        let side = if earlier == 0 { "before" } else { "after" };
        let (first, last) = (super::text_of(first), super::text_of(last));
        let at = super::text_of(test_from);
        bail!(
            "no session starts {side} {at}; the sessions start between {first} and {last}: choose --split-time there"
        );
    }
    let as_long = test_from - (end - test_from);
    let fits = before(as_long) * 2 >= earlier && before(as_long) < earlier;
    let stretch = || if fits { as_long } else { tail(earlier) };
    let tune_from = wanted.tune_days.map_or_else(stretch, |x| test_from - days(x));
    let learned = before(tune_from);
    if learned == 0 || learned == earlier {
        let (from, until) = (super::text_of(tune_from), super::text_of(test_from));
        let side = if learned == 0 { "before the tuning period" } else { "in the tuning period" };
        bail!("no session starts {side}, {from} to {until}; choose another --tune-days");
    }
    Ok(Split { tune_from, test_from, end })
}
