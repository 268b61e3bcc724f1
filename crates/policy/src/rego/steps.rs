//! Counts the steps of the interpreter. It looks at a clock after each step to see whether its time is over; here the clock
//! is a counter, so that the limit is the same on every machine and at every load.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use regorus::Engine;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};

/// A rule whose steps are counted, on this thread.
pub(super) struct Counted {
    most: u64,
}

/// Limits the next rule that the engine evaluates on this thread.
pub(super) fn limit(engine: &mut Engine, most: u64) -> Counted {
    static IS_SET: OnceLock<bool> = OnceLock::new();
    IS_SET.get_or_init(|| set_time_source(&Counter).is_ok());
    STEPS.set(0);
    let check_interval = NonZeroU32::MIN;
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: Duration::from_nanos(most), check_interval });
    Counted { most }
}

impl Counted {
    /// Whether the rule took more steps than it may.
    pub(super) fn is_over(&self) -> bool {
        STEPS.get() > self.most
    }
}

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// A nanosecond is a step.
struct Counter;

impl TimeSource for Counter {
    fn now(&self) -> Option<Duration> {
        STEPS.set(STEPS.get().saturating_add(1));
        Some(Duration::from_nanos(STEPS.get()))
    }
}
