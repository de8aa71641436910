//! The SQL of `cli/sql`, filled with the numbers of [`counts`](super::super::counts).

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Result;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use flaneur::time::{DAY_MS, SESSION_GAP_MS};

use super::super::counts::{AHEAD, BACK, LONGEST, MAX_GAP, NEXT_GAP, RECENT_DAYS, SHORTEST, STEP, UNIT};
use super::rows::{BUY, VIEW};

pub(super) const PAUSES: &str = include_str!("../../../sql/pauses.sql");
pub(super) const TOUCHES: &str = include_str!("../../../sql/touches.sql");
pub(super) const LINES: &str = include_str!("../../../sql/lines.sql");
pub(super) const ITEMS: &str = include_str!("../../../sql/items.sql");
pub(super) const PAIR_PARTS: &str = include_str!("../../../sql/pair_parts.sql");
pub(super) const PAIRS: &str = include_str!("../../../sql/pairs.sql");
pub(super) const REPEATS: &str = include_str!("../../../sql/repeats.sql");
pub(super) const TOTALS: &str = include_str!("../../../sql/totals.sql");
const HOW_TO: &str = include_str!("../../../sql/README.sql");

/// The statement with its numbers.
pub(super) fn filled(sql: &str, min_support: u32) -> String {
    let numbers: [(&str, i64); 9] = [
        ("{min_support}", i64::from(min_support)),
        ("{unit}", UNIT),
        ("{max_gap}", MAX_GAP as i64),
        ("{shortest}", SHORTEST as i64),
        ("{longest}", LONGEST as i64),
        ("{recent_ms}", RECENT_DAYS * DAY_MS),
        ("{pause_ms}", SESSION_GAP_MS),
        ("{view}", i64::from(VIEW)),
        ("{buy}", i64::from(BUY)),
    ];
    numbers.iter().fold(sql.to_owned(), |sql, (name, number)| sql.replace(name, &number.to_string()))
}

/// The weights of a pair by its distance: `gap`, `ahead`, `back`, `step`.
///
/// A table rather than a formula in the SQL: `exp` differs between engines in its last bit.
pub(super) fn gaps() -> Result<RecordBatch> {
    let columns: [ArrayRef; 4] = [
        Arc::new(Int64Array::from_iter_values(1..=MAX_GAP as i64)),
        Arc::new(Float64Array::from_iter_values((1..=MAX_GAP).map(ahead))),
        Arc::new(Float64Array::from_iter_values((1..=MAX_GAP).map(back))),
        Arc::new(Float64Array::from_iter_values((1..=MAX_GAP).map(step))),
    ];
    Ok(RecordBatch::try_new(gaps_schema(), columns.into())?)
}

pub(super) fn gaps_schema() -> SchemaRef {
    let weight = |name: &str| Field::new(name, DataType::Float64, false);
    let gap = Field::new("gap", DataType::Int64, false);
    Arc::new(Schema::new(vec![gap, weight("ahead"), weight("back"), weight("step")]))
}

fn ahead(gap: usize) -> f64 {
    libm::exp(-((gap - 1) as f64) / AHEAD)
}

fn back(gap: usize) -> f64 {
    libm::exp(-((gap - 1) as f64) / BACK)
}

fn step(gap: usize) -> f64 {
    if gap <= NEXT_GAP { libm::exp(-((gap - 1) as f64) / STEP) } else { 0.0 }
}

/// The whole script as a warehouse or Spark runs it: one `CREATE TABLE … AS` per table.
#[must_use]
pub fn script(min_support: u32) -> String {
    let mut text = filled(HOW_TO, min_support);
    let _ = writeln!(text, "\n-- The weights of a pair by its distance.\nCREATE TABLE gaps AS");
    for gap in 1..=MAX_GAP {
        let union = if gap == 1 { "          " } else { "UNION ALL " };
        // Seventeen digits: what is read is what was meant, to the last bit.
        let (ahead, back, step) = (ahead(gap), back(gap), step(gap));
        let _ = writeln!(
            text,
            "{union}SELECT {gap} AS gap, CAST({ahead:.16e} AS DOUBLE) AS ahead, CAST({back:.16e} AS DOUBLE) AS back, \
             CAST({step:.16e} AS DOUBLE) AS step"
        );
    }
    text.push_str(";\n");
    let tables = [
        ("events", PAUSES),
        ("touches", TOUCHES),
        ("lines", LINES),
        ("totals", TOTALS),
        ("items", ITEMS),
        ("repeats", REPEATS),
        ("pair_parts", PAIR_PARTS),
        ("pairs", PAIRS),
    ];
    for (name, sql) in tables {
        let (comment, statement): (Vec<&str>, Vec<&str>) = sql.lines().partition(|line| line.starts_with("-- "));
        let _ = write!(text, "\n{}\nCREATE TABLE {name} AS\n{};\n", comment.join("\n"), statement.join("\n"));
    }
    filled(&text, min_support)
}
