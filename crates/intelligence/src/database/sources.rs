//! The lists of the database: its sources and the namespaces that its advisories speak of.

use model::IntelligenceSource;

use super::cursor::Cursor;
use super::format::{Section, package_seed};
use super::storage::{Damaged, Storage};
use crate::time;

/// A namespace of packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Namespace<'a> {
    /// Its name: `debian:12`, `npm`.
    pub(crate) name: &'a str,
    /// Its number, by which packages name it.
    pub(crate) number: u32,
    /// The part of its packages' hashes that it gives: for binary and for source names.
    pub(crate) seeds: [u64; 2],
}

/// Reads every namespace, sorted by name.
pub(crate) fn namespaces(storage: &Storage) -> Result<Vec<Namespace<'_>>, Damaged> {
    let mut cursor = Cursor::new(storage, Section::Namespaces, 0)?;
    let mut namespaces = Vec::new();
    while !cursor.is_at_end() {
        let name = cursor.text()?;
        cursor.number()?;
        let number = namespaces.len() as u32;
        namespaces.push(Namespace { name, number, seeds: [package_seed(name, false), package_seed(name, true)] });
    }
    Ok(namespaces)
}

/// Reads every source, sorted by name.
pub(crate) fn sources(storage: &Storage) -> Result<Vec<IntelligenceSource>, Damaged> {
    let mut cursor = Cursor::new(storage, Section::Sources, 0)?;
    let mut sources = Vec::new();
    while !cursor.is_at_end() {
        let name = cursor.text()?.to_owned();
        let records = cursor.number()?;
        let updated = time::decode(cursor.number()?);
        sources.push(IntelligenceSource { name, records, updated });
    }
    Ok(sources)
}
