//! Completion scripts and manual pages, made from the command line's own description.

use std::fs;

use anyhow::Context;
use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments, ManArguments};
use crate::failure::{Failure, Outcome};
use crate::output::to_destination;

pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "bulkhead", &mut script);
    to_destination(None, |out| out.write_all(&script))?;
    Ok(Outcome::Good)
}

pub(crate) fn man(arguments: &ManArguments) -> Result<Outcome, Failure> {
    let folder = &arguments.folder;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .with_context(|| format!("cannot write the manual pages into {}", folder.display()))
        .map_err(Failure::Work)?;
    Ok(Outcome::Good)
}

#[cfg(test)]
mod tests;
