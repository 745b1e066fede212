//! Parses the arguments, runs the UI or a subcommand, turns errors into the exit status.

use std::process::ExitCode;

use clap::Parser as _;
use skyplug_tui::cli::{self, Cli, Exit};
use skyplug_tui::text::visible::visible_lines;

#[expect(clippy::print_stderr, reason = "this is where errors reach a person")]
fn main() -> ExitCode {
    let exit = cli::run(Cli::parse()).unwrap_or_else(|error| {
        eprintln!("skyplug-tui: {}", visible_lines(&format!("{error:#}")));
        Exit::Failure
    });
    ExitCode::from(exit.status())
}
