//! Packages in `node_modules` whose own folders are symbolic links to where no reader takes a folder for an installed package:
//! `node_modules/lodash -> .store/lodash-npm-4.17.21-6382451519/package` of Yarn, links into the store of Nix, or to what lies
//! elsewhere on the machine. What such a folder says of itself is read in a further pass and told where the link lies.
//!
//! Where `node_modules` is itself a link to a folder of another name, the links in that folder are such links too.
//!
//! Members of a workspace and what a project asks for by a path are linked as well: they lie in the project, outside of
//! `node_modules`, and are its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::iter;

use model::{Gap, UntrustedPath, counted};

use crate::ecosystems::{is_installed_at, linked_package};
use crate::folder_links::{ImageLinks, join, parts_from_root};
use crate::layer_index::LayerIndex;
use crate::linked_folders::{FolderBehind, LinkWithin, QUESTIONS_OF_ANY, SingleFiles, rooted, take};
use crate::merge::Hides;
use crate::path_set::path_hash;
use crate::system_links::{LinkedFiles, has_folder, holder};

/// How often the layers of one image are asked about such links, and for how much those in folders behind links count: a
/// second's work. Links to the same folder are asked about once.
pub(crate) const MOST_QUESTIONS: usize = 1_000_000;

/// How often layers may still be asked.
pub(crate) struct Questions {
    /// About links by their own paths.
    own: usize,
    /// About those in folders behind links.
    within: usize,
}

impl Questions {
    /// So many of each kind.
    pub(crate) fn up_to(most: usize) -> Questions {
        Questions { own: most, within: most }
    }

    /// Whether there was a link about which they could not be asked any more.
    pub(crate) fn are_used_up(&self) -> bool {
        self.own == 0 || self.within == 0
    }
}

/// The folder of installed packages, with what ends its name.
const TREE: &str = "node_modules/";

/// What a package says of itself.
const PACKAGE: &str = "package.json";

/// Files that the outermost folder of a project with several packages has.
const OF_PROJECTS: &[&str] = &[PACKAGE, "pnpm-workspace.yaml", "rush.json"];

/// What a link leads to.
struct Target {
    folder: String,
    /// The layer that has the file in which the package says what it is, and where that lies.
    file: Option<(usize, String)>,
    /// Whether nothing is there, and nobody has been told.
    is_missing: bool,
}

/// Adds what links of the layers, from the base upwards, lead to, and those in `folders` behind links that are `node_modules`, as
/// long as there are `questions`.
pub(crate) fn add(
    layers: &[&LayerIndex],
    links: &ImageLinks<'_>,
    folders: &[FolderBehind],
    questions: &mut Questions,
    linked: &mut LinkedFiles,
) {
    let folders: Vec<&FolderBehind> = folders.iter().filter(|folder| is_tree(&folder.sought)).collect();
    if folders.is_empty() && !layers.iter().any(|layer| layer.links.keys().any(|path| path.contains(TREE))) {
        return;
    }
    let Questions { own: room, within: room_within } = questions;
    let mut left_out = 0;
    let mut files = SingleFiles::default();
    let mut targets: HashMap<String, Option<Target>> = HashMap::new();
    let mut above: Vec<Hides<'_>> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        let own = layer.links.iter().filter(|(path, _)| path.contains(TREE)).map(|(path, target)| LinkWithin {
            of_layer: number,
            sought: path.clone(),
            lies: path,
            target,
        });
        let within = folders.iter().flat_map(|folder| folder.links_of(number, layer));
        let within = within.take_while(|_| take(room_within, QUESTIONS_OF_ANY));
        // Those that lie where packages do are told there.
        let within =
            within.filter(|link| linked_package(&UntrustedPath::normalise(link.lies), &rooted(link)).is_none());
        for link in own.chain(within) {
            let LinkWithin { of_layer: number, sought: path, lies, target } = &link;
            let (number, path) = (*number, path.as_str());
            // Most links of pnpm lead to where the package is read, or is one more such link.
            let named = linked_package(&UntrustedPath::normalise(path), &rooted(&link));
            let Some(named) = named.filter(|named| !is_installed_at(named)) else { continue };
            if above.iter_mut().any(|upper| upper.hides(lies)) {
                continue;
            }
            let reached = match targets.entry(named) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(_) if !take(room, layers.len() * 8 + 16) => {
                    left_out += 1;
                    continue;
                }
                Entry::Vacant(new) => new.insert(match links.resolve(path) {
                    Ok(folder) => Some(Target::at(layers, folder, links)),
                    Err(unresolved) => {
                        linked.gaps_of_layers.push((number, Gap::new(path, unresolved.reason())));
                        None
                    }
                }),
            };
            let Some(reached) = reached else { continue };
            if reached.folder.is_empty() || is_installed_at(&reached.folder) {
                continue;
            }
            if !is_in_tree(&reached.folder) {
                if !take(room, layers.len() * path.matches('/').count()) {
                    left_out += 1;
                    continue;
                }
                if is_of_project(layers, path, target, &reached.folder) {
                    continue;
                }
            }
            if let Some((holder, file)) = &reached.file {
                let package = path.rfind(TREE).map_or("", |at| &path[at..]);
                let parts = package.matches('/').count() + 1;
                files.want((*holder, file.clone(), PACKAGE), number, join(path, PACKAGE), parts);
            } else if reached.is_missing {
                reached.is_missing = false;
                linked.gaps_of_layers.push((number, Gap::new(path, links.missing(path, target))));
            }
        }
        above.push(Hides::new(layer));
    }
    files.add_to(linked);
    left_out += usize::from(*room_within == 0);
    if left_out > 0 {
        let reason = counted(
            left_out,
            "symbolic link to a package is not followed, because there are too many of them",
            "symbolic links to packages are not followed, because there are too many of them",
        );
        linked.gaps.push(Gap::new("", reason));
    }
}

impl Target {
    fn at(layers: &[&LayerIndex], folder: String, links: &ImageLinks<'_>) -> Target {
        let file = links.resolve(&join(&folder, PACKAGE)).ok();
        let file = file.and_then(|file| holder(layers, &file).map(|(number, _)| (number, file)));
        let is_missing = file.is_none() && !has_folder(layers, &folder) && holder(layers, &folder).is_none();
        Target { folder, file, is_missing }
    }
}

/// Whether packages are installed in a folder, or in one around it.
fn is_tree(folder: &str) -> bool {
    folder.ends_with("node_modules") || folder.contains(TREE)
}

/// Whether a folder lies among installed packages.
fn is_in_tree(folder: &str) -> bool {
    folder.starts_with(TREE) || folder.contains("/node_modules/")
}

/// Whether the folder, to which the link at `path` leads by way of `target`, lies in the project that the link is installed for:
/// in the folder around `node_modules`, or in one further out that has several packages. In the root of a machine lies all;
/// who writes links within a project does not begin there.
fn is_of_project(layers: &[&LayerIndex], path: &str, target: &str, folder: &str) -> bool {
    let project = if path.starts_with(TREE) { "" } else { path.find("/node_modules/").map_or("", |at| &path[..at]) };
    let mut around = iter::once("").chain(parts_from_root(project)).filter(|outer| match folder.strip_prefix(*outer) {
        _ if outer.is_empty() => !target.starts_with('/'),
        Some(inside) => inside.is_empty() || inside.starts_with('/'),
        None => false,
    });
    let has = |outer: &str, name: &str| {
        let hash = path_hash(&join(outer, name));
        layers.iter().any(|layer| layer.has_file(hash))
    };
    around.any(|outer| outer == project || OF_PROJECTS.iter().any(|&name| has(outer, name)))
}

#[cfg(test)]
mod tests {
    use crate::system_links::tests::check;

    const LINK: &str = "a/node_modules/lodash -> /srv/pk";
    const LODASH: &str = r#"srv/pk/package.json = {"name":"lodash","version":"4.17.21"}"#;
    const FOUND: &[&str] = &["lodash 4.17.21 in a/node_modules/lodash/package.json"];

    #[test]
    fn a_package_behind_the_link_of_its_folder_is_told_where_the_link_is() {
        check(&[&[LINK, LODASH]], FOUND);
        check(&[&["a/node_modules/lodash -> ../../srv/pk", LODASH]], FOUND);
        check(&[&["a/node_modules/lodash -> ../../current", "current -> srv/pk", LODASH]], FOUND);
        check(&[&[LINK, r#"srv/x = {"name":"lodash","version":"4.17.21"}"#, "srv/pk/package.json -> ../x"]], FOUND);
        check(&[&[LINK, r#"srv/x = {"name":"lodash","version":"4.17.21"}"#, "srv/pk/package.json => srv/x"]], FOUND);
        // In the root of a machine.
        check(&[&["node_modules/lodash -> /srv/pk", LODASH]], &["lodash 4.17.21 in node_modules/lodash/package.json"]);
        let nix = r#"nix/store/1-l/lib/lodash/package.json = {"name":"lodash","version":"4.17.21"}"#;
        check(&[&["a/node_modules/lodash -> /nix/store/1-l/lib/lodash", nix]], FOUND);
    }

    #[test]
    fn the_store_of_yarn_is_read() {
        let store = "app/node_modules/.store";
        let traverse: &str =
            &format!(r#"{store}/@b-t-npm-7.0.0-a/package/package.json = {{"name":"@b/t","version":"7.0.0"}}"#);
        let qs: &str = &format!(r#"{store}/qs-npm-6.7.0-b/package/package.json = {{"name":"qs","version":"6.7.0"}}"#);
        let inner: &str = &format!("{store}/@b-t-npm-7.0.0-a/node_modules/qs -> ../../qs-npm-6.7.0-b/package");
        let outer = "app/node_modules/@b/t -> ../.store/@b-t-npm-7.0.0-a/package";
        let found: [&str; 2] = [
            "@b/t 7.0.0 in app/node_modules/@b/t/package.json",
            &format!("qs 6.7.0 in {store}/@b-t-npm-7.0.0-a/node_modules/qs/package.json"),
        ];
        check(&[&[outer, inner, traverse, qs]], &found);
        check(&[&[traverse, qs], &[outer, inner]], &found);
        // What several packages need is told once.
        check(&[&[outer, inner, traverse, qs, "app/node_modules/qs -> .store/qs-npm-6.7.0-b/package"]], &found);
    }

    #[test]
    fn the_package_may_lie_in_any_layer_that_is_not_hidden() {
        check(&[&[LINK], &[LODASH]], FOUND);
        check(&[&[LODASH], &["etc/x = 1"], &[LINK]], FOUND);
        let old = r#"a/node_modules/lodash/package.json = {"name":"lodash","version":"4.17.4"}"#;
        check(&[&[old], &[LINK, LODASH]], FOUND);
        check(&[&[LINK, LODASH], &["a/node_modules/.wh.lodash"]], &[]);
        check(&[&[LINK, LODASH], &["srv/pk/.wh.package.json"]], &[]);
        check(
            &[&[LINK, LODASH], &["srv/.wh.pk"]],
            &["gap a/node_modules/lodash: it is a symbolic link to /srv/pk, which is not there"],
        );
    }

    #[test]
    fn links_of_packages_in_a_folder_behind_a_link_are_followed() {
        let tree = "a/node_modules -> /srv/nm";
        let (link, package) = ("srv/nm/lodash -> /srv/pk", LODASH);
        check(&[&[tree, link, package]], FOUND);
        check(&[&[tree, "srv/nm/lodash -> ../pk", package]], FOUND);
        check(&[&[tree, "srv/nm/lodash -> ../current", "srv/current -> pk", package]], FOUND);
        check(&[&[package], &[link], &[tree]], FOUND);
        check(&[&[tree], &[link], &[package]], FOUND);
        check(&[&["a/node_modules -> ../nm", "nm -> srv/nm", link, package]], FOUND);
        let core = r#"store/core-7/package.json = {"name":"@babel/core","version":"7.24.0"}"#;
        let found = ["@babel/core 7.24.0 in a/node_modules/@babel/core/package.json"];
        check(&[&[tree, "srv/nm/@babel/core -> ../../../store/core-7", core]], &found);
        // The folder of the scope is one more link, and the package in it another.
        check(&[&[tree, "srv/nm/@babel -> /b", "b/core -> ../store/core-7", core]], &found);
        check(
            &[&[tree, "srv/nm/@babel -> /b", r#"b/core/package.json = {"name":"@babel/core","version":"7.24.0"}"#]],
            &found,
        );
        // What hides the link, or is not there.
        check(&[&[tree, link, package], &["srv/nm/.wh.lodash"]], &[]);
        let gap = ["gap a/node_modules/lodash: it is a symbolic link to /srv/pk, which is not there"];
        check(&[&[tree, link]], &gap);
        check(&[&[tree, link, package], &["srv/.wh.pk"]], &gap);
        // What is told where it lies.
        check(
            &[&[
                tree,
                "srv/nm/lodash -> .pnpm/lodash@4/node_modules/lodash",
                r#"srv/nm/.pnpm/lodash@4/node_modules/lodash/package.json = {"name":"lodash","version":"4.17.21"}"#,
            ]],
            &["lodash 4.17.21 in srv/nm/.pnpm/lodash@4/node_modules/lodash/package.json"],
        );
    }

    #[test]
    fn links_in_folders_behind_links_that_lead_round_are_harmless() {
        let tree = "a/node_modules -> /srv/nm";
        let rounds = ["srv/nm/self -> .", "srv/nm/node_modules -> /srv/nm", "srv/nm/up -> ../nm/self"];
        check(&[&[tree, rounds[0], rounds[1], rounds[2], "srv/nm/lodash -> /srv/pk", LODASH]], FOUND);
        let many: Vec<String> = (0..2_000)
            .flat_map(|number| {
                let next = number + 1;
                [format!("p/{number}/node_modules -> /t/{number}"), format!("t/{number}/@s -> /t/{next}")]
            })
            .collect();
        let lines: Vec<&str> = many.iter().map(String::as_str).chain(["t/2000/"]).collect();
        check(&[&lines], &[]);
    }

    #[test]
    fn what_is_of_the_project_itself_is_no_package_of_others() {
        let member = r#"app/packages/m/package.json = {"name":"m","version":"1.0.0"}"#;
        check(&[&["app/node_modules/m -> ../packages/m", member]], &[]);
        check(&[&["app/node_modules/m -> /app/packages/m", member]], &[]);
        check(&[&["app/node_modules/m -> ../packages/m"]], &[]);
        check(&[&["app/node_modules/.pnpm/x@1/node_modules/m -> ../../../../packages/m", member]], &[]);
        // Of a project that links its members to one another.
        let link = "app/packages/web/node_modules/m -> ../../m";
        for root in ["app/package.json = {\"private\":true}", "app/pnpm-workspace.yaml = packages:\n- packages/*\n"] {
            check(&[&[link, member, root]], &[]);
        }
        check(&[&[link, member]], &["m 1.0.0 in app/packages/web/node_modules/m/package.json"]);
    }

    #[test]
    fn what_is_no_package_is_left_alone() {
        check(&[&["a/node_modules/x -> /srv/x", "srv/x/"]], &[]);
        check(&[&["a/node_modules/x.js -> /srv/x.js", "srv/x.js = 1"]], &[]);
        check(&[&["a/node_modules/.bin -> /srv/bin", "a/node_modules/x -> /"]], &[]);
        check(
            &[&["a/node_modules/x -> /srv/x", "srv/x -> ../a/node_modules/x"]],
            &["gap a/node_modules/x: it leads through symbolic links in a circle"],
        );
    }

    #[test]
    fn of_several_links_to_one_package_one_tells_it() {
        let (a, b) = ("a/node_modules/lodash -> /srv/pk", "b/node_modules/lodash -> /srv/pk");
        check(&[&[b, a, LODASH]], FOUND);
        check(&[&[b, LODASH], &[a]], &["lodash 4.17.21 in b/node_modules/lodash/package.json"]);
    }
}
