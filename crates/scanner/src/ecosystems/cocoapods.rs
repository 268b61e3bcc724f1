//! CocoaPods: `Podfile.lock`. Subspecs (`Firebase/Core`) are parts of one pod and become one package; pods from a local
//! path are the project itself. Of a `Podfile` it is only seen whether it asks for pods (`cocoapods/podfile.rs`).

use std::collections::{BTreeMap, BTreeSet};

use model::Ecosystem as Kind;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::locked_packages::Unusable;
use crate::ecosystems::program_text;
use crate::found::{Evidence, Found, FoundPackage};
use crate::locked::{is_in_dependency_folder, is_in_folder_of};
use crate::wanted_file::{ReadFileError, WantedFile};
use crate::yaml;

mod podfile;

/// Where CocoaPods, and Carthage beside it, keep what they fetched.
const FETCHED: &[&str] = &["Carthage", "Pods"];

/// CocoaPods.
pub(crate) struct Cocoapods;

impl Ecosystem for Cocoapods {
    fn name(&self) -> &'static str {
        "cocoapods"
    }

    fn wants(&self) -> &'static [Want] {
        // Pods/Manifest.lock is a copy of the lock file that goes with the installed pods.
        &[Want::Name("Podfile.lock"), Want::NameInFolder("Pods", "Manifest.lock"), Want::Name("Podfile")]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == "Podfile" {
            if !is_in_folder_of(path.as_str(), FETCHED) && !is_in_dependency_folder(path.as_str()) {
                found.mark = podfile::read(program_text::read(file)?.as_deref()).into_mark();
            }
            return Ok(());
        }
        let text = file.text()?;
        let lock: Lock = yaml::parse(&text)?;
        if lock.pods.is_empty() {
            yaml::check_keys(&text, &["PODS", "DEPENDENCIES", "PODFILE CHECKSUM"], "Podfile.lock")?;
        }
        let direct: BTreeSet<&str> = lock.dependencies.iter().map(|text| pod(text)).collect();
        let has_path = |keys: &BTreeMap<String, IgnoredAny>| keys.keys().any(|key| key.ends_with("path"));
        let local: BTreeSet<&str> =
            lock.sources.iter().filter(|(_, keys)| has_path(keys)).map(|(source, _)| pod(source)).collect();
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        let mut needs = Vec::new();
        let mut unusable = Unusable::default();
        for listed in &lock.pods {
            let (text, needed) = match listed {
                Listed::Alone(text) => (text.as_str(), &[][..]),
                Listed::WithNeeds(map) => match map.iter().next() {
                    Some((text, needed)) => (text.as_str(), needed.as_slice()),
                    None => continue,
                },
            };
            let name = pod(text);
            let version = text.split_once(" (").map_or("", |(_, version)| version.trim_end_matches(')'));
            if local.contains(name) {
                continue;
            }
            if name.is_empty() || version.is_empty() {
                unusable.note(name);
                continue;
            }
            let place = *places.entry(name).or_insert_with(|| {
                let mut package = FoundPackage::new(Kind::Cocoapods, Evidence::Locked, name, version);
                package.direct = Some(direct.contains(name));
                found.packages.push(package);
                found.packages.len() as u32 - 1
            });
            needs.extend(needed.iter().map(|needed| (place, pod(needed))));
        }
        unusable.hand_over(path.as_str(), found);
        for (place, needed) in needs {
            if let Some(&needed) = places.get(needed)
                && needed != place
                && let Some(package) = found.packages.get_mut(place as usize)
            {
                package.dependencies.push(needed);
            }
        }
        for package in &mut found.packages {
            package.dependencies.sort_unstable();
            package.dependencies.dedup();
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Lock {
    #[serde(rename = "PODS", default)]
    pods: Vec<Listed>,
    #[serde(rename = "DEPENDENCIES", default)]
    dependencies: Vec<String>,
    #[serde(rename = "EXTERNAL SOURCES", default)]
    sources: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Alone(String),
    WithNeeds(BTreeMap<String, Vec<String>>),
}

/// The pod's name in `Pod/Subspec (requirement)`.
fn pod(text: &str) -> &str {
    text.split([' ', '/']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ecosystem_check;

    fn check(text: &str, expected: &Expect) {
        ecosystem_check::check(&Cocoapods, "ios/Podfile.lock", text, expected);
    }

    #[test]
    fn subspecs_are_one_pod_with_its_relations() {
        check(
            "PODS:\n  - Alamofire (5.10)\n  - Firebase/Core (8.0.0):\n    - Firebase/CoreOnly\n    - GoogleUtilities/Network (~> 7.4)\n  - Firebase/CoreOnly (8.0.0)\n\
             \x20 - GoogleUtilities/Network (7.4.0)\n  - \"GoogleUtilities/NSData+zlib (7.4.0)\"\n  - Own (0.1)\n\n\
             DEPENDENCIES:\n  - Alamofire (~> 5)\n  - Firebase/Core\n  - Own (from `../`)\n\n\
             SPEC REPOS:\n  trunk:\n    - Alamofire\n\nEXTERNAL SOURCES:\n  Own:\n    :path: \"../\"\n\nSPEC CHECKSUMS:\n  Alamofire: 1234\n\nPODFILE CHECKSUM: 00\n\nCOCOAPODS: 1.10.1\n",
            &expect![[r#"
                locked cocoapods Alamofire 5.10 direct
                locked cocoapods Firebase 8.0.0 direct -> GoogleUtilities
                locked cocoapods GoogleUtilities 7.4.0 indirect
            "#]],
        );
        check(
            "PODS:\n  - A\n  - B (1.0)\n  - C ()\n  - Own\n\nEXTERNAL SOURCES:\n  Own:\n    :path: \"../\"\n",
            &expect![[r#"
                locked cocoapods B 1.0 indirect
                gap ios/Podfile.lock: 2 of its entries have no version that can be used (A, C)
            "#]],
        );
        check(
            "PODS: 3\n",
            &expect![[r#"
                gap ios/Podfile.lock: it is no valid YAML: expected sequence start at line 1, column 7
            "#]],
        );
    }
}
