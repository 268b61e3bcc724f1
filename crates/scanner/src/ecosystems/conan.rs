//! C and C++ packages of Conan: `conan.lock` of Conan 1 (a graph) and 2 (lists), and the exact requirements of
//! `conanfile.txt`. `vcpkg.json` of vcpkg is not read: a gap where it asks for packages (learn.microsoft.com/vcpkg,
//! vcpkg.json reference).

use std::collections::{BTreeMap, BTreeSet};

use model::{Ecosystem as Kind, counted};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::borrowed_json::{Entries, Items, Object, Text, object};
use crate::ecosystems::unread_list;
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// Conan.
pub(crate) struct Conan;

impl Ecosystem for Conan {
    fn name(&self) -> &'static str {
        "conan"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Name("conan.lock"), Want::Name("conanfile.txt"), Want::Name("vcpkg.json")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == "vcpkg.json" {
            let reason = "manifests of vcpkg are not read, so that the packages that it asks for are unknown";
            return if asks_vcpkg(path.as_str(), file.bytes()?)? {
                unread_list::tell(file, reason, found)
            } else {
                Ok(())
            };
        }
        if path.file_name() == "conanfile.txt" {
            read_conanfile(path.as_str(), &file.text()?, found);
            return Ok(());
        }
        let lock: Lock =
            serde_json::from_slice(file.bytes()?).map_err(|error| ReadFileError::malformed("conan.lock", error))?;
        let lists = [
            (lock.requires, false),
            (lock.build_requires, true),
            (lock.python_requires, true),
            (lock.config_requires, true),
        ];
        if lock.graph_lock.is_none() && lists.iter().all(|(references, _)| references.is_none()) {
            return Err(ReadFileError::malformed("conan.lock", "it has neither a graph nor requirements"));
        }
        if let Some(graph) = lock.graph_lock {
            read_graph(graph, found);
        }
        let mut unread = 0;
        for (references, is_development) in lists {
            for reference in references.unwrap_or_default() {
                match package(&reference) {
                    Some(package) => found.packages.push(FoundPackage { development: is_development, ..package }),
                    None => unread += 1,
                }
            }
        }
        if unread > 0 {
            found.gap(
                path.as_str(),
                counted(
                    unread,
                    "of its packages lacks a name or a version",
                    "of its packages lack a name or a version",
                ),
            );
        }
        Ok(())
    }
}

/// What a manifest of vcpkg asks for, as a whole and for each of its features.
#[derive(Deserialize)]
struct VcpkgManifest<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(default)]
    dependencies: Items<IgnoredAny>,
    #[serde(borrow, default)]
    features: Entries<'a, Object<VcpkgManifest<'a>>>,
}

/// Whether the manifest of vcpkg at this path asks for packages. The description of a package in a registry of vcpkg
/// (`ports/zlib/vcpkg.json`) asks for nothing that is there.
fn asks_vcpkg(path: &str, bytes: &[u8]) -> Result<bool, ReadFileError> {
    let manifest: VcpkgManifest<'_> = object(bytes).map_err(|error| ReadFileError::malformed("vcpkg.json", error))?;
    let port = format!("ports/{}/vcpkg.json", &*manifest.name);
    let is_port = path.strip_suffix(port.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let mut features = manifest.features.0.iter().filter_map(|(_, feature)| feature.0.as_ref());
    let asks = !manifest.dependencies.0.is_empty() || features.any(|feature| !feature.dependencies.0.is_empty());
    Ok(asks && !is_port)
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    graph_lock: Option<Graph>,
    #[serde(default)]
    requires: Option<Vec<String>>,
    #[serde(default)]
    build_requires: Option<Vec<String>>,
    #[serde(default)]
    python_requires: Option<Vec<String>>,
    /// Packages that bring settings of Conan itself.
    #[serde(default)]
    config_requires: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    /// What older versions write instead: the reference and the package built from it.
    #[serde(default, rename = "pref")]
    package_reference: Option<String>,
    #[serde(default)]
    requires: Option<Requires>,
    #[serde(default)]
    build_requires: Option<Requires>,
    /// The conanfile that the lock was made for.
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    context: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Requires {
    Nodes(Vec<String>),
    /// Conan before 1.22: reference to node.
    ByReference(BTreeMap<String, String>),
}

impl Node {
    fn reference(&self) -> Option<&str> {
        self.reference.as_deref().or(self.package_reference.as_deref())
    }

    /// The nodes that it requires.
    fn needs(&self) -> impl Iterator<Item = &str> {
        [&self.requires, &self.build_requires].into_iter().flatten().flat_map(Requires::nodes)
    }
}

impl Requires {
    fn nodes(&self) -> Vec<&str> {
        match self {
            Requires::Nodes(nodes) => nodes.iter().map(String::as_str).collect(),
            Requires::ByReference(nodes) => nodes.values().map(String::as_str).collect(),
        }
    }
}

fn read_graph(graph: Graph, found: &mut Found) {
    // The consumer, whose lock it is, is node 0, by whatever name it goes; packages that it needs do not need it.
    let needed: BTreeSet<&str> = graph.nodes.values().flat_map(Node::needs).collect();
    let is_root = |id: &str, node: &Node| node.path.is_some() || (id == "0" && !needed.contains(id));
    let mut places: BTreeMap<&str, u32> = BTreeMap::new();
    for (id, node) in &graph.nodes {
        let package = node.reference().filter(|_| !is_root(id, node)).and_then(package);
        if let Some(mut package) = package {
            package.development = node.context.as_deref() == Some("build");
            places.insert(id, found.packages.len() as u32);
            found.packages.push(package);
        }
    }
    let requires = |node: &Node| -> Vec<u32> { node.needs().filter_map(|id| places.get(id).copied()).collect() };
    let roots = graph.nodes.iter().filter(|(id, node)| is_root(id, node));
    let direct: BTreeSet<u32> = roots.flat_map(|(_, node)| requires(node)).collect();
    for (id, node) in &graph.nodes {
        if let Some(&place) = places.get(id.as_str())
            && let Some(package) = found.packages.get_mut(place as usize)
        {
            package.dependencies = requires(node);
            if !direct.is_empty() {
                package.direct = Some(direct.contains(&place));
            }
        }
    }
}

fn read_conanfile(path: &str, text: &str, found: &mut Found) {
    let mut section = "";
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            continue;
        }
        if !matches!(section, "requires" | "build_requires" | "tool_requires" | "test_requires") {
            continue;
        }
        if line.contains("/[") {
            found.gap(path, format!("{line} asks for a range of versions; lock it with `conan lock create`"));
        } else if let Some(mut package) = package(line) {
            package.direct = Some(true);
            package.development = section != "requires";
            found.direct.push((Kind::Conan, package.name.clone()));
            found.packages.push(package);
        }
    }
}

/// Reads a reference, `name/version[@user[/channel]][#recipe revision][:package][%time]`.
fn package(reference: &str) -> Option<FoundPackage> {
    let (reference, revision) = match reference.split_once('#') {
        Some((reference, rest)) => (reference, rest.split([':', '%', '#']).next().unwrap_or_default()),
        None => (reference.split([':', '%']).next().unwrap_or_default(), ""),
    };
    let (reference, user_channel) = reference.split_once('@').unwrap_or((reference, ""));
    let (name, version) = reference.split_once('/')?;
    if name.is_empty() || version.is_empty() {
        return None;
    }
    let mut package = FoundPackage::new(Kind::Conan, Evidence::Locked, name, version);
    let (user, channel) = user_channel.split_once('/').unwrap_or((user_channel, ""));
    for (key, value) in [("user", user), ("channel", channel), ("rrev", revision)] {
        if !value.is_empty() && value != "_" && value != "0" {
            package.qualifiers.push((key.to_owned(), value.to_owned()));
        }
    }
    Some(package)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Conan, path, text, expected);
    }

    #[test]
    fn graphs_of_conan_1_tell_relations() {
        check(
            "conan.lock",
            r#"{"graph_lock":{"nodes":{
              "0":{"ref":"app/1.0","options":"","requires":["1"],"build_requires":["3"],"path":"conanfile.txt","context":"host"},
              "1":{"ref":"poco/1.9.4@acme/stable#abc:def","requires":["2"],"context":"host"},
              "2":{"ref":"openssl/1.1.1k","context":"host"},
              "3":{"pref":"cmake/3.22.0#0:x","context":"build"}},"revisions_enabled":false},"version":"0.4"}"#,
            &expect![[r#"
                locked conan poco 1.9.4 direct user=acme channel=stable rrev=abc -> openssl
                locked conan openssl 1.1.1k indirect
                locked conan cmake 3.22.0 direct dev
            "#]],
        );
    }

    #[test]
    fn older_graphs_name_packages_by_reference() {
        check(
            "conan.lock",
            r#"{"graph_lock":{"nodes":{"0":{"pref":null,"options":"","requires":{"zlib/1.2.11#4199":"1"},"path":"conanfile.txt"},
              "1":{"pref":"zlib/1.2.11#4199:6af9#4c5a","options":"shared=False"}}},"version":"0.2"}"#,
            &expect![[r#"
                locked conan zlib 1.2.11 direct rrev=4199
            "#]],
        );
    }

    #[test]
    fn lists_of_conan_2_tell_what_builds() {
        check(
            "conan.lock",
            r#"{"version":"0.5","requires":["zlib/1.2.13#e377%1675278.9","fmt/9.1.0"],"build_requires":["cmake/3.25.1#x%1"],"python_requires":[]}"#,
            &expect![[r#"
                locked conan zlib 1.2.13 rrev=e377
                locked conan fmt 9.1.0
                locked conan cmake 3.25.1 dev rrev=x
            "#]],
        );
    }

    #[test]
    fn references_name_users_channels_revisions_and_times() {
        check(
            "conan.lock",
            r#"{"version":"0.5","requires":["poco/1.9.4@acme/stable#e377%1675278.9","fmt/9.1.0@acme#x","b/1@acme/stable","c/2@acme/stable%1.5","d/3@_/_#0"],
               "build_requires":["cmake/3.25.1@acme/testing#x%1"],"python_requires":["tools/1.0@acme/stable#y%2"],"config_requires":["settings/2.0@acme/stable#z"]}"#,
            &expect![[r#"
                locked conan poco 1.9.4 user=acme channel=stable rrev=e377
                locked conan fmt 9.1.0 user=acme rrev=x
                locked conan b 1 user=acme channel=stable
                locked conan c 2 user=acme channel=stable
                locked conan d 3
                locked conan cmake 3.25.1 dev user=acme channel=testing rrev=x
                locked conan tools 1.0 dev user=acme channel=stable rrev=y
                locked conan settings 2.0 dev user=acme channel=stable rrev=z
            "#]],
        );
        check(
            "conan.lock",
            r#"{"version":"0.5","requires":["zlib","/1","a/1"]}"#,
            &expect![[r#"
                locked conan a 1
                gap conan.lock: 2 of its packages lack a name or a version
            "#]],
        );
        check("conan.lock", r#"{"version":"0.5","python_requires":[]}"#, &expect![[""]]);
    }

    #[test]
    fn a_conanfile_pins_what_it_asks_for_exactly() {
        check(
            "conanfile.txt",
            "[requires]\nzlib/1.2.11\nboost/[>1.70]\n# no\n[tool_requires]\ncmake/3.20\n[generators]\ncmake\n",
            &expect![[r#"
                locked conan zlib 1.2.11 direct
                locked conan cmake 3.20 direct dev
                asks for zlib
                asks for cmake
                gap conanfile.txt: boost/[>1.70] asks for a range of versions; lock it with `conan lock create`
            "#]],
        );
        check(
            "conan.lock",
            "{\"graph_lock\":{\"nodes\":{\"1\":{\"requires\":[\"1\"],\"ref\":\"a/1\"}}}}",
            &expect![[r#"
                locked conan a 1 -> a
            "#]],
        );
        check(
            "conan.lock",
            "[]",
            &expect![[r#"
                gap conan.lock: it is no valid conan.lock: it has neither a graph nor requirements
            "#]],
        );
    }

    #[test]
    fn a_manifest_of_vcpkg_that_asks_for_packages_is_a_gap() {
        let reason = "manifests of vcpkg are not read, so that the packages that it asks for are unknown";
        for (path, json, is_gap) in [
            ("app/vcpkg.json", r#"{"name":"app","dependencies":["zlib",{"name":"curl","features":["ssl"]}]}"#, true),
            ("vcpkg.json", r#"{"features":{"tests":{"description":"t","dependencies":["gtest"]}}}"#, true),
            ("vcpkg.json", r#"{"name":"app","dependencies":[],"features":{"a":{"description":"b"}}}"#, false),
            ("vcpkg/ports/curl/vcpkg.json", r#"{"name":"curl","dependencies":["zlib"]}"#, false),
            ("ports/curl/vcpkg.json", r#"{"name":"app","dependencies":["zlib"]}"#, true),
            ("reports/curl/vcpkg.json", r#"{"name":"curl","dependencies":["zlib"]}"#, true),
        ] {
            let expected = if is_gap { format!("gap {path}: {reason}\n") } else { String::new() };
            let found = ecosystem_check::read_with_gaps(&Conan, path, json.as_bytes());
            assert_eq!(ecosystem_check::text(&found), expected, "{path}: {json}");
        }
        let broken = ecosystem_check::read_with_gaps(&Conan, "vcpkg.json", b"{");
        assert!(broken.gaps[0].reason.starts_with("it is no valid vcpkg.json: "), "{:?}", broken.gaps);
    }

    #[test]
    fn the_consumer_of_a_graph_is_no_package() {
        let lock = r#"{"graph_lock":{"nodes":{
            "0":{"ref":"app/1.0","options":"","requires":["1"]},
            "1":{"ref":"zlib/1.2.11","requires":[]}}},"version":"0.4"}"#;
        let found = ecosystem_check::read(&Conan, "conan.lock", lock.as_bytes());
        assert_eq!(ecosystem_check::listing(&found), "conan zlib 1.2.11 direct");
    }
}
