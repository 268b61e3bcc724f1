//! Finds the version of a well-known program in its content, by the marks of `programs.rs`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use memchr::{memchr_iter, memmem};
use model::Ecosystem;

use super::pass::{Watcher, Window};
use super::programs::{Mark, PROGRAMS, Program};
use crate::found::{Evidence, Found, FoundPackage};

/// The most that is read of a program, in bytes.
const MOST_BYTES: u64 = 1 << 30;

/// The longest number in a version; dates have eight digits, times of a build more.
const LONGEST_NUMBER: usize = 8;

/// How many different versions are collected before a program is given up as saying too much.
const MOST_VERSIONS: usize = 64;

/// Finds the marks that no other program has.
static TELLING: LazyLock<Option<Searcher>> =
    LazyLock::new(|| Searcher::new(PROGRAMS.iter().filter_map(|program| program.telling_text())));

/// Looks for the version of the programs that a file's name suggests, or of those that a mark suggests.
pub(super) struct ProgramFinder {
    /// What the file's name suggests.
    named: Vec<Search>,
    /// What it may be under any name, if it is nothing that its name suggests.
    telling: Vec<Search>,
}

struct Search {
    program: &'static Program,
    /// The beginning that a bare version must have: of the mark, or of the file's name.
    prefix: String,
    finder: memmem::Finder<'static>,
    versions: BTreeSet<String>,
    /// With so many versions nothing more is looked for.
    most: usize,
    /// Texts that begin with a version and go on with a build's own id.
    built: BTreeSet<String>,
}

impl ProgramFinder {
    /// A finder of the programs that this file name suggests.
    pub(super) fn for_file(name: &str) -> ProgramFinder {
        let is_named = |program: &&Program| program.names.iter().any(|pattern| matches_name(pattern, name));
        let named = PROGRAMS.iter().filter(is_named).map(|program| Search::new(program, name)).collect();
        ProgramFinder { named, telling: Vec::new() }
    }

    /// Whether the file's name suggests a program.
    pub(super) fn is_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// The same, which finds programs under names of others and of nobody too where a mark tells them.
    pub(super) fn or_by_mark(mut self) -> ProgramFinder {
        let is_other = |program: &&Program| {
            program.telling_text().is_some()
                && self.named.iter().all(|search| search.program.purl_name != program.purl_name)
        };
        // Where nothing else speaks for the program, it is this one only if it knows no version but its own.
        let search = |program| Search { most: 2, ..Search::new(program, "") };
        self.telling = PROGRAMS.iter().filter(is_other).map(search).collect();
        self
    }

    /// The programs and versions that marks have told, whatever the file's name.
    fn told(&self) -> BTreeSet<(&'static str, &str)> {
        let mut told = BTreeSet::new();
        for search in &self.telling {
            told.extend(search.versions.iter().map(|version| (search.program.purl_name, version.as_str())));
        }
        told
    }

    /// Whether marks can still tell what the file is: not once it is what its name suggests, or knows several.
    fn are_marks_wanted(&self) -> bool {
        let is_sure = |search: &Search| search.most == 1 && !search.versions.is_empty();
        !self.telling.is_empty() && !self.named.iter().any(is_sure) && self.told().len() < 2
    }

    /// Adds what was found.
    pub(super) fn hand_over(mut self, found: &mut Found) {
        let mut is_found = false;
        let mut add = |name: &str, version: String| {
            found.packages.push(FoundPackage::new(Ecosystem::Generic, Evidence::Installed, name, version));
        };
        for search in &mut self.named {
            if let Mark::BareWithBuildId = search.program.mark {
                let built = &search.built;
                search.versions.retain(|version| built.iter().any(|text| text.starts_with(version.as_str())));
            }
            // Programs that name several versions say nothing of their own.
            if search.versions.len() == 1
                && let Some(version) = search.versions.pop_first()
            {
                add(search.program.purl_name, version);
                is_found = true;
            }
        }
        // Nor do those that name several programs.
        let mut told = self.told();
        if !is_found
            && told.len() == 1
            && let Some((name, version)) = told.pop_first()
        {
            add(name, version.to_owned());
        }
    }
}

impl Watcher for ProgramFinder {
    fn wants_from(&self, offset: u64) -> Option<u64> {
        let is_open = |search: &Search| search.versions.len() < search.most;
        let is_wanted = self.named.iter().any(is_open) || self.are_marks_wanted();
        (offset < MOST_BYTES && is_wanted).then_some(offset)
    }

    fn look(&mut self, window: &Window<'_>) {
        for search in &mut self.named {
            search.look(window);
        }
        let has_mark = |gate: &Searcher| gate.find(&window.bytes[window.from..]).is_some();
        // Windows without one of the marks are passed over.
        if self.are_marks_wanted() && TELLING.as_ref().is_some_and(has_mark) {
            for search in &mut self.telling {
                search.look(window);
            }
        }
    }
}

impl Search {
    fn new(program: &'static Program, name: &str) -> Search {
        let prefix = match program.mark {
            Mark::Bare { prefix } => prefix.to_owned(),
            Mark::BareOfName => version_in_name(name).map(|version| format!("{version}.")).unwrap_or_default(),
            Mark::After { .. } | Mark::BareWithBuildId => String::new(),
        };
        let needle: &[u8] = match program.mark {
            Mark::After { text, .. } => text,
            _ => prefix.as_bytes(),
        };
        let finder = memmem::Finder::new(needle).into_owned();
        let most = if matches!(program.mark, Mark::After { .. }) { 1 } else { MOST_VERSIONS };
        Search { program, prefix, finder, versions: BTreeSet::new(), most, built: BTreeSet::new() }
    }

    fn look(&mut self, window: &Window<'_>) {
        let reach = |part: usize| &window.bytes[part..];
        match self.program.mark {
            Mark::After { text, own, numbers, end } => {
                for at in self.finder.find_iter(reach(window.from)).map(|at| window.from + at) {
                    if at >= window.until || self.versions.len() >= self.most {
                        break;
                    }
                    let version = at + text.len() - own;
                    let text = &window.bytes[version..window.bytes.len().min(version + 128)];
                    self.versions.extend(version_at(text, numbers, end));
                }
            }
            Mark::Bare { .. } | Mark::BareOfName if self.prefix.is_empty() => {}
            Mark::Bare { .. } | Mark::BareOfName => {
                for at in self.finder.find_iter(reach(window.from)).map(|at| window.from + at) {
                    if at >= window.until {
                        break;
                    }
                    if is_beginning(window.bytes, at)
                        && let Some(version) = version_at(&window.bytes[at..window.bytes.len().min(at + 64)], 2, "\0")
                    {
                        add_bare(&mut self.versions, version);
                    }
                }
            }
            Mark::BareWithBuildId => {
                for dot in memchr_iter(b'.', reach(window.from)).map(|dot| window.from + dot) {
                    let digits = window.bytes[..dot].iter().rev().take(3).take_while(|byte| byte.is_ascii_digit());
                    let at = dot - digits.count();
                    if at == dot || !is_beginning(window.bytes, at) {
                        continue;
                    }
                    let text = &window.bytes[at..window.bytes.len().min(at + 64)];
                    if let Some(version) = version_at(text, 2, "\0") {
                        add_bare(&mut self.versions, version);
                    } else if self.built.len() < MOST_VERSIONS {
                        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-');
                        let built: String = text.iter().take_while(is_part).map(|&byte| char::from(byte)).collect();
                        // Three numbers and, glued to the last, where and when it was built.
                        let has_id = built.len() >= 16 && built.matches('.').count() == 2;
                        self.built.extend(has_id.then_some(built));
                    }
                }
            }
        }
    }
}

fn add_bare(versions: &mut BTreeSet<String>, version: String) {
    if version.matches('.').count() == 2 && versions.len() < MOST_VERSIONS {
        versions.insert(version);
    }
}

/// Whether no number goes on into the text at `at`. Linkers let strings share their ends, so the byte before a text is
/// seldom a zero.
fn is_beginning(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|&byte| !byte.is_ascii_digit() && byte != b'.')
}

/// The stages of pre-releases; a number may be behind each.
const STAGES: &[&str] = &[
    "-rc.", "-beta.", "-alpha.", ".rc", "-rc", "-beta", "-alpha", "-pre", "-dev", "-DEV", "rc", "RC", "beta", "alpha",
    "preview", "devel", "dev",
];

/// How many bytes of a text are the stage of a pre-release that it begins with, 0 where it begins with none. Behind one
/// without a number the word must end: `-devuan1` is no stage.
fn stage_length(text: &[u8]) -> usize {
    let length = |stage: &&str| {
        let rest = text.strip_prefix(stage.as_bytes())?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_word = !stage.ends_with('.') && rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        (digits > 0 || is_word).then_some(stage.len() + digits)
    };
    STAGES.iter().find_map(length).unwrap_or(0)
}

/// Reads a version, which must be followed by `end` where that is not empty: so many `numbers` or more with dots between
/// them, one letter (`1.1.1w`), the stage of a pre-release (`-rc.1`, `beta2`, `-dev`), also of one on its way to such
/// (`1.1.1w-dev`, `RC2-dev`), and the plus of a build from a checkout (`3.12.1+`). One number is none without a stage.
fn version_at(bytes: &[u8], numbers: usize, end: &str) -> Option<String> {
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut length = digits(0);
    let mut parts = 1;
    if length == 0 || length > 4 {
        return None;
    }
    while parts < 5 && bytes.get(length) == Some(&b'.') {
        let more = digits(length + 1);
        if more == 0 {
            break;
        }
        if more > LONGEST_NUMBER {
            return None;
        }
        length += 1 + more;
        parts += 1;
    }
    let rest = &bytes[length..];
    let (mut behind, mut is_patch_level) = (length, false);
    let stage = stage_length(rest);
    if parts < numbers || (parts == 1 && stage == 0) {
        return None;
    }
    if stage > 0 {
        length += stage;
    } else if rest.first().is_some_and(u8::is_ascii_lowercase) {
        let letter_end = length + 1 + digits(length + 1);
        if bytes.get(letter_end).is_none_or(|byte| !byte.is_ascii_alphanumeric()) {
            // A patch level is behind the version (ruby's `3.1.7p261`), a lone letter a part of it.
            is_patch_level = rest.first() == Some(&b'p');
            behind = letter_end;
        }
    }
    if !is_patch_level {
        length = length.max(behind);
        length += stage_length(&bytes[length..]);
        length += usize::from(end == "\0" && bytes[length..].starts_with(b"+\0"));
    }
    let version = std::str::from_utf8(bytes.get(..length)?).ok()?;
    let rest = &bytes[length.max(behind)..];
    let is_followed = match end.strip_prefix('…') {
        // Any builder's own mark, then the text.
        Some(end) => memmem::find(&rest[..rest.len().min(64)], end.as_bytes())
            .is_some_and(|at| rest[..at].iter().all(|byte| byte.is_ascii_graphic())),
        None => rest.starts_with(end.as_bytes()),
    };
    let is_whole = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (is_followed && (is_whole || !end.is_empty())).then(|| version.to_owned())
}

/// Whether a pattern of the table, `*` at its end standing for anything, is this file name.
fn matches_name(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == pattern,
    }
}

/// `3.11` of `python3.11` and `libpython3.11.so.1.0`.
fn version_in_name(name: &str) -> Option<&str> {
    let start = name.find(|character: char| character.is_ascii_digit())?;
    let version = &name[start..];
    let dot = version.find('.')?;
    let minor = version[dot + 1..].bytes().take_while(u8::is_ascii_digit).count();
    (minor > 0).then(|| &version[..dot + 1 + minor])
}
