//! What a report can have: the fields of `bulkhead.report/1` (docs/reference/report.md) without their values.
//!
//! `content/report/shape.json` has each field by its name: `null` for a value without fields, a list for a list (with the
//! shapes that its members have), `{"*": …}` for a map whose keys are names, and `"any"` for what is not described here.

use std::sync::LazyLock;

use serde_json::Value;

use crate::nearest::nearest;

static SHAPE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../content/report/shape.json")).expect("it is JSON"));

/// What a value may be: one of several shapes, where members of a list differ.
#[derive(Debug, Clone)]
pub(crate) struct Shapes {
    shapes: Vec<&'static Value>,
    /// Where in the report it is: `report.findings[].id`.
    pub(crate) path: String,
}

/// A field that no report has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnknownField {
    /// Where it was looked for: `report.findings[].severty`.
    pub(crate) path: String,
    /// The nearest that is there, or nothing.
    pub(crate) nearest: String,
}

impl Shapes {
    /// The whole report, by the name that it has where it is asked.
    pub(crate) fn report(name: &str) -> Shapes {
        Shapes { shapes: vec![&SHAPE], path: name.to_owned() }
    }

    /// The field of a value; nothing where that is not described.
    pub(crate) fn field(&self, name: &str) -> Result<Option<Shapes>, UnknownField> {
        let path = format!("{}.{name}", self.path);
        if self.is_any() {
            return Ok(None);
        }
        let fields = self.shapes.iter().filter_map(|shape| shape.as_object());
        let shapes: Vec<&'static Value> =
            fields.clone().filter_map(|fields| fields.get("*").or_else(|| fields.get(name))).collect();
        if shapes.is_empty() {
            let names = fields.flat_map(|fields| fields.keys().map(String::as_str));
            let near = nearest(name, names).map(|near| format!("{}.{near}", self.path));
            return Err(UnknownField { path, nearest: near.unwrap_or_else(|| self.path.clone()) });
        }
        Ok(Some(Shapes { shapes, path }))
    }

    /// What a walk over the value goes through: members of a list, keys of a map.
    pub(crate) fn members(&self) -> Option<Shapes> {
        let path = format!("{}[]", self.path);
        if self.is_any() {
            return None;
        }
        let members = self.shapes.iter().flat_map(|shape| match shape {
            Value::Array(members) => members.iter().collect(),
            Value::Object(_) => vec![&Value::Null],
            _ => Vec::new(),
        });
        Some(Shapes { shapes: members.collect(), path })
    }

    /// What an index of the value gives: a member of a list, a value of a map.
    pub(crate) fn index(&self) -> Option<Shapes> {
        let path = format!("{}[]", self.path);
        let is_list = !self.shapes.is_empty() && self.shapes.iter().all(|shape| shape.is_array());
        match is_list {
            true => self.members(),
            false => {
                let values: Vec<&'static Value> =
                    self.shapes.iter().filter_map(|shape| shape.as_object()?.get("*")).collect();
                (!values.is_empty()).then_some(Shapes { shapes: values, path })
            }
        }
    }

    fn is_any(&self) -> bool {
        self.shapes.is_empty() || self.shapes.iter().any(|shape| shape.as_str() == Some("any"))
    }
}
