//! What each signal is worth: the engine without it, the other weights fitted anew.

use std::fmt::Write as _;

use anyhow::Result;
use flaneur::rank::Signal;
use serde::Serialize;

use super::trial::{Trial, Trials};
use crate::evaluate::bootstrap::Interval;
use crate::evaluate::engine::{Engine, Setting};

/// What was left out, and what became of the ranking.
#[derive(Clone, Debug, Serialize)]
pub struct Ablation {
    /// With every signal.
    #[serde(rename = "NDCG@20")]
    pub gain: Interval,
    /// Groups first, then single signals, what is lost most first within both.
    pub rows: Vec<Row>,
    /// Signals that say nothing about any candidate of this log: leaving them out changes nothing.
    pub silent: Vec<&'static str>,
}

/// The engine without some signals.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The group's name, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<&'static str>,
    /// The signals that are left out.
    pub without: Vec<&'static str>,
    /// Without them.
    #[serde(rename = "NDCG@20")]
    pub gain: Interval,
    /// NDCG@20 without them less NDCG@20 with all, paired.
    pub difference: Interval,
    /// The same as a ratio.
    pub ratio: Interval,
}

/// Leaves out every group of signals, then every signal.
///
/// Cost: a fit and all main queries for each.
///
/// # Errors
/// A pack cannot be made.
pub fn ablation(trials: &Trials<'_, '_>, base: &Setting) -> Result<Ablation> {
    let engine = Engine { name: "ablation", setting: base.clone(), packs: trials.packs };
    let heard = engine.heard(trials.bench)?;
    let silent = Signal::all().filter(|signal| !heard.contains(signal)).map(Signal::name).collect();
    let heard: Vec<Signal> = heard.into_iter().filter(|signal| !base.without.contains(signal)).collect();
    let mut left_out: Vec<(Option<&'static str>, Vec<Signal>)> = groups(&heard);
    left_out.extend(heard.iter().map(|&signal| (None, vec![signal])));
    let bar = trials.bar("signals left out", left_out.len() + 1);
    let mut asked: Vec<Trial> = vec![trials.ask(base.clone(), &bar)?];
    for (_, signals) in &left_out {
        let without = base.without.iter().chain(signals).copied().collect();
        asked.push(trials.ask(Setting { without, ..base.clone() }, &bar)?);
    }
    bar.finish_and_clear();
    let compared = trials.compare(&asked, 0);
    let row =
        |((group, signals), compared): ((Option<&'static str>, Vec<Signal>), &super::super::bootstrap::Comparison)| {
            Row {
                group,
                without: signals.into_iter().map(Signal::name).collect(),
                gain: compared.mean,
                difference: compared.difference,
                ratio: compared.ratio,
            }
        };
    let mut rows: Vec<Row> = left_out.into_iter().zip(&compared[1..]).map(row).collect();
    rows.sort_by(|a, b| {
        a.group.is_none().cmp(&b.group.is_none()).then(a.difference.value.total_cmp(&b.difference.value))
    });
    Ok(Ablation { gain: compared[0].mean, rows, silent })
}

/// Groups of at least two signals that are heard.
fn groups(heard: &[Signal]) -> Vec<(Option<&'static str>, Vec<Signal>)> {
    let mut groups: Vec<(Option<&'static str>, Vec<Signal>)> = Vec::new();
    for &signal in heard {
        let name = Some(group(signal));
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(signal),
            None => groups.push((name, vec![signal])),
        }
    }
    groups.retain(|(_, members)| members.len() > 1);
    groups
}

/// What a signal is about.
fn group(signal: Signal) -> &'static str {
    use Signal as S;
    match signal {
        S::Together | S::TogetherLog | S::Last | S::Next | S::TogetherHistory => "neighbours",
        S::Session | S::TasteLast | S::Taste | S::History => "vectors",
        S::SimilarLast | S::Similar => "look-alikes",
        S::Popularity | S::Trend | S::Fresh | S::Crowd => "crowd",
        S::Seen | S::SeenLast | S::SeenCount | S::SeenRecency | S::SeenLength | S::SeenTogether | S::Viewed => "seen",
        S::Bought | S::BoughtCount | S::BoughtRecency | S::BoughtFade | S::Repeat | S::RepeatShare => "bought",
        S::AffinityBrand | S::AffinityCategory | S::AffinityAttribute | S::Price | S::Context => "affinities",
        S::Fatigue | S::Like | S::Declared | S::Rule => "said and shown",
    }
}

impl Row {
    /// What is left out, in words.
    #[must_use]
    pub fn name(&self) -> String {
        match self.group {
            Some(group) => format!("{group} ({})", self.without.join(", ")),
            None => self.without.join(", "),
        }
    }
}

impl Ablation {
    /// The rows as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text =
            format!("\nsignals left out, the others fitted anew; with all of them NDCG@20 is {:.4}\n", self.gain.value);
        let _ = writeln!(text, "{:>10}  {:28}without", "NDCG@20", "difference");
        for row in &self.rows {
            let Interval { value, low, high } = row.difference;
            let difference = format!("{value:+.4} [{low:+.4}, {high:+.4}]");
            let _ = writeln!(text, "{:>10.4}  {difference:28}{}", row.gain.value, row.name());
        }
        if !self.silent.is_empty() {
            let _ = writeln!(text, "silent in this log: {}", self.silent.join(", "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::groups;
    use flaneur::rank::Signal;

    #[test]
    fn a_group_has_two_signals_that_are_heard_and_every_signal_at_most_one_group() {
        let all: Vec<Signal> = Signal::all().collect();
        let found = groups(&all);
        let members: usize = found.iter().map(|(_, members)| members.len()).sum();
        assert_eq!(members, all.len());
        assert!(groups(&[Signal::Together, Signal::Popularity]).is_empty());
    }
}
