//! The kinds of problems, each once: its name and what `explain` says of it.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $explanation:literal;)+) => {
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

            /// Returns what `explain` says: what happens, why, how to mend it.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation),+ }
            }
        }
    };
}

codes! {
    // The file itself.

    /// Not UTF-8.
    NotUtf8 = "not-utf8",
    "The file holds bytes that are no UTF-8 text. SkyPilot opens it as UTF-8 and raises UnicodeDecodeError: the API \
     server does not start, or the launch fails. This program shows such a file and never writes it.\n\n\
     Fix: convert it, for example with `iconv -f latin1 -t utf-8`.";
    /// A directory, no permission, or another failure to read.
    Unreadable = "unreadable",
    "Something lies at the path that cannot be read as a file: a directory, a file without read permission. SkyPilot \
     raises Python's own exception (IsADirectoryError, PermissionError): the API server does not start.\n\n\
     Fix: move it away or give read permission to the user that runs the API server.";
    /// A FIFO or a device.
    Endless = "endless",
    "A FIFO or a device lies at the path. SkyPilot opens it and waits for ever. This program never opens it.\n\n\
     Fix: put a regular file there.";
    /// Text that no YAML reader takes.
    YamlSyntax = "yaml-syntax",
    "The text is no YAML: libyaml, which SkyPilot reads with, stops at this place. The API server does not start; for \
     the remote file every controller launch fails. The cause is often on the line before: a missing colon, a quote \
     that is not closed, a tab, another indentation than the neighbours have.\n\n\
     Fix: mend the text (`e` opens it in $EDITOR at the place), or take the offered fix.";
    /// A character that YAML does not allow.
    YamlCharacter = "yaml-character",
    "YAML allows no control characters (but tab and line ends) and not U+FFFE or U+FFFF. SkyPilot's reader raises \
     ReaderError: the API server does not start.\n\nFix: remove the character, or write it as an escape in double quotes: \"\\x07\".";
    /// Aliases, anchors, documents.
    YamlComposition = "yaml-composition",
    "An alias (`*name`) without an anchor before it, an anchor (`&name`) defined twice, or a second document (`---`) in \
     the file. PyYAML's composer raises ComposerError: the API server does not start.\n\n\
     Fix: define each anchor once, before its aliases; keep one document.";
    /// A tag or a key that PyYAML cannot construct.
    YamlConstruction = "yaml-construction",
    "PyYAML's safe loader knows no such tag, or the node is not what its tag says, or a list or mapping is used as a \
     key, or `=` or `<<` stands as a plain value. It raises ConstructorError: the API server does not start.\n\n\
     Fix: remove the tag; put quotes around a plain `=` or `<<`.";
    /// A value whose conversion fails in Python.
    YamlConversion = "yaml-conversion",
    "The text looks like a date or a number to YAML 1.1, but Python cannot make one of it: 2026-02-30, a number with \
     more than 4,300 digits. The ValueError (or KeyError) is not caught: the API server does not start.\n\n\
     Fix: put quotes around it if a string is meant.";
    /// What leaves SkyPilot's loader broken.
    YamlUnpredictable = "yaml-unpredictable",
    "`!!timestamp` stands on text that is no date. The AttributeError inside PyYAML makes SkyPilot fall back to another \
     loader on a stream that is half read: this read gives no configuration, later ones crash.\n\n\
     Fix: remove the tag.";
    /// Nesting that kills the process.
    TooDeep = "too-deep",
    "The document is nested so deep that Python's C stack overflows: the process dies without a message.\n\n\
     Fix: this is surely a mistake; remove the nesting.";

    // The schema.

    /// The top level is no mapping.
    TopLevel = "top-level",
    "The top level must be a mapping with `plugins:`. SkyPilot asks the value for its items and raises AttributeError \
     without a helpful message: the API server does not start.\n\n\
     Fix: indent the list below `plugins:`.";
    /// A key that the schema does not know.
    UnknownKey = "unknown-key",
    "SkyPilot's schema allows `controller_wheel_path` and `plugins` at the top of plugins.yaml, `plugins` alone in \
     remote_plugins.yaml, and `class` and `parameters` in an entry; nothing else. It raises InvalidSkyPilotConfigError: \
     the API server does not start. (A key of the top level without a value is ignored.)\n\n\
     Fix: correct the spelling, remove the key, or move it below `parameters`.";
    /// An entry without `class`.
    MissingClass = "missing-class",
    "Each entry needs `class: module.Class`. SkyPilot raises InvalidSkyPilotConfigError: the API server does not \
     start.\n\nFix: add the class, or remove the entry.";
    /// A value of another type than the schema wants.
    WrongType = "wrong-type",
    "The schema wants a string for `class` and `controller_wheel_path`, a list for `plugins`, a mapping for an entry and \
     for `parameters`. Types are those of YAML 1.1: `class: on` is a boolean, `controller_wheel_path: 2026` a number. \
     SkyPilot raises InvalidSkyPilotConfigError: the API server does not start.\n\n\
     Fix: put quotes around the value, or give it the right shape.";
    /// A key of the top level or of an entry that is no string.
    KeyNotString = "key-not-string",
    "YAML 1.1 reads plain `on`, `no`, `1` or `~` as a boolean, a number or null, also where they are keys. SkyPilot \
     raises TypeError: the API server does not start.\n\nFix: put quotes around the key.";

    // What passes the schema and stops the server.

    /// `plugins:` without a value.
    PluginsNull = "plugins-null",
    "`plugins:` has nothing under it, or every entry is commented out. The schema does not see it (null keys of the top \
     level are dropped before validation), but the loop over the list raises TypeError: 'NoneType' object is not \
     iterable. The API server does not start; in the remote file every controller launch fails.\n\n\
     Fix: write `plugins: []`, or remove the key.";
    /// A class path that Python cannot split or import.
    ClassPath = "class-path",
    "SkyPilot splits `class` at its last dot into a module and a class name and imports the module. Without a dot it \
     raises ValueError; with nothing before the last dot ValueError; with a leading dot TypeError (a relative import); \
     with nothing behind it AttributeError; names like `__name__`, which every module has, TypeError. The API server \
     does not start.\n\nFix: write the full path: `package.module.Class`.";
    /// A parameter name that is no keyword argument.
    ParameterName = "parameter-name",
    "Parameters become keyword arguments of the class. A name that YAML 1.1 reads as no string (`on`, `no`, `1`) or \
     `self` raises TypeError: the API server does not start.\n\nFix: put quotes around the name (`'on'`); `self` cannot be passed.";

    // What is accepted and will not do what was meant.

    /// The same key twice in a mapping.
    DuplicateKey = "duplicate-key",
    "A key stands twice in one mapping. PyYAML takes the last one silently; what the first one says is lost.\n\n\
     Fix: remove one of them.";
    /// Two entries that became one for want of a dash.
    ForgottenDash = "forgotten-dash",
    "An entry has `class` twice: most likely a dash is missing before the second one. PyYAML takes the last of equal \
     keys, so that the first plugin is not loaded, without a word.\n\nFix: put `- ` before the second `class`.";
    /// A class that stands twice in a list.
    DuplicateClass = "duplicate-class",
    "The list has the same class twice. SkyPilot constructs and installs it twice; the later one stays registered.\n\n\
     Fix: remove one, unless that is meant.";
    /// A value that YAML 1.1 types in a surprising way.
    YamlSurprise = "yaml-surprise",
    "PyYAML reads YAML 1.1: yes, no, on, off are booleans; 010 is 8; 12:30 is 750; 1_000 is 1000; 2026-01-01 is a date; \
     1e3 and 0o17 are strings. The plugin gets what PyYAML reads.\n\n\
     Fix: put quotes around it if a string is meant; write true and false, 8, 1000.0 otherwise.";
    /// Blanks in a class path.
    ClassBlank = "class-blank",
    "The class path holds blanks or characters that no Python name has. It is well-formed for SkyPilot, but no such \
     module can be imported: the API server does not start.\n\nFix: remove them.";
    /// An invisible character.
    Invisible = "invisible-character",
    "The text holds a character that cannot be seen: a bidirectional override, a zero-width or a no-break space. What \
     the file looks like is not what SkyPilot reads.\n\nFix: remove it, or write it as an escape in double quotes.";
    /// An unknown key without a value, which SkyPilot drops.
    IgnoredKey = "ignored-key",
    "A key of the top level that SkyPilot does not know has no value. Such keys are dropped before validation; with any \
     value the file would be refused.\n\nFix: remove it.";
    /// A file that another program encrypts.
    Encrypted = "encrypted",
    "The file looks like one of sops or ansible-vault. SkyPilot decrypts nothing: it takes the text as it is.\n\n\
     Fix: decrypt it where the server starts (`sops decrypt`, `ansible-vault decrypt`), and edit it with that program.";
    /// `$VAR` in a path or value.
    NoExpansion = "no-expansion",
    "SkyPilot expands `~` in `controller_wheel_path` but no environment variables: `$HOME/wheels` names a directory \
     called `$HOME`.\n\nFix: write `~` or the whole path.";
    /// Blanks around the wheel path.
    PathBlank = "path-blank",
    "`controller_wheel_path` starts or ends with a blank. SkyPilot takes the path as it is written: most likely no such \
     directory exists, and nothing is uploaded.\n\nFix: remove the blank.";

    /// A module that the server's Python does not have.
    ModuleMissing = "module-missing",
    "SkyPilot imports the module of each class. In the Python that runs the API server, and in the directories given \
     with --python-path, there is no such module: `load_plugins` raises ImportError and the API server does not start. \
     Only files were looked at; nothing was run.\n\n\
     Fix: install the package that has the module into the server's Python, or correct the class path.";

    // The surroundings.

    /// An environment variable that is set to nothing.
    VariableEmpty = "variable-empty",
    "The environment variable is set, but to nothing. SkyPilot takes that for the path, finds no file, and loads no \
     plugins, without a word.\n\nFix: unset the variable, or let it name the file.";
    /// An environment variable that names a file that is not there.
    VariableMissing = "variable-missing",
    "The environment variable names a file that does not exist. It replaces the default path all the same: SkyPilot \
     loads no plugins, without a word.\n\nFix: create the file (a save does), or correct the variable.";
    /// The client talks to a remote server.
    RemoteServer = "remote-server",
    "SkyPilot's client on this machine talks to a remote API server. That server reads its own plugin files: these here \
     matter to no one.\n\nFix: edit the files on the server, or point the client to a local one.";
    /// A running server with another environment.
    ServerElsewhere = "server-elsewhere",
    "A local API server runs with other environment variables than this shell has: it reads other files than those \
     shown.\n\nFix: restart it from this shell, or start this program with the server's variables.";
    /// More than one local server.
    SeveralServers = "several-servers",
    "Several local API servers of this user run. A relative `controller_wheel_path` counts from the directory of the one \
     that is asked: it is not known which.\n\nFix: tell with --server-cwd, or write an absolute path.";

    // The upload.

    /// The remote list has entries, but `controller_wheel_path` is missing or empty.
    WheelPathUnset = "wheel-path-unset",
    "The remote list has entries, but plugins.yaml sets no controller_wheel_path. SkyPilot then sends nothing \
      to controllers, not the remote file either, and says so only in the server's log.\n\nFix: set \
     controller_wheel_path to the directory that holds the wheels; the next launch uses it, without a \
     restart.";
    /// `controller_wheel_path` is set, but the remote list has no entry.
    WheelPathUnused = "wheel-path-unused",
    "controller_wheel_path is set, but the remote list has no entry. SkyPilot looks at the wheel directory \
     only where remote_plugins.yaml names at least one class.\n\nFix: add the classes that controllers need, \
     or leave it as it is: it does no harm.";
    /// `controller_wheel_path` is relative.
    WheelPathRelative = "wheel-path-relative",
    "A relative controller_wheel_path starts at the directory that the API server runs in, which is the \
     directory that the first sky command was run in: not at the file, and not at the home directory. After a \
      restart from elsewhere it means another directory.\n\nFix: write the absolute path.";
    /// The wheel directory does not exist.
    WheelDirMissing = "wheel-dir-missing",
    "controller_wheel_path names a directory that does not exist. SkyPilot logs a warning on the server and \
     sends nothing to controllers, not the remote file either.\n\nFix: check the path; a relative one starts \
     at the API server's directory.";
    /// The wheel directory is no directory.
    WheelDirNotDirectory = "wheel-dir-not-directory",
    "controller_wheel_path names something that is no directory. SkyPilot logs a warning on the server and \
     sends nothing to controllers.\n\nFix: name the directory that holds the wheels, not a wheel.";
    /// The wheel directory cannot be listed.
    WheelDirUnreadable = "wheel-dir-unreadable",
    "The wheel directory exists, but it cannot be listed. Where that is so for the API server too, it finds \
     no wheel and sends nothing, without any warning.\n\nFix: give the server's user the right to read the \
     directory.";
    /// `SkyPilot` crashes on the path of the wheel directory.
    WheelDirFails = "wheel-dir-fails",
    "SkyPilot does not get as far as the wheel directory: the path is too long, or a directory above it \
     cannot be searched. Every controller launch fails with that exception.\n\nFix: name a directory that the \
      API server can reach.";
    /// The wheel directory holds no `*.whl`.
    NoWheels = "no-wheels",
    "The wheel directory holds no name that ends in .whl. SkyPilot then sends nothing to controllers, not the \
      remote file either, and logs nothing that a person sees. Only the directory itself counts: \
     sub-directories are not searched, and .WHL is another suffix.\n\nFix: put the wheels there, or name their directory.";
    /// Controllers run inside the API server.
    Consolidation = "consolidation",
    "In consolidation mode the controllers of managed jobs run inside the API server. Nothing is sent to \
     them, and they load the server's own plugins.yaml; the remote list is read, and a broken one fails the \
     launch, but it is not used. Deployed \
     servers and the Helm chart do this by default.\n\nFix: nothing to fix; add what controllers need to plugins.yaml.";
    /// A path breaks the task for the controller.
    TaskBroken = "task-broken",
    "SkyPilot writes the paths of the wheels and of the remote file into a YAML file without quotes and reads \
      that again. A colon with a blank, a leading bracket, star, ampersand, at-sign, percent sign or dash \
     with a blank, a line break or a control character breaks it, and every controller launch fails.\n\nFix: \
     rename the directory or the file.";
    /// A path means another one in the task for the controller.
    TaskOtherSource = "task-other-source",
    "SkyPilot writes paths into a YAML file without quotes. In this one a part is lost there, such as what \
     follows a blank and `#`, so that another file is looked for and perhaps uploaded.\n\nFix: rename the \
     directory or the file.";
    /// A source is not where `SkyPilot` looks for it at the upload.
    TaskSourceMissing = "task-source-missing",
    "SkyPilot finds the wheels with the path as it is written, but uploads them from the path with each `..` \
     taken out together with the part before it, and with a leading `~` expanded. Where a link lies on the \
     way these differ, the file is not found and every controller launch fails.\n\nFix: write the absolute \
     path without `..`.";
    /// Several wheels of one package.
    WheelVersions = "wheel-versions",
    "The directory holds several wheels of one package: two versions, or two platforms. Since SkyPilot 0.12.2 \
      installing one deletes the files of the others on the controller: the install script of the first \
     launch ends with exit status 2, and later launches install the versions in turn, for ever. Before, all \
     were installed one over the other in the order of the directory.\n\nFix: keep one wheel of each package.";
    /// A package name matches another package's record.
    WheelPrefix = "wheel-prefix",
    "The controller finds the record of a package with its name as a regular expression, in which a dot \
     stands for any character. A wheel whose name has a dot takes out the record of another package that \
     differs only there, and that one is installed anew at every launch.\n\nFix: PEP 427 has `_` in the place \
     of the dot: build the wheel with a current tool.";
    /// A wheel's file name means more than itself to a shell.
    WheelNameUnsafe = "wheel-name-unsafe",
    "The install script on the controller holds the wheel's file name without quotes. A blank, a quote, a \
     parenthesis as in `name (1).whl`, a dollar sign or a semicolon breaks the script or runs commands; other \
      such characters make the installer refuse the file. No wheel that a build tool made has such a \
     name.\n\nFix: rename the file.";
    /// A wheel's file name is not one of PEP 427.
    WheelNameMalformed = "wheel-name-malformed",
    "A wheel's file name has five parts, name-version-python-abi-platform.whl, or six with a build number \
     behind the version. Installers refuse any other name, whatever the file holds. The install \
     script ends there, the controller gets the remote list all the same, and fails to import what is missing.\n\nFix: \
     give the file its real name, or build the wheel again.";
    /// A wheel does not install on controllers, by its tags.
    WheelTag = "wheel-tag",
    "Controllers run CPython 3.10 on Linux, on x86_64 or aarch64. By its tags this wheel is for another \
     Python or another system: the installer refuses it, the install script ends there, and the controller \
     fails to import what is missing.\n\nFix: build a py3-none-any wheel, or one for CPython 3.10 and \
     manylinux.";
    /// A wheel is a link to nothing.
    WheelDangling = "wheel-dangling",
    "A name in the wheel directory ends in .whl and is a link to nothing. SkyPilot takes it for a wheel, does \
      not find the file when it uploads, and every controller launch fails.\n\nFix: mend or remove the link.";
    /// A wheel cannot be reached.
    WheelUnreachable = "wheel-unreachable",
    "The wheel directory can be listed but not searched, so SkyPilot knows the names of the wheels and finds \
     none of the files: every controller launch fails.\n\nFix: give the server's user the right to search the \
      directory (x).";
    /// A wheel is a directory, a FIFO or a device.
    WheelNotFile = "wheel-not-file",
    "A name in the wheel directory ends in .whl and is no file. SkyPilot uploads it like a wheel, the \
     installer refuses it, and the install script on the controller ends there.\n\nFix: move it out of the \
     directory.";
    /// A file is not sent because of the case of its suffix.
    WheelCase = "wheel-case",
    "SkyPilot takes only names that end in .whl, in lower case. This one is not sent, and a class that it \
     holds is missing on controllers.\n\nFix: rename it.";
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
        for code in Code::ALL {
            assert!(code.explanation().contains("\n\nFix: "), "{}", code.name());
            assert!(code.name().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
        }
    }
}
