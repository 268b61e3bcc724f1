use super::*;

const KEYS: &[Key] = &[
    Key { name: "image", kind: Kind::Text, sorts: true, meaning: "", example: "" },
    Key { name: "score", kind: Kind::Number, sorts: true, meaning: "", example: "" },
    Key { name: "seen", kind: Kind::Time, sorts: false, meaning: "", example: "" },
    Key { name: "severity", kind: Kind::Words(&["low", "high", "critical"]), sorts: true, meaning: "", example: "" },
    Key { name: "fixable", kind: Kind::Flag, sorts: false, meaning: "", example: "" },
];

const DAY: i64 = 86_400_000_000;

fn terms(text: &str) -> Vec<Term> {
    Filter::read(text, KEYS, 100 * DAY).unwrap().terms
}

fn problem(text: &str) -> String {
    Filter::read(text, KEYS, 0).unwrap_err().to_string()
}

fn one(text: &str) -> Test {
    let mut terms = terms(text);
    assert_eq!(terms.len(), 1, "{text}");
    terms.remove(0).test
}

fn exactly(text: &str) -> Wanted {
    Wanted::Exactly(Operand::Text(text.to_owned()))
}

#[test]
fn terms_are_joined_and_values_are_alternatives() {
    let terms = terms("image:shop/web,bank  fixable:true\u{3000}-severity:low NGINX");
    assert_eq!(terms.len(), 4);
    assert_eq!(terms[0].test, Test::AnyOf(vec![exactly("shop/web"), exactly("bank")]));
    assert_eq!(terms[1].test, Test::AnyOf(vec![Wanted::Exactly(Operand::Flag(true))]));
    assert!(terms[2].is_negated && terms[2].key == Some("severity"));
    assert_eq!((terms[3].key, &terms[3].test), (None, &Test::Word("nginx".to_owned())));
}

#[test]
fn quotes_keep_what_would_divide() {
    assert_eq!(one(r#"image:"a b,c:d""#), Test::AnyOf(vec![exactly("a b,c:d")]));
    assert_eq!(one(r#"image:"say \"hi\"""#), Test::AnyOf(vec![exactly("say \"hi\"")]));
    assert_eq!(one(r#""two words""#), Test::Word("two words".to_owned()));
    assert_eq!(one(r#"image:"*""#), Test::AnyOf(vec![exactly("*")]), "a quoted star is a star");
}

#[test]
fn patterns_presence_and_comparisons() {
    assert_eq!(one("image:shop/*"), Test::AnyOf(vec![Wanted::Like("shop/*".to_owned())]));
    assert_eq!(one(r#"image:a"*"*"#), Test::AnyOf(vec![Wanted::Like(r"a\**".to_owned())]));
    assert_eq!(one("image:*"), Test::Present);
    assert_eq!(one("score:>=7"), Test::Compare(Comparison::AtLeast, Operand::Number(7.0)));
    assert_eq!(one("severity:>low"), Test::Compare(Comparison::More, Operand::Word(0)));
    assert_eq!(one("seen:<1970-01-02"), Test::Compare(Comparison::Less, Operand::Time(DAY)));
    assert_eq!(one("seen:>7d"), Test::Compare(Comparison::More, Operand::Time(93 * DAY)));
}

#[test]
fn wrong_filters_are_told_with_place_and_remedy() {
    assert_eq!(
        problem("fixable:true sevrity:low"),
        "`sevrity` is no key of this list; the nearest is `severity` (at character 14)"
    );
    assert_eq!(problem("severity:huge"), "`huge` is no value of `severity`; use low, high, critical (at character 1)");
    assert_eq!(problem("image:>a"), "`image` has no order: `>` cannot be asked of it (at character 1)");
    assert_eq!(problem("score:many"), "`many` is no value of `score`; use a number (at character 1)");
    assert!(problem("seen:soon").contains("an age (7d"));
    assert_eq!(problem("image:"), "`image:` needs a value; `image:*` asks whether there is one (at character 1)");
    assert_eq!(problem("image:a,,b"), "`image:` needs a value; `image:*` asks whether there is one (at character 1)");
    assert_eq!(problem("ok image:\"open"), "the quotation mark has no end (at character 10)");
    assert_eq!(problem("a -"), "`-` needs a term behind it (at character 3)");
    assert!(problem(&"a ".repeat(65)).contains("more than 64 terms"));
    assert!(problem(&"a".repeat(5000)).contains("longer than"));
    assert!(problem(&format!("image:{}a", "a,".repeat(200))).contains("more than 200 values"));
}

#[test]
fn orders_are_read() {
    assert_eq!(Sort::read("-severity", KEYS), Ok(Sort { key: "severity", is_descending: true }));
    assert_eq!(
        Sort::read("seen", KEYS).unwrap_err().to_string(),
        "this list cannot be sorted by `seen`; the nearest that it can be is `image`"
            .replace("image", Sort::read("seen", KEYS).unwrap_err().nearest)
    );
}
