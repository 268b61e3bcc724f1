//! `pubspec.yaml` (dart.dev, The pubspec file; Pub workspaces): whether it asks for packages that are no parts of the
//! repository or of an SDK, and what it says for the members of a workspace.

use serde::Deserialize;
use serde_json::Value;

use crate::manifest::{Part, ProjectManifest, Workspace};
use crate::yaml;

#[derive(Deserialize)]
struct Pubspec {
    #[serde(default)]
    name: Value,
    #[serde(default)]
    dependencies: Value,
    #[serde(default)]
    dev_dependencies: Value,
    #[serde(default)]
    dependency_overrides: Value,
    /// The folders of the members.
    #[serde(default)]
    workspace: Value,
    /// `workspace` in a member.
    #[serde(default)]
    resolution: Value,
}

/// Reads a manifest.
pub(super) fn read(text: &str) -> ProjectManifest {
    let Ok(pubspec) = yaml::parse::<Pubspec>(text) else {
        // One that pub cannot read either may have been cut or merged badly.
        return ProjectManifest::that_asks(text.lines().any(|line| line.starts_with("dependencies:")));
    };
    let members = pubspec.workspace.as_array().map(|folders| {
        let members = folders.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Workspace { members, ..Workspace::default() }
    });
    let is_member = pubspec.resolution == "workspace" || members.is_some();
    let name = pubspec.name.as_str().unwrap_or_default().to_owned();
    let mut manifest = ProjectManifest { name, workspace: members, ..ProjectManifest::default() };
    let tables = [&pubspec.dependencies, &pubspec.dev_dependencies];
    for (name, written) in tables.into_iter().filter_map(Value::as_object).flatten() {
        let source = pubspec.dependency_overrides.get(name).unwrap_or(written);
        if source.get("sdk").is_some() {
            continue;
        }
        match source.get("path").and_then(Value::as_str) {
            Some(folder) => manifest.folders.push(folder.to_owned()),
            None if is_member && source.get("git").is_none() => manifest.leave_open(name, ""),
            // It is no member of the workspace, whatever this says.
            None => manifest.leave_open(name, "*"),
        }
    }
    manifest
}

/// Reads a `pubspec_overrides.yaml`: which packages it takes from folders, whatever the manifest beside it says.
pub(super) fn read_overrides(text: &str) -> ProjectManifest {
    let Ok(pubspec) = yaml::parse::<Pubspec>(text) else { return ProjectManifest::default() };
    let overrides = pubspec.dependency_overrides.as_object().into_iter().flatten();
    let patched: Vec<Part> = overrides
        .filter_map(|(name, source)| {
            let folder = source.get("path")?.as_str().filter(|folder| !folder.is_empty())?;
            Some(Part { name: name.clone(), folder: folder.to_owned() })
        })
        .collect();
    let workspace = (!patched.is_empty()).then(|| Workspace { patched, ..Workspace::default() });
    ProjectManifest { workspace, ..ProjectManifest::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, asks: bool, folders: &[&str], members: &[&str]) {
        let manifest = read(text);
        let (open, outer): (Vec<_>, Vec<_>) = manifest.open.iter().partition(|wish| wish.range.is_empty());
        let open: Vec<&str> = open.into_iter().map(|wish| wish.name.as_str()).collect();
        assert_eq!((manifest.asks || !outer.is_empty(), open.as_slice()), (asks, members), "{text}");
        assert_eq!(manifest.folders, folders, "{text}");
    }

    #[test]
    fn packages_come_from_outside_from_an_sdk_or_from_folders() {
        check("name: a\ndependencies:\n  http: ^1.0.0\n", true, &[], &[]);
        check("name: a\ndev_dependencies:\n  lints:\n", true, &[], &[]);
        check("dependencies:\n  a:\n    git: https://h/a.git\n", true, &[], &[]);
        check("dependencies:\n  a:\n    hosted: https://h\n    version: ^1.0.0\n", true, &[], &[]);
        check("dependencies:\n  a: [\n", true, &[], &[]);
        check("name: a\nenvironment:\n  sdk: ^3.0.0\ndependencies:\ndev_dependencies: {}\n", false, &[], &[]);
        check(
            "dependencies:\n  flutter:\n    sdk: flutter\ndev_dependencies:\n  flutter_test:\n    sdk: flutter\n",
            false,
            &[],
            &[],
        );
        check("dependencies:\n  b:\n    path: ../b\n", false, &["../b"], &[]);
        check("dependencies:\n  b: ^1.0.0\ndependency_overrides:\n  b:\n    path: ../b\n", false, &["../b"], &[]);
        check("name: a\nresolution: workspace\ndependencies:\n  b: ^1.0.0\n", false, &[], &["b"]);
    }
}
