//! A door for fuzz targets and the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface of the intelligence: nothing else may use it, and it changes without notice.

use std::fs;
use std::io::{Read, Write};

use model::{Distribution, Ecosystem, HashedFile, Inventory, Package, Purl, Sha256, SourcePackage};

use crate::build::build_with;
use crate::database::{Database, format, storage};
use crate::feeds::FEEDS;
use crate::matching::MatchOptions;
use crate::signature::{TrustedKey, is_signed, is_signed_by};
use crate::update::Receiver;

const DATABASE: &str = "database";
const UPDATE_FILE: &str = "update_file";

/// What is inflated of one input at most.
const LARGEST_INFLATED: u64 = 8 << 20;

/// The files of a feed: the target, the feed's folder, and the names among which an input's first byte chooses.
const FEED_FILES: &[(&str, &str, &[&str])] = &[
    ("feed_alpine", "alpine-secdb", &["v3.16/main.json"]),
    ("feed_amazon", "amazon-alas", &["amzn2/updateinfo.xml"]),
    ("feed_cve5", "cve-list-v5", &["cves/CVE-2024-0001.json"]),
    ("feed_debian", "debian-tracker", &["tracker.json", "DSA.list", "DLA.list"]),
    ("feed_epss", "epss", &["a.csv"]),
    ("feed_kev", "kev", &["a.json"]),
    ("feed_malware", "malware", &["a.csv", "a.txt"]),
    ("feed_maven", "maven-sha1", &["a.tsv"]),
    ("feed_nvd", "nvd", &["a.json"]),
    ("feed_oracle", "oracle-oval", &["a.xml"]),
    ("feed_osv", "osv", &["npm/a.json", "AlmaLinux/a.json", "Debian/a.json", "GIT/a.json"]),
    ("feed_packed", "osv", &["npm/all.zip", "npm/a.json.gz", "npm/a.json.bz2", "npm/a.json.zst", "npm/a.tar.gz"]),
    ("feed_redhat", "redhat-csaf-vex", &["2024/cve-2024-0001.json"]),
    ("feed_suse", "suse", &["cve-2024-0001.json"]),
    ("feed_ubuntu", "ubuntu", &["active/CVE-2023-1234"]),
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    FEED_FILES.iter().map(|(target, ..)| *target).chain([DATABASE, UPDATE_FILE])
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when a reader has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    if let Some((_, folder, names)) = FEED_FILES.iter().find(|(known, ..)| *known == target) {
        let Some((choice, content)) = bytes.split_first() else { return };
        feed(folder, names[usize::from(*choice) % names.len()], content);
        return;
    }
    match target {
        DATABASE => {
            database(bytes.to_vec());
            let mut sealed = bytes.to_vec();
            if reseal(&mut sealed).is_some() {
                database(sealed);
            }
        }
        UPDATE_FILE => update_file(bytes),
        _ => panic!("there is no target {target}"),
    }
}

/// Whatever a feed says, the database that is built from it is whole, and the same a second time.
fn feed(folder: &str, name: &str, content: &[u8]) {
    let feed = FEEDS.iter().find(|feed| feed.folder() == folder).expect("the list names feeds by their folders");
    let place = tempfile::tempdir().expect("there is room for temporary files");
    let path = place.path().join(name);
    fs::create_dir_all(path.parent().unwrap_or(place.path())).expect("a temporary folder can be written to");
    fs::write(&path, content).expect("a temporary folder can be written to");
    let build = || build_with(|sink| drop(feed.read(place.path(), sink))).expect("so little fits the format");
    let (bytes, summary) = build();
    assert!(bytes == build().0, "the same input gives other bytes");
    let built = Database::from_vec(bytes).expect("what is built can be opened");
    built.verify().expect("what is built is whole");
    assert!(
        built
            .match_inventory(&inventory(), &MatchOptions::default())
            .gaps
            .iter()
            .all(|gap| !gap.reason.contains("damaged"))
    );
    assert_eq!(built.facts().sources, summary.sources);
}

/// Opens, checks and asks a database, whatever its bytes are.
fn database(bytes: Vec<u8>) {
    let Ok(database) = Database::from_vec(bytes) else { return };
    let _ = database.verify();
    database.facts();
    for rhel_advisories in [None, Some("almalinux".to_owned())] {
        database.match_inventory(&inventory(), &MatchOptions { rhel_advisories, ..MatchOptions::default() });
    }
    for id in ["CVE-2024-0001", "GHSA-1", "ALSA-2024:1"] {
        database.lookup(id);
    }
    let hashed = [0, 0x35, 0xff].map(|byte| HashedFile {
        path: "a".to_owned(),
        sha256: Sha256([byte; 32]),
        layer: None,
        removed_in: None,
    });
    database.match_files(&hashed);
    database.archive("35c4fe3f1d3ed1d0f5c1c4c1f5e1a5b6d7e8f901");
}

/// Takes a file as `intel update` does: inflated if need be, opened, and asked for its signatures.
fn update_file(bytes: &[u8]) {
    if inflates_beyond(bytes, LARGEST_INFLATED) {
        return;
    }
    let file = tempfile::tempfile().expect("there is room for temporary files");
    let mut receiver = Receiver::new(&file);
    if receiver.write_all(bytes).and_then(|()| receiver.finish()).is_err() {
        return;
    }
    let mut received = Vec::new();
    std::io::Seek::rewind(&mut &file).and_then(|()| (&file).read_to_end(&mut received)).expect("it was just written");
    reseal(&mut received);
    let Ok(database) = Database::from_vec(received) else { return };
    let key = "bulkhead-key-1:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key: TrustedKey = key.parse().expect("it is the first key of RFC 8032");
    let is_trusted = is_signed_by(database.storage(), &[key]);
    assert!(!is_trusted || is_signed(database.storage()), "a file without signatures is trusted");
}

fn inflates_beyond(bytes: &[u8], limit: u64) -> bool {
    let Ok(decoder) = zstd::stream::read::Decoder::with_buffer(bytes) else { return false };
    std::io::copy(&mut decoder.take(limit + 1), &mut std::io::sink()).is_ok_and(|count| count > limit)
}

/// Writes every checksum of a database anew, as one who signs a wrong file would; nothing where there is no room.
pub(crate) fn reseal(bytes: &mut [u8]) -> Option<()> {
    let header_bytes = format::header_bytes(format::section_count(storage::u32_at(bytes, 8)?)?);
    let at = 40 + format::Section::BlockSums as usize * 16;
    let sums = usize::try_from(storage::u64_at(bytes, at)?).ok()?;
    if sums > bytes.len() || bytes.len() < header_bytes {
        return None;
    }
    let end = usize::try_from(storage::u64_at(bytes, 24)?).ok().filter(|end| *end <= bytes.len() && sums <= *end)?;
    for (index, start) in (0..sums).step_by(format::BLOCK_BYTES).enumerate() {
        let content = bytes.get(start.max(header_bytes)..(start + format::BLOCK_BYTES).min(sums))?;
        let sum = format::hash(content);
        bytes.get_mut(sums + index * 8..sums + index * 8 + 8)?.copy_from_slice(&sum.to_le_bytes());
    }
    let of_sums = format::hash(&bytes[sums..end]);
    bytes[32..40].copy_from_slice(&of_sums.to_le_bytes());
    let of_header = format::hash(&bytes[..header_bytes - 8]);
    bytes[header_bytes - 8..header_bytes].copy_from_slice(&of_header.to_le_bytes());
    Some(())
}

/// A package of every kind, under names that samples of feeds use.
fn inventory() -> Inventory {
    let packages = [
        ("deb", "bash", "5.1-1"),
        ("apk", "xen", "4.6.0-r0"),
        ("rpm", "nodejs", "1:18.0-1.module_el8.9.0+1+aabbccdd"),
        ("rpm", "kernel", "4.9.70-1"),
        ("npm", "left-pad", "1.0.0"),
        ("maven", "org.slf4j:slf4j-api", "2.0.9"),
        ("pypi", "django", "3.2"),
        ("golang", "stdlib", "1.20.1"),
    ];
    let packages = packages.map(|(purl_type, name, version)| Package {
        ecosystem: Ecosystem::from_purl_type(purl_type).expect("the list names ecosystems"),
        name: name.to_owned(),
        version: version.to_owned(),
        purl: Purl::new(purl_type, None, name, Some(version)),
        source: (purl_type == "deb").then(|| SourcePackage { name: "bash".to_owned(), version: "5.1-1".to_owned() }),
        architecture: Some("x86_64".to_owned()),
        module: (name == "nodejs").then(|| "nodejs:20:1:2".to_owned()),
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: (purl_type == "maven").then(|| "35c4fe3f1d3ed1d0f5c1c4c1f5e1a5b6d7e8f901".to_owned()),
        lock_tool: None,
    });
    let distribution =
        Distribution { id: "almalinux".to_owned(), version: "8.9".to_owned(), ..Distribution::default() };
    Inventory { distribution: Some(distribution), packages: packages.into(), ..Inventory::default() }
}
