//! Settles what Maven projects ask for across the files of a target: parents beside them or elsewhere in the tree, and
//! bills of materials that are projects of the tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use model::UntrustedPath;

use crate::ecosystems::{EffectiveProject, ManagedVersions, Project};
use crate::found::Found;
use crate::merge::VisibleFile;

/// How many parents a project may have above one another, and how deep bills of materials may import others.
const DEEPEST_LINEAGE: usize = 32;

/// How many properties and dependencies are gone through for all projects of a target.
const MOST_ENTRIES: usize = 5_000_000;

/// What each project file asks for, by its path; empty where there is none.
pub(crate) fn settle(files: &BTreeMap<&str, VisibleFile<'_>>) -> BTreeMap<String, Found> {
    let projects = files.iter().filter_map(|(path, file)| Some((*path, &**file.found.project.as_ref()?)));
    let mut projects = Projects::new(projects.collect());
    let paths: Vec<&str> = projects.by_path.keys().copied().collect();
    paths.into_iter().map(|path| (path.to_owned(), projects.settle(path))).collect()
}

/// A group and an artifact.
type Coordinates = (String, String);

/// The version of a project, as far as its file tells, and the file's path.
type Place<'a> = (Option<String>, &'a str);

struct Projects<'a> {
    by_path: BTreeMap<&'a str, &'a Project>,
    /// Where the project with a group and an artifact lies, with its version as far as the file tells.
    by_name: HashMap<Coordinates, Vec<Place<'a>>>,
    managed: HashMap<&'a str, Rc<ManagedVersions>>,
    /// Those whose dependency management is being settled: who imports them again imports itself.
    open: BTreeSet<&'a str>,
    entries_left: usize,
}

impl<'a> Projects<'a> {
    fn new(by_path: BTreeMap<&'a str, &'a Project>) -> Projects<'a> {
        let mut by_name: HashMap<Coordinates, Vec<Place<'a>>> = HashMap::new();
        for (path, project) in &by_path {
            let inherited = project.parent.as_ref();
            let group = project.group.as_ref().or_else(|| inherited?.group.as_ref());
            if let (Some(group), Some(artifact)) = (group, &project.artifact) {
                let version = EffectiveProject::of_one(project).coordinates().map(|(_, _, version)| version);
                by_name.entry((group.clone(), artifact.clone())).or_default().push((version, path));
            }
        }
        let (managed, open) = (HashMap::new(), BTreeSet::new());
        Projects { by_path, by_name, managed, open, entries_left: MOST_ENTRIES }
    }

    fn settle(&mut self, path: &'a str) -> Found {
        match self.effective(path) {
            Some(effective) => effective.settle(path),
            None => {
                let mut found = Found::default();
                found.gap(
                    path,
                    format!(
                        "what it inherits is not looked at: the projects of the target have more than {MOST_ENTRIES} entries"
                    ),
                );
                found
            }
        }
    }

    /// The project at the path with its parents and imports; nothing where all projects together have too much.
    fn effective(&mut self, path: &'a str) -> Option<EffectiveProject<'a>> {
        let lineage = self.lineage(path);
        let entries = lineage.iter().map(|project| project.entries()).sum();
        self.entries_left = self.entries_left.checked_sub(entries)?;
        self.open.insert(path);
        let effective = EffectiveProject::new(lineage, &mut |group, artifact, version| {
            let path = self.named(group, artifact, version)?;
            self.managed_by(path)
        });
        self.open.remove(path);
        Some(effective)
    }

    /// The dependency management of a bill of materials.
    fn managed_by(&mut self, path: &'a str) -> Option<Rc<ManagedVersions>> {
        if let Some(known) = self.managed.get(path).map(Rc::clone) {
            self.entries_left = self.entries_left.checked_sub(known.len())?;
            return Some(known);
        }
        if self.open.contains(path) || self.open.len() > DEEPEST_LINEAGE {
            return None;
        }
        let managed = Rc::new(self.effective(path)?.into_managed());
        self.managed.insert(path, Rc::clone(&managed));
        Some(managed)
    }

    /// The project and its parents, as far as they are in the target.
    fn lineage(&self, path: &'a str) -> Vec<&'a Project> {
        let mut paths = Vec::new();
        let mut lineage = Vec::new();
        let mut next = Some(path);
        while let Some((path, project)) = next.and_then(|path| Some((path, *self.by_path.get(path)?))) {
            if paths.contains(&path) || paths.len() == DEEPEST_LINEAGE {
                break;
            }
            paths.push(path);
            lineage.push(project);
            next = self.parent(path, project);
        }
        lineage
    }

    /// Where the parent of a project lies: where the project says, if that is the parent, else wherever it is.
    fn parent(&self, path: &str, project: &Project) -> Option<&'a str> {
        let parent = project.parent.as_ref()?;
        let (group, artifact) = (parent.group.as_deref()?, parent.artifact.as_deref()?);
        let version = parent.version.as_deref().unwrap_or_default();
        let candidates = self.by_name.get(&(group.to_owned(), artifact.to_owned()))?;
        let beside = parent.relative_path.as_ref().and_then(|relative| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let place = UntrustedPath::normalise(&format!("{folder}/{relative}"));
            let file = format!("{}/pom.xml", place.as_str());
            candidates.iter().find(|(own, path)| {
                (*path == place.as_str() || *path == file.trim_start_matches('/')) && fits(own.as_deref(), version)
            })
        });
        beside.map(|(_, path)| *path).or_else(|| self.named(group, artifact, version))
    }

    fn named(&self, group: &str, artifact: &str, version: &str) -> Option<&'a str> {
        let candidates = self.by_name.get(&(group.to_owned(), artifact.to_owned()))?;
        let exact = candidates.iter().find(|(own, _)| own.as_deref() == Some(version));
        exact.or_else(|| candidates.iter().find(|(own, _)| fits(own.as_deref(), version))).map(|(_, path)| *path)
    }
}

/// Whether a project of this version may be the one that is asked for; a version with a property in it is not known yet.
fn fits(own: Option<&str>, asked: &str) -> bool {
    own.is_none_or(|own| own == asked) || asked.contains("${")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;
    use crate::ecosystems::ECOSYSTEMS;

    fn check(files: &[(&str, &str)], expected: &Expect) {
        let java = ECOSYSTEMS.iter().find(|ecosystem| ecosystem.name() == "java").unwrap();
        let read = |(path, text): &(&str, &str)| {
            let text = format!("<project>{text}</project>");
            ((*path).to_owned(), ecosystem_check::read(*java, path, text.as_bytes()))
        };
        let found: BTreeMap<String, Found> = files.iter().map(read).collect();
        let visible = found.iter().map(|(path, found)| (path.as_str(), VisibleFile { layer: 0, found })).collect();
        let mut text = String::new();
        for (path, found) in settle(&visible) {
            text.push_str(&format!("{path}\n{}", ecosystem_check::text(&found)));
        }
        expected.assert_eq(&text);
    }

    fn dependency(artifact: &str, more: &str) -> String {
        format!("<dependency><groupId>g</groupId><artifactId>{artifact}</artifactId>{more}</dependency>")
    }

    const PARENT: &str =
        "<parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>1</version></parent>";

    #[test]
    fn a_module_takes_versions_properties_and_dependencies_from_the_parent_above_it() {
        let parent = format!(
            "<groupId>org.acme</groupId><artifactId>parent</artifactId><version>1</version>\
             <properties><x.version>1.0</x.version><y.version>2.0</y.version></properties>\
             <dependencyManagement><dependencies>{}{}</dependencies></dependencyManagement>\
             <dependencies>{}</dependencies>",
            dependency("x", "<version>${x.version}</version>"),
            dependency("y", "<version>${y.version}</version><scope>test</scope>"),
            dependency("everywhere", "<version>3</version>"),
        );
        let module = format!(
            "{PARENT}<artifactId>module</artifactId><properties><x.version>1.5</x.version></properties>\
             <dependencies>{}{}{}</dependencies>",
            dependency("x", ""),
            dependency("y", ""),
            dependency("z", "<version>${project.version}</version>"),
        );
        check(
            &[("shop/pom.xml", &parent), ("shop/module/pom.xml", &module)],
            &expect![[r#"
                shop/module/pom.xml
                locked maven g:x 1.5 direct
                locked maven g:y 2.0 direct dev
                locked maven g:z 1 direct
                locked maven g:everywhere 3 direct
                shop/pom.xml
                locked maven g:everywhere 3 direct
            "#]],
        );
    }

    #[test]
    fn parents_are_found_by_path_or_by_name_and_must_be_those_that_are_meant() {
        let parent = |version: &str| {
            format!(
                "<groupId>org.acme</groupId><artifactId>parent</artifactId><version>{version}</version>\
                 <properties><v>{version}</v></properties>"
            )
        };
        let module = |parent: &str| {
            format!("{parent}<dependencies>{}</dependencies>", dependency("x", "<version>${v}</version>"))
        };
        let elsewhere = PARENT.replace("</parent>", "<relativePath>../build/parent</relativePath></parent>");
        let nowhere = PARENT.replace("</parent>", "<relativePath/></parent>").replace("acme", "other");
        check(
            &[
                ("build/parent/pom.xml", &parent("1")),
                ("pom.xml", &parent("2")),
                ("a/pom.xml", &module(&elsewhere)),
                ("b/pom.xml", &module(PARENT)),
                ("c/pom.xml", &module(&nowhere)),
            ],
            &expect![[r#"
                a/pom.xml
                locked maven g:x 1 direct
                b/pom.xml
                locked maven g:x 1 direct
                build/parent/pom.xml
                c/pom.xml
                gap c/pom.xml: no exact version can be told of g:x (${v}); scan the built archive to know them
                pom.xml
            "#]],
        );
    }

    #[test]
    fn one_version_for_all_modules_may_be_a_property() {
        let parent = "<groupId>org.acme</groupId><artifactId>parent</artifactId><version>${revision}</version>\
                      <properties><revision>7</revision></properties>";
        let module = format!(
            "{}<artifactId>m</artifactId><dependencies>{}</dependencies>",
            PARENT.replace(">1<", ">${revision}<"),
            dependency("sibling", "<version>${project.version}</version>")
        );
        check(
            &[("pom.xml", parent), ("m/pom.xml", &module)],
            &expect![[r#"
                m/pom.xml
                locked maven g:sibling 7 direct
                pom.xml
            "#]],
        );
    }

    #[test]
    fn bills_of_materials_of_the_tree_give_versions_and_others_are_named() {
        let import = |artifact: &str| dependency(artifact, "<version>1</version><type>pom</type><scope>import</scope>");
        let bom = |artifact: &str, managed: &str| {
            format!(
                "<groupId>g</groupId><artifactId>{artifact}</artifactId><version>1</version><properties><v>4</v></properties>\
                 <dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement>"
            )
        };
        let app = format!(
            "<groupId>g</groupId><artifactId>app</artifactId><version>1</version>\
             <dependencyManagement><dependencies>{}{}{}</dependencies></dependencyManagement>\
             <dependencies>{}{}{}{}</dependencies>",
            import("bom"),
            import("absent"),
            dependency("own", "<version>9</version>"),
            dependency("x", ""),
            dependency("y", ""),
            dependency("own", ""),
            dependency("z", ""),
        );
        check(
            &[
                ("app/pom.xml", &app),
                (
                    "bom/pom.xml",
                    &bom(
                        "bom",
                        &format!(
                            "{}{}{}",
                            dependency("x", "<version>${v}</version>"),
                            dependency("own", "<version>1</version>"),
                            import("inner")
                        ),
                    ),
                ),
                (
                    "inner/pom.xml",
                    &bom(
                        "inner",
                        &format!(
                            "{}{}{}",
                            dependency("y", "<version>5</version>"),
                            dependency("x", "<version>0</version>"),
                            import("bom")
                        ),
                    ),
                ),
            ],
            &expect![[r#"
                app/pom.xml
                locked maven g:x 4 direct
                locked maven g:y 5 direct
                locked maven g:own 9 direct
                gap app/pom.xml: the versions of g:z stand in the bill of materials g:absent:1; scan the built archive to know them
                bom/pom.xml
                inner/pom.xml
            "#]],
        );
    }

    #[test]
    fn parents_in_a_circle_end() {
        let project = |own: &str, parent: &str| {
            format!(
                "<parent><groupId>g</groupId><artifactId>{parent}</artifactId><version>1</version></parent><artifactId>{own}</artifactId>\
                 <dependencies>{}</dependencies>",
                dependency("x", "")
            )
        };
        check(
            &[("a/pom.xml", &project("a", "b")), ("b/pom.xml", &project("b", "a"))],
            &expect![[r#"
                a/pom.xml
                gap a/pom.xml: the versions of g:x stand in the parent g:a:1; scan the built archive to know them
                b/pom.xml
                gap b/pom.xml: the versions of g:x stand in the parent g:b:1; scan the built archive to know them
            "#]],
        );
    }
}
