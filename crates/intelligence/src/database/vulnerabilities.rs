//! Vulnerabilities and advisories, by number and by id.
//!
//! A vulnerability is: id, aliases, title, publication, flags, EPSS, scores and ratings by source, the numbers of its
//! advisories. An advisory is: source, id, URL, title, publication, change, rating, the numbers of its vulnerabilities,
//! the offsets of its packages.

use model::EpssScore;

use super::cursor::Cursor;
use super::format::{ID_IS_ADVISORY, SLOT_BYTES, Section, hash, slot_tag, vulnerability_flags};
use super::id::Id;
use super::packages::ascending;
use super::storage::{Damaged, Storage};

/// A vulnerability as stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vulnerability<'a> {
    pub(crate) id: Option<Id<'a>>,
    pub(crate) aliases: Vec<Id<'a>>,
    pub(crate) title: Option<&'a str>,
    /// For [`crate::time::decode`].
    pub(crate) published: u64,
    pub(crate) kev: bool,
    pub(crate) epss: Option<EpssScore>,
    /// Source and vector, sorted.
    pub(crate) scores: Vec<(&'a str, &'a str)>,
    /// Source and the source's own word, sorted.
    pub(crate) ratings: Vec<(&'a str, &'a str)>,
}

/// An advisory as stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoredAdvisory<'a> {
    pub(crate) source: &'a str,
    pub(crate) id: Option<Id<'a>>,
    /// What the address begins with, and the rest of it; an empty rest stands for the id.
    url: Option<(&'a str, &'a str)>,
    pub(crate) title: Option<&'a str>,
    /// For [`crate::time::decode`].
    pub(crate) published: u64,
    /// For [`crate::time::decode`].
    pub(crate) modified: u64,
    pub(crate) severity: Option<&'a str>,
    pub(crate) vulnerabilities: Vec<u32>,
}

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Vulnerability(u32),
    Advisory(u32),
}

impl<'a> Vulnerability<'a> {
    /// Reads the vulnerability of a number into this place, so that reading many costs no allocation each. Gives where
    /// the numbers of its advisories follow.
    pub(crate) fn read(&mut self, storage: &'a Storage, number: u32) -> Result<Cursor<'a>, Damaged> {
        let mut cursor = vulnerability_record(storage, number)?;
        self.id = Some(cursor.id()?);
        self.aliases.clear();
        for _ in 0..cursor.number()? {
            self.aliases.push(cursor.id()?);
        }
        self.title = Some(cursor.text()?).filter(|title| !title.is_empty());
        self.published = cursor.number()?;
        let flags = cursor.byte()?;
        self.kev = flags & vulnerability_flags::KEV != 0;
        self.epss = None;
        if flags & vulnerability_flags::EPSS != 0 {
            let (probability, percentile) = (f32::from_bits(cursor.fixed32()?), f32::from_bits(cursor.fixed32()?));
            self.epss = Some(EpssScore { probability, percentile });
        }
        pairs(&mut cursor, &mut self.scores)?;
        pairs(&mut cursor, &mut self.ratings)?;
        Ok(cursor)
    }

    /// Its id as people write it.
    pub(crate) fn id_text(&self) -> String {
        self.id.map(Id::to_text).unwrap_or_default()
    }
}

impl<'a> StoredAdvisory<'a> {
    /// Reads the advisory of a number into this place, as [`Vulnerability::read`]. Gives where the offsets of its packages
    /// follow.
    pub(crate) fn read(&mut self, storage: &'a Storage, number: u32) -> Result<Cursor<'a>, Damaged> {
        let mut cursor = record(storage, Section::AdvisoryOffsets, Section::Advisories, number)?;
        self.source = cursor.string()?.unwrap_or_default();
        self.id = Some(cursor.id()?);
        self.url = match cursor.string()? {
            Some(prefix) => Some((prefix, cursor.text()?)),
            None => None,
        };
        self.title = Some(cursor.text()?).filter(|title| !title.is_empty());
        (self.published, self.modified) = (cursor.number()?, cursor.number()?);
        self.severity = cursor.string()?;
        self.vulnerabilities.clear();
        ascending(&mut cursor, &mut self.vulnerabilities)?;
        Ok(cursor)
    }

    /// Its id as people write it.
    pub(crate) fn id_text(&self) -> String {
        self.id.map(Id::to_text).unwrap_or_default()
    }

    /// Where to read it.
    pub(crate) fn url(&self) -> Option<String> {
        let (prefix, rest) = self.url?;
        let mut url = String::with_capacity(prefix.len() + rest.len().max(24));
        url.push_str(prefix);
        match self.id {
            Some(id) if rest.is_empty() => id.push_to(&mut url),
            _ => url.push_str(rest),
        }
        Some(url)
    }
}

/// The numbers of a vulnerability's advisories, or the offsets of an advisory's packages.
pub(crate) fn numbers(mut cursor: Cursor<'_>) -> Result<Vec<u32>, Damaged> {
    let mut numbers = Vec::new();
    ascending(&mut cursor, &mut numbers)?;
    Ok(numbers)
}

/// The id of the vulnerability of a number.
pub(crate) fn vulnerability_id(storage: &Storage, number: u32) -> Result<Id<'_>, Damaged> {
    vulnerability_record(storage, number)?.id()
}

fn vulnerability_record(storage: &Storage, number: u32) -> Result<Cursor<'_>, Damaged> {
    record(storage, Section::VulnerabilityOffsets, Section::Vulnerabilities, number)
}

/// Finds what an id names: a vulnerability by its id or an alias, or an advisory.
pub(crate) fn find_id(storage: &Storage, id: &str) -> Result<Option<Named>, Damaged> {
    let (start, end) = storage.bounds(Section::IdIndex);
    let slots = (end - start) / SLOT_BYTES;
    if slots == 0 {
        return Ok(None);
    }
    let hash = hash(id.as_bytes());
    let mut slot = hash as usize & (slots - 1);
    for _ in 0..slots {
        let mut cursor = Cursor::new(storage, Section::IdIndex, slot * SLOT_BYTES)?;
        let (tag, value) = (cursor.fixed32()?, cursor.fixed32()?);
        let Some(number) = (value & !ID_IS_ADVISORY).checked_sub(1) else { return Ok(None) };
        if tag == slot_tag(hash) {
            if value & ID_IS_ADVISORY != 0 {
                let mut advisory = StoredAdvisory::default();
                advisory.read(storage, number)?;
                if advisory.id.is_some_and(|stored| stored == *id) {
                    return Ok(Some(Named::Advisory(number)));
                }
            } else {
                let mut vulnerability = Vulnerability::default();
                vulnerability.read(storage, number)?;
                if vulnerability.id.iter().chain(&vulnerability.aliases).any(|stored| *stored == *id) {
                    return Ok(Some(Named::Vulnerability(number)));
                }
            }
        }
        slot = (slot + 1) & (slots - 1);
    }
    Ok(None)
}

/// The name and version of the archive with this SHA-1.
pub(crate) fn find_archive<'a>(storage: &'a Storage, sha1: &[u8; 20]) -> Result<Option<(&'a str, &'a str)>, Damaged> {
    use super::format::ARCHIVE_BYTES;
    let (start, end) = storage.bounds(Section::Archives);
    let (mut low, mut high) = (0, (end - start) / ARCHIVE_BYTES);
    while low < high {
        let middle = usize::midpoint(low, high);
        let mut cursor = Cursor::new(storage, Section::Archives, middle * ARCHIVE_BYTES)?;
        match cursor.take(20)?.cmp(sha1) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => {
                let (name, version) = (cursor.fixed32()?, cursor.fixed32()?);
                return Ok(Some((super::cursor::interned(storage, name)?, super::cursor::interned(storage, version)?)));
            }
        }
    }
    Ok(None)
}

/// Whether two databases know the same archives by the same names.
pub(crate) fn know_the_same_archives(one: &Storage, other: &Storage) -> Result<bool, Damaged> {
    use super::cursor::interned;
    use super::format::ARCHIVE_BYTES;
    let length = |storage: &Storage| {
        let (start, end) = storage.bounds(Section::Archives);
        end - start
    };
    if length(one) != length(other) {
        return Ok(false);
    }
    for place in (0..length(one) / ARCHIVE_BYTES).map(|row| row * ARCHIVE_BYTES) {
        let mut left = Cursor::new(one, Section::Archives, place)?;
        let mut right = Cursor::new(other, Section::Archives, place)?;
        if left.take(20)? != right.take(20)? {
            return Ok(false);
        }
        for _ in 0..2 {
            if interned(one, left.fixed32()?)? != interned(other, right.fixed32()?)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// A place in `records` that the list `offsets` names for a number.
fn record(storage: &Storage, offsets: Section, records: Section, number: u32) -> Result<Cursor<'_>, Damaged> {
    let offset = Cursor::new(storage, offsets, (number as usize).saturating_mul(4))?.fixed32()?;
    Cursor::new(storage, records, offset as usize)
}

/// Reads pairs of interned texts.
fn pairs<'a>(cursor: &mut Cursor<'a>, pairs: &mut Vec<(&'a str, &'a str)>) -> Result<(), Damaged> {
    pairs.clear();
    for _ in 0..cursor.number()? {
        pairs.push((cursor.string()?.unwrap_or_default(), cursor.string()?.unwrap_or_default()));
    }
    Ok(())
}
