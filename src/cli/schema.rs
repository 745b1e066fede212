//! The subcommand `schema`: JSON Schema (draft 7) of the two files, for editors.
//!
//! `SkyPilot`'s own schema as `config::schema` has it, with descriptions, and
//! stricter where `SkyPilot`'s loader is: what this schema accepts and the
//! loader refuses are the class paths and parameters of the classes themselves.

use serde_json::{Map, Value as Json, json};

use super::Exit;
use super::output::Output;
use crate::config::Role;
use crate::config::schema::{self, Object, Property, Type};

/// A class path that `SkyPilot` splits into a module and an attribute, both not empty, the module not relative.
const CLASS: &str = r"^[^.][\s\S]*\.[^.]+$";

/// Prints the schema of a list's file.
pub(super) fn print(role: Role, out: &mut Output) -> anyhow::Result<Exit> {
    out.json(&schema(role))?;
    Ok(Exit::Fine)
}

fn schema(role: Role) -> Json {
    let about = match role {
        Role::Api => "What SkyPilot's API server loads at its start: ~/.sky/plugins.yaml.",
        Role::Remote => "What SkyPilot's jobs and serve controllers get: ~/.sky/remote_plugins.yaml.",
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!(role.file_name()));
    schema.insert("description".to_owned(), json!(about));
    schema.extend(object(schema::of(role)));
    // A file with nothing in it is no configuration.
    schema.insert("type".to_owned(), json!(["object", "null"]));
    Json::Object(schema)
}

fn object(object: &Object) -> Map<String, Json> {
    let properties: Map<String, Json> =
        object.properties.iter().map(|property| (property.name.to_owned(), value(property))).collect();
    let required: Vec<&str> = object.properties.iter().filter(|one| one.required).map(|one| one.name).collect();
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    out.insert("properties".to_owned(), Json::Object(properties));
    out.insert("additionalProperties".to_owned(), json!(false));
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    out
}

fn value(property: &Property) -> Json {
    let mut out = match property.kind {
        Type::String => json!({"type": "string"}),
        Type::Array(items) => json!({"type": "array", "items": object(items)}),
        Type::Object(known) => Json::Object(object(known)),
        Type::Free => json!({"type": "object", "propertyNames": {"not": {"const": "self"}}}),
    };
    if property.name == "controller_wheel_path" {
        // SkyPilot drops what is null at the top before it validates; a null list it reads later.
        out["type"] = json!(["string", "null"]);
    }
    if property.name == "class" {
        out["pattern"] = json!(CLASS);
    }
    out["description"] = json!(property.about);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_names_what_the_files_may_hold() {
        let api = schema(Role::Api);
        assert_eq!(api["properties"]["controller_wheel_path"]["type"], json!(["string", "null"]));
        let entry = &api["properties"]["plugins"]["items"];
        assert_eq!((&entry["required"], &entry["additionalProperties"]), (&json!(["class"]), &json!(false)));
        assert!(schema(Role::Remote)["properties"].get("controller_wheel_path").is_none());
    }
}
