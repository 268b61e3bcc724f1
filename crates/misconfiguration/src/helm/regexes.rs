//! The functions of Sprig that take a regular expression. Patterns run in linear time, within a bound on memory.

use std::sync::Arc;

use gotmpl::{Result, Template, Value};
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;

use super::functions::{argument, refuse, string, text};
use super::sprig;
use super::work::Work;

/// The memory that the program of one pattern may take.
const LARGEST_PROGRAM_BYTES: usize = 1 << 20;
/// Bytes of a text, and items of a list, that one call may make.
const MOST: usize = 1 << 20;

type Function = fn(&[Value]) -> Result<Value>;

const FUNCTIONS: &[(&str, Function)] = &[
    ("regexMatch", |a| Ok(Value::Bool(pattern(a)?.is_match(text(a, 1)?.as_bytes())))),
    ("regexFind", |a| {
        let (pattern, whole) = (pattern(a)?, text(a, 1)?);
        Ok(string(pattern.find(&whole).map_or("", |found| &whole[found.range()])))
    }),
    ("regexFindAll", |a| {
        let (pattern, whole) = (pattern(a)?, text(a, 1)?);
        let found = pattern.find_iter(&whole).take(most(a, 2)?).map(|found| string(&whole[found.range()]));
        Ok(Value::List(found.collect()))
    }),
    ("regexReplaceAll", |a| bounded(replaced(&pattern(a)?, &text(a, 1)?, &text(a, 2)?))),
    ("regexReplaceAllLiteral", |a| bounded(replaced(&pattern(a)?, &text(a, 1)?, &text(a, 2)?.replace('$', "$$")))),
    ("regexSplit", |a| {
        let (pattern, whole) = (pattern(a)?, text(a, 1)?);
        Ok(Value::List(pattern.splitn(&whole, most(a, 2)?).map(|part| string(&whole[part.range()])).collect()))
    }),
    ("regexQuoteMeta", |a| {
        let escaped = text(a, 0)?.chars().fold(String::new(), |mut escaped, sign| {
            if r"\.+*?()|[]{}^$".contains(sign) {
                escaped.push('\\');
            }
            escaped.push(sign);
            escaped
        });
        bounded(escaped)
    }),
];

/// Gives a template every function with a regular expression, each under its name and with `must` before it.
pub(super) fn register(template: Template, work: &Arc<Work>) -> Template {
    FUNCTIONS.iter().fold(template, |template, (name, function)| {
        template.func(name, work.bound(*function)).func(&sprig::must(name), work.bound(*function))
    })
}

/// All matches of a pattern replaced; `$1` and `${name}` in the replacement are groups, as in Go.
pub(super) fn replaced(pattern: &Regex, whole: &str, replacement: &str) -> String {
    let mut out = String::new();
    let mut end = 0;
    for captures in pattern.captures_iter(whole) {
        let Some(found) = captures.get_match() else { continue };
        out.push_str(&whole[end..found.start()]);
        interpolate(&captures, whole, replacement, &mut out);
        end = found.end();
        if out.len() > MOST {
            break;
        }
    }
    out.push_str(&whole[end..]);
    out
}

fn interpolate(captures: &Captures, whole: &str, replacement: &str, out: &mut String) {
    captures.interpolate_string_into(whole, replacement, out);
}

/// The first argument as a pattern.
fn pattern(arguments: &[Value]) -> Result<Regex> {
    let source = text(arguments, 0)?;
    let config =
        Regex::config().nfa_size_limit(Some(LARGEST_PROGRAM_BYTES)).hybrid_cache_capacity(LARGEST_PROGRAM_BYTES);
    Regex::builder().configure(config).build(&source).or_else(|_| refuse("a regular expression cannot be used"))
}

/// How many at most; a negative number is all.
fn most(arguments: &[Value], place: usize) -> Result<usize> {
    Ok(match argument(arguments, place)? {
        Value::Int(count) => usize::try_from(*count).unwrap_or(MOST).min(MOST),
        _ => MOST,
    })
}

fn bounded(text: String) -> Result<Value> {
    if text.len() > MOST { refuse("a text becomes too long") } else { Ok(string(text)) }
}
