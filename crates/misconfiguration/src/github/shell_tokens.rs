//! The words, redirections and separators of a script for a shell (POSIX, Shell Command Language, 2.3 and 2.7), as far as it
//! matters where the text goes that a command writes.

/// Stands for a `$` or a backtick that the shell takes as it is: quoted or escaped.
const AS_IT_IS: char = '\u{e002}';

/// A part of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word without its quotes; what the shell would expand (`$NAME`, `${…}`, `$(…)`) stands in it as written.
    Word {
        text: String,
        /// Whether any of it is quoted, so that it is no word of the shell's own (`if`, `{`).
        is_quoted: bool,
    },
    /// Where the standard output goes: the word behind `>` or `>>`.
    Output(String),
    /// What the standard input is, where the script has it: a here-document or a here-string.
    Input(String),
    /// What ends a command: a line's end, `;`, `&&`, `||`, `&`, or a pipe.
    Separator {
        pipes_on: bool,
    },
    Open,
    Close,
}

/// The tokens of a script, in order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { text, at: 0, behind_documents: None };
    let mut tokens = Vec::new();
    while let Some(token) = reader.token() {
        tokens.extend(token);
    }
    tokens
}

/// How many bytes of a text, which begins with `(` or `{`, are before the bracket that closes this one; all of them, where
/// none does.
pub(super) fn length_to_close(text: &str) -> usize {
    let (open, close) = if text.starts_with('{') { ('{', '}') } else { ('(', ')') };
    let (mut depth, mut quote) = (0_usize, None);
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => _ = characters.next(),
            (None, '\'' | '"') => quote = Some(character),
            (_, _) if character == open => depth += 1,
            (_, _) if character == close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            (_, _) => {}
        }
    }
    text.len()
}

/// Redirections, the longer ones first.
const REDIRECTIONS: &[&str] = &["&>>", "&>", "<<<", "<<-", "<<", ">>", ">|", ">&", "<&", "<>", ">", "<"];

const SEPARATORS: &[&str] = &["&&", "||", ";;", "|&", "|", ";", "&"];

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where the here-documents end that belong to commands of this line.
    behind_documents: Option<usize>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
            let rest = self.rest();
            if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    /// The next token, if what comes next is one that matters; nothing at the end.
    fn token(&mut self) -> Option<Option<Token>> {
        self.skip_blanks();
        let rest = self.rest();
        match rest.chars().next()? {
            '\n' => {
                let behind = self.at + 1;
                self.at = self.behind_documents.take().map_or(behind, |end| end.max(behind));
                return Some(Some(Token::Separator { pipes_on: false }));
            }
            '(' => {
                self.at += 1;
                return Some(Some(Token::Open));
            }
            ')' => {
                self.at += 1;
                return Some(Some(Token::Close));
            }
            _ => {}
        }
        let number = rest.len() - rest.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(number);
        let redirection = REDIRECTIONS.iter().find(|sign| behind.starts_with(**sign));
        if let Some(sign) = redirection.filter(|sign| number.is_empty() || !sign.starts_with('&')) {
            self.at += number.len() + sign.len();
            return Some(self.redirection(number, sign));
        }
        if let Some(sign) = SEPARATORS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Some(Some(Token::Separator { pipes_on: matches!(*sign, "|" | "|&") }));
        }
        let (text, is_quoted) = self.word();
        Some(Some(Token::Word { text, is_quoted }))
    }

    fn redirection(&mut self, number: &str, sign: &str) -> Option<Token> {
        self.skip_blanks();
        if self.rest().starts_with('(') {
            // `<(…)` stands for a file.
            self.at += length_to_close(self.rest()) + 1;
            return None;
        }
        let (word, is_quoted) = self.word();
        match sign {
            "<<" | "<<-" => Some(Token::Input(self.document(&word, sign == "<<-", is_quoted))),
            "<<<" => Some(Token::Input(word)),
            "<" | "<&" | "<>" => None,
            _ => matches!(number, "" | "1").then_some(Token::Output(word)),
        }
    }

    /// The here-document that ends with a line of this word.
    fn document(&mut self, end: &str, is_indented: bool, is_quoted: bool) -> String {
        let from = self.behind_documents.unwrap_or_else(|| {
            let rest = self.rest();
            self.at + rest.find('\n').map_or(rest.len(), |at| at + 1)
        });
        let (mut body, mut at) = (String::new(), from);
        for line in self.text.get(from..).unwrap_or_default().split_inclusive('\n') {
            at += line.len();
            let line = if is_indented { line.trim_start_matches('\t') } else { line };
            if line.trim_end_matches(['\n', '\r']) == end {
                break;
            }
            body.push_str(line);
        }
        self.behind_documents = Some(at);
        let as_it_is = AS_IT_IS.to_string();
        match is_quoted {
            true => body.replace(['$', '`'], &as_it_is),
            false => body.replace("\\$", &as_it_is).replace("\\`", &as_it_is),
        }
    }

    /// A word, and whether any of it is quoted.
    fn word(&mut self) -> (String, bool) {
        let (mut word, mut is_quoted, mut in_double) = (String::new(), false, false);
        while let Some(character) = self.rest().chars().next() {
            let rest = self.rest();
            match character {
                '\'' if !in_double => {
                    is_quoted = true;
                    let inner = &rest[1..];
                    let length = inner.find('\'').unwrap_or(inner.len());
                    word.extend(inner[..length].chars().map(as_it_is));
                    self.at += 1 + length + 1;
                    continue;
                }
                '"' => {
                    is_quoted = true;
                    in_double = !in_double;
                }
                '\\' => {
                    let escaped = rest[1..].chars().next();
                    self.at += escaped.map_or(0, char::len_utf8);
                    match escaped {
                        Some('\n') | None => {}
                        Some(escaped) if in_double && !matches!(escaped, '$' | '`' | '"' | '\\') => {
                            word.extend(['\\', escaped]);
                        }
                        Some(escaped) => {
                            is_quoted = true;
                            word.push(as_it_is(escaped));
                        }
                    }
                }
                '$' if rest[1..].starts_with(['(', '{']) => {
                    let length = rest.len().min(1 + length_to_close(&rest[1..]) + 1);
                    word.push_str(&rest[..length]);
                    self.at += length;
                    continue;
                }
                '`' => {
                    let length = rest[1..].find('`').map_or(rest.len(), |length| length + 2);
                    word.push_str(&rest[..length]);
                    self.at += length;
                    continue;
                }
                ' ' | '\t' | '\r' | '\n' | '&' | '|' | ';' | '(' | ')' | '<' | '>' if !in_double => break,
                _ => word.push(character),
            }
            self.at += character.len_utf8();
        }
        self.at = self.at.min(self.text.len());
        (word, is_quoted)
    }
}

fn as_it_is(character: char) -> char {
    if matches!(character, '$' | '`') { AS_IT_IS } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens of a script in short: words as they are, `>x` for an output, `<x` for an input.
    fn told(text: &str) -> Vec<String> {
        let tokens = tokens(text).into_iter();
        tokens
            .map(|token| match token {
                Token::Word { text, is_quoted: _ } => text,
                Token::Output(target) => format!(">{target}"),
                Token::Input(text) => format!("<{text}"),
                Token::Separator { pipes_on: true } => "|".to_owned(),
                Token::Separator { pipes_on: false } => ";".to_owned(),
                Token::Open => "(".to_owned(),
                Token::Close => ")".to_owned(),
            })
            .collect()
    }

    #[test]
    fn words_end_outside_of_quotes_and_expansions() {
        assert_eq!(
            told("echo \"a $(b \"c d\" | e) f\" ${g:-h i} `j k` # l"),
            ["echo", "a $(b \"c d\" | e) f", "${g:-h i}", "`j k`"]
        );
        assert_eq!(told("echo '$a' \\$b \"\\$c\\n\""), ["echo", "\u{e002}a", "\u{e002}b", "\u{e002}c\\n"]);
        assert_eq!(told("a \\\n  b"), ["a", "b"]);
        assert_eq!(told("a && (b | c; d)"), ["a", ";", "(", "b", "|", "c", ";", "d", ")"]);
    }

    #[test]
    fn redirections_tell_where_the_output_goes() {
        assert_eq!(told("a >> \"$F\" 2>&1"), ["a", ">$F"]);
        assert_eq!(told("a 2> e 1>f < g"), ["a", ">f"]);
        assert_eq!(told("a >&2"), ["a", ">2"]);
        assert_eq!(told("diff <(b c) d"), ["diff", "d"]);
        assert_eq!(told("cat <<< \"$X y\""), ["cat", "<$X y"]);
    }

    #[test]
    fn documents_belong_to_the_command_before_them() {
        assert_eq!(told("cat <<EOF >> f\na $b\nEOF\nc"), ["cat", "<a $b\n", ">f", ";", "c"]);
        assert_eq!(told("cat <<'E' | d\n$b\nE\nc"), ["cat", "<\u{e002}b\n", "|", "d", ";", "c"]);
        assert_eq!(told("cat <<-E\n\ta\n\tE\nc"), ["cat", "<a\n", ";", "c"]);
        assert_eq!(told("a <<X <<Y\n1\nX\n2\nY\nb"), ["a", "<1\n", "<2\n", ";", "b"]);
        assert_eq!(told("cat <<EOF\nno end"), ["cat", "<no end", ";"]);
    }

    #[test]
    fn what_is_open_ends_with_the_script() {
        for text in ["'a", "\"a", "$(a", "${a", "`a", "a \\", "a >", "<<", "<(", "((((", "a 'ä", "\\ä"] {
            let _ = tokens(text);
            let _ = tokens(&text.repeat(10_000));
        }
    }
}
