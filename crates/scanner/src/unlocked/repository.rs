//! What the manifests of a repository say for one another: which of the packages that they ask for are parts of it, and
//! which lock file is theirs that lies neither beside nor above them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use model::{Ecosystem, UntrustedPath};

use super::{Family, family_of, project_of_gradle_locks, project_of_xcode, split};
use crate::ecosystems::range_takes;
use crate::folder_links::join;
use crate::folder_pattern::{bytes_compared, take_in};
use crate::found::Mark;
use crate::includes::leads_out;
use crate::layer_index::LayerIndex;
use crate::locked::is_in_dependency_folder;
use crate::manifest::{GRADLE_PLUGINS, GRADLE_SUBPROJECTS, Part, ProjectManifest, RushProject, Wish, Workspace};
use crate::path_set::path_hash;

mod above;
mod users;

pub(super) use above::keeps_names;

/// The lock files of Rush where a repository has one for all projects, seen from the folder of `rush.json`.
const RUSH_LOCKS: &[&str] =
    &["common/config/rush/pnpm-lock.yaml", "common/config/rush/npm-shrinkwrap.json", "common/config/rush/yarn.lock"];

/// The file that says whether there is one for each subspace.
const RUSH_SUBSPACES: &str = "common/config/rush/subspaces.json";

/// The file in which pnpm has the folders of a workspace, and its lock file.
const PNPM: (&str, &str) = ("pnpm-workspace.yaml", "pnpm-lock.yaml");

/// The file beside a `pubspec.yaml` that says which packages lie in folders.
const PUB_OVERRIDES: &str = "pubspec_overrides.yaml";

/// The lock files of Gradle for the plug-ins of scripts.
const PLUGIN_LOCKS: &[&str] = &["buildscript-gradle.lockfile", "settings-gradle.lockfile"];

/// How many packages of one name are remembered; a hostile repository may have any number of them.
const MOST_OF_A_NAME: usize = 64;

/// How many bytes of patterns and paths are compared, in a whole repository; a thousand patterns for five thousand
/// manifests come to about half of it. Beyond, no folder is a member of anything.
const MOST_COMPARED_BYTES: usize = 1 << 30;

/// What each comparison counts for beside the pattern and the paths.
const COMPARISON_BYTES: usize = 64;

/// The manifests of a repository, ready for questions.
pub(super) struct Repository<'a> {
    index: &'a LayerIndex,
    /// Those of projects, by the folder and the name in it.
    manifests: BTreeMap<(&'a str, &'a str), &'a ProjectManifest>,
    /// The versions of the members of Node's workspaces: (root, name).
    node_members: HashMap<(&'a str, &'a str), Vec<&'a str>>,
    /// The members of workspaces of Pub: (root, name).
    pub_members: HashSet<(&'a str, &'a str)>,
    /// What packages of the repository are called.
    own_packages: HashSet<(Ecosystem, &'a str)>,
    /// The manifests, by folder and name, that take packages from a folder.
    users: HashMap<(Ecosystem, String), Vec<(&'a str, &'a str)>>,
    /// The projects of Composer that say in which folders packages lie, and the patterns of these.
    php_roots: Vec<(&'a str, &'a [String])>,
    /// The folders of the projects that Gradle has locked.
    gradle_locked: BTreeSet<&'a str>,
    /// Whether Xcode has locked packages of Swift anywhere.
    has_xcode_locks: bool,
    /// The folders of Composer's packages by name.
    php_packages: HashMap<&'a str, Vec<&'a str>>,
    /// Whether specifications of gems in a folder ask for others.
    specifications: BTreeMap<&'a str, bool>,
    /// The same for those one level below a folder.
    specifications_below: BTreeMap<&'a str, bool>,
    /// Roots with members that do not lie below them and with a lock file, and the patterns of these members.
    outer_members: HashMap<Ecosystem, Vec<(&'a str, &'a [String])>>,
    /// The folders with a `rush.json`.
    rush_roots: BTreeSet<&'a str>,
    /// The folders of the projects for which a lock file of Rush is there.
    rush_projects: BTreeSet<String>,
    /// What is left of [`MOST_COMPARED_BYTES`].
    bytes_left: Cell<usize>,
}

impl<'a> Repository<'a> {
    pub(super) fn new(index: &'a LayerIndex) -> Repository<'a> {
        let mut repository = Repository {
            index,
            manifests: BTreeMap::new(),
            node_members: HashMap::new(),
            pub_members: HashSet::new(),
            own_packages: HashSet::new(),
            users: HashMap::new(),
            php_roots: Vec::new(),
            gradle_locked: BTreeSet::new(),
            has_xcode_locks: false,
            php_packages: HashMap::new(),
            specifications: BTreeMap::new(),
            specifications_below: BTreeMap::new(),
            outer_members: HashMap::new(),
            rush_roots: BTreeSet::new(),
            rush_projects: BTreeSet::new(),
            bytes_left: Cell::new(MOST_COMPARED_BYTES),
        };
        for (path, found) in index.files.iter().filter(|(path, _)| !is_in_dependency_folder(path)) {
            let (folder, name) = split(path);
            repository.gradle_locked.extend(project_of_gradle_locks(path));
            repository.has_xcode_locks |= project_of_xcode(folder).is_some();
            match &found.mark {
                Some(Mark::Manifest(manifest)) if name.ends_with(".gemspec") => {
                    *repository.specifications.entry(folder).or_default() |= manifest.asks;
                    *repository.specifications_below.entry(split(folder).0).or_default() |= manifest.asks;
                }
                Some(Mark::Manifest(manifest)) => _ = repository.manifests.insert((folder, name), manifest),
                Some(Mark::RushProjects(projects)) => repository.add_rush(folder, projects),
                _ => {}
            }
        }
        repository.settle();
        repository
    }

    /// The manifests with their paths' folders and names.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a ProjectManifest)> {
        self.manifests.iter().map(|((folder, name), manifest)| (*folder, *name, *manifest))
    }

    /// The folders in which a lock file may be that of a manifest: its own and those above, with Cargo no further than to the
    /// root of a workspace.
    pub(super) fn places_of_locks<'f>(
        &self,
        ecosystem: Ecosystem,
        folder: &'f str,
        name: &str,
    ) -> impl Iterator<Item = &'f str> + use<'f> {
        let root = match ecosystem {
            Ecosystem::Cargo => upward(folder).find(|above| self.workspace_in(above, name).is_some()),
            _ => None,
        };
        upward(folder).take_while(move |above| root.is_none_or(|root| above.len() >= root.len()))
    }

    /// Whether there is a file of this name in the folder.
    pub(super) fn has(&self, folder: &str, name: &str) -> bool {
        self.index.occupied.contains(path_hash(&join(folder, name)))
    }

    /// Whether a manifest asks for a package from outside of the repository.
    pub(super) fn asks(&self, ecosystem: Ecosystem, folder: &'a str, name: &str, manifest: &ProjectManifest) -> bool {
        let open = &manifest.open;
        // It is made of the other, which asks.
        let is_made = name.ends_with(".cabal") && self.has(folder, "package.yaml");
        if is_made {
            return false;
        }
        manifest.asks
            || manifest.folders.iter().any(|written| !self.has_package(ecosystem, folder, written))
            || match ecosystem {
                Ecosystem::Npm => {
                    let root = self.root_with(folder, name).map(|(root, _)| root);
                    open.iter().any(|wish| {
                        let versions = root.and_then(|root| self.node_members.get(&(root, wish.name.as_str())));
                        versions.is_none_or(|them| !them.iter().any(|version| range_takes(&wish.range, version)))
                    })
                }
                Ecosystem::Cargo => {
                    let named = manifest.root.as_ref().map(|root| resolve(folder, root));
                    let root = match &named {
                        Some(root) => root.as_deref(),
                        None => upward(folder).find(|above| self.workspace_in(above, name).is_some()),
                    };
                    let workspace = root.and_then(|root| Some((root, self.workspace_in(root, name)?)));
                    open.iter().any(|wish| {
                        let part = workspace.and_then(|(root, workspace)| {
                            let part = match wish.range.as_str() {
                                "" => workspace.shared_part(&wish.name),
                                _ => workspace.patched_part(&wish.name),
                            };
                            Some((root, part?))
                        });
                        part.is_none_or(|(root, part)| !self.has_part(ecosystem, root, part))
                    })
                }
                Ecosystem::Composer => {
                    // Its own repositories, or those of the project that has it as a package.
                    let root = self.root_with(folder, name);
                    let is_part = |other: &str| {
                        root.is_some_and(|(root, workspace)| self.take_in(&workspace.members, root, other))
                    };
                    open.iter().any(|wish| {
                        let folders = self.php_packages.get(wish.name.as_str());
                        folders.is_none_or(|them| !them.iter().any(|other| is_part(other)))
                    })
                }
                Ecosystem::Pub => {
                    let root = self.root_with(folder, name).map(|(root, _)| root);
                    let overrides = self.workspace_in(folder, PUB_OVERRIDES);
                    open.iter().any(|wish| {
                        let part = overrides.and_then(|overrides| overrides.patched_part(&wish.name));
                        if part.is_some_and(|part| self.has_part(ecosystem, folder, part)) {
                            return false;
                        }
                        let is_member = |root: &str| self.pub_members.contains(&(root, wish.name.as_str()));
                        !wish.range.is_empty() || !root.is_some_and(is_member)
                    })
                }
                Ecosystem::Hackage | Ecosystem::Julia => {
                    open.iter().any(|wish| !self.own_packages.contains(&(ecosystem, wish.name.as_str())))
                }
                Ecosystem::Cocoapods => open.iter().any(|wish| !self.has_pod(folder, &wish.name, &wish.range)),
                Ecosystem::Maven => {
                    let of_subprojects = |wish: &Wish| wish.name == GRADLE_SUBPROJECTS;
                    self.lacks_plugin_lock(folder, manifest)
                        || open.iter().any(of_subprojects) && !self.has_gradle_lock_below(folder)
                }
                Ecosystem::Gem => manifest.specifications.iter().any(|part| {
                    let Some(place) = resolve(folder, &part.folder) else { return true };
                    let asks = |known: &BTreeMap<&str, bool>| known.get(place.as_str()).copied();
                    let own = asks(&self.specifications);
                    if part.is_needed {
                        own.unwrap_or(true)
                    } else {
                        !self.has_folder(&place) || own == Some(true) || asks(&self.specifications_below) == Some(true)
                    }
                }),
                _ => {
                    let workspace = self.root_with(folder, name);
                    open.iter().any(|wish| {
                        let part =
                            workspace.and_then(|(root, workspace)| Some((root, workspace.shared_part(&wish.name)?)));
                        part.is_none_or(|(root, part)| !self.has_part(ecosystem, root, part))
                    })
                }
            }
    }

    /// Whether a script of Gradle asks for plug-ins of its own, and no lock file for such lies in its folder or in one above.
    pub(super) fn lacks_plugin_lock(&self, folder: &str, manifest: &ProjectManifest) -> bool {
        let has_lock = |folder: &str| PLUGIN_LOCKS.iter().any(|lock| self.has(folder, lock));
        manifest.open.iter().any(|wish| wish.name == GRADLE_PLUGINS) && !upward(folder).any(has_lock)
    }

    /// Whether Gradle has locked a project in a folder below this one. `buildSrc` is a build of its own.
    fn has_gradle_lock_below(&self, folder: &str) -> bool {
        let begin = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let behind = self.gradle_locked.range::<str, _>((Bound::Included(begin.as_str()), Bound::Unbounded));
        let mut below = behind.map_while(|locked| locked.strip_prefix(begin.as_str()));
        below.any(|below| !below.is_empty() && below.split('/').next() != Some("buildSrc"))
    }

    /// Whether a part of which the root of a workspace in this folder speaks lies in the target.
    fn has_part(&self, ecosystem: Ecosystem, root: &str, part: &Part) -> bool {
        part.folder.is_empty() || self.has_package(ecosystem, root, &part.folder)
    }

    /// Whether there is a folder at this path of the target.
    fn has_folder(&self, path: &str) -> bool {
        path.is_empty() || self.index.has_folder(path)
    }

    /// Whether a folder that is written in a manifest of another one lies in the target and has a package.
    fn has_package(&self, ecosystem: Ecosystem, folder: &str, written: &str) -> bool {
        let names: &[&str] = match ecosystem {
            Ecosystem::Npm => &["package.json"],
            Ecosystem::Cargo => &["Cargo.toml"],
            Ecosystem::Pypi => &["pyproject.toml", "setup.py", "setup.cfg"],
            Ecosystem::Pub => &["pubspec.yaml"],
            Ecosystem::Hex => &["mix.exs", "rebar.config"],
            Ecosystem::Swift => &["Package.swift"],
            Ecosystem::Julia => &["Project.toml", "JuliaProject.toml"],
            _ => &[],
        };
        resolve(folder, written).is_some_and(|place| {
            // What `link:` leads to need not be a package, and one of Haskell may be called anything.
            let is_any_folder = matches!(ecosystem, Ecosystem::Npm | Ecosystem::Hackage) && self.has_folder(&place);
            is_any_folder || names.iter().any(|name| self.has(&place, name))
        })
    }

    /// Whether the specification of a pod lies in the folder that a Podfile in another one gives as its path.
    fn has_pod(&self, folder: &str, pod: &str, written: &str) -> bool {
        // The path may be that of the specification itself.
        let written = if written.ends_with(".podspec") { split(written).0 } else { written };
        let names = [format!("{pod}.podspec"), format!("{pod}.podspec.json")];
        resolve(folder, written).is_some_and(|place| names.iter().any(|name| self.has(&place, name)))
    }

    /// Whether the lock file of a manifest's workspace is there, though it lies elsewhere than beside or above.
    pub(super) fn is_locked_elsewhere(
        &self,
        family: &Family,
        folder: &str,
        name: &str,
        manifest: &ProjectManifest,
    ) -> bool {
        // Scripts that others take in ask for these, whose lock files lie beside them.
        let is_taken_in = name.contains(".gradle") && !name.starts_with("build.gradle");
        if is_taken_in && !self.gradle_locked.is_empty() {
            return true;
        }
        let named = manifest.root.as_ref().and_then(|root| resolve(folder, root));
        let outer = self.outer_members.get(&family.ecosystem).filter(|_| self.bytes_left.get() > 0);
        named.is_some_and(|root| self.workspace_in(&root, name).is_some() && self.has_lock(family, &root))
            || outer.into_iter().flatten().any(|(root, patterns)| self.take_in(patterns, root, folder))
    }

    /// Whether a lock file of Rush is that of the projects in a folder: one for which it is there, or where no `rush.json`
    /// says otherwise, every one below the folder that has it.
    pub(super) fn is_locked_by_rush(&self, folder: &str) -> bool {
        self.rush_projects.contains(folder)
            || !self.rush_roots.contains(folder) && RUSH_LOCKS.iter().any(|lock| self.has(folder, lock))
    }

    /// Whether a lock file of the family lies in the folder.
    pub(super) fn has_lock(&self, family: &Family, folder: &str) -> bool {
        family.locks.iter().any(|lock| self.has(folder, lock))
    }

    fn add_rush(&mut self, root: &'a str, projects: &[RushProject]) {
        self.rush_roots.insert(root);
        let is_common = RUSH_LOCKS.iter().any(|lock| self.has(root, lock));
        let has_subspaces = self.has(root, RUSH_SUBSPACES);
        for project in projects {
            let subspace = if project.subspace.is_empty() { "default" } else { project.subspace.as_str() };
            let of_subspace = format!("common/config/subspaces/{subspace}/pnpm-lock.yaml");
            let is_common = is_common && (project.subspace.is_empty() || !has_subspaces);
            if is_common || self.has(root, &of_subspace) {
                self.rush_projects.extend(resolve(root, &project.folder));
            }
        }
    }

    /// Notes what is asked across manifests.
    fn settle(&mut self) {
        let (mut members, mut packages) = (Vec::new(), Vec::new());
        let (mut pub_members, mut own_packages) = (Vec::new(), Vec::new());
        let (mut users, mut php_roots) = (Vec::new(), Vec::new());
        let mut outer = Vec::new();
        for (folder, name, manifest) in self.manifests() {
            let has_outer_members = |workspace: &Workspace| {
                workspace.members.iter().any(|member| member.split('/').any(|part| part == ".."))
            };
            if name == PNPM.0
                && let Some(workspace) = &manifest.workspace
                && has_outer_members(workspace)
                && self.has(folder, PNPM.1)
            {
                outer.push((Ecosystem::Npm, folder, workspace.members.as_slice()));
            }
            let Some((family, _)) = family_of(name) else { continue };
            if !manifest.name.is_empty() {
                own_packages.push((family.ecosystem, manifest.name.as_str()));
            }
            if !manifest.folders.is_empty() {
                users.push((family.ecosystem, folder, name, manifest));
            }
            match family.ecosystem {
                Ecosystem::Npm if !manifest.name.is_empty() => {
                    let root = self.root_with(folder, name).filter(|(root, _)| *root != folder);
                    members.extend(root.map(|(root, _)| ((root, manifest.name.as_str()), manifest.version.as_str())));
                }
                Ecosystem::Pub if !manifest.name.is_empty() => {
                    let root = self.root_with(folder, name);
                    pub_members.extend(root.map(|(root, _)| (root, manifest.name.as_str())));
                }
                Ecosystem::Composer if !manifest.name.is_empty() => packages.push((manifest.name.as_str(), folder)),
                _ => {}
            }
            if let Some(workspace) = &manifest.workspace
                && family.ecosystem == Ecosystem::Composer
            {
                php_roots.push((folder, workspace.members.as_slice()));
            }
            if let Some(workspace) = &manifest.workspace
                && !matches!(family.ecosystem, Ecosystem::Composer | Ecosystem::Gem)
                && has_outer_members(workspace)
                && self.has_lock(family, folder)
            {
                outer.push((family.ecosystem, folder, workspace.members.as_slice()));
            }
        }
        self.pub_members.extend(pub_members);
        self.own_packages.extend(own_packages);
        self.php_roots = php_roots;
        for (ecosystem, folder, name, manifest) in users {
            self.add_user(ecosystem, folder, name, manifest);
        }
        for (key, version) in members {
            let versions = self.node_members.entry(key).or_default();
            versions.extend((versions.len() < MOST_OF_A_NAME).then_some(version));
        }
        for (name, folder) in packages {
            let folders = self.php_packages.entry(name).or_default();
            folders.extend((folders.len() < MOST_OF_A_NAME).then_some(folder));
        }
        for (ecosystem, root, patterns) in outer {
            self.outer_members.entry(ecosystem).or_default().push((root, patterns));
        }
    }

    /// The root, with its folder, of the workspace of which a manifest is the root or a member: the nearest one above, where
    /// it takes in the manifest's folder.
    fn root_with(&self, folder: &'a str, name: &str) -> Option<(&'a str, &'a Workspace)> {
        upward(folder)
            .find_map(|above| Some((above, self.workspace_in(above, name)?)))
            .filter(|(root, workspace)| *root == folder || self.take_in(&workspace.members, root, folder))
    }

    /// Whether patterns that are written in the folder `root` take in `folder`, as long as there is patience for it.
    fn take_in(&self, patterns: &[String], root: &str, folder: &str) -> bool {
        let mut left = self.bytes_left.get();
        for pattern in patterns {
            if left == 0 {
                return false;
            }
            left = left.saturating_sub(bytes_compared(pattern, root, folder).saturating_add(COMPARISON_BYTES));
            self.bytes_left.set(left);
        }
        left > 0 && take_in(patterns, root, folder)
    }

    /// What the manifest of this name in the folder says as the root of a workspace.
    fn workspace_in(&self, folder: &str, name: &str) -> Option<&'a Workspace> {
        self.manifests.get(&(folder, name))?.workspace.as_ref()
    }
}

/// A folder and all above it, to the root of the target.
fn upward(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |below| (!below.is_empty()).then(|| split(below).0))
}

/// The folder that is written in a file of another, if it lies in the target.
fn resolve(folder: &str, written: &str) -> Option<String> {
    let is_outside = written.starts_with(['/', '~']) || leads_out(folder, written);
    (!is_outside).then(|| UntrustedPath::normalise(&format!("{folder}/{written}")).as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_count_by_their_lengths_until_nothing_is_left() {
        let index = LayerIndex::default();
        let repository = Repository::new(&index);
        repository.bytes_left.set(1000);
        let (short, long) = (["a/*".to_owned()], ["a".repeat(500)]);
        assert!(repository.take_in(&short, "", "a/b"));
        assert!(!repository.take_in(&long, "", "a/b"));
        assert_eq!(repository.bytes_left.get(), 1000 - (3 + 3 + COMPARISON_BYTES) - (500 + 3 + COMPARISON_BYTES));
        assert!(!repository.take_in(&long, "", "a/b"));
        assert_eq!(repository.bytes_left.get(), 0);
        assert!(!repository.take_in(&short, "", "a/b"));
    }
}
