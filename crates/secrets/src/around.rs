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
