//! Hard links with names that readers go by, to files that were not read under their own names: a second pass over the
//! layer reads them, and looks into those that detectors passed over. What the layer did not have when the link came is left
//! to [`crate::lower_links`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use model::{Gap, UntrustedPath};
use oci::{Entry, EntryKind, EntryStream, ReadEntriesError};
use serde::{Deserialize, Serialize};

use crate::detect::{Detections, FileDetector, FirstName};
use crate::further_pass::NO_FILE;
use crate::layer_index::{LayerIndex, Room, read_under};
use crate::layer_paths::{EntryNumbers, GivenRights, HardLinks, LinkedFile, Occurrences};
use crate::rights::Rights;
use crate::selector::SELECTOR;
use crate::shared_content::SharedContent;

/// How often detectors look into one file for the sake of names that are not alike.
const MOST_LOOKS: usize = 32;

/// Where a hard link leads whose file the layer did not have when the link came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LowerLink {
    /// The path that it names.
    pub(crate) target: String,
    /// Whether the layer has that path in an entry behind the link's: what a lower layer has there comes first.
    pub(crate) comes_first: bool,
    /// What the headers of the layer's links to that path let those do who run the file, where it is known.
    pub(crate) rights: Option<Rights>,
}

impl LowerLink {
    /// The link to a file that the layer did not have when the link came.
    pub(crate) fn to(file: &LinkedFile, occurrences: &Occurrences<'_>, given: &GivenRights) -> LowerLink {
        let (target, comes_first) = (file.path.as_str().to_owned(), occurrences.is_behind(file));
        LowerLink { target, comes_first, rights: given.of_lower(file) }
    }
}

/// Hard links to files that were not read, or not looked into, under their own name.
#[derive(Default)]
pub(crate) struct MissingLinks {
    /// By the number of the file's entry.
    names: BTreeMap<usize, Vec<UntrustedPath>>,
    /// Those under which detectors look into the file, in the same way.
    looked_into: BTreeMap<usize, Vec<UntrustedPath>>,
    /// The names by which the files under these are known.
    first_names: BTreeMap<UntrustedPath, UntrustedPath>,
    /// What headers of links let those do who run a file, by the number of its entry, where its own says otherwise.
    rights: BTreeMap<usize, Rights>,
    /// The paths of the files.
    files: BTreeSet<UntrustedPath>,
}

impl MissingLinks {
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.looked_into.is_empty()
    }

    /// Whether a link leads to a file of this path.
    pub(crate) fn contains(&self, path: &UntrustedPath) -> bool {
        self.files.contains(path)
    }

    /// Adds a link to the file in the entry with this number.
    pub(crate) fn add(&mut self, name: UntrustedPath, file: UntrustedPath, number: usize) {
        self.names.entry(number).or_default().push(name);
        self.files.insert(file);
    }

    /// Adds a link under whose name detectors have to look into the file in the entry with this number, which is known by its
    /// `first` name.
    pub(crate) fn look_into(&mut self, name: UntrustedPath, first: UntrustedPath, number: usize) {
        self.first_names.insert(name.clone(), first);
        self.looked_into.entry(number).or_default().push(name);
    }

    /// Notes the rights that the file in the entry with this number is read with.
    pub(crate) fn give(&mut self, number: usize, rights: Rights) {
        self.rights.insert(number, rights);
    }

    /// Gives files the rights that the headers of hard links to them have. Those that only these make executable are read
    /// again as such.
    pub(crate) fn give_rights(
        &mut self,
        given: &GivenRights,
        modes: &[Option<u16>],
        linked: &HardLinks,
        occurrences: &Occurrences<'_>,
        mut detections: Option<&mut Detections>,
    ) {
        let mut names: BTreeMap<usize, Vec<&UntrustedPath>> = BTreeMap::new();
        for (number, (path, rights)) in &given.own {
            let is_other = |mode: u16| u32::from(mode) != rights.mode || !rights.capabilities.is_empty();
            if modes.get(*number).copied().flatten().is_some_and(is_other) {
                self.give(*number, *rights);
                // What something took the place of is looked into again anyway under the names that are left.
                if occurrences.is_left(*number) {
                    names.insert(*number, vec![path]);
                }
            }
        }
        if names.is_empty() {
            return;
        }
        for (name, file) in linked.iter() {
            if let Some(names) = occurrences.number_of(file).and_then(|number| names.get_mut(&number)) {
                names.push(name);
            }
        }
        for (number, names) in names {
            let Some((path, rights)) = given.own.get(&number) else { continue };
            let was_executable = modes.get(number).copied().flatten().is_some_and(|mode| mode & 0o111 != 0);
            let is_made_executable = rights.is_executable() && !was_executable;
            if is_made_executable && SELECTOR.select(path).is_empty() {
                self.add(path.clone(), path.clone(), number);
            }
            let Some(detections) = &mut detections else { continue };
            for name in names {
                if is_made_executable {
                    self.look_into(name.clone(), path.clone(), number);
                } else {
                    detections.give(name.as_str(), *rights);
                }
            }
        }
    }
}

/// Reads the targets of `links` under the names of the links, in a second pass over the same entries, and has them looked
/// into by `look`. Those that lead to no file are gaps.
pub(crate) fn read_links(
    stream: &mut dyn EntryStream,
    links: &MissingLinks,
    index: &mut LayerIndex,
    mut look: Option<(&mut FileDetector<'_>, &mut Detections)>,
) -> Result<(), ReadEntriesError> {
    let mut numbers = EntryNumbers::default();
    let mut further: Vec<Vec<&UntrustedPath>> = Vec::new();
    while let Some(mut entry) = stream.next_entry()? {
        let Some(number) = numbers.take(&entry) else { continue };
        if let Some(rights) = links.rights.get(&number) {
            rights.give(&mut entry);
        }
        let names = links.names.get(&number).map_or(&[][..], Vec::as_slice);
        let looked_into = links.looked_into.get(&number).map_or(&[][..], Vec::as_slice);
        if entry.kind == EntryKind::File {
            match &mut look {
                Some((detector, detections)) if !looked_into.is_empty() => {
                    for name in looked_into {
                        detector.note(&Entry { path: name.clone(), ..entry.clone() }, detections);
                    }
                    let (mut alike, rest) = detector.alike(looked_into, MOST_LOOKS);
                    if let Some(name) = rest.first() {
                        let reason =
                            format!("it is one of more than {MOST_LOOKS} names of one file; only so many are read");
                        detections.gaps.push(Gap::new(name.as_str(), reason));
                    }
                    let content = stream.content();
                    if let Err(error) = look_under(&alike, names, entry, content, index, detector, detections) {
                        let unread = looked_into.iter().take(1);
                        let reason = format!("cannot read it: {error}");
                        detections.gaps.extend(unread.map(|name| Gap::new(name.as_str(), reason.as_str())));
                    }
                    // What is found under the first name is true of the file, whatever else it is called.
                    alike.iter_mut().take(1).for_each(|names| names.extend(&rest));
                    further.extend(alike);
                }
                _ => read_under(names, entry, stream.content(), index),
            }
            continue;
        }
        let what = match &entry.kind {
            EntryKind::HardLink(target) => {
                // One of more than are remembered.
                let lead = LowerLink { target: target.as_str().to_owned(), comes_first: false, rights: None };
                index.linked_below.extend(names.iter().map(|name| (name.as_str().to_owned(), lead.clone())));
                if let Some((_, detections)) = &mut look {
                    let reason = format!("it is a hard link to {target}, which is one of too many to be followed");
                    let gap = |name: &UntrustedPath| Gap::new(name.as_str(), reason.as_str());
                    detections.gaps.extend(looked_into.iter().map(gap));
                }
                continue;
            }
            EntryKind::SymbolicLink(_) => "a symbolic link",
            EntryKind::Other => NO_FILE,
            EntryKind::File | EntryKind::Directory => continue,
        };
        let reason = format!("it is a hard link to {}, which is {what}", entry.path);
        // Nobody misses anything that nobody goes by the name of.
        let missed = names.iter().filter(|name| !SELECTOR.select(name).is_empty());
        index.gaps.extend(missed.map(|name| Gap::new(name.as_str(), reason.as_str())));
    }
    if let Some((detector, detections)) = look {
        detector.finish(detections);
        let mut room = Room::of_a_layer();
        for names in further {
            let [first, others @ ..] = names.as_slice() else { continue };
            let Some(found) = detections.files.get(first.as_str()).cloned() else { continue };
            let taken = others.iter().filter(|name| room.takes(name.as_str().len() + found.weight()));
            detections.files.extend(taken.map(|name| (name.as_str().to_owned(), found.clone())));
        }
        detections.gaps.extend(room.gap());
        for (name, first) in links.first_names.iter().filter(|(name, first)| name != first) {
            if let Some(found) = detections.files.get_mut(name.as_str()) {
                found.first = Some(FirstName { layer: None, path: first.as_str().to_owned() });
            }
        }
    }
    index.bound_gaps();
    Ok(())
}

/// Has a file read under `names`, and looked into under further ones: once for those that are alike.
fn look_under(
    alike: &[Vec<&UntrustedPath>],
    names: &[UntrustedPath],
    entry: Entry,
    content: &mut dyn Read,
    index: &mut LayerIndex,
    detector: &mut FileDetector<'_>,
    detections: &mut Detections,
) -> io::Result<()> {
    let mut content = SharedContent::take(&[], content, entry.size_bytes)?;
    read_under(names, entry.clone(), &mut *content.reader()?, index);
    let head = content.head(detector.head_bytes());
    for name in alike.iter().filter_map(|names| names.first()) {
        let named = Entry { path: (*name).clone(), ..entry.clone() };
        let Some(reasons) = detector.reasons(&named, &head, detections) else { continue };
        let own = SharedContent::take(&[], &mut *content.reader()?, entry.size_bytes)?;
        detector.read(named, head.clone(), reasons, own, detections);
    }
    Ok(())
}
