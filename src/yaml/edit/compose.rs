//! Two sets of splices, one after the other, as one.

use crate::text::{Span, Splice};

/// A run of the text in the middle: kept bytes of the first text, or new ones.
enum Run<'a> {
    Kept(Span),
    New(&'a str),
}

/// Returns the splices that do what `first` and then, on its result, `second` do.
/// `len` is the length of the first text.
pub(super) fn compose(len: usize, first: &[Splice], second: &[Splice]) -> Vec<Splice> {
    let mut runs = Vec::with_capacity(2 * first.len() + 1);
    let mut at = 0;
    for one in first {
        runs.push(Run::Kept(Span::new(at, one.span.start)));
        runs.push(Run::New(&one.text));
        at = one.span.end;
    }
    runs.push(Run::Kept(Span::new(at, len)));
    let mut out = Output { splices: Vec::new(), at: 0, new: String::new() };
    let mut runs = Runs { all: &runs, at: 0, inside: 0 };
    let mut middle = 0;
    for one in second {
        runs.take(one.span.start - middle, |run| out.put(&run));
        out.new.push_str(&one.text);
        runs.take(one.span.len(), |_| {});
        middle = one.span.end;
    }
    runs.take(usize::MAX, |run| out.put(&run));
    out.close(len);
    out.splices
}

/// Walks over the text in the middle.
struct Runs<'r, 'a> {
    all: &'r [Run<'a>],
    at: usize,
    inside: usize,
}

impl<'a> Runs<'_, 'a> {
    fn take(&mut self, bytes: usize, mut each: impl FnMut(Run<'a>)) {
        let mut left = bytes;
        while let Some(run) = self.all.get(self.at) {
            let len = match run {
                Run::Kept(span) => span.len(),
                Run::New(text) => text.len(),
            } - self.inside;
            if left == 0 && len > 0 {
                return;
            }
            let step = len.min(left);
            let (from, to) = (self.inside, self.inside + step);
            each(match run {
                Run::Kept(span) => Run::Kept(Span::new(span.start + from, span.start + to)),
                Run::New(text) => Run::New(&text[from..to]),
            });
            left -= step;
            if step == len {
                self.at += 1;
                self.inside = 0;
            } else {
                self.inside = to;
                return;
            }
        }
    }
}

/// Collects what is kept and what is new into splices of the first text.
struct Output {
    splices: Vec<Splice>,
    /// Behind the last byte of the first text that is dealt with.
    at: usize,
    new: String,
}

impl Output {
    fn put(&mut self, run: &Run<'_>) {
        match run {
            Run::New(text) => self.new.push_str(text),
            Run::Kept(span) if span.is_empty() => {}
            Run::Kept(span) => {
                self.close(span.start);
                self.at = span.end;
            }
        }
    }

    fn close(&mut self, start: usize) {
        if start > self.at || !self.new.is_empty() {
            self.splices.push(Splice::new(Span::new(self.at, start), std::mem::take(&mut self.new)));
        }
        self.at = start;
    }
}

/// Returns the splices without the bytes at both ends of each that stay the same.
pub(crate) fn trimmed(text: &str, splices: Vec<Splice>) -> Vec<Splice> {
    let trim = |one: Splice| -> Option<Splice> {
        let old = one.span.of(text);
        let same = |pair: &(char, char)| pair.0 == pair.1;
        let front: usize = old.chars().zip(one.text.chars()).take_while(same).map(|(c, _)| c.len_utf8()).sum();
        let (old, new) = (&old[front..], &one.text[front..]);
        let pairs = old.chars().rev().zip(new.chars().rev());
        let back: usize = pairs.take_while(same).map(|(c, _)| c.len_utf8()).sum();
        let span = Span::new(one.span.start + front, one.span.end - back);
        let new = &new[..new.len() - back];
        (!span.is_empty() || !new.is_empty()).then(|| Splice::new(span, new))
    };
    splices.into_iter().filter_map(trim).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::splice;

    /// Makes sorted splices of a text of `len` bytes from random numbers.
    fn splices(len: usize, seeds: &[(usize, usize, String)]) -> Vec<Splice> {
        let mut at = 0;
        let mut out = Vec::new();
        for (skip, drop, new) in seeds {
            let start = (at + skip).min(len);
            let end = (start + drop).min(len);
            out.push(Splice::new(Span::new(start, end), new.as_str()));
            at = end;
        }
        out
    }

    proptest! {
        #[test]
        fn composed_splices_do_what_both_do(
            text in "[a-d]{0,20}",
            a in prop::collection::vec((0_usize..6, 0_usize..4, "[x-z]{0,3}"), 0..5),
            b in prop::collection::vec((0_usize..6, 0_usize..4, "[p-r]{0,3}"), 0..5),
        ) {
            let first = splices(text.len(), &a);
            let middle = splice(&text, &first).expect("sorted");
            let second = splices(middle.len(), &b);
            let want = splice(&middle, &second).expect("sorted");
            let composed = compose(text.len(), &first, &second);
            prop_assert_eq!(splice(&text, &composed).expect("sorted"), want.clone());
            prop_assert_eq!(splice(&text, &trimmed(&text, composed)).expect("sorted"), want);
        }
    }
}
