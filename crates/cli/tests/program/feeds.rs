//! Intelligence from small feeds, built by the program once for all tests.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::json;

use crate::run::Program;

struct Built {
    program: Program,
}

static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let program = Program::new();
    write_feeds(&program, "feeds", "2024-05-01T00:00:00Z");
    program.run(&["intel", "build", "--feeds", "feeds", "--out", "small.db"]).ended(0, &["small.db"]);
    Built { program }
});

/// The intelligence of [`write_feeds`].
pub(crate) fn intelligence() -> PathBuf {
    BUILT.program.path("small.db")
}

/// Writes feeds of several publishers below a folder; `newest` is the time of the newest record.
pub(crate) fn write_feeds(program: &Program, folder: &str, newest: &str) {
    let write = |place: &str, value: serde_json::Value| program.write(&format!("{folder}/{place}"), value.to_string());
    write(
        "osv/npm/GHSA-35jh-r3h4-6jhm.json",
        json!({
            "id": "GHSA-35jh-r3h4-6jhm", "aliases": ["CVE-2021-23337"], "summary": "Command injection in lodash",
            "published": "2021-05-06T16:05:51Z", "modified": newest,
            "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H" }],
            "database_specific": { "severity": "HIGH" },
            "affected": [{ "package": { "ecosystem": "npm", "name": "lodash" },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "4.17.21" }] }] }],
        }),
    );
    write(
        "osv/Maven/GHSA-jfh8-c2jp-5v3q.json",
        json!({
            "id": "GHSA-jfh8-c2jp-5v3q", "aliases": ["CVE-2021-44228"], "summary": "Remote code injection in Log4j",
            "published": "2021-12-10T00:40:56Z", "modified": "2024-01-01T00:00:00Z",
            "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:H" }],
            "database_specific": { "severity": "CRITICAL" },
            "affected": [{ "package": { "ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core" },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "2.13.0" }, { "fixed": "2.15.0" }] }] }],
        }),
    );
    write(
        "alpine-secdb/v3.19/main.json",
        json!({ "distroversion": "v3.19", "packages": [
            { "pkg": { "name": "busybox", "secfixes": { "1.36.1-r16": ["CVE-2023-42363"], "1.36.1-r2": ["CVE-2022-48174"] } } },
        ] }),
    );
    write(
        "debian-tracker/tracker.json",
        json!({
            "openssl": {
                "CVE-2022-3602": { "releases": { "bookworm": { "status": "resolved", "fixed_version": "3.0.7-1", "urgency": "high" } } },
                "CVE-2023-5678": { "releases": { "bookworm": { "status": "resolved", "fixed_version": "3.0.13-1~deb12u1", "urgency": "medium" } } },
                "CVE-2023-6237": { "releases": { "bookworm": { "status": "open", "urgency": "unimportant" } } },
            },
            "apache-log4j2": {
                "CVE-2021-44228": { "releases": { "bookworm": { "status": "resolved", "fixed_version": "2.15.0-1", "urgency": "not yet assigned" } } },
            },
        }),
    );
    write(
        "nvd/nvd.json",
        json!({ "vulnerabilities": [
            { "cve": { "id": "CVE-2021-44228", "published": "2021-12-10T10:15:09.143", "lastModified": "2024-01-02T00:00:00.000",
                "descriptions": [{ "lang": "en", "value": "Apache Log4j2 JNDI features do not protect against attacker controlled LDAP." }],
                "metrics": { "cvssMetricV31": [{ "source": "nvd@nist.gov", "type": "Primary",
                    "cvssData": { "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H" } }] } } },
            // Upstream's view: every OpenSSL before 3.1 is vulnerable, however a distribution has repaired it.
            { "cve": { "id": "CVE-2022-3602", "published": "2022-11-01T18:15:10.983", "lastModified": "2024-01-02T00:00:00.000",
                "metrics": { "cvssMetricV31": [{ "source": "nvd@nist.gov", "type": "Primary",
                    "cvssData": { "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" } }] },
                "configurations": [{ "nodes": [{ "operator": "OR", "cpeMatch": [{ "vulnerable": true,
                    "criteria": "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*", "versionEndExcluding": "3.1.0" }] }] }] } },
        ] }),
    );
    write(
        "kev/known_exploited_vulnerabilities.json",
        json!({ "vulnerabilities": [{ "cveID": "CVE-2021-44228", "vulnerabilityName": "Apache Log4j2", "dateAdded": "2021-12-10" }] }),
    );
    program.write(
        &format!("{folder}/epss/epss_scores-2024-04-01.csv"),
        "#model_version:v2023.03.01,score_date:2024-04-01T00:00:00+0000\ncve,epss,percentile\nCVE-2021-23337,0.0074,0.805\n",
    );
}

/// A database of feeds whose newest record is of the given time, at `out`, signed if a key is named.
pub(crate) fn build(program: &Program, newest: &str, out: &str, key: Option<&str>) {
    let folder = format!("feeds-of-{out}");
    write_feeds(program, &folder, newest);
    let mut arguments = vec!["intel", "build", "--quiet", "--feeds", &folder, "--out", out];
    arguments.extend(key.into_iter().flat_map(|key| ["--sign", key]));
    program.run(&arguments).ended(0, &[]);
}

/// Links the folders of the full test data that `names` lists into a folder of feeds, and builds it.
pub(crate) fn build_real(program: &Program, names: &[&str]) -> Option<PathBuf> {
    for name in names {
        let data = test_support::test_data(&format!("feeds/{name}"))?;
        let target = program.path("feeds").join(name);
        std::fs::create_dir_all(target.parent().expect("it lies below")).expect("the folder can be made");
        link(&data, &target);
    }
    program.run(&["intel", "build", "--quiet", "--feeds", "feeds", "--out", "real.db"]).ended(0, &[]);
    Some(program.path("real.db"))
}

/// Folders as links, files as copies.
fn link(data: &Path, target: &Path) {
    let data = data.canonicalize().expect("it is there");
    if data.is_file() {
        std::fs::copy(data, target).expect("the file can be copied");
    } else {
        std::os::unix::fs::symlink(data, target).expect("a link can be made");
    }
}
