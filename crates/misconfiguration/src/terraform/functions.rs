//! The functions of Terraform that files alone can answer.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::json;
use crate::node::{Entry, Node, Value};
use crate::yaml::{self, Tags};

/// Items and bytes that one call may give.
const MOST: usize = 1 << 20;
/// Items that one list may have.
const MOST_ITEMS: usize = 10_000;

/// What a function gives; nothing where it is not among these, or cannot know.
pub(super) fn call(name: &str, arguments: &[Node]) -> Option<Node> {
    let line = arguments.first().map_or(0, |argument| argument.line);
    let value = match name {
        "try" | "coalesce" => {
            return arguments
                .iter()
                .find(|node| !node.is_null() && !is_empty_text(node))
                .filter(|node| node.value != Value::Unknown)
                .cloned();
        }
        "sensitive" | "nonsensitive" | "tolist" | "toset" | "tomap" | "one" if name != "one" => {
            return arguments.first().cloned();
        }
        "jsonencode" => Value::Text(json::write(arguments.first()?)),
        "jsondecode" => return json::parse(&arguments.first()?.as_partial_text()?).ok(),
        "yamldecode" => {
            return yaml::parse(&arguments.first()?.as_partial_text()?, Tags::Dropped).ok()?.into_iter().next();
        }
        "merge" => merge(arguments)?,
        "concat" => Value::List(concat(arguments)?),
        "flatten" => Value::List(flatten(arguments.first()?, 0)?),
        "compact" => Value::List(
            list(arguments.first()?)?.iter().filter(|item| !item.is_null() && !is_empty_text(item)).cloned().collect(),
        ),
        "distinct" => {
            let mut kept: Vec<Node> = Vec::new();
            for item in list(arguments.first()?)? {
                if !kept.iter().any(|known| known.value == item.value) {
                    kept.push(item.clone());
                }
            }
            Value::List(kept)
        }
        "reverse" => Value::List(list(arguments.first()?)?.iter().rev().cloned().collect()),
        "sort" => {
            let mut texts = texts(arguments.first()?)?;
            texts.sort();
            Value::List(texts.into_iter().map(|text| Node::text(line, text)).collect())
        }
        "split" => Value::List(split(arguments)?.into_iter().map(|part| Node::text(line, part)).collect()),
        "slice" => {
            let (from, to) = (place(arguments.get(1)?)?, place(arguments.get(2)?)?);
            Value::List(list(arguments.first()?)?.get(from..to)?.to_vec())
        }
        "range" => range(arguments)?,
        "keys" => Value::List(arguments.first()?.as_map()?.iter().map(|entry| Node::text(line, &*entry.key)).collect()),
        "values" => Value::List(arguments.first()?.as_map()?.iter().map(|entry| entry.value.clone()).collect()),
        "lookup" => return lookup(arguments),
        "element" => {
            let items = list(arguments.first()?)?;
            return items.get(place(arguments.get(1)?)?.checked_rem(items.len())?).cloned();
        }
        "one" => return list(arguments.first()?)?.first().cloned(),
        "index" => Value::Number(f64::from(
            u32::try_from(
                list(arguments.first()?)?
                    .iter()
                    .position(|item| Some(&item.value) == arguments.get(1).map(|a| &a.value))?,
            )
            .ok()?,
        )),
        "contains" => {
            let wanted = arguments.get(1)?.as_text()?;
            Value::Bool(texts(arguments.first()?)?.iter().any(|text| *text == wanted))
        }
        "zipmap" => {
            let (keys, values) = (texts(arguments.first()?)?, list(arguments.get(1)?)?);
            Value::Map(
                keys.into_iter().zip(values).map(|(key, value)| Entry { key, line, value: value.clone() }).collect(),
            )
        }
        "length" => length(arguments.first()?)?,
        "tostring" => Value::Text(arguments.first()?.as_partial_text()?.into_owned()),
        "tonumber" => Value::Number(arguments.first()?.as_number()?),
        "tobool" => Value::Bool(arguments.first()?.as_bool()?),
        "min" => Value::Number(numbers(arguments)?.into_iter().fold(f64::INFINITY, f64::min)),
        "max" => Value::Number(numbers(arguments)?.into_iter().fold(f64::NEG_INFINITY, f64::max)),
        "alltrue" => Value::Bool(
            list(arguments.first()?)?
                .iter()
                .map(Node::as_bool)
                .try_fold(true, |all, next| next.map(|next| all && next))?,
        ),
        "anytrue" => Value::Bool(
            list(arguments.first()?)?
                .iter()
                .map(Node::as_bool)
                .try_fold(false, |any, next| next.map(|next| any || next))?,
        ),
        _ => Value::Text(text_function(name, arguments)?),
    };
    Some(Node::new(line, value))
}

/// Functions that give a text.
fn text_function(name: &str, arguments: &[Node]) -> Option<String> {
    let first = arguments.first()?;
    if name == "join" {
        let separator = first.as_text()?;
        let parts = arguments[1..].iter().flat_map(Node::items).map(Node::as_partial_text);
        return Some(parts.collect::<Option<Vec<_>>>()?.join(&separator));
    }
    if name == "format" {
        return format(arguments);
    }
    if name == "cidrsubnet" {
        return cidr_subnet(arguments);
    }
    let text = first.as_partial_text()?;
    let second = arguments.get(1).and_then(Node::as_text);
    Some(match name {
        "lower" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "title" => text
            .split(' ')
            .map(|word| {
                word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>()
            })
            .collect::<Vec<_>>()
            .join(" "),
        "trimspace" | "chomp" => text.trim().to_owned(),
        "trimprefix" => text.strip_prefix(&*second?).unwrap_or(&text).to_owned(),
        "trimsuffix" => text.strip_suffix(&*second?).unwrap_or(&text).to_owned(),
        "trim" => {
            let signs: Vec<char> = second?.chars().collect();
            text.trim_matches(signs.as_slice()).to_owned()
        }
        "replace" => {
            let pattern = second?;
            if pattern.is_empty() || pattern.starts_with('/') {
                return None;
            }
            text.replace(&*pattern, &arguments.get(2)?.as_partial_text()?)
        }
        "substr" => {
            let (from, count) = (place(arguments.get(1)?)?, arguments.get(2)?.as_number()?);
            let rest = text.chars().skip(from);
            if count < 0.0 { rest.collect() } else { rest.take(place(arguments.get(2)?)?).collect() }
        }
        "base64encode" => STANDARD.encode(text.as_bytes()),
        "base64decode" => String::from_utf8(STANDARD.decode(text.as_bytes()).ok()?).ok()?,
        _ => return None,
    })
    .filter(|text| text.len() <= MOST)
}

/// The parts of a text between separators; those that are not known as a whole stay so.
fn split(arguments: &[Node]) -> Option<Vec<String>> {
    let (separator, text) = (arguments.first()?.as_text()?, arguments.get(1)?.as_partial_text()?);
    if separator.is_empty() {
        return None;
    }
    let parts: Vec<String> = text.split(&*separator).take(MOST_ITEMS + 1).map(str::to_owned).collect();
    (parts.len() <= MOST_ITEMS).then_some(parts)
}

/// A network within another one: `cidrsubnet(prefix, newbits, netnum)`.
fn cidr_subnet(arguments: &[Node]) -> Option<String> {
    let prefix = arguments.first()?.as_text()?;
    let (new_bits, number) = (place(arguments.get(1)?)?, place(arguments.get(2)?)?);
    let (address, length) = prefix.split_once('/')?;
    let length: usize = length.parse().ok()?;
    let is_v4 = !address.contains(':');
    let (bits, width): (u128, usize) = match is_v4 {
        true => (u128::from(address.parse::<Ipv4Addr>().ok()?.to_bits()), 32),
        false => (address.parse::<Ipv6Addr>().ok()?.to_bits(), 128),
    };
    let new_length = length.checked_add(new_bits).filter(|new_length| *new_length <= width)?;
    let number = u128::try_from(number).ok().filter(|number| new_bits >= 64 || number >> new_bits == 0)?;
    let shifted = |bits: u128, count: usize| bits.checked_shl(u32::try_from(count).unwrap_or(u32::MAX)).unwrap_or(0);
    let bits = (bits & shifted(u128::MAX, width - length)) | shifted(number, width - new_length);
    match is_v4 {
        true => Some(format!("{}/{new_length}", Ipv4Addr::from_bits(u32::try_from(bits).ok()?))),
        false => Some(format!("{}/{new_length}", Ipv6Addr::from_bits(bits))),
    }
}

/// `%s`, `%d`, `%v`, `%q` and `%%`.
fn format(arguments: &[Node]) -> Option<String> {
    let pattern = arguments.first()?.as_text()?;
    let mut values = arguments[1..].iter();
    let mut out = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        match signs.next()? {
            '%' => out.push('%'),
            's' | 'd' | 'v' => match values.next()?.as_partial_text() {
                Some(text) => out.push_str(&text),
                None => out.push(crate::node::PLACEHOLDER),
            },
            'q' => out.push_str(&format!("\"{}\"", values.next()?.as_partial_text()?)),
            _ => return None,
        }
        if out.len() > MOST {
            return None;
        }
    }
    Some(out)
}

/// An item of a list or map.
pub(super) fn index(node: &Node, index: &Node) -> Option<Node> {
    match &node.value {
        Value::List(items) => items.get(place(index)?).cloned(),
        Value::Map(_) => node.entry(&index.as_text()?).map(|entry| entry.value.clone()),
        _ => None,
    }
}

/// The keys and values over which a `for` or `for_each` goes.
pub(super) fn pairs(node: &Node) -> Option<Vec<(Node, Node)>> {
    match &node.value {
        Value::List(items) => {
            let keys = (0_u32..).map(|place| Node::new(node.line, Value::Number(f64::from(place))));
            Some(keys.zip(items.iter().cloned()).collect())
        }
        Value::Map(entries) => {
            Some(entries.iter().map(|entry| (Node::text(entry.line, &*entry.key), entry.value.clone())).collect())
        }
        _ => None,
    }
}

fn is_empty_text(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text.is_empty())
}

fn list(node: &Node) -> Option<&[Node]> {
    node.as_list()
}

fn concat(arguments: &[Node]) -> Option<Vec<Node>> {
    let lists: Vec<&[Node]> = arguments.iter().map(Node::as_list).collect::<Option<_>>()?;
    let length: usize = lists.iter().map(|list| list.len()).sum();
    (length <= MOST_ITEMS).then(|| lists.concat())
}

fn texts(node: &Node) -> Option<Vec<String>> {
    list(node)?.iter().map(|item| item.as_text().map(std::borrow::Cow::into_owned)).collect()
}

fn numbers(arguments: &[Node]) -> Option<Vec<f64>> {
    arguments.iter().map(Node::as_number).collect::<Option<Vec<_>>>().filter(|numbers| !numbers.is_empty())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
fn place(node: &Node) -> Option<usize> {
    node.as_number().filter(|number| (0.0..1e9).contains(number)).map(|number| number as usize)
}

fn merge(arguments: &[Node]) -> Option<Value> {
    let mut merged: Vec<Entry> = Vec::new();
    for argument in arguments.iter().filter(|argument| !argument.is_null()) {
        for entry in argument.as_map()? {
            match merged.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry.clone(),
                None => merged.push(entry.clone()),
            }
        }
    }
    Some(Value::Map(merged))
}

fn flatten(node: &Node, depth: usize) -> Option<Vec<Node>> {
    let mut flat = Vec::new();
    for item in list(node)? {
        match &item.value {
            Value::List(_) if depth < 16 => flat.extend(flatten(item, depth + 1)?),
            _ => flat.push(item.clone()),
        }
        if flat.len() > MOST_ITEMS {
            return None;
        }
    }
    Some(flat)
}

fn lookup(arguments: &[Node]) -> Option<Node> {
    let key = arguments.get(1)?.as_text()?;
    arguments.first()?.as_map()?;
    arguments[0].entry(&key).map(|entry| entry.value.clone()).or_else(|| arguments.get(2).cloned())
}

fn length(node: &Node) -> Option<Value> {
    let length = match &node.value {
        Value::List(items) => items.len(),
        Value::Map(entries) => entries.len(),
        Value::Text(text) if !node.is_unknown() => text.chars().count(),
        _ => return None,
    };
    Some(Value::Number(f64::from(u32::try_from(length).ok()?)))
}

fn range(arguments: &[Node]) -> Option<Value> {
    let numbers = numbers(arguments)?;
    let (from, to, step) = match numbers.as_slice() {
        [to] => (0.0, *to, 1.0),
        [from, to] => (*from, *to, 1.0),
        [from, to, step] if *step > 0.0 => (*from, *to, *step),
        _ => return None,
    };
    let mut items = Vec::new();
    let mut next = from;
    while next < to {
        if items.len() >= 1_024 {
            return None;
        }
        items.push(Node::new(0, Value::Number(next)));
        next += step;
    }
    Some(Value::List(items))
}
