//! The program in a pseudo-terminal: whatever ends it, the terminal is as it was.

use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::cli::NO_SERVER;

const PROGRAM: &str = env!("CARGO_BIN_EXE_skyplug-tui");
const API: &str = "plugins:\n- class: acme.Audit\n- class: acme.Cost\n";
/// A guard against a hang, not a measure of anything.
const GUARD: Duration = Duration::from_mins(1);

/// A program in a terminal, on a home directory of its own.
pub(crate) struct Session {
    home: TempDir,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// What was read behind the text that was waited for.
    left: Vec<u8>,
    termios: String,
}

impl Session {
    /// Starts a shell command, `$0` is the program, on a home with one file.
    pub(crate) fn start(command: &str, variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        fs::create_dir(home.path().join(".sky")).expect("made");
        fs::write(home.path().join(".sky/plugins.yaml"), API).expect("written");
        Self::start_in(home, command, variables)
    }

    /// Starts the program itself where an earlier session has ended.
    pub(crate) fn again(self) -> Self {
        Self::start_in(self.home, "exec \"$0\"", &[])
    }

    /// Starts a shell command, `$0` is the program, in a home.
    pub(crate) fn start_in(home: TempDir, command: &str, variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, ..PtySize::default() }).expect("a pty");
        let termios = termios(pair.master.as_ref());
        let mut builder = CommandBuilder::new("/bin/sh");
        builder.args(["-c", command, PROGRAM]);
        builder.env_clear();
        builder.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        builder.env("HOME", home.path());
        builder.env("TERM", "xterm-256color");
        builder.env("LANG", "C.UTF-8");
        builder.env(NO_SERVER.0, NO_SERVER.1);
        builder.cwd(home.path());
        for (name, value) in variables {
            builder.env(name, value);
        }
        let child = pair.slave.spawn_command(builder).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        let screen = vt100::Parser::new(24, 80, 0);
        Self { home, child, master: pair.master, writer, output, screen, left: Vec::new(), termios }
    }

    /// Starts the program itself.
    fn program(variables: &[(&str, &str)]) -> Self {
        let mut session = Self::start("exec \"$0\"", variables);
        session.wait_for("acme.Audit");
        session
    }

    /// Removes the entry under the cursor, and waits until that is told.
    fn remove_entry(&mut self) {
        self.send("d");
        self.wait_for("emoved");
    }

    /// Leaves, and gives the edits up.
    fn leave_without_saving(&mut self) {
        self.send("q");
        self.wait_for("Leave?");
        self.send("x");
    }

    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("sent");
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("sent");
    }

    /// Reads until the screen shows a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_for_one_of(&[text]);
    }

    /// Reads until the screen shows one of some texts, and the files are read: rows are shown before.
    pub(crate) fn wait_for_one_of(&mut self, texts: &[&str]) {
        let is_there =
            |shown: &str| texts.iter().any(|text| shown.contains(text)) && !shown.contains("reading the files");
        while !is_there(&self.screen.screen().contents()) {
            let Ok(bytes) = self.output.recv_timeout(GUARD) else {
                panic!("{texts:?} did not come:\n{}", self.screen.screen().contents());
            };
            self.screen.process(&bytes);
        }
    }

    /// Reads until a text has come; returns the bytes as they came.
    fn read_until(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.left);
        loop {
            if let Some(at) = bytes.windows(text.len()).position(|part| part == text.as_bytes()) {
                self.left = bytes.split_off(at + text.len());
                return bytes;
            }
            let Ok(more) = self.output.recv_timeout(GUARD) else {
                panic!("{text:?} did not come: {}", String::from_utf8_lossy(&bytes));
            };
            bytes.extend(more);
        }
    }

    /// Returns the screen after more has come, none where nothing comes for a while.
    pub(crate) fn next_screen(&mut self, patience: Duration) -> Option<String> {
        let bytes = self.output.recv_timeout(patience).ok()?;
        self.screen.process(&bytes);
        Some(self.screen.screen().contents())
    }

    /// Kills the program; returns each screen that was shown until then and not looked at yet.
    pub(crate) fn kill(&mut self) -> Vec<String> {
        self.signal(Signal::KILL);
        self.child.wait().expect("ended");
        let mut shown = Vec::new();
        while let Ok(bytes) = self.output.recv_timeout(GUARD) {
            self.screen.process(&bytes);
            shown.push(self.screen.screen().contents());
        }
        shown
    }

    /// Puts a text into the file.
    pub(crate) fn set_api(&self, text: &str) {
        fs::write(self.home.path().join(".sky/plugins.yaml"), text).expect("written");
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.master.resize(PtySize { rows, cols, ..PtySize::default() }).expect("resized");
        // The same size is no news to the program.
        if self.screen.screen().size() == (rows, cols) {
            return;
        }
        // The emulator would keep one half of a wide character, and fail on it; the program draws all anew.
        self.screen.process(b"\x1b[2J");
        self.screen.screen_mut().set_size(rows, cols);
    }

    /// Returns what the screen shows now.
    pub(crate) fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Returns the colours of the first cell, text and background.
    pub(crate) fn first_colours(&self) -> (vt100::Color, vt100::Color) {
        let cell = self.screen.screen().cell(0, 1).expect("a cell");
        (cell.fgcolor(), cell.bgcolor())
    }

    /// Reads until the screen no longer shows a text.
    pub(crate) fn wait_while(&mut self, text: &str) {
        while self.screen.screen().contents().contains(text) {
            assert!(self.next_screen(GUARD).is_some(), "{text:?} stays:\n{}", self.shown());
        }
    }

    /// Returns the exit status of a program that ends by itself within some tenths of a second.
    pub(crate) fn ended(&mut self, tenths: usize) -> Option<u32> {
        (0..tenths).find_map(|_| {
            // Once the stream has ended nothing more is waited for there.
            if self.next_screen(Duration::from_millis(100)).is_none() {
                thread::sleep(Duration::from_millis(100));
            }
            self.child.try_wait().expect("known").map(|status| status.exit_code())
        })
    }

    /// Returns the home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Gives the home back.
    pub(crate) fn into_home(self) -> TempDir {
        self.home
    }

    /// Waits for the end; returns the exit status, after the terminal was found as it was.
    pub(crate) fn end(&mut self) -> u32 {
        let status = self.child.wait().expect("ended").exit_code();
        // The process is gone; what it wrote is read to the end of the stream.
        while let Ok(bytes) = self.output.recv_timeout(GUARD) {
            self.screen.process(&bytes);
        }
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "paste reports are off");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert_eq!(termios(self.master.as_ref()), self.termios, "the line discipline is as it was");
        status
    }

    /// Returns what lies in the folder of the recovery journals.
    pub(crate) fn kept(&self) -> Vec<String> {
        let folder = self.home.path().join(".local/state/skyplug-tui/journal");
        let entries = fs::read_dir(folder).expect("the folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Starts again, takes the edits that are offered and saves them; returns what was saved.
    fn take_and_save(self) -> String {
        let mut session = self.again();
        session.wait_for("Unsaved edits of an earlier run");
        session.send("t");
        session.wait_for("ecovered the edits of plugins.yaml");
        session.send("ss");
        session.wait_for("Saved");
        session.send("q");
        assert_eq!(session.end(), 0);
        assert_eq!(session.kept(), Vec::<String>::new(), "a clean end leaves nothing");
        session.api()
    }

    /// Returns the path of one of the files.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(".sky").join(name)
    }

    pub(crate) fn api(&self) -> String {
        fs::read_to_string(self.path("plugins.yaml")).expect("read")
    }
}

fn termios(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios().expect("termios"))
}

#[test]
fn an_edit_is_made_reviewed_saved_and_left() {
    let mut session = Session::program(&[]);
    session.remove_entry();
    session.send("s");
    session.wait_for("Review before save");
    session.send("s");
    session.wait_for("Saved");
    session.send("q");
    assert_eq!(session.end(), 0);
    assert_eq!(session.api(), "plugins:\n- class: acme.Cost\n");
}

/// Starts the program and switches the mouse on.
fn session_with_mouse(variables: &[(&str, &str)]) -> Session {
    let mut session = Session::program(variables);
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None, "off at the start");
    session.send("%");
    session.wait_for("The mouse is on");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    session
}

#[test]
fn the_mouse_works_once_it_is_on_and_ends_with_every_way_out() {
    let mut session = session_with_mouse(&[]);
    // The second entry of the list, once and twice.
    session.send("\u{1b}[<0;10;4M\u{1b}[<0;10;4m");
    session.wait_for("3 Detail: acme.Cost");
    session.send("\u{1b}[<0;10;4M\u{1b}[<0;10;4m\u{1b}[<0;10;4M\u{1b}[<0;10;4m");
    session.wait_for("Parameters: acme.Cost");
    session.send("qq");
    assert_eq!(session.end(), 0);
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut session = session_with_mouse(&[]);
        session.signal(signal);
        assert_eq!(session.end(), status);
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_ends_the_mouse_too() {
    let mut session = session_with_mouse(&[("SKYPLUG_TUI_PANIC", "P")]);
    session.send("P");
    assert_eq!(session.end(), 101);
}

#[test]
fn the_mouse_is_off_while_the_program_is_stopped_or_an_editor_runs_and_on_again_afterwards() {
    let mut session = Session::start("set -m; \"$0\"; echo STOPPED; read answer; fg >/dev/null; echo ENDED", &[]);
    session.wait_for("acme.Audit");
    session.send("%");
    session.wait_for("The mouse is on");
    session.send("\u{1a}");
    session.wait_for("STOPPED");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    session.send("\r");
    session.wait_for("acme.Audit");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    session.send("q");
    session.wait_for("ENDED");
    session.end();

    let at = tempfile::tempdir().expect("a directory");
    let editor = at.path().join("vi");
    executable(&editor, "#!/bin/sh\necho EDITING\nread line\n");
    let mut session = session_with_mouse(&[("EDITOR", editor.to_str().expect("UTF-8"))]);
    session.send("e");
    session.wait_for("Open in the external editor?");
    session.send("o");
    session.wait_for("EDITING");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    session.send("\r");
    session.wait_for("acme.Audit");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    session.send("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn the_example_of_the_first_run_saves_nothing_and_leads_back() {
    let mut session = Session::start_in(tempfile::tempdir().expect("a directory"), "exec \"$0\"", &[]);
    session.wait_for("No plugin files yet");
    session.send("x");
    session.wait_for("An example: try every key");
    session.send("d");
    session.wait_for("emoved");
    session.send("s");
    session.wait_for("Review before save");
    session.send("s");
    session.wait_for("Save is off in the example");
    session.send("\u{1b}");
    session.wait_for("3 Detail");
    session.send("q");
    session.wait_for("Back at your own files");
    session.wait_for("No plugin files yet");
    assert!(!session.home().join(".sky").exists(), "nothing was written");
    // Twice, and out by Ctrl-C: the example is never asked about.
    session.send("x");
    session.wait_for("An example: try every key");
    session.send("d\u{3}");
    session.wait_for("Back at your own files");
    session.send("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn every_kind_of_terminal_is_left_as_it_was() {
    let kinds = ["xterm", "xterm-256color", "tmux-256color", "screen", "linux", "vt100"];
    let named = kinds.map(|kind| format!("TERM={kind} exec \"$0\""));
    for command in named.into_iter().chain(["unset TERM; exec \"$0\"".to_owned()]) {
        let mut session = Session::start(&command, &[]);
        session.wait_for("acme.Audit");
        session.remove_entry();
        session.leave_without_saving();
        assert_eq!(session.end(), 0, "{command}");
    }
}

/// Returns a screen as rows without the blanks at their ends, the home directory named.
fn first_screen(session: &Session) -> String {
    let home = session.home.path().to_str().expect("UTF-8");
    let rows = session.screen.screen().rows(0, 80);
    rows.map(|row| row.trim_end().to_owned() + "\n").collect::<String>().replace(home, "HOME")
}

#[test]
fn each_kind_of_terminal_shows_the_same_first_screen() {
    let kinds = ["xterm", "xterm-256color", "tmux-256color", "screen", "linux", "vt100"];
    let named = kinds.map(|kind| (kind, format!("TERM={kind} exec \"$0\" --server-cwd /")));
    let unset = ("unset", "unset TERM; exec \"$0\" --server-cwd /".to_owned());
    let mut screens = Vec::new();
    for (kind, command) in named.into_iter().chain([unset]) {
        let mut session = Session::start(&command, &[]);
        session.wait_for("Nothing is sent");
        // What is found behind the first frame is drawn as well.
        while session.next_screen(Duration::from_secs(1)).is_some() {}
        screens.push((kind, first_screen(&session)));
        session.send("q");
        assert_eq!(session.end(), 0, "{kind}");
    }
    insta::assert_snapshot!("first_screen", screens[0].1);
    for (kind, screen) in &screens {
        assert_eq!(screen, &screens[0].1, "{kind}");
    }
    let mut session = Session::start("TERM=dumb exec \"$0\" --server-cwd /", &[]);
    let told = session.read_until("Start, number or word [show again]: ");
    let home = session.home.path().to_str().expect("UTF-8").to_owned();
    let told = String::from_utf8(told).expect("UTF-8").replace('\r', "").replace(&home, "HOME");
    insta::assert_snapshot!("first_words", told);
    session.send("quit\n");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_dumb_terminal_gets_questions_and_no_escape_sequence() {
    let mut session = Session::start("TERM=dumb exec \"$0\"", &[]);
    let mut bytes = session.read_until("Start, number or word [show again]: ");
    assert!(String::from_utf8_lossy(&bytes).contains("TERM is dumb"), "it is said why");
    session.send("api\n2\n");
    bytes.extend(session.read_until("Entry, number or word [show again]: "));
    session.send("delete\n");
    bytes.extend(session.read_until("Removed acme.Cost"));
    // Ctrl-D is an answer: it asks.
    session.send("\u{4}");
    bytes.extend(session.read_until("Number or word [ask again]: "));
    session.send("review\n");
    bytes.extend(session.read_until("Review, number or word [show again]: "));
    session.send("1\n");
    bytes.extend(session.read_until("Saved ~/.sky/plugins.yaml"));
    session.send("quit\n");
    assert_eq!(session.end(), 0);
    assert_eq!(session.api(), "plugins:\n- class: acme.Audit\n");
    let told = String::from_utf8(bytes).expect("UTF-8");
    assert_eq!(told.chars().find(|c| c.is_control() && !matches!(c, '\r' | '\n')), None, "{told:?}");
}

#[test]
fn a_signal_in_line_mode_keeps_the_edits() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut session = Session::start("exec \"$0\" --plain", &[]);
        session.read_until("Start, number or word [show again]: ");
        session.send("api\n2\ndelete\n");
        session.read_until("Removed acme.Cost");
        session.read_until("API list, number or word [show again]: ");
        session.signal(signal);
        let told = session.read_until("the next start offers them");
        assert!(String::from_utf8_lossy(&told).contains("the unsaved edits of plugins.yaml are kept in"));
        assert_eq!(session.end(), status);
        assert_eq!(session.api(), API, "nothing was saved");
        assert_eq!(session.take_and_save(), "plugins:\n- class: acme.Audit\n");
    }
}

#[test]
fn what_changes_outside_is_seen_without_a_key() {
    let mut session = Session::program(&[]);
    let sky = session.home.path().join(".sky");
    let replace = |text: &str| {
        fs::write(sky.join("new"), text).expect("written");
        fs::rename(sky.join("new"), sky.join("plugins.yaml")).expect("renamed");
    };
    let dist = session.home.path().join("dist");
    replace(&format!("controller_wheel_path: {}\n{API}", dist.display()));
    session.wait_for("read again from disk");
    fs::create_dir(&dist).expect("made");
    fs::write(dist.join("acme-1.0-py3-none-any.whl"), "").expect("written");
    session.send("w");
    session.wait_for("1 wheel");
    fs::write(dist.join("acme-2.0-py3-none-any.whl"), "").expect("written");
    session.wait_for("2 wheels");
    session.send("q");
    session.wait_for("Detail");
    session.remove_entry();
    replace("plugins:\n- class: acme.Theirs\n");
    session.wait_for("changed on disk");
    assert!(!session.screen.screen().contents().contains("acme.Theirs"), "edits are not thrown away");
    session.leave_without_saving();
    assert_eq!(session.end(), 0);
    assert_eq!(session.api(), "plugins:\n- class: acme.Theirs\n");
}

#[test]
fn a_paste_that_the_terminal_does_not_mark_runs_no_commands() {
    let mut session = Session::program(&[]);
    session.send("ddssqxdd\rdd");
    session.wait_for("11 keys came at once");
    session.send("d");
    session.wait_while("keys came at once");
    session.send("q");
    assert_eq!(session.end(), 0);
    assert_eq!(session.api(), API);
}

#[test]
fn signals_restore_the_terminal_and_the_next_start_offers_the_edits() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut session = Session::program(&[]);
        session.remove_entry();
        session.signal(signal);
        assert_eq!(session.end(), status);
        assert_eq!(session.api(), API, "nothing was saved");
        let told = session.screen.screen().contents().replace('\n', "");
        assert!(told.contains("the unsaved edits of plugins.yaml are kept in"), "{told}");
        assert!(told.contains("the next start offers them"), "{told}");
        assert_eq!(session.take_and_save(), "plugins:\n- class: acme.Cost\n");
    }
}

#[test]
fn without_edits_a_signal_leaves_nothing_behind() {
    let mut session = Session::program(&[]);
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 143);
    assert_eq!(session.kept(), Vec::<String>::new());
    assert!(!session.screen.screen().contents().contains("kept"));
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_keeps_the_edits() {
    let mut session = Session::program(&[]);
    session.remove_entry();
    session.send("\u{3}");
    session.wait_for("Leave?");
    session.send("\u{3}");
    assert_eq!(session.end(), 130);
    assert_eq!(session.api(), API, "nothing was saved");
    assert_eq!(session.take_and_save(), "plugins:\n- class: acme.Cost\n");
}

#[test]
fn edits_outlive_kill_9_and_those_that_are_given_up_do_not() {
    let mut session = Session::program(&[]);
    session.remove_entry();
    session.signal(Signal::KILL);
    session.child.wait().expect("ended");
    let mut session = session.again();
    session.wait_for("Unsaved edits of an earlier run");
    session.send("v");
    session.wait_for("-- class: acme.Audit");
    session.send("\u{1b}");
    session.wait_for("[t] take");
    session.send("t");
    session.wait_for("ecovered the edits of plugins.yaml");
    session.send("u");
    session.wait_for("Undid");
    session.send("q");
    assert_eq!(session.end(), 0);
    assert_eq!(session.kept(), Vec::<String>::new(), "what was taken back is not offered again");

    let mut session = session.again();
    session.wait_for("acme.Audit");
    session.remove_entry();
    session.leave_without_saving();
    assert_eq!(session.end(), 0);
    assert_eq!(session.kept(), Vec::<String>::new(), "what was discarded is not offered");
}

#[test]
fn two_running_copies_notice_each_other() {
    let mut first = Session::program(&[]);
    let pid = first.child.process_id().expect("a process");
    first.remove_entry();
    // The same home by a link, and the same state directory.
    let link = first.home.path().join("link");
    let command = format!(
        "HOME='{}' XDG_STATE_HOME='{}' exec \"$0\"",
        link.display(),
        first.home.path().join(".local/state").display()
    );
    let mut second = Session::start("while ! [ -e go ]; do sleep 0.05; done; . ./go", &[]);
    std::os::unix::fs::symlink(first.home.path(), &link).expect("linked");
    fs::write(second.home.path().join("new"), command).expect("written");
    fs::rename(second.home.path().join("new"), second.home.path().join("go")).expect("renamed");
    second.wait_for("Also open elsewhere");
    second.wait_for(&format!("pid {pid} since"));
    second.wait_for("with unsaved edits");
    second.send("r");
    second.wait_for("Read-only");
    second.send("d");
    second.wait_for("nothing can be changed");
    second.send("q");
    assert_eq!(second.end(), 0);
    assert_eq!(first.kept().len(), 2, "the first one's sign and journal stay");
    let output = std::process::Command::new(PROGRAM)
        .args(["set", "api", "0", "class", "acme.Other"])
        .env_clear()
        .env("HOME", first.home.path())
        .output()
        .expect("started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(&format!("warning: plugins.yaml has unsaved edits in pid {pid} since")), "{told}");
    assert_eq!(output.status.code(), Some(0), "it goes on");
    first.send("qx");
    assert_eq!(first.end(), 0);
    assert_eq!(first.kept(), Vec::<String>::new());
}

#[test]
fn a_signal_while_the_external_editor_runs_keeps_the_edits() {
    let at = tempfile::tempdir().expect("a directory");
    let editor = at.path().join("vi");
    executable(&editor, "#!/bin/sh\necho EDITING\nread line\n");
    let mut session = Session::program(&[("EDITOR", editor.to_str().expect("UTF-8"))]);
    session.remove_entry();
    session.send("e");
    session.wait_for("Open in the external editor?");
    session.send("o");
    session.wait_for("EDITING");
    session.signal(Signal::TERM);
    session.wait_for("the unsaved edits of plugins.yaml are kept");
    assert_eq!(session.child.wait().expect("ended").exit_code(), 143);
    session.send("\r");
    assert_eq!(session.take_and_save(), "plugins:\n- class: acme.Cost\n");
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_restores_the_terminal_before_it_is_told() {
    let mut session = Session::program(&[("SKYPLUG_TUI_PANIC", "1")]);
    session.send("j");
    assert_eq!(session.end(), 101);
    assert!(session.screen.screen().contents().contains("asked to by SKYPLUG_TUI_PANIC"));
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_loses_no_edit_before_it() {
    let mut session = Session::program(&[("SKYPLUG_TUI_PANIC", "P")]);
    session.remove_entry();
    session.send("P");
    assert_eq!(session.end(), 101);
    assert_eq!(session.take_and_save(), "plugins:\n- class: acme.Cost\n");
}

#[test]
fn ctrl_z_stops_the_program_and_fg_brings_it_back() {
    let mut session = Session::start("set -m; \"$0\"; echo STOPPED; read answer; fg >/dev/null; echo ENDED", &[]);
    session.wait_for("acme.Audit");
    session.send("\u{1a}");
    session.wait_for("STOPPED");
    assert!(!session.screen.screen().alternate_screen());
    session.send("\r");
    session.wait_for("acme.Audit");
    assert!(session.screen.screen().alternate_screen());
    session.send("q");
    session.wait_for("ENDED");
    session.end();
}

#[test]
fn without_a_shell_to_go_back_to_ctrl_z_only_says_so() {
    let mut session = Session::program(&[]);
    session.send("\u{1a}");
    session.wait_for("cannot be suspended");
    session.send("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn the_external_editor_has_the_terminal_for_itself() {
    // It waits for a line: no key of it may reach the program behind.
    let script = "#!/bin/sh\necho EDITING\nread line\necho \"- class: acme.$line\" >> \"$2\"\n";
    let at = tempfile::tempdir().expect("a directory");
    let editor = at.path().join("vi");
    executable(&editor, script);
    let mut session = Session::program(&[("EDITOR", editor.to_str().expect("UTF-8"))]);
    session.send("j");
    session.send("e");
    session.wait_for("Open in the external editor?");
    session.send("o");
    session.wait_for("EDITING");
    assert!(!session.screen.screen().alternate_screen());
    session.send("dqx\r");
    session.wait_for("acme.dqx");
    assert!(session.screen.screen().alternate_screen());
    session.send("ss");
    session.wait_for("Saved");
    session.send("q");
    assert_eq!(session.end(), 0);
    assert_eq!(session.api(), format!("{API}- class: acme.dqx\n"));
}

fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, script).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
}

/// Builds a wheel with a Python that starts a child and listens to no one.
fn session_with_a_build() -> (Session, Vec<Pid>) {
    let at = tempfile::tempdir().expect("a directory").keep();
    let script = "#!/bin/sh\ntrap '' TERM\nsleep 3600 &\necho $$ $! > \"$6/pids\"\necho compiling\nwait\n";
    executable(&at.join("python3"), script);
    fs::write(at.join("setup.py"), "").expect("written");
    let folder = at.to_str().expect("UTF-8");
    let mut session = Session::program(&[("PATH", &format!("{folder}:/usr/bin:/bin"))]);
    // More keys at once than anybody types are asked about, but in a field.
    session.send("b");
    session.wait_for("Wheel directory");
    session.send(&format!("{folder}\r"));
    session.wait_for("Set controller_wheel_path");
    session.send("wB");
    session.wait_for("Build a wheel of");
    session.send(&format!("{folder}\r"));
    session.wait_for("Build a wheel?");
    session.send("y");
    session.wait_for("compiling");
    let pids = fs::read_to_string(at.join("pids")).expect("read");
    let pids = pids.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect();
    fs::remove_dir_all(at).expect("removed");
    (session, pids)
}

/// Tells whether a process runs; one that nobody has waited for does not.
fn runs(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[test]
fn a_program_that_is_stopped_ends_with_all_that_it_started() {
    let (mut session, pids) = session_with_a_build();
    assert_eq!(pids.iter().filter(|pid| runs(**pid)).count(), 2);
    session.send("s");
    session.wait_for("Stopped. No wheel was built.");
    assert!(!pids.iter().any(|pid| runs(*pid)));
    // The dialog, the screen, the program with its unsaved edit.
    session.send("qqqx");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_program_that_runs_ends_with_the_screens() {
    let (mut session, pids) = session_with_a_build();
    session.signal(Signal::TERM);
    assert_eq!(session.end(), 128 + 15);
    assert!(!pids.iter().any(|pid| runs(*pid)));
}

#[test]
fn nothing_is_asked_of_the_terminal_before_the_first_frame() {
    let session = Session::start("exec \"$0\"", &[]);
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("acme.Audit") {
        bytes.extend(session.output.recv_timeout(GUARD).expect("a frame"));
    }
    let text = String::from_utf8_lossy(&bytes);
    // Device attributes, status and cursor reports, colours, keyboard: all questions.
    for question in
        ["\u{1b}[c", "\u{1b}[>c", "\u{1b}[6n", "\u{1b}[5n", "\u{1b}[?u", "\u{1b}]11;?", "\u{1b}]10;?", "\u{1b}P"]
    {
        assert!(!text.contains(question), "{question:?}");
    }
    session.signal(Signal::TERM);
}

#[test]
fn without_a_terminal_it_says_what_works() {
    let output = std::process::Command::new(PROGRAM).stdin(std::process::Stdio::null()).output().expect("run");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("skyplug-tui check"), "{told}");
    assert!(output.stdout.is_empty());
}
