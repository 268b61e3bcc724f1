//! Hard links to files that tell what they are by what is in them: programs, secrets, malware. What is known of such a file is
//! told under a name that another layer gives to it too, and under one of its own layer where an upper layer removes the name
//! that it came with. Files that readers go by the name of are read in a further pass: [`crate::lower_links`].

use std::collections::BTreeMap;

use model::{Gap, UntrustedPath, counted};

use crate::detect::{Detections, FirstName};
use crate::layer_index::{LayerIndex, Room};
use crate::rights::Rights;
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
    /// What the header of a link lets those do who run the file.
    pub(crate) rights: Option<Rights>,
}

/// Whether a file is told under its further name as it is told under its own, because no reader goes by either.
pub(crate) fn is_told_alike(name: &str, file: &str) -> bool {
    [name, file].iter().all(|path| SELECTOR.select(&UntrustedPath::normalise(path)).is_empty())
}

/// Tells under these names what the layers, from the base upwards, tell of the files, and what was `found` in them; what a
/// layer has no room for is a gap. Where files that can run are listed, so is one that only a link makes executable.
pub(crate) fn tell(
    names: &[FurtherName],
    indexes: &mut [LayerIndex],
    found: &mut [Detections],
    lists_executables: bool,
) {
    let mut rooms: BTreeMap<usize, Room> = BTreeMap::new();
    // By layer, the first one and how many.
    let mut made_executable: BTreeMap<usize, (&str, usize)> = BTreeMap::new();
    for FurtherName { layer, name, holder, file, rights } in names {
        let room = rooms.entry(*layer).or_insert_with(Room::of_a_layer);
        let index = &indexes[*holder];
        if let Some(told) = index.files.get(file).filter(|_| is_told_alike(name, file))
            && room.takes(name.len() + index.weight_since(file, index.gaps.len()))
        {
            let told = told.clone();
            indexes[*layer].files.insert(name.clone(), told);
        }
        // One that a reader goes by was read in a further pass.
        if indexes[*layer].files.contains_key(name) {
            indexes[*layer].same_as.insert(name.clone(), file.clone());
        }
        // Within a layer that is known already, under each name as it says.
        let detected = found[*holder].files.get(file).filter(|_| holder != layer);
        let detected = detected.filter(|detected| room.takes(name.len() + detected.weight()));
        if let Some(mut detected) = detected.cloned() {
            let first = detected.first.take().unwrap_or_else(|| FirstName { layer: None, path: file.clone() });
            detected.first = Some(FirstName { layer: first.layer.or(u32::try_from(*holder).ok()), ..first });
            found[*layer].files.insert(name.clone(), detected);
        }
        let remark = found[*holder].remarks.of_file(file);
        if let Some(remark) = remark.filter(|_| room.takes(name.len())).cloned() {
            found[*layer].remarks.entries.insert(name.clone(), remark);
        }
        let Some(rights) = rights else { continue };
        let is_listed = found[*layer].files.get(name).is_some_and(|detected| detected.executable.is_some());
        if lists_executables && rights.is_executable() && !is_listed {
            made_executable.entry(*layer).or_insert((name.as_str(), 0)).1 += 1;
        }
        found[*layer].give(name, *rights);
    }
    for (layer, room) in rooms {
        indexes[layer].gaps.extend(room.gap());
    }
    for (layer, (first, count)) in made_executable {
        let files = counted(
            count,
            "file of a lower layer that only a hard link makes executable is",
            "files of lower layers that only hard links make executable are",
        );
        let reason = format!("{files} missing among those that can run, the first is {first}");
        found[layer].gaps.push(Gap::new("", reason));
    }
}
