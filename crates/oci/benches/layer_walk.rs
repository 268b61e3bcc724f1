//! Walks a layer of 200,000 small files, and inflates the same bytes alone: `cargo bench -p oci`.
//!
//! The goal is at least 90 % of the speed of inflating.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::io::Write;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

use oci::{EntryStream, OpenOptions, open_root_archive};
use test_support::{Storage, TarWriter};

const FILES: usize = 200_000;
const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut tar = TarWriter::new();
    let mut seed = 1_u64;
    let mut content = Vec::new();
    for number in 0..FILES {
        content.clear();
        while content.len() < 600 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            write!(content, "word{} ", (seed >> 40) % 5000)?;
        }
        tar.file(&format!("usr/lib/node_modules/package-{}/lib/file-{number}.js", number / 40), 0o644, &content);
    }
    let tar = tar.finish();
    let stored = Storage::Gzip.store(&tar);
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(&stored)?;
    drop(stored);
    let (mut inflating, mut walking) = (Duration::MAX, Duration::MAX);
    // In turns, so that a machine that is faster for a while is so for both.
    for _ in 0..ROUNDS {
        inflating = inflating.min(time(|| inflate(file.path())));
        walking = walking.min(time(|| walk(file.path())));
    }
    let megabytes = tar.len() as f64 / 1e6;
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    println!("inflating alone   {:6.0} MB/s", speed(inflating));
    println!("walking, hashing  {:6.0} MB/s = {:.0} %", speed(walking), 100.0 * speed(walking) / speed(inflating));
    Ok(())
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn inflate(path: &std::path::Path) {
    let file = std::fs::File::open(path).expect("the file is there");
    let (mut file, mut output) = (BufReader::with_capacity(256 << 10, file), vec![0; 256 << 10]);
    let mut members = inflate::Members::new();
    loop {
        let step = members.step(file.fill_buf().expect("the file is whole"), &mut output).expect("it is gzip");
        file.consume(step.consumed);
        if step.is_finished {
            return;
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn inflate(path: &std::path::Path) {
    let file = std::fs::File::open(path).expect("the file is there");
    std::io::copy(&mut flate2::read::GzDecoder::new(file), &mut std::io::sink()).expect("the file is whole");
}

fn walk(path: &std::path::Path) {
    let image = open_root_archive(path, &OpenOptions::default()).expect("the file is an archive");
    let mut layer = image.open_layer(0).expect("the layer is there");
    let mut count = 0;
    while layer.next_entry().expect("the layer is whole").is_some() {
        count += 1;
    }
    layer.finish().expect("the layer is whole");
    assert_eq!(count, FILES);
}
