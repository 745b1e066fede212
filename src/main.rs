//! Parses the arguments, runs the UI or a subcommand, turns errors into the exit status.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use skyplug_tui::cli::{self, Cli, Exit};
use skyplug_tui::text::visible::visible_lines;

fn main() -> ExitCode {
    let cli = match parse() {
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

/// Parses the arguments, as [`clap::Parser::try_parse`] does.
///
/// Without any the screens are wanted: the table of all subcommands is half a
/// millisecond of what the first frame takes, and is not made for that.
fn parse() -> Result<Cli, clap::Error> {
    if std::env::args_os().len() == 1 {
        return Ok(Cli::default());
    }
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    // To take the table of all subcommands apart is a twentieth of a short answer, and the process ends soon.
    std::mem::forget(command);
    Cli::from_arg_matches_mut(&mut matches?).map_err(|error| error.format(&mut Cli::command()))
}

/// Tells an error; nobody may be there to read it, as where the terminal has hung up.
fn tell(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
