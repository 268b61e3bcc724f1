//! Files that can run.

use crate::{PackageId, Sha256};

/// A file that can run, as drift and profiles need it: what was not among these when the image was made is new.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Executable {
    /// The file.
    pub path: String,
    /// Its hash.
    pub sha256: Sha256,
    /// The package that brought it, by its place in the inventory; `None` where none owns it.
    pub package: Option<PackageId>,
    /// Whether it is another file than the one that the package brought, by the digest that the package's database has;
    /// `None` where there is no such digest.
    pub modified: Option<bool>,
    /// Whether it runs with the rights of its owner.
    pub setuid: bool,
    /// Whether it runs with the rights of its group.
    pub setgid: bool,
    /// The file capabilities it is given, sorted, in the words of capabilities(7): `cap_net_raw`.
    pub capabilities: Vec<String>,
    /// Index of the layer that brought it; `None` outside images.
    pub layer: Option<u32>,
}

/// A folder in which everybody may remove and replace the files of others: it has no sticky bit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WritableFolder {
    /// The folder.
    pub path: String,
    /// Index of the layer that gave it its permissions; `None` outside images.
    pub layer: Option<u32>,
}
