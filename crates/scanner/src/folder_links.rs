//! Symbolic links of folders between layers: `lib/x` of an upper layer lies in `usr/lib` where a lower one has
//! `lib -> usr/lib`. A program that unpacks layers follows such links inside the root of the image (OCI image-spec,
//! layer.md, Applying Changesets; path_resolution(7)), and so do whiteouts.
//!
//! A layer that lists the folder itself replaces the link, so that only folders which it does not list come into question:
//! [`LayerIndex::unlisted`]. Most layers list all of theirs.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::{Gap, UntrustedPath, counted};

use crate::detect::Detections;
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::path_set::path_hash;

/// The most links that are followed for one path, as many as Linux follows.
pub(crate) const MOST_FOLLOWED: usize = 40;

/// The most parts of a path, and of the links that it leads through, that are looked at.
const MOST_STEPS: usize = 1_000;

/// How often the layers of one image are asked for the links of their folders: a second's work.
const MOST_QUESTIONS: usize = 2_000_000;

/// The most folders of one layer that lie behind links of lower ones; systems have a dozen (`bin`, `lib`, `var/run`, …).
const MOST_REDIRECTS: usize = 256;

/// Where folders that a layer does not list lie in truth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Redirects {
    /// The folder as the layer names it, and where it lies.
    folders: BTreeMap<String, String>,
}

/// Why it is not known where a path lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// It leads through more links than are followed, as links in a circle do.
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
            Unresolved::TooManyLinks => "it leads through symbolic links in a circle",
            Unresolved::TooManyParts => "it leads through symbolic links to a path that is too long to follow",
            Unresolved::LeadsOut => "it is a symbolic link out of the folder that is scanned",
        }
    }
}

impl Redirects {
    pub(crate) fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// Where the path that the layer names lies.
    pub(crate) fn real<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if self.is_empty() {
            return Cow::Borrowed(path);
        }
        // The innermost folder has been resolved through those around it.
        let mut folder = path;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            if let Some(real) = self.folders.get(parent) {
                return Cow::Owned(join(real, &path[parent.len() + 1..]));
            }
            folder = parent;
        }
        Cow::Borrowed(path)
    }

    /// By which names other than its own the layer could name what lies at this path: the folder and the rest.
    pub(crate) fn aliases<'s>(&'s self, real: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        let below = move |folder: &str| {
            if folder.is_empty() { Some(real) } else { real.strip_prefix(folder)?.strip_prefix('/') }
        };
        let names = self.folders.iter().filter_map(move |(named, lies)| Some((named.as_str(), below(lies)?)));
        names.filter(move |(named, rest)| self.real(&join(named, rest)) == real)
    }

    /// By which names the layer could name what lies at this path, its own among them.
    pub(crate) fn names(&self, real: &str) -> Vec<String> {
        let aliases = self.aliases(real).map(|(folder, rest)| join(folder, rest));
        std::iter::once(real.to_owned()).chain(aliases).collect()
    }
}

/// The links of the layers below one.
struct LowerLinks {
    /// The hashes of their paths, because most folders of a layer are no links below, in as many layers as there may be.
    paths: HashSet<u64>,
    /// How many more layers may be asked.
    questions: Cell<usize>,
}

/// Gives every path of the layers, from the base upwards, the place where it lies when they are unpacked over one another.
pub(crate) fn settle(layers: &mut [(&mut LayerIndex, &mut Detections)]) {
    let mut lower_links = LowerLinks { paths: HashSet::new(), questions: Cell::new(MOST_QUESTIONS) };
    for number in 0..layers.len() {
        let (lower, upper) = layers.split_at_mut(number);
        let Some((layer, detections)) = upper.first_mut() else { continue };
        if !layer.unlisted.is_empty() {
            let (redirects, gaps) = redirects_of(layer, lower, &lower_links);
            layer.gaps.extend(gaps);
            if !redirects.is_empty() {
                rename_layer(layer, &redirects);
                detections.rename(&|path| redirects.real(path).into_owned());
                layer.redirects = redirects;
            }
        }
        lower_links.paths.extend(layer.links.keys().map(|path| path_hash(path)));
    }
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

/// Where a path lies when links on the way and at its end are followed inside the root, `..` as the kernel takes it.
pub(crate) fn resolve<'a>(path: &str, link: impl Fn(&str) -> Option<&'a str>) -> Result<String, Unresolved> {
    follow(path, link, false)
}

/// The same in a folder that is no root: `..` leads out of it.
pub(crate) fn resolve_within<'a>(path: &str, link: impl Fn(&str) -> Option<&'a str>) -> Result<String, Unresolved> {
    follow(path, link, true)
}

fn follow<'a>(path: &str, link: impl Fn(&str) -> Option<&'a str>, is_folder: bool) -> Result<String, Unresolved> {
    let mut left: Vec<String> = parts(path);
    let mut real = String::new();
    let (mut followed, mut steps) = (0, 0);
    while let Some(part) = left.pop() {
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
        followed += 1;
        if followed > MOST_FOLLOWED {
            return Err(Unresolved::TooManyLinks);
        }
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

/// Where the folders that a layer does not list lie. A folder that it lists behind a link (`a/b`, where `a` leads to the root)
/// replaces what lies there, which may be a link that others lead through: once it is known where all lie, they are followed
/// again without those links.
fn redirects_of(
    layer: &LayerIndex,
    lower: &[(&mut LayerIndex, &mut Detections)],
    lower_links: &LowerLinks,
) -> (Redirects, Vec<Gap>) {
    let first = follow_folders(layer, lower, lower_links, &Redirects::default());
    if first.0.is_empty() { first } else { follow_folders(layer, lower, lower_links, &first.0) }
}

/// Follows the folders of a layer; what those that it lists replace by way of `known` is no link any more.
fn follow_folders(
    layer: &LayerIndex,
    lower: &[(&mut LayerIndex, &mut Detections)],
    lower_links: &LowerLinks,
    known: &Redirects,
) -> (Redirects, Vec<Gap>) {
    let mut redirects = Redirects::default();
    let mut gaps = Vec::new();
    let questions = &lower_links.questions;
    let lower_layers = || lower.iter().map(|(index, _)| &**index);
    let link = |path: &str| {
        if let Some(target) = layer.links.get(path) {
            return Some(target.as_str());
        }
        if !lower_links.paths.contains(&path_hash(path)) {
            return None;
        }
        questions.set(questions.get().saturating_sub(1 + lower.len()));
        let is_replaced =
            || known.aliases(path).any(|(folder, rest)| layer.folders.contains(path_hash(&join(folder, rest))));
        link_at(lower_layers(), path).filter(|_| !Hides::new(layer).hides(path) && !is_replaced())
    };
    // Folders come behind those that they lie in.
    for folder in &layer.unlisted {
        if questions.get() == 0 {
            let reason = "the layers have too many symbolic links and folders to say where all their files lie";
            gaps.push(Gap::new(folder.as_str(), reason));
            break;
        }
        let real = redirects.real(folder).into_owned();
        if !layer.links.contains_key(folder) && link(&real).is_none() {
            continue;
        }
        let start = if layer.links.contains_key(folder) { folder } else { &real };
        if redirects.folders.len() >= MOST_REDIRECTS {
            let reason = format!(
                "more than {MOST_REDIRECTS} folders of a layer lie behind symbolic links; the rest is not followed"
            );
            gaps.push(Gap::new(folder.as_str(), reason));
            break;
        }
        match resolve(start, link) {
            Ok(lies) if lies == *folder => {}
            Ok(lies) => drop(redirects.folders.insert(folder.clone(), lies)),
            Err(unresolved) => {
                let what = match unresolved {
                    Unresolved::TooManyLinks => format!("it leads through more than {MOST_FOLLOWED} symbolic links"),
                    Unresolved::TooManyParts | Unresolved::LeadsOut => {
                        format!("its path and the links that it leads through have more than {MOST_STEPS} parts")
                    }
                };
                let reason = format!("{what}, so that it is unknown where files that a layer has there lie");
                gaps.push(Gap::new(folder.as_str(), reason));
            }
        }
    }
    // Folders matter only where a link could stand for one.
    let has_links = !lower_links.paths.is_empty() || !layer.links.is_empty();
    if layer.folders_left_out > 0 && has_links {
        let folders = counted(layer.folders_left_out, "folder that it does not list", "folders that it does not list");
        let reason = format!(
            "the layer has things in {folders} beyond those whose names are kept, as in folders very deep in one another; \
             files in there may lie elsewhere than is said"
        );
        gaps.push(Gap::new("", reason));
    }
    let left_out: u64 = lower_layers().chain([layer]).map(|layer| layer.links_left_out).fold(0, u64::saturating_add);
    if left_out > 0 {
        let left_out = counted(left_out, "symbolic link is left out", "symbolic links are left out");
        gaps.push(Gap::new("", format!("{left_out}, so that files may lie elsewhere than is said")));
    }
    (redirects, gaps)
}

fn rename_layer(layer: &mut LayerIndex, redirects: &Redirects) {
    let real = |path: &str| redirects.real(path).into_owned();
    rename_keys(&mut layer.files, &real);
    rename_keys(&mut layer.owned, &real);
    rename_keys(&mut layer.links, &real);
    rename_keys(&mut layer.linked_below, &real);
    layer.whiteouts = layer.whiteouts.iter().map(|path| real(path)).collect();
    // The folder itself is what the link leads to.
    let folder = |path: &String| redirects.folders.get(path).cloned().unwrap_or_else(|| real(path));
    layer.opaque = layer.opaque.iter().map(folder).collect::<BTreeSet<String>>();
    for gap in &mut layer.gaps {
        gap.path = real(&gap.path);
    }
}

/// Renames the keys of a map; of two that become one, the one that had the name already stays.
pub(crate) fn rename_keys<T>(map: &mut BTreeMap<String, T>, real: &dyn Fn(&str) -> String) {
    let moved: Vec<(String, String)> = map
        .keys()
        .filter_map(|path| {
            let to = real(path);
            (to != *path).then(|| (path.clone(), to))
        })
        .collect();
    for (from, to) in moved {
        if let Some(value) = map.remove(&from) {
            map.entry(to).or_insert(value);
        }
    }
}

/// Whether a layer has something other than a folder at this path, or anything at all that replaces what lies there.
pub(crate) fn replaces(layer: &LayerIndex, folder: &str, rest: &str) -> bool {
    let whole = join(folder, rest);
    if layer.folders.contains(path_hash(&whole)) {
        return true;
    }
    let mut path = whole.as_str();
    while path.len() > folder.len() {
        if layer.occupied.contains(path_hash(path)) {
            return true;
        }
        path = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    false
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
    /// Notes the folders around an entry; `takes` says whether there is room for a path of so many bytes.
    pub(crate) fn note(
        &mut self,
        path: &UntrustedPath,
        is_listed: impl Fn(u64) -> bool,
        mut takes: impl FnMut(usize) -> bool,
    ) {
        let mut folder = path.parent();
        if folder == self.last {
            return;
        }
        self.last.clear();
        self.last.push_str(folder);
        while !folder.is_empty() && !is_listed(path_hash(folder)) {
            match self.folders.get_mut(folder) {
                Some(round) if *round == self.round => return,
                Some(round) => *round = self.round,
                None if takes(folder.len()) => _ = self.folders.insert(folder.to_owned(), self.round),
                None => {
                    self.left_out += 1;
                    return;
                }
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
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

    /// Those that were not listed to the end, and how many found no room.
    pub(crate) fn finish(self, is_listed: impl Fn(u64) -> bool) -> (BTreeSet<String>, u64) {
        let folders = self.folders.into_keys().filter(|folder| !is_listed(path_hash(folder)));
        (folders.collect(), self.left_out)
    }
}

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
        assert_eq!(follow("a/x", &[("a", "b"), ("b", "a")]), Err(Unresolved::TooManyLinks));
        assert_eq!(follow("a/x", &[("a", "a/b")]), Err(Unresolved::TooManyLinks));
        assert_eq!(follow("a", &[("a", &"../".repeat(1_300))]), Err(Unresolved::TooManyParts));
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

    #[test]
    fn a_redirect_knows_both_names_of_a_path() {
        let folders = [("lib", "usr/lib"), ("lib/y", "opt")];
        let redirects = Redirects {
            folders: folders.iter().map(|(named, lies)| ((*named).to_owned(), (*lies).to_owned())).collect(),
        };
        assert_eq!(redirects.real("lib/a"), "usr/lib/a");
        assert_eq!(redirects.real("lib/y/a"), "opt/a");
        assert_eq!(redirects.real("lib"), "lib");
        assert_eq!(redirects.names("usr/lib/a"), ["usr/lib/a", "lib/a"]);
        assert_eq!(redirects.names("usr/lib/y/a"), ["usr/lib/y/a"]);
        assert_eq!(redirects.names("usr/libs"), ["usr/libs"]);
    }
}
