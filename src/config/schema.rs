//! SkyPilot's schema of both files, as one static table.
//!
//! Source: `_config_schema` and `_remote_config_schema` of
//! `sky/server/plugins.py`; the same in every release from 0.11.2 to 0.14.1.

use super::Role;
use crate::yaml::Value;

/// A JSON Schema type, as far as the schema uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`
    String,
    /// `array`, with this schema for its items.
    Array(&'static Object),
    /// `object` with known properties.
    Object(&'static Object),
    /// `object` with any properties.
    Free,
}

impl Type {
    /// Returns the name in SkyPilot's messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Array(_) => "array",
            Self::Object(_) | Self::Free => "dict",
        }
    }

    /// Returns how people call it.
    #[must_use]
    pub const fn plain_name(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Array(_) => "a list",
            Self::Object(_) | Self::Free => "a mapping",
        }
    }

    /// Tells whether a value is of this type.
    #[must_use]
    pub const fn holds(self, value: &Value) -> bool {
        match self {
            Self::String => matches!(value, Value::Str(_)),
            Self::Array(_) => matches!(value, Value::List(_)),
            Self::Object(_) | Self::Free => matches!(value, Value::Map(_)),
        }
    }
}

/// One known key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// The key.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Type,
    /// Whether it must be there.
    pub required: bool,
    /// What it is, for people.
    pub about: &'static str,
}

/// A mapping with known keys and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// The keys, in the order in which they are validated.
    pub properties: &'static [Property],
}

impl Object {
    /// Returns the property of this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

const ENTRY: Object = Object {
    properties: &[
        Property {
            name: "class",
            kind: Type::String,
            required: true,
            about: "The plugin class, module.Class: SkyPilot imports the module and takes the attribute behind the last dot.",
        },
        Property {
            name: "parameters",
            kind: Type::Free,
            required: false,
            about: "The keyword arguments of the class: SkyPilot calls Class(**parameters).",
        },
    ],
};

const PLUGINS: Property = Property {
    name: "plugins",
    kind: Type::Array(&ENTRY),
    required: false,
    about: "The plugins, loaded from top to bottom. A null stops the API server: write [] for none.",
};

const WHEEL_PATH: Property = Property {
    name: "controller_wheel_path",
    kind: Type::String,
    required: false,
    about: "The directory whose *.whl files go to the controllers with remote_plugins.yaml. A relative path counts from the API server's working directory.",
};

/// The schema of `plugins.yaml`.
const API: Object = Object { properties: &[WHEEL_PATH, PLUGINS] };

/// The schema of `remote_plugins.yaml`.
const REMOTE: Object = Object { properties: &[PLUGINS] };

/// Returns the schema of a file.
#[must_use]
pub const fn of(role: Role) -> &'static Object {
    match role {
        Role::Api => &API,
        Role::Remote => &REMOTE,
    }
}
