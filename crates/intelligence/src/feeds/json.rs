//! JSON as feeds write it: borrowed text, null where a list is meant, documents too large to hold as a tree.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;

/// A string borrowed from the document where it holds no escapes.
///
/// A number or a truth value reads as its text; null, a list or an object reads as the empty text, so that a stray
/// field does not cost the whole record.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The text as an owned string, if it is not empty.
    pub(super) fn to_option(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.0.clone().into_owned())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(if value { "true" } else { "false" })))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(value.to_string())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'de>, E> {
        Ok(Text::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::default())
    }
}

/// A part of a document that may be of another form than it should be: one among thousands must not cost the others.
#[derive(Debug)]
pub(super) struct Part<T>(pub(super) Result<T, WrongPart>);

/// Why a part cannot be used, without its place: thousands that are wrong in the same way are one warning with a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an entry that is not of the feed's form: {reason}")]
pub(super) struct WrongPart {
    reason: String,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Part(part(raw)))
    }
}

fn part<'de, T: Deserialize<'de>>(raw: &'de RawValue) -> Result<T, WrongPart> {
    serde_json::from_str(raw.get()).map_err(|error| {
        let said = error.to_string();
        let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
        WrongPart { reason: reason.to_owned() }
    })
}

/// How many parts were of the right form: a document none of whose parts is, is another one.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    first_wrong: Option<WrongPart>,
}

impl Tally {
    fn note<T>(&mut self, part: &Result<T, WrongPart>) {
        match part {
            Ok(_) => self.right += 1,
            Err(wrong) => {
                self.wrong += 1;
                self.first_wrong.get_or_insert_with(|| wrong.clone());
            }
        }
    }

    /// How many there were.
    fn count<E: de::Error>(self) -> Result<usize, E> {
        match self.first_wrong {
            Some(wrong) if self.right == 0 => Err(E::custom(wrong.reason)),
            Some(_) | None => Ok(self.right + self.wrong),
        }
    }
}

/// Reads null as the default.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Hands every element of the list under the top-level `key` to `visit`, one at a time, and says how many there were. One
/// that is of another form is an error of its own; the result is one where the document as a whole is none.
pub(super) fn each_element<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    key: &str,
    visit: &mut dyn FnMut(Result<T, WrongPart>),
) -> serde_json::Result<Option<usize>> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let found = deserializer.deserialize_map(InObject { key, visit, item: PhantomData })?;
    deserializer.end()?;
    Ok(found)
}

struct InObject<'k, T> {
    key: &'k str,
    visit: &'k mut dyn FnMut(Result<T, WrongPart>),
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for InObject<'_, T> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<usize>, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            if &*key == self.key {
                let count = map.next_value_seed(Elements { visit: &mut *self.visit, item: PhantomData })?;
                found = Some(found.unwrap_or(0) + count);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

struct Elements<'k, T> {
    visit: &'k mut dyn FnMut(Result<T, WrongPart>),
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Elements<'_, T> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<'_, T> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: de::Error>(self) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut tally = Tally::default();
        while let Some(Part(item)) = seq.next_element()? {
            tally.note(&item);
            (self.visit)(item);
        }
        tally.count()
    }
}

/// Hands every entry of the top-level object to `visit`, one at a time; one of another form is an error of its own.
pub(super) fn each_entry<'de, T: Deserialize<'de>>(
    bytes: &'de [u8],
    visit: &mut dyn FnMut(Text<'de>, Result<T, WrongPart>),
) -> serde_json::Result<()> {
    struct Entries<'k, 'de, T>(&'k mut dyn FnMut(Text<'de>, Result<T, WrongPart>));

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<'_, 'de, T> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let mut tally = Tally::default();
            while let Some((key, Part(value))) = map.next_entry()? {
                tally.note(&value);
                (self.0)(key, value);
            }
            tally.count().map(|_| ())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.deserialize_map(Entries(visit))?;
    deserializer.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, text: &str) {
        assert_eq!(&*serde_json::from_str::<Text<'_>>(json).unwrap(), text, "{json}");
    }

    #[test]
    fn odd_values_read_as_text() {
        check(r#""plain""#, "plain");
        check(r#""a\nb""#, "a\nb");
        check("7", "7");
        check("-7", "-7");
        check("1.5", "1.5");
        check("true", "true");
        check("null", "");
        check(r#"[1, {"a": []}]"#, "");
        check(r#"{"a": 1}"#, "");
    }

    #[test]
    fn elements_are_handed_over_one_by_one() {
        let mut seen = Vec::new();
        let json = br#"{"other": [9], "list": ["a", null, "b"], "list": null}"#;
        let found =
            each_element(json, "list", &mut |text: Result<Text<'_>, _>| seen.push(text.unwrap().to_option())).unwrap();
        assert_eq!(found, Some(3));
        assert_eq!(seen, [Some("a".to_owned()), None, Some("b".to_owned())]);
        assert_eq!(each_element(b"{}", "list", &mut |_: Result<Text<'_>, _>| {}).unwrap(), None);
        assert!(each_element(b"{\"list\": [}", "list", &mut |_: Result<Text<'_>, _>| {}).is_err());
    }

    #[test]
    fn one_element_of_another_form_does_not_cost_the_others() {
        let mut seen = Vec::new();
        let mut note = |number: Result<u8, WrongPart>| seen.push(number.map_err(|error| error.to_string()));
        assert_eq!(each_element(br#"{"list": [1, "x", {"y": []}, 2]}"#, "list", &mut note).unwrap(), Some(4));
        assert_eq!((&seen[0], &seen[3]), (&Ok(1), &Ok(2)));
        assert!(each_element(br#"{"list": ["x", {}]}"#, "list", &mut |_: Result<u8, _>| {}).is_err());
        let told = seen[1].clone().unwrap_err();
        assert_eq!(told, "an entry that is not of the feed's form: invalid type: string \"x\", expected u8");
    }
}
