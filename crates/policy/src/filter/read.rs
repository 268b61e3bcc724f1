//! From the text of a filter to its terms.

use model::time;

use super::{Comparison, Filter, FilterError, FilterProblem, Key, Kind, Operand, Term, Test, Wanted};
use crate::nearest::nearest;

/// The longest filter, in bytes.
pub const LONGEST_FILTER_BYTES: usize = 4096;

/// The most terms of a filter.
pub const MOST_TERMS: usize = 64;

/// The most values of a term.
pub const MOST_VALUES: usize = 200;

const MICROSECONDS: i64 = 1_000_000;

pub(super) fn read(text: &str, keys: &'static [Key], now: i64) -> Result<Filter, FilterError> {
    if text.len() > LONGEST_FILTER_BYTES {
        return Err(FilterError { position: 1, problem: FilterProblem::TooLong });
    }
    let mut terms = Vec::new();
    for piece in pieces(text)? {
        let failed = |problem| FilterError { position: piece.position, problem };
        if terms.len() == MOST_TERMS {
            return Err(failed(FilterProblem::TooManyTerms));
        }
        terms.push(term(&piece, keys, now).map_err(failed)?);
    }
    Ok(Filter { terms })
}

/// A term as it is written: pieces of text, each with whether it was quoted.
struct Piece {
    position: usize,
    text: Vec<(char, bool)>,
}

/// Cuts a filter at spaces that are not quoted. The ideographic space counts as one: input methods make it.
fn pieces(text: &str) -> Result<Vec<Piece>, FilterError> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Option<Piece> = None;
    let mut quote = None;
    let mut characters = text.chars().enumerate();
    while let Some((at, character)) = characters.next() {
        let position = at + 1;
        if quote.is_none() && character.is_whitespace() {
            pieces.extend(open.take());
            continue;
        }
        let piece = open.get_or_insert(Piece { position, text: Vec::new() });
        match (character, quote) {
            ('"', None) => quote = Some(position),
            ('"', Some(_)) => quote = None,
            ('\\', Some(_)) => match characters.next() {
                Some((_, escaped)) => piece.text.push((escaped, true)),
                None => break,
            },
            (other, quote) => piece.text.push((other, quote.is_some())),
        }
    }
    if let Some(position) = quote {
        return Err(FilterError { position, problem: FilterProblem::OpenQuote });
    }
    pieces.extend(open);
    Ok(pieces)
}

fn term(piece: &Piece, keys: &'static [Key], now: i64) -> Result<Term, FilterProblem> {
    let (is_negated, rest) = match piece.text.split_first() {
        Some((('-', false), rest)) => (true, rest),
        _ => (false, &piece.text[..]),
    };
    if rest.is_empty() {
        return Err(FilterProblem::EmptyTerm);
    }
    let Some(colon) = rest.iter().position(|character| *character == (':', false)) else {
        return Ok(Term { key: None, is_negated, test: Test::Word(text(rest).to_lowercase()) });
    };
    let (name, value) = (text(&rest[..colon]), &rest[colon + 1..]);
    let Some(key) = keys.iter().find(|key| key.name == name) else {
        let nearest = nearest(&name, keys.iter().map(|key| key.name)).unwrap_or_default().to_owned();
        return Err(FilterProblem::UnknownKey { key: name, nearest });
    };
    if value.is_empty() {
        return Err(FilterProblem::NoValue { key: name });
    }
    let test = if value == [('*', false)] { Test::Present } else { test(key, value, now)? };
    Ok(Term { key: Some(key.name), is_negated, test })
}

fn test(key: &Key, value: &[(char, bool)], now: i64) -> Result<Test, FilterProblem> {
    let signs =
        [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::More), ("<", Comparison::Less)];
    for (sign, comparison) in signs {
        let is_sign = sign.chars().enumerate().all(|(at, letter)| value.get(at) == Some(&(letter, false)));
        if !is_sign {
            continue;
        }
        if matches!(key.kind, Kind::Text | Kind::Flag) {
            return Err(FilterProblem::NoOrder { key: key.name.to_owned(), sign: sign.to_owned() });
        }
        let operand = operand(key, &text(&value[sign.len()..]), now)?;
        return Ok(Test::Compare(comparison, operand));
    }
    let values: Vec<&[(char, bool)]> = value.split(|character| *character == (',', false)).collect();
    if values.len() > MOST_VALUES {
        return Err(FilterProblem::TooManyValues);
    }
    let wanted = |value: &&[(char, bool)]| -> Result<Wanted, FilterProblem> {
        if value.is_empty() {
            return Err(FilterProblem::NoValue { key: key.name.to_owned() });
        }
        match key.kind == Kind::Text && value.contains(&('*', false)) {
            true => Ok(Wanted::Like(pattern(value))),
            false => Ok(Wanted::Exactly(operand(key, &text(value), now)?)),
        }
    };
    Ok(Test::AnyOf(values.iter().map(wanted).collect::<Result<_, _>>()?))
}

fn operand(key: &Key, value: &str, now: i64) -> Result<Operand, FilterProblem> {
    let bad =
        |expected: String| FilterProblem::BadValue { key: key.name.to_owned(), value: value.to_owned(), expected };
    match key.kind {
        Kind::Text => Ok(Operand::Text(value.to_owned())),
        Kind::Number => match value.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Operand::Number(number)),
            _ => Err(bad("a number".to_owned())),
        },
        Kind::Flag => match value {
            "true" => Ok(Operand::Flag(true)),
            "false" => Ok(Operand::Flag(false)),
            _ => Err(bad("true or false".to_owned())),
        },
        Kind::Words(words) => match words.iter().position(|word| *word == value) {
            Some(place) => Ok(Operand::Word(place)),
            None => Err(bad(words.join(", "))),
        },
        Kind::Time => moment(value, now).map(Operand::Time).ok_or_else(|| {
            bad("a date (2026-01-31), a time (2026-01-31T12:00:00Z) or an age (7d, 12h, 30m)".to_owned())
        }),
    }
}

/// A date, a time, or an age counted back from `now`.
fn moment(value: &str, now: i64) -> Option<i64> {
    if let Some(seconds) = time::parse(value) {
        return seconds.checked_mul(MICROSECONDS);
    }
    let unit = match value.chars().last()? {
        'd' => time::DAY,
        'h' => 3600,
        'm' => 60,
        _ => return None,
    };
    let count: i64 = value[..value.len() - 1].parse().ok()?;
    if count < 0 {
        return None;
    }
    now.checked_sub(count.checked_mul(unit)?.checked_mul(MICROSECONDS)?)
}

fn text(characters: &[(char, bool)]) -> String {
    characters.iter().map(|(character, _)| *character).collect()
}

/// A pattern in which a quoted `*` is told from a bare one: the quoted one is written `\*`, and `\` as `\\`.
fn pattern(characters: &[(char, bool)]) -> String {
    let mut pattern = String::new();
    for (character, is_quoted) in characters {
        if *character == '\\' || (*character == '*' && *is_quoted) {
            pattern.push('\\');
        }
        pattern.push(*character);
    }
    pattern
}
