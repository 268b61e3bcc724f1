use crate::rule::{Kind, Rule};
use crate::{Place, ReadRulesError, SecretRules, UserRules};

fn rules(text: &str) -> SecretRules {
    SecretRules::with_rules(&[UserRules { name: "team.toml", text }]).expect("the rules are good")
}

fn found(rules: &SecretRules, path: &str, text: &str) -> Vec<String> {
    let outcome = rules.scan(text.as_bytes(), Place::file(path));
    outcome.secrets.iter().map(|secret| format!("{}:{}", secret.rule, secret.line)).collect()
}

fn refused(text: &str) -> String {
    SecretRules::with_rules(&[UserRules { name: "team.toml", text }]).expect_err("the rules are bad").to_string()
}

const ACME: &str = r#"
title = "Acme"
[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''acme_([0-9a-z]{12})'''
secretGroup = 1
keywords = ["acme_"]
"#;

#[test]
fn a_rule_finds_its_value_by_keyword_and_group() {
    let outcome = rules(ACME).scan(b"a\nkey: acme_0123abcd4567\n", Place::file("a.txt"));
    assert_eq!(outcome.secrets.len(), 1);
    assert_eq!((&*outcome.secrets[0].title, outcome.secrets[0].line), ("Acme token", 2));
    assert!(!outcome.secrets[0].matched.contains("0123abcd4567"));
}

#[test]
fn of_thousands_of_rules_those_are_compiled_whose_keywords_stand_in_a_file() {
    let rule = |n: usize| {
        let rule = format!("[[rules]]\nid = \"r{n}\"\nregex = 'key{n:04}_([0-9a-z]{{12}})'\nsecretGroup = 1\n");
        rule + &format!("keywords = [\"key{n:04}_\"]\n")
    };
    let rules = rules(&(0..2_000).map(rule).collect::<String>());
    let is_compiled = |rule: &&Rule| matches!(&rule.kind, Kind::Anywhere { pattern } if pattern.is_compiled());
    let compiled = || rules.rules.iter().filter(is_compiled).map(|rule| rule.id.to_string()).collect::<Vec<_>>();
    assert_eq!(compiled(), [""; 0]);
    assert_eq!(found(&rules, "a.txt", "a key0007_0123abcd4567\n"), ["r7:1"]);
    assert_eq!(compiled(), ["r7"]);
}

#[test]
fn rules_with_the_same_keyword_are_all_asked_and_each_once() {
    let rule = |n: usize| format!("[[rules]]\nid = \"r{n}\"\nregex = 'acme_{n}[a-z]{{6}}'\nkeywords = [\"acme_\"]\n");
    let rules = rules(&(0..6).map(rule).collect::<String>());
    let text = "acme_\nacme_4qxvbkz\nacme_ acme_1wmrtpf acme_4hjdgsz\n";
    assert_eq!(found(&rules, "a.txt", text), ["r4:2", "r1:3", "r4:3"]);
}

#[test]
fn keys_count_in_either_case() {
    let text = ACME.replace("secretGroup", "SECRETGROUP").replace("keywords", "Keywords") + "tags = [\"x\"]\n";
    assert_eq!(found(&rules(&text), "a.txt", "acme_0123abcd4567"), ["acme-token:1"]);
}

#[test]
fn entropy_and_path_narrow_a_rule() {
    let text = format!("{ACME}entropy = 3.0\npath = '''\\.yml$'''\n");
    let rules = rules(&text);
    assert_eq!(found(&rules, "a.yml", "acme_0123abcd4567"), ["acme-token:1"]);
    assert_eq!(found(&rules, "a.yml", "acme_aaaaaaaaaaaa"), [""; 0]);
    assert_eq!(found(&rules, "a.txt", "acme_0123abcd4567"), [""; 0]);
}

#[test]
fn a_rule_without_a_pattern_finds_files_by_path() {
    let rules = rules("[[rules]]\nid = \"history\"\npath = '''\\.bash_history$'''\n");
    assert_eq!(found(&rules, "root/.bash_history", "ls\n"), ["history:1"]);
    assert_eq!(found(&rules, "root/.bashrc", "ls\n"), [""; 0]);
}

#[test]
fn allow_lists_of_every_form_hold() {
    let secret = "acme_0123abcd4567 # fine";
    for (list, is_allowed) in [
        ("[rules.allowlist]\nregexes = ['^0123']", true),
        ("[[rules.allowlists]]\nregexes = ['^acme']", false),
        ("[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['^acme']", true),
        ("[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['# fine$']", true),
        ("[[rules.allowlists]]\nstopwords = [\"ABCD\"]", true),
        ("[[rules.allowlists]]\ncondition = \"AND\"\nstopwords = [\"abcd\"]\npaths = ['^other']", false),
        ("[[rules.allowlists]]\ncondition = \"&&\"\nstopwords = [\"abcd\"]\npaths = ['^a\\.']", true),
        ("[[rules.allowlists]]\ncommits = [\"1a2b3c\"]", false),
        ("[allowlist]\npaths = ['''a\\.txt$''']", true),
        ("[[allowlists]]\ntargetRules = [\"acme-token\"]\nstopwords = [\"abcd\"]", true),
        ("[[allowlists]]\ntargetRules = [\"jwt\"]\nstopwords = [\"abcd\"]", false),
        ("[[allowlists]]\nregexes = ['x']\n[[allowlists]]\nregexes = ['^0']", true),
    ] {
        let rules = rules(&format!("{ACME}{list}\n"));
        assert_eq!(found(&rules, "a.txt", secret).is_empty(), is_allowed, "{list}");
    }
}

const AWS: &str = concat!("key = AKIA", "QYLPMN5HFIQR7XYA\n");

#[test]
fn a_file_adds_to_the_built_in_rules_unless_it_says_otherwise() {
    assert_eq!(found(&rules(ACME), "a.txt", AWS), ["aws-access-key-id:1"]);
    assert_eq!(found(&rules(&format!("{ACME}[extend]\nuseDefault = true")), "a.txt", AWS), ["aws-access-key-id:1"]);
    assert_eq!(found(&rules(&format!("{ACME}[extend]\nuseDefault = false")), "a.txt", AWS), [""; 0]);
}

#[test]
fn built_in_rules_are_known_by_the_names_of_gitleaks() {
    assert_eq!(found(&rules("[extend]\ndisabledRules = [\"aws-access-token\"]"), "a.txt", AWS), [""; 0]);
    let list = "[[rules]]\nid = \"aws-access-token\"\n[[rules.allowlists]]\npaths = ['^a\\.txt$']\n";
    assert_eq!(found(&rules(list), "a.txt", AWS), [""; 0]);
    assert_eq!(found(&rules(list), "b.txt", AWS), ["aws-access-key-id:1"]);
}

#[test]
fn a_composite_rule_needs_its_others_near() {
    let text = "[[rules]]\nid = \"user\"\nregex = 'user=\\w+'\nskipReport = true\n\
                [[rules]]\nid = \"pair\"\nregex = 'secret=\\w+'\n[[rules.required]]\nid = \"user\"\nwithinLines = 1\n";
    let rules = rules(text);
    assert_eq!(found(&rules, "a.txt", "user=a\nsecret=b\n"), ["pair:2"]);
    assert_eq!(found(&rules, "a.txt", "user=a\n\n\nsecret=b\n"), [""; 0]);
}

#[test]
fn a_rule_of_the_same_name_changes_what_it_says_and_keeps_the_rest() {
    let change = "[[rules]]\nid = \"acme-token\"\nentropy = 3.0\ndescription = \"Other\"\n";
    let files = [UserRules { name: "a", text: ACME }, UserRules { name: "b", text: change }];
    let rules = SecretRules::with_rules(&files).expect("the rules are good");
    let outcome = rules.scan(b"acme_0123abcd4567 acme_aaaaaaaaaaaa", Place::file("a.txt"));
    assert_eq!(outcome.secrets.len(), 1);
    assert_eq!(&*outcome.secrets[0].title, "Other");
}

#[test]
fn a_bad_file_is_refused_with_file_rule_and_key() {
    assert_eq!(
        refused("[[rules]]\nid = \"a\"\nregex = '(a{1000}){1000}'"),
        "team.toml: rule `a`: `regex` needs more memory than one pattern may take (2097152 bytes)"
    );
    assert_eq!(
        refused("[[rules]]\nid = \"a\"\nregex = '(('"),
        "team.toml: rule `a`: `regex` is no regular expression: unclosed group"
    );
    for pattern in ["x*", ".*"] {
        assert_eq!(
            refused(&format!("[[rules]]\nid = \"a\"\nregex = '{pattern}'\nkeywords = [\"abc\"]")),
            "team.toml: rule `a`: `regex` matches the empty text, and so every place of every file"
        );
    }
    assert_eq!(
        refused("[[rules]]\nid = \"a\"\nregex = 'a'\nsecretGroup = 2"),
        "team.toml: rule `a`: `secretGroup` is 2, and `regex` has 0 groups"
    );
    assert_eq!(
        refused("[[rules]]\nid = \"a\"\nregex = 'a'\n[[rules.required]]\nid = \"b\""),
        "team.toml: rule `a`: `required` names the rule `b`, which does not exist"
    );
    assert_eq!(refused("[[rules]]\nregex = 'a'"), "team.toml: rule `#1`: `id` is missing");
    assert_eq!(
        refused("[[allowlists]]\ncondition = \"xor\"\nregexes = ['a']"),
        "team.toml: allow list 1: `condition` is neither OR nor AND"
    );
    assert!(matches!(
        SecretRules::with_rules(&[UserRules { name: "team.toml", text: "rules = [" }]),
        Err(ReadRulesError::Syntax { line: 1, .. })
    ));
}

#[test]
fn what_would_do_nothing_is_refused() {
    for (text, sentence) in [
        (
            "[[rules]]\nid = \"a\"\nregex = 'abc'\nkeyword = [\"abc\"]",
            "team.toml: rule `a`: there is no key `keyword`; a rule has `id`, `description`, `regex`, `secretGroup`, `entropy`, `path`, \
             `keywords`, `tags`, `allowlist`, `allowlists`, `required`, `skipReport`",
        ),
        (
            "[[rules]]\nregex = 'abc'\n[[rules.allowlists]]\nregexs = ['a']",
            "team.toml: rule `#1`: there is no key `regexs`; an allow list has `id`, `description`, `condition`, `commits`, `paths`, \
             `regexTarget`, `regexes`, `stopwords`, `targetRules`",
        ),
        (
            "[extend]\nuseDefaults = false",
            "team.toml: there is no key `useDefaults`; `extend` has `path`, `url`, `useDefault`, `disabledRules`",
        ),
        (
            "[[rules]]\nid = \"a\"\nregex = 'abc'\n[[rules]]\nid = \"a\"\nregex = 'xyz'",
            "team.toml: rule `a`: another rule of the file has this id",
        ),
        ("[[rules]]\nid = \"acme\"\nentropy = 3.0", "team.toml: rule `acme`: `regex` or `path` is missing"),
        (
            "[extend]\ndisabledRules = [\"aws-acess-token\"]",
            "team.toml: `disabledRules` names the rule `aws-acess-token`, which does not exist",
        ),
        (
            "[[allowlists]]\ntargetRules = [\"acme\"]\nstopwords = [\"a\"]",
            "team.toml: `targetRules` names the rule `acme`, which does not exist",
        ),
        ("", "team.toml: the file has no rules and no allow lists, and switches none off"),
        ("[extend]\n", "team.toml: the file has no rules and no allow lists, and switches none off"),
        ("rules = []", "team.toml: the file has no rules and no allow lists, and switches none off"),
        ("[[allow]]\nreason = \"none\"", "team.toml: allow list 1: it has no paths, values or words"),
        (
            "[extend]\nurl = \"https://a.b/c.toml\"",
            "team.toml: `extend` has a `url`; nothing is fetched, so name a file with `path`",
        ),
    ] {
        assert_eq!(refused(text), sentence, "{text}");
    }
    // A rule of gitleaks that has no counterpart here may be switched off all the same.
    assert_eq!(
        found(&rules("[extend]\ndisabledRules = [\"yandex-aws-access-token\"]"), "a.txt", AWS),
        ["aws-access-key-id:1"]
    );
}

#[test]
fn the_path_of_an_extended_file_is_told() {
    assert_eq!(SecretRules::extended_path("[extend]\npath = \"base.toml\"").as_deref(), Some("base.toml"));
    assert_eq!(SecretRules::extended_path(ACME), None);
}
