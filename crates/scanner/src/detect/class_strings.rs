//! The texts in a Java class: its constant pool (Java Virtual Machine Specification, section 4.4), one text a line.
//!
//! A text stands in a class between its length and the kind of the next constant, bytes that may well be letters; a rule that
//! asks for a boundary would miss a secret of 57 characters, whose length reads as a `9`.

/// The texts of the class, or as many of them as can be read; nothing where the file is no class.
pub(super) fn of(bytes: &[u8]) -> Option<Vec<u8>> {
    /// The first version of the format; what is lower is a universal binary of macOS, which begins with the same bytes.
    const FIRST_MAJOR_VERSION: u16 = 45;
    let mut rest = bytes.strip_prefix(&[0xca, 0xfe, 0xba, 0xbe])?;
    let (_minor, major) = (short(&mut rest)?, short(&mut rest)?);
    if major < FIRST_MAJOR_VERSION {
        return None;
    }
    let count = short(&mut rest)?;
    let mut texts = Vec::new();
    let mut number = 1;
    while number < count {
        match constant(&mut rest) {
            Some(Constant::Text(text)) => {
                texts.extend_from_slice(text);
                texts.push(b'\n');
            }
            Some(Constant::Wide) => number += 1,
            Some(Constant::Other) => {}
            // What is damaged here no JVM loads.
            None => break,
        }
        number += 1;
    }
    Some(texts)
}

enum Constant<'a> {
    /// CONSTANT_Utf8.
    Text(&'a [u8]),
    /// CONSTANT_Long and CONSTANT_Double, which take two numbers.
    Wide,
    Other,
}

fn constant<'a>(rest: &mut &'a [u8]) -> Option<Constant<'a>> {
    let tag = *rest.split_off_first()?;
    let length = match tag {
        1 => {
            let length = usize::from(short(rest)?);
            return rest.split_off(..length).map(Constant::Text);
        }
        5 | 6 => {
            rest.split_off(..8)?;
            return Some(Constant::Wide);
        }
        7 | 8 | 16 | 19 | 20 => 2,
        15 => 3,
        3 | 4 | 9 | 10 | 11 | 12 | 17 | 18 => 4,
        _ => return None,
    };
    rest.split_off(..length)?;
    Some(Constant::Other)
}

fn short(rest: &mut &[u8]) -> Option<u16> {
    rest.split_off(..2)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(constants: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61];
        let wide = constants.iter().filter(|constant| matches!(constant[0], 5 | 6)).count();
        bytes.extend(((constants.len() + wide + 1) as u16).to_be_bytes());
        constants.iter().for_each(|constant| bytes.extend_from_slice(constant));
        bytes
    }

    #[test]
    fn texts_are_found_among_constants_of_every_kind() {
        let constants: &[&[u8]] = &[
            b"\x01\x00\x05hello",
            b"\x05\0\0\0\0\0\0\0\x07",
            b"\x0a\0\x01\0\x02",
            b"\x0f\x01\0\x02",
            b"\x08\0\x01",
            b"\x01\x00\x01x",
        ];
        assert_eq!(of(&class(constants)).unwrap(), b"hello\nx\n");
    }

    #[test]
    fn what_is_damaged_or_none_ends() {
        let whole = class(&[b"\x01\x00\x05hello", b"\x01\x00\x01x"]);
        for length in 0..whole.len() {
            let texts = of(&whole[..length]).unwrap_or_default();
            assert!(b"hello\nx\n".starts_with(&texts), "{length}");
        }
        assert_eq!(of(&class(&[b"\x01\x00\x01x", b"\x63"])).unwrap(), b"x\n");
        assert_eq!(of(&[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2, 0, 0]), None);
        assert_eq!(of(b"hello"), None);
    }
}
