//! What stands around a match: the word that it may be a part of, the documentation that it may be a sample of.

use std::ops::Range;

/// Whether these bytes of a program in Python end in the text that documents a module of Ansible: `EXAMPLES = r"""`.
pub(crate) fn is_in_module_documentation(before: &[u8]) -> bool {
    ["EXAMPLES", "DOCUMENTATION", "RETURN"].iter().any(|name| {
        let name = format!("\n{name} = ");
        let Some(start) = memchr::memmem::rfind(before, name.as_bytes()) else { return false };
        let text = &before[start + name.len()..];
        let text = text.strip_prefix(b"r").or_else(|| text.strip_prefix(b"u")).unwrap_or(text);
        let quote: &[u8] = if text.starts_with(b"'''") { b"'''" } else { b"\"\"\"" };
        text.strip_prefix(quote).is_some_and(|text| memchr::memmem::find(text, quote).is_none())
    })
}

/// The same of a file of YAML, as filters and tests of Ansible are documented: `EXAMPLES: |` and what is indented below it.
pub(crate) fn is_in_documentation_block(before: &[u8]) -> bool {
    let Some(start) = memchr::memmem::rfind(before, b"\nEXAMPLES: |") else { return false };
    let mut lines = before[start + 1..].split(|byte| *byte == b'\n').skip(1);
    lines.all(|line| matches!(line.first(), None | Some(b' ' | b'\r')))
}

/// How far above a line of an answer the input may begin that it answers, in bytes.
const LONGEST_ANSWER_BYTES: usize = 4 << 10;

/// Whether the line at this place is part of a session with Python that a text shows: what was typed, or a line of the answer
/// below it. An answer ends with an empty line (doctest, How are Docstring Examples Recognized?), with the documentation
/// that shows it, or with a line that is less indented.
pub(crate) fn is_in_session(bytes: &[u8], line: Range<usize>) -> bool {
    let first = line.start.saturating_sub(LONGEST_ANSWER_BYTES);
    let mut start = line.start;
    let own = ShownLine::of(&bytes[line]);
    let (mut shown, mut indent) = (own, own.indent);
    while !shown.is_typed {
        if start <= first {
            return false;
        }
        let end = start - 1;
        start = memchr::memrchr(b'\n', &bytes[first..end]).map_or(first, |at| first + at + 1);
        shown = ShownLine::of(&bytes[start..end]);
        if shown.ends_answers || shown.is_comment != own.is_comment {
            return false;
        }
        indent = indent.min(shown.indent);
    }
    shown.indent <= indent
}

/// What a line is to a session that is shown around it.
#[derive(Debug, Clone, Copy)]
struct ShownLine {
    indent: usize,
    is_comment: bool,
    /// Whether it begins with the sign behind which one types.
    is_typed: bool,
    /// Whether nothing below it answers what is above.
    ends_answers: bool,
}

impl ShownLine {
    fn of(line: &[u8]) -> ShownLine {
        let text = line.trim_ascii_start();
        let indent = line.len() - text.len();
        let uncommented = [&b"///"[..], b"//", b"#", b"* "].iter().find_map(|sign| text.strip_prefix(*sign));
        let said = uncommented.unwrap_or(text).trim_ascii();
        let quotes: [&[u8]; 2] = [b"\"\"\"", b"'''"];
        let quote = quotes.into_iter().find(|quote| memchr::memmem::find(said, quote).is_some());
        let inner = quote.and_then(|quote| said.strip_prefix(quote));
        // What opens a documentation may close it on the same line.
        let is_closed = |inner: &[u8]| quote.is_some_and(|quote| memchr::memmem::find(inner, quote).is_some());
        let typed = inner.unwrap_or(said);
        let is_typed = (typed.starts_with(b">>> ") || typed == b">>>") && !inner.is_some_and(is_closed);
        let is_further = said.starts_with(b"... ");
        let is_fence = said.starts_with(b"```") || said.starts_with(b"~~~") || said.ends_with(b"*/");
        let ends_answers = !is_typed && !is_further && (said.is_empty() || quote.is_some() || is_fence);
        ShownLine { indent, is_comment: uncommented.is_some(), is_typed, ends_answers }
    }
}

/// Whether the match is no part of a longer word. The letter of an escape (`\nAKIA…`) and the digits of a
/// percent-encoding (`%3DAKIA…`) are not part of one.
pub(crate) fn is_bounded(bytes: &[u8], whole: &Range<usize>) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_free = !bytes.get(whole.start).is_some_and(|first| is_word(*first))
        || match &bytes[whole.start.saturating_sub(3)..whole.start] {
            [.., b'\\', b'n' | b'r' | b't'] => true,
            _ if has_length_before(bytes, whole) => true,
            [b'%', first, second] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit() => true,
            [.., before] => !is_word(*before),
            [] => true,
        };
    let ends_free = whole.end == 0
        || has_length_before(bytes, whole)
        || !bytes.get(whole.end - 1).is_some_and(|last| is_word(*last))
        || !bytes.get(whole.end).is_some_and(|after| is_word(*after));
    begins_free && ends_free
}

/// Whether the match is a text of a compiled program, which has its length before it: two bytes in a Java class, one behind
/// the sign of the kind in Python's marshal format (a short text in ASCII, interned or not, kept for reference or not).
fn has_length_before(bytes: &[u8], whole: &Range<usize>) -> bool {
    match &bytes[whole.start.saturating_sub(2)..whole.start] {
        [0 | b'z' | b'Z' | 0xfa | 0xda, length] => usize::from(*length) == whole.len(),
        _ => false,
    }
}
