//! Random edits, made by the same functions that the fuzzer calls.
//!
//! `SKYPLUG_EDITS=1000000 cargo test --release --test suite random -- --nocapture`
//! makes a million of each kind and prints what was refused. The seed is printed;
//! `SKYPLUG_SEED` gives another one.

#[path = "../../fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's crate shows them")]
mod targets;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use targets::Tally;

/// The seed where none is given.
const SEED: u64 = 20_261_125;

/// A generator of random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

impl Random {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("small")
    }
}

/// Makes edits until enough are made.
fn make_edits(salt: u64, target: fn(&[u8]) -> Tally) -> Tally {
    let (count, seed) = (number("SKYPLUG_EDITS", 4000), number("SKYPLUG_SEED", SEED));
    let mut random = Random((seed ^ salt).max(1));
    let mut tally = Tally::default();
    let wanted = usize::try_from(count).expect("small");
    while tally.tried < wanted {
        let length = 40 + random.below(400);
        tally.add(target(&random.bytes(length)));
    }
    tally
}

/// Prints what was refused, with an example of each reason.
#[expect(clippy::print_stdout, reason = "cargo shows it where it is asked to")]
fn tell(tally: &Tally) {
    let mut table =
        format!("seed {}: {} edits, {} refused\n", number("SKYPLUG_SEED", SEED), tally.tried, tally.refusals());
    for (reason, (count, example)) in &tally.refused {
        let _ = writeln!(table, "{count:8}  {reason}\n{example}\n");
    }
    println!("{table}");
}

#[test]
fn random_patches_give_what_rfc_6902_gives_and_touch_nothing_else() {
    let tally = make_edits(0, targets::edits);
    tell(&tally);
    assert!(tally.refusals() * 50 < tally.tried, "more than 2 % are refused");
}

#[test]
fn random_edits_of_the_screens_are_taken() {
    let tally = make_edits(0x5eed, targets::operations);
    tell(&tally);
    assert!(tally.refusals() * 100 < tally.tried, "more than 1 % are refused");
}

#[test]
fn random_edits_of_two_sides_are_merged() {
    let tally = make_edits(0x3a11, targets::merges);
    tell(&tally);
    assert!(tally.refusals() * 100 < tally.tried, "more than 1 % have no text");
}

/// Puts texts together of pieces that matter to YAML.
fn pieces(random: &mut Random, of: &[&str], count: usize) -> String {
    (0..random.below(count + 1)).map(|_| of[random.below(of.len())]).collect()
}

#[test]
fn random_texts_are_judged_and_random_strings_read_back() {
    const SYNTAX: &[&str] = &[
        "plugins:",
        "class: a.B",
        "parameters:",
        "\n",
        "\n  ",
        "\n- ",
        "- ",
        ": ",
        "? ",
        "&a ",
        "*a",
        "<<",
        "!!str ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        "'",
        "\"",
        "|",
        ">",
        "\t",
        "\r\n",
        "%YAML 1.1",
        "---",
        "...",
        "=",
        "~",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "é",
        "\u{1f600}",
        "\0",
        "1",
        "0x",
        "12:30",
        "2026-01-01",
        ".inf",
        "\\",
        " ",
        "_",
    ];
    let mut random = Random(number("SKYPLUG_SEED", SEED));
    for _ in 0..number("SKYPLUG_EDITS", 4000) {
        let text = pieces(&mut random, SYNTAX, 12);
        targets::parse(text.as_bytes());
        targets::scalars(format!("{}{text}", char::from(random.bytes(1)[0] & 0x7f)).as_bytes());
        targets::patch(format!("[{{\"op\": \"add\", \"path\": \"/a\", \"value\": [1]}}]\0{text}").as_bytes());
    }
}

/// Reads bytes as a wheel, as the fuzzer does.
pub(crate) fn archive(data: &[u8]) {
    targets::archive(data);
}

/// Returns bytes that do not pack.
pub(crate) fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut random = Random(seed);
    let mut bytes: Vec<u8> = (0..count.div_ceil(8)).flat_map(|_| random.next().to_be_bytes()).collect();
    bytes.truncate(count);
    bytes
}

/// Calls a target by its name.
fn call(target: &str, data: &[u8]) {
    match target {
        "parse" => targets::parse(data),
        "scalars" => targets::scalars(data),
        "source" => targets::source(data),
        "patch" => drop(targets::patch(data)),
        "edits" => drop(targets::any_edits(data)),
        "merges" => drop(targets::merges(data)),
        "archive" => targets::archive(data),
        _ => panic!("{target} is no target"),
    }
}

#[test]
fn what_was_once_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the inputs") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        call(name.split('-').next().unwrap_or_default(), &fs::read(&path).expect("bytes"));
        count += 1;
    }
    assert!(count > 0, "no inputs");
}

/// `SKYPLUG_SEEDS` names a folder with what the fuzzer keeps, unpacked: one folder for
/// each target, or none of them.
#[test]
fn what_the_fuzzer_keeps_is_fine() {
    let Some(folder) = env::var_os("SKYPLUG_SEEDS") else { return };
    for target in ["parse", "scalars", "edits", "patch", "archive", "source"] {
        for entry in fs::read_dir(Path::new(&folder).join(target)).expect("the seeds") {
            call(target, &fs::read(entry.expect("a file").path()).expect("bytes"));
        }
    }
}
