//! What the manifest of a project says of the packages that it asks for, as it is kept to be settled over all files of a
//! repository (`crate::unlocked`).

use serde::{Deserialize, Serialize};

use crate::found::Mark;

/// The most patterns by which a workspace may name its members; the largest real ones name some hundred folders. One with
/// more counts as having none.
pub(crate) const MOST_PATTERNS: usize = 1_000;

/// What a script of Gradle leaves open for the plug-ins that it asks for itself, which have a lock file of their own.
pub(crate) const GRADLE_PLUGINS: &str = "buildscript";

/// The pattern of a workspace that may have any folder below it as a member.
pub(crate) const EVERYTHING_BELOW: &str = "**";

/// What a script of Gradle leaves open for the projects below its own, whose lock files lie in their folders.
pub(crate) const GRADLE_SUBPROJECTS: &str = "subprojects";

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ProjectManifest {
    /// Whether it asks for a package that is no part of the repository, whatever other files say.
    pub(crate) asks: bool,
    /// What it asks for that is a part of the repository where other manifests say so.
    pub(crate) open: Vec<Wish>,
    /// Folders, as they are written, from which it takes packages; each is a part of the repository where it has one.
    pub(crate) folders: Vec<String>,
    /// What others call the package that it describes; empty where nobody asks.
    pub(crate) name: String,
    /// The version of that package.
    pub(crate) version: String,
    /// What it says for others, where it is the root of a workspace, takes in others or names folders in which packages lie.
    pub(crate) workspace: Option<Workspace>,
    /// The folder of the workspace that it says it is a part of, as it is written.
    pub(crate) root: Option<String>,
    /// Folders whose gem specifications ask for packages in its place.
    pub(crate) specifications: Vec<Specifications>,
}

/// A package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) name: String,
    /// The versions, as they are written; empty where they do not decide whether it is a part of the repository.
    pub(crate) range: String,
}

/// What the root of a workspace says for others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Workspace {
    /// Patterns of the folders of its members, as they are written; those that leave folders out begin with `!`.
    pub(crate) members: Vec<String>,
    /// The packages that members may ask for by name alone and that are parts of the repository, sorted.
    pub(crate) shared: Vec<Part>,
    /// The packages that are parts of the repository wherever a member asks for the published one, sorted.
    pub(crate) patched: Vec<Part>,
}

/// A package that is a part of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The folder in which it lies, as it is written; empty where the file says so by another word than a path.
    pub(crate) folder: String,
}

/// A folder with gem specifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Specifications {
    /// As it is written.
    pub(crate) folder: String,
    /// Whether one must lie in the folder itself; else one level below it does as well, and there may be none.
    pub(crate) is_needed: bool,
}

impl Workspace {
    /// The part of the repository that members get which ask for a package by this name alone.
    pub(crate) fn shared_part(&self, name: &str) -> Option<&Part> {
        part_of(&self.shared, name)
    }

    /// The part of the repository that members get which ask for the published package of this name.
    pub(crate) fn patched_part(&self, name: &str) -> Option<&Part> {
        part_of(&self.patched, name)
    }
}

fn part_of<'p>(parts: &'p [Part], name: &str) -> Option<&'p Part> {
    let place = parts.binary_search_by(|part| part.name.as_str().cmp(name)).ok()?;
    parts.get(place)
}

/// A project that a `rush.json` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RushProject {
    /// Its folder, seen from that of `rush.json`.
    pub(crate) folder: String,
    /// The subspace that it says it is in; empty where it says none.
    pub(crate) subspace: String,
}

impl ProjectManifest {
    /// One that asks for packages from outside of the repository, if it does.
    pub(crate) fn that_asks(asks: bool) -> ProjectManifest {
        ProjectManifest { asks, ..ProjectManifest::default() }
    }

    /// Notes a package that is a part of the repository where another manifest says so.
    pub(crate) fn leave_open(&mut self, name: &str, range: &str) {
        self.open.push(Wish { name: name.to_owned(), range: range.to_owned() });
    }

    /// What is kept of it; nothing where it neither asks for anything nor says anything for others.
    pub(crate) fn into_mark(mut self) -> Option<Mark> {
        if self.asks {
            // Those are told apart from what else it asks for.
            self.open.retain(|wish| wish.name == GRADLE_PLUGINS);
            self.specifications = Vec::new();
        }
        if let Some(workspace) = &mut self.workspace {
            workspace.shared.sort_unstable();
            workspace.patched.sort_unstable();
            if workspace.members.len() > MOST_PATTERNS {
                workspace.members = Vec::new();
            }
        }
        (self != ProjectManifest::default()).then(|| Mark::Manifest(Box::new(self)))
    }

    /// How much memory it takes, roughly, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        let texts = |texts: &[String]| texts.iter().map(|text| size_of::<String>() + text.len()).sum::<usize>();
        let open: usize = self.open.iter().map(|wish| size_of::<Wish>() + wish.name.len() + wish.range.len()).sum();
        let parts = |parts: &[Part]| {
            parts.iter().map(|part| size_of::<Part>() + part.name.len() + part.folder.len()).sum::<usize>()
        };
        let workspace = self
            .workspace
            .as_ref()
            .map_or(0, |workspace| texts(&workspace.members) + parts(&workspace.shared) + parts(&workspace.patched));
        let root = self.root.as_ref().map_or(0, String::len);
        let folders = self.specifications.iter().map(|part| size_of::<Specifications>() + part.folder.len());
        let folders: usize = folders.sum();
        let folders = folders + texts(&self.folders);
        size_of::<ProjectManifest>() + open + self.name.len() + self.version.len() + workspace + root + folders
    }
}

impl RushProject {
    /// How much memory it takes, roughly, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        size_of::<RushProject>() + self.folder.len() + self.subspace.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_of_countless_patterns_has_no_members() {
        let members = vec!["a".to_owned(); MOST_PATTERNS + 1];
        let shared = ["b", "a"].map(|name| Part { name: name.to_owned(), folder: String::new() }).to_vec();
        let workspace = Some(Workspace { members, shared, ..Workspace::default() });
        let mark = ProjectManifest { workspace, ..ProjectManifest::default() }.into_mark();
        let Some(Mark::Manifest(kept)) = mark else { panic!("it is the root of a workspace") };
        let workspace = kept.workspace.unwrap();
        assert_eq!((workspace.members.len(), workspace.shared_part("b").is_some()), (0, true));
    }

    #[test]
    fn what_decides_nothing_is_not_kept() {
        assert_eq!(ProjectManifest::default().into_mark(), None);
        let mut project = ProjectManifest { name: "a".to_owned(), ..ProjectManifest::that_asks(true) };
        project.leave_open("b", "^1.0.0");
        project.folders.push("../c".to_owned());
        let Some(Mark::Manifest(kept)) = project.into_mark() else { panic!("it asks for packages") };
        assert_eq!((kept.asks, kept.open.len(), kept.folders.len(), kept.name.as_str()), (true, 0, 1, "a"));
    }
}
