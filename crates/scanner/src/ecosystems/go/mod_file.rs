//! `go.mod` (go.dev/ref/mod, go.mod files).
//!
//! The `go` line is a least language version and says nothing of the standard library; a `toolchain` line does.

use super::module::{GoModule, Replacement, Requirement};
use super::{GOLANG, standard_library, standard_library_version, statements};
use crate::found::{Evidence, Found, Mark};
use crate::locked::is_in_dependency_folder;
use crate::wanted_file::ReadFileError;

/// Reads the file at `path`. One without anything in it is none: it keeps a folder out of the module around it.
pub(super) fn read(path: &str, text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut go_mod = GoMod::default();
    let unread = statements::read(text, VERBS, |verb, words, comment| go_mod.read(verb, words, comment));
    if go_mod.says_nothing() && !statements::is_blank(text) {
        return Err(ReadFileError::malformed("go.mod", "it has neither a module nor anything else of such a file"));
    }
    unread.hand_over("", found);
    go_mod.hand_over(path, found);
    Ok(())
}

/// What a line or a block may begin with.
const VERBS: &[&str] =
    &["module", "go", "toolchain", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore"];

#[derive(Default)]
struct GoMod<'a> {
    module: GoModule,
    language: Option<&'a str>,
    toolchain: Option<&'a str>,
}

impl<'a> GoMod<'a> {
    /// Takes what a statement says; false where it is none.
    fn read(&mut self, verb: &'a str, words: &[&'a str], comment: &str) -> bool {
        match (verb, words) {
            // A version begins so; a name of a branch is written by hand, and Go puts its version in its place.
            ("require", [module, version]) if version.starts_with('v') => {
                let is_indirect = comment.split(';').any(|part| part.trim() == "indirect");
                let (module, version) = ((*module).to_owned(), (*version).to_owned());
                self.module.required.push(Requirement { module, version, is_indirect });
            }
            ("replace", words) => match Replacement::parse(words) {
                Some(replacement) => self.module.replaced.push(replacement),
                None => return false,
            },
            ("module", [path, ..]) => self.module.path = (*path).to_owned(),
            ("go", [version, ..]) => self.language = Some(version),
            ("toolchain", [name, ..]) => self.toolchain = Some(name),
            ("require", _) => return false,
            (verb, _) => return VERBS.contains(&verb),
        }
        true
    }

    fn says_nothing(&self) -> bool {
        self.module == GoModule::default() && self.language.is_none() && self.toolchain.is_none()
    }

    fn hand_over(self, path: &str, found: &mut Found) {
        self.module.hand_over_alone(found);
        if let Some(version) = self.toolchain.and_then(standard_library_version) {
            found.packages.push(standard_library(&version, Evidence::Locked));
        }
        let lists_everything = self.language.is_some_and(|version| match version.strip_prefix("1.") {
            Some(minor) => {
                let digits = minor.find(|character: char| !character.is_ascii_digit()).unwrap_or(minor.len());
                minor[..digits].parse::<u32>().is_ok_and(|minor| minor >= 17)
            }
            None => true,
        });
        if !lists_everything {
            found.supplements.push(GOLANG);
        }
        // No workspace has what came along with a dependency.
        let module = if is_in_dependency_folder(path) { GoModule::default() } else { self.module };
        found.mark = Some(Mark::GoModule(Box::new(module)));
    }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::go::Go;
    use crate::found::{Found, Mark};

    #[test]
    fn requirements_replacements_and_the_toolchain_are_read() {
        let text = r#"module example.com/app // comment

go 1.21

toolchain go1.22.3

require github.com/pkg/errors v0.9.1
require (
	"golang.org/x/net" v0.17.0
	golang.org/x/text v0.13.0 // indirect
	example.com/local v0.0.0
	github.com/a/b v1.0.0 // indirect; kept for x
	github.com/a/c/v2 v2.0.0+incompatible
)

replace (
	example.com/local => ../local
	github.com/a/b v1.0.0 => github.com/fork/b v1.0.1
)
replace github.com/pkg/errors v0.8.0 => github.com/pkg/errors v0.7.0
exclude golang.org/x/net v0.16.0
retract [v1.0.0, v1.9.9]
"#;
        let expected = [
            "golang github.com/pkg/errors v0.9.1 direct",
            "golang golang.org/x/net v0.17.0 direct",
            "golang golang.org/x/text v0.13.0 indirect",
            "golang github.com/fork/b v1.0.1 indirect",
            "golang github.com/a/c/v2 v2.0.0+incompatible direct",
            "golang stdlib 1.22.3",
        ];
        let found = read(&Go, "src/go.mod", text.as_bytes());
        assert_eq!(listing(&found), expected.join("\n"));
        assert!(found.supplements.is_empty());
    }

    #[test]
    fn what_is_no_such_file_is_malformed_and_an_empty_one_is_none() {
        for text in ["<html>not found</html>\n", "module\n"] {
            assert!(super::read("go.mod", text, &mut Found::default()).is_err(), "{text}");
        }
        for text in ["", "\n// keeps this folder out\n", "module a\n"] {
            assert!(super::read("go.mod", text, &mut Found::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_replacement_of_one_version_goes_before_that_of_every_version() {
        let text = "module a\n\ngo 1.21\n\nrequire (\n\texample.com/x v1.0.0\n\texample.com/x/v2 v2.0.0\n)\n\nreplace (\n\t\
                    example.com/x => /srv/x\n\texample.com/x v1.0.0 => example.com/fork v1.0.1\n\texample.com/x/v2 =>\n)\n";
        let found = read(&Go, "go.mod", text.as_bytes());
        let expected = "golang example.com/fork v1.0.1 direct\ngolang example.com/x/v2 v2.0.0 direct";
        assert_eq!(listing(&found), expected);
        assert_eq!(found.gaps[0].reason, "1 of its lines cannot be read; it is line 13: `example.com/x/v2 =>`");
    }

    #[test]
    fn nothing_is_kept_of_modules_that_came_along() {
        let text = b"module example.com/a\n\ngo 1.21\n\nrequire example.com/b v1.0.0\n";
        let kept = |path: &str| match read(&Go, path, text).mark {
            Some(Mark::GoModule(module)) => module.required.len(),
            _ => panic!("it is a module"),
        };
        assert_eq!((kept("srv/a/go.mod"), kept("root/go/pkg/mod/example.com/a@v1.0.0/go.mod")), (1, 0));
    }

    #[test]
    fn only_old_files_need_the_list_of_sums() {
        for (text, needs) in
            [("go 1.16\n", 1), ("module a\n", 1), ("go 1.17\n", 0), ("go 1.21rc2\n", 0), ("go 2.0\n", 0)]
        {
            assert_eq!(read(&Go, "go.mod", text.as_bytes()).supplements.len(), needs, "{text}");
        }
    }
}
