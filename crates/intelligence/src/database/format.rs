//! The layout of the database file: a header with a table of sections, the sections, one checksum a block.
//!
//! Everything is little-endian. The header says where each section lies; the last section holds the xxh3 hash of each
//! 4 KiB block of all bytes between header and list. The header carries the hash of that section and ends in its own hash, so both
//! are checked when a database is opened, and every other block when it is first touched.

use twox_hash::XxHash3_64;

/// The first bytes of every database.
pub(crate) const MAGIC: [u8; 8] = *b"BHINTEL\x01";
/// The newest version of the layout. Version 2 has one section more than version 1, and a database without anything in it
/// is written as version 1, which programs that know no other read as well.
pub(crate) const FORMAT_VERSION: u32 = 2;
/// How many bytes one checksum covers.
pub(crate) const BLOCK_BYTES: usize = 4096;
/// The number of sections.
pub(crate) const SECTION_COUNT: usize = 14;
/// Offsets inside sections are 32 bits wide, and so is the whole file.
pub(crate) const MAX_FILE_BYTES: u64 = u32::MAX as u64;

/// A section of the file, by its place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Short texts that repeat: length and bytes. Offset 0 is the empty text.
    Strings = 0,
    /// Versions, sorted by scheme and key: length and text, length and key (no key: no valid version).
    Versions = 1,
    /// What is said of each package (see `database/packages.rs`).
    Packages = 2,
    /// Open addressing: the upper half of the hash of namespace, kind and name; offset in `Packages` plus one.
    PackageIndex = 3,
    /// Where each vulnerability begins, four bytes each, and the end.
    VulnerabilityOffsets = 4,
    /// Vulnerabilities, sorted by id.
    Vulnerabilities = 5,
    /// Where each advisory begins, four bytes each, and the end.
    AdvisoryOffsets = 6,
    /// Advisories, sorted by source and id.
    Advisories = 7,
    /// Open addressing: the upper half of an id's hash; number of the vulnerability or advisory.
    IdIndex = 8,
    /// Sorted: SHA-1 of an archive, its name and version as offsets in `Strings`.
    Archives = 9,
    /// The sources: name, number of records, time of the newest.
    Sources = 10,
    /// The namespaces, sorted: name, number of packages.
    Namespaces = 11,
    /// The hash of each block of the bytes between the header and this section.
    BlockSums = 12,
    /// SHA-256 of malware (see `database/malware.rs`); from version 2 of the format.
    Malware = 13,
}

/// How many sections a database of this version has; nothing where no such version is known.
pub(crate) fn section_count(version: u32) -> Option<usize> {
    match version {
        1 => Some(SECTION_COUNT - 1),
        FORMAT_VERSION => Some(SECTION_COUNT),
        _ => None,
    }
}

/// The length of a header with a table of so many sections and its hash.
pub(crate) fn header_bytes(sections: usize) -> usize {
    40 + sections * 16 + 8
}

/// The flag bits in front of an entry of a package.
pub(crate) mod entry_flags {
    /// The status, three bits.
    pub(crate) const STATUS: u64 = 0b111;
    /// Every version is meant; neither ranges nor versions follow.
    pub(crate) const ALL_VERSIONS: u64 = 1 << 3;
    /// One range from the first version to a fixed one, whose rank follows; the usual case.
    pub(crate) const SIMPLE: u64 = 1 << 4;
    /// A module `name:stream` follows.
    pub(crate) const MODULE: u64 = 1 << 5;
    /// The source's rating for this package follows.
    pub(crate) const SEVERITY: u64 = 1 << 6;
    /// A list of single versions follows the ranges.
    pub(crate) const VERSIONS: u64 = 1 << 7;
    /// Numbers of vulnerabilities follow which a more exact record of the same source decides.
    pub(crate) const DECIDED_ELSEWHERE: u64 = 1 << 8;
    /// The fixed versions are those of modular rpms, though no module is named.
    pub(crate) const MODULAR: u64 = 1 << 9;
}

/// The flag bits in front of a range.
pub(crate) mod range_flags {
    /// The rank of the first affected version follows.
    pub(crate) const INTRODUCED: u8 = 1 << 2;
    /// The end: open, fixed, last affected, limit.
    pub(crate) const END: u8 = 0b11;
    pub(crate) const OPEN: u8 = 0;
    pub(crate) const FIXED: u8 = 1;
    pub(crate) const LAST_AFFECTED: u8 = 2;
    pub(crate) const LIMIT: u8 = 3;
}

/// The flag bits of a vulnerability.
pub(crate) mod vulnerability_flags {
    pub(crate) const KEV: u8 = 1;
    pub(crate) const EPSS: u8 = 2;
}

/// The bytes of one slot of an index.
pub(crate) const SLOT_BYTES: usize = 8;
/// Set in the value of an id's slot when it is an advisory's number.
pub(crate) const ID_IS_ADVISORY: u32 = 1 << 31;
/// The bytes of one row of `Archives`.
pub(crate) const ARCHIVE_BYTES: usize = 28;

/// The hash that checks blocks and finds ids.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// The part of a package's hash that its namespace and kind of name give.
pub(crate) fn package_seed(namespace: &str, is_source: bool) -> u64 {
    XxHash3_64::oneshot_with_seed(u64::from(is_source), namespace.as_bytes())
}

/// The hash that finds a package.
pub(crate) fn package_hash(seed: u64, name: &str) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, name.as_bytes())
}

/// The half of a hash that a slot keeps; the other half says where the slot lies.
pub(crate) fn slot_tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}
