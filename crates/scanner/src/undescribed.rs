//! Installed distributions of Python that nothing tells the name and version of: their folder `NAME-VERSION.dist-info` has
//! what an installer leaves there, and no `METADATA`, which each must have (packaging.python.org, Recording installed
//! projects).

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{Gap, UntrustedPath, counted};

use crate::folder_links::join;
use crate::layer_index::{LayerIndex, Room};
use crate::merge::Hides;
use crate::path_set::path_hash;

const FOLDER: &str = ".dist-info";
const METADATA: &str = "METADATA";

/// What else installers leave there, each a bit of [`Files`].
const NAMES: [&str; 5] = ["INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json"];

/// Of how many folders without `METADATA` in their layer other layers are asked, in one image.
const MOST_ASKED: usize = 1_000;

/// Which of [`NAMES`] a folder has.
pub(crate) type Files = u8;

/// The folders of a layer that is being read. An archive lists most folders by name, so that hardly one waits for long.
#[derive(Default)]
pub(crate) struct Undescribed {
    /// The hashes of the paths of all `METADATA` so far.
    described: HashSet<u64>,
    /// Folders of which it did not come yet, by the hash of its path.
    waiting: HashMap<u64, (String, Files)>,
}

impl Undescribed {
    /// Takes in something other than a folder.
    pub(crate) fn note(&mut self, path: &UntrustedPath, room: &mut Room) {
        let folder = path.parent();
        if !folder.ends_with(FOLDER) {
            return;
        }
        if path.file_name() == METADATA {
            let hash = path_hash(path.as_str());
            self.described.insert(hash);
            if let Some((folder, _)) = self.waiting.remove(&hash) {
                room.give_back(folder.len());
            }
            return;
        }
        let Some(place) = NAMES.iter().position(|name| *name == path.file_name()) else { return };
        let hash = path_hash(&join(folder, METADATA));
        if let Some((_, files)) = self.waiting.get_mut(&hash) {
            *files |= bit_of(place);
        } else if !self.described.contains(&hash) && room.takes(folder.len()) {
            self.waiting.insert(hash, (folder.to_owned(), bit_of(place)));
        }
    }

    /// Those folders that lack it at the end of the layer.
    pub(crate) fn left(self, index: &LayerIndex) -> BTreeMap<String, Files> {
        let left = self.waiting.into_iter().filter(|(hash, _)| !index.has_file(*hash));
        left.map(|(_, folder)| folder).collect()
    }
}

fn bit_of(place: usize) -> Files {
    1 << place
}

/// The folders that lack it in all layers together, from the base upwards, each a gap at one of its files.
pub(crate) fn gaps(layers: &[&LayerIndex]) -> Vec<Gap> {
    if layers.iter().all(|layer| layer.undescribed.is_empty()) {
        return Vec::new();
    }
    let mut hides: Vec<Hides<'_>> = layers.iter().map(|layer| Hides::new(layer)).collect();
    let mut told: BTreeMap<&str, Gap> = BTreeMap::new();
    let (mut asked, mut unasked) = (0, 0);
    for (number, layer) in layers.iter().enumerate() {
        for (folder, files) in &layer.undescribed {
            if told.contains_key(folder.as_str()) {
                continue;
            }
            if asked == MOST_ASKED {
                unasked += 1;
                continue;
            }
            asked += 1;
            if has_file(layers, &mut hides, &join(folder, METADATA)) {
                continue;
            }
            let names = NAMES.iter().enumerate().filter(|(place, _)| *files & bit_of(*place) != 0);
            let mut paths = names.map(|(_, name)| join(folder, name)).filter(|path| layer.has_file(path_hash(path)));
            let upper = &mut hides[number + 1..];
            if let Some(path) = paths.find(|path| !upper.iter_mut().any(|upper| upper.hides(path))) {
                let reason = "no METADATA lies beside it, so that the Python package that it is of is left out";
                told.insert(folder, Gap::new(path, reason));
            }
        }
    }
    let mut gaps: Vec<Gap> = told.into_values().collect();
    if unasked > 0 {
        let reason = counted(
            unasked,
            "more folder of a Python package has no METADATA in its layer, so that the package may be left out",
            "more folders of Python packages have no METADATA in their layers, so that the packages may be left out",
        );
        gaps.push(Gap::new("", reason));
    }
    gaps
}

/// Whether all layers together have a file at `path`.
fn has_file(layers: &[&LayerIndex], hides: &mut [Hides<'_>], path: &str) -> bool {
    for (layer, hides) in layers.iter().zip(hides).rev() {
        if layer.has_file(path_hash(path)) {
            return true;
        }
        if hides.hides(path) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_links::tests::check;

    const METADATA_OF_A: &str = "s/a-1.dist-info/METADATA = Name: a\nVersion: 1\n";
    const GAP: &str = "no METADATA lies beside it, so that the Python package that it is of is left out";

    fn gap(path: &str) -> String {
        format!("gap {path}: {GAP}")
    }

    #[test]
    fn a_distribution_without_metadata_is_a_gap() {
        for name in NAMES {
            let path = format!("s/a-1.dist-info/{name}");
            check(&[&[&format!("{path} = x")]], &[&gap(&path)]);
        }
        // One gap for each folder.
        check(
            &[&["s/a-1.dist-info/WHEEL = x", "s/a-1.dist-info/RECORD = x", "s/b-1.dist-info/RECORD = x"]],
            &[&gap("s/a-1.dist-info/RECORD"), &gap("s/b-1.dist-info/RECORD")],
        );
        // What has other names, or lies deeper, is of no installation.
        check(&[&["s/a-1.dist-info/LICENSE = x", "s/a-1.dist-info/licenses/RECORD = x", "s/a/RECORD = x"]], &[]);
    }

    #[test]
    fn metadata_may_come_first_or_last_and_be_a_link() {
        let found = ["a 1 in s/a-1.dist-info/METADATA"];
        check(&[&["s/a-1.dist-info/INSTALLER = pip", METADATA_OF_A, "s/a-1.dist-info/RECORD = x"]], &found);
        check(&[&[METADATA_OF_A, "s/a-1.dist-info/RECORD = x"]], &found);
        let link = ["s/a-1.dist-info/RECORD -> ../../c/RECORD", "s/a-1.dist-info/METADATA -> ../../c/m"];
        check(&[&link, &["c/m = Name: a\nVersion: 1\n"]], &found);
        // A folder of that name is none.
        check(&[&["s/a-1.dist-info/METADATA/", "s/a-1.dist-info/RECORD = x"]], &[&gap("s/a-1.dist-info/RECORD")]);
    }

    #[test]
    fn metadata_of_another_layer_counts_while_it_is_visible() {
        let record: &[&str] = &["s/a-1.dist-info/RECORD = x"];
        let found = ["a 1 in s/a-1.dist-info/METADATA"];
        check(&[&[METADATA_OF_A], record], &found);
        check(&[record, &[METADATA_OF_A]], &found);
        check(&[record, &["s/b = x"], &[METADATA_OF_A], &["s/b = y"]], &found);
        let untold = gap("s/a-1.dist-info/RECORD");
        check(&[&[METADATA_OF_A], &["s/.wh.a-1.dist-info"], record], &[&untold]);
        check(&[&[METADATA_OF_A], &["s/a-1.dist-info/.wh..wh..opq", record[0]]], &[&untold]);
        check(&[record, &["s/a-1.dist-info/RECORD = y"]], &[&untold]);
        // Nothing is left of it.
        for gone in
            ["s/.wh.a-1.dist-info", "s/a-1.dist-info/.wh.RECORD", "s/a-1.dist-info/.wh..wh..opq", ".wh.s", "s = x"]
        {
            check(&[record, &[gone]], &[]);
        }
        check(&[&[record[0], "s/a-1.dist-info = x"]], &[]);
        let two = [record[0], "s/a-1.dist-info/WHEEL = x"];
        check(&[&two, &["s/a-1.dist-info/.wh.RECORD"]], &[&gap("s/a-1.dist-info/WHEEL")]);
    }

    #[test]
    fn what_a_package_of_the_system_brought_is_told_by_that() {
        let status = "var/lib/dpkg/status = Package: python3-a\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n";
        let list = "var/lib/dpkg/info/python3-a.list = /s/a-1.dist-info\n/s/a-1.dist-info/INSTALLER\n";
        check(&[&[status, list, "s/a-1.dist-info/INSTALLER = x"]], &["python3-a 1 in var/lib/dpkg/status"]);
    }

    #[test]
    fn folders_beyond_the_bound_are_counted() {
        let lines: Vec<String> =
            (0..MOST_ASKED + 2).map(|number| format!("s/{number:04}.dist-info/WHEEL = x")).collect();
        let mut expected: Vec<String> =
            (0..MOST_ASKED).map(|number| gap(&format!("s/{number:04}.dist-info/WHEEL"))).collect();
        let rest = "gap : 2 more folders of Python packages have no METADATA in their layers, so that the packages may \
                    be left out";
        expected.insert(0, rest.to_owned());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&[&lines], &expected);
    }
}
