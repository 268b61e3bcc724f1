//! Symbolic links with names that readers go by, whose files have others: `requirements.txt -> deps.base`,
//! `app.jar -> blob-1234`. What they lead to is read in a further pass and told where the link lies, because the name says
//! what the file is; a link that leads nowhere is a gap. A file that is read under its own name is not read again.

use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, UntrustedPath, counted};

use crate::ecosystems::linked_package;
use crate::folder_links::ImageLinks;
use crate::further_pass::{Place, is_unread};
use crate::layer_index::LayerIndex;
use crate::locked::{is_in_dependency_folder, is_lock_file};
use crate::merge::Hides;
use crate::selector::SELECTOR;
use crate::system_links::{DATABASES, LinkedFiles, RELEASES, has_folder, holder};

/// How often the layers of one image are asked about such links: a second's work. Images have some hundred links to archives.
const MOST_QUESTIONS: usize = 1_000_000;

/// Folders in which packages of a project are installed: a link to one that is not there hides them.
const FOLDERS_OF_PACKAGES: &[&str] = &[".venv", "dist-packages", "node_modules", "site-packages", "venv", "vendor"];

/// Links to one file, each behind the number of its layer.
type LinksOfFile<'a> = BTreeSet<(usize, &'a str)>;

/// Adds what links of the layers, from the base upwards, lead to.
pub(crate) fn add(layers: &[&LayerIndex], links: &ImageLinks<'_>, linked: &mut LinkedFiles) {
    let mut questions = MOST_QUESTIONS;
    let mut left_out = 0;
    // Links to lock files of projects, by the layer that holds the file, where it lies, and the name of the link.
    let mut locks: BTreeMap<(usize, String, String), LinksOfFile<'_>> = BTreeMap::new();
    let mut above: Vec<Hides<'_>> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        for (path, target) in &layer.links {
            let named = UntrustedPath::normalise(path);
            if !is_wanted(&named, target) || above.iter_mut().any(|upper| upper.hides(path)) {
                continue;
            }
            match questions.checked_sub(layers.len() * 4 + 16) {
                Some(left) => questions = left,
                None => {
                    left_out += 1;
                    continue;
                }
            }
            let real = match links.resolve(path) {
                Ok(real) => real,
                Err(unresolved) => {
                    note(linked, number, path, unresolved.reason().to_owned());
                    continue;
                }
            };
            match holder(layers, &real) {
                Some((holder, held)) if is_unread(&held, path) => {
                    let name = named.file_name();
                    if is_lock_file(name) && !is_in_dependency_folder(path) {
                        locks.entry((holder, real, name.to_owned())).or_default().insert((number, path.as_str()));
                        continue;
                    }
                    // The link and the file are both there from the upper one of their layers on.
                    let place = Place::where_it_is_sought(number.max(holder), real, path.clone());
                    linked.wanted.entry(holder).or_default().want(held, place);
                }
                Some(_) => {}
                None if real.is_empty() && named.file_name() == "node_modules" => {
                    let reason = "it is a symbolic link to the root, which is not read as a folder of packages";
                    note(linked, number, path, reason.to_owned());
                }
                None if has_folder(layers, &real) => {}
                None => note(linked, number, path, links.missing(path, target)),
            }
        }
        above.push(Hides::new(layer));
    }
    for ((holder, real, _), paths) in locks {
        // What is in the file is told once, however many projects share it.
        let teller = paths.first().map_or("", |(_, path)| *path);
        for (number, path) in &paths {
            let place = Place::where_it_is_sought((*number).max(holder), real.clone(), (*path).to_owned());
            let place = if *path == teller { place } else { place.told_by(teller) };
            linked.wanted.entry(holder).or_default().want(UntrustedPath::normalise(&real), place);
        }
    }
    let unknown: u64 = layers.iter().map(|layer| layer.links_left_out).fold(0, u64::saturating_add);
    if unknown > 0 {
        let unknown = counted(unknown, "symbolic link is left out", "symbolic links are left out");
        linked.gaps.push(Gap::new("", format!("{unknown}, so that files may lie elsewhere than is said")));
    }
    if left_out > 0 {
        let reason = counted(
            left_out,
            "symbolic link to a file with packages is not followed, because there are too many of them",
            "symbolic links to files with packages are not followed, because there are too many of them",
        );
        linked.gaps.push(Gap::new("", reason));
    }
}

/// Whether readers go by the name of a link, and nobody else follows it.
fn is_wanted(path: &UntrustedPath, target: &str) -> bool {
    let place = path.as_str();
    if FOLDERS_OF_PACKAGES.contains(&path.file_name()) && !is_in_dependency_folder(place) {
        return true;
    }
    let is_of_others = RELEASES.contains(&place)
        || DATABASES.contains(&place)
        // Documents are left out of many images, and the links to them are not.
        || place.starts_with("usr/share/doc/");
    !is_of_others && !SELECTOR.select(path).is_empty() && linked_package(path, target).is_none()
}

/// Notes that a link leads nowhere. Lock files among other people's packages say nothing of this target.
fn note(linked: &mut LinkedFiles, layer: usize, path: &str, reason: String) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if !(is_lock_file(name) && is_in_dependency_folder(path)) {
        linked.gaps_of_layers.push((layer, Gap::new(path, reason)));
    }
}

#[cfg(test)]
mod tests {
    use crate::system_links::tests::check;

    const LOCK: &str = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.20"}}}"#;

    #[test]
    fn a_file_behind_a_link_is_read_as_what_the_link_is_called() {
        check(
            &[&["app/requirements.txt -> deps.base", "app/deps.base = jinja2==2.11.1"]],
            &["jinja2 2.11.1 in app/requirements.txt"],
        );
        let lock: &str = &format!("srv/x = {LOCK}");
        check(&[&["app/package-lock.json -> /srv/x", lock]], &["lodash 4.17.20 in app/package-lock.json"]);
        // By way of further links and of links of folders.
        check(
            &[&["app/package-lock.json -> ../l", "l -> store/x", "store -> srv", lock]],
            &["lodash 4.17.20 in app/package-lock.json"],
        );
    }

    #[test]
    fn the_file_may_lie_in_any_layer_that_is_not_hidden() {
        let lock: &str = &format!("srv/x = {LOCK}");
        let link = "app/package-lock.json -> ../srv/x";
        let expected = ["lodash 4.17.20 in app/package-lock.json"];
        check(&[&[lock], &[link]], &expected);
        check(&[&[link], &[lock]], &expected);
        check(&[&[link], &["srv/x = {}"], &[lock]], &expected);
        check(&[&[lock], &[link], &["app/.wh.package-lock.json"]], &[]);
        check(&[&[lock], &[link], &["app/package-lock.json = {\"lockfileVersion\":3,\"packages\":{}}"]], &[]);
        check(
            &[&[lock], &[link], &["srv/.wh.x"]],
            &["gap app/package-lock.json: it is a symbolic link to ../srv/x, which is not there"],
        );
    }

    /// A link leads nowhere all the same where what it leads to was there once.
    #[test]
    fn a_link_to_a_folder_that_an_upper_layer_removes_is_a_gap() {
        let base = ["app/node_modules -> ../srv/cache", "srv/cache/x = 1"];
        let gap = "gap app/node_modules: it is a symbolic link to ../srv/cache, which is not there";
        check(&[&base], &[]);
        for (upper, expected) in [
            (&["srv/.wh.cache"][..], &[gap][..]),
            (&[".wh.srv"], &[gap]),
            (&["srv/.wh..wh..opq"], &[gap]),
            (&["srv = 1"], &[gap]),
            // It is there without what it had, and with something else.
            (&["srv/cache/.wh..wh..opq"], &[]),
            (&["srv/cache/.wh..wh..opq", "srv/cache/y = 1"], &[]),
            (&["srv/.wh.cache", "srv/cache/"], &[]),
            (&["srv/.wh.cache", "srv/cache/y = 1"], &[]),
        ] {
            check(&[&base, upper], expected);
        }
        check(&[&base, &["srv/.wh.cache"], &["srv/cache/y = 1"]], &[]);
    }

    #[test]
    fn hard_links_behind_links_are_read() {
        check(
            &[&["app/requirements.txt -> deps.base", "store/1 = jinja2==2.11.1", "app/deps.base => store/1"]],
            &["jinja2 2.11.1 in app/requirements.txt"],
        );
    }

    #[test]
    fn what_is_read_under_its_own_name_is_not_read_again() {
        let lock: &str = &format!("app/package-lock.json = {LOCK}");
        check(
            &[&[lock, "web/package-lock.json -> ../app/package-lock.json"]],
            &["lodash 4.17.20 in app/package-lock.json"],
        );
    }

    #[test]
    fn several_links_to_one_file_each_tell_it_once() {
        let lock: &str = &format!("x = {LOCK}");
        check(
            &[&[lock, "a/package-lock.json -> ../x", "b/package-lock.json -> ../x", "c/npm-shrinkwrap.json -> ../x"]],
            &["lodash 4.17.20 in a/package-lock.json c/npm-shrinkwrap.json"],
        );
    }

    #[test]
    fn a_lock_file_behind_many_links_is_told_once() {
        let lock: &str = &format!("x = {LOCK}");
        let to = |name: &str| -> Vec<String> { (10..60).map(|number| format!("a{number}/{name} -> ../x")).collect() };
        let links = to("package-lock.json");
        let lines: Vec<&str> = links.iter().map(String::as_str).chain([lock]).collect();
        check(&[&lines], &["lodash 4.17.20 in a10/package-lock.json"]);
        check(&[&lines, &["a10/.wh.package-lock.json"]], &["lodash 4.17.20 in a11/package-lock.json"]);
        // By that of the lowest layer.
        let others: Vec<&str> = links.iter().map(String::as_str).filter(|link| !link.starts_with("a30/")).collect();
        check(&[&[links[20].as_str(), lock], &others], &["lodash 4.17.20 in a30/package-lock.json"]);
        // What cannot be read of it is told once, too.
        let links = to("bun.lockb");
        let lines: Vec<&str> = links.iter().map(String::as_str).chain(["x = 1"]).collect();
        check(
            &[&lines],
            &[
                "gap a10/bun.lockb: bun's binary lock file is not read; write the text form beside it with `bun install --save-text-lockfile`",
            ],
        );
    }

    #[test]
    fn a_lock_file_that_one_project_has_no_use_for_is_told_by_another() {
        let lock: &str = &format!("x = {LOCK}");
        let (a, b) = ("a/package-lock.json -> ../x", "b/package-lock.json -> ../x");
        let tree = r#"a/node_modules/qs/package.json = {"name":"qs","version":"6.7.0"}"#;
        let qs = "qs 6.7.0 in a/node_modules/qs/package.json";
        check(&[&[lock, a, b, tree]], &["lodash 4.17.20 in b/package-lock.json", qs]);
        check(&[&[lock, a, tree]], &[qs]);
    }

    #[test]
    fn links_that_lead_to_no_file_are_one_gap_each() {
        check(
            &[&[
                "a/yarn.lock -> b",
                "a/b -> yarn.lock",
                "c/Cargo.lock -> nothing",
                "d/go.sum -> ../pipe",
                "e/Gemfile.lock ?",
                "f/poetry.lock -> ../folder",
                "g/node_modules -> /cache/node_modules",
                "h/node_modules -> ../folder",
                "folder/x = 1",
                "pipe ?",
            ]],
            &[
                "gap a/yarn.lock: it leads through symbolic links in a circle",
                "gap c/Cargo.lock: it is a symbolic link to nothing, which is not there",
                "gap d/go.sum: it is a symbolic link to pipe, which is no regular file but a pipe, socket or device",
                "gap e/Gemfile.lock: it is no regular file but a pipe, socket or device, and was not read",
                "gap g/node_modules: it is a symbolic link to /cache/node_modules, which is not there",
            ],
        );
    }
}
