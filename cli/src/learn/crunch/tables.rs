//! Counts from the tables that a warehouse or Spark made with the same SQL.
//!
//! A folder has `totals`, `items`, `pairs` and `repeats`, each as Parquet or CSV
//! (`pairs.parquet`, `pairs.csv`, or a folder `pairs` of part files); items are
//! named by the shop's identifiers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions, SessionContext};
use std::sync::Arc;

use super::gather::Gather;
use crate::learn::counts::Counts;

/// Columns that name items.
const NAMES: [&str; 3] = ["item", "a", "b"];

/// Reads the tables of `folder`; `find` gives an item's index.
///
/// Rows of items that the catalog does not have are left out and counted.
///
/// # Errors
/// A table that is missing, damaged, lacks a column, or holds a pair of too few shoppers.
pub fn counts_of(folder: &Path, items: &HashMap<String, u32>, min_support: u32) -> Result<(Counts, u64)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let context = SessionContext::new();
    let mut unknown = 0;
    let mut read = |name: &str| -> Result<Vec<RecordBatch>> {
        let path = table(folder, name)?;
        let shown = path.display().to_string();
        let batches = runtime.block_on(batches(&context, &path)).with_context(|| format!("{shown} cannot be read"))?;
        batches.iter().map(|batch| numbered(batch, items, &mut unknown)).collect::<Result<_>>().with_context(|| shown)
    };
    let mut gather = Gather::new(items.len(), min_support);
    gather.totals(&read("totals")?).context("table totals")?;
    gather.items(&read("items")?).context("table items")?;
    gather.repeats(&read("repeats")?).context("table repeats")?;
    gather.pairs(&read("pairs")?).context("table pairs")?;
    Ok((gather.finish(), unknown))
}

/// Where a table is.
fn table(folder: &Path, name: &str) -> Result<PathBuf> {
    let places = [format!("{name}.parquet"), format!("{name}.csv"), name.to_owned()];
    let found = places.iter().map(|place| folder.join(place)).find(|path| path.exists());
    found.with_context(|| format!("{}: there is no {}", folder.display(), places.join(", no ")))
}

async fn batches(context: &SessionContext, path: &Path) -> Result<Vec<RecordBatch>> {
    let is_csv = |path: &Path| path.extension().is_some_and(|kind| kind == "csv");
    let first_inside = || std::fs::read_dir(path).ok()?.flatten().map(|entry| entry.path()).find(|path| is_csv(path));
    let text = path.to_str().context("the path is not UTF-8")?;
    let text = if path.is_dir() { format!("{text}/") } else { text.to_owned() };
    let frame = if is_csv(path) || (path.is_dir() && first_inside().is_some()) {
        // Everything is read as text first: a shop's identifiers may look like numbers.
        let options = CsvReadOptions::new().schema_infer_max_records(0);
        context.read_csv(text, options).await?
    } else {
        context.read_parquet(text, ParquetReadOptions::default()).await?
    };
    Ok(frame.collect().await?)
}

/// The batch with indices for identifiers, without the rows of unknown items.
fn numbered(batch: &RecordBatch, items: &HashMap<String, u32>, unknown: &mut u64) -> Result<RecordBatch> {
    let mut keep = vec![true; batch.num_rows()];
    let mut columns: Vec<ArrayRef> = Vec::new();
    let mut fields = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let name = field.name().to_lowercase();
        let column = if NAMES.contains(&name.as_str()) {
            let texts = cast(column, &DataType::Utf8).with_context(|| format!("column `{name}` has no names"))?;
            let texts = texts.as_string::<i32>();
            let index = |(at, keep): (usize, &mut bool)| {
                let known = if texts.is_null(at) { None } else { items.get(texts.value(at)) };
                *keep &= known.is_some();
                known.map_or(0, |&index| i64::from(index))
            };
            Arc::new(Int64Array::from_iter_values(keep.iter_mut().enumerate().map(index)))
        } else {
            whole(column, &name)?
        };
        fields.push(Field::new(name, DataType::Int64, true));
        columns.push(column);
    }
    *unknown += keep.iter().filter(|&&keep| !keep).count() as u64;
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    Ok(datafusion::arrow::compute::filter_record_batch(&batch, &keep.into())?)
}

/// A column of whole numbers; a text or fraction that is none is an error, not a NULL.
fn whole(column: &ArrayRef, name: &str) -> Result<ArrayRef> {
    let numbers = cast(column, &DataType::Int64).with_context(|| format!("column `{name}` has no whole numbers"))?;
    if numbers.null_count() > column.logical_null_count() {
        bail!("column `{name}` has a value that is no whole number");
    }
    Ok(numbers)
}
