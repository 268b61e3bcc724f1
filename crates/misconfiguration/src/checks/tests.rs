//! Every check's own examples, and the rules of the list.

use std::collections::BTreeSet;

use model::{Healthcheck, PhraseBook};

use crate::check::{Check, Rule, checks};
use crate::{FileFact, ImageConfiguration, ImageFile, LeftOver, Options, Tree, check};

/// Where an example of a check stands, as its kind or its beginning tells.
pub(crate) fn path_of(check: &Check, example: &str) -> &'static str {
    match check.rule {
        Rule::Dockerfile(_) => "Dockerfile",
        Rule::Kubernetes(_) => "manifest.yaml",
        Rule::Cloud(_) if example.trim_start().starts_with('{') => "azuredeploy.json",
        Rule::Cloud(_) if example.lines().any(|line| line.starts_with("Resources:")) => "template.yaml",
        Rule::Cloud(_) => "main.tf",
        Rule::Compose(_) => "compose.yaml",
        Rule::Github(_) => ".github/workflows/ci.yaml",
        Rule::Ansible(_) => "tasks/main.yaml",
        Rule::Image(_) => "image",
    }
}

/// Whether an example fails its check; the gaps, where it cannot be read.
fn fails(check_: &Check, example: &str) -> Result<bool, String> {
    let path = path_of(check_, example);
    if let Rule::Image(rule) = check_.rule {
        let mut found = check::Found::default();
        rule(&image(example), &mut found);
        return Ok(!found.failures.is_empty());
    }
    let mut tree = Tree::new();
    tree.insert(path.to_owned().into(), example.as_bytes()).unwrap();
    let options = Options { today: Some("2026-01-01".to_owned()), ..Options::default() };
    let checked = check(&tree, &options);
    match checked.gaps.first() {
        Some(gap) => Err(gap.reason.clone()),
        None => Ok(checked.findings.iter().any(|finding| finding.id == check_.id)),
    }
}

/// An image's configuration in lines: `USER x`, `ENV a=b`, `EXPOSE 22`, `HEALTHCHECK`, `NAME x`, its history, and its
/// files: `SETUID path`, `SETGID path`, `CAPABILITY path`, `WRITABLE path`, `LEFT path`.
fn image(example: &str) -> ImageConfiguration {
    let mut image = ImageConfiguration::default();
    image.facts.healthcheck = Healthcheck::Absent;
    image.facts.user = Some(String::new());
    for line in example.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("USER", user) => image.facts.user = Some(user.to_owned()),
            ("ENV", variable) => image.facts.environment.push(variable.to_owned()),
            ("EXPOSE", port) => image.facts.exposed_ports.push(port.to_owned()),
            ("HEALTHCHECK", _) => image.facts.healthcheck = Healthcheck::Set,
            ("NAME", name) => image.name = Some(name.to_owned()),
            ("SETUID", path) => add(&mut image, path, FileFact::SetId { user: true, group: false }),
            ("SETGID", path) => add(&mut image, path, FileFact::SetId { user: false, group: true }),
            ("CAPABILITY", path) => add(&mut image, path, FileFact::Capabilities(vec!["cap_net_raw".to_owned()])),
            ("WRITABLE", path) => add(&mut image, path, FileFact::WritableFolder),
            ("LEFT", path) => {
                let (whose, folder) = LeftOver::of(path, 1 << 20).unwrap();
                add(&mut image, folder, FileFact::LeftOver(whose));
            }
            ("LABEL", label) => {
                let (key, value) = label.split_once('=').unwrap();
                image.facts.labels.insert(key.to_owned(), value.to_owned());
            }
            _ => image.facts.empty_history.push(line.to_owned()),
        }
    }
    image
}

fn add(image: &mut ImageConfiguration, path: &str, what: FileFact) {
    image.files.push(ImageFile { path: path.to_owned().into(), what });
}

#[test]
fn bad_examples_fail_and_good_ones_pass() {
    let mut wrong = Vec::new();
    for check in checks() {
        for bad in check.examples.bad {
            if fails(check, bad) != Ok(true) {
                wrong.push(format!("{} does not fail ({:?}):\n{bad}", check.id, fails(check, bad)));
            }
        }
        for good in check.examples.good {
            if fails(check, good) != Ok(false) {
                wrong.push(format!("{} does not pass ({:?}):\n{good}", check.id, fails(check, good)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_check_has_two_examples_of_each_kind() {
    for check in checks() {
        assert!(check.examples.bad.len() >= 2 && check.examples.good.len() >= 2, "{}", check.id);
    }
}

#[test]
fn ids_are_unique_and_texts_are_sentences() {
    let mut ids = BTreeSet::new();
    for check in checks() {
        assert!(ids.insert(check.id), "{} is given twice", check.id);
        assert!(check.id.starts_with("BHD-"), "{}", check.id);
        assert!(!check.title.ends_with('.') && check.remedy.ends_with('.'), "{}", check.id);
        for alias in check.aliases {
            let known = checks().iter().filter(|other| other.is_called(alias)).count();
            assert_eq!(known, 1, "{alias} is an alias of {known} checks");
        }
    }
}

/// The Japanese of the checks, where reports for people take it from.
fn japanese() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../../content/messages/checks.ja.json")).unwrap()
}

fn book(pairs: &serde_json::Value) -> PhraseBook {
    let pairs = pairs.as_object().into_iter().flatten();
    PhraseBook::new(pairs.map(|(english, japanese)| (english.as_str(), japanese.as_str().unwrap())))
}

#[test]
fn every_check_is_written_in_japanese_too() {
    let words = japanese();
    let written = words["checks"].as_object().unwrap();
    for check in checks() {
        let block = written.get(check.id).unwrap_or_else(|| {
            panic!(
                "content/messages/checks.ja.json has no block for {}: write its title, remedy and messages",
                check.id
            )
        });
        let [title, remedy] = ["title", "remedy"].map(|key| block[key].as_str().unwrap_or_default());
        assert!(!title.is_empty() && !title.ends_with('。'), "the Japanese title of {} is a noun phrase", check.id);
        assert!(remedy.ends_with('。'), "the Japanese remedy of {} is a sentence", check.id);
        let names = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
        assert_eq!(names(check.remedy), names(remedy), "{}: both remedies quote the same", check.id);
    }
    for id in written.keys() {
        assert!(checks().iter().any(|check| check.id == id), "{id} is no check");
    }
}

#[test]
fn every_message_of_a_bad_example_is_said_in_japanese() {
    let words = japanese();
    let shared = book(&words["shared"]);
    let mut unsaid = BTreeSet::new();
    for check in checks() {
        let own = book(&words["checks"][check.id]["messages"]);
        for example in check.examples.bad {
            for message in messages(check, example) {
                if PhraseBook::translate(&[&own, &shared], &message).is_none() {
                    unsaid.insert(format!("{}: {message}", check.id));
                }
            }
        }
    }
    assert!(unsaid.is_empty(), "content/messages/checks.ja.json has no phrase for: {unsaid:#?}");
}

/// What a check says of an example.
fn messages(check_: &Check, example: &str) -> Vec<String> {
    if let Rule::Image(rule) = check_.rule {
        let mut found = check::Found::default();
        rule(&image(example), &mut found);
        return found.failures.into_iter().map(|failure| failure.message).collect();
    }
    let mut tree = Tree::new();
    tree.insert(path_of(check_, example).to_owned().into(), example.as_bytes()).unwrap();
    let options = Options { today: Some("2026-01-01".to_owned()), ..Options::default() };
    let findings = check(&tree, &options).findings.into_iter();
    findings.filter(|finding| finding.id == check_.id).map(|finding| finding.message).collect()
}
