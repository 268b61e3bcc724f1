//! Secrets in what an image says of itself: its environment, labels, history and build arguments.

use std::collections::BTreeSet;

use model::{Finding, ImageFacts, SecretFinding, SecretLocation};
use secrets::{FoundSecret, Place, PlaceKind, SecretRules};

/// Looks for secrets in the configuration of an image, and masks them where they stand in its facts: what a report says of
/// the image must not give away what it found there.
pub(crate) fn find(rules: &SecretRules, image: &mut ImageFacts) -> Vec<Finding> {
    let (findings, masks) = search(rules, image);
    let texts = image.environment.iter_mut().chain(image.labels.values_mut()).chain(&mut image.empty_history);
    for text in texts.chain(image.layers.iter_mut().filter_map(|layer| layer.created_by.as_mut())) {
        for (secret, masked) in &masks {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), masked);
            }
        }
    }
    findings
}

/// The findings, and what to put in place of which text.
fn search(rules: &SecretRules, image: &ImageFacts) -> (Vec<Finding>, Vec<(String, String)>) {
    let mut texts: Vec<(SecretLocation, &str, String, Option<u32>)> = Vec::new();
    for variable in &image.environment {
        let name = variable.split('=').next().unwrap_or_default();
        texts.push((SecretLocation::Environment, name, variable.clone(), None));
    }
    for (name, value) in &image.labels {
        texts.push((SecretLocation::Label, name, format!("{name}={value}"), None));
    }
    let made_layers = image
        .layers
        .iter()
        .enumerate()
        .filter_map(|(number, layer)| Some((layer.created_by.as_deref()?, u32::try_from(number).ok())));
    for (command, layer) in made_layers.chain(image.empty_history.iter().map(|command| (command.as_str(), None))) {
        let (arguments, rest) = build_arguments(command);
        for argument in arguments {
            let name = argument.split('=').next().unwrap_or_default();
            texts.push((SecretLocation::Argument, name, argument.to_owned(), layer));
        }
        texts.push((SecretLocation::History, "", rest.to_owned(), layer));
    }
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    let mut masks = Vec::new();
    for (location, name, text, layer) in &texts {
        let kind = match location {
            SecretLocation::Environment => PlaceKind::Environment,
            SecretLocation::Label => PlaceKind::Label,
            SecretLocation::Argument => PlaceKind::Argument,
            SecretLocation::History | SecretLocation::File => PlaceKind::History,
        };
        for secret in rules.scan(text.as_bytes(), Place::of(kind)).secrets {
            masks.extend(mask(text, name, &secret));
            // A variable or label that is set stands in the history of the command that set it as well.
            let is_first = seen.insert((secret.rule.clone(), secret.matched.clone()));
            if is_first || *location != SecretLocation::History {
                findings.push(finding(secret, *location, name, *layer));
            }
        }
    }
    // The longest first, so that no shorter one breaks it up.
    masks.sort_by_key(|(secret, _): &(String, String)| std::cmp::Reverse(secret.len()));
    (findings, masks)
}

/// The match in a text, and what stands for it; without `name=` in front of it, because values of labels stand alone.
fn mask(text: &str, name: &str, secret: &FoundSecret) -> Option<(String, String)> {
    let (start, end) = (usize::try_from(secret.start).ok()?, usize::try_from(secret.end).ok()?);
    let found = text.get(start..end)?;
    let without_name = |text| Some(text).and_then(|text: &str| text.strip_prefix(name)?.strip_prefix('='));
    let value = without_name(found).filter(|_| !name.is_empty()).unwrap_or(found);
    let masked = without_name(&secret.matched).filter(|_| !name.is_empty()).unwrap_or(&secret.matched);
    (!value.is_empty()).then(|| (value.to_owned(), masked.to_owned()))
}

/// The build arguments that a command of the history begins with (`|2 NAME=value NAME=value /bin/sh -c …`), and the rest.
fn build_arguments(command: &str) -> (Vec<&str>, &str) {
    let command = command.strip_prefix("RUN ").unwrap_or(command);
    let counted = command.strip_prefix('|').and_then(|rest| {
        let (count, rest) = rest.split_once(' ')?;
        Some((count.parse::<usize>().ok()?, rest))
    });
    let Some((count, mut rest)) = counted else { return (Vec::new(), command) };
    let mut arguments = Vec::new();
    for _ in 0..count {
        // A value with spaces in it cannot be told from the next word; what is cut off stays in the rest.
        let Some((argument, after)) = rest.split_once(' ') else { break };
        if !argument.contains('=') {
            break;
        }
        arguments.push(argument);
        rest = after;
    }
    (arguments, rest)
}

fn finding(secret: FoundSecret, location: SecretLocation, name: &str, layer: Option<u32>) -> Finding {
    Finding::Secret(SecretFinding {
        location,
        path: name.to_owned(),
        line: None,
        rule: secret.rule.to_string(),
        title: secret.title.to_string(),
        matched: secret.matched,
        severity: secret.severity,
        category: secret.category.to_string(),
        layer,
        excepted_by: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_masked_wherever_it_stands() {
        let mut image = ImageFacts {
            environment: vec!["DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4==".into(), "HOME=/root".into()],
            empty_history: vec!["ENV DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4==".into(), "ENV A=b".into()],
            ..ImageFacts::default()
        };
        assert!(!find(&SecretRules::builtin(), &mut image).is_empty());
        let texts = [&image.environment[..], &image.empty_history[..]].concat();
        assert!(!texts.concat().contains("vQ2pLm7Z"), "{texts:?}");
        assert_eq!((texts[1].as_str(), texts[3].as_str()), ("HOME=/root", "ENV A=b"));
        assert!(texts[0].starts_with("DATABASE_PASSWORD="), "{texts:?}");
    }

    #[test]
    fn build_arguments_stand_in_front_of_the_command() {
        let check = |command: &str, arguments: &[&str], rest: &str| {
            assert_eq!(build_arguments(command), (arguments.to_vec(), rest), "{command}");
        };
        check("RUN |2 A=1 B=2 /bin/sh -c make # buildkit", &["A=1", "B=2"], "/bin/sh -c make # buildkit");
        check("|1 A=1 /bin/sh -c make", &["A=1"], "/bin/sh -c make");
        check("|3 A=1 two words", &["A=1"], "two words");
        check("/bin/sh -c a | b", &[], "/bin/sh -c a | b");
        check("|x A=1 b", &[], "|x A=1 b");
    }
}
