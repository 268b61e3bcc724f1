//! Archives under their exact names: a Java archive that does not say what it is is known by its SHA-1.

use std::collections::BTreeMap;

use model::{Ecosystem, Inventory, Package, PackageId, Purl};

use crate::database::Database;

impl Database {
    /// Gives packages whose name is only a guess (`Package::sha1`) the name and version that the database has for their
    /// bytes. The inventory stays sorted by purl, each package once, and dependencies go with their packages.
    pub fn name_archives(&self, inventory: &mut Inventory) {
        let mut is_changed = false;
        for package in inventory.packages.iter_mut().filter(|package| package.ecosystem == Ecosystem::Maven) {
            // Of a block that is damaged, matching tells.
            if let Some((name, version)) = package.sha1.as_deref().and_then(|sha1| self.archive(sha1)) {
                rename(package, name, version);
                is_changed = true;
            }
        }
        if is_changed {
            inventory.packages = sorted(std::mem::take(&mut inventory.packages));
        }
    }

    /// How many of these names the database has advisories on in a namespace: `npm`, or `debian:12` whose names are
    /// those of source packages when `are_sources`.
    pub fn count_known(&self, namespace: &str, are_sources: bool, names: &[String]) -> usize {
        use crate::database::{packages::find, sources::namespaces};
        let namespaces = namespaces(self.storage()).unwrap_or_default();
        let Some(namespace) = namespaces.iter().find(|known| known.name == namespace) else { return 0 };
        let is_known = |name: &&String| matches!(find(self.storage(), namespace, are_sources, name), Ok(Some(_)));
        names.iter().filter(is_known).count()
    }
}

fn rename(package: &mut Package, name: String, version: String) {
    let (group, artifact) = name.rsplit_once(':').map_or((None, name.as_str()), |(group, rest)| (Some(group), rest));
    let mut purl = Purl::new("maven", group, artifact, Some(&version)).with_subpath(package.purl.subpath());
    for (key, value) in package.purl.qualifiers() {
        purl = purl.with_qualifier(key, value);
    }
    package.purl = purl;
    package.name = name;
    package.version = version;
    // The SHA-1 stands for a name that is a guess, and this one is certain.
    package.sha1 = None;
}

/// Sorts packages by purl, makes those of the same purl one, and lets dependencies follow.
fn sorted(packages: Vec<Package>) -> Vec<Package> {
    let mut by_purl: BTreeMap<Purl, Vec<PackageId>> = BTreeMap::new();
    for (id, package) in packages.iter().enumerate() {
        by_purl.entry(package.purl.clone()).or_default().push(id);
    }
    let mut new_ids = vec![0; packages.len()];
    for (new_id, old_ids) in by_purl.values().enumerate() {
        old_ids.iter().for_each(|&old_id| new_ids[old_id] = new_id);
    }
    let mut slots: Vec<Option<Package>> = by_purl.iter().map(|_| None).collect();
    for (mut package, &new_id) in packages.into_iter().zip(&new_ids) {
        package.dependencies = package.dependencies.iter().filter_map(|&id| new_ids.get(id).copied()).collect();
        package.dependencies.retain(|&id| id != new_id);
        slots[new_id] = Some(match slots[new_id].take() {
            Some(same) => united(same, package),
            None => package,
        });
    }
    let mut packages: Vec<Package> = slots.into_iter().flatten().collect();
    for package in &mut packages {
        package.dependencies.sort_unstable();
        package.dependencies.dedup();
    }
    packages
}

/// One package of what was found of it in two places.
fn united(mut one: Package, other: Package) -> Package {
    one.paths.extend(other.paths);
    one.paths.sort();
    one.paths.dedup();
    one.licenses.extend(other.licenses);
    one.licenses.sort();
    one.licenses.dedup();
    one.dependencies.extend(other.dependencies);
    one.layer = one.layer.into_iter().chain(other.layer).min();
    one.direct = one.direct.into_iter().chain(other.direct).max();
    one.development &= other.development;
    one.sha1 = one.sha1.filter(|_| other.sha1.is_some());
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::{ArchiveName, Record};
    use crate::sample::package;

    const SHA1: &str = "0123456789abcdef0123456789abcdef01234567";

    fn database() -> Database {
        let (name, version) = ("org.apache.logging.log4j:log4j-core".to_owned(), "2.14.1".to_owned());
        let archive = Record::Archive(ArchiveName { sha1: SHA1.to_owned(), name, version });
        Database::from_vec(crate::build::build_records([("maven".to_owned(), archive)]).0).unwrap()
    }

    #[test]
    fn an_archive_known_by_its_bytes_gets_its_name_and_its_place() {
        let guess = format!("maven a-guess unknown sha1={SHA1} path=lib/x.jar");
        let lines = [guess.as_str(), "maven b:b 1", "maven z:z 1 sha1=ffffffffffffffffffffffffffffffffffffffff"];
        let mut packages: Vec<Package> = lines.iter().map(|line| package(line)).collect();
        packages[0].dependencies = vec![1];
        packages[1].dependencies = vec![0, 2];
        let mut inventory = Inventory { packages, ..Inventory::default() };
        database().name_archives(&mut inventory);
        let facts = |package: &Package| (package.purl.to_string(), package.dependencies.clone());
        let found: Vec<_> = inventory.packages.iter().map(facts).collect();
        let log4j = found.iter().position(|(purl, _)| purl.contains("log4j")).unwrap();
        let at = |name: &str| inventory.packages.iter().position(|package| package.name == name).unwrap();
        assert_eq!(found[log4j].0, "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
        assert_eq!(found[log4j].1, [at("b:b")]);
        let mut expected = vec![log4j, at("z:z")];
        expected.sort_unstable();
        assert_eq!(found[at("b:b")].1, expected);
        assert!(inventory.packages.is_sorted_by(|one, other| one.purl < other.purl));
        assert_eq!(inventory.packages[log4j].version, "2.14.1");
        assert_eq!(
            (inventory.packages[log4j].sha1.as_deref(), inventory.packages[at("z:z")].sha1.is_some()),
            (None, true)
        );
    }

    #[test]
    fn an_archive_that_is_there_under_its_name_already_becomes_one_with_it() {
        let guess = format!("maven a-guess unknown sha1={SHA1} path=lib/x.jar");
        let mut packages: Vec<Package> =
            [guess.as_str(), "maven log4j 2.14.1 path=lib/a.jar"].iter().map(|line| package(line)).collect();
        packages[1].purl = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1".parse().unwrap();
        packages[1].dependencies = vec![0];
        let mut inventory = Inventory { packages, ..Inventory::default() };
        database().name_archives(&mut inventory);
        assert_eq!(inventory.packages.len(), 1);
        assert_eq!(inventory.packages[0].paths, ["lib/a.jar", "lib/x.jar"]);
        assert_eq!((inventory.packages[0].sha1.as_ref(), inventory.packages[0].dependencies.len()), (None, 0));
    }
}
