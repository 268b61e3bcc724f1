//! Indexes and intelligence for tests.

use std::path::Path;

use model::{Ecosystem, FindingKind, ImageFacts, Inventory, Package, Purl, ScanReport, ScanTarget, TargetKind};
use serde_json::{Value, json};
use store::{Lane, rights, tokens};

use crate::testing::{Answer, As, TestServer};

/// A policy that denies critical and high vulnerabilities.
pub(crate) const SEVERE: &str = "schema: bulkhead.policy/1\nname: severe\nversion: \"1\"\ncontrols:\n  - control: vulnerability.severity\n    at_least: high\n";

/// The digest of a number.
pub(crate) fn digest(number: u32) -> String {
    format!("sha256:{number:064x}")
}

/// The index of an image with these packages of npm.
pub(crate) fn index(number: u32, name: &str, packages: &[(&str, &str)]) -> Value {
    formats::report_document(&report(number, name, packages))
}

/// The same before it is written.
pub(crate) fn report(number: u32, name: &str, packages: &[(&str, &str)]) -> ScanReport {
    let package = |(name, version): &(&str, &str)| Package {
        ecosystem: Ecosystem::Npm,
        name: (*name).into(),
        version: (*version).into(),
        purl: Purl::new("npm", None, name, Some(version)),
        source: None,
        architecture: None,
        module: None,
        licenses: vec!["MIT".into()],
        paths: vec!["app/package-lock.json".into()],
        layer: Some(0),
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    };
    let facts = ImageFacts {
        user: Some("app".into()),
        labels: [("team".into(), "shop".into())].into(),
        ..ImageFacts::default()
    };
    ScanReport {
        target: ScanTarget {
            name: name.into(),
            kind: TargetKind::Image,
            digest: Some(digest(number).parse().unwrap()),
            platform: Some("linux/amd64".parse().unwrap()),
        },
        inventory: Inventory {
            image: Some(facts),
            packages: packages.iter().map(package).collect(),
            ..Inventory::default()
        },
        detectors: [FindingKind::Secret, FindingKind::Malware, FindingKind::License, FindingKind::Misconfiguration]
            .into(),
        findings: Vec::new(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    }
}

/// A vulnerability of a package of npm: id, package, the version that repairs it, severity.
pub(crate) type Known<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Puts an intelligence database of these vulnerabilities where the server looks for it.
pub(crate) fn intelligence(server: &TestServer, known: &[Known<'_>]) {
    intelligence_with_malware(server, known, &[]);
}

/// The same with a list of malware: SHA-256 digests, each with the name of a family.
pub(crate) fn intelligence_with_malware(server: &TestServer, known: &[Known<'_>], malware: &[(&str, &str)]) {
    write_intelligence(&server.folder().join("intelligence.db"), known, malware);
}

/// A database of one vulnerability, signed.
pub(crate) fn signed_intelligence(key: &intelligence::SigningKey, id: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("intelligence.db");
    write_intelligence(&path, &[(id, "left-pad", "1.3.0", "HIGH")], &[]);
    intelligence::sign(&path, key).unwrap();
    std::fs::read(path).unwrap()
}

fn write_intelligence(path: &Path, known: &[Known<'_>], malware: &[(&str, &str)]) {
    let feeds = tempfile::tempdir().unwrap();
    let folder = feeds.path().join("osv/npm");
    std::fs::create_dir_all(&folder).unwrap();
    for (id, package, fixed, severity) in known {
        let mut events = vec![json!({ "introduced": "0" })];
        events.extend((!fixed.is_empty()).then(|| json!({ "fixed": fixed })));
        let record = json!({
            "id": id, "modified": "2026-01-01T00:00:00Z", "published": "2026-01-01T00:00:00Z", "summary": format!("{id} in {package}"),
            "affected": [{ "package": { "ecosystem": "npm", "name": package },
                "ranges": [{ "type": "SEMVER", "events": events }] }],
            "database_specific": { "severity": severity },
        });
        std::fs::write(folder.join(format!("{id}.json")), record.to_string()).unwrap();
    }
    if !malware.is_empty() {
        let rows = malware.iter().map(|(sha256, name)| format!("\"2026-01-01 08:00:00\",\"{sha256}\",\"{name}\"\n"));
        let list = format!("# \"first_seen_utc\",\"sha256_hash\",\"signature\"\n{}", rows.collect::<String>());
        std::fs::create_dir_all(feeds.path().join("malware")).unwrap();
        std::fs::write(feeds.path().join("malware/bazaar.csv"), list).unwrap();
    }
    // Placed as updates are: by a rename.
    let other = path.with_extension("new");
    intelligence::build(feeds.path(), &other, &intelligence::BuildOptions::default()).unwrap();
    std::fs::rename(other, path).unwrap();
}

impl TestServer {
    /// Registers an index.
    pub(crate) fn register(&self, who: &As, index: &Value) -> Answer {
        self.ask(who, "POST", "/images", index.clone())
    }

    /// Adds a policy.
    pub(crate) fn policy(&self, who: &As, document: &str) -> Answer {
        let answer = self.ask(who, "POST", "/policies", json!({ "document": document }));
        answer.expect(201);
        answer
    }

    /// The current decision on an image.
    pub(crate) fn decision(&self, who: &As, number: u32) -> String {
        let answer = self.ask(who, "GET", &format!("/verdict?image={}", digest(number)), json!(null));
        answer.expect(200);
        answer.body["decision"].as_str().unwrap().to_owned()
    }

    /// A token limited to a scope over repositories, which is made here.
    pub(crate) fn scoped_token(&self, permissions: &str, scope: &str, repository: &str) -> As {
        let own = rights::ApplicationScope {
            id: scope.to_owned(),
            name: scope.to_owned(),
            description: String::new(),
            definition: definition(repository),
            created: 0,
            changed: 0,
            version: 1,
        };
        let text = crate::secrets::new("bh_");
        let hash = crate::secrets::hash(&text);
        let token = tokens::Token {
            id: crate::ids::new(crate::clock::now()),
            name: scope.to_owned(),
            owner: None,
            permissions: permissions.parse().unwrap(),
            scopes: [scope.to_owned()].into(),
            addresses: Vec::new(),
            created: 0,
            created_by: "test".to_owned(),
            expires: None,
            last_used: None,
            revoked: None,
            group: None,
            answerable: Some("server".to_owned()),
            orphaned: None,
        };
        let made = self.app.store.write_blocking(Lane::Beside, move |connection| {
            rights::insert_scope(connection, &own)?;
            tokens::insert(connection, &token, &hash)
        });
        made.unwrap();
        As::Token(text)
    }

    /// Gives a scope other repositories.
    pub(crate) fn redefine_scope(&self, scope: &str, repository: &str) {
        let (id, definition) = (scope.to_owned(), definition(repository));
        let changed = self.app.store.write_blocking(Lane::Beside, move |connection| {
            let former = rights::scope_by_id(connection, &id)?;
            let version = former.version + 1;
            rights::update_scope(
                connection,
                &rights::ApplicationScope { definition: definition.clone(), version, ..former },
            )
        });
        changed.unwrap();
    }
}

fn definition(repository: &str) -> String {
    json!({ "expression": "", "variables": [{ "attribute": "image.repository", "value": repository }] }).to_string()
}
