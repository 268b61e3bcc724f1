//! `pnpm-lock.yaml`, lockfileVersion 5.x, 6.x and 9.x (github.com/pnpm/spec, lockfile).
//!
//! | version | key of a package | where its dependencies stand |
//! |---|---|---|
//! | 5 | `/name/1.2.3`, with peers `/name/1.2.3_peer@1.0.0` | beside it |
//! | 6 | `/name@1.2.3`, with peers `/name@1.2.3(peer@1.0.0)` | beside it |
//! | 9 | `name@1.2.3` | in `snapshots`, under `name@1.2.3(peer@1.0.0)` |
//!
//! What only serves development is settled over the relations: version 9 does not say it, and they say it for all.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use model::Ecosystem;

use super::machine_yaml::{Value, documents};
use super::{NPM, split_name, tell_unversioned};
use crate::ecosystems::locked_packages::{LockedPackages, Unusable};
use crate::found::Found;
use crate::wanted_file::ReadFileError;

/// Reads a lock file.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let (documents, error) = documents(text);
    let versions = documents.iter().map(|document| document.text("lockfileVersion"));
    let versions: Vec<&str> = versions.filter(|version| !version.is_empty()).collect();
    if versions.is_empty() {
        let unstated = || ReadFileError::malformed("pnpm-lock.yaml", "it states no lockfileVersion");
        return Err(error.unwrap_or_else(unstated));
    }
    if let Some(unknown) = versions.iter().find(|version| !is_known(version)) {
        found.gap("", format!("it is of lockfileVersion {unknown}, which is not known; a part of it may not be read"));
    }
    if let Some(error) = error {
        found.gap("", error.to_string());
    }
    for document in &documents {
        if let Err(error) = read_document(document, found) {
            found.gap("", error.to_string());
        }
    }
    Ok(())
}

/// Whether the format of this version is known: 5 to 9 with any second number.
fn is_known(version: &str) -> bool {
    let major = version.split('.').next().unwrap_or_default();
    matches!(major, "5" | "6" | "7" | "8" | "9")
}

fn read_document(document: &Value<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    if let Some(key) = ["packages", "snapshots", "importers"].into_iter().find(|key| document.has_sequence(key)) {
        let reason = format!("`{key}` is an array where an object should be");
        return Err(ReadFileError::malformed("pnpm-lock.yaml", reason));
    }
    let mut locked = LockedPackages::new(NPM);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let packages = document.mapping("packages");
    let snapshots = document.mapping("snapshots");
    let mut unusable = Unusable::default();
    let mut unversioned = 0;
    let mut left_out: HashSet<&str> = HashSet::new();
    for (key, package) in packages.iter().chain(snapshots) {
        if let Some((name, version)) = identity(key, package)
            && let Some(place) = locked.add_of(ecosystem(key), name, version, false)
        {
            places.insert(key, place);
        } else if let Some(&place) = places.get(without_peers(key)) {
            // The snapshot of a package whose name and version stand in its entry under `packages`.
            places.insert(key, place);
        } else if identity(key, package).is_none() && !is_own_code(key) && left_out.insert(without_peers(key)) {
            // The addresses of repositories and archives hold a colon, names do not.
            match key.contains(':') {
                true => unversioned += 1,
                false => unusable.note(key),
            }
        }
    }
    tell_unversioned(unversioned, "", found);
    unusable.hand_over("", found);
    for (key, package) in packages.iter().chain(snapshots) {
        let Some(&from) = places.get(&**key) else { continue };
        for section in ["dependencies", "optionalDependencies"] {
            for (name, reference) in package.mapping(section) {
                if let Some(on) = resolve(name, &reference.scalar, &places) {
                    locked.depends(from, on);
                }
            }
        }
    }
    let importers = document.mapping("importers");
    let whole = std::slice::from_ref(document);
    let mut production = Vec::new();
    let mut development = Vec::new();
    let mut asks = false;
    for importer in importers.iter().map(|(_, importer)| importer).chain(whole) {
        for section in ["dependencies", "optionalDependencies", "devDependencies"] {
            let roots = if section == "devDependencies" { &mut development } else { &mut production };
            for (name, reference) in importer.mapping(section) {
                // A scalar in version 5, a mapping of specifier and version since 6.
                let version = reference.text("version");
                let version = if version.is_empty() { &*reference.scalar } else { version };
                asks |= !version.is_empty() && !is_local(version);
                roots.extend(resolve(name, version, &places));
            }
        }
    }
    locked.settle_development(&production, &development);
    production.extend(development);
    if !importers.is_empty() || !production.is_empty() {
        locked.set_direct_only(&production);
    }
    locked.hand_over(found);
    if asks && packages.is_empty() && snapshots.is_empty() {
        let reason = "it has none of the keys packages, snapshots";
        return Err(ReadFileError::malformed("pnpm-lock.yaml", reason));
    }
    Ok(())
}

/// Whether a reference leads to a folder, which is the project's own code.
fn is_local(reference: &str) -> bool {
    ["link:", "file:", "workspace:"].iter().any(|protocol| reference.starts_with(protocol))
}

/// Whether the package of this key is a folder of the project.
fn is_own_code(key: &str) -> bool {
    is_local(key) || split_name(key).is_some_and(|(_, reference)| is_local(reference))
}

/// What stands before the version of Node.js, Deno or Bun itself, which the project runs on (pnpm.io, `devEngines.runtime`).
const RUNTIME: &str = "runtime:";

/// The ecosystem of the package of this key: a runtime is a program, and no package of npm even where one has its name.
fn ecosystem(key: &str) -> Ecosystem {
    let reference = split_name(key).map_or("", |(_, reference)| reference);
    if reference.starts_with(RUNTIME) { Ecosystem::Generic } else { NPM }
}

/// The name and the version of a package by its key, or by its fields where it does not come from a registry.
fn identity<'v>(key: &'v str, package: &'v Value<'_>) -> Option<(&'v str, &'v str)> {
    let (name, version) = (package.text("name"), package.text("version"));
    if !name.is_empty() && !version.is_empty() {
        return Some((name, version));
    }
    let bare = without_peers(key);
    let path = bare.strip_prefix('/').unwrap_or(bare);
    if let Some((name, rest)) = split_name(path)
        && !name.ends_with('/')
        && (!name.contains('/') || name.starts_with('@') && name.matches('/').count() == 1)
    {
        let version = if version.is_empty() { rest.strip_prefix(RUNTIME).unwrap_or(rest) } else { version };
        return is_version(version).then_some((name, version));
    }
    // Version 5, perhaps with the host of another registry in front.
    let path = if bare.starts_with('/') { path } else { path.split_once('/')?.1 };
    let (name, rest) = path.rsplit_once('/')?;
    let version = rest.split('_').next().unwrap_or(rest);
    is_version(version).then_some((name, version))
}

/// A version, and not the address of a repository, an archive or a folder.
fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.contains('.') && !text.contains([':', '/'])
}

/// The key without the peers behind it: `a@1.0.0(b@2.0.0)`, `/a/1.0.0_b@2.0.0`.
fn without_peers(key: &str) -> &str {
    let key = key.split('(').next().unwrap_or(key);
    let name_end = key.rfind('/').map_or(0, |slash| slash + 1);
    match key[name_end..].find('_') {
        // An underscore may be part of a name, never of a version.
        Some(at) if key[name_end..].starts_with(|first: char| first.is_ascii_digit()) => &key[..name_end + at],
        _ => key,
    }
}

/// The package that a reference means: a version, an alias to another key, or a key.
fn resolve(name: &str, reference: &str, places: &HashMap<&str, usize>) -> Option<usize> {
    if reference.is_empty() || reference.starts_with("link:") {
        return None;
    }
    let forms: [Cow<'_, str>; 5] = [
        format!("{name}@{reference}").into(),
        format!("/{name}@{reference}").into(),
        format!("/{name}/{reference}").into(),
        Cow::Borrowed(reference),
        format!("/{reference}").into(),
    ];
    forms.iter().find_map(|form| places.get(&**form)).or_else(|| places.get(without_peers(&forms[0]))).copied()
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::npm::Npm;

    fn check(yaml: &str, expected: &[&str]) {
        let found = read(&Npm, "app/pnpm-lock.yaml", yaml.as_bytes());
        assert_eq!(listing(&found), expected.join("\n"));
    }

    #[test]
    fn version_5_keys_have_slashes_and_underscored_peers() {
        let yaml = "lockfileVersion: 5.4\n\nspecifiers:\n  react: ^17.0.2\n\ndependencies:\n  react-dom: 17.0.2_react@17.0.2\n  wrap: /wrappy/1.0.2\n\ndevDependencies:\n  '@types/node': 18.0.0\n\npackages:\n\n  /@types/node/18.0.0:\n    resolution: {integrity: sha512-x}\n    dev: true\n\n  /react-dom/17.0.2_react@17.0.2:\n    resolution: {integrity: sha512-x}\n    peerDependencies:\n      react: 17.0.2\n    dependencies:\n      react: 17.0.2\n      scheduler: 0.20.2\n    dev: false\n\n  /react/17.0.2:\n    resolution: {integrity: sha512-x}\n    engines: {node: '>=0.10.0'}\n    dev: false\n\n  /scheduler/0.20.2:\n    resolution: {integrity: sha512-x}\n\n  /wrappy/1.0.2:\n    resolution: {integrity: sha1-x}\n\n  github.com/a/b/0123456789abcdef:\n    resolution: {tarball: https://codeload.github.com/a/b/tar.gz/0123456789abcdef}\n    name: from-git\n    version: 2.0.1\n    dev: true\n";
        check(
            yaml,
            &[
                "npm @types/node 18.0.0 direct dev",
                "npm react-dom 17.0.2 direct -> react, scheduler",
                "npm react 17.0.2 indirect",
                "npm scheduler 0.20.2 indirect",
                "npm wrappy 1.0.2 direct",
                "npm from-git 2.0.1 indirect",
            ],
        );
    }

    #[test]
    fn version_6_keys_have_at_signs_and_bracketed_peers() {
        let yaml = "lockfileVersion: '6.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    dependencies:\n      '@scope/a':\n        specifier: ^1.0.0\n        version: 1.0.0(b@2.0.0)\n      ws:\n        specifier: workspace:*\n        version: link:packages/ws\n  packages/ws:\n    devDependencies:\n      c:\n        specifier: npm:real@3\n        version: /real@3.0.0\n\npackages:\n\n  /@scope/a@1.0.0(b@2.0.0):\n    resolution: {integrity: sha512-x}\n    dependencies:\n      b: 2.0.0\n\n  /b@2.0.0:\n    resolution: {integrity: sha512-x}\n    deprecated: 'no: more'\n\n  /real@3.0.0:\n    resolution: {integrity: sha512-x}\n    dev: true\n";
        check(yaml, &["npm @scope/a 1.0.0 direct -> b", "npm b 2.0.0 indirect", "npm real 3.0.0 direct dev"]);
    }

    #[test]
    fn version_9_has_its_relations_in_snapshots() {
        let yaml = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0(c@3.0.0)\n      g:\n        specifier: github:x/g\n        version: https://codeload.github.com/x/g/tar.gz/0123\n    devDependencies:\n      b:\n        specifier: ^2\n        version: 2.0.0\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n    peerDependencies:\n      c: '*'\n\n  b@2.0.0:\n    resolution: {integrity: sha512-x}\n    hasBin: true\n\n  c@3.0.0:\n    resolution: {integrity: sha512-x}\n\n  g@https://codeload.github.com/x/g/tar.gz/0123:\n    resolution: {tarball: https://codeload.github.com/x/g/tar.gz/0123}\n    version: 0.4.0\n\nsnapshots:\n\n  a@1.0.0(c@3.0.0):\n    dependencies:\n      c: 3.0.0\n\n  b@2.0.0:\n    dependencies:\n      c: 3.0.0\n      al: real@4.0.0\n\n  c@3.0.0: {}\n\n  g@https://codeload.github.com/x/g/tar.gz/0123: {}\n\n  real@4.0.0: {}\n";
        check(
            yaml,
            &[
                "npm a 1.0.0 direct -> c",
                "npm b 2.0.0 direct dev -> c, real",
                "npm c 3.0.0 indirect",
                "npm g 0.4.0 direct",
                "npm real 4.0.0 indirect dev",
            ],
        );
    }

    #[test]
    fn flow_style_is_read_as_well() {
        check(
            "{lockfileVersion: '9.0', importers: {.: {dependencies: {a: {specifier: ^1, version: 1.0.0}}}}, packages: {a@1.0.0: {resolution: {integrity: x}}, b@2.0.0: {}}, snapshots: {a@1.0.0: {dependencies: {b: 2.0.0}}, b@2.0.0: {}}}\n",
            &["npm a 1.0.0 direct -> b", "npm b 2.0.0 indirect"],
        );
        check(
            "lockfileVersion: '9.0'\npackages: {a@1.0.0: {resolution: {integrity: x}},\n  b@2.0.0: {}}\n",
            &["npm a 1.0.0", "npm b 2.0.0"],
        );
    }

    #[test]
    fn entries_without_a_version_are_told() {
        let yaml = "lockfileVersion: '9.0'\n\npackages:\n\n  lodash:\n    resolution: {integrity: sha512-x}\n\n  /ms:\n    resolution: {integrity: sha512-x}\n\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n\n  b@file:b:\n    resolution: {directory: b, type: directory}\n\n  g@https://h/x/g/tar.gz/0123:\n    resolution: {tarball: https://h/x/g/tar.gz/0123}\n\nsnapshots:\n\n  lodash: {}\n\n  a@1.0.0: {}\n\n  b@file:b: {}\n\n  g@https://h/x/g/tar.gz/0123: {}\n";
        let found = read(&Npm, "pnpm-lock.yaml", yaml.as_bytes());
        assert_eq!(listing(&found), "npm a 1.0.0");
        let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        let elsewhere = "1 of its packages comes from git or a folder, without a version to look up";
        assert_eq!(reasons, [elsewhere, "2 of its entries have no version that can be used (lodash, /ms)"]);
    }

    #[test]
    fn a_file_without_the_packages_that_it_asks_for_is_a_gap() {
        let importers = |version: &str| {
            format!(
                "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: '*'\n        version: {version}\n"
            )
        };
        let lists = ["- a\n", "  - a@1.0.0: {}\n"].map(|list| format!("lockfileVersion: '9.0'\npackages:\n{list}"));
        let flow = "lockfileVersion: '9.0'\npackages: [a]\n".to_owned();
        for bad in lists.into_iter().chain([flow, importers("1.0.0")]) {
            let found = read(&Npm, "pnpm-lock.yaml", bad.as_bytes());
            let reasons: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
            assert!(matches!(reasons[..], [reason] if reason.starts_with("it is no valid pnpm-lock.yaml: ")), "{bad}");
        }
        for good in [importers("link:../a"), "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n".to_owned()] {
            assert!(read(&Npm, "pnpm-lock.yaml", good.as_bytes()).gaps.is_empty(), "{good}");
        }
    }

    #[test]
    fn a_version_that_nobody_knows_is_a_gap() {
        for version in ["10.0", "4.0", "next"] {
            let yaml =
                format!("lockfileVersion: '{version}'\npackages:\n\n  a@1.0.0:\n    resolution: {{integrity: x}}\n");
            let found = read(&Npm, "pnpm-lock.yaml", yaml.as_bytes());
            assert!(found.gaps[0].reason.contains(&format!("lockfileVersion {version}")), "{:?}", found.gaps);
            assert_eq!(listing(&found), "npm a 1.0.0");
        }
    }

    #[test]
    fn a_runtime_is_the_program_and_not_the_package_of_that_name() {
        let runtime = "  node@runtime:22.11.0:\n    hasBin: true\n    resolution:\n      type: variations\n      variants:\n        - resolution:\n            archive: tarball\n            bin: bin/node\n            integrity: sha256-x\n            type: binary\n            url: https://nodejs.org/download/release/v22.11.0/node-v22.11.0-linux-x64.tar.gz\n          targets:\n            - cpu: x64\n              os: linux\n";
        for stated in ["    version: 22.11.0\n", ""] {
            check(
                &format!(
                    "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0\n    devDependencies:\n      node:\n        specifier: runtime:^22.0.0\n        version: runtime:22.11.0\n\npackages:\n\n  a@1.0.0:\n    resolution: {{integrity: sha512-x}}\n\n  node@22.11.0:\n    resolution: {{integrity: sha512-y}}\n\n{runtime}{stated}\nsnapshots:\n\n  a@1.0.0:\n    dependencies:\n      node: 22.11.0\n\n  node@22.11.0: {{}}\n\n  node@runtime:22.11.0: {{}}\n"
                ),
                &["npm a 1.0.0 direct -> node", "npm node 22.11.0 indirect", "generic node 22.11.0 direct dev"],
            );
        }
    }

    #[test]
    fn text_without_a_lockfile_version_is_an_error() {
        for bad in ["", "packages:\n  /a/1.0.0:\n", "a: &a [*a]\n"] {
            assert!(try_read(&Npm, "pnpm-lock.yaml", bad.as_bytes()).is_err());
        }
    }
}
