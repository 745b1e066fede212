//! The floor of libyaml: all events of some files, and nothing else.
//!
//! `benches/beside` measures it beside `check`. It prints how many events there were.

use std::io::Write as _;

use skyplug_tui::yaml::event::{EventKind, Events};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut count = 0_usize;
    for path in std::env::args_os().skip(1) {
        let text = std::fs::read_to_string(path)?;
        let mut events = Events::new(&text);
        while !matches!(events.next_event()?.kind, EventKind::StreamEnd) {
            count += 1;
        }
    }
    writeln!(std::io::stdout(), "{count} events")?;
    Ok(())
}
