use std::fs;
use std::time::Duration;

use model::DigestAlgorithm;
use test_support::{Storage, TarWriter, TestImages, test_data};

use super::*;
use crate::entry::EntryStream;
use crate::stored::digest_of;

const TWO_LAYERS: &str = "image app:1
    user app
    env PATH=/bin
    label a=b
    layer ADD base
      etc/os-release = ID=debian
      tmp/
    layer RUN rm
      etc/.wh.os-release
    layer ADD base
      etc/os-release = ID=debian
      tmp/";

fn options() -> OpenOptions<'static> {
    OpenOptions { platform: Some("linux/amd64".parse().unwrap()), ..OpenOptions::default() }
}

/// Reads all layers and gives their paths, one line a layer, and the digests.
fn read(image: &Image) -> (Vec<String>, Vec<Digest>) {
    let read_layer = |index| {
        let mut layer = image.open_layer(index).unwrap();
        let mut paths = Vec::new();
        while let Some(entry) = layer.next_entry().unwrap() {
            paths.push(entry.path.to_string());
        }
        (paths.join(" "), layer.finish().unwrap())
    };
    (0..image.layers.len()).map(read_layer).unzip()
}

fn check(image: Result<Image, OpenImageError>) -> Image {
    let image = image.unwrap();
    assert_eq!(read(&image).0, ["etc/os-release tmp", "etc/.wh.os-release", "etc/os-release tmp"]);
    assert_eq!((image.config.user.as_deref(), image.config.labels["a"].as_str()), (Some("app"), "b"));
    assert_eq!(image.config.history[1].created_by, "RUN rm");
    assert_eq!(image.platform.as_ref().unwrap().to_string(), "linux/amd64");
    image
}

#[test]
fn one_image_opens_from_every_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    for storage in [Storage::Plain, Storage::Gzip, Storage::Zstd] {
        let images = TestImages::parse(TWO_LAYERS, storage);
        for archive in [images.docker_archive(), images.old_docker_archive()] {
            for outer in [Storage::Plain, Storage::Gzip, Storage::Zstd] {
                fs::write(&path, outer.store(&archive)).unwrap();
                assert_eq!(recognise(&path).unwrap(), PathKind::DockerArchive);
                let image = check(open_docker_archive(&path, &options()));
                assert_eq!(image.name, path.display().to_string());
                assert_eq!(image.names, [images.images[0].name.as_str()]);
                assert_eq!(image.digest.unwrap().to_string(), images.images[0].config().digest);
            }
            check(open_archive_stdin(&mut archive.as_slice(), &options()));
        }
        fs::write(&path, images.oci_archive()).unwrap();
        assert_eq!(recognise(&path).unwrap(), PathKind::OciArchive);
        assert_eq!(check(open_oci_archive(&path, &options())).names, [images.images[0].name.as_str()]);
        check(open_archive(&path, &options()));
        let layout = folder.path().join(format!("{storage:?}"));
        images.write_oci_layout(&layout);
        assert_eq!(recognise(&layout).unwrap(), PathKind::OciLayout);
        check(open_oci_layout(&layout, &options()));
    }
}

#[test]
fn an_index_offers_its_platforms() {
    let text = "image app:1 linux/amd64\n layer\n  a =\nimage app:1 linux/arm64/v8\n layer\n  b =";
    let archive = TestImages::parse(text, Storage::Gzip).oci_archive();
    let open = |platform: &str| {
        let options = OpenOptions { platform: Some(platform.parse().unwrap()), ..OpenOptions::default() };
        open_archive_stdin(&mut archive.as_slice(), &options)
    };
    assert_eq!(read(&open("linux/arm64").unwrap()).0, ["b"]);
    assert_eq!(
        open("linux/s390x").unwrap_err().to_string(),
        "standard input has no image for linux/s390x; it has linux/amd64, linux/arm64/v8; choose with --platform"
    );
}

#[test]
fn the_index_through_which_an_image_was_chosen_is_told() {
    let text = "image app:1 linux/amd64\n layer\n  a =\nimage app:1 linux/arm64/v8\n layer\n  b =\nimage other:1\n layer\n  c =";
    let images = TestImages::parse(text, Storage::Gzip);
    let files = images.oci_files();
    let is_index =
        |bytes: &[u8]| serde_json::from_slice(bytes).is_ok_and(|it: serde_json::Value| it["manifests"].is_array());
    let indexes: Vec<Vec<u8>> = files
        .iter()
        .filter(|(path, bytes)| path != "index.json" && is_index(bytes))
        .map(|(_, bytes)| bytes.clone())
        .collect();
    assert_eq!(indexes.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("layout");
    images.write_oci_layout(&layout);
    let open = |image: &str, platform: &str| {
        let (image, platform) = (Some(image.to_owned()), Some(platform.parse().unwrap()));
        open_oci_layout(&layout, &OpenOptions { image, platform, cache: None }).unwrap()
    };
    let arm = open("app:1", "linux/arm64");
    assert_eq!((read(&arm).0, &arm.indexes), (vec!["b".to_owned()], &indexes));
    assert_eq!(open("app:1", "linux/amd64").indexes, indexes);
    let none: [Vec<u8>; 0] = [];
    assert_eq!(
        open("other:1", "linux/amd64").indexes,
        none,
        "what lists all images of a layout is no index of an image"
    );
    let digest = arm.digest.unwrap().to_string();
    assert_eq!(open(&digest, "linux/arm64").indexes, none, "the image itself was asked for");
    // In a compressed archive it is remembered with the image.
    let cache = Cache::open(&folder.path().join("cache"), 1 << 20).unwrap();
    let path = folder.path().join("image.tar.gz");
    fs::write(&path, Storage::Gzip.store(&images.oci_archive())).unwrap();
    std::thread::sleep(Duration::from_millis(2100));
    let options = OpenOptions { image: Some("app:1".to_owned()), cache: Some(&cache), ..options() };
    let first = open_oci_archive(&path, &options).unwrap();
    first.remember(&cache, &read(&first).1);
    let again = open_oci_archive(&path, &options).unwrap();
    assert!(matches!(again.layers[0].identity, LayerIdentity::Verified(_)), "it is remembered");
    assert_eq!((first.indexes, again.indexes), (indexes.clone(), indexes));
}

#[test]
fn the_documents_of_indexes_within_an_index_are_told_behind_it() {
    let images = TestImages::parse(
        "image app:1 linux/amd64\n layer\n  a =\nimage app:1 linux/arm64\n layer\n  b =",
        Storage::Gzip,
    );
    let folder = tempfile::tempdir().unwrap();
    images.write_oci_layout(folder.path());
    let path = folder.path().join("index.json");
    let mut list: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let inner = list["manifests"][0].take();
    let digest = inner["digest"].as_str().unwrap().replace("sha256:", "");
    let within = fs::read(folder.path().join("blobs/sha256").join(digest)).unwrap();
    // One index more around it, which is the one that is named.
    let outer = serde_json::json!({ "schemaVersion": 2, "manifests": [
        { "mediaType": inner["mediaType"], "digest": inner["digest"], "size": inner["size"] } ] });
    let outer = outer.to_string().into_bytes();
    let digest = digest_of(DigestAlgorithm::Sha256, &outer);
    fs::write(folder.path().join("blobs/sha256").join(digest.hex()), &outer).unwrap();
    list["manifests"][0] = serde_json::json!({ "mediaType": inner["mediaType"], "digest": digest.to_string(), "size": outer.len(),
        "annotations": { "org.opencontainers.image.ref.name": "2" } });
    fs::write(&path, list.to_string()).unwrap();
    let image = open_oci_layout(folder.path(), &options()).unwrap();
    assert_eq!((image.names, image.indexes), (vec!["2".to_owned()], vec![outer, within]));
}

#[test]
fn an_archive_of_several_images_needs_a_name() {
    let text = "image one:1\n layer\n  a =\nimage two:1\n layer\n  b =";
    let images = TestImages::parse(text, Storage::Plain);
    for archive in [images.docker_archive(), images.old_docker_archive(), images.oci_archive()] {
        let open = |name: Option<&str>| {
            let options = OpenOptions { image: name.map(str::to_owned), ..options() };
            open_archive_stdin(&mut archive.as_slice(), &options)
        };
        assert_eq!(read(&open(Some("two:1")).unwrap()).0, ["b"]);
        let error = open(None).unwrap_err().to_string();
        assert_eq!(error, "standard input has several images; name one of one:1, two:1");
    }
}

#[test]
fn a_docker_archive_of_several_platforms_offers_those_of_its_layout() {
    let arm = TestImages::parse("image app:1 linux/arm64\n layer\n  b =", Storage::Plain);
    let amd = TestImages::parse("image app:1\n layer\n  a =", Storage::Plain);
    let docker = amd.docker_archive();
    let archive = [&docker[..docker.len() - 1024], &arm.oci_archive()].concat();
    for (platform, path) in [("linux/amd64", "a"), ("linux/arm64", "b")] {
        let options = OpenOptions { platform: Some(platform.parse().unwrap()), ..OpenOptions::default() };
        assert_eq!(read(&open_archive_stdin(&mut archive.as_slice(), &options).unwrap()).0, [path]);
    }
}

#[test]
fn a_digest_is_trusted_only_while_its_file_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache"), 1 << 20).unwrap();
    let path = folder.path().join("image.tar");
    let archive = TestImages::parse(TWO_LAYERS, Storage::Gzip).docker_archive();
    let options = OpenOptions { cache: Some(&cache), ..options() };
    let open = || {
        let image = open_docker_archive(&path, &options).unwrap();
        let is_verified = image.layers.iter().all(|layer| matches!(layer.identity, LayerIdentity::Verified(_)));
        (image, is_verified)
    };
    for outer in [Storage::Plain, Storage::Gzip] {
        let mut bytes = outer.store(&archive);
        fs::write(&path, &bytes).unwrap();
        // The file was written this moment: a change in the same tick of the clock would go unseen.
        let (image, _) = open();
        image.remember(&cache, &read(&image).1);
        assert!(!open().1);
        std::thread::sleep(Duration::from_millis(2100));
        let (image, is_verified) = open();
        assert!(!is_verified);
        image.remember(&cache, &read(&image).1);
        let (again, is_verified) = open();
        assert!(is_verified);
        assert_eq!((read(&again), &again.digest), (read(&image), &image.digest));
        assert_eq!((again.config, again.platform, again.names), (image.config, image.platform, image.names));
        // A change that keeps the size and, by force, the time of modification.
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        // In the padding behind the last member, or the system byte of the gzip header.
        let place = if outer == Storage::Plain { bytes.len() - 1025 } else { 9 };
        bytes[place] = 1;
        fs::write(&path, &bytes).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        assert!(!open().1);
    }
}

/// Opens an OCI layout of which one file was changed.
fn check_damaged(change: impl Fn(&str, &mut Vec<u8>) -> bool, message: &str) {
    let mut files = TestImages::parse(TWO_LAYERS, Storage::Gzip).oci_files();
    files.retain_mut(|(path, bytes)| change(path, bytes));
    let mut tar = TarWriter::new();
    for (path, bytes) in &files {
        tar.file(path, 0o644, bytes);
    }
    let error = open_archive_stdin(&mut tar.finish().as_slice(), &options()).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn damaged_layouts_are_refused_by_what_is_wrong() {
    let begins = |bytes: &[u8], text: &str| String::from_utf8_lossy(bytes).contains(text);
    check_damaged(|path, _| path != "index.json", "has neither a manifest.json nor an index.json");
    check_damaged(|_, bytes| !begins(bytes, "diff_ids"), "is incomplete: it names blobs/sha256/");
    check_damaged(|_, bytes| !bytes.starts_with(&[0x1f, 0x8b]), "is incomplete: it names blobs/sha256/");
    let spoil = |_: &str, bytes: &mut Vec<u8>| {
        if begins(bytes, "diff_ids") {
            bytes.push(b' ');
        }
        true
    };
    check_damaged(spoil, "is not what it claims to be");
    let cut = |path: &str, bytes: &mut Vec<u8>| {
        if path == "index.json" {
            bytes.truncate(20);
        }
        true
    };
    check_damaged(cut, "index.json in standard input is malformed");
    for marker in ["no json", "{}", r#"{"imageLayoutVersion":1}"#] {
        let write = |path: &str, bytes: &mut Vec<u8>| {
            if path == "oci-layout" {
                *bytes = marker.into();
            }
            true
        };
        check_damaged(write, "oci-layout in standard input is malformed");
    }
}

#[test]
fn an_image_of_very_many_layers_is_refused() {
    let mut images = TestImages::parse("layer\n a =", Storage::Plain);
    images.images[0].layers = vec![Vec::new(); 1025];
    for archive in [images.docker_archive(), images.oci_archive()] {
        let error = open_archive_stdin(&mut archive.as_slice(), &options()).unwrap_err().to_string();
        assert_eq!(error, "the image in standard input has 1025 layers, more than the 1,024 that are read");
    }
}

#[test]
fn what_comes_through_a_pipe_and_is_no_image_is_told_so() {
    let root = TestImages::parse("layer\n etc/os-release = a", Storage::Plain).images[0].layers[0].clone();
    for (bytes, what) in [
        (&b""[..], "standard input is empty, and so is no image"),
        (b"{\"bomFormat\":\"CycloneDX\"}", "standard input is a document and no archive"),
        (&root, "standard input has neither a manifest.json nor an index.json"),
    ] {
        let error = open_archive_stdin(&mut &*bytes, &options()).unwrap_err().to_string();
        assert!(error.starts_with(what) && error.contains("by its name"), "{error}");
    }
}

#[test]
fn links_that_lead_in_a_circle_end() {
    let mut tar = TarWriter::new();
    tar.symbolic_link("manifest.json", "a").symbolic_link("a", "manifest.json");
    let error = open_archive_stdin(&mut tar.finish().as_slice(), &options()).unwrap_err();
    assert!(matches!(error, OpenImageError::Read { .. } | OpenImageError::NoArchive { .. }), "{error}");
}

#[test]
fn a_layout_in_a_folder_does_not_lead_out_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let layout = folder.path().join("layout");
    fs::create_dir(&layout).unwrap();
    fs::write(folder.path().join("index.json"), "{}").unwrap();
    std::os::unix::fs::symlink("../index.json", layout.join("index.json")).unwrap();
    let error = open_oci_layout(&layout, &options()).unwrap_err();
    assert!(matches!(error, OpenImageError::OtherKind { .. } | OpenImageError::Read { .. }), "{error}");
}

#[test]
fn other_files_are_recognised_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for (bytes, kind) in [
        (TarWriter::new().file("etc/os-release", 0o644, b"").finish(), PathKind::OtherArchive),
        (TarWriter::new().file("manifest.json", 0o644, br#"{"name":"app"}"#).finish(), PathKind::OtherArchive),
        (b"{ \"bomFormat\": 1 }".to_vec(), PathKind::OtherFile),
        (Vec::new(), PathKind::OtherFile),
        (b"\xfd7zXZ\0\0\0".to_vec(), PathKind::OtherFile),
    ] {
        for outer in [Storage::Plain, Storage::Gzip] {
            fs::write(&path, outer.store(&bytes)).unwrap();
            assert_eq!(recognise(&path).unwrap(), kind);
        }
    }
    assert_eq!(recognise(folder.path()).unwrap(), PathKind::Folder);
}

#[test]
fn what_begins_as_an_archive_is_one_however_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let whole = TarWriter::new().file("etc/os-release", 0o644, b"").finish();
    let mut wrong_sum = whole.clone();
    wrong_sum[0] ^= 1;
    let mut of_old = whole.clone();
    of_old[257..265].fill(0);
    for (bytes, expected) in [
        (whole.clone(), true),
        (whole[..512].to_vec(), true),
        (wrong_sum, true),
        (vec![0; 1024], true),
        (whole[..511].to_vec(), false),
        (of_old, false),
        (b"{}".repeat(600), false),
        (Vec::new(), false),
    ] {
        for outer in [Storage::Plain, Storage::Gzip, Storage::Zstd] {
            fs::write(&path, outer.store(&bytes)).unwrap();
            assert_eq!(begins_as_archive(&path).unwrap(), expected, "{outer:?} {bytes:?}");
        }
    }
    // What cannot be read as it is compressed is told by who opens it.
    fs::write(&path, b"\xfd7zXZ\0\0\0").unwrap();
    assert!(begins_as_archive(&path).unwrap());
    assert!(begins_as_archive(&folder.path().join("none")).is_err());
}

#[test]
fn damaged_documents_are_those_of_an_image_unless_the_archive_shows_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.tar");
    let blob = format!("blobs/sha256/{}", "a".repeat(64));
    let old = format!("{}.tar.gz", "b".repeat(64));
    let list = r#"[{"Config":"c.json","Layers":["a.tar"]}]"#;
    let index = r#"{"manifests":[]}"#;
    let app = r#"{"name":"app","icons":[]}"#;
    for (members, kind) in [
        // No JSON, with and without what an image has, and beside what a system has.
        (&[("manifest.json", "no json")][..], PathKind::DockerArchive),
        (&[("manifest.json", "[")], PathKind::DockerArchive),
        (&[("manifest.json", ""), ("a.tar", "x")], PathKind::DockerArchive),
        (&[("manifest.json", "no json"), ("etc/hostname", "x")], PathKind::OtherArchive),
        (&[("manifest.json", "no json"), ("usr/bin/x", "x")], PathKind::OtherArchive),
        (&[("manifest.json", "no json"), ("usr/bin/x", "x"), (&blob, "x")], PathKind::DockerArchive),
        (&[("oci-layout", "{}"), ("index.json", index), ("manifest.json", "no json")], PathKind::DockerArchive),
        (&[("index.json", "no json")], PathKind::OciArchive),
        (&[("index.json", "no json"), ("srv/x", "x")], PathKind::OtherArchive),
        (&[("index.json", "no json"), ("srv/x", "x"), ("oci-layout", "no json")], PathKind::OciArchive),
        // Those of other programs.
        (&[("manifest.json", app)], PathKind::OtherArchive),
        (&[("manifest.json", r#"["main.js"]"#), ("index.html", "x")], PathKind::OtherArchive),
        (&[("manifest.json", "[]"), ("var/www/x", "x")], PathKind::OtherArchive),
        (&[("index.json", r#"{"pages":[]}"#), ("app/index.json", "[1]")], PathKind::OtherArchive),
        (&[("app/index.json", "no json")], PathKind::OciArchive),
        (&[("index.json", r#"{"pages":[]}"#)], PathKind::OtherArchive),
        (&[("app/index.json", "[1]"), ("etc/x", "x")], PathKind::OtherArchive),
        (&[("manifest.json", app), ("index.json", index)], PathKind::OciArchive),
        // Those of images, also where a system lies beside them.
        (&[("manifest.json", list), ("etc/x", "x")], PathKind::DockerArchive),
        (&[("index.json", index), ("etc/x", "x")], PathKind::OciArchive),
        (&[("manifest.json", app), (&old, "x")], PathKind::DockerArchive),
        (&[("manifest.json", "[]"), (&blob, "x")], PathKind::DockerArchive),
        (&[("arm64/index.json", index), ("arm64/oci-layout", "{}")], PathKind::OciArchive),
        // Those of images whose list is elsewhere or missing, which would seem to have nothing in them.
        (&[("image/manifest.json", list), ("image/a.tar", "x")], PathKind::DockerArchive),
        (&[("srv/manifest.json", list), ("etc/x", "x")], PathKind::OtherArchive),
        (&[("app/manifest.json", app)], PathKind::OtherArchive),
        (&[("abc/layer.tar", "x"), ("abc/json", "{}"), ("repositories", "{}")], PathKind::DockerArchive),
        (&[("repositories", "x"), ("etc/x", "x")], PathKind::OtherArchive),
        (&[(&blob, "x")], PathKind::DockerArchive),
        (&[(&blob, "x"), ("etc/x", "x")], PathKind::OtherArchive),
    ] {
        let mut tar = TarWriter::new();
        for (name, text) in members {
            tar.file(name, 0o644, text.as_bytes());
        }
        fs::write(&path, tar.finish()).unwrap();
        assert_eq!(recognise(&path).unwrap(), kind, "{members:?}");
    }
}

#[test]
fn a_layout_that_lacks_a_part_is_a_layout() {
    for missing in ["index.json", "oci-layout", "blobs"] {
        let folder = tempfile::tempdir().unwrap();
        TestImages::parse(TWO_LAYERS, Storage::Gzip).write_oci_layout(folder.path());
        let part = folder.path().join(missing);
        if part.is_dir() {
            fs::remove_dir_all(&part).unwrap()
        } else {
            fs::remove_file(&part).unwrap()
        }
        assert_eq!(recognise(folder.path()).unwrap(), PathKind::OciLayout, "{missing}");
        assert_eq!(open_oci_layout(folder.path(), &options()).is_ok(), missing == "oci-layout", "{missing}");
    }
}

#[test]
fn real_docker_archives_open() {
    let Some(folder) = test_data("images/docker-archive") else { return };
    let path = folder.join("alpine-3.10.1-four-layers-with-whiteouts.tar");
    assert_eq!(recognise(&path).unwrap(), PathKind::DockerArchive);
    let image = open_docker_archive(&path, &OpenOptions::default()).unwrap();
    let layers = read(&image).0;
    assert_eq!(layers.len(), 4);
    assert!(layers.iter().any(|paths| paths.contains(".wh.")), "{layers:?}");
    let path = folder.join("alpine-3.10.4.tar.gz");
    let image = open_archive(&path, &OpenOptions::default()).unwrap();
    let (_, digests) = read(&image);
    assert_eq!(digests, image.config.diff_ids());
}

#[test]
fn real_layouts_in_folders_of_an_archive_open_by_platform() {
    let Some(path) = test_data("images/busybox-oci/busybox-musl.oci.tar") else { return };
    assert_eq!(recognise(&path).unwrap(), PathKind::OciArchive);
    let open = |platform: &str| {
        let options = OpenOptions { platform: Some(platform.parse().unwrap()), ..OpenOptions::default() };
        open_oci_archive(&path, &options)
    };
    let image = open("linux/amd64").unwrap();
    let (paths, digests) = read(&image);
    assert!(paths[0].contains("bin/busybox"));
    assert_eq!(image.layers[0].identity, LayerIdentity::Claimed(digests[0].clone()));
    // Of the other platforms only the documents were kept.
    let error = open("linux/arm64").unwrap_err().to_string();
    assert!(error.contains("is incomplete: it names arm64v8/blobs/sha256/"), "{error}");
}

#[test]
fn a_root_file_system_in_an_archive_is_one_layer() {
    let Some(path) = test_data("images/alpine/alpine-minirootfs-3.16.9-x86_64.tar.gz") else { return };
    assert_eq!(recognise(&path).unwrap(), PathKind::OtherArchive);
    let image = open_root_archive(&path, &OpenOptions::default()).unwrap();
    assert!(read(&image).0[0].contains("etc/alpine-release"));
}

/// The parts of an archive as they lie in a folder when it is unpacked.
fn unpack(archive: &[u8], folder: &Path) {
    let mut entries = crate::tar_entries(archive, "archive");
    while let Some(entry) = entries.next_entry().unwrap() {
        let path = folder.join(entry.path.as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match &entry.kind {
            crate::EntryKind::File => {
                io::copy(entries.content(), &mut File::create(path).unwrap()).unwrap();
            }
            crate::EntryKind::SymbolicLink(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            _ => {}
        }
    }
}

#[test]
fn an_unpacked_archive_of_docker_is_an_image() {
    for storage in [Storage::Plain, Storage::Gzip] {
        let images = TestImages::parse(TWO_LAYERS, storage);
        for archive in [images.docker_archive(), images.old_docker_archive()] {
            let folder = tempfile::tempdir().unwrap();
            unpack(&archive, folder.path());
            let kind = recognise(folder.path()).unwrap();
            let image = match kind {
                PathKind::ImageFolder => open_image_folder(folder.path(), &options()),
                PathKind::OciLayout => open_oci_layout(folder.path(), &options()),
                other => panic!("{other:?}"),
            };
            check(image);
        }
    }
}

#[test]
fn what_skopeo_writes_into_a_folder_is_an_image() {
    let images = TestImages::parse(TWO_LAYERS, Storage::Gzip);
    let files = images.oci_files();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("version", b"Directory Transport Version: 1.1\n");
    let mut manifest = None;
    for (path, bytes) in &files {
        let Some(name) = path.strip_prefix("blobs/sha256/") else { continue };
        let document = serde_json::from_slice::<serde_json::Value>(bytes).unwrap_or_default();
        if document.get("layers").is_some() {
            manifest = Some(bytes);
        } else {
            write(name, bytes);
        }
    }
    write("manifest.json", manifest.unwrap());
    assert_eq!(recognise(folder.path()).unwrap(), PathKind::ImageFolder);
    check(open_image_folder(folder.path(), &options()));
}

#[test]
fn an_image_folder_with_a_damaged_list_is_refused_and_another_folder_is_none() {
    let images = TestImages::parse(TWO_LAYERS, Storage::Plain);
    let folder = tempfile::tempdir().unwrap();
    unpack(&images.old_docker_archive(), folder.path());
    for text in ["{}", "null", "[]", "", "[{"] {
        fs::write(folder.path().join("manifest.json"), text).unwrap();
        assert_eq!(recognise(folder.path()).unwrap(), PathKind::ImageFolder, "{text}");
        assert!(open_image_folder(folder.path(), &options()).is_err(), "{text}");
    }
    fs::remove_file(folder.path().join("manifest.json")).unwrap();
    let other = tempfile::tempdir().unwrap();
    for text in ["{}", "null", r#"{"name":"app","icons":[]}"#, r#"[{"url":"/a"}]"#] {
        fs::write(other.path().join("manifest.json"), text).unwrap();
        fs::write(other.path().join("version"), "1.0").unwrap();
        assert_eq!(recognise(other.path()).unwrap(), PathKind::Folder, "{text}");
    }
}
