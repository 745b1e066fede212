//! What is known without a source: objects of Python's own, and `SkyPilot`'s `BasePlugin`.

use std::sync::{Arc, LazyLock};

use super::source::{self, Source};

/// The module that defines `BasePlugin`.
pub(super) const PLUGINS: &str = "sky.server.plugins";
/// The class that plugins derive from.
pub(super) const BASE: &str = "BasePlugin";
/// The enumeration of the processes that load plugins.
pub(super) const CONTEXT: &str = "PluginContext";

/// Modules of which objects are known by name; their sources are never asked.
const DESCRIBED: [&str; 8] =
    ["abc", "typing", "typing_extensions", "dataclasses", "enum", "functools", "builtins", "contextlib"];
/// Built-in names that mean something here; the others are values like any other.
const BUILT_IN: [&str; 26] = [
    "object",
    "frozenset",
    "set",
    "tuple",
    "list",
    "dict",
    "property",
    "classmethod",
    "staticmethod",
    "type",
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "Exception",
    "BaseException",
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "RuntimeError",
    "ValueError",
    "NameError",
    "super",
    "print",
    "__debug__",
];
/// Names that every module object has without a statement (`types.ModuleType`).
pub(super) const MODULE_ATTRIBUTES: [&str; 10] = [
    "__name__",
    "__doc__",
    "__package__",
    "__loader__",
    "__spec__",
    "__file__",
    "__cached__",
    "__builtins__",
    "__dict__",
    "__class__",
];

/// Names an object of a described module; `typing_extensions` has those of `typing`.
pub(super) fn described(module: &str, name: &str) -> Option<String> {
    let module = if module == "typing_extensions" { "typing" } else { module };
    DESCRIBED.contains(&module).then(|| format!("{module}.{name}"))
}

/// Tells whether a module is described.
pub(super) fn is_described(module: &str) -> bool {
    DESCRIBED.contains(&module)
}

/// Returns the names of a described module that mean something here and that all its releases have.
pub(super) fn exported(module: &str) -> &'static [&'static str] {
    match module {
        "abc" => {
            &["ABC", "ABCMeta", "abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod"]
        }
        "typing" | "typing_extensions" => &[
            "ClassVar",
            "Generic",
            "Protocol",
            "TYPE_CHECKING",
            "final",
            "overload",
            "runtime_checkable",
            "Any",
            "Optional",
            "Union",
            "Dict",
            "List",
            "Tuple",
            "Set",
            "FrozenSet",
            "Type",
            "Callable",
            "TypeVar",
            "Literal",
            "Final",
            "Iterable",
            "Iterator",
            "Mapping",
            "Sequence",
            "NamedTuple",
            "TypedDict",
            "cast",
        ],
        "dataclasses" => &["dataclass", "field", "InitVar", "fields", "asdict", "replace"],
        "enum" => &["Enum", "IntEnum", "Flag", "auto", "unique"],
        "functools" => &["wraps", "partial", "lru_cache", "cached_property", "total_ordering", "reduce"],
        "contextlib" => &["suppress", "contextmanager", "closing", "ExitStack"],
        _ => &[],
    }
}

/// Returns the dotted name of a built-in object.
pub(super) fn built_in(name: &str) -> Option<String> {
    BUILT_IN.contains(&name).then(|| format!("builtins.{name}"))
}

/// Returns `sky/server/plugins.py` of `SkyPilot` 0.14.1, as far as deriving from its class depends on it.
pub(super) fn plugins() -> Arc<Source> {
    static SOURCE: LazyLock<Arc<Source>> =
        LazyLock::new(|| Arc::new(source::read(DESCRIPTION.as_bytes()).unwrap_or_default()));
    SOURCE.clone()
}

const DESCRIPTION: &str = r#"
import abc
import enum
from typing import ClassVar, FrozenSet


class PluginContext(enum.Enum):
    MAIN = 'main'
    UVICORN = 'uvicorn'
    EXECUTOR = 'executor'
    CONTROLLER = 'controller'


ALL_PLUGIN_CONTEXTS: FrozenSet[PluginContext] = frozenset(PluginContext)


class ExtensionContext:

    def __init__(self, context=PluginContext.UVICORN, app=None):
        pass


class RBACRule:
    pass


class BasePlugin(abc.ABC):
    """Base class for all SkyPilot server plugins."""

    load_contexts: ClassVar[FrozenSet[PluginContext]] = ALL_PLUGIN_CONTEXTS

    @classmethod
    def should_load(cls, context):
        return context in cls.load_contexts

    @property
    def name(self):
        return None

    @property
    def js_extension_path(self):
        return None

    @property
    def requires_early_init(self):
        return False

    @property
    def version(self):
        return None

    @property
    def commit(self):
        return None

    @property
    def hidden_from_display(self):
        return False

    @property
    def rbac_rules(self):
        return []

    @property
    def viewer_allowlist(self):
        return []

    @abc.abstractmethod
    def install(self, extension_context):
        raise NotImplementedError

    def install_late(self, extension_context):
        pass

    def shutdown(self):
        pass
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_python() {
        assert_eq!(plugins().body.len(), 8);
    }
}
