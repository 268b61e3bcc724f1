//! `pylock.toml` and `pylock.NAME.toml` (PEP 751, packaging.python.org, pylock.toml specification).

use std::collections::HashMap;

use serde::Deserialize;

use super::uv::FORKS_OF_A_PACKAGE;
use super::{PYPI, normal_name, parse_toml};
use crate::ecosystems::borrowed_json::{Items, Present, Text};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;
use crate::wanted_file::ReadFileError;
use model::counted;

#[derive(Deserialize)]
struct Pylock<'a> {
    #[serde(default, rename = "lock-version")]
    lock_version: FormatVersion,
    #[serde(borrow, default)]
    packages: Option<Vec<Package<'a>>>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    marker: Text<'a>,
    #[serde(borrow, default)]
    dependencies: Items<Dependency<'a>>,
    #[serde(default)]
    directory: Present,
}

#[derive(Deserialize)]
struct Dependency<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
}

/// Reads the lock file at `path`.
pub(super) fn read(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: Pylock<'_> = parse_toml("pylock.toml", text)?;
    let Some(packages) = &lock.packages else {
        // Without a byte it is empty, which is said elsewhere.
        return match text.trim() {
            "" => Ok(()),
            _ => Err(ReadFileError::malformed("pylock.toml", "it has no list of packages")),
        };
    };
    lock.lock_version.tell_unless_known("lock-version", 1, found);
    let mut locked = LockedPackages::new(PYPI);
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    let mut place_of_package = Vec::with_capacity(packages.len());
    let mut unversioned = 0;
    for package in packages {
        let name = normal_name(&package.name);
        let place = if package.directory.0 {
            None
        } else {
            // A version is optional: what comes from a repository may have none.
            unversioned += usize::from(package.version.is_empty());
            if package.version.is_empty() {
                None
            } else {
                locked.require(&name, &package.version, is_development(&package.marker))
            }
        };
        place_of_package.push(place);
        if let Some(place) = place {
            let forks = places.entry(name).or_default();
            if forks.len() < FORKS_OF_A_PACKAGE {
                forks.push(place);
            }
        }
    }
    for (package, place) in packages.iter().zip(place_of_package) {
        let Some(from) = place else { continue };
        for dependency in &package.dependencies.0 {
            let forks = places.get(&normal_name(&dependency.name)).map_or(&[][..], Vec::as_slice);
            for &on in forks {
                if dependency.version.is_empty() || locked.package(on).version == *dependency.version {
                    locked.depends(from, on);
                }
            }
        }
    }
    if unversioned > 0 {
        let of_its = "of its packages have no version to look up";
        found.gap(path, counted(unversioned, "of its packages has no version to look up", of_its));
    }
    locked.hand_over(found);
    Ok(())
}

/// Whether the marker lets the package in only for groups by which projects name their own development.
fn is_development(marker: &str) -> bool {
    const GROUPS: [&str; 6] = ["dev", "test", "tests", "lint", "docs", "typing"];
    let is_group = |group: &str| {
        ["'", "\""].iter().any(|quote| marker.trim() == format!("{quote}{group}{quote} in dependency_groups"))
    };
    GROUPS.into_iter().any(is_group)
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::python::Python;

    #[test]
    fn packages_of_the_standard_lock_file_are_read() {
        let toml = r#"lock-version = "1.0"
created-by = "pip"
requires-python = ">=3.12"
dependency-groups = ["dev"]

[[packages]]
name = "cattrs"
version = "24.1.2"
dependencies = [{name = "attrs"}]
index = "https://pypi.org/simple"
[[packages.wheels]]
name = "cattrs-24.1.2-py3-none-any.whl"
url = "https://x/cattrs.whl"
size = 66446
hashes = {sha256 = "x"}

[[packages]]
name = "attrs"
version = "25.1.0"
marker = "'dev' in dependency_groups"

[[packages]]
name = "own"
directory = {path = ".", editable = true}

[[packages]]
name = "lib"
vcs = {type = "git", url = "https://github.com/a/lib", commit-id = "0123"}

[tool.mousebender]
x = 1
"#;
        for path in ["pylock.toml", "app/pylock.dev.toml"] {
            let found = read(&Python, path, toml.as_bytes());
            assert_eq!(listing(&found), "pypi cattrs 24.1.2 -> attrs\npypi attrs 25.1.0 dev");
            assert_eq!(found.gaps[0].reason, "1 of its packages has no version to look up");
        }
    }
}
