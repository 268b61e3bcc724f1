//! The words, strings and signs of programs in which build tools have their settings, for readers that look for plain forms in
//! them. Nothing is evaluated, and comments are passed over.

use std::borrow::Cow;

use crate::damage;
use crate::wanted_file::{ReadFileError, WantedFile};

/// The most that is read of such a program, in bytes; nobody writes longer ones.
const LARGEST_BYTES: u64 = 1 << 20;

/// How a language writes comments and strings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    /// What begins a comment that ends with its line.
    comment: &'static str,
    /// Whether `/* … */` is a comment as well.
    has_blocks_of_comment: bool,
    /// What stands around strings, the longest first.
    quotes: &'static [&'static str],
}

/// Groovy and Kotlin.
pub(super) const GROOVY: Syntax =
    Syntax { comment: "//", has_blocks_of_comment: true, quotes: &["\"\"\"", "'''", "\"", "'"] };

/// Swift and Scala, in which `'` stands around no string.
pub(super) const SWIFT: Syntax = Syntax { comment: "//", has_blocks_of_comment: true, quotes: &["\"\"\"", "\""] };

/// Ruby and Elixir.
pub(super) const RUBY: Syntax =
    Syntax { comment: "#", has_blocks_of_comment: false, quotes: &["\"\"\"", "'''", "\"", "'"] };

/// A piece of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, a keyword or a number.
    Word(&'t str),
    /// What stands between quotes, as it is written.
    Text(&'t str),
    /// Any other character.
    Sign(char),
    /// The end of a line.
    Break,
}

/// The text of a program; `None` where it is longer than any that somebody wrote.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn read<'f>(file: &'f mut WantedFile<'_>) -> Result<Option<Cow<'f, str>>, ReadFileError> {
    match file.bytes_up_to(LARGEST_BYTES) {
        Ok(bytes) => Ok(Some(damage::text_of(bytes))),
        Err(ReadFileError::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same for a text that was read already.
pub(super) fn bounded(text: &str) -> Option<&str> {
    (text.len() as u64 <= LARGEST_BYTES).then_some(text)
}

/// The pieces of a program in their order.
pub(super) fn tokens(text: &str, syntax: Syntax) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with(syntax.comment) {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if syntax.has_blocks_of_comment && rest.starts_with("/*") {
            rest = rest[2..].split_once("*/").map_or("", |(_, behind)| behind);
        } else if let Some(quote) = syntax.quotes.iter().find(|quote| rest.starts_with(**quote)) {
            let (inside, behind) = split_at_quote(&rest[quote.len()..], quote);
            tokens.push(Token::Text(inside));
            rest = behind;
        } else if is_part_of_word(first) {
            let (word, behind) = rest.split_at(rest.find(|next: char| !is_part_of_word(next)).unwrap_or(rest.len()));
            tokens.push(Token::Word(word));
            rest = behind;
        } else {
            if first == '\n' {
                tokens.push(Token::Break);
            } else if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

/// What stands within the bracket that the token at `open` is, and the place behind the one that closes it; everything where
/// nothing closes it.
pub(super) fn within<'p, 't>(tokens: &'p [Token<'t>], open: usize) -> (&'p [Token<'t>], usize) {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (tokens.get(open + 1..place).unwrap_or_default(), place + 1);
                }
            }
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Break => {}
        }
    }
    (tokens.get(open + 1..).unwrap_or_default(), tokens.len())
}

/// The place of the end of the statement that goes on at `begin`: of its line, unless a comma or a bracket holds it open.
pub(super) fn end_of_statement(tokens: &[Token<'_>], begin: usize) -> usize {
    let mut depth = 0_usize;
    let mut goes_on = false;
    for (place, token) in tokens.iter().enumerate().skip(begin) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') if depth == 0 => return place,
            Token::Sign(')' | ']' | '}') => depth -= 1,
            Token::Break if depth == 0 && !goes_on => return place,
            Token::Sign(';') if depth == 0 => return place,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Break => {}
        }
        goes_on = match token {
            Token::Break => goes_on,
            token => *token == Token::Sign(','),
        };
    }
    tokens.len()
}

/// Parts of a list that commas outside of all brackets part.
pub(super) fn arguments<'p, 't>(tokens: &'p [Token<'t>]) -> Vec<&'p [Token<'t>]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Break => {}
        }
        depth == 0 && *token == Token::Sign(',')
    });
    parts.collect()
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Splits a text where a string ends; one between single signs ends with its line, so that a sign which is no quote hides no
/// more than that.
fn split_at_quote<'t>(text: &'t str, quote: &str) -> (&'t str, &'t str) {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        if letter == '\n' && quote.len() == 1 {
            return text.split_at(at);
        }
        if is_escaped {
            is_escaped = false;
        } else if letter == '\\' {
            is_escaped = true;
        } else if text[at..].starts_with(quote) {
            return (&text[..at], &text[at + quote.len()..]);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::Token::{Break, Sign, Text, Word};
    use super::*;

    #[test]
    fn comments_are_passed_over_and_strings_are_whole() {
        let text = "a.b('c // d', \"e\\\"f\") /* g\n */ // \"h\"\n\"\"\"i\n\"j\"\"\"\"";
        let expected = [
            Word("a"),
            Sign('.'),
            Word("b"),
            Sign('('),
            Text("c // d"),
            Sign(','),
            Text("e\\\"f"),
            Sign(')'),
            Break,
            Text("i\n\"j"),
            Text(""),
        ];
        assert_eq!(tokens(text, GROOVY), expected);
        assert_eq!(tokens("x # 'y\n'z", RUBY), [Word("x"), Break, Text("z")]);
        assert_eq!(tokens("'a \"b\nc", SWIFT), [Sign('\''), Word("a"), Text("b"), Break, Word("c")]);
        assert!(tokens("/* ä", GROOVY).is_empty());
    }

    #[test]
    fn brackets_and_commas_hold_statements_together() {
        let tokens = tokens("a(b, [c]) d,\n e\n f)", GROOVY);
        assert_eq!(within(&tokens, 1), (&[Word("b"), Sign(','), Sign('['), Word("c"), Sign(']')][..], 8));
        assert_eq!(end_of_statement(&tokens, 0), 12);
        assert_eq!(end_of_statement(&tokens, 13), 14);
        assert_eq!(arguments(&tokens[2..7]), [&[Word("b")][..], &[Sign('['), Word("c"), Sign(']')][..]]);
        assert_eq!(within(&tokens[..4], 1), (&[Word("b"), Sign(',')][..], 4));
    }
}
