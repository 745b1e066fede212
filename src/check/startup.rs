//! Why a server did not start, out of its log: the exception, and the entry that it comes from.
//!
//! `SkyPilot` logs neither the entry that it loads nor how far it came (below
//! its debug level), so an entry is told by what names it: the message, the
//! file of the frame below the loader, the class in the message.

use std::path::Path;

use crate::python::Catalog;

/// What the loader is called in a traceback (`sky/server/plugins.py`, 0.14.1).
const LOADER: [&str; 2] = ["sky/server/plugins.py", "load_plugins"];
/// What reads the file, in the same module.
const READER: &str = "_load_plugin_config";
/// How a traceback begins.
const HEAD: &str = "Traceback (most recent call last):";

/// Where an exception comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From one of these entries, counted from 0: mostly there is one.
    Entries(Vec<usize>),
    /// From the file: it was not loaded as a list.
    File,
    /// The log does not tell.
    Unknown,
}

/// Why a server did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exception with its message: `RuntimeError: no licence`.
    pub exception: String,
    /// The one that it was made of, where another one is.
    pub cause: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// A frame of a traceback.
struct Frame<'l> {
    file: &'l str,
    line: usize,
    function: &'l str,
}

/// Finds the last exception in the lines of a log, and the entry that it comes from.
///
/// `classes` are the class paths of the list; none where there is no exception.
#[must_use]
pub fn failure(lines: &[String], classes: &[String], catalog: &Catalog) -> Option<Failure> {
    let heads: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].trim_start() == HEAD).collect();
    let last = *heads.last()?;
    let exception = exception(&lines[last..])?;
    // Those of one chain stand one above the other, with a sentence between them.
    let first = heads.iter().rev().take_while(|at| **at == last || is_chained(lines, **at)).last().copied();
    let cause = first.filter(|at| *at != last).and_then(|at| self::exception(&lines[at..]));
    let frames: Vec<Frame> = lines[first.unwrap_or(last)..].iter().filter_map(|line| frame(line)).collect();
    let origin = if frames.iter().any(|frame| frame.function == READER) {
        Origin::File
    } else {
        origin(&exception, &frames, classes, catalog)
    };
    let cause = cause.filter(|cause| *cause != exception);
    Some(Failure { exception, cause, origin })
}

/// Tells whether another traceback follows that this one led to.
fn is_chained(lines: &[String], head: usize) -> bool {
    let rest = &lines[head + 1..];
    let next = rest.iter().position(|line| line.trim_start() == HEAD).unwrap_or(rest.len());
    let between = ["The above exception was the direct cause", "During handling of the above exception"];
    rest[..next].iter().any(|line| between.iter().any(|sentence| line.starts_with(sentence)))
}

/// Returns the line that ends a traceback.
fn exception(traceback: &[String]) -> Option<String> {
    let mut lines = traceback.iter().skip(1);
    lines.find(|line| !line.is_empty() && !line.starts_with(char::is_whitespace)).cloned()
}

/// Reads `  File "/a/b.py", line 3, in load`.
fn frame(line: &str) -> Option<Frame<'_>> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(", in ")?;
    Some(Frame { file, line: number.parse().ok()?, function })
}

fn origin(exception: &str, frames: &[Frame], classes: &[String], catalog: &Catalog) -> Origin {
    let which = |is: &dyn Fn(&str, &str) -> bool| -> Vec<usize> {
        let split = |class: &str| class.rsplit_once('.').is_some_and(|(module, name)| is(module, name));
        (0..classes.len()).filter(|at| split(&classes[*at])).collect()
    };
    let named = which(&|module, name| holds_word(exception, &format!("{module}.{name}")));
    if !named.is_empty() {
        return Origin::Entries(named);
    }
    let by_message = which(&|module, name| {
        exception.contains(&format!("plugin {name} class in module {module}."))
            || exception.contains(&format!("Failed to import plugin module: {module}."))
            || exception.contains(&format!(": {name}.__init__() "))
            || exception.contains(&format!("abstract class {name} "))
    });
    let below = frames.iter().rposition(|frame| frame.file.ends_with(LOADER[0]) && frame.function == LOADER[1]);
    let below: Vec<&Frame> = below.map(|at| frames[at + 1..].iter().collect()).unwrap_or_default();
    // The first one is the plugin's own, unless it inherits what was called.
    let by_file = below
        .iter()
        .map(|frame| which(&|module, _| is_of_module(frame.file, module)))
        .find(|found| !found.is_empty())
        .unwrap_or_default();
    let both: Vec<usize> = by_file.iter().copied().filter(|at| by_message.contains(at)).collect();
    let found = [both, by_message, by_file].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    let narrowed = if found.len() > 1 { by_line(&found, &below, classes, catalog) } else { Vec::new() };
    match (narrowed.is_empty(), found.is_empty()) {
        (false, _) => Origin::Entries(narrowed),
        (true, false) => Origin::Entries(found),
        (true, true) => Origin::Unknown,
    }
}

/// Tells whether a text holds a dotted path, not as a part of a longer one.
fn holds_word(text: &str, path: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(|c| is_part(c) || c == '.');
        let after = text[at + path.len()..].chars().next().is_some_and(is_part);
        !before && !after
    })
}

/// Tells whether a source file is that of a module.
fn is_of_module(file: &str, module: &str) -> bool {
    let path = module.replace('.', "/");
    [format!("{path}.py"), format!("{path}/__init__.py")].iter().any(|end| Path::new(file).ends_with(end))
}

/// Keeps the entries whose class holds a line of the traceback, where the sources are known.
fn by_line(found: &[usize], frames: &[&Frame], classes: &[String], catalog: &Catalog) -> Vec<usize> {
    let holder = |frame: &&Frame| {
        let there = catalog.found.iter().filter(|class| Path::new(frame.file).ends_with(&class.place.0));
        there.filter(|class| class.place.1 <= frame.line).max_by_key(|class| class.place.1).map(|class| &class.class)
    };
    let holders: Vec<&String> = frames.iter().filter_map(holder).collect();
    found.iter().copied().filter(|at| holders.contains(&&classes[*at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn classes() -> Vec<String> {
        ["acme_x.Good", "acme_x.Bad", "other.Plugin", "acme_y.Bad"].map(str::to_owned).to_vec()
    }

    fn told(text: &str) -> Failure {
        failure(&lines(text), &classes(), &Catalog::default()).expect("a failure")
    }

    /// What the real 0.14.1 logged for a constructor that raises.
    const RAISED: &str = "INFO:__main__:Initializing SkyPilot API server
Traceback (most recent call last):
  File \"<frozen runpy>\", line 88, in _run_code
  File \"/venv/sky/server/server.py\", line 4316, in <module>
    plugins.load_plugins(
  File \"/venv/sky/server/plugins.py\", line 573, in load_plugins
    plugin = plugin_cls(**parameters)
             ^^^^^^^^^^^^^^^^^^^^^^^^
  File \"/plug/other.py\", line 11, in __init__
    raise RuntimeError('no licence')
RuntimeError: no licence";

    #[test]
    fn the_exception_is_the_last_line_and_the_entry_the_file_below_the_loader() {
        let found = told(RAISED);
        assert_eq!((found.exception.as_str(), found.cause), ("RuntimeError: no licence", None));
        assert_eq!(found.origin, Origin::Entries(vec![2]));
        // A module with two classes of the list: both, where the sources are not known.
        assert_eq!(told(&RAISED.replace("other.py", "acme_x/__init__.py")).origin, Origin::Entries(vec![0, 1]));
        assert_eq!(told(&RAISED.replace("/plug/other.py", "/plug/base.py")).origin, Origin::Unknown);
    }

    #[test]
    fn the_message_tells_the_entry() {
        let raised = |message: &str| told(&RAISED.replace("RuntimeError: no licence", message)).origin;
        assert_eq!(raised("TypeError: Plugin acme_x.Good must inherit from BasePlugin."), Origin::Entries(vec![0]));
        let missing = "AttributeError: Could not find plugin Bad class in module acme_y. ";
        assert_eq!(raised(missing), Origin::Entries(vec![3]));
        let argument = RAISED.split("  File \"/plug").next().expect("a head").to_owned();
        let argument = told(&format!("{argument}TypeError: Plugin.__init__() got an unexpected keyword argument 'a'"));
        assert_eq!(argument.origin, Origin::Entries(vec![2]));
    }

    #[test]
    fn a_module_that_is_not_there_is_told_with_its_cause() {
        let text = "Traceback (most recent call last):
  File \"/venv/sky/server/plugins.py\", line 553, in load_plugins
    module = importlib.import_module(module_path)
ModuleNotFoundError: No module named 'acme_y'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/venv/sky/server/plugins.py\", line 555, in load_plugins
    raise ImportError(
ImportError: Failed to import plugin module: acme_y. Please check if the module is installed.";
        let found = told(text);
        assert!(found.exception.starts_with("ImportError: Failed"), "{found:?}");
        assert_eq!(found.cause.as_deref(), Some("ModuleNotFoundError: No module named 'acme_y'"));
        assert_eq!(found.origin, Origin::Entries(vec![3]));
    }

    #[test]
    fn a_file_that_is_no_list_is_to_blame_itself() {
        let text = RAISED.replace("in load_plugins", "in _load_plugin_config");
        assert_eq!(told(&text).origin, Origin::File);
        assert_eq!(failure(&lines("all is well"), &classes(), &Catalog::default()), None);
    }
}
