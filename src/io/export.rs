//! Writes both lists as objects of Kubernetes into a directory: each file whole, none over another unasked.

use std::fs::{self, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::inspect;
use super::run::on_path;
use super::state::PRIVATE_FILE;
use crate::app::export::{ExportFailure, Exported};
use crate::config::Environment;
use crate::config::kubernetes::{self, Export, ExportError, ExportFile, Kind, MOST_BYTES, Request, WheelFile, Wheels};
use crate::text::visible::visible_name;

/// The mode of a file that holds no secret, before the umask.
const FILE: u32 = 0o666;

/// Reads the wheels where they are wanted, and returns the files of the export.
///
/// # Errors
///
/// Returns why there is none.
pub fn compose(request: &Request) -> Result<Export, ExportFailure> {
    let mut wheels = Vec::new();
    if request.wishes.wheels == Wheels::BinaryData {
        let size = request.wheels.iter().map(|path| fs::metadata(path).map_or(0, |found| found.len())).sum::<u64>();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > MOST_BYTES {
            // Told before anything is read.
            let (what, hint) = ("the wheels", ": an image or a volume brings more");
            return Err(ExportError::TooLarge { what, size, kind: Kind::ConfigMap, hint }.into());
        }
        for path in &request.wheels {
            wheels.push(wheel(path)?);
        }
    }
    Ok(kubernetes::export(request, &wheels)?)
}

fn wheel(path: &Path) -> Result<WheelFile, ExportFailure> {
    let failed = |why: String| ExportFailure::Wheel { path: path.to_owned(), why };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| failed("its name is no UTF-8".into()))?;
    let (file, _) = inspect::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // It may have grown meanwhile.
    file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
    Ok(WheelFile { name: name.to_owned(), bytes })
}

/// Writes an export into its directory, which is made where it is missing.
///
/// # Errors
///
/// Returns what keeps it from being written. Files that are there with other bytes
/// are looked for before the first one is written.
pub fn write(request: &Request, environment: &Environment) -> Result<Exported, ExportFailure> {
    let export = compose(request)?;
    let directory = &request.directory;
    let mut there = Vec::new();
    for file in &export.files {
        let path = directory.join(&file.name);
        if is_list(&path, request) {
            return Err(ExportFailure::OwnList(path));
        }
        if fs::symlink_metadata(&path).is_ok() && !holds(&path, &file.bytes) {
            there.push(path);
        }
    }
    if !request.replace && !there.is_empty() {
        return Err(ExportFailure::There(there));
    }
    let mut written = Vec::new();
    for file in &export.files {
        let path = directory.join(&file.name);
        if !holds(&path, &file.bytes) {
            put(&path, file).map_err(|error| ExportFailure::Io { path: path.clone(), why: error.to_string() })?;
        }
        written.push(path);
    }
    let shown = visible_name(shell_words::quote(&directory.to_string_lossy()).as_ref().as_ref());
    let has_kubectl = on_path("kubectl", environment).is_some();
    let commands = if has_kubectl { kubernetes::commands(&request.wishes, &shown) } else { Vec::new() };
    Ok(Exported { written, notes: export.notes, commands })
}

/// Tells whether a path leads to one of the lists: an export never writes there.
fn is_list(path: &Path, request: &Request) -> bool {
    let Ok(real) = fs::canonicalize(path) else { return false };
    request.places.iter().flatten().any(|place| fs::canonicalize(place).is_ok_and(|place| place == real))
}

/// Tells whether a regular file holds these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let found = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
    found && fs::read(path).is_ok_and(|there| there == bytes)
}

/// Puts a file in its place, in one step.
fn put(path: &Path, file: &ExportFile) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    let mode = if file.is_secret { PRIVATE_FILE } else { FILE };
    let mut new = tempfile::Builder::new().permissions(Permissions::from_mode(mode)).tempfile_in(folder)?;
    new.write_all(&file.bytes).and_then(|()| new.as_file().sync_all())?;
    new.persist(path).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(at: &Path) -> Request {
        let wishes = kubernetes::Wishes { name: "skypilot-plugins".to_owned(), ..Default::default() };
        let lists = [Some(b"plugins: []\n".as_slice().into()), None];
        Request { wishes, lists, directory: at.join("out"), ..Request::default() }
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn nothing_is_written_where_one_file_is_another_already() {
        let at = tempfile::tempdir().expect("a directory");
        let mut request = request(at.path());
        fs::create_dir(&request.directory).expect("made");
        let values = request.directory.join("values-plugins.yaml");
        fs::write(&values, "mine: 1\n").expect("written");
        let environment = Environment::default();
        assert_eq!(write(&request, &environment), Err(ExportFailure::There(vec![values.clone()])));
        assert!(!request.directory.join("configmap.yaml").exists());
        request.replace = true;
        let exported = write(&request, &environment).expect("written");
        assert_eq!(exported.written.len(), 2);
        assert!(fs::read_to_string(values).expect("read").contains("extraEnvs"));
        // The same again is no question.
        request.replace = false;
        write(&request, &environment).expect("nothing to do");
    }

    #[test]
    fn a_file_with_secrets_is_private() {
        let at = tempfile::tempdir().expect("a directory");
        let mut request = request(at.path());
        request.lists[0] = Some(b"plugins:\n- class: a.B\n  parameters: {api_token: abc}\n".as_slice().into());
        write(&request, &Environment::default()).expect("written");
        assert_eq!(mode(&request.directory.join("configmap.yaml")), PRIVATE_FILE);
        assert_ne!(mode(&request.directory.join("values-plugins.yaml")), PRIVATE_FILE);
    }

    #[test]
    fn the_lists_themselves_are_never_written_over() {
        let at = tempfile::tempdir().expect("a directory");
        let mut request = request(at.path());
        request.wishes.kustomize = true;
        request.replace = true;
        request.directory = at.path().to_owned();
        let list = at.path().join("plugins.yaml");
        fs::write(&list, "plugins:\n- class: on.Disk\n").expect("written");
        request.places[0] = Some(list.clone());
        assert_eq!(write(&request, &Environment::default()), Err(ExportFailure::OwnList(list)));
        assert!(!at.path().join("kustomization.yaml").exists());
    }

    #[test]
    fn a_fifo_is_no_wheel_and_too_many_bytes_are_not_read() {
        let at = tempfile::tempdir().expect("a directory");
        let mut request = request(at.path());
        request.wishes.wheels = Wheels::BinaryData;
        let fifo = at.path().join("a-1-py3-none-any.whl");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
            .expect("made");
        request.wheels = vec![fifo];
        assert!(matches!(compose(&request), Err(ExportFailure::Wheel { .. })));
        let large = at.path().join("b-1-py3-none-any.whl");
        fs::File::create(&large).expect("made").set_len(MOST_BYTES as u64 + 1).expect("sized");
        request.wheels = vec![large];
        let error = compose(&request).expect_err("too large").to_string();
        assert!(error.contains("1048577 bytes") && error.contains("1048576"), "{error}");
    }
}
