//! `config show` and `keys`: the settings in force, and where each comes from.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::output::Output;
use super::{Exit, Format, Globals, Session};
use crate::app;
use crate::app::bindings::preset::{FunctionKeys, Preset};
use crate::app::look::Themes;
use crate::app::preferences::Preferences;
use crate::config::{Environment, PathSource, Role, locate};
use crate::io::settings as files;
use crate::settings::file::File;
use crate::settings::{Color, Flags, KNOWN, Problem, Settings, Source, Sourced, THEME, Weight, theme_file};
use crate::text::visible::{visible, visible_name};
use crate::tui::{self, Look};
use crate::ui::theme::Origin;
use crate::ui::theme::depth::Depth;
use crate::ui::theme::palette::{self, BUILT_IN, Palette};

/// The settings in force, and the file that was read for them.
pub(super) struct Loaded {
    pub(super) in_force: Settings,
    path: Option<PathBuf>,
    status: &'static str,
}

impl Loaded {
    /// Reads `config.toml` and puts it together with the command line and the environment.
    pub(super) fn load(globals: &Globals, environment: &Environment) -> Self {
        let path = files::path(environment);
        let (file, status) = match path.as_deref().map(files::read) {
            None | Some(Ok(None)) => (File::default(), "absent"),
            Some(Ok(Some(text))) => (File::read(&text, environment), "read"),
            Some(Err(why)) => (File::unreadable(&why), "unreadable"),
        };
        let flags = Flags {
            theme: globals.theme.clone(),
            color: globals.color.map(Color::from),
            ascii: globals.ascii,
            server_cwd: globals.server_cwd.clone(),
            python: globals.python.clone(),
            sky_version: globals.sky_version,
        };
        Self { in_force: Settings::of(&flags, environment, file), path, status }
    }

    /// Tells what is wrong, on standard error: the program goes on without it.
    pub(super) fn complain(&self) {
        for problem in &self.in_force.problems {
            let _ = writeln!(std::io::stderr(), "skyplug-tui: {}", self.told(problem));
        }
    }

    fn told(&self, problem: &Problem) -> String {
        let file = self.path.as_deref().map(|path| visible_name(path.as_os_str()));
        let kind = if problem.weight == Weight::Warning { "warning: " } else { "" };
        format!("{kind}{}", visible(&problem.told(file.as_deref())))
    }

    /// Returns what the screens are told.
    pub(super) fn for_screens(&self, screens: app::Settings, environment: &Environment) -> tui::Settings {
        let settings = &self.in_force;
        let mut problems = settings.problems.clone();
        let fixed = (settings.color.value == Color::Never).then_some("colours are off (--color, color or NO_COLOR)");
        let mut themes = BUILT_IN.map(|(name, _)| (name.to_owned(), Origin::BuiltIn(name))).to_vec();
        let mut chosen = 0;
        if fixed.is_some() {
            themes.retain(|(name, _)| name == "mono");
        } else {
            match theme(settings, environment, self.path.as_deref()) {
                Ok((name, palette)) => {
                    let at = themes.iter().position(|(known, _)| *known == name);
                    chosen = at.unwrap_or(themes.len());
                    if at.is_none() {
                        themes.push((name, Origin::File(Box::new(palette))));
                    }
                }
                Err(problem) => problems.insert(0, problem),
            }
        }
        let complaint = problems.first().map(|first| {
            let more = match problems.len() - 1 {
                0 => String::new(),
                1 => " One more: skyplug-tui config show.".to_owned(),
                more => format!(" {more} more: skyplug-tui config show."),
            };
            let name = self.path.as_deref().and_then(Path::file_name).map(visible_name);
            format!("{}.{more}", visible(&first.told(name.as_deref())))
        });
        let (names, origins): (Vec<String>, Vec<Origin>) = themes.into_iter().unzip();
        tui::Settings {
            screens,
            preferences: Preferences {
                keymap: settings.keymap(),
                themes: Themes { names, chosen, fixed },
                mouse: settings.mouse.value,
                complaint,
                ..Preferences::default()
            },
            look: Look { themes: origins, depth: depth(environment), ascii: settings.ascii.value },
        }
    }
}

fn depth(environment: &Environment) -> Depth {
    let variable = |name: &str| environment.get(name).map_or_else(String::new, |value| value.to_string_lossy().into());
    Depth::of(&variable("TERM"), &variable("COLORTERM"))
}

/// Returns the chosen theme, or why it is not taken.
fn theme(settings: &Settings, environment: &Environment, config: Option<&Path>) -> Result<(String, Palette), Problem> {
    let chosen = &settings.theme;
    let line = if let Source::File(line) = chosen.source { Some(line) } else { None };
    let wrong = |message: String| {
        let message = format!("{message}; {THEME} is used");
        Problem { weight: Weight::Error, line, message }
    };
    let Some(path) = theme_file(chosen, environment, config) else {
        let name = chosen.value.replace("color", "colour");
        let found = Palette::built_in(&name).map(|palette| (name, palette));
        let known = palette::names();
        return found.ok_or_else(|| wrong(format!("there is no theme {:?}: {known}, or a file", chosen.value)));
    };
    let shown = visible_name(path.as_os_str());
    let text = match files::read(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(wrong(format!("there is no theme file {shown}"))),
        Err(why) => return Err(wrong(format!("the theme file {shown} cannot be read: {why}"))),
    };
    let palette = Palette::parse(&text).map_err(|error| wrong(format!("theme file {shown}, {error}")))?;
    let name = path.file_stem().map_or_else(|| shown.clone(), visible_name);
    // A name of the program's own stays that of its theme.
    Ok((if Palette::built_in(&name).is_some() { shown } else { name }, palette))
}

/// Prints the keys in force.
pub(super) fn keys(session: &Session, toml: bool, out: &mut Output) -> anyhow::Result<Exit> {
    let keymap = session.settings.in_force.keymap();
    out.text(&if toml { keymap.toml() } else { keymap.text() })?;
    Ok(Exit::Fine)
}

/// One line of the answer.
struct Row {
    name: String,
    value: Json,
    source: Source,
}

/// Prints the settings in force; findings where something is wrong with them.
pub(super) fn show(session: &Session, format: Format, out: &mut Output) -> anyhow::Result<Exit> {
    let Loaded { in_force, path, status } = &session.settings;
    let mut problems = in_force.problems.clone();
    let mut rows = rows(session);
    if let Err(problem) = theme(in_force, &session.environment, path.as_deref()) {
        problems.push(problem);
        // What holds is told, not what was meant.
        for row in rows.iter_mut().filter(|row| row.name == "theme") {
            (row.value, row.source) = (THEME.into(), Source::Default);
        }
    }
    let file = path.as_deref().map(|path| visible_name(path.as_os_str()));
    if format == Format::Json {
        let mut settings = Map::new();
        for row in rows {
            let (source, line, variable) = parts(row.source);
            let value = json!({"value": row.value, "source": source, "line": line, "variable": variable});
            settings.insert(row.name, value);
        }
        let problems: Vec<Json> = problems
            .iter()
            .map(|one| {
                let severity = if one.weight == Weight::Error { "error" } else { "warning" };
                json!({"severity": severity, "line": one.line, "message": one.message})
            })
            .collect();
        let answer =
            json!({"schema_version": 1, "path": file, "status": status, "settings": settings, "problems": problems});
        out.json(&answer)?;
    } else {
        let mut text = String::new();
        let file = file.unwrap_or_else(|| "(no home directory)".to_owned());
        let _ = writeln!(text, "{:<22} {file} ({status})\n", "config.toml");
        let told: Vec<(String, String, String)> =
            rows.iter().map(|row| (row.name.clone(), told_value(row), told_source(row.source))).collect();
        let width = told.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
        for (name, value, source) in told {
            let _ = writeln!(text, "{name:<22} {value:<width$}  {source}");
        }
        for problem in &problems {
            let severity = if problem.weight == Weight::Error { "error" } else { "warning" };
            let _ = write!(text, "\n{severity}: {}\n", visible(&problem.told(Some("config.toml"))));
        }
        out.text(&text)?;
    }
    let wrong = problems.iter().any(|one| one.weight == Weight::Error);
    Ok(if wrong { Exit::Findings } else { Exit::Fine })
}

fn rows(session: &Session) -> Vec<Row> {
    fn row<T>(name: &str, one: &Sourced<T>, value: impl Into<Json>) -> Row {
        Row { name: name.to_owned(), value: value.into(), source: one.source }
    }
    let settings = &session.settings.in_force;
    let path = |path: &Option<PathBuf>| path.as_deref().map(|path| visible_name(path.as_os_str()));
    let name_of = |all: &[(&'static str, Preset)], value| all.iter().find(|one| one.1 == value).map(|one| one.0);
    let mut rows = vec![
        row("theme", &settings.theme, settings.theme.value.as_str()),
        row("color", &settings.color, Color::ALL.iter().find(|one| one.1 == settings.color.value).map(|one| one.0)),
        row("ascii", &settings.ascii, settings.ascii.value),
        row("mouse", &settings.mouse, settings.mouse.value),
        row("keys", &settings.preset, name_of(&Preset::ALL, settings.preset.value)),
        row(
            "fkeys",
            &settings.function_keys,
            FunctionKeys::ALL.iter().find(|one| one.1 == settings.function_keys.value).map(|one| one.0),
        ),
    ];
    for one in &settings.overrides {
        let place = one.context.map_or_else(String::new, |context| format!(".{}", context.name()));
        let keys: Vec<String> = one.keys.iter().map(ToString::to_string).collect();
        let value = if keys.is_empty() { vec!["none".to_owned()] } else { keys };
        let name = format!("keys{place}.{}", one.id.name());
        rows.push(Row { name, value: value.into(), source: Source::File(one.line) });
    }
    rows.push(row("server_cwd", &settings.server_cwd, path(&settings.server_cwd.value)));
    rows.push(row("python", &settings.python, path(&settings.python.value)));
    rows.push(row("sky_version", &settings.sky_version, settings.sky_version.value.map(|version| version.to_string())));
    rows.push(row("masks.also", &settings.masks_also, settings.masks_also.value.clone()));
    rows.push(row("masks.never", &settings.masks_never, settings.masks_never.value.clone()));
    let options = session.options();
    for (role, name) in [(Role::Api, "plugins"), (Role::Remote, "remote_plugins")] {
        let found = options.locate(role, &session.environment);
        let source = match found.source {
            PathSource::Flag | PathSource::ConfigMap => Source::Flag,
            PathSource::Env => Source::Env(locate::variable(role)),
            PathSource::Default => Source::Default,
        };
        rows.push(Row { name: name.to_owned(), value: path(&found.told(role)).into(), source });
    }
    rows
}

fn parts(source: Source) -> (&'static str, Option<usize>, Option<&'static str>) {
    match source {
        Source::Flag => ("flag", None, None),
        Source::Env(name) => ("env", None, Some(name)),
        Source::File(line) => ("file", Some(line), None),
        Source::Default => ("default", None, None),
    }
}

/// Returns a value for people; in place of none what holds then.
fn told_value(row: &Row) -> String {
    let text = match &row.value {
        Json::Null => {
            let known = KNOWN.iter().find(|known| known.name == row.name);
            return known.map_or_else(|| "(none)".to_owned(), |known| format!("({})", known.default));
        }
        Json::String(text) => text.clone(),
        Json::Array(all) if all.is_empty() => "[]".to_owned(),
        Json::Array(all) => all.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("  "),
        other => other.to_string(),
    };
    visible(&text).into_owned()
}

fn told_source(source: Source) -> String {
    match source {
        Source::File(line) => format!("config.toml:{line}"),
        other => other.to_string(),
    }
}
