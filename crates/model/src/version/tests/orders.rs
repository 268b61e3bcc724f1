//! Keys against direct pairwise comparisons, written as the package managers describe them, and rules of single schemes.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::super::{VersionKey, VersionScheme};

/// Both versions compiled, then compared.
fn by_key(scheme: VersionScheme, left: &str, right: &str) -> Ordering {
    scheme.key(left).unwrap().cmp(&scheme.key(right).unwrap())
}

/// Holds a chain of ascending versions; versions in one group are equal.
fn check(scheme: VersionScheme, ascending: &[&[&str]]) {
    for (index, group) in ascending.iter().enumerate() {
        for left in *group {
            for (other_index, other) in ascending.iter().enumerate() {
                for right in *other {
                    assert_eq!(by_key(scheme, left, right), index.cmp(&other_index), "{scheme:?}: {left} and {right}");
                }
            }
        }
    }
}

fn take<'a>(rest: &mut &'a str, passes: impl Fn(char) -> bool) -> &'a str {
    let end = rest.find(|character| !passes(character)).unwrap_or(rest.len());
    let (taken, left) = rest.split_at(end);
    *rest = left;
    taken
}

fn numbers(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left.len().cmp(&right.len()).then(left.cmp(right))
}

/// dpkg compares one part character by character and number by number.
fn deb_parts(mut left: &str, mut right: &str) -> Ordering {
    let weight = |character: Option<char>| match character {
        Some('~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => letter as i32,
        Some(other) => other as i32 + 256,
    };
    while !left.is_empty() || !right.is_empty() {
        let mut left_run = take(&mut left, |character| !character.is_ascii_digit()).chars();
        let mut right_run = take(&mut right, |character| !character.is_ascii_digit()).chars();
        loop {
            let (left, right) = (left_run.next(), right_run.next());
            if weight(left) != weight(right) {
                return weight(left).cmp(&weight(right));
            }
            if left.is_none() {
                break;
            }
        }
        let is_digit = |character: char| character.is_ascii_digit();
        let order = numbers(take(&mut left, is_digit), take(&mut right, is_digit));
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn deb(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
        (epoch.to_owned(), upstream.to_owned(), revision.to_owned())
    };
    let (left, right) = (parts(left), parts(right));
    numbers(&left.0, &right.0).then(deb_parts(&left.1, &right.1)).then(deb_parts(&left.2, &right.2))
}

/// rpm compares one part segment by segment.
fn rpm_parts(mut left: &str, mut right: &str) -> Ordering {
    let separates = |character: char| !character.is_ascii_alphanumeric() && character != '~' && character != '^';
    loop {
        take(&mut left, separates);
        take(&mut right, separates);
        match (left.starts_with('~'), right.starts_with('~')) {
            (true, true) => {
                (left, right) = (&left[1..], &right[1..]);
                continue;
            }
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        match (left.starts_with('^'), right.starts_with('^')) {
            (true, true) => {
                (left, right) = (&left[1..], &right[1..]);
                continue;
            }
            (true, false) => return if right.is_empty() { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if left.is_empty() { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        if left.is_empty() || right.is_empty() {
            return left.len().min(1).cmp(&right.len().min(1));
        }
        let is_digit = |character: char| character.is_ascii_digit();
        let is_letter = |character: char| character.is_ascii_alphabetic();
        let order = match (left.starts_with(is_digit), right.starts_with(is_digit)) {
            (true, true) => numbers(take(&mut left, is_digit), take(&mut right, is_digit)),
            (false, false) => take(&mut left, is_letter).cmp(take(&mut right, is_letter)),
            (left, right) => return left.cmp(&right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn rpm(left: &str, right: &str) -> Ordering {
    let parts = |version: &str| {
        let digits = version.bytes().take_while(u8::is_ascii_digit).count();
        let (epoch, rest) = match version[digits..].strip_prefix(':') {
            Some(rest) => (version[..digits].to_owned(), rest),
            None => ("0".to_owned(), version),
        };
        match rest.rsplit_once('-') {
            Some((version, release)) => (epoch, version.to_owned(), Some(release.to_owned())),
            None => (epoch, rest.to_owned(), None),
        }
    };
    let (left, right) = (parts(left), parts(right));
    numbers(&left.0, &right.0).then(rpm_parts(&left.1, &right.1)).then(match (&left.2, &right.2) {
        (Some(left), Some(right)) => rpm_parts(left, right),
        (left, right) => left.is_some().cmp(&right.is_some()),
    })
}

/// The kinds of apk's parts in apk's own order, in which a later kind is an earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ApkToken {
    First,
    Digits,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
    End,
}

const APK_SUFFIXES: [&str; 9] = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];

/// Cuts the next part of a well-formed version off.
fn apk_token<'a>(rest: &mut &'a str, before: Option<ApkToken>) -> (ApkToken, &'a str) {
    let is_digit = |character: char| character.is_ascii_digit();
    let Some(first) = rest.chars().next() else {
        return (ApkToken::End, "");
    };
    match first {
        '0'..='9' if before.is_none() => (ApkToken::First, take(rest, is_digit)),
        '0'..='9' => (ApkToken::SuffixNumber, take(rest, is_digit)),
        '.' => {
            *rest = &rest[1..];
            (ApkToken::Digits, take(rest, is_digit))
        }
        '_' => {
            *rest = &rest[1..];
            (ApkToken::Suffix, take(rest, |character| character.is_ascii_lowercase()))
        }
        '~' => {
            *rest = &rest[1..];
            (ApkToken::Hash, take(rest, |character| character.is_ascii_hexdigit()))
        }
        '-' => {
            *rest = &rest[2..];
            (ApkToken::Revision, take(rest, is_digit))
        }
        _ => {
            let (letter, left) = rest.split_at(1);
            *rest = left;
            (ApkToken::Letter, letter)
        }
    }
}

fn apk(mut left: &str, mut right: &str) -> Ordering {
    let place = |suffix: &str| APK_SUFFIXES.iter().position(|known| *known == suffix).unwrap();
    let mut before = None;
    loop {
        let (left_kind, left_text) = apk_token(&mut left, before);
        let (right_kind, right_text) = apk_token(&mut right, before);
        if left_kind != right_kind {
            if left_kind == ApkToken::Suffix && place(left_text) < 4 {
                return Ordering::Less;
            }
            if right_kind == ApkToken::Suffix && place(right_text) < 4 {
                return Ordering::Greater;
            }
            return right_kind.cmp(&left_kind);
        }
        let order = match left_kind {
            ApkToken::End => return Ordering::Equal,
            ApkToken::Digits if left_text.starts_with('0') || right_text.starts_with('0') => left_text.cmp(right_text),
            ApkToken::First | ApkToken::Digits | ApkToken::SuffixNumber | ApkToken::Revision => {
                numbers(left_text, right_text)
            }
            ApkToken::Suffix => place(left_text).cmp(&place(right_text)),
            ApkToken::Letter | ApkToken::Hash => left_text.cmp(right_text),
        };
        if order != Ordering::Equal {
            return order;
        }
        before = Some(left_kind);
    }
}

#[derive(Debug, Clone, PartialEq)]
enum MavenItem {
    Number(u64),
    Word(String),
    List(Vec<MavenItem>),
}

/// Maven's list of lists.
fn maven_list(version: &str) -> Vec<MavenItem> {
    let mut items = Vec::new();
    let mut rest = version;
    let nested = loop {
        if rest.is_empty() {
            break None;
        }
        let is_digit = |character: char| character.is_ascii_digit();
        let digits = take(&mut rest, is_digit);
        if digits.is_empty() {
            let word = take(&mut rest, |character| !is_digit(character) && character != '.' && character != '-');
            if word.is_empty() {
                items.push(MavenItem::Number(0));
            } else {
                let followed = rest.starts_with(is_digit);
                items.push(MavenItem::Word(
                    match word {
                        "a" if followed => "alpha",
                        "b" if followed => "beta",
                        "m" if followed => "milestone",
                        "cr" => "rc",
                        "ga" | "final" | "release" => "",
                        other => other,
                    }
                    .to_owned(),
                ));
            }
        } else {
            items.push(MavenItem::Number(digits.parse().unwrap()));
        }
        match rest.chars().next() {
            Some('.') => rest = &rest[1..],
            Some('-') => break Some(&rest[1..]),
            Some(_) => break Some(rest),
            None => break None,
        }
    };
    if let Some(nested) = nested {
        items.push(MavenItem::List(maven_list(nested)));
    }
    let is_null = |item: &MavenItem| match item {
        MavenItem::Number(number) => *number == 0,
        MavenItem::Word(word) => word.is_empty(),
        MavenItem::List(list) => list.is_empty(),
    };
    let mut index = items.len();
    while index > 0 {
        index -= 1;
        if is_null(&items[index]) {
            items.remove(index);
        } else if !matches!(items[index], MavenItem::List(_)) {
            break;
        }
    }
    items
}

fn maven_word(word: &str) -> (usize, &str) {
    const KNOWN: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    KNOWN.iter().position(|known| *known == word).map_or((7, word), |place| (place, ""))
}

fn maven_items(left: Option<&MavenItem>, right: Option<&MavenItem>) -> Ordering {
    match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => maven_items(right, None).reverse(),
        (Some(MavenItem::Number(left)), None) => left.cmp(&0),
        (Some(MavenItem::Word(left)), None) => maven_word(left).cmp(&maven_word("")),
        (Some(MavenItem::List(left)), None) => {
            left.iter().map(|item| maven_items(Some(item), None)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }
        (Some(MavenItem::Number(left)), Some(MavenItem::Number(right))) => left.cmp(right),
        (Some(MavenItem::Word(left)), Some(MavenItem::Word(right))) => maven_word(left).cmp(&maven_word(right)),
        (Some(MavenItem::List(left)), Some(MavenItem::List(right))) => maven_lists(left, right),
        (Some(left), Some(right)) => {
            let kind = |item: &MavenItem| match item {
                MavenItem::Word(_) => 0,
                MavenItem::List(_) => 1,
                MavenItem::Number(_) => 2,
            };
            kind(left).cmp(&kind(right))
        }
    }
}

fn maven_lists(left: &[MavenItem], right: &[MavenItem]) -> Ordering {
    (0..left.len().max(right.len()))
        .map(|index| maven_items(left.get(index), right.get(index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn maven(left: &str, right: &str) -> Ordering {
    maven_lists(&maven_list(left), &maven_list(right))
}

proptest! {
    #[test]
    fn deb_keys_agree_with_the_pairwise_comparison(
        left in "([0-2]:)?[0-1]([a-bB0-2.+~]{0,6})(-[a0-1+.~]{1,3})?",
        right in "([0-2]:)?[0-1]([a-bB0-2.+~]{0,6})(-[a0-1+.~]{1,3})?",
    ) {
        prop_assert_eq!(by_key(VersionScheme::Deb, &left, &right), deb(&left, &right));
    }

    #[test]
    fn rpm_keys_agree_with_the_pairwise_comparison(
        left in "([0-1]:)?[0-1a][a-bB0-2._~^]{0,6}(-[a0-1.~^]{0,3})?",
        right in "([0-1]:)?[0-1a][a-bB0-2._~^]{0,6}(-[a0-1.~^]{0,3})?",
    ) {
        prop_assert_eq!(by_key(VersionScheme::Rpm, &left, &right), rpm(&left, &right));
    }

    #[test]
    fn apk_keys_agree_with_the_pairwise_comparison(
        left in "[0-1](\\.[0-1]{1,2}){0,2}[ab]?(_(alpha|beta|pre|rc|git|p)[0-2]?){0,2}(~[ab]{1,2})?(-r[0-2]{1,2})?",
        right in "[0-1](\\.[0-1]{1,2}){0,2}[ab]?(_(alpha|beta|pre|rc|git|p)[0-2]?){0,2}(~[ab]{1,2})?(-r[0-2]{1,2})?",
    ) {
        prop_assert_eq!(by_key(VersionScheme::Apk, &left, &right), apk(&left, &right));
    }

    // Maven's own comparison is no order on versions that mix `1.word` with `1-word`: 1.0.rc is more than 1.foo, less than
    // 1, and 1 is less than 1.foo. A neutral part before a pre-release does the same: 1-ga-alpha is more than 1-sp, less
    // than 1. The other versions with words behind hyphens, as Maven recommends them, have none of this.
    #[test]
    fn maven_keys_agree_with_the_pairwise_comparison(
        left in "[0-2](\\.[0-2]){0,3}(-(a|alpha|beta|b|m|rc|cr|snapshot|sp|foo|x|[1-2])(-?[1-2])?){0,2}(-ga|-final|-0)?",
        right in "[0-2](\\.[0-2]){0,3}(-(a|alpha|beta|b|m|rc|cr|snapshot|sp|foo|x|[1-2])(-?[1-2])?){0,2}(-ga|-final|-0)?",
    ) {
        prop_assert_eq!(by_key(VersionScheme::Maven, &left, &right), maven(&left, &right));
    }

    #[test]
    fn no_text_makes_a_scheme_panic(text in "\\PC{0,40}", ascii in "[0-9a-z.+~^_:!v-]{0,24}") {
        for scheme in VersionScheme::ALL {
            for text in [&text, &ascii] {
                if let Ok(key) = scheme.key(text) {
                    prop_assert!(VersionKey::lowest() < key);
                    prop_assert_eq!(&key, &scheme.key(&format!(" {text}\n")).unwrap());
                }
            }
        }
    }
}

#[test]
fn text_that_is_no_version_is_refused() {
    for scheme in VersionScheme::ALL {
        assert!(scheme.key("").is_err());
        assert!(scheme.key(" \n").is_err());
        assert!(scheme.key("1.0\0").is_err());
    }
    assert!(VersionScheme::Deb.key("a:1.0").is_err());
    assert!(VersionScheme::Semver.key("(devel)").is_err());
    assert!(VersionScheme::Semver.key("latest").is_err());
    assert!(VersionScheme::Cran.key("1.x").is_err());
}

#[test]
fn a_failed_write_leaves_the_bytes_as_they_were() {
    let mut bytes = b"before".to_vec();
    assert!(VersionScheme::Cran.write_key("1.2.x", &mut bytes).is_err());
    assert_eq!(bytes, b"before");
}

#[test]
fn go_orders_pseudo_versions_and_incompatible_ones() {
    check(
        VersionScheme::Semver,
        &[
            &["v0.0.0-20190101000000-abcdefabcdef"],
            &["v0.0.0-20200101000000-000000000000"],
            &["v0.0.0", "0"],
            &["1.20.14", "go1.20.14"],
            &["1.21rc2", "1.21.0-rc.2"],
            &["1.21rc10"],
            &["1.21", "1.21.0"],
            &["v1.22.1-0.20240101000000-abcdefabcdef"],
            &["v1.22.1", "v1.22.1+incompatible"],
        ],
    );
}

#[test]
fn semver_has_any_number_of_parts_of_any_size() {
    check(
        VersionScheme::Semver,
        &[
            &["1.0.0-0"],
            &["1.0.0-alpha"],
            &["1.0.0-alpha.1"],
            &["1.0.0-alpha.beta"],
            &["1", "1.0", "1.0.0", "v1.0.0.0", "=1.0.0+build"],
            &["1.0.0.1"],
            &["1.0.99999999999999999999"],
            &["1.0.100000000000000000000"],
        ],
    );
}

#[test]
fn maven_orders_its_own_examples() {
    check(
        VersionScheme::Maven,
        &[
            &["1-alpha2snapshot"],
            &["1-alpha2"],
            &["1-alpha-123"],
            &["1-beta-2"],
            &["1-beta123"],
            &["1-m2"],
            &["1-m11"],
            &["1-rc"],
            &["1-cr2"],
            &["1-rc123"],
            &["1-SNAPSHOT"],
            &["1", "1.0.0-ga", "1-final", "1.RELEASE"],
            &["1-sp"],
            &["1-sp2"],
            &["1-abc"],
            &["1-pom-1"],
            &["1-1-snapshot"],
            &["1-1"],
            &["1-2"],
            &["1-123"],
            &["1.1"],
        ],
    );
}

#[test]
fn python_orders_the_examples_of_pep_440() {
    check(
        VersionScheme::Pypi,
        &[
            &["not-a-version"],
            &["1.0-bulbasaur"],
            &["1.dev0"],
            &["1.0.dev456", "1.0.0-DEV456"],
            &["1.0a1", "1.0-alpha.1", "v1.0a1"],
            &["1.0a2.dev456"],
            &["1.0a12.dev456"],
            &["1.0a12"],
            &["1.0b1.dev456"],
            &["1.0b2"],
            &["1.0b2.post345.dev456"],
            &["1.0b2.post345"],
            &["1.0rc1.dev456"],
            &["1.0rc1", "1.0c1", "1.0.preview-1"],
            &["1.0", "1", "1.0.0"],
            &["1.0+abc.5"],
            &["1.0+abc.7"],
            &["1.0+5"],
            &["1.0.post456.dev34"],
            &["1.0.post456", "1.0-456", "1.0r456"],
            &["1.1.dev1"],
            &["1!0.1"],
        ],
    );
}

#[test]
fn gems_order_letters_below_numbers() {
    check(
        VersionScheme::Gem,
        &[
            &["1.0.a.0.b"],
            &["1.0.a"],
            &["1.0.a.1", "1.a.1"],
            &["1.0-rc1", "1.pre.rc1", "1.0.pre.rc1"],
            &["1", "1.0", "1.0.0"],
            &["1.0.1"],
        ],
    );
}

#[test]
fn rpm_epochs_default_to_zero() {
    check(
        VersionScheme::Rpm,
        &[
            &["1.2.3"],
            &["1.2.3-1", "0:1.2.3-1", "(none):1.2.3-1", ":1.2.3-1"],
            &["1.2.3-1.el8"],
            &["1.2.3-1.module_el8.6.0"],
            &["1:0.1-1"],
        ],
    );
}

#[test]
fn generic_versions_grow_by_letters_and_revisions() {
    check(
        VersionScheme::Generic,
        &[
            &["1.1.1-alpha1", "1.1.1a1"],
            &["1.1.1-beta"],
            &["1.1.1-rc.2"],
            &["1.1.1", "v1.1.1.0", "1.1.1+build"],
            &["1.1.1a"],
            &["1.1.1k"],
            &["1.1.1za"],
            &["1.1.1-4"],
            &["1.1.2"],
        ],
    );
}

#[test]
fn generic_pre_releases_come_before_what_they_lead_to() {
    check(
        VersionScheme::Generic,
        &[
            &["17"],
            &["18devel", "18-dev", "18.0-DEV"],
            &["18beta1"],
            &["18RC"],
            &["18RC2-dev"],
            &["18RC2"],
            &["18"],
            &["18x-dev"],
            &["18x"],
        ],
    );
}

#[test]
fn julia_and_dart_let_the_build_count() {
    check(VersionScheme::Pub, &[&["1.2.3-rc"], &["1.2.3"], &["1.2.3+0"], &["1.2.3+10"], &["1.2.4"]]);
}
