//! What the paragraphs of a status file say of packages, and what in them cannot be read.

use model::{Ecosystem, SourcePackage};

use super::State;
use super::paragraphs::{Paragraph, Statements};
use crate::damage::{DamagedEntries, UnreadLines};
use crate::found::{Evidence, Found, FoundPackage};

/// What cannot be read of a file, by its lines.
#[derive(Default)]
pub(super) struct Damage {
    lines: UnreadLines,
    nameless: DamagedEntries,
    stateless: DamagedEntries,
    joined: DamagedEntries,
    repeated: DamagedEntries,
}

impl Damage {
    /// Notes that the file has nothing in it.
    pub(super) fn note_empty(&mut self) {
        self.nameless.note(1);
    }

    /// Adds the gaps.
    pub(super) fn hand_over(self, path: &str, found: &mut Found) {
        self.lines.hand_over(path, found);
        self.nameless.hand_over(path, "of its entries names no package", "of its entries name no package", found);
        self.stateless.hand_over(path, "of its packages has no state", "of its packages have no state", found);
        let (one, many) =
            ("of its packages has no blank line before it", "of its packages have no blank line before them");
        self.joined.hand_over(path, one, many, found);
        let (one, many) = ("of its fields comes twice in its entry", "of its fields come twice in their entries");
        self.repeated.hand_over(path, one, many, found);
    }
}

/// The fields of a package that matter.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) depends: &'a str,
    pub(super) pre_depends: &'a str,
    pub(super) provides: &'a str,
    source: &'a str,
    architecture: &'a str,
    status: &'a str,
    /// The number of the line in which it begins.
    line: usize,
    /// Whether it has any field.
    has_fields: bool,
    /// Whether it has the field of the name, be it empty.
    is_named: bool,
}

impl Fields<'_> {
    /// Whether files of it are on the disk, as far as its state tells.
    fn has_files(&self) -> bool {
        // The last of the three words is the state; the others are the wish and a flag.
        !matches!(self.status.split_whitespace().next_back(), Some("not-installed" | "config-files"))
    }

    pub(super) fn package(&self) -> FoundPackage {
        let source = match self.source.split_once('(') {
            Some((name, version)) => (name.trim(), version.trim_end().trim_end_matches(')').trim()),
            None => (self.source, self.version),
        };
        let (source_name, source_version) = if source.0.is_empty() { (self.name, self.version) } else { source };
        FoundPackage {
            source: Some(SourcePackage { name: source_name.to_owned(), version: source_version.to_owned() }),
            architecture: Some(self.architecture.to_owned()).filter(|architecture| !architecture.is_empty()),
            ..FoundPackage::new(Ecosystem::Deb, Evidence::Installed, self.name, self.version)
        }
    }
}

/// The packages of a paragraph whose files are on the disk: more than one where the blank line between them was lost.
pub(super) struct Stanzas<'a, 'd> {
    paragraph: &'a str,
    statements: Statements<'a>,
    state: State,
    has_zero: bool,
    /// The package that is being read.
    begun: Option<Fields<'a>>,
    /// How far lines were counted, in bytes, and the number of the line there.
    counted: usize,
    line: usize,
    damage: &'d mut Damage,
}

impl<'a, 'd> Stanzas<'a, 'd> {
    /// The packages of the paragraph; what cannot be read in it is noted.
    pub(super) fn of(paragraph: &'a Paragraph<'_>, state: State, damage: &'d mut Damage) -> Stanzas<'a, 'd> {
        let text: &str = &paragraph.text;
        Stanzas {
            paragraph: text,
            statements: Statements::of(text),
            state,
            has_zero: memchr::memchr(0, text.as_bytes()).is_some(),
            begun: Some(Fields { line: paragraph.line, ..Fields::default() }),
            counted: 0,
            line: paragraph.line,
            damage,
        }
    }

    /// Reads up to where the next package begins.
    fn read(&mut self) -> Option<Fields<'a>> {
        let mut fields = self.begun.take()?;
        while let Some(statement) = self.statements.next() {
            let (at, text) = (statement.at, statement.text);
            let Some((name, value)) = statement.field else {
                self.note_line(at, text);
                continue;
            };
            fields.has_fields = true;
            if self.has_zero
                && let Some(zero) = memchr::memchr(0, text.as_bytes())
            {
                let start = text[..zero].rfind('\n').map_or(0, |end| end + 1);
                self.note_line(at + start, &text[start..]);
            }
            // Field names are compared without case; the first letter sorts out most of them.
            let place = match name.as_bytes().first().map(u8::to_ascii_lowercase) {
                Some(b'a') if name.eq_ignore_ascii_case("architecture") => &mut fields.architecture,
                Some(b'd') if name.eq_ignore_ascii_case("depends") => &mut fields.depends,
                Some(b'p') if name.eq_ignore_ascii_case("package") => {
                    if fields.is_named {
                        let line = self.line_of(at);
                        self.damage.joined.note(line);
                        let begun = Fields { name: value, line, is_named: true, has_fields: true, ..Fields::default() };
                        self.begun = Some(begun);
                        return Some(fields);
                    }
                    fields.is_named = true;
                    &mut fields.name
                }
                Some(b'p') if name.eq_ignore_ascii_case("pre-depends") => &mut fields.pre_depends,
                Some(b'p') if name.eq_ignore_ascii_case("provides") => &mut fields.provides,
                Some(b's') if name.eq_ignore_ascii_case("source") => &mut fields.source,
                Some(b's') if name.eq_ignore_ascii_case("status") => &mut fields.status,
                Some(b'v') if name.eq_ignore_ascii_case("version") => &mut fields.version,
                _ => continue,
            };
            // dpkg refuses a list with any field twice, so that it never wrote this one: the second may be of a package
            // whose beginning is lost. Of fields that say nothing of which package it is nothing is missed.
            if place.is_empty() {
                *place = value;
            } else {
                let line = self.line_of(at);
                self.damage.repeated.note(line);
            }
        }
        Some(fields)
    }

    fn note_line(&mut self, at: usize, text: &str) {
        let line = self.line_of(at);
        self.damage.lines.note(line, text.lines().next().unwrap_or_default());
    }

    /// The number of the line at a place. Places come in their order, so that each byte is gone through once.
    fn line_of(&mut self, at: usize) -> usize {
        if let Some(between) = self.paragraph.as_bytes().get(self.counted..at) {
            self.line += memchr::memchr_iter(b'\n', between).count();
            self.counted = at;
        }
        self.line
    }
}

impl<'a> Iterator for Stanzas<'a, '_> {
    type Item = Fields<'a>;

    fn next(&mut self) -> Option<Fields<'a>> {
        loop {
            let fields = self.read()?;
            if !fields.has_fields {
                continue;
            }
            if fields.name.is_empty() {
                self.damage.nameless.note(fields.line);
            } else if fields.status.is_empty() && self.state == State::Stated {
                self.damage.stateless.note(fields.line);
            } else if fields.has_files() {
                return Some(fields);
            }
        }
    }
}
