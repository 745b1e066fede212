//! What one wheel is, as lines: beside the list, and to be read whole.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::message::Effect;
use super::needle::Needle;
use super::pages::{self, LineKind, PageLine, inspection, size_text, wheel_directory, wheel_row};
use super::value::count;
use super::{State, Tone, dialogs, forms};
use crate::check::{FileKind, Severity};
use crate::config::Role;
use crate::python::{PluginClass, SourceKind};
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::{Contents, Inspection, Record};
use crate::wheel::filename::{Architecture, WheelName};
use crate::wheel::{DirectoryEntry, EntryKind};

/// The most files of a wheel that are listed.
const MOST_FILES: usize = 2_000;

/// What the wheel list shows, and how.
#[derive(Clone, Debug, Default)]
pub struct WheelView {
    /// What the names are filtered by, whatever the case.
    pub filter: String,
    /// What they are sorted by.
    pub order: WheelOrder,
    /// The rows, as places in the directory.
    rows: Vec<usize>,
}

impl WheelView {
    /// Returns the rows, as places in the directory.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}

/// What wheels are sorted by; what is not uploaded comes behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WheelOrder {
    /// By the bytes of the name.
    #[default]
    Name,
    /// The largest first.
    Size,
    /// The newest first.
    Date,
}

impl WheelOrder {
    /// Returns how it is told.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "by name",
            Self::Size => "by size",
            Self::Date => "by date",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Name => Self::Size,
            Self::Size => Self::Date,
            Self::Date => Self::Name,
        }
    }
}

/// Finds the rows anew; the cursor stays on its name.
pub(super) fn arrange(state: &mut State) {
    let current = wheel_row(state, state.wheel.at).map(|entry| entry.name.clone());
    let view = &state.wheel_view;
    let entries = wheel_directory(state).map_or(&[][..], |directory| directory.entries());
    let needle = Needle::of(&view.filter);
    let holds = |at: &usize| needle.is_in(&entries[*at].name.to_string_lossy());
    let mut rows: Vec<usize> = (0..entries.len()).filter(holds).collect();
    rows.sort_by_key(|at| {
        let entry = &entries[*at];
        let size = if view.order == WheelOrder::Size { entry.size } else { 0 };
        let date = entry.modified.filter(|_| view.order == WheelOrder::Date);
        (!entry.is_wheel(), Reverse(size), Reverse(date))
    });
    let at = current.and_then(|name| rows.iter().position(|at| entries[*at].name == name));
    state.wheel.at = at.unwrap_or_else(|| state.wheel.at.min(rows.len().saturating_sub(1)));
    state.wheel_view.rows = rows;
}

/// Shows only the names that hold a text.
pub(super) fn set_filter(state: &mut State, filter: String) {
    state.wheel_view.filter = filter;
    arrange(state);
}

/// Sorts by what comes next.
pub(super) fn sort(state: &mut State) {
    state.wheel_view.order = state.wheel_view.order.next();
    arrange(state);
    let order = state.wheel_view.order;
    let first = match order {
        WheelOrder::Name => "",
        WheelOrder::Size => ", the largest first",
        WheelOrder::Date => ", the newest first",
    };
    state.say(Tone::Told, format!("Sorted {}{first}.", order.name()));
}

/// Shows all that is known of the wheel under the cursor.
pub(super) fn show(state: &mut State) {
    let Some(entry) = wheel_row(state, state.wheel.at) else {
        let text = pages::no_wheels(state);
        state.say(Tone::Told, text);
        return;
    };
    let title = visible_name(&entry.name);
    let text = detail(state, entry).into_iter().map(|line| line.text).collect();
    dialogs::notice(state, title, text);
}

/// Opens the form for a class of the wheel under the cursor.
pub(super) fn add_class(state: &mut State) -> Vec<Effect> {
    let named = wheel_row(state, state.wheel.at).map(|entry| {
        let all: Vec<String> =
            classes(state, entry).filter(|one| one.is_abstract != Some(true)).map(|one| one.class.clone()).collect();
        match all.as_slice() {
            // Of several the part that they share leaves the choice.
            [one] => Some(one.clone()),
            [first, ..] => Some(first.split('.').next().unwrap_or_default().to_owned()),
            [] => None,
        }
    });
    let Some(Some(class)) = named else {
        state.say(Tone::Told, "No plugin class was found in this wheel; a in a list adds any class.");
        return Vec::new();
    };
    let mut form = forms::add_class(state, Role::Remote, None, false);
    if let Some(field) = form.field() {
        field.set(class);
    }
    forms::open(state, form);
    Vec::new()
}

/// Copies the path of the wheel under the cursor.
pub(super) fn yank(state: &State) -> Vec<Effect> {
    let (Some(directory), Some(entry)) = (wheel_directory(state), wheel_row(state, state.wheel.at)) else {
        return Vec::new();
    };
    let Some(text) = directory.path.join(&entry.name).to_str().map(str::to_owned) else { return Vec::new() };
    vec![Effect::Copy { text, what: "the path of the wheel".to_owned() }]
}

/// Returns the plugin classes of a wheel.
pub fn classes<'s>(state: &'s State, entry: &DirectoryEntry) -> impl Iterator<Item = &'s PluginClass> {
    let path = wheel_directory(state).map(|directory| directory.path.join(&entry.name));
    state
        .facts
        .catalog
        .found
        .iter()
        .filter(move |one| one.origin.kind == SourceKind::Wheel && Some(&one.origin.from) == path.as_ref())
}

/// Returns all that is known of a wheel, the most useful first.
#[must_use]
pub fn detail(state: &State, entry: &DirectoryEntry) -> Vec<PageLine> {
    let mut out = Vec::new();
    if !entry.is_wheel() {
        let why = if entry.kind == EntryKind::Directory {
            "A directory: wheels in it are not uploaded."
        } else {
            "Not uploaded: only names that end in .whl are."
        };
        out.push(PageLine::new(LineKind::Plain, why));
        return out;
    }
    problems(state, entry, &mut out);
    plugin_classes(state, entry, &mut out);
    name(entry, &mut out);
    match inspection(state, entry).map(|one| (one, &one.contents)) {
        None => out.push(PageLine::new(LineKind::Dim, "Its content was not read.")),
        Some((_, Err(why))) => {
            out.push(PageLine::new(LineKind::Problem(Severity::Warning), visible(why).into_owned()));
        }
        Some((one, Ok(contents))) => self::contents(one, contents, &mut out),
    }
    out
}

fn fact(out: &mut Vec<PageLine>, label: &str, text: &str) {
    out.push(PageLine::new(LineKind::Plain, format!("{label:<17}{}", visible(text))));
}

fn heading(out: &mut Vec<PageLine>, text: &str) {
    if !out.is_empty() {
        out.push(PageLine::new(LineKind::Plain, ""));
    }
    out.push(PageLine::new(LineKind::Heading, text));
}

fn problems(state: &State, entry: &DirectoryEntry, out: &mut Vec<PageLine>) {
    let is_here = |path: &std::path::Path| path.file_name() == Some(&entry.name);
    for one in state.problems.iter().filter(|one| one.place.file == FileKind::Wheels) {
        if one.place.path.as_deref().is_some_and(is_here) {
            let text = format!("{} {}", one.severity.letter(), visible(&super::review::sentences(one)));
            out.push(PageLine::new(LineKind::Problem(one.severity), text));
        }
    }
}

fn plugin_classes(state: &State, entry: &DirectoryEntry, out: &mut Vec<PageLine>) {
    let all: Vec<&PluginClass> = classes(state, entry).collect();
    if all.is_empty() {
        return;
    }
    heading(out, "plugin classes (read, not run)");
    for class in all {
        let mut used = Vec::new();
        for role in Role::ALL {
            let word = if role == Role::Api { "API" } else { "remote" };
            let entries = state.list(role).entries.iter().enumerate();
            let named = entries.filter(|(_, one)| one.class.as_deref() == Some(class.class.as_str()));
            used.extend(named.map(|(at, _)| format!("{word} #{}", at + 1)));
        }
        let note = match (class.is_abstract, used.is_empty()) {
            (Some(true), _) => "  abstract".to_owned(),
            (_, true) => "  not listed".to_owned(),
            (_, false) => format!("  {}", used.join(", ")),
        };
        out.push(PageLine::new(LineKind::Plain, format!("{}{note}", visible(&class.class))));
        if let Some(signature) = class.signature() {
            out.push(PageLine::new(LineKind::Dim, format!("  {}", visible(&signature))));
        }
        if let Some(summary) = class.summary() {
            out.push(PageLine::new(LineKind::Dim, format!("  {}", visible(summary))));
        }
    }
}

fn name(entry: &DirectoryEntry, out: &mut Vec<PageLine>) {
    heading(out, "the file");
    fact(out, "size", &size_text(entry.size));
    if let Some(date) = entry.modified.and_then(|date| Timestamp::try_from(date).ok()) {
        fact(out, "date", &date.strftime("%Y-%m-%d %H:%M UTC").to_string());
    }
    if entry.kind != EntryKind::File {
        fact(out, "kind", entry.kind.name());
    }
    let Some(name) = entry.name.to_str().and_then(|name| WheelName::parse(name).ok()) else { return };
    let fits = Architecture::ALL.into_iter().filter(|one| name.installs_on(*one)).map(Architecture::name);
    let fits: Vec<&str> = fits.collect();
    let tags: Vec<String> = name.tags.iter().map(ToString::to_string).collect();
    fact(out, "tags", &tags.join(", "));
    let where_ = if fits.is_empty() { "no controller".to_owned() } else { fits.join(", ") };
    fact(out, "for controllers", &where_);
    if let Some(build) = &name.build {
        fact(out, "build", build);
    }
}

fn contents(inspection: &Inspection, contents: &Contents, out: &mut Vec<PageLine>) {
    let metadata = &contents.metadata;
    heading(out, "METADATA");
    fact(out, "name", &format!("{} {}", metadata.name, metadata.version));
    if let Some(summary) = &metadata.summary {
        fact(out, "summary", summary);
    }
    fact(out, "requires Python", metadata.requires_python.as_deref().unwrap_or("any"));
    for (number, one) in metadata.requires_dist.iter().enumerate() {
        fact(out, if number == 0 { "requires" } else { "" }, one);
    }
    for (number, one) in contents.entry_points.iter().enumerate() {
        fact(out, if number == 0 { "entry points" } else { "" }, one);
    }
    if let Some(digest) = &inspection.sha256 {
        fact(out, "sha256", digest);
    }
    match &contents.record {
        Record::Complete => fact(out, "RECORD", "lists every file with its size"),
        Record::Missing => fact(out, "RECORD", "there is none"),
        Record::Differs(all) => {
            for (number, one) in all.iter().enumerate() {
                fact(out, if number == 0 { "RECORD" } else { "" }, one);
            }
        }
    }
    for one in &contents.oddities {
        out.push(PageLine::new(LineKind::Problem(Severity::Warning), visible(one).into_owned()));
    }
    let size: u64 = contents.members.iter().map(|one| one.size).fold(0, u64::saturating_add);
    heading(out, &format!("{}, {} unpacked", count(contents.members.len(), "file"), size_text(size)));
    for one in contents.members.iter().take(MOST_FILES) {
        out.push(PageLine::new(LineKind::Plain, format!("{:>9}  {}", size_text(one.size), visible(&one.path))));
    }
    if contents.members.len() > MOST_FILES {
        let more = contents.members.len() - MOST_FILES;
        out.push(PageLine::new(LineKind::Dim, format!("and {more} more")));
    }
}
