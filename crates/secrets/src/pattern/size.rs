//! How much memory the program of a pattern takes at most, by its form alone: to compile thousands of patterns only to learn
//! that each fits takes a minute, to read them does not.
//!
//! The program is the automaton after Thompson that regex-automata makes. What it makes of each form is counted from above.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A state, and what points from one to another.
const STATE_BYTES: usize = 32;
const RANGE_BYTES: usize = 8;
const LINK_BYTES: usize = 4;

/// A range of characters is so many sequences of ranges of bytes, each of at most four.
const SEQUENCES: usize = 16;

/// The most memory of the program in one direction, in bytes.
pub(super) fn most_bytes(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE_BYTES,
        HirKind::Literal(literal) => literal.0.len() * STATE_BYTES,
        HirKind::Class(Class::Bytes(class)) => STATE_BYTES + class.ranges().len() * RANGE_BYTES,
        HirKind::Class(Class::Unicode(class)) if class.is_ascii() => STATE_BYTES + class.ranges().len() * RANGE_BYTES,
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().len() * SEQUENCES * 4 * (STATE_BYTES + RANGE_BYTES) + STATE_BYTES
        }
        HirKind::Capture(capture) => most_bytes(&capture.sub).saturating_add(2 * STATE_BYTES),
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            // Where it may end before a copy, a state leads to the copy or to the end.
            let forks = match repetition.max {
                Some(max) => max - repetition.min.min(max),
                None => 2,
            };
            let all = most_bytes(&repetition.sub).saturating_mul(copies);
            all.saturating_add(forks as usize * (STATE_BYTES + 2 * LINK_BYTES)).saturating_add(2 * STATE_BYTES)
        }
        HirKind::Concat(parts) => parts.iter().map(most_bytes).fold(0, usize::saturating_add),
        HirKind::Alternation(branches) => {
            let all = branches.iter().map(most_bytes).fold(0, usize::saturating_add);
            all.saturating_add(branches.len() * LINK_BYTES + 2 * STATE_BYTES)
        }
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::nfa::thompson::{Compiler, Config, NFA, WhichCaptures};

    use super::*;

    fn hir(pattern: &str) -> Hir {
        super::super::parsed(pattern).unwrap()
    }

    /// What the automaton takes in fact, forward and backward.
    fn taken(hir: &Hir) -> [usize; 2] {
        let make = |config: Config| -> NFA { Compiler::new().configure(config).build_from_hir(hir).unwrap() };
        let config = Config::new().utf8(false);
        let backward = config.clone().reverse(true).which_captures(WhichCaptures::None);
        [config, backward].map(|config| make(config).memory_usage())
    }

    #[test]
    fn no_program_takes_more_than_is_told() {
        for pattern in [
            "",
            "a",
            "acme_[0-9a-z]{36}",
            "(?i)acme_[0-9a-z]{36}",
            r"(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s']{0,3}(?:=|>|:{1,3}=|\|\||:)['\s=]{0,5}([a-z0-9=_\-]{32,64})(?:['\s;]|$)",
            "(a|bc|def|ghij|a longer word|one more){3,17}",
            "alpha|beta|gamma|delta|epsilon|alphabet|betatron|gammastrahlen",
            r"(?:[a-z]*,)+[^x]{2,}?",
            "((a?){5}b*){4,9}",
            r"\p{Lu}{3}",
            r"(?u)\w{2}-\d",
            r"-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----",
        ] {
            let hir = hir(pattern);
            // A program has some hundred bytes beside its states: which bytes are alike, and where it begins.
            let told = most_bytes(&hir) + 2_000;
            let taken = taken(&hir);
            assert!(taken.iter().all(|taken| *taken <= told), "{pattern}: {taken:?} of {told}");
        }
    }

    #[test]
    fn what_grows_beyond_any_number_stays_a_number() {
        assert_eq!(most_bytes(&hir("(?:(?:(?:(?:(?:(?:a{999}){999}){999}){999}){999}){999}){999}")), usize::MAX);
    }
}
