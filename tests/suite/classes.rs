//! Plugin classes as their source tells of them: small sources, hostile ones, and where they are looked for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skyplug_tui::check::Facts;
use skyplug_tui::config::{ConfigFile, Content, Environment, Location, PathSource, Workspace};
use skyplug_tui::io::Options;
use skyplug_tui::io::classes::{self, Extent};
use skyplug_tui::io::scan;
use skyplug_tui::python::resolve::{Found, ModuleFile, Modules, Presence};
use skyplug_tui::python::source::{self, SourceError};
use skyplug_tui::python::survey::survey;
use skyplug_tui::python::{Answer, Catalog, LoadContext, Origin, PluginClass, Site, SourceKind};
use skyplug_tui::yaml::Document;

/// Modules that are given as texts; the names of packages end in `/`.
struct Texts(BTreeMap<String, (bool, String)>);

impl Texts {
    fn of(modules: &[(&str, &str)]) -> Self {
        let named = |(name, text): &(&str, &str)| {
            (name.trim_end_matches('/').to_owned(), (name.ends_with('/'), (*text).to_owned()))
        };
        Self(modules.iter().map(named).collect())
    }

    fn class(&self, path: &str) -> Option<PluginClass> {
        let module = path.rsplit_once('.').expect("a class path").0.to_owned();
        let found = survey(self, &[module], &[], &|| false).found;
        found.into_iter().find(|one| one.class == path)
    }

    fn answer(&self, path: &str) -> Answer {
        survey(self, &[], &[path.to_owned()], &|| false).answers.remove(path).expect("an answer")
    }
}

impl Modules for Texts {
    fn find(&self, name: &str) -> Found {
        let Some((package, text)) = self.0.get(name) else { return Found::Missing };
        let origin = Origin { kind: SourceKind::Path, from: "/texts".into(), distribution: None, version: None };
        match source::read(text.as_bytes()) {
            Ok(source) => Found::Source(Arc::new(ModuleFile {
                source: Arc::new(source),
                package: *package,
                path: name.replace('.', "/"),
                origin,
            })),
            Err(_) => Found::Opaque,
        }
    }

    fn presence(&self, name: &str) -> Presence {
        match name {
            "os" | "sys" => Presence::Unknown,
            _ if self.0.contains_key(name) => Presence::Here,
            _ => Presence::Missing,
        }
    }

    fn python(&self) -> Option<(u32, u32)> {
        Some((3, 11))
    }
}

fn one(text: &str, class: &str) -> Option<PluginClass> {
    let text = format!("from sky.server.plugins import BasePlugin, PluginContext\n{text}");
    Texts::of(&[("m", &text)]).class(&format!("m.{class}"))
}

const INSTALL: &str = "    def install(self, c): pass\n";

#[test]
fn a_class_is_told_of_as_it_is_written() {
    let text = format!(
        "class P(BasePlugin):\n    '''Does it.\n\n    Args:\n        team: Who pays.\n    '''\n    \
         load_contexts = frozenset({{PluginContext.MAIN, PluginContext.CONTROLLER}})\n    \
         def __init__(self, team: str, *, limit: int = 3, **more): pass\n{INSTALL}"
    );
    let found = one(&text, "P").expect("a class");
    assert_eq!(found.signature().as_deref(), Some("(team: str, *, limit: int = 3, **more)"));
    assert_eq!(found.is_abstract, Some(false));
    assert_eq!(found.load_contexts, Some(vec![LoadContext::Main, LoadContext::Controller]));
    assert_eq!(found.summary(), Some("Does it."));
    assert_eq!(found.parameter("team").and_then(|one| one.doc.as_deref()), Some("Who pays."));
    assert_eq!(found.bases, ["sky.server.plugins.BasePlugin"]);
    assert_eq!(found.place, ("m".to_owned(), 2));
    assert!(found.is_certain());
}

#[test]
fn what_cannot_be_known_is_unknown() {
    for (text, class, known) in [
        ("class P(BasePlugin): pass\n", "P", [true, true, true]),
        ("import x\n@x.y\nclass P(BasePlugin): pass\n", "P", [false, false, false]),
        ("import x\nclass P(BasePlugin, x.Y): pass\n", "P", [false, false, false]),
        ("import x\nclass P(BasePlugin, metaclass=x.Y): pass\n", "P", [false, false, false]),
        ("import x\nclass P(BasePlugin):\n    @x.y\n    def __init__(self): pass\n", "P", [false, true, false]),
        ("class P(BasePlugin):\n    load_contexts = made()\n", "P", [false, false, true]),
        ("class P(BasePlugin):\n    def should_load(cls, c): return True\n", "P", [true, false, true]),
        ("class P(BasePlugin): pass\nexec('P = 1')\n", "P", [false, false, false]),
        ("class P(BasePlugin): pass\nsetattr(P, 'load_contexts', 1)\n", "P", [true, false, true]),
        ("class P(BasePlugin): pass\nP.__init__ = made\n", "P", [true, true, false]),
    ] {
        let found = one(text, class).unwrap_or_else(|| panic!("no class in {text}"));
        let got = [found.is_abstract.is_some(), found.load_contexts.is_some(), found.parameters.is_some()];
        assert_eq!(got, known, "{text}");
    }
    for text in ["P = made()\n", "for P in (1, BasePlugin): pass\n", "class P(made()): pass\n", "P: BasePlugin\n"] {
        assert_eq!(one(text, "P"), None, "{text}");
    }
}

#[test]
fn names_are_followed_through_modules() {
    let base = format!("from sky.server.plugins import BasePlugin as B\nclass P(B):\n{INSTALL}class Q(P): pass\n");
    let modules = Texts::of(&[
        ("acme/", "from .inner import *\nfrom . import inner\nfrom acme.inner.base import Q as Other\nAlias = Other\n"),
        ("acme.inner/", "from .base import P\n__all__ = ['P']\n"),
        ("acme.inner.base", &base),
        ("user", "import acme.inner.base as base\nclass R(base.P): pass\nNested = [base.P]\n"),
    ]);
    let names = |module: &str| {
        let found = survey(&modules, &[module.to_owned()], &[], &|| false).found;
        found.into_iter().map(|one| (one.class, one.defined_in)).collect::<Vec<_>>()
    };
    let pair = |name: &str, from: &str| (name.to_owned(), from.to_owned());
    assert_eq!(
        names("acme"),
        [
            pair("acme.Alias", "acme.inner.base.Q"),
            pair("acme.Other", "acme.inner.base.Q"),
            pair("acme.P", "acme.inner.base.P")
        ]
    );
    assert_eq!(names("user"), [pair("user.R", "user.R")]);
    assert_eq!(modules.class("user.R").and_then(|one| one.is_abstract), Some(false));
}

#[test]
fn a_class_path_is_answered_as_the_loader_finds_it() {
    let modules = Texts::of(&[
        ("acme/", "from .plain import P\nimport os\nVALUE = 'x'\ndef make(): pass\nclass No: pass\n"),
        (
            "acme.plain",
            "from sky.server.plugins import BasePlugin\nclass P(BasePlugin):\n    class Inner(BasePlugin): pass\n",
        ),
        ("broken", "import nowhere\nfrom acme import P\n"),
        ("lazy", "def __getattr__(name): return 1\n"),
        ("bad", "class P(:\n"),
    ]);
    let what = |path: &str| match modules.answer(path) {
        Answer::Plugin(found) => found.defined_in,
        Answer::NotAPlugin { what, .. } => what.to_owned(),
        other => format!("{other:?}").split([' ', '{']).next().expect("a word").to_owned(),
    };
    for (path, answer) in [
        ("acme.P", "acme.plain.P"),
        ("acme.plain.P", "acme.plain.P"),
        ("acme.plain.P.Inner", "NoModule"),
        ("acme.nope.P", "NoModule"),
        ("acme.Nope", "NoAttribute"),
        ("acme.No", "a class that does not derive from BasePlugin"),
        ("acme.VALUE", "a text"),
        ("acme.make", "a function"),
        ("acme.os", "a module"),
        ("acme.plain", "a module"),
        ("acme.__name__", "a value that every module has"),
        ("broken.P", "Unknown"),
        ("lazy.P", "Unknown"),
        ("bad.P", "Unknown"),
        ("sky.server.plugins.BasePlugin", "sky.server.plugins.BasePlugin"),
    ] {
        assert_eq!(what(path), answer, "{path}");
    }
}

#[test]
fn branches_are_decided_where_they_can_be() {
    let text = "import sys, typing\nfrom sky.server.plugins import BasePlugin\n\
        try:\n    from nowhere import Base\nexcept ImportError:\n    Base = BasePlugin\n\
        class Fallback(Base): pass\n\
        if typing.TYPE_CHECKING:\n    Never = BasePlugin\n\
        if sys.version_info >= (3, 10):\n    class New(BasePlugin): pass\nelse:\n    class New: pass\n\
        if __name__ == '__main__':\n    class Script(BasePlugin): pass\n\
        if made():\n    class Maybe(BasePlugin): pass\nelse:\n    Maybe = None\n";
    let modules = Texts::of(&[("m", text)]);
    let found = survey(&modules, &["m".to_owned()], &[], &|| false).found;
    let names: Vec<(&str, bool)> = found.iter().map(|one| (one.class.as_str(), one.is_certain())).collect();
    assert_eq!(names, [("m.Fallback", true), ("m.Maybe", false), ("m.New", true)]);
}

#[test]
fn dataclasses_have_the_constructor_that_they_write() {
    let text = "import dataclasses as d\nfrom typing import ClassVar\n@d.dataclass\nclass A(BasePlugin):\n    a: int\n    \
        c: ClassVar[int] = 1\n    b: list = d.field(default_factory=list)\n\
        @d.dataclass(kw_only=True)\nclass B(A):\n    x: str = 'x'\n    y: int\n    z: int = d.field(default=1, init=False)\n";
    let found = one(text, "B").expect("a class");
    assert_eq!(found.signature().as_deref(), Some("(a: int, b: list = list(), *, x: str = 'x', y: int)"));
}

/// Sources that a parser could not bear, and what each one repeats.
#[test]
fn hostile_sources_never_end_the_process() {
    const SIZE: usize = 200 * 1024;
    let runs = [
        "-",
        "[",
        "(",
        "{",
        ".b",
        "+1",
        "not ",
        "lambda:",
        "lambda a,b:",
        "f'{",
        "f\"{f'{",
        "()",
        "[0]",
        "(]",
        "await ",
        "async ",
        "a if b else ",
        "@",
        "*",
        "**",
        "~",
        ":=",
        "b''",
        "x=",
        "yield ",
        "rb",
        "u'",
        "'''",
        "\\\n",
        "a,",
        "def ",
        "class ",
        "if ",
        "else:",
        "match ",
        "case ",
        "try:",
        "with ",
        "for x in ",
        "import ",
        "from . ",
        "#",
        ";",
        ":",
        "->",
        "a<",
        "a and ",
        "a or ",
        "a is ",
        "a in ",
        "return ",
        "del ",
        "global a,",
        "type ",
        "t'{",
        "{{",
        "}",
        "\u{c}",
        "\u{fe0f}",
    ];
    for run in runs {
        for (head, tail) in [("", ""), ("x = a", "\n"), ("x = (", ")\n"), ("def f(a=", "): pass\n")] {
            let text = format!("{head}{}{tail}", run.repeat(SIZE / run.len()));
            let _ = source::read(text.as_bytes());
        }
    }
    let ladder = "if a:\n    b = 1\n".to_owned() + &"elif a:\n    b = 2\n".repeat(SIZE / 20);
    assert!(source::read(ladder.as_bytes()).is_ok());
    let deep: Vec<String> = (0..400).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
    assert_eq!(source::read(deep.concat().as_bytes()), Err(SourceError::TooDeep));
    let decorators = "@a\n".repeat(SIZE / 3) + "class A: pass\n";
    assert!(source::read(decorators.as_bytes()).is_ok());
    let large = vec![b'#'; 50 << 20];
    assert_eq!(source::read(&large), Err(SourceError::TooLarge(50 << 20)));
    assert_eq!(source::read(b"x = 1\0"), Err(SourceError::Nul(5)));
    assert!(matches!(source::read(b"x = '\xff'"), Err(SourceError::Encoding(_))));
}

/// `SKYPLUG_SOURCES` names folders with ordinary sources, separated by colons: none is taken for a hostile one.
#[test]
fn ordinary_sources_are_not_refused() {
    let Some(folders) = std::env::var_os("SKYPLUG_SOURCES") else { return };
    let mut folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let (mut count, mut faulty, mut refused) = (0, 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() && !path.is_symlink() && !path.ends_with("site-packages") {
                folders.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "py") {
                count += 1;
                match source::read(&fs::read(&path).expect("bytes")) {
                    Ok(_) => {}
                    // Files of tests that are no Python, and of templates.
                    Err(SourceError::Syntax { .. } | SourceError::Encoding(_) | SourceError::Nul(_)) => faulty += 1,
                    Err(error) => refused.push(format!("{}: {error}", path.display())),
                }
            }
        }
    }

    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
    assert!(faulty * 20 < count, "{faulty} of {count} sources are taken for faulty");
}

/// What would take long to follow is not followed to its end.
#[test]
fn hostile_names_are_followed_in_bounded_time() {
    let chain: Vec<String> = (0..3000).map(|at| format!("class A{}(A{at}): pass\n", at + 1)).collect();
    let again = "class P(P): pass\n".repeat(3000);
    let doubled = "X = (X, X)\n".repeat(3000);
    let attributes = "P = P.p\n".repeat(3000);
    let branches = "if a: P = b\n".repeat(3000);
    let diamonds: Vec<String> =
        (1..200).map(|at| format!("class L{at}(L{0}, R{0}): pass\nclass R{at}(L{0}, R{0}): pass\n", at - 1)).collect();
    for text in [
        format!("class A0(BasePlugin): pass\n{}", chain.concat()),
        format!("class P(BasePlugin): pass\n{again}"),
        format!("X = BasePlugin\n{doubled}class P(BasePlugin):\n    load_contexts = X\n"),
        format!("P = BasePlugin\n{attributes}"),
        format!("class P(BasePlugin): pass\n{branches}"),
        format!("class L0(BasePlugin): pass\nclass R0(BasePlugin): pass\n{}", diamonds.concat()),
        "exec('')\nP = BasePlugin\n".repeat(3000),
        format!("class P(BasePlugin): pass\n{}", "P.a = 1\n".repeat(3000)),
    ] {
        let text = format!("from sky.server.plugins import BasePlugin\n{text}");
        let _ = survey(&Texts::of(&[("m", &text)]), &["m".to_owned()], &["m.P".to_owned()], &|| false);
    }
    let modules: Vec<(String, String)> =
        (0..500).map(|at| (format!("m{at}"), format!("from m{} import *\n", at + 1))).collect();
    let modules: Vec<(&str, &str)> = modules.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(Texts::of(&modules).answer("m0.P"), Answer::Unknown);
    let cycle = Texts::of(&[("a", "from b import *\nfrom b import P\n"), ("b", "from a import *\nfrom a import P\n")]);
    assert_eq!(cycle.answer("a.P"), Answer::Unknown);
}

/// An interpreter with packages, as far as files tell.
fn interpreter(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let top = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = top.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("venv/bin/python", "");
    write("venv/pyvenv.cfg", "");
    write("venv/lib/python3.11/os.py", "");
    for (path, text) in files {
        write(path, &text.replace("{TOP}", &top.path().display().to_string()));
    }
    let python = top.path().join("venv/bin/python");
    (top, python)
}

fn catalog(top: &Path, options: &Options, api: &str, remote: &str) -> Catalog {
    let file = |text: &str| ConfigFile {
        location: Location { path: Some(top.join("x.yaml")), source: PathSource::Flag },
        content: Content::Text(Arc::new(Document::parse(text))),
    };
    let workspace = Workspace::new(file(api), file(remote));
    let mut facts = Facts::unseen(Environment::default(), top.to_owned());
    facts.cwd_source = skyplug_tui::check::CwdSource::Flag;
    facts.python.clone_from(&options.python);
    scan::add_wheel_directory(&workspace, &mut facts);
    classes::catalog(options, &workspace, &facts, Extent::All, &|| false)
}

const PLUGIN: &str =
    "from sky.server.plugins import BasePlugin\nclass P(BasePlugin):\n    def install(self, c): pass\n";

#[test]
fn nothing_of_the_standard_library_is_a_plugin() {
    let hidden = "exec('OrderedDict = dict')\n";
    let (top, python) = interpreter(&[
        ("venv/lib/python3.11/collections/__init__.py", hidden),
        ("venv/lib/python3.11/site-packages/acme.py", hidden),
        ("statistics.py", hidden),
        ("venv/lib/python3.11/statistics.py", hidden),
    ]);
    let options = Options { python: Some(python), ..Options::default() };
    let classes = ["collections.OrderedDict", "acme.OrderedDict", "statistics.OrderedDict"];
    let api = format!("plugins: [{}]", classes.map(|class| format!("{{class: {class}}}")).join(", "));
    let found = catalog(top.path(), &options, &api, "");
    // What the server's directory has comes before Python's own.
    let plain = classes.map(|class| matches!(found.answer(Site::Server, class), Answer::NotAPlugin { .. }));
    assert_eq!(plain, [true, false, false], "{:?}", found.answers);
}

#[test]
fn classes_are_found_in_the_servers_python() {
    let site = "venv/lib/python3.11/site-packages";
    let (top, python) = interpreter(&[
        (&format!("{site}/acme/__init__.py"), ""),
        (&format!("{site}/acme/cost.py"), PLUGIN),
        (&format!("{site}/acme-1.0.dist-info/RECORD"), "acme/__init__.py,,\nacme/cost.py,,\n"),
        (&format!("{site}/user.py"), "from acme.cost import P\n"),
        (&format!("{site}/other/__init__.py"), "class BasePlugin: pass\nclass Q(BasePlugin): pass\n"),
        (&format!("{site}/__editable__.dev-2.0.pth"), "{TOP}/src\n"),
        (&format!("{site}/dev-2.0.dist-info/RECORD"), "__editable__.dev-2.0.pth,,\n"),
        ("src/dev.py", PLUGIN),
        (
            &format!("{site}/__editable___flat_3_0_finder.py"),
            "MAPPING: dict[str, str] = {'flat': '{TOP}/checkout/flat'}\nNAMESPACES: dict[str, list[str]] = {}\n",
        ),
        (
            &format!("{site}/__editable__.flat-3.0.pth"),
            "import __editable___flat_3_0_finder; __editable___flat_3_0_finder.install()\n",
        ),
        (
            &format!("{site}/flat-3.0.dist-info/RECORD"),
            "__editable__.flat-3.0.pth,,\n__editable___flat_3_0_finder.py,,\n",
        ),
        ("checkout/flat/__init__.py", PLUGIN),
        ("more/given.py", PLUGIN),
    ]);
    let options = Options { python: Some(python), python_path: vec![top.path().join("more")], ..Options::default() };
    let api =
        "plugins: [{class: acme.cost.P}, {class: acme.cost.Q}, {class: acme.nope.P}, {class: other.Q}, {class: no.P}]";
    let found = catalog(top.path(), &options, api, "");
    let rows: Vec<(&str, &str, Option<&str>)> = found
        .found
        .iter()
        .map(|one| (one.class.as_str(), one.origin.kind.name(), one.origin.version.as_deref()))
        .collect();
    assert_eq!(
        rows,
        [
            ("acme.cost.P", "python", Some("1.0")),
            ("dev.P", "python", Some("2.0")),
            ("flat.P", "python", Some("3.0")),
            ("user.P", "python", None),
            ("given.P", "path", None),
        ]
    );
    assert!(found.complete);
    let answer = |class: &str| found.answer(Site::Server, class);
    assert!(matches!(answer("acme.cost.P"), Answer::Plugin(_)));
    assert!(matches!(answer("acme.cost.Q"), Answer::NoAttribute { .. }));
    assert!(matches!(answer("other.Q"), Answer::NotAPlugin { .. }));
    assert_eq!([answer("acme.nope.P"), answer("no.P")], [&Answer::NoModule, &Answer::NoModule]);
}

#[test]
fn classes_are_found_in_the_wheels_together() {
    let top = tempfile::tempdir().expect("a directory");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/home/plugin-wheels");
    let wheels: Vec<PathBuf> = fs::read_dir(sample)
        .expect("wheels")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "whl"))
        .collect();
    assert!(!wheels.is_empty());
    fs::create_dir(top.path().join("dist")).expect("made");
    for wheel in &wheels {
        fs::copy(wheel, top.path().join("dist").join(wheel.file_name().expect("a name"))).expect("copied");
    }
    let api = format!("controller_wheel_path: {}/dist\nplugins: []\n", top.path().display());
    let remote =
        "plugins: [{class: acme_retry.RetryPatch}, {class: acme_retry.Nope}, {class: nowhere.P}, {class: os.path}]";
    let found = catalog(top.path(), &Options::default(), &api, remote);
    assert!(found.found.iter().all(|one| one.origin.kind == SourceKind::Wheel && one.is_certain()), "{found:#?}");
    assert!(found.found.iter().any(|one| one.class == "acme_retry.RetryPatch" && one.origin.version.is_some()));
    let answer = |class: &str| found.answer(Site::Wheels, class);
    assert!(matches!(answer("acme_retry.RetryPatch"), Answer::Plugin(_)));
    assert!(matches!(answer("acme_retry.Nope"), Answer::NoAttribute { .. }));
    assert_eq!(answer("os.path"), &Answer::Unknown);
    assert_eq!(answer("nowhere.P"), &Answer::NoModule);
}
