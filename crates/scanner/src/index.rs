//! Layers in, inventory out.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use model::{Digest, Finding, HashedFile, ImageFacts, Inventory, LayerFacts};
use oci::{Cache, EntryStream, FinishLayerError, Image, LayerIdentity, LayerReader, ReadEntriesError, SkipRead};

use crate::cached::Cached;
use crate::detect::{Crew, Detections, FileDetector, VisibleDetections};
use crate::detectors::Detectors;
use crate::found::FoundAccounts;
use crate::further_names::FurtherName;
use crate::further_pass::{FurtherPass, LostLink, read_all};
use crate::layer_index::{LayerIndex, ReadLayer, index_entries};
use crate::masking::Masker;
use crate::missing_links::read_links;
use crate::placed_entries::{LowerLinks, PlacedEntries, index_placed, read_placed};
use crate::system_links::LinkedFiles;
use crate::{
    by_contents, folder_links, further_names, image_secrets, linked_folders, merge, misconfigurations, own_looks,
    removed_links, unlocked,
};

/// How to index.
#[derive(Default)]
pub struct IndexOptions<'a> {
    /// Where indexes of layers are kept between scans.
    pub cache: Option<&'a Cache>,
    /// How many layers are read at once; 0 counts as 1.
    pub threads: usize,
    /// What is looked for in files beside packages.
    pub detectors: Option<&'a Detectors>,
    /// Whether the image's name is one that a registry may give to another image tomorrow.
    pub is_asked_by_name: bool,
}

/// The error of indexing an image: a layer cannot be had, so that nothing could be said of the image. It names both.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A layer cannot be opened or its blob cannot be read.
    #[error(transparent)]
    OpenLayer(#[from] oci::OpenLayerError),
    /// The layer's archive is damaged or ends early.
    #[error(transparent)]
    ReadLayer(#[from] ReadEntriesError),
    /// The layer's bytes are not those that its digest promises.
    #[error(transparent)]
    FinishLayer(#[from] FinishLayerError),
}

/// What is in a target, and what the detectors found in its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    /// Packages, executables and what the image says of itself.
    pub inventory: Inventory,
    /// Secrets, malware and misconfigurations, in no order.
    pub findings: Vec<Finding>,
    /// The hashes that lists of known malware are asked about, sorted by path; empty where malware is not looked for.
    pub hashed: Vec<HashedFile>,
}

/// Indexes an image: every layer once, several at a time, with the cache's help.
///
/// # Errors
/// When a layer cannot be read or is not what its digest says.
pub fn index_image(image: &Image, options: &IndexOptions<'_>) -> Result<Indexed, IndexError> {
    let detectors = options.detectors.filter(|detectors| detectors.look_into_files());
    let fingerprint = detectors.and_then(Detectors::fingerprint);
    let cached = options.cache.map(|cache| Cached { cache, fingerprint: fingerprint.as_deref() });
    let work = Work { image, cached, detectors };
    let KnownImage { mut inventory, accounts, visible, digests } = match work.known_image() {
        Some(known) => known,
        None => work.read_image(options.threads)?,
    };
    if let Some(cache) = options.cache {
        image.remember(cache, &digests);
    }
    let mut facts = image_facts(image, digests, &accounts);
    let mut findings = visible.findings(true);
    if let Some(detectors) = options.detectors.filter(|detectors| detectors.misconfigurations) {
        let name = options.is_asked_by_name.then_some(image.name.as_str());
        let (found, gaps) = misconfigurations::of_image(name, &facts, visible.remarks(), detectors.today.as_deref());
        findings.extend(found);
        inventory.gaps.extend(gaps);
    }
    // Whether or not they are looked for: nothing may say them in clear.
    let mut masker = Masker::new(options.detectors);
    let secrets = image_secrets::find(&mut masker, &mut facts, &image.config);
    if options.detectors.is_some_and(|detectors| detectors.secrets.is_some()) {
        findings.extend(secrets);
    }
    let wants_hashes = detectors.is_some_and(|detectors| detectors.malware.is_some());
    let hashed = if wants_hashes { visible.hashed(true) } else { Vec::new() };
    inventory.executables = visible.executables(&inventory.packages, true);
    inventory.writable_folders = visible.writable_folders(true);
    inventory.gaps.extend(visible.gaps());
    masker.mask_words(&mut findings, &mut inventory.gaps);
    inventory.image = Some(facts);
    Ok(Indexed { inventory, findings, hashed })
}

/// What the cache knows of an image that has these layers (the digests of their blobs, from the base upwards), if it was
/// scanned before.
pub fn known_inventory(cache: &Cache, layers: &[Digest]) -> Option<Inventory> {
    Cached { cache, fingerprint: None }.inventory(layers).map(|(inventory, _)| inventory)
}

/// Indexes a folder, the host or a container's root; its files are looked into on so many `threads`. `again` opens it once
/// more, where symbolic links of the system lead to files that the first pass did not want. `is_repository` says that it
/// holds what programs are built of, so that manifests without a lock file are gaps and links lead out of it; anything else
/// is a root, above which there is nothing (path_resolution(7)).
///
/// # Errors
/// When the folder itself cannot be read; what lies in it and cannot be read is a gap.
pub fn index_tree(
    tree: &mut dyn EntryStream,
    again: &dyn Fn() -> Option<Box<dyn EntryStream>>,
    detectors: Option<&Detectors>,
    threads: usize,
    is_repository: bool,
) -> Result<Indexed, ReadEntriesError> {
    let crew = Crew::new(detectors.filter(|detectors| !detectors.is_empty()), 1);
    let (read, tree) = thread::scope(|scope| {
        let reading = crew.reading();
        for _ in 1..threads {
            // Where no further thread can be had, this one does all.
            let _ = thread::Builder::new().spawn_scoped(scope, || crew.help(None));
        }
        let mut detector = FileDetector::of_folder(&crew);
        let read = index_entries(tree, detector.as_mut());
        drop(reading);
        (read, detector.and_then(FileDetector::into_tree))
    });
    // In a folder every name of a file is a file, so that there are no links to complete.
    let ReadLayer { mut index, links: _, mut detections } = read?;
    detections.end();
    let linked = LinkedFiles::of(&[&index], is_repository);
    index.gaps.extend(linked.gaps);
    index.gaps.extend(linked.gaps_of_layers.into_iter().map(|(_, gap)| gap));
    for wanted in linked.wanted.values() {
        match again() {
            // In a folder every name of a file is a file.
            Some(mut tree) => _ = wanted.read(tree.as_mut(), 0, std::slice::from_mut(&mut index))?,
            None => index.gaps.extend(wanted.unread()),
        }
    }
    linked_folders::tell_owned(std::slice::from_mut(&mut index));
    if is_repository {
        let unlocked = unlocked::gaps(&index);
        index.gaps.extend(unlocked);
    }
    index.bound_gaps();
    let mut inventory = merge::merge([&index].into_iter(), false);
    let visible = VisibleDetections::of([(&index, detections)].into_iter(), false);
    let wants_hashes = detectors.is_some_and(|detectors| detectors.malware.is_some());
    let hashed = if wants_hashes { visible.hashed(false) } else { Vec::new() };
    inventory.executables = visible.executables(&inventory.packages, false);
    inventory.writable_folders = visible.writable_folders(false);
    inventory.gaps.extend(visible.gaps());
    let mut findings = visible.findings(false);
    let masker = Masker::new(detectors);
    if let Some(tree) = tree {
        let today = detectors.and_then(|detectors| detectors.today.as_deref());
        let (found, gaps) = misconfigurations::of_tree(&tree, today, &masker);
        findings.extend(found);
        inventory.gaps.extend(gaps);
    }
    masker.mask_words(&mut findings, &mut inventory.gaps);
    Ok(Indexed { inventory, findings, hashed })
}

/// What came of one layer.
struct IndexedLayer {
    index: LayerIndex,
    detections: Detections,
    digest: Digest,
    /// Whether the whole blob was read, rather than what its table of contents lists or an engine unpacked.
    is_whole: bool,
}

/// What laying layers over one another gives.
struct KnownImage {
    inventory: Inventory,
    /// The users that the image knows.
    accounts: FoundAccounts,
    visible: VisibleDetections,
    /// Those of the layers.
    digests: Vec<Digest>,
}

/// The order in which layers of these sizes are read: the largest first, so that no thread is left alone with it at the end.
/// Two of about the same size may have the same files, as where one only changes who owns them; those that are looked into
/// are not read side by side, so that what is known of the first spares work on the second.
fn reading_order(sizes: &[u64], is_looked_into: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|number| std::cmp::Reverse(sizes[*number]));
    if is_looked_into {
        for neighbors in order.get_mut(1..).unwrap_or_default().chunks_exact_mut(2) {
            neighbors.swap(0, 1);
        }
    }
    order
}

/// Whether layers of `later_bytes` keep so many `others` busy for as long as one of `size_bytes` takes.
fn keeps_busy(later_bytes: u64, others: usize, size_bytes: u64) -> bool {
    later_bytes >= size_bytes.saturating_mul(others as u64)
}

/// What the threads share.
struct Work<'a> {
    image: &'a Image,
    cached: Option<Cached<'a>>,
    detectors: Option<&'a Detectors>,
}

impl Work<'_> {
    /// What the cache has of the image as a whole, if the digests of all its layers are certain.
    fn known_image(&self) -> Option<KnownImage> {
        let cached = self.cached?;
        let verified = self.image.layers.iter().map(|layer| match &layer.identity {
            LayerIdentity::Verified(digest) => Some(digest.clone()),
            LayerIdentity::Claimed(_) | LayerIdentity::Unpacked(_) | LayerIdentity::Unknown => None,
        });
        let digests: Vec<Digest> = verified.collect::<Option<_>>()?;
        let (inventory, accounts) = cached.inventory(&digests)?;
        let visible = match self.detectors {
            Some(_) => cached.visible(&digests)?,
            None => VisibleDetections::default(),
        };
        Some(KnownImage { inventory, accounts, visible, digests })
    }

    /// Reads what the cache does not have, and lays the layers over one another.
    fn read_image(&self, threads: usize) -> Result<KnownImage, IndexError> {
        let layers = self.layers(threads)?;
        let (mut indexes, mut found, mut digests) = (Vec::new(), Vec::new(), Vec::new());
        let is_whole = layers.iter().all(|layer| layer.is_whole);
        for IndexedLayer { index, detections, digest, is_whole: _ } in layers {
            indexes.push(index);
            found.push(detections);
            digests.push(digest);
        }
        folder_links::settle(&mut indexes, &mut found, |number, lower| self.read_again(number, lower, threads))?;
        let linked = LinkedFiles::of(&indexes.iter().collect::<Vec<_>>(), false);
        read_all(linked.wanted, &mut indexes, |number, wanted, indexes| self.read_wanted(number, wanted, indexes))?;
        let lists_executables = self.detectors.is_some_and(|detectors| detectors.executables);
        further_names::tell(&linked.further_names, &mut indexes, &mut found, lists_executables);
        self.look_under_further_names(&linked.further_names, &indexes, &mut found, threads)?;
        for (number, gap) in linked.gaps_of_layers {
            indexes[number].gaps.push(gap);
        }
        indexes.iter_mut().for_each(LayerIndex::bound_gaps);
        let gone = removed_links::find(&indexes, |number, wanted, below| self.read_wanted(number, wanted, below))?;
        // What comes needs memory too, and no layer is read any more.
        oci::forget_buffers();
        let mut inventory = merge::merge(indexes.iter(), true);
        removed_links::add(gone, &mut inventory);
        inventory.gaps.extend(linked.gaps);
        let accounts = merge::accounts(indexes.iter());
        let looks_below = self.detectors.is_some_and(Detectors::look_below);
        let visible = VisibleDetections::of(indexes.iter().zip(found), looks_below);
        drop(indexes);
        // What rests on a table of contents, or on what an engine unpacked, does not stand for the layers' digests.
        if let Some(cached) = self.cached.filter(|_| is_whole) {
            cached.keep_inventory(&digests, &inventory, &accounts);
            if self.detectors.is_some() {
                cached.keep_visible(&digests, &visible);
            }
        }
        Ok(KnownImage { inventory, accounts, visible, digests })
    }

    /// Reads what links lead to in a further pass over the layer. Gives back the hard links whose files it does not have.
    fn read_wanted(
        &self,
        number: usize,
        wanted: &FurtherPass,
        indexes: &mut [LayerIndex],
    ) -> Result<Vec<LostLink>, IndexError> {
        let passed = indexes[number].passed_links.clone();
        let linked = self.read_entries(number, |entries| {
            read_placed(entries, passed.clone(), |entries| wanted.read(entries, number, indexes))
        })?;
        if !linked.needs_pass() {
            return Ok(linked.lost);
        }
        self.read_entries(number, |entries| {
            read_placed(entries, passed, |entries| linked.read(entries, number, indexes))
        })
    }

    /// Reads a layer once more, with its entries where they lie above the links of lower layers.
    fn read_again(
        &self,
        number: usize,
        lower: &mut LowerLinks<'_>,
        threads: usize,
    ) -> Result<(LayerIndex, Detections), IndexError> {
        self.look(threads, |mut detector| {
            let again = detector.as_deref_mut();
            let read = self.read_entries(number, |entries| index_placed(entries, lower, again))?;
            let ReadLayer { mut index, links, mut detections } = read;
            if !links.is_empty() {
                let look = detector.map(|detector| (detector, &mut detections));
                self.read_entries(number, |entries| {
                    read_links(&mut PlacedEntries::new(entries, lower), &links, &mut index, look)
                })?;
            }
            detections.end();
            Ok((index, detections))
        })
    }

    /// Looks into files of lower layers under the names that upper ones give them, where these say something else than the
    /// files' own.
    fn look_under_further_names(
        &self,
        names: &[FurtherName],
        indexes: &[LayerIndex],
        found: &mut [Detections],
        threads: usize,
    ) -> Result<(), IndexError> {
        let Some(detectors) = self.detectors else { return Ok(()) };
        for (holder, names) in own_looks::wanted(names, found, detectors) {
            let passed = indexes[holder].passed_links.clone();
            let (links, names) = self.read_entries(holder, |entries| {
                read_placed(entries, passed.clone(), |entries| own_looks::links(&names, entries))
            })?;
            let looked = self.look(threads, |detector| {
                let mut detections = Detections::default();
                self.read_entries(holder, |entries| {
                    let look = detector.map(|detector| (detector, &mut detections));
                    read_placed(entries, passed, |entries| {
                        read_links(entries, &links, &mut LayerIndex::default(), look)
                    })
                })?;
                detections.end();
                Ok(detections)
            })?;
            own_looks::keep(&names, looked, found);
        }
        Ok(())
    }

    /// Has a layer read by `read`, whose detector has so many threads to look into files.
    fn look<T>(
        &self,
        threads: usize,
        read: impl FnOnce(Option<&mut FileDetector<'_>>) -> Result<T, IndexError>,
    ) -> Result<T, IndexError> {
        let crew = Crew::new(self.detectors, 1);
        thread::scope(|scope| {
            let reading = crew.reading();
            for _ in 1..threads {
                // Where no further thread can be had, this one does all.
                let _ = thread::Builder::new().spawn_scoped(scope, || crew.help(None));
            }
            let mut detector = FileDetector::new(&crew);
            let read = read(detector.as_mut());
            drop(reading);
            read
        })
    }

    /// Has the entries of a layer read that was read before, and checks that they are the same as then.
    fn read_entries<T>(
        &self,
        number: usize,
        read: impl FnOnce(&mut dyn EntryStream) -> Result<T, ReadEntriesError>,
    ) -> Result<T, IndexError> {
        let image = self.image;
        if let LayerIdentity::Unpacked(_) = &image.layers[number].identity {
            let mut reader = image.open_unpacked(number)?;
            return Ok(read(&mut reader)?);
        }
        let mut reader = image.open_layer(number)?;
        let read = read(&mut reader)?;
        reader.finish()?;
        Ok(read)
    }

    fn layers(&self, threads: usize) -> Result<Vec<IndexedLayer>, IndexError> {
        let layers = &self.image.layers;
        let sizes: Vec<u64> = layers.iter().map(|layer| layer.size_bytes).collect();
        let order = reading_order(&sizes, self.detectors.is_some());
        let next = AtomicUsize::new(0);
        let done: Mutex<BTreeMap<usize, Result<IndexedLayer, IndexError>>> = Mutex::new(BTreeMap::new());
        let readers = threads.clamp(1, order.len().max(1));
        let crew = Crew::of_layers(self.detectors, readers, layers.len());
        let read = || {
            let reading = crew.reading();
            let mut detector = FileDetector::new(&crew);
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(&number) = order.get(place) else { break };
                let later: u64 = order[place + 1..].iter().map(|number| sizes[*number]).sum();
                let is_alone =
                    keeps_busy(later, threads.saturating_sub(1), sizes[number]) && self.image.is_layer_local(number);
                let outcome = self.layer(number, is_alone, detector.as_mut());
                let failed = outcome.is_err();
                done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(number, outcome);
                if failed {
                    next.store(order.len(), Ordering::Relaxed);
                }
            }
            drop(reading);
            let examiner = detector.map(FileDetector::into_examiner);
            crew.help(examiner);
        };
        thread::scope(|scope| {
            // Where no further thread can be had, this one does all.
            for _ in readers..threads {
                let _ = thread::Builder::new().spawn_scoped(scope, || crew.help(None));
            }
            for _ in 1..readers {
                if thread::Builder::new().spawn_scoped(scope, read).is_err() {
                    drop(crew.reading());
                }
            }
            read();
        });
        let done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        done.into_values().collect()
    }

    /// Reads a layer; alone, where no further threads are to help with it.
    fn layer(
        &self,
        number: usize,
        is_alone: bool,
        mut detector: Option<&mut FileDetector<'_>>,
    ) -> Result<IndexedLayer, IndexError> {
        if let LayerIdentity::Unpacked(digest) = &self.image.layers[number].identity {
            detector.iter_mut().for_each(|detector| detector.begin());
            let ReadLayer { index, mut detections, .. } = read_unpacked(self.image, number, detector)?;
            detections.end();
            return Ok(IndexedLayer { index, detections, digest: digest.clone(), is_whole: false });
        }
        if let Some(known) = self.known_layer(number)? {
            return Ok(known);
        }
        let image = self.image;
        // A table of contents tells what is in a layer; who looks into files needs them all.
        if self.detectors.is_none()
            && let Some((index, digest)) = by_contents::index_layer(image, number, self.cached)
        {
            return Ok(IndexedLayer { index, detections: Detections::default(), digest, is_whole: false });
        }
        let (ReadLayer { mut index, links, mut detections }, digest) = loop {
            detector.iter_mut().for_each(|detector| detector.begin());
            let again = detector.as_deref_mut();
            let read = match is_alone {
                true => read_layer(image.open_layer_alone(number)?, again, image.has_further_place(number)),
                false => read_layer(image.open_layer(number)?, again, image.has_further_place(number)),
            };
            match read {
                Err(IndexError::FinishLayer(FinishLayerError::WrongDigest { .. }))
                    if image.has_further_place(number) =>
                {
                    image.go_elsewhere(number);
                }
                read => break read?,
            }
        };
        if !links.is_empty() {
            let mut reader = image.open_layer(number)?;
            let look = detector.map(|detector| (detector, &mut detections));
            read_links(&mut reader, &links, &mut index, look)?;
        }
        detections.end();
        if let Some(cached) = self.cached {
            cached.keep_index(&digest, &index);
            if self.detectors.is_some() {
                cached.keep_detections(&digest, &detections);
            }
        }
        Ok(IndexedLayer { index, detections, digest, is_whole: true })
    }

    /// What the cache has of a layer, if it is all there and the layer's digest is certain.
    fn known_layer(&self, number: usize) -> Result<Option<IndexedLayer>, IndexError> {
        let image = self.image;
        let (Some(cached), Some(digest)) = (self.cached, image.layers[number].identity.digest()) else {
            return Ok(None);
        };
        let known = cached.index(digest).and_then(|index| {
            let detections = match self.detectors {
                Some(_) => cached.detections(digest)?,
                None => Detections::default(),
            };
            Some((index, detections))
        });
        let Some((index, detections)) = known else { return Ok(None) };
        let digest = match &image.layers[number].identity {
            LayerIdentity::Verified(digest) => digest.clone(),
            // Hashing alone is several times cheaper than inflating; a claim that proves false is an error here.
            LayerIdentity::Claimed(_) | LayerIdentity::Unpacked(_) | LayerIdentity::Unknown => {
                image.hash_layer(number)?
            }
        };
        Ok(Some(IndexedLayer { index, detections, digest, is_whole: true }))
    }
}

/// Reads a layer from the folder into which an engine unpacked it: every name of a file is a file there, so that there
/// are no links to complete.
fn read_unpacked(
    image: &Image,
    number: usize,
    detector: Option<&mut FileDetector<'_>>,
) -> Result<ReadLayer, IndexError> {
    let mut reader = image.open_unpacked(number)?;
    let mut read = index_entries(&mut reader, detector)?;
    read.index.gaps.extend(reader.finish()?);
    Ok(read)
}

/// Reads the entries of a layer, which `has_further_place` where other bytes may be had if these are wrong.
fn read_layer<B: SkipRead>(
    mut reader: LayerReader<'_, B>,
    detector: Option<&mut FileDetector<'_>>,
    has_further_place: bool,
) -> Result<(ReadLayer, Digest), IndexError> {
    match index_entries(&mut reader, detector) {
        Ok(read) => Ok((read, reader.finish()?)),
        Err(source) => {
            // What is refused for its size is not read on, unless another place may have less.
            let is_too_large = matches!(source, ReadEntriesError::TooLarge { .. });
            let reads_on = !is_too_large || has_further_place;
            Err(match reads_on.then(|| reader.finish()) {
                // That the bytes are others explains whatever could not be read of them.
                Some(Err(other @ FinishLayerError::WrongDigest { .. })) => other.into(),
                _ => source.into(),
            })
        }
    }
}

/// What the image's configuration says, with its history spread over its layers.
fn image_facts(image: &Image, digests: Vec<Digest>, accounts: &FoundAccounts) -> ImageFacts {
    let (empty, filled): (Vec<_>, Vec<_>) = image.config.history.iter().partition(|entry| entry.empty_layer);
    // A history that does not fit its layers tells nothing certain about any of them.
    let fits = filled.len() == image.layers.len();
    let layers = image.layers.iter().zip(digests).enumerate().map(|(number, (layer, digest))| LayerFacts {
        digest: Some(digest),
        diff_id: layer.diff_id.clone(),
        created_by: fits.then(|| filled[number].created_by.clone()).filter(|command| !command.is_empty()),
        size_bytes: layer.size_bytes,
        base: None,
    });
    let user = ImageFacts::user_without_group(image.config.user.as_deref().unwrap_or_default());
    let is_name = ImageFacts::number_of_user(user).is_none();
    ImageFacts {
        names: image.names.clone(),
        user: image.config.user.clone(),
        user_id: accounts.number_of(user).filter(|_| is_name),
        labels: image.config.labels.clone(),
        annotations: image.annotations.clone(),
        environment: image.config.environment.clone(),
        healthcheck: image.config.healthcheck,
        exposed_ports: image.config.exposed_ports.clone(),
        created: image.config.created.clone(),
        layers: layers.collect(),
        empty_history: empty.into_iter().map(|entry| entry.created_by.clone()).collect(),
        base: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_layers_come_first_and_similar_ones_not_at_once() {
        assert_eq!(reading_order(&[5, 90, 50, 91, 51], false), [3, 1, 4, 2, 0]);
        assert_eq!(reading_order(&[5, 90, 50, 91, 51], true), [3, 4, 1, 0, 2]);
        assert_eq!(reading_order(&[1, 2], true), [1, 0]);
        assert_eq!(reading_order(&[7], true), [0]);
        assert!(reading_order(&[], true).is_empty());
    }

    #[test]
    fn a_layer_is_read_without_help_while_later_ones_keep_all_others_busy() {
        for (later, others, size, is_busy) in
            [(0, 0, 9, true), (0, 1, 9, false), (8, 1, 9, false), (9, 1, 9, true), (17, 2, 9, false), (18, 2, 9, true)]
        {
            assert_eq!(keeps_busy(later, others, size), is_busy, "{later} {others} {size}");
        }
        assert!(!keeps_busy(u64::MAX - 1, 2, u64::MAX));
    }
}
