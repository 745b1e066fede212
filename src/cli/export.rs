//! `export configmap`: both lists as objects of Kubernetes, with what mounts them.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::output::Output;
use super::{Exit, Session};
use crate::app::export::{ExportFailure, known};
use crate::check;
use crate::config::kubernetes::{self, DEFAULT_NAME, Export as Files, ExportError, Request, Wishes};
use crate::io::export;
use crate::text::visible::{visible, visible_name};

/// Where the manifest goes where no directory is named.
const STDOUT: &str = "-";

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// A ConfigMap of both lists (with real values), and what mounts it into SkyPilot's API server
    Configmap(Configmap),
}

#[derive(Debug, Args)]
pub(super) struct Configmap {
    /// Write a kustomization with a configMapGenerator and a patch, instead of manifest and Helm values
    #[arg(long)]
    kustomize: bool,
    /// The name of the object
    #[arg(long, value_name = "NAME", default_value = DEFAULT_NAME)]
    name: String,
    /// Its namespace [default: that of whoever applies it]
    #[arg(long, value_name = "NS")]
    namespace: Option<String>,
    /// A Secret is for lists with secrets in them
    #[arg(long, value_name = "KIND", default_value = "configmap")]
    kind: Kind,
    /// Where the wheels come from in the pod; binary-data puts them into a ConfigMap, which holds 1 MiB
    #[arg(long, value_name = "WHENCE", default_value = "image")]
    wheels: Wheels,
    /// The directory to write to; - for standard output, the values as a comment
    #[arg(long, value_name = "DIR", default_value = STDOUT)]
    output: PathBuf,
    /// Replace files of the directory that hold something else
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Configmap,
    Secret,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Wheels {
    Image,
    Volume,
    BinaryData,
}

impl Configmap {
    fn wishes(&self) -> Wishes {
        Wishes {
            kind: match self.kind {
                Kind::Configmap => kubernetes::Kind::ConfigMap,
                Kind::Secret => kubernetes::Kind::Secret,
            },
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            kustomize: self.kustomize,
            wheels: match self.wheels {
                Wheels::Image => kubernetes::Wheels::Image,
                Wheels::Volume => kubernetes::Wheels::Volume,
                Wheels::BinaryData => kubernetes::Wheels::BinaryData,
            },
        }
    }
}

pub(super) fn run(session: &Session, what: &Export, out: &mut Output) -> anyhow::Result<Exit> {
    let Export::Configmap(args) = what;
    let wishes = args.wishes();
    // A name that Kubernetes refuses is wrong usage, whatever the lists are.
    wishes.check()?;
    let to_stdout = args.output.as_os_str() == STDOUT;
    if to_stdout && args.kustomize {
        anyhow::bail!("--kustomize writes several files: name a directory with --output");
    }
    if session.globals.read_only && !to_stdout {
        anyhow::bail!("--read-only: nothing was written");
    }
    let (workspace, facts) = session.open();
    let report = check::check(&workspace, &facts);
    let known = match known(&workspace, &facts, &report) {
        Ok(known) => known,
        Err(why) => return Ok(refuse(&why)),
    };
    let directory = session.environment.cwd.join(&args.output);
    let request = Request { wishes, directory, replace: args.force, ..known };
    if to_stdout {
        return match export::compose(&request) {
            Ok(files) => {
                out.text(&stream(&files))?;
                tell(&files.notes);
                Ok(Exit::Fine)
            }
            Err(failure) => failed(failure),
        };
    }
    match export::write(&request, &session.environment) {
        Ok(exported) => {
            let mut text = String::new();
            for path in &exported.written {
                let _ = writeln!(text, "wrote {}", visible_name(path.as_os_str()));
            }
            for command in &exported.commands {
                let _ = writeln!(text, "# {command}");
            }
            out.text(&text)?;
            tell(&exported.notes);
            Ok(Exit::Fine)
        }
        Err(failure) => failed(failure),
    }
}

/// Returns the manifest, and all else as a comment behind it: what is printed can be applied.
fn stream(files: &Files) -> String {
    let mut text = String::new();
    for (at, file) in files.files.iter().enumerate() {
        let body = String::from_utf8_lossy(&file.bytes);
        if at == 0 {
            text.push_str(&body);
            continue;
        }
        let _ = writeln!(text, "#\n# {}:", file.name);
        for line in body.lines() {
            let _ = writeln!(text, "#   {line}");
        }
    }
    text
}

fn failed(failure: ExportFailure) -> anyhow::Result<Exit> {
    match failure {
        ExportFailure::Refused(ExportError::Name { .. }) | ExportFailure::Io { .. } => Err(failure.into()),
        ExportFailure::There(_) => Ok(refuse(&format!("{failure}; nothing was written (--force replaces)"))),
        _ => Ok(refuse(&failure.to_string())),
    }
}

#[expect(clippy::print_stderr, reason = "refusals go to standard error")]
fn refuse(why: &str) -> Exit {
    eprintln!("skyplug-tui: {}", visible(why));
    Exit::Findings
}

#[expect(clippy::print_stderr, reason = "notes are no result")]
fn tell(notes: &[String]) {
    for note in notes {
        eprintln!("skyplug-tui: note: {}", visible(note));
    }
}
