//! Undo and redo over both files, without limit.
//!
//! A step holds the splices there and back, never a copy of a text: a file of
//! 21 MB must not cost 21 MB a step. Whether there are unsaved edits is not
//! asked here: that is a comparison of the text with what is on disk.

use super::past::digest;
use crate::config::Role;
use crate::config::Workspace;
use crate::config::operation::{Change, Direction, FileChange, replay, replay_all};
use crate::yaml::Pointer;

/// Where the cursor was or belongs.
pub type Focus = Option<(Role, Pointer)>;

/// One edit.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it did, without a period.
    pub label: String,
    /// The time of day when it was made; empty where that is not known.
    pub when: String,
    /// The splices of each file.
    pub files: Vec<FileChange>,
    /// Where the cursor was before.
    pub before: Focus,
    /// Where it belonged afterwards.
    pub after: Focus,
    /// What both texts were before and became: digests.
    texts: [u64; 2],
}

/// All edits of the session.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    time: String,
}

/// A point that can be gone to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point<'h> {
    /// The edit that led there, none at the start.
    pub label: Option<&'h str>,
    /// When that was made.
    pub when: &'h str,
    /// A digest of both texts.
    pub texts: u64,
}

impl History {
    /// Records an edit; what was undone before it is forgotten.
    pub fn push(&mut self, old: &Workspace, change: &Change, before: Focus) {
        self.undone.clear();
        let from = self.done.last().map_or_else(|| digest(old), |step| step.texts[1]);
        self.done.push(Step {
            label: change.label.clone(),
            when: self.time.clone(),
            files: change.files.clone(),
            before,
            after: change.focus.clone(),
            texts: [from, digest(&change.workspace)],
        });
    }

    /// Takes the time of day of what follows.
    pub fn set_time(&mut self, time: String) {
        self.time = time;
    }

    /// Returns all points that can be gone to, the first one on top.
    #[must_use]
    pub fn points(&self) -> Vec<Point<'_>> {
        let steps = || self.done.iter().chain(self.undone.iter().rev());
        let start = steps().next().map(|step| Point { label: None, when: "", texts: step.texts[0] });
        let points = steps().map(|step| Point { label: Some(&step.label), when: &step.when, texts: step.texts[1] });
        start.into_iter().chain(points).collect()
    }

    /// Takes the last edit back.
    pub fn undo(&mut self, workspace: &Workspace) -> Option<(Workspace, &Step)> {
        let step = self.done.pop()?;
        let new = replay(workspace, &step.files, Direction::Backward);
        self.undone.push(step);
        self.undone.last().map(|step| (new, step))
    }

    /// Does an undone edit again.
    pub fn redo(&mut self, workspace: &Workspace) -> Option<(Workspace, &Step)> {
        let step = self.undone.pop()?;
        let new = replay(workspace, &step.files, Direction::Forward);
        self.done.push(step);
        self.done.last().map(|step| (new, step))
    }

    /// Takes edits back, or does them again, until so many are done; returns the texts and where the cursor belongs.
    pub fn go(&mut self, workspace: &Workspace, count: usize) -> Option<(Workspace, Focus)> {
        let back = self.done.len() > count;
        let (from, to, direction) = if back {
            (&mut self.done, &mut self.undone, Direction::Backward)
        } else {
            (&mut self.undone, &mut self.done, Direction::Forward)
        };
        let steps = if back { from.len() - count } else { (count - to.len()).min(from.len()) };
        let first = to.len();
        to.extend(from.drain(from.len() - steps..).rev());
        let gone = &to[first..];
        let last = gone.last()?;
        let new = replay_all(workspace, gone.iter().map(|step| step.files.as_slice()), direction);
        Some((new, if back { last.before.clone() } else { last.after.clone() }))
    }

    /// Returns what the next undo and the next redo are of.
    #[must_use]
    pub fn next_labels(&self) -> (Option<&str>, Option<&str>) {
        let [undo, redo] = [&self.done, &self.undone].map(|steps| steps.last().map(|step| step.label.as_str()));
        (undo, redo)
    }

    /// Returns how many edits can be taken back.
    #[must_use]
    pub fn undo_count(&self) -> usize {
        self.done.len()
    }

    /// Returns how many edits can be done again.
    #[must_use]
    pub fn redo_count(&self) -> usize {
        self.undone.len()
    }

    /// Forgets everything: the texts the steps belong to are gone.
    pub fn clear(&mut self) {
        self.done.clear();
        self.undone.clear();
    }
}
