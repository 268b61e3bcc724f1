//! Packages and what is in them, compared place by place.

use std::collections::{BTreeMap, BTreeSet};

use model::Package;

/// Something about a package, and the places at which only one of two reports has it.
#[derive(Debug, Clone)]
pub struct Copies<'a, T> {
    /// What it is.
    pub entry: T,
    /// The places, as the package names them; none for a package of the system.
    pub places: Vec<&'a str>,
    /// Whether these are all places of the package: else the other report has it at the others.
    pub is_everywhere: bool,
}

/// Entries that only one side has, and pairs of those that both have.
pub(super) struct Compared<'a, T> {
    pub(super) old: Vec<Copies<'a, T>>,
    pub(super) new: Vec<Copies<'a, T>>,
    pub(super) both: Vec<(T, T)>,
}

/// An entry at one of its places.
#[derive(Clone, Copy)]
struct Copy<'a> {
    entry: usize,
    place: &'a str,
    package: &'a Package,
}

/// What stays the same of an entry at a place across versions: its id, the ecosystem, name and architecture of its package,
/// and the place.
type Key<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, String);

/// Compares entries about packages, each with an id.
pub(super) fn compared<'a, T: std::marker::Copy>(
    old: &[T],
    new: &[T],
    id: impl Fn(&T) -> &'a str,
    package: impl Fn(&T) -> &'a Package,
) -> Compared<'a, T> {
    let mut groups: BTreeMap<Key<'a>, (Vec<Copy<'a>>, Vec<Copy<'a>>)> = BTreeMap::new();
    let key = |entry: &T, copy: &Copy<'a>| {
        let package = copy.package;
        let place = place_without_version(package, copy.place);
        (id(entry), package.ecosystem.purl_type(), package.name.as_str(), package.architecture.as_deref(), place)
    };
    for (at, entry) in old.iter().enumerate() {
        for copy in copies(at, package(entry)) {
            groups.entry(key(entry, &copy)).or_default().0.push(copy);
        }
    }
    for (at, entry) in new.iter().enumerate() {
        for copy in copies(at, package(entry)) {
            groups.entry(key(entry, &copy)).or_default().1.push(copy);
        }
    }
    let (mut only_old, mut only_new, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (mut old_copies, mut new_copies) in groups.into_values() {
        for (one, other) in paired(&mut old_copies, &mut new_copies) {
            if seen.insert((one.entry, other.entry)) {
                both.push((old[one.entry], new[other.entry]));
            }
        }
        only_old.extend(old_copies);
        only_new.extend(new_copies);
    }
    Compared { old: gathered(old, only_old), new: gathered(new, only_new), both }
}

/// The place in a form that an upgrade does not change: the system, or a path. Installed trees and archives have the version
/// in their names, and it is left out so that an upgraded package stays in its place.
pub(super) fn place_without_version(package: &Package, path: &str) -> String {
    match path {
        _ if package.ecosystem.is_operating_system() => "os".to_owned(),
        path if package.version.is_empty() => path.to_owned(),
        path => path.replace(&package.version, "*"),
    }
}

/// An entry at each place of its package; once where it has none, and for the system, whose database is one.
fn copies(entry: usize, package: &Package) -> impl Iterator<Item = Copy<'_>> {
    let paths: &[String] = if package.ecosystem.is_operating_system() { &[] } else { &package.paths };
    let placeless = paths.is_empty().then_some("");
    paths.iter().map(String::as_str).chain(placeless).map(move |place| Copy { entry, place, package })
}

/// Takes the pairs out of two lists of copies with the same key. A lock file may list a package in several versions: equal
/// versions are paired first, the rest in order.
fn paired<'a>(old: &mut Vec<Copy<'a>>, new: &mut Vec<Copy<'a>>) -> Vec<(Copy<'a>, Copy<'a>)> {
    let mut pairs = Vec::new();
    old.retain(|copy| match new.iter().position(|other| other.package.version == copy.package.version) {
        Some(place) => {
            pairs.push((*copy, new.remove(place)));
            false
        }
        None => true,
    });
    let shared = old.len().min(new.len());
    pairs.extend(old.drain(..shared).zip(new.drain(..shared)));
    pairs
}

/// Copies put together to entries, in the order of the first of each.
fn gathered<'a, T: std::marker::Copy>(entries: &[T], copies: Vec<Copy<'a>>) -> Vec<Copies<'a, T>> {
    let mut gathered: Vec<Copies<'a, T>> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for copy in copies {
        let at = *places.entry(copy.entry).or_insert(gathered.len());
        if at == gathered.len() {
            gathered.push(Copies { entry: entries[copy.entry], places: Vec::new(), is_everywhere: false });
        }
        let all = copy.package.paths.len();
        let found = &mut gathered[at];
        found.places.extend(Some(copy.place).filter(|place| !place.is_empty()));
        found.is_everywhere = found.places.is_empty() || found.places.len() == all;
    }
    gathered
}
