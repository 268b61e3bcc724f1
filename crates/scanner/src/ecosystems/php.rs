//! PHP: packages installed (`vendor/composer/installed.json`, as Composer 1 and 2 write it) and locked
//! (`composer.lock`) by Composer, and what the project asks for itself (`composer.json`).

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::borrowed_json::{Entries, Items, Object, Text, object};
use crate::ecosystems::locked_packages::Unusable;
use crate::found::{Evidence, Found, FoundPackage};
use crate::manifest::{ProjectManifest, Workspace};
use crate::wanted_file::{ReadFileError, WantedFile};

/// Composer.
pub(crate) struct Php;

impl Ecosystem for Php {
    fn name(&self) -> &'static str {
        "php"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Name("composer.lock"), Want::NameInFolder("composer", "installed.json"), Want::Name("composer.json")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        let bytes = file.bytes()?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut needs = Vec::new();
        let mut unusable = Unusable::default();
        match path.file_name() {
            "composer.lock" => {
                let lock: Lock<'_> = object(bytes).map_err(|error| ReadFileError::malformed("composer.lock", error))?;
                let development = lock.packages_dev.into_iter().flatten().map(|package| (package, true));
                let packages = lock.packages.into_iter().map(|package| (package, false)).chain(development);
                let aliases: Vec<Alias<'_>> = lock.aliases.0.into_iter().filter_map(|alias| alias.0).collect();
                add(packages, Evidence::Locked, &aliases, found, &mut needs, &mut unusable);
            }
            "composer.json" => {
                // Each installed package has one of its own, which says nothing of this project.
                if path.as_str().starts_with("vendor/") || path.as_str().contains("/vendor/") {
                    return Ok(());
                }
                let project: Project = parse(bytes, "composer.json")?;
                let mut manifest = ProjectManifest {
                    name: project.name.as_str().unwrap_or_default().to_lowercase(),
                    workspace: path_repositories(&project.repositories),
                    ..ProjectManifest::default()
                };
                // What it replaces is never taken from elsewhere (getcomposer.org, The composer.json schema, replace).
                let replaced: BTreeSet<String> = project.replace.0.iter().map(|name| name.to_lowercase()).collect();
                for name in project.require.0.into_iter().chain(project.require_dev.0) {
                    let name = name.to_lowercase();
                    // The others are PHP itself and its extensions.
                    if name.contains('/') && !replaced.contains(&name) {
                        manifest.leave_open(&name, "");
                    }
                    found.direct.push((Kind::Composer, name));
                }
                found.mark = manifest.into_mark();
            }
            _ => {
                // Composer 1 writes a list, Composer 2 an object with more to say.
                let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
                let installed = if is_list {
                    Installed { packages: parse(bytes, "installed.json")?, development: Vec::new() }
                } else {
                    parse(bytes, "installed.json")?
                };
                let Installed { packages, development } = installed;
                let development: BTreeSet<String> = development.into_iter().collect();
                let packages = packages.into_iter().map(|package| {
                    let is_development = package.0.as_ref().is_some_and(|listed| development.contains(&*listed.name));
                    (package, is_development)
                });
                add(packages, Evidence::Installed, &[], found, &mut needs, &mut unusable);
            }
        }
        unusable.hand_over(path.as_str(), found);
        relate(found, needs);
        Ok(())
    }
}

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(borrow)]
    packages: Vec<Object<Listed<'a>>>,
    #[serde(borrow, default, rename = "packages-dev")]
    packages_dev: Option<Vec<Object<Listed<'a>>>>,
    #[serde(borrow, default)]
    aliases: Items<Object<Alias<'a>>>,
}

/// A version that the project takes a package for (`dev-main as 2.3.x-dev`).
#[derive(Default, Deserialize)]
struct Alias<'a> {
    #[serde(borrow, default)]
    package: Text<'a>,
    #[serde(borrow, default)]
    alias: Text<'a>,
}

#[derive(Deserialize)]
struct Installed<'a> {
    #[serde(borrow)]
    packages: Vec<Object<Listed<'a>>>,
    #[serde(default, rename = "dev-package-names")]
    development: Vec<String>,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    repositories: Value,
    #[serde(default)]
    require: Names,
    #[serde(default, rename = "require-dev")]
    require_dev: Names,
    #[serde(default)]
    replace: Names,
}

#[derive(Default, Deserialize)]
struct Listed<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(default)]
    license: Licenses,
    #[serde(default)]
    require: Names,
    /// Names that it also stands for.
    #[serde(default)]
    provide: Names,
    #[serde(default)]
    replace: Names,
    #[serde(borrow, default)]
    extra: Object<Extra<'a>>,
}

#[derive(Default, Deserialize)]
struct Extra<'a> {
    /// The line of versions that each branch counts to: `"dev-main": "2.x-dev"`.
    #[serde(borrow, default, rename = "branch-alias")]
    branch_alias: Entries<'a, Text<'a>>,
}

/// What one listed package needs, and the names under which others may need it.
struct Relations {
    require: Vec<String>,
    stands_for: Vec<String>,
}

/// The keys of an object. PHP writes an empty one as a list.
#[derive(Default, Deserialize)]
#[serde(from = "NamesAsWritten")]
struct Names(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum NamesAsWritten {
    Object(BTreeMap<String, IgnoredAny>),
    Other(IgnoredAny),
}

impl From<NamesAsWritten> for Names {
    fn from(written: NamesAsWritten) -> Names {
        match written {
            NamesAsWritten::Object(object) => Names(object.into_keys().collect()),
            NamesAsWritten::Other(_) => Names::default(),
        }
    }
}

/// One license or several of which one may be chosen.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Licenses {
    One(String),
    Several(Vec<String>),
    Other(IgnoredAny),
    #[default]
    Nothing,
}

/// The folders of the repository from which a project takes packages (getcomposer.org, Repositories, Path): those before
/// any repository of another kind, which would have gone first, and without filters.
fn path_repositories(repositories: &Value) -> Option<Workspace> {
    let repositories: Vec<&Value> = match repositories {
        Value::Array(list) => list.iter().collect(),
        Value::Object(by_name) => by_name.values().collect(),
        _ => Vec::new(),
    };
    // `{"packagist.org": false}` and the same by name only turn one off.
    let repositories = repositories.into_iter().filter(|repository| repository.get("type").is_some());
    let by_path = repositories.take_while(|repository| {
        let has_filter = ["only", "exclude"].iter().any(|filter| repository.get(*filter).is_some());
        let is_first = repository.get("canonical") != Some(&Value::Bool(false));
        repository["type"] == "path" && is_first && !has_filter
    });
    let members: Vec<String> =
        by_path.filter_map(|repository| Some(repository.get("url")?.as_str()?.to_owned())).collect();
    (!members.is_empty()).then(|| Workspace { members, ..Workspace::default() })
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], format: &'static str) -> Result<T, ReadFileError> {
    serde_json::from_slice(bytes).map_err(|error| ReadFileError::malformed(format, error))
}

/// Adds packages, to `needs` what each of them requires, and to `unusable` those without a version. One without a name is
/// among them, as [`Found::drop_nameless`] tells it.
fn add<'a>(
    packages: impl Iterator<Item = (Object<Listed<'a>>, bool)>,
    evidence: Evidence,
    aliases: &[Alias<'_>],
    found: &mut Found,
    needs: &mut Vec<Relations>,
    unusable: &mut Unusable,
) {
    for (listed, is_development) in packages {
        let listed = listed.0.unwrap_or_default();
        if !listed.name.is_empty() && listed.version.is_empty() {
            unusable.note(&listed.name);
            continue;
        }
        let version = version_of_branch(&listed, aliases).unwrap_or_else(|| listed.version.to_string());
        let mut package = FoundPackage::new(Kind::Composer, evidence, listed.name.to_lowercase(), version);
        package.development = is_development;
        package.licenses = match listed.license {
            Licenses::One(license) => vec![license],
            Licenses::Several(mut licenses) => {
                licenses.sort();
                licenses
            }
            Licenses::Other(_) | Licenses::Nothing => Vec::new(),
        };
        let stands_for = [listed.provide.0, listed.replace.0].concat();
        needs.push(Relations { require: listed.require.0, stands_for });
        found.packages.push(package);
    }
}

/// The version that Composer takes a package of a named branch for: the one that the project gives it, else that of its own
/// `branch-alias` (getcomposer.org, Aliases).
fn version_of_branch(listed: &Listed<'_>, aliases: &[Alias<'_>]) -> Option<String> {
    let is_named = listed.version.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("dev-"));
    if !is_named {
        return None;
    }
    let of_project = aliases.iter().find(|alias| {
        alias.package.eq_ignore_ascii_case(&listed.name)
            && alias.alias.starts_with(|first: char| first.is_ascii_digit() || first == 'v')
    });
    if let Some(alias) = of_project {
        return Some(alias.alias.to_string());
    }
    let own = &listed.extra.0.as_ref()?.branch_alias;
    let (_, line) = own.0.iter().find(|(branch, _)| branch.eq_ignore_ascii_case(&listed.version))?;
    line_of_alias(line)
}

/// The line of versions that an alias of a branch means, as Composer shows it: `2.3.x-dev` for `2.3-dev` and `2.3.x-dev`.
fn line_of_alias(alias: &str) -> Option<String> {
    let numbers = alias.strip_suffix("-dev")?;
    let parts: Vec<&str> = numbers.strip_prefix(['v', 'V']).unwrap_or(numbers).split('.').collect();
    let is_number = |part: &&&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let known: Vec<&str> = parts.iter().take_while(is_number).copied().collect();
    let is_line = parts.iter().skip(known.len()).all(|part| matches!(*part, "x" | "X" | "*"));
    if known.is_empty() || parts.len() > 4 || !is_line {
        return None;
    }
    let open = if known.len() < 4 { ".x" } else { "" };
    Some(format!("{}{open}-dev", known.join(".")))
}

fn relate(found: &mut Found, relations: Vec<Relations>) {
    let own = found.packages.iter().zip(0..).map(|(package, place)| (package.name.clone(), place));
    let mut places: BTreeMap<String, u32> = own.collect();
    // A package of the name itself goes before one that stands for it.
    for (relations, place) in relations.iter().zip(0..) {
        for name in &relations.stands_for {
            places.entry(name.to_lowercase()).or_insert(place);
        }
    }
    for ((package, relations), own) in found.packages.iter_mut().zip(relations).zip(0..) {
        let needed = relations.require.iter().filter_map(|name| places.get(&name.to_lowercase()).copied());
        package.dependencies = needed.filter(|place| *place != own).collect();
        package.dependencies.sort_unstable();
        package.dependencies.dedup();
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Php, path, text, expected);
    }

    #[test]
    fn lock_files_list_packages_and_those_for_development() {
        check(
            "srv/composer.lock",
            r#"{"_readme":["x"],"packages":[
                {"name":"Symfony/HttpKernel","version":"v5.4.1","require":{"php":">=7.2","psr/log":"^1"},"license":["MIT"]},
                {"name":"psr/log","version":"1.1.4","require":[],"license":"MIT"},
                {"name":"acme/dev","version":"dev-main"}],
              "packages-dev":[{"name":"phpunit/phpunit","version":"9.5.10","license":["BSD-3-Clause","GPL-2.0"]}],"aliases":[]}"#,
            &expect![[r#"
                locked composer symfony/httpkernel v5.4.1 [MIT] -> psr/log
                locked composer psr/log 1.1.4 [MIT]
                locked composer acme/dev dev-main
                locked composer phpunit/phpunit 9.5.10 dev [BSD-3-Clause; GPL-2.0]
            "#]],
        );
        check("composer.lock", r#"{"packages":[],"packages-dev":null}"#, &expect![[r#""#]]);
    }

    #[test]
    fn branches_count_to_the_versions_that_aliases_give_them() {
        check(
            "srv/composer.lock",
            r#"{"packages":[
                {"name":"a/own","version":"dev-main","extra":{"branch-alias":{"dev-1.x":"1.x-dev","dev-main":"2.x-dev"}}},
                {"name":"a/short","version":"dev-master","extra":{"branch-alias":{"dev-master":"2.3-dev"}}},
                {"name":"a/other","version":"dev-fix","extra":{"branch-alias":{"dev-main":"2.x-dev"}}},
                {"name":"a/odd","version":"dev-main","extra":{"branch-alias":{"dev-main":"next-dev"}}},
                {"name":"a/empty","version":"dev-main","extra":[]},
                {"name":"A/given","version":"dev-main","extra":{"branch-alias":{"dev-main":"2.x-dev"}}},
                {"name":"a/number","version":"1.0.x-dev","extra":{"branch-alias":{"1.0.x-dev":"1.2.x-dev"}}}],
              "aliases":[{"package":"a/given","version":"dev-main","alias":"2.3.1","alias_normalized":"2.3.1.0"}]}"#,
            &expect![[r#"
                locked composer a/own 2.x-dev
                locked composer a/short 2.3.x-dev
                locked composer a/other dev-fix
                locked composer a/odd dev-main
                locked composer a/empty dev-main
                locked composer a/given 2.3.1
                locked composer a/number 1.0.x-dev
            "#]],
        );
        check(
            "vendor/composer/installed.json",
            r#"{"packages":[{"name":"a/b","version":"dev-main","extra":{"branch-alias":{"dev-main":"3.x-dev"}}}]}"#,
            &expect![[r#"
                composer a/b 3.x-dev
            "#]],
        );
    }

    #[test]
    fn installed_packages_are_read_in_both_shapes() {
        check(
            "app/vendor/composer/installed.json",
            r#"[{"name":"a/b","version":"1.0.0"}]"#,
            &expect![[r#"
            composer a/b 1.0.0
        "#]],
        );
        check(
            "app/vendor/composer/installed.json",
            r#"{"packages":[{"name":"a/b","version":"1.0.0"},{"name":"c/d","version":"2.0"}],"dev":true,"dev-package-names":["c/d"]}"#,
            &expect![[r#"
                composer a/b 1.0.0
                composer c/d 2.0 dev
            "#]],
        );
    }

    #[test]
    fn packages_without_a_version_are_told() {
        check(
            "composer.lock",
            r#"{"packages":[{"name":"a/b"},{"name":"c/d","version":"1.0"}],"packages-dev":[{"name":"e/f","version":""}]}"#,
            &expect![[r#"
                locked composer c/d 1.0
                gap composer.lock: 2 of its entries have no version that can be used (a/b, e/f)
            "#]],
        );
        check(
            "vendor/composer/installed.json",
            r#"{"packages":[{"name":"a/b"},{"name":"c/d","version":"1.0"}]}"#,
            &expect![[r#"
                composer c/d 1.0
                gap vendor/composer/installed.json: 1 of its entries has no version that can be used (a/b)
            "#]],
        );
    }

    #[test]
    fn an_entry_without_a_name_costs_no_other() {
        for entry in [r#"{"version":"1.0"}"#, r#"{"name":null,"version":"1.0"}"#, r#"{"name":7}"#, "null", r#""x""#] {
            check(
                "composer.lock",
                &format!(
                    r#"{{"packages":[{{"name":"a/b","version":"1.0","require":{{"c/d":"*"}}}},{entry},{{"name":"c/d","version":"2.0","license":7}}]}}"#
                ),
                &expect![[r#"
                    locked composer a/b 1.0 -> c/d
                    locked composer c/d 2.0
                    gap composer.lock: 1 of its packages lacks a name or a version
                "#]],
            );
        }
        for text in [
            r#"{"packages":[{"version":"1.0"},{"name":"c/d","version":"2.0"}],"dev-package-names":[""]}"#,
            r#"[{"version":"1.0"},{"name":"c/d","version":"2.0"}]"#,
        ] {
            check(
                "vendor/composer/installed.json",
                text,
                &expect![[r#"
                    composer c/d 2.0
                    gap vendor/composer/installed.json: 1 of its packages lacks a name or a version
                "#]],
            );
        }
    }

    #[test]
    fn the_project_names_what_it_asks_for() {
        check(
            "srv/composer.json",
            r#"{"require":{"php":"^8","A/b":"^1"},"require-dev":[]}"#,
            &expect![[r#"
            asks for a/b
            asks for php
        "#]],
        );
        check("srv/vendor/a/b/composer.json", "{", &expect![[""]]);
        check(
            "srv/composer.lock",
            &"[".repeat(1000),
            &expect![[r#"
                gap srv/composer.lock: it is no valid composer.lock: it is an array where an object should be
            "#]],
        );
    }
}
