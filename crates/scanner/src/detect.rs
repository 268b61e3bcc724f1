//! Looks into files for secrets and malware and lists those that can run, in the same pass over a layer that finds its
//! packages: a file is taken from its layer once, for all who want it.

mod class_strings;
mod crew;
mod examine;
mod hidden;
mod inner;
mod known_contents;
mod known_programs;
mod license_texts;
mod path_class;
mod system;
mod visible;

use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc::{self, Receiver, Sender};

use misconfiguration::{FileKind, InvalidTree, Tree};
use model::{Gap, MalwareEngine, Severity, UntrustedPath, counted};
use oci::Entry;
use serde::{Deserialize, Serialize};

use crate::detectors::Detectors;
use crate::ecosystems::is_executable;
use crate::layer_index::{MOST_GAPS, Room};
use crate::layer_paths::{HardLinks, Occurrences, remove_below};
use crate::owners::{self, DigestHead, Owners};
use crate::path_set::path_hash;
use crate::remarks::Remarks;
use crate::rights::Rights;
use crate::shared_content::SharedContent;

pub(crate) use crate::nested::HEAD_BYTES;
pub(crate) use crew::Crew;
use crew::Job;
use examine::{Digests, Examined, Examiner, Sought, TakenFile};
pub(crate) use license_texts::FoundLicense;
pub(crate) use path_class::{FirstLook, needs_own_look};
use system::SeenManagers;
pub(crate) use visible::VisibleDetections;

/// What the list of the files of one layer that can run, and of their owners, may take in memory, roughly.
const MOST_LISTED_BYTES: usize = 64 << 20;

/// How many programs of a layer are remembered as such.
const MOST_PROGRAMS: usize = 100_000;

/// What was found in the files of one layer. It is what the cache keeps beside the layer's index.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Detections {
    /// By file.
    pub(crate) files: BTreeMap<String, Detected>,
    /// What names and permissions alone tell.
    pub(crate) remarks: Remarks,
    /// Who owns which files, by the database that says so.
    pub(crate) owners: BTreeMap<String, Owners>,
    /// What could not be looked into.
    pub(crate) gaps: Vec<Gap>,
    #[serde(skip)]
    kept: Kept,
    /// The hashes of the paths of programs, as far as they have room: their further names say nothing of how to look into them.
    #[serde(skip)]
    programs: HashSet<u64>,
}

/// What the files that can run and their owners take of [`MOST_LISTED_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Kept {
    bytes: usize,
    /// How many files did not fit.
    refused: usize,
}

impl Kept {
    fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.bytes.saturating_add(bytes) <= MOST_LISTED_BYTES;
        self.bytes = if fits { self.bytes + bytes } else { self.bytes };
        self.refused += usize::from(!fits);
        fits
    }

    fn left(&self) -> usize {
        MOST_LISTED_BYTES - self.bytes
    }
}

impl Detections {
    /// Says that files that can run were left out.
    fn gap(&self) -> Option<Gap> {
        let Kept { refused, .. } = self.kept;
        let reason = || {
            let words = |verb| format!("of its files that can run, or that tell owners, {verb} left out");
            let left_out = counted(refused, &words("is"), &words("are"));
            format!("{left_out}: the list of one layer has {} MiB", MOST_LISTED_BYTES >> 20)
        };
        (refused > 0).then(|| Gap::new("", reason()))
    }

    /// What was found in a file is found under its further names too. Gives back those under which it has to be looked into
    /// again, with the numbers of the files' entries and the names by which the files are known: where something took the
    /// file's place behind the link, and where `needs_own_look` says so of the link's name, the file's, and what is known of it
    /// by the latter.
    pub(crate) fn follow_links(
        &mut self,
        links: &HardLinks,
        occurrences: &Occurrences<'_>,
        needs_own_look: impl Fn(&str, &str, FirstLook) -> bool,
    ) -> Vec<(usize, UntrustedPath, UntrustedPath)> {
        let mut replaced: BTreeMap<usize, &UntrustedPath> = BTreeMap::new();
        let mut names: BTreeMap<&UntrustedPath, &UntrustedPath> = BTreeMap::new();
        let mut again = Vec::new();
        for (name, file) in links.iter() {
            let needs_own_look = || {
                let path = file.path.as_str();
                needs_own_look(name.as_str(), path, self.first_look(path))
            };
            match occurrences.number_of(file) {
                Some(number) if !occurrences.is_left(number) => {
                    let first = *replaced.entry(number).or_insert(name);
                    again.push((number, name.clone(), first.clone()));
                }
                Some(number) if needs_own_look() => again.push((number, name.clone(), file.path.clone())),
                Some(_) => _ = names.insert(name, &file.path),
                // One of a lower layer: what is found in it is told under this name when all layers are known.
                None => {}
            }
        }
        let mut room = Room::of_a_layer();
        let further = told_under(&names, &self.files, &mut room);
        self.files.extend(further);
        self.gaps.extend(room.gap());
        self.remarks.follow_links(&names);
        again
    }

    /// What is known of the file at this path by now.
    pub(crate) fn first_look(&self, path: &str) -> FirstLook {
        FirstLook {
            has_found: self.files.get(path).is_some_and(Detected::has_found),
            is_program: self.programs.contains(&path_hash(path)),
        }
    }

    /// Remembers whether the file at this path begins as a program does. What was there before is none any more.
    fn note_program(&mut self, path: &str, head: &[u8]) {
        if is_executable(head) {
            if self.programs.len() < MOST_PROGRAMS {
                self.programs.insert(path_hash(path));
            }
        } else if !self.programs.is_empty() {
            self.programs.remove(&path_hash(path));
        }
    }

    /// Gives a file other rights than those with which it was looked into.
    pub(crate) fn give(&mut self, name: &str, rights: Rights) {
        if let Some(detected) = self.files.get_mut(name) {
            detected.give(rights);
        }
        self.remarks.give(name, rights);
    }

    /// Says what there was no room for, when all of a layer was looked into.
    pub(crate) fn end(&mut self) {
        let left_out = [self.remarks.gap(), self.gap()];
        self.gaps.extend(left_out.into_iter().flatten());
        // Those beyond the most that are named are counted.
        if self.gaps.len() > MOST_GAPS {
            let rest = self.gaps.len() - MOST_GAPS;
            self.gaps.truncate(MOST_GAPS);
            self.gaps.push(Gap::new(
                "",
                counted(rest, "more file could not be looked into", "more files could not be looked into"),
            ));
        }
    }
}

/// What was found in `files` under their further `names`, as long as there is room: a file with a thousand findings may have a
/// hundred thousand names.
fn told_under(
    names: &BTreeMap<&UntrustedPath, &UntrustedPath>,
    files: &BTreeMap<String, Detected>,
    room: &mut Room,
) -> BTreeMap<String, Detected> {
    let found = |(name, file): (&&UntrustedPath, &&UntrustedPath)| {
        let (name, file) = (name.as_str(), file.as_str());
        let detected = files.get(file).filter(|detected| room.takes(name.len() + detected.weight()))?;
        let first = Some(FirstName { layer: None, path: file.to_owned() });
        Some((name.to_owned(), Detected { first, ..detected.clone() }))
    };
    names.iter().filter_map(found).collect()
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Detected {
    pub(crate) executable: Option<FoundExecutable>,
    pub(crate) secrets: Vec<FoundSecret>,
    pub(crate) malware: Vec<FoundMalware>,
    pub(crate) licenses: Vec<FoundLicense>,
    /// The hashes of what lists of known malware may have, beside that of `executable`.
    pub(crate) hashed: Vec<Hashed>,
    /// What file it is, where it has come under another name.
    pub(crate) first: Option<FirstName>,
}

/// The name by which files with several are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FirstName {
    /// The layer that has the file, where that is a lower one.
    pub(crate) layer: Option<u32>,
    /// Where the file lies there; the first of its further names where something took its place.
    pub(crate) path: String,
}

impl Detected {
    /// Gives the file other rights. One that nobody may execute any more is none that can run.
    fn give(&mut self, rights: Rights) {
        let Some(executable) = &mut self.executable else { return };
        executable.mode = rights.mode;
        if !rights.capabilities.is_empty() {
            executable.capabilities = rights.capabilities.numbers().collect();
        }
        if !rights.is_executable() {
            self.hashed.push(Hashed { inner_path: None, sha256: executable.sha256 });
            self.executable = None;
        }
    }

    /// Gives the file the rights with which it was `told` under the same name before.
    pub(crate) fn run_as(&mut self, told: Detected) {
        if let Some(own) = &self.executable
            && told.executable.is_none()
        {
            self.hashed.push(Hashed { inner_path: None, sha256: own.sha256 });
        }
        self.executable = told.executable;
    }

    /// Whether something is told of the file that hangs on its name.
    pub(crate) fn has_found(&self) -> bool {
        !self.secrets.is_empty() || !self.malware.is_empty() || !self.licenses.is_empty()
    }

    /// What it takes in memory, in bytes, roughly.
    pub(crate) fn weight(&self) -> usize {
        256 * (1 + self.secrets.len() + self.malware.len() + self.licenses.len() + self.hashed.len())
    }
}

/// The hash of a file that was looked into for malware. It is in the index because lists change and layers do not: whoever
/// has a newer list asks it about these hashes, and opens no layer for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hashed {
    /// The path in the archive that the file is: `b/c.jar!/d`.
    pub(crate) inner_path: Option<String>,
    pub(crate) sha256: [u8; 32],
}

/// A file that can run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundExecutable {
    pub(crate) sha256: [u8; 32],
    /// Further digests that databases of packages have, where one could list the file.
    pub(crate) md5: Option<DigestHead>,
    pub(crate) sha1: Option<DigestHead>,
    pub(crate) mode: u32,
    /// Numbers of capabilities(7).
    pub(crate) capabilities: Vec<u32>,
}

impl FoundExecutable {
    fn of(entry: &Entry, (sha256, md5, sha1): Digests) -> FoundExecutable {
        FoundExecutable { sha256, md5, sha1, mode: entry.mode, capabilities: entry.capabilities.numbers().collect() }
    }
}

/// A secret, its value masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundSecret {
    /// The path in the archive that the file is: `b/c.jar!/d`.
    pub(crate) inner_path: Option<String>,
    /// From 1; 0 where the file has no lines.
    pub(crate) line: u64,
    pub(crate) rule: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) severity: Severity,
    pub(crate) matched: String,
    /// Tells values apart that look the same once they are masked.
    pub(crate) fingerprint: u16,
}

/// Malware, or a mark of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundMalware {
    pub(crate) inner_path: Option<String>,
    pub(crate) rule: String,
    pub(crate) engine: MalwareEngine,
    pub(crate) severity: Severity,
    pub(crate) sha256: String,
    pub(crate) description: String,
}

/// Looks into the files of layers, one layer after the other: decides which are wanted, takes in what tells of others, and
/// hands the rest to the crew.
pub(crate) struct FileDetector<'a> {
    detectors: &'a Detectors,
    crew: &'a Crew<'a>,
    /// Looks into the files that the crew has no hands for.
    examiner: Examiner<'a>,
    /// The configuration files of a folder, which are checked together at the end.
    tree: Option<Tree>,
    managers: SeenManagers,
    pending: Pending,
}

/// Why a file is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Reasons {
    configures: bool,
    is_listed: bool,
    tells_owners: bool,
    is_archive: bool,
    sought: Sought,
}

/// The files of one layer that are being looked into.
struct Pending {
    next: u64,
    /// Hashes of the paths that were handed on, so that others need not be remembered.
    paths: HashSet<u64>,
    /// Paths that hold something else from this number on.
    replaced: Vec<(u64, String)>,
    /// Folders of which nothing is left that came before this number.
    cleared: Vec<(u64, String)>,
    sender: Sender<(u64, Examined)>,
    receiver: Receiver<(u64, Examined)>,
}

impl<'a> FileDetector<'a> {
    /// One for the crew's own detectors, if it has any.
    pub(crate) fn new(crew: &'a Crew<'a>) -> Option<FileDetector<'a>> {
        let detectors = crew.detectors()?;
        let examiner = Examiner::new(detectors, crew.known());
        let (managers, pending) = (SeenManagers::default(), Pending::new());
        Some(FileDetector { detectors, crew, examiner, tree: None, managers, pending })
    }

    /// One that takes in the configuration files of a folder as well.
    pub(crate) fn of_folder(crew: &'a Crew<'a>) -> Option<FileDetector<'a>> {
        let detector = FileDetector::new(crew)?;
        Some(FileDetector { tree: detector.detectors.misconfigurations.then(Tree::new), ..detector })
    }

    /// The configuration files that were taken in.
    pub(crate) fn into_tree(self) -> Option<Tree> {
        self.tree
    }

    /// What looks into files, for whoever goes on with it.
    pub(crate) fn into_examiner(self) -> Examiner<'a> {
        self.examiner
    }

    /// Begins with a layer.
    pub(crate) fn begin(&mut self) {
        self.managers = SeenManagers::default();
        self.pending = Pending::new();
    }

    /// Takes note of an entry, whatever it is: it holds what came last under its path.
    pub(crate) fn note(&mut self, entry: &Entry, detections: &mut Detections) {
        let path = entry.path.as_str();
        detections.remarks.forget(path);
        detections.owners.remove(path);
        if self.pending.paths.contains(&path_hash(path)) {
            self.pending.replaced.push((self.pending.next, path.to_owned()));
        }
        self.managers.note(path);
        detections.remarks.note(entry);
    }

    /// Takes note that a folder is gone with what the layer had in it.
    pub(crate) fn clear(&mut self, folder: &UntrustedPath, detections: &mut Detections) {
        let folder = folder.as_str();
        remove_below(&mut detections.remarks.entries, folder);
        remove_below(&mut detections.owners, folder);
        if !self.pending.paths.is_empty() {
            self.pending.cleared.push((self.pending.next, folder.to_owned()));
        }
    }

    /// How much of a file's beginning it wants to see.
    pub(crate) fn head_bytes(&self) -> usize {
        if self.tree.is_some() { misconfiguration::HEAD_BYTES } else { HEAD_BYTES }
    }

    /// Whether it may want any file's content; if not, nobody need read the beginning of each.
    pub(crate) fn reads_files(&self) -> bool {
        self.tree.is_some() || self.detectors.reads_files()
    }

    /// Why the file, which begins with `head`, is looked into; `None` where nothing speaks for it. What is not looked into
    /// for its size alone is told as a gap.
    pub(crate) fn reasons(&self, entry: &Entry, head: &[u8], detections: &mut Detections) -> Option<Reasons> {
        detections.note_program(entry.path.as_str(), head);
        detections.gaps.extend(self.examiner.unread_text(entry.path.as_str(), head, entry.size_bytes));
        let reasons = Reasons {
            configures: self.configures(entry, head),
            is_listed: self.lists(entry),
            tells_owners: self.tells_owners(entry),
            is_archive: self.examiner.opens(head),
            sought: self.examiner.sought(entry.path.as_str(), head, entry.size_bytes),
        };
        (reasons != Reasons::default()).then_some(reasons)
    }

    /// Whether a file that was looked into under the name of the `file` has to be looked into under its further `name` too.
    pub(crate) fn needs_own_look(&self, name: &str, file: &str, look: FirstLook) -> bool {
        needs_own_look(name, file, look, self.detectors)
    }

    /// Names of one file in groups, of each of which one look is enough: `most` groups, and the names that are in none of them.
    pub(crate) fn alike<'n>(
        &self,
        names: &'n [UntrustedPath],
        most: usize,
    ) -> (Vec<Vec<&'n UntrustedPath>>, Vec<&'n UntrustedPath>) {
        path_class::alike(names, UntrustedPath::as_str, self.detectors, most)
    }

    /// Looks into a file for these reasons, or has it looked into by [`FileDetector::finish`].
    pub(crate) fn read(
        &mut self,
        entry: Entry,
        head: Vec<u8>,
        reasons: Reasons,
        mut content: SharedContent,
        detections: &mut Detections,
    ) {
        let path = entry.path.as_str();
        if reasons.configures
            && let Some(tree) = &mut self.tree
        {
            let is_undecided = || misconfiguration::kind_of(&entry.path, &head) == Some(FileKind::Undecided);
            let taken = match content.in_memory() {
                Some(bytes) => tree.insert(entry.path.clone(), bytes),
                // What does not fit into memory is far too large; whether it configures anything its head may tell.
                None if is_undecided() => Ok(()),
                None => Err(InvalidTree::LargeFile),
            };
            if let Err(error) = taken {
                detections.gaps.push(Gap::new(path, error.to_string()));
            }
        }
        if reasons.tells_owners {
            let owners = owners::read(&entry.path, &mut content, detections.kept.left(), &mut detections.gaps);
            if !owners.is_empty() && detections.kept.takes(path.len() + owners.weight()) {
                detections.owners.insert(path.to_owned(), owners);
            }
        }
        let is_listed = reasons.is_listed && detections.kept.takes(path.len() + 256);
        let digests = is_listed.then(|| self.managers.digests_of(path));
        let Reasons { sought, is_archive, .. } = reasons;
        if digests.is_none() && !sought.any() && !is_archive {
            return;
        }
        let (number, report_to) = self.pending.number(path);
        let job = Job { number, file: TakenFile { entry, head, content, digests, sought }, report_to };
        if let Err(job) = self.crew.hand_on(job) {
            job.run(&mut self.examiner);
        }
    }

    /// Ends a layer: what was found in its files goes to `detections`.
    pub(crate) fn finish(&mut self, detections: &mut Detections) {
        // Jobs of other layers may be among them; whoever waits for those is glad.
        while let Some(job) = self.crew.take() {
            job.run(&mut self.examiner);
        }
        let Pending { replaced, cleared, sender, receiver, .. } = std::mem::replace(&mut self.pending, Pending::new());
        drop(sender);
        let mut examined: Vec<(u64, Examined)> = receiver.into_iter().collect();
        let replaced = replaced.into_iter().map(|(number, path)| (number, Examined { path, ..Examined::default() }));
        examined.extend(replaced);
        // What replaced a file has the number of the file that came next: it comes first.
        examined.sort_by_key(|(number, examined)| (*number, examined.detected != Detected::default()));
        let mut cleared = cleared.into_iter().peekable();
        for (number, Examined { path, detected, gaps }) in examined {
            while let Some((_, folder)) = cleared.next_if(|(from, _)| *from <= number) {
                remove_below(&mut detections.files, &folder);
            }
            detections.gaps.extend(gaps);
            if detected == Detected::default() {
                detections.files.remove(&path);
            } else {
                detections.files.insert(path, detected);
            }
        }
        for (_, folder) in cleared {
            remove_below(&mut detections.files, &folder);
        }
    }

    fn configures(&self, entry: &Entry, head: &[u8]) -> bool {
        self.tree.is_some() && misconfiguration::kind_of(&entry.path, head).is_some()
    }

    /// Whether the file is one that can run: whoever may execute it can, be it a program, a script or anything that a
    /// shell takes for one.
    fn lists(&self, entry: &Entry) -> bool {
        self.detectors.executables && entry.is_executable()
    }

    /// Whether the file says which packages own the files that are listed.
    fn tells_owners(&self, entry: &Entry) -> bool {
        self.detectors.executables && owners::tells_owners(entry.path.as_str())
    }
}

impl Pending {
    fn new() -> Pending {
        let (sender, receiver) = mpsc::channel();
        Pending { next: 0, paths: HashSet::new(), replaced: Vec::new(), cleared: Vec::new(), sender, receiver }
    }

    /// The number of the file at `path`, and where what is found in it goes.
    fn number(&mut self, path: &str) -> (u64, Sender<(u64, Examined)>) {
        self.paths.insert(path_hash(path));
        let number = self.next;
        self.next += 1;
        (number, self.sender.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_with_many_names_tells_is_bounded() {
        let hashed = vec![Hashed { inner_path: None, sha256: [7; 32] }; 100_000];
        let files = BTreeMap::from([("a".to_owned(), Detected { hashed, ..Detected::default() })]);
        let (file, links) = (UntrustedPath::normalise("a"), ["b", "c", "d", "e"].map(UntrustedPath::normalise));
        let names = links.iter().map(|name| (name, &file)).collect();
        let mut room = Room::of_a_layer();
        // Each takes some 25 of 64 MiB.
        let told = told_under(&names, &files, &mut room);
        assert_eq!(told.keys().collect::<Vec<_>>(), ["b", "c"]);
        assert!(told.values().all(|told| told.first.as_ref().is_some_and(|first| first.path == "a")));
        let reason = "the layer has more to say than 64 MiB, and 2 more of its files and whiteouts are left out";
        assert_eq!(room.gap(), Some(Gap::new("", reason)));
    }
}
