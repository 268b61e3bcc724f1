//! bbolt databases, read without their lock and without trust (go.etcd.io/bbolt, page.go, node.go, bucket.go).
//!
//! A file is pages of one size. Two meta pages take turns in naming the root; the newer one that is whole counts. Pages
//! that a meta page leads to are never changed while it is the newest, so a walk is sound when the same meta page is the
//! newest before and after it; otherwise it is repeated.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

const MAGIC: u32 = 0xED0C_DAED;
const VERSION: u32 = 2;
const PAGE_HEADER_BYTES: usize = 16;
const META_BYTES: usize = 64;
const BUCKET_HEADER_BYTES: usize = 16;
const ELEMENT_BYTES: usize = 16;
const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const META: u16 = 4;
const IS_BUCKET: u32 = 1;
/// A page with what overflows it; larger values are not looked for.
const MAX_PAGE_BYTES: usize = 16 << 20;
/// A tree of this depth would have more entries than there are atoms.
const MAX_DEPTH: usize = 64;
/// How many pages are looked at to list what is in a bucket.
const MAX_LISTED_PAGES: usize = 1_000;
/// The longest name of a bucket that is listed: no engine gives longer ones to what it lists so.
const LONGEST_NAME_BYTES: usize = 256;
/// How often a walk is repeated because the database changed.
const MAX_WALKS: usize = 10;

/// The error of reading a bbolt database.
#[derive(Debug, thiserror::Error)]
pub enum ReadBoltError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// The file is not such a database, or it is damaged.
    #[error("the database is damaged at page {page}: {reason}")]
    Damaged {
        /// The page.
        page: u64,
        /// What is wrong there.
        reason: &'static str,
    },
}

/// An open database.
#[derive(Debug)]
pub(super) struct BoltFile {
    file: File,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Meta {
    page_size: usize,
    root: u64,
    transaction: u64,
}

/// A bucket: a tree of its own, or a page inside of its parent's.
enum Bucket {
    Tree(u64),
    Inline(Vec<u8>),
}

/// What a key has.
enum Entry {
    Bucket(Bucket),
    Value(Vec<u8>),
}

impl BoltFile {
    pub(super) fn open(path: &Path) -> Result<BoltFile, ReadBoltError> {
        Ok(BoltFile { file: File::open(path)? })
    }

    /// The values of `keys` in the bucket at `path`; `None` for the bucket or for a key that is not there.
    pub(super) fn values<const N: usize>(
        &self,
        path: &[&[u8]],
        keys: [&[u8]; N],
    ) -> Result<Option<[Option<Vec<u8>>; N]>, ReadBoltError> {
        self.walk(|walk| walk.values(path, keys))
    }

    /// The names of the first buckets in the one at `path`, `most` at most; none where that is not there.
    pub(super) fn buckets(&self, path: &[&[u8]], most: usize) -> Result<Vec<Vec<u8>>, ReadBoltError> {
        self.walk(|walk| walk.buckets(path, most))
    }

    fn walk<T>(&self, look: impl Fn(&Walk<'_>) -> Result<T, ReadBoltError>) -> Result<T, ReadBoltError> {
        let (mut meta, mut walks) = (self.newest_meta()?, 1);
        loop {
            let found = look(&Walk { file: &self.file, meta });
            let after = self.newest_meta()?;
            if after == meta || walks == MAX_WALKS {
                return found;
            }
            (meta, walks) = (after, walks + 1);
        }
    }

    fn newest_meta(&self) -> Result<Meta, ReadBoltError> {
        let first = self.meta_at(0)?;
        // The second page lies one page on, and only the first one tells how large a page is. When the first one is
        // torn, the sizes in use are tried.
        let second = match &first {
            Some(meta) => self.meta_at(meta.page_size as u64)?,
            None => {
                let mut found = None;
                for size in [4096, 8192, 16384, 65536] {
                    found = found.or(self.meta_at(size)?);
                }
                found
            }
        };
        let newest = [first, second].into_iter().flatten().max_by_key(|meta| meta.transaction);
        newest.ok_or(ReadBoltError::Damaged { page: 0, reason: "neither of its meta pages is whole" })
    }

    fn meta_at(&self, offset: u64) -> Result<Option<Meta>, ReadBoltError> {
        let mut bytes = [0; PAGE_HEADER_BYTES + META_BYTES];
        match self.file.read_exact_at(&mut bytes, offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        Ok(parse_meta(&bytes))
    }
}

fn parse_meta(page: &[u8]) -> Option<Meta> {
    let meta = page.get(PAGE_HEADER_BYTES..)?;
    let checked = meta.get(..META_BYTES - 8)?;
    let is_meta = u16_at(page, 8)? & META != 0
        && u32_at(meta, 0)? == MAGIC
        && u32_at(meta, 4)? == VERSION
        && u64_at(meta, META_BYTES - 8)? == fnv1a(checked);
    let page_size = usize::try_from(u32_at(meta, 8)?).ok()?;
    let is_size = page_size.is_power_of_two() && (512..=MAX_PAGE_BYTES).contains(&page_size);
    (is_meta && is_size).then_some(Meta { page_size, root: u64_at(meta, 16)?, transaction: u64_at(meta, 48)? })
}

/// Reads a database for `crate::exercise`, with the checksums of its meta pages made to fit.
pub(crate) fn exercise(bytes: &[u8]) {
    let mut sealed = bytes.to_vec();
    for page in [0, 512, 4096] {
        let end = page + PAGE_HEADER_BYTES + META_BYTES;
        if let Some(meta) = sealed.get_mut(page + PAGE_HEADER_BYTES..end) {
            let (checked, sum) = meta.split_at_mut(META_BYTES - 8);
            sum.copy_from_slice(&fnv1a(checked).to_le_bytes());
        }
    }
    let database = BoltFile { file: crate::exercise::file_of(&sealed) };
    let _ = database.values(&[b"v1", b"default", b"images", b"docker.io/library/a:1", b"target"], [b"digest", b"size"]);
    let _ = database.values(&[b"v1", b"in"], [b"digest", b"size"]);
    let _ = database.buckets(&[b"v1"], 10);
}

/// FNV-1a with 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One walk under one meta page.
struct Walk<'a> {
    file: &'a File,
    meta: Meta,
}

impl Walk<'_> {
    fn values<const N: usize>(
        &self,
        path: &[&[u8]],
        keys: [&[u8]; N],
    ) -> Result<Option<[Option<Vec<u8>>; N]>, ReadBoltError> {
        let Some(bucket) = self.bucket(path)? else { return Ok(None) };
        let mut values = [const { None }; N];
        for (value, key) in values.iter_mut().zip(keys) {
            *value = match self.entry(&bucket, key)? {
                Some(Entry::Value(found)) => Some(found),
                Some(Entry::Bucket(_)) | None => None,
            };
        }
        Ok(Some(values))
    }

    fn bucket(&self, path: &[&[u8]]) -> Result<Option<Bucket>, ReadBoltError> {
        let mut bucket = Bucket::Tree(self.meta.root);
        for name in path {
            match self.entry(&bucket, name)? {
                Some(Entry::Bucket(inner)) => bucket = inner,
                Some(Entry::Value(_)) | None => return Ok(None),
            }
        }
        Ok(Some(bucket))
    }

    fn buckets(&self, path: &[&[u8]], most: usize) -> Result<Vec<Vec<u8>>, ReadBoltError> {
        let mut names = Vec::new();
        let mut pages = match self.bucket(path)? {
            Some(Bucket::Tree(page)) => vec![(page, 0)],
            Some(Bucket::Inline(page)) => {
                note_buckets(&page, most, &mut names);
                Vec::new()
            }
            None => Vec::new(),
        };
        // A branch without an end in it leads to no bucket, however many pages it has.
        let mut looked_at = 0;
        while let Some((page, depth)) = pages.pop().filter(|_| names.len() < most && looked_at < MAX_LISTED_PAGES) {
            looked_at += 1;
            let bytes = self.page(page)?;
            match u16_at(&bytes, 8) {
                Some(flags) if flags & LEAF != 0 => note_buckets(&bytes, most, &mut names),
                Some(flags) if flags & BRANCH != 0 && depth < MAX_DEPTH => {
                    let children: Vec<u64> = children(&bytes).take(MAX_LISTED_PAGES).collect();
                    pages.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
                }
                Some(flags) if flags & BRANCH != 0 => {
                    return Err(ReadBoltError::Damaged { page, reason: "the tree is too deep" });
                }
                _ => {
                    return Err(ReadBoltError::Damaged { page, reason: "a page of a tree is neither branch nor leaf" });
                }
            }
        }
        Ok(names)
    }

    /// Follows branch pages to the leaf that would have the key.
    fn entry(&self, bucket: &Bucket, key: &[u8]) -> Result<Option<Entry>, ReadBoltError> {
        let mut page = match bucket {
            Bucket::Inline(page) => return find_in_leaf(page, 0, key),
            Bucket::Tree(page) => *page,
        };
        for _ in 0..MAX_DEPTH {
            let bytes = self.page(page)?;
            let damaged = |reason| ReadBoltError::Damaged { page, reason };
            match u16_at(&bytes, 8) {
                Some(flags) if flags & LEAF != 0 => return find_in_leaf(&bytes, page, key),
                Some(flags) if flags & BRANCH != 0 => match find_in_branch(&bytes, key) {
                    Some(next) => page = next,
                    None => return Err(damaged("an element of a branch lies outside of its page")),
                },
                _ => return Err(damaged("a page of a tree is neither branch nor leaf")),
            }
        }
        Err(ReadBoltError::Damaged { page, reason: "the tree is too deep" })
    }

    fn page(&self, page: u64) -> Result<Vec<u8>, ReadBoltError> {
        let damaged = |reason| ReadBoltError::Damaged { page, reason };
        let offset =
            page.checked_mul(self.meta.page_size as u64).ok_or(damaged("the page lies outside of the file"))?;
        let mut header = [0; PAGE_HEADER_BYTES];
        let outside = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged("the page lies outside of the file"),
            _ => ReadBoltError::Read(error),
        };
        self.file.read_exact_at(&mut header, offset).map_err(outside)?;
        let overflow = u32_at(&header, 12).unwrap_or_default() as usize;
        let length = overflow.saturating_add(1).saturating_mul(self.meta.page_size);
        if length > MAX_PAGE_BYTES {
            return Err(damaged("the page overflows into more than 16 MiB"));
        }
        if self.file.metadata()?.len() < offset.saturating_add(length as u64) {
            return Err(damaged("the page lies outside of the file"));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, offset).map_err(outside)?;
        Ok(bytes)
    }
}

/// The children of a branch, in the order of their keys.
fn children(page: &[u8]) -> impl Iterator<Item = u64> {
    let count = usize::from(u16_at(page, 10).unwrap_or_default());
    (0..count).filter_map(|index| u64_at(page, PAGE_HEADER_BYTES + index * ELEMENT_BYTES + 8))
}

/// Adds the names of the buckets in a leaf until there are so many.
fn note_buckets(page: &[u8], most: usize, names: &mut Vec<Vec<u8>>) {
    let count = usize::from(u16_at(page, 10).unwrap_or_default());
    let left = most.saturating_sub(names.len());
    let in_page = (0..count).filter_map(|index| {
        let at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
        let begin = at.checked_add(u32_at(page, at + 4)? as usize)?;
        let name = page.get(begin..begin.checked_add(u32_at(page, at + 8)? as usize)?)?;
        let is_named_bucket = u32_at(page, at)? & IS_BUCKET != 0 && name.len() <= LONGEST_NAME_BYTES;
        is_named_bucket.then(|| name.to_vec())
    });
    names.extend(in_page.take(left));
}

/// The child whose keys begin at or before the key; the first one for a key before all others.
fn find_in_branch(page: &[u8], key: &[u8]) -> Option<u64> {
    let count = usize::from(u16_at(page, 10)?);
    let mut child = None;
    for index in 0..count {
        let at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
        let begin = at.checked_add(u32_at(page, at)? as usize)?;
        let end = begin.checked_add(u32_at(page, at + 4)? as usize)?;
        if child.is_some() && page.get(begin..end)? > key {
            break;
        }
        child = Some(u64_at(page, at + 8)?);
    }
    child
}

fn find_in_leaf(page: &[u8], number: u64, key: &[u8]) -> Result<Option<Entry>, ReadBoltError> {
    let damaged = |reason| ReadBoltError::Damaged { page: number, reason };
    let outside = || damaged("an element of a leaf lies outside of its page");
    let count = u16_at(page, 10).map(usize::from).ok_or_else(outside)?;
    for index in 0..count {
        let at = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
        let field = |place| u32_at(page, at + place).map(|number| number as usize).ok_or_else(outside);
        let (flags, position, key_bytes, value_bytes) = (field(0)?, field(4)?, field(8)?, field(12)?);
        let begin = at.checked_add(position).ok_or_else(outside)?;
        let middle = begin.checked_add(key_bytes).ok_or_else(outside)?;
        if page.get(begin..middle).ok_or_else(outside)? != key {
            continue;
        }
        let end = middle.checked_add(value_bytes).ok_or_else(outside)?;
        let value = page.get(middle..end).ok_or_else(outside)?;
        if flags & IS_BUCKET as usize == 0 {
            return Ok(Some(Entry::Value(value.to_vec())));
        }
        let root = u64_at(value, 0).ok_or(damaged("a bucket is too short"))?;
        let inline = value.get(BUCKET_HEADER_BYTES..).ok_or(damaged("a bucket is too short"))?;
        return Ok(Some(Entry::Bucket(if root == 0 { Bucket::Inline(inline.to_vec()) } else { Bucket::Tree(root) })));
    }
    Ok(None)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
pub(super) mod tests;
