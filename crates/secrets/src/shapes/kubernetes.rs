//! Secrets of Kubernetes, in YAML and JSON: the values under `data` are base64, and are looked at decoded.

use std::ops::Range;

use super::Shaped;
use crate::validators::encoded::base64;

/// How far from `kind: Secret` its data may stand.
pub(crate) const FARTHEST_DATA_BYTES: usize = 32 << 10;
/// The most values of one document.
const MOST_VALUES: usize = 200;

/// The decoded values of the document around this literal (`kind: Secret`).
pub(super) fn values(bytes: &[u8], at: usize) -> Vec<Shaped> {
    let document = document_around(bytes, at);
    let text = &bytes[document.clone()];
    let mut values = Vec::new();
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&text[from..], b"data") {
        let place = from + found;
        from = place + 4;
        let line_start = memchr::memrchr(b'\n', &text[..place]).map_or(0, |end| end + 1);
        let before = &text[line_start..place];
        if text[from..].starts_with(b":") && before.iter().all(|byte| matches!(byte, b' ' | b'-')) {
            yaml_values(text, from + 1, before.len(), document.start, &mut values);
        } else if before.ends_with(b"\"") && text[from..].starts_with(b"\"") {
            json_values(text, from + 1, document.start, &mut values);
        }
        if values.len() >= MOST_VALUES {
            break;
        }
    }
    values
}

/// Values of the document are read up to here: others of the same document need no second look when their data are
/// within half the reach.
pub(super) fn seen_until(bytes: &[u8], at: usize) -> usize {
    document_around(bytes, at).end.min(at + FARTHEST_DATA_BYTES / 2)
}

/// From one `---` to the next.
fn document_around(bytes: &[u8], at: usize) -> Range<usize> {
    let first = at.saturating_sub(FARTHEST_DATA_BYTES);
    let last = bytes.len().min(at + FARTHEST_DATA_BYTES);
    let start = memchr::memmem::rfind(&bytes[first..at], b"\n---").map_or(first, |start| first + start + 4);
    let end = memchr::memmem::find(&bytes[at..last], b"\n---").map_or(last, |end| at + end);
    start..end
}

/// A value that follows on lines of its own.
struct Block {
    key: Vec<u8>,
    depth: usize,
    range: Range<usize>,
    text: Vec<u8>,
}

/// The lines `name: value` that are indented deeper than `data:`; a value may follow on lines of its own behind `|`.
fn yaml_values(text: &[u8], from: usize, indent: usize, origin: usize, values: &mut Vec<Shaped>) {
    let mut at = from;
    let mut block: Option<Block> = None;
    for line in text[from..].split_inclusive(|byte| *byte == b'\n').take(MOST_VALUES * 8) {
        let start = at;
        at += line.len();
        let depth = line.iter().take_while(|byte| **byte == b' ').count();
        let content = line.trim_ascii();
        if start == from || content.is_empty() || content.starts_with(b"#") {
            continue;
        }
        if depth <= indent {
            break;
        }
        if let Some(open) = block.as_mut().filter(|open| depth > open.depth) {
            open.text.extend_from_slice(content);
            open.range.end = at;
            continue;
        }
        if let Some(Block { key, range, text, .. }) = block.take() {
            add(&key, &text, range, origin, values);
        }
        let Some(colon) = memchr::memchr(b':', content) else { continue };
        let key = unquoted(&content[..colon]);
        let value = unquoted(content[colon + 1..].trim_ascii());
        let place = start + depth + colon + 1;
        if matches!(value, b"|" | b">" | b"|-" | b">-" | b"|+" | b"") {
            block = Some(Block { key: key.to_vec(), depth, range: place..at, text: Vec::new() });
        } else {
            add(key, value, place..start + line.trim_ascii_end().len(), origin, values);
        }
    }
    if let Some(Block { key, range, text, .. }) = block {
        add(&key, &text, range, origin, values);
    }
}

/// The pairs of texts up to the brace that closes `"data": {`.
fn json_values(text: &[u8], from: usize, origin: usize, values: &mut Vec<Shaped>) {
    let is_gap = |byte: &u8| byte.is_ascii_whitespace() || b":,".contains(byte);
    let mut at = from + text[from..].iter().take_while(|byte| is_gap(byte)).count();
    if text.get(at) != Some(&b'{') {
        return;
    }
    at += 1;
    let mut key: Option<&[u8]> = None;
    while values.len() < MOST_VALUES {
        at += text[at..].iter().take_while(|byte| is_gap(byte)).count();
        if text.get(at) != Some(&b'"') {
            return;
        }
        let Some(length) = memchr::memchr(b'"', &text[at + 1..]) else { return };
        let range = at + 1..at + 1 + length;
        at = range.end + 1;
        match key.take() {
            None => key = Some(&text[range]),
            Some(key) => add(key, &text[range.clone()], range, origin, values),
        }
    }
}

fn add(key: &[u8], value: &[u8], range: Range<usize>, origin: usize, values: &mut Vec<Shaped>) {
    if value.len() >= 4
        && let Some(bytes) = base64(value)
        && !bytes.is_empty()
    {
        values.push(Shaped::Inner { whole: origin + range.start..origin + range.end, key: key.to_vec(), bytes });
    }
}

fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Vec<String> {
        let at = text.find("Secret").expect("it is one");
        let texts = values(text.as_bytes(), at).into_iter().map(|value| match value {
            Shaped::Inner { key, bytes, .. } => {
                format!("{}={}", String::from_utf8_lossy(&key), String::from_utf8_lossy(&bytes))
            }
            Shaped::Secret { .. } => "a secret".to_owned(),
        });
        texts.collect()
    }

    #[test]
    fn values_of_yaml_are_decoded_before_and_behind_the_kind() {
        let text =
            "data:\n  user: YWRtaW4=\n  password: \"aHVudGVyMg==\"\nkind: Secret\n---\ndata:\n  other: aHVudGVyMg==\n";
        assert_eq!(decoded(text), ["user=admin", "password=hunter2"]);
        let text = "kind: Secret\ndata:\n  password: |\n    aHVud\n    GVyMg==\n  user: YWRtaW4=\ntype: Opaque\n";
        assert_eq!(decoded(text), ["password=hunter2", "user=admin"]);
    }

    #[test]
    fn values_of_json_are_decoded() {
        assert_eq!(
            decoded(r#"{"kind": "Secret", "data": {"password": "aHVudGVyMg==", "n": "YWRtaW4="}}"#),
            ["password=hunter2", "n=admin"]
        );
        assert_eq!(decoded(r#"{"kind": "Secret", "data": {"password": "#), [] as [&str; 0]);
    }
}
