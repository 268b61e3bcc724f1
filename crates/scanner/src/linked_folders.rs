//! Symbolic links with the names of folders that readers go by, to folders of other names: `app/node_modules -> /srv/nm`,
//! `specifications -> /data/specs`. The files behind them are read in a further pass as what they are by the link, and told
//! where the link says that they lie, unless the same is told of them where they do lie. Which names those are follows from
//! what ecosystems want: [`crate::folder_wants`].

use std::collections::{BTreeMap, HashSet};

use model::{Ecosystem, Gap, UntrustedPath, counted};

use crate::ecosystems::linked_package;
use crate::folder_links::{ImageLinks, Unresolved, join, parts_from_root};
use crate::folder_wants::{FOLDER_WANTS, WantedFolder};
use crate::found::Found;
use crate::further_pass::{Place, is_unread};
use crate::layer_index::{LONGEST_TARGET, LayerIndex, LiesAt, MOST_GAPS, Room};
use crate::merge::Hides;
use crate::owned_files::owned_name;
use crate::path_set::{PathSet, path_hash};
use crate::selector::SELECTOR;
use crate::system_links::{LinkedFiles, holder};

mod within;

pub(crate) use within::{FolderBehind, LinkWithin, QUESTIONS_OF_ANY, rooted};

/// How often the layers of one image are asked about such links, and how many bytes of paths are kept of them: a second's
/// work. Images have a handful.
pub(crate) const MOST_QUESTIONS: usize = 1_000_000;

/// What a place where a file is looked for takes beside its path, or a gap in its stead, in bytes, roughly.
const BYTES_BESIDE: usize = 128;

/// A link to a folder, of which a layer has something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LinkedFolder {
    /// The layer that has the link.
    of_layer: usize,
    /// The link.
    sought: String,
    /// What is wanted of the folder for the link's name.
    wanted: WantedFolder,
    /// The layer whose index gets to know what is read.
    layer: usize,
}

/// Folders behind links, by where a layer has them. Of several links by which the same is wanted of one folder there is one: what
/// is in there is read and told once, not as often as somebody links to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LinkedFolders(BTreeMap<String, Vec<LinkedFolder>>);

/// Single files behind links of folders, by the layer that holds them, where they lie, and the name that readers go by. Each is
/// told by one link.
#[derive(Default)]
pub(crate) struct SingleFiles(BTreeMap<(usize, String, &'static str), SingleFile>);

/// A link to the folder of a single file.
struct SingleFile {
    /// The layer that has the link.
    of_layer: usize,
    /// The file by way of the link.
    sought: String,
    /// By how many last parts of the path of its folder readers may go.
    parts: usize,
}

/// The layers above one that have something in a folder behind links too.
pub(crate) type LayersAbove = BTreeMap<String, Vec<usize>>;

/// Adds what links of the layers, from the base upwards, lead to, as long as there is `room` for questions: [`MOST_QUESTIONS`] for
/// an image. Gives back the folders that readers go by for these links.
pub(crate) fn add(
    layers: &[&LayerIndex],
    links: &ImageLinks<'_>,
    room: &mut usize,
    linked: &mut LinkedFiles,
) -> Vec<FolderBehind> {
    let is_wanted = |path: &str, target: &str| {
        // For the folder of a package: [`crate::linked_packages`].
        FOLDER_WANTS.go_by(path) && linked_package(&UntrustedPath::normalise(path), target).is_none()
    };
    let is_followed =
        |path: &str, target: &str| is_wanted(path, target) || FOLDER_WANTS.at_below(path).next().is_some();
    if !layers.iter().any(|layer| layer.links.iter().any(|(path, target)| is_followed(path, target))) {
        return Vec::new();
    }
    let mut left_out = 0;
    let mut files = SingleFiles::default();
    let mut above: Vec<Hides<'_>> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        for (path, target) in layer.links.iter().filter(|(path, target)| is_followed(path, target)) {
            if above.iter_mut().any(|upper| upper.hides(path)) {
                continue;
            }
            let mut has_room = take(room, layers.len() * 8 + 16);
            if has_room && is_wanted(path, target) {
                add_files(layers, number, path, links, &mut files);
                match links.resolve(path) {
                    Ok(real) => has_room = add_folder(layers, number, path, &real, room, linked),
                    Err(unresolved) => {
                        let has_wanted_file = FOLDER_WANTS.files_in(path).next().is_some();
                        let is_chain = unresolved == Unresolved::TooManyLinks;
                        if FOLDER_WANTS.whole(path, "").is_some() || is_chain && has_wanted_file {
                            linked.gaps_of_layers.push((number, Gap::new(path.as_str(), unresolved.reason())));
                        }
                    }
                }
            }
            for folder in FOLDER_WANTS.at_below(path) {
                if let Ok(real) = links.resolve(folder) {
                    has_room = has_room && add_folder(layers, number, folder, &real, room, linked);
                }
            }
            left_out += usize::from(!has_room);
        }
        above.push(Hides::new(layer));
    }
    let (folders, left_out_within) = within::follow(layers, links, room, &mut files, linked);
    left_out += left_out_within;
    files.add_to(linked);
    if left_out > 0 {
        let reason = counted(
            left_out,
            "symbolic link to a folder with packages is not followed, because there are too many of them",
            "symbolic links to folders with packages are not followed, because there are too many of them",
        );
        linked.gaps.push(Gap::new("", reason));
    }
    folders
}

/// Wants the single files that readers go by of the folder behind the link at `path` of layer `number`.
fn add_files(layers: &[&LayerIndex], number: usize, path: &str, links: &ImageLinks<'_>, files: &mut SingleFiles) {
    for name in FOLDER_WANTS.files_in(path) {
        let sought = join(path, name);
        let Ok(real) = links.resolve(&sought) else { continue };
        let Some((holder, held)) = holder(layers, &real) else { continue };
        if is_unread(&held, &sought) {
            files.want((holder, real, name), number, sought, 1);
        }
    }
}

/// Wants what readers go by in the folder at `real`, to which the link at `path` of layer `number` leads. Says whether there
/// was room.
fn add_folder(
    layers: &[&LayerIndex],
    number: usize,
    path: &str,
    real: &str,
    room: &mut usize,
    linked: &mut LinkedFiles,
) -> bool {
    let Some(wanted) = FOLDER_WANTS.whole(path, real) else { return true };
    // The root is no folder of packages, whatever a link to it is called; longer paths are no folders that Linux opens.
    if real.is_empty() || real.len() > LONGEST_TARGET {
        return true;
    }
    for (holder, layer) in layers.iter().enumerate().rev() {
        if layer.has_folder(real) {
            if !take(room, real.len() + path.len()) {
                return false;
            }
            let (sought, layer) = (path.to_owned(), number.max(holder));
            let folder = LinkedFolder { of_layer: number, sought, wanted, layer };
            linked.wanted.entry(holder).or_default().linked.want(real, folder);
        }
        if Hides::new(layer).hides_content_of(real) {
            break;
        }
    }
    true
}

/// Whether there is so much left, which is taken; once there is not, there is nothing.
pub(crate) fn take(room: &mut usize, wanted: usize) -> bool {
    let left = room.checked_sub(wanted);
    *room = left.unwrap_or(0);
    left.is_some()
}

impl SingleFiles {
    /// Wants a file for a link of layer `of_layer`, by way of which it is `sought`, unless a link of a lower layer, or one of the
    /// same with a smaller path, tells it.
    pub(crate) fn want(&mut self, file: (usize, String, &'static str), of_layer: usize, sought: String, parts: usize) {
        let link = SingleFile { of_layer, sought, parts };
        match self.0.get_mut(&file) {
            Some(known) if (link.of_layer, &link.sought) < (known.of_layer, &known.sought) => *known = link,
            Some(_) => {}
            None => _ = self.0.insert(file, link),
        }
    }

    /// Has them read in further passes.
    pub(crate) fn add_to(self, linked: &mut LinkedFiles) {
        for ((holder, real, _), link) in self.0 {
            let named = UntrustedPath::normalise(&real);
            // The link and the file are both there from the upper one of their layers on.
            let place = Place::behind_folder(link.of_layer.max(holder), holder, real, link.sought, link.parts);
            linked.wanted.entry(holder).or_default().want(named, place);
        }
    }
}

impl LinkedFolders {
    /// Wants a folder for a link, unless one of a lower layer, or one of the same with a smaller path, tells the same of it.
    fn want(&mut self, real: &str, link: LinkedFolder) {
        let Some(links) = self.0.get_mut(real) else {
            self.0.insert(real.to_owned(), vec![link]);
            return;
        };
        match links.iter_mut().find(|known| known.wanted == link.wanted) {
            Some(known) if (link.of_layer, &link.sought) < (known.of_layer, &known.sought) => *known = link,
            Some(_) => {}
            None => links.push(link),
        }
    }

    /// Each folder with each of its links.
    fn folders(&self) -> impl Iterator<Item = FolderBehind> + '_ {
        let links = self.0.iter().flat_map(|(real, links)| links.iter().map(move |link| (real, link)));
        links.map(|(real, LinkedFolder { of_layer, sought, wanted, layer: _ })| {
            FolderBehind::new(*of_layer, sought.clone(), real.clone(), *wanted)
        })
    }

    /// Whether the same is wanted of the folder for some link.
    fn has(&self, real: &str, wanted: WantedFolder) -> bool {
        self.0.get(real).is_some_and(|links| links.iter().any(|link| link.wanted == wanted))
    }

    /// Keeps only the folders in which a layer above has or hides something; `hides` tells what it hides.
    pub(crate) fn retain_touched(&mut self, layer: &LayerIndex, hides: &mut Hides<'_>) {
        self.0.retain(|real, _| {
            let inside = format!("{real}/");
            let mut gone = [&layer.whiteouts, &layer.opaque].into_iter();
            layer.has_folder(real)
                || hides.hides(real)
                || hides.hides_content_of(real)
                || gone.any(|paths| paths.range(inside.clone()..).next().is_some_and(|path| path.starts_with(&inside)))
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The gaps where a further pass over the folder cannot be had.
    pub(crate) fn unread(&self) -> impl Iterator<Item = Gap> + '_ {
        let links = self.0.iter().flat_map(|(real, links)| links.iter().map(move |link| (real, link)));
        links.map(|(real, link)| {
            Gap::new(link.sought.as_str(), format!("it is a symbolic link to {real}, which cannot be read"))
        })
    }

    /// The layers above the one of this number that have something in these folders too.
    pub(crate) fn above(&self, number: usize, indexes: &[LayerIndex]) -> LayersAbove {
        let upper = |real: &str| -> Vec<usize> {
            let layers = indexes.iter().enumerate().skip(number + 1);
            layers.filter(|(_, layer)| layer.has_folder(real)).map(|(upper, _)| upper).collect()
        };
        self.0.keys().map(|real| (real.clone(), upper(real))).collect()
    }

    /// Where the file that layer `number` names so is looked for by way of links, unless layers `above` hide it. All that is
    /// looked for takes `room`.
    pub(crate) fn places_of(
        &self,
        named: &UntrustedPath,
        number: usize,
        above: &LayersAbove,
        indexes: &[LayerIndex],
        room: &mut Room,
    ) -> Vec<Place> {
        let mut places = Vec::new();
        if self.0.is_empty() {
            return places;
        }
        let around = parts_from_root(named.parent()).take_while(|folder| folder.len() <= LONGEST_TARGET);
        for (folder, links) in around.filter_map(|folder| Some((folder, self.0.get(folder)?))) {
            let below = named.as_str().get(folder.len() + 1..).unwrap_or_default();
            let upper = above.get(folder).map_or(&[][..], Vec::as_slice);
            let mut is_hidden = None;
            for link in links {
                let sought = join(&link.sought, below);
                let readers = SELECTOR.select(&UntrustedPath::normalise(&sought));
                let bytes = sought.len() + size_of_val(upper) + BYTES_BESIDE;
                if !readers.has_any_of(link.wanted.readers) || !room.takes(bytes) {
                    continue;
                }
                let is_hidden = *is_hidden.get_or_insert_with(|| is_hidden_by(upper, indexes, named.as_str()));
                if !is_hidden {
                    let (real, parts) = (named.as_str().to_owned(), link.wanted.parts + below.matches('/').count());
                    places.push(Place::behind_folder(link.layer, number, real, sought, parts));
                }
            }
        }
        places
    }
}

fn is_hidden_by(layers: &[usize], indexes: &[LayerIndex], path: &str) -> bool {
    let mut layers = layers.iter().filter_map(|number| indexes.get(*number));
    layers.any(|layer| Hides::new(layer).hides(path))
}

/// Leaves of what was read of a file at `sought` what the layer that `holds` it does not tell of it where it lies.
pub(crate) fn leave_news(read: &mut LayerIndex, sought: &str, holds: &LayerIndex, real: &str) {
    let is_known = |found: &Found| holds.files.get(real).is_some_and(|known| tells_all_of(known, found));
    if read.files.get(sought).is_some_and(is_known) {
        read.files.remove(sought);
    }
    read.gaps.retain(|gap| {
        let inside = gap.path.strip_prefix(sought).unwrap_or_default();
        let is_same = |known: &Gap| known.reason == gap.reason && known.path.strip_prefix(real) == Some(inside);
        // Behind those that a layer notes are those of this pass.
        !holds.gaps.iter().take(MOST_GAPS).any(is_same)
    });
}

/// Whether all packages that a reading of a file tells are known.
fn tells_all_of(known: &Found, found: &Found) -> bool {
    let known: HashSet<(Ecosystem, &str, &str)> =
        known.packages.iter().map(|package| (package.ecosystem, &*package.name, &*package.version)).collect();
    found.packages.iter().all(|package| known.contains(&(package.ecosystem, &*package.name, &*package.version)))
}

/// Tells files behind links of folders that packages of the system own where they lie, because that is where they own them.
pub(crate) fn tell_owned(indexes: &mut [LayerIndex]) {
    let hash = |lies: &LiesAt| path_hash(&owned_name(&lies.path));
    let behind = indexes.iter().flat_map(|index| index.behind_folders.values());
    let asked: HashSet<u64> = behind.map(hash).collect();
    if asked.is_empty() {
        return;
    }
    let lists = indexes.iter().flat_map(|index| index.owned.values());
    let owned: HashSet<u64> = lists.flat_map(PathSet::iter).filter(|hash| asked.contains(hash)).collect();
    for number in 0..indexes.len() {
        let behind = std::mem::take(&mut indexes[number].behind_folders);
        for (sought, lies) in behind.into_iter().filter(|(_, lies)| owned.contains(&hash(lies))) {
            for gap in &mut indexes[number].gaps {
                let inside = gap.path.strip_prefix(sought.as_str());
                if let Some(inside) = inside.filter(|inside| inside.is_empty() || inside.starts_with("!/")) {
                    gap.path = format!("{}{inside}", lies.path);
                }
            }
            let Some(found) = indexes[number].files.remove(&sought) else { continue };
            let Some(holder) = indexes.get_mut(lies.layer) else { continue };
            let known = holder.files.entry(lies.path).or_default();
            if *known == Found::default() {
                *known = found;
            } else {
                known.append(found.packages);
            }
        }
    }
}

#[cfg(test)]
mod tests;
