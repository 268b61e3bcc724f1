//! The functions of Sprig that charts use. Those that give something else each time (`now`, `randAlphaNum`, certificates)
//! give one fixed text, so that the same chart gives the same findings.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotmpl::{Result, Template, Value};

use super::functions::{argument, refuse, string, text};
use super::value::{map, to_json_text};
use super::work::Work;

/// Bytes of a text, and items of a list, that one call may make.
const MOST: usize = 1 << 20;

type Function = fn(&[Value]) -> Result<Value>;

const FUNCTIONS: &[(&str, Function)] = &[
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
    ("title", |a| Ok(string(title(&text(a, 0)?)))),
    ("untitle", |a| Ok(string(text(a, 0)?.to_lowercase()))),
    ("trim", |a| Ok(string(text(a, 0)?.trim()))),
    ("trimAll", |a| Ok(string(text(a, 1)?.trim_matches(signs(&text(a, 0)?).as_slice())))),
    ("trimSuffix", |a| Ok(string(text(a, 1)?.strip_suffix(&text(a, 0)?).unwrap_or(&text(a, 1)?)))),
    ("trimPrefix", |a| Ok(string(text(a, 1)?.strip_prefix(&text(a, 0)?).unwrap_or(&text(a, 1)?)))),
    ("trunc", trunc),
    ("replace", |a| bounded(text(a, 2)?.replace(&text(a, 0)?, &text(a, 1)?))),
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
    ("nospace", |a| Ok(string(text(a, 0)?.replace(char::is_whitespace, "")))),
    ("snakecase", |a| Ok(string(separated(&text(a, 0)?, '_')))),
    ("kebabcase", |a| Ok(string(separated(&text(a, 0)?, '-')))),
    ("camelcase", |a| Ok(string(text(a, 0)?.split(['_', '-', ' ']).map(title).collect::<String>()))),
    ("cat", |a| Ok(string(a.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))),
    ("join", |a| Ok(string(items(a, 1)?.iter().map(ToString::to_string).collect::<Vec<_>>().join(&text(a, 0)?)))),
    ("split", |a| {
        let (separator, whole) = (text(a, 0)?, text(a, 1)?);
        let parts: Vec<(String, Value)> =
            parts(&whole, &separator).enumerate().map(|(at, part)| (format!("_{at}"), string(part))).collect();
        Ok(map(parts.iter().map(|(key, value)| (key.as_str(), value.clone()))))
    }),
    ("splitList", |a| Ok(Value::List(parts(&text(a, 1)?, &text(a, 0)?).map(string).collect()))),
    ("toString", |a| Ok(string(text(a, 0)?))),
    ("toStrings", |a| Ok(Value::List(items(a, 0)?.iter().map(|item| string(item.to_string())).collect()))),
    ("int", |a| Ok(Value::Int(integer(a, 0)?))),
    ("int64", |a| Ok(Value::Int(integer(a, 0)?))),
    ("float64", |a| Ok(Value::Float(number(argument(a, 0)?)))),
    ("atoi", |a| Ok(Value::Int(integer(a, 0)?))),
    ("add", |a| (0..a.len()).try_fold(0_i64, |sum, at| Ok(sum.saturating_add(integer(a, at)?))).map(Value::Int)),
    ("add1", |a| Ok(Value::Int(integer(a, 0)?.saturating_add(1)))),
    ("sub", |a| Ok(Value::Int(integer(a, 0)?.saturating_sub(integer(a, 1)?)))),
    ("mul", |a| {
        (0..a.len()).try_fold(1_i64, |product, at| Ok(product.saturating_mul(integer(a, at)?))).map(Value::Int)
    }),
    ("div", |a| {
        integer(a, 0)?.checked_div(integer(a, 1)?).map_or_else(|| refuse("it divides by zero"), |n| Ok(Value::Int(n)))
    }),
    ("mod", |a| {
        integer(a, 0)?.checked_rem(integer(a, 1)?).map_or_else(|| refuse("it divides by zero"), |n| Ok(Value::Int(n)))
    }),
    ("max", |a| {
        (0..a.len()).map(|at| integer(a, at)).try_fold(i64::MIN, |most, next| Ok(most.max(next?))).map(Value::Int)
    }),
    ("min", |a| {
        (0..a.len()).map(|at| integer(a, at)).try_fold(i64::MAX, |least, next| Ok(least.min(next?))).map(Value::Int)
    }),
    ("default", |a| {
        Ok(match a.get(1) {
            Some(value) if value.is_truthy() => value.clone(),
            _ => argument(a, 0)?.clone(),
        })
    }),
    ("empty", |a| Ok(Value::Bool(!argument(a, 0)?.is_truthy()))),
    ("coalesce", |a| Ok(a.iter().find(|value| value.is_truthy()).cloned().unwrap_or(Value::Nil))),
    ("ternary", |a| Ok(argument(a, usize::from(!argument(a, 2)?.is_truthy()))?.clone())),
    ("all", |a| Ok(Value::Bool(a.iter().all(Value::is_truthy)))),
    ("any", |a| Ok(Value::Bool(a.iter().any(Value::is_truthy)))),
    ("list", |a| Ok(Value::List(a.into()))),
    ("tuple", |a| Ok(Value::List(a.into()))),
    ("first", |a| Ok(items(a, 0)?.first().cloned().unwrap_or(Value::Nil))),
    ("last", |a| Ok(items(a, 0)?.last().cloned().unwrap_or(Value::Nil))),
    ("rest", |a| Ok(Value::List(items(a, 0)?.get(1..).unwrap_or_default().into()))),
    ("initial", |a| Ok(Value::List(items(a, 0)?.split_last().map(|(_, rest)| rest).unwrap_or_default().into()))),
    ("append", |a| Ok(Value::List(items(a, 0)?.iter().chain([argument(a, 1)?]).cloned().collect()))),
    ("prepend", |a| Ok(Value::List([argument(a, 1)?].into_iter().chain(items(a, 0)?).cloned().collect()))),
    ("concat", |a| {
        let mut all = Vec::new();
        for at in 0..a.len() {
            all.extend_from_slice(items(a, at)?);
        }
        if all.len() > MOST { refuse("a list becomes too long") } else { Ok(Value::List(all.into())) }
    }),
    ("reverse", |a| Ok(Value::List(items(a, 0)?.iter().rev().cloned().collect()))),
    ("has", |a| Ok(Value::Bool(items(a, 1)?.iter().any(|item| same(item, &a[0]))))),
    ("without", |a| {
        Ok(Value::List(
            items(a, 0)?.iter().filter(|item| !a[1..].iter().any(|other| same(item, other))).cloned().collect(),
        ))
    }),
    ("compact", |a| Ok(Value::List(items(a, 0)?.iter().filter(|item| item.is_truthy()).cloned().collect()))),
    ("uniq", |a| {
        let mut kept: Vec<Value> = Vec::new();
        for item in items(a, 0)? {
            if !kept.iter().any(|known| same(known, item)) {
                kept.push(item.clone());
            }
        }
        Ok(Value::List(kept.into()))
    }),
    ("sortAlpha", |a| {
        let mut texts: Vec<String> = items(a, 0)?.iter().map(ToString::to_string).collect();
        texts.sort();
        Ok(Value::List(texts.iter().map(string).collect()))
    }),
    ("until", |a| {
        Ok(Value::List((0..count(a, 0)?.min(10_000)).filter_map(|n| i64::try_from(n).ok()).map(Value::Int).collect()))
    }),
    ("dict", |a| {
        let pairs = a.chunks(2).map(|pair| (pair[0].to_string(), pair.get(1).cloned().unwrap_or(Value::Nil)));
        let pairs: Vec<(String, Value)> = pairs.collect();
        Ok(map(pairs.iter().map(|(key, value)| (key.as_str(), value.clone()))))
    }),
    ("get", |a| Ok(fields(a, 0)?.get(text(a, 1)?.as_str()).cloned().unwrap_or_else(|| string("")))),
    ("hasKey", |a| Ok(Value::Bool(fields(a, 0)?.contains_key(text(a, 1)?.as_str())))),
    ("keys", |a| {
        Ok(Value::List(
            a.iter()
                .filter_map(|v| if let Value::Map(m) = v { Some(m) } else { None })
                .flat_map(|m| m.keys().cloned().map(Value::String))
                .collect(),
        ))
    }),
    ("values", |a| Ok(Value::List(fields(a, 0)?.values().cloned().collect()))),
    ("pick", |a| {
        let names: Vec<String> = a[1..].iter().map(ToString::to_string).collect();
        Ok(filtered(fields(a, 0)?, |key| names.iter().any(|name| name == key)))
    }),
    ("omit", |a| {
        let names: Vec<String> = a[1..].iter().map(ToString::to_string).collect();
        Ok(filtered(fields(a, 0)?, |key| !names.iter().any(|name| name == key)))
    }),
    ("merge", |a| Ok(a.iter().skip(1).fold(argument(a, 0)?.clone(), |merged, next| merged_over(&merged, next)))),
    ("mergeOverwrite", |a| {
        Ok(a.iter().skip(1).fold(argument(a, 0)?.clone(), |merged, next| merged_over(next, &merged)))
    }),
    ("mustMerge", |a| Ok(a.iter().skip(1).fold(argument(a, 0)?.clone(), |merged, next| merged_over(&merged, next)))),
    ("deepCopy", |a| Ok(argument(a, 0)?.clone())),
    ("dig", dig),
    ("setOf", |a| Ok(with_field(fields(a, 0)?, &text(a, 1)?, argument(a, 2)?.clone()))),
    ("unsetOf", |a| {
        let name = text(a, 1)?;
        Ok(filtered(fields(a, 0)?, |key| key != name))
    }),
    ("set", |_| refuse("`set` changes a dictionary in place, which is not rendered")),
    ("unset", |_| refuse("`unset` changes a dictionary in place, which is not rendered")),
    ("kindOf", |a| Ok(string(kind(argument(a, 0)?)))),
    ("kindIs", |a| Ok(Value::Bool(kind(argument(a, 1)?) == text(a, 0)?))),
    ("typeOf", |a| Ok(string(kind(argument(a, 0)?)))),
    ("typeIs", |a| Ok(Value::Bool(kind(argument(a, 1)?) == text(a, 0)?))),
    ("b64enc", |a| Ok(string(STANDARD.encode(text(a, 0)?)))),
    ("b64dec", |a| {
        Ok(string(
            STANDARD.decode(text(a, 0)?).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default(),
        ))
    }),
    ("sha256sum", |_| Ok(string("0".repeat(64)))),
    ("sha1sum", |_| Ok(string("0".repeat(40)))),
    ("adler32sum", |_| Ok(string("0"))),
    ("randAlphaNum", |a| Ok(string("x".repeat(count(a, 0)?.min(MOST))))),
    ("randAlpha", |a| Ok(string("x".repeat(count(a, 0)?.min(MOST))))),
    ("randNumeric", |a| Ok(string("1".repeat(count(a, 0)?.min(MOST))))),
    ("uuidv4", |_| Ok(string("00000000-0000-4000-8000-000000000000"))),
    ("now", |_| Ok(string("1970-01-01T00:00:00Z"))),
    ("date", |_| Ok(string("1970-01-01"))),
    ("genCA", |_| Ok(certificate())),
    ("genSelfSignedCert", |_| Ok(certificate())),
    ("genSignedCert", |_| Ok(certificate())),
    ("genPrivateKey", |_| Ok(string("generated"))),
    ("htpasswd", |a| Ok(string(format!("{}:generated", text(a, 0)?)))),
    ("semverCompare", |a| semver_compare(&text(a, 0)?, &text(a, 1)?).map(Value::Bool)),
    ("env", |_| Ok(string(""))),
    ("expandenv", |_| Ok(string(""))),
];

pub(super) fn register(template: Template, work: &Arc<Work>) -> Template {
    FUNCTIONS.iter().fold(template, |template, (name, function)| template.func(name, work.bound(*function)))
}

fn with_field(fields: &BTreeMap<Arc<str>, Value>, name: &str, value: Value) -> Value {
    let mut fields = fields.clone();
    fields.insert(Arc::from(name), value);
    Value::Map(Arc::new(fields))
}

fn bounded(text: String) -> Result<Value> {
    if text.len() > MOST { refuse("a text becomes too long") } else { Ok(string(text)) }
}

fn signs(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn title(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_uppercase().to_string() + signs.as_str()).unwrap_or_default()
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

fn parts<'a>(whole: &'a str, separator: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    if separator.is_empty() { Box::new(std::iter::once(whole)) } else { Box::new(whole.split(separator)) }
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

#[expect(clippy::cast_possible_truncation, reason = "what is beyond an i64 ends at its ends")]
fn integer(a: &[Value], place: usize) -> Result<i64> {
    Ok(match argument(a, place)? {
        Value::Int(number) => *number,
        other => number(other) as i64,
    })
}

fn count(a: &[Value], place: usize) -> Result<usize> {
    Ok(usize::try_from(integer(a, place)?.max(0)).unwrap_or(usize::MAX))
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.trim().parse().unwrap_or(0.0),
        Value::Bool(value) => f64::from(u8::from(*value)),
        other => other.as_float().or_else(|| other.to_string().parse().ok()).unwrap_or(0.0),
    }
}

fn items(a: &[Value], place: usize) -> Result<&[Value]> {
    match argument(a, place)? {
        Value::List(items) => Ok(items),
        Value::Nil => Ok(&[]),
        other => refuse(&format!("a list is needed, and this is {}", other.type_name())),
    }
}

fn fields(a: &[Value], place: usize) -> Result<&BTreeMap<Arc<str>, Value>> {
    match argument(a, place)? {
        Value::Map(fields) => Ok(fields),
        other => refuse(&format!("a dictionary is needed, and this is {}", other.type_name())),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    one.to_string() == other.to_string()
}

fn filtered(fields: &BTreeMap<Arc<str>, Value>, keep: impl Fn(&str) -> bool) -> Value {
    map(fields.iter().filter(|(key, _)| keep(key)).map(|(key, value)| (&**key, value.clone())))
}

/// A dictionary with what another has and it has not, at every depth.
fn merged_over(over: &Value, under: &Value) -> Value {
    let (Value::Map(over), Value::Map(under)) = (over, under) else { return over.clone() };
    let mut merged = (**under).clone();
    for (key, value) in over.iter() {
        let value = match merged.get(key) {
            Some(known @ Value::Map(_)) => merged_over(value, known),
            _ => value.clone(),
        };
        merged.insert(Arc::clone(key), value);
    }
    Value::Map(Arc::new(merged))
}

/// `dig "a" "b" default dictionary`.
fn dig(a: &[Value]) -> Result<Value> {
    let [keys @ .., default, dictionary] = a else { return refuse("an argument is missing") };
    let mut here = dictionary;
    for key in keys {
        match here.field(&key.to_string()) {
            Some(next) => here = next,
            None => return Ok(default.clone()),
        }
    }
    Ok(here.clone())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Uint(_) => "uint",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Function(_) => "func",
    }
}

fn certificate() -> Value {
    map([("Cert", string("generated")), ("Key", string("generated"))])
}

/// Constraints of one comparison each, separated by blanks or commas: `>=1.19-0`, `<1.22`, `^1.2`, `~1.2`.
fn semver_compare(constraint: &str, version: &str) -> Result<bool> {
    if constraint.contains("||") {
        return constraint.split("||").try_fold(false, |any, part| Ok(any || semver_compare(part, version)?));
    }
    let numbers = |text: &str| -> Vec<u64> {
        let text = text.trim().trim_start_matches('v');
        text.split(['-', '+'])
            .next()
            .unwrap_or_default()
            .split('.')
            .map(|part| part.parse().unwrap_or(0))
            .chain([0, 0])
            .take(3)
            .collect()
    };
    let version = numbers(version);
    let spaced = constraint.replace(',', " ");
    let mut words = spaced.split_whitespace();
    let mut holds = true;
    while let Some(word) = words.next() {
        let operator: String = word.chars().take_while(|sign| "<>=!^~".contains(*sign)).collect();
        let rest = &word[operator.len()..];
        let rest = if rest.is_empty() { words.next().unwrap_or_default() } else { rest };
        let wanted = numbers(rest);
        holds &= match operator.as_str() {
            ">=" | "=>" => version >= wanted,
            "<=" | "=<" => version <= wanted,
            ">" => version > wanted,
            "<" => version < wanted,
            "!=" => version != wanted,
            "^" => version >= wanted && version[0] == wanted[0],
            "~" => version >= wanted && version[..2] == wanted[..2],
            "" | "=" => version == wanted,
            _ => return refuse("the constraint is not understood"),
        };
    }
    Ok(holds)
}
