//! From operations to steps on the two texts.

use std::sync::Arc;

use super::{Change, FileChange, Operation, OperationError, label};
use crate::config::comment::{self, Which};
use crate::config::{Content, Role, Workspace, disabled, modeline, pasted};
use crate::text::{Span, Splice, difference, invert, splice};
use crate::yaml::edit::{self, Action, EditError, Edited, NewValue, PatchOp, Piece, Sharing};
use crate::yaml::{Document, NodeId, Pointer, Value};

/// What is to be done, and what to say of it.
struct Plan {
    steps: Vec<(Role, Work)>,
    label: String,
    focus: Option<(Role, Pointer)>,
}

/// The work on one file.
enum Work {
    /// Steps of edits.
    Actions(Vec<Action>),
    /// Splices as they are.
    Splices(Vec<Splice>),
}

/// Applies an operation to a workspace.
pub(super) fn apply(workspace: &Workspace, operation: &Operation, sharing: Sharing) -> Result<Change, OperationError> {
    let planner = Planner { workspace };
    let plan = planner.plan(operation)?;
    let mut new = workspace.clone();
    let mut files = Vec::new();
    let mut label = plan.label;
    for (role, work) in plan.steps {
        let before = planner.document(role)?;
        let edited = match work {
            Work::Actions(actions) => edit::run(&before, &actions, sharing),
            Work::Splices(splices) => spliced(&before, splices),
        };
        let edited = edited.map_err(|source| OperationError::Edit { role, source })?;
        let is_absent = matches!(workspace.file(role).content, Content::Absent);
        let removed = matches!(operation, Operation::Vanish { .. });
        let appeared = is_absent && matches!(operation, Operation::ReplaceText { .. });
        if edited.splices.is_empty() && !removed && !appeared {
            continue;
        }
        for phrase in &edited.written_out {
            label.push_str("; ");
            label.push_str(phrase);
        }
        files.push(FileChange {
            role,
            created: is_absent,
            removed,
            backward: invert(before.text(), &edited.splices),
            forward: edited.splices,
        });
        let content = if removed { Content::Absent } else { Content::Text(edited.document) };
        new = new.with_content(role, content);
    }
    Ok(Change { workspace: new, label, files, focus: plan.focus })
}

fn spliced(document: &Document, splices: Vec<Splice>) -> Result<Edited, EditError> {
    let text = splice(document.text(), &splices)
        .map_err(|error| EditError::Unsafe { reason: error.to_string(), span: Span::empty(0) })?;
    Ok(Edited {
        document: Arc::new(Document::parse(text)),
        splices: edit::trimmed(document.text(), splices),
        written_out: Vec::new(),
    })
}

fn list() -> Pointer {
    Pointer::from_tokens(["plugins"])
}

fn entry(index: usize) -> Pointer {
    list().join(index)
}

fn patch(op: PatchOp) -> Action {
    Action::Patch(op)
}

fn one(role: Role, actions: Vec<Action>, label: String, focus: Pointer) -> Plan {
    Plan { steps: vec![(role, Work::Actions(actions))], label, focus: Some((role, focus)) }
}

struct Planner<'w> {
    workspace: &'w Workspace,
}

impl Planner<'_> {
    /// Returns the document of a file, an empty one where there is no file.
    fn document(&self, role: Role) -> Result<Arc<Document>, OperationError> {
        match &self.workspace.file(role).content {
            Content::Text(document) => Ok(Arc::clone(document)),
            Content::Absent => Ok(Arc::new(Document::parse(""))),
            Content::Unreadable(why) => Err(OperationError::Unreadable { role, problem: why.problem.clone() }),
        }
    }

    /// Returns a document that loads.
    fn loaded(&self, role: Role) -> Result<Arc<Document>, OperationError> {
        let document = self.document(role)?;
        match document.error() {
            Some(error) => Err(OperationError::Edit { role, source: EditError::NotYaml(error.clone()) }),
            None => Ok(document),
        }
    }

    fn refused(role: Role, reason: impl Into<String>, span: Span) -> OperationError {
        OperationError::Edit { role, source: EditError::Unsafe { reason: reason.into(), span } }
    }

    fn plan(&self, operation: &Operation) -> Result<Plan, OperationError> {
        match operation {
            Operation::Add { role, at, class, parameters } => self.add(*role, *at, class, parameters),
            Operation::SetClass { role, index, class } => self.set_class(*role, *index, class),
            Operation::Remove { role, indices } => self.remove(*role, indices),
            Operation::Paste { role, at, text } => self.paste(*role, *at, text),
            Operation::SetComment { role, index, which, text } => self.set_comment(*role, *index, *which, text),
            Operation::SetModeline { role, schema } => self.set_modeline(*role, schema.as_deref()),
            Operation::Disable { role, indices } => self.disable(*role, indices),
            Operation::Enable { role, number } => self.enable(*role, *number),
            Operation::Duplicate { role, indices } => self.duplicate(*role, indices),
            Operation::Reorder { role, from, to } => self.reorder(*role, *from, *to),
            Operation::Copy { from, indices, at } => self.copy(*from, indices, *at, false),
            Operation::Transfer { from, indices, at } => self.copy(*from, indices, *at, true),
            Operation::Set { role, pointer, value } => self.set(*role, pointer, value),
            Operation::Insert { role, pointer, value } => self.insert(*role, pointer, value),
            Operation::Rename { role, pointer, name } => self.rename(*role, pointer, name),
            Operation::Unset { role, pointer } => self.unset(*role, pointer),
            Operation::ReorderValue { role, pointer, to } => self.reorder_value(*role, pointer, *to),
            Operation::SetWheelPath(path) => self.set_wheel_path(path.as_deref()),
            Operation::Patch { role, patch: operations } => {
                let count = operations.len();
                let noun = if count == 1 { "operation" } else { "operations" };
                let label = format!("patched {} ({count} {noun})", label::file(*role));
                let actions = operations.iter().cloned().map(patch).collect();
                Ok(Plan { steps: vec![(*role, Work::Actions(actions))], label, focus: None })
            }
            Operation::Splices { role, splices, label } => {
                Ok(Plan { steps: vec![(*role, Work::Splices(splices.clone()))], label: label.clone(), focus: None })
            }
            Operation::ReplaceText { role, text } => {
                let old = self.document(*role)?;
                let whole = Splice::new(Span::new(0, old.text().len()), &**text);
                let label = format!("took over the new text of {}", label::file(*role));
                Ok(Plan { steps: vec![(*role, Work::Splices(vec![whole]))], label, focus: None })
            }
            Operation::Vanish { role } => {
                let old = self.document(*role)?;
                let whole = Splice::delete(Span::new(0, old.text().len()));
                let label = format!("{} is gone from disk", label::file(*role));
                Ok(Plan { steps: vec![(*role, Work::Splices(vec![whole]))], label, focus: None })
            }
            Operation::Recover(texts) => {
                let mut steps = Vec::new();
                for (role, text) in texts {
                    let splices = difference(self.document(*role)?.text(), text).into_iter().collect();
                    steps.push((*role, Work::Splices(splices)));
                }
                let names: Vec<&str> = texts.iter().map(|(role, _)| label::file(*role)).collect();
                let label = format!("recovered the edits of {}", names.join(" and "));
                Ok(Plan { steps, label, focus: None })
            }
        }
    }

    /// Returns the number of entries; a list behind an alias counts, too.
    fn count(document: &Document) -> usize {
        let plugins = document.data().ok().and_then(|data| data.get("plugins").cloned());
        plugins.and_then(|plugins| plugins.as_list().map(<[Value]>::len)).unwrap_or(0)
    }

    fn check(role: Role, document: &Document, index: usize) -> Result<(), OperationError> {
        let count = Self::count(document);
        if index < count { Ok(()) } else { Err(OperationError::NoEntry { role, index, count }) }
    }

    /// Returns the steps after which the file has a list of plugins.
    fn make_list(role: Role, document: &Document) -> Result<Vec<Action>, OperationError> {
        let empty = NewValue::of(Value::list(Vec::new()));
        let data = document.data().map_err(|e| OperationError::Edit { role, source: EditError::NotYaml(e.clone()) })?;
        let add = || patch(PatchOp::Add { path: list(), value: empty.clone() });
        match data {
            Value::Map(_) => match data.get("plugins") {
                Some(Value::List(_)) => Ok(Vec::new()),
                None | Some(Value::Null) => Ok(vec![add()]),
                Some(other) => {
                    let span = document.find(&list()).map_or(Span::empty(0), |node| document.span(node));
                    let reason = format!("'plugins' is no list but {}: change that first", other.type_name());
                    Err(Self::refused(role, reason, span))
                }
            },
            // Written as nothing: takes keys as it is.
            Value::Null if !has_text(document) => Ok(vec![add()]),
            // SkyPilot reads all of these as "no configuration".
            data if !data.is_truthy() => {
                let mapping = Value::map(vec![(Value::str("plugins"), Value::list(Vec::new()))]);
                Ok(vec![patch(PatchOp::Replace { path: Pointer::root(), value: NewValue::of(mapping) })])
            }
            other => {
                let reason = format!("the file is no mapping but {}: change that first", other.type_name());
                Err(Self::refused(role, reason, Span::empty(0)))
            }
        }
    }

    fn add(
        &self,
        role: Role,
        at: Option<usize>,
        class: &str,
        parameters: &[(Pointer, NewValue)],
    ) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let count = Self::count(&document);
        let at = at.unwrap_or(count);
        if at > count {
            return Err(OperationError::NoEntry { role, index: at, count });
        }
        let mut actions = Self::make_list(role, &document)?;
        let place = entry(at);
        let value = Value::map(vec![(Value::str("class"), Value::str(class))]);
        actions.push(patch(PatchOp::Add { path: place.clone(), value: NewValue::of(value) }));
        // What the parameters below need depends on those above: one after the other.
        let mut now = self.edited(role, &document, &actions)?;
        for (path, value) in parameters {
            let pointer = place.join("parameters").extend(path);
            let steps = Self::set_steps(role, &now, &pointer, value)?;
            now = self.edited(role, &now, &steps)?;
            actions.extend(steps);
        }
        let label = format!("added {} to {}", label::entry(Some(&now), at), label::file(role));
        Ok(one(role, actions, label, place))
    }

    fn edited(&self, role: Role, document: &Document, actions: &[Action]) -> Result<Arc<Document>, OperationError> {
        let _ = self;
        let edited =
            edit::run(document, actions, Sharing::WriteOut).map_err(|source| OperationError::Edit { role, source })?;
        Ok(edited.document)
    }

    fn set_class(&self, role: Role, index: usize, class: &str) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        Self::check(role, &document, index)?;
        let path = entry(index).join("class");
        let value = NewValue::of(Value::str(class));
        let action = if document.find(&path).is_some() {
            patch(PatchOp::Add { path: path.clone(), value })
        } else {
            Action::InsertKey { path: path.clone(), index: 0, value }
        };
        let old = label::entry(Some(&document), index);
        let label = format!(
            "changed the class of {old}{} in {}",
            label::to_value(&path, &Value::str(class)),
            label::file(role)
        );
        Ok(one(role, vec![action], label, path))
    }

    fn remove(&self, role: Role, indices: &[usize]) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let sorted = self.sorted(role, &document, indices)?;
        let left = Self::count(&document) - sorted.len();
        let label = format!("removed {} from {}", label::entries(Some(&document), &sorted), label::file(role));
        let focus = match sorted.first() {
            Some(&first) if left > 0 => entry(first.min(left - 1)),
            _ => list(),
        };
        Ok(one(role, removals(&sorted), label, focus))
    }

    fn paste(&self, role: Role, at: Option<usize>, text: &str) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let read = pasted::read(text)?;
        let count = Self::count(&document);
        let at = at.unwrap_or(count);
        if at > count {
            return Err(OperationError::NoEntry { role, index: at, count });
        }
        let mut actions = Self::make_list(role, &document)?;
        for (i, pointer) in read.pointers.iter().enumerate() {
            let piece = Piece::capture(&read.document, pointer);
            let piece = piece.map_err(|source| OperationError::Edit { role, source })?;
            actions.push(Action::InsertPiece { path: entry(at + i), index: None, piece });
        }
        let who = match read.classes.as_slice() {
            [class] => label::class(class),
            many => format!("{} entries", many.len()),
        };
        Ok(one(role, actions, format!("pasted {who} into {}", label::file(role)), entry(at)))
    }

    fn set_comment(&self, role: Role, index: usize, which: Which, text: &str) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        Self::check(role, &document, index)?;
        let splices = comment::set(&document, index, which, text);
        let splices = splices.map_err(|source| OperationError::Edit { role, source })?;
        let who = label::entry(Some(&document), index);
        let label = format!("changed the comment of {who} in {}", label::file(role));
        Ok(Plan { steps: vec![(role, Work::Splices(splices))], label, focus: Some((role, entry(index))) })
    }

    fn set_modeline(&self, role: Role, schema: Option<&str>) -> Result<Plan, OperationError> {
        if matches!(self.workspace.file(role).content, Content::Absent) {
            return Err(Self::refused(
                role,
                "there is no file that could name a schema: add an entry first",
                Span::empty(0),
            ));
        }
        let document = self.loaded(role)?;
        let splices = modeline::set(&document, schema).map_err(|source| OperationError::Edit { role, source })?;
        let what = if schema.is_some() { "named" } else { "removed" };
        let label = format!("{what} the schema of {} for editors", label::file(role));
        Ok(Plan { steps: vec![(role, Work::Splices(splices))], label, focus: None })
    }

    fn disable(&self, role: Role, indices: &[usize]) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let sorted = self.sorted(role, &document, indices)?;
        let splices =
            disabled::comment_out(&document, &sorted).map_err(|source| OperationError::Edit { role, source })?;
        let label = format!("commented out {} in {}", label::entries(Some(&document), &sorted), label::file(role));
        // The cursor stays on its row, which stands for the same entry.
        Ok(Plan { steps: vec![(role, Work::Splices(splices))], label, focus: None })
    }

    fn enable(&self, role: Role, number: usize) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let splices =
            disabled::bring_back(&document, number).map_err(|source| OperationError::Edit { role, source })?;
        let class = disabled::find(&document).into_iter().nth(number).map(|one| one.class).unwrap_or_default();
        let label = format!("brought back {} in {}", label::class(&class), label::file(role));
        Ok(Plan { steps: vec![(role, Work::Splices(splices))], label, focus: None })
    }

    /// Returns the indices in order, none twice, all of entries that are there.
    fn sorted(&self, role: Role, document: &Document, indices: &[usize]) -> Result<Vec<usize>, OperationError> {
        let _ = self;
        let mut sorted = indices.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.iter().try_for_each(|&index| Self::check(role, document, index))?;
        Ok(sorted)
    }

    fn duplicate(&self, role: Role, indices: &[usize]) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let sorted = self.sorted(role, &document, indices)?;
        let copy = |&index: &usize| patch(PatchOp::Copy { from: entry(index), path: entry(index + 1) });
        let actions = sorted.iter().rev().map(copy).collect();
        let label = format!("duplicated {} in {}", label::entries(Some(&document), &sorted), label::file(role));
        Ok(one(role, actions, label, entry(sorted.first().map_or(0, |first| first + 1))))
    }

    fn reorder(&self, role: Role, from: usize, to: usize) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        Self::check(role, &document, from)?;
        Self::check(role, &document, to)?;
        let who = label::entry(Some(&document), from);
        let label = format!("moved {who} to place {} of {}", to + 1, label::file(role));
        Ok(one(role, vec![patch(PatchOp::Move { from: entry(from), path: entry(to) })], label, entry(to)))
    }

    fn copy(&self, from: Role, indices: &[usize], at: Option<usize>, take: bool) -> Result<Plan, OperationError> {
        let (source, to) = (self.loaded(from)?, from.other());
        let target = self.loaded(to)?;
        indices.iter().try_for_each(|&index| Self::check(from, &source, index))?;
        let count = Self::count(&target);
        let at = at.unwrap_or(count);
        if at > count {
            return Err(OperationError::NoEntry { role: to, index: at, count });
        }
        let mut actions = Self::make_list(to, &target)?;
        for (i, &index) in indices.iter().enumerate() {
            let piece =
                Piece::capture(&source, &entry(index)).map_err(|source| OperationError::Edit { role: from, source })?;
            actions.push(Action::InsertPiece { path: entry(at + i), index: None, piece });
        }
        let who = label::entries(Some(&source), indices);
        let verb = if take { "moved" } else { "copied" };
        let mut steps = vec![(to, Work::Actions(actions))];
        if take {
            steps.push((from, Work::Actions(removals(&self.sorted(from, &source, indices)?))));
        }
        let label = format!("{verb} {who} from {} to {}", label::file(from), label::file(to));
        Ok(Plan { steps, label, focus: Some((to, entry(at))) })
    }

    /// Returns the steps that put a value at a place, with the collections missing on the way.
    fn set_steps(
        role: Role,
        document: &Document,
        pointer: &Pointer,
        value: &NewValue,
    ) -> Result<Vec<Action>, OperationError> {
        let tokens = pointer.tokens();
        let mut actions = Vec::new();
        for end in 1..tokens.len() {
            let path = Pointer::from_tokens(&tokens[..end]);
            let node = if actions.is_empty() { document.find(&path) } else { None };
            let holds = node.map(|node| Self::holds(document, node));
            let next = &tokens[end];
            let empty = if next == "0" || next == "-" { Value::list(Vec::new()) } else { Value::map(Vec::new()) };
            let empty = NewValue::of(empty);
            match holds {
                Some(Holds::Collection) => {}
                Some(Holds::Nothing) => actions.push(patch(PatchOp::Replace { path, value: empty })),
                Some(Holds::Scalar(kind)) => {
                    let span = node.map_or(Span::empty(0), |node| document.span(node));
                    let reason = format!("{} holds a value of type {kind}, nothing can be below it", path.to_path());
                    return Err(Self::refused(role, reason, span));
                }
                None => actions.push(patch(PatchOp::Add { path, value: empty })),
            }
        }
        let path = pointer.clone();
        let present = actions.is_empty() && document.find(pointer).is_some();
        let value = value.clone();
        actions.push(patch(if present { PatchOp::Replace { path, value } } else { PatchOp::Add { path, value } }));
        Ok(actions)
    }

    fn holds(document: &Document, node: NodeId) -> Holds {
        let Ok(tree) = document.tree() else { return Holds::Nothing };
        let node = tree.target(node);
        if tree.is_mapping(node) || tree.is_sequence(node) {
            return Holds::Collection;
        }
        let data = Document::parse(document.source(node)).data().cloned().unwrap_or(Value::Null);
        if matches!(data, Value::Null) { Holds::Nothing } else { Holds::Scalar(data.type_name()) }
    }

    fn set(&self, role: Role, pointer: &Pointer, value: &NewValue) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let actions = Self::set_steps(role, &document, pointer, value)?;
        let place = label::place(Some(&document), pointer);
        let label = format!("set {place}{} in {}", label::to_value(pointer, &value.value), label::file(role));
        Ok(one(role, actions, label, resolved(&document, pointer)))
    }

    fn insert(&self, role: Role, pointer: &Pointer, value: &NewValue) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let found = document.find(pointer);
        let holder = pointer.split_last().and_then(|(parent, _)| document.find(&parent));
        let in_mapping =
            holder.is_some_and(|holder| document.tree().is_ok_and(|tree| tree.is_mapping(tree.target(holder))));
        if let Some(node) = found.filter(|_| in_mapping) {
            let reason = format!("{} is there already", pointer.to_path());
            return Err(Self::refused(role, reason, document.span(node)));
        }
        let actions = if found.is_some() {
            vec![patch(PatchOp::Add { path: pointer.clone(), value: value.clone() })]
        } else {
            Self::set_steps(role, &document, pointer, value)?
        };
        let place = label::place(Some(&document), pointer);
        let label = format!("added {place}{} in {}", label::as_value(pointer, &value.value), label::file(role));
        Ok(one(role, actions, label, resolved(&document, pointer)))
    }

    fn rename(&self, role: Role, pointer: &Pointer, name: &str) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let missing = || OperationError::Edit { role, source: EditError::NotFound(pointer.clone()) };
        let (parent, old) = pointer.split_last().ok_or_else(missing)?;
        let new = parent.join(name);
        if let Some(node) = document.find(&new).filter(|_| old != name) {
            let reason = format!("there is a key {} already", new.to_path());
            return Err(Self::refused(role, reason, document.span(node)));
        }
        let place = label::place(Some(&document), pointer);
        let shown = crate::text::visible::visible(name);
        let label = format!("renamed {place} to {shown} in {}", label::file(role));
        let action = PatchOp::Move { from: pointer.clone(), path: new.clone() };
        Ok(one(role, vec![patch(action)], label, new))
    }

    fn unset(&self, role: Role, pointer: &Pointer) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let place = label::place(Some(&document), pointer);
        let label = format!("removed {place} from {}", label::file(role));
        let focus = pointer.split_last().map_or_else(Pointer::root, |(parent, _)| parent);
        Ok(one(role, vec![patch(PatchOp::Remove { path: pointer.clone() })], label, focus))
    }

    fn reorder_value(&self, role: Role, pointer: &Pointer, to: usize) -> Result<Plan, OperationError> {
        let document = self.loaded(role)?;
        let missing = || OperationError::Edit { role, source: EditError::NotFound(pointer.clone()) };
        let (parent, _) = pointer.split_last().ok_or_else(missing)?;
        let holder = document.find(&parent).ok_or_else(missing)?;
        let in_mapping = document.tree().is_ok_and(|tree| tree.is_mapping(tree.target(holder)));
        let place = label::place(Some(&document), pointer);
        let label = format!("moved {place} to place {} in {}", to + 1, label::file(role));
        if in_mapping {
            let action = Action::MoveKey { path: pointer.clone(), to };
            return Ok(one(role, vec![action], label, pointer.clone()));
        }
        let path = parent.join(to);
        let action = patch(PatchOp::Move { from: pointer.clone(), path: path.clone() });
        Ok(one(role, vec![action], label, path))
    }

    fn set_wheel_path(&self, path: Option<&str>) -> Result<Plan, OperationError> {
        const KEY: &str = "controller_wheel_path";
        let role = Role::Api;
        let document = self.loaded(role)?;
        let pointer = Pointer::from_tokens([KEY]);
        let present = document.find(&pointer).is_some();
        let Some(path) = path else {
            let label = format!("removed {KEY} from {}", label::file(role));
            let remove = patch(PatchOp::Remove { path: pointer });
            return Ok(one(role, if present { vec![remove] } else { Vec::new() }, label, Pointer::root()));
        };
        let value = Value::str(path);
        let label = format!("set {KEY}{} in {}", label::to_value(&pointer, &value), label::file(role));
        let value = NewValue::of(value);
        let action = if present {
            patch(PatchOp::Replace { path: pointer.clone(), value })
        } else if document.data().is_ok_and(|data| data.as_map().is_some()) || !has_text(&document) {
            // Above the list: below many entries nobody would see it.
            Action::InsertKey { path: pointer.clone(), index: 0, value }
        } else {
            // A root that SkyPilot reads as "no configuration", or one that takes no key.
            Self::make_list(role, &document)?;
            let mapping = Value::map(vec![(Value::str(KEY), value.value)]);
            patch(PatchOp::Replace { path: Pointer::root(), value: NewValue::of(mapping) })
        };
        Ok(one(role, vec![action], label, pointer))
    }
}

/// What a node can take below it.
enum Holds {
    Collection,
    Nothing,
    Scalar(&'static str),
}

/// Tells whether a document has a root that is written.
fn has_text(document: &Document) -> bool {
    document.tree().is_ok_and(|tree| tree.root().is_some_and(|root| !tree.span(root).is_empty()))
}

/// Returns the pointer with `-` as the index that it stands for.
fn resolved(document: &Document, pointer: &Pointer) -> Pointer {
    match pointer.split_last() {
        Some((parent, "-")) => {
            let count = document.find(&parent).and_then(|node| {
                let tree = document.tree().ok()?;
                Some(tree.children(tree.target(node)).len())
            });
            parent.join(count.unwrap_or(0))
        }
        _ => pointer.clone(),
    }
}

/// Returns the steps that take out entries, the last one first.
fn removals(sorted: &[usize]) -> Vec<Action> {
    sorted.iter().rev().map(|&index| patch(PatchOp::Remove { path: entry(index) })).collect()
}
