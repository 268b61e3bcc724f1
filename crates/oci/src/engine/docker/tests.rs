use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;

use super::*;
use crate::engine::EngineAddress;
use crate::engine::chain_id::chain_id;
use crate::manifest_tree::digest_of;
use crate::unpacked::sees_marks;
use crate::{EntryStream, LayerIdentity};
use model::{Digest, DigestAlgorithm};

const ID: &str = "sha256:8e46dd8f2f2b2d6f0b6bbf3a2a0b6c8f4b9c6c1f5e1c5a1f0d2e9a6c6f1b2a3d";

/// An engine on a socket that has `team/app:1` with an archive as its export.
fn engine(archive: Vec<u8>) -> (tempfile::TempDir, EngineOptions<'static>) {
    engine_with(format!(r#"{{"Id":"{ID}","RepoTags":null}}"#), archive)
}

/// The same with another description of the image.
fn engine_with(description: String, archive: Vec<u8>) -> (tempfile::TempDir, EngineOptions<'static>) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().take(3) {
            answer(connection.unwrap(), &description, &archive);
        }
    });
    (folder, EngineOptions::at(EngineAddress::Unix(path)))
}

fn answer(mut connection: UnixStream, description: &str, archive: &[u8]) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    let request = lines.next().unwrap().unwrap();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let path = request.split(' ').nth(1).unwrap();
    let mut send = |status: &str, body: &[u8]| {
        // Docker sends its exports in chunks.
        let mut answer = format!("HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
        for part in body.chunks(100_000) {
            answer.extend(format!("{:x}\r\n", part.len()).bytes());
            answer.extend(part);
            answer.extend(b"\r\n");
        }
        answer.extend(b"0\r\n\r\n");
        // Who has read enough hangs up, which is no reason to leave the next one without an answer.
        let _ = connection.write_all(&answer);
    };
    match path {
        "/images/team/app:1/json" => send("200 OK", description.as_bytes()),
        path if path.starts_with("/images/sha256:") && path.ends_with("/get") => send("200 OK", archive),
        "/images/team/broken/json" => send("500 X", br#"{"message":"out of\n order"}"#),
        _ => send("404 Not Found", br#"{"message":"No such image"}"#),
    }
}

#[test]
fn an_image_of_the_engine_is_its_export() {
    let Some(path) = test_support::test_data("images/docker-archive/alpine-3.10.1-four-layers-with-whiteouts.tar")
    else {
        return;
    };
    let (_folder, options) = engine(fs::read(path).unwrap());
    let image = open_docker("team/app:1", &options).unwrap();
    assert_eq!(image.name, "team/app:1");
    assert_eq!(image.layers.len(), 4);
}

#[test]
fn what_the_engine_does_not_have_is_told() {
    let (_folder, options) = engine(Vec::new());
    let tell = |reference: &str| open_podman(reference, &options).err().map(|error| error.to_string()).unwrap();
    assert_eq!(tell("team/other"), "Podman has no image `team/other`; pull it first, or scan it from its registry");
    assert_eq!(tell("team/broken"), "Podman answered 500: out of order");
    assert_eq!(tell("../containers/x"), "`../containers/x` cannot be the name of an image or a container");
}

#[test]
fn an_export_that_is_no_archive_is_an_error() {
    let (_folder, options) = engine(vec![b'x'; 5000]);
    assert!(matches!(open_docker("team/app:1", &options), Err(EngineError::Export { .. })));
}

#[test]
fn an_engine_that_does_not_run_is_told() {
    let options = EngineOptions::at(EngineAddress::Unix("/nonexistent/docker.sock".into()));
    let error = open_docker("alpine", &options).err().map(|error| error.to_string()).unwrap();
    assert!(error.starts_with("cannot reach Docker at /nonexistent/docker.sock"), "{error}");
}

/// A store of two layers in the layout of one driver, and the description of its image.
struct Store {
    folder: tempfile::TempDir,
    id: Digest,
    folders: [PathBuf; 2],
    description: String,
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn digest(text: &str) -> Digest {
    digest_of(text.as_bytes(), DigestAlgorithm::Sha256)
}

impl Store {
    fn new(driver: &str, place: impl Fn(&Path, &[Digest; 2], &Digest, &str) -> [PathBuf; 2]) -> Store {
        let folder = tempfile::tempdir().unwrap();
        let diff_ids = [digest("base"), digest("top")];
        let config = format!(
            r#"{{"os":"linux","architecture":"arm64","config":{{"User":"web"}},
                "rootfs":{{"type":"layers","diff_ids":["{}","{}"]}}}}"#,
            diff_ids[0], diff_ids[1]
        );
        let id = digest(&config);
        let folders = place(folder.path(), &diff_ids, &id, &config);
        write(&folders[0].join("etc/base"), "1");
        write(&folders[0].join("gone"), "2");
        write(&folders[1].join("etc/top"), "3");
        let (upper, lower) = (folders[1].display(), folders[0].display());
        let data = format!(r#"{{"UpperDir":"{upper}","LowerDir":"{lower}"}}"#);
        let description = format!(r#"{{"Id":"{id}","GraphDriver":{{"Name":"{driver}","Data":{data}}}}}"#);
        Store { folder, id, folders, description }
    }

    fn docker() -> Store {
        Store::new("overlay2", |root, diff_ids, id, config| {
            write(&root.join("image/overlay2/imagedb/content/sha256").join(id.hex()), config);
            [0, 1].map(|index| {
                let chain = chain_id(&diff_ids[..=index]).unwrap();
                let record = root.join("image/overlay2/layerdb/sha256").join(chain.hex());
                write(&record.join("diff"), &diff_ids[index].to_string());
                write(&record.join("cache-id"), &format!("name{index}"));
                write(&record.join("size"), "7");
                root.join("overlay2").join(format!("name{index}")).join("diff")
            })
        })
    }

    fn podman() -> Store {
        Store::new("overlay", |root, diff_ids, id, config| {
            let name = format!("={}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, id.to_string()));
            write(&root.join("overlay-images").join(id.hex()).join(name), config);
            let layer = |index: usize| digest(&format!("layer {index}")).hex().to_owned();
            let images = format!(r#"[{{"id":"00"}},{{"id":"{}","names":["a:1"],"layer":"{}"}}]"#, id.hex(), layer(1));
            write(&root.join("overlay-images/images.json"), &images);
            let layers = format!(
                r#"[{{"id":"{}","diff-digest":"{}","diff-size":7}},
                    {{"id":"{}","parent":"{}","diff-digest":"{}","diff-size":7}}]"#,
                layer(0),
                diff_ids[0],
                layer(1),
                layer(0),
                diff_ids[1]
            );
            write(&root.join("overlay-layers/layers.json"), &layers);
            [0, 1].map(|index| root.join("overlay").join(layer(index)).join("diff"))
        })
    }

    /// Opens the image from an engine whose export is of no use, so that only the folders can give it.
    fn open(&self) -> Result<Image, EngineError> {
        self.open_for(None)
    }

    fn open_for(&self, platform: Option<&str>) -> Result<Image, EngineError> {
        let (_folder, options) = engine_with(self.description.clone(), vec![b'x'; 5000]);
        let platform = platform.map(|platform| platform.parse().unwrap());
        open_docker("team/app:1", &EngineOptions { platform, ..options })
    }
}

#[test]
fn podmans_storage_is_read_where_no_service_runs() {
    if !sees_marks() {
        eprintln!("SKIPPED: only the superuser sees the marks of overlayfs");
        return;
    }
    let store = Store::podman();
    change_all(store.folder.path(), r#""a:1""#, r#""localhost/app:1","quay.io/team/app:2""#);
    let socket = store.folder.path().join("podman.sock");
    let containers_storage = Some(store.folder.path().to_owned());
    let options = EngineOptions { containers_storage, ..EngineOptions::at(EngineAddress::Unix(socket)) };
    let digits = &store.id.hex()[..12];
    for reference in ["app:1", "localhost/app:1", "quay.io/team/app:2", digits, &store.id.to_string()] {
        let image = open_podman(reference, &options).unwrap();
        assert_eq!(image.digest.as_ref(), Some(&store.id), "{reference}");
        assert_eq!(paths(&image, 1), ["etc", "etc/top"]);
    }
    for reference in ["app", "app:2", &digits[..11], "000000000000"] {
        assert!(matches!(open_podman(reference, &options), Err(EngineError::Connect { .. })), "{reference}");
    }
}

fn paths(image: &Image, index: usize) -> Vec<String> {
    let mut layer = image.open_unpacked(index).unwrap();
    let mut paths = Vec::new();
    while let Some(entry) = layer.next_entry().unwrap() {
        paths.push(entry.path.to_string());
    }
    assert_eq!(layer.finish().unwrap(), []);
    paths
}

#[test]
fn what_an_engine_unpacked_is_read_where_it_lies() {
    if !sees_marks() {
        eprintln!("SKIPPED: only the superuser sees the marks of overlayfs");
        return;
    }
    for store in [Store::docker(), Store::podman()] {
        let device = rustix::fs::makedev(0, 0);
        let whiteout = store.folders[1].join("gone");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &whiteout,
            rustix::fs::FileType::CharacterDevice,
            rustix::fs::Mode::empty(),
            device,
        )
        .unwrap();
        let image = store.open().unwrap();
        assert_eq!(image.name, "team/app:1");
        assert_eq!(image.digest.as_ref(), Some(&store.id));
        assert_eq!(image.config.user.as_deref(), Some("web"));
        assert_eq!(image.layers[1].identity, LayerIdentity::Unpacked(digest("top")));
        assert_eq!(image.layers[0].size_bytes, 7);
        assert_eq!(paths(&image, 0), ["etc", "etc/base", "gone"]);
        assert_eq!(paths(&image, 1), ["etc", "etc/top", ".wh.gone"]);
        assert!(image.open_layer(0).is_err() && image.hash_layer(0).is_err());
        assert!(store.open_for(Some("linux/arm64")).is_ok());
        assert!(store.open_for(Some("linux/s390x")).is_err(), "another platform is the engine's to find");
    }
}

#[test]
fn a_store_that_does_not_fit_the_image_is_left_for_the_export() {
    let damages: [fn(&Store, &Path); 5] = [
        |store, _| fs::remove_dir_all(&store.folders[0]).unwrap(),
        |store, _| {
            fs::remove_dir_all(&store.folders[0]).unwrap();
            std::os::unix::fs::symlink("/etc", &store.folders[0]).unwrap();
        },
        // What the store says of a layer is not what the image says.
        |_, root| change_all(root, &digest("base").to_string(), &digest("other").to_string()),
        |_, root| change_all(root, "\"web\"", "\"root\""),
        |store, _| {
            rustix::fs::setxattr(&store.folders[1], "user.overlay.redirect", b"/etc", rustix::fs::XattrFlags::empty())
                .unwrap()
        },
    ];
    for damage in damages {
        for store in [Store::docker(), Store::podman()] {
            damage(&store, store.folder.path());
            assert!(matches!(store.open(), Err(EngineError::Export { .. })));
        }
    }
}

/// Replaces a text in the store's own files.
fn change_all(folder: &Path, from: &str, to: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            change_all(&path, from, to);
        } else if let Ok(text) = fs::read_to_string(&path) {
            fs::write(&path, text.replace(from, to)).unwrap();
        }
    }
}

#[test]
fn an_engine_cannot_name_a_folder_of_its_own_choice() {
    let store = Store::docker();
    for place in ["/etc/overlay2/x/diff", "relative/overlay2/x/diff", "/", "/diff", "", "/overlay2/../../etc/diff"] {
        let upper = store.folders[1].display().to_string();
        let description = store.description.replace(&upper, place);
        let (_folder, options) = engine_with(description, vec![b'x'; 5000]);
        assert!(matches!(open_docker("team/app:1", &options), Err(EngineError::Export { .. })), "{place}");
    }
}

#[test]
fn a_store_that_names_a_folder_outside_of_itself_is_left() {
    for name in ["..", "../../etc", "/etc", "", "name0/../name0"] {
        let store = Store::docker();
        change_all(&store.folder.path().join("image/overlay2/layerdb"), "name0", name);
        assert!(matches!(store.open(), Err(EngineError::Export { .. })), "{name}");
    }
    let store = Store::podman();
    let layer = digest("layer 0").hex().to_owned();
    change_all(&store.folder.path().join("overlay-layers"), &layer, "../../../../etc");
    assert!(matches!(store.open(), Err(EngineError::Export { .. })));
    // A chain of parents that runs in a circle ends with the image's layers.
    let store = Store::podman();
    let own = format!(r#""id":"{layer}","#);
    change_all(&store.folder.path().join("overlay-layers"), &own, &format!(r#"{own}"parent":"{layer}","#));
    assert!(matches!(store.open(), Err(EngineError::Export { .. })));
}
