//! `go.mod` (go.dev/ref/mod, go.mod files).
//!
//! The `go` line is a least language version and says nothing of the standard library; a `toolchain` line does.

use super::{GOLANG, standard_library, standard_library_version};
use crate::damage::UnreadLines;
use crate::ecosystems::locked_packages::LockedPackages;
use crate::found::{Evidence, Found, Mark};
use crate::wanted_file::ReadFileError;

/// The most replacements that are looked at for each requirement; real files have some thirty.
const MOST_REPLACEMENTS: usize = 1000;

/// Reads the file. One without anything in it is none: it keeps a folder out of the module around it.
pub(super) fn read(text: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let mut go_mod = GoMod::default();
    let mut block = None;
    let mut unread = UnreadLines::default();
    let mut last = (0, "");
    for (number, line) in (1..).zip(text.lines()) {
        let (statement, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = statement.split_whitespace().map(|word| word.trim_matches(['"', '`']));
        let Some(first) = words.next() else { continue };
        let words: Vec<&str> = words.take(8).collect();
        last = (number, line);
        let is_read = match (block, first, words.as_slice()) {
            (Some(_), ")", _) => {
                block = None;
                true
            }
            (Some(verb), ..) => go_mod.read(verb, &[&[first], words.as_slice()].concat(), comment),
            (None, verb, ["("]) => {
                block = Some(verb);
                VERBS.contains(&verb)
            }
            (None, verb, words) => go_mod.read(verb, words, comment),
        };
        if !is_read {
            unread.note(number, line);
        }
    }
    if block.is_some() {
        // What the block lists further is cut off.
        unread.note(last.0, last.1);
    }
    if go_mod.says_nothing() && text.lines().any(|line| !line.split("//").next().unwrap_or_default().trim().is_empty())
    {
        return Err(ReadFileError::malformed("go.mod", "it has neither a module nor anything else of such a file"));
    }
    unread.hand_over("", found);
    go_mod.hand_over(found);
    Ok(())
}

/// What a line or a block may begin with.
const VERBS: &[&str] =
    &["module", "go", "toolchain", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore"];

#[derive(Default)]
struct GoMod<'a> {
    /// Module, version, whether only indirectly required.
    required: Vec<(&'a str, &'a str, bool)>,
    replaced: Vec<Replacement<'a>>,
    language: Option<&'a str>,
    toolchain: Option<&'a str>,
    has_module: bool,
}

/// `replace MODULE [VERSION] => TARGET`, the target being a module with a version or a folder.
pub(super) struct Replacement<'a> {
    module: &'a str,
    version: Option<&'a str>,
    target: Option<(&'a str, &'a str)>,
}

impl<'a> Replacement<'a> {
    /// Reads the words of a replacement.
    pub(super) fn parse(words: &[&'a str]) -> Option<Replacement<'a>> {
        let arrow = words.iter().position(|&word| word == "=>")?;
        let (&module, version) = (words.first()?, if arrow == 2 { words.get(1).copied() } else { None });
        let target = match words.get(arrow + 1..)? {
            [module, version, ..] => Some((*module, *version)),
            _ => None,
        };
        Some(Replacement { module, version, target })
    }
}

/// What stands in for a module: another one, or nothing where a folder does.
pub(super) fn replace<'a>(
    module: &'a str,
    version: &'a str,
    replacements: &[Replacement<'a>],
) -> Option<(&'a str, &'a str)> {
    // A replacement of one version goes before that of every version.
    let of = |wanted: Option<&str>| replacements.iter().find(|r| r.module == module && r.version == wanted);
    match of(Some(version)).or_else(|| of(None)) {
        Some(replacement) => replacement.target,
        None => Some((module, version)),
    }
}

impl<'a> GoMod<'a> {
    /// Takes what a statement says; false where it is none.
    fn read(&mut self, verb: &'a str, words: &[&'a str], comment: &str) -> bool {
        match (verb, words) {
            // A version begins so; a name of a branch is written by hand, and Go puts its version in its place.
            ("require", [module, version]) if version.starts_with('v') => {
                let is_indirect = comment.split(';').any(|part| part.trim() == "indirect");
                self.required.push((module, version, is_indirect));
            }
            ("replace", words) if self.replaced.len() < MOST_REPLACEMENTS => {
                self.replaced.extend(Replacement::parse(words));
            }
            ("module", [_, ..]) => self.has_module = true,
            ("go", [version, ..]) => self.language = Some(version),
            ("toolchain", [name, ..]) => self.toolchain = Some(name),
            ("require", _) => return false,
            (verb, _) => return VERBS.contains(&verb),
        }
        true
    }

    fn says_nothing(&self) -> bool {
        !self.has_module
            && self.required.is_empty()
            && self.replaced.is_empty()
            && self.language.is_none()
            && self.toolchain.is_none()
    }

    fn hand_over(self, found: &mut Found) {
        let mut locked = LockedPackages::new(GOLANG);
        for &(module, version, is_indirect) in &self.required {
            if let Some((module, version)) = replace(module, version, &self.replaced)
                && let Some(place) = locked.add(module, version, false)
            {
                locked.set_direct(place, !is_indirect);
            }
        }
        locked.hand_over(found);
        found.mark = Some(Mark::GoModule);
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
    }
}

#[cfg(test)]
mod tests {
    use crate::ecosystem_check::{listing, read};
    use crate::ecosystems::go::Go;
    use crate::found::Found;

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
            assert!(super::read(text, &mut Found::default()).is_err(), "{text}");
        }
        for text in ["", "\n// keeps this folder out\n", "module a\n"] {
            assert!(super::read(text, &mut Found::default()).is_ok(), "{text}");
        }
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
