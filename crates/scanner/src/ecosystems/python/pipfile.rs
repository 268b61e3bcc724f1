//! `Pipfile.lock` and `Pipfile` (github.com/pypa/pipfile).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{PYPI, normal_name, parse_toml, place};
use crate::ecosystems::borrowed_json::{Entries, Text, check_keys, object};
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;
use crate::wanted_file::ReadFileError;
use model::counted;

#[derive(Deserialize)]
struct PipfileLock<'a> {
    #[serde(borrow, default)]
    default: Entries<'a, Locked<'a>>,
    #[serde(borrow, default)]
    develop: Entries<'a, Locked<'a>>,
    #[serde(rename = "_meta", default)]
    _meta: IgnoredAny,
    /// What `pipenv install --categories` keeps beside the two.
    #[serde(borrow, flatten)]
    categories: BTreeMap<String, Entries<'a, Locked<'a>>>,
}

#[derive(Deserialize)]
struct Locked<'a> {
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    git: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pipfile<'a> {
    #[serde(borrow, default)]
    packages: Entries<'a, Value>,
    #[serde(borrow, default)]
    dev_packages: Entries<'a, Value>,
}

/// Reads the lock file at `path`.
pub(super) fn read_lock(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: PipfileLock<'_> =
        object(text.as_bytes()).map_err(|error| ReadFileError::malformed("Pipfile.lock", error))?;
    let mut locked = LockedPackages::new(PYPI);
    let mut from_git = 0;
    let categories = lock.categories.values().map(|category| (category, false));
    for (section, development) in [(&lock.default, false), (&lock.develop, true)].into_iter().chain(categories) {
        for (name, package) in &section.0 {
            let version = package.version.trim_start_matches('=').trim();
            if locked.add(&normal_name(name), version, development).is_none() && !package.git.is_empty() {
                from_git += 1;
            }
        }
    }
    if from_git > 0 {
        let from_git = counted(from_git, "of its packages comes from git", "of its packages come from git");
        found.gap(path, format!("{from_git}, without a version to look up"));
    }
    locked.hand_over(found);
    if found.packages.is_empty() {
        check_keys(text.as_bytes(), &["_meta", "default"], "Pipfile.lock")?;
    }
    Ok(())
}

/// Reads which packages a `Pipfile` asks for itself, and tells whether any is no part of the repository.
pub(super) fn read_manifest(text: &str, found: &mut Found) -> Result<bool, ReadFileError> {
    let pipfile: Pipfile<'_> = parse_toml("Pipfile", text)?;
    let packages = || pipfile.packages.0.iter().chain(&pipfile.dev_packages.0);
    found.direct.extend(packages().map(|(name, _)| (PYPI, normal_name(name))));
    Ok(packages().any(|(_, package)| !place::is_part_of_repository(package)))
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::python::Python;

    #[test]
    fn default_and_develop_are_told_apart() {
        let json = r#"{"_meta":{"hash":{"sha256":"x"},"pipfile-spec":6,"requires":{},"sources":[]},
            "default":{"Requests":{"hashes":["sha256:x"],"index":"pypi","version":"==2.31.0","markers":"python_version >= '3.7'"},
                       "six":{"version":"==1.16.0"},"lib":{"git":"https://github.com/a/lib.git","ref":"0123"},"me":{"editable":true,"path":"."}},
            "develop":{"pytest":{"version":"==7.4.0","extras":["x"]},"six":{"version":"==1.16.0"}}}"#;
        let found = read(&Python, "Pipfile.lock", json.as_bytes());
        assert_eq!(listing(&found), "pypi requests 2.31.0\npypi six 1.16.0\npypi pytest 7.4.0 dev");
        assert_eq!(found.gaps.len(), 1);
        assert!(try_read(&Python, "Pipfile.lock", b"{\"default\":{\"a\":1}}").is_err());
    }

    #[test]
    fn categories_of_ones_own_are_read() {
        let json = r#"{"_meta":{"hash":{"sha256":"x"},"sources":[{"name":"pypi"}]},"default":{},"develop":{},
            "docs":{"sphinx":{"version":"==1.1.0"}},"lint":{"six":{"version":"==1.16.0"}}}"#;
        assert_eq!(listing(&read(&Python, "Pipfile.lock", json.as_bytes())), "pypi sphinx 1.1.0\npypi six 1.16.0");
        assert!(try_read(&Python, "Pipfile.lock", b"{\"docs\":{\"a\":1}}").is_err());
    }

    #[test]
    fn a_pipfile_names_what_is_direct() {
        let toml = "[[source]]\nurl = \"https://pypi.org/simple\"\n[packages]\nRequests = \"*\"\nx = {version = \"1\"}\n[dev-packages]\npytest = \"*\"\n";
        let direct: Vec<String> =
            read(&Python, "Pipfile", toml.as_bytes()).direct.into_iter().map(|(_, name)| name).collect();
        assert_eq!(direct, ["requests", "x", "pytest"]);
    }
}
