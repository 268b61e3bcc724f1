//! `bulkhead admin`: what the server's own program does at the machine itself.

use std::path::PathBuf;

use anyhow::anyhow;

use crate::arguments::{AdminCommand, AdminPlaceArguments};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::{sibling, up};

pub(crate) fn run(command: &AdminCommand, environment: &Environment) -> Result<Outcome, Failure> {
    let (verb, operand, place) = match command {
        AdminCommand::Backup(arguments) | AdminCommand::Export(arguments) => {
            ("backup", Some(arguments.file.as_os_str()), &arguments.place)
        }
        AdminCommand::Restore(arguments) | AdminCommand::Import(arguments) => {
            ("restore", Some(arguments.file.as_os_str()), &arguments.place)
        }
        AdminCommand::Migrate(place) => ("migrate", None, place),
        AdminCommand::ResetPassword(arguments) => ("reset-password", Some(arguments.name.as_ref()), &arguments.place),
    };
    let program = sibling::find("bulkhead-server", environment).map_err(Failure::Usage)?;
    let mut started = sibling::command(&program);
    started.arg("admin").arg(verb).args(operand);
    started.env("BULKHEAD_DATA_DIR", folder(place, environment)?);
    if let Some(url) = &place.database_url {
        started.env("BULKHEAD_DATABASE_URL", url);
    }
    let ended =
        started.status().map_err(|error| Failure::Work(anyhow!(error).context("cannot start bulkhead-server")))?;
    match ended.code() {
        Some(0) => Ok(Outcome::Good),
        Some(2) => Err(Failure::usage("bulkhead-server could not use its settings")),
        _ => Err(Failure::Work(anyhow!("bulkhead-server could not do it"))),
    }
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
