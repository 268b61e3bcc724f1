//! Documents and blobs that are not what they claim, and caches that were tampered with.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use test_support::{Blob, Storage, TarWriter, TestImages};

use crate::program::{Bench, image_of_layers, layout, layout_with};

const ALPINE: &str = "layer ADD x\n  lib/apk/db/installed = P:musl\\nV:1.2.3-r0\\nA:x86_64\\n\n";

fn layer(text: &str) -> Vec<u8> {
    TestImages::parse(text, Storage::Plain).images[0].layers[0].clone()
}

fn write_layout(bench: &Bench, files: &[(String, Vec<u8>)]) {
    for (path, bytes) in files {
        bench.write(&format!("image/{path}"), bytes);
    }
}

#[test]
fn every_document_and_layer_must_have_its_digest() {
    let files = layout(&[("", layer(ALPINE))]);
    for (number, (path, bytes)) in files.iter().enumerate().filter(|(_, (path, _))| path.starts_with("blobs/")) {
        let bench = Bench::new();
        let mut files = files.clone();
        // A name or a version becomes another one, and everything stays well-formed.
        let place = bytes.iter().rposition(|byte| byte.is_ascii_lowercase()).expect("there are words in it");
        files[number].1[place] ^= 2;
        write_layout(&bench, &files);
        let run = bench.scan("oci:image");
        assert_eq!(run.code, 3, "{path}: {}", run.stdout);
        run.says("is not what it claims to be");
        assert_eq!(run.stderr.matches("is not what it claims to be").count(), 1, "{path}: {}", run.stderr);
    }
}

/// Bytes that were changed and that are no archive any more are told as others, and those that never were one as damaged.
#[test]
fn a_layer_that_cannot_be_read_because_its_bytes_are_others_is_told_so() {
    let whole = layer(ALPINE);
    let mut damaged = whole.clone();
    // In the sum of the first header.
    damaged[150] ^= 1;
    let mut files = layout(&[("", whole.clone())]);
    let place = files.iter().position(|(_, bytes)| *bytes == whole).expect("the layer is stored as it is");
    files[place].1.clone_from(&damaged);
    let bench = Bench::new();
    write_layout(&bench, &files);
    let run = bench.scan("oci:image");
    run.fails_with("is not what it claims to be: its bytes have the digest");
    assert!(!run.stderr.contains("is damaged at byte"), "{}", run.stderr);

    let bench = Bench::new();
    write_layout(&bench, &layout(&[("", damaged)]));
    let run = bench.scan("oci:image");
    run.fails_with("is damaged at byte 512 of its uncompressed content");
    assert!(!run.stderr.contains("claims to be"), "{}", run.stderr);
}

#[test]
fn a_layer_of_a_docker_archive_with_another_digest_is_told_once() {
    let layers = [layer(ALPINE), layer("layer ADD y\n  srv/x =\n")];
    let digest = Blob::new(layers[0].clone()).digest;
    let config = json!({ "os": "linux", "architecture": "amd64", "rootfs": { "diff_ids": [digest, digest] } });
    let bench = Bench::new();
    bench.write("docker.tar", &docker_archive(&layers, &config));
    let run = bench.scan("docker.tar");
    run.fails_with("is not what it claims to be: its bytes have the digest");
    assert_eq!(run.stderr.matches("is not what it claims to be").count(), 1, "{}", run.stderr);
}

/// The blobs have the digests that they are named by; the sizes beside those lie.
#[test]
fn a_blob_of_another_length_than_its_descriptor_says_is_refused() {
    for (what, by) in [("manifest", 1), ("config", 1), ("layer", 1), ("layer", -1)] {
        let mut files = layout(&[("", layer(ALPINE))]);
        let manifest = files.iter().rposition(|(path, _)| path.starts_with("blobs/")).expect("it comes last");
        let lie = |descriptor: &mut Value| {
            let size = descriptor["size"].as_i64().expect("it has a size");
            descriptor["size"] = json!(size + by);
        };
        let mut document: Value = serde_json::from_slice(&files[manifest].1).expect("it is JSON");
        match what {
            "config" => lie(&mut document["config"]),
            "layer" => lie(&mut document["layers"][0]),
            _ => {}
        }
        let blob = Blob::new(document.to_string().into_bytes());
        let mut index: Value = serde_json::from_slice(&files[manifest + 1].1).expect("it is JSON");
        index["manifests"][0]["digest"] = json!(blob.digest);
        index["manifests"][0]["size"] = json!(blob.bytes.len());
        if what == "manifest" {
            lie(&mut index["manifests"][0]);
        }
        files[manifest] = (format!("blobs/sha256/{}", &blob.digest["sha256:".len()..]), blob.bytes);
        files[manifest + 1].1 = index.to_string().into_bytes();
        let bench = Bench::new();
        write_layout(&bench, &files);
        let run = bench.scan("oci:image");
        assert_eq!(run.code, 3, "{what}: {}", run.stdout);
        run.says("is not what it claims to be: it has");
    }
}

/// Engines refuse such an image: whoever reads only the manifest sees another image than who reads the configuration.
#[test]
fn an_image_with_another_number_of_layers_than_its_configuration_is_refused() {
    let layers = [layer(ALPINE), layer("layer ADD y\n  srv/x =\n")];
    let pairs = layers.clone().map(|bytes| ("", bytes));
    let digest = |bytes: &[u8]| Blob::new(bytes.to_vec()).digest;
    let third = digest(b"of a layer that nobody has");
    for (count, diff_ids) in [
        (0, json!([])),
        (0, Value::Null),
        (1, json!([digest(&layers[0])])),
        (3, json!([digest(&layers[0]), digest(&layers[1]), third])),
    ] {
        let sentence = format!(
            "contradicts itself: the number of layers in its manifest is 2, and in rootfs.diff_ids of its configuration \
             {count}"
        );
        let bench = Bench::new();
        let change = |config: &mut Value| config["rootfs"]["diff_ids"] = diff_ids.clone();
        let files = layout_with(&pairs, change);
        write_layout(&bench, &files);
        bench.scan("oci:image").fails_with(&sentence);
        bench.write("layout.tar", &tar(&files));
        bench.scan("layout.tar").fails_with(&sentence);
        let config = json!({ "os": "linux", "architecture": "amd64", "rootfs": { "diff_ids": diff_ids } });
        bench.write("docker.tar", &docker_archive(&layers, &config));
        bench.scan("docker.tar").fails_with(&sentence);
    }
}

/// Old builders, and those of artifacts, leave out what names the layers a second time.
#[test]
fn a_configuration_that_names_no_layers_contradicts_no_manifest() {
    let layers = [layer(ALPINE), layer("layer ADD y\n  srv/x =\n")];
    for rootfs in [None, Some(Value::Null)] {
        let bench = Bench::new();
        let change = |config: &mut Value| match &rootfs {
            Some(value) => config["rootfs"] = value.clone(),
            None => drop(config.as_object_mut().expect("it is an object").remove("rootfs")),
        };
        write_layout(&bench, &layout_with(&layers.clone().map(|bytes| ("", bytes)), change));
        assert_eq!(bench.scan("oci:image").packages(), ["musl"]);
        let mut config = json!({ "os": "linux", "architecture": "amd64", "rootfs": {} });
        change(&mut config);
        bench.write("docker.tar", &docker_archive(&layers, &config));
        assert_eq!(bench.scan("docker.tar").packages(), ["musl"]);
    }
    // An image from scratch has no layers, and says so in either way.
    for diff_ids in [json!([]), Value::Null] {
        let bench = Bench::new();
        write_layout(&bench, &layout_with(&[], |config| config["rootfs"]["diff_ids"] = diff_ids.clone()));
        assert_eq!(bench.scan("oci:image").packages(), [""; 0]);
    }
}

fn tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = TarWriter::new();
    for (path, bytes) in files {
        tar.file(path, 0o644, bytes);
    }
    tar.finish()
}

/// An archive as old programs write it, which states no digests beside those of the configuration.
fn docker_archive(layers: &[Vec<u8>], config: &Value) -> Vec<u8> {
    let paths: Vec<String> = (0..layers.len()).map(|number| format!("{number}.tar")).collect();
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["app:1"], "Layers": paths }]);
    let documents = [("config.json", config.to_string()), ("manifest.json", manifest.to_string())];
    let documents = documents.map(|(path, text)| (path.to_owned(), text.into_bytes()));
    let layers = paths.into_iter().zip(layers.iter().cloned());
    tar(&layers.chain(documents).collect::<Vec<_>>())
}

#[test]
fn an_index_that_names_itself_ends() {
    // A digest cannot be known before its content, so the lie is in the file's name; and nesting is bounded as well.
    let digest = format!("sha256:{}", "a".repeat(64));
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{digest}","size":242}}]}}"#
    );
    let bench = Bench::new();
    bench.write("image/oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
    bench.write("image/index.json", index.as_bytes());
    bench.write(&format!("image/blobs/sha256/{}", "a".repeat(64)), index.as_bytes());
    bench.scan("oci:image").fails_with("is not what it claims to be");

    let mut document = r#"{"schemaVersion":2,"manifests":[]}"#.to_owned();
    for _ in 0..10 {
        let blob = Blob::new(document.into_bytes());
        bench.write(&format!("image/blobs/sha256/{}", &blob.digest[7..]), &blob.bytes);
        document = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{}","size":{}}}]}}"#,
            blob.digest,
            blob.bytes.len()
        );
    }
    bench.write("image/index.json", document.as_bytes());
    bench.scan("oci:image").fails_with("image");
}

#[test]
fn a_manifest_that_claims_anothers_layer_does_not_get_its_packages_from_the_cache() {
    let bench = Bench::new();
    let honest = layer(ALPINE);
    bench.write("honest.tar", &image_of_layers(&[("", honest.clone())]));
    assert_eq!(bench.scan("honest.tar").packages(), ["musl"]);
    assert_eq!(bench.scan("honest.tar").packages(), ["musl"], "from the cache");

    // The same documents, another layer under the honest one's digest; and of the same length.
    let mut evil = layer("layer ADD x\n  lib/apk/db/installed = P:evil\\nV:1.2.3-r0\\nA:x86_64\\n\n");
    evil.resize(honest.len(), 0);
    let mut files = layout(&[("", honest.clone())]);
    let claimed = files.iter_mut().find(|(_, bytes)| *bytes == honest).expect("the layer is a file");
    claimed.1 = evil;
    write_layout(&bench, &files);
    let run = bench.scan("oci:image");
    run.fails_with("is not what it claims to be");
    assert_eq!(bench.scan("honest.tar").packages(), ["musl"], "the cache is not poisoned either");
}

#[test]
fn a_file_that_changed_under_the_same_times_is_read_again() {
    let bench = Bench::new();
    let text = |name: &str| format!("layer ADD x\n  lib/apk/db/installed = P:{name}\\nV:1.2.3-r0\\nA:x86_64\\n\n");
    let of = |name: &str| TestImages::parse(&text(name), Storage::Plain).oci_archive();
    let path = bench.write("image.tar", &of("musl"));
    // The scan remembers only files that have lain still for two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    assert_eq!(bench.scan("image.tar").packages(), ["musl"]);
    let size = fs::metadata(&path).unwrap().len();
    fs::write(&path, of("evil")).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(times).unwrap();
    let now = fs::metadata(&path).unwrap();
    assert_eq!((now.len(), now.modified().unwrap()), (size, times), "only the change time tells");
    assert_eq!(bench.scan("image.tar").packages(), ["evil"]);
}

#[test]
fn a_cache_that_was_damaged_or_exchanged_is_no_cache() {
    let bench = Bench::new();
    let other = "layer ADD x\n  lib/apk/db/installed = P:zlib\\nV:1.2.3-r0\\nA:x86_64\\n\n";
    bench.write("one.tar", &image_of_layers(&[("", layer(ALPINE))]));
    bench.write("two.tar", &image_of_layers(&[("", layer(other))]));
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let scan = |name: &str| bench.run(&["scan", "--format", "json", "--cache-dir", "cache", name]).packages();
    for _ in 0..2 {
        assert_eq!((scan("one.tar"), scan("two.tar")), (vec!["musl".to_owned()], vec!["zlib".to_owned()]));
    }
    let values = values_of(&bench.work().join("cache"));
    assert!(values.len() >= 2, "{values:?}");
    let contents: Vec<Vec<u8>> = values.iter().map(|path| fs::read(path).unwrap()).collect();
    // Each value stands in the place of the next, is torn, has a flipped bit, is empty, is huge, is a folder.
    let damages: [&dyn Fn(usize) -> Vec<u8>; 5] = [
        &|place| contents[(place + 1) % contents.len()].clone(),
        &|place| contents[place][..contents[place].len() / 2].to_vec(),
        &|place| {
            contents[place]
                .iter()
                .enumerate()
                .map(|(at, byte)| byte ^ u8::from(at + 3 == contents[place].len()))
                .collect()
        },
        &|_| Vec::new(),
        &|_| vec![0xff; 1 << 20],
    ];
    for damage in damages {
        for (place, path) in values.iter().enumerate() {
            fs::write(path, damage(place)).unwrap();
        }
        assert_eq!((scan("one.tar"), scan("two.tar")), (vec!["musl".to_owned()], vec!["zlib".to_owned()]));
    }
    for path in &values {
        let _ = fs::remove_file(path);
        fs::create_dir(path).unwrap();
    }
    assert_eq!((scan("one.tar"), scan("two.tar")), (vec!["musl".to_owned()], vec!["zlib".to_owned()]));
}

fn values_of(folder: &Path) -> Vec<PathBuf> {
    let mut values = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { values.push(path) }
        }
    }
    values.sort();
    values
}

#[test]
fn a_digest_that_is_a_path_is_refused() {
    for digest in ["sha256:../../../../outside", "../../outside", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e"] {
        let bench = Bench::new();
        bench.write("outside", &layer(ALPINE));
        for (path, bytes) in layout(&[("", layer(ALPINE))]) {
            bench.write(&format!("image/{path}"), &bytes);
        }
        let index = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":3072}}]}}"#
        );
        bench.write("image/index.json", index.as_bytes());
        bench.scan("oci:image").fails_with("index.json");
    }
}
