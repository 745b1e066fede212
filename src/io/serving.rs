//! Looks at the API server that the client talks to: its process, what it answers, the files beside it.
//!
//! Only loopback is asked, and only where the client means a local server: a
//! remote one is named and left alone. Nothing is started or changed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value as Json;

use super::server::{self, Settings};
use super::{Options, clock, http, ran};
use crate::check::serving::{Currency, Health, Loaded, Moment, Process, ServedFile, Serving, currency};
use crate::check::{Facts, Server};
use crate::config::{Environment, Role, locate};

/// The user of the server's own requests (`SKYPILOT_SYSTEM_USER_ID`, `sky/skylet/constants.py`, 0.14.1).
const SYSTEM_USER: &str = "skypilot-system";
/// Ticks of the kernel's clock in a second, as `/proc` counts them on Linux.
const TICKS: u64 = 100;
/// The most requests that are asked for.
const MOST_REQUESTS: usize = 200;

/// Looks at the server, and asks it how it is and what it has loaded.
#[must_use]
pub fn look(options: &Options, facts: &Facts) -> Serving {
    let mut serving = look_at_process(options, facts);
    if serving.remote || matches!(serving.health, Health::NotAsked(_)) {
        return serving;
    }
    ask(&mut serving);
    serving
}

/// Looks at the process and the files alone.
#[must_use]
pub(super) fn look_at_process(options: &Options, facts: &Facts) -> Serving {
    let environment = &facts.environment;
    let settings = Settings::read(environment);
    let port = server::port(environment);
    let own = |port: u16| format!("http://127.0.0.1:{port}");
    let endpoint = settings.endpoint(environment);
    let remote =
        endpoint.as_deref().is_some_and(|endpoint| port.is_none_or(|port| !server::is_at_port(endpoint, port)));
    let nothing =
        |role| ServedFile { role, path: None, server_reads: None, modified: None, currency: Currency::Unknown };
    let mut serving = Serving {
        endpoint: endpoint.filter(|_| remote).or_else(|| port.map(own)).unwrap_or_default(),
        remote,
        process: None,
        others: Vec::new(),
        health: Health::NotAsked("it is remote"),
        loaded: None,
        requests: None,
        consolidation: facts.consolidation,
        files: Role::ALL.map(nothing),
    };
    if remote {
        return serving;
    }
    let Some(port) = port else {
        serving.health = Health::NotAsked("SKYPILOT_API_SERVER_LOCAL_PORT is no port number");
        return serving;
    };
    serving.health = Health::Silent("it was not asked yet".to_owned());
    let mut this = None;
    for server in server::all_running() {
        if this.is_none() && server.port == port {
            let arguments = server::arguments_of(&server);
            this = Some((server, arguments));
        } else {
            serving.others.push(server.pid);
        }
    }
    if let Some((server, arguments)) = this {
        serving.endpoint = format!("http://{}:{port}", host_of(&arguments));
        let own = server::environment_of(std::slice::from_ref(&server), environment);
        serving.consolidation = Settings::read(&own).consolidation(&own);
        serving.process = Some(process(server, arguments));
    }
    serving.files = Role::ALL.map(|role| file(role, options, facts, serving.process.as_ref()));
    serving
}

/// Asks the server how it is; one that is well also what it has loaded and what it does.
pub(super) fn ask(serving: &mut Serving) {
    serving.health = match http::get(&serving.endpoint, "/api/health") {
        Ok(answer) => health(&answer),
        Err(why) => Health::Silent(why),
    };
    if serving.is_healthy() {
        serving.loaded = http::get(&serving.endpoint, "/api/plugins").ok().as_ref().and_then(loaded);
        let path =
            format!("/api/status?limit={MOST_REQUESTS}&fields=request_id&fields=name&fields=status&fields=user_id");
        serving.requests = http::get(&serving.endpoint, &path).ok().as_ref().and_then(requests);
    }
}

/// Remembers the list that a server runs with, where it was not changed since.
pub(super) fn remember(serving: &Serving, environment: &Environment) {
    let [api, _] = &serving.files;
    if let (Some(process), Some(path), Currency::Current) = (&serving.process, &api.path, api.currency)
        && serving.is_healthy()
        && let Ok(text) = fs::read_to_string(path)
    {
        // What cannot be remembered is not offered later: nothing else depends on it.
        let _ = ran::remember(path, &text, process, environment);
    }
}

fn health(answer: &Json) -> Health {
    match answer.get("status").and_then(Json::as_str) {
        Some("healthy") => Health::Healthy { version: text(answer, "version") },
        Some(other) => Health::Silent(format!("it says that it is {other}")),
        None => Health::Silent("its answer is not that of a SkyPilot API server".to_owned()),
    }
}

fn text(of: &Json, key: &str) -> Option<String> {
    of.get(key)?.as_str().map(str::to_owned)
}

fn loaded(answer: &Json) -> Option<Vec<Loaded>> {
    let one = |plugin: &Json| Loaded {
        name: text(plugin, "name"),
        version: text(plugin, "version"),
        commit: text(plugin, "commit"),
    };
    Some(answer.get("plugins")?.as_array()?.iter().map(one).collect())
}

/// Returns the requests of people: the server's own go on for ever.
fn requests(answer: &Json) -> Option<Vec<String>> {
    let of_people = |request: &&Json| text(request, "user_id").is_none_or(|user| !user.starts_with(SYSTEM_USER));
    let name = |request: &Json| {
        let name = text(request, "name").unwrap_or_else(|| "?".to_owned());
        name.strip_prefix("sky.").map_or(name.clone(), str::to_owned)
    };
    Some(answer.as_array()?.iter().filter(of_people).map(name).collect())
}

/// Returns the loopback address that a server can be asked at.
fn host_of(arguments: &[String]) -> &'static str {
    let host = option(arguments, "--host").unwrap_or_default();
    if host.contains(':') { "[::1]" } else { "127.0.0.1" }
}

/// Returns the value of an option of the server.
pub(super) fn option<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let at = arguments.iter().position(|one| one.starts_with(name))?;
    match arguments[at][name.len()..].strip_prefix('=') {
        Some(value) => Some(value),
        None => arguments.get(at + 1).map(String::as_str),
    }
}

fn process(server: Server, arguments: Vec<String>) -> Process {
    let started = started(server.pid).map(moment);
    let mut variables = server.variables.clone();
    for value in variables.values_mut() {
        *value = server::without_user(value);
    }
    Process {
        pid: server.pid,
        python: server::python_of_server(&server),
        cwd: server.cwd,
        started,
        variables,
        arguments,
    }
}

/// Returns when a process was started, to a few hundredths of a second.
fn started(pid: u32) -> Option<SystemTime> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Field 22, counted behind the last `)`, as the second one may hold anything.
    let ticks: u64 = stat[stat.rfind(')')? + 1..].split_whitespace().nth(19)?.parse().ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let uptime = Duration::try_from_secs_f64(uptime.split_whitespace().next()?.parse().ok()?).ok()?;
    let age = uptime.checked_sub(Duration::from_millis(ticks * 1000 / TICKS))?;
    SystemTime::now().checked_sub(age)
}

fn moment(at: SystemTime) -> Moment {
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    Moment { at, shown: clock::date(seconds) }
}

/// Returns a time as JSON has it: RFC 3339, in UTC, to the second.
#[must_use]
pub fn utc(at: SystemTime) -> String {
    let seconds = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let time = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "?".to_owned(), |time| time.to_string())
}

fn file(role: Role, options: &Options, facts: &Facts, process: Option<&Process>) -> ServedFile {
    let absolute = |path: PathBuf| facts.server_cwd.join(path);
    let path = options.locate(role, &facts.environment).path.map(absolute);
    let theirs = process.filter(|process| !process.variables.is_empty()).map(|process| read_by(process, role, facts));
    let server_reads = theirs.filter(|theirs| *theirs != path).map(Option::unwrap_or_default);
    let metadata = path.as_deref().and_then(|path| fs::metadata(path).ok());
    let modified = metadata.as_ref().and_then(|found| found.modified().ok()).map(moment);
    let currency = match (role, process, &path) {
        (Role::Remote, ..) => Currency::Current,
        (Role::Api, Some(process), Some(path)) if server_reads.is_none() => {
            let by_text = by_text(path, process, &facts.environment);
            by_text.unwrap_or_else(|| by_time(process, metadata.as_ref()))
        }
        _ => Currency::Unknown,
    };
    ServedFile { role, path, server_reads, modified, currency }
}

/// Returns the file that a server reads; none where its variable is set to nothing.
fn read_by(process: &Process, role: Role, facts: &Facts) -> Option<PathBuf> {
    let cwd = process.cwd.clone().unwrap_or_else(|| facts.server_cwd.clone());
    let own = &facts.environment;
    let variables: BTreeMap<_, _> = process.variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let environment = Environment { variables, homes: own.homes.clone(), own_home: own.own_home.clone(), cwd };
    let path = locate::locate(role, None, &environment).path?;
    Some(environment.cwd.join(path))
}

/// Compares with the text that this process is known to have started with.
fn by_text(path: &Path, process: &Process, environment: &Environment) -> Option<Currency> {
    let ran = ran::recall(path, environment).filter(|ran| ran.is_of(process))?;
    let now = fs::read_to_string(path).unwrap_or_default();
    Some(if now == ran.text { Currency::Current } else { Currency::Older })
}

fn by_time(process: &Process, metadata: Option<&fs::Metadata>) -> Currency {
    let started = process.started.as_ref().map(|started| started.at);
    let modified = metadata.and_then(|found| found.modified().ok());
    match currency(started, modified) {
        // Another file has taken its name since, with an older date.
        Currency::Current if metadata.map(changed) > started => Currency::Unknown,
        found => found,
    }
}

/// Returns when anything about a file was changed last, its name included.
fn changed(metadata: &fs::Metadata) -> SystemTime {
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let nanos = u32::try_from(metadata.ctime_nsec()).unwrap_or(0);
    UNIX_EPOCH + Duration::new(seconds, nanos)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_server_is_asked_on_loopback_whatever_it_listens_on() {
        for (line, host) in [
            ("--host=127.0.0.1 --port=46711", "127.0.0.1"),
            ("--deploy --host=0.0.0.0 --port 5000", "127.0.0.1"),
            ("--host=:: --port=5000", "[::1]"),
            ("--host ::1", "[::1]"),
            ("", "127.0.0.1"),
        ] {
            assert_eq!(host_of(&words(line)), host, "{line}");
        }
    }

    #[test]
    fn the_servers_own_requests_are_not_told() {
        let answer = json!([
            {"name": "sky.status-refresh", "user_id": "skypilot-system"},
            {"name": "sky.launch", "user_id": "ada"},
            {"user_id": null}
        ]);
        assert_eq!(requests(&answer), Some(vec!["launch".to_owned(), "?".to_owned()]));
        assert_eq!(requests(&json!({"detail": "no"})), None);
    }

    #[test]
    fn what_answers_otherwise_is_not_well() {
        assert_eq!(
            health(&json!({"status": "healthy", "version": "0.14.1"})),
            Health::Healthy { version: Some("0.14.1".to_owned()) }
        );
        assert!(matches!(health(&json!({"status": "needs_auth"})), Health::Silent(_)));
        assert!(matches!(health(&json!([1])), Health::Silent(_)));
    }

    #[test]
    fn this_process_was_started_before_now() {
        let started = started(std::process::id()).expect("a start");
        let age = SystemTime::now().duration_since(started).expect("before now");
        assert!(age < Duration::from_hours(24), "{age:?}");
    }
}
