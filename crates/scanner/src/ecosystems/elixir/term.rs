//! Terms of Elixir, as far as lock files write them: atoms, strings, numbers, tuples, lists, maps and keywords. Nothing is
//! evaluated.

/// How deep terms may lie in one another.
pub(super) const DEEPEST: u32 = 64;

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// An atom, a string, a binary or a number, by its text.
    Text(String),
    Tuple(Vec<Term>),
    List(Vec<Term>),
    Map(Vec<Term>),
    /// `key: value` or `"key" => value`.
    Pair(String, Box<Term>),
}

impl Term {
    /// The text of an atom, string or number.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Term::Text(text) => Some(text),
            Term::Tuple(_) | Term::List(_) | Term::Map(_) | Term::Pair(..) => None,
        }
    }

    /// The text of a string, which Erlang knows as the list of its characters.
    pub(super) fn string(&self) -> Option<String> {
        match self {
            Term::Text(text) => Some(text.clone()),
            Term::List(letters) => letters.iter().map(|letter| char::from_u32(letter.text()?.parse().ok()?)).collect(),
            Term::Tuple(_) | Term::Map(_) | Term::Pair(..) => None,
        }
    }

    /// The elements of a tuple, list or map; of anything else none.
    pub(super) fn items(&self) -> &[Term] {
        match self {
            Term::Tuple(items) | Term::List(items) | Term::Map(items) => items,
            Term::Text(_) | Term::Pair(..) => &[],
        }
    }
}

/// Reads the terms of a file; `#` begins a comment.
pub(super) fn parse(text: &str) -> Result<Vec<Term>, String> {
    let mut parser = Parser { text, at: 0 };
    let mut terms = Vec::new();
    loop {
        parser.skip_blank();
        if parser.peek().is_none() {
            return Ok(terms);
        }
        terms.push(parser.term(0)?);
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn starts_with(&self, token: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(token.as_bytes())
    }

    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'#' {
                let rest = &self.text.as_bytes()[self.at..];
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn unexpected<T>(&self) -> Result<T, String> {
        let line =
            self.text.as_bytes()[..self.at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Err(format!("line {line} is not understood"))
    }

    fn term(&mut self, depth: u32) -> Result<Term, String> {
        if depth > DEEPEST {
            return Err(format!("its terms lie more than {DEEPEST} deep"));
        }
        self.skip_blank();
        let term = match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Term::Tuple(self.items(b'}', depth)?)
            }
            Some(b'[') => {
                self.at += 1;
                Term::List(self.items(b']', depth)?)
            }
            Some(b'%') if self.starts_with("%{") => {
                self.at += 2;
                Term::Map(self.items(b'}', depth)?)
            }
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                Term::Text(self.quoted(quote)?)
            }
            Some(b':') if matches!(self.text.as_bytes().get(self.at + 1), Some(b'"')) => {
                self.at += 2;
                Term::Text(self.quoted(b'"')?)
            }
            Some(b':') => {
                self.at += 1;
                Term::Text(self.word())
            }
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' => Term::Text(self.word()),
            _ => return self.unexpected(),
        };
        self.skip_blank();
        let is_pair = self.starts_with("=>") || (self.peek() == Some(b':') && !self.starts_with("::"));
        if let (true, Term::Text(key)) = (is_pair, &term) {
            self.at += if self.peek() == Some(b':') { 1 } else { 2 };
            return Ok(Term::Pair(key.clone(), Box::new(self.term(depth + 1)?)));
        }
        Ok(term)
    }

    fn items(&mut self, end: u8, depth: u32) -> Result<Vec<Term>, String> {
        let mut items = Vec::new();
        loop {
            self.skip_blank();
            match self.peek() {
                Some(byte) if byte == end => {
                    self.at += 1;
                    return Ok(items);
                }
                Some(b',' | b'|') => self.at += 1,
                Some(_) => items.push(self.term(depth + 1)?),
                None => return Err("it ends in the middle of a term".to_owned()),
            }
        }
    }

    /// An atom or number: letters, digits and what else names hold; a full stop only between two of them.
    fn word(&mut self) -> String {
        let bytes = self.text.as_bytes();
        let start = self.at;
        while let Some(&byte) = bytes.get(self.at) {
            let is_word =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'@' | b'?' | b'!') || byte >= 0x80;
            let is_inner_stop = byte == b'.' && bytes.get(self.at + 1).is_some_and(u8::is_ascii_alphanumeric);
            if !is_word && !is_inner_stop {
                break;
            }
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default().to_owned()
    }

    fn quoted(&mut self, quote: u8) -> Result<String, String> {
        let bytes = self.text.as_bytes();
        let mut text = Vec::new();
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => {
                    text.extend(bytes.get(self.at));
                    self.at += 1;
                }
                byte if byte == quote => return Ok(String::from_utf8_lossy(&text).into_owned()),
                byte => text.push(byte),
            }
        }
        self.at = bytes.len();
        Err("it ends in the middle of a string".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match parse(text) {
            Ok(terms) => format!("{terms:?}"),
            Err(error) => error,
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn texts_are_read_in_all_their_spellings() {
        check(
            "[a, 'B c', \"d\", :\"e f\", :g, 1.5] # h",
            r#"[List([Text("a"), Text("B c"), Text("d"), Text("e f"), Text("g"), Text("1.5")])]"#,
        );
    }

    #[test]
    fn hostile_terms_are_errors() {
        check("{", "it ends in the middle of a term");
        check("\"", "it ends in the middle of a string");
        check("\"\\", "it ends in the middle of a string");
        check("<<", "line 1 is not understood");
        check("\n)", "line 2 is not understood");
        check(&"[".repeat(100_000), "its terms lie more than 64 deep");
        check(&"a:".repeat(100_000), "its terms lie more than 64 deep");
        check(&"%{".repeat(100_000), "its terms lie more than 64 deep");
    }
}
