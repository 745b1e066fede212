//! Reads the terminal on a thread of its own, turn by turn, and can be parked.
//!
//! It hands over all that is there to be read, and reads again only once the
//! loop has dealt with that: no key is waited for before the edits of the last
//! ones are durable.
//!
//! crossterm's reader loses input unless it blocks in `read` all the time (hence
//! the thread), and such a reader would eat the first key meant for an external
//! editor. So it is parked first: a flag is set and SIGWINCH raised at this
//! process; the reader returns with a resize, sees the flag and waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event as Terminal, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::process::{Signal, getpid, kill_process};

use super::mouse::Clicks;
use super::{Event, terminal};
use crate::app::keymap::{Code, Key};
use crate::app::message::Message;

/// How long to wait for the reader before it is woken again.
const WAKE: Duration = Duration::from_millis(20);
/// How long to look for more behind one key: crossterm looks at nothing where it is no
/// time at all, and until it is over it looks again and again, which the key waits for.
/// What comes later comes in another turn.
const LOOK: Duration = Duration::from_micros(2);
/// How long to look for more behind several: the rest of a paste may be on its way.
const MORE: Duration = Duration::from_millis(1);
/// The most events of one turn: text may come without an end.
const MOST: usize = 1_000;
/// More keys than these at once nobody types: they were pasted.
const TYPED: usize = 8;
/// How long the rest of a paste is waited for, and how soon the loop must have
/// dealt with the last turn for keys not to have piled up meanwhile.
const PILED: Duration = Duration::from_millis(30);

/// What is there already is read within this.
const AT_ONCE: Duration = Duration::from_millis(1);

#[derive(Default)]
struct Flags {
    /// Whether the reader is to stay off the terminal.
    wanted: bool,
    /// Whether the loop has not dealt with the last turn yet.
    busy: bool,
    /// What the reader does.
    reader: Doing,
}

/// What the reader does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Doing {
    /// It reads the terminal.
    Reading,
    /// It waits until it may read, or has not begun.
    #[default]
    Waiting,
    /// It has ended: nothing reads the terminal any more.
    Ended,
}

#[derive(Default)]
struct Park {
    flags: Mutex<Flags>,
    changed: Condvar,
}

/// The thread that reads the terminal, once it is started.
#[derive(Default)]
pub(super) struct Reader {
    park: Arc<Park>,
}

/// The reader waits as long as this lives.
pub(super) struct Parked {
    park: Arc<Park>,
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.park.lock().wanted = false;
        self.park.changed.notify_all();
    }
}

impl Reader {
    /// Starts the thread; `size` is what the terminal is taken to have.
    pub(super) fn start(&self, sender: Sender<Event>, size: (u16, u16)) {
        let inner = self.park.clone();
        inner.lock().reader = Doing::Reading;
        thread::spawn(move || {
            // Sizes are heard of from the first look on: one that came before it has to be asked for.
            let _ = event::poll(Duration::ZERO);
            let now = terminal::size();
            if now != size {
                let _ = sender.send(Event::Message(Message::Resized(now.0, now.1)));
            }
            let read = catch_unwind(AssertUnwindSafe(|| read_all(&inner, &sender)));
            inner.lock().reader = Doing::Ended;
            inner.changed.notify_all();
            // Nobody listens any more once the program ends.
            let _ = sender.send(if read.is_ok() { Event::InputLost } else { Event::Panicked });
        });
    }

    /// Lets the reader read again after what it has handed over was dealt with.
    pub(super) fn release(&self) {
        self.park.lock().busy = false;
        self.park.changed.notify_all();
    }

    /// Waits until the reader reads no more.
    pub(super) fn park(&self) -> Parked {
        let mut flags = self.park.lock();
        flags.wanted = true;
        while flags.reader == Doing::Reading {
            // The signal may come before `read` waits: it is raised until it works.
            let _ = kill_process(getpid(), Signal::WINCH);
            let waited = self.park.changed.wait_timeout(flags, WAKE);
            flags = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(flags);
        Parked { park: self.park.clone() }
    }
}

impl Park {
    fn lock(&self) -> MutexGuard<'_, Flags> {
        self.flags.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_turn(&self) {
        let mut flags = self.lock();
        while flags.wanted || flags.busy {
            flags.reader = Doing::Waiting;
            self.changed.notify_all();
            flags = self.changed.wait(flags).unwrap_or_else(PoisonError::into_inner);
        }
        flags.reader = Doing::Reading;
    }
}

/// Hands over turn after turn, until the terminal is lost or nobody listens.
fn read_all(park: &Park, sender: &Sender<Event>) {
    let mut clicks = Clicks::default();
    loop {
        let asked = Instant::now();
        park.wait_for_turn();
        let may_have_piled = asked.elapsed() > PILED;
        let Turn { messages, piled, lost } = turn(&mut clicks, may_have_piled);
        let messages = if piled { messages } else { with_bursts(messages) };
        if !messages.is_empty() {
            park.lock().busy = true;
            if sender.send(Event::Input(messages)).is_err() {
                return;
            }
        }
        if lost {
            return;
        }
    }
}

/// What was read at once.
struct Turn {
    messages: Vec<Message>,
    /// Whether keys have waited for the loop.
    piled: bool,
    /// Whether the terminal is lost.
    lost: bool,
}

/// Waits for an event and takes those that are there with it.
fn turn(clicks: &mut Clicks, may_have_piled: bool) -> Turn {
    let mut messages = Vec::new();
    let mut piled = may_have_piled;
    let asked = Instant::now();
    loop {
        match event::read() {
            Ok(event) => messages.extend(translate(event, clicks)),
            Err(_) => return Turn { messages, piled, lost: true },
        }
        // What has to be waited for was not there before.
        piled &= messages.len() > 1 || asked.elapsed() < AT_ONCE;
        let more = match messages.len() {
            0 | 1 => LOOK,
            _ if !piled && ends_in_burst(&messages) => PILED,
            _ => MORE,
        };
        if messages.len() >= MOST || !matches!(event::poll(more), Ok(true)) {
            return Turn { messages, piled, lost: false };
        }
    }
}

/// Tells whether the last messages are more keys than anybody types at once.
fn ends_in_burst(messages: &[Message]) -> bool {
    let run = messages.iter().rev().map_while(types).take(TYPED + 1).collect::<Vec<Key>>();
    is_burst(&run)
}

/// Tells whether keys that came at once were pasted: a key that is held repeats itself.
fn is_burst(keys: &[Key]) -> bool {
    keys.len() > TYPED && keys.iter().any(|key| *key != keys[0])
}

/// Returns the key of a message where it types something.
fn types(message: &Message) -> Option<Key> {
    match message {
        Message::Pressed(key) if key.typed().is_some() || matches!(key.code, Code::Enter | Code::Tab) => Some(*key),
        _ => None,
    }
}

/// Puts keys together that came as a paste does.
fn with_bursts(messages: Vec<Message>) -> Vec<Message> {
    let mut out = Vec::with_capacity(messages.len());
    let mut run: Vec<Key> = Vec::new();
    let end = |run: &mut Vec<Key>, out: &mut Vec<Message>| {
        let keys = std::mem::take(run);
        if is_burst(&keys) {
            out.push(Message::Burst(keys));
        } else {
            out.extend(keys.into_iter().map(Message::Pressed));
        }
    };
    for message in messages {
        if let Some(key) = types(&message) {
            run.push(key);
        } else {
            end(&mut run, &mut out);
            out.push(message);
        }
    }
    end(&mut run, &mut out);
    out
}

/// Turns an event of the terminal into a message; none where it means nothing here.
fn translate(event: Terminal, clicks: &mut Clicks) -> Option<Message> {
    match event {
        Terminal::Key(key) if key.kind != KeyEventKind::Release => translate_key(key).map(Message::Pressed),
        Terminal::Paste(text) => Some(Message::Pasted(text)),
        Terminal::Resize(width, height) => Some(Message::Resized(width, height)),
        Terminal::Mouse(event) => clicks.take(event, Instant::now()).map(Message::Pointed),
        Terminal::FocusGained => {
            clicks.focus_gained(Instant::now());
            Some(Message::FocusGained)
        }
        _ => None,
    }
}

fn translate_key(key: KeyEvent) -> Option<Key> {
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let code = match key.code {
        // Terminals send these bytes for other keys.
        KeyCode::Char('h') if ctrl && !alt => return Some(Key::plain(Code::Backspace)),
        KeyCode::Char('7') if ctrl => Code::Char('_'),
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_that_is_not_marked_is_told_from_typing() {
        let keys = |text: &str| {
            let key = |c| Message::Pressed(Key::plain(if c == '\n' { Code::Enter } else { Code::Char(c) }));
            text.chars().map(key).collect::<Vec<_>>()
        };
        let told = |messages: Vec<Message>| {
            let burst = |message: &Message| matches!(message, Message::Burst(keys) if keys.len() == 9);
            let all = with_bursts(messages);
            (all.len(), all.iter().filter(|message| burst(message)).count())
        };
        assert_eq!(told(keys("dddssqq:")), (8, 0));
        assert_eq!(told(keys("jjjjjjjjjjjj")), (12, 0));
        assert_eq!(told(keys("- class:\n")), (1, 1));
        let mut mixed = keys("- class:\n");
        mixed.push(Message::FocusGained);
        mixed.extend(keys("j"));
        assert!(!ends_in_burst(&mixed));
        assert_eq!(told(mixed), (3, 1));
    }

    #[test]
    fn a_reader_that_has_not_begun_is_not_waited_for() {
        let reader = Reader::default();
        drop(reader.park());
        assert!(!reader.park.lock().wanted);
    }

    #[test]
    fn keys_get_their_plain_names() {
        let name = |code, modifiers| translate_key(KeyEvent::new(code, modifiers)).expect("a key").to_string();
        assert_eq!(name(KeyCode::Char('S'), KeyModifiers::SHIFT), "S");
        assert_eq!(name(KeyCode::Char('s'), KeyModifiers::CONTROL), "Ctrl-S");
        assert_eq!(name(KeyCode::Char('h'), KeyModifiers::CONTROL), "Backspace");
        assert_eq!(name(KeyCode::Char('7'), KeyModifiers::CONTROL), "Ctrl-_");
        assert_eq!(name(KeyCode::BackTab, KeyModifiers::SHIFT), "Shift-Tab");
        assert_eq!(name(KeyCode::Up, KeyModifiers::ALT), "Alt-Up");
    }
}
