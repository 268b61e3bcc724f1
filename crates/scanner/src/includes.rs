//! Files that other files take in by name, as Python requirements do with `-r` and `-c`, and project files of .NET with
//! `Import`. Readers choose files by their names, so that one which is taken in under any other name is read in a further
//! pass; one that is not there, or cannot be read, is a gap of the file that names it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, UntrustedPath};

use crate::dotnet_projects::{Projects, is_project, names_project};
use crate::ecosystems::ECOSYSTEMS;
use crate::folder_links::{link_at, resolve};
use crate::found::{Include, IncludeKind, Mark};
use crate::layer_index::LayerIndex;
use crate::locked::is_in_dependency_folder;
use crate::merge::VisibleFile;
use crate::selector::SELECTOR;
use crate::system_links::holder;

/// A file that is taken in and has a name that no reader goes by.
pub(crate) struct UnreadInclude {
    /// The layer that holds it, and the path that the layer names.
    pub(crate) layer: usize,
    pub(crate) named: UntrustedPath,
    /// Where it lies.
    pub(crate) real: String,
    /// The path under which it is read.
    pub(crate) sought: String,
}

/// The files that a further pass is to read. Constraints ask for nothing themselves and are not among them.
pub(crate) fn unread(layers: &[&LayerIndex]) -> Vec<UnreadInclude> {
    // A project that takes in nothing matters only to files that name the project.
    let is_project_asked = layers.iter().flat_map(|layer| &layer.files).any(|(path, found)| match &found.mark {
        Some(Mark::Includes(includes)) => includes.iter().any(|include| is_open(path, include)),
        _ => false,
    });
    let mut takers = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        for (path, found) in &layer.files {
            let Some(Mark::Includes(includes)) = &found.mark else { continue };
            if includes.is_empty() && !is_project_asked {
                continue;
            }
            let is_visible = holder(layers, path).is_some_and(|(holder, _)| holder == number);
            if is_visible && !is_in_dependency_folder(path) {
                takers.push((path.as_str(), includes.as_slice()));
            }
        }
    }
    let mut unread = BTreeMap::new();
    for (path, include) in resolved(layers, &takers) {
        let Some(read_as) = include.kind.read_as() else { continue };
        if let Target::Unread { layer, named, real } = Target::of(layers, path, &include) {
            let sought = format!("{real}.{read_as}");
            unread.insert(real.clone(), UnreadInclude { layer, named, real, sought });
        }
    }
    unread.into_values().collect()
}

/// What files take in, those paths resolved that name the project. Of a file that is a project itself they are by now.
fn resolved<'a>(layers: &[&LayerIndex], takers: &[Taker<'a>]) -> Vec<(&'a str, Cow<'a, Include>)> {
    let mut projects = match all_of(takers).any(|(path, include)| is_open(path, include)) {
        true => importers(layers, takers),
        false => Projects::default(),
    };
    let mut resolved = Vec::new();
    for (path, include) in all_of(takers) {
        if is_open(path, include) {
            let files = projects.resolve(path, &include.file).into_iter();
            resolved.extend(files.map(|file| (path, Cow::Owned(Include { file, ..*include }))));
        } else {
            resolved.push((path, Cow::Borrowed(include)));
        }
    }
    resolved
}

/// A file that takes in others, or is a project of .NET, with what it takes in.
pub(crate) type Taker<'a> = (&'a str, &'a [Include]);

fn all_of<'t, 'a>(takers: &'t [Taker<'a>]) -> impl Iterator<Item = (&'a str, &'a Include)> + use<'t, 'a> {
    takers.iter().flat_map(|&(path, includes)| includes.iter().map(move |include| (path, include)))
}

/// The visible files that take in others, but for those of dependencies.
pub(crate) fn takers<'a>(files: &BTreeMap<&'a str, VisibleFile<'a>>) -> Vec<Taker<'a>> {
    let takers = files.iter().filter_map(|(path, file)| match &file.found.mark {
        Some(Mark::Includes(includes)) if !is_in_dependency_folder(path) => Some((*path, includes.as_slice())),
        _ => None,
    });
    takers.collect()
}

/// Which projects of .NET there are, and what takes in what, as far as the paths do not name the project.
pub(crate) fn importers<'a>(layers: &[&LayerIndex], takers: &[Taker<'a>]) -> Projects<'a> {
    let mut projects = Projects::default();
    for &(path, _) in takers {
        projects.note(path);
    }
    for (path, include) in all_of(takers) {
        if include.kind.ecosystem() == "dotnet"
            && !is_open(path, include)
            && let Target::Read { real } | Target::Unread { real, .. } = Target::of(layers, path, include)
        {
            projects.note_import(path, real);
        }
    }
    projects
}

/// Whether the path of what a file takes in names the project, and the file is none itself.
fn is_open(path: &str, include: &Include) -> bool {
    include.kind.ecosystem() == "dotnet" && !is_project(path) && names_project(&include.file)
}

/// What is not known because of files that are taken in and were not read.
pub(crate) fn gaps(layers: &[&LayerIndex], files: &BTreeMap<&str, VisibleFile<'_>>) -> Vec<Gap> {
    let mut gaps = BTreeSet::new();
    for (path, include) in resolved(layers, &takers(files)) {
        let why = match Target::of(layers, path, &include) {
            Target::Read { .. } => continue,
            Target::Unread { real, .. } if files.contains_key(real.as_str()) => continue,
            Target::Unread { .. } => "is not read because of its name",
            // It is asked for where the build has it: left over from a restore, of a solution, of somebody's own.
            Target::Missing | Target::Outside | Target::Variable if include.kind == IncludeKind::ProjectIfThere => {
                continue;
            }
            Target::Missing => "is not there",
            Target::Outside => "lies outside of the target",
            Target::Elsewhere => "is not fetched",
            Target::Variable => "depends on the environment",
            Target::Pattern => "is a pattern of names",
        };
        let is_constraints = include.kind == IncludeKind::Constraints;
        let unknown = if is_constraints { "which versions it sets" } else { "what it asks for" };
        gaps.insert(Gap::new(path, format!("it refers to {}, which {why}; {unknown} is unknown", shown(&include))));
    }
    gaps.into_iter().collect()
}

/// What becomes of a file that is taken in.
enum Target {
    /// A reader goes by its name.
    Read {
        real: String,
    },
    /// It is there, and no reader goes by its name.
    Unread {
        layer: usize,
        named: UntrustedPath,
        real: String,
    },
    Missing,
    /// Its path leads out of the root.
    Outside,
    /// It is an address.
    Elsewhere,
    /// Its path has variables.
    Variable,
    /// Its path stands for any number of files.
    Pattern,
}

impl IncludeKind {
    /// How a name ends under which any file is read as one that is taken in so; `None` for what asks for nothing itself.
    fn read_as(self) -> Option<&'static str> {
        match self {
            IncludeKind::Requirements => Some("requirements.txt"),
            IncludeKind::Constraints => None,
            IncludeKind::Project | IncludeKind::ProjectIfThere => Some("import.proj"),
        }
    }

    /// The name of the ecosystem whose reader reads such files.
    fn ecosystem(self) -> &'static str {
        match self {
            IncludeKind::Requirements | IncludeKind::Constraints => "python",
            IncludeKind::Project | IncludeKind::ProjectIfThere => "dotnet",
        }
    }

    /// What begins a variable in a path.
    fn variables(self) -> &'static [&'static str] {
        match self {
            IncludeKind::Requirements | IncludeKind::Constraints => &["${"],
            IncludeKind::Project | IncludeKind::ProjectIfThere => &["$(", "@(", "%("],
        }
    }
}

impl Target {
    fn of(layers: &[&LayerIndex], path: &str, include: &Include) -> Target {
        let file = include.file.strip_prefix("file://").unwrap_or(&include.file);
        if file.contains("://") {
            return Target::Elsewhere;
        }
        if include.kind.variables().iter().any(|begin| file.contains(begin)) {
            return Target::Variable;
        }
        if include.kind.ecosystem() == "dotnet" && file.contains(['*', '?']) {
            return Target::Pattern;
        }
        let from = UntrustedPath::normalise(path);
        if leads_out(from.parent(), file) {
            return Target::Outside;
        }
        let link = |at: &str| link_at(layers.iter().copied(), at);
        let Ok(real) = resolve(from.resolve(file).as_str(), link) else { return Target::Missing };
        match holder(layers, &real) {
            None => Target::Missing,
            Some((_, named)) if is_read(&named, include.kind) => Target::Read { real },
            Some((layer, named)) => Target::Unread { layer, named, real },
        }
    }
}

/// Whether a relative path has more `..` than there are folders above it.
pub(crate) fn leads_out(folder: &str, file: &str) -> bool {
    if file.starts_with('/') {
        return false;
    }
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

/// Whether a file of this name is read as one that is taken in so, or as another list of packages of its ecosystem.
fn is_read(named: &UntrustedPath, kind: IncludeKind) -> bool {
    let readers = SELECTOR.select(named);
    readers.iter().filter_map(|place| ECOSYSTEMS.get(place)).any(|ecosystem| ecosystem.name() == kind.ecosystem())
}

/// The file as it is written; of an address its end alone, because it may hold a password.
fn shown(include: &Include) -> &str {
    match include.file.split_once("://") {
        Some((_, rest)) => rest.rsplit_once('/').map_or("an address", |(_, end)| end.split('?').next().unwrap_or(end)),
        None => &include.file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_of_the_target_are_told() {
        for (folder, file, is_out) in [
            ("", "a.txt", false),
            ("", "../a.txt", true),
            ("app", "../a.txt", false),
            ("app", "../../a.txt", true),
            ("app", "b/../../c/../../a.txt", true),
            ("app", "/../a.txt", false),
        ] {
            assert_eq!(leads_out(folder, file), is_out, "{folder} {file}");
        }
    }

    #[test]
    fn a_file_of_any_name_is_read_as_what_takes_it_in() {
        for kind in [IncludeKind::Requirements, IncludeKind::Project, IncludeKind::ProjectIfThere] {
            let sought = UntrustedPath::normalise(&format!("eng/any.name.{}", kind.read_as().unwrap()));
            assert!(is_read(&sought, kind) && !is_read(&UntrustedPath::normalise("eng/any.name"), kind));
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        let kind = IncludeKind::Requirements;
        let shown = |file: &str| shown(&Include { file: file.to_owned(), kind }).to_owned();
        assert_eq!(shown("https://user:secret@h/a/b.txt?token=x"), "b.txt");
        assert_eq!(shown("https://user:secret@h"), "an address");
        assert_eq!(shown("../b.txt"), "../b.txt");
    }
}
