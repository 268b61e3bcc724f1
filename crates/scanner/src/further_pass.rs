//! What a further pass over a layer reads: files that no reader goes by under the names that the layer gives them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::Read;

use model::{Gap, UntrustedPath};
use oci::{Entry, EntryKind, EntryStream, ReadEntriesError};

use crate::folder_links::join;
use crate::layer_index::{LayerIndex, LiesAt, Room, read_wanted};
use crate::layer_paths::{EntryNumbers, HardLinks, LayerPaths, LinkedFile};
use crate::linked_folders::{self, LinkedFolders};
use crate::locked::{is_in_dependency_folder, is_lock_file};
use crate::lower_links;
use crate::merge::Hides;
use crate::path_set::path_hash;
use crate::selector::SELECTOR;
use crate::shared_content::SharedContent;
use crate::system_links::RELEASES;

/// The longest file that is read by way of a hard link behind symbolic links: the database of a desktop's packages has
/// some 20 MB.
const LARGEST_LINKED_BYTES: u64 = 64 << 20;

/// How often one file is read for the sake of different names. Under names that readers take alike it is read once.
const MOST_READINGS: usize = 32;

/// How many hard links of a layer are kept for others that lead through them; few builders write links to links.
const MOST_HARD_LINKS: usize = 10_000;

/// What is to be read in a further pass over one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FurtherPass {
    /// By the path that the layer names.
    files: HashMap<UntrustedPath, Vec<Place>>,
    /// The files of folders, by the folder that the layer names.
    folders: HashMap<String, Place>,
    /// Folders behind links by whose names readers go.
    pub(crate) linked: LinkedFolders,
}

/// Where something lies, and where it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    real: String,
    sought: String,
    /// Under which of the two it is told.
    told: Told,
    /// The layer whose index gets to know it.
    layer: usize,
    /// By how many last parts of the path of its folder readers may go, beyond whole paths.
    parts: usize,
    /// The link to the same file by which is told what is in it.
    told_by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    OwnPath,
    /// At the end of symbolic links.
    SymbolicLink,
    /// At a hard link of an upper layer.
    HardLink,
    /// Behind a symbolic link of a folder, unless the layer that has the file tells the same of it where it lies.
    BehindFolder {
        holder: usize,
    },
}

/// Files of a further pass that the layer has as hard links.
#[derive(Debug, Default)]
pub(crate) struct HardLinked {
    /// Where they are looked for, by the numbers of the entries that are their files.
    places: BTreeMap<usize, Vec<Place>>,
    /// Those whose file the layer did not have when the link came.
    pub(crate) lost: Vec<LostLink>,
}

/// A hard link whose file a lower layer may have.
#[derive(Debug)]
pub(crate) struct LostLink {
    /// The path that it names.
    pub(crate) target: String,
    pub(crate) places: Vec<Place>,
}

/// Reads what is wanted of the layers, from the uppermost one down: hard links lead into lower ones. `read` reads what is
/// wanted of the layer with this number, and gives back the hard links whose files the layer does not have.
pub(crate) fn read_all<E>(
    wanted: BTreeMap<usize, FurtherPass>,
    indexes: &mut [LayerIndex],
    read: impl FnMut(usize, &FurtherPass, &mut [LayerIndex]) -> Result<Vec<LostLink>, E>,
) -> Result<(), E> {
    read_passes(wanted, indexes, read)?;
    linked_folders::tell_owned(indexes);
    Ok(())
}

/// The same, and leaves it known where what was read lies.
pub(crate) fn read_passes<E>(
    mut wanted: BTreeMap<usize, FurtherPass>,
    indexes: &mut [LayerIndex],
    mut read: impl FnMut(usize, &FurtherPass, &mut [LayerIndex]) -> Result<Vec<LostLink>, E>,
) -> Result<(), E> {
    let mut begun = BTreeSet::new();
    while let Some((number, pass)) = wanted.pop_last() {
        let lost = read(number, &pass, indexes)?;
        // A layer is read once more for files that it has behind the links to them.
        let is_first = begun.insert(number);
        if !lost.is_empty() {
            lower_links::follow(number, lost, is_first, indexes, &mut wanted);
        }
    }
    Ok(())
}

impl FurtherPass {
    /// Wants the file that the layer names so.
    pub(crate) fn want(&mut self, named: UntrustedPath, place: Place) {
        self.files.entry(named).or_default().push(place);
    }

    /// Wants the files of the folder that the layer names so.
    pub(crate) fn want_folder(&mut self, named: String, place: Place) {
        self.folders.insert(named, place);
    }

    /// Keeps only the files that a layer above hides, which this `hides` tells, and the folders in which it has or hides something.
    pub(crate) fn retain_touched(&mut self, layer: &LayerIndex, hides: &mut Hides<'_>) {
        self.files.retain(|named, _| hides.hides(named.as_str()));
        self.linked.retain_touched(layer, hides);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty() && self.linked.is_empty()
    }

    /// The gaps where a further pass over the folder cannot be had.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Gap> + '_ {
        let places = self.files.values().flatten();
        let told = places.filter(|place| match place.told {
            Told::SymbolicLink | Told::BehindFolder { .. } => true,
            Told::OwnPath | Told::HardLink => RELEASES.contains(&place.sought.as_str()),
        });
        let files = told.map(|place| {
            Gap::new(place.sought.as_str(), format!("it is a symbolic link to {}, which cannot be read", place.real))
        });
        files.chain(self.linked.unread())
    }

    /// Reads what is wanted of layer `number`, and adds it to the indexes. Gives back the hard links among it: their files
    /// came earlier in the layer, under other names, or are those of lower layers.
    pub(crate) fn read(
        &self,
        stream: &mut dyn EntryStream,
        number: usize,
        indexes: &mut [LayerIndex],
    ) -> Result<HardLinked, ReadEntriesError> {
        let mut room = Room::of_a_layer();
        let mut numbers = EntryNumbers::default();
        let mut paths = LayerPaths::default();
        let mut links = HardLinks::up_to(MOST_HARD_LINKS);
        let mut linked: BTreeMap<UntrustedPath, (LinkedFile, Vec<Place>)> = BTreeMap::new();
        let mut seen: HashSet<UntrustedPath> = HashSet::new();
        let gaps: Vec<usize> = indexes.iter().map(|index| index.gaps.len()).collect();
        let above = self.linked.above(number, indexes);
        while let Some(entry) = stream.next_entry()? {
            let Some(entry_number) = numbers.take(&entry) else { continue };
            paths.occupy(&entry.path);
            links.note(&entry, entry_number);
            let mut places = self.places_of(&entry.path);
            places.extend(self.linked.places_of(&entry.path, number, &above, indexes, &mut room));
            // In the end something else may be there.
            let is_there = || indexes.get(number).is_some_and(|index| index.has_file(path_hash(entry.path.as_str())));
            if places.is_empty() || !is_there() {
                continue;
            }
            if !seen.insert(entry.path.clone()) {
                linked.remove(&entry.path);
                places.iter().for_each(|place| place.forget(&gaps, indexes));
            }
            match &entry.kind {
                EntryKind::File => {
                    if !room.is_left() {
                        room.refuse();
                        continue;
                    }
                    take(&places, &entry, stream.content(), indexes, &mut room);
                }
                EntryKind::HardLink(target) => {
                    linked.insert(entry.path.clone(), (links.file_behind(target, entry_number), places));
                }
                EntryKind::Other => {
                    for place in &places {
                        let kind = match place.told {
                            Told::OwnPath => continue,
                            Told::SymbolicLink | Told::BehindFolder { .. } => "symbolic",
                            Told::HardLink => "hard",
                        };
                        let reason = format!("it is a {kind} link to {}, which is {NO_FILE}", place.real);
                        place.gap(reason, indexes);
                    }
                }
                EntryKind::Directory | EntryKind::SymbolicLink(_) => {}
            }
        }
        finish(number, &room, indexes);
        let asked = linked.values().map(|(file, _)| path_hash(file.path.as_str())).collect();
        let occurrences = paths.occurrences(&asked);
        let mut hard_linked = HardLinked::default();
        for (file, places) in linked.into_values() {
            match occurrences.number_of(&file) {
                Some(number) => hard_linked.places.entry(number).or_default().extend(places),
                None => hard_linked.lost.push(LostLink { target: file.path.as_str().to_owned(), places }),
            }
        }
        Ok(hard_linked)
    }

    fn places_of(&self, named: &UntrustedPath) -> Vec<Place> {
        if let Some(places) = self.files.get(named) {
            return places.clone();
        }
        let Some(folder) = self.folders.get(named.parent()) else { return Vec::new() };
        let place = Place {
            real: join(&folder.real, named.file_name()),
            sought: join(&folder.sought, named.file_name()),
            ..folder.clone()
        };
        if is_unread(named, &place.sought) { vec![place] } else { Vec::new() }
    }
}

/// What something is that has a file's name and cannot be read as one.
pub(crate) const NO_FILE: &str = "no regular file but a pipe, socket or device";

impl HardLinked {
    /// Whether one more pass over the layer is needed for their files.
    pub(crate) fn needs_pass(&self) -> bool {
        !self.places.is_empty()
    }

    /// Reads the files behind the links in one more pass over the layer. Gives back the links whose file it did not have.
    pub(crate) fn read(
        self,
        stream: &mut dyn EntryStream,
        number: usize,
        indexes: &mut [LayerIndex],
    ) -> Result<Vec<LostLink>, ReadEntriesError> {
        let HardLinked { places, mut lost } = self;
        let mut numbers = EntryNumbers::default();
        let mut room = Room::of_a_layer();
        while let Some(entry) = stream.next_entry()? {
            let Some(here) = numbers.take(&entry).and_then(|number| places.get(&number)) else { continue };
            let what = match &entry.kind {
                EntryKind::File if !room.is_left() => {
                    room.refuse();
                    continue;
                }
                EntryKind::File if entry.size_bytes > LARGEST_LINKED_BYTES => {
                    let reason = format!("it is a hard link to a file of more than {} MiB", LARGEST_LINKED_BYTES >> 20);
                    here.iter().for_each(|place| place.gap(reason.clone(), indexes));
                    continue;
                }
                EntryKind::File => {
                    take(here, &entry, stream.content(), indexes, &mut room);
                    continue;
                }
                EntryKind::HardLink(target) => {
                    // One of more than are remembered.
                    lost.push(LostLink { target: target.as_str().to_owned(), places: here.clone() });
                    continue;
                }
                EntryKind::SymbolicLink(_) => "a symbolic link",
                EntryKind::Other => NO_FILE,
                EntryKind::Directory => continue,
            };
            let reason = format!("it is a hard link to {}, which is {what}", entry.path);
            here.iter().for_each(|place| place.gap(reason.clone(), indexes));
        }
        finish(number, &room, indexes);
        Ok(lost)
    }
}

impl Place {
    /// A file that is told where it lies, as the layer that holds it has it.
    pub(crate) fn where_it_lies(layer: usize, real: String, sought: String) -> Place {
        Place { real, sought, told: Told::OwnPath, layer, parts: 1, told_by: None }
    }

    /// A file that is told where it is looked for, in the layer that brings it there.
    pub(crate) fn where_it_is_sought(layer: usize, real: String, sought: String) -> Place {
        Place { real, sought, told: Told::SymbolicLink, layer, parts: 1, told_by: None }
    }

    /// A file that is told where a hard link is, in the layer that has the link.
    pub(crate) fn where_it_is_linked(layer: usize, real: String, sought: String) -> Place {
        Place { real, sought, told: Told::HardLink, layer, parts: 1, told_by: None }
    }

    /// A file that layer `holder` has and layer `layer` gets to know, behind a link of a folder: readers may go by so many
    /// last `parts` of the path of its folder.
    pub(crate) fn behind_folder(layer: usize, holder: usize, real: String, sought: String, parts: usize) -> Place {
        Place { real, sought, told: Told::BehindFolder { holder }, layer, parts, told_by: None }
    }

    /// The same for a file whose content is told by way of another link, unless that one's project has no use for it.
    pub(crate) fn told_by(self, link: &str) -> Place {
        Place { told_by: Some(link.to_owned()), ..self }
    }

    fn path(&self) -> &str {
        match self.told {
            Told::OwnPath => &self.real,
            Told::SymbolicLink | Told::HardLink | Told::BehindFolder { .. } => &self.sought,
        }
    }

    /// Says in the layer that gets to know the file that it is unknown.
    pub(crate) fn gap(&self, reason: String, indexes: &mut [LayerIndex]) {
        if let Some(index) = indexes.get_mut(self.layer) {
            index.gaps.push(Gap::new(self.path(), reason));
        }
    }

    /// Takes back what was read of a file that another one takes the place of. The layers had so many `gaps` before.
    fn forget(&self, gaps: &[usize], indexes: &mut [LayerIndex]) {
        if let (Some(index), Some(gaps)) = (indexes.get_mut(self.layer), gaps.get(self.layer)) {
            index.forget_read(self.path(), *gaps);
        }
    }

    /// What readers choose by beyond whole paths: places that have the same are read alike.
    fn reading(&self) -> (String, String) {
        let sought = UntrustedPath::normalise(&self.sought);
        // A lock file says the same in any folder.
        let is_lock = is_lock_file(sought.file_name()) && !is_in_dependency_folder(sought.as_str());
        let folder = if is_lock { "" } else { sought.parent() };
        let begin = folder.rmatch_indices('/').nth(self.parts.saturating_sub(1)).map_or(0, |(slash, _)| slash + 1);
        (folder[begin..].to_owned(), sought.file_name().to_owned())
    }

    /// Keeps what was read of the file at `sought`.
    fn keep(&self, sought: &str, mut read: LayerIndex, indexes: &mut [LayerIndex], room: &mut Room) {
        let path = self.path().to_owned();
        if let Told::BehindFolder { holder } = self.told {
            let Some(holds) = indexes.get(holder) else { return };
            linked_folders::leave_news(&mut read, sought, holds, &self.real);
            if read.files.is_empty() && read.gaps.is_empty() {
                return;
            }
        }
        let Some(index) = indexes.get_mut(self.layer) else { return };
        if let Told::BehindFolder { holder } = self.told {
            let lies = LiesAt { layer: holder, path: self.real.clone() };
            index.behind_folders.insert(path.clone(), lies);
        }
        if let Some(link) = &self.told_by {
            index.told_by.insert(path.clone(), link.clone());
            read.gaps.clear();
        }
        room.takes(read.weight_of(sought));
        match read.files.remove(sought) {
            Some(found) => _ = index.files.insert(path.clone(), found),
            None if matches!(self.told, Told::BehindFolder { .. }) => {}
            // That it was read is known by its being there.
            None => _ = index.files.entry(path.clone()).or_default(),
        }
        index.owned.extend(read.owned.remove(sought).map(|owned| (path.clone(), owned)));
        for mut gap in read.gaps {
            if let Some(rest) = gap.path.strip_prefix(sought) {
                gap.path = format!("{path}{rest}");
            }
            index.gaps.push(gap);
        }
    }
}

/// Has the file read as what is sought, once for all places whose names say the same, and keeps what is found.
fn take(places: &[Place], entry: &Entry, content: &mut dyn Read, indexes: &mut [LayerIndex], room: &mut Room) {
    let mut readings: Vec<((String, String), Vec<&Place>)> = Vec::new();
    for place in places {
        let reading = place.reading();
        let is_full = readings.len() >= MOST_READINGS;
        match readings.iter_mut().find(|(known, _)| *known == reading) {
            Some((_, places)) => places.push(place),
            None if is_full => {
                let reason = format!("it is one of more than {MOST_READINGS} names of one file; only so many are read");
                place.gap(reason, indexes);
            }
            None => readings.push((reading, vec![place])),
        }
    }
    if let [(_, places)] = readings.as_slice() {
        return read_for(places, entry, content, indexes, room);
    }
    let mut shared = match SharedContent::take(&[], content, entry.size_bytes) {
        Ok(shared) => shared,
        Err(error) => {
            return places.iter().for_each(|place| place.gap(format!("cannot read it: {error}"), indexes));
        }
    };
    for (_, places) in &readings {
        match shared.reader() {
            Ok(mut reader) => read_for(places, entry, &mut reader, indexes, room),
            Err(error) => places.iter().for_each(|place| place.gap(format!("cannot read it: {error}"), indexes)),
        }
    }
}

/// Reads the file as the first of the places, and keeps what is found for all of them.
fn read_for(places: &[&Place], entry: &Entry, content: &mut dyn Read, indexes: &mut [LayerIndex], room: &mut Room) {
    let Some(first) = places.first() else { return };
    let read = read_wanted(entry, UntrustedPath::normalise(&first.sought), content);
    for place in places {
        // What is found is kept once for each name, of which there may be many.
        if room.is_left() {
            place.keep(&first.sought, read.clone(), indexes, room);
        } else {
            room.refuse();
        }
    }
}

fn finish(number: usize, room: &Room, indexes: &mut [LayerIndex]) {
    indexes.iter_mut().for_each(LayerIndex::bound_gaps);
    if let Some(index) = indexes.get_mut(number) {
        index.gaps.extend(room.gap());
    }
}

/// Whether somebody would read the file at `sought` who does not read what the layer names so.
pub(crate) fn is_unread(named: &UntrustedPath, sought: &str) -> bool {
    let wanted = SELECTOR.select(&UntrustedPath::normalise(sought));
    let read = SELECTOR.select(named);
    wanted.union(read) != read
}
