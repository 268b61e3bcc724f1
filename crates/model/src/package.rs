//! Packages: what is installed, and the inventory of a whole target.

use serde::{Deserialize, Serialize};

use crate::{Distribution, Ecosystem, Executable, Gap, ImageFacts, Purl, WritableFolder};

/// The place of a package in [`Inventory::packages`].
pub type PackageId = usize;

/// One installed (binary) package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The ecosystem that names and numbers the package.
    pub ecosystem: Ecosystem,
    /// The name as the ecosystem's own tools print it: `libssl3`, `@scope/name`, `group:artifact`, `github.com/a/b`.
    pub name: String,
    /// The full installed version as the ecosystem's own tools print it; rpm: `[epoch:]version-release`.
    pub version: String,
    /// The package URL, qualifiers (`arch`, `distro`, `epoch`, …) included.
    pub purl: Purl,
    /// The source package that the package was built from; `None` where the ecosystem has no such thing.
    pub source: Option<SourcePackage>,
    /// The processor architecture in the ecosystem's own word: `amd64`, `x86_64`, `noarch`.
    pub architecture: Option<String>,
    /// The modularity label of an rpm, `name:stream:version:context[:arch]`.
    pub module: Option<String>,
    /// The declared licenses, SPDX expressions where they are that, else the words of the metadata. Sorted.
    pub licenses: Vec<String>,
    /// Where the package was found: the manifest, database or archive. Sorted, nested archives as `a.jar!/b.jar`.
    pub paths: Vec<String>,
    /// Index of the layer that brought the package in its present version; `None` outside images.
    pub layer: Option<u32>,
    /// Whether the project asks for the package itself; `None` where the metadata do not tell.
    pub direct: Option<bool>,
    /// Whether the package only serves development and testing.
    pub development: bool,
    /// The packages that this one depends on, where the metadata tell. Sorted.
    pub dependencies: Vec<PackageId>,
    /// SHA-1 of the archive (lower-case hexadecimal) when its name is only a guess, so that the intelligence can name
    /// it exactly.
    pub sha1: Option<String>,
    /// The program that keeps the lock file, where the file's name does not tell.
    pub lock_tool: Option<LockTool>,
}

/// A program whose lock file has the name of another one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockTool {
    /// Yarn 2 and later, whose commands are not those of the classic one.
    YarnBerry,
}

impl LockTool {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            LockTool::YarnBerry => "yarn-berry",
        }
    }

    /// The tool of a word.
    pub fn from_word(word: &str) -> Option<LockTool> {
        (word == LockTool::YarnBerry.as_str()).then_some(LockTool::YarnBerry)
    }
}

/// The source package of a binary package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Its name.
    pub name: String,
    /// Its full version, in the same form as [`Package::version`].
    pub version: String,
}

/// A package that an earlier layer brought and a later one removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RemovedPackage {
    /// The package.
    pub purl: Purl,
    /// Index of the layer that brought it.
    pub added_in: u32,
    /// Index of the layer in which it is gone.
    pub removed_in: u32,
}

/// Everything that the scanner knows about a target before anybody asks what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// The distribution, if there is one.
    pub distribution: Option<Distribution>,
    /// What the image itself says; `None` for targets that are no image.
    pub image: Option<ImageFacts>,
    /// The packages, sorted by purl, each once.
    pub packages: Vec<Package>,
    /// The packages that are gone, sorted.
    pub removed: Vec<RemovedPackage>,
    /// The files that can run, sorted; empty while nobody lists them.
    pub executables: Vec<Executable>,
    /// The folders in which everybody may replace files, sorted; empty while nobody looks for them.
    pub writable_folders: Vec<WritableFolder>,
    /// What could not be read, sorted.
    pub gaps: Vec<Gap>,
}

impl Inventory {
    /// Whether a layer belongs to the base image; `None` while that is unknown, and outside images.
    pub fn is_of_base(&self, layer: Option<u32>) -> Option<bool> {
        let layers = &self.image.as_ref()?.layers;
        layers.get(usize::try_from(layer?).ok()?)?.base
    }
}
