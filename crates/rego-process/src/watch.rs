//! Watches a process for what it takes, as Linux tells it (proc(5)). Elsewhere time alone limits it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::Limits;

/// How often is looked: memory that is taken in between goes beyond the limit by that much.
const PAUSE: Duration = Duration::from_millis(10);

/// What a process answers; nothing when it takes too much first, or ends.
pub(crate) fn until<T>(answer: &Receiver<T>, process: u32, limits: Limits) -> Option<T> {
    let started = Instant::now();
    loop {
        match answer.recv_timeout(PAUSE) {
            Ok(answer) => return Some(answer),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let is_within =
            memory_bytes(process) <= limits.memory_bytes && processor_time(process) <= limits.processor_time;
        if !is_within || started.elapsed() > limits.wait {
            return None;
        }
    }
}

/// The second number of `statm`: resident pages.
fn memory_bytes(process: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages.saturating_mul(rustix::param::page_size() as u64)
}

/// The 14th and 15th field of `stat`, time in user and kernel mode, counted behind the name, which may hold anything.
fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace()).into_iter().flatten();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks.saturating_mul(1000) / rustix::param::clock_ticks_per_second().max(1))
}
