//! The header block of an entry, in its variants: v7, ustar, star, GNU.

/// The unit of the format in bytes.
pub(super) const BLOCK: usize = 512;

/// What a header describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    /// A file in the word of v7, where a name that ends in a slash means a folder.
    OldFile,
    GnuSparse,
    HardLink,
    SymbolicLink,
    /// A device or a named pipe.
    Device,
    Directory,
    Pax,
    GlobalPax,
    LongName,
    LongLink,
    /// Anything else; it may have content, which nobody reads.
    Unknown,
}

/// One header block.
pub(super) struct Header<'a> {
    block: &'a [u8; BLOCK],
}

/// How the fields behind the classic ones are to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Variant {
    Old,
    Ustar,
    Star,
    Gnu,
}

pub(super) fn is_zero(block: &[u8; BLOCK]) -> bool {
    // A header begins with a name, so one look is mostly enough.
    block[0] == 0 && block.iter().all(|byte| *byte == 0)
}

impl<'a> Header<'a> {
    pub(super) fn new(block: &'a [u8; BLOCK]) -> Header<'a> {
        Header { block }
    }

    /// Verifies the checksum and returns the size field.
    pub(super) fn check(&self) -> Result<u64, &'static str> {
        let stated = number(&self.block[148..156]).ok_or("a header's checksum is no number")?;
        if stated != self.sum() && i64::try_from(stated) != Ok(self.signed_sum()) {
            return Err("no header is here, or its checksum is wrong");
        }
        number(&self.block[124..136]).ok_or("a header's size is no number, negative or too large")
    }

    /// The sum of all bytes, with blanks in place of the checksum itself.
    fn sum(&self) -> u64 {
        // 512 bytes cannot overflow 32 bits, and sums of that width are what processors do many of at once.
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        u64::from(sum(self.block) - sum(&self.block[148..156]) + 8 * u32::from(b' '))
    }

    /// The same with signed bytes, as some programs of old have it.
    fn signed_sum(&self) -> i64 {
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(byte.cast_signed())).sum::<i64>();
        sum(self.block) - sum(&self.block[148..156]) + 8 * i64::from(b' ')
    }

    pub(super) fn kind(&self) -> Kind {
        match self.block[156] {
            0 => Kind::OldFile,
            b'0' | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::SymbolicLink,
            b'3' | b'4' | b'6' => Kind::Device,
            b'5' => Kind::Directory,
            b'S' => Kind::GnuSparse,
            b'x' => Kind::Pax,
            b'g' => Kind::GlobalPax,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            _ => Kind::Unknown,
        }
    }

    /// The low twelve bits of the mode; 0 where the field is no number, because no content depends on it.
    pub(super) fn mode(&self) -> u32 {
        number(&self.block[100..108]).map_or(0, |mode| (mode & 0o7777) as u32)
    }

    /// The path; `joined` lends the room for one that is stored in two parts.
    pub(super) fn path<'b>(&self, joined: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        let name = text(&self.block[0..100]);
        let prefix = match self.variant() {
            Variant::Old | Variant::Gnu => &[],
            Variant::Ustar => text(&self.block[345..500]),
            Variant::Star => text(&self.block[345..476]),
        };
        if prefix.is_empty() {
            return name;
        }
        joined.extend_from_slice(prefix);
        joined.push(b'/');
        joined.extend_from_slice(name);
        joined
    }

    /// The target of a link.
    pub(super) fn link(&self) -> &'a [u8] {
        text(&self.block[157..257])
    }

    /// The first four pieces of an old GNU sparse map, as pairs of fields.
    pub(super) fn sparse_pieces(&self) -> &'a [u8] {
        &self.block[386..482]
    }

    /// Whether further blocks of an old GNU sparse map follow.
    pub(super) fn has_more_sparse_pieces(&self) -> bool {
        self.block[482] != 0
    }

    /// The full size of an old GNU sparse file.
    pub(super) fn sparse_size(&self) -> Option<u64> {
        number(&self.block[483..495])
    }

    /// Whether it says what it is, as all variants but the oldest do.
    pub(super) fn has_magic(&self) -> bool {
        self.block[257..].starts_with(b"ustar")
    }

    fn variant(&self) -> Variant {
        match &self.block[257..265] {
            b"ustar  \0" => Variant::Gnu,
            magic if !magic.starts_with(b"ustar\0") => Variant::Old,
            _ if &self.block[508..512] == b"tar\0" => Variant::Star,
            _ => Variant::Ustar,
        }
    }
}

/// A numeric field: octal digits among blanks, or base-256 with the first bit set; `None` when it is malformed, negative
/// or beyond 63 bits.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    let first = *field.first()?;
    if first & 0x80 != 0 {
        if first & 0x40 != 0 {
            return None;
        }
        let mut value = u64::from(first & 0x3f);
        for byte in &field[1..] {
            value = value.checked_mul(256)?.checked_add(u64::from(*byte))?;
        }
        return (value <= i64::MAX as u64).then_some(value);
    }
    let is_blank = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_blank(byte)).unwrap_or(field.len());
    let end = field.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    // What stands behind the digits' own end is left-over memory in archives of old programs.
    let digits = field[start..end].split(|byte| *byte == 0).next()?;
    let mut value = 0_u64;
    for digit in digits {
        if !matches!(digit, b'0'..=b'7') {
            return None;
        }
        value = value.checked_mul(8)?.checked_add(u64::from(digit - b'0'))?;
    }
    (value <= i64::MAX as u64).then_some(value)
}

fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: &[u8], value: Option<u64>) {
        assert_eq!(number(field), value, "{field:?}");
    }

    #[test]
    fn numbers_are_octal_or_base_256() {
        check(b"0000644\0", Some(0o644));
        check(b"   644 \0", Some(0o644));
        check(b"\0\0\0\0\0\0\0\0", Some(0));
        check(b"777\0junk", Some(0o777));
        check(&[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1], Some(0x2_0000_0001));
    }

    #[test]
    fn negative_huge_and_malformed_numbers_are_refused() {
        check(&[0xff; 12], None);
        check(&[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None);
        check(&[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0], None);
        check(b"-0000001\0", None);
        check(b"00000089", None);
        check(b"0x1", None);
    }
}
