//! `purge`: deletes what the program has kept of the files.

use std::fmt::Write as _;

use super::output::Output;
use super::{Exit, Session};
use crate::app::value::count;
use crate::io::purge::purge;

pub(super) fn run(session: &Session, dry_run: bool, out: &mut Output) -> anyhow::Result<Exit> {
    if session.globals.read_only && !dry_run {
        anyhow::bail!("--read-only: nothing was deleted");
    }
    let verb = if dry_run { "would delete" } else { "deleted" };
    let mut text = String::new();
    for (noun, removed) in purge(&session.environment, dry_run)? {
        if removed.files > 0 {
            let bytes = count(usize::try_from(removed.bytes).unwrap_or(usize::MAX), "byte");
            let _ = writeln!(text, "{verb} {} ({bytes})", count(removed.files, noun));
        }
        if removed.running > 0 {
            let _ = writeln!(text, "left {} of a running copy", count(removed.running, noun));
        }
    }
    if text.is_empty() {
        text.push_str("nothing is kept\n");
    }
    out.text(&text)?;
    Ok(Exit::Fine)
}
