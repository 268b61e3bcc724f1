//! Hard links to files that tell what they are by what is in them: programs, secrets, malware. What is known of such a file is
//! told under a name that another layer gives to it too, and under one of its own layer where an upper layer removes the name
//! that it came with. Files that readers go by the name of are read in a further pass: [`crate::lower_links`].

use std::collections::BTreeMap;

use model::UntrustedPath;

use crate::detect::Detections;
use crate::layer_index::{LayerIndex, Room};
use crate::selector::SELECTOR;

/// A further name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FurtherName {
    /// The number of the layer that has the name.
    pub(crate) layer: usize,
    pub(crate) name: String,
    /// The number of the layer that has the file, and where it lies there.
    pub(crate) holder: usize,
    pub(crate) file: String,
}

/// Whether a file is told under its further name as it is told under its own, because no reader goes by either.
pub(crate) fn is_told_alike(name: &str, file: &str) -> bool {
    [name, file].iter().all(|path| SELECTOR.select(&UntrustedPath::normalise(path)).is_empty())
}

/// Tells under these names what the layers, from the base upwards, tell of the files, and what was `found` in them; what a
/// layer has no room for is a gap.
pub(crate) fn tell(names: &[FurtherName], indexes: &mut [LayerIndex], found: &mut [Detections]) {
    let mut rooms: BTreeMap<usize, Room> = BTreeMap::new();
    for FurtherName { layer, name, holder, file } in names {
        let room = rooms.entry(*layer).or_insert_with(Room::of_a_layer);
        let index = &indexes[*holder];
        if let Some(told) = index.files.get(file).filter(|_| is_told_alike(name, file))
            && room.takes(name.len() + index.weight_since(file, index.gaps.len()))
        {
            let told = told.clone();
            indexes[*layer].files.insert(name.clone(), told);
        }
        let detected = found[*holder].files.get(file);
        if let Some(detected) = detected.filter(|detected| room.takes(name.len() + detected.weight())).cloned() {
            found[*layer].files.insert(name.clone(), detected);
        }
        let remark = found[*holder].remarks.of_file(file);
        if let Some(remark) = remark.filter(|_| room.takes(name.len())).cloned() {
            found[*layer].remarks.entries.insert(name.clone(), remark);
        }
    }
    for (layer, room) in rooms {
        indexes[layer].gaps.extend(room.gap());
    }
}
