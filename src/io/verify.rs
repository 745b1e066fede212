//! Asks a real `SkyPilot` what it makes of both files, in a process of its own.
//!
//! The process runs a script of this program's from a private folder, in `/`,
//! under a scratch HOME, with an environment of few variables and no terminal;
//! what it gets is files to read, what it gives is one line. It is ended, with
//! all that it started, when the time is over.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::{Read, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::check::verify::{Answer, DIRECTORY, Mode, SCRIPT, Verified, arguments};
use crate::check::{self, Consolidation, CwdSource, Facts, Status};
use crate::config::secret::Mask;
use crate::config::{Environment, PathSource, Role, Workspace, locate};
use crate::preview;
use crate::text::visible::{visible, visible_name};

/// How long an answer may take: an import of `SkyPilot` takes some seconds.
pub const LIMIT: Duration = Duration::from_mins(1);
/// What runs in the other Python.
const TEXT: &str = include_str!("../../assets/verify.py");
/// The most that is read of an answer, in bytes.
const MAX_ANSWER: u64 = 16 << 20;
/// The most that is kept of what the process complains of, in bytes.
const MAX_COMPLAINTS: usize = 16 << 10;
/// How many lines of that are shown.
const SHOWN_COMPLAINTS: usize = 8;
/// How long a process may go on after its last word.
const GRACE: Duration = Duration::from_secs(2);
/// The mode of the folder: a script that others can write must not run.
const PRIVATE: u32 = 0o700;
/// What the process gets of this one's environment: how to find and run Python,
/// and nothing that makes `SkyPilot` talk to a server or a database.
const KEPT: [&str; 13] = [
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "USER",
    "LOGNAME",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONNOUSERSITE",
    "PYTHONUTF8",
    "VIRTUAL_ENV",
];

/// What is asked, and of whom.
#[derive(Clone, Debug)]
pub struct Question {
    /// The interpreter.
    pub python: PathBuf,
    /// How far it goes.
    pub mode: Mode,
    /// How long the answer may take.
    pub limit: Duration,
    /// Whether secrets are left in the answer.
    pub show_secrets: bool,
    /// More directories with Python packages.
    pub python_path: Vec<PathBuf>,
}

/// Asks about the files at the places that `workspace` names, and compares.
///
/// # Errors
///
/// Returns why there is no answer, in words, with the last lines that the
/// process complained with.
pub fn verify(question: &Question, workspace: &Workspace, facts: &Facts) -> Result<Verified, String> {
    let workspace = absolute(workspace, &facts.environment);
    // The planner knows nothing of consolidation mode, which leaves its plan out at the end.
    let facts = Facts { consolidation: Consolidation::default(), ..facts.clone() };
    let report = check::check(&workspace, &facts);
    let (python, mode) = (question.python.clone(), question.mode);
    let endless: Vec<String> = Role::ALL
        .into_iter()
        .filter(|role| report.verdict(*role).status == Status::Hang)
        .map(|role| format!("not asked: SkyPilot would wait for {} for ever", role.file_name()))
        .collect();
    if !endless.is_empty() {
        return Ok(Verified::not_asked(mode, python, endless));
    }
    let mask = Mask::of(Role::ALL.iter().filter_map(|role| workspace.document(*role)).map(|document| &**document));
    let covered = |text: String| if question.show_secrets { text } else { mask.apply(&text) };
    let answer = ask(question, &workspace, &facts).map_err(covered)?;
    let preview = preview::preview(&workspace, &facts);
    let mut verified = Verified::new(mode, python, &report, &preview, &facts, answer);
    if !question.show_secrets {
        verified.mask(&mask);
    }
    Ok(verified)
}

/// Returns the workspace with the paths as another directory needs them, where a
/// flag gave them.
fn absolute(workspace: &Workspace, environment: &Environment) -> Workspace {
    let mut new = workspace.clone();
    for role in Role::ALL {
        let mut location = workspace.file(role).location.clone();
        if location.source == PathSource::Flag {
            location.path = location.path.map(|path| environment.cwd.join(path));
            new = new.with_location(role, location);
        }
    }
    new
}

/// What the script says.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Failed { error: Failed },
    Answered(Box<Answer>),
}

#[derive(Deserialize)]
struct Failed {
    exception: String,
    message: String,
}

fn ask(question: &Question, workspace: &Workspace, facts: &Facts) -> Result<Answer, String> {
    let folder = tempfile::Builder::new()
        .prefix("skyplug-tui.")
        .permissions(Permissions::from_mode(PRIVATE))
        .tempdir()
        .map_err(|error| format!("cannot make a private folder: {error}"))?;
    let home = folder.path().join("home");
    let argv = arguments(&question.python, folder.path());
    let prepared =
        fs::write(folder.path().join(SCRIPT), TEXT).and_then(|()| fs::DirBuilder::new().mode(PRIVATE).create(&home));
    prepared.map_err(|error| format!("cannot write the script: {error}"))?;
    let request = request(question, workspace, facts).to_string() + "\n";
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).current_dir(DIRECTORY).env_clear().envs(variables(&facts.environment, &home));
    let name = visible_name(question.python.as_os_str());
    let said = run(command, request, question.limit).map_err(|error| format!("{name} {error}"))?;
    let last = said.answer.rsplit(|&byte| byte == b'\n').find(|line| !line.is_empty()).unwrap_or_default();
    let failed = |why: String| Err(format!("{name} {why}{}", said.complaints));
    match serde_json::from_slice::<Line>(last) {
        Ok(Line::Answered(answer)) if answer.is_whole() => Ok(*answer),
        Ok(Line::Answered(_)) => failed("answered only a part of the question".to_owned()),
        Ok(Line::Failed { error: Failed { exception, message } }) => {
            failed(format!("cannot import SkyPilot: {exception}: {message}"))
        }
        Err(_) => failed(said.end.map_or_else(|| "gave no answer".to_owned(), |end| format!("gave no answer ({end})"))),
    }
}

/// Returns the environment of the process.
fn variables(environment: &Environment, home: &Path) -> Vec<(OsString, OsString)> {
    let own = KEPT.iter().filter_map(|name| Some(((*name).into(), environment.get(name)?.to_owned())));
    let mut all: Vec<(OsString, OsString)> = own.collect();
    all.push(("HOME".into(), home.into()));
    all.push(("TMPDIR".into(), home.into()));
    all.push(("SKYPILOT_DISABLE_USAGE_COLLECTION".into(), "1".into()));
    // Packages of `pip install --user` are found by HOME, where nothing else is said.
    let base = environment.get("PYTHONUSERBASE").map(PathBuf::from);
    if let Some(base) = base.or_else(|| Some(environment.home()?.join(".local"))) {
        all.push(("PYTHONUSERBASE".into(), base.into()));
    }
    all
}

fn packed(text: &OsStr) -> Json {
    json!(BASE64.encode(text.as_bytes()))
}

/// Returns what the script is told.
fn request(question: &Question, workspace: &Workspace, facts: &Facts) -> Json {
    let environment = &facts.environment;
    let mut variables = Map::new();
    if let Some(home) = environment.get("HOME") {
        variables.insert("HOME".to_owned(), packed(home));
    }
    for role in Role::ALL {
        let location = &workspace.file(role).location;
        let value = match location.source {
            // The reader finds no file where the variable is set to nothing.
            PathSource::Flag | PathSource::ConfigMap => {
                Some(location.path.clone().unwrap_or_default().into_os_string())
            }
            PathSource::Env => environment.get(locate::variable(role)).map(OsStr::to_owned),
            PathSource::Default => None,
        };
        if let Some(value) = value {
            variables.insert(locate::variable(role).to_owned(), packed(&value));
        }
    }
    let imports = question.mode == Mode::Import;
    let mut path: Vec<Json> = Vec::new();
    if imports {
        path.extend(question.python_path.iter().map(|folder| packed(environment.cwd.join(folder).as_os_str())));
        // `python -m sky.server.server` imports from the directory it runs in, where that is known.
        if facts.cwd_source != CwdSource::CurrentDirectory {
            path.push(packed(facts.server_cwd.as_os_str()));
        }
    }
    json!({
        "mode": question.mode.name(),
        "limit": question.limit.as_secs().max(1),
        "variables": variables,
        "directory": packed(facts.server_cwd.as_os_str()),
        "environment": if imports { others(environment) } else { Map::new() },
        "path": path,
    })
}

/// Returns the variables that plugins may look at when they are imported.
fn others(environment: &Environment) -> Map<String, Json> {
    let is_other = |name: &str| {
        !name.is_empty()
            && !matches!(name, "HOME" | "TMPDIR")
            && !["SKYPILOT", "PYTHON", "LD_"].iter().any(|prefix| name.starts_with(prefix))
    };
    let named = environment.variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value)));
    named.filter(|(name, _)| is_other(name)).map(|(name, value)| (name.to_owned(), packed(value))).collect()
}

/// What a process said.
struct Said {
    answer: Vec<u8>,
    /// The last lines of its standard error, each on a line of its own.
    complaints: String,
    /// How it ended, where it ended by itself.
    end: Option<ExitStatus>,
}

/// Runs the process to its end, or to that of the time.
fn run(mut command: Command, request: String, limit: Duration) -> Result<Said, String> {
    // A group of its own: all that it starts ends with it, and Ctrl-C is not for it.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|error| format!("did not start: {error}"))?;
    // Open until the end: its closing tells the process that nobody waits any more.
    let lifeline = child.stdin.take().map(|stdin| send(stdin, request));
    let answer = child.stdout.take().map(read_answer);
    let complaints = child.stderr.take().map(read_complaints);
    let answered = answer.and_then(|answer| answer.recv_timeout(limit).ok());
    let by_itself = answered.is_some() && has_ended(&child, GRACE);
    let end = stop(&mut child).filter(|_| by_itself);
    drop(lifeline);
    let complaints = complaints.and_then(|complaints| complaints.recv_timeout(GRACE).ok()).unwrap_or_default();
    let complaints = last_lines(&complaints);
    match answered {
        None => Err(format!("gave no answer within {} seconds: it was ended{complaints}", limit.as_secs())),
        Some(answer) if u64::try_from(answer.len()).is_ok_and(|length| length > MAX_ANSWER) => {
            Err(format!("answered with more than {} MiB: it was ended{complaints}", MAX_ANSWER >> 20))
        }
        Some(answer) => Ok(Said { answer, complaints, end }),
    }
}

/// Sends the request; the pipe stays open until the returned sender is dropped.
fn send(mut stdin: ChildStdin, request: String) -> Sender<()> {
    let (lifeline, end) = channel::<()>();
    thread::spawn(move || {
        // A process that ends without reading it is told by what it does not answer.
        let _ = stdin.write_all(request.as_bytes());
        let _ = end.recv();
    });
    lifeline
}

/// Reads what is answered, and not more of it than is allowed.
fn read_answer(stdout: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stdout.take(MAX_ANSWER + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

/// Reads all that is complained of, and keeps the end of it.
fn read_complaints(mut stderr: ChildStderr) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut piece = [0; 8 << 10];
        while let Ok(count @ 1..) = stderr.read(&mut piece) {
            kept.extend_from_slice(&piece[..count]);
            let surplus = kept.len().saturating_sub(MAX_COMPLAINTS);
            kept.drain(..surplus);
        }
        let _ = sender.send(kept);
    });
    receiver
}

/// Waits for the end of a process, which is not taken note of: its group keeps its number.
fn has_ended(child: &Child, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    loop {
        match waitid(WaitId::Pid(Pid::from_child(child)), options) {
            Ok(Some(_)) => return true,
            Ok(None) if Instant::now() < until => thread::sleep(Duration::from_millis(5)),
            _ => return false,
        }
    }
}

/// Ends the process and all of its group.
fn stop(child: &mut Child) -> Option<ExitStatus> {
    // It may be gone already.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.wait().ok()
}

/// Returns the last lines, each on a line of its own and indented.
fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN_COMPLAINTS)..];
    shown.iter().flat_map(|line| ["\n  ".into(), visible(line)]).collect()
}
