//! Layers over one another, compared with the plainest model of what unpacking them gives (OCI image-spec, layer.md,
//! Applying Changesets).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use model::UntrustedPath;
use oci::{Entry, EntryKind, EntryStream, FileCapabilities, ReadEntriesError};

use crate::detect::Detections;
use crate::folder_links;
use crate::further_pass::read_all;
use crate::layer_index::{LayerIndex, ReadLayer, index_entries};
use crate::lower_links;
use crate::merge::merge;
use crate::missing_links::read_links;
use crate::placed_entries::{PlacedEntries, index_placed, read_placed};
use crate::system_links::LinkedFiles;

/// Folders that lie in one another, one of them under the name of a file that is read.
const FOLDERS: &[&str] = &["", "a", "a/b", "a/b/requirements.txt", "c"];

/// The most links that the model follows one after the other.
const MOST_FOLLOWED: usize = 40;

/// What an input's byte says: three bits what happens, three bits where, two bits where to; the end of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// A manifest that names one package.
    Manifest(String),
    /// A folder, or anything else that is no folder, under this path.
    Folder(String),
    Other(String),
    HardLink(String, String),
    /// A symbolic link to a folder, counted from the root.
    Link(String, String),
    Whiteout(String),
    Opaque(String),
}

/// Merges the layers that the input describes, and checks what is visible against the model.
pub(super) fn run(bytes: &[u8]) {
    let layers = layers(bytes);
    let mut indexes = Vec::new();
    for (number, changes) in layers.iter().enumerate() {
        let mut stream = Changes::new(number, changes);
        let Ok(ReadLayer { mut index, links, detections: _ }) = index_entries(&mut stream, None) else { return };
        if !links.is_empty() {
            let again = read_links(&mut Changes::new(number, changes), &links, &mut index, None);
            assert!(again.is_ok(), "a stream in memory cannot fail");
        }
        indexes.push(index);
    }
    // Where a layer can be unpacked in more than one way, there is nothing to compare.
    let Some(expected) = unpack(&layers) else { return };
    let mut found: Vec<Detections> = indexes.iter().map(|_| Detections::default()).collect();
    let settled = folder_links::settle(&mut indexes, &mut found, |number, lower| {
        let ReadLayer { mut index, links, detections } =
            index_placed(&mut Changes::new(number, &layers[number]), lower, None)?;
        let mut changes = Changes::new(number, &layers[number]);
        read_links(&mut PlacedEntries::new(&mut changes, lower), &links, &mut index, None)?;
        Ok::<_, ReadEntriesError>((index, detections))
    });
    assert!(settled.is_ok(), "a stream in memory cannot fail");
    let mut linked = LinkedFiles::default();
    lower_links::add(&indexes.iter().collect::<Vec<_>>(), &mut linked);
    read(linked, &layers, &mut indexes);
    let inventory = merge(indexes.iter(), true);
    let seen: BTreeSet<(String, String)> = inventory
        .packages
        .iter()
        .flat_map(|package| package.paths.iter().map(|path| (path.clone(), package.name.clone())))
        .collect();
    let expected: BTreeSet<(String, String)> = expected.into_iter().collect();
    assert_eq!(seen, expected, "{layers:#?}");
    follow_links(&layers, &mut indexes);
}

/// What symbolic links lead to is read as well. The model knows nothing of it: no more is asked than that it ends, and that
/// what was visible stays so.
fn follow_links(layers: &[Vec<Change>], indexes: &mut [LayerIndex]) {
    let before = merge(indexes.iter(), true).packages.len();
    let linked = LinkedFiles::of(&indexes.iter().collect::<Vec<_>>(), false);
    read(linked, layers, indexes);
    assert!(merge(indexes.iter(), true).packages.len() >= before, "{layers:#?}");
}

/// Reads what links lead to in further passes over the layers.
fn read(linked: LinkedFiles, layers: &[Vec<Change>], indexes: &mut [LayerIndex]) {
    let read = read_all(linked.wanted, indexes, |number, pass, indexes| {
        let passed = indexes[number].passed_links.clone();
        let again = || Changes::new(number, &layers[number]);
        let hard_linked = read_placed(&mut again(), passed.clone(), |entries| pass.read(entries, number, indexes))?;
        read_placed(&mut again(), passed, |entries| hard_linked.read(entries, number, indexes))
    });
    assert!(read.is_ok(), "a stream in memory cannot fail");
}

fn layers(bytes: &[u8]) -> Vec<Vec<Change>> {
    let mut layers = vec![Vec::new()];
    for &byte in bytes.iter().take(200) {
        let folder = FOLDERS[usize::from(byte >> 3 & 7) % FOLDERS.len()];
        let other = FOLDERS[usize::from(byte >> 6) % FOLDERS.len()];
        let manifest = join(folder, "requirements.txt");
        let change = match byte & 7 {
            1 if !folder.is_empty() && folder != other => Change::Link(folder.to_owned(), other.to_owned()),
            0 | 1 => Change::Manifest(manifest),
            2 if !folder.is_empty() => Change::Folder(folder.to_owned()),
            3 if !folder.is_empty() => Change::Other(folder.to_owned()),
            4 => Change::Whiteout(if byte & 0x40 == 0 || folder.is_empty() { manifest } else { folder.to_owned() }),
            5 => Change::Opaque(folder.to_owned()),
            6 => Change::HardLink(manifest, join(other, "requirements.txt")),
            _ => {
                layers.push(Vec::new());
                continue;
            }
        };
        if let Some(layer) = layers.last_mut() {
            layer.push(change);
        }
    }
    // No link leads to what it takes the place of, or into it.
    for layer in &mut layers {
        layer.retain(|change| !matches!(change, Change::HardLink(path, target) if meet(path, target)));
    }
    if !has_links(&layers) {
        return layers;
    }
    // A link stands alone in its layer: what else its layer has there depends on the order in which it is unpacked.
    for layer in &mut layers {
        if let Some(at) = layer.iter().position(|change| matches!(change, Change::Link(..))) {
            *layer = vec![layer.swap_remove(at)];
        }
        // Folders come before what is in them, the outer ones first.
        layer.sort_by_key(|change| match change {
            Change::Folder(path) => (false, path.clone()),
            _ => (true, String::new()),
        });
    }
    // Where a path holds two things one after the other, the links through which the layer leads may be others in between.
    for layer in &mut layers {
        let mut paths: Vec<String> = Vec::new();
        layer.retain(|change| {
            let Some(path) = change.occupied() else { return true };
            // A hard link comes behind what it leads to: in a lower layer that may lie somewhere else.
            if matches!(change, Change::HardLink(_, target) if !paths.contains(target)) {
                return false;
            }
            let is_apart =
                paths.iter().all(|known| *known != path && !is_below(known, &path) && !is_below(&path, known));
            if is_apart {
                paths.push(path);
            }
            is_apart
        });
    }
    layers
}

fn has_links(layers: &[Vec<Change>]) -> bool {
    layers.iter().flatten().any(|change| matches!(change, Change::Link(..)))
}

impl Change {
    /// Whether it changes something at this path, around it or in it.
    fn meets(&self, path: &str) -> bool {
        meet(&self.path(), path)
    }

    fn path(&self) -> String {
        match self {
            Change::Whiteout(path) | Change::Opaque(path) | Change::Folder(path) => path.clone(),
            other => other.occupied().unwrap_or_default(),
        }
    }

    /// The path that holds something other than a folder.
    fn occupied(&self) -> Option<String> {
        match self {
            Change::Manifest(path) | Change::Other(path) | Change::HardLink(path, _) | Change::Link(path, _) => {
                Some(path.clone())
            }
            Change::Folder(path) => Some(join(path, "")),
            Change::Whiteout(_) | Change::Opaque(_) => None,
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether one of two paths lies in the other.
fn meet(one: &str, other: &str) -> bool {
    one.is_empty() || other.is_empty() || one == other || is_below(one, other) || is_below(other, one)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The name of the package that the manifest at this path of this layer asks for.
fn package_name(layer: usize, path: &str) -> String {
    format!("l{layer}-{}", path.replace(['/', '.'], "-"))
}

/// What a program that unpacks the layers one by one leaves behind.
#[derive(Default)]
struct Unpacked {
    /// What is no folder and no link; manifests with their packages.
    files: BTreeMap<String, Option<String>>,
    /// Symbolic links by where they lie, and where they lead.
    links: BTreeMap<String, String>,
}

/// The visible manifests with their packages; nothing where a layer is unpacked differently by different programs, or a
/// link leads in a circle.
fn unpack(layers: &[Vec<Change>]) -> Option<BTreeMap<String, String>> {
    let mut unpacked = Unpacked::default();
    let has_links = has_links(layers);
    for (number, changes) in layers.iter().enumerate() {
        if has_links {
            unpacked.apply(number, changes)?;
        } else {
            unpacked.apply_in_order(number, changes)?;
        }
    }
    Some(unpacked.files.into_iter().filter_map(|(path, package)| Some((path, package?))).collect())
}

impl Unpacked {
    /// Applies a layer without symbolic links on such layers: one change after the other, but for what it takes away of
    /// lower layers, which is gone before. Nothing where a hard link leads to what is not there.
    fn apply_in_order(&mut self, number: usize, changes: &[Change]) -> Option<()> {
        let lower = self.files.clone();
        for change in changes {
            match change {
                Change::Whiteout(path) => self.remove(|known| known == path || is_below(known, path)),
                Change::Opaque(folder) => self.remove(|known| folder.is_empty() || is_below(known, folder)),
                _ => {}
            }
        }
        // What the layer has so far.
        let mut own: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            let (path, package) = match change {
                Change::Folder(path) => {
                    self.remove(|known| known == path);
                    own.remove(path);
                    continue;
                }
                Change::Whiteout(_) | Change::Opaque(_) | Change::Link(..) => continue,
                Change::Manifest(path) => (path, Some(package_name(number, path))),
                Change::Other(path) => (path, None),
                Change::HardLink(path, target) => {
                    let package = match own.get(target) {
                        Some(package) => package.clone(),
                        None => package_of_lower(&lower, target, &changes[..at], &changes[at + 1..])?,
                    };
                    (path, package)
                }
            };
            self.remove(|known| known == path || is_below(known, path));
            own.retain(|known, _| known != path && !is_below(known, path));
            self.files.insert(path.clone(), package.clone());
            own.insert(path.clone(), package);
        }
        Some(())
    }

    fn apply(&mut self, number: usize, changes: &[Change]) -> Option<()> {
        if !self.links.is_empty() && !is_plain(changes) {
            return None;
        }
        // A folder that is listed takes the place of a link, before anything is put into it. Where folders lie elsewhere once
        // that is done, their order decides.
        let folders = || changes.iter().filter(|change| matches!(change, Change::Folder(_)));
        let before: Vec<Option<String>> =
            folders().map(|folder| self.place(folder, changes, &mut Vec::new())).collect();
        for path in before.iter().flatten() {
            self.remove(|known| known == path);
        }
        if folders().zip(&before).any(|(folder, before)| self.place(folder, changes, &mut Vec::new()) != *before) {
            return None;
        }
        let mut passed = Vec::new();
        let place = |change| {
            let mut own = Vec::new();
            let place = self.place(change, changes, &mut own);
            passed.push(own);
            place
        };
        let places: Vec<String> = changes.iter().map(place).collect::<Option<_>>()?;
        if !self.links.is_empty() && (!are_apart(changes, &places) || is_on_the_way(&places, &passed)) {
            return None;
        }
        for (change, path) in changes.iter().zip(&places) {
            match change {
                Change::Whiteout(_) => self.remove(|known| known == path || is_below(known, path)),
                Change::Opaque(_) if path.is_empty() => self.remove(|_| true),
                Change::Opaque(_) => self.remove(|known| is_below(known, path)),
                _ => {}
            }
        }
        for (change, path) in changes.iter().zip(places) {
            let package = match change {
                Change::Folder(_) | Change::Whiteout(_) | Change::Opaque(_) => continue,
                Change::Link(_, target) => {
                    self.remove(|known| *known == path || is_below(known, &path));
                    self.links.insert(path, target.clone());
                    continue;
                }
                Change::Manifest(named) => Some(package_name(number, named)),
                Change::Other(_) => None,
                Change::HardLink(_, target) => package_behind(number, changes, target),
            };
            self.remove(|known| *known == path || is_below(known, &path));
            self.files.insert(path, package);
        }
        Some(())
    }

    fn remove(&mut self, is_gone: impl Fn(&String) -> bool) {
        self.files.retain(|known, _| !is_gone(known));
        self.links.retain(|known, _| !is_gone(known));
    }

    /// Where a change happens: links on the way are followed, but for those that the layer replaces by a folder; an opaque
    /// folder is also looked for at the end of a link. Where the links lie that were followed is added to `passed`.
    fn place(&self, change: &Change, changes: &[Change], passed: &mut Vec<String>) -> Option<String> {
        let (named, is_followed) = match change {
            Change::Manifest(path)
            | Change::Folder(path)
            | Change::Other(path)
            | Change::HardLink(path, _)
            | Change::Link(path, _)
            | Change::Whiteout(path) => (path, false),
            Change::Opaque(path) => (path, true),
        };
        let mut real = String::new();
        let mut begun = String::new();
        for part in named.split('/').filter(|part| !part.is_empty()) {
            begun = join(&begun, part);
            let next = join(&real, part);
            let is_last = begun == *named;
            let is_listed = changes.iter().any(|other| *other == Change::Folder(begun.clone()));
            real = if is_listed || is_last && !is_followed { next } else { self.follow(next, passed)? };
        }
        Some(real)
    }

    fn follow(&self, path: String, passed: &mut Vec<String>) -> Option<String> {
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let (mut real, mut followed) = (String::new(), 0);
        while let Some(part) = left.pop() {
            let next = join(&real, &part);
            let Some(target) = self.links.get(&next) else {
                real = next;
                continue;
            };
            followed += 1;
            if followed > MOST_FOLLOWED {
                return None;
            }
            passed.push(next);
            real.clear();
            left.extend(target.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned));
        }
        Some(real)
    }
}

/// The package of the manifest that a hard link to `target` of the same layer makes visible a second time.
fn package_behind(number: usize, changes: &[Change], target: &str) -> Option<String> {
    match changes.iter().find(|change| change.occupied().as_deref() == Some(target))? {
        Change::Manifest(path) => Some(package_name(number, path)),
        Change::HardLink(_, next) => package_behind(number, changes, next),
        _ => None,
    }
}

/// The package of the manifest of a lower layer to which a hard link leads; nothing where it is gone by then, or is a file
/// that the layer itself has only `behind` the link.
fn package_of_lower(
    lower: &BTreeMap<String, Option<String>>,
    target: &str,
    before: &[Change],
    behind: &[Change],
) -> Option<Option<String>> {
    let is_around = |change: &Change| matches!(change, Change::Folder(path) if is_below(target, path));
    if before.iter().any(|change| change.meets(target) && !is_around(change)) {
        return None;
    }
    match lower.get(target) {
        Some(package) => Some(package.clone()),
        None if behind.iter().any(|change| change.path() == target) => None,
        None => Some(None),
    }
}

/// Whether what a layer takes away has nothing to do with what else it says: else the order of its entries decides through
/// which links they lead.
fn is_plain(changes: &[Change]) -> bool {
    let path = |change: &Change| match change {
        Change::Whiteout(path) | Change::Opaque(path) => path.clone(),
        other => other.occupied().unwrap_or_default(),
    };
    changes.iter().enumerate().all(|(at, change)| {
        !matches!(change, Change::Whiteout(_) | Change::Opaque(_))
            || changes.iter().enumerate().all(|(other, beside)| other == at || !meet(&path(change), &path(beside)))
    })
}

/// Whether no two changes of a layer happen at one place under two names.
fn are_apart(changes: &[Change], places: &[String]) -> bool {
    let is_folder = |at: usize| matches!(changes[at], Change::Folder(_));
    // Everything lies in the root, to which an opaque folder may lead.
    let is_in = |path: &str, folder: &str| folder.is_empty() || is_below(path, folder);
    (0..places.len()).all(|at| {
        (0..at).all(|other| {
            let (one, two) = (&places[at], &places[other]);
            one != two && (is_folder(at) || !is_in(two, one)) && (is_folder(other) || !is_in(one, two))
        })
    })
}

/// Whether a layer changes something where a link lies through which another of its changes leads, or around it: the order of
/// its entries decides whether the link is still there.
fn is_on_the_way(places: &[String], passed: &[Vec<String>]) -> bool {
    passed.iter().enumerate().any(|(at, links)| {
        let mut others = places.iter().enumerate().filter(|(other, _)| *other != at);
        others.any(|(_, place)| links.iter().any(|link| place.is_empty() || link == place || is_below(link, place)))
    })
}

/// One layer's changes as the entries of its archive.
struct Changes<'a> {
    layer: usize,
    changes: std::slice::Iter<'a, Change>,
    content: std::io::Cursor<Vec<u8>>,
}

impl<'a> Changes<'a> {
    fn new(layer: usize, changes: &'a [Change]) -> Changes<'a> {
        Changes { layer, changes: changes.iter(), content: std::io::Cursor::default() }
    }
}

impl EntryStream for Changes<'_> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        self.content = std::io::Cursor::default();
        let Some(change) = self.changes.next() else { return Ok(None) };
        let (path, kind) = match change {
            Change::Manifest(path) => {
                self.content = std::io::Cursor::new(format!("{}==1\n", package_name(self.layer, path)).into_bytes());
                (path.clone(), EntryKind::File)
            }
            Change::Folder(path) => (path.clone(), EntryKind::Directory),
            Change::Other(path) => (path.clone(), EntryKind::Other),
            Change::Link(path, target) => (path.clone(), EntryKind::SymbolicLink(format!("/{target}"))),
            Change::HardLink(path, target) => (path.clone(), EntryKind::HardLink(UntrustedPath::normalise(target))),
            Change::Whiteout(path) => {
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
                (join(folder, &format!(".wh.{name}")), EntryKind::File)
            }
            Change::Opaque(folder) => (join(folder, ".wh..wh..opq"), EntryKind::File),
        };
        let size_bytes = self.content.get_ref().len() as u64;
        let capabilities = FileCapabilities::default();
        Ok(Some(Entry { path: UntrustedPath::normalise(&path), kind, size_bytes, mode: 0o644, capabilities }))
    }

    fn content(&mut self) -> &mut dyn Read {
        &mut self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes by chance that are the same each time (a linear congruential generator).
    fn bytes(seed: u64, count: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn layers_with_links_of_folders_lie_over_one_another_as_when_they_are_unpacked() {
        let mut compared = 0;
        for seed in 0..20_000 {
            let input = bytes(seed, 4 + (seed % 29) as usize);
            compared += usize::from(has_links(&layers(&input)) && unpack(&layers(&input)).is_some());
            run(&input);
        }
        assert!(compared > 2_000, "only {compared} inputs have links and one way to unpack them");
    }

    /// By chance most inputs of some length have symbolic links: here no byte is one.
    #[test]
    fn what_comes_later_in_a_layer_takes_the_place_of_what_came_before() {
        let mut replaced = 0;
        for seed in 0..20_000 {
            let mut input = bytes(seed, 4 + (seed % 29) as usize);
            input.iter_mut().filter(|byte| **byte & 7 == 1).for_each(|byte| *byte &= !1);
            let layers = layers(&input);
            let is_replaced = layers.iter().any(|changes| {
                let paths: Vec<String> = changes.iter().filter_map(Change::occupied).collect();
                (1..paths.len()).any(|at| paths[..at].iter().any(|path| meet(path, &paths[at])))
            });
            replaced += usize::from(is_replaced && unpack(&layers).is_some());
            run(&input);
        }
        assert!(replaced > 1_000, "only {replaced} inputs have a path that holds two things");
    }
}
