//! Which values are secrets, and how they are shown: eight stars, whatever their length.
//!
//! A value is a secret by the name it goes by (`token`, `secret`, `password`,
//! `passwd`, `dsn`, `credential`, or a name that ends in `key`), or by its shape
//! (PEM block, JSON Web Token, user information in a URL).

/// What stands in place of a secret.
pub const MASK: &str = "********";

const NAMES: [&str; 6] = ["token", "secret", "password", "passwd", "dsn", "credential"];

/// Tells whether a parameter of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    NAMES.iter().any(|word| name.contains(word)) || name.ends_with("key") || name.ends_with("keys")
}

/// Tells whether a string looks like a secret, whatever its name.
#[must_use]
pub fn is_secret_text(text: &str) -> bool {
    text.contains("-----BEGIN ") || is_web_token(text) || has_user_information(text)
}

/// Tells whether the value `text` under `names`, from the outermost on, is a secret.
#[must_use]
pub fn is_secret<'a>(names: impl IntoIterator<Item = &'a str>, text: &str) -> bool {
    !text.is_empty() && (names.into_iter().any(is_secret_name) || is_secret_text(text))
}

/// Three runs of base64url with dots between them, the first a JSON object (RFC 7519).
fn is_web_token(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).any(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && parts[0].starts_with("eyJ")
            && parts[1].len() >= 4
            && parts.iter().all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
            })
    })
}

/// `scheme://user:password@host`
fn has_user_information(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let authority = text[at + 3..].split(['/', '?', '#', ' ']).next().unwrap_or("");
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_by_name_or_shape() {
        assert!(is_secret(["api_token"], "x"));
        assert!(is_secret(["auth", "SECRET_NAME"], "x"));
        assert!(is_secret(["signing_key"], "x"));
        assert!(is_secret(["url"], "postgres://u:p@h/db"));
        assert!(is_secret(["x"], "eyJhbGciOi.eyJzdWIiOi.c2ln"));
        assert!(!is_secret(["url"], "https://example.com/a@b:c"));
        assert!(!is_secret(["monkey_business"], "x"));
        assert!(!is_secret(["api_token"], ""));
    }
}
