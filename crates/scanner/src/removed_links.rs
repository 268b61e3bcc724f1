//! Packages that were told behind symbolic links of folders, and whose files an upper layer removes: what is behind links is read
//! as it is above all layers, so that what is gone by then is looked for below the layer that removes it.
//!
//! Where only the link is gone, what it led to stays where it lies, and is not removed.

use std::collections::{BTreeSet, HashSet};

use model::{Inventory, RemovedPackage};

use crate::folder_links::ImageLinks;
use crate::found::{Evidence, FoundPackage};
use crate::further_pass::{FurtherPass, LostLink, read_passes};
use crate::layer_index::LayerIndex;
use crate::linked_folders::take;
use crate::merge::Hides;
use crate::owned_files::owned_name;
use crate::path_set::{PathSet, path_hash};
use crate::purls::purl_of;
use crate::system_links::LinkedFiles;
use crate::{linked_folders, linked_packages};

/// For how many layers of an image that touch folders behind links the layers below are read once more.
const MOST_REMOVING_LAYERS: usize = 32;

/// How many links of lower layers are looked through, and how often these layers are asked about links of folders and about those
/// of packages, over all layers of an image: some seconds' work.
const MOST_QUESTIONS: usize = 5_000_000;

/// A package behind a link whose file is gone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gone {
    package: FoundPackage,
    /// Where its file lay, as the hash by which packages of the system own it.
    owned_as: u64,
    added_in: u32,
    removed_in: u32,
}

/// Finds the packages in layers, from the base upwards and settled by [`crate::folder_links::settle`]. `read` reads what is wanted
/// of the layer with this number, as for [`crate::further_pass::read_all`].
///
/// # Errors
/// When `read` has one.
pub(crate) fn find<E>(
    indexes: &[LayerIndex],
    read: impl FnMut(usize, &FurtherPass, &mut [LayerIndex]) -> Result<Vec<LostLink>, E>,
) -> Result<Vec<Gone>, E> {
    find_within(MOST_QUESTIONS, indexes, read)
}

/// The same with at most so many questions of each kind.
fn find_within<E>(
    most_questions: usize,
    indexes: &[LayerIndex],
    mut read: impl FnMut(usize, &FurtherPass, &mut [LayerIndex]) -> Result<Vec<LostLink>, E>,
) -> Result<Vec<Gone>, E> {
    let layers: Vec<&LayerIndex> = indexes.iter().collect();
    let mut gone = Vec::new();
    let mut removing = 0;
    let (mut room_of_links, mut room_of_folders) = (most_questions, most_questions);
    let mut questions = linked_packages::Questions::up_to(most_questions);
    for (number, layer) in layers.iter().enumerate() {
        let lower = &layers[..number];
        let links_below: usize = lower.iter().map(|layer| layer.links.len()).sum();
        if links_below == 0 {
            continue;
        }
        if !take(&mut room_of_links, links_below) {
            break;
        }
        let links = ImageLinks::of(lower, false);
        let mut linked = LinkedFiles::default();
        let folders = linked_folders::add(lower, &links, &mut room_of_folders, &mut linked);
        linked_packages::add(lower, &links, &folders, &mut questions, &mut linked);
        if room_of_folders == 0 || questions.are_used_up() {
            break;
        }
        let mut hides = Hides::new(layer);
        let mut wanted = linked.wanted;
        wanted.values_mut().for_each(|pass| pass.retain_touched(layer, &mut hides));
        wanted.retain(|_, pass| !pass.is_empty());
        if wanted.is_empty() {
            continue;
        }
        removing += 1;
        if removing > MOST_REMOVING_LAYERS {
            break;
        }
        let mut below = indexes[..number].to_vec();
        below.iter_mut().for_each(|index| index.behind_folders.clear());
        read_passes(wanted, &mut below, &mut read)?;
        for (added_in, index) in below.iter().enumerate() {
            for (sought, lies) in index.behind_folders.iter().filter(|(_, lies)| hides.hides(&lies.path)) {
                let packages = index.files.get(sought).map_or(&[][..], |found| found.packages.as_slice());
                let installed = packages.iter().filter(|package| package.evidence == Evidence::Installed);
                gone.extend(installed.map(|package| Gone {
                    package: package.clone(),
                    owned_as: path_hash(&owned_name(&lies.path)),
                    added_in: u32::try_from(added_in).unwrap_or(u32::MAX),
                    removed_in: u32::try_from(number).unwrap_or(u32::MAX),
                }));
            }
        }
    }
    // What a package of the system owned was never told for itself.
    let asked: HashSet<u64> = gone.iter().map(|gone: &Gone| gone.owned_as).collect();
    if !asked.is_empty() {
        let lists = indexes.iter().flat_map(|index| index.owned.values());
        let owned: HashSet<u64> = lists.flat_map(PathSet::iter).filter(|hash| asked.contains(hash)).collect();
        gone.retain(|gone| !owned.contains(&gone.owned_as));
    }
    Ok(gone)
}

/// Adds the packages to those that were removed, unless they are told by something that is there.
pub(crate) fn add(gone: Vec<Gone>, inventory: &mut Inventory) {
    if gone.is_empty() {
        return;
    }
    let mut removed: BTreeSet<RemovedPackage> = std::mem::take(&mut inventory.removed).into_iter().collect();
    for Gone { package, added_in, removed_in, .. } in gone {
        let purl = purl_of(&package, inventory.distribution.as_ref());
        if inventory.packages.binary_search_by(|known| known.purl.cmp(&purl)).is_err() {
            removed.insert(RemovedPackage { purl, added_in, removed_in });
        }
    }
    inventory.removed = removed.into_iter().collect();
}

#[cfg(test)]
mod tests {
    use oci::ReadEntriesError;

    use super::*;
    use crate::detect::Detections;
    use crate::folder_links;
    use crate::further_pass::read_all;
    use crate::layer_index::{ReadLayer, index_entries};
    use crate::merge::merge;
    use crate::missing_links::read_links;
    use crate::placed_entries::{PlacedEntries, index_placed, read_placed};
    use crate::system_links::tests::Lines;

    fn read(
        layers: &[Vec<&str>],
        number: usize,
        wanted: &FurtherPass,
        indexes: &mut [LayerIndex],
    ) -> Result<Vec<LostLink>, ReadEntriesError> {
        let passed = indexes[number].passed_links.clone();
        let linked = read_placed(&mut Lines::new(&layers[number]), passed.clone(), |entries| {
            wanted.read(entries, number, indexes)
        })?;
        read_placed(&mut Lines::new(&layers[number]), passed, |entries| linked.read(entries, number, indexes))
    }

    /// The packages that layers leave and those that they removed. `path = NAME VERSION` is what a package of Node says of itself.
    fn left(layers: &[&[&str]]) -> Vec<String> {
        left_within(MOST_QUESTIONS, layers)
    }

    fn left_within(most_questions: usize, layers: &[&[&str]]) -> Vec<String> {
        let written =
            |line: &&str| match line.split_once(" = ").and_then(|(path, said)| Some((path, said.split_once(' ')?))) {
                Some((path, (name, version))) if path.ends_with("package.json") => {
                    format!(r#"{path} = {{"name":"{name}","version":"{version}"}}"#)
                }
                _ => (*line).to_owned(),
            };
        let lines: Vec<Vec<String>> = layers.iter().map(|lines| lines.iter().map(written).collect()).collect();
        let layers: Vec<Vec<&str>> = lines.iter().map(|lines| lines.iter().map(String::as_str).collect()).collect();
        let index = |lines: &Vec<&str>| {
            let ReadLayer { mut index, links, detections: _ } = index_entries(&mut Lines::new(lines), None).unwrap();
            read_links(&mut Lines::new(lines), &links, &mut index, None).unwrap();
            index
        };
        let mut indexes: Vec<LayerIndex> = layers.iter().map(index).collect();
        let mut found: Vec<Detections> = layers.iter().map(|_| Detections::default()).collect();
        let settled = folder_links::settle(&mut indexes, &mut found, |number, lower| {
            let ReadLayer { mut index, links, detections } =
                index_placed(&mut Lines::new(&layers[number]), lower, None)?;
            let mut lines = Lines::new(&layers[number]);
            read_links(&mut PlacedEntries::new(&mut lines, lower), &links, &mut index, None)?;
            Ok::<_, ReadEntriesError>((index, detections))
        });
        settled.unwrap();
        let linked = LinkedFiles::of(&indexes.iter().collect::<Vec<_>>(), false);
        read_all(linked.wanted, &mut indexes, |number, wanted, indexes| read(&layers, number, wanted, indexes))
            .unwrap();
        let read = |number: usize, wanted: &FurtherPass, below: &mut [LayerIndex]| read(&layers, number, wanted, below);
        let gone = find_within(most_questions, &indexes, read).unwrap();
        let mut inventory = merge(indexes.iter(), true);
        add(gone, &mut inventory);
        let packages = inventory.packages.iter().map(|package| format!("{} {}", package.name, package.version));
        let removed = inventory.removed.iter().map(|removed| {
            let RemovedPackage { purl, added_in, removed_in } = removed;
            format!("{} {} {added_in}-{removed_in}", purl.name(), purl.version().unwrap_or_default())
        });
        packages.chain(removed).collect()
    }

    const LINK: &str = "app/node_modules -> /srv/nm";
    const LODASH: &str = "srv/nm/lodash/package.json = lodash 4.17.21";
    const OTHER: &str = "srv/nm/other/package.json = other 1.0.0";

    #[test]
    fn what_a_link_told_is_removed_with_what_it_leads_to() {
        for gone in ["srv/.wh.nm", "srv/nm/.wh.lodash", ".wh.srv", "srv/nm/.wh..wh..opq", "srv/nm = 1", "srv -> /opt"] {
            assert_eq!(left(&[&[LODASH], &[LINK], &[gone]]), ["lodash 4.17.21 1-2"], "{gone}");
            assert_eq!(left(&[&[LINK], &[LODASH], &["a = 1"], &[gone]]), ["lodash 4.17.21 1-3"], "{gone}");
        }
        assert_eq!(left(&[&[LODASH, OTHER, LINK], &["srv/nm/.wh.lodash"]]), ["other 1.0.0", "lodash 4.17.21 0-1"]);
        // The link may go with it, or later.
        assert_eq!(left(&[&[LODASH, LINK], &["srv/.wh.nm", "app/.wh.node_modules"]]), ["lodash 4.17.21 0-1"]);
        assert_eq!(left(&[&[LODASH, LINK], &["srv/.wh.nm"], &["app/.wh.node_modules"]]), ["lodash 4.17.21 0-1"]);
    }

    #[test]
    fn a_whiteout_by_way_of_a_link_removes_what_lies_behind_it() {
        for gone in ["app/node_modules/.wh.lodash", "app/node_modules/lodash/.wh.package.json"] {
            assert_eq!(left(&[&[LODASH, LINK], &[gone]]), ["lodash 4.17.21 0-1"], "{gone}");
        }
        let installed = "srv/node_modules/lodash/package.json = lodash 4.17.21";
        assert_eq!(left(&[&["opt -> srv", installed], &["opt/.wh.node_modules"]]), ["lodash 4.17.21 0-1"]);
        assert_eq!(left(&[&["opt -> srv", installed], &["opt/", "opt/.wh.node_modules"]]), ["lodash 4.17.21"]);
    }

    #[test]
    fn a_link_that_goes_alone_removes_nothing() {
        for gone in ["app/.wh.node_modules", "app/node_modules/", "app/node_modules -> /opt/nm", ".wh.app"] {
            assert_eq!(left(&[&[LODASH, LINK], &[gone]]), [""; 0], "{gone}");
            let own =
                ["srv/node_modules/lodash/package.json = lodash 4.17.21", "app/node_modules -> /srv/node_modules"];
            assert_eq!(left(&[&own, &[gone]]), ["lodash 4.17.21"], "{gone}");
        }
    }

    #[test]
    fn the_package_of_a_link_is_removed_with_its_folder() {
        let (link, file) = ("app/node_modules/lodash -> /srv/lodash", "srv/lodash/package.json = lodash 4.17.21");
        assert_eq!(left(&[&[file, link]]), ["lodash 4.17.21"]);
        assert_eq!(left(&[&[file], &[link], &["srv/.wh.lodash"]]), ["lodash 4.17.21 1-2"]);
        assert_eq!(left(&[&[file], &[link], &["app/node_modules/.wh.lodash"]]), [""; 0]);
    }

    #[test]
    fn what_is_there_in_the_end_is_not_removed() {
        let newer = "srv/nm/lodash/package.json = lodash 4.17.22";
        assert_eq!(left(&[&[LODASH, LINK], &[newer]]), ["lodash 4.17.22", "lodash 4.17.21 0-1"]);
        // Touched, put back, and elsewhere.
        assert_eq!(left(&[&[LODASH, LINK], &[LODASH]]), ["lodash 4.17.21"]);
        assert_eq!(left(&[&[LODASH, LINK], &["srv/.wh.nm"], &[LODASH]]), ["lodash 4.17.21"]);
        let elsewhere = "opt/node_modules/lodash/package.json = lodash 4.17.21";
        assert_eq!(left(&[&[LODASH, LINK, elsewhere], &["srv/.wh.nm"]]), ["lodash 4.17.21"]);
        // What is behind no link was never told.
        assert_eq!(left(&[&[LODASH], &["srv/.wh.nm"], &[LINK]]), [""; 0]);
    }

    #[test]
    fn what_a_package_of_the_system_owned_is_not_told() {
        let list = "var/lib/dpkg/info/x.list = /srv/nm/lodash/package.json";
        assert_eq!(left(&[&[LODASH, LINK, list], &["srv/.wh.nm"]]), [""; 0]);
    }

    #[test]
    fn layers_of_many_links_do_not_take_for_ever() {
        let more: Vec<String> = (0..1_000).map(|number| format!("l{number} -> x")).collect();
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let layers: [&[&str]; 3] = [&[LODASH, LINK], &more, &["srv/.wh.nm"]];
        // One link below the second layer, and 1,001 below the third.
        assert_eq!(left_within(1_002, &layers), ["lodash 4.17.21 0-2"]);
        assert_eq!(left_within(1_001, &layers), [""; 0]);
    }
}
