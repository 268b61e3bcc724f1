//! `pyproject.toml`: which packages the project asks for itself (PEP 621, PEP 735, and the tables of
//! Poetry, uv, PDM, Flit and Pixi).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::requirement::Requirement;
use super::{PYPI, normal_name, parse_toml, place};
use crate::ecosystems::borrowed_json::{Entries, Items, Object, Text};
use crate::ecosystems::conda::PixiTables;
use crate::found::Found;
use crate::manifest::{Part, ProjectManifest, Workspace};
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pyproject<'a> {
    #[serde(borrow, default)]
    project: Project<'a>,
    #[serde(borrow, default)]
    dependency_groups: Entries<'a, Items<Text<'a>>>,
    #[serde(borrow, default)]
    tool: Tool<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Project<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    dependencies: Items<Text<'a>>,
    #[serde(borrow, default)]
    optional_dependencies: Entries<'a, Items<Text<'a>>>,
}

#[derive(Default, Deserialize)]
struct Tool<'a> {
    #[serde(borrow, default)]
    poetry: Poetry<'a>,
    #[serde(borrow, default)]
    uv: Uv<'a>,
    #[serde(borrow, default)]
    pdm: Pdm<'a>,
    #[serde(borrow, default)]
    flit: Flit<'a>,
    #[serde(borrow, default)]
    pixi: Object<PixiTables<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Poetry<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    dependencies: Entries<'a, Value>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Value>,
    #[serde(borrow, default)]
    group: Entries<'a, PoetryGroup<'a>>,
}

#[derive(Deserialize)]
struct PoetryGroup<'a> {
    #[serde(borrow, default)]
    dependencies: Entries<'a, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Uv<'a> {
    #[serde(borrow, default)]
    dev_dependencies: Items<Text<'a>>,
    /// Where packages lie that have a name only where they are asked for.
    #[serde(borrow, default)]
    sources: Entries<'a, Value>,
    /// The patterns of the folders of members under `members`, of what is none under `exclude`.
    #[serde(borrow, default)]
    workspace: Entries<'a, Items<Text<'a>>>,
}

impl Uv<'_> {
    /// What the root of a workspace says for its members, if this is one (docs.astral.sh/uv, Workspaces).
    fn read_workspace(&self, sources: &BTreeMap<String, &Value>) -> Option<Workspace> {
        let mut workspace = Workspace::default();
        for (key, folders) in &self.workspace.0 {
            let begin = match &**key {
                "members" => "",
                "exclude" => "!",
                _ => continue,
            };
            workspace.members.extend(folders.0.iter().map(|folder| format!("{begin}{}", &**folder)));
        }
        let parts = sources.iter().filter(|(_, source)| place::is_part_of_repository(source));
        workspace.shared.extend(parts.map(|(name, source)| {
            let folder = source.get("path").and_then(Value::as_str).unwrap_or_default();
            Part { name: name.clone(), folder: folder.to_owned() }
        }));
        (!self.workspace.0.is_empty()).then_some(workspace)
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pdm<'a> {
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Items<Text<'a>>>,
}

/// What Flit had before PEP 621 (flit.pypa.io, Old style metadata).
#[derive(Default, Deserialize)]
struct Flit<'a> {
    #[serde(borrow, default)]
    metadata: FlitMetadata<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FlitMetadata<'a> {
    #[serde(borrow, default)]
    requires: Items<Text<'a>>,
    #[serde(borrow, default)]
    dev_requires: Items<Text<'a>>,
    #[serde(borrow, default)]
    requires_extra: Entries<'a, Items<Text<'a>>>,
}

/// Reads a manifest: which packages it asks for itself, and what decides whether any of them is no part of the repository.
pub(super) fn read(text: &str, found: &mut Found) -> Result<ProjectManifest, ReadFileError> {
    let pyproject: Pyproject<'_> = parse_toml("pyproject.toml", text)?;
    let (project, tool) = (&pyproject.project, &pyproject.tool);
    let sources = by_name(&tool.uv.sources);
    // Poetry takes it from there for what `project` asks for by name, too.
    let of_poetry = by_name(&tool.poetry.dependencies);
    let own_name = normal_name(&project.name);
    let mut manifest = ProjectManifest {
        name: if own_name.is_empty() { normal_name(&tool.poetry.name) } else { own_name.clone() },
        workspace: tool.uv.read_workspace(&sources),
        ..ProjectManifest::default()
    };
    manifest.asks |= tool.pixi.0.as_ref().is_some_and(PixiTables::ask);
    let flit = &tool.flit.metadata;
    let groups = [
        &project.optional_dependencies,
        &pyproject.dependency_groups,
        &tool.pdm.dev_dependencies,
        &flit.requires_extra,
    ];
    let lists = [&project.dependencies, &tool.uv.dev_dependencies, &flit.requires, &flit.dev_requires];
    let requirements =
        lists.into_iter().chain(groups.into_iter().flat_map(|group| group.0.iter().map(|(_, list)| list)));
    for requirement in requirements.flat_map(|list| &list.0) {
        let Some(requirement) = Requirement::parse(requirement) else { continue };
        let name = requirement.name.as_str();
        // A group of the project's own extras: `app[cli,docs]`.
        let is_own = name == own_name && requirement.url.is_none();
        let is_of_poetry = of_poetry.get(name).is_some_and(|package| place::is_part_of_repository(package));
        match (requirement.url, sources.get(name)) {
            _ if is_own || is_of_poetry => {}
            (Some(url), _) if place::is_folder_of_repository(url) => {
                manifest.folders.push(place::folder_of_address(url).to_owned());
            }
            (_, Some(source)) => place::note(source, &mut manifest),
            (Some(_), None) => manifest.asks = true,
            (None, None) => manifest.leave_open(name, ""),
        }
        found.direct.push((PYPI, requirement.name));
    }
    let poetry = &tool.poetry;
    let tables = [&poetry.dependencies, &poetry.dev_dependencies];
    let tables = tables.into_iter().chain(poetry.group.0.iter().map(|(_, group)| &group.dependencies));
    for (name, package) in tables.flat_map(|table| &table.0) {
        // Poetry lists the interpreter among the packages.
        if &**name != "python" {
            place::note(package, &mut manifest);
            found.direct.push((PYPI, normal_name(name)));
        }
    }
    Ok(manifest)
}

/// Packages by their normalised names.
fn by_name<'v>(packages: &'v Entries<'_, Value>) -> BTreeMap<String, &'v Value> {
    packages.0.iter().map(|(name, package)| (normal_name(name), package)).collect()
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{read, try_read};
    use crate::ecosystems::python::Python;

    #[test]
    fn every_table_of_dependencies_counts() {
        let toml = r#"
[project]
name = "app"
dependencies = ["Requests[socks]>=2", "a @ https://x/a.whl"]
[project.optional-dependencies]
cli = ["click"]
[dependency-groups]
dev = ["pytest>=7", {include-group = "lint"}]
lint = ["ruff"]
[tool.poetry.dependencies]
python = "^3.9"
Flask = {version = "^3", extras = ["async"]}
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.uv]
dev-dependencies = ["mypy"]
[tool.pdm.dev-dependencies]
test = ["tox"]
[tool.black]
line-length = 100
"#;
        let direct: Vec<String> =
            read(&Python, "pyproject.toml", toml.as_bytes()).direct.into_iter().map(|(_, name)| name).collect();
        let expected = ["requests", "a", "mypy", "click", "pytest", "ruff", "tox", "flask", "sphinx"];
        assert_eq!(direct, expected);
        assert!(try_read(&Python, "pyproject.toml", b"[project\n").is_err());
    }
}
