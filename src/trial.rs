//! Trials: what the experiments of this device have shown so far, from the log alone.
//!
//! A seen slate of an experiment says which arm made it, or which arm picked
//! each entry. Choices are traced to slates as everywhere ([`Showings`]). A pure
//! function of the log: forgetting an event takes it out of the results too.
//! Nothing leaves the device.
//!
//! One device has one arm, so that arms side by side come from logs that were
//! merged or from an experiment whose arms are drawn anew; what one shopper alone
//! can tell is the interleaved comparison.
//!
//! Cost: O(seen entries + choices · slates).
//! Source: Wilson 1927 (interval of a rate), Newcombe 1998 (method 10, of a
//! difference); Radlinski, Kurup & Joachims 2008 (credit of a team draft).

use crate::log::{Event, EventKind, Showings, Trial, name_of};
use crate::replay::Rate;

/// Standard errors of a 95 % interval.
const WIDTH: f64 = 1.96;

/// What one arm has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArmResult {
    /// Its name.
    pub name: String,
    /// Slates that were seen.
    pub slates: usize,
    /// Slates that something was chosen from; of an interleaved one, of what this arm picked.
    pub taken: usize,
    /// Seen entries, and of an interleaved slate those that this arm picked.
    pub seen: usize,
    /// Entries that were chosen.
    pub choices: usize,
    /// `taken` over `slates`, with its interval.
    pub rate: Rate,
}

/// What one experiment has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialResult {
    /// Its name.
    pub experiment: String,
    /// Whether its arms made slates together.
    pub interleaved: bool,
    /// In the order in which they were first met.
    pub arms: Vec<ArmResult>,
    /// The first arm less the second: of the rates; interleaved, of the shares of the slates that either
    /// won. `None` while one of them is without slates, or neither won any.
    pub difference: Option<Rate>,
}

/// One seen slate.
struct Seen<'a> {
    slate: u64,
    trial: &'a Trial,
    /// Item, arm, whether it was chosen.
    entries: Vec<(u64, Option<usize>, bool)>,
}

/// The results of every experiment in a log in canonical order, the first met first.
#[must_use]
pub fn trials(events: &[Event]) -> Vec<TrialResult> {
    let seen = seen(events);
    let mut results: Vec<(TrialResult, [usize; 2])> = Vec::new();
    for slate in &seen {
        let (name, interleaved) = (&slate.trial.experiment, slate.trial.arms.len() > 1);
        let known = |(result, _): &(TrialResult, _)| result.experiment == *name && result.interleaved == interleaved;
        let at = results.iter().position(known).unwrap_or_else(|| {
            results.push((TrialResult { experiment: name.clone(), interleaved, ..TrialResult::default() }, [0; 2]));
            results.len() - 1
        });
        count(&mut results[at], slate);
    }
    results.into_iter().map(conclude).collect()
}

fn seen(events: &[Event]) -> Vec<Seen<'_>> {
    let mut seen: Vec<Seen<'_>> = Vec::new();
    let mut showings = Showings::default();
    for event in events {
        showings.step(event);
        if let (EventKind::Impression, Some(trial), Some(slate)) = (event.kind, &event.trial, &event.slate) {
            let slate = name_of(slate);
            let at = seen.iter().rposition(|known| known.slate == slate && known.trial == trial);
            let at = at.unwrap_or_else(|| {
                seen.push(Seen { slate, trial, entries: Vec::new() });
                seen.len() - 1
            });
            for shown in &event.shown {
                let arm = if trial.arms.len() > 1 { shown.team.map(usize::from) } else { Some(0) };
                let item = name_of(&shown.item);
                if !seen[at].entries.iter().any(|&(known, _, _)| known == item) {
                    seen[at].entries.push((item, arm, false));
                }
            }
        }
        for line in event.lines.iter().filter(|_| event.strength() > 0.0) {
            let Some(slate) = showings.chosen_from(event, &line.item) else { continue };
            let item = name_of(&line.item);
            let entries = seen.iter_mut().rev().find(|known| known.slate == slate).map(|known| &mut known.entries);
            entries.into_iter().flatten().filter(|entry| entry.0 == item).for_each(|entry| entry.2 = true);
        }
    }
    seen
}

fn count((result, won): &mut (TrialResult, [usize; 2]), slate: &Seen<'_>) {
    let mut credits = [0; 2];
    for (arm, name) in slate.trial.arms.iter().enumerate() {
        let at = result.arms.iter().position(|known| known.name == *name).unwrap_or_else(|| {
            result.arms.push(ArmResult { name: name.clone(), ..ArmResult::default() });
            result.arms.len() - 1
        });
        let own = || slate.entries.iter().filter(|entry| entry.1 == Some(arm));
        let choices = own().filter(|entry| entry.2).count();
        let result = &mut result.arms[at];
        result.slates += 1;
        result.seen += own().count();
        result.choices += choices;
        result.taken += usize::from(choices > 0);
        if let Some(credit) = credits.get_mut(at) {
            *credit = choices;
        }
    }
    won[0] += usize::from(credits[0] > credits[1]);
    won[1] += usize::from(credits[1] > credits[0]);
}

fn conclude((mut result, won): (TrialResult, [usize; 2])) -> TrialResult {
    for arm in &mut result.arms {
        arm.rate = wilson(arm.taken, arm.slates);
    }
    result.difference = if result.interleaved {
        let decided = won[0] + won[1];
        let share = wilson(won[0], decided);
        let twice = |share: f64| 2.0 * share - 1.0;
        let difference = Rate { value: twice(share.value), low: twice(share.low), high: twice(share.high) };
        (decided > 0).then_some(difference)
    } else {
        match result.arms.as_slice() {
            [one, two, ..] => Some(newcombe(one.rate, two.rate)),
            _ => None,
        }
    };
    result
}

/// A rate of `k` in `n`; everything is possible while `n` is 0.
fn wilson(k: usize, n: usize) -> Rate {
    if n == 0 {
        return Rate { value: 0.0, low: 0.0, high: 1.0 };
    }
    let (n, p, square) = (n as f64, k as f64 / n as f64, WIDTH * WIDTH);
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = WIDTH / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    Rate { value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
}

fn newcombe(one: Rate, two: Rate) -> Rate {
    let apart = |a: f64, b: f64| (a * a + b * b).sqrt();
    let value = one.value - two.value;
    let low = value - apart(one.value - one.low, two.high - two.value);
    let high = value + apart(one.high - one.value, two.value - two.low);
    Rate { value, low, high }
}
