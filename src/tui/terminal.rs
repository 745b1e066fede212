//! The terminal: entered once, restored on every way out.
//!
//! [`restore`] is the one way back and may be called any number of times, from
//! any thread: on exit, from the panic hook, before a signal ends the program,
//! before it stops, before an external editor runs. Nothing is ever asked of
//! the terminal but its size, by ioctl.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{EnterAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, queue};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::wire;

/// Mouse, focus and paste reports off, a synchronized update ended, cursor on,
/// colours reset, the alternate screen left.
const LEAVE: &[u8] =
    b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?25h\x1b[0m\x1b[?1049l";
/// The begin of a frame, a synchronized update.
const BEGIN: &[u8] = b"\x1b[?2026h";
/// Its end.
const END: &[u8] = b"\x1b[?2026l";
/// The style of the terminal, and a screen cleared in it.
const CLEARED: &[u8] = b"\x1b[m\x1b[2J";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
/// What is taken where the terminal tells no size, as `kubectl exec` may do.
const USUAL_SIZE: (u16, u16) = (80, 24);
/// The largest size that is drawn, in cells a side.
const MOST: u16 = 1_000;

/// Reports of presses, drags and the wheel, in the form that knows no limit of columns.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
/// The same off.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Whether the mouse is wanted while the terminal is ours.
static MOUSE: AtomicBool = AtomicBool::new(false);
/// Whether the terminal is ours at the moment.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was; does nothing where that is done.
pub(super) fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    // Not through `std::io::stdout`: another thread may hold its lock.
    let mut left = LEAVE;
    while let Ok(written) = rustix::io::write(rustix::stdio::stdout(), left) {
        left = &left[written.min(left.len())..];
        if left.is_empty() || written == 0 {
            break;
        }
    }
    let _ = disable_raw_mode();
}

/// Restores the terminal before a panic is told, in whatever thread.
pub(super) fn hook_panics() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        told(panic);
    }));
}

/// Returns the size of the terminal in cells.
pub(super) fn size() -> (u16, u16) {
    let told = rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok().map(|size| (size.ws_col, size.ws_row));
    let from_environment = || {
        let number = |name: &str| std::env::var(name).ok()?.parse().ok();
        Some((number("COLUMNS")?, number("LINES")?))
    };
    let (width, height) =
        told.filter(|(width, height)| *width > 0 && *height > 0).or_else(from_environment).unwrap_or(USUAL_SIZE);
    (width.min(MOST), height.min(MOST))
}

/// What is to be seen of the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// It is not known what the terminal shows at all.
    Unknown,
    Hidden,
    At(Position),
}

/// The terminal while it is ours.
pub(super) struct Terminal {
    /// What it shows.
    shown: Buffer,
    /// The next frame, blank between two.
    next: Buffer,
    /// What is to be seen of the cursor.
    cursor: Cursor,
    /// Room for the bytes of a frame.
    bytes: Vec<u8>,
}

impl Terminal {
    /// Enters the alternate screen.
    pub(super) fn enter() -> anyhow::Result<Self> {
        take_over()?;
        let (width, height) = size();
        let blank = Buffer::empty(Rect::new(0, 0, width, height));
        Ok(Self { shown: blank.clone(), next: blank, cursor: Cursor::Unknown, bytes: Vec::new() })
    }

    /// Enters it again after it was given back.
    pub(super) fn enter_again(&mut self) -> anyhow::Result<()> {
        take_over()?;
        self.redraw();
        Ok(())
    }

    /// Has the next frame drawn on a cleared screen.
    pub(super) fn redraw(&mut self) {
        self.cursor = Cursor::Unknown;
    }

    /// Takes another size.
    pub(super) fn resize(&mut self, width: u16, height: u16) {
        self.next = Buffer::empty(Rect::new(0, 0, width.min(MOST), height.min(MOST)));
        self.redraw();
    }

    /// Draws a frame in one synchronized write, where anything has changed.
    ///
    /// `render` draws on a blank frame and returns where the cursor is to be seen.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        let cursor = render(&mut self.next).map_or(Cursor::Hidden, Cursor::At);
        self.bytes.clear();
        self.bytes.extend_from_slice(BEGIN);
        if self.cursor == Cursor::Unknown {
            self.shown = Buffer::empty(self.next.area);
            self.bytes.extend_from_slice(CLEARED);
        }
        let before = self.bytes.len();
        wire::changes(&self.shown, &self.next, &mut self.bytes);
        // Where it is shown, what was written has moved it.
        let has_moved = self.cursor != cursor || (cursor != Cursor::Hidden && self.bytes.len() > before);
        match cursor {
            Cursor::At(Position { x, y }) if has_moved => {
                write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1)?;
                self.bytes.extend_from_slice(SHOW_CURSOR);
            }
            Cursor::Hidden if has_moved => self.bytes.extend_from_slice(HIDE_CURSOR),
            _ => {}
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        self.next.reset();
        if self.bytes.len() == BEGIN.len() {
            return Ok(());
        }
        self.bytes.extend_from_slice(END);
        // Nothing is known where not all of it arrives.
        self.cursor = Cursor::Unknown;
        send(&self.bytes)?;
        self.cursor = cursor;
        Ok(())
    }
}

/// Sends bytes to the terminal beside the frames.
pub(super) fn send(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Has the terminal report the mouse, or no more; [`restore`] ends it, entering again brings it back.
pub(super) fn set_mouse(on: bool) -> io::Result<()> {
    MOUSE.store(on, Ordering::SeqCst);
    send(if on { MOUSE_ON } else { MOUSE_OFF })
}

fn take_over() -> anyhow::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = io::stdout().lock();
    queue!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    // The Linux console knows no focus.
    if std::env::var_os("TERM").is_none_or(|term| term != "linux") {
        queue!(out, EnableFocusChange)?;
    }
    if MOUSE.load(Ordering::SeqCst) {
        out.write_all(MOUSE_ON)?;
    }
    out.flush()?;
    Ok(())
}
