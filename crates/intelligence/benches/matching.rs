//! Figures of the database: building 300,000 advisories, opening the file, looking packages up and checking them.
//!
//! `cargo bench -p intelligence` prints them, where there is one beside its limit or its baseline. The advisories are
//! made up, in OSV's format, half of Debian's packages and half of npm's; the packages are checked one after the other on
//! one core. Times are those that the processor worked, so that what else runs on the machine does not count, but for
//! caches that it takes.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

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
        "build      {} advisories on {} packages in {:.1} s (limit 60), peak {} MB (limit 1024), file {:.1} MB",
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
    let resident = status_kilobytes("VmRSS:").saturating_sub(before);
    println!("open       {:.3} ms (limit 5), {resident} KB resident (limit 10240)", elapsed.as_secs_f64() * 1e3);
    let start = Instant::now();
    opened.verify().expect("a whole database");
    println!("verify     {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    look_up(&opened);
    rate(&opened, "hits", PACKAGES, |n| package(n % 100_000, "9999.0.0"));
    rate(&opened, "misses", PACKAGES, |n| package(n + 10_000_000, "1.0.0"));
    // As images are: of twenty packages ten have advisories, and one is affected.
    rate(&opened, "mix", PACKAGES, |n| match n % 20 {
        0 => package(n % 100_000, "0.0.1"),
        1..10 => package(n % 100_000, "9999.0.0"),
        _ => package(n + 10_000_000, "1.0.0"),
    });
    rate(&opened, "affected", PACKAGES, |n| package(n % 100_000, "0.0.1"));
    rate(&opened, "one image", 3_400, |n| package(n, "0.0.1"));
}

/// Prints how long finding a package takes, beside a hash map of the standard library with the same names.
fn look_up(database: &Database) {
    let names = |first: usize| -> Vec<String> {
        // A stride that has no factor in common with their number, so that neighbors in time are none in the file.
        (0..50_000).map(|n| format!("package-{}", first + (n * 7_919 % 50_000) * 2 + 1)).collect()
    };
    let (known, unknown) = (names(0), names(10_000_000));
    let map: HashMap<String, u32> = known.iter().cloned().zip(0..).collect();
    // The kernel counts in ticks of a few milliseconds, so that a run must take many.
    const PASSES: usize = 40;
    for (name, names) in [("hit", &known), ("miss", &unknown)] {
        let ours = best_of_five(|| (0..PASSES).map(|_| database.count_known("npm", false, names)).sum());
        let in_map = || names.iter().filter(|name| map.contains_key(name.as_str())).count();
        let theirs = best_of_five(|| (0..PASSES).map(|_| in_map()).sum());
        assert_eq!(ours.1, theirs.1);
        let each = |nanoseconds: u64| nanoseconds as f64 / (names.len() * PASSES) as f64;
        println!("look up    {name}: {:.0} ns, std HashMap {:.0} ns", each(ours.0), each(theirs.0));
    }
}

/// The least processor time of five runs, in nanoseconds, and what they gave.
fn best_of_five(run: impl Fn() -> usize) -> (u64, usize) {
    let mut best = (u64::MAX, 0);
    for _ in 0..5 {
        let start = processor_nanoseconds();
        let outcome = run();
        best = (best.0.min(processor_nanoseconds() - start), outcome);
    }
    best
}

/// How long the processor has worked for this thread.
fn processor_nanoseconds() -> u64 {
    let line = fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel tells of its scheduler");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// Prints how fast packages are checked.
fn rate(database: &Database, name: &str, count: usize, package: impl Fn(usize) -> Package) {
    let distribution = Distribution { id: "debian".to_owned(), version: "12".to_owned(), ..Distribution::default() };
    let packages = (0..count).map(package).collect();
    let inventory = Inventory { distribution: Some(distribution), packages, ..Inventory::default() };
    let options = MatchOptions::default();
    let (best, findings) = best_of_five(|| database.match_inventory(&inventory, &options).findings.len());
    let nanoseconds = best as f64 / count as f64;
    let each = if findings == 0 { String::new() } else { format!(", {:.0} ns each", best as f64 / findings as f64) };
    println!(
        "{name:<10} {nanoseconds:.0} ns a package, {:.2} M checks/s, {findings} findings{each}, {:.1} ms",
        1e3 / nanoseconds,
        best as f64 / 1e6
    );
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
        lock_tool: None,
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
