//! Examples of texts with some changes of another, and random ones against a model.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::yaml::Value;

const BASE: &str = "\
# head
plugins:
  # about A
  - class: a.A   # first
    parameters: {x: 1, y: 1}
  - class: b.B
    parameters:
      low: 1
      high: 9

  # about C
  - class: c.C
wheels: w
";

fn read(text: &str) -> Arc<Document> {
    Arc::new(Document::parse(text))
}

fn partial(old: &str, new: &str) -> Partial {
    Partial::of(&read(old), &read(new))
}

/// Returns the text with all parts but these.
#[track_caller]
fn without(partial: &Partial, left: &[usize]) -> PartialText {
    let taken: Vec<bool> = (0..partial.parts().len()).map(|part| !left.contains(&part)).collect();
    partial.text(&taken).expect("a text")
}

#[track_caller]
fn gives(old: &str, new: &str, left: &[usize], want: &str) {
    let got = without(&partial(old, new), left);
    assert_eq!(got.document.text(), want);
    assert!(got.is_whole);
}

#[test]
fn changes_of_lines_beside_each_other_are_told_apart() {
    let new = BASE.replace("low: 1", "low: 2   # less").replace("high: 9", "high: 8\n      mid: 5");
    assert_eq!(partial(BASE, &new).parts().len(), 3);
    gives(BASE, &new, &[0], &new.replace("low: 2   # less", "low: 1"));
    gives(BASE, &new, &[1], &new.replace("high: 8", "high: 9"));
    gives(BASE, &new, &[2], &new.replace("\n      mid: 5", ""));
    gives(BASE, &new, &[0, 1], &BASE.replace("high: 9", "high: 9\n      mid: 5"));
}

#[test]
fn comments_go_with_the_data_beside_them_else_alone() {
    let new = BASE.replace("# about C\n  - class: c.C", "# about D\n  - class: d.D\n  # about C\n  - class: c.C");
    let new = new.replace("# head", "# my head");
    let parts = partial(BASE, &new);
    assert_eq!(parts.parts()[1].about, About::Writing(0));
    gives(BASE, &new, &[0], &BASE.replace("# head", "# my head"));
    gives(BASE, &new, &[1], &new.replace("# my head", "# head"));
}

#[test]
fn an_entry_that_is_commented_out_is_one_change() {
    let new = BASE.replace(
        "  - class: b.B\n    parameters:\n      low: 1\n      high: 9\n",
        "  # - class: b.B\n  #   parameters:\n  #     low: 1\n  #     high: 9\n",
    );
    let new = new.replace(
        "  # about A\n  - class: a.A   # first\n    parameters: {x: 1, y: 1}\n",
        "  # # about A\n  # - class: a.A   # first\n  #   parameters: {x: 1, y: 1}\n",
    );
    let parts = partial(BASE, &new);
    assert_eq!(parts.parts().len(), 2, "two entries next to each other");
    let only_b = without(&parts, &[0]);
    assert!(only_b.document.text().contains("  - class: a.A") && only_b.document.text().contains("  # - class: b.B"));
}

/// What both texts have as a comment is in any text between them.
#[test]
fn no_choice_loses_a_comment_that_both_texts_have() {
    let old = "plugins:\n- class: a.A\n# - class: z.Z\n- class: b.B\n- class: b.B\n";
    let new = "plugins:\n# - class: z.Z\n- class: a.A\n# - class: b.B\n- class: b.B\n";
    let partial = partial(old, new);
    assert!(partial.parts.len() > 1, "{:?}", partial.parts.len());
    for left in 0..partial.parts.len() {
        let text = without(&partial, &[left]).document.text().to_owned();
        assert!(text.contains("# - class: z.Z\n"), "without {left}:\n{text}");
    }
}

#[test]
fn two_values_on_one_line_are_told_apart_their_comments_wait() {
    let new = BASE.replace("{x: 1, y: 1}", "{x: 2, y: 2}   # both");
    let got = without(&partial(BASE, &new), &[1]);
    assert_eq!(got.document.text(), BASE.replace("x: 1", "x: 2"));
    assert!(!got.is_whole);
}

#[test]
fn a_class_that_changed_in_its_place_is_one_change() {
    let new = BASE.replace("c.C", "d.D").replace("wheels: w", "wheels: v");
    assert_eq!(partial(BASE, &new).parts().len(), 2);
    gives(BASE, &new, &[0], &BASE.replace("wheels: w", "wheels: v"));
    gives(BASE, &new, &[1], &BASE.replace("c.C", "d.D"));
}

#[test]
fn a_moved_entry_is_one_change() {
    let new = "plugins:\n- class: b.B\n- class: a.A\n  parameters: {x: 2}\n";
    let old = "plugins:\n- class: a.A\n  parameters: {x: 1}\n- class: b.B\n";
    let parts = partial(old, new);
    assert_eq!(parts.parts().len(), 2);
    let order = (0..2).find(|part| parts.changes(*part).any(|change| change.place.is_order)).expect("an order");
    assert_eq!(without(&parts, &[order]).document.text(), old.replace("x: 1", "x: 2"));
    assert_eq!(without(&parts, &[1 - order]).document.text(), new.replace("x: 2", "x: 1"));
}

#[test]
fn what_cannot_be_read_is_one_change() {
    let parts = partial(BASE, "plugins: [");
    assert_eq!(parts.parts(), [Part { about: About::Whole, changes: Vec::new() }]);
    assert_eq!(without(&parts, &[0]).document.text(), BASE);
}

#[test]
fn ends_of_lines_stay() {
    let old = BASE.replace('\n', "\r\n").trim_end().to_owned();
    let new = old.replace("low: 1", "low: 2").replace("wheels: w", "wheels: w\r\nmore: 1");
    gives(&old, &new, &[0], &old.replace("wheels: w", "wheels: w\r\nmore: 1"));
    gives(&old, &new, &[1], &old.replace("low: 1", "low: 2"));
}

/// One edit of a list of entries `p.E0`, `p.E1`...
#[derive(Clone, Debug)]
enum Edit {
    Set(usize, usize, u32),
    Unset(usize, usize),
    Remove(usize),
    Add(usize),
    Comment(usize),
}

/// The entries with their parameters; each entry may have a comment.
type Model = Vec<(String, Option<String>, Vec<(String, u32)>)>;

fn written(model: &Model, flow: bool) -> String {
    let mut out = "# list\nplugins:\n".to_owned();
    for (class, comment, parameters) in model {
        out.extend(comment.iter().map(|comment| format!("  # {comment}\n")));
        let _ = writeln!(out, "  - class: {class}");
        let pairs: Vec<String> = parameters.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        match (pairs.is_empty(), flow) {
            (true, _) => {}
            (_, true) => _ = writeln!(out, "    parameters: {{{}}}", pairs.join(", ")),
            (_, false) => _ = writeln!(out, "    parameters:\n      {}", pairs.join("\n      ")),
        }
    }
    if model.is_empty() { "# list\nplugins: []\n".to_owned() } else { out }
}

fn base(entries: usize) -> Model {
    let parameters =
        |entry: usize| (0..3).map(|key| (format!("k{key}"), u32::try_from(entry * 10 + key).expect("small"))).collect();
    (0..entries)
        .map(|entry| (format!("p.E{entry}"), (entry % 2 == 0).then(|| format!("about {entry}")), parameters(entry)))
        .collect()
}

fn edited(model: &Model, edits: &[Edit]) -> Model {
    let mut out = model.clone();
    for edit in edits {
        let entry = |out: &Model, number: usize| out.iter().position(|one| one.0 == format!("p.E{number}"));
        match edit {
            Edit::Set(number, key, value) => {
                if let Some(at) = entry(&out, *number) {
                    let key = format!("k{key}");
                    match out[at].2.iter_mut().find(|pair| pair.0 == key) {
                        Some(pair) => pair.1 = *value,
                        None => out[at].2.push((key, *value)),
                    }
                }
            }
            Edit::Unset(number, key) => {
                if let Some(at) = entry(&out, *number) {
                    out[at].2.retain(|pair| pair.0 != format!("k{key}"));
                }
            }
            Edit::Remove(number) => out.retain(|one| one.0 != format!("p.E{number}")),
            Edit::Add(behind) => {
                let at = entry(&out, *behind).map_or(out.len(), |at| at + 1);
                out.insert(at, (format!("n.E{behind}"), Some("new".to_owned()), vec![("a".to_owned(), 1)]));
            }
            Edit::Comment(number) => {
                if let Some(at) = entry(&out, *number) {
                    out[at].1 = Some("another comment".to_owned());
                }
            }
        }
    }
    out
}

/// Tells which edit a change of the data is.
fn edit_of(change: &Change, edits: &[Edit]) -> usize {
    let entry = change.place.entry.as_ref().expect("an entry");
    let class = entry.class.clone().expect("a class");
    let is_it = |edit: &&Edit| match edit {
        Edit::Set(number, key, _) | Edit::Unset(number, key) => {
            class == format!("p.E{number}") && change.place.below.to_path() == format!("parameters.k{key}")
        }
        Edit::Remove(number) => class == format!("p.E{number}") && change.place.below.is_root(),
        Edit::Add(number) => class == format!("n.E{number}"),
        Edit::Comment(_) => false,
    };
    edits.iter().position(|edit| is_it(&edit)).unwrap_or_else(|| panic!("{change:?} is none of {edits:?}"))
}

/// Edits that touch different places each.
fn edits(entries: usize) -> impl Strategy<Value = Vec<Edit>> {
    let one = move |number: usize| {
        prop_oneof![
            Just(Vec::new()),
            (0..4_usize, 100..200_u32).prop_map(move |(key, value)| vec![Edit::Set(number, key, value)]),
            (100..200_u32).prop_map(move |value| vec![
                Edit::Set(number, 0, value),
                Edit::Set(number, 1, value),
                Edit::Unset(number, 2)
            ]),
            (0..3_usize).prop_map(move |key| vec![Edit::Unset(number, key)]),
            Just(vec![Edit::Remove(number)]),
            Just(vec![Edit::Add(number), Edit::Comment(number)]),
            Just(vec![Edit::Add(number), Edit::Remove(number)]),
            Just(vec![Edit::Comment(number)]),
        ]
    };
    (0..entries).map(one).collect::<Vec<_>>().prop_map(|all| all.into_iter().flatten().collect())
}

fn entries(document: &Document) -> Vec<(String, Value)> {
    let plugins = document.data().expect("data").get("plugins").cloned().expect("a list");
    let class = |entry: &Value| entry.get("class").and_then(Value::as_str).expect("a class").to_owned();
    plugins.as_list().expect("a list").iter().map(|entry| (class(entry), entry.clone())).collect()
}

/// Tells whether two lists have the same entries; where an added one stands among those that are gone is open.
fn same_entries(a: &Document, b: &Document) -> bool {
    let (mut a, mut b) = (entries(a), entries(b));
    a.sort_by(|a, b| a.0.cmp(&b.0));
    b.sort_by(|a, b| a.0.cmp(&b.0));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
}

/// Tells whether what is in both lists stands in the same order.
fn same_order(a: &Document, b: &Document) -> bool {
    let classes = |one: &Document, other: &Document| -> Vec<String> {
        let known = entries(other);
        let class = entries(one).into_iter().map(|entry| entry.0);
        class.filter(|class| known.iter().any(|(other, _)| other == class)).collect()
    };
    classes(a, b) == classes(b, a)
}

proptest! {
    /// Whatever is left out: the text is the old one with exactly the rest, and what is left leads on to the new one.
    #[test]
    fn any_choice_is_the_old_text_with_exactly_these_changes(
        all in edits(4), flow in any::<bool>(), chosen in prop::collection::vec(any::<bool>(), 16),
    ) {
        let model = base(4);
        let (old, new) = (written(&model, flow), written(&edited(&model, &all), flow));
        let partial = partial(&old, &new);
        let taken: Vec<bool> = (0..partial.parts().len()).map(|part| chosen[part % chosen.len()]).collect();
        let got = partial.text(&taken).expect("a text");
        let mut kept: Vec<bool> = all.iter().map(|edit| matches!(edit, Edit::Comment(_))).collect();
        for (part, taken) in taken.iter().enumerate() {
            for change in partial.changes(part) {
                kept[edit_of(change, &all)] = *taken;
            }
        }
        let some: Vec<Edit> = all.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(edit, _)| edit.clone()).collect();
        let want = Document::parse(written(&edited(&model, &some), flow));
        prop_assert!(same_entries(&got.document, &want), "{}\n---\n{}", got.document.text(), want.text());
        for text in [&old, &new] {
            let theirs = Document::parse(text.as_str());
            prop_assert!(same_order(&got.document, &theirs), "{}\n---\n{}", got.document.text(), text);
        }
        if got.is_whole {
            // Every line is one of the two texts.
            for line in got.document.text().lines() {
                prop_assert!(old.lines().chain(new.lines()).any(|known| known == line), "{line:?}");
            }
        }
        // What is left leads on to the new text.
        let rest = Partial::of(&got.document, &read(&new));
        let left: usize = (0..taken.len()).filter(|part| !taken[*part]).map(|part| partial.changes(part).count()).sum();
        let still: usize = (0..rest.parts().len()).map(|part| rest.changes(part).count()).sum();
        prop_assert_eq!(left, still);
        let end = without(&rest, &[]).document;
        prop_assert_eq!(end.text(), &new);
        let none = vec![false; taken.len()];
        let start = partial.text(&none).expect("the old text").document;
        prop_assert_eq!(start.text(), if taken.is_empty() { &new } else { &old });
    }
}
