//! `bulkhead intel`: what is known to be wrong, and how it gets here.

mod lookup;
mod pull;
mod serve;
mod status;
mod transfer;

use std::path::Path;

use crate::arguments::{IntelBuildArguments, IntelCommand};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::{installed, message};
use formats::Language;
use intelligence::{BuildError, BuildOptions, BuildSummary, WriteDeltaError, WrittenDelta};

/// Records of the other side of the world may be a day ahead.
const DAY: u64 = 86_400;

pub(crate) fn run(command: &IntelCommand, environment: &Environment) -> Result<Outcome, Failure> {
    match command {
        IntelCommand::Build(arguments) => build(arguments, environment),
        IntelCommand::Update(arguments) => transfer::update(arguments, environment),
        IntelCommand::Status(arguments) => status::run(arguments, environment),
        IntelCommand::Lookup(arguments) => lookup::run(arguments, environment),
        IntelCommand::Export(arguments) => transfer::export(arguments, environment),
        IntelCommand::Import(arguments) => transfer::import(arguments, environment),
        IntelCommand::Serve(arguments) => serve::run(arguments, environment),
        IntelCommand::Keygen(arguments) => transfer::keygen(arguments),
    }
}

fn build(arguments: &IntelBuildArguments, environment: &Environment) -> Result<Outcome, Failure> {
    // A key or an older file that is not there is told before minutes of work.
    let key = arguments.sign.as_deref().map(transfer::signing_key).transpose()?;
    if let Some(old) = arguments.delta_from.as_deref().filter(|old| !old.exists()) {
        return Err(Failure::usage(format!("there is no file {} to make a delta from", old.display())));
    }
    let is_same_file = |old: &Path| {
        let (old, out) = (old.canonicalize(), arguments.out.canonicalize());
        matches!((old, out), (Ok(old), Ok(out)) if old == out)
    };
    if let Some(old) = arguments.delta_from.as_deref().filter(|old| is_same_file(old)) {
        return Err(Failure::usage(format!(
            "--delta-from and --out both name {}; keep the older database under another name",
            old.display()
        )));
    }
    // Where a build shall be reproducible, its time is named. A clock that stands before the program was built is wrong,
    // and nothing is judged by it.
    let named = environment.source_date.and_then(|seconds| u64::try_from(seconds).ok());
    let now = named.unwrap_or_else(installed::clock);
    let is_right = installed::built_in().is_none_or(|built| built <= now);
    let latest = is_right.then_some(now + DAY);
    let options = BuildOptions { without_titles: arguments.without_titles.clone(), latest };
    let summary = intelligence::build(&arguments.feeds, &arguments.out, &options).map_err(|error| match error {
        BuildError::UnknownFeed { .. }
        | BuildError::List { .. }
        | BuildError::NoFeed { .. }
        | BuildError::NothingUsable { .. } => Failure::Usage(error.into()),
        _ => Failure::Work(error.into()),
    })?;
    if let Some(key) = &key {
        intelligence::sign(&arguments.out, key).map_err(|error| Failure::Work(error.into()))?;
    }
    let delta = match &arguments.delta_from {
        Some(old) => Some(intelligence::write_delta(old, &arguments.out).map_err(|error| match error {
            WriteDeltaError::Write { .. } => Failure::Work(error.into()),
            _ => Failure::Usage(error.into()),
        })?),
        None => None,
    };
    if !arguments.quiet {
        tell(&summary, delta.as_ref(), arguments, environment.language);
    }
    Ok(Outcome::Good)
}

/// Tells on standard error what the build made, and what it could not use.
fn tell(summary: &BuildSummary, delta: Option<&WrittenDelta>, arguments: &IntelBuildArguments, language: Language) {
    let tell = |sentence: String| message::tell(language, &sentence);
    for source in &summary.sources {
        tell(format!("{:<32} {:>8} records", source.name, source.records));
    }
    for skipped in &summary.skipped_records {
        tell(format!("not used: {} {}: {}", skipped.source, skipped.place, skipped.reason));
    }
    let shown = summary.skipped_records.len() as u64;
    if summary.skipped > shown {
        tell(format!("not used: {} more records", summary.skipped - shown));
    }
    tell(format!(
        "{}: {} vulnerabilities, {} advisories, {} packages in {:.1} MB",
        arguments.out.display(),
        summary.vulnerabilities,
        summary.advisories,
        summary.packages,
        summary.size_bytes as f64 / 1e6
    ));
    if let Some(delta) = delta {
        tell(format!("{}: {:.2} MB", delta.path.display(), delta.size_bytes as f64 / 1e6));
    }
}
