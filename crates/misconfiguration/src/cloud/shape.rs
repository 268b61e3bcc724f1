//! Moves within a body: from the shape of one language into that of another.

use crate::node::{Entry, Node, Value};

/// `KMSMasterKeyID` is `kms_master_key_id`, `S3BucketName` is `s3_bucket_name`.
pub(crate) fn snake_case(name: &str) -> String {
    let signs: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (place, sign) in signs.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| signs[before]);
        let begins_word = sign.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let ends_word = before.is_ascii_lowercase() || before.is_ascii_digit();
                let is_last_of_capitals =
                    before.is_ascii_uppercase() && signs.get(place + 1).is_some_and(char::is_ascii_lowercase);
                ends_word || is_last_of_capitals
            });
        if begins_word {
            out.push('_');
        }
        out.push(sign.to_ascii_lowercase());
    }
    out
}

/// Gives every key of a value the spelling of Terraform.
pub(crate) fn snake_keys(node: &mut Node) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(snake_keys),
        Value::Map(entries) => {
            for entry in entries {
                entry.key = snake_case(&entry.key);
                snake_keys(&mut entry.value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
}

/// Moves what stands under one path to another; lists on the way are gone through. The last part may change its name
/// within a block, or the block may be made.
pub(crate) fn rename(node: &mut Node, from: &str, to: &str) {
    if let Some((from_first, from_rest)) = from.split_once('.')
        && let Some((to_first, to_rest)) = to.split_once('.')
        && from_first == to_first
    {
        for_each_map(node, |entries| {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.key == from_first) {
                rename(&mut entry.value, from_rest, to_rest);
            }
        });
        return;
    }
    for_each_map(node, |entries| {
        if let Some(moved) = take(entries, from) {
            put(entries, to, moved);
        }
    });
}

/// The entries under a path become entries of the body itself.
pub(crate) fn hoist(node: &mut Node, key: &str) {
    for_each_map(node, |entries| {
        let Some(moved) = take(entries, key) else { return };
        if let Value::Map(inner) = moved.value.value {
            for entry in inner {
                if !entries.iter().any(|known| known.key == entry.key) {
                    entries.push(entry);
                }
            }
        }
    });
}

/// Takes out what stands under a path.
pub(crate) fn take(entries: &mut Vec<Entry>, path: &str) -> Option<Entry> {
    match path.split_once('.') {
        None => {
            let place = entries.iter().position(|entry| entry.key == path)?;
            Some(entries.remove(place))
        }
        Some((first, rest)) => {
            let entry = entries.iter_mut().find(|entry| entry.key == first)?;
            let node = match &mut entry.value.value {
                Value::List(items) => items.first_mut()?,
                _ => &mut entry.value,
            };
            match &mut node.value {
                Value::Map(inner) => take(inner, rest),
                _ => None,
            }
        }
    }
}

/// Puts an entry under a path, making the blocks that lead there.
pub(crate) fn put(entries: &mut Vec<Entry>, path: &str, moved: Entry) {
    match path.split_once('.') {
        None => entries.push(Entry { key: path.to_owned(), ..moved }),
        Some((first, rest)) => {
            if !entries.iter().any(|entry| entry.key == first) {
                let value = Node::new(moved.line, Value::Map(Vec::new()));
                entries.push(Entry { key: first.to_owned(), line: moved.line, value });
            }
            let Some(entry) = entries.iter_mut().find(|entry| entry.key == first) else { return };
            let node = match &mut entry.value.value {
                Value::List(items) if !items.is_empty() => &mut items[0],
                _ => &mut entry.value,
            };
            if let Value::Map(inner) = &mut node.value {
                put(inner, rest, moved);
            }
        }
    }
}

fn for_each_map(node: &mut Node, mut change: impl FnMut(&mut Vec<Entry>)) {
    match &mut node.value {
        Value::Map(entries) => change(entries),
        Value::List(items) => {
            for item in items {
                if let Value::Map(entries) = &mut item.value {
                    change(entries);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn names_are_those_of_terraform() {
        for (name, snake) in [
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("S3BucketName", "s3_bucket_name"),
            ("EnforceHTTPS", "enforce_https"),
            ("WebACLId", "web_acl_id"),
            ("DBClusterIdentifier", "db_cluster_identifier"),
            ("CidrIpv6", "cidr_ipv6"),
            ("BlockPublicAcls", "block_public_acls"),
            ("AvailabilityZones", "availability_zones"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn moves_go_through_lists_and_make_blocks() {
        let mut node = json::parse(r#"{"a": [{"b": 1}, {"b": 2}], "c": {"d": 3}, "e": {"f": {"g": 4}}}"#).unwrap();
        rename(&mut node, "a.b", "a.x");
        rename(&mut node, "c.d", "h.i");
        hoist(&mut node, "e");
        assert_eq!(json::write(&node), r#"{"a":[{"x":1},{"x":2}],"c":{},"h":{"i":3},"f":{"g":4}}"#);
    }
}
