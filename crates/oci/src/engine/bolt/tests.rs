use std::fs;

use super::*;

const PAGE: usize = 512;

/// Lays out a leaf or branch page: elements, then keys with their values or children.
fn page(flags: u16, elements: &[(&[u8], &[u8], u32)]) -> Vec<u8> {
    let mut bytes = vec![0; PAGE_HEADER_BYTES];
    bytes[8..10].copy_from_slice(&flags.to_le_bytes());
    bytes[10..12].copy_from_slice(&(elements.len() as u16).to_le_bytes());
    let mut content = Vec::new();
    for (index, (key, value, kind)) in elements.iter().enumerate() {
        let position = ((elements.len() - index) * ELEMENT_BYTES + content.len()) as u32;
        content.extend_from_slice(key);
        if flags & LEAF != 0 {
            bytes.extend(kind.to_le_bytes());
            bytes.extend(position.to_le_bytes());
            bytes.extend((key.len() as u32).to_le_bytes());
            bytes.extend((value.len() as u32).to_le_bytes());
            content.extend_from_slice(value);
        } else {
            bytes.extend(position.to_le_bytes());
            bytes.extend((key.len() as u32).to_le_bytes());
            bytes.extend(u64::from(*kind).to_le_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

fn meta(root: u64, transaction: u64) -> Vec<u8> {
    let mut bytes = vec![0; PAGE_HEADER_BYTES];
    bytes[8..10].copy_from_slice(&META.to_le_bytes());
    for word in [MAGIC, VERSION, PAGE as u32, 0] {
        bytes.extend(word.to_le_bytes());
    }
    for word in [root, 0, 9, 9, transaction] {
        bytes.extend(word.to_le_bytes());
    }
    let sum = fnv1a(&bytes[PAGE_HEADER_BYTES..]);
    bytes.extend(sum.to_le_bytes());
    bytes
}

fn bucket(root: u64, inline: &[u8]) -> Vec<u8> {
    [&root.to_le_bytes()[..], &[0; 8], inline].concat()
}

/// A database whose root has a bucket `v1` behind a branch, with a bucket `in` inside of its page.
fn database() -> Vec<u8> {
    let inline = page(LEAF, &[(b"digest", b"sha256:x", 0), (b"size", b"\x05", 0)]);
    let pages = [
        meta(99, 1),
        meta(2, 2),
        page(BRANCH, &[(b"a", b"", 3), (b"m", b"", 4)]),
        page(LEAF, &[(b"b", b"value", 0)]),
        page(LEAF, &[(b"v1", &bucket(5, b""), IS_BUCKET)]),
        page(LEAF, &[(b"in", &bucket(0, &inline), IS_BUCKET)]),
    ];
    laid_out(pages)
}

fn laid_out(pages: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    for mut page in pages {
        assert!(page.len() <= PAGE);
        page.resize(PAGE, 0);
        file.extend(page);
    }
    file
}

/// A database of containerd that has one image of this name and digest in each of these namespaces.
pub(in crate::engine) fn of_namespaces(namespaces: &[&str], image: &str, digest: &str) -> Vec<u8> {
    let target = page(LEAF, &[(b"digest", digest.as_bytes(), 0)]);
    let named = page(LEAF, &[(b"target", &bucket(0, &target), IS_BUCKET)]);
    let images = page(LEAF, &[(image.as_bytes(), &bucket(0, &named), IS_BUCKET)]);
    let namespace = bucket(4, b"");
    let version: (&[u8], &[u8], u32) = (b"version", b"\x06", 0);
    let listed = namespaces.iter().map(|name| (name.as_bytes(), namespace.as_slice(), IS_BUCKET));
    laid_out([
        meta(99, 1),
        meta(2, 2),
        page(LEAF, &[(b"v1", &bucket(3, b""), IS_BUCKET)]),
        page(LEAF, &listed.chain([version]).collect::<Vec<_>>()),
        page(LEAF, &[(b"images", &bucket(0, &images), IS_BUCKET)]),
    ])
}

fn check(bytes: &[u8], path: &[&[u8]], key: &[u8]) -> Result<Option<Option<Vec<u8>>>, ReadBoltError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, bytes).unwrap();
    let values = BoltFile::open(file.path()).unwrap().values(path, [key])?;
    Ok(values.map(|[value]| value))
}

#[test]
fn keys_are_found_through_branches_and_buckets() {
    let bytes = database();
    assert_eq!(check(&bytes, &[], b"b").unwrap(), Some(Some(b"value".to_vec())));
    assert_eq!(check(&bytes, &[], b"0").unwrap(), Some(None));
    assert_eq!(check(&bytes, &[b"v1", b"in"], b"digest").unwrap(), Some(Some(b"sha256:x".to_vec())));
    assert_eq!(check(&bytes, &[b"v1", b"out"], b"digest").unwrap(), None);
    assert_eq!(check(&bytes, &[b"b"], b"digest").unwrap(), None);
}

#[test]
fn buckets_are_listed_through_branches() {
    fn buckets(bytes: &[u8], path: &[&[u8]], most: usize) -> Result<Vec<u8>, ReadBoltError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, bytes).unwrap();
        BoltFile::open(file.path()).unwrap().buckets(path, most).map(|names| names.concat())
    }
    let bytes = database();
    let cases: [(&[&[u8]], &str); 5] =
        [(&[], "v1"), (&[b"v1"], "in"), (&[b"v1", b"in"], ""), (&[b"v2"], ""), (&[b"b"], "")];
    for (path, names) in cases {
        assert_eq!(buckets(&bytes, path, 9).unwrap(), names.as_bytes(), "{path:?}");
    }
    let bytes = of_namespaces(&["a", "b", "c"], "i", "d");
    assert_eq!(buckets(&bytes, &[b"v1"], 9).unwrap(), b"abc");
    assert_eq!(buckets(&bytes, &[b"v1"], 2).unwrap(), b"ab");
    let mut bytes = database();
    let mut circle = page(BRANCH, &[(b"a", b"", 2), (b"m", b"", 2)]);
    circle.resize(PAGE, 0);
    bytes[2 * PAGE..3 * PAGE].copy_from_slice(&circle);
    assert!(buckets(&bytes, &[], 9).is_err());
}

#[test]
fn a_torn_meta_page_leaves_the_other_one() {
    let mut bytes = database();
    bytes[PAGE + 40] ^= 1;
    assert!(matches!(check(&bytes, &[], b"b"), Err(ReadBoltError::Damaged { page: 99, .. })));
    bytes[30] ^= 1;
    assert!(check(&bytes, &[], b"b").is_err());
}

#[test]
fn no_damage_does_more_than_an_error() {
    let bytes = database();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(&file, &bytes).unwrap();
    let database = BoltFile::open(file.path()).unwrap();
    let ask = || {
        let _ = database.buckets(&[b"v1"], 9);
        database.values(&[b"v1", b"in"], [b"digest", b"size"])
    };
    assert!(ask().is_ok());
    for (at, byte) in bytes.iter().enumerate().skip(2 * PAGE) {
        for flip in [0x01, 0x80, 0xff, 0x00] {
            file.as_file().write_all_at(&[byte ^ flip], at as u64).unwrap();
            let _ = ask();
        }
    }
    assert!(ask().is_ok());
    for length in (0..bytes.len()).rev().step_by(61) {
        file.as_file().set_len(length as u64).unwrap();
        let _ = ask();
    }
}

#[test]
fn a_tree_that_leads_into_itself_is_an_error() {
    let mut bytes = database();
    let mut circle = page(BRANCH, &[(b"a", b"", 2), (b"m", b"", 2)]);
    circle.resize(PAGE, 0);
    bytes[2 * PAGE..3 * PAGE].copy_from_slice(&circle);
    assert!(matches!(check(&bytes, &[], b"b"), Err(ReadBoltError::Damaged { reason: "the tree is too deep", .. })));
}
