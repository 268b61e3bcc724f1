//! What the uppermost layer leaves visible of what was found in files.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Executable, Finding, Gap, HashedFile, MalwareFinding, Package, SecretFinding, SecretLocation, Severity, Sha256,
    WritableFolder,
};
use serde::{Deserialize, Serialize};

use super::hidden::{FileName, HiddenDetections, file_name, key_of_secret};
use super::{Detected, Detections, FoundMalware, FoundSecret};
use crate::capability_names::capability_name;
use crate::layer_index::LayerIndex;
use crate::merge::Hides;
use crate::owners::{DigestHead, Owned, OwnerFinder, Owners, resolve};
use crate::remarks::{Remark, SET_GID, SET_UID};
use crate::secret_numbers::Numbers;

/// What was found in the files of a target, layers laid over one another. The cache keeps it for whole images.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct VisibleDetections {
    /// By file, with the place of its layer.
    files: BTreeMap<String, (u32, Detected)>,
    /// What upper layers took out of sight.
    hidden: HiddenDetections,
    /// By path, with the place of its layer.
    remarks: BTreeMap<String, (u32, Remark)>,
    /// Which packages own the files that can run, by file.
    owners: BTreeMap<String, Owned>,
    gaps: BTreeMap<String, Vec<Gap>>,
}

impl VisibleDetections {
    /// Lays layers over one another, from the base upwards. `looks_below` says whether anything is looked for that counts in
    /// files out of sight too, so that what could not be looked into of them is to be told.
    pub(crate) fn of<'a>(
        layers: impl Iterator<Item = (&'a LayerIndex, Detections)>,
        looks_below: bool,
    ) -> VisibleDetections {
        let mut visible = VisibleDetections::default();
        let mut databases: BTreeMap<String, Owners> = BTreeMap::new();
        for (number, (index, detections)) in layers.enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let mut hides = Hides::new(index);
            let gone: Vec<String> = visible.files.keys().filter(|path| hides.hides(path)).cloned().collect();
            for path in gone {
                if let Some((layer, detected)) = visible.files.remove(&path) {
                    visible.hidden.hide(&path, (layer, number), detected);
                }
            }
            visible.remarks.retain(|path, _| !hides.hides(path));
            let gone: Vec<String> = visible.gaps.keys().filter(|path| hides.hides(path)).cloned().collect();
            for path in gone {
                let gaps = visible.gaps.remove(&path).unwrap_or_default();
                if looks_below {
                    visible.hidden.hide_gaps(&path, number, gaps);
                }
            }
            databases.retain(|path, _| !hides.hides(path));
            let remarks = detections.remarks.entries.into_iter();
            visible.remarks.extend(remarks.map(|(path, remark)| (path, (number, remark))));
            databases.extend(detections.owners);
            visible.files.extend(detections.files.into_iter().map(|(path, detected)| (path, (number, detected))));
            for gap in detections.gaps {
                let outer = gap.path.split_once("!/").map_or(gap.path.as_str(), |(outer, _)| outer);
                visible.gaps.entry(outer.to_owned()).or_default().push(gap);
            }
        }
        visible.hidden.forget_seen(&visible.files);
        visible.hidden.forget_seen_gaps(visible.gaps.values().flatten());
        visible.owners = resolve(visible.asked(), &databases.values().collect::<Vec<_>>());
        visible
    }

    /// The files whose owners are wanted, each with its digests.
    fn asked(&self) -> impl Iterator<Item = (&str, [Option<DigestHead>; 3])> {
        self.files.iter().filter_map(|(path, (_, detected))| {
            let found = detected.executable.as_ref()?;
            Some((path.as_str(), [DigestHead::of(&found.sha256), found.md5, found.sha1]))
        })
    }

    /// What names and permissions alone tell, in the order of the paths.
    pub(crate) fn remarks(&self) -> impl Iterator<Item = (&str, u32, &Remark)> {
        self.remarks.iter().map(|(path, (layer, remark))| (path.as_str(), *layer, remark))
    }

    /// The folders in which everybody may replace files, sorted.
    pub(crate) fn writable_folders(&self, in_layers: bool) -> Vec<WritableFolder> {
        let folders = self.remarks().filter(|(_, _, remark)| **remark == Remark::WritableFolder);
        folders
            .map(|(path, layer, _)| WritableFolder { path: path.to_owned(), layer: in_layers.then_some(layer) })
            .collect()
    }

    /// What could not be looked into.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.gaps.values().flatten().cloned().chain(self.hidden.gaps())
    }

    /// The files that can run, sorted; `in_layers` says whether places of layers mean anything.
    pub(crate) fn executables(&self, packages: &[Package], in_layers: bool) -> Vec<Executable> {
        let finder = OwnerFinder::new(packages);
        let listed = self.files.iter().filter_map(|(path, (layer, detected))| {
            let found = detected.executable.as_ref()?;
            let owned = self.owners.get(path).and_then(|owned| Some((finder.named(&owned.by)?, owned.is_modified)));
            Some(Executable {
                path: path.clone(),
                sha256: Sha256(found.sha256),
                package: owned.map(|(id, _)| id).or_else(|| finder.around(path)),
                modified: owned.and_then(|(_, is_modified)| is_modified),
                setuid: found.mode & SET_UID != 0,
                setgid: found.mode & SET_GID != 0,
                capabilities: found.capabilities.iter().map(|number| capability_name(*number)).collect(),
                layer: in_layers.then_some(*layer),
            })
        });
        listed.collect()
    }

    /// The files that lists of known malware are asked about, sorted by path: those that can run, what else was looked
    /// into, and what of these lies hidden.
    pub(crate) fn hashed(&self, in_layers: bool) -> Vec<HashedFile> {
        let mut hashed = Vec::new();
        for (path, (layer, detected)) in &self.files {
            let layer = in_layers.then_some(*layer);
            if let Some(executable) = &detected.executable {
                let (path, sha256) = (path.clone(), Sha256(executable.sha256));
                hashed.push(HashedFile { path, sha256, layer, removed_in: None });
            }
            hashed.extend(detected.hashed.iter().map(|file| {
                let (path, sha256) = (whole(path, &file.inner_path), Sha256(file.sha256));
                HashedFile { path, sha256, layer, removed_in: None }
            }));
        }
        hashed.extend(self.hidden.hashed.iter().map(|((path, _), hidden)| HashedFile {
            path: whole(path, &hidden.found.inner_path),
            sha256: Sha256(hidden.found.sha256),
            layer: Some(hidden.layer),
            removed_in: Some(hidden.removed_in),
        }));
        hashed.sort();
        hashed
    }

    /// The secrets of files with several names, by name, that are told at another one: where they count most, of several such
    /// names at the first.
    fn told_elsewhere(&self) -> BTreeSet<(&str, String)> {
        type Named<'a> = (&'a str, &'a [FoundSecret]);
        let mut names: BTreeMap<FileName<'_>, Vec<Named<'_>>> = BTreeMap::new();
        for (path, (layer, detected)) in self.files.iter().filter(|(_, (_, detected))| !detected.secrets.is_empty()) {
            let file = file_name(path, *layer, detected.first.as_ref());
            names.entry(file).or_default().push((path.as_str(), detected.secrets.as_slice()));
        }
        let mut elsewhere = BTreeSet::new();
        for names in names.into_values().filter(|names| names.len() > 1) {
            let mut told: BTreeMap<String, (Severity, &str)> = BTreeMap::new();
            for (path, secrets) in &names {
                for secret in *secrets {
                    let told = told.entry(key_of_secret(secret)).or_insert((secret.severity, *path));
                    if secret.severity > told.0 {
                        *told = (secret.severity, *path);
                    }
                }
            }
            for (path, secrets) in names {
                let keys = secrets.iter().map(key_of_secret);
                elsewhere
                    .extend(keys.filter(|key| told.get(key).is_some_and(|(_, at)| *at != path)).map(|key| (path, key)));
            }
        }
        elsewhere
    }

    /// How much the secrets of files in sight count, by file and key, where any are hidden that may be the same.
    fn seen_secrets(&self) -> BTreeMap<(FileName<'_>, String), Severity> {
        let mut seen = BTreeMap::new();
        let files = self.files.iter().filter(|_| !self.hidden.secrets.is_empty());
        for (path, (layer, detected)) in files {
            let file = file_name(path, *layer, detected.first.as_ref());
            for secret in &detected.secrets {
                let most = seen.entry((file, key_of_secret(secret))).or_insert(secret.severity);
                *most = secret.severity.max(*most);
            }
        }
        seen
    }

    /// Secrets, malware and licenses as findings.
    pub(crate) fn findings(&self, in_layers: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut numbers = Numbers::default();
        let elsewhere = self.told_elsewhere();
        for (path, (layer, detected)) in &self.files {
            let layers = (in_layers.then_some(*layer), None);
            let is_told = |secret: &&FoundSecret| {
                elsewhere.is_empty() || !elsewhere.contains(&(path.as_str(), key_of_secret(secret)))
            };
            let secrets = detected.secrets.iter().filter(is_told);
            findings.extend(secrets.map(|secret| numbers.numbered(secret.fingerprint, secret.finding(path, layers))));
            findings
                .extend(detected.licenses.iter().map(|license| license.finding(|inner| whole(path, inner), layers.0)));
            findings.extend(detected.malware.iter().filter_map(|malware| malware.finding(path, layers)));
        }
        for (path, hidden) in self.hidden.told_secrets(&self.seen_secrets()) {
            let finding = hidden.found.finding(path, (Some(hidden.layer), Some(hidden.removed_in)));
            findings.push(numbers.numbered(hidden.found.fingerprint, finding));
        }
        for ((path, _), hidden) in &self.hidden.malware {
            findings.extend(hidden.found.finding(path, (Some(hidden.layer), Some(hidden.removed_in))));
        }
        findings
    }
}

/// The layer that brought a file, and the one that takes it out of sight.
type Layers = (Option<u32>, Option<u32>);

impl FoundSecret {
    fn finding(&self, path: &str, (layer, removed_in): Layers) -> SecretFinding {
        SecretFinding {
            location: SecretLocation::File,
            path: whole(path, &self.inner_path),
            line: u32::try_from(self.line).ok().filter(|line| *line > 0),
            rule: self.rule.clone(),
            title: self.title.clone(),
            matched: self.matched.clone(),
            number: None,
            severity: self.severity,
            category: self.category.clone(),
            layer,
            removed_in,
            excepted_by: None,
        }
    }
}

impl FoundMalware {
    fn finding(&self, path: &str, (layer, removed_in): Layers) -> Option<Finding> {
        Some(Finding::Malware(MalwareFinding {
            path: whole(path, &self.inner_path),
            rule: self.rule.clone(),
            engine: self.engine,
            severity: self.severity,
            sha256: self.sha256.parse().ok()?,
            description: Some(self.description.clone()).filter(|text| !text.is_empty()),
            layer,
            removed_in,
            excepted_by: None,
        }))
    }
}

/// The path of a file, with that inside of the archive that it is.
fn whole(path: &str, inner: &Option<String>) -> String {
    match inner {
        Some(inner) => format!("{path}!/{inner}"),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::FirstName;

    /// The whiteouts of a layer, and what could not be looked into of its files, with the reasons.
    type Layer<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

    const NOTHING: Layer<'_> = (&[], &[]);

    fn gaps(layers: &[Layer<'_>], looks_below: bool) -> Vec<String> {
        let indexes: Vec<LayerIndex> = layers
            .iter()
            .map(|(whiteouts, _)| {
                let whiteouts = whiteouts.iter().map(|path| (*path).to_owned()).collect();
                LayerIndex { whiteouts, ..LayerIndex::default() }
            })
            .collect();
        let found = layers.iter().map(|(_, gaps)| {
            let gaps = gaps.iter().map(|(path, reason)| Gap::new(*path, *reason)).collect();
            Detections { gaps, ..Detections::default() }
        });
        let visible = VisibleDetections::of(indexes.iter().zip(found), looks_below);
        visible.gaps().map(|gap| format!("{}: {}", gap.path, gap.reason)).collect()
    }

    /// What is told of files in one layer: where, and how much it counts. Each holds the same secret, as of this severity, and may
    /// have come under another name.
    fn told(files: &[(&str, Severity, Option<FirstName>)]) -> Vec<(String, Severity)> {
        let secret = |severity| FoundSecret {
            inner_path: None,
            line: 1,
            rule: "token".to_owned(),
            title: "Token".to_owned(),
            category: "token".to_owned(),
            severity,
            matched: "t********".to_owned(),
            fingerprint: 7,
        };
        let mut found = Detections::default();
        for (path, severity, first) in files {
            let detected = Detected { secrets: vec![secret(*severity)], first: first.clone(), ..Detected::default() };
            found.files.insert((*path).to_owned(), detected);
        }
        let index = LayerIndex::default();
        let visible = VisibleDetections::of([(&index, found)].into_iter(), true);
        let findings = visible.findings(true).into_iter();
        findings
            .filter_map(|finding| match finding {
                Finding::Secret(secret) => Some((secret.path, secret.severity)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_secret_of_a_file_with_several_names_is_told_where_it_counts_most() {
        let of = |path: &str| Some(FirstName { layer: None, path: path.to_owned() });
        let (low, high) = (Severity::Low, Severity::High);
        let at = |path: &str, severity| (path.to_owned(), severity);
        assert_eq!(told(&[("a", high, None), ("b", high, of("a")), ("c", high, of("a"))]), [at("a", high)]);
        assert_eq!(told(&[("a", low, None), ("b", high, of("a")), ("c", high, of("a"))]), [at("b", high)]);
        // The file may hold none under its own name, or be gone.
        assert_eq!(told(&[("b", high, of("a")), ("c", high, of("a"))]), [at("b", high)]);
        // The same secret in another file is another one.
        assert_eq!(told(&[("a", high, None), ("b", high, None)]), [at("a", high), at("b", high)]);
        let lower = Some(FirstName { layer: Some(7), path: "a".to_owned() });
        assert_eq!(told(&[("a", high, None), ("b", high, lower)]), [at("a", high), at("b", high)]);
    }

    #[test]
    fn what_cannot_be_read_of_a_file_that_an_upper_layer_removes_is_a_gap() {
        const HIDDEN: &str = "removes or replaces the file, and the image still holds it";
        let damaged = [("app/a.tar!/b.gz", "it is damaged"), ("app/big.log", "it is too large")];
        let base = (NOTHING.0, &damaged[..]);
        assert_eq!(gaps(&[base], true), ["app/a.tar!/b.gz: it is damaged", "app/big.log: it is too large"]);
        let gone = (&["app/a.tar"][..], NOTHING.1);
        let told =
            ["app/big.log: it is too large".to_owned(), format!("app/a.tar!/b.gz: layer 2 {HIDDEN}: it is damaged")];
        assert_eq!(gaps(&[base, gone], true), told);
        // With the folder around it, and once more.
        let folder = (&["app"][..], NOTHING.1);
        let told = gaps(&[base, folder, base, NOTHING, folder], true);
        assert_eq!(
            told,
            [
                format!("app/a.tar!/b.gz: layer 5 {HIDDEN}: it is damaged"),
                format!("app/big.log: layer 5 {HIDDEN}: it is too large"),
            ]
        );
        // What is in sight as it was below is told once, and where nothing is looked for that counts there, nothing is.
        assert_eq!(gaps(&[base, folder, base], true), gaps(&[base], true));
        assert_eq!(gaps(&[base, folder], false), [""; 0]);
        // What a list of a package's files would have said matters in sight alone.
        let list = [("var/lib/dpkg/info/a.list", "it is cut off")];
        let gone = (&["var/lib/dpkg/info/a.list"][..], NOTHING.1);
        assert_eq!(gaps(&[(NOTHING.0, &list[..]), gone], true), [""; 0]);
    }
}
