//! The XML files of .NET: `packages.config`, and MSBuild's project files with `PackageReference` and, managed
//! centrally, `PackageVersion`. Conditions are not evaluated: every version that some build may take counts. What is taken in with
//! `Import` is settled when all files are known, in `crate::includes`.

use std::collections::BTreeSet;

use model::{Ecosystem as Kind, UntrustedPath, counted};

use super::items::Items;
use super::properties::Properties;
use crate::damage;
use crate::dotnet_projects::is_project;
use crate::found::{Evidence, Found, FoundPackage, Include, IncludeKind, Mark};
use crate::wanted_file::ReadFileError;
use crate::xml::{self, Element};

/// How a name ends under which a file is read that another one takes in under any name.
pub(super) const IMPORTED: &str = ".import.proj";

/// How many packages without an exact version a gap names.
const NAMES_IN_GAP: usize = 8;

/// How many characters of a package without an exact version are kept.
const LONGEST_SHOWN: usize = 100;

/// How many other files one file may take in.
const MOST_IMPORTS: usize = 100;

/// Properties, in lower case, that lead to what MSBuild and its tools bring along, or what they write for a project.
const OF_TOOLS: &[&str] = &[
    "codeanalysistargets",
    "csharptargetspath",
    "fsharptargetspath",
    "languagetargets",
    "msbuildbinpath",
    "msbuildextensionspath",
    "msbuildextensionspath32",
    "msbuildextensionspath64",
    "msbuildprojectextensionspath",
    "msbuildsdkspath",
    "msbuildtoolspath",
    "msbuildtoolspath32",
    "msbuildtoolspath64",
    "netcoretargetspath",
    "nugetpackageroot",
    "vctargetspath",
    "visualbasictargetspath",
    "vstoolspath",
    "wixtargetspath",
];

/// Files, in lower case, that are read wherever they lie, so that one in a folder above need not be looked for.
const READ_ANYWHERE: &[&str] = &["directory.build.props", "directory.build.targets", "directory.packages.props"];

/// Reads `packages.config`. Of `packages.PROJECT.config` the content says whether it is such a list: others have files of
/// such names, too.
pub(super) fn read_config(name: &str, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let is_certain = name == "packages.config";
    let packages = match xml::parse(bytes) {
        Ok(root) if is_certain || is_list(&root) => root,
        Err(error) if is_certain || has_packages(&damage::text_of(bytes)) => return Err(error),
        Ok(_) | Err(_) => return Ok(()),
    };
    if !is_certain && let Some(damage) = damage::of_list(name, bytes) {
        found.gap("", damage);
    }
    check_root(&packages, "packages", "packages.config")?;
    if !packages.text().is_empty() {
        found.gap("", "it has text between its elements");
    }
    for element in packages.children_named("package") {
        // What lacks one of them is counted when the file is read.
        let id = element.attribute("id").unwrap_or_default();
        let version = element.attribute("version").unwrap_or_default();
        if is_entity(id) {
            found.gap("", format!("the name of a package is an entity that is not known: `{id}`"));
            continue;
        }
        if is_entity(version) {
            found.gap("", format!("the version of `{id}` is an entity that is not known: `{version}`"));
            continue;
        }
        let mut package = FoundPackage::new(Kind::Nuget, Evidence::Locked, id, version);
        package.development = element.attribute("developmentDependency") == Some("true");
        found.packages.push(package);
    }
    Ok(())
}

/// Whether a document is a list of packages, be it an empty one.
fn is_list(root: &Element) -> bool {
    let is_package = |element: &Element| element.attribute("id").is_some() || element.attribute("version").is_some();
    root.name() == "packages" && (root.children().is_empty() || root.children_named("package").any(is_package))
}

/// Whether a text that is no XML has an element of a list of packages.
fn has_packages(text: &str) -> bool {
    let is_end = |rest: &str| rest.starts_with(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/'));
    text.match_indices("<package").any(|(at, tag)| {
        let rest = &text[at + tag.len()..];
        is_end(rest) || rest.strip_prefix('s').is_some_and(is_end)
    })
}

/// Whether a text has an entity that nobody resolved: `&name;`.
fn is_entity(text: &str) -> bool {
    text.split_once('&').is_some_and(|(_, behind)| behind.contains(';'))
}

/// MSBuild and NuGet take an element by its exact name.
fn check_root(root: &Element, name: &str, format: &'static str) -> Result<(), ReadFileError> {
    if root.name() == name {
        return Ok(());
    }
    Err(ReadFileError::malformed(format, format!("its root is <{}> rather than <{name}>", root.name())))
}

/// Reads a project file, `Directory.*.props` and the like, or what one of them takes in.
pub(super) fn read_project(path: &UntrustedPath, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let root = xml::parse(bytes)?;
    check_root(&root, "Project", "project file")?;
    let name = path.file_name();
    let mut project = Project::new(name.strip_suffix(IMPORTED).unwrap_or(name));
    let path = path.as_str();
    project.walk(&root, false);
    // MSBuild looks at items when all properties of the file are known.
    let mut items = Items::default();
    project.items.iter().for_each(|(item, is_conditional)| items.take(item, *is_conditional));
    let mut is_cut = items.is_cut();
    let mut seen = BTreeSet::new();
    for item in items.into_ordered() {
        let name = item.name;
        if item.is_reference && !is_pattern(name) {
            found.direct.push((Kind::Nuget, name.to_owned()));
        }
        // The version of a reference without one is managed centrally, in a file of its own.
        for resolved in item.versions.iter().flat_map(|version| project.properties.expand(version)) {
            match exact_version(&resolved) {
                Some(version) if !is_pattern(name) => {
                    if !seen.insert((name.to_ascii_lowercase(), version.to_owned())) {
                        continue;
                    }
                    if found.packages.len() >= Found::LARGEST_PACKAGE_COUNT {
                        is_cut = true;
                        continue;
                    }
                    let mut package = FoundPackage::new(Kind::Nuget, Evidence::Locked, name, version);
                    package.direct = Some(true);
                    package.development = item.is_development;
                    found.packages.push(package);
                }
                _ => {
                    let told: String = format!("{name} ({resolved})").chars().take(LONGEST_SHOWN).collect();
                    if found.inexact.len() < NAMES_IN_GAP && !found.inexact.contains(&told) {
                        found.inexact.push(told);
                    }
                }
            }
        }
    }
    if is_cut {
        let count = Found::LARGEST_PACKAGE_COUNT;
        found.gap(path, format!("it names more than {count} packages; the rest is left out"));
    }
    project.hand_over_imports(path, found);
    Ok(())
}

/// What a project file says, in the order of the document.
struct Project<'a> {
    /// Whether it is a project itself, not a part of some.
    is_whole: bool,
    properties: Properties,
    /// Items of any kind, each with whether it stands in something under a condition.
    items: Vec<(&'a Element, bool)>,
    imports: Vec<Include>,
    imports_left_out: usize,
}

impl<'a> Project<'a> {
    fn new(name: &str) -> Project<'a> {
        let is_whole = is_project(name);
        let properties = Properties::of_a_file(name, is_whole);
        Project { is_whole, properties, items: Vec::new(), imports: Vec::new(), imports_left_out: 0 }
    }

    fn walk(&mut self, parent: &'a Element, is_conditional: bool) {
        for element in parent.children() {
            let is_conditional = is_conditional || has_condition(element);
            match element.name() {
                "PropertyGroup" => {
                    element.children().iter().for_each(|property| self.properties.set(property, is_conditional));
                }
                "ItemGroup" => self.take_items(element, is_conditional),
                // Items of a target come about in builds that run it; its properties come too late for others.
                "Target" => element.children_named("ItemGroup").for_each(|group| self.take_items(group, true)),
                "Import" => self.import(element),
                "ImportGroup" => self.walk(element, is_conditional),
                "Choose" => {
                    let branches = element.children().iter();
                    let branches = branches.filter(|branch| matches!(branch.name(), "When" | "Otherwise"));
                    branches.for_each(|branch| self.walk(branch, true));
                }
                _ => {}
            }
        }
    }

    fn take_items(&mut self, group: &'a Element, is_conditional: bool) {
        self.items.extend(group.children().iter().map(|item| (item, is_conditional)));
    }

    /// Takes in the files that an `Import` names, unless they come with MSBuild, its tools or an SDK.
    fn import(&mut self, import: &Element) {
        if import.attribute("Sdk").is_some() {
            return;
        }
        let condition = import.attribute("Condition").unwrap_or_default().to_ascii_lowercase();
        let kind = if condition.contains("exists(") { IncludeKind::ProjectIfThere } else { IncludeKind::Project };
        let named = self.properties.expand(import.attribute("Project").unwrap_or_default());
        let named = named.iter().flat_map(|names| names.split(';')).map(str::trim);
        let named: Vec<&str> = named.filter(|name| !name.is_empty() && !is_of_tools(name)).collect();
        if named.is_empty() {
            return;
        }
        self.properties.note_import();
        for name in named {
            let include = Include { file: name.replace('\\', "/"), kind };
            if is_read_anywhere(name) || self.imports.contains(&include) {
                continue;
            }
            if self.imports.len() < MOST_IMPORTS {
                self.imports.push(include);
            } else {
                self.imports_left_out += 1;
            }
        }
    }

    fn hand_over_imports(self, path: &str, found: &mut Found) {
        if self.imports_left_out > 0 {
            let more = counted(self.imports_left_out, "more file", "more files");
            found.gap(path, format!("it refers to {more} than are followed of one file"));
        }
        // That there is a project is known by its mark, also where it asks for nothing.
        if self.is_whole || !self.imports.is_empty() {
            found.mark = Some(Mark::Includes(self.imports));
        }
    }
}

/// Whether an element counts only in some builds.
pub(super) fn has_condition(element: &Element) -> bool {
    element.attribute("Condition").is_some_and(|condition| !condition.is_empty())
}

/// Whether the path of an import begins with a property that leads to what MSBuild and its tools bring along.
fn is_of_tools(path: &str) -> bool {
    let property = path.strip_prefix("$(").and_then(|behind| behind.split_once(')'));
    property.is_some_and(|(name, _)| OF_TOOLS.contains(&name.to_ascii_lowercase().as_str()))
}

/// Whether an import looks in the folders above for a file that is read by its name
/// (`$([MSBuild]::GetPathOfFileAbove(Directory.Build.props, …))`).
fn is_read_anywhere(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.contains("offileabove") && READ_ANYWHERE.iter().any(|name| path.contains(name))
}

/// Whether the name of a package stands for others: a property, other items or a pattern.
fn is_pattern(name: &str) -> bool {
    name.contains(['(', '*', '?'])
}

/// The version that NuGet takes for a requirement: the lowest that it allows, when it includes one.
fn exact_version(requirement: &str) -> Option<&str> {
    let lowest = match requirement.strip_prefix('[') {
        Some(range) => range.split([',', ']']).next().unwrap_or_default().trim(),
        None => requirement.trim(),
    };
    let foreign = ['*', '$', '%', '@', '&', '(', ',', ' '];
    let is_version = lowest.starts_with(|c: char| c.is_ascii_digit()) && !lowest.contains(foreign);
    is_version.then_some(lowest)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;
    use crate::ecosystems::dotnet::Dotnet;

    fn check(path: &str, text: &str, expected: &Expect) {
        ecosystem_check::check(&Dotnet, path, text, expected);
    }

    /// The packages that a file names, apart by commas.
    fn listing(path: &str, text: &str) -> String {
        ecosystem_check::listing(&ecosystem_check::read(&Dotnet, path, text.as_bytes())).replace('\n', ", ")
    }

    /// What a file takes in, and whether it may be missing.
    fn imports(text: &str) -> Vec<(String, bool)> {
        let found = ecosystem_check::read(&Dotnet, "src/a.csproj", text.as_bytes());
        let Some(Mark::Includes(includes)) = found.mark else { return Vec::new() };
        let told = includes.into_iter().map(|include| (include.file, include.kind == IncludeKind::ProjectIfThere));
        told.collect()
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
                no exact version of Floating (6.*)
                no exact version of Cyclic ($(B))
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

    #[test]
    fn a_property_under_a_condition_is_one_more_version() {
        for (properties, versions) in [
            (
                "<PropertyGroup><V>9.0.1</V></PropertyGroup><PropertyGroup Condition=\"'$(TargetFramework)' == 'net8.0'\"><V>13.0.3</V></PropertyGroup>",
                ["9.0.1", "13.0.3"],
            ),
            (
                "<PropertyGroup><V>9.0.1</V><V Condition=\"'$(TargetFramework)' == 'net8.0'\">13.0.3</V></PropertyGroup>",
                ["9.0.1", "13.0.3"],
            ),
            (
                "<PropertyGroup Condition='a'><V>12.0.1</V></PropertyGroup><PropertyGroup Condition='b'><V>13.0.3</V></PropertyGroup>",
                ["12.0.1", "13.0.3"],
            ),
            (
                "<Choose><When Condition='a'><PropertyGroup><V>12.0.1</V></PropertyGroup></When><Otherwise><PropertyGroup><V>13.0.3</V></PropertyGroup></Otherwise></Choose>",
                ["12.0.1", "13.0.3"],
            ),
        ] {
            for (path, item) in [("Directory.Packages.props", "PackageVersion"), ("a.csproj", "PackageReference")] {
                let text = format!(
                    "<Project>{properties}<ItemGroup><{item} Include='Json' Version='$(V)'/></ItemGroup></Project>"
                );
                let expected = versions.map(|version| format!("nuget Json {version} direct")).join(", ");
                assert_eq!(listing(path, &text), expected, "{path} {properties}");
            }
        }
    }

    #[test]
    fn items_that_are_chosen_or_come_about_in_a_target_are_read() {
        check(
            "a.csproj",
            r#"<Project>
              <ItemGroup><PackageReference Include="A" Version="1.0.0"/></ItemGroup>
              <Choose><When Condition="c"><ItemGroup>
                <PackageReference Include="B" Version="1.0.0"/><PackageReference Remove="A"/>
              </ItemGroup></When></Choose>
              <Target Name="T"><ItemGroup><PackageReference Update="B" Version="2.0.0"/></ItemGroup></Target>
            </Project>"#,
            &expect![[r#"
                locked nuget A 1.0.0 direct
                locked nuget B 1.0.0 direct
                locked nuget B 2.0.0 direct
                asks for A
                asks for B
            "#]],
        );
    }

    #[test]
    fn what_is_updated_or_removed_is_not_told() {
        check(
            "a.csproj",
            r#"<Project><ItemGroup>
              <PackageReference Include="Newtonsoft.Json" Version="9.0.1"/>
              <PackageReference Include="Gone" Version="1.0.0"/>
              <PackageReference Update="Newtonsoft.Json" Version="13.0.3"/>
              <PackageReference Remove="Gone"/>
              <PackageReference Update="Micro*" Version="1.0.0"/>
            </ItemGroup></Project>"#,
            &expect![[r#"
                locked nuget Newtonsoft.Json 13.0.3 direct
                asks for Newtonsoft.Json
                no exact version of Micro* (1.0.0)
            "#]],
        );
        check(
            "Directory.Packages.props",
            r#"<Project><ItemGroup>
              <PackageVersion Include="Dup" Version="1.0.0"/><PackageVersion Update="Dup" Version="2.0.0"/>
              <PackageVersion Include="Gone2" Version="1.0.0"/><PackageVersion Remove="Gone2"/>
            </ItemGroup></Project>"#,
            &expect![[r#"
                locked nuget Dup 2.0.0 direct
            "#]],
        );
    }

    #[test]
    fn imports_are_noted_but_for_those_of_the_tools() {
        assert_eq!(
            imports(
                r#"<Project>
                  <PropertyGroup><Eng>..\eng</Eng><Eng Condition="c">eng</Eng></PropertyGroup>
                  <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk"/>
                  <Import Project="$(MSBuildToolsPath)\Microsoft.CSharp.targets"/>
                  <Import Project="$(MSBuildExtensionsPath)\$(MSBuildToolsVersion)\Microsoft.Common.props" Condition="Exists('x')"/>
                  <Import Project="$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))"/>
                  <Import Project="$(Eng)\Packages.props"/>
                  <ImportGroup Condition="c"><Import Project="$(MSBuildThisFileDirectory)a.props; b.props" Condition="Exists('a.props')"/></ImportGroup>
                  <Import Project="$(Unknown)/c.props"/>
                </Project>"#
            ),
            // The import before it may set the property otherwise.
            [
                ("../eng/Packages.props".to_owned(), false),
                ("eng/Packages.props".to_owned(), false),
                ("$(Eng)/Packages.props".to_owned(), false),
                ("./a.props".to_owned(), true),
                ("b.props".to_owned(), true),
                ("$(Unknown)/c.props".to_owned(), false),
            ]
        );
        assert_eq!(
            imports(
                r#"<Project>
                  <Import Project="$(MSBuildProjectDirectory)\..\x.props"/>
                  <Import Project="$(msbuildprojectname).props; $(MSBuildThisFileDirectory)$(MSBuildThisFile).user"/>
                  <Import Project="$(MSBuildStartupDirectory)\y.props"/>
                </Project>"#
            ),
            [
                ("./../x.props".to_owned(), false),
                ("a.props".to_owned(), false),
                ("./a.csproj.user".to_owned(), false),
                ("$(MSBuildStartupDirectory)/y.props".to_owned(), false),
            ]
        );
        let many: String = (0..=MOST_IMPORTS).map(|at| format!("<Import Project='{at}.props'/>")).collect();
        check(
            "a.csproj",
            &format!("<Project>{many}</Project>"),
            &expect![[r#"
                gap a.csproj: it refers to 1 more file than are followed of one file
            "#]],
        );
    }

    #[test]
    fn a_version_that_an_import_may_set_otherwise_is_a_gap_beside_it() {
        check(
            "Directory.Packages.props",
            r#"<Project><PropertyGroup><V>1.0.0</V></PropertyGroup><Import Project="eng/Versions.props"/>
            <PropertyGroup><W>2.0.0</W></PropertyGroup><ItemGroup>
              <PackageVersion Include="A" Version="$(V)"/><PackageVersion Include="B" Version="$(W)"/>
            </ItemGroup></Project>"#,
            &expect![[r#"
                locked nuget A 1.0.0 direct
                locked nuget B 2.0.0 direct
                no exact version of A ($(V))
            "#]],
        );
    }

    #[test]
    fn lists_of_one_of_several_projects_are_read() {
        check(
            "src/packages.My_App.config",
            r#"<packages><package id="jQuery" version="3.1.1"/></packages>"#,
            &expect![[r#"
                locked nuget jQuery 3.1.1
            "#]],
        );
    }

    #[test]
    fn other_files_of_such_a_name_are_none() {
        for text in [
            "",
            "<?xml version='1.0'?><configuration><packageSources><add key='a' value='b'/></packageSources></configuration>",
            "<configuration><packageSources>",
            "<packages><package name='curl'/></packages>",
            "[packages]\ncurl = 8.0\n<<<<<<< HEAD\n",
            "{\"packages\": []}",
            "\0\x01\u{fffd}",
        ] {
            check("etc/packages.prod.config", text, &expect![[""]]);
        }
        check("src/packages.App.config", "<packages></packages>", &expect![[""]]);
    }

    #[test]
    fn a_damaged_list_is_a_gap_whatever_its_name_is() {
        for (text, reason) in [
            ("<packages><package id='A' version='1.0.0'/>", "it is no valid XML: it ends in the middle of an element"),
            ("ackages><package id='A' version='1.0.0'/></packages>", "it is no valid XML: "),
            ("<packages><package id='A' version='1\0.0'/></packages>", "it has a zero byte in line 1"),
            ("<packages><package id='A'/></packages>", "1 of its packages lacks a name or a version"),
        ] {
            for path in ["packages.config", "src/packages.App.config"] {
                let found = ecosystem_check::read_with_gaps(&Dotnet, path, text.as_bytes());
                assert!(found.gaps.iter().any(|gap| gap.reason.starts_with(reason)), "{path} {text}: {:?}", found.gaps);
            }
        }
        let other = ecosystem_check::read_with_gaps(&Dotnet, "packages.config", b"<configuration/>");
        assert_eq!(other.gaps.len(), 1);
    }

    #[test]
    fn what_a_list_does_not_tell_of_a_package_is_a_gap() {
        check(
            "packages.config",
            r#"<packages><package id="Ent&amp;x" version="2.0.0"/><package id="&y;" version="1.0.0"/><package id="Z" version="&z;"/><package id="A"/><package version="1.0.0"/></packages>"#,
            &expect![[r#"
                locked nuget Ent&x 2.0.0
                gap : the name of a package is an entity that is not known: `&y;`
                gap : the version of `Z` is an entity that is not known: `&z;`
                gap packages.config: 2 of its packages lack a name or a version
            "#]],
        );
    }
}
