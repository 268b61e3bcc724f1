//! Regular expressions that are compiled when first needed, within limits.

use std::sync::OnceLock;

use regex_automata::meta::{BuildError, Builder, Regex};
use regex_automata::util::syntax;

use crate::lead::Lead;

/// The longest pattern that a rule may have.
pub(crate) const LONGEST_PATTERN_BYTES: usize = 8 << 10;
/// The memory that the program of one pattern may take.
pub(crate) const LARGEST_PROGRAM_BYTES: usize = 2 << 20;
const LARGEST_CACHE_BYTES: usize = 1 << 20;
const NEST_LIMIT: u32 = 64;

/// A pattern, and its program once one was needed.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: String,
    program: OnceLock<Option<Regex>>,
    lead: OnceLock<Lead>,
}

impl Pattern {
    /// A pattern that is known to be good, such as one of the built-in rules.
    pub(crate) fn lazy(text: impl Into<String>) -> Pattern {
        Pattern { text: text.into(), program: OnceLock::new(), lead: OnceLock::new() }
    }

    /// A pattern of a user, which is compiled to see whether it can be.
    pub(crate) fn checked(text: &str) -> Result<Pattern, InvalidPattern> {
        if text.len() > LONGEST_PATTERN_BYTES {
            return Err(InvalidPattern::TooLong);
        }
        let program = compile(text)?;
        Ok(Pattern { text: text.to_owned(), program: OnceLock::from(Some(program)), lead: OnceLock::new() })
    }

    /// The program; none when the pattern cannot be compiled, which tests rule out for the built-in ones.
    pub(crate) fn program(&self) -> Option<&Regex> {
        self.program.get_or_init(|| compile(&self.text).ok()).as_ref()
    }

    /// Whether a match may begin where the bytes do; says no only where none does.
    pub(crate) fn may_begin(&self, bytes: &[u8]) -> bool {
        self.lead.get_or_init(|| lead(&self.text)).admits(bytes)
    }

    /// Whether it matches anywhere in the text.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.program().is_some_and(|program| program.is_match(text))
    }

    /// The memory of its program.
    pub(crate) fn size_bytes(&self) -> usize {
        self.program.get().and_then(Option::as_ref).map_or(0, Regex::memory_usage)
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

/// The lead of the pattern as [`compile`] reads it.
fn lead(text: &str) -> Lead {
    let parse = |unicode| {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(unicode).utf8(false).nest_limit(NEST_LIMIT).build();
        parser.parse(text).ok()
    };
    parse(false).or_else(|| parse(true)).map(|hir| Lead::of(&hir)).unwrap_or_default()
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
    let reason = error.syntax_error().map(|error| match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it cannot be parsed".to_owned(),
    });
    InvalidPattern::Syntax { reason: reason.unwrap_or_else(|| "it cannot be compiled".to_owned()) }
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
    fn a_pattern_may_name_classes_of_unicode() {
        assert!(Pattern::checked(r"\p{Lu}+").is_ok_and(|pattern| pattern.is_match("Ä".as_bytes())));
    }
}
