//! Texts kept once, named by number: what keeps a build of a million records small.

use super::super::database::format::hash;

/// The number of a text; zero is the empty one.
pub(super) type TextId = u32;

/// Texts, each once, in the order of their arrival.
pub(super) struct Interner {
    bytes: String,
    ends: Vec<u32>,
    slots: Vec<u32>,
}

impl Interner {
    pub(super) fn new() -> Interner {
        let mut interner = Interner { bytes: String::new(), ends: Vec::new(), slots: vec![0; 1024] };
        interner.id("");
        interner
    }

    /// The number of a text, kept from now on. Past four gigabytes of texts, which no feed has, it is the empty one.
    pub(super) fn id(&mut self, text: &str) -> TextId {
        let hash = hash(text.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != 0 {
            let id = self.slots[slot] - 1;
            if self.text(id) == text {
                return id;
            }
            slot = (slot + 1) & mask;
        }
        let Ok(end) = u32::try_from(self.bytes.len() + text.len()) else { return 0 };
        let id = self.ends.len() as u32;
        self.bytes.push_str(text);
        self.ends.push(end);
        self.slots[slot] = id + 1;
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        id
    }

    /// The number of a text that may be missing.
    pub(super) fn optional(&mut self, text: Option<&str>) -> TextId {
        text.map_or(0, |text| self.id(text))
    }

    /// The text of a number.
    pub(super) fn text(&self, id: TextId) -> &str {
        let start = (id as usize).checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.bytes[start..self.ends[id as usize] as usize]
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let mut slots = vec![0; mask + 1];
        for id in 0..self.ends.len() as u32 {
            let mut slot = hash(self.text(id).as_bytes()) as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = id + 1;
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut interner = Interner::new();
        let ids: Vec<TextId> = (0..5000).map(|n| interner.id(&format!("text {n}"))).collect();
        for (n, &id) in ids.iter().enumerate() {
            assert_eq!(interner.text(id), format!("text {n}"));
            assert_eq!(interner.id(&format!("text {n}")), id);
        }
        assert_eq!((interner.id(""), interner.text(0)), (0, ""));
    }
}
