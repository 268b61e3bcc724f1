//! Every text of a part of a document, whatever the shape of the part: what is only searched need not be understood.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The texts of a value, put together with a separator. A key of a map stands before a text of its own as `key=text`, and
/// alone where its value has none.
///
/// One text rather than many: a document of countless short ones must not take many times its own length in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Joined<const SEPARATOR: char> {
    pub(super) text: String,
    /// Whether it is one text rather than a list or a map.
    is_scalar: bool,
}

impl<const SEPARATOR: char> Joined<SEPARATOR> {
    fn add(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push(SEPARATOR);
        }
        self.text.push_str(text);
    }
}

impl<'de, const SEPARATOR: char> Deserialize<'de> for Joined<SEPARATOR> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Texts)
    }
}

struct Texts<const SEPARATOR: char>;

impl<'de, const SEPARATOR: char> Visitor<'de> for Texts<SEPARATOR> {
    type Value = Joined<SEPARATOR>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Joined { text: text.to_owned(), is_scalar: true })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Joined::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Joined::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Joined::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Joined::default())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Joined::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut joined = Joined::default();
        while let Some(item) = list.next_element::<Joined<SEPARATOR>>()? {
            if !item.text.is_empty() {
                joined.add(&item.text);
            }
        }
        Ok(joined)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut joined = Joined::default();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value::<Joined<SEPARATOR>>()?;
            match (value.text.is_empty(), value.is_scalar) {
                (true, _) => joined.add(&key),
                (false, true) => joined.add(&format!("{key}={}", value.text)),
                (false, false) => joined.add(&value.text),
            }
        }
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_whatever_the_shape() {
        let lines = |text: &str| serde_json::from_str::<Joined<'\n'>>(text).unwrap().text;
        assert_eq!(
            lines(r#"{"Env": ["A=1", "B=2"], "Cmd": "x", "Volumes": {"/a": {}}, "Port": 5}"#),
            "A=1\nB=2\nCmd=x\n/a\nPort"
        );
        assert_eq!(lines("null"), "");
        assert_eq!(lines("[1, true, 1.5, null, [], \"\"]"), "");
        let words = serde_json::from_str::<Joined<' '>>(r#"["sh", "-c", "a b"]"#).unwrap();
        assert_eq!(words.text, "sh -c a b");
        assert!(serde_json::from_str::<Joined<' '>>(&"[".repeat(10_000)).is_err());
    }
}
