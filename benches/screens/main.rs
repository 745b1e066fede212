//! How long the screens take: a frame, a key with its frame, an edit with its frame.
//!
//!     cargo bench --bench screens
//!
//! The files are a person's own, in a directory of their own; effects that the state
//! asks for are not performed, as they are not waited for.

#![expect(missing_docs, reason = "criterion's macro makes a function without")]

use std::cell::Cell;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::rc::Rc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::update::update;
use skyplug_tui::app::{Settings, State};
use skyplug_tui::config::Environment;
use skyplug_tui::io::Options;
use skyplug_tui::io::perform::{Outside, perform};
use skyplug_tui::ui::draw;
use skyplug_tui::ui::theme::Theme;

const SIZE: (u16, u16) = (120, 36);

/// Returns a list of so many plugins, of which three in four have parameters.
fn list(count: usize) -> String {
    let mut text = "plugins:\n".to_owned();
    for number in 0..count {
        text += &format!("  - class: example.plugin_{number}.Plugin\n");
        if number % 4 != 0 {
            text += &format!(
                "    parameters:\n      url: \"https://host-{number}.example.org\"\n      retries: 3  # each\n      \
                 labels: [a, team-{number}]\n"
            );
        }
    }
    text
}

/// A terminal that counts what is sent.
#[derive(Clone, Default)]
struct Counted(Rc<Cell<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The screens with both files open.
struct Opened {
    state: State,
    sent: Counted,
    terminal: Terminal<CrosstermBackend<Counted>>,
    theme: Theme,
}

impl Opened {
    fn new(count: usize) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        fs::create_dir(home.path().join(".sky")).expect("made");
        for name in ["plugins.yaml", "remote_plugins.yaml"] {
            fs::write(home.path().join(".sky").join(name), list(count)).expect("written");
        }
        let mut environment = Environment { cwd: home.path().to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), home.path().into());
        let outside = Outside::new(Options::default(), environment);
        let mut state = State::new(Settings::default(), SIZE);
        let opened = perform(Effect::Open, &outside).expect("an answer");
        update(&mut state, opened);
        let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
        let sent = Counted::default();
        let backend = CrosstermBackend::new(sent.clone());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport }).expect("a terminal");
        let mut opened = Self { state, sent, terminal, theme: Theme::new(true, false) };
        opened.draw();
        opened
    }

    fn press(&mut self, key: &str) {
        update(&mut self.state, Message::Pressed(key.parse().expect("a key")));
    }

    fn draw(&mut self) -> usize {
        self.sent.0.set(0);
        self.terminal.draw(|frame| draw(&self.state, &self.theme, frame)).expect("drawn");
        self.sent.0.get()
    }
}

fn screens(criterion: &mut Criterion) {
    for count in [10, 1_000, 100_000] {
        let mut opened = Opened::new(count);
        let mut group = criterion.benchmark_group("screens");
        group.bench_function(BenchmarkId::new("frame", count), |bench| bench.iter(|| black_box(opened.draw())));
        let mut down = true;
        group.bench_function(BenchmarkId::new("key", count), |bench| {
            bench.iter(|| {
                opened.press(if down { "j" } else { "k" });
                down = !down;
                black_box(opened.draw())
            });
        });
        if count == 100_000 {
            group.sample_size(10);
        }
        // Taking it back is another edit: the text is as it was for the next one.
        group.bench_function(BenchmarkId::new("two edits", count), |bench| {
            bench.iter(|| {
                for key in ["d", "u"] {
                    opened.press(key);
                    black_box(opened.draw());
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, screens);
criterion_main!(benches);
