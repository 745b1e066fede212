//! The keys in force: the command table, a preset, and what a person has changed.
//!
//! A [`Keymap`] says which command a stroke runs in a context, and which keys a
//! command has there; the key bar, the help, the palette and `keys` read it. What
//! may be changed is held here too: some keys keep their meaning on every screen,
//! because the texts name them and because they lead out of everything.

pub mod preset;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use self::preset::{Extra, FunctionKeys, Preset};
use super::command::{self, Command, Context, Id, table};
use super::keymap::{Code, Key, NoKey};
use crate::text::visible::is_invisible;

/// The keys that mean the same whatever the settings say (where the table binds them).
const KEPT: [&str; 15] = ["Esc", "?", ":", "q", "Ctrl-C", "u", "U", "s", "/", "Tab", "1", "2", "3", "4", "5"];
/// What terminals send for other keys, or take for themselves.
const SAME_BYTES: [(&str, &str); 5] =
    [("Ctrl-H", "Backspace"), ("Ctrl-I", "Tab"), ("Ctrl-J", "Enter"), ("Ctrl-M", "Enter"), ("Ctrl-[", "Esc")];
/// The last function key that terminals have.
const LAST_FUNCTION_KEY: u8 = 12;

/// One key, or two after each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stroke {
    /// The first.
    pub first: Key,
    /// The second, of a chord.
    pub then: Option<Key>,
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.then.map_or(Ok(()), |then| write!(f, " {then}"))
    }
}

impl FromStr for Stroke {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let (first, then) = match text.split_once(' ') {
            Some((first, then)) => (first, Some(then.trim().parse()?)),
            None => (text, None),
        };
        Ok(Self { first: first.parse()?, then })
    }
}

/// What a person says of the keys of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Where; everywhere where it is not said.
    pub context: Option<Context>,
    /// Of which command.
    pub id: Id,
    /// Its keys from now on.
    pub keys: Vec<Stroke>,
    /// The place in the settings, by which a problem names it.
    pub line: usize,
}

/// Why keys cannot be bound as they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// Two lines bind one key.
    #[error("{key} runs {:?} in {} already (line {}): give one of them another key", other.name(), context.name(), lines[0])]
    Clash {
        /// The key.
        key: Stroke,
        /// Where.
        context: Context,
        /// What the first line runs.
        other: Id,
        /// Both lines.
        lines: [usize; 2],
    },
    /// A key of the table or of the preset.
    #[error("{key} runs {:?} in {}: give that another key or \"none\" first", other.name(), context.name())]
    Taken {
        /// The key.
        key: Stroke,
        /// Where.
        context: Context,
        /// What it runs.
        other: Id,
        /// The line.
        line: usize,
    },
    /// A key that keeps its meaning.
    #[error("{key} keeps its meaning: it runs {:?} in {}", other.name(), context.name())]
    Kept {
        /// The key.
        key: Stroke,
        /// Where.
        context: Context,
        /// What it runs.
        other: Id,
        /// The line.
        line: usize,
    },
    /// A character where characters are typed.
    #[error("{key} is typed in {}: bind a key with Ctrl or Alt, a function key or a named one", context.name())]
    Typed {
        /// The key.
        key: Stroke,
        /// Where.
        context: Context,
        /// The line.
        line: usize,
    },
    /// A command without which there is no way on.
    #[error("{:?} needs a key in {}: there is no other way to it", id.name(), context.name())]
    Needed {
        /// The command.
        id: Id,
        /// Where.
        context: Context,
        /// The line.
        line: usize,
    },
    /// A command that does not work there.
    #[error("{:?} does not work in {}", id.name(), context.name())]
    Elsewhere {
        /// The command.
        id: Id,
        /// Where.
        context: Context,
        /// The line.
        line: usize,
    },
}

impl BindingError {
    /// Returns the line that it is about.
    #[must_use]
    pub const fn line(&self) -> usize {
        match self {
            Self::Clash { lines, .. } => lines[1],
            Self::Taken { line, .. }
            | Self::Kept { line, .. }
            | Self::Typed { line, .. }
            | Self::Needed { line, .. }
            | Self::Elsewhere { line, .. } => *line,
        }
    }
}

/// Reads a key of the settings.
///
/// # Errors
///
/// Returns why it is none, or none that can be bound.
pub fn read_stroke(text: &str) -> Result<Stroke, String> {
    let stroke: Stroke = text.parse().map_err(|error: NoKey| {
        format!("{error}: write a, F5, Enter, Space, Ctrl-X, Alt-Up, or two keys with a blank between them")
    })?;
    for key in std::iter::once(stroke.first).chain(stroke.then) {
        if let Some((name, same)) = SAME_BYTES.iter().find(|(name, _)| key.to_string() == *name) {
            return Err(format!("terminals cannot tell {name} from {same}"));
        }
        // It would be shown in the key bar.
        if matches!(key.code, Code::Char(c) if is_invisible(c)) {
            return Err("a character that cannot be seen is no key".to_owned());
        }
        if matches!(key.code, Code::F(number) if !(1..=LAST_FUNCTION_KEY).contains(&number)) {
            return Err(format!("there is no key {key}: F1 to F{LAST_FUNCTION_KEY}"));
        }
    }
    Ok(stroke)
}

/// The keys in force; a copy costs nothing.
///
/// The program cannot start before it is made: what orders its keys is made quicker than what hashes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    keys: Arc<BTreeMap<(Id, Context), Vec<Stroke>>>,
    commands: Arc<BTreeMap<(Context, Stroke), Id>>,
    /// The first keys of chords.
    firsts: Arc<BTreeSet<(Context, Key)>>,
}

/// The keys without a choice.
static DEFAULT: LazyLock<Keymap> = LazyLock::new(|| Keymap::made(Preset::Default, FunctionKeys::Default));

impl Default for Keymap {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Keymap {
    /// Returns the keys of a preset.
    #[must_use]
    pub fn of(preset: Preset, function_keys: FunctionKeys) -> Self {
        match (preset, function_keys) {
            (Preset::Default, FunctionKeys::Default) => Self::default(),
            _ => Self::made(preset, function_keys),
        }
    }

    fn made(preset: Preset, function_keys: FunctionKeys) -> Self {
        let keys = table().iter().flat_map(|command| {
            let keys: Vec<Stroke> = command.keys.iter().map(|key| known(key)).collect();
            command.contexts.iter().map(move |context| ((command.id, *context), keys.clone()))
        });
        let mut keymap = Self { keys: Arc::new(keys.collect()), commands: Arc::default(), firsts: Arc::default() };
        for extra in preset.extras().iter().chain(function_keys.extras()) {
            keymap.add(extra);
        }
        keymap.index();
        keymap
    }

    /// Returns them with what a person says of some commands.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong with it.
    pub fn with(mut self, overrides: &[Override]) -> Result<Self, Vec<BindingError>> {
        if overrides.is_empty() {
            return Ok(self);
        }
        let mut problems = Vec::new();
        let mut lines: BTreeMap<(Id, Context), usize> = BTreeMap::new();
        // What is said of one context counts more than what is said of all.
        for wide in [true, false] {
            for one in overrides.iter().filter(|one| one.context.is_none() == wide) {
                for context in Context::ALL {
                    let is_meant = one.context.is_none_or(|meant| meant == context);
                    if is_meant && command::in_context(one.id, context).is_some() {
                        self.replace(one, context);
                        lines.insert((one.id, context), one.line);
                    } else if let (true, Some(_)) = (is_meant, one.context) {
                        problems.push(BindingError::Elsewhere { id: one.id, context, line: one.line });
                    }
                }
            }
        }
        for context in Context::ALL {
            problems.extend(self.problems_in(context, &lines));
        }
        self.index();
        if problems.is_empty() { Ok(self) } else { Err(once_each(problems)) }
    }

    /// Returns the keys of a command in a context, the one for the key bar first.
    #[must_use]
    pub fn keys(&self, id: Id, context: Context) -> &[Stroke] {
        self.keys.get(&(id, context)).map_or(&[], Vec::as_slice)
    }

    /// Returns the first key of a command in a context, as it is shown.
    #[must_use]
    pub fn first(&self, id: Id, context: Context) -> Option<String> {
        self.keys(id, context).first().map(ToString::to_string)
    }

    /// Returns the keys of a row of the table: those of a context where it works there, else of its first one.
    #[must_use]
    pub fn of_row(&self, command: &Command, here: Context) -> &[Stroke] {
        let context = if command.contexts.contains(&here) { here } else { command.contexts[0] };
        self.keys(command.id, context)
    }

    /// Returns the command that a stroke runs in a context.
    #[must_use]
    pub fn find(&self, context: Context, stroke: Stroke) -> Option<&'static Command> {
        command::in_context(*self.commands.get(&(context, stroke))?, context)
    }

    /// Returns what may follow the first key of a chord, in the order of the table.
    #[must_use]
    pub fn choices(&self, context: Context, first: Key) -> Vec<(Key, &'static Command)> {
        // Asked at every key.
        if !self.firsts.contains(&(context, first)) {
            return Vec::new();
        }
        let commands = table().iter().filter(|command| command.contexts.contains(&context));
        let choices = commands.flat_map(|command| {
            let keys = self.keys(command.id, context).iter().filter(move |stroke| stroke.first == first);
            keys.filter_map(move |stroke| Some((stroke.then?, command)))
        });
        choices.collect()
    }

    /// Returns the whole table as text: a paragraph per context, a line per command.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (context, rows) in self.sections() {
            let _ = writeln!(out, "{}{}", if out.is_empty() { "" } else { "\n" }, context.title());
            for command in rows {
                let keys: Vec<String> = self.keys(command.id, context).iter().map(ToString::to_string).collect();
                let keys = if keys.is_empty() { ":".to_owned() } else { keys.join("  ") };
                let _ = writeln!(out, "  {keys:<24} {:<22} {}", command.name, command.sentence);
            }
        }
        out
    }

    /// Returns the whole table as settings that say what holds already.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut out = "# The keys in force, as they would stand in config.toml.\n".to_owned();
        let mut write = |heading: &str, context: Context, rows: &[&'static Command]| {
            let _ = writeln!(out, "\n[{heading}]");
            for command in rows {
                let keys = self.keys(command.id, context).iter().map(|key| quoted(&key.to_string()));
                let keys = keys.collect::<Vec<String>>().join(", ");
                let keys = if keys.is_empty() { quoted("none") } else { format!("[{keys}]") };
                let _ = writeln!(out, "{:<40} # {}", format!("{} = {keys}", command.id.name()), command.sentence);
            }
        };
        for (context, rows) in self.sections() {
            let (everywhere, here): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_global());
            if context == Context::List {
                write("keys", context, &everywhere);
                write(&format!("keys.{}", context.name()), context, &here);
            } else {
                write(&format!("keys.{}", context.name()), context, &[here, everywhere].concat());
            }
        }
        out
    }

    /// Returns the commands of each context; what has the same keys everywhere is told once, with the first.
    fn sections(&self) -> Vec<(Context, Vec<&'static Command>)> {
        let is_told = |command: &Command, context| {
            let same = self.keys(command.id, context) == self.keys(command.id, Context::List);
            context != Context::List && command.is_global() && same
        };
        let sections = Context::ALL.into_iter().map(|context| {
            let here = table().iter().filter(|command| command.contexts.contains(&context));
            (context, here.filter(|command| !is_told(command, context)).collect::<Vec<_>>())
        });
        sections.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    /// Adds the keys of a preset; whatever had them loses them.
    fn add(&mut self, extra: &Extra) {
        for context in Context::ALL.into_iter().filter(|context| extra.contexts.contains(context)) {
            if command::in_context(extra.id, context).is_none() {
                continue;
            }
            for key in extra.keys.iter().map(|key| known(key)) {
                let all = Arc::make_mut(&mut self.keys);
                for ((_, place), keys) in &mut *all {
                    if *place == context {
                        keys.retain(|one| *one != key);
                    }
                }
                all.entry((extra.id, context)).or_default().push(key);
            }
        }
    }

    /// Gives a command other keys; those that keep their meaning stay.
    fn replace(&mut self, one: &Override, context: Context) {
        let keys = Arc::make_mut(&mut self.keys).entry((one.id, context)).or_default();
        let kept: Vec<Stroke> = keys.iter().copied().filter(|key| is_kept(*key, one.id, context)).collect();
        keys.clone_from(&one.keys);
        for key in kept {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }

    fn problems_in(&self, context: Context, lines: &BTreeMap<(Id, Context), usize>) -> Vec<BindingError> {
        let mut problems = Vec::new();
        let mut seen: Vec<(Stroke, Id)> = Vec::new();
        let is_typing = matches!(context, Context::Field | Context::Commands | Context::Area);
        for command in table().iter().filter(|command| command.contexts.contains(&context)) {
            let line = lines.get(&(command.id, context)).copied();
            let keys = self.keys(command.id, context);
            if let (Some(line), true) = (line, keys.is_empty() && is_needed(command.id, context)) {
                problems.push(BindingError::Needed { id: command.id, context, line });
            }
            for &key in keys {
                let types = key.first.typed().is_some() || (context == Context::Area && key.first.code == Code::Enter);
                if let (Some(line), true) = (line, is_typing && types && !is_kept(key, command.id, context)) {
                    problems.push(BindingError::Typed { key, context, line });
                }
                if let Some((_, other)) = seen.iter().find(|(one, other)| collide(*one, key) && *other != command.id) {
                    problems.extend(clash(key, context, (*other, command.id), lines));
                }
                seen.push((key, command.id));
            }
        }
        problems
    }

    fn index(&mut self) {
        let all = || self.keys.iter().flat_map(|((id, context), keys)| keys.iter().map(|key| (*id, *context, *key)));
        self.commands = Arc::new(all().map(|(id, context, key)| ((context, key), id)).collect());
        let chords = all().filter(|(_, _, key)| key.then.is_some());
        self.firsts = Arc::new(chords.map(|(_, context, key)| (context, key.first)).collect());
    }
}

/// Says which of two commands with one key is to be changed.
fn clash(
    key: Stroke,
    context: Context,
    (a, b): (Id, Id),
    lines: &BTreeMap<(Id, Context), usize>,
) -> Option<BindingError> {
    let line = |id: Id| lines.get(&(id, context)).copied();
    let kept = |id| is_kept(key, id, context);
    Some(match (line(a), line(b)) {
        (Some(at), _) if kept(b) => BindingError::Kept { key, context, other: b, line: at },
        (_, Some(at)) if kept(a) => BindingError::Kept { key, context, other: a, line: at },
        (Some(x), Some(y)) if x <= y => BindingError::Clash { key, context, other: a, lines: [x, y] },
        (Some(x), Some(y)) => BindingError::Clash { key, context, other: b, lines: [y, x] },
        (Some(line), None) => BindingError::Taken { key, context, other: b, line },
        (None, Some(line)) => BindingError::Taken { key, context, other: a, line },
        // Tests hold the table and the presets against that.
        (None, None) => return None,
    })
}

/// Leaves one problem of each line and key: a command works in many contexts.
fn once_each(problems: Vec<BindingError>) -> Vec<BindingError> {
    let mut out: Vec<BindingError> = Vec::new();
    for problem in problems {
        let key = |one: &BindingError| match one {
            BindingError::Clash { key, lines, .. } => (Some(*key), lines[0]),
            BindingError::Taken { key, other, .. } | BindingError::Kept { key, other, .. } => {
                (Some(*key), *other as usize)
            }
            BindingError::Typed { key, .. } => (Some(*key), 0),
            BindingError::Needed { .. } | BindingError::Elsewhere { .. } => (None, 0),
        };
        if !out.iter().any(|one| one.line() == problem.line() && key(one) == key(&problem)) {
            out.push(problem);
        }
    }
    out.sort_by_key(BindingError::line);
    out
}

/// Tells whether one stroke makes the other unreachable.
fn collide(a: Stroke, b: Stroke) -> bool {
    a.first == b.first && (a.then == b.then || a.then.is_none() || b.then.is_none())
}

/// Tells whether a key keeps its meaning for a command.
fn is_kept(key: Stroke, id: Id, context: Context) -> bool {
    let name = key.to_string();
    KEPT.contains(&name.as_str())
        && command::in_context(id, context).is_some_and(|command| command.keys.contains(&name.as_str()))
}

/// Tells whether there is no way on without a key for a command: what a screen does is in the palette as well.
fn is_needed(id: Id, context: Context) -> bool {
    matches!(id, Id::Accept | Id::Cancel | Id::Close | Id::ChooseDirectory) && context.is_over_a_screen()
}

fn known(key: &str) -> Stroke {
    key.parse().expect("keys of the tables are keys: tests read them all")
}

/// Returns a TOML string.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{text}'") } else { format!("\"{text}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(text: &str) -> Stroke {
        read_stroke(text).expect("a stroke")
    }

    fn over(context: Option<Context>, id: Id, keys: &[&str], line: usize) -> Override {
        Override { context, id, keys: keys.iter().map(|key| stroke(key)).collect(), line }
    }

    fn told(overrides: &[Override]) -> Vec<String> {
        let errors = Keymap::default().with(overrides).err().unwrap_or_default();
        errors.iter().map(|error| format!("{}: {error}", error.line())).collect()
    }

    fn all() -> impl Iterator<Item = (String, Keymap)> {
        Preset::ALL.into_iter().flat_map(|(name, preset)| {
            FunctionKeys::ALL
                .map(|(keys, function_keys)| (format!("{name}, {keys}"), Keymap::of(preset, function_keys)))
        })
    }

    #[test]
    fn a_key_means_one_thing_in_one_context_in_each_preset() {
        for (name, keymap) in all() {
            for context in Context::ALL {
                let mut seen: Vec<(Stroke, Id)> = Vec::new();
                for command in table().iter().filter(|command| command.contexts.contains(&context)) {
                    for &key in keymap.keys(command.id, context) {
                        let clash = seen.iter().find(|(one, _)| collide(*one, key));
                        assert_eq!(clash, None, "{name}: {key} in {context:?} runs {:?} too", command.id);
                        seen.push((key, command.id));
                    }
                }
            }
        }
    }

    #[test]
    fn a_preset_leaves_each_command_a_plain_key_and_each_key_that_is_kept() {
        for (name, keymap) in all() {
            let rows =
                table().iter().flat_map(|command| command.contexts.iter().map(move |context| (*context, command)));
            for (context, command) in rows {
                let keys = keymap.keys(command.id, context);
                // A command without a key is one of the palette.
                assert_eq!(keys.is_empty(), command.keys.is_empty(), "{name}: {:?} in {context:?}", command.id);
                assert_eq!(keys.first().map(ToString::to_string).as_deref(), command.keys.first().copied(), "{name}");
                let kept = command.keys.iter().filter(|key| KEPT.contains(key));
                for key in kept {
                    let found = keymap.find(context, stroke(key)).map(|found| found.id);
                    assert_eq!(found, Some(command.id), "{name}: {key} in {context:?}");
                }
            }
        }
    }

    #[test]
    fn letters_type_in_fields_in_each_preset() {
        for (name, keymap) in all() {
            for context in [Context::Field, Context::Area] {
                for command in table().iter().filter(|command| command.contexts.contains(&context)) {
                    let keys = keymap.keys(command.id, context);
                    assert!(keys.iter().all(|key| key.first.typed().is_none()), "{name}: {:?}", command.id);
                }
            }
        }
    }

    #[test]
    fn a_command_gets_the_keys_that_are_given_and_keeps_those_of_the_texts() {
        let keymap = Keymap::default()
            .with(&[
                over(Some(Context::List), Id::Copy, &["C"], 1),
                over(None, Id::Undo, &["Ctrl-T"], 2),
                over(Some(Context::List), Id::Mark, &[], 3),
            ])
            .expect("fine");
        let run = |context, key: &str| keymap.find(context, stroke(key)).map(|command| command.id);
        assert_eq!((run(Context::List, "C"), run(Context::List, "c")), (Some(Id::Copy), None));
        assert_eq!((run(Context::Wheels, "Ctrl-T"), run(Context::Wheels, "u")), (Some(Id::Undo), Some(Id::Undo)));
        assert_eq!(run(Context::List, "Space"), None);
        assert!(keymap.text().contains("C                        copy to the other list"), "{}", keymap.text());
    }

    #[test]
    fn what_is_said_of_one_place_counts_more_than_what_is_said_of_all() {
        let both = [over(Some(Context::List), Id::Filter, &["Z"], 1), over(None, Id::Filter, &["Ctrl-F"], 2)];
        let keymap = Keymap::default().with(&both).expect("fine");
        assert_eq!(keymap.first(Id::Filter, Context::List).as_deref(), Some("Z"));
        assert_eq!(keymap.first(Id::Filter, Context::Wheels).as_deref(), Some("Ctrl-F"));
    }

    #[test]
    fn clashes_name_both_lines() {
        let list = Some(Context::List);
        let errors = told(&[over(list, Id::Copy, &["X"], 3), over(list, Id::Transfer, &["X"], 7)]);
        assert_eq!(errors, ["7: X runs \"copy\" in lists already (line 3): give one of them another key"]);
        let errors = told(&[over(list, Id::Transfer, &["X X"], 3), over(list, Id::Copy, &["X"], 7)]);
        assert_eq!(errors.len(), 1, "a key and a chord that begins with it: {errors:?}");
        let errors = told(&[over(list, Id::Copy, &["y"], 3)]);
        assert_eq!(errors, ["3: y runs \"yank-class\" in lists: give that another key or \"none\" first"]);
        assert_eq!(told(&[over(list, Id::Copy, &["y"], 3), over(list, Id::YankClass, &[], 4)]), [""; 0]);
    }

    #[test]
    fn what_leads_out_stays_reachable() {
        for (key, other) in
            [("Esc", "back"), ("?", "help"), (":", "palette"), ("q", "quit"), ("Ctrl-C", "quit"), ("s", "save")]
        {
            let errors = told(&[over(Some(Context::List), Id::Copy, &[key], 2)]);
            assert_eq!(errors, [format!("2: {key} keeps its meaning: it runs {other:?} in lists")]);
        }
        // Without keys of their own they keep these.
        let keymap =
            Keymap::default().with(&[over(None, Id::Quit, &[], 1), over(None, Id::Help, &[], 2)]).expect("fine");
        assert_eq!(keymap.first(Id::Quit, Context::Wheels).as_deref(), Some("q"));
        assert_eq!(keymap.first(Id::Help, Context::List).as_deref(), Some("?"));
    }

    #[test]
    fn text_fields_stay_usable() {
        let field = Some(Context::Field);
        assert_eq!(
            told(&[over(field, Id::WordLeft, &["b"], 1)]),
            ["1: b is typed in fields: bind a key with Ctrl or Alt, a function key or a named one"]
        );
        assert_eq!(
            told(&[over(field, Id::Accept, &[], 1)]),
            ["1: \"accept\" needs a key in fields: there is no other way to it"]
        );
        assert_eq!(told(&[over(Some(Context::Area), Id::Accept, &["Enter"], 1)]).len(), 1);
        assert_eq!(
            told(&[over(Some(Context::Wheels), Id::Copy, &["X"], 5)]),
            ["5: \"copy\" does not work in wheel-list"]
        );
    }

    #[test]
    fn keys_that_terminals_do_not_send_are_refused() {
        for key in ["Ctrl-H", "C-i", "Ctrl-J", "Ctrl-M", "Ctrl-[", "F13", "Hyper-x", "", "a b c", "\u{202e}", "\u{1b}"]
        {
            assert!(read_stroke(key).is_err(), "{key}");
        }
        assert_eq!(stroke("C-x C-s").to_string(), "Ctrl-X Ctrl-S");
        assert_eq!(stroke("M-x").to_string(), "Alt-x");
    }
}
