//! Conditions that can be decided without running anything.

use super::super::source::{Comparison, Expr};
use super::super::value::Kind;
use super::Run;

impl Run<'_> {
    /// Decides a condition; none where it cannot be.
    pub(super) fn test(&self, expr: &Expr) -> Option<bool> {
        match expr {
            Expr::Not(one) => self.test(one).map(|flag| !flag),
            Expr::All(all) => self.among(all, false),
            Expr::Any(all) => self.among(all, true),
            Expr::Compare(left, how, right) => self.compare(left, *how, right),
            Expr::Attribute(object, name) if name == "TYPE_CHECKING" && self.is_module(object, "typing") => Some(false),
            _ => match self.value(expr).kind() {
                Kind::External(path) if **path == *"typing.TYPE_CHECKING" => Some(false),
                Kind::Bool(flag) => Some(*flag),
                Kind::Int(number) => Some(*number != 0),
                Kind::String(text) => Some(!text.is_empty()),
                Kind::None => Some(false),
                Kind::Class(_) | Kind::Function(_) | Kind::Module(_) => Some(true),
                _ => None,
            },
        }
    }

    /// Decides `and` and `or`: one part that is `decisive` is enough.
    fn among(&self, all: &[Expr], decisive: bool) -> Option<bool> {
        let each: Vec<Option<bool>> = all.iter().map(|one| self.test(one)).collect();
        if each.contains(&Some(decisive)) {
            return Some(decisive);
        }
        each.iter().all(|one| *one == Some(!decisive)).then_some(!decisive)
    }

    fn is_module(&self, expr: &Expr, name: &str) -> bool {
        matches!(self.value(expr).kind(), Kind::Module(module) if **module == *name)
    }

    fn compare(&self, left: &Expr, how: Comparison, right: &Expr) -> Option<bool> {
        let same = |same: bool| match how {
            Comparison::Same => Some(same),
            Comparison::Differs => Some(!same),
            _ => None,
        };
        if let Expr::Attribute(object, name) = left
            && self.is_module(object, "sys")
        {
            return match (name.as_str(), right) {
                ("version_info", _) => self.version(how, right),
                // The API server runs on Linux or macOS.
                ("platform", Expr::String(text)) if text == "win32" => same(false),
                _ => None,
            };
        }
        match (left, right) {
            (Expr::Name(name), Expr::String(text)) if name == "__name__" => same(**text == *self.module),
            (_, Expr::None) => match self.value(left).kind() {
                Kind::None => same(true),
                Kind::Class(_) | Kind::Function(_) | Kind::Module(_) | Kind::Bool(_) | Kind::Int(_) => same(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// Compares the release of Python with a tuple of one or two numbers.
    fn version(&self, how: Comparison, right: &Expr) -> Option<bool> {
        let (major, minor) = self.resolver.python()?;
        let Expr::Sequence(parts) = right else { return None };
        let number = |at: usize| match parts.get(at) {
            Some(Expr::Int(number)) => Some(*number),
            _ => None,
        };
        // `sys.version_info` has five parts: it equals none of these, and is above those it begins with.
        let wanted = match parts.len() {
            1 => (number(0)?, -1),
            2 => (number(0)?, number(1)?),
            _ => return None,
        };
        let own = (i64::from(major), i64::from(minor));
        match how {
            Comparison::AtLeast | Comparison::Above => Some(own >= wanted),
            Comparison::Below | Comparison::AtMost => Some(own < wanted),
            Comparison::Same | Comparison::Differs => None,
        }
    }
}
