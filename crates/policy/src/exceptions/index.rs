//! Exceptions by what they name, so that a finding meets those alone that may cover it.

use std::cell::OnceCell;
use std::collections::HashMap;

use model::version::VersionKey;
use model::{Distribution, Finding, FindingKind, Inventory, Package};

use super::{Exception, ids};

/// Exceptions, each filed under one thing that it asks for and that can be looked up.
pub(super) struct Index<'e> {
    exceptions: Vec<&'e Exception>,
    by_id: HashMap<&'e str, Vec<usize>>,
    by_package: HashMap<&'e str, Vec<usize>>,
    by_path: HashMap<&'e str, Vec<usize>>,
    /// Those that ask for patterns.
    others: Vec<usize>,
}

/// What exceptions are asked about: a finding, or the license of a package, with what is worth keeping of it.
pub(super) struct Subject<'s> {
    /// What it is called, in one spelling.
    pub(super) ids: Vec<String>,
    pub(super) package: Option<&'s Package>,
    /// Its own place, where it has one; else those of its package count.
    path: Option<&'s str>,
    version: OnceCell<Option<VersionKey>>,
}

impl<'s> Subject<'s> {
    pub(super) fn of_finding(finding: &'s Finding, inventory: &'s Inventory) -> Subject<'s> {
        let package = finding.package().and_then(|id| inventory.packages.get(id));
        Subject { ids: ids(finding), package, path: finding.path(), version: OnceCell::new() }
    }

    pub(super) fn of_license(license: String, package: &'s Package) -> Subject<'s> {
        Subject { ids: vec![license], package: Some(package), path: None, version: OnceCell::new() }
    }

    /// The package's version in the order of its scheme.
    pub(super) fn version(&self) -> Option<&VersionKey> {
        let key = |package: &Package| package.ecosystem.version_scheme().key(&package.version).ok();
        self.version.get_or_init(|| self.package.and_then(key)).as_ref()
    }

    /// Where it is.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let of_package = if self.path.is_none() { self.package } else { None };
        self.path.into_iter().chain(of_package.into_iter().flat_map(|package| &package.paths).map(String::as_str))
    }
}

impl<'e> Index<'e> {
    pub(super) fn new(exceptions: impl Iterator<Item = &'e Exception>) -> Index<'e> {
        let mut index = Index {
            exceptions: exceptions.collect(),
            by_id: HashMap::new(),
            by_package: HashMap::new(),
            by_path: HashMap::new(),
            others: Vec::new(),
        };
        for (at, exception) in index.exceptions.iter().enumerate() {
            let name = exception.package.as_ref().map(|package| &package.name).filter(|name| name.is_plain());
            if !exception.ids.is_empty() {
                exception.ids.iter().for_each(|id| file(&mut index.by_id, id, at));
            } else if let Some(name) = name {
                file(&mut index.by_package, name.as_str(), at);
            } else if !exception.paths.is_empty() && exception.paths.iter().all(|path| path.is_plain()) {
                exception.paths.iter().for_each(|path| file(&mut index.by_path, path.as_str(), at));
            } else {
                index.others.push(at);
            }
        }
        index
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exceptions.is_empty()
    }

    /// The first exception of the list that covers something; else, of those that cover its places together, the one of its
    /// first place.
    pub(super) fn covering(
        &self,
        kind: FindingKind,
        subject: &Subject<'_>,
        distribution: Option<&Distribution>,
    ) -> Option<&'e Exception> {
        let covers = |at: &usize| self.exceptions[*at].covers(kind, subject, distribution);
        let first = self.candidates(subject).filter_map(|places| places.iter().copied().find(covers)).min();
        first.map(|at| self.exceptions[at]).or_else(|| self.together(kind, subject, distribution).first().copied())
    }

    /// For each place of something the first exception of the list that is at it, each once, in the order of the places;
    /// none at all where a place has none.
    pub(super) fn together(
        &self,
        kind: FindingKind,
        subject: &Subject<'_>,
        distribution: Option<&Distribution>,
    ) -> Vec<&'e Exception> {
        // What is in one place has been answered for as a whole.
        if subject.paths().nth(1).is_none() {
            return Vec::new();
        }
        let about = self.all(subject, |exception| exception.is_about(kind, subject, distribution));
        let at_path = |path: &str| about.iter().copied().find(|at| self.exceptions[*at].is_at(path));
        let Some(places) = subject.paths().map(at_path).collect::<Option<Vec<usize>>>() else { return Vec::new() };
        let mut seen = std::collections::HashSet::new();
        places.into_iter().filter(|at| seen.insert(*at)).map(|at| self.exceptions[at]).collect()
    }

    /// The places of all exceptions that cover something, each once.
    pub(super) fn all(&self, subject: &Subject<'_>, covers: impl Fn(&Exception) -> bool) -> Vec<usize> {
        let candidates = self.candidates(subject).flatten().copied();
        let mut places: Vec<usize> = candidates.filter(|at| covers(self.exceptions[*at])).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Lists of exceptions that may cover something, each in the order given.
    fn candidates<'i>(&'i self, subject: &'i Subject<'_>) -> impl Iterator<Item = &'i Vec<usize>> {
        let source = subject.package.and_then(|package| package.source.as_ref());
        let names = subject.package.map(|package| package.name.as_str()).into_iter();
        let names = names.chain(source.map(|source| source.name.as_str()));
        let by_id = subject.ids.iter().filter_map(|id| self.by_id.get(id.as_str()));
        let by_package = names.filter_map(|name| self.by_package.get(name));
        let by_path = subject.paths().filter_map(|path| self.by_path.get(path));
        by_id.chain(by_package).chain(by_path).chain([&self.others])
    }
}

fn file<'e>(places: &mut HashMap<&'e str, Vec<usize>>, key: &'e str, at: usize) {
    let places = places.entry(key).or_default();
    if places.last() != Some(&at) {
        places.push(at);
    }
}
