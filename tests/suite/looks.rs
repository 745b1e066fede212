//! How the screens look: in colour, without it, and in ASCII, at the sizes of the design.
//!
//! The snapshots of `screens` are those without colours. Here are the same screens
//! in ASCII, and with what is coloured: below each line the columns with their
//! style. One file holds all sizes of a screen.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier, Style};
use skyplug_tui::app::Settings;
use skyplug_tui::app::look;
use skyplug_tui::ui::theme::depth::Depth;
use skyplug_tui::ui::theme::palette::{BUILT_IN, Palette};
use skyplug_tui::ui::{draw, theme::Theme};

use crate::driver::Driver;
use crate::screens::{API, REMOTE, SIZES, backups, sample, shown};

/// Keys that lead to each screen and to each kind of dialog.
const SCREENS: [(&str, &str); 21] = [
    ("main", "jaAcmeLegacy<Enter>"),
    ("problems", "jaAcmeLegacy<Enter>4"),
    ("parameters", "j<Enter>jj"),
    ("edit_value", "j<Enter>jj<Enter><Ctrl-U>25o"),
    ("add_class", "aacme_new.Plugin"),
    ("change_type", "j<Enter>jjt"),
    ("wheels", "w"),
    ("wheel", "w<Enter>"),
    ("preview", "p"),
    ("review", "jcdaAcmeLegacy<Enter>s"),
    ("stopped_save", "jcdaAcmeLegacy<Enter>ss"),
    ("explain", "4x"),
    ("help", "?"),
    ("palette", ":cop"),
    ("quit_question", "dq"),
    ("filter", "/cost"),
    ("source", "jS"),
    ("side_by_side", "="),
    ("find", ":find acme<Enter>"),
    ("history", "jdaacme_new.Plugin<Enter>uu<Esc>U:history<Enter>"),
    ("export", ":export configmap<Enter>"),
];

/// Opens the places that other files or other people make.
fn others() -> Vec<(&'static str, Driver)> {
    let first = Driver::open(None, None);
    let broken = Driver::open(Some(&API.replace("parameters:\n      path", "parameters\n      path")), Some(REMOTE));
    let mut conflict = sample();
    conflict.press("j<Enter>jjjj<Enter><Esc><Esc>");
    fs::write(conflict.path("plugins.yaml"), API.replace("dry_run: yes", "dry_run: 'no'")).expect("written");
    conflict.press("ss");
    vec![("first_run", first), ("broken", broken), ("conflict", conflict), ("backups", backups())]
}

fn all() -> Vec<(&'static str, Driver)> {
    let mut all: Vec<(&str, Driver)> = SCREENS
        .iter()
        .map(|(name, keys)| {
            let mut driver = sample();
            driver.press(keys);
            (*name, driver)
        })
        .collect();
    all.extend(others());
    all
}

/// Returns the screen with the styles of its columns below each line.
fn styled(driver: &Driver) -> String {
    let (width, height) = driver.state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(&driver.state, &driver.theme, frame)).expect("drawn");
    let buffer = terminal.backend().buffer();
    let mut out = String::new();
    for (y, line) in (0..height).zip(shown(driver).lines()) {
        out.push_str(line);
        out.push('\n');
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..width {
            let cell = &buffer[(x, y)];
            let words = words(cell.style());
            // A blank shows its background alone.
            let words = if cell.symbol() == " " && !words.contains("reversed") && !words.contains(" on ") {
                runs.last().filter(|(_, to, _)| *to == x).map_or_else(String::new, |(_, _, words)| words.clone())
            } else {
                words
            };
            match runs.last_mut() {
                Some((_, to, last)) if *to == x && *last == words => *to = x + 1,
                _ => runs.push((x, x + 1, words)),
            }
        }
        let told: Vec<String> = runs
            .iter()
            .filter(|(_, _, words)| !words.is_empty())
            .map(|(from, to, words)| format!("{from}-{}: {words}", to - 1))
            .collect();
        if !told.is_empty() {
            let _ = writeln!(out, "    ^ {}", told.join("; "));
        }
    }
    out
}

fn words(style: Style) -> String {
    let mut words: Vec<String> = Vec::new();
    let modifiers = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::UNDERLINED, "underlined"),
        (Modifier::REVERSED, "reversed"),
    ];
    words.extend(modifiers.iter().filter(|(one, _)| style.add_modifier.contains(*one)).map(|(_, name)| (*name).into()));
    words.extend(style.fg.filter(|color| *color != Color::Reset).map(|color| color.to_string().to_lowercase()));
    words.extend(style.bg.filter(|color| *color != Color::Reset).map(|color| format!(" on {color}").to_lowercase()));
    words.join(" ")
}

#[test]
fn screens_in_colour() {
    for (name, mut driver) in all() {
        driver.theme = Theme::new(true, false);
        let mut text = String::new();
        for (width, height) in SIZES {
            driver.resize(width, height);
            let _ = write!(text, "--- {width}x{height}\n{}", styled(&driver));
        }
        assert_snapshot!(format!("colour_{name}"), text);
    }
}

#[test]
fn screens_in_ascii_and_nothing_else() {
    for (name, mut driver) in all() {
        let mut text = String::new();
        for (width, height) in SIZES {
            driver.resize(width, height);
            driver.theme = Theme::new(false, false);
            let drawn = shown(&driver);
            driver.theme = Theme::new(false, true);
            let ascii = shown(&driver);
            assert!(ascii.is_ascii(), "{name}: {ascii}");
            assert_eq!(ascii, in_ascii(&drawn), "{name}: only frames and folds differ");
            let _ = write!(text, "--- {width}x{height}\n{ascii}");
        }
        assert_snapshot!(format!("ascii_{name}"), text);
    }
}

fn in_ascii(text: &str) -> String {
    let signs = |c: char| match c {
        '─' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' | '▸' => '+',
        '━' => '=',
        '┃' | '┏' | '┓' | '┗' | '┛' => '#',
        '▾' => 'v',
        other => other,
    };
    text.chars().map(signs).collect()
}

#[test]
fn nothing_is_told_by_colour_alone() {
    for (name, mut driver) in all() {
        driver.resize(120, 36);
        driver.theme = Theme::new(false, false);
        let mono = shown(&driver);
        for (theme, _) in BUILT_IN {
            driver.theme = Theme::of(Palette::built_in(theme).expect("there"), Depth::True, false);
            assert_eq!(shown(&driver), mono, "{name} in {theme}: the same characters");
        }
    }
}

#[test]
fn a_theme_with_a_background_leaves_no_cell_without_it() {
    for theme in ["light", "dark", "high-contrast", "colour-blind"] {
        let palette = Palette::built_in(theme).expect("there");
        for (name, mut driver) in all() {
            driver.theme = Theme::of(palette, Depth::True, false);
            driver.resize(80, 24);
            let mut terminal = Terminal::new(TestBackend::new(80, 24)).expect("a terminal");
            terminal.draw(|frame| draw(&driver.state, &driver.theme, frame)).expect("drawn");
            for cell in terminal.backend().buffer().content() {
                // The area draws its own cursor line.
                assert!(cell.bg != Color::Reset && cell.fg != Color::Reset, "{name} in {theme}: {cell:?}");
            }
        }
    }
}

/// Opens the sample with the themes to choose from, the third in force.
fn with_themes() -> Driver {
    let mut driver = sample();
    driver.state.preferences.themes.names = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    driver.state.preferences.themes.chosen = 2;
    driver
}

#[test]
fn moving_through_the_themes_shows_them_and_escape_takes_it_back() {
    let mut driver = with_themes();
    driver.press(":theme<Enter>");
    assert_eq!(look::shown(&driver.state), 2);
    driver.press("jj");
    assert_eq!(look::shown(&driver.state), 4, "it is shown at once");
    driver.press("<Esc>");
    assert_eq!(look::shown(&driver.state), 2);
    driver.press(":theme<Enter>G<Enter>");
    assert_eq!(look::shown(&driver.state), 5);
    assert_eq!(driver.status(), "Theme mono until you leave; theme = \"mono\" in config.toml keeps it.");
    driver.press(":theme light<Enter>");
    assert_eq!((look::shown(&driver.state), driver.state.modals.len()), (1, 0));
    driver.state.preferences.themes.fixed = Some("colours are off");
    driver.press(":theme<Enter>");
    assert_eq!((driver.status(), driver.state.modals.len()), ("theme: colours are off.", 0));
}

#[test]
fn the_list_of_themes() {
    let mut driver = with_themes();
    driver.press(":theme<Enter>j");
    let mut text = String::new();
    for (width, height) in SIZES {
        driver.resize(width, height);
        let _ = write!(text, "--- {width}x{height}\n{}", shown(&driver));
    }
    assert_snapshot!("themes", text);
}

#[test]
fn values_are_coloured_by_their_type_and_secrets_are_not() {
    let api = "plugins:\n- class: a.B\n  parameters: {n: 12, b: true, nothing: null, token: 12}\n";
    let mut driver = Driver::open_with(Some(api), None, Settings::default(), |_| {});
    driver.theme = Theme::new(true, false);
    driver.press("<Enter>G");
    let text = styled(&driver);
    let below = |word: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains(word));
        lines.nth(1).unwrap_or_default().to_owned()
    };
    assert!(below(" n ").contains(": cyan"), "{text}");
    assert!(below(" b ").contains(": yellow"), "{text}");
    assert!(!below("********").contains(": cyan"), "{text}");
}
