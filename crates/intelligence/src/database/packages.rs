//! What the database says of one package: found by hash, its versions sorted, its entries one after the other.
//!
//! A package is: number of its namespace, kind of its name and version scheme (one byte), name; the number of its
//! valid and of its invalid versions and four bytes each, the offset in `Versions`, valid ones first in the order of
//! their keys; the number of entries and the entries. Entries name versions by rank, their place in that list, so a
//! package's installed version is compared with a handful of keys once and with plain numbers from there on.

use std::cmp::Ordering;

use model::FindingStatus;
use model::version::VersionScheme;

use super::cursor::Cursor;
use super::format::{SLOT_BYTES, Section, entry_flags, package_hash, range_flags, slot_tag};
use super::sources::Namespace;
use super::storage::{Damaged, Storage};

/// The version schemes by the number that stands for them in the file.
pub(crate) const SCHEMES: [VersionScheme; 13] = [
    VersionScheme::Deb,
    VersionScheme::Apk,
    VersionScheme::Rpm,
    VersionScheme::Maven,
    VersionScheme::Pypi,
    VersionScheme::Gem,
    VersionScheme::Semver,
    VersionScheme::Nuget,
    VersionScheme::Packagist,
    VersionScheme::Pub,
    VersionScheme::Hackage,
    VersionScheme::Cran,
    VersionScheme::Generic,
];

/// The statuses by the number that stands for them in the file.
pub(crate) const STATUSES: [FindingStatus; 7] = [
    FindingStatus::Affected,
    FindingStatus::WillNotFix,
    FindingStatus::FixDeferred,
    FindingStatus::UnderInvestigation,
    FindingStatus::EndOfLife,
    FindingStatus::Fixed,
    FindingStatus::NotAffected,
];

/// A package that some advisory names.
#[derive(Clone)]
pub(crate) struct PackageRecord<'a> {
    storage: &'a Storage,
    /// The number of its namespace.
    pub(crate) namespace: u32,
    /// Whether the name is that of a source package.
    pub(crate) is_source: bool,
    /// The name.
    pub(crate) name: &'a str,
    /// How its versions compare.
    pub(crate) scheme: VersionScheme,
    valid: u32,
    versions: &'a [u8],
    entry_count: u64,
    entries: Cursor<'a>,
}

/// Where an installed version stands among the versions of a package's advisories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Ranks below `from` are lower, those from `to` on are higher, those between are equal.
    Between { from: u32, to: u32 },
    /// The version is none of the scheme; it equals the one of this rank as text, or none.
    Text { rank: Option<u32> },
}

impl Standing {
    /// Whether the version cannot be compared.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Standing::Text { .. })
    }
}

/// What one advisory says of a package.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) advisory: u32,
    pub(crate) status: FindingStatus,
    pub(crate) module: Option<&'a str>,
    pub(crate) is_modular: bool,
    pub(crate) severity: Option<&'a str>,
    pub(crate) all_versions: bool,
    pub(crate) ranges: Vec<Range>,
    pub(crate) versions: Vec<u32>,
    /// Vulnerabilities of the advisory that a more exact record of the same source decides for this package.
    pub(crate) decided_elsewhere: Vec<u32>,
}

impl Default for Entry<'_> {
    fn default() -> Self {
        Entry {
            advisory: 0,
            status: FindingStatus::Affected,
            module: None,
            is_modular: false,
            severity: None,
            all_versions: false,
            ranges: Vec::new(),
            versions: Vec::new(),
            decided_elsewhere: Vec::new(),
        }
    }
}

/// A run of affected versions, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) introduced: Option<u32>,
    pub(crate) end: End,
}

/// The end of a run of affected versions, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    Fixed(u32),
    LastAffected(u32),
    Limit(u32),
}

/// Finds a package by the name of its source or its own.
pub(crate) fn find<'a>(
    storage: &'a Storage,
    namespace: &Namespace<'_>,
    is_source: bool,
    name: &str,
) -> Result<Option<PackageRecord<'a>>, Damaged> {
    let (start, end) = storage.bounds(Section::PackageIndex);
    let slots = (end - start) / SLOT_BYTES;
    if slots == 0 {
        return Ok(None);
    }
    let hash = package_hash(namespace.seeds[usize::from(is_source)], name);
    let mut slot = hash as usize & (slots - 1);
    for _ in 0..slots {
        let mut cursor = Cursor::new(storage, Section::PackageIndex, slot * SLOT_BYTES)?;
        let (tag, place) = (cursor.fixed32()?, cursor.fixed32()?);
        let Some(offset) = place.checked_sub(1) else { return Ok(None) };
        if tag == slot_tag(hash) {
            let record = PackageRecord::read(storage, offset as usize)?;
            if record.name == name && record.namespace == namespace.number && record.is_source == is_source {
                return Ok(Some(record));
            }
        }
        slot = (slot + 1) & (slots - 1);
    }
    Ok(None)
}

impl<'a> PackageRecord<'a> {
    /// Reads the package at an offset of `Packages`.
    pub(crate) fn read(storage: &'a Storage, offset: usize) -> Result<PackageRecord<'a>, Damaged> {
        let mut cursor = Cursor::new(storage, Section::Packages, offset)?;
        let namespace = cursor.number32()?;
        let kind = cursor.byte()?;
        let scheme = *SCHEMES.get(usize::from(kind >> 1)).ok_or(cursor.damaged())?;
        let name = cursor.text()?;
        let (valid, invalid) = (cursor.number32()?, cursor.number32()?);
        let length = valid.checked_add(invalid).and_then(|count| (count as usize).checked_mul(4));
        let versions = cursor.take(length.ok_or(cursor.damaged())?)?;
        let entry_count = cursor.number()?;
        Ok(PackageRecord {
            storage,
            namespace,
            is_source: kind & 1 == 1,
            name,
            scheme,
            valid,
            versions,
            entry_count,
            entries: cursor,
        })
    }

    /// Places an installed version among the versions of this package's advisories; `key` is room for its key.
    pub(crate) fn standing(&self, version: &str, key: &mut Vec<u8>) -> Result<Standing, Damaged> {
        key.clear();
        if self.scheme.write_key(version, key).is_err() {
            return self.standing_as_text(version);
        }
        let key = key.as_slice();
        let mut from = (0, self.valid);
        while from.0 < from.1 {
            let middle = from.0.midpoint(from.1);
            if self.key(middle)? < key { from.0 = middle + 1 } else { from.1 = middle }
        }
        let mut to = from.0;
        while to < self.valid && self.key(to)?.cmp(key) == Ordering::Equal {
            to += 1;
        }
        Ok(Standing::Between { from: from.0, to })
    }

    /// Places an installed version that cannot be compared: it is one of those that advisories list, or none.
    pub(crate) fn standing_as_text(&self, version: &str) -> Result<Standing, Damaged> {
        for rank in 0..(self.versions.len() / 4) as u32 {
            if self.version(rank)? == version {
                return Ok(Standing::Text { rank: Some(rank) });
            }
        }
        Ok(Standing::Text { rank: None })
    }

    fn version_record(&self, rank: u32) -> Result<Cursor<'a>, Damaged> {
        let offset = self.version_offset(rank).ok_or(self.entries.damaged())?;
        Cursor::new(self.storage, Section::Versions, offset as usize)
    }

    /// The offset in `Versions` of the version of a rank: the same version of the same scheme has the same.
    pub(crate) fn version_offset(&self, rank: u32) -> Option<u32> {
        let at = (rank as usize).checked_mul(4)?;
        self.versions.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
    }

    /// The version of a rank as text.
    pub(crate) fn version(&self, rank: u32) -> Result<&'a str, Damaged> {
        self.version_record(rank)?.text()
    }

    fn key(&self, rank: u32) -> Result<&'a [u8], Damaged> {
        let mut cursor = self.version_record(rank)?;
        cursor.counted()?;
        cursor.counted()
    }

    /// The entries, one after the other.
    pub(crate) fn entries(&self) -> Entries<'a> {
        Entries { cursor: self.entries.clone(), left: self.entry_count, advisory: 0 }
    }
}

/// Reads entries into a place that the caller has, so that a package with thousands of them costs no allocation each.
pub(crate) struct Entries<'a> {
    cursor: Cursor<'a>,
    left: u64,
    advisory: u32,
}

impl<'a> Entries<'a> {
    /// Reads the next entry; `false` when there is none.
    pub(crate) fn advance(&mut self, entry: &mut Entry<'a>) -> Result<bool, Damaged> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(false) };
        self.left = left;
        let cursor = &mut self.cursor;
        let flags = cursor.number()?;
        entry.status = *STATUSES.get((flags & entry_flags::STATUS) as usize).ok_or(cursor.damaged())?;
        let step = cursor.number32()?;
        self.advisory = self.advisory.checked_add(step).ok_or(cursor.damaged())?;
        entry.advisory = self.advisory;
        entry.module = if flags & entry_flags::MODULE != 0 { cursor.string()? } else { None };
        entry.is_modular = entry.module.is_some() || flags & entry_flags::MODULAR != 0;
        entry.severity = if flags & entry_flags::SEVERITY != 0 { cursor.string()? } else { None };
        entry.decided_elsewhere.clear();
        if flags & entry_flags::DECIDED_ELSEWHERE != 0 {
            ascending(cursor, &mut entry.decided_elsewhere)?;
        }
        entry.all_versions = flags & entry_flags::ALL_VERSIONS != 0;
        entry.ranges.clear();
        if flags & entry_flags::SIMPLE != 0 {
            entry.ranges.push(Range { introduced: None, end: End::Fixed(cursor.number32()?) });
        } else if !entry.all_versions {
            for _ in 0..cursor.number()? {
                entry.ranges.push(Range::read(cursor)?);
            }
        }
        entry.versions.clear();
        if flags & entry_flags::VERSIONS != 0 {
            ascending(cursor, &mut entry.versions)?;
        }
        Ok(true)
    }
}

impl Range {
    fn read(cursor: &mut Cursor<'_>) -> Result<Range, Damaged> {
        let flags = cursor.byte()?;
        let introduced = if flags & range_flags::INTRODUCED != 0 { Some(cursor.number32()?) } else { None };
        let end = match flags & range_flags::END {
            range_flags::FIXED => End::Fixed(cursor.number32()?),
            range_flags::LAST_AFFECTED => End::LastAffected(cursor.number32()?),
            range_flags::LIMIT => End::Limit(cursor.number32()?),
            _ => End::Open,
        };
        Ok(Range { introduced, end })
    }
}

/// Reads a list of ascending numbers: how many, the first, the steps.
pub(crate) fn ascending(cursor: &mut Cursor<'_>, numbers: &mut Vec<u32>) -> Result<(), Damaged> {
    let mut last = 0u32;
    for _ in 0..cursor.number()? {
        let step = cursor.number32()?;
        last = last.checked_add(step).ok_or(cursor.damaged())?;
        numbers.push(last);
    }
    Ok(())
}
