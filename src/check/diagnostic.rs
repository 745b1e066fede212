//! What a problem is: code, severity, place, effect, hint, fix.

use std::path::PathBuf;

use crate::text::{Position, Span, Splice};
use crate::yaml::Pointer;

/// How bad it is, by consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// `SkyPilot` refuses or crashes, or the launch fails.
    Error,
}

impl Severity {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Returns the letter on the screens.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Info => 'i',
            Self::Warning => 'W',
            Self::Error => 'E',
        }
    }
}

/// What a diagnostic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `plugins.yaml`
    Api,
    /// `remote_plugins.yaml`
    Remote,
    /// The wheel directory.
    Wheels,
    /// The API server and its environment.
    Server,
}

impl FileKind {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Remote => "remote",
            Self::Wheels => "wheels",
            Self::Server => "server",
        }
    }
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it is about.
    pub file: FileKind,
    /// The path of that file, directory or wheel.
    pub path: Option<PathBuf>,
    /// The pointer to the value, where there is one.
    pub pointer: Option<Pointer>,
    /// The bytes, where there are any.
    pub span: Option<Span>,
    /// The first and the last position, both from 1; the last one exclusive.
    pub positions: Option<(Position, Position)>,
}

/// An edit that takes the problem away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, imperative: `remove the key`.
    pub label: String,
    /// Whether it does what was surely meant.
    pub safe: bool,
    /// The edits of the file in `Place::file`, sorted.
    pub edits: Vec<Splice>,
    /// The same as RFC 6902, none where that cannot say it.
    pub patch: Option<serde_json::Value>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What `SkyPilot` does with it.
    pub effect: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
    /// Whether it follows from the text alone, so that a save is stopped by it
    /// where it is an error.
    pub from_text: bool,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// `plugins:` without a value.
    PluginsNull,

    // What `preview` finds.
    /// The remote list has entries, but `controller_wheel_path` is missing or empty.
    WheelPathUnset,
    /// `controller_wheel_path` is set, but the remote list has no entry.
    WheelPathUnused,
    /// `controller_wheel_path` is relative.
    WheelPathRelative,
    /// The wheel directory does not exist.
    WheelDirMissing,
    /// The wheel directory is no directory.
    WheelDirNotDirectory,
    /// The wheel directory cannot be listed.
    WheelDirUnreadable,
    /// `SkyPilot` crashes on the path of the wheel directory.
    WheelDirFails,
    /// The wheel directory holds no `*.whl`.
    NoWheels,
    /// Controllers run inside the API server.
    Consolidation,
    /// A path breaks the task for the controller.
    TaskBroken,
    /// A path means another one in the task for the controller.
    TaskOtherSource,
    /// A source is not where `SkyPilot` looks for it at the upload.
    TaskSourceMissing,
    /// Several wheels of one package.
    WheelVersions,
    /// A package name matches another package's record.
    WheelPrefix,
    /// A wheel's file name means more than itself to a shell.
    WheelNameUnsafe,
    /// A wheel's file name is not one of PEP 427.
    WheelNameMalformed,
    /// A wheel does not install on controllers, by its tags.
    WheelTag,
    /// A wheel is a link to nothing.
    WheelDangling,
    /// A wheel cannot be reached.
    WheelUnreachable,
    /// A wheel is a directory, a FIFO or a device.
    WheelNotFile,
    /// A file is not sent because of the case of its suffix.
    WheelCase,
}

impl Code {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::PluginsNull,
        Self::WheelPathUnset,
        Self::WheelPathUnused,
        Self::WheelPathRelative,
        Self::WheelDirMissing,
        Self::WheelDirNotDirectory,
        Self::WheelDirUnreadable,
        Self::WheelDirFails,
        Self::NoWheels,
        Self::Consolidation,
        Self::TaskBroken,
        Self::TaskOtherSource,
        Self::TaskSourceMissing,
        Self::WheelVersions,
        Self::WheelPrefix,
        Self::WheelNameUnsafe,
        Self::WheelNameMalformed,
        Self::WheelTag,
        Self::WheelDangling,
        Self::WheelUnreachable,
        Self::WheelNotFile,
        Self::WheelCase,
    ];

    /// Returns the name: `plugins-null`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PluginsNull => "plugins-null",
            Self::WheelPathUnset => "wheel-path-unset",
            Self::WheelPathUnused => "wheel-path-unused",
            Self::WheelPathRelative => "wheel-path-relative",
            Self::WheelDirMissing => "wheel-dir-missing",
            Self::WheelDirNotDirectory => "wheel-dir-not-directory",
            Self::WheelDirUnreadable => "wheel-dir-unreadable",
            Self::WheelDirFails => "wheel-dir-fails",
            Self::NoWheels => "no-wheels",
            Self::Consolidation => "consolidation",
            Self::TaskBroken => "task-broken",
            Self::TaskOtherSource => "task-other-source",
            Self::TaskSourceMissing => "task-source-missing",
            Self::WheelVersions => "wheel-versions",
            Self::WheelPrefix => "wheel-prefix",
            Self::WheelNameUnsafe => "wheel-name-unsafe",
            Self::WheelNameMalformed => "wheel-name-malformed",
            Self::WheelTag => "wheel-tag",
            Self::WheelDangling => "wheel-dangling",
            Self::WheelUnreachable => "wheel-unreachable",
            Self::WheelNotFile => "wheel-not-file",
            Self::WheelCase => "wheel-case",
        }
    }

    /// Returns what `explain` says: what happens, why, how to mend it.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::PluginsNull => "",
            Self::WheelPathUnset => {
                "The remote list has entries, but plugins.yaml sets no controller_wheel_path. SkyPilot then sends \
                 nothing to controllers, not the remote file either, and says so only in the server's log. Set \
                 controller_wheel_path to the directory that holds the wheels; the next launch uses it, without a \
                 restart."
            }
            Self::WheelPathUnused => {
                "controller_wheel_path is set, but the remote list has no entry. SkyPilot looks at the wheel \
                 directory only where remote_plugins.yaml names at least one class. Add the classes that controllers \
                 need, or leave it as it is: it does no harm."
            }
            Self::WheelPathRelative => {
                "A relative controller_wheel_path starts at the directory that the API server runs in, which is the \
                 directory that the first sky command was run in: not at the file, and not at the home directory. \
                 After a restart from elsewhere it means another directory. Write the absolute path."
            }
            Self::WheelDirMissing => {
                "controller_wheel_path names a directory that does not exist. SkyPilot logs a warning on the server \
                 and sends nothing to controllers, not the remote file either. Check the path; a relative one starts \
                 at the API server's directory."
            }
            Self::WheelDirNotDirectory => {
                "controller_wheel_path names something that is no directory. SkyPilot logs a warning on the server \
                 and sends nothing to controllers. Name the directory that holds the wheels, not a wheel."
            }
            Self::WheelDirUnreadable => {
                "The wheel directory exists, but it cannot be listed. Where that is so for the API server too, it \
                 finds no wheel and sends nothing, without any warning. Give the server's user the right to read the \
                 directory."
            }
            Self::WheelDirFails => {
                "SkyPilot does not get as far as the wheel directory: the path is too long, or a directory above it \
                 cannot be searched. Every controller launch fails with that exception. Name a directory that the API \
                 server can reach."
            }
            Self::NoWheels => {
                "The wheel directory holds no name that ends in .whl. SkyPilot then sends nothing to controllers, not \
                 the remote file either, and logs nothing that a person sees. Only the directory itself counts: sub- \
                 directories are not searched, and .WHL is another suffix."
            }
            Self::Consolidation => {
                "In consolidation mode the controllers of managed jobs run inside the API server. Nothing is sent to \
                 them, and they load the server's own plugins.yaml; the remote list is read, and a broken one fails \
                 the launch, but it is not used. Deployed servers and the Helm chart do this by default."
            }
            Self::TaskBroken => {
                "SkyPilot writes the paths of the wheels and of the remote file into a YAML file without quotes and \
                 reads that again. A colon with a blank, a leading bracket, star, ampersand, at-sign, percent sign or \
                 dash with a blank, a line break or a control character breaks it, and every controller launch fails. \
                 Rename the directory or the file."
            }
            Self::TaskOtherSource => {
                "SkyPilot writes paths into a YAML file without quotes. In this one a part is lost there, such as \
                 what follows a blank and `#`, so that another file is looked for and perhaps uploaded. Rename the \
                 directory or the file."
            }
            Self::TaskSourceMissing => {
                "SkyPilot finds the wheels with the path as it is written, but uploads them from the path with each \
                 `..` taken out together with the part before it, and with a leading `~` expanded. Where a link lies \
                 on the way these differ, the file is not found and every controller launch fails. Write the absolute \
                 path without `..`."
            }
            Self::WheelVersions => {
                "The directory holds several wheels of one package: two versions, or two platforms. Since SkyPilot \
                 0.12.2 installing one deletes the files of the others on the controller: the install script of the \
                 first launch ends with exit status 2, and later launches install the versions in turn, for ever. \
                 Before, all were installed one over the other in the order of the directory. Keep one wheel of each \
                 package."
            }
            Self::WheelPrefix => {
                "The controller finds the record of a package with its name as a regular expression, in which a dot \
                 stands for any character. A wheel whose name has a dot takes out the record of another package that \
                 differs only there, and that one is installed anew at every launch. PEP 427 has `_` in the place of \
                 the dot: build the wheel with a current tool."
            }
            Self::WheelNameUnsafe => {
                "The install script on the controller holds the wheel's file name without quotes. A blank, a quote, a \
                 parenthesis as in `name (1).whl`, a dollar sign or a semicolon breaks the script or runs commands; \
                 other such characters make the installer refuse the file. No wheel that a build tool made has such a \
                 name. Rename the file."
            }
            Self::WheelNameMalformed => {
                "A wheel's file name has five parts, name-version-python-abi-platform.whl, or six with a build number \
                 behind the version. Installers refuse any other name, whatever the file holds. The install script \
                 ends there, the controller gets the remote list all the same, and fails to import what is missing."
            }
            Self::WheelTag => {
                "Controllers run CPython 3.10 on Linux, on x86_64 or aarch64. By its tags this wheel is for another \
                 Python or another system: the installer refuses it, the install script ends there, and the \
                 controller fails to import what is missing. Build a py3-none-any wheel, or one for CPython 3.10 and \
                 manylinux."
            }
            Self::WheelDangling => {
                "A name in the wheel directory ends in .whl and is a link to nothing. SkyPilot takes it for a wheel, \
                 does not find the file when it uploads, and every controller launch fails. Mend or remove the link."
            }
            Self::WheelUnreachable => {
                "The wheel directory can be listed but not searched, so SkyPilot knows the names of the wheels and \
                 finds none of the files: every controller launch fails. Give the server's user the right to search \
                 the directory (x)."
            }
            Self::WheelNotFile => {
                "A name in the wheel directory ends in .whl and is no file. SkyPilot uploads it like a wheel, the \
                 installer refuses it, and the install script on the controller ends there. Move it out of the \
                 directory."
            }
            Self::WheelCase => {
                "SkyPilot takes only names that end in .whl, in lower case. This one is not sent, and a class that it \
                 holds is missing on controllers. Rename it."
            }
        }
    }
}
