//! The folders by whose names readers know what is in them, taken from what ecosystems want: `node_modules`, `specifications`,
//! `conda-meta`, `.dist-info`. Where a symbolic link has such a name, and the folder that it leads to another one, what is in
//! there is known by the link alone: [`crate::linked_folders`].

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::ecosystem::Want;
use crate::ecosystems::ECOSYSTEMS;
use crate::folder_links::parts_from_root;
use crate::selector::{Selection, last_part};
use crate::system_links::{DATABASES, RELEASES};

/// The folders of all ecosystems.
pub(crate) static FOLDER_WANTS: LazyLock<FolderWants> =
    LazyLock::new(|| FolderWants::new(ECOSYSTEMS.iter().map(|ecosystem| ecosystem.wants())));

/// What ecosystems want of folders for the folders' names, arranged for look-up by the path of a folder.
pub(crate) struct FolderWants {
    /// Names of single files, with how the path of their folder ends.
    files: Vec<(&'static str, &'static str)>,
    /// Folders of which any file may be wanted, by their last part.
    whole: HashMap<&'static str, Vec<Row>>,
    /// Folders that have such folders in them, whatever those are called, by their last part.
    around: HashMap<&'static str, Vec<Row>>,
    /// Folders of which any file may be wanted, by their whole path.
    at: HashMap<&'static str, Vec<Row>>,
}

/// A folder that readers go by, as how its path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    folder: &'static str,
    reader: Selection,
}

/// What readers want of a folder for its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WantedFolder {
    /// Who reads what is in it.
    pub(crate) readers: Selection,
    /// By how many last parts of its path they may go.
    pub(crate) parts: usize,
    /// How a path with the most such parts ends, but for a last one that may have any name.
    folder: &'static str,
}

impl FolderWants {
    fn new(wants_by_place: impl Iterator<Item = &'static [Want]>) -> FolderWants {
        let (whole, around, at) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut folders = FolderWants { files: Vec::new(), whole, around, at };
        for (place, wants) in wants_by_place.enumerate() {
            let reader = Selection::of(place);
            for want in wants {
                folders.add(*want, reader);
            }
        }
        folders
    }

    fn add(&mut self, want: Want, reader: Selection) {
        let (folder, has_children) = match want {
            Want::NameInFolder(ending, name) => return self.files.push((ending, name)),
            Want::SuffixInFolder(folder, _) => (folder, false),
            Want::InChildOf(folder, _) => (folder, true),
            Want::Path(path) => {
                let folder = parent(path);
                if !is_of_system(folder) {
                    add_row(&mut self.at, folder, Row { folder, reader });
                }
                return;
            }
            // These say nothing of a folder, or are places of the system: [`crate::system_links`].
            Want::InFolder(..)
            | Want::Name(_)
            | Want::Suffix(_)
            | Want::OwnSuffix(_)
            | Want::Around(..)
            | Want::Executable => return,
        };
        // Of `wp-content/plugins` each of the two may be a link.
        for folder in parts_from_root(folder) {
            add_row(&mut self.whole, last_part(folder), Row { folder, reader });
        }
        if has_children {
            add_row(&mut self.around, last_part(folder), Row { folder, reader });
        }
    }

    /// Whether readers may go by the name of a folder at this path: asked of each link of an image.
    pub(crate) fn go_by(&self, path: &str) -> bool {
        self.whole_rows(path).next().is_some()
            || self.around_rows(path).next().is_some()
            || self.at.contains_key(path)
            || self.files_in(path).next().is_some()
    }

    /// The folders wanted for their whole path that lie below `path`: all of them are behind a link there.
    pub(crate) fn at_below(&self, path: &str) -> impl Iterator<Item = &'static str> {
        self.at
            .keys()
            .copied()
            .filter(move |folder| folder.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The names of the single files that readers want of the folder at `path`.
    pub(crate) fn files_in(&self, path: &str) -> impl Iterator<Item = &'static str> {
        self.files.iter().filter(move |(ending, _)| path.ends_with(ending)).map(|(_, name)| *name)
    }

    /// What readers want of a folder for being at `path`, as far as they do not for its being at `real`.
    pub(crate) fn whole(&self, path: &str, real: &str) -> Option<WantedFolder> {
        let whole = self.whole_rows(path).filter(|row| !is_at_end(real, row.folder)).map(|row| (row, 0));
        let in_others = self.around_rows(path).filter(|row| !is_at_end(parent(real), row.folder)).map(|row| (row, 1));
        let at = self.at.get(path).into_iter().flatten().filter(|row| real != row.folder).map(|row| (*row, 0));
        whole.chain(in_others).chain(at).fold(None, |wanted: Option<WantedFolder>, (row, below)| {
            let parts = parts_from_root(row.folder).count() + below;
            let known = wanted.unwrap_or(WantedFolder { readers: Selection::default(), parts: 0, folder: "" });
            let (parts, folder) = (known.parts, known.folder).max((parts, row.folder));
            Some(WantedFolder { readers: known.readers.union(row.reader), parts, folder })
        })
    }

    fn whole_rows(&self, path: &str) -> impl Iterator<Item = Row> {
        rows_at(&self.whole, path)
    }

    /// The rows of the folder around `path`. What has a name that begins with a dot is hidden, and serves a tool.
    fn around_rows(&self, path: &str) -> impl Iterator<Item = Row> {
        rows_at(&self.around, parent(path)).filter(move |_| !last_part(path).starts_with('.'))
    }
}

fn add_row(rows: &mut HashMap<&'static str, Vec<Row>>, key: &'static str, row: Row) {
    let rows = rows.entry(key).or_default();
    if !rows.contains(&row) {
        rows.push(row);
    }
}

fn rows_at(rows: &HashMap<&'static str, Vec<Row>>, path: &str) -> impl Iterator<Item = Row> {
    rows.get(last_part(path)).into_iter().flatten().copied().filter(move |row| is_at_end(path, row.folder))
}

/// Whether what the system says of itself lies in this folder: [`crate::system_links`] follows those.
fn is_of_system(folder: &str) -> bool {
    RELEASES.iter().chain(DATABASES).any(|path| parent(path) == folder)
}

/// Whether a path ends in these parts.
fn is_at_end(path: &str, folder: &str) -> bool {
    path.strip_suffix(folder).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of who reads what is in the folder, and of the single files in it.
    fn seen(path: &str, real: &str) -> (Vec<&'static str>, usize, Vec<&'static str>) {
        let wanted = FOLDER_WANTS.whole(path, real);
        let readers = wanted.iter().flat_map(|wanted| wanted.readers.iter()).map(|place| ECOSYSTEMS[place].name());
        let (readers, files) = (readers.collect::<Vec<_>>(), FOLDER_WANTS.files_in(path).collect::<Vec<_>>());
        assert!(FOLDER_WANTS.go_by(path) || readers.is_empty() && files.is_empty(), "{path}");
        (readers, wanted.map_or(0, |wanted| wanted.parts), files)
    }

    #[test]
    fn folders_are_those_that_ecosystems_name() {
        for (path, readers, parts) in [
            ("app/node_modules", &["npm"][..], 1),
            ("node_modules", &["npm"], 1),
            ("app/node_modules/@scope", &["npm"], 2),
            ("srv/wp-content", &["wordpress"], 1),
            ("srv/wp-content/plugins", &["wordpress"], 2),
            ("srv/wp-content/plugins/akismet", &["wordpress"], 3),
            ("gems/specifications", &["ruby"], 1),
            ("gems/specifications/default", &["ruby"], 2),
            ("opt/conda/conda-meta", &["conda"], 1),
            ("lib/x-1/ebin", &["elixir"], 1),
            ("opt/bitnami", &["bitnami"], 2),
        ] {
            assert_eq!(seen(path, "srv/x"), (readers.to_vec(), parts, vec![]), "{path}");
            assert_eq!(seen(path, path), (vec![], 0, vec![]), "{path}");
        }
        assert_eq!(seen("a/x.egg-info", "srv/x"), (vec![], 0, vec!["PKG-INFO", "requires.txt"]));
        for other in [
            "srv/default",
            "srv/plugins",
            "srv/opt/bitnami",
            "opt",
            "etc",
            "var/lib/rpm",
            "a/node_modules/.bin",
            "my_node_modules",
            "usr/lib",
            "lib64",
            "site-packages",
            "",
        ] {
            assert!(!FOLDER_WANTS.go_by(other), "{other}");
        }
    }

    #[test]
    fn a_folder_of_the_same_name_is_read_for_its_own() {
        assert_eq!(FOLDER_WANTS.whole("a/node_modules", "b/node_modules"), None);
        assert_eq!(FOLDER_WANTS.whole("a/node_modules/@b", "c/node_modules/@d"), None);
        // In there the same files are none of installed packages.
        assert!(FOLDER_WANTS.whole("a/node_modules", "b/node_modules/c").is_some());
    }
}
