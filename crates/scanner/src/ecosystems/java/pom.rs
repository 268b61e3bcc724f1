//! `pom.xml`: what one project file asks for (Maven, POM Reference).
//!
//! A pom is read by itself: properties, dependency management and the parent's coordinates are taken from this one file.
//! Versions that stand in a parent or an imported bill of materials cannot be known from it and are named in a gap.

use std::collections::BTreeMap;

use model::Ecosystem;

use super::manifest::spdx_id;
use crate::found::{Evidence, Found, FoundPackage};
use crate::needs::Needs;
use crate::wanted_file::ReadFileError;
use crate::xml::{self, Element};

/// How often properties may stand for one another.
const DEEPEST_PROPERTY: u32 = 16;

/// The longest text that properties may resolve to.
const LONGEST_VALUE: usize = 4096;

/// How many dependencies a gap names.
const NAMED_IN_GAP: usize = 8;

/// Reads the dependencies that a project file asks for.
///
/// # Errors
/// When it is no XML or no project.
pub(super) fn read(path: &str, bytes: &[u8], found: &mut Found) -> Result<(), ReadFileError> {
    let project = xml::parse(bytes)?;
    if project.name() != "project" {
        // Other build tools use the name too.
        return Ok(());
    }
    let pom = Pom::new(&project);
    let mut unresolved = Vec::new();
    let mut elsewhere = Vec::new();
    for dependency in pom.dependencies() {
        let (Some(group), Some(artifact)) = (pom.text(dependency, "groupId"), pom.text(dependency, "artifactId"))
        else {
            continue;
        };
        let name = format!("{group}:{artifact}");
        let managed = pom.managed.get(&(group, artifact));
        let own = pom.text(dependency, "version");
        let version = own.or_else(|| managed.and_then(|managed| pom.text(managed, "version")));
        let scope = pom.text(dependency, "scope").or_else(|| managed.and_then(|managed| pom.text(managed, "scope")));
        let Some(version) = version else {
            elsewhere.push(name);
            continue;
        };
        if let Some(variable) = unresolved_variable(&name).or_else(|| unresolved_variable(&version)) {
            unresolved.push(format!("{name} (${{{variable}}})"));
            continue;
        }
        let Some(version) = exact_version(&version) else {
            unresolved.push(format!("{name} ({version})"));
            continue;
        };
        let mut package = FoundPackage::new(Ecosystem::Maven, Evidence::Locked, name, version);
        package.direct = Some(true);
        package.development = matches!(scope.as_deref(), Some("test" | "provided"));
        found.packages.push(package);
    }
    if !elsewhere.is_empty() {
        let from = pom.parent.as_deref().unwrap_or("an imported bill of materials");
        let names = list(&elsewhere);
        found.gap(path, format!("the versions of {names} stand in {from}; scan the built archive to know them"));
    }
    if !unresolved.is_empty() {
        let names = list(&unresolved);
        found.gap(path, format!("no exact version can be told of {names}; scan the built archive to know them"));
    }
    Ok(())
}

/// Group, artifact and version of the project that a `pom.xml` describes, where it states them all.
///
/// # Errors
/// When it is no XML.
pub(super) fn coordinates(bytes: &[u8]) -> Result<Option<(String, String, String)>, ReadFileError> {
    let project = xml::parse(bytes)?;
    let pom = Pom::new(&project);
    let resolved = |key: &str| pom.properties.get(key).and_then(|value| pom.resolve(value));
    let own = |key: &str| resolved(key).filter(|value| unresolved_variable(value).is_none());
    Ok(own("project.groupId")
        .zip(own("project.artifactId"))
        .zip(own("project.version"))
        .map(|((group, artifact), version)| (group, artifact, version)))
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
    let pom = Pom::new(project);
    let needed = pom.dependencies().filter_map(|dependency| {
        let (group, artifact) = (pom.text(dependency, "groupId")?, pom.text(dependency, "artifactId")?);
        let scope = pom.text(dependency, "scope").or_else(|| {
            let managed = pom.managed.get(&(group.clone(), artifact.clone()));
            managed.and_then(|managed| pom.text(managed, "scope"))
        });
        let runs = matches!(scope.as_deref(), None | Some("compile" | "runtime"));
        let name = format!("{group}:{artifact}");
        (runs && unresolved_variable(&name).is_none()).then_some(name)
    });
    needed.collect()
}

/// A project file with its properties at hand.
struct Pom<'a> {
    project: &'a Element,
    properties: BTreeMap<String, &'a str>,
    managed: BTreeMap<(String, String), &'a Element>,
    parent: Option<String>,
}

impl<'a> Pom<'a> {
    fn new(project: &'a Element) -> Pom<'a> {
        let parent = project.child("parent");
        let mut properties = BTreeMap::new();
        for element in ["groupId", "artifactId", "version"] {
            let inherited = parent.and_then(|parent| parent.child_text(element));
            // The artifact's name is the one of the three that is never inherited.
            let own = project.child_text(element).or(inherited.filter(|_| element != "artifactId"));
            for (prefix, value) in
                [("project.", own), ("pom.", own), ("project.parent.", inherited), ("parent.", inherited)]
            {
                if let Some(value) = value {
                    properties.insert(format!("{prefix}{element}"), value);
                }
            }
        }
        for profile in active_profiles(project).chain([project]) {
            for property in profile.child("properties").map(Element::children).unwrap_or_default() {
                properties.insert(property.name().to_owned(), property.text());
            }
        }
        let parent = parent.and_then(|parent| {
            let part = |name| parent.child_text(name);
            Some(format!("the parent {}:{}:{}", part("groupId")?, part("artifactId")?, part("version")?))
        });
        let mut pom = Pom { project, properties, managed: BTreeMap::new(), parent };
        let management =
            active_profiles(project).chain([project]).filter_map(|part| part.child("dependencyManagement"));
        for dependency in management.filter_map(|part| part.child("dependencies")).flat_map(Element::children) {
            if let (Some(group), Some(artifact)) = (pom.text(dependency, "groupId"), pom.text(dependency, "artifactId"))
                && pom.text(dependency, "scope").as_deref() != Some("import")
            {
                pom.managed.insert((group, artifact), dependency);
            }
        }
        pom
    }

    fn dependencies(&self) -> impl Iterator<Item = &'a Element> {
        let parts = active_profiles(self.project).chain([self.project]);
        parts
            .filter_map(|part| part.child("dependencies"))
            .flat_map(Element::children)
            .filter(|element| element.name() == "dependency")
    }

    /// The text of an element's child with its properties put in, as far as they are known.
    fn text(&self, element: &Element, name: &str) -> Option<String> {
        element.child_text(name).and_then(|text| self.resolve(text))
    }

    /// Puts properties in; `None` where they stand for one another without end.
    fn resolve(&self, text: &str) -> Option<String> {
        let mut resolved = text.to_owned();
        for _ in 0..DEEPEST_PROPERTY {
            let mut again = String::with_capacity(resolved.len());
            let mut rest = resolved.as_str();
            let mut is_changed = false;
            while let Some((before, after)) = rest.split_once("${") {
                again.push_str(before);
                let Some((name, after)) = after.split_once('}') else {
                    again.push_str("${");
                    rest = after;
                    continue;
                };
                match self.properties.get(name) {
                    Some(value) if again.len() + value.len() > LONGEST_VALUE => return None,
                    Some(value) => {
                        again.push_str(value);
                        is_changed = true;
                    }
                    None => again.push_str(&format!("${{{name}}}")),
                }
                rest = after;
            }
            again.push_str(rest);
            if again.len() > LONGEST_VALUE {
                return None;
            }
            resolved = again.trim().to_owned();
            if !is_changed {
                return Some(resolved);
            }
        }
        Some(resolved)
    }
}

/// The profiles that are active by default.
fn active_profiles(project: &Element) -> impl Iterator<Item = &Element> {
    let profiles = project.child("profiles").map(Element::children).unwrap_or_default();
    profiles.iter().filter(|profile| {
        let activation = profile.child("activation");
        activation.and_then(|activation| activation.child_text("activeByDefault")) == Some("true")
    })
}

fn unresolved_variable(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("${")?;
    Some(rest.split_once('}').map_or(rest, |(name, _)| name))
}

/// The version that a requirement asks for exactly: `1.0` or `[1.0]`; ranges ask for none.
fn exact_version(requirement: &str) -> Option<&str> {
    let exact = requirement.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(requirement).trim();
    let is_exact = !exact.is_empty()
        && !exact.contains(['[', '(', ',', ')', ']', '$', ' '])
        && !matches!(exact, "LATEST" | "RELEASE");
    is_exact.then_some(exact)
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(NAMED_IN_GAP).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED_IN_GAP).filter(|&more| more > 0) {
        Some(more) => format!("{shown} and {more} more"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;
    use crate::ecosystems::java::Java;

    fn check(text: &str, expected: &Expect) {
        ecosystem_check::check(&Java, "app/pom.xml", text, expected);
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
                gap app/pom.xml: the versions of a:from-parent stand in the parent org.acme:parent:7; scan the built archive to know them
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
                gap app/pom.xml: the versions of g:y stand in an imported bill of materials; scan the built archive to know them
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
