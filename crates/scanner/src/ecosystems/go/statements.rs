//! The lines of `go.mod` and `go.work` (go.dev/ref/mod, go.mod files, Lexical elements): statements, and blocks of them that
//! share a verb.

use crate::damage::UnreadLines;

/// Hands every statement to `take`, with its verb, the words behind that and its comment. Lines that `take` refuses, and
/// blocks whose verb is none of `verbs`, come back as unread.
pub(super) fn read<'t>(
    text: &'t str,
    verbs: &[&str],
    mut take: impl FnMut(&'t str, &[&'t str], &'t str) -> bool,
) -> UnreadLines {
    let mut unread = UnreadLines::default();
    let mut block = None;
    let mut last = (0, "");
    for (number, line) in (1..).zip(text.lines()) {
        let (statement, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = statement.split_whitespace().map(|word| word.trim_matches(['"', '`']));
        let Some(first) = words.next() else { continue };
        let words: Vec<&str> = words.take(8).collect();
        last = (number, line);
        let is_read = match (block, first, words.as_slice()) {
            (Some(_), ")", _) => {
                block = None;
                true
            }
            (Some(verb), ..) => take(verb, &[&[first], words.as_slice()].concat(), comment),
            (None, verb, ["("]) => {
                block = Some(verb);
                verbs.contains(&verb)
            }
            (None, verb, words) => take(verb, words, comment),
        };
        if !is_read {
            unread.note(number, line);
        }
    }
    if block.is_some() {
        // What the block lists further is cut off.
        unread.note(last.0, last.1);
    }
    unread
}

/// Whether text has nothing but blanks and comments.
pub(super) fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.split("//").next().unwrap_or_default().trim().is_empty())
}
