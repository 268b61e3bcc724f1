//! Settles what Go modules require within their workspace (go.dev/ref/mod, Workspaces): what `go.work` replaces is replaced
//! for all of its modules, what one of them replaces for the others too, and each of them stands for itself.

use std::collections::{BTreeMap, HashSet};

use model::UntrustedPath;

use crate::ecosystems::{GoModule, GoWorkspace, Replacements};
use crate::folder_links::join;
use crate::found::{Found, FoundPackage, Mark};
use crate::locked::is_in_dependency_folder;
use crate::merge::VisibleFile;

/// What the `go.mod` and the `go.sum` of the modules of workspaces tell there, by their paths.
pub(crate) fn settle(files: &BTreeMap<&str, VisibleFile<'_>>) -> BTreeMap<String, Found> {
    let is_workspace = |path: &str, file: &VisibleFile<'_>| {
        matches!(file.found.mark, Some(Mark::GoWorkspace(_))) && !is_in_dependency_folder(path)
    };
    let mut paths: Vec<&str> =
        files.iter().filter(|(path, file)| is_workspace(path, file)).map(|(path, _)| *path).collect();
    // Go takes the workspace that is nearest above a module: what a deeper one says takes the place of what others said.
    paths.sort_by_key(|path| path.len());
    let mut settled = BTreeMap::new();
    for path in paths {
        if let Some(file) = files.get(path)
            && let Some(Mark::GoWorkspace(workspace)) = &file.found.mark
        {
            let has_toolchain = !file.found.packages.is_empty();
            settle_workspace(files, path, workspace, has_toolchain, &mut settled);
        }
    }
    settled
}

/// A module of a workspace.
struct Member<'a> {
    folder: UntrustedPath,
    module: &'a GoModule,
    found: &'a Found,
}

fn settle_workspace<'a>(
    files: &BTreeMap<&str, VisibleFile<'a>>,
    path: &str,
    workspace: &'a GoWorkspace,
    has_toolchain: bool,
    settled: &mut BTreeMap<String, Found>,
) {
    let members = members(files, &UntrustedPath::normalise(path), workspace);
    let own: HashSet<&str> = members.iter().map(|member| member.module.path.as_str()).collect();
    let of_workspace = Replacements::new(&workspace.replaced);
    let of_members = Replacements::new(members.iter().flat_map(|member| &member.module.replaced));
    for member in &members {
        let of_member = Replacements::new(&member.module.replaced);
        let stand_ins = StandIns { own: &own, replacements: [&of_workspace, &of_member, &of_members] };
        let mut found = Found { packages: Vec::new(), ..member.found.clone() };
        member.module.hand_over(|module, version| stand_ins.of(module, version), &mut found);
        if !has_toolchain {
            found.packages.extend(member.found.packages.iter().filter(|package| package.name == "stdlib").cloned());
        }
        // They were told when the file was read.
        found.gaps.clear();
        settled.insert(join(member.folder.as_str(), "go.mod"), found);
        let sums = join(member.folder.as_str(), "go.sum");
        if let Some(file) = files.get(sums.as_str()) {
            let stand_in = |package: &'a FoundPackage| {
                let (name, version) = stand_ins.of(&package.name, &package.version)?;
                Some(FoundPackage { name: name.to_owned(), version: version.to_owned(), ..package.clone() })
            };
            let packages = file.found.packages.iter().filter_map(stand_in).collect();
            settled.insert(sums, Found { packages, ..file.found.clone() });
        }
    }
}

/// The modules that a workspace names in its folder and below; what lies elsewhere is built without it as well.
fn members<'a>(
    files: &BTreeMap<&str, VisibleFile<'a>>,
    path: &UntrustedPath,
    workspace: &GoWorkspace,
) -> Vec<Member<'a>> {
    let mut members = Vec::new();
    let mut folders = HashSet::new();
    for used in &workspace.used {
        let folder = path.resolve(used);
        if !is_within(folder.as_str(), path.parent()) || !folders.insert(folder.as_str().to_owned()) {
            continue;
        }
        if let Some(file) = files.get(join(folder.as_str(), "go.mod").as_str())
            && let Some(Mark::GoModule(module)) = &file.found.mark
        {
            members.push(Member { folder, module, found: file.found });
        }
    }
    members
}

fn is_within(folder: &str, above: &str) -> bool {
    above.is_empty() || folder.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What stands in for modules within a workspace.
struct StandIns<'s, 'a> {
    /// What its modules are called.
    own: &'s HashSet<&'a str>,
    /// The first that says something counts.
    replacements: [&'s Replacements<'a>; 3],
}

impl<'a> StandIns<'_, 'a> {
    /// Another module or the same; nothing where a folder stands in.
    fn of(&self, module: &'a str, version: &'a str) -> Option<(&'a str, &'a str)> {
        if self.own.contains(module) {
            return None;
        }
        match self.replacements.iter().find_map(|replacements| replacements.of(module, version)) {
            Some(replacement) => replacement.target(),
            None => Some((module, version)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_within_itself_and_what_is_above_it() {
        for (folder, above, expected) in
            [("a", "", true), ("a/b", "a", true), ("a", "a", true), ("ab", "a", false), ("a", "a/b", false)]
        {
            assert_eq!(is_within(folder, above), expected, "{folder} {above}");
        }
    }
}
