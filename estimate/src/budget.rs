//! What the questions of a bundle leave of a device's budget: an answer that it does not hold says "nothing".
//!
//! A device charges the questions of a week in the order of their ids, up to 2 in a week and 8 in 30 days. These days
//! hold five ends of weeks, so that a question of more than 1.6 a week is not paid for in each.
//! `pkg/src/measure/ledger.ts` is what devices run; `tests/vectors/tasks/budget.json` holds both to the same answers.

use jiff::Timestamp;
use serde_json::Value;

use crate::rules::MAX_EPSILON;

/// What a device may spend within 30 days, in millionths.
const MONTH: u64 = 4 * MAX_EPSILON;
/// How many weeks end within 30 days.
const ENDS: usize = 5;
/// An answer with noise is given once in so many weeks.
const REST: usize = 4;
/// Five years: longer than any question is asked.
const WEEKS: usize = 260;
const WEEK_SECONDS: i64 = 7 * 86_400;

/// The answers of a device that is always there to one question of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// All of them.
    pub all: u32,
    /// Those that say "nothing" because the budget is spent.
    pub unpaid: u32,
}

/// The answers to each task of a bundle, from the first one's start to the last one's end.
#[must_use]
pub fn answers(tasks: &[Value]) -> Vec<Answers> {
    let date = |task: &Value, field: &str| task[field].as_str()?.parse().ok().map(Timestamp::as_second);
    let begun = tasks.iter().filter_map(|task| date(task, "start")).min().unwrap_or(0);
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_key(|&at| tasks.get(at).and_then(|task| task["id"].as_str()));
    let mut found = vec![Answers::default(); tasks.len()];
    let mut last: Vec<Option<usize>> = vec![None; tasks.len()];
    let mut spent = vec![0_u64; WEEKS];
    for week in 0..WEEKS {
        let now = begun + WEEK_SECONDS * (week as i64 + 1);
        for &at in &order {
            let (Some(task), Some(found), Some(last)) = (tasks.get(at), found.get_mut(at), last.get_mut(at)) else {
                continue;
            };
            let asked =
                date(task, "start").is_none_or(|start| start < now) && date(task, "end").is_none_or(|end| now < end);
            let rests = task["mode"] == "ldp" && last.is_some_and(|last| week < last + REST);
            if !asked || rests {
                continue;
            }
            *last = Some(week);
            found.all += 1;
            let cost = task["epsilon"].as_u64().unwrap_or(0);
            let month: u64 = spent.iter().take(week + 1).rev().take(ENDS).sum();
            match spent.get_mut(week) {
                Some(own) if *own + cost <= MAX_EPSILON && month + cost <= MONTH => *own += cost,
                _ => found.unpaid += 1,
            }
        }
    }
    found
}
