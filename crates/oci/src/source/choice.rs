//! Choosing one image where a file has several.

use model::{Digest, ImageName, Platform};

use super::{OpenImageError, OpenOptions};

/// The most names that are kept of an image.
const MOST_NAMES: usize = 100;
/// The longest of them, in bytes.
const LONGEST_NAME_BYTES: usize = 1024;

/// An image that could be meant.
#[derive(Debug)]
pub(super) struct Candidate<T> {
    /// The names that the file gives it, whole names or tags alone.
    pub(super) names: Vec<String>,
    /// The digests that it can be asked for by.
    pub(super) digests: Vec<Digest>,
    pub(super) platform: Option<Platform>,
    pub(super) image: T,
}

/// The one candidate that the options mean.
///
/// Candidates of the same names are one image for several platforms. Without a wanted platform the native one is taken,
/// or the only one.
pub(super) fn choose<T>(
    place: &str,
    mut candidates: Vec<Candidate<T>>,
    options: &OpenOptions<'_>,
) -> Result<Candidate<T>, OpenImageError> {
    let place = || place.to_owned();
    if candidates.is_empty() {
        return Err(OpenImageError::Empty { place: place() });
    }
    if let Some(wanted) = &options.image {
        let offered = labels(&candidates);
        candidates.retain(|candidate| candidate.is_called(wanted));
        if candidates.is_empty() {
            return Err(OpenImageError::NoSuchImage { place: place(), wanted: wanted.clone(), offered });
        }
    }
    let wanted = options.platform.clone().unwrap_or_else(Platform::native);
    let fits = |candidate: &Candidate<T>| candidate.platform.as_ref().is_none_or(|platform| wanted.accepts(platform));
    if options.platform.is_none() && !is_one_image(&candidates) {
        return Err(OpenImageError::SeveralImages { place: place(), offered: labels(&candidates) });
    }
    if candidates.iter().any(fits) {
        candidates.retain(fits);
    } else if options.platform.is_some() || candidates.len() > 1 {
        let mut offered: Vec<String> =
            candidates.iter().filter_map(|candidate| candidate.platform.as_ref()).map(Platform::to_string).collect();
        offered.sort_unstable();
        offered.dedup();
        return Err(OpenImageError::NoSuchPlatform { place: place(), wanted, offered });
    }
    let is_unnamed = candidates.iter().all(|candidate| candidate.names.is_empty());
    let has_twins =
        candidates.iter().any(|one| candidates.iter().filter(|other| other.platform == one.platform).count() > 1);
    if !is_one_image(&candidates) || (is_unnamed && has_twins) {
        return Err(OpenImageError::SeveralImages { place: place(), offered: labels(&candidates) });
    }
    // Of several variants of a processor the richest; of equals the first.
    let mut best = 0;
    for (place, candidate) in candidates.iter().enumerate() {
        let variant = |candidate: &Candidate<T>| candidate.platform.as_ref().and_then(|it| it.variant.clone());
        if variant(candidate) > variant(&candidates[best]) {
            best = place;
        }
    }
    let mut chosen = candidates.swap_remove(best);
    keep_names(&mut chosen.names, options.image.as_deref());
    Ok(chosen)
}

/// Leaves out what is no name and what is too much, but not the name that was asked for: whoever judges the image compares
/// each of them with each of his patterns.
fn keep_names(names: &mut Vec<String>, wanted: Option<&str>) {
    names.retain(|name| name.len() <= LONGEST_NAME_BYTES);
    names.sort_by_cached_key(|name| (wanted.is_none_or(|wanted| !is_same_name(name, wanted)), name.clone()));
    names.truncate(MOST_NAMES);
    names.sort_unstable();
}

impl<T> Candidate<T> {
    fn is_called(&self, wanted: &str) -> bool {
        let is_digest = self
            .digests
            .iter()
            .any(|digest| digest.to_string() == wanted || (wanted.len() >= 12 && digest.hex().starts_with(wanted)));
        is_digest || self.names.iter().any(|name| is_same_name(name, wanted))
    }
}

/// Whether a name in a file is the one that a person typed, short forms and a tag alone included.
pub(super) fn is_same_name(name: &str, wanted: &str) -> bool {
    if name == wanted || name.rsplit_once(':').is_some_and(|(_, tag)| tag == wanted) {
        return true;
    }
    match (name.parse::<ImageName>(), wanted.parse::<ImageName>()) {
        (Ok(name), Ok(wanted)) => name == wanted,
        _ => false,
    }
}

/// Whether all candidates have the same names.
fn is_one_image<T>(candidates: &[Candidate<T>]) -> bool {
    candidates.iter().all(|candidate| candidate.names == candidates[0].names)
}

fn labels<T>(candidates: &[Candidate<T>]) -> Vec<String> {
    let mut labels = Vec::new();
    for candidate in candidates {
        match (candidate.names.as_slice(), candidate.digests.first()) {
            ([], Some(digest)) => labels.push(digest.to_string()),
            (names, _) => labels.extend_from_slice(names),
        }
    }
    labels.sort_unstable();
    labels.dedup();
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Candidates are written `NAME@OS/ARCH`; gives the place of the chosen one, or the error.
    fn check(candidates: &[&str], image: Option<&str>, platform: Option<&str>, chosen: Result<usize, &str>) {
        let candidates_list = candidates.iter().enumerate().map(|(place, text)| {
            let (name, platform) = text.split_once('@').unwrap();
            Candidate {
                names: if name.is_empty() { Vec::new() } else { vec![name.to_owned()] },
                digests: vec![format!("sha256:{place:064x}").parse().unwrap()],
                platform: platform.parse().ok(),
                image: place,
            }
        });
        let options = OpenOptions {
            platform: platform.map(|platform| platform.parse().unwrap()),
            image: image.map(str::to_owned),
            cache: None,
        };
        let found = choose("a.tar", candidates_list.collect(), &options);
        let found = found.map(|candidate| candidate.image).map_err(|error| error.to_string());
        assert_eq!(found, chosen.map_err(str::to_owned), "{candidates:?} {image:?} {platform:?}");
    }

    #[test]
    fn names_are_bounded_and_the_one_asked_for_stays() {
        let mut names: Vec<String> = (0..5_000).map(|at| format!("shop/app:{at:04}")).collect();
        names.push("x".repeat(2_000));
        keep_names(&mut names, Some("shop/app:4999"));
        assert_eq!((names.len(), names[0].as_str(), names[99].as_str()), (100, "shop/app:0000", "shop/app:4999"));
    }

    #[test]
    fn the_wanted_platform_is_taken() {
        let all = ["a@linux/s390x", "a@linux/arm/v5", "a@linux/arm/v7", "a@linux/arm64/v8"];
        check(&all, None, Some("linux/arm64"), Ok(3));
        check(&all, None, Some("linux/arm"), Ok(2));
        check(&all, None, Some("linux/arm/v5"), Ok(1));
        check(
            &all,
            None,
            Some("linux/riscv64"),
            Err(
                "a.tar has no image for linux/riscv64; it has linux/arm/v5, linux/arm/v7, linux/arm64/v8, linux/s390x; \
                 choose with --platform",
            ),
        );
        check(&["a@linux/s390x"], None, None, Ok(0));
        check(&["a@"], None, Some("linux/arm"), Ok(0));
    }

    #[test]
    fn several_images_need_a_name() {
        let all = ["docker.io/library/a:1@linux/arm", "b:1@linux/arm"];
        let several = "a.tar has several images; name one of b:1, docker.io/library/a:1";
        check(&all, None, None, Err(several));
        check(&all, None, Some("linux/arm"), Err(several));
        check(&all, Some("a:1"), None, Ok(0));
        check(&all, Some("000000000000000000000000000000000000000000000000000000000000000"), None, Err(several));
        check(&all, Some("c"), None, Err("a.tar has no image `c`; it has b:1, docker.io/library/a:1"));
        check(&["latest@linux/arm", "old@linux/arm"], Some("old"), None, Ok(1));
        check(&[], None, None, Err("a.tar has no images"));
    }
}
