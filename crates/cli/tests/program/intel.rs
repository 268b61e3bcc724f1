//! `bulkhead intel`: built, asked, carried and replaced.

use serde_json::Value;
use test_support::Storage;

use crate::feeds::{build, intelligence, write_feeds};
use crate::images::application;
use crate::run::{Program, ids};

/// A home with a key pair `key`, an old and a newer signed database, and `app.tar`. Both are newer than the intelligence that
/// is built into the program, whenever that was made.
fn program() -> Program {
    let program = Program::new();
    program.run(&["intel", "keygen", "--out", "key"]).ended(0, &[]);
    build(&program, "2098-05-01T00:00:00Z", "old.db", Some("key"));
    build(&program, "2098-06-01T00:00:00Z", "new.db", Some("key"));
    program.write("app.tar", application(Storage::Gzip).docker_archive());
    program
}

/// The sequence number that scans use, told by `intel status`.
fn sequence(program: &Program) -> u64 {
    program.run(&["intel", "status", "--format", "json"]).json()["sequence"].as_u64().unwrap()
}

const MAY: u64 = 4_049_740_800;
const JUNE: u64 = 4_052_419_200;

#[test]
fn status_lists_each_source_with_its_records_and_time() {
    let program = Program::new();
    let intelligence = intelligence();
    let arguments = ["intel", "status", "--intel", intelligence.to_str().unwrap()];
    let ran = program.run(&arguments);
    ran.ended(0, &[]);
    for word in ["osv/npm", "osv/Maven", "nvd", "debian-tracker", "alpine-secdb", "kev", "epss", "days old"] {
        assert!(ran.stdout.contains(word), "{word} is not in: {}", ran.stdout);
    }
    let mut json = arguments.to_vec();
    json.extend(["--format", "json", "--verify"]);
    let status = program.run(&json).json();
    let of = |name: &str| {
        status["sources"].as_array().unwrap().iter().find(|source| source["name"] == name).cloned().unwrap()
    };
    assert_eq!(of("nvd")["records"], 2);
    assert_eq!(of("osv/npm")["updated"], "2024-05-01T00:00:00Z");
    assert_eq!(status["built"], "2024-05-01T00:00:00Z");
}

#[test]
fn lookup_shows_nvd_and_the_vendor_side_by_side() {
    let program = Program::new();
    let intelligence = intelligence();
    let arguments = ["intel", "lookup", "CVE-2021-44228", "--intel", intelligence.to_str().unwrap()];
    let table = program.run(&arguments).stdout;
    for word in ["GHSA-jfh8-c2jp-5v3q", "nvd", "ghsa", "10.0", "debian", "known to be exploited", "2.15.0-1"] {
        assert!(table.contains(word), "{word} is not in: {table}");
    }
    let mut json = arguments.to_vec();
    json.extend(["--format", "json"]);
    let record = program.run(&json).json();
    let sources = |list: &str| -> Vec<String> {
        let rows = record[list].as_array().unwrap().iter();
        rows.map(|row| row["source"].as_str().unwrap().to_owned()).collect()
    };
    assert!(sources("scores").contains(&"nvd".into()) && sources("scores").contains(&"ghsa".into()));
    assert!(sources("advisories").contains(&"debian".into()) && sources("advisories").contains(&"ghsa".into()));
    assert_eq!((&record["kev"], &record["id"]), (&true.into(), &"CVE-2021-44228".into()));
    // Any of its ids finds it, in any case.
    let by_alias = program.run(&["intel", "lookup", "ghsa-jfh8-c2jp-5v3q", "--intel", arguments[4]]);
    assert!(by_alias.stdout.contains("CVE-2021-44228"));
    let unknown = program.run(&["intel", "lookup", "CVE-1999-0001", "--intel", arguments[4]]);
    unknown.ended(2, &["CVE-1999-0001", "intel status"]);
}

#[test]
fn a_build_is_the_same_from_the_same_feeds_and_names_what_it_does_not_know() {
    let program = Program::new();
    write_feeds(&program, "feeds", "2024-05-01T00:00:00Z");
    program.run(&["intel", "build", "--feeds", "feeds", "--out", "a.db"]).ended(0, &["osv/npm", "records"]);
    assert!(std::fs::read(program.path("a.db")).unwrap() == std::fs::read(intelligence()).unwrap());
    program.write("feeds/osv/npm/torn.json", "{\"id\":");
    program.run(&["intel", "build", "--feeds", "feeds", "--out", "a.db"]).ended(0, &["not used", "torn.json"]);
    program.write("feeds/ovsdb/a.json", "{}");
    program.run(&["intel", "build", "--feeds", "feeds", "--out", "a.db"]).ended(2, &["ovsdb", "redhat-csaf-vex"]);
    program.run(&["intel", "build", "--feeds", "nowhere", "--out", "a.db"]).ended(2, &["nowhere"]);
}

#[test]
fn one_entry_of_another_form_costs_a_feed_nothing_else() {
    let program = Program::new();
    let export =
        r#"{"bash":{"CVE-2024-0001":{"releases":7},"CVE-2024-0002":{"releases":{"bookworm":{"status":"open"}}}}}"#;
    program.write("feeds/debian-tracker/tracker.json", export);
    let catalog = r#"{"vulnerabilities":[7,{"cveID":"CVE-2024-0002","dateAdded":"2024-05-01"}]}"#;
    program.write("feeds/kev/known_exploited_vulnerabilities.json", catalog);
    let ran = program.run(&["intel", "build", "--feeds", "feeds", "--out", "a.db"]);
    ran.ended(0, &["not used: debian-tracker tracker.json: an entry that is not of the feed's form", "not used: kev"]);
    let found = program.run(&["intel", "lookup", "CVE-2024-0002", "--intel", "a.db"]);
    assert!(found.stdout.contains("bash"), "{found:?}");
    program.write("feeds/debian-tracker/tracker.json", r#"{"bash":7,"curl":[]}"#);
    program.run(&["intel", "build", "--feeds", "feeds", "--out", "a.db"]).ended(3, &["tracker.json", "expected a map"]);
}

#[test]
fn an_update_replaces_what_scans_use() {
    let program = program();
    let built_in = sequence(&program);
    program.run(&["intel", "update", "old.db", "--key", "key.pub"]).ended(0, &["installed sequence"]);
    assert_eq!(sequence(&program), MAY);
    assert_ne!(built_in, MAY);
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &["in place of 4049740800"]);
    assert_eq!(sequence(&program), JUNE);
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &["is current"]);
    let report =
        program.run(&["scan", "--detectors", "vulnerabilities", "--quiet", "--format", "json", "app.tar"]).json();
    assert_eq!((report["intelligence"]["sequence"].as_u64(), ids(&report).len()), (Some(JUNE), 2));
}

#[test]
fn a_refused_update_leaves_the_old_one_and_scans_go_on() {
    let program = program();
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &[]);
    build(&program, "2098-07-01T00:00:00Z", "unsigned.db", None);
    program.run(&["intel", "keygen", "--out", "other"]).ended(0, &[]);
    build(&program, "2098-07-01T00:00:00Z", "foreign.db", Some("other"));
    build(&program, "2098-07-01T00:00:00Z", "torn.db", Some("key"));
    let whole = std::fs::read(program.path("torn.db")).unwrap();
    program.write("torn.db", &whole[..whole.len() / 2]);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    program.write("flipped.db", flipped);
    for (file, word) in [
        ("old.db", "older"),
        ("unsigned.db", "not signed"),
        ("foreign.db", "no trusted key"),
        ("torn.db", "torn.db"),
        ("flipped.db", "flipped.db"),
        ("http://127.0.0.1:1/intelligence.db", "127.0.0.1:1"),
    ] {
        let ran = program.run(&["intel", "update", file, "--key", "key.pub"]);
        ran.ended(3, &[word, "the installed intelligence stays", "days old"]);
        assert_eq!(sequence(&program), JUNE, "{file}");
    }
    let report: Value = program.run(&["scan", "--format", "json", "app.tar"]).json();
    assert_eq!(report["intelligence"]["sequence"].as_u64(), Some(JUNE));
    program.run(&["scan", "--now", "2099-01-01T00:00:00Z", "app.tar"]).ended(0, &["days old"]);
}

#[test]
fn an_update_is_refused_that_is_older_than_what_is_built_in_or_was_there_once() {
    let program = program();
    build(&program, "2020-05-01T00:00:00Z", "ancient.db", Some("key"));
    let refused = |file: &str, whose: &str| {
        program.run(&["intel", "update", file, "--key", "key.pub"]).ended(3, &["older than", whose]);
    };
    refused("ancient.db", "the one built into the program");
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &[]);
    refused("old.db", "the one in place");
    let installed: Vec<_> = ["intelligence.db", "intelligence.db.sequence"]
        .map(|name| program.path(".local/share/bulkhead").join(name))
        .into_iter()
        .filter(|path| path.exists())
        .collect();
    assert_eq!(installed.len(), 2, "{installed:?}");
    let whole = std::fs::read(&installed[0]).unwrap();
    std::fs::write(&installed[0], &whole[..100]).unwrap();
    refused("old.db", "the one that was in place");
    std::fs::remove_file(&installed[0]).unwrap();
    refused("old.db", "the one that was in place");
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &["installed sequence"]);
}

/// A zip archive of one stored file (APPNOTE.TXT, 4.3).
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let crc = content.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    let size = u32::try_from(content.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    // Version, flags, method, time and date; then what the file has.
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &(!crc).to_le_bytes(), &size, &size, &length, &[0, 0]].concat();
    let local = [b"PK\x03\x04", &common[..], name.as_bytes(), content].concat();
    let central = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], name.as_bytes()].concat();
    let place = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &place(central.len()), &place(local.len()), &[0, 0]].concat();
    [local, central, end].concat()
}

#[test]
fn a_feed_that_vanished_or_became_something_else_is_refused_by_name() {
    let html = "<!DOCTYPE html>\n<html><body><p>404: not found</p></body></html>\n";
    let zip_of_html = zip("index.html", html.as_bytes());
    let zip_of_other_json = zip("GHSA-1.json", b"{}");
    let cases: [(&str, Option<&[u8]>); 15] = [
        ("oracle-oval/com.oracle.elsa-all.xml", Some(html.as_bytes())),
        ("oracle-oval/com.oracle.elsa-all.xml", Some(b"")),
        ("oracle-oval/", None),
        ("amazon-alas/amzn2/updateinfo.xml", Some(html.as_bytes())),
        ("amazon-alas/amzn2/updateinfo.xml", Some(b"<updates/>")),
        ("epss/epss_scores-2024-05-01.csv", Some(html.as_bytes())),
        ("epss/epss_scores-2024-05-01.csv", Some(b"cve,epss,percentile\n")),
        ("epss/scores.html", Some(html.as_bytes())),
        ("debian-tracker/tracker.json", Some(b"{}")),
        ("debian-tracker/tracker.json", Some(html.as_bytes())),
        ("nvd/nvd.json", Some(html.as_bytes())),
        ("osv/PyPI/all.zip", Some(&zip_of_html)),
        ("osv/PyPI/all.zip", Some(&zip_of_other_json)),
        ("osv/PyPI/all.zip", Some(html.as_bytes())),
        ("malware/", None),
    ];
    for (place, content) in cases {
        let program = Program::new();
        write_feeds(&program, "feeds", "2024-05-01T00:00:00Z");
        let feed = place.split('/').next().unwrap();
        if feed != "osv" && program.path(&format!("feeds/{feed}")).exists() {
            std::fs::remove_dir_all(program.path(&format!("feeds/{feed}"))).unwrap();
        }
        match content {
            Some(content) => program.write(&format!("feeds/{place}"), content),
            None => std::fs::create_dir_all(program.path(&format!("feeds/{place}"))).unwrap(),
        }
        let ran = program.run(&["intel", "build", "--quiet", "--feeds", "feeds", "--out", "a.db"]);
        ran.ended(3, &[feed]);
        assert_eq!(ran.stderr.lines().count(), 1, "{place}: {}", ran.stderr);
        assert!(!program.path("a.db").exists(), "{place}");
    }
}

#[test]
fn an_update_needs_a_key_and_a_place() {
    let program = program();
    program.run(&["intel", "update", "new.db"]).ended(2, &["--key"]);
    program.run(&["intel", "update", "missing.db", "--key", "key.pub"]).ended(2, &["missing.db"]);
    program.run(&["intel", "update", "new.db", "--key", "missing.pub"]).ended(2, &["missing.pub"]);
    program.run(&["intel", "update", "new.db", "--key", "key"]).ended(2, &["no public key"]);
    program.run(&["intel", "keygen", "--out", "key"]).ended(2, &["key"]);
    let secret = program.read("key");
    assert!(secret.starts_with("bulkhead-secret-key-1:") && !program.read("key.pub").contains("secret"));
}

#[test]
fn one_file_carries_the_intelligence_across_an_air_gap() {
    let program = program();
    program.run(&["intel", "export", "--out", "carried"]).ended(2, &["intel update"]);
    program.run(&["intel", "update", "new.db", "--key", "key.pub"]).ended(0, &[]);
    program.run(&["intel", "export", "--out", "carried"]).ended(0, &[]);
    let nowhere = "cannot write the intelligence database nowhere/carried: there is no folder nowhere\n";
    program.run(&["intel", "export", "--out", "nowhere/carried"]).ended(3, &[nowhere]);
    let other = Program::new();
    other.write("carried", std::fs::read(program.path("carried")).unwrap());
    other.write("key.pub", program.read("key.pub"));
    other.run(&["intel", "import", "carried", "--key", "key.pub"]).ended(0, &["installed sequence"]);
    assert_eq!(sequence(&other), JUNE);
    let whole = std::fs::read(program.path("carried")).unwrap();
    other.write("carried", &whole[..whole.len() - 9]);
    other.run(&["intel", "import", "carried", "--key", "key.pub"]).ended(3, &["carried", "stays"]);
    assert_eq!(sequence(&other), JUNE);
}

#[test]
fn damaged_intelligence_warns_once_in_a_scan_and_status_checks_all_of_it() {
    let program = Program::new();
    build(&program, "2024-05-01T00:00:00Z", "whole.db", None);
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"1.0.0"}}}"#;
    program.write("app/package-lock.json", lock);
    let whole = std::fs::read(program.path("whole.db")).unwrap();
    program.run(&["intel", "status", "--intel", "whole.db"]).ended(0, &[]);
    let (mut warned, mut refused) = (0, 0);
    for place in (whole.len() / 4..whole.len() - 64).step_by((whole.len() / 20).max(1)) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        program.write("damaged.db", damaged);
        let status = program.run(&["intel", "status", "--intel", "damaged.db"]);
        assert_ne!(status.code, Some(0), "status says nothing of byte {place}");
        refused += 1;
        let scan = program.run(&["scan", "--format", "json", "--intel", "damaged.db", "dir:app"]);
        if scan.code != Some(0) {
            continue;
        }
        let lines = scan.stderr.lines().filter(|line| line.contains("the intelligence database is damaged")).count();
        let has_gap = scan.stdout.contains("the intelligence database is damaged");
        assert!(lines <= 1 && (lines == 1 || !has_gap), "{}", scan.stderr);
        warned += lines;
    }
    assert!(warned > 0 && refused > 0, "{warned} {refused}");
}

#[test]
fn the_intelligence_of_the_program_needs_no_installation() {
    let program = Program::new();
    let status = program.run(&["intel", "status", "--verify"]);
    status.ended(0, &[]);
    assert!(status.stdout.contains("built into the program") && status.stdout.contains("days old"));
}
