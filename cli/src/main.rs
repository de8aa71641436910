//! `flaneur`, the shop's side: builds packs from feeds and logs.

use std::process::ExitCode;

fn main() -> ExitCode {
    flaneur_cli::run(std::env::args_os())
}
