//! Maven artifacts by the SHA-1 of their archive, for archives that do not say what they are.
//!
//! Publisher: anyone who indexes a repository; Maven Central publishes a `.sha1` file beside each archive.
//! Layout: `maven-sha1/*.tsv` with lines `SHA1 <tab> group:artifact <tab> version` (or `SHA1 <tab> group:artifact:version`,
//! also `SHA1 <tab> group <tab> artifact <tab> version`), `maven-sha1/*.jsonl` with lines
//! `{"sha1": …, "name": "group:artifact", "version": …}`; each also compressed. Lines with `#` in front are comments.
//!
//! The format is ours; tested on lines written in it.

use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;

use super::files;
use super::json::Text;
use crate::advisory::{ArchiveName, Record};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "maven-sha1";

/// The folder `maven-sha1`.
pub(super) struct MavenSha1;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Line<'a> {
    sha1: Text<'a>,
    name: Text<'a>,
    version: Text<'a>,
}

impl Feed for MavenSha1 {
    fn folder(&self) -> &'static str {
        "maven-sha1"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            match files::plain_name(&place) {
                name if name.ends_with(".tsv") => read_lines(&file, &place, from_tabs, sink)?,
                name if name.ends_with(".jsonl") => read_lines(&file, &place, from_json, sink)?,
                _ => sink.skipped(SOURCE_NAME, &place, "it is no list of archives".to_owned()),
            }
        }
        Ok(())
    }
}

fn read_lines(
    file: &Path,
    place: &str,
    parse: fn(&str) -> Option<ArchiveName>,
    sink: &mut dyn Sink,
) -> Result<(), ReadFeedError> {
    const LINE_LIMIT: u64 = 4_096;
    let mut reader = files::open(file)?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut reader, LINE_LIMIT).read_until(b'\n', &mut line);
        if read.map_err(|source| ReadFeedError::Read { path: file.to_owned(), source })? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        match parse(text) {
            Some(archive) => sink.record(SOURCE_NAME, Record::Archive(archive)),
            None => sink.skipped(SOURCE_NAME, place, "a line that names no archive".to_owned()),
        }
    }
}

fn from_json(line: &str) -> Option<ArchiveName> {
    let line: Line<'_> = serde_json::from_str(line).ok()?;
    archive(&line.sha1, &line.name, &line.version)
}

fn from_tabs(line: &str) -> Option<ArchiveName> {
    let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
    match fields.as_slice() {
        [sha1, group, artifact, version] => archive(sha1, &format!("{group}:{artifact}"), version),
        [sha1, name, version] => archive(sha1, name, version),
        [sha1, coordinates] => {
            let (name, version) = coordinates.rsplit_once(':')?;
            archive(sha1, name, version)
        }
        _ => None,
    }
}

fn archive(sha1: &str, name: &str, version: &str) -> Option<ArchiveName> {
    let is_sha1 = sha1.len() == 40 && sha1.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (group, artifact) = name.split_once(':')?;
    let is_named = !group.is_empty() && !artifact.is_empty() && !artifact.contains(':') && !version.is_empty();
    (is_sha1 && is_named).then(|| ArchiveName {
        sha1: sha1.to_ascii_lowercase(),
        name: name.to_owned(),
        version: version.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const SHA1: &str = "35C4FE3F1D3ED1D0F5C1C4C1F5E1A5B6D7E8F901";

    fn check(name: &str, text: &str, expected: usize) {
        let kept = KeptRecords::read(&MavenSha1, &[(name, text.as_bytes())]);
        let archive = ArchiveName {
            sha1: SHA1.to_ascii_lowercase(),
            name: "org.slf4j:slf4j-api".to_owned(),
            version: "2.0.9".to_owned(),
        };
        let all: Vec<_> = kept.records.into_iter().map(|(_, record)| record).collect();
        assert_eq!(all, vec![Record::Archive(archive); expected], "{text}");
    }

    #[test]
    fn every_form_of_line_names_the_archive() {
        check("a.tsv", &format!("# list\n{SHA1}\torg.slf4j:slf4j-api\t2.0.9\n{SHA1}\torg.slf4j:slf4j-api:2.0.9\n"), 2);
        check("a.tsv", &format!("{SHA1}\torg.slf4j\tslf4j-api\t2.0.9"), 1);
        check("a.jsonl", &format!("{{\"sha1\":\"{SHA1}\",\"name\":\"org.slf4j:slf4j-api\",\"version\":\"2.0.9\"}}"), 1);
        check("a.tsv", "not\ta\tline\n\tx:y\t1\n", 0);
        check("a.jsonl", "{}\n[\n", 0);
    }
}
