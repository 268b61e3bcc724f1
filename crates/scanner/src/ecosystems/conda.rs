//! Conda: packages of an environment (`conda-meta/*.json`), locked ones (`*conda-lock.yml`, `pixi.lock`, explicit lists)
//! and the exact pins of `environment.yml`, with the packages of Python that all but the first ask for.

use std::collections::BTreeMap;

use model::{Ecosystem as Kind, counted};
use serde::Deserialize;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::borrowed_json::{Items, Text};
use crate::ecosystems::locked_packages::Unusable;
use crate::ecosystems::python;
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::plain_name;
use crate::manifest::ProjectManifest;
use crate::wanted_file::{ReadFileError, WantedFile};
use crate::yaml;

mod explicit;
mod pixi;

pub(super) use pixi::Tables as PixiTables;

/// Conda, Mamba, Micromamba and Pixi.
pub(crate) struct Conda;

impl Ecosystem for Conda {
    fn name(&self) -> &'static str {
        "conda"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::SuffixInFolder("conda-meta", ".json"),
            Want::Name("environment.yml"),
            Want::Name("environment.yaml"),
            Want::Around("", "conda-lock.yml"),
            Want::Around("", "conda-lock.yaml"),
            Want::Name("pixi.lock"),
            Want::Name("pixi.toml"),
            Want::Around("conda-", ".lock"),
            Want::Around("", "explicit.txt"),
            Want::Name("spec-file.txt"),
            // As repo2docker and Snakemake call them.
            Want::Name("environment.lock"),
            Want::Around("", ".pin.txt"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        match plain_name(path.file_name()) {
            "conda-lock.yml" => {
                let lock: Lock = yaml::parse(&file.text()?)?;
                read_lock(path.as_str(), lock.package, found);
                Ok(())
            }
            "pixi.lock" => pixi::read(path.as_str(), &file.text()?, found),
            "pixi.toml" => {
                found.mark = ProjectManifest::that_asks(pixi::asks(&file.text()?)?).into_mark();
                Ok(())
            }
            name if name.starts_with("environment.y") => read_environment(path.as_str(), &file.text()?, found),
            name if name.ends_with(".json") => {
                let meta: Meta<'_> = serde_json::from_slice(file.bytes()?)
                    .map_err(|error| ReadFileError::malformed("conda package record", error))?;
                found.packages.push(installed(meta));
                Ok(())
            }
            _ => explicit::read(file, found),
        }
    }
}

/// A record of an installed package (conda's `PrefixRecord`).
#[derive(Deserialize)]
struct Meta<'a> {
    name: &'a str,
    version: &'a str,
    #[serde(default)]
    build: Option<&'a str>,
    #[serde(default)]
    subdir: Option<&'a str>,
    #[serde(default)]
    license: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    depends: Items<Text<'a>>,
    #[serde(default)]
    requested_spec: Text<'a>,
}

fn installed(meta: Meta<'_>) -> FoundPackage {
    let mut package = FoundPackage::new(Kind::Conda, Evidence::Installed, meta.name, meta.version);
    package.licenses = meta.license.filter(|license| !license.is_empty()).into_iter().collect();
    // `numpy >=1.22,<2.0a0`, or `__glibc >=2.17` for what the system has to bring.
    package.needs = meta.depends.0.iter().filter_map(|need| need.split_whitespace().next()).collect();
    // Installers that do not note what they were asked for leave it empty.
    package.direct = (!matches!(&*meta.requested_spec, "" | "None")).then_some(true);
    // The channel is a name or an address such as https://conda.anaconda.org/conda-forge/linux-64.
    let channel = meta.channel.as_deref().map(|channel| {
        let channel = channel.trim_end_matches('/');
        let channel = meta.subdir.and_then(|subdir| channel.strip_suffix(subdir)).unwrap_or(channel);
        channel.trim_end_matches('/').rsplit('/').next().unwrap_or(channel)
    });
    for (key, value) in [("build", meta.build), ("channel", channel), ("subdir", meta.subdir)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            package.qualifiers.push((key.to_owned(), value.to_owned()));
        }
    }
    package
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    platform: Option<String>,
}

fn read_lock(path: &str, packages: Vec<Locked>, found: &mut Found) {
    let mut unusable = Unusable::default();
    let mut places: BTreeMap<(String, String, bool), usize> = BTreeMap::new();
    for locked in packages {
        if locked.name.is_empty() || locked.version.is_empty() {
            unusable.note(&locked.name);
            continue;
        }
        let is_pip = locked.manager == "pip";
        let key = (locked.name.clone(), locked.version.clone(), is_pip);
        let is_development = locked.category.as_deref().is_some_and(|category| category != "main");
        if let Some(package) = places.get(&key).and_then(|&place| found.packages.get_mut(place)) {
            // The same version for several platforms is one package of no platform in particular.
            package.qualifiers.clear();
            package.development &= is_development;
            continue;
        }
        places.insert(key, found.packages.len());
        let kind = if is_pip { Kind::Pypi } else { Kind::Conda };
        let mut package = FoundPackage::new(kind, Evidence::Locked, locked.name, locked.version);
        package.development = is_development;
        if let Some(platform) = locked.platform.filter(|_| !is_pip) {
            package.qualifiers.push(("subdir".to_owned(), platform));
        }
        found.packages.push(package);
    }
    unusable.hand_over(path, found);
}

#[derive(Deserialize)]
struct Environment {
    #[serde(default)]
    dependencies: Option<Vec<Asked>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Conda(String),
    /// `pip:` with a list of its own.
    Other(BTreeMap<String, Option<Vec<String>>>),
}

fn read_environment(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    // Other tools use the file's name too.
    if !text.lines().any(|line| line.starts_with("dependencies:")) {
        // Conda's own always name what they are made of.
        return match text.lines().any(|line| line.starts_with("channels:") || line.starts_with("prefix:")) {
            true => Err(ReadFileError::malformed("environment of Conda", "it has no list of dependencies")),
            false => Ok(()),
        };
    }
    let environment: Environment = yaml::parse(text)?;
    let mut unpinned: Vec<String> = Vec::new();
    let mut take = |pin: Option<FoundPackage>, text: &str, found: &mut Found| match pin {
        Some(package) => found.packages.push(package),
        None => unpinned.extend(name_of(text)),
    };
    let mut of_pip: Vec<String> = Vec::new();
    for asked in environment.dependencies.unwrap_or_default() {
        match asked {
            Asked::Conda(text) => take(conda_pin(&text), &text, found),
            Asked::Other(lists) => {
                let lists = lists.into_iter().filter(|(manager, _)| manager == "pip").filter_map(|(_, list)| list);
                for text in lists.flatten() {
                    match python::is_option_or_place(text.trim()) {
                        true => of_pip.push(text),
                        false => take(pip_pin(&text), &text, found),
                    }
                }
            }
        }
    }
    if !of_pip.is_empty() {
        python::read_requirements(path, &of_pip.join("\n"), found);
    }
    unpinned.sort_unstable();
    unpinned.dedup();
    if !unpinned.is_empty() {
        let (count, names) = (unpinned.len(), unpinned[..unpinned.len().min(NAMES_IN_GAP)].join(", "));
        let more = if count > NAMES_IN_GAP { ", …" } else { "" };
        let unpinned =
            counted(count, "of its packages has no pinned version", "of its packages have no pinned version");
        found.gap(path, format!("{unpinned} ({names}{more}); pin with `=` or `==`"));
    }
    Ok(())
}

/// How many unpinned names a gap lists.
const NAMES_IN_GAP: usize = 5;

/// The name of what is asked for without a pinned version; pip itself is asked for so that it may install the others.
fn name_of(text: &str) -> Option<String> {
    let text = text.rsplit("::").next().unwrap_or(text).trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(text.len());
    let name = &text[..end];
    (!name.is_empty() && !name.starts_with('-') && name != "pip").then(|| name.to_lowercase())
}

/// Reads `[channel::]name=version[=build]`, also with blanks for the signs (`name version build`); a pin by `=` alone may match later versions too, and names the oldest.
fn conda_pin(text: &str) -> Option<FoundPackage> {
    let text = text.split('#').next().unwrap_or_default().trim();
    let (channel, text) = text.split_once("::").map_or((None, text), |(channel, text)| (Some(channel), text));
    let with_signs = text.split_whitespace().collect::<Vec<_>>();
    let with_signs = match with_signs.as_slice() {
        [name, version] if is_name(name) && version.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{name}={version}")
        }
        [name, version, build] if is_name(name) && version.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{name}={version}={build}")
        }
        _ => text.to_owned(),
    };
    let (name, rest) = with_signs.split_once('=')?;
    let rest = rest.trim_start_matches('=').trim();
    let (version, build) = rest.split_once('=').unwrap_or((rest, ""));
    let name = name.trim();
    let is_exact = is_name(name)
        && version.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_alphabetic())
        && !version.contains(['*', ',', '|', '<', '>', ' ', '!']);
    if !is_exact {
        return None;
    }
    let mut package = FoundPackage::new(Kind::Conda, Evidence::Locked, name, version);
    package.direct = Some(true);
    for (key, value) in [("build", build), ("channel", channel.unwrap_or_default())] {
        if !value.is_empty() && !value.contains('*') {
            package.qualifiers.push((key.to_owned(), value.to_owned()));
        }
    }
    Some(package)
}

fn pip_pin(text: &str) -> Option<FoundPackage> {
    let text = text.split([';', '#']).next().unwrap_or_default();
    let (name, version) = text.split_once("==")?;
    let name = name.split('[').next().unwrap_or_default().trim();
    let version = version.trim_start_matches('=').trim();
    if !is_name(name) || version.is_empty() || version.contains(['*', ',', ' ']) {
        return None;
    }
    let mut package =
        FoundPackage::new(Kind::Pypi, Evidence::Locked, name.to_lowercase().replace(['_', '.'], "-"), version);
    package.direct = Some(true);
    Some(package)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Conda, path, text, expected);
    }

    #[test]
    fn records_of_an_environment_are_packages() {
        check(
            "opt/conda/conda-meta/openssl-1.1.1q-h7f8727e_0.json",
            r#"{"build":"h7f8727e_0","build_number":0,"channel":"https://repo.anaconda.com/pkgs/main/linux-64","depends":["ca-certificates"],"files":["bin/openssl"],"license":"OpenSSL","name":"openssl","subdir":"linux-64","version":"1.1.1q"}"#,
            &expect![[r#"
                conda openssl 1.1.1q [OpenSSL] build=h7f8727e_0 channel=main subdir=linux-64
            "#]],
        );
        check(
            "conda-meta/x.json",
            "{}",
            &expect![[r#"
                gap conda-meta/x.json: it is no valid conda package record: missing field `name` at line 1 column 2
            "#]],
        );
    }

    #[test]
    fn environments_pin_packages_of_conda_and_pip() {
        check(
            "srv/environment.yml",
            "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.9.7=h12debd9_1\n  - conda-forge::numpy==1.21\n  - scipy>=1\n  - pandas\n  - openssl 3.0.7\n  - zlib 1.2.13 h166bdaf_4\n  - r-base=4.*\n  - pip\n  - pip:\n    - Requests[socks]==2.26.0 ; python_version > '3'\n    - -r other.txt\n    - flask\n    - ./w/torch-2.0-py3-none-any.whl\n",
            &expect![[r#"
                locked conda python 3.9.7 direct build=h12debd9_1
                locked conda numpy 1.21 direct channel=conda-forge
                locked conda openssl 3.0.7 direct
                locked conda zlib 1.2.13 direct build=h166bdaf_4
                locked pypi requests 2.26.0 direct
                locked pypi torch 2.0
                gap srv/environment.yml: 4 of its packages have no pinned version (flask, pandas, r-base, scipy); pin with `=` or `==`
            "#]],
        );
        check("k8s/environment.yaml", "kind: Environment\n", &expect![[""]]);
        check(
            "environment.yml",
            "dependencies: 3\n",
            &expect![[r#"
                gap environment.yml: it is no valid YAML: expected sequence start at line 1, column 15
            "#]],
        );
    }

    #[test]
    fn a_lock_may_have_a_name_of_its_own() {
        check(
            "envs/dev.conda-lock.yml",
            "version: 1\npackage:\n- name: numpy\n  version: 1.24.0\n  manager: conda\n",
            &expect![[r#"
                locked conda numpy 1.24.0
            "#]],
        );
        let found = ecosystem_check::read_with_gaps(&Conda, "envs/other-conda-lock.yaml", b"version: 1\n");
        assert!(found.packages.is_empty() && found.gaps[0].reason.starts_with("it is no valid YAML: "));
    }

    #[test]
    fn entries_of_a_lock_without_a_version_are_told() {
        check(
            "conda-lock.yml",
            "version: 1\npackage:\n- name: a\n  manager: conda\n- name: b\n  version: '1'\n  manager: pip\n",
            &expect![[r#"
                locked pypi b 1
                gap conda-lock.yml: 1 of its entries has no version that can be used (a)
            "#]],
        );
    }

    #[test]
    fn locks_for_several_platforms_name_a_package_once() {
        check(
            "conda-lock.yml",
            "version: 1\nmetadata: {}\npackage:\n- name: numpy\n  version: 1.24.0\n  manager: conda\n  platform: linux-64\n  dependencies: {}\n  category: main\n- name: numpy\n  version: 1.24.0\n  manager: conda\n  platform: osx-64\n  category: main\n- name: black\n  version: 22.0\n  manager: pip\n  platform: linux-64\n  category: dev\n",
            &expect![[r#"
                locked conda numpy 1.24.0
                locked pypi black 22.0 dev
            "#]],
        );
    }
}
