//! What the files of `.dist-info` say: `METADATA`, `WHEEL`, `RECORD`, entry points.
//!
//! Headers are read by hand, as Python's `email` and uv read them. What makes uv
//! refuse a wheel was found by trying (`tests/oracle/wheels.py`): before it
//! unpacks ([`Contents::refused`]) and while it does ([`Contents::breaks`]).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::str::FromStr as _;

use pep440_rs::Version;
use rawzip::ReaderAt;

use super::archive::{Archive, ArchiveError};
use super::contents::{Contents, Member, Metadata, Record};
use super::filename::{WheelName, normalize};
use super::requirement::{self, Requirement};
use super::{limits, record};

/// The end of the folder's name that holds what is said of the distribution.
const FOLDER: &str = ".dist-info";

/// Reads a wheel of `size` bytes.
///
/// # Errors
///
/// Returns an error where there is no directory of an archive; all else that is
/// wrong is in the contents.
pub fn read<R: ReaderAt>(reader: R, size: u64, file_name: &str) -> Result<Contents, ArchiveError> {
    let mut archive = Archive::open(reader, size)?;
    let mut contents = Contents {
        oddities: archive.oddities().iter().map(ArchiveError::to_string).collect(),
        modules: modules(archive.members()),
        ..Contents::default()
    };
    if archive.more_oddities() > 0 {
        contents.oddities.push(format!("and {} more of that kind", archive.more_oddities()));
    }
    let name = WheelName::parse(file_name).ok();
    match folder(archive.members(), name.as_ref()) {
        Err(problem) => contents.refused = Some(problem),
        Ok(folder) => describe(&mut archive, &folder, name.as_ref(), &mut contents),
    }
    contents.breaks.extend(other_folder(archive.members()));
    contents.members = archive.into_members();
    Ok(contents)
}

/// Finds the one folder that describes the distribution, as pip and uv do.
fn folder(members: &[Member], name: Option<&WheelName>) -> Result<String, String> {
    let described = members.iter().filter_map(|member| {
        let (folder, file) = member.path.split_once('/')?;
        (file == "METADATA" && folder.ends_with(FOLDER)).then_some(folder)
    });
    let found: Vec<&str> = described.take(2).collect();
    let [folder] = found[..] else {
        let what = if found.is_empty() { "has no METADATA" } else { "has several METADATA" };
        return Err(format!("it {what} in a .dist-info folder at the top"));
    };
    let fits = |name: &WheelName| normalize(folder).starts_with(&name.normalized());
    if name.is_some_and(|name| !fits(name)) {
        return Err(format!("its folder {folder} is that of another distribution"));
    }
    Ok(folder.to_owned())
}

/// Says that another folder at the top is a `.dist-info` one too, whatever it holds.
fn other_folder(members: &[Member]) -> Option<String> {
    let tops = members.iter().filter_map(|member| member.path.split_once('/'));
    let mut folders = tops.map(|(top, _)| top).filter(|top| top.ends_with(FOLDER));
    let first = folders.next()?;
    folders.find(|other| *other != first).map(|other| format!("it has two .dist-info folders, {first} and {other}"))
}

/// Reads the files of the folder.
fn describe<R: ReaderAt>(archive: &mut Archive<R>, folder: &str, name: Option<&WheelName>, contents: &mut Contents) {
    match text(archive, folder, "METADATA", limits::MAX_METADATA) {
        Ok(text) => {
            let Parsed { metadata, requirements, refused } = parse(&text);
            contents.refused = refused.or_else(|| other_name(&metadata, name));
            contents.breaks.extend(other_version(&metadata, name));
            contents.metadata = metadata;
            contents.requirements = requirements;
        }
        Err(problem) => contents.refused = Some(problem.to_string()),
    }
    match text(archive, folder, "WHEEL", limits::MAX_SMALL) {
        Ok(text) => contents.breaks.extend(other_format(&text)),
        Err(problem) => contents.breaks.push(problem.to_string()),
    }
    match text(archive, folder, "RECORD", limits::MAX_MEMBER) {
        Ok(text) => {
            contents.record = record::check(&text, folder, archive.members(), archive.has_duplicates());
        }
        Err(problem) => {
            contents.breaks.push(problem.to_string());
            contents.record = Record::Missing;
        }
    }
    match text(archive, folder, "entry_points.txt", limits::MAX_SMALL) {
        Ok(text) => contents.entry_points = entry_points(&text),
        Err(ArchiveError::Missing(_)) => {}
        Err(problem) => contents.oddities.push(problem.to_string()),
    }
}

fn text<R: ReaderAt>(archive: &mut Archive<R>, folder: &str, name: &str, limit: u64) -> Result<String, ArchiveError> {
    let path = format!("{folder}/{name}");
    let at = archive.find(&path).ok_or(ArchiveError::Missing(path))?;
    let bytes = archive.read(at, limit)?;
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The headers that are read, in lower case.
const HEADERS: &[&str] = &["name", "version", "summary", "requires-python", "requires-dist", "wheel-version"];

/// Returns the known headers of a text: name in lower case, value with its lines joined.
///
/// They end at the first line that is neither a header nor the continuation of one.
fn headers(text: &str) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut headers: Vec<(&'static str, Cow<'_, str>)> = Vec::new();
    let mut is_kept = false;
    for line in lines(text) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut().filter(|_| is_kept) {
                let value = value.to_mut();
                value.push(' ');
                value.push_str(line.trim_start());
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { break };
        if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            break;
        }
        let known = HEADERS.iter().find(|known| name.eq_ignore_ascii_case(known));
        is_kept = known.is_some();
        headers.extend(known.map(|known| (*known, Cow::Borrowed(value.trim_start()))));
    }
    headers
}

/// Returns the lines of a text as Python's text files have them: they end with LF, CR, or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut left = Some(text);
    std::iter::from_fn(move || {
        let text = left?;
        let Some(end) = text.bytes().position(|byte| matches!(byte, b'\n' | b'\r')) else { return left.take() };
        let behind = &text[end..];
        left = Some(behind.strip_prefix("\r\n").unwrap_or(&behind[1..]));
        Some(&text[..end])
    })
}

/// What was read of `METADATA`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// What it says.
    pub metadata: Metadata,
    /// Its requirements, but those that are none.
    pub requirements: Vec<Requirement>,
    /// Why uv refuses it.
    pub refused: Option<String>,
}

/// Reads `METADATA`.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let headers = headers(text);
    let values =
        |wanted: &'static str| headers.iter().filter(move |(name, _)| *name == wanted).map(|(_, value)| &**value);
    // What old tools write where they know nothing.
    let first = |wanted| values(wanted).next().filter(|value| *value != "UNKNOWN");
    let kept = |value: &str| {
        let value = value.trim();
        // No text has more characters than bytes.
        if value.len() <= limits::MAX_TEXT { value.to_owned() } else { value.chars().take(limits::MAX_TEXT).collect() }
    };
    let (name, version) = (first("name"), first("version"));
    let requires_python = first("requires-python");
    let requires_dist: Vec<&str> = values("requires-dist").take(limits::MAX_ITEMS).collect();
    let (requirements, problems): (Vec<_>, Vec<_>) =
        requires_dist.iter().map(|text| Requirement::parse(text)).partition(Result::is_ok);
    let refused = match (name, version) {
        (None, _) => Some("its METADATA has no Name".to_owned()),
        (_, None) => Some("its METADATA has no Version".to_owned()),
        (Some(name), _) if !requirement::is_name(name) => {
            Some(format!("its METADATA has a Name that is none: `{}`", kept(name)))
        }
        (_, Some(version)) if Version::from_str(version.trim()).is_err() => {
            Some(format!("its METADATA has a Version that is none of PEP 440: `{}`", kept(version)))
        }
        _ if requires_python.is_some_and(|text| requirement::python_fit(text).is_none()) => Some(format!(
            "its METADATA has a Requires-Python that is none: `{}`",
            kept(requires_python.unwrap_or_default())
        )),
        _ => {
            let problem = problems.into_iter().find_map(Result::err);
            problem.map(|problem| format!("its METADATA has a Requires-Dist that is none: {problem}"))
        }
    };
    let metadata = Metadata {
        name: kept(name.unwrap_or_default()),
        version: kept(version.unwrap_or_default()),
        summary: first("summary").map(kept),
        requires_python: requires_python.map(kept),
        requires_dist: requires_dist.into_iter().map(kept).collect(),
    };
    Parsed { metadata, requirements: requirements.into_iter().flatten().collect(), refused }
}

/// Says that `METADATA` is that of another distribution than the file name's.
fn other_name(metadata: &Metadata, name: Option<&WheelName>) -> Option<String> {
    let name = name.filter(|name| name.normalized() != normalize(&metadata.name))?;
    Some(format!("its METADATA names {}, its file name {}", metadata.name, name.distribution))
}

/// Says that `METADATA` is of another version than the file name.
fn other_version(metadata: &Metadata, name: Option<&WheelName>) -> Option<String> {
    let name = name?;
    let read = |text: &str| Version::from_str(&text.replace('_', "-")).ok();
    let (said, named) = (Version::from_str(metadata.version.trim()).ok()?, read(&name.version)?);
    (said != named).then(|| format!("its METADATA says version {said}, its file name {named}"))
}

/// Says that `WHEEL` is of a format that installers do not know (PEP 427).
fn other_format(text: &str) -> Option<String> {
    let headers = headers(text);
    let version = headers.iter().find(|(name, _)| *name == "wheel-version").map(|(_, value)| value.trim());
    match version.map(|version| version.split('.').next().unwrap_or_default()) {
        Some("1") => None,
        Some(_) => Some(format!("its WHEEL is of format {}, not 1", version.unwrap_or_default())),
        None => Some("its WHEEL has no Wheel-Version".to_owned()),
    }
}

/// Returns `group: name = value` for each entry point.
fn entry_points(text: &str) -> Vec<String> {
    let mut group = "";
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(named) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = named.trim();
        } else if line.contains('=') && found.len() < limits::MAX_ITEMS {
            found.push(format!("{group}: {line}").chars().take(limits::MAX_TEXT).collect());
        }
    }
    found
}

/// Returns the modules and packages at the top, where an installer puts them.
fn modules(members: &[Member]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for member in members.iter().filter(|member| is_code(&member.path)) {
        let path = installed(&member.path);
        let Some(path) = path else { continue };
        // `native.cpython-310-x86_64-linux-gnu.so` is `native`.
        let top = path.split_once('/').map_or_else(|| path.split('.').next().unwrap_or(path), |(top, _)| top);
        let is_module = top.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && top.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_module && found.len() < limits::MAX_ITEMS && !found.contains(top) {
            found.insert(top.to_owned());
        }
    }
    found.into_iter().collect()
}

fn is_code(path: &str) -> bool {
    [".py", ".so", ".pyd"].iter().any(|suffix| path.ends_with(suffix))
}

/// Returns the path below `site-packages`, none for what goes elsewhere (PEP 427, `.data`).
#[must_use]
pub fn installed(path: &str) -> Option<&str> {
    let (top, rest) = path.split_once('/').unwrap_or((path, ""));
    if top.strip_suffix(".data").is_none() {
        return Some(path);
    }
    rest.strip_prefix("purelib/").or_else(|| rest.strip_prefix("platlib/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n";

    #[test]
    fn headers_are_folded_and_end_before_the_description() {
        let text = "Name: acme\r\nRequires-Python: >=3.8,\r\n\t<4\r\nrequires-dist: x\r\n\r\nVersion: 9\r\n";
        let want = [("name", "acme"), ("requires-python", ">=3.8, <4"), ("requires-dist", "x")];
        assert_eq!(headers(text), want.map(|(name, value)| (name, Cow::Borrowed(value))));
        assert_eq!(headers(&text.replace("\r\n", "\r")), headers(text));
        assert_eq!(headers(&text.replace('\r', "")), headers(text));
    }

    #[test]
    fn lines_end_with_lf_cr_or_both() {
        for text in ["", "a", "a\n", "a\r\nb", "a\r\r\nb\n\rc", "\r", "\n\n", "\r\n", "é\rä"] {
            let all: Vec<&str> = lines(text).collect();
            let with_one_end = text.replace("\r\n", "\n");
            assert_eq!(all, with_one_end.split(['\n', '\r']).collect::<Vec<_>>(), "{text:?}");
        }
    }

    #[test]
    fn metadata_is_taken_and_refused_as_uv_does() {
        let Parsed { metadata: read, requirements, refused } =
            parse(&format!("{GOOD}Summary: Costs\nRequires-Dist: x>=1\nName: other\n\nbody"));
        assert_eq!((read.name.as_str(), read.version.as_str(), refused), ("acme", "1.0", None));
        assert_eq!((requirements.len(), requirements[0].name.as_str()), (1, "x"));
        assert_eq!((read.summary.as_deref(), read.requires_dist), (Some("Costs"), vec!["x>=1".to_owned()]));
        for (text, refused) in [
            ("", true),
            ("Name: acme\n\n", true),
            ("Version: 1.0\n\n", true),
            ("Name: acme\nVersion: 1.0", false),
            (" x\nName: acme\nVersion: 1.0\n", false),
            ("\nName: acme\nVersion: 1.0\n", true),
            ("garbage\nName: acme\nVersion: 1.0\n", true),
            ("\u{feff}Name: x\nName: acme\nVersion: 1.0\n", true),
            ("Name : acme\nVersion: 1.0\n", true),
            ("Name: UNKNOWN\nVersion: 1.0\n", true),
            ("Name: acme  \nVersion: 1.0\n", true),
            ("Name: acme\nVersion:  1.0 \n", false),
            ("Name: acme\nVersion: v1.0\n", false),
            ("Name: acme\nVersion: x.y\n", true),
            ("Name: acme\nVersion: 1.0\nRequires-Python: nonsense\n", true),
            ("Name: acme\nVersion: 1.0\nRequires-Dist: !!!\n", true),
        ] {
            assert_eq!(parse(text).refused.is_some(), refused, "{text:?}");
        }
    }

    #[test]
    fn modules_are_those_that_can_be_imported() {
        let paths = [
            "acme/__init__.py",
            "acme/x.txt",
            "single.py",
            "native.cpython-310-x86_64-linux-gnu.so",
            "space/sub/a.py",
            "acme-1.0.data/purelib/pure/__init__.py",
            "acme-1.0.data/scripts/run.py",
            "acme-1.0.dist-info/METADATA",
            "docs/readme.md",
            "a-b/x.py",
            "acme.libs/libz.so",
        ];
        let members = paths.map(|path| Member { path: path.to_owned(), size: 0 });
        assert_eq!(modules(&members), ["acme", "native", "pure", "single", "space"]);
    }

    #[test]
    fn entry_points_are_told_with_their_group() {
        let text = "# made\n[console_scripts]\nacme = acme.cli:main\n\n[ x.y ]\nname=a:b ; note\n";
        assert_eq!(entry_points(text), ["console_scripts: acme = acme.cli:main", "x.y: name=a:b ; note"]);
    }

    #[test]
    fn only_format_1_is_known() {
        assert_eq!(other_format("Wheel-Version: 1.9\n"), None);
        assert!(other_format("Wheel-Version: 2.0\n").is_some_and(|told| told.contains("2.0")));
        assert!(other_format("").is_some());
    }
}
