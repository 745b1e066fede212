//! `config.toml` as a person has it: the program with it, `config show`, `keys`, the keys on the screens.

use std::fs;
use std::path::Path;

use skyplug_tui::app::bindings::Keymap;
use skyplug_tui::app::bindings::preset::{FunctionKeys, Preset};
use skyplug_tui::settings::KNOWN;
use skyplug_tui::ui::theme::palette::BUILT_IN;

use crate::cli::{Home, json, status};
use crate::driver::Driver;
use crate::terminal::Session;

const API: &str = "plugins:\n- class: acme.Audit\n- class: acme.Cost\n";

/// Returns a home with a `config.toml`.
fn home(config: &str) -> Home {
    let home =
        Home::new("plugins:\n- class: acme.Audit\n  parameters: {card_pin: 1234, public_key: abc}\n", "plugins: []\n");
    fs::create_dir_all(home.path(".config/skyplug-tui")).expect("made");
    fs::write(home.path(".config/skyplug-tui/config.toml"), config).expect("written");
    home
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Opens the lists with other keys.
fn driver(preset: Preset, function_keys: FunctionKeys) -> Driver {
    let mut driver = Driver::open(Some(API), Some("plugins: []\n"));
    driver.state.preferences.keymap = Keymap::of(preset, function_keys);
    driver
}

#[test]
fn config_show_tells_each_setting_with_its_source() {
    let home = home("theme = 'dark'\nkeys = 'vim'\nsky_version = '0.12.0'\n");
    let mut command = home.command();
    command.env("SKYPLUG_TUI_KEYS", "emacs").env("NO_COLOR", "1");
    let output = command.args(["--python", "/usr/bin/py", "config", "show", "--format", "json"]).output().expect("run");
    assert_eq!(status(&output), 0, "{output:?}");
    let answer = json(&output);
    let settings = &answer["settings"];
    let of = |name: &str| (settings[name]["value"].clone(), settings[name]["source"].clone());
    assert_eq!(of("theme"), ("dark".into(), "file".into()));
    assert_eq!(settings["theme"]["line"], 1);
    assert_eq!(of("keys"), ("emacs".into(), "env".into()));
    assert_eq!(settings["keys"]["variable"], "SKYPLUG_TUI_KEYS");
    assert_eq!(of("color"), ("never".into(), "env".into()));
    assert_eq!(of("python"), ("/usr/bin/py".into(), "flag".into()));
    assert_eq!(of("sky_version"), ("0.12.0".into(), "file".into()));
    assert_eq!(of("fkeys"), ("default".into(), "default".into()));
    assert_eq!(settings["plugins"]["source"], "default");
    assert_eq!((&answer["status"], &answer["schema_version"]), (&"read".into(), &1.into()));
    for known in &KNOWN {
        assert!(settings.get(known.name).is_some(), "{} is not shown", known.name);
    }
}

#[test]
fn config_show_finds_what_is_wrong_and_the_program_goes_on() {
    let home = home("them = 'dark'\n[keys.lists]\ncopy = 'X'\ndelete = 'X'\n");
    let shown = home.run(&["config", "show"]);
    assert_eq!(status(&shown), 1);
    let told = text(&shown.stdout);
    assert!(told.contains("error: config.toml:4: X runs \"copy\" in lists already (line 3)"), "{told}");
    assert!(told.contains("warning: config.toml:1: there is no setting \"them\", did you mean \"theme\"?"), "{told}");
    // Other commands answer as ever, and say it on standard error.
    let keys = home.run(&["keys"]);
    assert_eq!(status(&keys), 0);
    assert!(text(&keys.stderr).contains("config.toml:4: X runs"), "{keys:?}");
    assert!(text(&keys.stderr).contains("skyplug-tui: warning: "), "{keys:?}");
    assert_eq!(text(&keys.stdout), Keymap::default().text(), "the defaults hold");
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_no_file_is_not() {
    let home = home("");
    let path = home.path(".config/skyplug-tui/config.toml");
    fs::write(&path, [0xff, 0xfe]).expect("written");
    let output = home.run(&["keys"]);
    assert!(status(&output) == 0 && text(&output.stderr).contains("cannot be read: it is not UTF-8"), "{output:?}");
    fs::remove_file(&path).expect("removed");
    fs::create_dir(&path).expect("made");
    assert!(text(&home.run(&["keys"]).stderr).contains("cannot be read: it is no file"));
    fs::remove_dir(&path).expect("removed");
    assert_eq!(text(&home.run(&["keys"]).stderr), "");
    assert!(text(&home.run(&["config", "show"]).stdout).contains("config.toml (absent)"));
}

#[test]
fn the_file_lies_where_xdg_says() {
    let home = home("theme = 'light'\n");
    fs::create_dir_all(home.path("xdg/skyplug-tui")).expect("made");
    fs::write(home.path("xdg/skyplug-tui/config.toml"), "theme = 'dark'\n").expect("written");
    let mut command = home.command();
    let output = command.env("XDG_CONFIG_HOME", home.path("xdg")).args(["config", "show"]).output().expect("run");
    assert!(text(&output.stdout).lines().any(|line| line.starts_with("theme ") && line.contains("dark")), "{output:?}");
}

#[test]
fn keys_follow_the_settings_and_can_be_written_back() {
    let home = home("[keys]\npreset = 'emacs'\n[keys.lists]\ncopy = ['C', 'F5']\nmark = 'none'\n");
    let keys = text(&home.run(&["keys"]).stdout);
    assert!(keys.contains("  C  F5 ") && keys.contains("Ctrl-X Ctrl-S"), "{keys}");
    let toml = text(&home.run(&["keys", "--toml"]).stdout);
    assert!(toml.contains("mark = \"none\""), "{toml}");
    fs::write(home.path(".config/skyplug-tui/config.toml"), &toml).expect("written");
    let again = home.run(&["keys"]);
    assert_eq!(text(&again.stderr), "");
    assert_eq!(text(&home.run(&["keys", "--toml"]).stdout), toml, "it says the same of itself");
}

#[test]
fn masks_add_names_and_except_some() {
    let diff = |config: &str| {
        let home = home(config);
        text(&home.run(&["set", "api", "0", "parameters.x", "1", "--dry-run"]).stdout)
    };
    let usual = diff("");
    assert!(usual.contains("1234") && !usual.contains("abc"), "{usual}");
    let changed = diff("[masks]\nalso = ['*_pin']\nnever = ['public_key']\n");
    assert!(!changed.contains("1234") && changed.contains("abc"), "{changed}");
}

#[test]
fn a_release_of_the_file_gives_way_to_a_flag() {
    let home = home("sky_version = '0.12.0'\n");
    let version = |args: &[&str]| json(&home.run(args))["sky_version"]["value"].clone();
    assert_eq!(version(&["check", "--format", "json"]), "0.12.0");
    assert_eq!(version(&["check", "--format", "json", "--sky-version", "0.14.1"]), "0.14.1");
}

#[test]
fn a_theme_file_with_an_error_is_told_with_its_line() {
    let home = home("theme = 'mine.toml'\n");
    let shown = || text(&home.run(&["config", "show"]).stdout);
    assert!(shown().contains("config.toml:1: there is no theme file"), "{}", shown());
    assert!(shown().lines().any(|line| line.starts_with("theme ") && line.contains("terminal")), "what holds is shown");
    let flag = text(&home.run(&["--theme", "nope", "config", "show"]).stdout);
    assert!(flag.contains("error: there is no theme \"nope\": terminal, light,"), "{flag}");
    fs::write(home.path(".config/skyplug-tui/mine.toml"), "text = ''\neror = 'red'\n").expect("written");
    assert!(
        shown().contains("mine.toml, line 2: there is no meaning \"eror\", did you mean \"error\"?"),
        "{}",
        shown()
    );
    fs::write(home.path(".config/skyplug-tui/mine.toml"), "error = 'bold #ff0000'\n").expect("written");
    assert_eq!(status(&home.run(&["config", "show"])), 0);
}

#[test]
fn what_is_wrong_stands_in_the_status_line_of_the_screens() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(directory.path().join(".config/skyplug-tui")).expect("made");
    fs::create_dir(directory.path().join(".sky")).expect("made");
    fs::write(directory.path().join(".sky/plugins.yaml"), API).expect("written");
    let config = "theme = 'dark'\nascii = 3\nzzz = 1\n";
    fs::write(directory.path().join(".config/skyplug-tui/config.toml"), config).expect("written");
    let mut session = Session::start_in(directory, "exec \"$0\"", &[("COLORTERM", "truecolor")]);
    session.wait_for("config.toml:2: ascii is true or false");
    session.wait_for("One more: skyplug-tui config show.");
    session.send("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_theme_is_shown_in_the_colours_that_the_terminal_has() {
    let shown = |variables: &[(&str, &str)]| {
        let mut session = Session::start("exec \"$0\" --theme light", variables);
        session.wait_for("acme.Audit");
        let colours = session.first_colours();
        session.send("q");
        assert_eq!(session.end(), 0);
        colours
    };
    let title = vt100::Color::Rgb(0x1f, 0x23, 0x28);
    assert_eq!(shown(&[("COLORTERM", "truecolor")]), (title, vt100::Color::Rgb(255, 255, 255)));
    assert_eq!(shown(&[]), (vt100::Color::Idx(235), vt100::Color::Idx(231)), "256 colours");
    assert_eq!(shown(&[("TERM", "xterm")]), (vt100::Color::Idx(0), vt100::Color::Idx(15)), "sixteen");
    let none = (vt100::Color::Default, vt100::Color::Default);
    assert_eq!(shown(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), none);
    assert_eq!(shown(&[("SKYPLUG_TUI_COLOR", "never")]), none);
}

#[test]
fn the_keys_of_emacs_work_and_chords_show_their_choices() {
    let mut driver = driver(Preset::Emacs, FunctionKeys::Default);
    driver.press("<Ctrl-N>d<Ctrl-X>");
    let screen = driver.screen();
    assert!(screen.contains("Ctrl-S  review and save") && screen.contains("Ctrl-C  quit"), "{screen}");
    assert_eq!(driver.status(), "Ctrl-X and one more key; Esc leaves it.");
    driver.resize(40, 12);
    assert!(driver.screen().contains("Ctrl-S  review and save"), "{}", driver.screen());
    driver.resize(120, 36).press("<Ctrl-S><Ctrl-X><Ctrl-S>");
    assert_eq!(driver.api(), "plugins:\n- class: acme.Audit\n");
    driver.press("<Ctrl-X>z");
    assert_eq!(driver.status(), "Ctrl-X z: no action here (? shows the keys).");
    driver.press("<Ctrl-X><Esc>");
    assert_eq!((driver.status(), driver.state.preferences.pending), ("", None));
    driver.press("<M-x>redo");
    assert_eq!(driver.state.modals.len(), 1);
    driver.press("<Ctrl-G><Ctrl-/>ss");
    assert_eq!(driver.api(), API);
    driver.press("<Ctrl-X><Ctrl-C>");
    assert!(driver.state.exit.is_some());
}

#[test]
fn emacs_moves_in_fields_and_texts() {
    let mut driver = driver(Preset::Emacs, FunctionKeys::Default);
    driver.press("r<Ctrl-U>acme.ab<Ctrl-B>x<Ctrl-A><Ctrl-F><Ctrl-F>y<Enter>ss");
    assert!(driver.api().contains("- class: acyme.axb\n"), "{}", driver.api());
}

#[test]
fn the_keys_of_vi_work() {
    let mut driver = driver(Preset::Vim, FunctionKeys::Default);
    driver.press("jdu<Ctrl-R>:w<Enter>s");
    assert_eq!(driver.api(), "plugins:\n- class: acme.Audit\n");
    driver.press("gi");
    assert!(driver.screen().contains("Parameters"), "{}", driver.screen());
    driver.press("<Esc>:q<Enter>");
    assert!(driver.state.exit.is_some());
}

#[test]
fn the_function_keys_of_nconfig_work() {
    let mut driver = driver(Preset::Default, FunctionKeys::Nconfig);
    driver.press("<F8>Cost<Enter>");
    assert!(driver.screen().contains("acme.Cost") && !driver.screen().contains("1  acme.Audit"), "{}", driver.screen());
    driver.press("<F5>jd<F6><F6>");
    assert_eq!(driver.api(), "plugins:\n- class: acme.Audit\n");
    driver.press("w<F5><F9>");
    assert!(driver.state.exit.is_some());
}

#[test]
fn the_screens_show_the_keys_in_force() {
    let home = home("[keys.lists]\ndelete = ['X', 'F11']\nmove-up = 'F12'\n[keys]\npreview = 'P'\n");
    let toml = text(&home.run(&["keys", "--toml"]).stdout);
    assert!(toml.contains("delete = [\"X\", \"F11\"]"), "{toml}");
    let mut driver = Driver::open(Some(API), Some("plugins: []\n"));
    let overrides = [(Some("lists"), "delete", "X"), (Some("lists"), "move-up", "F12"), (None, "preview", "P")]
        .map(|(place, name, key)| bound(place, name, key));
    driver.state.preferences.keymap = Keymap::default().with(&overrides).expect("fine");
    let screen = driver.screen();
    assert!(screen.contains("X delete") && !screen.contains("d delete"), "{screen}");
    assert!(screen.contains("F12 order") && screen.contains("P preview"), "{screen}");
    driver.press("?delete");
    assert!(driver.screen().contains("> X "), "{}", driver.screen());
    driver.press("<Enter>ss");
    assert_eq!(driver.api(), "plugins:\n- class: acme.Cost\n");
    driver.press("d");
    assert_eq!(driver.status(), "d: no action here (? shows the keys).");
}

fn bound(place: Option<&str>, name: &str, key: &str) -> skyplug_tui::app::bindings::Override {
    use skyplug_tui::app::bindings::{Override, read_stroke};
    use skyplug_tui::app::command::{Context, table};
    Override {
        context: place.map(|place| Context::ALL.into_iter().find(|one| one.name() == place).expect("a place")),
        id: table().iter().map(|row| row.id).find(|id| id.name() == name).expect("a command"),
        keys: vec![read_stroke(key).expect("a key")],
        line: 1,
    }
}

#[test]
fn the_readme_tells_each_setting_and_each_theme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("read");
    for known in &KNOWN {
        let variable = known.variable.map_or_else(|| "none".to_owned(), |variable| format!("`{variable}`"));
        let row =
            format!("| `{}` | {} | {} | {variable} | {} |", known.name, known.values, known.default, known.sentence);
        assert!(readme.contains(&row), "README.md has no line\n{row}");
    }
    for (name, _) in BUILT_IN {
        assert!(readme.contains(&format!("`{name}`")), "README.md does not name the theme {name}");
    }
}

#[test]
fn the_example_of_the_readme_holds() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("read");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let home = home(example);
    let output = home.run(&["config", "show"]);
    assert_eq!(status(&output), 0, "{}", text(&output.stdout));
    assert!(!text(&output.stdout).contains("warning"), "{}", text(&output.stdout));
}
