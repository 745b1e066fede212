//! The command line: the same checks and edits as the screens, for scripts.
//!
//! Here are the arguments and their dispatch; what each family of subcommands
//! does is below. Results go to standard output, all else to standard error.
//! What is promised to scripts is in the README.
#![expect(clippy::doc_markdown, reason = "the doc comments of arguments are help texts, printed as they are")]

mod classes;
mod config;
pub(crate) mod demo;
mod edit;
mod explain;
mod export;
mod inspect;
mod output;
pub mod plain;
mod purge;
mod report;
mod schema;
mod shell;
mod status;
mod verify;
mod wheels;

use std::io::{IsTerminal as _, Write as _, stdin, stdout};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::app::Files;
use crate::check::verify::Mode;
use crate::check::{Controller, SkyVersion};
use crate::config::{Environment, Role, Workspace};
use crate::io;
use crate::settings::Color;
use output::Output;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: fine.
    Fine,
    /// 1: findings, or a refused edit.
    Findings,
    /// 2: our own failure: usage, a file that cannot be written, no terminal.
    Failure,
    /// 3: the file has changed on disk meanwhile.
    Changed,
    /// 128 and the number of the signal that ended the program.
    Signal(u8),
}

impl Exit {
    /// Returns the exit status.
    #[must_use]
    pub const fn status(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Failure => 2,
            Self::Changed => 3,
            Self::Signal(number) => 128 + number,
        }
    }
}

/// Edits SkyPilot's plugins.yaml and remote_plugins.yaml, and says what SkyPilot makes of them.
///
/// Without a subcommand: the terminal UI on both files.
#[derive(Debug, Default, Parser)]
#[command(name = "skyplug-tui", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "Exit status: 0 fine, 1 findings or a refused edit, 2 wrong usage or cannot write, \
                        3 the file changed on disk meanwhile, 128+N after signal N.")]
pub struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Default, Args)]
struct Globals {
    /// The API server's list [default: SKYPILOT_SERVER_PLUGINS_CONFIG, else ~/.sky/plugins.yaml]
    #[arg(long, global = true, value_name = "FILE")]
    plugins: Option<PathBuf>,
    /// The controllers' list [default: SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG, else ~/.sky/remote_plugins.yaml]
    #[arg(long, global = true, value_name = "FILE")]
    remote_plugins: Option<PathBuf>,
    /// A ConfigMap (or a Secret with stringData) that holds both lists: they are read and edited inside this manifest
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["plugins", "remote_plugins"])]
    configmap: Option<PathBuf>,
    /// Where the API server runs: relative paths count from there [default: that of the one running local server, else the current directory]
    #[arg(long, global = true, value_name = "DIR")]
    server_cwd: Option<PathBuf>,
    /// The SkyPilot release whose rules hold, 0.11.2 to 0.14.1; others are judged as the nearest [default: the one behind sky on PATH, else 0.14.1]
    #[arg(long, global = true, value_name = "X.Y.Z")]
    sky_version: Option<SkyVersion>,
    /// The Python that runs the API server; only its files are read, but for --verify [default: the one behind sky on PATH]
    #[arg(long, global = true, value_name = "FILE")]
    python: Option<PathBuf>,
    /// One more directory with Python packages, read as files (repeatable)
    #[arg(long, global = true, value_name = "DIR")]
    python_path: Vec<PathBuf>,
    /// Which controllers are asked about
    #[arg(long, global = true, value_name = "KIND", default_value = "jobs")]
    controller: ControllerKind,
    /// Never write anything
    #[arg(long, global = true)]
    read_only: bool,
    /// Line mode: numbered questions instead of screens, for screen readers and TERM=dumb; no control sequences
    #[arg(long, global = true)]
    plain: bool,
    /// Only ASCII characters for frames
    #[arg(long, global = true)]
    ascii: bool,
    /// The colours of the screens: terminal, light, dark, high-contrast, colour-blind, mono, or a theme file
    #[arg(long, global = true, value_name = "NAME|FILE")]
    theme: Option<String>,
    /// When to use colours [default: auto: on a terminal, unless NO_COLOR is set]
    #[arg(long, global = true, value_name = "WHEN")]
    color: Option<ColorChoice>,
    /// Show secrets instead of ********
    #[arg(long, global = true)]
    show_secrets: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

impl From<ColorChoice> for Color {
    fn from(choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => Self::Auto,
            ColorChoice::Always => Self::Always,
            ColorChoice::Never => Self::Never,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ControllerKind {
    #[default]
    Jobs,
    Serve,
}

/// One of the two lists, as an argument.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum List {
    Api,
    Remote,
}

impl From<List> for Role {
    fn from(list: List) -> Self {
        match list {
            List::Api => Self::Api,
            List::Remote => Self::Remote,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    Text,
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0
    Sarif,
}

/// Whether a real SkyPilot is asked too.
#[derive(Clone, Copy, Debug, Args)]
struct VerifyFlag {
    /// Ask a real SkyPilot too (that of --python, else behind sky on PATH) and mark what it sees in another way.
    /// `config`: its config readers and its upload planner run in a process of their own.
    /// `import`: each class of the API server's list is imported as well, WHICH RUNS THE CODE OF ITS MODULE,
    /// and its parameters are held against its signature; nothing is constructed or installed
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "config")]
    verify: Option<VerifyMode>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum VerifyMode {
    Config,
    Import,
}

impl VerifyFlag {
    fn mode(self) -> Option<Mode> {
        self.verify.map(Mode::from)
    }
}

impl From<VerifyMode> for Mode {
    fn from(mode: VerifyMode) -> Self {
        match mode {
            VerifyMode::Config => Self::Config,
            VerifyMode::Import => Self::Import,
        }
    }
}

/// What all edits can be told.
#[derive(Clone, Copy, Debug, Args)]
struct EditFlags {
    /// Print the unified diff and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write although SkyPilot would refuse the result
    #[arg(long)]
    force: bool,
    /// Overwrite the file itself where no other can take its place (bind mount, hard links, foreign owner); backup first
    #[arg(long)]
    in_place: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what SkyPilot makes of the files, and every problem found
    Check {
        /// Files to judge instead, as the remote list where the name holds remote_plugins; - for standard input
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// How to answer
        #[arg(long, default_value = "text")]
        format: CheckFormat,
        /// Exit with 1 for warnings too
        #[arg(long)]
        strict: bool,
        /// Which list standard input is
        #[arg(long = "as", value_name = "LIST", default_value = "api")]
        as_list: List,
        #[command(flatten)]
        verify: VerifyFlag,
    },
    /// Print the data as SkyPilot loads it (with real values)
    Show {
        list: List,
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Say what the next controller launch uploads and installs
    Preview {
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
        #[command(flatten)]
        verify: VerifyFlag,
    },
    /// Say what the wheels of the wheel directory are, and whether controllers install them
    Wheels {
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// List the plugin classes in the wheels and in the server's Python, as their source says; nothing is run
    Classes {
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Say how the local API server is: process, directory, variables, the files it has loaded; 1 where it does not answer or runs an older list
    Status {
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
    },
    /// Add an entry
    Add {
        /// The class path: module.Class
        class: String,
        /// The list
        #[arg(long, value_name = "LIST")]
        to: List,
        /// Its index afterwards, from 0 [default: the end]
        #[arg(long, value_name = "N")]
        at: Option<usize>,
        /// A parameter in YAML: limits.team-a=500 (repeatable)
        #[arg(long, value_name = "PATH=YAML")]
        param: Vec<String>,
        /// A parameter that is a string, whatever it looks like (repeatable)
        #[arg(long, value_name = "PATH=TEXT")]
        param_str: Vec<String>,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Remove an entry with its comments
    Remove {
        list: List,
        /// Its index from 0, or its class where that occurs once
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Comment out an entry in its place: SkyPilot does not see it
    Disable {
        list: List,
        /// Its index from 0, or its class where that occurs once
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Bring back an entry that is commented out
    Enable {
        list: List,
        /// Its index from 0 among those that are commented out, or its class
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Move an entry within its list
    Move {
        list: List,
        /// Its index or class
        from: String,
        /// Its index afterwards
        to: usize,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Copy an entry, comments included
    Copy {
        list: List,
        /// Its index or class
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        /// The list that gets the copy
        #[arg(long, value_name = "LIST")]
        to: List,
        /// The copy's index, from 0 [default: the end]
        #[arg(long, value_name = "N")]
        at: Option<usize>,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Set a value of an entry: class, parameters.limits.team-a, parameters.notify[0], or a JSON Pointer
    Set {
        list: List,
        /// Its index or class
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        path: String,
        /// The value, in YAML as PyYAML reads it
        #[arg(allow_hyphen_values = true)]
        yaml: String,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Remove a value of an entry
    Unset {
        list: List,
        /// Its index or class
        #[arg(value_name = "INDEX|CLASS")]
        entry: String,
        path: String,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Set controller_wheel_path, the directory whose wheels go to the controllers
    WheelPath {
        #[arg(value_name = "DIR", required_unless_present = "unset")]
        directory: Option<String>,
        /// Remove it instead
        #[arg(long, conflicts_with = "directory")]
        unset: bool,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Name the schema of a file for editors, in a comment in its first line (see `schema`)
    Modeline {
        list: List,
        /// The schema: a path, counted from the file, or an address
        #[arg(value_name = "SCHEMA", required_unless_present = "unset")]
        schema: Option<String>,
        /// Remove the comment instead
        #[arg(long, conflicts_with = "schema")]
        unset: bool,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Apply a JSON Patch (RFC 6902)
    Patch {
        list: List,
        /// The patch [default: standard input]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        flags: EditFlags,
    },
    /// Explain a diagnostic: what happens, why, how to fix it, in which releases it was seen
    Explain {
        /// Its code, as `check` prints it [default: list all codes]
        code: Option<String>,
        /// Explain all of them, as a page in Markdown (assets/diagnostics.md is this page)
        #[arg(long, conflicts_with = "code")]
        all: bool,
    },
    /// Write both lists for elsewhere
    Export {
        #[command(subcommand)]
        what: export::Export,
    },
    /// Delete what is kept of the files: journals of runs that have ended, backups, replaced texts, drafts
    Purge {
        /// Say what would be deleted and delete nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Print the key table in force
    Keys {
        /// As it would stand in config.toml, with the names of the commands
        #[arg(long)]
        toml: bool,
    },
    /// Say which settings are in force, and where each comes from
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Print the JSON Schema (draft 7) of a file, for editors and yaml-language-server
    Schema { list: List },
    /// Print the completions of a shell
    Completions { shell: clap_complete::Shell },
    /// Print the man page
    Man {
        /// Write one for the program and each subcommand into this directory instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Open the UI on a throw-away copy of a sample
    Demo,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum ConfigCommand {
    /// Print each setting with its source, and what is wrong with config.toml
    Show {
        /// How to answer
        #[arg(long, default_value = "text")]
        format: Format,
    },
}

/// Runs what the arguments ask for.
///
/// # Errors
///
/// Returns our own failures; trouble with an input file is a finding instead.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    let Cli { globals, command } = cli;
    let environment = io::scan::environment();
    let settings = config::Loaded::load(&globals, &environment);
    let mut out = Output::new(settings.in_force.color.value, globals.show_secrets);
    // The screens tell it themselves, and `config show` is about it.
    if !matches!(command, None | Some(Command::Demo | Command::Config { .. })) {
        settings.complain();
    }
    settings.in_force.name_rules().hold();
    let is_stdin = |file: &Option<PathBuf>| file.as_ref().is_some_and(|file| file.as_os_str() == "-");
    if is_stdin(&globals.plugins) || is_stdin(&globals.remote_plugins) {
        bail!(
            "--plugins and --remote-plugins name files: standard input is read by `check -` and `patch LIST -` alone"
        );
    }
    let session = Session { environment, globals, settings };
    if let Some(Err(why)) = session.options().manifest(&session.environment).map(|path| io::manifest::check(&path)) {
        return Ok(refused(&why));
    }
    match command {
        None => session.screens(),
        Some(Command::Demo) => demo::run(&session),
        Some(Command::Check { files, format, strict, as_list, verify }) => {
            let how = inspect::Check { format, strict, stdin: as_list.into(), verify: verify.mode() };
            inspect::check(&session, &files, how, &mut out)
        }
        Some(Command::Show { list, format }) => inspect::show(&session, list.into(), format, &mut out),
        Some(Command::Preview { format, verify }) => inspect::preview(&session, format, verify.mode(), &mut out),
        Some(Command::Wheels { format }) => wheels::wheels(&session, format, &mut out),
        Some(Command::Classes { format }) => classes::classes(&session, format, &mut out),
        Some(Command::Status { format }) => status::status(&session, format, &mut out),
        Some(Command::Explain { code, all }) => explain::explain(code.as_deref(), all, &mut out),
        Some(Command::Export { what }) => export::run(&session, &what, &mut out),
        Some(Command::Purge { dry_run }) => purge::run(&session, dry_run, &mut out),
        Some(Command::Keys { toml }) => config::keys(&session, toml, &mut out),
        Some(Command::Config { what: ConfigCommand::Show { format } }) => config::show(&session, format, &mut out),
        Some(Command::Schema { list }) => schema::print(list.into(), &mut out),
        Some(Command::Completions { shell }) => shell::completions(shell, &mut out),
        Some(Command::Man { out: directory }) => shell::man(directory.as_deref(), &mut out),
        Some(command) => edit::run(&session, command, &mut out),
    }
}

#[expect(clippy::print_stderr, reason = "refusals go to standard error")]
fn refused(why: &str) -> Exit {
    eprintln!("skyplug-tui: {}", crate::text::visible::visible(why));
    Exit::Findings
}

/// The arguments and the process that all subcommands share.
struct Session {
    environment: Environment,
    globals: Globals,
    settings: config::Loaded,
}

impl Session {
    fn options(&self) -> io::Options {
        let (globals, settings) = (&self.globals, &self.settings.in_force);
        io::Options {
            plugins: globals.plugins.clone(),
            remote_plugins: globals.remote_plugins.clone(),
            configmap: globals.configmap.clone(),
            server_cwd: settings.server_cwd.value.clone(),
            sky_version: settings.sky_version.value,
            controller: match globals.controller {
                ControllerKind::Jobs => Controller::Jobs,
                ControllerKind::Serve => Controller::Serve,
            },
            python: settings.python.value.clone(),
            python_path: globals.python_path.clone(),
        }
    }

    fn open(&self) -> (Workspace, crate::check::Facts) {
        io::open(&self.options(), self.environment.clone())
    }

    /// Opens both files, and reads the wheels.
    fn open_with_wheels(&self) -> (Workspace, crate::check::Facts) {
        let (workspace, mut facts) = self.open();
        io::inspect::read_all(&workspace, &mut facts);
        (workspace, facts)
    }

    /// Opens both files, and reads the wheels and finds out what the classes in both are.
    fn open_with_classes(&self, extent: io::classes::Extent) -> (Workspace, crate::check::Facts) {
        let (workspace, mut facts) = self.open_with_wheels();
        io::classes::add_to(&self.options(), &workspace, &mut facts, extent);
        (workspace, facts)
    }

    fn screens(&self) -> anyhow::Result<Exit> {
        self.screens_on(&self.options(), self.environment.clone(), Files::Own)
    }

    fn screens_on(&self, options: &io::Options, environment: Environment, files: Files) -> anyhow::Result<Exit> {
        let screens =
            crate::app::Settings { read_only: self.globals.read_only, show_secrets: self.globals.show_secrets, files };
        let dumb = environment.get("TERM").is_some_and(|term| term == "dumb");
        let is_plain = self.globals.plain || (dumb && stdin().is_terminal() && stdout().is_terminal());
        if is_plain {
            if !self.globals.plain {
                writeln!(stdout(), "TERM is dumb: nothing can be drawn, so this is line mode (--plain).")?;
            }
            let complaint = self.settings.for_screens(screens, &self.environment).preferences.complaint;
            return plain::run(options, environment, screens, complaint).context("line mode ended");
        }
        let settings = self.settings.for_screens(screens, &self.environment);
        crate::tui::run(options, environment, settings).context("the terminal UI ended")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_arguments_mean_what_clap_makes_of_none() {
        let parsed = Cli::try_parse_from(["skyplug-tui"]).expect("right");
        assert_eq!(format!("{:?}", Cli::default()), format!("{parsed:?}"));
    }
}
