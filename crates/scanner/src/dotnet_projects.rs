//! The projects of .NET among all files: which of them a file serves that they take in, so that properties which name the
//! project can be resolved in it, and which of them have a lock file, which tells the versions that their files leave open.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use model::Gap;

use crate::folder_links::join;
use crate::found::{Found, Mark};
use crate::includes;
use crate::layer_index::LayerIndex;
use crate::locked::folder;
use crate::merge::VisibleFile;
use crate::system_links::holder;

/// How many steps are made to find the projects that files serve. A solution with a thousand projects takes some thousand.
const MOST_STEPS: usize = 200_000;

/// How long a resolved path may be for one of these steps, in bytes.
const BYTES_A_STEP: usize = 256;

/// The longest path that Linux follows (`PATH_MAX`), in bytes.
const LONGEST_PATH: usize = 4096;

/// For how many projects a path is resolved.
const MOST_PROJECTS: usize = 1000;

/// How many packages without an exact version a gap names.
const MOST_NAMES: usize = 8;

/// Files, in lower case, that every project in their folder and below takes in by itself.
const OF_ALL_BELOW: &[&str] = &["directory.build.props", "directory.build.targets", "directory.packages.props"];

/// How the paths of projects end, in lower case.
const PROJECTS: &[&str] = &[".csproj", ".fsproj", ".vbproj"];

/// How the names of the files end in which builds say what they resolved.
const BUILT: &str = ".deps.json";

/// Whether a path is that of a project, rather than of what projects take in.
pub(crate) fn is_project(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    PROJECTS.iter().any(|end| path.ends_with(end))
}

/// Whether the path of a file that is taken in has a property that names the project.
pub(crate) fn names_project(file: &str) -> bool {
    file.to_ascii_lowercase().contains("$(msbuildproject")
}

/// Which files are taken in by which, and the projects among them.
#[derive(Default)]
pub(crate) struct Projects<'a> {
    all: BTreeSet<&'a str>,
    /// By the file that is taken in.
    importers: BTreeMap<String, Vec<&'a str>>,
    steps: usize,
}

impl<'a> Projects<'a> {
    /// Notes a file that may take in others.
    pub(crate) fn note(&mut self, path: &'a str) {
        if is_project(path) {
            self.all.insert(path);
        }
    }

    /// Notes that a file takes in another one.
    pub(crate) fn note_import(&mut self, path: &'a str, imported: String) {
        self.importers.entry(imported).or_default().push(path);
    }

    /// The path of a file that `path` takes in, once for each project that it serves; as it is written where these are not
    /// known, or too many.
    pub(crate) fn resolve(&mut self, path: &str, file: &str) -> BTreeSet<String> {
        let projects = self.served_by(path).unwrap_or_default();
        if projects.is_empty() || projects.len() > MOST_PROJECTS {
            return BTreeSet::from([file.to_owned()]);
        }
        let mut paths = BTreeSet::new();
        for project in projects {
            let resolved = with_project(file, folder(path), project);
            self.steps += resolved.len() / BYTES_A_STEP;
            paths.insert(if resolved.len() <= LONGEST_PATH { resolved } else { file.to_owned() });
        }
        paths
    }

    /// The projects that take in a file, also by way of others; `None` where there are too many ways.
    fn served_by(&mut self, path: &str) -> Option<BTreeSet<&'a str>> {
        let mut projects = BTreeSet::new();
        let mut seen = BTreeSet::from([path]);
        let mut left = vec![path];
        while let Some(next) = left.pop() {
            if is_of_all_below(next) {
                for project in below(&self.all, folder(next)) {
                    self.steps += 1;
                    projects.insert(project);
                }
            }
            for importer in self.importers.get(next).into_iter().flatten().copied() {
                self.steps += 1;
                if is_project(importer) {
                    projects.insert(importer);
                } else if seen.insert(importer) {
                    left.push(importer);
                }
            }
            if self.steps > MOST_STEPS {
                return None;
            }
        }
        Some(projects)
    }
}

/// What is not known because no lock file tells the version of what a file leaves open: none of the project, and where
/// projects take in the file, none of one of these.
pub(crate) fn gaps(layers: &[&LayerIndex], files: &BTreeMap<&str, VisibleFile<'_>>) -> Vec<Gap> {
    let of_all_below = said_for_all_below(files);
    let open: Vec<(&str, Vec<&str>)> = files
        .iter()
        .filter_map(|(path, file)| {
            let unversioned = if is_project(path) { unversioned(path, file.found, &of_all_below) } else { Vec::new() };
            let inexact = file.found.inexact.iter().map(String::as_str);
            let names: Vec<&str> = inexact.chain(unversioned).take(MOST_NAMES).collect();
            (!names.is_empty()).then_some((*path, names))
        })
        .collect();
    let takers = includes::takers(files);
    let mut projects = match open.iter().all(|(path, _)| is_project(path)) {
        true => Projects::default(),
        false => includes::importers(layers, &takers),
    };
    let built = built(files);
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut has_lock = |path| *known.entry(path).or_insert_with(|| is_locked(layers, &built, path));
    let mut gaps = Vec::new();
    for (path, names) in open {
        let served = if is_project(path) { None } else { projects.served_by(path) };
        let served = served.unwrap_or_default();
        let are_locked = !served.is_empty() && served.into_iter().all(&mut has_lock);
        if !are_locked && !has_lock(path) {
            let names = names.join(", ");
            let reason = format!("no exact version can be told of {names}; restore with a packages.lock.json");
            gaps.push(Gap::new(path, reason));
        }
    }
    gaps
}

/// What a file says of the versions of packages.
struct Said<'f> {
    /// The names, in lower case, of those of which it says any, be it an inexact one.
    names: BTreeSet<String>,
    found: &'f Found,
}

impl<'f> Said<'f> {
    fn of(found: &'f Found) -> Said<'f> {
        let exact = found.packages.iter().map(|package| package.name.as_str());
        let inexact = found.inexact.iter().filter_map(|told| Some(told.split_once(" (")?.0));
        Said { names: exact.chain(inexact).map(str::to_ascii_lowercase).collect(), found }
    }

    /// Whether it takes in files, which may say more.
    fn takes_in_others(&self) -> bool {
        matches!(&self.found.mark, Some(Mark::Includes(includes)) if !includes.is_empty())
    }
}

/// What the files say that every project in their folder and below takes in, by their folders.
fn said_for_all_below<'f>(files: &BTreeMap<&'f str, VisibleFile<'f>>) -> BTreeMap<&'f str, Vec<Said<'f>>> {
    let mut said: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for (path, file) in files.iter().filter(|(path, _)| is_of_all_below(path)) {
        said.entry(folder(path)).or_default().push(Said::of(file.found));
    }
    said
}

/// The packages that a project asks for without any version, neither its own nor one of a file that it takes in by itself
/// (NuGet, Central Package Management). Where one of these imports others, which may say it, there are none.
fn unversioned<'f>(path: &str, found: &'f Found, of_all_below: &BTreeMap<&str, Vec<Said<'_>>>) -> Vec<&'f str> {
    let own = Said::of(found);
    let above = std::iter::successors(Some(folder(path)), |below| (!below.is_empty()).then(|| folder(below)));
    let taken_in: Vec<&Said<'_>> = above.filter_map(|above| of_all_below.get(above)).flatten().collect();
    if own.takes_in_others() || taken_in.iter().any(|said| said.takes_in_others()) {
        return Vec::new();
    }
    let names = found.direct.iter().map(|(_, name)| name.as_str()).filter(|name| {
        let key = name.to_ascii_lowercase();
        is_package_name(name) && !own.names.contains(&key) && !taken_in.iter().any(|said| said.names.contains(&key))
    });
    names.take(MOST_NAMES).collect()
}

/// Whether NuGet allows the name (NuGet, `PackageIdValidator`).
fn is_package_name(name: &str) -> bool {
    name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// The files in which builds say what they resolved, by their names in lower case.
fn built<'f>(files: &BTreeMap<&'f str, VisibleFile<'f>>) -> BTreeMap<String, BTreeSet<&'f str>> {
    let mut built: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in files.keys().copied().filter(|path| path.ends_with(BUILT)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        built.entry(name.to_ascii_lowercase()).or_default().insert(path);
    }
    built
}

/// Whether a lock file of the project lies beside it, or what NuGet or a build resolved in its folders (NuGet, Locking
/// dependencies: of several projects in a folder each has one with its name).
fn is_locked(layers: &[&LayerIndex], built: &BTreeMap<String, BTreeSet<&str>>, path: &str) -> bool {
    let folder = folder(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let locks = [
        "packages.lock.json".to_owned(),
        format!("packages.{}.lock.json", stem.replace(' ', "_")),
        "obj/project.assets.json".to_owned(),
        format!("{stem}{BUILT}"),
    ];
    if locks.iter().any(|lock| holder(layers, &join(folder, lock)).is_some()) {
        return true;
    }
    let of_its_name = built.get(&format!("{stem}{BUILT}").to_ascii_lowercase());
    of_its_name.is_some_and(|paths| below(paths, &join(folder, "bin")).next().is_some())
}

/// A path with the properties in it that name the project (Microsoft, MSBuild reserved and well-known properties), seen
/// from a folder.
fn with_project(file: &str, from: &str, project: &str) -> String {
    let mut resolved = String::new();
    let mut rest = file;
    while let Some((before, behind)) = rest.split_once("$(") {
        resolved.push_str(before);
        let property = behind.split_once(')').and_then(|(name, after)| Some((value_of(name, from, project)?, after)));
        rest = match property {
            Some((value, after)) => {
                resolved.push_str(&value);
                after
            }
            None => {
                resolved.push_str("$(");
                behind
            }
        };
    }
    resolved + rest
}

/// What a property says of the project; `None` for any other.
fn value_of(property: &str, from: &str, project: &str) -> Option<String> {
    let name = project.rsplit('/').next().unwrap_or(project);
    let (stem, extension) = name.rfind('.').map_or((name, ""), |at| name.split_at(at));
    let directory = relative(from, folder(project));
    Some(match property.trim().to_ascii_lowercase().as_str() {
        "msbuildprojectdirectory" => directory,
        "msbuildprojectextension" => extension.to_owned(),
        "msbuildprojectfile" => name.to_owned(),
        "msbuildprojectfullpath" => format!("{directory}/{name}"),
        "msbuildprojectname" => stem.to_owned(),
        _ => return None,
    })
}

/// The path that leads from one folder to another.
fn relative(from: &str, to: &str) -> String {
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[shared..].iter().map(|_| "..");
    let path: Vec<&str> = up.chain(to[shared..].iter().copied()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}

fn parts(folder: &str) -> Vec<&str> {
    folder.split('/').filter(|part| !part.is_empty()).collect()
}

fn is_of_all_below(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    OF_ALL_BELOW.contains(&name.as_str())
}

/// The paths in a folder and the folders below it.
fn below<'b, 'a>(paths: &'b BTreeSet<&'a str>, folder: &str) -> impl Iterator<Item = &'a str> + use<'a, 'b> {
    let begin = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let from = paths.range::<str, _>((Bound::Included(begin.as_str()), Bound::Unbounded));
    from.copied().take_while(move |path| path.starts_with(&begin))
}

#[cfg(test)]
mod tests {
    use model::UntrustedPath;

    use super::*;
    use crate::ecosystem_check::read_with_gaps;
    use crate::ecosystems::ECOSYSTEMS;
    use crate::merge::merge;
    use crate::path_set::{PathSet, path_hash};
    use crate::selector::SELECTOR;

    fn index(files: &[(&str, &str)]) -> LayerIndex {
        let mut index = LayerIndex::default();
        for (path, text) in files {
            for place in SELECTOR.select(&UntrustedPath::normalise(path)).iter() {
                let found = read_with_gaps(ECOSYSTEMS[place], path, text.as_bytes());
                if found != Found::default() {
                    index.files.insert((*path).to_owned(), found);
                }
            }
        }
        index.occupied = PathSet::from_hashes(files.iter().map(|(path, _)| path_hash(path)).collect());
        index
    }

    /// The gaps of files, each as `PATH: REASON`, and the files that a further pass reads.
    fn check(files: &[(&str, &str)], expected_gaps: &[&str], expected_read: &[&str]) {
        let index = index(files);
        let read: Vec<String> = includes::unread(&[&index]).into_iter().map(|unread| unread.real).collect();
        assert_eq!(read, expected_read, "{files:?}");
        let gaps = merge([&index].into_iter(), false).gaps;
        let told: Vec<String> = gaps.into_iter().map(|gap| format!("{}: {}", gap.path, gap.reason)).collect();
        assert_eq!(told, expected_gaps, "{files:?}");
    }

    const OPEN: &str = r#"<Project><ItemGroup><PackageReference Include="A" Version="6.*"/></ItemGroup></Project>"#;
    const EMPTY: &str = "<Project/>";
    const LOCK: &str = r#"{"version":1,"dependencies":{"net8.0":{"A":{"type":"Direct","resolved":"6.0.1"}}}}"#;

    const RESOLVED: &str = r#"{"targets":{"n":{}},"libraries":{"A/6.0.1":{"type":"package"}}}"#;

    fn gap_of(path: &str) -> String {
        format!("{path}: no exact version can be told of A (6.*); restore with a packages.lock.json")
    }

    #[test]
    fn a_lock_file_of_the_project_tells_what_its_file_leaves_open() {
        check(&[("a/My App.csproj", OPEN)], &[&gap_of("a/My App.csproj")], &[]);
        for lock in [
            "a/packages.lock.json",
            "a/packages.My_App.lock.json",
            "a/obj/project.assets.json",
            "a/My App.deps.json",
            "a/bin/Release/net8.0/My App.deps.json",
            "a/bin/MY APP.deps.json",
        ] {
            let text = if lock.ends_with("packages.lock.json") || lock.contains("My_App") { LOCK } else { RESOLVED };
            check(&[("a/My App.csproj", OPEN), (lock, text)], &[], &[]);
        }
        check(&[("App.fsproj", OPEN), ("packages.lock.json", r#"{"version":1,"dependencies":{}}"#)], &[], &[]);
    }

    #[test]
    fn a_package_without_any_version_is_open() {
        let gap = "a/App.csproj: no exact version can be told of A; restore with a packages.lock.json";
        for item in [r#"<PackageReference Include="A"/>"#, r#"<PackageReference Include="A" Version=""/>"#] {
            let text = format!("<Project><ItemGroup>{item}</ItemGroup></Project>");
            let project = ("a/App.csproj", text.as_str());
            let said = |item: &str, name: &str, version: &str| {
                format!(r#"<Project><ItemGroup><{item}="{name}" Version="{version}"/></ItemGroup></Project>"#)
            };
            check(&[project], &[gap], &[]);
            check(&[project, ("a/packages.lock.json", LOCK)], &[], &[]);
            let central = said("PackageVersion Include", "a", "1.0.0");
            check(&[project, ("Directory.Packages.props", &central)], &[], &[]);
            check(&[project, ("b/Directory.Packages.props", &central)], &[gap], &[]);
            let update = said("PackageReference Update", "A", "1.0.0");
            check(&[project, ("a/Directory.Build.targets", &update)], &[], &[]);
            let other = said("PackageVersion Include", "B", "1.0.0");
            check(&[project, ("a/Directory.Packages.props", &other)], &[gap], &[]);
        }
        let importing = r#"<Project><Import Project="x.props" Condition="Exists('x.props')"/>
                           <ItemGroup><PackageReference Include="A"/></ItemGroup></Project>"#;
        check(&[("a/App.csproj", importing)], &[], &[]);
    }

    #[test]
    fn a_lock_file_of_another_project_tells_nothing() {
        let gap = gap_of("a/App.csproj");
        for lock in ["packages.lock.json", "a/packages.Other.lock.json", "a/b/packages.lock.json"] {
            check(&[("a/App.csproj", OPEN), (lock, LOCK)], &[&gap], &[]);
        }
        for built in ["a/bin/x/Other.deps.json", "a/b/bin/App.deps.json", "bin/App.deps.json", "a/binx/App.deps.json"] {
            check(&[("a/App.csproj", OPEN), (built, RESOLVED)], &[&gap], &[]);
        }
    }

    #[test]
    fn what_builds_left_is_looked_up_for_each_project() {
        const COUNT: usize = 50_000;
        let (open, empty) = (Found { inexact: vec!["A (6.*)".to_owned()], ..Found::default() }, Found::default());
        let projects: Vec<String> = (0..COUNT).map(|number| format!("a/P{number}.csproj")).collect();
        let outputs: Vec<String> = (0..COUNT).map(|number| format!("a/bin/{number}/P.deps.json")).collect();
        let opened = projects.iter().map(|path| (path.as_str(), VisibleFile { layer: 0, found: &open }));
        let built = outputs.iter().map(|path| (path.as_str(), VisibleFile { layer: 0, found: &empty }));
        let files: BTreeMap<&str, VisibleFile<'_>> = opened.chain(built).collect();
        assert_eq!(gaps(&[&LayerIndex::default()], &files).len(), COUNT);
    }

    #[test]
    fn a_file_of_all_projects_below_is_open_where_one_of_them_has_no_lock_file() {
        let central = OPEN.replace("PackageReference", "PackageVersion");
        let lock = ("src/a/packages.lock.json", LOCK);
        let files = [("src/Directory.Packages.props", central.as_str()), ("src/a/A.csproj", EMPTY)];
        let gap = gap_of("src/Directory.Packages.props");
        check(&[files[0]], &[&gap], &[]);
        check(&files, &[&gap], &[]);
        check(&[files[0], files[1], lock], &[], &[]);
        check(&[files[0], files[1], lock, ("src/b/B.csproj", EMPTY)], &[&gap], &[]);
        check(&[files[0], files[1], lock, ("srcs/b/B.csproj", EMPTY)], &[], &[]);
    }

    #[test]
    fn a_file_that_projects_import_is_open_where_one_of_them_has_no_lock_file() {
        let import = r#"<Project><Import Project="..\..\eng\Directory.Build.props"/></Project>"#;
        let files = [("eng/Directory.Build.props", OPEN), ("src/a/A.csproj", import), ("src/b/B.csproj", import)];
        let locks = [("src/a/packages.lock.json", LOCK), ("src/b/packages.lock.json", LOCK)];
        let gap = gap_of("eng/Directory.Build.props");
        check(&files, &[&gap], &[]);
        check(&[files[0], files[1], files[2], locks[0]], &[&gap], &[]);
        check(&[files[0], files[1], files[2], locks[0], locks[1]], &[], &[]);
    }

    #[test]
    fn paths_that_name_the_project_are_resolved_for_each_that_the_file_serves() {
        let of_all = r#"<Project><Import Project="$(MSBuildProjectDirectory)\$(MSBuildProjectName).props"/></Project>"#;
        check(
            &[
                ("src/Directory.Build.props", of_all),
                ("src/a/A.csproj", EMPTY),
                ("src/a/A.props", EMPTY),
                ("src/b/B.csproj", EMPTY),
                ("other/C.csproj", EMPTY),
            ],
            &[
                // The further pass, which this test leaves out, reads it.
                "src/Directory.Build.props: it refers to a/A.props, which is not read because of its name; what it asks \
                 for is unknown",
                "src/Directory.Build.props: it refers to b/B.props, which is not there; what it asks for is unknown",
            ],
            &["src/a/A.props"],
        );
        let unknown = "which depends on the environment; what it asks for is unknown";
        let written = "$(MSBuildProjectDirectory)/$(MSBuildProjectName).props";
        check(
            &[("Directory.Build.props", of_all)],
            &[&format!("Directory.Build.props: it refers to {written}, {unknown}")],
            &[],
        );
        check(
            &[("a/A.csproj", r#"<Project><Import Project="$(MSBuildStartupDirectory)\x.props"/></Project>"#)],
            &[&format!("a/A.csproj: it refers to $(MSBuildStartupDirectory)/x.props, {unknown}")],
            &[],
        );
    }

    #[test]
    fn what_a_project_takes_in_by_way_of_another_file_serves_it() {
        let mut projects = Projects::default();
        for (path, imported) in [("src/a/A.csproj", "eng/a.props"), ("eng/a.props", "eng/b.props")] {
            projects.note(path);
            projects.note_import(path, imported.to_owned());
        }
        projects.note_import("eng/b.props", "eng/a.props".to_owned());
        let mut check = |file: &str, expected: &str| {
            let resolved = projects.resolve("eng/b.props", file);
            assert_eq!(resolved.into_iter().collect::<Vec<_>>(), [expected], "{file}");
        };
        check("$(MSBuildProjectDirectory)/x.props", "../src/a/x.props");
        check("$(msbuildprojectfullpath).user", "../src/a/A.csproj.user");
        check("$(MSBuildProjectFile)$(X)", "A.csproj$(X)");
        check("$(MSBuildProjectName)$(MSBuildProjectExtension)", "A.csproj");
        check("$(MSBuildProjectDirectoryNoRoot)/$(", "$(MSBuildProjectDirectoryNoRoot)/$(");
        assert_eq!(relative("a/b", "a/b"), ".");
        assert_eq!(relative("", "a"), "a");
        assert_eq!(relative("a/b/c", "a"), "../..");
    }

    #[test]
    fn endless_ways_are_given_up() {
        let mut projects = Projects { steps: MOST_STEPS, ..Projects::default() };
        projects.note("a.csproj");
        projects.note_import("a.csproj", "b.props".to_owned());
        let file = "$(MSBuildProjectName).props";
        assert_eq!(projects.resolve("b.props", file), BTreeSet::from([file.to_owned()]));
    }
}
