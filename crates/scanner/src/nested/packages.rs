//! Packages of Debian and rpm, and archives of ar (static libraries).

use std::io::{self, BufRead, BufReader, Cursor, Read};

use model::UntrustedPath;

use super::{ArchiveFormat, HEAD_BYTES, Walk, ends_like_an_archive, inflate, inner_path};
use crate::wanted_file::ReadFileError;

/// The length of a member's header in an archive of ar (deb(5), ar(5)).
const AR_HEADER_BYTES: usize = 60;
/// The longest name of a member, beyond what Linux has.
const LONGEST_NAME_BYTES: u64 = 64 << 10;
/// The longest table of names of an archive of ar.
const LONGEST_NAMES_BYTES: u64 = 16 << 20;
/// The length of the lead of a package of rpm (RPM file format 4, "Lead").
const RPM_LEAD_BYTES: u64 = 96;

impl Walk<'_> {
    /// The members of an archive of ar: of a package of Debian, each of which is an archive by itself, or of a library.
    pub(super) fn ar(
        &mut self,
        path: &str,
        format: &'static str,
        bytes: &mut dyn BufRead,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        let malformed = |reason: &str| ReadFileError::malformed(format, reason);
        skip(bytes, b"!<arch>\n".len() as u64)?;
        let mut long_names = Vec::new();
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
            let mut content = (&mut *bytes).take(size_bytes);
            let name = match text(0..16).as_str() {
                // The table of symbols, which holds no file.
                "/" | "/SYM64/" => None,
                // The names that are too long for a header, of GNU and System V.
                "//" => {
                    (&mut content).take(LONGEST_NAMES_BYTES).read_to_end(&mut long_names)?;
                    None
                }
                name => Some(member_name(name, &long_names, &mut content)?),
            };
            if let Some(name) = name {
                let inner = inner_path(path, UntrustedPath::normalise(&name).as_str());
                let size_bytes = content.limit();
                if ends_like_an_archive(&inner) || self.look.may_want(&inner, Some(size_bytes)) {
                    self.peek(&inner, &mut content, Some(size_bytes), depth);
                }
            }
            drain(content, format)?;
            skip(bytes, size_bytes % 2)?;
        }
        Ok(())
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

/// The name of a member: `name/` of GNU and System V, `/12` where it stands in the table of names, `#1/20` of BSD where
/// the content begins with it.
fn member_name(name: &str, long_names: &[u8], content: &mut dyn Read) -> io::Result<String> {
    if let Some(length) = name.strip_prefix("#1/").and_then(|length| length.parse().ok()) {
        let mut bytes = Vec::new();
        content.take(LONGEST_NAME_BYTES.min(length)).read_to_end(&mut bytes)?;
        return Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned());
    }
    if let Some(at) = name.strip_prefix('/').and_then(|at| at.parse::<usize>().ok()) {
        let rest = long_names.get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | 0)).unwrap_or(rest.len());
        let end = end.min(LONGEST_NAME_BYTES as usize);
        return Ok(String::from_utf8_lossy(&rest[..end]).trim_end_matches('/').to_owned());
    }
    Ok(name.trim_end_matches('/').to_owned())
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
pub(super) fn padding(length: u64, multiple: u64) -> u64 {
    length.next_multiple_of(multiple) - length
}

/// Passes over what is left of a member.
pub(super) fn drain(mut content: io::Take<impl Read>, format: &'static str) -> Result<(), ReadFileError> {
    io::copy(&mut content, &mut io::sink())?;
    match content.limit() {
        0 => Ok(()),
        _ => Err(ReadFileError::malformed(format, "it ends inside of a file")),
    }
}

pub(super) fn skip(bytes: &mut dyn BufRead, count: u64) -> Result<(), ReadFileError> {
    io::copy(&mut bytes.take(count), &mut io::sink())?;
    Ok(())
}
