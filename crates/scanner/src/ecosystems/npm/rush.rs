//! `rush.json`: the projects that Rush installs packages for (rushjs.io, rush.json). It is JSON with comments.

use serde::Deserialize;

use super::bun::plain_json;
use crate::ecosystems::borrowed_json::{Items, Text, object};
use crate::found::{Found, Mark};
use crate::manifest::RushProject;

#[derive(Deserialize)]
struct Rush<'a> {
    #[serde(borrow, default)]
    projects: Items<Project<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Project<'a> {
    #[serde(borrow)]
    project_folder: Text<'a>,
    #[serde(borrow, default)]
    subspace_name: Text<'a>,
}

/// Reads the file. One that is none of Rush lists no package, so that nothing is missed.
pub(super) fn read(text: &str, found: &mut Found) {
    let json = plain_json(text.as_bytes());
    let Ok(rush) = object::<Rush<'_>>(&json) else { return };
    let project = |project: &Project<'_>| RushProject {
        folder: project.project_folder.to_string(),
        subspace: project.subspace_name.to_string(),
    };
    let projects: Vec<RushProject> = rush.projects.0.iter().map(project).collect();
    if !projects.is_empty() {
        found.mark = Some(Mark::RushProjects(projects));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::read_with_gaps;
    use crate::ecosystems::npm::Npm;

    #[test]
    fn projects_have_a_folder_and_perhaps_a_subspace() {
        let text = "/** Rush */ {\n // The projects.\n \"rushVersion\": \"5.1\", \"projects\": [\n\
                    {\"packageName\": \"a\", \"projectFolder\": \"apps/a\"},\n\
                    {\"packageName\": \"b\", \"projectFolder\": \"libs/b\", \"subspaceName\": \"s\"},\n ],\n}\n";
        let found = read_with_gaps(&Npm, "rush.json", text.as_bytes());
        let Some(Mark::RushProjects(projects)) = found.mark else { panic!("it names projects") };
        let told: Vec<_> = projects.iter().map(|it| (it.folder.as_str(), it.subspace.as_str())).collect();
        assert_eq!(told, [("apps/a", ""), ("libs/b", "s")]);
    }

    #[test]
    fn a_file_of_somebody_else_says_nothing() {
        for text in ["", "{", "[]", "{\"projects\":[1]}", "{\"projects\":{\"a\":1}}", "{\"projects\":[{}]}"] {
            assert_eq!(read_with_gaps(&Npm, "app/rush.json", text.as_bytes()), Found::default(), "{text}");
        }
    }
}
