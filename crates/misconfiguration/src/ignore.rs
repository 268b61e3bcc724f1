//! Comments by which the authors of a file waive a check: ours (`bulkhead:ignore:ID`) and those of other scanners
//! (`trivy:ignore:ID`, `tfsec:ignore:ID`, `checkov:skip=ID:reason`, `kics-scan ignore-line` is none of a check).

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::check::{Check, Failure, canonical};

/// What begins a waiver, and whether it counts anywhere within a block rather than above it.
const WORDS: &[(&str, bool)] = &[
    ("bulkhead:ignore-file:", false),
    ("bulkhead:ignore:", false),
    ("trivy:ignore:", false),
    ("tfsec:ignore:", false),
    ("checkov:skip=", true),
];

/// The waivers of one file that are in time: ids in their canonical spelling, or `*`.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    of_file: HashSet<String>,
    /// By the line of the comment, and by the line after it that is neither empty nor a comment.
    of_lines: HashSet<(u32, String)>,
    /// The lines of comments that count anywhere within a block.
    of_blocks: HashMap<String, BTreeSet<u32>>,
}

impl Comments {
    /// Reads the comments of a text that count on a day; without one, all do.
    pub(crate) fn read(text: &str, today: Option<&str>) -> Comments {
        let mut comments = Comments::default();
        if !text.contains(":ignore") && !text.contains("checkov:skip=") {
            return comments;
        }
        let lines: Vec<&str> = text.lines().collect();
        // From the end, so that what follows a comment is known.
        let mut target = lines.len() + 1;
        for (place, content) in lines.iter().enumerate().rev() {
            comments.take(content, line_number(place + 1), line_number(target), today);
            if !is_only_comment(content) {
                target = place + 1;
            }
        }
        comments
    }

    /// The waivers of one line.
    fn take(&mut self, content: &str, line: u32, target: u32, today: Option<&str>) {
        let Some(comment) = comment_of(content) else { return };
        let of_comment = comment.split_once("exp:").map(|(_, day)| day);
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
            let until = rest.strip_prefix("exp:").or(of_comment);
            let until: Option<String> = until.map(|day| day.chars().take(10).collect());
            if until.zip(today).is_some_and(|(until, today)| today > until.as_str()) {
                continue;
            }
            let id = canonical(id);
            if is_for_file {
                self.of_file.insert(id);
                continue;
            }
            if is_for_block {
                self.of_blocks.entry(id.clone()).or_default().insert(line);
            }
            self.of_lines.insert((target, id.clone()));
            self.of_lines.insert((line, id));
        }
    }

    /// Whether a comment says that this failure is meant to be.
    pub(crate) fn waive(&self, check: &Check, failure: &Failure) -> bool {
        let (begin, end) = failure.block;
        let ids = check.canonical_ids().chain(std::iter::once("*".to_owned()));
        ids.into_iter().any(|id| {
            let lines = self.of_blocks.get(&id);
            self.of_file.contains(&id)
                || lines.is_some_and(|lines| begin <= end && lines.range(begin..=end).next().is_some())
                || self.of_lines.contains(&(failure.line, id.clone()))
                || self.of_lines.contains(&(begin, id))
        })
    }
}

fn line_number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
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
        Comments::read(text, today).waive(check, &failure)
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

    #[test]
    fn many_comments_take_little_time() {
        let comments = "# bulkhead:ignore:DS-0001\n".repeat(100_000);
        let words = "bulkhead:ignore:DS-0001 ".repeat(100_000);
        let check = checks().iter().find(|check| check.id == "BHD-DOCKER-0002").unwrap();
        let text = format!("{comments}# {words}\nUSER root # bulkhead:ignore:DS-0002\n");
        let failure =
            Failure { path: "x".to_owned().into(), line: 100_001, block: (100_001, 100_002), message: String::new() };
        let started = std::time::Instant::now();
        let comments = Comments::read(&text, None);
        assert!((0..2_000).all(|_| !comments.waive(check, &failure)));
        assert!(comments.waive(check, &Failure { line: 100_002, ..failure }));
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
