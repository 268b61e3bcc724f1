//! JSON and TOML values that borrow from their file and put up with values of an unexpected kind.
//!
//! Manifests are written by people: a field that ought to be a string is now and then an object, and one such field
//! must not cost the rest of the file. What is of another kind reads as empty.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::wanted_file::ReadFileError;

/// Reads a document that must be an object. Derived readers put up with an array in the place of a struct, and one that
/// holds anything else would read as a document of nothing.
pub(super) fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> serde_json::Result<T> {
    match bytes.trim_ascii_start().first() {
        Some(b'[') => Err(serde::de::Error::custom("it is an array where an object should be")),
        _ => serde_json::from_slice(bytes),
    }
}

/// A string, borrowed where it has no escapes; empty when the value is of another kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The entries of an object in the order of the file; empty when the value is of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entries<'a, V>(pub(super) Vec<(Text<'a>, V)>);

impl<V> Default for Entries<'_, V> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

/// The items of an array; empty when the value is of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Items<V>(pub(super) Vec<V>);

impl<V> Default for Items<V> {
    fn default() -> Self {
        Items(Vec::new())
    }
}

/// An object; `None` when the value is of another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object<V>(pub(super) Option<V>);

impl<V> Default for Object<V> {
    fn default() -> Self {
        Object(None)
    }
}

/// `true` only for the value `true`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

/// Whether a value is there at all, whatever it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Present(pub(super) bool);

/// Ways of the visitors below to read every kind of value that they do not look for as empty.
macro_rules! ignore_values {
    ($($visit:ident: $kind:ty),*) => {
        $(fn $visit<E: serde::de::Error>(self, _: $kind) -> Result<Self::Value, E> { Ok(Self::Value::default()) })*
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
    };
}
macro_rules! ignore_seq {
    () => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}
macro_rules! ignore_map {
    () => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text)))
    }

    ignore_values!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);
    ignore_seq!();
    ignore_map!();
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

/// That a document of which nothing was read is one of its format: it has one of the keys that such documents have. What a
/// server answers in place of a file is JSON too.
pub(super) fn check_keys(bytes: &[u8], keys: &[&str], format: &'static str) -> Result<(), ReadFileError> {
    let document: HashMap<Cow<'_, str>, IgnoredAny> =
        serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
            .map_err(|error| ReadFileError::malformed(format, error))?;
    if keys.iter().any(|key| document.contains_key(*key)) {
        return Ok(());
    }
    Err(ReadFileError::malformed(format, format!("it has none of the keys {}", keys.join(", "))))
}

struct EntriesVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
    type Value = Entries<'de, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de, V>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }

    ignore_values!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    ignore_seq!();
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Entries<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<'a, V>, D::Error> {
        deserializer.deserialize_any(EntriesVisitor(PhantomData))
    }
}

struct ObjectEntriesVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for ObjectEntriesVisitor<V> {
    type Value = Entries<'de, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entries<'de, V>, A::Error> {
        EntriesVisitor(PhantomData::<V>).visit_map(map)
    }

    fn visit_unit<E>(self) -> Result<Entries<'de, V>, E> {
        Ok(Entries::default())
    }
}

/// Reads the entries of an object that a document is nothing without: a value of another kind but `null` is an error.
pub(super) fn object_entries<'de: 'a, 'a, D, V>(deserializer: D) -> Result<Entries<'a, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    deserializer.deserialize_any(ObjectEntriesVisitor(PhantomData))
}

struct ItemsVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for ItemsVisitor<V> {
    type Value = Items<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items<V>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Items(items))
    }

    ignore_values!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    ignore_map!();
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Items<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Items<V>, D::Error> {
        deserializer.deserialize_any(ItemsVisitor(PhantomData))
    }
}

struct ObjectVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for ObjectVisitor<V> {
    type Value = Object<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<V>, A::Error> {
        V::deserialize(MapAccessDeserializer::new(map)).map(|value| Object(Some(value)))
    }

    ignore_values!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    ignore_seq!();
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Object<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object<V>, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct FlagVisitor;

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(value))
    }

    ignore_values!(visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
    ignore_seq!();
    ignore_map!();
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Flag, D::Error> {
        deserializer.deserialize_any(FlagVisitor)
    }
}

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Present, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Present(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Manifest<'a> {
        #[serde(borrow, default)]
        name: Text<'a>,
        #[serde(borrow, default)]
        needs: Entries<'a, Text<'a>>,
        #[serde(borrow, default)]
        files: Items<Text<'a>>,
        #[serde(default)]
        dev: Flag,
        #[serde(borrow, default)]
        part: Object<Part<'a>>,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Part<'a> {
        #[serde(borrow, default)]
        name: Text<'a>,
    }

    #[test]
    fn an_object_is_read_and_whatever_stands_in_its_place_is_none() {
        let manifest: Manifest<'_> = serde_json::from_str(r#"{"part":{"name":"a","x":[1]}}"#).unwrap();
        assert!(matches!(manifest.part.0.unwrap().name.0, Cow::Borrowed("a")));
        for other in ["null", "1", "\"a\"", "[{\"name\":\"a\"}]", "false"] {
            let json = format!(r#"{{"part":{other},"name":"b"}}"#);
            let manifest: Manifest<'_> = serde_json::from_str(&json).unwrap();
            assert!(manifest.part.0.is_none() && &*manifest.name == "b", "{other}");
        }
    }

    #[derive(Debug, serde::Deserialize)]
    struct Lock<'a> {
        #[serde(borrow, default, deserialize_with = "object_entries")]
        packages: Entries<'a, Text<'a>>,
    }

    #[test]
    fn entries_that_a_document_is_nothing_without_are_those_of_an_object() {
        for (json, count) in [("{}", 0), (r#"{"packages":null}"#, 0), (r#"{"packages":{"a":"1"}}"#, 1)] {
            assert_eq!(serde_json::from_str::<Lock<'_>>(json).unwrap().packages.0.len(), count, "{json}");
        }
        for other in ["[]", "\"x\"", "1", "true"] {
            let json = format!(r#"{{"packages":{other}}}"#);
            let error = serde_json::from_str::<Lock<'_>>(&json).unwrap_err().to_string();
            assert!(error.contains(", expected an object at line 1"), "{error}");
        }
    }

    #[test]
    fn an_array_is_no_document() {
        assert!(object::<Manifest<'_>>(b" [[],[]]").is_err());
        assert!(object::<Manifest<'_>>(b" {}").is_ok());
    }

    #[test]
    fn values_of_an_unexpected_kind_read_as_empty() {
        let json = r#"{"name":["x",{"y":1}],"needs":"none","files":{"a":[1]},"dev":"yes"}"#;
        let manifest: Manifest<'_> = serde_json::from_str(json).unwrap();
        assert_eq!((&*manifest.name, manifest.needs.0.len(), manifest.files.0.len()), ("", 0, 0));
        assert!(!manifest.dev.0);
    }

    #[test]
    fn strings_are_borrowed_and_entries_keep_their_order() {
        let json = r#"{"name":"a","needs":{"z":"1","a":"\u0032"},"files":["f",1],"dev":true}"#;
        let manifest: Manifest<'_> = serde_json::from_str(json).unwrap();
        assert!(matches!(manifest.name.0, Cow::Borrowed("a")));
        let needs: Vec<(&str, &str)> = manifest.needs.0.iter().map(|(name, range)| (&**name, &**range)).collect();
        assert_eq!(needs, [("z", "1"), ("a", "2")]);
        assert_eq!(&*manifest.files.0[0], "f");
        assert!(manifest.dev.0);
    }
}
