//! The terminal: entered once, restored on every way out.
//!
//! [`restore`] is the one way back and may be called any number of times, from
//! any thread: on exit, from the panic hook, before a signal ends the program,
//! before it stops, before an external editor runs. Nothing is ever asked of
//! the terminal but its size, by ioctl.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, TerminalOptions, Viewport};

/// Mouse, focus and paste reports off, a synchronized update ended, cursor on,
/// colours reset, the alternate screen left.
const LEAVE: &[u8] =
    b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?25h\x1b[0m\x1b[?1049l";
/// The end of a synchronized update, and so of a frame.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";
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

/// Collects a frame and sends it whole.
struct Whole {
    pending: Vec<u8>,
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Sends what is pending once it ends a frame: ratatui flushes in its midst.
    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.ends_with(END_OF_FRAME) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let sent = out.write_all(&self.pending).and_then(|()| out.flush());
        self.pending.clear();
        sent
    }
}

/// The terminal while it is ours.
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Whole>>,
    clear: bool,
}

impl Terminal {
    /// Enters the alternate screen.
    pub(super) fn enter() -> anyhow::Result<Self> {
        take_over()?;
        let (width, height) = size();
        Ok(Self { inner: fresh(width, height)?, clear: true })
    }

    /// Enters it again after it was given back.
    pub(super) fn enter_again(&mut self) -> anyhow::Result<()> {
        take_over()?;
        self.redraw();
        Ok(())
    }

    /// Has the next frame drawn on a cleared screen.
    pub(super) fn redraw(&mut self) {
        self.clear = true;
    }

    /// Takes another size.
    pub(super) fn resize(&mut self, width: u16, height: u16) -> anyhow::Result<()> {
        self.inner = fresh(width.min(MOST), height.min(MOST))?;
        self.clear = true;
        Ok(())
    }

    /// Draws a frame in one synchronized write.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if std::mem::take(&mut self.clear) {
            let area = self.inner.get_frame().area();
            self.inner = fresh(area.width, area.height)?;
            queue!(self.inner.backend_mut(), BeginSynchronizedUpdate, Clear(ClearType::All))?;
        } else {
            queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        }
        self.inner.draw(render)?;
        queue!(self.inner.backend_mut(), EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()
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

/// Returns a terminal of this size with nothing drawn; its size is asked of nobody.
fn fresh(width: u16, height: u16) -> io::Result<ratatui::Terminal<CrosstermBackend<Whole>>> {
    let backend = CrosstermBackend::new(Whole { pending: Vec::new() });
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    ratatui::Terminal::with_options(backend, TerminalOptions { viewport })
}
