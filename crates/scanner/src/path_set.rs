//! Sets of paths by their hashes: a layer has hundreds of thousands of paths, and all that is ever asked is whether one
//! is among them.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

/// A set of path hashes, kept as sorted little-endian bytes so that the cache loads it in one copy. Two different paths
/// share a hash with a probability of 2⁻⁶⁴ a pair.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct PathSet {
    #[serde(with = "serde_bytes")]
    sorted: Vec<u8>,
}

const HASH_BYTES: usize = size_of::<u64>();

impl PathSet {
    pub(crate) fn from_hashes(mut hashes: Vec<u64>) -> PathSet {
        hashes.sort_unstable();
        hashes.dedup();
        PathSet { sorted: hashes.into_iter().flat_map(u64::to_le_bytes).collect() }
    }

    pub(crate) fn contains(&self, hash: u64) -> bool {
        let (hashes, _) = self.sorted.as_chunks::<HASH_BYTES>();
        hashes.binary_search_by(|bytes| u64::from_le_bytes(*bytes).cmp(&hash)).is_ok()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let (hashes, _) = self.sorted.as_chunks::<HASH_BYTES>();
        hashes.iter().map(|bytes| u64::from_le_bytes(*bytes))
    }
}

/// The hash of a normalised path.
pub(crate) fn path_hash(path: &str) -> u64 {
    XxHash3_64::oneshot(path.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_what_went_in() {
        let set = PathSet::from_hashes(["etc/passwd", "bin/sh", "bin/sh"].map(path_hash).to_vec());
        assert!(set.contains(path_hash("bin/sh")));
        assert!(!set.contains(path_hash("bin")));
        assert_eq!(set.iter().count(), 2);
    }
}
