//! Figures of the database: building 300,000 advisories, opening the file, and checking packages against it.
//!
//! `cargo bench -p intelligence` prints them. The advisories are made up, in OSV's format, half of Debian's packages
//! and half of npm's; the packages are checked one after the other on one core.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use intelligence::{BuildOptions, Database, MatchOptions, build};
use model::{Distribution, Ecosystem, Inventory, Package, Purl};

const ADVISORIES: usize = 300_000;
const PACKAGES: usize = 200_000;

fn main() {
    // `cargo test --all-targets` starts benchmarks too, without this word.
    if !std::env::args().any(|word| word == "--bench") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (feeds, database) = (folder.path().join("feeds"), folder.path().join("intelligence.db"));
    write_feed(&feeds.join("osv/synthetic"));
    let start = Instant::now();
    let summary = build(&feeds, &database, &BuildOptions::default()).expect("a database");
    println!(
        "build      {} advisories on {} packages in {:.1} s, peak {} MB, file {:.1} MB",
        summary.advisories,
        summary.packages,
        start.elapsed().as_secs_f64(),
        status_kilobytes("VmHWM:") / 1024,
        summary.size_bytes as f64 / 1e6
    );

    let before = status_kilobytes("VmRSS:");
    let start = Instant::now();
    let opened = Database::open(&database).expect("a database");
    let elapsed = start.elapsed();
    println!("open       {:.3} ms, {} KB resident", elapsed.as_secs_f64() * 1e3, status_kilobytes("VmRSS:") - before);
    let start = Instant::now();
    opened.verify().expect("a whole database");
    println!("verify     {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    rate(&opened, "hits", |n| package(n % 100_000, "9999.0.0"));
    rate(&opened, "misses", |n| package(n + 10_000_000, "1.0.0"));
    rate(&opened, "affected", |n| package(n % 100_000, "0.0.1"));
}

/// Prints how fast packages are checked: the best of five runs.
fn rate(database: &Database, name: &str, package: impl Fn(usize) -> Package) {
    let distribution = Distribution { id: "debian".to_owned(), version: "12".to_owned(), ..Distribution::default() };
    let packages = (0..PACKAGES).map(package).collect();
    let inventory = Inventory { distribution: Some(distribution), packages, ..Inventory::default() };
    let mut best = Duration::MAX;
    let mut findings = 0;
    for _ in 0..5 {
        let start = Instant::now();
        findings = database.match_inventory(&inventory, &MatchOptions::default()).findings.len();
        best = best.min(start.elapsed());
    }
    let nanoseconds = best.as_nanos() as f64 / PACKAGES as f64;
    println!("{name:<10} {nanoseconds:.0} ns a package, {:.2} M checks/s, {findings} findings", 1e3 / nanoseconds);
}

/// An installed package: even ones of Debian, odd ones of npm.
fn package(number: usize, version: &str) -> Package {
    let ecosystem = if number.is_multiple_of(2) { Ecosystem::Deb } else { Ecosystem::Npm };
    let name = format!("package-{number}");
    Package {
        ecosystem,
        purl: Purl::new(ecosystem.purl_type(), None, &name, Some(version)),
        name,
        version: version.to_owned(),
        source: None,
        architecture: None,
        module: None,
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
    }
}

/// Writes the advisories as one archive of OSV records.
fn write_feed(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let mut archive = tar::Builder::new(std::io::BufWriter::new(File::create(folder.join("all.tar")).expect("a file")));
    for number in 0..ADVISORIES {
        let package = number % 100_000;
        let (ecosystem, prefix) = if package.is_multiple_of(2) { ("Debian:12", "DEBIAN-") } else { ("npm", "GHSA-") };
        let (fixed, year) = (format!("{}.{}.{}", 1 + number % 7, number % 50, number % 11), 2005 + number % 20);
        let record = format!(
            r#"{{"id":"{prefix}CVE-{year}-{:05}","modified":"2024-05-01T00:00:00Z","published":"2024-04-01T00:00:00Z",
            "aliases":["CVE-{year}-{:05}"],"summary":"A flaw of the sort {} in the package package-{package}",
            "severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
            "affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"package-{package}"}},
            "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#,
            10_000 + number,
            10_000 + number,
            number % 1000
        );
        let mut header = tar::Header::new_gnu();
        header.set_size(record.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{number}.json"), record.as_bytes()).expect("an entry");
    }
    archive.finish().expect("an archive");
}

/// A figure of this process, as the kernel tells it.
fn status_kilobytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
