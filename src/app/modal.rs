//! What lies over a screen and takes the keys: forms, questions, help, texts.

use std::collections::BTreeMap;

use tui_textarea::TextArea;

use super::backups::Backups;
use super::choice::Choice;
use super::command::{Context, Id};
use super::field::Field;
use super::form::Form;
use super::look;
use super::message::{Listing, Staged};
use super::run::{Program, Run};
use super::sides::Sides;
use crate::check::Diagnostic;
use crate::config::Role;
use crate::config::diff::DiffLine;
use crate::config::kubernetes::Request;
use crate::config::operation::Operation;
use crate::yaml::Pointer;

/// What lies over a screen.
#[derive(Clone, Debug)]
pub enum Modal {
    /// Fields.
    Form(Form),
    /// A question.
    Menu(Menu),
    /// The help or the palette.
    Commands(Commands),
    /// A text to read.
    Notice(Notice),
    /// Text of several lines.
    Area(Box<Area>),
    /// The choice of a directory.
    Browse(Browse),
    /// A program that runs, with its output.
    Run(Box<Run>),
    /// The saved versions of a file.
    Backups(Box<Backups>),
    /// The list of themes.
    Themes(look::Choice),
    /// A class in both lists.
    Sides(Box<Sides>),
    /// A list to choose from.
    Choice(Box<Choice>),
}

impl Modal {
    /// Returns where the keys go.
    #[must_use]
    pub const fn context(&self) -> Context {
        match self {
            Self::Form(_) => Context::Field,
            Self::Menu(_) | Self::Themes(_) => Context::Menu,
            Self::Commands(_) => Context::Commands,
            Self::Notice(_) | Self::Sides(_) => Context::Notice,
            Self::Area(_) => Context::Area,
            Self::Browse(_) => Context::Browse,
            Self::Choice(_) => Context::Choice,
            Self::Run(_) => Context::Run,
            Self::Backups(_) => Context::Backups,
        }
    }
}

/// What an answer does.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Closes the question.
    Leave,
    /// Runs a command.
    Run(Id),
    /// Leaves the program without saving.
    Discard,
    /// Gives the value under the cursor another type.
    Convert(super::value::Type),
    /// Writes the string under the cursor in a style.
    Style(crate::yaml::edit::Written),
    /// Runs the external editor.
    Edit(Box<Staged>),
    /// Opens a file in the external editor once more, at a line from 1.
    EditAgain(Role, usize),
    /// Removes the copy for the external editor.
    Unstage(Box<Staged>),
    /// Writes drafts.
    Draft,
    /// Saves the files that SkyPilot would accept.
    SaveSound,
    /// Saves these files, one of them in place, now and whenever it is saved again.
    WriteInPlace {
        /// The one.
        role: Role,
        /// All.
        roles: Vec<Role>,
        /// Whether whatever is there may be replaced.
        anything: bool,
    },
    /// Saves these files.
    SaveThese {
        /// Which.
        roles: Vec<Role>,
        /// Whether whatever is there may be replaced.
        anything: bool,
    },
    /// Asks for another path of a file.
    AnotherPath(Role),
    /// Sends the text of a file to the clipboard.
    CopyText(Role),
    /// Sends a text to the clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Shows the text that was copied, secrets too.
    ShowCopied,
    /// Copies an entry to the other list, which has its class.
    CopyEntry(Role, usize),
    /// Moves an entry to the other list, which has its class.
    MoveEntry(Role, usize),
    /// Writes what a file was before the last save.
    PutBack(Role),
    /// Asks for the name of the file, then saves it.
    Force(Role),
    /// Asks a real SkyPilot, now and whenever that is asked for again.
    Verify(crate::check::verify::Mode),
    /// Runs a program.
    RunProgram(Box<Program>),
    /// Stops the program that runs.
    StopProgram,
    /// Keeps the text of the area.
    KeepArea,
    /// Drops the text of the area.
    DropArea,
    /// Makes an edit after writing out what its place shares with others.
    WriteOut(Box<Operation>),
    /// Opens the form for the wheel directory or the browser.
    RemoveWheelPath,
    /// Makes an edit that was shown.
    Commit(Box<Operation>),
    /// Edits a pasted text before it is taken.
    EditPaste {
        /// The list.
        role: Role,
        /// Where it goes.
        at: Option<usize>,
        /// The text.
        text: String,
    },
    /// Does something with pasted lines in a field of one.
    PasteLines(super::paste::Lines, String),
    /// Takes a text as it is pasted on a list.
    Pasted(String),
    /// Runs keys that came all at once.
    Keys(Vec<super::keymap::Key>),
    /// Does something about the kept edits at a place of the list.
    Kept(usize, super::recovery::Kept),
    /// Exports both lists, whatever files are there.
    Export(Box<Request>),
    /// Goes to an entry of the API server's list.
    GoToEntry(usize),
    /// Restores the list that ran, saves it and starts the server.
    GoBack(Box<(Program, super::restart::Earlier)>),
    /// Makes the screens read-only.
    ReadOnly,
}

/// One answer to a question.
#[derive(Clone, Debug)]
pub struct MenuItem {
    /// The letter that chooses it.
    pub key: char,
    /// What it is.
    pub label: String,
    /// What it means, behind the label.
    pub detail: String,
    /// What it does.
    pub answer: Answer,
    /// Whether Enter may choose it: not where something could be lost.
    pub by_enter: bool,
}

/// A question with its answers.
#[derive(Clone, Debug)]
pub struct Menu {
    /// The title.
    pub title: String,
    /// What is asked, made visible.
    pub text: Vec<String>,
    /// What the first answer would change, where that is shown.
    pub diff: Vec<DiffLine>,
    /// The answers.
    pub items: Vec<MenuItem>,
    /// The one under the cursor.
    pub cursor: usize,
    /// The first row of text and diff that is shown, where there is no room for all of them.
    pub offset: usize,
    /// What closing it without an answer does.
    pub on_cancel: Answer,
    /// Whether it asks about leaving the program: a second Ctrl-C leaves.
    pub leaving: bool,
    /// What Escape does, in a word.
    pub escape: &'static str,
}

impl Menu {
    /// Returns a question; Escape closes it.
    #[must_use]
    pub fn new(title: impl Into<String>, text: Vec<String>) -> Self {
        let (title, on_cancel) = (title.into(), Answer::Leave);
        Self {
            title,
            text,
            diff: Vec::new(),
            items: Vec::new(),
            cursor: 0,
            offset: 0,
            on_cancel,
            leaving: false,
            escape: "back",
        }
    }

    /// Adds an answer that Enter may choose.
    #[must_use]
    pub fn item(self, key: char, label: impl Into<String>, detail: impl Into<String>, answer: Answer) -> Self {
        self.with(key, label, detail, answer, true)
    }

    /// Adds an answer that only its letter chooses.
    #[must_use]
    pub fn careful(self, key: char, label: impl Into<String>, detail: impl Into<String>, answer: Answer) -> Self {
        self.with(key, label, detail, answer, false)
    }

    fn with(
        mut self,
        key: char,
        label: impl Into<String>,
        detail: impl Into<String>,
        answer: Answer,
        by_enter: bool,
    ) -> Self {
        self.items.push(MenuItem { key, label: label.into(), detail: detail.into(), answer, by_enter });
        self
    }
}

/// The help or the palette.
#[derive(Clone, Debug)]
pub struct Commands {
    /// Whether it is the palette, which holds all commands.
    pub palette: bool,
    /// Whether the help shows all screens.
    pub all: bool,
    /// The context behind it.
    pub context: Context,
    /// What is typed.
    pub field: Field,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on the screen.
    pub offset: usize,
    /// What matches, as indices into the command table, with the context it would run in.
    pub rows: Vec<CommandRow>,
    /// How many commands work here, and how many there are.
    pub counts: (usize, usize),
}

/// One command in the help or the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandRow {
    /// The row of the command table.
    pub command: usize,
    /// Why it cannot run now.
    pub unavailable: Option<&'static str>,
}

/// A text to read.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// The title, made visible.
    pub title: String,
    /// The paragraphs, made visible.
    pub text: Vec<String>,
    /// Whether they are lines of a diff, each on one row.
    pub is_diff: bool,
    /// Where changed lines of a diff begin to differ, in bytes, by their place in the text.
    pub differs: BTreeMap<usize, usize>,
    /// Whether it stands alone on the screen, to be selected by hand.
    pub bare: bool,
    /// The problem that is explained, where it offers a fix.
    pub fixes: Option<Box<Diagnostic>>,
    /// The first row on the screen.
    pub offset: usize,
}

/// What the text of an area becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AreaOf {
    /// A string.
    Value {
        /// Its place.
        pointer: Pointer,
        /// Whether it is new there.
        adds: bool,
    },
    /// The comment above an entry.
    Comment(usize),
    /// Entries, and where they go: at the end where that is not told.
    Entries(Option<usize>),
}

/// The area for a text of several lines.
#[derive(Clone, Debug)]
pub struct Area {
    /// The title, made visible.
    pub title: String,
    /// The list that the text belongs to.
    pub role: Role,
    /// What it becomes.
    pub about: AreaOf,
    /// The text as it was.
    pub was: String,
    /// The editor.
    pub editor: TextArea<'static>,
}

impl Area {
    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> String {
        self.editor.lines().join("\n")
    }
}

/// The choice of a directory.
#[derive(Clone, Debug, Default)]
pub struct Browse {
    /// What is chosen.
    pub title: &'static str,
    /// What is listed, none until it is.
    pub listing: Option<Listing>,
    /// The row under the cursor; the first is the directory itself.
    pub cursor: usize,
    /// The first row on the screen.
    pub offset: usize,
    /// The name to put the cursor on once the listing is there.
    pub towards: Option<std::ffi::OsString>,
}
