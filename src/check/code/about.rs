//! What `explain` says of each kind of problem: what happens, why, how to mend it, and an example.

use super::Code;

/// The explanation and the example of each kind, in the order of [`Code::ALL`].
pub(super) const ABOUT: &[(Code, &str, &str)] = &[
    (
        Code::NotUtf8,
        "The file holds bytes that are no UTF-8 text. SkyPilot opens it as UTF-8 and raises UnicodeDecodeError: the \
         API server does not start, or the launch fails. This program shows such a file and never writes it.\n\nFix: \
         convert it, for example with `iconv -f latin1 -t utf-8`.",
        "$ file ~/.sky/plugins.yaml\n\
         plugins.yaml: ISO-8859 text\n\
         $ iconv -f latin1 -t utf-8 plugins.yaml > new && mv new plugins.yaml\n",
    ),
    (
        Code::Unreadable,
        "Something lies at the path that cannot be read as a file: a directory, a file without read permission. \
         SkyPilot raises Python's own exception (IsADirectoryError, PermissionError): the API server does not \
         start.\n\nFix: move it away or give read permission to the user that runs the API server.",
        "$ ls -ld ~/.sky/plugins.yaml\n\
         drwxr-xr-x 2 root root 4096 plugins.yaml\n",
    ),
    (
        Code::Endless,
        "A FIFO or a device lies at the path. SkyPilot opens it and waits for ever. This program never opens \
         it.\n\nFix: put a regular file there.",
        "$ ls -l ~/.sky/plugins.yaml\n\
         prw-r--r-- 1 root root 0 plugins.yaml\n",
    ),
    (
        Code::YamlSyntax,
        "The text is no YAML: libyaml, which SkyPilot reads with, stops at this place. The API server does not start; \
         for the remote file every controller launch fails. The cause is often on the line before: a missing colon, \
         a quote that is not closed, a tab, another indentation than the neighbours have.\n\nFix: mend the text (`e` \
         opens it in $EDITOR at the place), or take the offered fix.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters\n\
         \x20   level: 3\n",
    ),
    (
        Code::YamlCharacter,
        "YAML allows no control characters (but tab and line ends) and not U+FFFE or U+FFFF. SkyPilot's reader raises \
         ReaderError: the API server does not start.\n\nFix: remove the character, or write it as an escape in \
         double quotes: \"\\x07\".",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\\x07\n",
    ),
    (
        Code::YamlComposition,
        "An alias (`*name`) without an anchor before it, an anchor (`&name`) defined twice, or a second document \
         (`---`) in the file. PyYAML's composer raises ComposerError: the API server does not start.\n\nFix: define \
         each anchor once, before its aliases; keep one document.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   pattern: *logs\n",
    ),
    (
        Code::YamlConstruction,
        "PyYAML's safe loader knows no such tag, or the node is not what its tag says, or a list or mapping is used \
         as a key, or `=` or `<<` stands as a plain value. It raises ConstructorError: the API server does not \
         start.\n\nFix: remove the tag; put quotes around a plain `=` or `<<`.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   token: !env AUDIT_TOKEN\n",
    ),
    (
        Code::YamlConversion,
        "The text looks like a date or a number to YAML 1.1, but Python cannot make one of it: 2026-02-30, a number \
         with more than 4,300 digits. The ValueError (or KeyError) is not caught: the API server does not \
         start.\n\nFix: put quotes around it if a string is meant.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   since: 2026-02-30\n",
    ),
    (
        Code::YamlUnpredictable,
        "`!!timestamp` stands on text that is no date. The AttributeError inside PyYAML makes SkyPilot fall back to \
         another loader on a stream that is half read: this read gives no configuration, later ones crash.\n\nFix: \
         remove the tag.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   since: !!timestamp yesterday\n",
    ),
    (
        Code::TooDeep,
        "The document is nested so deep that Python's C stack overflows: the process dies without a message.\n\nFix: \
         this is surely a mistake; remove the nesting.",
        "$ grep -c '' plugins.yaml\n\
         1\n\
         $ head -c 20 plugins.yaml\n\
         [[[[[[[[[[[[[[[[[[[[\n",
    ),
    (
        Code::TopLevel,
        "The top level must be a mapping with `plugins:`. SkyPilot asks the value for its items and raises \
         AttributeError without a helpful message: the API server does not start.\n\nFix: indent the list below \
         `plugins:`.",
        "# plugins.yaml\n\
         - class: acme.Audit\n",
    ),
    (
        Code::UnknownKey,
        "SkyPilot's schema allows `controller_wheel_path` and `plugins` at the top of plugins.yaml, `plugins` alone \
         in remote_plugins.yaml, and `class` and `parameters` in an entry; nothing else. It raises \
         InvalidSkyPilotConfigError: the API server does not start. (A key of the top level without a value is \
         ignored.)\n\nFix: correct the spelling, remove the key, or move it below `parameters`.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 params:\n\
         \x20   level: 3\n",
    ),
    (
        Code::MissingClass,
        "Each entry needs `class: module.Class`. SkyPilot raises InvalidSkyPilotConfigError: the API server does not \
         start.\n\nFix: add the class, or remove the entry.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         - parameters:\n\
         \x20   level: 3\n",
    ),
    (
        Code::WrongType,
        "The schema wants a string for `class` and `controller_wheel_path`, a list for `plugins`, a mapping for an \
         entry and for `parameters`. Types are those of YAML 1.1: `class: on` is a boolean, `controller_wheel_path: \
         2026` a number. SkyPilot raises InvalidSkyPilotConfigError: the API server does not start.\n\nFix: put \
         quotes around the value, or give it the right shape.",
        "# plugins.yaml\n\
         plugins:\n\
         \x20 class: acme.Audit\n",
    ),
    (
        Code::KeyNotString,
        "YAML 1.1 reads plain `on`, `no`, `1` or `~` as a boolean, a number or null, also where they are keys. \
         SkyPilot raises TypeError: the API server does not start.\n\nFix: put quotes around the key.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         on: true\n",
    ),
    (
        Code::PluginsNull,
        "`plugins:` has nothing under it, or every entry is commented out. The schema does not see it (null keys of \
         the top level are dropped before validation), but the loop over the list raises TypeError: 'NoneType' object \
         is not iterable. The API server does not start; in the remote file every controller launch fails.\n\nFix: \
         write `plugins: []`, or remove the key.",
        "# plugins.yaml\n\
         plugins:\n\
         # - class: acme.Audit\n",
    ),
    (
        Code::ClassPath,
        "SkyPilot splits `class` at its last dot into a module and a class name and imports the module. Without a dot \
         it raises ValueError; with nothing before the last dot ValueError; with a leading dot TypeError (a relative \
         import); with nothing behind it AttributeError; names like `__name__`, which every module has, TypeError. \
         The API server does not start.\n\nFix: write the full path: `package.module.Class`.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: Audit\n",
    ),
    (
        Code::ParameterName,
        "Parameters become keyword arguments of the class. A name that YAML 1.1 reads as no string (`on`, `no`, `1`) \
         or `self` raises TypeError: the API server does not start.\n\nFix: put quotes around the name (`'on'`); \
         `self` cannot be passed.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   on: push\n",
    ),
    (
        Code::DuplicateKey,
        "A key stands twice in one mapping. PyYAML takes the last one silently; what the first one says is \
         lost.\n\nFix: remove one of them.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   level: 3\n\
         \x20   level: 4\n",
    ),
    (
        Code::MergeOrder,
        "`<<` merges several mappings, and two of them have the same key. YAML lets the first one win, and so does \
         PyYAML up to 6.0.3; in later releases the last one wins, or the first for names of one letter. Which one \
         SkyPilot gets depends on what is installed beside it.\n\nFix: write the key into the mapping itself, which \
         wins over all that it merges.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters: &one {level: 1}\n\
         - class: acme.Cost\n\
         \x20 parameters: &two {level: 2}\n\
         - class: acme.Both\n\
         \x20 parameters:\n\
         \x20   <<: [*one, *two]\n",
    ),
    (
        Code::ForgottenDash,
        "An entry has `class` twice: most likely a dash is missing before the second one. PyYAML takes the last of \
         equal keys, so that the first plugin is not loaded, without a word.\n\nFix: put `- ` before the second \
         `class`.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 class: acme.Cost\n",
    ),
    (
        Code::DuplicateClass,
        "The list has the same class twice. SkyPilot constructs and installs it twice; the later one stays \
         registered.\n\nFix: remove one, unless that is meant.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         - class: acme.Audit\n",
    ),
    (
        Code::YamlSurprise,
        "PyYAML reads YAML 1.1: yes, no, on, off are booleans; 010 is 8; 12:30 is 750; 1_000 is 1000; 2026-01-01 is a \
         date; 1e3 and 0o17 are strings. The plugin gets what PyYAML reads.\n\nFix: put quotes around it if a string \
         is meant; write true and false, 8, 1000.0 otherwise.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   country: NO\n\
         \x20   mode: 0755\n\
         \x20   window: 12:30\n",
    ),
    (
        Code::EmptyValue,
        "A key has nothing behind its colon: YAML reads null, and the plugin gets None instead of its own default. \
         Where a `#` stands behind a blank, what follows is a comment and no value.\n\nFix: give it a value, write \
         `null` if None is meant, or remove the key; put quotes around a value that starts with `#`.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   color: #ff0000\n",
    ),
    (
        Code::ClassBlank,
        "The class path holds blanks or characters that no Python name has. It is well-formed for SkyPilot, but no \
         such module can be imported: the API server does not start.\n\nFix: remove them.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.audit:Audit\n",
    ),
    (
        Code::Invisible,
        "The text holds a character that cannot be seen: a bidirectional override, a zero-width or a no-break space. \
         What the file looks like is not what SkyPilot reads.\n\nFix: remove it, or write it as an escape in double \
         quotes.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         \x20 parameters:\n\
         \x20   team: a\\u200bb\n",
    ),
    (
        Code::IgnoredKey,
        "A key of the top level that SkyPilot does not know has no value. Such keys are dropped before validation; \
         with any value the file would be refused.\n\nFix: remove it.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n\
         include:\n",
    ),
    (
        Code::Encrypted,
        "The file looks like one of sops or ansible-vault. SkyPilot decrypts nothing: it takes the text as it \
         is.\n\nFix: decrypt it where the server starts (`sops decrypt`, `ansible-vault decrypt`), and edit it with \
         that program.",
        "# plugins.yaml\n\
         plugins:\n\
         - class: ENC[AES256_GCM,data:c2VjcmV0,tag:x,type:str]\n\
         sops:\n\
         \x20 version: 3.9.0\n",
    ),
    (
        Code::NoConfiguration,
        "The file is there, but nothing in it is configuration: it is empty, holds comments alone, or its value is \
         one that Python counts as false (`[]`, `~`, `no`, `0`). SkyPilot takes that for an empty configuration and \
         loads no plugins, without a word.\n\nFix: nothing, if that is meant; else write the list below `plugins:`.",
        "# plugins.yaml\n\
         # plugins:\n\
         # - class: acme.Audit\n",
    ),
    (
        Code::ByteOrderMark,
        "The file starts with a byte order mark (U+FEFF), as some editors of Windows write it. SkyPilot's reader \
         takes it off; other programs that read the file may not.\n\nFix: remove it, if nothing needs it.",
        "# plugins.yaml\n\
         \\ufeffplugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::YamlDirective,
        "`%YAML 1.2` asks for YAML 1.2, in which `yes` and `010` are no boolean and not octal. PyYAML takes note of \
         the line and reads YAML 1.1 all the same.\n\nFix: remove the line; put quotes around values that the two \
         versions read differently.",
        "# plugins.yaml\n\
         %YAML 1.2\n\
         ---\n\
         plugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::NoExpansion,
        "SkyPilot expands `~` in `controller_wheel_path` but no environment variables: `$HOME/wheels` names a \
         directory called `$HOME`.\n\nFix: write `~` or the whole path.",
        "# plugins.yaml\n\
         controller_wheel_path: $HOME/wheels\n\
         plugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::PathBlank,
        "`controller_wheel_path` starts or ends with a blank. SkyPilot takes the path as it is written: most likely \
         no such directory exists, and nothing is uploaded.\n\nFix: remove the blank.",
        "# plugins.yaml\n\
         controller_wheel_path: \"wheels \"\n\
         plugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::ModuleMissing,
        "SkyPilot imports the module of each class. In the Python that runs the API server, and in the directories \
         given with --python-path, there is no such module: `load_plugins` raises ImportError and the API server does \
         not start. Only files were looked at; nothing was run.\n\nFix: install the package that has the module into \
         the server's Python, or correct the class path.",
        "$ python -c 'import acme.audit'\n\
         ModuleNotFoundError: No module named 'acme'\n",
    ),
    (
        Code::ClassMissing,
        "SkyPilot imports the module and takes the class from it. The module is there, and its source gives this name \
         to nothing: `load_plugins` raises AttributeError, and the API server does not start. On a controller every \
         command of managed jobs fails. The sources were read; nothing was run.\n\nFix: correct the name; a class is \
         named in the spelling of its source.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: acme.audit.auditplugin\n",
    ),
    (
        Code::ClassNotPlugin,
        "SkyPilot takes only classes that derive from `sky.server.plugins.BasePlugin`. This name stands for another \
         class, a function, a module or a value: `load_plugins` raises TypeError, and the API server does not \
         start.\n\nFix: name the plugin class itself; `classes` lists those that are there.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: collections.OrderedDict\n",
    ),
    (
        Code::ClassAbstract,
        "The class, or one that it derives from, declares methods that it does not have: most often `install`, which \
         every plugin must have. Python refuses to construct it with TypeError, and the API server does not \
         start.\n\nFix: name a class that derives from it, or give it the method.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: sky.server.plugins.BasePlugin\n",
    ),
    (
        Code::ClassNotLoaded,
        "A plugin class says in `load_contexts` in which processes it loads: main, uvicorn and executor are the API \
         server's, controller is that of controllers. Those of this class leave out the place that its list is for: \
         it is skipped there without a word, and its parameters are not looked at.\n\nFix: move the entry to the \
         other list, or change `load_contexts` in the class.",
        "$ cat remote_plugins.yaml\n\
         plugins:\n\
         - class: acme.sso.SingleSignOn\n",
    ),
    (
        Code::ClassNotUploaded,
        "Controllers get the wheels of `controller_wheel_path` and nothing else, beside what SkyPilot needs itself. \
         No wheel there has the module of this class: on the controller its import fails, and with it every command \
         of managed jobs.\n\nFix: put the wheel that has it into the directory, or correct the class path.",
        "$ cat remote_plugins.yaml\n\
         plugins:\n\
         - class: acme.retry.RetryPatch\n",
    ),
    (
        Code::ClassUnseen,
        "It is not known which Python runs the API server, so that it cannot be told whether the class can be imported \
         there. It was looked for in the wheels and in the directories given with --python-path.\n\nFix: name the \
         interpreter with --python; install the wheel there with the command that is shown.",
        "$ skyplug-tui check --python /opt/sky/bin/python\n",
    ),
    (
        Code::ClassUnchecked,
        "No wheel of the wheel directory has the class, and it is not known which Python runs the API server: neither \
         `sky` on PATH nor --python names one. So nothing was looked at that could tell whether the class is there, \
         derives from BasePlugin and takes these parameters. Only the text of the list was checked. This is told once \
         for all classes of the list.\n\nFix: name the interpreter with --python, or as `python` in config.toml; \
         --python-path names more directories with sources. `check --verify=import` asks SkyPilot itself.",
        "$ skyplug-tui check --python /opt/sky/bin/python\n",
    ),
    (
        Code::ParameterUnknown,
        "`parameters` are given to the constructor of the class as keyword arguments. Its constructor has no such \
         parameter and does not take any others (`**kwargs`): it raises TypeError, and the API server does not \
         start.\n\nFix: correct the name, or remove it; `classes` shows what the class takes.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: acme.audit.Audit\n\
         \x20 parameters:\n\
         \x20   tokn: s3cret\n",
    ),
    (
        Code::ParameterMissing,
        "The constructor of the class has a parameter without a default, and the entry does not give it: it raises \
         TypeError, and the API server does not start.\n\nFix: add the parameter.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: acme.audit.Audit\n",
    ),
    (
        Code::ParameterType,
        "The value is of another type than the annotation of the parameter says. Python does not look at annotations: \
         the class gets the value as it is, and most likely fails on it later. YAML 1.1 is a frequent cause: `12:30` \
         is the number 750, `no` is false, `25o` a string.\n\nFix: write a value of that type; put quotes around what \
         is meant as a string.",
        "$ cat plugins.yaml\n\
         plugins:\n\
         - class: acme.cost.Report\n\
         \x20 parameters:\n\
         \x20   daily_at: 12:30\n",
    ),
    (
        Code::VariableEmpty,
        "The environment variable is set, but to nothing. SkyPilot takes that for the path, finds no file, and loads \
         no plugins, without a word.\n\nFix: unset the variable, or let it name the file.",
        "$ export SKYPILOT_SERVER_PLUGINS_CONFIG=\n\
         $ sky api start\n",
    ),
    (
        Code::VariableMissing,
        "The environment variable names a file that does not exist. It replaces the default path all the same: \
         SkyPilot loads no plugins, without a word.\n\nFix: create the file (a save does), or correct the variable.",
        "$ export SKYPILOT_SERVER_PLUGINS_CONFIG=/etc/skypilot/plugin.yaml\n\
         $ ls /etc/skypilot\n\
         plugins.yaml\n",
    ),
    (
        Code::VariableRelative,
        "The environment variable holds a relative path. The API server resolves it in the directory it was started \
         in, which is whatever directory the first `sky` command was run in; from elsewhere it finds another file, or \
         none.\n\nFix: write an absolute path.",
        "$ export SKYPILOT_SERVER_PLUGINS_CONFIG=conf/plugins.yaml\n\
         $ cd /elsewhere && sky api start\n",
    ),
    (
        Code::SameFile,
        "Both environment variables name one file. What the API server loads is then what controllers get; and \
         `controller_wheel_path`, which an upload needs, is refused in the remote list.\n\nFix: let each variable \
         name a file of its own.",
        "$ export SKYPILOT_SERVER_PLUGINS_CONFIG=/etc/sky/plugins.yaml\n\
         $ export SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG=/etc/sky/plugins.yaml\n",
    ),
    (
        Code::SingularName,
        "There is a file `remote_plugin.yaml`, as in a sample of SkyPilot's sources, and none with the name that \
         SkyPilot reads: `remote_plugins.yaml`. Nothing is sent to controllers.\n\nFix: rename the file.",
        "$ ls ~/.sky\n\
         plugins.yaml  remote_plugin.yaml\n",
    ),
    (
        Code::SecretOpen,
        "The file holds a value that is a secret by its name (token, password, a name that ends in key, ...) or by its \
         shape (a PEM block, a web token, a password in a URL), its mode lets everybody read it, and so do all \
         directories above. SkyPilot starts all the same.\n\nFix: `chmod 600` the file (the API server must still be \
         able to read it, as its owner), or give the plugin the secret in another way.",
        "$ ls -l ~/.sky/plugins.yaml\n\
         -rw-r--r-- 1 ada ada 96 ~/.sky/plugins.yaml\n\
         $ grep token ~/.sky/plugins.yaml\n\
         \x20     api_token: 5eb63bbbe01eeed0\n",
    ),
    (
        Code::RemoteServer,
        "SkyPilot's client on this machine talks to a remote API server. That server reads its own plugin files: \
         these here matter to no one.\n\nFix: edit the files on the server, or point the client to a local one.",
        "$ grep -A1 api_server ~/.sky/config.yaml\n\
         api_server:\n\
         \x20 endpoint: https://sky.example.com\n",
    ),
    (
        Code::ServerElsewhere,
        "A local API server runs with other environment variables than this shell has: it reads other files than \
         those shown.\n\nFix: restart it from this shell, or start this program with the server's variables.",
        "$ tr '\\0' '\\n' < /proc/4711/environ | grep PLUGINS\n\
         SKYPILOT_SERVER_PLUGINS_CONFIG=/srv/plugins.yaml\n",
    ),
    (
        Code::SeveralServers,
        "Several local API servers of this user run. A relative `controller_wheel_path` counts from the directory of \
         the one that is asked: it is not known which.\n\nFix: tell with --server-cwd, or write an absolute path.",
        "$ pgrep -f sky.server.server\n\
         4711\n\
         4890\n",
    ),
    (
        Code::OtherRelease,
        "The SkyPilot that is installed, or named with --sky-version, is none of those whose rules are known: 0.11.2, \
         the first release with plugins, to 0.14.1. A newer one and a nightly build (1.0.0.dev…) are judged as 0.14.1, \
         an older one as 0.11.2. Nightly builds all have the same number: an old one may do as an old release \
         does.\n\nFix: nothing, if what is told fits; else name the release that comes nearest with --sky-version.",
        "$ sky --version\n\
         skypilot, version 1.0.0.dev20260101\n",
    ),
    (
        Code::WheelPathUnset,
        "The remote list has entries, but plugins.yaml sets no controller_wheel_path. SkyPilot then sends nothing to \
         controllers, not the remote file either, and says so only in the server's log.\n\nFix: set \
         controller_wheel_path to the directory that holds the wheels; the next launch uses it, without a restart.",
        "$ cat ~/.sky/plugins.yaml\n\
         plugins: []\n\
         $ cat ~/.sky/remote_plugins.yaml\n\
         plugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::WheelPathUnused,
        "controller_wheel_path is set, but the remote list has no entry. SkyPilot looks at the wheel directory only \
         where remote_plugins.yaml names at least one class.\n\nFix: add the classes that controllers need, or leave \
         it as it is: it does no harm.",
        "# plugins.yaml\n\
         controller_wheel_path: wheels\n\
         plugins:\n\
         - class: acme.Audit\n",
    ),
    (
        Code::WheelPathRelative,
        "A relative controller_wheel_path starts at the directory that the API server runs in, which is the directory \
         that the first sky command was run in: not at the file, and not at the home directory. After a restart from \
         elsewhere it means another directory.\n\nFix: write the absolute path.",
        "$ grep controller_wheel_path ~/.sky/plugins.yaml\n\
         controller_wheel_path: dist\n\
         $ readlink /proc/4711/cwd\n\
         /home/ada/other-project\n",
    ),
    (
        Code::WheelDirMissing,
        "controller_wheel_path names a directory that does not exist. SkyPilot logs a warning on the server and sends \
         nothing to controllers, not the remote file either.\n\nFix: check the path; a relative one starts at the \
         API server's directory.",
        "$ grep controller_wheel_path ~/.sky/plugins.yaml\n\
         controller_wheel_path: /srv/wheels\n\
         $ ls /srv/wheels\n\
         ls: cannot access '/srv/wheels': No such file or directory\n",
    ),
    (
        Code::WheelDirNotDirectory,
        "controller_wheel_path names something that is no directory. SkyPilot logs a warning on the server and sends \
         nothing to controllers.\n\nFix: name the directory that holds the wheels, not a wheel.",
        "$ grep controller_wheel_path ~/.sky/plugins.yaml\n\
         controller_wheel_path: /srv/acme_audit-1.1-py3-none-any.whl\n",
    ),
    (
        Code::WheelDirUnreadable,
        "The wheel directory exists, but it cannot be listed. Where that is so for the API server too, it finds no \
         wheel and sends nothing, without any warning.\n\nFix: give the server's user the right to read the \
         directory.",
        "$ ls -ld /srv/wheels\n\
         d--x--x--x 2 root root 4096 /srv/wheels\n",
    ),
    (
        Code::WheelDirFails,
        "SkyPilot does not get as far as the wheel directory: the path is too long, or a directory above it cannot be \
         searched. Every controller launch fails with that exception.\n\nFix: name a directory that the API server \
         can reach.",
        "$ ls -ld /srv\n\
         drwx------ 3 root root 4096 /srv\n",
    ),
    (
        Code::NoWheels,
        "The wheel directory holds no name that ends in .whl. SkyPilot then sends nothing to controllers, not the \
         remote file either, and logs nothing that a person sees. Only the directory itself counts: sub-directories \
         are not searched, and .WHL is another suffix.\n\nFix: put the wheels there, or name their directory.",
        "$ ls /srv/wheels\n\
         README  acme_audit-1.1.tar.gz\n",
    ),
    (
        Code::Consolidation,
        "In consolidation mode the controllers of managed jobs run inside the API server. Nothing is sent to them, \
         and they load the server's own plugins.yaml; the remote list is read, and a broken one fails the launch, but \
         it is not used. Deployed servers and the Helm chart do this by default.\n\nFix: nothing to fix; add what \
         controllers need to plugins.yaml.",
        "$ ls ~/.sky/.jobs_controller_consolidation_reloaded_signal\n",
    ),
    (
        Code::TaskBroken,
        "SkyPilot writes the paths of the wheels and of the remote file into a YAML file without quotes and reads \
         that again. A colon with a blank, a leading bracket, star, ampersand, at-sign, percent sign or dash with a \
         blank, a line break or a control character breaks it, and every controller launch fails.\n\nFix: rename the \
         directory or the file.",
        "$ ls -d /srv/*\n\
         '/srv/new: wheels'\n",
    ),
    (
        Code::TaskOtherSource,
        "SkyPilot writes paths into a YAML file without quotes. In this one a part is lost there, such as what \
         follows a blank and `#`, so that another file is looked for and perhaps uploaded.\n\nFix: rename the \
         directory or the file.",
        "$ ls -d /srv/*\n\
         '/srv/wheels #2'\n",
    ),
    (
        Code::TaskSourceMissing,
        "SkyPilot finds the wheels with the path as it is written, but uploads them from the path with each `..` \
         taken out together with the part before it, and with a leading `~` expanded. Where a link lies on the way \
         these differ, the file is not found and every controller launch fails.\n\nFix: write the absolute path \
         without `..`.",
        "$ grep controller_wheel_path ~/.sky/plugins.yaml\n\
         controller_wheel_path: current/../wheels\n\
         $ readlink current\n\
         /releases/7\n",
    ),
    (
        Code::WheelVersions,
        "The directory holds several wheels of one package: two versions, or two platforms. Since SkyPilot 0.12.2 \
         installing one deletes the files of the others on the controller: the install script of the first launch \
         ends with exit status 2, and later launches install the versions in turn, for ever. Before, all were \
         installed one over the other in the order of the directory.\n\nFix: keep one wheel of each package.",
        "$ ls /srv/wheels\n\
         acme_audit-1.1-py3-none-any.whl  acme_audit-1.2-py3-none-any.whl\n",
    ),
    (
        Code::WheelPrefix,
        "The controller finds the record of a package with its name as a regular expression, in which a dot stands \
         for any character. A wheel whose name has a dot takes out the record of another package that differs only \
         there, and that one is installed anew at every launch.\n\nFix: PEP 427 has `_` in the place of the dot: \
         build the wheel with a current tool.",
        "$ ls /srv/wheels\n\
         a.b-1-py3-none-any.whl  a_b-1-py3-none-any.whl\n",
    ),
    (
        Code::WheelNameUnsafe,
        "The install script on the controller holds the wheel's file name without quotes. A blank, a quote, a \
         parenthesis as in `name (1).whl`, a dollar sign or a semicolon breaks the script or runs commands; other \
         such characters make the installer refuse the file. No wheel that a build tool made has such a name.\n\nFix: \
         rename the file.",
        "$ ls /srv/wheels\n\
         'acme_audit-1.1-py3-none-any (1).whl'\n",
    ),
    (
        Code::WheelNameMalformed,
        "A wheel's file name has five parts, name-version-python-abi-platform.whl, or six with a build number behind \
         the version. Installers refuse any other name, whatever the file holds. The install script ends there, the \
         controller gets the remote list all the same, and fails to import what is missing.\n\nFix: give the file its \
         real name, or build the wheel again.",
        "$ ls /srv/wheels\n\
         acme_audit.whl\n",
    ),
    (
        Code::WheelTag,
        "Controllers run CPython 3.10 on Linux, on x86_64 or aarch64. By its tags this wheel is for another Python or \
         another system: the installer refuses it, the install script ends there, and the controller fails to import \
         what is missing.\n\nFix: build a py3-none-any wheel, or one for CPython 3.10 and manylinux.",
        "$ ls /srv/wheels\n\
         acme_audit-1.1-cp312-cp312-macosx_14_0_arm64.whl\n",
    ),
    (
        Code::WheelDangling,
        "A name in the wheel directory ends in .whl and is a link to nothing. SkyPilot takes it for a wheel, does not \
         find the file when it uploads, and every controller launch fails.\n\nFix: mend or remove the link.",
        "$ ls -l /srv/wheels\n\
         acme_audit-1.1-py3-none-any.whl -> ../build/gone.whl\n",
    ),
    (
        Code::WheelUnreachable,
        "The wheel directory can be listed but not searched, so SkyPilot knows the names of the wheels and finds none \
         of the files: every controller launch fails.\n\nFix: give the server's user the right to search the \
         directory (x).",
        "$ ls -ld /srv/wheels\n\
         drw-r--r-- 2 root root 4096 /srv/wheels\n",
    ),
    (
        Code::WheelNotFile,
        "A name in the wheel directory ends in .whl and is no file. SkyPilot uploads it like a wheel, the installer \
         refuses it, and the install script on the controller ends there.\n\nFix: move it out of the directory.",
        "$ ls -F /srv/wheels\n\
         acme_audit-1.1-py3-none-any.whl/\n",
    ),
    (
        Code::WheelRebuilt,
        "At each save the SHA-256 of every wheel in the directory is kept in the state directory. This one has other \
         bytes now and the same file name. Since 0.12.2 a controller records the file names of the wheels that it has \
         installed and skips them at later launches: the new one never gets installed there.\n\nFix: raise the \
         version of the package and build it anew, so that the file name changes, or start a new controller.",
        "$ ls controller-wheels\n\
         acme_audit-1.2.0-py3-none-any.whl\n",
    ),
    (
        Code::WheelOutdated,
        "The wheel was built with this program, and a source file of the project that it was built from is newer than \
         the wheel. Controllers get what is in the wheel.\n\nFix: raise the version and build the wheel again.",
        "$ ls -t acme_audit/plugin.py controller-wheels/*.whl\n\
         acme_audit/plugin.py\n\
         controller-wheels/acme_audit-1.2.0-py3-none-any.whl\n",
    ),
    (
        Code::WheelUnused,
        "Controllers get every wheel of the directory. This one has no module that a class of the remote list begins \
         with, and no wheel that has one needs it by Requires-Dist: it costs the upload and an install. It may be \
         there for the code of jobs, which is not looked at.\n\nFix: list a class of it, or move it out of the \
         directory.",
        "$ cat remote_plugins.yaml\n\
         plugins:\n\
         \x20 - class: acme_audit.Audit\n\
         $ ls controller-wheels\n\
         acme_audit-1.2.0-py3-none-any.whl  acme_cost-0.9-py3-none-any.whl\n",
    ),
    (
        Code::WheelCase,
        "SkyPilot takes only names that end in .whl, in lower case. This one is not sent, and a class that it holds \
         is missing on controllers.\n\nFix: rename it.",
        "$ ls /srv/wheels\n\
         acme_audit-1.1-py3-none-any.WHL\n",
    ),
    (
        Code::WheelArchive,
        "The file cannot be read as a zip archive (empty, cut off, no archive at all), or it is an odd one: files that \
         overlap or have the same name, paths that lead out of it, encrypted files, sizes and checksums that are \
         wrong, a file that unpacks to many times its size. What cannot be read the installer refuses: the install \
         script ends there, and controllers fail to import what is missing. What is odd two programs may read in two \
         ways. Nothing of a wheel is unpacked to disk or run to find this out.\n\nFix: build or download the wheel \
         again.",
        "$ unzip -t acme_audit-1.1-py3-none-any.whl\n\
         End-of-central-directory signature not found.\n",
    ),
    (
        Code::WheelRecord,
        "The file RECORD in a wheel lists its files with their sizes. In this wheel something is there that is not \
         listed, or listed and not there, or of another size: it was changed after it was built. uv installs it all \
         the same; pip does not remove what is not listed.\n\nFix: build the wheel again.",
        "$ unzip -l acme_audit-1.1-py3-none-any.whl | grep -c extra.py\n\
         1\n\
         $ unzip -p acme_audit-1.1-py3-none-any.whl '*/RECORD' | grep -c extra.py\n\
         0\n",
    ),
    (
        Code::WheelMetadata,
        "The installer on the controller, uv, refuses the wheel for what its .dist-info folder says: METADATA is \
         missing, has no Name or Version, or is of another package or version than the file name; a Requires-Dist or \
         Requires-Python is none; RECORD or WHEEL is missing. The install script ends there, and controllers fail to \
         import what is missing.\n\nFix: build the wheel again with a current tool, and do not rename it.",
        "$ unzip -p acme_audit-1.2-py3-none-any.whl '*/METADATA' | grep Version:\n\
         Version: 1.1\n",
    ),
    (
        Code::WheelPython,
        "Controllers run CPython 3.10. Where Requires-Python starts above that, uv refuses the wheel: the install \
         script ends there, and controllers fail to import what is missing. Where it ends below 3.10 or leaves it \
         out, uv installs the wheel without a word (tried with 0.13.9), and its code runs on a Python that it was \
         not made for.\n\nFix: build the wheel for Python 3.10 and set requires-python in its pyproject.toml to what \
         it needs.",
        "$ unzip -p acme_audit-1.1-py3-none-any.whl '*/METADATA' | grep Requires-Python\n\
         Requires-Python: >=3.11\n",
    ),
    (
        Code::WheelSkypilot,
        "The wheel asks for a SkyPilot that the controller does not have. The installer then replaces the \
         controller's SkyPilot by that version, under the processes that run. With skypilot-nightly a second copy is \
         installed over the first.\n\nFix: leave SkyPilot out of the wheel's dependencies: on a controller and in the \
         API server it is always there.",
        "$ unzip -p acme_audit-1.1-py3-none-any.whl '*/METADATA' | grep skypilot\n\
         Requires-Dist: skypilot==0.13.0\n",
    ),
    (
        Code::WheelOrder,
        "The wheel needs a package that another wheel of the directory holds. Controllers install the wheels one by \
         one, in the order of the directory, and look for dependencies in the package index alone: the install \
         script ends with this wheel where the other one is not installed yet and not on the index, and where the \
         index has another version, that one is taken. The order is the file system's and cannot be \
         chosen.\n\nFix: put both packages into one wheel, or publish the other one on the index that controllers \
         use.",
        "$ ls /srv/wheels\n\
         acme_audit-1.1-py3-none-any.whl  acme_core-1.0-py3-none-any.whl\n\
         $ unzip -p /srv/wheels/acme_audit-*.whl '*/METADATA' | grep Requires-Dist\n\
         Requires-Dist: acme-core\n",
    ),
    (
        Code::WheelCycle,
        "Wheels of the directory need each other. Controllers install them one by one and look for dependencies in \
         the package index alone: whichever comes first fails, unless the index has the others.\n\nFix: put them into \
         one wheel, or take one of the dependencies out.",
        "$ for wheel in /srv/wheels/*; do unzip -p $wheel '*/METADATA' | grep Requires-Dist; done\n\
         Requires-Dist: acme-core\n\
         Requires-Dist: acme-audit\n",
    ),
    (
        Code::UnusedIgnore,
        "A comment `# skyplug: ignore[NAME] reason` silences the warnings and notes of that name on its line, or, on a \
         line of comment, on the next line that is none; at the first line of an entry in the whole entry. Here nothing \
         has that name, or it is an error: those are never silenced, as SkyPilot does not read comments.\n\nFix: take \
         the name out of the brackets, or the comment away.",
        "$ cat ~/.sky/plugins.yaml\n\
         plugins:\n\
         # skyplug: ignore[duplicate-class] both are wanted\n\
         - class: acme_audit.AuditPlugin\n",
    ),
];
