//! The places of a package in words.

use crate::Language;
use crate::messages::Value;

/// How many places are named before the others are counted.
const MOST_NAMED: usize = 3;

/// The first places, and how many more there are.
pub(crate) fn named<S: AsRef<str>>(places: &[S], language: Language) -> String {
    let named = places.iter().take(MOST_NAMED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} {}", language.say("verdict.more", &[("count", Value::Count(more))])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_places_are_named_and_the_others_counted() {
        let say = |count: usize| named(&["a", "b", "c", "d", "e"][..count], Language::English);
        assert_eq!([say(0), say(2), say(3), say(5)], ["", "a, b", "a, b, c", "a, b, c … and 2 more"]);
    }
}
