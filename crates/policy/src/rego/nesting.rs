//! How deeply brackets of a program nest. The interpreter's parser tries each bracket as several things, one after the
//! other, so that its time doubles or more with each level.

/// The deepest level of brackets of all kinds, strings and comments aside.
pub(super) fn deepest(source: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let mut bytes = source.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'#' => _ = bytes.find(|byte| *byte == b'\n'),
            b'`' => _ = bytes.find(|byte| *byte == b'`'),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

/// A program with blanks for what is in strings and comments.
pub(super) fn without_strings_and_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut bytes = source.bytes();
    while let Some(byte) = bytes.next() {
        code.push(if byte.is_ascii() { char::from(byte) } else { ' ' });
        match byte {
            b'#' => {
                _ = bytes.find(|byte| *byte == b'\n');
                code.push('\n');
            }
            b'`' => _ = bytes.find(|byte| *byte == b'`'),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    code
}

/// Goes behind the quote that ends a string; a string does not go beyond its line.
fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => _ = bytes.next(),
            b'"' | b'\n' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::deepest;

    #[test]
    fn strings_and_comments_are_no_brackets() {
        assert_eq!(deepest("a := [{\"b\": (1)}]"), 3);
        assert_eq!(deepest("a := \"[[[\\\"[\" # {{{\nb := `(((\n(`"), 0);
        assert_eq!(deepest("\"[\n["), 1, "a string ends with its line");
        assert_eq!(deepest(")]}["), 1);
    }
}
