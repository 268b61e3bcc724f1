//! `bulkhead policy`: checks policies, explains verdicts, brings policies of others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use model::{Parameter, counted};

use crate::arguments::{
    PolicyCheckArguments, PolicyCommand, PolicyExplainArguments, PolicyImportArguments, PolicyImportCommand,
    PolicySchemaArguments, PolicyShowArguments, SchemaOf,
};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::judging::{self, Judging};
use crate::{convert, output, rego};

pub(crate) fn run(command: &PolicyCommand, environment: &Environment) -> Result<Outcome, Failure> {
    match command {
        PolicyCommand::Check(arguments) => check(arguments, environment),
        PolicyCommand::Explain(arguments) => explain(arguments, environment),
        PolicyCommand::Schema(arguments) => schema(arguments),
        PolicyCommand::Show(arguments) => show(arguments),
        PolicyCommand::Import(PolicyImportCommand::Aqua(arguments)) => import_aqua(arguments, environment),
        PolicyCommand::Import(PolicyImportCommand::Rego(arguments)) => import_rego(arguments),
        PolicyCommand::AskRego => rego::answer(),
    }
}

/// Prints what is wrong, a line each, and ends as not compliant where something is.
fn check(arguments: &PolicyCheckArguments, environment: &Environment) -> Result<Outcome, Failure> {
    if arguments.policies.is_empty() && arguments.exceptions.is_empty() {
        return Err(Failure::usage("name a policy, or --exceptions FILE"));
    }
    let policies = without_profiles(&arguments.policies).map_err(Failure::Usage)?;
    let judging = Judging::read(&policies, &arguments.exceptions, arguments.now)?;
    let mut complaints = policy::check_policies(&judging.policies, &judging.exceptions, judging.now);
    complaints.extend(policy::check_names(&judging.policies, &judging.exceptions, &scanner::check_ids()));
    let files = judging.policies.iter().map(|policy| &policy.file);
    let files: Vec<&String> = files.chain(judging.exceptions.iter().map(|exception| &exception.file)).collect();
    complaints.sort_by_key(|complaint| (files.iter().position(|file| **file == complaint.file), complaint.line));
    output::to_destination(None, |out| {
        for complaint in &complaints {
            let sentence = formats::say(environment.language, complaint.code, &complaint.parameters);
            writeln!(out, "{}:{}: {sentence}", formats::plain(&complaint.file), complaint.line)?;
        }
        Ok(())
    })?;
    Ok(match complaints.len() {
        0 => Outcome::Good,
        count => {
            Outcome::NotCompliant(counted(count, "thing to mend in the policies", "things to mend in the policies"))
        }
    })
}

/// Reads those of the files that are profiles, which need nothing else, and gives the others.
fn without_profiles(files: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut policies = Vec::new();
    for path in files {
        let text = if path.is_file() { judging::read(path, "policy")? } else { String::new() };
        match policy::is_profile(&text) {
            true => drop(policy::read_profile(&path.display().to_string(), &text)?),
            false => policies.push(path.clone()),
        }
    }
    Ok(policies)
}

fn explain(arguments: &PolicyExplainArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let report = convert::read(&arguments.report).map_err(Failure::Usage)?;
    let file = arguments.output.output.as_deref();
    let options = output::options(file.is_none(), environment);
    output::to_destination(file, |out| formats::explain(&report, &options, out))?;
    Ok(Outcome::Good)
}

fn schema(arguments: &PolicySchemaArguments) -> Result<Outcome, Failure> {
    let schema = match arguments.of {
        SchemaOf::Policy => policy::policy_schema(),
        SchemaOf::Exceptions => policy::exceptions_schema(),
        SchemaOf::Profile => policy::profile_schema(),
    };
    output::to_destination(None, |out| out.write_all(schema.as_bytes()))?;
    Ok(Outcome::Good)
}

fn show(arguments: &PolicyShowArguments) -> Result<Outcome, Failure> {
    let known = policy::BUILTIN_POLICIES;
    let Some((_, text)) = known.iter().find(|(name, _)| *name == arguments.name) else {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        return Err(Failure::usage(format!(
            "{} is no built-in policy; those are {}",
            arguments.name,
            names.join(", ")
        )));
    };
    output::to_destination(None, |out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Good)
}

/// Writes the policy, and tells on standard error what became of each key.
#[expect(clippy::print_stderr, reason = "messages belong on standard error")]
fn import_aqua(arguments: &PolicyImportArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let name = arguments.file.display().to_string();
    let text = judging::read(&arguments.file, "policy").map_err(Failure::Usage)?;
    let imported = policy::import_aqua(&name, &text).map_err(|error| Failure::Usage(error.into()))?;
    // What we write must be what we read.
    policy::read_policy(&name, &imported.policy)
        .context("the imported policy says something that policies here cannot")
        .map_err(Failure::Usage)?;
    let file = arguments.output.output.as_deref();
    output::to_destination(file, |out| out.write_all(imported.policy.as_bytes()))?;
    for told in &imported.keys {
        let parameters = BTreeMap::from([
            ("key".to_owned(), Parameter::from(told.key.as_str())),
            ("detail".to_owned(), Parameter::from(told.detail.as_str())),
        ]);
        eprintln!("{}", formats::say(environment.language, told.code, &parameters));
    }
    Ok(Outcome::Good)
}

/// Writes the policy, and tells on standard error which rules it asks.
#[expect(clippy::print_stderr, reason = "messages belong on standard error")]
fn import_rego(arguments: &PolicyImportArguments) -> Result<Outcome, Failure> {
    let name = arguments.file.display().to_string();
    let text = judging::read(&arguments.file, "program").map_err(Failure::Usage)?;
    let imported = policy::import_rego(&text).with_context(|| name.clone()).map_err(Failure::Usage)?;
    policy::read_policy(&name, &imported.policy)
        .context("the imported policy says something that policies here cannot")
        .map_err(Failure::Usage)?;
    output::to_destination(arguments.output.output.as_deref(), |out| out.write_all(imported.policy.as_bytes()))?;
    for (rules, action) in [(&imported.denying, "fail"), (&imported.warning, "warn")] {
        for rule in rules {
            eprintln!("{rule} → custom.rego, {action}");
        }
    }
    Ok(Outcome::Good)
}
