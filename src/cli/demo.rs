//! `demo`: the UI on a throw-away copy of the sample.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::Context as _;

use super::{Exit, Session};
use crate::config::{Environment, Role, locate};
use crate::io::Options;

/// The sample, inside the program: it runs wherever that is installed.
const SAMPLE: [(&str, &[u8]); 6] = [
    (".sky/plugins.yaml", include_bytes!("../../assets/sample/home/.sky/plugins.yaml")),
    (".sky/remote_plugins.yaml", include_bytes!("../../assets/sample/home/.sky/remote_plugins.yaml")),
    (
        "plugin-wheels/acme_audit-1.2.0-py3-none-any.whl",
        include_bytes!("../../assets/sample/home/plugin-wheels/acme_audit-1.2.0-py3-none-any.whl"),
    ),
    (
        "plugin-wheels/acme_cost-0.9.1-py3-none-any.whl",
        include_bytes!("../../assets/sample/home/plugin-wheels/acme_cost-0.9.1-py3-none-any.whl"),
    ),
    (
        "plugin-wheels/acme_retry-2.0.0-py3-none-any.whl",
        include_bytes!("../../assets/sample/home/plugin-wheels/acme_retry-2.0.0-py3-none-any.whl"),
    ),
    ("plugin-wheels/README.txt", include_bytes!("../../assets/sample/home/plugin-wheels/README.txt")),
];

/// Runs the UI with a home directory of its own; what was saved is gone afterwards.
pub(super) fn run(session: &Session) -> anyhow::Result<Exit> {
    let home = tempfile::Builder::new()
        .prefix("skyplug-tui-demo.")
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir()
        .context("cannot make a temporary directory for the demo")?;
    for (name, bytes) in SAMPLE {
        let path = home.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let options = Options {
        server_cwd: Some(home.path().to_owned()),
        plugins: None,
        remote_plugins: None,
        configmap: None,
        ..session.options()
    };
    session.screens_on(&options, environment(&session.environment, home.path().as_os_str().to_owned()), true)
}

/// Returns the environment with another home and without what names other files or servers.
fn environment(of: &Environment, home: OsString) -> Environment {
    let mut new = of.clone();
    for role in Role::ALL {
        new.variables.remove(&OsString::from(locate::variable(role)));
    }
    new.variables.remove(&OsString::from("SKYPILOT_API_SERVER_ENDPOINT"));
    // Drafts, backups and the journal go with the rest.
    new.variables.remove(&OsString::from("XDG_STATE_HOME"));
    new.variables.insert("HOME".into(), home);
    new
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }

    #[test]
    fn the_program_holds_the_whole_sample() {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/home");
        let mut found = Vec::new();
        files(&home, &mut found);
        let mut there: Vec<_> = found.iter().map(|path| path.strip_prefix(&home).expect("below")).collect();
        let mut held: Vec<_> = SAMPLE.iter().map(|(name, _)| Path::new(*name)).collect();
        there.sort();
        held.sort();
        assert_eq!(held, there);
    }
}
