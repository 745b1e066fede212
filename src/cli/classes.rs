//! `classes`: the plugin classes that were found, for people and for scripts.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::output::Output;
use super::{Exit, Format, Session};
use crate::io::classes::Extent;
use crate::python::{Catalog, Parameter, PluginClass};
use crate::text::visible::{visible, visible_name};

pub(super) fn classes(session: &Session, format: Format, out: &mut Output) -> anyhow::Result<Exit> {
    let (_, facts) = session.open_with_classes(Extent::All);
    if format == Format::Json {
        out.json(&answer(&facts.catalog))?;
        return Ok(Exit::Fine);
    }
    let mut text = String::new();
    for one in &facts.catalog.found {
        describe(one, &mut text);
    }
    if facts.catalog.found.is_empty() {
        text.push_str("no plugin classes\n");
    }
    if facts.python.is_none() {
        text.push_str("(the server's Python is not known: see --python)\n");
    } else if !facts.catalog.complete {
        text.push_str("(there may be more: not all that the server's Python imports can be read as files)\n");
    }
    out.text(&text)?;
    Ok(Exit::Fine)
}

/// Writes a class with its signature, where it is from, where it loads and what it says of itself.
fn describe(one: &PluginClass, out: &mut String) {
    let signature = one.signature().unwrap_or_else(|| "(unknown parameters)".to_owned());
    let mark = match one.is_abstract {
        Some(true) => "  [abstract: it cannot be loaded]",
        Some(false) => "",
        None => "  [it cannot be told whether it is abstract]",
    };
    let _ = writeln!(out, "{}{}{mark}", visible(&one.class), visible(&signature));
    let _ = writeln!(out, "    from {}", from(one));
    let contexts = one.loads().unwrap_or_else(|| "loads where that cannot be told".to_owned());
    let _ = writeln!(out, "    {contexts}");
    if one.defined_in != one.class {
        let _ = writeln!(out, "    another name of {}", visible(&one.defined_in));
    }
    if let Some(summary) = one.summary() {
        let _ = writeln!(out, "    {}", visible(summary));
    }
}

/// Names the distribution with its version, and the wheel or the root.
fn from(one: &PluginClass) -> String {
    let place = visible_name(one.origin.from.as_os_str());
    match (&one.origin.distribution, &one.origin.version) {
        (Some(name), Some(version)) => format!("{} {} ({place})", visible(name), visible(version)),
        (Some(name), None) => format!("{} ({place})", visible(name)),
        _ => place,
    }
}

fn answer(catalog: &Catalog) -> Json {
    let rows: Vec<Json> = catalog.found.iter().map(row).collect();
    json!({"schema_version": 1, "complete": catalog.complete, "classes": rows})
}

/// Returns a class in JSON.
pub(super) fn row(one: &PluginClass) -> Json {
    let contexts = one.load_contexts.as_ref().map(|all| all.iter().map(|one| one.name()).collect::<Vec<_>>());
    let module = one.class.rsplit_once('.').map_or("", |(module, _)| module);
    json!({
        "class": one.class,
        "module": module,
        "source": one.origin.kind.name(),
        "from": one.origin.from.to_string_lossy(),
        "distribution": one.origin.distribution,
        "version": one.origin.version,
        "abstract": one.is_abstract,
        "load_contexts": contexts,
        "parameters": one.parameters.as_ref().map(|all| all.iter().map(parameter).collect::<Vec<_>>()),
        "doc": one.doc,
        "defined_in": one.defined_in,
        "bases": one.bases,
        "file": one.place.0,
        "line": one.place.1,
        "certain": one.is_certain(),
    })
}

fn parameter(one: &Parameter) -> Json {
    json!({
        "name": one.name,
        "kind": one.kind.name(),
        "annotation": one.annotation,
        "default": one.default,
        "required": one.is_required(),
        "doc": one.doc,
    })
}
