//! `package-lock.json` and `npm-shrinkwrap.json`, lockfileVersion 1, 2 and 3
//! (docs.npmjs.com, configuring-npm/package-lock-json).
//!
//! Versions 2 and 3 list every folder of the installed tree under `packages`; version 1 nests `dependencies`. A version
//! 2 file has both, and the former is the truth.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use model::version::VersionScheme;
use serde::Deserialize;

use super::{NPM, package_json::Licenses, split_name, tell_unversioned};
use crate::ecosystems::borrowed_json::{Entries, Flag, Object, Present, Text, check_keys, object, object_entries};
use crate::ecosystems::locked_packages::{LockedPackages, Unusable, is_word};
use crate::found::Found;
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
struct PackageLock<'a> {
    #[serde(borrow, default, deserialize_with = "object_entries")]
    packages: Entries<'a, Object<Folder<'a>>>,
    #[serde(borrow, default, deserialize_with = "object_entries")]
    dependencies: Entries<'a, Object<Dependency<'a>>>,
}

/// Which version of the format a file says that it has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    lockfile_version: u32,
}

/// One folder of the tree: the root (empty path), a workspace member, or an installed package.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Folder<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Option<Text<'a>>,
    #[serde(borrow, default)]
    resolved: Text<'a>,
    #[serde(default)]
    dev: Flag,
    #[serde(default)]
    optional: Flag,
    #[serde(default)]
    dev_optional: Flag,
    #[serde(default)]
    peer: Flag,
    #[serde(default)]
    link: Flag,
    #[serde(default)]
    license: Licenses,
    #[serde(borrow, default)]
    dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    optional_dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    peer_dependencies: Entries<'a, Present>,
}

/// One package of a version 1 file.
#[derive(Deserialize)]
struct Dependency<'a> {
    #[serde(borrow, default)]
    version: Option<Text<'a>>,
    #[serde(borrow, default)]
    resolved: Text<'a>,
    #[serde(default)]
    dev: Flag,
    #[serde(default)]
    optional: Flag,
    #[serde(borrow, default)]
    requires: Entries<'a, Present>,
    #[serde(borrow, default)]
    dependencies: Entries<'a, Object<Dependency<'a>>>,
}

impl Folder<'_> {
    /// Whether nothing was installed: npm leaves such an entry for what is optional and does not suit the machine.
    fn is_placeholder(&self) -> bool {
        let is_optional = self.optional.0 || self.dev_optional.0 || self.peer.0;
        is_optional && self.version.is_none() && self.resolved.is_empty()
    }

    /// Whether it is of a repository or a folder, which may have no version.
    fn comes_from_elsewhere(&self) -> bool {
        self.version.is_none() && ["git", "file:"].iter().any(|begin| self.resolved.starts_with(begin))
    }
}

/// Whether a text is a version that can be looked up, neither a tag (`latest`) nor a range (`^1.0.0`, `1.x`).
fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let is_any = |part: &str| matches!(part, "x" | "X" | "*");
    is_word(text) && VersionScheme::Semver.is_valid(text) && !numbers.split('.').any(is_any)
}

/// The versions of the format that are read.
const KNOWN_VERSIONS: RangeInclusive<u32> = 1..=3;

/// How many folders up a dependency is looked for; real trees nest a dozen deep.
const DEEPEST_TREE: usize = 64;

/// The length of all paths that are tried for the dependencies of one file, in bytes: less than a second's work, and
/// twenty times what large real files take. Relations behind it are left out.
pub(super) const LOOK_UP_BYTES: usize = 128 << 20;

/// Reads the lock file at `path`.
pub(super) fn read(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: PackageLock<'_> =
        object(text.as_bytes()).map_err(|error| ReadFileError::malformed("package-lock.json", error))?;
    let stated = serde_json::from_str(text).ok().map(|Stated { lockfile_version }| lockfile_version);
    if let Some(unknown) = stated.filter(|version| !KNOWN_VERSIONS.contains(version)) {
        found
            .gap(path, format!("it is of lockfileVersion {unknown}, which is not known; a part of it may not be read"));
    }
    let mut locked = LockedPackages::new(NPM);
    let mut unusable = Unusable::default();
    let unversioned = if lock.packages.0.is_empty() {
        let (scopes, top) = (Vec::new(), HashSet::new());
        let mut reader = NestedReader { locked: &mut locked, scopes, top, unversioned: 0, unusable: &mut unusable };
        reader.read_level(None, &lock.dependencies);
        let NestedReader { top, unversioned, .. } = reader;
        // What lies deeper is there for another package, even where the project asks for the name in another version.
        locked.set_indirect_but(&top);
        unversioned
    } else {
        read_folders(&lock.packages, &mut locked, &mut unusable)
    };
    tell_unversioned(unversioned, path, found);
    unusable.hand_over(path, found);
    locked.hand_over(found);
    if found.packages.is_empty() {
        // Only version 1 leaves out its list when there is nothing to list.
        let keys: &[&str] = match stated {
            Some(3..) => &["packages"],
            Some(2) => &["packages", "dependencies"],
            _ => &["lockfileVersion", "packages", "dependencies"],
        };
        check_keys(text.as_bytes(), keys, "package-lock.json")?;
    }
    Ok(())
}

/// Adds the packages of a version 2 or 3 file and says how many come from elsewhere than a registry.
fn read_folders(
    folders: &Entries<'_, Object<Folder<'_>>>,
    locked: &mut LockedPackages,
    unusable: &mut Unusable,
) -> usize {
    let mut unversioned = 0;
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(folders.0.len());
    for (path, folder) in &folders.0 {
        let Some(installed_as) = installed_name(path) else { continue };
        let Some(folder) = &folder.0 else {
            unusable.note(path);
            continue;
        };
        if folder.link.0 || folder.is_placeholder() {
            continue;
        }
        let name: &str = if folder.name.is_empty() { installed_as } else { &folder.name };
        match folder.version.as_deref().filter(|version| is_version(version)) {
            Some(version) => {
                if let Some(place) = locked.require(name, version, folder.dev.0) {
                    locked.package(place).licenses.extend_from_slice(&folder.license.0);
                    places.insert(path, place);
                }
            }
            None if folder.comes_from_elsewhere() => unversioned += 1,
            None => unusable.note(path),
        }
    }
    let mut direct = Vec::new();
    let mut has_root = false;
    let mut budget = LOOK_UP_BYTES;
    for (path, folder) in &folders.0 {
        let place = places.get(&**path).copied();
        let is_project = installed_name(path).is_none();
        has_root |= path.is_empty();
        let Some(folder) = &folder.0 else { continue };
        let needed = [&folder.dependencies, &folder.optional_dependencies, &folder.peer_dependencies];
        let developed = is_project.then_some(&folder.dev_dependencies);
        for (name, _) in needed.into_iter().chain(developed).flat_map(|entries| &entries.0) {
            let Some(on) = resolve(path, name, &places, &mut budget) else { continue };
            match place {
                Some(from) => locked.depends(from, on),
                None if is_project => direct.push(on),
                None => {}
            }
        }
    }
    if has_root {
        locked.set_direct_only(&direct);
    }
    unversioned
}

/// The name that a folder's path gives its package; `None` for the root and for workspace members.
fn installed_name(path: &str) -> Option<&str> {
    match path.rfind("/node_modules/") {
        Some(at) => Some(&path[at + "/node_modules/".len()..]),
        None => path.strip_prefix("node_modules/"),
    }
}

/// Node's own look-up: `node_modules/NAME` in the folder itself, then in each folder above. Every path that is tried
/// costs its length of the budget.
fn resolve(path: &str, name: &str, places: &HashMap<&str, usize>, budget: &mut usize) -> Option<usize> {
    let mut folder = path;
    let mut candidate = String::with_capacity(path.len() + "/node_modules/".len() + name.len());
    for _ in 0..DEEPEST_TREE {
        candidate.clear();
        candidate.push_str(folder);
        candidate.push_str(if folder.is_empty() { "node_modules/" } else { "/node_modules/" });
        candidate.push_str(name);
        *budget = budget.checked_sub(candidate.len())?;
        if let Some(&place) = places.get(candidate.as_str()) {
            return Some(place);
        }
        if folder.is_empty() {
            return None;
        }
        folder = match folder.rfind("node_modules/") {
            Some(at) => folder[..at].trim_end_matches('/'),
            None => folder.rsplit_once('/').map_or("", |(parent, _)| parent),
        };
    }
    None
}

/// Reads the nested `dependencies` of a version 1 file. The JSON reader's own limit bounds the nesting.
struct NestedReader<'r, 'l> {
    locked: &'r mut LockedPackages,
    /// What each level from the root to the present one installs, by name.
    scopes: Vec<HashMap<&'l str, usize>>,
    /// The packages of the root's own folder.
    top: HashSet<usize>,
    unversioned: usize,
    unusable: &'r mut Unusable,
}

impl<'l> NestedReader<'_, 'l> {
    fn read_level(
        &mut self,
        owner: Option<(usize, &'l Dependency<'l>)>,
        level: &'l Entries<'l, Object<Dependency<'l>>>,
    ) {
        let mut scope = HashMap::with_capacity(level.0.len());
        for (installed_as, dependency) in &level.0 {
            let Some(dependency) = &dependency.0 else {
                self.unusable.note(installed_as);
                continue;
            };
            let written = dependency.version.as_deref().unwrap_or_default();
            let (name, version) = match written.strip_prefix("npm:").and_then(split_name) {
                Some(alias) => alias,
                None => (&**installed_as, written),
            };
            if version.contains([':', '/']) {
                // A folder of the project is its own code; of a repository only the commit is known.
                self.unversioned += usize::from(!version.starts_with("file:"));
            } else if !is_version(version) {
                // Nothing was installed for an optional one that tells nothing.
                let is_there =
                    dependency.version.is_some() || !dependency.resolved.is_empty() || !dependency.optional.0;
                if is_there {
                    self.unusable.note(installed_as);
                }
            } else if let Some(place) = self.locked.require(name, version, dependency.dev.0) {
                scope.insert(&**installed_as, place);
                if self.scopes.is_empty() {
                    self.top.insert(place);
                }
            }
        }
        self.scopes.push(scope);
        if let Some((from, dependency)) = owner {
            for (name, _) in &dependency.requires.0 {
                if let Some(on) = self.scopes.iter().rev().find_map(|scope| scope.get(&**name)) {
                    self.locked.depends(from, *on);
                }
            }
        }
        for (installed_as, dependency) in &level.0 {
            let Some(dependency) = &dependency.0 else { continue };
            let place = self.scopes.last().and_then(|scope| scope.get(&**installed_as)).copied();
            if place.is_some() || !dependency.dependencies.0.is_empty() {
                self.read_level(place.map(|place| (place, dependency)), &dependency.dependencies);
            }
        }
        self.scopes.pop();
    }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::npm::Npm;

    fn check(json: &str, expected: &[&str]) {
        let found = read(&Npm, "app/package-lock.json", json.as_bytes());
        assert_eq!(listing(&found), expected.join("\n"));
    }

    #[test]
    fn a_nested_package_of_version_1_is_not_what_the_project_asks_for() {
        check(
            r#"{"lockfileVersion":1,"dependencies":{
              "debug":{"version":"2.6.9","requires":{"ms":"2.0.0"},"dependencies":{"ms":{"version":"2.0.0"}}},
              "ms":{"version":"2.1.3"}}}"#,
            &["npm debug 2.6.9 -> ms", "npm ms 2.1.3", "npm ms 2.0.0 indirect"],
        );
    }

    #[test]
    fn version_3_resolves_as_node_does() {
        let json = r#"{
          "name": "app", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
          "packages": {
            "": {"name": "app", "version": "1.0.0", "license": "MIT", "workspaces": ["packages/*"],
                 "dependencies": {"express": "^4", "string-width-cjs": "npm:string-width@^4"},
                 "devDependencies": {"mocha": "^10"}},
            "node_modules/express": {"version": "4.18.2", "resolved": "https://registry.npmjs.org/express/-/express-4.18.2.tgz",
                 "integrity": "sha512-x", "license": "MIT", "dependencies": {"debug": "2.6.9"}, "engines": {"node": ">= 0.10.0"}},
            "node_modules/express/node_modules/debug": {"version": "2.6.9", "dependencies": {"ms": "2.0.0"}},
            "node_modules/debug": {"version": "4.3.4", "dev": true, "dependencies": {"ms": "2.1.2"}},
            "node_modules/ms": {"version": "2.1.2", "devOptional": true},
            "node_modules/express/node_modules/ms": {"version": "2.0.0"},
            "node_modules/mocha": {"version": "10.2.0", "dev": true, "dependencies": {"debug": "4.3.4"}},
            "node_modules/string-width-cjs": {"name": "string-width", "version": "4.2.3"},
            "node_modules/@acme/tools": {"resolved": "packages/tools", "link": true},
            "packages/tools": {"name": "@acme/tools", "version": "0.1.0", "dependencies": {"left-pad": "1.3.0"}},
            "packages/tools/node_modules/left-pad": {"version": "1.3.0", "resolved": "git+ssh://git@github.com/a/b.git#0123"},
            "node_modules/fsevents": {"optional": true}
          }
        }"#;
        check(
            json,
            &[
                "npm express 4.18.2 direct [MIT] -> debug",
                "npm debug 2.6.9 indirect -> ms",
                "npm debug 4.3.4 indirect dev -> ms",
                "npm ms 2.1.2 indirect",
                "npm ms 2.0.0 indirect",
                "npm mocha 10.2.0 direct dev -> debug",
                "npm string-width 4.2.3 direct",
                "npm left-pad 1.3.0 direct",
            ],
        );
    }

    #[test]
    fn version_1_nests_and_names_aliases_in_the_version() {
        let json = r#"{"name":"app","lockfileVersion":1,"requires":true,"dependencies":{
            "a":{"version":"1.0.0","requires":{"b":"^1","c":"^1"},"dependencies":{"b":{"version":"1.5.0","bundled":true,"requires":{"c":"*"}}}},
            "b":{"version":"2.0.0","dev":true,"requires":true},
            "c":{"version":"npm:@real/c@1.1.0"},
            "g":{"version":"git+https://github.com/x/g.git#0123456789"},
            "f":{"version":"file:../f"}}}"#;
        let found = read(&Npm, "npm-shrinkwrap.json", json.as_bytes());
        let expected =
            ["npm a 1.0.0 -> @real/c, b", "npm b 2.0.0 dev", "npm @real/c 1.1.0", "npm b 1.5.0 indirect -> @real/c"];
        assert_eq!(listing(&found), expected.join("\n"));
        assert!(found.gaps[0].reason.starts_with("1 of its packages comes from git"), "{:?}", found.gaps);
    }

    #[test]
    fn one_package_in_two_folders_is_development_only_when_both_say_so() {
        let json = r#"{"lockfileVersion":2,"packages":{
            "node_modules/a":{"version":"1.0.0","dev":true},"node_modules/b/node_modules/a":{"version":"1.0.0"}},
            "dependencies":{"a":{"version":"9.9.9"}}}"#;
        check(json, &["npm a 1.0.0"]);
    }

    #[test]
    fn entries_without_a_version_that_can_be_used_are_told_by_name() {
        let json = r#"{"lockfileVersion":3,"packages":{
            "":{"dependencies":{"a":"^1","number":"^1"}},
            "node_modules/a":{"version":"1.0.0","dependencies":{"number":"*","b":"*"}},
            "node_modules/missing":{"resolved":"https://registry.npmjs.org/missing/-/missing-1.0.0.tgz"},
            "node_modules/bare":{"dev":true},
            "node_modules/empty":{"version":""},
            "node_modules/number":{"version":1.5,"optional":true},
            "node_modules/tag":{"version":"latest"},
            "node_modules/range":{"version":"1.x"},
            "node_modules/a/node_modules/list":{"version":["1.0.0"]},
            "node_modules/null":null,
            "node_modules/text":"1.0.0",
            "node_modules/git":{"resolved":"git+ssh://git@github.com/a/b.git#0123"},
            "node_modules/optional":{"dev":true,"optional":true},
            "node_modules/b":{"version":"v2.0.0-rc.1+build"}}}"#;
        let found = read(&Npm, "app/package-lock.json", json.as_bytes());
        assert_eq!(listing(&found), "npm a 1.0.0 direct -> b\nnpm b v2.0.0-rc.1+build indirect");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "1 of its packages comes from git or a folder, without a version to look up",
                "9 of its entries have no version that can be used (node_modules/missing, node_modules/bare, \
                 node_modules/empty, node_modules/number, node_modules/tag, node_modules/range, \
                 node_modules/a/node_modules/list, node_modules/null, node_modules/text)",
            ]
        );
        let json = r#"{"lockfileVersion":1,"dependencies":{
            "a":{"version":"1.0.0","dependencies":{"list":{"version":[]},"b":{"version":"2.0.0"}}},
            "missing":{},"empty":{"version":"","optional":true},"number":{"version":1},"tag":{"version":"latest"},
            "alias":{"version":"npm:c@next"},"null":null,"optional":{"optional":true},
            "range":{"version":"^1.0.0","dependencies":{"d":{"version":"4.0.0"}}}}}"#;
        let found = read(&Npm, "package-lock.json", json.as_bytes());
        assert_eq!(listing(&found), "npm a 1.0.0\nnpm b 2.0.0 indirect\nnpm d 4.0.0 indirect");
        let unusable = "8 of its entries have no version that can be used \
                        (missing, empty, number, tag, alias, null, range, list)";
        assert_eq!(found.gaps[0].reason, unusable);
        let many: Vec<String> = (0..12).map(|at| format!(r#""node_modules/p{at}":{{}}"#)).collect();
        let json = format!(r#"{{"packages":{{{}}}}}"#, many.join(","));
        let found = read(&Npm, "package-lock.json", json.as_bytes());
        assert!(found.gaps[0].reason.starts_with("12 of its entries ") && found.gaps[0].reason.ends_with("p9, …)"));
    }

    #[test]
    fn a_version_that_is_not_known_is_a_gap() {
        for (version, is_known) in [("1", true), ("2", true), ("3", true), ("\"3\"", true), ("4", false), ("0", false)]
        {
            let json =
                format!(r#"{{"lockfileVersion":{version},"packages":{{"node_modules/a":{{"version":"1.0.0"}}}}}}"#);
            let found = read(&Npm, "package-lock.json", json.as_bytes());
            assert_eq!(listing(&found), "npm a 1.0.0");
            let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
            let gap = format!("it is of lockfileVersion {version}, which is not known; a part of it may not be read");
            assert_eq!(reasons, if is_known { vec![] } else { vec![gap.as_str()] }, "{version}");
        }
    }

    #[test]
    fn a_file_without_a_list_of_packages_is_an_error() {
        for bad in [
            r#"{"lockfileVersion":3,"packages":[]}"#,
            r#"{"lockfileVersion":3,"packages":["a"]}"#,
            r#"{"lockfileVersion":3,"packages":"x"}"#,
            r#"{"lockfileVersion":1,"dependencies":[{"version":"1.0.0"}]}"#,
            r#"{"lockfileVersion":3}"#,
            r#"{"lockfileVersion":2,"requires":true}"#,
        ] {
            let error = try_read(&Npm, "package-lock.json", bad.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("it is no valid package-lock.json: "), "{bad}: {error}");
        }
        for empty in [r#"{"lockfileVersion":3,"packages":{}}"#, r#"{"lockfileVersion":1}"#, r#"{"dependencies":{}}"#] {
            check(empty, &[""]);
        }
    }

    #[test]
    fn endless_nesting_is_refused_and_a_deep_path_is_cheap() {
        let deep = format!(r#"{{"dependencies":{}"#, r#"{"a":{"dependencies":"#.repeat(50_000));
        assert!(try_read(&Npm, "package-lock.json", deep.as_bytes()).is_err());
        let needs = (0..100_000).map(|at| format!("\"{at}\":1")).collect::<Vec<_>>().join(",");
        let long = format!("{}node_modules/a", "node_modules/x/".repeat(20_000));
        let json = format!(r#"{{"packages":{{"{long}":{{"version":"1","dependencies":{{{needs}}}}}}}}}"#);
        assert_eq!(read(&Npm, "package-lock.json", json.as_bytes()).packages.len(), 1);
        let path = "node_modules/x/".repeat(20_000);
        let json = format!(r#"{{"packages":{{"{path}node_modules/a":{{"version":"1","dependencies":{{"b":"1"}}}}}}}}"#);
        assert_eq!(read(&Npm, "package-lock.json", json.as_bytes()).packages.len(), 1);
    }
}
