//! The mouse on the screens: what is seen is what is hit, at any size.

use proptest::prelude::*;
use skyplug_tui::app::layout::Size;
use skyplug_tui::app::mouse::{Deed, Target};
use skyplug_tui::app::{Pane, Screen};
use skyplug_tui::config::Role;

use crate::driver::Driver;

const API: &str = "\
plugins:
- class: acme.Audit
  parameters: {level: info, strict: yes}
- class: acme.Cost
- class: acme.Third
- class: acme.Fourth
- class: AcmeLegacy
";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n- class: acme.Other\n";
const CLICK: Deed = Deed::Pressed { again: false };
const DOUBLE: Deed = Deed::Pressed { again: true };
const DOWN: Deed = Deed::Wheeled { down: true };
const UP: Deed = Deed::Wheeled { down: false };

fn open() -> Driver {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("%");
    driver
}

#[test]
fn until_it_is_switched_on_it_does_nothing() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.point(CLICK, "acme.Other");
    assert_eq!(driver.state.focus, Pane::Api);
    driver.press("%");
    assert!(driver.status().contains("Hold Shift to select text"), "{}", driver.status());
    driver.point(CLICK, "acme.Other");
    assert_eq!((driver.state.focus, driver.state.list(Role::Remote).cursor), (Pane::Remote, 1));
    driver.press("%%");
    assert_eq!(driver.status(), "The mouse is on.", "the hint comes once");
}

#[test]
fn a_click_chooses_and_a_second_one_opens() {
    let mut driver = open();
    driver.point(CLICK, "acme.Cost");
    assert_eq!((driver.state.list(Role::Api).cursor, driver.state.screen), (1, Screen::Main));
    driver.point(CLICK, "acme.Audit").point(DOUBLE, "acme.Audit");
    assert_eq!(driver.state.screen, Screen::Parameters);
    // A bool would change at once: it is only chosen.
    driver.point(CLICK, "  strict").point(DOUBLE, "  strict");
    assert!(driver.state.unsaved_roles().is_empty());
    assert_eq!(driver.status(), "Enter switches this bool.");
    driver.point(CLICK, "  level").point(DOUBLE, "  level");
    assert_eq!(driver.state.modals.len(), 1, "the form of the value");
    driver.point(CLICK, "Esc cancel");
    assert!(driver.state.modals.is_empty());
    driver.point(CLICK, "Esc back");
    assert_eq!(driver.state.screen, Screen::Main);
}

#[test]
fn the_wheel_scrolls_the_pane_under_it_and_leaves_the_focus() {
    let mut driver = open();
    driver.point(DOWN, "acme.Retry");
    assert_eq!((driver.state.focus, driver.state.role), (Pane::Api, Role::Api));
    assert_eq!((driver.state.list(Role::Remote).cursor, driver.state.list(Role::Api).cursor), (1, 0));
    driver.point(DOWN, "acme.Audit").point(UP, "4 Problems");
    assert_eq!(driver.state.list(Role::Api).cursor, 3);
    driver.press("?").point(DOWN, "find:");
    assert_eq!(driver.state.modals.len(), 1);
    driver.point(CLICK, "Esc close");
    assert!(driver.state.modals.is_empty());
}

#[test]
fn nothing_is_taken_away_by_the_mouse_alone() {
    let mut driver = open();
    driver.point(CLICK, "d delete");
    assert_eq!((driver.status(), driver.state.unsaved_roles().len()), ("Press d itself for that.", 0));
    driver.press("dq").point(CLICK, "[x]");
    assert_eq!(driver.state.exit, None);
    assert_eq!(driver.state.modals.len(), 1, "the question stays");
    driver.press("<Esc>s").point(CLICK, "s save");
    assert_eq!(driver.api(), API);
    driver.press("<Esc>u:delete").point(CLICK, "> d").point(DOUBLE, "> d");
    assert_eq!(driver.status(), "Press Enter for that.");
    assert!(driver.state.unsaved_roles().is_empty(), "{}", driver.screen());
}

#[test]
fn borders_follow_the_mouse_and_stay_there() {
    let mut driver = open();
    let before = driver.state.areas();
    let edge = before.lists[1].x;
    driver.point_at(CLICK, edge, 5).point_at(Deed::Dragged, 80, 9).point_at(Deed::Released, 80, 9);
    assert_eq!(driver.state.areas().lists[1].x, 80);
    let y = driver.state.areas().detail.y;
    driver.point_at(CLICK, 10, y).point_at(Deed::Dragged, 10, y + 4).point_at(Deed::Released, 10, y + 4);
    assert_eq!(driver.state.areas().detail.y, y + 4);
    let problems = driver.state.areas().problems;
    driver.point_at(CLICK, problems.x, problems.y + 3).point_at(Deed::Dragged, 50, 20);
    assert_eq!(driver.state.areas().problems.x, 50);
    // Without the button nothing moves any more.
    driver.point_at(Deed::Released, 50, 20).point_at(Deed::Dragged, 90, 20);
    assert_eq!(driver.state.areas().problems.x, 50);
    driver.press("<Enter><Esc>");
    assert_eq!(driver.state.areas().problems.x, 50);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// At any size, wherever the borders are: a row that is hit is the row that is drawn there.
    #[test]
    fn what_is_seen_is_what_is_hit(
        width in 40u16..210,
        height in 8u16..70,
        drags in prop::collection::vec((0u16..210, 0u16..70, 0u16..210, 0u16..70), 0..4),
        keys in prop::sample::select(vec!["", "2", "3", "4", "5", "jj", "<Enter>", "w", "p", "?", ":c", "dq", "a", "s"]),
    ) {
        let mut driver = open();
        driver.resize(width, height);
        for (x, y, to_x, to_y) in drags {
            driver.point_at(CLICK, x % width, y % height).point_at(Deed::Dragged, to_x, to_y);
            driver.point_at(Deed::Released, to_x, to_y);
        }
        while !driver.state.modals.is_empty() || driver.state.screen != Screen::Main {
            driver.press("<Esc>");
        }
        driver.press(keys);
        let marks = driver.marks();
        let screen: Vec<String> = driver.screen().lines().map(str::to_owned).collect();
        for (area, target) in marks.all() {
            prop_assert!(area.right() <= width && area.bottom() <= height, "{:?} {:?}", target, area);
            let row: String = screen[usize::from(area.y)]
                .chars().skip(usize::from(area.x)).take(usize::from(area.width)).collect();
            match target {
                Target::Entry(role, at) => {
                    let entry = &driver.state.list(*role).entries[*at];
                    prop_assert!(row.contains(&format!(" {} ", entry.index + 1)), "{:?} in {:?}", target, row);
                    prop_assert!(Size::of(width, height) == Size::One
                        || driver.state.areas().lists[Pane::of(*role).index()].intersects(*area));
                }
                Target::Key(key) => {
                    prop_assert!(row.starts_with(&key.to_string()), "{:?} in {:?}", target, row);
                }
                Target::Value(at) => {
                    let name: String = driver.state.tree.rows[*at].name.chars().take(4).collect();
                    prop_assert!(row.contains(&name), "{:?} in {:?}", target, row);
                }
                _ => {}
            }
        }
    }
}
