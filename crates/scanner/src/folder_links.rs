//! Symbolic links of folders, within a layer and between layers: `lib/x` of an upper layer lies in `usr/lib` where a lower one
//! has `lib -> usr/lib`. Which links an entry leads through depends on what came before it, so that a layer with such entries
//! is read again, with each where it lies: [`crate::placed_entries`].
//!
//! A layer that lists the folder itself, before it has anything in it, replaces the link, so that only other folders come into
//! question: [`LayerIndex::unlisted`]. Most layers list all of theirs.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::{Gap, UntrustedPath, counted};

use crate::detect::Detections;
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::path_set::path_hash;
use crate::placed_entries::LowerLinks;

/// What is said where links are not followed any more.
pub(crate) const TOO_MANY_LINKS: &str =
    "the layers have too many symbolic links and folders to say where all their files lie";

/// The most links that are followed for one path, as many as Linux follows.
pub(crate) const MOST_FOLLOWED: usize = 40;

/// The most parts of a path, and of the links that it leads through, that are looked at.
pub(crate) const MOST_STEPS: usize = 1_000;

/// How often the layers of one image are asked for the links of their folders: a second's work.
const MOST_QUESTIONS: usize = 2_000_000;

/// How many parts of the targets of a layer's hard links are looked at before it is read again for their sake.
const MOST_PARTS_OF_TARGETS: usize = 100_000;

/// Why it is not known where a path lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// It leads through a link whose own target leads through it.
    Circle,
    /// It leads through more links than are followed.
    TooManyLinks,
    /// It and the links that it leads through have more parts than are looked at.
    TooManyParts,
    /// It leads out of the folder.
    LeadsOut,
}

impl Unresolved {
    /// What is said of a file that is not found for this.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Unresolved::Circle => "it leads through symbolic links in a circle",
            Unresolved::TooManyLinks => {
                "it leads through too many symbolic links (limit 40), so that what is behind them was not read"
            }
            Unresolved::TooManyParts => "it leads through symbolic links to a path that is too long to follow",
            Unresolved::LeadsOut => "it is a symbolic link out of the folder that is scanned",
        }
    }
}

/// Has the layers, from the base upwards, read again whose entries lead through symbolic links: `read_again` reads the one of
/// this number with its entries where they lie above those links.
///
/// # Errors
/// When a layer cannot be read again.
pub(crate) fn settle<E>(
    indexes: &mut [LayerIndex],
    found: &mut [Detections],
    mut read_again: impl FnMut(usize, &mut LowerLinks<'_>) -> Result<(LayerIndex, Detections), E>,
) -> Result<(), E> {
    // The hashes of the links' paths, because most folders of a layer are no links below, in as many layers as there may be.
    let mut links: HashSet<u64> = HashSet::new();
    let questions = Cell::new(MOST_QUESTIONS);
    for (number, detections) in found.iter_mut().enumerate() {
        let (lower, upper) = indexes.split_at_mut(number);
        let Some(layer) = upper.first_mut() else { break };
        // Folders matter only where a link could stand for one.
        let folders_left_out = if links.is_empty() && layer.links.is_empty() { 0 } else { layer.folders_left_out };
        let mut lower_links = LowerLinks::of(lower, &links, &questions);
        if leads_through_links(layer, &mut lower_links) {
            (*layer, *detections) = read_again(number, &mut lower_links)?;
            layer.passed_links = Some(lower_links.into_known());
            if questions.get() == 0 {
                layer.gaps.push(Gap::new("", TOO_MANY_LINKS));
            }
        }
        if folders_left_out > 0 {
            let folders = counted(folders_left_out, "folder that it does not list", "folders that it does not list");
            let reason = format!(
                "the layer has things in {folders} beyond those whose names are kept, as in folders very deep in one \
                 another; files in there may lie elsewhere than is said"
            );
            layer.gaps.push(Gap::new("", reason));
        }
        links.extend(layer.links.keys().map(|path| path_hash(path)));
    }
    Ok(())
}

/// Whether the order of a layer's entries matters because of links that they, or the targets of its hard links, lead through.
fn leads_through_links(layer: &LayerIndex, lower: &mut LowerLinks<'_>) -> bool {
    let mut unlisted = layer.unlisted.iter().chain(&layer.replaced);
    if layer.passes_own_links || unlisted.any(|folder| lower.target(folder).is_some()) {
        return true;
    }
    let mut parts = layer.linked_below.values().flat_map(|link| parts_from_root(&link.target));
    let is_link = |part: &str| lower.target(part).is_some();
    // Of so many nobody need look at more to read the layer again.
    parts.by_ref().take(MOST_PARTS_OF_TARGETS).any(is_link) || parts.next().is_some()
}

/// The folders around a path, the outermost first, and the path.
pub(crate) fn parts_from_root(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| end).chain([path.len()]).map(|end| &path[..end])
}

/// The target of the link that is visible at this path above all of the layers.
pub(crate) fn link_at<'a>(
    layers: impl DoubleEndedIterator<Item = &'a LayerIndex> + Clone,
    path: &str,
) -> Option<&'a str> {
    // Most paths are no links, which is found out before what hides them.
    let (above, target) =
        layers.clone().rev().enumerate().find_map(|(above, layer)| Some((above, layer.links.get(path)?)))?;
    let is_hidden = layers.rev().take(above).any(|layer| Hides::new(layer).hides(path));
    (!is_hidden).then_some(target.as_str())
}

/// The links of an image's layers, for whoever asks about many paths: most parts of a path are no links in any layer.
pub(crate) struct ImageLinks<'a> {
    layers: &'a [&'a LayerIndex],
    /// Hashes of the paths of all links.
    paths: HashSet<u64>,
    /// Whether what is scanned is no root, so that links lead out of it.
    is_repository: bool,
}

impl<'a> ImageLinks<'a> {
    /// Those of layers, from the base upwards.
    pub(crate) fn of(layers: &'a [&'a LayerIndex], is_repository: bool) -> ImageLinks<'a> {
        let paths = layers.iter().flat_map(|layer| layer.links.keys()).map(|path| path_hash(path)).collect();
        ImageLinks { layers, paths, is_repository }
    }

    /// Where a path lies when all links on the way and at its end are followed.
    pub(crate) fn resolve(&self, path: &str) -> Result<String, Unresolved> {
        let link = |path: &str| self.link(path);
        if self.is_repository { resolve_within(path, link) } else { resolve(path, link) }
    }

    /// What is said of the link at `path` to `target` at whose end nothing is. Out of a repository absolute targets lead to
    /// where nobody looks, and something may be there.
    pub(crate) fn missing(&self, path: &str, target: &str) -> String {
        let mut outside = None;
        if self.is_repository {
            let end = resolve_within(path, |at| {
                let link = self.link(at);
                outside = link.filter(|link| link.starts_with('/')).or(outside);
                link
            });
            outside = outside.filter(|_| end.is_ok());
        }
        match outside {
            Some(outside) => {
                format!("it is a symbolic link to {outside}, which lies outside of the folder that is scanned")
            }
            None => format!("it is a symbolic link to {target}, which is not there"),
        }
    }

    /// The target of the link at this path.
    fn link(&self, path: &str) -> Option<&'a str> {
        let is_link = self.paths.contains(&path_hash(path));
        is_link.then(|| link_at(self.layers.iter().copied(), path)).flatten()
    }
}

/// Where a path lies when links on the way and at its end are followed inside the root, `..` as the kernel takes it.
pub(crate) fn resolve<T: AsRef<str>>(path: &str, link: impl FnMut(&str) -> Option<T>) -> Result<String, Unresolved> {
    follow(path, link, false)
}

/// The same in a folder that is no root: `..` leads out of it.
pub(crate) fn resolve_within<T: AsRef<str>>(
    path: &str,
    link: impl FnMut(&str) -> Option<T>,
) -> Result<String, Unresolved> {
    follow(path, link, true)
}

fn follow<T: AsRef<str>>(
    path: &str,
    mut link: impl FnMut(&str) -> Option<T>,
    is_folder: bool,
) -> Result<String, Unresolved> {
    let mut left: Vec<String> = parts(path);
    let mut real = String::new();
    let (mut followed, mut steps) = (0, 0);
    // The links whose targets are on the way, each with how many parts are left behind its target.
    let mut open: Vec<(String, usize)> = Vec::new();
    while let Some(part) = left.pop() {
        while open.pop_if(|(_, behind)| left.len() < *behind).is_some() {}
        steps += 1;
        if steps > MOST_STEPS {
            return Err(Unresolved::TooManyParts);
        }
        if part == ".." {
            if is_folder && real.is_empty() {
                return Err(Unresolved::LeadsOut);
            }
            real.truncate(real.rfind('/').unwrap_or(0));
            continue;
        }
        let next = join(&real, &part);
        let Some(target) = link(&next) else {
            real = next;
            continue;
        };
        if open.iter().any(|(link, _)| *link == next) {
            return Err(Unresolved::Circle);
        }
        followed += 1;
        if followed > MOST_FOLLOWED {
            return Err(Unresolved::TooManyLinks);
        }
        open.push((next, left.len()));
        let target = target.as_ref();
        if target.starts_with('/') {
            real.clear();
        }
        left.extend(parts(target));
    }
    Ok(real)
}

/// The parts of a path, the last one first.
fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned).rev().collect()
}

/// Notes the folders of a layer that hold something and are not listed (yet).
#[derive(Default)]
pub(crate) struct UnlistedFolders {
    last: String,
    /// Each with the round in which it was noted last.
    folders: BTreeMap<String, u32>,
    round: u32,
    left_out: u64,
}

impl UnlistedFolders {
    /// Notes the folders around an entry; `takes` says whether there is room for a path of so many bytes. Says whether one
    /// of them `is_link`.
    pub(crate) fn note(
        &mut self,
        path: &UntrustedPath,
        is_listed: impl Fn(u64) -> bool,
        is_link: impl Fn(&str) -> bool,
        mut takes: impl FnMut(usize) -> bool,
    ) -> bool {
        let mut folder = path.parent();
        let mut leads_through_link = false;
        if folder == self.last {
            return false;
        }
        self.last.clear();
        self.last.push_str(folder);
        while !folder.is_empty() && !is_listed(path_hash(folder)) {
            leads_through_link |= is_link(folder);
            match self.folders.get_mut(folder) {
                Some(round) if *round == self.round => break,
                Some(round) => *round = self.round,
                None if takes(folder.len()) => _ = self.folders.insert(folder.to_owned(), self.round),
                None => {
                    self.left_out += 1;
                    break;
                }
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        leads_through_link
    }

    /// Whether the folder is among them, or was before it was listed.
    pub(crate) fn contains(&self, folder: &str) -> bool {
        self.folders.contains_key(folder)
    }

    /// Whether some found no room.
    pub(crate) fn is_cut(&self) -> bool {
        self.left_out > 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// Begins a round in which all folders around entries are noted again: those that were may be gone.
    pub(crate) fn begin_again(&mut self) {
        self.last.clear();
        self.round = self.round.wrapping_add(1);
    }

    /// All of them, and how many found no room.
    pub(crate) fn finish(self) -> (BTreeSet<String>, u64) {
        (self.folders.into_keys().collect(), self.left_out)
    }
}

/// The path of something in a folder; either may be empty.
pub(crate) fn join(folder: &str, rest: &str) -> String {
    match (folder, rest) {
        ("", path) | (path, "") => path.to_owned(),
        (folder, rest) => format!("{folder}/{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(path: &str, links: &[(&str, &str)]) -> Result<String, Unresolved> {
        resolve(path, |at| links.iter().find(|(link, _)| *link == at).map(|(_, target)| *target))
    }

    #[test]
    fn links_are_followed_inside_the_root() {
        for (path, links, real) in [
            ("lib/x", &[("lib", "usr/lib")][..], "usr/lib/x"),
            ("var/run/x", &[("var/run", "/run")], "run/x"),
            ("a/b/x", &[("a", "c"), ("c/b", "../d")], "d/x"),
            ("a/x", &[("a", "../../../../etc")], "etc/x"),
            // What the kernel makes of `..` behind a link is not what the text says.
            ("a/../x", &[("a", "b/c")], "b/x"),
            ("a", &[("a", "/")], ""),
        ] {
            assert_eq!(follow(path, links).as_deref(), Ok(real), "{path}");
        }
    }

    #[test]
    fn links_in_a_circle_end() {
        for links in
            [&[("a", "b"), ("b", "a")][..], &[("a", "a/b")], &[("a", "/a")], &[("a", "b/c"), ("b/c", "../a/d")]]
        {
            assert_eq!(follow("a/x", links), Err(Unresolved::Circle), "{links:?}");
            assert_eq!(follow("a", links), Err(Unresolved::Circle), "{links:?}");
        }
        assert_eq!(follow("a", &[("a", &"../".repeat(1_300))]), Err(Unresolved::TooManyParts));
    }

    /// A path that leads through one link several times comes to an end.
    #[test]
    fn links_that_come_again_are_no_circle() {
        assert_eq!(follow("a/../a/../a/x", &[("a", "b")]).as_deref(), Ok("b/x"));
        assert_eq!(follow("a/a/x", &[("a", ".")]).as_deref(), Ok("x"));
        assert_eq!(follow("a/x", &[("a", "b/../b/c"), ("b", "d")]).as_deref(), Ok("d/c/x"));
        assert_eq!(follow(&"a/../".repeat(41), &[("a", "b")]), Err(Unresolved::TooManyLinks));
    }

    #[test]
    fn a_chain_of_links_ends_where_linux_ends_it() {
        let chain = |links: usize| -> Vec<(String, String)> {
            (0..links).map(|number| (format!("l{number}"), format!("l{}", number + 1))).collect()
        };
        let resolve_chain = |links: usize| {
            let chain = chain(links);
            resolve("l0/x", |at| chain.iter().find(|(link, _)| link == at).map(|(_, target)| target.as_str()))
        };
        assert_eq!(resolve_chain(MOST_FOLLOWED).as_deref(), Ok("l40/x"));
        assert_eq!(resolve_chain(MOST_FOLLOWED + 1), Err(Unresolved::TooManyLinks));
        assert!(Unresolved::TooManyLinks.reason().contains(&format!("(limit {MOST_FOLLOWED})")));
    }

    #[test]
    fn absolute_links_of_a_repository_to_nothing_lead_out_of_it() {
        let links = [("a", "/srv/x"), ("b", "a"), ("c", "gone"), ("d", "/c")];
        let links = links.map(|(link, target)| (link.to_owned(), target.to_owned())).into();
        let index = LayerIndex { links, ..LayerIndex::default() };
        let layers = [&index];
        let (repository, root) = (ImageLinks::of(&layers, true), ImageLinks::of(&layers, false));
        let outside =
            |path: &str| format!("it is a symbolic link to {path}, which lies outside of the folder that is scanned");
        let gone = |path: &str| format!("it is a symbolic link to {path}, which is not there");
        assert_eq!(repository.missing("a", "/srv/x"), outside("/srv/x"));
        assert_eq!(repository.missing("b", "a"), outside("/srv/x"));
        assert_eq!(repository.missing("c", "gone"), gone("gone"));
        assert_eq!(repository.missing("d", "/c"), outside("/c"));
        assert_eq!(root.missing("a", "/srv/x"), gone("/srv/x"));
    }

    #[test]
    fn a_folder_behind_a_link_takes_the_place_of_another_link() {
        use crate::system_links::tests::check;
        let lock = "c/requirements.txt = jinja2==2.11.1";
        let (root, other, through): (&[&str], &[&str], &[&str]) = (&["a -> /"], &["b -> /srv"], &["c -> /a/b"]);
        let (beyond, replaced) = ("jinja2 2.11.1 in srv/requirements.txt", "jinja2 2.11.1 in b/requirements.txt");
        check(&[root, other, through, &[lock]], &[beyond]);
        check(&[root, other, through, &["a/b/", lock]], &[replaced]);
        check(&[root, other, through, &["a/d/", lock]], &[beyond]);
    }
}
