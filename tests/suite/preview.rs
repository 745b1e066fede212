//! Directory facts, made by hand, and what a controller launch makes of them.

use std::path::{Path, PathBuf};

use skyplug_tui::check::{Code, Consolidation, Controller, CwdSource, Facts, Severity, SkyVersion, Status};
use skyplug_tui::config::{ConfigFile, Content, Location, PathSource, Workspace};
use skyplug_tui::preview::{self, Outcome, Preview, Reason, StepKind};
use skyplug_tui::text::splice;
use skyplug_tui::wheel::{Directory, EntryKind, Found};

use super::facts::{self, facts, listed};

const AUDIT: &str = "acme_audit-1.1-py3-none-any.whl";
const AUDIT_2: &str = "acme_audit-1.2-py3-none-any.whl";
const COST: &str = "acme_cost-0.9-py3-none-any.whl";
const DIST: &str = "controller_wheel_path: dist\n";
const ONE_ENTRY: &str = "plugins:\n- class: acme_audit.Audit\n";

/// A server in `/srv` with both files there.
struct Scene {
    api: Option<&'static str>,
    remote: Option<&'static str>,
    remote_path: &'static str,
    facts: Facts,
}

impl Scene {
    fn new(api: &'static str, remote: &'static str) -> Self {
        let facts = Facts { cwd_source: CwdSource::Server, ..facts() };
        Self { api: Some(api), remote: Some(remote), remote_path: "/srv/remote_plugins.yaml", facts }
    }

    /// A scene with these wheels in `/srv/dist`.
    fn with_wheels(names: &[&str]) -> Self {
        Self::new(DIST, ONE_ENTRY)
            .holding("/srv/dist", &names.iter().map(|n| (*n, EntryKind::File)).collect::<Vec<_>>())
    }

    fn holding(self, path: &str, names: &[(&str, EntryKind)]) -> Self {
        self.finding(path, listed(path, names).found)
    }

    fn finding(mut self, path: &str, found: Found) -> Self {
        let path = PathBuf::from(path);
        self.facts.directories.insert(path.clone(), Directory { path, found });
        self
    }

    fn preview(&self) -> Preview {
        let file = |path: &str, text: Option<&str>| ConfigFile {
            location: Location { path: Some(path.into()), source: PathSource::Env },
            content: text.map_or(Content::Absent, facts::text),
        };
        let workspace = Workspace::new(file("/srv/plugins.yaml", self.api), file(self.remote_path, self.remote));
        preview::preview(&workspace, &self.facts)
    }

    fn steps(&self) -> Vec<String> {
        let letter = |severity: Option<Severity>| severity.map_or(' ', Severity::letter);
        let steps = preview::steps(&self.preview(), &self.facts);
        steps.iter().map(|step| format!("{:?} {} {}", step.kind, letter(step.severity), step.text)).collect()
    }
}

fn nothing(preview: &Preview) -> Option<Reason> {
    assert_eq!((preview.verdict, preview.status), (Outcome::Nothing, Status::Ok));
    assert!(preview.mounts.is_empty() && preview.config_uploaded.is_none() && preview.launches.is_none());
    preview.reason
}

fn told(preview: &Preview) -> Vec<(Code, Severity)> {
    let mut told: Vec<_> = preview.diagnostics.iter().map(|one| (one.code, one.severity)).collect();
    told.retain(|(code, _)| *code != Code::WheelPathRelative);
    told
}

#[test]
fn all_wheels_and_the_remote_file_are_sent() {
    let scene = Scene::new(DIST, ONE_ENTRY).holding(
        "/srv/dist",
        &[
            (COST, EntryKind::File),
            (AUDIT, EntryKind::Symlink),
            ("README", EntryKind::File),
            ("old", EntryKind::Directory),
            ("acme_old-1.0-py3-none-any.WHL", EntryKind::File),
        ],
    );
    let preview = scene.preview();
    assert_eq!((preview.verdict, preview.reason), (Outcome::Sent, None));
    let mounts: Vec<(&str, &Path)> = preview.mounts.iter().map(|m| (m.remote.as_str(), m.local.as_path())).collect();
    assert_eq!(
        mounts,
        [
            (
                "~/.sky/plugins/wheels/acme_audit-1.1-py3-none-any.whl",
                Path::new("dist/acme_audit-1.1-py3-none-any.whl")
            ),
            ("~/.sky/plugins/wheels/acme_cost-0.9-py3-none-any.whl", Path::new("dist/acme_cost-0.9-py3-none-any.whl")),
        ]
    );
    assert_eq!(preview.config_uploaded.as_deref(), Some(Path::new("/srv/remote_plugins.yaml")));
    assert_eq!(preview.total_size(), 2000);
    let not_sent: Vec<(&Path, &str)> = preview.not_sent.iter().map(|one| (one.path.as_path(), one.why)).collect();
    assert_eq!(
        not_sent,
        [
            (Path::new("dist/README"), "not a .whl file"),
            (Path::new("dist/acme_old-1.0-py3-none-any.WHL"), "the suffix is not .whl in lower case"),
            (Path::new("dist/old"), "a sub-directory: not searched"),
        ]
    );
    assert_eq!(told(&preview), [(Code::WheelCase, Severity::Warning)]);
}

#[test]
fn each_of_the_four_conditions_stops_all_of_it() {
    assert_eq!(nothing(&Scene::new(DIST, "plugins: []\n").preview()), Some(Reason::NoRemotePlugins));
    assert_eq!(
        nothing(&Scene { remote: None, ..Scene::with_wheels(&[AUDIT]) }.preview()),
        Some(Reason::NoRemotePlugins)
    );

    let unset = Scene::new("plugins: []\n", ONE_ENTRY).preview();
    assert_eq!(nothing(&unset), Some(Reason::NoWheelPath));
    assert_eq!(
        unset.warnings,
        [
            "Remote plugins are specified but controller_wheel_path is not specified in plugins.yaml. Skipping wheel upload."
        ]
    );
    assert_eq!(nothing(&Scene { api: None, ..Scene::with_wheels(&[AUDIT]) }.preview()), Some(Reason::NoWheelPath));

    let missing = Scene::new("controller_wheel_path: ~/wheels/./new/\n", ONE_ENTRY).preview();
    assert_eq!(nothing(&missing), Some(Reason::MissingDirectory));
    assert_eq!(missing.warnings, ["Controller wheel directory does not exist: /home/ada/wheels/new"]);

    let file = Scene::new(DIST, ONE_ENTRY).finding("/srv/dist", Found::NotADirectory).preview();
    assert_eq!(nothing(&file), Some(Reason::NotADirectory));
    assert_eq!(file.warnings, ["Controller wheel path is not a directory: dist"]);

    let unreadable = Found::Unreadable("Permission denied".into());
    let unreadable = Scene::new(DIST, ONE_ENTRY).finding("/srv/dist", unreadable).preview();
    assert_eq!((nothing(&unreadable), unreadable.warnings.len()), (Some(Reason::UnreadableDirectory), 0));

    let empty = Scene::new(DIST, ONE_ENTRY).holding("/srv/dist", &[("README", EntryKind::File)]).preview();
    assert_eq!((nothing(&empty), empty.warnings.len()), (Some(Reason::NoWheels), 0));
    assert_eq!(told(&empty), [(Code::NoWheels, Severity::Warning)]);
}

#[test]
fn the_remote_file_is_read_first_and_plugins_yaml_only_if_it_has_an_entry() {
    let broken = "plugins: [\n";
    let unread = Scene { api: Some(broken), ..Scene::new(DIST, "plugins: []\n") };
    assert_eq!(nothing(&unread.preview()), Some(Reason::NoRemotePlugins));

    for scene in [Scene::new(broken, ONE_ENTRY), Scene::new(DIST, broken), Scene::new(broken, broken)] {
        let preview = scene.preview();
        assert_eq!((preview.status, preview.exception), (Status::Crash, Some("ParserError")));
        assert_eq!((preview.verdict, preview.reason), (Outcome::Fails, Some(Reason::RefusedFile)));
    }

    let null = Scene::new(DIST, "plugins:\n").preview();
    assert_eq!((null.status, null.exception), (Status::Crash, Some("TypeError")));
}

#[test]
fn a_path_that_python_fails_on_fails_the_launch() {
    let failed = Found::Failed { exception: "PermissionError", problem: "[Errno 13] Permission denied".into() };
    let preview = Scene::new(DIST, ONE_ENTRY).finding("/srv/dist", failed).preview();
    assert_eq!((preview.exception, preview.verdict), (Some("PermissionError"), Outcome::Fails));
    assert_eq!(preview.message.as_deref(), Some("[Errno 13] Permission denied: 'dist'"));
    assert_eq!(told(&preview), [(Code::WheelDirFails, Severity::Error)]);

    let nul = Scene::new("controller_wheel_path: \"~ada\\0/dist\"\n", ONE_ENTRY).preview();
    assert_eq!((nul.exception, nul.verdict), (Some("ValueError"), Outcome::Fails));
}

#[test]
fn in_consolidation_mode_nothing_is_sent() {
    let mut scene = Scene::with_wheels(&[AUDIT]);
    scene.facts.consolidation = Consolidation { jobs: true, serve: false, from_signal_file: true };
    let preview = scene.preview();
    assert_eq!(nothing(&preview), Some(Reason::Consolidation));
    assert_eq!(told(&preview), [(Code::Consolidation, Severity::Info)]);

    scene.facts.controller = Controller::Serve;
    assert_eq!(scene.preview().verdict, Outcome::Sent);

    scene.facts.controller = Controller::Jobs;
    scene.remote = Some("plugins: [\n");
    assert_eq!(scene.preview().status, Status::Crash);
}

#[test]
fn two_versions_of_one_package_are_an_error() {
    let scene = Scene::with_wheels(&[AUDIT, AUDIT_2, COST]);
    let preview = scene.preview();
    assert_eq!(preview.verdict, Outcome::Sent);
    assert_eq!(told(&preview), [(Code::WheelVersions, Severity::Error)]);
    assert_eq!(
        scene.steps(),
        [
            "Read   remote_plugins.yaml: it has entries",
            "Read   plugins.yaml: controller_wheel_path is `dist`, which is /srv/dist",
            "Read   the directory: 3 wheels and 0 other names that are not sent",
            "Decide   `sky jobs launch` sends 3 wheels",
            "Upload   dist/acme_audit-1.1-py3-none-any.whl -> ~/.sky/plugins/wheels/acme_audit-1.1-py3-none-any.whl",
            "Upload   dist/acme_audit-1.2-py3-none-any.whl -> ~/.sky/plugins/wheels/acme_audit-1.2-py3-none-any.whl",
            "Upload   dist/acme_cost-0.9-py3-none-any.whl -> ~/.sky/plugins/wheels/acme_cost-0.9-py3-none-any.whl",
            "Upload   /srv/remote_plugins.yaml -> ~/.sky/plugins.yaml",
            "FirstLaunch W acme_audit-1.1-py3-none-any.whl: installs; deletes the file of acme_audit-1.2",
            "FirstLaunch E acme_audit-1.2-py3-none-any.whl: file gone: script stops, exit 2",
            "FirstLaunch W acme_cost-0.9-py3-none-any.whl: not reached",
            "FirstLaunch E the remote file becomes the controller's plugins.yaml all the same: the controller imports \
             what is not installed",
            "SecondLaunch   acme_audit-1.1-py3-none-any.whl: skipped: already recorded",
            "SecondLaunch W acme_audit-1.2-py3-none-any.whl: installs; deletes the file of acme_audit-1.1",
            "SecondLaunch   acme_cost-0.9-py3-none-any.whl: installs",
            "SecondLaunch   the remote file becomes the controller's plugins.yaml",
        ]
    );
}

#[test]
fn before_0_12_2_two_versions_are_installed_over_each_other() {
    let mut scene = Scene::with_wheels(&[AUDIT, AUDIT_2]);
    scene.facts.version = SkyVersion::new(0, 12, 1);
    let preview = scene.preview();
    assert_eq!(told(&preview), [(Code::WheelVersions, Severity::Warning)]);
    let launches = preview.launches.expect("plain names");
    assert!(
        launches.iter().all(|launch| launch.exit_code == 0 && launch.stamp.is_empty() && launch.installs.len() == 2)
    );
}

#[test]
fn names_that_mean_more_to_a_shell_are_not_predicted() {
    let scene = Scene::with_wheels(&["acme-1.0-py3-none-any (1).whl", COST]);
    let preview = scene.preview();
    assert_eq!((preview.verdict, preview.launches), (Outcome::Sent, None));
    let unsafe_name = &preview.diagnostics.iter().find(|one| one.code == Code::WheelNameUnsafe).expect("told");
    assert_eq!(unsafe_name.severity, Severity::Error);
    assert!(unsafe_name.effect.contains("parenthesis"), "{}", unsafe_name.effect);
    let first = scene.steps().into_iter().find(|step| step.starts_with("FirstLaunch")).expect("told");
    assert_eq!(
        first,
        "FirstLaunch E what is installed cannot be told: a file name means more than itself to the shell"
    );
}

#[test]
fn wheels_are_judged_by_their_names() {
    let preview = Scene::with_wheels(&[
        "acme-1.x-py3-none-any.whl",
        "acme_mac-1.0-cp310-cp310-macosx_11_0_arm64.whl",
        "acme_old-1.0-cp39-cp39-linux_x86_64.whl",
        "acme_intel-1.0-cp310-cp310-manylinux2014_x86_64.whl",
    ])
    .preview();
    assert_eq!(
        told(&preview),
        [
            (Code::WheelNameMalformed, Severity::Warning),
            (Code::WheelTag, Severity::Info),
            (Code::WheelTag, Severity::Warning),
            (Code::WheelTag, Severity::Warning),
        ]
    );
}

#[test]
fn a_dot_in_a_name_matches_other_records() {
    let preview = Scene::with_wheels(&["a.b-1.0-py3-none-any.whl", "axb-1.0-py3-none-any.whl"]).preview();
    assert_eq!(told(&preview), [(Code::WheelPrefix, Severity::Warning)]);
}

#[test]
fn a_wheel_that_is_not_there_fails_the_launch() {
    for (kind, code) in [(EntryKind::Dangling, Code::WheelDangling), (EntryKind::Unreachable, Code::WheelUnreachable)] {
        let preview = Scene::new(DIST, ONE_ENTRY).holding("/srv/dist", &[(AUDIT, kind)]).preview();
        assert_eq!((preview.verdict, preview.reason), (Outcome::Fails, Some(Reason::DanglingWheel)));
        assert_eq!(told(&preview), [(code, Severity::Error)]);
    }
}

#[test]
fn a_wheel_that_is_no_file_is_sent_all_the_same() {
    for kind in [EntryKind::Directory, EntryKind::Special] {
        let preview = Scene::new(DIST, ONE_ENTRY).holding("/srv/dist", &[(AUDIT, kind)]).preview();
        assert_eq!((preview.verdict, preview.mounts.len()), (Outcome::Sent, 1));
        assert_eq!(told(&preview), [(Code::WheelNotFile, Severity::Warning)]);
    }
}

#[test]
fn paths_that_yaml_does_not_take_break_the_task() {
    for (api, directory) in [
        ("controller_wheel_path: 'a: b'\n", "/srv/a: b"),
        ("controller_wheel_path: '[w]'\n", "/srv/[w]"),
        ("controller_wheel_path: '*w'\n", "/srv/*w"),
        ("controller_wheel_path: \"w\\nx: y\"\n", "/srv/w\nx: y"),
        ("controller_wheel_path: \"w\\e\"\n", "/srv/w\u{1b}"),
        ("controller_wheel_path: $SKYPILOT_USER\n", "/srv/$SKYPILOT_USER"),
        ("controller_wheel_path: //srv/dist\n", "//srv/dist"),
    ] {
        let preview = Scene::new(api, ONE_ENTRY).holding(directory, &[(AUDIT, EntryKind::File)]).preview();
        assert_eq!((preview.verdict, preview.reason), (Outcome::Fails, Some(Reason::BrokenTask)), "{api}");
        assert_eq!(told(&preview), [(Code::TaskBroken, Severity::Error)], "{api}");
        // The uploads are shown all the same: SkyPilot has decided on them.
        assert_eq!((preview.status, preview.mounts.len()), (Status::Ok, 1), "{api}");
    }
}

#[test]
fn the_remote_file_breaks_the_task_too() {
    let mut scene = Scene::with_wheels(&[AUDIT]);
    scene.remote_path = "/srv/a: b.yaml";
    let preview = scene.preview();
    assert_eq!(preview.verdict, Outcome::Fails);
    let place = &preview.diagnostics.iter().find(|one| one.code == Code::TaskBroken).expect("told").place;
    assert_eq!(place.path.as_deref(), Some(Path::new("/srv/a: b.yaml")));
}

#[test]
fn a_path_cut_short_names_something_else() {
    let cut = "controller_wheel_path: 'dist #2'\n";
    let missing = Scene::new(cut, ONE_ENTRY).holding("/srv/dist #2", &[(AUDIT, EntryKind::File)]);
    assert_eq!(missing.preview().verdict, Outcome::Fails);
    let there = missing.holding("/srv/dist", &[]).preview();
    assert_eq!(there.verdict, Outcome::Sent);
    assert_eq!(told(&there), [(Code::TaskOtherSource, Severity::Error)]);
}

#[test]
fn dots_are_taken_out_without_following_links() {
    // `link` leads to /opt/deep, so that the wheels are in /opt/dist.
    let api = "controller_wheel_path: link/../dist\n";
    let scene = Scene::new(api, ONE_ENTRY).holding("/srv/link/../dist", &[(AUDIT, EntryKind::File)]);
    let preview = scene.preview();
    assert_eq!((preview.verdict, preview.reason), (Outcome::Fails, Some(Reason::DanglingWheel)));
    assert_eq!(told(&preview), [(Code::TaskSourceMissing, Severity::Error)]);
    let both = scene.finding("/srv/dist/acme_audit-1.1-py3-none-any.whl", Found::NotADirectory);
    assert_eq!(both.preview().verdict, Outcome::Sent);
}

#[test]
fn a_relative_path_is_a_warning_where_its_base_is_a_guess() {
    let relative = |source| {
        let mut scene = Scene::with_wheels(&[AUDIT]);
        scene.facts.cwd_source = source;
        let diagnostics = scene.preview().diagnostics;
        let one = diagnostics.iter().find(|one| one.code == Code::WheelPathRelative).expect("told");
        assert!(one.message.ends_with("/srv/dist"), "{}", one.message);
        let position = one.place.positions.expect("a place").0;
        assert_eq!((position.line, position.column), (1, 24));
        one.severity
    };
    assert_eq!(relative(CwdSource::Server), Severity::Info);
    assert_eq!(relative(CwdSource::Flag), Severity::Info);
    assert_eq!(relative(CwdSource::CurrentDirectory), Severity::Warning);
}

#[test]
fn nothing_shown_holds_a_control_character() {
    let wild = "acme\u{1b}[31m\n\u{202e}-1.0-py3-none-any.whl";
    let scene = Scene::new("controller_wheel_path: \"d\\e\\nx\"\n", ONE_ENTRY)
        .holding("/srv/d\u{1b}\nx", &[(wild, EntryKind::Dangling), ("x\u{1b}.WHL", EntryKind::File)]);
    let preview = scene.preview();
    assert!(preview.diagnostics.len() > 3);
    let mut shown: Vec<String> = preview::steps(&preview, &scene.facts).into_iter().map(|step| step.text).collect();
    for one in &preview.diagnostics {
        shown.extend([one.message.clone(), one.effect.clone(), one.hint.clone().unwrap_or_default()]);
    }
    for text in shown {
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}

#[test]
fn every_part_of_the_account_has_a_heading() {
    let kinds: Vec<StepKind> =
        preview::steps(&Scene::with_wheels(&[AUDIT]).preview(), &Scene::with_wheels(&[AUDIT]).facts)
            .into_iter()
            .map(|step| step.kind)
            .collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
    for kind in [StepKind::Read, StepKind::Decide, StepKind::Upload, StepKind::FirstLaunch, StepKind::SecondLaunch] {
        assert!(kinds.contains(&kind) && !kind.heading().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_relative_path_can_be_written_in_full() {
    let api = "# wheels\ncontroller_wheel_path: dist   # built by CI\n";
    let scene = Scene::new(api, ONE_ENTRY).holding("/srv/dist", &[(AUDIT, EntryKind::File)]);
    let preview = scene.preview();
    let fix = preview.diagnostics[0].fix.as_ref().expect("a fix");
    assert_eq!(splice(api, &fix.edits).expect("fits"), "# wheels\ncontroller_wheel_path: /srv/dist   # built by CI\n");

    let guessed = Scene { facts: Facts { cwd_source: CwdSource::CurrentDirectory, ..scene.facts }, ..scene };
    assert_eq!(guessed.preview().diagnostics[0].fix, None);
}

#[test]
fn a_launch_that_fails_has_no_account_of_what_is_installed() {
    let scene = Scene::new(DIST, ONE_ENTRY).holding("/srv/dist", &[(AUDIT, EntryKind::Dangling)]);
    assert_eq!(scene.steps().last().expect("a step"), "Decide E `sky jobs launch` fails: a wheel is not there");
}
