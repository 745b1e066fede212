//! Key scripts: the files before, the keys, the files afterwards.

use std::fs;

use skyplug_tui::app::keymap::script;
use skyplug_tui::app::message::{Effect, Message, Noticed};
use skyplug_tui::app::update::update;
use skyplug_tui::app::{Exit, Settings};
use skyplug_tui::config::Role;

use crate::driver::Driver;

const API: &str = "\
# loaded from top to bottom
plugins:
  - class: acme.Audit   # keep first
    parameters: {level: info}
  # agreed with finance
  - class: acme.Cost
    parameters:
      limits: {team-a: 500}
      dry_run: yes
      api_token: s3cret
";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n";

/// Runs keys on both files and returns their texts afterwards.
fn after(keys: &str) -> (String, String) {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press(keys);
    (driver.api(), driver.remote())
}

/// Returns the lines of `new` that are not in `old`, in order.
fn added(old: &str, new: &str) -> Vec<String> {
    let mut rest = old.lines().peekable();
    let mut out = Vec::new();
    for line in new.lines() {
        if rest.peek() == Some(&line) {
            rest.next();
        } else {
            out.push(line.to_owned());
        }
    }
    assert!(rest.next().is_none(), "a line is gone:\n{new}");
    out
}

#[test]
fn a_class_with_a_nested_parameter_is_added_copied_and_saved() {
    let (api, remote) = after("Gaacme.New<Enter><Enter>alimits<Enter>{team-b: 250}<Enter><Esc>css");
    let lines = ["  - class: acme.New", "    parameters:", "      limits: {team-b: 250}"];
    assert_eq!(added(API, &api), lines);
    assert_eq!(added(REMOTE, &remote), ["- class: acme.New", "  parameters:", "    limits: {team-b: 250}"]);
}

#[test]
fn keys_pressed_before_the_files_are_read_act_once_they_are() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.reopen_after("jdss");
    assert_eq!(driver.api(), API.replace(&API[API.find("  # agreed").expect("there")..], ""));
    driver.reopen_after("jq");
    assert_eq!(driver.state.exit, Some(Exit::Left), "the letter is kept as well");
    driver.state = skyplug_tui::app::State::new(driver.state.settings, driver.state.size);
    driver.press("jq");
    assert_eq!(driver.state.exit, None);
    driver.press("<C-c>");
    assert_eq!(driver.state.exit, Some(Exit::Left), "what does not come can be left");
}

#[test]
fn a_shared_value_is_written_out_after_a_question() {
    let api = "d: &d {x: 1}\nplugins:\n- class: a.B\n  parameters: *d\n- class: c.D\n  parameters: *d\n";
    let open = |keys: &str| {
        let mut driver = Driver::open(Some(api), None);
        driver.press(keys);
        driver
    };
    let own = "plugins:\n- class: a.B\n  parameters: {x: 2}\n- class: c.D\n  parameters: *d\n";
    let text = |driver: &Driver| driver.state.workspace.text(skyplug_tui::config::Role::Api).map(str::to_owned);
    let written = open("<Enter><Enter><Backspace>2<Enter>w");
    assert!(text(&written).is_some_and(|text| text.ends_with(own)), "{:?}", text(&written));
    assert!(written.state.modals.is_empty(), "the form is done");
    assert_eq!(text(&open("<Enter><Enter><Backspace>2<Enter>wu")).as_deref(), Some(api));
    // Without an answer the text stays where it was typed.
    let left = open("<Enter><Enter><Backspace>2<Enter><Esc>");
    assert_eq!(text(&left).as_deref(), Some(api));
    assert_eq!(left.state.modals.len(), 1);
}

#[test]
fn nothing_is_written_before_the_review_is_confirmed() {
    assert_eq!(after("ds").0, API);
    assert_eq!(after("ds<Esc>").0, API);
    assert_ne!(after("dss").0, API);
}

#[test]
fn undo_gives_every_byte_back_over_both_files() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("djmcKDuuuuuu");
    assert_eq!(driver.state.workspace.text(skyplug_tui::config::Role::Api), Some(API));
    assert_eq!(driver.state.workspace.text(skyplug_tui::config::Role::Remote), Some(REMOTE));
    assert!(driver.state.unsaved_roles().is_empty());
    driver.press("s");
    assert_eq!(driver.status(), "Nothing to save: both files are as on disk.");
}

#[test]
fn redo_does_an_undone_edit_again() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("duUss");
    assert!(!driver.api().contains("acme.Audit"));
}

#[test]
fn entries_are_reordered_with_their_comments() {
    let (api, _) = after("jKss");
    let cost = api.find("acme.Cost").expect("there");
    assert!(cost < api.find("acme.Audit").expect("there"));
    assert!(api.find("# agreed with finance").expect("there") < cost);
}

#[test]
fn marked_entries_move_together() {
    let (api, remote) = after("*mss");
    assert!(!api.contains("acme."), "{api}");
    assert!(remote.contains("acme.Audit") && remote.contains("acme.Cost"), "{remote}");
}

#[test]
fn marked_entries_that_a_filter_hides_are_not_touched() {
    let (api, _) = after("<Space>/Cost<Enter>dss");
    assert!(api.contains("acme.Audit") && !api.contains("acme.Cost"), "{api}");
}

#[test]
fn the_first_run_adds_where_it_says() {
    let mut driver = Driver::open(None, None);
    driver.press("2aacme.New<Enter>ss");
    assert_eq!(driver.api(), "plugins:\n  - class: acme.New\n");
}

#[test]
fn an_undo_that_takes_the_entry_away_leaves_its_parameters_too() {
    let mut driver = Driver::open(None, None);
    driver.press("aacme.New<Enter><Enter>u");
    assert!(!driver.screen().contains("Parameters:"), "{}", driver.screen());
}

#[test]
fn a_bool_is_toggled_in_its_own_spelling() {
    let (api, _) = after("j<Enter>jjj<Enter>ss");
    assert_eq!(api, API.replace("dry_run: yes", "dry_run: no"));
}

#[test]
fn a_value_is_edited_in_its_place() {
    let (api, _) = after("j<Enter>j<Enter><Ctrl-U>750<Enter>ss");
    assert_eq!(api, API.replace("500", "750"));
}

#[test]
fn an_int_steps_and_a_string_stays_a_string() {
    assert_eq!(after("j<Enter>j++-ss").0, API.replace("500", "501"));
    let (api, _) = after("<Enter><Enter><Ctrl-U>010<Enter>ss");
    assert!(api.contains("{level: '010'}") || api.contains("{level: \"010\"}"), "{api}");
}

#[test]
fn what_is_no_int_is_kept_as_a_string_and_said_before() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("j<Enter>j<Enter><Ctrl-U>25o<Ctrl-T><Ctrl-T><Ctrl-T>");
    let screen = driver.screen();
    assert!(screen.contains("no int; Enter keeps it as a string"), "{screen}");
    driver.press("<Enter>ss");
    assert!(driver.api().contains("{team-a: 25o}"), "{}", driver.api());
}

#[test]
fn keys_are_renamed_and_types_changed_in_place() {
    assert_eq!(after("j<Enter>jrteam-z<Enter><Esc><Esc>").0, API);
    let (api, _) = after("j<Enter>jr<Ctrl-U>team-z<Enter>ss");
    assert_eq!(api, API.replace("team-a", "team-z"));
    let (api, _) = after("j<Enter>jtsss");
    assert!(api.contains("{team-a: '500'}") || api.contains("{team-a: \"500\"}"), "{api}");
}

#[test]
fn parameters_are_deleted_and_the_last_entry_leaves_no_null() {
    let (api, _) = after("j<Enter>jjjdss");
    assert_eq!(api, API.replace("      dry_run: yes\n", ""));
    let (_, remote) = after("2dss");
    assert!(!remote.contains("acme.Retry"));
    assert!(!remote.trim_end().ends_with("plugins:"), "{remote}");
}

#[test]
fn letters_type_in_fields_and_escape_leaves_them() {
    let (api, remote) = after("aquit.D<Esc>qx");
    assert_eq!((api.as_str(), remote.as_str()), (API, REMOTE));
}

#[test]
fn an_error_of_the_text_stops_the_save_and_the_other_file_is_saved() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("2aacme.Fine<Enter>1aNoDot<Enter>ss");
    assert_eq!(driver.api(), API, "stopped");
    driver.press("o");
    assert!(driver.remote().contains("acme.Fine"));
    assert_eq!(driver.api(), API);
    driver.press("ss!plugins.yaml<Enter>");
    assert!(driver.api().contains("NoDot"), "{}", driver.screen());
}

#[test]
fn a_forced_save_needs_the_name_of_the_file() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("aNoDot<Enter>ss!yes<Enter>");
    assert_eq!(driver.api(), API);
}

#[test]
fn a_draft_is_kept_in_the_state_directory() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("aNoDot<Enter>ssd");
    assert_eq!(driver.api(), API);
    let folder = driver.home().join(".local/state/skyplug-tui/drafts");
    let draft = fs::read_dir(folder).expect("a folder").next().expect("a draft").expect("an entry");
    assert!(fs::read_to_string(draft.path()).expect("read").contains("NoDot"));
}

#[test]
fn a_file_that_changed_on_disk_is_not_overwritten_unasked() {
    let theirs = "plugins:\n- class: acme.Theirs\n";
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), theirs).expect("written");
    driver.press("ss");
    assert_eq!(driver.api(), theirs);
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
    // Theirs is taken; the edit stays in the undo list.
    driver.press("r");
    assert!(driver.screen().contains("acme.Theirs"));
    driver.press("u");
    assert!(driver.screen().contains("acme.Cost"), "{}", driver.screen());
    driver.press("ss");
    assert!(driver.api().contains("acme.Cost"));
}

/// What somebody else made of the file: one parameter that is edited here too, one that is not.
fn theirs() -> String {
    API.replace("500", "650").replace("dry_run: yes", "dry_run: 'no'").replace("# keep first", "# keep it first")
}

/// Opens the file, sets `dry_run` to no, adds an entry, has the file changed and saves.
fn conflicting() -> Driver {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("j<Enter>jjj<Enter><Esc>aacme.New<Enter>");
    fs::write(driver.path("plugins.yaml"), theirs()).expect("written");
    driver.press("ss");
    driver
}

#[test]
fn mine_and_theirs_are_merged_once_each_conflict_is_chosen() {
    for (key, value) in [("m", "dry_run: no"), ("t", "dry_run: 'no'")] {
        let mut driver = conflicting();
        assert_eq!(driver.api(), theirs(), "nothing is written by comparing");
        driver.press("<Enter>");
        assert!(driver.status().contains("1 conflict to choose"), "{}", driver.status());
        driver.press(key).press("<Enter>");
        assert_eq!(driver.api(), theirs(), "nothing is written by merging");
        assert!(driver.status().starts_with("Merged plugins.yaml"), "{}", driver.status());
        driver.press("ss");
        let want = theirs().replace("dry_run: 'no'", value) + "  - class: acme.New\n";
        assert_eq!(driver.api(), want);
        assert!(driver.state.unsaved_roles().is_empty());
    }
}

#[test]
fn a_merge_is_one_edit_that_undo_takes_back() {
    let mut driver = conflicting();
    let mine = driver.state.workspace.text(skyplug_tui::config::Role::Api).map(str::to_owned);
    driver.press("m<Enter>u");
    assert_eq!(driver.state.workspace.text(skyplug_tui::config::Role::Api).map(str::to_owned), mine);
    assert_eq!(driver.api(), theirs());
}

#[test]
fn a_conflict_is_left_for_later_and_comes_back() {
    let mut driver = conflicting();
    driver.press("<Esc>");
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
    driver.press("M");
    assert!(driver.screen().contains("theirs (on disk now)"), "{}", driver.screen());
    driver.press("q");
    driver.press("ss");
    assert!(driver.screen().contains("theirs (on disk now)"), "a save asks again: {}", driver.screen());
    assert_eq!(driver.api(), theirs());
}

#[test]
fn a_change_of_theirs_can_be_left_out_and_the_text_is_shown_before() {
    let mut driver = conflicting();
    // The conflict under the cursor, then the change above it.
    driver.press("tkm");
    driver.press("v");
    let screen = driver.screen();
    assert!(
        screen.contains("-      limits: {team-a: 650}") && screen.contains("+      limits: {team-a: 500}"),
        "{screen}"
    );
    driver.press("vass");
    assert_eq!(driver.api(), theirs().replace("650", "500") + "  - class: acme.New\n");
}

#[test]
fn a_file_that_changes_again_is_compared_again() {
    let mut driver = conflicting();
    driver.press("m");
    fs::write(driver.path("plugins.yaml"), theirs().replace("650", "700")).expect("written");
    driver.send(skyplug_tui::app::message::Message::FocusGained);
    assert!(driver.screen().contains("700"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.status().contains("1 conflict to choose"), "{}", driver.status());
    // A file that is again as it was leaves nothing to compare.
    fs::write(driver.path("plugins.yaml"), API).expect("written");
    driver.send(skyplug_tui::app::message::Message::FocusGained);
    assert!(!driver.screen().contains("on disk now"), "{}", driver.screen());
}

#[test]
fn a_merge_meets_a_newer_text_at_the_save() {
    let mut driver = conflicting();
    driver.press("m<Enter>");
    let newer = theirs() + "# newer\n";
    fs::write(driver.path("plugins.yaml"), &newer).expect("written");
    driver.press("ss");
    assert_eq!(driver.api(), newer, "not overwritten");
    driver.press("ass");
    assert!(driver.api().contains("# newer") && driver.api().contains("acme.New"), "{}", driver.api());
}

#[test]
fn a_save_of_two_files_tells_what_was_not_tried_before_it_compares() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d2d");
    fs::write(driver.path("plugins.yaml"), theirs()).expect("written");
    driver.press("ss");
    assert!(driver.screen().contains("remote_plugins.yaml was not tried"), "{}", driver.screen());
    driver.press("<Esc>");
    assert!(driver.screen().contains("theirs (on disk now)"), "{}", driver.screen());
    assert_eq!(driver.remote(), REMOTE);
}

#[test]
fn what_is_no_list_on_disk_is_not_merged() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), "plugins: [\n").expect("written");
    driver.press("ss");
    assert!(driver.screen().contains("There is no merge"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.status().starts_with("There is no merge"), "{}", driver.status());
    driver.press("d");
    assert!(driver.status().starts_with("Draft kept"), "{}", driver.status());
    assert_eq!(driver.api(), "plugins: [\n");
}

#[test]
fn the_same_text_on_both_sides_is_no_conflict() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("2d");
    fs::write(
        driver.path("remote_plugins.yaml"),
        driver.state.workspace.text(skyplug_tui::config::Role::Remote).expect("text"),
    )
    .expect("written");
    driver.send(skyplug_tui::app::message::Message::FocusGained);
    assert!(driver.state.unsaved_roles().is_empty(), "{}", driver.screen());
}

#[test]
fn secrets_stay_masked_where_files_are_compared() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("j<Enter>jjjj<Enter>x<Enter><Esc>");
    fs::write(driver.path("plugins.yaml"), API.replace("s3cret", "0ther")).expect("written");
    driver.press("ss");
    for keys in ["", "mv"] {
        let screen = driver.press(keys).screen();
        assert!(screen.contains("********") && !screen.contains("s3cret") && !screen.contains("0ther"), "{screen}");
    }
}

#[test]
fn overwriting_keeps_a_copy_of_what_was_there() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), "theirs: 1\n").expect("written");
    driver.press("sso");
    assert!(driver.api().contains("acme.Cost"));
    assert!(driver.status().contains("the replaced text is kept in"), "{}", driver.status());
    driver.press(":backups<Enter>");
    assert!(driver.screen().contains("+theirs: 1"), "{}", driver.screen());
}

#[test]
fn both_files_are_created_from_nothing() {
    let mut driver = Driver::open(None, None);
    assert!(driver.screen().contains("No plugin files yet"), "{}", driver.screen());
    driver.press("aacme.First<Enter>css");
    assert!(driver.api().contains("- class: acme.First"), "{}", driver.api());
    assert!(driver.remote().contains("- class: acme.First"));
}

#[test]
fn a_failed_save_keeps_the_edits_and_says_why() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::remove_file(driver.path("plugins.yaml")).expect("removed");
    fs::create_dir(driver.path("plugins.yaml")).expect("made");
    driver.press("ss");
    let screen = driver.screen();
    assert!(screen.contains("was not saved") || screen.contains("changed on disk"), "{screen}");
    assert_eq!(driver.state.unsaved_roles().len(), 1);
}

#[test]
fn read_only_changes_nothing() {
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut driver = Driver::open_with(Some(API), Some(REMOTE), settings, |_| {});
    driver.press("dmcKaacme.X<Enter><Enter>dt<Esc><Esc><Esc>buss");
    assert!(driver.state.unsaved_roles().is_empty());
    assert_eq!(driver.api(), API);
}

#[test]
fn a_broken_file_is_mended_by_its_line_or_in_the_editor() {
    let broken = "plugins:\n- class: acme.A\n  parameters\n    level: x\n";
    let mut driver = Driver::open(Some(broken), Some(REMOTE));
    let screen = driver.screen();
    assert!(screen.contains("E line 4, column 10"), "{screen}");
    assert!(screen.contains("acme.Retry"), "the other file is open as usual");
    driver.press("k<Enter>:<Enter>");
    assert!(driver.screen().contains("acme.A "), "{}", driver.screen());
    driver.press("ss");
    assert_eq!(driver.api(), broken.replace("parameters\n", "parameters:\n"));

    let mut driver = Driver::open(Some(broken), Some(REMOTE));
    driver.set_editor("sed -i 's/parameters$/parameters:/'");
    driver.press("eo");
    assert!(driver.screen().contains("acme.A "), "{}", driver.screen());
    driver.press("u");
    assert!(driver.screen().contains("E line 4"), "one edit that can be undone");
}

#[test]
fn the_editor_gets_the_unsaved_text_and_its_failure_changes_nothing() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.set_editor("sed -i 's/acme.New/acme.Newer/'");
    driver.press("aacme.New<Enter>eo");
    assert!(driver.screen().contains("acme.Newer"), "{}", driver.screen());
    driver.set_editor("false");
    driver.press("eo");
    assert!(driver.status().contains("nothing was taken"), "{}", driver.status());
    // It may go on in a window: what that writes must not be lost.
    driver.set_editor("true");
    driver.press("eo");
    assert!(driver.status().contains("must be told to wait"), "{}", driver.status());
    let copy = driver.status().rsplit(' ').next().map(|path| path.trim_end_matches('.').to_owned()).expect("a path");
    assert!(fs::read_to_string(&copy).is_ok_and(|text| text.contains("acme.Newer")), "{copy}");
    fs::remove_dir_all(std::path::Path::new(&copy).parent().expect("a directory")).expect("removed");
}

#[test]
fn an_alias_is_never_taken_for_the_text_of_a_string() {
    let text =
        "plugins:\n- class: a.A\n  parameters:\n    limits: &d {a: 1}\n- class: b.B\n  parameters:\n    limits: *d\n";
    let mut driver = Driver::open(Some(text), Some(REMOTE));
    driver.press("j<Enter><Enter>");
    assert!(driver.status().starts_with("*d stands for what is written at &d in line 4"), "{}", driver.status());
    driver.press("<Enter><Enter>");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(text));
}

#[test]
fn one_entry_is_edited_with_its_comments_and_nothing_else() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.set_editor("sh -c 'cp $0 seen && sed -i s/finance/sales/ $0'");
    driver.press("jEo");
    let seen = fs::read_to_string(driver.path("../seen")).expect("read");
    assert_eq!(seen, API[API.find("  # agreed").expect("there")..]);
    driver.press("ss");
    assert_eq!(driver.api(), API.replace("finance", "sales"));
    // An emptied copy takes the entry out.
    driver.set_editor("sh -c ': > $0'");
    driver.press("Eoss");
    assert_eq!(driver.api(), API[..API.find("  # agreed").expect("there")]);

    let mut driver = Driver::open(Some("plugins: [{class: a.B}, {class: c.D}]\n"), None);
    driver.press("E");
    assert!(driver.status().contains("shares its lines"), "{}", driver.status());
}

#[test]
fn what_the_editor_broke_is_kept_and_edited_again() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.set_editor("sed -i 's/parameters:$/parameters/'");
    driver.press("eo");
    assert!(driver.screen().contains("SkyPilot would refuse this"), "{}", driver.screen());
    // The second round gets what the first has left, at its first error.
    driver.set_editor("sed -i 's/parameters$/parameters:/; s/500/600/'");
    driver.press("eo");
    assert!(driver.state.modals.is_empty(), "{}", driver.screen());
    driver.press("ss");
    assert_eq!(driver.api(), API.replace("500", "600"));
    driver.set_editor("sed -i 's/class: acme.Cost/class: Cost/'");
    driver.press("eo");
    assert!(driver.screen().contains("SkyPilot would refuse this"), "{}", driver.screen());
    driver.press("u");
    assert!(driver.state.unsaved_roles().is_empty(), "{}", driver.screen());
    driver.press("eok");
    assert_eq!(driver.state.unsaved_roles().len(), 1);
}

#[test]
fn the_wheel_directory_is_typed_or_browsed_to() {
    let prepare = |home: &std::path::Path| {
        fs::create_dir(home.join("dist")).expect("made");
        fs::write(home.join("dist/acme-1.0-py3-none-any.whl"), "").expect("written");
    };
    let mut driver = Driver::open_with(Some(API), Some(REMOTE), Settings::default(), prepare);
    driver.press("b~/dist");
    assert!(driver.screen().contains("1 wheel"), "{}", driver.screen());
    driver.press("<Enter>ss");
    assert!(driver.api().contains("controller_wheel_path: ~/dist"), "{}", driver.api());

    let mut driver = Driver::open_with(Some(API), Some(REMOTE), Settings::default(), prepare);
    driver.press("b<F3>");
    let screen = driver.screen();
    assert!(screen.contains("dist/") && screen.contains("1 wheel"), "{screen}");
    let row =
        screen.lines().filter(|line| line.contains("/  ")).position(|line| line.contains("dist/")).expect("a row");
    driver.press(&"j".repeat(row + 1)).press("<Space><Enter>ss");
    assert!(driver.api().contains("dist"), "{}", driver.api());
}

#[test]
fn the_palette_runs_commands_by_name_and_goes_to_rows() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press(":2<Enter>:delete<Enter>");
    assert!(driver.status().contains("acme.Cost"), "{}", driver.status());
    driver.press(":undo<Enter>:cpthothr");
    assert!(driver.screen().contains("copy to the other list"), "{}", driver.screen());
    driver.press("<Esc>:q!<Enter>");
    assert_eq!(driver.state.exit, Some(Exit::Left));
}

#[test]
fn the_help_is_filtered_and_runs_what_it_shows() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("?duplic<Enter>");
    assert!(driver.screen().matches("acme.Audit").count() >= 2, "{}", driver.screen());
}

#[test]
fn a_filter_keeps_the_numbers_of_the_full_list() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("/cost<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("2   acme.Cost") && !screen.contains("1   acme.Audit"), "{screen}");
    assert!(screen.contains("1 of 2"), "{screen}");
    driver.press("<Esc>");
    assert!(driver.screen().contains("1   acme.Audit"));
}

#[test]
fn leaving_asks_about_unsaved_edits() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("dq");
    assert_eq!(driver.state.exit, None);
    driver.press("q<Enter>");
    assert_eq!(driver.state.exit, None, "neither q nor Enter discards");
    driver.press("<Esc><Esc>qx");
    assert_eq!(driver.state.exit, Some(Exit::Left));
    assert_eq!(driver.api(), API);

    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d<Ctrl-C><Ctrl-C>");
    assert_eq!(driver.state.exit, Some(Exit::Interrupted));

    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("q");
    assert_eq!(driver.state.exit, Some(Exit::Left));
}

#[test]
fn secrets_are_masked_until_asked_for_and_copied_whole() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("j<Enter>jjjj");
    assert!(!driver.screen().contains("s3cret"), "{}", driver.screen());
    driver.press("v");
    assert!(driver.screen().contains("s3cret"), "{}", driver.screen());
    driver.press("kj");
    assert!(!driver.screen().contains("s3cret"), "{}", driver.screen());
    driver.press("y");
    assert_eq!(driver.copied, ["s3cret"]);
    driver.press("<Enter>x<Enter>");
    assert!(!driver.screen().contains("s3cret"), "{}", driver.screen());
    driver.press("s");
    assert!(!driver.screen().contains("s3cret"), "{}", driver.screen());
    assert!(driver.screen().contains("********"));
}

#[test]
fn a_string_of_several_lines_is_edited_in_the_area() {
    let text = "plugins:\n- class: acme.A\n  parameters:\n    note: |\n      one\n      two\n";
    let mut driver = Driver::open(Some(text), None);
    // The cursor starts behind the text, as in a field of one line.
    driver.press("<Enter><Enter>three<Enter><Up><Up><Up>zero<Enter><F2>ss");
    assert_eq!(driver.api(), text.replace("      one\n      two\n", "      zero\n      one\n      two\n      three\n"));
}

#[test]
fn text_of_several_lines_can_be_new() {
    let mut driver = Driver::open(Some("plugins:\n- class: acme.A\n"), None);
    driver.press("<Enter>anote<Enter>").press(&"<Ctrl-T>".repeat(6)).press("<Enter>a<Enter>b<F2>ss");
    let text = driver.api();
    let data = skyplug_tui::yaml::Document::parse(text.as_str());
    let value = data
        .data()
        .expect("valid")
        .get("plugins")
        .and_then(|l| l.as_list()?.first()?.get("parameters")?.get("note").cloned());
    assert_eq!(value.and_then(|v| v.as_str().map(str::to_owned)).as_deref(), Some("a\nb"), "{text}");
}

#[test]
fn problems_are_walked_and_fixed() {
    let mut driver = Driver::open(Some("plugins:\n"), Some(REMOTE));
    driver.press("n");
    assert!(driver.status().starts_with("1/"), "{}", driver.status());
    driver.press("f<Enter>ss");
    let data = skyplug_tui::yaml::Document::parse(driver.api().as_str());
    let data = data.data().expect("valid");
    assert!(data.get("plugins").is_none_or(|plugins| plugins.as_list().is_some()), "{}", driver.api());
}

#[test]
fn what_a_fix_changes_is_seen_before_it_is_taken() {
    let text = "plugins:\n- class: acme.A\n  parameters: {a: 1}\n- class: acme.B\n  params: {b: 2}\n";
    let mut driver = Driver::open(Some(text), None);
    driver.press("4");
    let at = driver.state.problems.iter().position(|one| one.fix.is_some()).expect("a fix");
    driver.press(&"j".repeat(at)).press("f");
    let screen = driver.screen();
    assert!(screen.contains("-  params: {b: 2}") && screen.contains("+  parameters: {b: 2}"), "{screen}");
    assert!(driver.state.unsaved_roles().is_empty(), "nothing is changed by looking");
    driver.press("<Esc>");
    assert!(driver.state.modals.is_empty() && driver.state.unsaved_roles().is_empty());
    // The explanation leads to it as well, and leaves nothing behind.
    driver.press("xf<Enter>");
    assert!(driver.state.modals.is_empty(), "{}", driver.screen());
    assert_eq!(driver.state.workspace.text(Role::Api), Some(text.replace("params:", "parameters:").as_str()));
    driver.press("u");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(text), "one step takes it back");
    // What cannot be changed offers no look at a change either.
    driver.state.settings.read_only = true;
    driver.press("f");
    assert!(driver.state.modals.is_empty() && driver.status().starts_with("Read-only"), "{}", driver.status());
}

/// Returns the rows of the screen that hold a text.
fn rows_with(driver: &Driver, text: &str) -> usize {
    driver.screen().lines().filter(|line| line.contains(text)).count()
}

#[test]
fn parameters_are_filtered_by_path_and_value_but_not_by_what_is_masked() {
    let mut driver = crate::screens::sample();
    driver.press("j<Enter>/team-b");
    let screen = driver.screen();
    // The level above stays, and the numbers are told while it is typed.
    let names: Vec<&str> = driver.state.tree.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["limits", "team-b"], "{screen}");
    assert!(screen.contains("2 of 9 shown"), "{screen}");
    driver.press("<Enter>");
    assert!(driver.screen().contains("/team-b  2 of 9 shown"), "{}", driver.screen());
    // What a filter hides is in the way of moving.
    driver.press("jK");
    assert!(driver.status().contains("Esc shows all"), "{}", driver.status());
    driver.press("<Esc>");
    assert_eq!(driver.state.tree.rows.len(), 12, "all rows, and three that add");
    assert_eq!(driver.state.tree.current().map(|row| row.name.as_str()), Some("team-b"), "the cursor stays on its row");
    driver.press("/not-a-real<Enter>");
    assert!(driver.screen().contains("0 of 9 shown"), "a secret is not found by its value: {}", driver.screen());
    driver.press("<Esc>/api_tok<Enter>");
    assert!(driver.screen().contains("1 of 9 shown"), "but by its name: {}", driver.screen());
    // Another entry, or another screen and back: an entry shows all of itself.
    driver.press("<Esc><Esc>k<Enter>");
    assert!(driver.screen().contains("level"), "{}", driver.screen());
}

#[test]
fn problems_are_filtered_and_walked_as_shown() {
    let text = "plugins:\n- class: a.B\n- class: a.B\n- class: Legacy\n- class: Older\n";
    let mut driver = Driver::open(Some(text), None);
    let all = driver.state.problems.len();
    let errors = driver.state.counts[0];
    assert!(errors >= 2 && all > errors, "{errors} of {all}");
    driver.press("4/e:<Enter>");
    assert!(driver.screen().contains(&format!("/e:  {errors} of {all} shown")), "{}", driver.screen());
    driver.press("G");
    assert_eq!(driver.state.problem.at, errors - 1, "the last one that is shown");
    driver.press("n");
    assert!(driver.status().starts_with(&format!("{errors}/{errors} ")), "{}", driver.status());
    driver.press("n");
    assert!(driver.status().starts_with(&format!("1/{errors} ")), "{}", driver.status());
    driver.press("<Esc>");
    assert!(!driver.screen().contains("shown"), "{}", driver.screen());
    // None is shown, none is under the cursor.
    driver.press("4/zzzz<Enter>");
    assert!(driver.screen().contains("No problem holds the text"), "{}", driver.screen());
    driver.press("xfy<Enter>jkn");
    assert!(driver.status().contains("4 and Esc show all"), "{}", driver.status());
    assert!(driver.state.unsaved_roles().is_empty() && driver.copied.is_empty());
    driver.resize(80, 24).press("<Esc>");
    assert!(driver.screen().contains(&format!("{all}/{all}")), "{}", driver.screen());
}

#[test]
fn the_preview_and_the_review_are_filtered() {
    let mut driver = crate::screens::sample();
    driver.press("p/notes.txt<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("notes.txt") && screen.contains("not sent"), "a heading stays: {screen}");
    assert!(!screen.contains("plugins.yaml: it is the API server's own"), "{screen}");
    driver.press("<Esc>");
    assert!(driver.screen().contains("plugins.yaml: it is the API server's own"), "{}", driver.screen());
    let mut driver = crate::screens::sample();
    driver.press("aacme.One<Enter>jjaacme.Two<Enter>s");
    let all = driver.state.review.as_ref().map_or(0, |review| review.rows().len());
    driver.press("/acme.Two<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("+  - class: acme.Two") && !screen.contains("+  - class: acme.One"), "{screen}");
    assert!(screen.contains(&format!("of {all} shown")), "{screen}");
    // The head of the hunk leaves out what is shown of it, nothing else.
    driver.press("g<Space>");
    assert!(driver.status().starts_with("Left out the change"), "{}", driver.status());
    driver.press("<Esc>");
    assert_eq!(rows_with(&driver, "acme.One"), 2, "{}", driver.screen());
    driver.press("s");
    assert!(driver.api().contains("acme.One") && !driver.api().contains("acme.Two"), "{}", driver.api());
}

#[test]
fn the_field_of_a_filter_is_seen_where_it_is_typed_and_told_afterwards() {
    for keys in ["", "j<Enter>", "4", "p", "ds", "w"] {
        for (width, height) in crate::screens::SIZES {
            let mut driver = crate::screens::sample();
            driver.resize(width, height).press(keys).press("/a");
            let screen = driver.screen();
            let row = screen.lines().find(|line| line.starts_with(" / a")).unwrap_or_default();
            assert!(row.ends_with(" shown"), "{keys:?} {width}x{height}:\n{screen}");
            // What was said goes with the next key.
            driver.press("<Enter>jk");
            assert!(driver.screen().contains("/a  "), "{keys:?} {width}x{height}:\n{}", driver.screen());
        }
    }
}

#[test]
fn a_class_that_is_in_both_lists_asks_what_to_copy() {
    let mut driver = crate::screens::sample();
    driver.press("c");
    let screen = driver.screen();
    assert!(screen.contains("remote_plugins.yaml has it already: remote list #1, parameters differ"), "{screen}");
    driver.press("<Enter>");
    assert!(
        driver.screen().contains("in both lists") || driver.screen().contains("API list #1"),
        "{}",
        driver.screen()
    );
    assert!(driver.state.unsaved_roles().is_empty());
    driver.press("<Esc>cp");
    let remote = driver.state.workspace.text(Role::Remote).unwrap_or_default();
    assert!(remote.contains("path: /var/log/audit.log") && remote.matches("AuditPlugin").count() == 1, "{remote}");
    driver.press("1cc");
    let remote = driver.state.workspace.text(Role::Remote).unwrap_or_default();
    assert_eq!(remote.matches("AuditPlugin").count(), 2, "{remote}");
    assert_eq!(driver.state.role, Role::Api, "the cursor stays in its list");
}

#[test]
fn what_was_copied_is_shown_alone_and_secrets_after_a_question() {
    let mut driver = crate::screens::sample();
    driver.press(":clipboard<Enter>");
    assert!(driver.status().starts_with("Nothing was copied yet"), "{}", driver.status());
    driver.press("y").resize(40, 12).press(":clipboard<Enter>");
    let screen = driver.screen();
    assert_eq!(screen.lines().nth(1), Some("acme_audit.AuditPlugin"), "no frame, no blank in front: {screen}");
    driver.press("<Esc>").resize(120, 36).press("jY:clipboard<Enter>");
    assert!(!driver.screen().contains("example-not-a-real-token"), "{}", driver.screen());
    driver.press("v");
    assert!(driver.screen().contains("example-not-a-real-token"), "{}", driver.screen());
    driver.press("<Esc>");
    assert!(driver.state.modals.is_empty());
}

#[test]
fn the_history_tells_when_each_edit_was_made() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.send(Message::Clocked("09:15:01".to_owned()));
    driver.press("d");
    driver.send(Message::Clocked("09:16:30".to_owned()));
    driver.press("D");
    driver.press("uH");
    let screen = driver.screen();
    let line = |text: &str| screen.lines().find(|line| line.contains(text)).unwrap_or_default().to_owned();
    assert!(line("Removed").contains("09:15:01") || line("removed").contains("09:15:01"), "{screen}");
    assert!(line("undone").contains("09:16:30"), "{screen}");
    assert!(!line("before the first edit").contains("09:"), "{screen}");
}

#[test]
fn only_the_remote_file_opens_on_its_list() {
    for text in ["plugins:\n- class: a.B\n", "plugins: []\n", "plugins: [\n"] {
        let driver = Driver::open(None, Some(text));
        assert_eq!(driver.state.role, Role::Remote, "{text}");
    }
    let driver = Driver::open(Some("plugins: []\n"), Some("plugins: []\n"));
    assert_eq!(driver.state.role, Role::Api);
}

#[test]
fn the_key_bar_of_what_cannot_be_changed_offers_no_change() {
    let bar = |driver: &Driver| driver.screen().lines().last().unwrap_or_default().to_owned();
    let mut driver = crate::screens::sample();
    driver.state.settings.read_only = true;
    driver.press("j");
    let lists = bar(&driver);
    driver.press("<Enter>");
    let parameters = bar(&driver);
    for label in ["add", "delete", "copy", "move", "class", "order", "mark", "rename", "type", "fix", "editor", "save"]
    {
        assert!(!lists.contains(label) && !parameters.contains(label), "{label}: {lists} / {parameters}");
    }
    assert!(lists.contains("Enter edit") || lists.contains("/ filter"), "{lists}");
    // A file that is no text has no line to be edited.
    let driver = Driver::open_with(None, Some(REMOTE), Settings::default(), |home| {
        fs::write(home.join(".sky/plugins.yaml"), b"plugins: \xff\n").expect("written");
    });
    assert!(!bar(&driver).contains("edit line") && !bar(&driver).contains("editor"), "{}", bar(&driver));
}

#[test]
fn an_unbound_key_is_told_once() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("z");
    assert_eq!(driver.status(), "z: no action here (? shows the keys).");
}

#[test]
fn pasted_text_is_one_event_and_never_runs_commands() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.send(skyplug_tui::app::message::Message::Pasted("dddqx".to_owned()));
    assert!(driver.state.unsaved_roles().is_empty());
    driver.press("a");
    driver.send(skyplug_tui::app::message::Message::Pasted("acme.Pasted\n".to_owned()));
    driver.press("<Enter>ss");
    assert!(driver.api().contains("- class: acme.Pasted\n"));
}

#[test]
fn keys_that_come_all_at_once_are_no_commands() {
    let burst = |text: &str| Message::Burst(script(&text.replace('\n', "<Enter>")).expect("keys"));
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.send(burst("dddddssqx"));
    assert!(driver.screen().contains("9 keys came at once"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.state.unsaved_roles().is_empty(), "it is no entry");
    // A long one comes in pieces, and the question is about all of them.
    driver.press("<Esc>");
    driver.send(burst("- class: acme"));
    driver.send(burst(".Pasted\n- class: acme.Too"));
    assert!(driver.screen().contains("38 keys"), "{}", driver.screen());
    driver.press("p<Enter>");
    assert!(
        driver.state.workspace.text(Role::Api).expect("a text").contains("- class: acme.Too"),
        "{}",
        driver.screen()
    );
    driver.send(burst("uUuUuUuUu"));
    driver.press("k");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    // In a field they are text.
    driver.press("r<Ctrl-U>");
    driver.send(burst("acme.Renamed"));
    driver.press("<Enter>");
    assert!(driver.screen().contains("acme.Renamed"), "{}", driver.screen());
}

#[test]
fn a_file_that_vanished_does_not_take_the_edits_with_it() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::remove_file(driver.path("plugins.yaml")).expect("removed");
    driver.press("ssr");
    assert!(driver.screen().contains("acme.Cost"), "{}", driver.screen());
    driver.press("ss");
    assert!(driver.api().contains("acme.Cost"), "{}", driver.screen());
}

#[test]
fn edits_can_be_taken_back_over_a_file_that_was_gone_for_a_while() {
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("dss");
    let saved = driver.api();
    fs::remove_file(driver.path("plugins.yaml")).expect("removed");
    driver.send(Message::FocusGained);
    assert!(driver.state.workspace.document(Role::Api).is_none());
    assert!(driver.state.unsaved_roles().is_empty());
    fs::write(driver.path("plugins.yaml"), &saved).expect("written");
    driver.send(Message::FocusGained);
    assert_eq!(driver.state.workspace.text(Role::Api), Some(saved.as_str()));
    // It appeared, it vanished, and the edit.
    driver.press("uuu");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    driver.press("UU");
    assert!(driver.state.workspace.document(Role::Api).is_none());
    driver.press("U");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(saved.as_str()));
}

#[test]
fn a_clean_file_follows_the_disk_and_an_edited_one_does_not() {
    let theirs = "plugins:\n- class: acme.Theirs\n";
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    fs::write(driver.path("plugins.yaml"), theirs).expect("written");
    driver.send(skyplug_tui::app::message::Message::FocusGained);
    assert!(driver.screen().contains("acme.Theirs"), "{}", driver.screen());
    assert!(driver.state.unsaved_roles().is_empty());
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), API).expect("written");
    driver.send(skyplug_tui::app::message::Message::FocusGained);
    assert!(!driver.screen().contains("acme.Cost"), "{}", driver.screen());
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
}

#[test]
fn an_undo_back_to_the_text_as_read_keeps_what_was_undone() {
    let theirs = "plugins:\n- class: acme.Theirs\n";
    let notice = || Message::Noticed(Noticed { files: true, wheels: false });
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), theirs).expect("written");
    driver.send(notice());
    driver.press("u");
    driver.send(notice());
    assert!(driver.screen().contains("acme.Audit"), "{}", driver.screen());
    driver.press("U");
    assert_eq!(driver.state.unsaved_roles().len(), 1);
    driver.press("uR");
    assert!(driver.screen().contains("acme.Theirs"), "{}", driver.screen());
}

#[test]
fn what_is_read_again_waits_behind_a_dialog() {
    let theirs = "plugins:\n- class: acme.Theirs\n";
    let mut driver = Driver::open(Some(API), Some(REMOTE));
    fs::write(driver.path("plugins.yaml"), theirs).expect("written");
    // It was asked for before the dialog was opened, and is answered behind it.
    let asked = update(&mut driver.state, Message::Noticed(Noticed { files: true, wheels: false }));
    assert!(matches!(asked.as_slice(), [Effect::Reread { .. }]), "{asked:?}");
    driver.press("r");
    for effect in asked {
        driver.perform(effect);
    }
    driver.press("<Ctrl-U>acme.Renamed<Enter>");
    assert!(driver.screen().contains("acme.Renamed"), "{}", driver.screen());
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
}

#[test]
fn an_undone_creation_is_saved_as_an_empty_file() {
    let mut driver = Driver::open(None, None);
    driver.press("aacme.First<Enter>ssuss");
    assert_eq!(driver.api(), "");
    assert!(driver.state.unsaved_roles().is_empty(), "{}", driver.screen());
    driver.press("Uss");
    assert!(driver.api().contains("acme.First"));
}

#[test]
fn a_variable_that_names_nothing_makes_a_save_ask_for_a_path() {
    let mut driver = Driver::open_in(|environment| {
        environment.variables.insert("SKYPILOT_SERVER_PLUGINS_CONFIG".into(), "".into());
    });
    driver.press("aacme.First<Enter>ss");
    assert!(driver.screen().contains("Where to write plugins.yaml"), "{}", driver.screen());
    let path = driver.home().join("elsewhere.yaml");
    driver.press(path.to_str().expect("UTF-8")).press("<Enter>ss");
    assert!(fs::read_to_string(path).expect("written").contains("acme.First"));
}

#[test]
fn a_fix_is_one_of_the_file_under_the_cursor() {
    let mut driver = Driver::open(Some("plugins:\n- class: acme.A\n  params: {a: 1}\n"), Some("plugins:\n"));
    driver.press("2ff");
    assert_eq!(driver.state.unsaved_roles(), [skyplug_tui::config::Role::Remote], "{}", driver.status());
}

#[test]
fn a_file_can_be_begun_in_the_editor() {
    let mut driver = Driver::open(None, None);
    driver.set_editor("sh -c 'printf \"plugins:\\n- class: acme.E\\n\" > $0'");
    driver.press("eo");
    assert!(driver.screen().contains("acme.E"), "{}", driver.screen());
    driver.press("ss");
    assert_eq!(driver.api(), "plugins:\n- class: acme.E\n");
}

#[test]
fn what_is_said_of_a_value_holds_no_secret_of_it() {
    let text = "plugins:\n- class: a.B\n  parameters: {secret: {x: s3cret}, list: [postgres://u:s3cret@h/d]}\n";
    let mut driver = Driver::open(Some(text), None);
    driver.press("<Enter>");
    for keys in ["", "j", "j", "j", "j", "j"] {
        let screen = driver.press(keys).screen();
        assert!(!screen.contains("s3cret"), "{screen}");
    }
    assert!(driver.press("kkkkk").screen().contains("written as      {x: ********}"), "{}", driver.screen());

    let text = "u: &u postgres://u:s3cret@h/d\nplugins:\n- class: a.B\n  parameters: {url: 'postgres://u:s3cret@h/d', same: *u}\n";
    let mut driver = Driver::open(Some(text), None);
    driver.press("<Enter><Enter>").press(&"<Backspace>".repeat(30)).press("x<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("on disk") && screen.contains("written as"), "{screen}");
    assert!(!screen.contains("s3cret"), "{screen}");
    let screen = driver.press("j").screen();
    assert!(screen.contains("It repeats what stands at") && !screen.contains("s3cret"), "{screen}");
}
