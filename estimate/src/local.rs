//! Answers with noise, decoded: unbiased counts, their spread, and a form that can be shown.
//!
//! Source: Ye and Barg 2018 for the channel and its estimator; Wang, Lopuhaä-Zwakenberg, Li, Skoric and Li 2020,
//! "Locally differentially private frequency estimation with consistency", for the projection onto the simplex.

use anyhow::{Context, Result, bail};
use flaneur_upstream::subset::has;
use flaneur_upstream::threshold::Channel;
use serde::Deserialize;

/// The probabilities of a channel: an answer names the true bucket with `p`, and any other one with `q`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    /// Of the true bucket.
    pub p: f64,
    /// Of another.
    pub q: f64,
}

impl Odds {
    /// Of a channel.
    #[must_use]
    pub fn of(channel: Channel) -> Self {
        let p = channel.include() as f64 / libm::exp2(64.0);
        Self { p, q: (f64::from(channel.subset()) - p) / (f64::from(channel.buckets()) - 1.0) }
    }

    /// The variance of an estimated count among `answers`, of which `share` are truly of the bucket.
    #[must_use]
    pub fn variance(self, answers: f64, share: f64) -> f64 {
        let Self { p, q } = self;
        answers * (share * p * (1.0 - p) + (1.0 - share) * q * (1.0 - q)) / ((p - q) * (p - q))
    }
}

/// How often each bucket was named.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// How many answers.
    pub answers: u64,
    /// Per bucket.
    pub named: Vec<u64>,
}

/// One line of NDJSON, as devices send it.
#[derive(Deserialize)]
struct Line {
    task: String,
    answer: String,
}

/// What reading answers left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Lines of other tasks.
    pub other_tasks: u64,
    /// Lines that are no answer of this task.
    pub malformed: u64,
}

impl Tally {
    /// Nothing yet.
    #[must_use]
    pub fn new(buckets: u32) -> Self {
        Self { answers: 0, named: vec![0; buckets as usize] }
    }

    /// Adds an answer. Returns whether it was one: the right length, and as many buckets as the channel names.
    pub fn add(&mut self, channel: Channel, bits: &[u8]) -> bool {
        let ones: u32 = bits.iter().map(|byte| byte.count_ones()).sum();
        let buckets = channel.buckets();
        let named: Vec<u32> = (0..buckets).filter(|&bucket| has(bits, bucket)).collect();
        let right_length = bits.len() == buckets.div_ceil(8) as usize;
        if !right_length || ones != channel.subset() || named.len() != ones as usize {
            return false;
        }
        self.answers += 1;
        for bucket in named {
            if let Some(count) = self.named.get_mut(bucket as usize) {
                *count += 1;
            }
        }
        true
    }

    /// Adds the answers to one task among lines of NDJSON.
    ///
    /// # Errors
    /// A line that cannot be read from its source.
    pub fn add_lines(
        &mut self,
        channel: Channel,
        task: &str,
        lines: impl Iterator<Item = std::io::Result<String>>,
    ) -> Result<Skipped> {
        let mut skipped = Skipped::default();
        for (at, line) in lines.enumerate() {
            let line = line.with_context(|| format!("line {} cannot be read", at + 1))?;
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Line>(&line) {
                Ok(line) => self.add_row(channel, task, &line.task, &line.answer, &mut skipped),
                Err(_) => skipped.malformed += 1,
            }
        }
        Ok(skipped)
    }

    /// Adds one row of a table `answers(task, answer)` if it is an answer to `task`, and counts it as left out otherwise.
    pub fn add_row(&mut self, channel: Channel, task: &str, of: &str, answer: &str, skipped: &mut Skipped) {
        if of != task {
            skipped.other_tasks += 1;
        } else if !unhex(answer).is_some_and(|bits| self.add(channel, &bits)) {
            skipped.malformed += 1;
        }
    }

    /// The unbiased count of each bucket. May be negative.
    ///
    /// # Errors
    /// No answers.
    pub fn estimates(&self, odds: Odds) -> Result<Vec<f64>> {
        if self.answers == 0 {
            bail!("there is no answer to this task; expected lines such as {{\"task\": \"…\", \"answer\": \"…\"}}");
        }
        let expected = self.answers as f64 * odds.q;
        Ok(self.named.iter().map(|&named| (named as f64 - expected) / (odds.p - odds.q)).collect())
    }
}

/// The nearest counts that are not negative and add up to `total`, for display: estimates themselves stay unbiased.
///
/// Every estimate is lowered by one number and what falls below 0 becomes 0.
#[must_use]
pub fn projected(estimates: &[f64], total: f64) -> Vec<f64> {
    let mut sorted = estimates.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (at, estimate) in sorted.iter().enumerate() {
        sum += estimate;
        let candidate = (sum - total) / (at as f64 + 1.0);
        if estimate - candidate > 0.0 {
            shift = candidate;
        }
    }
    estimates.iter().map(|estimate| (estimate - shift).max(0.0)).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// The same estimate as SQL for a warehouse, over a table `answers(task, answer)`.
///
/// Written for DuckDB and PostgreSQL 16; other engines spell `get_byte` and `decode` their own way.
#[must_use]
pub fn sql(channel: Channel, task: &str) -> String {
    let Odds { p, q } = Odds::of(channel);
    let task = task.replace('\'', "''");
    format!(
        "-- Counts per bucket from answers with noise, and the standard error of each.\n\
         -- answers(task text, answer text): one row per answer, as devices send it.\n\
         with answered as (\n  select answer, count(*) over () as n from answers where task = '{task}'\n    \
         and length(answer) = {digits}\n),\nbuckets as (select * from generate_series(0, {last}) as b(bucket)),\n\
         named as (\n  select bucket, n, count(*) filter (\n    \
         -- bit bucket % 8 of byte bucket / 8; a hexadecimal digit holds four of them\n    \
         where (strpos('0123456789abcdef', substr(answer, 2 * (bucket / 8) + 2 - bucket % 8 / 4, 1)) - 1)\n      \
         >> (bucket % 4) & 1 = 1\n  ) as named\n  from answered cross join buckets group by bucket, n\n)\n\
         select bucket, n as answers,\n  (named - n * {q:.17}) / {difference:.17} as estimate,\n  \
         sqrt(n * (greatest(0, least(1, (named - n * {q:.17}) / {difference:.17} / n)) * {true_spread:.17}\n    \
         + (1 - greatest(0, least(1, (named - n * {q:.17}) / {difference:.17} / n))) * {other_spread:.17})) / \
         {difference:.17} as standard_error\nfrom named order by bucket;\n",
        digits = 2 * channel.buckets().div_ceil(8),
        last = channel.buckets() - 1,
        difference = p - q,
        true_spread = p * (1.0 - p),
        other_spread = q * (1.0 - q),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projection_is_not_negative_adds_up_and_keeps_the_order() {
        let shown = projected(&[60.0, 50.0, -20.0, 3.0], 100.0);
        assert_eq!(shown, [55.0, 45.0, 0.0, 0.0]);
        assert_eq!(projected(&[1.0, 3.0], 4.0), [1.0, 3.0]);
    }

    #[test]
    fn answers_that_are_none_are_counted_and_left_out() {
        let channel = Channel::new(10, 4_000_000).unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(channel.subset(), 1);
        let lines = [
            r#"{"task":"a","answer":"0100"}"#,
            r#"{"task":"a","answer":"0002"}"#,
            r#"{"task":"b","answer":"0100"}"#,
            r#"{"task":"a","answer":"0300"}"#, // two buckets
            r#"{"task":"a","answer":"0004"}"#, // bucket 10 of 10
            r#"{"task":"a","answer":"01"}"#,
            r#"{"task":"a","answer":"zz00"}"#,
            "not JSON",
            "",
        ];
        let mut tally = Tally::new(10);
        let read = tally.add_lines(channel, "a", lines.iter().map(|line| Ok((*line).to_owned())));
        assert_eq!(read.ok(), Some(Skipped { other_tasks: 1, malformed: 5 }));
        assert_eq!(tally.answers, 2);
        assert_eq!(tally.named, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
}
