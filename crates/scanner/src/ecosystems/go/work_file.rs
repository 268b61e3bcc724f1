//! `go.work` (go.dev/ref/mod, go.work files): the modules that are built together, and what replaces others for all of
//! them. What that makes of their requirements is settled in `crate::workspaces`.

use super::module::{GoWorkspace, Replacement};
use super::{standard_library, standard_library_version, statements};
use crate::found::{Evidence, Found, Mark};
use crate::wanted_file::ReadFileError;

/// What a line or a block may begin with.
const VERBS: &[&str] = &["go", "toolchain", "godebug", "use", "replace"];

/// Reads the file.
///
/// # Errors
/// When there is something in it and none of it is understood.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut workspace = GoWorkspace::default();
    let mut language = None;
    let mut toolchain = None;
    let unread = statements::read(text, VERBS, |verb, words, _| {
        match (verb, words) {
            ("use", [folder]) => workspace.used.push((*folder).to_owned()),
            ("replace", words) => match Replacement::parse(words) {
                Some(replacement) => workspace.replaced.push(replacement),
                None => return false,
            },
            ("go", [version, ..]) => language = Some(*version),
            ("toolchain", [name, ..]) => toolchain = Some(*name),
            ("use", _) => return false,
            (verb, _) => return VERBS.contains(&verb),
        }
        true
    });
    let says_nothing =
        workspace == GoWorkspace::default() && language.is_none() && toolchain.is_none() && !statements::is_blank(text);
    if says_nothing {
        return Err(ReadFileError::malformed("go.work", "it has neither a module nor anything else of such a file"));
    }
    unread.hand_over("", found);
    if let Some(version) = toolchain.and_then(standard_library_version) {
        found.packages.push(standard_library(&version, Evidence::Locked));
    }
    found.mark = Some(Mark::GoWorkspace(Box::new(workspace)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{listing, read, read_with_gaps};
    use crate::ecosystems::go::Go;

    #[test]
    fn folders_replacements_and_the_toolchain_are_read() {
        let text = "go 1.22 // least\n\ntoolchain go1.22.3\n\nuse ./tools\nuse (\n\t./a\n\t\"./b\"\n)\n\nreplace (\n\t\
                    example.com/x => ../x\n\texample.com/y v1.0.0 => example.com/fork v1.0.1\n)\n";
        let found = read(&Go, "src/go.work", text.as_bytes());
        assert_eq!(listing(&found), "golang stdlib 1.22.3");
        let Some(Mark::GoWorkspace(workspace)) = found.mark else { panic!("it is a workspace") };
        assert_eq!(workspace.used, ["./tools", "./a", "./b"]);
        let targets: Vec<_> = workspace.replaced.iter().map(Replacement::target).collect();
        assert_eq!(targets, [None, Some(("example.com/fork", "v1.0.1"))]);
    }

    #[test]
    fn what_is_not_understood_is_told() {
        for (text, reason) in [
            (
                "<html>not found</html>\n",
                "it is no valid go.work: it has neither a module nor anything else of such a file",
            ),
            ("go 1.22\nreplace a\n", "1 of its lines cannot be read; it is line 2: `replace a`"),
            ("use (\n\t./a\n", "1 of its lines cannot be read; it is line 2: `./a`"),
            (
                "use ./a\n<<<<<<< x\n=======\n>>>>>>> y\n",
                "it has the marks of an unfinished merge in line 2, so that what it asks for is undecided",
            ),
        ] {
            let found = read_with_gaps(&Go, "go.work", text.as_bytes());
            assert_eq!(found.gaps[0].reason, reason);
        }
        assert!(read_with_gaps(&Go, "go.work", b"\n// nothing\n").gaps.is_empty());
    }
}
