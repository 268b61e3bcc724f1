//! Misconfigurations of a folder's files or of an image's configuration, as findings.

use std::collections::BTreeMap;

use misconfiguration::{Checked, FileFact, ImageConfiguration, ImageFile, LeftOver, Options, Tree};
use model::{Finding, Gap, ImageFacts, UntrustedPath};
use secrets::Place;

use crate::capability_names::capability_name;
use crate::masking::Masker;
use crate::remarks::{Remark, SET_GID, SET_UID};

/// What checking gives: findings, and what could not be checked.
pub(crate) type Outcome = (Vec<Finding>, Vec<Gap>);

/// The ids of all checks of configuration, the aliases that others know them by included.
pub fn check_ids() -> Vec<&'static str> {
    let of_check =
        |check: &&'static misconfiguration::Check| std::iter::once(check.id).chain(check.aliases.iter().copied());
    misconfiguration::checks().iter().flat_map(of_check).collect()
}

/// Checks the files that were taken in.
pub(crate) fn of_tree(tree: &Tree, today: Option<&str>, masker: &Masker<'_>) -> Outcome {
    let (mut findings, mut gaps) = findings(misconfiguration::check(tree, &options(today)), false);
    mask_quotes(tree, masker, &mut findings, &mut gaps);
    (findings, gaps)
}

/// Masks what findings and gaps quote of the files they are about. The files go by their names alone: what stands in a
/// folder of tests is not said in clear either.
fn mask_quotes(tree: &Tree, masker: &Masker<'_>, findings: &mut [Finding], gaps: &mut [Gap]) {
    let mut of_file: BTreeMap<String, Masker<'_>> = BTreeMap::new();
    let found = findings.iter_mut().filter_map(|finding| match finding {
        Finding::Misconfiguration(found) => Some((&found.path, &mut found.message)),
        Finding::Vulnerability(_) | Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) => None,
    });
    for (path, words) in found.chain(gaps.iter_mut().map(|gap| (&gap.path, &mut gap.reason))) {
        let of_file = of_file.entry(path.clone()).or_insert_with(|| {
            let mut of_file = masker.clone();
            let name = path.rsplit('/').next().unwrap_or(path);
            tree.get(path).into_iter().for_each(|text| of_file.learn(text, Place::file(name)));
            of_file
        });
        of_file.mask_sentence(words);
    }
}

/// Checks what an image says of itself, and what stands out among its files: path, layer and remark, in the order of the
/// paths.
pub(crate) fn of_image<'a>(
    name: Option<&str>,
    facts: &ImageFacts,
    remarks: impl Iterator<Item = (&'a str, u32, &'a Remark)>,
    today: Option<&str>,
) -> Outcome {
    let (mut files, mut layers) = (Vec::new(), BTreeMap::new());
    for (path, layer, remark) in remarks {
        for (path, what) in facts_of(path, remark) {
            // Of a folder with left-overs the uppermost layer counts.
            let known = layers.entry(path.to_owned()).or_insert(layer);
            *known = layer.max(*known);
            files.push(ImageFile { path: UntrustedPath::normalise(path), what });
        }
    }
    let name = name.map(str::to_owned);
    let image = ImageConfiguration { facts: facts.clone(), name, files };
    let (mut findings, gaps) = findings(misconfiguration::check_image(&image, &options(today)), true);
    for finding in &mut findings {
        if let Finding::Misconfiguration(found) = finding {
            // The configuration has no path, and comes from no one layer.
            found.layer = layers.get(&found.path).copied().filter(|_| !found.path.is_empty());
        }
    }
    (findings, gaps)
}

/// What a remark says, and of which path.
fn facts_of<'a>(path: &'a str, remark: &Remark) -> Vec<(&'a str, FileFact)> {
    match remark {
        Remark::WritableFolder => vec![(path, FileFact::WritableFolder)],
        Remark::LeftOver => {
            let left_over = LeftOver::of(path, u64::MAX);
            left_over.map(|(whose, folder)| (folder, FileFact::LeftOver(whose))).into_iter().collect()
        }
        Remark::Privileged { mode, capabilities } => {
            let (user, group) = (mode & SET_UID != 0, mode & SET_GID != 0);
            let set_id = (user || group).then_some((path, FileFact::SetId { user, group }));
            let names: Vec<String> = capabilities.iter().map(|number| capability_name(*number)).collect();
            let capabilities = (!names.is_empty()).then_some((path, FileFact::Capabilities(names)));
            set_id.into_iter().chain(capabilities).collect()
        }
    }
}

fn options(today: Option<&str>) -> Options {
    Options { today: today.map(str::to_owned), ..Options::default() }
}

fn findings(checked: Checked, is_of_image: bool) -> Outcome {
    let of_one = |found: misconfiguration::Misconfiguration| {
        let mut aliases: Vec<String> = found.aliases.iter().map(|alias| (*alias).to_owned()).collect();
        aliases.sort();
        Finding::Misconfiguration(model::Misconfiguration {
            path: match found.path.as_str() {
                ImageConfiguration::PATH if is_of_image => String::new(),
                path => path.to_owned(),
            },
            line: Some(found.line).filter(|line| *line > 0),
            id: found.id.to_owned(),
            aliases,
            severity: found.severity,
            title: found.title.to_owned(),
            message: found.message,
            remedy: Some(found.remedy.to_owned()).filter(|remedy| !remedy.is_empty()),
            layer: None,
            excepted_by: None,
        })
    };
    (checked.findings.into_iter().map(of_one).collect(), checked.gaps)
}
