//! Layers with a table of contents, fetched in parts.

use std::collections::BTreeMap;

use serde_json::Value;
use test_support::{LayerEntry, LayerWithContents};

use super::mock::*;
use super::*;
use crate::{Entry, EntryStream, ReadPartsError};

type Files = BTreeMap<String, Vec<u8>>;
type Lie<'a> = &'a dyn Fn(&mut Value);
type Writer = fn(&[LayerEntry<'_>], usize, &dyn Fn(&mut Value)) -> LayerWithContents;

/// Both formats; a table can be changed before it is bound.
const WRITERS: [Writer; 2] = [
    |entries, chunk, lie| LayerWithContents::estargz(entries, chunk, lie),
    |entries, chunk, lie| LayerWithContents::zstd_chunked(entries, chunk, lie),
];

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// A layer of 6 MiB in which 70 KB are wanted.
fn layer(writer: Writer, lie: &dyn Fn(&mut Value)) -> LayerWithContents {
    let (large, wanted) = (noise(3 << 20), noise(70_000));
    let entries = [
        LayerEntry::File(".prefetch.landmark", 0o644, b"\x0f"),
        LayerEntry::Folder("etc/"),
        LayerEntry::File("./usr/large", 0o644, &large),
        LayerEntry::File("etc/wanted", 0o755, &wanted),
        LayerEntry::File("etc/wanted-too", 0o644, b"small"),
        LayerEntry::File("etc/.wh.gone", 0o644, b""),
        LayerEntry::File("opt/.wh..wh..opq", 0o644, b""),
        LayerEntry::SymbolicLink("etc/link", "../../outside"),
        LayerEntry::HardLink("etc/second", "etc/wanted"),
        LayerEntry::File("usr/other", 0o644, &large),
    ];
    writer(&entries, 32_768, lie)
}

fn is_wanted(entry: &Entry) -> bool {
    entry.path.as_str().starts_with("etc/wanted")
}

fn image_of(layer: LayerWithContents) -> MockImage {
    MockImage::annotated(layer.blob, &layer.annotations.to_string(), "linux", "amd64")
}

fn serve(image: &MockImage) -> MockServer {
    let image = image.clone();
    MockServer::start(move |request| image.answer(request))
}

fn open(server: &MockServer) -> Image {
    let options = RegistryOptions {
        plain_http: true,
        trust_toc: true,
        timeouts: Timeouts { first_retry: Duration::from_millis(1), ..Timeouts::default() },
        ..RegistryOptions::default()
    };
    open_registry(&format!("{}/team/app:1", server.address).parse().unwrap(), &options).unwrap()
}

fn read_all(stream: &mut dyn EntryStream) -> (Vec<Entry>, Files) {
    let (mut entries, mut files) = (Vec::new(), Files::new());
    while let Some(entry) = stream.next_entry().unwrap() {
        if is_wanted(&entry) {
            let mut content = Vec::new();
            let _ = stream.content().read_to_end(&mut content);
            files.insert(entry.path.as_str().to_owned(), content);
        }
        entries.push(entry);
    }
    (entries, files)
}

fn read_parts(image: &Image) -> Result<(Vec<Entry>, Files), ReadPartsError> {
    let contents = image.layer_contents(0)?.expect("the layer has a table");
    let mut reader = contents.reader(&is_wanted)?;
    let read = read_all(&mut reader);
    reader.finish().map(|()| read)
}

#[test]
fn wanted_parts_are_what_the_whole_layer_holds_and_little_else_travels() {
    for writer in WRITERS {
        let mock = image_of(layer(writer, &|_| {}));
        let server = serve(&mock);
        let image = open(&server);
        let (entries, files) = read_parts(&image).unwrap();
        let sent: u64 = server.requests().iter().filter_map(|request| asked_bytes(request.header("range"))).sum();
        assert!((1..400_000).contains(&sent) && mock.layer.len() > 6 << 20, "{sent} of {}", mock.layer.len());
        assert!(
            server
                .requests()
                .iter()
                .all(|request| { request.path != mock.layer_path() || asked_bytes(request.header("range")).is_some() })
        );
        let mut whole = image.open_layer(0).unwrap();
        let (whole_entries, whole_files) = read_all(&mut whole);
        whole.finish().unwrap();
        assert_eq!(files, whole_files);
        // The table itself is a file of an eStargz layer, whose content nobody reads.
        let but_table = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|entry| entry.path.as_str() != "stargz.index.json").cloned().collect()
        };
        assert_eq!((but_table(&entries), entries.len()), (but_table(&whole_entries), whole_entries.len()));
    }
}

fn asked_bytes(range: &str) -> Option<u64> {
    let (from, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    Some(last.parse::<u64>().ok()? - from.parse::<u64>().ok()? + 1)
}

#[test]
fn tables_are_not_read_unless_they_are_trusted() {
    let server = serve(&image_of(layer(WRITERS[0], &|_| {})));
    let options = RegistryOptions { plain_http: true, ..RegistryOptions::default() };
    let image = open_registry(&format!("{}/team/app:1", server.address).parse().unwrap(), &options).unwrap();
    assert_eq!(image.contents_digest(0), None);
    assert!(matches!(image.layer_contents(0), Ok(None)));
}

#[test]
fn a_table_with_another_digest_than_the_manifest_says_is_refused() {
    for writer in WRITERS {
        let mut layer = layer(writer, &|_| {});
        let other = Value::from(sha256(b"another").to_string());
        for value in layer.annotations.as_object_mut().unwrap().values_mut() {
            if value.as_str().unwrap().starts_with("sha256:") {
                *value = other.clone();
            }
        }
        let image = open(serve_kept(&image_of(layer)));
        assert!(matches!(read_parts(&image), Err(ReadPartsError::WrongTable { .. })));
    }
}

/// A server that lives as long as the test's process.
fn serve_kept(image: &MockImage) -> &'static MockServer {
    Box::leak(Box::new(serve(image)))
}

fn entry<'a>(table: &'a mut Value, name: &str) -> &'a mut Value {
    table["entries"].as_array_mut().unwrap().iter_mut().find(|entry| entry["name"] == name).unwrap()
}

#[test]
fn tables_that_lie_about_sizes_places_and_digests_are_refused() {
    let wrong_digest = sha256(b"another").to_string();
    let lies: [(&str, Lie<'_>); 5] = [
        ("digest", &|table| entry(table, "etc/wanted-too")["chunkDigest"] = wrong_digest.clone().into()),
        ("no digest", &|table| entry(table, "etc/wanted-too")["chunkDigest"] = "md5:0".into()),
        ("size", &|table| entry(table, "etc/wanted-too")["size"] = 6.into()),
        ("huge size", &|table| entry(table, "etc/wanted-too")["size"] = (1_u64 << 62).into()),
        ("offset", &|table| {
            let offset = entry(table, "etc/wanted-too")["offset"].as_u64().unwrap();
            entry(table, "etc/wanted-too")["offset"] = (offset + 1).into();
        }),
    ];
    for writer in WRITERS {
        for (name, lie) in lies {
            let image = open(serve_kept(&image_of(layer(writer, lie))));
            assert!(read_parts(&image).is_err(), "{name}");
        }
    }
}

#[test]
fn parts_that_were_exchanged_are_refused() {
    for writer in WRITERS {
        let mock = image_of(layer(writer, &|_| {}));
        let server = MockServer::start({
            let mock = mock.clone();
            move |request| match (mock.answer(request), asked_bytes(request.header("range"))) {
                // The table comes as it is, and the files do not.
                (Reply::Full(206, headers, mut body), Some(70_000..)) => {
                    let middle = body.len() / 2;
                    body[middle] ^= 1;
                    Reply::Full(206, headers, body)
                }
                (other, _) => other,
            }
        });
        assert!(matches!(read_parts(&open(&server)), Err(ReadPartsError::WrongPart { .. })));
    }
}

#[test]
fn a_server_that_sends_the_whole_blob_for_a_part_is_left_for_reading_it_whole() {
    let mock = image_of(layer(WRITERS[0], &|_| {}));
    let server = MockServer::start({
        let mock = mock.clone();
        move |request| match request.path == mock.layer_path() {
            true => reply(200, &[], mock.layer.clone()),
            false => mock.answer(request),
        }
    });
    let image = open(&server);
    let error = image.layer_contents(0).err().unwrap();
    assert!(matches!(&error, ReadPartsError::Read(cause) if cause.to_string().contains("does not send parts")));
    let mut whole = image.open_layer(0).unwrap();
    assert_eq!(read_all(&mut whole).1.len(), 2);
    whole.finish().unwrap();
}
