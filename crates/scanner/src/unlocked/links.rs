//! Projects whose folders of packages, or packages in these, are symbolic links to what is installed elsewhere:
//! `y/node_modules -> ../store`. What is there is told once, where it lies or by way of one of the links to it
//! ([`crate::linked_folders`]), and is there for the projects of all the others too.

use std::collections::BTreeSet;

use model::Ecosystem;

use super::project_of_environment;
use crate::folder_links::{ImageLinks, join};
use crate::found::Evidence;
use crate::layer_index::LayerIndex;
use crate::locked::project_of_tree;

/// How many links are followed, and for how many packages it is looked up where they lie: a second's work. The projects of any
/// further ones count as before.
const MOST_FOLLOWED: usize = 50_000;

/// The ecosystems whose packages are installed in folders of a project.
const ECOSYSTEMS: [Ecosystem; 4] = [Ecosystem::Npm, Ecosystem::Composer, Ecosystem::Pypi, Ecosystem::Gem];

/// The projects for which links lead to something that is installed, but for those that are known to have it anyway.
pub(super) fn projects<'a>(
    index: &'a LayerIndex,
    is_known: impl Fn(Ecosystem, &str) -> bool,
) -> Vec<(Ecosystem, &'a str)> {
    let around =
        |link: &'a str| ECOSYSTEMS.into_iter().filter_map(move |kind| Some((kind, project_of(link, kind)?, link)));
    let links = index.links.keys().flat_map(|link| around(link)).filter(|(kind, project, _)| !is_known(*kind, project));
    let links: Vec<(Ecosystem, &str, &str)> = links.take(MOST_FOLLOWED).collect();
    if links.is_empty() {
        return Vec::new();
    }
    let layers = [index];
    let followed = ImageLinks::of(&layers, true);
    let installed = installed(index, &followed);
    let has_below = |kind: Ecosystem, folder: &str| {
        let begin = format!("{folder}/");
        let next = installed.range((kind, begin.clone())..).next();
        next.is_some_and(|(next, path)| *next == kind && path.starts_with(&begin))
    };
    let leads_to_packages = |kind: Ecosystem, project: &str, link: &str| match kind {
        Ecosystem::Npm if is_package(link) => {
            let manifest = followed.resolve(&join(link, "package.json"));
            manifest.is_ok_and(|manifest| installed.contains(&(kind, manifest)))
        }
        Ecosystem::Composer => {
            followed.resolve(&join(project, "vendor/composer")).is_ok_and(|folder| has_below(kind, &folder))
        }
        _ => followed.resolve(link).is_ok_and(|folder| has_below(kind, &folder)),
    };
    let found = links.into_iter().filter(|(kind, project, link)| leads_to_packages(*kind, project, link));
    found.map(|(kind, project, _)| (kind, project)).collect()
}

/// Where the files lie by which packages are installed, behind all links.
fn installed(index: &LayerIndex, links: &ImageLinks<'_>) -> BTreeSet<(Ecosystem, String)> {
    let packages = index.files.iter().flat_map(|(path, found)| {
        let kinds: BTreeSet<Ecosystem> = found
            .packages
            .iter()
            .filter(|package| package.evidence == Evidence::Installed && ECOSYSTEMS.contains(&package.ecosystem))
            .map(|package| package.ecosystem)
            .collect();
        kinds.into_iter().map(move |kind| (kind, path))
    });
    packages.take(MOST_FOLLOWED).filter_map(|(kind, path)| Some((kind, links.resolve(path).ok()?))).collect()
}

/// The project for which packages are installed by way of this link: `shop` for `shop/node_modules`, for
/// `shop/node_modules/ms`, for `shop/vendor` and for `shop/.venv`.
fn project_of(link: &str, ecosystem: Ecosystem) -> Option<&str> {
    let below = match ecosystem {
        Ecosystem::Npm => format!("{link}/"),
        Ecosystem::Composer => format!("{link}/composer/"),
        _ => return project_of_environment(link),
    };
    let project = project_of_tree(&below, ecosystem)?.len();
    link.get(..project)
}

/// Whether a link in or to a folder of Node's packages is one package, rather than that folder, a scope or a store.
fn is_package(link: &str) -> bool {
    let name = link.rsplit('/').next().unwrap_or(link);
    name != "node_modules" && !name.starts_with(['@', '.'])
}

#[cfg(test)]
mod tests {
    use model::UntrustedPath;

    use crate::ecosystem_check::read_with_gaps;
    use crate::ecosystems::ECOSYSTEMS;
    use crate::layer_index::LayerIndex;
    use crate::selector::SELECTOR;
    use crate::unlocked::gaps;

    const NODE: &str = r#"{"dependencies":{"ms":"2"}}"#;
    const MS: &str = r#"{"name":"ms","version":"2.0.0"}"#;
    const PHP: &str = r#"{"require":{"a/b":"1"}}"#;
    const PYTHON: &str = "[project]\nname = \"p\"\ndependencies = [\"six\"]\n";
    const SIX: &str = "Metadata-Version: 2.1\nName: six\nVersion: 1.0\n";

    /// `files` are those that are read, each under the name under which it is told.
    fn check(files: &[(&str, &str)], links: &[(&str, &str)], expected: &[&str]) {
        let mut index = LayerIndex::default();
        for (path, text) in files {
            for place in SELECTOR.select(&UntrustedPath::normalise(path)).iter() {
                let found = read_with_gaps(ECOSYSTEMS[place], path, text.as_bytes());
                index.files.insert((*path).to_owned(), found);
            }
        }
        index.links = links.iter().map(|(link, target)| ((*link).to_owned(), (*target).to_owned())).collect();
        let told: Vec<String> = gaps(&index).into_iter().map(|gap| gap.path).collect();
        assert_eq!(told, expected, "{links:?}");
    }

    #[test]
    fn packages_of_another_project_behind_a_link_are_those_of_both() {
        let files = [("one/package.json", NODE), ("two/package.json", NODE), ("one/node_modules/ms/package.json", MS)];
        check(&files, &[], &["two/package.json"]);
        check(&files, &[("two/node_modules", "../one/node_modules")], &[]);
        check(&files, &[("two/node_modules", "../current"), ("current", "one/node_modules")], &[]);
        check(&files, &[("two/node_modules/ms", "../../one/node_modules/ms")], &[]);
        check(&files, &[("two/node_modules", "../none")], &["two/package.json"]);
        check(&files, &[("two/node_modules", "../../one/node_modules")], &["two/package.json"]);
        // It is no folder of packages.
        check(&files, &[("two/modules", "../one/node_modules")], &["two/package.json"]);
    }

    #[test]
    fn of_several_links_to_one_store_each_is_of_its_project() {
        let node = [("x/package.json", NODE), ("y/package.json", NODE), ("x/node_modules/ms/package.json", MS)];
        check(&node, &[("x/node_modules", "../store"), ("y/node_modules", "../store")], &[]);
        check(&node, &[("x/node_modules/ms", "../../store/ms"), ("y/node_modules/ms", "../../store/ms")], &[]);
        let others = [("x/node_modules", "../store"), ("y/node_modules", "../others")];
        check(&node, &others, &["y/package.json"]);
        let php = [
            ("x/composer.json", PHP),
            ("y/composer.json", PHP),
            ("x/vendor/composer/installed.json", r#"{"packages":[{"name":"a/b","version":"1.0.0"}]}"#),
        ];
        check(&php, &[("x/vendor", "../v")], &["y/composer.json"]);
        check(&php, &[("x/vendor", "../v"), ("y/vendor", "../v")], &[]);
        check(&php, &[("x/vendor/composer", "../../v"), ("y/vendor/composer", "../../v")], &[]);
        let python = [
            ("x/pyproject.toml", PYTHON),
            ("y/pyproject.toml", PYTHON),
            ("x/.venv/lib/python3.11/site-packages/six-1.0.dist-info/METADATA", SIX),
        ];
        check(&python, &[("x/.venv", "../e")], &["y/pyproject.toml"]);
        check(&python, &[("x/.venv", "../e"), ("y/.venv", "../e")], &[]);
    }

    /// A member of a workspace is linked, and what is installed in it is its own.
    #[test]
    fn what_a_linked_project_has_installed_is_not_of_those_that_link_to_it() {
        let files = [("m/package.json", NODE), ("m/node_modules/ms/package.json", MS), ("x/package.json", NODE)];
        check(&files, &[("x/node_modules/m", "../../m")], &["x/package.json"]);
    }
}
