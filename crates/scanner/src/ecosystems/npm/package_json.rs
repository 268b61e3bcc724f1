//! `package.json`: an installed package inside `node_modules`, a manifest elsewhere
//! (docs.npmjs.com, configuring-npm/package-json).
//!
//! Images hold thousands of them, so the file is read into borrowed fields and everything else in it is skipped.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::NPM;
use super::range::Range;
use crate::ecosystems::borrowed_json::{Entries, Flag, Text, object};
use crate::ecosystems::locked_packages::is_word;
use crate::found::{Evidence, Found, FoundPackage};
use crate::manifest::{ProjectManifest, Workspace};
use crate::wanted_file::{ReadFileError, WantedFile};

/// What an installed package says of itself. Read by hand, because published files do repeat keys: the last one counts,
/// as it does in Node.
#[derive(Default)]
struct Installed<'a> {
    name: Text<'a>,
    /// `None` where the key is not there.
    version: Option<Text<'a>>,
    license: Licenses,
    licenses: Licenses,
    dependencies: Entries<'a, IgnoredAny>,
    optional_dependencies: Entries<'a, IgnoredAny>,
    peer_dependencies: Entries<'a, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(default)]
    private: Flag,
    #[serde(default)]
    license: Licenses,
    #[serde(borrow, default)]
    dependencies: Entries<'a, Text<'a>>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Text<'a>>,
    #[serde(borrow, default)]
    optional_dependencies: Entries<'a, Text<'a>>,
    #[serde(default)]
    workspaces: Workspaces,
}

/// The folders of the members of a workspace: a list, or an object of yarn that has one.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Workspaces {
    List(Vec<String>),
    Object {
        packages: Vec<String>,
    },
    Other(IgnoredAny),
    #[default]
    Nothing,
}

impl Workspaces {
    fn into_workspace(self) -> Option<Workspace> {
        let (Workspaces::List(members) | Workspaces::Object { packages: members }) = self else { return None };
        Some(Workspace { members, ..Workspace::default() })
    }
}

/// What stands before a folder that has what is asked for.
const BEFORE_FOLDERS: &[&str] = &["file:", "link:", "portal:"];

/// Reads a `package.json` by where it lies.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    match Place::of(file.path().as_str()) {
        Place::PackageRoot => read_installed(file, found),
        Place::InsidePackage => Ok(()),
        Place::Project => read_manifest(file, found),
    }
}

/// What a `package.json` is by its path alone.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`.
    PackageRoot,
    /// Deeper in a package: a fixture of its tests, a marker of the module kind.
    InsidePackage,
    /// Outside of `node_modules`.
    Project,
}

impl Place {
    fn of(path: &str) -> Place {
        let after = match path.rfind("/node_modules/") {
            Some(at) => &path[at + "/node_modules/".len()..],
            None => match path.strip_prefix("node_modules/") {
                Some(after) => after,
                None => return Place::Project,
            },
        };
        let parts = after.bytes().filter(|&byte| byte == b'/').count();
        if parts == 1 + usize::from(after.starts_with('@')) { Place::PackageRoot } else { Place::InsidePackage }
    }
}

/// Whether a package that lies in this folder is read as an installed one.
pub(crate) fn is_installed_at(folder: &str) -> bool {
    Place::of(&format!("{folder}/package.json")) == Place::PackageRoot
}

fn read_installed(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let installed: Installed<'_> = parse(file.bytes()?)?;
    // Without a version it marks what kind of modules a folder has, or belongs to a project that is linked in here.
    let Some(version) = installed.version else { return Ok(()) };
    if is_word(&installed.name) && is_word(&version) {
        let licenses = [installed.license.0, installed.licenses.0].concat();
        let mut package = package(&installed.name, &version, licenses);
        let needs = [&installed.dependencies, &installed.optional_dependencies, &installed.peer_dependencies];
        let names = needs.into_iter().flat_map(|entries| &entries.0).map(|(name, _)| &**name);
        package.needs = names.filter(|name| is_word(name)).collect();
        found.packages.push(package);
    } else {
        found.gap("", "it states no name and version that can be used, so that its package is left out");
    }
    Ok(())
}

fn read_manifest(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let folder = file.path().parent().rsplit('/').next().unwrap_or_default().to_owned();
    let manifest: Manifest<'_> = parse(file.bytes()?)?;
    let mut project = ProjectManifest {
        name: manifest.name.to_string(),
        version: manifest.version.to_string(),
        workspace: manifest.workspaces.into_workspace(),
        ..ProjectManifest::default()
    };
    let asked = [&manifest.dependencies, &manifest.dev_dependencies, &manifest.optional_dependencies];
    for (name, range) in asked.into_iter().flat_map(|entries| &entries.0) {
        if !is_word(name) {
            continue;
        }
        let behind = BEFORE_FOLDERS.iter().find_map(|begin| range.strip_prefix(begin));
        let folder = behind.or_else(|| ["./", "../"].iter().any(|begin| range.starts_with(begin)).then_some(&**range));
        if let Some(folder) = folder {
            project.folders.push(folder.to_owned());
        } else if !range.starts_with("workspace:") {
            // A member of the same workspace may be meant.
            match Range::parse(range) {
                Some(_) => project.leave_open(name, range),
                None => project.asks = true,
            }
        }
        let name: &str = match range.strip_prefix("npm:").map(|target| (target, super::split_name(target))) {
            Some((_, Some((name, _)))) => name,
            Some((target, None)) if is_word(target) => target,
            _ => name,
        };
        found.direct.push((NPM, name.to_owned()));
    }
    found.mark = project.into_mark();
    if !manifest.private.0 && is_unpacked_package(&folder, &manifest.name, &manifest.version) {
        found.packages.push(package(&manifest.name, &manifest.version, manifest.license.0));
    }
    Ok(())
}

/// Whether the folder is called `NAME-VERSION` or `NAME-vVERSION` after what its manifest says: a package that was
/// unpacked by hand, as official images do with `/opt/yarn-v1.22.22`.
fn is_unpacked_package(folder: &str, name: &str, version: &str) -> bool {
    let rest = folder.strip_prefix(name.rsplit('/').next().unwrap_or_default());
    is_word(name) && is_word(version) && rest.is_some_and(|rest| rest.trim_start_matches(['-', 'v']) == version)
}

fn package(name: &str, version: &str, mut licenses: Vec<String>) -> FoundPackage {
    licenses.sort_unstable();
    licenses.dedup();
    // npm itself trims a leading `v` or `=` of a version when it publishes; old packages on disk still have it.
    let version = version.trim_start_matches(['v', '=']);
    FoundPackage { licenses, ..FoundPackage::new(NPM, Evidence::Installed, name, version) }
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ReadFileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    object(bytes).map_err(|error| ReadFileError::malformed("package.json", error))
}

struct InstalledVisitor;

impl<'de> Visitor<'de> for InstalledVisitor {
    type Value = Installed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Installed<'de>, A::Error> {
        let mut installed = Installed::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key {
                "name" => installed.name = map.next_value()?,
                "version" => installed.version = Some(map.next_value()?),
                "license" => installed.license = map.next_value()?,
                "licenses" => installed.licenses = map.next_value()?,
                "dependencies" => installed.dependencies = map.next_value()?,
                "optionalDependencies" => installed.optional_dependencies = map.next_value()?,
                "peerDependencies" => installed.peer_dependencies = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(installed)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Installed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Installed<'a>, D::Error> {
        deserializer.deserialize_map(InstalledVisitor)
    }
}

/// Declared licenses: a string, an object with `type` (or `name`), or an array of either.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Licenses(pub(super) Vec<String>);

#[derive(Clone, Copy)]
struct LicensesVisitor;

impl<'de> Visitor<'de> for LicensesVisitor {
    type Value = Licenses;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Licenses, E> {
        Ok(Licenses(licenses::declared(text).into_iter().collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Licenses, A::Error> {
        let mut licenses = Licenses::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if matches!(&*key, "type" | "name") && licenses.0.is_empty() {
                licenses = self.visit_str(&map.next_value::<Text<'de>>()?)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(licenses)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Licenses, A::Error> {
        let mut licenses = Licenses::default();
        while let Some(Licenses(more)) = seq.next_element()? {
            licenses.0.extend(more);
        }
        Ok(licenses)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Licenses, E> {
        Ok(Licenses::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Licenses, E> {
        Ok(Licenses::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Licenses, E> {
        Ok(Licenses::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Licenses, E> {
        Ok(Licenses::default())
    }

    fn visit_unit<E>(self) -> Result<Licenses, E> {
        Ok(Licenses::default())
    }
}

impl<'de> Deserialize<'de> for Licenses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Licenses, D::Error> {
        deserializer.deserialize_any(LicensesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read, try_read};
    use crate::ecosystems::npm::Npm;
    use crate::found::Found;

    fn check(path: &str, json: &str, expected: &str) {
        assert_eq!(listing(&read(&Npm, path, json.as_bytes())), expected, "{path}");
    }

    #[test]
    fn installed_packages_have_a_name_a_version_and_licenses_of_every_kind() {
        let path = "app/node_modules/@babel/core/package.json";
        check(path, r#"{"name":"@babel/core","version":"7.24.0","license":"MIT"}"#, "npm @babel/core 7.24.0 [MIT]");
        let path = "app/node_modules/a/package.json";
        check(path, r#"{"name":"a","version":"v1.0.0","license":{"type":"ISC","url":"u"}}"#, "npm a 1.0.0 [ISC]");
        let both = r#"{"license":false,"licenses":[{"type":"MIT","url":"u"},"Apache-2.0",7],"name":"a","version":"1"}"#;
        check(path, both, "npm a 1 [Apache-2.0; MIT]");
        check(path, r#"{"name":"b","version":"1","version":"2","name":"a"}"#, "npm a 2");
        check(path, "\u{feff}{\"name\":\"a\",\"version\":\"1\"}", "npm a 1");
        check("usr/lib/node_modules/npm/package.json", r#"{"name":"npm","version":"10.2.4"}"#, "npm npm 10.2.4");
        check("a/node_modules/.pnpm/b@1.0.0/node_modules/b/package.json", r#"{"name":"b","version":"1"}"#, "npm b 1");
    }

    #[test]
    fn package_json_deeper_in_a_package_is_no_package() {
        let json = r#"{"name":"fixture","version":"0.0.1"}"#;
        check("node_modules/resolve/test/fixture/package.json", json, "");
        check("node_modules/@a/b/dist/esm/package.json", json, "");
        check("node_modules/a/package.json", r#"{"type":"module"}"#, "");
        check("node_modules/a/package.json", r#"{"name":"a","private":true}"#, "");
        assert_eq!(read(&Npm, "node_modules/a/package.json", br#"{"type":"module"}"#), Found::default());
    }

    #[test]
    fn an_installed_package_whose_version_is_no_text_is_a_gap() {
        for json in [
            r#"{"name":"a","version":{"major":1}}"#,
            r#"{"name":"a","version":1}"#,
            r#"{"name":"a","version":null}"#,
            r#"{"name":"a","version":""}"#,
            r#"{"version":"1.0.0"}"#,
        ] {
            let found = read(&Npm, "node_modules/a/package.json", json.as_bytes());
            assert_eq!((found.packages.len(), found.gaps.len()), (0, 1), "{json}");
            let deeper = read(&Npm, "node_modules/a/test/package.json", json.as_bytes());
            assert_eq!(deeper, Found::default(), "{json}");
        }
    }

    #[test]
    fn a_manifest_names_what_the_project_asks_for() {
        let json = r#"{"name":"app","version":"1.0.0","dependencies":{"a":"^1","x":"npm:real@^2"},
                       "devDependencies":{"b":"*"},"optionalDependencies":{"c":"1"},"peerDependencies":{"d":"1"}}"#;
        let found = read(&Npm, "srv/app/package.json", json.as_bytes());
        let direct: Vec<&str> = found.direct.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(direct, ["a", "real", "b", "c"]);
        assert_eq!(listing(&found), "");
    }

    #[test]
    fn a_package_unpacked_into_a_folder_of_its_name_is_installed() {
        let json = r#"{"name":"yarn","version":"1.22.22","license":"BSD-2-Clause"}"#;
        check("opt/yarn-v1.22.22/package.json", json, "npm yarn 1.22.22 [BSD-2-Clause]");
        check("opt/yarn/package.json", json, "");
    }

    #[test]
    fn broken_or_deeply_nested_json_is_an_error() {
        let deep = format!("{{\"license\":{}", "[".repeat(100_000));
        for bad in ["", "{", "[1", deep.as_str()] {
            assert!(try_read(&Npm, "node_modules/a/package.json", bad.as_bytes()).is_err());
        }
        let skipped =
            format!("{{\"name\":\"a\",\"x\":{}{},\"version\":\"1\"}}", "[".repeat(90_000), "]".repeat(90_000));
        check("node_modules/a/package.json", &skipped, "npm a 1");
    }
}
