//! `bulkhead admin`: what the server's own program does at the machine itself, and declarations.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

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

/// The folder that is named; else the one of `up`, or that which the server has for itself where `BULKHEAD_DATA_DIR` is its
/// setting, as in a container or under systemd.
fn folder(place: &AdminPlaceArguments, environment: &Environment) -> Result<PathBuf, Failure> {
    let of_up = up::folder(place.data_dir.as_deref(), environment)?;
    let own = environment.data_folder.as_ref().filter(|folder| place.data_dir.is_none() && holds_platform(folder));
    match own {
        None => Ok(of_up),
        Some(own) if !holds_platform(&of_up) => up::folder(Some(own), environment),
        Some(own) => Err(Failure::usage(format!(
            "{} and {} each hold a platform; name one of them with --data-dir",
            own.display(),
            of_up.display()
        ))),
    }
}

/// Whether a server has kept something in a folder.
fn holds_platform(folder: &Path) -> bool {
    ["master.key", "bulkhead.db", "tls"].into_iter().any(|name| folder.join(name).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_one_of_up() {
        let environment = Environment { data_folder: Some("/d".into()), ..Environment::default() };
        let place = AdminPlaceArguments { data_dir: None, database_url: None };
        assert_eq!(folder(&place, &environment).unwrap(), Path::new("/d/platform"));
        let place = AdminPlaceArguments { data_dir: Some("/e".into()), database_url: None };
        assert_eq!(folder(&place, &environment).unwrap(), Path::new("/e"));
    }

    #[test]
    fn the_folder_of_a_server_by_itself_is_found() {
        let data = tempfile::tempdir().unwrap();
        let environment = Environment { data_folder: Some(data.path().to_owned()), ..Environment::default() };
        let place = AdminPlaceArguments { data_dir: None, database_url: None };
        let of_up = data.path().join("platform");
        assert_eq!(folder(&place, &environment).unwrap(), of_up);
        std::fs::write(data.path().join("bulkhead.db"), "").unwrap();
        assert_eq!(folder(&place, &environment).unwrap(), data.path());
        std::fs::create_dir(&of_up).unwrap();
        std::fs::write(of_up.join("master.key"), "").unwrap();
        let error = format!("{:?}", folder(&place, &environment).unwrap_err());
        assert!(error.contains("each hold a platform; name one of them with --data-dir"), "{error}");
        let place = AdminPlaceArguments { data_dir: Some(of_up.clone()), database_url: None };
        assert_eq!(folder(&place, &environment).unwrap(), of_up);
    }
}
