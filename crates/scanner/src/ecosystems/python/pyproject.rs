//! `pyproject.toml`: which packages the project asks for itself (PEP 621, PEP 735, and the tables of poetry, uv, pdm).

use serde::Deserialize;

use super::requirement::Requirement;
use super::{PYPI, normal_name, parse_toml};
use crate::ecosystems::borrowed_json::{Entries, Items, Present, Text};
use crate::found::Found;
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
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Poetry<'a> {
    #[serde(borrow, default)]
    dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Present>,
    #[serde(borrow, default)]
    group: Entries<'a, PoetryGroup<'a>>,
}

#[derive(Deserialize)]
struct PoetryGroup<'a> {
    #[serde(borrow, default)]
    dependencies: Entries<'a, Present>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Uv<'a> {
    #[serde(borrow, default)]
    dev_dependencies: Items<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Pdm<'a> {
    #[serde(borrow, default)]
    dev_dependencies: Entries<'a, Items<Text<'a>>>,
}

/// Reads a manifest.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let pyproject: Pyproject<'_> = parse_toml("pyproject.toml", text)?;
    let (project, tool) = (&pyproject.project, &pyproject.tool);
    let groups = [&project.optional_dependencies, &pyproject.dependency_groups, &tool.pdm.dev_dependencies];
    let lists = [&project.dependencies, &tool.uv.dev_dependencies];
    let requirements =
        lists.into_iter().chain(groups.into_iter().flat_map(|group| group.0.iter().map(|(_, list)| list)));
    for requirement in requirements.flat_map(|list| &list.0) {
        if let Some(requirement) = Requirement::parse(requirement) {
            found.direct.push((PYPI, requirement.name));
        }
    }
    let poetry = &tool.poetry;
    let tables = [&poetry.dependencies, &poetry.dev_dependencies];
    let tables = tables.into_iter().chain(poetry.group.0.iter().map(|(_, group)| &group.dependencies));
    for (name, _) in tables.flat_map(|table| &table.0) {
        // Poetry lists the interpreter among the packages.
        if &**name != "python" {
            found.direct.push((PYPI, normal_name(name)));
        }
    }
    Ok(())
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
