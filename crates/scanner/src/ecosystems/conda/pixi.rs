//! `pixi.lock` (prefix-dev/pixi, as the crate rattler_lock writes it) and whether `pixi.toml` asks for packages.
//!
//! Up to version 3 the file is one of conda-lock. From version 4 on `packages` lists what the environments are made of:
//! in 4 and 5 by `kind`, from 6 on by `conda` or `pypi` with the address, which alone tells name and version of most builds.
//! What lies in a folder is built from sources of the project itself.

use std::collections::HashSet;

use model::Ecosystem as Kind;
use serde::Deserialize;

use super::explicit::Build;
use super::{Locked, read_lock};
use crate::ecosystems::borrowed_json::{Entries, Object, Present};
use crate::ecosystems::locked_packages::LockedPackages;
use crate::ecosystems::python::{self, Place};
use crate::found::Found;
use crate::wanted_file::ReadFileError;
use crate::yaml;

#[derive(Deserialize)]
struct PixiLock {
    #[serde(default)]
    packages: Option<Vec<Entry>>,
    /// Up to version 3.
    #[serde(default)]
    package: Option<Vec<Locked>>,
}

#[derive(Deserialize)]
struct Entry {
    /// In versions 4 and 5, `conda` or `pypi`.
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    conda: Option<String>,
    #[serde(default)]
    pypi: Option<String>,
    /// From version 7 on: `NAME[HASH] @ PLACE`, built from sources.
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    build: Option<String>,
    #[serde(default)]
    subdir: Option<String>,
    #[serde(default)]
    license: Option<String>,
}

/// What an entry is, with its address.
enum What<'a> {
    Conda(&'a str),
    Pypi(&'a str),
    /// Built from sources.
    Source(&'a str),
}

impl Entry {
    fn what(&self) -> Option<What<'_>> {
        let place = || self.url.as_deref().or(self.path.as_deref()).unwrap_or_default();
        match (self.conda.as_deref(), self.pypi.as_deref(), self.source.as_deref(), self.kind.as_deref()) {
            (Some(address), ..) => Some(What::Conda(address)),
            (_, Some(address), ..) => Some(What::Pypi(address)),
            (_, _, Some(source), _) => Some(What::Source(source)),
            (_, _, _, Some("conda")) => Some(What::Conda(place())),
            (_, _, _, Some("pypi")) => Some(What::Pypi(place())),
            _ => None,
        }
    }
}

/// Reads a lock file.
pub(super) fn read(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    // Without a byte it is empty, which is said elsewhere.
    if text.trim().is_empty() {
        return Ok(());
    }
    let lock: PixiLock = yaml::parse(text)?;
    let entries = match (lock.packages, lock.package) {
        (Some(entries), _) => entries,
        (None, Some(package)) => {
            read_lock(path, package, found);
            return Ok(());
        }
        (None, None) => return Err(ReadFileError::malformed("pixi.lock", "it has no list of packages")),
    };
    let mut conda = Builds { locked: LockedPackages::new(Kind::Conda), seen: HashSet::new() };
    let mut pypi = LockedPackages::new(Kind::Pypi);
    for entry in &entries {
        match entry.what() {
            Some(What::Conda(address)) => conda.take(entry, address),
            Some(What::Pypi(address)) => take_of_pypi(entry, address, &mut pypi),
            Some(What::Source(source)) => {
                let (name, place) = source.split_once('@').unwrap_or((source, ""));
                // The project's own code has no version that anybody else knows.
                if place.contains("://") {
                    let name = name.split('[').next().unwrap_or_default().trim();
                    conda.locked.require(name, entry.version.as_deref().unwrap_or_default(), false);
                }
            }
            // What is of no known kind lacks its name and version.
            None => _ = conda.locked.require("", "", false),
        }
    }
    conda.locked.hand_over(found);
    pypi.hand_over(found);
    Ok(())
}

/// The packages of Conda.
struct Builds {
    locked: LockedPackages,
    /// The places of those that came before.
    seen: HashSet<usize>,
}

impl Builds {
    fn take(&mut self, entry: &Entry, address: &str) {
        let written = Build::of(address);
        if written.is_none() && !address.is_empty() && !address.contains("://") {
            return;
        }
        let written = written.unwrap_or_default();
        let told = |field: &Option<String>, written: &str| field.as_deref().unwrap_or(written).to_owned();
        let (name, version) = (told(&entry.name, written.name), told(&entry.version, written.version));
        let Some(place) = self.locked.require(&name, &version, false) else { return };
        let all = [
            ("build", told(&entry.build, written.build)),
            ("channel", written.channel.to_owned()),
            ("subdir", told(&entry.subdir, written.subdir)),
        ];
        let known = all.into_iter().filter(|(_, value)| !value.is_empty());
        let qualifiers: Vec<(String, String)> = known.map(|(key, value)| (key.to_owned(), value)).collect();
        let package = self.locked.package(place);
        if self.seen.insert(place) {
            package.qualifiers = qualifiers;
        } else {
            // Builds of one version for several platforms are one package of no platform in particular.
            package.qualifiers.retain(|qualifier| qualifiers.contains(qualifier));
        }
        let license = entry.license.as_deref().filter(|license| !matches!(*license, "" | "None"));
        package.licenses.extend(license.map(str::to_owned));
    }
}

fn take_of_pypi(entry: &Entry, address: &str, pypi: &mut LockedPackages) {
    let (written_name, written_version) = match Place::at(address) {
        // A project beside the file is no package of anybody's.
        Place::Folder if !address.is_empty() => return,
        Place::Package { name, version } => (name, version),
        Place::Folder | Place::Unknown => Default::default(),
    };
    let name = entry.name.as_deref().unwrap_or(&written_name);
    let version = entry.version.as_deref().unwrap_or(&written_version);
    pypi.require(&python::normal_name(name), version, false);
}

/// The tables that ask for packages, of a `pixi.toml` or below `tool.pixi` of a `pyproject.toml`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::ecosystems) struct Tables<'a> {
    #[serde(borrow, default)]
    dependencies: Entries<'a, Object<Asked>>,
    #[serde(borrow, default)]
    host_dependencies: Entries<'a, Object<Asked>>,
    #[serde(borrow, default)]
    build_dependencies: Entries<'a, Object<Asked>>,
    #[serde(borrow, default)]
    pypi_dependencies: Entries<'a, Object<Asked>>,
    #[serde(borrow, default)]
    feature: Entries<'a, Object<Tables<'a>>>,
    #[serde(borrow, default)]
    target: Entries<'a, Object<Tables<'a>>>,
}

/// A package that is asked for, where it is more than a version.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    path: Present,
}

impl Tables<'_> {
    /// Whether they ask for packages other than the project's own parts.
    pub(in crate::ecosystems) fn ask(&self) -> bool {
        let lists = [&self.dependencies, &self.host_dependencies, &self.build_dependencies, &self.pypi_dependencies];
        let is_of_others = |asked: &Object<Asked>| asked.0.as_ref().is_none_or(|asked| !asked.path.0);
        let tables = [&self.feature, &self.target].into_iter().flat_map(|tables| &tables.0);
        lists.into_iter().flat_map(|list| &list.0).any(|(_, asked)| is_of_others(asked))
            || tables.filter_map(|(_, tables)| tables.0.as_ref()).any(Tables::ask)
    }
}

/// Whether a manifest asks for packages other than its own parts.
pub(super) fn asks(text: &str) -> Result<bool, ReadFileError> {
    let manifest: Tables<'_> = crate::toml::parse("pixi.toml", text)?;
    Ok(manifest.ask())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;
    use crate::ecosystems::conda::Conda;

    fn check(text: &str, expected: &Expect) {
        ecosystem_check::check(&Conda, "app/pixi.lock", text, expected);
    }

    #[test]
    fn addresses_tell_builds_and_entries_the_packages_of_python() {
        check(
            "version: 6
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    indexes:
    - https://pypi.org/simple
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/bzip2-1.0.8-h4bc722e_7.conda
      - pypi: .
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
  license: None
  size: 2562
- conda: https://conda.anaconda.org/conda-forge/linux-64/bzip2-1.0.8-h4bc722e_7.conda
  depends:
  - __glibc >=2.17,<3.0.a0
  license: bzip2-1.0.6
- conda: https://conda.anaconda.org/conda-forge/linux-aarch64/bzip2-1.0.8-h68df207_7.conda
  license: bzip2-1.0.6
- conda: https://mirror.example/x/download
  name: renamed
  version: '2.10'
  build: h0
  subdir: noarch
- conda: ../minimal-project
  name: minimal-project
  version: '0.1'
  subdir: win-64
- conda: ./pkgs/own-1.0-0.conda
- conda: https://mirror.example/x/unnamed
- pypi: .
  name: app
  version: 0.1.0
  editable: true
- pypi: ./libs/b
  name: b
- pypi: https://files.pythonhosted.org/packages/aa/absl_py-2.1.0-py3-none-any.whl
  name: absl-py
  version: 2.1.0
  requires_dist:
  - x ; extra == 'y'
- pypi: git+https://github.com/a/Lib_C?rev=c60e#c60e
  name: Lib_C
  version: 3.0.dev1
- pypi: https://files.pythonhosted.org/packages/bb/six-1.17.0-py2.py3-none-any.whl
- pypi: git+https://github.com/a/none#c60e
  name: none
",
            &expect![[r#"
                locked conda _libgcc_mutex 0.1 build=conda_forge channel=conda-forge subdir=linux-64
                locked conda bzip2 1.0.8 [bzip2-1.0.6] channel=conda-forge
                locked conda renamed 2.10 build=h0 subdir=noarch
                locked conda own 1.0 build=0
                locked pypi absl-py 2.1.0
                locked pypi lib-c 3.0.dev1
                locked pypi six 1.17.0
                gap : 1 of its packages lacks a name or a version
                gap : 1 of its packages lacks a name or a version (`none`)
            "#]],
        );
    }

    #[test]
    fn older_and_newer_versions_are_read() {
        for version in [4, 5] {
            check(
                &format!(
                    "version: {version}
environments: {{}}
packages:
- kind: conda
  name: python
  version: 3.12.3
  build: hab00c5b_0_cpython
  build_number: 0
  subdir: linux-64
  url: https://conda.anaconda.org/conda-forge/linux-64/python-3.12.3-hab00c5b_0_cpython.conda
  license: Python-2.0
- kind: pypi
  name: markdown-it-py
  version: 3.0.0
  url: https://files.pythonhosted.org/packages/42/markdown_it_py-3.0.0-py3-none-any.whl
- kind: pypi
  name: app
  version: 0.3.0
  path: .
  editable: true
- kind: other
"
                ),
                &expect![[r#"
                    locked conda python 3.12.3 [Python-2.0] build=hab00c5b_0_cpython channel=conda-forge subdir=linux-64
                    locked pypi markdown-it-py 3.0.0
                    gap : 1 of its packages lacks a name or a version
                "#]],
            );
        }
        check(
            "version: 3\nmetadata:\n  channels: []\npackage:\n- platform: linux-64\n  name: numpy\n  version: 1.26.4\n  category: main\n  manager: conda\n- platform: linux-64\n  name: idna\n  version: '3.7'\n  category: main\n  manager: pip\n",
            &expect![[r#"
                locked conda numpy 1.26.4 subdir=linux-64
                locked pypi idna 3.7
            "#]],
        );
        check(
            "version: 7\nplatforms:\n- name: win-64\npackages:\n- source: \"own[87dc0b8a] @ child\"\n  version: 0.1.0\n- source: \"theirs[12] @ git+https://h/x.git\"\n  version: 1.0\n- conda: https://h/conda-forge/noarch/tzdata-2025a-h78e105d_0.conda\n",
            &expect![[r#"
                locked conda theirs 1.0
                locked conda tzdata 2025a build=h78e105d_0 channel=conda-forge subdir=noarch
            "#]],
        );
        check("version: 6\nenvironments: {}\npackages: []\n", &expect![[""]]);
        check(
            "version: 6\nenvironments: {}\n",
            &expect![[r#"
                gap app/pixi.lock: it is no valid pixi.lock: it has no list of packages
            "#]],
        );
    }

    #[test]
    fn a_manifest_asks_for_what_is_not_its_own() {
        for text in [
            "[dependencies]\npython = \"3.12.*\"\n",
            "[workspace]\nname = \"a\"\n[pypi-dependencies]\na = { version = \"*\", extras = [\"b\"] }\n",
            "[feature.test.dependencies]\npytest = \"*\"\n",
            "[feature.cuda.target.linux-64.dependencies]\ncuda = \"12\"\n",
            "[host-dependencies]\ncmake = { git = \"https://h/x\" }\n",
        ] {
            assert!(asks(text).unwrap(), "{text}");
        }
        for text in [
            "",
            "[workspace]\nchannels = [\"conda-forge\"]\nplatforms = [\"linux-64\"]\n[dependencies]\n",
            "[pypi-dependencies]\napp = { path = \".\", editable = true }\n[tasks]\na = \"b\"\n",
            "dependencies = \"x\"\nfeature = 1\n",
        ] {
            assert!(!asks(text).unwrap(), "{text}");
        }
        assert!(asks("[dependencies\n").is_err());
    }
}
