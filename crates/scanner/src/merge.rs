//! Lays the indexes of layers over one another and settles what several files say together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{Distribution, Ecosystem, Gap, Inventory, Package, Purl, RemovedPackage, UntrustedPath};

use crate::ecosystems::{ECOSYSTEMS, release};
use crate::found::{Evidence, Found, FoundPackage, FoundRelease};
use crate::layer_index::LayerIndex;
use crate::locked::LockedFiles;
use crate::owned_files::owned_name;
use crate::path_set::{PathSet, path_hash};
use crate::purls::purl_of;
use crate::selector::SELECTOR;

/// What the uppermost layer leaves visible, and how it came there.
#[derive(Default)]
pub(crate) struct MergedLayers<'a> {
    files: BTreeMap<&'a str, VisibleFile<'a>>,
    owned: BTreeMap<&'a str, &'a PathSet>,
    gaps: BTreeMap<&'a str, Vec<&'a Gap>>,
    presence: HashMap<PackageKey<'a>, Presence>,
    removed: Vec<(PackageKey<'a>, u32, u32)>,
}

/// A file that no upper layer hides.
#[derive(Clone, Copy)]
pub(crate) struct VisibleFile<'a> {
    pub(crate) layer: u32,
    pub(crate) found: &'a Found,
}

/// What makes an installed package the same one in two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct PackageKey<'a> {
    ecosystem: Ecosystem,
    name: &'a str,
    version: &'a str,
    architecture: Option<&'a str>,
}

/// Since which layer a package has been there, and how many files name it.
struct Presence {
    since: u32,
    files: u32,
}

/// Merges the layers from the base upwards into an inventory. `in_layers` says whether layer numbers mean anything.
pub(crate) fn merge(layers: &[LayerIndex], in_layers: bool) -> Inventory {
    let mut merged = MergedLayers::default();
    for (number, layer) in layers.iter().enumerate() {
        merged.add(u32::try_from(number).unwrap_or(u32::MAX), layer);
    }
    merged.settle(in_layers)
}

impl<'a> MergedLayers<'a> {
    fn add(&mut self, number: u32, layer: &'a LayerIndex) {
        let mut hides = Hides::new(layer);
        let mut gone: Vec<&Found> = Vec::new();
        self.files.retain(|path, file| {
            let hidden = hides.hides(path);
            if hidden {
                gone.push(file.found);
            }
            !hidden
        });
        self.owned.retain(|path, _| !hides.hides(path));
        self.gaps.retain(|path, _| !hides.hides(path));
        // Additions before removals: a database written anew still holds most of its packages.
        for (path, found) in &layer.files {
            self.files.insert(path, VisibleFile { layer: number, found });
            for key in installed_keys(found) {
                self.presence.entry(key).or_insert(Presence { since: number, files: 0 }).files += 1;
            }
        }
        for key in gone.into_iter().flat_map(installed_keys) {
            if let Some(presence) = self.presence.get_mut(&key) {
                presence.files -= 1;
                if presence.files == 0 {
                    self.removed.push((key, presence.since, number));
                    self.presence.remove(&key);
                }
            }
        }
        self.owned.extend(layer.owned.iter().map(|(path, owned)| (path.as_str(), owned)));
        for gap in &layer.gaps {
            self.gaps.entry(outer_path(&gap.path)).or_default().push(gap);
        }
    }

    fn settle(&self, in_layers: bool) -> Inventory {
        let distribution = self.distribution();
        let os_owned = self.files_of_os_packages();
        let locked = LockedFiles::new(&self.files);
        let licenses = self.licenses();

        let mut packages: BTreeMap<Purl, Package> = BTreeMap::new();
        let mut purls_by_file: Vec<(&Found, Vec<Option<Purl>>)> = Vec::new();
        for (path, file) in &self.files {
            let is_os_owned = os_owned.contains(&path_hash(&owned_name(path)));
            let mut purls = Vec::with_capacity(file.found.packages.len());
            for found in &file.found.packages {
                if !found.ecosystem.is_operating_system() && (is_os_owned || locked.yields(path, found)) {
                    purls.push(None);
                    continue;
                }
                let purl = purl_of(found, distribution.as_ref());
                let layer = in_layers.then(|| match found.evidence {
                    Evidence::Installed => self.presence.get(&package_key(found)).map_or(file.layer, |p| p.since),
                    Evidence::Locked | Evidence::Supplementary => file.layer,
                });
                let package = packages.entry(purl.clone()).or_insert_with(|| new_package(found, purl.clone()));
                add_evidence(package, found, path, layer);
                if let Some(hint) = locked.hint(path, found) {
                    package.direct = package.direct.or(hint.direct);
                    package.development &= hint.development;
                }
                if package.licenses.is_empty()
                    && let Some(licenses) = licenses.get(&(found.ecosystem, found.name.as_str()))
                {
                    package.licenses = licenses.to_vec();
                }
                purls.push(Some(purl));
            }
            purls_by_file.push((file.found, purls));
        }
        link_dependencies(&mut packages, &purls_by_file);
        Inventory {
            removed: if in_layers { self.removed_packages(distribution.as_ref()) } else { Vec::new() },
            distribution,
            image: None,
            packages: packages.into_values().map(sorted).collect(),
            gaps: self
                .gaps
                .iter()
                .filter(|(path, _)| !os_owned.contains(&path_hash(&owned_name(path))) || is_of_system(path))
                .flat_map(|(_, gaps)| gaps)
                .map(|gap| (*gap).clone())
                .collect::<BTreeSet<Gap>>()
                .into_iter()
                .collect(),
        }
    }

    /// The release file of the lowest rank speaks, and the others fill in what it leaves out.
    fn distribution(&self) -> Option<Distribution> {
        let mut releases: Vec<&FoundRelease> =
            self.files.values().filter_map(|file| file.found.release.as_ref()).collect();
        releases.sort_by_key(|release| release.rank);
        let (first, others) = releases.split_first()?;
        Some(release::complete(first, others))
    }

    fn files_of_os_packages(&self) -> HashSet<u64> {
        let of_languages = self
            .files
            .iter()
            .filter(|(_, file)| file.found.packages.iter().any(|package| !package.ecosystem.is_operating_system()))
            .map(|(path, _)| path);
        let candidates: HashSet<u64> =
            of_languages.chain(self.gaps.keys()).map(|path| path_hash(&owned_name(path))).collect();
        if candidates.is_empty() {
            return candidates;
        }
        self.owned.values().flat_map(|owned| owned.iter()).filter(|hash| candidates.contains(hash)).collect()
    }

    fn licenses(&self) -> HashMap<(Ecosystem, &'a str), &'a [String]> {
        let facts = self.files.values().flat_map(|file| &file.found.licenses);
        facts.map(|(ecosystem, name, licenses)| ((*ecosystem, name.as_str()), licenses.as_slice())).collect()
    }

    fn removed_packages(&self, distribution: Option<&Distribution>) -> Vec<RemovedPackage> {
        let gone = self.removed.iter().filter(|(key, ..)| !self.presence.contains_key(key));
        let removed: BTreeSet<RemovedPackage> = gone
            .map(|(key, added_in, removed_in)| {
                let mut package = FoundPackage::new(key.ecosystem, Evidence::Installed, key.name, key.version);
                package.architecture = key.architecture.map(str::to_owned);
                RemovedPackage { purl: purl_of(&package, distribution), added_in: *added_in, removed_in: *removed_in }
            })
            .collect();
        removed.into_iter().collect()
    }
}

fn installed_keys<'a>(found: &'a Found) -> impl Iterator<Item = PackageKey<'a>> {
    found.packages.iter().filter(|package| package.evidence == Evidence::Installed).map(package_key)
}

fn package_key(package: &FoundPackage) -> PackageKey<'_> {
    PackageKey {
        ecosystem: package.ecosystem,
        name: &package.name,
        version: &package.version,
        architecture: package.architecture.as_deref(),
    }
}

fn new_package(found: &FoundPackage, purl: Purl) -> Package {
    Package {
        ecosystem: found.ecosystem,
        name: found.name.clone(),
        version: found.version.clone(),
        purl,
        source: found.source.clone(),
        architecture: found.architecture.clone(),
        module: found.module.clone(),
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        // A package that one file needs for more than development is needed for more.
        development: true,
        dependencies: Vec::new(),
        sha1: found.sha1.clone(),
    }
}

fn add_evidence(package: &mut Package, found: &FoundPackage, path: &str, layer: Option<u32>) {
    package.paths.push(match &found.inner_path {
        Some(inner) => format!("{path}!/{inner}"),
        None => path.to_owned(),
    });
    package.licenses.extend(found.licenses.iter().cloned());
    package.layer = match (package.layer, layer) {
        (Some(known), Some(other)) => Some(known.min(other)),
        (known, other) => known.or(other),
    };
    package.direct = match (package.direct, found.direct) {
        (Some(known), Some(other)) => Some(known || other),
        (known, other) => known.or(other),
    };
    package.development &= found.development;
    // An archive whose name is certain in one place is certain everywhere.
    package.sha1 = package.sha1.take().filter(|_| found.sha1.is_some());
}

fn link_dependencies(packages: &mut BTreeMap<Purl, Package>, purls_by_file: &[(&Found, Vec<Option<Purl>>)]) {
    let ids: HashMap<Purl, usize> = packages.keys().cloned().enumerate().map(|(id, purl)| (purl, id)).collect();
    for (found, purls) in purls_by_file {
        for (package, purl) in found.packages.iter().zip(purls) {
            let Some(entry) = purl.as_ref().and_then(|purl| packages.get_mut(purl)) else { continue };
            let targets = package.dependencies.iter().filter_map(|place| purls.get(*place as usize)?.as_ref());
            entry.dependencies.extend(targets.filter_map(|purl| ids.get(purl)));
        }
    }
}

fn sorted(mut package: Package) -> Package {
    package.paths.sort();
    package.paths.dedup();
    package.licenses.sort();
    package.licenses.dedup();
    package.dependencies.sort_unstable();
    package.dependencies.dedup();
    package
}

/// Whether the packages or the release of a system are read from the file: packages may own these files themselves.
fn is_of_system(path: &str) -> bool {
    let readers = SELECTOR.select(&UntrustedPath::normalise(path));
    let mut names = readers.iter().filter_map(|place| ECOSYSTEMS.get(place)).map(|ecosystem| ecosystem.name());
    names.any(|name| matches!(name, "release" | "dpkg" | "apk" | "rpm"))
}

/// The path of the file itself when `path` leads into an archive.
fn outer_path(path: &str) -> &str {
    path.split_once("!/").map_or(path, |(outer, _)| outer)
}

/// Answers which paths of lower layers a layer hides (OCI image-spec, layer.md, Applying Changesets).
struct Hides<'a> {
    layer: &'a LayerIndex,
    folders: HashMap<String, bool>,
}

impl<'a> Hides<'a> {
    fn new(layer: &'a LayerIndex) -> Hides<'a> {
        Hides { layer, folders: HashMap::new() }
    }

    fn hides(&mut self, path: &str) -> bool {
        let hash = path_hash(path);
        self.layer.occupied.contains(hash)
            || self.layer.folders.contains(hash)
            || self.layer.whiteouts.contains(path)
            || self.hides_content_of(path.rsplit_once('/').map_or("", |(folder, _)| folder))
    }

    fn hides_content_of(&mut self, folder: &str) -> bool {
        if let Some(known) = self.folders.get(folder) {
            return *known;
        }
        let hidden = self.layer.opaque.contains(folder)
            || (!folder.is_empty()
                && (self.layer.whiteouts.contains(folder)
                    || self.layer.occupied.contains(path_hash(folder))
                    || self.hides_content_of(folder.rsplit_once('/').map_or("", |(parent, _)| parent))));
        self.folders.insert(folder.to_owned(), hidden);
        hidden
    }
}

#[cfg(test)]
mod tests;
