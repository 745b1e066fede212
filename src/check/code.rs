//! The kinds of problems, each once: name, usual severity, title.
//!
//! What `explain` says of each is `about`'s, and in which releases it was seen is `seen`'s.

mod about;
mod seen;

pub use seen::Seen;

use super::Severity;
use super::shape::nearest;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident, $name:literal, $severity:ident, $title:literal;)+) => {
        /// The kinds of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name: `plugins-null`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns how bad it usually is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }

            /// Returns what it is in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

impl Code {
    /// Returns the kind of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Returns what happens, why, and how to mend it.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        about::ABOUT[self as usize].1
    }

    /// Returns in which releases it was seen.
    #[must_use]
    pub const fn seen(self) -> Seen {
        seen::of(self)
    }

    /// Returns the kind whose name is most like this one, if any is.
    #[must_use]
    pub fn nearest(name: &str) -> Option<Self> {
        Self::of_name(nearest(name, Self::ALL.iter().map(|code| code.name()))?)
    }

    /// Returns an example: the text of a file behind a comment with its name, or
    /// what a shell shows. Characters that cannot be seen are escaped.
    #[must_use]
    pub const fn example(self) -> &'static str {
        about::ABOUT[self as usize].2
    }
}

codes! {
    // The file itself.

    /// Not UTF-8.
    NotUtf8, "not-utf8", Error, "The file is not UTF-8";
    /// A directory, no permission, or another failure to read.
    Unreadable, "unreadable", Error, "The file cannot be read";
    /// A FIFO or a device.
    Endless, "endless", Error, "A FIFO or a device lies at the path";
    /// Text that no YAML reader takes.
    YamlSyntax, "yaml-syntax", Error, "The text is no YAML";
    /// A character that YAML does not allow.
    YamlCharacter, "yaml-character", Error, "A character that YAML does not allow";
    /// Aliases, anchors, documents.
    YamlComposition, "yaml-composition", Error, "An alias, an anchor or a second document";
    /// A tag or a key that PyYAML cannot construct.
    YamlConstruction, "yaml-construction", Error, "A tag or a key that PyYAML cannot take";
    /// A value whose conversion fails in Python.
    YamlConversion, "yaml-conversion", Error, "A date or a number that Python cannot make";
    /// What leaves SkyPilot's loader broken.
    YamlUnpredictable, "yaml-unpredictable", Error, "A tag that breaks the loader";
    /// Nesting that kills the process.
    TooDeep, "too-deep", Error, "Nesting that kills the process";

    // The schema.

    /// The top level is no mapping.
    TopLevel, "top-level", Error, "The top level is no mapping";
    /// A key that the schema does not know.
    UnknownKey, "unknown-key", Error, "A key that the schema does not know";
    /// An entry without `class`.
    MissingClass, "missing-class", Error, "An entry without a class";
    /// A value of another type than the schema wants.
    WrongType, "wrong-type", Error, "A value of the wrong type";
    /// A key of the top level or of an entry that is no string.
    KeyNotString, "key-not-string", Error, "A key that is no string";

    // What passes the schema and stops the server.

    /// `plugins:` without a value.
    PluginsNull, "plugins-null", Error, "plugins has no value";
    /// A class path that Python cannot split or import.
    ClassPath, "class-path", Error, "A class path that cannot be imported";
    /// A parameter name that is no keyword argument.
    ParameterName, "parameter-name", Error, "A parameter name that is no keyword";

    // What is accepted and will not do what was meant.

    /// The same key twice in a mapping.
    DuplicateKey, "duplicate-key", Warning, "The same key twice";
    /// Two merged mappings with the same key.
    MergeOrder, "merge-order", Warning, "Merged mappings that disagree";
    /// Two entries that became one for want of a dash.
    ForgottenDash, "forgotten-dash", Warning, "Two entries that became one";
    /// A class that stands twice in a list.
    DuplicateClass, "duplicate-class", Warning, "The same class twice";
    /// A value that YAML 1.1 types in a surprising way.
    YamlSurprise, "yaml-surprise", Info, "A value that YAML 1.1 reads as another type";
    /// A parameter without a value.
    EmptyValue, "empty-value", Info, "A parameter without a value";
    /// Blanks in a class path.
    ClassBlank, "class-blank", Warning, "A class path that no import takes";
    /// An invisible character.
    Invisible, "invisible-character", Warning, "An invisible character";
    /// An unknown key without a value, which SkyPilot drops.
    IgnoredKey, "ignored-key", Info, "An unknown key that is dropped";
    /// A file that another program encrypts.
    Encrypted, "encrypted", Warning, "The file of an encryption program";
    /// A file without any configuration.
    NoConfiguration, "no-configuration", Info, "No configuration";
    /// A byte order mark.
    ByteOrderMark, "byte-order-mark", Info, "A byte order mark";
    /// A directive for another version of YAML.
    YamlDirective, "yaml-directive", Info, "A YAML version that is not heeded";
    /// `$VAR` in a path or value.
    NoExpansion, "no-expansion", Warning, "A variable that is not expanded";
    /// Blanks around the wheel path.
    PathBlank, "path-blank", Warning, "A path that starts or ends with a blank";
    /// A module that the server's Python does not have.
    ModuleMissing, "module-missing", Error, "A module that the server does not have";

    // What is known of the classes.

    /// The module has no such name.
    ClassMissing, "class-missing", Error, "A class that its module does not have";
    /// It is no class that derives from `BasePlugin`.
    ClassNotPlugin, "class-not-plugin", Error, "Something that is no plugin class";
    /// Abstract methods are left.
    ClassAbstract, "class-abstract", Error, "A plugin class that is abstract";
    /// It loads elsewhere only.
    ClassNotLoaded, "class-not-loaded", Warning, "A class that does not load where it is listed";
    /// It is in no uploaded wheel.
    ClassNotUploaded, "class-not-uploaded", Warning, "A remote class that no wheel has";
    /// It was found nowhere, and the server's Python is not known.
    ClassUnseen, "class-unseen", Warning, "A class that was not found";
    /// No wheel has it, and there was no Python to look it up in.
    ClassUnchecked, "class-unchecked", Info, "A class that was not checked";
    /// The constructor takes no parameter of this name.
    ParameterUnknown, "parameter-unknown", Error, "A parameter that the class does not take";
    /// The constructor needs a parameter that is not given.
    ParameterMissing, "parameter-missing", Error, "A parameter that the class needs";
    /// The value is not what the annotation asks for.
    ParameterType, "parameter-type", Warning, "A value that the class does not expect";

    // The surroundings.

    /// An environment variable that is set to nothing.
    VariableEmpty, "variable-empty", Warning, "A variable that is set to nothing";
    /// An environment variable that names a file that is not there.
    VariableMissing, "variable-missing", Warning, "A variable that names no file";
    /// An environment variable with a relative path.
    VariableRelative, "variable-relative", Warning, "A variable with a relative path";
    /// Both lists in one file.
    SameFile, "same-file", Warning, "Both lists are one file";
    /// A remote list under a name that SkyPilot does not read.
    SingularName, "singular-name", Warning, "remote_plugin.yaml is not read";
    /// A file with a secret can be read by everybody.
    SecretOpen, "secret-readable", Warning, "A file with a secret that everybody can read";
    /// The client talks to a remote server.
    RemoteServer, "remote-server", Warning, "The client talks to a remote server";
    /// A running server with another environment.
    ServerElsewhere, "server-elsewhere", Warning, "The running server reads other files";
    /// More than one local server.
    SeveralServers, "several-servers", Info, "Several local servers";
    /// A release whose rules are not known.
    OtherRelease, "other-release", Info, "A release that is judged as another one";

    // The upload.

    /// The remote list has entries, but `controller_wheel_path` is missing or empty.
    WheelPathUnset, "wheel-path-unset", Warning, "No wheel path, nothing is sent";
    /// `controller_wheel_path` is set, but the remote list has no entry.
    WheelPathUnused, "wheel-path-unused", Info, "A wheel path without remote entries";
    /// `controller_wheel_path` is relative.
    WheelPathRelative, "wheel-path-relative", Info, "A relative wheel path";
    /// The wheel directory does not exist.
    WheelDirMissing, "wheel-dir-missing", Warning, "The wheel directory does not exist";
    /// The wheel directory is no directory.
    WheelDirNotDirectory, "wheel-dir-not-directory", Warning, "The wheel directory is no directory";
    /// The wheel directory cannot be listed.
    WheelDirUnreadable, "wheel-dir-unreadable", Warning, "The wheel directory cannot be listed";
    /// `SkyPilot` crashes on the path of the wheel directory.
    WheelDirFails, "wheel-dir-fails", Error, "The wheel directory cannot be reached";
    /// The wheel directory holds no `*.whl`.
    NoWheels, "no-wheels", Warning, "The wheel directory holds no wheels";
    /// Controllers run inside the API server.
    Consolidation, "consolidation", Info, "Controllers run inside the API server";
    /// A path breaks the task for the controller.
    TaskBroken, "task-broken", Error, "A path that breaks the launch";
    /// A path means another one in the task for the controller.
    TaskOtherSource, "task-other-source", Error, "A path that loses a part";
    /// A source is not where `SkyPilot` looks for it at the upload.
    TaskSourceMissing, "task-source-missing", Error, "A path that means another one at the upload";
    /// Several wheels of one package.
    WheelVersions, "wheel-versions", Warning, "Several wheels of one package";
    /// A package name matches another package's record.
    WheelPrefix, "wheel-prefix", Warning, "A package that forgets another one";
    /// A wheel's file name means more than itself to a shell.
    WheelNameUnsafe, "wheel-name-unsafe", Error, "A wheel name that a shell takes apart";
    /// A wheel's file name is not one of PEP 427.
    WheelNameMalformed, "wheel-name-malformed", Warning, "A wheel name that no installer takes";
    /// A wheel does not install on controllers, by its tags.
    WheelTag, "wheel-tag", Warning, "A wheel for another Python or system";
    /// A wheel is a link to nothing.
    WheelDangling, "wheel-dangling", Error, "A wheel that is a link to nothing";
    /// A wheel cannot be reached.
    WheelUnreachable, "wheel-unreachable", Error, "Wheels that cannot be reached";
    /// A wheel is a directory, a FIFO or a device.
    WheelNotFile, "wheel-not-file", Warning, "A wheel that is no file";
    /// A wheel has other bytes than at the last save.
    WheelRebuilt, "wheel-rebuilt", Warning, "A wheel that was built anew under its name";
    /// A wheel is older than the project it was built from.
    WheelOutdated, "wheel-outdated", Info, "A wheel that is older than its project";
    /// No class of the remote list needs a wheel.
    WheelUnused, "wheel-unused", Info, "A wheel that no remote class needs";
    /// A file is not sent because of the case of its suffix.
    WheelCase, "wheel-case", Info, "A wheel with another suffix";
    /// A wheel cannot be read as an archive, or is an odd one.
    WheelArchive, "wheel-archive", Warning, "A wheel that is no sound archive";
    /// A wheel's `RECORD` and its files differ.
    WheelRecord, "wheel-record", Info, "A wheel that differs from its own list of files";
    /// A wheel's metadata keeps installers from installing it.
    WheelMetadata, "wheel-metadata", Warning, "A wheel whose metadata installers refuse";
    /// A wheel's `Requires-Python` does not allow 3.10.
    WheelPython, "wheel-python", Warning, "A wheel that asks for another Python";
    /// A wheel needs another `SkyPilot` than the controller's.
    WheelSkypilot, "wheel-skypilot", Warning, "A wheel that replaces SkyPilot";
    /// A wheel needs another wheel of the directory.
    WheelOrder, "wheel-order", Warning, "A wheel that needs another one of the directory";
    /// Wheels of the directory need each other.
    WheelCycle, "wheel-cycle", Warning, "Wheels that need each other";
    /// A comment that is to silence a problem silences none.
    UnusedIgnore, "unused-ignore", Info, "A comment that silences nothing";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_and_says_how_to_mend_it() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert_eq!(about::ABOUT.len(), Code::ALL.len());
        for (code, (about, ..)) in Code::ALL.iter().zip(about::ABOUT) {
            let name = code.name();
            assert_eq!(code, about);
            assert!(code.explanation().contains("\n\nFix: "), "{name}");
            assert!(!code.title().is_empty() && !code.title().ends_with('.'), "{name}");
            assert!(code.example().starts_with("$ ") || code.example().starts_with("# "), "{name}");
            assert!(code.example().ends_with('\n'), "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert_eq!(Code::of_name(name), Some(*code));
        }
    }
}
