//! Regular expressions that are compiled when first needed, within limits.

mod size;

use std::sync::OnceLock;

use regex_automata::meta::{BuildError, Builder, Regex};
use regex_automata::util::syntax;
use regex_syntax::hir::Hir;

use crate::lead::Lead;

/// The longest pattern that a rule may have.
pub(crate) const LONGEST_PATTERN_BYTES: usize = 8 << 10;
/// The memory that the program of one pattern may take.
pub(crate) const LARGEST_PROGRAM_BYTES: usize = 2 << 20;
const LARGEST_CACHE_BYTES: usize = 1 << 20;
const NEST_LIMIT: u32 = 64;
/// A pattern whose program may have so much memory at most is not compiled to learn whether it is too large: the bound is
/// not exact, and is kept far from the limit.
const SURELY_FITS_BYTES: usize = LARGEST_PROGRAM_BYTES / 2;

/// A pattern, and its program once one was needed.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    /// About how much memory its program will take; 0 for the built-in ones, which nobody asks about.
    expected_bytes: usize,
    program: OnceLock<Option<Regex>>,
    lead: OnceLock<Lead>,
}

impl Pattern {
    /// A pattern that is known to be good, such as one of the built-in rules.
    pub(crate) fn lazy(text: impl Into<String>) -> Pattern {
        Pattern { text: text.into(), expected_bytes: 0, program: OnceLock::new(), lead: OnceLock::new() }
    }

    /// A pattern of a user, which is read to see whether it can be compiled. That itself waits until the pattern is needed, as
    /// most of thousands of rules are never; only what may be too large is compiled at once.
    pub(crate) fn checked(text: &str) -> Result<Pattern, InvalidPattern> {
        if text.len() > LONGEST_PATTERN_BYTES {
            return Err(InvalidPattern::TooLong);
        }
        let hir = parsed(text)?;
        let most_bytes = size::most_bytes(&hir);
        let program =
            if most_bytes > SURELY_FITS_BYTES { OnceLock::from(Some(compile(text)?)) } else { OnceLock::new() };
        // It has a program for either direction.
        let expected_bytes = most_bytes.saturating_mul(2);
        Ok(Pattern { text: text.to_owned(), expected_bytes, program, lead: OnceLock::new() })
    }

    /// A pattern of a user that is to find something: [`Pattern::checked`], and not such that nothing at all is a match, which
    /// would be found at every place of every file.
    pub(crate) fn finding(text: &str) -> Result<Pattern, InvalidPattern> {
        let pattern = Pattern::checked(text)?;
        match parsed(text)?.properties().minimum_len() {
            Some(0) => Err(InvalidPattern::MatchesEmpty),
            Some(_) | None => Ok(pattern),
        }
    }

    /// How many groups it has, without the whole match.
    pub(crate) fn group_count(&self) -> usize {
        parsed(&self.text).map_or(0, |hir| hir.properties().explicit_captures_len())
    }

    /// The program; none when the pattern cannot be compiled, which tests rule out for the built-in ones.
    pub(crate) fn program(&self) -> Option<&Regex> {
        self.program.get_or_init(|| compile(&self.text).ok()).as_ref()
    }

    /// Whether a match may begin where the bytes do; says no only where none does.
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> bool {
        self.lead.get_or_init(|| parsed(&self.text).map(|hir| Lead::of(&hir)).unwrap_or_default()).admits(bytes)
    }

    /// Whether it matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.program().is_some_and(|program| program.is_match(text))
    }

    #[cfg(test)]
    pub(crate) fn is_compiled(&self) -> bool {
        self.program.get().is_some()
    }

    /// The memory of its program; until there is one, about what it will take.
    pub(crate) fn size_bytes(&self) -> usize {
        self.program.get().and_then(Option::as_ref).map_or(self.expected_bytes, Regex::memory_usage)
    }
}

/// Several patterns in one program, which says whether any of them matches.
#[derive(Debug)]
pub(crate) struct AnyPattern(Regex);

impl AnyPattern {
    /// The patterns together; nothing where they cannot be, as those that need the tables of Unicode.
    pub(crate) fn of(patterns: &[&Pattern]) -> Option<AnyPattern> {
        let texts: Vec<&str> = patterns.iter().map(|pattern| pattern.text.as_str()).collect();
        builder(false).build_many(&texts).ok().map(AnyPattern)
    }

    /// Whether one of them matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.0.is_match(text)
    }
}

/// Why a pattern is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidPattern {
    #[error("is longer than {LONGEST_PATTERN_BYTES} bytes")]
    TooLong,
    #[error("needs more memory than one pattern may take ({LARGEST_PROGRAM_BYTES} bytes)")]
    TooLarge,
    #[error("matches the empty text, and so every place of every file")]
    MatchesEmpty,
    #[error("is no regular expression: {reason}")]
    Syntax { reason: String },
}

fn compile(text: &str) -> Result<Regex, InvalidPattern> {
    match compile_as(text, false) {
        // Classes of Unicode (`\p{Lu}`) and letters beyond ASCII need the larger tables.
        Err(InvalidPattern::Syntax { .. }) => compile_as(text, true),
        done => done,
    }
}

/// The pattern as [`compile`] reads it.
fn parsed(text: &str) -> Result<Hir, InvalidPattern> {
    let parse = |unicode| {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(unicode).utf8(false).nest_limit(NEST_LIMIT).build();
        parser.parse(text).map_err(|error| InvalidPattern::Syntax { reason: syntax_reason(&error) })
    };
    parse(false).or_else(|_| parse(true))
}

fn compile_as(text: &str, unicode: bool) -> Result<Regex, InvalidPattern> {
    builder(unicode).build(text).map_err(|error| explain(&error))
}

fn builder(unicode: bool) -> Builder {
    let syntax = syntax::Config::new().unicode(unicode).utf8(false).nest_limit(NEST_LIMIT);
    let config = Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(LARGEST_PROGRAM_BYTES))
        .onepass_size_limit(Some(64 << 10))
        .dfa(false)
        .hybrid_cache_capacity(LARGEST_CACHE_BYTES);
    let mut builder = Regex::builder();
    builder.syntax(syntax).configure(config);
    builder
}

fn explain(error: &BuildError) -> InvalidPattern {
    if error.size_limit().is_some() {
        return InvalidPattern::TooLarge;
    }
    let reason = error.syntax_error().map_or_else(|| "it cannot be compiled".to_owned(), syntax_reason);
    InvalidPattern::Syntax { reason }
}

fn syntax_reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it cannot be parsed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_would_take_too_much_memory_is_refused() {
        assert_eq!(Pattern::checked("(a{1000}){1000}").err(), Some(InvalidPattern::TooLarge));
        assert_eq!(Pattern::checked(&"a".repeat(LONGEST_PATTERN_BYTES + 1)).err(), Some(InvalidPattern::TooLong));
        let nested = format!("{}a{}", "(".repeat(500), ")".repeat(500));
        assert!(matches!(Pattern::checked(&nested), Err(InvalidPattern::Syntax { .. })));
    }

    #[test]
    fn a_pattern_that_finds_nothing_at_all_everywhere_is_refused() {
        for text in ["x*", ".*", "(a|b?)", r"\b", "^$", "(?i)(token)?", "()"] {
            assert_eq!(Pattern::finding(text).err(), Some(InvalidPattern::MatchesEmpty), "{text}");
            assert!(Pattern::checked(text).is_ok(), "{text}");
        }
        for text in ["x+", "a.*", r"\bkey\b", "(token)?=", "."] {
            assert!(Pattern::finding(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn several_patterns_match_where_one_of_them_does() {
        let patterns = [r"(^|/)\.?pgpass(\.conf)?$", r"(?i)\.(gpg|key)$"].map(Pattern::lazy);
        let any = AnyPattern::of(&patterns.each_ref()).expect("both are patterns");
        for path in ["root/.pgpass", "pgpass.conf", "a.GPG", "a.key", "a.keys", "pgpassa", "root/pgpass/a", "", "ä.gpg"]
        {
            let expected = patterns.iter().any(|pattern| pattern.is_match(path.as_bytes()));
            assert_eq!(any.is_match(path.as_bytes()), expected, "{path}");
        }
        assert!(!AnyPattern::of(&[]).expect("none is too few").is_match(b"a"));
        assert!(AnyPattern::of(&[&Pattern::lazy(r"\p{Lu}")]).is_none());
    }

    #[test]
    fn a_pattern_of_a_user_is_compiled_when_it_is_needed_unless_it_may_be_too_large() {
        let usual = Pattern::checked(r"(?i)[\w.-]{0,50}?acme[ \t\w.-]{0,20}[:=]['\x22 ]{0,5}([0-9a-z]{64})").unwrap();
        assert!(!usual.is_compiled() && usual.size_bytes() > 0);
        assert!(usual.is_match(b"ACME_KEY='0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'"));
        assert!(usual.is_compiled());
        // What was told before is of the size of what the program takes, so that limits hold for the one as for the other.
        let (expected, taken) = (usual.expected_bytes, usual.size_bytes());
        assert!(expected < 4 * taken && taken < 4 * expected, "{expected} {taken}");
        assert!(Pattern::checked("[a-z0-9_]{1,12000}").unwrap().is_compiled());
    }

    #[test]
    fn groups_are_counted_without_a_program() {
        for (text, count) in [("a", 0), ("(a)(?:b)(?P<c>d)", 2), (r"(\p{Lu})", 1)] {
            let pattern = Pattern::checked(text).unwrap();
            assert_eq!(pattern.group_count(), count, "{text}");
            assert_eq!(pattern.program().unwrap().captures_len(), count + 1, "{text}");
        }
    }

    #[test]
    fn a_pattern_may_name_classes_of_unicode() {
        assert!(Pattern::checked(r"\p{Lu}+").is_ok_and(|pattern| pattern.is_match("Ä".as_bytes())));
    }
}
