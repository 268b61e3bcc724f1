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
    // Where a layer cannot be unpacked, there is nothing to compare.
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
    layers
}

impl Change {
    fn path(&self) -> &str {
        let (Change::Manifest(path)
        | Change::Folder(path)
        | Change::Other(path)
        | Change::HardLink(path, _)
        | Change::Link(path, _)
        | Change::Whiteout(path)
        | Change::Opaque(path)) = self;
        path
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

/// What a program that unpacks the layers one by one leaves behind, but for folders.
#[derive(Default)]
struct Unpacked {
    nodes: BTreeMap<String, Node>,
}

#[derive(Clone)]
enum Node {
    /// A manifest with its package, or anything else.
    File(Option<String>),
    /// A symbolic link, and where it leads.
    Link(String),
}

/// The visible manifests with their packages; nothing where a hard link leads to what is not there, to itself or into itself,
/// or a symbolic one in a circle.
fn unpack(layers: &[Vec<Change>]) -> Option<BTreeMap<String, String>> {
    let mut unpacked = Unpacked::default();
    for (number, changes) in layers.iter().enumerate() {
        unpacked.apply(number, changes)?;
    }
    let manifest = |(path, node): (String, Node)| match node {
        Node::File(package) => Some((path, package?)),
        Node::Link(_) => None,
    };
    Some(unpacked.nodes.into_iter().filter_map(manifest).collect())
}

impl Unpacked {
    /// Applies a layer, one change after the other. It takes away what lower layers have, and nothing of its own.
    fn apply(&mut self, number: usize, changes: &[Change]) -> Option<()> {
        let mut own = Unpacked::default();
        for change in changes {
            let path = self.place(&own, change)?;
            let is_in = |known: &str| known == path || is_below(known, &path);
            let node = match change {
                Change::Whiteout(_) => {
                    self.remove(is_in);
                    continue;
                }
                Change::Opaque(_) => {
                    self.remove(|known| path.is_empty() || is_below(known, &path));
                    continue;
                }
                Change::Folder(_) => {
                    self.nodes.remove(&path);
                    own.nodes.remove(&path);
                    continue;
                }
                Change::Manifest(named) => Node::File(Some(package_name(number, named))),
                Change::Other(_) => Node::File(None),
                Change::Link(_, target) => Node::Link(target.clone()),
                Change::HardLink(_, target) => {
                    let target = self.real(&own, target)?;
                    if meet(&path, &target) {
                        return None;
                    }
                    self.node(&own, &target)?.clone()
                }
            };
            self.remove(is_in);
            own.remove(is_in);
            own.nodes.insert(path, node);
        }
        self.nodes.extend(own.nodes);
        Some(())
    }

    fn remove(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.nodes.retain(|known, _| !is_gone(known));
    }

    /// What is at a path while a layer is applied that has its `own` so far.
    fn node<'u>(&'u self, own: &'u Unpacked, path: &str) -> Option<&'u Node> {
        own.nodes.get(path).or_else(|| self.nodes.get(path))
    }

    /// Where a change happens: at the end of a link only where it is an opaque folder.
    fn place(&self, own: &Unpacked, change: &Change) -> Option<String> {
        match change {
            Change::Opaque(folder) => self.follow(own, folder),
            other => self.real(own, other.path()),
        }
    }

    /// Where a path lies whose last part is not followed.
    fn real(&self, own: &Unpacked, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Some(join(&self.follow(own, folder)?, name))
    }

    fn follow(&self, own: &Unpacked, path: &str) -> Option<String> {
        let mut left = parts(path);
        let (mut real, mut followed) = (String::new(), 0);
        while let Some(part) = left.pop() {
            let next = join(&real, &part);
            let Some(Node::Link(target)) = self.node(own, &next) else {
                real = next;
                continue;
            };
            followed += 1;
            if followed > MOST_FOLLOWED {
                return None;
            }
            real.clear();
            left.extend(parts(target));
        }
        Some(real)
    }
}

/// The parts of a path, the last one first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).rev().map(str::to_owned).collect()
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

    fn has_links(layers: &[Vec<Change>]) -> bool {
        layers.iter().flatten().any(|change| matches!(change, Change::Link(..)))
    }

    /// The path that holds something.
    fn occupied(change: &Change) -> Option<String> {
        match change {
            Change::Manifest(path) | Change::Other(path) | Change::HardLink(path, _) | Change::Link(path, _) => {
                Some(path.clone())
            }
            Change::Folder(path) => Some(format!("{path}/")),
            Change::Whiteout(_) | Change::Opaque(_) => None,
        }
    }

    #[test]
    fn layers_with_links_of_folders_lie_over_one_another_as_when_they_are_unpacked() {
        let mut compared = 0;
        for seed in 0..20_000 {
            let input = bytes(seed, 4 + (seed % 29) as usize);
            compared += usize::from(has_links(&layers(&input)) && unpack(&layers(&input)).is_some());
            run(&input);
        }
        assert!(compared > 2_000, "only {compared} inputs have links and can be unpacked");
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
                let paths: Vec<String> = changes.iter().filter_map(occupied).collect();
                (1..paths.len()).any(|at| paths[..at].iter().any(|path| meet(path, &paths[at])))
            });
            replaced += usize::from(is_replaced && unpack(&layers).is_some());
            run(&input);
        }
        assert!(replaced > 1_000, "only {replaced} inputs have a path that holds two things");
    }
}
