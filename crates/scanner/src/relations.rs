//! Which installed package needs which, where each is described by a file of its own: the trees of Node, Python, Ruby,
//! Java, Conda, R and Erlang, and distroless images. Lock files and databases tell the relations of their packages by themselves.
//!
//! A need leads to a package only where the language's own loader would find it: a relation that is not certain is none.

mod gems;
mod named;
mod node;
mod python;

use std::collections::BTreeMap;

use model::{Ecosystem, Gap, PackageId};

use crate::found::{Evidence, Found, FoundPackage};
use crate::merge::VisibleFile;

/// Where images without dpkg keep a file for each of Debian's packages; other systems have one database.
const DISTROLESS_FOLDER: &str = "var/lib/dpkg/status.d/";

/// An installed package, the file that describes it, and its place in the inventory.
#[derive(Clone, Copy)]
pub(crate) struct Described<'a> {
    pub(crate) path: &'a str,
    pub(crate) package: &'a FoundPackage,
    pub(crate) place: PackageId,
}

/// What files say together of the packages that they describe one by one.
#[derive(Default)]
pub(crate) struct Relations {
    /// Who needs whom.
    pub(crate) needed: Vec<(PackageId, PackageId)>,
    /// Whether somebody asked for the package itself, where the tree tells.
    pub(crate) direct: Vec<(PackageId, bool)>,
    /// What could not be settled.
    pub(crate) gaps: Vec<Gap>,
}

impl Relations {
    /// Settles the needs of all installed packages. `places` holds for each visible file, in their order, where its
    /// packages stand in the inventory.
    pub(crate) fn new<'a>(
        files: &BTreeMap<&'a str, VisibleFile<'a>>,
        places: &[(&'a Found, Vec<Option<PackageId>>)],
    ) -> Relations {
        let mut by_ecosystem: BTreeMap<Ecosystem, Vec<Described<'a>>> = BTreeMap::new();
        for (path, (found, places)) in files.keys().zip(places) {
            for (package, place) in found.packages.iter().zip(places) {
                if let Some(place) = *place
                    && package.evidence == Evidence::Installed
                    && (!package.ecosystem.is_operating_system() || path.starts_with(DISTROLESS_FOLDER))
                {
                    by_ecosystem.entry(package.ecosystem).or_default().push(Described { path, package, place });
                }
            }
        }
        let mut relations = Relations::default();
        for (ecosystem, described) in &by_ecosystem {
            match ecosystem {
                Ecosystem::Npm => node::relate(files, described, &mut relations),
                Ecosystem::Pypi => python::relate(files, described, &mut relations),
                Ecosystem::Gem => gems::relate(described, &mut relations),
                _ => named::relate(described, &mut relations),
            }
        }
        relations
    }
}

/// The folder that holds the file or folder at `path`; empty for the root.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
fn last_part(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

#[cfg(test)]
mod tests;
