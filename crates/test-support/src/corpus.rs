//! The committed inputs of fuzz targets, run as an ordinary test.

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The most that one input may take in an unoptimised build on a busy machine.
const LONGEST_RUN: Duration = Duration::from_secs(10);

/// Runs every committed input of these fuzz targets.
///
/// # Panics
/// When an input makes its target panic or takes too long, and when a target has no inputs.
pub fn replay_corpora(targets: impl Iterator<Item = &'static str>, run: fn(&str, &[u8])) {
    let corpora = crate::checkout().join("fuzz/corpus");
    for target in targets {
        let folder = corpora.join(target);
        let inputs = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = inputs.map(|input| input.expect("the folder can be listed").path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{target} has no inputs");
        for path in paths {
            let bytes = std::fs::read(&path).expect("inputs can be read");
            let started = Instant::now();
            if let Err(panic) = std::panic::catch_unwind(|| run(target, &bytes)) {
                let path = path.canonicalize().unwrap_or(path);
                let message =
                    panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
                panic!("{target} fails on {}: {}", path.display(), message.unwrap_or_default());
            }
            assert!(started.elapsed() < LONGEST_RUN, "{target} takes {:?} for {}", started.elapsed(), path.display());
        }
    }
}
