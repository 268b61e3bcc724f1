//! What the tests of every ecosystem do: feed it a file that exists only in memory, and look at the facts as text.

use std::borrow::Borrow;
use std::fmt::Write;

use expect_test::Expect;
use model::UntrustedPath;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::ECOSYSTEMS;
use crate::found::{Evidence, Found, FoundPackage};
use crate::path_set::path_hash;
use crate::selector::SELECTOR;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Reads `bytes` as if they lay at `path`, and compares all facts.
pub(crate) fn check(ecosystem: &dyn Ecosystem, path: &str, bytes: impl AsRef<[u8]>, expected: impl Borrow<Expect>) {
    let text = if wants(ecosystem, path) {
        text(&read_with_gaps(ecosystem, path, bytes.as_ref()))
    } else {
        format!("{} does not want {path}\n", ecosystem.name())
    };
    expected.borrow().assert_eq(&text);
}

/// Whether the scanner offers the path to the ecosystem, if need be after a look at the file.
pub(crate) fn wants(ecosystem: &dyn Ecosystem, path: &str) -> bool {
    let selection = SELECTOR.select(&UntrustedPath::normalise(path));
    selection.iter().any(|place| ECOSYSTEMS[place].name() == ecosystem.name())
        || ecosystem.wants().contains(&Want::Executable)
}

/// Reads `bytes` as if they lay at `path`.
pub(crate) fn try_read(ecosystem: &dyn Ecosystem, path: &str, mut bytes: &[u8]) -> Result<Found, ReadFileError> {
    let path = UntrustedPath::normalise(path);
    let mut found = Found::default();
    ecosystem.read(&mut WantedFile::new(&path, bytes.len() as u64, &mut bytes), &mut found)?;
    Ok(found)
}

/// Reads `bytes` as if they lay at `path`, which must succeed.
pub(crate) fn read(ecosystem: &dyn Ecosystem, path: &str, bytes: &[u8]) -> Found {
    try_read(ecosystem, path, bytes).unwrap()
}

/// Reads `bytes` as the scanner does: only where the path is wanted, and an error becomes a gap.
pub(crate) fn read_with_gaps(ecosystem: &dyn Ecosystem, path: &str, mut bytes: &[u8]) -> Found {
    if !wants(ecosystem, path) {
        return Found::default();
    }
    crate::exercise::read(ecosystem, path, bytes.len() as u64, &mut bytes)
}

/// Reads all files of an archive and puts the facts together.
pub(crate) fn read_all(ecosystem: &dyn Ecosystem, files: &[(String, Vec<u8>)]) -> Found {
    let mut all = Found::default();
    for (path, bytes) in files {
        let mut found = read_with_gaps(ecosystem, path, bytes);
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
        read_with_gaps(ecosystem, path, &bytes[..length]);
    }
    let mut damaged = bytes.to_vec();
    for at in 0..bytes.len() {
        for byte in [0, b'\n', b':', 0x80, 0xff, bytes[at].wrapping_add(1)] {
            damaged[at] = byte;
            read_with_gaps(ecosystem, path, &damaged);
        }
        damaged[at] = bytes[at];
    }
}

/// The packages alone, a line for each in the order found, joined by line breaks.
pub(crate) fn listing(found: &Found) -> String {
    found.packages.iter().map(|package| line(package, found)).collect::<Vec<_>>().join("\n")
}

/// All facts, a line for each.
pub(crate) fn text(found: &Found) -> String {
    let mut text = String::new();
    for package in &found.packages {
        let evidence = match package.evidence {
            Evidence::Installed => "",
            Evidence::Locked => "locked ",
            Evidence::Supplementary => "supplementary ",
        };
        writeln!(text, "{evidence}{}", line(package, found)).unwrap();
    }
    for (_, name) in &found.direct {
        writeln!(text, "asks for {name}").unwrap();
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
    for told in &found.inexact {
        writeln!(text, "no exact version of {told}").unwrap();
    }
    for gap in &found.gaps {
        writeln!(text, "gap {}: {}", gap.path, gap.reason).unwrap();
    }
    text
}

/// Ecosystem, name, version, what is known beside it, and what it needs.
fn line(package: &FoundPackage, found: &Found) -> String {
    let mut line = format!("{} {} {}", package.ecosystem, package.name, package.version);
    let mut word = |word: &str, value: &str| write!(line, " {word}{value}").unwrap();
    if let Some(architecture) = &package.architecture {
        word("", architecture);
    }
    if let Some(module) = &package.module {
        word("module ", module);
    }
    if let Some(source) = &package.source {
        word("source ", &format!("{} {}", source.name, source.version));
    }
    match package.direct {
        Some(true) => word("", "direct"),
        Some(false) => word("", "indirect"),
        None => {}
    }
    if package.development {
        word("", "dev");
    }
    if !package.licenses.is_empty() {
        word("", &format!("[{}]", package.licenses.join("; ")));
    }
    for (key, value) in &package.qualifiers {
        word(&format!("{key}="), value);
    }
    if let Some(sha1) = &package.sha1 {
        word("sha1:", sha1);
    }
    if let Some(inner_path) = &package.inner_path {
        word("in ", inner_path);
    }
    if !package.dependencies.is_empty() {
        let name_of = |place: &u32| found.packages[*place as usize].name.as_str();
        word("-> ", &package.dependencies.iter().map(name_of).collect::<Vec<_>>().join(", "));
    }
    line
}
