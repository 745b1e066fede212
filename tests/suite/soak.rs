//! A random user against the built program: keys, pastes, sizes, changes from outside, kills.
//!
//! The same steps go to the screens in memory, which are the model: after each
//! step the terminal shows what the model shows, and the files are those of the
//! model; after a kill the recovered edits are the model's. A few hundred steps
//! here, as many as wanted by hand:
//!
//!     SKYPLUG_STEPS=100000 SKYPLUG_SEED=3 cargo test --release --test suite soak -- --nocapture

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use skyplug_tui::app::keymap::{Code, Key, script};
use skyplug_tui::app::message::{Message, Noticed};
use skyplug_tui::app::recovery::{KeptEdits, KeptFile, Met};
use skyplug_tui::app::{Exit, Settings};
use skyplug_tui::config::Role;
use tempfile::TempDir;

use crate::driver::Driver;
use crate::terminal::Session;

/// How many steps are taken: more by hand with `SKYPLUG_STEPS`.
const STEPS: usize = 250;
/// How long a screen may take to come, in waits of a tenth of a second: a guard against a hang.
const GUARD: usize = 200;
/// After how many steps a round ends, at the latest.
const ROUND: usize = 400;
const COMMAND: &str = "exec \"$0\" --server-cwd \"$HOME\" --color never";
const API: &str = "# loaded first\ncontroller_wheel_path: ~/dist\nplugins:\n  - class: acme.Audit   # keep\n    \
                   parameters: {level: info, sinks: [a, b]}\n  # agreed\n  - class: acme.Cost\n    parameters:\n      \
                   limits: &l {team-a: 500}\n      other: *l\n      note: |\n        two\n        lines\n";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n  parameters:\n    times: 3\n- class: acme.Audit\n";
/// What people press, the likelier more than once. What needs a shell, an editor or another program is left out.
const KEYS: [&str; 58] = [
    "j",
    "j",
    "j",
    "k",
    "k",
    "<Enter>",
    "<Enter>",
    "<Esc>",
    "<Esc>",
    "<Tab>",
    "<Shift-Tab>",
    "a",
    "a",
    "d",
    "d",
    "c",
    "m",
    "J",
    "K",
    "u",
    "u",
    "u",
    "U",
    "U",
    "<Space>",
    "x",
    "t",
    "r",
    "R",
    "n",
    "N",
    "f",
    "g",
    "G",
    "w",
    "p",
    "s",
    "s",
    "s",
    "S",
    "v",
    "y",
    "b",
    "/",
    ":",
    "?",
    "M",
    "<Down>",
    "<Up>",
    "<Right>",
    "<Left>",
    "<Backspace>",
    "<Delete>",
    "<Home>",
    "<End>",
    "<PgDn>",
    "5",
    "acme.New",
];
const TEXTS: [&str; 8] = ["acme.Pasted", "x: [1, {y: 2}]", "yes", "1e3", "日本語 👩‍👧", "a\nb\n", "#", "'"];
const SIZES: [(u16, u16); 9] =
    [(120, 36), (80, 24), (40, 12), (100, 30), (60, 20), (39, 7), (200, 60), (41, 9), (10, 3)];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

/// The bytes that a terminal sends for a key.
fn bytes(key: Key) -> String {
    let plain = match key.code {
        Code::Char(c) if key.ctrl => char::from(u8::try_from(c).expect("ASCII") & 0x1f).to_string(),
        Code::Char(c) => c.to_string(),
        Code::Enter => "\r".to_owned(),
        Code::Esc => "\u{1b}".to_owned(),
        Code::Tab => "\t".to_owned(),
        Code::BackTab => "\u{1b}[Z".to_owned(),
        Code::Backspace => "\u{7f}".to_owned(),
        Code::Delete => "\u{1b}[3~".to_owned(),
        Code::Insert => "\u{1b}[2~".to_owned(),
        Code::Left => "\u{1b}[D".to_owned(),
        Code::Right => "\u{1b}[C".to_owned(),
        Code::Up => "\u{1b}[A".to_owned(),
        Code::Down => "\u{1b}[B".to_owned(),
        Code::Home => "\u{1b}[H".to_owned(),
        Code::End => "\u{1b}[F".to_owned(),
        Code::PageUp => "\u{1b}[5~".to_owned(),
        Code::PageDown => "\u{1b}[6~".to_owned(),
        Code::F(number) => format!("\u{1b}O{}", char::from(b'P' + number - 1)),
    };
    if key.alt { format!("\u{1b}{plain}") } else { plain }
}

/// Makes a home like that of the model: the same names, as long as its own.
fn home(prepare: impl FnOnce(&Path)) -> TempDir {
    let home = tempfile::Builder::new().prefix("soak").permissions(Permissions::from_mode(0o700)).tempdir_in("/tmp");
    let home = home.expect("a directory");
    fs::create_dir(home.path().join(".sky")).expect("made");
    for (name, text) in [("plugins.yaml", API), ("remote_plugins.yaml", REMOTE)] {
        let path = home.path().join(".sky").join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(path, Permissions::from_mode(0o644)).expect("set");
    }
    prepare(home.path());
    home
}

fn wheels(home: &Path) {
    fs::create_dir(home.join("dist")).expect("made");
    for name in ["acme-1.0-py3-none-any.whl", "beta-2.0-cp312-cp312-macosx_14_0_arm64.whl", "notes.txt"] {
        fs::write(home.join("dist").join(name), "").expect("written");
    }
}

/// A screen without what differs by nature: blanks, where lines are broken, names of temporary files, times of day.
fn comparable(screen: &str) -> String {
    let text: String = screen.chars().filter(|c| !c.is_whitespace()).collect();
    let is_name = |c: &char| c.is_ascii_alphanumeric() || *c == '.';
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let named = ["/tmp/", "/drafts/", "/replaced/"].into_iter().find(|start| rest.starts_with(start));
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        if let Some(start) = named {
            out.push_str(start);
            rest = rest[start.len()..].trim_start_matches(|c| is_name(&c));
        } else if digits(rest) == 2 && rest[2..].starts_with(':') && digits(&rest[3..]) >= 2 {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

struct Soak {
    random: Random,
    model: Driver,
    session: Session,
    state: [TempDir; 2],
    log: Vec<String>,
    figures: [usize; 5],
}

impl Soak {
    fn start(seed: u64) -> Self {
        let state = [0, 1].map(|_| tempfile::Builder::new().prefix("stat").tempdir_in("/tmp").expect("a directory"));
        let of_model = state[0].path().to_owned();
        let model = Driver::open_all(Some(API), Some(REMOTE), Settings::default(), wheels, |environment| {
            environment.variables.insert("XDG_STATE_HOME".into(), of_model.into());
            environment.variables.insert("PATH".into(), "/usr/bin:/bin".into());
        });
        let session = Self::session(home(wheels), &state[1]);
        let mut soak = Self { random: Random(seed), model, session, state, log: Vec::new(), figures: [0; 5] };
        soak.resize(120, 36);
        soak
    }

    fn session(home: TempDir, state: &TempDir) -> Session {
        let state = state.path().to_str().expect("UTF-8").to_owned();
        let variables = [("XDG_STATE_HOME", state.as_str()), ("PATH", "/usr/bin:/bin"), ("EDITOR", "true")];
        Session::start_in(home, COMMAND, &variables)
    }

    /// Waits until the terminal shows what the model shows; the files are the same then.
    fn meet(&mut self) {
        let wanted = comparable(&self.model.screen());
        for _ in 0..GUARD {
            if comparable(&self.session.shown()) == wanted {
                for name in ["plugins.yaml", "remote_plugins.yaml"] {
                    let ours = fs::read(self.session.path(name)).ok();
                    assert_eq!(ours, fs::read(self.model.path(name)).ok(), "{name} after {:?}", self.tail());
                }
                return;
            }
            let _ = self.session.next_screen(Duration::from_millis(100));
        }
        panic!("the screens differ after {:?}\n{}\n--\n{}", self.tail(), self.model.screen(), self.session.shown());
    }

    fn tail(&self) -> &[String] {
        &self.log[self.log.len().saturating_sub(60)..]
    }

    fn resize(&mut self, width: u16, height: u16) {
        self.log.push(format!("{width}x{height}"));
        self.session.resize(width, height);
        self.model.resize(width, height);
        self.meet();
    }

    fn press(&mut self, keys: &str) {
        for key in script(keys).expect("keys") {
            self.log.push(key.to_string());
            self.session.send(&bytes(key));
            self.model.send(Message::Pressed(key));
            if self.model.state.exit.is_some() {
                return;
            }
            self.meet();
        }
    }

    fn paste(&mut self, text: &str) {
        self.log.push(format!("paste {text:?}"));
        self.session.send(&format!("\u{1b}[200~{text}\u{1b}[201~"));
        self.model.send(Message::Pasted(text.to_owned()));
        self.meet();
    }

    /// Somebody else writes a file.
    fn outside(&mut self) {
        let (role, base) = if self.random.below(2) == 0 { (Role::Api, API) } else { (Role::Remote, REMOTE) };
        let name = ["Theirs", "Others", "Audit"][self.random.below(3)];
        let text = match self.random.below(4) {
            0 => base.to_owned(),
            1 => base.replacen(
                "plugins:\n",
                &format!("plugins:\n  - class: acme.{name}\n"),
                usize::from(role == Role::Api),
            ),
            2 => base.replace("500", "600").replace("3", "4"),
            _ => format!("{base}# {name}\n"),
        };
        self.log.push(format!("outside {text:?}"));
        for path in [self.model.path(role.file_name()), self.session.path(role.file_name())] {
            let new = path.with_extension("new");
            fs::write(&new, &text).expect("written");
            fs::set_permissions(&new, Permissions::from_mode(0o644)).expect("set");
            fs::rename(new, path).expect("renamed");
        }
        self.model.send(Message::Noticed(Noticed { files: true, wheels: false }));
        self.meet();
    }

    /// Starts both anew after an end; what was unsaved is offered, and taken.
    fn again(mut self, kept: bool) -> Self {
        let (disk, now) = (&self.model.state.disk, &self.model.state.workspace);
        let unsaved = if kept { self.model.state.unsaved_roles() } else { Vec::new() };
        let files: Vec<KeptFile> = unsaved
            .into_iter()
            .map(|role| KeptFile {
                role,
                base: disk.text(role).map(Into::into),
                text: now.text(role).unwrap_or_default().into(),
            })
            .collect();
        let home = self.session.into_home();
        self.session = Self::session(home, &self.state[1]);
        let (width, height) = self.model.state.size;
        self.session.resize(width, height);
        self.model.reopen();
        let differs =
            files.iter().any(|file| self.model.state.workspace.text(file.role).unwrap_or_default() != &*file.text);
        if differs {
            let kept = KeptEdits {
                path: PathBuf::from("/nowhere"),
                pid: 1,
                host: String::new(),
                last: String::new(),
                edits: 1,
                files,
            };
            self.model.send(Message::Met(Box::new(Met { kept: vec![kept], ..Met::default() })));
            // The question tells of a process and a time: it is answered before the screens are compared.
            self.session.resize(120, 36);
            self.model.resize(120, 36);
            self.session.wait_for("Unsaved edits of an earlier run");
            self.session.send("t");
            self.model.press("t");
            self.figures[3] += 1;
        }
        self.meet();
        self
    }

    fn step(mut self) -> Self {
        self.figures[0] += 1;
        match self.random.below(100) {
            0..3 => {
                let (width, height) = SIZES[self.random.below(SIZES.len())];
                self.resize(width, height);
            }
            3..6 => {
                let text = TEXTS[self.random.below(TEXTS.len())];
                self.paste(text);
            }
            6..9 => {
                self.figures[1] += 1;
                self.outside();
            }
            9 => {
                self.figures[2] += 1;
                self.log.push("kill".to_owned());
                self.session.kill();
                return self.again(true);
            }
            10 => self.press("<Esc><Esc><Esc>q"),
            _ => {
                let keys = KEYS[self.random.below(KEYS.len())];
                self.press(keys);
            }
        }
        match self.model.state.exit {
            None => self,
            Some(exit) => {
                self.figures[4] += 1;
                self.log.push("end".to_owned());
                let status = self.session.end();
                assert_eq!(status, if exit == Exit::Left { 0 } else { 130 }, "{:?}", self.tail());
                self.again(exit != Exit::Left)
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "what was tried is told with --nocapture")]
#[test]
fn the_soak_of_a_random_user_ends_as_the_model_does() {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let steps = number("SKYPLUG_STEPS").unwrap_or(STEPS as u64);
    let seed = number("SKYPLUG_SEED").unwrap_or(5);
    let mut totals = [0; 5];
    let mut round = 0;
    while (totals[0] as u64) < steps {
        let mut soak = Soak::start(seed.wrapping_mul(1_000_003).wrapping_add(round));
        for _ in 0..ROUND.min(usize::try_from(steps).expect("small")) {
            soak = soak.step();
        }
        for (total, more) in totals.iter_mut().zip(soak.figures) {
            *total += more;
        }
        round += 1;
        let [steps, outside, kills, recovered, ends] = totals;
        println!("{steps} steps, {outside} changes from outside, {kills} kills, {recovered} recoveries, {ends} ends");
    }
}
