//! `bulkhead diff`: what changed between two targets, or two saved reports of them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use formats::DiffFormat;
use intelligence::Database;
use model::ScanReport;

use crate::arguments::{DiffArguments, PlainFormat};
use crate::detectors::{self, Chosen};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::judging::Judging;
use crate::progress::Progress;
use crate::scan::Beside;
use crate::target::Target;
use crate::{convert, installed, output, scan};

/// Within so many bytes a saved report says that it is one.
const HEADER_BYTES: u64 = 4096;

pub(crate) fn run(arguments: &DiffArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let progress = Progress::new(environment, arguments.source.quiet);
    let chosen =
        detectors::choose(&arguments.detectors, &|what| progress.say(what)).inspect_err(|_| progress.clear())?;
    let mut side = Side { arguments, environment, progress: &progress, chosen, intelligence: None };
    let old = side.report(&arguments.old)?;
    let new = side.report(&arguments.new)?;
    progress.clear();
    side.intelligence.iter().filter_map(|(_, warning)| warning.as_deref()).for_each(|warning| progress.warn(warning));
    let format = match arguments.format {
        PlainFormat::Table => DiffFormat::Table,
        PlainFormat::Json => DiffFormat::Json,
    };
    let file = arguments.output.output.as_deref();
    let options = output::options(file.is_none(), environment);
    output::to_destination(file, |out| formats::write_diff(&formats::diff(&old, &new), format, &options, out))?;
    Ok(Outcome::Good)
}

/// Makes reports of both sides, with one intelligence opened only if something is to be scanned.
struct Side<'a> {
    arguments: &'a DiffArguments,
    environment: &'a Environment,
    progress: &'a Progress,
    chosen: Chosen,
    intelligence: Option<(Database, Option<String>)>,
}

impl Side<'_> {
    fn report(&mut self, target: &Target) -> Result<ScanReport, Failure> {
        if let Target::Path(path) = target
            && is_report(path)
        {
            return convert::read(path).map_err(Failure::Usage);
        }
        let DiffArguments { source, choice, .. } = self.arguments;
        let (environment, progress) = (self.environment, self.progress);
        let intelligence = match self.intelligence.take() {
            Some(intelligence) => intelligence,
            None => installed::open_for_scan(choice.intel.as_deref(), environment, choice.now)?,
        };
        let (intelligence, _) = self.intelligence.insert(intelligence);
        self.chosen.prepare_for(intelligence);
        let opened = crate::open::open(target, source, environment, progress)?;
        scan::report(opened, &self.chosen, choice, Beside::default(), intelligence, &Judging::default(), progress)
            .map(|scanned| scanned.report)
    }
}

/// Whether a file is a saved report rather than something to scan.
fn is_report(path: &Path) -> bool {
    let mut start = Vec::new();
    let is_read =
        path.is_file() && File::open(path).and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut start)).is_ok();
    let start = String::from_utf8_lossy(&start);
    is_read
        && start.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('{')
        && start.contains("\"bulkhead.report/")
}
