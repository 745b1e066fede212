//! Reads the terminal on a thread of its own, and can be parked.
//!
//! crossterm's reader loses input unless it blocks in `read` all the time (hence
//! the thread), and such a reader would eat the first key meant for an external
//! editor. So it is parked first: a flag is set and SIGWINCH raised at this
//! process; the reader returns with a resize, sees the flag and waits.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event as Terminal, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::process::{Signal, getpid, kill_process};

use super::Event;
use crate::app::keymap::{Code, Key};
use crate::app::message::Message;

/// How long to wait for the reader before it is woken again.
const WAKE: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Flags {
    wanted: bool,
    parked: bool,
}

#[derive(Default)]
struct Park {
    flags: Mutex<Flags>,
    changed: Condvar,
}

/// The thread that reads the terminal.
pub(super) struct Reader {
    park: Arc<Park>,
}

/// The reader waits as long as this lives.
pub(super) struct Parked {
    park: Arc<Park>,
}

impl Drop for Parked {
    fn drop(&mut self) {
        self.park.flags.lock().unwrap_or_else(PoisonError::into_inner).wanted = false;
        self.park.changed.notify_all();
    }
}

impl Reader {
    /// Starts the thread.
    pub(super) fn start(sender: Sender<Event>) -> Self {
        let park = Arc::new(Park::default());
        let inner = park.clone();
        thread::spawn(move || {
            loop {
                inner.wait_while_wanted();
                let event = match event::read() {
                    Ok(event) => translate(event).map(Event::Message),
                    Err(_) => Some(Event::InputLost),
                };
                let last = matches!(event, Some(Event::InputLost));
                if event.is_some_and(|event| sender.send(event).is_err()) || last {
                    return;
                }
            }
        });
        Self { park }
    }

    /// Waits until the reader reads no more.
    pub(super) fn park(&self) -> Parked {
        let mut flags = self.park.flags.lock().unwrap_or_else(PoisonError::into_inner);
        flags.wanted = true;
        while !flags.parked {
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
    fn wait_while_wanted(&self) {
        let mut flags = self.flags.lock().unwrap_or_else(PoisonError::into_inner);
        while flags.wanted {
            flags.parked = true;
            self.changed.notify_all();
            flags = self.changed.wait(flags).unwrap_or_else(PoisonError::into_inner);
        }
        flags.parked = false;
    }
}

/// Turns an event of the terminal into a message; none where it means nothing here.
fn translate(event: Terminal) -> Option<Message> {
    match event {
        Terminal::Key(key) if key.kind != KeyEventKind::Release => translate_key(key).map(Message::Pressed),
        Terminal::Paste(text) => Some(Message::Pasted(text)),
        Terminal::Resize(width, height) => Some(Message::Resized(width, height)),
        Terminal::FocusGained => Some(Message::FocusGained),
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
