//! The review before a save.

use ratatui::layout::Rect;

use super::bars;
use super::paper::{self, Paper};
use crate::app::layout::{self, Size};
use crate::app::review::{Review, RowKind, sentences};
use crate::app::value::count;
use crate::app::{State, Tone, manifest, writing};
use crate::check::Severity;
use crate::config::writing::Strategy;

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let Some(review) = &state.review else { return };
    let theme = paper.theme;
    let areas = layout::inner(area);
    let errors: usize = review.files.iter().map(|file| file.errors.len()).sum();
    let rest = format!(
        "{}{}",
        count(review.files.len(), "file"),
        if errors > 0 { format!("   {}", count(errors, "new error")) } else { String::new() }
    );
    bars::title(paper, areas.title, "Review before save", &rest);
    let mut body = areas.body;
    let question = question(paper, state, review, &mut body);
    let Some(file) = review.files.get(review.file) else { return };
    let name = manifest::shown(state, file.role);
    let created = if file.created { "  (new file)" } else { "" };
    let title = format!("{name}{created}  +{} -{}", file.added, file.removed);
    let right = if review.files.len() > 1 {
        format!("{} of {}  Tab", review.file + 1, review.files.len())
    } else {
        String::new()
    };
    let inside = match state.layout_size() {
        Size::One => {
            let mut rest = body;
            paper.write(rest, 0, 0, &paper::fit_path(&title, rest.width), theme.heading());
            rest.y += 1;
            rest.height = rest.height.saturating_sub(1);
            rest
        }
        _ => paper.frame(body, &title, &right, true),
    };
    rows(paper, review, inside);
    let total = review.rows().len();
    if total > usize::from(inside.height) {
        let last = (review.offset + usize::from(inside.height)).min(total);
        paper.count(body, &format!("{last}/{total}"));
    }
    if state.status.is_some() || !state.saving.is_empty() || question {
        bars::status(paper, state, areas.status);
    } else {
        let (text, style) = match writing::target(state, file.role) {
            Some(target) if target.strategy != Strategy::Rename => (target.told(), theme.tone(Tone::Told)),
            _ => ("What is not in this diff stays byte for byte.".to_owned(), theme.dim()),
        };
        paper.write(areas.status, 0, 1, &paper::fit(&text, areas.status.width.saturating_sub(2)), style);
    }
    bars::keys(paper, state, areas.bar);
}

/// Says what can be done; tells whether something stops the save.
fn question(paper: &mut Paper<'_>, state: &State, review: &Review, body: &mut Rect) -> bool {
    let theme = paper.theme;
    let small = state.layout_size() == Size::One;
    let Some((_, error)) = review.first_error() else { return false };
    let text = format!("E {}", sentences(error));
    let width = body.width.saturating_sub(2);
    let mut lines = paper::wrap(&crate::text::visible::visible(&text), width);
    lines.truncate(if small { 1 } else { 2 });
    let height = u16::try_from(lines.len()).unwrap_or(0) + 1;
    if body.height < height + 4 {
        return true;
    }
    body.height -= height;
    for (row, line) in (0..).zip(&lines) {
        let place = Rect { y: body.bottom() + row, height: 1, ..*body };
        paper.write(place, 0, 1, line, theme.severity(Severity::Error));
    }
    let place = Rect { y: body.bottom() + height - 1, height: 1, ..*body };
    let other = review.files.len() > 1 && review.files.iter().any(|file| file.errors.is_empty());
    let keys: &[(&str, &str)] = if small {
        &[("e", "rror"), ("d", "raft"), ("!", " force")]
    } else {
        &[
            ("e", " go to the error"),
            ("o", " save the other file"),
            ("d", " keep a draft"),
            ("!", " save although broken"),
        ]
    };
    let mut at = if small { 1 } else { paper.write(place, 0, 1, "What now?  ", theme.heading()) };
    for (key, label) in keys.iter().filter(|(key, _)| other || *key != "o") {
        at = paper.pieces(
            place,
            0,
            at,
            &[("[", theme.text()), (key, theme.key()), ("]", theme.text()), (label, theme.text())],
        ) + 2;
    }
    true
}

fn rows(paper: &mut Paper<'_>, review: &Review, area: Rect) {
    let theme = paper.theme;
    let mut row = 0;
    for line in review.rows().iter().skip(review.offset) {
        if row >= area.height {
            break;
        }
        let style = match line.kind {
            RowKind::Hunk => theme.kind(),
            RowKind::Removed => theme.removed(),
            RowKind::Added => theme.added(),
            RowKind::Heading => theme.heading(),
            RowKind::Context | RowKind::Plain => theme.text(),
            RowKind::Problem(severity) => theme.severity(severity),
        };
        let text = match line.kind {
            RowKind::Problem(severity) => format!("{} {}", severity.letter(), line.text),
            _ => line.text.clone(),
        };
        // Lines of the files stay on one row each; words wrap.
        let is_text = matches!(line.kind, RowKind::Problem(_) | RowKind::Plain);
        let parts = if is_text {
            paper::wrap(&text, area.width.saturating_sub(2))
        } else {
            vec![paper::fit(&text, area.width.saturating_sub(2))]
        };
        for part in parts {
            paper.write(area, row, 1, &part, style);
            row += 1;
        }
    }
}
