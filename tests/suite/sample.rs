//! The sample: its wheels hold what its packages hold, byte for byte.
//!
//! Without Python; that the wheels' bytes follow from the packages is
//! `assets/sample/build_wheels.py --check`, which `.ci/run` asks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Starts each entry of an archive, before the table at its end (APPNOTE.TXT, 4.3.7).
const LOCAL_HEADER: &[u8] = b"PK\x03\x04";
/// The bytes of such a header in front of the name.
const LOCAL_HEADER_SIZE: usize = 30;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample")
}

/// Returns the names in a directory, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// Reads an archive in which nothing is compressed.
fn stored(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, bytes: usize| {
        archive[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let (mut files, mut at) = (BTreeMap::new(), 0);
    while archive[at..].starts_with(LOCAL_HEADER) {
        assert_eq!(number(at + 8, 2), 0, "stored, not compressed");
        let (size, name, extra) = (number(at + 22, 4), number(at + 26, 2), number(at + 28, 2));
        let name_at = at + LOCAL_HEADER_SIZE;
        let data_at = name_at + name + extra;
        let name = String::from_utf8(archive[name_at..name_at + name].to_vec()).expect("UTF-8");
        files.insert(name, archive[data_at..data_at + size].to_vec());
        at = data_at + size;
    }
    files
}

/// Returns the value of a line `key = "value"`.
fn setting<'a>(project: &'a str, key: &str) -> &'a str {
    let value = project.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
    value.and_then(|value| value.strip_suffix('"')).expect("a setting")
}

#[test]
fn the_wheels_hold_what_the_packages_hold() {
    let (packages, wheels) = (sample().join("packages"), sample().join("home/plugin-wheels"));
    let mut expected = vec!["README.txt".to_owned()];
    for package in names(&packages) {
        let project = fs::read_to_string(packages.join(&package).join("pyproject.toml")).expect("a project");
        let stem = format!("{}-{}", setting(&project, "name"), setting(&project, "version"));
        let file = format!("{stem}-py3-none-any.whl");
        let mut inside = stored(&fs::read(wheels.join(&file)).expect("a wheel"));
        let sources = names(&packages.join(&package).join(&package));
        for source in sources.iter().filter(|name| Path::new(name).extension().is_some_and(|end| end == "py")) {
            let name = format!("{package}/{source}");
            let text = fs::read(packages.join(&package).join(&name)).expect("a source");
            assert!(inside.remove(&name) == Some(text), "{name} of {file} is not the source");
        }
        let text = |name: &str| {
            let bytes = inside.get(&format!("{stem}.dist-info/{name}")).expect(name);
            String::from_utf8(bytes.clone()).expect("UTF-8")
        };
        let metadata = text("METADATA");
        for (field, key) in [("Name", "name"), ("Version", "version"), ("Requires-Python", "requires-python")] {
            let line = format!("{field}: {}\n", setting(&project, key));
            assert!(metadata.contains(&line), "{file}: {metadata}");
        }
        assert!(!metadata.contains("Requires-Dist"), "{file} pins nothing");
        assert_eq!(inside.len(), 3, "{file} has nothing else: {:?}", inside.keys());
        let listed = text("RECORD").lines().filter(|line| line.starts_with(&format!("{package}/"))).count();
        let held = stored(&fs::read(wheels.join(&file)).expect("a wheel")).len();
        assert_eq!((text("RECORD").lines().count(), listed), (held, held - 3), "{file}");
        expected.push(file);
    }
    expected.sort();
    assert_eq!(names(&wheels), expected);
}
