//! One module's source as facts: what its statements bind, as far as plugin classes depend on it.
//!
//! The parser stands behind [`read`] and `lower` alone; nothing else sees its
//! tree. It recurses, and a stack that overflows ends the process: so the text is
//! measured first (`guard`) and parsed on a thread with a stated stack. What
//! the names mean is `namespace`'s.

mod decode;
mod guard;
mod lower;
mod text;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use thiserror::Error;

use super::Parameter;

/// The most bytes of a source file that are read; the largest of the standard library has a tenth of it.
pub const MAX_SOURCE: usize = 4 << 20;
/// The stack of the thread that parses, in bytes: [`guard::MAX_DEPTH`] levels of a debug build, several times over.
const STACK: usize = 256 << 20;

/// Why a source is not read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SourceError {
    /// It has more than [`MAX_SOURCE`] bytes.
    #[error("a source of {0} bytes is too large")]
    TooLarge(usize),
    /// Brackets, blocks or operators nest deeper than the parser can bear.
    #[error("nested too deeply")]
    TooDeep,
    /// A NUL, which Python refuses.
    #[error("a NUL byte at {0}")]
    Nul(usize),
    /// Bytes that are not what the encoding says (PEP 263), or an encoding that is not read here.
    #[error("the text is not in {0}")]
    Encoding(String),
    /// A syntax error.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// The parser's thread did not start or did not end well.
    #[error("the parser failed")]
    Parser,
}

/// One module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its statements in order.
    pub body: Vec<Statement>,
    /// Names that functions bind by `global`: what they are can change at any time.
    pub rebound: BTreeSet<String>,
    /// Whether functions write to `globals()` or the like: names may be there that no statement binds.
    pub open: bool,
}

/// A statement that binds names, or that can keep others from being bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `class`
    Class(Arc<Class>),
    /// `def`
    Function(Arc<Function>),
    /// `import module` or `import module as alias`
    Import {
        /// The dotted name.
        module: String,
        /// The name it is bound to, where one is given.
        alias: Option<String>,
    },
    /// `from module import a, b as c`, or `*` as the one name
    From {
        /// How many dots stand before the module.
        level: usize,
        /// The dotted name behind them.
        module: String,
        /// Each name and what it is bound to.
        names: Vec<(String, String)>,
    },
    /// `a = b = value`, `a: int = value`, `a: int`
    Assign {
        /// The names that get the value; tuples of names get its elements.
        targets: Vec<Target>,
        /// The annotation.
        annotation: Option<Expression>,
        /// The value; none for an annotation alone.
        value: Option<Expression>,
    },
    /// `name += value`
    Extend(String, Expr),
    /// `object.name = …`, `del object.name`, `setattr(object, …)`: none where the name cannot be told
    Patch(Expr, Option<String>),
    /// `base.register(class)`: makes a virtual subclass where `base` is an ABC
    Register(Expr, Expr),
    /// Names that get a value of which nothing is known.
    Forget(Vec<String>),
    /// `del name`
    Delete(String),
    /// `if`, `elif`, `else`: the tests, none for `else`, with what follows
    If(Vec<(Option<Expr>, Vec<Statement>)>),
    /// `try`
    Try(Box<Try>),
    /// `for` and `while`: run any number of times
    Repeat(Vec<Statement>),
    /// `match`: one of these, or none
    Match(Vec<Vec<Statement>>),
    /// `with suppress(…)` and other context managers: what is inside may end early
    With(Vec<Expr>, Vec<Statement>),
    /// `raise`
    Raise,
    /// A call or the like, which may raise something.
    Risk,
    /// `exec`, `globals()[…] = …`, `sys.modules[…] = …`: from here on any name may be anything.
    Escape,
}

/// `try` with all its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// What is tried.
    pub body: Vec<Statement>,
    /// What is caught, none for all, and what is done then.
    pub handlers: Vec<(Option<Expr>, Vec<Statement>)>,
    /// Done where nothing was raised.
    pub orelse: Vec<Statement>,
    /// Done in any case.
    pub finally: Vec<Statement>,
}

/// What an assignment binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A name.
    Name(String),
    /// Names that get the elements, one each.
    Names(Vec<String>),
}

/// A class statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// Its decorators, the outermost first.
    pub decorators: Vec<Expr>,
    /// Its bases.
    pub bases: Vec<Expr>,
    /// `metaclass=…` and what `__init_subclass__` gets; no name for `**…`.
    pub keywords: Vec<(Option<String>, Expr)>,
    /// Whether it has type parameters (PEP 695), which make it derive from `Generic`.
    pub generic: bool,
    /// Its docstring as written.
    pub doc: Option<String>,
    /// Its statements.
    pub body: Vec<Statement>,
}

/// A function or method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its decorators, the outermost first.
    pub decorators: Vec<Expr>,
    /// All its parameters, `self` included.
    pub parameters: Vec<Parameter>,
    /// Its docstring as written.
    pub doc: Option<String>,
    /// What a decorator that this is does to what it decorates.
    pub nature: Nature,
    /// Whether its text speaks of `abstract`: a decorator that does may make methods abstract.
    pub mentions_abstract: bool,
    /// Whether it may change what its first parameter is: sets attributes of it or hands it on.
    pub touches_first: bool,
}

/// What a function gives back, as far as decorators depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Its first argument, unchanged.
    ReturnsFirst,
    /// A function that gives back its first argument, unchanged.
    MakesReturnsFirst,
    /// Anything.
    Other,
}

/// An expression with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// What it is.
    pub expr: Expr,
    /// Its text on one line; empty where nobody asks for it.
    pub text: String,
}

/// An expression, as far as names and plain values go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// `name`
    Name(String),
    /// `value.name`
    Attribute(Box<Expr>, String),
    /// `function(arguments, name=value)`; no name for `**…`
    Call {
        /// What is called.
        function: Box<Expr>,
        /// The arguments by place.
        arguments: Vec<Expr>,
        /// The arguments by name.
        keywords: Vec<(Option<String>, Expression)>,
    },
    /// `value[index]`
    Subscript(Box<Expr>, Box<Expr>),
    /// A tuple, a list or a set.
    Sequence(Vec<Expr>),
    /// `*value`
    Starred(Box<Expr>),
    /// A string.
    String(String),
    /// A whole number that is not large.
    Int(i64),
    /// `True` or `False`
    Bool(bool),
    /// `None`
    None,
    /// `left | right`, `left & right`, `left - right`, `left + right`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `not value`
    Not(Box<Expr>),
    /// `a and b`
    All(Vec<Expr>),
    /// `a or b`
    Any(Vec<Expr>),
    /// `left == right` and the like, one comparison
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// A number, dictionary, lambda or other literal.
    Literal,
    /// Anything else.
    Other,
}

/// The operators that make sets and lists of other ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `|`
    Or,
    /// `&`
    And,
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`, `is`
    Same,
    /// `!=`, `is not`
    Differs,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// Reads a module.
///
/// # Errors
///
/// Returns why a source is refused, before the parser sees it where it could not bear it.
pub fn read(bytes: &[u8]) -> Result<Source, SourceError> {
    if bytes.len() > MAX_SOURCE {
        return Err(SourceError::TooLarge(bytes.len()));
    }
    let text = decode::decode(bytes)?;
    guard::measure(&text)?;
    let parse = thread::Builder::new().name("python source".to_owned()).stack_size(STACK);
    let thread = parse.spawn(move || lower::module(&text)).map_err(|_| SourceError::Parser)?;
    thread.join().map_err(|_| SourceError::Parser)?
}
