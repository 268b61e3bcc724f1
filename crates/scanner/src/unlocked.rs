//! Manifests of a repository beside which no lock file says in which versions what they ask for is taken.

use std::collections::BTreeSet;

use model::{Ecosystem, Gap};

use crate::found::{Evidence, Mark};
use crate::layer_index::LayerIndex;
use crate::locked::{is_environment_of, is_in_dependency_folder, plain_name, project_of_tree};
use crate::path_set::path_hash;

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
        locks: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
            // Rush keeps it there for all projects of a repository.
            "common/config/rush/pnpm-lock.yaml",
        ],
    },
    Family {
        ecosystem: Ecosystem::Pypi,
        manifests: &[
            ("pyproject.toml", "uv lock"),
            ("Pipfile", "pipenv lock"),
            ("setup.py", "pip-compile"),
            ("setup.cfg", "pip-compile"),
        ],
        locks: &["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml"],
    },
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

/// What is not known because no lock file lies in the folder of a manifest or in one above it, as in workspaces.
pub(crate) fn gaps(index: &LayerIndex) -> Vec<Gap> {
    let known = known_projects(index);
    let mut gaps = Vec::new();
    for (path, found) in &index.files {
        if found.mark != Some(Mark::Asks) || is_in_dependency_folder(path) {
            continue;
        }
        let (folder, name) = split(path);
        let Some((family, command)) = family_of(name) else { continue };
        let is_there = |folder: &str, lock: &str| match folder {
            "" => index.occupied.contains(path_hash(lock)),
            folder => index.occupied.contains(path_hash(&format!("{folder}/{lock}"))),
        };
        let mut upward = std::iter::successors(Some(folder), |below| (!below.is_empty()).then(|| split(below).0));
        let is_known = upward.any(|folder| {
            known.contains(&(family.ecosystem, folder)) || family.locks.iter().any(|&lock| is_there(folder, lock))
        });
        if !is_known {
            let reason = format!(
                "it names dependencies, and no lock file that is read lies beside or above it, so that their versions \
                 are unknown; `{command}` writes one"
            );
            gaps.push(Gap::new(path.as_str(), reason));
        }
    }
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
fn known_projects(index: &LayerIndex) -> BTreeSet<(Ecosystem, &str)> {
    let paths = index.files.keys().map(String::as_str).chain(index.gaps.iter().map(|gap| gap.path.as_str()));
    let mut projects: BTreeSet<(Ecosystem, &str)> = paths.filter_map(project_of_list).collect();
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

/// The folder in whose own environment something is installed: `shop` for `shop/.venv/lib/…`.
fn project_of_environment(path: &str) -> Option<&str> {
    let ends = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at));
    ends.map(|end| &path[..end]).find(|folder| is_environment_of(path, folder))
}

/// A path's folder and the name in it.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use model::UntrustedPath;

    use super::*;
    use crate::ecosystem_check::read_with_gaps;
    use crate::ecosystems::ECOSYSTEMS;
    use crate::path_set::PathSet;
    use crate::selector::SELECTOR;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let mut index = LayerIndex::default();
        for (path, text) in files {
            for place in SELECTOR.select(&UntrustedPath::normalise(path)).iter() {
                let found = read_with_gaps(ECOSYSTEMS[place], path, text.as_bytes());
                index.files.insert((*path).to_owned(), found);
            }
        }
        index.occupied = PathSet::from_hashes(files.iter().map(|(path, _)| path_hash(path)).collect());
        let told: Vec<String> = gaps(&index).into_iter().map(|gap| gap.path).collect();
        assert_eq!(told, expected, "{files:?}");
    }

    const PACKAGE: &str = r#"{"dependencies":{"lodash":"4.17.15"}}"#;
    const PYPROJECT: &str = "[project]\ndependencies = [\"Django==2.2.0\"]\n";
    const CARGO: &str = "[dependencies]\nlibc = \"0.2\"\n";
    const COMPOSER: &str = r#"{"require":{"php":">=8","a/b":"^1"}}"#;

    #[test]
    fn a_manifest_without_a_lock_file_is_a_gap() {
        for (name, text) in [
            ("package.json", PACKAGE),
            ("package.json", r#"{"devDependencies":{"a":"^1"}}"#),
            ("pyproject.toml", PYPROJECT),
            ("Pipfile", "[packages]\nDjango = \"==2.2.0\"\n"),
            ("setup.py", "setup(\n    install_requires=[\n        'Django==2.2.0',\n    ],\n)\n"),
            ("setup.py", "setup(**{'install_requires': read('requirements.in')})\n"),
            ("setup.cfg", "[options]\ninstall_requires =\n    Django==2.2.0\n"),
            ("setup.cfg", "[options.extras_require]\nx = a; b\n"),
            ("Gemfile", "source 'https://rubygems.org'\ngroup :x do\n  gem 'rails', '6.0'\nend\n"),
            ("gems.rb", "gemspec path: '.'\n"),
            ("composer.json", COMPOSER),
            ("Cargo.toml", CARGO),
            ("Cargo.toml", "[target.'cfg(unix)'.dev-dependencies]\na = { version = \"1\" }\n"),
            ("Cargo.toml", "<<<<<<< HEAD\n[dependencies]\na = \"1\"\n"),
        ] {
            let path = format!("a/b/{name}");
            check(&[(path.as_str(), text)], &[path.as_str()]);
        }
    }

    #[test]
    fn a_manifest_that_asks_for_nothing_is_none() {
        for (name, text) in [
            ("package.json", r#"{"name":"a","dependencies":{}}"#),
            ("package.json", r#"{"dependencies":{"a":"workspace:*","b":"file:../b"}}"#),
            ("pyproject.toml", "[tool.black]\nline-length = 100\n[tool.poetry.dependencies]\npython = \"^3\"\n"),
            ("Pipfile", "[packages]\n"),
            ("setup.py", "# install_requires=['a']\nsetup(install_requires=[ ], extras_require={})\n"),
            ("setup.cfg", "[options]\ninstall_requires =\nzip_safe = no\n[flake8]\nextend =\n    a\n"),
            ("Gemfile", "source 'https://rubygems.org'\n# gem 'rails'\ngem 'own', path: 'own'\n"),
            ("composer.json", r#"{"require":{"php":">=8","ext-json":"*"}}"#),
            ("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"../b\" }\n"),
        ] {
            let path = format!("a/{name}");
            check(&[(path.as_str(), text)], &[]);
        }
    }

    #[test]
    fn a_lock_file_beside_or_above_tells_the_versions() {
        check(&[("a/package.json", PACKAGE), ("a/yarn.lock", "# yarn lockfile v1\n")], &[]);
        check(&[("a/b/package.json", PACKAGE), ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n")], &[]);
        check(&[("a/package.json", PACKAGE), ("common/config/rush/pnpm-lock.yaml", "")], &[]);
        check(&[("crates/a/Cargo.toml", CARGO), ("Cargo.lock", "version = 4\n")], &[]);
        check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements/base.txt", "Django==2.2.0\n")], &[]);
        check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements-prod.txt", "Django==2.2.0\n")], &[]);
        check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements-docker.txt", "Django==2.2.0\n")], &[]);
        check(&[("a/pyproject.toml", PYPROJECT), ("a/conda-linux-64.lock", "@EXPLICIT\n")], &[]);
        check(&[("Gemfile", "gem 'a'\n"), ("Gemfile.next.lock", "GEM\n  specs:\n    a (1)\n")], &[]);
        check(&[("a/composer.json", COMPOSER), ("a/composer.lock", r#"{"packages":[]}"#)], &[]);
    }

    #[test]
    fn a_lock_file_of_another_project_or_ecosystem_tells_nothing() {
        check(&[("a/package.json", PACKAGE), ("b/yarn.lock", ""), ("a/c/yarn.lock", "")], &["a/package.json"]);
        check(&[("a/package.json", PACKAGE), ("a/Cargo.lock", "")], &["a/package.json"]);
        check(&[("a/pyproject.toml", PYPROJECT), ("a/requirements-dev.txt", "b==1\n")], &["a/pyproject.toml"]);
    }

    #[test]
    fn what_is_installed_in_the_project_tells_the_versions() {
        let lodash = r#"{"name":"lodash","version":"4.17.15"}"#;
        check(&[("a/package.json", PACKAGE), ("a/node_modules/lodash/package.json", lodash)], &[]);
        check(&[("a/b/package.json", PACKAGE), ("a/node_modules/lodash/package.json", lodash)], &[]);
        let metadata = "Metadata-Version: 2.1\nName: django\nVersion: 2.2\n\n";
        let installed = "a/.venv/lib/python3.12/site-packages/django-2.2.dist-info/METADATA";
        check(&[("a/pyproject.toml", PYPROJECT), (installed, metadata)], &[]);
        check(&[("b/pyproject.toml", PYPROJECT), (installed, metadata)], &["b/pyproject.toml"]);
    }

    #[test]
    fn manifests_of_dependencies_are_their_own_affair() {
        for folder in ["node_modules/x/y", "vendor/x", "lib/site-packages/x", "go/pkg/mod/x"] {
            for (name, text) in [("Cargo.toml", CARGO), ("package.json", PACKAGE)] {
                let path = format!("{folder}/{name}");
                check(&[(path.as_str(), text)], &[]);
            }
        }
    }
}
