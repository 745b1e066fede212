//! What the program is and what it works on, as a page.

use super::State;
use crate::check::VersionSource;
use crate::check::version::{NEWEST, OLDEST};
use crate::config::{PathSource, Role};
use crate::text::visible::visible_name;

/// Returns the page.
pub(super) fn lines(state: &State) -> Vec<String> {
    let facts = &state.facts;
    let how = match facts.version_source {
        VersionSource::Flag => "by --sky-version",
        VersionSource::Detected => "found in the server's Python",
        VersionSource::Assumed => "assumed: none was found",
    };
    let mut lines = vec![
        format!("skyplug-tui {}, a terminal editor for SkyPilot's plugin lists.", env!("CARGO_PKG_VERSION")),
        String::new(),
        format!("SkyPilot {} ({how}); the rules of {OLDEST} to {NEWEST} are known.", facts.version),
    ];
    if let Some(python) = &facts.python {
        lines.push(format!("The API server's Python: {}.", visible_name(python.as_os_str())));
    }
    lines.push(String::new());
    for role in Role::ALL {
        let path = state.path(role).map_or_else(|| "(no path)".to_owned(), |path| state.shown_path(&path));
        let source = match state.workspace.file(role).location.source {
            PathSource::Flag => "named by a flag",
            PathSource::Env => "named by an environment variable",
            PathSource::ConfigMap => "inside a ConfigMap",
            PathSource::Default => "SkyPilot's default",
        };
        lines.push(format!("{path}  ({source})"));
    }
    let directory = super::pages::resolved_text(state).unwrap_or_else(|| "none".to_owned());
    lines.push(format!("Wheel directory: {directory}."));
    lines.push(format!("Relative paths count from {}.", state.shown_path(&facts.server_cwd)));
    lines
}
