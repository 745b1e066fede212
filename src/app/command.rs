//! Every command once: its name, its sentence, where it works, its keys.
//!
//! The key bar, the help, the palette, the `keys` subcommand and the dispatch
//! are all read from [`table`]. A key means one thing in one context; a test
//! holds the table against that. What a command does is `update`'s.

/// Where the keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// One of the two lists.
    List,
    /// A file that cannot be shown as a list.
    Text,
    /// The parameters of one entry.
    Parameters,
    /// The list of problems.
    Problems,
    /// The line about the upload.
    Upload,
    /// The first screen where there are no files.
    FirstRun,
    /// The wheel list.
    Wheels,
    /// The upload preview.
    Preview,
    /// The review before a save.
    Review,
    /// Mine and theirs, where a file changed on disk.
    Conflict,
    /// A file as text, beside what is edited.
    Source,
    /// A text field.
    Field,
    /// The area for text of several lines.
    Area,
    /// The choice of a directory.
    Browse,
    /// A question with its answers.
    Menu,
    /// The help and the command palette.
    Commands,
    /// A text to read.
    Notice,
    /// The output of a program.
    Run,
    /// The saved versions of a file.
    Backups,
    /// What a search has found, and the edits of the session.
    Choice,
}

impl Context {
    /// All contexts, in the order of the documentation.
    pub const ALL: [Self; 20] = [
        Self::List,
        Self::Text,
        Self::Parameters,
        Self::Problems,
        Self::Upload,
        Self::FirstRun,
        Self::Wheels,
        Self::Preview,
        Self::Review,
        Self::Conflict,
        Self::Source,
        Self::Field,
        Self::Area,
        Self::Browse,
        Self::Menu,
        Self::Commands,
        Self::Notice,
        Self::Run,
        Self::Backups,
        Self::Choice,
    ];

    /// Tells whether it is of what lies over a screen and takes its keys.
    #[must_use]
    pub const fn is_over_a_screen(self) -> bool {
        matches!(
            self,
            Self::Field
                | Self::Area
                | Self::Browse
                | Self::Menu
                | Self::Commands
                | Self::Notice
                | Self::Run
                | Self::Backups
                | Self::Choice
        )
    }

    /// Returns its name in the settings: `[keys.lists]`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::List => "lists".to_owned(),
            Self::Field => "fields".to_owned(),
            Self::Menu => "questions".to_owned(),
            // The bare words are commands, and stand in the same table.
            Self::Commands => "command-list".to_owned(),
            Self::Wheels => "wheel-list".to_owned(),
            Self::Preview => "upload-preview".to_owned(),
            Self::Backups => "backup-list".to_owned(),
            Self::Browse => "directories".to_owned(),
            Self::Source => "source-text".to_owned(),
            other => in_words(&format!("{other:?}")),
        }
    }

    /// Returns what the help calls it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::List => "Lists",
            Self::Text => "File shown as text",
            Self::Parameters => "Parameters",
            Self::Problems => "Problems",
            Self::Upload => "Controller upload",
            Self::FirstRun => "First run",
            Self::Wheels => "Wheels",
            Self::Preview => "Upload preview",
            Self::Review => "Review before save",
            Self::Conflict => "File changed on disk",
            Self::Source => "Source",
            Self::Field => "Text fields",
            Self::Area => "Text of several lines",
            Self::Browse => "Choice of a directory",
            Self::Menu => "Questions",
            Self::Commands => "Help and command palette",
            Self::Notice => "Texts to read",
            Self::Run => "Output of a program",
            Self::Backups => "Backups",
            Self::Choice => "Search results and history",
        }
    }
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the sentence of each stands in the table")]
pub enum Id {
    // Everywhere.
    Help,
    Palette,
    Undo,
    Redo,
    Save,
    Quit,
    Editor,
    EditEntry,
    Reload,
    Preview,
    Wheels,
    WheelPath,
    Browse,
    NextProblem,
    PreviousProblem,
    Fix,
    NextPane,
    PreviousPane,
    Pane1,
    Pane2,
    Pane3,
    Pane4,
    Pane5,
    Back,
    Redraw,
    Clipboard,
    CopyRestart,
    Suspend,
    Mouse,
    About,
    KeptEdits,
    Verify,
    Backups,
    Example,
    AboutProgram,
    Theme,
    PasteEntries,
    Export,
    EditComment,
    EditLineComment,
    EditorSchema,
    Source,
    SideBySide,
    Find,
    History,
    Forward,
    // Moving.
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    // Lists.
    Open,
    Add,
    AddBefore,
    AddRemote,
    ChangeClass,
    Delete,
    Duplicate,
    Disable,
    MoveUp,
    MoveDown,
    Mark,
    MarkAll,
    MarkRange,
    Copy,
    Transfer,
    YankClass,
    YankYaml,
    Filter,
    EditLine,
    // Parameters.
    EditValue,
    AddValue,
    Rename,
    DeleteValue,
    DuplicateValue,
    ValueUp,
    ValueDown,
    Fold,
    Unfold,
    ChangeType,
    Increase,
    Decrease,
    Reveal,
    Wrap,
    ShowUnset,
    YankValue,
    YankPath,
    // Problems, preview, wheels.
    GoTo,
    Explain,
    NextSection,
    PreviousSection,
    YankProblem,
    ShowIgnored,
    WheelDetail,
    AddFromWheel,
    Sort,
    YankWheel,
    Build,
    Install,
    // Review.
    SaveNow,
    SaveSound,
    LeaveOut,
    GoToError,
    Draft,
    Force,
    NextChange,
    PreviousChange,
    NextFile,
    // A file that changed on disk.
    Compare,
    TakeMine,
    TakeTheirs,
    TextDiff,
    TakeDisk,
    Overwrite,
    // Text fields.
    Accept,
    Cancel,
    NextRow,
    PreviousRow,
    NextSuggestion,
    PreviousSuggestion,
    CharLeft,
    CharRight,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    DeleteLeft,
    DeleteRight,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
    PasteKilled,
    CycleType,
    ShowHidden,
    // Dialogs.
    ChooseDirectory,
    ParentDirectory,
    ShowAll,
    Close,
    Stop,
    Restore,
    // The server.
    Restart,
    Status,
    Log,
}

impl Id {
    /// Returns its name in the settings: `next-problem`.
    #[must_use]
    pub fn name(self) -> String {
        in_words(&format!("{self:?}"))
    }
}

/// Turns `NextProblem` into `next-problem`, and `Pane1` into `pane-1`.
fn in_words(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if (c.is_ascii_uppercase() || c.is_ascii_digit()) && !out.is_empty() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// How the help groups commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Changes something.
    Edit,
    /// Moves or finds.
    Move,
    /// Files, saving, leaving.
    Files,
    /// Shows something.
    Look,
}

impl Group {
    /// All groups, in the order of the help.
    pub const ALL: [Self; 4] = [Self::Edit, Self::Move, Self::Look, Self::Files];

    /// Returns the heading.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Edit => "CHANGE",
            Self::Move => "MOVE AND FIND",
            Self::Files => "FILES",
            Self::Look => "LOOK",
        }
    }
}

/// One command in some contexts.
#[derive(Debug)]
pub struct Command {
    /// What it does.
    pub id: Id,
    /// Its name in the palette.
    pub name: &'static str,
    /// Its name in the key bar; empty where it is not in it.
    pub bar: &'static str,
    /// How the help groups it.
    pub group: Group,
    /// Where it works.
    pub contexts: &'static [Context],
    /// Its keys where the settings say nothing else, the plain one first.
    pub keys: &'static [&'static str],
    /// What it does, in one sentence.
    pub sentence: &'static str,
}

impl Command {
    /// Tells whether it works on every screen.
    #[must_use]
    pub fn is_global(&self) -> bool {
        SCREENS.iter().all(|context| self.contexts.contains(context))
    }
}

use Context as C;
use Group as G;

/// All screens.
pub(super) const SCREENS: &[Context] = &[
    C::List,
    C::Text,
    C::Parameters,
    C::Problems,
    C::Upload,
    C::FirstRun,
    C::Wheels,
    C::Preview,
    C::Review,
    C::Conflict,
    C::Source,
];
const BEFORE_REVIEW: &[Context] =
    &[C::List, C::Text, C::Parameters, C::Problems, C::Upload, C::FirstRun, C::Wheels, C::Preview];
/// On the first run there are no panes yet.
const NUMBERED: &[Context] = &[C::List, C::Text, C::Parameters, C::Problems, C::Upload, C::Wheels, C::Preview];
const NOT_FIRST_RUN: &[Context] = &[
    C::List,
    C::Text,
    C::Parameters,
    C::Problems,
    C::Upload,
    C::Wheels,
    C::Preview,
    C::Review,
    C::Conflict,
    C::Source,
];
const PANES: &[Context] = &[C::List, C::Text, C::Parameters, C::Problems, C::Upload];
const LISTS: &[Context] = &[C::List];
const MOVING: &[Context] = &[
    C::List,
    C::Text,
    C::Parameters,
    C::Problems,
    C::Wheels,
    C::Preview,
    C::Review,
    C::Conflict,
    C::Source,
    C::Browse,
    C::Menu,
    C::Notice,
    C::Run,
    C::Backups,
    C::Choice,
];
/// Where a wheel is built by the palette.
const BESIDE_WHEELS: &[Context] = &[C::List, C::Text, C::Parameters, C::Problems, C::Upload, C::FirstRun, C::Preview];
const PARAMETERS: &[Context] = &[C::Parameters];
/// Where an entry is at hand.
const ENTRY: &[Context] = &[C::List, C::Parameters];
const FIELDS: &[Context] = &[C::Field, C::Commands];
const TYPING: &[Context] = &[C::Field, C::Commands, C::Area];

const fn row(
    id: Id,
    name: &'static str,
    bar: &'static str,
    group: Group,
    contexts: &'static [Context],
    keys: &'static [&'static str],
    sentence: &'static str,
) -> Command {
    Command { id, name, bar, group, contexts, keys, sentence }
}

/// Returns all commands; the key bar keeps this order.
#[must_use]
pub const fn table() -> &'static [Command] {
    TABLE
}

#[rustfmt::skip]
static TABLE: &[Command] = &[
    // Lists.
    row(Id::Add, "add class", "add", G::Edit, LISTS, &["a", "Insert", "o"], "Adds a plugin class behind this one."),
    row(Id::Open, "edit parameters", "edit", G::Edit, LISTS, &["Enter", "l", "Right"], "Opens the parameters of this class."),
    row(Id::ChangeClass, "change class", "class", G::Edit, LISTS, &["r", "F6"], "Changes the class path of this entry."),
    row(Id::Delete, "delete", "delete", G::Edit, LISTS, &["d", "Delete"], "Deletes this entry, or the marked ones; u brings them back."),
    row(Id::Copy, "copy to the other list", "copy", G::Edit, LISTS, &["c", "F5"], "Copies this entry, or the marked ones, with parameters and comments."),
    row(Id::Transfer, "move to the other list", "move", G::Edit, LISTS, &["m"], "Moves this entry, or the marked ones, to the other list."),
    row(Id::MoveUp, "move up", "K/J order", G::Edit, LISTS, &["K", "Alt-Up"], "Moves this entry up: plugins load from top to bottom."),
    row(Id::MoveDown, "move down", "", G::Edit, LISTS, &["J", "Alt-Down"], "Moves this entry down."),
    row(Id::Mark, "mark", "mark", G::Edit, LISTS, &["Space"], "Marks this entry, so that delete, copy and move take all marked ones."),
    row(Id::MarkAll, "mark all", "", G::Edit, LISTS, &["*"], "Marks all shown entries, or none."),
    row(Id::MarkRange, "mark a range", "", G::Edit, LISTS, &["V"], "Marks from here to where the cursor goes."),
    row(Id::AddBefore, "add class before", "", G::Edit, LISTS, &["O"], "Adds a plugin class in front of this one."),
    row(Id::Duplicate, "duplicate", "", G::Edit, LISTS, &["D"], "Puts a copy of this entry behind it."),
    row(Id::Disable, "comment out or back", "", G::Edit, LISTS, &["#"], "Comments this entry out in its place, or the marked ones; on a row with # it brings it back."),
    row(Id::YankClass, "copy class path", "", G::Look, LISTS, &["y"], "Copies the class path to the clipboard of the terminal."),
    row(Id::YankYaml, "copy as YAML", "", G::Look, LISTS, &["Y"], "Copies the entry as it is written."),
    row(Id::Filter, "filter", "filter", G::Move, LISTS, &["/", "F3"], "Shows only the entries that hold a text."),
    // A file as text.
    row(Id::EditLine, "edit this line", "edit line", G::Edit, &[C::Text], &["Enter"], "Edits the line under the cursor."),
    // Parameters.
    row(Id::EditValue, "edit value", "edit", G::Edit, PARAMETERS, &["Enter"], "Edits the value; a bool is toggled, of a Literal the next value is taken; on a row with + it adds."),
    row(Id::AddValue, "add parameter", "add", G::Edit, PARAMETERS, &["a", "Insert", "o"], "Adds a parameter, a key or an item at this level."),
    row(Id::DeleteValue, "delete value", "delete", G::Edit, PARAMETERS, &["d", "Delete"], "Deletes this value; u brings it back."),
    row(Id::Rename, "rename key", "rename", G::Edit, PARAMETERS, &["r", "F6"], "Gives this key another name, in its place."),
    row(Id::ChangeType, "change type", "type", G::Edit, PARAMETERS, &["t"], "Chooses null, bool, int, float, string, list or map, and the style of strings."),
    row(Id::ValueUp, "move value up", "K/J order", G::Edit, PARAMETERS, &["K", "Alt-Up"], "Moves this value up among its siblings."),
    row(Id::ValueDown, "move value down", "", G::Edit, PARAMETERS, &["J", "Alt-Down"], "Moves this value down among its siblings."),
    row(Id::Fold, "fold", "h/l fold", G::Move, PARAMETERS, &["h", "Left"], "Folds this level, or goes to the one above."),
    row(Id::Unfold, "unfold", "", G::Move, PARAMETERS, &["l", "Right"], "Unfolds this level."),
    row(Id::Increase, "increase", "", G::Edit, PARAMETERS, &["+"], "Adds one to an int."),
    row(Id::Decrease, "decrease", "", G::Edit, PARAMETERS, &["-"], "Takes one from an int."),
    row(Id::DuplicateValue, "duplicate value", "", G::Edit, PARAMETERS, &["D"], "Puts a copy of this value behind it."),
    row(Id::Reveal, "show secret", "v show", G::Look, PARAMETERS, &["v"], "Shows a masked value until the cursor leaves the row."),
    row(Id::Wrap, "wrap long values", "", G::Look, PARAMETERS, &["z"], "Shows long values on several lines, or on one again."),
    row(Id::ShowUnset, "show unset parameters", "", G::Look, PARAMETERS, &["."], "Shows the parameters that the class knows and the entry does not give, or hides them."),
    row(Id::YankValue, "copy value", "", G::Look, PARAMETERS, &["y"], "Copies the real value to the clipboard of the terminal."),
    row(Id::YankPath, "copy path", "", G::Look, PARAMETERS, &["Y"], "Copies the path of this value."),
    // First run.
    row(Id::Add, "add class for the API server", "add", G::Edit, &[C::FirstRun], &["a", "Enter"], "Adds a plugin class for the API server."),
    row(Id::AddRemote, "add class for controllers", "remote", G::Edit, &[C::FirstRun], &["r"], "Adds a plugin class for remote controllers."),
    row(Id::Example, "open the example", "example", G::Look, &[C::FirstRun], &["x"], "Opens a sample with every key at work and save off; q comes back."),
    // Problems, upload.
    row(Id::GoTo, "go to the problem", "go there", G::Move, &[C::Problems], &["Enter", "l", "Right"], "Goes to the entry or the value that the problem is about."),
    row(Id::Explain, "explain", "explain", G::Look, &[C::Problems], &["x"], "Says what happens, why, and how to mend it."),
    row(Id::Explain, "explain problem", "", G::Look, &[C::List, C::Text, C::Parameters, C::Upload], &["x"], "Says of the problem at the cursor what happens, why, and how to mend it."),
    row(Id::ShowIgnored, "show ignored problems", "", G::Look, &[C::Problems], &["."], "Shows the problems that comments in the files silence."),
    row(Id::YankProblem, "copy problem", "", G::Look, &[C::Problems], &["y"], "Copies the problem as text."),
    row(Id::Preview, "upload preview", "preview", G::Look, &[C::Upload], &["Enter", "p", "F7"], "Shows what the next launch sends to a controller."),
    // Wheels, preview.
    row(Id::WheelDetail, "all about this wheel", "all about it", G::Look, &[C::Wheels], &["Enter", "l", "Right"], "Shows classes, metadata and files of the wheel under the cursor."),
    row(Id::AddFromWheel, "add a class of this wheel", "put in a list", G::Edit, &[C::Wheels], &["a"], "Adds a plugin class of the wheel under the cursor to a list."),
    row(Id::Filter, "filter the wheels", "filter", G::Move, &[C::Wheels], &["/", "F3"], "Shows only the names that hold a text."),
    row(Id::Sort, "sort the wheels", "sort", G::Move, &[C::Wheels], &["o"], "Sorts by name, by size or by date."),
    row(Id::YankWheel, "copy path of this wheel", "", G::Look, &[C::Wheels], &["y"], "Copies the path of the wheel under the cursor."),
    row(Id::Build, "build a wheel", "build", G::Edit, &[C::Wheels], &["B"], "Builds a wheel of a project directory into the wheel directory, after a question."),
    row(Id::Install, "install this wheel", "install", G::Edit, &[C::Wheels], &["I"], "Installs the wheel under the cursor into the API server's Python, after a question."),
    row(Id::NextSection, "next section", "section", G::Move, &[C::Preview], &["Tab"], "Goes to the next section."),
    row(Id::PreviousSection, "previous section", "", G::Move, &[C::Preview], &["Shift-Tab"], "Goes to the previous section."),
    // Review.
    row(Id::SaveNow, "save", "save", G::Files, &[C::Review], &["s", "F2", "Ctrl-S"], "Saves all changed files."),
    row(Id::GoToError, "go to the error", "go to error", G::Move, &[C::Review], &["e"], "Goes to the first error that would come into the file."),
    row(Id::SaveSound, "save files without errors", "save sound files", G::Files, &[C::Review], &["S", "o"], "Saves only the files that SkyPilot would accept."),
    row(Id::LeaveOut, "leave a change out", "in or out", G::Edit, &[C::Review], &["Space"], "Leaves the change under the cursor out of the save, or takes it in again."),
    row(Id::Draft, "keep a draft", "draft", G::Files, &[C::Review], &["d"], "Writes the edited texts to the state directory; the files stay."),
    row(Id::Force, "save although broken", "! force", G::Files, &[C::Review], &["!"], "Saves a file that SkyPilot would refuse, once its name is typed."),
    row(Id::NextFile, "next file", "file", G::Move, &[C::Review], &["Tab", "Shift-Tab"], "Shows the changes of the other file."),
    row(Id::NextChange, "next change", "n/N change", G::Move, &[C::Review], &["n"], "Goes to the next change."),
    row(Id::PreviousChange, "previous change", "", G::Move, &[C::Review], &["N"], "Goes to the previous change."),
    // A file that changed on disk.
    row(Id::Accept, "accept the merge", "accept", G::Edit, &[C::Conflict], &["a", "Enter"], "Takes the merge as one edit that u takes back, once each conflict is decided."),
    row(Id::TakeMine, "take mine", "mine", G::Edit, &[C::Conflict], &["m", "h", "Left"], "Takes what is here for this change, or for all of this entry."),
    row(Id::TakeTheirs, "take theirs", "theirs", G::Edit, &[C::Conflict], &["t", "l", "Right"], "Takes what is on disk for this change, or for all of this entry."),
    row(Id::NextChange, "next conflict", "n/N conflict", G::Move, &[C::Conflict], &["n"], "Goes to the next conflict."),
    row(Id::PreviousChange, "previous conflict", "", G::Move, &[C::Conflict], &["N"], "Goes to the previous conflict."),
    row(Id::TextDiff, "as text", "v text", G::Look, &[C::Conflict], &["v"], "Shows what the merge changes in the text on disk."),
    row(Id::TakeDisk, "take the file on disk", "reload", G::Files, &[C::Conflict], &["r"], "Takes all that is on disk; your text stays in the undo list."),
    row(Id::Overwrite, "overwrite the file on disk", "overwrite", G::Files, &[C::Conflict], &["o"], "Writes your text; what is on disk is kept among the backups."),
    row(Id::Draft, "keep a draft", "draft", G::Files, &[C::Conflict], &["d"], "Writes the edited texts to the state directory; the files stay."),
    // A file as text.
    row(Id::GoTo, "go to this entry", "go there", G::Move, &[C::Source], &["Enter", "l", "Right"], "Goes to the entry on this line."),
    row(Id::NextFile, "other file", "other file", G::Move, &[C::Source], &["Tab", "Shift-Tab"], "Shows the other file."),
    row(Id::Editor, "open in $EDITOR", "editor", G::Files, &[C::Source], &["e", "F4"], "Opens the text at this line in $VISUAL or $EDITOR."),
    row(Id::Source, "source", "", G::Look, PANES, &["S"], "Shows the file at the cursor as text, what the cursor is on marked."),
    row(Id::SideBySide, "compare with the other list", "", G::Look, &[C::List, C::Parameters], &["="], "Shows the parameters of this class in both lists side by side."),
    // Everywhere.
    row(Id::Filter, "filter these rows", "filter", G::Move, &[C::Parameters, C::Problems, C::Preview, C::Review], &["/", "F3"], "Shows only the rows that hold a text; e:, w:, i: and ~ ask for a state, Esc shows all."),
    row(Id::Compare, "compare with disk", "compare", G::Files, BEFORE_REVIEW, &["M"], "Shows mine, theirs and merged of a file that changed on disk."),
    row(Id::Fix, "apply the offered fix", "fix", G::Edit, &[C::List, C::Text, C::Parameters, C::Problems, C::Upload], &["f"], "Shows what the offered fix would change; Enter applies it, u takes it back."),
    row(Id::Fix, "fix what is explained", "", G::Edit, &[C::Notice], &["f"], "Goes on to the fix that the explained problem offers."),
    row(Id::WheelPath, "wheel directory", "wheel dir", G::Edit, BEFORE_REVIEW, &["b"], "Sets controller_wheel_path by typing or by browsing."),
    row(Id::Preview, "upload preview", "preview", G::Look, &[C::List, C::Text, C::Parameters, C::Problems, C::FirstRun, C::Wheels], &["p", "F7"], "Shows what the next launch sends to a controller."),
    row(Id::Wheels, "wheels", "wheels", G::Look, &[C::List, C::Text, C::Parameters, C::Problems, C::Upload, C::FirstRun, C::Preview], &["w", "F8"], "Lists the wheels of the wheel directory."),
    row(Id::NextProblem, "next problem", "n/N problem", G::Move, BEFORE_REVIEW, &["n"], "Goes to the next problem, in either file."),
    row(Id::PreviousProblem, "previous problem", "", G::Move, BEFORE_REVIEW, &["N"], "Goes to the previous problem."),
    row(Id::Save, "review and save", "save", G::Files, BEFORE_REVIEW, &["s", "F2", "Ctrl-S"], "Shows all changes, then saves them."),
    row(Id::Undo, "undo", "undo", G::Edit, SCREENS, &["u", "Ctrl-_"], "Takes the last edit back, in either file, without limit."),
    row(Id::Redo, "redo", "", G::Edit, SCREENS, &["U"], "Does an undone edit again."),
    row(Id::Editor, "open in $EDITOR", "editor", G::Files, BEFORE_REVIEW, &["e", "F4"], "Opens the text with its unsaved edits in $VISUAL or $EDITOR."),
    row(Id::EditEntry, "open this entry in $EDITOR", "", G::Files, LISTS, &["E"], "Opens the lines of this entry alone, with the comments above it."),
    row(Id::Reload, "reload", "", G::Files, BEFORE_REVIEW, &["R"], "Reads files and wheel directory again."),
    row(Id::NextPane, "next pane", "pane", G::Move, PANES, &["Tab"], "Goes to the next pane."),
    row(Id::PreviousPane, "previous pane", "", G::Move, PANES, &["Shift-Tab"], "Goes to the previous pane."),
    row(Id::Pane1, "pane API server", "", G::Move, NUMBERED, &["1"], "Goes to the list of the API server."),
    row(Id::Pane2, "pane remote controllers", "", G::Move, NUMBERED, &["2"], "Goes to the list of the controllers."),
    row(Id::Pane3, "pane detail", "", G::Move, NUMBERED, &["3"], "Goes to the detail of the entry."),
    row(Id::Pane4, "pane problems", "", G::Move, NUMBERED, &["4"], "Goes to the problems."),
    row(Id::Pane5, "pane upload", "", G::Move, NUMBERED, &["5"], "Goes to the line about the upload."),
    row(Id::Down, "down", "", G::Move, MOVING, &["j", "Down", "Ctrl-N"], "Goes one row down."),
    row(Id::Up, "up", "", G::Move, MOVING, &["k", "Up"], "Goes one row up."),
    row(Id::PageDown, "page down", "", G::Move, MOVING, &["PgDn", "Ctrl-D"], "Goes one page down."),
    row(Id::PageUp, "page up", "", G::Move, MOVING, &["PgUp", "Ctrl-U"], "Goes one page up."),
    row(Id::First, "first", "", G::Move, MOVING, &["g", "Home"], "Goes to the first row."),
    row(Id::Last, "last", "", G::Move, MOVING, &["G", "End"], "Goes to the last row."),
    row(Id::Palette, "commands", "", G::Look, SCREENS, &[":", "F9"], "Finds any command by its name and runs it; :12 goes to row 12."),
    row(Id::Help, "help", "", G::Look, SCREENS, &["?", "F1"], "Shows the keys that work here; type to filter, Enter runs one."),
    row(Id::Back, "back", "back", G::Move, SCREENS, &["Esc", "Backspace", "["], "Goes back, or clears filter and marks."),
    row(Id::Quit, "quit", "", G::Files, SCREENS, &["q", "F10", "Ctrl-C"], "Leaves the program and asks where edits are unsaved; q closes an inner screen first."),
    row(Id::Suspend, "suspend", "", G::Files, SCREENS, &["Ctrl-Z"], "Stops the program until the shell's fg."),
    row(Id::Forward, "forward", "", G::Move, SCREENS, &["]"], "Goes to the screen again that Back has left."),
    row(Id::Find, "find", "", G::Move, BEFORE_REVIEW, &["F"], "Finds a text in classes, parameters, values, wheels and their files; also :find TEXT."),
    row(Id::History, "history", "", G::Edit, SCREENS, &["H"], "Lists the edits of this session, and goes to any point of it."),
    row(Id::Mouse, "mouse", "", G::Look, SCREENS, &["%"], "Switches the mouse on or off: click, double click, wheel, drag of borders."),
    row(Id::Redraw, "redraw", "", G::Look, SCREENS, &["Ctrl-L"], "Draws the whole screen again."),
    row(Id::Browse, "browse for the wheel directory", "", G::Edit, BEFORE_REVIEW, &[], "Walks directories, with the number of wheels in each."),
    row(Id::About, "what are plugins?", "what are plugins?", G::Look, &[C::FirstRun], &["i"], "One page on plugins, the two files and the upload."),
    row(Id::About, "what are plugins?", "", G::Look, NOT_FIRST_RUN, &[], "One page on plugins, the two files and the upload."),
    row(Id::AboutProgram, "about", "", G::Look, SCREENS, &[], "Version, the SkyPilot releases that are known, the files in force."),
    row(Id::Clipboard, "clipboard", "", G::Look, SCREENS, &[], "Shows the text that was copied last, alone on the screen, to be selected by hand."),
    row(Id::CopyRestart, "restart command", "", G::Look, SCREENS, &[], "Copies the command that has the API server read plugins.yaml anew."),
    row(Id::PasteEntries, "paste entries", "", G::Edit, &[C::List, C::FirstRun], &[], "Opens a field for entries as YAML, shows what would be inserted, and puts them behind this one."),
    row(Id::EditComment, "edit comment", "", G::Edit, ENTRY, &[], "Edits the comment above this entry, in lines without #; an empty one goes."),
    row(Id::EditLineComment, "edit comment behind", "", G::Edit, ENTRY, &[], "Edits the comment behind the class of this entry; an empty one goes."),
    row(Id::EditorSchema, "schema for editors", "", G::Edit, PANES, &[], "Edits the line at the top of this file that tells editors its schema; an empty one goes."),
    row(Id::KeptEdits, "kept edits", "", G::Files, BEFORE_REVIEW, &[], "Offers the unsaved edits of earlier runs again."),
    row(Id::Verify, "verify with SkyPilot", "", G::Look, BEFORE_REVIEW, &[], "Asks a real SkyPilot about the files on disk and marks what it sees in another way."),
    row(Id::Backups, "backups", "", G::Files, BEFORE_REVIEW, &[], "Lists the saved versions of the file at hand, with what each would change, and takes one back."),
    row(Id::Export, "export configmap", "", G::Files, SCREENS, &[], "Writes both lists as a ConfigMap or a Secret of Kubernetes, with the Helm values that mount it."),
    row(Id::Theme, "theme", "", G::Look, SCREENS, &[], "Chooses the colours; moving through the list shows them."),
    row(Id::Build, "build a wheel", "", G::Edit, BESIDE_WHEELS, &[], "Builds a wheel of a project directory into the wheel directory, after a question."),
    row(Id::Restart, "restart the server", "", G::Files, BEFORE_REVIEW, &["L"], "Applies plugins.yaml: stops and starts the local API server after a question, and shows what it has loaded or why not."),
    row(Id::Status, "status", "", G::Look, BEFORE_REVIEW, &[], "Shows the local API server: process, directory, variables, whether it runs the list on disk."),
    row(Id::Log, "log", "", G::Look, BEFORE_REVIEW, &[], "Shows the end of the API server's log, secrets masked; :log TEXT shows its lines with a text."),
    // Text fields.
    row(Id::Accept, "accept", "accept", G::Edit, FIELDS, &["Enter"], "Takes what is typed."),
    row(Id::Cancel, "cancel", "cancel", G::Edit, FIELDS, &["Esc", "Ctrl-C", "Ctrl-G"], "Closes the field; nothing changes."),
    row(Id::NextSuggestion, "next suggestion", "suggestions", G::Move, &[C::Field], &["Down", "Ctrl-N"], "Puts the next suggestion into the field; where there is none it goes to the next field."),
    row(Id::PreviousSuggestion, "previous suggestion", "", G::Move, &[C::Field], &["Up", "Ctrl-P"], "Puts the previous suggestion, or what was typed, into the field."),
    row(Id::NextRow, "next field", "next field", G::Move, &[C::Field], &["Tab"], "Goes to the next field or choice."),
    row(Id::PreviousRow, "previous field", "", G::Move, &[C::Field], &["Shift-Tab"], "Goes to the previous field or choice."),
    row(Id::NextRow, "next row", "", G::Move, &[C::Commands], &["Tab", "Down"], "Goes to the next command."),
    row(Id::PreviousRow, "previous row", "", G::Move, &[C::Commands], &["Shift-Tab", "Up"], "Goes to the previous command."),
    row(Id::CycleType, "next type", "type", G::Edit, &[C::Field], &["Ctrl-T"], "Chooses the next type of the value."),
    row(Id::ShowHidden, "show secret", "show secret", G::Look, &[C::Field], &["Ctrl-R"], "Shows or hides a masked value while typing."),
    row(Id::Browse, "browse directories", "browse", G::Move, &[C::Field], &["F3", "Ctrl-O"], "Walks directories, with the number of wheels in each."),
    row(Id::CharLeft, "left", "", G::Move, TYPING, &["Left"], "Goes one character to the left; changes a choice."),
    row(Id::CharRight, "right", "", G::Move, TYPING, &["Right", "Ctrl-F"], "Goes one character to the right; changes a choice."),
    row(Id::WordLeft, "word left", "", G::Move, TYPING, &["Alt-b", "Ctrl-Left"], "Goes one word to the left."),
    row(Id::WordRight, "word right", "", G::Move, TYPING, &["Alt-f", "Ctrl-Right"], "Goes one word to the right."),
    row(Id::LineStart, "line start", "", G::Move, TYPING, &["Home", "Ctrl-A"], "Goes to the start of the line."),
    row(Id::LineEnd, "line end", "", G::Move, TYPING, &["End", "Ctrl-E"], "Goes to the end of the line."),
    row(Id::DeleteLeft, "delete left", "", G::Edit, TYPING, &["Backspace"], "Deletes the character to the left."),
    row(Id::DeleteRight, "delete right", "", G::Edit, TYPING, &["Delete", "Ctrl-D"], "Deletes the character under the cursor."),
    row(Id::DeleteWord, "delete word", "", G::Edit, TYPING, &["Ctrl-W", "Alt-Backspace"], "Deletes the word to the left."),
    row(Id::DeleteToStart, "delete to start", "clear", G::Edit, TYPING, &["Ctrl-U"], "Deletes to the start of the line."),
    row(Id::DeleteToEnd, "delete to end", "", G::Edit, TYPING, &["Ctrl-K"], "Deletes to the end of the line."),
    row(Id::PasteKilled, "paste deleted", "", G::Edit, TYPING, &["Ctrl-Y"], "Puts back what was deleted last."),
    // The area.
    row(Id::Accept, "keep the text", "keep", G::Edit, &[C::Area], &["F2", "Ctrl-S"], "Takes the text."),
    row(Id::Cancel, "leave the area", "leave", G::Edit, &[C::Area], &["Esc", "Ctrl-C", "Ctrl-G"], "Asks whether to keep the text, where it changed."),
    row(Id::NextRow, "next line", "", G::Move, &[C::Area], &["Down"], "Goes one line down."),
    row(Id::PreviousRow, "previous line", "", G::Move, &[C::Area], &["Up"], "Goes one line up."),
    row(Id::Editor, "open in $EDITOR", "editor", G::Files, &[C::Area], &["F4"], "Opens this text in $VISUAL or $EDITOR."),
    // Browsing.
    row(Id::ChooseDirectory, "choose", "choose this directory", G::Edit, &[C::Browse], &["Space", "s"], "Takes the directory under the cursor."),
    row(Id::Open, "open", "open", G::Move, &[C::Browse], &["Enter", "l", "Right"], "Opens the directory under the cursor."),
    row(Id::ParentDirectory, "directory above", "up", G::Move, &[C::Browse], &["h", "Left", "Backspace"], "Goes to the directory above."),
    row(Id::Close, "back to the field", "back", G::Move, &[C::Browse], &["Esc", "q", "Ctrl-C"], "Goes back without a choice."),
    // Questions, help, notices.
    row(Id::Accept, "choose", "choose", G::Edit, &[C::Menu], &["Enter"], "Takes the answer under the cursor, unless that is one to be typed by its letter."),
    row(Id::Cancel, "leave it", "back", G::Move, &[C::Menu], &["Esc", "Ctrl-G"], "Closes the question; nothing changes."),
    row(Id::ShowAll, "all keys", "all keys", G::Look, &[C::Commands], &["?", "F1"], "Shows the commands of all screens."),
    row(Id::Close, "close", "close", G::Move, &[C::Notice], &["Esc", "q", "Enter", "Backspace", "Left", "Ctrl-C"], "Closes the text."),
    row(Id::Stop, "stop", "stop", G::Edit, &[C::Run], &["s"], "Stops the program with all that it started."),
    row(Id::Close, "close", "close", G::Move, &[C::Run], &["Esc", "q", "Enter", "Ctrl-C"], "Closes the output; asks first where the program runs still."),
    row(Id::Restore, "restore", "restore", G::Edit, &[C::Backups], &["Enter", "r"], "Takes the text of this version as an edit; u takes it back."),
    row(Id::NextFile, "other file", "other file", G::Move, &[C::Backups], &["Tab", "Shift-Tab"], "Shows the versions of the other file."),
    row(Id::Close, "close", "close", G::Move, &[C::Backups], &["Esc", "q", "Backspace", "Ctrl-C"], "Closes the list; nothing changes."),
    row(Id::Accept, "go there", "go there", G::Move, &[C::Choice], &["Enter", "l", "Right"], "Goes where the row under the cursor leads; a number does it at once."),
    row(Id::Close, "close", "close", G::Move, &[C::Choice], &["Esc", "q", "h", "Left", "Backspace", "Ctrl-C"], "Closes the list."),
];

/// Returns the row of a command in a context.
#[must_use]
pub fn in_context(id: Id, context: Context) -> Option<&'static Command> {
    TABLE.iter().find(|command| command.id == id && command.contexts.contains(&context))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Key;

    #[test]
    fn a_key_means_one_thing_in_one_context() {
        for context in Context::ALL {
            let mut seen: Vec<(&str, &str)> = Vec::new();
            for command in table().iter().filter(|c| c.contexts.contains(&context)) {
                for key in command.keys {
                    let clash = seen.iter().find(|(other, _)| other == key);
                    assert_eq!(clash, None, "{context:?}: {key} is also {}", command.name);
                    seen.push((key, command.name));
                }
            }
        }
    }

    #[test]
    fn keys_are_written_as_the_lookup_spells_them() {
        for key in table().iter().flat_map(|command| command.keys) {
            assert_eq!(key.parse::<Key>().expect("a key").to_string(), *key);
        }
    }

    #[test]
    fn nothing_on_the_screens_needs_control_alt_or_function_keys() {
        for command in table().iter().filter(|c| c.contexts.iter().any(|context| SCREENS.contains(context))) {
            let special = |key: &str| {
                key.len() > 1 && (key.starts_with("Ctrl-") || key.starts_with("Alt-") || key.starts_with('F'))
            };
            let exempt = matches!(command.id, Id::Suspend | Id::Redraw);
            assert!(exempt || command.keys.first().is_none_or(|key| !special(key)), "{}", command.name);
        }
    }

    #[test]
    fn a_command_has_one_row_in_one_context() {
        for context in Context::ALL {
            let mut ids: Vec<Id> = Vec::new();
            for command in table().iter().filter(|c| c.contexts.contains(&context)) {
                assert!(!ids.contains(&command.id), "{context:?}: {} twice", command.name);
                ids.push(command.id);
            }
        }
    }

    #[test]
    fn a_place_is_never_called_as_a_command_or_a_setting() {
        for name in Context::ALL.map(Context::name) {
            assert!(table().iter().all(|command| command.id.name() != name) && name != "preset", "{name}");
        }
    }

    #[test]
    fn letters_type_in_fields() {
        for command in table().iter().filter(|c| c.contexts.contains(&Context::Field)) {
            assert!(command.keys.iter().all(|key| key.chars().count() > 1), "{}", command.name);
        }
    }

    #[test]
    fn each_command_says_what_it_does_in_a_sentence() {
        for command in table() {
            assert!(command.sentence.ends_with('.') && !command.name.is_empty(), "{}", command.name);
        }
    }
}
