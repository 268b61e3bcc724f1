//! Lock files above a manifest that are those of another project alone: where no rule of the tool gives the folders below a
//! part in them, they tell what a manifest there asks for only as far as they name it.
//!
//! Nothing is said where it is uncertain: of sbt, of workspaces of Node, and where the project above takes in the one below by
//! its folder.

use model::Ecosystem;

use super::{COMPARISON_BYTES, Family, Repository, resolve};
use crate::manifest::{EVERYTHING_BELOW, ProjectManifest, Workspace};

/// The lock files of Node in which it is looked up what they name.
const LOCKS_OF_NODE: &[&str] = &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"];

/// Files beside a `package.json` of which any may make one project of it and those below, and lock files that may be others'.
const WHOLES_OF_NODE: &[&str] =
    &["bun.lock", "bun.lockb", "lerna.json", "nx.json", "pnpm-workspace.yaml", "rush.json", "turbo.json"];

/// What Bundler and Gradle call the manifests of projects, and where Gradle has which projects are parts of a build.
const GEMFILES: &[&str] = &["Gemfile", "gems.rb"];
const SCRIPTS_OF_GRADLE: &[&str] = &["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];

/// Whether it is kept by name what manifests of an ecosystem ask for.
pub(in crate::unlocked) fn keeps_names(ecosystem: Ecosystem) -> bool {
    !matches!(ecosystem, Ecosystem::Cocoapods | Ecosystem::Gem | Ecosystem::Maven | Ecosystem::Swift)
}

impl<'a> Repository<'a> {
    /// Whether the lock file in `place`, a folder above that of the manifest, is that of a project there alone and does not
    /// name all that the manifest asks for.
    pub(in crate::unlocked) fn is_anothers(
        &self,
        family: &Family,
        place: &str,
        folder: &'a str,
        name: &str,
        manifest: &ProjectManifest,
    ) -> bool {
        let is_above = place.len() < folder.len();
        if !is_above
            || !self.is_of_one_project(family, place, folder, name, manifest)
            || !self.users_of(family.ecosystem, folder).is_empty()
        {
            return false;
        }
        if !keeps_names(family.ecosystem) {
            return self.bytes_left.get() > 0;
        }
        let mut asked = self.asked_for(family.ecosystem, folder, name, manifest);
        // What other packages provide has no entry of its own.
        asked.retain(|name, _| family.ecosystem != Ecosystem::Composer || !name.ends_with("-implementation"));
        !asked.is_empty() && !self.names_all(family, place, &asked) && self.bytes_left.get() > 0
    }

    /// Whether a lock file in `place` is certainly that of the project there and of no manifest of this name in `folder` below.
    fn is_of_one_project(
        &self,
        family: &Family,
        place: &str,
        folder: &'a str,
        name: &str,
        manifest: &ProjectManifest,
    ) -> bool {
        let has_all = |names: &[&str]| names.iter().all(|name| self.has(place, name));
        let has_any = |names: &[&str]| names.iter().any(|name| self.has(place, name));
        let is_member = || self.root_with(folder, name).is_some_and(|(root, _)| root != folder);
        match family.ecosystem {
            Ecosystem::Npm => {
                let is_whole = self.workspace_in(place, name).is_some() || has_any(WHOLES_OF_NODE);
                has_all(&["package.json"]) && has_any(LOCKS_OF_NODE) && !is_whole && !self.is_locked_by_rush(place)
            }
            Ecosystem::Cargo => {
                let is_part =
                    || self.workspace_in(place, name).is_some_and(|root| self.is_part_in(root, place, folder));
                has_all(&["Cargo.toml", "Cargo.lock"]) && manifest.root.is_none() && !is_member() && !is_part()
            }
            Ecosystem::Pypi => {
                let is_of_poetry_alone =
                    family.locks.iter().all(|lock| self.has(place, lock) == (*lock == "poetry.lock"));
                name == "pyproject.toml" && has_all(&["pyproject.toml"]) && is_of_poetry_alone
            }
            Ecosystem::Gem => {
                let takes_in = |gemfile: &&str| {
                    self.workspace_in(place, gemfile).is_some_and(|root| self.take_in(&root.members, place, folder))
                };
                // The one below may be a part of the one above, too, whose requests it takes over.
                let takes_over = manifest.workspace.as_ref().is_some_and(|own| {
                    own.members.iter().any(|member| member == EVERYTHING_BELOW)
                        || self.take_in(&own.members, folder, place)
                });
                has_any(GEMFILES) && !takes_over && !GEMFILES.iter().any(takes_in)
            }
            Ecosystem::Maven => {
                let includes = |settings: &&str| {
                    self.workspace_in(place, settings).is_some_and(|build| self.take_in(&build.members, place, folder))
                };
                name.starts_with("build.gradle")
                    && has_any(SCRIPTS_OF_GRADLE)
                    && !SCRIPTS_OF_GRADLE.iter().any(includes)
            }
            Ecosystem::Composer => has_all(&["composer.json", "composer.lock"]),
            Ecosystem::Cocoapods => has_all(&["Podfile", "Podfile.lock"]),
            // Xcode locks the packages of all folders in its project.
            Ecosystem::Swift => has_all(&["Package.swift", "Package.resolved"]) && !self.has_xcode_locks,
            Ecosystem::Pub => {
                let says_member = manifest.open.iter().any(|wish| wish.range.is_empty());
                has_all(&["pubspec.yaml", "pubspec.lock"]) && !says_member && !is_member()
            }
            Ecosystem::Hex => {
                let below = folder.strip_prefix(place).unwrap_or_default().trim_start_matches('/');
                let is_of_umbrella = below.starts_with("apps/")
                    || manifest.root.as_ref().is_some_and(|root| resolve(folder, root).as_deref() == Some(place));
                name == "mix.exs" && has_all(&["mix.exs", "mix.lock"]) && !is_of_umbrella
            }
            Ecosystem::Hackage => self.has(folder, "cabal.project") && !has_any(&["stack.yaml.lock"]),
            Ecosystem::Julia => {
                has_any(&["Project.toml", "JuliaProject.toml"]) && has_any(&["Manifest.toml", "JuliaManifest.toml"])
            }
            _ => false,
        }
    }

    /// Whether the root of a workspace in `place` gives its members, or anything that asks for the published one, the package
    /// in `folder`; it is taken for so where there is no more patience to see.
    fn is_part_in(&self, workspace: &Workspace, place: &str, folder: &str) -> bool {
        let count = workspace.shared.len().saturating_add(workspace.patched.len());
        let left = self.bytes_left.get().saturating_sub(count.saturating_mul(COMPARISON_BYTES));
        self.bytes_left.set(left);
        let mut parts = workspace.shared.iter().chain(&workspace.patched).filter(|part| !part.folder.is_empty());
        left == 0 || parts.any(|part| resolve(place, &part.folder).as_deref() == Some(folder))
    }
}
