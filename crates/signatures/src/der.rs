//! Structures in DER as lists of their parts (X.690), for those that no library here reads as a whole.

use x509_parser::der_parser::asn1_rs::{Any, Class, FromDer};

/// The most parts of a structure that are looked at.
pub(crate) const MOST_PARTS: usize = 64;

/// One part of a structure, with its own bytes and those of its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) tag: u32,
    /// Whether the tag has a meaning in this structure alone.
    pub(crate) is_context: bool,
    pub(crate) raw: &'a [u8],
    pub(crate) content: &'a [u8],
}

/// The parts that `bytes` consist of.
pub(crate) fn parts(mut bytes: &[u8]) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() && parts.len() < MOST_PARTS {
        let (rest, any) = Any::from_der(bytes).ok()?;
        let raw = bytes.get(..bytes.len() - rest.len())?;
        let is_context = any.class() == Class::ContextSpecific;
        parts.push(Part { tag: any.tag().0, is_context, raw, content: any.data });
        bytes = rest;
    }
    Some(parts)
}

/// The first part that `bytes` consist of.
pub(crate) fn only(bytes: &[u8]) -> Option<Part<'_>> {
    parts(bytes)?.first().copied()
}

/// The object identifier that a part is, as `1.2.840…`.
pub(crate) fn oid(part: &Part<'_>) -> Option<String> {
    let (_, any) = Any::from_der(part.raw).ok()?;
    any.oid().ok().map(|oid| oid.to_id_string())
}

/// A part of this tag (its first byte) around `content`.
pub(crate) fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => bytes.push(length),
        _ => {
            let length = content.len().to_be_bytes();
            let digits: Vec<u8> = length.into_iter().skip_while(|digit| *digit == 0).collect();
            // A length has eight digits at most.
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
            bytes.extend(digits);
        }
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_is_read_again() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let bytes = wrapped(0x04, &content);
            let part = only(&bytes).unwrap();
            assert_eq!((part.tag, part.content, part.raw), (4, content.as_slice(), bytes.as_slice()));
        }
        assert!(parts(&[0x30, 0x05, 0x01]).is_none(), "it is cut off");
    }
}
