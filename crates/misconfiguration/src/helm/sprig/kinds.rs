//! Functions that tell what a value is.

use gotmpl::Value;

use super::super::functions::{argument, string, text};
use super::Functions;

pub(super) const FUNCTIONS: Functions = &[
    ("kindOf", |a| Ok(string(kind(argument(a, 0)?)))),
    ("kindIs", |a| Ok(Value::Bool(is(argument(a, 1)?, &text(a, 0)?)))),
    ("typeOf", |a| Ok(string(type_name(argument(a, 0)?)))),
    ("typeIs", |a| Ok(Value::Bool(is(argument(a, 1)?, &text(a, 0)?)))),
    ("typeIsLike", |a| Ok(Value::Bool(is(argument(a, 1)?, text(a, 0)?.trim_start_matches('*'))))),
    ("deepEqual", |a| Ok(Value::Bool(argument(a, 0)? == argument(a, 1)?))),
];

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

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
        other => kind(other),
    }
}

/// Numbers without a fraction are numbers of any kind: Helm has those of `values.yaml` as `float64`, and those of a template
/// as `int`.
fn is(value: &Value, name: &str) -> bool {
    let is_number = matches!(value, Value::Int(_) | Value::Uint(_)) && matches!(name, "int" | "int64" | "float64");
    is_number || kind(value) == name || type_name(value) == name
}
