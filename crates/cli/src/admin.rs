//! `bulkhead admin`: what the server's own program does at the machine itself, and declarations.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::anyhow;

use crate::arguments::{AdminAuditCommand, AdminCommand, AdminPlaceArguments, AdminVerifyArguments};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::{declaration, sibling, up};

pub(crate) fn run(command: &AdminCommand, environment: &Environment) -> Result<Outcome, Failure> {
    let (words, place): (Vec<OsString>, &AdminPlaceArguments) = match command {
        AdminCommand::Backup(arguments) | AdminCommand::Export(arguments) => {
            let mut words: Vec<OsString> = vec!["backup".into()];
            words.extend(arguments.replace.then(|| OsString::from("--replace")));
            words.push(arguments.file.clone().into());
            (words, &arguments.place)
        }
        AdminCommand::Restore(arguments) | AdminCommand::Import(arguments) => {
            (vec!["restore".into(), arguments.file.clone().into()], &arguments.place)
        }
        AdminCommand::Migrate(place) => (vec!["migrate".into()], place),
        AdminCommand::ResetPassword(arguments) => {
            (vec!["reset-password".into(), arguments.name.clone().into()], &arguments.place)
        }
        AdminCommand::Audit(AdminAuditCommand::Verify(arguments)) => (verify_words(arguments), &arguments.place),
        AdminCommand::Apply(arguments) => return declaration::apply(arguments, environment),
        AdminCommand::ExportConfig(arguments) => return declaration::export(arguments, environment),
    };
    let program = sibling::find("bulkhead-server", environment).map_err(Failure::Usage)?;
    let mut started = sibling::command(&program);
    started.arg("admin").args(words);
    started.env("BULKHEAD_DATA_DIR", folder(place, environment)?);
    if let Some(url) = &place.database_url {
        started.env("BULKHEAD_DATABASE_URL", url);
    }
    let ended =
        started.status().map_err(|error| Failure::Work(anyhow!(error).context("cannot start bulkhead-server")))?;
    match ended.code() {
        Some(0) => Ok(Outcome::Good),
        Some(1) => Ok(Outcome::NotCompliant("what was verified is not as it was written".to_owned())),
        Some(2) => Err(Failure::usage("bulkhead-server could not use its settings")),
        _ => Err(Failure::Work(anyhow!("bulkhead-server could not do it"))),
    }
}

/// The verification in the words of the server's program.
fn verify_words(arguments: &AdminVerifyArguments) -> Vec<OsString> {
    let file = arguments.file.iter().map(|path| ("--file", path));
    let checkpoints = arguments.checkpoints.iter().map(|path| ("--checkpoints", path));
    let keys = arguments.key.iter().map(|path| ("--key", path));
    let options = file.chain(checkpoints).chain(keys);
    std::iter::once("audit-verify".into())
        .chain(options.flat_map(|(option, path)| [option.into(), path.clone().into_os_string()]))
        .collect()
}

fn folder(place: &AdminPlaceArguments, environment: &Environment) -> Result<PathBuf, Failure> {
    up::folder(place.data_dir.as_deref(), environment)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_folder_is_the_one_of_up() {
        let environment = Environment { data_folder: Some("/d".into()), ..Environment::default() };
        let place = AdminPlaceArguments { data_dir: None, database_url: None };
        assert_eq!(folder(&place, &environment).unwrap(), Path::new("/d/platform"));
        let place = AdminPlaceArguments { data_dir: Some("/e".into()), database_url: None };
        assert_eq!(folder(&place, &environment).unwrap(), Path::new("/e"));
    }
}
