//! Hard links into lower layers under whose names detectors have to look into the files: `srv/.env` of an upper layer is one more
//! name of `app/x.png` of a lower one, in which nobody looked for secrets. What was found under the file's own name is told
//! under the others that are like it: [`crate::further_names`].

use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, UntrustedPath};
use oci::{EntryKind, EntryStream, ReadEntriesError};

use crate::detect::{Detected, Detections, FirstName, needs_own_look};
use crate::detectors::Detectors;
use crate::further_names::FurtherName;
use crate::layer_paths::{EntryNumbers, HardLinks, LayerPaths, LinkedFile};
use crate::missing_links::MissingLinks;
use crate::path_set::path_hash;

/// How many hard links of a layer are followed to the files that they are names of.
const MOST_HARD_LINKS: usize = 10_000;

/// The names under which files have to be looked into once more, by the number of the layer that has the files.
pub(crate) fn wanted<'n>(
    names: &'n [FurtherName],
    found: &[Detections],
    detectors: &Detectors,
) -> BTreeMap<usize, Vec<&'n FurtherName>> {
    let mut wanted: BTreeMap<usize, Vec<&FurtherName>> = BTreeMap::new();
    for name in names.iter().filter(|name| name.layer != name.holder) {
        let look = found[name.holder].first_look(&name.file);
        if needs_own_look(&name.name, &name.file, look, detectors) {
            wanted.entry(name.holder).or_default().push(name);
        }
    }
    wanted
}

/// The names as links to the entries of a layer, which come by `stream`, each where it lies; and those of them that lead to one.
pub(crate) fn links<'n>(
    names: &[&'n FurtherName],
    stream: &mut dyn EntryStream,
) -> Result<(MissingLinks, Vec<&'n FurtherName>), ReadEntriesError> {
    let files: BTreeSet<UntrustedPath> = names.iter().map(|name| UntrustedPath::normalise(&name.file)).collect();
    let numbers = numbers_of(&files, stream)?;
    let (mut links, mut known) = (MissingLinks::default(), Vec::new());
    for name in names {
        if let Some(number) = numbers.get(&UntrustedPath::normalise(&name.file)) {
            links.look_into(UntrustedPath::normalise(&name.name), UntrustedPath::normalise(&name.file), *number);
            known.push(*name);
        }
    }
    Ok((links, known))
}

/// The numbers of the entries that have the content of these files.
fn numbers_of(
    files: &BTreeSet<UntrustedPath>,
    stream: &mut dyn EntryStream,
) -> Result<BTreeMap<UntrustedPath, usize>, ReadEntriesError> {
    let mut numbers = EntryNumbers::default();
    let mut paths = LayerPaths::default();
    let mut links = HardLinks::up_to(MOST_HARD_LINKS);
    let mut known: BTreeMap<UntrustedPath, usize> = BTreeMap::new();
    let mut linked: BTreeMap<UntrustedPath, LinkedFile> = BTreeMap::new();
    while let Some(entry) = stream.next_entry()? {
        let Some(number) = numbers.take(&entry) else { continue };
        paths.occupy(&entry.path);
        links.note(&entry, number);
        if !files.contains(&entry.path) {
            continue;
        }
        // A path that occurs again holds what came last.
        known.remove(&entry.path);
        linked.remove(&entry.path);
        match &entry.kind {
            EntryKind::File => _ = known.insert(entry.path.clone(), number),
            EntryKind::HardLink(target) => {
                linked.insert(entry.path.clone(), links.file_behind(target, number));
            }
            EntryKind::SymbolicLink(_) | EntryKind::Directory | EntryKind::Other => {}
        }
    }
    let asked = linked.values().map(|file| path_hash(file.path.as_str())).collect();
    let occurrences = paths.occurrences(&asked);
    let behind = linked.into_iter().filter_map(|(path, file)| Some((path, occurrences.number_of(&file)?)));
    known.extend(behind);
    Ok(known)
}

/// Puts what was found under these names in the place of what was told under them before.
pub(crate) fn keep(names: &[&FurtherName], looked: Detections, found: &mut [Detections]) {
    let Detections { mut files, gaps, .. } = looked;
    let mut layers: BTreeMap<&str, usize> = BTreeMap::new();
    for FurtherName { layer, name, holder, file, .. } in names {
        layers.insert(name, *layer);
        let told = &mut found[*layer].files;
        let before = told.remove(name).unwrap_or_default();
        let first = FirstName { layer: u32::try_from(*holder).ok(), path: file.clone() };
        let first = before.first.clone().unwrap_or(first);
        let mut detected = Detected { first: None, ..files.remove(name).unwrap_or_default() };
        // Who may run it was settled before.
        detected.run_as(before);
        if detected != Detected::default() {
            told.insert(name.clone(), Detected { first: Some(first), ..detected });
        }
    }
    for gap in gaps {
        let Gap { path, .. } = &gap;
        let outer = path.split_once("!/").map_or(path.as_str(), |(outer, _)| outer);
        let layer = layers.get(outer).or(layers.values().next()).copied();
        if let Some(layer) = layer {
            found[layer].gaps.push(gap);
        }
    }
}

#[cfg(test)]
mod tests {
    use secrets::SecretRules;

    use super::*;
    use crate::system_links::tests::Lines;

    fn name(layer: usize, name: &str, holder: usize, file: &str) -> FurtherName {
        FurtherName { layer, name: name.to_owned(), holder, file: file.to_owned(), rights: None }
    }

    #[test]
    fn names_that_say_more_than_the_file_s_own_are_wanted() {
        let detectors = Detectors { secrets: Some(SecretRules::builtin()), ..Detectors::default() };
        let names =
            [name(1, "srv/.env", 0, "app/x.png"), name(1, "srv/y.png", 0, "app/x.png"), name(0, ".env", 0, "x.png")];
        let found = [Detections::default(), Detections::default()];
        let wanted = wanted(&names, &found, &detectors);
        assert_eq!(wanted, BTreeMap::from([(0, vec![&names[0]])]));
    }

    #[test]
    fn the_content_of_a_file_is_that_of_the_entry_that_its_path_had_last() {
        let files: BTreeSet<UntrustedPath> = ["a", "b", "c", "gone"].map(UntrustedPath::normalise).into();
        let lines = ["a = 1", "x = 2", "b => x", "x = 3", "a = 4", "c => b", "gone = 5", "gone -> a"];
        let numbers = numbers_of(&files, &mut Lines::new(&lines)).unwrap();
        let told: Vec<(&str, usize)> = numbers.iter().map(|(path, number)| (path.as_str(), *number)).collect();
        assert_eq!(told, [("a", 4), ("b", 1), ("c", 1)]);
    }

    #[test]
    fn what_was_found_takes_the_place_of_what_was_told_before() {
        let names = [name(1, "srv/.env", 0, "app/x.md"), name(1, "srv/a.tar", 0, "app/y")];
        let names: Vec<&FurtherName> = names.iter().collect();
        let mut found = [Detections::default(), Detections::default()];
        let hashed = Detected {
            hashed: vec![crate::detect::Hashed { inner_path: None, sha256: [7; 32] }],
            ..Detected::default()
        };
        found[1].files.insert("srv/.env".to_owned(), hashed.clone());
        let mut looked = Detections::default();
        looked.files.insert("srv/a.tar".to_owned(), hashed.clone());
        looked.gaps.push(Gap::new("srv/a.tar!/b", "it is damaged"));
        keep(&names, looked, &mut found);
        let first = Some(FirstName { layer: Some(0), path: "app/y".to_owned() });
        let told = Detected { first, ..hashed };
        assert_eq!(found[1].files, BTreeMap::from([("srv/a.tar".to_owned(), told)]));
        assert_eq!((found[0].gaps.len(), found[1].gaps.len()), (0, 1));
    }
}
