//! Which paths a layer has in the end, noted while its entries are read in their order: one takes the place of what came
//! before under its path, and with a folder goes what is in it. A hard link is one more name of the file that its target
//! was when the link came, whatever takes the target's place later.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use model::UntrustedPath;
use oci::{Entry, EntryKind, LayerPath};

use crate::folder_links::UnlistedFolders;
use crate::path_set::{PathSet, path_hash};
use crate::rights::Rights;

/// The paths of a layer so far, as hashes. What is no folder has a number: how many such entries came before.
#[derive(Default)]
pub(crate) struct LayerPaths {
    /// What is no folder, in the order of the entries.
    entries: Vec<u64>,
    /// The folders around them: one lies in that of the last run before it.
    runs: Vec<Run>,
    /// Folders with entries of their own.
    folders: HashMap<u64, Listed>,
    unlisted: UnlistedFolders,
    /// The folders of what says that a path is gone.
    removals: Vec<Listed>,
    /// Paths of folders whose place something else took, with the number of the last entry that did.
    cleared: HashMap<u64, usize>,
    /// How many entries there were when the last folder was cleared.
    last_cleared: usize,
}

/// Entries of one folder that came one after the other, as nearly all of a folder do.
struct Run {
    /// How many entries came before.
    since: usize,
    folder: u64,
}

struct Listed {
    /// The folder around it.
    folder: u64,
    /// How many entries came before.
    since: usize,
}

/// What a layer has in the end.
pub(crate) struct LeftPaths {
    pub(crate) occupied: PathSet,
    pub(crate) folders: PathSet,
    pub(crate) unlisted: BTreeSet<String>,
    /// Folders that were as those, until something took their place.
    pub(crate) replaced: BTreeSet<String>,
    /// How many folders found no room in `unlisted`.
    pub(crate) folders_left_out: u64,
}

/// The folders around folders that are not listed.
type Around = HashMap<u64, u64>;

impl LayerPaths {
    /// Notes the folders around an entry; `takes` says whether there is room for a path of so many bytes. Says whether one
    /// of them `is_link`.
    pub(crate) fn note(
        &mut self,
        path: &UntrustedPath,
        is_link: impl Fn(&str) -> bool,
        takes: impl FnMut(usize) -> bool,
    ) -> bool {
        let LayerPaths { folders, unlisted, last_cleared, .. } = self;
        // Of what was listed before some may be gone.
        let is_listed = |folder: u64| folders.get(&folder).is_some_and(|listed| listed.since >= *last_cleared);
        unlisted.note(path, is_listed, is_link, takes)
    }

    /// Takes in a folder.
    pub(crate) fn list(&mut self, path: &UntrustedPath) {
        let listed = self.listed(path);
        self.folders.insert(path_hash(path.as_str()), listed);
    }

    /// Takes in what says that a path of lower layers is gone.
    pub(crate) fn remove(&mut self, path: &UntrustedPath) {
        let listed = self.listed(path);
        self.removals.push(listed);
    }

    fn listed(&self, path: &UntrustedPath) -> Listed {
        Listed { folder: path_hash(path.parent()), since: self.entries.len() }
    }

    /// Takes in what is no folder. Says whether it may have taken the place of a folder, whose content is gone.
    pub(crate) fn occupy(&mut self, path: &UntrustedPath) -> bool {
        let number = self.entries.len();
        let hash = path_hash(path.as_str());
        let folder = path_hash(path.parent());
        if self.runs.last().is_none_or(|run| run.folder != folder) {
            self.runs.push(Run { since: number, folder });
        }
        self.entries.push(hash);
        // Nothing takes the place of the root.
        if path.as_str().is_empty() {
            return false;
        }
        let was_listed = self.folders.remove(&hash).is_some();
        if !was_listed && !self.unlisted.contains(path.as_str()) {
            // Of those that found no room nothing is known.
            return self.unlisted.is_cut();
        }
        self.cleared.insert(hash, number);
        self.last_cleared = self.entries.len();
        self.unlisted.begin_again();
        true
    }

    /// The number of the next entry.
    pub(crate) fn next_number(&self) -> usize {
        self.entries.len()
    }

    /// The hash of the path of the entry with this number.
    pub(crate) fn path_of(&self, number: usize) -> Option<u64> {
        self.entries.get(number).copied()
    }

    /// The folder around the entry with this number.
    fn folder_of(&self, number: usize) -> u64 {
        let run = self.runs.partition_point(|run| run.since <= number).checked_sub(1);
        run.map_or_else(|| path_hash(""), |run| self.runs[run].folder)
    }

    /// Looks for the entries with these paths.
    pub(crate) fn occurrences(&self, paths: &HashSet<u64>) -> Occurrences<'_> {
        let mut numbers: HashMap<u64, Vec<usize>> = HashMap::new();
        if !paths.is_empty() {
            for (number, path) in self.entries.iter().enumerate() {
                if paths.contains(path) {
                    numbers.entry(*path).or_default().push(number);
                }
            }
        }
        Occurrences { paths: self, numbers, around: self.around() }
    }

    /// What is left of all entries.
    pub(crate) fn finish(self) -> LeftPaths {
        if self.cleared.is_empty() {
            let LayerPaths { entries, folders, unlisted, .. } = self;
            let (unlisted, folders_left_out) = unlisted.finish();
            let occupied = PathSet::from_hashes(entries);
            let folders = PathSet::from_hashes(folders.into_keys().collect());
            return LeftPaths { occupied, folders, unlisted, replaced: BTreeSet::new(), folders_left_out };
        }
        let around = self.around();
        let mut used = HashSet::new();
        let mut left = |path: u64, folder: u64, number: usize| {
            if self.is_cleared(folder, number, &around) {
                return None;
            }
            let mut folder = Some(folder);
            while let Some(next) = folder.filter(|next| used.insert(*next)) {
                folder = self.folder_around(next, &around);
            }
            Some(path)
        };
        let entries = self.entries.iter().enumerate();
        let occupied: Vec<u64> =
            entries.filter_map(|(number, path)| left(*path, self.folder_of(number), number)).collect();
        let folders = self.folders.iter();
        let folders: HashSet<u64> =
            folders.filter_map(|(path, listed)| left(*path, listed.folder, listed.since)).collect();
        for removal in &self.removals {
            left(0, removal.folder, removal.since);
        }
        let (unlisted, folders_left_out) = self.unlisted.finish();
        let (unlisted, replaced) = unlisted.into_iter().partition(|folder| used.contains(&path_hash(folder)));
        let (occupied, folders) = (PathSet::from_hashes(occupied), PathSet::from_hashes(folders.into_iter().collect()));
        LeftPaths { occupied, folders, unlisted, replaced, folders_left_out }
    }

    /// Whether what came into a folder before the entry of this number went away with it, or with one around it.
    fn is_cleared(&self, folder: u64, number: usize, around: &Around) -> bool {
        let mut folder = Some(folder);
        while let Some(next) = folder {
            if self.cleared.get(&next).is_some_and(|cleared| number <= *cleared) {
                return true;
            }
            folder = self.folder_around(next, around);
        }
        false
    }

    fn folder_around(&self, folder: u64, around: &Around) -> Option<u64> {
        let listed = self.folders.get(&folder).map(|listed| listed.folder);
        listed.or_else(|| around.get(&folder).copied()).filter(|outer| *outer != folder)
    }

    /// The folders around those that are not listed, where it matters.
    fn around(&self) -> Around {
        if self.cleared.is_empty() {
            return Around::new();
        }
        let outer = |folder: &str| path_hash(folder.rsplit_once('/').map_or("", |(outer, _)| outer));
        self.unlisted.iter().map(|folder| (path_hash(folder), outer(folder))).collect()
    }
}

/// The entries of a layer with certain paths.
pub(crate) struct Occurrences<'a> {
    paths: &'a LayerPaths,
    /// By path, in the order of the entries.
    numbers: HashMap<u64, Vec<usize>>,
    around: Around,
}

impl Occurrences<'_> {
    /// The number of the entry that a hard link is one more name of, if the layer has it.
    pub(crate) fn number_of(&self, file: &LinkedFile) -> Option<usize> {
        self.numbers_of(file).iter().copied().rfind(|number| *number < file.before)
    }

    /// Whether the layer has a hard link's target in an entry behind that of the link.
    pub(crate) fn is_behind(&self, file: &LinkedFile) -> bool {
        self.numbers_of(file).last().is_some_and(|number| *number > file.before)
    }

    /// Whether nothing took the place of this entry.
    pub(crate) fn is_left(&self, number: usize) -> bool {
        let Some(path) = self.paths.entries.get(number) else { return false };
        let is_last = self.numbers.get(path).and_then(|numbers| numbers.last()) == Some(&number);
        let is_folder = self.paths.folders.get(path).is_some_and(|listed| listed.since > number);
        is_last && !is_folder && !self.paths.is_cleared(self.paths.folder_of(number), number, &self.around)
    }

    fn numbers_of(&self, file: &LinkedFile) -> &[usize] {
        self.numbers.get(&path_hash(file.path.as_str())).map_or(&[], Vec::as_slice)
    }
}

/// The file that a hard link is one more name of: what its path held before an entry of the layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkedFile {
    pub(crate) path: UntrustedPath,
    /// The number of the entry.
    pub(crate) before: usize,
}

/// The hard links of a layer so far, by their names. They may lead to one another.
pub(crate) struct HardLinks {
    files: BTreeMap<UntrustedPath, LinkedFile>,
    /// The files, and the rights that the links' headers give them, in the order of the entries.
    given: Vec<(LinkedFile, Rights)>,
    most: usize,
    /// How long the paths of `files` are together.
    bytes: usize,
    /// How long those of `given` are.
    given_bytes: usize,
}

/// The rights that the headers of a layer's hard links give.
#[derive(Default)]
pub(crate) struct GivenRights {
    /// To files of the layer, by the numbers of their entries, with the files' paths.
    pub(crate) own: BTreeMap<usize, (UntrustedPath, Rights)>,
    /// To files that the layer did not have, by their paths.
    lower: BTreeMap<UntrustedPath, Rights>,
}

impl GivenRights {
    /// Those given to a file that the layer did not have.
    pub(crate) fn of_lower(&self, file: &LinkedFile) -> Option<Rights> {
        self.lower.get(&file.path).copied()
    }
}

/// The most bytes of paths of remembered hard links.
const MOST_HARD_LINK_BYTES: usize = 32 << 20;

impl HardLinks {
    /// Remembers no more than `most`.
    pub(crate) fn up_to(most: usize) -> HardLinks {
        HardLinks { files: BTreeMap::new(), given: Vec::new(), most, bytes: 0, given_bytes: 0 }
    }

    /// Notes the entry with this number, which takes the place of what had its name before.
    pub(crate) fn note(&mut self, entry: &Entry, number: usize) {
        if let Some(former) = self.files.remove(&entry.path) {
            self.bytes -= weight(&entry.path, &former);
        }
        let EntryKind::HardLink(target) = &entry.kind else { return };
        let file = self.file_behind(target, number);
        let given_bytes = self.given_bytes + file.path.as_str().len();
        if self.given.len() < self.most && given_bytes <= MOST_HARD_LINK_BYTES {
            self.given_bytes = given_bytes;
            self.given.push((file.clone(), Rights::of(entry)));
        }
        let bytes = self.bytes + weight(&entry.path, &file);
        if self.files.len() < self.most && bytes <= MOST_HARD_LINK_BYTES {
            self.bytes = bytes;
            self.files.insert(entry.path.clone(), file);
        }
    }

    /// The files that links led to when they came, be the links there in the end or not.
    pub(crate) fn given_files(&self) -> impl Iterator<Item = &LinkedFile> {
        self.given.iter().map(|(file, _)| file)
    }

    /// The rights that the links' headers leave their files with.
    pub(crate) fn given_rights(&self, occurrences: &Occurrences<'_>) -> GivenRights {
        let mut given = GivenRights::default();
        for (file, rights) in &self.given {
            let known = match occurrences.number_of(file) {
                Some(number) => &mut given.own.entry(number).or_insert_with(|| (file.path.clone(), *rights)).1,
                None => given.lower.entry(file.path.clone()).or_insert(*rights),
            };
            *known = known.then(*rights);
        }
        given
    }

    /// Forgets those in a folder.
    pub(crate) fn clear(&mut self, folder: &UntrustedPath) {
        let gone = remove_below(&mut self.files, folder.as_str());
        self.bytes -= gone.iter().map(|(link, file)| weight(link, file)).sum::<usize>();
    }

    /// What a link to `target` in the entry with this number leads to in the end.
    pub(crate) fn file_behind(&self, target: &UntrustedPath, number: usize) -> LinkedFile {
        let known = self.files.get(target).cloned();
        known.unwrap_or_else(|| LinkedFile { path: target.clone(), before: number })
    }

    /// The links and their files.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&UntrustedPath, &LinkedFile)> {
        self.files.iter()
    }
}

/// What a remembered link takes, in bytes of paths.
fn weight(link: &UntrustedPath, file: &LinkedFile) -> usize {
    link.as_str().len() + file.path.as_str().len()
}

/// Counts the entries of a layer as [`LayerPaths`] does.
#[derive(Default)]
pub(crate) struct EntryNumbers {
    next: usize,
}

impl EntryNumbers {
    /// The number of the next entry; nothing for a folder, and for what says that a path is gone.
    pub(crate) fn take(&mut self, entry: &Entry) -> Option<usize> {
        if entry.kind == EntryKind::Directory || !matches!(LayerPath::of(&entry.path), LayerPath::Plain) {
            return None;
        }
        self.next += 1;
        Some(self.next - 1)
    }
}

/// Takes out what lies in a folder, and gives it back. It takes no longer for what else there is.
pub(crate) fn remove_below<K: Borrow<str> + Ord + Clone, V>(map: &mut BTreeMap<K, V>, folder: &str) -> Vec<(K, V)> {
    if map.is_empty() {
        return Vec::new();
    }
    let inside = format!("{folder}/");
    let from = map.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
    let paths = from.map(|(path, _)| path).take_while(|path| Borrow::<str>::borrow(*path).starts_with(&inside));
    let gone: Vec<K> = paths.cloned().collect();
    gone.into_iter().filter_map(|path| map.remove_entry(Borrow::<str>::borrow(&path))).collect()
}

/// The same of a set.
pub(crate) fn remove_paths_below(set: &mut BTreeSet<String>, folder: &str) {
    if set.is_empty() {
        return;
    }
    let inside = format!("{folder}/");
    let from = set.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
    let gone: Vec<String> = from.take_while(|path| path.starts_with(&inside)).cloned().collect();
    for path in gone {
        set.remove(&path);
    }
}

#[cfg(test)]
mod tests {
    use oci::FileCapabilities;

    use super::*;

    /// What is left of entries (`path` or `folder/`): what is no folder, folders, folders that are not listed.
    fn left(entries: &[&str], asked: &[&str]) -> [Vec<String>; 3] {
        let mut paths = LayerPaths::default();
        for entry in entries {
            let path = UntrustedPath::normalise(entry);
            paths.note(&path, |_| false, |_| true);
            if entry.ends_with('/') {
                paths.list(&path);
            } else {
                paths.occupy(&path);
            }
        }
        let LeftPaths { occupied, folders, unlisted, .. } = paths.finish();
        let of = |set: &PathSet| -> Vec<String> {
            asked.iter().filter(|path| set.contains(path_hash(path))).map(|path| (*path).to_owned()).collect()
        };
        [of(&occupied), of(&folders), unlisted.into_iter().collect()]
    }

    #[test]
    fn what_is_in_a_folder_goes_with_it() {
        const NONE: &[&str] = &[];
        let asked = ["a", "a/b", "a/b/x", "a/b/y", "ab/x", "a.b"];
        for (entries, occupied, folders, unlisted) in [
            (&["a/", "a/b/", "a/b/x"][..], &["a/b/x"][..], &["a", "a/b"][..], NONE),
            (&["a/b/x", "a.b", "ab/x", "a"], &["a", "ab/x", "a.b"], &[], &["ab"]),
            (&["a/", "a/b/", "a/b/x", "a"], &["a"], &[], &[]),
            (&["a/b/x", "a/b"], &["a/b"], &[], &["a"]),
            // What comes afterwards stays.
            (&["a/b/", "a/b/x", "a", "a/b/y"], &["a", "a/b/y"], &[], &["a", "a/b"]),
            (&["a/b/x", "a", "a/", "a/b/", "a/b/y"], &["a", "a/b/y"], &["a", "a/b"], &["a", "a/b"]),
            (&["a/b/x", "a", "a/b/y", "a"], &["a"], &[], &[]),
            (&["a/b/", "a/b/c/x", "a/b", "a/b/y", "a/b"], &["a/b"], &[], &["a"]),
            (&["a/", "a/b/x", "a", "a/b/y", "a"], &["a"], &[], &[]),
            (&["a/", "a/b/x", "a", "a/b/x"], &["a", "a/b/x"], &[], &["a", "a/b"]),
        ] {
            let owned = |paths: &[&str]| -> Vec<String> { paths.iter().map(|path| (*path).to_owned()).collect() };
            let expected = [owned(occupied), owned(folders), owned(unlisted)];
            assert_eq!(left(entries, &asked), expected, "{entries:?}");
        }
    }

    #[test]
    fn what_lies_in_a_folder_is_taken_out_and_given_back() {
        let entries = [("a", 0), ("a.b", 1), ("a/b", 2), ("a/b/c", 3), ("ab", 4)];
        let mut map: BTreeMap<String, u8> = entries.map(|(path, value)| (path.to_owned(), value)).into();
        assert_eq!(remove_below(&mut map, "a/b"), [("a/b/c".to_owned(), 3)]);
        assert!(remove_below(&mut map, "a/b").is_empty());
        assert_eq!(remove_below(&mut map, "a"), [("a/b".to_owned(), 2)]);
        assert_eq!(map.into_values().collect::<Vec<u8>>(), [0, 1, 4]);
    }

    #[test]
    fn hard_links_give_their_room_back() {
        let mut links = HardLinks::up_to(10);
        let path = UntrustedPath::normalise;
        for (number, name) in ["a/x", "a/b/y", "ab/z", "a/x"].into_iter().enumerate() {
            let kind = EntryKind::HardLink(path("file"));
            let capabilities = FileCapabilities::default();
            links.note(&Entry { path: path(name), kind, size_bytes: 0, mode: 0o644, capabilities }, number);
        }
        for (folder, bytes) in [("none", 24), ("a/b", 15), ("a", 8), ("ab", 0), ("ab", 0)] {
            links.clear(&path(folder));
            assert_eq!(links.bytes, bytes, "{folder}");
        }
    }

    #[test]
    fn entries_know_whether_something_took_their_place() {
        let mut paths = LayerPaths::default();
        let path = UntrustedPath::normalise;
        paths.occupy(&path("x"));
        paths.occupy(&path("y"));
        paths.occupy(&path("x"));
        paths.list(&path("y"));
        paths.occupy(&path("z"));
        let asked = ["x", "y", "z"].map(path_hash).into_iter().collect();
        let occurrences = paths.occurrences(&asked);
        assert_eq!([0, 1, 2, 3].map(|number| occurrences.is_left(number)), [false, false, true, true]);
        for (before, number, is_behind) in [(0, None, true), (1, Some(0), true), (3, Some(2), false)] {
            let file = LinkedFile { path: path("x"), before };
            assert_eq!((occurrences.number_of(&file), occurrences.is_behind(&file)), (number, is_behind), "{before}");
        }
    }
}
