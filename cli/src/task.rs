//! `flaneur task`: the command of the estimate crate, whose files are written as those of every command.

use flaneur_estimate::task::{self, Command, Options};

use crate::commands::Failure;
use crate::output::{Staged, check, print, spare};

/// Runs the command.
///
/// # Errors
/// Those of [`task::run`], and an output that cannot be written.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    if let Command::Key { file: output } | Command::Sign { output, .. } = &options.command {
        check([output]).map_err(Failure::Output)?;
    }
    // A bundle may be signed in its place, where nothing of it is lost; a key may not be lost.
    if let Command::Sign { key, output, .. } = &options.command {
        spare([key], [output]).map_err(Failure::Output)?;
    }
    let signed = match &options.command {
        Command::Sign { output, .. } => Some(output),
        _ => None,
    };
    // What is said of each task stands before the error, too.
    let mut said = Vec::new();
    let outcome = task::run(options, &mut said);
    print(&said, signed)?;
    let outcome = outcome.map_err(Failure::Input)?;
    match &outcome.file {
        Some(made) if made.is_secret => made.keep().map_err(Failure::Output)?,
        Some(made) => {
            let mut staged = Staged::default();
            staged.add(&made.path, &made.bytes).and_then(|()| staged.publish()).map_err(Failure::Output)?;
        }
        None => {}
    }
    print(outcome.text.as_bytes(), signed)
}
