//! A door for fuzz targets and for the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface: nothing else may use it, and it changes without notice.

use std::sync::LazyLock;

use crate::{Outcome, Place, PlaceKind, SecretRules, UserRules};

static BUILTIN: LazyLock<SecretRules> = LazyLock::new(SecretRules::builtin);

const PATHS: &[&str] = &[".env", "app.py", "secret.yaml", "run.sh", "notes.md", "etc/shadow", "store.p12", "a.json"];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    ["secret_rules", "secret_scan"].into_iter()
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when something has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "secret_rules" => read_rules(bytes),
        "secret_scan" => scan(bytes),
        _ => panic!("there is no target {target}"),
    }
}

/// Reads a file of rules, and scans with them what the file itself says.
fn read_rules(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match SecretRules::with_rules(&[UserRules { name: "user.toml", text }]) {
        Ok(rules) => check(&rules.scan(bytes, Place::file("user.txt")), bytes),
        Err(error) => assert!(error.to_string().lines().count() == 1, "an error is one sentence: {error}"),
    }
}

/// The first byte chooses the place; the rest is looked through in one piece and in drips.
fn scan(bytes: &[u8]) {
    let Some((choice, content)) = bytes.split_first() else { return };
    let place = match PATHS.get(usize::from(*choice)) {
        Some(path) => Place::file(path),
        None => Place::of(if choice % 2 == 0 { PlaceKind::Environment } else { PlaceKind::History }),
    };
    let whole = BUILTIN.scan(content, place);
    check(&whole, content);
    let mut stream = BUILTIN.stream(place);
    let mut rest = content;
    while !rest.is_empty() {
        let (piece, others) = rest.split_at((rest.len() % 7 * 61 + 1).min(rest.len()));
        stream.push(piece);
        rest = others;
    }
    assert_eq!(stream.finish(), whole, "what is found depends on how the bytes arrive");
}

/// What holds of any outcome: places are in order and inside, and nothing shown is the value itself.
fn check(outcome: &Outcome, bytes: &[u8]) {
    let mut last = 0;
    for secret in &outcome.secrets {
        assert!(secret.start >= last && secret.end >= secret.start, "{secret:?} is out of order");
        let is_inside = secret.value.start >= secret.start && secret.value.end <= secret.end;
        assert!(is_inside, "{secret:?} has its value outside of it");
        assert!(secret.line >= 1, "{secret:?} has no line");
        assert!(!secret.matched.contains(|sign: char| sign.is_control()), "{secret:?} shows signs of control");
        assert!(secret.matched.len() < 400, "{secret:?} shows too much");
        last = secret.start;
    }
    assert!(outcome.secrets.len() <= bytes.len().max(1), "more secrets than bytes");
}

/// The literals that the gate looks for, for a comparison with other ways to look for them.
pub fn literals() -> Vec<Vec<u8>> {
    BUILTIN.ready().gate.literals().map(<[u8]>::to_vec).collect()
}

/// How many hits the gate has.
pub fn gate_hits(bytes: &[u8]) -> usize {
    let mut count = 0;
    BUILTIN.ready().gate.find(bytes, |_, _| count += 1);
    count
}
