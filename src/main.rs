//! Parses the arguments, runs the UI or a subcommand, turns errors into the exit status.

use std::process::ExitCode;

use clap::Parser as _;
use skyplug_tui::cli::{self, Cli, Exit};
use skyplug_tui::text::visible::visible_lines;

#[expect(clippy::print_stderr, reason = "this is where errors reach a person")]
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are no errors, and hold nothing from outside.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            eprint!("{}", visible_lines(&error.render().to_string()));
            return ExitCode::from(Exit::Failure.status());
        }
    };
    let exit = cli::run(cli).unwrap_or_else(|error| {
        eprintln!("skyplug-tui: {}", visible_lines(&format!("{error:#}")));
        Exit::Failure
    });
    ExitCode::from(exit.status())
}
