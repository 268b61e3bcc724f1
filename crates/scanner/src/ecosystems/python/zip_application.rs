//! Zip applications: archives that Python runs as they are (PEP 441), as zipapp, shiv and PEX write them. The distributions
//! in one are described as in a folder of `sys.path`: `site-packages/a-1.dist-info/METADATA` (shiv),
//! `.deps/a-1-py3-none-any.whl/a-1.dist-info/METADATA` (PEX).
//!
//! Nothing but the central directory and the headers of these files is inflated.

use std::io::{Read, SeekFrom};
use std::ops::Range;

use model::UntrustedPath;

use super::marker::Environment;
use super::metadata;
use crate::found::{Found, FoundPackage};
use crate::wanted_file::{ReadFileError, ReadSeek, WantedFile};
use crate::zip::{self, Entry};

/// Endings of their names, in lower case.
const SUFFIXES: &[&str] = &[".pyz", ".pex"];

/// How many distributions are read of one.
const MOST_DISTRIBUTIONS: usize = 5_000;

/// The longest path of a description in it, in bytes.
const LONGEST_NAME_BYTES: usize = 4096;

/// The most that is inflated, beside eight times its own length.
const WORK_BYTES: u64 = 64 << 20;

/// Whether a file of this name, in whatever case, may be one.
pub(crate) fn is_zip_application(name: &str) -> bool {
    let name = name.as_bytes();
    SUFFIXES.iter().any(|suffix| {
        let start = name.len().checked_sub(suffix.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(suffix.as_bytes()))
    })
}

/// Reads an archive, alone or behind the line that names its interpreter. What begins in another way is something else
/// whose name ends the same, such as the modules that PyInstaller packs.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let head = file.head(2)?;
    if head != b"PK" && head != b"#!" {
        return Ok(());
    }
    let path = file.path().clone();
    let environment = Environment::of(path.as_str());
    let mut archive = file.at_random()?;
    let source: &mut dyn ReadSeek = &mut *archive;
    let length = source.seek(SeekFrom::End(0))?;
    let range = 0..length;
    let directory = zip::find_directory(source, &range)?;
    let mut members: Vec<(UntrustedPath, Entry)> = Vec::new();
    let mut is_over_limit = false;
    let visited = zip::visit_entries(source, directory, |name, entry| {
        if !describes_a_distribution(name) {
            return;
        }
        if members.len() < MOST_DISTRIBUTIONS {
            members.push((UntrustedPath::from_bytes(name), entry));
        } else {
            is_over_limit = true;
        }
    });
    if let Err(error) = visited {
        found.gap("", error.to_string());
    }
    if is_over_limit {
        found.gap("", format!("only {MOST_DISTRIBUTIONS} of the distributions in it were read"));
    }
    let mut work_left = WORK_BYTES.saturating_add(length.saturating_mul(8));
    for (name, entry) in members {
        if work_left == 0 {
            let reason = "reading it costs far more than its length warrants; unpack it and scan it by itself";
            return Err(ReadFileError::malformed("archive", reason));
        }
        let place = || format!("{}!/{}", path.as_str(), name.as_str());
        match described(source, &range, entry, environment, &mut work_left) {
            Ok(Some(package)) => {
                found.packages.push(FoundPackage { inner_path: Some(name.as_str().to_owned()), ..package });
            }
            Ok(None) => found.gap(place(), metadata::NAMELESS),
            Err(error) => found.gap(place(), error.to_string()),
        }
    }
    Ok(())
}

/// The distribution that one file in the archive describes; what it takes to inflate it goes from `work_left`.
fn described(
    source: &mut dyn ReadSeek,
    range: &Range<u64>,
    entry: Entry,
    environment: Environment,
    work_left: &mut u64,
) -> Result<Option<FoundPackage>, ReadFileError> {
    let mut content = entry.open(source, range)?.take(*work_left);
    let package = metadata::read_headers(&mut content, environment);
    *work_left = content.limit();
    package
}

fn describes_a_distribution(name: &[u8]) -> bool {
    let ends = [&b".dist-info/METADATA"[..], b".egg-info/PKG-INFO", b"EGG-INFO/PKG-INFO"];
    name.len() <= LONGEST_NAME_BYTES && ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::ecosystem_check;
    use crate::ecosystems::python::Python;
    use crate::zip::writer::zip;

    fn check(path: &str, archive: &[u8], expected: &Expect) {
        ecosystem_check::check(&Python, path, archive, expected);
    }

    fn metadata(name: &str, version: &str) -> Vec<u8> {
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: MIT\n\nRead me\n").into_bytes()
    }

    /// The archive behind the line that makes it a program.
    fn behind_interpreter(archive: &[u8]) -> Vec<u8> {
        [b"#!/usr/bin/env python3\n", archive].concat()
    }

    #[test]
    fn the_distributions_in_an_application_are_installed() {
        let shiv = zip(&[
            ("__main__.py", b"import runpy\n", true),
            ("site-packages/requests/__init__.py", b"", false),
            ("site-packages/requests-2.19.0.dist-info/METADATA", &metadata("requests", "2.19.0"), true),
            ("site-packages/requests-2.19.0.dist-info/RECORD", b"", false),
            ("site-packages/old-1.egg-info/PKG-INFO", &metadata("Old_One", "1"), false),
        ]);
        let expected = expect![[r#"
            pypi requests 2.19.0 [MIT] in site-packages/requests-2.19.0.dist-info/METADATA
            pypi old-one 1 [MIT] in site-packages/old-1.egg-info/PKG-INFO
        "#]];
        check("usr/local/bin/app.pyz", &behind_interpreter(&shiv), &expected);
        check("srv/App.PYZ", &shiv, &expected);
        let pex = zip(&[(
            ".deps/PyYAML-5.3-cp38-cp38-linux_x86_64.whl/PyYAML-5.3.dist-info/METADATA",
            &metadata("PyYAML", "5.3"),
            true,
        )]);
        check(
            "app/bin/app.pex",
            &behind_interpreter(&pex),
            &expect![[r#"
                pypi pyyaml 5.3 [MIT] in .deps/PyYAML-5.3-cp38-cp38-linux_x86_64.whl/PyYAML-5.3.dist-info/METADATA
            "#]],
        );
    }

    #[test]
    fn what_cannot_be_read_in_it_is_a_gap_and_the_rest_is_kept() {
        let mut archive = zip(&[
            ("a-1.dist-info/METADATA", &metadata("a", "1"), false),
            ("b-1.dist-info/METADATA", b"Name: b\n", false),
            ("c-1.dist-info/METADATA", &metadata("c", "1"), true),
        ]);
        let record = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        archive[record + 8] = 1;
        check(
            "a.pyz",
            &archive,
            &expect![[r#"
                pypi c 1 [MIT] in c-1.dist-info/METADATA
                gap a.pyz!/a-1.dist-info/METADATA: it is encrypted, so what is in it was not looked at
                gap a.pyz!/b-1.dist-info/METADATA: it states no name and version that can be used, so that its package is left out
            "#]],
        );
        check(
            "cut.pex",
            &behind_interpreter(&archive[..archive.len() - 30]),
            &expect![[r#"
                gap cut.pex: it is no valid zip archive: it has no end record, so it is cut short or something else
            "#]],
        );
        // PyInstaller's modules.
        check("PYZ-00.pyz", b"PYZ\0\x42\x0d\x0d\x0a", &expect![[""]]);
        check("a.pex", b"", &expect![[""]]);
    }

    /// An archive of one entry with this many, all in the same place.
    fn repeat_directory(archive: &[u8], count: u32) -> Vec<u8> {
        let at = archive.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        let end = archive.len() - 22;
        let mut repeated = archive[..at].to_vec();
        (0..count).for_each(|_| repeated.extend_from_slice(&archive[at..end]));
        repeated.extend_from_slice(&archive[end..end + 12]);
        repeated.extend((count * (end - at) as u32).to_le_bytes());
        repeated.extend_from_slice(&archive[end + 16..]);
        repeated
    }

    #[test]
    fn more_distributions_than_are_read_are_told_as_such() {
        let archive = zip(&[("a.dist-info/METADATA", &metadata("a", "1"), false)]);
        for (count, is_told) in [(5_000, false), (5_001, true)] {
            let found = ecosystem_check::read_with_gaps(&Python, "many.pyz", &repeat_directory(&archive, count));
            assert_eq!(found.packages.len(), 5_000);
            let gaps: Vec<&str> = found.gaps.iter().map(|gap| gap.reason.as_str()).collect();
            let told = ["only 5000 of the distributions in it were read"];
            assert_eq!(gaps, if is_told { &told[..] } else { &[] });
        }
    }

    #[test]
    fn descriptions_that_inflate_without_end_are_cut() {
        let mut bomb = b"Name: a\nVersion: 1\n".to_vec();
        bomb.resize(1 << 20, b'x');
        let archive = zip(&[("a.dist-info/METADATA", &bomb, true)]);
        let repeated = repeat_directory(&archive, 100);
        let text = ecosystem_check::text(&ecosystem_check::read_with_gaps(&Python, "bomb.pyz", &repeated));
        assert!(text.contains("gap bomb.pyz: it is no valid archive: reading it costs far more"), "{text}");
    }
}
