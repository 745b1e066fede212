//! The source of a block scalar with another text: header, indentation and unchanged lines stay as they are.

use crate::yaml::write;

/// The header of a block scalar.
struct Header<'s> {
    /// The digit of the indentation, where one stands there.
    digit: Option<usize>,
    /// What becomes of the last breaks: `-`, `+` or nothing.
    chomping: &'s str,
    /// What stands behind: blanks, a comment.
    rest: &'s str,
}

impl<'s> Header<'s> {
    /// Takes a header apart, without its line break.
    fn parse(line: &'s str) -> Option<Self> {
        let mut rest = line.strip_prefix(['|', '>'])?;
        let (mut digit, mut chomping) = (None, "");
        while let Some(c) = rest.chars().next() {
            match c {
                '1'..='9' => digit = c.to_digit(10).and_then(|d| usize::try_from(d).ok()),
                '-' | '+' => chomping = &rest[..1],
                _ => break,
            }
            rest = &rest[1..];
        }
        Some(Self { digit, chomping, rest })
    }
}

/// Returns the source of the block `source` with the text `new`.
///
/// `column` is that of its key; `old` is its text where its lines can stay: those
/// of a folded block cannot. None where the text needs an indentation that cannot be told.
pub(super) fn rewritten(source: &str, column: usize, old: Option<&str>, new: &str) -> Option<String> {
    let (line, body) = source.split_once('\n').unwrap_or((source, ""));
    let (line, eol) = line.strip_suffix('\r').map_or((line, "\n"), |line| (line, "\r\n"));
    let header = Header::parse(line)?;
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let indent =
        header.digit.map(|digit| column + digit).or_else(|| indentation(&lines)).unwrap_or(column + super::STEP);
    let old_lines: Vec<&str> = old.unwrap_or_default().split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    // What stands for no line of the text: blank lines that are cut off.
    let tail = if old.is_some() { lines.get(old_lines.len()..).unwrap_or_default() } else { &[] }.concat();
    let (chomping, tail) = chomping(&header, new, &tail);
    // Blanks in front of the first text are no indentation, and without any text a comment
    // behind the block would be taken for it.
    let blank = |line: &&&str| line.trim_end_matches('\n').trim_matches(' ').is_empty();
    let first = new_lines.iter().take_while(blank).count();
    let needs_digit = first == new_lines.len() || new_lines[..=first].iter().any(|line| line.starts_with([' ', '\t']));
    let digit = match header.digit {
        None if needs_digit => Some(indent.checked_sub(column).filter(|digit| (1..=9).contains(digit))?),
        known => known,
    };
    let digit = digit.map(|digit| digit.to_string()).unwrap_or_default();
    let mut out = format!("|{digit}{chomping}{}{eol}", header.rest);
    let same = |(a, b): &(&&str, &&str)| a == b;
    let fits = lines.len() >= old_lines.len();
    let start = if fits { old_lines.iter().zip(&new_lines).take_while(same).count() } else { 0 };
    let most = old_lines.len().min(new_lines.len()) - start;
    let end =
        if fits { old_lines.iter().rev().zip(new_lines.iter().rev()).take_while(same).take(most).count() } else { 0 };
    for line in &lines[..start] {
        push(&mut out, line, eol);
    }
    for line in &new_lines[start..new_lines.len() - end] {
        let text = line.trim_end_matches('\n');
        if !text.is_empty() {
            out.push_str(&write::indented(text, indent));
        }
        out.push_str(eol);
    }
    for line in lines.get(old_lines.len() - end..old_lines.len()).unwrap_or_default() {
        push(&mut out, line, eol);
    }
    out.push_str(tail);
    Some(out)
}

/// Returns what becomes of the last breaks of a text, as the header has it where that is the same,
/// and the blank lines behind it that may stay.
fn chomping<'s>(header: &Header<'s>, new: &str, tail: &'s str) -> (&'s str, &'s str) {
    let ends = new.len() - new.trim_end_matches('\n').len();
    // Of breaks alone all but `+` leaves nothing.
    let has_text = new.len() > ends;
    let keeps = match header.chomping {
        "-" => ends == 0,
        "" => (ends == 1 && has_text) || new.is_empty(),
        _ => ends > 0 && tail.is_empty(),
    };
    match ends {
        _ if keeps => (header.chomping, tail),
        0 => ("-", tail),
        1 if has_text => ("", tail),
        _ => ("+", ""),
    }
}

/// Adds a line of the source; the last one of a file may lack its break.
fn push(out: &mut String, line: &str, eol: &str) {
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str(eol);
    }
}

/// Returns the indentation of the first line that is not blank.
fn indentation(lines: &[&str]) -> Option<usize> {
    let text = lines.iter().find(|line| !line.trim_matches([' ', '\r', '\n']).is_empty())?;
    Some(text.len() - text.trim_start_matches(' ').len())
}

/// Returns lines as they stand below a key at `column`.
pub(super) fn body(lines: &[String], column: usize, eol: &str) -> String {
    let line = |line: &String| if line.is_empty() { eol.to_owned() } else { format!("{:column$}{line}{eol}", "") };
    lines.iter().map(line).collect()
}
