//! Small text files in which a runtime or a toolchain, unpacked by hand, says its version.

use model::Ecosystem;

use crate::ecosystems::locked_packages::is_word;
use crate::found::{Evidence, Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// The most that is read of one, in bytes; the manifest of a Rust toolchain has some 700 KiB.
const MOST_BYTES: u64 = 4 << 20;

/// Reads a release file; a file that only has the name of one is passed over.
pub(super) fn read(file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
    let name = file.path().file_name().to_owned();
    if !matches!(name.as_str(), "release" | "OTP_VERSION" | "multirust-channel-manifest.toml") {
        return Ok(());
    }
    let text = String::from_utf8_lossy(file.bytes_up_to(MOST_BYTES)?);
    let package = match name.as_str() {
        "release" => java(&text),
        "OTP_VERSION" => {
            text.lines().next().map(|version| ("erlang", version.trim().trim_end_matches("**").to_owned()))
        }
        _ => rust(&text),
    };
    if let Some((name, version)) = package
        && is_word(&version)
        && version.starts_with(|first: char| first.is_ascii_digit())
    {
        found.packages.push(FoundPackage::new(Ecosystem::Generic, Evidence::Installed, name, version));
    }
    Ok(())
}

/// `release` of a Java runtime (JEP 223): `JAVA_VERSION="17.0.9"`, `IMPLEMENTOR="Eclipse Adoptium"`.
fn java(text: &str) -> Option<(&'static str, String)> {
    let field = |key: &str| {
        let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim().trim_matches('"'))
    };
    let version = field("JAVA_VERSION")?;
    let name = match field("IMPLEMENTOR") {
        Some(implementor) if implementor.starts_with("Oracle") && !is_open(text) => "oracle-jdk",
        _ if field("GRAALVM_VERSION").is_some() => "graalvm",
        _ => "openjdk",
    };
    Some((name, version.to_owned()))
}

/// Oracle publishes both its own builds and those of the OpenJDK project, which carry the latter's repository.
fn is_open(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("SOURCE=") && line.contains("open:"))
}

/// The manifest of a Rust toolchain: `version = "1.95.0 (59807616e 2026-04-14)"` below `[pkg.rustc]`.
fn rust(text: &str) -> Option<(&'static str, String)> {
    let (_, table) = text.split_once("\n[pkg.rustc]\n")?;
    let version = table.lines().next()?.strip_prefix("version = \"")?;
    Some(("rust", version.split([' ', '"']).next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::binaries::Binaries;

    fn check(path: &str, text: &str, expected: &str) {
        assert_eq!(listing(&read(&Binaries, path, text.as_bytes())), expected, "{path}");
    }

    #[test]
    fn runtimes_say_their_version() {
        let release = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\nJAVA_VERSION_DATE=\"2023-10-17\"\n";
        check("opt/java/openjdk/release", release, "generic openjdk 17.0.9");
        check("opt/java8/release", "JAVA_VERSION=\"1.8.0_392\"\nOS_NAME=\"Linux\"\n", "generic openjdk 1.8.0_392");
        check("x/releases/25/OTP_VERSION", "25.2.3\n", "generic erlang 25.2.3");
        let manifest = "[pkg.rust]\nversion = \"x\"\n\n[pkg.rustc]\nversion = \"1.95.0 (59807616e 2026-04-14)\"\n";
        check("lib/rustlib/multirust-channel-manifest.toml", manifest, "generic rust 1.95.0");
    }

    #[test]
    fn other_files_of_these_names_are_passed_over() {
        check("etc/release", "some text\n", "");
        check("a/release", "JAVA_VERSION=\"\"\n", "");
        check("a/OTP_VERSION", "", "");
        check("bin/tool", "#!/bin/sh\n", "");
    }
}
