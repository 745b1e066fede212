//! Holds the library against what the real SkyPilot 0.14.1 answered.
//!
//! `tests/corpus` has pairs of files with everything that SkyPilot makes of
//! them, and plain scalars with what they load as; its README tells how both were made. Each
//! case is built in a directory of its own, read through `io::open`, and judged
//! by `check` and `preview`. A test lists all its differences, not the first.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};
use skyplug_tui::check::{self, Code, FileKind, Load, Report, Severity, SkyVersion, Status};
use skyplug_tui::config::{Environment, Role, model};
use skyplug_tui::io::{self, Options};
use skyplug_tui::preview::{self, Preview};
use skyplug_tui::yaml::{Document, YamlError};
use tempfile::TempDir;

/// One case of the corpus, judged by SkyPilot and by us.
struct Case {
    name: String,
    want: Json,
    /// The data of both files, none where they are refused or absent.
    data: [Option<Json>; 2],
    report: Report,
    preview: Preview,
    /// The directory the case was built in, `{CASE}` in the corpus.
    root: String,
}

/// Returns the kinds of problems that are told of cases which SkyPilot was run on.
pub(crate) fn codes_seen() -> BTreeSet<Code> {
    let diagnostics = CASES.iter().flat_map(|case| &case.report.diagnostics);
    diagnostics.map(|one| one.code).collect()
}

/// All cases that can be built here: file modes mean nothing to root.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let expected: Json = serde_json::from_slice(&read("expected.json")).expect("JSON");
    let cases = expected["cases"].as_object().expect("cases");
    let cases: Vec<Case> = cases.iter().filter_map(|(name, want)| judge(name, want)).collect();
    assert!(cases.len() > 500, "the corpus was not found");
    cases
});

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(corpus().join(name)).expect("a file of the corpus")
}

/// Builds a case, reads it and takes it away again.
fn judge(name: &str, want: &Json) -> Option<Case> {
    let source = corpus().join("cases").join(name);
    let case: Json = serde_json::from_slice(&fs::read(source.join("case.json")).expect("a case")).expect("JSON");
    let needs = case["needs"].as_array().map_or(&[][..], Vec::as_slice);
    if needs.contains(&json!("unprivileged")) && rustix::process::geteuid().is_root() {
        return None;
    }
    let top = TempDir::new().expect("a directory");
    let root = top.path().join("c");
    copy(&source, &root);
    let place = root.to_str().expect("UTF-8").to_owned();
    for name in strings(&case["subst"]) {
        let file = root.join(name);
        let text = fs::read_to_string(&file).expect("a text").replace("{CASE}", &place);
        fs::write(&file, text).expect("written");
    }
    for step in case["setup"].as_array().into_iter().flatten() {
        prepare(step, &root, &place);
    }
    let cwd = fs::canonicalize(root.join(case["cwd"].as_str().unwrap_or("."))).expect("a directory");
    let options =
        Options { server_cwd: Some(cwd.clone()), sky_version: Some(SkyVersion::new(0, 14, 1)), ..Options::default() };
    let environment = Environment { variables: variables(&case, &place), homes: Vec::new(), own_home: None, cwd };
    let (workspace, facts) = io::open(&options, environment);
    let report = check::check(&workspace, &facts);
    let preview = preview::preview(&workspace, &facts);
    let data = Role::ALL.map(|role| workspace.document(role).map(|document| model::effective(document).to_json()));
    unlock(&root);
    Some(Case { name: name.to_owned(), want: want.clone(), data, report, preview, root: place })
}

fn strings(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).expect("copied");
        }
    }
}

/// Does one step of `setup`: what a repository cannot hold.
fn prepare(step: &Json, root: &Path, place: &str) {
    let text = |key: &str| step[key].as_str();
    let path = root.join(text("path").expect("a path"));
    if text("op") == Some("mkdir") {
        fs::create_dir_all(&path).expect("made");
        return;
    }
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    match text("op").expect("an operation") {
        "touch" => fs::write(&path, "").expect("written"),
        "write" => {
            let bytes = text("base64").map_or_else(
                || text("text").expect("a text").as_bytes().to_vec(),
                |coded| BASE64.decode(coded).expect("base64"),
            );
            fs::write(&path, bytes).expect("written");
        }
        "symlink" => symlink(text("target").expect("a target").replace("{CASE}", place), &path).expect("linked"),
        "fifo" => rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .expect("made"),
        "chmod" => {
            let mode = u32::from_str_radix(text("mode").expect("a mode"), 8).expect("octal");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
        }
        other => panic!("unknown operation {other}"),
    }
}

/// Gives back the modes, so that the directory can be removed.
fn unlock(directory: &Path) {
    let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o755));
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlock(&entry.path());
        }
    }
}

fn variables(case: &Json, place: &str) -> BTreeMap<OsString, OsString> {
    let mut variables: BTreeMap<OsString, OsString> = [
        ("PATH", "/usr/bin:/bin".to_owned()),
        ("SKYPILOT_SERVER_PLUGINS_CONFIG", format!("{place}/plugins.yaml")),
        ("SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG", format!("{place}/remote_plugins.yaml")),
        ("HOME", format!("{place}/{}", case["home"].as_str().unwrap_or("home"))),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value.into()))
    .collect();
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        match value.as_str() {
            Some(value) => variables.insert(name.into(), value.replace("{CASE}", place).into()),
            None => variables.remove(OsStr::new(name)),
        };
    }
    variables
}

impl Case {
    /// Tells whether SkyPilot's process did not come back with answers.
    fn is_lost(&self) -> bool {
        self.want.get("hang").is_some() || self.want.get("killed_by_signal").is_some()
    }

    /// The load that the errors of a file are about, as SkyPilot did it.
    fn load(&self, role: Role) -> &Json {
        &self.want[if role == Role::Api { "load" } else { "controller_load" }]
    }

    fn errors(&self, role: Role) -> Vec<&'static str> {
        let file = FileKind::of(role);
        let of_file = self.report.diagnostics.iter().filter(|d| d.place.file == file && d.severity == Severity::Error);
        of_file.inspect(|d| assert!(!d.message.is_empty() && !d.effect.is_empty())).map(|d| d.code.name()).collect()
    }

    fn in_case(&self, text: impl AsRef<str>) -> String {
        text.as_ref().replace(&self.root, "{CASE}")
    }
}

/// What differs, one line each.
#[derive(Default)]
struct Differences {
    lines: Vec<String>,
    compared: usize,
}

impl Differences {
    fn compare(&mut self, case: &Case, what: &str, want: &Json, got: &Json) {
        self.compared += 1;
        // As text: `1` and `1.0` differ, and so does the order of keys.
        if differ(want, got) {
            let cut = |json: &Json| json.to_string().chars().take(300).collect::<String>();
            self.lines.push(format!("{}: {what}: want {} got {}", case.name, cut(want), cut(got)));
        }
    }

    fn assert_none(&self) {
        assert!(self.compared > 400, "only {} comparisons", self.compared);
        let mut report = String::new();
        for line in &self.lines {
            let _ = writeln!(report, "{line}");
        }
        assert!(self.lines.is_empty(), "{} of {} differ:\n{report}", self.lines.len(), self.compared);
    }
}

fn told(load: Option<&Load>) -> Json {
    load.map_or(Json::Null, |load| {
        let entries: Vec<Json> = load.entries().iter().map(|e| json!([e.index, e.class, e.outcome.name()])).collect();
        json!([load.exception, entries])
    })
}

fn wanted(load: &Json) -> Json {
    if load.is_null() {
        return Json::Null;
    }
    let entries = load["entries"].as_array().expect("entries");
    let entries: Vec<Json> = entries.iter().map(|e| json!([e["index"], e["class"], e["outcome"]])).collect();
    json!([load["exception"], entries])
}

#[test]
fn verdicts_and_data_are_skypilots() {
    let mut differences = Differences::default();
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        for role in Role::ALL {
            let want = &case.want[role.name()];
            let verdict = case.report.verdict(role);
            let message = verdict.message.as_ref().map(|message| case.in_case(message));
            let got = json!([verdict.status.name(), verdict.exception, message]);
            let wanted = json!([want["status"], want["exception"], want["message"]]);
            differences.compare(case, role.name(), &wanted, &got);
            if want["status"] == "ok" {
                let data = case.data[usize::from(role == Role::Remote)].clone().unwrap_or(Json::Null);
                let data = serde_json::from_str(&case.in_case(data.to_string())).expect("JSON");
                differences.compare(case, "data", &want["config"], &data);
                let plugins = want["config"]["plugins"].as_array().map_or(0, Vec::len);
                differences.compare(case, "plugins", &json!(plugins), &json!(verdict.plugins));
            }
        }
    }
    differences.assert_none();
}

#[test]
fn files_that_take_the_process_with_them_are_told() {
    let lost: Vec<&Case> = CASES.iter().filter(|case| case.is_lost()).collect();
    assert_eq!(lost.len(), 2);
    for case in lost {
        let want = if case.want.get("hang").is_some() { Status::Hang } else { Status::Killed };
        assert_eq!(case.report.verdict(Role::Api).status, want, "{}", case.name);
        assert!(!case.errors(Role::Api).is_empty(), "{}", case.name);
    }
}

#[test]
fn loads_are_skypilots() {
    let mut differences = Differences::default();
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        differences.compare(case, "load", &wanted(&case.want["load"]), &told(Some(&case.report.load)));
    }
    differences.assert_none();
}

/// A case whose plugins are really loaded may have errors that only a look at
/// the code finds, or that nobody can know.
#[test]
fn errors_are_told_exactly_where_skypilot_fails() {
    let mut differences = Differences::default();
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        for role in Role::ALL {
            let load = case.load(role);
            let refused = !matches!(case.want[role.name()]["status"].as_str(), Some("ok" | "absent"));
            let fails = refused || load["status"] == "crash";
            let errors = case.errors(role);
            if fails {
                differences.compare(case, "fails, and an error is told", &json!(true), &json!(!errors.is_empty()));
            } else if (role == Role::Api || !load.is_null()) && case.want.get("real_load").is_none() {
                differences.compare(case, "is fine", &json!([]), &json!(errors));
            }
        }
    }
    differences.assert_none();
}

#[test]
fn controller_loads_are_skypilots() {
    let mut differences = Differences::default();
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        let want = wanted(&case.want["controller_load"]);
        differences.compare(case, "controller load", &want, &told(case.report.controller_load.as_ref()));
    }
    differences.assert_none();
}

#[test]
fn uploads_are_skypilots() {
    let mut differences = Differences::default();
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        let (want, got) = (&case.want["upload"], &case.preview);
        let show = |path: &Path| case.in_case(path.to_string_lossy());
        let mounts: BTreeMap<String, String> =
            got.mounts.iter().map(|mount| (mount.remote.clone(), show(&mount.local))).collect();
        let wanted_mounts: BTreeMap<&String, &Json> = want["file_mounts"].as_object().expect("mounts").iter().collect();
        differences.compare(case, "mounts", &json!(wanted_mounts), &json!(mounts));
        let config = got.config_uploaded.as_deref().map(show);
        differences.compare(case, "config", &want["config_uploaded"], &json!(config));
        let ending = json!([got.status.name(), got.exception]);
        differences.compare(case, "status", &json!([want["status"], want["exception"]]), &ending);
        if want["status"] == "ok" {
            let warnings: Vec<String> = got.warnings.iter().map(|warning| case.in_case(warning)).collect();
            differences.compare(case, "warnings", &want["warnings"], &json!(warnings));
        }
    }
    differences.assert_none();
}

/// The corpus ran SkyPilot's install script only for wheels with plain names.
#[test]
fn launches_are_those_of_skypilots_script() {
    let mut compared = 0;
    for case in CASES.iter().filter(|case| !case.is_lost()) {
        let Some(want) = case.want["upload"]["install_run"].as_array() else { continue };
        if case.preview.mounts.iter().any(|mount| !mount.remote.contains('-')) {
            continue;
        }
        compared += 1;
        let launches = case.preview.launches.as_ref().unwrap_or_else(|| panic!("{}: no launches", case.name));
        for (want, got) in want.iter().zip(launches) {
            let installs: Vec<&Json> =
                want["uv_installs"].as_array().expect("installs").iter().map(|names| &names[0]).collect();
            let want = json!([want["exit_code"], installs, want["stamp"], want["wheels_left"]]);
            let got = json!([got.exit_code, got.installs, got.stamp, got.wheels_left]);
            assert_eq!(got, want, "{}", case.name);
        }
    }
    assert!(compared > 40, "only {compared} launches");
}

/// libyaml-rs mends a word that libyaml 0.2.5 misspells.
fn problem(error: &YamlError) -> String {
    error.problem.replace("hexadecimal", "hexdecimal")
}

/// Compares as text: the order of keys counts too.
fn differ(want: &Json, got: &Json) -> bool {
    let (want, got) = (want.to_string(), got.to_string());
    want != got
}

/// Writes floats in one way: `1e-05` and `0.00001` are the same number, `1` and `1.0` are not.
fn plain(json: &Json) -> Json {
    match json {
        Json::Number(n) if n.to_string().contains(['.', 'e', 'E']) => {
            json!({"float": format!("{:?}", n.as_f64().expect("a float"))})
        }
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), plain(v))).collect()),
        other => other.clone(),
    }
}

#[test]
fn scalars_load_as_in_pyyaml() {
    let text = String::from_utf8(read("scalars.jsonl")).expect("UTF-8");
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in text.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON")) {
        count += 1;
        let scalar = row["scalar"].as_str().expect("a scalar");
        let document = Arc::new(Document::parse(format!("k: {scalar}\n")));
        let got = match document.data() {
            Ok(data) => json!({"value": data.get("k").map(skyplug_tui::yaml::Value::to_json)}),
            Err(error) => json!({"error": error.kind.exception(), "problem": problem(error)}),
        };
        let want = if row["type"] == "error" {
            // The corpus has the text of a `ReaderError` with the place.
            let problem = row["problem"].as_str().expect("a problem").split('\n').next();
            json!({"error": row["error"], "problem": problem})
        } else {
            json!({"value": row["value"]})
        };
        if differ(&plain(&want), &plain(&got)) {
            wrong.push(format!("{scalar:?}: want {want} got {got}"));
        }
    }
    assert!(count > 5000, "the scalars were not found");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}
