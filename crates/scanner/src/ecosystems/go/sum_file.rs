//! `go.sum` (go.dev/ref/mod, go.sum files): `MODULE VERSION HASH`, and `MODULE VERSION/go.mod HASH` for modules of which
//! only the requirements were looked at.

use std::collections::BTreeMap;

use model::version::VersionScheme;

use super::GOLANG;
use crate::damage::UnreadLines;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::{Evidence, Found};
use crate::wanted_file::ReadFileError;

/// Reads the file: of each module whose content was downloaded, the highest version, which is the one Go chooses.
///
/// # Errors
/// When there is something in it and none of it is understood.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut chosen: BTreeMap<&str, &str> = BTreeMap::new();
    let mut is_understood = text.trim().is_empty();
    let mut unread = UnreadLines::default();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().take(4).collect();
        let (module, version) = match words.as_slice() {
            // Hashes begin with the name of their algorithm.
            [module, version, hash] if version.starts_with('v') && hash.contains(':') => (*module, *version),
            [] => continue,
            _ => {
                unread.note(number, line);
                continue;
            }
        };
        is_understood = true;
        if version.ends_with("/go.mod") {
            continue;
        }
        let highest = chosen.entry(module).or_insert(version);
        if is_higher(version, highest) {
            *highest = version;
        }
    }
    let mut locked = LockedPackages::with_evidence(GOLANG, Evidence::Supplementary);
    for (module, version) in chosen {
        locked.add(module, version, false);
    }
    locked.hand_over(found);
    if !is_understood {
        return Err(ReadFileError::malformed("go.sum", "it names no module with its hash"));
    }
    unread.hand_over("", found);
    Ok(())
}

fn is_higher(version: &str, other: &str) -> bool {
    match (VersionScheme::Semver.key(version), VersionScheme::Semver.key(other)) {
        (Ok(key), Ok(other)) => key > other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::go::Go;
    use crate::found::Evidence;

    #[test]
    fn the_highest_downloaded_version_counts() {
        let text = "golang.org/x/net v0.1.0 h1:x=\ngolang.org/x/net v0.1.0/go.mod h1:x=\ngolang.org/x/net v0.7.0 h1:x=\n\
                    golang.org/x/net v0.9.0/go.mod h1:x=\ngithub.com/a/b v1.0.0 h1:x=\nbroken\n";
        let found = read(&Go, "go.sum", text.as_bytes());
        assert_eq!(listing(&found), "golang github.com/a/b v1.0.0\ngolang golang.org/x/net v0.7.0");
        assert!(found.packages.iter().all(|package| package.evidence == Evidence::Supplementary));
    }
}
