//! A file by its hash.

use crate::Sha256;

/// A file of a target that lists of known files are asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HashedFile {
    /// The file; one in an archive as `a.tar.gz!/b`.
    pub path: String,
    /// Its hash.
    pub sha256: Sha256,
    /// Index of the layer that brought it; `None` outside images.
    pub layer: Option<u32>,
    /// Index of the upper layer that removes or replaces it; `None` where containers see it.
    pub removed_in: Option<u32>,
}
