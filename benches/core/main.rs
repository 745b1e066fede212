//! How long the core takes: parse, edit, check, diff, wheels, preview, beside a bare pass over libyaml's events
//! and the `zip` crate.
//!
//! `cargo bench --bench core`; figures of other machines mean nothing here, ratios
//! to `events` of the same run do. What was learnt from them is in `benches/README.md`.

#![expect(missing_docs, reason = "criterion's macro makes a function without")]

mod packer;
mod peer;
mod workload;

use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use skyplug_tui::check::{self, Facts};
use skyplug_tui::config::diff;
use skyplug_tui::config::operation::{self, Operation};
use skyplug_tui::config::{Environment, Role};
use skyplug_tui::io::{inspect, scan};
use skyplug_tui::preview;
use skyplug_tui::wheel::archive::Archive;
use skyplug_tui::wheel::contents::Member;
use skyplug_tui::wheel::limits;
use skyplug_tui::yaml::edit::{NewValue, Sharing};
use skyplug_tui::yaml::{Document, Value};

const ENTRIES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];
const WHEELS: [usize; 4] = [10, 100, 1_000, 10_000];

fn group<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    // The large ones take a second each.
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

fn nowhere() -> &'static Path {
    Path::new("/opt/sky/wheels")
}

fn facts() -> Facts {
    Facts::unseen(Environment::default(), "/srv".into())
}

/// The peer and the same text as a tree with its data: how far from the floor a parse is.
fn parse(criterion: &mut Criterion) {
    let mut group = group(criterion, "parse");
    for count in ENTRIES {
        let text = workload::list(Role::Api, count, nowhere());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("events", count), &text, |b, text| {
            b.iter(|| peer::events(black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("document", count), &text, |b, text| {
            b.iter(|| Document::parse(black_box(text.as_str())).data().is_ok());
        });
    }
}

/// Both files, judged: the text of both is parsed already.
fn checks(criterion: &mut Criterion) {
    let mut group = group(criterion, "check");
    for count in ENTRIES {
        let workspace = workload::workspace(count, nowhere());
        let facts = facts();
        group.bench_with_input(BenchmarkId::new("both", count), &workspace, |b, workspace| {
            b.iter(|| check::check(black_box(workspace), &facts).diagnostics.len());
        });
    }
}

fn set(count: usize) -> Operation {
    let pointer = format!("/plugins/{}/parameters/retries", count - 1).parse().expect("a pointer");
    Operation::Set { role: Role::Api, pointer, value: NewValue::of(Value::Int(7)) }
}

/// One value set in the last entry, with the diagnostics of the result: what a key costs.
fn edit(criterion: &mut Criterion) {
    let mut group = group(criterion, "edit");
    for count in ENTRIES {
        let workspace = workload::workspace(count, nowhere());
        let (facts, operation) = (facts(), set(count));
        group.bench_with_input(BenchmarkId::new("set", count), &workspace, |b, workspace| {
            b.iter(|| {
                let change = operation::apply(black_box(workspace), &operation, Sharing::WriteOut).expect("it applies");
                check::check(&change.workspace, &facts).diagnostics.len()
            });
        });
    }
}

fn differences(criterion: &mut Criterion) {
    let mut group = group(criterion, "diff");
    for count in ENTRIES {
        let workspace = workload::workspace(count, nowhere());
        let change = operation::apply(&workspace, &set(count), Sharing::WriteOut).expect("it applies");
        let (old, new) = (workspace.document(Role::Api), change.workspace.document(Role::Api));
        let both = old.zip(new).expect("both are texts");
        group.bench_with_input(BenchmarkId::new("unified", count), &both, |b, (old, new)| {
            b.iter(|| diff::unified(black_box(old), black_box(new), false).len());
        });
    }
}

/// All wheels of a directory read, and what a launch does with them.
fn wheels(criterion: &mut Criterion) {
    let mut group = group(criterion, "wheels");
    for count in WHEELS {
        let directory = tempfile::tempdir().expect("a directory");
        workload::wheels(directory.path(), count);
        let workspace = workload::workspace(10, directory.path());
        let mut looked = facts();
        scan::add_wheel_directory(&workspace, &mut looked);
        group.bench_with_input(BenchmarkId::new("read", count), &looked, |b, looked| {
            b.iter(|| {
                let mut facts = looked.clone();
                inspect::read_all(black_box(&workspace), &mut facts);
                facts.wheels.len()
            });
        });
        inspect::read_all(&workspace, &mut looked);
        group.bench_with_input(BenchmarkId::new("preview", count), &looked, |b, looked| {
            b.iter(|| preview::preview(black_box(&workspace), looked).mounts.len());
        });
    }
}

/// METADATA of 10,000 wheels and of one of 300 MB, by our reader and by the `zip` crate, on one thread.
fn descriptions(criterion: &mut Criterion) {
    let mut group = group(criterion, "metadata");
    let (many, large) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    workload::wheels(many.path(), 10_000);
    workload::large_wheel(large.path());
    for (name, directory) in [("10000", &many), ("300MB", &large)] {
        let entries = std::fs::read_dir(directory.path()).expect("a list");
        let mut wheels: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        wheels.sort();
        for read in [description, peer::description] {
            assert!(wheels.iter().all(|wheel| read(wheel).contains("\nName: acme_")), "each is read");
        }
        group.bench_with_input(BenchmarkId::new("ours", name), &wheels, |b, wheels| {
            b.iter(|| wheels.iter().map(|wheel| description(black_box(wheel)).len()).sum::<usize>());
        });
        group.bench_with_input(BenchmarkId::new("zip", name), &wheels, |b, wheels| {
            b.iter(|| wheels.iter().map(|wheel| peer::description(black_box(wheel)).len()).sum::<usize>());
        });
    }
}

/// Returns the METADATA of a wheel as the program comes to it.
fn description(wheel: &Path) -> String {
    let file = File::open(wheel).expect("it opens");
    let size = file.metadata().expect("it is there").len();
    let mut archive = Archive::open(inspect::bytes(file, size), size).expect("an archive");
    let is_it = |member: &Member| member.path.ends_with(".dist-info/METADATA");
    let at = archive.members().iter().position(is_it).expect("a wheel");
    String::from_utf8(archive.read(at, limits::MAX_METADATA).expect("it is whole")).expect("UTF-8")
}

criterion_group!(core, parse, checks, edit, differences, wheels, descriptions);
criterion_main!(core);
