//! Long lists of a document, read one entry at a time: what is made of an entry is kept, the entry itself is not. A
//! million rows so cost the memory of what they say and not of how it is said.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A list that stands in the document's own text until somebody goes through it, as often as it takes. `null` and
/// nothing at all are empty ones.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Rows<'a>(#[serde(borrow)] Option<&'a RawValue>);

impl<'a> Rows<'a> {
    /// Hands over the entries one after the other.
    ///
    /// # Errors
    /// When it is no list, an entry is damaged, or `take` fails.
    pub(crate) fn each<T: Deserialize<'a>>(
        self,
        take: impl FnMut(T) -> serde_json::Result<()>,
    ) -> serde_json::Result<()> {
        let Some(raw) = self.0 else { return Ok(()) };
        serde_json::Deserializer::from_str(raw.get()).deserialize_seq(Each { take, entry: PhantomData })
    }

    /// Whether there is a list, if need be an empty one.
    pub(crate) fn is_given(self) -> bool {
        self.0.is_some()
    }

    /// Whether there is any entry.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_none_or(|raw| raw.get().trim_start_matches('[').trim_start() == "]")
    }
}

/// What is wrong in a list. Lines and columns would be those of the list, and not of the file.
pub(crate) fn reason(error: &serde_json::Error, list: &str) -> String {
    let text = error.to_string();
    format!("{}, in `{list}`", text.split(" at line ").next().unwrap_or_default())
}

struct Each<T, F> {
    take: F,
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>, F: FnMut(T) -> serde_json::Result<()>> Visitor<'de> for Each<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element()? {
            (self.take)(entry).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Document<'a> {
        #[serde(borrow, default)]
        rows: Rows<'a>,
    }

    #[test]
    fn entries_come_one_after_the_other() {
        let sum = |text: &str| {
            let document: Document<'_> = serde_json::from_str(text).unwrap();
            let mut sum = 0;
            let read = document.rows.each(|number: u32| {
                sum += number;
                Ok(())
            });
            read.map(|()| (sum, document.rows.is_empty())).map_err(|error| reason(&error, "rows"))
        };
        assert_eq!(sum(r#"{"rows":[1, 2]}"#), Ok((3, false)));
        assert_eq!(sum(r#"{"rows":[ ]}"#), Ok((0, true)));
        assert_eq!(sum(r#"{"rows":null}"#), Ok((0, true)));
        assert_eq!(sum("{}"), Ok((0, true)));
        assert_eq!(sum(r#"{"rows":5}"#), Err("invalid type: integer `5`, expected a list, in `rows`".to_owned()));
        assert_eq!(sum(r#"{"rows":["a"]}"#), Err("invalid type: string \"a\", expected u32, in `rows`".to_owned()));
    }
}
