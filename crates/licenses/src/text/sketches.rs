//! What the build script packed of the texts of licenses.

use std::sync::LazyLock;

/// All sketches, read once.
pub(super) static SKETCHES: LazyLock<Sketches> = LazyLock::new(|| unpack(PACKED).unwrap_or_default());

#[derive(Default)]
pub(super) struct Sketches {
    pub(super) list: Vec<Sketch>,
    /// The hashes of all sketches, sorted, each with the place of its text: four bytes and two.
    rows: &'static [u8],
}

/// What is kept of one text.
pub(super) struct Sketch {
    pub(super) id: &'static str,
    /// How many runs of words the whole text has.
    pub(super) runs: u32,
    /// How many of them the sketch holds.
    pub(super) size: u8,
    /// Whether the Open Source Initiative approved it, which it does not do with variants of one owner.
    pub(super) is_approved: bool,
    /// Hashes of runs that no approved license has; of an approved one none.
    own: &'static [u8],
    /// The texts that are like it, by their places, and hashes of runs that they do not have.
    alike: Vec<(u16, &'static [u8])>,
}

impl Sketches {
    /// How many hashes of each sketch are among these, which are sorted, by the places of the texts.
    pub(super) fn counts(&self, runs: &[u32]) -> Vec<u8> {
        let mut counts = vec![0_u8; self.list.len()];
        let mut runs = runs.iter().copied().peekable();
        for row in self.rows.chunks_exact(ROW_BYTES) {
            let run = u32::from_le_bytes([row[0], row[1], row[2], row[3]]);
            while runs.next_if(|other| *other < run).is_some() {}
            if runs.peek() == Some(&run)
                && let Some(count) = counts.get_mut(usize::from(u16::from_le_bytes([row[4], row[5]])))
            {
                *count = count.saturating_add(1);
            }
        }
        counts
    }

    /// The hashes of the sketches at these places, which are sorted, in no order: (place, hash).
    pub(super) fn rows_of(&self, places: &[u16]) -> impl Iterator<Item = (u16, u32)> {
        let rows = self
            .rows
            .chunks_exact(ROW_BYTES)
            .map(|row| (u16::from_le_bytes([row[4], row[5]]), u32::from_le_bytes([row[0], row[1], row[2], row[3]])));
        rows.filter(|(place, _)| places.binary_search(place).is_ok())
    }

    /// Whether two texts are alike, and if so how much of what tells the first from the second is among these runs.
    pub(super) fn difference(&self, one: u16, other: u16, runs: &[u32]) -> Option<Difference> {
        let alike = &self.list.get(usize::from(one))?.alike;
        let at = alike.binary_search_by_key(&other, |(other, _)| *other).ok()?;
        Some(Difference::of(alike[at].1, runs))
    }
}

impl Sketch {
    /// How much of what tells it from all approved licenses is among these runs.
    pub(super) fn own(&self, runs: &[u32]) -> Difference {
        Difference::of(self.own, runs)
    }
}

/// How much of what one text has beyond another is there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Difference {
    pub(super) size: u32,
    pub(super) present: u32,
}

impl Difference {
    fn of(beyond: &[u8], runs: &[u32]) -> Difference {
        let mut difference = Difference::default();
        for run in beyond.chunks_exact(4) {
            let run = u32::from_le_bytes([run[0], run[1], run[2], run[3]]);
            difference.size += 1;
            difference.present += u32::from(runs.binary_search(&run).is_ok());
        }
        difference
    }
}

const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"));

const ROW_BYTES: usize = 6;

fn unpack(mut packed: &'static [u8]) -> Option<Sketches> {
    let mut take = |count: usize| {
        let (head, rest) = packed.split_at_checked(count)?;
        packed = rest;
        Some(head)
    };
    let count = u16::from_le_bytes(take(2)?.try_into().ok()?);
    let mut list = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let length = usize::from(take(1)?[0]);
        let id = std::str::from_utf8(take(length)?).ok()?;
        let runs = u32::from_le_bytes(take(4)?.try_into().ok()?);
        let size = take(1)?[0];
        let is_approved = take(1)?[0] != 0;
        let length = 4 * usize::from(take(1)?[0]);
        let own = take(length)?;
        let others = u16::from_le_bytes(take(2)?.try_into().ok()?);
        let mut alike = Vec::with_capacity(usize::from(others));
        for _ in 0..others {
            let other = u16::from_le_bytes(take(2)?.try_into().ok()?);
            let length = 4 * usize::from(take(1)?[0]);
            alike.push((other, take(length)?));
        }
        list.push(Sketch { id, runs, size, is_approved, own, alike });
    }
    let rows = usize::try_from(u32::from_le_bytes(take(4)?.try_into().ok()?)).ok()?;
    Some(Sketches { list, rows: take(ROW_BYTES * rows)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_whole_and_small() {
        assert!(SKETCHES.list.len() > 600);
        assert!(PACKED.len() < 800_000, "{} bytes", PACKED.len());
        let sizes: usize = SKETCHES.list.iter().map(|sketch| usize::from(sketch.size)).sum();
        assert_eq!(SKETCHES.rows.len(), ROW_BYTES * sizes);
    }

    #[test]
    fn damaged_data_is_none() {
        assert!((0..PACKED.len()).step_by(997).all(|length| unpack(&PACKED[..length]).is_none()));
    }
}
