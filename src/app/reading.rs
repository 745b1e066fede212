//! How the wheels of the wheel directory are read: batch by batch, behind what a person does.
//!
//! A batch is asked for, its answer leads to the next one, and Esc on the wheel
//! list ends that. What is wrong with the wheels is worked out once all are read:
//! that looks at all of them, and would cost most of the time.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::message::Effect;
use super::{State, Tone};
use crate::preview;
use crate::wheel::contents::Inspection;
use crate::wheel::limits;

/// How far reading has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The wheels that are not read yet, in their order.
    left: Vec<PathBuf>,
    /// How many there were at the start.
    total: usize,
    /// Whether a batch is being read.
    asked: bool,
    /// Whether a person has stopped it.
    stopped: bool,
}

impl Reading {
    /// Returns how many of how many wheels are read, while some are not.
    #[must_use]
    pub fn progress(&self) -> Option<String> {
        if self.left.is_empty() {
            return None;
        }
        let (read, total) = (grouped(self.total - self.left.len()), grouped(self.total));
        let what = if self.stopped { "stopped at" } else { "reading" };
        Some(format!("{what} {read} of {total}"))
    }
}

/// Starts to read the wheels that are not known as they are now.
pub(super) fn start(state: &mut State) -> Vec<Effect> {
    let left = preview::wheels_to_read(&state.workspace, &state.facts);
    // A batch that is on its way is answered all the same.
    state.reading = Reading { total: left.len(), left, asked: state.reading.asked, stopped: false };
    next(state)
}

/// Takes a batch; asks for the next one.
pub(super) fn take(state: &mut State, found: Vec<(PathBuf, Arc<Inspection>)>) -> Vec<Effect> {
    let read: HashSet<PathBuf> = found.iter().map(|(path, _)| path.clone()).collect();
    state.facts.wheels.extend(found);
    state.reading.asked = false;
    state.reading.left.retain(|path| !read.contains(path));
    if state.reading.left.is_empty() || state.reading.stopped {
        state.recheck();
    }
    next(state)
}

fn next(state: &mut State) -> Vec<Effect> {
    let reading = &state.reading;
    if reading.asked || reading.stopped || reading.left.is_empty() {
        return Vec::new();
    }
    let paths = reading.left.iter().take(limits::BATCH_WHEELS).cloned().collect();
    state.reading.asked = true;
    vec![Effect::Inspect { paths, room: preview::room_for_members(&state.facts) }]
}

/// Stops reading; tells whether there was anything to stop.
pub(super) fn stop(state: &mut State) -> bool {
    // A batch that is on its way cannot be stopped: what is left behind it can.
    let on_its_way = if state.reading.asked { limits::BATCH_WHEELS } else { 0 };
    if state.reading.stopped || state.reading.left.len() <= on_its_way {
        return false;
    }
    state.reading.stopped = true;
    state.recheck();
    let text = state.reading.progress().unwrap_or_default();
    state.say(Tone::Told, format!("Reading {text} wheels. r goes on."));
    true
}

/// Returns a number with commas: 10,000.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_while_wheels_are_left() {
        let left = |count: usize| (0..count).map(|at| PathBuf::from(at.to_string())).collect();
        let mut reading = Reading { left: left(9_880), total: 10_000, ..Reading::default() };
        assert_eq!(reading.progress().as_deref(), Some("reading 120 of 10,000"));
        reading.stopped = true;
        assert_eq!(reading.progress().as_deref(), Some("stopped at 120 of 10,000"));
        reading.left.clear();
        assert_eq!(reading.progress(), None);
        assert_eq!([0, 7, 999, 1_000, 1_234_567].map(grouped), ["0", "7", "999", "1,000", "1,234,567"]);
    }
}
