//! What lies over a screen, but for forms: questions, texts of several lines, directories, backups.

use super::page::{Choice, Does, Page, Rows, window};
use super::{Dialogue, diff};
use crate::app::State;
use crate::app::command::Id;
use crate::app::forms;
use crate::app::keymap::{Code, Key};
use crate::app::message::Effect;
use crate::app::modal::{Answer, AreaOf, Menu, Modal};
use crate::app::value::count;
use crate::text::visible::{visible, visible_name};

const ESCAPE: Key = Key::plain(Code::Esc);

/// The words that leave a dialog.
pub(super) const BACK: [&str; 3] = ["back", "esc", "cancel"];

/// Returns a question with its answers.
pub(super) fn question(state: &State) -> Option<Page> {
    let Some(Modal::Menu(menu)) = state.modals.last() else { return None };
    let mut lines = vec![if menu.title.ends_with('?') { menu.title.clone() } else { format!("{}:", menu.title) }];
    lines.extend(menu.text.iter().filter(|line| !line.is_empty()).cloned());
    lines.extend(diff::told(&menu.diff));
    for (at, item) in menu.items.iter().enumerate() {
        // The key that the screens name beside it chooses nothing here.
        let detail =
            if matches!(item.detail.as_str(), "" | "Enter") { String::new() } else { format!(", {}", item.detail) };
        // What could lose something wants more than a number.
        let number = if item.by_enter { (at + 1).to_string() } else { format!("only by {}:", item.key) };
        lines.push(format!("{number} {}{detail}", item.label));
    }
    lines.push(format!("back: {}", if menu.escape == "back" { "nothing changes" } else { menu.escape }));
    let key = format!("question {} {}", state.modals.len(), lines.join("\n"));
    Some(Page { key, name: "Question", lines, ..Page::default() })
}

/// Returns the answer that a line gives.
fn answer_of(menu: &Menu, line: &str) -> Option<char> {
    if let Ok(number) = line.parse::<usize>() {
        // Keys may be digits too: those of styles; their labels tell them apart.
        let item = number.checked_sub(1).and_then(|at| menu.items.get(at));
        return item.filter(|item| item.by_enter).map(|item| item.key);
    }
    let by_key = menu.items.iter().find(|item| line.chars().eq([item.key]));
    let lower = line.to_lowercase();
    let mut by_label = menu.items.iter().filter(|item| {
        let label = item.label.to_lowercase();
        label == lower || (lower.chars().count() >= 3 && label.starts_with(&lower))
    });
    by_key.or_else(|| by_label.next().filter(|_| by_label.next().is_none())).map(|item| item.key)
}

/// Returns the choice of a directory.
pub(super) fn directory(state: &State, from: usize) -> Option<Page> {
    let Some(Modal::Browse(browse)) = state.modals.last() else { return None };
    let Some(listing) = &browse.listing else {
        let lines = vec!["The directory has not been listed yet.".to_owned()];
        return Some(Page { key: "directory".to_owned(), name: "Directory", lines, ..Page::default() });
    };
    let path = visible_name(listing.path.as_os_str());
    let mut lines = vec![format!("{}: {path}, {}.", browse.title, count(listing.wheels_here, "wheel"))];
    lines.extend(listing.problem.as_ref().map(|problem| format!("W {}", visible(problem))));
    let row = |at: usize| {
        let entry = &listing.entries[at];
        (at + 1, format!("{}, {}", visible_name(&entry.name), count(entry.wheels, "wheel")))
    };
    let total = listing.entries.len();
    let rows = Rows { shown: window(from, total).map(row).collect(), total, last: total, filters: false };
    let choices = vec![
        Choice::new("choose (this directory)", &[], Does::Run(Id::ChooseDirectory)),
        Choice::new("up", &[], Does::Run(Id::ParentDirectory)),
        Choice::new("back", &[], Does::Run(Id::Close)),
    ];
    let key = format!("directory {path} {}", window(from, total).start);
    Some(Page { key, name: "Directory", lines, rows: Some(rows), choices })
}

/// Returns what a search has found, or the edits of the session.
pub(super) fn choice(state: &State, from: usize) -> Option<Page> {
    let Some(Modal::Choice(choice)) = state.modals.last() else { return None };
    let total = choice.rows.len();
    let right = if choice.right.is_empty() { String::new() } else { format!(", {}", choice.right) };
    let lines = vec![format!("{}{right}. A number goes there, back closes it.", choice.title)];
    let row = |at: usize| {
        let row = &choice.rows[at];
        (at + 1, if row.detail.is_empty() { row.label.clone() } else { format!("{}, {}", row.label, row.detail) })
    };
    let rows = Rows { shown: window(from, total).map(row).collect(), total, last: total, filters: false };
    let key = format!("choice {} {total} {}", choice.title, window(from, total).start);
    Some(Page { key, name: "List", lines, rows: Some(rows), choices: Vec::new() })
}

/// Returns the saved versions of a file.
pub(super) fn backups(state: &State) -> Option<Page> {
    let Some(Modal::Backups(backups)) = state.modals.last() else { return None };
    let name = backups.role.file_name();
    let mut lines =
        vec![format!("Saved versions of {name}, the last one first. A number tells what one would change.")];
    if let Some(version) = backups.versions.get(backups.cursor) {
        lines.push(format!("Version {}, saved over at {}:", backups.cursor + 1, version.when));
        match &version.text {
            Err(why) => lines.push(format!("It cannot be taken: {}.", visible(why))),
            Ok(_) if backups.diff.is_empty() => lines.push("no difference".to_owned()),
            Ok(_) => lines.extend(diff::told(&backups.diff)),
        }
    }
    let row = |(at, version): (usize, &crate::app::message::SavedVersion)| (at + 1, version.when.clone());
    let total = backups.versions.len();
    let shown = backups.versions.iter().enumerate().map(row).collect();
    let rows = Rows { shown, total, last: total, filters: false };
    let restore = format!("restore (version {})", backups.cursor + 1);
    let choices = vec![
        Choice::new(restore, &[], Does::Run(Id::Restore)),
        Choice::new("other file", &[], Does::Run(Id::NextFile)),
        Choice::new("back", &[], Does::Run(Id::Close)),
    ];
    let key = format!("backups {name} {} {total}", backups.cursor);
    Some(Page { key, name: "Backups", lines, rows: Some(rows), choices })
}

impl Dialogue {
    pub(super) fn answer_question(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let line = line.trim();
        let Some(Modal::Menu(menu)) = state.modals.last() else { return Vec::new() };
        let lower = line.to_lowercase();
        if let Some(key) = answer_of(menu, line) {
            let runs = menu.items.iter().find(|item| item.key == key).and_then(|item| match item.answer {
                Answer::Run(id) => Some(id),
                _ => None,
            });
            let before = state.history.undo_count();
            let effects = self.press(state, Key::plain(Code::Char(key)));
            if let Some(id) = runs {
                self.follow(state, id, before);
            }
            return effects;
        }
        if BACK.contains(&lower.as_str()) || lower == menu.escape {
            return self.press(state, ESCAPE);
        }
        match lower.as_str() {
            "" => self.again(),
            "?" | "help" => self.help_question(),
            _ => self.tell(format!("{} is no answer to this question.", visible(line))),
        }
        Vec::new()
    }

    pub(super) fn answer_directory(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let Some(Modal::Browse(browse)) = state.modals.last_mut() else { return Vec::new() };
        let total = browse.listing.as_ref().map_or(0, |listing| listing.entries.len());
        let line = line.trim().to_lowercase();
        browse.cursor = 0;
        match line.as_str() {
            "" => self.again(),
            "choose" | "s" => return self.press(state, Key::plain(Code::Char('s'))),
            "up" | "h" => return self.press(state, Key::plain(Code::Char('h'))),
            "more" => self.turn(),
            "?" | "help" => self.tell("A number opens a directory; choose takes the one that is open; up; back."),
            word if BACK.contains(&word) => return self.press(state, ESCAPE),
            word => match word.parse::<usize>() {
                Ok(number) if (1..=total).contains(&number) => {
                    browse.cursor = number;
                    self.from = 0;
                    return self.press(state, Key::plain(Code::Enter));
                }
                _ => self.tell(format!("{} is no directory here.", visible(word))),
            },
        }
        Vec::new()
    }

    pub(super) fn answer_choice(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let Some(Modal::Choice(choice)) = state.modals.last_mut() else { return Vec::new() };
        let line = line.trim().to_lowercase();
        match line.as_str() {
            "" => self.again(),
            "more" => self.turn(),
            "?" | "help" => {
                self.tell("A number goes where the row leads; more tells the next rows; back closes the list.");
            }
            word if BACK.contains(&word) => return self.press(state, ESCAPE),
            word => match word.parse::<usize>() {
                Ok(number) if (1..=choice.rows.len()).contains(&number) => {
                    choice.cursor = number - 1;
                    self.from = 0;
                    let effects = self.press(state, Key::plain(Code::Enter));
                    self.arrive(state);
                    return effects;
                }
                _ => self.tell(format!("There is no row {}.", visible(word))),
            },
        }
        Vec::new()
    }

    pub(super) fn answer_backups(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let Some(Modal::Backups(backups)) = state.modals.last() else { return Vec::new() };
        let total = backups.versions.len();
        let line = line.trim().to_lowercase();
        match line.as_str() {
            "" => self.again(),
            "restore" | "r" => return self.press(state, Key::plain(Code::Char('r'))),
            "other file" | "other" => return self.press(state, Key::plain(Code::Tab)),
            "?" | "help" => {
                self.tell("A number tells what a version would change; restore takes it; other file; back.");
            }
            word if BACK.contains(&word) => return self.press(state, ESCAPE),
            word => match word.parse::<usize>() {
                Ok(number) if (1..=total).contains(&number) => {
                    self.press(state, Key::plain(Code::Char('g')));
                    for _ in 1..number {
                        self.press(state, Key::plain(Code::Char('j')));
                    }
                }
                _ => self.tell(format!("There is no version {}.", visible(word))),
            },
        }
        Vec::new()
    }

    // A text of several lines.

    /// Returns what is told of the text in hand.
    pub(super) fn tell_area(&mut self, state: &State) -> Vec<String> {
        let Some(Modal::Area(area)) = state.modals.last() else { return Vec::new() };
        let key = format!("area {}", area.text());
        if self.typed.is_some() || self.told.as_ref() == Some(&key) {
            return Vec::new();
        }
        self.told = Some(key);
        let mut out = vec![format!("{}, {}:", area.title, count(area.editor.lines().len(), "line"))];
        let name = match &area.about {
            AreaOf::Value { pointer, .. } => pointer.tokens().last().map_or("", String::as_str),
            AreaOf::Comment(_) | AreaOf::Entries(_) => "",
        };
        if crate::config::secret::is_secret_name(name) && !state.settings.show_secrets {
            out.push(crate::config::secret::MASK.to_owned());
        } else {
            out.extend(area.editor.lines().iter().map(|line| visible(line).into_owned()));
        }
        out.extend(
            [
                "1 type it anew",
                "2 type more lines behind it",
                "3 open in $EDITOR",
                "4 keep it",
                "back: drop the changes",
            ]
            .map(str::to_owned),
        );
        out
    }

    pub(super) fn answer_area(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let Some(Modal::Area(area)) = state.modals.last() else { return Vec::new() };
        match line.trim().to_lowercase().as_str() {
            "1" | "type" => self.typed = Some(Vec::new()),
            "2" | "more" => self.typed = Some(area.editor.lines().to_vec()),
            "3" | "editor" => return self.press(state, Key::plain(Code::F(4))),
            "4" | "keep" => {
                self.again();
                return forms::accept_area(state);
            }
            "" => self.again(),
            "?" | "help" => self.help_area(),
            word if BACK.contains(&word) => return self.press(state, ESCAPE),
            word => self.tell(format!("{} is no answer here.", visible(word))),
        }
        Vec::new()
    }

    /// Takes a line of the text; a dot alone ends it, as in ed.
    pub(super) fn type_line(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let Some(typed) = &mut self.typed else { return Vec::new() };
        if line != "." {
            // A line that is one dot is typed as two.
            let line = if line == ".." { "." } else { line };
            typed.push(crate::app::field::clean_paste(line));
            return Vec::new();
        }
        let text = typed.join("\n");
        self.typed = None;
        if let Some(Modal::Area(area)) = state.modals.last_mut() {
            area.editor = forms::text_area(&text);
        }
        self.again();
        Vec::new()
    }

    /// Goes on in a long list.
    pub(super) fn turn(&mut self) {
        self.from += super::page::PAGE_ROWS;
        self.again();
    }
}
