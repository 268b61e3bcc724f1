//! That no list goes through a whole table, by the plans of both databases: with enough rows, and with their statistics,
//! so that the planner has the choice.

use std::collections::{BTreeMap, BTreeSet};

use policy::access::{self, Grant, Permit, Principal, PrincipalKind};
use policy::filter::{Filter, Sort};

use crate::audit::{self, Actor, AuditEntry, Order, Outcome};
use crate::counts::{self, COUNTED};
use crate::images::{
    self, Counts, Evaluation, FindingRow, ImageName, ImageQuery, ImageSort, NewImage, NewVerdict, PackageRow,
};
use crate::testing::{on_both_stores, scans};
use crate::{Connection, Lane, ListQuery, Store, StoreError, events, inventory, jobs, outbox, values, verdicts};

/// So many images: a list that goes through them costs more than one by an index, however the planner counts.
const IMAGES: i64 = 1200;

const PACKAGES: i64 = 12;

fn permit(permission: &str, scopes: &[&str]) -> Permit {
    let grant = Grant {
        role: "r".into(),
        permissions: permission.parse().unwrap(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let principal = Principal { kind: PrincipalKind::User, id: "1".into(), name: "eve".into(), grants: vec![grant] };
    access::permit(&principal, permission.parse().unwrap()).unwrap()
}

fn digest(number: i64) -> String {
    format!("sha256:{:064x}", number.wrapping_mul(0x7_919a_31cd_0b57) & i64::MAX)
}

/// Packages of which some are in every image and some in one alone.
fn packages(number: i64) -> Vec<PackageRow> {
    let package = |at: i64| {
        let name = match at {
            0..4 => format!("common-{at}"),
            4..8 => format!("usual-{}", (number * 7 + at) % 97),
            _ => format!("own-{number}-{at}"),
        };
        PackageRow {
            version: format!("{}.{at}", number % 5),
            ecosystem: if at % 2 == 0 { "deb".into() } else { "npm".into() },
            purl: format!("pkg:deb/{name}"),
            source: format!("source-of-{name}"),
            source_version: None,
            layer: None,
            name,
        }
    };
    (0..PACKAGES).map(package).collect()
}

fn finding(number: i64, at: i64) -> FindingRow {
    let id = if at < 3 { at } else { 10 + (number * 31 + at) % 2000 };
    FindingRow {
        kind: "vulnerability".into(),
        finding: format!("CVE-2026-{id:04}"),
        severity: 2 + id % 4,
        package: "pkg:deb/a@1".into(),
        package_name: "a".into(),
        path: String::new(),
        status: "affected".into(),
        fixed_version: None,
        score: None,
        kev: id % 50 == 0,
        epss: Some(0.001 * f64::from(u32::try_from(id).unwrap())),
        excepted_by: None,
        title: None,
        line: None,
        layer: Some(0),
        published: None,
    }
}

fn register(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let image = NewImage {
        digest: digest(number),
        platform: if number % 50 == 0 { "linux/arm64".into() } else { "linux/amd64".into() },
        os: format!("debian {}", number % 4),
        created: None,
        size_bytes: 1,
        source: "{}".into(),
        source_rank: 0,
        labels: [format!("team={}", number % 300)].into(),
        words: ["debian".to_owned(), format!("w{}", number % 100)].into(),
        index_hash: number.to_be_bytes().to_vec(),
        index_length: 1,
        index: vec![1; 200],
        packages: packages(number),
        has_archives: false,
    };
    let name = ImageName {
        registry: "docker.io".into(),
        repository: format!("shop/api-{}", number % 500),
        tag: number.to_string(),
    };
    let mut names = BTreeSet::from([name.clone()]);
    if number % 2 == 0 {
        // A name that no scope takes in.
        let repository = format!("bank/core-{}", number % 500);
        names.insert(ImageName { registry: "docker.io".into(), repository, tag: number.to_string() });
    }
    let counts = Counts { critical: number % 30, high: number % 7, severity: number % 6, ..Counts::default() };
    let evaluation = Evaluation {
        counts,
        findings: (0..8).map(|at| finding(number, at)).collect(),
        findings_hash: vec![7],
        approval: i64::from(number % 90 == 0),
        verdict: NewVerdict {
            id: format!("v{number}"),
            subject: "shop/api".into(),
            decision: if number % 40 == 0 { 4 } else { 0 },
            effects: Vec::new(),
            denied_by: Vec::new(),
            evaluated: number,
            intelligence: None,
            cause: "registered".into(),
            hash: vec![1],
            reasons: Vec::new(),
            body: vec![1; 300],
        },
        scopes: BTreeMap::from([(if number % 60 == 0 { "small" } else { "large" }.to_owned(), BTreeSet::from([name]))]),
        names: names.len(),
        generation: 0,
        intelligence: String::new(),
    };
    images::register(connection, &permit("images.write", &[]), &image, &names, &evaluation, number).map(|_| ())
}

fn record(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let entry = AuditEntry {
        at: number,
        actor: Actor { id: format!("u{}", number % 100), ..Actor::server() },
        action: format!("image.act{}", number % 20),
        object: "image".to_owned(),
        object_id: format!("o{}", number % 700),
        object_name: String::new(),
        outcome: if number % 100 == 0 { Outcome::Failed } else { Outcome::Done },
        before: None,
        after: None,
    };
    audit::append(connection, &entry).map(|_| ())
}

fn job(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO jobs (id, kind, key, registry_id, priority, state, work, tries, not_before, requested_by, created, finished)
        VALUES ($1, 'scan', $1, $2, 1, $3, '{}', 0, 0, 'server', $4, $5)";
    let state = if number % 80 == 0 { "dead" } else { "done" };
    let (id, registry) = (format!("j{number:08}"), format!("r{}", number % 30));
    connection.execute(sql, &values![id, registry, state, number, number]).map(|_| ())
}

/// What is only there where registries, approvals and targets are.
fn beside(connection: &mut Connection, number: i64) -> Result<(), StoreError> {
    let digest = digest(number);
    let platform = images::PlatformImage { digest: digest.clone(), platform: "linux/amd64".to_owned() };
    images::note_index(connection, &format!("{digest}1"), &[platform], 0)?;
    connection.execute(
        "INSERT INTO registry_tags (registry_id, repository, tag, digest, seen) VALUES ('r', $1, $1, $2, 0)",
        &values![number.to_string(), &digest],
    )?;
    connection.execute(
        "INSERT INTO approved_digests (registry, repository, digest, approver, approver_name, comment, at)
         VALUES ('h', $1, $2, '', '', '', 0)",
        &values![number.to_string(), format!("{digest}0")],
    )?;
    let sql = "INSERT INTO outbox (integration, at, cause, event, is_dead, attempts, due) VALUES ('i', $1, '', '{}', $2, 0, 0)";
    connection.execute(sql, &values![number, number % 9 == 0]).map(|_| ())
}

fn fill(store: &Store) {
    let prepared = store.write_blocking(Lane::Beside, |connection| {
        connection.batch(
            "INSERT INTO registries (id, name, kind, address, plain_http, rules, poll_seconds, most_at_once, stale_days,
             is_enabled, next_poll, risks, created, changed, version)
             VALUES ('r', 'r', 'oci', 'h', 0, '{}', 1, 1, 0, 1, 0, '[]', 0, 0, 1);
             INSERT INTO integrations (id, name, kind, settings, topics, language, digest, is_enabled, leased, created,
             changed, version) VALUES ('i', 'i', 'webhook', '{}', 'none', 'en', 0, 0, 0, 0, 0, 1)",
        )
    });
    prepared.unwrap();
    for step in 0..IMAGES / 100 {
        let filled = store.write_blocking(Lane::Audited, move |connection| {
            (step * 100..(step + 1) * 100).try_for_each(|number| {
                register(connection, number)?;
                record(connection, number)?;
                beside(connection, number)?;
                job(connection, number)
            })
        });
        filled.unwrap();
    }
    store.write_blocking(Lane::Beside, |connection| connection.batch("ANALYZE")).unwrap();
}

/// The scans of some reading.
fn scanned<T: 'static>(
    store: &Store,
    work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
) -> Vec<String> {
    store.read_blocking(move |connection| scans(connection, |connection| work(connection))).unwrap()
}

#[test]
fn no_list_scans_a_table() {
    on_both_stores(|store| {
        fill(store);
        images(store);
        inventory(store);
        newest_vulnerabilities(store);
        first_vulnerabilities(store);
        counted(store);
        the_rest(store);
        queue(store);
        removal(store);
    });
}

fn expect_none(scans: &[String], told: &str) {
    assert!(scans.is_empty(), "{told}: {} queries scan, the first is\n{}", scans.len(), scans[0]);
}

fn images(store: &Store) {
    let sorts = images::KEYS.iter().filter(|key| key.sorts);
    let sorts: Vec<String> = sorts.flat_map(|key| [key.name.to_owned(), format!("-{}", key.name)]).collect();
    // Of every key one that is rare and one that is not, alone and together.
    let filters = [
        "",
        "debian",
        "w7",
        "shop api-7",
        "-debian",
        "name:docker.io/shop/api-7*",
        "name:docker.io/*",
        "registry:docker.io",
        "repository:shop/api-7",
        "repository:shop/*",
        "repository:*/api-7",
        "tag:7",
        "tag:7,8,9",
        "digest:sha256:000000000000000000000000000000000000000000000000004*",
        "os:debian*",
        "platform:linux/arm64",
        "platform:linux/amd64",
        "label:team=7",
        "label:team=*",
        "decision:deny",
        "decision:allow",
        "decision:deny,unknown",
        "severity:>=high",
        "severity:critical",
        "approval:approved",
        "critical:>0",
        "critical:>28",
        "high:6",
        "kev:>0",
        "secrets:>0",
        "malware:0",
        "gaps:>3",
        "package:common-1",
        "package:own-7-9",
        "package:usual-7",
        "package:own-77*",
        "-package:common-1",
        "package_version:common-1@3.1",
        "package_version:own-7-9@2.9",
        "package_version:common-1@3*",
        "vulnerability:CVE-2026-0001",
        "vulnerability:CVE-2026-0700",
        "vulnerability:CVE-2026-070*",
        "registered:<=1970-01-01T00:00:00Z",
        "evaluated:>=2000-01-01",
        "severity:>=high platform:linux/amd64 package:common-2",
        "debian decision:deny -tag:7 label:team=7",
        "package:usual-7 debian",
        "name:*/api-7:*",
    ];
    // Within applications every third is enough.
    for (scopes, step) in [(&[][..], 1), (&["small"], 3), (&["large"], 4)] {
        for filter in filters.into_iter().step_by(step) {
            let order = if filter.is_empty() && scopes.is_empty() { &sorts[..] } else { &sorts[..1] };
            for sort in order {
                let query = ImageQuery {
                    filter: Filter::read(filter, images::KEYS, 0).unwrap(),
                    sort: ImageSort { sort: Sort::read(sort, images::KEYS).unwrap() },
                    after: None,
                    limit: 50,
                };
                let permit = permit("images.read", scopes);
                let scans = scanned(store, move |connection| images::list(connection, &permit, &query));
                expect_none(&scans, &format!("{filter} {sort} {scopes:?}"));
            }
        }
    }
}

fn inventory(store: &Store) {
    for scopes in [&[][..], &["small"], &["large"]] {
        for filter in [
            "",
            "common-1",
            "name:common-1",
            "name:own-77*",
            "version:1.3",
            "version:1.*",
            "ecosystem:npm",
            "source:source-of-common-1",
            "source:source-of-own-77*",
            "-name:common-1",
            "own version:1.9",
        ] {
            let (filter, permit) =
                (Filter::read(filter, inventory::PACKAGE_KEYS, 0).unwrap(), permit("images.read", scopes));
            let told = format!("{filter:?} {scopes:?}");
            let scans = scanned(store, move |connection| inventory::packages(connection, &permit, &filter, None, 50));
            expect_none(&scans, &told);
        }
        for filter in [
            "",
            "cve-2026-07",
            "id:CVE-2026-0001",
            "id:CVE-2026-*",
            "severity:critical",
            "severity:>=high",
            "kev:true",
            "kev:false",
            "epss:>0.9",
            "epss:>1.9",
            "first_seen:>=2000-01-01",
            "-kev:true severity:low",
        ] {
            for by_time in [false, true] {
                // In large scopes each vulnerability is asked when it was first seen there where those that are recent make no
                // page: as many as there are vulnerabilities, however many images there are.
                if by_time && scopes == ["large"] {
                    continue;
                }
                let filter = Filter::read(filter, inventory::VULNERABILITY_KEYS, 0).unwrap();
                let permit = permit("images.read", scopes);
                let told = format!("{filter:?} {scopes:?} {by_time}");
                let scans = scanned(store, move |connection| {
                    inventory::vulnerabilities(connection, &permit, &filter, by_time, None, 50)
                });
                expect_none(&scans, &told);
            }
        }
        let own = permit("images.read", scopes);
        let scans =
            scanned(store, move |connection| match inventory::vulnerability(connection, &own, "CVE-2026-0001") {
                Err(StoreError::NotFound { .. }) => Ok(()),
                found => found.map(|_| ()),
            });
        expect_none(&scans, "");
    }
}

/// Within scopes the newest vulnerabilities come page by page in one order, whether those that are recent make a page or not.
fn newest_vulnerabilities(store: &Store) {
    let permit = permit("images.read", &["large"]);
    let all = |by_time: bool| {
        let (mut found, mut after) = (Vec::new(), None::<(i64, String)>);
        loop {
            let (own, place) = (permit.clone(), after.clone());
            let page = store.read_blocking(move |connection| {
                let place = place.as_ref().map(|(value, id)| (*value, id.as_str()));
                inventory::vulnerabilities(connection, &own, &Filter::default(), by_time, place, 50)
            });
            let page = page.unwrap();
            let has_more = page.len() > 50;
            let page = &page[..page.len().min(50)];
            after = page.last().map(|last| (if by_time { last.first_seen } else { last.severity }, last.id.clone()));
            found.extend(page.iter().map(|known| (known.first_seen, known.id.clone())));
            if !has_more {
                return found;
            }
        }
    };
    let mut expected = all(false);
    assert!(expected.len() > 1000, "{}", expected.len());
    expected.sort_by(|one, other| other.cmp(one));
    assert_eq!(all(true), expected);
    // Of few images since then and of many.
    for since in [0, 100, 300, 1190] {
        let own = permit.clone();
        let count = store.read_blocking(move |connection| inventory::count_since(connection, &own, since, 10_000));
        let wanted = expected.iter().filter(|(first_seen, _)| *first_seen >= since).count();
        assert_eq!(usize::try_from(count.unwrap()).unwrap(), wanted, "{since}");
    }
}

/// Within a scope a vulnerability is there since the first image there came that has it.
fn first_vulnerabilities(store: &Store) {
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for number in (0..IMAGES).filter(|number| number % 60 != 0) {
        for at in 0..8 {
            expected.entry(finding(number, at).finding).or_insert(number);
        }
    }
    let permit = permit("images.read", &["large"]);
    let found = store.read_blocking(move |connection| {
        inventory::vulnerabilities(connection, &permit, &Filter::default(), false, None, 5000)
    });
    let found = found.unwrap().into_iter().map(|known| (known.id, known.first_seen));
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

/// Of PostgreSQL a table with fewer rows than are counted may be gone through: that ends with it.
fn counted(store: &Store) {
    let asked: [(&str, &[&str]); 3] = [
        ("packages", &["", "common-1", "version:1.3", "source:source-of-common-1", "-name:common-1"]),
        ("vulnerabilities", &["", "cve-2026-07", "id:CVE-2026-*", "severity:>=high", "kev:true", "epss:>0.9"]),
        ("audit", &["", "principal:u7", "action:image.*", "outcome:failed"]),
    ];
    let reaches: &[&[&str]] = &[&[], &["small"], &["large"]];
    for (resource, filters) in asked {
        let list = COUNTED.iter().find(|list| list.resource == resource).unwrap();
        // The trail belongs to no application.
        let (permission, reaches) =
            if resource == "audit" { ("audit.read", &reaches[..1]) } else { ("images.read", reaches) };
        for scopes in reaches {
            for filter in filters {
                let told = format!("{resource} {filter:?} {scopes:?}");
                let (filter, permit) = (Filter::read(filter, list.keys, 0).unwrap(), permit(permission, scopes));
                let scans = scanned(store, move |connection| match connection.is_sqlite() {
                    true => counts::count(connection, &permit, list, &filter).map(|_| ()),
                    false => Ok(()),
                });
                expect_none(&scans, &told);
            }
        }
    }
}

fn the_rest(store: &Store) {
    for filter in [
        "",
        "principal:u7",
        "kind:server",
        "action:image.act7",
        "action:image.*",
        "object:image id:o7",
        "id:o7",
        "outcome:failed",
        "at:>=1970-01-01T00:00:01Z",
        "outcome:done principal:u7",
    ] {
        for order in [Order::NewestBefore(i64::MAX), Order::OldestBehind(0)] {
            let filter = Filter::read(filter, audit::KEYS, 0).unwrap();
            let told = format!("{filter:?} {order:?}");
            let permit = permit("audit.read", &[]);
            let scans = scanned(store, move |connection| audit::search(connection, &permit, &filter, order, 50));
            expect_none(&scans, &told);
        }
    }
    for filter in ["", "state:dead", "state:done", "kind:scan", "registry:r7", "created:>=2000-01-01"] {
        let (filter, permit) = (Filter::read(filter, jobs::KEYS, 0).unwrap(), permit("jobs.read", &[]));
        let told = format!("{filter:?}");
        let query = ListQuery { filter, sort: Sort { key: "created", is_descending: true }, after: None, limit: 50 };
        let scans = scanned(store, move |connection| jobs::list(connection, &permit, &query));
        expect_none(&scans, &told);
    }
    let digest = digest(7);
    let scans = scanned(store, move |connection| {
        let own = permit("images.read", &[]);
        for scope in ["small", "large"] {
            let reader = permit("images.read", &[scope]);
            images::known_names(connection, &reader, 7)?;
            images::known_names(connection, &reader, 8)?;
        }
        verdicts::history(connection, &own, &digest, None, 50)?;
        verdicts::standing(connection, &own, &digest, Some(("docker.io", "shop/api-7")))?;
        verdicts::standing(connection, &permit("images.read", &["large"]), &digest, None)?;
        images::packages(connection, &own, &digest, &images::InstalledQuery { limit: 50, ..Default::default() })?;
        images::findings(connection, &own, &digest, &images::FindingQuery { limit: 50, ..Default::default() })?;
        images::is_seen_due(connection, &digest, 5)?;
        events::behind(connection, 7, 50)?;
        events::bounds(connection)?;
        outbox::backlog(connection, "a")
    });
    expect_none(&scans, "");
}

fn queue(store: &Store) {
    let scans = store.write_blocking(Lane::Beside, |connection| {
        scans(connection, |connection| {
            let mut packages = Vec::new();
            inventory::systems(connection, 10)?;
            inventory::each_package_called(connection, &["own-7-9".to_owned()], |id, _| packages.push(id))?;
            inventory::queue_images_with(connection, &packages, None, "intelligence")?;
            inventory::queue_images_with(connection, &packages, Some("debian 12"), "intelligence")
        })
    });
    expect_none(&scans.unwrap(), "queue");
}

fn removal(store: &Store) {
    let scans = store.write_blocking(Lane::Audited, |connection| {
        scans(connection, |connection| {
            images::remove_unseen(connection, 100, 5000)?;
            images::remove_beyond_newest(connection, 2, 5000, None, 5000)?;
            images::remove_unused_packages(connection, 5, 100)?;
            images::remove_unused_vulnerabilities(connection, "CVE-2026-0100", 100)?;
            verdicts::remove_ended(connection, 7, 100)?;
            events::remove_older(connection, 7, 100)?;
            outbox::remove_dead(connection, 7, 100)?;
            jobs::forget(connection, 7)
        })
    });
    expect_none(&scans.unwrap(), "removal");
}
