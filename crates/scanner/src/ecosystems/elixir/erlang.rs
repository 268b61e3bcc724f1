//! Terms of Erlang as `file:consult` reads them (Erlang Reference Manual, Data Types and String Literals), with what
//! OTP 27 and 28 brought: texts between lines of quotes, sigils, numbers with a base and a fraction. Nothing is evaluated.

use super::term::{DEEPEST, Term};

/// How many terms a file may have; the longest real ones list some thousand modules.
const MOST_TERMS: usize = 200_000;

const CUT_OFF: &str = "it ends in the middle of a term";
const CUT_OFF_STRING: &str = "it ends in the middle of a string";

/// Reads the terms of a file, each ended by a full stop but for the last one, which may lack it; `%` begins a comment.
///
/// # Errors
/// What is wrong with the first term that cannot be read.
pub(super) fn parse(text: &str) -> Result<Vec<Term>, String> {
    let mut reader = Reader::of(text);
    let mut terms = Vec::new();
    loop {
        reader.skip_blank();
        if reader.rest().is_empty() {
            return Ok(terms);
        }
        terms.push(reader.term(0)?);
        reader.skip_blank();
        let is_ended = reader.eat(".") && reader.peek().is_none_or(|next| is_blank(next) || next == '%');
        if !is_ended && !reader.rest().is_empty() {
            return reader.unexpected();
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    /// In bytes, where a character begins.
    at: usize,
    terms: usize,
}

impl<'a> Reader<'a> {
    fn of(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0, terms: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    /// At most so many characters, as long as they are of a kind.
    fn take_while(&mut self, most: usize, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.chars().take(most).take_while(|letter| is_part(*letter)).map(char::len_utf8).sum();
        self.at += length;
        &rest[..length]
    }

    /// Whether the token comes next, which is passed over then.
    fn eat(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        self.skip_blank();
        if self.eat(token) { Ok(()) } else { self.unexpected() }
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(usize::MAX, is_blank);
            if !self.rest().starts_with('%') {
                return;
            }
            self.take_while(usize::MAX, |letter| letter != '\n');
        }
    }

    fn unexpected<T>(&self) -> Result<T, String> {
        if self.rest().is_empty() {
            return Err(CUT_OFF.to_owned());
        }
        let before = &self.text.as_bytes()[..self.at];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        Err(format!("line {line} is not understood"))
    }

    fn term(&mut self, depth: u32) -> Result<Term, String> {
        if depth > DEEPEST {
            return Err(format!("its terms lie more than {DEEPEST} deep"));
        }
        self.count()?;
        self.skip_blank();
        match self.peek() {
            Some('{') => {
                self.at += 1;
                Ok(Term::Tuple(self.items("}", depth)?))
            }
            Some('[') => {
                self.at += 1;
                self.list(depth)
            }
            Some('(') => {
                self.at += 1;
                let term = self.term(depth + 1)?;
                self.expect(")")?;
                Ok(term)
            }
            Some('#') if self.eat("#{") => self.map(depth),
            Some('<') if self.eat("<<") => self.binary(depth),
            Some('"') => self.strings(),
            Some('~') => self.sigil(),
            Some('\'') => {
                self.at += 1;
                Ok(Term::Text(self.quoted('\'')?))
            }
            Some('$') => self.character(),
            Some(sign @ ('+' | '-')) => {
                self.at += 1;
                self.signed(sign, depth)
            }
            Some(first) if first.is_ascii_digit() => Ok(Term::Text(self.number())),
            Some(first) if first.is_lowercase() => Ok(Term::Text(self.atom())),
            Some(_) | None => self.unexpected(),
        }
    }

    /// Counts a value, or one more string of several that are one.
    fn count(&mut self) -> Result<(), String> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(format!("it has more than {MOST_TERMS} values"));
        }
        Ok(())
    }

    fn items(&mut self, end: &str, depth: u32) -> Result<Vec<Term>, String> {
        let mut items = Vec::new();
        self.skip_blank();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.term(depth + 1)?);
            self.skip_blank();
            if self.eat(end) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }

    fn list(&mut self, depth: u32) -> Result<Term, String> {
        let mut items = Vec::new();
        self.skip_blank();
        if self.eat("]") {
            return Ok(Term::List(items));
        }
        loop {
            items.push(self.term(depth + 1)?);
            self.skip_blank();
            if self.eat("]") {
                return Ok(Term::List(items));
            }
            if self.eat("|") {
                // A list or a string behind the bar goes on with the list before it.
                self.skip_blank();
                let is_string = self.rest().starts_with('"');
                match self.term(depth + 1)? {
                    Term::List(more) => items.extend(more),
                    Term::Text(more) if is_string => items.extend(more.chars().map(number_of)),
                    other => items.push(other),
                }
                self.expect("]")?;
                return Ok(Term::List(items));
            }
            self.expect(",")?;
        }
    }

    /// The rest of a map, whose keys count by their texts.
    fn map(&mut self, depth: u32) -> Result<Term, String> {
        let mut entries = Vec::new();
        self.skip_blank();
        if self.eat("}") {
            return Ok(Term::Map(entries));
        }
        loop {
            let key = self.term(depth + 1)?.string().unwrap_or_default();
            self.expect("=>")?;
            let value = self.term(depth + 1)?;
            entries.push(Term::Pair(key, Box::new(value)));
            self.skip_blank();
            if self.eat("}") {
                return Ok(Term::Map(entries));
            }
            self.expect(",")?;
        }
    }

    /// The rest of a binary: its bytes as UTF-8, or as Latin-1 where they are none.
    fn binary(&mut self, depth: u32) -> Result<Term, String> {
        let mut bytes = Vec::new();
        self.skip_blank();
        if !self.eat(">>") {
            loop {
                self.segment(&mut bytes, depth)?;
                self.skip_blank();
                if self.eat(">>") {
                    break;
                }
                self.expect(",")?;
            }
        }
        let text = String::from_utf8(bytes);
        Ok(Term::Text(text.unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())))
    }

    /// One segment, `VALUE:SIZE/TYPES`. What is no string, no binary and no whole number of bytes adds nothing.
    fn segment(&mut self, bytes: &mut Vec<u8>, depth: u32) -> Result<(), String> {
        self.skip_blank();
        let is_string = self.rest().starts_with('"');
        let value = self.term(depth + 1)?;
        self.skip_blank();
        let size = if self.eat(":") { Some(self.term(depth + 1)?) } else { None };
        self.skip_blank();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '_');
        let types = if self.eat("/") { self.take_while(usize::MAX, is_part) } else { "" };
        let has = |kind: &str| types.split('-').any(|other| other == kind);
        let Some(text) = value.text() else { return Ok(()) };
        let has_utf = has("utf8") || has("utf16") || has("utf32");
        if is_string && has_utf || has("binary") || has("bytes") {
            bytes.extend_from_slice(text.as_bytes());
        } else if is_string {
            // Of each character as many bits as a byte has.
            bytes.extend(text.chars().map(|letter| u32::from(letter) as u8));
        } else if has_utf {
            let letter = text.parse().ok().and_then(char::from_u32);
            bytes.extend(letter.into_iter().flat_map(|letter| letter.to_string().into_bytes()));
        } else if let Ok(number) = text.parse::<i64>() {
            let bits = size.as_ref().map_or(Some(8), |size| size.text()?.parse::<usize>().ok());
            let count = bits.filter(|bits| bits.is_multiple_of(8) && *bits <= 64).unwrap_or_default() / 8;
            if has("little") {
                bytes.extend_from_slice(&number.to_le_bytes()[..count]);
            } else {
                bytes.extend_from_slice(&number.to_be_bytes()[8 - count..]);
            }
        }
        Ok(())
    }

    /// Strings that follow one another are one.
    fn strings(&mut self) -> Result<Term, String> {
        let mut text = String::new();
        // Where quotes end that were looked at already and begin no text between lines: nor do the last ones of them.
        let mut end_of_quotes = self.at;
        loop {
            let mut block = None;
            if self.at >= end_of_quotes {
                end_of_quotes = self.at + first_quotes(self.rest()).len();
                block = self.block(false)?;
            }
            match block {
                Some(block) => text.push_str(&block),
                None => {
                    self.at += 1;
                    text.push_str(&self.quoted('"')?);
                }
            }
            self.skip_blank();
            if !self.rest().starts_with('"') {
                return Ok(Term::Text(text));
            }
            self.count()?;
        }
    }

    /// A string behind a tilde, with the letter that says what it is and whether it has escapes.
    fn sigil(&mut self) -> Result<Term, String> {
        self.at += 1;
        let kind = self.take_while(usize::MAX, |letter| letter.is_ascii_alphanumeric());
        if !matches!(kind, "" | "b" | "s" | "B" | "S") {
            return self.unexpected();
        }
        if let Some(block) = self.block(matches!(kind, "b" | "s"))? {
            return Ok(Term::Text(block));
        }
        let end = match self.peek() {
            Some('(') => ')',
            Some('[') => ']',
            Some('{') => '}',
            Some('<') => '>',
            Some(same @ ('/' | '|' | '\'' | '"' | '`' | '#')) => same,
            Some(_) | None => return self.unexpected(),
        };
        self.at += 1;
        if matches!(kind, "B" | "S") {
            return Ok(Term::Text(self.until(end, false)?.to_owned()));
        }
        Ok(Term::Text(self.quoted(end)?))
    }

    /// A text between lines of three or more quotes; `None` where none begins here. How far its last line is indented, all
    /// are.
    fn block(&mut self, has_escapes: bool) -> Result<Option<String>, String> {
        let rest = self.rest();
        let quotes = first_quotes(rest);
        if quotes.len() < 3 {
            return Ok(None);
        }
        let behind = rest[quotes.len()..].trim_start_matches(|letter: char| letter != '\n' && is_blank(letter));
        let Some(body) = behind.strip_prefix('\n') else { return Ok(None) };
        let mut lines: Vec<&str> = Vec::new();
        let mut end = rest.len() - body.len();
        for line in body.split_inclusive('\n') {
            let content = line.trim_start_matches([' ', '\t']);
            if !content.starts_with(quotes) {
                end += line.len();
                lines.push(line.trim_end_matches(['\r', '\n']));
                continue;
            }
            let indent = &line[..line.len() - content.len()];
            let mut text = String::new();
            for (number, line) in lines.into_iter().enumerate() {
                let Some(line) = line.strip_prefix(indent).or(line.trim().is_empty().then_some("")) else {
                    return self.unexpected();
                };
                text.push_str(if number > 0 { "\n" } else { "" });
                text.push_str(line);
            }
            self.at += end + indent.len() + quotes.len();
            return Ok(Some(if has_escapes { unescaped(&text) } else { text }));
        }
        Err(CUT_OFF_STRING.to_owned())
    }

    /// What stands before the character that ends a string or an atom, with its escapes resolved.
    fn quoted(&mut self, end: char) -> Result<String, String> {
        Ok(unescaped(self.until(end, true)?))
    }

    fn until(&mut self, end: char, has_escapes: bool) -> Result<&'a str, String> {
        let rest = self.rest();
        let mut letters = rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            if letter == end {
                self.at += at + letter.len_utf8();
                return Ok(&rest[..at]);
            }
            if letter == '\\' && has_escapes {
                letters.next();
            }
        }
        Err(CUT_OFF_STRING.to_owned())
    }

    /// The number of a character.
    fn character(&mut self) -> Result<Term, String> {
        self.at += 1;
        let letter = if self.eat("\\") { self.escape() } else { self.take() };
        match letter {
            Some(letter) => Ok(number_of(letter)),
            None => self.unexpected(),
        }
    }

    /// What an escape sequence stands for, behind its backslash.
    fn escape(&mut self) -> Option<char> {
        Some(match self.take()? {
            'b' => '\u{8}',
            'd' => '\u{7f}',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            's' => ' ',
            't' => '\t',
            'v' => '\u{b}',
            '^' => char::from(self.take().and_then(|letter| u8::try_from(letter).ok()).unwrap_or_default() & 0x1f),
            'x' if self.eat("{") => {
                let digits = self.take_while(usize::MAX, |letter| letter.is_ascii_hexdigit());
                self.eat("}");
                numbered(digits, 16)
            }
            'x' => numbered(self.take_while(2, |letter| letter.is_ascii_hexdigit()), 16),
            '0'..='7' => {
                self.at -= 1;
                numbered(self.take_while(3, |letter| matches!(letter, '0'..='7')), 8)
            }
            other => other,
        })
    }

    fn signed(&mut self, sign: char, depth: u32) -> Result<Term, String> {
        self.skip_blank();
        if !self.rest().starts_with(|first: char| first.is_ascii_digit() || first == '$') {
            return self.unexpected();
        }
        let number = self.term(depth + 1)?;
        Ok(match (sign, number.text()) {
            ('-', Some(number)) => Term::Text(format!("-{number}")),
            _ => number,
        })
    }

    /// A number: one with a base as the decimal number that it is, as far as it fits.
    fn number(&mut self) -> String {
        let is_decimal = |letter: char| letter.is_ascii_digit() || letter == '_';
        let is_digit = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let start = self.at;
        let whole = self.take_while(usize::MAX, is_decimal).replace('_', "");
        if self.is_followed_by('#', char::is_alphanumeric) {
            self.at += 1;
            let digits = self.take_while(usize::MAX, is_digit).replace('_', "");
            if !self.is_followed_by('.', char::is_alphanumeric) {
                let base = whole.parse::<u32>().ok().filter(|base| (2..=36).contains(base));
                let number = base.and_then(|base| u128::from_str_radix(&digits, base).ok());
                return number.map_or_else(|| format!("{whole}#{digits}"), |number| number.to_string());
            }
            self.at += 1;
            self.take_while(usize::MAX, is_digit);
            if self.eat("#e") {
                self.take_while(1, |letter| matches!(letter, '+' | '-'));
                self.take_while(usize::MAX, is_decimal);
            }
        } else if self.is_followed_by('.', |next| next.is_ascii_digit()) {
            self.at += 1;
            self.take_while(usize::MAX, is_decimal);
            if self.is_followed_by_exponent() {
                self.at += 1;
                self.take_while(1, |letter| matches!(letter, '+' | '-'));
                self.take_while(usize::MAX, is_decimal);
            }
        }
        self.text[start..self.at].replace('_', "")
    }

    fn is_followed_by(&self, sign: char, is_next: impl Fn(char) -> bool) -> bool {
        self.rest().strip_prefix(sign).is_some_and(|rest| rest.starts_with(is_next))
    }

    fn is_followed_by_exponent(&self) -> bool {
        let digits = self.rest().strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        digits.is_some_and(|digits| digits.starts_with(|first: char| first.is_ascii_digit()))
    }

    /// An atom without quotes, or a function of a module (`fun lists:map/2`).
    fn atom(&mut self) -> String {
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '@');
        let name = self.take_while(usize::MAX, is_part);
        if name != "fun" {
            return name.to_owned();
        }
        self.skip_blank();
        let function = self.take_while(usize::MAX, |letter| is_part(letter) || matches!(letter, ':' | '/' | '\''));
        format!("fun {function}")
    }
}

/// What Erlang passes over between tokens.
fn is_blank(letter: char) -> bool {
    letter <= ' ' || ('\u{80}'..='\u{a0}').contains(&letter)
}

/// The quotes that a text begins with.
fn first_quotes(text: &str) -> &str {
    &text[..text.bytes().take_while(|byte| *byte == b'"').count()]
}

fn unescaped(text: &str) -> String {
    let mut reader = Reader::of(text);
    let mut plain = String::with_capacity(text.len());
    while let Some(letter) = reader.take() {
        if letter == '\\' {
            plain.extend(reader.escape());
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// A character as Erlang has it.
fn number_of(letter: char) -> Term {
    Term::Text(u32::from(letter).to_string())
}

/// The character with a number; what is none is replaced.
fn numbered(digits: &str, base: u32) -> char {
    let number = u32::from_str_radix(digits, base).ok();
    number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests;
