//! Events as rows of the engine, in memory or streamed into shards on disk.
//!
//! Guarantees: rows of one shopper are in one shard. Names are hashed to 64
//! bits, so a spool needs no table of shoppers; among ten million of them two
//! share a number with a probability of 3 in a million.
//!
//! Costs: [`Spool`] holds a small log in memory, of a larger one at most one
//! unfinished row group per shard, about 100 MB.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanBuilder, Int8Builder, Int32Builder, Int64Builder, UInt32Array,
};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

use super::Settings;
use crate::log::{Event, GUEST, Touch, is_guest};
use crate::scratch::Scratch;

/// How a look is written.
pub(super) const VIEW: i8 = 0;
/// How a purchase is written.
pub(super) const BUY: i8 = 2;
/// Shards of a log that does not fit in memory: of fifty million events each has eight hundred thousand.
pub(super) const SHARDS: usize = 64;
/// Rows that are handed to a shard's file at a time.
const CHUNK: usize = 8_192;
/// What a failed write means.
const FULL: &str = "the scratch folder cannot be written; is the disk full?";
/// Rows of a row group.
const GROUP: usize = 1 << 15;

/// One row as the SQL reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who: a number of the shopper, or of the session for a guest.
    pub shopper: i64,
    /// Whether the shopper is known.
    pub known: bool,
    /// The session within the shopper's; absent when it is to be found from pauses.
    pub session: Option<i64>,
    /// The item's index in the catalog.
    pub item: u32,
    /// What happened.
    pub touch: Touch,
    /// When, epoch milliseconds.
    pub at: i64,
    /// Place in the log.
    pub seq: i64,
}

impl Row {
    /// A row from the names of a file; guests are those of [`crate::log`].
    #[must_use]
    pub fn named(user: &str, session: &str, item: u32, touch: Touch, at: i64, seq: i64) -> Self {
        let known = !is_guest(user);
        // Given sessions are negative: those found from pauses are counted from 1.
        let number = (!session.is_empty()).then(|| hash(session, 1) | i64::MIN);
        let shopper = if known { hash(user, 2) } else { hash(session, 3) };
        Self { shopper, known, session: number, item, touch, at, seq }
    }

    /// A row of a settled log.
    #[must_use]
    pub fn of(event: &Event, seq: i64) -> Self {
        let session = i64::from(event.session);
        let known = event.user != GUEST;
        let shopper = if known { i64::from(event.user) } else { -1 - session };
        Self { shopper, known, session: Some(session), item: event.item, touch: event.touch, at: event.at, seq }
    }
}

fn hash(name: &str, seed: u64) -> i64 {
    xxhash_rust::xxh64::xxh64(name.as_bytes(), seed).cast_signed()
}

/// The columns of `log` and `events`.
pub(super) fn schema() -> SchemaRef {
    let column = |name: &str, kind: DataType| Field::new(name, kind, false);
    Arc::new(Schema::new(vec![
        column("shopper", DataType::Int64),
        column("known", DataType::Boolean),
        Field::new("session", DataType::Int64, true),
        column("item", DataType::Int32),
        column("kind", DataType::Int8),
        column("ts", DataType::Int64),
        column("seq", DataType::Int64),
    ]))
}

#[derive(Default)]
struct Columns {
    shopper: Int64Builder,
    known: BooleanBuilder,
    session: Int64Builder,
    item: Int32Builder,
    kind: Int8Builder,
    at: Int64Builder,
    seq: Int64Builder,
    rows: usize,
}

impl Columns {
    fn add(&mut self, row: &Row) {
        self.shopper.append_value(row.shopper);
        self.known.append_value(row.known);
        self.session.append_option(row.session);
        self.item.append_value(row.item.cast_signed());
        self.kind.append_value(match row.touch {
            Touch::View => VIEW,
            Touch::Want => 1,
            Touch::Buy => BUY,
        });
        self.at.append_value(row.at);
        self.seq.append_value(row.seq);
        self.rows += 1;
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        let columns: [ArrayRef; 7] = [
            Arc::new(self.shopper.finish()),
            Arc::new(self.known.finish()),
            Arc::new(self.session.finish()),
            Arc::new(self.item.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.at.finish()),
            Arc::new(self.seq.finish()),
        ];
        self.rows = 0;
        Ok(RecordBatch::try_new(schema(), columns.into())?)
    }
}

/// How scratch tables are written: fast to write, small enough.
pub(super) fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_max_row_group_row_count(Some(GROUP))
        .set_dictionary_enabled(false)
        .build()
}

/// Takes rows in any number and order; a log that grows too long for memory goes to shards on disk.
pub struct Spool {
    /// The rows so far, until there are too many.
    held: Columns,
    hold: usize,
    scratch: Scratch,
    shards: Vec<Shard>,
    has_unnamed: bool,
    rows: i64,
}

/// Rows that are ready to be counted.
pub(super) enum Spooled {
    /// All of them.
    Memory(RecordBatch),
    /// The shards of the table `log` in a scratch folder.
    Files(Scratch),
}

struct Shard(Columns, ArrowWriter<File>);

impl Shard {
    fn new(folder: &Path, at: usize) -> Result<Self> {
        let file = File::create(part(folder, at)).context(FULL)?;
        Ok(Self(Columns::default(), ArrowWriter::try_new(file, schema(), Some(properties()))?))
    }

    fn flush(&mut self) -> Result<()> {
        let batch = self.0.batch()?;
        self.1.write(&batch).context(FULL)
    }
}

impl Spool {
    /// Makes the scratch folder.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn new(settings: &Settings) -> Result<Self> {
        let scratch = Scratch::new(settings.scratch.as_deref())?;
        let held = Columns::default();
        Ok(Self { held, hold: settings.hold, scratch, shards: Vec::new(), has_unnamed: false, rows: 0 })
    }

    /// How many rows were added.
    #[must_use]
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        self.has_unnamed |= row.session.is_none();
        self.rows += 1;
        if self.shards.is_empty() {
            self.held.add(row);
            return if self.held.rows > self.hold { self.spill() } else { Ok(()) };
        }
        let shard = shard_of(row.shopper);
        let Some(shard) = self.shards.get_mut(shard) else { return Ok(()) };
        shard.0.add(row);
        if shard.0.rows == CHUNK { shard.flush() } else { Ok(()) }
    }

    /// Moves the held rows to the shards.
    fn spill(&mut self) -> Result<()> {
        let folder = self.scratch.folder("log")?;
        self.shards = (0..SHARDS).map(|at| Shard::new(&folder, at)).collect::<Result<_>>()?;
        let batch = std::mem::take(&mut self.held).batch()?;
        let shoppers = batch.column(0).as_primitive::<Int64Type>();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); SHARDS];
        shoppers.values().iter().zip(0..).for_each(|(&shopper, at)| rows[shard_of(shopper)].push(at));
        for (Shard(_, writer), rows) in self.shards.iter_mut().zip(rows) {
            writer.write(&take_record_batch(&batch, &UInt32Array::from(rows))?).context(FULL)?;
        }
        Ok(())
    }

    /// Ends the adding; says whether some rows have no session.
    pub(super) fn finish(mut self) -> Result<(Spooled, bool)> {
        if self.shards.is_empty() {
            return Ok((Spooled::Memory(self.held.batch()?), self.has_unnamed));
        }
        for mut shard in self.shards {
            shard.flush()?;
            shard.1.close().context(FULL)?;
        }
        Ok((Spooled::Files(self.scratch), self.has_unnamed))
    }
}

/// Numbers of a settled log count up, hashes are spread already: both are mixed.
fn shard_of(shopper: i64) -> usize {
    let mixed = shopper.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (mixed % SHARDS as u64) as usize
}

/// One shard's file of a table.
pub(super) fn part(folder: &Path, at: usize) -> PathBuf {
    folder.join(format!("part-{at:03}.parquet"))
}
