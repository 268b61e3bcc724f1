//! Tar archives as a stream of entries (POSIX.1-2024 pax; GNU tar manual, Basic Tar Format and Sparse Formats).
//!
//! Where readers of tar differ, this one follows Go's `archive/tar`, because the programs that unpack images are
//! written with it and the scan must see the files that they make: global extended headers change nothing, links and
//! folders have no content whatever their size field says, a GNU long name wins over a pax path. It is more lenient in
//! two places, so that nothing hides: a lone block of zeroes does not end an archive, and a missing end is no damage.

mod header;
mod inner;
mod pax;
mod sparse;

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use model::UntrustedPath;

use crate::compression::read_full;
use crate::entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
pub use inner::tar_entries;

use header::{BLOCK, Header, Kind};
use pax::Pax;
use sparse::{SparseMap, SparseReader};

/// The most entries of one archive: more than any real root file system has files.
const LARGEST_COUNT: u64 = 20_000_000;
/// The longest path or link target in bytes.
const LONGEST_NAME: u64 = 64 << 10;
/// The longest extended header in bytes.
const LONGEST_PAX: u64 = 1 << 20;

/// The most bytes of holes that are read from the sparse files of one archive: a few stored bytes may claim any number.
const MOST_HOLES: u64 = 128 << 30;

/// Bytes that can be passed over more cheaply than by reading them.
pub trait SkipRead: BufRead {
    /// Passes over up to `count` bytes and returns how many there were.
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let available = self.fill_buf()?.len();
            if available == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(available);
            self.consume(step);
            left -= step as u64;
        }
        Ok(count - left)
    }
}

impl<R: Read> SkipRead for io::BufReader<R> {}
impl SkipRead for &[u8] {}

/// Whether the bytes begin as an archive does: with a header, which may be damaged, or with the zeroes of an empty archive.
pub(crate) fn begins_as_archive(bytes: &mut dyn Read) -> io::Result<bool> {
    let mut block = [0; BLOCK];
    let length = read_full(bytes, &mut block)?;
    let header = Header::new(&block);
    Ok(length == BLOCK && (header::is_zero(&block) || header.has_magic() || header.check().is_ok()))
}

/// A tar archive that is read from its beginning to its end.
pub(crate) struct TarReader<B> {
    container: Arc<str>,
    content: Content<B>,
    entries: u64,
    ended: bool,
    /// Extended headers in front of the entry that they describe.
    pax: Pax,
    long_name: Vec<u8>,
    long_link: Vec<u8>,
}

/// The content of the present entry.
struct Content<B> {
    bytes: B,
    /// Offset in the archive.
    offset: u64,
    /// What is left of the entry as it is stored.
    stored: u64,
    /// What follows the stored bytes up to the next block.
    padding: u64,
    sparse: Option<SparseReader>,
    /// How many bytes of holes may still be read.
    holes: u64,
    /// Whether nobody may read it, because the entry is no file, whatever size its header states.
    is_hidden: bool,
}

impl<B: SkipRead> TarReader<B> {
    /// Reads the archive that `container` names in errors.
    pub(crate) fn new(bytes: B, container: Arc<str>) -> TarReader<B> {
        TarReader {
            container,
            content: Content {
                bytes,
                offset: 0,
                stored: 0,
                padding: 0,
                sparse: None,
                holes: MOST_HOLES,
                is_hidden: false,
            },
            entries: 0,
            ended: false,
            pax: Pax::default(),
            long_name: Vec::new(),
            long_link: Vec::new(),
        }
    }

    /// How errors name the archive.
    pub(crate) fn container(&self) -> Arc<str> {
        self.container.clone()
    }

    /// The offset up to which the archive has been read: of an entry's stored content just after its header.
    pub(crate) fn offset(&self) -> u64 {
        self.content.offset
    }

    /// Whether the present entry is stored without its holes.
    pub(crate) fn is_sparse(&self) -> bool {
        self.content.sparse.is_some()
    }

    fn damaged(&self, reason: &'static str) -> ReadEntriesError {
        ReadEntriesError::Damaged { container: self.container.clone(), offset: self.content.offset, reason }
    }

    fn unreadable(&self, source: io::Error) -> ReadEntriesError {
        ReadEntriesError::Read { container: self.container.clone(), offset: self.content.offset, source }
    }

    /// The next block; `None` where the archive's bytes end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, ReadEntriesError> {
        let mut block = [0; BLOCK];
        match self.content.read_block(&mut block) {
            Ok(0) => Ok(None),
            Ok(BLOCK) => Ok(Some(block)),
            Ok(_) => Err(self.damaged("it ends inside of a header")),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// The next header; `None` at the end: two blocks of zeroes, or no further bytes.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, ReadEntriesError> {
        let Some(block) = self.block()? else { return Ok(None) };
        if !header::is_zero(&block) {
            return Ok(Some(block));
        }
        Ok(self.block()?.filter(|block| !header::is_zero(block)))
    }

    fn skip_content(&mut self) -> Result<(), ReadEntriesError> {
        let content = &mut self.content;
        content.sparse = None;
        let stored = std::mem::take(&mut content.stored);
        let all = stored + std::mem::take(&mut content.padding);
        if all == 0 {
            return Ok(());
        }
        let skipped = match content.bytes.skip(all) {
            Ok(skipped) => skipped,
            Err(error) => return Err(self.unreadable(error)),
        };
        content.offset += skipped;
        if skipped < stored {
            return Err(self.damaged("it ends inside of a file"));
        }
        Ok(())
    }

    /// Reads the whole content of an extended header.
    fn extension(&mut self, size: u64, limit: u64) -> Result<Vec<u8>, ReadEntriesError> {
        if size > limit {
            return Err(self.damaged("an extended header is longer than 1 MiB, or a name longer than 64 KiB"));
        }
        self.content.begin(size);
        let mut bytes = Vec::new();
        match (&mut self.content).take(size).read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.damaged("it ends inside of an extended header"))
            }
            Err(error) => Err(self.unreadable(error)),
        }
    }

    fn read_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        self.pax.clear();
        self.long_name.clear();
        self.long_link.clear();
        loop {
            self.skip_content()?;
            let Some(block) = self.header()? else { return Ok(None) };
            self.entries += 1;
            if self.entries > LARGEST_COUNT {
                return Err(ReadEntriesError::TooLarge {
                    container: self.container.clone(),
                    offset: self.content.offset,
                    limit: "an archive may have at most 20 million entries",
                });
            }
            let header = Header::new(&block);
            let size = header.check().map_err(|reason| self.damaged(reason))?;
            match header.kind() {
                Kind::Pax => {
                    let bytes = self.extension(size, LONGEST_PAX)?;
                    self.pax.clear();
                    self.pax.read(&bytes).map_err(|reason| self.damaged(reason))?;
                }
                Kind::GlobalPax => {
                    if size > LONGEST_PAX {
                        return Err(self.damaged("an extended header is longer than 1 MiB"));
                    }
                    self.content.begin(size);
                }
                Kind::LongName => self.long_name = until_nul(self.extension(size, LONGEST_NAME)?),
                Kind::LongLink => self.long_link = until_nul(self.extension(size, LONGEST_NAME)?),
                kind => return self.entry(&header, kind, size).map(Some),
            }
        }
    }

    fn entry(&mut self, header: &Header<'_>, kind: Kind, size: u64) -> Result<Entry, ReadEntriesError> {
        let mut stored = self.pax.size.unwrap_or(size);
        if matches!(kind, Kind::HardLink | Kind::SymbolicLink | Kind::Device | Kind::Directory) {
            stored = 0;
        }
        if stored > i64::MAX as u64 {
            return Err(self.damaged("a file has an impossible size"));
        }
        let mut joined = Vec::new();
        let raw_path = match (&self.long_name, &self.pax.sparse.name, &self.pax.path) {
            (name, _, _) if !name.is_empty() => name.as_slice(),
            (_, Some(name), _) | (_, None, Some(name)) => name.as_slice(),
            _ => header.path(&mut joined),
        };
        let is_folder_of_old = kind == Kind::OldFile && raw_path.last() == Some(&b'/');
        let path = UntrustedPath::from_bytes(raw_path);
        let target = match (&self.long_link, &self.pax.link) {
            (link, _) if !link.is_empty() => link.as_slice(),
            (_, Some(link)) => link.as_slice(),
            _ => header.link(),
        };
        let kind_of_entry = match kind {
            Kind::OldFile if is_folder_of_old => EntryKind::Directory,
            Kind::OldFile | Kind::File | Kind::GnuSparse => EntryKind::File,
            Kind::Directory => EntryKind::Directory,
            Kind::SymbolicLink => EntryKind::SymbolicLink(String::from_utf8_lossy(target).into_owned()),
            Kind::HardLink => EntryKind::HardLink(UntrustedPath::from_bytes(target)),
            Kind::Device | Kind::Unknown | Kind::Pax | Kind::GlobalPax | Kind::LongName | Kind::LongLink => {
                EntryKind::Other
            }
        };
        let mode = header.mode();
        let capabilities = self.pax.capabilities;
        self.content.begin(stored);
        self.content.is_hidden = kind_of_entry != EntryKind::File;
        let mut size_bytes = if kind_of_entry == EntryKind::File { stored } else { 0 };
        if kind_of_entry == EntryKind::File
            && let Some(map) = self.sparse_map(header, kind, stored)?
        {
            size_bytes = map.size_bytes;
            self.content.sparse = Some(SparseReader::new(map));
        }
        Ok(Entry { path, kind: kind_of_entry, size_bytes, mode, capabilities })
    }

    /// The map of a sparse file, whose beginning may lie in front of the content.
    fn sparse_map(
        &mut self,
        header: &Header<'_>,
        kind: Kind,
        stored: u64,
    ) -> Result<Option<SparseMap>, ReadEntriesError> {
        let read = if kind == Kind::GnuSparse {
            // The further blocks of the map are not counted in the size: they come before the content begins.
            self.content.begin(0);
            let content = &mut self.content;
            let map = SparseMap::read_gnu(header, |block| content.read_block(block));
            self.content.begin(stored);
            map.map(Some)
        } else {
            SparseMap::read_pax(&self.pax.sparse, &mut self.content)
        };
        let map = match read {
            Ok(Some(map)) => map,
            Ok(None) => return Ok(None),
            Err(sparse::Error::Damaged(reason)) => return Err(self.damaged(reason)),
            Err(sparse::Error::Read(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.damaged("it ends inside of the map of a sparse file"));
            }
            Err(sparse::Error::Read(error)) => return Err(self.unreadable(error)),
        };
        if map.stored_bytes() > self.content.stored {
            return Err(self.damaged("the map of a sparse file names more bytes than are stored"));
        }
        Ok(Some(map))
    }
}

impl<B: SkipRead> EntryStream for TarReader<B> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        if self.ended {
            return Ok(None);
        }
        let entry = self.read_entry();
        if !matches!(entry, Ok(Some(_))) {
            self.ended = true;
            self.content.begin(0);
        }
        entry
    }

    fn content(&mut self) -> &mut dyn Read {
        &mut self.content
    }
}

impl<B: SkipRead> Content<B> {
    fn begin(&mut self, stored: u64) {
        self.stored = stored;
        self.padding = stored.wrapping_neg() % BLOCK as u64;
        self.sparse = None;
        self.is_hidden = false;
    }

    /// Reads one block of the structure; fewer bytes at the end.
    fn read_block(&mut self, block: &mut [u8; BLOCK]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < BLOCK {
            let available = self.bytes.fill_buf()?;
            if available.is_empty() {
                break;
            }
            let step = available.len().min(BLOCK - filled);
            block[filled..filled + step].copy_from_slice(&available[..step]);
            self.bytes.consume(step);
            filled += step;
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    /// Reads stored bytes, without the holes of sparse files.
    fn read_stored(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.stored).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.bytes.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends inside of a file"));
        }
        self.stored -= count as u64;
        self.offset += count as u64;
        Ok(count)
    }
}

impl<B: SkipRead> Read for Content<B> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.sparse.take() {
            None if self.is_hidden => Ok(0),
            None => self.read_stored(buffer),
            Some(mut sparse) => {
                let mut holes = self.holes;
                let count = sparse.read(buffer, &mut holes, |part| self.read_stored(part));
                self.holes = holes;
                self.sparse = Some(sparse);
                count
            }
        }
    }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests;
