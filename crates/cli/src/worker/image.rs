//! A job is done: an image is indexed, a registry listed or tried.

use std::path::PathBuf;

use api::jobs::{JobAnswer, LeasedJob, LeasedRegistry, Work};
use api::registries::Cause;
use formats::{Format, Language, WriteOptions};
use model::{Finding, FindingKind, ImageName, ScanReport, ScanTarget, TargetKind};
use oci::registry::open_one_of;
use oci::{Cache, Image};
use scanner::{IndexOptions, Indexed};
use serde_json::value::RawValue;
use signatures::Trust;

use super::causes::{Undone, detailed};
use super::lists::Lists;
use super::registry::{Reach, test};
use super::{listing, say};
use crate::arguments::{Detector, DetectorArguments};
use crate::detectors::{self, Chosen};
use crate::environment::Environment;
use crate::installed;
use crate::open::CACHE_LIMIT_BYTES;
use crate::register::LARGEST_IMAGE_INDEXES_BYTES;
use crate::vouching::{self, Vouched};

/// The largest index that is sent, in bytes: the server takes no more.
const LARGEST_INDEX_BYTES: usize = 120 << 20;

/// Does jobs, one at a time.
pub(super) struct Doer {
    cache: Option<PathBuf>,
    environment: Environment,
    lists: Lists,
    /// By which keys and roots signatures are verified.
    trust: Trust,
}

impl Doer {
    pub(super) fn new(cache: Option<PathBuf>, environment: Environment, lists: Lists, trust: Trust) -> Doer {
        Doer { cache, environment, lists, trust }
    }

    pub(super) fn run(&self, job: &LeasedJob) -> Result<JobAnswer, Undone> {
        let reach = Reach::new(&job.registry, &self.environment)?;
        let mut answer =
            JobAnswer { lease: job.lease.clone(), index: None, image_indexes: Vec::new(), listing: None, steps: None };
        match &job.work {
            Work::Scan { repository, tag, digest } => {
                let names = names(&job.registry, repository, tag.as_deref(), digest.as_deref())?;
                let (index, image_indexes) = self.index(names, &reach, job)?;
                (answer.index, answer.image_indexes) = (Some(index), image_indexes);
            }
            Work::List { rules } => answer.listing = Some(listing::list(&job.registry, rules, &reach)?),
            Work::Test { repository } => answer.steps = Some(test(&job.registry, repository.as_deref(), &reach)),
            Work::Export { .. } | Work::Bulk { .. } | Work::DryRun { .. } => {
                return Err(Undone::for_good(Cause::new("job.not_for_workers")));
            }
        }
        Ok(answer)
    }

    /// The index of an image: what `bulkhead scan` reports of it, but for what the intelligence knows; and the documents of the
    /// image indexes through which it was found.
    fn index(
        &self,
        (asked, shown): (ImageName, String),
        reach: &Reach,
        job: &LeasedJob,
    ) -> Result<(Box<RawValue>, Vec<String>), Undone> {
        let mut chosen = choose()?;
        let lists = job.malware_lists.as_deref().map(|key| self.lists.get(key)).transpose()?;
        lists.iter().for_each(|lists| chosen.prepare_for(lists));
        let Chosen { kinds, detectors, .. } = chosen;
        let cache = self.cache.as_ref().and_then(|folder| {
            Cache::open(folder, CACHE_LIMIT_BYTES)
                .inspect_err(|error| say(&format!("going on without a cache: {error}")))
                .ok()
        });
        let mut image = open_one_of(&asked, &reach.options)?;
        let indexes = documents(std::mem::take(&mut image.indexes))?;
        let target = ScanTarget {
            name: shown,
            kind: TargetKind::Image,
            digest: image.digest.clone(),
            platform: image.platform.clone(),
        };
        let options = IndexOptions {
            cache: cache.as_ref(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            detectors: Some(&detectors),
            is_asked_by_name: false,
        };
        let vouched = self.vouched(&image, job.wants_signatures);
        let Indexed { mut inventory, mut findings, hashed } = scanner::index_image(&image, &options)?;
        inventory.gaps.extend(vouched.gaps);
        if let Some(lists) = lists {
            let matches = lists.match_files(&hashed);
            inventory.gaps.extend(matches.gaps);
            findings.extend(matches.findings.into_iter().map(Finding::Malware));
        }
        findings.extend(licenses::findings(&inventory.packages).into_iter().map(Finding::License));
        inventory.gaps.sort();
        inventory.gaps.dedup();
        Finding::sort(&mut findings);
        let report = ScanReport {
            target,
            inventory,
            detectors: kinds,
            findings,
            signatures: vouched.signatures,
            verdict: None,
            comparison: None,
            shown: model::Shown::default(),
            intelligence: None,
        };
        Ok((written(&report)?, indexes))
    }
}

/// The documents of image indexes as text.
fn documents(indexes: Vec<Vec<u8>>) -> Result<Vec<String>, Undone> {
    if indexes.iter().map(Vec::len).sum::<usize>() > LARGEST_IMAGE_INDEXES_BYTES {
        let cause = Cause::new("image.index_too_large").with("limit_bytes", LARGEST_IMAGE_INDEXES_BYTES);
        return Err(Undone::for_good(cause));
    }
    let text = |bytes| String::from_utf8(bytes).map_err(|error| Undone::for_good(detailed("image.unreadable", &error)));
    indexes.into_iter().map(text).collect()
}

impl Doer {
    /// Who signed the image. In a registry that takes requests, which are made where a policy asks, or this worker was told
    /// whom to trust.
    fn vouched(&self, image: &Image, is_asked: bool) -> Vouched {
        if !is_asked && self.trust.is_empty() {
            return Vouched::default();
        }
        let companions = image.companions(&signatures::is_evidence);
        vouching::judge(companions, TargetKind::Image, &self.trust, installed::clock())
    }
}

/// What is asked of the registry, and the name under which the image is told.
fn names(
    registry: &LeasedRegistry,
    repository: &str,
    tag: Option<&str>,
    digest: Option<&str>,
) -> Result<(ImageName, String), Undone> {
    let by_tag = format!("{}/{repository}:{}", registry.address, tag.unwrap_or("latest"));
    let by_digest = digest.map(|digest| format!("{}/{repository}@{digest}", registry.address));
    let asked = by_digest.clone().unwrap_or_else(|| by_tag.clone());
    let asked: ImageName = asked.parse().map_err(|error| Undone::for_good(detailed("job.unreadable", &error)))?;
    let shown = match (tag, by_digest) {
        (None, Some(by_digest)) => by_digest,
        _ => by_tag,
    };
    Ok((asked, shown))
}

fn choose() -> Result<Chosen, Undone> {
    let arguments = DetectorArguments {
        detectors: vec![Detector::Secrets, Detector::Malware, Detector::Licenses, Detector::Misconfigurations],
        secret_rules: Vec::new(),
        rules: Vec::new(),
        license_texts: false,
        clamd: None,
    };
    let chosen = detectors::choose(&arguments, &|_| {}).map_err(|_| Undone::for_good(Cause::new("worker.defect")))?;
    debug_assert!(!chosen.kinds.contains(&FindingKind::Vulnerability), "the server matches, again and again");
    Ok(chosen)
}

fn written(report: &ScanReport) -> Result<Box<RawValue>, Undone> {
    let options = WriteOptions {
        language: Language::English,
        color: false,
        width: None,
        time: None,
        hidden: 0,
        refuses_new: false,
    };
    let mut bytes = Vec::new();
    let too_large = || Undone::for_good(Cause::new("image.index_too_large").with("limit_bytes", LARGEST_INDEX_BYTES));
    let mut out = Bounded { bytes: &mut bytes };
    formats::write(report, Format::Json, &options, &mut out).map_err(|_| too_large())?;
    let text = String::from_utf8(bytes).map_err(|error| Undone::for_good(detailed("worker.defect", &error)))?;
    RawValue::from_string(text).map_err(|error| Undone::for_good(detailed("worker.defect", &error)))
}

/// Takes so many bytes and no more.
struct Bounded<'a> {
    bytes: &'a mut Vec<u8>,
}

impl std::io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST_INDEX_BYTES {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
