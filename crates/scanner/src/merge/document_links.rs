//! Copyright files that several packages of Debian share.

use std::cell::Cell;
use std::collections::HashSet;

use model::Ecosystem;

use crate::folder_links::{link_at, resolve};
use crate::found::FoundPackage;
use crate::layer_index::LayerIndex;
use crate::path_set::path_hash;

/// How often the layers are asked for the links of folders with documents: a second's work.
const MOST_QUESTIONS: usize = 1_000_000;

/// The links by which packages of Debian share a copyright file (policy 12.5): `usr/share/doc/libgcc-s1 -> gcc-12-base`.
pub(super) struct DocumentLinks<'a> {
    layers: &'a [&'a LayerIndex],
    /// The hashes of the links' paths, because most parts of a path are no links in any layer.
    paths: HashSet<u64>,
    /// How many more layers may be asked.
    questions: Cell<usize>,
}

impl<'a> DocumentLinks<'a> {
    const FOLDER: &'static str = "usr/share/doc/";

    pub(super) fn new(layers: &'a [&'a LayerIndex]) -> DocumentLinks<'a> {
        let links = layers.iter().flat_map(|layer| layer.links.keys());
        let paths = links.filter(|path| path.starts_with(Self::FOLDER)).map(|path| path_hash(path)).collect();
        DocumentLinks { layers, paths, questions: Cell::new(MOST_QUESTIONS) }
    }

    /// The other package in whose folder the copyright file of this one lies.
    pub(super) fn package_of(&self, found: &FoundPackage) -> Option<String> {
        if found.ecosystem != Ecosystem::Deb || self.paths.is_empty() {
            return None;
        }
        let path = format!("{}{}/copyright", Self::FOLDER, found.name);
        let real = resolve(&path, |path| self.link(path)).ok()?;
        let package = real.strip_prefix(Self::FOLDER)?.strip_suffix("/copyright")?;
        (package != found.name).then(|| package.to_owned())
    }

    fn link(&self, path: &str) -> Option<&'a str> {
        if !self.paths.contains(&path_hash(path)) {
            return None;
        }
        self.questions.set(self.questions.get().checked_sub(1 + self.layers.len())?);
        link_at(self.layers.iter().copied(), path)
    }
}
