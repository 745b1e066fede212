//! Names and texts made to take over a terminal: none reaches one as it is.
//!
//! Whatever a file, a wheel, a variable or a name says is shown with its
//! control, bidi and invisible characters escaped: by every subcommand in every
//! format, in errors, and on every screen.

use std::fs;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use skyplug_tui::app::Settings;
use skyplug_tui::app::keymap::script;
use skyplug_tui::app::message::Message;
use skyplug_tui::ui::draw;

use super::cli::Home;
use super::driver::Driver;
use super::zip::{self, File};

/// Sets the title, goes right to left, hides, rings, goes back, in one and in two bytes.
pub(crate) const POISON: &str =
    "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}\u{8}\u{7f}";
/// What of that YAML takes outside double quotes.
const PLAIN: &str = "\u{202e}\u{2066}\u{200b}";
/// What a file name takes.
const NAME: &str = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\n\u{200b}\u{7f}";

/// Tells whether a terminal would do something else with it than show it.
pub(crate) fn is_unsafe(c: char) -> bool {
    let invisible = [
        0xad..=0xad,
        0x61c..=0x61c,
        0x200b..=0x200c,
        0x200e..=0x200f,
        0x2028..=0x202e,
        0x2060..=0x206f,
        0xfeff..=0xfeff,
        0xfff9..=0xfffb,
        0xe0000..=0xe007f,
    ];
    (c.is_control() && c != '\n') || invisible.iter().any(|range| range.contains(&u32::from(c)))
}

fn assert_safe(text: &str, what: &str) {
    let found: Vec<char> = text.chars().filter(|c| is_unsafe(*c)).collect();
    assert!(found.is_empty(), "{what}: {found:?} in {text:?}");
}

/// Writes a text in double quotes.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        c => format!("\\U{:08x}", u32::from(c)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

pub(crate) fn api(wheels: &str) -> String {
    let poison = quoted(POISON);
    format!(
        "# {PLAIN} a comment\ncontroller_wheel_path: {}\nplugins:\n- class: acme.Audit  # {PLAIN}\n  parameters:\n    \
         {poison}: {poison}\n    level: {poison}\n    nested: {{{poison}: [{poison}, &x {poison}]}}\n    \
         text: |\n      {PLAIN}\n      more\n- class: {poison}\n- class: acme.{PLAIN}\n",
        quoted(wheels)
    )
}

pub(crate) fn remote() -> String {
    let poison = quoted(POISON);
    format!("plugins:\n- class: acme.Audit\n  parameters: {{{poison}: 1}}\n- class: {poison}\n- class: gone.{PLAIN}\n")
}

/// Makes wheels whose names and contents are poison.
pub(crate) fn wheels(home: &Path) -> String {
    let directory = home.join(format!("dist{NAME}"));
    fs::create_dir(&directory).expect("made");
    let line = POISON.replace('\u{2028}', " ");
    let more = format!(
        "Summary: {line}\nRequires-Python: {line}\nRequires-Dist: {line}\nRequires-Dist: acme{PLAIN}>1\nLicense: {line}\n"
    );
    let source = format!(
        "from sky.server.plugins import BasePlugin\nclass Audit(BasePlugin):\n    '''{PLAIN} {line}'''\n    \
         load_contexts = ['{PLAIN}']\n    def __init__(self, level: '{PLAIN}' = '{PLAIN}', *, other: int = \"{line}\"):\n        \
         pass\n    def install(self, app):\n        pass\n"
    );
    let metadata = zip::metadata("acme", "1.0", &more);
    let mut files = vec![File::deflated("acme.py", source)];
    files.extend(zip::wheel_files("acme-1.0", &metadata, &[File::stored(&format!("acme/{POISON}.py"), "x\n")]));
    files.retain(|file| file.name != "acme/__init__.py");
    files.push(File::stored(&format!("{POISON}.dist-info/entry_points.txt"), format!("[{line}]\n{line} = {line}\n")));
    fs::write(directory.join("acme-1.0-py3-none-any.whl"), zip::archive(&files)).expect("written");
    let named = zip::metadata(POISON, POISON, "");
    let odd = zip::archive(&zip::wheel_files("beta-1.0", &named, &[]));
    fs::write(directory.join("beta-1.0-py3-none-any.whl"), odd).expect("written");
    for name in [format!("{NAME}.whl"), format!("acme-1.0{NAME}-py3-none-any.whl"), format!("{NAME}.WHL")] {
        fs::write(directory.join(name), "no archive").expect("written");
    }
    fs::create_dir(directory.join(format!("{NAME}directory"))).expect("made");
    directory.to_str().expect("UTF-8").to_owned()
}

#[test]
fn no_subcommand_lets_it_through() {
    let home = Home::empty();
    let directory = wheels(&home.path(""));
    fs::create_dir(home.path(".sky")).expect("made");
    fs::write(home.path(".sky/plugins.yaml"), api(&directory)).expect("written");
    fs::write(home.path(".sky/remote_plugins.yaml"), remote()).expect("written");
    let (elsewhere, broken) = (home.path(NAME), home.path("broken.yaml"));
    let elsewhere = elsewhere.to_str().expect("UTF-8");
    fs::write(&broken, format!("plugins:\n- class: a.B\n  {PLAIN}\n : {POISON}\n")).expect("written");
    let broken = broken.to_str().expect("UTF-8");
    let path = format!("parameters.{POISON}");
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for format in ["text", "json", "github", "sarif"] {
        runs.push(vec!["check", "--format", format]);
        runs.push(vec!["check", "--format", format, broken]);
        runs.push(vec!["check", "--format", format, elsewhere]);
        runs.push(vec!["--plugins", elsewhere, "check", "--format", format]);
    }
    for format in ["text", "json"] {
        for command in ["preview", "wheels", "classes"] {
            runs.push(vec![command, "--format", format]);
            runs.push(vec!["--python", elsewhere, "--server-cwd", elsewhere, command, "--format", format]);
        }
        for list in ["api", "remote"] {
            runs.push(vec!["show", list, "--format", format]);
        }
        runs.push(vec!["--plugins", broken, "show", "api", "--format", format]);
    }
    runs.extend([
        vec!["set", "api", "0", &path, POISON, "--dry-run"],
        vec!["set", "api", "0", "parameters.level", "1", "--dry-run"],
        vec!["set", "api", POISON, "parameters.level", "1"],
        vec!["unset", "api", "0", &path],
        vec!["remove", "api", "1", "--dry-run"],
        vec!["remove", "api", POISON],
        vec!["move", "api", "1", "0", "--dry-run"],
        vec!["copy", "api", "0", "--to", "remote", "--dry-run"],
        vec!["add", POISON, "--to", "api"],
        vec!["add", "a.B", "--to", "api", "--param", POISON],
        vec!["wheel-path", POISON, "--dry-run"],
        vec!["patch", "api", elsewhere],
        vec!["explain", POISON],
        vec!["export", "configmap"],
        vec!["export", "configmap", "--kind", "secret", "--wheels", "volume"],
        vec!["export", "configmap", "--wheels", "binary-data"],
        vec!["export", "configmap", "--output", elsewhere],
        vec!["export", "configmap", "--name", POISON],
        vec!["--configmap", broken, "check"],
        vec!["--configmap", elsewhere, "show", "api"],
        vec!["--configmap", POISON, "check"],
        vec!["check", POISON],
        vec![POISON],
        vec!["--sky-version", POISON, "check"],
    ]);
    let mut shown = 0;
    for args in runs {
        for variables in [&[][..], &[("SKYPILOT_SERVER_PLUGINS_CONFIG", elsewhere), ("EDITOR", POISON)]] {
            let mut command = home.command();
            command.args(&args).envs(variables.iter().copied());
            let output = command.output().expect("started");
            assert!(output.status.code().is_some_and(|code| code <= 3), "{args:?}: {output:?}");
            for bytes in [output.stdout, output.stderr] {
                let text = String::from_utf8(bytes).expect("UTF-8");
                assert_safe(&text, &format!("{args:?}"));
                shown += usize::from(text.contains("\\x1b") || text.contains("\\u001b"));
            }
        }
    }
    assert!(shown > 40, "it is shown, not left out: {shown}");
}

#[test]
fn no_screen_lets_it_through() {
    let walks = [
        "<Enter>jjjjj<Enter><Esc><Esc><Esc>",
        "jr<Esc>",
        "jjx",
        "/\u{202e}<Enter><Esc>",
        "44jx<Esc>jjx<Esc>y",
        "nnnnnn",
        "w<Enter>jjj<Esc>jj<Enter><Esc>jj<Enter><Esc>a<Esc>B<Esc>",
        "p<Tab>jjj<Tab>jjj",
        "dss",
        "jdUss<Tab>jj",
        "b<F3>jjj",
        "aacme<Down><Down><Enter>",
        ":wheel",
        "?level",
        "<Enter>ax<Enter>",
        "E<Esc>",
        "2jd2jc",
        "jjcss",
    ];
    let mut shown = 0;
    for keys in walks {
        let mut directory = String::new();
        let mut driver = Driver::open_with(Some(""), Some(&remote()), Settings::default(), |home| {
            directory = wheels(home);
            fs::write(home.join(".sky/plugins.yaml"), api(&directory)).expect("written");
        });
        for (at, key) in script(keys).expect("keys").into_iter().enumerate() {
            driver.send(Message::Pressed(key));
            for (width, height) in [(120, 36), (80, 24), (40, 12)] {
                let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
                driver.resize(width, height);
                terminal.draw(|frame| draw(&driver.state, &driver.theme, frame)).expect("drawn");
                let text: String = terminal.backend().buffer().content().iter().map(Cell::symbol).collect();
                assert_safe(&text, &format!("key {at} of {keys} at {width}x{height}"));
                shown += usize::from(text.contains("\\x1b"));
            }
        }
        for text in &driver.copied {
            // What is copied is pasted somewhere: into a shell, say.
            assert!(!text.contains('\u{1b}'), "{text:?}");
        }
    }
    assert!(shown > 100, "it is shown, not left out: {shown}");
}
