//! Interaction logs as Parquet, row group by row group.
//!
//! Guarantees: a bad row is reported with its row group and its row; a file that
//! is cut off or damaged is refused. Only the columns that are needed are read.
//! Costs: one batch of 8,192 rows.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, bail};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use flaneur::error::{Error, ErrorKind};
use indicatif::ProgressBar;

use super::events::{ALIASES, FIELDS, Field, FileState, Reader, Row, at_header, check_columns};
use super::fields::{Column, Map, columns, normal};

/// Rows that are read at a time.
const BATCH: usize = 8_192;

/// Reads every row.
///
/// # Errors
/// A damaged file, a missing column, a column of lists or records, or a full disk.
pub(super) fn read(path: &Path, map: &Map, reader: &mut Reader<'_>, bar: &ProgressBar) -> Result<()> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    let length = file.metadata().map_or(0, |about| about.len());
    bar.set_length(length);
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| {
        anyhow::anyhow!("{name} cannot be read as Parquet ({error}): it is cut off or damaged. Copy or export it again")
    })?;
    let headers: Vec<String> = metadata.schema().fields().iter().map(|field| normal(field.name())).collect();
    let columns = columns(&headers, ALIASES, map);
    let place = |field: Field| columns.iter().position(|column| *column == Column::Known(field));
    check_columns(&name, &headers, place)?;
    let places: Vec<Option<usize>> = ALIASES.iter().map(|&(field, _)| place(field)).collect();
    for (at, field) in metadata.schema().fields().iter().enumerate() {
        let is_read = places.contains(&Some(at));
        if is_read && (field.data_type().is_nested() || matches!(field.data_type(), DataType::Null)) {
            bail!("{name}: column `{}` is {}; expected text, a number or a time", field.name(), field.data_type());
        }
    }
    let mask = ProjectionMask::roots(metadata.parquet_schema(), places.iter().flatten().copied());
    // The reader keeps the columns in the file's order.
    let mut kept: Vec<usize> = places.iter().flatten().copied().collect();
    kept.sort_unstable();
    let places: Vec<Option<usize>> =
        places.iter().map(|place| place.and_then(|at| kept.binary_search(&at).ok())).collect();
    let mut state = FileState::new(place(Field::Quantity).is_some());
    let groups = metadata.metadata().row_groups().len();
    for group in 0..groups {
        let damaged = || format!("{name}: row group {group} is damaged. Copy or export the file again");
        let rows = ParquetRecordBatchReaderBuilder::new_with_metadata(file.try_clone()?, metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask.clone())
            .with_batch_size(BATCH)
            .build()
            .with_context(damaged)?;
        let mut row = 0;
        for batch in rows {
            let batch = Texts::of(&batch.with_context(damaged)?, &places)?;
            for at in 0..batch.rows {
                row += 1;
                reader.faults.row();
                let outcome = match batch.row(at) {
                    Ok(texts) => reader.row(&texts, &mut state)?,
                    Err(error) => Err(error),
                };
                if let Err(error) = outcome {
                    reader.faults.add_in_group(&name, group as u64, row, &at_header(error, &headers, place));
                }
            }
        }
        bar.set_position(length * (group as u64 + 1) / groups as u64);
    }
    Ok(())
}

/// The columns of a batch as texts, by field.
struct Texts {
    rows: usize,
    fields: [Option<(StringArray, ArrayRef)>; FIELDS],
}

impl Texts {
    fn of(batch: &RecordBatch, places: &[Option<usize>]) -> Result<Self> {
        let mut fields: [Option<(StringArray, ArrayRef)>; FIELDS] = Default::default();
        for (field, place) in fields.iter_mut().zip(places) {
            if let Some(at) = *place {
                let column = whole_numbers(batch.column(at))?;
                *field = Some((cast(&column, &DataType::Utf8)?.as_string().clone(), column));
            }
        }
        Ok(Self { rows: batch.num_rows(), fields })
    }

    fn row(&self, at: usize) -> flaneur::error::Result<Row<'_>> {
        let mut texts: Row<'_> = [""; FIELDS];
        for ((text, field), &(_, names)) in texts.iter_mut().zip(&self.fields).zip(ALIASES) {
            let Some((values, column)) = field else { continue };
            if !values.is_null(at) {
                *text = values.value(at);
            } else if column.is_valid(at) {
                let name = names.first().copied().unwrap_or_default();
                return Err(Error::new(ErrorKind::Malformed, name, "the value is not UTF-8 text"));
            }
        }
        Ok(texts)
    }
}

/// A column of fractions without any fraction as whole numbers: identifiers that once had gaps are written that way.
///
/// A gap may also be written as "not a number": it becomes no value, so that 7 is `7` in every batch.
fn whole_numbers(column: &ArrayRef) -> Result<ArrayRef> {
    if !column.data_type().is_floating() {
        return Ok(column.clone());
    }
    let numbers = cast(column, &DataType::Float64)?;
    let numbers = numbers.as_primitive::<datafusion::arrow::datatypes::Float64Type>();
    let is_whole = numbers.iter().flatten().all(|x| x.is_nan() || (x.fract() == 0.0 && x.abs() < 9e15));
    Ok(if is_whole { cast(column, &DataType::Int64)? } else { column.clone() })
}
