//! The lists and wheels that are measured: written as people write them, the same at every run.
//!
//! Header comments, a comment before some entries and behind some values, plain and
//! quoted scalars, flow and block collections, a literal block. A quarter of the
//! entries has no parameters, half of them flat ones, a quarter nested ones.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use skyplug_tui::config::{ConfigFile, Content, Location, PathSource, Role, Workspace};
use skyplug_tui::yaml::Document;

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
        let path = directory.join(format!("{name}-1.0.0-py3-none-any.whl"));
        fs::write(path, archive(&files)).expect("the wheel is written");
    }
}

/// Returns a zip archive of deflated files (PKWARE's APPNOTE, 4.3).
fn archive(files: &[(String, String)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (path, text) in files {
        let mut checksum = flate2::Crc::new();
        checksum.update(text.as_bytes());
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).expect("memory takes it");
        let packed = packer.finish().expect("memory takes it");
        let offset = small(out.len());
        // Version 2.0, no flags, deflated, the first date there is.
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        head.extend(checksum.sum().to_le_bytes());
        head.extend(small(packed.len()).to_le_bytes());
        head.extend(small(text.len()).to_le_bytes());
        head.extend(u16::try_from(path.len()).expect("names are short").to_le_bytes());
        head.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(path.bytes());
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(head);
        // No comment, disk 0, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(path.bytes());
    }
    let (start, size) = (small(out.len()), small(directory.len()));
    let count = u16::try_from(files.len()).expect("there are few").to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("the archive is small")
}
