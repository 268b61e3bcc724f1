//! The gate: where in the bytes a rule's literal stands. No rule looks at bytes that the gate has not pointed at.
//!
//! Every literal of five bytes or more lends a window of five to the gate. Of any five bytes in a row, one of the two
//! positions that are even and have four bytes to themselves is inside; so it is enough to look up four bytes at every
//! second position in a table of 131,072 bits. Shorter literals have a table of blocks of three bytes beside it, in which
//! either case of a letter has its own entries. The look-ups do not depend on each other, as the steps of an automaton do,
//! and the tables are built in microseconds. A bit that is set stands for candidates, of which four more bytes refuse nearly
//! all; what is left is compared byte by byte.

mod windows;

/// The shortest literal that the gate takes.
pub(crate) const SHORTEST: usize = 3;

/// The length of the blocks of long literals; those of short ones are one byte shorter.
const BLOCK: usize = 4;
const STRIDE: usize = 2;
/// How many places are looked up before the outcome is looked at.
const PROBES: usize = 8;
const STEP: usize = PROBES * STRIDE;
/// The bytes that a step reads.
const STEP_BYTES: usize = STEP + BLOCK;

/// A text to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    /// Whether letters of the other case count as equal; `bytes` is then in lower case.
    pub(crate) ignore_case: bool,
}

/// Finds all literals of a list in one pass.
#[derive(Debug)]
pub(crate) struct Gate {
    literals: Vec<Literal>,
    short: Blocks,
    long: Blocks,
}

/// A table of blocks: a bit for each hash, and behind it what may stand where the block does.
#[derive(Debug)]
struct Blocks {
    bits: Box<[u64; WORDS]>,
    /// How many bits are set before each word of `bits`.
    ranks: Box<[u32; WORDS]>,
    /// For each bit that is set where its candidates begin; they end where those of the next one begin.
    starts: Vec<u32>,
    candidates: Vec<Candidate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    literal: u16,
    /// How far behind the literal's beginning the block stands.
    offset: u8,
    /// How far behind the literal's beginning four more of its bytes stand, and these, folded; literals of three have none.
    check: Option<(u8, u32)>,
}

impl Gate {
    /// Makes the gate of these literals, each of [`SHORTEST`] bytes or more; a hit names the literal by its place.
    pub(crate) fn new(literals: Vec<Literal>) -> Gate {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (index, literal) in literals.iter().enumerate() {
            let index = index as u16;
            if literal.bytes.len() > BLOCK {
                let start = windows::rarest(&literal.bytes);
                for offset in [start, start + 1] {
                    let slot = long_slot(word_of(&literal.bytes[offset..offset + BLOCK]));
                    let check = Some(check_beside(&literal.bytes, offset));
                    long.push((slot, Candidate { literal: index, offset: offset as u8, check }));
                }
            } else {
                let check = (literal.bytes.len() == BLOCK).then(|| (0, fold(word_of(&literal.bytes))));
                for spelling in spellings(literal) {
                    short.push((short_slot(word_of(&spelling[..3])), Candidate { literal: index, offset: 0, check }));
                    // What follows a literal of three bytes is unknown, so each sign is taken.
                    let thirds = spelling.get(3).map_or(b' '..=b'~', |&byte| byte..=byte);
                    for third in thirds {
                        let word = word_of(&[spelling[1], spelling[2], third]);
                        short.push((short_slot(word), Candidate { literal: index, offset: 1, check }));
                    }
                }
            }
        }
        Gate { literals, short: Blocks::new(short), long: Blocks::new(long) }
    }

    /// The literals in the order of the list.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.literals.iter().map(|literal| literal.bytes.as_slice())
    }

    /// Calls `hit` with a literal's place in the list and the place in `bytes` where it begins, for each that is there.
    /// Hits come about in the order of the bytes; those of one literal strictly so.
    pub(crate) fn find(&self, bytes: &[u8], mut hit: impl FnMut(usize, usize)) {
        let mut at = 0;
        while let Some(window) = bytes.get(at..).and_then(|rest| rest.first_chunk::<STEP_BYTES>()) {
            self.step(window, at, bytes, &mut hit);
            at += STEP;
        }
        // The end is looked at with spaces behind it, so that the last block is whole and what follows is a sign.
        while at < bytes.len() {
            let mut window = [b' '; STEP_BYTES];
            let rest = &bytes[at..bytes.len().min(at + STEP_BYTES)];
            window[..rest.len()].copy_from_slice(rest);
            self.step(&window, at, bytes, &mut hit);
            at += STEP;
        }
    }

    #[inline(always)]
    fn step(&self, window: &[u8; STEP_BYTES], at: usize, bytes: &[u8], hit: &mut impl FnMut(usize, usize)) {
        for probe in 0..PROBES {
            let word = word_of(&window[probe * STRIDE..probe * STRIDE + 4]);
            let (short, long) = (short_slot(word), long_slot(word));
            if self.short.has(short) {
                self.compare(&self.short, short, at + probe * STRIDE, bytes, hit);
            }
            if self.long.has(long) {
                self.compare(&self.long, long, at + probe * STRIDE, bytes, hit);
            }
        }
    }

    #[inline(never)]
    fn compare(&self, blocks: &Blocks, slot: usize, place: usize, bytes: &[u8], hit: &mut impl FnMut(usize, usize)) {
        for candidate in blocks.candidates(slot) {
            let Some(start) = place.checked_sub(usize::from(candidate.offset)) else { continue };
            if !candidate.may_stand(bytes, start) {
                continue;
            }
            let literal = &self.literals[usize::from(candidate.literal)];
            let Some(text) = bytes.get(start..start + literal.bytes.len()) else { continue };
            let is_equal = match literal.ignore_case {
                true => text.eq_ignore_ascii_case(&literal.bytes),
                false => text == literal.bytes,
            };
            if is_equal {
                hit(usize::from(candidate.literal), start);
            }
        }
    }
}

impl Candidate {
    /// Whether the literal may begin at `start`, by four of its bytes.
    #[inline(always)]
    fn may_stand(&self, bytes: &[u8], start: usize) -> bool {
        let Some((at, check)) = self.check else { return true };
        let there = bytes.get(start + usize::from(at)..).and_then(|rest| rest.first_chunk::<BLOCK>());
        there.is_some_and(|there| fold(u32::from_le_bytes(*there)) == check)
    }
}

/// The four bytes of a literal that a candidate is told by whose block stands at `offset`: those behind it, else those
/// before it, as far as the literal reaches.
fn check_beside(literal: &[u8], offset: usize) -> (u8, u32) {
    let last = literal.len().saturating_sub(BLOCK);
    let at = if offset < last { (offset + BLOCK).min(last) } else { offset.saturating_sub(BLOCK) };
    (at as u8, fold(word_of(&literal[at..at + BLOCK])))
}

impl Blocks {
    fn new(mut blocks: Vec<(usize, Candidate)>) -> Blocks {
        blocks.sort_unstable();
        blocks.dedup();
        let (mut bits, mut ranks) = (Box::new([0_u64; WORDS]), Box::new([0; WORDS]));
        let mut starts: Vec<u32> = Vec::new();
        for (place, (slot, _)) in blocks.iter().enumerate() {
            if place == 0 || blocks[place - 1].0 != *slot {
                bits[slot / 64] |= 1 << (slot % 64);
                starts.push(place as u32);
            }
        }
        starts.push(blocks.len() as u32);
        let mut rank = 0;
        for (word, bits) in ranks.iter_mut().zip(bits.iter()) {
            *word = rank;
            rank += bits.count_ones();
        }
        Blocks { bits, ranks, starts, candidates: blocks.into_iter().map(|(_, candidate)| candidate).collect() }
    }

    #[inline(always)]
    fn has(&self, slot: usize) -> bool {
        self.bits[slot >> 6] >> (slot & 63) & 1 == 1
    }

    /// What may stand where a block of this hash does, which has its bit set.
    fn candidates(&self, slot: usize) -> &[Candidate] {
        let (word, bit) = (slot >> 6, slot & 63);
        let before = (self.bits[word] & ((1 << bit) - 1)).count_ones();
        let place = (self.ranks[word] + before) as usize;
        &self.candidates[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}

const SLOT_BITS: u32 = 17;
const WORDS: usize = (1 << SLOT_BITS) / 64;

/// Up to four bytes as a number.
#[inline(always)]
fn word_of(bytes: &[u8]) -> u32 {
    match *bytes {
        [first, second, third, fourth] => u32::from_le_bytes([first, second, third, fourth]),
        [first, second, third] => u32::from_le_bytes([first, second, third, 0]),
        _ => 0,
    }
}

/// A long block without the difference between letters of either case (and between some signs, which the comparison
/// tells apart).
#[inline(always)]
fn fold(word: u32) -> u32 {
    word | 0x2020_2020
}

// The multipliers were chosen among a hundred: of the blocks that programs are full of, few share a bit with a literal.

/// The bit of a short block: the first three bytes of the word. The multiplier shifts the last one out.
#[inline(always)]
fn short_slot(word: u32) -> usize {
    (word.wrapping_mul(0x0c5c_7f00) >> (32 - SLOT_BITS)) as usize
}

/// The bit of a long block.
#[inline(always)]
fn long_slot(word: u32) -> usize {
    (fold(word).wrapping_mul(0xeeea_cbe3) >> (32 - SLOT_BITS)) as usize
}

/// A short literal in all mixtures of either case that count.
fn spellings(literal: &Literal) -> Vec<Vec<u8>> {
    let mut spellings = vec![Vec::new()];
    for &byte in &literal.bytes {
        let mut forms = vec![byte];
        if literal.ignore_case && byte.is_ascii_lowercase() {
            forms.push(byte.to_ascii_uppercase());
        }
        let longer = |spelling: &Vec<u8>| {
            let spelling = spelling.clone();
            forms.clone().into_iter().map(move |form| [spelling.as_slice(), &[form]].concat())
        };
        spellings = spellings.iter().flat_map(longer).collect();
    }
    spellings
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn literal(text: &str, ignore_case: bool) -> Literal {
        Literal { bytes: text.as_bytes().to_vec(), ignore_case }
    }

    fn hits(literals: &[Literal], bytes: &[u8]) -> Vec<(usize, usize)> {
        hits_of(&Gate::new(literals.to_vec()), bytes)
    }

    fn hits_of(gate: &Gate, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        gate.find(bytes, |literal, at| hits.push((at, literal)));
        hits.sort_unstable();
        hits
    }

    #[test]
    fn literals_are_found_at_every_place_and_to_the_very_end() {
        let literals = [literal("AKIA", false), literal("password", true), literal("SG.", false)];
        for before in 0..40 {
            for (index, text) in ["AKIA", "PassWord", "SG."].iter().enumerate() {
                let bytes = [&vec![b'.'; before], text.as_bytes()].concat();
                assert_eq!(hits(&literals, &bytes), [(before, index)], "{text} behind {before} bytes");
            }
        }
    }

    #[test]
    fn a_literal_of_any_length_is_found_whole_and_not_without_a_letter() {
        let text = "github_pat_Connection-String.password=default:require(token)/0x42 AKIA";
        for length in SHORTEST..text.len() {
            for (ignore_case, shown) in [(false, text.to_owned()), (true, text.to_uppercase())] {
                let sought = if ignore_case { text[..length].to_lowercase() } else { text[..length].to_owned() };
                let gate = Gate::new(vec![literal(&sought, ignore_case)]);
                for before in 0..4 {
                    let bytes = [&vec![b'.'; before], &shown.as_bytes()[..length]].concat();
                    assert_eq!(hits_of(&gate, &bytes), [(before, 0)], "{sought} behind {before} bytes");
                    assert!(hits_of(&gate, &bytes[..bytes.len() - 1]).is_empty(), "{sought} cut behind {before} bytes");
                    for changed in before..bytes.len() {
                        let mut bytes = bytes.clone();
                        bytes[changed] ^= 0x41;
                        assert!(hits_of(&gate, &bytes).is_empty(), "{sought} changed at {changed}");
                    }
                }
            }
        }
    }

    #[test]
    fn case_counts_unless_it_is_to_be_ignored() {
        let literals = [literal("AKIA", false), literal("token", true)];
        assert_eq!(hits(&literals, b"akia Akia TOKEN ToKeN"), [(10, 1), (16, 1)]);
    }

    proptest! {
        #[test]
        fn the_gate_finds_what_a_plain_search_finds(
            literals in prop::collection::vec(("[a-cA-C_@`]{3,9}", any::<bool>()), 1..6),
            text in "[a-cA-C_@` ]{0,80}",
        ) {
            let literals: Vec<Literal> = literals
                .into_iter()
                .map(|(text, ignore)| literal(&if ignore { text.to_lowercase() } else { text }, ignore))
                .collect();
            let bytes = text.as_bytes();
            let mut expected = Vec::new();
            for at in 0..bytes.len() {
                for (index, literal) in literals.iter().enumerate() {
                    let Some(there) = bytes.get(at..at + literal.bytes.len()) else { continue };
                    if there == literal.bytes || literal.ignore_case && there.eq_ignore_ascii_case(&literal.bytes) {
                        expected.push((at, index));
                    }
                }
            }
            prop_assert_eq!(hits(&literals, bytes), expected);
        }
    }
}
