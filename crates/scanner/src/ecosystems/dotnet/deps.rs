//! The JSON files of .NET: `NAME.deps.json` beside an application (dotnet/sdk, runtime-configuration-file.md),
//! `packages.lock.json`, also as `packages.PROJECT.lock.json`, and `obj/project.assets.json` of NuGet.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ecosystems::borrowed_json::check_keys;
use crate::ecosystems::format_version::FormatVersion;
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
struct Dependencies<'a> {
    #[serde(borrow, default, rename = "runtimeTarget")]
    runtime_target: Option<RuntimeTarget<'a>>,
    #[serde(borrow, default)]
    targets: BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, Target<'a>>>,
    #[serde(borrow, default)]
    libraries: BTreeMap<Cow<'a, str>, Library<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RuntimeTarget<'a> {
    Named {
        #[serde(borrow)]
        name: Cow<'a, str>,
    },
    /// The form of .NET Core 1.
    Name(#[serde(borrow)] Cow<'a, str>),
}

#[derive(Deserialize)]
struct Target<'a> {
    #[serde(borrow, default)]
    dependencies: BTreeMap<Cow<'a, str>, IgnoredAny>,
    #[serde(default)]
    runtime: Option<IgnoredAny>,
    #[serde(default, rename = "runtimeTargets")]
    runtime_targets: Option<IgnoredAny>,
    #[serde(default)]
    native: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Library<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
}

/// Reads what an application or a shared runtime brings.
pub(super) fn read_deps(path: &str, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let deps: Dependencies<'_> = parse(bytes, "deps.json")?;
    if deps.targets.is_empty() && deps.libraries.is_empty() {
        check_keys(bytes, &["targets", "libraries", "runtimeTarget"], "deps.json")?;
    }
    let target_name = deps.runtime_target.as_ref().map(|target| match target {
        RuntimeTarget::Named { name } | RuntimeTarget::Name(name) => &**name,
    });
    let target = target_name.and_then(|name| deps.targets.get(name)).or_else(|| deps.targets.values().next());
    let is_there = |key: &str| {
        // A package without a file of its own, such as one that only names others, is not in the application.
        target
            .and_then(|target| target.get(key))
            .is_none_or(|entry| entry.runtime.is_some() || entry.runtime_targets.is_some() || entry.native.is_some())
    };
    add_libraries(&deps, target, Evidence::Installed, is_there, found);
    if let Some((name, version)) = shared_runtime(path) {
        add_runtime(name, version, target_name, found);
    }
    Ok(())
}

/// Reads what NuGet resolved for a project.
pub(super) fn read_assets(bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    #[derive(Deserialize)]
    struct Groups<'a> {
        #[serde(borrow, default, rename = "projectFileDependencyGroups")]
        groups: BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
    }
    let assets: Dependencies<'_> = parse(bytes, "project.assets.json")?;
    add_libraries(&assets, assets.targets.values().next(), Evidence::Locked, |_| true, found);
    let groups: Groups<'_> = parse(bytes, "project.assets.json")?;
    let name_of = |asked: &Cow<'_, str>| asked.split(' ').next().unwrap_or_default().to_ascii_lowercase();
    let direct: BTreeSet<String> = groups.groups.values().flatten().map(name_of).collect();
    for package in &mut found.packages {
        package.direct = Some(direct.contains(&package.name.to_ascii_lowercase()));
    }
    Ok(())
}

fn add_libraries(
    deps: &Dependencies<'_>,
    target: Option<&BTreeMap<Cow<'_, str>, Target<'_>>>,
    evidence: Evidence,
    is_there: impl Fn(&str) -> bool,
    found: &mut Found,
) {
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    let mut keys = Vec::new();
    for (key, library) in &deps.libraries {
        // What lacks one of them is counted when the file is read.
        let (name, version) = key.rsplit_once('/').unwrap_or((&**key, ""));
        // A self-contained application brings the runtime as a pack, which advisories name without the prefix.
        let name = match &*library.kind {
            "package" if is_there(key) => name,
            "runtimepack" => name.strip_prefix("runtimepack.").unwrap_or(name),
            _ => continue,
        };
        places.insert(name.to_ascii_lowercase(), found.packages.len() as u32);
        keys.push(key);
        found.packages.push(FoundPackage::new(Kind::Nuget, evidence, name, version));
    }
    let Some(target) = target else { return };
    let first = found.packages.len() - keys.len();
    let place_of = |name: &Cow<'_, str>| {
        let name = name.to_ascii_lowercase();
        places.get(name.strip_prefix("runtimepack.").unwrap_or(&name)).copied()
    };
    for (package, key) in found.packages[first..].iter_mut().zip(keys) {
        if let Some(entry) = target.get(&**key) {
            package.dependencies = entry.dependencies.keys().filter_map(place_of).collect();
        }
    }
    // The application itself is a library of type project; what it depends on is direct.
    let projects = target.iter().filter(|(key, _)| deps.libraries.get(&**key).is_some_and(|l| l.kind == "project"));
    let direct: BTreeSet<u32> =
        projects.flat_map(|(_, entry)| entry.dependencies.keys().filter_map(place_of)).collect();
    if !direct.is_empty() {
        for (package, place) in found.packages[first..].iter_mut().zip(first as u32..) {
            package.direct = Some(direct.contains(&place));
        }
    }
}

/// Name and version of a shared runtime: `…/shared/Microsoft.NETCore.App/8.0.5/Microsoft.NETCore.App.deps.json`.
fn shared_runtime(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.rsplit('/');
    let (file, version, name, shared) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_runtime = shared == "shared" && file.strip_suffix(".deps.json") == Some(name);
    (is_runtime && version.starts_with(|c: char| c.is_ascii_digit())).then_some((name, version))
}

/// Adds a shared runtime under its own name and under that of its package for the platform, which advisories use.
fn add_runtime(name: &str, version: &str, target: Option<&str>, found: &mut Found) {
    found.packages.push(FoundPackage::new(Kind::Nuget, Evidence::Installed, name, version));
    let Some((_, platform)) = target.and_then(|target| target.split_once('/')) else { return };
    let package_name = format!("{name}.Runtime.{platform}");
    let is_it = |known: &FoundPackage| known.name.eq_ignore_ascii_case(&package_name) && !known.version.is_empty();
    if !found.packages.iter().any(is_it) {
        found.packages.push(FoundPackage::new(Kind::Nuget, Evidence::Installed, package_name, version));
    }
}

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(default)]
    version: FormatVersion,
    #[serde(borrow, default)]
    dependencies: BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, Locked<'a>>>,
}

#[derive(Deserialize)]
struct Locked<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    resolved: Cow<'a, str>,
    #[serde(borrow, default)]
    dependencies: BTreeMap<Cow<'a, str>, IgnoredAny>,
}

/// Reads NuGet's lock file. Frameworks that resolve to the same version share a package.
pub(super) fn read_lock(bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let lock: Lock<'_> = parse(bytes, "packages.lock.json")?;
    if lock.dependencies.is_empty() {
        check_keys(bytes, &["dependencies"], "packages.lock.json")?;
    }
    lock.version.tell_unless_known("version", 3, found);
    let mut places: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for packages in lock.dependencies.values() {
        for (name, locked) in packages {
            if locked.kind.eq_ignore_ascii_case("project") {
                continue;
            }
            let place = *places.entry((name, &locked.resolved)).or_insert_with(|| {
                found.packages.push(FoundPackage::new(Kind::Nuget, Evidence::Locked, &**name, &*locked.resolved));
                found.packages.len() as u32 - 1
            });
            let package = &mut found.packages[place as usize];
            let is_direct = locked.kind.eq_ignore_ascii_case("direct");
            package.direct = Some(is_direct || package.direct == Some(true));
        }
        for (name, locked) in packages {
            let Some(&place) = places.get(&(&**name, &*locked.resolved)) else { continue };
            for needed in locked.dependencies.keys() {
                let resolved = packages.get(needed).and_then(|other| places.get(&(&**needed, &*other.resolved)));
                found.packages[place as usize].dependencies.extend(resolved);
            }
        }
    }
    for package in &mut found.packages {
        package.dependencies.sort_unstable();
        package.dependencies.dedup();
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], format: &'static str) -> Result<T, ReadFileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| ReadFileError::malformed(format, error))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ecosystem_check;
    use crate::ecosystems::dotnet::Dotnet;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Dotnet, path, text, expected);
    }

    #[test]
    fn applications_bring_packages_with_files_and_runtime_packs() {
        check(
            "app/App.deps.json",
            r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v6.0/linux-x64","signature":""},"compilationOptions":{},
              "targets":{".NETCoreApp,Version=v6.0":{},".NETCoreApp,Version=v6.0/linux-x64":{
                "App/1.0.0":{"dependencies":{"Newtonsoft.Json":"13.0.1","runtimepack.Microsoft.NETCore.App.Runtime.linux-x64":"6.0.10"},"runtime":{"App.dll":{}}},
                "Newtonsoft.Json/13.0.1":{"dependencies":{"Meta":"1.0"},"runtime":{"lib/Newtonsoft.Json.dll":{}}},
                "Meta/1.0":{"dependencies":{"Newtonsoft.Json":"13.0.1"}}}},
              "libraries":{"App/1.0.0":{"type":"project","serviceable":false,"sha512":""},
                "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.10":{"type":"runtimepack"},
                "Newtonsoft.Json/13.0.1":{"type":"package","serviceable":true,"sha512":"x"},"Meta/1.0":{"type":"package"}}}"#,
            &expect![[r#"
                nuget Newtonsoft.Json 13.0.1 direct
                nuget Microsoft.NETCore.App.Runtime.linux-x64 6.0.10 direct
            "#]],
        );
    }

    #[test]
    fn shared_runtimes_are_packages() {
        check(
            "usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.5/Microsoft.AspNetCore.App.deps.json",
            r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0/linux-x64"},"targets":{".NETCoreApp,Version=v8.0/linux-x64":{"Microsoft.AspNetCore.App.Runtime.linux-x64/8.0.5":{"runtime":{}}}},
               "libraries":{"Microsoft.AspNetCore.App.Runtime.linux-x64/8.0.5":{"type":"package"}}}"#,
            &expect![[r#"
                nuget Microsoft.AspNetCore.App.Runtime.linux-x64 8.0.5
                nuget Microsoft.AspNetCore.App 8.0.5
            "#]],
        );
        check(
            "shared/Microsoft.NETCore.App/2.1.30/Microsoft.NETCore.App.deps.json",
            r#"{"runtimeTarget":".NETCoreApp,Version=v2.1/linux-x64"}"#,
            &expect![[r#"
                nuget Microsoft.NETCore.App 2.1.30
                nuget Microsoft.NETCore.App.Runtime.linux-x64 2.1.30
            "#]],
        );
    }

    #[test]
    fn packages_without_a_version_are_a_gap() {
        check(
            "app/App.deps.json",
            r#"{"runtimeTarget":{"name":"n"},"targets":{"n":{
                 "A/1.0.0":{"dependencies":{"B":"1.0.0","C":"1.0.0"},"runtime":{"A.dll":{}}},
                 "B":{"runtime":{"B.dll":{}}},"C/1.0.0":{"runtime":{"C.dll":{}}},"Meta":{}}},
               "libraries":{"A/1.0.0":{"type":"package"},"B":{"type":"package"},"C/1.0.0":{"type":"package"},
                 "Meta":{"type":"package"},"Own":{"type":"project"}}}"#,
            &expect![[r#"
                nuget A 1.0.0 -> C
                nuget C 1.0.0
                gap app/App.deps.json: 1 of its packages lacks a name or a version
            "#]],
        );
        check(
            "packages.lock.json",
            r#"{"version":1,"dependencies":{"net8.0":{"A":{"type":"Direct"},"lib":{"type":"Project"}}}}"#,
            &expect![[r#"
                gap packages.lock.json: 1 of its packages lacks a name or a version
            "#]],
        );
    }

    #[test]
    fn lock_files_tell_direct_from_transitive() {
        check(
            "src/packages.lock.json",
            r#"{"version":1,"dependencies":{
              "net472":{"Serilog":{"type":"Transitive","resolved":"2.10.0"}},
              "net6.0":{"Serilog.Sinks.File":{"type":"Direct","requested":"[5.0.0, )","resolved":"5.0.0","contentHash":"x","dependencies":{"Serilog":"2.10.0"}},
                        "Serilog":{"type":"CentralTransitive","resolved":"2.10.0"},"lib":{"type":"Project"}}}}"#,
            &expect![[r#"
                locked nuget Serilog 2.10.0 indirect
                locked nuget Serilog.Sinks.File 5.0.0 direct -> Serilog
            "#]],
        );
    }

    #[test]
    fn one_of_several_projects_in_a_folder_has_its_lock_file_by_its_name() {
        check(
            "src/packages.My_App.lock.json",
            r#"{"version":1,"dependencies":{"net8.0":{"Serilog":{"type":"Direct","requested":"[2.10.0, )","resolved":"2.10.0"}}}}"#,
            &expect![[r#"
                locked nuget Serilog 2.10.0 direct
            "#]],
        );
        check(
            "src/packages.npm.lock.json",
            r#"{"packages":[]}"#,
            &expect![[r#"
                gap src/packages.npm.lock.json: it is no valid packages.lock.json: it has none of the keys dependencies
            "#]],
        );
    }

    #[test]
    fn resolved_assets_tell_direct_by_the_project() {
        check(
            "src/obj/project.assets.json",
            r#"{"version":3,"targets":{"net6.0":{"A/1.0.0":{"type":"package","dependencies":{"B":"2.0.0"}},"B/2.0.0":{"type":"package"}}},
               "libraries":{"A/1.0.0":{"sha512":"x","type":"package"},"B/2.0.0":{"type":"package"},"Own/1.0":{"type":"project"}},
               "projectFileDependencyGroups":{"net6.0":["A >= 1.0.0"]}}"#,
            &expect![[r#"
                locked nuget A 1.0.0 direct -> B
                locked nuget B 2.0.0 indirect
            "#]],
        );
        check(
            "x.deps.json",
            "[1]",
            &expect![[r#"
                gap x.deps.json: it is no valid deps.json: data did not match any variant of untagged enum RuntimeTarget at line 1 column 3
            "#]],
        );
    }
}
