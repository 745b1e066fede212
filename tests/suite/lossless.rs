//! What "lossless" promises, on generated files and values.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use skyplug_tui::config::operation::{self, Direction, Operation};
use skyplug_tui::config::{ConfigFile, Content, Location, PathSource, Role, Workspace, disabled, model};
use skyplug_tui::text::{Span, splice};
use skyplug_tui::yaml::edit::{NewValue, Sharing};
use skyplug_tui::yaml::write::{self, Key, Style, item_lines, pair_lines};
use skyplug_tui::yaml::{Document, Pointer, Value};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[a-c \n]{0,12}",
        "[-?:,\\[\\]{}#&*!|>'\"%@` \t\n0-9a-z~=<.]{0,8}",
        "(yes|no|on|off|null|~|true|[0-9]{1,3}|0x1f|1e3|1\\.5|2026-01-01|12:30|---|\\.\\.\\.|\\.inf|=|<<)",
        // Characters that break lines, cannot be seen, or are special to libyaml.
        "[\u{85}\u{2028}\u{2029}\u{feff}\u{202e}\u{7f}\u{fffe}\0\ra ]{0,5}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<i128>().prop_map(|n| i64::try_from(n).map_or_else(|_| Value::BigInt(Box::new(n.into())), Value::Int)),
        any::<f64>().prop_map(Value::Float),
        prop::collection::vec(any::<u8>(), 0..6).prop_map(|bytes| Value::Bytes(bytes.into())),
        text().prop_map(Value::str),
        text().prop_map(Value::str),
        text().prop_map(Value::str),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::map(map.into_iter().map(|(k, v)| (Value::str(k), v)).collect())),
        ]
    })
}

fn style() -> impl Strategy<Value = Style> {
    (1..5_usize, 0..5_usize, 1..4_usize).prop_map(|(map_step, seq_offset, dash_gap)| Style {
        map_step,
        seq_offset,
        dash_gap,
    })
}

fn reads_as(source: &str, want: &Value) -> Result<(), TestCaseError> {
    let document = Document::parse(source);
    match document.data() {
        Ok(data) => prop_assert!(data.same(want), "{source:?} is read as {data:?}, not {want:?}"),
        Err(error) => prop_assert!(false, "{source:?}: {error}"),
    }
    Ok(())
}

/// A file with entries in one style, and for each entry the number of its comments.
fn file() -> impl Strategy<Value = String> {
    let entry = (
        prop::bool::ANY,
        prop::bool::ANY,
        0..6_usize,
        prop::sample::select(vec!["", "\n", "\n\n", "  # - class: off.X\n\n"]),
    );
    let rest =
        (0..3_usize, prop::sample::select(vec!["\n", "\r\n"]), prop::bool::ANY, prop::bool::ANY, prop::bool::ANY);
    (prop::collection::vec(entry, 1..5), rest).prop_map(|(entries, (indent, le, bom, open, end))| {
        let pad = " ".repeat(indent);
        let mut out = "# head #H\n\ncontroller_wheel_path: dist  # wheels #W\nplugins:  # list #L\n".to_owned();
        for (i, (lead, same_line, parameters, between)) in entries.into_iter().enumerate() {
            if i > 0 {
                out.push_str(between);
            }
            if lead {
                out.extend([format!("{pad}# lead {i} #A{i}\n")]);
            }
            let comment = if same_line { format!("  # same #B{i}") } else { String::new() };
            out.extend([format!("{pad}- class: 'a.C{i}'{comment}\n")]);
            let p = [
                "",
                "  parameters:  # p\n    k: |\n      text\n\n      # no comment\n    l: [1,  {a: b}]\n",
                "  parameters: {a: 1,\n    b: [x]}\n",
                "  parameters:\n  # zero\n    ? on\n    : \"q\"  # on\n    n:\n    - - 1\n      - {}\n    -   x\n",
                "  # above\n  parameters: !!map\n    # in\n    k: >+\n      folded\n\n",
                "  parameters:\n",
            ][parameters];
            out.extend(p.split_inclusive('\n').map(|line| format!("{pad}{line}")));
        }
        if end {
            out.push_str("\n# the end #E\n");
        }
        if open {
            out.pop();
        }
        let out = out.replace('\n', le);
        if bom { format!("\u{feff}{out}") } else { out }
    })
}

/// A choice that is made once the number of entries is known.
#[derive(Clone, Debug)]
struct Choice {
    kind: usize,
    a: prop::sample::Index,
    b: prop::sample::Index,
    value: Value,
    key: String,
}

fn choice() -> impl Strategy<Value = Choice> {
    let index = any::<prop::sample::Index>;
    (0..10_usize, index(), index(), value(), "[a-z ]{0,4}").prop_map(|(kind, a, b, value, key)| Choice {
        kind,
        a,
        b,
        value,
        key,
    })
}

impl Choice {
    fn operation(&self, count: usize) -> Operation {
        let (role, a, b) = (Role::Api, self.a.index(count), self.b.index(count));
        let at = |tokens: &[&str]| {
            Pointer::from_tokens(["plugins", &a.to_string()]).extend(&Pointer::from_tokens(tokens.to_vec()))
        };
        let value = NewValue::of(self.value.clone());
        match self.kind {
            0 => Operation::Add {
                role,
                at: Some(self.b.index(count + 1)),
                class: "x.Y".to_owned(),
                parameters: vec![(Pointer::from_tokens([self.key.as_str()]), value)],
            },
            1 => Operation::Remove { role, indices: vec![a] },
            2 => Operation::Duplicate { role, indices: vec![a] },
            3 => Operation::Reorder { role, from: a, to: b },
            4 => Operation::Copy { from: role, indices: vec![a], at: None },
            5 => Operation::Transfer { from: role, indices: vec![a, b], at: None },
            6 => Operation::SetClass { role, index: a, class: "x.Y".to_owned() },
            7 => Operation::Set { role, pointer: at(&["parameters", &self.key]), value },
            8 => Operation::SetWheelPath(self.a.index(2).eq(&0).then(|| self.key.clone())),
            _ => {
                let mapping = Value::map(vec![(Value::str(&self.key), self.value.clone())]);
                Operation::Set { role, pointer: at(&["parameters"]), value: NewValue::of(mapping) }
            }
        }
    }

    /// Tells whether entries leave the file, and their comments with them.
    fn takes_away(&self) -> bool {
        matches!(self.kind, 1 | 5 | 8 | 9)
    }
}

fn workspace(api: &str, remote: &str) -> Workspace {
    let file = |name: &str, text: &str| ConfigFile {
        location: Location { path: Some(PathBuf::from(name)), source: PathSource::Default },
        content: Content::Text(Arc::new(Document::parse(text))),
    };
    Workspace::new(file("plugins.yaml", api), file("remote_plugins.yaml", remote))
}

/// A text that keeps its last breaks meets more blank lines than it ends in.
#[test]
fn a_kept_text_goes_below_blank_lines_that_are_not_its_own() {
    let api = "plugins:\n- class: a.A  # same\n  parameters:\n    k: >+\n      folded\n\n- class: b.B\n\n\n# the end\n";
    let remote = "plugins:\n- class: r.R\n\n\n\n# the end\n";
    let before = workspace(api, remote);
    let moved = operation::apply(&before, &Operation::Reorder { role: Role::Api, from: 0, to: 1 }, Sharing::WriteOut);
    let entry = "- class: a.A  # same\n  parameters:\n    k: >+\n      folded\n\n";
    assert_eq!(
        moved.expect("a move").workspace.text(Role::Api),
        Some(format!("plugins:\n- class: b.B\n\n\n{entry}# the end\n").as_str())
    );
    let copy = Operation::Copy { from: Role::Api, indices: vec![0], at: None };
    let copied = operation::apply(&before, &copy, Sharing::WriteOut).expect("a copy");
    assert_eq!(
        copied.workspace.text(Role::Remote),
        Some(format!("plugins:\n- class: r.R\n\n\n\n{entry}# the end\n").as_str())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(value in value(), key in text(), style in style()) {
        let key = Value::str(key);
        let source = Key::of(&key, false).expect("a key");
        let block = write::block(&value, style).expect("writable");
        let mapping = Value::map(vec![(key.clone(), value.clone()), (Value::str("after"), Value::Int(1))]);
        let mapping = if key.as_str() == Some("after") { Value::map(vec![(key.clone(), Value::Int(1))]) } else { mapping };
        reads_as(&format!("{}\nafter: 1\n", pair_lines(&source, &block, style).join("\n")), &mapping)?;
        let list = Value::list(vec![value.clone(), Value::Int(1)]);
        reads_as(&format!("{}\n- 1\n", item_lines(&block, style).join("\r\n")), &list)?;
        let flow = write::flow(&value).expect("writable");
        let source = Key::of(&key, true).expect("a key").source;
        reads_as(&format!("[{flow}, 1]"), &list)?;
        if !key.as_str().is_some_and(|key| key == "after" || key.len() > 900) {
            reads_as(&format!("{{{source}: {flow}, after: 1}}"), &mapping)?;
        }
    }

    #[test]
    fn edits_keep_all_bytes_outside_their_splices(file in file(), choices in prop::collection::vec(choice(), 1..4)) {
        let remote = "# other\nplugins:\n- class: r.R\n";
        let marks: Vec<&str> = file.split_whitespace().filter(|word| word.starts_with('#') && word.len() > 1).collect();
        let first = workspace(&file, remote);
        let mut now = first.clone();
        let mut done = Vec::new();
        for choice in choices {
            let count = now.document(Role::Api).expect("a text").data().expect("valid").get("plugins").and_then(Value::as_list).map_or(0, <[Value]>::len);
            if count == 0 {
                break;
            }
            let operation = choice.operation(count);
            let change = operation::apply(&now, &operation, Sharing::WriteOut);
            prop_assert!(change.is_ok(), "{operation:?} on\n{}\n{}", now.text(Role::Api).unwrap_or(""), change.err().map_or_else(String::new, |e| e.to_string()));
            let change = change.expect("told above");
            for file in &change.files {
                let (old, new) = (now.text(file.role).expect("a text"), change.workspace.text(file.role).expect("a text"));
                prop_assert_eq!(splice(old, &file.forward).expect("sorted"), new);
                prop_assert_eq!(splice(new, &file.backward).expect("sorted"), old);
                let foreign = if old.contains("\r\n") { new.replace("\r\n", "").contains('\n') } else { new.contains("\r\n") };
                prop_assert!(!foreign, "line breaks are mixed: {new:?}");
                if !choice.takes_away() {
                    keeps_comments(&marks, old, new)?;
                }
            }
            now = change.workspace;
            done.push(change.files);
        }
        for files in done.iter().rev() {
            now = operation::replay(&now, files, Direction::Backward);
        }
        for role in Role::ALL {
            prop_assert_eq!(now.text(role), first.text(role));
        }
    }

    #[test]
    fn what_is_commented_out_comes_back_byte_for_byte(file in file(), chosen in prop::collection::vec(any::<bool>(), 4)) {
        let document = Document::parse(file.as_str());
        let count = model::entries(&document).len();
        let known = disabled::find(&document);
        let indices: Vec<usize> = (0..count).filter(|index| chosen[*index]).collect();
        if indices.is_empty() {
            prop_assert!(disabled::comment_out(&document, &indices).is_err());
            return Ok(());
        }
        let splices = disabled::comment_out(&document, &indices).expect("commented out");
        let mut now = Document::parse(splice(&file, &splices).expect("sorted"));
        prop_assert!(now.error().is_none(), "{}", now.text());
        prop_assert_eq!(model::entries(&now).len(), count - indices.len());
        for line in file.lines() {
            // Every line is still there, perhaps behind a mark.
            let body = line.trim_start();
            prop_assert!(now.text().lines().any(|new| new.trim_start_matches([' ', '#']) == body.trim_start_matches([' ', '#']) || new.starts_with("plugins:")), "{line:?}");
        }
        for index in indices {
            let number = known.iter().filter(|one| one.before <= index).count();
            let splices = disabled::bring_back(&now, number).expect("brought back");
            now = Document::parse(splice(now.text(), &splices).expect("sorted"));
        }
        prop_assert_eq!(now.text(), file);
    }

    #[test]
    fn nothing_makes_an_edit_panic(source in any::<String>(), at in any::<prop::sample::Index>(), choice in choice()) {
        let sample = "plugins:\n- class: a.B  # c\n  parameters: {a: [1]}\n- &x class: c.D\n- *x\n";
        let cut = at.index(sample.len());
        let text = format!("{}{source}{}", &sample[..cut], &sample[cut..]);
        let before = workspace(&text, &source);
        if let Ok(change) = operation::apply(&before, &choice.operation(2), Sharing::WriteOut) {
            for file in &change.files {
                let whole = Span::new(0, text.len());
                prop_assert!(file.forward.iter().all(|one| one.span.end <= whole.end.max(source.len())));
            }
        }
    }
}

/// All comments with a mark (`#A0`) are still there.
fn keeps_comments(marks: &[&str], old: &str, new: &str) -> Result<(), TestCaseError> {
    let has = |text: &str, mark: &str| text.split_whitespace().any(|word| word == mark);
    for mark in marks.iter().filter(|mark| has(old, mark)) {
        prop_assert!(has(new, mark), "{mark} is lost:\n{new}");
    }
    Ok(())
}
