//! The pictures of the README: the real screens on the shipped sample, byte for byte.
//!
//! A picture that is not what the screens show now fails; this writes them anew:
//!
//! ```text
//! SKYPLUG_PICTURES=write cargo test --test suite pictures
//! ```

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use skyplug_tui::app::Settings;
use skyplug_tui::ui::{draw, theme::Theme};

use crate::driver::Driver;
use crate::svg::{self, Moment, Shot};

/// What writes the pictures anew.
const COMMAND: &str = "SKYPLUG_PICTURES=write cargo test --test suite pictures";
/// Where they are.
const FOLDER: &str = "assets/screens";
/// What a home is called in them; as long as the name of a throw-away one.
const HOME: &str = "/home/sky-admin";
/// The size of the walk.
const WALK: (u16, u16) = (100, 30);

/// A picture: its name, what it shows, the size, the keys, whether in colour.
type Picture = (&'static str, &'static str, (u16, u16), &'static str, bool);

const PICTURES: [Picture; 11] = [
    (
        "main",
        "Both lists, the entry under the cursor, the problems, the upload",
        (120, 36),
        "jaAcmeLegacy<Enter>k",
        true,
    ),
    (
        "edit-value",
        "A value is edited: what is typed, its type, how it is written",
        (120, 36),
        "j<Enter>jj<Enter><Ctrl-U>25o",
        true,
    ),
    ("class-completion", "A class is completed from the wheels", (120, 36), "aacme_", true),
    (
        "review",
        "The review before a save: the diff, what it means",
        (120, 36),
        "jj<Enter><Enter><Ctrl-U>75<Enter><Esc>cs",
        true,
    ),
    ("upload-preview", "What the next launch of a controller uploads and installs", (120, 36), "p", true),
    ("wheels", "The wheel directory, and all about one wheel", (120, 36), "wj", true),
    ("problem-explained", "A problem explained: what happens, why, the fix", (120, 36), "jaAcmeLegacy<Enter>4x", true),
    ("wide", "The source beside the lists", (160, 44), "j3jj", true),
    ("80x24", "The main screen in a terminal of 80 columns", (80, 24), "j", true),
    ("40x12", "The parameters in a terminal of 40 columns", (40, 12), "j<Enter>jj", true),
    ("mono", "The main screen without colours", (120, 36), "jaAcmeLegacy<Enter>k", false),
];

/// The keys of the walk, what is told below it, and how long that is shown, in tenths of a second.
const STEPS: [(&str, &str, u32); 25] = [
    ("", "Two plugin lists: what the API server loads, and what controllers get.", 30),
    ("G", "The last entry.", 10),
    ("a", "A plugin class is added behind it.", 15),
    ("acme_r", "The wheels tell which classes there are.", 12),
    ("<Down>", "", 8),
    ("<Down>", "", 15),
    ("<Enter>", "It is in the list, and nothing is written yet.", 20),
    ("<Enter>", "Its parameters, with what the class says of them.", 20),
    ("a", "A parameter is added.", 12),
    ("backoff", "", 10),
    ("<Tab>", "", 6),
    ("{}", "A map, empty for now.", 15),
    ("<Enter>", "", 12),
    ("a", "A key in that map.", 12),
    ("aws", "", 8),
    ("<Tab>", "", 6),
    ("30", "Read as an int, and told so while it is typed.", 18),
    ("<Enter>", "A nested integer, written in the style of its neighbours.", 20),
    ("<Esc>", "Back to the lists.", 12),
    ("c", "The entry is copied to the controllers' list, parameters and comments too.", 25),
    ("p", "What the next launch sends, and what the controller installs.", 35),
    ("<Esc>", "", 8),
    ("s", "The review: every byte that will change, in both files.", 35),
    ("s", "Both files are saved whole, the old ones kept as backups.", 30),
    ("", "Every byte that was not edited is as it was.", 30),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder; modes and dates are those that the pictures show.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a directory") {
        let (from, to) = {
            let name = entry.expect("an entry").file_name();
            (from.join(&name), to.join(name))
        };
        if from.is_dir() {
            copy(&from, &to);
            continue;
        }
        fs::copy(&from, &to).expect("copied");
        fs::set_permissions(&to, fs::Permissions::from_mode(0o644)).expect("set");
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        fs::File::options().append(true).open(&to).and_then(|file| file.set_modified(date)).expect("dated");
    }
}

/// Opens the shipped sample.
pub(crate) fn sample() -> Driver {
    Driver::open_with(None, None, Settings::default(), |home| copy(&root().join("assets/sample/home"), home))
}

/// Takes the screen, with the name of the home replaced by one of the same length.
fn shot(driver: &Driver) -> Shot {
    let (width, height) = driver.state.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(&driver.state, &driver.theme, frame)).expect("drawn");
    let backend = terminal.backend();
    let cursor = backend.cursor_visible().then(|| backend.cursor_position());
    let mut buffer = backend.buffer().clone();
    let home = driver.home().to_str().expect("UTF-8");
    assert_eq!(home.len(), HOME.len(), "as long as what stands for it");
    for y in 0..height {
        let row: Vec<String> = (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect();
        for at in 0..row.len().saturating_sub(home.len() - 1) {
            if row[at..at + home.len()].concat() == home {
                for (x, c) in (at..).zip(HOME.chars()) {
                    buffer[(u16::try_from(x).expect("small"), y)].set_char(c);
                }
            }
        }
    }
    Shot { buffer, cursor }
}

/// Compares a picture with the one that is kept, or writes it.
fn hold(name: &str, picture: &str) {
    let path = root().join(FOLDER).join(name);
    if std::env::var_os("SKYPLUG_PICTURES").is_some_and(|value| value == "write") {
        fs::create_dir_all(root().join(FOLDER)).expect("made");
        fs::write(&path, picture).expect("written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == picture, "{FOLDER}/{name} is not what the screens show now; {COMMAND} writes it anew.");
}

#[test]
fn pictures_show_the_screens_as_they_are() {
    for (name, title, (width, height), keys, colour) in PICTURES {
        let mut driver = sample();
        driver.theme = Theme::new(colour, false);
        driver.resize(width, height).press(keys);
        let picture = svg::picture(&format!("skyplug-tui. {title}."), &shot(&driver));
        assert!(picture.len() < 60_000, "{name}.svg has {} bytes", picture.len());
        hold(&format!("{name}.svg"), &picture);
    }
}

#[test]
fn the_walk_shows_the_main_job_of_the_demo() {
    let mut driver = sample();
    driver.theme = Theme::new(true, false);
    driver.resize(WALK.0, WALK.1);
    let mut moments: Vec<Moment> = Vec::new();
    for (keys, caption, tenths) in STEPS {
        driver.press(keys);
        moments.push(Moment {
            shot: shot(&driver),
            keys: keys.replace(['<', '>'], ""),
            caption: caption.to_owned(),
            tenths,
        });
    }
    assert!(driver.state.unsaved_roles().is_empty(), "it ends with a save:\n{}", driver.screen());
    let added = "  - class: acme_retry.RetryPatch\n    parameters:\n      backoff:\n        aws: 30\n";
    assert!(driver.api().ends_with(added), "{}", driver.api());
    assert!(driver.remote().contains("acme_retry.RetryPatch"), "{}", driver.remote());
    let walk = svg::walk("skyplug-tui. A class with a nested parameter is added, copied, previewed, saved.", &moments);
    hold("walk.svg", &walk);
}

#[test]
fn the_readme_shows_each_picture_that_is_kept_and_no_other() {
    let readme = fs::read_to_string(root().join("README.md")).expect("read");
    let mut kept: Vec<String> = fs::read_dir(root().join(FOLDER))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    kept.sort();
    let mut made: Vec<String> = PICTURES.iter().map(|(name, ..)| format!("{name}.svg")).collect();
    made.push("walk.svg".to_owned());
    made.sort();
    assert_eq!(kept, made);
    for name in made {
        assert!(readme.contains(&format!("({FOLDER}/{name})")), "the README does not show {name}");
    }
}

#[test]
fn text_is_escaped_and_wide_characters_take_two_cells() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
    buffer.set_string(0, 0, "<a&b>日本x", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
    let picture = svg::picture("\"<&>\"", &Shot { buffer, cursor: None });
    assert!(picture.contains("<title>&quot;&lt;&amp;&gt;&quot;</title>"), "{picture}");
    for run in [
        "<text x=\"0\" y=\"15\" textLength=\"45\" class=\"b\" fill=\"#ff7b72\">&lt;a&amp;b&gt;</text>",
        "<text x=\"45\" y=\"15\" textLength=\"18\" class=\"b\" fill=\"#ff7b72\">日</text>",
        "<text x=\"63\" y=\"15\" textLength=\"18\" class=\"b\" fill=\"#ff7b72\">本</text>",
        "<text x=\"81\" y=\"15\" textLength=\"9\" class=\"b\" fill=\"#ff7b72\">x</text>",
    ] {
        assert!(picture.contains(run), "{run} in {picture}");
    }
}

#[test]
fn frames_are_lines_and_what_is_reversed_is_a_ground() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
    buffer.set_string(0, 0, "┌──┐", Style::new());
    buffer.set_string(0, 1, "│", Style::new());
    buffer.set_string(1, 1, "ab", Style::new().add_modifier(Modifier::REVERSED));
    let picture = svg::picture("x", &Shot { buffer, cursor: None });
    // From the middle of the corner, over both cells, to the middle of the other.
    assert!(picture.contains("M4 10v10M31 10v10M4 10h27"), "{picture}");
    assert!(picture.contains("M4 0v20"), "{picture}");
    assert!(picture.contains("<rect x=\"9\" width=\"18\" height=\"20\" fill=\"#d7dae0\"/>"), "{picture}");
    assert!(!picture.contains(['─', '┌']), "{picture}");
}

/// The blank that a wide character leaves behind it is not drawn.
#[test]
fn nothing_stands_below_a_wide_character() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
    buffer.set_string(0, 0, "日", Style::new());
    buffer[(1, 0)] = Cell::new("?");
    let picture = svg::picture("x", &Shot { buffer, cursor: None });
    assert!(!picture.contains('?'), "{picture}");
}
