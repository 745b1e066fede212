//! Every fix that is offered takes its problem away and brings no other.

use std::collections::BTreeMap;

use skyplug_tui::check::{self, Code, Diagnostic, Facts, FileKind, Fix, Report, Severity};
use skyplug_tui::config::{Role, Workspace};
use skyplug_tui::text::splice;
use skyplug_tui::yaml::{Document, edit, patch};

use super::facts::{corpus, example, facts, text, with, workspace};
use super::{codes, mutants};

/// What a fix does to the file of its problem.
struct Trial<'a> {
    one: &'a Diagnostic,
    fix: &'a Fix,
    role: Role,
    old: &'a Document,
    new: String,
    before: &'a Report,
    after: Report,
}

/// What makes two problems of two texts the same: all but the place, which edits above it move.
type Identity = (FileKind, Code, Severity, String);

fn identity(one: &Diagnostic) -> Identity {
    // What becomes of the wheel path is told with the path, which may be what a fix mends.
    let of_wheel_path = one.place.pointer.as_ref().is_some_and(|at| at.to_string() == "/controller_wheel_path");
    let message = if of_wheel_path { String::new() } else { without_places(&one.message) };
    (one.place.file, one.code, one.severity, message)
}

/// Returns a message without numbers of entries and lines: both shift where text above goes.
fn without_places(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(at) = ["[", "line "].iter().filter_map(|mark| Some(rest.find(mark)? + mark.len())).min() {
        out.push_str(&rest[..at]);
        rest = rest[at..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

fn count(report: &Report) -> BTreeMap<Identity, usize> {
    let mut counts = BTreeMap::new();
    for one in &report.diagnostics {
        *counts.entry(identity(one)).or_default() += 1;
    }
    counts
}

impl Trial<'_> {
    /// Returns what is wrong with the fix.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let of_code = |report: &Report| report.diagnostics.iter().filter(|other| other.code == self.one.code).count();
        let (before, after) = (count(self.before), count(&self.after));
        if of_code(&self.after) >= of_code(self.before) {
            wrong.push("leaves it".to_owned());
        }
        for (other, number) in &after {
            let known = before.get(other).copied().unwrap_or(0) - usize::from(*other == identity(self.one));
            if *number > known && !self.is_revealed(other) {
                wrong.push(format!("adds {} {}", other.1.name(), other.3));
            }
        }
        // Whatever the text was before: a fix that leaves the next mistake of the reader mends nothing.
        if Document::parse(self.new.as_str()).data().is_err() {
            wrong.push("gives a text that does not parse".to_owned());
        }
        wrong.extend(self.other_patch());
        wrong
    }

    /// Tells whether nothing of the text was judged, as the reader stopped before.
    fn is_of_reader(&self) -> bool {
        self.old.data().is_err()
    }

    fn is_refused(&self, report: &Report) -> bool {
        // A launch reads the entries of the remote list alone.
        let is_null = |one: &Diagnostic| one.code == Code::PluginsNull && one.place.file == FileKind::Remote;
        let is_null = self.role == Role::Remote && report.diagnostics.iter().any(is_null);
        is_null || report.verdict(self.role).exception.is_some()
    }

    /// Tells whether a problem was there before, and could not be told.
    fn is_revealed(&self, other: &Identity) -> bool {
        // Until the text parses, nothing else of it is judged.
        if self.is_of_reader() {
            return true;
        }
        // While SkyPilot refuses the file, no launch gets as far as the upload.
        let is_of_upload = other.1 >= Code::WheelPathUnset;
        is_of_upload && self.is_refused(self.before) && !self.is_refused(&self.after)
    }

    /// Tells where the patch of a fix does something else than its edits.
    fn other_patch(&self) -> Option<String> {
        let patch = self.fix.patch.as_ref()?;
        let operations = patch::parse(patch).expect("a patch");
        let patched = match edit::apply(self.old, &operations) {
            Ok(patched) => patched.document,
            Err(error) => return Some(format!("has a patch that fails: {error}: {patch}")),
        };
        let is_same = patched.data().ok() == Document::parse(self.new.as_str()).data().ok();
        (!is_same).then(|| format!("has another patch: {patch}"))
    }

    fn told(&self, name: &str, wrong: &str) -> String {
        let (code, label) = (self.one.code.name(), &self.fix.label);
        format!(
            "{code} ({label}) {wrong}\n  in {name}, {:?}:\n    {:?}\n    {:?}",
            self.role,
            self.old.text(),
            self.new
        )
    }
}

/// Applies every fix that a workspace is offered; returns how many there are and what is wrong with them.
fn prove(workspace: &Workspace, facts: &Facts, name: &str, wrong: &mut Vec<String>) -> usize {
    let before = check::check(workspace, facts);
    let mut count = 0;
    for one in &before.diagnostics {
        let (Some(fix), Some(role)) = (&one.fix, one.place.file.role()) else { continue };
        count += 1;
        let old = workspace.document(role).expect("a fix is one of a text");
        let new = splice(old.text(), &fix.edits).expect("sorted edits of this text");
        let after = check::check(&workspace.with_content(role, text(&new)), facts);
        let trial = Trial { one, fix, role, old, new, before: &before, after };
        wrong.extend(trial.wrong().iter().map(|what| trial.told(name, what)));
    }
    count
}

fn assert_none(wrong: &[String]) {
    let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} fixes are wrong:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn every_fix_of_the_corpus_and_the_examples_takes_its_problem_away() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, workspace) in corpus() {
        count += prove(&workspace, &facts(), &name, &mut wrong);
    }
    for &code in Code::ALL {
        if let Some((role, source)) = example(code) {
            count += prove(&with(role, &source), &facts(), code.name(), &mut wrong);
        }
        let (bad, good) = codes::row(code);
        count += prove(&bad.workspace, &bad.facts, code.name(), &mut wrong);
        count += prove(&good.workspace, &good.facts, code.name(), &mut wrong);
    }
    assert_none(&wrong);
    assert!(count > 250, "only {count} fixes");
}

#[test]
fn every_fix_of_a_mutated_configuration_takes_its_problem_away() {
    let rounds = std::env::var("SKYPLUG_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3_000);
    let seed = std::env::var("SKYPLUG_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let texts: Vec<String> = corpus()
        .iter()
        .flat_map(|(_, workspace)| Role::ALL.map(|role| workspace.document(role).map(|d| d.text().to_owned())))
        .flatten()
        .filter(|text| text.len() < 600)
        .collect();
    let mut mutants = mutants::Mutants::new(seed, texts);
    let mut wrong = Vec::new();
    let mut count = 0;
    for round in 0..rounds {
        let (api, remote) = (mutants.next(), mutants.next());
        let one = workspace(text(&api), text(&remote));
        count += prove(&one, &facts(), &format!("round {round}"), &mut wrong);
    }
    assert_none(&wrong);
    assert!(count > rounds / 4, "only {count} fixes");
}
