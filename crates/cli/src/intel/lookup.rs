//! `bulkhead intel lookup ID`: what every source says of a vulnerability, side by side.

use std::io::{self, Write};

use intelligence::VulnerabilityRecord;
use serde_json::{Value, json};

use crate::arguments::{IntelLookupArguments, PlainFormat};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::output::to_destination;

pub(crate) fn run(arguments: &IntelLookupArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let database = installed::open(arguments.intel.as_deref(), environment).map_err(Failure::Usage)?;
    let Some(record) = spellings(&arguments.id).iter().find_map(|id| database.lookup(id)) else {
        database.verify().map_err(|error| Failure::Work(error.into()))?;
        return Err(Failure::usage(format!(
            "the intelligence knows no vulnerability or advisory {}; bulkhead intel status lists what it covers",
            arguments.id
        )));
    };
    to_destination(None, |out| match arguments.format {
        PlainFormat::Table => table(&record, out),
        PlainFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &document(&record))?;
            out.write_all(b"\n")
        }
    })?;
    Ok(Outcome::Good)
}

/// An id as it was typed, and as publishers write it: letters in capitals, but for the groups of GitHub's ids.
fn spellings(id: &str) -> [String; 3] {
    let capitals = id.to_ascii_uppercase();
    let github = match capitals.strip_prefix("GHSA-") {
        Some(groups) => format!("GHSA-{}", groups.to_ascii_lowercase()),
        None => capitals.clone(),
    };
    [id.to_owned(), capitals, github]
}

fn table(record: &VulnerabilityRecord, out: &mut dyn Write) -> io::Result<()> {
    let aliases = match record.aliases.as_slice() {
        [] => String::new(),
        aliases => format!("  ({})", aliases.join(", ")),
    };
    writeln!(out, "{}{aliases}", record.id)?;
    if let Some(title) = &record.title {
        writeln!(out, "{title}")?;
    }
    if let Some(published) = &record.published {
        writeln!(out, "published {published}")?;
    }
    if record.kev {
        writeln!(out, "known to be exploited (CISA KEV)")?;
    }
    if let Some(epss) = record.epss {
        writeln!(out, "EPSS probability {:.5}, percentile {:.5}", epss.probability, epss.percentile)?;
    }
    for score in &record.scores {
        writeln!(out, "{:<16} {:>4.1}  {}", score.source, score.vector.base_score(), score.vector)?;
    }
    for (source, word) in &record.ratings {
        writeln!(out, "{source:<16} {word}")?;
    }
    for advisory in &record.advisories {
        writeln!(out, "\n{} {}  {}", advisory.source, advisory.id, advisory.url.as_deref().unwrap_or_default())?;
        for affected in &advisory.affected {
            let kind = if affected.is_source { "source " } else { "" };
            let module = affected.module.as_deref().map(|module| format!(" (module {module})")).unwrap_or_default();
            let versions = [affected.ranges.as_slice(), affected.versions.as_slice()].concat().join(" or ");
            let status = affected.status.as_str();
            writeln!(out, "  {:<20} {kind}{}{module}  {status}  {versions}", affected.namespace, affected.package)?;
        }
    }
    Ok(())
}

fn document(record: &VulnerabilityRecord) -> Value {
    json!({
        "id": record.id,
        "aliases": record.aliases,
        "title": record.title,
        "published": record.published,
        "kev": record.kev,
        "epss": record.epss.map(|epss| json!({ "probability": epss.probability, "percentile": epss.percentile })),
        "scores": record.scores.iter().map(|score| json!({
            "source": score.source,
            "vector": score.vector.to_string(),
            "score": score.vector.base_score(),
        })).collect::<Vec<_>>(),
        "ratings": record.ratings.iter().map(|(source, word)| json!({ "source": source, "severity": word })).collect::<Vec<_>>(),
        "advisories": record.advisories.iter().map(|advisory| json!({
            "source": advisory.source,
            "id": advisory.id,
            "url": advisory.url,
            "title": advisory.title,
            "published": advisory.published,
            "modified": advisory.modified,
            "severity": advisory.severity,
            "affected": advisory.affected.iter().map(|affected| json!({
                "namespace": affected.namespace,
                "package": affected.package,
                "is_source": affected.is_source,
                "module": affected.module,
                "status": affected.status.as_str(),
                "severity": affected.severity,
                "ranges": affected.ranges,
                "versions": affected.versions,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
