//! The order in which the bases of a class are searched (C3, `type.mro`), and lookups along it.

use std::rc::Rc;

use super::resolve::{Resolver, is_base};
use super::value::{ClassValue, Kind, Value};

/// The most classes of a lineage; what is above is unknown.
const MAX_ANCESTORS: usize = 300;
/// The most bases of a class.
const MAX_BASES: usize = 50;
/// What has no attribute that matters here, `object` and what is built on it alone.
const PLAIN: [&str; 5] = ["builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "abc.ABCMeta"];

/// One step of a lineage.
#[derive(Clone, Debug)]
pub(super) enum Ancestor {
    /// A class that was read.
    Class(Rc<ClassValue>),
    /// A known class of Python's own.
    External(Rc<str>),
}

impl Ancestor {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Class(a), Self::Class(b)) => a.is(b),
            (Self::External(a), Self::External(b)) => a == b,
            _ => false,
        }
    }
}

/// Whether a class derives from `BasePlugin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Derives {
    /// It does not.
    No,
    /// It cannot be told.
    Unknown,
    /// It does unless a base is something else than it seems.
    Likely,
    /// It does.
    Yes,
}

/// A class and its ancestors.
#[derive(Debug)]
pub(super) struct Lineage {
    /// Itself first; up to the first one that is unknown.
    pub(super) entries: Vec<Ancestor>,
    /// The direct bases; none for those that are unknown.
    pub(super) bases: Vec<Option<Ancestor>>,
    /// Whether the entries are all there are.
    pub(super) complete: bool,
    pub(super) derives: Derives,
}

/// What became of a lookup.
pub(super) enum Lookup {
    /// The value and the class that has it.
    Found(Value, Rc<ClassValue>),
    /// No class that was read has it; what is left has it as `object` does, or not.
    Absent,
    /// It cannot be told.
    Unknown,
}

impl Lookup {
    pub(super) fn value(self) -> Option<Value> {
        if let Self::Found(value, _) = self { Some(value) } else { None }
    }
}

impl Lineage {
    /// Looks a name up, the class itself first.
    pub(super) fn look_up(&self, name: &str, resolver: &Resolver<'_>) -> Lookup {
        self.look_up_behind(0, name, resolver)
    }

    /// Looks a name up behind the first classes.
    pub(super) fn look_up_behind(&self, first: usize, name: &str, resolver: &Resolver<'_>) -> Lookup {
        for one in self.entries.iter().skip(first) {
            match one {
                Ancestor::Class(class) => {
                    if !resolver.step() || resolver.is_patched(class, name) {
                        return Lookup::Unknown;
                    }
                    if let Some(value) = class.names.get(name).filter(|value| !resolver.is_erased(class, value)) {
                        return Lookup::Found(value.clone(), class.clone());
                    }
                    if class.open {
                        return Lookup::Unknown;
                    }
                }
                // A protocol gives itself a constructor.
                Ancestor::External(path) if &**path == "typing.Protocol" && name == "__init__" => {
                    return Lookup::Unknown;
                }
                Ancestor::External(path) if PLAIN.contains(&&**path) => {}
                Ancestor::External(_) => return Lookup::Unknown,
            }
        }
        if self.complete { Lookup::Absent } else { Lookup::Unknown }
    }

    /// Returns the classes that were read.
    pub(super) fn classes(&self) -> impl DoubleEndedIterator<Item = &Rc<ClassValue>> {
        self.entries.iter().filter_map(|one| match one {
            Ancestor::Class(class) => Some(class),
            Ancestor::External(_) => None,
        })
    }

    /// Tells whether a known class of Python's own is among them.
    pub(super) fn has(&self, path: &str) -> bool {
        self.entries.iter().any(|one| matches!(one, Ancestor::External(found) if **found == *path))
    }

    /// Tells whether only classes without effect are among Python's own.
    pub(super) fn is_plain(&self) -> bool {
        self.entries.iter().all(|one| match one {
            Ancestor::Class(_) => true,
            Ancestor::External(path) => PLAIN.contains(&&**path) || &**path == "builtins.type",
        })
    }
}

impl Resolver<'_> {
    /// Returns the lineage of a class.
    pub(super) fn lineage(&self, class: &Rc<ClassValue>) -> Rc<Lineage> {
        let key = class.key();
        if let Some(known) = self.lineages.borrow().get(&key) {
            return known.clone();
        }
        // A class that is asked for while it is worked out is its own base: unknown.
        let itself = || vec![Ancestor::Class(class.clone())];
        let unknown = Lineage { entries: itself(), bases: Vec::new(), complete: false, derives: Derives::Unknown };
        let unknown = Rc::new(unknown);
        self.lineages.borrow_mut().insert(key, unknown.clone());
        if self.height.get() > MAX_ANCESTORS {
            return unknown;
        }
        self.height.set(self.height.get() + 1);
        let lineage = Rc::new(self.build(class));
        self.height.set(self.height.get() - 1);
        self.lineages.borrow_mut().insert(key, lineage.clone());
        lineage
    }

    fn build(&self, class: &Rc<ClassValue>) -> Lineage {
        let itself = Ancestor::Class(class.clone());
        let mut derives = if is_base(class) { Derives::Yes } else { Derives::No };
        let mut bases: Vec<Option<Ancestor>> = Vec::new();
        for (at, base) in class.bases.iter().enumerate().take(MAX_BASES) {
            if self.is_dropped(base, &class.bases[at + 1..]) {
                continue;
            }
            let (found, above) = self.base(base);
            derives = derives.max(above);
            bases.push(found);
        }
        let known = class.bases.len() <= MAX_BASES && bases.iter().all(Option::is_some);
        let mut complete = known;
        let mut lines = Vec::new();
        for base in bases.iter().flatten() {
            let (line, whole) = self.line(base);
            complete &= whole;
            lines.push(line);
        }
        let merged = if known { merge(lines.clone(), bases.iter().flatten().cloned().collect()) } else { None };
        let mut entries = vec![itself];
        match merged {
            // With one base nothing comes between; with several only the first of them is sure to be next.
            Some(merged) if complete || bases.len() <= 1 => entries.extend(merged),
            merged => {
                if known && merged.is_none() {
                    // Python refuses the statement.
                    derives = derives.min(Derives::Likely);
                }
                complete = false;
                entries.extend(bases.first().cloned().flatten());
            }
        }
        if bases.is_empty() && known {
            entries.push(Ancestor::External("builtins.object".into()));
        }
        if entries.len() > MAX_ANCESTORS {
            entries.truncate(MAX_ANCESTORS);
            complete = false;
        }
        Lineage { entries, bases, complete, derives }
    }

    /// Works a base out, and whether it derives from `BasePlugin`.
    fn base(&self, base: &Value) -> (Option<Ancestor>, Derives) {
        let plain = match base.kind() {
            Kind::Subscript(inner) => inner,
            _ => base,
        };
        let found = self.outcomes(plain);
        let mut derives = if found.open { Derives::Unknown } else { Derives::No };
        let sure = !found.open && found.options.len() == 1;
        let mut ancestor = None;
        for one in &found.options {
            match one.kind() {
                Kind::Class(class) => {
                    let above = self.lineage(class).derives;
                    derives = derives.max(if sure { above } else { above.min(Derives::Likely) });
                    ancestor = Some(Ancestor::Class(class.clone()));
                }
                Kind::External(path) => ancestor = Some(Ancestor::External(path.clone())),
                _ => derives = derives.max(Derives::Unknown),
            }
        }
        (ancestor.filter(|_| sure), derives)
    }

    /// Tells whether `Generic[…]` gives way to what stands behind it (`typing._BaseGenericAlias.__mro_entries__`).
    fn is_dropped(&self, base: &Value, behind: &[Value]) -> bool {
        let generic = |value: &Value| match value.kind() {
            Kind::Subscript(inner) => self
                .single(inner)
                .is_some_and(|one| matches!(one.kind(), Kind::External(path) if &**path == "typing.Generic")),
            _ => false,
        };
        generic(base) && behind.iter().any(|one| matches!(one.kind(), Kind::Subscript(_)))
    }

    fn line(&self, base: &Ancestor) -> (Vec<Ancestor>, bool) {
        match base {
            Ancestor::Class(class) => {
                let lineage = self.lineage(class);
                (lineage.entries.clone(), lineage.complete)
            }
            Ancestor::External(path) => {
                let mut line = vec![base.clone()];
                if &**path == "typing.Protocol" {
                    line.push(Ancestor::External("typing.Generic".into()));
                }
                if &**path != "builtins.object" {
                    line.push(Ancestor::External("builtins.object".into()));
                }
                (line, true)
            }
        }
    }

    /// Tells whether an attribute of a class is set behind its statement.
    pub(super) fn is_patched(&self, class: &ClassValue, name: &str) -> bool {
        let Some(namespace) = self.namespace(&class.module) else { return true };
        namespace.patches(class, self).is_none_or(|names| names.contains(name))
    }
}

/// Merges the lines of the bases; none where Python refuses them.
fn merge(mut lines: Vec<Vec<Ancestor>>, bases: Vec<Ancestor>) -> Option<Vec<Ancestor>> {
    lines.push(bases);
    for line in &mut lines {
        line.reverse();
    }
    let mut out = Vec::new();
    while out.len() <= MAX_ANCESTORS {
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() {
            return Some(out);
        }
        let in_tail =
            |one: &Ancestor| lines.iter().any(|line| line[..line.len() - 1].iter().any(|other| other.is(one)));
        let next = lines.iter().filter_map(|line| line.last()).find(|one| !in_tail(one)).cloned()?;
        for line in &mut lines {
            if line.last().is_some_and(|last| last.is(&next)) {
                line.pop();
            }
        }
        out.push(next);
    }
    None
}
