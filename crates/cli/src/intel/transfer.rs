//! `bulkhead intel update|export|import|keygen`: intelligence from somewhere else, trusted only by signature.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use formats::Language;
use intelligence::{Database, Fetch, Installed, SigningKey, TrustedKey, UpdateSource};
use oci::registry::{DownloadError, RegistryOptions, download};

use super::pull::Pull;
use crate::arguments::{IntelExportArguments, IntelImportArguments, IntelKeygenArguments, IntelUpdateArguments};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::whole_file::NewFile;
use crate::{installed, message, open};
use model::counted;

/// The most that an update downloads.
const LARGEST_DOWNLOAD_BYTES: u64 = 2 << 30;

pub(super) fn update(arguments: &IntelUpdateArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let keys = trusted_keys(&arguments.key)?;
    open::check_authorities(arguments.ca.as_deref())?;
    let options = RegistryOptions {
        ca_files: arguments.ca.iter().cloned().collect(),
        plain_http: arguments.plain_http,
        mirrors: arguments.mirror.clone(),
        ..open::registry_options(environment)
    };
    let from = arguments.from.as_str();
    let path = Path::new(from);
    let (mut download, mut pull);
    let source = if from.starts_with("https://") || from.starts_with("http://") {
        download = Download { options };
        UpdateSource::Url { url: from, fetch: &mut download }
    } else if let Some(name) = from.strip_prefix("oci://") {
        pull = Pull::open(name, &options).map_err(|failure| match (failure, target(environment)) {
            (Failure::Work(error), Ok(target)) => Failure::Work(with_what_stays(&error, &target, environment)),
            (failure, _) => failure,
        })?;
        UpdateSource::Url { url: from, fetch: &mut pull }
    } else if path.is_dir() {
        UpdateSource::Folder(path)
    } else if path.exists() {
        UpdateSource::File(path)
    } else {
        return Err(Failure::usage(format!(
            "there is no file or folder {from}; an address begins with https:// or oci://"
        )));
    };
    install(source, &keys, environment)
}

pub(super) fn import(arguments: &IntelImportArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let (file, keys) = (arguments.file.as_path(), trusted_keys(&arguments.key)?);
    if !file.exists() {
        return Err(Failure::usage(format!("there is no file {}", file.display())));
    }
    install(UpdateSource::File(file), &keys, environment)
}

pub(super) fn export(arguments: &IntelExportArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let installed = target(environment)?;
    if !installed.exists() {
        return Err(Failure::usage("no intelligence is installed; run bulkhead intel update first"));
    }
    intelligence::export(&installed, &arguments.out).map_err(|error| Failure::Work(error.into()))?;
    Ok(Outcome::Good)
}

pub(super) fn keygen(arguments: &IntelKeygenArguments) -> Result<Outcome, Failure> {
    let key = SigningKey::generate().map_err(|error| Failure::Work(error.into()))?;
    let (secret_place, public_place) = (arguments.out.as_path(), arguments.out.with_added_extension("pub"));
    // Both are on disk before either is there.
    let secret = new_file(secret_place, &key.to_secret_text(), 0o600)?;
    let public = new_file(&public_place, &key.trusted_key().to_string(), 0o644)?;
    secret.name().map_err(|error| not_written(error, secret_place))?;
    public.name().map_err(|error| {
        // A private key whose public key nobody has is of no use.
        let _ = fs::remove_file(secret_place);
        not_written(error, &public_place)
    })?;
    Ok(Outcome::Good)
}

/// Reads a private key for signing.
pub(super) fn signing_key(path: &Path) -> Result<SigningKey, Failure> {
    let read = || -> anyhow::Result<SigningKey> { Ok(fs::read_to_string(path)?.trim().parse()?) };
    read().with_context(|| format!("cannot use the private key {}", path.display())).map_err(Failure::Usage)
}

fn install(source: UpdateSource<'_>, keys: &[TrustedKey], environment: &Environment) -> Result<Outcome, Failure> {
    let target = target(environment)?;
    let Installed { previous, sequence, replaced, by_delta } =
        intelligence::install(source, &target, keys, installed::built_in())
            .map_err(|error| Failure::Work(with_what_stays(&error.into(), &target, environment)))?;
    let told = match (replaced, previous) {
        (true, Some(previous)) if by_delta => {
            format!("installed sequence {sequence} in place of {previous} by a delta")
        }
        (false, _) => format!("the installed intelligence is current (sequence {sequence})"),
        (true, Some(previous)) => format!("installed sequence {sequence} in place of {previous}"),
        (true, None) => format!("installed sequence {sequence}"),
    };
    message::tell(environment.language, &told);
    Ok(Outcome::Good)
}

/// A failed update changes nothing: says so, and how old what stays is.
fn with_what_stays(error: &anyhow::Error, target: &Path, environment: &Environment) -> anyhow::Error {
    let stays = match Database::open(target) {
        Ok(database) => {
            let (sequence, age) = (database.sequence(), installed::days(installed::clock(), database.sequence()));
            let age = counted(age, "day old", "days old");
            format!("the installed intelligence stays (sequence {sequence}, {age})")
        }
        Err(_) if target.exists() => {
            format!(
                "{} cannot be used by scans; remove it to scan with the intelligence built into the program",
                target.display()
            )
        }
        Err(_) => "scans go on with the intelligence built into the program".to_owned(),
    };
    let between = match environment.language {
        Language::English => "; ",
        Language::Japanese => "。",
    };
    let [error, stays] = [message::told(environment.language, error), message::said(environment.language, &stays)];
    anyhow!("{error}{between}{stays}")
}

fn target(environment: &Environment) -> Result<PathBuf, Failure> {
    installed::file(environment)
        .ok_or_else(|| Failure::usage("nowhere to install intelligence; set HOME or BULKHEAD_DATA_DIR"))
}

fn trusted_keys(files: &[PathBuf]) -> Result<Vec<TrustedKey>, Failure> {
    let read = |path: &PathBuf| -> anyhow::Result<TrustedKey> { Ok(fs::read_to_string(path)?.trim().parse()?) };
    let keys = files.iter().map(|path| read(path).with_context(|| format!("cannot use the key {}", path.display())));
    keys.collect::<anyhow::Result<_>>().map_err(Failure::Usage)
}

/// A file of one line for a place that nothing may have yet.
fn new_file(place: &Path, line: &str, mode: u32) -> Result<NewFile, Failure> {
    if place.symlink_metadata().is_ok() {
        return Err(not_written(ErrorKind::AlreadyExists.into(), place));
    }
    NewFile::write(place, format!("{line}\n").as_bytes(), mode).map_err(|error| not_written(error, place))
}

fn not_written(error: io::Error, place: &Path) -> Failure {
    match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!(
            "{} is there already, and no key is overwritten; name another file",
            place.display()
        )),
        _ => Failure::Usage(anyhow::Error::new(error).context(format!("cannot write {}", place.display()))),
    }
}

/// Fetches by HTTP for the crate that opens no connection itself.
struct Download {
    options: RegistryOptions,
}

impl Fetch for Download {
    fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()> {
        download(url, LARGEST_DOWNLOAD_BYTES, &self.options, out).map_err(|error| match error {
            DownloadError::Status { status: 404 | 410, .. } => io::Error::new(ErrorKind::NotFound, error),
            error => io::Error::other(error),
        })
    }
}
