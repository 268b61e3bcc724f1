//! `*.egg` archives: zip files whose `EGG-INFO/PKG-INFO` describes the distribution inside
//! (setuptools.pypa.io, the internal structure of Python eggs).
//!
//! Only one small member is of interest, so the end record and the central directory are read, and that member alone is
//! inflated (PKWARE APPNOTE.TXT, 4.3 and 4.4).

use std::io::{Read, SeekFrom};

use flate2::read::DeflateDecoder;

use super::marker::Environment;
use super::metadata;
use crate::found::{Found, FoundPackage};
use crate::wanted_file::{ReadFileError, ReadSeek, WantedFile};

const MEMBER: &[u8] = b"EGG-INFO/PKG-INFO";

/// The end record and the longest comment behind it, in bytes.
const END_BYTES: u64 = 22 + 65_535;

/// The most that is read of a central directory, in bytes.
const LARGEST_DIRECTORY_BYTES: u64 = 8 << 20;

/// Reads an archive. One of ALZip and a model of Panda3D, which is a text, are passed over: their names end the same.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let head = file.head(4)?;
    // Of an empty file it is said elsewhere that it is.
    let is_text = head.first().is_some_and(|first| matches!(first, b'<' | b'/' | b' ' | b'\t' | b'\n' | b'\r'));
    if head.is_empty() || head == b"EGGA" || is_text {
        return Ok(());
    }
    let environment = Environment::of(file.path().as_str());
    let mut archive = file.at_random()?;
    match read_member(&mut *archive, environment)? {
        Some(package) => found.packages.push(FoundPackage { inner_path: None, ..package }),
        None => found.gap("", metadata::NAMELESS),
    }
    Ok(())
}

fn read_member(archive: &mut dyn ReadSeek, environment: Environment) -> Result<Option<FoundPackage>, ReadFileError> {
    let malformed = |reason: &str| ReadFileError::malformed("egg", reason);
    let size = archive.seek(SeekFrom::End(0))?;
    let tail = read_at(archive, size.saturating_sub(END_BYTES), END_BYTES)?;
    let end = memchr::memmem::rfind(&tail, b"PK\x05\x06").ok_or_else(|| malformed("it has no central directory"))?;
    let directory_bytes = u64::from(u32_at(&tail, end + 12).unwrap_or(0)).min(LARGEST_DIRECTORY_BYTES);
    let directory_offset = u64::from(u32_at(&tail, end + 16).unwrap_or(0));
    let directory = read_at(archive, directory_offset, directory_bytes)?;
    let mut at = 0;
    while directory.get(at..at + 4) == Some(b"PK\x01\x02") {
        let length = |offset: usize| u16_at(&directory, at + offset).map(usize::from);
        let (Some(method), Some(name), Some(extra), Some(comment)) =
            (u16_at(&directory, at + 10), length(28), length(30), length(32))
        else {
            break;
        };
        if directory.get(at + 46..at + 46 + name) == Some(MEMBER) {
            let compressed = u64::from(u32_at(&directory, at + 20).unwrap_or(0));
            let header = u64::from(u32_at(&directory, at + 42).unwrap_or(0));
            let local = read_at(archive, header, 30)?;
            let (Some(name), Some(extra)) = (u16_at(&local, 26), u16_at(&local, 28)) else {
                return Err(malformed("its description has no header"));
            };
            archive.seek(SeekFrom::Start(header + 30 + u64::from(name) + u64::from(extra)))?;
            let content = archive.take(compressed);
            return match method {
                0 => metadata::read_headers(content, environment),
                8 => metadata::read_headers(DeflateDecoder::new(content), environment),
                _ => Err(malformed("its description is compressed in an unknown way")),
            };
        }
        at += 46 + name + extra + comment;
    }
    Ok(None)
}

fn read_at(archive: &mut dyn ReadSeek, offset: u64, count: u64) -> Result<Vec<u8>, ReadFileError> {
    let mut bytes = Vec::new();
    archive.seek(SeekFrom::Start(offset))?;
    archive.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::python::Python;

    fn egg(text: &[u8]) -> Vec<u8> {
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflated.write_all(text).unwrap();
        let data = deflated.finish().unwrap();
        let sizes = [data.len() as u32, text.len() as u32].map(u32::to_le_bytes).concat();
        let name = b"EGG-INFO/PKG-INFO";
        let lengths = [name.len() as u8, 0, 0, 0];
        let mut zip = [b"PK\x03\x04\x14\0\0\0\x08\0", &[0; 8][..], &sizes, &lengths, name, &data].concat();
        let directory = zip.len() as u32;
        let start = [b"PK\x01\x02\x14\0\x14\0\0\0\x08\0", &[0; 8][..], &sizes, &lengths, &[0; 14], name].concat();
        zip.extend_from_slice(&start);
        zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend_from_slice(&(start.len() as u32).to_le_bytes());
        zip.extend_from_slice(&directory.to_le_bytes());
        zip.extend_from_slice(&[0, 0]);
        zip
    }

    #[test]
    fn the_description_inside_an_egg_is_read() {
        let nameless = egg(b"Metadata-Version: 1.1\nName: My_Egg\n");
        let egg = egg(b"Metadata-Version: 1.1\nName: My_Egg\nVersion: 1.2\nLicense: MIT\n");
        assert_eq!(listing(&read(&Python, "a/My_Egg-1.2-py2.7.egg", &egg)), "pypi my-egg 1.2 [MIT]");
        for end in 4..egg.len() {
            let _ = try_read(&Python, "a.egg", &egg[..end]);
        }
        assert_eq!(read(&Python, "a.egg", b"EGGA of ALZip"), Found::default());
        assert_eq!(read(&Python, "a.egg", b"<CoordinateSystem> { Z-up }"), Found::default());
        let damaged = try_read(&Python, "h-1.0.egg", &[b'x'; 400]).unwrap_err();
        assert_eq!(damaged.to_string(), "it is no valid egg: it has no central directory");
        let nameless = read(&Python, "a.egg", &nameless);
        assert_eq!((nameless.packages.len(), nameless.gaps[0].reason.as_str()), (0, metadata::NAMELESS));
    }
}
