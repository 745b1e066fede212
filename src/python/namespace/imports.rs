//! Import statements: what they bind, and which submodules they leave in their packages.

use std::rc::Rc;

use super::super::resolve::Presence;
use super::super::value::{Kind, Value};
use super::Run;
use crate::python::known;

impl Run<'_> {
    pub(super) fn import(&mut self, module: &str, alias: Option<&str>) {
        self.load(module);
        match (alias, module.split_once('.')) {
            (Some(alias), _) => self.bind(alias, Kind::Module(module.into()).into()),
            (None, Some((top, _))) => self.bind(top, Kind::Module(top.into()).into()),
            (None, None) => self.bind(module, Kind::Module(module.into()).into()),
        }
    }

    /// Returns the absolute name of a module that is imported with dots before it.
    pub(super) fn absolute(&self, level: usize, module: &str) -> Option<String> {
        if level == 0 {
            return Some(module.to_owned());
        }
        let mut parts: Vec<&str> = self.module.split('.').collect();
        let up = if self.package { level - 1 } else { level };
        if up >= parts.len() {
            return None;
        }
        parts.truncate(parts.len() - up);
        if !module.is_empty() {
            parts.push(module);
        }
        Some(parts.join("."))
    }

    pub(super) fn import_from(&mut self, level: usize, module: &str, names: &[(String, String)]) {
        let Some(from) = self.absolute(level, module) else {
            self.broken |= self.trying == 0;
            return names.iter().for_each(|(_, bound)| self.bind(bound, Value::unknown()));
        };
        self.load(&from);
        let from: Rc<str> = from.into();
        for (name, bound) in names {
            if name == "*" {
                self.import_all(&from);
                continue;
            }
            let value = if *from == *self.module {
                // A package imports one of its own names or modules.
                self.load(&format!("{from}.{name}"));
                self.scopes[0].get(name).unwrap_or_else(Value::unknown)
            } else if let Some(path) = known::described(&from, name) {
                Kind::External(path.into()).into()
            } else {
                Kind::Imported(from.clone(), name.as_str().into()).into()
            };
            self.bind(bound, value);
        }
    }

    fn import_all(&mut self, from: &Rc<str>) {
        if **from == *self.module {
            return;
        }
        if known::is_described(from) {
            // Their names are no classes of ours; those that are known keep their meaning.
            for name in known::exported(from) {
                if let Some(path) = known::described(from, name) {
                    self.bind(name, Kind::External(path.into()).into());
                }
            }
            return;
        }
        let Some(namespace) = self.resolver.namespace(from) else { return self.escape() };
        if let Some(names) = namespace.exported(self.resolver) {
            for name in names {
                let value = Kind::Imported(from.clone(), name.clone()).into();
                self.scope().set(name, Some(value));
            }
            return;
        }
        self.escape();
        for name in namespace.names().filter(|name| !name.starts_with('_')) {
            let value = Value::either([Kind::Imported(from.clone(), name.clone()).into()], true);
            self.scope().set(name.clone(), Some(value));
        }
    }

    /// Notes the import of a module: its packages get it as an attribute, and it may be missing.
    fn load(&mut self, module: &str) {
        if self.trying == 0 && self.resolver.presence(module) == Presence::Missing {
            // `from . import name` names no module where the name is something else.
            let own = module.strip_prefix(&*self.module).is_some_and(|rest| rest.starts_with('.'));
            self.broken |= !own;
        }
        if !self.package {
            return;
        }
        let Some(inside) = module.strip_prefix(&*self.module).and_then(|rest| rest.strip_prefix('.')) else { return };
        let name: Rc<str> = inside.split('.').next().unwrap_or(inside).into();
        let submodule = format!("{}.{name}", self.module);
        if self.loaded.contains(&name) || self.resolver.presence(&submodule) == Presence::Missing {
            return;
        }
        let value: Value = Kind::Module(submodule.into()).into();
        let before = self.scopes[0].get(&name);
        let value = match before {
            // It may have been imported before, by another module.
            Some(before) if !before.same(&value) => Value::either([value, before], false),
            _ => value,
        };
        self.scopes[0].set(name.clone(), Some(value));
        self.loaded.insert(name);
    }
}
