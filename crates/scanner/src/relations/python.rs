//! Python: distributions that lie in one folder of `sys.path` see one another; so do those of `lib` and `lib64`, which
//! some distributions keep apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Described, Relations, last_part, parent};
use crate::ecosystems::is_zip_application;
use crate::found::Mark;
use crate::merge::VisibleFile;
use crate::needs::Needs;

/// Settles the needs of installed distributions, those of the extras that others ask for included, and which of them
/// were asked for by name where the installer marks it.
pub(super) fn relate<'a>(
    files: &BTreeMap<&'a str, VisibleFile<'a>>,
    described: &[Described<'a>],
    relations: &mut Relations,
) {
    let sites = Sites::new(files, described);
    // An extra that somebody asks for brings needs that may ask for further extras.
    let mut asked: BTreeSet<(usize, &str)> = BTreeSet::new();
    let mut to_visit: Vec<(usize, Option<&str>)> = (0..described.len()).map(|number| (number, None)).collect();
    while let Some((number, extra)) = to_visit.pop() {
        let distribution = &described[number];
        let site = site_of(distribution.path);
        for need in sites.needs_of(distribution).filter(|need| need.only_for == extra) {
            let Some(needed) = sites.find(site, need.name) else { continue };
            relations.needed.push((distribution.place, described[needed].place));
            for extra in need.extras.split(',').filter(|extra| !extra.is_empty()) {
                if asked.insert((needed, extra)) {
                    to_visit.push((needed, Some(extra)));
                }
            }
        }
    }
    for distribution in described {
        let folder = parent(distribution.path);
        if has_mark(files, &format!("{folder}/INSTALLER"), &Mark::MarkedByInstaller) {
            let is_requested = has_mark(files, &format!("{folder}/REQUESTED"), &Mark::Requested);
            relations.direct.push((distribution.place, is_requested));
        }
    }
}

/// One need as `ecosystems::python` writes it: `name[extra,extra];extra`.
struct Need<'a> {
    name: &'a str,
    /// The extras that are asked for of it, joined by commas.
    extras: &'a str,
    /// The extra of the needing distribution for which it is needed; `None` when always.
    only_for: Option<&'a str>,
}

impl<'a> Need<'a> {
    fn parse(line: &'a str) -> Need<'a> {
        let (needed, only_for) = line.split_once(';').map_or((line, None), |(needed, extra)| (needed, Some(extra)));
        let (name, extras) = needed.split_once('[').unwrap_or((needed, ""));
        Need { name, extras: extras.trim_end_matches(']'), only_for }
    }
}

/// Which distributions lie where.
struct Sites<'a> {
    by_name: HashMap<(&'a str, &'a str), usize>,
    /// Needs that stand in a file of their own, by the folder that describes the distribution.
    needs: HashMap<&'a str, &'a Needs>,
}

impl<'a> Sites<'a> {
    fn new(files: &BTreeMap<&'a str, VisibleFile<'a>>, described: &[Described<'a>]) -> Sites<'a> {
        let needs = files.iter().filter_map(|(path, file)| match &file.found.mark {
            Some(Mark::Needs(needs)) => Some((parent(path), needs)),
            _ => None,
        });
        let names = described.iter().enumerate();
        Sites {
            by_name: names.map(|(number, d)| ((site_of(d.path), d.package.name.as_str()), number)).collect(),
            needs: needs.collect(),
        }
    }

    fn needs_of(&self, distribution: &Described<'a>) -> impl Iterator<Item = Need<'a>> {
        let own = Some(&distribution.package.needs);
        // A single file that describes a distribution has the files of others beside it.
        let beside = self.needs.get(parent(distribution.path)).copied();
        let beside = beside.filter(|_| last_part(distribution.path) == "PKG-INFO");
        own.into_iter().chain(beside).flat_map(Needs::iter).map(Need::parse)
    }

    fn find(&self, site: &str, name: &str) -> Option<usize> {
        self.by_name.get(&(site, name)).copied().or_else(|| {
            let twin = twin_of(site)?;
            self.by_name.get(&(twin.as_str(), name)).copied()
        })
    }
}

fn has_mark(files: &BTreeMap<&str, VisibleFile<'_>>, path: &str, mark: &Mark) -> bool {
    files.get(path).is_some_and(|file| file.found.mark.as_ref() == Some(mark))
}

/// The folder of `sys.path` in which the distribution lies that the file at `path` describes, or the archive that is one.
fn site_of(path: &str) -> &str {
    if is_zip_application(path) {
        return path;
    }
    let folder = parent(path);
    if folder.ends_with(".dist-info") || folder.ends_with(".egg-info") {
        parent(folder)
    } else if last_part(folder) == "EGG-INFO" {
        parent(parent(folder))
    } else {
        folder
    }
}

/// The folder that goes with a folder in `lib` or `lib64`.
fn twin_of(site: &str) -> Option<String> {
    let replaced = |from: &str, to: &str| site.contains(from).then(|| site.replacen(from, to, 1));
    replaced("/lib/python", "/lib64/python").or_else(|| replaced("/lib64/python", "/lib/python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_in_an_archive_see_one_another_alone() {
        assert_eq!(site_of("app/a.pyz"), "app/a.pyz");
        assert_eq!(site_of("app/a.pex"), "app/a.pex");
        assert_eq!(site_of("app/a-1.dist-info/METADATA"), "app");
        assert_eq!(site_of("app/a-1.egg/EGG-INFO/PKG-INFO"), "app");
        assert_eq!(site_of("app/a-1-py3.egg"), "app");
    }
}
