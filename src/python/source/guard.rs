//! Measures a source before it is parsed: how deep the parser would recurse.
//!
//! The lexer does not recurse, so its tokens are counted: each operator or
//! keyword of an element can be a level, and so can each open bracket around
//! it. What is too deep is refused; ordinary sources stay far below.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use super::SourceError;

/// The most levels that a source may need, operators, brackets and blocks together.
pub(super) const MAX_DEPTH: usize = 1200;
/// The most lines that are each indented more than the one before: Python's own limit of nested blocks.
const MAX_BLOCKS: usize = 100;

/// Refuses a source that the parser could not bear.
///
/// # Errors
///
/// Returns that it gets too deep.
pub(super) fn measure(text: &str) -> Result<(), SourceError> {
    blocks(text)?;
    let mut levels = Levels::default();
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return Ok(());
        }
        levels.take(kind);
        if levels.total > MAX_DEPTH {
            return Err(SourceError::TooDeep);
        }
    }
}

/// Refuses lines that are indented ever deeper, wherever they stand: a parser
/// that recovers from an error may take lines inside brackets for blocks.
fn blocks(text: &str) -> Result<(), SourceError> {
    let mut open: Vec<usize> = Vec::new();
    for line in text.split(['\n', '\r', '\x0c']) {
        let inside = line.trim_start_matches([' ', '\t']);
        if inside.is_empty() {
            continue;
        }
        let width = line.len() - inside.len();
        while open.last().is_some_and(|&last| last >= width) {
            open.pop();
        }
        if width > 0 {
            open.push(width);
        }
        if open.len() > MAX_BLOCKS {
            return Err(SourceError::TooDeep);
        }
    }
    Ok(())
}

/// One open bracket, or the statement itself.
#[derive(Default)]
struct Level {
    closes: Option<TokenKind>,
    /// Operators of the element since the last comma.
    operators: usize,
    /// What a comma does not end: a lambda goes on behind those between its parameters.
    sticky: usize,
}

struct Levels {
    open: Vec<Level>,
    total: usize,
}

impl Default for Levels {
    fn default() -> Self {
        Self { open: vec![Level::default()], total: 0 }
    }
}

impl Levels {
    fn take(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar => self.push(TokenKind::Rpar),
            TokenKind::Lsqb => self.push(TokenKind::Rsqb),
            TokenKind::Lbrace => self.push(TokenKind::Rbrace),
            TokenKind::FStringStart => self.push(TokenKind::FStringEnd),
            TokenKind::TStringStart => self.push(TokenKind::TStringEnd),
            TokenKind::Indent => self.total += 1,
            TokenKind::Dedent => self.total = self.total.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi if self.open.len() == 1 => self.end(true),
            TokenKind::Comma => self.end(false),
            TokenKind::Lambda | TokenKind::Yield | TokenKind::Async => self.count(0, 1),
            closing if self.open.last().is_some_and(|level| level.closes == Some(closing)) => {
                if let Some(gone) = self.open.pop() {
                    self.total -= gone.operators + gone.sticky + 1;
                }
                // A call, an index: the next one contains it.
                self.count(1, 0);
            }
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Ellipsis
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None => {}
            _ => self.count(1, 0),
        }
    }

    fn push(&mut self, closes: TokenKind) {
        self.open.push(Level { closes: Some(closes), ..Level::default() });
        self.total += 1;
    }

    fn count(&mut self, operators: usize, sticky: usize) {
        if let Some(level) = self.open.last_mut() {
            level.operators += operators;
            level.sticky += sticky;
            self.total += operators + sticky;
        }
    }

    /// Ends an element, or the whole statement.
    fn end(&mut self, statement: bool) {
        if let Some(level) = self.open.last_mut() {
            self.total -= level.operators;
            level.operators = 0;
            if statement {
                self.total -= level.sticky;
                level.sticky = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_nesting_are_counted() {
        for deep in [
            "-",
            "[",
            "(",
            "{",
            "not ",
            "lambda:",
            "lambda a,b:",
            "a.",
            "a+",
            "a()",
            "async ",
            "f'{",
            "await ",
            "a if b else ",
        ] {
            let text = deep.repeat(5000);
            assert_eq!(measure(&text), Err(SourceError::TooDeep), "{deep}");
        }
        assert!(measure(&format!("x{}", "()".repeat(5000))).is_err());
        assert!(measure(&"(]".repeat(5000)).is_err());
        let blocks: Vec<String> = (0..300).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect();
        let blocks = blocks.concat();
        assert_eq!(measure(&blocks), Err(SourceError::TooDeep));
        assert_eq!(measure(&format!("(\n{blocks}")), Err(SourceError::TooDeep));
    }

    #[test]
    fn long_tables_are_not_deep() {
        let rows = "    ('a', -1, x.y(1)[2], 'b' 'c', {'k': not v}, lambda: 0),\n".repeat(900);
        assert_eq!(measure(&format!("T = [\n{rows}]\n")), Ok(()));
        assert_eq!(measure(&"x = a + b * c.d\n".repeat(20_000)), Ok(()));
        assert_eq!(measure(&"if a:\n    b\nelif c:\n    d\n".repeat(5000)), Ok(()));
        assert_eq!(measure(&format!("x = ({})\n", "'text'\n".repeat(20_000))), Ok(()));
    }
}
