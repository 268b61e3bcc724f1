//! Which packages files name, since which layer, and which of them an upper layer removed.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use model::{Distribution, Ecosystem, RemovedPackage};

use crate::found::{Found, FoundPackage};
use crate::locked::LockedFiles;
use crate::merge::VisibleFile;
use crate::purls::purl_of;
use crate::workspaces;

/// How many packages are gone through in all layers of an image to tell which of those in hidden lock files had counted:
/// some seconds' work.
pub(crate) const MOST_LOOKED_THROUGH: usize = 20_000_000;

/// The packages that are there by one kind of evidence.
#[derive(Default)]
pub(crate) struct Presences<'a> {
    present: HashMap<PackageKey<'a>, Presence>,
    removed: Vec<Removal<'a>>,
}

/// What makes a package the same one in two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PackageKey<'a> {
    ecosystem: Ecosystem,
    name: &'a str,
    version: &'a str,
    architecture: Option<&'a str>,
}

/// Since which layer a package has been there, and how many files name it.
struct Presence {
    since: u32,
    files: u32,
    /// The last layer that hid a file that told of it, rather than one that yielded to what else was there.
    told_until: Option<u32>,
}

/// A package that no file names any more.
struct Removal<'a> {
    package: &'a FoundPackage,
    added_in: u32,
    removed_in: u32,
}

/// What the lock files of the layers below say together.
pub(crate) struct LockFilesBelow<'a> {
    locked: LockedFiles<'a>,
    /// Files whose packages are told otherwise than they name them.
    settled: BTreeMap<String, Found>,
}

impl<'a> Presences<'a> {
    /// A file of this layer names the package.
    pub(crate) fn add(&mut self, package: &'a FoundPackage, layer: u32) {
        let absent = Presence { since: layer, files: 0, told_until: None };
        self.present.entry(PackageKey::of(package)).or_insert(absent).files += 1;
    }

    /// This layer hides a file that named the package; `is_told` says whether it was told of because of that file.
    pub(crate) fn hide(&mut self, package: &'a FoundPackage, layer: u32, is_told: bool) {
        let Entry::Occupied(mut entry) = self.present.entry(PackageKey::of(package)) else { return };
        let presence = entry.get_mut();
        presence.files -= 1;
        if is_told {
            presence.told_until = Some(layer);
        }
        if presence.files > 0 {
            return;
        }
        let Presence { since: added_in, told_until, .. } = entry.remove();
        if let Some(removed_in) = told_until {
            self.removed.push(Removal { package, added_in, removed_in });
        }
    }

    /// The layer since which the package has been there.
    pub(crate) fn since(&self, package: &FoundPackage) -> Option<u32> {
        self.present.get(&PackageKey::of(package)).map(|presence| presence.since)
    }

    /// The packages that are gone and did not come back.
    pub(crate) fn removed(&self, distribution: Option<&Distribution>) -> impl Iterator<Item = RemovedPackage> {
        let gone = self.removed.iter().filter(move |removal| self.since(removal.package).is_none());
        gone.map(move |&Removal { package, added_in, removed_in }| {
            let purl = purl_of(package, distribution);
            RemovedPackage { purl, added_in, removed_in }
        })
    }
}

impl<'a> LockFilesBelow<'a> {
    /// Takes the files that are visible below.
    pub(crate) fn new(files: &BTreeMap<&'a str, VisibleFile<'a>>) -> LockFilesBelow<'a> {
        LockFilesBelow { locked: LockedFiles::new(files, &HashMap::new()), settled: workspaces::settle(files) }
    }

    /// Whether they tell of a package because the file at `path` names it.
    pub(crate) fn tell(&self, path: &str, package: &FoundPackage) -> bool {
        !self.settled.contains_key(path) && !self.locked.yields(path, package)
    }
}

impl PackageKey<'_> {
    fn of(package: &FoundPackage) -> PackageKey<'_> {
        PackageKey {
            ecosystem: package.ecosystem,
            name: &package.name,
            version: &package.version,
            architecture: package.architecture.as_deref(),
        }
    }
}
