//! `status`, with a stand-in for the API server's HTTP answers; the real one is asked in `tests/tmux/restart.sh`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::thread;

use serde_json::Value as Json;

use crate::cli::{Home, status, stdout};
use crate::hostile::{POISON, is_unsafe};

/// A server on a port of its own that answers paths with JSON until the test ends; returns the port.
pub(crate) fn serve(answers: impl Fn(&str) -> Option<String> + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away is its own affair.
            let _ = answer(stream, &answers);
        }
    });
    port
}

fn answer(mut stream: TcpStream, answers: &impl Fn(&str) -> Option<String>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let path = first.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = answers(&path).map_or(("404 Not Found", "{}".to_owned()), |body| ("200 OK", body));
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// The answers of a server that is well and has loaded `plugins`.
pub(crate) fn well(plugins: &str) -> impl Fn(&str) -> Option<String> + Send + 'static {
    let plugins = format!("{{\"plugins\": {plugins}}}");
    move |path| match path {
        "/api/health" => Some("{\"status\": \"healthy\", \"version\": \"0.14.1\"}".to_owned()),
        "/api/plugins" => Some(plugins.clone()),
        "/api/status" => Some("[{\"name\": \"sky.launch\", \"user_id\": \"ada\"}]".to_owned()),
        _ => None,
    }
}

fn home() -> Home {
    Home::new("plugins:\n- class: acme.Audit\n", "plugins: []\n")
}

fn run(home: &Home, port: &str, more: &[(&str, &str)], format: &str) -> Output {
    let mut command = home.command();
    command.env("SKYPILOT_API_SERVER_LOCAL_PORT", port).envs(more.iter().copied());
    command.args(["status", "--format", format]).output().expect("started")
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn a_server_that_answers_is_told_with_what_it_has_loaded() {
    let port = serve(well("[{\"name\": \"acme-audit\", \"version\": \"1.2\"}]")).to_string();
    let home = home();
    let output = run(&home, &port, &[], "json");
    assert_eq!(status(&output), 0, "{output:?}");
    let answer = json(&output);
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["server"]["endpoint"], format!("http://127.0.0.1:{port}"));
    assert_eq!(answer["server"]["remote"], false);
    assert_eq!(answer["health"]["version"], "0.14.1");
    assert_eq!(answer["loaded"][0]["name"], "acme-audit");
    assert_eq!(answer["requests"], serde_json::json!(["launch"]));
    assert_eq!(answer["files"]["api"]["path"], home.path(".sky/plugins.yaml").to_str().expect("UTF-8"));
    // Without a process nobody knows when it was loaded.
    assert_eq!(answer["files"]["api"]["loaded_before_change"], Json::Null);
    let text = stdout(&run(&home, &port, &[], "text"));
    assert!(text.contains("acme-audit 1.2") && text.contains("SkyPilot 0.14.1"), "{text}");
}

#[test]
fn where_no_server_runs_the_status_is_1() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    drop(listener);
    let output = run(&home(), &port, &[], "json");
    assert_eq!(status(&output), 1, "{output:?}");
    assert_eq!(json(&output)["server"], Json::Null);
    assert_eq!(json(&output)["health"]["why"], "nothing listens there");
    let output = run(&home(), "none", &[], "text");
    assert_eq!(status(&output), 1, "{output:?}");
    assert!(stdout(&output).contains("is no port number"), "{output:?}");
}

#[test]
fn a_remote_server_is_named_without_its_password_and_not_asked() {
    let endpoint = ("SKYPILOT_API_SERVER_ENDPOINT", "https://ada:hunter2@sky.example.com");
    let output = run(&home(), "1", &[endpoint], "json");
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(json(&output)["server"]["endpoint"], "https://sky.example.com");
    assert_eq!(json(&output)["server"]["remote"], true);
    assert_eq!(json(&output)["health"]["status"], "not-asked");
    // Through another local port a tunnel may lead elsewhere: `sky` takes it for remote too.
    let tunnel = ("SKYPILOT_API_SERVER_ENDPOINT", "http://127.0.0.1:2");
    assert_eq!(json(&run(&home(), "1", &[tunnel], "json"))["server"]["remote"], true);
}

#[test]
fn nothing_that_the_server_says_reaches_the_terminal_as_it_is() {
    let poison = serde_json::to_string(POISON).expect("JSON");
    let plugins = format!("[{{\"name\": {poison}, \"version\": {poison}, \"commit\": {poison}}}]");
    let health = format!("{{\"status\": \"healthy\", \"version\": {poison}}}");
    let told = well(&plugins);
    let port = serve(move |path| if path == "/api/health" { Some(health.clone()) } else { told(path) }).to_string();
    let home = home();
    fs::write(home.path(".sky/config.yaml"), format!("api_server: {{x: {poison}}}\n")).expect("written");
    for format in ["text", "json"] {
        let output = run(&home, &port, &[], format);
        assert_eq!(status(&output), 0, "{output:?}");
        let text = stdout(&output);
        assert!(!text.contains(is_unsafe), "{text:?}");
    }
}
