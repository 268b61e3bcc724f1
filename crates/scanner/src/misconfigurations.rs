//! Misconfigurations of a folder's files or of an image's configuration, as findings.

use misconfiguration::{Checked, ImageConfiguration, Options, Tree};
use model::{Finding, Gap, ImageFacts};

/// What checking gives: findings, and what could not be checked.
pub(crate) type Outcome = (Vec<Finding>, Vec<Gap>);

/// Checks the files that were taken in.
pub(crate) fn of_tree(tree: &Tree, today: Option<&str>) -> Outcome {
    findings(misconfiguration::check(tree, &options(today)), false)
}

/// Checks what an image says of itself.
pub(crate) fn of_image(name: &str, facts: &ImageFacts, today: Option<&str>) -> Outcome {
    let image = ImageConfiguration {
        facts: facts.clone(),
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        ..ImageConfiguration::default()
    };
    findings(misconfiguration::check_image(&image, &options(today)), true)
}

fn options(today: Option<&str>) -> Options {
    Options { today: today.map(str::to_owned), ..Options::default() }
}

fn findings(checked: Checked, is_of_image: bool) -> Outcome {
    let of_one = |found: misconfiguration::Misconfiguration| {
        let mut aliases: Vec<String> = found.aliases.iter().map(|alias| (*alias).to_owned()).collect();
        aliases.sort();
        Finding::Misconfiguration(model::Misconfiguration {
            path: if is_of_image { String::new() } else { found.path.as_str().to_owned() },
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
