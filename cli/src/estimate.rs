//! `flaneur estimate`: the command of the estimate crate, with the reader of Parquet that the command line has anyway.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use datafusion::arrow::array::{Array, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use flaneur_estimate::estimate::{self, Options};

use crate::commands::Failure;
use crate::output::{Staged, print, spare};

/// Runs the command.
///
/// # Errors
/// Those of [`estimate::run`], those of reading Parquet, and an output that cannot be written.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let inputs = [&options.tasks].into_iter().chain(&options.input);
    spare(inputs, options.json.iter().chain(&options.plot)).map_err(Failure::Output)?;
    let outcome = estimate::run(options, &answers).map_err(Failure::Input)?;
    let mut staged = Staged::default();
    let added = outcome.files.iter().try_for_each(|(path, bytes)| staged.add(path, bytes));
    added.and_then(|()| staged.publish()).map_err(Failure::Output)?;
    print(outcome.text.as_bytes(), outcome.files.iter().map(|(path, _)| path))
}

/// Hands every row of the columns `task` and `answer` on; a row without a value counts as malformed.
///
/// Cost: one batch of rows in memory; other columns are not read.
///
/// # Errors
/// A damaged file, or a missing column.
fn answers(path: &Path, row: &mut dyn FnMut(&str, &str)) -> Result<()> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).with_context(|| {
        format!("{name} cannot be read as Parquet: it is cut off or damaged. Copy or export it again")
    })?;
    let has = |column: &str| builder.schema().column_with_name(column).is_some();
    if let Some(missing) = ["task", "answer"].into_iter().find(|column| !has(column)) {
        let found: Vec<_> = builder.schema().fields().iter().map(|field| field.name().as_str()).collect();
        anyhow::bail!(
            "{name} has no column `{missing}`; expected task and answer as devices send them, found {}",
            found.join(", ")
        );
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["task", "answer"]);
    for batch in builder.with_projection(mask).build()? {
        let batch = batch.with_context(|| format!("{name} is damaged. Copy or export it again"))?;
        let [tasks, answers] = [texts(&batch, "task")?, texts(&batch, "answer")?];
        for at in 0..batch.num_rows() {
            row(text(&tasks, at), text(&answers, at));
        }
    }
    Ok(())
}

/// A column as text, however the file encodes it.
fn texts(batch: &RecordBatch, column: &str) -> Result<StringArray> {
    let values = batch.column_by_name(column).with_context(|| format!("the column `{column}` went missing"))?;
    let values = cast(values, &DataType::Utf8).with_context(|| format!("column `{column}` is no text"))?;
    Ok(values.as_string().clone())
}

fn text(values: &StringArray, at: usize) -> &str {
    if values.is_null(at) { "" } else { values.value(at) }
}
