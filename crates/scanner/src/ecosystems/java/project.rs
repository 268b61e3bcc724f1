//! A Maven project with what it inherits (Maven, Introduction to the POM): its parents' properties, dependency management
//! and dependencies, and the bills of materials that it imports.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use model::Ecosystem;
use serde::{Deserialize, Serialize};

use crate::found::{Evidence, Found, FoundPackage};

/// How often properties may stand for one another.
const DEEPEST_PROPERTY: u32 = 16;

/// The longest text that properties may resolve to.
const LONGEST_VALUE: usize = 4096;

/// How many dependencies a gap names.
const NAMED_IN_GAP: usize = 8;

/// What one project file says; properties are not put in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) group: Option<String>,
    pub(crate) artifact: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) parent: Option<Parent>,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) managed: Vec<Asked>,
    pub(crate) dependencies: Vec<Asked>,
    /// The names of profiles that ask for what is not among the dependencies, because only some builds have it.
    pub(crate) left_out: Vec<String>,
}

/// What a project says of its parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parent {
    pub(crate) group: Option<String>,
    pub(crate) artifact: Option<String>,
    pub(crate) version: Option<String>,
    /// Where it lies, from the project's folder; nothing where it is to be had from a repository only.
    pub(crate) relative_path: Option<String>,
}

/// A dependency as a file asks for it, or as a dependency management has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) version: Option<String>,
    pub(crate) scope: Option<String>,
}

impl Project {
    /// How many bytes it takes, roughly.
    pub(crate) fn size_bytes(&self) -> usize {
        let asked = self.managed.iter().chain(&self.dependencies);
        let asked = asked.map(|asked| 96 + asked.group.len() + asked.artifact.len());
        let properties = self.properties.iter().map(|(name, value)| 64 + name.len() + value.len());
        let left_out = self.left_out.iter().map(|name| 24 + name.len());
        512 + asked.sum::<usize>() + properties.sum::<usize>() + left_out.sum::<usize>()
    }

    /// How many entries it has that settling goes through.
    pub(crate) fn entries(&self) -> usize {
        1 + self.properties.len() + self.managed.len() + self.dependencies.len()
    }
}

/// A dependency with its properties put in as far as they are known.
pub(crate) struct Dependency {
    /// `group:artifact`.
    pub(crate) name: String,
    pub(crate) version: Option<String>,
    pub(crate) scope: Option<String>,
}

/// A version and a scope that a dependency management gives.
pub(crate) type Managed = (Option<String>, Option<String>);

/// A project with its parents.
pub(crate) struct EffectiveProject<'a> {
    /// The project itself, its parent, the parent's parent, and so on.
    lineage: Vec<&'a Project>,
    properties: BTreeMap<String, &'a str>,
    managed: BTreeMap<(String, String), Managed>,
    /// What could not be found: parents and bills of materials, as a gap names them.
    missing: Vec<String>,
}

/// Gives the dependency management of the bill of materials with a group, an artifact and a version.
pub(crate) type Import<'i> = dyn FnMut(&str, &str, &str) -> Option<Rc<ManagedVersions>> + 'i;

impl<'a> EffectiveProject<'a> {
    /// A project by itself: a parent that it names is missing.
    pub(crate) fn of_one(project: &'a Project) -> EffectiveProject<'a> {
        EffectiveProject::new(vec![project], &mut |_, _, _| None)
    }

    /// The project at the head of a lineage; `import` gives what bills of materials manage.
    pub(crate) fn new(lineage: Vec<&'a Project>, import: &mut Import<'_>) -> EffectiveProject<'a> {
        let mut effective = EffectiveProject {
            properties: properties(&lineage),
            lineage,
            managed: BTreeMap::new(),
            missing: Vec::new(),
        };
        if let Some(parent) = effective.lineage.last().and_then(|last| last.parent.as_ref())
            && let (Some(group), Some(artifact)) = (&parent.group, &parent.artifact)
        {
            let version = parent.version.as_deref().unwrap_or("?");
            effective.missing.push(format!("the parent {group}:{artifact}:{version}"));
        }
        let mut imports = Vec::new();
        for asked in effective.lineage.clone().into_iter().flat_map(|project| &project.managed) {
            let (Some(group), Some(artifact)) = (effective.resolve(&asked.group), effective.resolve(&asked.artifact))
            else {
                continue;
            };
            let part = |text: &Option<String>| text.as_deref().and_then(|text| effective.resolve(text));
            let (version, scope) = (part(&asked.version), part(&asked.scope));
            if scope.as_deref() == Some("import") {
                imports.push((group, artifact, version.unwrap_or_default()));
            } else {
                effective.managed.entry((group, artifact)).or_insert((version, scope));
            }
        }
        // What a project states itself, or inherits, wins over what it imports; of imports the first one wins.
        for (group, artifact, version) in imports {
            match import(&group, &artifact, &version) {
                Some(versions) => {
                    for (name, managed) in versions.iter() {
                        effective.managed.entry(name.clone()).or_insert_with(|| managed.clone());
                    }
                }
                None => effective.missing.push(format!("the bill of materials {group}:{artifact}:{version}")),
            }
        }
        effective
    }

    /// Group, artifact and version, where they are stated.
    pub(crate) fn coordinates(&self) -> Option<(String, String, String)> {
        let resolved = |key: &str| self.properties.get(key).and_then(|value| self.resolve(value));
        let own = |key: &str| resolved(key).filter(|value| unresolved_variable(value).is_none());
        Some((own("project.groupId")?, own("project.artifactId")?, own("project.version")?))
    }

    /// What the project and its parents ask for, nearest first, each once.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = Dependency> {
        let mut seen = BTreeSet::new();
        let asked = self.lineage.iter().flat_map(|project| &project.dependencies);
        asked.filter_map(move |asked| {
            let (group, artifact) = (self.resolve(&asked.group)?, self.resolve(&asked.artifact)?);
            let name = format!("{group}:{artifact}");
            if !seen.insert(name.clone()) {
                return None;
            }
            let (version, scope) = self.managed.get(&(group, artifact)).cloned().unwrap_or_default();
            let own = |text: &Option<String>| text.as_deref().and_then(|text| self.resolve(text));
            Some(Dependency { name, version: own(&asked.version).or(version), scope: own(&asked.scope).or(scope) })
        })
    }

    /// The dependency management, for whoever imports the project.
    pub(crate) fn into_managed(self) -> ManagedVersions {
        self.managed
    }

    /// The packages that the project asks for; of those without a known version, gaps at `path`.
    pub(crate) fn settle(&self, path: &str) -> Found {
        let mut found = Found::default();
        let (mut elsewhere, mut unresolved) = (Vec::new(), Vec::new());
        for Dependency { name, version, scope } in self.dependencies() {
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
            let names = list(&elsewhere);
            found.gap(
                path,
                match self.missing.is_empty() {
                    true => format!("the versions of {names} are stated nowhere; scan the built archive to know them"),
                    false => {
                        let from = list(&self.missing);
                        format!("the versions of {names} stand in {from}; scan the built archive to know them")
                    }
                },
            );
        }
        if !unresolved.is_empty() {
            let names = list(&unresolved);
            found.gap(path, format!("no exact version can be told of {names}; scan the built archive to know them"));
        }
        // What a parent leaves out is said of the parent.
        if let Some(project) = self.lineage.first().filter(|project| !project.left_out.is_empty()) {
            let names = list(&project.left_out);
            found.gap(
                path,
                format!(
                    "dependencies in its profiles ({names}) are left out, because only some builds have them; \
                     scan the built archive to know them"
                ),
            );
        }
        found
    }

    /// Puts properties in; `None` where they stand for one another without end.
    fn resolve(&self, text: &str) -> Option<String> {
        resolve(text, &self.properties)
    }
}

/// Versions and scopes by group and artifact.
pub(crate) type ManagedVersions = BTreeMap<(String, String), Managed>;

/// The properties of the nearest project that has them, and what Maven itself says of the first of them.
fn properties<'a>(lineage: &[&'a Project]) -> BTreeMap<String, &'a str> {
    let mut properties = BTreeMap::new();
    for project in lineage.iter().rev() {
        properties.extend(project.properties.iter().map(|(name, value)| (name.clone(), value.as_str())));
    }
    let Some(project) = lineage.first() else { return properties };
    let parent = project.parent.as_ref();
    let [group, artifact, version] = [
        (&project.group, parent.map(|parent| &parent.group)),
        // The artifact's name is the one of the three that is never inherited.
        (&project.artifact, parent.map(|parent| &parent.artifact)),
        (&project.version, parent.map(|parent| &parent.version)),
    ];
    for (name, (own, inherited)) in [("groupId", group), ("artifactId", artifact), ("version", version)] {
        let inherited = inherited.and_then(|text| text.as_deref());
        let own = own.as_deref().or(inherited.filter(|_| name != "artifactId"));
        for (prefix, value) in
            [("project.", own), ("pom.", own), ("project.parent.", inherited), ("parent.", inherited)]
        {
            if let Some(value) = value {
                properties.insert(format!("{prefix}{name}"), value);
            }
        }
    }
    properties
}

fn resolve(text: &str, properties: &BTreeMap<String, &str>) -> Option<String> {
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
            match properties.get(name) {
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

/// The name of a property that is still in a text.
pub(crate) fn unresolved_variable(text: &str) -> Option<&str> {
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
