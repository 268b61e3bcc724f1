//! Lines of a rendered template, told by the lines of the template that look like them.

use crate::node::{Node, Value};

/// Lines of a template and of what it becomes that are compared, each with each.
const MOST_PAIRS: usize = 4_000_000;

/// For each line of the rendered text, from 1, the line of the template: the longest common sequence of lines that have
/// the same key; for those that a loop makes again, its lines; for all others the line before them.
pub(super) fn align(template: &str, rendered: &str) -> Vec<u32> {
    let from: Vec<&str> = template.lines().map(key).collect();
    let to: Vec<&str> = rendered.lines().map(key).collect();
    let mut lines = vec![1; to.len() + 1];
    if from.len().saturating_mul(to.len()) > MOST_PAIRS {
        return lines;
    }
    let width = to.len() + 1;
    let mut longest = vec![0_u32; (from.len() + 1) * width];
    for (row, source) in from.iter().enumerate().rev() {
        for (column, target) in to.iter().enumerate().rev() {
            let here = row * width + column;
            let skip = longest[here + width].max(longest[here + 1]);
            let is_same = !source.is_empty() && source == target;
            longest[here] = if is_same { skip.max(longest[here + width + 1] + 1) } else { skip };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < from.len() && column < to.len() {
        let here = row * width + column;
        if !from[row].is_empty() && from[row] == to[column] && longest[here] == longest[here + width + 1] + 1 {
            lines[column + 1] = u32::try_from(row + 1).unwrap_or(u32::MAX);
            row += 1;
            column += 1;
        } else if longest[here + width] >= longest[here + 1] {
            row += 1;
        } else {
            column += 1;
        }
    }
    let loops = loops(template);
    for place in 2..lines.len() {
        if lines[place] == 1 {
            lines[place] = again(&from, to[place - 1], lines[place - 1], &loops).unwrap_or(lines[place - 1]);
        }
    }
    lines
}

/// The line of the same key in the innermost loop around the line before that has one, next to that line: the loop turns
/// once more.
fn again(from: &[&str], key: &str, before: u32, loops: &[(u32, u32)]) -> Option<u32> {
    if key.is_empty() {
        return None;
    }
    let around = loops.iter().filter(|(first, last)| (*first..=*last).contains(&before));
    around.into_iter().find_map(|(first, last)| {
        let lines = (*first..=*last).filter(|line| from.get(*line as usize - 1).is_some_and(|known| *known == key));
        // Of two that are as far away, what comes behind.
        lines.min_by_key(|line| (line.abs_diff(before), *line < before))
    })
}

/// The first and last lines of the `range`s of a template, inner ones before those around them.
fn loops(template: &str) -> Vec<(u32, u32)> {
    let mut open = Vec::new();
    let mut loops = Vec::new();
    for (line, text) in (1..).zip(template.lines()) {
        for action in text.split("{{").skip(1) {
            match action.trim_start_matches('-').split_whitespace().next().unwrap_or_default().trim_end_matches("}}") {
                "range" => open.push((line, true)),
                "if" | "with" | "define" | "block" => open.push((line, false)),
                "end" | "end-" => {
                    if let Some((first, true)) = open.pop() {
                        loops.push((first, line));
                    }
                }
                _ => {}
            }
        }
    }
    loops
}

/// What a line is known by: its key, or all of it.
fn key(line: &str) -> &str {
    let line = line.trim().trim_start_matches("- ");
    if line.starts_with("{{") || line.starts_with('#') {
        return "";
    }
    line.split_once(':').map_or(line, |(key, _)| key)
}

/// Gives a value, and all in it, the lines of the template.
pub(super) fn move_to(node: &mut Node, lines: &[u32]) {
    let moved = |line: u32| lines.get(line as usize).copied().unwrap_or(1);
    node.line = moved(node.line);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_to(item, lines)),
        Value::Map(entries) => {
            for entry in entries {
                entry.line = moved(entry.line);
                move_to(&mut entry.value, lines);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered_lines_are_those_of_the_template_that_made_them() {
        let template = "kind: Pod\n{{- if .x }}\nspec:\n  a: {{ .y }}\n{{- end }}\n  b: 1\n";
        let rendered = "kind: Pod\nspec:\n  a: v\n    more\n  b: 1\n";
        assert_eq!(align(template, rendered)[1..], [1, 3, 4, 4, 6]);
    }
}
