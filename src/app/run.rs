//! A program that runs after a question: what is run, what it printed, how it ended.
//!
//! The data alone; who asks for it and what is said is `programs`', `io::run`
//! runs it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::dialogs::shell_like;
use super::pages::MENU_WIDTH;
use super::restart::{Outcome, Restart};
use super::{Tone, layout};
use crate::text::visible::visible_name;

/// The most lines of output that are kept.
pub const MOST_LINES: usize = 2_000;
/// The width of the output, frame included.
const WIDTH: u16 = 116;
/// The rows of the screen that the output leaves free.
const MARGIN: u16 = 4;
/// The columns that a frame takes, with a cell of air at both sides.
const FRAME: u16 = 4;
/// The most rows that the verdict takes.
const MOST_FOOT: u16 = 4;

/// What a program is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A wheel of a project.
    Build {
        /// The directory of the project.
        project: PathBuf,
        /// The wheel directory.
        into: PathBuf,
    },
    /// A wheel for the API server's Python.
    Install {
        /// The wheel file.
        wheel: PathBuf,
    },
    /// The local API server, started again.
    Restart(Box<Restart>),
}

impl Purpose {
    /// Returns the arguments of the interpreter.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        match self {
            Self::Build { project, into } => {
                vec!["-m".into(), "build".into(), "--wheel".into(), "--outdir".into(), into.into(), project.into()]
            }
            Self::Install { wheel } => vec!["-m".into(), "pip".into(), "install".into(), wheel.into()],
            // It is no interpreter that is run.
            Self::Restart(_) => Vec::new(),
        }
    }

    /// Returns the directory whose new wheels are told at the end.
    #[must_use]
    pub fn writes_to(&self) -> Option<&Path> {
        match self {
            Self::Build { into, .. } => Some(into),
            Self::Install { .. } | Self::Restart(_) => None,
        }
    }

    /// Returns what is said first where it did not work.
    pub(super) const fn failed(&self) -> &'static str {
        match self {
            Self::Build { .. } => "No wheel was built",
            Self::Install { .. } => "Nothing was installed",
            Self::Restart(_) => "The server was not restarted",
        }
    }
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What for.
    pub purpose: Purpose,
    /// The absolute path of the interpreter, and its arguments.
    pub argv: Vec<OsString>,
    /// The directory that it runs in.
    pub directory: PathBuf,
}

impl Program {
    /// Returns the argument vector, to be read by people.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.argv)
    }

    /// Returns all that is run, to be read by people.
    #[must_use]
    pub fn shown_whole(&self) -> String {
        match &self.purpose {
            Purpose::Restart(restart) => restart.steps.iter().map(|argv| shown(argv)).collect::<Vec<_>>().join("; "),
            Purpose::Build { .. } | Purpose::Install { .. } => self.shown(),
        }
    }

    /// Tells whether a question on this screen shows the whole argument vector.
    pub(super) fn fits(&self, screen: Rect) -> bool {
        let area = layout::dialog(screen, MENU_WIDTH, screen.height);
        let room = usize::from(area.width.saturating_sub(FRAME)).max(1);
        let rows: usize = self.question_lines().iter().map(|line| wrapped(line, room)).sum();
        // Frame above and below, and the answer.
        rows + 3 <= usize::from(area.height)
    }

    /// Returns the lines of the question that show each argument vector.
    pub(super) fn question_lines(&self) -> Vec<String> {
        let mut lines = vec![format!("runs  {}", self.shown())];
        if let Purpose::Restart(restart) = &self.purpose {
            lines.extend(restart.steps.iter().skip(1).map(|argv| format!("then  {}", shown(argv))));
        }
        lines
    }

    /// Returns the interpreter, made visible.
    pub(super) fn python(&self) -> String {
        self.argv.first().map_or(String::new(), |python| visible_name(python))
    }
}

/// Returns an argument vector, to be read by people.
fn shown(argv: &[OsString]) -> String {
    shell_like(&argv.iter().map(|word| visible_name(word)).collect::<Vec<_>>())
}

/// Returns how many rows of `room` cells a line takes, broken between words.
fn wrapped(line: &str, room: usize) -> usize {
    let (mut rows, mut used) = (1, 0);
    for word in line.split_inclusive(' ') {
        let wide = word.width();
        if used + wide > room && used > 0 {
            (rows, used) = (rows + 1, 0);
        }
        rows += wide / room;
        used += wide % room;
    }
    rows
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It did not start, and why.
    NotStarted(String),
    /// It ended well.
    Well,
    /// It ended otherwise: `exit status: 1`.
    Badly(String),
    /// A person stopped it.
    Stopped,
}

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it ended.
    pub how: How,
    /// The wheels that are new or changed in the directory it writes to.
    pub written: Vec<OsString>,
    /// The server, where that was started again.
    pub server: Option<Box<Outcome>>,
}

/// Where a program is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It runs.
    Running,
    /// It was asked to end.
    Stopping,
    /// It has ended, with this verdict.
    Ended(Tone, String),
}

/// A program with its output, as a dialog.
#[derive(Clone, Debug)]
pub struct Run {
    /// What is run.
    pub program: Program,
    /// The last lines, made visible.
    pub lines: VecDeque<String>,
    /// How many lines before them were dropped.
    pub dropped: usize,
    /// Whether it runs.
    pub phase: Phase,
    /// The first row on the screen.
    pub offset: usize,
    /// Whether the last row stays on the screen.
    pub follows: bool,
}

impl Run {
    /// Returns it before it has printed anything.
    pub(super) fn new(program: Program) -> Self {
        Self { program, lines: VecDeque::new(), dropped: 0, phase: Phase::Running, offset: 0, follows: true }
    }

    /// Tells whether it has ended.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended(..))
    }

    /// Returns the output in rows of at most `room` cells.
    #[must_use]
    pub fn rows(&self, room: u16) -> Vec<&str> {
        self.lines.iter().flat_map(|line| broken(line, usize::from(room.max(1)))).collect()
    }

    /// Returns the areas inside the dialog: what is run, the output, what is told of it.
    #[must_use]
    pub fn areas(&self, screen: Rect) -> [Rect; 3] {
        let area = dialog(screen);
        let (width, height) = (area.width.saturating_sub(FRAME), area.height.saturating_sub(2));
        let head = 1.min(height);
        let foot = self.foot(width).min(height / 2);
        let top = Rect { x: area.x + 2, y: area.y + 1, width, height: head };
        let output = Rect { y: top.y + head, height: height - head - foot, ..top };
        [top, output, Rect { y: output.bottom(), height: foot, ..top }].map(|area| area.intersection(screen))
    }

    /// Returns how many rows the verdict may take.
    fn foot(&self, width: u16) -> u16 {
        let Phase::Ended(_, text) = &self.phase else { return 1 };
        let rows = broken(text, usize::from(width.max(1))).len();
        // Breaks between words may take one more.
        u16::try_from(if rows > 1 { rows + 1 } else { 1 }).map_or(MOST_FOOT, |rows| rows.min(MOST_FOOT))
    }

    /// Returns the last row that may be the first on the screen, and how many rows fit.
    #[must_use]
    pub fn extent(&self, screen: Rect) -> (usize, usize) {
        let [_, output, _] = self.areas(screen);
        let page = usize::from(output.height);
        (self.rows(output.width).len().saturating_sub(page.max(1)), page)
    }

    /// Keeps the end of the output on the screen where it was there before.
    pub fn settle(&mut self, screen: Rect) {
        let (last, _) = self.extent(screen);
        self.offset = if self.follows { last } else { self.offset.min(last) };
    }

    /// Takes lines of output; the oldest go where they are too many.
    pub(super) fn take(&mut self, lines: Vec<String>, dropped: usize) {
        self.dropped += dropped;
        self.lines.extend(lines);
        let surplus = self.lines.len().saturating_sub(MOST_LINES);
        self.lines.drain(..surplus);
        self.dropped += surplus;
    }
}

/// Breaks a line into pieces of at most `room` cells.
fn broken(line: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut used) = (0, 0);
    if line.len() > room {
        for (at, grapheme) in line.grapheme_indices(true) {
            let wide = grapheme.width();
            if used + wide > room && at > start {
                pieces.push(&line[start..at]);
                (start, used) = (at, 0);
            }
            used += wide;
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// Returns the area of the dialog, frame included.
#[must_use]
pub fn dialog(screen: Rect) -> Rect {
    layout::dialog(screen, WIDTH, screen.height.saturating_sub(MARGIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        let purpose = Purpose::Install { wheel: "/w".into() };
        Run::new(Program { purpose, argv: Vec::new(), directory: "/".into() })
    }

    #[test]
    fn lines_are_broken_into_rows_and_the_oldest_are_dropped() {
        assert_eq!(broken("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(broken("日本語", 4), ["日本", "語"]);
        assert_eq!(broken("", 4), [""]);
        let mut run = run();
        run.take((0..=MOST_LINES).map(|number| number.to_string()).collect(), 3);
        assert_eq!((run.lines.len(), run.dropped), (MOST_LINES, 4));
        assert_eq!(run.lines.front().map(String::as_str), Some("1"));
    }

    #[test]
    fn the_areas_stay_inside_the_screen() {
        let mut run = run();
        run.phase = Phase::Ended(Tone::Failed, "a verdict ".repeat(90));
        for (width, height) in [(0, 0), (1, 1), (40, 8), (40, 12), (80, 24), (300, 100)] {
            let screen = Rect::new(0, 0, width, height);
            for area in run.areas(screen) {
                assert!(area.is_empty() || screen.union(area) == screen, "{area:?} of {screen:?}");
            }
        }
    }
}
