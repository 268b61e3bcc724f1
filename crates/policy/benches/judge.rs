//! What judging costs: a report of 2,000 findings against 50 policies, with and without preparing the report, and beside
//! it the least that any judge must do: one look at each finding's severity for each policy.
//!
//! `cargo bench -p policy`. Figures are the best of several runs on one core. The goal is 5 ms for the whole.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::hint::black_box;
use std::time::Instant;

use model::{Finding, Severity};
use policy::{Facts, Policy};

const RUNS: usize = 25;
const FINDINGS: usize = 2_000;
const POLICIES: usize = 50;
/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

fn main() {
    let report = sample::report(FINDINGS);
    let policies: Vec<Policy> = (0..POLICIES).map(sample::policy).collect();
    println!("{FINDINGS} findings, {POLICIES} policies of {} controls", policies[0].controls.len());
    measure("baseline: one look at each finding for each policy", || {
        let looks = policies.iter().map(|_| {
            let severe = |finding: &&Finding| black_box(finding.severity()) >= Severity::High;
            report.findings.iter().filter(severe).count()
        });
        looks.sum()
    });
    measure("the report prepared", || Facts::new(black_box(&report)).attributes.len());
    let facts = Facts::new(&report);
    measure("judged", || policy::judge(&policies, &[], black_box(&facts), NOW).policies.len());
    measure("prepared and judged", || {
        policy::judge(&policies, &[], &Facts::new(black_box(&report)), NOW).policies.len()
    });
}

fn measure(name: &str, work: impl Fn() -> usize) {
    let times = (0..RUNS).map(|_| {
        let started = Instant::now();
        black_box(work());
        started.elapsed()
    });
    let best = times.min().unwrap_or_default();
    println!("{name:<52} {:>9.3} ms", best.as_secs_f64() * 1e3);
}
