//! `vendor/modules.txt` (go.dev/ref/mod, vendoring): `# MODULE VERSION [=> REPLACEMENT]` before each module's packages.
//!
//! A vendored module lies in the image itself, so it counts as installed, but only when a package of it was copied:
//! modules without one are listed for the record.

use super::GOLANG;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::{Evidence, Found};
use crate::wanted_file::ReadFileError;

/// Reads the file.
///
/// # Errors
/// When there is something in it and none of it is understood.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut locked = LockedPackages::with_evidence(GOLANG, Evidence::Installed);
    let mut module = None;
    let mut is_understood = text.trim().is_empty();
    for line in text.lines() {
        is_understood |= line.starts_with('#') && !line.starts_with("#!");
        if line.starts_with("## ") {
            continue;
        }
        if let Some(header) = line.strip_prefix("# ") {
            let words: Vec<&str> = header.split_whitespace().take(8).collect();
            module = match words.as_slice() {
                [_, _, "=>", module, version, ..] => Some((*module, *version)),
                // A folder of the project, or a line that only repeats a replacement.
                [_, _, "=>", _] | [_, "=>", ..] => None,
                [module, version, ..] => Some((*module, *version)),
                [module] => {
                    locked.require(module, "", false);
                    None
                }
                [] => None,
            };
        } else if !line.trim().is_empty()
            && let Some((module, version)) = module.take()
        {
            locked.add(module, version, false);
        }
    }
    locked.hand_over(found);
    if is_understood { Ok(()) } else { Err(ReadFileError::malformed("modules.txt", "it names no module")) }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::go::Go;

    #[test]
    fn modules_with_copied_packages_are_installed() {
        let text = "# github.com/a/b v1.0.0\n## explicit; go 1.17\ngithub.com/a/b\ngithub.com/a/b/sub\n\
                    # github.com/a/unused v1.0.0\n## explicit\n\
                    # github.com/c/d v1.0.0 => github.com/fork/d v1.1.0\ngithub.com/c/d\n\
                    # example.com/own v0.0.0 => ./own\nexample.com/own\n# github.com/c/d => github.com/fork/d v1.1.0\n";
        let found = read(&Go, "src/vendor/modules.txt", text.as_bytes());
        assert_eq!(listing(&found), "golang github.com/a/b v1.0.0\ngolang github.com/fork/d v1.1.0");
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn a_module_without_a_version_is_a_gap() {
        let text = "# github.com/gin-gonic/gin\n## explicit\ngithub.com/gin-gonic/gin\n# a.b/c v1.0.0\na.b/c\n";
        let found = read(&Go, "src/vendor/modules.txt", text.as_bytes());
        assert_eq!(listing(&found), "golang a.b/c v1.0.0");
        assert_eq!(found.gaps[0].reason, "1 of its packages lacks a name or a version (`github.com/gin-gonic/gin`)");
    }
}
