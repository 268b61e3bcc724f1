//! Where feeds lie on disk: files below a folder in a fixed order, compressed files, archives of many small documents.
//!
//! Feeds are untrusted: a document is read up to [`RECORD_LIMIT`] (or the limit its feed names), an archive or a
//! compressed file is inflated up to [`ARCHIVE_LIMIT`], folders are walked [`DEPTH_LIMIT`] deep.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::feed::ReadFeedError;

/// The largest record that is read, in bytes.
pub(super) const RECORD_LIMIT: u64 = 16 << 20;
/// The largest whole-feed document (the Debian tracker, a year of the NVD), in bytes, inflated.
pub(super) const DOCUMENT_LIMIT: u64 = 512 << 20;
/// The most that one archive or compressed file may inflate to, in bytes.
pub(super) const ARCHIVE_LIMIT: u64 = 16 << 30;
/// How deep folders are walked.
const DEPTH_LIMIT: usize = 12;

/// Takes the documents of a file one by one: their place, and their bytes or why they cannot be had.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&str, Result<&[u8], String>);

/// All files below a folder, sorted by path; hidden ones are left out.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, ReadFeedError> {
    let mut files = Vec::new();
    collect(folder, 0, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadFeedError> {
    let failed = |source| ReadFeedError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if kind.is_dir() {
            if depth < DEPTH_LIMIT {
                collect(&entry.path(), depth + 1, files)?;
            }
        } else if kind.is_file() || entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The place of a file as reports name it: its path below the feed's folder, with forward slashes.
pub(super) fn place_of(folder: &Path, file: &Path) -> String {
    let relative = file.strip_prefix(folder).unwrap_or(file);
    relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The file's name without the suffix of its compression: `tracker.json` of `tracker.json.gz`.
pub(super) fn plain_name(name: &str) -> &str {
    [".gz", ".bz2", ".zst"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// Opens a file for reading, inflated as its suffix says.
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>, ReadFeedError> {
    let failed = |source| ReadFeedError::Read { path: path.to_owned(), source };
    let file = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let inflated: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz" | "tgz") => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Some("bz2") => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
        Some("zst") => Box::new(zstd::stream::read::Decoder::with_buffer(file).map_err(failed)?),
        _ => return Ok(Box::new(Limited { inner: file, left: ARCHIVE_LIMIT })),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 16, Limited { inner: inflated, left: ARCHIVE_LIMIT })))
}

/// Reads a whole file, inflated, of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadFeedError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|source| ReadFeedError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > limit {
        let reason = format!("it is larger than {limit} bytes");
        return Err(ReadFeedError::Malformed { path: path.to_owned(), format: "feed document", reason });
    }
    Ok(bytes)
}

/// Hands every document with the suffix to `visit`: the file itself (compressed or not), or each such entry of a zip
/// or tar archive, zip entries sorted by name. Says whether the file was one of these at all.
pub(super) fn each_document(
    path: &Path,
    place: &str,
    suffix: &str,
    limit: u64,
    visit: Visit<'_>,
) -> Result<bool, ReadFeedError> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let plain = plain_name(name);
    if plain.ends_with(suffix) {
        match read(path, limit) {
            Ok(bytes) => visit(place, Ok(&bytes)),
            Err(ReadFeedError::Malformed { reason, .. }) => visit(place, Err(reason)),
            Err(error) => return Err(error),
        }
    } else if name.ends_with(".zip") {
        each_zip_entry(path, place, suffix, limit, visit)?;
    } else if plain.ends_with(".tar") || name.ends_with(".tgz") {
        each_tar_entry(path, place, suffix, limit, visit)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn each_zip_entry(path: &Path, place: &str, suffix: &str, limit: u64, visit: Visit<'_>) -> Result<(), ReadFeedError> {
    let failed = |source| ReadFeedError::Read { path: path.to_owned(), source };
    let malformed = |reason| ReadFeedError::Malformed { path: path.to_owned(), format: "zip archive", reason };
    let file = BufReader::with_capacity(1 << 14, File::open(path).map_err(failed)?);
    let mut archive = zip::ZipArchive::new(file).map_err(|error| malformed(error.to_string()))?;
    let mut names: Vec<(String, usize)> = (0..archive.len())
        .filter_map(|index| Some((archive.name_for_index(index)?.ok()?.into_owned(), index)))
        .filter(|(name, _)| name.ends_with(suffix))
        .collect();
    names.sort_unstable();
    let mut bytes = Vec::new();
    let mut total = 0;
    for (name, index) in names {
        let place = format!("{place}!/{name}");
        bytes.clear();
        let read = archive.by_index(index).map_err(io::Error::from);
        match read.and_then(|entry| entry.take(limit + 1).read_to_end(&mut bytes)) {
            Err(error) => visit(&place, Err(format!("it cannot be inflated: {error}"))),
            Ok(_) if bytes.len() as u64 > limit => visit(&place, Err(format!("it is larger than {limit} bytes"))),
            Ok(_) => visit(&place, Ok(&bytes)),
        }
        total += bytes.len() as u64;
        if total > ARCHIVE_LIMIT {
            return Err(malformed(format!("it inflates to more than {ARCHIVE_LIMIT} bytes")));
        }
    }
    Ok(())
}

fn each_tar_entry(path: &Path, place: &str, suffix: &str, limit: u64, visit: Visit<'_>) -> Result<(), ReadFeedError> {
    let malformed = |error: io::Error| ReadFeedError::Malformed {
        path: path.to_owned(),
        format: "tar archive",
        reason: error.to_string(),
    };
    let mut archive = tar::Archive::new(open(path)?);
    let mut bytes = Vec::new();
    for entry in archive.entries().map_err(malformed)? {
        let entry = entry.map_err(malformed)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || !name.ends_with(suffix) {
            continue;
        }
        let place = format!("{place}!/{name}");
        bytes.clear();
        entry.take(limit + 1).read_to_end(&mut bytes).map_err(malformed)?;
        if bytes.len() as u64 > limit {
            visit(&place, Err(format!("it is larger than {limit} bytes")));
        } else {
            visit(&place, Ok(&bytes));
        }
    }
    Ok(())
}

/// A reader that ends in an error where [`io::Take`] would end in silence.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R> Limited<R> {
    fn spend(&mut self, count: usize) -> io::Result<()> {
        let spent = self.left.checked_sub(count as u64);
        self.left = spent.ok_or_else(|| io::Error::other(format!("it holds more than {ARCHIVE_LIMIT} bytes")))?;
        Ok(())
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.spend(count)?;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            self.spend(1)?;
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(path: &Path, suffix: &str, limit: u64) -> Vec<String> {
        let mut seen = Vec::new();
        let known = each_document(path, "here", suffix, limit, &mut |place, bytes| {
            seen.push(match bytes {
                Ok(bytes) => format!("{place}={}", String::from_utf8_lossy(bytes)),
                Err(reason) => format!("{place}: {reason}"),
            });
        });
        assert!(known.unwrap());
        seen
    }

    #[test]
    fn zip_entries_come_sorted_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, text) in [("b.json", "2"), ("a.json", "1"), ("c.txt", "no"), ("d/e.json", "too large")] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        assert_eq!(
            check(&path, ".json", 4),
            ["here!/a.json=1", "here!/b.json=2", "here!/d/e.json: it is larger than 4 bytes"]
        );
    }

    #[test]
    fn compressed_files_and_tar_archives_are_inflated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json.gz");
        let mut gzip = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
        gzip.write_all(b"{}").unwrap();
        gzip.finish().unwrap();
        assert_eq!(check(&path, ".json", 9), ["here={}"]);

        let path = folder.path().join("vex.tar.zst");
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        tar.append_data(&mut header, "2024/cve.json", &b"[]"[..]).unwrap();
        fs::write(&path, zstd::encode_all(&tar.into_inner().unwrap()[..], 1).unwrap()).unwrap();
        assert_eq!(check(&path, ".json", 9), ["here!/2024/cve.json=[]"]);
    }

    #[test]
    fn a_torn_archive_is_an_error_and_a_foreign_file_is_none_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.zip");
        fs::write(&path, b"PK\x03\x04 torn").unwrap();
        let error = each_document(&path, "here", ".json", 9, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("is no valid zip archive"), "{error}");
        let path = folder.path().join("README.md");
        fs::write(&path, b"hello").unwrap();
        assert!(!each_document(&path, "here", ".json", 9, &mut |_, _| {}).unwrap());
    }

    #[test]
    fn files_come_sorted_by_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        for name in ["b/c/1.json", "a.json", ".hidden", "b/0.json"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let places: Vec<String> =
            files_below(folder.path()).unwrap().iter().map(|file| place_of(folder.path(), file)).collect();
        assert_eq!(places, ["a.json", "b/0.json", "b/c/1.json"]);
    }
}
