//! What was found in files that an upper layer removes or replaces. No container sees them, and whoever pulls the image has
//! them all the same: a secret is given away, and malware came with the build.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, MalwareEngine, Severity, counted};
use serde::{Deserialize, Serialize};

use super::{Detected, FirstName, FoundMalware, FoundSecret, Hashed};
use crate::owners::tells_owners;

/// Secrets, malware and hashes of files out of sight that are kept of one image, each kind for itself.
const MOST_HIDDEN: usize = 10_000;

/// The most gaps about files out of sight of one image that are noted one by one; the rest is counted.
const MOST_HIDDEN_GAPS: usize = 1_000;

/// What lies below the visible files of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct HiddenDetections {
    pub(super) secrets: BTreeMap<Key, Hidden<FoundSecret>>,
    pub(super) malware: BTreeMap<Key, Hidden<FoundMalware>>,
    pub(super) hashed: BTreeMap<Key, Hidden<Hashed>>,
    left_out: u64,
    /// What could not be looked into, by path and reason, with the last layer that takes it out of sight.
    gaps: BTreeMap<(String, String), u32>,
    gaps_left_out: u64,
}

/// The file, and what tells what was found in it from all else in the file: its rule and match, wherever it moves.
pub(super) type Key = (String, String);

/// Something that was found, and the layers between which it was in sight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hidden<T> {
    pub(super) layer: u32,
    pub(super) removed_in: u32,
    /// What file it is, where it had come under another name; of secrets alone.
    first: Option<FirstName>,
    pub(super) found: T,
}

impl HiddenDetections {
    /// Keeps what was found in a file of `layer` that the layer `removed_in` takes out of sight.
    pub(super) fn hide(&mut self, path: &str, (layer, removed_in): (u32, u32), detected: Detected) {
        let Detected { executable, secrets, malware, licenses: _, hashed, first } = detected;
        for secret in secrets {
            let key = (path.to_owned(), key_of_secret(&secret));
            let first = first.clone();
            self.left_out += keep(&mut self.secrets, key, Hidden { layer, removed_in, first, found: secret });
        }
        // Marks that alone are no malware are not worth a word where nothing can run.
        for malware in malware.into_iter().filter(|malware| malware.engine != MalwareEngine::Heuristic) {
            let key = (path.to_owned(), key_of_malware(&malware));
            self.left_out += keep(&mut self.malware, key, Hidden { layer, removed_in, first: None, found: malware });
        }
        let own = executable.map(|executable| Hashed { inner_path: None, sha256: executable.sha256 });
        for hashed in own.into_iter().chain(hashed) {
            let key = (path.to_owned(), format!("{:?}", (&hashed.inner_path, hashed.sha256)));
            self.left_out += keep(&mut self.hashed, key, Hidden { layer, removed_in, first: None, found: hashed });
        }
    }

    /// Drops what a file in sight still holds: one that was only touched holds what it held.
    pub(super) fn forget_seen(&mut self, files: &BTreeMap<String, (u32, Detected)>) {
        let seen = |path: &str| files.get(path).map(|(_, detected)| detected);
        self.secrets.retain(|(path, key), _| {
            !seen(path).is_some_and(|seen| seen.secrets.iter().any(|secret| key_of_secret(secret) == *key))
        });
        self.malware.retain(|(path, key), _| {
            !seen(path).is_some_and(|seen| seen.malware.iter().any(|malware| key_of_malware(malware) == *key))
        });
        self.hashed.retain(|(path, _), hidden| {
            let is_same = |seen: &Detected| {
                seen.hashed.contains(&hidden.found)
                    || hidden.found.inner_path.is_none()
                        && seen.executable.as_ref().is_some_and(|file| file.sha256 == hidden.found.sha256)
            };
            !seen(path).is_some_and(is_same)
        });
    }

    /// The secrets by the paths of their files. Of a file with several names each is told once: where it counts most, of such
    /// names where it was in sight the longest, of these at the first. None is told that counts as much in a file in sight
    /// that is the same one, as `seen` says of a file and of the key of a secret.
    pub(super) fn told_secrets(
        &self,
        seen: &BTreeMap<(FileName<'_>, String), Severity>,
    ) -> impl Iterator<Item = (&str, &Hidden<FoundSecret>)> {
        let mut told: BTreeMap<(FileName<'_>, &str), (Severity, u32, Reverse<&str>)> = BTreeMap::new();
        for ((path, key), hidden) in &self.secrets {
            let rank = (hidden.found.severity, hidden.removed_in, Reverse(path.as_str()));
            let told = told.entry((hidden.file(path), key.as_str())).or_insert(rank);
            *told = rank.max(*told);
        }
        let mut paths = BTreeSet::new();
        for ((file, key), (severity, _, Reverse(path))) in told {
            if seen.get(&(file, key.to_owned())).is_none_or(|seen| *seen < severity) {
                paths.insert((path, key));
            }
        }
        let secrets = self.secrets.iter().map(|((path, key), hidden)| (path.as_str(), key.as_str(), hidden));
        secrets.filter(move |(path, key, _)| paths.contains(&(*path, *key))).map(|(path, _, hidden)| (path, hidden))
    }

    /// Keeps what could not be looked into of a file that the layer `removed_in` takes out of sight: what is looked for there
    /// may be in it. Who owned which files is asked of those in sight alone.
    pub(super) fn hide_gaps(&mut self, file: &str, removed_in: u32, gaps: Vec<Gap>) {
        if tells_owners(file) {
            return;
        }
        for Gap { path, reason } in gaps {
            let key = (path, reason);
            if self.gaps.len() < MOST_HIDDEN_GAPS || self.gaps.contains_key(&key) {
                self.gaps.insert(key, removed_in);
            } else {
                self.gaps_left_out += 1;
            }
        }
    }

    /// Drops what is as true of files in sight.
    pub(super) fn forget_seen_gaps<'a>(&mut self, seen: impl Iterator<Item = &'a Gap>) {
        for Gap { path, reason } in seen {
            self.gaps.remove(&(path.clone(), reason.clone()));
        }
    }

    /// What could not be looked into, and that there is more than is kept.
    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        let named = self.gaps.iter().map(|((path, reason), removed_in)| {
            let layer = u64::from(*removed_in) + 1;
            let reason = format!("layer {layer} removes or replaces the file, and the image still holds it: {reason}");
            Gap::new(path.clone(), reason)
        });
        named.chain(self.gap_of_gaps()).chain(self.gap())
    }

    fn gap_of_gaps(&self) -> Option<Gap> {
        let reason = || {
            counted(
                self.gaps_left_out,
                "more file that an upper layer removes or replaces could not be looked into",
                "more files that upper layers remove or replace could not be looked into",
            )
        };
        (self.gaps_left_out > 0).then(|| Gap::new("", reason()))
    }

    fn gap(&self) -> Option<Gap> {
        let reason = || {
            counted(
                self.left_out,
                "more finding in files that upper layers remove or replace than can be kept of one image",
                "more findings in files that upper layers remove or replace than can be kept of one image",
            )
        };
        (self.left_out > 0).then(|| Gap::new("", reason()))
    }
}

impl<T> Hidden<T> {
    fn file<'a>(&'a self, path: &'a str) -> FileName<'a> {
        file_name(path, self.layer, self.first.as_ref())
    }
}

/// What a file is known by, whatever further names it has: its layer, and its first name there.
pub(super) type FileName<'a> = (u32, &'a str);

/// What the file at a path of a layer is known by, which may have come under another name.
pub(super) fn file_name<'a>(path: &'a str, layer: u32, first: Option<&'a FirstName>) -> FileName<'a> {
    first.map_or((layer, path), |first| (first.layer.unwrap_or(layer), first.path.as_str()))
}

/// Keeps something, from its first layer to the last that takes it out of sight; says how much of it is left out.
fn keep<T>(known: &mut BTreeMap<Key, Hidden<T>>, key: Key, hidden: Hidden<T>) -> u64 {
    if let Some(earlier) = known.get_mut(&key) {
        earlier.removed_in = hidden.removed_in;
        return 0;
    }
    if known.len() >= MOST_HIDDEN {
        return 1;
    }
    known.insert(key, hidden);
    0
}

/// What tells a secret from all else that is found in its file.
pub(super) fn key_of_secret(secret: &FoundSecret) -> String {
    format!("{:?}", (&secret.inner_path, &secret.rule, &secret.matched, secret.fingerprint))
}

fn key_of_malware(malware: &FoundMalware) -> String {
    format!("{:?}", (&malware.inner_path, &malware.rule, &malware.sha256))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(matched: &str) -> FoundSecret {
        FoundSecret {
            inner_path: None,
            line: 1,
            rule: "token".into(),
            title: "Token".into(),
            category: "token".into(),
            severity: Severity::High,
            matched: matched.into(),
            fingerprint: 0,
        }
    }

    fn detected(secrets: &[&str]) -> Detected {
        Detected { secrets: secrets.iter().map(|matched| secret(matched)).collect(), ..Detected::default() }
    }

    fn told(hidden: &HiddenDetections) -> Vec<(&str, &str, u32, u32)> {
        let told = hidden
            .secrets
            .iter()
            .map(|((path, _), hidden)| (path.as_str(), hidden.found.matched.as_str(), hidden.layer, hidden.removed_in));
        told.collect()
    }

    #[test]
    fn a_file_that_was_only_touched_before_it_went_is_told_once() {
        let mut hidden = HiddenDetections::default();
        hidden.hide("a", (0, 1), detected(&["x", "y"]));
        hidden.hide("a", (1, 3), detected(&["x"]));
        hidden.hide("b", (2, 3), detected(&["x"]));
        assert_eq!(told(&hidden), [("a", "x", 0, 3), ("a", "y", 0, 1), ("b", "x", 2, 3)]);
    }

    #[test]
    fn what_is_still_in_sight_is_not_hidden() {
        let mut hidden = HiddenDetections::default();
        hidden.hide("a", (0, 1), detected(&["x", "y"]));
        hidden.forget_seen(&BTreeMap::from([("a".to_owned(), (1, detected(&["y"])))]));
        assert_eq!(told(&hidden), [("a", "x", 0, 1)]);
    }

    #[test]
    fn a_secret_that_was_changed_in_its_place_is_hidden_though_both_look_the_same_masked() {
        let of = |fingerprint| Detected {
            secrets: vec![FoundSecret { fingerprint, ..secret("PASSWORD=********") }],
            ..Detected::default()
        };
        let mut hidden = HiddenDetections::default();
        hidden.hide("a", (0, 1), of(1));
        hidden.hide("a", (1, 2), of(2));
        hidden.forget_seen(&BTreeMap::from([("a".to_owned(), (2, of(2)))]));
        assert_eq!(told(&hidden), [("a", "PASSWORD=********", 0, 1)]);
    }

    #[test]
    fn a_secret_of_a_file_with_several_names_is_told_once() {
        /// A file: its path, the layers between which it is in sight, how much its secret counts, and its first name.
        type Name<'a> = (&'a str, (u32, u32), Severity, Option<(Option<u32>, &'a str)>);
        let (low, high) = (Severity::Low, Severity::High);
        let told = |names: &[Name<'_>], seen: Option<Severity>| -> Vec<(String, u32)> {
            let mut hidden = HiddenDetections::default();
            for (path, layers, severity, first) in names {
                let first = first.map(|(layer, path)| FirstName { layer, path: path.to_owned() });
                let secrets = vec![FoundSecret { severity: *severity, ..secret("x") }];
                hidden.hide(path, *layers, Detected { secrets, first, ..Detected::default() });
            }
            let seen = seen.map(|severity| (((0, "a"), key_of_secret(&secret("x"))), severity));
            let seen = seen.into_iter().collect();
            hidden.told_secrets(&seen).map(|(path, hidden)| (path.to_owned(), hidden.removed_in)).collect()
        };
        let at = |path: &str, removed_in| (path.to_owned(), removed_in);
        let (own, of_a) = (("a", (0, 2), high, None), Some((None, "a")));
        assert_eq!(told(&[own, ("b", (0, 2), high, of_a)], None), [at("a", 2)]);
        assert_eq!(told(&[own, ("b", (0, 3), high, of_a), ("c", (0, 3), high, of_a)], None), [at("b", 3)]);
        assert_eq!(told(&[("a", (0, 3), low, None), ("b", (0, 2), high, of_a)], None), [at("b", 2)]);
        // A link of an upper layer, and one whose first name is in sight no less.
        assert_eq!(told(&[own, ("b", (1, 2), high, Some((Some(0), "a")))], None), [at("a", 2)]);
        assert_eq!(told(&[("b", (0, 2), high, of_a)], None), [at("b", 2)]);
        assert!(told(&[("b", (0, 2), high, of_a)], Some(high)).is_empty());
        assert_eq!(told(&[("b", (0, 2), high, of_a)], Some(low)), [at("b", 2)]);
        // Other files with the same secret.
        assert_eq!(told(&[own, ("b", (0, 2), high, None)], None), [at("a", 2), at("b", 2)]);
        assert_eq!(told(&[own, ("b", (1, 2), high, of_a)], None), [at("a", 2), at("b", 2)]);
    }

    #[test]
    fn mere_marks_of_malware_are_not_kept() {
        let malware = |engine| FoundMalware {
            inner_path: None,
            rule: "r".into(),
            engine,
            severity: Severity::Low,
            sha256: "0".repeat(64),
            description: String::new(),
        };
        let mut hidden = HiddenDetections::default();
        let malware = vec![malware(MalwareEngine::Heuristic), malware(MalwareEngine::Yara)];
        hidden.hide("a", (0, 1), Detected { malware, ..Detected::default() });
        let engines: Vec<_> = hidden.malware.values().map(|hidden| hidden.found.engine).collect();
        assert_eq!(engines, [MalwareEngine::Yara]);
    }

    #[test]
    fn what_does_not_fit_is_a_gap() {
        let mut hidden = HiddenDetections::default();
        for number in 0..=MOST_HIDDEN {
            hidden.hide(&number.to_string(), (0, 1), detected(&["x"]));
        }
        assert!(hidden.gap().is_some_and(|gap| gap.reason.starts_with("1 more finding in files ")));
    }

    #[test]
    fn gaps_beyond_the_most_are_counted() {
        let mut hidden = HiddenDetections::default();
        let gap = |number: usize| Gap::new(number.to_string(), "it is damaged");
        hidden.hide_gaps("a", 1, (0..MOST_HIDDEN_GAPS + 2).map(gap).collect());
        // One that is known already is none more.
        hidden.hide_gaps("a", 2, vec![gap(0)]);
        let gaps: Vec<Gap> = hidden.gaps().collect();
        assert_eq!(gaps.len(), MOST_HIDDEN_GAPS + 1);
        assert_eq!(gaps[0].reason, "layer 3 removes or replaces the file, and the image still holds it: it is damaged");
        let counted = "2 more files that upper layers remove or replace could not be looked into";
        assert_eq!(gaps[MOST_HIDDEN_GAPS], Gap::new("", counted));
    }
}
