//! Parses the arguments, runs the UI or a subcommand, turns errors into the exit status.

use std::io::Write as _;
use std::process::ExitCode;

use skyplug_tui::cli::{self, Cli, Exit};
use skyplug_tui::text::visible::visible_lines;

fn main() -> ExitCode {
    let cli = match Cli::of_process() {
        Ok(cli) => cli,
        // Help and version are no errors, and hold nothing from outside.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            tell(&visible_lines(&error.render().to_string()));
            return ExitCode::from(Exit::Failure.status());
        }
    };
    let exit = cli::run(cli).unwrap_or_else(|error| {
        tell(&format!("skyplug-tui: {}\n", visible_lines(&format!("{error:#}"))));
        Exit::Failure
    });
    ExitCode::from(exit.status())
}

/// Tells an error; nobody may be there to read it, as where the terminal has hung up.
fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
