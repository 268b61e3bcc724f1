//! Manifests of a repository whose packages come from outside of it, and for which no lock file says in which versions.

use std::collections::BTreeMap;

use model::{Ecosystem, Gap};

use crate::folder_links::join;
use crate::found::Evidence;
use crate::layer_index::LayerIndex;
use crate::locked::{is_environment_of, plain_name, project_of_tree};
use repository::{Repository, keeps_names};

mod links;
mod repository;
#[cfg(test)]
mod tests;

/// The manifests and the lock files of one ecosystem.
struct Family {
    ecosystem: Ecosystem,
    /// Names of manifests, or how they end behind a `*`, and what writes a lock file for one.
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
    Family {
        ecosystem: Ecosystem::Maven,
        manifests: &[
            ("*.gradle", "gradle dependencies --write-locks"),
            ("*.gradle.kts", "gradle dependencies --write-locks"),
        ],
        locks: &["gradle.lockfile"],
    },
    Family {
        ecosystem: Ecosystem::Maven,
        manifests: &[("*.sbt", "sbt dependencyLockWrite"), ("*.scala", "sbt dependencyLockWrite")],
        locks: &["build.sbt.lock"],
    },
    Family {
        ecosystem: Ecosystem::Cocoapods,
        manifests: &[("Podfile", "pod install")],
        locks: &["Podfile.lock", "Pods/Manifest.lock"],
    },
    Family {
        ecosystem: Ecosystem::Swift,
        manifests: &[("Package.swift", "swift package resolve")],
        locks: &["Package.resolved", ".package.resolved"],
    },
    Family { ecosystem: Ecosystem::Pub, manifests: &[("pubspec.yaml", "dart pub get")], locks: &["pubspec.lock"] },
    Family {
        ecosystem: Ecosystem::Hex,
        manifests: &[("mix.exs", "mix deps.get"), ("rebar.config", "rebar3 lock")],
        locks: &["mix.lock", "rebar.lock"],
    },
    Family {
        ecosystem: Ecosystem::Hackage,
        manifests: &[
            ("stack.yaml", "stack build --dry-run"),
            ("package.yaml", "cabal freeze"),
            ("*.cabal", "cabal freeze"),
        ],
        locks: &["stack.yaml.lock", "cabal.project.freeze"],
    },
    Family {
        ecosystem: Ecosystem::Julia,
        manifests: &[
            ("Project.toml", "julia --project -e 'import Pkg; Pkg.resolve()'"),
            ("JuliaProject.toml", "julia --project -e 'import Pkg; Pkg.resolve()'"),
        ],
        locks: &["Manifest.toml", "JuliaManifest.toml"],
    },
];

/// Words in the names of lists of Python requirements that say nothing of what a project itself needs.
const ASIDE: &[&str] =
    &["dev", "devel", "develop", "development", "doc", "docs", "lint", "linting", "test", "tests", "testing"];

/// What is not known because no lock file lies in the folder of a manifest or in one above it, as in workspaces, nor where
/// the workspace has it, and because none of a project that takes it in tells the versions either. One above that is another
/// project's alone tells them where it names what is asked for.
pub(crate) fn gaps(index: &LayerIndex) -> Vec<Gap> {
    let repository = Repository::new(index);
    let known = known_projects(index, &repository);
    let mut gaps = Vec::new();
    for (folder, name, manifest) in repository.manifests() {
        let Some((family, command)) = family_of(name) else { continue };
        if !repository.asks(family.ecosystem, folder, name, manifest) {
            continue;
        }
        let mut has_lock_of_another = false;
        let is_known = repository.places_of_locks(family.ecosystem, folder, name).any(|place| {
            let known = known.get(&(family.ecosystem, place));
            let is_locked = known.is_some()
                || repository.has_lock(family, place)
                || family.ecosystem == Ecosystem::Npm && repository.is_locked_by_rush(place);
            let may_be_for_all = known == Some(&Reach::Below);
            let is_anothers =
                is_locked && !may_be_for_all && repository.is_anothers(family, place, folder, name, manifest);
            has_lock_of_another |= is_anothers;
            is_locked && !is_anothers
        });
        // What locks the packages of the project says nothing of the plug-ins of its script.
        let lacks_plugin_lock = is_known && name.contains(".gradle") && repository.lacks_plugin_lock(folder, manifest);
        if (!is_known || lacks_plugin_lock)
            && !repository.is_locked_elsewhere(family, folder, name, manifest)
            && !repository.is_told_by_users(family, folder, name, manifest)
        {
            let is_gradle = family.locks.contains(&"gradle.lockfile");
            // Gradle writes locks of nothing but what is to be locked (docs.gradle.org, Locking Versions).
            let condition = if is_gradle { " where the build turns on `dependencyLocking`" } else { "" };
            let reason = if lacks_plugin_lock {
                "its `buildscript` names plug-ins, and no `buildscript-gradle.lockfile` lies beside or above it, so that \
                 their versions are unknown; `gradle buildEnvironment --write-locks` writes one where the \
                 `buildscript` calls `activateDependencyLocking()`"
                    .to_owned()
            } else if has_lock_of_another && keeps_names(family.ecosystem) {
                format!(
                    "it names dependencies, and the lock file above it is that of another project, which does not name \
                     them all, so that their versions are unknown; `{command}` writes one"
                )
            } else if has_lock_of_another {
                format!(
                    "it names dependencies, and the lock file above it is that of another project, so that their \
                     versions are unknown; `{command}` writes one{condition}"
                )
            } else if is_gradle {
                format!(
                    "it names dependencies, and no `gradle.lockfile` lies beside or above it, so that their versions \
                     are unknown; `{command}` writes one{condition}"
                )
            } else {
                format!(
                    "it names dependencies, and no lock file that is read lies beside or above it, so that their \
                     versions are unknown; `{command}` writes one"
                )
            };
            gaps.push(Gap::new(join(folder, name), reason));
        }
    }
    gaps.sort_unstable();
    gaps
}

/// The ecosystem of a manifest of this name, and what writes a lock file for it.
fn family_of(name: &str) -> Option<(&'static Family, &'static str)> {
    let is_called = |manifest: &str| match manifest.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == manifest,
    };
    FAMILIES.iter().find_map(|family| {
        let (_, command) = family.manifests.iter().find(|(manifest, _)| is_called(manifest))?;
        Some((family, *command))
    })
}

/// For what something tells the versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// For the project in its folder, and those below that are parts of it, as with a lock file.
    Project,
    /// For all below, if need be: what is installed, and lists of requirements.
    Below,
}

/// The folders of projects of which something else than a lock file of the usual name tells the versions: one of another
/// name, a list of requirements, what is installed in them.
fn known_projects<'a>(index: &'a LayerIndex, repository: &Repository<'_>) -> BTreeMap<(Ecosystem, &'a str), Reach> {
    let paths = || index.files.keys().map(String::as_str).chain(index.gaps.iter().map(|gap| gap.path.as_str()));
    let of_list = |project: (Ecosystem, &'a str)| match project.0 {
        Ecosystem::Pypi => (project, Reach::Below),
        _ => (project, Reach::Project),
    };
    let mut projects: BTreeMap<(Ecosystem, &str), Reach> = paths().filter_map(project_of_list).map(of_list).collect();
    // Each lock file of Appraisal is one of the Gemfile above with what `Appraisals` adds (github.com/thoughtbot/appraisal).
    let appraised = paths().filter_map(project_of_appraisal).filter(|project| repository.has(project, "Appraisals"));
    projects.extend(appraised.map(|project| ((Ecosystem::Gem, project), Reach::Project)));
    for (path, found) in &index.files {
        for package in found.packages.iter().filter(|package| package.evidence == Evidence::Installed) {
            let project = match package.ecosystem {
                Ecosystem::Npm | Ecosystem::Composer => project_of_tree(path, package.ecosystem),
                Ecosystem::Pypi | Ecosystem::Gem => project_of_environment(path),
                _ => None,
            };
            projects.extend(project.map(|project| ((package.ecosystem, project), Reach::Below)));
        }
    }
    let is_known = |ecosystem: Ecosystem, project: &str| projects.get(&(ecosystem, project)) == Some(&Reach::Below);
    let linked = links::projects(index, is_known);
    projects.extend(linked.into_iter().map(|project| (project, Reach::Below)));
    projects
}

/// The project of a list with a name or a place of its own: `requirements-prod.txt`, `requirements/base.txt`,
/// `Gemfile.next.lock`.
fn project_of_list(path: &str) -> Option<(Ecosystem, &str)> {
    let (folder, name) = split(path);
    match plain_name(name) {
        "Gemfile.lock" => return Some((Ecosystem::Gem, folder)),
        "Manifest.toml" | "JuliaManifest.toml" => return Some((Ecosystem::Julia, folder)),
        "Package.resolved" => return Some((Ecosystem::Swift, project_of_xcode(folder).unwrap_or(folder))),
        name if name.ends_with(".lockfile") => {
            return Some((Ecosystem::Maven, project_of_gradle_locks(path)?));
        }
        _ => {}
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

/// The folder of the project or workspace of Xcode that keeps the lock file of Swift in this folder: `shop` for
/// `shop/App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm`.
fn project_of_xcode(folder: &str) -> Option<&str> {
    let mut begin = 0;
    for part in folder.strip_suffix("/xcshareddata/swiftpm")?.split('/') {
        if part.ends_with(".xcodeproj") || part.ends_with(".xcworkspace") || part == ".swiftpm" {
            return Some(folder[..begin].trim_end_matches('/'));
        }
        begin += part.len() + 1;
    }
    None
}

/// The project of which Gradle locks the dependencies in this file: `shop` for `shop/gradle.lockfile` and what older ones
/// have in `shop/gradle/dependency-locks`. Those of the plug-ins of its scripts are others.
fn project_of_gradle_locks(path: &str) -> Option<&str> {
    let (folder, name) = split(path);
    if name == "gradle.lockfile" {
        return Some(folder);
    }
    let project = folder.strip_suffix("gradle/dependency-locks").filter(|_| name.ends_with(".lockfile"))?;
    (project.is_empty() || project.ends_with('/')).then(|| project.trim_end_matches('/'))
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
