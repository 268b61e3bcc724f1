//! Tells several secrets apart that look the same once they are masked. A hash of the value would say as much about it as a
//! guess needs, so each gets a number, in the order in which they stand.

use std::collections::BTreeMap;

use model::{Finding, SecretFinding, SecretLocation};

/// The place of a finding and all that a report shows of it.
type Look = (SecretLocation, String, Option<u32>, String, String, (Option<u32>, Option<u32>));

/// The values that were seen, by what they look like. `V` is the value itself or what stands for it.
pub(crate) struct Numbers<V> {
    seen: BTreeMap<Look, Vec<V>>,
}

impl<V> Default for Numbers<V> {
    fn default() -> Numbers<V> {
        Numbers { seen: BTreeMap::new() }
    }
}

impl<V: PartialEq> Numbers<V> {
    /// The finding with its number: that of the same value before it, else the next one.
    pub(crate) fn numbered(&mut self, value: V, finding: SecretFinding) -> Finding {
        let SecretFinding { location, path, line, rule, matched, layer, removed_in, .. } = &finding;
        let look = (*location, path.clone(), *line, rule.clone(), matched.clone(), (*layer, *removed_in));
        let values = self.seen.entry(look).or_default();
        let place = values.iter().position(|known| *known == value).unwrap_or_else(|| {
            values.push(value);
            values.len() - 1
        });
        let number = u32::try_from(place + 1).ok().filter(|number| *number > 1);
        Finding::Secret(SecretFinding { number, ..finding })
    }
}
