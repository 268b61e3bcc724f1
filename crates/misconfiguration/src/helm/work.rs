//! How much the functions of templates may work with: a chart of one line could make a text of any length otherwise, by
//! putting it together with itself again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gotmpl::{Result, Value};

use super::functions::refuse;

/// Bytes of the arguments of one call, with 16 for each value in them.
const LARGEST: usize = 16 << 20;

/// The same of all calls of one chart.
const MOST: u64 = 4 << 30;

/// The work of the functions of one chart so far.
#[derive(Default)]
pub(super) struct Work(AtomicU64);

impl Work {
    /// The function, for arguments within the bounds.
    pub(super) fn bound(
        self: &Arc<Work>,
        function: impl Fn(&[Value]) -> Result<Value> + Send + Sync + 'static,
    ) -> impl Fn(&[Value]) -> Result<Value> + Send + Sync + 'static {
        let work = Arc::clone(self);
        move |arguments| {
            let mut left = LARGEST;
            if !arguments.iter().all(|value| fits(value, &mut left)) {
                return refuse("a value becomes too large");
            }
            let weight = (LARGEST - left) as u64;
            if work.0.fetch_add(weight, Ordering::Relaxed).saturating_add(weight) > MOST {
                return refuse("its functions take more work than a chart is given");
            }
            function(arguments)
        }
    }
}

/// Takes what a value weighs from what is left; parts that it shares with itself weigh each time.
fn fits(value: &Value, left: &mut usize) -> bool {
    let own = match value {
        Value::String(text) => text.len(),
        _ => 0,
    };
    let Some(rest) = left.checked_sub(own + 16) else { return false };
    *left = rest;
    match value {
        Value::List(items) => items.iter().all(|item| fits(item, left)),
        Value::Map(fields) => fields.values().all(|field| fits(field, left)),
        _ => true,
    }
}
