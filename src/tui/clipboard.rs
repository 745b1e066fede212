//! The clipboard of the terminal, by OSC 52; it is only ever written.
//!
//! tmux takes OSC 52 from a program only with `set-clipboard on`, and passes a
//! wrapped sequence to the terminal only with `allow-passthrough on` (always
//! before 3.3): which of them is set is not known without a question, so both
//! are sent; the same text twice does no harm. GNU screen knows no OSC 52 and
//! passes on what stands in a DCS, 768 bytes of it at the most.

use std::ffi::OsStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::config::Environment;

/// The largest text that is sent, in bytes: terminals cut off more.
const LIMIT: usize = 74_000;
/// The most bytes in one DCS: screen's limit is 768 with what is around them.
const CHUNK: usize = 500;

/// How a text gets to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is.
    Plain,
    /// Through tmux.
    Tmux,
    /// Through GNU screen.
    Screen,
}

impl Way {
    /// Returns the way, as the environment tells it.
    ///
    /// # Errors
    ///
    /// Returns why there is none.
    pub(super) fn of(environment: &Environment) -> Result<Self, &'static str> {
        let get = |name: &str| environment.variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let term = get("TERM").map_or(String::new(), |term| term.to_string_lossy().into_owned());
        match (get("TMUX"), get("STY")) {
            _ if term == "linux" => Err("the Linux console has no clipboard"),
            (Some(_), _) => Ok(Self::Tmux),
            (None, Some(_)) => Ok(Self::Screen),
            (None, None) => Ok(Self::Plain),
        }
    }

    /// Returns what to say of it: nobody answers whether the text has arrived.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "OSC 52 (the terminal may refuse)",
            Self::Tmux => "OSC 52 through tmux (it needs 'set -g set-clipboard on')",
            Self::Screen => "OSC 52 through screen (the terminal may refuse)",
        }
    }

    /// Returns the bytes that put a text into the clipboard.
    ///
    /// # Errors
    ///
    /// Returns why the text is not sent.
    pub(super) fn sequence(self, text: &str) -> Result<Vec<u8>, String> {
        if text.len() > LIMIT {
            return Err(format!("{} bytes are more than terminals take ({LIMIT})", text.len()));
        }
        let plain = format!("\x1b]52;c;{}\x07", BASE64.encode(text));
        Ok(match self {
            Self::Plain => plain.into_bytes(),
            Self::Tmux => {
                // In the wrapping each ESC stands twice.
                let wrapped = plain.replace('\x1b', "\x1b\x1b");
                format!("{plain}\x1bPtmux;{wrapped}\x1b\\").into_bytes()
            }
            Self::Screen => {
                plain.as_bytes().chunks(CHUNK).flat_map(|chunk| [b"\x1bP", chunk, b"\x1b\\"].concat()).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(variables: &[(&str, &str)]) -> Result<Way, &'static str> {
        let mut environment = Environment::default();
        environment.variables.extend(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        Way::of(&environment)
    }

    #[test]
    fn the_environment_tells_what_is_in_between() {
        assert_eq!(way(&[("TERM", "xterm-256color")]), Ok(Way::Plain));
        assert_eq!(way(&[("TERM", "screen"), ("TMUX", "/tmp/tmux-0/default,1,0")]), Ok(Way::Tmux));
        assert_eq!(way(&[("TERM", "screen"), ("STY", "1.pts-0.host")]), Ok(Way::Screen));
        assert_eq!(way(&[("TMUX", ""), ("STY", "")]), Ok(Way::Plain));
        assert!(way(&[("TERM", "linux")]).is_err());
    }

    #[test]
    fn tmux_gets_the_text_plain_and_wrapped() {
        let plain = "\x1b]52;c;YQ==\x07";
        assert_eq!(Way::Plain.sequence("a").as_deref(), Ok(plain.as_bytes()));
        let both = format!("{plain}\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
        assert_eq!(Way::Tmux.sequence("a").as_deref(), Ok(both.as_bytes()));
    }

    #[test]
    fn screen_gets_chunks_that_it_takes_and_that_give_the_whole() {
        let text = "x".repeat(2_000);
        let sent = String::from_utf8(Way::Screen.sequence(&text).expect("sent")).expect("ASCII");
        let chunks: Vec<&str> = sent.split("\x1b\\").filter(|chunk| !chunk.is_empty()).collect();
        assert!(chunks.len() > 4 && chunks.iter().all(|chunk| chunk.len() < 768), "{}", chunks.len());
        let whole: String = chunks.iter().map(|chunk| chunk.strip_prefix("\x1bP").expect("a DCS")).collect();
        assert_eq!(whole.as_bytes(), Way::Plain.sequence(&text).expect("sent"));
    }

    #[test]
    fn more_than_terminals_take_is_not_sent() {
        assert!(Way::Plain.sequence(&"x".repeat(LIMIT)).is_ok());
        assert!(Way::Tmux.sequence(&"x".repeat(LIMIT + 1)).is_err_and(|why| why.contains("74001 bytes")));
    }
}
