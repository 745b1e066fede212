//! A random user against the built program: keys, pastes, sizes, changes from outside, kills.
//!
//! The same steps go to the screens in memory, which are the model: after each
//! step the terminal shows what the model shows, and the files are those of the
//! model; after a kill the recovered edits are the model's. A few hundred steps
//! here, as many as wanted by hand; with `SKYPLUG_OUTSIDE` somebody else writes
//! the files too, which wants a machine that notices in time:
//!
//! `SKYPLUG_SHOW` ends it where the screens part.
//!
//!     SKYPLUG_OUTSIDE=1 SKYPLUG_STEPS=100000 SKYPLUG_SEED=3 cargo test --test suite soak -- --nocapture

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
/// How long it takes to type a key: fewer than nine fit into the time in which a paste is told from typing.
const TYPING: Duration = Duration::from_millis(4);
/// How long nothing may follow Escape.
const ALONE: Duration = Duration::from_millis(60);
/// How long a change on disk takes to be noticed at the most, on a machine with nothing else to do.
const NOTICED: Duration = Duration::from_millis(250);
/// After how many steps a round ends, at the latest.
const ROUND: usize = 400;
/// The names of the homes.
const MODEL: &str = "μ";
const SESSION: &str = "σ";
const COMMAND: &str = "exec \"$0\" --server-cwd \"$HOME\" --color never";
const API: &str = "# loaded first\ncontroller_wheel_path: ~/dist\nplugins:\n  - class: acme.Audit   # keep\n    \
                   parameters: {level: info, sinks: [a, b]}\n  # agreed\n  - class: acme.Cost\n    parameters:\n      \
                   limits: &l {team-a: 500}\n      other: *l\n      note: |\n        two\n        lines\n";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n  parameters:\n    times: 3\n- class: acme.Audit\n";
/// What people press, the likelier more than once. What needs a shell, an editor or another program is left out.
const KEYS: [&str; 57] = [
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

/// A small generator of numbers (Knuth's MMIX constants).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
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

/// A home of both: the paths on both screens are the same but for one letter.
fn home(root: &TempDir, name: &str) -> TempDir {
    let private = Permissions::from_mode(0o700);
    let home = tempfile::Builder::new().prefix(name).rand_bytes(0).permissions(private).tempdir_in(root.path());
    let home = home.expect("a directory");
    for folder in [".sky", "dist", "state"] {
        fs::create_dir(home.path().join(folder)).expect("made");
    }
    fs::write(home.path().join("dist/notes.txt"), "").expect("written");
    for (name, text) in [("plugins.yaml", API), ("remote_plugins.yaml", REMOTE)] {
        let path = home.path().join(".sky").join(name);
        fs::write(&path, text).expect("written");
        fs::set_permissions(path, Permissions::from_mode(0o644)).expect("set");
    }
    home
}

/// A screen without what differs by nature: blanks, where lines are broken,
/// frames, the name of the home, names of temporary files, times of day.
fn comparable(screen: &str) -> String {
    let is_frame = |c: &char| ('\u{2500}'..='\u{257f}').contains(c);
    let text: String = screen.chars().filter(|c| !c.is_whitespace() && !is_frame(c)).collect();
    let text = text.replace(MODEL, SESSION);
    let is_name = |c: &char| c.is_ascii_alphanumeric() || ".-_".contains(*c);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let named = ["/skyplug-tui.", "/drafts/", "/replaced/"].into_iter().find(|start| rest.starts_with(start));
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

/// Counts what was written to a folder of the state directory.
fn kept(home: &Path, folder: &str) -> usize {
    fs::read_dir(home.join("state/skyplug-tui").join(folder)).map_or(0, Iterator::count)
}

struct Soak {
    random: Random,
    model: Driver,
    session: Session,
    #[expect(dead_code, reason = "it is removed with both homes")]
    root: TempDir,
    log: Vec<String>,
    figures: [usize; 5],
    /// Whether somebody else writes the files too.
    outside: bool,
    /// Whether the two show different things.
    parted: bool,
}

impl Soak {
    fn start(seed: u64) -> Self {
        let root = tempfile::Builder::new().prefix("soak").tempdir_in("/tmp").expect("a directory");
        let model = Driver::open_at(home(&root, MODEL), Settings::default(), |environment| {
            let state = environment.cwd.join("state");
            environment.variables.insert("XDG_STATE_HOME".into(), state.into());
            environment.variables.insert("PATH".into(), "/usr/bin:/bin".into());
        });
        let session = Self::session(home(&root, SESSION));
        let outside = std::env::var_os("SKYPLUG_OUTSIDE").is_some();
        let mut soak = Self {
            random: Random(seed),
            model,
            session,
            root,
            log: Vec::new(),
            figures: [0; 5],
            outside,
            parted: false,
        };
        soak.resize(120, 36);
        soak
    }

    fn session(home: TempDir) -> Session {
        let state = home.path().join("state");
        let state = state.to_str().expect("UTF-8").to_owned();
        let variables = [("XDG_STATE_HOME", state.as_str()), ("PATH", "/usr/bin:/bin"), ("EDITOR", "true")];
        Session::start_in(home, COMMAND, &variables)
    }

    /// Waits until the terminal shows what the model shows; the files are the same then.
    ///
    /// Where that does not come, an answer from outside came before another key than
    /// in the model: the round ends, and the program has to react to a new size.
    fn meet(&mut self) {
        if self.parted {
            return;
        }
        let wanted = comparable(&self.model.screen());
        for _ in 0..GUARD {
            let homes = [self.session.home(), self.model.home()];
            let [ours, theirs] = homes.map(|home| ["drafts", "replaced"].map(|folder| kept(home, folder)));
            if ours == theirs && comparable(&self.session.shown()) == wanted {
                for name in ["plugins.yaml", "remote_plugins.yaml"] {
                    let read = |path: PathBuf| fs::read_to_string(path).ok().map(|text| text.replace(MODEL, SESSION));
                    let (ours, theirs) = (read(self.session.path(name)), read(self.model.path(name)));
                    assert_eq!(ours, theirs, "{name} after {:?}", self.tail());
                }
                return;
            }
            let _ = self.session.next_screen(Duration::from_millis(100));
        }
        assert!(
            std::env::var_os("SKYPLUG_SHOW").is_none(),
            "the screens differ after {:?}\n{}\n--\n{}",
            self.tail(),
            self.model.screen(),
            self.session.shown()
        );
        self.part();
    }

    /// Ends the round; a program that reacts to no size hangs.
    fn part(&mut self) {
        self.parted = true;
        if let Some(status) = self.session.ended(3) {
            assert!([0, 130].contains(&status), "it ended with {status} after {:?}", self.tail());
            return;
        }
        self.session.resize(30, 5);
        // With the question about leaving open, it is that which is shown.
        self.session.wait_for_one_of(&["Needs 40 x", "x discard them and leave"]);
        self.session.resize(90, 27);
        self.session.wait_while("Needs 40 x");
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
            let before = (self.model.api(), self.model.remote());
            self.session.send(&bytes(key));
            // Keys that change nothing are not waited for, and many at once would be a paste.
            std::thread::sleep(TYPING);
            if key.code == Code::Esc {
                // What comes with it would be a key with Alt.
                std::thread::sleep(ALONE);
            }
            self.model.send(Message::Pressed(key));
            if self.model.state.exit.is_some() || self.parted {
                return;
            }
            self.meet();
            if before != (self.model.api(), self.model.remote()) {
                // What is saved is noticed as well: both files are looked at.
                self.noticed();
            }
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
            2 => base.replace("500", "600").replace('3', "4"),
            _ => format!("{base}# {name}\n"),
        };
        // Where it is seen when it was noticed: what follows must not come before that.
        self.resize(120, 36);
        self.log.push(format!("outside {text:?}"));
        for path in [self.model.path(role.file_name()), self.session.path(role.file_name())] {
            let new = path.with_extension("new");
            fs::write(&new, &text).expect("written");
            fs::set_permissions(&new, Permissions::from_mode(0o644)).expect("set");
            fs::rename(new, path).expect("renamed");
        }
        self.noticed();
    }

    /// Lets both look at what changed on disk.
    fn noticed(&mut self) {
        if self.outside {
            // That it was noticed cannot be seen where nothing is different.
            std::thread::sleep(NOTICED);
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
        self.session = Self::session(home);
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
            6..9 if self.outside => {
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
            _ if self.parted => self,
            None => self,
            Some(_) if self.session.ended(100).is_none() => {
                self.part();
                self
            }
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
    let (mut rounds, mut parted) = (0, 0);
    while (totals[0] as u64) < steps {
        let mut soak = Soak::start(seed.wrapping_mul(1_000_003).wrapping_add(rounds));
        while !soak.parted && soak.figures[0] < ROUND.min(usize::try_from(steps).expect("small")) {
            soak = soak.step();
        }
        for (total, more) in totals.iter_mut().zip(soak.figures) {
            *total += more;
        }
        rounds += 1;
        parted += u64::from(soak.parted);
        let [steps, outside, kills, recovered, ends] = totals;
        println!("{steps} steps, {outside} changes from outside, {kills} kills, {recovered} recoveries, {ends} ends");
    }
    println!("{rounds} rounds, {parted} of them left early: an answer came before another key than in the model");
    assert!(parted <= 2 + rounds / 2, "too often");
}
