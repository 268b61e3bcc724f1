//! Ecosystems in which a name is enough: the needed package lies in the same archive, or in the same folder of packages.

use std::collections::HashMap;

use model::{Ecosystem, PackageId};

use super::{Described, Relations, parent};

/// How many packages one name leads to: a folder may hold a jar in several versions.
const PROVIDERS: usize = 8;

/// Settles the needs of packages of one ecosystem.
pub(super) fn relate(described: &[Described<'_>], relations: &mut Relations) {
    if described.iter().all(|package| package.package.needs.size_bytes() == 0) {
        return;
    }
    let mut by_file: HashMap<(&str, &str), Vec<PackageId>> = HashMap::new();
    let mut by_folder: HashMap<(&str, &str), Vec<PackageId>> = HashMap::new();
    for package in described {
        let name = package.package.name.as_str();
        for places in
            [by_file.entry((package.path, name)).or_default(), by_folder.entry((folder_of(package), name)).or_default()]
        {
            if places.len() < PROVIDERS && !places.contains(&package.place) {
                places.push(package.place);
            }
        }
    }
    for package in described {
        for name in package.package.needs.iter() {
            let places = by_file.get(&(package.path, name)).or_else(|| by_folder.get(&(folder_of(package), name)));
            let places = places.into_iter().flatten().filter(|&&place| place != package.place);
            relations.needed.extend(places.map(|&place| (package.place, place)));
        }
    }
}

/// The folder whose packages see one another.
fn folder_of<'a>(package: &Described<'a>) -> &'a str {
    let folder = parent(package.path);
    match package.package.ecosystem {
        // LIBRARY/NAME/DESCRIPTION
        Ecosystem::Cran => parent(folder),
        // LIBRARY/NAME-VERSION/ebin/NAME.app
        Ecosystem::Hex => parent(parent(folder)),
        _ => folder,
    }
}
