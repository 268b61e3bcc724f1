//! The functions that need the chart: `include`, `tpl`, `required`, and those of the cluster, which is not there.

use std::sync::Arc;

use gotmpl::{Template, TemplateError, Value};

use super::render::Calls;
use super::value::{from_node, map, to_json, to_yaml};
use super::work::Work;
use super::{files, methods, regexes, sprig};
use crate::yaml::{self, Tags};

/// Gives a template every function of Helm.
pub(super) fn register(template: Template, calls: &Arc<Calls>) -> Template {
    let (including, templating) = (Arc::clone(calls), Arc::clone(calls));
    let work = Arc::new(Work::default());
    let template = calls.missing.register(template);
    let template = template
        .func("include", move |arguments| {
            let name = text(arguments, 0)?;
            let data = arguments.get(1).cloned().unwrap_or(Value::Nil);
            including.include(&name, &data)
        })
        .func("tpl", move |arguments| {
            let source = text(arguments, 0)?;
            let data = arguments.get(1).cloned().unwrap_or(Value::Nil);
            templating.call(|base, out| methods::run(base, &source, out, &data))
        })
        .func("required", |arguments| match arguments.get(1) {
            None | Some(Value::Nil) => refuse(&text(arguments, 0)?),
            Some(Value::String(value)) if value.is_empty() => refuse(&text(arguments, 0)?),
            Some(value) => Ok(value.clone()),
        })
        .func("fail", |arguments| refuse(&text(arguments, 0)?))
        .func("lookup", |_| Ok(map([])))
        .func("apiVersionsHas", |arguments| Ok(Value::Bool(has_api(&text(arguments, 1)?))))
        .func("toToml", work.bound(|arguments| Ok(string(to_json(argument(arguments, 0)?)))))
        .func("fromToml", |_| refuse("TOML within a chart is not read"));
    let template = WRITTEN.iter().fold(template, |template, (name, write)| {
        let write = |arguments: &[Value]| write(argument(arguments, 0)?).map(string);
        template.func(name, work.bound(write)).func(&sprig::must(name), work.bound(write))
    });
    let template = READ.iter().fold(template, |template, name| {
        let read = |arguments: &[Value]| from_yaml(&text(arguments, 0)?);
        template.func(name, work.bound(read)).func(&sprig::must(name), work.bound(read))
    });
    let template = PRINTING
        .iter()
        .fold(template, |template, name| template.func(name, work.bound(|arguments| print(name, arguments))));
    files::register(regexes::register(sprig::register(template, &work), &work), &work)
}

/// Writes a value as text.
type Writer = fn(&Value) -> gotmpl::Result<String>;

/// What writes a value, each under its name and with `must` before it.
const WRITTEN: &[(&str, Writer)] = &[
    ("toYaml", to_yaml),
    ("toYamlPretty", to_yaml),
    ("toJson", |value| Ok(to_json(value))),
    ("toPrettyJson", |value| Ok(to_json(value))),
    ("toRawJson", |value| Ok(to_json(value))),
];

/// What reads a value; JSON is YAML.
const READ: &[&str] = &["fromYaml", "fromYamlArray", "fromJson", "fromJsonArray"];

/// The widths that one text may ask for in all.
const WIDEST: usize = 1 << 20;

/// The language's own functions that make texts.
const PRINTING: &[&str] = &["print", "printf", "println", "html", "js", "urlquery"];

/// Has the language do it, in a template of its own.
fn print(name: &str, arguments: &[Value]) -> gotmpl::Result<Value> {
    if name == "printf" && width(arguments) > WIDEST {
        return refuse("a text becomes too long");
    }
    let places: String = (0..arguments.len()).map(|place| format!(" (index . {place})")).collect();
    gotmpl::execute(&format!("{{{{{name}{places}}}}}"), &Value::List(arguments.into())).map(string)
}

/// What the numbers in a format, and those that stars in it take from the arguments, come to.
fn width(arguments: &[Value]) -> usize {
    let format = arguments.first().and_then(Value::as_str).unwrap_or_default();
    let digits = format.split(|sign: char| !sign.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let said = digits.map(|digits| digits.parse().unwrap_or(usize::MAX)).fold(0, usize::saturating_add);
    if !format.contains('*') {
        return said;
    }
    let given = arguments.iter().skip(1).filter_map(Value::as_int);
    given.map(|width| usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX)).fold(said, usize::saturating_add)
}

fn from_yaml(text: &str) -> gotmpl::Result<Value> {
    match yaml::parse(text, Tags::Dropped) {
        Ok(documents) => Ok(documents.first().map_or_else(|| map([]), from_node)),
        Err(error) => refuse(&error.to_string()),
    }
}

/// The groups that every cluster of a supported version has.
pub(super) const API_VERSIONS: &[&str] = &[
    "v1",
    "apps/v1",
    "batch/v1",
    "autoscaling/v1",
    "autoscaling/v2",
    "networking.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
    "storage.k8s.io/v1",
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "coordination.k8s.io/v1",
    "scheduling.k8s.io/v1",
];

fn has_api(name: &str) -> bool {
    let fits = |known: &&str| name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    API_VERSIONS.iter().any(fits)
}

pub(super) fn refuse<T>(reason: &str) -> gotmpl::Result<T> {
    Err(TemplateError::Exec(reason.to_owned()))
}

pub(super) fn string(text: impl AsRef<str>) -> Value {
    Value::String(Arc::from(text.as_ref()))
}

pub(super) fn argument(arguments: &[Value], place: usize) -> gotmpl::Result<&Value> {
    arguments.get(place).ok_or_else(|| TemplateError::Exec("an argument is missing".to_owned()))
}

/// An argument as text; nothing is the empty text.
pub(super) fn text(arguments: &[Value], place: usize) -> gotmpl::Result<String> {
    Ok(match argument(arguments, place)? {
        Value::Nil => String::new(),
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    })
}
