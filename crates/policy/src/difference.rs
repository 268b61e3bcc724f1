//! What is different between two values, place by place.

use serde_json::Value as Json;

/// The most pairs of items of two lists that are compared to find out which belong together; longer lists are compared
/// place by place.
const MOST_PAIRS: usize = 4_000_000;

/// The most changes that are told; what is behind them is summed up at the root.
pub const MOST_CHANGES: usize = 10_000;

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where: `controls[2].severities[0]`. Items of lists are counted as they stand after the change, removed ones as they
    /// stood before.
    pub place: String,
    /// What was there; none where it was added.
    pub before: Option<Json>,
    /// What is there; none where it was removed.
    pub after: Option<Json>,
}

/// What is different, in the order of the document. Items of lists belong together by their `name`, else their `control`,
/// `attribute` or `id`, else by being the same.
pub fn differences(before: &Json, after: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    if changes.len() > MOST_CHANGES {
        return vec![Change { place: String::new(), before: Some(before.clone()), after: Some(after.clone()) }];
    }
    changes
}

fn compare(place: &str, before: &Json, after: &Json, changes: &mut Vec<Change>) {
    if before == after || changes.len() > MOST_CHANGES {
        return;
    }
    match (before, after) {
        (Json::Object(old), Json::Object(new)) => {
            for (key, was) in old {
                let own = inner(place, key);
                match new.get(key) {
                    Some(is) => compare(&own, was, is, changes),
                    None => changes.push(Change { place: own, before: Some(was.clone()), after: None }),
                }
            }
            for (key, is) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                changes.push(Change { place: inner(place, key), before: None, after: Some(is.clone()) });
            }
        }
        (Json::Array(old), Json::Array(new)) => compare_lists(place, old, new, changes),
        _ => changes.push(Change { place: place.to_owned(), before: Some(before.clone()), after: Some(after.clone()) }),
    }
}

fn inner(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn compare_lists(place: &str, old: &[Json], new: &[Json], changes: &mut Vec<Change>) {
    let pairs = match old.len().saturating_mul(new.len()) <= MOST_PAIRS {
        true => together(old, new),
        false => (0..old.len().min(new.len())).map(|at| (at, at)).collect(),
    };
    let (mut was, mut is) = (0, 0);
    for (old_at, new_at) in pairs.into_iter().chain([(old.len(), new.len())]) {
        for (at, item) in old.iter().enumerate().take(old_at).skip(was) {
            changes.push(Change { place: format!("{place}[{at}]"), before: Some(item.clone()), after: None });
        }
        for (at, item) in new.iter().enumerate().take(new_at).skip(is) {
            changes.push(Change { place: format!("{place}[{at}]"), before: None, after: Some(item.clone()) });
        }
        if let (Some(before), Some(after)) = (old.get(old_at), new.get(new_at)) {
            compare(&format!("{place}[{new_at}]"), before, after, changes);
        }
        (was, is) = (old_at + 1, new_at + 1);
    }
}

/// The items that belong together: a longest common subsequence by what they are known by.
fn together(old: &[Json], new: &[Json]) -> Vec<(usize, usize)> {
    let known = |items: &[Json]| -> Vec<String> { items.iter().map(known_by).collect() };
    let (old, new) = (known(old), known(new));
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for at in (0..old.len()).rev() {
        for other in (0..new.len()).rev() {
            lengths[at * width + other] = match old[at] == new[other] {
                true => lengths[(at + 1) * width + other + 1] + 1,
                false => lengths[(at + 1) * width + other].max(lengths[at * width + other + 1]),
            };
        }
    }
    let (mut at, mut other, mut pairs) = (0, 0, Vec::new());
    while at < old.len() && other < new.len() {
        if old[at] == new[other] {
            pairs.push((at, other));
            (at, other) = (at + 1, other + 1);
        } else if lengths[(at + 1) * width + other] >= lengths[at * width + other + 1] {
            at += 1;
        } else {
            other += 1;
        }
    }
    pairs
}

fn known_by(item: &Json) -> String {
    let names = ["name", "control", "attribute", "id"];
    match names.iter().find_map(|name| Some((name, item.as_object()?.get(*name)?))) {
        Some((name, value)) => format!("{name}={value}"),
        None => item.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn told(before: Json, after: Json) -> Vec<String> {
        let text = |value: &Option<Json>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
        let changes = differences(&before, &after);
        changes.iter().map(|c| format!("{} {} {}", c.place, text(&c.before), text(&c.after))).collect()
    }

    #[test]
    fn a_changed_control_is_told_at_its_place() {
        let before = json!({ "mode": "audit", "controls": [
            { "control": "cvss.maximum_score", "maximum": 7 }, { "control": "malware.none" } ] });
        let after = json!({ "controls": [
            { "control": "image.user" }, { "control": "cvss.maximum_score", "maximum": 9 } ], "version": 2 });
        assert_eq!(
            told(before, after),
            [
                "mode \"audit\" -",
                "controls[0] - {\"control\":\"image.user\"}",
                "controls[1].maximum 7 9",
                "controls[1] {\"control\":\"malware.none\"} -",
                "version - 2",
            ]
        );
    }

    #[test]
    fn words_of_a_list_come_and_go_alone() {
        assert_eq!(told(json!(["a", "b"]), json!(["b", "c"])), ["[0] \"a\" -", "[1] - \"c\""]);
        assert_eq!(told(json!(1), json!([1])), [" 1 [1]"]);
    }

    proptest! {
        #[test]
        fn nothing_is_different_of_the_same_and_something_of_others(
            one in proptest::collection::vec(0_u8..4, 0..8), other in proptest::collection::vec(0_u8..4, 0..8)
        ) {
            let changes = differences(&json!(one), &json!(other));
            prop_assert_eq!(changes.is_empty(), one == other);
            let removed = changes.iter().filter(|change| change.after.is_none()).count();
            let added = changes.iter().filter(|change| change.before.is_none()).count();
            prop_assert_eq!(one.len() - removed, other.len() - added, "what stays is in both");
        }
    }
}
