//! Compiles every version that an advisory names, once for each scheme, and sorts them.

use std::collections::HashMap;

use model::version::VersionScheme;

use super::blob::Blob;
use super::collect::Collected;
use super::intern::TextId;
use crate::database::packages::SCHEMES;

/// Where a version stands in the `Versions` section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u32,
    /// Its place among all versions of its scheme, sorted; equal versions have different places.
    pub(super) order: u32,
    /// The place of the first version that equals it.
    pub(super) class: u32,
    pub(super) is_valid: bool,
}

/// The `Versions` section.
pub(super) struct Versions {
    pub(super) bytes: Vec<u8>,
    places: HashMap<(u8, TextId), Place>,
}

impl Versions {
    pub(super) fn new(collected: &Collected) -> Versions {
        let mut blob = Blob::default();
        let mut places = HashMap::new();
        for (number, scheme) in SCHEMES.into_iter().enumerate() {
            let mut used = Vec::new();
            for row in collected.affected.iter().filter(|row| row.scheme == scheme) {
                used.extend_from_slice(row.versions.of(&collected.versions));
                for range in row.ranges.of(&collected.ranges) {
                    used.extend([range.introduced, range.end_version].into_iter().filter(|&version| version != 0));
                }
            }
            used.sort_unstable();
            used.dedup();
            let mut compiled: Vec<(bool, Vec<u8>, &str, TextId)> = used
                .into_iter()
                .map(|id| {
                    let text = collected.texts.text(id);
                    let key = scheme.key(text).ok();
                    (key.is_none(), key.map(|key| key.as_bytes().to_vec()).unwrap_or_default(), text, id)
                })
                .collect();
            compiled.sort_unstable();
            let mut class = 0;
            for (order, (is_invalid, key, text, id)) in compiled.iter().enumerate() {
                let equals_last =
                    order.checked_sub(1).and_then(|last| compiled.get(last)).is_some_and(|last| last.1 == *key);
                if *is_invalid || !equals_last {
                    class = order as u32;
                }
                let place =
                    Place { offset: blob.bytes.len() as u32, order: order as u32, class, is_valid: !is_invalid };
                blob.counted(text.as_bytes());
                blob.counted(key);
                places.insert((number as u8, *id), place);
            }
        }
        Versions { bytes: blob.bytes, places }
    }

    pub(super) fn place(&self, scheme: u8, version: TextId) -> Option<Place> {
        self.places.get(&(scheme, version)).copied()
    }
}

/// The number of a scheme in the file.
pub(super) fn scheme_number(scheme: VersionScheme) -> u8 {
    SCHEMES.iter().position(|&known| known == scheme).expect("SCHEMES lists every scheme") as u8
}
