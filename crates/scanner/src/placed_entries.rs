//! The entries of a layer where they lie. A layer may name what it has by way of symbolic links, its own and those of lower
//! layers: `lib/x` lies in `usr/lib` where a lower one has `lib -> usr/lib`. A program that unpacks layers follows the links
//! that are there when an entry comes, inside the root of the image (OCI image-spec, layer.md, Applying Changesets;
//! path_resolution(7)). So it does for whiteouts, and for what hard links name.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use model::{Gap, UntrustedPath};
use oci::{Entry, EntryKind, EntryStream, LayerPath, ReadEntriesError};

use crate::detect::FileDetector;
use crate::folder_links::{
    MOST_FOLLOWED, MOST_STEPS, TOO_MANY_LINKS, Unresolved, join, link_at, parts_from_root, resolve,
};
use crate::layer_index::{LONGEST_TARGET, LayerIndex, MOST_GAPS, MOST_LINK_BYTES, ReadLayer, index_entries};
use crate::layer_paths::remove_below;
use crate::path_set::path_hash;

/// How many bytes of paths of one layer are compared with links, each part of a path with those around it, and so those that
/// links lead through: minutes of work at most. Large layers take a hundredth.
const MOST_COMPARED_BYTES: u64 = 32 << 30;

/// What looking at a path, or keeping a link, takes beside its bytes, in bytes.
const BYTES_BESIDE: usize = 64;

/// What lower layers have where the entries of a layer lead: the targets of links, and nothing where there is none.
pub(crate) type PassedLinks = HashMap<String, Option<String>>;

/// The symbolic links of the layers below one.
pub(crate) struct LowerLinks<'a> {
    known: PassedLinks,
    /// Who is asked for what is not known.
    asked: Option<AskedLayers<'a>>,
}

struct AskedLayers<'a> {
    /// From the base upwards.
    layers: &'a [LayerIndex],
    /// The hashes of the paths of all their links: most parts of a path are none in any layer.
    links: &'a HashSet<u64>,
    /// How many more layers may be asked.
    questions: &'a Cell<usize>,
}

impl<'a> LowerLinks<'a> {
    /// Those of `layers`, from the base upwards, which have something as a link at paths with these hashes. Of the
    /// `questions` to layers as many are taken as are asked.
    pub(crate) fn of(layers: &'a [LayerIndex], links: &'a HashSet<u64>, questions: &'a Cell<usize>) -> LowerLinks<'a> {
        LowerLinks { known: PassedLinks::new(), asked: Some(AskedLayers { layers, links, questions }) }
    }

    /// Those that the entries led through when they were read before.
    pub(crate) fn known(known: PassedLinks) -> LowerLinks<'a> {
        LowerLinks { known, asked: None }
    }

    pub(crate) fn into_known(self) -> PassedLinks {
        self.known
    }

    /// The target of the link that is visible at this path above all of the layers.
    pub(crate) fn target(&mut self, path: &str) -> Option<&str> {
        if let Some(AskedLayers { layers, links, questions }) = &self.asked
            && links.contains(&path_hash(path))
            && questions.get() > 0
            && !self.known.contains_key(path)
        {
            questions.set(questions.get().saturating_sub(1 + layers.len()));
            self.known.insert(path.to_owned(), link_at(layers.iter(), path).map(str::to_owned));
        }
        self.known.get(path)?.as_deref()
    }
}

/// A stream of the entries of a layer, each named as it lies. A hard link to a symbolic link is one more such link
/// (linkat(2)).
pub(crate) struct PlacedEntries<'s, 'a> {
    stream: &'s mut dyn EntryStream,
    lower: &'s mut LowerLinks<'a>,
    /// The links of the layer so far, by where they lie.
    own: BTreeMap<String, String>,
    /// How much their paths and targets take, roughly, those that are gone included.
    own_bytes: usize,
    replaced: Replaced,
    compared_bytes: u64,
    /// Whether entries are taken as they are named, for [`MOST_COMPARED_BYTES`].
    is_cut: bool,
    /// Of which folders it is unknown where they lie, and why.
    unresolved: BTreeMap<String, Unresolved>,
}

impl<'s, 'a> PlacedEntries<'s, 'a> {
    /// The entries of `stream` above layers with these links.
    pub(crate) fn new(stream: &'s mut dyn EntryStream, lower: &'s mut LowerLinks<'a>) -> PlacedEntries<'s, 'a> {
        let (own, replaced, unresolved) = (BTreeMap::new(), Replaced::default(), BTreeMap::new());
        PlacedEntries { stream, lower, own, own_bytes: 0, replaced, compared_bytes: 0, is_cut: false, unresolved }
    }

    /// What is not known of the places of entries.
    fn gaps(self) -> impl Iterator<Item = Gap> {
        let cut = self.is_cut.then(|| Gap::new("", TOO_MANY_LINKS));
        let unresolved = self.unresolved.into_iter().map(|(folder, unresolved)| {
            let what = match unresolved {
                Unresolved::Circle => "it leads through symbolic links in a circle".to_owned(),
                Unresolved::TooManyLinks => format!("it leads through more than {MOST_FOLLOWED} symbolic links"),
                Unresolved::TooManyParts | Unresolved::LeadsOut => {
                    format!("its path and the links that it leads through have more than {MOST_STEPS} parts")
                }
            };
            let reason = format!("{what}, so that it is unknown where files that a layer has there lie");
            Gap::new(folder, reason)
        });
        unresolved.chain(cut)
    }

    fn place(&mut self, mut entry: Entry) -> Entry {
        match self.real(&entry.path) {
            Ok(Some(real)) => entry.path = real,
            Ok(None) => {}
            Err((folder, unresolved)) if self.unresolved.len() <= MOST_GAPS => {
                self.unresolved.insert(folder, unresolved);
            }
            Err(_) => {}
        }
        if let EntryKind::HardLink(target) = &entry.kind {
            // The last part is not followed (linkat(2)).
            let target = self.real(target).ok().flatten().unwrap_or_else(|| target.clone());
            entry.kind = match self.link(target.as_str()) {
                Some(link) => EntryKind::SymbolicLink(link),
                None => EntryKind::HardLink(target),
            };
        }
        self.note(&entry);
        entry
    }

    /// Where a path lies that leads through links, or the folder of which that is unknown; nothing where it lies as it says.
    fn real(&mut self, path: &UntrustedPath) -> Result<Option<UntrustedPath>, (String, Unresolved)> {
        let folder = path.parent();
        if folder.len() > LONGEST_TARGET || count_parts(folder) > MOST_STEPS {
            return Err((folder.to_owned(), Unresolved::TooManyParts));
        }
        self.is_cut |= self.compared_bytes > MOST_COMPARED_BYTES;
        if self.is_cut {
            return Ok(None);
        }
        let first = parts_from_root(folder).find(|part| self.link(part).is_some());
        let Some(first) = first else { return Ok(None) };
        match resolve(folder, |part| self.link(part)) {
            Ok(real) => Ok(Some(UntrustedPath::normalise(&join(&real, path.file_name())))),
            Err(unresolved) => Err((first.to_owned(), unresolved)),
        }
    }

    /// The target of the link that is at this path now.
    fn link(&mut self, path: &str) -> Option<String> {
        let mut compared_bytes = path.len() + BYTES_BESIDE;
        let target = match self.own.get(path) {
            Some(target) => Some(target.clone()),
            None => self.lower.target(path).and_then(|target| {
                // The folders around it are looked for among what is gone.
                compared_bytes += (path.len() + BYTES_BESIDE) * count_parts(path);
                (!self.replaced.contains(path)).then(|| target.to_owned())
            }),
        };
        if let Some(target) = &target {
            compared_bytes += target.len() + BYTES_BESIDE * count_parts(target);
        }
        self.compared_bytes = self.compared_bytes.saturating_add(compared_bytes as u64);
        target
    }

    /// Takes in what an entry, named as it lies, means for the links.
    fn note(&mut self, entry: &Entry) {
        let path = entry.path.as_str();
        match LayerPath::of(&entry.path) {
            LayerPath::Plain => self.take_place(path, &entry.kind),
            LayerPath::Whiteout(removed) => _ = self.replaced.paths.insert(path_hash(removed.as_str())),
            LayerPath::Opaque(folder) => _ = self.replaced.contents.insert(path_hash(folder.as_str())),
            LayerPath::Metadata => {}
        }
    }

    fn take_place(&mut self, path: &str, kind: &EntryKind) {
        self.own.remove(path);
        if *kind == EntryKind::Directory {
            self.replaced.links.insert(path_hash(path));
            return;
        }
        remove_below(&mut self.own, path);
        self.replaced.paths.insert(path_hash(path));
        if let EntryKind::SymbolicLink(target) = kind {
            let bytes = self.own_bytes + path.len() + target.len() + BYTES_BESIDE;
            if path.len().max(target.len()) <= LONGEST_TARGET && bytes <= MOST_LINK_BYTES {
                self.own_bytes = bytes;
                self.own.insert(path.to_owned(), target.clone());
            }
        }
    }
}

impl EntryStream for PlacedEntries<'_, '_> {
    fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
        let entry = self.stream.next_entry()?;
        Ok(entry.map(|entry| self.place(entry)))
    }

    fn content(&mut self) -> &mut dyn Read {
        self.stream.content()
    }

    fn has_every_content(&self) -> bool {
        self.stream.has_every_content()
    }
}

fn count_parts(path: &str) -> usize {
    path.split('/').count()
}

/// What the entries of a layer so far took the place of in lower layers, as hashes of paths.
#[derive(Default)]
struct Replaced {
    /// What is gone with all that is in it.
    paths: HashSet<u64>,
    /// What is a folder now, which takes the place of a link.
    links: HashSet<u64>,
    /// Folders of which the content is gone.
    contents: HashSet<u64>,
}

impl Replaced {
    /// Whether a link at this path of a lower layer is gone.
    fn contains(&self, link: &str) -> bool {
        let hash = path_hash(link);
        if self.paths.contains(&hash) || self.links.contains(&hash) {
            return true;
        }
        let mut path = link;
        while !path.is_empty() {
            path = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let hash = path_hash(path);
            if self.contents.contains(&hash) || !path.is_empty() && self.paths.contains(&hash) {
                return true;
            }
        }
        false
    }
}

/// Has the entries of a layer read once more, as it was read before: by these links of lower layers, or as it names them.
pub(crate) fn read_placed<T>(
    stream: &mut dyn EntryStream,
    passed: Option<PassedLinks>,
    read: impl FnOnce(&mut dyn EntryStream) -> T,
) -> T {
    match passed.map(LowerLinks::known) {
        Some(mut lower) => read(&mut PlacedEntries::new(stream, &mut lower)),
        None => read(stream),
    }
}

/// Indexes a layer with its entries where they lie above layers with these links.
pub(crate) fn index_placed(
    stream: &mut dyn EntryStream,
    lower: &mut LowerLinks<'_>,
    detector: Option<&mut FileDetector<'_>>,
) -> Result<ReadLayer, ReadEntriesError> {
    let mut entries = PlacedEntries::new(stream, lower);
    let mut read = index_entries(&mut entries, detector)?;
    read.index.gaps.extend(entries.gaps());
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_links::tests::{Lines, check};

    const FLASK: &str = "flask==1.0";
    const JINJA: &str = "jinja2==2.11.1";

    /// Checks layers, in which `F` is a list that names flask and `J` one that names jinja2, for where those are told.
    fn check_order(layers: &[&[&str]], expected: &[&str]) {
        let written = |line: &&str| match line.split_once(" = ") {
            Some((path, "F")) => format!("{path}/requirements.txt = {FLASK}"),
            Some((path, "J")) => format!("{path}/requirements.txt = {JINJA}"),
            _ => (*line).to_owned(),
        };
        let layers: Vec<Vec<String>> = layers.iter().map(|lines| lines.iter().map(written).collect()).collect();
        let layers: Vec<Vec<&str>> = layers.iter().map(|lines| lines.iter().map(String::as_str).collect()).collect();
        check(&layers.iter().map(Vec::as_slice).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_takes_the_place_of_what_goes_by_where_both_lie() {
        let (flask, jinja) = ("flask 1.0 in a/requirements.txt", "jinja2 2.11.1 in a/requirements.txt");
        for base in [&["b -> a"][..], &["b -> /a/"], &["b -> c", "c -> ../../a"]] {
            check_order(&[base, &["b = F", "a = J"]], &[jinja]);
            check_order(&[base, &["a = J", "b = F"]], &[flask]);
            check_order(&[base, &["b = F", "a = 1"]], &[]);
            check_order(&[base, &["b = F", "a -> /srv"]], &[]);
            check_order(&[base, &["b = F", "a -> /srv", "b = J"]], &["jinja2 2.11.1 in srv/requirements.txt"]);
            check_order(&[base, &["b = F", "a/"]], &[flask]);
        }
        check_order(&[&["b -> c/a/x"], &["c/a/x -> ../../x", "b/a = F", "x = 1"]], &[]);
        // Within a layer as between layers.
        check_order(&[&["b -> a", "b = F", "a -> /srv"]], &[]);
        check_order(&[&["b -> a", "b = F", "a = J"]], &[jinja]);
    }

    #[test]
    fn an_entry_leads_through_the_links_that_are_there_when_it_comes() {
        let (in_link, in_folder) = ("flask 1.0 in a/requirements.txt", "jinja2 2.11.1 in b/requirements.txt");
        for later in ["b/", "b = 1", "b -> /srv"] {
            check_order(&[&["b -> a"], &["b = F", later]], &[in_link]);
            check_order(&[&["b -> a", "b = F", later]], &[in_link]);
        }
        check_order(&[&["b -> a"], &["b = F", "b/", "b = J"]], &[in_link, in_folder]);
        check_order(&[&["b -> a"], &["b = F", "b/"], &["b = J"]], &[in_link, in_folder]);
        check_order(&[&["b -> a"], &["b/.wh.x", ".wh.b", "b = J"]], &[in_folder]);
        // Whiteouts and hard links do so too.
        let base = ["b -> a", "a = F"];
        check_order(&[&base, &["b/.wh.requirements.txt", "b/"]], &[]);
        check_order(&[&base, &["b/", "b/.wh.requirements.txt"]], &[in_link]);
        let linked = "flask 1.0 in a/requirements.txt c/requirements.txt";
        check_order(&[&base, &["c/requirements.txt => b/requirements.txt", "b/"]], &[linked]);
    }

    /// Where the entries of a layer without others below lie, if so many bytes were compared before, and what is not known.
    fn placed(lines: &[&str], compared_bytes: u64) -> (Vec<String>, Vec<Gap>) {
        let mut stream = Lines::new(lines);
        let mut lower = LowerLinks::known(PassedLinks::new());
        let mut entries = PlacedEntries::new(&mut stream, &mut lower);
        entries.compared_bytes = compared_bytes;
        let mut paths = Vec::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            paths.push(entry.path.as_str().to_owned());
        }
        (paths, entries.gaps().collect())
    }

    #[test]
    fn what_links_lead_through_counts_among_what_is_compared() {
        let long = "x".repeat(4_000);
        let links: Vec<String> = (0..20).map(|link| format!("l{link} -> {long}/../l{}", link + 1)).collect();
        let mut lines: Vec<&str> = links.iter().map(String::as_str).collect();
        lines.extend(["l0/a = 1", "l0/b = 1"]);
        // Each of the twenty links takes twice its four thousand bytes: those of its target, and of the path there.
        let (paths, gaps) = placed(&lines, MOST_COMPARED_BYTES - 100_000);
        assert_eq!(paths[20..], ["l20/a", "l0/b"]);
        assert_eq!(gaps, [Gap::new("", TOO_MANY_LINKS)]);
        let (paths, gaps) = placed(&lines, MOST_COMPARED_BYTES - 1_000_000);
        assert_eq!(paths[20..], ["l20/a", "l20/b"]);
        assert!(gaps.is_empty(), "{gaps:?}");
    }

    #[test]
    fn the_parts_of_a_target_count_among_what_is_compared() {
        let up = format!("a -> {}b", "../".repeat(900));
        let (paths, _) = placed(&[up.as_str(), "a/x = 1", "a/y = 1"], MOST_COMPARED_BYTES - 50_000);
        assert_eq!(paths[1..], ["b/x", "a/y"]);
    }

    #[test]
    fn links_with_short_paths_take_room_too() {
        let links: Vec<String> = (0..MOST_LINK_BYTES / BYTES_BESIDE).map(|link| format!("{link} -> /")).collect();
        let mut lines: Vec<&str> = links.iter().map(String::as_str).collect();
        let last = format!("{}/x = 1", links.len() - 1);
        lines.extend(["0/x = 1", last.as_str()]);
        let (paths, _) = placed(&lines, 0);
        assert_eq!(paths[links.len()..], ["x", last.trim_end_matches(" = 1")]);
    }

    #[test]
    fn links_with_paths_that_are_too_long_are_not_followed() {
        let folder = "f/".repeat(900) + &"x".repeat(2_200);
        for (name, is_followed) in [("y".repeat(95), true), ("y".repeat(96), false)] {
            let path = format!("{folder}/{name}");
            assert_eq!(path.len() <= LONGEST_TARGET, is_followed);
            let (link, way) = (format!("{path} -> /srv"), format!("way -> {folder}"));
            let through = format!("way/{name}/z = 1");
            let (paths, _) = placed(&[link.as_str(), way.as_str(), through.as_str()], 0);
            let expected = if is_followed { "srv/z".to_owned() } else { format!("{path}/z") };
            assert_eq!(paths[2], expected);
        }
    }

    #[test]
    fn what_lies_behind_links_is_found_in_further_passes() {
        let (link, found) = ("c/requirements.txt -> /b/x", ["flask 1.0 in c/requirements.txt"]);
        let file: &str = &format!("b/x = {FLASK}");
        let other: &str = &format!("a/x = {JINJA}");
        check(&[&["b -> a"], &[file], &[link]], &found);
        check(&[&["b -> a"], &[other, file], &[link]], &found);
        check(&[&["b -> a"], &[file, "b/"], &["c/requirements.txt -> /a/x"]], &found);
        check(&[&["b -> a"], &[file, "b/y => b/x"], &["c/requirements.txt -> /a/y"]], &found);
    }
}
