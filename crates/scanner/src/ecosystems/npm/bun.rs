//! `bun.lock`, bun's text lock file: JSON with trailing commas and comments (bun.sh, install/lockfile).
//!
//! `packages` maps the path in the tree (`a`, `a/b` for a nested `b`) to an array: first `name@version` or
//! `name@protocol:…`, and somewhere behind it an object with the package's dependencies.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::package_lock::LOOK_UP_BYTES;
use super::{NPM, split_name, tell_unversioned};
use crate::ecosystems::borrowed_json::{Entries, Present, Text, check_keys, object, object_entries};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
struct BunLock<'a> {
    #[serde(default, rename = "lockfileVersion")]
    version: FormatVersion,
    #[serde(borrow, default)]
    workspaces: Entries<'a, Needs<'a>>,
    #[serde(borrow, default, deserialize_with = "object_entries")]
    packages: Entries<'a, Package<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Needs<'a> {
    #[serde(borrow, default)]
    dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    optional_dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    peer_dependencies: Entries<'a, Present>,
}

/// The array that describes a package.
#[derive(Default)]
struct Package<'a> {
    resolution: Text<'a>,
    needs: Needs<'a>,
}

/// What the version of a package begins with that is a folder of the project, or the project itself.
const OWN_CODE: &[&str] = &["workspace:", "link:", "file:", "root:"];

/// How many levels up a dependency is looked for.
const DEEPEST_TREE: usize = 64;

/// Reads a lock file.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let json = plain_json(text.as_bytes());
    let lock: BunLock<'_> = object(&json).map_err(|error| ReadFileError::malformed("bun.lock", error))?;
    if lock.packages.0.is_empty() {
        check_keys(&json, &["lockfileVersion", "packages", "workspaces"], "bun.lock")?;
    }
    lock.version.tell_unless_known("lockfileVersion", 1, found);
    let mut locked = LockedPackages::new(NPM);
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(lock.packages.0.len());
    let mut unversioned = 0;
    for (path, package) in &lock.packages.0 {
        let (name, version) = split_name(&package.resolution).unwrap_or((&*package.resolution, ""));
        if version.contains([':', '/']) {
            // Folders are the project's own code; of a repository or an archive only the commit or the address is known.
            unversioned += usize::from(!OWN_CODE.iter().any(|protocol| version.starts_with(protocol)));
        } else if let Some(place) = locked.require(name, version, false) {
            places.insert(path, place);
        }
    }
    tell_unversioned(unversioned, "", found);
    let mut budget = LOOK_UP_BYTES;
    for (path, package) in &lock.packages.0 {
        let Some(&from) = places.get(&**path) else { continue };
        let needs = &package.needs;
        for (name, _) in [&needs.dependencies, &needs.optional_dependencies, &needs.peer_dependencies]
            .into_iter()
            .flat_map(|entries| &entries.0)
        {
            if let Some(on) = resolve(path, name, &places, &mut budget) {
                locked.depends(from, on);
            }
        }
    }
    let resolved = |entries: &Entries<'_, Present>| -> Vec<usize> {
        entries.0.iter().filter_map(|(name, _)| resolve("", name, &places, &mut 0)).collect()
    };
    let (mut production, mut development) = (Vec::new(), Vec::new());
    for (_, needs) in &lock.workspaces.0 {
        production.extend(resolved(&needs.dependencies));
        production.extend(resolved(&needs.optional_dependencies));
        production.extend(resolved(&needs.peer_dependencies));
        development.extend(resolved(&needs.dev_dependencies));
    }
    locked.settle_development(&production, &development);
    production.extend(development);
    if !lock.workspaces.0.is_empty() {
        locked.set_direct_only(&production);
    }
    locked.hand_over(found);
    Ok(())
}

/// Looks for `name` below the package at `path`, then below each one above it.
fn resolve(path: &str, name: &str, places: &HashMap<&str, usize>, budget: &mut usize) -> Option<usize> {
    let mut above = path;
    for _ in 0..DEEPEST_TREE {
        if above.is_empty() {
            break;
        }
        *budget = budget.checked_sub(above.len() + name.len())?;
        if let Some(&place) = places.get(format!("{above}/{name}").as_str()) {
            return Some(place);
        }
        above = above.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    places.get(name).copied()
}

/// Copies the text without comments and without the commas in front of a closing bracket.
pub(super) fn plain_json(text: &[u8]) -> Vec<u8> {
    let mut json = Vec::with_capacity(text.len());
    let mut comma = None;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => {
                let mut end = at + 1;
                while text.get(end).is_some_and(|&byte| byte != b'"') {
                    end += 1 + usize::from(text[end] == b'\\');
                }
                let end = text.len().min(end + 1);
                json.extend_from_slice(&text[at..end]);
                (at, comma) = (end, None);
                continue;
            }
            b'/' if text.get(at + 1) == Some(&b'/') => {
                at += memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
                continue;
            }
            b'/' if text.get(at + 1) == Some(&b'*') => {
                let end = memchr::memmem::find(&text[at + 2..], b"*/").map(|length| at + 2 + length + 2);
                at = end.unwrap_or(text.len());
                continue;
            }
            b',' => comma = Some(json.len()),
            b']' | b'}' => {
                if let Some(place) = comma.take() {
                    json[place] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        json.push(byte);
        at += 1;
    }
    json
}

struct PackageVisitor;

impl<'de> Visitor<'de> for PackageVisitor {
    type Value = Package<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Package<'de>, A::Error> {
        let mut package = Package { resolution: seq.next_element()?.unwrap_or_default(), ..Package::default() };
        while let Some(Detail(needs)) = seq.next_element()? {
            if let Some(needs) = needs {
                package.needs = needs;
            }
        }
        Ok(package)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Package<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Package<'a>, D::Error> {
        deserializer.deserialize_seq(PackageVisitor)
    }
}

/// An item of a package's array behind the first: the object of its dependencies, or a string that says nothing here.
struct Detail<'a>(Option<Needs<'a>>);

struct DetailVisitor;

impl<'de> Visitor<'de> for DetailVisitor {
    type Value = Detail<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a string")
    }

    fn visit_str<E>(self, _: &str) -> Result<Detail<'de>, E> {
        Ok(Detail(None))
    }

    fn visit_unit<E>(self) -> Result<Detail<'de>, E> {
        Ok(Detail(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Detail<'de>, A::Error> {
        Needs::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(|needs| Detail(Some(needs)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Detail<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Detail<'a>, D::Error> {
        deserializer.deserialize_any(DetailVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::npm::Npm;

    #[test]
    fn packages_of_the_tree_are_read_with_their_relations() {
        let text = r#"{
  "lockfileVersion": 1,
  "workspaces": {
    "": {
      "name": "app", // the root
      "dependencies": { "express": "^4.18.2", "tools": "workspace:*", },
      "devDependencies": { "@types/node": "^18", },
    },
    "packages/tools": { "name": "tools", "dependencies": { "ms": "2.1.3" } },
  },
  "packages": {
    "@types/node": ["@types/node@18.0.0", "", {}, "sha512-x=="],

    "debug": ["debug@2.6.9", "", { "dependencies": { "ms": "2.0.0" } }, "sha512-a,}=="],

    "express": ["express@4.18.2", "", { "dependencies": { "debug": "2.6.9" }, "bin": { "x": "y" } }, "sha512-x=="],

    "ms": ["ms@2.1.3", "", {}, "sha512-x=="],

    "tools": ["tools@workspace:packages/tools"],

    "from-git": ["from-git@github:a/b#0123", { "dependencies": {} }, "a-b-0123"],

    "debug/ms": ["ms@2.0.0", "", {}, "sha512-x=="],
  }
}
"#;
        let expected = [
            "npm @types/node 18.0.0 direct dev",
            "npm debug 2.6.9 indirect -> ms",
            "npm express 4.18.2 direct -> debug",
            "npm ms 2.1.3 direct",
            "npm ms 2.0.0 indirect",
        ];
        let found = read(&Npm, "app/bun.lock", text.as_bytes());
        assert_eq!(listing(&found), expected.join("\n"));
        assert_eq!(found.packages[1].dependencies, [4]);
    }

    #[test]
    fn what_comes_from_elsewhere_than_a_registry_is_told() {
        let text = r#"{"lockfileVersion":1,"packages":{
            "a":["a@github:o/a#0123abc",{},"o-a-0123abc"],
            "b":["@s/b@git+https://github.com/o/b.git#0123abc",{},"0123abc"],
            "c":["c@https://example.com/c-1.0.0.tgz",{}],
            "d":["d@./d-1.0.0.tgz",{}],
            "e":["e@workspace:packages/e"],"f":["f@link:../f",{}],"g":["g@file:../g",{}],"h":["h@root:",{}],
            "i":["i@1.0.0","",{},"sha512-x"],"j":["j","",{}]}}"#;
        let found = read(&Npm, "app/bun.lock", text.as_bytes());
        assert_eq!(listing(&found), "npm i 1.0.0");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        let elsewhere = "4 of its packages come from git or a folder, without a version to look up";
        assert_eq!(reasons, [elsewhere, "1 of its packages lacks a name or a version (`j`)"]);
    }

    #[test]
    fn commas_and_comments_inside_strings_stay() {
        for (text, json) in [
            (r#"{"a":",}","b":[1,],}"#, r#"{"a":",}","b":[1 ] }"#),
            ("[1, // x\n]", "[1  \n]"),
            ("[\"//\", /* , */ 2,\n]", "[\"//\",  2 \n]"),
            ("\"\\\"", "\"\\\""),
            ("\"\\", "\"\\"),
            ("/*", ""),
        ] {
            assert_eq!(String::from_utf8(plain_json(text.as_bytes())).unwrap(), json);
        }
    }

    #[test]
    fn broken_files_are_errors() {
        let deep = format!("{{\"packages\":{}", "[".repeat(100_000));
        let list = "{\"lockfileVersion\":1,\"packages\":[]}";
        for bad in ["", "{", list, "{\"packages\":{\"a\":{}}}", deep.as_str()] {
            assert!(try_read(&Npm, "bun.lock", bad.as_bytes()).is_err(), "{}", &bad[..bad.len().min(40)]);
        }
    }
}
