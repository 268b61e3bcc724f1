//! The places where a system keeps what it says of itself and of its packages, where symbolic links lead to or from them.
//! What a scan does not find there must not read as a system without packages.
//!
//! Readers choose files by the path that a layer names. A file that lies in such a place by the links of this or another
//! layer is found when all layers are known, and read in a further pass over the layer that holds it.

use std::collections::BTreeMap;

use model::{Gap, UntrustedPath};

use crate::folder_links::{ImageLinks, Unresolved, link_at, resolve};
use crate::further_names::FurtherName;
use crate::further_pass::{FurtherPass, Place, is_unread};
use crate::includes::{self, UnreadInclude};
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::path_set::path_hash;
use crate::{linked_folders, linked_packages, lower_links, wanted_links};

/// Files that tell the distribution. One that leads to another is read there.
pub(crate) const RELEASES: &[&str] = &["etc/os-release", "usr/lib/os-release"];

/// Files that tell the packages of a system.
pub(crate) const DATABASES: &[&str] = &[
    "lib/apk/db/installed",
    "usr/lib/apk/db/installed",
    "usr/lib/sysimage/rpm/Packages",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/share/rpm/Packages",
    "usr/share/rpm/Packages.db",
    "usr/share/rpm/rpmdb.sqlite",
    "var/lib/chisel/manifest.wall",
    "var/lib/dpkg/status",
    "var/lib/rpm/Packages",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpmmanifest/container-manifest-2",
];

/// Folders whose files tell packages, and what packages own.
const FOLDERS_OF_FILES: &[&str] = &["var/lib/dpkg/info", "var/lib/dpkg/status.d"];

/// Folders on the way to databases, but for those that most systems have as links (`lib`).
const FOLDERS: &[&str] = &[
    "lib/apk",
    "lib/apk/db",
    "usr/lib/apk",
    "usr/lib/apk/db",
    "usr/lib/sysimage",
    "usr/lib/sysimage/rpm",
    "var",
    "var/lib",
    "var/lib/dpkg",
    "var/lib/dpkg/status.d",
    "var/lib/rpm",
];

/// What links and files that take in others lead to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LinkedFiles {
    /// What no reader has seen yet, by the number of the layer that holds it.
    pub(crate) wanted: BTreeMap<usize, FurtherPass>,
    /// Further names that upper layers give to files of lower ones.
    pub(crate) further_names: Vec<FurtherName>,
    /// Links of the system that lead nowhere.
    pub(crate) gaps: Vec<Gap>,
    /// Links to other files that lead nowhere, with the layers that have them.
    pub(crate) gaps_of_layers: Vec<(usize, Gap)>,
}

impl LinkedFiles {
    /// What the layers, from the base upwards and settled by [`crate::folder_links::settle`], hold in the places of a
    /// system by way of links, and behind links with names that readers go by, hard links into lower layers included. Out
    /// of a repository (`is_repository`) no link is followed; out of a root none leads.
    pub(crate) fn of(layers: &[&LayerIndex], is_repository: bool) -> LinkedFiles {
        let mut linked = LinkedFiles::default();
        let link = |path: &str| link_at(layers.iter().copied(), path);
        for sought in RELEASES.iter().chain(DATABASES) {
            let is_release = RELEASES.contains(sought);
            let real = match resolve(sought, link) {
                Ok(real) => real,
                Err(unresolved) if is_release => {
                    linked.gaps.push(Gap::new(*sought, unresolved.reason()));
                    continue;
                }
                Err(Unresolved::TooManyLinks) => {
                    linked.gaps.push(Gap::new(*sought, Unresolved::TooManyLinks.reason()));
                    continue;
                }
                Err(_) => continue,
            };
            let Some((number, named)) = holder(layers, &real) else {
                if is_release && real != **sought && !RELEASES.contains(&real.as_str()) {
                    let reason = format!("it is a symbolic link to {real}, which is not there");
                    linked.gaps.push(Gap::new(*sought, reason));
                }
                continue;
            };
            if is_unread(&named, sought) {
                let place = Place::where_it_lies(number, real, (*sought).to_owned());
                linked.wanted.entry(number).or_default().want(named, place);
            }
        }
        for sought in FOLDERS_OF_FILES {
            let Ok(real) = resolve(sought, link) else { continue };
            for (number, layer) in layers.iter().enumerate() {
                if layer.has_folder(&real) && real != **sought {
                    let place = Place::where_it_lies(number, real.clone(), (*sought).to_owned());
                    linked.wanted.entry(number).or_default().want_folder(real.clone(), place);
                }
            }
        }
        for UnreadInclude { layer, named, real, sought } in includes::unread(layers) {
            linked.wanted.entry(layer).or_default().want(named, Place::where_it_lies(layer, real, sought));
        }
        let links = ImageLinks::of(layers, is_repository);
        wanted_links::add(layers, &links, &mut linked);
        let mut room = linked_folders::MOST_QUESTIONS;
        let folders = linked_folders::add(layers, &links, &mut room, &mut linked);
        let mut questions = linked_packages::Questions::up_to(linked_packages::MOST_QUESTIONS);
        linked_packages::add(layers, &links, &folders, &mut questions, &mut linked);
        lower_links::add(layers, &mut linked);
        linked
    }
}

/// Links behind which packages of the system could lie, each a gap where no package of the system is found.
pub(crate) fn suspicious_links(layers: &[&LayerIndex]) -> Vec<Gap> {
    let links = DATABASES.iter().chain(FOLDERS).filter_map(|path| {
        let target = link_at(layers.iter().copied(), path)?;
        let reason = format!("it is a symbolic link to {target}, and no packages are found behind it");
        Some(Gap::new(*path, reason))
    });
    links.collect()
}

/// The uppermost layer that has something other than a folder at this path, unless one above it hides it; with the path.
pub(crate) fn holder(layers: &[&LayerIndex], real: &str) -> Option<(usize, UntrustedPath)> {
    for (number, layer) in layers.iter().enumerate().rev() {
        if layer.has_file(path_hash(real)) {
            return Some((number, UntrustedPath::normalise(real)));
        }
        if Hides::new(layer).hides(real) {
            return None;
        }
    }
    None
}

/// Whether some layer has a folder at this path that no one above it hides.
pub(crate) fn has_folder(layers: &[&LayerIndex], real: &str) -> bool {
    let mut above = layers.iter().rev();
    let uppermost = above.find(|layer| layer.has_folder(real) || Hides::new(layer).hides(real));
    real.is_empty() || uppermost.is_some_and(|layer| layer.has_folder(real))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Read};
    use std::iter;

    use oci::{Entry, EntryKind, EntryStream, FileCapabilities, ReadEntriesError};

    use super::*;
    use crate::detect::Detections;
    use crate::folder_links;
    use crate::further_names;
    use crate::further_pass::read_all;
    use crate::layer_index::{ReadLayer, index_entries};
    use crate::merge::merge;
    use crate::missing_links::read_links;
    use crate::placed_entries::{PlacedEntries, index_placed, read_placed};

    /// A layer as lines `path = content`, `path -> target`, `path => hard link`, `path ?` (a pipe) and `path/`.
    pub(crate) struct Lines<'a> {
        lines: std::slice::Iter<'a, &'a str>,
        content: Cursor<Vec<u8>>,
    }

    impl<'a> Lines<'a> {
        pub(crate) fn new(lines: &'a [&'a str]) -> Lines<'a> {
            Lines { lines: lines.iter(), content: Cursor::default() }
        }
    }

    impl EntryStream for Lines<'_> {
        fn next_entry(&mut self) -> Result<Option<Entry>, ReadEntriesError> {
            self.content = Cursor::default();
            let Some(line) = self.lines.next() else { return Ok(None) };
            let (path, kind) = if let Some((path, content)) = line.split_once(" = ") {
                self.content = Cursor::new(content.as_bytes().to_vec());
                (path, EntryKind::File)
            } else if let Some((path, target)) = line.split_once(" => ") {
                (path, EntryKind::HardLink(UntrustedPath::normalise(target)))
            } else if let Some((path, target)) = line.split_once(" -> ") {
                (path, EntryKind::SymbolicLink(target.to_owned()))
            } else if let Some(path) = line.strip_suffix(" ?") {
                (path, EntryKind::Other)
            } else {
                (*line, if line.ends_with('/') { EntryKind::Directory } else { EntryKind::File })
            };
            let size_bytes = self.content.get_ref().len() as u64;
            let capabilities = FileCapabilities::default();
            Ok(Some(Entry { path: UntrustedPath::normalise(path), kind, size_bytes, mode: 0o644, capabilities }))
        }

        fn content(&mut self) -> &mut dyn Read {
            &mut self.content
        }
    }

    /// The packages with where they are told, the release, and the gaps.
    fn seen(layers: &[&[&str]]) -> Vec<String> {
        let index = |lines: &&[&str]| {
            let ReadLayer { mut index, links, detections: _ } = index_entries(&mut Lines::new(lines), None).unwrap();
            read_links(&mut Lines::new(lines), &links, &mut index, None).unwrap();
            index
        };
        let mut indexes: Vec<LayerIndex> = layers.iter().map(index).collect();
        let mut found: Vec<Detections> = layers.iter().map(|_| Detections::default()).collect();
        let settled = folder_links::settle(&mut indexes, &mut found, |number, lower| {
            let ReadLayer { mut index, links, detections } =
                index_placed(&mut Lines::new(layers[number]), lower, None)?;
            let mut lines = Lines::new(layers[number]);
            read_links(&mut PlacedEntries::new(&mut lines, lower), &links, &mut index, None)?;
            Ok::<_, ReadEntriesError>((index, detections))
        });
        settled.unwrap();
        let linked = LinkedFiles::of(&indexes.iter().collect::<Vec<_>>(), false);
        let read = read_all(linked.wanted, &mut indexes, |number, wanted, indexes| {
            let passed = indexes[number].passed_links.clone();
            let hard_linked = read_placed(&mut Lines::new(layers[number]), passed.clone(), |entries| {
                wanted.read(entries, number, indexes)
            })?;
            read_placed(&mut Lines::new(layers[number]), passed, |entries| hard_linked.read(entries, number, indexes))
        });
        read.unwrap();
        further_names::tell(&linked.further_names, &mut indexes, &mut found, false);
        for (number, gap) in linked.gaps_of_layers {
            indexes[number].gaps.push(gap);
        }
        let inventory = merge(indexes.iter(), true);
        let packages = inventory
            .packages
            .iter()
            .map(|package| format!("{} {} in {}", package.name, package.version, package.paths.join(" ")));
        let release = inventory.distribution.iter().map(|distribution| format!("on {}", distribution.id));
        let gaps = inventory.gaps.iter().chain(&linked.gaps).map(|gap| format!("gap {}: {}", gap.path, gap.reason));
        let mut lines: Vec<String> = packages.collect();
        lines.sort();
        lines.into_iter().chain(release).chain(gaps).collect()
    }

    pub(crate) fn check(layers: &[&[&str]], expected: &[&str]) {
        assert_eq!(seen(layers), expected, "{layers:#?}");
    }

    const OLD: &str = "usr/lib/apk/db/installed = P:musl\nV:1\n\n";
    const NEW: &str = "lib/apk/db/installed = P:musl\nV:2\n\n";

    #[test]
    fn a_file_behind_a_link_of_a_lower_layer_replaces_the_one_there() {
        check(&[&["lib -> usr/lib", OLD], &[NEW]], &["musl 2 in usr/lib/apk/db/installed"]);
        check(&[&["lib -> usr/lib", OLD], &["etc/x = 1"], &[NEW]], &["musl 2 in usr/lib/apk/db/installed"]);
        check(&[&[OLD], &["lib -> /usr/lib"], &[NEW]], &["musl 2 in usr/lib/apk/db/installed"]);
        // In one layer as well.
        check(&[&[OLD], &["lib -> usr/lib", NEW]], &["musl 2 in usr/lib/apk/db/installed"]);
        // Several links, one behind the other.
        check(&[&["lib -> a/lib", "a -> usr", OLD], &[NEW]], &["musl 2 in usr/lib/apk/db/installed"]);
    }

    #[test]
    fn whiteouts_go_through_links_too() {
        for whiteout in
            ["lib/apk/db/.wh.installed", "lib/.wh.apk", "lib/apk/.wh..wh..opq", "lib/.wh..wh..opq", ".wh.usr"]
        {
            check(&[&["lib -> usr/lib", OLD], &[whiteout]], &[]);
        }
        // Of the link alone.
        check(&[&["lib -> usr/lib", OLD], &[".wh.lib"]], &["musl 1 in usr/lib/apk/db/installed"]);
    }

    #[test]
    fn a_folder_that_a_layer_lists_replaces_the_link() {
        check(
            &[&["lib -> usr/lib", OLD], &["lib/", NEW]],
            &["musl 1 in usr/lib/apk/db/installed", "musl 2 in lib/apk/db/installed"],
        );
        check(&[&["lib -> usr/lib"], &[".wh.lib", NEW]], &["musl 2 in lib/apk/db/installed"]);
        check(&[&["lib -> usr/lib"], &["lib = file"], &[NEW]], &["musl 2 in lib/apk/db/installed"]);
    }

    #[test]
    fn what_comes_later_in_a_layer_takes_the_place_of_what_came_before() {
        let lock = "a/requirements.txt = jinja2==2.11.1";
        let found = ["jinja2 2.11.1 in a/requirements.txt"];
        for later in ["a/requirements.txt/", "a = 1", "a -> b", "a -> /", "a ?", "a => b/x"] {
            check(&[&["b/x = 1", lock, later]], &[]);
            check(&[&["b/", "b/x = 1", "a/", lock, later]], &[]);
        }
        // With what lower layers have in it.
        for folder in ["a", "a/requirements.txt"] {
            check(&[&[lock], &[&format!("{folder} = 1"), &format!("{folder}/")]], &[]);
        }
        check(&[&[lock], &["a/"]], &found);
        // What comes afterwards stays, and of the rest nothing is said.
        check(&[&["a = 1", "a/", lock]], &found);
        check(&[&["a/requirements.txt = flask", "a = 1", "a/", lock]], &found);
        check(&[&["a/requirements.txt = flask", "a/requirements.txt/", lock]], &found);
        check(&[&["a/requirements.txt = flask", lock]], &found);
        check(&[&["a/requirements.txt = flask", "a -> b", lock]], &["jinja2 2.11.1 in b/requirements.txt"]);
        // Links of other layers do not lead to it either.
        check(
            &[&["b/x = jinja2==2.11.1", "b = 1"], &["a/requirements.txt -> ../b/x"]],
            &["gap a/requirements.txt: it is a symbolic link to ../b/x, which is not there"],
        );
        check(&[&["c/x = flask", "c/x = jinja2==2.11.1"], &["a/requirements.txt -> ../c/x"]], &found);
    }

    #[test]
    fn links_in_a_circle_are_gaps() {
        let seen = seen(&[&["lib -> a", "a -> lib"], &[NEW]]);
        assert_eq!(seen[0], "musl 2 in lib/apk/db/installed");
        assert!(seen[1].starts_with("gap lib: it leads through symbolic links in a circle, so that"), "{seen:?}");
    }

    #[test]
    fn links_that_are_too_many_are_gaps_of_what_lies_behind_them() {
        let chain = |first: &str, last: &str| -> Vec<String> {
            let middle = (1..60).map(|number| format!("l{number} -> /l{}", number + 1));
            iter::once(format!("{first} -> /l1")).chain(middle).chain([format!("l60 -> {last}")]).collect()
        };
        let reason = "it leads through too many symbolic links (limit 40), so that what is behind them was not read";
        let lodash = r#"srv/nm/lodash/package.json = {"name":"lodash","version":"4.17.20"}"#;
        let lock = r#"srv/x = {"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;
        let metadata = "srv/py/METADATA = Name: jinja2\nVersion: 2.11.1\n";
        for (first, last, file) in [
            ("app/node_modules", "/srv/nm", lodash),
            ("app/node_modules/lodash", "/srv/nm/lodash", lodash),
            ("app/package-lock.json", "/srv/x", lock),
            ("app/jinja2-2.11.1.dist-info", "/srv/py", metadata),
        ] {
            let chain = chain(first, last);
            let lines: Vec<&str> = chain.iter().map(String::as_str).chain([file]).collect();
            check(&[&lines], &[&format!("gap {first}: {reason}")]);
        }
        let chain = chain("var/lib/dpkg", "/opt/dpkg");
        let status: &str = &format!("opt/dpkg/status = {STATUS}");
        let lines: Vec<&str> = chain.iter().map(String::as_str).chain([status]).collect();
        let seen = seen(&[&lines]);
        assert!(seen.contains(&format!("gap var/lib/dpkg/status: {reason}")), "{seen:?}");
    }

    const STATUS: &str = "Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n";
    const OTHER: &str = "Package: zlib1g\nArchitecture: amd64\nVersion: 2\n";

    #[test]
    fn system_files_behind_links_into_any_layer_are_read() {
        let debian = "ID=debian\nVERSION_ID=12\n";
        let expected = ["openssl 1 in opt/dpkg/status", "on debian"];
        let release: &str = &format!("opt/rel = {debian}");
        let status: &str = &format!("opt/dpkg/status = {STATUS}");
        for link in ["var/lib/dpkg -> /opt/dpkg", "var/lib/dpkg/status -> ../../../opt/dpkg/status"] {
            let links = ["etc/os-release -> /opt/rel", link];
            check(&[&[release, status], &links], &expected);
            check(&[&links, &[release, status]], &expected);
            check(&[&[links[0], links[1], release, status]], &expected);
        }
        // The folder as which the link leads may be named either way.
        let named: &str = &format!("var/lib/dpkg/status = {STATUS}");
        check(&[&["etc/os-release -> /opt/rel", release, "var/lib/dpkg -> /opt/dpkg"], &[named]], &expected);
        let other: &str = &format!("opt/dpkg/status.d/zlib1g = {OTHER}");
        check(
            &[&["var/lib/dpkg -> /opt/dpkg"], &[other], &[status]],
            &["openssl 1 in opt/dpkg/status", "zlib1g 2 in opt/dpkg/status.d/zlib1g"],
        );
        check(
            &[&["var/lib/dpkg -> /opt/dpkg"], &[other], &[status, "opt/dpkg/.wh.status.d"]],
            &["openssl 1 in opt/dpkg/status"],
        );
    }

    #[test]
    fn hard_links_behind_links_of_folders_are_read_where_their_file_is() {
        let status: &str = &format!("srv/x/copy = {STATUS}");
        let other: &str = &format!("srv/x/other = {OTHER}");
        check(
            &[
                &["var/lib/dpkg -> /opt/dpkg"],
                &[status, other, "opt/dpkg/status => srv/x/copy", "opt/dpkg/status.d/zlib1g => srv/x/other"],
            ],
            &["openssl 1 in opt/dpkg/status", "zlib1g 2 in opt/dpkg/status.d/zlib1g"],
        );
        check(
            &[&["var/lib/dpkg -> /opt/dpkg"], &["opt/dpkg/status => srv/x/none"]],
            &[
                "gap opt/dpkg/status: it is a hard link to srv/x/none, which neither the layer nor one below it has",
                "gap var/lib/dpkg: it is a symbolic link to /opt/dpkg, and no packages are found behind it, so that no package of the system is known",
            ],
        );
    }

    #[test]
    fn links_of_the_system_that_lead_nowhere_are_gaps() {
        check(
            &[&["etc/os-release -> os/rel", "var/lib/dpkg -> /opt/dpkg"]],
            &[
                "gap var/lib/dpkg: it is a symbolic link to /opt/dpkg, and no packages are found behind it, so that no package of the system is known",
                "gap etc/os-release: it is a symbolic link to etc/os/rel, which is not there",
            ],
        );
    }

    /// All folders above a file take 8 MiB with their names: 2,864 within one another do, with names of one letter.
    #[test]
    fn folders_too_deep_to_be_kept_are_told_as_folders() {
        let file = |depth: usize| format!("{}x = y", "d/".repeat(depth));
        let (most, more) = (file(2_864), file(2_865));
        check(&[&["lib -> usr/lib"], &[&most]], &[]);
        let lines = seen(&[&["lib -> usr/lib"], &[&more]]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let reason = "gap : the layer has things in 1 folder that it does not list beyond those whose names are kept";
        assert!(lines[0].starts_with(reason), "{lines:?}");
        // Without links every file lies where the layer says.
        check(&[&["lib/x = y"], &[&more]], &[]);
    }

    #[test]
    fn a_link_below_too_many_folders_is_told_by_their_number() {
        let deep = "d/".repeat(1_200);
        let lines = seen(&[&[&format!("{deep}l -> /usr")], &[&format!("{deep}l/x = y")]]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains("l: its path and the links that it leads through have more than 1000 parts"),
            "{lines:?}"
        );
    }

    #[test]
    fn most_links_mean_nothing() {
        let lines = ["etc/os-release -> ../usr/lib/os-release", "bin -> usr/bin", "lib -> usr/lib", "bin/a -> b"];
        check(&[&lines], &[]);
    }
}
