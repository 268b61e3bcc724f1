//! What ecosystems find in files: the facts of one file, as they are kept in the cache.

use model::{Ecosystem, Gap, LockTool, SourcePackage, counted};
use serde::{Deserialize, Serialize};

use crate::ecosystems::{GoModule, GoWorkspace, Project};
use crate::manifest::{ProjectManifest, RushProject};
use crate::needs::Needs;

/// How many characters of a gap's reason are kept.
const LONGEST_REASON: usize = 1000;

/// The facts of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The packages that the file names.
    pub(crate) packages: Vec<FoundPackage>,
    /// The files that OS packages named here brought, as `path_set::path_hash` of their `owned_files::owned_name`: what
    /// they own is no second, language package.
    pub(crate) owned_files: Vec<u64>,
    /// What an os-release or another release file says.
    ///
    /// Boxed because one file in thousands has it, and an index keeps thousands of files.
    pub(crate) release: Option<Box<FoundRelease>>,
    /// The users that a system knows; boxed as the release is.
    pub(crate) accounts: Option<Box<FoundAccounts>>,
    /// Declared licenses of packages that another file names: (ecosystem, package name, licenses).
    pub(crate) licenses: Vec<(Ecosystem, String, Vec<String>)>,
    /// Names of packages that a manifest in this folder asks for itself, for the lock file beside it.
    pub(crate) direct: Vec<(Ecosystem, String)>,
    /// Ecosystems for which this folder's [`Evidence::Supplementary`] packages count.
    pub(crate) supplements: Vec<Ecosystem>,
    /// What a Maven project says, to be settled with its parents.
    pub(crate) project: Option<Box<Project>>,
    /// What the file says of the installed tree around it.
    pub(crate) mark: Option<Mark>,
    /// What a project file of .NET asks for without an exact version, and what it says in place of one: a gap, unless a lock
    /// file of the project tells the version.
    pub(crate) inexact: Vec<String>,
    /// What could not be read in the file.
    pub(crate) gaps: Vec<Gap>,
}

impl Found {
    /// The most packages that one file may name; a database that names more is hostile, and the rest is a gap.
    pub(crate) const LARGEST_PACKAGE_COUNT: usize = 50_000;

    /// Adds packages whose dependencies are places among themselves.
    pub(crate) fn append(&mut self, mut packages: Vec<FoundPackage>) {
        let first = self.packages.len() as u32;
        if first > 0 {
            packages.iter_mut().flat_map(|package| &mut package.dependencies).for_each(|place| *place += first);
        }
        self.packages.append(&mut packages);
    }

    /// Takes out what is no package because it lacks a name or a version, and says so once.
    pub(crate) fn drop_nameless(&mut self, path: &str) {
        let is_package = |package: &FoundPackage| !package.name.is_empty() && !package.version.is_empty();
        let count = self.packages.iter().filter(|package| !is_package(package)).count();
        if count == 0 {
            return;
        }
        let mut kept_count = 0;
        let places: Vec<Option<u32>> = self
            .packages
            .iter()
            .map(|package| {
                let place = is_package(package).then_some(kept_count);
                kept_count += u32::from(place.is_some());
                place
            })
            .collect();
        self.packages.retain(is_package);
        for package in &mut self.packages {
            let kept = package.dependencies.iter().filter_map(|place| *places.get(*place as usize)?);
            package.dependencies = kept.collect();
        }
        self.gap(
            path,
            counted(count, "of its packages lacks a name or a version", "of its packages lack a name or a version"),
        );
    }

    /// Notes that a part of a file could not be read.
    pub(crate) fn gap(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        let mut reason = reason.into();
        // Reasons name what stands in the file, at a length that the file decides.
        if let Some((end, _)) = reason.char_indices().nth(LONGEST_REASON) {
            reason.truncate(end);
            reason.push('…');
        }
        self.gaps.push(Gap::new(path, reason));
    }
}

/// A package as one file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundPackage {
    pub(crate) ecosystem: Ecosystem,
    /// As in `model::Package::name`.
    pub(crate) name: String,
    /// As in `model::Package::version`; never empty.
    pub(crate) version: String,
    /// Whether the file describes an installed package or only asks for one.
    pub(crate) evidence: Evidence,
    pub(crate) source: Option<SourcePackage>,
    pub(crate) architecture: Option<String>,
    pub(crate) module: Option<String>,
    pub(crate) licenses: Vec<String>,
    pub(crate) direct: Option<bool>,
    pub(crate) development: bool,
    /// Places in [`Found::packages`] of the same file.
    pub(crate) dependencies: Vec<u32>,
    /// What it needs of packages that other files describe.
    pub(crate) needs: Needs,
    /// As in `model::Package::sha1`.
    pub(crate) sha1: Option<String>,
    /// Further qualifiers of the purl, `(key, value)`, unencoded.
    pub(crate) qualifiers: Vec<(String, String)>,
    /// The path inside the file when the file is an archive: `lib/a.jar`, `lib/a.jar!/b.jar`.
    pub(crate) inner_path: Option<String>,
}

impl FoundPackage {
    /// A package of which only the name and the version are known.
    pub(crate) fn new(
        ecosystem: Ecosystem,
        evidence: Evidence,
        name: impl Into<String>,
        version: impl Into<String>,
    ) -> FoundPackage {
        FoundPackage {
            ecosystem,
            name: name.into(),
            version: version.into(),
            evidence,
            source: None,
            architecture: None,
            module: None,
            licenses: Vec::new(),
            direct: None,
            development: false,
            dependencies: Vec::new(),
            needs: Needs::default(),
            sha1: None,
            qualifiers: Vec::new(),
            inner_path: None,
        }
    }
}

/// What a file says of the installed tree around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mark {
    /// The Python distribution in this folder was asked for by name (packaging.python.org, Recording installed projects,
    /// the REQUESTED file).
    Requested,
    /// The Python distribution in this folder was installed by a program that marks what was asked for.
    MarkedByInstaller,
    /// The path is a symbolic link that Node follows to a package in the folder at this path.
    LeadsTo(String),
    /// The lock file is one of this program's.
    Lock(LockTool),
    /// What the Python distribution in this folder needs.
    Needs(Needs),
    /// The file of requirements or the project file takes in others.
    Includes(Vec<Include>),
    /// The file says what a Go module requires, be it nothing, to be settled with the workspace above it.
    GoModule(Box<GoModule>),
    /// The file says which Go modules are built together.
    GoWorkspace(Box<GoWorkspace>),
    /// The file is a manifest in which a project asks for packages, in versions that a lock file tells, or says for other
    /// manifests which packages are parts of the repository.
    Manifest(Box<ProjectManifest>),
    /// The file says which projects Rush installs packages for.
    RushProjects(Vec<RushProject>),
    /// The packages of the system should be told here, and are not: a gap for this reason, unless another file tells some.
    NoPackages(String),
    /// The file is an archive of Java, or holds some, that would be packages if they told a version.
    Versionless(Versionless),
}

/// Archives of Java that have classes and tell no version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Versionless {
    pub(crate) count: u32,
    /// As in [`FoundPackage::inner_path`], of the first.
    pub(crate) inner_path: Option<String>,
}

impl Versionless {
    /// Counts one.
    pub(crate) fn add(&mut self, inner_path: Option<&str>) {
        if self.count == 0 {
            self.inner_path = inner_path.map(str::to_owned);
        }
        self.count = self.count.saturating_add(1);
    }
}

/// Another file that a file of Python requirements or a project file of .NET takes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Include {
    /// The path or address as it is written, seen from the folder of the file that says so.
    pub(crate) file: String,
    pub(crate) kind: IncludeKind,
}

/// As what another file is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IncludeKind {
    /// Further requirements of Python.
    Requirements,
    /// It only says which versions to take of what others ask for.
    Constraints,
    /// A part of a project of .NET.
    Project,
    /// The same, where there is such a file.
    ProjectIfThere,
}

/// How strongly a file speaks for a package being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Evidence {
    /// The package itself, or the database of the program that installed it.
    Installed,
    /// A lock file or manifest, which asks for the package; it yields to an installed tree beside it.
    Locked,
    /// A list that may name more than was chosen (`go.sum`): it counts only for names that no other file of its folder
    /// has, and only when one of them says so with [`Found::supplements`].
    Supplementary,
}

/// Users by name with their numbers, in the order of the list that has them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct FoundAccounts(pub(crate) Vec<(String, i64)>);

impl FoundAccounts {
    /// The number of a user; of two of one name the first counts.
    pub(crate) fn number_of(&self, user: &str) -> Option<i64> {
        self.0.iter().find(|(name, _)| name == user).map(|(_, number)| *number)
    }
}

/// What a release file says of the distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundRelease {
    /// Which file wins where several speak: os-release 0, a distribution's own release file 1 and up.
    pub(crate) rank: u8,
    pub(crate) distribution: model::Distribution,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_name_is_a_gap_and_nobody_needs_it() {
        let mut found = Found::default();
        for (name, version) in [("", "1"), ("a", "1"), ("b", ""), ("c", "2")] {
            let mut package = FoundPackage::new(Ecosystem::Hex, Evidence::Locked, name, version);
            package.dependencies = vec![0, 1, 2, 3];
            found.packages.push(package);
        }
        found.drop_nameless("mix.lock");
        let kept: Vec<(&str, &[u32])> =
            found.packages.iter().map(|package| (package.name.as_str(), package.dependencies.as_slice())).collect();
        assert_eq!(kept, [("a", &[0, 1][..]), ("c", &[0, 1])]);
        assert_eq!(found.gaps, [Gap::new("mix.lock", "2 of its packages lack a name or a version")]);
    }
}
