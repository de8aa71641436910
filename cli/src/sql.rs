//! `flaneur sql`: the statements that count a log, for a warehouse or Spark.

use clap::Args;

use crate::commands::Failure;
use crate::learn::crunch::script;
use crate::output::print;

/// Options of `flaneur sql`.
#[derive(Args)]
pub(crate) struct Options {
    /// Shoppers who must have seen a pair for it to be in the tables.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    min_support: u32,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let text = script(options.min_support);
    print(text.as_bytes(), [])
}
