//! Where something stands in a JSON document, as its author finds it again: the line, and the keys that lead there.

use std::fmt::Write;

/// A step from a value to one in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    /// Counted from 0.
    Index(usize),
}

/// The keys that lead to what stands at this line and column, both counted from 1: `statements[2].status`. Where a value
/// ends there, they lead to the value around the end.
pub(crate) fn path_at(text: &str, line: usize, column: usize) -> String {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let target = (start + column.saturating_sub(1)).min(text.len());
    let mut walk = Walk::new(text);
    while walk.at < target {
        walk.step();
    }
    if text.as_bytes().get(target) == Some(&b'}') {
        walk.open.pop();
    }
    shown(&walk.open)
}

/// The line of the value at the end of this path, counted from 1.
pub(crate) fn line_of(text: &str, path: &[Step<'_>]) -> Option<usize> {
    let mut walk = Walk::new(text);
    while walk.at < text.len() {
        walk.step();
        if walk.is_at_value && walk.open == path {
            let rest = &text[walk.at..];
            let begin = walk.at + (rest.len() - rest.trim_ascii_start().len());
            return Some(text[..begin].matches('\n').count() + 1);
        }
    }
    None
}

/// A path as it is shown.
pub(crate) fn shown(path: &[Step<'_>]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => _ = write!(shown, ".{key}"),
            Step::Index(index) => _ = write!(shown, "[{index}]"),
        }
    }
    shown
}

/// A walk over the tokens of a document that may break off.
struct Walk<'a> {
    text: &'a str,
    /// The next byte.
    at: usize,
    open: Vec<Step<'a>>,
    /// Whether a key comes next, in the innermost object.
    wants_key: bool,
    /// Whether the value at `open` comes next.
    is_at_value: bool,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Walk<'a> {
        Walk { text, at: 0, open: Vec::new(), wants_key: false, is_at_value: false }
    }

    fn step(&mut self) {
        let bytes = self.text.as_bytes();
        self.is_at_value = false;
        match bytes[self.at] {
            b'"' => {
                let begin = self.at + 1;
                let mut end = begin;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                if self.wants_key {
                    let key = self.text.get(begin..end.min(bytes.len())).unwrap_or_default();
                    if let Some(Step::Key(last)) = self.open.last_mut() {
                        *last = key;
                    }
                    self.wants_key = false;
                }
                self.at = end;
            }
            b'{' => {
                self.open.push(Step::Key(""));
                self.wants_key = true;
            }
            b'[' => {
                self.open.push(Step::Index(0));
                self.wants_key = false;
                self.is_at_value = true;
            }
            b'}' | b']' => {
                self.open.pop();
                self.wants_key = false;
            }
            b':' => self.is_at_value = true,
            b',' => match self.open.last_mut() {
                Some(Step::Index(index)) => {
                    *index += 1;
                    self.is_at_value = true;
                }
                Some(Step::Key(_)) => self.wants_key = true,
                None => {}
            },
            _ => {}
        }
        self.at = (self.at + 1).min(bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n \"a\": 1,\n \"list\": [\n  {\"b\\\"\": \"{[,\", \"c\": [0, 7]},\n  {\"c\": {}, \"d\": 5}\n ]\n}";

    #[test]
    fn a_place_is_told_by_the_keys_that_lead_there() {
        for (line, column, path) in [
            (2, 7, "a"),
            (4, 28, "list[0].c[1]"),
            (5, 18, "list[1].d"),
            (5, 19, "list[1]"),
            (5, 9, "list[1].c"),
            (99, 99, ""),
        ] {
            assert_eq!(path_at(TEXT, line, column), path, "{line}:{column}");
        }
        path_at("{\"a\": \"\\", 1, 9);
        path_at("\u{3042}", 1, 2);
    }

    #[test]
    fn a_path_leads_to_a_line() {
        use Step::{Index, Key};
        for (path, line) in [
            (&[Key("list"), Index(1), Key("d")][..], Some(5)),
            (&[Key("list"), Index(0)], Some(4)),
            (&[Key("a")], Some(2)),
            (&[Key("list"), Index(2)], None),
        ] {
            assert_eq!(line_of(TEXT, path), line, "{path:?}");
        }
    }
}
