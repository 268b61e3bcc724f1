//! Rust crates: `Cargo.lock`, versions 1 to 4 (doc.rust-lang.org/cargo), and the list that cargo-auditable embeds in
//! programs, which `binaries` finds. Of a `Cargo.toml` it is only seen whether it asks for crates, and what it says of the
//! workspace.
//!
//! A package without a source is a member of the workspace: it is no crate of a registry, and what it depends on is
//! direct. The file does not tell dependencies of tests from others.

use std::collections::{BTreeMap, HashMap};

use model::Ecosystem as Registry;
use serde::Deserialize;
use serde_json::Value;

use super::borrowed_json::{Items, Text};
use super::format_version::FormatVersion;
use super::locked_packages::{LockedPackages, is_word};
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::is_in_dependency_folder;
use crate::manifest::{Part, ProjectManifest, Workspace};
use crate::wanted_file::{ReadFileError, WantedFile};

/// Reads Rust crates.
pub(crate) struct Rust;

impl Ecosystem for Rust {
    fn name(&self) -> &'static str {
        "rust"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Name("Cargo.lock"), Want::Name("Cargo.toml")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        if file.path().file_name() == "Cargo.toml" {
            if !is_in_dependency_folder(file.path().as_str()) {
                found.mark = read_manifest(&file.text()?).into_mark();
            }
            return Ok(());
        }
        read_lock(&file.text()?, found)
    }
}

/// The tables of a manifest that ask for crates, for every platform or for one, with what Cargo takes for them up to edition
/// 2021 where they are not there.
const TABLES: &[(&str, &str)] = &[
    ("dependencies", "dependencies"),
    ("dev-dependencies", "dev_dependencies"),
    ("build-dependencies", "build_dependencies"),
];

/// How Cargo calls its own registry among the sources of patches.
const CRATES_IO: [&str; 2] = ["crates-io", "https://github.com/rust-lang/crates.io-index"];

/// Reads a `Cargo.toml`: whether it asks for crates that are no part of the same repository, itself or by way of its
/// workspace, and what it says for the members of one.
fn read_manifest(text: &str) -> ProjectManifest {
    let Ok(manifest) = crate::toml::parse::<Value>("Cargo.toml", text) else {
        // One that Cargo cannot read either may have been cut or merged badly.
        return ProjectManifest::that_asks(text.contains("dependencies]"));
    };
    let patches = read_patches(&manifest);
    let mut project = ProjectManifest {
        workspace: manifest.get("workspace").map(|table| read_workspace(table, &patches)),
        name: manifest.pointer("/package/name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        root: manifest.pointer("/package/workspace").and_then(Value::as_str).map(str::to_owned),
        ..ProjectManifest::default()
    };
    let targets = manifest.get("target").and_then(Value::as_object).into_iter().flat_map(|targets| targets.values());
    let places = std::iter::once(&manifest).chain(targets);
    let tables = places.flat_map(|place| {
        TABLES.iter().filter_map(move |(name, former)| place.get(*name).or_else(|| place.get(*former))?.as_object())
    });
    for (name, dependency) in tables.flatten() {
        if dependency.get("workspace") == Some(&Value::Bool(true)) {
            project.leave_open(name, "");
        } else {
            let published = published_name(name, dependency);
            let folder = dependency.get("path").and_then(Value::as_str);
            match folder.or_else(|| patches.get(&published).copied()) {
                Some(folder) => project.folders.push(folder.to_owned()),
                // The root of its workspace may have a patch for it.
                None => project.leave_open(&published, "*"),
            }
        }
    }
    project
}

/// The folders that stand in for crates from elsewhere (doc.rust-lang.org/cargo, The `[patch]` section), by what
/// [`published_name`] calls these.
fn read_patches(manifest: &Value) -> BTreeMap<String, &str> {
    let sources = manifest.get("patch").and_then(Value::as_object).into_iter().flatten();
    let patches = sources.filter_map(|(source, patches)| Some((source, patches.as_object()?)));
    let by_path = patches.flat_map(|(source, patches)| {
        patches.iter().filter_map(move |(name, patch)| {
            let folder = patch.get("path")?.as_str()?;
            Some((name_in(source, name, patch), folder))
        })
    });
    by_path.collect()
}

/// What tells a crate that is asked for from those of other sources: its name there, with the source where it is not
/// crates.io.
fn published_name(name: &str, dependency: &Value) -> String {
    let source = ["git", "registry", "registry-index"].iter().find_map(|key| dependency.get(*key)?.as_str());
    name_in(source.unwrap_or(CRATES_IO[0]), name, dependency)
}

/// The same for a table that stands for a crate of this source.
fn name_in(source: &str, name: &str, table: &Value) -> String {
    let name = table.get("package").and_then(Value::as_str).unwrap_or(name);
    if CRATES_IO.contains(&source) {
        return name.to_owned();
    }
    let source = source.trim_end_matches('/');
    format!("{}#{name}", source.strip_suffix(".git").unwrap_or(source))
}

/// Reads the table `workspace` (doc.rust-lang.org/cargo, Workspaces).
fn read_workspace(table: &Value, patches: &BTreeMap<String, &str>) -> Workspace {
    let folders = |key: &str| table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let left_out = folders("exclude").map(|folder| format!("!{folder}"));
    let shared = table.get("dependencies").and_then(Value::as_object).into_iter().flatten();
    let part = |name: &str, folder: &str| Part { name: name.to_owned(), folder: folder.to_owned() };
    let shared = shared.filter_map(|(name, dependency)| {
        let folder = dependency.get("path").and_then(Value::as_str);
        let folder = folder.or_else(|| patches.get(&published_name(name, dependency)).copied())?;
        Some(part(name, folder))
    });
    Workspace {
        members: folders("members").map(str::to_owned).chain(left_out).collect(),
        shared: shared.collect(),
        patched: patches.iter().map(|(name, folder)| part(name, folder)).collect(),
    }
}

#[derive(Deserialize)]
struct CargoLock<'a> {
    #[serde(default)]
    version: FormatVersion,
    #[serde(borrow, default)]
    package: Vec<Locked<'a>>,
    /// Version 1 could keep the only member apart.
    #[serde(borrow, default)]
    root: Option<Locked<'a>>,
}

#[derive(Deserialize)]
struct Locked<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    source: Text<'a>,
    #[serde(borrow, default)]
    dependencies: Items<Text<'a>>,
}

/// How many versions of one crate a dependency is looked for among; a hostile file may have any number of them.
const VERSIONS_OF_A_CRATE: usize = 64;

fn read_lock(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: CargoLock<'_> = crate::toml::parse("Cargo.lock", text)?;
    if lock.package.is_empty() && lock.root.is_none() && !text.trim().is_empty() {
        return Err(ReadFileError::malformed(
            "Cargo.lock",
            "it names no package, not even the one whose lock file it is",
        ));
    }
    lock.version.tell_unless_known("version", 4, found);
    let mut locked = LockedPackages::new(Registry::Cargo);
    let mut places: HashMap<&str, Vec<(&str, Option<usize>)>> = HashMap::with_capacity(lock.package.len());
    let packages: Vec<&Locked<'_>> = lock.package.iter().chain(&lock.root).collect();
    let mut place_of_package = Vec::with_capacity(packages.len());
    for package in &packages {
        let is_member = package.source.is_empty();
        // Members of the workspace are no packages, and have versions all the same.
        let is_whole = is_word(&package.name) && is_word(&package.version);
        let place = if is_member && is_whole { None } else { locked.require(&package.name, &package.version, false) };
        if let Some(place) = place
            && let Some(git) = package.source.strip_prefix("git+")
            && locked.package(place).qualifiers.is_empty()
        {
            locked.package(place).qualifiers.push(("vcs_url".to_owned(), format!("git+{}", git.replace('#', "@"))));
        }
        let versions = places.entry(&package.name).or_default();
        if versions.len() < VERSIONS_OF_A_CRATE {
            versions.push((&package.version, place));
        }
        place_of_package.push((place, is_member));
    }
    let mut direct = Vec::new();
    for (package, (place, is_member)) in packages.iter().zip(place_of_package) {
        for dependency in &package.dependencies.0 {
            // `name`, `name version`, `name version (source)`; the version only where it is needed, since version 2.
            let mut words = dependency.split(' ');
            let versions = words.next().and_then(|name| places.get(name)).map_or(&[][..], Vec::as_slice);
            let wanted = words.next();
            let Some(on) = versions
                .iter()
                .find(|(version, _)| wanted.is_none_or(|wanted| wanted == *version))
                .and_then(|(_, place)| *place)
            else {
                continue;
            };
            match place {
                Some(from) => locked.depends(from, on),
                None if is_member => direct.push(on),
                None => {}
            }
        }
    }
    if packages.iter().any(|package| package.source.is_empty()) {
        locked.set_direct_only(&direct);
    }
    locked.hand_over(found);
    Ok(())
}

#[derive(Deserialize)]
struct AuditList<'a> {
    #[serde(borrow)]
    packages: Vec<Audited<'a>>,
}

#[derive(Deserialize)]
struct Audited<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    kind: Text<'a>,
    #[serde(default)]
    dependencies: Vec<u32>,
    #[serde(default)]
    root: bool,
}

/// Reads the JSON that cargo-auditable embeds (github.com/rust-secure-code/cargo-auditable, PARSING.md). What only the
/// build needed is not in the program: it counts as development.
pub(super) fn read_audit_list(json: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let list: AuditList<'_> =
        serde_json::from_slice(json).map_err(|error| ReadFileError::malformed("cargo-auditable list", error))?;
    let base = found.packages.len();
    let mut direct = vec![false; list.packages.len()];
    for root in list.packages.iter().filter(|package| package.root) {
        for &on in &root.dependencies {
            if let Some(is_direct) = direct.get_mut(on as usize) {
                *is_direct = true;
            }
        }
    }
    let is_package = |package: &Audited<'_>| is_word(&package.name) && is_word(&package.version);
    // Where each package of the list comes to stand, since dependencies name places in the list.
    let mut next = base;
    let places: Vec<Option<u32>> = list
        .packages
        .iter()
        .map(|package| {
            let place = is_package(package).then(|| u32::try_from(next).ok()).flatten();
            next += usize::from(place.is_some());
            place
        })
        .collect();
    for (place, package) in list.packages.iter().enumerate().filter(|(place, _)| places[*place].is_some()) {
        let mut dependencies: Vec<u32> =
            package.dependencies.iter().filter_map(|&on| places.get(on as usize).copied().flatten()).collect();
        dependencies.sort_unstable();
        dependencies.dedup();
        found.packages.push(FoundPackage {
            direct: (!package.root).then_some(direct[place]),
            development: &*package.kind == "build",
            dependencies,
            ..FoundPackage::new(Registry::Cargo, Evidence::Installed, &*package.name, &*package.version)
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{listing, read, try_read};

    fn check(toml: &str, expected: &str) {
        assert_eq!(listing(&read(&Rust, "Cargo.lock", toml.as_bytes())).replace('\n', " | "), expected);
    }

    #[test]
    fn version_1_names_versions_and_sources_of_dependencies() {
        check(
            "[root]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"a 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\",\n]\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\n \"b 2.0.0 (registry+https://github.com/rust-lang/crates.io-index)\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[metadata]\n\"checksum a 1.0.0 (registry+x)\" = \"0123\"\n",
            "cargo a 1.0.0 direct -> b | cargo b 1.0.0 indirect | cargo b 2.0.0 indirect",
        );
    }

    #[test]
    fn later_versions_name_versions_where_needed() {
        check(
            "# This file is automatically @generated by Cargo.\nversion = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"b 2.0.0\",\n \"g\",\n \"member\",\n]\n\n[[package]]\nname = \"member\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"sparse+https://index.example/\"\nchecksum = \"x\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\n[[package]]\nname = \"g\"\nversion = \"0.3.0\"\nsource = \"git+https://github.com/o/g?branch=main#0123\"\ndependencies = [\n \"b 1.0.0\",\n]\n",
            "cargo b 1.0.0 indirect | cargo b 2.0.0 direct | cargo g 0.3.0 direct vcs_url=git+https://github.com/o/g?branch=main@0123 -> b",
        );
        assert!(try_read(&Rust, "Cargo.lock", b"package = 3").is_err());
    }

    #[test]
    fn embedded_lists_tell_roots_and_build_dependencies() {
        let json = br#"{"packages":[{"name":"app","version":"0.1.0","source":"local","dependencies":[1,2,9],"root":true},
            {"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
            {"name":"serde","version":"1.0.1","source":"crates.io","dependencies":[3,4]},{"name":"","version":"1","source":"x"},
            {"name":"serde_core","version":"1.0.1","source":"registry"}],"format":8}"#;
        let mut found = Found::default();
        read_audit_list(json, &mut found).unwrap();
        let expected = [
            "cargo app 0.1.0 -> cc, serde",
            "cargo cc 1.0.0 direct dev",
            "cargo serde 1.0.1 direct -> serde_core",
            "cargo serde_core 1.0.1 indirect",
        ];
        assert_eq!(listing(&found), expected.join("\n"));
        assert!(read_audit_list(b"{\"packages\":[{\"dependencies\":[-1]}]}", &mut found).is_err());
    }
}
