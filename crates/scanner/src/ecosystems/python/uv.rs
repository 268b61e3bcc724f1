//! `uv.lock` (docs.astral.sh/uv, lockfile), and `SCRIPT.py.lock` for a script that names its requirements itself (PEP 723).

use std::collections::HashMap;

use serde::Deserialize;

use super::{PYPI, normal_name, parse_toml};
use crate::damage;
use crate::ecosystems::borrowed_json::{Entries, Items, Present, Text};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;
use crate::wanted_file::{ReadFileError, WantedFile};

/// How many versions of one package, locked for different environments, a dependency can mean. It bounds what a hostile
/// file with thousands of versions of a name can make of its relations.
pub(super) const FORKS_OF_A_PACKAGE: usize = 16;

#[derive(Deserialize)]
struct UvLock<'a> {
    #[serde(default)]
    version: FormatVersion,
    #[serde(borrow, default)]
    manifest: Manifest<'a>,
    #[serde(borrow, default)]
    package: Option<Vec<Package<'a>>>,
}

/// What is asked for where no package of the list is the project: by a script, and by the groups of a workspace.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Manifest<'a> {
    #[serde(borrow, default)]
    requirements: Items<Dependency<'a>>,
    #[serde(borrow, default)]
    dependency_groups: Entries<'a, Items<Dependency<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(default)]
    source: Source,
    #[serde(borrow, default)]
    dependencies: Items<Dependency<'a>>,
    #[serde(borrow, default)]
    optional_dependencies: Entries<'a, Items<Dependency<'a>>>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Items<Dependency<'a>>>,
}

/// Where a package comes from; only the kinds that are the project's own code matter.
#[derive(Default, Deserialize)]
struct Source {
    #[serde(default)]
    editable: Present,
    #[serde(default)]
    r#virtual: Present,
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

/// Reads the lock file of a script. Programs that keep one another from a file give their marks such names too: what has
/// nothing of a lock file of uv is none.
pub(super) fn read_of_script(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let text = file.text()?.into_owned();
    if !text.lines().any(|line| matches!(line.trim_end(), "[[package]]" | "[manifest]")) {
        return Ok(());
    }
    let name = file.path().file_name().to_owned();
    if let Some(damage) = damage::of_list(&name, file.bytes()?) {
        found.gap("", damage);
    }
    read(&text, found)
}

/// Reads a lock file.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: UvLock<'_> = parse_toml("uv.lock", text)?;
    let Some(packages) = &lock.package else {
        // Without a byte it is empty, which is said elsewhere.
        return match text.trim() {
            "" => Ok(()),
            _ => Err(ReadFileError::malformed("uv.lock", "it has no list of packages")),
        };
    };
    lock.version.tell_unless_known("version", 1, found);
    let mut locked = LockedPackages::new(PYPI);
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    let mut place_of_package = Vec::with_capacity(packages.len());
    for package in packages {
        let name = normal_name(&package.name);
        let source = &package.source;
        let is_own = source.editable.0 || source.r#virtual.0 || source.directory.0;
        let place = if is_own { None } else { locked.require(&name, &package.version, false) };
        place_of_package.push((place, is_own));
        if let Some(place) = place {
            let forks = places.entry(name).or_default();
            if forks.len() < FORKS_OF_A_PACKAGE {
                forks.push(place);
            }
        }
    }
    let mut production = resolve(lock.manifest.requirements.0.iter(), &places, &mut locked);
    let groups = lock.manifest.dependency_groups.0.iter().flat_map(|(_, group)| &group.0);
    let mut development = resolve(groups, &places, &mut locked);
    for (package, (place, is_own)) in packages.iter().zip(place_of_package) {
        let extras = package.optional_dependencies.0.iter().flat_map(|(_, extra)| &extra.0);
        let needed = resolve(package.dependencies.0.iter().chain(extras), &places, &mut locked);
        if let Some(from) = place {
            for on in needed {
                locked.depends(from, on);
            }
        } else if is_own {
            production.extend(needed);
            let groups = package.dev_dependencies.0.iter().flat_map(|(_, group)| &group.0);
            development.extend(resolve(groups, &places, &mut locked));
        }
    }
    if !production.is_empty() || !development.is_empty() {
        locked.settle_development(&production, &development);
        production.extend(development);
        locked.set_direct_only(&production);
    }
    locked.hand_over(found);
    Ok(())
}

fn resolve<'d, 'a: 'd>(
    dependencies: impl Iterator<Item = &'d Dependency<'a>>,
    places: &HashMap<String, Vec<usize>>,
    locked: &mut LockedPackages,
) -> Vec<usize> {
    let mut resolved = Vec::new();
    for dependency in dependencies {
        let forks = places.get(&normal_name(&dependency.name)).map_or(&[][..], Vec::as_slice);
        let is_meant =
            |&&place: &&usize| dependency.version.is_empty() || locked.package(place).version == *dependency.version;
        resolved.extend(forks.iter().filter(is_meant));
    }
    resolved
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, read_with_gaps};
    use crate::ecosystems::python::Python;
    use crate::found::Found;

    #[test]
    fn roots_tell_direct_and_development_packages() {
        let toml = r#"version = 1
revision = 2
requires-python = ">=3.9"
resolution-markers = ["python_full_version >= '3.10'", "python_full_version < '3.10'"]

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "flask", extra = ["async"] },
    { name = "numpy", version = "2.0.2", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.10'" },
]

[package.optional-dependencies]
cli = [{ name = "click" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[package.metadata]
requires-dist = [{ name = "flask" }]

[[package]]
name = "flask"
version = "3.0.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "click" }]
sdist = { url = "https://x/flask.tar.gz", hash = "sha256:x", size = 1 }
wheels = [{ url = "https://x/flask.whl", hash = "sha256:x", size = 1 }]

[[package]]
name = "click"
version = "8.1.7"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.0.2"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "2.2.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "8.0.0"
source = { git = "https://github.com/pytest-dev/pytest?rev=8.0.0#0123" }
dependencies = [{ name = "iniconfig" }]

[[package]]
name = "iniconfig"
version = "2.0.0"
source = { registry = "https://pypi.org/simple" }
"#;
        let expected = [
            "pypi flask 3.0.0 direct -> click",
            "pypi click 8.1.7 direct",
            "pypi numpy 2.0.2 direct",
            "pypi numpy 2.2.0 indirect",
            "pypi pytest 8.0.0 direct dev -> iniconfig",
            "pypi iniconfig 2.0.0 indirect dev",
        ];
        assert_eq!(listing(&read(&Python, "uv.lock", toml.as_bytes())), expected.join("\n"));
    }

    const SCRIPT: &str = r#"version = 1
revision = 3
requires-python = ">=3.12"

[manifest]
requirements = [{ name = "requests", specifier = "<3" }]

[[package]]
name = "idna"
version = "3.7"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "requests"
version = "2.32.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "idna" }]
"#;

    #[test]
    fn a_script_asks_in_the_manifest() {
        let found = read(&Python, "tools/report.py.lock", SCRIPT.as_bytes());
        assert_eq!(listing(&found), "pypi idna 3.7 indirect\npypi requests 2.32.0 direct -> idna");
        assert!(found.gaps.is_empty());
    }

    #[test]
    fn the_groups_of_a_workspace_serve_development() {
        let groups = "[manifest]\nmembers = []\n\n[manifest.dependency-groups]\ndev = [{ name = \"requests\" }]\n";
        let (head, packages) = SCRIPT.split_once("[[package]]").unwrap();
        let toml = format!("{}{groups}\n[[package]]{packages}", head.split("[manifest]").next().unwrap());
        let found = read(&Python, "uv.lock", toml.as_bytes());
        assert_eq!(listing(&found), "pypi idna 3.7 indirect dev\npypi requests 2.32.0 direct dev -> idna");
    }

    #[test]
    fn what_keeps_others_from_a_script_is_no_lock_file_and_a_damaged_one_is_a_gap() {
        let nothing_asked = "version = 1\nrequires-python = \">=3.12\"\n";
        for text in ["", "4711\nhost\n", "\0\0", nothing_asked] {
            assert_eq!(read_with_gaps(&Python, "tools/report.py.lock", text.as_bytes()), Found::default(), "{text}");
        }
        let merge = SCRIPT.replacen("version = \"3.7\"", "<<<<<<< a\nversion = \"3.7\"\n=======\n>>>>>>> b", 1);
        let zero = SCRIPT.replacen("3.7", "3.\0", 1);
        let cut = SCRIPT.split_once("version = \"3.7\"").unwrap().0;
        for text in [&*merge, &*zero, cut] {
            assert!(!read_with_gaps(&Python, "tools/report.py.lock", text.as_bytes()).gaps.is_empty(), "{text}");
        }
    }
}
