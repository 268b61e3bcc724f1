//! `bulkhead intel status`: each source of the intelligence, its records and its age.

use std::io::{self, Write};

use model::{IntelligenceFacts, counted};
use serde_json::{Value, json};

use crate::arguments::{IntelStatusArguments, PlainFormat};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::output::to_destination;

pub(crate) fn run(arguments: &IntelStatusArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let (database, origin) = installed::open_named(arguments.intel.as_deref(), environment).map_err(Failure::Usage)?;
    // A block that nobody has touched yet may be damaged all the same.
    database.verify().map_err(|error| {
        Failure::Work(anyhow::Error::new(error).context(format!("the intelligence {origin} is damaged")))
    })?;
    let facts = database.facts();
    to_destination(None, |out| match arguments.format {
        PlainFormat::Table => table(&facts, &origin, out),
        PlainFormat::Json => {
            let mut document = document(&facts);
            document["origin"] = json!(origin);
            serde_json::to_writer_pretty(&mut *out, &document)?;
            out.write_all(b"\n")
        }
    })?;
    Ok(Outcome::Good)
}

fn table(facts: &IntelligenceFacts, origin: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{origin}\nsequence {}, newest record of {} ({})\n",
        facts.sequence,
        facts.built,
        counted(installed::days(installed::clock(), facts.sequence), "day old", "days old")
    )?;
    writeln!(out, "{:<28} {:>9}  NEWEST RECORD", "SOURCE", "RECORDS")?;
    for source in &facts.sources {
        writeln!(out, "{:<28} {:>9}  {}", source.name, source.records, source.updated.as_deref().unwrap_or("-"))?;
    }
    Ok(())
}

/// What is in the intelligence, as JSON.
pub(super) fn document(facts: &IntelligenceFacts) -> Value {
    let sources = facts.sources.iter();
    json!({
        "sequence": facts.sequence,
        "built": facts.built,
        "sources": sources.map(|source| json!({
            "name": source.name, "records": source.records, "updated": source.updated,
        })).collect::<Vec<_>>(),
    })
}
