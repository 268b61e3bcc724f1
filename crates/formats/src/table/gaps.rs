//! Gaps for people: one by one while they are few, by folder when they are many. Other formats list every gap.

use std::collections::BTreeMap;

use model::Gap;

/// More lines than this nobody reads.
const MOST_LINES: usize = 20;

/// Gaps that are told in one line.
pub(super) struct GapGroup<'a> {
    /// The folder that they share; empty where it is the target itself.
    pub(super) folder: String,
    pub(super) gaps: Vec<&'a Gap>,
}

/// The gaps by the deepest folders that are few enough to be read, each gap by itself where all of them are. Gaps that
/// speak of no file stay apart.
pub(super) fn grouped(gaps: &[Gap]) -> Vec<GapGroup<'_>> {
    if gaps.len() <= MOST_LINES {
        return gaps.iter().map(|gap| GapGroup { folder: String::new(), gaps: vec![gap] }).collect();
    }
    let deepest = gaps.iter().map(|gap| gap.path.split('/').count()).max().unwrap_or(1);
    let mut groups = by_folder(gaps, deepest);
    for depth in (0..deepest).rev() {
        if groups.len() <= MOST_LINES {
            break;
        }
        groups = by_folder(gaps, depth);
    }
    groups
}

/// The gaps by their folders, of which no more than `depth` names count.
fn by_folder(gaps: &[Gap], depth: usize) -> Vec<GapGroup<'_>> {
    let mut groups: BTreeMap<(&str, usize), Vec<&Gap>> = BTreeMap::new();
    for (number, gap) in gaps.iter().enumerate() {
        // What lies in an archive lies where the archive does.
        let outer = gap.path.split("!/").next().unwrap_or_default();
        let folder = outer.rsplit_once('/').map_or("", |(folder, _)| folder);
        let end = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]).nth(depth.saturating_sub(1));
        let folder = if depth == 0 { "" } else { &folder[..end.unwrap_or(folder.len())] };
        let apart = if gap.path.is_empty() { number + 1 } else { 0 };
        groups.entry((folder, apart)).or_default().push(gap);
    }
    groups.into_iter().map(|((folder, _), gaps)| GapGroup { folder: folder.to_owned(), gaps }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paths: &[&str], times: usize, expected: &[&str]) {
        let gaps: Vec<Gap> = paths
            .iter()
            .flat_map(|path| (0..times).map(move |number| Gap::new(path.replace('#', &number.to_string()), "damaged")))
            .collect();
        let lines: Vec<String> =
            grouped(&gaps).iter().map(|group| format!("{}: {}", group.folder, group.gaps.len())).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn few_gaps_are_told_one_by_one() {
        check(&["a/b/#.zip", "c"], 2, &[": 1"; 4]);
    }

    #[test]
    fn many_gaps_are_told_by_the_deepest_folders_that_are_few() {
        check(
            &["fuzz/corpus/a/#", "fuzz/corpus/b/#.zip!/x/y", "top#"],
            10,
            &[": 10", "fuzz/corpus/a: 10", "fuzz/corpus/b: 10"],
        );
        check(&["fuzz/corpus/#/a", "lib/x"], 30, &["fuzz/corpus: 30", "lib: 30"]);
        check(&["#/a/b"], 30, &[": 30"]);
    }

    #[test]
    fn gaps_without_a_file_stay_apart() {
        let mut gaps: Vec<Gap> = (0..30).map(|number| Gap::new(format!("a/{number}"), "damaged")).collect();
        gaps.extend([Gap::new("", "one"), Gap::new("", "two")]);
        assert_eq!(grouped(&gaps).iter().map(|group| group.gaps.len()).collect::<Vec<_>>(), [1, 1, 30]);
    }
}
