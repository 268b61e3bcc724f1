//! Small XML documents as a tree: project files and manifests.
//!
//! The five predefined entities and character references are resolved, and entities that the document itself declares as
//! plain text (XML 1.0, section 4.2). No external entity is ever fetched and none within another is expanded: these stay as
//! they are written (`&name;`). Depth and number of elements are bounded, and what entities expand to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::escape::{resolve_xml_entity, unescape_with};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::wanted_file::ReadFileError;

/// How deep elements may lie in one another.
const DEEPEST: usize = 100;

/// How many elements a document may have.
const MOST_ELEMENTS: usize = 400_000;

/// The longest text that an entity stands for, in bytes.
const LONGEST_ENTITY: usize = 256;

/// How many entities of a document are resolved.
const MOST_ENTITIES: usize = 1000;

/// One element, without namespaces.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The local name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text directly in it, without white space at its ends.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The elements directly in it, in the order of the document.
    pub(crate) fn children(&self) -> &[Element] {
        &self.children
    }

    /// The elements of this name directly in it.
    pub(crate) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of this name directly in it.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element of this name directly in it, unless it is empty.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(Element::text).filter(|text| !text.is_empty())
    }

    /// An attribute's value, its name compared without case (as MSBuild and NuGet do).
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Reads a document in UTF-8 or, by its byte order mark, UTF-16, and returns its outermost element.
///
/// # Errors
/// When it is not well-formed, or larger than its bounds.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, ReadFileError> {
    let text = decode(bytes);
    let malformed = |reason: String| ReadFileError::malformed("XML", reason);
    let mut reader = Reader::from_str(&text);
    let mut open = vec![Element::default()];
    let mut count = 0_usize;
    let mut entities = BTreeMap::new();
    loop {
        let event = reader.read_event().map_err(|error| malformed(error.to_string()))?;
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEEPEST {
                    return Err(malformed(format!("its elements lie more than {DEEPEST} deep")));
                }
                open.push(element(&start, &entities));
            }
            Event::Empty(start) => {
                count += 1;
                if let Some(parent) = open.last_mut() {
                    parent.children.push(element(&start, &entities));
                }
            }
            Event::End(_) => {
                let closed = open.pop().filter(|_| !open.is_empty());
                match (closed, open.last_mut()) {
                    (Some(closed), Some(parent)) => parent.children.push(closed),
                    _ => return Err(malformed("an element ends that did not begin".to_owned())),
                }
            }
            Event::Text(text) => push(&mut open, &text),
            Event::CData(text) => push(&mut open, &text),
            Event::GeneralRef(reference) => {
                let character = match &*reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                match (character, entities.get(&*reference)) {
                    (Some(character), _) => push(&mut open, character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => push(&mut open, text),
                    (None, None) => push(&mut open, &format!("&{};", &*reference)),
                }
            }
            Event::Eof => break,
            Event::DocType(declarations) => entities = declared(&declarations),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if count > MOST_ELEMENTS {
            return Err(malformed(format!("it has more than {MOST_ELEMENTS} elements")));
        }
    }
    if open.len() != 1 {
        return Err(malformed("it ends in the middle of an element".to_owned()));
    }
    let outermost = open.pop().and_then(|document| document.children.into_iter().next());
    outermost.ok_or_else(|| malformed("it has no element".to_owned()))
}

fn push(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// The entities that stand for plain text, of the declarations of a document.
fn declared(declarations: &str) -> BTreeMap<String, String> {
    let declared = declarations.split("<!ENTITY").skip(1).take(MOST_ENTITIES).filter_map(|declaration| {
        let (name, rest) = declaration.trim_start().split_once(char::is_whitespace)?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (text, _) = rest.get(1..)?.split_once(quote)?;
        let is_plain = text.len() <= LONGEST_ENTITY && !text.contains(['&', '%', '<']);
        is_plain.then(|| (name.to_owned(), text.to_owned()))
    });
    // Of several declarations the first one counts.
    declared.fold(BTreeMap::new(), |mut entities, (name, text)| {
        entities.entry(name).or_insert(text);
        entities
    })
}

fn element(start: &BytesStart<'_>, entities: &BTreeMap<String, String>) -> Element {
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let value = unescape_with(&attribute.value, |name| {
                resolve_xml_entity(name).or_else(|| entities.get(name).map(String::as_str))
            });
            let value = value.unwrap_or(Cow::Borrowed(&attribute.value));
            (attribute.key.local_name().as_ref().to_owned(), value.into_owned())
        })
        .collect();
    Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() }
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).skip(1).map(|pair| unit([pair[0], pair[1]]));
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => String::from_utf8_lossy(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match parse(text.as_bytes()) {
            Ok(element) => format!("{} {:?} {}", element.name(), element.attributes, element.text()),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn predefined_entities_are_resolved_and_others_stay() {
        check(
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a b='1&amp;2'>&lt;&#65;&x;<![CDATA[<]]></a>",
            r#"a [("b", "1&2")] <A&x;<"#,
        );
    }

    #[test]
    fn entities_that_a_document_declares_as_text_are_resolved() {
        check(
            "<!DOCTYPE a [<!ENTITY v \"2.14.1\"><!ENTITY v '3'> <!ENTITY w '&v;&v;'>]><a b='&v;-1' c='&w;'>&v; &w; &x;</a>",
            r#"a [("b", "2.14.1-1"), ("c", "&w;")] 2.14.1 &w; &x;"#,
        );
        let bomb: String = (0..1500).map(|at| format!("<!ENTITY e{at} '{at}'>")).collect();
        check(&format!("<!DOCTYPE a [{bomb}]><a>&e999;&e1000;</a>"), "a [] 999&e1000;");
    }

    #[test]
    fn utf16_is_read_by_its_byte_order_mark() {
        let bytes: Vec<u8> = "\u{feff}<a>ü</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&bytes).unwrap().text(), "ü");
    }

    #[test]
    fn hostile_documents_are_refused() {
        check(&"<a>".repeat(200), "it is no valid XML: its elements lie more than 100 deep");
        check("<a>", "it is no valid XML: it ends in the middle of an element");
        check("", "it is no valid XML: it has no element");
        assert!(parse(b"</a>").is_err());
        assert!(parse(b"<a></b>").is_err());
    }
}
