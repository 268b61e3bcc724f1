//! Fills a store by the store's own way of registering, thousands of images to a commit, while other threads make the next.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::time::{SystemTime, UNIX_EPOCH};

use policy::access::{self, Principal};
use serde_json::json;
use store::images::{self, Counts, Evaluation, FindingRow, NewImage, NewVerdict, PackageRow, Registered, words_of};
use store::{Address, Lane, Store, StoreOptions, evaluation};

use crate::house::{House, Image, mixed};

/// Images of one commit: fewer would write the pages of indexes more often, and with more, SQLite walks a journal of all of
/// them at the end of each statement.
const COMMIT: u32 = 100;

/// Threads that make images.
const MAKERS: u32 = 2;

type Made = (NewImage, BTreeSet<images::ImageName>, Evaluation);

/// Writes the house, and tells how many findings it has.
pub(crate) fn fill(address: &Address, house: &House, scopes: &[String]) -> u64 {
    let options = StoreOptions { page_cache_kib: 1 << 20, writers: 1, ..StoreOptions::new(address.clone()) };
    let store = Store::open(&options).unwrap();
    let progress = store.read_blocking(evaluation::progress).unwrap();
    let now = now();
    let next = Mutex::new(0);
    let (sender, receiver) = sync_channel::<Vec<Made>>(2);
    let mut findings = 0;
    std::thread::scope(|threads| {
        for _ in 0..MAKERS {
            let (sender, next) = (sender.clone(), &next);
            threads.spawn(move || {
                loop {
                    let from = {
                        let mut next = next.lock().unwrap();
                        let from = *next;
                        *next += COMMIT;
                        from
                    };
                    let until = (from + COMMIT).min(house.images());
                    if from >= until {
                        return;
                    }
                    let made = (from..until).map(|number| make(House::image(number), scopes, progress.wanted, now));
                    sender.send(made.collect()).unwrap();
                }
            });
        }
        drop(sender);
        for batch in receiver {
            findings += batch.iter().map(|(_, _, evaluation)| evaluation.findings.len() as u64).sum::<u64>();
            let write = move |connection: &mut store::Connection| {
                let permit = access::permit(&Principal::server(), "images.write".parse().unwrap()).unwrap();
                for (image, names, evaluation) in &batch {
                    let done = images::register(connection, &permit, image, names, evaluation, now)?;
                    assert!(matches!(done, Registered::Done { .. }), "nothing changes meanwhile");
                }
                Ok(())
            };
            store.write_blocking(Lane::Beside, write).unwrap();
        }
    });
    // All are judged by all that holds, and those of the scopes are found: the server has nothing to catch up with when it
    // starts.
    let images = i64::from(house.images());
    store
        .write_blocking(Lane::Beside, move |connection| {
            for (scope, version, _) in evaluation::unmarked_scopes(connection)? {
                evaluation::mark_scope(connection, &scope, version, &[], images, true)?;
            }
            evaluation::begin(connection)?;
            evaluation::finish(connection, now)
        })
        .unwrap();
    store.read_blocking(store::Connection::settle).unwrap();
    findings
}

#[expect(clippy::disallowed_methods, reason = "what the bench makes is as old as the bench")]
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

fn make(image: Image, scopes: &[String], generation: i64, now: i64) -> Made {
    let document = formats::report_document(&image.report).to_string();
    let seed = mixed(document.len() as u64 ^ mixed(image.flaws.len() as u64));
    let packages: Vec<&model::Package> = image.report.inventory.packages.iter().collect();
    let os = image.report.inventory.distribution.as_ref().map(|own| format!("{} {}", own.id, own.version));
    let os = os.unwrap_or_default();
    let platform = image.report.target.platform.as_ref().map(ToString::to_string).unwrap_or_default();
    let labels: BTreeSet<String> = image
        .report
        .inventory
        .image
        .iter()
        .flat_map(|facts| &facts.labels)
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let mut words: BTreeSet<String> = words_of(&image.digest).chain(words_of(&os)).chain(words_of(&platform)).collect();
    words.extend(labels.iter().flat_map(|label| words_of(label)));
    let rows = packages.iter().map(|package| PackageRow {
        name: package.name.clone(),
        version: package.version.clone(),
        ecosystem: package.ecosystem.purl_type().to_owned(),
        purl: package.purl.to_string(),
        source: if package.name == "openssl" || package.name.starts_with("lib") {
            "openssl".into()
        } else {
            String::new()
        },
        source_version: Some(package.version.clone()),
        layer: Some(0),
    });
    let findings: Vec<FindingRow> = image
        .flaws
        .iter()
        .map(|(at, flaw)| FindingRow {
            kind: "vulnerability".into(),
            finding: flaw.id.clone(),
            severity: flaw.severity,
            package: packages[*at].purl.to_string(),
            package_name: packages[*at].name.clone(),
            path: String::new(),
            status: "affected".into(),
            fixed_version: flaw.epss.to_bits().is_multiple_of(3).then(|| "9.9.9".into()),
            score: Some(flaw.severity as f64 * 1.9),
            kev: flaw.is_exploited,
            epss: Some(flaw.epss),
            excepted_by: None,
            title: Some(format!("{} in {}", flaw.id, packages[*at].name)),
            published: Some("2026-01-01T00:00:00Z".into()),
            line: None,
            layer: Some(0),
        })
        .collect();
    let of = |severity: i64| findings.iter().filter(|finding| finding.severity == severity).count() as i64;
    let counts = Counts {
        critical: of(5),
        high: of(4),
        medium: of(3),
        low: of(2),
        unrated: of(0),
        kev: findings.iter().filter(|finding| finding.kev).count() as i64,
        fixable: findings.iter().filter(|finding| finding.fixed_version.is_some()).count() as i64,
        secrets: if seed.is_multiple_of(400) { 2 } else { 0 },
        malware: i64::from(seed.is_multiple_of(5000)),
        misconfigurations: 0,
        gaps: 0,
        severity: findings.iter().map(|finding| finding.severity).max().unwrap_or(1),
    };
    let decision = if counts.critical > 0 { 4 } else { 0 };
    let name = image.names[0].text(&image.digest);
    let verdict = json!({
        "schema": "bulkhead.verdict/1", "subject": name, "digest": image.digest,
        "decision": if decision == 4 { "deny" } else { "allow" },
        "effects": if decision == 4 { vec!["fail_pipeline", "block", "record", "notify"] } else { Vec::new() },
        "policies": [{ "name": "default", "version": "1", "mode": "enforce", "decision": if decision == 4 { "deny" } else { "allow" } }],
        "reasons": findings.iter().filter(|finding| finding.severity == 5).take(5).map(|finding| json!({
            "code": "vulnerability.severity", "policy": "default", "finding": finding.finding, "package": finding.package,
        })).collect::<Vec<_>>(),
    });
    let text = verdict.to_string();
    let number = u64::from_str_radix(&image.digest[7..23], 16).unwrap_or_default();
    let evaluation = Evaluation {
        counts,
        findings_hash: number.to_be_bytes().to_vec(),
        findings,
        approval: i64::from(seed.is_multiple_of(97)) * 2,
        verdict: NewVerdict {
            id: format!("01990000-{}", &image.digest[7..34]),
            subject: name,
            decision,
            effects: Vec::new(),
            denied_by: Vec::new(),
            evaluated: now,
            intelligence: Some(1),
            cause: "registered".into(),
            hash: number.to_le_bytes().to_vec(),
            reasons: number.to_le_bytes().to_vec(),
            body: zstd::bulk::compress(text.as_bytes(), 3).unwrap(),
        },
        scopes: scopes
            .get(image.team as usize)
            .cloned()
            .into_iter()
            .map(|scope| (scope, image.names.iter().cloned().collect()))
            .collect(),
        names: image.names.len(),
        generation,
        intelligence: String::new(),
    };
    let new = NewImage {
        platform,
        os,
        created: Some("2026-09-01T00:00:00Z".into()),
        size_bytes: 90_000_000,
        source: json!({ "kind": "pipeline", "repository": null, "commit": null, "build": null }).to_string(),
        source_rank: 0,
        labels,
        words,
        index_hash: number.to_ne_bytes().to_vec(),
        index_length: document.len() as i64,
        index: zstd::bulk::compress(document.as_bytes(), 3).unwrap(),
        packages: rows.collect(),
        has_archives: false,
        digest: image.digest,
    };
    (new, image.names.into_iter().collect(), evaluation)
}
