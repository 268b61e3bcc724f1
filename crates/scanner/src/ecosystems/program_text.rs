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
    /// Whether `/* … */` is a comment as well, and how.
    blocks: Blocks,
    /// Whether lines from `=begin` to `=end` are a comment, and strings of whole lines may follow on a line with `<<END`.
    has_documents: bool,
    /// What stands around strings, the longest first.
    quotes: &'static [&'static str],
}

/// What `/* … */` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blocks {
    /// No comment.
    None,
    /// A comment that ends at the first `*/`.
    Flat,
    /// A comment that may have others in it.
    Nested,
}

/// Groovy.
pub(super) const GROOVY: Syntax =
    Syntax { comment: "//", blocks: Blocks::Flat, has_documents: false, quotes: &["\"\"\"", "'''", "\"", "'"] };

/// Kotlin, in which `'` stands around single characters.
pub(super) const KOTLIN: Syntax = Syntax { blocks: Blocks::Nested, ..GROOVY };

/// Swift and Scala, in which `'` stands around no string.
pub(super) const SWIFT: Syntax =
    Syntax { comment: "//", blocks: Blocks::Nested, has_documents: false, quotes: &["\"\"\"", "\""] };

/// Elixir.
pub(super) const ELIXIR: Syntax = Syntax { comment: "#", blocks: Blocks::None, ..GROOVY };

/// Ruby.
pub(super) const RUBY: Syntax = Syntax { has_documents: true, ..ELIXIR };

/// So many `<<` that begin no string of lines are looked at in one program; nobody writes more.
const MOST_SHIFTS: usize = 100;

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
    // What stands behind the strings of lines that the present line has begun.
    let mut behind_documents: Option<&str> = None;
    let mut shifts = 0;
    while let Some(first) = rest.chars().next() {
        let mut document = None;
        if syntax.has_documents && shifts < MOST_SHIFTS && rest.starts_with("<<") {
            document = Document::beginning(rest, behind_documents);
            shifts += usize::from(document.is_none());
        }
        let begins_line = || text[..text.len() - rest.len()].chars().next_back().is_none_or(|before| before == '\n');
        if rest.starts_with(syntax.comment) {
            rest = from_line_end(rest);
        } else if syntax.blocks != Blocks::None && rest.starts_with("/*") {
            rest = behind_comment(rest, syntax.blocks == Blocks::Nested);
        } else if syntax.has_documents && rest.starts_with("=begin") && begins_line() {
            rest = rest.find("\n=end").map_or("", |end| from_line_end(&rest[end + 1..]));
        } else if let Some(document) = document {
            tokens.push(Token::Text(document.lines));
            rest = document.behind_name;
            behind_documents = Some(document.behind);
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
            if first == '\n'
                && let Some(behind) = behind_documents.take()
                && behind.len() < rest.len()
            {
                rest = behind;
            }
        }
    }
    tokens
}

/// A string of whole lines (docs.ruby-lang.org, Literals, Here Document Literals): `<<~END`, with its lines below.
struct Document<'t> {
    lines: &'t str,
    /// What stands behind its name in the line that begins it.
    behind_name: &'t str,
    /// What stands behind the line that ends it.
    behind: &'t str,
}

impl<'t> Document<'t> {
    /// The one that a text begins with; its lines come behind those of others that its line has begun.
    fn beginning(text: &'t str, behind_others: Option<&'t str>) -> Option<Document<'t>> {
        let marked = text.strip_prefix("<<")?;
        let quoted = marked.strip_prefix(['~', '-']).unwrap_or(marked);
        let is_indented = quoted.len() < marked.len();
        let first = quoted.chars().next()?;
        let (name, behind_name) = match quoted.strip_prefix(['"', '\'', '`']) {
            Some(inside) => inside.split_once(first)?,
            // `list <<name` and `class <<self` are none.
            None if is_indented && is_part_of_word(first) || first.is_uppercase() => {
                quoted.split_at(quoted.find(|next: char| !is_part_of_word(next)).unwrap_or(quoted.len()))
            }
            None => return None,
        };
        let begin = match behind_others {
            Some(behind) => behind,
            None => behind_name.split_once('\n')?.1,
        };
        let mut rest = begin;
        while !rest.is_empty() {
            let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
            let line = line.strip_suffix('\r').unwrap_or(line);
            let word = if is_indented { line.trim_start() } else { line };
            if word == name {
                let lines = begin.get(..begin.len() - rest.len())?;
                return Some(Document { lines, behind_name, behind });
            }
            rest = behind;
        }
        None
    }
}

/// What follows in a text from the end of its first line on.
fn from_line_end(text: &str) -> &str {
    &text[text.find('\n').unwrap_or(text.len())..]
}

/// What stands behind the comment `/* … */` that a text begins with; nothing where it does not end.
fn behind_comment(text: &str, is_nested: bool) -> &str {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['/', '*']) {
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix("/*").filter(|_| depth == 0 || is_nested) {
            depth += 1;
            rest = inside;
        } else if let Some(behind) = rest.strip_prefix("*/") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return behind;
            }
            rest = behind;
        } else {
            rest = &rest[1..];
        }
    }
    ""
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
    fn comments_nest_where_the_language_says_so() {
        let text = "a /* b /* c */ d */ e /*/ f */ g";
        assert_eq!(tokens(text, KOTLIN), [Word("a"), Word("e"), Word("g")]);
        assert_eq!(tokens(text, SWIFT), tokens(text, KOTLIN));
        let flat = [Word("a"), Word("d"), Sign('*'), Sign('/'), Word("e"), Word("g")];
        assert_eq!(tokens(text, GROOVY), flat);
        assert_eq!(tokens("a /* /* */ b", KOTLIN), [Word("a")]);
    }

    #[test]
    fn comments_and_strings_of_whole_lines_are_passed_over_in_ruby() {
        assert_eq!(tokens("=begin x\na\n=end y\nb", RUBY), [Break, Word("b")]);
        assert_eq!(tokens("a\n=begin\nb", RUBY), [Word("a"), Break]);
        assert_eq!(tokens("a =begin", RUBY), [Word("a"), Sign('='), Word("begin")]);
        let text = "a <<~X, <<-'Y' b # c\n  d\n  X\n e\r\n\tY\r\nf";
        let expected = [Word("a"), Text("  d\n"), Sign(','), Text(" e\r\n"), Word("b"), Break, Word("f")];
        assert_eq!(tokens(text, RUBY), expected);
        assert_eq!(tokens("<<X\n  X\nX", RUBY), [Text("  X\n"), Break]);
        // Nothing ends them, or they are shifts.
        for text in ["a <<X\nb", "a <<2\n2", "a << X\nX", "class <<self\nself", "a <<", "a <<~"] {
            assert_eq!(tokens(text, RUBY), tokens(text, ELIXIR), "{text}");
        }
        let long = "<<X ".repeat(200_000);
        assert_eq!(tokens(&long, RUBY).len(), 600_000);
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
