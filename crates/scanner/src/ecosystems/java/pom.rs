//! `pom.xml`: what one project file says (Maven, POM Reference). What it asks for is settled by `crate::projects`, because
//! versions may stand in a parent or in an imported bill of materials.

use std::collections::{BTreeMap, HashMap};

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
    // What a profile says that is active by default wins over what the project says; what one says that only may be active
    // stands behind both.
    let by_default = profiles(element).filter(|profile| is_active_by_default(profile));
    let maybe = profiles(element).filter(|profile| !is_active_by_default(profile) && may_be_active(profile));
    for part in by_default.chain([element]).chain(maybe) {
        for property in part.child("properties").map(Element::children).unwrap_or_default() {
            properties.entry(property.name().to_owned()).or_insert_with(|| value(property.text()));
        }
        let management = part.child("dependencyManagement").and_then(|part| part.child("dependencies"));
        managed.extend(asked(management));
        dependencies.extend(asked(part.child("dependencies")));
    }
    let left_out = left_out(element, &dependencies);
    Project {
        group: own("groupId"),
        artifact: own("artifactId"),
        version: own("version"),
        parent,
        properties,
        managed,
        dependencies,
        left_out,
    }
}

/// The names of the profiles that ask for something that is not among the dependencies, or for another version of it: of
/// several the first counts.
fn left_out(project: &Element, dependencies: &[Asked]) -> Vec<String> {
    let mut told: HashMap<(&str, &str), Option<&str>> = HashMap::new();
    for asked in dependencies {
        told.entry((&asked.group, &asked.artifact)).or_insert(asked.version.as_deref());
    }
    let is_told =
        |asked: &Asked| told.get(&(asked.group.as_str(), asked.artifact.as_str())) == Some(&asked.version.as_deref());
    let left_out =
        profiles(project).filter(|profile| !asked(profile.child("dependencies")).all(|asked| is_told(&asked)));
    // Maven's own name for one that has none.
    left_out.map(|profile| profile.child_text("id").unwrap_or("default").to_owned()).collect()
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

fn profiles(project: &Element) -> impl Iterator<Item = &Element> {
    let profiles = project.child("profiles").map(Element::children).unwrap_or_default();
    profiles.iter().filter(|profile| profile.name() == "profile")
}

fn is_active_by_default(profile: &Element) -> bool {
    let activation = profile.child("activation");
    activation.and_then(|activation| activation.child_text("activeByDefault")) == Some("true")
}

/// Whether a build without options of its own may activate the profile: it has conditions (Maven, Introduction to Build
/// Profiles), and there are machines and folders in which all of them hold. A property holds that must not be set.
fn may_be_active(profile: &Element) -> bool {
    let conditions = profile.child("activation").map(Element::children).unwrap_or_default();
    let may_hold = |condition: &Element| match condition.name() {
        "jdk" | "os" | "file" => true,
        "property" => {
            let mut parts = ["name", "value"].into_iter().filter_map(|part| condition.child_text(part));
            parts.any(|text| text.starts_with('!'))
        }
        _ => false,
    };
    let mut conditions = conditions.iter().filter(|condition| condition.name() != "activeByDefault").peekable();
    conditions.peek().is_some() && conditions.all(may_hold)
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
                gap app/pom.xml: dependencies in its profiles (p) are left out, because only some builds have them; scan the built archive to know them
            "#]],
        );
    }

    #[test]
    fn what_profiles_ask_for_is_told_or_a_gap() {
        let asked = |artifact: &str, version: &str| {
            format!(
                "<dependencies><dependency><groupId>g</groupId><artifactId>{artifact}</artifactId>\
                 <version>{version}</version></dependency></dependencies>"
            )
        };
        let profile = |id: &str, activation: &str, more: &str| {
            format!("<profile><id>{id}</id><activation>{activation}</activation>{more}</profile>")
        };
        let default = "<activeByDefault>true</activeByDefault>";
        let profiles = [
            profile("default", default, &asked("by-default", "1")),
            profile("log", "<property><name>!nolog</name></property>", &asked("log", "${log.version}")),
            profile("value", "<property><name>a</name><value>!b</value></property>", &asked("value", "1")),
            profile("jdk", "<jdk>[11,)</jdk><activeByDefault>false</activeByDefault>", &asked("jdk", "1")),
            profile("os", "<os><family>unix</family></os>", &asked("os", "1")),
            profile("file", "<file><missing>x</missing></file>", &asked("file", "1")),
            // Another version of what is told, and the same.
            profile("jdk8", "<jdk>1.8</jdk>", &asked("jdk", "0.8")),
            profile("compile", "<property><name>ide</name></property>", &asked("main", "1")),
            profile("both", "<jdk>1.8</jdk><property><name>a</name></property>", &asked("both", "1")),
            profile("set", "<property><name>a</name></property>", &asked("set", "1")),
            profile("nothing", "", "<properties><x>1</x></properties>"),
            format!("<profile>{}</profile>", asked("nameless", "1")),
        ];
        check(
            &format!(
                "<project><properties><log.version>2</log.version></properties>{}<profiles>{}</profiles></project>",
                asked("main", "1"),
                profiles.concat()
            ),
            &expect![[r#"
                locked maven g:by-default 1 direct
                locked maven g:main 1 direct
                locked maven g:log 2 direct
                locked maven g:value 1 direct
                locked maven g:jdk 1 direct
                locked maven g:os 1 direct
                locked maven g:file 1 direct
                gap app/pom.xml: dependencies in its profiles (jdk8, both, set, default) are left out, because only some builds have them; scan the built archive to know them
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
