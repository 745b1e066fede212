//! Both lists as objects of Kubernetes: a `ConfigMap` or a Secret, and what mounts it into SkyPilot's API server.
//!
//! Pure: bytes and wishes in, files as bytes out; `io::export` reads and writes
//! them. Nothing of the lists is rewritten: what does not fit where the files
//! will be mounted is told.
//!
//! The keys of the values are those of SkyPilot's Helm chart for 0.14
//! (`charts/skypilot`: `apiService.extraEnvs`, `.extraVolumes`,
//! `.extraVolumeMounts`, `.preDeployHook`, `.image`; `values.schema.json` and
//! `templates/api-deployment.yaml` of SkyPilot's repository at `00531a6`). The
//! Deployment of the chart is `RELEASE-api-server`, its container `skypilot-api`.

pub mod manifest;
mod mounts;
mod object;
mod wheels;

use std::fmt::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Role, model, secret};
use crate::text::visible::{is_invisible, visible};
use crate::yaml::{Document, Value, write};
pub use wheels::{MOUNT as WHEEL_MOUNT, mount};

/// What the API server accepts as the values of one `ConfigMap` or Secret together, in bytes
/// (`MaxSecretSize` of Kubernetes, which counts binary data as it is, not in base64).
pub const MOST_BYTES: usize = 1024 * 1024;
/// The directory that both lists are mounted at: as a whole, since a `subPath` never follows a change.
pub const MOUNT: &str = "/etc/skypilot/plugins";
/// The name where none is given.
pub const DEFAULT_NAME: &str = "skypilot-plugins";
/// The longest name of an object (RFC 1123 subdomain), and what is left of it for the wheels' one.
const MOST_IN_NAME: usize = 253 - wheels::SUFFIX.len();
/// The longest name of a namespace (RFC 1123 label).
const MOST_IN_NAMESPACE: usize = 63;

/// Which kind of object holds the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Readable to whoever may read the namespace's `ConfigMaps`.
    #[default]
    ConfigMap,
    /// For lists with secrets in them.
    Secret,
}

impl Kind {
    /// Returns the name of the manifest.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmap.yaml",
            Self::Secret => "secret.yaml",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        })
    }
}

/// Where the wheels come from in the pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wheels {
    /// They are in the image.
    #[default]
    Image,
    /// They lie on a volume that is there already.
    Volume,
    /// They are in a `ConfigMap` of their own.
    BinaryData,
}

/// What a person wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The kind of the object.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its namespace; none leaves that to whoever applies it.
    pub namespace: Option<String>,
    /// Whether a kustomization is written instead of manifest and values.
    pub kustomize: bool,
    /// Where the wheels come from.
    pub wheels: Wheels,
}

/// A wheel to be put into a `ConfigMap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelFile {
    /// Its file name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is exported, and whereto.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// How.
    pub wishes: Wishes,
    /// The bytes of both lists, the API server's first; none where there is no file.
    pub lists: [Option<Arc<[u8]>>; 2],
    /// Where the lists are: an export never writes over them.
    pub places: [Option<PathBuf>; 2],
    /// The wheels of the wheel directory.
    pub wheels: Vec<PathBuf>,
    /// How many errors a check finds in the lists.
    pub errors: usize,
    /// The directory that is written to.
    pub directory: PathBuf,
    /// Whether files there that are different may be replaced.
    pub replace: bool,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Its path below the directory.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it holds secrets of the lists.
    pub is_secret: bool,
}

/// What an export consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Export {
    /// The files.
    pub files: Vec<ExportFile>,
    /// What a person has to know, a sentence each.
    pub notes: Vec<String>,
}

/// Why nothing can be exported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Kubernetes refuses the name.
    #[error("{name:?} is no name of a {what}: lower-case letters, digits, `-`{dots}, at most {most} characters")]
    Name {
        /// The name.
        name: String,
        /// What it names.
        what: &'static str,
        /// What else it may hold.
        dots: &'static str,
        /// The longest one.
        most: usize,
    },
    /// There is no list.
    #[error("neither plugins.yaml nor remote_plugins.yaml is there: nothing to export")]
    NoLists,
    /// More than one object holds.
    #[error("{what} have {size} bytes, and a {kind} holds {MOST_BYTES}{hint}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Their bytes.
        size: usize,
        /// What was to hold them.
        kind: Kind,
        /// What helps.
        hint: &'static str,
    },
    /// There are no wheels to put into a `ConfigMap`.
    #[error("there are no wheels for binaryData: controller_wheel_path names no directory with *.whl files here")]
    NoWheels,
}

impl Wishes {
    /// Holds the names against what Kubernetes accepts.
    ///
    /// # Errors
    ///
    /// Returns the first one that it refuses.
    pub fn check(&self) -> Result<(), ExportError> {
        let wrong = |name: &str, what, dots, most| ExportError::Name { name: name.to_owned(), what, dots, most };
        if !(self.name.split('.').all(is_label) && self.name.len() <= MOST_IN_NAME) {
            let what = if self.kind == Kind::Secret { "Secret" } else { "ConfigMap" };
            return Err(wrong(&self.name, what, " and `.` between them", MOST_IN_NAME));
        }
        match &self.namespace {
            Some(name) if !(is_label(name) && name.len() <= MOST_IN_NAMESPACE) => {
                Err(wrong(name, "namespace", " between them", MOST_IN_NAMESPACE))
            }
            _ => Ok(()),
        }
    }
}

/// Tells whether a name is letters and digits with dashes between them.
fn is_label(name: &str) -> bool {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !name.is_empty() && name.bytes().all(inner) && !name.starts_with('-') && !name.ends_with('-')
}

/// Returns the files of an export.
///
/// # Errors
///
/// Returns why Kubernetes would not take it, or that there is nothing to export.
pub fn export(request: &Request, wheels: &[WheelFile]) -> Result<Export, ExportError> {
    let wishes = &request.wishes;
    wishes.check()?;
    let lists: Vec<(Role, &[u8])> =
        Role::ALL.into_iter().zip(&request.lists).filter_map(|(role, list)| Some((role, list.as_deref()?))).collect();
    if lists.is_empty() {
        return Err(ExportError::NoLists);
    }
    let size = lists.iter().map(|(_, bytes)| bytes.len()).sum();
    if size > MOST_BYTES {
        let (what, hint) = ("the lists", ": Kubernetes takes no more");
        return Err(ExportError::TooLarge { what, size, kind: wishes.kind, hint });
    }
    let packed = wheels::pack(wishes, wheels)?;
    let api = request.lists[0].as_deref().and_then(parsed);
    let written = api.as_ref().and_then(model::wheel_path).and_then(|path| path.as_str().map(str::to_owned));
    let mount = wheels::mount(written.as_deref());
    let mut notes = notes(request, &lists);
    notes.extend(wheels::notes(request, written.as_deref(), &mount, wheels));
    let is_secret = holds_secrets(&lists) > 0 || lists.iter().any(|(_, bytes)| is_unread(bytes));
    let plan = mounts::Plan { wishes, roles: lists.iter().map(|(role, _)| *role).collect(), wheels: &packed, mount };
    let mut files = Vec::new();
    let mut push = |name: &str, bytes: Vec<u8>, is_secret| {
        files.push(ExportFile { name: name.to_owned(), bytes, is_secret });
    };
    if wishes.kustomize {
        push("kustomization.yaml", mounts::kustomization(&plan).into_bytes(), false);
        push("api-server-patch.yaml", mounts::patch(&plan).into_bytes(), false);
        for (role, bytes) in &lists {
            push(role.file_name(), bytes.to_vec(), is_secret);
        }
        for (wheel, file) in packed.iter().zip(wheels) {
            push(&format!("{}/{}", wheels::FOLDER, wheel.key), file.bytes.clone(), false);
        }
    } else {
        let mut manifest = object::lists(wishes, &lists);
        if !packed.is_empty() {
            manifest.push_str("---\n");
            manifest.push_str(&object::wheels(wishes, &packed, wheels));
        }
        push(wishes.kind.file_name(), manifest.into_bytes(), is_secret);
        push("values-plugins.yaml", mounts::values(&plan).into_bytes(), false);
    }
    Ok(Export { files, notes })
}

fn parsed(bytes: &[u8]) -> Option<Document> {
    std::str::from_utf8(bytes).ok().map(Document::parse)
}

/// Returns how many secrets the lists hold.
fn holds_secrets(lists: &[(Role, &[u8])]) -> usize {
    lists.iter().filter_map(|(_, bytes)| parsed(bytes)).map(|document| secret::all_spans(&document).len()).sum()
}

/// Tells whether nobody can say what a list holds: secrets, for all that is known.
fn is_unread(bytes: &[u8]) -> bool {
    parsed(bytes).is_none_or(|document| document.tree().is_err())
}

/// Returns what is to be said of the lists themselves.
fn notes(request: &Request, lists: &[(Role, &[u8])]) -> Vec<String> {
    let mut notes = Vec::new();
    let secrets = holds_secrets(lists);
    if secrets > 0 && request.wishes.kind == Kind::ConfigMap {
        let values = match secrets {
            1 => "a value that looks like a secret".to_owned(),
            many => format!("{many} values that look like secrets"),
        };
        notes.push(format!(
            "The lists hold {values}, and a ConfigMap is no Secret: write a Secret instead (--kind secret), or give \
             the parameters another way."
        ));
    }
    if secrets == 0 && request.wishes.kind == Kind::ConfigMap && lists.iter().any(|(_, bytes)| is_unread(bytes)) {
        notes.push(
            "A list cannot be read and may hold secrets, and a ConfigMap is no Secret: write a Secret instead (--kind \
             secret)."
                .to_owned(),
        );
    }
    if request.errors > 0 {
        notes.push("SkyPilot refuses these lists as they are: `skyplug-tui check` says why.".to_owned());
    }
    for role in Role::ALL.into_iter().filter(|role| lists.iter().all(|(one, _)| one != role)) {
        notes.push(format!("{} is not there: it is left out, and so is its variable.", role.file_name()));
    }
    if request.wishes.kustomize {
        notes.push(
            "The patch is for the Deployment that `helm template` renders: kustomization.yaml says where it goes."
                .to_owned(),
        );
    }
    for (role, bytes) in lists.iter().filter(|(_, bytes)| std::str::from_utf8(bytes).is_err()) {
        let bytes = bytes.len();
        notes.push(format!("{} is not UTF-8: its {bytes} bytes are in binaryData as they are.", role.file_name()));
    }
    notes
}

/// Returns the command lines that put an export in force, to be read, not run.
#[must_use]
pub fn commands(wishes: &Wishes, directory: &str) -> Vec<String> {
    let namespace = wishes.namespace.as_ref().map(|name| format!(" -n {name}")).unwrap_or_default();
    // A plain `apply` keeps a copy in an annotation, which holds 256 KiB.
    let apply = "kubectl apply --server-side";
    if wishes.kustomize {
        return vec![format!("{apply}{namespace} -k {directory}")];
    }
    let file = |name: &str| format!("{}/{name}", directory.trim_end_matches('/'));
    vec![
        format!("{apply}{namespace} -f {}", file(wishes.kind.file_name())),
        format!("helm upgrade skypilot skypilot/skypilot{namespace} --reuse-values -f {}", file("values-plugins.yaml")),
        // For a later change of the lists alone.
        format!("kubectl rollout restart{namespace} deployment/skypilot-api-server"),
    ]
}

/// Returns a text as a scalar that any YAML reader takes for this string.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    // `y` and `n`, and what starts as a number does, are no strings to everybody.
    let safe = text.len() > 2 && text.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
    if safe && text.chars().all(plain) && write::is_plain(text, true) {
        return text.to_owned();
    }
    match write::single_quoted(text) {
        Some(quoted) if !text.chars().any(is_invisible) => quoted,
        _ => quoted(text),
    }
}

/// Returns a text in double quotes; whatever cannot be seen is an escape, since it may be printed.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in write::double_quoted(text).chars() {
        if is_invisible(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\U{:08X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Returns a text for a comment: one line, nothing invisible.
fn told(text: &str) -> String {
    visible(text).into_owned()
}

/// Returns the value of `plugins` of a list, to see whether there is any.
fn has_plugins(bytes: &[u8]) -> bool {
    parsed(bytes).is_some_and(|document| {
        let data = model::effective(&document);
        matches!(data.get("plugins"), Some(Value::List(items)) if !items.is_empty())
    })
}

#[cfg(test)]
mod tests;
