//! Node: a package that `require("name")` or `import "name"` finds lies in the nearest `node_modules` upward
//! (nodejs.org, Modules, Loading from `node_modules` folders). pnpm and workspaces lay symbolic links there.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{Ecosystem, Gap, PackageId};

use super::{Described, Relations, last_part, parent};
use crate::found::Mark;
use crate::locked::project_of_tree;
use crate::merge::VisibleFile;

/// The length of all paths that are tried for all needs together, in bytes: the largest trees take a tenth of it.
const LOOK_UP_BYTES: usize = 256 << 20;

/// Settles the needs of the packages in `node_modules`, and which of them projects ask for themselves.
pub(super) fn relate<'a>(
    files: &BTreeMap<&'a str, VisibleFile<'a>>,
    described: &[Described<'a>],
    relations: &mut Relations,
) {
    let mut tree = Tree::new(files, described);
    for package in described {
        // Node looks from where a package lies, not from a link to it.
        let folder = parent(package.path);
        let folder = tree.links.get(folder).copied().unwrap_or(folder);
        for name in package.package.needs.iter() {
            let needed = tree.find(folder, name);
            relations.needed.extend(needed.map(|needed| (package.place, needed)));
        }
    }
    let projects = files.iter().filter_map(|(path, file)| {
        let names = file.found.direct.iter().filter(|(ecosystem, _)| *ecosystem == Ecosystem::Npm);
        (last_part(path) == "package.json" && !file.found.direct.is_empty()).then_some((parent(path), names))
    });
    let mut direct: HashSet<PackageId> = HashSet::new();
    let mut roots: HashSet<&str> = HashSet::new();
    for (folder, names) in projects {
        direct.extend(names.filter_map(|(_, name)| tree.find(folder, name)));
        roots.insert(folder);
    }
    for package in described {
        // A member of a workspace may ask for what lies in a folder further up.
        let is_direct = direct.contains(&package.place);
        if is_direct || project_of_tree(package.path, Ecosystem::Npm).is_some_and(|root| roots.contains(root)) {
            relations.direct.push((package.place, is_direct));
        }
    }
    if tree.bytes_left == 0 {
        let reason = "the Node packages have too many relations; some dependencies are unknown";
        relations.gaps.push(Gap::new("", reason));
    }
}

/// What lies where in `node_modules`.
struct Tree<'a> {
    /// By folder.
    packages: HashMap<&'a str, PackageId>,
    /// Symbolic links to folders.
    links: HashMap<&'a str, &'a str>,
    bytes_left: usize,
    candidate: String,
}

impl<'a> Tree<'a> {
    fn new(files: &BTreeMap<&'a str, VisibleFile<'a>>, described: &[Described<'a>]) -> Tree<'a> {
        let links = files.iter().filter_map(|(path, file)| match &file.found.mark {
            Some(Mark::LeadsTo(target)) => Some((*path, target.as_str())),
            _ => None,
        });
        let links: HashMap<&'a str, &'a str> = links.collect();
        let mut packages: HashMap<&'a str, PackageId> = HashMap::with_capacity(described.len());
        for package in described {
            let folder = parent(package.path);
            packages.insert(folder, package.place);
            // One that is told by a link to its folder is what other links to there lead to.
            if let Some(&target) = links.get(folder) {
                packages.entry(target).or_insert(package.place);
            }
        }
        Tree { packages, links, bytes_left: LOOK_UP_BYTES, candidate: String::new() }
    }

    /// The package that code in `folder` gets under this name.
    fn find(&mut self, mut folder: &str, name: &str) -> Option<PackageId> {
        loop {
            if last_part(folder) != "node_modules" {
                let length = folder.len() + "/node_modules/".len() + name.len();
                self.bytes_left = self.bytes_left.saturating_sub(length);
                if self.bytes_left == 0 {
                    return None;
                }
                self.candidate.clear();
                self.candidate.push_str(folder);
                self.candidate.push_str(if folder.is_empty() { "node_modules/" } else { "/node_modules/" });
                self.candidate.push_str(name);
                let candidate = self.candidate.as_str();
                if let Some(found) = self.packages.get(candidate) {
                    return Some(*found);
                }
                if let Some(target) = self.links.get(candidate) {
                    return self.packages.get(target).copied();
                }
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
    }
}
