//! Layers that containerd's overlayfs snapshotter has unpacked (containerd, metadata/buckets.go, snapshots/storage/bolt.go).

use std::path::PathBuf;

use model::Digest;

use super::super::bolt::BoltFile;
use super::super::chain_id::chain_id;
use super::ContainerdOptions;
use crate::unpacked::{is_whole, sees_marks};

/// The kind of a snapshot that is finished and never changes.
const COMMITTED: &[u8] = &[3];

/// The folder that holds the uppermost of these layers, given by the digests of the uncompressed layers from the base up.
pub(super) fn find_snapshot(diff_ids: &[Digest], options: &ContainerdOptions<'_>) -> Option<PathBuf> {
    if !sees_marks() {
        return None;
    }
    let chain = chain_id(diff_ids)?.to_string();
    let metadata = BoltFile::open(&options.root.join("io.containerd.metadata.v1.bolt/meta.db")).ok()?;
    let folder = options.root.join("io.containerd.snapshotter.v1.overlayfs");
    let snapshots = BoltFile::open(&folder.join("metadata.db")).ok()?;
    options.namespaces.iter().find_map(|namespace| {
        let bucket = [b"v1", namespace.as_bytes(), b"snapshots", b"overlayfs", chain.as_bytes()];
        let [name] = metadata.values(&bucket, [b"name"]).ok()??;
        let bucket: [&[u8]; 3] = [b"v1", b"snapshots", &name?];
        let [id, kind] = snapshots.values(&bucket, [b"id", b"kind"]).ok()??;
        let number = uvarint(&id?).filter(|_| kind.as_deref() == Some(COMMITTED))?;
        Some(folder.join("snapshots").join(number.to_string()).join("fs")).filter(|folder| is_whole(folder))
    })
}

/// A number as Go's `encoding/binary` writes it, seven bits a byte, the lowest first.
fn uvarint(bytes: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(10) {
        let bits = u64::from(byte & 0x7f);
        number |= bits.checked_shl(7 * u32::try_from(place).ok()?).filter(|shifted| shifted >> (7 * place) == bits)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_go_are_read() {
        assert_eq!(uvarint(&[5]), Some(5));
        assert_eq!(uvarint(&[0x96, 0x01]), Some(150));
        assert_eq!(uvarint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), Some(u64::MAX));
        assert_eq!(uvarint(&[0xff; 12]), None);
        assert_eq!(uvarint(&[0x80]), None);
        assert_eq!(uvarint(&[]), None);
    }
}
