//! Files within archives within files: `a.tar.gz!/b`, `app.jar!/lib/c.jar!/d`.
//!
//! Whoever looks into them decides by path and first bytes which are worth reading; all others are passed over, and in
//! zip archives, where files are compressed one by one, not even inflated. Bytes are inflated within a budget for each
//! outermost file, and archives are followed to a fixed depth; what lies beyond is a gap.

mod cpio;
mod format;
mod packages;
mod seven_zip;

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read, SeekFrom};
use std::rc::Rc;

use model::{Gap, UntrustedPath};
use oci::{EntryKind, tar_entries};

pub(crate) use self::format::ArchiveFormat;
use crate::shared_content::SharedContent;
use crate::wanted_file::{ReadFileError, ReadSeek};
use crate::zip;

/// How deep archives may lie in one another, the outermost included.
const DEEPEST: u32 = 8;

/// The most that is inflated of one outermost file, beside eight times its own length.
const WORK_BYTES: u64 = 256 << 20;

/// The most files that are looked at in one outermost file.
const MOST_FILES: u32 = 200_000;

/// How many of a file's first bytes tell what it is; a tar archive says so in its 257th.
pub(crate) const HEAD_BYTES: usize = 512;

/// The largest window of a zstd frame, as a power of two.
const ZSTD_WINDOW_LOG: u32 = 27;

/// The most memory that the decoder of an xz or 7z archive may ask for: both formats let a file demand gibibytes. The
/// strongest setting of xz needs 65 MiB.
const DECODER_MEMORY_KIB: u32 = 96 << 10;

/// The gap of an archive whose budget is spent.
const TOO_COSTLY: &str = "looking into it costs far more than its length warrants; unpack it and scan it by itself";

/// What looks into files.
pub(crate) trait Look {
    /// Whether a file in an archive may be worth reading, by its path alone. Most are not, and stay compressed.
    fn may_want(&self, path: &str, size_bytes: Option<u64>) -> bool;

    /// Whether the file is worth reading, by its path and its first [`HEAD_BYTES`] bytes.
    fn wants(&mut self, path: &str, head: &[u8], size_bytes: Option<u64>) -> bool;

    /// Looks at the file.
    fn look(&mut self, path: &str, content: &mut SharedContent);
}

/// Looks into the archive of this format at `path`, which begins at this byte of `content`.
pub(crate) fn look_into(
    path: &str,
    (format, start): (ArchiveFormat, u64),
    content: &mut dyn ReadSeek,
    look: &mut dyn Look,
) -> Vec<Gap> {
    let length = content.seek(SeekFrom::End(0)).unwrap_or_default();
    let mut walk = Walk {
        look,
        gaps: Vec::new(),
        work_left: Rc::new(Cell::new(WORK_BYTES.saturating_add(length.saturating_mul(8)))),
        files_left: MOST_FILES,
    };
    let begun = content.seek(SeekFrom::Start(start)).map_err(ReadFileError::from);
    let walked = begun.and_then(|_| walk.archive(path, format, content, 1));
    walk.end(path, walked);
    walk.gaps
}

/// The walk through one outermost file.
struct Walk<'a> {
    look: &'a mut dyn Look,
    gaps: Vec<Gap>,
    work_left: Rc<Cell<u64>>,
    files_left: u32,
}

impl Walk<'_> {
    fn archive(
        &mut self,
        path: &str,
        format: ArchiveFormat,
        content: &mut dyn ReadSeek,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        match format {
            ArchiveFormat::Zip => self.zip(path, content, depth),
            ArchiveFormat::Tar => self.tar(path, &mut BufReader::new(content), depth),
            ArchiveFormat::SevenZip => self.seven_zip(path, content, depth),
            ArchiveFormat::Deb => self.ar(path, "package of Debian", &mut BufReader::new(content), depth),
            ArchiveFormat::Ar => self.ar(path, "archive of ar", &mut BufReader::new(content), depth),
            ArchiveFormat::Cpio => self.cpio(path, &mut BufReader::new(content), depth),
            ArchiveFormat::Rpm => self.rpm(path, &mut BufReader::new(content), depth),
            ArchiveFormat::Unopened(_) if is_index_of_apt(path) => Ok(()),
            ArchiveFormat::Unopened(name) => {
                self.gap(path, format!("it is {name}, a format that is not opened; what is in it was not looked at"));
                Ok(())
            }
            ArchiveFormat::Gzip
            | ArchiveFormat::Zstd
            | ArchiveFormat::Bzip2
            | ArchiveFormat::Xz
            | ArchiveFormat::Lzma => {
                let inflated = inflate(format, BufReader::new(content))?;
                self.compressed(path, inflated, depth)
            }
        }
    }

    /// What one compression holds: a tar or cpio archive counts as one archive with it, anything else is one file.
    fn compressed(&mut self, path: &str, inflated: Box<dyn Read + '_>, depth: u32) -> Result<(), ReadFileError> {
        let mut inflated = self.metered(inflated);
        let mut head = Vec::with_capacity(HEAD_BYTES);
        (&mut inflated).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let format = ArchiveFormat::of(&head);
        if matches!(format, Some(ArchiveFormat::Tar | ArchiveFormat::Cpio)) {
            let mut bytes = BufReader::with_capacity(64 << 10, Cursor::new(head).chain(inflated));
            return match format {
                Some(ArchiveFormat::Cpio) => self.cpio(path, &mut bytes, depth),
                _ => self.tar(path, &mut bytes, depth),
            };
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
        self.file(&inner_path(path, stem), head, &mut inflated, None, depth)
    }

    fn tar(&mut self, path: &str, bytes: &mut dyn BufRead, depth: u32) -> Result<(), ReadFileError> {
        let mut entries = tar_entries(bytes, path);
        let malformed = |error: oci::ReadEntriesError| ReadFileError::malformed("tar archive", chain(&error));
        while let Some(entry) = entries.next_entry().map_err(malformed)? {
            if entry.kind != EntryKind::File || !self.counts(path) {
                continue;
            }
            let inner = inner_path(path, entry.path.as_str());
            let size_bytes = Some(entry.size_bytes);
            let may_hold_more = ends_like_an_archive(&inner);
            if !may_hold_more && !self.look.may_want(&inner, size_bytes) {
                continue;
            }
            self.peek(&inner, entries.content(), size_bytes, depth);
        }
        Ok(())
    }

    fn zip(&mut self, path: &str, source: &mut dyn ReadSeek, depth: u32) -> Result<(), ReadFileError> {
        let length = source.seek(SeekFrom::End(0))?;
        let directory = zip::find_directory(source, &(0..length))?;
        let mut wanted = Vec::new();
        let (look, files_left) = (&mut self.look, &mut self.files_left);
        let mut is_cut = false;
        let visited = zip::visit_entries(source, directory, |name, entry| {
            let name = String::from_utf8_lossy(name);
            if name.ends_with('/') {
                return;
            }
            let inner = inner_path(path, UntrustedPath::normalise(&name).as_str());
            if !ends_like_an_archive(&inner) && !look.may_want(&inner, Some(entry.size_bytes)) {
                return;
            }
            match files_left.checked_sub(1) {
                Some(left) => *files_left = left,
                None => is_cut = true,
            }
            if !is_cut {
                wanted.push((inner, entry));
            }
        });
        if is_cut {
            self.too_many(path);
        }
        wanted.sort_by_key(|(_, entry)| entry.header_at);
        for (inner, entry) in wanted {
            match entry.open(source, &(0..length)) {
                Ok(mut content) => self.peek(&inner, &mut content, Some(entry.size_bytes), depth),
                Err(error) => self.gap(&inner, error.to_string()),
            }
        }
        visited
    }

    /// Reads a file's first bytes and goes on with what they say.
    fn peek(&mut self, path: &str, content: &mut dyn Read, size_bytes: Option<u64>, depth: u32) {
        let mut content = self.metered(content);
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let read = (&mut content).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(ReadFileError::from);
        let walked = read.and_then(|_| self.file(path, head, &mut content, size_bytes, depth));
        self.end(path, walked);
    }

    /// One file, of which `head` is read already.
    fn file(
        &mut self,
        path: &str,
        head: Vec<u8>,
        rest: &mut dyn Read,
        size_bytes: Option<u64>,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        let mut archive = ArchiveFormat::of(&head).map(|format| (format, 0));
        if archive.is_some() && depth >= DEEPEST {
            self.gap(path, format!("archives lie more than {DEEPEST} deep in one another here"));
            archive = None;
        }
        let is_wanted = self.look.wants(path, &head, size_bytes);
        if archive.is_none() && !is_wanted {
            return Ok(());
        }
        let mut content = SharedContent::take(&head, rest, size_bytes.unwrap_or_default())?;
        if is_wanted {
            self.look.look(path, &mut content);
        }
        if depth < DEEPEST {
            archive = archive.or_else(|| ArchiveFormat::behind_program(&mut content));
        }
        match archive {
            Some((format, start)) => {
                let mut reader = content.reader()?;
                reader.seek(SeekFrom::Start(start))?;
                self.archive(path, format, &mut *reader, depth + 1)
            }
            None => Ok(()),
        }
    }

    /// Bytes that count against the budget.
    fn metered<R: Read>(&self, bytes: R) -> Metered<R> {
        Metered { bytes, left: Rc::clone(&self.work_left) }
    }

    /// Whether one more file may be looked at.
    fn counts(&mut self, path: &str) -> bool {
        match self.files_left {
            0 => false,
            1 => {
                self.files_left = 0;
                self.too_many(path);
                false
            }
            _ => {
                self.files_left -= 1;
                true
            }
        }
    }

    fn too_many(&mut self, path: &str) {
        self.gap(path, format!("only {MOST_FILES} of the files in it were looked at"));
    }

    fn end(&mut self, path: &str, walked: Result<(), ReadFileError>) {
        if let Err(error) = walked {
            self.gap(path, error.to_string());
        }
    }

    fn gap(&mut self, path: &str, reason: String) {
        self.gaps.push(Gap::new(path, reason));
    }
}

/// The inflated bytes of `stored`.
fn inflate<'a>(format: ArchiveFormat, stored: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match format {
        ArchiveFormat::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(stored)),
        ArchiveFormat::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(stored)),
        ArchiveFormat::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
        ArchiveFormat::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(stored, true, DECODER_MEMORY_KIB)),
        ArchiveFormat::Lzma => Box::new(lzma_rust2::LzmaReader::new_mem_limit(stored, DECODER_MEMORY_KIB, None)?),
        ArchiveFormat::Tar
        | ArchiveFormat::Zip
        | ArchiveFormat::SevenZip
        | ArchiveFormat::Deb
        | ArchiveFormat::Ar
        | ArchiveFormat::Cpio
        | ArchiveFormat::Rpm
        | ArchiveFormat::Unopened(_) => Box::new(stored),
    })
}

/// The path of a file in the archive at `path`.
fn inner_path(path: &str, inner: &str) -> String {
    format!("{path}!/{inner}")
}

/// Whether a file is an index of a repository that apt keeps in LZ4: names and digests of packages, and nothing of them
/// (sources.list(5), apt.conf(5) `Acquire::GzipIndexes`). The folder that is scanned may be any above the file.
fn is_index_of_apt(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_folder = folder.is_empty() || folder == "lists" || folder.ends_with("apt/lists");
    let Some(stem) = name.strip_suffix(".lz4").filter(|stem| is_folder && stem.contains("_dists_")) else {
        return false;
    };
    let kind = stem.rsplit('_').next().unwrap_or(stem);
    matches!(kind, "Packages" | "Sources" | "Index")
        || ["Contents-", "Components-", "Commands-"].iter().any(|start| kind.starts_with(start))
        // A language may have a country: `Translation-pt_BR`.
        || stem.contains("_i18n_Translation-")
}

/// Whether a name is one that archives have: such a file is looked into whatever anybody wants of it.
fn ends_like_an_archive(path: &str) -> bool {
    const EXTENSIONS: &[&str] = &[
        "tar", "tgz", "gz", "zip", "jar", "war", "ear", "zst", "tzst", "bz2", "tbz", "tbz2", "xz", "txz", "7z", "rar",
        "whl", "egg", "apk", "aar", "hpi", "jpi", "nupkg", "gem", "crate", "vsix", "xpi", "deb", "udeb", "rpm", "cpio",
        "lzma", "lz", "lz4", "z", "cab", "squashfs", "snap", "a", "ar",
    ];
    let extension = path.rsplit('.').next().unwrap_or_default();
    EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

/// An error with its causes, as one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Bytes that end in an error when the budget is spent.
struct Metered<R> {
    bytes: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let left = self.left.get().checked_sub(count as u64);
        self.left.set(left.unwrap_or_default());
        left.map(|_| count).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, TOO_COSTLY))
    }
}

#[cfg(test)]
mod tests;
