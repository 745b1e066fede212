//! Wheels: good ones, hostile ones, many of them; what is read of each, and how much.

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use rawzip::ReaderAt;
use serde_json::{Value as Json, json};
use skyplug_tui::app::keymap::script;
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::update::update;
use skyplug_tui::app::{Screen, Settings, State, pages};
use skyplug_tui::io::inspect;
use skyplug_tui::wheel::archive::{Archive, ArchiveError};
use skyplug_tui::wheel::contents::{Contents, Inspection, Record};
use skyplug_tui::wheel::{EntryKind, limits, metadata};

use super::cli::{Home, json, status, stdout};
use super::driver::Driver;
use super::facts::{facts, listed, text, workspace};
use super::random;
use super::zip::{self, File, archive, archive_saying, wheel, wheel_files};

const NAME: &str = "acme-1.0-py3-none-any.whl";

fn read(bytes: &[u8]) -> Result<Contents, ArchiveError> {
    metadata::read(bytes, bytes.len() as u64, NAME)
}

/// Returns all that is said against a wheel.
fn complaints(bytes: &[u8]) -> String {
    match read(bytes) {
        Err(error) => error.to_string(),
        Ok(contents) => {
            let all = contents.oddities.into_iter().chain(contents.refused).chain(contents.breaks);
            all.collect::<Vec<_>>().join("; ")
        }
    }
}

/// A wheel of `acme` with these files beside the good ones.
fn with(more: &[File]) -> Vec<u8> {
    archive(&wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), more))
}

/// A wheel of `acme` whose `METADATA` is changed.
fn with_metadata(change: impl Fn(&mut File)) -> Vec<u8> {
    let mut files = wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), &[]);
    files.iter_mut().filter(|file| file.name.ends_with("/METADATA")).for_each(change);
    archive(&files)
}

#[test]
fn a_good_wheel_is_read_without_complaint() {
    let more = "Requires-Python: >=3.8\nRequires-Dist: requests>=2\nSummary: Audits\n";
    let read = read(&wheel("acme", "1.0", more)).expect("a wheel");
    assert_eq!((read.metadata.name.as_str(), read.metadata.version.as_str()), ("acme", "1.0"));
    assert_eq!(read.metadata.summary.as_deref(), Some("Audits"));
    assert_eq!((read.requirements.len(), read.modules.as_slice()), (1, &["acme".to_owned()][..]));
    assert_eq!((read.record, read.members.len()), (Record::Complete, 4));
    assert!(read.oddities.is_empty() && read.refused.is_none() && read.breaks.is_empty());
}

/// Each hostile archive, and what is said of it.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let zeros = |count: usize| vec![0_u8; count];
    let file = |name: &str| File::stored(name, "x");
    let first = 0;
    vec![
        ("bomb", with(&[File::deflated("acme/bomb", zeros(20 << 20))]), "`acme/bomb` unpacks"),
        ("bomb-metadata", with_metadata(|file| file.bytes.extend(vec![b' '; 3 << 20])), "METADATA` unpacks"),
        (
            "bomb-that-lies",
            with_metadata(|file| {
                file.bytes.extend(vec![b' '; 3 << 20]);
                file.size = Some(60);
            }),
            "METADATA` does not unpack to the size",
        ),
        (
            "too-large",
            with_metadata(|file| {
                file.method = 0;
                file.bytes.extend(vec![b' '; 5 << 20]);
            }),
            "more than the 4194304 that are read",
        ),
        ("size-too-large", with_metadata(|file| file.size = Some(1000)), "METADATA` does not unpack to the size"),
        ("overlap", with(&[File { header: Some(first), ..file("acme/twin") }]), "overlap"),
        (
            "overlap-into-directory",
            with(&[File { packed: Some(9_000), size: Some(9_000), ..file("acme/long") }]),
            "overlap",
        ),
        ("duplicate", with(&[file("acme/x.py"), file("acme/x.py")]), "`acme/x.py` is there more than once"),
        ("traversal", with(&[file("../../etc/cron.d/x")]), "`../../etc/cron.d/x` leads out"),
        ("absolute", with(&[file("/etc/x")]), "`/etc/x` leads out"),
        ("backslash", with(&[file("..\\x")]), "`..\\x` leads out"),
        ("encrypted", with_metadata(|file| file.flags = 1), "METADATA` is encrypted"),
        (
            "method",
            with_metadata(|file| file.method = 12),
            "METADATA` is packed by a method that is not read here: BZIP2",
        ),
        ("checksum", with_metadata(|file| file.checksum = Some(7)), "METADATA` is damaged: its checksum"),
        (
            "other-name",
            with_metadata(|file| file.local_name = Some("acme-1.0.dist-info/METADATB".into())),
            "another name",
        ),
        (
            "no-deflate",
            with_metadata(|file| {
                file.method = 8;
                file.packed = Some(1);
            }),
            "METADATA`",
        ),
        (
            "count",
            archive_saying(&wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), &[]), 3),
            "its end says 3 files",
        ),
        ("before", [b"#!/bin/sh\n".to_vec(), wheel("acme", "1.0", "")].concat(), "10 bytes lie before the archive"),
        ("behind", [wheel("acme", "1.0", ""), b"more".to_vec()].concat(), "4 bytes lie behind the archive"),
        ("empty", Vec::new(), "no zip archive"),
        ("text", b"not a zip".to_vec(), "no zip archive"),
        ("cut-off", wheel("acme", "1.0", "")[..300].to_vec(), "no zip archive, or its end is missing"),
    ]
}

#[test]
fn each_hostile_archive_is_told_as_what_it_is() {
    for (what, bytes, told) in hostile() {
        let complaints = complaints(&bytes);
        assert!(complaints.contains(told), "{what}: {complaints:?}");
    }
}

#[test]
fn each_hostile_wheel_has_a_row_that_says_so() {
    let home = Home::new("controller_wheel_path: dist\n", "plugins: []\n");
    fs::create_dir(home.path("dist")).expect("made");
    for (what, bytes, _) in hostile() {
        let name = format!("{}-1.0-py3-none-any.whl", what.replace('-', "_"));
        fs::write(home.path("dist").join(name), bytes).expect("written");
    }
    let output = home.run(&["wheels", "--format", "json"]);
    assert_eq!(status(&output), 0);
    let rows = json(&output)["wheels"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), hostile().len());
    for row in rows {
        let codes: Vec<&str> =
            row["diagnostics"].as_array().expect("a list").iter().filter_map(|one| one["code"].as_str()).collect();
        let told = codes.contains(&"wheel-archive") || codes.contains(&"wheel-metadata");
        assert!(told, "{}: {codes:?}", row["file"]);
    }
}

#[test]
fn a_wheel_cut_off_anywhere_is_refused() {
    let whole = wheel("acme", "1.0", "Requires-Dist: requests\n");
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length} bytes");
        assert!(read(&whole[whole.len() - length..]).is_err() || length > 0, "{length} bytes of the end");
    }
}

/// Something to read that counts how much is read of it.
struct Counted<R> {
    inner: R,
    read: Cell<u64>,
}

impl<R: ReaderAt> ReaderAt for &Counted<R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let read = self.inner.read_at(buffer, offset)?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}

fn counted<R>(inner: R) -> Counted<R> {
    Counted { inner, read: Cell::new(0) }
}

/// Bytes, then nothing but zeros, then bytes.
struct Sparse {
    head: Vec<u8>,
    gap: u64,
    tail: Vec<u8>,
}

impl ReaderAt for Sparse {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let behind = self.head.len() as u64 + self.gap;
        if offset < self.head.len() as u64 {
            return self.head.as_slice().read_at(buffer, offset);
        }
        if offset >= behind {
            return self.tail.as_slice().read_at(buffer, offset - behind);
        }
        let length = usize::try_from((behind - offset).min(buffer.len() as u64)).expect("small");
        buffer[..length].fill(0);
        Ok(length)
    }
}

#[test]
fn a_large_wheel_costs_its_directory_and_a_few_files() {
    const GAP: u32 = 300 << 20;
    // The large file comes first, its data is the gap.
    let mut files = vec![File { size: Some(GAP), packed: Some(GAP), ..File::stored("acme/model.bin", "") }];
    files.extend(wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), &[]));
    let head = 30 + "acme/model.bin".len();
    let mut bytes = archive(&files);
    let start = u32::from_le_bytes(bytes[bytes.len() - 6..bytes.len() - 2].try_into().expect("four")) as usize;
    // All that lies behind the gap moves by its size.
    let mut at = start;
    for file in &files {
        let place = at + 42;
        let header = u32::from_le_bytes(bytes[place..place + 4].try_into().expect("four"));
        if header > 0 {
            bytes[place..place + 4].copy_from_slice(&(header + GAP).to_le_bytes());
        }
        at += 46 + file.name.len();
    }
    let end = bytes.len() - 6;
    bytes[end..end + 4].copy_from_slice(&(u32::try_from(start).expect("small") + GAP).to_le_bytes());
    let tail = bytes.split_off(head);
    let size = bytes.len() as u64 + u64::from(GAP) + tail.len() as u64;
    let reader = counted(Sparse { head: bytes, gap: u64::from(GAP), tail });
    let contents = metadata::read(&reader, size, NAME).expect("a wheel");
    assert_eq!(contents.metadata.name, "acme");
    assert_eq!(contents.oddities, Vec::<String>::new());
    assert!(reader.read.get() < 100_000, "{} bytes were read", reader.read.get());
}

/// A central directory of many equal records, made as it is read.
struct Many {
    count: u64,
    end: Vec<u8>,
}

/// The bytes of one record: 46 and a name of 8 digits.
const RECORD: u64 = 54;

impl Many {
    /// `said` is what the classic end says; with `zip64` the true number stands in a larger one.
    fn new(count: u64, said: u16, zip64: bool) -> Self {
        let directory = count * RECORD;
        let mut end = Vec::new();
        if zip64 {
            end.extend(b"PK\x06\x06");
            end.extend(44_u64.to_le_bytes());
            end.extend([45, 0, 45, 0]);
            end.extend([0; 8]);
            for number in [count, count, directory, 0] {
                end.extend(number.to_le_bytes());
            }
            end.extend(b"PK\x06\x07\0\0\0\0");
            end.extend(directory.to_le_bytes());
            end.extend(1_u32.to_le_bytes());
        }
        end.extend(zip::end(said, usize::try_from(directory).expect("small"), 0));
        Self { count, end }
    }

    fn size(&self) -> u64 {
        self.count * RECORD + self.end.len() as u64
    }
}

impl ReaderAt for Many {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let behind = self.count * RECORD;
        if offset >= behind {
            return self.end.as_slice().read_at(buffer, offset - behind);
        }
        let mut record = b"PK\x01\x02\x14\0\x14\0".to_vec();
        record.resize(46, 0);
        record[28] = 8;
        record.extend(format!("{:08}", offset / RECORD).bytes());
        record.as_slice().read_at(buffer, offset % RECORD)
    }
}

#[test]
fn a_million_files_are_refused_before_they_are_read() {
    const MILLION: u64 = 1_000_000;
    let open = |many: Many| {
        let size = many.size();
        let reader = counted(many);
        let result = Archive::open(&reader, size).map(|archive| archive.members().len());
        (result, reader.read.get())
    };
    let (result, read) = open(Many::new(MILLION, u16::MAX, true));
    assert_eq!(result, Err(ArchiveError::Entries(MILLION)));
    assert!(read < 200_000, "{read} bytes were read");
    // The classic end counts modulo 65,536, so that only the size tells.
    let (result, read) = open(Many::new(MILLION, 16_960, false));
    assert_eq!(result, Err(ArchiveError::Directory(MILLION * RECORD)));
    assert!(read < 200_000, "{read} bytes were read");
    // Short records that a lie makes look few: listed up to the limit.
    let most = limits::MAX_ENTRIES as u64;
    let (result, read) = open(Many::new(most + 1, 1, false));
    assert_eq!(result, Err(ArchiveError::Entries(most + 1)));
    assert!(read < limits::MAX_DIRECTORY, "{read} bytes were read");
    // As many as may be.
    let (result, _) = open(Many::new(most, 34_464, false));
    assert_eq!(result, Ok(limits::MAX_ENTRIES));
}

#[test]
fn no_more_is_unpacked_than_the_limits_allow() {
    let one = usize::try_from(limits::MAX_MEMBER).expect("small");
    // As packed text is, so that the ratio is no reason.
    let noise = |seed: u64| random::noise(seed, one);
    let files: Vec<File> = (1..=5).map(|at| File::stored(&format!("f{at}"), noise(at))).collect();
    let bytes = archive(&files);
    let mut archive = Archive::open(bytes.as_slice(), bytes.len() as u64).expect("an archive");
    for at in 0..4 {
        assert_eq!(archive.read(at, u64::MAX).map(|bytes| bytes.len()), Ok(one));
    }
    assert_eq!(archive.read(4, u64::MAX), Err(ArchiveError::Spent("f5".into())));
    assert_eq!(archive.read(9, 1), Err(ArchiveError::Missing("file 9".into())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_end_the_program(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = with(&[File::stored("acme/x.py", "x = 1\n")]);
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        random::archive(&bytes);
    }

    #[test]
    fn lost_and_doubled_bytes_never_end_the_program(from in any::<prop::sample::Index>(), length in 1_usize..80, twice: bool) {
        let bytes = with(&[]);
        let from = from.index(bytes.len());
        let to = (from + length).min(bytes.len());
        let middle = if twice { [&bytes[from..to], &bytes[from..to]].concat() } else { Vec::new() };
        random::archive(&[&bytes[..from], &middle, &bytes[to..]].concat());
    }
}

// The command line.

#[test]
fn wheels_are_listed_as_they_are() {
    let home = Home::new("controller_wheel_path: dist\n", "plugins: []\n");
    let dist = home.path("dist");
    fs::create_dir_all(dist.join("folder-1.0-py3-none-any.whl")).expect("made");
    fs::write(dist.join(NAME), wheel("acme", "1.0", "Requires-Python: >=3.8\n")).expect("written");
    fs::write(dist.join("new-1.0-py3-none-any.whl"), wheel("new", "1.0", "Requires-Python: >=3.11\n"))
        .expect("written");
    fs::write(dist.join("README"), "no wheel").expect("written");
    std::os::unix::fs::symlink("nothing", dist.join("gone-1.0-py3-none-any.whl")).expect("linked");
    std::os::unix::fs::symlink(NAME, dist.join("acme-1.0-1-py3-none-any.whl")).expect("linked");
    rustix::fs::mkfifoat(rustix::fs::CWD, dist.join("pipe-1.0-py3-none-any.whl"), rustix::fs::Mode::RUSR)
        .expect("made");
    let answer = json(&home.run(&["wheels", "--format", "json"]));
    let row = |file: &str| {
        let rows = answer["wheels"].as_array().expect("rows");
        rows.iter().find(|row| row["file"] == file).unwrap_or_else(|| panic!("{file}")).clone()
    };
    let kinds = [
        "acme-1.0-1-py3-none-any.whl",
        NAME,
        "folder-1.0-py3-none-any.whl",
        "gone-1.0-py3-none-any.whl",
        "pipe-1.0-py3-none-any.whl",
    ]
    .map(|file| row(file)["kind"].clone());
    assert_eq!(kinds, ["symlink", "file", "directory", "dangling", "fifo"].map(Json::from));
    let acme = row(NAME);
    assert_eq!(
        (&acme["name"], &acme["version"], &acme["tags"]),
        (&json!("acme"), &json!("1.0"), &json!(["py3-none-any"]))
    );
    assert_eq!((&acme["modules"], &acme["record"]), (&json!(["acme"]), &json!("complete")));
    assert_eq!(acme["installs_on_controller"], json!({"x86_64": true, "aarch64": true}));
    assert_eq!(acme["sha256"].as_str().map(str::len), Some(64));
    let new = row("new-1.0-py3-none-any.whl");
    assert_eq!(new["installs_on_controller"], json!({"x86_64": false, "aarch64": false}));
    assert_eq!(new["diagnostics"][0]["code"], "wheel-python");
    assert_eq!(row("acme-1.0-1-py3-none-any.whl")["build"], "1");
    assert_eq!(row("pipe-1.0-py3-none-any.whl")["sha256"], Json::Null);
    assert_eq!(answer["wheels"].as_array().map(Vec::len), Some(6));
    assert_eq!(answer["diagnostics"][0]["code"], "wheel-versions");
    let text = stdout(&home.run(&["wheels"]));
    assert!(text.contains("dist: 6 wheels") && text.contains("  python    >=3.11\n"), "{text}");
    assert!(text.contains("  install   does not install on controllers\n"), "{text}");
}

#[test]
fn without_a_directory_there_are_no_wheels() {
    let answer = json(&Home::new("plugins: []\n", "plugins: []\n").run(&["wheels", "--format", "json"]));
    assert_eq!((&answer["directory"], &answer["wheels"]), (&Json::Null, &json!([])));
    let text = stdout(&Home::new("controller_wheel_path: gone\n", "plugins: []\n").run(&["wheels"]));
    assert!(text.contains("gone cannot be listed."), "{text}");
}

// The screens.

fn inspection() -> Arc<Inspection> {
    let bytes = wheel("acme", "1.0", "");
    Arc::new(Inspection { stamp: (1000, None), contents: Ok(read(&bytes).expect("a wheel")), sha256: None })
}

/// A state that has just seen `count` wheels, and what it asks for.
fn opened(count: usize) -> (State, Vec<Effect>) {
    let names: Vec<String> = (0..count).map(|at| format!("w{at:05}-1.0-py3-none-any.whl")).collect();
    let names: Vec<(&str, EntryKind)> = names.iter().map(|name| (name.as_str(), EntryKind::File)).collect();
    let mut facts = facts();
    let directory = listed("/srv/dist", &names);
    facts.directories.insert(directory.path.clone(), directory);
    let files = workspace(text("controller_wheel_path: /srv/dist\n"), text("plugins: []\n"));
    let mut state = State::new(Settings::default(), (120, 36));
    let effects = update(&mut state, Message::Opened(Box::new((files, facts))));
    (state, effects)
}

/// Returns the wheels that are asked for; what else is asked when files are opened are other matters.
fn asked(effects: &[Effect]) -> Vec<PathBuf> {
    let other = |effect: &&Effect| {
        matches!(effect, Effect::Classes(_) | Effect::Watch(_) | Effect::Tidy(_) | Effect::Meet { .. })
    };
    let mut batches = effects.iter().filter(|effect| !other(effect));
    match (batches.next(), batches.next()) {
        (Some(Effect::Inspect { paths, .. }), None) => paths.clone(),
        (None, _) => Vec::new(),
        _ => panic!("more than one batch is asked for"),
    }
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    script(keys).expect("keys").into_iter().flat_map(|key| update(state, Message::Pressed(key))).collect()
}

#[test]
fn wheels_are_read_batch_by_batch_and_each_once() {
    let (mut state, mut effects) = opened(1_000);
    let mut batches = 0;
    while let paths @ [_, ..] = asked(&effects).as_slice() {
        assert!(paths.len() <= limits::BATCH_WHEELS);
        // A batch may end before all were read.
        let found = paths.iter().take(150).map(|path| (path.clone(), inspection())).collect();
        effects = update(&mut state, Message::Inspected(found));
        batches += 1;
    }
    assert_eq!((batches, state.facts.wheels.len(), state.reading.progress()), (7, 1_000, None));
    // Nothing has changed: nothing is read again.
    let facts = state.facts.clone();
    assert!(asked(&update(&mut state, Message::Scanned(Box::new(facts)))).is_empty());
}

#[test]
fn esc_on_the_wheel_list_stops_reading() {
    let (mut state, effects) = opened(10_000);
    let paths = asked(&effects);
    assert!(press(&mut state, "w").is_empty());
    assert_eq!(state.reading.progress().as_deref(), Some("reading 0 of 10,000"));
    assert!(press(&mut state, "<Esc>").is_empty());
    assert_eq!(state.screen, Screen::Wheels);
    let found = paths.iter().map(|path| (path.clone(), inspection())).collect();
    assert!(update(&mut state, Message::Inspected(found)).is_empty());
    assert_eq!(state.reading.progress().as_deref(), Some("stopped at 200 of 10,000"));
    press(&mut state, "<Esc>");
    assert_eq!(state.screen, Screen::Main);
    // A look at the directory goes on with the rest.
    let facts = state.facts.clone();
    assert_eq!(asked(&update(&mut state, Message::Scanned(Box::new(facts)))).len(), limits::BATCH_WHEELS);
}

#[test]
fn the_wheel_list_says_what_was_read() {
    let mut driver = Driver::open_with(
        Some("controller_wheel_path: dist\nplugins: []\n"),
        Some("plugins:\n- class: acme.Audit\n"),
        Settings::default(),
        |home| {
            let dist = home.join("dist");
            fs::create_dir(&dist).expect("made");
            fs::write(dist.join(NAME), wheel("acme", "1.0", "Requires-Python: >=3.12\n")).expect("written");
            fs::write(dist.join("stub-1.0-py3-none-any.whl"), "").expect("written");
        },
    );
    let screen = driver.press("w").screen();
    assert!(screen.contains("does not install on controllers"), "{screen}");
    assert!(screen.contains("it asks for >=3.12"), "{screen}");
    let screen = driver.press("j").screen();
    assert!(screen.contains("─ stub-1.0-py3-none-any.whl ─") && screen.contains("it is no zip archive"), "{screen}");
    driver.press("ka");
    assert!(driver.status().contains("No plugin class"), "{}", driver.status());
    driver.press("y<Enter>");
    assert!(driver.copied[0].ends_with("/dist/acme-1.0-py3-none-any.whl"), "{:?}", driver.copied);
    assert!(driver.screen().contains("requires Python  >=3.12"), "{}", driver.screen());
}

#[test]
fn the_wheel_list_is_filtered_and_sorted() {
    let mut driver = Driver::open_with(
        Some("controller_wheel_path: dist\nplugins: []\n"),
        Some("plugins: []\n"),
        Settings::default(),
        |home| {
            let dist = home.join("dist");
            fs::create_dir(&dist).expect("made");
            for (name, size, age) in [("acme", 10, 2), ("beta", 30, 3), ("gamma", 20, 1)] {
                let path = dist.join(format!("{name}-1.0-py3-none-any.whl"));
                fs::write(&path, vec![b'x'; size]).expect("written");
                let date = SystemTime::UNIX_EPOCH + Duration::from_hours(1000 - age);
                fs::File::options().append(true).open(&path).and_then(|f| f.set_modified(date)).expect("dated");
            }
            fs::write(dist.join("acme.txt"), "").expect("written");
        },
    );
    let shown = |driver: &Driver| {
        let rows = (0..).map_while(|row| pages::wheel_row(&driver.state, row));
        rows.map(|entry| entry.name.to_string_lossy().split(['-', '.']).next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    driver.press("wj");
    assert_eq!(shown(&driver), ["acme", "beta", "gamma", "acme"]);
    driver.press("o");
    assert_eq!(
        (shown(&driver), driver.state.wheel.at),
        (["beta", "gamma", "acme", "acme"].map(String::from).into(), 0)
    );
    driver.press("o");
    assert_eq!(
        (shown(&driver), driver.state.wheel.at),
        (["gamma", "acme", "beta", "acme"].map(String::from).into(), 2)
    );
    driver.press("o/ac<Enter>");
    assert_eq!(shown(&driver), ["acme", "acme"]);
    assert!(driver.screen().contains("/ac"), "{}", driver.screen());
    driver.press("/<Ctrl-U>none<Enter>");
    assert!(driver.screen().contains("Esc shows all"), "{}", driver.screen());
    driver.press("<Esc>");
    assert_eq!((shown(&driver).len(), driver.state.screen), (4, Screen::Wheels));
}

#[test]
fn each_wheel_is_told_of_whatever_lies_around_it() {
    let names = ["acme-1.0-py3-none-any.whl", "base-1.0-py3-none-any.whl", "cost-1.0-py3-none-any.whl"];
    let mut facts = facts();
    facts.directories.insert("/srv/dist".into(), listed("/srv/dist", &names.map(|name| (name, EntryKind::File))));
    let mut know = |path: &str, why: &str| {
        let inspection = Inspection { stamp: (1000, None), contents: Err(why.to_owned()), sha256: None };
        facts.wheels.insert(path.into(), Arc::new(inspection));
    };
    // `base` was not read yet; what is not of the directory, or not in it any more, comes before, between and behind.
    for (at, name) in [(0, names[0]), (2, names[2])] {
        know(&format!("/srv/dist/{name}"), &format!("reason {at}"));
    }
    for other in ["/srv/a", "/srv/dist-old", "/srv/dist/b.whl", "/srv/z"] {
        know(&format!("{other}/{}", names[1]), "of another directory");
    }
    know("/srv/dist/aaa-1.0-py3-none-any.whl", "gone");
    let files = workspace(text("controller_wheel_path: /srv/dist\n"), text("plugins:\n  - class: acme.Audit\n"));
    let found = skyplug_tui::preview::preview(&files, &facts).diagnostics;
    let told: Vec<&str> =
        found.iter().filter(|one| one.code.name() == "wheel-archive").map(|one| &*one.message).collect();
    assert_eq!(told, [format!("{}: reason 0", names[0]), format!("{}: reason 2", names[2])]);
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(NAME);
    fs::write(&path, wheel("acme", "1.0", "")).expect("written");
    let mut facts = facts();
    let files =
        workspace(text(&format!("controller_wheel_path: {}\n", directory.path().display())), text("plugins: []\n"));
    skyplug_tui::io::refresh(&skyplug_tui::io::Options::default(), &files, &mut facts);
    inspect::read_all(&files, &mut facts);
    let first = Arc::clone(&facts.wheels[&path]);
    skyplug_tui::io::refresh(&skyplug_tui::io::Options::default(), &files, &mut facts);
    inspect::read_all(&files, &mut facts);
    assert!(Arc::ptr_eq(&first, &facts.wheels[&path]));
    fs::write(&path, wheel("acme", "1.0", "Summary: new\n")).expect("written");
    skyplug_tui::io::refresh(&skyplug_tui::io::Options::default(), &files, &mut facts);
    inspect::read_all(&files, &mut facts);
    assert!(!Arc::ptr_eq(&first, &facts.wheels[&path]));
}
