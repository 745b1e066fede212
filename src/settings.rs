//! What a person has set: flags, environment variables, `config.toml`, defaults.
//!
//! Each setting in force is known with where it comes from. The first of these
//! that says something counts; what is wrong there is told and the next one
//! counts. Reading is `io`'s, the file's text is read in [`mod@file`].

pub mod file;

use std::fmt;
use std::path::{Path, PathBuf};

use self::file::File;
use crate::app::bindings::preset::{FunctionKeys, Preset};
use crate::app::bindings::{Keymap, Override};
use crate::check::{SkyVersion, nearest};
use crate::config::Environment;
use crate::config::secret::NameRules;

/// The theme where none is chosen.
pub const THEME: &str = "terminal";

/// A setting as it is documented.
#[derive(Debug)]
pub struct Known {
    /// Its name in the file.
    pub name: &'static str,
    /// What it may be.
    pub values: &'static str,
    /// What holds where nothing is said.
    pub default: &'static str,
    /// The environment variable that says it, where there is one.
    pub variable: Option<&'static str>,
    /// What it is.
    pub sentence: &'static str,
}

const fn known(
    name: &'static str,
    values: &'static str,
    default: &'static str,
    variable: Option<&'static str>,
    sentence: &'static str,
) -> Known {
    Known { name, values, default, variable, sentence }
}

/// Every setting of the file, in the order of the documentation.
#[rustfmt::skip]
pub static KNOWN: [Known; 11] = [
    known("theme", "a name or a file", "terminal", Some("SKYPLUG_TUI_THEME"), "The colours of the screens."),
    known("color", "auto, always, never", "auto", Some("SKYPLUG_TUI_COLOR"), "When there are colours, on the screens and in output."),
    known("ascii", "true, false", "as the locale", Some("SKYPLUG_TUI_ASCII"), "Whether frames are made of ASCII characters."),
    known("mouse", "true, false", "false", Some("SKYPLUG_TUI_MOUSE"), "Whether the mouse works from the start; `%` switches it."),
    known("keys", "default, vim, emacs", "default", Some("SKYPLUG_TUI_KEYS"), "The preset of the keys; a table holds `preset` and keys of your own."),
    known("fkeys", "default, nconfig", "default", Some("SKYPLUG_TUI_FKEYS"), "What the function keys do."),
    known("server_cwd", "an absolute path", "the running server's", Some("SKYPLUG_TUI_SERVER_CWD"), "Where the API server runs: relative paths count from there."),
    known("python", "an absolute path", "the one behind sky", Some("SKYPLUG_TUI_PYTHON"), "The Python that runs the API server."),
    known("sky_version", "X.Y.Z", "the installed one", Some("SKYPLUG_TUI_SKY_VERSION"), "The SkyPilot release whose rules hold."),
    known("masks.also", "a list of names", "[]", None, "Names that count as secrets too; `*` stands for any characters."),
    known("masks.never", "a list of names", "[]", None, "Names that do not count as secrets."),
];

/// When there are colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// All choices with their names.
    pub const ALL: [(&'static str, Self); 3] = [("auto", Self::Auto), ("always", Self::Always), ("never", Self::Never)];
}

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command line.
    Flag,
    /// An environment variable.
    Env(&'static str),
    /// A line of the file, from 1.
    File(usize),
    /// Nothing said it.
    Default,
}

/// A setting with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// What holds.
    pub value: T,
    /// Where that is said.
    pub source: Source,
}

/// How bad a problem of the settings is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The setting does not hold; the next place that says it does.
    Error,
    /// It means nothing.
    Warning,
}

/// Something wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub weight: Weight,
    /// The line of the file, from 1; none where it is about a variable or the whole file.
    pub line: Option<usize>,
    /// What, where and what to do.
    pub message: String,
}

impl Problem {
    /// Returns an error about a line.
    #[must_use]
    pub const fn error(line: usize, message: String) -> Self {
        Self { weight: Weight::Error, line: Some(line), message }
    }

    /// Returns it with the file that it is about.
    #[must_use]
    pub fn told(&self, file: Option<&str>) -> String {
        match (file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: {}", self.message),
            _ => self.message.clone(),
        }
    }
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--theme`
    pub theme: Option<String>,
    /// `--color`
    pub color: Option<Color>,
    /// `--ascii`
    pub ascii: bool,
    /// `--server-cwd`
    pub server_cwd: Option<PathBuf>,
    /// `--python`
    pub python: Option<PathBuf>,
    /// `--sky-version`
    pub sky_version: Option<SkyVersion>,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The theme: a name, or a file where it holds a slash or ends in `.toml`.
    pub theme: Sourced<String>,
    /// When there are colours.
    pub color: Sourced<Color>,
    /// Whether frames are made of ASCII; none where the locale says it.
    pub ascii: Sourced<Option<bool>>,
    /// Whether the mouse works from the start.
    pub mouse: Sourced<bool>,
    /// The preset of the keys.
    pub preset: Sourced<Preset>,
    /// What the function keys do.
    pub function_keys: Sourced<FunctionKeys>,
    /// The keys of a person's own.
    pub overrides: Vec<Override>,
    /// The table of keys with the person's own among them, where there are such.
    own_keymap: Option<Keymap>,
    /// The server's directory, where it is said.
    pub server_cwd: Sourced<Option<PathBuf>>,
    /// The server's Python, where it is said.
    pub python: Sourced<Option<PathBuf>>,
    /// The release, where it is said.
    pub sky_version: Sourced<Option<SkyVersion>>,
    /// Names that count as secrets too.
    pub masks_also: Sourced<Vec<String>>,
    /// Names that do not.
    pub masks_never: Sourced<Vec<String>>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Settings {
    /// Puts together what the command line, the environment and the file say.
    #[must_use]
    pub fn of(flags: &Flags, environment: &Environment, file: File) -> Self {
        let mut choice = Choice { environment, problems: file.problems };
        let path = |text: &str| absolute(text, environment);
        let color = choice.one(flags.color, "color", color_of, None);
        let color = match color {
            Some(color) => color,
            // The convention of no-color.org: set, and not to nothing.
            None if environment.get("NO_COLOR").is_some_and(|value| !value.is_empty()) => {
                Sourced { value: Color::Never, source: Source::Env("NO_COLOR") }
            }
            // The older convention of bixense.com/clicolors: 0 for none.
            None if environment.get("CLICOLOR").is_some_and(|value| value == "0") => {
                Sourced { value: Color::Never, source: Source::Env("CLICOLOR") }
            }
            None => or_default(file.color),
        };
        let overrides = file.keys;
        let preset = or_default(choice.one(None, "keys", preset_of, file.preset));
        let function_keys = or_default(choice.one(None, "fkeys", function_keys_of, file.function_keys));
        let ascii = choice.one(flags.ascii.then_some(true), "ascii", bool_of, file.ascii);
        let mouse = or_default(choice.one(None, "mouse", bool_of, file.mouse));
        let server_cwd = choice.one(flags.server_cwd.clone(), "server_cwd", path, file.server_cwd);
        let python = choice.one(flags.python.clone(), "python", path, file.python);
        let sky_version = choice.one(flags.sky_version, "sky_version", version_of, file.sky_version);
        let theme = choice.one(flags.theme.clone(), "theme", |text| Ok(text.to_owned()), file.theme);
        let mut problems = choice.problems;
        // Most subcommands press no key: the table is made here where the file has keys to be held to it, and else by who asks.
        let made = (!overrides.is_empty()).then(|| Keymap::of(preset.value, function_keys.value).with(&overrides));
        let (own_keymap, overrides) = match made.transpose() {
            Ok(keymap) => (keymap, overrides),
            Err(errors) => {
                problems.extend(errors.iter().map(|error| {
                    let rest = "; no key of [keys] holds until that is mended";
                    Problem::error(error.line(), format!("{error}{rest}"))
                }));
                (None, Vec::new())
            }
        };
        problems.sort_by_key(|one| (one.weight == Weight::Warning, one.line));
        Self {
            theme: theme.unwrap_or_else(|| Sourced { value: THEME.to_owned(), source: Source::Default }),
            color,
            ascii: optional(ascii),
            mouse,
            preset,
            function_keys,
            overrides,
            own_keymap,
            server_cwd: optional(server_cwd),
            python: optional(python),
            sky_version: optional(sky_version),
            masks_also: or_default(file.masks_also),
            masks_never: or_default(file.masks_never),
            problems,
        }
    }

    /// Returns the keys in force.
    #[must_use]
    pub fn keymap(&self) -> Keymap {
        self.own_keymap.clone().unwrap_or_else(|| Keymap::of(self.preset.value, self.function_keys.value))
    }

    /// Returns the names that count as secrets.
    #[must_use]
    pub fn name_rules(&self) -> NameRules {
        NameRules { also: self.masks_also.value.clone(), never: self.masks_never.value.clone() }
    }
}

/// Chooses between the places that may say a setting.
struct Choice<'a> {
    environment: &'a Environment,
    problems: Vec<Problem>,
}

impl Choice<'_> {
    fn one<T>(
        &mut self,
        flag: Option<T>,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
        file: Option<Sourced<T>>,
    ) -> Option<Sourced<T>> {
        if let Some(value) = flag {
            return Some(Sourced { value, source: Source::Flag });
        }
        let variable = KNOWN.iter().find(|known| known.name == name).and_then(|known| known.variable);
        let said = variable.and_then(|variable| Some((variable, self.environment.get(variable)?)));
        if let Some((variable, text)) = said.filter(|(_, text)| !text.is_empty()) {
            match text.to_str().ok_or_else(|| "is not UTF-8".to_owned()).and_then(read) {
                Ok(value) => return Some(Sourced { value, source: Source::Env(variable) }),
                Err(message) => self.problems.push(Problem {
                    weight: Weight::Error,
                    line: None,
                    message: format!("{variable} {message}"),
                }),
            }
        }
        file
    }
}

fn or_default<T: Default>(said: Option<Sourced<T>>) -> Sourced<T> {
    said.unwrap_or_else(|| Sourced { value: T::default(), source: Source::Default })
}

fn optional<T>(said: Option<Sourced<T>>) -> Sourced<Option<T>> {
    match said {
        Some(Sourced { value, source }) => Sourced { value: Some(value), source },
        None => Sourced { value: None, source: Source::Default },
    }
}

/// Returns the one of some names; an error names them all.
fn of_names<T: Copy>(text: &str, all: &[(&'static str, T)]) -> Result<T, String> {
    let found = all.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    found.ok_or_else(|| format!("is one of {}, not {text:?}{}", names.join(", "), near(text, names.iter().copied())))
}

fn near<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(text, names).map_or_else(String::new, |near| format!(", did you mean {near:?}?"))
}

fn color_of(text: &str) -> Result<Color, String> {
    of_names(text, &Color::ALL)
}

fn preset_of(text: &str) -> Result<Preset, String> {
    of_names(text, &Preset::ALL)
}

fn function_keys_of(text: &str) -> Result<FunctionKeys, String> {
    of_names(text, &FunctionKeys::ALL)
}

fn bool_of(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!("is true or false, not {text:?}")),
    }
}

fn version_of(text: &str) -> Result<SkyVersion, String> {
    text.parse().map_err(|_| format!("is a release like 0.14.1, not {text:?}"))
}

fn absolute(text: &str, environment: &Environment) -> Result<PathBuf, String> {
    let path = crate::config::locate::expand_user(text.as_ref(), environment);
    if path.is_absolute() { Ok(path) } else { Err(format!("is a path from / or ~ on, not {text:?}")) }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Env(name) => f.write_str(name),
            Self::File(line) => write!(f, "line {line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Returns where a theme file is; none where the theme is one of the program's.
#[must_use]
pub fn theme_file(theme: &Sourced<String>, environment: &Environment, config: Option<&Path>) -> Option<PathBuf> {
    let is_file = theme.value.contains('/') || Path::new(&theme.value).extension().is_some_and(|end| end == "toml");
    if !is_file {
        return None;
    }
    let path = crate::config::locate::expand_user(theme.value.as_ref(), environment);
    // What the file names lies beside it.
    let base = match (theme.source, config.and_then(Path::parent)) {
        (Source::File(_), Some(folder)) => folder.to_owned(),
        _ => environment.cwd.clone(),
    };
    Some(base.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Environment { variables, own_home: Some("/h".into()), cwd: "/c".into(), ..Environment::default() }
    }

    fn settings(flags: &Flags, variables: &[(&str, &str)], text: &str) -> Settings {
        let environment = environment(variables);
        Settings::of(flags, &environment, File::read(text, &environment))
    }

    fn problems(text: &str) -> Vec<String> {
        settings(&Flags::default(), &[], text).problems.iter().map(|one| one.told(Some("c"))).collect()
    }

    #[test]
    fn a_flag_comes_before_a_variable_before_the_file_before_the_default() {
        let flags = Flags { theme: Some("light".to_owned()), ..Flags::default() };
        let variables = [("SKYPLUG_TUI_THEME", "dark")];
        let text = "\ntheme = 'mono'\n";
        let theme = |flags: &Flags, variables: &[(&str, &str)], text: &str| settings(flags, variables, text).theme;
        let of = |value: &str, source| Sourced { value: value.to_owned(), source };
        assert_eq!(theme(&flags, &variables, text), of("light", Source::Flag));
        assert_eq!(theme(&Flags::default(), &variables, text), of("dark", Source::Env("SKYPLUG_TUI_THEME")));
        assert_eq!(theme(&Flags::default(), &[], text), of("mono", Source::File(2)));
        assert_eq!(theme(&Flags::default(), &[], ""), of(THEME, Source::Default));
    }

    #[test]
    fn no_color_counts_more_than_the_file_and_less_than_a_flag() {
        let text = "color = 'always'\n";
        let color = |flags: &Flags, variables: &[(&str, &str)]| settings(flags, variables, text).color;
        assert_eq!(color(&Flags::default(), &[("NO_COLOR", "1")]).source, Source::Env("NO_COLOR"));
        assert_eq!(color(&Flags::default(), &[("NO_COLOR", "")]).value, Color::Always);
        assert_eq!(color(&Flags::default(), &[("CLICOLOR", "0")]).source, Source::Env("CLICOLOR"));
        assert_eq!(color(&Flags::default(), &[("CLICOLOR", "1")]).value, Color::Always);
        let flags = Flags { color: Some(Color::Always), ..Flags::default() };
        assert_eq!(color(&flags, &[("NO_COLOR", "1"), ("CLICOLOR", "0")]).value, Color::Always);
    }

    #[test]
    fn each_setting_is_taken_from_the_file() {
        let text = "ascii = true\nmouse = true\nkeys = 'vim'\nfkeys = 'nconfig'\nserver_cwd = '~/srv'\npython = '/p'\n\
                    sky_version = '0.12.0'\n[masks]\nalso = ['*_pin']\nnever = ['public_key']\n";
        let all = settings(&Flags::default(), &[], text);
        assert_eq!(all.problems, []);
        assert_eq!((all.ascii.value, all.preset.value), (Some(true), Preset::Vim));
        assert_eq!(all.function_keys, Sourced { value: FunctionKeys::Nconfig, source: Source::File(4) });
        assert!(all.mouse.value);
        assert_eq!(all.server_cwd.value.as_deref(), Some(Path::new("/h/srv")));
        assert_eq!(all.python.value.as_deref(), Some(Path::new("/p")));
        assert_eq!(all.sky_version.value.map(|version| version.to_string()).as_deref(), Some("0.12.0"));
        let rules = all.name_rules();
        assert_eq!((rules.also, rules.never), (vec!["*_pin".to_owned()], vec!["public_key".to_owned()]));
    }

    #[test]
    fn unknown_names_are_warnings_that_tell_what_may_be_meant() {
        assert_eq!(problems("them = 'dark'\n"), ["c:1: there is no setting \"them\", did you mean \"theme\"?"]);
        assert_eq!(
            problems("[keys.list]\ncopy = 'C'\n"),
            ["c:1: there is no place for keys \"keys.list\", did you mean \"lists\"?"]
        );
        assert_eq!(
            problems("\n[keys.lists]\ncpoy = 'C'\n"),
            ["c:3: there is no command \"cpoy\", did you mean \"copy\"?"]
        );
        let all = settings(&Flags::default(), &[], "zzz = 1\ntheme = 'dark'\n");
        assert_eq!(all.problems[0].weight, Weight::Warning);
        assert_eq!(all.theme.value, "dark", "the rest holds");
    }

    #[test]
    fn wrong_values_are_errors_and_the_default_holds() {
        assert_eq!(problems("ascii = 'yes'\n"), ["c:1: ascii is true or false, not a text; its default holds"]);
        assert_eq!(problems("theme = 3\n"), ["c:1: theme is a text in quotes, not an integer; its default holds"]);
        assert_eq!(
            problems("keys = 'vi'\n"),
            ["c:1: keys is one of default, vim, emacs, not \"vi\", did you mean \"vim\"?; its default holds"]
        );
        assert!(problems("server_cwd = 'srv'\n")[0].contains("from / or ~ on"));
        assert!(problems("sky_version = 'new'\n")[0].contains("a release like 0.14.1"));
        assert!(problems("[masks]\nalso = 'pin'\n")[0].starts_with("c:2: masks.also is a list of names"));
        assert!(problems("[keys.lists]\ncopy = 3\n")[0].starts_with("c:2: copy is a key in quotes"));
        assert!(problems("[keys.lists]\ncopy = 'Ctrl-J'\n")[0].contains("cannot tell Ctrl-J from Enter"));
        let broken = settings(&Flags::default(), &[], "theme = 'dark'\nkeys = \n");
        assert!(broken.problems[0].told(Some("c")).starts_with("c:2: no TOML"), "{:?}", broken.problems);
        assert_eq!(broken.theme.source, Source::Default);
        let variable = settings(&Flags::default(), &[("SKYPLUG_TUI_ASCII", "maybe")], "ascii = true\n");
        assert_eq!(variable.problems[0].message, "SKYPLUG_TUI_ASCII is true or false, not \"maybe\"");
        assert_eq!(variable.ascii.value, Some(true), "what says it next holds");
    }

    #[test]
    fn clashing_keys_name_both_lines_and_no_key_of_the_file_holds() {
        let text = "[keys]\npreset = 'emacs'\n[keys.lists]\ncopy = 'X'\n\ndelete = 'X'\n";
        let all = settings(&Flags::default(), &[], text);
        let told = all.problems[0].told(Some("c"));
        assert!(told.starts_with("c:6: X runs \"copy\" in lists already (line 4)"), "{told}");
        assert_eq!(all.keymap(), Keymap::of(Preset::Emacs, FunctionKeys::Default), "the preset does");
        assert!(all.overrides.is_empty());
    }

    #[test]
    fn the_table_in_force_can_be_written_and_read_back() {
        for (_, preset) in Preset::ALL {
            let keymap = Keymap::of(preset, FunctionKeys::Nconfig);
            let all = settings(&Flags::default(), &[], &keymap.toml());
            assert_eq!(all.problems, []);
            assert!(all.keymap() == keymap, "{}", keymap.toml());
        }
    }

    #[test]
    fn a_theme_is_a_file_where_it_looks_like_one() {
        let environment = environment(&[]);
        let config = Path::new("/x/skyplug-tui/config.toml");
        let file =
            |value: &str, source| theme_file(&Sourced { value: value.to_owned(), source }, &environment, Some(config));
        assert_eq!(file("dark", Source::Flag), None);
        assert_eq!(file("mine.toml", Source::File(1)), Some("/x/skyplug-tui/mine.toml".into()));
        assert_eq!(file("mine.toml", Source::Flag), Some("/c/mine.toml".into()));
        assert_eq!(file("~/mine", Source::File(1)), Some("/h/mine".into()));
    }
}
