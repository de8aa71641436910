//! Answers with noise, decoded: unbiased counts, their spread, and a form that can be shown.
//!
//! Source: Ye and Barg 2018 for the channel and its estimator; Wang, Lopuhaä-Zwakenberg, Li, Skoric and Li 2020,
//! "Locally differentially private frequency estimation with consistency", for the projection onto the simplex.

use anyhow::{Context, Result, bail};
use flaneur_upstream::subset::has;
use flaneur_upstream::threshold::Channel;
use serde::Deserialize;

use crate::files::unmarked;

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
        lines: impl Iterator<Item = std::io::Result<Vec<u8>>>,
    ) -> Result<Skipped> {
        let mut skipped = Skipped::default();
        for (at, line) in lines.enumerate() {
            let line = line.with_context(|| format!("line {} cannot be read", at + 1))?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let text = if at == 0 { unmarked(&line) } else { &line };
            match serde_json::from_slice::<Line>(text) {
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
    // A sign would be part of a number, and is none of an answer.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// The same estimate as SQL for a warehouse, over a table `answers(task, answer)`: it counts what [`Tally::add_row`] counts.
///
/// Written for DuckDB and PostgreSQL; other engines spell `strpos`, `translate` and `generate_series` their own way.
#[must_use]
pub fn sql(channel: Channel, task: &str) -> String {
    let Odds { p, q } = Odds::of(channel);
    let task = task.replace('\'', "''");
    let bytes = channel.buckets().div_ceil(8);
    format!(
        "-- Counts per bucket from answers with noise, and the standard error of each.\n\
         -- answers(task text, answer text): one row per answer, as devices send it.\n\
         with received as (\n  select row_number() over () as id, lower(answer) as answer from answers \
         where task = '{task}'\n    and length(answer) = {digits} \
         and translate(lower(answer), '0123456789abcdef', '') = ''\n),\nbits as (\n  \
         -- bit bucket & 7 of byte bucket >> 3; a hexadecimal digit holds four of them\n  \
         select id, bucket, ((strpos('0123456789abcdef',\n    \
         substr(answer, 2 * (bucket >> 3) + 2 - ((bucket >> 2) & 1), 1)) - 1) >> (bucket & 3)) & 1 as bit\n  \
         from received cross join generate_series(0, {last_bit}) as b(bucket)\n),\nanswered as (\n  \
         -- an answer names so many buckets, and none beyond the last\n  \
         select id from bits where bit = 1 group by id having count(*) = {subset} and max(bucket) <= {last}\n),\n\
         named as (\n  select bucket, count(*) as n, count(*) filter (where bit = 1) as named\n  \
         from bits join answered using (id) where bucket <= {last} group by bucket\n)\n\
         select bucket, n as answers,\n  (named - n * {q:.17}) / {difference:.17} as estimate,\n  \
         sqrt(n * (greatest(0, least(1, (named - n * {q:.17}) / {difference:.17} / n)) * {true_spread:.17}\n    \
         + (1 - greatest(0, least(1, (named - n * {q:.17}) / {difference:.17} / n))) * {other_spread:.17})) / \
         {difference:.17} as standard_error\nfrom named order by bucket;\n",
        digits = 2 * bytes,
        last_bit = 8 * bytes - 1,
        subset = channel.subset(),
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
            r#"{"task":"a","answer":"+100"}"#,
            "not JSON",
            "",
        ];
        let mut tally = Tally::new(10);
        let read = tally.add_lines(channel, "a", lines.iter().map(|line| Ok(line.as_bytes().to_vec())));
        assert_eq!(read.ok(), Some(Skipped { other_tasks: 1, malformed: 6 }));
        assert_eq!(tally.answers, 2);
        assert_eq!(tally.named, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn digits_of_either_case_are_one_answer_and_the_sql_takes_and_refuses_the_same() {
        let channel = Channel::new(10, 1_000_000).unwrap_or_else(|error| unreachable!("{error}"));
        assert_eq!(channel.subset(), 3);
        let (mut tally, mut skipped) = (Tally::new(10), Skipped::default());
        for answer in ["0b00", "0B00", "ffff", "0f00", "0304"] {
            tally.add_row(channel, "a", "a", answer, &mut skipped);
        }
        assert_eq!((tally.answers, skipped.malformed), (2, 3));
        let sql = sql(channel, "a");
        for condition in [
            "lower(answer) as answer from answers where task = 'a'",
            "length(answer) = 4 and translate(lower(answer), '0123456789abcdef', '') = ''",
            "having count(*) = 3 and max(bucket) <= 9",
        ] {
            assert!(sql.contains(condition), "{condition} is not in\n{sql}");
        }
    }
}
