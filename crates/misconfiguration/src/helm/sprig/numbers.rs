//! Functions of numbers.

use gotmpl::{Result, Value};

use super::super::functions::{argument, refuse, string, text};
use super::{Functions, check_items, integer, number};

pub(super) const FUNCTIONS: Functions = &[
    ("int", |a| Ok(Value::Int(integer(a, 0)?))),
    ("int64", |a| Ok(Value::Int(integer(a, 0)?))),
    ("float64", |a| Ok(Value::Float(number(argument(a, 0)?)))),
    ("atoi", |a| Ok(Value::Int(integer(a, 0)?))),
    ("toDecimal", |a| Ok(Value::Int(i64::from_str_radix(text(a, 0)?.trim(), 8).unwrap_or(0)))),
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
    ("biggest", |a| {
        (0..a.len()).map(|at| integer(a, at)).try_fold(i64::MIN, |most, next| Ok(most.max(next?))).map(Value::Int)
    }),
    ("addf", |a| Ok(Value::Float(a.iter().map(number).sum()))),
    ("add1f", |a| Ok(Value::Float(number(argument(a, 0)?) + 1.0))),
    ("subf", |a| folded(a, |left, right| left - right)),
    ("mulf", |a| folded(a, |left, right| left * right)),
    ("divf", |a| folded(a, |left, right| left / right)),
    ("maxf", |a| folded(a, f64::max)),
    ("minf", |a| folded(a, f64::min)),
    ("floor", |a| Ok(Value::Float(number(argument(a, 0)?).floor()))),
    ("ceil", |a| Ok(Value::Float(number(argument(a, 0)?).ceil()))),
    ("round", |a| {
        let places = i32::try_from(integer(a, 1)?.clamp(-300, 300)).unwrap_or(0);
        let scale = 10_f64.powi(places);
        let scaled = (number(argument(a, 0)?) * scale).round();
        Ok(Value::Float(if scaled.is_finite() { scaled / scale } else { number(argument(a, 0)?) }))
    }),
    ("until", |a| {
        Ok(Value::List(steps(0, integer(a, 0)?, integer(a, 0)?.signum())?.into_iter().map(Value::Int).collect()))
    }),
    ("untilStep", |a| {
        Ok(Value::List(steps(integer(a, 0)?, integer(a, 1)?, integer(a, 2)?)?.into_iter().map(Value::Int).collect()))
    }),
    ("seq", seq),
];

fn folded(a: &[Value], operate: fn(f64, f64) -> f64) -> Result<Value> {
    let rest = a.get(1..).unwrap_or_default();
    Ok(Value::Float(rest.iter().map(number).fold(number(argument(a, 0)?), operate)))
}

/// The numbers from the first on before the last, as far as the step leads there.
fn steps(first: i64, last: i64, step: i64) -> Result<Vec<i64>> {
    let distance = i128::from(last) - i128::from(first);
    if step == 0 || distance.signum() != i128::from(step.signum()) {
        return Ok(Vec::new());
    }
    let how_many = usize::try_from((distance.abs() - 1) / i128::from(step).abs() + 1).unwrap_or(usize::MAX);
    check_items(how_many)?;
    Ok((0..how_many)
        .scan(first, |next, _| {
            let here = *next;
            *next = next.saturating_add(step);
            Some(here)
        })
        .collect())
}

/// `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`: a text of numbers.
fn seq(a: &[Value]) -> Result<Value> {
    let (first, step, last) = match a.len() {
        1 => (1, None, integer(a, 0)?),
        2 => (integer(a, 0)?, None, integer(a, 1)?),
        3 => (integer(a, 0)?, Some(integer(a, 1)?), integer(a, 2)?),
        _ => return refuse("an argument is missing"),
    };
    let step = step.unwrap_or(if last < first { -1 } else { 1 });
    // The last belongs to it.
    let numbers = steps(first, last.saturating_add(step.signum()), step)?;
    Ok(string(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")))
}
