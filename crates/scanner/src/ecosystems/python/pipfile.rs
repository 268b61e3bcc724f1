//! `Pipfile.lock` and `Pipfile` (github.com/pypa/pipfile).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::place::{self, Place};
use super::requirement::pinned_version;
use super::{PYPI, normal_name, parse_toml};
use crate::ecosystems::borrowed_json::{Entries, Object, Text, check_keys, object, object_entries};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::{LockedPackages, Unusable, is_word};
use crate::found::Found;
use crate::manifest::ProjectManifest;
use crate::wanted_file::ReadFileError;
use model::counted;

#[derive(Deserialize)]
struct PipfileLock<'a> {
    #[serde(borrow, default, deserialize_with = "object_entries")]
    default: Entries<'a, Locked<'a>>,
    #[serde(borrow, default, deserialize_with = "object_entries")]
    develop: Entries<'a, Locked<'a>>,
    #[serde(rename = "_meta", default)]
    meta: Object<Meta>,
    /// What `pipenv install --categories` keeps beside the two.
    #[serde(borrow, flatten)]
    categories: BTreeMap<String, Entries<'a, Locked<'a>>>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default, rename = "pipfile-spec")]
    spec: FormatVersion,
}

#[derive(Deserialize)]
struct Locked<'a> {
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    git: Text<'a>,
    /// The address of a wheel, a source archive or a folder.
    #[serde(borrow, default)]
    file: Text<'a>,
    /// The same, by its path.
    #[serde(borrow, default)]
    path: Text<'a>,
}

impl Locked<'_> {
    /// The only version that it allows.
    fn pinned_version(&self) -> Option<&str> {
        let version = self.version.trim();
        // Written by hand, the signs may be missing.
        let is_bare = version.starts_with(|first: char| first.is_ascii_digit()) && !version.contains(['*', ',', ';']);
        let version = if is_bare { Some(version) } else { pinned_version(version) };
        version.filter(|version| is_word(version))
    }

    /// What lies where it says that the package is; `None` when it does not say so.
    fn place(&self) -> Option<Place> {
        [&self.path, &self.file].into_iter().find(|place| !place.is_empty()).map(|place| Place::at(place))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pipfile<'a> {
    #[serde(borrow, default)]
    packages: Entries<'a, Value>,
    #[serde(borrow, default)]
    dev_packages: Entries<'a, Value>,
    /// All other tables; those that are not in [`NO_CATEGORIES`] are lists of packages, too.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// The tables of a `Pipfile` that list no packages (pipenv.pypa.io, Pipfile).
const NO_CATEGORIES: &[&str] = &["pipenv", "requires", "scripts", "source"];

/// Reads the lock file at `path`.
pub(super) fn read_lock(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: PipfileLock<'_> =
        object(text.as_bytes()).map_err(|error| ReadFileError::malformed("Pipfile.lock", error))?;
    if let Some(meta) = &lock.meta.0 {
        meta.spec.tell_unless_known("pipfile-spec", 6, found);
    }
    let mut locked = LockedPackages::new(PYPI);
    let mut unusable = Unusable::default();
    let mut from_git = 0;
    let categories = lock.categories.values().map(|category| (category, false));
    for (section, development) in [(&lock.default, false), (&lock.develop, true)].into_iter().chain(categories) {
        for (written, package) in &section.0 {
            let name = normal_name(written);
            if let Some(version) = package.pinned_version() {
                locked.require(&name, version, development);
                continue;
            }
            match package.place() {
                _ if !package.git.is_empty() => from_git += 1,
                Some(Place::Package { name: told, version }) if normal_name(&told) == name => {
                    locked.require(&name, &version, development);
                }
                // A folder is the project's own code.
                Some(Place::Folder) => {}
                _ => unusable.note(written),
            }
        }
    }
    if from_git > 0 {
        let from_git = counted(from_git, "of its packages comes from git", "of its packages come from git");
        found.gap(path, format!("{from_git}, without a version to look up"));
    }
    unusable.hand_over(path, found);
    locked.hand_over(found);
    if found.packages.is_empty() {
        check_keys(text.as_bytes(), &["_meta", "default"], "Pipfile.lock")?;
    }
    Ok(())
}

/// Reads which packages a `Pipfile` asks for itself, and what decides whether any of them is no part of the repository.
pub(super) fn read_manifest(text: &str, found: &mut Found) -> Result<ProjectManifest, ReadFileError> {
    let pipfile: Pipfile<'_> = parse_toml("Pipfile", text)?;
    let categories = pipfile.others.iter().filter(|(name, _)| !NO_CATEGORIES.contains(&name.as_str()));
    let of_categories = categories.filter_map(|(_, table)| table.as_object()).flatten();
    let packages = pipfile.packages.0.iter().chain(&pipfile.dev_packages.0).map(|(name, package)| (&**name, package));
    let mut manifest = ProjectManifest::default();
    for (name, package) in packages.chain(of_categories.map(|(name, package)| (name.as_str(), package))) {
        place::note(package, &mut manifest);
        found.direct.push((PYPI, normal_name(name)));
    }
    Ok(manifest)
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
    fn names_of_files_tell_versions() {
        let json = r#"{"_meta":{},"default":{
            "jinja2":{"file":"https://files.example.com/aa/Jinja2-2.10-py2.py3-none-any.whl","hashes":["sha256:aa"]},
            "markup_safe":{"path":"./vendor/MarkupSafe-1.1.tar.gz"},"markupsafe":{"path":"./vendor/MarkupSafe-1.0.tar.gz"},
            "own":{"file":"file:///srv/own","editable":true},"main":{"file":"https://h/a/b/archive/main.zip"}}}"#;
        let found = read(&Python, "Pipfile.lock", json.as_bytes());
        assert_eq!(listing(&found), "pypi jinja2 2.10\npypi markupsafe 1.0");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, ["2 of its entries have no version that can be used (markup_safe, main)"]);
    }

    #[test]
    fn what_pins_no_version_is_told_by_name() {
        let json = r#"{"_meta":{},"default":{"bare":{"hashes":["sha256:aa"],"index":"pypi"},"blank":{"version":" == 2.10"},
            "range":{"version":">=1.0"},"any":{"version":"*"},"some":{"version":"==1.*"},"signless":{"version":"1.5"}},
            "develop":{"exact":{"version":"===3.0"},"bare":{"hg":"https://h/x"}}}"#;
        let found = read(&Python, "Pipfile.lock", json.as_bytes());
        assert_eq!(listing(&found), "pypi blank 2.10\npypi signless 1.5\npypi exact 3.0 dev");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, ["5 of its entries have no version that can be used (bare, range, any, some, bare)"]);
    }

    #[test]
    fn a_section_that_is_no_object_is_an_error() {
        for bad in [r#"{"_meta":{},"default":[],"develop":{}}"#, r#"{"_meta":{},"default":{},"develop":"x"}"#] {
            let error = try_read(&Python, "Pipfile.lock", bad.as_bytes()).unwrap_err().to_string();
            assert!(
                error.starts_with("it is no valid Pipfile.lock: ") && error.contains("expected an object"),
                "{error}"
            );
        }
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
