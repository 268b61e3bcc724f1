//! Images written as text.
//!
//! ```text
//! image app:1 linux/arm64          one or more; left out, one image `test:latest` for linux/amd64
//! user app                         of its configuration, as are the next three
//! env PATH=/bin
//! label a=b
//! expose 80/tcp
//! config Cmd ["sh"]                any other part of it, in JSON; one with a small letter stands beside `config`
//! layer RUN apk add x              from the base upwards, with the command that made it
//!   etc/os-release = ID=debian     a file; \n, \t and \\ are escapes
//!     | VERSION_ID="12"            a further line of the file above, with its line end
//!   usr/bin/app 755 = #!/bin/sh    a file with its mode
//!   bin/sh -> dash                 a symbolic link
//!   bin/bash => bin/dash           a hard link
//!   bin/su 4755 => bin/dash        one with its mode
//!   tmp/                           a folder
//!   tmp/ 1777                      a folder with its mode
//!   etc/.wh.passwd                 a whiteout, or any other empty file
//! ```

use std::io::Write;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use crate::TarWriter;

/// How layers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    Plain,
    /// Compressed with gzip.
    Gzip,
    /// Compressed with zstd.
    Zstd,
}

/// A blob with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// `sha256:` and hexadecimal digits.
    pub digest: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Images that lie in one file or folder.
#[derive(Debug, Clone)]
pub struct TestImages {
    /// The images in the order of the text.
    pub images: Vec<TestImage>,
    /// How their layers are stored.
    pub storage: Storage,
}

/// One image.
#[derive(Debug, Clone)]
pub struct TestImage {
    /// Its name with a tag; empty for one without.
    pub name: String,
    /// `OS/ARCH` or `OS/ARCH/VARIANT`.
    pub platform: String,
    /// Its layers, uncompressed, from the base upwards; a test may add entries or put in anything else.
    pub layers: Vec<Vec<u8>>,
    commands: Vec<String>,
    user: String,
    environment: Vec<String>,
    exposed_ports: Vec<String>,
    labels: serde_json::Map<String, serde_json::Value>,
    further: serde_json::Map<String, serde_json::Value>,
}

impl Blob {
    /// Computes the digest of bytes.
    pub fn new(bytes: Vec<u8>) -> Blob {
        let hex: String = digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Blob { digest: format!("sha256:{hex}"), bytes }
    }

    fn hex(&self) -> &str {
        &self.digest["sha256:".len()..]
    }

    fn descriptor(&self, media_type: &str) -> serde_json::Value {
        json!({ "mediaType": media_type, "digest": self.digest, "size": self.bytes.len() })
    }
}

impl Storage {
    /// Compresses bytes.
    ///
    /// # Panics
    /// Never in memory.
    pub fn store(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Storage::Plain => bytes.to_vec(),
            Storage::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(bytes).expect("writing to memory works");
                encoder.finish().expect("writing to memory works")
            }
            Storage::Zstd => zstd::encode_all(bytes, 1).expect("writing to memory works"),
        }
    }
}

impl TestImages {
    /// Reads the text that the module's head describes.
    ///
    /// # Panics
    /// On a line that it does not understand.
    pub fn parse(text: &str, storage: Storage) -> TestImages {
        let mut images: Vec<TestImage> = Vec::new();
        let mut layers = Vec::new();
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
        while let Some(line) = lines.next() {
            let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            if word == "image" {
                finish_layers(&mut images, &mut layers);
                let (name, platform) = rest.split_once(' ').unwrap_or((rest, "linux/amd64"));
                images.push(TestImage::new(name, platform));
                continue;
            }
            if images.is_empty() {
                images.push(TestImage::new("test:latest", "linux/amd64"));
            }
            let image = images.last_mut().expect("one was made");
            match word {
                "user" => image.user = rest.to_owned(),
                "expose" => image.exposed_ports.push(rest.to_owned()),
                "env" => image.environment.push(rest.to_owned()),
                "label" => {
                    let (key, value) = rest.split_once('=').expect("a label is KEY=VALUE");
                    image.labels.insert(key.to_owned(), value.into());
                }
                "config" => {
                    let (key, value) = rest.split_once(' ').expect("a part of the configuration is KEY JSON");
                    let value = serde_json::from_str(value).expect("it is JSON");
                    image.further.insert(key.to_owned(), value);
                }
                "layer" => {
                    image.commands.push(rest.to_owned());
                    layers.push(TarWriter::new());
                }
                _ => {
                    let tar = layers.last_mut().unwrap_or_else(|| panic!("`{line}` stands in no layer"));
                    let mut further = String::new();
                    while let Some(more) = lines.next_if(|line| line.trim_start().starts_with('|')) {
                        let more = more.trim_start().trim_start_matches('|');
                        further += more.strip_prefix(' ').unwrap_or(more);
                        further.push('\n');
                    }
                    add_entry(tar, line.trim(), &further);
                }
            }
        }
        finish_layers(&mut images, &mut layers);
        TestImages { images, storage }
    }

    /// An archive as Docker 25 and later write it: an OCI layout with a `manifest.json`, which older ones read too.
    pub fn docker_archive(&self) -> Vec<u8> {
        let mut tar = TarWriter::new();
        for (path, bytes) in self.oci_files() {
            tar.file(&path, 0o644, &bytes);
        }
        let mut manifests = Vec::new();
        for image in &self.images {
            let layers = self.layers(image);
            let config = image.config();
            let paths: Vec<String> = layers.iter().map(|layer| format!("blobs/sha256/{}", layer.hex())).collect();
            let names: Vec<&str> = [image.name.as_str()].into_iter().filter(|name| !name.is_empty()).collect();
            let config = format!("blobs/sha256/{}", config.hex());
            manifests.push(json!({ "Config": config, "RepoTags": names, "Layers": paths }));
        }
        tar.file("manifest.json", 0o644, &json!(manifests).to_string().into_bytes());
        tar.finish()
    }

    /// An archive as Docker before 25 writes it: a folder for each layer, repeated layers as links.
    pub fn old_docker_archive(&self) -> Vec<u8> {
        let mut tar = TarWriter::new();
        let mut manifests = Vec::new();
        let mut first_places: Vec<(String, String)> = Vec::new();
        for (number, image) in self.images.iter().enumerate() {
            let mut paths = Vec::new();
            for (index, layer) in self.layers(image).iter().enumerate() {
                let folder = Blob::new(format!("{number} {index}").into_bytes()).hex().to_owned();
                let path = format!("{folder}/layer.tar");
                tar.folder(&format!("{folder}/")).file(&format!("{folder}/VERSION"), 0o644, b"1.0");
                match first_places.iter().find(|(digest, _)| *digest == layer.digest) {
                    Some((_, first)) => tar.symbolic_link(&path, &format!("../{first}")),
                    None => tar.file(&path, 0o644, &layer.bytes),
                };
                first_places.push((layer.digest.clone(), path.clone()));
                paths.push(path);
            }
            let config = image.config();
            let config_path = format!("{}.json", config.hex());
            tar.file(&config_path, 0o644, &config.bytes);
            manifests.push(json!({ "Config": config_path, "RepoTags": [image.name], "Layers": paths }));
        }
        tar.file("manifest.json", 0o644, &json!(manifests).to_string().into_bytes());
        tar.finish()
    }

    /// An OCI layout in an archive.
    pub fn oci_archive(&self) -> Vec<u8> {
        let mut tar = TarWriter::new();
        for (path, bytes) in self.oci_files() {
            tar.file(&path, 0o644, &bytes);
        }
        tar.finish()
    }

    /// Writes an OCI layout to a folder.
    ///
    /// # Panics
    /// When a file cannot be written.
    pub fn write_oci_layout(&self, folder: &Path) {
        std::fs::create_dir_all(folder.join("blobs/sha256")).expect("the folder can be made");
        for (path, bytes) in self.oci_files() {
            std::fs::write(folder.join(path), bytes).expect("the file can be written");
        }
    }

    /// The layers of an image as they are stored.
    pub fn layers(&self, image: &TestImage) -> Vec<Blob> {
        image.layers.iter().map(|layer| Blob::new(self.storage.store(layer))).collect()
    }

    /// The files of an OCI layout; images of one name lie in a nested index.
    pub fn oci_files(&self) -> Vec<(String, Vec<u8>)> {
        let mut blobs = Vec::new();
        let mut named: Vec<(String, Vec<serde_json::Value>)> = Vec::new();
        for image in &self.images {
            let layers = self.layers(image);
            let config = image.config();
            let suffix = match self.storage {
                Storage::Plain => "",
                Storage::Gzip => "+gzip",
                Storage::Zstd => "+zstd",
            };
            let media_type = format!("application/vnd.oci.image.layer.v1.tar{suffix}");
            let manifest = json!({
                "schemaVersion": 2, "mediaType": MANIFEST,
                "config": config.descriptor("application/vnd.oci.image.config.v1+json"),
                "layers": layers.iter().map(|layer| layer.descriptor(&media_type)).collect::<Vec<_>>(),
            });
            let manifest = Blob::new(manifest.to_string().into_bytes());
            let mut descriptor = manifest.descriptor(MANIFEST);
            descriptor["platform"] = image.platform_json();
            match named.iter_mut().find(|(name, _)| *name == image.name) {
                Some((_, manifests)) => manifests.push(descriptor),
                None => named.push((image.name.clone(), vec![descriptor])),
            }
            blobs.extend(layers);
            blobs.extend([config, manifest]);
        }
        let mut top = Vec::new();
        for (name, mut manifests) in named {
            let mut descriptor = if manifests.len() == 1 {
                manifests.remove(0)
            } else {
                let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
                blobs.push(Blob::new(index.to_string().into_bytes()));
                blobs[blobs.len() - 1].descriptor(INDEX)
            };
            if !name.is_empty() {
                descriptor["annotations"] = json!({ "org.opencontainers.image.ref.name": name });
            }
            top.push(descriptor);
        }
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": top });
        let mut files = vec![
            ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
            ("index.json".to_owned(), index.to_string().into_bytes()),
        ];
        files.extend(blobs.into_iter().map(|blob| (format!("blobs/sha256/{}", blob.hex()), blob.bytes)));
        files
    }
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

impl TestImage {
    fn new(name: &str, platform: &str) -> TestImage {
        TestImage {
            name: name.to_owned(),
            platform: platform.trim().to_owned(),
            layers: Vec::new(),
            commands: Vec::new(),
            user: String::new(),
            environment: Vec::new(),
            exposed_ports: Vec::new(),
            labels: serde_json::Map::new(),
            further: serde_json::Map::new(),
        }
    }

    /// The configuration.
    pub fn config(&self) -> Blob {
        let diff_ids: Vec<String> = self.layers.iter().map(|layer| Blob::new(layer.clone()).digest).collect();
        let history: Vec<_> = self.commands.iter().map(|command| json!({ "created_by": command })).collect();
        let mut config = self.platform_json();
        config["created"] = json!("2024-01-01T00:00:00Z");
        config["config"] = json!({ "User": self.user, "Env": self.environment, "Labels": self.labels });
        if !self.exposed_ports.is_empty() {
            let ports = self.exposed_ports.iter().map(|port| (port.clone(), json!({})));
            config["config"]["ExposedPorts"] = ports.collect::<serde_json::Map<_, _>>().into();
        }
        for (key, value) in &self.further {
            // What runs is spelled with a capital, what stands beside it is not.
            let place = if key.starts_with(char::is_uppercase) { &mut config["config"] } else { &mut config };
            place[key.as_str()] = value.clone();
        }
        config["history"] = json!(history);
        config["rootfs"] = json!({ "type": "layers", "diff_ids": diff_ids });
        Blob::new(config.to_string().into_bytes())
    }

    fn platform_json(&self) -> serde_json::Value {
        let mut parts = self.platform.split('/');
        let mut platform = json!({ "os": parts.next(), "architecture": parts.next() });
        if let Some(variant) = parts.next() {
            platform["variant"] = json!(variant);
        }
        platform
    }
}

fn finish_layers(images: &mut [TestImage], layers: &mut Vec<TarWriter>) {
    if let Some(image) = images.last_mut() {
        image.layers.extend(layers.drain(..).map(|layer| layer.finish()));
    }
}

fn add_entry(tar: &mut TarWriter, line: &str, further: &str) {
    if let Some((path, target)) = line.split_once(" -> ") {
        tar.symbolic_link(path, target);
    } else if let Some((path, target)) = line.split_once(" => ") {
        match path.rsplit_once(' ') {
            Some((path, mode)) => {
                tar.hard_link_with_mode(path, target, u32::from_str_radix(mode, 8).expect("a mode is octal"))
            }
            None => tar.hard_link(path, target),
        };
    } else if line.ends_with('/') {
        tar.folder(line);
    } else if let Some((path, mode)) =
        line.split_once("/ ").filter(|(_, mode)| mode.bytes().all(|byte| byte.is_ascii_digit()))
    {
        tar.folder_with_mode(&format!("{path}/"), u32::from_str_radix(mode, 8).expect("a mode is octal"));
    } else {
        let (path, content) = match line.split_once(" =") {
            Some((path, content)) => (path, content.strip_prefix(' ').unwrap_or(content)),
            None => (line, ""),
        };
        let (path, mode) = match path.rsplit_once(' ') {
            Some((path, mode)) => (path, u32::from_str_radix(mode, 8).expect("a mode is octal")),
            None => (path, 0o644),
        };
        let mut content = content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
        if !content.is_empty() && !further.is_empty() {
            content.push('\n');
        }
        tar.file(path, mode, (content + further).as_bytes());
    }
}
