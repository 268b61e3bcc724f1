//! Symbolic links in folders that lie behind symbolic links themselves: `app/node_modules -> /srv/nm` and `srv/nm/@babel ->
//! /store/babel`, `specifications -> /data/specs` and `data/specs/rake.gemspec -> /store/1`. By their own paths they are none
//! that readers go by; by way of the link of the folder they are. Those of packages of Node are followed by
//! [`crate::linked_packages`].

use std::collections::HashSet;
use std::ops::Bound;

use model::{Gap, UntrustedPath};

use super::{SingleFiles, add_files, add_folder, take};
use crate::ecosystems::linked_package;
use crate::folder_links::{ImageLinks, join, link_at};
use crate::folder_wants::{FOLDER_WANTS, WantedFolder};
use crate::further_pass::Place;
use crate::layer_index::LayerIndex;
use crate::selector::SELECTOR;
use crate::system_links::{LinkedFiles, has_folder, holder};

/// How many folders behind links are followed one within the other.
const MOST_ROUNDS: usize = 8;

/// For how many questions any link in such a folder counts, followed or not.
pub(crate) const QUESTIONS_OF_ANY: usize = 3;

/// A folder that readers go by for the link to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FolderBehind {
    /// The layer that has the link.
    of_layer: usize,
    /// The link.
    pub(crate) sought: String,
    real: String,
    wanted: WantedFolder,
}

/// A link in such a folder.
pub(crate) struct LinkWithin<'a> {
    /// The layer from which on both links are there.
    pub(crate) of_layer: usize,
    /// The link, by way of that of the folder.
    pub(crate) sought: String,
    /// Where it lies.
    pub(crate) lies: &'a str,
    pub(crate) target: &'a str,
}

impl FolderBehind {
    /// The folder at `real`, of which is `wanted` what the link at `sought` of a layer says.
    pub(super) fn new(of_layer: usize, sought: String, real: String, wanted: WantedFolder) -> FolderBehind {
        FolderBehind { of_layer, sought, real, wanted }
    }

    /// The links in it of the layer with this number.
    pub(crate) fn links_of<'a>(&self, number: usize, layer: &'a LayerIndex) -> impl Iterator<Item = LinkWithin<'a>> {
        let begin = format!("{}/", self.real);
        let links = layer.links.range::<str, _>((Bound::Excluded(begin.as_str()), Bound::Unbounded));
        links.map_while(move |(lies, target)| {
            let sought = join(&self.sought, lies.strip_prefix(begin.as_str())?);
            Some(LinkWithin { of_layer: self.of_layer.max(number), sought, lies, target })
        })
    }
}

/// Adds what links in the folders lead to that are wanted so far, and in those that are wanted for these. Gives back all of
/// them, and how many links were not followed for want of room.
pub(super) fn follow(
    layers: &[&LayerIndex],
    links: &ImageLinks<'_>,
    room: &mut usize,
    files: &mut SingleFiles,
    linked: &mut LinkedFiles,
) -> (Vec<FolderBehind>, usize) {
    let mut folders: Vec<FolderBehind> = Vec::new();
    let mut known: HashSet<(String, String)> = HashSet::new();
    let mut left_out = 0;
    for round in 0..=MOST_ROUNDS {
        let all = linked.wanted.values().flat_map(|pass| pass.linked.folders());
        let fresh: Vec<FolderBehind> =
            all.filter(|folder| known.insert((folder.real.clone(), folder.sought.clone()))).collect();
        if fresh.is_empty() {
            break;
        }
        if round == MOST_ROUNDS {
            left_out += fresh.len();
        } else {
            for folder in &fresh {
                for (number, layer) in layers.iter().enumerate() {
                    for link in folder.links_of(number, layer) {
                        if !take(room, QUESTIONS_OF_ANY) {
                            left_out += 1;
                            break;
                        }
                        left_out += usize::from(!follow_one(layers, &link, folder, links, room, files, linked));
                    }
                }
            }
        }
        folders.extend(fresh);
    }
    (folders, left_out)
}

/// Adds what one link leads to. Says whether there was room.
fn follow_one(
    layers: &[&LayerIndex],
    link: &LinkWithin<'_>,
    folder: &FolderBehind,
    links: &ImageLinks<'_>,
    room: &mut usize,
    files: &mut SingleFiles,
    linked: &mut LinkedFiles,
) -> bool {
    let named = UntrustedPath::normalise(&link.sought);
    let is_package = linked_package(&named, &rooted(link)).is_some();
    let is_file = SELECTOR.select(&named).has_any_of(folder.wanted.readers);
    let is_folder = FOLDER_WANTS.go_by(&link.sought);
    if is_package || !is_file && !is_folder {
        return true;
    }
    if !take(room, layers.len() * 8 + 16) {
        return false;
    }
    if link_at(layers.iter().copied(), link.lies) != Some(link.target) {
        return true;
    }
    // Of one with a name that readers go by its own gap is told.
    let is_told = !SELECTOR.select(&UntrustedPath::normalise(link.lies)).is_empty();
    let gap = |reason: String, linked: &mut LinkedFiles| {
        if !is_told {
            linked.gaps_of_layers.push((link.of_layer, Gap::new(link.sought.as_str(), reason)));
        }
        true
    };
    let real = match links.resolve(link.lies) {
        Ok(real) => real,
        Err(unresolved) => return gap(unresolved.reason().to_owned(), linked),
    };
    if let Some((holder, held)) = holder(layers, &real) {
        if is_file {
            let below = link.sought.get(folder.sought.len() + 1..).unwrap_or_default();
            let parts = folder.wanted.parts + below.matches('/').count();
            let place = Place::behind_folder(link.of_layer.max(holder), holder, real, link.sought.clone(), parts);
            linked.wanted.entry(holder).or_default().want(held, place);
        }
        return true;
    }
    if is_folder {
        add_files(layers, link.of_layer, &link.sought, links, files);
        let is_wanted_anyway = FOLDER_WANTS
            .whole(&link.sought, &real)
            .is_none_or(|wanted| linked.wanted.values().any(|pass| pass.linked.has(&real, wanted)));
        return is_wanted_anyway || add_folder(layers, link.of_layer, &link.sought, &real, room, linked);
    }
    if has_folder(layers, &real) {
        return true;
    }
    gap(links.missing(link.lies, link.target), linked)
}

/// The target of a link as a path from the root, by how it is written.
pub(crate) fn rooted(link: &LinkWithin<'_>) -> String {
    format!("/{}", UntrustedPath::normalise(link.lies).resolve(link.target).as_str())
}
