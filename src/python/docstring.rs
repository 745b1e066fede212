//! Docstrings: cleaned as Python cleans them, and what they say of parameters.

/// Cleans a docstring as `inspect.cleandoc` does.
pub(super) fn clean(text: &str) -> String {
    let text = expand_tabs(text);
    let mut lines: Vec<&str> = text.split('\n').collect();
    let indent = |line: &&str| {
        let inside = line.trim_start();
        (!inside.is_empty()).then(|| line.chars().count() - inside.chars().count())
    };
    let margin = lines.iter().skip(1).filter_map(indent).min();
    if let Some(first) = lines.first_mut() {
        *first = first.trim_start();
    }
    if let Some(margin) = margin {
        for line in lines.iter_mut().skip(1) {
            let cut = line.char_indices().nth(margin).map_or(line.len(), |(at, _)| at);
            *line = &line[cut..];
        }
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let empty = lines.iter().take_while(|line| line.is_empty()).count();
    lines[empty..].join("\n")
}

/// Replaces tabs as `str.expandtabs` does.
fn expand_tabs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' => {
                let width = 8 - column % 8;
                out.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            other => {
                out.push(other);
                column += 1;
            }
        }
    }
    out
}

/// Finds what a docstring says of a parameter: Google's style, numpy's, or `:param name:`.
pub(super) fn of_parameter(doc: &str, name: &str) -> Option<String> {
    let text = clean(doc);
    let lines: Vec<&str> = text.lines().collect();
    let found = google(&lines, name).or_else(|| numpy(&lines, name)).or_else(|| fields(&lines, name))?;
    let words = found.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then_some(words)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Joins a first piece with the lines below that are indented deeper than `margin`.
fn with_lines_below(first: &str, below: &[&str], margin: usize) -> String {
    let mut out = first.to_owned();
    for line in below.iter().take_while(|line| !line.trim().is_empty() && indent(line) > margin) {
        out.push(' ');
        out.push_str(line.trim());
    }
    out
}

/// Tells whether a line starts with a name, stars before it or not; returns what follows.
fn behind_name<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let rest = line.trim_start_matches('*').trim_start_matches("\\*").strip_prefix(name)?;
    (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(rest)
}

fn google(lines: &[&str], name: &str) -> Option<String> {
    const HEADS: [&str; 6] = ["Args:", "Arguments:", "Parameters:", "Params:", "Keyword Args:", "Attributes:"];
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| HEADS.contains(&line.trim())) {
        let head = indent(line);
        let section = &lines[at + 1..];
        let end = section.iter().position(|line| !line.trim().is_empty() && indent(line) <= head);
        let section = &section[..end.unwrap_or(section.len())];
        let margin = section.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min()?;
        for (row, line) in section.iter().enumerate().filter(|(_, line)| indent(line) == margin) {
            let Some(rest) = behind_name(line.trim(), name) else { continue };
            let rest = rest.trim_start();
            // `name (type, optional): text`
            let behind = match rest.strip_prefix('(').and_then(|rest| rest.find("):").map(|end| &rest[end + 2..])) {
                Some(behind) => behind,
                None => match rest.strip_prefix(':') {
                    Some(behind) => behind,
                    None => continue,
                },
            };
            return Some(with_lines_below(behind.trim(), &section[row + 1..], margin));
        }
    }
    None
}

fn numpy(lines: &[&str], name: &str) -> Option<String> {
    let is_rule = |line: &str| line.trim().len() >= 3 && line.trim().chars().all(|c| c == '-');
    for (at, pair) in lines.windows(2).enumerate() {
        if !matches!(pair[0].trim(), "Parameters" | "Other Parameters" | "Attributes") || !is_rule(pair[1]) {
            continue;
        }
        let section = &lines[at + 2..];
        let end = section.windows(2).position(|pair| is_rule(pair[1])).unwrap_or(section.len());
        let margin = indent(pair[0]);
        for (row, line) in section[..end].iter().enumerate().filter(|(_, line)| indent(line) == margin) {
            let names = line.split(':').next().unwrap_or(line);
            if names.split(',').any(|one| behind_name(one.trim(), name) == Some("")) {
                return Some(with_lines_below("", &section[row + 1..end], margin));
            }
        }
    }
    None
}

fn fields(lines: &[&str], name: &str) -> Option<String> {
    for (at, line) in lines.iter().enumerate() {
        let inside = line.trim_start();
        let Some(rest) = [":param ", ":parameter ", ":arg ", ":argument ", ":key ", ":keyword "]
            .iter()
            .find_map(|head| inside.strip_prefix(head))
        else {
            continue;
        };
        let Some((head, text)) = rest.split_once(':') else { continue };
        // `:param int name: text`
        if head.split_whitespace().last().is_some_and(|last| last.trim_start_matches(['*', '\\']) == name) {
            return Some(with_lines_below(text.trim(), &lines[at + 1..], indent(line)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docstrings_are_cleaned_as_python_does() {
        assert_eq!(clean("  One.\n\n    Two\n      three\n    "), "One.\n\nTwo\n  three");
        assert_eq!(clean("\n\n  a\n\tb\n\n"), "a\n      b");
        assert_eq!(clean(""), "");
    }

    #[test]
    fn three_styles_tell_of_parameters() {
        let google = "One.\n\n    Args:\n        team (str, optional): The team\n            that pays.\n        **rest: More.\n        x: y\n\n    Returns:\n        team: no\n";
        assert_eq!(of_parameter(google, "team").as_deref(), Some("The team that pays."));
        assert_eq!(of_parameter(google, "rest").as_deref(), Some("More."));
        assert_eq!(of_parameter(google, "tea"), None);
        let numpy = "One.\n\n    Parameters\n    ----------\n    a, b : int\n        Both.\n    c\n        Third.\n\n    Returns\n    -------\n    d : int\n        No.\n";
        assert_eq!(of_parameter(numpy, "b").as_deref(), Some("Both."));
        assert_eq!(of_parameter(numpy, "c").as_deref(), Some("Third."));
        assert_eq!(of_parameter(numpy, "d"), None);
        let fields = "One.\n\n:param str a: First\n    of all.\n:param b: Second.\n:type b: int\n";
        assert_eq!(of_parameter(fields, "a").as_deref(), Some("First of all."));
        assert_eq!(of_parameter(fields, "b").as_deref(), Some("Second."));
    }
}
