//! Base images: whether an image was built on one that is approved (`docs/reference/approved-bases.md`).
//!
//! An image carries the layers of its base at its bottom, and those are proof. What its labels and annotations say of
//! the base is a claim by whoever built it, and is believed only where the list gives no layers to check it by.

use std::collections::BTreeMap;
use std::str::FromStr;

use model::{BaseImage, Digest, ImageFacts, LayerFacts};

/// OCI image-spec, annotations.md: the digest of the base image's manifest.
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";
/// OCI image-spec, annotations.md: the reference of the base image.
const BASE_NAME: &str = "org.opencontainers.image.base.name";

/// No more of a word is said again in an error: any file may be given as a list by mistake.
const LONGEST_SAID: usize = 100;

/// The base images that are approved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovedBases {
    lines: Vec<ApprovedBase>,
}

/// One build of an approved base image.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ApprovedBase {
    name: String,
    /// Those of the manifest and the configuration, then those of the layers from the bottom upwards.
    digests: Vec<Digest>,
}

/// Another build of a base image, as the list has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseAlternative<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its digests: of manifest and configuration, where they are listed, then of layers from the bottom upwards.
    pub digests: &'a [Digest],
}

/// The error of reading a list of approved base images.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApprovedBases {
    /// A word is no digest.
    #[error("line {line}: a word is no digest")]
    Digest {
        /// Its number, from 1.
        line: usize,
        /// The cause.
        source: model::InvalidDigest,
    },
    /// A line has a name and nothing else. A longer name is cut.
    #[error("line {line} names {name} without a digest; write NAME DIGEST…, since a name alone proves nothing")]
    NameOnly {
        /// Its number, from 1.
        line: usize,
        /// The name.
        name: String,
    },
}

impl FromStr for ApprovedBases {
    type Err = InvalidApprovedBases;

    fn from_str(text: &str) -> Result<ApprovedBases, InvalidApprovedBases> {
        let mut lines = Vec::new();
        for (index, text) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = index + 1;
            let mut words = text.split('#').next().unwrap_or_default().split_whitespace();
            let Some(name) = words.next() else { continue };
            let digests: Result<Vec<Digest>, _> = words.map(str::parse).collect();
            let digests = digests.map_err(|source| {
                let source = model::InvalidDigest { text: cut(&source.text) };
                InvalidApprovedBases::Digest { line, source }
            })?;
            if digests.is_empty() {
                return Err(InvalidApprovedBases::NameOnly { line, name: cut(name) });
            }
            lines.push(ApprovedBase { name: name.to_owned(), digests });
        }
        Ok(ApprovedBases { lines })
    }
}

impl ApprovedBases {
    /// Tells the image's base and which layers are its. `digest` is the image's own.
    pub fn mark(&self, image: &mut ImageFacts, digest: Option<&Digest>) {
        let base = self.find(image, digest);
        if let Some(count) = base.layers {
            for (index, layer) in image.layers.iter_mut().enumerate() {
                layer.base = Some(index < count as usize);
            }
        }
        image.base = Some(base);
    }

    /// Other builds of the image's base on the list: lines whose names differ in tag and digest alone, in the order of the
    /// list.
    pub fn alternatives(&self, image: &ImageFacts) -> Vec<BaseAlternative<'_>> {
        let base = image.base.as_ref().filter(|base| base.is_approved && base.layers.is_some());
        let Some(name) = base.and_then(|base| base.name.as_deref()) else { return Vec::new() };
        let is_other = |line: &&ApprovedBase| {
            repository_of(&line.name) == repository_of(name) && line.layers_of(&image.layers).is_none()
        };
        let lines = self.lines.iter().filter(is_other);
        lines.map(|line| BaseAlternative { name: &line.name, digests: &line.digests }).collect()
    }

    fn find(&self, image: &ImageFacts, digest: Option<&Digest>) -> BaseImage {
        let by_layers = self.lines.iter().filter_map(|line| Some((line.layers_of(&image.layers)?, line)));
        // The first of equals, so that the order of the list decides.
        if let Some((matched, line)) = by_layers.rev().max_by_key(|(matched, _)| matched.layers) {
            let own = line.digests.first().filter(|_| matched.first > 0).cloned();
            return line.approve(own, Some(matched.layers));
        }
        if let Some(digest) = digest
            && let Some(line) = self.lines.iter().find(|line| line.digests.contains(digest))
        {
            return line.approve(Some(digest.clone()), Some(image.layers.len()));
        }
        let claimed = claim(image, BASE_DIGEST).and_then(|text| text.parse::<Digest>().ok());
        let line =
            self.lines.iter().find(|line| claimed.as_ref().is_some_and(|digest| line.digests == [digest.clone()]));
        match line {
            Some(line) => line.approve(claimed, None),
            None => {
                let name = claim(image, BASE_NAME).map(str::to_owned);
                BaseImage { name, digest: claimed, ..BaseImage::default() }
            }
        }
    }
}

/// How a line fits the layers of an image.
struct Matched {
    /// Which of the line's digests is that of the lowest layer.
    first: usize,
    layers: usize,
}

impl ApprovedBase {
    fn approve(&self, digest: Option<Digest>, layers: Option<usize>) -> BaseImage {
        let layers = layers.and_then(|count| u32::try_from(count).ok());
        BaseImage { name: Some(self.name.clone()), digest, layers, is_approved: true, ..BaseImage::default() }
    }

    /// How many of the lowest layers the line names; nothing unless all its digests from some place on are theirs, since
    /// an image that shares only the lower layers of a base is built on something else.
    fn layers_of(&self, layers: &[LayerFacts]) -> Option<Matched> {
        let lowest = layers.first()?;
        let starts = self.digests.iter().enumerate().filter(|(_, digest)| is_of(lowest, digest));
        starts.filter_map(|(first, _)| self.layers_from(first, layers)).next()
    }

    fn layers_from(&self, first: usize, layers: &[LayerFacts]) -> Option<Matched> {
        let mut top = 0;
        for digest in &self.digests[first + 1..] {
            // A layer may be named twice, as it is stored and as it is unpacked.
            if is_of(layers.get(top)?, digest) {
                continue;
            }
            top += 1;
            if !is_of(layers.get(top)?, digest) {
                return None;
            }
        }
        Some(Matched { first, layers: top + 1 })
    }
}

/// The beginning of a word, as an error says it.
fn cut(word: &str) -> String {
    match word.char_indices().nth(LONGEST_SAID) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// A name without its tag and digest: `registry:5000/team/base` of `registry:5000/team/base:1@sha256:…`.
fn repository_of(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or_default();
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    name[last..].find(':').map_or(name, |colon| &name[..last + colon])
}

fn is_of(layer: &LayerFacts, digest: &Digest) -> bool {
    layer.digest.as_ref() == Some(digest) || layer.diff_id.as_ref() == Some(digest)
}

/// What the image says of itself; an annotation before a label, as it is nearer to the image.
fn claim<'a>(image: &'a ImageFacts, key: &str) -> Option<&'a str> {
    let of = |map: &'a BTreeMap<String, String>| map.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
    of(&image.annotations).or_else(|| of(&image.labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digest from one letter, so that lists read well.
    fn digest(letter: char) -> Digest {
        format!("sha256:{}", letter.to_string().repeat(64)).parse().unwrap()
    }

    /// `list` has one word a digest, `layers` one of two letters a layer (as stored, unpacked), `claimed` what the label
    /// says; gives the base as `NAME DIGEST LAYERS`, with `-` for what is not known.
    fn check(list: &str, layers: &[&str], claimed: Option<char>, expected: &str) {
        let lines = list.lines().map(|line| {
            let (name, digests) = line.split_once(' ').unwrap();
            let digests: Vec<String> = digests.chars().map(|letter| digest(letter).to_string()).collect();
            format!("{name} {}\n", digests.join(" "))
        });
        let bases: ApprovedBases = lines.collect::<String>().parse().unwrap();
        let layers = layers
            .iter()
            .map(|letters| {
                let mut letters = letters.chars().map(digest);
                let (digest, diff_id) = (letters.next(), letters.next());
                LayerFacts { digest, diff_id, created_by: None, size_bytes: 0, base: None }
            })
            .collect();
        let mut image = ImageFacts { layers, ..ImageFacts::default() };
        image.labels.extend(claimed.map(|letter| (BASE_DIGEST.to_owned(), digest(letter).to_string())));
        bases.mark(&mut image, Some(&digest('9')));
        let marked = image.layers.iter().filter(|layer| layer.base == Some(true)).count();
        let base = image.base.unwrap();
        assert_eq!(marked, base.layers.unwrap_or_default() as usize);
        let found = format!(
            "{} {} {}",
            base.name.filter(|_| base.is_approved).unwrap_or_else(|| "unapproved".into()),
            base.digest.map_or('-', |digest| digest.hex().chars().next().unwrap()),
            base.layers.map_or("-".to_owned(), |count| count.to_string()),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn the_lowest_layers_prove_a_base() {
        check("alpine:3.20 0ab", &["a1", "b2", "c3"], None, "alpine:3.20 0 2");
        check("alpine:3.20 12", &["a1", "b2", "c3"], None, "alpine:3.20 - 2");
        check("alpine:3.20 a1b2", &["a1", "b2", "c3"], None, "alpine:3.20 - 2");
        check("alpine:3.20 0ab12", &["a1", "b2", "c3"], None, "alpine:3.20 0 2");
        check("debian:12 0d", &["a1", "b2"], None, "unapproved - -");
    }

    #[test]
    fn part_of_a_base_is_another_base() {
        check("alpine:3.20 0abd", &["a1", "b2", "c3"], None, "unapproved - -");
        check("alpine:3.20 0ab", &["a1"], None, "unapproved - -");
        check("alpine:3.20 b", &["a1", "b2"], None, "unapproved - -");
    }

    #[test]
    fn the_longest_base_wins() {
        check("alpine:3.20 0a\nteam/alpine:1 4ab", &["a1", "b2", "c3"], None, "team/alpine:1 4 2");
        check("first 0a\nsecond 4a", &["a1"], None, "first 0 1");
    }

    #[test]
    fn other_builds_differ_in_tag_and_digest_alone() {
        assert_eq!(repository_of("registry:5000/team/base:1@sha256:12"), "registry:5000/team/base");
        assert_eq!(repository_of("registry:5000/base"), "registry:5000/base");
        let layers =
            vec![LayerFacts { digest: Some(digest('a')), diff_id: None, created_by: None, size_bytes: 0, base: None }];
        let list = [("alpine:1", 'a'), ("alpine:2", 'b'), ("alpine", 'c'), ("debian:2", 'd')];
        let list: String = list.iter().map(|(name, letter)| format!("{name} {}\n", digest(*letter))).collect();
        let bases: ApprovedBases = list.parse().unwrap();
        let mut image = ImageFacts { layers, ..ImageFacts::default() };
        bases.mark(&mut image, None);
        let names: Vec<&str> = bases.alternatives(&image).iter().map(|other| other.name).collect();
        assert_eq!(names, ["alpine:2", "alpine"]);
    }

    #[test]
    fn an_approved_image_is_its_own_base() {
        check("alpine:3.20 9", &["a1", "b2"], None, "alpine:3.20 9 2");
    }

    #[test]
    fn a_claim_is_believed_where_no_layers_are_listed() {
        check("alpine:3.20 0", &["a1"], Some('0'), "alpine:3.20 0 -");
        check("alpine:3.20 0bc", &["a1"], Some('0'), "unapproved 0 -");
        check("alpine:3.20 0", &["a1"], Some('5'), "unapproved 5 -");
    }

    #[test]
    fn lists_have_comments_and_clear_errors() {
        let d = digest('a');
        let bases: ApprovedBases =
            format!("# approved by the platform team\n\nalpine:3.20 {d} # latest\n").parse().unwrap();
        assert_eq!(bases.lines.len(), 1);
        let name_only = "alpine".parse::<ApprovedBases>().unwrap_err();
        assert_eq!(name_only, InvalidApprovedBases::NameOnly { line: 1, name: "alpine".into() });
        let binary = "\0ä".repeat(1 << 20);
        for text in [binary.clone(), format!("alpine:3 {binary}"), format!("alpine:3 {d} {d}{binary}")] {
            let error = text.parse::<ApprovedBases>().unwrap_err();
            let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            let told = format!("{error}: {cause}");
            assert!(told.contains('…') && told.len() < 500, "{} bytes", told.len());
        }
        assert!(
            format!("\nalpine:3 {d} sha256:12")
                .parse::<ApprovedBases>()
                .unwrap_err()
                .to_string()
                .starts_with("line 2: ")
        );
    }
}
