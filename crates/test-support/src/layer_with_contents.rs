//! Writes layers with a table of contents, as eStargz and zstd:chunked lay them out.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::TarWriter;

/// An entry of such a layer.
#[derive(Debug, Clone)]
pub enum LayerEntry<'a> {
    /// A regular file with its mode and content.
    File(&'a str, u32, &'a [u8]),
    /// A folder.
    Folder(&'a str),
    /// A symbolic link and its target.
    SymbolicLink(&'a str, &'a str),
    /// A further name of a file, and the file.
    HardLink(&'a str, &'a str),
}

/// A layer, and the annotations that its descriptor needs.
#[derive(Debug, Clone)]
pub struct LayerWithContents {
    /// The stored bytes.
    pub blob: Vec<u8>,
    /// The annotations of its descriptor, a JSON object.
    pub annotations: Value,
}

impl LayerWithContents {
    /// Writes an eStargz layer whose files lie in parts of `chunk_bytes`; `lie` may change the table before it is stored
    /// and bound.
    pub fn estargz(entries: &[LayerEntry<'_>], chunk_bytes: usize, lie: impl FnOnce(&mut Value)) -> LayerWithContents {
        let (mut blob, listed) = pack(entries, chunk_bytes, gzip, false);
        let mut table = json!({"version": 1, "entries": listed});
        lie(&mut table);
        let table = table.to_string();
        let offset = blob.len() as u64;
        let archive = TarWriter::new().file("stargz.index.json", 0o644, table.as_bytes()).finish();
        blob.extend(gzip(&archive));
        blob.extend(estargz_footer(offset));
        let annotations = json!({"containerd.io/snapshot/stargz/toc.digest": sha256(table.as_bytes())});
        LayerWithContents { blob, annotations }
    }

    /// Writes the like as zstd:chunked.
    pub fn zstd_chunked(
        entries: &[LayerEntry<'_>],
        chunk_bytes: usize,
        lie: impl FnOnce(&mut Value),
    ) -> LayerWithContents {
        let (mut blob, listed) = pack(entries, chunk_bytes, zstd, true);
        blob.extend(zstd(&[0; 1024]));
        let mut table = json!({"version": 1, "entries": listed});
        lie(&mut table);
        let table = table.to_string();
        let stored = zstd(table.as_bytes());
        blob.extend(skippable_frame(&stored));
        let position = format!("{}:{}:{}:1", blob.len() - stored.len(), stored.len(), table.len());
        blob.extend(skippable_frame(&[0; 64]));
        let annotations = json!({
            "io.github.containers.zstd-chunked.manifest-position": position,
            "io.github.containers.zstd-chunked.manifest-checksum": sha256(&stored),
        });
        LayerWithContents { blob, annotations }
    }
}

/// The last member of an eStargz layer whose table lies at this offset.
pub fn estargz_footer(offset: u64) -> Vec<u8> {
    let mut footer = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, b'S', b'G', 22, 0];
    footer.extend(format!("{offset:016x}STARGZ").as_bytes());
    // An empty stored block, and the checksum and length of nothing.
    footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    footer
}

/// Packs the entries so that every part of a file begins a stream of its own; gives the bytes and the table's entries.
fn pack(
    entries: &[LayerEntry<'_>],
    chunk_bytes: usize,
    compress: fn(&[u8]) -> Vec<u8>,
    with_ends: bool,
) -> (Vec<u8>, Vec<Value>) {
    let (mut blob, mut listed) = (Vec::new(), Vec::new());
    // What is in the archive and not yet in the blob.
    let mut pending = Vec::new();
    for entry in entries {
        let mut tar = TarWriter::new();
        match entry {
            LayerEntry::Folder(path) => {
                pending.extend(tar.folder(path).unfinished());
                listed.push(json!({"name": path, "type": "dir", "mode": 0o755}));
            }
            LayerEntry::SymbolicLink(path, target) => {
                pending.extend(tar.symbolic_link(path, target).unfinished());
                listed.push(json!({"name": path, "type": "symlink", "linkName": target, "mode": 0o777}));
            }
            LayerEntry::HardLink(path, target) => {
                pending.extend(tar.hard_link(path, target).unfinished());
                listed.push(json!({"name": path, "type": "hardlink", "linkName": target, "mode": 0o644}));
            }
            LayerEntry::File(path, mode, content) => {
                let whole = tar.file(path, *mode, content).unfinished();
                let (head, rest) = whole.split_at(whole.len() - content.len().next_multiple_of(512));
                pending.extend_from_slice(head);
                let mut file = json!({"name": path, "type": "reg", "size": content.len(), "mode": mode});
                file["digest"] = sha256(content).into();
                file["xattrs"] = json!({"user.note": "eA=="});
                if content.is_empty() {
                    listed.push(file);
                    continue;
                }
                for (number, chunk) in content.chunks(chunk_bytes).enumerate() {
                    if !pending.is_empty() {
                        blob.extend(compress(&std::mem::take(&mut pending)));
                    }
                    let mut part = match number {
                        0 => file.clone(),
                        _ => json!({"name": path, "type": "chunk", "chunkOffset": number * chunk_bytes}),
                    };
                    part["offset"] = blob.len().into();
                    part["chunkDigest"] = sha256(chunk).into();
                    if content.len() > chunk_bytes {
                        part["chunkSize"] = chunk.len().into();
                    }
                    if with_ends {
                        blob.extend(compress(chunk));
                        part["endOffset"] = blob.len().into();
                    } else {
                        pending.extend_from_slice(chunk);
                    }
                    listed.push(part);
                }
                pending.extend_from_slice(&rest[content.len()..]);
            }
        }
    }
    if !pending.is_empty() {
        blob.extend(compress(&pending));
    }
    (blob, listed)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written to")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory can be written to")
}

fn skippable_frame(content: &[u8]) -> Vec<u8> {
    [&[0x50, 0x2a, 0x4d, 0x18], &(content.len() as u32).to_le_bytes()[..], content].concat()
}

fn sha256(bytes: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    hash.as_ref().iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
