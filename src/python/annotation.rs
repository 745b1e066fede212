//! What an annotation says of a value, where that can be read off its text.
//!
//! The common forms alone: builtins, `typing`'s generics, unions, `Literal`.
//! Whatever else is written there says nothing.

/// The deepest nesting that is read.
const DEEPEST: usize = 32;

/// A type as an annotation names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Annotation {
    /// Any value: `Any`, `object`.
    Any,
    /// `None`
    None,
    /// `bool`
    Bool,
    /// `int`, which takes a `bool`, too.
    Int,
    /// `float`, which takes an `int`, too (PEP 484).
    Float,
    /// `str`
    Str,
    /// `bytes`
    Bytes,
    /// `list[T]`, `Sequence[T]` and the like.
    List(Box<Self>),
    /// `dict[K, V]`, `Mapping[K, V]` and the like.
    Dict(Box<Self>, Box<Self>),
    /// One of several.
    Union(Vec<Self>),
    /// `Literal["a", 1]`
    Literal(Vec<Literal>),
    /// Another one: it says nothing here.
    Other,
}

/// A value in `Literal[...]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A string.
    Str(String),
    /// A whole number, as written.
    Int(String),
    /// `True` or `False`
    Bool(bool),
    /// `None`
    None,
}

impl Annotation {
    /// Reads the text of an annotation.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { rest: text.trim(), depth: 0 };
        match reader.union() {
            Some(found) if reader.rest.is_empty() => found,
            _ => Self::Other,
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn skip(&mut self, token: char) -> bool {
        let found = self.rest.strip_prefix(token);
        if let Some(rest) = found {
            self.rest = rest.trim_start();
        }
        found.is_some()
    }

    fn union(&mut self) -> Option<Annotation> {
        let mut parts = vec![self.single()?];
        while self.skip('|') {
            parts.push(self.single()?);
        }
        Some(one_of(parts))
    }

    fn single(&mut self) -> Option<Annotation> {
        if self.rest.starts_with(['"', '\'']) {
            // A forward reference holds an annotation of its own.
            let inner = self.string()?;
            let mut inside = Reader { rest: inner.trim(), depth: self.depth + 1 };
            let found = if inside.depth > DEEPEST { None } else { inside.union() };
            return Some(found.filter(|_| inside.rest.is_empty()).unwrap_or(Annotation::Other));
        }
        let name = self.name()?;
        if !self.skip('[') {
            return Some(plain(name));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let found = if name == "Literal" { self.literals()? } else { generic(name, self.arguments()?) };
        self.depth -= 1;
        Some(found)
    }

    /// Reads a dotted name; returns its last part.
    fn name(&mut self) -> Option<&'t str> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        name.rsplit('.').next().filter(|last| !last.is_empty())
    }

    /// Reads up to the closing bracket; what is no annotation (`...`, a list) is another type.
    fn arguments(&mut self) -> Option<Vec<Annotation>> {
        let mut found = Vec::new();
        while !self.skip(']') {
            if let Some(rest) = self.rest.strip_prefix("...") {
                self.rest = rest.trim_start();
                found.push(Annotation::Other);
            } else if self.skip('[') {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return None;
                }
                self.arguments()?;
                self.depth -= 1;
                found.push(Annotation::Other);
            } else {
                found.push(self.union()?);
            }
            if !self.skip(',') && !self.rest.starts_with(']') {
                return None;
            }
        }
        Some(found)
    }

    fn literals(&mut self) -> Option<Annotation> {
        let mut found = Vec::new();
        while !self.skip(']') {
            if self.rest.starts_with(['"', '\'']) {
                found.push(Literal::Str(self.string()?.to_owned()));
            } else {
                let end = self.rest.find([',', ']'])?;
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                let word = word.trim();
                found.push(match word {
                    "None" => Literal::None,
                    "True" => Literal::Bool(true),
                    "False" => Literal::Bool(false),
                    _ if is_number(word) => Literal::Int(word.to_owned()),
                    // A member of an enumeration: no value of YAML is one.
                    _ => return None,
                });
            }
            if !self.skip(',') && !self.rest.starts_with(']') {
                return None;
            }
        }
        Some(Annotation::Literal(found))
    }

    /// Reads a string without escapes.
    fn string(&mut self) -> Option<&'t str> {
        let quote = self.rest.chars().next()?;
        let inner = &self.rest[1..];
        let end = inner.find([quote, '\\'])?;
        if inner[end..].starts_with('\\') || (end == 0 && inner[1..].starts_with(quote)) {
            return None;
        }
        self.rest = inner[end + 1..].trim_start();
        Some(&inner[..end])
    }
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn one_of(mut parts: Vec<Annotation>) -> Annotation {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    Annotation::Union(parts)
}

fn plain(name: &str) -> Annotation {
    match name {
        "Any" | "object" => Annotation::Any,
        "None" | "NoneType" => Annotation::None,
        "bool" => Annotation::Bool,
        "int" => Annotation::Int,
        "float" => Annotation::Float,
        "str" | "LiteralString" => Annotation::Str,
        "bytes" => Annotation::Bytes,
        _ if is_list(name) => Annotation::List(Box::new(Annotation::Any)),
        _ if is_dict(name) => Annotation::Dict(Box::new(Annotation::Any), Box::new(Annotation::Any)),
        _ => Annotation::Other,
    }
}

fn generic(name: &str, mut inside: Vec<Annotation>) -> Annotation {
    match (name, inside.len()) {
        ("Optional", 1) => {
            inside.push(Annotation::None);
            Annotation::Union(inside)
        }
        ("Union", 1..) => one_of(inside),
        ("Annotated", 1..) | ("Final" | "Required" | "NotRequired" | "InitVar", 1) => inside.remove(0),
        (_, 1) if is_list(name) => Annotation::List(Box::new(inside.remove(0))),
        (_, 2) if is_dict(name) => Annotation::Dict(Box::new(inside.remove(0)), Box::new(inside.remove(0))),
        _ => Annotation::Other,
    }
}

fn is_list(name: &str) -> bool {
    matches!(name, "list" | "List" | "Sequence" | "MutableSequence")
}

fn is_dict(name: &str) -> bool {
    matches!(name, "dict" | "Dict" | "Mapping" | "MutableMapping")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Annotation {
        Annotation::read(text)
    }

    #[test]
    fn the_common_forms_are_read() {
        let list = |inside| Annotation::List(Box::new(inside));
        assert_eq!(read("int"), Annotation::Int);
        assert_eq!(read("typing.List[str]"), list(Annotation::Str));
        assert_eq!(read("list"), list(Annotation::Any));
        assert_eq!(read("Optional[int]"), Annotation::Union(vec![Annotation::Int, Annotation::None]));
        assert_eq!(read("int|None"), Annotation::Union(vec![Annotation::Int, Annotation::None]));
        assert_eq!(
            read("Dict[str, 'list[float]']"),
            Annotation::Dict(Box::new(Annotation::Str), Box::new(list(Annotation::Float)))
        );
        let literals = vec![Literal::Str("a,b".to_owned()), Literal::Int("-1".to_owned()), Literal::Bool(true)];
        assert_eq!(read("Literal['a,b', -1, True]"), Annotation::Literal(literals));
        assert_eq!(read("\"int\""), Annotation::Int);
    }

    #[test]
    fn what_is_not_understood_says_nothing() {
        for text in
            ["", "Foo", "int or str", "list[int", "Callable[[int], str]", "Literal[Color.RED]", "'''int'''", "f(x)"]
        {
            assert_eq!(read(text), Annotation::Other, "{text}");
        }
        let deep = format!("{}int{}", "list[".repeat(5000), "]".repeat(5000));
        assert_eq!(read(&deep), Annotation::Other);
        assert_eq!(read("tuple[int, ...]"), Annotation::Other);
    }
}
