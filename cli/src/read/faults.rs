//! Accounting of rows that cannot be used: counted, the first ones shown, and
//! a limit beyond which the whole input is refused.

use std::fmt;
use std::str::FromStr;

use flaneur::error::Error;
use serde::Serialize;

/// How many faults are kept to be shown.
pub const SHOWN: usize = 20;

/// How many bad rows are tolerated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Limit {
    /// 1 % of the rows or 10 rows, whichever is more.
    #[default]
    Usual,
    /// So many rows.
    Rows(u64),
    /// So many percent of the rows.
    Percent(f64),
}

impl Limit {
    /// How many of `rows` may be bad.
    #[must_use]
    pub fn allows(self, rows: u64) -> u64 {
        match self {
            Self::Usual => (rows / 100).max(10),
            Self::Rows(limit) => limit,
            Self::Percent(percent) => (rows as f64 * percent / 100.0) as u64,
        }
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected a number of rows (50) or a percentage from 0% to 100% (2.5%)".to_owned();
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent)).ok_or_else(wrong)
            }
            None => text.trim().parse().map(Self::Rows).map_err(|_| wrong()),
        }
    }
}

/// One row that was skipped, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file as the user named it.
    pub file: String,
    /// The line on which the row starts, from 1; in Parquet the row within its row group.
    pub line: u64,
    /// The row group of a Parquet file, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<u64>,
    /// The field or column, empty when the whole row is meant.
    pub path: String,
    /// Stable name of the kind of fault.
    pub code: String,
    /// What was wrong and what was expected.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.group {
            Some(group) => write!(f, "{}: row group {group}, row {}: ", self.file, self.line)?,
            None => write!(f, "{}:{}: ", self.file, self.line)?,
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

/// The bad rows of one kind of input.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Faults {
    /// Rows read, good and bad.
    pub rows: u64,
    /// Rows skipped.
    pub bad: u64,
    /// The first faults.
    pub first: Vec<Fault>,
    #[serde(skip)]
    limit: Limit,
}

impl Faults {
    /// No fault yet, with that limit.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Counts a row.
    pub fn row(&mut self) {
        self.rows += 1;
    }

    /// Counts a row as bad.
    pub fn add(&mut self, file: &str, line: u64, error: &Error) {
        self.put(file, None, line, error);
    }

    /// Counts a row of a Parquet file as bad.
    pub fn add_in_group(&mut self, file: &str, group: u64, row: u64, error: &Error) {
        self.put(file, Some(group), row, error);
    }

    fn put(&mut self, file: &str, group: Option<u64>, line: u64, error: &Error) {
        self.bad += 1;
        if self.first.len() < SHOWN {
            self.first.push(Fault {
                file: file.into(),
                line,
                group,
                // A decoder without a root puts a point before the first field.
                path: error.path.trim_start_matches('.').into(),
                code: error.code().into(),
                reason: error.message.to_string(),
            });
        }
    }

    /// Whether more rows are bad than the limit allows.
    #[must_use]
    pub fn is_too_many(&self) -> bool {
        self.bad > self.limit.allows(self.rows)
    }

    /// How many bad rows are allowed among the rows read so far.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.limit.allows(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn limits_are_rows_or_percent() {
        assert_eq!("50".parse(), Ok(Limit::Rows(50)));
        assert_eq!("2.5%".parse(), Ok(Limit::Percent(2.5)));
        assert!("-1".parse::<Limit>().is_err());
        assert!("101%".parse::<Limit>().is_err());
        assert!("NaN%".parse::<Limit>().is_err());
        assert_eq!(Limit::Usual.allows(50), 10);
        assert_eq!(Limit::Usual.allows(5_000), 50);
        assert_eq!(Limit::Percent(2.5).allows(200), 5);
    }
}
