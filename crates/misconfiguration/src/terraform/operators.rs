//! Operators on values that may not be known.

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use crate::node::{Node, Value};

pub(super) fn unary(operator: UnaryOperator, operand: &Node) -> Node {
    let value = match operator {
        UnaryOperator::Not => operand.as_bool().map(|value| Value::Bool(!value)),
        UnaryOperator::Neg => operand.as_number().map(|value| Value::Number(-value)),
    };
    Node { line: operand.line, value: value.unwrap_or(Value::Unknown), references: operand.references.clone() }
}

pub(super) fn binary(operator: BinaryOperator, left: &Node, right: &Node) -> Node {
    let numbers = left.as_number().zip(right.as_number());
    let number = |calculate: fn(f64, f64) -> f64| {
        numbers.map(|(left, right)| calculate(left, right)).filter(|number| number.is_finite()).map(Value::Number)
    };
    let compare = |decide: fn(&f64, &f64) -> bool| numbers.map(|(left, right)| Value::Bool(decide(&left, &right)));
    let value = match operator {
        BinaryOperator::Eq => equal(left, right).map(Value::Bool),
        BinaryOperator::NotEq => equal(left, right).map(|equal| Value::Bool(!equal)),
        BinaryOperator::LessEq => compare(f64::le),
        BinaryOperator::GreaterEq => compare(f64::ge),
        BinaryOperator::Less => compare(f64::lt),
        BinaryOperator::Greater => compare(f64::gt),
        BinaryOperator::Plus => number(|left, right| left + right),
        BinaryOperator::Minus => number(|left, right| left - right),
        BinaryOperator::Mul => number(|left, right| left * right),
        BinaryOperator::Div => number(|left, right| left / right),
        BinaryOperator::Mod => number(|left, right| left % right),
        BinaryOperator::And => match (left.as_bool(), right.as_bool()) {
            (Some(false), _) | (_, Some(false)) => Some(Value::Bool(false)),
            (Some(true), Some(true)) => Some(Value::Bool(true)),
            _ => None,
        },
        BinaryOperator::Or => match (left.as_bool(), right.as_bool()) {
            (Some(true), _) | (_, Some(true)) => Some(Value::Bool(true)),
            (Some(false), Some(false)) => Some(Value::Bool(false)),
            _ => None,
        },
    };
    let mut references = left.references.clone();
    references.extend(right.references.iter().cloned());
    Node { line: left.line, value: value.unwrap_or(Value::Unknown), references }
}

fn equal(left: &Node, right: &Node) -> Option<bool> {
    if is_open(left) || is_open(right) {
        return None;
    }
    Some(match (left.as_text(), right.as_text()) {
        (Some(left), Some(right)) => left == right,
        (None, None) => crate::json::write(left) == crate::json::write(right),
        _ => false,
    })
}

/// Whether something in a value is not known.
fn is_open(node: &Node) -> bool {
    match &node.value {
        Value::List(items) => items.iter().any(is_open),
        Value::Map(entries) => entries.iter().any(|entry| is_open(&entry.value)),
        _ => node.is_unknown(),
    }
}
