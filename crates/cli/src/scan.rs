//! `bulkhead scan`: index → match → judge → write.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use intelligence::{Database, MatchOptions};
use model::{Finding, FindingKind, Platform, ScanReport, ScanTarget, Shown, TargetKind};
use oci::OpenImageError;
use scanner::{ApprovedBases, Indexed};

use crate::arguments::{ChoiceArguments, ScanArguments, SourceArguments};
use crate::better_base::{BaseSearch, Registries};
use crate::comparing::{self, Earlier};
use crate::detectors::{self, Chosen};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::judging::{self, Judging};
use crate::open::{self, Opened};
use crate::output;
use crate::progress::Progress;
use crate::register::{MissingImage, Registered, Registering};
use crate::target::Target;
use crate::vouching::{self, Vouched};

/// The most that is read of a list of approved base images.
const LARGEST_LIST_BYTES: u64 = 16 << 20;

/// The most images of an index that are registered with one of them: as many as a server keeps of an index.
const MOST_OTHERS: usize = 64;

/// The base images that are approved, and where other builds of them may be looked at.
pub(crate) struct Bases<'a> {
    list: ApprovedBases,
    registries: Option<Registries<'a>>,
}

/// What is known of the image beside its content.
#[derive(Default)]
pub(crate) struct Beside<'a> {
    pub(crate) bases: Option<Bases<'a>>,
    pub(crate) vouched: Vouched,
}

/// A report, and how many findings were left out of it as not asked for.
pub(crate) struct Scanned {
    pub(crate) report: ScanReport,
    /// The findings that were not asked for.
    left_out: Vec<Finding>,
    /// What is worth knowing beside the report.
    notes: Vec<String>,
}

pub(crate) fn run(arguments: &ScanArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let destinations = output::destinations(&arguments.format, &arguments.output)?;
    let progress = Progress::new(environment, arguments.source.quiet);
    let bases = arguments.approved_bases.as_deref().map(read_approved_bases).transpose().map_err(Failure::Usage)?;
    let choice = &arguments.choice;
    let judging = Judging::read(&arguments.policy, &arguments.exceptions, choice.now)?.with_vex(&arguments.vex)?;
    let earlier = arguments.compare_to.as_deref().map(Earlier::read).transpose()?;
    if let (Some(earlier), true) = (&earlier, arguments.fail_on_new) {
        earlier.must_show(&shown(choice))?;
    }
    let registering = Registering::prepare(&arguments.register, environment)?;
    let mut chosen =
        detectors::choose(&arguments.detectors, &|what| progress.say(what)).inspect_err(|_| progress.clear())?;
    let trust = vouching::read_trust(&arguments.signatures)?;
    let (intelligence, warning) = installed::open_for_scan(choice.intel.as_deref(), environment, choice.now)?;
    chosen.prepare_for(&intelligence);
    let opened = open::open(&arguments.target, &arguments.source, environment, &progress)?;

    let registries = arguments.look_up_bases.then_some(Registries { source: &arguments.source, environment });
    let bases = bases.map(|list| Bases { list, registries });
    let scan = |opened: Opened, bases: Option<Bases<'_>>| -> Result<(Scanned, Vec<Vec<u8>>), Failure> {
        let vouched = vouching::look(&opened, &trust, &judging, &progress);
        let image_indexes = opened.image_indexes().to_vec();
        let beside = Beside { bases, vouched };
        let scanned = report(opened, &chosen, choice, beside, &intelligence, &judging, &progress)?;
        Ok((scanned, image_indexes))
    };
    let (mut scanned, image_indexes) = scan(opened, bases)?;
    // The server gets everything, whatever the options choose to show.
    let registered =
        registering.as_ref().map(|registering| registering.send(&arguments.target, &scanned.whole(), &image_indexes));
    let verdict = scanned.report.verdict.as_ref();
    let own_outcome = verdict.map(|verdict| judging::outcome(verdict, environment.language));
    if let Some(Ok(registered)) = &registered
        && scanned.report.verdict.is_none()
    {
        // Whoever names no policy of their own reads the server's reasons in the report.
        scanned.report.verdict.clone_from(&registered.verdict);
    }
    if let Some(earlier) = &earlier {
        scanned.notes.extend(earlier.compare(&mut scanned.report));
    }

    progress.clear();
    warning.iter().for_each(|warning| progress.warn(warning));
    scanned.notes.extend(output::without_place(&scanned.report, &destinations));
    scanned.notes.iter().for_each(|note| progress.note(note));
    let circumstances = output::Circumstances { hidden: scanned.left_out.len(), refuses_new: arguments.fail_on_new };
    output::write(&scanned.report, &destinations, circumstances, environment)?;
    // A server that is away costs the registration, not the report.
    let mut registered: Vec<Registered> = registered.transpose()?.into_iter().collect();
    let others = match (&registering, registered.first()) {
        (Some(registering), Some(first)) if registers_others(arguments) => {
            let open = |platform: Platform| {
                let source = SourceArguments { platform: Some(platform), ..arguments.source.clone() };
                open::open(&arguments.target, &source, environment, &progress)
            };
            register_others(registering, &arguments.target, &first.missing, open, |opened| scan(opened, None))
        }
        _ => Ok(Vec::new()),
    };
    let failed = others.map(|others| registered.extend(others)).err();
    for (at, one) in registered.iter().enumerate() {
        one.warning.iter().for_each(|warning| progress.warn(warning));
        // What the server does not know is told once, as it is in the end.
        progress.note(if at + 1 == registered.len() { &one.note } else { &one.short_note });
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    if let Some(outcome) = own_outcome.transpose()?.flatten() {
        return Ok(outcome);
    }
    if let Some(outcome) = registered.into_iter().find_map(|registered| registered.outcome) {
        return Ok(outcome);
    }
    if arguments.fail_on_new
        && let Some(outcome) = comparing::outcome(&scanned.report)
    {
        return Ok(outcome);
    }
    let has_gaps = !scanned.report.inventory.gaps.is_empty();
    Ok(if arguments.fail_on_gaps && has_gaps { Outcome::Gaps } else { Outcome::Good })
}

/// Whether the other images of an index are registered with the one that is reported: what lies on this machine nobody else
/// reads, where a server scans what a registry has. Whoever names a platform wants that one.
fn registers_others(arguments: &ScanArguments) -> bool {
    arguments.source.platform.is_none() && arguments.target.path().is_some()
}

/// Scans and registers those images of an index that the server does not know, as far as they are there.
fn register_others(
    registering: &Registering,
    target: &Target,
    missing: &[MissingImage],
    open: impl Fn(Platform) -> Result<Opened, Failure>,
    scan: impl Fn(Opened) -> Result<(Scanned, Vec<Vec<u8>>), Failure>,
) -> Result<Vec<Registered>, Failure> {
    let mut registered = Vec::new();
    for image in missing.iter().take(MOST_OTHERS) {
        let Ok(platform) = image.platform.parse::<Platform>() else { continue };
        let register = || -> Result<Option<Registered>, Failure> {
            let opened = match open(platform) {
                // A layout may hold one platform of an image and keep the whole index.
                Err(Failure::Work(error))
                    if matches!(error.downcast_ref(), Some(OpenImageError::NoSuchPlatform { .. })) =>
                {
                    return Ok(None);
                }
                opened => opened?,
            };
            if opened.target().digest.is_none_or(|digest| digest.to_string() != image.digest) {
                return Ok(None);
            }
            let (scanned, image_indexes) = scan(opened)?;
            registering.send(target, &scanned.whole(), &image_indexes).map(Some)
        };
        registered.extend(register().map_err(|failure| of_platform(failure, &image.platform))?);
    }
    Ok(registered)
}

/// Says for which platform an image could not be registered.
fn of_platform(failure: Failure, platform: &str) -> Failure {
    let sentence = format!("cannot register the image for {platform}");
    match failure {
        Failure::Usage(error) => Failure::Usage(error.context(sentence)),
        Failure::Work(error) => Failure::Work(error.context(sentence)),
        Failure::BrokenPipe => Failure::BrokenPipe,
    }
}

/// Index → match → judge.
pub(crate) fn report(
    mut opened: Opened,
    chosen: &Chosen,
    choice: &ChoiceArguments,
    beside: Beside<'_>,
    intelligence: &Database,
    judging: &Judging,
    progress: &Progress,
) -> Result<Scanned, Failure> {
    let target = opened.target();
    let kinds = kinds_in(&target, &chosen.kinds)?;
    let Indexed { mut inventory, mut findings, hashed } = opened.index(&chosen.detectors, progress)?;
    let Beside { bases, vouched } = beside;
    inventory.gaps.extend(vouched.gaps);
    inventory.gaps.extend(chosen.gaps.iter().cloned());
    let bases = bases.filter(|_| !matches!(target.kind, TargetKind::Rootfs | TargetKind::Container));
    if let (Some(bases), Some(image)) = (&bases, &mut inventory.image) {
        bases.list.mark(image, target.digest.as_ref());
    }
    intelligence.name_archives(&mut inventory);
    let options = MatchOptions { rhel_advisories: choice.rhel_advisories.clone(), ..MatchOptions::default() };
    if kinds.contains(&FindingKind::Vulnerability) {
        let matches = intelligence.match_inventory(&inventory, &options);
        inventory.gaps.extend(matches.gaps);
        findings.extend(matches.findings.into_iter().map(Finding::Vulnerability));
    }
    if chosen.kinds.contains(&FindingKind::License) {
        findings.extend(licenses::findings(&inventory.packages).into_iter().map(Finding::License));
    }
    if let Some(Bases { list, registries }) = bases {
        let (cache, options) = (opened.cache(), &options);
        let search = BaseSearch { bases: &list, intelligence, options, cache, registries, progress };
        let better = search.find(&inventory, &findings);
        if let Some(base) = inventory.image.as_mut().and_then(|image| image.base.as_mut()) {
            base.better = better;
        }
    }
    if kinds.contains(&FindingKind::Malware) {
        let matches = intelligence.match_files(&hashed);
        inventory.gaps.extend(matches.gaps);
        findings.extend(matches.findings.into_iter().map(Finding::Malware));
    }
    inventory.gaps.sort();
    inventory.gaps.dedup();
    Finding::sort(&mut findings);
    let mut report = ScanReport {
        target,
        inventory,
        detectors: kinds,
        findings,
        signatures: vouched.signatures,
        verdict: None,
        comparison: None,
        shown: Shown::default(),
        intelligence: Some(intelligence.facts()),
    };
    if let Some(damage) = intelligence.damage() {
        progress.warn(&format!("{damage}; what is known of some packages could not be read"));
    }
    // Policies see every finding; the options only choose which of them are shown.
    let mut notes: Vec<String> = not_in_a_bill(&report, &chosen.kinds).into_iter().collect();
    notes.extend(judging.judge(&mut report));
    report.shown = shown(choice);
    let (wanted, left_out) = report.findings.into_iter().partition(|finding| report.shown.takes_in(finding));
    report.findings = wanted;
    Ok(Scanned { report, left_out, notes })
}

impl Scanned {
    /// The report with what was not asked for.
    fn whole(&self) -> ScanReport {
        let mut whole = self.report.clone();
        whole.findings.extend(self.left_out.iter().cloned());
        whole.shown = Shown::default();
        Finding::sort(&mut whole.findings);
        whole
    }
}

/// The kinds that can be looked for in the target: a bill of materials names packages and has no files.
fn kinds_in(target: &ScanTarget, chosen: &BTreeSet<FindingKind>) -> Result<BTreeSet<FindingKind>, Failure> {
    if target.kind != TargetKind::Sbom {
        return Ok(chosen.clone());
    }
    let kinds: BTreeSet<FindingKind> =
        chosen.intersection(&[FindingKind::Vulnerability, FindingKind::License].into()).copied().collect();
    if kinds.is_empty() {
        let name = &target.name;
        return Err(Failure::usage(format!(
            "{name} is a bill of materials, which has no files to look into; use --detectors vulnerabilities,licenses"
        )));
    }
    Ok(kinds)
}

/// Says what was asked for and cannot be looked for in a bill of materials: the report would read as if nothing were there.
fn not_in_a_bill(report: &ScanReport, asked: &BTreeSet<FindingKind>) -> Option<String> {
    if report.target.kind != TargetKind::Sbom {
        return None;
    }
    let left: Vec<&str> = asked.difference(&report.detectors).map(|kind| kind.detector()).collect();
    (!left.is_empty()).then(|| {
        format!(
            "{} is a bill of materials, which has neither the files nor the whole configuration of an image; not looked for \
             in it: {}",
            report.target.name,
            left.join(", ")
        )
    })
}

fn shown(choice: &ChoiceArguments) -> Shown {
    Shown { severities: choice.severity.iter().copied().collect(), fixable_only: choice.fixable_only }
}

fn read_approved_bases(path: &Path) -> anyhow::Result<ApprovedBases> {
    let read = || -> anyhow::Result<ApprovedBases> {
        let mut text = String::new();
        File::open(path)?.take(LARGEST_LIST_BYTES).read_to_string(&mut text)?;
        Ok(text.parse()?)
    };
    read().with_context(|| format!("cannot use the list of approved base images {}", path.display()))
}
