//! How much the functions of templates may work with: a chart of one line could make a text of any length otherwise, by
//! putting it together with itself again and again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use gotmpl::{Result, Value};
use regex_automata::meta::Regex;

use super::functions::refuse;

/// Bytes of the arguments of one call, with 16 for each value in them.
const LARGEST: usize = 16 << 20;

/// The same of all calls of one chart.
const MOST: u64 = 4 << 30;

/// What making the program of a pattern weighs: hundreds of them can be made, where a chart has a dozen.
const PATTERN: u64 = 8 << 20;
/// Patterns that are kept ready.
const MOST_READY: usize = 64;
/// The memory that the program of one pattern may take.
const LARGEST_PROGRAM_BYTES: usize = 1 << 20;

/// The work of the functions of one chart so far.
#[derive(Default)]
pub(super) struct Work {
    done: AtomicU64,
    /// Patterns that were made programs: a template that goes round does it once.
    patterns: Mutex<HashMap<String, Regex>>,
}

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
            work.charge((LARGEST - left) as u64)?;
            function(arguments)
        }
    }

    /// A regular expression within the bound on memory.
    pub(super) fn pattern(&self, source: &str) -> Result<Regex> {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pattern) = patterns.get(source) {
            return Ok(pattern.clone());
        }
        self.charge(PATTERN)?;
        let config =
            Regex::config().nfa_size_limit(Some(LARGEST_PROGRAM_BYTES)).hybrid_cache_capacity(LARGEST_PROGRAM_BYTES);
        let pattern = Regex::builder()
            .configure(config)
            .build(source)
            .or_else(|_| refuse("a regular expression cannot be used"))?;
        if patterns.len() >= MOST_READY {
            patterns.clear();
        }
        patterns.insert(source.to_owned(), pattern.clone());
        Ok(pattern)
    }

    fn charge(&self, weight: u64) -> Result<()> {
        match self.done.fetch_add(weight, Ordering::Relaxed).saturating_add(weight) > MOST {
            true => refuse("its functions take more work than a chart is given"),
            false => Ok(()),
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
