//! Runs the screens in memory: a state, scripted keys, real effects on a throw-away home.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skyplug_tui::app::keymap::script;
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::mouse::{Deed, Marks, Pointed};
use skyplug_tui::app::update::update;
use skyplug_tui::app::{Settings, State};
use skyplug_tui::config::Environment;
use skyplug_tui::io::Options;
use skyplug_tui::io::editor;
use skyplug_tui::io::perform::{Outside, perform};
use skyplug_tui::io::run::run;
use skyplug_tui::ui::{draw, draw_on, theme::Theme};
use tempfile::TempDir;

/// What is said where there is no shell, as here.
const NO_SHELL: &str = "There is no shell to go back to: the program cannot be suspended here.";

/// The screens over a home directory of their own.
pub(crate) struct Driver {
    pub(crate) state: State,
    pub(crate) theme: Theme,
    home: TempDir,
    pub(crate) outside: Outside,
    /// What was sent to the clipboard.
    pub(crate) copied: Vec<String>,
    /// Whether programs are only noted in `asked`, not run.
    pub(crate) holds: bool,
    /// What was asked of programs while they were held, and of the terminal.
    pub(crate) asked: Vec<Effect>,
}

impl Driver {
    /// Opens the two files with these texts; none where there is no file.
    pub(crate) fn open(api: Option<&str>, remote: Option<&str>) -> Self {
        Self::open_with(api, remote, Settings::default(), |_| {})
    }

    /// Opens no files, in an environment that `change` has changed.
    pub(crate) fn open_in(change: impl FnOnce(&mut Environment)) -> Self {
        Self::open_all(None, None, Settings::default(), |_| {}, change)
    }

    /// Opens the API server's list, in an environment that `change` has changed.
    pub(crate) fn open_where(api: &str, change: impl FnOnce(&mut Environment)) -> Self {
        Self::open_all(Some(api), None, Settings::default(), |_| {}, change)
    }

    /// Opens both lists inside the manifest `lists.yaml` in the home.
    pub(crate) fn open_manifest(text: &str) -> Self {
        let mut driver = Self::open(None, None);
        fs::write(driver.home().join("lists.yaml"), text).expect("written");
        driver.outside.options.configmap = Some("lists.yaml".into());
        driver.send(perform(Effect::Open, &driver.outside).expect("an answer"));
        driver
    }

    /// Opens them in a home that `prepare` has put other things into.
    pub(crate) fn open_with(
        api: Option<&str>,
        remote: Option<&str>,
        settings: Settings,
        prepare: impl FnOnce(&Path),
    ) -> Self {
        Self::open_all(api, remote, settings, prepare, |_| {})
    }

    fn open_all(
        api: Option<&str>,
        remote: Option<&str>,
        settings: Settings,
        prepare: impl FnOnce(&Path),
        change: impl FnOnce(&mut Environment),
    ) -> Self {
        // A home that nobody else looks into: its files may hold secrets.
        let home = tempfile::Builder::new()
            .prefix("home")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .expect("a directory");
        let sky = home.path().join(".sky");
        fs::create_dir(&sky).expect("made");
        for (name, text) in [("plugins.yaml", api), ("remote_plugins.yaml", remote)] {
            if let Some(text) = text {
                fs::write(sky.join(name), text).expect("written");
                // Whatever the umask is: the review tells the mode.
                fs::set_permissions(sky.join(name), fs::Permissions::from_mode(0o644)).expect("set");
            }
        }
        prepare(home.path());
        Self::open_at(home, settings, change)
    }

    /// Opens what is in a home, in an environment that `change` has changed.
    pub(crate) fn open_at(home: TempDir, settings: Settings, change: impl FnOnce(&mut Environment)) -> Self {
        let mut environment = Environment { cwd: home.path().to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), home.path().into());
        // A server that happens to run on this machine listens elsewhere.
        environment.variables.insert("SKYPILOT_API_SERVER_LOCAL_PORT".into(), "1".into());
        // Where there is no editor but one that the test names.
        environment.variables.insert("EDITOR".into(), "true".into());
        change(&mut environment);
        let options = Options { server_cwd: Some(home.path().to_owned()), ..Options::default() };
        let mut driver = Self {
            state: State::new(settings, (120, 36)),
            theme: Theme::new(false, false),
            home,
            outside: Outside::new(options, environment),
            copied: Vec::new(),
            holds: false,
            asked: Vec::new(),
        };
        let mut opened = perform(Effect::Open, &driver.outside).expect("an answer");
        if let Message::Opened(opened) = &mut opened {
            // Servers that happen to run on this machine are none of the test's.
            opened.1.servers.clear();
        }
        driver.send(opened);
        driver
    }

    /// Sets the command of the external editor.
    pub(crate) fn set_editor(&mut self, command: &str) {
        self.outside.environment.variables.insert("EDITOR".into(), command.into());
    }

    /// Names the Python that is asked about the files.
    pub(crate) fn set_python(&mut self, python: &Path) {
        self.outside.options.python = Some(python.to_owned());
        self.send(perform(Effect::Open, &self.outside).expect("an answer"));
    }

    /// Starts the screens anew on the files as they are.
    pub(crate) fn reopen(&mut self) {
        self.reopen_after("");
    }

    /// Starts the screens anew, with keys pressed before the files are read.
    pub(crate) fn reopen_after(&mut self, keys: &str) {
        self.state = State::new(self.state.settings, self.state.size);
        self.press(keys);
        self.send(perform(Effect::Open, &self.outside).expect("an answer"));
    }

    /// Gives the screens another size.
    pub(crate) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.send(Message::Resized(width, height));
        self
    }

    /// Presses keys, written as `acme.X<Enter>`.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Self {
        for key in script(keys).expect("keys") {
            self.send(Message::Pressed(key));
        }
        self
    }

    /// Does something with the mouse at the first cell that shows a text.
    pub(crate) fn point(&mut self, deed: Deed, text: &str) -> &mut Self {
        let screen = self.screen();
        let place = screen.lines().enumerate().find_map(|(y, line)| Some((line.find(text)?, line, y)));
        let (at, line, y) = place.unwrap_or_else(|| panic!("{text:?} is not shown:\n{screen}"));
        let x = unicode_width::UnicodeWidthStr::width(&line[..at]);
        self.point_at(deed, u16::try_from(x).expect("small"), u16::try_from(y).expect("small"))
    }

    /// Does something with the mouse at a cell.
    pub(crate) fn point_at(&mut self, deed: Deed, x: u16, y: u16) -> &mut Self {
        let on = self.marks().at(self.state.context(), x, y);
        self.send(Message::Pointed(Pointed { deed, x, y, on }));
        self
    }

    /// Returns where things are on the screen.
    pub(crate) fn marks(&self) -> Marks {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let mut marks = Marks::default();
        terminal.draw(|frame| marks = draw_on(&self.state, &self.theme, frame.buffer_mut()).marks).expect("drawn");
        marks
    }

    /// Performs an effect that was held back, and takes its answer.
    pub(crate) fn perform(&mut self, effect: Effect) {
        if let Some(message) = perform(effect, &self.outside) {
            self.send(message);
        }
    }

    /// Takes a message and performs what follows from it, to the end.
    pub(crate) fn send(&mut self, message: Message) {
        let mut messages = vec![message];
        while let Some(message) = messages.pop() {
            for effect in update(&mut self.state, message) {
                if let (Effect::Run(program), false) = (&effect, self.holds) {
                    let mut told = Vec::new();
                    run(program, &self.outside, &mut |message| told.push(message));
                    // The last one is taken first.
                    messages.extend(told.into_iter().rev());
                    continue;
                }
                messages.extend(match effect {
                    Effect::Copy { text, what } => {
                        let characters = text.chars().count();
                        self.copied.push(text);
                        Some(Message::Copied { what, characters, result: Ok("OSC 52 (the terminal may refuse)") })
                    }
                    Effect::Edit(staged) => {
                        let result = editor::run(&staged);
                        Some(Message::Edited { target: staged.target, result })
                    }
                    Effect::SetMouse(_) => None,
                    effect @ Effect::Redraw => {
                        self.asked.push(effect);
                        None
                    }
                    Effect::OpenExample => Some(Message::NoExample("there is no terminal".to_owned())),
                    Effect::Suspend => Some(Message::NotSuspended(NO_SHELL)),
                    effect @ (Effect::Run(_) | Effect::StopRun) if self.holds => {
                        self.asked.push(effect);
                        None
                    }
                    effect => perform(effect, &self.outside),
                });
            }
        }
    }

    /// Returns the path of one of the files.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(".sky").join(name)
    }

    /// Returns the home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns the text of `plugins.yaml` on disk.
    pub(crate) fn api(&self) -> String {
        fs::read_to_string(self.path("plugins.yaml")).unwrap_or_default()
    }

    /// Returns the text of `remote_plugins.yaml` on disk.
    pub(crate) fn remote(&self) -> String {
        fs::read_to_string(self.path("remote_plugins.yaml")).unwrap_or_default()
    }

    /// Returns the status line.
    pub(crate) fn status(&self) -> &str {
        self.state.status.as_ref().map_or("", |status| &status.text)
    }

    /// Returns the screen as text; the name of the home directory is replaced.
    pub(crate) fn screen(&self) -> String {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        terminal.draw(|frame| draw(&self.state, &self.theme, frame)).expect("drawn");
        let buffer = terminal.backend().buffer();
        let mut text = String::new();
        for y in 0..height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..width {
                let symbol = buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                line.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}
