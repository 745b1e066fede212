//! What merges make of small lists, as examples.

use super::*;

fn read(text: &str) -> Arc<Document> {
    Arc::new(Document::parse(text))
}

fn merged(base: &str, mine: &str, theirs: &str) -> Merge {
    merge(&read(base), &read(mine), &read(theirs)).expect("three lists")
}

/// Returns the merged text, each conflict decided for `side`.
fn text(merge: &Merge, side: Side) -> String {
    let choices = merge.choices().into_iter().map(|choice| choice.or(Some(side))).collect();
    merge.document(&choices).expect("a text").text().to_owned()
}

/// Returns the changes as lines: `mine #0 parameters.x: 1 | 2 | 1`.
fn told(merge: &Merge) -> Vec<String> {
    let value = |value: &Option<Value>| {
        value.as_ref().map_or_else(|| "-".to_owned(), |value| crate::yaml::write::flow(value).expect("written"))
    };
    let line = |change: &Change| {
        let entry = change
            .place
            .entry
            .as_ref()
            .map_or_else(String::new, |entry| format!("{} ", entry.class.as_deref().unwrap_or("?")));
        let order = if change.place.is_order { " order" } else { "" };
        let values = &change.values;
        format!(
            "{:?} {entry}{}{order}: {} | {} | {}",
            change.whose,
            change.place.below.to_path(),
            value(&values.base),
            value(&values.mine),
            value(&values.theirs)
        )
    };
    merge.changes().iter().map(line).collect()
}

const BASE: &str = "\
# head
plugins:
  - class: a.A   # first
    parameters: {x: 1, y: 1}
  # about B
  - class: b.B
    parameters:
      limits:
        low: 1
        high: 9
      dry_run: no
";

#[test]
fn what_does_not_touch_is_merged_with_the_comments_of_both() {
    let mine = BASE.replace("low: 1", "low: 2   # mine").replace("# head", "# my head");
    let theirs = BASE.replace("x: 1", "x: 7").replace("dry_run: no", "dry_run: 'no'   # theirs");
    let merge = merged(BASE, &mine, &theirs);
    assert_eq!(
        told(&merge),
        [
            "Theirs a.A parameters.x: 1 | 1 | 7",
            "Mine b.B parameters.limits.low: 1 | 2 | 1",
            "Theirs b.B parameters.dry_run: false | false | 'no'",
        ]
    );
    let want = theirs.replace("low: 1", "low: 2   # mine").replace("# head", "# my head");
    assert_eq!(text(&merge, Side::Theirs), want);
}

#[test]
fn changes_in_one_line_are_merged_by_key() {
    let merge = merged(BASE, &BASE.replace("x: 1", "x: 2"), &BASE.replace("y: 1", "y: 0x1f"));
    assert_eq!(text(&merge, Side::Mine), BASE.replace("x: 1, y: 1", "x: 2, y: 0x1f"));
}

#[test]
fn the_same_place_with_different_ends_is_a_conflict_and_theirs_until_chosen() {
    let (mine, theirs) = (BASE.replace("dry_run: no", "dry_run: yes"), BASE.replace("dry_run: no", "dry_run: 'no'"));
    let merge = merged(BASE, &mine, &theirs);
    assert_eq!(told(&merge), ["Conflict b.B parameters.dry_run: false | true | 'no'"]);
    assert_eq!(merge.choices(), [None]);
    assert_eq!(merge.document(&merge.choices()).expect("a text").text(), theirs);
    assert_eq!(text(&merge, Side::Mine), mine);
    assert_eq!(text(&merge, Side::Theirs), theirs);
}

#[test]
fn a_change_of_one_side_can_be_left_out() {
    let theirs = BASE.replace("x: 1", "x: 7").replace("low: 1", "low: 3");
    let merge = merged(BASE, BASE, &theirs);
    let left_out = merge.document(&vec![Some(Side::Mine), Some(Side::Theirs)]).expect("a text");
    assert_eq!(left_out.text(), BASE.replace("low: 1", "low: 3"));
}

#[test]
fn entries_that_both_added_stand_behind_each_other_theirs_first() {
    let (mine, theirs) = (format!("{BASE}  # why\n  - class: m.M\n"), format!("{BASE}  - class: t.T\n"));
    let merge = merged(BASE, &mine, &theirs);
    assert_eq!(merge.changes().iter().map(|change| change.whose).collect::<Vec<_>>(), [Whose::Theirs, Whose::Mine]);
    assert_eq!(text(&merge, Side::Theirs), format!("{theirs}  # why\n  - class: m.M\n"));
}

#[test]
fn one_class_added_on_both_sides_is_one_entry() {
    let add = |parameters: &str| format!("{BASE}  - class: n.N\n    parameters: {parameters}\n");
    let merge = merged(BASE, &add("{a: 1}"), &add("{a: 1}"));
    assert_eq!(told(&merge), ["Both n.N : - | {class: n.N, parameters: {a: 1}} | {class: n.N, parameters: {a: 1}}"]);
    assert_eq!(text(&merge, Side::Mine), add("{a: 1}"));
    let merge = merged(BASE, &add("{a: 1, b: 2}"), &add("{a: 3, c: 4}"));
    assert_eq!(
        told(&merge),
        [
            "Both n.N class: - | n.N | n.N",
            "Conflict n.N parameters.a: - | 1 | 3",
            "Theirs n.N parameters.c: - | - | 4",
            "Mine n.N parameters.b: - | 2 | -",
        ]
    );
    assert_eq!(text(&merge, Side::Mine), add("{a: 1, c: 4, b: 2}"));
}

#[test]
fn removed_here_and_changed_there_is_a_conflict_about_the_entry() {
    let gone = "# head\nplugins:\n  - class: a.A   # first\n    parameters: {x: 1, y: 1}\n";
    let changed = BASE.replace("low: 1", "low: 5");
    let merge = merged(BASE, gone, &changed);
    assert_eq!(merge.changes().len(), 1);
    assert_eq!(merge.changes()[0].whose, Whose::Conflict);
    assert_eq!(text(&merge, Side::Theirs), changed);
    assert_eq!(text(&merge, Side::Mine), gone);
    let merge = merged(BASE, &changed, gone);
    assert_eq!(text(&merge, Side::Mine), changed);
}

#[test]
fn a_removed_entry_that_nobody_changed_goes() {
    let gone = "# head\nplugins:\n  - class: a.A   # first\n    parameters: {x: 1, y: 1}\n";
    let merge = merged(BASE, gone, &BASE.replace("x: 1", "x: 7"));
    assert_eq!(text(&merge, Side::Mine), gone.replace("x: 1", "x: 7"));
}

#[test]
fn a_new_name_in_the_same_place_is_the_same_entry() {
    let merge = merged(BASE, &BASE.replace("b.B", "b.New"), &BASE.replace("low: 1", "low: 2"));
    assert_eq!(told(&merge)[0], "Mine b.New class: b.B | b.New | b.B");
    assert_eq!(text(&merge, Side::Theirs), BASE.replace("b.B", "b.New").replace("low: 1", "low: 2"));
}

#[test]
fn one_order_is_taken_and_two_are_a_conflict() {
    let list = |names: &str| {
        let entries: Vec<String> = names.chars().map(|name| format!("- class: p.{name}\n")).collect();
        format!("plugins:\n{}", entries.concat())
    };
    let merge = merged(&list("abc"), &list("bca"), &list("abcd"));
    assert_eq!(told(&merge)[1], "Mine plugins order: [p.a, p.b, p.c] | [p.b, p.c, p.a] | [p.a, p.b, p.c, p.d]");
    assert_eq!(text(&merge, Side::Theirs), list("bcda"));
    let merge = merged(&list("abc"), &list("bac"), &list("acb"));
    assert_eq!(merge.changes().iter().map(|change| change.whose).collect::<Vec<_>>(), [Whose::Conflict]);
    assert_eq!(text(&merge, Side::Mine), list("bac"));
    assert_eq!(text(&merge, Side::Theirs), list("acb"));
}

#[test]
fn keys_beside_the_list_are_merged_too() {
    let base = "controller_wheel_path: dist\nplugins: []\n";
    let merge = merged(base, "controller_wheel_path: out\nplugins: []\n", "plugins: []\n");
    assert_eq!(told(&merge), ["Conflict controller_wheel_path: dist | out | -"]);
    assert_eq!(text(&merge, Side::Mine), "controller_wheel_path: out\nplugins: []\n");
    let merge = merged("", "plugins:\n- class: a.A\n", "controller_wheel_path: x\n");
    let data = read(&text(&merge, Side::Theirs));
    assert!(data.data().is_ok_and(|data| data.get("plugins").is_some() && data.get("controller_wheel_path").is_some()));
}

#[test]
fn no_entry_left_is_written_as_the_side_without_one_has_it() {
    let base = "plugins:\n- class: a.A\n";
    for mine in ["plugins: []\n", "plugins:\n", "", "other: 1\n"] {
        assert_eq!(text(&merged(base, mine, base), Side::Theirs), mine, "{mine:?}");
        assert_eq!(text(&merged(base, base, mine), Side::Theirs), mine, "{mine:?}");
    }
    assert_eq!(text(&merged("plugins:\n", "plugins: []\n", "plugins:\n# new\n"), Side::Mine), "plugins: []\n# new\n");
}

#[test]
fn keys_that_are_no_strings_are_merged() {
    let base = "plugins:\n- class: a.A\n  parameters: {1: x, 2: y}\n";
    let merge = merged(base, &base.replace('x', "z"), &base.replace("2: y", "2: y, 3.5: w"));
    assert_eq!(text(&merge, Side::Mine), base.replace("{1: x, 2: y}", "{1: z, 2: y, 3.5: w}"));
    let merge = merged(base, &base.replace("2: y", "2: y, 3: w"), &base.replace('x', "v"));
    assert_eq!(text(&merge, Side::Mine), base.replace("{1: x, 2: y}", "{1: v, 2: y, 3: w}"));
}

#[test]
fn comments_that_give_way_are_counted() {
    let (mine, theirs) = (BASE.replace("# head", "# mine"), BASE.replace("# head", "# theirs"));
    let merge = merged(BASE, &mine, &theirs);
    assert!(merge.changes().is_empty());
    let document = merge.document(&merge.choices()).expect("a text");
    assert_eq!((document.text(), merge.lost_comments(&document)), (theirs.as_str(), 1));
}

#[test]
fn shared_values_stay_those_of_each_place() {
    let base = "d: &d {x: 1, y: 1}\nplugins:\n- class: a.A\n  parameters: *d\n- class: b.B\n  parameters: *d\n";
    let mine = base.replace("x: 1", "x: 2");
    let theirs =
        "d: &d {x: 1, y: 1}\nplugins:\n- class: a.A\n  parameters: {x: 1, y: 5}\n- class: b.B\n  parameters: *d\n";
    let merge = merged(base, &mine, theirs);
    let text = read(&text(&merge, Side::Mine));
    assert!(text.data().is_ok_and(|data| data.same(&merge.data(&merge.choices()))), "{}", text.text());
}

#[test]
fn what_is_no_list_is_not_merged() {
    for bad in ["plugins: [", "- a\n", "plugins: {a: 1}\n"] {
        assert!(merge(&read(BASE), &read(bad), &read(BASE)).is_err(), "{bad}");
        assert!(merge(&read(BASE), &read(BASE), &read(bad)).is_err(), "{bad}");
    }
}
