//! The embedded engine: tables in shards, statements that run shard by shard, memory with a limit.
//!
//! Guarantees: a shard has all rows of its shoppers, sorted as the table says.
//! A statement of [`Engine::make`] sees one shard, in one thread, so nothing
//! moves between shards; as many shards run at a time as there are threads.
//! Sorts and sums go to disk when memory ends. Only a join within a shard holds
//! the shard's lines, about 60 bytes each, until the shard is done; joins over
//! all shards are merge joins.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::col;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::physical_expr::expressions::col as physical_column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, StatisticsArgs, StatisticsContext};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use indicatif::ProgressBar;
use tokio::runtime::Runtime;

use super::Settings;
use super::rows::{SHARDS, Spooled, part, properties, schema};
use crate::scratch::Scratch;

/// How often progress is shown.
const TICK: Duration = Duration::from_millis(200);

type Plan = Arc<dyn ExecutionPlan>;
type Planned = (Plan, Arc<TaskContext>);

/// The engine with its tables.
pub(super) struct Engine {
    runtime: Runtime,
    environment: Arc<RuntimeEnv>,
    /// Absent when everything is held in memory, in one shard.
    scratch: Option<Scratch>,
    threads: usize,
    tables: RefCell<BTreeMap<&'static str, Table>>,
    /// Tables on disk made so far.
    made: Cell<u32>,
}

/// Where a table's rows are.
enum Table {
    Memory(SchemaRef, Vec<RecordBatch>),
    /// A folder of shards, each sorted by these columns.
    Files(SchemaRef, Vec<&'static str>, PathBuf),
}

impl Engine {
    /// An engine whose table `log` holds the rows of a spool.
    pub(super) fn new(spooled: Spooled, settings: &Settings) -> Result<Self> {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(settings.memory));
        let mut builder = RuntimeEnvBuilder::new().with_memory_pool(pool);
        let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (log, scratch, threads) = match spooled {
            Spooled::Memory(batch) => (Table::Memory(schema(), vec![batch]), None, 1),
            Spooled::Files(scratch) => {
                builder = builder.with_temp_file_path(scratch.folder("spill")?).with_max_temp_directory_size(u64::MAX);
                let threads = settings.threads.unwrap_or_else(available).max(1);
                (Table::Files(schema(), Vec::new(), scratch.path().join("log")), Some(scratch), threads)
            }
        };
        let tables = RefCell::new(BTreeMap::from([("log", log)]));
        Ok(Self {
            runtime: runtime()?,
            environment: builder.build_arc()?,
            scratch,
            threads,
            tables,
            made: Cell::new(0),
        })
    }

    /// Adds a table that is held in memory; every shard sees all of it.
    pub(super) fn add(&self, name: &'static str, schema: SchemaRef, batches: Vec<RecordBatch>) {
        self.tables.borrow_mut().insert(name, Table::Memory(schema, batches));
    }

    /// Renames a table.
    pub(super) fn rename(&self, from: &'static str, to: &'static str) -> Result<()> {
        let mut tables = self.tables.borrow_mut();
        let table = tables.remove(from).with_context(|| format!("there is no table `{from}`"))?;
        tables.insert(to, table);
        Ok(())
    }

    /// Drops a table and its files: the disk holds few steps at a time.
    pub(super) fn remove(&self, name: &'static str) -> Result<()> {
        match self.tables.borrow_mut().remove(name) {
            Some(Table::Files(_, _, folder)) => Ok(fs::remove_dir_all(folder)?),
            _ => Ok(()),
        }
    }

    /// Runs a statement on each shard and keeps its rows as a table, each shard sorted by `order`.
    pub(super) fn make(&self, name: &'static str, sql: &str, order: &[&'static str], bar: &ProgressBar) -> Result<()> {
        if self.scratch.is_none() {
            let (schema, batches, _) = self.run(name, sql, bar)?;
            self.add(name, schema, batches);
            return Ok(());
        }
        let folder = self.new_folder(name)?;
        fs::create_dir(&folder).context("the scratch folder cannot be written")?;
        let mut plans = Vec::new();
        for shard in 0..SHARDS {
            let (plan, context) = self.plan(sql, Some(shard)).map_err(|error| explained(name, error))?;
            let plan = whole(plan);
            plans.push((sorted(plan, order).map_err(|error| explained(name, error))?, context));
        }
        let schema = plans.first().map(|(plan, _)| plan.schema()).context("a log has at least one shard")?;
        let outcome = self.write(plans, &folder, bar);
        bar.finish_and_clear();
        outcome.map_err(|error| match error.downcast::<DataFusionError>() {
            Ok(error) => explained(name, error),
            Err(error) => error,
        })?;
        self.tables.borrow_mut().insert(name, Table::Files(schema, order.to_vec(), folder));
        Ok(())
    }

    /// Runs a statement on all shards together; says how many groups it had before `HAVING`.
    pub(super) fn collect(&self, name: &str, sql: &str, bar: &ProgressBar) -> Result<(Vec<RecordBatch>, u64)> {
        self.run(name, sql, bar).map(|(_, batches, groups)| (batches, groups))
    }

    fn run(&self, name: &str, sql: &str, bar: &ProgressBar) -> Result<(SchemaRef, Vec<RecordBatch>, u64)> {
        let run = || -> datafusion::error::Result<_> {
            let planned = self.plan(sql, None)?;
            let (plan, context) = &planned;
            let scans = Scans::of(std::slice::from_ref(&planned), bar);
            let collected = datafusion::physical_plan::collect(Arc::clone(plan), Arc::clone(context));
            let batches = self.runtime.block_on(scans.during(bar, collected))?;
            Ok((plan.schema(), batches, groups(plan)))
        };
        let found = run().map_err(|error| explained(name, error));
        bar.finish_and_clear();
        found
    }

    /// Plans a statement over one shard, or over all of them.
    fn plan(&self, sql: &str, shard: Option<usize>) -> datafusion::error::Result<Planned> {
        let threads = if shard.is_some() { 1 } else { self.threads };
        let mut config = SessionConfig::new().with_target_partitions(threads);
        let options = config.options_mut();
        // A hash join holds one side in memory: within a shard that is little, over all shards it may be too much.
        options.optimizer.prefer_hash_join = shard.is_some() || self.scratch.is_none();
        options.optimizer.enable_dynamic_filter_pushdown = false;
        let context = SessionContext::new_with_config_rt(config, Arc::clone(&self.environment));
        for (&name, table) in self.tables.borrow().iter() {
            match table {
                Table::Memory(schema, batches) => {
                    let table = MemTable::try_new(Arc::clone(schema), vec![batches.clone()])?;
                    context.register_table(name, Arc::new(table))?;
                }
                Table::Files(schema, order, folder) => {
                    context.register_table(name, Arc::new(listing(folder, shard, schema, order)?))?;
                }
            }
        }
        let plan = self.runtime.block_on(async { context.sql(sql).await?.create_physical_plan().await })?;
        Ok((plan, context.task_ctx()))
    }

    /// Writes each plan's rows to its shard, as many at a time as there are threads.
    ///
    /// Each thread has a runtime of its own: a shard's plan has one partition and nothing to hand over.
    /// A plan goes when its rows are written: a join keeps its side in memory as long as its plan lives.
    fn write(&self, plans: Vec<Planned>, folder: &Path, bar: &ProgressBar) -> Result<()> {
        let scans = Scans::of(&plans, bar);
        let threads = self.threads.min(plans.len());
        let waiting = Mutex::new(plans.into_iter().enumerate());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || -> Result<()> {
            let runtime = runtime()?;
            while let Some((at, (plan, context))) = next() {
                let stored = runtime.block_on(async { store(plan.execute(0, context)?, part(folder, at)).await });
                if stored.is_err() {
                    while next().is_some() {} // the other threads end after the shard they are at
                    return stored;
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            while threads.iter().any(|thread| !thread.is_finished()) {
                std::thread::sleep(TICK / 10);
                scans.show(bar);
            }
            let ended = |thread: std::thread::ScopedJoinHandle<'_, Result<()>>| {
                thread.join().unwrap_or_else(|_| Err(anyhow!("a thread of the engine ended before its work did")))
            };
            threads.into_iter().map(ended).collect::<Vec<_>>().into_iter().collect()
        })
    }

    /// A folder that no table had yet: the engine remembers what the files of a path hold.
    fn new_folder(&self, name: &str) -> Result<PathBuf> {
        let scratch = self.scratch.as_ref().context("tables in memory have no folder")?;
        self.made.set(self.made.get() + 1);
        Ok(scratch.path().join(format!("{name}-{}", self.made.get())))
    }
}

/// One shard of a table on disk, or all of them.
fn listing(
    folder: &Path,
    shard: Option<usize>,
    schema: &SchemaRef,
    order: &[&str],
) -> datafusion::error::Result<ListingTable> {
    let place = shard.map_or_else(|| format!("{}/", folder.display()), |at| part(folder, at).display().to_string());
    let mut options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    if !order.is_empty() {
        options = options.with_file_sort_order(vec![order.iter().map(|&name| col(name).sort(true, false)).collect()]);
    }
    let config = ListingTableConfig::new(ListingTableUrl::parse(place)?).with_listing_options(options);
    ListingTable::try_new(config.with_schema(Arc::clone(schema)))
}

/// The plan as one partition: a union has one per part.
fn whole(plan: Plan) -> Plan {
    if plan.properties().partitioning.partition_count() == 1 {
        return plan;
    }
    Arc::new(CoalescePartitionsExec::new(plan))
}

/// The plan, sorted by these columns if it is not so already.
fn sorted(plan: Plan, order: &[&str]) -> datafusion::error::Result<Plan> {
    let sort = |name: &&str| Ok(PhysicalSortExpr::new(physical_column(name, &plan.schema())?, ASCENDING));
    let order = order.iter().map(sort).collect::<datafusion::error::Result<Vec<_>>>()?;
    match LexOrdering::new(order) {
        Some(order) if !plan.equivalence_properties().ordering_satisfy(order.clone())? => {
            Ok(Arc::new(SortExec::new(order, plan)))
        }
        _ => Ok(plan),
    }
}

const ASCENDING: datafusion::arrow::compute::SortOptions =
    datafusion::arrow::compute::SortOptions { descending: false, nulls_first: false };

async fn store(mut stream: SendableRecordBatchStream, path: PathBuf) -> Result<()> {
    let context = "the scratch folder cannot be written";
    let file = File::create(path).context(context)?;
    let mut writer = ArrowWriter::try_new(file, stream.schema(), Some(properties()))?;
    while let Some(batch) = stream.next().await {
        writer.write(&batch?).context(context)?;
    }
    writer.close().context(context)?;
    Ok(())
}

/// A runtime in the calling thread.
fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?)
}

/// The scans of some plans, whose rows move a bar.
struct Scans(Vec<Plan>);

impl Scans {
    fn of(plans: &[Planned], bar: &ProgressBar) -> Self {
        let scans: Vec<Plan> = plans.iter().flat_map(|(plan, _)| leaves(plan)).collect();
        let statistics = |scan: &Plan| StatisticsContext::new().compute(scan.as_ref(), &StatisticsArgs::new()).ok();
        let rows = |scan: &Plan| statistics(scan)?.num_rows.get_value().copied();
        bar.set_length(scans.iter().filter_map(rows).sum::<usize>() as u64);
        Self(scans)
    }

    fn show(&self, bar: &ProgressBar) {
        let read: usize = self.0.iter().filter_map(|scan| scan.metrics()?.output_rows()).sum();
        bar.set_position(read as u64);
    }

    /// Awaits the work and moves the bar meanwhile.
    async fn during<T>(&self, bar: &ProgressBar, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            match tokio::time::timeout(TICK, work.as_mut()).await {
                Ok(done) => return done,
                Err(_) => self.show(bar),
            }
        }
    }
}

fn leaves(plan: &Plan) -> Vec<Plan> {
    let children = plan.children();
    if children.is_empty() {
        return vec![Arc::clone(plan)];
    }
    children.into_iter().flat_map(leaves).collect()
}

/// Rows that left the plan's last grouping.
fn groups(plan: &Plan) -> u64 {
    if plan.name() == "AggregateExec" {
        return plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0) as u64;
    }
    plan.children().first().map_or(0, |child| groups(child))
}

/// What an error of the engine means to the user.
fn explained(step: &str, error: DataFusionError) -> anyhow::Error {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(reason) => {
            anyhow!("the log cannot be counted within the memory it may take ({step}: {reason}); raise --memory")
        }
        DataFusionError::IoError(reason) => {
            anyhow!("the scratch folder cannot be used ({step}: {reason}); is the disk full?")
        }
        _ => anyhow::Error::new(error).context(format!("the engine failed at {step}")),
    }
}
