//! The worst case of an expression on a document of known shape: how many steps, how large a value.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, MapExpr, StructExpr};
use regex_automata::meta;

use super::CustomCheckError;
use super::shape::{Extent, Shape};
use crate::nearest::nearest;

/// The most memory that a compiled regular expression may take, in bytes; it bounds the time to compile it as well.
pub(crate) const LARGEST_PATTERN_BYTES: usize = 128 << 10;
/// What compiling one costs, in steps.
const PATTERN_STEPS: u64 = 5_000;
/// What a visit to a node of an expression costs, in steps.
const VISIT_STEPS: u64 = 1;
/// How many bytes or members a step copies or compares.
const PER_STEP: u64 = 8;

/// What a check may call beside operators.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "type",
    "dyn",
    // Macros, for those who look for the nearest.
    "all",
    "exists",
    "exists_one",
    "filter",
    "map",
    "has",
];

/// The worst case of an expression.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound {
    /// Steps to evaluate it.
    pub(super) steps: u64,
    /// The largest value made on the way, in bytes and members.
    pub(super) largest: u64,
    /// What its value holds.
    extent: Extent,
    /// The field of the document that its value is from, where it is from one.
    field: Option<String>,
}

pub(super) struct Bounds<'a> {
    shape: &'a Shape,
    /// Variables of walks, the innermost last.
    variables: Vec<(String, Extent, Option<String>)>,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(shape: &'a Shape) -> Bounds<'a> {
        Bounds { shape, variables: Vec::new() }
    }

    pub(super) fn of(&mut self, expression: &IdedExpr) -> Bound {
        let mut bound = match &expression.expr {
            Expr::Unspecified | Expr::Struct(_) => Bound::default(),
            Expr::Literal(literal) => {
                let length = match literal {
                    LiteralValue::String(text) => text.inner().len() as u64,
                    LiteralValue::Bytes(bytes) => bytes.inner().len() as u64,
                    LiteralValue::Boolean(_)
                    | LiteralValue::Double(_)
                    | LiteralValue::Int(_)
                    | LiteralValue::Null
                    | LiteralValue::UInt(_) => 1,
                };
                Bound { extent: Extent { length, size: length + 1 }, ..Bound::default() }
            }
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.of(&select.operand);
                // A field of a map that the expression made holds no more than that map.
                let extent = match operand.field {
                    Some(_) => self.shape.extent(&select.field),
                    None => operand.extent.or(self.shape.extent(&select.field)),
                };
                Bound { extent, field: operand.field.as_ref().map(|_| select.field.clone()), ..operand }
            }
            Expr::List(list) => self.join(list.elements.iter(), list.elements.len()),
            Expr::Map(map) => {
                let parts: Vec<&IdedExpr> = map
                    .entries
                    .iter()
                    .flat_map(|entry| match &entry.expr {
                        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                        EntryExpr::StructField(field) => vec![&field.value],
                    })
                    .collect();
                self.join(parts.into_iter(), map.entries.len())
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(walk) => self.walk(walk),
        };
        bound.steps = bound.steps.saturating_add(VISIT_STEPS);
        bound.largest = bound.largest.max(bound.extent.size);
        bound
    }

    fn variable(&self, name: &str) -> Bound {
        let found = self.variables.iter().rev().find(|(known, ..)| known == name);
        let (extent, field) = match found {
            Some((_, extent, field)) => (*extent, field.clone()),
            None => (self.shape.extent(name), Some(name.to_owned())),
        };
        Bound { extent, field, ..Bound::default() }
    }

    /// Parts that are put together: steps and sizes add up.
    fn join<'e>(&mut self, parts: impl Iterator<Item = &'e IdedExpr>, length: usize) -> Bound {
        let mut joined = Bound { extent: Extent { length: length as u64, size: 1 }, ..Bound::default() };
        for part in parts {
            let part = self.of(part);
            joined.steps = joined.steps.saturating_add(part.steps).saturating_add(part.extent.size / PER_STEP);
            joined.largest = joined.largest.max(part.largest);
            joined.extent.size = joined.extent.size.saturating_add(part.extent.size);
        }
        joined
    }

    fn call(&mut self, call: &CallExpr) -> Bound {
        let parts: Vec<Bound> = call.target.iter().map(|target| self.of(target)).collect();
        let parts: Vec<Bound> = parts.into_iter().chain(call.args.iter().map(|part| self.of(part))).collect();
        let mut bound = Bound::default();
        let mut sum = Extent::default();
        for part in &parts {
            bound.steps = bound.steps.saturating_add(part.steps);
            bound.largest = bound.largest.max(part.largest);
            sum.length = sum.length.saturating_add(part.extent.length);
            sum.size = sum.size.saturating_add(part.extent.size);
        }
        let work = match call.func_name.as_str() {
            "matches" => PATTERN_STEPS.saturating_add(sum.size),
            "_[_]" | "_&&_" | "_||_" | "!_" | "@not_strictly_false" | "size" => 0,
            _ => sum.size / PER_STEP,
        };
        bound.steps = bound.steps.saturating_add(work);
        (bound.extent, bound.field) = match (call.func_name.as_str(), parts.first()) {
            ("_[_]", Some(Bound { field: Some(field), .. })) => {
                let field = format!("{field}[]");
                (self.shape.extent(&field), Some(field))
            }
            ("_+_" | "_?_:_" | "string" | "dyn" | "_[_]", _) => (sum, None),
            _ => (Extent { length: 1, size: 1 }, None),
        };
        bound
    }

    fn walk(&mut self, walk: &ComprehensionExpr) -> Bound {
        let range = self.of(&walk.iter_range);
        let start = self.of(&walk.accu_init);
        let rounds = range.extent.length;
        let (element, field) = match &range.field {
            Some(field) => {
                let field = format!("{field}[]");
                (self.shape.extent(&field), Some(field))
            }
            None => (range.extent, None),
        };
        let depth = self.variables.len();
        self.variables.push((walk.iter_var.clone(), element, field.clone()));
        if let Some(second) = &walk.iter_var2 {
            self.variables.push((second.clone(), element, field));
        }
        // What a round adds is what it makes of nothing; the interpreter appends in place.
        self.variables.push((walk.accu_var.clone(), Extent::default(), None));
        let condition = self.of(&walk.loop_cond);
        let round = self.of(&walk.loop_step);
        let grown = Extent {
            length: start.extent.length.saturating_add(rounds.saturating_mul(round.extent.length)),
            size: start.extent.size.saturating_add(rounds.saturating_mul(round.extent.size)),
        };
        self.variables.truncate(depth);
        self.variables.push((walk.accu_var.clone(), grown, None));
        let result = self.of(&walk.result);
        self.variables.truncate(depth);

        let each = condition.steps.saturating_add(round.steps).saturating_add(element.size / PER_STEP);
        let steps = range.steps.saturating_add(start.steps).saturating_add(result.steps);
        Bound {
            steps: steps.saturating_add(rounds.saturating_mul(each)),
            largest: [range.largest, start.largest, condition.largest, round.largest, result.largest, grown.size]
                .into_iter()
                .max()
                .unwrap_or_default(),
            extent: result.extent,
            field: None,
        }
    }
}

/// Whether an expression is within bounds on depth and parts. It is told without recursion.
pub(super) fn is_shallow(expression: &IdedExpr, deepest: usize, most: usize) -> bool {
    let mut open = vec![(expression, 1)];
    let mut count = 0;
    while let Some((expression, depth)) = open.pop() {
        count += 1;
        if depth > deepest || count > most {
            return false;
        }
        let mut push = |part| open.push((part, depth + 1));
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) | Expr::Ident(_) => {}
            Expr::Select(select) => push(&*select.operand),
            Expr::List(list) => list.elements.iter().for_each(push),
            Expr::Map(MapExpr { entries }) | Expr::Struct(StructExpr { entries, .. }) => {
                for entry in entries {
                    match &entry.expr {
                        EntryExpr::MapEntry(entry) => {
                            push(&entry.key);
                            push(&entry.value);
                        }
                        EntryExpr::StructField(field) => push(&field.value),
                    }
                }
            }
            Expr::Call(call) => {
                call.target.iter().for_each(|target| push(target));
                call.args.iter().for_each(push);
            }
            Expr::Comprehension(walk) => {
                [&walk.iter_range, &walk.accu_init, &walk.loop_cond, &walk.loop_step, &walk.result]
                    .into_iter()
                    .for_each(push);
            }
        }
    }
    true
}

/// Checks that an expression uses only what is there.
pub(super) fn check_names(expression: &IdedExpr) -> Result<(), CustomCheckError> {
    check(expression, &mut vec!["report".to_owned()])
}

fn check(expression: &IdedExpr, known: &mut Vec<String>) -> Result<(), CustomCheckError> {
    let unknown = |name: &str, nearest: Option<&str>| {
        Err(CustomCheckError::UnknownName { name: name.to_owned(), nearest: nearest.unwrap_or("report").to_owned() })
    };
    match &expression.expr {
        Expr::Unspecified | Expr::Literal(_) => Ok(()),
        Expr::Struct(structure) => unknown(&structure.type_name, None),
        Expr::Ident(name) => match known.contains(name) {
            true => Ok(()),
            false => {
                unknown(name, nearest(name, known.iter().map(String::as_str).filter(|name| !name.starts_with('@'))))
            }
        },
        Expr::Select(select) => check(&select.operand, known),
        Expr::List(list) => list.elements.iter().try_for_each(|element| check(element, known)),
        Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => check(&entry.key, known).and_then(|()| check(&entry.value, known)),
            EntryExpr::StructField(field) => check(&field.value, known),
        }),
        Expr::Call(call) => {
            let is_operator = call.func_name.starts_with(['_', '!', '-', '@']);
            if !is_operator && !FUNCTIONS.contains(&call.func_name.as_str()) {
                return unknown(&call.func_name, nearest(&call.func_name, FUNCTIONS.iter().copied()));
            }
            if call.func_name == "matches" && !call.args.last().is_some_and(is_moderate_pattern) {
                return Err(CustomCheckError::Pattern);
            }
            call.target.iter().try_for_each(|target| check(target, known))?;
            call.args.iter().try_for_each(|part| check(part, known))
        }
        Expr::Comprehension(walk) => {
            check(&walk.iter_range, known)?;
            check(&walk.accu_init, known)?;
            let depth = known.len();
            known.push(walk.iter_var.clone());
            known.extend(walk.iter_var2.clone());
            known.push(walk.accu_var.clone());
            let parts = [&walk.loop_cond, &walk.loop_step, &walk.result];
            let checked = parts.into_iter().try_for_each(|part| check(part, known));
            known.truncate(depth);
            checked
        }
    }
}

/// Whether a pattern is written out and compiles to little.
fn is_moderate_pattern(pattern: &IdedExpr) -> bool {
    let Expr::Literal(LiteralValue::String(text)) = &pattern.expr else { return false };
    let config = meta::Config::new().nfa_size_limit(Some(LARGEST_PATTERN_BYTES));
    meta::Builder::new().configure(config).build(text.inner()).is_ok()
}
