//! Decides by an entry's path which ecosystems read it: a few hash look-ups an entry, whatever the number of ecosystems.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::UntrustedPath;

use crate::ecosystem::Want;
use crate::ecosystems::ECOSYSTEMS;
use crate::locked::is_in_dependency_folder;

/// A set of ecosystems, by their places in [`ECOSYSTEMS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Selection(u64);

impl Selection {
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places of the chosen ecosystems, ascending.
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        (0..u64::BITS as usize).filter(move |place| self.0 & (1 << place) != 0)
    }

    pub(crate) fn union(self, other: Selection) -> Selection {
        Selection(self.0 | other.0)
    }

    /// Whether some are in both.
    pub(crate) fn has_any_of(self, other: Selection) -> bool {
        self.0 & other.0 != 0
    }

    /// The ecosystem at this place alone.
    pub(crate) fn of(place: usize) -> Selection {
        Selection(1 << place)
    }
}

/// All wants, arranged for look-up by path, by file name, by ending and by folder.
pub(crate) struct Selector {
    by_path: HashMap<&'static str, Selection>,
    by_name: HashMap<&'static str, Vec<(Option<&'static str>, Selection)>>,
    by_extension: HashMap<String, Vec<(Ending, Selection)>>,
    by_folder: HashMap<&'static str, Vec<(&'static str, Selection)>>,
    by_folder_name: HashMap<&'static str, Vec<(&'static str, &'static str, Selection)>>,
    by_grandparent_name: HashMap<&'static str, Vec<(&'static str, &'static str, Selection)>>,
    executables: Selection,
}

/// A test on a file name that has the right extension.
enum Ending {
    /// It ends so, compared without case.
    Suffix(String),
    /// It ends so, compared exactly, and lies not among dependencies.
    OwnSuffix(&'static str),
    /// It begins and ends so, compared exactly.
    Around(&'static str, &'static str),
}

impl Ending {
    fn fits(&self, path: &UntrustedPath) -> bool {
        let name = path.file_name();
        match self {
            Ending::Suffix(suffix) => ends_with_ignoring_case(name, suffix),
            Ending::OwnSuffix(suffix) => name.ends_with(suffix) && !is_in_dependency_folder(path.as_str()),
            Ending::Around(begin, end) => {
                name.len() >= begin.len() + end.len() && name.starts_with(begin) && name.ends_with(end)
            }
        }
    }
}

/// The selector of all ecosystems.
pub(crate) static SELECTOR: LazyLock<Selector> =
    LazyLock::new(|| Selector::new(ECOSYSTEMS.iter().map(|ecosystem| ecosystem.wants())));

impl Selector {
    fn new(wants_by_place: impl Iterator<Item = &'static [Want]>) -> Selector {
        let mut selector = Selector {
            by_path: HashMap::new(),
            by_name: HashMap::new(),
            by_extension: HashMap::new(),
            by_folder: HashMap::new(),
            by_folder_name: HashMap::new(),
            by_grandparent_name: HashMap::new(),
            executables: Selection::default(),
        };
        for (place, wants) in wants_by_place.enumerate() {
            assert!(place < u64::BITS as usize, "a selection has room for 64 ecosystems");
            let selection = Selection::of(place);
            for want in wants {
                selector.add(*want, selection);
            }
        }
        selector
    }

    fn add(&mut self, want: Want, selection: Selection) {
        match want {
            Want::Path(path) => {
                let chosen = self.by_path.entry(path).or_default();
                *chosen = chosen.union(selection);
            }
            Want::Name(name) => self.by_name.entry(name).or_default().push((None, selection)),
            Want::NameInFolder(ending, name) => self.by_name.entry(name).or_default().push((Some(ending), selection)),
            Want::Suffix(suffix) => {
                let suffix = suffix.to_ascii_lowercase();
                let rows = self.by_extension.entry(extension(&suffix).to_owned()).or_default();
                rows.push((Ending::Suffix(suffix), selection));
            }
            Want::OwnSuffix(suffix) => {
                let rows = self.by_extension.entry(extension(suffix).to_ascii_lowercase()).or_default();
                rows.push((Ending::OwnSuffix(suffix), selection));
            }
            Want::Around(begin, end) => {
                let rows = self.by_extension.entry(extension(end).to_ascii_lowercase()).or_default();
                rows.push((Ending::Around(begin, end), selection));
            }
            Want::InChildOf(folder, ending) => {
                let rows = self.by_grandparent_name.entry(last_part(folder)).or_default();
                rows.push((folder, ending, selection));
            }
            Want::InFolder(folder, ending) => self.by_folder.entry(folder).or_default().push((ending, selection)),
            Want::SuffixInFolder(folder, ending) => {
                self.by_folder_name.entry(last_part(folder)).or_default().push((folder, ending, selection));
            }
            Want::Executable => self.executables = self.executables.union(selection),
        }
    }

    /// The ecosystems that want the file at `path` for its path.
    pub(crate) fn select(&self, path: &UntrustedPath) -> Selection {
        let (folder, name) = (path.parent(), path.file_name());
        let mut chosen = self.by_path.get(path.as_str()).copied().unwrap_or_default();
        for (ending, selection) in self.by_name.get(name).into_iter().flatten() {
            if ending.is_none_or(|ending| folder.ends_with(ending)) {
                chosen = chosen.union(*selection);
            }
        }
        let mut lower = [0_u8; 16];
        let rows = lower_extension(name, &mut lower).and_then(|key| self.by_extension.get(key));
        for (ending, selection) in rows.into_iter().flatten() {
            if ending.fits(path) {
                chosen = chosen.union(*selection);
            }
        }
        for (ending, selection) in self.by_folder.get(folder).into_iter().flatten() {
            if name.ends_with(ending) {
                chosen = chosen.union(*selection);
            }
        }
        for (around, ending, selection) in self.by_folder_name.get(last_part(folder)).into_iter().flatten() {
            if folder.ends_with(around) && name.ends_with(ending) {
                chosen = chosen.union(*selection);
            }
        }
        let grandparent = folder.rsplit_once('/').map_or("", |(grandparent, _)| grandparent);
        let rows = self.by_grandparent_name.get(last_part(grandparent));
        for (above, ending, selection) in rows.into_iter().flatten() {
            if grandparent.ends_with(above) && name.ends_with(ending) {
                chosen = chosen.union(*selection);
            }
        }
        chosen
    }

    /// The ecosystems that want every executable.
    pub(crate) fn executables(&self) -> Selection {
        self.executables
    }
}

/// The last part of a path.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What follows the last dot; the whole text where there is none.
fn extension(text: &str) -> &str {
    text.rsplit('.').next().unwrap_or_default()
}

/// A file name's extension in lower case, written into `buffer`; nothing where it is longer than any we want.
fn lower_extension<'a>(name: &str, buffer: &'a mut [u8; 16]) -> Option<&'a str> {
    let extension = extension(name).as_bytes();
    let lower = buffer.get_mut(..extension.len())?;
    lower.copy_from_slice(extension);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).ok()
}

fn ends_with_ignoring_case(name: &str, lower_suffix: &str) -> bool {
    let (name, suffix) = (name.as_bytes(), lower_suffix.as_bytes());
    name.len() >= suffix.len() && name[name.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTS: &[&[Want]] = &[
        &[Want::Path("var/lib/dpkg/status"), Want::InFolder("var/lib/dpkg/info", ".list")],
        &[Want::Name("package-lock.json"), Want::NameInFolder(".dist-info", "METADATA")],
        &[Want::Suffix(".jar"), Want::Suffix(".sbt.lock"), Want::SuffixInFolder("specifications", ".gemspec")],
        &[Want::Around("requirements", ".txt"), Want::InChildOf("wp-content/plugins", ".php")],
        &[Want::OwnSuffix(".podspec"), Want::SuffixInFolder("specifications/default", ".gemspec")],
    ];

    fn check(path: &str, places: &[usize]) {
        let selector = Selector::new(WANTS.iter().copied());
        let chosen: Vec<usize> = selector.select(&UntrustedPath::normalise(path)).iter().collect();
        assert_eq!(chosen, places, "{path}");
    }

    #[test]
    fn every_sort_of_want_selects_what_it_says() {
        check("var/lib/dpkg/status", &[0]);
        check("rootfs/var/lib/dpkg/status", &[]);
        check("var/lib/dpkg/info/libc6:amd64.list", &[0]);
        check("var/lib/dpkg/info/sub/x.list", &[]);
        check("a/b/package-lock.json", &[1]);
        check("a/b/package-lock.json.bak", &[]);
        check("site-packages/x-1.dist-info/METADATA", &[1]);
        check("site-packages/METADATA", &[]);
        check("opt/App.JAR", &[2]);
        check("project/build.sbt.lock", &[2]);
        check("project/other.lock", &[]);
        check("gems/specifications/rake-13.gemspec", &[2]);
        check("gems/rake/rake.gemspec", &[]);
        check("gems/specifications/default/rake-13.gemspec", &[4]);
        check("gems/default/rake-13.gemspec", &[]);
        check("app/requirements-dev.txt", &[3]);
        check("app/requirements.TXT", &[]);
        check("srv/wp-content/plugins/akismet/akismet.php", &[3]);
        check("srv/wp-content/plugins/hello.php", &[]);
        check("ios/own.podspec", &[4]);
        check("ios/own.PODSPEC", &[]);
        check("ios/vendor/x/own.podspec", &[]);
        check("", &[]);
    }
}
