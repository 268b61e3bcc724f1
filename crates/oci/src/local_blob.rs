//! Blobs in local files: whole files, or ranges of an archive that lies on disk.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;

use model::Digest;

use crate::cache::Cache;
use crate::image::LayerIdentity;
use crate::tar::SkipRead;

/// The room of the cache that holds the verified digests of local files.
const ROOM: &str = "local-digests";

/// How much older than the moment of opening a file must be, so that a later change cannot carry the same time stamps:
/// the coarsest time stamps of file systems in use step by two seconds.
const SETTLED_NS: i128 = 2_000_000_000;

/// By what a file is recognised as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileStamp {
    device: u64,
    inode: u64,
    size_bytes: u64,
    modified_ns: i128,
    /// Nobody but the kernel sets this one.
    changed_ns: i128,
}

/// A local file that is open, with its stamp from before anything was read.
#[derive(Debug)]
pub(crate) struct LocalFile {
    file: File,
    stamp: FileStamp,
    /// Whether the file was old enough when it was opened for its stamp to mean something.
    is_settled: bool,
}

/// A range of a local file.
#[derive(Debug, Clone)]
pub(crate) struct LocalBlob {
    file: Arc<LocalFile>,
    offset: u64,
    length: u64,
}

impl FileStamp {
    fn of(file: &File) -> io::Result<FileStamp> {
        let metadata = file.metadata()?;
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Ok(FileStamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size_bytes: metadata.len(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    fn is_settled(&self, now_ns: i128) -> bool {
        self.modified_ns.max(self.changed_ns) + SETTLED_NS <= now_ns
    }
}

impl LocalFile {
    /// Takes an open file. With a cache it can be remembered; a temporary file comes without one.
    pub(crate) fn new(file: File, cache: Option<&Cache>) -> io::Result<Arc<LocalFile>> {
        let stamp = FileStamp::of(&file)?;
        let is_settled = cache.and_then(Cache::now_ns).is_some_and(|now_ns| stamp.is_settled(now_ns));
        Ok(Arc::new(LocalFile { file, stamp, is_settled }))
    }

    /// All of the file.
    pub(crate) fn whole(self: &Arc<Self>) -> LocalBlob {
        LocalBlob { file: Arc::clone(self), offset: 0, length: self.stamp.size_bytes }
    }
}

impl LocalBlob {
    /// A part of this blob; `None` where it would reach beyond its end.
    pub(crate) fn part(&self, offset: u64, length: u64) -> Option<LocalBlob> {
        let end = offset.checked_add(length)?;
        (end <= self.length).then(|| LocalBlob { file: Arc::clone(&self.file), offset: self.offset + offset, length })
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.length
    }

    /// Reads from the beginning.
    pub(crate) fn open(&self) -> BlobReader {
        BlobReader { blob: self.clone(), position: 0 }
    }

    /// Reads everything into memory, unless it is more than `limit` bytes.
    pub(crate) fn read_all(&self, limit: u64) -> io::Result<Vec<u8>> {
        if self.length > limit {
            let reason = format!("it has {} bytes, more than the {limit} that are read", self.length);
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        let mut bytes = Vec::with_capacity(self.length as usize);
        self.open().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// What is known of these bytes' digest, if `claimed` is what their container says of it. A memory that contradicts
    /// the claim is left aside: then reading the bytes shows who is right.
    pub(crate) fn identify(&self, claimed: Option<Digest>, cache: Option<&Cache>) -> LayerIdentity {
        match (cache.and_then(|cache| self.remembered(cache)), claimed) {
            (Some(remembered), None) => LayerIdentity::Verified(remembered),
            (Some(remembered), Some(claimed)) if remembered == claimed => LayerIdentity::Verified(remembered),
            (_, Some(claimed)) => LayerIdentity::Claimed(claimed),
            (None, None) => LayerIdentity::Unknown,
        }
    }

    /// The verified digest that is remembered for these very bytes.
    fn remembered(&self, cache: &Cache) -> Option<Digest> {
        std::str::from_utf8(&self.recall(cache, ROOM, "")?).ok()?.parse().ok()
    }

    /// Remembers the verified digest of these bytes.
    pub(crate) fn remember_digest(&self, cache: &Cache, digest: &Digest) {
        self.remember(cache, ROOM, "", digest.to_string().as_bytes());
    }

    /// What was remembered of these very bytes under `key`.
    pub(crate) fn recall(&self, cache: &Cache, room: &str, key: &str) -> Option<Vec<u8>> {
        cache.get(room, &(self.key() + key))
    }

    /// Remembers what holds for these bytes, if the file is the same as when it was opened and had lain still.
    pub(crate) fn remember(&self, cache: &Cache, room: &str, key: &str, value: &[u8]) {
        let is_unchanged = FileStamp::of(&self.file.file).is_ok_and(|stamp| stamp == self.file.stamp);
        if self.file.is_settled && is_unchanged {
            cache.put(room, &(self.key() + key), value);
        }
    }

    fn key(&self) -> String {
        let FileStamp { device, inode, size_bytes, modified_ns, changed_ns } = self.file.stamp;
        format!("{device}:{inode}:{size_bytes}:{modified_ns}:{changed_ns}:{}:{} ", self.offset, self.length)
    }
}

/// Reads a blob without moving the file's own position, so that several may read at a time.
#[derive(Debug)]
pub(crate) struct BlobReader {
    blob: LocalBlob,
    position: u64,
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.blob.length - self.position;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.blob.file.file.read_at(&mut buffer[..most], self.blob.offset + self.position)?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"));
        }
        self.position += count as u64;
        Ok(count)
    }
}

/// Walks a blob with few reads: what is passed over is never read.
pub(crate) struct SeekReader {
    reader: BlobReader,
    buffer: Vec<u8>,
    at: usize,
}

impl SeekReader {
    /// What is read at a time: the headers of a small entry and the next one.
    const BUFFER_BYTES: usize = 4096;

    pub(crate) fn new(blob: &LocalBlob) -> SeekReader {
        SeekReader { reader: blob.open(), buffer: Vec::new(), at: 0 }
    }
}

impl BufRead for SeekReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            self.buffer.resize(SeekReader::BUFFER_BYTES, 0);
            let count = self.reader.read(&mut self.buffer);
            self.buffer.truncate(*count.as_ref().unwrap_or(&0));
            self.at = 0;
            count?;
        }
        Ok(&self.buffer[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.buffer.len());
    }
}

impl Read for SeekReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl SkipRead for SeekReader {
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let buffered = (self.buffer.len() - self.at) as u64;
        let left = self.reader.blob.length - self.reader.position;
        let count = count.min(buffered + left);
        if count <= buffered {
            self.at += count as usize;
        } else {
            self.reader.position += count - buffered;
            self.buffer.clear();
            self.at = 0;
        }
        Ok(count)
    }
}
