//! `pom.xml`: what one project file says (Maven, POM Reference). What it asks for is settled by `crate::projects`, because
//! versions may stand in a parent or in an imported bill of materials.

use std::collections::BTreeMap;

use super::manifest::spdx_id;
use super::project::{Asked, EffectiveProject, Parent, Project, unresolved_variable};
use crate::found::Found;
use crate::needs::Needs;
use crate::wanted_file::ReadFileError;
use crate::xml::{self, Element};

/// Reads a project file.
///
/// # Errors
/// When it is no XML, or a web page.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let project = xml::parse(bytes)?;
    // Other build tools use the name too; a page of a server is what a failed download leaves.
    match project.name() {
        "project" => found.project = Some(Box::new(project_of(&project))),
        name if name.eq_ignore_ascii_case("html") => {
            return Err(ReadFileError::malformed("pom.xml", "it is a web page"));
        }
        _ => {}
    }
    Ok(())
}

/// Group, artifact and version of the project that a `pom.xml` describes, where it states them all.
///
/// # Errors
/// When it is no XML.
pub(super) fn coordinates(bytes: &[u8]) -> Result<Option<(String, String, String)>, ReadFileError> {
    Ok(EffectiveProject::of_one(&project_of(&xml::parse(bytes)?)).coordinates())
}

/// The licenses that a `pom.xml` declares, as SPDX ids where their names or addresses are well known.
pub(super) fn licenses(project: &Element) -> Vec<String> {
    let declared = project.child("licenses").map(Element::children).unwrap_or_default();
    let mut licenses: Vec<String> = declared
        .iter()
        .filter_map(|license| {
            let (name, url) = (license.child_text("name"), license.child_text("url"));
            let id = name.and_then(spdx_id).or_else(|| url.and_then(spdx_id));
            id.or(name).or(url).map(str::to_owned)
        })
        .collect();
    licenses.sort();
    licenses.dedup();
    licenses
}

/// `group:artifact` of what a project needs when it runs; what cannot be named from this one file is left out.
pub(super) fn needs(project: &Element) -> Needs {
    let project = project_of(project);
    let effective = EffectiveProject::of_one(&project);
    let needed = effective.dependencies().filter_map(|dependency| {
        let runs = matches!(dependency.scope.as_deref(), None | Some("compile" | "runtime"));
        (runs && unresolved_variable(&dependency.name).is_none()).then_some(dependency.name)
    });
    needed.collect()
}

/// What the file says, before any property is put in.
fn project_of(element: &Element) -> Project {
    let own = |name: &str| element.child_text(name).map(value);
    let parent = element.child("parent").map(|parent| {
        let part = |name: &str| parent.child_text(name).map(value);
        Parent {
            group: part("groupId"),
            artifact: part("artifactId"),
            version: part("version"),
            // An empty element says that the parent is not beside the project.
            relative_path: match parent.child("relativePath") {
                Some(path) => Some(path.text().trim().to_owned()).filter(|path| !path.is_empty()),
                None => Some("../pom.xml".to_owned()),
            },
        }
    });
    let mut properties = BTreeMap::new();
    let (mut managed, mut dependencies) = (Vec::new(), Vec::new());
    // What a profile says wins over what the project says.
    for part in active_profiles(element).chain([element]) {
        for property in part.child("properties").map(Element::children).unwrap_or_default() {
            properties.entry(property.name().to_owned()).or_insert_with(|| value(property.text()));
        }
        let management = part.child("dependencyManagement").and_then(|part| part.child("dependencies"));
        managed.extend(asked(management));
        dependencies.extend(asked(part.child("dependencies")));
    }
    Project {
        group: own("groupId"),
        artifact: own("artifactId"),
        version: own("version"),
        parent,
        properties,
        managed,
        dependencies,
    }
}

/// A value of the file. What an entity stands for that is not known is unknown as what an unknown property stands for.
fn value(text: &str) -> String {
    match text.split_once('&').map(|(before, rest)| (before, rest.split_once(';'))) {
        Some((before, Some((name, after)))) => format!("{before}${{&{name};}}{after}"),
        _ => text.to_owned(),
    }
}

fn asked(dependencies: Option<&Element>) -> impl Iterator<Item = Asked> {
    let elements = dependencies.map(Element::children).unwrap_or_default();
    elements.iter().filter(|element| element.name() == "dependency").filter_map(|element| {
        let part = |name: &str| element.child_text(name).map(value);
        Some(Asked {
            group: part("groupId")?,
            artifact: part("artifactId")?,
            version: part("version"),
            scope: part("scope"),
        })
    })
}

/// The profiles that are active by default.
fn active_profiles(project: &Element) -> impl Iterator<Item = &Element> {
    let profiles = project.child("profiles").map(Element::children).unwrap_or_default();
    profiles.iter().filter(|profile| {
        let activation = profile.child("activation");
        activation.and_then(|activation| activation.child_text("activeByDefault")) == Some("true")
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;
    use crate::ecosystems::java::Java;

    fn check(text: &str, expected: &Expect) {
        let found = ecosystem_check::read(&Java, "app/pom.xml", text.as_bytes());
        let settled = EffectiveProject::of_one(found.project.as_ref().unwrap()).settle("app/pom.xml");
        expected.assert_eq(&ecosystem_check::text(&settled));
    }

    #[test]
    fn properties_management_and_the_parent_are_taken_from_the_file() {
        check(
            r#"<?xml version="1.0"?>
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>
              <artifactId>app</artifactId>
              <properties><jackson.version>${jackson.line}.1</jackson.version><jackson.line>2.14</jackson.line></properties>
              <dependencyManagement><dependencies>
                <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13</version><scope>test</scope></dependency>
                <dependency><groupId>org.bom</groupId><artifactId>bom</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>
              </dependencies></dependencyManagement>
              <dependencies>
                <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>${jackson.version}</version></dependency>
                <dependency><groupId>junit</groupId><artifactId>junit</artifactId></dependency>
                <dependency><groupId>${project.groupId}</groupId><artifactId>sibling</artifactId><version>${project.version}</version></dependency>
                <dependency><groupId>a</groupId><artifactId>from-parent</artifactId></dependency>
                <dependency><groupId>a</groupId><artifactId>unknown</artifactId><version>${somewhere.else}</version></dependency>
                <dependency><groupId>a</groupId><artifactId>exact</artifactId><version>[1.0]</version></dependency>
                <dependency><groupId>a</groupId><artifactId>range</artifactId><version>[1.0,2.0)</version></dependency>
              </dependencies>
              <profiles><profile><id>p</id><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId><version>1</version></dependency></dependencies></profile></profiles>
            </project>"#,
            &expect![[r#"
                locked maven com.fasterxml.jackson.core:jackson-databind 2.14.1 direct
                locked maven junit:junit 4.13 direct dev
                locked maven org.acme:sibling 7 direct
                locked maven a:exact 1.0 direct
                gap app/pom.xml: the versions of a:from-parent stand in the parent org.acme:parent:7, the bill of materials org.bom:bom:1; scan the built archive to know them
                gap app/pom.xml: no exact version can be told of a:unknown (${somewhere.else}), a:range ([1.0,2.0)); scan the built archive to know them
            "#]],
        );
    }

    #[test]
    fn cyclic_and_swelling_properties_end() {
        let swelling: String =
            (0..40).map(|level| format!("<p{level}>${{p{0}}}${{p{0}}}</p{level}>", level + 1)).collect();
        check(
            &format!(
                "<project><properties><a>${{b}}</a><b>${{a}}</b>{swelling}</properties><dependencies>\
                 <dependency><groupId>g</groupId><artifactId>x</artifactId><version>${{a}}</version></dependency>\
                 <dependency><groupId>g</groupId><artifactId>y</artifactId><version>${{p0}}</version></dependency>\
                 </dependencies></project>"
            ),
            &expect![[r#"
                gap app/pom.xml: the versions of g:y are stated nowhere; scan the built archive to know them
                gap app/pom.xml: no exact version can be told of g:x (${a}); scan the built archive to know them
            "#]],
        );
    }

    #[test]
    fn coordinates_and_licenses_of_the_project_itself() {
        let text = b"<project><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version>\
            <properties><v>1</v></properties>\
            <licenses><license><name>The Apache License, Version 2.0</name></license><license><url>x</url></license></licenses></project>";
        assert_eq!(coordinates(text).unwrap(), Some(("g".into(), "a".into(), "1".into())));
        assert_eq!(licenses(&xml::parse(text).unwrap()), ["Apache-2.0", "x"]);
    }
}
