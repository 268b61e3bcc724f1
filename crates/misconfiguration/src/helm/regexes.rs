//! The functions of Sprig that take a regular expression. Patterns run in linear time, within a bound on memory.

use std::sync::Arc;

use gotmpl::{Result, Template, Value};
use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;

use super::functions::{argument, refuse, string, text};
use super::sprig;
use super::work::Work;

/// Bytes of a text, and items of a list, that one call may make.
const MOST: usize = 1 << 20;

type Function = fn(&Work, &[Value]) -> Result<Value>;

const FUNCTIONS: &[(&str, Function)] = &[
    ("regexMatch", |w, a| Ok(Value::Bool(pattern(w, a)?.is_match(text(a, 1)?.as_bytes())))),
    ("regexFind", |w, a| {
        let (pattern, whole) = (pattern(w, a)?, text(a, 1)?);
        Ok(string(pattern.find(&whole).map_or("", |found| &whole[found.range()])))
    }),
    ("regexFindAll", |w, a| {
        let (pattern, whole) = (pattern(w, a)?, text(a, 1)?);
        let found = pattern.find_iter(&whole).take(most(a, 2)?).map(|found| string(&whole[found.range()]));
        Ok(Value::List(found.collect()))
    }),
    ("regexReplaceAll", |w, a| bounded(replaced(&pattern(w, a)?, &text(a, 1)?, &text(a, 2)?))),
    ("regexReplaceAllLiteral", |w, a| {
        bounded(replaced(&pattern(w, a)?, &text(a, 1)?, &text(a, 2)?.replace('$', "$$")))
    }),
    ("regexSplit", |w, a| {
        let (pattern, whole) = (pattern(w, a)?, text(a, 1)?);
        Ok(Value::List(pattern.splitn(&whole, most(a, 2)?).map(|part| string(&whole[part.range()])).collect()))
    }),
    ("regexQuoteMeta", |_, a| {
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
        let call = || {
            let own = Arc::clone(work);
            work.bound(move |arguments| function(&own, arguments))
        };
        template.func(name, call()).func(&sprig::must(name), call())
    })
}

/// All matches of a pattern replaced; `$1` and `${name}` in the replacement are groups, as in Go.
fn replaced(pattern: &Regex, whole: &str, replacement: &str) -> String {
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
fn pattern(work: &Work, arguments: &[Value]) -> Result<Regex> {
    work.pattern(&text(arguments, 0)?)
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
