//! How fast Java archives are read: `cargo bench -p scanner --bench jars [-- FOLDER]`.
//!
//! Without a folder of real archives, it makes two hundred in memory, a tenth of them with others inside.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use scanner::exercise::read_file;

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let archives = folder.map_or_else(made_archives, |folder| archives_in(Path::new(&folder)));
    let bytes: usize = archives.iter().map(|(_, archive)| archive.len()).sum();
    let mut best = f64::MAX;
    let mut counts = (0, 0);
    for _ in 0..5 {
        let start = Instant::now();
        counts = (0, 0);
        for (name, archive) in &archives {
            let listing = read_file("java", name, archive.len() as u64, &mut archive.as_slice());
            let gaps = listing.iter().filter(|line| line.starts_with("gap: ")).count();
            counts = (counts.0 + listing.len() - gaps, counts.1 + gaps);
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{} archives, {:.1} MB, {} packages, {} gaps: {:.1} ms, {:.0} MB/s, {:.0} archives/s",
        archives.len(),
        bytes as f64 / 1e6,
        counts.0,
        counts.1,
        best * 1e3,
        bytes as f64 / 1e6 / best,
        archives.len() as f64 / best,
    );
}

fn archives_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archives = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_symlink() {
            } else if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "jar" || extension == "war")
                && let Ok(archive) = std::fs::read(&path)
            {
                archives.push((path.to_string_lossy().into_owned(), archive));
            }
        }
    }
    archives.sort();
    archives
}

fn made_archives() -> Vec<(String, Vec<u8>)> {
    let mut state = 1_u32;
    let mut class = vec![0_u8; 4000];
    for byte in &mut class {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 27) as u8 * 7;
    }
    let plain = |number: usize| {
        let mut zip = Zip::default();
        zip.add("META-INF/MANIFEST.MF", format!("Implementation-Version: 1.{number}\n").as_bytes(), true);
        if !number.is_multiple_of(3) {
            let properties = format!("version=1.{number}\ngroupId=org.made\nartifactId=made-{number}\n");
            zip.add(&format!("META-INF/maven/org.made/made-{number}/pom.properties"), properties.as_bytes(), true);
        }
        for place in 0..500 {
            zip.add(&format!("org/made/part{}/Class{place}.class", place % 20), &class, true);
        }
        zip.finish()
    };
    let named = |number: usize| format!("made-{number}-1.{number}.jar");
    (0..200)
        .map(|number| match number % 10 {
            0 => {
                let mut zip = Zip::default();
                for inner in 0..5 {
                    zip.add(&format!("WEB-INF/lib/{}", named(number + inner)), &plain(number + inner), inner % 2 == 0);
                }
                (format!("app-{number}.war"), zip.finish())
            }
            _ => (named(number), plain(number)),
        })
        .collect()
}

/// A writer of plain archives.
#[derive(Default)]
struct Zip {
    archive: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    fn add(&mut self, name: &str, content: &[u8], is_deflated: bool) {
        let data = if is_deflated {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(content).expect("memory takes everything");
            encoder.finish().expect("memory takes everything")
        } else {
            content.to_vec()
        };
        let mut fields = vec![20, 0, 0, 0, if is_deflated { 8 } else { 0 }, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        fields.extend((data.len() as u32).to_le_bytes());
        fields.extend((content.len() as u32).to_le_bytes());
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&fields);
        self.directory.extend([0; 10]);
        self.directory.extend((self.archive.len() as u32).to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.archive.extend(b"PK\x03\x04");
        self.archive.extend(&fields);
        self.archive.extend(name.as_bytes());
        self.archive.extend(data);
        self.count += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let at = self.archive.len() as u32;
        self.archive.extend(&self.directory);
        self.archive.extend(b"PK\x05\x06\0\0\0\0");
        self.archive.extend(self.count.to_le_bytes());
        self.archive.extend(self.count.to_le_bytes());
        self.archive.extend((self.directory.len() as u32).to_le_bytes());
        self.archive.extend(at.to_le_bytes());
        self.archive.extend([0, 0]);
        self.archive
    }
}
