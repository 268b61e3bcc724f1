//! Archives of cpio in all their forms (cpio(5)): initial RAM disks, the payload of rpm, archives of older systems.

use std::io::{BufRead, Read};

use model::UntrustedPath;

use super::packages::{drain, padding, skip};
use super::{Walk, ends_like_an_archive, inner_path};
use crate::wanted_file::ReadFileError;

/// The length of an entry's header in the new ASCII form.
const NEW_HEADER_BYTES: usize = 110;
/// The length of an entry's header in the portable ASCII form of POSIX.1-1988 ("odc").
const ODC_HEADER_BYTES: usize = 76;
/// The length of an entry's header in the old binary form.
const BINARY_HEADER_BYTES: usize = 26;
/// The longest name of a file, beyond what Linux has.
const LONGEST_NAME_BYTES: u64 = 64 << 10;

/// A form of cpio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `070701`, and `070702` with checksums: hexadecimal digits.
    New,
    /// `070707`: octal digits.
    Odc,
    /// The same number in 16 bits, and everything else so, too.
    LittleEndian,
    BigEndian,
}

/// What the header of an entry says of it.
struct Header {
    mode: u64,
    size_bytes: u64,
    name_bytes: u64,
    form: Form,
}

/// Whether an archive of cpio begins so. The binary form has a magic number of two bytes only, so that the first entry has
/// to make sense, too.
pub(super) fn is_cpio(head: &[u8]) -> bool {
    match Form::of(head) {
        Some(Form::New | Form::Odc) => true,
        Some(Form::LittleEndian | Form::BigEndian) => Header::binary(head).is_some_and(|header| {
            let name = usize::try_from(header.name_bytes).ok().and_then(|length| {
                head.get(BINARY_HEADER_BYTES..)?.get(..length.checked_sub(1)?.min(head.len() - BINARY_HEADER_BYTES))
            });
            let is_kind = [0o010, 0o020, 0o040, 0o060, 0o100, 0o120, 0o140].contains(&((header.mode & 0o170_000) >> 9));
            // The last entry has no mode.
            let is_end = name == Some(b"TRAILER!!!");
            let is_name = name.is_some_and(|name| !name.is_empty() && name.iter().all(|byte| *byte >= b' '));
            is_name && (is_kind || is_end) && header.name_bytes <= 4096
        }),
        None => false,
    }
}

impl Walk<'_> {
    /// The files of an archive of cpio.
    pub(super) fn cpio(&mut self, path: &str, bytes: &mut dyn BufRead, depth: u32) -> Result<(), ReadFileError> {
        loop {
            let header = Header::read(bytes)?;
            if header.name_bytes > LONGEST_NAME_BYTES {
                return Err(malformed("a name is longer than 64 KiB"));
            }
            let mut name = Vec::new();
            (&mut *bytes).take(header.name_bytes).read_to_end(&mut name)?;
            skip(bytes, header.padding_of_name())?;
            let name = String::from_utf8_lossy(&name);
            let name = name.trim_end_matches('\0');
            if name == "TRAILER!!!" {
                return Ok(());
            }
            let mut content = (&mut *bytes).take(header.size_bytes);
            let is_file = header.mode & 0o170_000 == 0o100_000;
            if is_file && !self.counts(path) {
                return Ok(());
            }
            let inner = inner_path(path, UntrustedPath::normalise(name).as_str());
            if is_file && (ends_like_an_archive(&inner) || self.look.may_want(&inner, Some(header.size_bytes))) {
                self.peek(&inner, &mut content, Some(header.size_bytes), depth);
            }
            drain(content, "archive of cpio")?;
            skip(bytes, header.padding_of_content())?;
        }
    }
}

impl Form {
    fn of(head: &[u8]) -> Option<Form> {
        match head {
            [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => Some(Form::New),
            [b'0', b'7', b'0', b'7', b'0', b'7', ..] => Some(Form::Odc),
            [0xc7, 0x71, ..] => Some(Form::LittleEndian),
            [0x71, 0xc7, ..] => Some(Form::BigEndian),
            _ => None,
        }
    }

    fn header_bytes(self) -> usize {
        match self {
            Form::New => NEW_HEADER_BYTES,
            Form::Odc => ODC_HEADER_BYTES,
            Form::LittleEndian | Form::BigEndian => BINARY_HEADER_BYTES,
        }
    }
}

impl Header {
    fn read(bytes: &mut dyn BufRead) -> Result<Header, ReadFileError> {
        let cut = |_| malformed("it ends inside of a header");
        let mut whole = [0; NEW_HEADER_BYTES];
        bytes.read_exact(&mut whole[..BINARY_HEADER_BYTES]).map_err(cut)?;
        let form = Form::of(&whole).ok_or_else(|| malformed("an entry has no header"))?;
        let header = &mut whole[..form.header_bytes()];
        bytes.read_exact(&mut header[BINARY_HEADER_BYTES..]).map_err(cut)?;
        let header: &[u8] = header;
        let number = |range: std::ops::Range<usize>, radix| {
            let digits = header.get(range).and_then(|digits| std::str::from_utf8(digits).ok());
            let number = digits.and_then(|digits| u64::from_str_radix(digits, radix).ok());
            number.ok_or_else(|| malformed("a field of a header is no number"))
        };
        Ok(match form {
            Form::New => {
                let field = |index: usize| number(6 + index * 8..14 + index * 8, 16);
                Header { mode: field(1)?, size_bytes: field(6)?, name_bytes: field(11)?, form }
            }
            Form::Odc => {
                let (mode, name_bytes, size_bytes) = (number(18..24, 8)?, number(59..65, 8)?, number(65..76, 8)?);
                Header { mode, size_bytes, name_bytes, form }
            }
            Form::LittleEndian | Form::BigEndian => {
                Header::binary(header).ok_or_else(|| malformed("an entry has no header"))?
            }
        })
    }

    /// Thirteen numbers of 16 bits: the magic, device, inode, mode, user, group, links, device, time (two), the length of
    /// the name, and that of the content in two, the higher half first whatever the order of bytes.
    fn binary(head: &[u8]) -> Option<Header> {
        let form = Form::of(head)?;
        let number = |index: usize| {
            let pair = head.get(index * 2..index * 2 + 2)?;
            let pair = [pair[0], pair[1]];
            Some(u64::from(if form == Form::BigEndian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
        };
        let size_bytes = (number(11)? << 16) | number(12)?;
        Some(Header { mode: number(3)?, size_bytes, name_bytes: number(10)?, form })
    }

    fn padding_of_name(&self) -> u64 {
        match self.form {
            Form::New => padding(NEW_HEADER_BYTES as u64 + self.name_bytes, 4),
            Form::Odc => 0,
            Form::LittleEndian | Form::BigEndian => self.name_bytes % 2,
        }
    }

    fn padding_of_content(&self) -> u64 {
        match self.form {
            Form::New => padding(self.size_bytes, 4),
            Form::Odc => 0,
            Form::LittleEndian | Form::BigEndian => self.size_bytes % 2,
        }
    }
}

fn malformed(reason: &str) -> ReadFileError {
    ReadFileError::malformed("archive of cpio", reason)
}
