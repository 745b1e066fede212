//! Branches: which of them run, and what is left where that cannot be told.

use super::super::resolve::Presence;
use super::super::scope::Layer;
use super::super::source::{Expr, Statement, Try};
use super::super::value::Kind;
use super::{Flow, Run};
use crate::python::known;

/// How likely the statements of a `try` raise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Risk {
    /// They do not.
    None,
    /// An import may fail.
    Import,
    /// Anything may fail.
    Any,
    /// An import fails.
    Missing,
}

/// What a handler catches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Catches {
    /// Everything that an import raises, and more.
    All,
    /// What an import raises where something is missing.
    Imports,
    /// Something else.
    Others,
    /// It cannot be told.
    Unknown,
}

impl Run<'_> {
    pub(super) fn branching(&mut self, statement: &Statement) -> Flow {
        match statement {
            Statement::If(arms) => self.conditional(arms),
            Statement::Try(one) => self.attempt(one),
            Statement::Repeat(body) => self.one_of(&[body, &[]]),
            Statement::Match(arms) => {
                let mut all: Vec<&[Statement]> = arms.iter().map(Vec::as_slice).collect();
                all.push(&[]);
                self.one_of(&all)
            }
            Statement::With(managers, body) => {
                // Other context managers let exceptions through.
                if managers.iter().any(|one| self.suppresses(one)) {
                    let catch_all = vec![(None, Vec::new())];
                    let (orelse, finally) = (Vec::new(), Vec::new());
                    return self.attempt(&Try { body: body.clone(), handlers: catch_all, orelse, finally });
                }
                self.block(body)
            }
            _ => Flow::On,
        }
    }

    fn suppresses(&self, manager: &Expr) -> bool {
        let Expr::Call { function, .. } = manager else { return false };
        matches!(self.value(function).kind(), Kind::External(path) if **path == *"contextlib.suppress")
    }

    /// Runs statements apart, behind what another branch did; returns what both did and how it ended.
    fn apart(&mut self, before: Layer, body: &[Statement]) -> (Layer, Flow) {
        self.scope().begin();
        self.scope().apply(before);
        let flow = self.block(body);
        (self.scope().end(), flow)
    }

    /// Runs one of several lists of statements, nobody knows which.
    fn one_of(&mut self, arms: &[&[Statement]]) -> Flow {
        let ends = arms.iter().map(|arm| self.apart(Layer::new(), arm)).collect();
        self.join(ends)
    }

    /// Goes on behind those branches that did not raise.
    fn join(&mut self, ends: Vec<(Layer, Flow)>) -> Flow {
        let alive: Vec<Layer> =
            ends.into_iter().filter_map(|(layer, flow)| (flow == Flow::On).then_some(layer)).collect();
        if alive.is_empty() {
            return Flow::Raised;
        }
        self.scope().join(alive);
        Flow::On
    }

    fn conditional(&mut self, arms: &[(Option<Expr>, Vec<Statement>)]) -> Flow {
        let mut possible: Vec<&[Statement]> = Vec::new();
        let mut decided = false;
        for (test, body) in arms {
            match test.as_ref().map_or(Some(true), |test| self.test(test)) {
                Some(false) => {}
                Some(true) => {
                    possible.push(body);
                    decided = true;
                    break;
                }
                None => possible.push(body),
            }
        }
        if !decided {
            possible.push(&[]);
        }
        match possible[..] {
            [only] => self.block(only),
            _ => self.one_of(&possible),
        }
    }

    fn attempt(&mut self, one: &Try) -> Flow {
        self.trying += 1;
        self.scope().begin();
        let mut flow = Flow::On;
        let mut risk = Risk::None;
        for statement in &one.body {
            risk = risk.max(self.risk(statement));
            flow = if risk == Risk::Missing { Flow::Raised } else { self.statement(statement) };
            if flow == Flow::Raised {
                risk = risk.max(Risk::Any);
                break;
            }
        }
        let body = self.scope().end();
        self.trying -= 1;
        let mut ends = Vec::new();
        if flow == Flow::On {
            ends.push(self.apart(body.clone(), &one.orelse));
        }
        if risk != Risk::None {
            let before = if risk == Risk::Missing { body } else { self.part_of(body) };
            self.handlers(one, risk, &before, &mut ends);
        }
        let flow = self.join(ends);
        if self.block(&one.finally) == Flow::Raised { Flow::Raised } else { flow }
    }

    /// Returns what is left of a branch of which nobody knows how far it ran.
    fn part_of(&mut self, layer: Layer) -> Layer {
        self.scope().begin();
        self.scope().join(vec![layer, Layer::new()]);
        self.scope().end()
    }

    /// Runs the handlers that an exception may reach.
    fn handlers(&mut self, one: &Try, risk: Risk, before: &Layer, ends: &mut Vec<(Layer, Flow)>) {
        for (kind, body) in &one.handlers {
            let catches = kind.as_ref().map_or(Catches::All, |kind| self.catches(kind));
            if catches == Catches::Others && risk != Risk::Any {
                continue;
            }
            let end = self.apart(before.clone(), body);
            ends.push(end);
            if risk == Risk::Missing && matches!(catches, Catches::All | Catches::Imports) {
                break;
            }
        }
    }

    fn catches(&self, kind: &Expr) -> Catches {
        if let Expr::Sequence(all) = kind {
            let each: Vec<Catches> = all.iter().map(|one| self.catches(one)).collect();
            let first = [Catches::All, Catches::Imports, Catches::Unknown];
            return first.into_iter().find(|one| each.contains(one)).unwrap_or(Catches::Others);
        }
        match self.value(kind).kind() {
            Kind::External(path) => match path.strip_prefix("builtins.") {
                Some("Exception" | "BaseException") => Catches::All,
                Some("ImportError" | "ModuleNotFoundError") => Catches::Imports,
                _ => Catches::Others,
            },
            _ => Catches::Unknown,
        }
    }

    fn imports(&self, module: &str) -> Presence {
        match self.resolver.presence(module) {
            Presence::Here if self.resolver.is_broken(module, &self.module) => Presence::Unknown,
            other => other,
        }
    }

    fn imports_name(&self, from: &str, name: &str) -> Presence {
        if name == "*" || *from == *self.module {
            return Presence::Here;
        }
        if known::is_described(from) {
            // Which other names there are depends on the release of Python.
            return if known::exported(from).contains(&name) { Presence::Here } else { Presence::Unknown };
        }
        self.resolver.name_presence(from, name)
    }

    /// Tells how likely a statement raises.
    fn risk(&self, statement: &Statement) -> Risk {
        let inside = |body: &[Statement]| body.iter().map(|one| self.risk(one)).max().unwrap_or(Risk::None);
        match statement {
            Statement::Import { module, .. } => import_risk([self.imports(module)]),
            Statement::From { level, module, names } => match self.absolute(*level, module) {
                Some(from) => match self.imports(&from) {
                    Presence::Here => import_risk(names.iter().map(|(name, _)| self.imports_name(&from, name))),
                    other => import_risk([other]),
                },
                None => Risk::Missing,
            },
            Statement::Assign { value: Some(value), .. } if !is_plain(&value.expr) => Risk::Any,
            Statement::Class(_) | Statement::Function(_) | Statement::Assign { .. } | Statement::Forget(_) => {
                Risk::None
            }
            Statement::If(arms) => arms.iter().map(|(_, body)| inside(body)).max().unwrap_or(Risk::None).min(Risk::Any),
            _ => Risk::Any,
        }
    }
}

fn import_risk(parts: impl IntoIterator<Item = Presence>) -> Risk {
    let of = |presence| match presence {
        Presence::Here => Risk::None,
        Presence::Missing => Risk::Missing,
        Presence::Unknown => Risk::Import,
    };
    parts.into_iter().map(of).max().unwrap_or(Risk::None)
}

/// Tells whether working an expression out raises nothing.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::String(_) | Expr::Int(_) | Expr::Bool(_) | Expr::None | Expr::Literal | Expr::Name(_) => true,
        Expr::Sequence(all) => all.iter().all(is_plain),
        _ => false,
    }
}
