//! Layers over one another, compared with the plainest model of what unpacking them gives (OCI image-spec, layer.md,
//! Applying Changesets).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use model::UntrustedPath;
use oci::{Entry, EntryKind, EntryStream, FileCapabilities, ReadEntriesError};

use crate::layer_index::{ReadLayer, index_entries, read_links};
use crate::merge::merge;

/// Folders that lie in one another, one of them under the name of a file that is read.
const FOLDERS: &[&str] = &["", "a", "a/b", "a/b/requirements.txt", "c"];

/// What an input's byte says: two bits what happens, three bits where; the end of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// A manifest that names one package.
    Manifest(String),
    /// A folder, or anything else that is no folder, under this path.
    Folder(String),
    Other(String),
    HardLink(String, String),
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
            let again = read_links(&mut Changes::new(number, changes), links, &mut index);
            assert!(again.is_ok(), "a stream in memory cannot fail");
        }
        indexes.push(index);
    }
    let inventory = merge(indexes.iter(), true);
    let seen: BTreeSet<(String, String)> = inventory
        .packages
        .iter()
        .flat_map(|package| package.paths.iter().map(|path| (path.clone(), package.name.clone())))
        .collect();
    let expected: BTreeSet<(String, String)> = unpack(&layers).into_iter().collect();
    assert_eq!(seen, expected, "{layers:#?}");
}

fn layers(bytes: &[u8]) -> Vec<Vec<Change>> {
    let mut layers = vec![Vec::new()];
    for &byte in bytes.iter().take(200) {
        let folder = FOLDERS[usize::from(byte >> 3 & 7) % FOLDERS.len()];
        let other = FOLDERS[usize::from(byte >> 6) % FOLDERS.len()];
        let manifest = join(folder, "requirements.txt");
        let change = match byte & 7 {
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
    // A layer in which a path holds two things one after the other is unpacked differently by different programs.
    for layer in &mut layers {
        let mut paths: Vec<String> = Vec::new();
        layer.retain(|change| {
            let Some(path) = change.occupied() else { return true };
            // A link comes behind what it leads to.
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

impl Change {
    /// The path that holds something other than a folder.
    fn occupied(&self) -> Option<String> {
        match self {
            Change::Manifest(path) | Change::Other(path) | Change::HardLink(path, _) => Some(path.clone()),
            Change::Folder(path) => Some(join(path, "")),
            Change::Whiteout(_) | Change::Opaque(_) => None,
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The name of the package that the manifest at this path of this layer asks for.
fn package_name(layer: usize, path: &str) -> String {
    format!("l{layer}-{}", path.replace(['/', '.'], "-"))
}

/// The visible manifests with their packages, as a program that unpacks the layers one by one leaves them.
fn unpack(layers: &[Vec<Change>]) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (number, changes) in layers.iter().enumerate() {
        for change in changes {
            match change {
                Change::Whiteout(path) => files.retain(|known, _| known != path && !is_below(known, path)),
                Change::Opaque(folder) if folder.is_empty() => files.clear(),
                Change::Opaque(folder) => files.retain(|known, _| !is_below(known, folder)),
                _ => {}
            }
        }
        for change in changes {
            match change {
                Change::Folder(path) => drop(files.remove(path)),
                Change::Manifest(path) => {
                    files.retain(|known, _| !is_below(known, path));
                    files.insert(path.clone(), Some(package_name(number, path)));
                }
                Change::Other(path) => {
                    files.retain(|known, _| !is_below(known, path));
                    files.insert(path.clone(), None);
                }
                Change::HardLink(path, target) => {
                    files.retain(|known, _| !is_below(known, path));
                    let linked = manifest_behind(changes, target);
                    files.insert(path.clone(), linked.map(|manifest| package_name(number, manifest)));
                }
                Change::Whiteout(_) | Change::Opaque(_) => {}
            }
        }
    }
    files.into_iter().filter_map(|(path, package)| Some((path, package?))).collect()
}

/// The manifest of the same layer that a hard link to `target` makes visible a second time.
fn manifest_behind<'a>(changes: &'a [Change], target: &str) -> Option<&'a str> {
    changes.iter().find_map(|change| match change {
        Change::Manifest(path) if path == target => Some(path.as_str()),
        Change::HardLink(path, next) if path == target && next != target => manifest_behind(changes, next),
        _ => None,
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
            Change::Other(path) => (path.clone(), EntryKind::SymbolicLink("nowhere".to_owned())),
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
