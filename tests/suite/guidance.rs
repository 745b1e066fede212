//! What tells people who do not know the program yet where they stand and how to go on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use skyplug_tui::app::Settings;
use skyplug_tui::app::command::Context;
use skyplug_tui::app::message::Message;
use skyplug_tui::app::modal::Modal;
use skyplug_tui::app::recovery::Met;
use skyplug_tui::app::review::{RowKind, counted};
use skyplug_tui::config::Role;
use skyplug_tui::ui::theme::Theme;

use super::cli::{Home, json, status, stdout};
use super::driver::Driver;
use super::screens::{API, REMOTE, sample};

const UNKNOWN: &str = "plugins:\n- class: acme.Audit\n- class: acme.Cost\n";

#[test]
fn classes_that_nothing_was_known_of_are_not_told_to_be_fine() {
    let home = Home::new(UNKNOWN, "plugins: []\n");
    let output = home.run(&["check"]);
    assert_eq!(status(&output), 0);
    let text = stdout(&output);
    assert!(text.contains("info[class-unchecked]: not checked: acme.Audit and 1 more"), "{text}");
    assert!(text.contains("--python") && text.contains("\n1 note (SkyPilot"), "{text}");
    assert_eq!(status(&home.run(&["check", "--strict"])), 0);
    let told = json(&home.run(&["check", "--format", "json"]));
    let one = &told["diagnostics"][0];
    assert_eq!((&one["code"], &one["severity"]), (&"class-unchecked".into(), &"info".into()));
    assert_eq!(one["pointer"], "/plugins/0/class");
    let sarif = json(&home.run(&["check", "--format", "sarif"]));
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "note");
    // Where there is no class, nothing was left unchecked.
    let none = Home::new("plugins: []\n", "plugins: []\n");
    assert!(stdout(&none.run(&["check"])).contains("no problems"));
}

#[test]
fn the_screens_say_so_too() {
    let mut driver = Driver::open(Some(UNKNOWN), None);
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let screen = driver.resize(width, height).screen();
        assert!(screen.contains("not checked: acme.Audit"), "{screen}");
        assert!(!screen.to_lowercase().contains("no problem found"), "{screen}");
    }
}

#[test]
fn the_page_on_plugins_says_of_an_upload_what_the_preview_says() {
    let mut driver = Driver::open(None, None);
    driver.press("i");
    let Some(Modal::Notice(page)) = driver.state.modals.last() else { panic!("{}", driver.screen()) };
    let page = page.text.join("\n");
    assert!(!page.contains("nothing is said"), "{page}");
    assert!(page.contains("Of the path SkyPilot warns in the API server's log, of the rest nowhere"), "{page}");
    let warns = |api: &str, remote: &str| {
        let driver = Driver::open(Some(api), Some(remote));
        assert!(driver.state.preview.mounts.is_empty());
        !driver.state.preview.warnings.is_empty()
    };
    assert!(warns("plugins: []\n", REMOTE));
    assert!(warns("controller_wheel_path: nowhere\n", REMOTE));
    assert!(!warns("controller_wheel_path: .\n", REMOTE));
    assert!(!warns("controller_wheel_path: nowhere\n", "plugins: []\n"));
}

/// A list whose one line is far wider than any screen, with a bool near its end.
fn one_long_line() -> String {
    let many = (0..60).fold(String::new(), |text, n| text + &format!("name{n}: {n}, "));
    format!("plugins:\n- {{class: acme.Audit, parameters: {{{many}flag: yes, last: 1}}}}\n")
}

#[test]
fn a_change_far_to_the_right_is_seen_in_the_fix_and_in_the_review() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = Driver::open(Some(&one_long_line()), None);
        driver.resize(width, height).press("f");
        let screen = driver.screen();
        assert!(screen.contains("flag: 'yes'") && screen.contains("flag: yes"), "{width}x{height}\n{screen}");
        driver.press("<Enter>s");
        assert_eq!(driver.state.context(), Context::Review);
        let screen = driver.screen();
        assert!(screen.contains("flag: 'yes'") && screen.contains("flag: yes"), "{width}x{height}\n{screen}");
    }
}

#[test]
fn a_change_far_to_the_right_is_seen_in_edits_of_an_earlier_run() {
    let mut driver = Driver::open(Some(&one_long_line()), None);
    let mut kept = super::recovery::kept(&one_long_line());
    kept.files.truncate(1);
    kept.files[0].text = one_long_line().replace("flag: yes", "flag: 'yes'").into();
    driver.send(Message::Met(Box::new(Met { kept: vec![kept], ..Met::default() })));
    let screen = driver.resize(80, 24).press("v").screen();
    assert!(screen.contains("flag: 'yes'") && screen.contains("flag: yes"), "{screen}");
}

#[test]
fn a_question_is_read_whole_on_a_small_screen() {
    let mut driver = sample();
    driver.press("aAcmeLegacy<Enter>ss").resize(40, 12);
    let screen = driver.screen();
    assert!(screen.contains("Not saved: SkyPilot would refuse"), "{screen}");
    assert!(screen.contains("[e] go to the error") && screen.contains("PgDn more"), "{screen}");
    let answers = |screen: &str| screen.matches("  [").count() + screen.matches("> [").count();
    driver.press("<PgDn><PgDn><PgDn>");
    let below = driver.screen();
    assert!(below.contains("below in the list is not") && !screen.contains("is not loaded"), "{screen}\n{below}");
    assert_eq!(answers(&below), answers(&screen), "the answers stay: {below}");
    driver.press("<PgUp><PgUp><PgUp>");
    assert_eq!(driver.screen(), screen);
}

#[test]
fn a_small_screen_tells_what_is_uploaded() {
    let mut driver = sample();
    let screen = driver.resize(40, 12).screen();
    assert!(screen.contains("upload: 2 wheels, "), "{screen}");
    assert!(!driver.resize(40, 8).screen().contains("upload: "), "the list needs the rows");
    let mut driver = Driver::open(Some("plugins: []\n"), Some(REMOTE));
    let screen = driver.resize(40, 12).screen();
    assert!(screen.contains("W upload: nothing, no wheel path"), "{screen}");
    driver.press("p");
    assert!(driver.screen().contains("(b sets it)"), "the verdict ends: {}", driver.screen());
}

#[test]
fn where_there_is_no_fix_the_way_on_is_named() {
    let mut driver = Driver::open(Some("plugins: []\n"), Some(REMOTE));
    driver.press("2f");
    assert!(driver.status().starts_with("No fix to apply: b sets or browses"), "{}", driver.status());
    driver.press("x");
    assert!(driver.screen().contains("wheel-path-unset"), "{}", driver.screen());
    driver.press("<Esc>5f");
    assert!(driver.status().ends_with("(x explains wheel-path-unset)."), "{}", driver.status());
    let mut fine = Driver::open(Some("plugins: []\n"), Some("plugins: []\n"));
    for key in ["f", "x"] {
        fine.press(key);
        assert!(fine.status().starts_with("There is no problem"), "{key}: {}", fine.status());
    }
}

#[test]
fn a_field_that_holds_something_tells_how_to_clear_it() {
    for (width, height) in [(120, 36), (80, 24)] {
        let mut driver = sample();
        driver.resize(width, height).press("r");
        assert!(driver.screen().contains("Ctrl-U clear"), "{}", driver.screen());
        driver.press("<Ctrl-U>");
        assert!(!driver.screen().contains("Ctrl-U clear"), "{}", driver.screen());
    }
}

#[test]
fn entries_are_counted_in_one_way_on_the_screens() {
    assert_eq!(counted("a.B is also plugins[0]"), "a.B is also #1");
    assert_eq!(counted("plugins[2].parameters.color has no value"), "#3 parameters.color has no value");
    let verbatim = "Check problematic field(s): $.plugins[0].class, my_plugins[1], plugins[x]";
    assert_eq!(counted(verbatim), verbatim);
    let twice = "plugins:\n- class: a.B\n- class: a.B\n- class: c.D\n  parameters:\n    color: #fff\n";
    let mut driver = Driver::open(Some(twice), None);
    driver.press("4");
    let screen = driver.screen();
    assert!(screen.contains("is also #1") && !screen.contains("plugins["), "{screen}");
    for _ in 0..driver.state.problems.len() {
        driver.press("x");
        assert!(!driver.screen().contains("plugins["), "{}", driver.screen());
        driver.press("<Esc>jn");
        assert!(!driver.status().contains("plugins["), "{}", driver.status());
    }
}

#[test]
fn n_goes_from_change_to_change_in_the_review() {
    // Two changes so near to each other that a diff shows them as one hunk.
    let mut driver = Driver::open(Some("plugins:\n- class: a.B\n- class: c.D\n- class: e.F\n"), None);
    driver.press("r<Ctrl-U>a.X<Enter>jjr<Ctrl-U>e.X<Enter>s");
    let row = |driver: &Driver| {
        let review = driver.state.review.as_ref().expect("a review");
        let row = &review.rows()[review.cursor.at];
        (row.kind, row.text.clone())
    };
    let hunks =
        driver.state.review.as_ref().map(|review| review.rows().iter().filter(|r| r.kind == RowKind::Hunk).count());
    assert_eq!(hunks, Some(1));
    driver.press("n");
    assert_eq!(row(&driver), (RowKind::Removed, "-- class: a.B".to_owned()));
    driver.press("n");
    assert_eq!(row(&driver), (RowKind::Removed, "-- class: e.F".to_owned()));
    driver.press("n");
    assert_eq!(row(&driver), (RowKind::Removed, "-- class: e.F".to_owned()));
    assert_eq!(driver.status(), "This is the last change of the file.");
    driver.press("N");
    assert_eq!(row(&driver), (RowKind::Removed, "-- class: a.B".to_owned()));
}

#[test]
fn a_move_asks_where_the_other_list_has_the_class_as_a_copy_does() {
    let mut driver = sample();
    for (key, title) in [("c", "Copy acme_audit.AuditPlugin?"), ("m", "Move acme_audit.AuditPlugin?")] {
        driver.press(key);
        assert!(driver.screen().contains(title) && driver.screen().contains("compare both"), "{}", driver.screen());
        driver.press("<Esc>");
        assert!(driver.state.unsaved_roles().is_empty(), "nothing is done without an answer");
    }
    let classes = |driver: &Driver, role| -> Vec<String> {
        driver.state.list(role).entries.iter().filter_map(|entry| entry.class.clone()).collect()
    };
    driver.press("md");
    assert_eq!(classes(&driver, Role::Api), ["acme_cost.CostGuard"]);
    assert_eq!(classes(&driver, Role::Remote), ["acme_audit.AuditPlugin"]);
    driver.press("umm");
    assert_eq!(classes(&driver, Role::Api), ["acme_cost.CostGuard"]);
    assert_eq!(classes(&driver, Role::Remote), ["acme_audit.AuditPlugin", "acme_audit.AuditPlugin"]);
    // What the other list does not have is moved at once.
    let mut driver = sample();
    driver.press("jm");
    assert_eq!(classes(&driver, Role::Remote), ["acme_audit.AuditPlugin", "acme_cost.CostGuard"]);
}

#[test]
fn the_filter_of_the_preview_says_that_it_is_about_all_sections() {
    let mut driver = sample();
    driver.resize(80, 24).press("p/whl");
    assert!(driver.screen().contains(" in all sections shown"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.status().contains(" in all sections shown"), "{}", driver.status());
    driver.press("j");
    assert!(driver.screen().contains(" in all sections shown"), "{}", driver.screen());
}

#[test]
fn the_palette_shows_names_whole() {
    let mut driver = sample();
    driver.resize(80, 24).press(":browse");
    let screen = driver.screen();
    assert!(screen.contains("browse for the wheel directory"), "{screen}");
    driver.press("<Ctrl-U>duplicate");
    let lines: Vec<String> = driver.screen().lines().map(str::to_owned).collect();
    let told = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!(told("on acme_audit.AuditPlugin"), 1, "below the list alone: {lines:#?}");
}

#[test]
fn the_title_says_why_a_file_is_read_only() {
    let mut driver = Driver::open_with(Some(API), None, Settings::default(), |home| {
        let file = home.join(".sky/plugins.yaml");
        fs::set_permissions(file, fs::Permissions::from_mode(0o444)).expect("set");
    });
    let wanted = "plugins.yaml  read-only: mode 0444";
    let screen = driver.resize(120, 36).screen();
    // Where everything may be written, modes say nothing.
    assert!(screen.contains(wanted) || rustix::process::geteuid().is_root(), "{screen}");
}

#[test]
fn the_sign_of_a_folded_level_is_not_that_of_the_cursor() {
    for (ascii, folded, open) in [(true, "+ limits", "v limits"), (false, "▸ limits", "▾ limits")] {
        let mut driver = sample();
        driver.theme = Theme::new(false, ascii);
        driver.press("j<Enter>");
        let row = |driver: &Driver| {
            driver
                .screen()
                .lines()
                .find(|line| line.contains(" limits ") && line.contains("entries"))
                .map(str::to_owned)
        };
        let before = row(&driver).expect("a row");
        assert!(before.contains(open), "{before}");
        assert!(driver.screen().contains("Enter or h folds it."), "{}", driver.screen());
        assert!(driver.screen().contains(" Enter fold "), "{}", driver.screen());
        driver.press("<Enter>");
        let after = row(&driver).expect("a row");
        assert!(after.contains(folded) && !after.contains("> >"), "{after}");
        assert!(driver.screen().contains("Enter or l opens it."), "{}", driver.screen());
        assert!(driver.resize(40, 12).screen().contains(" Enter open "), "{}", driver.screen());
    }
}
