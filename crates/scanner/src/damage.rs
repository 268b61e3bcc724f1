//! Damage of lists of packages that no format has a word for: an unfinished merge, an encoding that is none, zero bytes of a
//! crash, lines that nobody understands. Whatever a reader still makes of such a file, that a part of it is unknown is a gap
//! with the line.

use std::borrow::Cow;

use model::counted;

use crate::found::Found;
use crate::locked::is_lock_file;

/// How much of a line a gap shows.
const SHOWN_CHARACTERS: usize = 60;

/// Whether a file of this name lists packages and is text, so that damage of it hides some.
pub(crate) fn is_list_of_packages(name: &str) -> bool {
    let ends = [".csproj", ".fsproj", ".vbproj", ".import.proj", ".lockfile", ".sbt.lock", ".deps.json"];
    is_lock_file(name) && name != "bun.lockb"
        || LISTS.binary_search(&name).is_ok()
        || name.starts_with("requirements") && name.ends_with(".txt")
        || ends.iter().any(|end| name.ends_with(end))
}

/// Lists that are no lock files, sorted.
const LISTS: &[&str] = &[
    "Directory.Build.props",
    "Directory.Build.targets",
    "Directory.Packages.props",
    "Pipfile",
    "composer.json",
    "conanfile.txt",
    "environment.yaml",
    "environment.yml",
    "go.mod",
    "go.work",
    "modules.txt",
    "packages.config",
    "pom.xml",
    "pyproject.toml",
];

/// The text of bytes in UTF-8 or, by their mark of the byte order, UTF-16; what is none is replaced. The marks of an
/// unfinished merge are no text of either side, and leave empty lines.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = match wide(bytes) {
        Some(units) => Cow::Owned(units.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()),
        None => String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    };
    match mark_of_a_merge(&text) {
        None => text,
        Some(_) => Cow::Owned(without_marks(&text)),
    }
}

/// What is wrong with the bytes of a list of packages of this name.
pub(crate) fn of_list(name: &str, bytes: &[u8]) -> Option<String> {
    if let Some(mut units) = wide(bytes) {
        let is_damaged = bytes.len() % 2 == 1 || units.any(|unit| unit.is_none_or(|unit| unit == '\0'));
        return is_damaged.then(|| "it is no valid text in UTF-16; a part of it could not be read".to_owned());
    }
    let at = memchr::memchr(0, bytes);
    if let Some(at) = at {
        return Some(format!("it has a zero byte in line {}; a part of it is lost", line_of(bytes, at)));
    }
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = std::str::from_utf8(bytes)
        && !names_its_encoding(name)
    {
        let line = line_of(bytes, error.valid_up_to());
        return Some(format!("it is no valid text in UTF-8 from line {line} on; a part of it could not be read"));
    }
    let line = mark_of_a_merge(&text)?;
    Some(format!("it has the marks of an unfinished merge in line {line}, so that what it asks for is undecided"))
}

/// Whether a file of this name is XML, which may be in any encoding that it names.
fn names_its_encoding(name: &str) -> bool {
    ["proj", ".config", ".props", ".targets", ".xml"].iter().any(|end| name.ends_with(end))
}

/// Lines of a list that nobody understands.
#[derive(Debug, Default)]
pub(crate) struct UnreadLines {
    count: usize,
    first: Option<(usize, String)>,
}

impl UnreadLines {
    /// Notes the line of this number, which counts from 1.
    pub(crate) fn note(&mut self, number: usize, line: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| (number, line.trim().chars().take(SHOWN_CHARACTERS).map(visible).collect()));
    }

    /// Adds the gap, if there is one.
    pub(crate) fn hand_over(self, path: &str, found: &mut Found) {
        let Some((number, line)) = self.first else { return };
        let what = counted(self.count, "of its lines cannot be read", "of its lines cannot be read");
        let which = if self.count == 1 { "it is" } else { "the first is" };
        found.gap(path, format!("{what}; {which} line {number}: `{line}`"));
    }
}

/// Entries of a list that lack something, each by its line.
#[derive(Debug, Default)]
pub(crate) struct DamagedEntries {
    count: usize,
    first: usize,
}

impl DamagedEntries {
    /// Notes the entry in the line of this number, which counts from 1.
    pub(crate) fn note(&mut self, number: usize) {
        self.count += 1;
        if self.count == 1 {
            self.first = number;
        }
    }

    /// Adds the gap, if there is one; `one` and `many` say what is counted.
    pub(crate) fn hand_over(self, path: &str, one: &str, many: &str, found: &mut Found) {
        if self.count == 0 {
            return;
        }
        let which = if self.count == 1 { "it is in" } else { "the first is in" };
        found.gap(path, format!("{}; {which} line {}", counted(self.count, one, many), self.first));
    }
}

/// What stands for a character that shows nothing or does something to the terminal.
fn visible(character: char) -> char {
    if character.is_control() && !character.is_whitespace() { char::REPLACEMENT_CHARACTER } else { character }
}

/// The characters of text in UTF-16 with a mark of the byte order; `None` for units that make none.
fn wide(bytes: &[u8]) -> Option<impl Iterator<Item = Option<char>> + '_> {
    let order: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (units, _) = bytes[2..].as_chunks::<2>();
    Some(char::decode_utf16(units.iter().map(move |unit| order(*unit))).map(Result::ok))
}

/// The number of the line, from 1, with the first mark of an unfinished merge (git-merge, How conflicts are presented).
fn mark_of_a_merge(text: &str) -> Option<usize> {
    let first = text.match_indices("<<<<<<< ").map(|(at, _)| at).find(|at| *at == 0 || text[..*at].ends_with('\n'))?;
    Some(line_of(text.as_bytes(), first))
}

fn without_marks(text: &str) -> String {
    let is_mark = |line: &str| {
        let line = line.trim_end_matches(['\r', '\n']);
        ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) || line == "======="
    };
    let lines = text.split_inclusive('\n');
    lines.map(|line| if is_mark(line) { "\n" } else { line }).collect()
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..at]).count()
}

#[cfg(test)]
mod tests;
