//! What is not saved outlives the program: what is asked about it, and kill -9 at random moments.

use std::path::PathBuf;
use std::time::Duration;

use skyplug_tui::app::State;
use skyplug_tui::app::message::Message;
use skyplug_tui::app::recovery::{KeptEdits, KeptFile, Met, OtherCopy};
use skyplug_tui::config::Role;

use crate::driver::Driver;
use crate::terminal::Session;

pub(crate) const API: &str = "plugins:\n- class: acme.Audit\n";
const EDITED: &str = "plugins:\n- class: acme.Audit\n- class: acme.Cost\n";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n";

pub(crate) fn kept(base: &str) -> KeptEdits {
    let file = |role, base: Option<&str>, text: &str| KeptFile { role, base: base.map(Into::into), text: text.into() };
    KeptEdits {
        path: PathBuf::from("/nowhere/x.journal"),
        pid: 4242,
        host: "ci\u{1b}[31m".to_owned(),
        last: "02:10".to_owned(),
        edits: 2,
        files: vec![file(Role::Api, Some(base), EDITED), file(Role::Remote, None, REMOTE)],
    }
}

pub(crate) fn offered(base: &str) -> Driver {
    let mut driver = Driver::open(Some(API), None);
    driver.send(Message::Met(Box::new(Met { kept: vec![kept(base)], ..Met::default() })));
    driver
}

#[test]
fn kept_edits_are_offered_and_taken_as_one_edit() {
    let mut driver = offered(API);
    let screen = driver.screen();
    for text in [
        "Unsaved edits of an earlier run",
        "pid 4242 on host ci\\x1b[31m",
        "2 edits",
        "the last made at 02:10",
        "Esc later",
    ] {
        assert!(screen.contains(text), "{text}:\n{screen}");
    }
    assert!(!screen.contains("changed on disk"));
    driver.press("t");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(EDITED));
    assert_eq!(driver.state.workspace.text(Role::Remote), Some(REMOTE));
    assert_eq!((driver.state.history.undo_count(), driver.state.unsaved), (1, [true; 2]));
    assert_eq!(driver.api(), API, "nothing is saved by that");
    driver.press("u");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    assert_eq!(driver.state.workspace.text(Role::Remote), None);
}

#[test]
fn the_diff_is_against_the_file_as_it_is_now() {
    let mut driver = offered("plugins:\n- class: acme.Old\n");
    assert!(driver.screen().contains("has changed on disk since then"), "{}", driver.screen());
    driver.press("<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("+- class: acme.Cost") && screen.contains("+- class: acme.Retry"), "{screen}");
    assert!(!screen.contains("acme.Old"), "{screen}");
    driver.press("<Esc>t");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(EDITED));
}

#[test]
fn only_the_letter_discards_and_only_after_a_question() {
    let mut driver = offered(API);
    driver.press("d<Enter>");
    assert!(driver.screen().contains("would be gone for good"));
    driver.press("<Esc>");
    assert!(driver.screen().contains("Unsaved edits of an earlier run"), "{}", driver.screen());
    assert_eq!(driver.state.kept.len(), 1);
    driver.press("dx");
    assert_eq!((driver.state.kept.len(), driver.state.modals.len()), (0, 0));
    assert_eq!(driver.state.unsaved, [false; 2]);
}

#[test]
fn what_is_left_for_later_can_be_asked_for() {
    let mut driver = offered(API);
    driver.press("<Esc>");
    assert!(driver.state.modals.is_empty());
    driver.press(":kept edits<Enter>");
    assert!(driver.screen().contains("Unsaved edits of an earlier run"), "{}", driver.screen());
    driver.press("t:kept edits<Enter>");
    assert_eq!(driver.status(), "No edits of an earlier run are kept for these files.");
}

#[test]
fn what_the_files_hold_already_is_not_offered() {
    let mut driver = Driver::open(Some(EDITED), Some(REMOTE));
    driver.send(Message::Met(Box::new(Met { kept: vec![kept(API)], ..Met::default() })));
    assert!(driver.state.modals.is_empty() && driver.state.kept.is_empty());
}

#[test]
fn keys_that_came_before_the_question_do_not_answer_it() {
    let mut driver = Driver::open(Some(API), None);
    driver.state = State::new(driver.state.settings, driver.state.size);
    driver.press("dx");
    driver.send(Message::Met(Box::new(Met { kept: vec![kept(API)], ..Met::default() })));
    assert_eq!((driver.state.kept.len(), driver.state.modals.len()), (1, 1));
    driver.press("dx");
    assert_eq!((driver.state.kept.len(), driver.state.modals.len()), (0, 0), "those after it do");
}

#[test]
fn another_copy_is_told_before_anything_else() {
    let mut driver = Driver::open(Some(API), None);
    let other = OtherCopy {
        pid: 7,
        host: "here".to_owned(),
        since: "02:10".to_owned(),
        files: [true, false],
        unsaved: [true, false],
    };
    driver.send(Message::Met(Box::new(Met { others: vec![other], kept: vec![kept(API)], problem: None })));
    let screen = driver.screen();
    assert!(screen.contains("plugins.yaml also open in pid 7 since 02:10 on host here, with"), "{screen}");
    driver.press("r");
    assert!(driver.screen().contains("Unsaved edits of an earlier run"));
    driver.press("t");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API), "nothing can be changed");
    assert_eq!(driver.state.kept.len(), 1, "they are kept for a start that may");
}

#[test]
fn where_edits_cannot_be_kept_that_is_said() {
    let mut driver = Driver::open(Some(API), None);
    driver.send(Message::NotKept("cannot write to /x: no space".to_owned()));
    assert_eq!(driver.status(), "Unsaved edits would not survive a crash: cannot write to /x: no space. Save often.");
}

/// How often the program is killed: more by hand with `SKYPLUG_KILLS`.
const KILLS: usize = 4;
/// Entries of the file; each edit removes the first one.
const ENTRIES: usize = 9;

fn text(removed: usize) -> String {
    (removed..ENTRIES).fold("plugins:\n".to_owned(), |text, number| format!("{text}- class: acme.Plugin{number}\n"))
}

/// Returns how many edits the screen tells of: what `u` would take back.
fn told(screen: &str) -> usize {
    let number = screen.split("u undo (").nth(1).and_then(|rest| rest.split(')').next());
    number.map_or(0, |number| number.parse().expect("a number"))
}

/// Goes on to the next moment at which there were as many edits as a screen tells of.
fn follow(moments: &[usize], seen: &mut usize, screen: &str) {
    if !screen.contains("1 API server") {
        return;
    }
    let edits = told(screen);
    if let Some(ahead) = moments[*seen..].iter().position(|moment| *moment == edits) {
        *seen += ahead;
    }
}

#[expect(clippy::print_stdout, reason = "what was tried is told with --nocapture")]
#[test]
fn every_edit_that_was_seen_survives_kill_9() {
    let kills = std::env::var("SKYPLUG_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut random: u64 = std::env::var("SKYPLUG_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11);
    let mut below = |limit: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % limit
    };
    let mut session = Session::start("exec \"$0\"", &[]);
    session.wait_for("acme.Audit");
    session.send("q");
    session.end();
    let mut unseen = 0;
    for round in 0..kills {
        session.set_api(&text(0));
        session = session.again();
        session.wait_for("acme.Plugin0");
        // How many edits there are after each key, and the last of these moments that was seen.
        let (mut moments, mut seen) = (vec![0_usize], 0);
        for _ in 0..=below(8) {
            let mut keys = String::new();
            for _ in 0..=below(3) {
                let edits = moments[moments.len() - 1];
                let undo = edits > 0 && (edits + 1 == ENTRIES || below(4) == 0);
                keys.push(if undo { 'u' } else { 'd' });
                moments.push(if undo { edits - 1 } else { edits + 1 });
            }
            session.send(&keys);
            for _ in 0..below(3) {
                if let Some(screen) = session.next_screen(Duration::from_millis(below(30))) {
                    follow(&moments, &mut seen, &screen);
                }
            }
        }
        for screen in session.kill() {
            follow(&moments, &mut seen, &screen);
        }
        unseen += moments.len() - 1 - seen;
        session = session.again();
        session.wait_for("1 API server");
        let saved = if session.kept().iter().any(|name| name.ends_with(".journal")) {
            session.wait_for("Unsaved edits of an earlier run");
            session.send("t");
            session.wait_for("ecovered the edits of plugins.yaml");
            session.send("ss");
            session.wait_for("Saved");
            session.api()
        } else {
            text(0)
        };
        session.send("q");
        assert_eq!(session.end(), 0);
        let wanted = &moments[seen..];
        assert!(wanted.iter().any(|edits| text(*edits) == saved), "round {round}, {moments:?} from {seen}:\n{saved}");
    }
    println!("{kills} kills, {unseen} keys whose frame was not seen");
}
