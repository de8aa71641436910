//! The command line: commands, help, exit codes.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use flaneur_estimate::power;

use crate::output::print;
use crate::{estimate, evaluate, generate, inspect, off_policy, pack, simulate, sql, task};

/// What ended a command, by exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Options that no input could fit: code 2.
    Options(anyhow::Error),
    /// The input cannot be used: code 3.
    Input(anyhow::Error),
    /// The output cannot be written: code 4.
    Output(anyhow::Error),
    /// Figures differ from the reference: code 5.
    Figures(anyhow::Error),
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Options(_) => 2,
            Self::Input(_) => 3,
            Self::Output(_) => 4,
            Self::Figures(_) => 5,
        }
    }

    fn error(&self) -> &anyhow::Error {
        match self {
            Self::Options(error) | Self::Input(error) | Self::Output(error) | Self::Figures(error) => error,
        }
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  2  wrong options
  3  the input cannot be used: too many bad rows, a damaged file, a missing column
  4  the output cannot be written
  5  figures differ from the reference figures; they were written
After 3 and 4 no output file was made or changed, unless only the terminal could not be written.";

/// Personalization on the shopper's own device: the shop's side.
#[derive(Parser)]
#[command(name = "flaneur", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build a pack: the public catalog that every shopper's device ranks.
    #[command(after_help = pack::EXAMPLES)]
    Pack(Box<pack::Options>),
    /// Print the SQL that counts a log, for a warehouse or Spark; `pack --counts` takes its tables.
    Sql(sql::Options),
    /// Make a log for measurements: seeded, with the skew of a real one.
    #[command(hide = true)]
    Generate(generate::Options),
    /// Show what a pack holds.
    #[command(after_help = inspect::EXAMPLES)]
    Inspect(inspect::Options),
    /// Replay a log honestly in time and say which method ranks best.
    #[command(after_help = evaluate::EXAMPLES)]
    Evaluate(Box<evaluate::Options>),
    /// Make, sign and check the bundle of what may be asked of shoppers who agree.
    Task(flaneur_estimate::task::Options),
    /// Turn what consenting devices sent into counts with intervals.
    Estimate(flaneur_estimate::estimate::Options),
    /// Say before launch what a question will be able to see.
    Power(power::Options),
    /// Estimate what another policy would have earned, from a log with propensities.
    #[command(name = "off-policy", after_help = off_policy::EXAMPLES)]
    OffPolicy(Box<off_policy::Options>),
    /// Let seeded synthetic shoppers visit a real pack and compare policies of exploration.
    #[command(after_help = simulate::EXAMPLES)]
    Simulate(Box<simulate::Options>),
}

/// Runs the command line and says how it ended.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(aliased(arguments.into_iter().collect())) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let outcome = match arguments.command {
        Command::Pack(options) => pack::run(&options),
        Command::Sql(options) => sql::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Inspect(options) => inspect::run(&options),
        Command::Evaluate(options) => evaluate::run(&options),
        Command::Task(options) => task::run(&options),
        Command::Estimate(options) => estimate::run(&options),
        Command::Power(options) => power(&options),
        Command::OffPolicy(options) => off_policy::run(&options),
        Command::Simulate(options) => simulate::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "error: {:#}", failure.error());
            ExitCode::from(failure.code())
        }
    }
}

/// `flaneur power`: it reads nothing, so what fails is an option.
fn power(options: &power::Options) -> Result<(), Failure> {
    let mut text = Vec::new();
    power::run(options, &mut text).map_err(Failure::Options)?;
    print(&text, [])
}

/// `flaneur evaluate --off-policy …` is `flaneur off-policy …`.
fn aliased(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let flag = arguments.iter().position(|argument| argument == "--off-policy");
    if let (Some(at), Some("evaluate")) = (flag, arguments.get(1).and_then(|command| command.to_str())) {
        arguments.remove(at);
        arguments[1] = "off-policy".into();
    }
    arguments
}
