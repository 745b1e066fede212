//! The parameter screen: the tree, and what is to be said of the value under the cursor.

use ratatui::layout::Rect;

use super::paper::{self, Paper, readable};
use super::{bars, detail, problems};
use crate::app::layout::{self, Size};
use crate::app::tree::{Row, Shape, place_on_disk};
use crate::app::{State, completion, edits, filters, form::Filtered, review, value};
use crate::config::Role;
use crate::config::secret::{self, MASK};
use crate::text::visible::visible;
use crate::yaml::{Document, Pointer, Value};

/// Entries larger than this are not masked line by line for each frame, in bytes.
const MASK_LIMIT: usize = 1 << 16;

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let areas = layout::inner(area);
    let (tree, about) = layout::parameters(areas.body);
    let class = detail::class(state);
    let entry = state.current_entry();
    let name = if area.width >= 60 { format!("Parameters: {class}") } else { class.clone() };
    let rest = entry.map_or(String::new(), |(role, index)| {
        let star = if state.is_unsaved(role) { " *" } else { "" };
        format!("#{} in {}{star}", index + 1, role.file_name())
    });
    let narrow = state.layout_size() <= Size::One;
    if narrow && let Some(level) = &state.tree.level {
        let path = visible(&Pointer::from_tokens(level.tokens().iter().skip(3).cloned()).to_path()).into_owned();
        bars::title(paper, areas.title, &paper::fit_path(&format!("{class} > {path}"), 28), "");
    } else {
        bars::title(paper, areas.title, &name, &rest);
    }
    let inside = if narrow {
        tree
    } else {
        let count = state.tree.rows.iter().filter(|row| row.shape != Shape::Add).count();
        let right = filters::told(state, Filtered::Values).unwrap_or_else(|| value::count(count, "row"));
        paper.frame(tree, "Parameters", &right, true)
    };
    detail::tree(paper, state, inside, true);
    if !narrow {
        detail::tree_count(paper, state, tree, inside.height);
    }
    let (about, source) = halves(about);
    self::source(paper, state, source);
    if let Some(row) = state.tree.current() {
        tell(paper, state, about, row, narrow);
    }
    if state.status.is_none() && narrow && !bars::tells_filter(state) {
        problems::one_line(paper, state, areas.status);
    } else {
        bars::status(paper, state, areas.status);
    }
    bars::keys(paper, state, areas.bar);
}

/// Splits a tall area: what is said of the value, and the text it stands in.
const fn halves(area: Rect) -> (Rect, Rect) {
    const ABOUT: u16 = 12;
    if area.height < 2 * ABOUT {
        return (area, Rect { height: 0, ..area });
    }
    let below = Rect { y: area.y + ABOUT, height: area.height - ABOUT, ..area };
    (Rect { height: ABOUT, ..area }, below)
}

/// Draws the text of the entry, the lines of the value under the cursor marked.
fn source(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let theme = paper.theme;
    let Some((role, index)) = state.current_entry() else { return };
    let (Some(document), Some(entry)) = (state.workspace.document(role), state.list(role).entries.get(index)) else {
        return;
    };
    let inside = paper.frame(area, &format!("As written in {}", role.file_name()), "", false);
    let lines = document.lines();
    let (first, last) =
        (lines.line_of(entry.span.start), lines.line_of(entry.span.end.saturating_sub(1).max(entry.span.start)));
    let marked = state.tree.current().and_then(|row| row.node).map(|node| document.span(node));
    let marked =
        marked.map(|span| (lines.line_of(span.start), lines.line_of(span.end.saturating_sub(1).max(span.start))));
    let page = usize::from(inside.height);
    // The value under the cursor is in sight.
    let top =
        marked.map_or(first, |(from, _)| from.saturating_sub(page / 2)).min((last + 1).saturating_sub(page)).max(first);
    // The whole entry is masked at once: names above a value make it a secret.
    let whole = &document.text()[lines.start_of(first)..lines.line(document.text(), last).end];
    let text = if state.settings.show_secrets || whole.len() > MASK_LIMIT {
        whole.to_owned()
    } else {
        secret::masked(&Document::parse(whole))
    };
    let hidden = !state.settings.show_secrets && whole.len() > MASK_LIMIT;
    for (row, (line, text)) in (0..inside.height).zip((first..=last).zip(text.lines()).skip(top - first)) {
        let is_marked = marked.is_some_and(|(from, to)| (from..=to).contains(&line));
        let number = format!("{}{:>4} ", if is_marked { ">" } else { " " }, line + 1);
        let text = if hidden { MASK.to_owned() } else { visible(&text.replace('\t', "    ")).into_owned() };
        let text = paper::fit(&text, inside.width.saturating_sub(7));
        let style = if is_marked { theme.heading() } else { theme.dim() };
        paper.pieces(inside, row, 0, &[(&number, theme.dim()), (&text, style)]);
    }
}

/// Says what the value under the cursor is, was and means.
fn tell(paper: &mut Paper<'_>, state: &State, area: Rect, row: &Row, narrow: bool) {
    let theme = paper.theme;
    let path = visible(&Pointer::from_tokens(row.pointer.tokens().iter().skip(3).cloned()).to_path()).into_owned();
    let title = if row.shape == Shape::Add { row.name.trim_start_matches("+ ").to_owned() } else { path };
    let inside = if narrow { area } else { paper.frame(area, &title, row.kind, false) };
    let mut lines: Vec<(&str, String)> = Vec::new();
    if row.shape == Shape::Add {
        lines.push(("", "Enter or a adds something at this level: a name, a value, a type.".to_owned()));
        lines.push(("", "Lists and maps: type [a, b] or {a: 1}, or choose the type.".to_owned()));
        lines.extend(signature(state, &row.pointer));
    } else {
        lines.extend(facts(state, row));
    }
    let mut at = 0;
    for (label, text) in lines {
        let indent = if label.is_empty() { 1 } else { 17 };
        if !label.is_empty() {
            paper.write(inside, at, 1, label, theme.dim());
        }
        for part in paper::wrap(&text, readable(inside.width.saturating_sub(indent + 1))).into_iter().take(8) {
            paper.write(inside, at, indent, &part, theme.text());
            at += 1;
        }
    }
    for number in
        state.current_entry().and_then(|(role, index)| state.list(role).problems.get(&index)).into_iter().flatten()
    {
        let Some(one) = state.problems.get(*number) else { continue };
        if one.place.pointer.as_ref() != Some(&row.pointer) {
            continue;
        }
        let fix = one.fix.as_ref().map_or(String::new(), |fix| format!("  [f] {}", fix.label));
        let text = format!("{} {}{}", one.severity.letter(), review::problem_text(one), visible(&fix));
        for part in paper::wrap(&text, inside.width.saturating_sub(2)) {
            paper.write(inside, at, 1, &part, theme.severity(one.severity));
            at += 1;
        }
    }
}

/// Tells what the constructor of the class takes, on the row that adds a parameter.
fn signature<'a>(state: &State, level: &Pointer) -> Vec<(&'a str, String)> {
    let class = completion::class_at(state, state.role, level).filter(|_| level.tokens().len() == 3);
    let Some(class) = class else { return Vec::new() };
    let Some(parameters) = &class.parameters else {
        return vec![("the class takes", "what could not be read".to_owned())];
    };
    if parameters.is_empty() {
        return vec![("the class takes", "no parameters".to_owned())];
    }
    let label = |number: usize| if number == 0 { "the class takes" } else { " " };
    parameters.iter().enumerate().map(|(at, one)| (label(at), visible(&one.to_string()).into_owned())).collect()
}

/// Tells what the class says of a parameter.
fn about(state: &State, role: Role, pointer: &Pointer) -> Vec<(&'static str, String)> {
    let class = completion::class_at(state, role, pointer);
    let Some(one) = pointer.tokens().get(3).and_then(|name| class?.parameter(name)) else { return Vec::new() };
    let mut lines = vec![("the class says", visible(&one.to_string()).into_owned())];
    if pointer.tokens().len() == 4 {
        lines.extend(one.doc.iter().map(|doc| ("", visible(&doc.replace('\n', " ")).into_owned())));
    }
    lines
}

fn facts<'a>(state: &State, row: &Row) -> Vec<(&'a str, String)> {
    let Some((role, index)) = state.current_entry() else { return Vec::new() };
    let mut lines = Vec::new();
    let masked = state.tree.masks(row, state.settings.show_secrets);
    let document = state.workspace.document(role);
    let read = edits::value_at(document, &row.pointer);
    let hide = |text: String| if masked { MASK.to_owned() } else { text };
    // Another value than the written one may be a secret by its shape alone: that of an alias, that on disk.
    let hide_value = |value: &Value, text: String| {
        let hides = !row.secret && !state.settings.show_secrets;
        if hides && value.as_str().is_some_and(secret::is_secret_text) { MASK.to_owned() } else { hide(text) }
    };
    if let (Some(document), Some(node)) = (document, row.node) {
        let is_collection = matches!(row.shape, Shape::Map(_) | Shape::List(_));
        let source = match document.source(node) {
            source if !is_collection || state.settings.show_secrets => source.to_owned(),
            source if source.len() > MASK_LIMIT => MASK.to_owned(),
            _ => secret::masked_source(document, node),
        };
        if !is_collection || !source.contains('\n') {
            for (number, line) in edits::written_lines(&source).into_iter().enumerate() {
                let cut: String = line.chars().take(400).collect();
                lines.push((if number == 0 { "written as" } else { " " }, hide(cut)));
                if masked {
                    break;
                }
            }
        }
    }
    if let Some(read) = &read {
        let text: String = value::shown(read).chars().take(400).collect();
        lines.push(("SkyPilot reads", hide_value(read, format!("{}  {text}", value::type_name(read)))));
    }
    let disk = state.disk.document(role);
    let origin = state.list(role).origins.get(index).copied().flatten();
    let was = origin.and_then(|origin| edits::value_at(disk, &place_on_disk(&row.pointer, origin)));
    match (&was, row.sign) {
        (Some(was), "~") => {
            let text: String = value::shown(was).chars().take(200).collect();
            lines.push(("on disk", hide_value(was, format!("{}  {text}", value::type_name(was)))));
        }
        (_, "+") => lines.push(("on disk", "not there yet".to_owned())),
        _ => {}
    }
    if masked {
        lines.push(("", "masked: v shows it, y copies the real value".to_owned()));
    }
    if let Shape::Alias(name) = &row.shape {
        lines
            .push(("", format!("It repeats what stands at &{}: editing here replaces the alias only.", visible(name))));
    }
    if matches!(row.shape, Shape::Map(_) | Shape::List(_)) {
        lines.push(("", if row.open { "Enter or h folds it." } else { "Enter or l opens it." }.to_owned()));
    }
    if row.stray {
        let text =
            "SkyPilot knows only class and parameters in an entry: this key makes it refuse the file. d deletes it.";
        lines.push(("", text.to_owned()));
    } else {
        lines.extend(about(state, role, &row.pointer));
    }
    lines
}
