//! Runs a program after a question, and tells its output line by line.
//!
//! The program has a session of its own and no terminal: nothing to read from,
//! one pipe to write to. It ends with all that it started: when it is stopped,
//! when it ends by itself, and when this program is left.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{PipeReader, Read as _, pipe};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use super::perform::Outside;
use super::restart;
use crate::app::message::Message;
use crate::app::run::{Ended, How, MOST_LINES, Program, Purpose};
use crate::check::verify::DIRECTORY;
use crate::config::Environment;
use crate::text::visible::{visible, visible_name};
use crate::wheel::matches_glob;

/// How long a program that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_secs(3);
/// How long it may take where this program is left: a signal's own patience is two seconds.
const LEAVING: Duration = Duration::from_secs(1);
/// How long the way from a kill to the end of its thread may take, beyond that.
const MARGIN: Duration = Duration::from_millis(500);
/// How long lines are collected before they are told again: no one reads faster.
const PAUSE: Duration = Duration::from_millis(50);
/// The most bytes of a line that are kept.
const MOST_IN_LINE: usize = 4 << 10;
/// How much is read at once, in bytes.
const PIECE: usize = 8 << 10;
/// How many pieces may wait: a program that prints without end waits too.
const WAITING: usize = 16;
/// Gives a program a session of its own (util-linux); where it is missing, a group must do.
const SETSID: [&str; 2] = ["/usr/bin/setsid", "/bin/setsid"];
/// What the program is told: no colours, lines at once, no questions.
const VARIABLES: [(&str, &str); 3] = [("TERM", "dumb"), ("PYTHONUNBUFFERED", "1"), ("PIP_NO_INPUT", "1")];

/// What happens to a program.
enum Happened {
    /// It has printed something.
    Printed(Vec<u8>),
    /// Nobody can print any more.
    Closed,
    /// It has ended; what it started may go on.
    Exited,
    /// It shall end, and be killed after this time.
    Asked(Duration),
}

/// The program that runs, for those who want it stopped.
#[derive(Debug, Default)]
pub struct Running {
    now: Mutex<Option<SyncSender<Happened>>>,
    ended: Condvar,
}

impl Running {
    /// Asks the program to end; it is killed where it does not.
    pub fn stop(&self) {
        self.ask(GRACE);
    }

    fn ask(&self, grace: Duration) {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // It may have ended meanwhile.
        now.map(|now| now.send(Happened::Asked(grace)));
    }

    /// Stops the program and waits until it is gone.
    pub fn end(&self) {
        self.ask(LEAVING);
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        // The thread that runs it keeps to the time.
        drop(self.ended.wait_timeout_while(now, LEAVING + MARGIN, |now| now.is_some()));
    }

    /// Waits, as a program that runs and may be stopped; tells whether it was.
    pub(super) fn pause(&self, time: Duration) -> bool {
        let (sender, happened) = sync_channel(WAITING);
        self.set(Some(sender));
        let stopped = happened.recv_timeout(time).is_ok();
        self.set(None);
        stopped
    }

    fn set(&self, now: Option<SyncSender<Happened>>) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.ended.notify_all();
    }
}

/// Finds out what would be run.
///
/// # Errors
///
/// Returns why nothing would, as a sentence.
pub fn plan(purpose: Purpose, python: Option<PathBuf>, outside: &Outside) -> Result<Program, String> {
    let environment = &outside.environment;
    let purpose = match purpose {
        Purpose::Restart(restart) => return restart::plan(*restart, outside),
        other => other,
    };
    match &purpose {
        Purpose::Build { project, .. } => check_project(project)?,
        Purpose::Install { wheel } if !wheel.is_file() => {
            return Err(format!("{} is not there any more.", visible_name(wheel.as_os_str())));
        }
        Purpose::Install { .. } | Purpose::Restart(_) => {}
    }
    let chosen = outside.options.python.as_ref().map(|python| environment.cwd.join(python));
    let python = python.or(chosen).or_else(|| on_path("python3", environment));
    let python = python.ok_or("There is no python3 on PATH: --python names one.")?;
    let mut argv: Vec<OsString> = vec![python.into()];
    argv.extend(purpose.arguments());
    // No module lies there that would be taken for `build` or `pip`.
    Ok(Program { purpose, argv, directory: PathBuf::from(DIRECTORY) })
}

fn check_project(project: &Path) -> Result<(), String> {
    let name = visible_name(project.as_os_str());
    if !project.is_dir() {
        return Err(format!("{name} is no directory."));
    }
    if ["pyproject.toml", "setup.py"].iter().any(|file| project.join(file).is_file()) {
        return Ok(());
    }
    Err(format!("{name} has neither pyproject.toml nor setup.py."))
}

/// Returns the absolute path of a program on PATH, its links not followed: a
/// virtual environment is known by them.
pub(super) fn on_path(name: &str, environment: &Environment) -> Option<PathBuf> {
    let folders = std::env::split_paths(environment.get("PATH")?).filter(|folder| !folder.as_os_str().is_empty());
    let mut candidates = folders.map(|folder| environment.cwd.join(folder).join(name));
    candidates.find(|path| is_program(path))
}

/// Tells whether there is a file that can be run.
pub(super) fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Runs a program to its end; its output and its end are told.
pub fn run(program: &Program, outside: &Outside, tell: &mut dyn FnMut(Message)) {
    if let Purpose::Restart(restart) = &program.purpose {
        return restart::run(program, restart, outside, tell);
    }
    let wheels = || program.purpose.writes_to().map(wheels_of).unwrap_or_default();
    let before = wheels();
    let how = execute(program, outside, tell);
    let mut written = wheels();
    written.retain(|one| !before.contains(one));
    tell(Message::RunEnded(Ended { how, written: written.into_iter().map(|(name, _)| name).collect(), server: None }));
}

/// Runs one argument vector to its end; its output is told.
pub(super) fn execute(program: &Program, outside: &Outside, tell: &mut dyn FnMut(Message)) -> How {
    match Started::new(program, outside) {
        Ok(started) => started.follow(outside, tell),
        Err(error) => How::NotStarted(format!("{} did not start: {error}", visible_name(&program.argv[0]))),
    }
}

/// Returns the wheels of a directory, each with what changes when it is written.
fn wheels_of(folder: &Path) -> Vec<(OsString, (u64, u64, i64, i64))> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let wheels = entries.filter(|entry| matches_glob(&entry.file_name())).filter_map(|entry| {
        let found = entry.metadata().ok()?;
        Some((entry.file_name(), (found.ino(), found.len(), found.mtime(), found.mtime_nsec())))
    });
    let mut wheels: Vec<_> = wheels.collect();
    wheels.sort();
    wheels
}

/// A program that runs.
struct Started {
    child: Child,
    happened: Receiver<Happened>,
}

impl Started {
    fn new(program: &Program, outside: &Outside) -> std::io::Result<Self> {
        let (reader, writer) = pipe()?;
        let mut command = command(&program.argv);
        command.current_dir(&program.directory).env_clear().envs(&outside.environment.variables);
        // A server keeps what it was started with: it gets what the person's shell would give it.
        if !matches!(program.purpose, Purpose::Restart(_)) {
            command.envs(VARIABLES);
        }
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let (sender, happened) = sync_channel(WAITING);
        // Before it starts: who leaves meanwhile must find it.
        outside.running.set(Some(sender.clone()));
        let child = command.spawn().inspect_err(|_| outside.running.set(None))?;
        // The writing ends that this process has go with it.
        drop(command);
        read(reader, sender.clone());
        wait(Pid::from_child(&child), sender);
        Ok(Self { child, happened })
    }

    /// Tells the output until the program and all that it started have ended.
    fn follow(mut self, outside: &Outside, tell: &mut dyn FnMut(Message)) -> How {
        let mut lines = Lines::default();
        let (mut exited, mut closed, mut asked) = (false, false, false);
        let mut kill: Option<Instant> = None;
        let mut pause = Instant::now();
        while !(exited && closed) {
            let until = [kill, lines.is_waiting().then_some(pause)].into_iter().flatten().min();
            match self.next(until) {
                Some(Happened::Printed(bytes)) => lines.take(&bytes),
                Some(Happened::Closed) => closed = true,
                Some(Happened::Exited) => {
                    exited = true;
                    kill.get_or_insert_with(|| Instant::now() + GRACE);
                }
                Some(Happened::Asked(grace)) => {
                    asked = true;
                    let then = Instant::now() + grace;
                    kill = Some(kill.map_or(then, |kill| kill.min(then)));
                    self.signal(Signal::TERM);
                }
                None if kill.is_some_and(|kill| kill <= Instant::now()) => {
                    kill = None;
                    self.signal(Signal::KILL);
                    // Who left the group may keep the pipe open for ever.
                    closed |= exited;
                }
                None => {}
            }
            if lines.is_waiting() && pause <= Instant::now() {
                tell(lines.message());
                pause = Instant::now() + PAUSE;
            }
        }
        self.signal(Signal::KILL);
        lines.finish();
        if lines.is_waiting() {
            tell(lines.message());
        }
        let status = self.child.wait();
        outside.running.set(None);
        match status {
            _ if asked => How::Stopped,
            Ok(status) if status.success() => How::Well,
            Ok(status) => How::Badly(status.to_string()),
            Err(error) => How::Badly(error.to_string()),
        }
    }

    /// Waits for what happens next; none where the time comes first.
    fn next(&self, until: Option<Instant>) -> Option<Happened> {
        match until {
            None => self.happened.recv().ok(),
            Some(until) => self.happened.recv_timeout(until.saturating_duration_since(Instant::now())).ok(),
        }
    }

    /// Sends a signal to the program and all of its group, whose number is kept until it is waited for.
    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        // It may not have its group yet, or be gone already.
        let _ = kill_process_group(pid, signal).or_else(|_| kill_process(pid, signal));
    }
}

/// Returns the command that runs an argument vector in a session of its own.
fn command(argv: &[OsString]) -> Command {
    if let Some(setsid) = SETSID.iter().find(|path| Path::new(path).is_file()) {
        // As the leader of no group it becomes the program itself, with the same number.
        let mut command = Command::new(setsid);
        command.args(argv);
        return command;
    }
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).process_group(0);
    command
}

/// Reads what is printed until nobody can print any more.
fn read(mut reader: PipeReader, sender: SyncSender<Happened>) {
    thread::spawn(move || {
        let mut piece = [0; PIECE];
        while let Ok(count @ 1..) = reader.read(&mut piece) {
            if sender.send(Happened::Printed(piece[..count].to_vec())).is_err() {
                return;
            }
        }
        let _ = sender.send(Happened::Closed);
    });
}

/// Waits for the end of the program, which is not taken note of.
fn wait(pid: Pid, sender: SyncSender<Happened>) {
    thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while waitid(WaitId::Pid(pid), options).is_err_and(|error| error == rustix::io::Errno::INTR) {}
        let _ = sender.send(Happened::Exited);
    });
}

/// Bytes on their way to lines.
#[derive(Default)]
struct Lines {
    whole: VecDeque<String>,
    dropped: usize,
    /// The start of a line that is not whole yet.
    rest: Vec<u8>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = part.strip_suffix(b"\n");
            let room = MOST_IN_LINE.saturating_sub(self.rest.len());
            let text = line.unwrap_or(part);
            self.rest.extend(text.iter().take(room));
            if line.is_some() {
                self.push();
            }
        }
    }

    fn push(&mut self) {
        let line = std::mem::take(&mut self.rest);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        // Tabs would be escapes; nobody lines up what a program prints for people.
        self.whole.push_back(visible(&String::from_utf8_lossy(line).replace('\t', "    ")).into_owned());
        if self.whole.len() > MOST_LINES {
            self.whole.pop_front();
            self.dropped += 1;
        }
    }

    /// Takes what is left as a line.
    fn finish(&mut self) {
        if !self.rest.is_empty() {
            self.push();
        }
    }

    fn is_waiting(&self) -> bool {
        !self.whole.is_empty()
    }

    fn message(&mut self) -> Message {
        let lines = std::mem::take(&mut self.whole).into();
        Message::Printed { lines, dropped: std::mem::take(&mut self.dropped) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Options;

    fn outside() -> Outside {
        let mut environment = Environment { cwd: "/".into(), ..Environment::default() };
        environment.variables.insert("PATH".into(), "/usr/bin:/bin".into());
        Outside::new(Options::default(), environment)
    }

    /// Runs a shell script; returns its lines and its end.
    fn script(text: &str, outside: &Outside, at_line: &mut dyn FnMut(&str)) -> (Vec<String>, Ended) {
        let argv = ["/bin/sh", "-c", text].map(OsString::from).to_vec();
        let purpose = Purpose::Install { wheel: "/w.whl".into() };
        let program = Program { purpose, argv, directory: "/".into() };
        let (mut lines, mut end) = (Vec::new(), None);
        run(&program, outside, &mut |message| match message {
            Message::Printed { lines: new, .. } => {
                for line in &new {
                    at_line(line);
                }
                lines.extend(new);
            }
            Message::RunEnded(ended) => end = Some(ended),
            _ => {}
        });
        (lines, end.expect("an end"))
    }

    #[test]
    fn lines_of_both_streams_come_in_order_and_are_escaped() {
        let text = "echo one; echo two >&2; printf 'thr\\033[31mee\\r\\nlast'; read x || echo \" $TERM\"; exit 3";
        let (lines, ended) = script(text, &outside(), &mut |_| {});
        assert_eq!(lines, ["one", "two", "thr\\x1b[31mee", "last dumb"]);
        assert_eq!(ended.how, How::Badly("exit status: 3".to_owned()));
    }

    #[test]
    fn there_is_no_terminal() {
        let (lines, _) = script("(: < /dev/tty) 2>/dev/null && echo a terminal || echo none", &outside(), &mut |_| {});
        assert_eq!(lines, ["none"]);
    }

    #[test]
    fn what_is_stopped_ends_with_all_that_it_started() {
        let outside = outside();
        let mut pid = String::new();
        // Both would go on for an hour, and neither listens.
        let text = "trap '' TERM; sleep 3600 & echo $!; wait; sleep 3600";
        let (_, ended) = script(text, &outside, &mut |line| {
            line.clone_into(&mut pid);
            outside.running.stop();
        });
        assert_eq!(ended.how, How::Stopped);
        // Killed it is; the system may take a moment to carry it out.
        let state = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let is_gone = || state().is_empty() || state().contains(") Z ");
        let gone = (0..1000).any(|_| {
            is_gone() || {
                thread::sleep(Duration::from_millis(10));
                false
            }
        });
        assert!(gone, "{}", state());
    }

    #[test]
    fn a_flood_is_cut_to_its_last_lines() {
        let (lines, ended) = script("seq 1 200000; head -c 100000 /dev/zero", &outside(), &mut |_| {});
        assert_eq!(ended.how, How::Well);
        let last = &lines[lines.len() - 2..];
        assert_eq!(last[0], "200000");
        assert!(last[1].len() <= MOST_IN_LINE * 4, "each byte is an escape of four");
    }

    #[test]
    fn a_plan_names_the_interpreter_or_says_what_is_missing() {
        let folder = tempfile::tempdir().expect("a directory");
        let purpose = || Purpose::Build { project: folder.path().to_owned(), into: "/w".into() };
        let refused = plan(purpose(), Some("/p".into()), &outside()).expect_err("no project");
        assert!(refused.contains("neither pyproject.toml nor setup.py"), "{refused}");
        fs::write(folder.path().join("setup.py"), "").expect("written");
        let program = plan(purpose(), Some("/p".into()), &outside()).expect("a program");
        let mut argv = ["/p", "-m", "build", "--wheel", "--outdir", "/w"].map(OsString::from).to_vec();
        argv.push(folder.path().into());
        assert_eq!(program.argv, argv);
        let mut nowhere = outside();
        nowhere.environment.variables.clear();
        assert!(plan(purpose(), None, &nowhere).expect_err("no Python").contains("--python"));
    }
}
