//! Manifests of a repository whose packages come from outside of it, and for which no lock file says in which versions.

use std::collections::BTreeSet;

use model::{Ecosystem, Gap};

use crate::folder_links::join;
use crate::found::Evidence;
use crate::layer_index::LayerIndex;
use crate::locked::{is_environment_of, plain_name, project_of_tree};
use repository::Repository;

mod repository;
#[cfg(test)]
mod tests;

/// The manifests and the lock files of one ecosystem.
struct Family {
    ecosystem: Ecosystem,
    /// Names of manifests, and what writes a lock file for one.
    manifests: &'static [(&'static str, &'static str)],
    /// Where the lock files lie, seen from the folder of a manifest or one above it.
    locks: &'static [&'static str],
}

const FAMILIES: &[Family] = &[
    Family {
        ecosystem: Ecosystem::Npm,
        manifests: &[("package.json", "npm install --package-lock-only")],
        locks: &["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"],
    },
    Family {
        ecosystem: Ecosystem::Pypi,
        manifests: &[
            ("pyproject.toml", "uv lock"),
            ("Pipfile", "pipenv lock"),
            ("setup.py", "pip-compile"),
            ("setup.cfg", "pip-compile"),
        ],
        locks: &[
            "poetry.lock",
            "uv.lock",
            "pdm.lock",
            "Pipfile.lock",
            "pylock.toml",
            "conda-lock.yml",
            "pixi.lock",
            "requirements.lock",
            "requirements-dev.lock",
        ],
    },
    Family { ecosystem: Ecosystem::Conda, manifests: &[("pixi.toml", "pixi lock")], locks: &["pixi.lock"] },
    Family {
        ecosystem: Ecosystem::Gem,
        manifests: &[("Gemfile", "bundle lock"), ("gems.rb", "bundle lock")],
        locks: &["Gemfile.lock", "gems.locked"],
    },
    Family {
        ecosystem: Ecosystem::Composer,
        manifests: &[("composer.json", "composer update --no-install")],
        locks: &["composer.lock"],
    },
    Family {
        ecosystem: Ecosystem::Cargo,
        manifests: &[("Cargo.toml", "cargo generate-lockfile")],
        locks: &["Cargo.lock"],
    },
];

/// Words in the names of lists of Python requirements that say nothing of what a project itself needs.
const ASIDE: &[&str] =
    &["dev", "devel", "develop", "development", "doc", "docs", "lint", "linting", "test", "tests", "testing"];

/// What is not known because no lock file lies in the folder of a manifest or in one above it, as in workspaces, nor where
/// the workspace has it.
pub(crate) fn gaps(index: &LayerIndex) -> Vec<Gap> {
    let repository = Repository::new(index);
    let known = known_projects(index, &repository);
    let mut gaps = Vec::new();
    for (folder, name, manifest) in repository.manifests() {
        let Some((family, command)) = family_of(name) else { continue };
        if !repository.asks(family.ecosystem, folder, name, manifest) {
            continue;
        }
        let is_known = repository.places_of_locks(family.ecosystem, folder, name).any(|folder| {
            known.contains(&(family.ecosystem, folder))
                || repository.has_lock(family, folder)
                || family.ecosystem == Ecosystem::Npm && repository.is_locked_by_rush(folder)
        });
        if !is_known && !repository.is_locked_elsewhere(family, folder, name, manifest) {
            let reason = format!(
                "it names dependencies, and no lock file that is read lies beside or above it, so that their versions \
                 are unknown; `{command}` writes one"
            );
            gaps.push(Gap::new(join(folder, name), reason));
        }
    }
    gaps.sort_unstable();
    gaps
}

/// The ecosystem of a manifest of this name, and what writes a lock file for it.
fn family_of(name: &str) -> Option<(&'static Family, &'static str)> {
    FAMILIES.iter().find_map(|family| {
        let (_, command) = family.manifests.iter().find(|(manifest, _)| *manifest == name)?;
        Some((family, *command))
    })
}

/// The folders of projects of which something else than a lock file of the usual name tells the versions: one of another
/// name, a list of requirements, what is installed in them.
fn known_projects<'a>(index: &'a LayerIndex, repository: &Repository<'_>) -> BTreeSet<(Ecosystem, &'a str)> {
    let paths = || index.files.keys().map(String::as_str).chain(index.gaps.iter().map(|gap| gap.path.as_str()));
    let mut projects: BTreeSet<(Ecosystem, &str)> = paths().filter_map(project_of_list).collect();
    // Each lock file of Appraisal is one of the Gemfile above with what `Appraisals` adds (github.com/thoughtbot/appraisal).
    let appraised = paths().filter_map(project_of_appraisal).filter(|project| repository.has(project, "Appraisals"));
    projects.extend(appraised.map(|project| (Ecosystem::Gem, project)));
    for (path, found) in &index.files {
        for package in found.packages.iter().filter(|package| package.evidence == Evidence::Installed) {
            let project = match package.ecosystem {
                Ecosystem::Npm | Ecosystem::Composer => project_of_tree(path, package.ecosystem),
                Ecosystem::Pypi | Ecosystem::Gem => project_of_environment(path),
                _ => None,
            };
            projects.extend(project.map(|project| (package.ecosystem, project)));
        }
    }
    projects
}

/// The project of a list with a name of its own: `requirements-prod.txt`, `requirements/base.txt`, `Gemfile.next.lock`.
fn project_of_list(path: &str) -> Option<(Ecosystem, &str)> {
    let (folder, name) = split(path);
    if plain_name(name) == "Gemfile.lock" {
        return Some((Ecosystem::Gem, folder));
    }
    if name.starts_with("pylock.") && name.ends_with(".toml") {
        return Some((Ecosystem::Pypi, folder));
    }
    // What `conda-lock` writes for one platform each.
    if name.starts_with("conda-") && name.ends_with(".lock") {
        return Some((Ecosystem::Pypi, folder));
    }
    if !name.ends_with(".txt") || name.split(['-', '_', '.']).any(|word| ASIDE.contains(&word)) {
        return None;
    }
    let (above, last) = split(folder);
    if last == "requirements" {
        return Some((Ecosystem::Pypi, above));
    }
    (name.starts_with("requirements") || name.ends_with("requirements.txt")).then_some((Ecosystem::Pypi, folder))
}

/// The project of a lock file that Appraisal may have written: `shop` for `shop/gemfiles/rails7.gemfile.lock`.
fn project_of_appraisal(path: &str) -> Option<&str> {
    let (folder, name) = split(path);
    let (project, last) = split(folder);
    (last == "gemfiles" && name.ends_with(".gemfile.lock")).then_some(project)
}

/// The folder in whose own environment something is installed: `shop` for `shop/.venv/lib/…`.
fn project_of_environment(path: &str) -> Option<&str> {
    let ends = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at));
    ends.map(|end| &path[..end]).find(|folder| is_environment_of(path, folder))
}

/// A path's folder and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
