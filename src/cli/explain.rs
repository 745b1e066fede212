//! The subcommand `explain`: one diagnostic, the list of all, and the page with all.

use std::fmt::Write as _;

use anyhow::bail;

use super::Exit;
use super::output::Output;
use crate::check::Code;

/// What stands above the table of the page with all.
const HEAD: &str = "# Diagnostics

All that `skyplug-tui check` and the screens tell of. `skyplug-tui explain --all` writes this page, \
                    `skyplug-tui explain CODE` one section of it. The severity is the usual one: `error` means that \
                    SkyPilot refuses the file or crashes, or that the launch fails; `warning` that it is probably not \
                    what was meant; `info` is worth knowing.

| code | severity | what it is |
|---|---|---|
";

/// Explains one diagnostic; without a name lists them, with `all` writes the page.
pub(super) fn explain(name: Option<&str>, all: bool, out: &mut Output) -> anyhow::Result<Exit> {
    match name {
        None if all => out.text(&page())?,
        None => out.text(&list())?,
        Some(name) => match Code::of_name(name) {
            Some(code) => out.text(&section(code))?,
            None => bail!("{}", unknown(name)),
        },
    }
    Ok(Exit::Fine)
}

fn unknown(name: &str) -> String {
    let nearest = Code::nearest(name).map_or_else(String::new, |code| format!("did you mean {}? ", code.name()));
    format!("there is no diagnostic {name:?}: {nearest}`explain` without a code lists all")
}

fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
    Code::ALL.iter().fold(String::new(), |mut text, code| {
        let _ = writeln!(text, "{:width$}  {:7}  {}", code.name(), code.severity().name(), code.title());
        text
    })
}

fn section(code: Code) -> String {
    format!(
        "{}: {} ({})\n\n{}\n\nReleases: {}\n\nExample:\n\n{}",
        code.name(),
        code.title(),
        code.severity().name(),
        code.explanation(),
        code.seen().told(),
        indented(code.example()),
    )
}

/// Returns the page with all diagnostics, in Markdown.
fn page() -> String {
    let mut text = HEAD.to_owned();
    for code in Code::ALL {
        let (name, severity) = (code.name(), code.severity().name());
        let _ = writeln!(text, "| [`{name}`](#{name}) | {severity} | {} |", code.title());
    }
    for code in Code::ALL {
        let (what, fix) = code.explanation().split_once("\n\nFix: ").unwrap_or((code.explanation(), ""));
        let _ = write!(
            text,
            "\n## {}\n\n{} ({}). {what}\n\n**Fix:** {fix}\n\n**Releases:** {}\n\n**Example:**\n\n{}",
            code.name(),
            code.title(),
            code.severity().name(),
            code.seen().told(),
            indented(code.example()),
        );
    }
    text
}

/// Returns a text as a block of code, in Markdown and for people.
fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |mut block, line| {
        let _ = writeln!(block, "    {line}");
        block
    })
}
