//! Comments by which the authors of a file waive a check: ours (`bulkhead:ignore:ID`) and those of other scanners
//! (`trivy:ignore:ID`, `tfsec:ignore:ID`, `checkov:skip=ID:reason`, `kics-scan ignore-line` is none of a check).

use crate::check::{Check, Failure};

/// What begins a waiver, and whether it counts anywhere within a block rather than above it.
const WORDS: &[(&str, bool)] = &[
    ("bulkhead:ignore-file:", false),
    ("bulkhead:ignore:", false),
    ("trivy:ignore:", false),
    ("tfsec:ignore:", false),
    ("checkov:skip=", true),
];

/// The waivers of one file.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    waivers: Vec<Waiver>,
}

#[derive(Debug)]
struct Waiver {
    /// The id as it is written, or `*`.
    id: String,
    /// The last day on which it counts.
    until: Option<String>,
    /// The line of the comment.
    line: u32,
    /// The line after the comment that is neither empty nor a comment.
    target: u32,
    is_for_block: bool,
    is_for_file: bool,
}

impl Comments {
    pub(crate) fn read(text: &str) -> Comments {
        let mut waivers = Vec::new();
        if !text.contains(":ignore") && !text.contains("checkov:skip=") {
            return Comments::default();
        }
        for (line, content) in (1..).zip(text.lines()) {
            let Some(comment) = comment_of(content) else { continue };
            for word in comment.split_whitespace() {
                let Some((rest, is_for_block, is_for_file)) = WORDS.iter().find_map(|(prefix, is_for_block)| {
                    word.strip_prefix(prefix).map(|rest| (rest, *is_for_block, prefix.contains("file")))
                }) else {
                    continue;
                };
                let (id, rest) = rest.split_once(':').unwrap_or((rest, ""));
                // `id[parameter]` limits a waiver of others to some resources; what we cannot evaluate waives nothing.
                if id.contains('[') {
                    continue;
                }
                let until = rest
                    .strip_prefix("exp:")
                    .or(comment.split("exp:").nth(1))
                    .map(|day| day.chars().take(10).collect());
                waivers.push(Waiver { id: id.to_owned(), until, line, target: line, is_for_block, is_for_file });
            }
        }
        let lines: Vec<&str> = text.lines().collect();
        for waiver in &mut waivers {
            let mut at = waiver.line as usize;
            while lines.get(at).is_some_and(|line| is_only_comment(line)) {
                at += 1;
            }
            waiver.target = u32::try_from(at + 1).unwrap_or(u32::MAX);
        }
        Comments { waivers }
    }

    /// Whether a comment says that this failure is meant to be.
    pub(crate) fn waive(&self, check: &Check, failure: &Failure, today: Option<&str>) -> bool {
        self.waivers.iter().any(|waiver| {
            let is_in_time = match (&waiver.until, today) {
                (Some(until), Some(today)) => today <= until.as_str(),
                _ => true,
            };
            let (begin, end) = failure.block;
            let is_here = waiver.is_for_file
                || waiver.line == failure.line
                || waiver.target == failure.line
                || waiver.line == begin
                || waiver.target == begin
                || (waiver.is_for_block && (begin..=end).contains(&waiver.line));
            is_in_time && is_here && (waiver.id == "*" || check.is_called(&waiver.id))
        })
    }
}

/// The text of the comment on a line, if there is one.
fn comment_of(line: &str) -> Option<&str> {
    let at = [line.find('#'), line.find("//")].into_iter().flatten().min()?;
    Some(line[at..].trim_start_matches(['#', '/', ' ', '\t']))
}

fn is_only_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

#[cfg(test)]
mod tests {
    use crate::check::checks;

    use super::*;

    fn is_waived(text: &str, line: u32, block: (u32, u32), today: Option<&str>) -> bool {
        let check = checks().iter().find(|check| check.id == "BHD-DOCKER-0002").unwrap();
        let failure = Failure { path: "x".to_owned().into(), line, block, message: String::new() };
        Comments::read(text).waive(check, &failure, today)
    }

    #[test]
    fn a_comment_counts_on_its_line_and_on_the_next_that_says_something() {
        assert!(is_waived("FROM x\n# bulkhead:ignore:DS002\n\n# why\nUSER root\n", 5, (1, 5), None));
        assert!(is_waived("a = 1 # trivy:ignore:AVD-DS-0002\n", 1, (1, 1), None));
        assert!(!is_waived("# trivy:ignore:AVD-DS-0002\nFROM x\nUSER root\n", 3, (3, 3), None));
        assert!(is_waived("# trivy:ignore:AVD-DS-0002\nFROM x\nUSER root\n", 3, (2, 3), None), "above the block");
    }

    #[test]
    fn other_checks_are_not_waived() {
        assert!(!is_waived("#trivy:ignore:DS-0001\nUSER root\n", 2, (2, 2), None));
        assert!(is_waived("#trivy:ignore:*\nUSER root\n", 2, (2, 2), None));
    }

    #[test]
    fn a_waiver_ends_with_its_day() {
        let text = "#trivy:ignore:DS-0002:exp:2026-01-02\nUSER root\n";
        assert!(is_waived(text, 2, (2, 2), Some("2026-01-02")));
        assert!(!is_waived(text, 2, (2, 2), Some("2026-01-03")));
    }

    #[test]
    fn checkov_counts_within_the_block() {
        let text = "resource {\n\n  # checkov:skip=docker-least-privilege-user:why\n}\n";
        assert!(is_waived(text, 1, (1, 4), None));
    }
}
