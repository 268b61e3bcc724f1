//! Swift packages: `Package.resolved`, versions 1 to 3. A package is named by its repository's address without scheme
//! and `.git`, as advisories (OSV, SwiftURL) and purls name it. Of a `Package.swift` it is only seen whether it asks for
//! packages (`swift/package_file.rs`), and `Cartfile.resolved` of Carthage is not read: a gap.

use model::Ecosystem as Kind;
use serde::Deserialize;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::borrowed_json::object;
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::{program_text, unread_list};
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::{is_in_dependency_folder, is_in_folder_of};
use crate::wanted_file::{ReadFileError, WantedFile};

mod package_file;

/// Where Swift and Xcode, and CocoaPods and Carthage beside them, keep what they fetched.
const FETCHED: &[&str] = &[".build", "Carthage", "DerivedData", "Pods", "SourcePackages"];

/// Swift Package Manager.
pub(crate) struct Swift;

impl Ecosystem for Swift {
    fn name(&self) -> &'static str {
        "swift"
    }

    fn wants(&self) -> &'static [Want] {
        // Xcode keeps one in the workspace of a project, others beside `Package.swift`.
        &[
            Want::Name("Package.resolved"),
            Want::Name(".package.resolved"),
            Want::Name("Package.swift"),
            Want::Name("Cartfile.resolved"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == "Package.swift" {
            if !is_in_folder_of(path.as_str(), FETCHED) && !is_in_dependency_folder(path.as_str()) {
                found.mark = package_file::read(program_text::read(file)?.as_deref()).into_mark();
            }
            return Ok(());
        }
        if path.file_name() == "Cartfile.resolved" {
            let reason = "lock files of Carthage are not read, so that the packages in it are unknown";
            // What Carthage fetched brings its own.
            return if is_in_folder_of(path.as_str(), FETCHED) {
                Ok(())
            } else {
                unread_list::tell(file, reason, found)
            };
        }
        let resolved: Resolved =
            object(file.bytes()?).map_err(|error| ReadFileError::malformed("Package.resolved", error))?;
        resolved.version.tell_unless_known("version", 3, found);
        let pins = resolved.pins.or(resolved.object.map(|object| object.pins));
        let pins = pins.ok_or_else(|| ReadFileError::malformed("Package.resolved", "it has no list of pins"))?;
        for pin in pins {
            let name = match (&pin.identity, pin.location.trim()) {
                // A package from a registry has an identity `scope.name` and no address.
                (Some(identity), "") => identity.clone(),
                (_, location) => repository(location),
            };
            let version = match (pin.state.version, pin.state.branch, pin.state.revision) {
                (Some(version), _, _) => version,
                (None, Some(branch), Some(revision)) => format!("{branch}@{revision}"),
                (None, Some(version), None) => version,
                (None, None, Some(revision)) => format!("revision@{revision}"),
                (None, None, None) => String::new(),
            };
            if name.is_empty() || version.is_empty() {
                found.gap(path.as_str(), format!("the pin of `{name}` has no version"));
                continue;
            }
            found.packages.push(FoundPackage::new(Kind::Swift, Evidence::Locked, name, version));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Resolved {
    #[serde(default)]
    version: FormatVersion,
    /// Version 1.
    #[serde(default)]
    object: Option<Pins>,
    /// Versions 2 and 3.
    #[serde(default)]
    pins: Option<Vec<Pin>>,
}

#[derive(Deserialize)]
struct Pins {
    pins: Vec<Pin>,
}

#[derive(Deserialize)]
struct Pin {
    #[serde(default)]
    identity: Option<String>,
    #[serde(default, alias = "repositoryURL")]
    location: String,
    #[serde(default)]
    state: State,
}

#[derive(Default, Deserialize)]
struct State {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    branch: Option<String>,
    #[serde(default)]
    revision: Option<String>,
}

/// The address without scheme, user, port and `.git`: `github.com/owner/repository`.
fn repository(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (host, path) = match rest.split_once('/') {
        // git@github.com:owner/repository.git
        Some((host, path)) if scheme.is_empty() && host.contains('@') && host.contains(':') => {
            let (host, owner) = host.split_once(':').unwrap_or((host, ""));
            (host, format!("{owner}/{path}"))
        }
        Some((host, path)) => (host, path.to_owned()),
        None => return rest.to_owned(),
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let path = path.trim_end_matches('/');
    format!("{host}/{}", path.strip_suffix(".git").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(text: &str, expected: &Expect) {
        ecosystem_check::check(&Swift, "Package.resolved", text, expected);
    }

    #[test]
    fn the_lock_file_of_carthage_is_a_gap_where_it_is_the_projects_own() {
        let text = "github \"Alamofire/Alamofire\" \"5.4.3\"\n";
        let expected =
            "gap app/Cartfile.resolved: lock files of Carthage are not read, so that the packages in it are unknown\n";
        for (path, text, expected) in [
            ("app/Cartfile.resolved", text, expected),
            ("app/Cartfile.resolved", "", ""),
            ("app/Carthage/Checkouts/Alamofire/Cartfile.resolved", text, ""),
        ] {
            let found = ecosystem_check::read_with_gaps(&Swift, path, text.as_bytes());
            assert_eq!(ecosystem_check::text(&found), expected, "{path}");
        }
    }

    #[test]
    fn every_version_of_the_file_is_read() {
        check(
            r#"{"object":{"pins":[{"package":"Alamofire","repositoryURL":"https://github.com/Alamofire/Alamofire.git","state":{"branch":null,"revision":"f96b","version":"5.4.3"}},
                {"package":"X","repositoryURL":"git@GitHub.com:acme/x.git","state":{"branch":"main","revision":"abc","version":null}}]},"version":1}"#,
            &expect![[r#"
                locked swift github.com/Alamofire/Alamofire 5.4.3
                locked swift github.com/acme/x main@abc
            "#]],
        );
        check(
            r#"{"originHash":"x","pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://github.com/apple/swift-nio/","state":{"revision":"a","version":"2.40.0"}},
                {"identity":"mona.linkedlist","kind":"registry","location":"","state":{"version":"1.2.0"}},
                {"identity":"y","kind":"remoteSourceControl","location":"ssh://git@gitlab.com:22/a/y.git","state":{"revision":"abc"}}],"version":3}"#,
            &expect![[r#"
                locked swift github.com/apple/swift-nio 2.40.0
                locked swift mona.linkedlist 1.2.0
                locked swift gitlab.com/a/y revision@abc
            "#]],
        );
        check(
            r#"{"pins":[{"location":"a"}],"version":2}"#,
            &expect![[r#"
            gap Package.resolved: the pin of `a` has no version
        "#]],
        );
        check(
            "{\"pins\":3}",
            &expect![[r#"
                gap Package.resolved: it is no valid Package.resolved: invalid type: integer `3`, expected a sequence at line 1 column 9
            "#]],
        );
    }
}
