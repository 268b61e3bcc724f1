//! Functions of texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotmpl::{Result, Value};

use super::super::functions::{argument, refuse, string, text};
use super::super::value::{map, to_json_text};
use super::{Functions, MOST, bounded, check_items, check_length, count, integer};

pub(super) const FUNCTIONS: Functions = &[
    ("quote", |a| {
        Ok(string(
            a.iter()
                .filter(|v| !matches!(v, Value::Nil))
                .map(|v| to_json_text(&v.to_string()))
                .collect::<Vec<_>>()
                .join(" "),
        ))
    }),
    ("squote", |a| {
        Ok(string(
            a.iter().filter(|v| !matches!(v, Value::Nil)).map(|v| format!("'{v}'")).collect::<Vec<_>>().join(" "),
        ))
    }),
    ("upper", |a| Ok(string(text(a, 0)?.to_uppercase()))),
    ("lower", |a| Ok(string(text(a, 0)?.to_lowercase()))),
    ("title", |a| Ok(string(each_word(&text(a, 0)?, capitalized)))),
    ("untitle", |a| Ok(string(each_word(&text(a, 0)?, uncapitalized)))),
    ("swapcase", |a| Ok(string(text(a, 0)?.chars().map(swapped).collect::<String>()))),
    ("trim", |a| Ok(string(text(a, 0)?.trim()))),
    ("trimAll", |a| Ok(string(text(a, 1)?.trim_matches(signs(&text(a, 0)?).as_slice())))),
    ("trimall", |a| Ok(string(text(a, 1)?.trim_matches(signs(&text(a, 0)?).as_slice())))),
    ("trimSuffix", |a| Ok(string(text(a, 1)?.strip_suffix(&text(a, 0)?).unwrap_or(&text(a, 1)?)))),
    ("trimPrefix", |a| Ok(string(text(a, 1)?.strip_prefix(&text(a, 0)?).unwrap_or(&text(a, 1)?)))),
    ("trunc", trunc),
    ("abbrev", |a| Ok(string(abbreviated(&text(a, 1)?, 0, count(a, 0)?)))),
    ("abbrevboth", |a| Ok(string(abbreviated(&text(a, 2)?, count(a, 0)?, count(a, 1)?)))),
    ("substr", substr),
    ("initials", |a| {
        let initials = text(a, 0)?.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>();
        Ok(string(initials))
    }),
    ("plural", |a| Ok(argument(a, usize::from(integer(a, 2)? != 1))?.clone())),
    ("replace", |a| {
        let (old, new, whole) = (text(a, 0)?, text(a, 1)?, text(a, 2)?);
        let times = if old.is_empty() { whole.len() + 1 } else { whole.matches(&old).count() };
        check_length(whole.len().saturating_add(times.saturating_mul(new.len())))?;
        Ok(string(whole.replace(&old, &new)))
    }),
    ("contains", |a| Ok(Value::Bool(text(a, 1)?.contains(&text(a, 0)?)))),
    ("hasPrefix", |a| Ok(Value::Bool(text(a, 1)?.starts_with(&text(a, 0)?)))),
    ("hasSuffix", |a| Ok(Value::Bool(text(a, 1)?.ends_with(&text(a, 0)?)))),
    ("indent", |a| indent(a, "")),
    ("nindent", |a| indent(a, "\n")),
    ("repeat", |a| {
        let (count, part) = (count(a, 0)?, text(a, 1)?);
        if count.saturating_mul(part.len()) > MOST {
            refuse("a text becomes too long")
        } else {
            Ok(string(part.repeat(count)))
        }
    }),
    ("wrap", |a| wrapped(&text(a, 1)?, count(a, 0)?, "\n")),
    ("wrapWith", |a| wrapped(&text(a, 2)?, count(a, 0)?, &text(a, 1)?)),
    // What is put into an order that nobody knows is left in its own.
    ("shuffle", |a| Ok(string(text(a, 0)?))),
    ("nospace", |a| Ok(string(text(a, 0)?.replace(char::is_whitespace, "")))),
    ("snakecase", |a| Ok(string(separated(&text(a, 0)?, '_')))),
    ("kebabcase", |a| Ok(string(separated(&text(a, 0)?, '-')))),
    ("camelcase", |a| Ok(string(text(a, 0)?.split(['_', '-', ' ']).map(capitalized).collect::<String>()))),
    ("cat", |a| Ok(string(a.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))),
    ("join", |a| {
        let separator = text(a, 0)?;
        let parts: Vec<String> = match argument(a, 1)? {
            Value::List(items) => items.iter().map(ToString::to_string).collect(),
            Value::Nil => Vec::new(),
            other => vec![other.to_string()],
        };
        let length = parts.iter().map(|part| part.len().saturating_add(separator.len()));
        check_length(length.fold(0, usize::saturating_add))?;
        Ok(string(parts.join(&separator)))
    }),
    ("split", |a| numbered(split(&text(a, 1)?, &text(a, 0)?, usize::MAX)?)),
    ("splitn", |a| numbered(split(&text(a, 2)?, &text(a, 0)?, count(a, 1)?)?)),
    ("splitList", |a| Ok(Value::List(split(&text(a, 1)?, &text(a, 0)?, usize::MAX)?.into()))),
    ("toString", |a| Ok(string(text(a, 0)?))),
    ("b64enc", |a| Ok(string(STANDARD.encode(text(a, 0)?)))),
    ("b64dec", |a| {
        let bytes = STANDARD.decode(text(a, 0)?).ok();
        Ok(string(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()))
    }),
    ("hello", |_| Ok(string("Hello!"))),
];

fn signs(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Changes each word and leaves what is between them.
fn each_word(whole: &str, change: fn(&str) -> String) -> String {
    whole.split_inclusive(char::is_whitespace).map(change).collect()
}

fn capitalized(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_uppercase().to_string() + signs.as_str()).unwrap_or_default()
}

fn uncapitalized(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_lowercase().to_string() + signs.as_str()).unwrap_or_default()
}

fn swapped(sign: char) -> char {
    if sign.is_ascii_uppercase() { sign.to_ascii_lowercase() } else { sign.to_ascii_uppercase() }
}

fn separated(text: &str, separator: char) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        if sign.is_ascii_uppercase() && !out.is_empty() && !out.ends_with(separator) {
            out.push(separator);
        }
        out.push(if matches!(sign, ' ' | '_' | '-') { separator } else { sign.to_ascii_lowercase() });
    }
    out
}

/// Parts of a text, within a bound on their number; without a separator its signs.
fn split(whole: &str, separator: &str, most: usize) -> Result<Vec<Value>> {
    if separator.is_empty() {
        let signs: Vec<char> = whole.chars().take(super::MOST_PARTS + 1).collect();
        check_items(signs.len())?;
        return Ok(signs.into_iter().map(|sign| string(sign.to_string())).collect());
    }
    check_items(whole.matches(separator).take(most).count())?;
    Ok(whole.splitn(most.max(1), separator).map(string).collect())
}

/// `{_0: …, _1: …}`
fn numbered(parts: Vec<Value>) -> Result<Value> {
    let parts: Vec<(String, Value)> =
        parts.into_iter().enumerate().map(|(at, part)| (format!("_{at}"), part)).collect();
    Ok(map(parts.iter().map(|(key, value)| (key.as_str(), value.clone()))))
}

fn trunc(a: &[Value]) -> Result<Value> {
    let (length, whole) = (integer(a, 0)?, signs(&text(a, 1)?));
    let size = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX).min(whole.len());
    let kept = if length < 0 { &whole[whole.len() - size..] } else { &whole[..size] };
    Ok(string(kept.iter().collect::<String>()))
}

fn indent(a: &[Value], before: &str) -> Result<Value> {
    let (size, whole) = (count(a, 0)?, text(a, 1)?);
    let padding = " ".repeat(size.min(1_000));
    if whole.len().saturating_add(whole.lines().count().saturating_mul(padding.len())) > MOST {
        return refuse("a text becomes too long");
    }
    let indented: Vec<String> = whole.split('\n').map(|line| format!("{padding}{line}")).collect();
    Ok(string(format!("{before}{}", indented.join("\n"))))
}

/// `substr START END TEXT`; a negative start is the beginning, a negative end the end.
fn substr(a: &[Value]) -> Result<Value> {
    let (start, end, whole) = (integer(a, 0)?, integer(a, 1)?, signs(&text(a, 2)?));
    let start = usize::try_from(start).unwrap_or(0).min(whole.len());
    let end = usize::try_from(end).unwrap_or(whole.len()).min(whole.len());
    Ok(string(whole.get(start..end).unwrap_or_default().iter().collect::<String>()))
}

/// What is left of a text of some width with three points for what is left out, before `left` signs and behind.
fn abbreviated(whole: &str, left: usize, width: usize) -> String {
    let signs = signs(whole);
    if width < 4 || signs.len() <= width {
        return whole.to_owned();
    }
    let dots = |is_cut: bool| if is_cut { "..." } else { "" };
    let start = if left < 4 || width < 7 { 0 } else { left.min(signs.len() - (width - 3).min(signs.len())) };
    let room = width - 3 - if start > 0 { 3 } else { 0 };
    let end = (start + room).min(signs.len());
    let kept: String = signs[start..end].iter().collect();
    format!("{}{kept}{}", dots(start > 0), dots(end < signs.len()))
}

/// Lines of a width, broken between words.
fn wrapped(whole: &str, width: usize, separator: &str) -> Result<Value> {
    let mut out = String::new();
    let mut length = 0;
    for word in whole.split_whitespace() {
        let signs = word.chars().count();
        if length > 0 {
            let is_full = length + 1 + signs > width;
            out.push_str(if is_full { separator } else { " " });
            length = if is_full { 0 } else { length + 1 };
        }
        out.push_str(word);
        length += signs;
        check_length(out.len())?;
    }
    bounded(out)
}
