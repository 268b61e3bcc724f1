//! `bulkhead admin apply` and `export-config`: what an installation is to be, as files (`docs/guides/declare.md`).

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use api::declared::{self, Files, Kind, MOST_FILES, SecretSource};
use api::{Client, ClientOptions};

use crate::arguments::{AdminApplyArguments, AdminExportConfigArguments, ServerArguments};
use crate::environment::{self, Environment};
use crate::failure::{Failure, Outcome};
use crate::{output, register};
use model::counted;

/// The largest file of a declaration, in bytes: the server takes no larger policy.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// The largest secret that is read from a file, in bytes.
const LARGEST_SECRET_BYTES: u64 = 32 << 10;

/// How deep folders are looked into.
const DEEPEST: usize = 4;

/// How long a request may take.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Reads, compares, shows, and applies where that is wanted.
pub(crate) fn apply(arguments: &AdminApplyArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let files = read_folder(&arguments.folder).map_err(Failure::Usage)?;
    let declared = declared::read_files(&files).map_err(|error| within(&arguments.folder, error))?;
    let prune = kinds(&arguments.prune)?;
    for kind in &prune {
        // A mistyped folder must not be taken for the wish to have nothing.
        if !arguments.folder.join(kind.folder()).is_dir() {
            let place = arguments.folder.join(kind.folder());
            let sentence =
                format!("{} is not there: --prune {} would remove all of them", place.display(), kind.folder());
            return Err(Failure::usage(sentence));
        }
    }
    let client = client(&arguments.server, environment).map_err(Failure::Usage)?;
    let wanted: BTreeSet<Kind> = declared.kinds().union(&prune).copied().collect();
    let read = declared::read_server(&client, &wanted);
    let current = read.context("cannot read what the server has").map_err(Failure::Work)?;
    let plan = declared::plan(&declared, &current, &prune, arguments.with_secrets)
        .map_err(|error| within(&arguments.folder, error))?;
    output::to_destination(None, |out| {
        // Names and values are others': they must not speak to the terminal.
        plan.to_string().lines().try_for_each(|line| writeln!(out, "{}", formats::plain(line)))
    })?;
    if plan.is_empty() {
        return Ok(Outcome::Good);
    }
    if arguments.plan {
        return Ok(Outcome::NotCompliant("the server is not as declared".to_owned()));
    }
    if !arguments.yes && !confirmed().map_err(Failure::Work)? {
        return Err(Failure::usage("nothing was changed: answer yes, or give --yes"));
    }
    let folder = arguments.folder.clone();
    let mut read = |source: &SecretSource| secret(&folder, source);
    let applied = declared::apply(&client, &plan, &current, &mut read);
    let applied = applied.context("the declaration was not applied to its end").map_err(Failure::Work)?;
    output::to_destination(None, |out| {
        writeln!(out, "{} made, {} changed, {} removed", applied.made, applied.changed, applied.removed)
    })?;
    Ok(Outcome::Good)
}

/// Writes what the server has.
pub(crate) fn export(arguments: &AdminExportConfigArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let wanted = match kinds(&arguments.kinds)? {
        none if none.is_empty() => Kind::ALL.into_iter().collect(),
        kinds => kinds,
    };
    let former = files_below(&arguments.folder, &wanted).map_err(Failure::Usage)?;
    if !former.is_empty() && !arguments.replace {
        let sentence = format!(
            "{} has a declaration already; give --replace to write it anew, or name another folder",
            arguments.folder.display()
        );
        return Err(Failure::usage(sentence));
    }
    let client = client(&arguments.server, environment).map_err(Failure::Usage)?;
    let read = declared::read_server(&client, &wanted);
    let current = read.context("cannot read what the server has").map_err(Failure::Work)?.only(&wanted);
    let files = declared::write_files(&current);
    let count = files.len();
    write_folder(&arguments.folder, &files, &former).map_err(Failure::Work)?;
    output::to_destination(None, |out| {
        writeln!(out, "{} in {}", counted(count, "object is", "objects are"), arguments.folder.display())
    })?;
    Ok(Outcome::Good)
}

fn within(folder: &Path, error: declared::FileError) -> Failure {
    Failure::usage(format!("{}/{error}", folder.display()))
}

fn kinds(words: &[String]) -> Result<BTreeSet<Kind>, Failure> {
    let kind = |word: &String| {
        Kind::of_folder(word).ok_or_else(|| {
            let known = Kind::ALL.iter().map(|kind| kind.folder());
            let nearest = policy::nearest(word, known).unwrap_or_default();
            Failure::usage(format!("`{word}` is no kind of object; the nearest is `{nearest}`"))
        })
    };
    words.iter().map(kind).collect()
}

fn client(arguments: &ServerArguments, environment: &Environment) -> anyhow::Result<Client> {
    let server = arguments.server.clone().or_else(|| environment.server.clone());
    let server = server.ok_or_else(|| anyhow!("name the server with --server or BULKHEAD_SERVER"))?;
    ensure!(server.starts_with("https://"), "`{server}` is no https:// address; a token does not travel unencrypted");
    let token = register::token(arguments.token_file.clone(), environment, "admin")?;
    let ca = arguments.ca.clone().or_else(|| environment.server_ca.clone());
    Ok(Client::new(&ClientOptions { server, token: Some(token), ca, timeout: LONGEST_WAIT })?)
}

/// Asks at a terminal; where there is none, nobody has agreed.
fn confirmed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    crate::progress::ask("apply this plan? [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The files of a folder by their paths from it. Links are not followed out of it, hidden files are left alone.
fn read_folder(folder: &Path) -> anyhow::Result<Files> {
    ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let mut files = Files::new();
    let mut waiting = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((place, prefix, depth)) = waiting.pop() {
        let entries = fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", place.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_hidden(&name) {
                continue;
            }
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(|| format!("cannot read {}", entry.path().display()))?;
            if kind.is_dir() {
                ensure!(depth < DEEPEST, "{} has folders more than {DEEPEST} deep", folder.display());
                waiting.push((entry.path(), format!("{path}/"), depth + 1));
                continue;
            }
            ensure!(kind.is_file(), "{} is neither a file nor a folder", entry.path().display());
            ensure!(files.len() < MOST_FILES, "{} has more than {MOST_FILES} files", folder.display());
            let text = if is_for_readers(&name) { String::new() } else { bounded(&entry.path(), LARGEST_FILE_BYTES)? };
            files.insert(path, text);
        }
    }
    Ok(files)
}

/// What a declaration leaves alone: folders of version control, files with secrets.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// What is no part of a declaration, but tells people of it.
fn is_for_readers(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("readme")
}

fn bounded(path: &Path, largest: u64) -> anyhow::Result<String> {
    let file = fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    ensure!(bytes.len() as u64 <= largest, "{} is larger than {} KiB", path.display(), largest >> 10);
    String::from_utf8(bytes).map_err(|_| anyhow!("{} is no text in UTF-8", path.display()))
}

/// A secret from its source, without the line break that editors put at its end.
fn secret(folder: &Path, source: &SecretSource) -> Result<String, String> {
    let text = match source {
        SecretSource::Variable(name) => {
            environment::variable(name).ok_or_else(|| format!("the environment variable {name} is not set"))?
        }
        SecretSource::File(path) => {
            bounded(&folder.join(path), LARGEST_SECRET_BYTES).map_err(|error| format!("{error:#}"))?
        }
    };
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    if text.is_empty() { Err("its secret is empty".to_owned()) } else { Ok(text) }
}

/// The files of a declaration that are in a folder, of these kinds: those that [`read_folder`] reads as such.
fn files_below(folder: &Path, kinds: &BTreeSet<Kind>) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for kind in kinds {
        for place in [folder.join(kind.folder()), folder.join(kind.folder()).join("disabled")] {
            if !place.is_dir() {
                continue;
            }
            let entries = fs::read_dir(&place).with_context(|| format!("cannot read {}", place.display()))?;
            for entry in entries {
                let entry = entry.with_context(|| format!("cannot read {}", place.display()))?;
                let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
                if is_hidden(&name) || is_for_readers(&name) {
                    continue;
                }
                let ending = path.extension().and_then(|ending| ending.to_str());
                if path.is_file() && matches!(ending, Some("yaml" | "yml" | "json")) {
                    found.push(path);
                }
            }
        }
    }
    Ok(found)
}

/// Writes files, each beside its place first, and then removes the former ones that are none of them.
fn write_folder(folder: &Path, files: &Files, former: &[PathBuf]) -> anyhow::Result<()> {
    let mut written = BTreeSet::new();
    for (name, text) in files {
        let path = folder.join(name);
        let part = path.with_extension("part");
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&part, text).with_context(|| format!("cannot write {}", part.display()))?;
        fs::rename(&part, &path).with_context(|| format!("cannot write {}", path.display()))?;
        written.insert(path);
    }
    for path in former.iter().filter(|path| !written.contains(*path)) {
        fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_by_their_paths_and_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::from([
            ("roles/dev.yaml".to_owned(), "name: dev\n".to_owned()),
            ("policies/disabled/p.yaml".to_owned(), "x".to_owned()),
        ]);
        write_folder(folder.path(), &files, &[]).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/config"), "x").unwrap();
        assert_eq!(read_folder(folder.path()).unwrap(), files);
        let former = files_below(folder.path(), &Kind::ALL.into_iter().collect()).unwrap();
        assert_eq!(former.len(), 2);
        let fewer = Files::from([("roles/dev.yaml".to_owned(), "name: dev2\n".to_owned())]);
        write_folder(folder.path(), &fewer, &former).unwrap();
        assert_eq!(read_folder(folder.path()).unwrap(), fewer);
    }

    #[test]
    fn an_export_anew_leaves_hidden_files_and_those_for_readers() {
        let folder = tempfile::tempdir().unwrap();
        let kept =
            ["roles/README.yaml", "roles/readme.json", "roles/.draft.yaml", ".secrets/harbor-hooks", "roles/notes.txt"];
        for name in kept {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "kept").unwrap();
        }
        assert!(files_below(folder.path(), &Kind::ALL.into_iter().collect()).unwrap().is_empty());
        fs::write(folder.path().join("roles/old.yml"), "name: old\n").unwrap();
        let former = files_below(folder.path(), &Kind::ALL.into_iter().collect()).unwrap();
        let files = Files::from([("roles/dev.yaml".to_owned(), "name: dev\n".to_owned())]);
        write_folder(folder.path(), &files, &former).unwrap();
        for name in kept {
            assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "kept", "{name}");
        }
        assert!(!folder.path().join("roles/old.yml").exists());
        assert!(folder.path().join("roles/dev.yaml").exists());
    }

    /// The files of the guide, each block that begins with the name of one.
    fn files_of_the_guide() -> Vec<(String, String)> {
        let guide = include_str!("../../../docs/guides/declare.md");
        let blocks = guide.split("```yaml\n# ").skip(1).filter_map(|rest| rest.split("```").next());
        blocks
            .filter_map(|block| block.split_once('\n'))
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }

    #[test]
    fn the_examples_of_the_guide_are_a_declaration_with_its_secrets_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let examples = files_of_the_guide();
        assert_eq!(examples.len(), 5);
        let mut secrets = 0;
        for (name, text) in &examples {
            let sources = text.lines().filter_map(|line| line.split_once("_from: file:"));
            let of_secrets = sources.map(|(_, path)| (path.to_owned(), "hunter2\n".to_owned())).collect::<Vec<_>>();
            secrets += of_secrets.len();
            for (name, text) in of_secrets.into_iter().chain([(name.clone(), text.clone())]) {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        assert_eq!(secrets, 1);
        let read = read_folder(folder.path()).unwrap();
        assert_eq!(read.len(), examples.len(), "secrets are no part of it");
        declared::read_files(&read).unwrap();
    }

    #[test]
    fn secrets_are_read_from_files_beside_the_declaration() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("robot"), "hunter2\n").unwrap();
        assert_eq!(secret(folder.path(), &SecretSource::File("robot".into())).unwrap(), "hunter2");
        assert!(secret(folder.path(), &SecretSource::File("nothing".into())).unwrap_err().contains("cannot read"));
        let unset = SecretSource::Variable("BULKHEAD_NOBODY_SETS_THIS".into());
        assert!(secret(folder.path(), &unset).unwrap_err().contains("is not set"));
    }

    #[test]
    fn an_unknown_kind_is_told_with_the_nearest() {
        let Err(Failure::Usage(error)) = kinds(&["polices".to_owned()]) else { panic!("it is refused") };
        assert_eq!(error.to_string(), "`polices` is no kind of object; the nearest is `policies`");
    }
}
