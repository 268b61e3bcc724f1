//! From options to what is looked for in files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use intelligence::Database;
use malware::{ClamdHealth, ClamdLink, ClamdStream, Engine, EngineOptions};
use model::{FindingKind, Gap};
use scanner::{ConnectClamd, Detectors};
use secrets::{SecretRules, UserRules};

use crate::arguments::{Detector, DetectorArguments};
use crate::failure::Failure;

/// The kinds of findings to look for, and what looks for those that are in files.
pub(crate) struct Chosen {
    pub(crate) kinds: BTreeSet<FindingKind>,
    pub(crate) detectors: Detectors,
    /// What was asked for and cannot be had, so that findings may be missing from every report.
    pub(crate) gaps: Vec<Gap>,
}

impl Chosen {
    /// Has files hashed if this intelligence has lists to ask about the hashes.
    pub(crate) fn prepare_for(&mut self, intelligence: &Database) {
        if let Some(engine) = &mut self.detectors.malware
            && intelligence.has_malware_lists()
        {
            engine.prepare_for_lists();
        }
    }
}

/// Reads the user's rules and makes everything ready that the options ask for. `say` is told of what may take long.
pub(crate) fn choose(arguments: &DetectorArguments, say: &dyn Fn(&str)) -> Result<Chosen, Failure> {
    let kinds: BTreeSet<FindingKind> = arguments.detectors.iter().copied().map(kind_of).collect();
    for (is_given, kind, option) in [
        (!arguments.secret_rules.is_empty(), FindingKind::Secret, "--secret-rules"),
        (!arguments.rules.is_empty(), FindingKind::Malware, "--rules"),
        (arguments.license_texts, FindingKind::License, "--license-texts"),
        (arguments.clamd.is_some(), FindingKind::Malware, "--clamd"),
    ] {
        if is_given && !kinds.contains(&kind) {
            return Err(Failure::usage(format!("{option} needs {} among the --detectors", kind.detector())));
        }
    }
    let (mut detectors, mut gaps) = (Detectors::default(), Vec::new());
    if kinds.contains(&FindingKind::Secret) {
        detectors.secrets =
            Some(secret_rules(&arguments.secret_rules, &mut detectors.content).map_err(Failure::Usage)?);
    }
    if kinds.contains(&FindingKind::Malware) {
        match arguments.clamd.as_deref().map(clamd).transpose() {
            Ok(connect) => detectors.clamd = connect,
            Err(gap) => gaps.push(gap),
        }
        if !arguments.rules.is_empty() {
            say("compiling your rules for malware");
        }
        let engine = engine(&arguments.rules, detectors.clamd.is_some(), &mut detectors.content);
        detectors.malware = Some(engine.map_err(Failure::Usage)?);
    }
    detectors.license_texts = arguments.license_texts;
    detectors.misconfigurations = kinds.contains(&FindingKind::Misconfiguration);
    detectors.executables = detectors.secrets.is_some() || detectors.malware.is_some();
    Ok(Chosen { kinds, detectors, gaps })
}

fn kind_of(detector: Detector) -> FindingKind {
    match detector {
        Detector::Vulnerabilities => FindingKind::Vulnerability,
        Detector::Secrets => FindingKind::Secret,
        Detector::Malware => FindingKind::Malware,
        Detector::Licenses => FindingKind::License,
        Detector::Misconfigurations => FindingKind::Misconfiguration,
    }
}

fn secret_rules(files: &[PathBuf], content: &mut Vec<Vec<u8>>) -> anyhow::Result<SecretRules> {
    if files.is_empty() {
        return Ok(SecretRules::builtin());
    }
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in files {
        read_secret_rules(file, &mut texts, 0)?;
    }
    content.extend(texts.iter().map(|(_, text)| text.clone().into_bytes()));
    let rules: Vec<UserRules<'_>> = texts.iter().map(|(name, text)| UserRules { name, text }).collect();
    SecretRules::with_rules(&rules).context("cannot use the rules for secrets")
}

/// How often a file of rules may extend another.
const MOST_EXTENDED: usize = 8;

/// Reads a file of rules, after the one that it extends.
fn read_secret_rules(path: &Path, texts: &mut Vec<(String, String)>, depth: usize) -> anyhow::Result<()> {
    let text = read_text(path).with_context(|| format!("cannot read the rules {}", path.display()))?;
    if let Some(extended) = SecretRules::extended_path(&text) {
        anyhow::ensure!(depth < MOST_EXTENDED, "{} extends files more than {MOST_EXTENDED} deep", path.display());
        let extended = path.parent().unwrap_or(Path::new(".")).join(extended);
        read_secret_rules(&extended, texts, depth + 1)?;
    }
    texts.push((path.display().to_string(), text));
    Ok(())
}

fn read_text(path: &Path) -> std::io::Result<String> {
    // A pipe without a writer would be waited for without end.
    if !path.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(secrets::LARGEST_RULE_FILE_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn engine(paths: &[PathBuf], asks_clamd: bool, content: &mut Vec<Vec<u8>>) -> anyhow::Result<Engine> {
    let mut user_rules = Vec::new();
    for path in paths {
        user_rules.extend(malware::read_rules(path).context("cannot use the rules for malware")?);
    }
    content.extend(user_rules.iter().map(|rule| rule.text.to_string().into_bytes()));
    let has_rules = !user_rules.is_empty();
    let options = EngineOptions { user_rules, asks_clamd, ..EngineOptions::default() };
    let engine = Engine::new(options).context("cannot use the rules for malware")?;
    if has_rules {
        engine.check().context("cannot use the rules for malware")?;
    }
    Ok(engine)
}

/// A way to the daemon, tried once: one that is away is one gap of the whole report, not one of every file.
fn clamd(socket: &Path) -> Result<ConnectClamd, Gap> {
    let socket = socket.to_owned();
    UnixStream::connect(&socket).map_err(|error| {
        Gap::new("", format!("ClamAV did not look at any file: cannot reach it at {}: {error}", socket.display()))
    })?;
    let health = Arc::new(ClamdHealth::default());
    Ok(Arc::new(move || {
        let socket = socket.clone();
        let connect = move || Ok(Box::new(UnixStream::connect(&socket)?) as Box<dyn ClamdStream>);
        ClamdLink::new(Box::new(connect), Arc::clone(&health))
    }))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs;

    use super::*;

    #[test]
    fn rules_for_secrets_are_read_from_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for path in [folder.path(), socket.as_path(), Path::new("/dev/zero")] {
            assert_eq!(read_text(path).unwrap_err().to_string(), "it is no regular file", "{}", path.display());
        }
        let file = folder.path().join("a.toml");
        fs::write(&file, "text").unwrap();
        assert_eq!(read_text(&file).unwrap(), "text");
    }

    #[test]
    fn whoever_waits_for_rules_to_be_compiled_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("a.yar");
        fs::write(&rules, "rule a { condition: true }").unwrap();
        let said = |rules: Vec<PathBuf>| {
            let arguments = DetectorArguments {
                detectors: vec![Detector::Malware],
                secret_rules: Vec::new(),
                rules,
                license_texts: false,
                clamd: None,
            };
            let said = RefCell::new(Vec::new());
            assert!(choose(&arguments, &|what| said.borrow_mut().push(what.to_owned())).is_ok());
            said.into_inner()
        };
        assert_eq!(said(Vec::new()), [""; 0]);
        assert_eq!(said(vec![rules]), ["compiling your rules for malware"]);
    }
}
