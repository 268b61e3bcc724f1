//! Packages of Debian and rpm, and archives of cpio (initial RAM disks, the payload of rpm).

use std::io::{self, BufRead, BufReader, Cursor, Read};

use model::UntrustedPath;

use super::{ArchiveFormat, HEAD_BYTES, Walk, ends_like_an_archive, inflate, inner_path};
use crate::wanted_file::ReadFileError;

/// The length of a member's header in an archive of ar (deb(5), ar(5)).
const AR_HEADER_BYTES: usize = 60;
/// The length of an entry's header in the new ASCII form of cpio (cpio(5)).
const CPIO_HEADER_BYTES: usize = 110;
/// The longest name of a file in an archive of cpio, beyond what Linux has.
const LONGEST_NAME_BYTES: u64 = 64 << 10;
/// The length of the lead of a package of rpm (RPM file format 4, "Lead").
const RPM_LEAD_BYTES: u64 = 96;

impl Walk<'_> {
    /// The members of a package of Debian, each of which is an archive by itself.
    pub(super) fn deb(&mut self, path: &str, bytes: &mut dyn BufRead, depth: u32) -> Result<(), ReadFileError> {
        let malformed = |reason: &str| ReadFileError::malformed("package of Debian", reason);
        skip(bytes, b"!<arch>\n".len() as u64)?;
        while !bytes.fill_buf()?.is_empty() {
            let mut header = [0; AR_HEADER_BYTES];
            bytes.read_exact(&mut header).map_err(|_| malformed("it ends inside of a header"))?;
            let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&header[range]).trim().to_owned();
            let size_bytes: u64 = text(48..58).parse().map_err(|_| malformed("the size of a member is no number"))?;
            if header[58..] != *b"`\n" {
                return Err(malformed("a member has no header"));
            }
            if !self.counts(path) {
                return Ok(());
            }
            let name = text(0..16);
            let inner = inner_path(path, UntrustedPath::normalise(name.trim_end_matches('/')).as_str());
            let mut content = (&mut *bytes).take(size_bytes);
            if ends_like_an_archive(&inner) || self.look.may_want(&inner, Some(size_bytes)) {
                self.peek(&inner, &mut content, Some(size_bytes), depth);
            }
            drain(content, "package of Debian")?;
            skip(bytes, size_bytes % 2)?;
        }
        Ok(())
    }

    /// The files of an archive of cpio.
    pub(super) fn cpio(&mut self, path: &str, bytes: &mut dyn BufRead, depth: u32) -> Result<(), ReadFileError> {
        let malformed = |reason: &str| ReadFileError::malformed("archive of cpio", reason);
        loop {
            let mut header = [0; CPIO_HEADER_BYTES];
            bytes.read_exact(&mut header).map_err(|_| malformed("it ends inside of a header"))?;
            if !(header.starts_with(b"070701") || header.starts_with(b"070702")) {
                return Err(malformed("an entry has no header"));
            }
            let field = |index: usize| {
                let digits = std::str::from_utf8(&header[6 + index * 8..14 + index * 8]).ok();
                let number = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok());
                number.ok_or_else(|| malformed("a field of a header is no number"))
            };
            let (mode, size_bytes, name_bytes) = (field(1)?, field(6)?, field(11)?);
            if name_bytes > LONGEST_NAME_BYTES {
                return Err(malformed("a name is longer than 64 KiB"));
            }
            let mut name = Vec::new();
            (&mut *bytes).take(name_bytes).read_to_end(&mut name)?;
            skip(bytes, padding(CPIO_HEADER_BYTES as u64 + name_bytes, 4))?;
            let name = String::from_utf8_lossy(&name);
            let name = name.trim_end_matches('\0');
            if name == "TRAILER!!!" {
                return Ok(());
            }
            let mut content = (&mut *bytes).take(size_bytes);
            let is_file = mode & 0o170_000 == 0o100_000;
            if is_file && !self.counts(path) {
                return Ok(());
            }
            let inner = inner_path(path, UntrustedPath::normalise(name).as_str());
            if is_file && (ends_like_an_archive(&inner) || self.look.may_want(&inner, Some(size_bytes))) {
                self.peek(&inner, &mut content, Some(size_bytes), depth);
            }
            drain(content, "archive of cpio")?;
            skip(bytes, padding(size_bytes, 4))?;
        }
    }

    /// The files of a package of rpm, behind its lead, its signatures and its header.
    pub(super) fn rpm(&mut self, path: &str, bytes: &mut dyn BufRead, depth: u32) -> Result<(), ReadFileError> {
        skip(bytes, RPM_LEAD_BYTES)?;
        let signatures = rpm_header(bytes)?;
        skip(bytes, padding(signatures, 8))?;
        rpm_header(bytes)?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        (&mut *bytes).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let format = ArchiveFormat::of(&head);
        let payload = BufReader::new(Cursor::new(head).chain(bytes));
        match format {
            Some(ArchiveFormat::Unopened(name)) => {
                Err(ReadFileError::malformed("package of rpm", format!("its payload is {name}")))
            }
            Some(ArchiveFormat::Cpio) => self.compressed(path, Box::new(payload), depth),
            Some(compression) => {
                let inflated = inflate(compression, payload)?;
                self.compressed(path, inflated, depth)
            }
            None => Err(ReadFileError::malformed("package of rpm", "its payload is compressed in an unknown way")),
        }
    }
}

/// Passes over a header of rpm: its magic number, the number of entries, the length of their data, both.
fn rpm_header(bytes: &mut dyn BufRead) -> Result<u64, ReadFileError> {
    let mut intro = [0; 16];
    bytes.read_exact(&mut intro)?;
    let number = |at: usize| u64::from(u32::from_be_bytes([intro[at], intro[at + 1], intro[at + 2], intro[at + 3]]));
    if intro[..3] != [0x8e, 0xad, 0xe8] {
        return Err(ReadFileError::malformed("package of rpm", "it has no header where one belongs"));
    }
    let length = number(8) * 16 + number(12);
    skip(bytes, length)?;
    Ok(16 + length)
}

/// How many bytes are missing to the next multiple.
fn padding(length: u64, multiple: u64) -> u64 {
    length.next_multiple_of(multiple) - length
}

/// Passes over what is left of a member.
fn drain(mut content: io::Take<impl Read>, format: &'static str) -> Result<(), ReadFileError> {
    io::copy(&mut content, &mut io::sink())?;
    match content.limit() {
        0 => Ok(()),
        _ => Err(ReadFileError::malformed(format, "it ends inside of a file")),
    }
}

fn skip(bytes: &mut dyn BufRead, count: u64) -> Result<(), ReadFileError> {
    io::copy(&mut bytes.take(count), &mut io::sink())?;
    Ok(())
}
