//! XML as feeds write it: long lists of small elements, of which one at a time is held.
//!
//! Hostile input is bounded: one element of the list holds at most [`NODE_LIMIT`] elements, [`DEPTH_LIMIT`] deep, and
//! [`EVENT_LIMIT`] bytes between two tags.

use std::io::{self, BufRead, Read};
use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::files;
use crate::feed::ReadFeedError;

const NODE_LIMIT: usize = 1_000_000;
const DEPTH_LIMIT: usize = 64;
const EVENT_LIMIT: u64 = 16 << 20;

/// How much of an element's name an error shows.
const LONGEST_NAME: usize = 40;

/// An element with everything in it; names are without namespace prefixes.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The element's name.
    pub(super) name: String,
    /// The text directly in it.
    pub(super) text: String,
    /// The elements in it.
    pub(super) children: Vec<Node>,
    attributes: Vec<(String, String)>,
}

impl Node {
    /// The value of an attribute; the empty text where there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The elements of a name directly in this one.
    pub(super) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of a name directly in this one.
    pub(super) fn first(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element of a name; the empty text where there is none.
    pub(super) fn text_of(&self, name: &str) -> &str {
        self.first(name).map_or("", |child| child.text.trim())
    }
}

/// Hands every element of the name to `visit`, wherever it stands in the document. A document of none of them is a list of
/// nothing where its outermost element is `root`, else it is something else.
pub(super) fn each_node(
    path: &Path,
    format: &'static str,
    root: &str,
    name: &str,
    visit: &mut dyn FnMut(&Node),
) -> Result<(), ReadFeedError> {
    let malformed = |reason: String| ReadFeedError::Malformed { path: path.to_owned(), format, reason };
    let mut reader = Reader::from_reader(EventLimited { inner: files::open(path)?, left: EVENT_LIMIT });
    let mut buffer = Vec::new();
    // The elements that are open, from the wanted one down; empty while none is.
    let mut open: Vec<Node> = Vec::new();
    let mut nodes = 0;
    let mut found = 0;
    let mut outermost: Option<String> = None;
    loop {
        buffer.clear();
        reader.get_mut().left = EVENT_LIMIT;
        let event = reader.read_event_into(&mut buffer).map_err(|error| malformed(error.to_string()))?;
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(start) | Event::Empty(start) => {
                if outermost.is_none() {
                    outermost = Some(start.local_name().as_ref().chars().take(LONGEST_NAME).collect());
                }
                if open.is_empty() && start.local_name().as_ref() != name {
                    continue;
                }
                nodes = if open.is_empty() { 1 } else { nodes + 1 };
                if nodes > NODE_LIMIT || open.len() >= DEPTH_LIMIT {
                    return Err(malformed(format!("a `{name}` holds too many or too deep elements")));
                }
                open.push(node(&start));
                if is_empty {
                    found += close(&mut open, visit);
                }
            }
            Event::End(_) => found += close(&mut open, visit),
            Event::Text(text) => {
                if let Some(node) = open.last_mut() {
                    node.text.push_str(&text);
                }
            }
            Event::CData(text) => {
                if let Some(node) = open.last_mut() {
                    node.text.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(node) = open.last_mut() {
                    let written = format!("&{};", &*reference);
                    node.text.push_str(&quick_xml::escape::unescape(&written).unwrap_or_default());
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof if open.is_empty() => {
                return match outermost {
                    Some(outermost) if found > 0 || outermost == root => Ok(()),
                    Some(outermost) => {
                        Err(malformed(format!("its outermost element is `{}`", outermost.escape_debug())))
                    }
                    None => Err(malformed("it has no element".to_owned())),
                };
            }
            Event::Eof => return Err(malformed("it ends in the middle".to_owned())),
        }
    }
}

fn node(start: &BytesStart<'_>) -> Node {
    let mut attributes = start.attributes();
    let attributes = attributes.with_checks(false).flatten().map(|attribute| {
        let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_default().into_owned();
        (attribute.key.local_name().as_ref().to_owned(), value)
    });
    Node { name: start.local_name().as_ref().to_owned(), attributes: attributes.collect(), ..Node::default() }
}

/// Closes the innermost open element; hands it over when it is the wanted one, and says how many it handed over.
fn close(open: &mut Vec<Node>, visit: &mut dyn FnMut(&Node)) -> usize {
    let Some(node) = open.pop() else { return 0 };
    match open.last_mut() {
        Some(parent) => {
            parent.children.push(node);
            0
        }
        None => {
            visit(&node);
            1
        }
    }
}

/// Ends in an error when more than `left` bytes are read before somebody sets it again.
struct EventLimited {
    inner: Box<dyn BufRead>,
    left: u64,
}

impl Read for EventLimited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

impl BufRead for EventLimited {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("more than {EVENT_LIMIT} bytes between two tags")));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count as u64);
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(xml: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        std::fs::write(&path, xml).unwrap();
        let mut seen = Vec::new();
        let result = each_node(&path, "list", "list", "item", &mut |node| {
            seen.push(format!("{} {} {}", node.attribute("id"), node.text.trim(), node.text_of("name")));
        });
        result.map(|_| seen).map_err(|error| error.to_string().split(": ").last().unwrap_or_default().to_owned())
    }

    #[test]
    fn elements_come_one_by_one() {
        let xml = r#"<?xml version="1.0"?><x:list xmlns:x="urn:x"><x:item id="1 &amp; 2">a &lt; b<x:name>n</x:name></x:item>
            <other/><group><item id='3'/></group><item><![CDATA[c < d]]></item></x:list>"#;
        assert_eq!(check(xml).unwrap(), ["1 & 2 a < b n", "3  ", " c < d "]);
    }

    #[test]
    fn a_list_of_nothing_is_one_and_another_document_is_none() {
        assert!(check("<list/>").unwrap().is_empty());
        assert_eq!(check("<html><body/></html>").unwrap_err(), "its outermost element is `html`");
        for text in ["", "no markup at all"] {
            assert_eq!(check(text).unwrap_err(), "it has no element");
        }
    }

    #[test]
    fn torn_and_too_deep_documents_are_refused() {
        assert!(check("<list><item>").is_err());
        assert!(check("<list><item></list>").is_err());
        let deep = format!("<list><item>{}{}</item></list>", "<a>".repeat(100), "</a>".repeat(100));
        assert_eq!(check(&deep).unwrap_err(), "a `item` holds too many or too deep elements");
        let long = format!("<list><item>{}</item></list>", "a".repeat(EVENT_LIMIT as usize + (1 << 17)));
        assert!(check(&long).is_err());
    }
}
