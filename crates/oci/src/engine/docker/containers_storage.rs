//! The store that Podman, Buildah and CRI-O share: layers that its `overlay` driver has unpacked (containers/storage,
//! images.go and layers.go).

use std::collections::HashMap;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::{Digest, ImageName};
use serde::Deserialize;

use super::stored_image::{StoredImage, StoredLayer, is_id, read_bounded, read_config_file};
use crate::manifest::MOST_LAYERS;

/// The largest list of images or layers that is read; one of a thousand images has 5 MiB.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// The fewest digits that mean an image.
const FEWEST_DIGITS: usize = 12;

#[derive(Deserialize)]
struct ImageRecord {
    id: String,
    #[serde(default)]
    layer: String,
    #[serde(default)]
    names: Vec<String>,
}

#[derive(Deserialize)]
struct LayerRecord {
    id: String,
    #[serde(default)]
    parent: String,
    #[serde(rename = "diff-digest")]
    diff_id: Option<Digest>,
    #[serde(rename = "diff-size", default)]
    size_bytes: u64,
    #[serde(default)]
    flags: HashMap<String, serde_json::Value>,
}

/// The id of the image that a person means by its name, the whole of its id, or at least twelve digits of it.
pub(super) fn find_id(root: &Path, reference: &str) -> Option<Digest> {
    // A short name is one of this machine's own images, or one of Docker Hub.
    let names = [format!("localhost/{reference}"), reference.to_owned()];
    let names: Vec<String> =
        names.iter().filter_map(|name| name.parse::<ImageName>().ok()).map(|name| name.to_string()).collect();
    let digits = reference.strip_prefix("sha256:").unwrap_or(reference);
    let is_digits = digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let records: Vec<ImageRecord> = list(&root.join("overlay-images/images.json"))?;
    let named = names.iter().find_map(|name| records.iter().find(|record| record.names.contains(name)));
    let mut by_digits = records.iter().filter(|record| is_digits && record.id.starts_with(digits));
    // Digits that several images begin with are none's.
    let record = named.or_else(|| by_digits.next().filter(|_| by_digits.next().is_none()))?;
    format!("sha256:{}", record.id).parse().ok()
}

/// Finds the image in the storage's folder. Nothing comes back where a part is missing or does not fit the image's
/// digests.
pub(super) fn find(root: &Path, id: &Digest) -> Option<StoredImage> {
    let images = root.join("overlay-images");
    let config_file = images.join(id.hex()).join(format!("={}", BASE64_STANDARD.encode(id.to_string())));
    let (config, platform) = read_config_file(&config_file, id)?;
    let records: Vec<ImageRecord> = list(&images.join("images.json"))?;
    let record = records.into_iter().find(|record| record.id == id.hex())?;
    let lists = ["layers.json", "volatile-layers.json"];
    let known = lists.iter().filter_map(|name| list::<LayerRecord>(&root.join("overlay-layers").join(name))).flatten();
    let known: HashMap<String, LayerRecord> = known.map(|layer| (layer.id.clone(), layer)).collect();

    let mut layers = Vec::with_capacity(config.diff_ids().len());
    for layer in chain(&record.layer, &known, config.diff_ids())? {
        let overlay = root.join("overlay").join(&layer.id);
        // With composefs the folder holds contents by their digests, and names lie in an image beside it.
        if overlay.join("composefs-data").symlink_metadata().is_ok() {
            return None;
        }
        layers.push(StoredLayer { folder: overlay.join("diff"), size_bytes: layer.size_bytes });
    }
    Some(StoredImage { config, platform, layers })
}

/// The layers from the base up to `top`, if they are whole and those of the image.
fn chain<'a>(top: &str, known: &'a HashMap<String, LayerRecord>, diff_ids: &[Digest]) -> Option<Vec<&'a LayerRecord>> {
    let mut layers = Vec::new();
    let mut next = top;
    while !next.is_empty() {
        let layer = known.get(next)?;
        let diff_id = diff_ids.iter().rev().nth(layers.len())?;
        // A layer that is being written has the flag `incomplete`.
        let fits = layer.diff_id.as_ref() == Some(diff_id) && layer.flags.is_empty() && is_id(&layer.id);
        if !fits || layers.len() >= MOST_LAYERS {
            return None;
        }
        layers.push(layer);
        next = &layer.parent;
    }
    layers.reverse();
    Some(layers)
}

fn list<T: serde::de::DeserializeOwned>(path: &Path) -> Option<Vec<T>> {
    serde_json::from_slice(&read_bounded(path, MAX_LIST_BYTES)?).ok()
}

/// Reads lists of images and layers for `crate::exercise`, the two between NUL bytes.
pub(crate) fn exercise(bytes: &[u8]) {
    let mut documents = bytes.splitn(2, |byte| *byte == 0);
    let (Some(images), Some(layers)) = (documents.next(), documents.next()) else { return };
    let images: Vec<ImageRecord> = serde_json::from_slice(images).unwrap_or_default();
    let layers: Vec<LayerRecord> = serde_json::from_slice(layers).unwrap_or_default();
    let diff_ids: Vec<Digest> = layers.iter().filter_map(|layer| layer.diff_id.clone()).collect();
    let known: HashMap<String, LayerRecord> = layers.into_iter().map(|layer| (layer.id.clone(), layer)).collect();
    for image in images {
        let chain = chain(&image.layer, &known, &diff_ids).unwrap_or_default();
        assert!(chain.len() <= diff_ids.len() && chain.iter().all(|layer| is_id(&layer.id)), "it leads astray");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::File;
    use std::process::{Command, Stdio};

    use super::*;
    use crate::engine::{EngineAddress, EngineOptions, open_podman};
    use crate::unpacked::sees_marks;
    use crate::{EntryStream, OpenOptions, open_docker_archive};

    /// A folder for the storage, which Podman mounts onto itself.
    struct Storage(tempfile::TempDir);

    impl Drop for Storage {
        fn drop(&mut self) {
            let _ = program("umount").arg(self.0.path().join("root/overlay")).stderr(Stdio::null()).status();
        }
    }

    #[expect(clippy::disallowed_methods, reason = "tests run the real engine")]
    fn program(name: &str) -> Command {
        Command::new(name)
    }

    fn podman(folder: &Path, arguments: &[&str]) -> bool {
        let mut command = program("podman");
        command.arg("--root").arg(folder.join("root")).arg("--runroot").arg(folder.join("run"));
        command.args(["--storage-driver", "overlay"]).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn names(mut layer: impl EntryStream) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        while let Some(entry) = layer.next_entry().unwrap() {
            // Folders that a layer has only because of what lies in them differ in what packs and unpacks.
            if entry.kind != crate::EntryKind::Directory {
                names.insert(entry.path.to_string());
            }
        }
        names
    }

    #[test]
    fn the_storage_of_a_real_podman_is_read_as_the_archive_it_loaded() {
        let name = "images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar";
        let Some(archive) = test_support::test_data(name) else { return };
        let storage = Storage(tempfile::tempdir().unwrap());
        let folder = &storage.0;
        let policy = folder.path().join("policy.json");
        serde_json::to_writer(
            File::create(&policy).unwrap(),
            &serde_json::json!({"default": [{"type": "insecureAcceptAnything"}]}),
        )
        .unwrap();
        let (policy, input) = (policy.display().to_string(), archive.display().to_string());
        if !sees_marks() || !podman(folder.path(), &["load", "--signature-policy", &policy, "--input", &input]) {
            eprintln!("SKIPPED: Podman is not installed, or may not run here");
            return;
        }
        let options = EngineOptions {
            containers_storage: Some(folder.path().join("root")),
            ..EngineOptions::at(EngineAddress::Unix(folder.path().join("podman.sock")))
        };
        let unpacked = open_podman("test:latest", &options).unwrap();
        let packed = open_docker_archive(&archive, &OpenOptions::default()).unwrap();
        assert_eq!(unpacked.digest, packed.digest);
        assert_eq!(unpacked.config, packed.config);
        for index in 0..packed.layers.len() {
            assert_eq!(unpacked.layers[index].diff_id, packed.layers[index].diff_id);
            assert_eq!(names(unpacked.open_unpacked(index).unwrap()), names(packed.open_layer(index).unwrap()));
        }
    }
}
