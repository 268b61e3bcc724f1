//! Looks for secrets below folders and prints them masked: `cargo run --release -p secrets --example scan_folder PATH…`.
//!
//! For authors of rules, who want to know what a rule finds in trees of their own.

#![expect(clippy::print_stdout, reason = "it prints what it finds")]

use std::io::Read;
use std::path::Path;

use secrets::{Place, SecretRules};

fn main() -> std::io::Result<()> {
    let rules = SecretRules::builtin();
    let (mut files, mut bytes) = (0u64, 0u64);
    for root in std::env::args().skip(1) {
        let mut folders = vec![Path::new(&root).to_path_buf()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = folder.read_dir() else { continue };
            for entry in entries.flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                let path = entry.path();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let size = entry.metadata().map_or(0, |metadata| metadata.len());
                    let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().into_owned();
                    let place = if root.starts_with("/usr") || root.starts_with("/etc") {
                        path.to_string_lossy().trim_start_matches('/').to_owned()
                    } else {
                        name
                    };
                    if rules.wants(&place, size) {
                        files += 1;
                        bytes += scan(&rules, &path, &place)?;
                    }
                }
            }
        }
    }
    println!("{files} files, {bytes} bytes");
    Ok(())
}

fn scan(rules: &SecretRules, path: &Path, place: &str) -> std::io::Result<u64> {
    let Ok(mut file) = std::fs::File::open(path) else { return Ok(0) };
    let mut stream = rules.stream(Place::file(place));
    let mut buffer = vec![0; 128 << 10];
    let mut total = 0;
    while !stream.is_done() {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        total += length as u64;
        stream.push(&buffer[..length]);
    }
    let outcome = stream.finish();
    for secret in &outcome.secrets {
        let mark = secret.mark.map_or("", |mark| mark.as_str());
        println!(
            "{}\t{}\t{mark}\t{}:{}\t{}",
            secret.severity,
            secret.rule,
            path.display(),
            secret.line,
            secret.matched
        );
    }
    if outcome.is_cut_off || outcome.is_exhausted {
        println!("\t\t\t{}: cut off: {}, exhausted: {}", path.display(), outcome.is_cut_off, outcome.is_exhausted);
    }
    Ok(total)
}
