//! How the tests of ecosystems read a file that exists only in memory.

use model::UntrustedPath;

use crate::ecosystem::Ecosystem;
use crate::found::{Found, FoundPackage};
use crate::wanted_file::{ReadFileError, WantedFile};

/// Reads `bytes` as if they lay at `path`.
pub(crate) fn try_read(ecosystem: &dyn Ecosystem, path: &str, bytes: &[u8]) -> Result<Found, ReadFileError> {
    let path = UntrustedPath::normalise(path);
    let mut content = bytes;
    let mut found = Found::default();
    let mut file = WantedFile::new(&path, bytes.len() as u64, &mut content);
    ecosystem.read(&mut file, &mut found)?;
    Ok(found)
}

/// Reads `bytes` as if they lay at `path`, which must succeed.
pub(crate) fn read(ecosystem: &dyn Ecosystem, path: &str, bytes: &[u8]) -> Found {
    try_read(ecosystem, path, bytes).unwrap()
}

/// One line for each package, in the order found: ecosystem, name, version, what is known beside it, dependencies.
pub(crate) fn listing(found: &Found) -> String {
    let name_of = |place: &u32| found.packages[*place as usize].name.as_str();
    let line = |package: &FoundPackage| {
        let mut line = format!("{} {} {}", package.ecosystem, package.name, package.version);
        match package.direct {
            Some(true) => line.push_str(" direct"),
            Some(false) => line.push_str(" indirect"),
            None => {}
        }
        if package.development {
            line.push_str(" dev");
        }
        if !package.licenses.is_empty() {
            line.push_str(&format!(" [{}]", package.licenses.join("; ")));
        }
        for (key, value) in &package.qualifiers {
            line.push_str(&format!(" {key}={value}"));
        }
        if !package.dependencies.is_empty() {
            line.push_str(" -> ");
            line.push_str(&package.dependencies.iter().map(name_of).collect::<Vec<_>>().join(", "));
        }
        line
    };
    found.packages.iter().map(line).collect::<Vec<_>>().join("\n")
}
