//! Julia: `Manifest.toml` in both formats (Pkg.jl, Manifest.toml), also for one version of Julia
//! (`Manifest-v1.11.toml`), and `Project.toml` for what is asked for directly. Packages with neither a
//! version nor a tree of their own belong to Julia itself.

use std::collections::BTreeMap;

use model::Ecosystem as Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::Unusable;
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::{is_in_dependency_folder, plain_name};
use crate::manifest::ProjectManifest;
use crate::toml;
use crate::wanted_file::{ReadFileError, WantedFile};
use standard_library::STANDARD_LIBRARY;

mod standard_library;

/// Julia's Pkg.
pub(crate) struct Julia;

impl Ecosystem for Julia {
    fn name(&self) -> &'static str {
        "julia"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("Manifest.toml"),
            Want::Name("JuliaManifest.toml"),
            Want::Around("Manifest-v", ".toml"),
            Want::Around("JuliaManifest-v", ".toml"),
            Want::Name("Project.toml"),
            Want::Name("JuliaProject.toml"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let name = plain_name(path.file_name());
        // `Manifest-vendor.toml` is not for a version of Julia.
        if !name.ends_with("Project.toml") && !name.ends_with("Manifest.toml") {
            return Ok(());
        }
        let text = file.text()?;
        if name.ends_with("Project.toml") {
            // Other tools use the name too; only a table of uuids is Julia's.
            if let Ok(project) = toml::parse::<Project>("Project.toml", &text) {
                if !is_in_dependency_folder(path.as_str()) {
                    found.mark = project.manifest().into_mark();
                }
                found.direct.extend(project.deps.into_keys().map(|name| (Kind::Julia, name)));
            }
            return Ok(());
        }
        let is_second = text.lines().any(|line| line.trim_start().starts_with("manifest_format"));
        let entries = if is_second {
            let second: Second = toml::parse("Manifest.toml", &text)?;
            second.manifest_format.tell_unless_known("manifest_format", 2, found);
            second.deps
        } else {
            toml::parse::<First>("Manifest.toml", &text)?.0
        };
        add(path.as_str(), entries, found);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    uuid: Value,
    /// The uuids of packages by their names.
    #[serde(default)]
    deps: BTreeMap<String, String>,
    /// Where packages come from that are not those of a registry (Pkg.jl, The `[sources]` section).
    #[serde(default)]
    sources: BTreeMap<String, Value>,
}

impl Project {
    /// What it asks for that does not come with Julia. Packages are told apart by their uuids, whatever they are called.
    fn manifest(&self) -> ProjectManifest {
        let name = self.uuid.as_str().unwrap_or_default().to_lowercase();
        let mut manifest = ProjectManifest { name, ..ProjectManifest::default() };
        let is_own = |name: &str| STANDARD_LIBRARY.binary_search(&name).is_ok();
        for (name, uuid) in self.deps.iter().filter(|(name, uuid)| is_uuid(uuid) && !is_own(name)) {
            match self.sources.get(name) {
                None => manifest.leave_open(&uuid.to_lowercase(), ""),
                Some(source) => match source.get("path").and_then(Value::as_str) {
                    Some(folder) => manifest.folders.push(folder.to_owned()),
                    None => manifest.asks = true,
                },
            }
        }
        manifest
    }
}

/// Whether text is a uuid in its usual form.
fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8_usize, 4, 4, 4, 12]) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Format 1: the packages stand at the top.
#[derive(Deserialize)]
struct First(BTreeMap<String, Entries>);

/// Format 2: the packages stand in `deps`.
#[derive(Deserialize)]
struct Second {
    #[serde(default)]
    manifest_format: FormatVersion,
    #[serde(default)]
    deps: BTreeMap<String, Entries>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entries {
    Packages(Vec<Entry>),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Entry {
    uuid: String,
    #[serde(default)]
    version: Option<String>,
    /// The hash of its files, which Julia's own packages are without.
    #[serde(default, rename = "git-tree-sha1")]
    tree: Option<IgnoredAny>,
    #[serde(default)]
    deps: Needs,
}

/// Names, or names with the uuids that tell them apart.
#[derive(Deserialize)]
#[serde(untagged)]
enum Needs {
    Names(Vec<String>),
    ByUuid(BTreeMap<String, String>),
}

impl Default for Needs {
    fn default() -> Needs {
        Needs::Names(Vec::new())
    }
}

fn add(path: &str, packages: BTreeMap<String, Entries>, found: &mut Found) {
    let mut by_name: BTreeMap<String, u32> = BTreeMap::new();
    let mut by_uuid: BTreeMap<String, u32> = BTreeMap::new();
    let mut needs = Vec::new();
    let mut unusable = Unusable::default();
    for (name, entries) in packages {
        let Entries::Packages(entries) = entries else { continue };
        for entry in entries {
            let Some(version) = entry.version.filter(|version| !version.is_empty()) else {
                if entry.tree.is_some() {
                    unusable.note(&name);
                }
                continue;
            };
            let place = found.packages.len() as u32;
            let mut package = FoundPackage::new(Kind::Julia, Evidence::Locked, name.as_str(), version);
            package.qualifiers.push(("uuid".to_owned(), entry.uuid.clone()));
            found.packages.push(package);
            by_name.insert(name.clone(), place);
            by_uuid.insert(entry.uuid, place);
            needs.push((place, entry.deps));
        }
    }
    unusable.hand_over(path, found);
    for (place, deps) in needs {
        let dependencies = match deps {
            Needs::Names(names) => names.iter().filter_map(|name| by_name.get(name).copied()).collect(),
            Needs::ByUuid(uuids) => uuids.values().filter_map(|uuid| by_uuid.get(uuid).copied()).collect(),
        };
        if let Some(package) = found.packages.get_mut(place as usize) {
            package.dependencies = dependencies;
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Julia, path, text, expected);
    }

    #[test]
    fn both_formats_are_read() {
        check(
            "Manifest.toml",
            "# This file is machine-generated\n[[Dates]]\ndeps = [\"Printf\"]\nuuid = \"ade2\"\n\n[[HTTP]]\ndeps = [\"Dates\", \"URIs\"]\ngit-tree-sha1 = \"00\"\nuuid = \"cd3e\"\nversion = \"0.9.16\"\n\n[[URIs]]\nuuid = \"5c27\"\nversion = \"1.3.0\"\n",
            &expect![[r#"
                locked julia HTTP 0.9.16 uuid=cd3e -> URIs
                locked julia URIs 1.3.0 uuid=5c27
            "#]],
        );
        check(
            "Manifest.toml",
            "julia_version = \"1.9.0\"\nmanifest_format = \"2.0\"\nproject_hash = \"x\"\n\n[[deps.A]]\nuuid = \"a\"\nversion = \"1.0.0+1\"\n\n    [deps.A.deps]\n    B = \"b2\"\n\n[[deps.B]]\nuuid = \"b1\"\nversion = \"1.0.0\"\n\n[[deps.B]]\nuuid = \"b2\"\nversion = \"2.0.0\"\n",
            &expect![[r#"
                locked julia A 1.0.0+1 uuid=a -> B
                locked julia B 1.0.0 uuid=b1
                locked julia B 2.0.0 uuid=b2
            "#]],
        );
    }

    #[test]
    fn packages_without_a_version_that_are_not_of_julia_itself_are_told() {
        let first = "[[A]]\nuuid = \"a\"\ngit-tree-sha1 = \"00\"\n\n[[B]]\nuuid = \"b\"\nversion = \"1.0.0\"\n\n[[Dates]]\nuuid = \"ade2\"\n";
        let second = format!("manifest_format = \"2.0\"\n\n{}", first.replace("[[", "[[deps."));
        for manifest in [first, second.as_str()] {
            check(
                "Manifest.toml",
                manifest,
                &expect![[r#"
                    locked julia B 1.0.0 uuid=b
                    gap Manifest.toml: 1 of its entries has no version that can be used (A)
                "#]],
            );
        }
    }

    #[test]
    fn a_manifest_may_be_for_one_version_of_julia() {
        let manifest =
            "julia_version = \"1.11.2\"\nmanifest_format = \"2.0\"\n\n[[deps.A]]\nuuid = \"a\"\nversion = \"1.0.0\"\n";
        for name in ["app/Manifest-v1.11.toml", "app/JuliaManifest-v1.11.toml"] {
            check(
                name,
                manifest,
                &expect![[r#"
                    locked julia A 1.0.0 uuid=a
                "#]],
            );
        }
        check("app/Manifest-vendor.toml", "[[", &expect![[""]]);
        check(
            "Manifest-v1.11.toml",
            "[[",
            &expect![[r#"
                gap Manifest-v1.11.toml: it is no valid Manifest.toml: unquoted keys cannot be empty, expected letters, numbers, `-`, `_` in line 1
            "#]],
        );
    }

    #[test]
    fn projects_name_what_they_ask_for() {
        check(
            "Project.toml",
            "name = \"X\"\n[deps]\nHTTP = \"cd3e\"\n[compat]\njulia = \"1\"\n",
            &expect![[r#"
            asks for HTTP
        "#]],
        );
        check("Project.toml", "deps = 3", &expect![[""]]);
        assert!(STANDARD_LIBRARY.is_sorted());
        check(
            "Manifest.toml",
            "[[",
            &expect![[r#"
                gap Manifest.toml: it is no valid Manifest.toml: unquoted keys cannot be empty, expected letters, numbers, `-`, `_` in line 1
            "#]],
        );
        check(
            "Manifest.toml",
            &format!("a = {}", "[".repeat(10_000)),
            &expect![[r#"
                gap Manifest.toml: it is no valid Manifest.toml: cannot recurse further; max recursion depth met in line 1
            "#]],
        );
    }
}
