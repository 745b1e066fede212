//! What a shell makes of a wheel's file name that stands in a script without quotes.

use crate::wheel::filename;

/// Returns what happens to a name on the controller that is not plain, none where it is.
#[must_use]
pub(super) fn effect(name: &str) -> Option<&'static str> {
    if filename::is_plain(name) {
        return None;
    }
    let has = |set: &[char]| name.contains(set);
    let odd = |quote: char| name.matches(quote).count() % 2 == 1;
    Some(if has(&['(', ')']) && !name.contains("$(") {
        "The shell finds a syntax error at the parenthesis: nothing of the whole script runs, no wheel is installed."
    } else if odd('"') || odd('\'') || odd('`') {
        "The shell waits for the other quote: nothing of the whole script runs as meant, no wheel is installed."
    } else if name.contains("$(") || has(&['`']) {
        "The shell runs what stands inside as a command on the controller."
    } else if has(&['\n']) || has(&[';', '&', '|']) {
        "The shell ends the command there and runs the rest of the name as another command on the controller."
    } else if has(&['<', '>']) {
        "The shell reads from or writes to a file of that name instead of handing it to the installer."
    } else if name.contains(char::is_whitespace) {
        "The shell takes it for several names: the installer finds no file of any of them, and the script ends there."
    } else if has(&['$']) {
        "The shell puts the value of a variable there: the installer finds no file of that name."
    } else if has(&['*', '?', '[']) {
        "The shell takes it for a pattern: it stands for every wheel file that matches."
    } else if name.contains('{') && name.contains('}') {
        "The shell may write it out as several names: the installer then finds no file of any of them."
    } else if has(&['\\', '"', '\'']) {
        "The shell takes the backslash or the quotes away: the installer finds no file of that name."
    } else if name.starts_with('-') {
        "`grep` takes it for options: whether the wheel is installed already is never known."
    } else {
        "The shell leaves it as it is, but no wheel may be called so: the installer refuses the name, and the script \
         ends there."
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_more_to_a_shell_are_told() {
        for (name, word) in [
            ("acme-1.0-py3-none-any (1).whl", "parenthesis"),
            ("acme\"x-1.0-py3-none-any.whl", "other quote"),
            ("acme$(true)-1.0-py3-none-any.whl", "as a command"),
            ("acme;true-1.0-py3-none-any.whl", "another command"),
            ("acme audit-1.0-py3-none-any.whl", "several names"),
            ("acme$x-1.0-py3-none-any.whl", "variable"),
            ("acme?-1.0-py3-none-any.whl", "pattern"),
            ("acme{a,b}-1.0-py3-none-any.whl", "several names"),
            ("-acme-1.0-py3-none-any.whl", "options"),
            (".acme-1.0-py3-none-any.whl", "refuses the name"),
        ] {
            assert!(effect(name).is_some_and(|effect| effect.contains(word)), "{name}: {:?}", effect(name));
        }
        assert_eq!(effect("acme-1.0+local.1-py3-none-any.whl"), None);
    }
}
