//! Secrets in what an image says of itself: its environment, labels, history, build arguments, and every other text of its
//! configuration and annotations.

use std::collections::BTreeSet;
use std::ops::Range;

use model::{Finding, ImageFacts, SecretFinding, SecretLocation};
use oci::ImageConfig;
use secrets::{FoundSecret, Place, PlaceKind};

use crate::masking::Masker;
use crate::secret_numbers::Numbers;

/// Looks for secrets in the configuration of an image, and masks them where they stand in its facts: what a report says of
/// the image must not give away what it found there.
pub(crate) fn find(masker: &mut Masker<'_>, image: &mut ImageFacts, config: &ImageConfig) -> Vec<Finding> {
    let findings = search(masker, texts(image, config));
    let facts = image.environment.iter_mut().chain(image.labels.values_mut()).chain(image.annotations.values_mut());
    let commands = image.layers.iter_mut().filter_map(|layer| layer.created_by.as_mut());
    facts.chain(&mut image.empty_history).chain(commands).for_each(|text| masker.mask(text));
    findings
}

/// A text that is searched.
struct Searched {
    location: SecretLocation,
    /// What the finding is called by: a variable, or a place in the configuration.
    name: String,
    text: String,
    layer: Option<u32>,
}

/// The table of places: every text of an image's configuration that somebody wrote, those first that are named when a
/// secret stands in several.
fn texts(image: &ImageFacts, config: &ImageConfig) -> Vec<Searched> {
    let searched =
        |location, name: &str, text: String, layer| Searched { location, name: name.to_owned(), text, layer };
    let mut texts = Vec::new();
    for variable in &image.environment {
        let name = variable.split('=').next().unwrap_or_default();
        texts.push(searched(SecretLocation::Environment, name, variable.clone(), None));
    }
    for (name, value) in &image.labels {
        texts.push(searched(SecretLocation::Label, name, format!("{name}={value}"), None));
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
            texts.push(searched(SecretLocation::Argument, name, argument.to_owned(), layer));
        }
        texts.push(searched(SecretLocation::History, "", rest.to_owned(), layer));
    }
    for (name, value) in &image.annotations {
        let place = format!("annotations.{name}");
        texts.push(searched(SecretLocation::Configuration, &place, format!("{name}={value}"), None));
    }
    for text in &config.texts {
        let layer = text.step.and_then(|step| layer_of(step, config, image));
        texts.push(searched(SecretLocation::Configuration, &text.place, text.text.clone(), layer));
    }
    texts
}

/// The layer that a step of the history made, where the history fits the layers.
fn layer_of(step: usize, config: &ImageConfig, image: &ImageFacts) -> Option<u32> {
    let makes_layer = |step: &&oci::HistoryEntry| !step.empty_layer;
    let fits = config.history.iter().filter(makes_layer).count() == image.layers.len();
    config.history.get(step).filter(makes_layer).filter(|_| fits)?;
    u32::try_from(config.history[..step].iter().filter(makes_layer).count()).ok()
}

/// The findings; the masker learns of the values.
fn search(masker: &mut Masker<'_>, texts: Vec<Searched>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut numbers = Numbers::default();
    let mut findings = Vec::new();
    for Searched { location, name, text, layer } in &texts {
        let kind = match location {
            SecretLocation::Environment => PlaceKind::Environment,
            SecretLocation::Label => PlaceKind::Label,
            SecretLocation::Argument => PlaceKind::Argument,
            SecretLocation::History | SecretLocation::Configuration | SecretLocation::File => PlaceKind::History,
        };
        masker.learn(text, Place::of(kind));
        for secret in masker.rules().scan(text.as_bytes(), Place::of(kind)).secrets {
            // A variable or label that is set stands in the history of the command that set it as well, and in what a
            // builder keeps of the last container.
            // Two secrets may look the same once they are masked, so that they are told apart by what they are.
            let is_first = seen.insert((secret.rule.clone(), found_in(text, &(secret.start..secret.end))));
            if is_first || !matches!(location, SecretLocation::History | SecretLocation::Configuration) {
                let value = found_in(text, &secret.value).unwrap_or_default().to_owned();
                findings.push(numbers.numbered(value, finding(secret, *location, name, *layer)));
            }
        }
    }
    findings
}

/// What stands in a text where something was found.
fn found_in<'a>(text: &'a str, place: &Range<u64>) -> Option<&'a str> {
    text.get(usize::try_from(place.start).ok()?..usize::try_from(place.end).ok()?)
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

fn finding(secret: FoundSecret, location: SecretLocation, name: &str, layer: Option<u32>) -> SecretFinding {
    SecretFinding {
        location,
        path: name.to_owned(),
        line: None,
        rule: secret.rule.to_string(),
        title: secret.title.to_string(),
        matched: secret.matched,
        number: None,
        severity: secret.severity,
        category: secret.category.to_string(),
        layer,
        removed_in: None,
        excepted_by: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_the_same_masked_are_told_one_by_one() {
        let step = |word: &str| format!("RUN curl -u ci:{word} https://a.b && curl -u ci:{word}z https://a.b");
        let mut image = ImageFacts {
            environment: vec!["URLS=redis://:kR8spq2x@a:6379 redis://:Zx91kd9w@a:6379 redis://:kR8spq2x@a:6379".into()],
            empty_history: vec![step("kR8spq2x"), step("Qw3rTz8u"), step("kR8spq2x")],
            ..ImageFacts::default()
        };
        let findings = find(&mut Masker::new(None), &mut image, &ImageConfig::default());
        let told: Vec<_> = findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Secret(secret) => Some((secret.location.as_str(), secret.number)),
                _ => None,
            })
            .collect();
        let history = [None, Some(2), Some(3), Some(4)].map(|number| ("history", number));
        assert_eq!(
            told,
            [&[("environment", None), ("environment", Some(2)), ("environment", None)][..], &history].concat()
        );
    }

    #[test]
    fn what_is_found_is_masked_wherever_it_stands() {
        let mut image = ImageFacts {
            environment: vec!["DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4==".into(), "HOME=/root".into()],
            empty_history: vec!["ENV DATABASE_PASSWORD=xK9-vQ2pLm7ZwTr4==".into(), "ENV A=b".into()],
            ..ImageFacts::default()
        };
        assert!(!find(&mut Masker::new(None), &mut image, &ImageConfig::default()).is_empty());
        let texts = [&image.environment[..], &image.empty_history[..]].concat();
        assert!(!texts.concat().contains("vQ2pLm7Z"), "{texts:?}");
        assert_eq!((texts[1].as_str(), texts[3].as_str()), ("HOME=/root", "ENV A=b"));
        assert!(texts[0].starts_with("DATABASE_PASSWORD="), "{texts:?}");
    }

    #[test]
    fn passwords_given_to_commands_are_found_in_the_history_and_masked_there() {
        for command in [
            "redis-cli -h cache -a Xk29fLq8wzPp ping",
            "mongosh -u admin -p Xk29fLq8wzPp",
            "helm registry login reg.corp -u ci -p Xk29fLq8wzPp",
            "keytool -list -keystore a.jks -storepass Xk29fLq8wzPp",
            "openssl rsa -in k -passin pass:Xk29fLq8wzPp",
            "echo Xk29fLq8wzPp | passwd --stdin root",
            "7z a -pXk29fLq8wzPp a.7z src",
        ] {
            let step = format!("RUN /bin/sh -c {command} # buildkit");
            let mut image = ImageFacts { empty_history: vec![step], ..ImageFacts::default() };
            let findings = find(&mut Masker::new(None), &mut image, &ImageConfig::default());
            assert_eq!(findings.len(), 1, "{command}");
            assert!(!image.empty_history[0].contains("Xk29fLq8wzPp"), "{:?}", image.empty_history);
        }
    }

    #[test]
    fn every_text_of_a_configuration_is_searched_and_its_place_is_named() {
        let step = |command: &str, empty_layer| oci::HistoryEntry { created_by: command.to_owned(), empty_layer };
        let text = |place: &str, text: &str, step| oci::ConfigText { place: place.into(), text: text.into(), step };
        let secret = |number: u32| format!("--password=xK9-vQ2pLm7ZwTr{number}= x");
        let config = ImageConfig {
            history: vec![step("ENV A=b", true), step("RUN a", false), step("RUN b", false)],
            texts: vec![
                text("config.Entrypoint", &secret(1), None),
                text("config.Healthcheck", &secret(2), None),
                text("history.comment", &secret(3), Some(2)),
                text("author", &secret(1), None),
            ],
            ..ImageConfig::default()
        };
        let layer = || model::LayerFacts { digest: None, diff_id: None, created_by: None, size_bytes: 1, base: None };
        let mut image = ImageFacts {
            layers: vec![layer(), layer()],
            annotations: [("note".to_owned(), format!("PASSWORD={}", "xK9-vQ2pLm7ZwTr4=="))].into(),
            ..ImageFacts::default()
        };
        let findings = find(&mut Masker::new(None), &mut image, &config);
        let places: Vec<_> = findings
            .iter()
            .filter_map(|finding| match finding {
                Finding::Secret(secret) => Some((secret.path.as_str(), secret.layer)),
                _ => None,
            })
            .collect();
        assert_eq!(
            places,
            [
                ("annotations.note", None),
                ("config.Entrypoint", None),
                ("config.Healthcheck", None),
                ("history.comment", Some(1))
            ]
        );
        assert!(!image.annotations["note"].contains("vQ2pLm7"), "{:?}", image.annotations);
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
