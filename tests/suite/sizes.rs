//! Every screen and dialog at every size, on texts that are made to break it.
//!
//! Nothing panics, nothing is drawn out of the screen or over half of a wide
//! character, no frame is torn, and no cell holds what a terminal would obey.

use std::collections::HashSet;
use std::fs;

use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::{Frame, Terminal};
use skyplug_tui::app::Settings;
use skyplug_tui::app::command::Context;
use skyplug_tui::app::message::Message;
use skyplug_tui::app::mouse::Marks;
use skyplug_tui::app::recovery::{KeptEdits, KeptFile, Met, OtherCopy};
use skyplug_tui::app::run::{Ended, How};
use skyplug_tui::config::Role;
use skyplug_tui::ui::draw_on;
use skyplug_tui::ui::theme::palette::BUILT_IN;
use unicode_width::UnicodeWidthStr as _;

use crate::driver::Driver;
use crate::hostile::{self, POISON};
use crate::screens::REMOTE;

/// Wide, combining and bidi characters, escapes, all kinds of nodes.
const NASTY: &str = "plugins:
- class: \"日本語.e\\u0301👩‍👩‍👧.\\u202eRTL\\e[31m\\0\"
  parameters:
    \"鍵\\n\": \"長い値長い値長い値長い値長い値長い値長い値長い値長い値長い値長い値長い値長い値長い値\"
    עברית: [1, {a: [b, [c, [d, [e, {f: g}]]]]}]
    'token': x
    ? 5
    : 1
    y: &x |
      a
       b
";
const BROKEN: &str = "plugins:\n- class: 日本語\n  \u{202e}parameters\n    x: 1\n";

/// Keys that lead to each screen and dialog, from the main screen.
const PLACES: [&str; 60] = [
    "",
    "jj",
    "2",
    "3",
    "4",
    "5",
    "j<Enter>",
    "<Enter>jjj",
    "p",
    "p<Tab>",
    "p<Tab><Tab>G",
    "w",
    "wj",
    "wo<Enter>",
    "ds",
    "aX<Enter>s",
    "aX<Enter>ss",
    "aX<Enter>ss!",
    "ds<Space>",
    "a",
    "aacme.X<Tab><Tab>",
    "r",
    "<Enter>a",
    "<Enter>jt",
    "<Enter>jr",
    "<Enter>j<Enter>",
    "<Enter>jjzv",
    "<Enter>.",
    "b~/x",
    "?",
    "??level",
    ":",
    ":e",
    "/a",
    "/re:(",
    "4x",
    "4.",
    "dq",
    "b<F3>",
    "b~/wheels<Enter>wB",
    "b~/wheels<Enter>wB~<F3>",
    "S",
    "2S<Tab>",
    "=",
    ":find a<Enter>",
    ":find 日<Enter>j",
    "F日",
    "dUu:history<Enter>j",
    ":theme<Enter>jjj",
    ":edit comment<Enter>",
    ":edit comment behind<Enter>",
    ":paste entries<Enter>- class: 日本.X<F2>",
    ":paste entries<Enter>- : [<F2>",
    ":export configmap<Enter>",
    ":export configmap<Enter><Down><Down>x",
    "#j#",
    "V*j#s",
    ":about<Enter>",
    "jdss:backups<Enter>",
    "%E",
];

/// What happens, and how.
type Event = (&'static str, fn(&mut Driver));

/// What people and programs outside bring on.
const EVENTS: [Event; 7] = [
    ("a paste of entries", |driver| {
        let entries = format!("- class: \"日本.X\"\n  parameters: {{\"{}\": 1}}\n", "長".repeat(300));
        driver.send(Message::Pasted(entries));
    }),
    ("a paste of poison", |driver| driver.send(Message::Pasted(POISON.repeat(20)))),
    ("lines pasted into a field", |driver| {
        driver.press("a");
        driver.send(Message::Pasted(format!("{POISON}\n日本\n")));
    }),
    ("kept edits", |driver| {
        driver.send(Message::Met(Box::new(met())));
    }),
    ("kept edits as a diff", |driver| {
        driver.send(Message::Met(Box::new(met())));
        driver.press("v<Enter>");
    }),
    ("another copy", |driver| {
        let others = vec![OtherCopy {
            pid: 4242,
            host: POISON.to_owned(),
            since: "02:10".to_owned(),
            files: [true; 2],
            unsaved: [true, false],
        }];
        driver.send(Message::Met(Box::new(Met { others, ..Met::default() })));
    }),
    ("a build", |driver| {
        fs::create_dir_all(driver.home().join("project")).expect("made");
        fs::write(driver.home().join("project/pyproject.toml"), "").expect("written");
        let python = driver.home().join("python3");
        driver.set_python(&python);
        driver.holds = true;
        driver.press("b<Ctrl-U>~/project<Enter>wB<Ctrl-U>~/project<Enter>y");
        let lines = vec!["日本語".repeat(80), "x\\x1b[31m".to_owned(), String::new(), "אבג".repeat(90)];
        driver.send(Message::Printed { lines, dropped: 7 });
        driver
            .send(Message::RunEnded(Ended { how: How::Badly("長い".repeat(90)), written: Vec::new(), server: None }));
    }),
];

/// Edits of an earlier run, on a machine with a name that is no name.
fn met() -> Met {
    let file = KeptFile { role: Role::Api, base: None, text: NASTY.into() };
    let kept = KeptEdits {
        path: format!("/nowhere/{POISON}.journal").into(),
        pid: 4242,
        host: POISON.to_owned(),
        last: "02:10".to_owned(),
        edits: 2,
        files: vec![file],
    };
    Met { kept: vec![kept], ..Met::default() }
}

/// Returns texts for both lists: of poison, beside wheels of poison; of odd characters, with names
/// longer than any screen; broken; none.
fn open(which: usize) -> Driver {
    let long = "x".repeat(3_000);
    let nasty = format!(
        "# {}\ncontroller_wheel_path: ~/{long}\n{NASTY}- class: {}.{long}  # 長い\n  parameters: {{{}: 1, d: *x}}\n# - class: \
         日本.Off\n#   parameters: {{a: 1}}\n- class: acme_audit.AuditPlugin\n",
        "語".repeat(200),
        "長".repeat(500),
        "キ".repeat(400),
    );
    let mut driver = match which {
        0 => {
            let mut directory = String::new();
            Driver::open_with(Some(""), Some(&hostile::remote()), Settings::default(), |home| {
                directory = hostile::wheels(home);
                fs::write(home.join(".sky/plugins.yaml"), hostile::api(&directory)).expect("written");
            })
        }
        1 => Driver::open(Some(&nasty), Some(REMOTE)),
        2 => Driver::open(Some(BROKEN), None),
        _ => Driver::open(None, None),
    };
    driver.state.preferences.themes.names = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    driver
}

/// Returns sizes: those at which the layout changes, and others from a seed, up to 300x100.
fn sizes(seed: usize) -> Vec<(u16, u16)> {
    let mut sizes = vec![(0, 0), (1, 1), (0, 100), (300, 0), (7, 2), (39, 7), (40, 8), (40, 12), (41, 9), (59, 16)];
    sizes.extend([(60, 22), (79, 23), (80, 24), (99, 29), (100, 30), (120, 36), (159, 39), (160, 40), (300, 100)]);
    // Knuth's linear congruential generator (MMIX); its upper bits.
    let mut state = seed as u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u16::try_from((state >> 33) % bound).expect("small")
    };
    sizes.extend((0..8).map(|_| (below(301), below(101))));
    sizes
}

/// Draws a place at many sizes, and looks at each cell.
fn sweep(driver: &mut Driver, place: &str, seed: usize) {
    for (width, height) in sizes(seed) {
        driver.send(Message::Resized(width, height));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let mut marks = Marks::default();
        let render = |frame: &mut Frame| {
            let drawn = draw_on(&driver.state, &driver.theme, frame.buffer_mut());
            marks = drawn.marks;
            drawn.cursor.into_iter().for_each(|cursor| frame.set_cursor_position(cursor));
        };
        terminal.draw(render).expect("drawn");
        let backend = terminal.backend();
        let what = format!("{place} at {width}x{height}");
        cells(backend.buffer(), &what);
        if driver.state.modals.is_empty() {
            frames(backend.buffer(), &what);
        }
        let cursor = backend.cursor_position();
        assert!(!backend.cursor_visible() || (cursor.x < width && cursor.y < height), "{what}: {cursor:?}");
        for (area, target) in marks.all() {
            assert_eq!(area.intersection(backend.buffer().area), *area, "{what}: {target:?}");
        }
    }
}

/// Looks for what a terminal would obey, and for wide characters that are cut.
fn cells(buffer: &Buffer, what: &str) {
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            assert!(!symbol.chars().any(hostile::is_unsafe), "{what}: {symbol:?} at {x},{y}");
            let wide = u16::try_from(symbol.width()).expect("small").max(1);
            assert!(x + wide <= buffer.area.width, "{what}: {symbol:?} reaches over the edge at {x},{y}");
            for under in x + 1..x + wide {
                let hidden = buffer[(under, y)].symbol();
                assert!(hidden.trim().is_empty(), "{what}: {symbol:?} at {x},{y} lies over {hidden:?}");
            }
            x += wide;
        }
    }
}

/// Looks for frames that are not whole: each upper left corner begins a rectangle.
fn frames(buffer: &Buffer, what: &str) {
    let (width, height) = (buffer.area.width, buffer.area.height);
    let is = |x: u16, y: u16, which: &str| buffer.cell((x, y)).is_some_and(|cell| which.contains(cell.symbol()));
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|(x, y)| is(*x, *y, "┌┏")) {
        let upright = |x: u16, bottom: u16| (y + 1..bottom).all(|y| is(x, y, "│┃"));
        let bottom = (y + 1..height).find(|below| is(x, *below, "└┗"));
        let whole = bottom.is_some_and(|bottom| {
            let right = (x + 1..width).find(|right| is(*right, y, "┐┓") && is(*right, bottom, "┘┛"));
            upright(x, bottom) && right.is_some_and(|right| upright(right, bottom))
        });
        assert!(whole, "{what}: the frame at {x},{y} is torn");
    }
}

/// Sweeps all places; returns where the keys went in them.
fn sweep_all(which: usize) -> HashSet<Context> {
    let mut seen = HashSet::new();
    for (seed, keys) in PLACES.into_iter().enumerate() {
        let mut driver = open(which);
        driver.press(keys);
        seen.insert(driver.state.context());
        sweep(&mut driver, &format!("{keys:?} on {which}"), seed + 1000 * which);
    }
    for (seed, (name, event)) in EVENTS.into_iter().enumerate() {
        let mut driver = open(which);
        event(&mut driver);
        seen.insert(driver.state.context());
        sweep(&mut driver, &format!("{name} on {which}"), seed + 1000 * which + 500);
    }
    // A file that changed on disk meanwhile, with and without a merge.
    let remade = NASTY.replace("RTL", "LTR").replace("長い値\"", "短い値\"");
    for (keys, theirs) in [("aX.Y<Enter>ss", remade.as_str()), ("aX.Y<Enter>ssmv", &remade), ("aX.Y<Enter>ss", "a: [")]
    {
        let mut driver = open(which);
        fs::write(driver.path("plugins.yaml"), theirs).expect("written");
        driver.press(keys);
        seen.insert(driver.state.context());
        sweep(&mut driver, &format!("a conflict, {keys:?} on {which}"), 7);
    }
    seen
}

#[test]
fn no_size_breaks_a_screen_of_poison() {
    assert!(sweep_all(0).contains(&Context::Wheels));
}

#[test]
fn no_size_breaks_a_screen_of_odd_and_long_names() {
    let seen = sweep_all(1);
    let missing = Context::ALL.into_iter().filter(|context| !seen.contains(context));
    assert_eq!(missing.collect::<Vec<_>>(), [Context::Text, Context::FirstRun], "they are those of the other texts");
}

#[test]
fn no_size_breaks_a_screen_of_a_broken_file() {
    assert!(sweep_all(2).contains(&Context::Text));
}

#[test]
fn no_size_breaks_a_screen_without_files() {
    assert!(sweep_all(3).contains(&Context::FirstRun));
}

#[test]
fn what_is_looked_for_is_found() {
    let lines = |text: &[&str]| Buffer::with_lines(text.iter().copied());
    let torn = |text: &[&str]| std::panic::catch_unwind(|| frames(&lines(text), "x")).is_err();
    assert!(!torn(&["┌ a ┐", "│   │", "└───┘"]));
    assert!(
        torn(&["┌ a ┐", "│    ", "└───┘"]) && torn(&["┌ a ┐", "│   │", "└───"]) && torn(&["┌ a ┐", "    │", "└───┘"])
    );
    let cut = |symbol: &str| {
        let mut buffer = lines(&["日 "]);
        buffer[(1, 0)].set_symbol(symbol);
        std::panic::catch_unwind(|| cells(&buffer, "x")).is_err()
    };
    assert!(cut("│") && cut("a") && !cut(" "));
    let mut buffer = lines(&["a"]);
    buffer[(0, 0)].set_symbol("\u{202e}");
    assert!(std::panic::catch_unwind(|| cells(&buffer, "x")).is_err());
}
