//! Go modules, as sources have them; what is in Go programs is read by `binaries`.
//!
//! | file | what it tells |
//! |---|---|
//! | `go.mod` | the modules a project requires, itself or indirectly |
//! | `go.work` | which projects are built together, and what replaces modules for all of them |
//! | `go.sum` | modules that were downloaded; counts only beside a `go.mod` of before Go 1.17, which is not complete |
//! | `vendor/modules.txt` | the modules copied into the project |
//! | `go/VERSION` | the toolchain, and with it the standard library |
//!
//! The standard library is the package `stdlib` with the toolchain's version, as the Go vulnerability database has it.

use model::Ecosystem as Registry;

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

pub(super) mod build_info;
mod mod_file;
mod module;
mod statements;
mod sum_file;
mod vendor;
mod work_file;

pub(crate) use module::{GoModule, GoWorkspace, Replacements};

/// Reads Go modules.
pub(crate) struct Go;

impl Ecosystem for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Name("go.mod"),
            Want::Name("go.sum"),
            Want::Name("go.work"),
            Want::NameInFolder("vendor", "modules.txt"),
            Want::NameInFolder("go", "VERSION"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        match path.file_name() {
            "go.mod" => mod_file::read(path.as_str(), &file.text()?, found)?,
            "go.work" => work_file::read(&file.text()?, found)?,
            "go.sum" => sum_file::read(&file.text()?, found)?,
            "modules.txt" => vendor::read(&file.text()?, found)?,
            _ => {
                let head = file.head(128)?;
                let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
                let version = std::str::from_utf8(line).ok().and_then(standard_library_version);
                // A file of this name may be of something else than Go.
                if version.is_none() && (line.starts_with(b"go1") || line.starts_with(b"devel ")) {
                    found.gap(path.as_str(), NO_LIBRARY_VERSION);
                }
                found.packages.extend(version.map(|version| standard_library(&version, Evidence::Installed)));
            }
        }
        Ok(())
    }
}

/// The ecosystem of every package here.
const GOLANG: Registry = Registry::Golang;

/// What is said where a toolchain calls itself nothing that is a release of Go.
pub(super) const NO_LIBRARY_VERSION: &str =
    "the version of Go's standard library is not told, so that its vulnerabilities are not found";

/// The standard library as a package.
fn standard_library(version: &str, evidence: Evidence) -> FoundPackage {
    FoundPackage::new(GOLANG, evidence, "stdlib", version)
}

/// The version of the standard library that a toolchain of this name brings, in the form of the Go vulnerability
/// database: `go1.22.3 X:boringcrypto` is `1.22.3`, `go1.23rc2` is `1.23.0-rc.2`. Toolchains built from an unreleased
/// state are of the release that they lead to, where they tell it: `devel go1.22-0123456789` is `1.22`. Those of before
/// Go 1.17 tell a commit alone.
fn standard_library_version(toolchain: &str) -> Option<String> {
    let toolchain = toolchain.trim();
    let toolchain = toolchain.strip_prefix("devel ").unwrap_or(toolchain).trim_start();
    let version = toolchain.split([' ', '\t']).next()?.strip_prefix("go")?;
    let numbers_end =
        version.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(version.len());
    let (numbers, rest) = version.split_at(numbers_end);
    let parts = numbers.split('.').count();
    if !(2..=3).contains(&parts) || numbers.len() > 32 || numbers.split('.').any(str::is_empty) {
        return None;
    }
    for stage in ["rc", "beta"] {
        if let Some(number) = rest.strip_prefix(stage) {
            let number: String = number.chars().take_while(char::is_ascii_digit).take(4).collect();
            let patch = if parts == 2 { ".0" } else { "" };
            let number = if number.is_empty() { number } else { format!(".{number}") };
            return Some(format!("{numbers}{patch}-{stage}{number}"));
        }
    }
    // Builders append their own mark: `b7` (BoringCrypto), `-1-fips`, `-bigcorp`, `+auto`.
    Some(numbers.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{listing, read, read_with_gaps};

    #[test]
    fn toolchain_names_become_standard_library_versions() {
        for (toolchain, version) in [
            ("go1.22.3", Some("1.22.3")),
            ("go1.18", Some("1.18")),
            ("go1.22.3 X:nocoverageredesign", Some("1.22.3")),
            ("go1.18.7b7", Some("1.18.7")),
            ("go1.21.3-1-fips", Some("1.21.3")),
            ("go1.23rc2", Some("1.23.0-rc.2")),
            ("go1.9.4beta1", Some("1.9.4-beta.1")),
            ("go1.19rc", Some("1.19.0-rc")),
            ("devel go1.22-0123456789 Mon Jan 1", Some("1.22")),
            ("go1.26-devel_0123456789 Mon Jan 1", Some("1.26")),
            ("devel +0123456789 Mon Jan 1", None),
            ("go1.2.3.", None),
            (" ", None),
            ("go1", None),
            ("go1..2", None),
            ("1.22", None),
        ] {
            assert_eq!(standard_library_version(toolchain).as_deref(), version, "{toolchain}");
        }
    }

    #[test]
    fn an_installed_toolchain_is_its_standard_library() {
        let found = read(&Go, "usr/local/go/VERSION", b"go1.22.3\ntime 2024-05-01T19:49:47Z\n");
        assert_eq!(listing(&found), "golang stdlib 1.22.3");
        assert_eq!(listing(&read(&Go, "opt/mango/VERSION", b"7.1\n")), "");
    }

    #[test]
    fn an_installed_toolchain_of_no_release_is_a_gap() {
        let gaps = |text: &str| -> Vec<String> {
            let found = read_with_gaps(&Go, "usr/local/go/VERSION", text.as_bytes());
            assert_eq!(listing(&found), "", "{text}");
            found.gaps.into_iter().map(|gap| format!("{}: {}", gap.path, gap.reason)).collect()
        };
        let told = [format!("usr/local/go/VERSION: {NO_LIBRARY_VERSION}")];
        assert_eq!(gaps("devel +0123456789 Mon Jan 1\n"), told);
        assert_eq!(gaps("go1.2.3.\n"), told);
        // It is of a project for Go.
        assert_eq!(gaps("7.1\n"), [] as [&str; 0]);
    }
}
