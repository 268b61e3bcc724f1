//! Alpine packages: the database of apk-tools (apk-installed(5)), which Alpine, Wolfi, Chainguard and MinimOS share.
//! It lies in `lib/apk/db`, from Alpine 3.22 and on systems with a merged `usr` in `usr/lib/apk/db`.

use std::io::{BufRead, BufReader, Read};

use model::{Ecosystem as PackageEcosystem, SourcePackage};

use crate::capabilities::Capabilities;
use crate::damage::{DamagedEntries, UnreadLines};
use crate::declared_license::declared_license;
use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage, Mark};
use crate::owned_files::OwnedFiles;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Alpine packages.
pub(crate) struct Apk;

/// The longest database that is read, and the longest line in it: a line of dependencies has a few kilobytes.
const LARGEST_BYTES: u64 = 64 << 20;
const LONGEST_LINE: u64 = 1 << 20;

impl Ecosystem for Apk {
    fn name(&self) -> &'static str {
        "apk"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Path("lib/apk/db/installed"), Want::Path("usr/lib/apk/db/installed")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().to_string();
        let mut lines = BufReader::with_capacity(64 << 10, file.stream().take(LARGEST_BYTES));
        let mut database = Database::default();
        let mut line = Vec::new();
        let mut number = 0;
        let reason = loop {
            line.clear();
            number += 1;
            if (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
                break (lines.get_ref().limit() == 0).then_some("it is too long");
            }
            if line.len() as u64 == LONGEST_LINE {
                break Some("a line is too long");
            }
            if database.packages.len() >= Found::LARGEST_PACKAGE_COUNT {
                break Some("it lists too many packages");
            }
            database.read_line(number, String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        };
        database.end_package();
        if let Some(reason) = reason {
            let last = database.packages.last().map_or("the first", |package| &package.name);
            found.gap(&path, format!("{reason}; packages after {last} are unknown"));
        }
        for name in &database.without_version {
            found.gap(&path, format!("package {name} has no version"));
        }
        database.unread.hand_over(&path, found);
        let (one, many) = ("of its entries names no package", "of its entries name no package");
        database.nameless.hand_over(&path, one, many, found);
        let (one, many) =
            ("of its packages has no blank line before it", "of its packages have no blank line before them");
        database.joined.hand_over(&path, one, many, found);
        if database.packages.is_empty() && database.without_version.is_empty() && reason.is_none() {
            found.mark = Some(Mark::NoPackages("it lists no package".to_owned()));
        }
        if !database.capabilities.resolve(&mut database.packages) {
            found.gap(&path, "its packages have too many relations; some dependencies are unknown");
        }
        database.owned_files.finish(&path, found);
        found.append(database.packages);
        Ok(())
    }
}

/// What was read so far: whole packages, and the fields of the one that is being read.
#[derive(Default)]
struct Database {
    packages: Vec<FoundPackage>,
    without_version: Vec<String>,
    capabilities: Capabilities,
    owned_files: OwnedFiles,
    unread: UnreadLines,
    nameless: DamagedEntries,
    joined: DamagedEntries,
    /// The number of the line in which the entry begins that is being read; 0 between entries.
    begin: usize,
    folder: String,
    name: String,
    version: String,
    architecture: String,
    origin: String,
    license: String,
    provides: String,
    depends: String,
}

impl Database {
    /// Gaps are few or the file is hostile.
    const MOST_GAPS: usize = 20;

    fn read_line(&mut self, number: usize, line: &str) {
        if line.is_empty() {
            self.end_package();
            return;
        }
        let (field, value) = match line.as_bytes() {
            [field, b':', ..] if field.is_ascii_alphabetic() => (*field, &line[2..]),
            _ => return self.unread.note(number, line),
        };
        if memchr::memchr(0, value.as_bytes()).is_some() {
            self.unread.note(number, line);
        }
        if field == b'P' && !self.name.is_empty() {
            self.joined.note(number);
            self.end_package();
        }
        if self.begin == 0 {
            self.begin = number;
        }
        let place = match field {
            b'P' => &mut self.name,
            b'V' => &mut self.version,
            b'A' => &mut self.architecture,
            b'o' => &mut self.origin,
            b'L' => &mut self.license,
            b'p' => &mut self.provides,
            b'D' => &mut self.depends,
            b'F' => {
                self.folder.clear();
                &mut self.folder
            }
            // Whose files it lists stands before them; those of nobody would hide what nobody tells.
            b'R' if self.name.is_empty() => return,
            b'R' => return self.owned_files.add(&self.folder, value),
            _ => return,
        };
        // No field comes twice: the second is of a package whose beginning is lost.
        if place.is_empty() {
            place.push_str(value.trim());
        } else {
            self.unread.note(number, line);
        }
    }

    fn end_package(&mut self) {
        if self.name.is_empty() && self.begin > 0 {
            self.nameless.note(self.begin);
        }
        self.begin = 0;
        if !self.name.is_empty() && self.version.is_empty() && self.without_version.len() < Database::MOST_GAPS {
            self.without_version.push(self.name.clone());
        }
        if !self.name.is_empty() && !self.version.is_empty() {
            let place = self.packages.len() as u32;
            self.capabilities.provide(place, &self.name);
            for provided in self.provides.split_ascii_whitespace() {
                self.capabilities.provide(place, capability(provided));
            }
            for required in self.depends.split_ascii_whitespace().filter(|required| !required.starts_with('!')) {
                self.capabilities.require(place, capability(required));
            }
            let origin = if self.origin.is_empty() { &self.name } else { &self.origin };
            self.packages.push(FoundPackage {
                source: Some(SourcePackage { name: origin.clone(), version: self.version.clone() }),
                architecture: Some(self.architecture.clone()).filter(|architecture| !architecture.is_empty()),
                licenses: Some(declared_license(&self.license)).filter(|text| !text.is_empty()).into_iter().collect(),
                ..FoundPackage::new(
                    PackageEcosystem::Apk,
                    Evidence::Installed,
                    self.name.as_str(),
                    self.version.as_str(),
                )
            });
        }
        let Database { folder, name, version, architecture, origin, license, provides, depends, .. } = self;
        for field in [folder, name, version, architecture, origin, license, provides, depends] {
            field.clear();
        }
    }
}

/// The name in front of a version condition or repository tag: `so:libc.musl-x86_64.so.1` of `so:libc.musl-x86_64.so.1=1`.
fn capability(relation: &str) -> &str {
    relation.split(['=', '<', '>', '~', '@']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(text: &str, expected: Expect) {
        ecosystem_check::check(&Apk, "lib/apk/db/installed", text, expected);
    }

    #[test]
    fn packages_have_origins_relations_and_files() {
        check(
            "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:alpine-baselayout\nV:3.4.3-r1\nA:x86_64\nS:8911\nL:GPL-2.0-only\n\
             o:alpine-baselayout\nD:alpine-baselayout-data=3.4.3-r1 /bin/sh so:libc.musl-x86_64.so.1 !old>2\nF:dev\nF:etc\n\
             R:motd\na:0:0:644\nZ:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=\nF:lib\nR:x.jar\n\n\
             P:musl\nV:1.2.4-r0\nA:x86_64\nL:MIT\np:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\n\n\
             P:ssl_client\nV:1.36.1-r5\nA:x86_64\nL:GPL-2.0-only AND Custom\no:busybox\np:cmd:ssl_client=1.36 /bin/sh\n\
             D:so:libc.musl-x86_64.so.1 musl>=1.2",
            expect![[r#"
                apk alpine-baselayout 3.4.3-r1 x86_64 source alpine-baselayout 3.4.3-r1 [GPL-2.0-only] -> musl, ssl_client
                apk musl 1.2.4-r0 x86_64 source musl 1.2.4-r0 [MIT]
                apk ssl_client 1.36.1-r5 x86_64 source busybox 1.36.1-r5 [GPL-2.0-only AND Custom] -> musl
                owns 3 files
            "#]],
        );
    }

    #[test]
    fn damaged_databases_are_survived() {
        let text = "P:a\nV:1\nA:x86_64\no:b\nL:MIT\nD:b so:c=1 !d\np:so:c\nF:lib\nR:x\n\nP:b\nV:2~1\n";
        ecosystem_check::check_survives(&Apk, "lib/apk/db/installed", text.as_bytes());
    }

    #[test]
    fn odd_files_give_gaps() {
        check(
            "P:a\n\nV:1\n\nno field\nP:b\nV:2\n",
            expect![[r#"
            apk b 2 source b 2
            gap lib/apk/db/installed: package a has no version
            gap lib/apk/db/installed: 1 of its lines cannot be read; it is line 5: `no field`
            gap lib/apk/db/installed: 1 of its entries names no package; it is in line 3
        "#]],
        );
        check(
            &format!("P:a\nV:1\n\nP:{}", "b".repeat(1 << 20)),
            expect![[r#"
            apk a 1 source a 1
            gap lib/apk/db/installed: a line is too long; packages after a are unknown
        "#]],
        );
    }

    #[test]
    fn no_package_is_lost_without_a_word() {
        const MUSL: &str = "C:Q1\nP:musl\nV:1.2\nA:x86_64\nF:\nR:init\nF:lib\nR:libc.so\n";
        const ZLIB: &str = "C:Q1\nP:zlib\nV:1.3\nA:x86_64\n";
        let line = "1 of its lines cannot be read; it is line";
        for (text, packages, gaps) in [
            (format!("{MUSL}\n{ZLIB}\n"), "musl zlib", vec![]),
            (format!("{MUSL}\n\n{ZLIB}").replace('\n', "\r\n"), "musl zlib", vec![]),
            (
                format!("{MUSL}{ZLIB}\n"),
                "musl zlib",
                vec!["1 of its packages has no blank line before it; it is in line 10".to_owned()],
            ),
            (
                format!("{MUSL}\n{}\n", ZLIB.replace("P:", "\0\0P:")),
                "musl",
                vec![
                    format!("{line} 11: `\u{fffd}\u{fffd}P:zlib`"),
                    "1 of its entries names no package; it is in line 10".to_owned(),
                ],
            ),
            (
                format!("{MUSL}\n{}{MUSL}", ZLIB.replace("x86_64", "x86\0\0\0")),
                "musl zlib musl",
                vec![
                    format!("{line} 13: `A:x86\u{fffd}\u{fffd}\u{fffd}`"),
                    "1 of its packages has no blank line before it; it is in line 15".to_owned(),
                ],
            ),
            (
                format!("{MUSL}\n{}", ZLIB.replace("P:zlib\n", "")),
                "musl",
                vec!["1 of its entries names no package; it is in line 10".to_owned()],
            ),
            (format!("{MUSL}garbage\n\n{ZLIB}"), "musl zlib", vec![format!("{line} 9: `garbage`")]),
            (
                format!("{MUSL}\n<<<<<<< HEAD\n{ZLIB}=======\n{MUSL}>>>>>>> theirs\n"),
                "musl zlib musl",
                vec![
                    "3 of its lines cannot be read; the first is line 10: `<<<<<<< HEAD`".to_owned(),
                    "1 of its packages has no blank line before it; it is in line 17".to_owned(),
                ],
            ),
            (
                format!("{MUSL}{}", ZLIB.replace("P:zlib", "zlib")),
                "musl",
                vec!["3 of its lines cannot be read; the first is line 10: `zlib`".to_owned()],
            ),
        ] {
            let found = ecosystem_check::read_with_gaps(&Apk, "lib/apk/db/installed", text.as_bytes());
            let names: Vec<&str> = found.packages.iter().map(|package| package.name.as_str()).collect();
            let reasons: Vec<String> = found.gaps.into_iter().map(|gap| gap.reason).collect();
            assert_eq!((names.join(" ").as_str(), reasons), (packages, gaps), "{text:?}");
        }
    }

    #[test]
    fn real_alpine_images_have_their_packages() {
        for (image, count, musl) in [
            ("alpine-minirootfs-3.7.3-x86_64.tar.gz", 13, "1.1.18-r3"),
            ("alpine-minirootfs-3.16.9-x86_64.tar.gz", 14, "1.2.3-r3"),
            ("alpine-minirootfs-3.20.3-x86_64.tar.gz", 14, "1.2.5-r0"),
        ] {
            let Some(files) = test_support::test_files(&format!("images/alpine/{image}")) else { return };
            let found = ecosystem_check::read_all(&Apk, &files);
            assert_eq!(found.gaps, []);
            assert_eq!(found.packages.len(), count, "{image}");
            let package = |name| found.packages.iter().find(|package| package.name == name).unwrap();
            assert_eq!(package("musl").version, musl, "{image}");
            assert_eq!(package("ssl_client").source.as_ref().unwrap().name, "busybox");
            assert!(!package("busybox").dependencies.is_empty());
            assert!(ecosystem_check::owns(&found, "usr/lib/ld-musl-x86_64.so.1"));
        }
    }
}
