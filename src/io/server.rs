//! Finds the local API servers, the Python behind `sky`, and the client's settings.
//!
//! All of it by reading small files: `/proc`, the first line of `sky`, names in
//! `site-packages`, `~/.sky/config.yaml`, `/etc/passwd`. No program is started
//! and no connection is made.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub use crate::check::Server;
use crate::check::{Consolidation, SkyVersion};
use crate::config::Environment;
use crate::config::locate::expand_user;
use crate::yaml::{Document, Value};

/// The arguments that make a process an API server (`API_SERVER_CMD`, `sky/server/common.py`, 0.14.1).
const SERVER_ARGUMENTS: [&[u8]; 2] = [b"-m", b"sky.server.server"];
/// The variable that names the port of a local server, for the client and the server.
const PORT: &str = "SKYPILOT_API_SERVER_LOCAL_PORT";
/// The variables of a server that bear on the two files. The others stay where
/// they are: some hold passwords.
const SERVER_VARIABLES: [&str; 7] = [
    "HOME",
    "SKY_RUNTIME_DIR",
    "SKYPILOT_API_SERVER_ENDPOINT",
    PORT,
    "SKYPILOT_GLOBAL_CONFIG",
    "SKYPILOT_SERVER_PLUGINS_CONFIG",
    "SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG",
];
/// The file that says that controllers for jobs run inside the server
/// (`sky/jobs/constants.py`, 0.14.1).
const CONSOLIDATION_SIGNAL: &str = ".sky/.jobs_controller_consolidation_reloaded_signal";
/// The most that is read of a small file, in bytes.
const SMALL_FILE: u64 = 4 << 20;
/// The most that is read of the first line of a script, in bytes: the kernel's own limit.
const FIRST_LINE: u64 = 256;

/// The room that most small files fit into, in bytes.
const FEW_READS: usize = 2048;

/// Reads a regular file, and not more of it than `limit`.
fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    // Looked at before it is opened: opening a FIFO would wait.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    read_file(path, limit)
}

/// Reads what is known to be a regular file.
fn read_file(path: &Path, limit: u64) -> Option<Vec<u8>> {
    // What lies in `/proc` has no size to go by: one read is enough for most.
    let mut bytes = Vec::with_capacity(FEW_READS);
    File::open(path).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The port of a local server where nothing names another
/// (`get_local_api_server_port`, `sky/server/common.py`, 0.14.1).
pub(super) const DEFAULT_PORT: u16 = 46580;

/// Returns the running API servers of this user that its `sky` talks to, by process number.
///
/// That is the one on this shell's port; where none listens there, those that
/// read the files of this HOME. Others on the machine have files of their own.
#[must_use]
pub fn running(environment: &Environment) -> Vec<Server> {
    let port = port(environment).unwrap_or(DEFAULT_PORT);
    let (ours, mut others): (Vec<Server>, Vec<Server>) =
        all_running().into_iter().partition(|server| server.port == port);
    if !ours.is_empty() {
        return ours;
    }
    let home = environment.home();
    others.retain(|server| home.is_some() && server.variables.get("HOME").map(PathBuf::from) == home);
    others
}

/// Returns the port that the client and a new server take; none where the variable names no port.
pub(super) fn port(environment: &Environment) -> Option<u16> {
    environment.get(PORT).map_or(Some(DEFAULT_PORT), |port| port.to_str()?.trim().parse().ok())
}

/// Returns all running API servers of this user, by process number.
pub(super) fn all_running() -> Vec<Server> {
    let user = rustix::process::getuid().as_raw();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf, u16)> = processes
        .flatten()
        .filter_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            // First: to read what a process runs may wait for that process, which only its owner's should.
            if process.metadata().ok()?.uid() != user {
                return None;
            }
            let directory = process.path();
            let port = port_of(&command_line(&directory)?)?;
            Some((pid, directory, port))
        })
        .collect();
    found.sort_unstable();
    let pids: Vec<u32> = found.iter().map(|(pid, ..)| *pid).collect();
    // A process that a server forked has its command line too.
    found.retain(|(_, directory, _)| parent(directory).is_none_or(|parent| !pids.contains(&parent)));
    found
        .into_iter()
        .map(|(pid, directory, port)| Server {
            pid,
            port,
            cwd: fs::read_link(directory.join("cwd")).ok(),
            variables: read(&directory.join("environ"), SMALL_FILE).map(|all| variables(&all)).unwrap_or_default(),
        })
        .collect()
}

/// Reads the command line of a process by its directory in `/proc`, each argument ended by a zero.
fn command_line(process: &Path) -> Option<Vec<u8>> {
    read_file(&process.join("cmdline"), SMALL_FILE)
}

/// Returns the port of a server by its command line; none where it is no server's.
fn port_of(command_line: &[u8]) -> Option<u16> {
    let mut arguments = command_line.split(|&byte| byte == 0).skip_while(|one| *one != SERVER_ARGUMENTS[0]).skip(1);
    if arguments.next() != Some(SERVER_ARGUMENTS[1]) {
        return None;
    }
    // Python's argparse takes both forms.
    while let Some(argument) = arguments.next() {
        let value = argument.strip_prefix(b"--port=").or_else(|| {
            let named = argument == b"--port";
            named.then(|| arguments.next()).flatten()
        });
        if let Some(value) = value {
            return std::str::from_utf8(value).ok()?.parse().ok();
        }
    }
    Some(DEFAULT_PORT)
}

/// Reads the parent's number: the fourth field of `stat`, counted behind the
/// last `)`, as the second one may hold anything.
fn parent(process: &Path) -> Option<u32> {
    let stat = read(&process.join("stat"), SMALL_FILE)?;
    let stat = String::from_utf8_lossy(&stat);
    stat[stat.rfind(')')? + 1..].split_whitespace().nth(1)?.parse().ok()
}

fn variables(environ: &[u8]) -> BTreeMap<String, String> {
    environ
        .split(|&byte| byte == 0)
        .filter_map(|pair| {
            let pair = String::from_utf8_lossy(pair);
            let (name, value) = pair.split_once('=')?;
            SERVER_VARIABLES.contains(&name).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Returns the arguments of a server, behind the name of its module.
#[must_use]
pub(super) fn arguments_of(server: &Server) -> Vec<String> {
    let line = command_line(&Path::new("/proc").join(server.pid.to_string())).unwrap_or_default();
    let words: Vec<&[u8]> = line.split(|&byte| byte == 0).filter(|word| !word.is_empty()).collect();
    let module = words.windows(2).position(|pair| pair == SERVER_ARGUMENTS).map_or(words.len(), |at| at + 2);
    words[module..].iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// Returns the interpreter that runs a server, where its command line names it by its whole path.
#[must_use]
pub fn python_of_server(server: &Server) -> Option<PathBuf> {
    let command_line = command_line(&Path::new("/proc").join(server.pid.to_string()))?;
    let first = command_line.split(|&byte| byte == 0).next()?;
    let python = PathBuf::from(OsStr::from_bytes(first));
    python.is_absolute().then_some(python)
}

/// Returns the interpreter behind `sky` on PATH: links followed, first line read.
#[must_use]
pub fn python_of_sky(environment: &Environment) -> Option<PathBuf> {
    let sky = fs::canonicalize(on_path("sky", environment)?).ok()?;
    let head = read(&sky, FIRST_LINE)?;
    let line = head.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let interpreter = Path::new(OsStr::from_bytes(words.next()?)).to_owned();
    match interpreter.file_name()?.as_bytes() {
        b"env" => on_path(OsStr::from_bytes(words.next()?).to_str()?, environment),
        name if name.starts_with(b"python") || name.starts_with(b"pypy") => Some(interpreter),
        // A shell that starts something else.
        _ => None,
    }
}

fn on_path(name: &str, environment: &Environment) -> Option<PathBuf> {
    let path = environment.get("PATH")?;
    std::env::split_paths(path)
        .map(|directory| environment.cwd.join(directory).join(name))
        .find(|file| fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0))
}

/// Returns the release of `SkyPilot` among the packages of an interpreter.
#[must_use]
pub fn version_of(python: &Path) -> Option<SkyVersion> {
    site_packages(python).iter().find_map(|directory| {
        let names = fs::read_dir(directory).ok()?;
        names.flatten().find_map(|name| version_of_metadata(&name.file_name()))
    })
}

/// Returns the directories that an interpreter imports packages from, as far
/// as its place tells.
#[must_use]
pub fn site_packages(python: &Path) -> Vec<PathBuf> {
    let mut prefixes: Vec<PathBuf> = Vec::new();
    // A virtual environment's interpreter is a link to the one it was made with:
    // the place of the link counts, then the target's.
    for place in [Some(python.to_owned()), fs::canonicalize(python).ok()].into_iter().flatten() {
        let Some(prefix) = place.parent().and_then(Path::parent) else { continue };
        if !prefixes.iter().any(|known| known == prefix) {
            prefixes.push(prefix.to_owned());
            prefixes.push(prefix.join("local"));
        }
        if prefix.join("pyvenv.cfg").is_file() {
            break;
        }
    }
    let mut found = Vec::new();
    for library in prefixes.iter().flat_map(|prefix| [prefix.join("lib"), prefix.join("lib64")]) {
        let Ok(names) = fs::read_dir(&library) else { continue };
        let mut pythons: Vec<OsString> = names.flatten().map(|name| name.file_name()).collect();
        pythons.retain(|name| name.as_bytes().starts_with(b"python"));
        pythons.sort();
        for name in pythons {
            for packages in ["site-packages", "dist-packages"] {
                let directory = library.join(&name).join(packages);
                if directory.is_dir() {
                    found.push(directory);
                }
            }
        }
    }
    found
}

/// Reads the release off a directory name such as `skypilot-0.14.1.dist-info`.
fn version_of_metadata(name: &OsStr) -> Option<SkyVersion> {
    let stem = name.to_str()?.strip_suffix(".dist-info")?;
    let version = stem.strip_prefix("skypilot-").or_else(|| stem.strip_prefix("skypilot_nightly-"))?;
    version.parse().ok()
}

/// Returns the environment with the one running server's home in it, which may
/// be another than this shell's.
#[must_use]
pub fn environment_of(servers: &[Server], environment: &Environment) -> Environment {
    let mut own = environment.clone();
    if let [one] = servers
        && !one.variables.is_empty()
    {
        for name in ["HOME", "SKY_RUNTIME_DIR"] {
            own.variables.remove(OsStr::new(name));
            if let Some(value) = one.variables.get(name) {
                own.variables.insert(name.into(), value.into());
            }
        }
    }
    own
}

/// What `SkyPilot`'s own settings file says that bears on the two files.
#[derive(Debug, Default)]
pub struct Settings {
    endpoint: Option<String>,
    serve_consolidation: bool,
}

impl Settings {
    /// Reads `~/.sky/config.yaml`, or the file that `SKYPILOT_GLOBAL_CONFIG` names.
    #[must_use]
    pub fn read(environment: &Environment) -> Self {
        let named =
            environment.get("SKYPILOT_GLOBAL_CONFIG").map(|path| environment.cwd.join(expand_user(path, environment)));
        let Some(path) = named.or_else(|| Some(environment.home()?.join(".sky/config.yaml"))) else {
            return Self::default();
        };
        let text = read(&path, SMALL_FILE).and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(|text| Self::parse(&text)).unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        let document = Document::parse(text);
        let Ok(data) = document.data() else { return Self::default() };
        let at = |path: &[&str]| path.iter().try_fold(data, |value, key| value.get(key));
        Self {
            endpoint: at(&["api_server", "endpoint"]).and_then(Value::as_str).map(str::to_owned),
            serve_consolidation: matches!(at(&["serve", "controller", "consolidation_mode"]), Some(Value::Bool(true))),
        }
    }

    /// Returns the endpoint that the client talks to, where that is not a local server.
    ///
    /// User name and password are left out of it.
    #[must_use]
    pub fn remote_endpoint(&self, environment: &Environment) -> Option<String> {
        self.endpoint(environment).filter(|endpoint| !is_local(endpoint))
    }

    /// Returns the endpoint that the client was told, without user name and password.
    pub(super) fn endpoint(&self, environment: &Environment) -> Option<String> {
        let from_variable = environment.get("SKYPILOT_API_SERVER_ENDPOINT");
        let told = from_variable.map(|value| value.to_string_lossy().into_owned()).or_else(|| self.endpoint.clone())?;
        Some(without_user(&told))
    }

    /// Returns whether controllers run inside the server.
    #[must_use]
    pub fn consolidation(&self, environment: &Environment) -> Consolidation {
        let runtime = environment.get("SKY_RUNTIME_DIR").map(|path| environment.cwd.join(path));
        let signal = runtime.or_else(|| environment.home()).map(|base| base.join(CONSOLIDATION_SIGNAL));
        let jobs = signal.is_some_and(|signal| signal.exists());
        Consolidation { jobs, serve: self.serve_consolidation, from_signal_file: jobs }
    }
}

/// Returns the part of a URL between `//` and the path.
fn authority(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    behind.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_local(url: &str) -> bool {
    let authority = authority(url);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = host
        .strip_prefix('[')
        .map_or_else(|| host.split(':').next().unwrap_or_default(), |v6| v6.split(']').next().unwrap_or_default());
    matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "::" | "::1")
}

/// Tells whether an endpoint is the one that a local server of this port has, as `SkyPilot` sees it
/// (`is_api_server_local`, `sky/server/common.py`, 0.14.1): through another port a tunnel may lead elsewhere.
pub(super) fn is_at_port(endpoint: &str, port: u16) -> bool {
    is_local(endpoint) && authority(endpoint).ends_with(&format!(":{port}"))
}

/// Returns an address without user name and password.
pub(super) fn without_user(url: &str) -> String {
    let authority = authority(url);
    let Some((user, _)) = authority.rsplit_once('@') else { return url.to_owned() };
    url.replacen(&format!("{user}@"), "", 1)
}

/// Returns the users of the system with their home directories, and this user's own.
#[must_use]
pub fn user_table() -> (Vec<(String, PathBuf)>, Option<PathBuf>) {
    let table = read(Path::new("/etc/passwd"), SMALL_FILE).unwrap_or_default();
    parse_user_table(&table, rustix::process::getuid().as_raw())
}

fn parse_user_table(table: &[u8], own: u32) -> (Vec<(String, PathBuf)>, Option<PathBuf>) {
    let mut homes = Vec::new();
    let mut own_home = None;
    for line in table.split(|&byte| byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|&byte| byte == b':').collect();
        let [name, _, id, _, _, home, ..] = fields[..] else { continue };
        let home = PathBuf::from(OsString::from_vec(home.to_vec()));
        if own_home.is_none() && std::str::from_utf8(id).ok().and_then(|id| id.parse().ok()) == Some(own) {
            own_home = Some(home.clone());
        }
        homes.push((String::from_utf8_lossy(name).into_owned(), home));
    }
    (homes, own_home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_known_by_its_command_line() {
        assert_eq!(port_of(b"/venv/bin/python\0-m\0sky.server.server\0--host=127.0.0.1\0--port=46581\0"), Some(46581));
        assert_eq!(port_of(b"/venv/bin/python\0-m\0sky.server.server\0--port\x006000\0"), Some(6000));
        assert_eq!(port_of(b"/venv/bin/python\0-m\0sky.server.server\0"), Some(DEFAULT_PORT));
        assert_eq!(port_of(b"grep\0-m sky.server.server\0"), None);
        assert_eq!(port_of(b"python\0-m\0sky.server.server.other\0"), None);
    }

    #[test]
    fn only_what_bears_on_the_files_is_kept_of_its_variables() {
        let kept = variables(b"HOME=/home/a\0SKYPILOT_DB_CONNECTION_URI=postgres://u:p@h/d\0PATH=/bin\0");
        assert_eq!(kept.into_iter().collect::<Vec<_>>(), [("HOME".to_owned(), "/home/a".to_owned())]);
    }

    #[test]
    fn the_release_is_read_off_a_directory_name() {
        for (name, version) in [
            ("skypilot-0.14.1.dist-info", Some("0.14.1")),
            ("skypilot-0.12.0rc1.dist-info", Some("0.12.0")),
            ("skypilot_nightly-1.0.0.dev20260101.dist-info", Some("1.0.0.dev20260101")),
            ("skypilot-1.0.0.dev0.dist-info", Some("1.0.0.dev0")),
            ("skypilot-0.14.1.egg", None),
            ("skypilot_extra-1.0.0.dist-info", None),
        ] {
            let found = version_of_metadata(OsStr::new(name)).map(|found| found.to_string());
            assert_eq!(found.as_deref(), version, "{name}");
        }
    }

    #[test]
    fn the_interpreter_is_found_by_links_and_the_first_line() {
        let top = tempfile::tempdir().expect("a directory");
        let at = |name: &str| top.path().join(name);
        for directory in ["bin", "venv/bin", "venv/lib/python3.11/site-packages/skypilot-0.13.0.dist-info"] {
            fs::create_dir_all(at(directory)).expect("made");
        }
        let python = at("venv/bin/python3");
        fs::write(at("venv/pyvenv.cfg"), "").expect("written");
        fs::write(at("venv/bin/sky"), format!("#!{}\nimport sky\n", python.display())).expect("written");
        fs::set_permissions(at("venv/bin/sky"), fs::Permissions::from_mode(0o755)).expect("changed");
        std::os::unix::fs::symlink(at("venv/bin/sky"), at("bin/sky")).expect("linked");
        let environment = Environment {
            variables: BTreeMap::from([("PATH".into(), format!("/nowhere:{}", at("bin").display()).into())]),
            ..Environment::default()
        };
        assert_eq!(python_of_sky(&environment), Some(python.clone()));
        assert_eq!(version_of(&python), Some(SkyVersion::new(0, 13, 0)));
    }

    #[test]
    fn a_local_endpoint_is_not_remote_and_passwords_are_left_out() {
        let endpoint = |text: &str| Settings::parse(text).remote_endpoint(&Environment::default());
        assert_eq!(endpoint("api_server: {endpoint: 'http://127.0.0.1:46580'}"), None);
        assert_eq!(endpoint("api_server: {endpoint: 'http://[::1]:46580/'}"), None);
        assert_eq!(endpoint("api_server: {endpoint: 7}"), None);
        assert_eq!(endpoint("api_server: ["), None);
        assert_eq!(
            endpoint("api_server: {endpoint: 'https://u:p@sky.example.com/x'}").as_deref(),
            Some("https://sky.example.com/x")
        );
    }

    #[test]
    fn homes_come_from_the_user_table() {
        let (homes, own) =
            parse_user_table(b"root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000::/home/ada:\n", 1000);
        assert_eq!(homes, [("root".to_owned(), "/root".into()), ("ada".to_owned(), "/home/ada".into())]);
        assert_eq!(own, Some("/home/ada".into()));
    }
}
