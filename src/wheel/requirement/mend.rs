//! Old mistakes in requirements and conditions that uv mends before it refuses a wheel.
//!
//! Each was tried (`tests/oracle/wheels.py`); two rare ones of uv, `>dev` and `>=9a1.0`,
//! are not among them.

/// Tries a text again with each old mistake mended that uv mends, one after the other.
pub(super) fn mended<T, E>(text: &str, read: impl Fn(&str) -> Result<T, E>) -> Option<T> {
    let mut now = text.to_owned();
    for mend in [missing_commas, tilde_behind_not, stars_of_orders, missing_dots, last_comma, quotes] {
        let next = mend(&now);
        if next == now {
            continue;
        }
        if let Ok(read) = read(&next) {
            return Some(read);
        }
        now = next;
    }
    None
}

/// `>=7.2<8` as `>=7.2,<8`
fn missing_commas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        if last.is_ascii_digit() && matches!(c, '<' | '>' | '=' | '~' | '^' | '!') {
            out.push(',');
        }
        out.push(c);
        last = c;
    }
    out
}

/// `!=~5.0` as `!=5.0.*`
fn tilde_behind_not(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("!=~") {
        let end = behind.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(behind.len());
        out.extend([before, "!=", &behind[..end], ".*"]);
        rest = &behind[end..];
    }
    out + rest
}

/// `>=1.9.*` as `>=1.9`
fn stars_of_orders(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(".*") {
        let version = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let digits = before[version.len()..].starts_with(|c: char| c.is_ascii_digit());
        let order = version.ends_with(['<', '>']) || version.ends_with("<=") || version.ends_with(">=");
        out.push_str(before);
        if !(digits && order) {
            out.push_str(".*");
        }
        rest = behind;
    }
    out + rest
}

/// `!=3.0*` as `!=3.0.*`
fn missing_dots(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '*' && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push('.');
        }
        out.push(c);
    }
    out
}

/// `>=3.6,` as `>=3.6`
fn last_comma(text: &str) -> String {
    text.trim_end().strip_suffix(',').unwrap_or(text).to_owned()
}

/// `>='3.6'` as `>=3.6`, but for markers.
fn quotes(text: &str) -> String {
    let (before, marker) = text.split_at(text.find(';').unwrap_or(text.len()));
    before.replace(['\'', '"'], "") + marker
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_mended_by_its_own_rule() {
        assert_eq!(missing_commas(">=7.2<8"), ">=7.2,<8");
        assert_eq!(tilde_behind_not("!=~5.0,>=4"), "!=5.0.*,>=4");
        assert_eq!(stars_of_orders(">=1.9.*, !=1.8.*, ==2.*, <3.*"), ">=1.9, !=1.8.*, ==2.*, <3");
        assert_eq!(missing_dots("!=3.0*,==2.*"), "!=3.0.*,==2.*");
        assert_eq!(last_comma(">=3.6, "), ">=3.6");
        assert_eq!(quotes("'x'>=\"1\"; os_name=='nt'"), "x>=1; os_name=='nt'");
    }
}
