//! The XML files of .NET: `packages.config`, and MSBuild's project files with `PackageReference` and, managed centrally,
//! `PackageVersion`. Properties are taken from the file itself; conditions are not evaluated, so what any of them brings
//! counts.

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;

use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::ReadFileError;
use crate::xml::{self, Element};

/// How often properties may stand for one another.
const DEEPEST_PROPERTY: u32 = 8;

/// The longest version that properties may resolve to.
const LONGEST_VERSION: usize = 256;

/// Reads `packages.config`.
pub(super) fn read_config(bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let packages = xml::parse(bytes)?;
    check_root(&packages, "packages", "packages.config")?;
    if !packages.text().is_empty() {
        found.gap("", "it has text between its elements");
    }
    for element in packages.children_named("package") {
        let (Some(id), Some(version)) = (element.attribute("id"), element.attribute("version")) else { continue };
        if id.is_empty() || version.is_empty() {
            continue;
        }
        if id.contains('&') || version.contains('&') {
            found.gap("", format!("the version of `{id}` is an entity that is not known: `{version}`"));
            continue;
        }
        let mut package = FoundPackage::new(Kind::Nuget, Evidence::Locked, id, version);
        package.development = element.attribute("developmentDependency") == Some("true");
        found.packages.push(package);
    }
    Ok(())
}

/// MSBuild and NuGet take an element by its exact name.
fn check_root(root: &Element, name: &str, format: &'static str) -> Result<(), ReadFileError> {
    if root.name() == name {
        return Ok(());
    }
    Err(ReadFileError::malformed(format, format!("its root is <{}> rather than <{name}>", root.name())))
}

/// Reads a project file or `Directory.*.props`.
pub(super) fn read_project(path: &str, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let project = xml::parse(bytes)?;
    check_root(&project, "Project", "project file")?;
    let groups = || project.children_named("PropertyGroup").flat_map(Element::children);
    let properties: BTreeMap<String, &str> =
        groups().map(|property| (property.name().to_ascii_lowercase(), property.text())).collect();
    let mut inexact = Vec::new();
    let mut seen = BTreeSet::new();
    for item in project.children_named("ItemGroup").flat_map(Element::children) {
        if !matches!(item.name(), "PackageReference" | "PackageVersion" | "GlobalPackageReference") {
            continue;
        }
        let Some(names) = item.attribute("Include").or_else(|| item.attribute("Update")) else { continue };
        let version = ["VersionOverride", "Version"]
            .into_iter()
            .find_map(|key| item.attribute(key).or_else(|| item.child_text(key)))
            .filter(|version| !version.is_empty());
        let private = item.attribute("PrivateAssets").or_else(|| item.child_text("PrivateAssets"));
        for name in names.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            if item.name() == "PackageReference" {
                found.direct.push((Kind::Nuget, name.to_owned()));
            }
            // The version of a reference without one is managed centrally, in a file of its own.
            let Some(version) = version else { continue };
            let resolved = resolve(version, &properties);
            match exact_version(&resolved) {
                Some(version) if !name.contains("$(") => {
                    let mut package = FoundPackage::new(Kind::Nuget, Evidence::Locked, name, version);
                    package.direct = Some(true);
                    package.development = private.is_some_and(|assets| assets.eq_ignore_ascii_case("all"));
                    if seen.insert((name.to_ascii_lowercase(), version.to_owned())) {
                        found.packages.push(package);
                    }
                }
                _ => inexact.push(format!("{name} ({resolved})")),
            }
        }
    }
    if !inexact.is_empty() {
        inexact.truncate(8);
        let names = inexact.join(", ");
        found.gap(path, format!("no exact version can be told of {names}; restore with a packages.lock.json"));
    }
    Ok(())
}

fn resolve(text: &str, properties: &BTreeMap<String, &str>) -> String {
    let mut resolved: String = text.chars().take(LONGEST_VERSION).collect();
    for _ in 0..DEEPEST_PROPERTY {
        let Some((before, rest)) = resolved.split_once("$(") else { break };
        let Some((name, after)) = rest.split_once(')') else { break };
        let Some(value) = properties.get(&name.to_ascii_lowercase()) else { break };
        if before.len() + value.len() + after.len() > LONGEST_VERSION {
            break;
        }
        resolved = format!("{before}{value}{after}");
    }
    resolved
}

/// The version that NuGet takes for a requirement: the lowest that it allows, when it includes one.
fn exact_version(requirement: &str) -> Option<&str> {
    let lowest = match requirement.strip_prefix('[') {
        Some(range) => range.split([',', ']']).next().unwrap_or_default().trim(),
        None => requirement.trim(),
    };
    let is_version = lowest.starts_with(|c: char| c.is_ascii_digit()) && !lowest.contains(['*', '$', '(', ',', ' ']);
    is_version.then_some(lowest)
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
    fn project_files_pin_what_they_reference() {
        check(
            "src/App.csproj",
            r#"<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><SerilogVersion>2.10.0</SerilogVersion><A>$(B)</A><B>$(A)</B></PropertyGroup>
            <ItemGroup>
              <PackageReference Include="Serilog" Version="$(SerilogVersion)" />
              <PackageReference Include="Newtonsoft.Json"><Version>13.0.1</Version></PackageReference>
              <PackageReference Include="Central" />
              <PackageReference Include="Ranged" Version="[1.2, 2.0)" />
              <PackageReference Include="Floating" Version="6.*" />
              <PackageReference Include="Cyclic" Version="$(A)" />
              <PackageReference Include="Analyzer" Version="1.0.0" PrivateAssets="all" />
            </ItemGroup></Project>"#,
            &expect![[r#"
                locked nuget Serilog 2.10.0 direct
                locked nuget Newtonsoft.Json 13.0.1 direct
                locked nuget Ranged 1.2 direct
                locked nuget Analyzer 1.0.0 direct dev
                asks for Serilog
                asks for Newtonsoft.Json
                asks for Central
                asks for Ranged
                asks for Floating
                asks for Cyclic
                asks for Analyzer
                gap src/App.csproj: no exact version can be told of Floating (6.*), Cyclic ($(A)); restore with a packages.lock.json
            "#]],
        );
    }

    #[test]
    fn central_versions_and_old_lists_are_read() {
        check(
            "Directory.Packages.props",
            r#"<Project><ItemGroup><PackageVersion Include="A" Version="1.0.0"/></ItemGroup></Project>"#,
            &expect![[r#"
                locked nuget A 1.0.0 direct
            "#]],
        );
        check(
            "packages.config",
            r#"<?xml version="1.0" encoding="utf-8"?><packages><package id="jQuery" version="3.1.1" targetFramework="net46"/><package id="StyleCop" version="5.0.0" developmentDependency="true"/></packages>"#,
            &expect![[r#"
                locked nuget jQuery 3.1.1
                locked nuget StyleCop 5.0.0 dev
            "#]],
        );
        check(
            "x.csproj",
            "<Project>",
            &expect![[r#"
                gap x.csproj: it is no valid XML: it ends in the middle of an element
            "#]],
        );
    }
}
