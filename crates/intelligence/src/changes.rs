//! What differs between two databases, as far as it can change what is found in an image.
//!
//! Whoever keeps the inventories of many images asks this when a newer database comes, and matches only those again that
//! have a package of which something else is said. The predictions of EPSS change for nearly every vulnerability every day,
//! and no verdict should wait for them or be found anew because of them: they are left out, and come with the next
//! evaluation of an image.

mod comparison;

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use model::Ecosystem;

pub use self::comparison::{Comparison, Concerned, KeptPackage};
use crate::database::Database;
use crate::database::cursor::Cursor;
use crate::database::format::{SLOT_BYTES, Section};
use crate::database::packages::{End, Entry, PackageRecord, find};
use crate::database::sources::{Namespace, namespaces};
use crate::database::storage::{Damaged, Storage};
use crate::database::vulnerabilities::{StoredAdvisory, Vulnerability};
use crate::matching;

/// How a database differs from an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// Other advisories on these packages, by namespace (`debian:12`, `npm`) and name as advisories spell it; it may be the
    /// name of a source package.
    Packages(BTreeSet<(String, String)>),
    /// So much that everything has to be matched again: a namespace came or went, or one of the databases cannot be read.
    Everything,
}

impl Database {
    /// How this database differs from an earlier one.
    pub fn changes_since(&self, earlier: &Database) -> Changes {
        if self.fingerprint() == earlier.fingerprint() {
            return Changes::Packages(BTreeSet::new());
        }
        compare(earlier.storage(), self.storage()).unwrap_or(Changes::Everything)
    }
}

fn compare(earlier: &Storage, later: &Storage) -> Result<Changes, Damaged> {
    let (mut earlier, mut later) = (Side::new(earlier)?, Side::new(later)?);
    let names = |side: &Side<'_>| side.namespaces.iter().map(|known| known.name.to_owned()).collect::<Vec<_>>();
    if names(&earlier) != names(&later) {
        return Ok(Changes::Everything);
    }
    let mut changed = BTreeSet::new();
    for record in later.packages()? {
        let record = record?;
        let former = earlier.find(later.namespaces.get(record.namespace as usize), &record)?;
        let is_same = match former {
            Some(former) => earlier.said_of(&former)? == later.said_of(&record)?,
            None => false,
        };
        if !is_same {
            changed.insert(later.name_of(&record));
        }
    }
    for record in earlier.packages()? {
        let record = record?;
        if later.find(earlier.namespaces.get(record.namespace as usize), &record)?.is_none() {
            changed.insert(earlier.name_of(&record));
        }
    }
    Ok(Changes::Packages(changed))
}

/// One of the two databases, with the hashes of what was read of it.
struct Side<'a> {
    storage: &'a Storage,
    namespaces: Vec<Namespace<'a>>,
    advisories: Vec<Option<u64>>,
    vulnerabilities: Vec<Option<u64>>,
}

impl<'a> Side<'a> {
    fn new(storage: &'a Storage) -> Result<Side<'a>, Damaged> {
        let count = |section| {
            let (start, end) = storage.bounds(section);
            (end - start) / 4
        };
        Ok(Side {
            storage,
            namespaces: namespaces(storage)?,
            advisories: vec![None; count(Section::AdvisoryOffsets)],
            vulnerabilities: vec![None; count(Section::VulnerabilityOffsets)],
        })
    }

    /// Every package, in the order of the index.
    fn packages(&self) -> Result<impl Iterator<Item = Result<PackageRecord<'a>, Damaged>> + use<'a>, Damaged> {
        let storage = self.storage;
        let (start, end) = storage.bounds(Section::PackageIndex);
        let slots = (end - start) / SLOT_BYTES;
        Ok((0..slots).filter_map(move |slot| {
            let place = || -> Result<Option<u32>, Damaged> {
                let mut cursor = Cursor::new(storage, Section::PackageIndex, slot * SLOT_BYTES)?;
                cursor.fixed32()?;
                Ok(cursor.fixed32()?.checked_sub(1))
            };
            match place() {
                Ok(Some(offset)) => Some(PackageRecord::read(storage, offset as usize)),
                Ok(None) => None,
                Err(damaged) => Some(Err(damaged)),
            }
        }))
    }

    /// The same package here.
    fn find(
        &self,
        namespace: Option<&Namespace<'_>>,
        record: &PackageRecord<'_>,
    ) -> Result<Option<PackageRecord<'a>>, Damaged> {
        match namespace {
            Some(namespace) => self.find_named(namespace.name, record.is_source, record.name),
            None => Ok(None),
        }
    }

    fn find_named(&self, namespace: &str, is_source: bool, name: &str) -> Result<Option<PackageRecord<'a>>, Damaged> {
        match self.namespaces.iter().find(|known| known.name == namespace) {
            Some(namespace) => find(self.storage, namespace, is_source, name),
            None => Ok(None),
        }
    }

    fn name_of(&self, record: &PackageRecord<'_>) -> (String, String) {
        let namespace = self.namespaces.get(record.namespace as usize).map_or("", |namespace| namespace.name);
        (namespace.to_owned(), record.name.to_owned())
    }

    /// A hash of all that is said of a package, free of the numbers that a database gives.
    fn said_of(&mut self, record: &PackageRecord<'a>) -> Result<u64, Damaged> {
        let mut all: Vec<u64> = Vec::new();
        let mut entries = record.entries();
        let mut entry = Entry::default();
        while entries.advance(&mut entry)? {
            let mut hasher = DefaultHasher::new();
            entry.status.hash(&mut hasher);
            (entry.module, entry.is_modular, entry.severity, entry.all_versions).hash(&mut hasher);
            for range in &entry.ranges {
                range.introduced.map(|rank| record.version(rank)).transpose()?.hash(&mut hasher);
                let (kind, rank) = match range.end {
                    End::Open => (0_u8, None),
                    End::Fixed(rank) => (1, Some(rank)),
                    End::LastAffected(rank) => (2, Some(rank)),
                    End::Limit(rank) => (3, Some(rank)),
                };
                (kind, rank.map(|rank| record.version(rank)).transpose()?).hash(&mut hasher);
            }
            for rank in &entry.versions {
                record.version(*rank)?.hash(&mut hasher);
            }
            self.hash_entry(&entry, &mut hasher)?;
            all.push(hasher.finish());
        }
        Ok(united(all))
    }

    /// A hash of what is said of one version of a package, whatever its module, free of the numbers that a database gives;
    /// nothing where nothing is said. Of ranges that hold it, the version that repairs it is all that is told.
    fn said_of_version(
        &mut self,
        record: &PackageRecord<'a>,
        ecosystem: Ecosystem,
        version: &str,
    ) -> Result<Option<u64>, Damaged> {
        let standing = matching::standing(record, ecosystem, version, &mut Vec::new())?;
        let mut all: Vec<u64> = Vec::new();
        let mut is_incomparable = false;
        let mut entries = record.entries();
        let mut entry = Entry::default();
        while entries.advance(&mut entry)? {
            if !matching::applies(&entry, standing) {
                is_incomparable |= standing.is_text();
                continue;
            }
            let mut hasher = DefaultHasher::new();
            (record.scheme, entry.status).hash(&mut hasher);
            (entry.module, entry.is_modular, entry.severity).hash(&mut hasher);
            let fixed = matching::fixed(&entry, standing);
            fixed.map(|rank| record.version(rank)).transpose()?.hash(&mut hasher);
            self.hash_entry(&entry, &mut hasher)?;
            all.push(hasher.finish());
        }
        // That there are advisories with which the version cannot be compared is a gap.
        if is_incomparable {
            all.push(0);
        }
        Ok((!all.is_empty()).then(|| united(all)))
    }

    /// Adds what an entry refers to.
    fn hash_entry(&mut self, entry: &Entry<'_>, hasher: &mut DefaultHasher) -> Result<(), Damaged> {
        for number in &entry.decided_elsewhere {
            self.vulnerability(*number)?.hash(hasher);
        }
        self.advisory(entry.advisory)?.hash(hasher);
        Ok(())
    }

    fn advisory(&mut self, number: u32) -> Result<u64, Damaged> {
        if let Some(Some(known)) = self.advisories.get(number as usize) {
            return Ok(*known);
        }
        let mut advisory = StoredAdvisory::default();
        advisory.read(self.storage, number)?;
        let mut hasher = DefaultHasher::new();
        (advisory.source, advisory.id_text(), advisory.url(), advisory.title).hash(&mut hasher);
        (advisory.published, advisory.severity).hash(&mut hasher);
        for vulnerability in &advisory.vulnerabilities {
            self.vulnerability(*vulnerability)?.hash(&mut hasher);
        }
        let hash = hasher.finish();
        if let Some(place) = self.advisories.get_mut(number as usize) {
            *place = Some(hash);
        }
        Ok(hash)
    }

    fn vulnerability(&mut self, number: u32) -> Result<u64, Damaged> {
        if let Some(Some(known)) = self.vulnerabilities.get(number as usize) {
            return Ok(*known);
        }
        let mut vulnerability = Vulnerability::default();
        vulnerability.read(self.storage, number)?;
        let mut hasher = DefaultHasher::new();
        vulnerability.id_text().hash(&mut hasher);
        for alias in &vulnerability.aliases {
            alias.to_text().hash(&mut hasher);
        }
        (vulnerability.title, vulnerability.published, vulnerability.kev).hash(&mut hasher);
        (&vulnerability.scores, &vulnerability.ratings).hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(place) = self.vulnerabilities.get_mut(number as usize) {
            *place = Some(hash);
        }
        Ok(hash)
    }
}

/// One hash of those of entries, which stand in the order of their advisories' numbers: a new advisory moves these.
fn united(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::database;

    const BASE: &str = "advisory debian DSA-2 CVE-2024-2 severity=high\n  debian:12 source openssl < 3.0.14\n  \
        debian:12 bin curl < 7.88\nadvisory ghsa GHSA-a CVE-2024-3\n  npm bin left-pad < 1.3\nfact nvd CVE-2024-2 epss=0.1\n";

    fn changed(later: &str) -> Changes {
        database(later).changes_since(&database(BASE))
    }

    fn packages(names: &[(&str, &str)]) -> Changes {
        Changes::Packages(names.iter().map(|(space, name)| ((*space).to_owned(), (*name).to_owned())).collect())
    }

    #[test]
    fn the_same_advisories_change_nothing_in_whatever_order() {
        assert_eq!(changed(BASE), packages(&[]));
    }

    #[test]
    fn a_new_advisory_changes_its_packages_alone() {
        // It sorts before the others, so that all numbers move.
        let later = format!("advisory debian DSA-1 CVE-2024-1\n  debian:12 bin xz-utils < 5.6.2\n{BASE}");
        assert_eq!(changed(&later), packages(&[("debian:12", "xz-utils")]));
    }

    #[test]
    fn other_ranges_scores_and_exploits_are_changes() {
        assert_eq!(changed(&BASE.replace("< 1.3", "< 1.4")), packages(&[("npm", "left-pad")]));
        let kev = BASE.replace("fact nvd CVE-2024-2", "fact nvd CVE-2024-2 kev");
        assert_eq!(changed(&kev), packages(&[("debian:12", "curl"), ("debian:12", "openssl")]));
    }

    #[test]
    fn predictions_alone_are_no_change() {
        assert_eq!(changed(&BASE.replace("epss=0.1", "epss=0.9")), packages(&[]));
    }

    #[test]
    fn what_is_gone_is_a_change_and_a_namespace_that_came_is_everything() {
        assert_eq!(changed(&BASE.replace("  debian:12 bin curl < 7.88\n", "")), packages(&[("debian:12", "curl")]));
        assert_eq!(
            changed(
                &format!("{BASE}  debian:13 bin curl < 8\n")
                    .replace("fact nvd CVE-2024-2 epss=0.1\n  debian", "  debian")
            ),
            Changes::Everything
        );
    }
}
