//! Bills of materials, intelligence files and saved keys from strangers.

use std::fs;
use std::path::PathBuf;

use crate::program::Bench;

#[test]
fn a_bill_that_nests_without_end_or_is_none_is_refused() {
    for text in [
        "[".repeat(1 << 20),
        "{\"bomFormat\":".repeat(100_000),
        format!("{{\"bomFormat\":\"CycloneDX\",\"components\":{}", "[{\"components\":".repeat(100_000)),
        format!("{{\"spdxVersion\":\"SPDX-2.3\",\"packages\":{}", "[{\"a\":".repeat(100_000)),
        "{\"bomFormat\":7,\"spdxVersion\":[]}".to_owned(),
        "{\"a\":1}".to_owned(),
        "null".to_owned(),
        String::new(),
    ] {
        let bench = Bench::with("bill.json", text.as_bytes());
        bench.scan("sbom:bill.json").fails_with("cannot read bill.json as a bill of materials");
    }
}

#[test]
fn a_huge_bill_is_read_in_bounded_memory() {
    let mut text = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[".to_owned();
    for number in 0..20_000 {
        text += &format!("{{\"type\":\"library\",\"name\":\"a{number}\",\"purl\":\"pkg:npm/a{number}@1.0.0\"}},");
    }
    text += "{\"name\":\"\u{7f}\",\"purl\":\"pkg:/../@\"},{\"purl\":\"pkg:npm/x@1?arch=../../etc\"}]}";
    let run = Bench::with("bill.json", text.as_bytes()).scan("sbom:bill.json");
    assert!(run.packages().len() >= 20_000);
    assert_eq!(run.gaps().len(), 1, "{:?}", run.gaps());
}

#[test]
fn relations_of_a_bill_that_run_in_a_circle_end() {
    let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"bom-ref":"a","name":"a"}},
        "components":[{"bom-ref":"a","name":"a","purl":"pkg:npm/a@1"},{"bom-ref":"a","name":"b","purl":"pkg:npm/b@1"}],
        "dependencies":[{"ref":"a","dependsOn":["a","b","a"]},{"ref":"b","dependsOn":["a"]}]}"#;
    assert_eq!(Bench::with("bill.json", text.as_bytes()).scan("sbom:bill.json").packages(), ["a", "b"]);
}

/// A bench with a small feed, a key pair and an intelligence file signed by it.
fn with_intelligence() -> (Bench, PathBuf) {
    let bench = Bench::new().variable("SOURCE_DATE_EPOCH", "4102444800");
    let record = |id: &str, time: &str| {
        format!(
            r#"{{"id":"{id}","modified":"{time}","published":"{time}","affected":[{{"package":{{"ecosystem":"npm","name":"lodash"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"4.0.0"}}]}}]}}]}}"#
        )
    };
    bench.write("old/osv/GHSA-aaaa-aaaa-aaaa.json", record("GHSA-aaaa-aaaa-aaaa", "2097-01-01T00:00:00Z").as_bytes());
    bench.write("new/osv/GHSA-bbbb-bbbb-bbbb.json", record("GHSA-bbbb-bbbb-bbbb", "2098-01-01T00:00:00Z").as_bytes());
    for name in ["key", "other", "old.db", "new.db", "key.pub", "other.pub"] {
        bench.write(&format!("made/{name}"), b"");
        fs::remove_file(bench.work().join("made").join(name)).unwrap();
    }
    let made = bench.home().join(".cache/made");
    fs::create_dir_all(&made).unwrap();
    let place = |name: &str| made.join(name).to_string_lossy().into_owned();
    for key in ["key", "other"] {
        assert_eq!(bench.run(&["intel", "keygen", "--out", &place(key)]).code, 0);
    }
    for (feeds, file) in [("old", "old.db"), ("new", "new.db")] {
        let run =
            bench.run(&["intel", "build", "--feeds", feeds, "--out", &place(file), "--sign", &place("key"), "--quiet"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let bench = bench.variable("BULKHEAD_DATA_DIR", &place("installed"));
    (bench, made)
}

#[test]
fn intelligence_that_is_torn_or_damaged_is_refused_and_the_old_one_stays() {
    let (bench, made) = with_intelligence();
    let place = |name: &str| made.join(name).to_string_lossy().into_owned();
    let update = |file: &str, key: &str| bench.run(&["intel", "update", &place(file), "--key", &place(key)]);
    let run = update("new.db", "key.pub");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let installed = made.join("installed/intelligence.db");
    let before = fs::read(&installed).unwrap();

    update("new.db", "other.pub").fails_with("no trusted key signed");
    update("old.db", "key.pub").fails_with("older than");
    let whole = fs::read(made.join("new.db")).unwrap();
    let step = whole.len() / 12;
    for place_of_damage in 0..12 {
        let mut flipped = whole.clone();
        flipped[place_of_damage * step + step / 2] ^= 0x10;
        fs::write(made.join("bad.db"), &flipped).unwrap();
        assert_eq!(update("bad.db", "key.pub").code, 3);
        fs::write(made.join("bad.db"), &whole[..place_of_damage * step]).unwrap();
        assert_eq!(update("bad.db", "key.pub").code, 3);
    }
    let unsigned = place("unsigned.db");
    assert_eq!(bench.run(&["intel", "build", "--feeds", "new", "--out", &unsigned, "--quiet"]).code, 0);
    update("unsigned.db", "key.pub").fails_with("is not signed");
    assert!(fs::read(&installed).unwrap() == before, "the installed intelligence changed");
    let kept: Vec<_> = fs::read_dir(made.join("installed")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(kept.iter().all(|name| !name.to_string_lossy().contains("tmp")), "{kept:?}");
}

#[test]
fn a_damaged_intelligence_file_is_an_error_and_never_a_clean_report() {
    let (bench, made) = with_intelligence();
    bench.write(
        "app/package-lock.json",
        br#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"1.0.0"}}}"#,
    );
    let bad = made.join("bad.db");
    let scan = || bench.run(&["scan", "--format", "json", "--intel", &bad.to_string_lossy(), "dir:app"]);
    let whole = fs::read(made.join("new.db")).unwrap();
    fs::write(&bad, &whole).unwrap();
    assert_eq!(scan().report()["findings"].as_array().unwrap().len(), 1);
    let step = (whole.len() / 40).max(1);
    for place in (0..whole.len() - 1).step_by(step) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x04;
        fs::write(&bad, &flipped).unwrap();
        let run = scan();
        if run.code == 0 {
            let report = run.report();
            let found = report["findings"].as_array().unwrap().len();
            let told = !report["gaps"].as_array().unwrap().is_empty();
            assert!(found == 1 || told, "a flipped bit at {place} of {} hides the finding", whole.len());
        } else {
            run.says("intelligence");
        }
    }
    for length in [0, 1, 39, 4096, whole.len() / 2] {
        fs::write(&bad, &whole[..length.min(whole.len() - 1)]).unwrap();
        let run = scan();
        // The end of the file is its signature, which a scan does not ask for.
        if run.code == 0 {
            assert_eq!(run.report()["findings"].as_array().unwrap().len(), 1, "cut to {length} of {}", whole.len());
        } else {
            assert_eq!(run.code, 2, "{}", run.stdout);
            run.says("cannot use the intelligence file");
        }
    }
}
