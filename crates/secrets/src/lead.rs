//! What a match of a pattern begins with, byte by byte: a look at a few bytes spares most runs of the pattern itself.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The most bytes of a match that are told.
pub(crate) const LEAD_BYTES: usize = 16;

/// A set of bytes, a bit for each.
type Bytes = [u64; 4];

/// The bytes that may stand at each of the first places of a match.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lead {
    places: Vec<Bytes>,
}

impl Lead {
    /// The lead of a pattern; an empty one where nothing is known.
    pub(crate) fn of(hir: &Hir) -> Lead {
        let mut places = Vec::new();
        extend(&mut places, hir);
        Lead { places }
    }

    /// Whether a match may begin where the bytes do.
    pub(crate) fn admits(&self, bytes: &[u8]) -> bool {
        bytes.len() >= self.places.len()
            && self.places.iter().zip(bytes).all(|(place, byte)| place[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1)
    }
}

/// Appends what is known; says whether what follows begins at a known place.
fn extend(places: &mut Vec<Bytes>, hir: &Hir) -> bool {
    if places.len() >= LEAD_BYTES {
        return false;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| push(places, set([(*byte, *byte)]))),
        HirKind::Class(class) => bytes_of(class).is_some_and(|bytes| push(places, bytes)),
        HirKind::Capture(capture) => extend(places, &capture.sub),
        HirKind::Concat(parts) => parts.iter().all(|part| extend(places, part)),
        HirKind::Repetition(repetition) => {
            let least = repetition.min.min(LEAD_BYTES as u32);
            (0..least).all(|_| extend(places, &repetition.sub)) && repetition.max == Some(repetition.min)
        }
        HirKind::Alternation(branches) => {
            either(places, branches);
            false
        }
    }
}

/// Appends what stands at each place in one branch or another, as far as all of them reach.
fn either(places: &mut Vec<Bytes>, branches: &[Hir]) {
    let leads: Vec<Lead> = branches.iter().map(Lead::of).collect();
    let reach = leads.iter().map(|lead| lead.places.len()).min().unwrap_or(0);
    for place in 0..reach {
        let bytes =
            leads.iter().fold([0; 4], |all: Bytes, lead| std::array::from_fn(|at| all[at] | lead.places[place][at]));
        if !push(places, bytes) {
            return;
        }
    }
}

fn push(places: &mut Vec<Bytes>, bytes: Bytes) -> bool {
    let has_room = places.len() < LEAD_BYTES;
    if has_room {
        places.push(bytes);
    }
    has_room
}

/// The bytes of a class, where each of its members is one byte.
fn bytes_of(class: &Class) -> Option<Bytes> {
    match class {
        Class::Bytes(class) => Some(set(class.ranges().iter().map(|range| (range.start(), range.end())))),
        Class::Unicode(class) => {
            class.is_ascii().then(|| set(class.ranges().iter().map(|range| (range.start() as u8, range.end() as u8))))
        }
    }
}

fn set(ranges: impl IntoIterator<Item = (u8, u8)>) -> Bytes {
    let mut bytes = [0; 4];
    for byte in ranges.into_iter().flat_map(|(first, last)| first..=last) {
        bytes[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn a_lead_refuses_only_what_the_pattern_cannot_match() {
        for (pattern, admitted, refused) in [
            ("EAA[MC][0-9A-Za-z]{100,}", "EAAC7S1vLgQAK7xT3", "EAACA,CAAC,EAAC,GAAG"),
            ("(?:ghp|gho)_[0-9a-z]{4}", "gho_12ab", "ghx_12ab"),
            ("a?b", "b", ""),
            ("(?i)key=(x|yz)", "KEY=yz", "kez=x"),
            ("[^a]b", "~b", "ab"),
        ] {
            let pattern = Pattern::checked(pattern).expect("a pattern");
            assert!(pattern.may_begin(admitted.as_bytes()), "{admitted}");
            assert!(refused.is_empty() || !pattern.may_begin(refused.as_bytes()), "{refused}");
        }
    }

    #[test]
    fn a_lead_is_no_longer_than_what_all_matches_have() {
        let lead = |pattern: &str| Lead::of(&regex_syntax::parse(pattern).expect("a pattern")).places.len();
        assert_eq!(
            [lead("abc"), lead("a{3}b"), lead("a{2,}b"), lead("ab|c"), lead("a*"), lead("x{200}")],
            [3, 4, 2, 1, 0, 16]
        );
    }
}
