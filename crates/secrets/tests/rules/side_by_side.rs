//! Several secrets near each other: none hides the next one, and no stand-in does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use secrets::{Place, SecretRules};

use crate::files::{Example, examples, rules, text};

/// One set for all cases, whose patterns are then compiled once.
static RULES: LazyLock<SecretRules> = LazyLock::new(SecretRules::builtin);

/// The examples of the rules whose match may begin before its literal, by rule; those of one rule share a path.
fn examples_of_rules() -> Vec<(String, Vec<Example>)> {
    // A text that must be near is near as soon as another example stands there.
    let reaches_back: Vec<String> = rules()
        .into_iter()
        .filter(|(_, rule)| rule.contains_key("before") && !rule.contains_key("near"))
        .map(|(_, rule)| text(&rule, "id"))
        .collect();
    let mut of_rules: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for example in examples().into_iter().filter(|example| reaches_back.contains(&example.rule)) {
        of_rules.entry(example.rule.clone()).or_default().push(example);
    }
    of_rules.into_iter().collect()
}

/// How often the rule finds something.
fn count(rule: &str, path: &str, text: &str) -> usize {
    RULES.scan(text.as_bytes(), Place::file(path)).secrets.iter().filter(|secret| *secret.rule == *rule).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn neither_a_secret_nor_a_stand_in_hides_the_secrets_behind_it(
        rule in any::<prop::sample::Index>(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let of_rules = examples_of_rules();
        let (rule, examples) = rule.get(&of_rules);
        let lines: Vec<&Example> = order.iter().map(|index| index.get(examples)).collect();
        let path = &examples[0].path;
        let alone: usize = lines.iter().map(|example| count(rule, path, &example.text)).sum();
        let together: String = lines.iter().map(|example| format!("{}\n", example.text)).collect();
        prop_assert_eq!(count(rule, path, &together), alone, "{} in {}", rule, together);
    }
}

#[test]
fn several_passwords_of_one_line_are_all_found_and_masked() {
    for (line, values) in [
        ("curl -u user:password https://a.b && curl -u ci:kR8<+>spq2x https://a.b", 1),
        (
            "curl -u ci:kR8<+>spq2x https://a.b && curl -u cd:Zx9<+>1kd9w https://a.b && curl -u ce:Qw3<+>rTz8u https://a.b",
            3,
        ),
        ("mysql -ppassword app; mysql -pkR8<+>spq2x app; mysqldump -u root -pZx9<+>1kd9w app", 2),
        ("echo password | sudo -S ls; echo kR8<+>spq2x | sudo -S ls", 1),
        ("keytool -genkeypair -keystore a.jks -storepass kR8<+>spq2x -keypass Zx9<+>1kd9w", 2),
        ("redis-cli -a $PASSWORD ping; redis-cli -a kR8<+>spq2x ping; redis-cli --pass Zx9<+>1kd9w ping", 2),
        ("openssl rsa -in k -passin pass:kR8<+>spq2x -passout pass:Zx9<+>1kd9w", 2),
        ("echo kR8<+>spq2x | passwd --stdin a && echo Zx9<+>1kd9w | passwd --stdin b", 2),
        ("root:password@tcp(a:3306)/b app:kR8<+>spq2x@tcp(a:3306)/b app:Zx9<+>1kd9w@tcp(a:3306)/b", 2),
        ("curl -H 'Authorization: Basic ZGVwbG95<+>OmtSOHNQcTJ4' -u ci:kR8<+>spq2x https://a.b", 2),
    ] {
        let line = line.replace("<+>", "");
        let secrets = RULES.scan(line.as_bytes(), Place::file("run.sh")).secrets;
        assert_eq!(secrets.len(), values, "{line}: {secrets:?}");
        let shown = format!("{secrets:?} {}", RULES.masked(&line, Place::file("run.sh")));
        for value in ["kR8spq2x", "Zx91kd9w", "Qw3rTz8u", "ZGVwbG95"] {
            assert!(!shown.contains(value), "{line}: {shown}");
        }
    }
}

#[test]
fn a_secret_that_stands_twice_is_found_twice() {
    let mut failures = Vec::new();
    // The key of Rails is all that its file holds.
    let several = examples().into_iter().filter(|example| example.rule != "rails-master-key");
    for Example { rule, path, text, must_match, .. } in several {
        let alone = count(&rule, &path, &text);
        for between in ["\n", "\n\n# and\n"] {
            let twice = count(&rule, &path, &format!("{text}{between}{text}"));
            if must_match && twice != 2 * alone {
                failures.push(format!("{rule}: {alone} and {twice} in {text} ({path})"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
