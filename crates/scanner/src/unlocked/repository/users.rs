//! Lock files of what takes a project in from its folder: they tell what that project asks for, too, as far as it is needed
//! there. What only its own development needs is told by none of them.

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem;

use super::{COMPARISON_BYTES, Family, MOST_OF_A_NAME, Repository, resolve};
use crate::ecosystems::range_takes;
use crate::folder_links::join;
use crate::found::{Evidence, Found};
use crate::manifest::ProjectManifest;

/// How many projects are followed from one to those that take it in.
const MOST_FOLLOWED: usize = 64;

impl<'a> Repository<'a> {
    /// Notes the folders from which a manifest takes packages.
    pub(super) fn add_user(
        &mut self,
        ecosystem: Ecosystem,
        folder: &'a str,
        name: &'a str,
        manifest: &ProjectManifest,
    ) {
        for place in manifest.folders.iter().filter_map(|written| resolve(folder, written)) {
            let users = self.users.entry((ecosystem, place)).or_default();
            users.extend((users.len() < MOST_OF_A_NAME).then_some((folder, name)));
        }
    }

    /// Whether a lock file of a project that takes this one in, or takes in another that does, names each package that this
    /// one asks for.
    pub(in crate::unlocked) fn is_told_by_users(
        &self,
        family: &Family,
        folder: &str,
        name: &str,
        manifest: &ProjectManifest,
    ) -> bool {
        let asked = self.asked_for(family.ecosystem, folder, name, manifest);
        // Swift has no packages that are for development alone.
        let tells = |place: &str| match family.ecosystem {
            Ecosystem::Swift => self.has_lock(family, place),
            _ => !asked.is_empty() && self.names_all(family, place, &asked),
        };
        let mut followed = BTreeSet::from([folder.to_owned()]);
        let mut to_follow = vec![folder.to_owned()];
        while let Some(place) = to_follow.pop() {
            for (user, name) in self.users_of(family.ecosystem, &place) {
                if followed.len() > MOST_FOLLOWED {
                    return false;
                }
                if !followed.insert(user.to_owned()) {
                    continue;
                }
                if self.places_of_locks(family.ecosystem, user, name).any(tells) {
                    return true;
                }
                to_follow.push(user.to_owned());
            }
        }
        false
    }

    /// The manifests, by folder and name, that take packages from a folder.
    pub(super) fn users_of(&self, ecosystem: Ecosystem, place: &str) -> Vec<(&'a str, &'a str)> {
        let mut users = self.users.get(&(ecosystem, place.to_owned())).cloned().unwrap_or_default();
        if ecosystem == Ecosystem::Composer {
            let roots =
                self.php_roots.iter().filter(|(root, members)| *root != place && self.take_in(members, root, place));
            users.extend(roots.map(|(root, _)| (*root, "composer.json")));
        }
        users
    }

    /// The packages that a manifest asks for and no project of the repository is, with the versions where it is certain which
    /// these are.
    pub(super) fn asked_for<'m>(
        &'m self,
        ecosystem: Ecosystem,
        folder: &str,
        name: &str,
        manifest: &'m ProjectManifest,
    ) -> BTreeMap<&'m str, Option<&'m str>> {
        let mut asked: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        if matches!(ecosystem, Ecosystem::Npm | Ecosystem::Pypi | Ecosystem::Hex) {
            let direct = self.index.files.get(&join(folder, name)).map(|found| found.direct.as_slice());
            asked.extend(direct.unwrap_or_default().iter().map(|(_, name)| (name.as_str(), None)));
        }
        for wish in &manifest.open {
            // A crate from elsewhere has its source before the name.
            let name = wish.name.rsplit('#').next().unwrap_or_default();
            asked.insert(name, (ecosystem == Ecosystem::Npm).then_some(wish.range.as_str()));
        }
        asked.retain(|name, _| !self.own_packages.contains(&(ecosystem, *name)));
        asked
    }

    /// Whether a lock file in the folder names all these packages.
    pub(super) fn names_all(&self, family: &Family, folder: &str, asked: &BTreeMap<&str, Option<&str>>) -> bool {
        let mut files = family.locks.iter().filter_map(|lock| self.index.files.get(&join(folder, lock)));
        let mut left = self.bytes_left.get();
        files.any(|found| {
            left = left.saturating_sub(found.packages.len().saturating_mul(COMPARISON_BYTES));
            self.bytes_left.set(left);
            left > 0 && names_all_of(found, family.ecosystem, asked)
        })
    }
}

fn names_all_of(found: &Found, ecosystem: Ecosystem, asked: &BTreeMap<&str, Option<&str>>) -> bool {
    let mut missing: BTreeMap<&str, Option<&str>> = asked.clone();
    for package in &found.packages {
        // Those of Julia are asked for by their uuids.
        let uuid = package.qualifiers.iter().find(|(key, _)| key == "uuid").map(|(_, uuid)| uuid.as_str());
        let name = uuid.filter(|_| ecosystem == Ecosystem::Julia).unwrap_or(package.name.as_str());
        if package.ecosystem == ecosystem
            && package.evidence == Evidence::Locked
            && let Some(range) = missing.get(name)
            && range.is_none_or(|range| range_takes(range, &package.version))
        {
            missing.remove(name);
        }
    }
    missing.is_empty()
}
