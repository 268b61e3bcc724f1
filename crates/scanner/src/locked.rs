//! Lock files beside what is installed: a lock file asks for packages, an installed tree has them. Where both are there,
//! the tree counts, and the lock file only tells which of its packages the project asks for itself.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::Ecosystem;

use crate::found::{Evidence, FoundPackage, Mark};
use crate::merge::VisibleFile;

/// What the lock files of a target say, ready for questions.
pub(crate) struct LockedFiles<'a> {
    /// Names that a manifest in a folder asks for: (folder, ecosystem) → names.
    direct: HashMap<(&'a str, Ecosystem), HashSet<&'a str>>,
    /// Folders that hold an installed tree of the ecosystem.
    trees: BTreeSet<(Ecosystem, &'a str)>,
    /// What is installed away from projects, by name: in which version, and which file says so.
    installed: HashMap<(Ecosystem, &'a str), Vec<Installed<'a>>>,
    /// Folders whose supplementary lists count.
    supplemented: HashSet<(&'a str, Ecosystem)>,
    /// Folders with a `go.mod`.
    go_modules: HashSet<&'a str>,
    /// Names that a lock file of the folder has, which wins over a supplementary list.
    locked_names: HashSet<(&'a str, Ecosystem, &'a str)>,
    /// Folders of Go toolchains.
    toolchains: Vec<&'a str>,
    /// What the lock file beside a tree says of its packages: (folder, ecosystem, name, version).
    hints: HashMap<(&'a str, Ecosystem, &'a str, &'a str), Hint>,
    /// The same for ecosystems that install away from the project, whichever lock file says it: (ecosystem, name, version).
    hints_elsewhere: HashMap<(Ecosystem, &'a str, &'a str), Hint>,
    /// Links to lock files, with those by which what is in the files is told.
    further_links: HashMap<&'a str, &'a str>,
}

/// The names of lock files, which the tools that write them never leave without a byte: one that is empty was cut off, and
/// what it locked is not known.
const LOCK_FILES: &[&str] = &[
    ".package.resolved",
    "Cargo.lock",
    "Gemfile.lock",
    "JuliaManifest.toml",
    "Package.resolved",
    "Pipfile.lock",
    "Podfile.lock",
    "buildscript-gradle.lockfile",
    "bun.lock",
    "bun.lockb",
    "cabal.project.freeze",
    "composer.lock",
    "conan.lock",
    "conda-lock.yml",
    "gems.locked",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "project.assets.json",
    "pubspec.lock",
    "pylock.toml",
    "rebar.lock",
    "renv.lock",
    "requirements-dev.lock",
    "settings-gradle.lockfile",
    "stack.yaml.lock",
    "uv.lock",
    "yarn.lock",
];

/// How the names of lock files begin and end of which a folder may have several, and the name of one that is alone.
const VARIANTS: &[(&str, &str, &str)] = &[
    // For `BUNDLE_GEMFILE=Gemfile.next` and `gemfiles/rails7.gemfile`.
    ("Gemfile-", ".lock", "Gemfile.lock"),
    ("Gemfile.", ".lock", "Gemfile.lock"),
    ("Gemfile_", ".lock", "Gemfile.lock"),
    ("", ".Gemfile.lock", "Gemfile.lock"),
    ("", ".gemfile.lock", "Gemfile.lock"),
    // For one version of Julia.
    ("JuliaManifest-v", ".toml", "JuliaManifest.toml"),
    ("Manifest-v", ".toml", "Manifest.toml"),
    // conda-lock itself takes any name that ends so.
    ("", "conda-lock.yaml", "conda-lock.yml"),
    ("", "conda-lock.yml", "conda-lock.yml"),
    // For one of several projects in a folder.
    ("packages.", ".config", "packages.config"),
    ("packages.", ".lock.json", "packages.lock.json"),
];

/// The name under which a tool keeps the lock file where there is one alone: `Manifest-v1.11.toml` is a `Manifest.toml`,
/// `rails7.gemfile.lock` a `Gemfile.lock`. Any other name stands for itself.
pub(crate) fn plain_name(name: &str) -> &str {
    let is_so = |(begin, end, plain): &&(&str, &str, &str)| {
        let between = name.strip_prefix(*begin).and_then(|rest| rest.strip_suffix(*end));
        between.is_some_and(|between| !plain.ends_with("Manifest.toml") || is_version(between))
    };
    VARIANTS.iter().find(is_so).map_or(name, |(_, _, plain)| *plain)
}

/// Whether text is a version of two numbers: `1.11`.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// Whether a file of this name is a lock file.
pub(crate) fn is_lock_file(name: &str) -> bool {
    LOCK_FILES.binary_search(&plain_name(name)).is_ok()
        || name.starts_with("pylock.") && name.ends_with(".toml")
        || is_for_a_platform_of_conda(name)
}

/// Whether conda-lock calls its list for one platform so: `conda-linux-64.lock`.
fn is_for_a_platform_of_conda(name: &str) -> bool {
    let platform = name.strip_prefix("conda-").and_then(|rest| rest.strip_suffix(".lock")).unwrap_or_default();
    ["linux-", "osx-", "win-"].iter().any(|system| platform.starts_with(system))
}

/// A package that is installed away from its project.
struct Installed<'a> {
    version: &'a str,
    path: &'a str,
}

impl Installed<'_> {
    /// Whether a lock file in this folder asked for the place that this package has: then the package counts, whatever its
    /// version. What another project brought along says nothing of this one.
    fn is_for(&self, project: &str) -> bool {
        is_for_the_machine(self.path) || is_environment_of(self.path, project)
    }
}

/// What a lock file or manifest adds to an installed package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) direct: Option<bool>,
    pub(crate) development: bool,
}

impl Hint {
    /// What two lock files say together.
    fn and(self, other: Hint) -> Hint {
        let direct = match (self.direct, other.direct) {
            (Some(one), Some(other)) => Some(one || other),
            (one, other) => one.or(other),
        };
        Hint { direct, development: self.development && other.development }
    }
}

impl<'a> LockedFiles<'a> {
    /// Those among the visible `files`. Where several are links to one file, `told_by` has for each but one the link by
    /// which its packages are told.
    pub(crate) fn new(
        files: &BTreeMap<&'a str, VisibleFile<'a>>,
        told_by: &HashMap<&'a str, &'a str>,
    ) -> LockedFiles<'a> {
        let is_same = |path: &str, teller: &str| {
            let both = files.get(path).zip(files.get(teller));
            both.is_some_and(|(file, other)| file.found.packages == other.found.packages)
        };
        let further_links = told_by.iter().map(|(path, teller)| (*path, *teller));
        let mut locked = LockedFiles {
            direct: HashMap::new(),
            trees: BTreeSet::new(),
            installed: HashMap::new(),
            supplemented: HashSet::new(),
            go_modules: HashSet::new(),
            locked_names: HashSet::new(),
            toolchains: files.keys().filter(|path| is_go_version(path)).map(|path| folder(path)).collect(),
            hints: HashMap::new(),
            hints_elsewhere: HashMap::new(),
            further_links: further_links.filter(|(path, teller)| is_same(path, teller)).collect(),
        };
        for (path, file) in files {
            for (ecosystem, name) in &file.found.direct {
                locked.direct.entry((folder(path), *ecosystem)).or_default().insert(name);
            }
            if matches!(file.found.mark, Some(Mark::GoModule(_))) {
                locked.go_modules.insert(folder(path));
            }
            locked.supplemented.extend(file.found.supplements.iter().map(|ecosystem| (folder(path), *ecosystem)));
            for package in file.found.packages.iter().filter(|package| package.evidence == Evidence::Installed) {
                if let Some(project) = project_of_tree(path, package.ecosystem) {
                    locked.trees.insert((package.ecosystem, project));
                }
                if installs_elsewhere(package.ecosystem) {
                    let installed = locked.installed.entry((package.ecosystem, &package.name)).or_default();
                    installed.push(Installed { version: &package.version, path });
                }
            }
        }
        for (path, file) in files {
            for package in file.found.packages.iter().filter(|package| package.evidence == Evidence::Locked) {
                let hint = Hint { direct: locked.is_direct(path, package), development: package.development };
                locked.locked_names.insert((folder(path), package.ecosystem, &package.name));
                locked.hints.insert((folder(path), package.ecosystem, &package.name, &package.version), hint);
                if installs_elsewhere(package.ecosystem) && !is_in_dependency_folder(path) {
                    let key = (package.ecosystem, package.name.as_str(), package.version.as_str());
                    let known = locked.hints_elsewhere.entry(key).or_insert(hint);
                    *known = known.and(hint);
                }
            }
        }
        locked
    }

    /// Whether what a lock file or list says of a package does not count: it yields to what is installed or to a better
    /// list, lies among someone else's files, or is told by way of another link to the same file.
    pub(crate) fn yields(&self, path: &str, package: &FoundPackage) -> bool {
        let is_told = |teller: &&str| !self.yields_to_others(teller, package);
        self.further_links.get(path).is_some_and(is_told) || self.yields_to_others(path, package)
    }

    fn yields_to_others(&self, path: &str, package: &FoundPackage) -> bool {
        let place = (folder(path), package.ecosystem);
        let to_installed = is_in_dependency_folder(path)
            || self.trees.contains(&(package.ecosystem, folder(path)))
            || self.installed.get(&(package.ecosystem, package.name.as_str())).is_some_and(|installed| {
                installed.iter().any(|other| other.version == package.version || other.is_for(folder(path)))
            });
        match package.evidence {
            Evidence::Installed if package.ecosystem == Ecosystem::Golang => self.is_no_module_of_its_own(path),
            Evidence::Installed => false,
            Evidence::Locked | Evidence::Supplementary if self.is_no_module_of_its_own(path) => true,
            Evidence::Locked => to_installed,
            Evidence::Supplementary => {
                // A list that stands alone is all that is known; one beside a `go.mod` that cannot be read is as well.
                let is_alone = package.ecosystem == Ecosystem::Golang && !self.go_modules.contains(place.0);
                to_installed
                    || !is_alone && !self.supplemented.contains(&place)
                    || self.locked_names.contains(&(place.0, place.1, package.name.as_str()))
            }
        }
    }

    /// Whether `path` lies in the sources of a Go toolchain, whose modules are part of the standard library (its
    /// advisories cover them), or is a list of vendored modules that came along with a module and that Go ignores.
    fn is_no_module_of_its_own(&self, path: &str) -> bool {
        let is_of_toolchain =
            |folder: &&str| path.strip_prefix(*folder).is_some_and(|inside| inside.starts_with("/src/"));
        match path.rsplit('/').next().unwrap_or_default() {
            "modules.txt" if is_in_module_cache(path) => true,
            "modules.txt" | "go.mod" | "go.sum" | "go.work" => self.toolchains.iter().any(is_of_toolchain),
            _ => false,
        }
    }

    /// What lock files and manifests say of a package found in the file at `path`.
    pub(crate) fn hint(&self, path: &'a str, package: &'a FoundPackage) -> Option<Hint> {
        let folder = match package.evidence {
            Evidence::Locked | Evidence::Supplementary => folder(path),
            Evidence::Installed if installs_elsewhere(package.ecosystem) => {
                return self.hints_elsewhere.get(&(package.ecosystem, &package.name, &package.version)).copied();
            }
            Evidence::Installed => project_of_tree(path, package.ecosystem)?,
        };
        let locked = self.hints.get(&(folder, package.ecosystem, &package.name, &package.version)).copied();
        // Composer's tree tells itself what serves development, and the manifest beside it what was asked for.
        locked.or_else(|| {
            let names = self.direct.get(&(folder, package.ecosystem))?;
            let direct = Some(names.contains(package.name.as_str()));
            (package.ecosystem == Ecosystem::Composer).then_some(Hint { direct, development: package.development })
        })
    }

    fn is_direct(&self, path: &'a str, package: &'a FoundPackage) -> Option<bool> {
        package.direct.or_else(|| {
            let names = self.direct.get(&(folder(path), package.ecosystem))?;
            Some(names.contains(package.name.as_str()))
        })
    }
}

/// The folder that holds the file or folder at `path`; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The project whose installed tree holds `path`: the folder that its lock file would lie in.
pub(crate) fn project_of_tree(path: &str, ecosystem: Ecosystem) -> Option<&str> {
    let tree = match ecosystem {
        Ecosystem::Npm => "node_modules/",
        Ecosystem::Composer => "vendor/composer/",
        _ => return None,
    };
    let begins_a_part = |at: &usize| *at == 0 || path.as_bytes()[at - 1] == b'/';
    let at = path.match_indices(tree).map(|(at, _)| at).find(begins_a_part)?;
    Some(&path[..at.saturating_sub(1)])
}

/// Whether the ecosystem's packages are installed for the whole machine rather than beside the lock file.
fn installs_elsewhere(ecosystem: Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Pypi | Ecosystem::Gem)
}

/// Whether what is installed at `path` serves the whole machine (Filesystem Hierarchy Standard 3.0), or is an environment
/// that stands by itself, as images have: `/venv/lib/python3.12/site-packages`.
fn is_for_the_machine(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    matches!(first, "usr" | "opt" | "root" | "home" | "var" | "nix")
        || first.starts_with("lib")
        || is_environment_of(path, "")
}

/// Whether what is installed at `path` lies in an environment of the project in `folder`: in it and in a folder that tools
/// give one.
pub(crate) fn is_environment_of(path: &str, folder: &str) -> bool {
    let below =
        if folder.is_empty() { Some(path) } else { path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) };
    let first = below.and_then(|below| below.split('/').next()).unwrap_or_default();
    first.starts_with('.')
        || matches!(first, "venv" | "env" | "virtualenv" | "__pypackages__" | "vendor" | "site-packages")
}

fn is_go_version(path: &str) -> bool {
    path == "go/VERSION" || path.ends_with("/go/VERSION")
}

fn is_in_module_cache(path: &str) -> bool {
    path.split_once("pkg/mod/")
        .is_some_and(|(before, after)| (before.is_empty() || before.ends_with('/')) && after.contains('@'))
}

/// Whether a lock file came along with a dependency instead of belonging to a project.
pub(crate) fn is_in_dependency_folder(path: &str) -> bool {
    const FOLDERS: &[&str] =
        &["node_modules", "site-packages", "dist-packages", "vendor", ".m2", ".gradle", ".pnpm-store"];
    const RUNS: &[&str] = &["/pkg/mod/", "/registry/src/", "/git/checkouts/", "/gems/"];
    folder(path).split('/').any(|part| FOLDERS.contains(&part)) || RUNS.iter().any(|run| path.contains(run))
}

/// Whether a path lies in a folder of one of these names, anywhere.
pub(crate) fn is_in_folder_of(path: &str, names: &[&str]) -> bool {
    folder(path).split('/').any(|part| names.contains(&part))
}

#[cfg(test)]
mod tests {
    use model::UntrustedPath;

    use super::*;
    use crate::selector::SELECTOR;

    #[test]
    fn lock_files_of_dependencies_are_recognised() {
        assert!(is_in_dependency_folder("app/node_modules/x/yarn.lock"));
        assert!(is_in_dependency_folder("root/.cargo/registry/src/index/x-1/Cargo.lock"));
        assert!(!is_in_dependency_folder("app/yarn.lock"));
    }

    #[test]
    fn an_installed_package_stands_for_what_its_own_project_locks() {
        let check = |path: &str, project: &str| Installed { version: "1", path }.is_for(project);
        for (path, project) in [
            ("usr/lib/python3/dist-packages/a.dist-info/METADATA", "app"),
            ("venv/lib/python3.12/site-packages/a.dist-info/METADATA", "app"),
            ("app/.venv/lib/python3.12/site-packages/a.dist-info/METADATA", "app"),
            ("shop/vendor/bundle/ruby/3.1.0/specifications/a-1.gemspec", "shop"),
            ("usr/local/bundle/specifications/a-1.gemspec", ""),
        ] {
            assert!(check(path, project), "{path} {project}");
        }
        for (path, project) in [
            ("tools/site-packages/a.dist-info/METADATA", "backend"),
            ("tools/.venv/lib/python3.12/site-packages/a.dist-info/METADATA", "backend"),
            ("backend2/.venv/lib/python3.12/site-packages/a.dist-info/METADATA", "backend"),
            ("tools/specifications/a-1.gemspec", ""),
        ] {
            assert!(!check(path, project), "{path} {project}");
        }
    }

    #[test]
    fn variants_of_lock_files_are_read_as_the_one_that_is_alone() {
        assert!(LOCK_FILES.is_sorted());
        let readers = |name: &str| SELECTOR.select(&UntrustedPath::normalise(name));
        for (name, plain) in [
            ("Gemfile.next.lock", "Gemfile.lock"),
            ("Gemfile_next.lock", "Gemfile.lock"),
            ("Gemfile-rails6.lock", "Gemfile.lock"),
            ("rails_7.0.gemfile.lock", "Gemfile.lock"),
            ("CI.Gemfile.lock", "Gemfile.lock"),
            ("Manifest-v1.11.toml", "Manifest.toml"),
            ("JuliaManifest-v1.10.toml", "JuliaManifest.toml"),
            ("dev.conda-lock.yml", "conda-lock.yml"),
            ("conda-lock.yaml", "conda-lock.yml"),
            ("packages.My_App.config", "packages.config"),
            ("packages.My_App.lock.json", "packages.lock.json"),
        ] {
            assert_eq!(plain_name(name), plain, "{name}");
            assert_eq!(readers(name), readers(plain), "{name}");
            assert_eq!(is_lock_file(name), is_lock_file(plain), "{name}");
        }
        assert!(is_lock_file("conda-linux-64.lock") && !is_lock_file("conda-build.lock"));
        for name in ["Gemfile.lock", "Manifest-vendor.toml", "Manifest-v1.toml", "packages.json", "x.lock", "yarn.lock"]
        {
            assert_eq!(plain_name(name), name);
        }
    }

    #[test]
    fn a_tree_belongs_to_the_folder_above_it() {
        assert_eq!(project_of_tree("app/node_modules/a/node_modules/b/package.json", Ecosystem::Npm), Some("app"));
        assert_eq!(project_of_tree("node_modules/a/package.json", Ecosystem::Npm), Some(""));
        assert_eq!(project_of_tree("usr/lib/x/METADATA", Ecosystem::Pypi), None);
    }
}
