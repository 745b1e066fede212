//! Expressions: names, calls and plain values; the rest is `Other`.

use ruff_python_ast::{self as ast, Expr as Tree};

use super::super::{Comparison, Expr, Expression, Operator};

/// The most elements of a sequence that are kept; `__all__` of large packages stays below.
const MAX_ELEMENTS: usize = 5000;

/// Lowers an expression.
pub(super) fn lower(tree: &Tree) -> Expr {
    match tree {
        Tree::Name(name) => Expr::Name(name.id.to_string()),
        Tree::Attribute(one) => Expr::Attribute(boxed(&one.value), one.attr.to_string()),
        Tree::Subscript(one) => Expr::Subscript(boxed(&one.value), boxed(&one.slice)),
        Tree::Call(call) => Expr::Call {
            function: boxed(&call.func),
            arguments: call.arguments.args.iter().map(lower).collect(),
            keywords: call
                .arguments
                .keywords
                .iter()
                .map(|one| {
                    let value = Expression { expr: lower(&one.value), text: String::new() };
                    (one.arg.as_ref().map(ToString::to_string), value)
                })
                .collect(),
        },
        Tree::Tuple(ast::ExprTuple { elts, .. })
        | Tree::List(ast::ExprList { elts, .. })
        | Tree::Set(ast::ExprSet { elts, .. }) => {
            if elts.len() > MAX_ELEMENTS {
                Expr::Other
            } else {
                Expr::Sequence(elts.iter().map(lower).collect())
            }
        }
        Tree::Starred(one) => Expr::Starred(boxed(&one.value)),
        Tree::StringLiteral(text) => Expr::String(text.value.to_str().to_owned()),
        Tree::BooleanLiteral(one) => Expr::Bool(one.value),
        Tree::NoneLiteral(_) => Expr::None,
        Tree::NumberLiteral(number) => match &number.value {
            ast::Number::Int(int) => int.as_i64().map_or(Expr::Literal, Expr::Int),
            _ => Expr::Literal,
        },
        Tree::BinOp(one) => match operator(one.op) {
            Some(operator) => Expr::Binary(operator, boxed(&one.left), boxed(&one.right)),
            None => Expr::Other,
        },
        Tree::UnaryOp(one) if one.op == ast::UnaryOp::Not => Expr::Not(boxed(&one.operand)),
        Tree::BoolOp(one) => {
            let values = one.values.iter().map(lower).collect();
            if one.op == ast::BoolOp::And { Expr::All(values) } else { Expr::Any(values) }
        }
        Tree::Compare(one) => match (&*one.ops, &*one.comparators) {
            ([op], [right]) => {
                comparison(*op).map_or(Expr::Other, |op| Expr::Compare(boxed(&one.left), op, boxed(right)))
            }
            _ => Expr::Other,
        },
        other if is_literal(other) => Expr::Literal,
        _ => Expr::Other,
    }
}

fn boxed(tree: &Tree) -> Box<Expr> {
    Box::new(lower(tree))
}

/// Tells whether an expression is a value of its own that no class or function is.
pub(super) fn is_literal(tree: &Tree) -> bool {
    matches!(
        tree,
        Tree::StringLiteral(_)
            | Tree::BytesLiteral(_)
            | Tree::NumberLiteral(_)
            | Tree::BooleanLiteral(_)
            | Tree::NoneLiteral(_)
            | Tree::EllipsisLiteral(_)
            | Tree::FString(_)
            | Tree::TString(_)
            | Tree::Dict(_)
            | Tree::DictComp(_)
            | Tree::ListComp(_)
            | Tree::Lambda(_)
    )
}

fn operator(op: ast::Operator) -> Option<Operator> {
    match op {
        ast::Operator::BitOr => Some(Operator::Or),
        ast::Operator::BitAnd => Some(Operator::And),
        ast::Operator::Sub => Some(Operator::Minus),
        ast::Operator::Add => Some(Operator::Plus),
        _ => None,
    }
}

fn comparison(op: ast::CmpOp) -> Option<Comparison> {
    match op {
        ast::CmpOp::Eq | ast::CmpOp::Is => Some(Comparison::Same),
        ast::CmpOp::NotEq | ast::CmpOp::IsNot => Some(Comparison::Differs),
        ast::CmpOp::Lt => Some(Comparison::Below),
        ast::CmpOp::LtE => Some(Comparison::AtMost),
        ast::CmpOp::Gt => Some(Comparison::Above),
        ast::CmpOp::GtE => Some(Comparison::AtLeast),
        ast::CmpOp::In | ast::CmpOp::NotIn => None,
    }
}
