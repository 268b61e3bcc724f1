//! Functions of paths and addresses.

use gotmpl::{Result, Value};

use super::super::functions::{argument, string, text};
use super::super::value::map;
use super::{Functions, bounded};

pub(super) const FUNCTIONS: Functions = &[
    ("base", |a| Ok(string(base(&clean(&text(a, 0)?))))),
    ("dir", |a| Ok(string(dir(&text(a, 0)?)))),
    ("ext", |a| Ok(string(ext(&text(a, 0)?)))),
    ("clean", |a| Ok(string(clean(&text(a, 0)?)))),
    ("isAbs", |a| Ok(Value::Bool(text(a, 0)?.starts_with('/')))),
    ("osBase", |a| Ok(string(base(&clean(&text(a, 0)?))))),
    ("osDir", |a| Ok(string(dir(&text(a, 0)?)))),
    ("osExt", |a| Ok(string(ext(&text(a, 0)?)))),
    ("osClean", |a| Ok(string(clean(&text(a, 0)?)))),
    ("osIsAbs", |a| Ok(Value::Bool(text(a, 0)?.starts_with('/')))),
    ("urlParse", |a| Ok(parsed(&text(a, 0)?))),
    ("urlJoin", joined),
];

fn base(path: &str) -> String {
    match path.rsplit('/').find(|part| !part.is_empty()) {
        Some(name) => name.to_owned(),
        None if path.starts_with('/') => "/".to_owned(),
        None => ".".to_owned(),
    }
}

fn dir(path: &str) -> String {
    clean(path.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder }))
}

fn ext(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rfind('.').map_or_else(String::new, |at| name[at..].to_owned())
}

/// The shortest path that leads to the same place, by its letters alone.
fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if is_absolute => {}
            name => parts.push(name),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The parts of an address as Sprig names them.
fn parsed(url: &str) -> Value {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if !scheme.is_empty() && !scheme.contains('/') => (scheme, rest),
        _ => ("", rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.find('/').map_or((rest, ""), |at| rest.split_at(at)),
        None => ("", rest),
    };
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let hostname = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let is_opaque = !scheme.is_empty() && authority.is_empty() && !path.starts_with('/');
    map([
        ("scheme", string(scheme)),
        ("userinfo", string(userinfo)),
        ("host", string(host)),
        ("hostname", string(hostname)),
        ("path", string(if is_opaque { "" } else { path })),
        ("opaque", string(if is_opaque { path } else { "" })),
        ("query", string(query)),
        ("fragment", string(fragment)),
    ])
}

fn joined(a: &[Value]) -> Result<Value> {
    let parts = argument(a, 0)?;
    let part = |name: &str| parts.field(name).map(ToString::to_string).unwrap_or_default();
    let with = |sign: &str, text: String, is_before: bool| match (text.is_empty(), is_before) {
        (true, _) => text,
        (false, true) => format!("{sign}{text}"),
        (false, false) => format!("{text}{sign}"),
    };
    let authority = format!("{}{}", with("@", part("userinfo"), false), part("host"));
    let scheme = with(":", part("scheme"), false);
    let (query, fragment) = (with("?", part("query"), true), with("#", part("fragment"), true));
    let (authority, rest) = (with("//", authority, true), part("opaque") + &part("path"));
    bounded(format!("{scheme}{authority}{rest}{query}{fragment}"))
}
