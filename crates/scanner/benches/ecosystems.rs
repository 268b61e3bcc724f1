//! How fast single files are read: `cargo bench -p scanner --bench ecosystems [-- EXECUTABLE…]`.
//!
//! Prints MB/s of what would be decompressed. Executables given as arguments are read instead of the bench's own, each
//! from memory, with what was found in it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its figures and stops at the first failure"
)]

use std::time::Instant;

use scanner::exercise::read_file;

fn main() {
    package_json();
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let own = std::env::current_exe().unwrap().display().to_string();
    executables(if given.is_empty() { vec![own] } else { given });
}

/// As many manifests as a Node image has, of the length and with the fields that published ones have.
fn package_json() {
    let files: Vec<(String, String)> = (0..4400)
        .map(|number| {
            let scripts: String = (0..12).map(|at| format!("    \"script{at}\": \"node build.js --step {at}\",\n")).collect();
            let files: String = (0..20).map(|at| format!("    \"lib/part{at}.js\",\n")).collect();
            let json = format!(
                "{{\n  \"name\": \"package-{number}\",\n  \"version\": \"1.{number}.0\",\n  \"description\": \"Does \\\"it\\\"\",\n  \
                 \"author\": {{\"name\": \"A\", \"email\": \"a@example.com\"}},\n  \"scripts\": {{\n{scripts}    \"x\": \"y\"\n  }},\n  \
                 \"files\": [\n{files}    \"index.js\"\n  ],\n  \"dependencies\": {{\"a\": \"^1.0.0\", \"b\": \"~2.0.0\"}},\n  \
                 \"license\": \"MIT\"\n}}\n"
            );
            (format!("app/node_modules/package-{number}/package.json"), json)
        })
        .collect();
    let bytes: usize = files.iter().map(|(_, json)| json.len()).sum();
    let fastest = fastest_of(5, || {
        for (path, json) in &files {
            let listing = read_file("npm", path, json.len() as u64, &mut json.as_bytes());
            assert_eq!(listing.len(), 1);
        }
    });
    report("4,400 package.json", bytes, fastest);
}

fn executables(paths: Vec<String>) {
    let (mut all_bytes, mut all_seconds) = (0, 0.0);
    for path in paths {
        let content = std::fs::read(&path).unwrap();
        let read =
            || read_file("binaries", path.trim_start_matches('/'), content.len() as u64, &mut content.as_slice());
        let fastest = fastest_of(5, || drop(read()));
        report(&path, content.len(), fastest);
        (all_bytes, all_seconds) = (all_bytes + content.len(), all_seconds + fastest);
        let listing = read();
        for line in listing.iter().take(4) {
            println!("    {line}");
        }
        if listing.len() > 4 {
            println!("    … {} in all", listing.len());
        }
    }
    report("all executables", all_bytes, all_seconds);
}

fn fastest_of(rounds: usize, mut work: impl FnMut()) -> f64 {
    let seconds = (0..rounds).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

fn report(name: &str, bytes: usize, seconds: f64) {
    println!(
        "{name}: {:.2} MB in {:.2} ms, {:.0} MB/s",
        bytes as f64 / 1e6,
        seconds * 1e3,
        bytes as f64 / 1e6 / seconds
    );
}
