//! What looking for secrets costs over texts without any: the gate alone, all rules, and beside them the automaton of
//! the aho-corasick crate over the same literals and a count of newlines.
//!
//! `cargo bench -p secrets`. Figures are the best of several runs, in MB/s on one core.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use secrets::{Place, SecretRules};

const RUNS: usize = 7;

fn main() {
    let started = Instant::now();
    let rules = SecretRules::builtin();
    println!("{:<44} {:>9.3} ms", "the set of rules, nothing looked at", started.elapsed().as_secs_f64() * 1e3);
    let started = Instant::now();
    black_box(rules.scan(b"hello", Place::file("a.txt")));
    println!("{:<44} {:>9.3} ms", "the first file", started.elapsed().as_secs_f64() * 1e3);

    let texts = texts();
    let literals = secrets::exercise::literals();
    let automaton = aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&literals)
        .expect("the literals make an automaton");
    for (name, text) in &texts {
        let path = format!("a.{name}");
        let found = rules.scan(text, Place::file(&path)).secrets.len();
        println!("{name}: {} kB, {found} found", text.len() / 1000);
        measure("  newlines counted by memchr", text, |text| memchr::memchr_iter(b'\n', text).count());
        measure("  aho-corasick over the same literals", text, |text| automaton.find_iter(text).count());
        measure("  the gate alone", text, secrets::exercise::gate_hits);
        measure("  all rules", text, |text| rules.scan(text, Place::file(&path)).secrets.len());
    }
}

/// The name of a kind of text, and texts of this project joined until they are long.
fn texts() -> Vec<(&'static str, Vec<u8>)> {
    let root = test_support::checkout();
    let mut logs = Vec::new();
    for line in 0..60_000 {
        let text = format!(
            "2026-03-0{} 12:{:02}:{:02} INFO request {line} from 10.0.{}.{} took {} ms\n",
            line % 9 + 1,
            line % 60,
            line * 7 % 60,
            line % 256,
            line * 31 % 256,
            line * 17 % 900
        );
        logs.extend_from_slice(text.as_bytes());
    }
    vec![("rs", joined(&root.join("crates"), "rs")), ("md", joined(&root.join("docs"), "md")), ("log", logs)]
}

fn joined(folder: &Path, ending: &str) -> Vec<u8> {
    let mut text = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == ending) && !path.ends_with("secrets") {
                text.extend(std::fs::read(&path).unwrap_or_default());
            }
        }
    }
    text.repeat(1 + 4_000_000 / text.len().max(1))
}

fn measure(name: &str, text: &[u8], run: impl Fn(&[u8]) -> usize) {
    let seconds = (0..RUNS).map(|_| {
        let started = Instant::now();
        black_box(run(black_box(text)));
        started.elapsed().as_secs_f64()
    });
    let best = seconds.fold(f64::MAX, f64::min);
    println!("{name:<44} {:>9.0} MB/s", text.len() as f64 / 1e6 / best);
}
