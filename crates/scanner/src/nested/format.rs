//! What kind of archive a file is, by its first bytes, or by its last ones where a program stands before it.

use std::io::{self, Read, Seek, SeekFrom};

use super::{HEAD_BYTES, cpio};
use crate::shared_content::SharedContent;
use crate::zip;

/// How many bytes of a script may stand before the archive that it unpacks. Those of makeself have some 20 KiB.
const LONGEST_SCRIPT_BYTES: usize = 64 << 10;

/// The formats that are looked into, and those that are known and not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArchiveFormat {
    Tar,
    Zip,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    /// The format that xz had before (`.lzma`).
    Lzma,
    SevenZip,
    /// A package of Debian: an archive of ar whose members are archives.
    Deb,
    /// An archive of ar that is no package: a static library, or anything else.
    Ar,
    /// A package of rpm: an archive of cpio, compressed, behind two headers.
    Rpm,
    /// An archive of cpio, in any of its forms.
    Cpio,
    /// A format for which there is no reader, by its name in a sentence.
    Unopened(&'static str),
}

impl ArchiveFormat {
    /// The format of what begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Option<ArchiveFormat> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(ArchiveFormat::Gzip),
            [b'P', b'K', 3, 4, ..] => Some(ArchiveFormat::Zip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(ArchiveFormat::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Some(ArchiveFormat::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(ArchiveFormat::Xz),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(ArchiveFormat::SevenZip),
            [0xed, 0xab, 0xee, 0xdb, 3 | 4, ..] => Some(ArchiveFormat::Rpm),
            [b'R', b'a', b'r', b'!', 0x1a, 7, 0 | 1, ..] => Some(ArchiveFormat::Unopened("a RAR archive")),
            [4, 0x22, 0x4d, 0x18, ..] => Some(ArchiveFormat::Unopened("a file compressed with LZ4")),
            [b'L', b'Z', b'I', b'P', 1, ..] => Some(ArchiveFormat::Unopened("a file compressed with lzip")),
            [0x1f, 0x9d, 0x8c..=0x90, ..] => Some(ArchiveFormat::Unopened("a file compressed with compress")),
            [b'M', b'S', b'C', b'F', 0, 0, 0, 0, ..] => Some(ArchiveFormat::Unopened("a cabinet of Windows")),
            _ if head.starts_with(b"!<arch>\ndebian-binary") => Some(ArchiveFormat::Deb),
            _ if head.starts_with(b"!<arch>\n") => Some(ArchiveFormat::Ar),
            _ if cpio::is_cpio(head) => Some(ArchiveFormat::Cpio),
            _ if is_squashfs(head) => Some(ArchiveFormat::Unopened("an image of SquashFS")),
            _ if is_lzma(head) => Some(ArchiveFormat::Lzma),
            _ => is_tar(head).then_some(ArchiveFormat::Tar),
        }
    }

    /// An archive behind a program or script that unpacks or runs it, with where it is to be read from, in bytes: a zip
    /// archive, as of an executable jar, which has its offsets itself; a tar archive or a compression behind a script.
    pub(crate) fn behind_program(content: &mut SharedContent) -> Option<(ArchiveFormat, u64)> {
        let head = content.head(4);
        if !["#!".as_bytes(), b"MZ", b"\x7fELF"].iter().any(|magic| head.starts_with(magic)) {
            return None;
        }
        let ends_like_zip = ends_like_zip(&mut *content.reader().ok()?).ok()?;
        let length = content.size_bytes();
        let is_zip = ends_like_zip && zip::find_directory(&mut *content.reader().ok()?, &(0..length)).is_ok();
        if is_zip {
            return Some((ArchiveFormat::Zip, 0));
        }
        if head.starts_with(b"#!") { behind_script(&content.head(LONGEST_SCRIPT_BYTES + HEAD_BYTES)) } else { None }
    }
}

/// The tar archive or compression that a script has behind its text, with where it begins: a compression at the beginning of
/// a line, a tar archive anywhere, for scripts fill the last line up to a block.
fn behind_script(bytes: &[u8]) -> Option<(ArchiveFormat, u64)> {
    // What stands behind a zero byte is no text of a script any longer.
    let text = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len()).min(LONGEST_SCRIPT_BYTES);
    let compressed = memchr::memchr_iter(b'\n', &bytes[..text]).find_map(|end| {
        let format = ArchiveFormat::of(&bytes[end + 1..])?;
        let is_opened =
            matches!(format, ArchiveFormat::Gzip | ArchiveFormat::Bzip2 | ArchiveFormat::Xz | ArchiveFormat::Zstd);
        is_opened.then_some((format, end as u64 + 1))
    });
    compressed.or_else(|| {
        let magics = memchr::memmem::find_iter(bytes, b"ustar");
        let mut starts = magics.filter_map(|at| at.checked_sub(257)).take_while(|start| *start <= text);
        let start = starts.find(|start| has_tar_checksum(&bytes[*start..]))?;
        Some((ArchiveFormat::Tar, start as u64))
    })
}

/// Whether a header of tar begins here whose checksum is right: the sum of its bytes, with spaces for the checksum itself
/// (POSIX.1, ustar).
fn has_tar_checksum(head: &[u8]) -> bool {
    let Some(header) = head.get(..HEAD_BYTES).filter(|header| is_tar(header)) else { return false };
    let stored = String::from_utf8_lossy(&header[148..156]);
    let stored = u32::from_str_radix(stored.trim_matches([' ', '\0']), 8);
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let own: u32 = header[148..156].iter().map(|byte| u32::from(*byte)).sum();
    stored == Ok(sum - own + 8 * u32::from(b' '))
}

/// The magic number of tar, where the header's checksum is a number (POSIX.1, ustar): a program that writes such archives
/// may have the same text at the same place.
pub(crate) fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
        && head[148..156].iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ' | 0))
        && head[148..156].iter().any(u8::is_ascii_digit)
}

/// The properties of LZMA's default, a size of dictionary that encoders write, and a length that is unknown or fits into
/// five bytes; the format has no magic number.
fn is_lzma(head: &[u8]) -> bool {
    let (Some(dictionary), Some(length)) = (head.get(1..5), head.get(5..13)) else { return false };
    let dictionary = u32::from_le_bytes([dictionary[0], dictionary[1], dictionary[2], dictionary[3]]);
    let is_usual = dictionary >= 1 << 16 && (dictionary.is_power_of_two() || (dictionary / 3).is_power_of_two());
    let is_length = length == [0xff; 8] || length[5..] == [0; 3] && length != [0; 8];
    // The first byte of the range coder is always zero.
    head[0] == 0x5d && is_usual && is_length && head.get(13) == Some(&0)
}

/// The superblock of version 4 (its major version stands in the 29th byte).
fn is_squashfs(head: &[u8]) -> bool {
    head.starts_with(b"hsqs") && head.get(28..30) == Some(&[4, 0])
}

/// Whether an end record without a comment stands at the end.
fn ends_like_zip<R: Read + Seek + ?Sized>(content: &mut R) -> io::Result<bool> {
    const END_BYTES: u64 = 22;
    let length = content.seek(SeekFrom::End(0))?;
    if length < END_BYTES {
        return Ok(false);
    }
    content.seek(SeekFrom::Start(length - END_BYTES))?;
    let mut magic = [0; 4];
    content.read_exact(&mut magic)?;
    Ok(magic == *b"PK\x05\x06")
}
