//! Every kind of problem: a case that has it and nothing else, a near neighbour that has none, its page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skyplug_tui::check::classes::site;
use skyplug_tui::check::{self, Code, Consolidation, CwdSource, Facts, NEWEST, Seen, Server, SkyVersion};
use skyplug_tui::config::writing::{Strategy, Target};
use skyplug_tui::config::{Content, Location, PathSource, Role, Unreadable, UnreadableReason, Workspace};
use skyplug_tui::io::load;
use skyplug_tui::python::{Answer, Catalog, LoadContext, Module, Origin, PluginClass};
use skyplug_tui::wheel::contents::Inspection;
use skyplug_tui::wheel::memory::Memory;
use skyplug_tui::wheel::{Directory, EntryKind, Found, metadata};

use super::cli::{Home, status, stderr, stdout};
use super::conformance;
use super::facts::{class, facts, listed, origin, parameter, plugin, plugin_with, text, with, workspace};
use super::zip;

const AUDIT: &str = "acme_audit-1.1-py3-none-any.whl";
const COST: &str = "acme_cost-0.9-py3-none-any.whl";
const ENTRY: &str = "plugins:\n- class: acme.Audit\n";

/// Both files and what surrounds them.
pub(crate) struct Case {
    pub(crate) workspace: Workspace,
    pub(crate) facts: Facts,
}

impl Case {
    fn of(workspace: Workspace) -> Self {
        Self { workspace, facts: facts() }
    }

    fn both(api: &str, remote: &str) -> Self {
        Self::of(workspace(text(api), text(remote)))
    }

    fn absent() -> Self {
        Self::of(workspace(Content::Absent, Content::Absent))
    }

    /// A list for controllers, and this in the wheel directory.
    fn found(directory: &str, found: Found) -> Self {
        let api = format!("controller_wheel_path: '{directory}'\n");
        Self::both(&api, ENTRY).knowing(|facts| {
            let path = PathBuf::from(directory);
            facts.directories.insert(path.clone(), Directory { path, found });
        })
    }

    fn holding(directory: &str, names: &[(&str, EntryKind)]) -> Self {
        Self::found(directory, listed(directory, names).found)
    }

    fn wheels(names: &[&str]) -> Self {
        let files: Vec<(&str, EntryKind)> = names.iter().map(|name| (*name, EntryKind::File)).collect();
        Self::holding("/srv/dist", &files)
    }

    fn wheel(kind: EntryKind) -> Self {
        Self::holding("/srv/dist", &[(AUDIT, kind)])
    }

    /// Wheels of the directory, each with the `METADATA` headers that it has more.
    fn read(wheels: &[(&str, &str)]) -> Self {
        let file_name = |name: &str| format!("{name}-1.0-py3-none-any.whl");
        Self::holding_bytes(
            wheels.iter().map(|(name, more)| (file_name(name), zip::wheel(name, "1.0", more))).collect(),
        )
    }

    fn holding_bytes(wheels: Vec<(String, Vec<u8>)>) -> Self {
        let names: Vec<&str> = wheels.iter().map(|(name, _)| name.as_str()).collect();
        Self::wheels(&names).knowing(|facts| {
            facts.wheels = wheels.into_iter().map(|(name, bytes)| inspected(&name, &bytes)).collect();
        })
    }

    fn unreadable(reason: UnreadableReason) -> Self {
        let why = Unreadable { reason, problem: "it is broken".to_owned(), bytes: None };
        Self::of(workspace(Content::Unreadable(why), Content::Absent))
    }

    /// The file of a list is where its variable says.
    fn variable(mut self, role: Role, path: Option<&str>) -> Self {
        let location = Location { path: path.map(PathBuf::from), source: PathSource::Env };
        self.workspace = self.workspace.with_location(role, location);
        self
    }

    fn knowing(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }

    fn servers(self, of: &[(&str, &str)]) -> Self {
        let server = |(pid, (name, value)): (u32, &(&str, &str))| Server {
            pid,
            port: 46580,
            cwd: Some(PathBuf::from("/srv")),
            variables: BTreeMap::from([((*name).to_owned(), (*value).to_owned())]),
        };
        self.knowing(|facts| facts.servers = (7..).zip(of).map(server).collect())
    }

    fn module(self, found: Module) -> Self {
        self.knowing(|facts| facts.modules = std::sync::Arc::new(BTreeMap::from([("acme".to_owned(), found)])))
    }

    /// What was found of the class of the one entry.
    fn answer(self, role: Role, answer: Answer) -> Self {
        self.knowing(|facts| {
            facts.python = Some(PathBuf::from("/opt/sky/bin/python"));
            facts.catalog = Arc::new(Catalog {
                answers: BTreeMap::from([((site(role), "acme.Audit".to_owned()), answer)]),
                ..Catalog::default()
            });
        })
    }

    fn release(version: SkyVersion) -> Self {
        Self::absent().knowing(|facts| facts.version = version)
    }

    fn codes(&self) -> Vec<&'static str> {
        let report = check::check(&self.workspace, &self.facts);
        report.diagnostics.iter().map(|one| one.code.name()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A text that has the problem, and one that does not, of the API server's list.
fn api(bad: &str, good: &str) -> (Case, Case) {
    let of = |source| Case::of(with(Role::Api, source));
    (of(bad), of(good))
}

/// The same of parameters.
fn parameters(bad: &str, good: &str) -> (Case, Case) {
    let of = |inner: &str| format!("plugins:\n- class: acme.Audit\n  parameters:\n    {inner}\n");
    api(&of(bad), &of(good))
}

/// A wheel of which this is remembered.
fn remembered(memory: Memory) -> Case {
    Case::wheels(&[AUDIT]).knowing(|facts| _ = facts.memories.insert(Path::new("/srv/dist").join(AUDIT), memory))
}

/// The same of the parameters of a class that takes `days: int = 7`.
fn given(bad: &str, good: &str) -> (Case, Case) {
    let (bad, good) = parameters(bad, good);
    let answer = || plugin_with(|class| class.parameters = Some(vec![parameter("days", Some("int"), Some("7"))]));
    (bad.answer(Role::Api, answer()), good.answer(Role::Api, answer()))
}

/// Returns a case that has this problem and nothing else, and one that is near it and has none at all.
#[expect(clippy::too_many_lines, reason = "one row for each kind")]
pub(crate) fn row(code: Code) -> (Case, Case) {
    let decoded = |bytes: &[u8]| Case::of(workspace(load::decode(bytes.to_vec()), Content::Absent));
    let entry = || Case::of(with(Role::Api, ENTRY));
    match code {
        Code::NotUtf8 => (decoded(b"plugins: [] # \xfc\n"), decoded("plugins: [] # ü\n".as_bytes())),
        Code::Unreadable => (Case::unreadable(UnreadableReason::Directory), entry()),
        Code::Endless => (Case::unreadable(UnreadableReason::Endless), Case::absent()),
        Code::YamlSyntax => api("plugins: [\n", "plugins: []\n"),
        Code::YamlCharacter => parameters("x: a\x07", "x: \"a\\a\""),
        Code::YamlComposition => parameters("x: *a", "x: [&a 7, *a]"),
        Code::YamlConstruction => parameters("x: !env A", "x: !!str A"),
        Code::YamlConversion => parameters("x: 2026-02-30", "x: '2026-02-30'"),
        Code::YamlUnpredictable => parameters("x: !!timestamp soon", "x: !!timestamp 2026-01-01 00:00:00"),
        Code::TooDeep => api(
            &"[".repeat(30_000),
            &format!("plugins:\n- class: a.B\n  parameters:\n    x: {}{}\n", "[".repeat(50), "]".repeat(50)),
        ),
        Code::TopLevel => api("- class: acme.Audit\n", ENTRY),
        Code::UnknownKey => api("plugins: []\nother: 1\n", "plugins: []\n"),
        Code::MissingClass => api("plugins:\n- parameters: {}\n", "plugins:\n- class: a.B\n  parameters: {}\n"),
        Code::WrongType => api("plugins:\n- class: 7\n", "plugins:\n- class: seven.B\n"),
        Code::KeyNotString => api("plugins: []\non: 1\n", "plugins: []\n# on: 1\n"),
        Code::PluginsNull => api("plugins:\n", "plugins: []\n"),
        Code::ClassPath => api("plugins:\n- class: Audit\n", ENTRY),
        Code::ParameterName => parameters("on: push", "'on': push"),
        Code::DuplicateKey => parameters("{a: 1, a: 2}", "{a: 1, A: 2}"),
        Code::MergeOrder => parameters("x: {<<: [{a: 1}, {a: 2}]}", "x: {<<: [{a: 1}, {b: 2}]}"),
        Code::ForgottenDash => api("plugins:\n- class: a.B\n  class: c.D\n", "plugins:\n- class: a.B\n- class: c.D\n"),
        Code::UnusedIgnore => api(
            "plugins:\n- class: a.B   # skyplug: ignore[duplicate-class]\n",
            "plugins:\n- class: a.B\n# skyplug: ignore[duplicate-class] wanted\n- class: a.B\n",
        ),
        Code::DuplicateClass => api("plugins:\n- class: a.B\n- class: a.B\n", "plugins:\n- class: a.B\n- class: a.C\n"),
        Code::YamlSurprise => parameters("country: NO", "country: 'NO'"),
        Code::EmptyValue => parameters("color: #fff", "color: '#fff'"),
        Code::ClassBlank => api("plugins:\n- class: acme.audit:Audit\n", "plugins:\n- class: acme.audit.Audit\n"),
        Code::Invisible => parameters("x: a\u{200b}b", "x: \"a\\u200bb\""),
        Code::IgnoredKey => api("plugins: []\ninclude:\n", "plugins: []\ncontroller_wheel_path:\n"),
        Code::Encrypted => {
            let head = "$ANSIBLE_VAULT;1.1;AES256";
            (Case::of(with(Role::Api, &format!("{head}\n"))), entry())
        }
        Code::NoConfiguration => api("# plugins:\n", "plugins: []\n"),
        Code::ByteOrderMark => api("\u{feff}plugins: []\n", "plugins: []\n"),
        Code::YamlDirective => api("%YAML 1.2\n---\nplugins: []\n", "%YAML 1.1\n---\nplugins: []\n"),
        Code::NoExpansion => wheels_in("/srv/$team", "/srv/team"),
        Code::PathBlank => wheels_in("/srv/dist ", "/srv/dist"),
        Code::ModuleMissing => (entry().module(Module::NotInstalled), entry().module(Module::Unknown)),
        Code::ClassMissing => {
            let odd = |answer| entry().answer(Role::Api, answer);
            (odd(Answer::NoAttribute { origin: origin() }), odd(Answer::Unknown))
        }
        Code::ClassNotPlugin => {
            let answer = Answer::NotAPlugin { what: "a function", origin: origin() };
            (entry().answer(Role::Api, answer), entry().answer(Role::Api, plugin()))
        }
        Code::ClassAbstract => {
            let of = |left| entry().answer(Role::Api, plugin_with(|class| class.is_abstract = left));
            (of(Some(true)), of(None))
        }
        Code::ClassNotLoaded => {
            let of = |contexts: &[LoadContext]| {
                let contexts = Some(contexts.to_vec());
                entry().answer(Role::Api, plugin_with(|class| class.load_contexts = contexts))
            };
            (of(&[LoadContext::Controller]), of(&[LoadContext::Main, LoadContext::Controller]))
        }
        Code::ClassNotUploaded => {
            let of = |answer| Case::wheels(&[AUDIT]).answer(Role::Remote, answer);
            (of(Answer::NoModule), of(Answer::Unknown))
        }
        Code::ClassUnseen => {
            let of = |origin: Origin| {
                entry().answer(Role::Remote, Answer::Unknown).knowing(|facts| {
                    facts.python = None;
                    let other = PluginClass { class: "acme.Other".to_owned(), origin, ..class() };
                    facts.catalog = Arc::new(Catalog { found: vec![other], ..Catalog::default() });
                })
            };
            let known = of(origin()).knowing(|facts| facts.python = Some(PathBuf::from("/opt/sky/bin/python")));
            (of(origin()), known)
        }
        Code::ClassUnchecked => {
            let looked =
                || entry().knowing(|facts| facts.catalog = Arc::new(Catalog { gathered: true, ..Catalog::default() }));
            (looked(), looked().knowing(|facts| facts.python = Some(PathBuf::from("/opt/sky/bin/python"))))
        }
        Code::ParameterUnknown => given("tokn: 1", "days: 1"),
        Code::ParameterMissing => {
            let of = |default: Option<&str>| {
                let answer = plugin_with(|class| class.parameters = Some(vec![parameter("days", None, default)]));
                entry().answer(Role::Api, answer)
            };
            (of(None), of(Some("7")))
        }
        Code::ParameterType => given("days: soon", "days: 9"),
        Code::VariableEmpty => (Case::absent().variable(Role::Api, None), Case::absent()),
        Code::VariableMissing => (
            Case::absent().variable(Role::Api, Some("/etc/plugins.yaml")),
            entry().variable(Role::Api, Some("/etc/plugins.yaml")),
        ),
        Code::VariableRelative => (
            entry().variable(Role::Api, Some("conf/plugins.yaml")),
            entry().variable(Role::Api, Some("/etc/plugins.yaml")),
        ),
        Code::SameFile => same_file(),
        Code::SingularName => {
            let names = |name: &str| {
                let home = listed("/home/ada/.sky", &[(name, EntryKind::File)]);
                Case::absent().knowing(|facts| facts.directories = BTreeMap::from([(home.path.clone(), home)]))
            };
            (names("remote_plugin.yaml"), names("remote_plugin.yml"))
        }
        Code::SecretOpen => {
            let case = |is_open| {
                let text = "plugins:\n- class: acme.Audit\n  parameters: {api_token: abc}\n";
                Case::both(text, "plugins: []\n").knowing(|facts| {
                    let file = PathBuf::from("/home/ada/.sky/plugins.yaml");
                    let mode = Some(if is_open { 0o644 } else { 0o600 });
                    let target = Target { file: file.clone(), strategy: Strategy::Rename, mode, is_open };
                    facts.targets = BTreeMap::from([(file, target)]);
                })
            };
            (case(true), case(false))
        }
        Code::RemoteServer => (
            Case::absent().knowing(|facts| facts.remote_endpoint = Some("https://sky.example.com".to_owned())),
            entry(),
        ),
        Code::ServerElsewhere => (
            entry().servers(&[("SKYPILOT_SERVER_PLUGINS_CONFIG", "/etc/p.yaml")]),
            entry().servers(&[("HOME", "/home/ada")]),
        ),
        Code::SeveralServers => {
            let one = ("HOME", "/home/ada");
            (entry().servers(&[one, one]), entry().servers(&[one]))
        }
        Code::OtherRelease => (Case::release(SkyVersion::new(0, 15, 0)), Case::release(NEWEST)),
        Code::WheelPathUnset => (Case::both("plugins: []\n", ENTRY), Case::wheels(&[AUDIT])),
        Code::WheelPathUnused => (
            Case::both("controller_wheel_path: /srv/dist\n", "plugins: []\n"),
            Case::both("plugins: []\n", "plugins: []\n"),
        ),
        Code::WheelPathRelative => {
            let relative = Case::both("controller_wheel_path: dist\n", ENTRY);
            let dist = listed("/srv/dist", &[(AUDIT, EntryKind::File)]);
            let known = relative.knowing(|facts| facts.directories = BTreeMap::from([(dist.path.clone(), dist)]));
            (known.knowing(|facts| facts.cwd_source = CwdSource::CurrentDirectory), Case::wheels(&[AUDIT]))
        }
        Code::WheelDirMissing => (Case::found("/srv/dist", Found::Missing), Case::wheels(&[AUDIT])),
        Code::WheelDirNotDirectory => (Case::found("/srv/dist", Found::NotADirectory), Case::wheels(&[AUDIT])),
        Code::WheelDirUnreadable => {
            (Case::found("/srv/dist", Found::Unreadable("Permission denied".into())), Case::wheels(&[AUDIT]))
        }
        Code::WheelDirFails => {
            let problem = "[Errno 36] File name too long".to_owned();
            (Case::found("/srv/dist", Found::Failed { exception: "OSError", problem }), Case::wheels(&[AUDIT]))
        }
        Code::NoWheels => (Case::wheels(&["README"]), Case::wheels(&["README", AUDIT])),
        Code::Consolidation => {
            let mode = |jobs, serve| {
                let mode = Consolidation { jobs, serve, from_signal_file: jobs };
                Case::wheels(&[AUDIT]).knowing(|facts| facts.consolidation = mode)
            };
            (mode(true, false), mode(false, true))
        }
        Code::TaskBroken => wheels_in("/srv/a: b", "/srv/a:b"),
        Code::TaskOtherSource => wheels_in("/srv/a #b", "/srv/a#b"),
        Code::TaskSourceMissing => wheels_in("/srv/link/../dist", "/srv/link/dist"),
        Code::WheelVersions => {
            (Case::wheels(&[AUDIT, "acme_audit-1.2-py3-none-any.whl"]), Case::wheels(&[AUDIT, COST]))
        }
        Code::WheelPrefix => {
            let dotted = "a.b-1.0-py3-none-any.whl";
            (Case::wheels(&[dotted, "axb-1.0-py3-none-any.whl"]), Case::wheels(&[dotted, COST]))
        }
        Code::WheelNameUnsafe => {
            (Case::wheels(&["acme-1.0-py3-none-any(1).whl"]), Case::wheels(&["acme-1.0-1-py3-none-any.whl"]))
        }
        Code::WheelNameMalformed => (Case::wheels(&["acme.whl"]), Case::wheels(&["acme-1.0-py3-none-any.whl"])),
        Code::WheelTag => (
            Case::wheels(&["acme-1.0-cp312-cp312-macosx_14_0_arm64.whl"]),
            Case::wheels(&["acme-1.0-cp310-none-any.whl"]),
        ),
        Code::WheelDangling => (Case::wheel(EntryKind::Dangling), Case::wheel(EntryKind::Symlink)),
        Code::WheelUnreachable => (Case::wheel(EntryKind::Unreachable), Case::wheel(EntryKind::File)),
        Code::WheelNotFile => (Case::wheel(EntryKind::Directory), Case::wheel(EntryKind::Symlink)),
        Code::WheelRebuilt => {
            let of = |rebuilt| remembered(Memory { rebuilt, newer_source: None });
            (of(true), of(false))
        }
        Code::WheelOutdated => {
            let source = ("/src/acme".into(), "/src/acme/acme/plugin.py".into());
            let of = |newer_source| remembered(Memory { rebuilt: false, newer_source });
            (of(Some(source)), of(None))
        }
        Code::WheelCase => (Case::wheels(&[AUDIT, "acme_cost-0.9-py3-none-any.WHL"]), Case::wheels(&[AUDIT, COST])),
        Code::WheelArchive
        | Code::WheelRecord
        | Code::WheelMetadata
        | Code::WheelPython
        | Code::WheelSkypilot
        | Code::WheelOrder
        | Code::WheelCycle
        | Code::WheelUnused => inspected_row(code),
    }
}

/// A wheel of the directory as it is read.
fn inspected(name: &str, bytes: &[u8]) -> (PathBuf, Arc<Inspection>) {
    let contents = metadata::read(bytes, bytes.len() as u64, name).map_err(|error| error.to_string());
    (Path::new("/srv/dist").join(name), Arc::new(Inspection { stamp: (1000, None), contents, sha256: None }))
}

/// A wheel whose files are not those that its `RECORD` lists.
fn changed_wheel() -> Vec<u8> {
    let mut files = zip::wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), &[]);
    files.push(zip::File::stored("acme/extra.py", "x = 1\n"));
    zip::archive(&files)
}

/// The cases of what was read in wheels.
fn inspected_row(code: Code) -> (Case, Case) {
    let one = |more: &str| Case::read(&[("acme", more)]);
    let bytes = |bytes: Vec<u8>| Case::holding_bytes(vec![("acme-1.0-py3-none-any.whl".to_owned(), bytes)]);
    let need = |name: &str| format!("Requires-Dist: {name}\n");
    match code {
        Code::WheelArchive => (bytes(Vec::new()), one("")),
        Code::WheelRecord => (bytes(changed_wheel()), one("")),
        Code::WheelMetadata => (bytes(zip::wheel("acme", "1.1", "")), bytes(zip::wheel("acme", "1.0.0", ""))),
        Code::WheelPython => (one("Requires-Python: >=3.11\n"), one("Requires-Python: >=3.10\n")),
        Code::WheelSkypilot => (one(&need("skypilot==0.13.0")), one(&need("skypilot>=0.13.0"))),
        Code::WheelOrder => (
            Case::read(&[("acme", &need("base")), ("base", "")]),
            Case::read(&[("acme", &need("base; extra == 'all'")), ("base", "")]),
        ),
        Code::WheelUnused => {
            let beside = |other: &str| {
                let mut files = zip::wheel_files("cost-1.0", &zip::metadata("cost", "1.0", ""), &[]);
                files[0].name = format!("{other}/__init__.py");
                let record = files.last_mut().expect("it ends with RECORD");
                let text = String::from_utf8(record.bytes.clone()).expect("UTF-8");
                record.bytes = text.replace("acme/", &format!("{other}/")).into_bytes();
                let names = ["acme-1.0-py3-none-any.whl", "cost-1.0-py3-none-any.whl"];
                let bytes = [zip::wheel("acme", "1.0", ""), zip::archive(&files)];
                Case::holding_bytes(names.map(str::to_owned).into_iter().zip(bytes).collect())
            };
            (beside("cost"), beside("acme"))
        }
        _ => (
            Case::read(&[("acme", &need("base")), ("base", &need("acme"))]),
            Case::read(&[("acme", &need("acme[web]")), ("base", "")]),
        ),
    }
}

/// A wheel in a directory of this name.
fn wheels_in(bad: &str, good: &str) -> (Case, Case) {
    let of = |path: &str| Case::holding(path, &[(AUDIT, EntryKind::File)]);
    (of(bad), of(good))
}

fn same_file() -> (Case, Case) {
    let named = |remote| {
        let case = Case::both("plugins: []\n", "plugins: []\n");
        case.variable(Role::Api, Some("/etc/p.yaml")).variable(Role::Remote, Some(remote))
    };
    (named("/etc/p.yaml"), named("/etc/r.yaml"))
}

/// Returns the names of all problems that the bad case has.
fn expected(code: Code) -> Vec<&'static str> {
    let companion = match code {
        // The schema has no key for what these programs write: SkyPilot refuses such a file.
        Code::Encrypted => Some(Code::TopLevel),
        _ => None,
    };
    [code].into_iter().chain(companion).map(Code::name).collect()
}

#[test]
fn every_code_has_a_case_of_its_own_and_a_near_one_without() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let (bad, good) = row(code);
        if bad.codes() != expected(code) {
            wrong.push(format!("{}: the bad case has {:?}", code.name(), bad.codes()));
        }
        if !good.codes().is_empty() {
            wrong.push(format!("{}: the good case has {:?}", code.name(), good.codes()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_secret_that_is_commented_out_or_does_not_parse_is_readable_too() {
    for text in crate::screens::ASIDE {
        let (open, _) = row(Code::SecretOpen);
        let case = Case { facts: open.facts, ..Case::both(text, "plugins: []\n") };
        assert!(case.codes().contains(&Code::SecretOpen.name()), "{text}: {:?}", case.codes());
    }
}

#[test]
fn what_is_said_to_have_been_run_is_in_the_corpus() {
    let seen = conformance::codes_seen();
    let elsewhere = |code| match code {
        // SkyPilot's process is of no use after the first; `tests/oracle/uploads.py` compares the others.
        // Every second launch of the corpus skips what is recorded by its name.
        Code::YamlUnpredictable
        | Code::TaskOtherSource
        | Code::TaskSourceMissing
        | Code::WheelDangling
        | Code::WheelRebuilt => true,
        // Their cases mean nothing to root.
        Code::WheelDirUnreadable | Code::WheelUnreachable => rustix::process::geteuid().is_root(),
        // Two equal keys in a flow mapping are in the corpus, and no dash is missing there.
        Code::ForgottenDash => seen.contains(&Code::DuplicateKey),
        _ => false,
    };
    let claimed = |code: Code| !matches!(code.seen(), Seen::Read | Seen::Own);
    let missing = |code: &&Code| claimed(**code) && !seen.contains(code) && !elsewhere(**code);
    let missing: Vec<&str> = Code::ALL.iter().filter(missing).map(|code| code.name()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn told(args: &[&str]) -> String {
    let output = Home::empty().run(args);
    assert_eq!(status(&output), 0, "{output:?}");
    stdout(&output)
}

#[test]
fn every_code_has_a_page_and_a_place_in_the_lists() {
    let list = told(&["explain"]);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, Code::ALL.iter().map(|code| code.name()).collect::<Vec<_>>());
    let all = told(&["explain", "--all"]);
    for code in Code::ALL {
        let (name, page) = (code.name(), told(&["explain", code.name()]));
        for part in [code.title(), "\n\nFix: ", "\n\nReleases: ", "\n\nExample:\n\n    "] {
            assert!(page.contains(part), "{name} has no {part:?}");
        }
        let [row, section] = [format!("\n| [`{name}`](#{name}) |"), format!("\n## {name}\n")];
        assert!(all.contains(&row) && all.contains(&section), "{name}");
    }
}

#[test]
fn the_page_in_the_repository_is_the_one_that_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(root.join("assets/diagnostics.md")).expect("read");
    assert!(committed == told(&["explain", "--all"]), "run `skyplug-tui explain --all > assets/diagnostics.md`");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("read");
    assert!(readme.contains("(assets/diagnostics.md)"), "the README does not lead to it");
}

#[test]
fn an_unknown_code_is_answered_with_the_nearest() {
    for (name, words) in [("plugin-nul", "did you mean plugins-null?"), ("zzz", "lists all"), ("", "lists all")] {
        let output = Home::empty().run(&["explain", name]);
        assert_eq!(status(&output), 2);
        assert!(stderr(&output).contains(words), "{output:?}");
    }
    assert_eq!(status(&Home::empty().run(&["explain", "--all", "plugins-null"])), 2);
}
