//! Large counts that were taken lately, so that lists do not count the same thousands again with each of their pages.
//!
//! Small ones are never remembered: whoever has registered an image sees it counted. Of a thousand images one more or less,
//! for a minute, is no news. How much the beginning of a list has, which tells the way to a page and not what is on it, is
//! remembered whatever its size (`images/page.rs`).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a count holds.
const SPAN: Duration = Duration::from_secs(60);

/// From here on a count is large. The tests have fewer images.
pub(crate) const LARGE: u64 = if cfg!(test) { 20 } else { 200 };

/// The same within application scopes, where each image that is counted has to be looked up.
pub(crate) const LARGE_WITHIN: u64 = 20;

/// The most counts that are remembered: about 1 MiB, however long is what tells what was counted.
const MOST: usize = 10_000;

/// The counts of a store, by a hash of what was counted: filters may be long, and whoever asks chooses them. Nobody knows its
/// keys, so that nobody can make two that are the same.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    counts: Mutex<HashMap<u128, (u64, Instant)>>,
    halves: [RandomState; 2],
}

impl Remembered {
    /// What was counted, if it was lately.
    pub(crate) fn get(&self, counted: &str, now: Instant) -> Option<u64> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = counts.get(&self.hash(counted))?;
        (now.duration_since(*since) < SPAN).then_some(*count)
    }

    fn hash(&self, counted: &str) -> u128 {
        let [high, low] = &self.halves;
        (u128::from(high.hash_one(counted)) << 64) | u128::from(low.hash_one(counted))
    }

    /// Remembers a count where it is no less than `least`.
    pub(crate) fn keep(&self, counted: &str, count: u64, least: u64, now: Instant) {
        if count < least {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, (_, since)| now.duration_since(*since) < SPAN);
            if counts.len() >= MOST {
                counts.clear();
            }
        }
        counts.insert(self.hash(counted), (count, now));
    }
}

#[cfg(test)]
mod tests {
    use policy::filter::Filter;

    use super::*;
    use crate::images::register;
    use crate::images::tests::{evaluation_of, image, name, permit, write};
    use crate::testing::on_both_stores;
    use crate::{StoreError, inventory};

    #[test]
    fn large_counts_hold_for_a_minute_and_small_ones_are_not_kept() {
        let (counts, now) = (Remembered::default(), Instant::now());
        counts.keep("many", LARGE, LARGE, now);
        counts.keep("few", LARGE - 1, LARGE, now);
        assert_eq!(counts.get("few", now), None);
        assert_eq!(counts.get("many", now + SPAN - Duration::from_millis(1)), Some(LARGE));
        assert_eq!(counts.get("many", now + SPAN), None);
    }

    #[test]
    fn what_was_counted_is_told_apart_to_its_end_and_its_text_is_not_kept() {
        let (counts, now) = (Remembered::default(), Instant::now());
        let long = |end: &str| format!("{}{end}", "a filter of somebody ".repeat(1000));
        counts.keep(&long("1"), 1, 0, now);
        counts.keep(&long("2"), 2, 0, now);
        assert_eq!([counts.get(&long("1"), now), counts.get(&long("2"), now)], [Some(1), Some(2)]);
        assert_eq!(counts.get(&long("3"), now), None);
        assert!(!format!("{counts:?}").contains("filter"));
    }

    #[test]
    fn they_are_bounded_and_those_that_hold_no_more_go_first() {
        let (counts, now) = (Remembered::default(), Instant::now());
        let later = now + SPAN / 2;
        for number in 0..MOST {
            let since = if number.is_multiple_of(2) { now } else { later };
            counts.keep(&number.to_string(), LARGE, LARGE, since);
        }
        counts.keep("next", LARGE, LARGE, now + SPAN);
        assert_eq!(counts.counts.lock().unwrap().len(), MOST / 2 + 1);
        assert_eq!(counts.get("1", now + SPAN), Some(LARGE));
        for number in 0..MOST {
            counts.keep(&format!("more {number}"), LARGE, LARGE, later);
        }
        assert!(counts.counts.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn lists_count_few_images_anew_and_remember_how_many_are_many() {
        on_both_stores(|store| {
            let register_with = |number: u32, package: &'static str| {
                write(store, move |connection| {
                    let evaluation = evaluation_of(0, &format!("v{number}"), &[]);
                    let (permit, name) = (permit("images.write", &[]), name(&format!("shop/{number}"), "1"));
                    register(connection, &permit, &image(number, package), &name, &evaluation, 5)
                })
            };
            let counts = || {
                let listed = store.read_blocking(|connection| {
                    let permit = permit("images.read", &[]);
                    let packages = inventory::packages(connection, &permit, &Filter::default(), None, 10)?;
                    let found = inventory::vulnerabilities(connection, &permit, &Filter::default(), false, None, 10)?;
                    Ok::<_, StoreError>((packages, found))
                });
                let (packages, found) = listed.unwrap();
                let packages: Vec<(String, u64)> = packages.into_iter().map(|it| (it.name, it.images)).collect();
                (packages, found[0].images)
            };
            let many = u32::try_from(LARGE).unwrap();
            (1..many).for_each(|number| drop(register_with(number, "common")));
            register_with(100, "rare");
            let few = u64::from(many - 1);
            assert_eq!(counts(), (vec![("common".into(), few), ("rare".into(), 1)], few + 1));
            register_with(101, "common");
            register_with(102, "rare");
            // The package was not had by many when it was counted, and the vulnerability was.
            assert_eq!(counts(), (vec![("common".into(), few + 1), ("rare".into(), 2)], few + 1));
            register_with(103, "common");
            assert_eq!(counts(), (vec![("common".into(), few + 1), ("rare".into(), 2)], few + 1));
        });
    }
}
