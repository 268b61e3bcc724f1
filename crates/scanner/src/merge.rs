//! Lays the indexes of layers over one another and settles what several files say together.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use model::{Distribution, Ecosystem, Gap, Inventory, Package, PackageId, Purl, RemovedPackage, UntrustedPath};

use crate::declared_license::declared_license;
use crate::dotnet_projects;
use crate::ecosystems::accounts::PASSWD;
use crate::ecosystems::dpkg::{ListedPackage, listed_package};
use crate::ecosystems::{ECOSYSTEMS, release};
use crate::found::{Evidence, Found, FoundAccounts, FoundPackage, FoundRelease, Mark};
use crate::includes;
use crate::layer_index::LayerIndex;
use crate::locked::{LockedFiles, is_in_dependency_folder};
use crate::owned_files::{owned_name, tells_of_languages};
use crate::package_list::why_unknown;
use crate::path_set::{PathSet, path_hash};
use crate::presence::{LockFilesBelow, MOST_LOOKED_THROUGH, Presences};
use crate::projects;
use crate::purls::{purl_of, without_credentials};
use crate::relations::Relations;
use crate::selector::SELECTOR;
use crate::system_links::suspicious_links;
use crate::undescribed;
use crate::versionless;
use crate::workspaces;
use document_links::DocumentLinks;

mod document_links;

/// What the uppermost layer leaves visible, and how it came there.
#[derive(Default)]
pub(crate) struct MergedLayers<'a> {
    files: BTreeMap<&'a str, VisibleFile<'a>>,
    owned: BTreeMap<&'a str, &'a PathSet>,
    gaps: BTreeMap<&'a str, Vec<&'a Gap>>,
    /// Links to lock files, with those that tell what is in the files.
    told_by: HashMap<&'a str, &'a str>,
    /// Hard links, with the names that their files came with.
    same_as: BTreeMap<&'a str, &'a str>,
    /// What files told that packages of the system owned, until an upper layer hid them.
    of_packages: HashMap<&'a str, &'a Found>,
    /// Visible files that no package of the system owns any more: an upper layer put them in the place of such files.
    replaced: HashSet<&'a str>,
    installed: Presences<'a>,
    /// What is asked for, where there are several layers: nothing is removed from one.
    locked: Option<Presences<'a>>,
    /// How many packages were gone through to tell which of those in hidden lock files had counted.
    looked_through: usize,
}

/// A file that no upper layer hides.
#[derive(Clone, Copy)]
pub(crate) struct VisibleFile<'a> {
    pub(crate) layer: u32,
    pub(crate) found: &'a Found,
}

/// Merges the layers from the base upwards into an inventory. `in_layers` says whether layer numbers mean anything.
pub(crate) fn merge<'a>(layers: impl Iterator<Item = &'a LayerIndex>, in_layers: bool) -> Inventory {
    let layers: Vec<&LayerIndex> = layers.collect();
    let undescribed = undescribed::gaps(&layers);
    let locked = (layers.len() > 1).then(Presences::default);
    let mut merged = MergedLayers { locked, ..MergedLayers::default() };
    for (number, layer) in layers.iter().enumerate() {
        merged.add(u32::try_from(number).unwrap_or(u32::MAX), layer);
    }
    undescribed.iter().for_each(|gap| merged.gaps.entry(&gap.path).or_default().push(gap));
    let mut of_projects = includes::gaps(&layers, &merged.files);
    of_projects.extend(dotnet_projects::gaps(&layers, &merged.files));
    merged.settle(in_layers, suspicious_links(&layers), &of_projects, &DocumentLinks::new(&layers))
}

impl<'a> MergedLayers<'a> {
    fn add(&mut self, number: u32, layer: &'a LayerIndex) {
        let mut hides = Hides::new(layer);
        let hidden = self.files.iter().filter(|(path, _)| hides.hides(path));
        let gone: Vec<(&str, &Found)> = hidden.map(|(path, file)| (*path, file.found)).collect();
        let may_be_owned = |path: &str, found: &Found| tells_of_languages(path, found) && !self.replaced.contains(path);
        let asked = gone.iter().filter(|(path, found)| may_be_owned(path, found));
        let candidates: HashSet<u64> = asked.map(|(path, _)| path_hash(&owned_name(path))).collect();
        let owned = self.owned_among(&self.files, &candidates);
        let is_owned = |path: &str| owned.contains(&path_hash(&owned_name(path)));
        let loses_links = gone.iter().any(|(path, _)| self.same_as.contains_key(path));
        let owned_links = if loses_links { self.owned_links(&self.files) } else { HashSet::new() };
        let below = self.lock_files_below(&gone);
        for &(path, found) in &gone {
            self.files.remove(path);
            if is_owned(path) {
                self.of_packages.insert(path, found);
            }
        }
        // A file that is no longer that of a package is not under its other names either.
        let links = layer.same_as.iter().map(|(name, file)| (name.as_str(), file.as_str()));
        let links: Vec<(&str, &str)> = links.filter(|(_, file)| !self.replaced.contains(file)).collect();
        self.note_replaced(layer);
        self.same_as.retain(|name, _| !hides.hides(name));
        self.same_as.extend(links.into_iter().filter(|(_, file)| !self.replaced.contains(file)));
        self.owned.retain(|path, _| !hides.hides(path));
        self.gaps.retain(|path, _| !hides.hides(path));
        // Additions before removals: a database written anew still holds most of its packages.
        for (path, found) in &layer.files {
            self.files.insert(path, VisibleFile { layer: number, found });
            let mut locked = self.locked.as_mut().filter(|_| asks_for_itself(path, found));
            for package in &found.packages {
                match package.evidence {
                    Evidence::Installed => self.installed.add(package, number),
                    Evidence::Locked | Evidence::Supplementary => {
                        if let Some(locked) = &mut locked {
                            locked.add(package, number);
                        }
                    }
                }
            }
        }
        for (path, found) in gone {
            let is_told = !is_owned(path) && !owned_links.contains(path);
            let mut locked = self.locked.as_mut().filter(|_| asks_for_itself(path, found));
            for package in &found.packages {
                match package.evidence {
                    Evidence::Installed => self.installed.hide(package, number, is_told),
                    Evidence::Locked | Evidence::Supplementary => {
                        if let Some(locked) = &mut locked {
                            let is_told = is_told && below.as_ref().is_some_and(|below| below.tell(path, package));
                            locked.hide(package, number, is_told);
                        }
                    }
                }
            }
        }
        self.told_by.extend(layer.told_by.iter().map(|(path, teller)| (path.as_str(), teller.as_str())));
        self.owned.extend(layer.owned.iter().map(|(path, owned)| (path.as_str(), owned)));
        for gap in &layer.gaps {
            self.gaps.entry(outer_path(&gap.path)).or_default().push(gap);
        }
    }

    /// What the lock files say before those are hidden that are `gone`, where any of these locks something.
    fn lock_files_below(&mut self, gone: &[(&str, &Found)]) -> Option<LockFilesBelow<'a>> {
        if self.locked.is_none() || !gone.iter().any(|(path, found)| asks_for_itself(path, found)) {
            return None;
        }
        self.looked_through += self.files.values().map(|file| 1 + file.found.packages.len()).sum::<usize>();
        (self.looked_through <= MOST_LOOKED_THROUGH).then(|| LockFilesBelow::new(&self.files))
    }

    /// Notes which files of a layer lie where packages of the system owned others. They are the packages' own where the layer
    /// has a list of files that names them, and where they tell what was there before, as where only their owner or mode
    /// changed. A list of dpkg is of one package, so that a layer has it that upgrades this one. The databases of apk and rpm
    /// name the files of all packages: there, any change of packages in the layer does.
    fn note_replaced(&mut self, layer: &'a LayerIndex) {
        if self.of_packages.is_empty() {
            return;
        }
        let with_gaps = layer.gaps.iter().map(|gap| outer_path(&gap.path));
        let paths = layer.files.keys().map(String::as_str).chain(with_gaps);
        let concerned = paths.filter(|path| self.of_packages.contains_key(path));
        let hashes: BTreeMap<&str, u64> = concerned.map(|path| (path, path_hash(&owned_name(path)))).collect();
        let candidates: HashSet<u64> = hashes.values().copied().collect();
        let named = among(layer.owned.values(), &candidates);
        for (path, hash) in hashes {
            if named.contains(&hash) {
                self.of_packages.remove(path);
                self.replaced.remove(path);
            } else if layer.files.get(path) == self.of_packages.get(path).copied() {
                self.replaced.remove(path);
            } else {
                self.replaced.insert(path);
            }
        }
    }

    fn settle(
        &self,
        in_layers: bool,
        suspicious_links: Vec<Gap>,
        of_projects: &[Gap],
        document_links: &DocumentLinks<'_>,
    ) -> Inventory {
        let distribution = self.distribution();
        let mut settled = projects::settle(&self.files);
        settled.extend(workspaces::settle(&self.files));
        let files = self.files_with(&settled);
        let os_owned = self.files_of_os_packages(&files);
        let os_links = self.owned_links(&files);
        let locked = LockedFiles::new(&files, &self.told_by);
        let licenses = self.licenses();

        let mut packages = Packages::default();
        let mut places_by_file: Vec<(&Found, Vec<Option<PackageId>>)> = Vec::with_capacity(files.len());
        for (path, file) in files.iter() {
            let is_os_owned = os_owned.contains(&path_hash(&owned_name(path))) || os_links.contains(*path);
            let mut places = Vec::with_capacity(file.found.packages.len());
            for found in &file.found.packages {
                if !found.ecosystem.is_operating_system() && (is_os_owned || locked.yields(path, found)) {
                    places.push(None);
                    continue;
                }
                let layer = in_layers.then(|| match found.evidence {
                    Evidence::Installed => self.installed.since(found).unwrap_or(file.layer),
                    Evidence::Locked | Evidence::Supplementary => file.layer,
                });
                let place = packages.place_of(found, purl_of(found, distribution.as_ref()));
                let package = &mut packages.list[place];
                // The first file is the one that a remedy speaks of.
                if let Some(Mark::Lock(tool)) = &file.found.mark
                    && package.paths.is_empty()
                {
                    package.lock_tool = Some(*tool);
                }
                add_evidence(package, found, path, layer);
                if let Some(hint) = locked.hint(path, found) {
                    package.direct = package.direct.or(hint.direct);
                    package.development &= hint.development;
                }
                if package.licenses.is_empty() {
                    let of_package = |name: &str| licenses.get(&(found.ecosystem, name)).copied();
                    let declared = of_package(&found.name).or_else(|| of_package(&document_links.package_of(found)?));
                    package.licenses = declared.map(<[String]>::to_vec).unwrap_or_default();
                }
                places.push(Some(place));
            }
            places_by_file.push((file.found, places));
        }
        packages.link_dependencies(&places_by_file);
        let missing = self.missing_packages(&files, &packages.list, suspicious_links);
        let versionless = versionless::gap(&files, &os_owned);
        let relations = Relations::new(&files, &places_by_file);
        packages.link(&relations);
        let packages = packages.sorted();
        Inventory {
            removed: if in_layers { self.removed_packages(distribution.as_ref(), &packages) } else { Vec::new() },
            distribution,
            image: None,
            executables: Vec::new(),
            writable_folders: Vec::new(),
            packages,
            gaps: self
                .gaps
                .iter()
                .filter(|(path, _)| !os_owned.contains(&path_hash(&owned_name(path))) || is_of_system(path))
                .flat_map(|(_, gaps)| gaps.iter().copied())
                .chain(of_projects.iter().filter(|gap| !os_owned.contains(&path_hash(&owned_name(&gap.path)))))
                .chain(
                    settled
                        .iter()
                        .filter(|(path, _)| !os_owned.contains(&path_hash(&owned_name(path))))
                        .flat_map(|(_, found)| &found.gaps),
                )
                .chain(&relations.gaps)
                .chain(&missing)
                .chain(&versionless)
                .cloned()
                .collect::<BTreeSet<Gap>>()
                .into_iter()
                .collect(),
        }
    }

    /// Where the packages of the system should be told, if none is found.
    fn missing_packages(
        &self,
        files: &BTreeMap<&str, VisibleFile<'_>>,
        packages: &[Package],
        suspicious_links: Vec<Gap>,
    ) -> Vec<Gap> {
        if packages.iter().any(|package| package.ecosystem.is_operating_system()) {
            return Vec::new();
        }
        let unknown = |reason: &str| format!("{reason}, {}", Gap::NO_PACKAGES);
        let linked = suspicious_links.into_iter().map(|gap| Gap::new(gap.path, unknown(&gap.reason)));
        let mut gaps: Vec<Gap> = linked.collect();
        gaps.extend(files.iter().filter_map(|(path, file)| match &file.found.mark {
            Some(Mark::NoPackages(reason)) => Some(Gap::new(*path, unknown(reason))),
            _ => None,
        }));
        if gaps.is_empty()
            && let Some((path, release)) = self.releases().into_iter().next()
        {
            let name = &release.distribution.name;
            let why = why_unknown(&release.distribution);
            gaps.push(Gap::new(path, unknown(&format!("it says that this is {name}, {why}"))));
        }
        gaps
    }

    /// The release file of the lowest rank speaks, and the others fill in what it leaves out.
    fn distribution(&self) -> Option<Distribution> {
        let releases: Vec<&FoundRelease> = self.releases().into_iter().map(|(_, release)| release).collect();
        let (first, others) = releases.split_first()?;
        Some(release::complete(first, others))
    }

    /// The release files, that of the lowest rank first.
    fn releases(&self) -> Vec<(&'a str, &'a FoundRelease)> {
        let mut releases: Vec<(&str, &FoundRelease)> =
            self.files.iter().filter_map(|(path, file)| Some((*path, file.found.release.as_deref()?))).collect();
        releases.sort_by_key(|(_, release)| release.rank);
        releases
    }

    /// The visible files, those of projects and workspaces with what came of settling them.
    fn files_with<'b>(&'b self, settled: &'b BTreeMap<String, Found>) -> Cow<'b, BTreeMap<&'b str, VisibleFile<'b>>>
    where
        'a: 'b,
    {
        if settled.is_empty() {
            return Cow::Borrowed(&self.files);
        }
        let mut files: BTreeMap<&str, VisibleFile<'_>> = self.files.clone();
        for (path, found) in settled {
            if let Some(file) = files.get_mut(path.as_str()) {
                file.found = found;
            }
        }
        Cow::Owned(files)
    }

    fn files_of_os_packages(&self, files: &BTreeMap<&str, VisibleFile<'_>>) -> HashSet<u64> {
        let of_languages =
            files.iter().filter(|(path, file)| tells_of_languages(path, file.found)).map(|(path, _)| *path);
        let asked = of_languages.chain(self.gaps.keys().copied()).filter(|path| !self.replaced.contains(path));
        let candidates: HashSet<u64> = asked.map(|path| path_hash(&owned_name(path))).collect();
        self.owned_among(files, &candidates)
    }

    /// The hard links whose files packages of the system own under the names that these came with.
    fn owned_links(&self, files: &BTreeMap<&str, VisibleFile<'_>>) -> HashSet<&'a str> {
        let hashes = self.same_as.iter().map(|(name, file)| (*name, path_hash(&owned_name(file))));
        let hashes: Vec<(&str, u64)> = hashes.collect();
        let owned = self.owned_among(files, &hashes.iter().map(|(_, hash)| *hash).collect());
        hashes.into_iter().filter(|(_, hash)| owned.contains(hash)).map(|(name, _)| name).collect()
    }

    /// The hashes among `candidates` of paths that packages of the system own, whose own files are among `files`.
    fn owned_among(&self, files: &BTreeMap<&str, VisibleFile<'_>>, candidates: &HashSet<u64>) -> HashSet<u64> {
        if candidates.is_empty() {
            return HashSet::new();
        }
        let is_debian = |package: &&FoundPackage| package.ecosystem == Ecosystem::Deb;
        let installed: HashSet<&str> = files
            .values()
            .flat_map(|file| &file.found.packages)
            .filter(is_debian)
            .map(|package| package.name.as_str())
            .collect();
        // A list of files says nothing where the package that it is of is not there: it would hide what nobody tells.
        let is_of_one = |list: &str| match listed_package(list) {
            None => true,
            Some(ListedPackage::Named(name)) => installed.contains(name),
            Some(ListedPackage::At(path)) => {
                files.get(path).is_some_and(|file| file.found.packages.iter().any(|package| is_debian(&package)))
            }
        };
        let lists = self.owned.iter().filter(|(list, _)| is_of_one(list));
        among(lists.map(|(_, owned)| *owned), candidates)
    }

    fn licenses(&self) -> HashMap<(Ecosystem, &'a str), &'a [String]> {
        let facts = self.files.values().flat_map(|file| &file.found.licenses);
        facts.map(|(ecosystem, name, licenses)| ((*ecosystem, name.as_str()), licenses.as_slice())).collect()
    }

    /// The packages that are gone; not those that another kind of file tells of.
    fn removed_packages(&self, distribution: Option<&Distribution>, packages: &[Package]) -> Vec<RemovedPackage> {
        let is_there = |purl: &Purl| packages.binary_search_by(|package| package.purl.cmp(purl)).is_ok();
        let locked = self.locked.iter().flat_map(|locked| locked.removed(distribution));
        let gone = self.installed.removed(distribution).chain(locked);
        let removed: BTreeSet<RemovedPackage> = gone.filter(|removed| !is_there(&removed.purl)).collect();
        removed.into_iter().collect()
    }
}

/// The packages so far, each once by its purl, in the order of their discovery.
#[derive(Default)]
struct Packages {
    list: Vec<Package>,
    /// Places by the hash of the purl, or by the next number that was free: a second copy of each purl would take as much
    /// as the packages.
    by_purl: HashMap<u64, PackageId>,
    hashing: RandomState,
}

impl Packages {
    /// The place of the package with this purl, which `found` tells of.
    fn place_of(&mut self, found: &FoundPackage, purl: Purl) -> PackageId {
        let mut hash = self.hashing.hash_one(&purl);
        loop {
            match self.by_purl.entry(hash) {
                Entry::Occupied(known) if self.list[*known.get()].purl == purl => return *known.get(),
                Entry::Occupied(_) => hash = hash.wrapping_add(1),
                Entry::Vacant(vacant) => {
                    self.list.push(new_package(found, purl));
                    return *vacant.insert(self.list.len() - 1);
                }
            }
        }
    }

    /// Adds the dependencies that files state among their own packages, by the places that these have here.
    fn link_dependencies(&mut self, places_by_file: &[(&Found, Vec<Option<PackageId>>)]) {
        for (found, places) in places_by_file {
            for (package, place) in found.packages.iter().zip(places) {
                let Some(place) = *place else { continue };
                let targets = package.dependencies.iter().filter_map(|place| *places.get(*place as usize)?);
                self.list[place].dependencies.extend(targets);
            }
        }
    }

    /// Adds what files say together of packages that each describes by itself.
    fn link(&mut self, relations: &Relations) {
        for &(place, needed) in &relations.needed {
            self.list[place].dependencies.push(needed);
        }
        for &(place, is_direct) in &relations.direct {
            let direct = &mut self.list[place].direct;
            *direct = Some(is_direct || *direct == Some(true));
        }
    }

    /// The packages in the order of their purls, as which dependencies count them.
    fn sorted(self) -> Vec<Package> {
        let Packages { mut list, by_purl, .. } = self;
        drop(by_purl);
        let mut order: Vec<PackageId> = (0..list.len()).collect();
        order.sort_unstable_by(|one, other| list[*one].purl.cmp(&list[*other].purl));
        let mut new_places = vec![0; list.len()];
        for (new, old) in order.into_iter().enumerate() {
            new_places[old] = new;
        }
        for package in &mut list {
            package.dependencies.iter_mut().for_each(|place| *place = new_places[*place]);
            sort(package);
        }
        // Each goes to its place by exchange, so that there is never a second list.
        for at in 0..list.len() {
            while new_places[at] != at {
                let to = new_places[at];
                list.swap(at, to);
                new_places.swap(at, to);
            }
        }
        list
    }
}

/// Whether a file asks for packages and did not come along with a dependency, which nobody heeds.
fn asks_for_itself(path: &str, found: &Found) -> bool {
    found.packages.iter().any(|package| package.evidence != Evidence::Installed) && !is_in_dependency_folder(path)
}

fn new_package(found: &FoundPackage, purl: Purl) -> Package {
    Package {
        ecosystem: found.ecosystem,
        name: found.name.clone(),
        version: without_credentials(&found.version).into_owned(),
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
        lock_tool: None,
    }
}

fn add_evidence(package: &mut Package, found: &FoundPackage, path: &str, layer: Option<u32>) {
    package.paths.push(match &found.inner_path {
        Some(inner) => format!("{path}!/{inner}"),
        None => path.to_owned(),
    });
    package.licenses.extend(found.licenses.iter().map(|license| declared_license(license)));
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

fn sort(package: &mut Package) {
    package.paths.sort();
    package.paths.dedup();
    package.licenses.sort();
    package.licenses.dedup();
    package.dependencies.sort_unstable();
    package.dependencies.dedup();
}

/// Whether the packages or the release of a system are read from the file: packages may own these files themselves.
fn is_of_system(path: &str) -> bool {
    let readers = SELECTOR.select(&UntrustedPath::normalise(path));
    let mut names = readers.iter().filter_map(|place| ECOSYSTEMS.get(place)).map(|ecosystem| ecosystem.name());
    names.any(|name| matches!(name, "release" | "dpkg" | "apk" | "rpm"))
}

/// The hashes among `candidates` that are in one of these lists, each of which is gone through once.
fn among<'l>(lists: impl Iterator<Item = &'l PathSet>, candidates: &HashSet<u64>) -> HashSet<u64> {
    if candidates.is_empty() {
        return HashSet::new();
    }
    lists.flat_map(PathSet::iter).filter(|hash| candidates.contains(hash)).collect()
}

/// The path of the file itself when `path` leads into an archive.
fn outer_path(path: &str) -> &str {
    path.split_once("!/").map_or(path, |(outer, _)| outer)
}

/// The users that the uppermost list of them names.
pub(crate) fn accounts<'a>(layers: impl DoubleEndedIterator<Item = &'a LayerIndex>) -> FoundAccounts {
    for layer in layers.rev() {
        if let Some(found) = layer.files.get(PASSWD) {
            return found.accounts.as_deref().cloned().unwrap_or_default();
        }
        if Hides::new(layer).hides(PASSWD) {
            break;
        }
    }
    FoundAccounts::default()
}

/// Answers which paths of lower layers a layer hides (OCI image-spec, layer.md, Applying Changesets).
pub(crate) struct Hides<'a> {
    layer: &'a LayerIndex,
    folders: HashMap<String, bool>,
}

impl<'a> Hides<'a> {
    pub(crate) fn new(layer: &'a LayerIndex) -> Hides<'a> {
        Hides { layer, folders: HashMap::new() }
    }

    pub(crate) fn hides(&mut self, path: &str) -> bool {
        let hash = path_hash(path);
        self.layer.occupied.contains(hash)
            || self.layer.folders.contains(hash)
            || self.layer.whiteouts.contains(path)
            || self.hides_content_of(path.rsplit_once('/').map_or("", |(folder, _)| folder))
    }

    pub(crate) fn hides_content_of(&mut self, folder: &str) -> bool {
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
