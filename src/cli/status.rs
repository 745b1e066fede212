//! `status`: the local API server beside the files, for people and for scripts.

use serde_json::{Map, Value as Json, json};

use super::output::Output;
use super::{Exit, Format, Session, report};
use crate::check::serving::{Currency, Health, Loaded, Process, ServedFile, Serving};
use crate::io::{scan, serving};

/// Prints what is known of the server; 1 where it does not answer, or runs an older list.
pub(super) fn status(session: &Session, format: Format, out: &mut Output) -> anyhow::Result<Exit> {
    let options = session.options();
    let serving = serving::look(&options, &scan::facts(&options, session.environment.clone()));
    match format {
        Format::Json => out.json(&answer(&serving))?,
        Format::Text => out.text(&(serving.lines().join("\n") + "\n"))?,
    }
    Ok(if serving.is_fine() { Exit::Fine } else { Exit::Findings })
}

fn answer(serving: &Serving) -> Json {
    let environment = serving.process.as_ref().map(|process| &process.variables);
    let files: Map<String, Json> = serving.files.iter().map(|one| (one.role.name().to_owned(), file(one))).collect();
    json!({
        "schema_version": report::SCHEMA_VERSION,
        "server": server(serving),
        "environment": environment,
        "health": health(&serving.health),
        "files": if serving.remote { Json::Null } else { Json::Object(files) },
        "loaded": serving.loaded.as_ref().map(|all| all.iter().map(loaded).collect::<Vec<_>>()),
        "requests": serving.requests,
        "other_servers": serving.others,
        "consolidation": report::consolidation(serving.consolidation),
    })
}

/// Returns the server; null where there is none.
fn server(serving: &Serving) -> Json {
    let process = serving.process.as_ref();
    if process.is_none() && !serving.is_healthy() && !serving.remote {
        return Json::Null;
    }
    let cwd = process.and_then(|process| process.cwd.as_deref());
    let python = process.and_then(|process| process.python.as_deref());
    json!({
        "pid": process.map(|process| process.pid),
        "cwd": cwd.map(report::path),
        "started": process.and_then(started),
        "endpoint": serving.endpoint,
        "remote": serving.remote,
        "python": python.map(report::path),
        "arguments": process.map(|process| &process.arguments),
    })
}

fn started(process: &Process) -> Option<String> {
    process.started.as_ref().map(|started| serving::utc(started.at))
}

fn health(health: &Health) -> Json {
    match health {
        Health::Healthy { version } => json!({"status": "healthy", "version": version, "why": null}),
        Health::Silent(why) => json!({"status": "silent", "version": null, "why": why}),
        Health::NotAsked(why) => json!({"status": "not-asked", "version": null, "why": why}),
    }
}

fn file(file: &ServedFile) -> Json {
    let before_change = match file.currency {
        Currency::Current => Some(false),
        Currency::Older => Some(true),
        Currency::Unknown => None,
    };
    json!({
        "path": file.path.as_deref().map(report::path),
        "modified": file.modified.as_ref().map(|modified| serving::utc(modified.at)),
        "server_reads": file.server_reads.as_deref().map(report::path),
        "loaded_before_change": before_change,
    })
}

fn loaded(plugin: &Loaded) -> Json {
    json!({"name": plugin.name, "version": plugin.version, "commit": plugin.commit})
}
