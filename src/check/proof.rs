//! Keeps of all fixes those that take their problem away and bring no other.

use std::collections::HashMap;
use std::sync::Arc;

use super::diagnostic::{Code, Diagnostic, Severity};
use super::known::Known;
use super::refusal::MOST_OF_A_KIND;
use super::{fix, of_text};
use crate::config::{Content, Role, Workspace};
use crate::text::splice;
use crate::yaml::Document;

/// How many bytes may be judged again for the fixes of one file.
const BUDGET: usize = 512 * 1024;

/// What a problem costs that is found again, in bytes.
const PROBLEM: usize = 64;

/// How often each problem is there. Places are left out: they move with the text above.
type Counts = HashMap<Kind, usize>;
/// What makes two problems the same.
type Kind = (Code, Severity, String);

/// Takes the fixes off that leave their problem or bring another one.
///
/// Of a text that is no YAML the reader's problem is the only one that is
/// known: there is nothing to compare with.
pub(super) fn keep_clean(workspace: &Workspace, role: Role, found: &mut [Diagnostic]) {
    let Some(document) = workspace.document(role).filter(|document| document.data().is_ok()) else { return };
    let mut left = BUDGET;
    let mut known = None;
    for at in 0..found.len() {
        let (code, Some(fix)) = (found[at].code, &found[at].fix) else { continue };
        if is_clean_by_itself(code) {
            continue;
        }
        let before = known.get_or_insert_with(|| count(found));
        // Of so many not all are told: whether one went is not to be seen.
        let is_cut = of_code(before, code) >= MOST_OF_A_KIND;
        let cost = document.text().len() + fix::TRIAL + found.len() * PROBLEM;
        let is_clean = left.checked_sub(cost).filter(|_| !is_cut).is_some_and(|rest| {
            left = rest;
            let new = splice(document.text(), &fix.edits).ok().map(Document::parse);
            let new = new.filter(|new| new.data().is_ok());
            new.is_some_and(|new| brings_nothing(before, &problems(workspace, role, new), &kind(&found[at])))
        });
        if !is_clean {
            found[at].fix = None;
        }
    }
}

/// Tells whether a fix is one of a value that nothing else looks at; there may be many of them.
const fn is_clean_by_itself(code: Code) -> bool {
    matches!(code, Code::YamlSurprise)
}

fn problems(workspace: &Workspace, role: Role, document: Document) -> Counts {
    let workspace = workspace.with_content(role, Content::Text(Arc::new(document)));
    let verdict = super::verdict(workspace.file(role), role);
    count(&of_text(&workspace, role, &verdict, 0, &Known::default()))
}

fn kind(one: &Diagnostic) -> Kind {
    (one.code, one.severity, super::without_places(&one.message))
}

fn count(found: &[Diagnostic]) -> Counts {
    let mut counts = Counts::new();
    for one in found {
        *counts.entry(kind(one)).or_default() += 1;
    }
    counts
}

fn of_code(counts: &Counts, code: Code) -> usize {
    counts.iter().filter(|(key, _)| key.0 == code).map(|(_, number)| number).sum()
}

/// Tells whether of the problems before, without the one that was mended, none has become more.
fn brings_nothing(before: &Counts, after: &Counts, mended: &Kind) -> bool {
    let rest = |kind: &Kind| before.get(kind).copied().unwrap_or(0).saturating_sub(usize::from(kind == mended));
    of_code(after, mended.0) < of_code(before, mended.0) && after.iter().all(|(kind, number)| *number <= rest(kind))
}
