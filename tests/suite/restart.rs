//! The restart of the API server from the screens, with stand-ins for `sky` and for the server's answers.
//!
//! The real ones are in `tests/tmux/restart.sh`: a stand-in for the server's
//! process would be seen by every other test on this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::modal::Modal;
use skyplug_tui::app::restart::Outcome;
use skyplug_tui::app::run::{Ended, How};
use skyplug_tui::app::{Settings, State};
use skyplug_tui::check::Consolidation;
use skyplug_tui::check::serving::{Currency, Health, Process, ServedFile, Serving};
use skyplug_tui::config::Role;

use crate::driver::Driver;
use crate::status::{serve, well};

const GOOD: &str = "plugins:\n- class: acme.Audit\n";
const BAD: &str = "plugins:\n- class: acme.Audit\n- class: other.Bad\n  parameters:\n    api_token: s3cr3t-value\n";

/// What stands for `sky`: a server starts unless its list names `other.Bad`, and logs why it does not.
const SKY: &str = r#"#!/bin/sh
echo "$@" >> "$HOME/sky-ran"
[ "$2" = stop ] && { rm -f "$HOME/up"; printf '\033[32mSkyPilot API server stopped.\033[0m\n'; exit 0; }
mkdir -p "$HOME/.sky/api_server"
if grep -q other.Bad "$HOME/.sky/plugins.yaml"; then
    cat > "$HOME/.sky/api_server/server.log" <<'END'
INFO:__main__:Initializing SkyPilot API server
Traceback (most recent call last):
  File "/venv/sky/server/plugins.py", line 573, in load_plugins
    plugin = plugin_cls(**parameters)
  File "/plug/other.py", line 11, in __init__
    raise RuntimeError('no licence')
RuntimeError: no licence for s3cr3t-value
END
    echo 'RuntimeError: SkyPilot API server process exited unexpectedly.' >&2
    exit 1
fi
echo 'Uvicorn running' > "$HOME/.sky/api_server/server.log"
touch "$HOME/up"
"#;

/// Opens a list beside that `sky`, and a server that answers while the file `up` is there.
fn open(api: &str, settings: Settings) -> Driver {
    let mut driver = Driver::open_with(Some(api), None, settings, |home| {
        for folder in ["venv/bin", "venv/lib/python3.11/site-packages/skypilot-0.14.1.dist-info"] {
            fs::create_dir_all(home.join(folder)).expect("made");
        }
        for (name, text) in [("sky", SKY), ("python3", "#!/bin/sh\n")] {
            let path = home.join("venv/bin").join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        }
    });
    let (up, told) = (driver.home().join("up"), well("[{\"name\": \"acme-audit\", \"version\": \"1.2\"}]"));
    let port = serve(move |path| up.exists().then(|| told(path)).flatten());
    let variables = &mut driver.outside.environment.variables;
    variables.insert("SKYPILOT_API_SERVER_LOCAL_PORT".into(), port.to_string().into());
    variables.insert("PATH".into(), "/usr/bin:/bin".into());
    let python = driver.home().join("venv/bin/python3");
    driver.set_python(&python);
    driver
}

/// Writes what is known of the list that a server has started with.
fn has_run(driver: &Driver, text: &str) {
    let state = driver.home().join(".local/state/skyplug-tui");
    fs::create_dir_all(&state).expect("made");
    let list = fs::canonicalize(driver.path("plugins.yaml")).expect("a list");
    let ran = serde_json::json!({"text": text, "seconds": 1_800_000_000, "pid": 1, "started": 0});
    let kept = serde_json::json!({"schema_version": 1, "lists": {list.to_str().expect("UTF-8"): ran}});
    fs::write(state.join("ran.json"), kept.to_string()).expect("written");
}

fn ran(home: &Path) -> String {
    fs::read_to_string(home.join("sky-ran")).unwrap_or_default()
}

#[test]
fn a_start_shows_what_was_loaded_beside_the_list() {
    let mut driver = open(GOOD, Settings::default());
    driver.press("L");
    assert!(driver.screen().contains("Start the API server?"), "{}", driver.screen());
    assert!(driver.screen().contains("venv/bin/sky api start"), "{}", driver.screen());
    // Neither Enter nor Escape runs anything.
    driver.press("<Enter><Esc>");
    assert_eq!(ran(driver.home()), "");
    driver.press("Ly");
    assert_eq!(ran(driver.home()), "api start\n");
    assert_eq!(driver.status(), "The server runs with plugins.yaml as it is on disk, shows 1 plugin.");
    let screen = driver.screen();
    assert!(screen.contains("acme.Audit  acme-audit 1.2"), "{screen}");
    driver.press("<Esc>");
    assert!(driver.state.modals.is_empty());
}

#[test]
fn a_save_says_which_key_applies_it() {
    let mut driver = open(GOOD, Settings::default());
    driver.press("Dss");
    assert!(
        driver.status().ends_with("takes effect after sky api stop; sky api start (L does both)."),
        "{}",
        driver.status()
    );
}

#[test]
fn a_start_that_fails_names_the_entry_and_leads_back_to_what_ran() {
    let mut driver = open(BAD, Settings::default());
    has_run(&driver, GOOD);
    driver.press("Ly");
    let screen = driver.screen();
    assert!(screen.contains("RuntimeError: no licence for ********"), "{screen}");
    assert!(screen.contains("It comes from entry 2, other.Bad."), "{screen}");
    assert!(!screen.contains("s3cr3t"), "{screen}");
    driver.press("e");
    assert_eq!((driver.state.role, driver.state.list(Role::Api).current()), (Role::Api, Some(1)));
    assert!(driver.state.modals.is_empty());
    driver.press("Lyg");
    assert_eq!(driver.api(), GOOD);
    assert_eq!(ran(driver.home()), "api start\n".repeat(3));
    assert!(driver.status().starts_with("The server runs with plugins.yaml as it is on disk"), "{}", driver.status());
    // The list that failed is not lost.
    driver.press("<Esc>u");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(BAD));
}

#[test]
fn without_a_list_that_ran_there_is_no_way_back_to_offer() {
    let mut driver = open(BAD, Settings::default());
    driver.press("Ly");
    let Some(Modal::Menu(menu)) = driver.state.modals.last() else { panic!("no question: {}", driver.screen()) };
    assert!(menu.items.iter().all(|item| item.key != 'g'), "{:?}", menu.items);
    driver.press("<Esc>");
    assert!(driver.screen().contains("server.log since the start:"), "{}", driver.screen());
}

#[test]
fn what_must_not_be_restarted_is_not() {
    let told = |driver: &mut Driver| driver.press("L").status().to_owned();
    let mut driver = open(GOOD, Settings { read_only: true, ..Settings::default() });
    assert_eq!(told(&mut driver), "Not restarted: read-only (--read-only).");
    let mut driver = open(GOOD, Settings { files: skyplug_tui::app::Files::Demo, ..Settings::default() });
    assert!(told(&mut driver).contains("the demo touches nothing of yours"), "{}", driver.status());
    let mut driver = open(GOOD, Settings::default());
    let variables = &mut driver.outside.environment.variables;
    variables.insert("SKYPILOT_API_SERVER_ENDPOINT".into(), "https://sky.example.com".into());
    // It was set after the screens were opened: what would be run is found out anew.
    assert!(told(&mut driver).contains("a remote server is never restarted"), "{}", driver.status());
    // Something answers, and no process of this user is behind it.
    let mut driver = open(GOOD, Settings::default());
    fs::write(driver.home().join("up"), "").expect("written");
    assert!(told(&mut driver).contains("is no process of yours"), "{}", driver.status());
    fs::remove_file(driver.home().join("up")).expect("removed");
    fs::remove_file(driver.home().join("venv/bin/sky")).expect("removed");
    assert!(told(&mut driver).contains("no program sky on PATH"), "{}", driver.status());
}

#[test]
fn the_question_names_requests_and_edits_that_are_not_saved() {
    let mut driver = open(GOOD, Settings::default());
    driver.press("D");
    let restart = skyplug_tui::app::restart::Restart {
        steps: vec![
            vec!["/v/sky".into(), "api".into(), "stop".into()],
            vec!["/v/sky".into(), "api".into(), "start".into()],
        ],
        endpoint: "http://127.0.0.1:46580".to_owned(),
        pid: Some(4242),
        requests: Some(vec!["launch".to_owned(), "exec\u{1b}".to_owned()]),
        ..Default::default()
    };
    let argv = restart.steps[0].clone();
    let purpose = skyplug_tui::app::run::Purpose::Restart(Box::new(restart));
    let program = skyplug_tui::app::run::Program { purpose, argv, directory: "/srv".into() };
    driver.send(Message::Planned(Ok(program)));
    let screen = driver.screen();
    for text in [
        "Restart the API server?",
        "runs  /v/sky api stop",
        "then  /v/sky api start",
        "in    /srv",
        "(pid 4242)",
        "REQUESTS THAT RUN ARE ENDED: launch, exec\\x1b.",
        "your unsaved edits are not in it",
    ] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
}

fn outcome(process: Option<Process>) -> Outcome {
    let file = |role| ServedFile { role, path: None, server_reads: None, modified: None, currency: Currency::Unknown };
    let serving = Serving {
        endpoint: "http://127.0.0.1:1".to_owned(),
        remote: false,
        process,
        others: Vec::new(),
        health: Health::Silent("nothing listens there".to_owned()),
        loaded: None,
        requests: None,
        consolidation: Consolidation::default(),
        files: Role::ALL.map(file),
    };
    Outcome { serving, log: Vec::new(), earlier: None }
}

#[test]
fn a_restart_that_is_stopped_says_how_it_left_the_server() {
    let end = |how: How, process: Option<Process>| {
        let mut driver = open(GOOD, Settings::default());
        driver.holds = true;
        driver.press("Lys");
        assert!(matches!(driver.asked[..], [Effect::Run(_), Effect::StopRun]), "{:?}", driver.asked);
        driver.send(Message::RunEnded(Ended { how, written: Vec::new(), server: Some(Box::new(outcome(process))) }));
        let State { modals, status, .. } = &driver.state;
        assert_eq!(modals.len(), 1, "nothing is offered");
        status.as_ref().expect("a verdict").text.clone()
    };
    assert_eq!(end(How::Stopped, None), "Stopped. No server runs now.");
    assert!(end(How::Stopped, Some(Process::default())).starts_with("Stopped waiting. A server process is there"));
    assert!(end(How::Badly("exit status: 1".to_owned()), None).contains("holds no exception"));
    assert!(end(How::NotStarted("no".to_owned()), None).starts_with("The server was not restarted: no."));
}

#[test]
fn the_log_is_shown_from_its_end_masked_and_by_a_text() {
    let mut driver = open(BAD, Settings::default());
    driver.press(":log<Enter>");
    assert!(driver.status().starts_with("The server's log cannot be shown"), "{}", driver.status());
    let log: Vec<String> = (0..300).map(|number| format!("line {number}\n")).collect();
    let log = log.concat();
    fs::create_dir_all(driver.home().join(".sky/api_server")).expect("made");
    let log = format!("{log}\u{1b}]0;x\u{7} token of s3cr3t-value\nlast\n");
    fs::write(driver.home().join(".sky/api_server/server.log"), log).expect("written");
    driver.press(":log<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("last") && screen.contains("\\x1b]0;x\\x07 token of ********"), "{screen}");
    assert!(!screen.contains("line 0 "), "{screen}");
    driver.press("<Esc>:log line 29<Enter>");
    assert!(driver.screen().contains("line 299") && !driver.screen().contains("last"), "{}", driver.screen());
    driver.press("<Esc>:log nothing at all<Enter>");
    assert!(driver.status().contains("No line of the end of"), "{}", driver.status());
}
