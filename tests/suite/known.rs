//! What a check passes over is what it would have said nothing of.
//!
//! Random edits of a list, each checked with what is known of the text before it, and
//! without: both must say the same, and the entries must be those of the whole text.

use std::collections::BTreeMap;
use std::sync::Arc;

use skyplug_tui::check::{self, Facts, Judged, classes};
use skyplug_tui::config::{Content, Role, model};
use skyplug_tui::python::{Answer, Catalog, Site};
use skyplug_tui::yaml::Document;

use crate::facts::{class, facts, origin, parameter, plugin_with, text, workspace};
use crate::soak::Random;

/// Entries with and without problems; `Q#` and `P#` get a number.
const ENTRIES: [&str; 19] = [
    "- class: quiet.Q#\n",
    "- class: quiet.Q#\n  parameters:\n    url: x\n    list: [1, 2]\n    deep: {a: {b: c}}\n",
    "- class: quiet.Q#\n  parameters:\n    note: |\n      one\n\n      two\n",
    "- class: acme.Audit\n",
    "- class: acme.Audit\n  parameters: {size: 5}\n",
    "- class: acme.Audit\n  parameters: {size: yes, flag: on}\n",
    "- class: acme.Audit\n  parameters: {size: x, flag: on}\n",
    "- class: acme.None\n",
    "- class: acme.thing\n",
    "- class: nodot\n",
    "- class: odd!.Q#\n",
    "- class: twice.A\n  parameters: {n: 1}\n",
    "- class: twice.A\n",
    "- class: quiet.Q#\n  parameters: {a: 010, b: 2026-01-01, c: ~, d: }\n",
    "- class: quiet.Q#\n  class: quiet.P#\n",
    "- class: quiet.Q#\n  parameters: {self: 1, 2: x, k: 1, k: 2}\n",
    "- class: quiet.Q#  # skyplug: ignore[yaml-surprise] meant\n  parameters: {a: no}\n",
    "- class: quiet.Q#  # skyplug: ignore[duplicate-class]\n",
    "- parameters: {}\n",
];
/// What may stand above an entry.
const ABOVE: [&str; 4] = ["", "# about it\n", "\n", "# skyplug: ignore[class-unseen]\n"];

/// Returns an entry, perhaps with something above it.
fn entry(numbers: &mut Random) -> String {
    let number = numbers.below(12).to_string();
    // Most entries of a list are as they should be.
    let entry = if numbers.below(2) == 0 { numbers.below(3) } else { numbers.below(ENTRIES.len()) };
    let above = if numbers.below(4) == 0 { ABOVE[numbers.below(ABOVE.len())] } else { "" };
    format!("{above}{}", ENTRIES[entry].replace("Q#", &format!("Q{number}")).replace("P#", &format!("P{number}")))
}

/// Facts by which classes are told of, one after the other.
fn surroundings() -> [Facts; 4] {
    let with_size = plugin_with(|class| {
        class.parameters =
            Some(vec![parameter("size", Some("int"), None), parameter("flag", Some("bool"), Some("True"))]);
    });
    let answers = BTreeMap::from([
        ((classes::site(Role::Api), "acme.Audit".to_owned()), with_size),
        ((classes::site(Role::Api), "acme.None".to_owned()), Answer::NoAttribute { origin: origin() }),
        ((Site::Wheels, "twice.A".to_owned()), Answer::NoModule),
    ]);
    let known = Facts {
        catalog: Arc::new(Catalog { answers, found: vec![class()], complete: true, gathered: true }),
        ..facts()
    };
    let gathered = Facts { catalog: Arc::new(Catalog { gathered: true, ..Catalog::default() }), ..facts() };
    [facts(), gathered, known.clone(), Facts { python: Some("/opt/sky/bin/python".into()), ..known }]
}

fn list(entries: &[String], behind: bool) -> String {
    let head = if entries.is_empty() { "plugins: []\n" } else { "# top\nplugins:\n" };
    format!("{head}{}{}", entries.concat(), if behind { "controller_wheel_path: /w\n" } else { "" })
}

#[test]
fn a_check_that_passes_over_entries_says_the_same() {
    let set = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let mut numbers = Random(set("SKYPLUG_SEED").unwrap_or(1));
    let rounds = set("SKYPLUG_KNOWN").map_or(40, |rounds| usize::try_from(rounds).expect("a count"));
    let surroundings = surroundings();
    let (mut edits, mut by_entries) = (0, 0);
    for round in 0..rounds {
        let mut entries: Vec<String> = (0..3 + numbers.below(9)).map(|_| entry(&mut numbers)).collect();
        let role = Role::ALL[round % 2];
        let behind = role == Role::Api && numbers.below(2) == 0;
        let base = workspace(text("plugins: []\n"), text("plugins:\n- class: r.R\n"));
        let mut document = Arc::new(Document::parse(list(&entries, behind)));
        let (mut judged, mut rows) = (Judged::default(), model::Entries::default());
        for _ in 0..12 {
            let facts = &surroundings[if numbers.below(5) == 0 { numbers.below(4) } else { round % 4 }];
            let now = base.with_content(role, Content::Text(Arc::clone(&document)));
            let checked = check::check_again(&now, facts, &judged);
            let whole = check::check(&now, facts);
            assert_eq!(checked.report.diagnostics, whole.diagnostics, "{}", document.text());
            assert_eq!(checked.report.ignored, whole.ignored, "{}", document.text());
            assert_eq!(checked.report.verdict(role), whole.verdict(role), "{}", document.text());
            assert_eq!(checked.report.load.exception, whole.load.exception, "{}", document.text());
            rows.follow(Some(&document));
            assert_eq!(rows.all()[..], model::entries(&document), "{}", document.text());
            judged = checked.judged;
            // One edit, or two before the next check.
            let old = Arc::clone(&document);
            for _ in 0..=numbers.below(2) {
                let at = numbers.below(entries.len());
                match numbers.below(5) {
                    0 => entries.insert(at, entry(&mut numbers)),
                    1 if entries.len() > 1 => drop(entries.remove(at)),
                    2 => entries.swap(at, 0),
                    3 => entries[at].insert_str(0, ABOVE[numbers.below(ABOVE.len())]),
                    _ => entries[at] = entry(&mut numbers),
                }
                document = Arc::new(document.edited(list(&entries, behind)));
            }
            edits += 1;
            let kept = model::list(&document).and_then(|(list, _)| document.kept_of(&old, list));
            by_entries += usize::from(kept.is_some());
        }
    }
    assert!(by_entries * 2 > edits, "{by_entries} of {edits} edits left entries to be passed over");
}
