//! The subcommands `completions` and `man`: what a package installs beside the program.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::output::Output;
use super::{Cli, Exit};

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell, out: &mut Output) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "skyplug-tui", &mut script);
    out.text(&String::from_utf8(script).context("the completions are no UTF-8")?)?;
    Ok(Exit::Fine)
}

/// Prints the man page of the program, or writes one for it and each subcommand into a directory.
pub(super) fn man(directory: Option<&Path>, out: &mut Output) -> anyhow::Result<Exit> {
    let Some(directory) = directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).context("cannot write the man page")?;
        out.text(&String::from_utf8(page).context("the man page is no UTF-8")?)?;
        return Ok(Exit::Fine);
    };
    let told = || format!("cannot write the man pages into {}", directory.display());
    std::fs::create_dir_all(directory).with_context(told)?;
    clap_mangen::generate_to(Cli::command(), directory).with_context(told)?;
    out.text(&format!("wrote the man pages into {}\n", directory.display()))?;
    Ok(Exit::Fine)
}
