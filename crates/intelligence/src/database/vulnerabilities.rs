//! Vulnerabilities and advisories, by number and by id.
//!
//! A vulnerability is: id, aliases, title, publication, flags, EPSS, scores and ratings by source, the numbers of its
//! advisories. An advisory is: source, id, URL, title, publication, change, rating, the numbers of its vulnerabilities,
//! the offsets of its packages.

use model::EpssScore;

use super::cursor::Cursor;
use super::format::{ID_IS_ADVISORY, SLOT_BYTES, Section, hash, slot_tag, vulnerability_flags};
use super::packages::ascending;
use super::storage::{Damaged, Storage};
use crate::time;

/// A vulnerability as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vulnerability<'a> {
    pub(crate) id: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) title: Option<&'a str>,
    pub(crate) published: Option<String>,
    pub(crate) kev: bool,
    pub(crate) epss: Option<EpssScore>,
    /// Source and vector, sorted.
    pub(crate) scores: Vec<(&'a str, &'a str)>,
    /// Source and the source's own word, sorted.
    pub(crate) ratings: Vec<(&'a str, &'a str)>,
    pub(crate) advisories: Vec<u32>,
}

/// An advisory as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredAdvisory<'a> {
    pub(crate) source: &'a str,
    pub(crate) id: String,
    pub(crate) url: Option<String>,
    pub(crate) title: Option<&'a str>,
    pub(crate) published: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) severity: Option<&'a str>,
    pub(crate) vulnerabilities: Vec<u32>,
    pub(crate) packages: Vec<u32>,
}

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    Vulnerability(u32),
    Advisory(u32),
}

/// Reads the vulnerability of a number.
pub(crate) fn vulnerability(storage: &Storage, number: u32) -> Result<Vulnerability<'_>, Damaged> {
    let mut cursor = record(storage, Section::VulnerabilityOffsets, Section::Vulnerabilities, number)?;
    let id = cursor.id()?;
    let aliases = (0..cursor.number()?).map(|_| cursor.id()).collect::<Result<_, _>>()?;
    let title = Some(cursor.text()?).filter(|title| !title.is_empty());
    let published = time::decode(cursor.number()?);
    let flags = cursor.byte()?;
    let epss = if flags & vulnerability_flags::EPSS != 0 {
        let (probability, percentile) = (f32::from_bits(cursor.fixed32()?), f32::from_bits(cursor.fixed32()?));
        Some(EpssScore { probability, percentile })
    } else {
        None
    };
    let scores = pairs(&mut cursor)?;
    let ratings = pairs(&mut cursor)?;
    let mut advisories = Vec::new();
    ascending(&mut cursor, &mut advisories)?;
    let kev = flags & vulnerability_flags::KEV != 0;
    Ok(Vulnerability { id, aliases, title, published, kev, epss, scores, ratings, advisories })
}

/// Reads the advisory of a number.
pub(crate) fn advisory(storage: &Storage, number: u32) -> Result<StoredAdvisory<'_>, Damaged> {
    let mut cursor = record(storage, Section::AdvisoryOffsets, Section::Advisories, number)?;
    let source = cursor.string()?.unwrap_or_default();
    let id = cursor.id()?;
    let url = match cursor.string()? {
        Some(prefix) => {
            let rest = cursor.text()?;
            Some(format!("{prefix}{}", if rest.is_empty() { &id } else { rest }))
        }
        None => None,
    };
    let title = Some(cursor.text()?).filter(|title| !title.is_empty());
    let (published, modified) = (time::decode(cursor.number()?), time::decode(cursor.number()?));
    let severity = cursor.string()?;
    let (mut vulnerabilities, mut packages) = (Vec::new(), Vec::new());
    ascending(&mut cursor, &mut vulnerabilities)?;
    ascending(&mut cursor, &mut packages)?;
    Ok(StoredAdvisory { source, id, url, title, published, modified, severity, vulnerabilities, packages })
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
                if advisory(storage, number)?.id == id {
                    return Ok(Some(Named::Advisory(number)));
                }
            } else {
                let vulnerability = vulnerability(storage, number)?;
                if vulnerability.id == id || vulnerability.aliases.iter().any(|alias| alias == id) {
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

/// A place in `records` that the list `offsets` names for a number.
fn record(storage: &Storage, offsets: Section, records: Section, number: u32) -> Result<Cursor<'_>, Damaged> {
    let offset = Cursor::new(storage, offsets, (number as usize).saturating_mul(4))?.fixed32()?;
    Cursor::new(storage, records, offset as usize)
}

/// Reads pairs of interned texts.
fn pairs<'a>(cursor: &mut Cursor<'a>) -> Result<Vec<(&'a str, &'a str)>, Damaged> {
    (0..cursor.number()?)
        .map(|_| Ok((cursor.string()?.unwrap_or_default(), cursor.string()?.unwrap_or_default())))
        .collect()
}
