//! Where reports go, and how they get there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::{Component, Path, PathBuf};

use formats::{Format, WriteOptions};
use model::ScanReport;

use crate::arguments::OutputArguments;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::whole_file::WholeFile;

/// What is written at once, in bytes.
const BUFFER_BYTES: usize = 1 << 16;

/// A report in a format, to a file or to standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
}

/// What `--format` and `--output` together ask for; a table on standard output when they ask for nothing.
pub(crate) fn destinations(
    formats: &[(Format, Option<PathBuf>)],
    output: &OutputArguments,
) -> Result<Vec<Destination>, Failure> {
    let mut destinations: Vec<Destination> =
        formats.iter().map(|(format, file)| Destination { format: *format, file: file.clone() }).collect();
    if destinations.iter().all(|destination| destination.file.is_some())
        && (formats.is_empty() || output.output.is_some())
    {
        destinations.push(Destination { format: Format::Table, file: None });
    }
    let mut unnamed = destinations.iter_mut().filter(|destination| destination.file.is_none());
    if let Some(first) = unnamed.next() {
        first.file.clone_from(&output.output);
    }
    if let Some(second) = unnamed.next() {
        let name = second.format.as_str();
        return Err(Failure::usage(format!(
            "only one report fits on standard output; write --format {name}=FILE for the others"
        )));
    }
    let mut seen = BTreeSet::new();
    for file in destinations.iter().filter_map(|destination| destination.file.as_deref()) {
        // `a` and `./a` are one file.
        let plain: PathBuf = file.components().filter(|part| !matches!(part, Component::CurDir)).collect();
        if !seen.insert(plain) {
            return Err(Failure::usage(format!(
                "two reports cannot go to the same file {}; name another file for one of them",
                file.display()
            )));
        }
    }
    Ok(destinations)
}

/// What a writer cannot know of how a report came to be.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Circumstances {
    /// How many findings were left out of it.
    pub(crate) hidden: usize,
    /// Whether findings that the earlier report does not have fail the command (`--fail-on-new`).
    pub(crate) refuses_new: bool,
}

/// Writes the report everywhere it is asked for.
pub(crate) fn write(
    report: &ScanReport,
    destinations: &[Destination],
    circumstances: Circumstances,
    environment: &Environment,
) -> Result<(), Failure> {
    let Circumstances { hidden, refuses_new } = circumstances;
    for destination in destinations {
        let usual = options(destination.file.is_none(), environment);
        let options = WriteOptions { hidden, refuses_new, ..usual };
        to_destination(destination.file.as_deref(), |out| formats::write(report, destination.format, &options, out))?;
    }
    Ok(())
}

/// Says which findings are in no report that is asked for, since its format has no place for them: whoever reads that alone
/// would take it for all.
pub(crate) fn without_place(report: &ScanReport, destinations: &[Destination]) -> Option<String> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &report.findings {
        if !destinations.iter().any(|destination| destination.format.has_place_for(finding, report)) {
            *kinds.entry(finding.kind().detector()).or_default() += 1;
        }
    }
    if kinds.is_empty() {
        return None;
    }
    let formats: BTreeSet<&str> = destinations.iter().map(|destination| destination.format.as_str()).collect();
    let formats = formats.into_iter().collect::<Vec<_>>().join(", ");
    let kinds = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect::<Vec<_>>().join(", ");
    Some(format!(
        "findings are left out, because there is no place for them in {formats}: {kinds}; to have them as well, add --format json=FILE"
    ))
}

/// How to write for the screen or for a file.
pub(crate) fn options(is_screen: bool, environment: &Environment) -> WriteOptions {
    WriteOptions {
        language: environment.language,
        color: is_screen && environment.stdout_is_terminal && !environment.no_color,
        width: environment.width().filter(|_| is_screen),
        time: environment.source_date,
        hidden: 0,
        refuses_new: false,
    }
}

/// Hands `write` a buffered writer for the file, or for standard output when there is none. A file is there as a whole or
/// not at all.
pub(crate) fn to_destination(
    file: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let Some(path) = file else {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock());
        let written = write(&mut out).and_then(|()| out.flush());
        return written.map_err(|error| Failure::of_output(error, "standard output"));
    };
    let place = path.display().to_string();
    let file = WholeFile::create(path).map_err(|error| Failure::usage(format!("cannot write to {place}: {error}")))?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
    let written = write(&mut out).and_then(|()| out.into_inner().map_err(IntoInnerError::into_error)?.finish());
    written.map_err(|error| Failure::of_output(error, &place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(formats: &[&str], output: Option<&str>, expected: Option<&[&str]>) {
        let formats: Vec<_> = formats
            .iter()
            .map(|text| match text.split_once('=') {
                Some((name, file)) => (name.parse().unwrap(), Some(PathBuf::from(file))),
                None => (text.parse().unwrap(), None),
            })
            .collect();
        let output = OutputArguments { output: output.map(PathBuf::from), lang: None };
        let found = destinations(&formats, &output).ok().map(|destinations| {
            let text = |d: &Destination| match &d.file {
                Some(file) => format!("{}={}", d.format.as_str(), file.display()),
                None => d.format.as_str().to_owned(),
            };
            destinations.iter().map(text).collect::<Vec<_>>()
        });
        assert_eq!(found, expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect()));
    }

    #[test]
    fn one_report_at_most_goes_to_standard_output() {
        check(&[], None, Some(&["table"]));
        check(&[], Some("r.txt"), Some(&["table=r.txt"]));
        check(&["json"], Some("r.json"), Some(&["json=r.json"]));
        check(&["json=r.json"], None, Some(&["json=r.json"]));
        check(&["json=r.json", "table"], None, Some(&["json=r.json", "table"]));
        check(&["json", "table"], None, None);
    }

    #[test]
    fn no_two_reports_go_to_the_same_file() {
        check(&["json=a", "json=a"], None, None);
        check(&["json=a", "table=./a"], None, None);
        check(&["json=a", "table"], Some("a"), None);
        check(&["json=a", "json=b"], None, Some(&["json=a", "json=b"]));
    }
}
