//! `pdm.lock`, lock_version 2 to 4 (pdm-project.org, lock file).

use std::collections::HashMap;

use serde::Deserialize;

use super::requirement::Requirement;
use super::{PYPI, normal_name, parse_toml};
use crate::ecosystems::borrowed_json::{Items, Object, Text};
use crate::ecosystems::format_version::FormatVersion;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::Found;
use crate::wanted_file::ReadFileError;

#[derive(Deserialize)]
struct PdmLock<'a> {
    #[serde(default)]
    metadata: Object<Metadata>,
    #[serde(borrow, default)]
    package: Vec<Package<'a>>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    lock_version: FormatVersion,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    groups: Items<Text<'a>>,
    #[serde(borrow, default)]
    dependencies: Items<Text<'a>>,
    /// The folder of the project's own code.
    #[serde(borrow, default)]
    path: Text<'a>,
}

/// Reads a lock file.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let lock: PdmLock<'_> = parse_toml("pdm.lock", text)?;
    if let Some(metadata) = &lock.metadata.0 {
        metadata.lock_version.tell_unless_known("lock_version", 4, found);
    }
    let mut locked = LockedPackages::new(PYPI);
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut place_of_package = Vec::with_capacity(lock.package.len());
    for package in &lock.package {
        let groups = &package.groups.0;
        let is_development = !groups.is_empty() && !groups.iter().any(|group| &**group == "default");
        let name = normal_name(&package.name);
        let is_own = !package.path.is_empty() && !package.path.ends_with(".whl") && !package.path.ends_with(".gz");
        let place = if is_own { None } else { locked.require(&name, &package.version, is_development) };
        place_of_package.push(place);
        if let Some(place) = place {
            places.insert(name, place);
        }
    }
    for (package, place) in lock.package.iter().zip(place_of_package) {
        let Some(from) = place else { continue };
        for dependency in &package.dependencies.0 {
            let on = Requirement::parse(dependency).and_then(|requirement| places.get(&requirement.name));
            if let Some(&on) = on {
                locked.depends(from, on);
            }
        }
    }
    locked.hand_over(found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::python::Python;

    #[test]
    fn groups_tell_development_and_extras_repeat_a_package() {
        let toml = r#"[metadata]
groups = ["default", "test"]
strategy = ["cross_platform"]
lock_version = "4.4"

[[package]]
name = "requests"
version = "2.31.0"
extras = ["socks"]
requires_python = ">=3.7"
groups = ["default"]
dependencies = ["PySocks!=1.5.7,>=1.5.6", "requests==2.31.0"]

[[package]]
name = "requests"
version = "2.31.0"
groups = ["default"]
dependencies = ["idna<4,>=2.5; python_version > \"3\""]
files = [{file = "requests.whl", hash = "sha256:x"}]

[[package]]
name = "idna"
version = "3.4"
groups = ["default", "test"]

[[package]]
name = "pysocks"
version = "1.7.1"

[[package]]
name = "pytest"
version = "7.4.0"
groups = ["test"]

[[package]]
name = "own"
version = "0.1"
path = "./own"
"#;
        let expected =
            ["pypi requests 2.31.0 -> idna, pysocks", "pypi idna 3.4", "pypi pysocks 1.7.1", "pypi pytest 7.4.0 dev"];
        assert_eq!(listing(&read(&Python, "pdm.lock", toml.as_bytes())), expected.join("\n"));
    }
}
