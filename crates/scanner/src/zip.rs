//! Zip archives read at random: the central directory as a stream, and the bytes of single entries
//! (PKWARE APPNOTE, 4.3 and 4.5.3).
//!
//! Only what the central directory names is there, as the class loaders of a JVM see it. Bytes before the archive (the
//! shell script of an executable jar) are passed over. Every offset and length is checked against the archive's range.

use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::Range;

use flate2::bufread::DeflateDecoder;

use crate::wanted_file::{ReadFileError, ReadSeek};

/// The end record without its comment.
const END_BYTES: u64 = 22;

/// The farthest that the end record lies from the end: itself and the longest comment.
const FARTHEST_END_BYTES: u64 = END_BYTES + 0xffff;

/// One entry of the central directory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    method: u16,
    encrypted: bool,
    /// The length of its bytes in the archive.
    pub(crate) compressed_bytes: u64,
    /// The length that it claims to have once inflated.
    pub(crate) size_bytes: u64,
    /// Where its local header lies in the source.
    pub(crate) header_at: u64,
}

/// The central directory's place in the source, and what to add to the offsets it states.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Directory {
    at: u64,
    size_bytes: u64,
    shift: u64,
}

impl Directory {
    /// Its length.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

fn malformed(reason: impl ToString) -> ReadFileError {
    ReadFileError::malformed("zip archive", reason)
}

/// Finds the central directory of the archive that lies in `range` of the source.
///
/// # Errors
/// When there is none, or it does not fit into the range.
pub(crate) fn find_directory(source: &mut dyn ReadSeek, range: &Range<u64>) -> Result<Directory, ReadFileError> {
    let length = range.end.saturating_sub(range.start);
    // Almost every archive has no comment: the long way back is read only when the short one finds nothing.
    let (tail, end_at) = match end_record(source, range, length.min(1024))? {
        Some(found) => found,
        None => end_record(source, range, length.min(FARTHEST_END_BYTES))?
            .ok_or_else(|| malformed("it has no end record, so it is cut short or something else"))?,
    };
    let mut size_bytes = u64::from(u32_at(&tail, 12));
    let mut offset = u64::from(u32_at(&tail, 16));
    let mut directory_end = end_at;
    if (u16_at(&tail, 10) == 0xffff || size_bytes == 0xffff_ffff || offset == 0xffff_ffff)
        && let Some((end64_at, record)) = end_record_64(source, range, end_at)?
    {
        size_bytes = u64_at(&record, 40);
        offset = u64_at(&record, 48);
        directory_end = end64_at;
    }
    let at = directory_end
        .checked_sub(size_bytes)
        .filter(|&at| at >= range.start)
        .ok_or_else(|| malformed("its directory is longer than the archive"))?;
    // Offsets count from the first local header where a prefix was put in front without adjusting them, else from the
    // range's start; the directory's own place tells which.
    let shift = at.checked_sub(offset).ok_or_else(|| malformed("its directory lies beyond its end"))?;
    Ok(Directory { at, size_bytes, shift })
}

fn end_record(
    source: &mut dyn ReadSeek,
    range: &Range<u64>,
    length: u64,
) -> Result<Option<(Vec<u8>, u64)>, ReadFileError> {
    let start = range.end.saturating_sub(length);
    let mut tail = bytes_at(source, start, length as usize)?;
    let last = match tail.len().checked_sub(END_BYTES as usize) {
        Some(last) => last,
        None => return Ok(None),
    };
    let candidates = memchr::memmem::rfind_iter(&tail[..last + 4], b"PK\x05\x06");
    let fits = |at: &usize| at + END_BYTES as usize + usize::from(u16_at(&tail[*at..], 20)) <= tail.len();
    let Some(at) = candidates.into_iter().find(fits) else { return Ok(None) };
    tail.drain(..at);
    Ok(Some((tail, start + at as u64)))
}

fn end_record_64(
    source: &mut dyn ReadSeek,
    range: &Range<u64>,
    end_at: u64,
) -> Result<Option<(u64, Vec<u8>)>, ReadFileError> {
    let Some(locator_at) = end_at.checked_sub(20).filter(|&at| at >= range.start) else { return Ok(None) };
    let locator = bytes_at(source, locator_at, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    // The stated place counts without a prefix; directly before the locator is where writers put the record.
    let stated = range.start.checked_add(u64_at(&locator, 8));
    for at in [locator_at.checked_sub(56), stated].into_iter().flatten() {
        if at >= range.start && at.checked_add(56).is_some_and(|end| end <= locator_at) {
            let record = bytes_at(source, at, 56)?;
            if record.starts_with(b"PK\x06\x06") {
                return Ok(Some((at, record)));
            }
        }
    }
    Err(malformed("its zip64 end record is not where it should be"))
}

/// Calls `visit` for each entry of the directory, with its name.
///
/// # Errors
/// When the directory breaks off.
pub(crate) fn visit_entries(
    source: &mut dyn ReadSeek,
    directory: Directory,
    mut visit: impl FnMut(&[u8], Entry),
) -> Result<(), ReadFileError> {
    source.seek(SeekFrom::Start(directory.at))?;
    let buffer_bytes = directory.size_bytes.clamp(64, 64 << 10) as usize;
    let mut stream = BufReader::with_capacity(buffer_bytes, source.take(directory.size_bytes));
    let mut rest = directory.size_bytes;
    let mut header = [0_u8; 46];
    let mut variable = Vec::new();
    // What is left behind the last entry (a digital signature) is no entry.
    while rest >= 46 {
        stream.read_exact(&mut header)?;
        if &header[..4] != b"PK\x01\x02" {
            if &header[..4] == b"PK\x05\x05" {
                return Ok(());
            }
            return Err(malformed("its directory holds something that is no entry"));
        }
        let name_bytes = usize::from(u16_at(&header, 28));
        let extra_bytes = usize::from(u16_at(&header, 30));
        let comment_bytes = usize::from(u16_at(&header, 32));
        let variable_bytes = name_bytes + extra_bytes + comment_bytes;
        rest = (rest - 46)
            .checked_sub(variable_bytes as u64)
            .ok_or_else(|| malformed("an entry of its directory is cut short"))?;
        variable.resize(variable_bytes, 0);
        stream.read_exact(&mut variable)?;
        let mut sizes = [u32_at(&header, 24), u32_at(&header, 20), u32_at(&header, 42)].map(u64::from);
        if sizes.contains(&0xffff_ffff) {
            read_sizes_64(&variable[name_bytes..name_bytes + extra_bytes], &mut sizes);
        }
        let [size_bytes, compressed_bytes, offset] = sizes;
        let entry = Entry {
            method: u16_at(&header, 10),
            encrypted: u16_at(&header, 8) & 1 != 0,
            compressed_bytes,
            size_bytes,
            header_at: directory.shift.saturating_add(offset),
        };
        visit(&variable[..name_bytes], entry);
    }
    Ok(())
}

/// Replaces the sizes that do not fit into 32 bits by those of the zip64 extra field.
fn read_sizes_64(mut extra: &[u8], sizes: &mut [u64; 3]) {
    while let Some((header, rest)) = extra.split_at_checked(4) {
        let Some((data, rest)) = rest.split_at_checked(usize::from(u16_at(header, 2))) else { return };
        if u16_at(header, 0) == 1 {
            let mut values = data.chunks_exact(8).map(|value| u64_at(value, 0));
            for size in sizes.iter_mut().filter(|size| **size == 0xffff_ffff) {
                *size = values.next().unwrap_or(*size);
            }
            return;
        }
        extra = rest;
    }
}

impl Entry {
    /// Where its bytes lie in the source.
    ///
    /// # Errors
    /// When they do not lie in `range`, or there is no such entry.
    pub(crate) fn content(&self, source: &mut dyn ReadSeek, range: &Range<u64>) -> Result<Range<u64>, ReadFileError> {
        let outside = || malformed("an entry lies outside of it");
        if self.encrypted {
            return Err(ReadFileError::Encrypted);
        }
        let header_end = self.header_at.checked_add(30).filter(|&end| end <= range.end).ok_or_else(outside)?;
        if self.header_at < range.start {
            return Err(outside());
        }
        let header = bytes_at(source, self.header_at, 30)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(malformed("its directory names an entry that is not there"));
        }
        let start = header_end + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let end = start.checked_add(self.compressed_bytes).filter(|&end| end <= range.end).ok_or_else(outside)?;
        Ok(start..end)
    }

    /// Whether its bytes lie in the archive as they are.
    pub(crate) fn is_stored(&self) -> bool {
        self.method == 0
    }

    /// Its inflated bytes as a stream, whose end the caller bounds.
    ///
    /// # Errors
    /// When it is not there, or compressed in a way that is not read.
    pub(crate) fn open<'a>(
        &self,
        source: &'a mut dyn ReadSeek,
        range: &Range<u64>,
    ) -> Result<Box<dyn Read + 'a>, ReadFileError> {
        let content = self.content(source, range)?;
        let length = content.end - content.start;
        source.seek(SeekFrom::Start(content.start))?;
        let stored = source.take(length);
        match self.method {
            0 => Ok(Box::new(stored)),
            8 => {
                let buffered = BufReader::with_capacity(length.clamp(64, 32 << 10) as usize, stored);
                Ok(Box::new(DeflateDecoder::new(buffered)))
            }
            method => Err(malformed(format!("the entry is compressed by method {method}, which is not read"))),
        }
    }
}

fn bytes_at(source: &mut dyn ReadSeek, at: u64, count: usize) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; count];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Writes archives for tests.
#[cfg(test)]
pub(crate) mod writer {
    use std::io::Write;

    /// An archive of these entries: name, content, whether it is compressed.
    pub(crate) fn zip(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
        let (mut archive, mut directory) = (Vec::new(), Vec::new());
        for (name, content, compressed) in entries {
            let data = if *compressed {
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(content).unwrap();
                encoder.finish().unwrap()
            } else {
                content.to_vec()
            };
            let mut fields = vec![20, 0, 0, 0, if *compressed { 8 } else { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            fields.extend((data.len() as u32).to_le_bytes());
            fields.extend((content.len() as u32).to_le_bytes());
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend([0, 0]);
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&fields);
            directory.extend([0; 10]);
            directory.extend((archive.len() as u32).to_le_bytes());
            directory.extend(name.as_bytes());
            archive.extend(b"PK\x03\x04");
            archive.extend(&fields);
            archive.extend(name.as_bytes());
            archive.extend(data);
        }
        let at = archive.len() as u32;
        archive.extend(&directory);
        archive.extend(b"PK\x05\x06\0\0\0\0");
        archive.extend((entries.len() as u16).to_le_bytes());
        archive.extend((entries.len() as u16).to_le_bytes());
        archive.extend((directory.len() as u32).to_le_bytes());
        archive.extend(at.to_le_bytes());
        archive.extend([0, 0]);
        archive
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::writer::zip;
    use super::*;

    fn check(archive: &[u8], expected: &str) {
        let mut source = Cursor::new(archive.to_vec());
        let range = 0..archive.len() as u64;
        let shown = list(&mut source, &range).unwrap_or_else(|error| error.to_string());
        assert_eq!(shown, expected);
    }

    fn list(source: &mut dyn ReadSeek, range: &Range<u64>) -> Result<String, ReadFileError> {
        let directory = find_directory(source, range)?;
        let mut entries = Vec::new();
        visit_entries(source, directory, |name, entry| {
            entries.push((String::from_utf8_lossy(name).into_owned(), entry));
        })?;
        let mut shown = String::new();
        for (name, entry) in entries {
            let mut content = String::new();
            entry.open(source, range)?.take(100).read_to_string(&mut content)?;
            shown.push_str(&format!("{name}={content};"));
        }
        Ok(shown)
    }

    #[test]
    fn stored_and_deflated_entries_are_read() {
        check(&zip(&[("a", b"one", false), ("b", b"two", true)]), "a=one;b=two;");
    }

    #[test]
    fn a_script_in_front_and_a_comment_behind_are_passed_over() {
        let archive = zip(&[("a", b"one", true)]);
        let mut executable = b"#!/bin/sh\nexec java -jar $0\n".to_vec();
        executable.extend(&archive);
        check(&executable, "a=one;");
        let mut commented = archive.clone();
        let length = commented.len();
        commented[length - 2] = 7;
        commented.extend(b"PK\x05\x06 hi");
        check(&commented, "a=one;");
    }

    #[test]
    fn zip64_records_replace_the_short_ones() {
        let mut archive = zip(&[("a", b"one", false)]);
        let end = archive.split_off(archive.len() - 22);
        let (size, at) = (u64::from(u32_at(&end, 12)), u64::from(u32_at(&end, 16)));
        let record_at = archive.len() as u64;
        archive.extend(b"PK\x06\x06");
        archive.extend(44_u64.to_le_bytes());
        archive.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [1, 1, size, at] {
            archive.extend(value.to_le_bytes());
        }
        archive.extend(b"PK\x06\x07\0\0\0\0");
        archive.extend(record_at.to_le_bytes());
        archive.extend([1, 0, 0, 0]);
        archive.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0");
        check(&archive, "a=one;");
    }

    #[test]
    fn lies_in_the_directory_are_errors() {
        let archive = zip(&[("a", b"one", false)]);
        let directory_at = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let lie = |at: usize, bytes: &[u8]| {
            let mut lying = archive.clone();
            lying[at..at + bytes.len()].copy_from_slice(bytes);
            lying
        };
        check(&lie(directory_at + 20, &[255; 3]), "it is no valid zip archive: an entry lies outside of it");
        check(&lie(directory_at + 42, &[255; 3]), "it is no valid zip archive: an entry lies outside of it");
        check(&lie(directory_at + 28, &[255]), "it is no valid zip archive: an entry of its directory is cut short");
        check(
            &lie(directory_at + 10, &[93]),
            "it is no valid zip archive: the entry is compressed by method 93, which is not read",
        );
        check(&lie(directory_at + 8, &[1]), "it is encrypted, so what is in it was not looked at");
        check(
            &archive[..archive.len() - 1],
            "it is no valid zip archive: it has no end record, so it is cut short or something else",
        );
        check(b"", "it is no valid zip archive: it has no end record, so it is cut short or something else");
        for at in 0..archive.len() {
            let mut source = Cursor::new(lie(at, &[255]));
            let _ = list(&mut source, &(0..archive.len() as u64));
        }
    }
}
