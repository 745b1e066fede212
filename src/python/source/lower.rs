//! Makes facts of the parser's tree: the one place that knows the parser, with what is below.

mod expression;
mod function;

use std::collections::BTreeSet;
use std::sync::Arc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern};
use ruff_python_ast::{self as ast, Expr as Tree, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Class, Expr, Expression, Source, SourceError, Statement, Target, Try};
use function::Writes;

/// Parses a module and makes facts of it; it must have been measured.
///
/// # Errors
///
/// Returns the first syntax error.
pub(super) fn module(text: &str) -> Result<Source, SourceError> {
    let parsed = ruff_python_parser::parse_module(text).map_err(|error| {
        let at = usize::from(error.location.start()).min(text.len());
        let line = line_starts(text).partition_point(|&start| start <= at);
        SourceError::Syntax { line, message: error.error.to_string() }
    })?;
    let mut lower = Lower { text, starts: line_starts(text), rebound: BTreeSet::new(), open: false, in_class: false };
    let body = lower.statements(&parsed.syntax().body);
    Ok(Source { body, rebound: lower.rebound, open: lower.open })
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

struct Lower<'t> {
    text: &'t str,
    starts: Vec<usize>,
    rebound: BTreeSet<String>,
    open: bool,
    in_class: bool,
}

impl Lower<'_> {
    fn slice(&self, range: TextRange) -> &str {
        &self.text[usize::from(range.start())..usize::from(range.end())]
    }

    fn line(&self, range: TextRange) -> usize {
        self.starts.partition_point(|&start| start <= usize::from(range.start()))
    }

    fn statements(&mut self, body: &[Stmt]) -> Vec<Statement> {
        let mut out = Vec::new();
        for statement in body {
            self.statement(statement, &mut out);
        }
        out
    }

    fn statement(&mut self, statement: &Stmt, out: &mut Vec<Statement>) {
        match statement {
            Stmt::FunctionDef(def) => out.push(Statement::Function(Arc::new(self.function(def)))),
            Stmt::ClassDef(def) => out.push(Statement::Class(Arc::new(self.class(def)))),
            Stmt::Import(import) => out.extend(import.names.iter().map(|name| Statement::Import {
                module: name.name.to_string(),
                alias: name.asname.as_ref().map(ToString::to_string),
            })),
            Stmt::ImportFrom(from) => out.push(Statement::From {
                level: from.level as usize,
                module: from.module.as_ref().map(ToString::to_string).unwrap_or_default(),
                names: from.names.iter().map(|one| (one.name.to_string(), bound_name(one).to_string())).collect(),
            }),
            Stmt::If(one) => out.push(self.branches(one)),
            Stmt::Try(one) => out.push(self.attempt(one)),
            Stmt::For(one) => self.repeat(Some(&one.target), &one.body, &one.orelse, out),
            Stmt::While(one) => self.repeat(None, &one.body, &one.orelse, out),
            Stmt::With(one) => self.with(one, out),
            Stmt::Match(one) => self.matching(one, out),
            Stmt::Raise(_) => out.push(Statement::Raise),
            Stmt::Assert(_) => out.push(Statement::Risk),
            Stmt::Global(_) | Stmt::Nonlocal(_) => {
                if let Stmt::Global(global) = statement {
                    self.rebound.extend(global.names.iter().map(ToString::to_string));
                }
            }
            Stmt::TypeAlias(one) => out.push(Statement::Forget(names_of(&one.name))),
            Stmt::Return(_) | Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
            Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_) | Stmt::Delete(_) | Stmt::Expr(_) => {
                self.simple(statement, out);
            }
        }
    }

    /// Makes facts of a statement that has expressions alone.
    fn simple(&mut self, statement: &Stmt, out: &mut Vec<Statement>) {
        let mut writes = Writes::default();
        match statement {
            // `globals()["name"] = value` binds one name.
            Stmt::Assign(one) if !self.in_class && one.targets.iter().any(|target| global_name(target).is_some()) => {
                writes.visit_expr(&one.value);
                one.targets.iter().filter(|one| global_name(one).is_none()).for_each(|one| writes.visit_expr(one));
            }
            other => writes.visit_stmt(other),
        }
        if writes.escapes {
            out.push(Statement::Escape);
        }
        match statement {
            Stmt::Assign(one) => self.assign(&one.targets, &one.value, out),
            Stmt::AnnAssign(one) => {
                let value = one.value.as_ref().map(|value| self.expression(value));
                if let Tree::Name(name) = &*one.target {
                    let annotation = Some(self.expression(&one.annotation));
                    out.push(Statement::Assign { targets: vec![Target::Name(name.id.to_string())], annotation, value });
                } else if value.is_some() {
                    store(&one.target, out);
                }
            }
            Stmt::AugAssign(one) => match &*one.target {
                Tree::Name(name) => out.push(Statement::Extend(name.id.to_string(), expression::lower(&one.value))),
                other => store(other, out),
            },
            Stmt::Delete(one) => {
                for target in &one.targets {
                    match target {
                        Tree::Name(name) => out.push(Statement::Delete(name.id.to_string())),
                        Tree::Attribute(_) => store(target, out),
                        other => out.push(Statement::Forget(names_of(other))),
                    }
                }
            }
            Stmt::Expr(one) => out.extend(call_statement(&one.value)),
            _ => {}
        }
        if !writes.bound.is_empty() {
            out.push(Statement::Forget(writes.bound));
        }
    }

    fn assign(&mut self, targets: &[Tree], value: &Tree, out: &mut Vec<Statement>) {
        let mut plain = Vec::new();
        for target in targets {
            match target {
                Tree::Name(name) => plain.push(Target::Name(name.id.to_string())),
                other if !self.in_class && global_name(other).is_some() => {
                    plain.extend(global_name(other).map(|name| Target::Name(name.to_owned())));
                }
                Tree::Tuple(ast::ExprTuple { elts, .. }) | Tree::List(ast::ExprList { elts, .. })
                    if elts.iter().all(Tree::is_name_expr) =>
                {
                    plain.push(Target::Names(elts.iter().flat_map(names_of).collect()));
                }
                other => store(other, out),
            }
        }
        if !plain.is_empty() {
            out.push(Statement::Assign { targets: plain, annotation: None, value: Some(self.expression(value)) });
        }
    }

    /// Lowers an expression; with its text inside classes, where signatures may show it.
    fn expression(&self, tree: &Tree) -> Expression {
        let text = if self.in_class { super::text::one_line(self.slice(tree.range())) } else { String::new() };
        let mut expr = expression::lower(tree);
        // A field's default is shown as it is written.
        if self.in_class
            && let (Expr::Call { keywords, .. }, Tree::Call(call)) = (&mut expr, tree)
        {
            for ((_, value), keyword) in keywords.iter_mut().zip(&call.arguments.keywords) {
                value.text = super::text::one_line(self.slice(keyword.value.range()));
            }
        }
        Expression { expr, text }
    }

    fn class(&mut self, def: &ast::StmtClassDef) -> Class {
        let outer = std::mem::replace(&mut self.in_class, true);
        let body = self.statements(&def.body);
        self.in_class = outer;
        let keywords = def
            .keywords()
            .iter()
            .map(|keyword| (keyword.arg.as_ref().map(ToString::to_string), expression::lower(&keyword.value)));
        Class {
            name: def.name.to_string(),
            line: self.line(def.name.range),
            decorators: def.decorator_list.iter().map(|one| expression::lower(&one.expression)).collect(),
            bases: def.bases().iter().map(expression::lower).collect(),
            keywords: keywords.collect(),
            generic: def.type_params.is_some(),
            doc: docstring(&def.body),
            body,
        }
    }

    fn branches(&mut self, one: &ast::StmtIf) -> Statement {
        let mut arms = vec![(Some(expression::lower(&one.test)), self.statements(&one.body))];
        for clause in &one.elif_else_clauses {
            let test = clause.test.as_ref().map(expression::lower);
            arms.push((test, self.statements(&clause.body)));
        }
        Statement::If(arms)
    }

    fn attempt(&mut self, one: &ast::StmtTry) -> Statement {
        let body = self.statements(&one.body);
        let handlers = one.handlers.iter().map(|ast::ExceptHandler::ExceptHandler(handler)| {
            let mut inside = Vec::new();
            inside.extend(handler.name.as_ref().map(|name| Statement::Forget(vec![name.to_string()])));
            inside.extend(self.statements(&handler.body));
            inside.extend(handler.name.as_ref().map(|name| Statement::Delete(name.to_string())));
            (handler.type_.as_ref().map(|kind| expression::lower(kind)), inside)
        });
        let handlers = handlers.collect();
        let (orelse, finally) = (self.statements(&one.orelse), self.statements(&one.finalbody));
        Statement::Try(Box::new(Try { body, handlers, orelse, finally }))
    }

    fn repeat(&mut self, target: Option<&Tree>, body: &[Stmt], orelse: &[Stmt], out: &mut Vec<Statement>) {
        let mut inside: Vec<Statement> = target.map(|target| Statement::Forget(names_of(target))).into_iter().collect();
        inside.extend(self.statements(body));
        out.push(Statement::Risk);
        out.push(Statement::Repeat(inside));
        if !orelse.is_empty() {
            let orelse = self.statements(orelse);
            out.push(Statement::Match(vec![orelse]));
        }
    }

    fn with(&mut self, one: &ast::StmtWith, out: &mut Vec<Statement>) {
        let managers = one.items.iter().map(|item| expression::lower(&item.context_expr)).collect();
        let bound: Vec<String> =
            one.items.iter().filter_map(|item| item.optional_vars.as_deref()).flat_map(names_of).collect();
        let mut inside: Vec<Statement> = if bound.is_empty() { Vec::new() } else { vec![Statement::Forget(bound)] };
        inside.extend(self.statements(&one.body));
        out.push(Statement::With(managers, inside));
    }

    fn matching(&mut self, one: &ast::StmtMatch, out: &mut Vec<Statement>) {
        let mut arms = Vec::new();
        for case in &one.cases {
            let mut names = Bound::default();
            names.visit_pattern(&case.pattern);
            let mut inside = vec![Statement::Forget(names.0)];
            inside.extend(self.statements(&case.body));
            arms.push(inside);
        }
        out.push(Statement::Match(arms));
    }
}

/// Makes facts of a target that is no name.
fn store(target: &Tree, out: &mut Vec<Statement>) {
    match target {
        Tree::Attribute(one) => {
            out.push(Statement::Patch(expression::lower(&one.value), Some(one.attr.to_string())));
        }
        Tree::Subscript(_) => out.push(Statement::Risk),
        Tree::Tuple(ast::ExprTuple { elts, .. }) | Tree::List(ast::ExprList { elts, .. }) => {
            for element in elts {
                match element {
                    Tree::Name(name) => out.push(Statement::Forget(vec![name.id.to_string()])),
                    other => store(other, out),
                }
            }
        }
        other => out.push(Statement::Forget(names_of(other))),
    }
}

/// Returns the name that `globals()["name"]` stands for.
fn global_name(target: &Tree) -> Option<&str> {
    let Tree::Subscript(one) = target else { return None };
    let (Tree::Call(call), Tree::StringLiteral(name)) = (&*one.value, &*one.slice) else { return None };
    let table = matches!(&*call.func, Tree::Name(name) if name.id == "globals");
    (table && call.arguments.is_empty()).then(|| name.value.to_str())
}

fn bound_name(alias: &ast::Alias) -> &ast::Identifier {
    alias.asname.as_ref().unwrap_or(&alias.name)
}

/// Returns the docstring of a body, as written.
fn docstring(body: &[Stmt]) -> Option<String> {
    match body.first()? {
        Stmt::Expr(ast::StmtExpr { value, .. }) => match &**value {
            Tree::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Makes facts of a statement that is an expression.
fn call_statement(value: &Tree) -> Option<Statement> {
    let call = match value {
        Tree::Call(call) => call,
        Tree::Name(_) | Tree::Attribute(_) => return None,
        other if expression::is_literal(other) => return None,
        _ => return Some(Statement::Risk),
    };
    let arguments = &call.arguments.args;
    Some(match (&*call.func, &**arguments) {
        (Tree::Name(name), [object, rest @ ..]) if matches!(name.id.as_str(), "setattr" | "delattr") => {
            let attribute = match rest.first() {
                Some(Tree::StringLiteral(text)) => Some(text.value.to_str().to_owned()),
                _ => None,
            };
            Statement::Patch(expression::lower(object), attribute)
        }
        (Tree::Attribute(method), [class]) if method.attr.as_str() == "register" => {
            Statement::Register(expression::lower(&method.value), expression::lower(class))
        }
        // `__all__.append("name")`, `__all__.extend([...])`
        (Tree::Attribute(method), [added]) if matches!(&*method.value, Tree::Name(all) if all.id == "__all__") => {
            let added = expression::lower(added);
            let added = if method.attr.as_str() == "append" { Expr::Sequence(vec![added]) } else { added };
            Statement::Extend("__all__".to_owned(), added)
        }
        _ => Statement::Risk,
    })
}

/// Returns all names in a target.
fn names_of(target: &Tree) -> Vec<String> {
    let mut names = Bound::default();
    names.visit_expr(target);
    names.0
}

/// Collects the names that targets and patterns bind.
#[derive(Default)]
struct Bound(Vec<String>);

impl Visitor<'_> for Bound {
    fn visit_expr(&mut self, expr: &Tree) {
        match expr {
            Tree::Name(name) if name.ctx != ast::ExprContext::Load => self.0.push(name.id.to_string()),
            // What is inside is read, not bound.
            Tree::Attribute(_) | Tree::Subscript(_) => {}
            other => walk_expr(self, other),
        }
    }

    fn visit_pattern(&mut self, pattern: &ast::Pattern) {
        let name = match pattern {
            ast::Pattern::MatchAs(one) => one.name.as_ref(),
            ast::Pattern::MatchStar(one) => one.name.as_ref(),
            ast::Pattern::MatchMapping(one) => one.rest.as_ref(),
            _ => None,
        };
        self.0.extend(name.map(ToString::to_string));
        walk_pattern(self, pattern);
    }
}
