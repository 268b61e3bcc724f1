//! One pass over bytes: the gate points at places, rules look at them, and what is found is masked at once.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

use model::Severity;
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};
use twox_hash::XxHash3_64;

use crate::allow::Subject;
use crate::around::{is_bounded, is_in_documentation_block, is_in_module_documentation, is_in_session};
use crate::assignment::{self, Assignment};
use crate::lead::LEAD_BYTES;
use crate::mask::{self, Mask};
use crate::pattern::Pattern;
use crate::place::{Mark, Place, PlaceFacts, PlaceKind, Syntax, name_and_ending};
use crate::plausible;
use crate::rule::{Kind, LONGEST_LITERAL_BYTES, Rule};
use crate::rules::SecretRules;
use crate::shapes::Shaped;
use crate::shown::Shown;
use crate::validators::{Check, Matched};

/// How far a pattern may reach behind its literal.
const REACH_BYTES: usize = 4 << 10;
/// How far around a match the texts are looked for that must be near.
const NEAR_BYTES: usize = 4 << 10;
/// The most findings of one rule in one file.
const MOST_OF_ONE_RULE: u32 = 100;
/// The most findings in one file.
const MOST_IN_ONE_FILE: usize = 1_000;
/// Work of patterns for each byte of a file, in bytes that are looked at, and for a file of no bytes.
const WORK_PER_BYTE: u64 = 64;
const LEAST_WORK: u64 = 4 << 20;
/// Work of patterns for a file of any size.
const MOST_WORK: u64 = 1 << 30;
/// What reading an assignment counts as.
const ASSIGNMENT_WORK: usize = 256;
/// What share of the bytes before a sample counts as work, which are looked at for where tests or documentation begin.
const MARK_WORK_SHARE: usize = 16;
/// How often the mark may change from file to file of a patch, and the longest path of one, in bytes.
const MOST_PATCHED_FILES: usize = 10_000;
const LONGEST_HEADER_BYTES: usize = 4 << 10;
/// Encoded texts within encoded texts.
const DEEPEST: u8 = 2;

/// The state of looking through one file.
#[derive(Debug)]
pub(crate) struct Pass<'r> {
    pub(crate) rules: &'r SecretRules,
    pub(crate) kind: PlaceKind,
    path: String,
    /// What the path says, once asked: most files have nothing that asks.
    facts: OnceCell<PlaceFacts>,
    pub(crate) is_text: bool,
    /// The first bytes of the file.
    head: Vec<u8>,
    states: Vec<RuleState>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) is_cut_off: bool,
    pub(crate) is_exhausted: bool,
    work: u64,
    seen_bytes: u64,
    depth: u8,
    /// In a patch, from which places on it changes a file of which mark.
    patched: Vec<(u64, Option<Mark>)>,
    /// The assignment that was read last, which several rules ask for.
    last: Option<(u64, Option<(Assignment, String)>)>,
}

/// What a pass remembers of a rule.
#[derive(Debug, Clone, Copy, Default)]
struct RuleState {
    /// Whether the rule holds for the file's path, once asked.
    holds: Option<bool>,
    /// No match may begin before this place.
    from: u64,
    count: u32,
}

/// Something found, before it is settled which of several findings in one place stays.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) rule: usize,
    pub(crate) severity: Severity,
    pub(crate) mark: Option<Mark>,
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// Where the value itself stands.
    pub(crate) value: Range<u64>,
    pub(crate) line: u64,
    pub(crate) shown: Shown,
    pub(crate) fingerprint: u16,
}

/// A stretch of a file: `bytes` begin at `origin`, and what begins in `fresh` is looked for. The bytes around it are there
/// to be read along.
#[derive(Debug, Clone)]
pub(crate) struct Stretch<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) origin: u64,
    pub(crate) fresh: Range<usize>,
}

impl<'r> Pass<'r> {
    pub(crate) fn new(rules: &'r SecretRules, place: Place<'_>) -> Pass<'r> {
        Pass {
            rules,
            kind: place.kind,
            path: place.path.to_owned(),
            facts: OnceCell::new(),
            is_text: true,
            head: Vec::new(),
            states: Vec::new(),
            candidates: Vec::new(),
            is_cut_off: false,
            is_exhausted: false,
            work: 0,
            seen_bytes: 0,
            depth: 0,
            patched: Vec::new(),
            last: None,
        }
    }

    /// What the path says of the file.
    fn facts(&self) -> &PlaceFacts {
        self.facts.get_or_init(|| PlaceFacts::of(Place { kind: self.kind, path: &self.path }))
    }

    /// Looks through a stretch. Lines are left at 0.
    pub(crate) fn look(&mut self, stretch: &Stretch<'_>) {
        if stretch.origin == 0 && self.head.is_empty() {
            self.head = stretch.bytes[..stretch.bytes.len().min(64)].to_vec();
            if self.head.starts_with(b"#!") && self.facts().syntax == Syntax::Settings {
                self.facts = OnceCell::from(PlaceFacts { syntax: Syntax::Shell, ..*self.facts() });
            }
        }
        self.seen_bytes += stretch.fresh.len() as u64;
        if self.is_text && (self.path.ends_with(".patch") || self.path.ends_with(".diff")) {
            self.read_headers(stretch);
        }
        let ready = self.rules.ready();
        let first = stretch.fresh.start.saturating_sub(LONGEST_LITERAL_BYTES);
        let last = stretch.bytes.len().min(stretch.fresh.end + LONGEST_LITERAL_BYTES);
        // Users have rules by the thousands, many of them with the same literals.
        let (mut announcing, mut asked) = (BTreeSet::new(), BTreeSet::<u16>::new());
        ready.gate.find(&stretch.bytes[first..last], |literal, at| {
            let at = first + at;
            if !stretch.fresh.contains(&at) {
                return;
            }
            for &rule in &ready.rules_of_literal[literal] {
                self.hit(usize::from(rule), stretch, at);
            }
            let announced = &ready.announced_by[literal];
            if !announced.is_empty() && announcing.insert(literal) {
                asked.extend(announced);
            }
        });
        if self.rules.has_bare_for(self.kind, &self.path) {
            asked.extend(&ready.bare);
        }
        for rule in asked {
            self.look_anywhere(usize::from(rule), stretch);
        }
    }

    /// Keeps which files a patch changes: what stands in the patch of a test is marked as what stands in the test.
    fn read_headers(&mut self, stretch: &Stretch<'_>) {
        for found in memchr::memmem::find_iter(&stretch.bytes[stretch.fresh.clone()], b"+++ ") {
            let at = stretch.fresh.start + found;
            if at > 0 && stretch.bytes[at - 1] != b'\n' || self.patched.len() >= MOST_PATCHED_FILES {
                continue;
            }
            let line = &stretch.bytes[at + 4..stretch.bytes.len().min(at + 4 + LONGEST_HEADER_BYTES)];
            let path = line.split(|byte| matches!(byte, b'\n' | b'\r' | b'\t')).next().unwrap_or_default();
            let path = String::from_utf8_lossy(path.strip_prefix(b"b/").unwrap_or(path));
            let mark = PlaceFacts::of(Place::file(&path)).mark;
            if self.patched.last().is_none_or(|(_, last)| *last != mark) {
                self.patched.push((stretch.origin + at as u64, mark));
            }
        }
    }

    /// Whether the rule holds for this file at all.
    fn holds(&mut self, index: usize) -> bool {
        if self.states.is_empty() {
            self.states = vec![RuleState::default(); self.rules.rules.len()];
        }
        let state = &mut self.states[index];
        *state.holds.get_or_insert_with(|| {
            let rule = &self.rules.rules[index];
            let is_for_path = rule
                .path
                .as_ref()
                .is_none_or(|path| self.kind == PlaceKind::File && path.is_match(self.path.as_bytes()));
            is_for_path && (self.is_text || rule.in_binaries)
        })
    }

    fn may_start(&mut self, index: usize, at: u64) -> bool {
        self.holds(index) && self.states[index].count < MOST_OF_ONE_RULE && self.states[index].from <= at
    }

    /// Counts bytes that a pattern may look at; says whether there is work left to spend.
    fn spend(&mut self, bytes: usize) -> bool {
        self.work += bytes as u64;
        let is_left = self.work <= MOST_WORK.min(LEAST_WORK + WORK_PER_BYTE * self.seen_bytes);
        self.is_exhausted |= !is_left;
        is_left
    }

    /// A literal of the rule stands at this place.
    fn hit(&mut self, index: usize, stretch: &Stretch<'_>, at: usize) {
        if !self.may_start(index, stretch.origin + at as u64) {
            return;
        }
        let rules = self.rules;
        let rule = &rules.rules[index];
        match &rule.kind {
            Kind::Near { pattern, before: 0 } => {
                if !pattern.may_begin(&stretch.bytes[at..]) {
                    self.spend(LEAD_BYTES);
                    return;
                }
                let span = at..stretch.bytes.len().min(at + REACH_BYTES);
                let Some(program) = pattern.program().filter(|_| self.spend(span.len())) else { return };
                let input = Input::new(stretch.bytes).span(span).anchored(Anchored::Yes);
                // Few of those that begin like one are one, and room for the groups is not taken for the others.
                if program.search_half(&input).is_none() {
                    return;
                }
                let mut captures = program.create_captures();
                program.search_captures(&input, &mut captures);
                self.captured(index, stretch, &captures);
            }
            Kind::Near { pattern, before } => self.look_around(index, pattern, *before, stretch, at),
            Kind::Assignment { key, value } => {
                let Some((found, name)) = self.assignment_at(stretch, at) else { return };
                if !key.is_match(name.as_bytes()) || !self.spend(found.value.len()) {
                    return;
                }
                if value.as_ref().is_some_and(|value| !value.is_match(&stretch.bytes[found.value.clone()])) {
                    return;
                }
                let whole = found.key.start..found.value.end;
                let matched = self.matched(stretch, whole, found.value, Some(&name), found.is_quoted);
                let masked = mask::masked(matched.value(), rule.mask);
                let shown = Shown::assigned(&stretch.bytes[found.key], masked);
                self.judge(index, &matched, shown);
            }
            Kind::Shape(shape) => {
                if !shape.may_stand_at(stretch.origin + at as u64) || !self.spend(shape.work_bytes()) {
                    return;
                }
                for shaped in shape.read(stretch.bytes, at) {
                    self.shaped(index, stretch, shaped);
                }
                let seen = stretch.origin + shape.seen_until(stretch.bytes, at) as u64;
                self.states[index].from = self.states[index].from.max(seen);
            }
            Kind::Anywhere { .. } | Kind::File => {}
        }
    }

    /// Lets a pattern look for the match that the literal at this place announces. What ends before the literal is the match
    /// of an earlier one: be it a secret or a stand-in, it hides nothing.
    fn look_around(&mut self, index: usize, pattern: &Pattern, before: usize, stretch: &Stretch<'_>, at: usize) {
        let Some(program) = pattern.program() else { return };
        let end = stretch.bytes.len().min(at + REACH_BYTES);
        let mut from = at.saturating_sub(before);
        while from <= at && self.spend(end - from) {
            let input = Input::new(stretch.bytes).span(from..end);
            if program.search_half(&input).is_none() {
                return;
            }
            let mut captures = program.create_captures();
            program.search_captures(&input, &mut captures);
            let Some(whole) = captures.get_match().map(|found| found.range()) else { return };
            if whole.end > at && self.captured(index, stretch, &captures) {
                return;
            }
            from = if whole.end > at { whole.start + 1 } else { whole.end.max(whole.start + 1) };
        }
    }

    /// Lets a pattern look at all fresh bytes.
    fn look_anywhere(&mut self, index: usize, stretch: &Stretch<'_>) {
        let rules = self.rules;
        let rule = &rules.rules[index];
        if matches!(rule.kind, Kind::File) && stretch.origin + stretch.fresh.start as u64 == 0 && self.holds(index) {
            let matched = self.matched(stretch, 0..0, 0..0, None, false);
            self.judge(index, &matched, Shown::alone(String::new()));
            return;
        }
        let Kind::Anywhere { pattern } = &rule.kind else { return };
        let mut from = stretch.fresh.start;
        while from < stretch.fresh.end && self.may_start(index, u64::MAX) {
            let Some(program) = pattern.program() else { return };
            let span = from..stretch.bytes.len();
            let mut captures = program.create_captures();
            program.search_captures(&Input::new(stretch.bytes).span(span), &mut captures);
            let Some(whole) = captures.get_match().map(|found| found.range()) else { return };
            if whole.start >= stretch.fresh.end || !self.spend(whole.end - from) {
                return;
            }
            if self.may_start(index, stretch.origin + whole.start as u64) {
                self.captured(index, stretch, &captures);
            }
            from = whole.end.max(whole.start + 1);
        }
    }

    /// The assignment whose name is around this place.
    fn assignment_at(&mut self, stretch: &Stretch<'_>, at: usize) -> Option<(Assignment, String)> {
        let key = assignment::key_around(stretch.bytes, at);
        let place = stretch.origin + key.start as u64;
        if let Some((known, found)) = &self.last
            && *known == place
        {
            return found.clone();
        }
        if !self.spend(ASSIGNMENT_WORK) {
            return None;
        }
        let found = assignment::assignment(stretch.bytes, key, self.facts().syntax).map(|found| {
            let name = assignment::normal_key(&stretch.bytes[found.key.clone()]);
            (found, name)
        });
        self.last = Some((place, found.clone()));
        found
    }

    /// Judges a match; says whether it is one, and no part of a longer word.
    fn captured(&mut self, index: usize, stretch: &Stretch<'_>, captures: &Captures) -> bool {
        let Some(whole) = captures.get_match().map(|found| found.range()) else { return false };
        let rules = self.rules;
        let rule = &rules.rules[index];
        let groups = 1..captures.group_len();
        let group = match rule.group {
            Some(group) => captures.get_group(group),
            None => groups.into_iter().find_map(|group| captures.get_group(group)),
        };
        let value = group.map_or_else(|| whole.clone(), |group| group.range());
        if rule.is_builtin && !is_bounded(stretch.bytes, &whole) {
            return false;
        }
        let masked = mask::masked(&stretch.bytes[value.clone()], rule.mask);
        let shown = match rule.mask {
            Mask::Nothing if value != whole => Shown::within(stretch, &whole, &value, masked),
            Mask::Nothing | Mask::Ends => Shown::alone(masked),
        };
        let matched = self.matched(stretch, whole, value, None, false);
        self.judge(index, &matched, shown);
        true
    }

    fn shaped(&mut self, index: usize, stretch: &Stretch<'_>, shaped: Shaped) {
        match shaped {
            Shaped::Secret { whole, shown } => {
                let matched = self.matched(stretch, whole.clone(), whole, None, false);
                self.judge(index, &matched, Shown::alone(shown));
            }
            Shaped::Inner { whole, key, bytes } => {
                if self.depth < DEEPEST && self.spend(bytes.len()) {
                    self.look_within(stretch, whole, &key, &bytes);
                }
            }
        }
    }

    /// Looks through decoded bytes; what is found there stands where the encoded ones do.
    fn look_within(&mut self, stretch: &Stretch<'_>, whole: Range<usize>, key: &[u8], bytes: &[u8]) {
        let text = if key.is_empty() { bytes.to_vec() } else { [key, b"=", bytes].concat() };
        let mut inner = Pass::new(self.rules, Place { kind: PlaceKind::File, path: &self.path });
        inner.depth = self.depth + 1;
        let mark = self.mark_at(&stretch.bytes[..whole.start], stretch.origin);
        let syntax = if key.is_empty() { Syntax::Settings } else { Syntax::Single };
        inner.facts = OnceCell::from(PlaceFacts { mark, syntax, ..*inner.facts() });
        inner.is_text = memchr::memchr(0, &text).is_none();
        inner.look(&Stretch { bytes: &text, origin: 0, fresh: 0..text.len() });
        self.is_exhausted |= inner.is_exhausted;
        for candidate in inner.candidates {
            let start = stretch.origin + whole.start as u64;
            let end = stretch.origin + whole.end as u64;
            self.keep(Candidate {
                start,
                end,
                value: start..end,
                shown: candidate.shown.clone().decoded(),
                ..candidate
            });
        }
    }

    fn matched<'a>(
        &self,
        stretch: &Stretch<'a>,
        whole: Range<usize>,
        value: Range<usize>,
        key: Option<&'a str>,
        is_quoted: bool,
    ) -> Matched<'a>
    where
        'r: 'a,
    {
        let head = &stretch.bytes[..0];
        let facts = *self.facts();
        Matched { bytes: stretch.bytes, whole, value, key, is_quoted, facts, head, origin: stretch.origin }
    }

    /// Applies what else must hold, and keeps the finding.
    fn judge(&mut self, index: usize, matched: &Matched<'_>, shown: Shown) {
        let rules = self.rules;
        let rule = &rules.rules[index];
        let head = std::mem::take(&mut self.head);
        let is_secret = self.is_secret(rule, &Matched { head: &head, ..matched.clone() });
        self.head = head;
        if !is_secret {
            return;
        }
        self.states[index].from = matched.origin + matched.whole.end as u64;
        let is_generic = &*rule.category == "generic";
        let is_sample = match &*rule.category {
            "generic" => {
                self.facts().mark.is_some()
                    || self.facts().is_library
                    || self.is_in_comment(matched)
                    || self.is_in_session(matched)
            }
            "connection-string" => self.facts().is_library || self.is_in_session(matched),
            _ => false,
        };
        if is_sample {
            return;
        }
        let before = &matched.bytes[..matched.whole.start];
        let mark = self.mark_at(before, matched.origin).or_else(|| self.mark_of_line(matched));
        if is_generic && mark.is_some() {
            self.spend(before.len() / MARK_WORK_SHARE);
            return;
        }
        // What is passed over must not use up the findings that a file may have.
        let state = &mut self.states[index];
        state.count += 1;
        self.is_cut_off |= state.count == MOST_OF_ONE_RULE;
        self.keep(Candidate {
            rule: index,
            severity: if mark.is_some() { Severity::Low } else { rule.severity },
            mark,
            start: matched.origin + matched.whole.start as u64,
            end: matched.origin + matched.whole.end as u64,
            value: matched.origin + matched.value.start as u64..matched.origin + matched.value.end as u64,
            line: 0,
            shown,
            fingerprint: fingerprint(matched.value()),
        });
    }

    /// Whether the line is a comment of settings, which in files as they are shipped holds samples.
    fn is_in_comment(&self, matched: &Matched<'_>) -> bool {
        let line = line_around(matched.bytes, &matched.whole).trim_ascii_start();
        let signs: &[&[u8]] = match self.facts().syntax {
            Syntax::Settings => &[b"#", b";", b"//", b"<!--"],
            // Commented code may have been in force; what documents it has not.
            Syntax::Code => &[b"///", b"//!", b"* ", b"//\t", b"//  "],
            Syntax::Shell | Syntax::Prose | Syntax::Single => &[],
        };
        signs.iter().any(|sign| line.starts_with(sign))
    }

    /// Whether a program or a document shows it as part of a session with Python.
    fn is_in_session(&self, matched: &Matched<'_>) -> bool {
        let is_shown = match self.facts().syntax {
            Syntax::Code => true,
            // A log keeps what happened.
            Syntax::Prose => name_and_ending(&self.path).1 != "log",
            Syntax::Settings | Syntax::Shell | Syntax::Single => false,
        };
        is_shown && is_in_session(matched.bytes, line_place(matched.bytes, &matched.whole))
    }

    /// Programs are documented in comments of their own; a key that begins in one is a sample.
    fn mark_of_line(&self, matched: &Matched<'_>) -> Option<Mark> {
        let line = line_around(matched.bytes, &matched.whole).trim_ascii_start();
        let documents = self.facts().syntax == Syntax::Code && (line.starts_with(b"///") || line.starts_with(b"//!"));
        documents.then_some(Mark::Documentation)
    }

    /// The mark of the file, or that of what these bytes, which begin at `origin`, lead to in it: tests which stand in the same
    /// file as what they test, what a patch changes, what a module of Ansible is documented with.
    fn mark_at(&self, before: &[u8], origin: u64) -> Option<Mark> {
        if let Some(mark) = self.facts().mark {
            return Some(mark);
        }
        let at = origin + before.len() as u64;
        let patched = self.patched[..self.patched.partition_point(|(from, _)| *from <= at)].last();
        if let Some((_, mark)) = patched {
            return *mark;
        }
        let begins_tests = ["#[cfg(test)]", "#[cfg(all(test", "#[test]"];
        let has_tests = self.path.ends_with(".rs")
            && begins_tests.iter().any(|text| memchr::memmem::find(before, text.as_bytes()).is_some());
        if has_tests {
            return Some(Mark::TestData);
        }
        let is_documentation = match name_and_ending(&self.path).1 {
            "py" => is_in_module_documentation(before),
            "yml" | "yaml" => is_in_documentation_block(before),
            _ => false,
        };
        is_documentation.then_some(Mark::Documentation)
    }

    fn is_secret(&self, rule: &Rule, matched: &Matched<'_>) -> bool {
        let value = matched.value();
        let is_random = rule.entropy.is_none_or(|least| plausible::entropy(value) >= least);
        if !is_random || !is_near(rule, matched) || !rule.checks.iter().all(|check| Check::holds(*check, matched)) {
            return false;
        }
        let lists = self.rules.allow.iter().filter(|list| list.is_for(rule));
        let subject = Subject {
            path: &self.path,
            value,
            whole: &matched.bytes[matched.whole.clone()],
            line: line_around(matched.bytes, &matched.whole),
        };
        lists.into_iter().all(|list| !list.allows(&subject))
    }

    fn keep(&mut self, candidate: Candidate) {
        if self.candidates.len() < MOST_IN_ONE_FILE {
            self.candidates.push(candidate);
        } else {
            self.is_cut_off = true;
        }
    }
}

/// Whether one of the rule's neighbors stands near the match.
fn is_near(rule: &Rule, matched: &Matched<'_>) -> bool {
    if rule.near.is_empty() {
        return true;
    }
    let start = matched.whole.start.saturating_sub(NEAR_BYTES);
    let end = matched.bytes.len().min(matched.whole.end + NEAR_BYTES);
    let around = &matched.bytes[start..end];
    rule.near.iter().any(|text| memchr::memmem::find(around, text.as_bytes()).is_some())
}

/// The line of a match, cut to what is near.
fn line_around<'a>(bytes: &'a [u8], whole: &Range<usize>) -> &'a [u8] {
    &bytes[line_place(bytes, whole)]
}

/// Where that line stands.
fn line_place(bytes: &[u8], whole: &Range<usize>) -> Range<usize> {
    let first = whole.start.saturating_sub(REACH_BYTES);
    let start = memchr::memrchr(b'\n', &bytes[first..whole.start]).map_or(first, |end| first + end + 1);
    let last = bytes.len().min(whole.end + REACH_BYTES);
    let end = memchr::memchr(b'\n', &bytes[whole.end..last]).map_or(last, |end| whole.end + end);
    start..end
}

/// The low 16 bits of the hash of a value.
fn fingerprint(value: &[u8]) -> u16 {
    (XxHash3_64::oneshot(value) & 0xffff) as u16
}
