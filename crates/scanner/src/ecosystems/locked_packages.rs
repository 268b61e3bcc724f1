//! The packages of one lock file: each once, with what depends on what and what only serves development.

use std::collections::{HashMap, HashSet};

use model::{Ecosystem, counted};

use crate::found::{Evidence, Found, FoundPackage};

/// The packages that a lock file names. Each name and version of an ecosystem is kept once; a package that several places of
/// the file name serves development only when every one of them says so, and is direct when one of them says so.
pub(super) struct LockedPackages {
    ecosystem: Ecosystem,
    evidence: Evidence,
    packages: Vec<FoundPackage>,
    places: HashMap<(Ecosystem, String, String), usize>,
    /// How many more there would have been than one file may name.
    refused: usize,
    /// How many lack a name or a version, and what the first of them is called.
    nameless: (usize, String),
}

/// The longest name or version that is believed, in bytes.
const LONGEST_WORD_BYTES: usize = 512;

/// How many characters of a name a gap shows.
const LONGEST_SHOWN: usize = 60;

impl LockedPackages {
    /// No packages yet; all of them will be [`Evidence::Locked`].
    pub(super) fn new(ecosystem: Ecosystem) -> LockedPackages {
        LockedPackages::with_evidence(ecosystem, Evidence::Locked)
    }

    /// No packages yet; all of them will have this evidence.
    pub(super) fn with_evidence(ecosystem: Ecosystem, evidence: Evidence) -> LockedPackages {
        LockedPackages {
            ecosystem,
            evidence,
            packages: Vec::new(),
            places: HashMap::new(),
            refused: 0,
            nameless: Default::default(),
        }
    }

    /// The place of the package, which is added when it is not there; `None` when name or version cannot be one.
    pub(super) fn add(&mut self, name: &str, version: &str, development: bool) -> Option<usize> {
        self.add_of(self.ecosystem, name, version, development)
    }

    /// The same for a package of another ecosystem than the others.
    pub(super) fn add_of(
        &mut self,
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
        development: bool,
    ) -> Option<usize> {
        if !is_word(name) || !is_word(version) {
            return None;
        }
        if self.packages.len() >= Found::LARGEST_PACKAGE_COUNT {
            self.refused += 1;
            return None;
        }
        let place = *self.places.entry((ecosystem, name.to_owned(), version.to_owned())).or_insert_with(|| {
            let mut package = FoundPackage::new(ecosystem, self.evidence, name, version);
            package.development = true;
            self.packages.push(package);
            self.packages.len() - 1
        });
        self.packages[place].development &= development;
        Some(place)
    }

    /// The same for an entry that is a package for certain: one without a name or a version is a gap.
    pub(super) fn require(&mut self, name: &str, version: &str, development: bool) -> Option<usize> {
        if !is_word(name) || !is_word(version) {
            self.nameless.0 += 1;
            if self.nameless.1.is_empty() {
                self.nameless.1 = name.chars().take(LONGEST_SHOWN).collect();
            }
        }
        self.add(name, version, development)
    }

    /// The package at a place that [`LockedPackages::add`] returned.
    pub(super) fn package(&mut self, place: usize) -> &mut FoundPackage {
        &mut self.packages[place]
    }

    /// Notes whether the project asks for the package itself; once it does, it stays so.
    pub(super) fn set_direct(&mut self, place: usize, is_direct: bool) {
        let package = &mut self.packages[place];
        package.direct = Some(is_direct || package.direct == Some(true));
    }

    /// Says of every package whether it is among the direct ones.
    pub(super) fn set_direct_only(&mut self, direct: &[usize]) {
        for package in &mut self.packages {
            package.direct = Some(false);
        }
        for &place in direct {
            self.packages[place].direct = Some(true);
        }
    }

    /// Says of every package but those at these places that the project does not ask for it itself.
    pub(super) fn set_indirect_but(&mut self, places: &HashSet<usize>) {
        for (place, package) in self.packages.iter_mut().enumerate() {
            if !places.contains(&place) {
                package.direct = Some(false);
            }
        }
    }

    /// Notes that the package at `from` depends on the one at `on`.
    pub(super) fn depends(&mut self, from: usize, on: usize) {
        if let Ok(on) = u32::try_from(on)
            && from != on as usize
        {
            self.packages[from].dependencies.push(on);
        }
    }

    /// Marks as development what is needed by `development` roots and by no `production` root.
    pub(super) fn settle_development(&mut self, production: &[usize], development: &[usize]) {
        let in_production = self.reached_from(production);
        let in_development = self.reached_from(development);
        for (place, package) in self.packages.iter_mut().enumerate() {
            package.development = in_development[place] && !in_production[place];
        }
    }

    fn reached_from(&self, roots: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.packages.len()];
        let mut to_visit = roots.to_vec();
        while let Some(place) = to_visit.pop() {
            if !std::mem::replace(&mut reached[place], true) {
                to_visit.extend(self.packages[place].dependencies.iter().map(|&on| on as usize));
            }
        }
        reached
    }

    /// Adds the packages to what was found in the file.
    pub(super) fn hand_over(self, found: &mut Found) {
        if self.refused > 0 {
            let count = Found::LARGEST_PACKAGE_COUNT;
            found.gap("", format!("it names more than {count} packages; the rest is left out"));
        }
        let (nameless, first) = &self.nameless;
        if *nameless > 0 {
            let lacks = counted(
                *nameless,
                "of its packages lacks a name or a version",
                "of its packages lack a name or a version",
            );
            let which = if first.is_empty() { String::new() } else { format!(" (`{first}`)") };
            found.gap("", format!("{lacks}{which}"));
        }
        let base = found.packages.len() as u32;
        found.packages.extend(self.packages.into_iter().map(|mut package| {
            package.dependencies.sort_unstable();
            package.dependencies.dedup();
            for place in &mut package.dependencies {
                *place += base;
            }
            package.licenses.sort_unstable();
            package.licenses.dedup();
            package
        }));
    }
}

/// Entries of a lock file of which no version can be told.
#[derive(Default)]
pub(super) struct Unusable {
    count: usize,
    /// The names of the first of them.
    names: Vec<String>,
}

/// How many entries without a version a gap names.
const NAMES_IN_GAP: usize = 10;

/// How many characters of the name of an entry a gap shows.
const LONGEST_ENTRY_SHOWN: usize = 80;

impl Unusable {
    /// Notes the entry of this name.
    pub(super) fn note(&mut self, entry: &str) {
        self.count += 1;
        if self.names.len() < NAMES_IN_GAP {
            self.names.push(entry.chars().take(LONGEST_ENTRY_SHOWN).collect());
        }
    }

    /// Adds a gap of the file at `path` that names the entries, where there are any.
    pub(super) fn hand_over(self, path: &str, found: &mut Found) {
        if self.count > 0 {
            let unusable = counted(
                self.count,
                "of its entries has no version that can be used",
                "of its entries have no version that can be used",
            );
            let more = if self.count > self.names.len() { ", …" } else { "" };
            found.gap(path, format!("{unusable} ({}{more})", self.names.join(", ")));
        }
    }
}

/// Whether text from a file can be a name or a version at all: not empty, not endless, one visible word.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_WORD_BYTES
        && !text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_is_what_production_does_not_need() {
        let mut locked = LockedPackages::new(Ecosystem::Npm);
        let places: Vec<usize> =
            ["a", "b", "c", "d"].iter().map(|name| locked.add(name, "1", false).unwrap()).collect();
        locked.depends(places[0], places[1]);
        locked.depends(places[2], places[1]);
        locked.depends(places[2], places[3]);
        locked.depends(places[3], places[2]);
        locked.settle_development(&[places[0]], &[places[2]]);
        let mut found = Found::default();
        locked.hand_over(&mut found);
        let development: Vec<bool> = found.packages.iter().map(|package| package.development).collect();
        assert_eq!(development, [false, false, true, true]);
    }

    #[test]
    fn what_is_no_word_is_no_package() {
        let mut locked = LockedPackages::new(Ecosystem::Npm);
        for (name, version) in [("", "1"), ("a", ""), ("a b", "1"), ("a", "1\n"), (&"x".repeat(600), "1")] {
            assert_eq!(locked.add(name, version, false), None);
        }
        assert_eq!(locked.add("a", "1", false), locked.add("a", "1", true));
    }
}
