//! What is known of Python modules and plugin classes, without running any.
//!
//! Looking for modules is `io`'s; here is what was found, and what source code
//! says of the classes in it. What reading cannot tell is unknown, never guessed.

pub mod annotation;
mod constructor;
mod describe;
mod docstring;
mod known;
mod lineage;
mod namespace;
pub mod resolve;
mod scope;
pub mod source;
pub mod stdlib;
pub mod survey;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What became of the search for one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Module {
    /// There is a source or binary file, or a package.
    Found(PathBuf),
    /// Its package is there, and the module is not in it: the import fails.
    NotInPackage {
        /// The dotted name of the part that is there.
        package: String,
        /// Where that is.
        place: PathBuf,
    },
    /// No root holds its first part, and all roots are known: the import fails.
    NotInstalled,
    /// It cannot be told by looking at files.
    Unknown,
}

/// A kind of process that loads plugins (`PluginContext`, `sky/server/plugins.py`, 0.12.2 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadContext {
    /// The API server's main process.
    Main,
    /// A web worker.
    Uvicorn,
    /// A worker that runs requests.
    Executor,
    /// A controller for jobs or services.
    Controller,
}

impl LoadContext {
    /// All of them: what a class loads in that does not say otherwise.
    pub const ALL: [Self; 4] = [Self::Main, Self::Uvicorn, Self::Executor, Self::Controller];

    /// Returns the value of the enumeration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Uvicorn => "uvicorn",
            Self::Executor => "executor",
            Self::Controller => "controller",
        }
    }
}

/// How a parameter takes its argument (`inspect.Parameter.kind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// Before a `/`: no keyword reaches it, so no list of plugins does.
    PositionalOnly,
    /// A plain one.
    PositionalOrKeyword,
    /// Behind a `*`.
    KeywordOnly,
    /// `*args`
    VarPositional,
    /// `**kwargs`: any name is taken.
    VarKeyword,
}

impl ParameterKind {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PositionalOnly => "positional_only",
            Self::PositionalOrKeyword => "positional_or_keyword",
            Self::KeywordOnly => "keyword_only",
            Self::VarPositional => "var_positional",
            Self::VarKeyword => "var_keyword",
        }
    }
}

/// One parameter of a constructor, `self` left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How it takes its argument.
    pub kind: ParameterKind,
    /// The annotation as written.
    pub annotation: Option<String>,
    /// The default as written; none where there is none.
    pub default: Option<String>,
    /// What the docstring says of it.
    pub doc: Option<String>,
}

impl Parameter {
    /// Tells whether a call must give it.
    #[must_use]
    pub const fn is_required(&self) -> bool {
        self.default.is_none() && !matches!(self.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword)
    }

    /// Tells whether an entry's `parameters` can name it.
    #[must_use]
    pub const fn takes_keyword(&self) -> bool {
        matches!(self.kind, ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly)
    }
}

/// Shows it as Python's `inspect.signature` does: `teams: list = None`, `*args`.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ParameterKind::VarPositional => "*",
            ParameterKind::VarKeyword => "**",
            _ => "",
        })?;
        f.write_str(&self.name)?;
        if let Some(annotation) = &self.annotation {
            write!(f, ": {annotation}")?;
        }
        let gap = if self.annotation.is_some() { " = " } else { "=" };
        self.default.as_ref().map_or(Ok(()), |default| write!(f, "{gap}{default}"))
    }
}

/// What kind of place a class was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// A wheel of the wheel directory.
    Wheel,
    /// The Python of the API server.
    Python,
    /// A root of `--python-path`, or another one that no distribution owns.
    Path,
}

impl SourceKind {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wheel => "wheel",
            Self::Python => "python",
            Self::Path => "path",
        }
    }
}

/// Where a class was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The kind of place.
    pub kind: SourceKind,
    /// The wheel file, or the root directory.
    pub from: PathBuf,
    /// The distribution that has it, where that is known.
    pub distribution: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// A class that derives from `BasePlugin`, under one of the names that `SkyPilot` could be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginClass {
    /// The dotted path that a list would name.
    pub class: String,
    /// The dotted path of the definition: another one for aliases and re-exports.
    pub defined_in: String,
    /// The bases as their definitions are named, as far as they are known.
    pub bases: Vec<String>,
    /// Where it was found.
    pub origin: Origin,
    /// The file of the definition, below its root, and the line from 1.
    pub place: (String, usize),
    /// Whether abstract methods are left, so that it cannot be constructed; none where that cannot be told.
    pub is_abstract: Option<bool>,
    /// What it loads in, sorted; none where that cannot be told.
    pub load_contexts: Option<Vec<LoadContext>>,
    /// What its constructor takes; none where that cannot be told.
    pub parameters: Option<Vec<Parameter>>,
    /// The docstring, cleaned as `inspect.getdoc` does.
    pub doc: Option<String>,
}

impl PluginClass {
    /// Tells whether nothing about it is left open.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        self.is_abstract.is_some() && self.load_contexts.is_some() && self.parameters.is_some()
    }

    /// Returns the parameter of a name that an entry can give.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.as_ref()?.iter().find(|one| one.takes_keyword() && one.name == name)
    }

    /// Tells whether any name is taken; none where that cannot be told.
    #[must_use]
    pub fn takes_any(&self) -> Option<bool> {
        Some(self.parameters.as_ref()?.iter().any(|one| one.kind == ParameterKind::VarKeyword))
    }

    /// Returns the parameters that an entry must give.
    pub fn required(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().flatten().filter(|one| one.is_required())
    }

    /// Returns where it loads, in words; none where that cannot be told.
    #[must_use]
    pub fn loads(&self) -> Option<String> {
        Some(match self.load_contexts.as_deref()? {
            [] => "loads nowhere".to_owned(),
            all if all.len() == LoadContext::ALL.len() => "loads everywhere".to_owned(),
            some => format!("loads in {}", some.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ")),
        })
    }

    /// Returns the first line of the docstring.
    #[must_use]
    pub fn summary(&self) -> Option<&str> {
        self.doc.as_ref()?.lines().next().filter(|line| !line.is_empty())
    }

    /// Returns the parameters as a call shows them; none where they cannot be told.
    #[must_use]
    pub fn signature(&self) -> Option<String> {
        let mut words = Vec::new();
        let mut last: Option<ParameterKind> = None;
        for one in self.parameters.as_ref()? {
            if last == Some(ParameterKind::PositionalOnly) && one.kind != ParameterKind::PositionalOnly {
                words.push("/".to_owned());
            }
            let starred = matches!(last, Some(ParameterKind::VarPositional | ParameterKind::KeywordOnly));
            if one.kind == ParameterKind::KeywordOnly && !starred {
                words.push("*".to_owned());
            }
            words.push(one.to_string());
            last = Some(one.kind);
        }
        if last == Some(ParameterKind::PositionalOnly) {
            words.push("/".to_owned());
        }
        Some(format!("({})", words.join(", ")))
    }
}

/// What a dotted path turned out to be where it was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A plugin class.
    Plugin(Box<PluginClass>),
    /// Something else: a class that does not derive from `BasePlugin`, a function, a value.
    NotAPlugin {
        /// What it is, in words: `a function`.
        what: &'static str,
        /// Where it was found.
        origin: Origin,
    },
    /// The module is there, and has no such name.
    NoAttribute {
        /// Where the module was found.
        origin: Origin,
    },
    /// No such module.
    NoModule,
    /// It cannot be told.
    Unknown,
}

/// Where a class is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// The Python of the API server.
    Server,
    /// The uploaded wheels together, as a controller has them once all are installed.
    Wheels,
}

/// The plugin classes that were found, and what the classes of the lists are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// What was found in wheels and in the server's Python, by class path, wheels first.
    pub found: Vec<PluginClass>,
    /// What the classes that the lists name are.
    pub answers: BTreeMap<(Site, String), Answer>,
    /// Whether all of the server's Python was searched for plugin classes.
    pub complete: bool,
    /// Whether anything was looked for: an answer that is missing from one that was not gathered tells nothing.
    pub gathered: bool,
}

impl Catalog {
    /// Returns what a class that a list names is.
    #[must_use]
    pub fn answer(&self, site: Site, class: &str) -> &Answer {
        self.answers.get(&(site, class.to_owned())).unwrap_or(&Answer::Unknown)
    }

    /// Returns what is known of a class: from the site that is asked, else from the other one.
    #[must_use]
    pub fn class(&self, site: Site, class: &str) -> Option<&PluginClass> {
        let kind = |kind| if kind == SourceKind::Wheel { Site::Wheels } else { Site::Server };
        if let Answer::Plugin(found) = self.answer(site, class) {
            return Some(found);
        }
        let mut same = self.found.iter().filter(|one| one.class == class);
        let first = same.clone().next();
        same.find(|one| kind(one.origin.kind) == site).or(first)
    }
}
