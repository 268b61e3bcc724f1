//! Reasons of gaps, as the sources of those who read files write them: each has Japanese.

use std::path::Path;

use super::*;

/// Where the reasons are written.
const READERS: &[&str] = &[
    "scanner/src",
    "misconfiguration/src",
    "oci/src/companions.rs",
    "oci/src/file_tree.rs",
    "oci/src/manifest_tree.rs",
    "oci/src/tar.rs",
    "oci/src/tar",
    "signatures/src/envelope.rs",
    "signatures/src/evidence.rs",
    "signatures/src/material.rs",
    "signatures/src/notation",
    "signatures/src/notation.rs",
    "formats/src/bill/builder.rs",
    "formats/src/cyclonedx/read.rs",
    "formats/src/spdx/read.rs",
];

/// What a reason stands behind in a source.
const MARKS: &[&str] =
    &["malformed(", "Gap::new(", ".gap(", "Err(", "ok_or(", "refuse(", "let reason =", "unread(", "cannot_read("];

/// Sentences that are put together of parts, and errors of something else than a part that cannot be read: these are not
/// asked for as they stand. Of each, what a report says of it, where it says it.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "7 (77); pin with `=` or `==`",
        &[
            "1 of its packages has no pinned version (a); pin with `=` or `==`",
            "2 of its packages have no pinned version (a and 7 more); pin with `=` or `==`",
        ],
    ),
    ("7, the first is 7", &["1 of its packages has no version, the first is a"]),
    (
        "7 missing among those that can run, the first is 7",
        &[
            "1 file of a lower layer that only a hard link makes executable is missing among those that can run, the first is a",
            "2 files of lower layers that only hard links make executable are missing among those that can run, the first is a",
        ],
    ),
    (
        "7 git or a folder, without a version to look up",
        &[
            "1 of its packages comes from git or a folder, without a version to look up",
            "2 of its packages come from git or a folder, without a version to look up",
        ],
    ),
    (
        "7, without a version to look up",
        &[
            "1 of its packages comes from git, without a version to look up",
            "2 of its packages come from git, without a version to look up",
        ],
    ),
    (
        "of its packages has no version to look up",
        &["1 of its packages has no version to look up", "2 of its packages have no version to look up"],
    ),
    (
        "7 (7); pin with `==`",
        &[
            "1 of its requirements has no pinned version (a); pin with `==`",
            "2 of its requirements have no pinned version (a, b); pin with `==`",
        ],
    ),
    (
        "7 (7); name the package and pin with `==`",
        &[
            "1 of its requirements is a place that tells no version (a); name the package and pin with `==`",
            "2 of its requirements are places that tell no version (a); name the package and pin with `==`",
        ],
    ),
    ("it refers to 7 than are followed of one file", &["it refers to 1 more file than are followed of one file"]),
    (
        "of its lines does not describe a package",
        &["1 of its lines does not describe a package", "2 of its lines do not describe a package"],
    ),
    (
        "7, so that it is unknown where files that a layer has there lie",
        &[
            "it leads through symbolic links in a circle, so that it is unknown where files that a layer has there lie",
            "it leads through more than 40 symbolic links, so that it is unknown where files that a layer has there lie",
            "its path and the links that it leads through have more than 7 parts, so that it is unknown where files that a layer has there lie",
        ],
    ),
    (
        "of its packages lacks a name or a version",
        &["1 of its packages lacks a name or a version", "2 of its packages lack a name or a version (`a`)"],
    ),
    (
        "it is a 7 link to 7, which is 7",
        &[
            "it is a symbolic link to a, which is no regular file but a pipe, socket or device",
            "it is a hard link to a, which is no regular file but a pipe, socket or device",
        ],
    ),
    (
        "it is a hard link to 7, which is 7",
        &[
            "it is a hard link to a, which is a symbolic link",
            "it is a hard link to a, which is no regular file but a pipe, socket or device",
        ],
    ),
    (
        "it refers to 7, which 7; 7 is unknown",
        &[
            "it refers to a, which is not there; what it asks for is unknown",
            "it refers to a, which depends on the environment; which versions it sets is unknown",
            "it refers to a, which is a pattern of names; what it asks for is unknown",
        ],
    ),
    ("it is 7, and was not read", &["it is no regular file but a pipe, socket or device, and was not read"]),
    (
        "the layer has more to say than 7 MiB, and 7 left out",
        &["the layer has more to say than 7 MiB, and 2 more of its files and whiteouts are left out"],
    ),
    (
        "it says that this is 7, 7",
        &[
            "it says that this is Debian, and the list of its packages (a) is missing or cannot be read, so that no package of the system is known",
            "it says that this is Arch Linux, whose list of packages (a) cannot be read, so that no package of the system is known",
            "it says that this is Bottlerocket, which is built as one image and has no list of its packages that can be read, so that no package of the system is known",
            "it says that this is a, and it is not known where it lists its packages, so that no package of the system is known",
        ],
    ),
    (
        "7 with wide permissions than can be listed of one layer",
        &["2 more files and folders with wide permissions than can be listed of one layer"],
    ),
    (
        "it is a symbolic link to 7, and no packages are found behind it",
        &["it is a symbolic link to a, and no packages are found behind it, so that no package of the system is known"],
    ),
    (
        "symbolic link to a file with packages is not followed, because there are too many of them",
        &[
            "1 symbolic link to a file with packages is not followed, because there are too many of them",
            "2 symbolic links to files with packages are not followed, because there are too many of them",
        ],
    ),
    (
        "symbolic link to a folder with packages is not followed, because there are too many of them",
        &[
            "1 symbolic link to a folder with packages is not followed, because there are too many of them",
            "2 symbolic links to folders with packages are not followed, because there are too many of them",
        ],
    ),
    (
        "symbolic link to a package is not followed, because there are too many of them",
        &[
            "1 symbolic link to a package is not followed, because there are too many of them",
            "2 symbolic links to packages are not followed, because there are too many of them",
        ],
    ),
    (
        "hard link to a file with packages is not followed, because there are too many of them",
        &[
            "1 hard link to a file with packages is not followed, because there are too many of them",
            "2 hard links to files with packages are not followed, because there are too many of them",
        ],
    ),
    (
        "values of its expressions 7; what needs them counts as unknown",
        &["values of its expressions take more than the 7 steps that are made; what needs them counts as unknown"],
    ),
    (
        "the Compose file 7; its end may be missing",
        &[
            "the Compose file is empty; its end may be missing",
            "the Compose file has no services at line 7; its end may be missing",
            "the Compose file says nothing of its service `a` at line 7; its end may be missing",
        ],
    ),
    (
        "7 the most that services of a folder may take over",
        &["200000 values are the most that services of a folder may take over"],
    ),
    ("it 7; its end may be missing", &["it has a job or a step that says nothing; its end may be missing"]),
    (
        "only the first 7 packages are read, and 7",
        &[
            "only the first 7 packages are read, and 1 is left out",
            "only the first 7 packages are read, and 2 are left out",
        ],
    ),
    (
        "the layer has things in 7 beyond those whose names are kept, as in folders very deep in one another; files in there may lie elsewhere than is said",
        &[
            "the layer has things in 2 folders that it does not list beyond those whose names are kept, as in folders very deep in one another; files in there may lie elsewhere than is said",
        ],
    ),
    (
        "more folder of a Python package has no METADATA in its layer, so that the package may be left out",
        &[
            "1 more folder of a Python package has no METADATA in its layer, so that the package may be left out",
            "2 more folders of Python packages have no METADATA in their layers, so that the packages may be left out",
        ],
    ),
    ("the folder", &["cannot read the folder: Permission denied (os error 13)"]),
    ("the link", &["cannot read the link: Permission denied (os error 13)"]),
];

/// What no mark stands before, as what counts something.
const COUNTED: &[&str] = &[
    "1 more file could not be looked into",
    "2 more files could not be looked into",
    "1 more file that an upper layer removes or replaces could not be looked into",
    "2 more files that upper layers remove or replace could not be looked into",
    "1 more finding in files that upper layers remove or replace than can be kept of one image",
    "2 more findings in files that upper layers remove or replace than can be kept of one image",
    "layer 7 removes or replaces the file, and the image still holds it: cannot read it: a",
    "1 more file could not be read",
    "2 more files could not be read",
    "1 of its lines cannot be read; it is line 3: `a`",
    "2 of its lines cannot be read; the first is line 3: `a`",
    "1 of its entries names no package; it is in line 3",
    "2 of its entries name no package; the first is in line 3",
    "1 of its entries has no version that can be used (a)",
    "2 of its entries have no version that can be used (a, b, …)",
    "1 of its fields comes twice in its entry; it is in line 3",
    "2 of its fields come twice in their entries; the first is in line 3",
    "1 of its packages has no state; it is in line 3",
    "2 of its packages have no state; the first is in line 3",
    "1 of its packages has no blank line before it; it is in line 3",
    "2 of its packages have no blank line before them; the first is in line 3",
    "1 of its files that can run, or that tell owners, is left out: the list of one layer has 7 MiB",
    "2 of its files that can run, or that tell owners, are left out: the list of one layer has 7 MiB",
    "1 symbolic link is left out, so that files may lie elsewhere than is said",
    "it is a symbolic link to a, which is not there",
    "it is a symbolic link to a, which lies outside of the folder that is scanned",
    "it leads through symbolic links in a circle",
    "it leads through too many symbolic links (limit 40), so that what is behind them was not read",
    "it is cut off: the file ends before its headers do; its packages may be missing",
    "it is cut off: the file ends before its section headers do; its packages may be missing",
    "it is cut off: the file ends before its sections do; its packages may be missing",
    "it is cut off: the file ends before its segments do; its packages may be missing",
    "1 more misconfiguration than the 7 that are listed",
    "1 of its packages cannot be read, the first because it points at a page twice",
    "1 more file or folder of the folder cannot be read",
    "1 further entry cannot be used either",
    "2 listed with package URLs of type `a` are of no known ecosystem",
    "it names dependencies, and the lock file above it is that of another project, so that their versions are unknown; `bundle lock` writes one",
    "it names dependencies, and the lock file above it is that of another project, which does not name them all, so that their versions are unknown; `npm install` writes one",
    "1 Java archive such as lib/junit.jar tells no version, so that it is left out",
    "2 Java archives such as a.war!/WEB-INF/lib/junit.jar tell no version, so that they are left out",
    "the Maven group of 1 package such as snakeyaml `1.26` is unknown, so that advisories may be missed",
    "the Maven group of 2 packages such as snakeyaml `1.26` is unknown, so that advisories may be missed",
    "the version of 1 package such as qs `^6.5.1` cannot be compared, so that advisories may be missed",
    "the versions of 2 packages such as qs `^6.5.1` cannot be compared, so that advisories may be missed",
    "the source of 1 package such as libssl3 `3.0.9-1` is unknown, so that advisories may be missed",
    "the source of 2 packages such as libssl3 `3.0.9-1` is unknown, so that advisories may be missed",
    "it does not name source packages, so that advisories which name only those may be missed",
    "the version of Go's standard library is not told, so that its vulnerabilities are not found",
    "its `buildscript` names plug-ins, and no `buildscript-gradle.lockfile` lies beside or above it, so that their versions are unknown; `gradle buildEnvironment --write-locks` writes one where the `buildscript` calls `activateDependencyLocking()`",
    "it names dependencies, and no `gradle.lockfile` lies beside or above it, so that their versions are unknown; `gradle dependencies --write-locks` writes one where the build turns on `dependencyLocking`",
    "it names dependencies, and the lock file above it is that of another project, so that their versions are unknown; `gradle dependencies --write-locks` writes one where the build turns on `dependencyLocking`",
];

/// The sentences of a source that stand behind one of these marks, with 7 for every value in them.
fn sentences(source: &str, marks: &[&str]) -> Vec<String> {
    let own = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = own.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let behind = marks.iter().flat_map(|mark| code.split(mark).skip(1));
    behind.filter_map(sentence).collect()
}

/// The first text behind a mark, unless something else is said before it.
fn sentence(behind: &str) -> Option<String> {
    let (before, rest) = behind.split_once('"')?;
    if before.len() > 90 || before.contains([';', '{', '}']) {
        return None;
    }
    let mut said = String::new();
    let mut letters = rest.chars().peekable();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => match letters.next()? {
                '\n' => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                other => said.push(other),
            },
            '{' if letters.next_if_eq(&'{').is_some() => said.push('{'),
            '{' => {
                while letters.next()? != '}' {}
                said.push('7');
            }
            '}' => {
                letters.next_if_eq(&'}');
                said.push('}');
            }
            letter => said.push(letter),
        }
    }
    let words: Vec<&str> = said.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase());
    words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1])).then_some(said)
}

/// Adds the sentences of a source, or of all in a folder.
pub(super) fn sources(path: &Path, marks: &[&str], found: &mut Vec<String>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        return entries.for_each(|entry| sources(&entry, marks, found));
    }
    let name = path.to_str().unwrap();
    let is_of_tests = ["/tests/", "/tests.rs", "/exercise", "_tests.rs", "/checks/", "/ecosystem_check.rs", "/base.rs"];
    if name.ends_with(".rs") && !is_of_tests.iter().any(|part| name.contains(part)) {
        found.extend(sentences(&std::fs::read_to_string(path).unwrap(), marks));
    }
}

/// Asserts that all sentences have Japanese: those that were found but for parts, which `others` has whole, and further ones
/// that no mark stands before. `file` is where the Japanese stands.
pub(super) fn check(
    found: &[String],
    others: &[(&str, &[&str])],
    further: &[&str],
    file: &str,
    is_said: impl Fn(&str) -> bool,
) {
    let is_other = |english: &str| others.iter().any(|(other, _)| *other == english);
    let mut unsaid: Vec<&str> =
        found.iter().map(String::as_str).filter(|english| !is_said(english) && !is_other(english)).collect();
    unsaid.extend(others.iter().flat_map(|(_, whole)| *whole).chain(further).filter(|english| !is_said(english)));
    unsaid.sort_unstable();
    unsaid.dedup();
    assert!(unsaid.is_empty(), "write these into content/messages/{file}: {unsaid:#?}");
    let gone: Vec<_> = others.iter().filter(|(other, _)| !found.iter().any(|english| english == other)).collect();
    assert!(gone.is_empty(), "no source says any longer: {gone:#?}");
}

#[test]
fn every_reason_that_a_reader_writes_has_japanese() {
    let crates = test_support::checkout().join("crates");
    let mut found = Vec::new();
    for reader in READERS {
        sources(&crates.join(reader), MARKS, &mut found);
    }
    assert!(found.len() > 250, "only {} were found", found.len());
    check(&found, OTHERS, COUNTED, "found.ja.json", |english| PhraseBook::translate(&[&FOUND.gaps], english).is_some());
}
