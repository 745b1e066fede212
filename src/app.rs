//! The state of the screens, and how messages change it.
//!
//! [`State`] is all that is drawn; [`update::update`] changes it and says what is
//! asked of the outside. Nothing here does input or output, knows a clock or a
//! terminal: `io` performs the effects, `ui` draws, `tui` runs the loop.

pub mod about;
pub mod backups;
pub mod bindings;
pub mod browse;
mod burst;
pub mod choice;
pub mod clipboard;
pub mod command;
pub mod comments;
pub mod completion;
pub mod conflict;
pub mod dialogs;
pub mod edits;
pub mod export;
pub mod external;
pub mod field;
pub mod filters;
pub mod find;
pub mod form;
pub mod forms;
pub mod history;
pub mod keymap;
mod later;
pub mod layout;
pub mod list;
pub mod lists;
pub mod literal;
pub mod look;
pub mod manifest;
pub mod meaning;
pub mod message;
pub mod modal;
pub mod modeline;
pub mod motion;
pub mod mouse;
pub mod needle;
pub mod notes;
pub mod offers;
pub mod outside;
pub mod pages;
pub mod palette;
pub mod parameters;
pub mod past;
pub mod paste;
pub mod preferences;
pub mod problems;
pub mod programs;
pub mod reading;
pub mod recovery;
pub mod restart;
pub mod review;
pub mod run;
pub mod saving;
pub mod screen;
pub mod sides;
pub mod source;
pub mod takes_effect;
pub mod target;
pub mod tree;
pub mod update;
pub mod value;
pub mod verify;
pub mod wheels;
pub mod writing;

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use ratatui::layout::Rect;

use self::command::Context;
use self::conflict::Conflict;
use self::history::History;
use self::keymap::Key;
use self::layout::{Areas, Needs, Size, Splits};
use self::list::{Body, List};
use self::message::Effect;
use self::modal::Modal;
use self::review::Review;
pub use self::screen::{Cursor, Exit, Files, Pane, Screen, Settings, Status, Tone};
use self::tree::Tree;
use crate::check::{self, Diagnostic, Facts, FileKind, Report, Severity};
use crate::config::glimpse::Glimpse;
use crate::config::{ConfigFile, Content, Environment, Location, PathSource, Role, Workspace, model};
use crate::preview::{self, Preview};
use crate::text::visible::visible_name;
use crate::yaml::{Pointer, Value};

/// Everything that is drawn.
#[derive(Debug)]
pub struct State {
    /// Both files with their unsaved edits.
    pub workspace: Workspace,
    /// Both files as they were read or saved last.
    pub disk: Workspace,
    /// What is known outside the files.
    pub facts: Facts,
    /// What SkyPilot makes of the files.
    pub report: Report,
    /// What the next launch uploads.
    pub preview: Preview,
    /// All problems, errors first.
    pub problems: Vec<Diagnostic>,
    /// How many there are of each severity: errors, warnings, notes.
    pub counts: [usize; 3],
    server_notes: Vec<usize>,
    /// The two lists.
    pub lists: [List; 2],
    /// The parameters that are shown.
    pub tree: Tree,
    /// The edits of the session.
    pub history: History,
    /// The screen.
    pub screen: Screen,
    /// The pane with the focus on the main screen.
    pub focus: Pane,
    /// The list that the detail shows an entry of.
    pub role: Role,
    /// The cursor among the problems.
    pub problem: Cursor,
    /// Whether `n` has gone to a problem since they were last found.
    pub problem_shown: bool,
    /// The cursor among the wheels.
    pub wheel: Cursor,
    /// Which of them are shown, in which order.
    pub wheel_view: wheels::WheelView,
    /// The section of the preview, and how far each is scrolled.
    pub sections: (usize, [usize; 3]),
    /// What the problems and the preview are filtered by.
    pub filters: filters::Filters,
    /// The text that is shown beside what is edited.
    pub source: source::Source,
    /// The cursors in files that are shown as text: lines from 0.
    pub text: [Cursor; 2],
    /// The review, while it is open.
    pub review: Option<Review>,
    /// What lies over the screen, the last one on top.
    pub modals: Vec<Modal>,
    /// What happened last.
    pub status: Option<Status>,
    /// The size of the terminal.
    pub size: (u16, u16),
    /// Where borders were dragged to.
    pub splits: Splits,
    /// What is known of the mouse.
    pub mouse: mouse::Mouse,
    /// What the command line says.
    pub settings: Settings,
    /// What a person has chosen of keys and colours.
    pub preferences: preferences::Preferences,
    /// Whether the files have been read.
    pub ready: bool,
    /// What they seem to hold, until they have been read.
    pub glimpses: [Glimpse; 2],
    /// Whether each file differs from what is on disk.
    pub unsaved: [bool; 2],
    /// What is on disk now where that was found changed while the file had unsaved edits.
    theirs: [Option<Content>; 2],
    /// The comparison of a file with what is on disk now, while it is open.
    pub conflict: Option<Conflict>,
    /// The files being written.
    pub saving: Vec<Role>,
    /// The saves that follow once the one before has succeeded.
    pub queued: VecDeque<Effect>,
    /// Whether these saves may replace whatever is there.
    pub overwrites: bool,
    /// Whether a person lets each file be written in place.
    pub in_place: [bool; 2],
    /// What the saves so far did, for one status line.
    pub saved: Vec<String>,
    /// What is run once the save is done: the server, after a way back.
    pub after_save: Option<Box<run::Program>>,
    /// The text that was copied last.
    pub copied: Option<clipboard::CopiedText>,
    /// What each file that the last save has written was before.
    pub replaced: Vec<(Role, std::sync::Arc<str>)>,
    /// The file that is being put back, if one is.
    pub puts_back: Option<Role>,
    /// What was found, as long as one can come back to it.
    pub found: Option<Box<choice::Choice>>,
    /// The screens that were gone back from, the last one last.
    pub forward: Vec<Screen>,
    /// What is watched outside, and what changed there.
    pub outside: outside::Outside,
    /// How far reading the wheels has come.
    pub reading: reading::Reading,
    /// The question to a real SkyPilot.
    pub verify: verify::Verify,
    /// The project directory that a wheel was built of last, as it was typed.
    pub project: String,
    /// Unsaved edits that earlier runs have left.
    pub kept: Vec<recovery::KeptEdits>,
    /// How the program ends, once it does.
    pub exit: Option<Exit>,
    /// What was typed besides the key that is taken.
    pub typed: Typed,
    /// What the last check made of each text alone.
    judged: check::Judged,
    /// Changes whenever the rows of the tree have to be built again.
    generation: u64,
    built: Option<(u64, Role, Option<usize>, bool)>,
    scanned: Option<u64>,
    classified: Option<u64>,
}

/// What was typed besides the key that is taken.
#[derive(Debug, Default)]
pub struct Typed {
    /// Keys that came before the files were read.
    early: Vec<Key>,
    /// Whether more came together with this one.
    pub more_follows: bool,
}

impl State {
    /// Returns the state before anything was read.
    #[must_use]
    pub fn new(settings: Settings, size: (u16, u16)) -> Self {
        let nowhere =
            || ConfigFile { location: Location { path: None, source: PathSource::Default }, content: Content::Absent };
        let workspace = Workspace::new(nowhere(), nowhere());
        let facts = no_facts();
        let report = check::check(&workspace, &facts);
        let preview = preview::preview(&workspace, &facts);
        Self {
            disk: workspace.clone(),
            workspace,
            facts,
            report,
            preview,
            problems: Vec::new(),
            counts: [0; 3],
            server_notes: Vec::new(),
            lists: [List::default(), List::default()],
            tree: Tree::default(),
            history: History::default(),
            screen: Screen::Main,
            focus: Pane::Api,
            role: Role::Api,
            problem: Cursor::default(),
            problem_shown: false,
            wheel: Cursor::default(),
            wheel_view: wheels::WheelView::default(),
            sections: (0, [0; 3]),
            filters: filters::Filters::default(),
            source: source::Source::default(),
            text: [Cursor::default(); 2],
            review: None,
            modals: Vec::new(),
            status: None,
            size,
            splits: Splits::default(),
            mouse: mouse::Mouse::default(),
            settings,
            preferences: preferences::Preferences::default(),
            ready: false,
            glimpses: Default::default(),
            unsaved: [false; 2],
            theirs: [None, None],
            conflict: None,
            saving: Vec::new(),
            queued: VecDeque::new(),
            overwrites: false,
            in_place: [false; 2],
            saved: Vec::new(),
            after_save: None,
            copied: None,
            replaced: Vec::new(),
            puts_back: None,
            found: None,
            forward: Vec::new(),
            outside: outside::Outside::default(),
            reading: reading::Reading::default(),
            verify: verify::Verify::default(),
            project: String::new(),
            kept: Vec::new(),
            exit: None,
            typed: Typed::default(),
            judged: check::Judged::default(),
            generation: 0,
            built: None,
            scanned: None,
            classified: None,
        }
    }

    /// Returns one of the lists.
    #[must_use]
    pub const fn list(&self, role: Role) -> &List {
        match role {
            Role::Api => &self.lists[0],
            Role::Remote => &self.lists[1],
        }
    }

    /// Returns one of the lists, to be changed.
    pub const fn list_mut(&mut self, role: Role) -> &mut List {
        match role {
            Role::Api => &mut self.lists[0],
            Role::Remote => &mut self.lists[1],
        }
    }

    /// Tells whether a file differs from what is on disk.
    #[must_use]
    pub const fn is_unsaved(&self, role: Role) -> bool {
        match role {
            Role::Api => self.unsaved[0],
            Role::Remote => self.unsaved[1],
        }
    }

    /// Returns what is on disk now where a file was found changed while it had unsaved edits.
    #[must_use]
    pub const fn theirs(&self, role: Role) -> Option<&Content> {
        match role {
            Role::Api => self.theirs[0].as_ref(),
            Role::Remote => self.theirs[1].as_ref(),
        }
    }

    /// Keeps what is on disk now, or forgets it.
    pub fn set_theirs(&mut self, role: Role, theirs: Option<Content>) {
        self.theirs[Pane::of(role).index()] = theirs;
    }

    /// Returns the files that differ from what is on disk.
    #[must_use]
    pub fn unsaved_roles(&self) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| self.is_unsaved(*role)).collect()
    }

    /// Returns where the keys go.
    #[must_use]
    pub fn context(&self) -> Context {
        self.modals.last().map_or_else(|| self.screen_context(), Modal::context)
    }

    /// Returns where the keys go once nothing lies over the screen.
    #[must_use]
    pub fn screen_context(&self) -> Context {
        match self.screen {
            Screen::Parameters => Context::Parameters,
            Screen::Wheels => Context::Wheels,
            Screen::Preview => Context::Preview,
            Screen::Review => Context::Review,
            Screen::Conflict => Context::Conflict,
            Screen::Source => Context::Source,
            Screen::Main if self.is_first_run() => Context::FirstRun,
            Screen::Main => match self.focus {
                Pane::Api => self.list_context(Role::Api),
                Pane::Remote => self.list_context(Role::Remote),
                Pane::Detail => Context::Parameters,
                Pane::Problems => Context::Problems,
                Pane::Upload => Context::Upload,
            },
        }
    }

    fn list_context(&self, role: Role) -> Context {
        match self.list(role).body {
            Body::Absent | Body::Entries => Context::List,
            Body::Broken { .. } | Body::Unreadable(_) | Body::NoList(_) => Context::Text,
        }
    }

    /// Tells whether neither file is there and nothing was edited.
    #[must_use]
    pub fn is_first_run(&self) -> bool {
        self.ready
            && Role::ALL.iter().all(|role| matches!(self.workspace.file(*role).content, Content::Absent))
            && self.history.redo_count() == 0
    }

    /// Returns the entry that the detail shows.
    #[must_use]
    pub fn current_entry(&self) -> Option<(Role, usize)> {
        self.list(self.role).current().map(|index| (self.role, index))
    }

    /// Returns the path of a file as it is opened.
    #[must_use]
    pub fn path(&self, role: Role) -> Option<PathBuf> {
        let path = self.workspace.file(role).location.path.as_ref()?;
        Some(self.facts.server_cwd.join(path))
    }

    /// Returns a path as it is shown, with `~` for the home directory.
    #[must_use]
    pub fn shown_path(&self, path: &Path) -> String {
        match self.facts.environment.home().and_then(|home| path.strip_prefix(home).ok()) {
            Some(below) if below.as_os_str().is_empty() => "~".to_owned(),
            Some(below) => format!("~/{}", visible_name(below.as_os_str())),
            None => visible_name(path.as_os_str()),
        }
    }

    /// Returns what makes the files matter less, or not at all.
    pub fn server_notes(&self) -> impl Iterator<Item = &Diagnostic> {
        self.server_notes.iter().filter_map(|number| self.problems.get(*number))
    }

    /// Says something in the status line.
    pub fn say(&mut self, tone: Tone, text: impl AsRef<str>) {
        self.status = Some(Status { tone, text: crate::text::visible::visible(text.as_ref()).into_owned() });
    }

    /// Says that nothing can be changed, where that is so; whether it is.
    pub(crate) fn refuses_edits(&mut self) -> bool {
        if self.settings.read_only {
            self.say(Tone::Failed, "Read-only (--read-only): nothing can be changed.");
        }
        self.settings.read_only
    }

    /// Tells whether the files are read, or at least their first lines.
    #[must_use]
    pub fn has_something_to_show(&self) -> bool {
        self.ready || self.glimpses.iter().any(|glimpse| !glimpse.rows.is_empty())
    }

    /// Returns the areas of the main screen.
    #[must_use]
    pub fn areas(&self) -> Areas {
        layout::main(self.screen_area(), self.needs())
    }

    /// Returns the whole screen.
    #[must_use]
    pub const fn screen_area(&self) -> Rect {
        Rect::new(0, 0, self.size.0, self.size.1)
    }

    /// Returns how much the screen holds.
    #[must_use]
    pub const fn layout_size(&self) -> Size {
        Size::of(self.size.0, self.size.1)
    }

    fn needs(&self) -> Needs {
        let size = self.layout_size();
        let notes = if size >= Size::Narrow { self.server_notes().take(2).count() } else { 0 };
        let text = self.status.as_ref().map_or(0, |status| status.text.chars().count());
        let status = if size >= Size::Narrow && text + 2 > usize::from(self.size.0) { 2 } else { 1 };
        let rows = self.lists.iter().map(List::len).max().unwrap_or(0);
        Needs {
            notes: u16::try_from(notes).unwrap_or(0),
            status,
            focus: self.focus.index(),
            list: Pane::of(self.role).index(),
            rows: u16::try_from(rows).unwrap_or(u16::MAX),
            text: (self.list_context(self.role) == Context::Text && self.focus != Pane::Detail)
                .then(|| Pane::of(self.role).index()),
            splits: self.splits,
        }
    }

    /// Takes a workspace: lists, markers, checks and preview follow.
    pub fn adopt(&mut self, workspace: Workspace) -> Vec<Effect> {
        let same = |role| workspace.file(role).content.is_same(&self.workspace.file(role).content);
        let kept = Role::ALL.map(|role| self.ready && same(role));
        self.workspace = workspace;
        for (role, kept) in Role::ALL.into_iter().zip(kept) {
            if !kept {
                self.refresh_list(role);
            }
        }
        self.recheck();
        self.scan_if_needed()
    }

    /// Builds the rows of a list again.
    pub fn refresh_list(&mut self, role: Role) {
        let (new, old) = (self.workspace.file(role).clone(), self.disk.file(role).clone());
        self.list_mut(role).refresh(&new, &old);
        let differs = match (&new.content, &old.content) {
            (Content::Text(new), Content::Text(old)) => !std::sync::Arc::ptr_eq(new, old) && new.text() != old.text(),
            (Content::Absent, Content::Absent) | (Content::Unreadable(_), Content::Unreadable(_)) => false,
            _ => true,
        };
        self.unsaved[Pane::of(role).index()] = differs;
        if let Body::Broken { offset, .. } = self.list(role).body
            && let Some(document) = self.workspace.document(role)
        {
            self.text[Pane::of(role).index()].at = document.lines().line_of(offset);
        }
    }

    /// Asks again what SkyPilot makes of the files. The only place that checks.
    pub fn recheck(&mut self) {
        self.generation += 1;
        let checked = check::check_again(&self.workspace, &self.facts, &self.judged);
        (self.report, self.preview, self.judged) = (checked.report, checked.preview, checked.judged);
        self.problems = problems(&self.report, &self.preview);
        self.problem.at = self.problem.at.min(self.problems.len().saturating_sub(1));
        self.problem_shown = false;
        let of = |severity| self.problems.iter().filter(|one| one.severity == severity).count();
        self.counts = [of(Severity::Error), of(Severity::Warning), of(Severity::Info)];
        let is_server = |number: &usize| self.problems[*number].place.file == FileKind::Server;
        self.server_notes = (0..self.problems.len()).filter(is_server).collect();
        let problems = std::mem::take(&mut self.problems);
        for role in Role::ALL {
            self.list_mut(role).take_problems(role, &problems);
        }
        self.problems = problems;
        wheels::arrange(self);
    }

    /// Asks for a look at the outside where the texts name something else there now.
    fn scan_if_needed(&mut self) -> Vec<Effect> {
        let named = Some(self.named());
        if self.scanned == named {
            return Vec::new();
        }
        self.scanned = named;
        vec![self.scan()]
    }

    /// Returns a digest of what the texts name outside: the wheel directory and the classes.
    fn named(&self) -> u64 {
        let mut digest = DefaultHasher::new();
        let path = self.workspace.document(Role::Api).and_then(|document| model::wheel_path(document));
        path.as_ref().and_then(Value::as_str).hash(&mut digest);
        self.lists.iter().flat_map(|list| list.entries.iter()).for_each(|entry| entry.class.hash(&mut digest));
        digest.finish()
    }

    /// Returns the effect that looks at the wheel directory and at the modules of the classes.
    #[must_use]
    pub fn scan(&self) -> Effect {
        Effect::Scan(Box::new((self.workspace.clone(), self.facts.clone())))
    }

    /// Asks what the classes are where the texts name others now, or where other wheels are there.
    pub fn classify_if_needed(&mut self) -> Vec<Effect> {
        let mut digest = DefaultHasher::new();
        self.named().hash(&mut digest);
        for (path, directory) in &self.facts.directories {
            let wheels = directory.wheels().map(|entry| (&entry.name, entry.size, entry.modified));
            (path, wheels.collect::<Vec<_>>()).hash(&mut digest);
        }
        let now = Some(digest.finish());
        if self.classified == now {
            return Vec::new();
        }
        self.classified = now;
        vec![Effect::Classes(Box::new((self.workspace.clone(), self.facts.clone())))]
    }

    /// Takes facts that were gathered.
    pub fn take_facts(&mut self, facts: Facts) {
        self.facts = facts;
        self.recheck();
    }

    /// Takes the facts that came with the files as a look at what they name.
    pub fn mark_scanned(&mut self) {
        self.scanned = Some(self.named());
    }

    /// Builds the rows of the tree again where something they show has changed.
    pub fn settle_tree(&mut self) {
        let narrow = self.layout_size() <= Size::One;
        let entry = self.current_entry();
        let key = Some((self.generation, self.role, entry.map(|(_, index)| index), narrow));
        if self.built != key {
            self.built = key;
            self.rebuild_tree(narrow);
        }
    }

    /// Has the rows of the tree built again.
    pub fn touch_tree(&mut self) {
        self.built = None;
        self.settle_tree();
    }

    fn rebuild_tree(&mut self, narrow: bool) {
        let mut tree = std::mem::take(&mut self.tree);
        let source = self.current_entry().and_then(|entry| {
            let (role, index) = entry;
            let missing = if tree.shows_unset {
                completion::missing(self, role, &tree::parameters_of(index))
            } else {
                Vec::new()
            };
            let list = self.list(role);
            Some(tree::Source {
                document: self.workspace.document(role)?,
                disk: self.disk.document(role).map(|document| &**document),
                entry,
                origin: list.origins.get(index).copied().flatten(),
                narrow,
                severities: self.severities(role, index),
                unset: missing.iter().map(|one| (one.name.clone(), completion::kind_text(one))).collect(),
                show_secrets: self.settings.show_secrets,
            })
        });
        tree.refresh(source.as_ref());
        self.tree = tree;
    }

    fn severities(&self, role: Role, index: usize) -> HashMap<Pointer, Severity> {
        let mut worst: HashMap<Pointer, Severity> = HashMap::new();
        for number in self.list(role).problems.get(&index).into_iter().flatten() {
            let Some(one) = self.problems.get(*number) else { continue };
            let Some(pointer) = &one.place.pointer else { continue };
            let known = worst.entry(pointer.clone()).or_insert(one.severity);
            *known = (*known).max(one.severity);
        }
        worst
    }
}

/// Returns all problems, errors first, each group in the order of the files.
fn problems(report: &Report, preview: &Preview) -> Vec<Diagnostic> {
    let mut all = report.diagnostics.clone();
    all.extend(
        preview
            .diagnostics
            .iter()
            .filter(|one| !report.diagnostics.contains(one) && !report.ignored.contains(one))
            .cloned(),
    );
    all.sort_by_key(|one| std::cmp::Reverse(one.severity));
    all
}

fn no_facts() -> Facts {
    Facts::unseen(Environment::default(), PathBuf::from("/"))
}
