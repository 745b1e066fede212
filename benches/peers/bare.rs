//! The floor of the libraries: a list of a file's lines in ratatui, and nothing else.
//!
//! `benches/terminal.py` measures it beside the program. It reads the file, shows the
//! lines that fit, moves with `j` and `k`, leaves with `q`; one thread reads the
//! terminal, and all waiting keys are taken before a frame is drawn.

use std::sync::mpsc::channel;

use crossterm::event::{Event, KeyCode, read};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).unwrap_or_else(|| "plugins.yaml".into());
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut terminal = ratatui::try_init()?;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        while let Ok(event) = read() {
            if sender.send(event).is_err() {
                break;
            }
        }
    });
    let (mut at, mut top) = (0, 0);
    'draw: loop {
        terminal.draw(|frame| {
            let [body, bar] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(frame.area());
            let height = usize::from(body.height.saturating_sub(2));
            top = top.clamp((at + 1_usize).saturating_sub(height), at);
            let style =
                |number| if number == at { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
            let shown = lines.iter().enumerate().skip(top).take(height);
            let shown: Vec<Line> = shown.map(|(number, line)| Line::styled(*line, style(number))).collect();
            frame.render_widget(Paragraph::new(shown).block(Block::bordered().title("plugins.yaml")), body);
            frame.render_widget(format!(" line {} of {}", at + 1, lines.len()), bar);
        })?;
        let Ok(first) = receiver.recv() else { break };
        for event in std::iter::once(first).chain(receiver.try_iter()) {
            if let Event::Key(key) = event {
                match key.code {
                    KeyCode::Char('j') => at = (at + 1).min(lines.len().saturating_sub(1)),
                    KeyCode::Char('k') => at = at.saturating_sub(1),
                    KeyCode::Char('q') => break 'draw,
                    _ => {}
                }
            }
        }
    }
    ratatui::try_restore()
}
