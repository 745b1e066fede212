//! The saved versions of a file, and what the one under the cursor would change.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper};
use crate::app::backups::Backups;
use crate::app::command::{Context, table};
use crate::app::mouse::Target;
use crate::app::pages::{COMMANDS_WIDTH, size_text};
use crate::app::value::count;
use crate::check::Severity;
use crate::config::diff::DiffKind;
use crate::text::visible::visible;

/// Draws the dialog.
pub(super) fn draw(paper: &mut Paper<'_>, backups: &Backups, screen: Rect) {
    let theme = paper.theme;
    let title = format!("Backups of {}", backups.role.file_name());
    let right = count(backups.versions.len(), "version");
    let (area, inside) = dialog(paper, screen, COMMANDS_WIDTH, screen.height, &title, &right);
    // On a small screen the diff needs the room more than the list.
    let rows = u16::try_from(backups.versions.len()).unwrap_or(u16::MAX).min(inside.height / 2).max(1);
    let first = backups.cursor.saturating_sub(usize::from(rows) - 1);
    for (row, (at, version)) in (0..rows).zip(backups.versions.iter().enumerate().skip(first)) {
        let told = match &version.text {
            Ok(text) => format!("{}, {}", size_text(text.len() as u64), count(text.lines().count(), "line")),
            Err(why) => visible(why).into_owned(),
        };
        let arrow = if at == backups.cursor { "> " } else { "  " };
        let text = format!("before the save of {}   {told}", version.when);
        let text = paper::fit(&text, inside.width.saturating_sub(2));
        paper.pieces(inside, row, 0, &[(arrow, theme.heading()), (&text, theme.text())]);
        paper.mark_row(inside, row, Target::Item(at));
        if at == backups.cursor {
            paper.style_row(inside, row, theme.selected(true));
        }
    }
    let below = Rect { y: inside.y + rows, height: inside.height.saturating_sub(rows), ..inside };
    diff(paper, backups, below);
    let mut keys = vec![("j/k", "choose"), ("PgDn", "scroll")];
    let commands = table().iter().filter(|row| row.contexts.contains(&Context::Backups) && !row.bar.is_empty());
    let named: Vec<_> =
        commands.filter_map(|row| Some((paper.keymap.first(row.id, Context::Backups)?, row.bar))).collect();
    keys.extend(named.iter().map(|(key, label)| (key.as_str(), *label)));
    paper.footer(area, &keys);
}

fn diff(paper: &mut Paper<'_>, backups: &Backups, area: Rect) {
    let theme = paper.theme;
    let heading = match (backups.diff.is_empty(), &backups.versions[backups.cursor].text) {
        (_, Err(_)) => "it cannot be shown",
        (true, Ok(_)) => "the same as the text here",
        (false, Ok(_)) => "what taking it would change here:",
    };
    paper.write(area, 1, 0, &paper::fit(heading, area.width), theme.heading());
    for (row, line) in (2..area.height).zip(backups.diff.iter().skip(backups.offset)) {
        let style = match line.kind {
            DiffKind::Hunk => theme.kind(),
            DiffKind::Removed => theme.removed(),
            DiffKind::Added => theme.added(),
            DiffKind::Context => theme.text(),
        };
        paper.write(area, row, 0, &paper::diff_line(line, area.width), style);
    }
    if backups.diff.len() + 2 > usize::from(area.height) && backups.offset == 0 {
        let more = format!("{} ", count(backups.diff.len(), "row"));
        let place = Rect { y: area.y + 1.min(area.height), height: area.height.min(1), ..area };
        paper.write_right(place, 0, &more, theme.severity(Severity::Info));
    }
}
