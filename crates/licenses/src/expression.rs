//! A declared license: names joined by "and", "or" and "with" in any of the ways that package metadata has of writing so.

use std::fmt;

use model::LicenseCategory;

use crate::category::{category_of_id, with_exception};
use crate::gnu;
use crate::names::{self, Named};

/// The longest declaration that is taken apart, in bytes; a longer one stays as it is, unknown.
pub const LONGEST_DECLARATION_BYTES: usize = 8 << 10;

/// How deep brackets may be nested.
const DEEPEST: usize = 32;

/// The most words of one declaration.
const MOST_TOKENS: usize = 1_000;

/// The most words of a name that is not known; more are a sentence.
const MOST_WORDS_OF_NAME: usize = 12;

/// A declared license, understood as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License {
    node: Node,
    /// The words as they were declared, spaces made one.
    words: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Name(Name),
    All(Vec<Node>),
    Any(Vec<Node>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// The SPDX id, with its exception; else the words.
    text: String,
    category: LicenseCategory,
    is_spdx: bool,
}

impl License {
    /// Takes a declaration apart: an SPDX expression (SPDX 2.3, annex D), short names of Debian's copyright files
    /// (copyright-format 1.0, section 7) and of Fedora before it took up SPDX, trove classifiers, addresses of licenses,
    /// or plain words. Several names without a word between them, in commas, count as all of them.
    pub fn parse(declared: &str) -> License {
        let words = declared.split_whitespace().collect::<Vec<_>>().join(" ");
        let node = parse(&words).unwrap_or_else(|| Node::Name(Name::unknown(&words)));
        License { node, words }
    }

    /// What it asks: of licenses to choose from the least, of licenses that all hold the most.
    pub fn category(&self) -> LicenseCategory {
        self.node.category()
    }

    /// Whether all of it is understood as licenses of the SPDX list, so that it is written as an SPDX expression.
    pub fn is_spdx(&self) -> bool {
        self.node.is_spdx()
    }

    /// The parts of it that all hold, each with what it asks; the words of a part that is not understood.
    pub fn parts(&self) -> Vec<(String, LicenseCategory)> {
        match &self.node {
            Node::All(parts) => parts.iter().map(|part| (part.text(), part.category())).collect(),
            node => vec![(self.to_string(), node.category())],
        }
    }
}

impl fmt::Display for License {
    /// The SPDX expression where all of it is understood, else the words as they were declared.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_spdx() { self.node.text() } else { self.words.clone() }.as_str())
    }
}

impl Node {
    fn category(&self) -> LicenseCategory {
        let categories = |parts: &[Node]| parts.iter().map(Node::category).collect::<Vec<_>>();
        let of = match self {
            Node::Name(name) => Some(name.category),
            Node::All(parts) => categories(parts).into_iter().max(),
            Node::Any(parts) => categories(parts).into_iter().min(),
        };
        of.unwrap_or(LicenseCategory::Unknown)
    }

    fn is_spdx(&self) -> bool {
        match self {
            Node::Name(name) => name.is_spdx,
            Node::All(parts) | Node::Any(parts) => parts.iter().all(Node::is_spdx),
        }
    }

    fn is_known(&self) -> bool {
        match self {
            Node::Name(name) => name.is_spdx || name.category != LicenseCategory::Unknown,
            Node::All(parts) | Node::Any(parts) => parts.iter().any(Node::is_known),
        }
    }

    fn text(&self) -> String {
        let (parts, joint) = match self {
            Node::Name(name) => return name.text.clone(),
            Node::All(parts) => (parts, " AND "),
            Node::Any(parts) => (parts, " OR "),
        };
        let bracketed = |part: &Node| match part {
            Node::Name(name) => name.text.clone(),
            part => format!("({})", part.text()),
        };
        parts.iter().map(bracketed).collect::<Vec<_>>().join(joint)
    }

    /// Several parts as one node, brackets of the same kind dissolved and repetitions left out.
    fn joined(parts: Vec<Node>, is_all: bool) -> Node {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            let inner = match part {
                Node::All(inner) if is_all => inner,
                Node::Any(inner) if !is_all => inner,
                part => vec![part],
            };
            for part in inner {
                if !flat.contains(&part) {
                    flat.push(part);
                }
            }
        }
        if flat.len() == 1
            && let Some(only) = flat.pop()
        {
            return only;
        }
        if is_all { Node::All(flat) } else { Node::Any(flat) }
    }
}

impl Name {
    /// A name of its own that says which family it is of; else unknown.
    fn by_family(words: &str) -> Name {
        let category = names::family_of(words).unwrap_or(LicenseCategory::Unknown);
        Name { category, ..Name::unknown(words) }
    }

    fn unknown(words: &str) -> Name {
        Name { text: words.to_owned(), category: LicenseCategory::Unknown, is_spdx: false }
    }

    fn spdx(id: String) -> Name {
        let category = category_of_id(id.trim_end_matches('+'));
        Name { text: id, category, is_spdx: true }
    }
}

/// Nothing where it is no sentence of this grammar, or no part of it is understood.
fn parse(words: &str) -> Option<Node> {
    if words.len() > LONGEST_DECLARATION_BYTES {
        return None;
    }
    // A trove classifier names its license last: `License :: OSI Approved :: MIT License`.
    let words = if words.starts_with("License ::") { words.rsplit("::").next()?.trim() } else { words };
    let tokens = tokens(words);
    if tokens.len() > MOST_TOKENS {
        return None;
    }
    Parser { words }.parse(&tokens, 0).filter(Node::is_known)
}

/// A word or a sign: where it stands, and how deep in brackets.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    at: usize,
}

fn tokens(words: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for word in words.split(' ') {
        let at = word.as_ptr() as usize - words.as_ptr() as usize;
        if word.contains("://") {
            let text = word.trim_matches(['(', ')', ',', ';', '<', '>']);
            tokens.push(Token { text, at: at + (text.as_ptr() as usize - word.as_ptr() as usize) });
            continue;
        }
        if word.eq_ignore_ascii_case("and/or") {
            tokens.push(Token { text: word, at });
            continue;
        }
        let is_sign = |c: char| matches!(c, '(' | ')' | ',' | ';' | '/' | '|' | '&');
        let mut start = 0;
        for (place, sign) in word.match_indices(is_sign) {
            // `w/` is a word.
            if sign == "/" && &word[start..place] == "w" {
                continue;
            }
            if place > start {
                tokens.push(Token { text: &word[start..place], at: at + start });
            }
            tokens.push(Token { text: sign, at: at + place });
            start = place + sign.len();
        }
        if start < word.len() {
            tokens.push(Token { text: &word[start..], at: at + start });
        }
    }
    tokens
}

/// What joins two parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Or,
    And,
    With,
}

struct Parser<'a> {
    words: &'a str,
}

impl Parser<'_> {
    fn parse(&self, tokens: &[Token<'_>], depth: usize) -> Option<Node> {
        let (first, last) = (tokens.first()?, tokens.last()?);
        if depth > DEEPEST {
            return None;
        }
        let text = &self.words[first.at..last.at + last.text.len()];
        let is_bracketed = is_bracketed(tokens)?;
        if let Some(node) = node_named(text, depth) {
            return Some(node);
        }
        if is_bracketed {
            return self.parse(&tokens[1..tokens.len() - 1], depth + 1);
        }
        // Debian: a comma before a joint makes it bind less (copyright-format 1.0, section 7.2).
        let joints = joints(tokens);
        for joint in [Joint::Or, Joint::And] {
            if let Some(node) = self.split(tokens, &joints, joint, true, depth) {
                return node;
            }
        }
        for joint in [Joint::Or, Joint::And] {
            if let Some(node) = self.split(tokens, &joints, joint, false, depth) {
                return node;
            }
        }
        let with = joints.iter().find(|found| found.joint == Joint::With);
        let with = with.and_then(|with| self.with_exception(&tokens[..with.from], &tokens[with.to..], text, depth));
        let node = with.or_else(|| self.glued_exception(text, depth));
        // A sentence between joints makes all of it prose, whose "or" gives no choice.
        let is_sentence = text.split(' ').take(MOST_WORDS_OF_NAME + 1).count() > MOST_WORDS_OF_NAME;
        node.or_else(|| (!is_sentence).then(|| Node::Name(Name::by_family(text))))
    }

    /// The parts between the joints of this kind; nothing where there is none, `Some(None)` where a part is missing.
    fn split(
        &self,
        tokens: &[Token<'_>],
        joints: &[FoundJoint],
        joint: Joint,
        after_comma: bool,
        depth: usize,
    ) -> Option<Option<Node>> {
        let fits = |found: &&FoundJoint| found.joint == joint && (found.after_comma || !after_comma);
        let mut places = joints.iter().filter(fits).peekable();
        places.peek()?;
        let mut parts = Vec::new();
        let mut start = 0;
        for place in places {
            parts.push(self.parse(&tokens[start..place.from], depth + 1));
            start = place.to;
        }
        parts.push(self.parse(&tokens[start..], depth + 1));
        let parts: Option<Vec<Node>> = parts.into_iter().collect();
        Some(parts.map(|parts| Node::joined(parts, joint == Joint::And)))
    }

    /// `GPL-2+-autoconf-exception`: a license and its exception written as one word.
    fn glued_exception(&self, text: &str, depth: usize) -> Option<Node> {
        let lower = text.to_ascii_lowercase();
        let stem = lower.strip_suffix("-exception").or_else(|| lower.strip_suffix("-exceptions"))?;
        let words: Vec<&str> = stem.split('-').collect();
        let names = (1..words.len()).rev().map(|count| (words[..count].join("-"), &words[count..]));
        let (base, exception) = names.into_iter().find(|(base, _)| names::named(base).is_some())?;
        let exception = exception.strip_prefix(&["with"]).unwrap_or(exception).join(" ");
        let words = format!("{base} with {exception} exception");
        Parser { words: &words }.parse(&tokens(&words), depth + 1)
    }

    fn with_exception(&self, base: &[Token<'_>], rest: &[Token<'_>], text: &str, depth: usize) -> Option<Node> {
        let (first, last) = (rest.first()?, rest.last()?);
        let exception = &self.words[first.at..last.at + last.text.len()];
        let Node::Name(base) = self.parse(base, depth + 1)? else { return None };
        if base.category == LicenseCategory::Unknown {
            return None;
        }
        Some(Node::Name(match names::exception(exception).filter(|_| base.is_spdx) {
            Some(id) => Name {
                text: format!("{} WITH {id}", base.text),
                category: with_exception(base.category, id),
                is_spdx: true,
            },
            // An exception permits more; what is left is at most what the license asks.
            None => Name { text: text.to_owned(), category: base.category, is_spdx: false },
        }))
    }
}

/// A joint at the top level, by the tokens that it takes.
struct FoundJoint {
    joint: Joint,
    from: usize,
    to: usize,
    after_comma: bool,
}

fn joints(tokens: &[Token<'_>]) -> Vec<FoundJoint> {
    let mut found: Vec<FoundJoint> = Vec::new();
    let mut depth = 0usize;
    let mut commas = Vec::new();
    let mut place = 0;
    while let Some(token) = tokens.get(place) {
        let next = tokens.get(place + 1).map(|next| next.text.to_ascii_lowercase());
        let joint = match token.text {
            "(" => {
                depth += 1;
                None
            }
            ")" => {
                depth = depth.saturating_sub(1);
                None
            }
            // Whoever may take one or both may take one.
            word if word.eq_ignore_ascii_case("and/or") => Some(Joint::Or),
            "/" | "|" => Some(Joint::Or),
            "&" => Some(Joint::And),
            "," | ";" => {
                if depth == 0 {
                    commas.push(found.len());
                }
                Some(Joint::And)
            }
            word if word.eq_ignore_ascii_case("and") => Some(Joint::And),
            word if word.eq_ignore_ascii_case("or") && !next.is_some_and(|next| gnu::is_grant(&next)) => {
                Some(Joint::Or)
            }
            word if word.eq_ignore_ascii_case("with") || word == "w/" => Some(Joint::With),
            _ => None,
        };
        if let Some(joint) = joint.filter(|_| depth == 0) {
            let is_second = found.last().is_some_and(|last| last.to == place && is_sign(tokens, last, joint));
            if is_second && let Some(last) = found.last_mut() {
                // `, or`, `||`, `&&`: one joint of two tokens.
                last.after_comma |= matches!(tokens[last.from].text, "," | ";");
                last.joint = joint;
                last.to = place + 1;
                let merged = found.len() - 1;
                commas.retain(|comma| *comma != merged);
            } else {
                found.push(FoundJoint { joint, from: place, to: place + 1, after_comma: false });
            }
        }
        place += 1;
    }
    // In "A, B or C" the commas stand for the word that follows.
    let words_between = found.iter().enumerate().filter(|(at, _)| !commas.contains(at));
    let mut others = words_between.map(|(_, found)| found.joint).filter(|joint| *joint != Joint::With).peekable();
    if others.peek().is_some() && others.all(|joint| joint == Joint::Or) {
        for at in commas {
            if let Some(found) = found.get_mut(at) {
                found.joint = Joint::Or;
            }
        }
    }
    found
}

/// Whether the joint before this one is a sign that goes together with it.
fn is_sign(tokens: &[Token<'_>], last: &FoundJoint, joint: Joint) -> bool {
    let sign = tokens[last.from].text;
    last.to == last.from + 1
        && match sign {
            "," | ";" => joint != Joint::With,
            "|" => joint == Joint::Or,
            "&" => joint == Joint::And,
            _ => false,
        }
}

/// Whether one pair of brackets holds all of it; nothing where brackets do not match.
fn is_bracketed(tokens: &[Token<'_>]) -> Option<bool> {
    let mut depth = 0usize;
    let mut closes_at_end = true;
    for (place, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        closes_at_end &= depth > 0 || place + 1 == tokens.len();
    }
    (depth == 0).then_some(closes_at_end && tokens.len() > 1 && tokens[0].text == "(")
}

fn node_named(text: &str, depth: usize) -> Option<Node> {
    // Only a file of ours or one beside the package says more; CRAN writes it behind the name of the license.
    let text = text.split(" + file LICEN").next().unwrap_or(text).trim();
    let name = match text.split_once("LicenseRef-") {
        Some(("" | "DocumentRef-", own)) => return own_reference(text, own),
        _ => text,
    };
    match names::named(name)? {
        Named::Id(id) => Some(Node::Name(Name::spdx(id))),
        Named::Family(category) => Some(Node::Name(Name { text: text.to_owned(), category, is_spdx: false })),
        Named::Expression(expression) => {
            let tokens = tokens(expression);
            if tokens.len() == 3 && tokens[1].text == "WITH" {
                let (base, exception) = (Name::spdx(tokens[0].text.to_owned()), tokens[2].text);
                let category = with_exception(base.category, exception);
                return Some(Node::Name(Name { text: expression.to_owned(), category, is_spdx: true }));
            }
            Parser { words: expression }.parse(&tokens, depth + 1)
        }
    }
}

/// `LicenseRef-Fedora-Public-Domain`: valid in an SPDX expression, and known where the rest is.
fn own_reference(text: &str, own: &str) -> Option<Node> {
    let is_reference = !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let category = match names::named(own) {
        Some(Named::Family(category)) => category,
        Some(Named::Id(id)) => category_of_id(&id),
        Some(Named::Expression(_)) | None => LicenseCategory::Unknown,
    };
    is_reference.then(|| Node::Name(Name { text: text.to_owned(), category, is_spdx: true }))
}

#[cfg(test)]
mod tests;
