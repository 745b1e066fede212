//! Events of the mouse: which presses make a double click, and which only gave the window the focus.
//!
//! The times come from outside, so that tests need no clock.

use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::mouse::{Deed, Pointed};

/// How soon a second press at the same cell makes a double click: what desktops take.
const DOUBLE: Duration = Duration::from_millis(400);
/// How soon after the focus came a press only was what brought it.
const FOCUS: Duration = Duration::from_millis(100);

/// What was pressed before.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    focused: Option<Instant>,
    last: Option<(Instant, u16, u16)>,
    /// Whether the press was left out, and with it what follows until the button comes up.
    skips: bool,
}

impl Clicks {
    /// Notes that the terminal got the focus.
    pub(super) const fn focus_gained(&mut self, now: Instant) {
        self.focused = Some(now);
    }

    /// Turns an event into what it means; none where it means nothing.
    pub(super) fn take(&mut self, event: MouseEvent, now: Instant) -> Option<Pointed> {
        let (x, y) = (event.column, event.row);
        let deed = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                self.skips = self.focused.take().is_some_and(|at| now.duration_since(at) < FOCUS);
                let near =
                    |(at, column, row): (Instant, u16, u16)| (column, row) == (x, y) && now.duration_since(at) < DOUBLE;
                let again = self.last.take().is_some_and(near);
                // A third press begins anew.
                if !again && !self.skips {
                    self.last = Some((now, x, y));
                }
                Deed::Pressed { again }
            }
            MouseEventKind::Drag(MouseButton::Left) => Deed::Dragged,
            MouseEventKind::Up(MouseButton::Left) => {
                let skipped = std::mem::take(&mut self.skips);
                return (!skipped).then_some(Pointed { deed: Deed::Released, x, y, on: None });
            }
            MouseEventKind::ScrollDown => return Some(Pointed { deed: Deed::Wheeled { down: true }, x, y, on: None }),
            MouseEventKind::ScrollUp => return Some(Pointed { deed: Deed::Wheeled { down: false }, x, y, on: None }),
            _ => return None,
        };
        (!self.skips).then_some(Pointed { deed, x, y, on: None })
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn event(kind: MouseEventKind) -> MouseEvent {
        MouseEvent { kind, column: 3, row: 4, modifiers: KeyModifiers::NONE }
    }

    fn press(clicks: &mut Clicks, now: Instant) -> Option<Deed> {
        clicks.take(event(MouseEventKind::Down(MouseButton::Left)), now).map(|pointed| pointed.deed)
    }

    #[test]
    fn two_presses_make_a_double_click_and_a_third_begins_anew() {
        let (mut clicks, start) = (Clicks::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(press(&mut clicks, at(0)), Some(Deed::Pressed { again: false }));
        assert_eq!(press(&mut clicks, at(200)), Some(Deed::Pressed { again: true }));
        assert_eq!(press(&mut clicks, at(300)), Some(Deed::Pressed { again: false }));
        assert_eq!(press(&mut clicks, at(700)), Some(Deed::Pressed { again: false }), "too late");
    }

    #[test]
    fn the_press_that_brings_the_focus_does_nothing_else() {
        let (mut clicks, start) = (Clicks::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        clicks.focus_gained(at(0));
        assert_eq!(press(&mut clicks, at(99)), None);
        assert_eq!(clicks.take(event(MouseEventKind::Up(MouseButton::Left)), at(150)), None);
        assert_eq!(press(&mut clicks, at(160)), Some(Deed::Pressed { again: false }));
        clicks.focus_gained(at(1000));
        assert_eq!(press(&mut clicks, at(1100)), Some(Deed::Pressed { again: false }));
    }
}
