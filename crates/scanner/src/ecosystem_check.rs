//! What the tests of every ecosystem do: feed it a file, and look at the facts as compact text.

use std::fmt::Write;

use expect_test::Expect;
use model::UntrustedPath;

use crate::ecosystem::Ecosystem;
use crate::ecosystems::ECOSYSTEMS;
use crate::found::Found;
use crate::path_set::path_hash;
use crate::selector::SELECTOR;
use crate::wanted_file::WantedFile;

/// Reads `bytes` as the file `path` and compares the facts.
pub(crate) fn check(ecosystem: &dyn Ecosystem, path: &str, bytes: impl AsRef<[u8]>, expected: Expect) {
    expected.assert_eq(&render(&read(ecosystem, path, bytes.as_ref())));
}

/// Reads `bytes` as the file `path`, as the scanner does: only when it is wanted, and an error becomes a gap.
pub(crate) fn read(ecosystem: &dyn Ecosystem, path: &str, mut bytes: &[u8]) -> Found {
    let path = UntrustedPath::normalise(path);
    let mut found = Found::default();
    let is_wanted = SELECTOR.select(&path).iter().any(|place| ECOSYSTEMS[place].name() == ecosystem.name());
    if !is_wanted {
        return found;
    }
    let mut file = WantedFile::new(&path, bytes.len() as u64, &mut bytes);
    if let Err(error) = ecosystem.read(&mut file, &mut found) {
        found.gap(path.as_str(), error.to_string());
    }
    found
}

/// Reads all files of an archive and puts the facts together.
pub(crate) fn read_all(ecosystem: &dyn Ecosystem, files: &[(String, Vec<u8>)]) -> Found {
    let mut all = Found::default();
    for (path, bytes) in files {
        let mut found = read(ecosystem, path, bytes);
        all.append(std::mem::take(&mut found.packages));
        all.owned_files.append(&mut found.owned_files);
        all.licenses.append(&mut found.licenses);
        all.gaps.append(&mut found.gaps);
        all.release = all.release.take().into_iter().chain(found.release).min_by_key(|release| release.rank);
    }
    all
}

/// Whether the file at `path` was found to belong to a package.
pub(crate) fn owns(found: &Found, path: &str) -> bool {
    found.owned_files.contains(&path_hash(path))
}

/// Reads the file cut off at every length and with every byte damaged in several ways: nothing may panic.
pub(crate) fn check_survives(ecosystem: &dyn Ecosystem, path: &str, bytes: &[u8]) {
    for length in 0..bytes.len() {
        read(ecosystem, path, &bytes[..length]);
    }
    let mut damaged = bytes.to_vec();
    for at in 0..bytes.len() {
        for byte in [0, b'\n', b':', 0x80, 0xff, bytes[at].wrapping_add(1)] {
            damaged[at] = byte;
            read(ecosystem, path, &damaged);
        }
        damaged[at] = bytes[at];
    }
}

fn render(found: &Found) -> String {
    let mut text = String::new();
    for package in &found.packages {
        write!(text, "{} {} {}", package.ecosystem, package.name, package.version).unwrap();
        for (word, value) in [("", &package.architecture), ("module ", &package.module)] {
            if let Some(value) = value {
                write!(text, " {word}{value}").unwrap();
            }
        }
        if let Some(source) = &package.source {
            write!(text, " source {} {}", source.name, source.version).unwrap();
        }
        for license in &package.licenses {
            write!(text, " license {license:?}").unwrap();
        }
        if !package.dependencies.is_empty() {
            text.push_str(" needs");
            package.dependencies.iter().for_each(|place| write!(text, " {place}").unwrap());
        }
        text.push('\n');
    }
    if !found.owned_files.is_empty() {
        writeln!(text, "owns {} files", found.owned_files.len()).unwrap();
    }
    for (ecosystem, name, licenses) in &found.licenses {
        writeln!(text, "{ecosystem} {name} has license {}", licenses.join(", ")).unwrap();
    }
    if let Some(release) = &found.release {
        let distribution = &release.distribution;
        writeln!(
            text,
            "release {}: {} {:?} {:?} codename {:?} like {:?} cpe {:?} until {:?}",
            release.rank,
            distribution.id,
            distribution.version,
            distribution.name,
            distribution.codename.as_deref().unwrap_or_default(),
            distribution.id_like,
            distribution.cpe.as_deref().unwrap_or_default(),
            distribution.end_of_life.as_deref().unwrap_or_default(),
        )
        .unwrap();
    }
    for gap in &found.gaps {
        writeln!(text, "gap {}: {}", gap.path, gap.reason).unwrap();
    }
    text
}
