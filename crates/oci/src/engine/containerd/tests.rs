use std::collections::BTreeSet;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::EntryStream;
use crate::unpacked::sees_marks;

/// A containerd with a root of its own, ended with the value.
struct Containerd {
    folder: tempfile::TempDir,
    process: Child,
}

impl Drop for Containerd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn skipped(reason: &str) {
    eprintln!("SKIPPED: {reason}");
}

#[expect(clippy::disallowed_methods, reason = "tests run the real engine")]
fn program(name: &str) -> Command {
    Command::new(name)
}

impl Containerd {
    /// Starts one; `None` where it is not installed or may not run.
    fn start() -> Option<Containerd> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        let place = folder.path().display();
        let text = format!(
            "version = 2\nroot = \"{place}/root\"\nstate = \"{place}/state\"\n\
             disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n[grpc]\naddress = \"{place}/containerd.sock\"\n\
             [ttrpc]\naddress = \"{place}/ttrpc.sock\"\n"
        );
        fs::write(&config, text).unwrap();
        let started =
            program("containerd").arg("--config").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(process) = started else {
            skipped("containerd is not installed");
            return None;
        };
        let containerd = Containerd { folder, process };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !containerd.socket().exists() || !containerd.ctr(&["version"]) {
            if Instant::now() > deadline {
                skipped("containerd does not start here; it needs the superuser");
                return None;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Some(containerd)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("containerd.sock")
    }

    fn ctr(&self, arguments: &[&str]) -> bool {
        let mut command = program("ctr");
        command.arg("--address").arg(self.socket()).args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    fn options(&self) -> ContainerdOptions<'static> {
        ContainerdOptions { root: self.folder.path().join("root"), ..ContainerdOptions::default() }
    }
}

#[test]
fn images_are_read_from_the_store_of_a_running_containerd() {
    let Some(path) = test_support::test_data("images/docker-archive/alpine-3.10.4.tar.gz") else { return };
    let Some(containerd) = Containerd::start() else { return };
    let archive = containerd.folder.path().join("alpine.tar");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    fs::write(&archive, bytes).unwrap();
    assert!(containerd.ctr(&["--namespace", "k8s.io", "images", "import", &archive.display().to_string()]));
    // So many names that the tree of names has branches.
    for number in 0..60 {
        let tag = format!("example.com/many/tags:{number:03}");
        assert!(containerd.ctr(&["--namespace", "k8s.io", "images", "tag", "docker.io/library/alpine:3.10", &tag]));
    }
    let image = open_containerd("alpine:3.10", &containerd.options()).unwrap();
    assert_eq!(image.layers.len(), 1);
    assert!(image.config.diff_ids()[0].hex().starts_with("531743b7098c"), "{}", image.config.diff_ids()[0]);
    let mut layer = Vec::new();
    image.blobs.open(0).unwrap().read_to_end(&mut layer).unwrap();
    assert_eq!(layer.len() as u64, image.layers[0].size_bytes);
    let same = open_containerd("example.com/many/tags:042", &containerd.options()).unwrap();
    assert_eq!(same.digest, image.digest);
    let digest = image.digest.clone().unwrap().to_string();
    assert!(open_containerd(&digest, &containerd.options()).is_ok());
    let error = open_containerd("alpine:3.11", &containerd.options()).err().map(|error| error.to_string()).unwrap();
    assert!(error.starts_with("containerd has no image `alpine:3.11`"), "{error}");
    let packed = names(image.open_layer(0).unwrap());
    fs::remove_file(blob_path(&containerd.options().root, &layer_digest(&image.layers[0]))).unwrap();
    // What was unpacked is read in its place, by the superuser.
    if sees_marks() {
        let unpacked = open_containerd("alpine:3.10", &containerd.options()).unwrap();
        assert_eq!(unpacked.layers[0].identity, LayerIdentity::Unpacked(layer_digest(&image.layers[0])));
        assert_eq!(unpacked.layers[0].diff_id, image.layers[0].diff_id);
        assert_eq!(names(unpacked.open_unpacked(0).unwrap()), packed);
    }
    let snapshots = containerd.options().root.join("io.containerd.snapshotter.v1.overlayfs/snapshots");
    fs::rename(&snapshots, snapshots.with_extension("gone")).unwrap();
    let error = open_containerd("alpine:3.10", &containerd.options()).err().map(|error| error.to_string()).unwrap();
    assert!(error.contains("were dropped after they had been unpacked"), "{error}");
}

fn names(mut layer: impl EntryStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    while let Some(entry) = layer.next_entry().unwrap() {
        names.insert(entry.path.to_string());
    }
    names
}

fn layer_digest(layer: &Layer) -> Digest {
    match &layer.identity {
        LayerIdentity::Claimed(digest) | LayerIdentity::Verified(digest) | LayerIdentity::Unpacked(digest) => {
            digest.clone()
        }
        LayerIdentity::Unknown => panic!("a layer of a content store has a digest"),
    }
}

#[test]
fn a_store_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = ContainerdOptions { root: folder.path().to_owned(), ..ContainerdOptions::default() };
    let error = open_containerd("alpine", &options).err().map(|error| error.to_string()).unwrap();
    let root = folder.path().display();
    assert!(error.starts_with(&format!("containerd's list of images is not in {root}: ")), "{error}");
    assert!(error.ends_with("or name it in BULKHEAD_CONTAINERD_ROOT"), "{error}");
    // A socket is no root folder either.
    fs::write(folder.path().join("containerd.sock"), "").unwrap();
    let root = folder.path().join("containerd.sock");
    let error = open_containerd("alpine", &ContainerdOptions { root, ..ContainerdOptions::default() });
    assert!(matches!(error, Err(EngineError::NoContainerd { .. })));
}

/// A store with an image in these namespaces, and nothing of its content.
fn store(namespaces: &[&str]) -> (tempfile::TempDir, ContainerdOptions<'static>) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("io.containerd.metadata.v1.bolt");
    fs::create_dir(&place).unwrap();
    let digest = format!("sha256:{}", "5".repeat(64));
    let bytes = super::super::bolt::tests::of_namespaces(namespaces, "docker.io/library/alpine:3.19", &digest);
    fs::write(place.join("meta.db"), bytes).unwrap();
    let options = ContainerdOptions { root: folder.path().to_owned(), ..ContainerdOptions::default() };
    (folder, options)
}

#[test]
fn an_image_that_is_not_where_it_is_looked_for_is_told_with_the_namespaces() {
    let tell = |reference: &str, options: &ContainerdOptions<'_>| {
        open_containerd(reference, options).err().map(|error| error.to_string()).unwrap()
    };
    let (folder, options) = store(&["buildkit", "k3s"]);
    assert_eq!(
        tell("alpine:3.19", &options),
        "containerd has the image `alpine:3.19` in other namespaces alone than are looked through (buildkit, k3s); name it as \
         containerd:buildkit/alpine:3.19"
    );
    // There it is found, and of its content there is nothing here.
    for reference in ["buildkit/alpine:3.19", "k3s/docker.io/library/alpine:3.19"] {
        assert!(tell(reference, &options).starts_with("containerd does not keep sha256:5555"));
    }
    let root = folder.path().display();
    let missing = |reference: &str, namespaces: &str, known: &str| {
        format!(
            "containerd has no image `{reference}` in the namespaces {namespaces} of {root} (it has: {known}); pull it first, \
             or scan it from its registry"
        )
    };
    let usual = "default, k8s.io, moby";
    assert_eq!(tell("alpine:3.11", &options), missing("alpine:3.11", usual, "buildkit, k3s"));
    let (by_known, by_unknown) = ("k3s/alpine:3.11", "dev/alpine:3.11");
    assert_eq!(tell(by_known, &options), missing(by_known, &format!("{usual}, k3s"), "buildkit, k3s"));
    assert_eq!(tell(by_unknown, &options), missing(by_unknown, usual, "buildkit, k3s"));
    let (folder, options) = store(&[]);
    let empty = tell("alpine:3.19", &options);
    assert!(empty.ends_with(&format!(
        "of {} (it has: -); pull it first, or scan it from its registry",
        folder.path().display()
    )));
    let (_folder, options) = store(&["moby"]);
    assert!(tell("alpine:3.19", &options).starts_with("containerd does not keep sha256:5555"));
}

#[test]
fn a_list_of_images_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, options) = store(&["default"]);
    let path = folder.path().join("io.containerd.metadata.v1.bolt/meta.db");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if File::open(&path).is_ok() {
        return skipped("the superuser may read everything");
    }
    let error = open_containerd("alpine:3.19", &options).err().map(|error| error.to_string()).unwrap();
    let path = path.display();
    assert_eq!(error, format!("this user may not read containerd's list of images in {path}; run as the superuser"));
}
