//! The help and the command palette.

use super::command::{self, Context, Id, table};
use super::field::Field;
use super::keymap::{Code, Key};
use super::message::Effect;
use super::modal::{CommandRow, Commands, Modal};
use super::{Exit, Pane, State, Tone, find, look, offers, restart, saving, update};

/// The command that takes a text behind its name.
const FIND: &str = "find ";
/// The command that takes what the lines of the log shall hold.
const LOG: &str = "log ";

/// Opens the help or the palette.
pub fn open_commands(state: &mut State, palette: bool) {
    let context = state.screen_context();
    state.modals.push(Modal::Commands(Commands {
        palette,
        all: palette,
        context,
        field: Field::default(),
        cursor: 0,
        offset: 0,
        rows: Vec::new(),
        counts: (0, 0),
    }));
    refill(state);
}

/// Finds what matches the typed text.
pub(super) fn refill(state: &mut State) {
    let Some(Modal::Commands(mut commands)) = state.modals.pop() else { return };
    let needle = commands.field.text().to_lowercase();
    // What stands behind it is what is looked for.
    let takes_text = [FIND, LOG].into_iter().find(|name| commands.palette && needle.starts_with(name));
    let needle = takes_text.map_or(needle, str::to_owned);
    let words: Vec<&str> = needle.split_whitespace().collect();
    let here = |row: &command::Command| row.contexts.contains(&commands.context);
    let screen_command = |row: &command::Command| row.contexts.iter().any(|context| !context.is_over_a_screen());
    let mut rows: Vec<(u8, CommandRow)> = Vec::new();
    for (index, row) in table().iter().enumerate().filter(|(_, row)| screen_command(row)) {
        let is_here = here(row);
        if !is_here && !commands.all {
            continue;
        }
        // The same command in another context: the one that works here is enough.
        if !is_here && table().iter().any(|other| other.id == row.id && here(other)) {
            continue;
        }
        let keys: Vec<String> =
            state.preferences.keymap.of_row(row, commands.context).iter().map(ToString::to_string).collect();
        let hay = format!("{} {} {}", row.name, keys.join(" "), row.sentence).to_lowercase();
        let name = row.name.to_lowercase();
        let has_words = words.iter().all(|word| hay.contains(word));
        // `cpl` finds `copy to the other list`, behind all that hold what was typed.
        if !(has_words || commands.palette && holds_in_order(&name, &needle)) {
            continue;
        }
        let unavailable = if is_here { offers::unavailable(state, row.id) } else { Some(elsewhere(row)) };
        let rank = if commands.palette {
            let by_name = if has_words { by_name(&name, needle.trim()) } else { 3 };
            by_name + 4 * u8::from(unavailable.is_some())
        } else {
            u8::from(!is_here)
        };
        rows.push((rank, CommandRow { command: index, unavailable }));
    }
    rows.sort_by_key(|(rank, _)| *rank);
    let all = table().iter().filter(|row| screen_command(row));
    commands.counts = (all.clone().filter(|row| here(row)).count(), all.count());
    commands.rows = rows.into_iter().map(|(_, row)| row).collect();
    commands.cursor = commands.cursor.min(commands.rows.len().saturating_sub(1));
    state.modals.push(Modal::Commands(commands));
}

/// Ranks a name: the one that is typed whole comes first, then those that begin with it.
fn by_name(name: &str, typed: &str) -> u8 {
    if name == typed {
        0
    } else if !typed.is_empty() && name.starts_with(typed) {
        1
    } else {
        2
    }
}

/// Tells whether a name has the letters of a text in their order.
fn holds_in_order(name: &str, letters: &str) -> bool {
    let mut left = name.chars();
    letters.chars().filter(|c| !c.is_whitespace()).all(|letter| left.any(|c| c == letter))
}

/// Returns where a command works, for those that do not work here.
fn elsewhere(row: &command::Command) -> &'static str {
    match row.contexts.first() {
        Some(Context::List) => "works in the lists",
        Some(Context::Text) => "works on a file shown as text",
        Some(Context::Parameters) => "works in the parameters",
        Some(Context::Problems) => "works in the problems",
        Some(Context::Review) => "works in the review (s)",
        Some(Context::Conflict) => "works where a file changed on disk (M)",
        Some(Context::Wheels) => "works in the wheel list (w)",
        Some(Context::Preview) => "works in the preview (p)",
        _ => "works on another screen",
    }
}

pub(super) fn in_commands(state: &mut State, key: Key, id: Option<Id>) -> Vec<Effect> {
    let Some(Modal::Commands(commands)) = state.modals.last_mut() else { return Vec::new() };
    match id {
        Some(Id::Accept) => return run_chosen(state),
        Some(Id::Cancel) => {
            state.modals.pop();
            return Vec::new();
        }
        Some(Id::ShowAll) if !commands.palette => {
            commands.all = !commands.all;
            commands.cursor = 0;
        }
        Some(Id::NextRow) => commands.cursor = (commands.cursor + 1).min(commands.rows.len().saturating_sub(1)),
        Some(Id::PreviousRow) => commands.cursor = commands.cursor.saturating_sub(1),
        Some(id) => {
            if commands.field.apply(id) {
                commands.cursor = 0;
            }
        }
        None => match (key.typed(), key.code) {
            (Some(c), _) => {
                commands.field.insert(c);
                commands.cursor = 0;
            }
            (None, Code::PageDown) => {
                commands.cursor = (commands.cursor + 10).min(commands.rows.len().saturating_sub(1));
            }
            (None, Code::PageUp) => commands.cursor = commands.cursor.saturating_sub(10),
            _ => return Vec::new(),
        },
    }
    refill(state);
    Vec::new()
}

fn run_chosen(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Commands(commands)) = state.modals.pop() else { return Vec::new() };
    let typed = commands.field.text().trim();
    if commands.palette {
        if let Ok(number) = typed.parse::<usize>() {
            go_to_row(state, number);
            return Vec::new();
        }
        if look::choose_by_name(state, typed) {
            return Vec::new();
        }
        if let Some(text) = typed.strip_prefix(FIND) {
            find::open(state, text.trim_start());
            return Vec::new();
        }
        if let Some(text) = typed.strip_prefix(LOG) {
            return restart::read_log(state, text.trim_start());
        }
        // The names that fingers know from vi.
        match typed {
            "w" | "wq" | "x" => return update::run(state, Id::Save),
            "q" => return saving::quit(state),
            "q!" => {
                state.exit = Some(Exit::Left);
                return Vec::new();
            }
            "e!" => return update::run(state, Id::Reload),
            _ => {}
        }
    }
    let Some(row) = commands.rows.get(commands.cursor) else {
        state.say(Tone::Failed, format!("There is no command {typed:?}."));
        return Vec::new();
    };
    if let Some(why) = row.unavailable {
        state.say(Tone::Told, format!("{}: {why}.", table()[row.command].name));
        return Vec::new();
    }
    update::run(state, table()[row.command].id)
}

/// Goes to a row by the number that is shown in front of it.
fn go_to_row(state: &mut State, number: usize) {
    let at = number.saturating_sub(1);
    match state.screen_context() {
        Context::List => {
            let role = state.role;
            state.list_mut(role).go_to(at);
        }
        Context::Text => {
            let lines = state.workspace.document(state.role).map_or(1, |document| document.lines().count());
            state.text[Pane::of(state.role).index()].at = at.min(lines - 1);
        }
        Context::Parameters => state.tree.cursor = at.min(state.tree.rows.len().saturating_sub(1)),
        Context::Problems => state.problem.at = at.min(state.problems.len().saturating_sub(1)),
        _ => state.say(Tone::Told, "There are no numbered rows here."),
    }
}
