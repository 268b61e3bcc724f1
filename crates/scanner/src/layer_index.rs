//! The index of one layer (or one folder): the facts of its wanted files, and what it hides of the layers below. It is
//! what the cache keeps under the layer's digest, so it depends on nothing but the layer's bytes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Read};

use model::{Gap, UntrustedPath, counted};
use oci::{Entry, EntryKind, EntryStream, LayerPath, ReadEntriesError};
use serde::{Deserialize, Serialize};

use crate::contained::contain;
use crate::deadline::Deadline;
use crate::detect::{Detections, FileDetector, FirstLook};
use crate::ecosystems::{ECOSYSTEMS, EXECUTABLE_MAGIC_BYTES, is_package_archive, linked_package};
use crate::folder_links::parts_from_root;
use crate::found::{Found, FoundPackage, Mark};
use crate::further_names::is_told_alike;
use crate::further_pass::NO_FILE;
use crate::layer_paths::{HardLinks, LayerPaths, LeftPaths, LinkedFile, remove_below, remove_paths_below};
use crate::locked::{is_in_dependency_folder, is_lock_file};
use crate::manifest::RushProject;
use crate::masking::Masker;
use crate::missing_links::{LowerLink, MissingLinks};
use crate::needs::Needs;
use crate::path_set::{PathSet, path_hash};
use crate::placed_entries::PassedLinks;
use crate::program::Program;
use crate::selector::{SELECTOR, Selection};
use crate::shared_content::SharedContent;
use crate::undescribed::{Files, Undescribed};
use crate::wanted_file::{ReadFileError, WantedFile};

/// The most gaps that one layer notes one by one; the rest is counted in a last one.
pub(crate) const MOST_GAPS: usize = 1_000;

/// The most hard links of one layer that are remembered to follow links to them; images have hundreds.
const MOST_HARD_LINKS: usize = 100_000;
/// What one layer's names and facts may take in memory, roughly; what comes behind them in the layer is left out, which
/// is a gap. A layer with a hundred thousand packages stays below.
const MOST_KEPT_BYTES: usize = 64 << 20;

/// What the symbolic links of one layer, and the folders that it does not list, may take in memory, roughly. Links beyond
/// are not followed where an upper layer has files behind them, which is a gap there.
pub(crate) const MOST_LINK_BYTES: usize = 8 << 20;

/// The longest target of a link that Linux follows (`PATH_MAX`), and the longest path of one that is followed here.
pub(crate) const LONGEST_TARGET: usize = 4096;

/// The index of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct LayerIndex {
    /// The wanted files in the order of their paths.
    pub(crate) files: BTreeMap<String, Found>,
    /// The files that OS packages brought, by the file that says so.
    pub(crate) owned: BTreeMap<String, PathSet>,
    /// Every path that holds something other than a folder: it replaces whatever lower layers have there and below. One
    /// that is among `folders` too held it before a folder took its place; see [`LayerIndex::has_file`].
    pub(crate) occupied: PathSet,
    /// Every path that holds a folder: it replaces a file of a lower layer, and merges with a folder.
    pub(crate) folders: PathSet,
    /// Paths that the layer removes (OCI image-spec, layer.md, Whiteouts).
    pub(crate) whiteouts: BTreeSet<String>,
    /// Folders whose lower content the layer hides (OCI image-spec, layer.md, Opaque Whiteout).
    pub(crate) opaque: BTreeSet<String>,
    /// Symbolic links with their targets as written: what an upper layer has below may lie elsewhere.
    pub(crate) links: BTreeMap<String, String>,
    /// Hard links whose file the layer does not have: a lower layer may have it.
    pub(crate) linked_below: BTreeMap<String, LowerLink>,
    /// Further names of files among `files` that tell what they are whatever they are called: hard links within the layer.
    pub(crate) further_names: BTreeMap<String, String>,
    /// How many symbolic links there are beyond those in `links`.
    pub(crate) links_left_out: u64,
    /// How many folders more there are than in `unlisted`.
    pub(crate) folders_left_out: u64,
    /// Folders in which the layer has something before it lists them itself, if it does: a lower layer may have links there.
    pub(crate) unlisted: BTreeSet<String>,
    /// Folders that were as those, until something took their place.
    pub(crate) replaced: BTreeSet<String>,
    /// Folders of installed distributions of Python for which the layer has no `METADATA`, with what it has there.
    pub(crate) undescribed: BTreeMap<String, Files>,
    /// Whether the layer names something by way of its own symbolic links.
    pub(crate) passes_own_links: bool,
    /// What could not be read.
    pub(crate) gaps: Vec<Gap>,
    /// The links of lower layers that the entries were read by, each where it lies; nothing where all lie as the layer says.
    /// It depends on the lower layers, as do then the paths here, so that such an index is never cached.
    #[serde(skip)]
    pub(crate) passed_links: Option<PassedLinks>,
    /// Where files lie that a further pass found behind links of folders. It depends on other layers.
    #[serde(skip)]
    pub(crate) behind_folders: BTreeMap<String, LiesAt>,
    /// Links to lock files that a further pass read, each with the link that tells what is in the file.
    #[serde(skip)]
    pub(crate) told_by: BTreeMap<String, String>,
    /// Further names among `files`, hard links, each with the name that its file came with. It depends on other layers.
    #[serde(skip)]
    pub(crate) same_as: BTreeMap<String, String>,
}

/// Where a file lies that is told elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LiesAt {
    /// The number of the layer that has it.
    pub(crate) layer: usize,
    pub(crate) path: String,
}

/// What a pass over a layer brings.
pub(crate) struct ReadLayer {
    pub(crate) index: LayerIndex,
    pub(crate) links: MissingLinks,
    pub(crate) detections: Detections,
}

/// Reads a whole stream of entries, and has `detector` look into the files. Hard links under a wanted name whose target
/// nobody wanted come back beside the index, which a second pass with [`crate::missing_links::read_links`] completes.
pub(crate) fn index_entries(
    stream: &mut dyn EntryStream,
    mut detector: Option<&mut FileDetector<'_>>,
) -> Result<ReadLayer, ReadEntriesError> {
    let (mut index, mut detections) = (LayerIndex::default(), Detections::default());
    let mut paths = LayerPaths::default();
    let mut link_room = Room { left: MOST_LINK_BYTES, refused: 0 };
    let mut linked = HardLinks::up_to(MOST_HARD_LINKS);
    // Those of them with names that readers go by.
    let mut wanted_links: BTreeMap<UntrustedPath, LinkedFile> = BTreeMap::new();
    // The numbers of the entries that the gaps are about.
    let mut gap_numbers: Vec<usize> = Vec::new();
    // The modes of regular files, by the numbers of the entries.
    let mut modes: Vec<Option<u16>> = Vec::new();
    let mut room = Room::of_a_layer();
    let mut undescribed = Undescribed::default();
    let may_look = stream.has_every_content();
    while let Some(mut entry) = stream.next_entry()? {
        let is_link = |folder: &str| index.links.contains_key(folder);
        index.passes_own_links |= paths.note(&entry.path, is_link, |bytes| link_room.has(bytes));
        match LayerPath::of(&entry.path) {
            LayerPath::Plain => {}
            LayerPath::Whiteout(path) => {
                paths.remove(&entry.path);
                if room.takes(path.as_str().len()) {
                    index.whiteouts.insert(path.as_str().to_owned());
                }
                continue;
            }
            LayerPath::Opaque(folder) => {
                paths.remove(&entry.path);
                if room.takes(folder.as_str().len()) {
                    index.opaque.insert(folder.as_str().to_owned());
                }
                continue;
            }
            LayerPath::Metadata => continue,
        }
        if let Some(detector) = &mut detector {
            detector.note(&entry, &mut detections);
        }
        if let EntryKind::HardLink(target) = &entry.kind {
            index.passes_own_links |= parts_from_root(target.parent()).any(is_link);
            // A hard link to a symbolic link is one more such link (linkat(2)).
            if let Some(link) = index.links.get(target.as_str()) {
                entry.kind = EntryKind::SymbolicLink(link.clone());
            }
        }
        // A path that occurs again in one layer holds what came last.
        index.forget(entry.path.as_str());
        wanted_links.remove(&entry.path);
        let number = paths.next_number();
        linked.note(&entry, number);
        if entry.kind == EntryKind::Directory {
            paths.list(&entry.path);
            continue;
        }
        undescribed.note(&entry.path, &mut room);
        modes.push((entry.kind == EntryKind::File).then_some(entry.mode as u16));
        if paths.occupy(&entry.path) {
            index.clear(entry.path.as_str());
            remove_below(&mut wanted_links, entry.path.as_str());
            linked.clear(&entry.path);
            if let Some(detector) = &mut detector {
                detector.clear(&entry.path, &mut detections);
            }
        }
        match &entry.kind {
            EntryKind::File => {
                let selection = SELECTOR.select(&entry.path);
                if room.is_left() {
                    let gaps = index.gaps.len();
                    let look = detector.as_deref_mut().map(|detector| (detector, &mut detections));
                    let wanted = Wanted { selection, program: Program::expected(&entry, selection, may_look) };
                    read_entry(&entry, wanted, stream.content(), &mut index, look);
                    room.takes(index.weight_since(entry.path.as_str(), gaps));
                } else if !selection.is_empty() {
                    room.refuse();
                }
            }
            EntryKind::HardLink(target) => {
                let file = linked.file_behind(target, number);
                let names = file.path.as_str().len() + entry.path.as_str().len();
                if !SELECTOR.select(&entry.path).is_empty() && room.takes(names) {
                    wanted_links.insert(entry.path.clone(), file);
                }
            }
            EntryKind::SymbolicLink(target) => {
                let path = entry.path.as_str();
                if path.len().max(target.len()) <= LONGEST_TARGET && link_room.takes(path.len() + target.len()) {
                    index.links.insert(path.to_owned(), target.clone());
                }
                if let Some(target) = linked_package(&entry.path, target)
                    && room.takes(entry.path.as_str().len() + target.len() + size_of::<Found>())
                {
                    let found = Found { mark: Some(Mark::LeadsTo(target)), ..Found::default() };
                    index.files.insert(entry.path.as_str().to_owned(), found);
                }
            }
            EntryKind::Other => {
                let name = entry.path.file_name();
                let is_of_others = is_lock_file(name) && is_in_dependency_folder(entry.path.as_str());
                if !SELECTOR.select(&entry.path).is_empty() && !is_of_others {
                    let gap = Gap::new(entry.path.as_str(), format!("it is {NO_FILE}, and was not read"));
                    if room.takes(gap.path.len() + gap.reason.len()) {
                        index.gaps.push(gap);
                    }
                }
            }
            EntryKind::Directory => {}
        }
        gap_numbers.resize(index.gaps.len(), number);
    }
    if let Some(detector) = &mut detector {
        detector.finish(&mut detections);
    }
    let further = linked.iter().map(|(_, file)| file).chain(linked.given_files());
    let asked = wanted_links.values().chain(further).map(|file| path_hash(file.path.as_str()));
    let asked: HashSet<u64> = asked.chain(gap_numbers.iter().filter_map(|number| paths.path_of(*number))).collect();
    let occurrences = paths.occurrences(&asked);
    let mut links = MissingLinks::default();
    if let Some(detector) = &detector {
        let needs_own_look = |name: &str, file: &str, look: FirstLook| detector.needs_own_look(name, file, look);
        let again = detections.follow_links(&linked, &occurrences, needs_own_look);
        again.into_iter().for_each(|(number, name, first)| links.look_into(name, first, number));
    }
    let given = linked.given_rights(&occurrences);
    let look = detector.is_some().then_some(&mut detections);
    links.give_rights(&given, &modes, &linked, &occurrences, look);
    let mut gap_numbers = gap_numbers.into_iter();
    index.gaps.retain(|_| gap_numbers.next().is_none_or(|number| occurrences.is_left(number)));
    for (name, file) in wanted_links {
        let Some(number) = occurrences.number_of(&file) else {
            index.linked_below.insert(name.as_str().to_owned(), LowerLink::to(&file, &occurrences, &given));
            continue;
        };
        let is_left = occurrences.is_left(number);
        let Some(found) = index.files.get(file.path.as_str()).filter(|_| is_left).cloned() else {
            links.add(name, file.path, number);
            continue;
        };
        index.files.insert(name.as_str().to_owned(), found);
        if let Some(owned) = index.owned.get(file.path.as_str()).cloned() {
            index.owned.insert(name.as_str().to_owned(), owned);
        }
    }
    // What is behind the others may matter for what it is, whatever they are called.
    for (name, file) in linked.iter().filter(|(name, _)| SELECTOR.select(name).is_empty()) {
        let (name_text, file_text) = (name.as_str(), file.path.as_str());
        let mut takes = || room.takes(name_text.len() + file_text.len());
        match occurrences.number_of(file) {
            None if takes() => {
                index.linked_below.insert(name_text.to_owned(), LowerLink::to(file, &occurrences, &given));
            }
            Some(number) if !occurrences.is_left(number) => links.add(name.clone(), file.path.clone(), number),
            Some(_) if index.files.contains_key(file_text) && is_told_alike(name_text, file_text) && takes() => {
                index.further_names.insert(name_text.to_owned(), file_text.to_owned());
            }
            None | Some(_) => {}
        }
    }
    drop(occurrences);
    let LeftPaths { occupied, folders, unlisted, replaced, folders_left_out } = paths.finish();
    let mut index = LayerIndex { occupied, folders, unlisted, replaced, folders_left_out, ..index };
    index.undescribed = undescribed.left(&index);
    index.links_left_out = link_room.refused as u64;
    index.bound_gaps();
    index.gaps.extend(room.gap());
    Ok(ReadLayer { index, links, detections })
}

/// Whether [`index_entries`] may read the content of this file out of a stream that has not every content.
pub(crate) fn may_read(entry: &Entry) -> bool {
    let selection = SELECTOR.select(&entry.path);
    !selection.is_empty() || Program::expected(entry, selection, false) != Program::None
}

/// Reads a file for whoever wants it under one of its names; the facts come under each.
pub(crate) fn read_under(names: &[UntrustedPath], entry: Entry, content: &mut dyn Read, index: &mut LayerIndex) {
    let [first, others @ ..] = names else { return };
    let selection = names.iter().map(|name| SELECTOR.select(name)).fold(Selection::default(), Selection::union);
    let entry = Entry { path: first.clone(), ..entry };
    let wanted = Wanted { selection, program: Program::expected(&entry, selection, true) };
    read_entry(&entry, wanted, content, index, None);
    if let Some(found) = index.files.get(entry.path.as_str()).cloned() {
        for name in others {
            index.files.insert(name.as_str().to_owned(), found.clone());
        }
    }
}

/// Reads a file as if it lay at `sought`; the facts come back under that path.
pub(crate) fn read_wanted(entry: &Entry, sought: UntrustedPath, content: &mut dyn Read) -> LayerIndex {
    let mut index = LayerIndex::default();
    let selection = SELECTOR.select(&sought);
    let entry = Entry { path: sought, ..entry.clone() };
    let wanted = Wanted { selection, program: Program::expected(&entry, selection, true) };
    read_entry(&entry, wanted, content, &mut index, None);
    index
}

/// What is left of [`MOST_KEPT_BYTES`] or [`MOST_LINK_BYTES`].
pub(crate) struct Room {
    left: usize,
    /// How often it was not enough.
    refused: usize,
}

impl Room {
    /// The room for the facts of one layer.
    pub(crate) fn of_a_layer() -> Room {
        Room { left: MOST_KEPT_BYTES, refused: 0 }
    }

    pub(crate) fn is_left(&self) -> bool {
        self.left > 0
    }

    /// Counts what is left out unread.
    pub(crate) fn refuse(&mut self) {
        self.refused += 1;
    }

    /// Says that facts of the layer were left out.
    pub(crate) fn gap(&self) -> Option<Gap> {
        (self.refused > 0).then(|| {
            let more =
                counted(self.refused, "more of its files and whiteouts is", "more of its files and whiteouts are");
            let reason = format!("the layer has more to say than {} MiB, and {more} left out", MOST_KEPT_BYTES >> 20);
            Gap::new("", reason)
        })
    }

    /// Whether something of this size, and of a map's usual overhead, still fits; once something does not, nothing does.
    pub(crate) fn takes(&mut self, bytes: usize) -> bool {
        let fits = self.has(bytes);
        self.refused += usize::from(!fits);
        fits
    }

    /// Counts what was taken as gone again.
    pub(crate) fn give_back(&mut self, bytes: usize) {
        if self.refused == 0 {
            self.left += bytes + 64;
        }
    }

    /// The same for what is counted elsewhere where it does not fit.
    fn has(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes + 64);
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}

impl LayerIndex {
    /// What is kept of a file and all gaps, in bytes.
    pub(crate) fn weight_of(&self, path: &str) -> usize {
        self.weight_since(path, 0)
    }

    /// What is kept of a file, in bytes, with the gaps from the given one on.
    pub(crate) fn weight_since(&self, path: &str, gaps: usize) -> usize {
        let package =
            |package: &FoundPackage| 256 + package.name.len() + package.version.len() + package.needs.size_bytes();
        let found = self.files.get(path);
        let packages: usize = found.map_or(0, |found| {
            let project = found.project.as_ref().map_or(0, |project| project.size_bytes());
            let marked = match &found.mark {
                Some(Mark::GoModule(module)) => module.size_bytes(),
                Some(Mark::GoWorkspace(workspace)) => workspace.size_bytes(),
                Some(Mark::Manifest(manifest)) => manifest.size_bytes(),
                Some(Mark::Versionless(archives)) => archives.inner_path.as_ref().map_or(0, String::len),
                Some(Mark::RushProjects(projects)) => projects.iter().map(RushProject::size_bytes).sum::<usize>(),
                _ => 0,
            };
            let inexact = found.inexact.iter().map(String::len).sum::<usize>();
            path.len() + project + marked + inexact + found.packages.iter().map(package).sum::<usize>()
        });
        packages + self.gaps[gaps..].iter().map(|gap| gap.path.len() + gap.reason.len()).sum::<usize>()
    }

    /// Whether the layer has something other than a folder at the path with this hash.
    pub(crate) fn has_file(&self, hash: u64) -> bool {
        self.occupied.contains(hash) && !self.folders.contains(hash)
    }

    /// Whether the layer has a folder at this path.
    pub(crate) fn has_folder(&self, path: &str) -> bool {
        self.folders.contains(path_hash(path)) || self.unlisted.contains(path)
    }

    pub(crate) fn forget(&mut self, path: &str) {
        self.links.remove(path);
        if self.files.remove(path).is_some() {
            self.owned.remove(path);
        }
    }

    /// Forgets what a further pass told of a file, and its gaps from the given one on as long as all of them are named.
    pub(crate) fn forget_read(&mut self, path: &str, gaps: usize) {
        self.files.remove(path);
        self.owned.remove(path);
        if self.gaps.len() > gaps && self.gaps.len() <= MOST_GAPS {
            let told = self.gaps.split_off(gaps);
            let is_of_file = |gap: &Gap| gap.path.split_once("!/").map_or(gap.path == path, |(outer, _)| outer == path);
            self.gaps.extend(told.into_iter().filter(|gap| !is_of_file(gap)));
        }
    }

    /// Forgets what a folder had that something else takes the place of.
    fn clear(&mut self, folder: &str) {
        remove_below(&mut self.files, folder);
        remove_below(&mut self.owned, folder);
        remove_below(&mut self.links, folder);
        remove_paths_below(&mut self.whiteouts, folder);
        remove_paths_below(&mut self.opaque, folder);
        self.opaque.remove(folder);
    }

    pub(crate) fn bound_gaps(&mut self) {
        if self.gaps.len() > MOST_GAPS {
            let rest = self.gaps.len() - MOST_GAPS;
            self.gaps.truncate(MOST_GAPS);
            self.gaps.push(Gap::new("", counted(rest, "more file could not be read", "more files could not be read")));
        }
    }
}

/// Who wants a file.
#[derive(Clone, Copy)]
struct Wanted {
    /// The ecosystems that want it for its path.
    selection: Selection,
    /// Whether those that want every program are asked too.
    program: Program,
}

/// Has everybody who wants the file read it, and keeps what they find.
fn read_entry(
    entry: &Entry,
    wanted: Wanted,
    content: &mut dyn Read,
    index: &mut LayerIndex,
    look: Option<(&mut FileDetector<'_>, &mut Detections)>,
) {
    let mut content = Deadline::over(content);
    let Some((detector, detections)) = look else {
        read_packages(entry, wanted, &mut content, index);
        return;
    };
    if !detector.reads_files() {
        read_packages(entry, wanted, &mut content, index);
        return;
    }
    let head_bytes = entry.size_bytes.min(detector.head_bytes() as u64);
    let mut head = Vec::with_capacity(head_bytes as usize);
    if let Err(error) = (&mut content).take(detector.head_bytes() as u64).read_to_end(&mut head) {
        index.gaps.push(Gap::new(entry.path.as_str(), format!("cannot read it: {error}")));
        return;
    }
    let Some(reasons) = detector.reasons(entry, &head, detections) else {
        read_packages(entry, wanted, &mut io::Cursor::new(head).chain(content), index);
        return;
    };
    match SharedContent::take(&head, &mut content, entry.size_bytes) {
        Ok(mut shared) => {
            match shared.reader() {
                Ok(mut reader) => read_packages(entry, wanted, &mut reader, index),
                Err(error) => index.gaps.push(Gap::new(entry.path.as_str(), format!("cannot read it: {error}"))),
            }
            detector.read(entry.clone(), head, reasons, shared, detections);
        }
        Err(error) => index.gaps.push(Gap::new(entry.path.as_str(), format!("cannot read it: {error}"))),
    }
}

/// Has every ecosystem that wants the file read it, and keeps what they find.
fn read_packages(entry: &Entry, wanted: Wanted, content: &mut dyn Read, index: &mut LayerIndex) {
    let Wanted { mut selection, program } = wanted;
    // Most files end here, so that nothing is allocated for them.
    let mut head = [0; EXECUTABLE_MAGIC_BYTES];
    let mut length = 0;
    if program != Program::None {
        match fill(content, &mut head, &mut length) {
            Ok(()) if program.begins_with(&head[..length]) => selection = selection.union(SELECTOR.executables()),
            Ok(()) => {}
            // Of a file that nothing calls a program nobody misses anything.
            Err(_) if program == Program::Unnamed => {}
            Err(error) => index.gaps.push(Gap::new(entry.path.as_str(), format!("cannot read it: {error}"))),
        }
    }
    if selection.is_empty() {
        return;
    }
    let mut file = WantedFile::with_head(&entry.path, entry.size_bytes, head[..length].to_vec(), content);
    let mut found = Found::default();
    for place in selection.iter() {
        let ecosystem = ECOSYSTEMS[place];
        // A reader that fails on foreign bytes costs the file, never the scan.
        let reason = match contain(|| ecosystem.read(&mut file, &mut found)) {
            Some(Ok(())) => continue,
            // What is wrong with the file as a whole is said once, below.
            Some(Err(ReadFileError::Malformed { .. })) if file.damage().is_some() => continue,
            Some(Err(error)) => gap_reason(ecosystem.name(), &error),
            None => format!("the {} reader stopped unexpectedly on it; please report the file", ecosystem.name()),
        };
        found.gap("", reason);
    }
    if let Some(damage) = file.damage() {
        found.gap("", damage);
    }
    if let Some(reason) = cut_off(entry, &found) {
        found.gap("", reason);
    }
    found.drop_nameless("");
    let needs_beside =
        found.mark.iter().filter_map(|mark| if let Mark::Needs(needs) = mark { Some(needs) } else { None });
    if found.packages.iter().map(|package| &package.needs).chain(needs_beside).any(Needs::is_cut) {
        found.gap("", "it needs more packages than are kept; some dependencies are unknown");
    }
    let path = entry.path.as_str();
    // What a gap quotes of the file is kept in the cache too.
    let masker = Masker::new(None);
    found.inexact.iter_mut().for_each(|told| masker.mask(told));
    for mut gap in std::mem::take(&mut found.gaps) {
        masker.mask(&mut gap.reason);
        gap.path = match gap.path.as_str() {
            "" => path.to_owned(),
            whole if whole.starts_with(path) => whole.to_owned(),
            inner => format!("{path}!/{inner}"),
        };
        index.gaps.push(gap);
    }
    let owned = std::mem::take(&mut found.owned_files);
    if !owned.is_empty() {
        index.owned.insert(path.to_owned(), PathSet::from_hashes(owned));
    }
    if found != Found::default() || index.owned.contains_key(path) {
        // Thousands of files with one package each: the room that a growing vector takes in advance is most of it.
        found.packages.shrink_to_fit();
        index.files.insert(path.to_owned(), found);
    }
}

/// What is said of a lock file or an archive of packages without a byte, of which nothing is said yet; lock files of
/// dependencies do not count.
fn cut_off(entry: &Entry, found: &Found) -> Option<&'static str> {
    let name = entry.path.file_name();
    if entry.size_bytes > 0 || !found.gaps.is_empty() {
        None
    } else if is_package_archive(name) {
        Some("it is empty (0 bytes), so that the packages that belong in it are unknown")
    } else if (is_lock_file(name) || name == "requirements.lock") && !is_in_dependency_folder(entry.path.as_str()) {
        Some("it is empty (0 bytes), so that what it locks is unknown")
    } else {
        None
    }
}

fn gap_reason(ecosystem: &str, error: &ReadFileError) -> String {
    match error {
        ReadFileError::Malformed { .. } | ReadFileError::Encrypted => error.to_string(),
        ReadFileError::TooLarge { .. } | ReadFileError::Read { .. } => format!("{ecosystem}: {error}"),
    }
}

/// Reads until `head` is full or the content ends; `length` counts what was read.
fn fill(content: &mut dyn Read, head: &mut [u8], length: &mut usize) -> io::Result<()> {
    while *length < head.len() {
        match content.read(&mut head[*length..]) {
            Ok(0) => break,
            Ok(count) => *length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
