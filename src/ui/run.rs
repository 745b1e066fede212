//! The output of a program: what is run, its lines, what came of it.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper};
use crate::app::command::{Context, table};
use crate::app::run::{self, Phase, Purpose, Run};
use crate::app::value::count;

/// Draws the dialog.
pub(super) fn draw(paper: &mut Paper<'_>, run: &Run, screen: Rect) {
    let theme = paper.theme;
    let title = match run.program.purpose {
        Purpose::Build { .. } => "Build of a wheel",
        Purpose::Install { .. } => "Installation of a wheel",
        Purpose::Restart(_) => "Restart of the API server",
    };
    let right = match run.phase {
        Phase::Running => "running",
        Phase::Stopping => "stopping",
        Phase::Ended(..) => "ended",
    };
    let place = run::dialog(screen);
    let (area, _) = dialog(paper, screen, place.width, place.height, title, right);
    let [head, output, foot] = run.areas(screen);
    paper.write(head, 0, 0, &paper::fit(&run.program.shown_whole(), head.width), theme.heading());
    for (row, line) in (0..output.height).zip(run.rows(output.width).into_iter().skip(run.offset)) {
        paper.write(output, row, 0, line, theme.text());
    }
    let (text, style) = match &run.phase {
        Phase::Running => (told(run), theme.dim()),
        Phase::Stopping => ("asked to end; what does not is killed".to_owned(), theme.dim()),
        Phase::Ended(tone, text) => (text.clone(), theme.tone(*tone)),
    };
    let lines = paper::wrap(&text, foot.width);
    for (row, line) in (0..foot.height).zip(&lines) {
        let is_cut = row + 1 == foot.height && lines.len() > usize::from(foot.height);
        let line = if is_cut { paper::more(line, foot.width) } else { line.clone() };
        paper.write(foot, row, 0, &line, style);
    }
    let mut keys = vec![("j/k", "scroll")];
    let commands = table().iter().filter(|row| row.contexts.contains(&Context::Run) && !row.bar.is_empty());
    let named: Vec<_> = commands
        .filter(|row| row.bar != "stop" || !run.has_ended())
        .filter_map(|row| Some((paper.keymap.first(row.id, Context::Run)?, row.bar)))
        .collect();
    keys.extend(named.iter().map(|(key, label)| (key.as_str(), *label)));
    paper.footer(area, &keys);
}

/// Tells how much was printed.
fn told(run: &Run) -> String {
    let dropped = if run.dropped == 0 { String::new() } else { format!(", {} before them dropped", run.dropped) };
    format!("{}{dropped}", count(run.lines.len(), "line"))
}
