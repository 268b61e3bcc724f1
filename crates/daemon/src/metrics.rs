//! Metrics in the text format that Prometheus reads (OpenMetrics 1.0, section 5).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The metrics of a service.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

struct Family {
    help: &'static str,
    kind: FamilyKind,
}

enum FamilyKind {
    Counters(BTreeMap<String, Counter>),
    Histogram(Histogram),
    /// A number that is asked for when it is told.
    Gauge(Box<dyn Fn() -> f64 + Send + Sync>),
}

/// A number that only grows.
#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<AtomicU64>);

/// How long things took.
#[derive(Debug, Clone, Default)]
pub struct Histogram(Arc<Buckets>);

/// The upper bounds of the buckets, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

#[derive(Debug, Default)]
struct Buckets {
    counts: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Counter {
    /// Adds to it.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// What it stands at.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Histogram {
    /// Notes how long something took.
    pub fn observe(&self, time: Duration) {
        let at = BOUNDS.iter().position(|bound| time.as_secs_f64() <= *bound).unwrap_or(BOUNDS.len());
        self.0.counts[at].fetch_add(1, Ordering::Relaxed);
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }
}

impl Metrics {
    /// The counter of a family with these labels (`route="/a",status="200"`), made at its first use. A family's labels
    /// come from the program, never from a request: their number is bounded.
    pub fn counter(&self, name: &'static str, help: &'static str, labels: &str) -> Counter {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family =
            families.entry(name).or_insert_with(|| Family { help, kind: FamilyKind::Counters(BTreeMap::new()) });
        match &mut family.kind {
            FamilyKind::Counters(counters) => counters.entry(labels.to_owned()).or_default().clone(),
            FamilyKind::Histogram(_) | FamilyKind::Gauge(_) => Counter::default(),
        }
    }

    /// The histogram of a name, made at its first use.
    pub fn histogram(&self, name: &'static str, help: &'static str) -> Histogram {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family =
            families.entry(name).or_insert_with(|| Family { help, kind: FamilyKind::Histogram(Histogram::default()) });
        match &family.kind {
            FamilyKind::Histogram(histogram) => histogram.clone(),
            FamilyKind::Counters(_) | FamilyKind::Gauge(_) => Histogram::default(),
        }
    }

    /// A number that is asked for whenever the metrics are read.
    pub fn gauge(&self, name: &'static str, help: &'static str, ask: impl Fn() -> f64 + Send + Sync + 'static) {
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        families.insert(name, Family { help, kind: FamilyKind::Gauge(Box::new(ask)) });
    }

    /// The whole, as Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, Family { help, kind }) in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}");
            let _ = match kind {
                FamilyKind::Counters(counters) => write_counters(&mut text, name, counters),
                FamilyKind::Gauge(ask) => writeln!(text, "# TYPE {name} gauge\n{name} {}", ask()),
                FamilyKind::Histogram(histogram) => write_histogram(&mut text, name, histogram),
            };
        }
        text.push_str("# EOF\n");
        text
    }
}

fn write_counters(text: &mut String, name: &str, counters: &BTreeMap<String, Counter>) -> std::fmt::Result {
    writeln!(text, "# TYPE {name} counter")?;
    for (labels, counter) in counters {
        let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        writeln!(text, "{name}_total{labels} {}", counter.value())?;
    }
    Ok(())
}

fn write_histogram(text: &mut String, name: &str, histogram: &Histogram) -> std::fmt::Result {
    writeln!(text, "# TYPE {name} histogram")?;
    let mut count = 0;
    for (at, own) in histogram.0.counts.iter().enumerate() {
        count += own.load(Ordering::Relaxed);
        let bound = BOUNDS.get(at).map_or("+Inf".to_owned(), f64::to_string);
        writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}")?;
    }
    let seconds = histogram.0.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
    writeln!(text, "{name}_count {count}\n{name}_sum {seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_told_in_the_text_format() {
        let metrics = Metrics::default();
        metrics.counter("requests", "Requests.", "status=\"200\"").add(2);
        metrics.counter("requests", "Requests.", "status=\"200\"").add(1);
        metrics.gauge("queue", "Waiting.", || 4.0);
        metrics.histogram("latency_seconds", "How long.").observe(Duration::from_millis(3));
        let text = metrics.text();
        assert!(text.contains("requests_total{status=\"200\"} 3\n"), "{text}");
        assert!(text.contains("queue 4\n") && text.ends_with("# EOF\n"));
        assert!(text.contains("latency_seconds_bucket{le=\"0.0025\"} 0\nlatency_seconds_bucket{le=\"0.005\"} 1\n"));
        assert!(text.contains("latency_seconds_count 1\nlatency_seconds_sum 0.003\n"));
    }
}
