//! The lists and wheels that are measured: written as people write them, the same at every run.
//!
//! Header comments, a comment before some entries and behind some values, plain and
//! quoted scalars, flow and block collections, a literal block. A quarter of the
//! entries has no parameters, half of them flat ones, a quarter nested ones.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use skyplug_tui::config::{ConfigFile, Content, Location, PathSource, Role, Workspace};
use skyplug_tui::yaml::Document;

use crate::packer::Packer;

const KINDS: [&str; 8] = ["audit", "quota", "billing", "sso", "notify", "gpuhealth", "cache", "secrets"];

/// Returns the text of a list with `count` entries.
pub(crate) fn list(role: Role, count: usize, wheels: &Path) -> String {
    let mut out = format!("# SkyPilot's {} ({count} plugins)\n#\n", role.file_name());
    if role == Role::Api {
        let _ = writeln!(out, "controller_wheel_path: {}  # uploaded to controllers\n", wheels.display());
    }
    out.push_str("plugins:\n");
    for place in 0..count {
        entry(&mut out, place);
    }
    out
}

fn entry(out: &mut String, place: usize) {
    let kind = KINDS[place % KINDS.len()];
    // Numbers that vary, and are the same at every run.
    let some = |most: usize| place.wrapping_mul(2_654_435_761) % most;
    if place.is_multiple_of(5) {
        let _ = writeln!(out, "  # {kind} plugin no. {place}; owner: team-{}", place % 17);
    }
    let _ = writeln!(out, "  - class: acme_plugins.{kind}_{place:05}.Plugin");
    if place.is_multiple_of(4) {
        return;
    }
    let _ = write!(
        out,
        "    parameters:\n      endpoint: \"https://{kind}-{place:05}.example.com/v1\"\n      retries: {}  # per request\n      enabled: {}\n",
        some(10),
        some(2) == 0,
    );
    if place % 4 == 2 {
        let _ = writeln!(out, "      tags: [gpu, \"team-{}\", prod]", place % 17);
    }
    if place % 4 == 3 {
        let _ = write!(
            out,
            "      limits:\n        cpu: {}.5\n        memory: {}Gi\n        windows:\n          - hours: \"09:00-17:00\"\n            weight: {}\n      note: |\n        Installed for ticket OPS-{place}.\n        Do not remove.\n",
            1 + some(64),
            1 + some(512),
            1 + some(100),
        );
    }
}

/// Returns both lists with `count` entries each, parsed.
pub(crate) fn workspace(count: usize, wheels: &Path) -> Workspace {
    let file = |role: Role| ConfigFile {
        location: Location { path: Some(Path::new("/srv").join(role.file_name())), source: PathSource::Flag },
        content: Content::Text(Arc::new(Document::parse(list(role, count, wheels)))),
    };
    Workspace::new(file(Role::Api), file(Role::Remote))
}

/// Writes `count` small wheels with METADATA, WHEEL, RECORD and one module.
pub(crate) fn wheels(directory: &Path, count: usize) {
    for place in 0..count {
        let name = format!("acme_{}_{place:05}", KINDS[place % KINDS.len()]);
        let info = format!("{name}-1.0.0.dist-info");
        let code = format!(
            "from sky.server import plugins\n\n\nclass Plugin(plugins.BasePlugin):\n    \"\"\"Plugin {place}.\"\"\"\n"
        );
        let about = format!(
            "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\nSummary: A plugin\nRequires-Python: >=3.9\n\n{}\n",
            "Made for measurements. ".repeat(20)
        );
        let mut files = vec![
            (format!("{name}/__init__.py"), code),
            (format!("{info}/METADATA"), about),
            (format!("{info}/WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_owned()),
        ];
        let record: String = files.iter().fold(String::new(), |all, (path, _)| all + path + ",,\n");
        files.push((format!("{info}/RECORD"), format!("{record}{info}/RECORD,,\n")));
        let mut wheel = packer(directory, &name);
        for (path, text) in files {
            wheel.text(&path, &text).expect("the wheel is written");
        }
        wheel.finish().expect("the wheel is written");
    }
}

/// How many modules the large wheel has, and how many bytes each.
const MODULES: usize = 20_000;
const MODULE: usize = 15_000;

/// Writes one wheel of 300 MB with 20,003 files, whose modules are holes.
pub(crate) fn large_wheel(directory: &Path) {
    let info = "acme_large-1.0.0.dist-info";
    let mut wheel = packer(directory, "acme_large");
    let mut add = || {
        let zeros = vec![0; MODULE];
        let mut record = String::new();
        for place in 0..MODULES {
            let path = format!("acme_large/part_{:03}/module_{place:05}.py", place / 100);
            wheel.zeros(&path, &zeros)?;
            let _ = writeln!(record, "{path},,{MODULE}");
        }
        wheel.text(&format!("{info}/METADATA"), "Metadata-Version: 2.1\nName: acme_large\nVersion: 1.0.0\n")?;
        wheel.text(&format!("{info}/WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")?;
        wheel.text(&format!("{info}/RECORD"), &format!("{record}{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"))
    };
    add().and_then(|()| wheel.finish()).expect("the wheel is written");
}

fn packer(directory: &Path, name: &str) -> Packer {
    Packer::new(&directory.join(format!("{name}-1.0.0-py3-none-any.whl"))).expect("the wheel is begun")
}
