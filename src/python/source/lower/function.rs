//! Functions: their parameters, and what they do where they decorate something.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr as Tree, ExprContext, Stmt};
use ruff_text_size::Ranged as _;

use super::super::{Function, Nature};
use super::{Lower, docstring, expression};
use crate::python::{Parameter, ParameterKind};

/// Methods of lists, sets, dictionaries and loggers: what they are given stays as it is.
const KEEPING_METHODS: [&str; 11] =
    ["append", "add", "insert", "setdefault", "extend", "debug", "info", "warning", "error", "log", "format"];
/// Functions that leave their arguments as they are.
const KEEPING_FUNCTIONS: [&str; 11] =
    ["print", "repr", "str", "isinstance", "issubclass", "getattr", "hasattr", "id", "hash", "type", "super"];

impl Lower<'_> {
    pub(super) fn function(&mut self, def: &ast::StmtFunctionDef) -> Function {
        let mut inside = Writes::default();
        for statement in &def.body {
            inside.visit_stmt(statement);
        }
        self.rebound.extend(inside.globals);
        self.open |= inside.escapes;
        Function {
            name: def.name.to_string(),
            decorators: def.decorator_list.iter().map(|one| expression::lower(&one.expression)).collect(),
            parameters: self.parameters(&def.parameters),
            doc: docstring(&def.body),
            nature: nature(def),
            mentions_abstract: self.slice(def.range).contains("abstract"),
            touches_first: touches_first(def),
        }
    }

    fn parameters(&self, all: &ast::Parameters) -> Vec<Parameter> {
        let plain = |list: &[ast::ParameterWithDefault], kind| -> Vec<Parameter> {
            list.iter().map(|one| self.parameter(&one.parameter, kind, one.default.as_deref())).collect()
        };
        let mut out = plain(&all.posonlyargs, ParameterKind::PositionalOnly);
        out.extend(plain(&all.args, ParameterKind::PositionalOrKeyword));
        out.extend(all.vararg.as_ref().map(|one| self.parameter(one, ParameterKind::VarPositional, None)));
        out.extend(plain(&all.kwonlyargs, ParameterKind::KeywordOnly));
        out.extend(all.kwarg.as_ref().map(|one| self.parameter(one, ParameterKind::VarKeyword, None)));
        out
    }

    fn parameter(&self, one: &ast::Parameter, kind: ParameterKind, default: Option<&Tree>) -> Parameter {
        let text = |tree: &Tree| super::super::text::one_line(self.slice(tree.range()));
        Parameter {
            name: one.name.to_string(),
            kind,
            annotation: one.annotation.as_deref().map(text),
            default: default.map(text),
            doc: None,
        }
    }
}

/// Returns the name of the first parameter that is given by place.
fn first(def: &ast::StmtFunctionDef) -> Option<&str> {
    let all = &def.parameters;
    all.posonlyargs.iter().chain(&all.args).next().map(|one| one.parameter.name.as_str())
}

fn nature(def: &ast::StmtFunctionDef) -> Nature {
    if def.is_async {
        return Nature::Other;
    }
    if returns_first(def) {
        return Nature::ReturnsFirst;
    }
    let inner = def.body.iter().filter_map(Stmt::as_function_def_stmt).find(|one| returns_first(one));
    let makes = inner.is_some_and(|inner| inner.decorator_list.is_empty() && returns_only(def, inner.name.as_str()));
    if makes { Nature::MakesReturnsFirst } else { Nature::Other }
}

fn returns_first(def: &ast::StmtFunctionDef) -> bool {
    first(def).is_some_and(|name| !touches_first(def) && returns_only(def, name)) && !def.is_async
}

/// Tells whether a function gives back what a name stands for, and nothing else.
fn returns_only(def: &ast::StmtFunctionDef, name: &str) -> bool {
    let mut returns = Returns { name, only: true };
    for statement in &def.body {
        returns.visit_stmt(statement);
    }
    returns.only && def.body.last().is_some_and(Stmt::is_return_stmt)
}

struct Returns<'n> {
    name: &'n str,
    only: bool,
}

impl Visitor<'_> for Returns<'_> {
    fn visit_stmt(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(one) => {
                self.only &= matches!(one.value.as_deref(), Some(Tree::Name(name)) if name.id == self.name);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &Tree) {
        self.only &= !matches!(expr, Tree::Yield(_) | Tree::YieldFrom(_));
        if !expr.is_lambda_expr() {
            walk_expr(self, expr);
        }
    }
}

/// Tells whether a function may change what its first parameter is.
fn touches_first(def: &ast::StmtFunctionDef) -> bool {
    let Some(name) = first(def) else { return true };
    let mut touches = Touches { name, touched: false };
    for statement in &def.body {
        touches.visit_stmt(statement);
    }
    touches.touched
}

struct Touches<'n> {
    name: &'n str,
    touched: bool,
}

impl Touches<'_> {
    fn is_it(&self, expr: &Tree) -> bool {
        matches!(expr, Tree::Name(name) if name.id == self.name)
    }
}

impl Visitor<'_> for Touches<'_> {
    fn visit_stmt(&mut self, statement: &Stmt) {
        self.touched |= match statement {
            // Another name for it, behind which it is out of sight.
            Stmt::Assign(one) => self.is_it(&one.value) && !one.targets.iter().all(Tree::is_subscript_expr),
            Stmt::AnnAssign(one) => one.value.as_deref().is_some_and(|value| self.is_it(value)),
            Stmt::Global(_) | Stmt::Nonlocal(_) => true,
            _ => false,
        };
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &Tree) {
        self.touched |= match expr {
            Tree::Name(name) => name.ctx != ExprContext::Load && name.id == self.name,
            Tree::Attribute(one) => {
                let hidden = matches!(one.attr.as_str(), "__dict__" | "__abstractmethods__" | "__init__" | "__bases__");
                self.is_it(&one.value) && (one.ctx != ExprContext::Load || hidden)
            }
            Tree::Named(one) => self.is_it(&one.value),
            Tree::Call(call) => {
                let given = call.arguments.args.iter().any(|one| match one {
                    Tree::Starred(one) => self.is_it(&one.value),
                    other => self.is_it(other),
                }) || call.arguments.keywords.iter().any(|one| self.is_it(&one.value));
                let keeps = match &*call.func {
                    Tree::Attribute(method) => KEEPING_METHODS.contains(&method.attr.as_str()),
                    Tree::Name(name) => KEEPING_FUNCTIONS.contains(&name.id.as_str()),
                    _ => false,
                };
                given && !keeps
            }
            _ => false,
        };
        walk_expr(self, expr);
    }
}

/// What a statement does to the names around it, beside what it binds plainly.
#[derive(Default)]
pub(super) struct Writes {
    /// Names behind `global`.
    pub(super) globals: Vec<String>,
    /// Names bound inside expressions by `:=`.
    pub(super) bound: Vec<String>,
    /// Whether it may bind names that cannot be seen.
    pub(super) escapes: bool,
}

/// Tells whether an expression is the names around it as a dictionary, or the table of modules.
fn is_table(expr: &Tree) -> bool {
    match expr {
        Tree::Call(call) => {
            let table = matches!(&*call.func, Tree::Name(name)
                if matches!(name.id.as_str(), "globals" | "locals" | "vars"));
            table && call.arguments.args.is_empty()
        }
        Tree::Attribute(one) => {
            one.attr.as_str() == "modules" && matches!(&*one.value, Tree::Name(name) if name.id == "sys")
        }
        _ => false,
    }
}

impl Visitor<'_> for Writes {
    fn visit_stmt(&mut self, statement: &Stmt) {
        if let Stmt::Global(global) = statement {
            self.globals.extend(global.names.iter().map(ToString::to_string));
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &Tree) {
        match expr {
            Tree::Named(one) => {
                if let Tree::Name(name) = &*one.target {
                    self.bound.push(name.id.to_string());
                }
            }
            // Reading one entry changes nothing, unless what is read is the module itself.
            Tree::Subscript(one) if is_table(&one.value) => {
                let own = matches!(&*one.slice, Tree::Name(name) if name.id == "__name__");
                self.escapes |= one.ctx != ExprContext::Load || own;
                return;
            }
            Tree::Attribute(one) if is_table(&one.value) => {
                self.escapes |= !matches!(one.attr.as_str(), "get" | "items" | "keys" | "values" | "copy");
                return;
            }
            Tree::Call(call) if matches!(&*call.func, Tree::Name(name) if name.id == "exec") => self.escapes = true,
            Tree::Compare(one) if one.comparators.iter().any(is_table) => return,
            other if is_table(other) => self.escapes = true,
            _ => {}
        }
        walk_expr(self, expr);
    }
}
