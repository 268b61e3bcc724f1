//! Writing the findings of an image: rows that stay as they were are not written again.
//!
//! An advisory brings an image one finding among a hundred. Positions leave room between them, so that the others keep theirs,
//! and with them their places in the indexes.

use super::FindingRow;
use crate::connection::each_chunk;
use crate::{Connection, StoreError, Value, values};

/// How far apart the positions of findings are that are written together.
const APART: i64 = 1 << 20;

/// How many of the former rows are looked through for a finding. Where more are gone in a row, those behind are written anew.
const AHEAD: usize = 64;

/// What becomes of the rows of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plan {
    /// These positions are deleted, and then these are filled, each with the finding of a place in the list.
    These { gone: Vec<i64>, filled: Vec<(i64, usize)> },
    /// All are written anew.
    All,
}

/// Makes the findings those of the image, in their order, and tells which of them were written: the places in the list of
/// those that are new or changed. Nobody else writes them meanwhile: whoever does has locked the image. One that is not known
/// has none yet.
///
/// # Errors
/// When the database fails.
pub(super) fn replace(
    connection: &mut Connection,
    id: i64,
    findings: &[FindingRow],
    is_known: bool,
) -> Result<Vec<usize>, StoreError> {
    let former = if is_known { present(connection, id)? } else { Vec::new() };
    let filled = match plan(&former, findings) {
        Plan::These { gone, filled } => {
            each_chunk(gone.into_iter().map(|position| values![position]).collect(), |count, positions| {
                let places: Vec<String> = (2..=count + 1).map(|at| format!("${at}")).collect();
                let sql = format!("DELETE FROM findings WHERE image_id = $1 AND position IN ({})", places.join(", "));
                let parameters: Vec<Value> = [Value::from(id)].into_iter().chain(positions.iter().cloned()).collect();
                connection.execute(&sql, &parameters).map(|_| ())
            })?;
            filled
        }
        Plan::All => {
            if !former.is_empty() {
                connection.execute("DELETE FROM findings WHERE image_id = $1", &values![id])?;
            }
            (1..).zip(0..findings.len()).map(|(number, at)| (APART.saturating_mul(number), at)).collect()
        }
    };
    let row = |(position, at): &(i64, usize)| findings.get(*at).map(|finding| columns(id, *position, finding));
    connection.insert_rows(
        "findings (image_id, position, kind, finding, severity, package, package_name, path, status,
         fixed_version, score, kev, epss, excepted_by, title, line, layer)",
        "",
        filled.iter().filter_map(row).collect(),
    )?;
    Ok(filled.into_iter().map(|(_, at)| at).collect())
}

/// The rows that there are, by position.
fn present(connection: &mut Connection, id: i64) -> Result<Vec<(i64, Vec<Value>)>, StoreError> {
    let rows = connection.rows(
        "SELECT position, kind, finding, severity, package, package_name, path, status, fixed_version, score, kev, epss,
         excepted_by, title, line, layer FROM findings WHERE image_id = $1 ORDER BY position",
        &values![id],
    )?;
    Ok(rows.into_iter().map(|row| (row.integer(0), row.into_values().split_off(1))).collect())
}

/// The row of a finding: its image, its position, and what [`is_same`] compares.
fn columns(id: i64, position: i64, finding: &FindingRow) -> [Value; 17] {
    values![
        id,
        position,
        &finding.kind,
        &finding.finding,
        finding.severity,
        &finding.package,
        &finding.package_name,
        &finding.path,
        &finding.status,
        finding.fixed_version.as_deref(),
        finding.score,
        finding.kev,
        finding.epss,
        finding.excepted_by.as_deref(),
        finding.title.as_deref(),
        finding.line,
        finding.layer
    ]
}

/// Whether a row is about this finding, whatever else it says of it.
fn is_about(row: &[Value], finding: &FindingRow) -> bool {
    let [kind, id, _, package, _, path, ..] = row else { return false };
    // The id first, in which most differ.
    is_text(id, &finding.finding)
        && is_text(package, &finding.package)
        && is_text(kind, &finding.kind)
        && is_text(path, &finding.path)
}

/// Whether a row says what is to be said of this finding.
fn is_same(row: &[Value], finding: &FindingRow) -> bool {
    let [_, _, severity, _, name, _, status, fixed, score, kev, epss, excepted, title, line, layer] = row else {
        return false;
    };
    is_about(row, finding)
        && is_integer(severity, Some(finding.severity))
        && is_text(name, &finding.package_name)
        && is_text(status, &finding.status)
        && is_optional_text(fixed, finding.fixed_version.as_deref())
        && is_real(score, finding.score)
        && is_integer(kev, Some(i64::from(finding.kev)))
        && is_real(epss, finding.epss)
        && is_optional_text(excepted, finding.excepted_by.as_deref())
        && is_optional_text(title, finding.title.as_deref())
        && is_integer(line, finding.line)
        && is_integer(layer, finding.layer)
}

/// Whether a value is a text as it is kept.
fn is_text(value: &Value, text: &str) -> bool {
    match value {
        Value::Text(kept) => kept == text || (text.contains('\0') && *value == Value::from(text)),
        Value::Null | Value::Integer(_) | Value::Real(_) | Value::Bytes(_) => false,
    }
}

fn is_optional_text(value: &Value, text: Option<&str>) -> bool {
    text.map_or_else(|| *value == Value::Null, |text| is_text(value, text))
}

fn is_integer(value: &Value, number: Option<i64>) -> bool {
    *value == Value::from(number)
}

fn is_real(value: &Value, number: Option<f64>) -> bool {
    *value == Value::from(number)
}

/// Compares the rows that are there, in the order of their positions, with the findings that are to be.
fn plan(former: &[(i64, Vec<Value>)], findings: &[FindingRow]) -> Plan {
    let (mut gone, mut filled) = (Vec::new(), Vec::new());
    // Findings that have no position yet, and the position that they come behind.
    let (mut waiting, mut behind) = (Vec::new(), 0);
    let mut from = 0;
    for (at, wanted) in findings.iter().enumerate() {
        let left = former.get(from..).unwrap_or_default();
        let Some(skipped) = left.iter().take(AHEAD).position(|(_, row)| is_about(row, wanted)) else {
            waiting.push(at);
            continue;
        };
        gone.extend(left.iter().take(skipped).map(|(position, _)| *position));
        let Some((position, row)) = left.get(skipped) else { continue };
        from += skipped + 1;
        if !place(&mut waiting, behind, Some(*position), &mut filled) {
            return Plan::All;
        }
        if !is_same(row, wanted) {
            gone.push(*position);
            filled.push((*position, at));
        }
        behind = *position;
    }
    if from == 0 {
        return Plan::All;
    }
    gone.extend(former.iter().skip(from).map(|(position, _)| *position));
    match place(&mut waiting, behind, None, &mut filled) {
        true => Plan::These { gone, filled },
        false => Plan::All,
    }
}

/// Gives the findings that wait positions between two others, or behind the last; `false` where there is no room.
fn place(waiting: &mut Vec<usize>, behind: i64, before: Option<i64>, filled: &mut Vec<(i64, usize)>) -> bool {
    let count = i64::try_from(waiting.len()).unwrap_or(i64::MAX);
    let step = match before {
        Some(before) => before.saturating_sub(behind) / count.saturating_add(1),
        None => APART.min(i64::MAX.saturating_sub(behind) / count.saturating_add(1)),
    };
    if step < 1 && count > 0 {
        return false;
    }
    filled.extend((1..).zip(waiting.drain(..)).map(|(number, at): (i64, usize)| (behind + step * number, at)));
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::{add, evaluation_of, write};
    use super::super::{Evaluation, evaluate};
    use super::*;
    use crate::Store;
    use crate::testing::on_both_stores;

    fn finding(id: &str, severity: i64) -> FindingRow {
        FindingRow { finding: id.to_owned(), severity, ..evaluation_of(0, "v", &[]).findings.remove(0) }
    }

    /// Writes the findings, and returns how many rows that were there before are as they were, position included.
    fn written(store: &Store, findings: &[FindingRow], hash: u8) -> usize {
        let rows = |store: &Store| {
            let sql = "SELECT position, finding, severity FROM findings WHERE image_id = 1 ORDER BY position";
            let rows = store.read_blocking(move |connection| connection.rows(sql, &[])).unwrap();
            rows.iter().map(|row| (row.integer(0), row.text(1), row.integer(2))).collect::<Vec<_>>()
        };
        let before: BTreeSet<_> = rows(store).into_iter().collect();
        let evaluation =
            Evaluation { findings: findings.to_vec(), findings_hash: vec![hash], ..evaluation_of(0, "v", &[]) };
        write(store, move |connection| evaluate(connection, 1, &evaluation, 6).map(|_| ()));
        let after = rows(store);
        let told: Vec<(String, i64)> = after.iter().map(|(_, id, severity)| (id.clone(), *severity)).collect();
        let wanted: Vec<(String, i64)> = findings.iter().map(|row| (row.finding.clone(), row.severity)).collect();
        assert_eq!(told, wanted);
        after.iter().filter(|row| before.contains(*row)).count()
    }

    #[test]
    fn what_stays_of_the_findings_is_not_written_again() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            let mut findings: Vec<FindingRow> = (10..20).map(|number| finding(&format!("CVE-{number}"), 3)).collect();
            written(store, &findings, 1);
            findings.insert(0, finding("CVE-09", 5));
            findings.insert(6, finding("CVE-14a", 5));
            findings.insert(7, finding("CVE-14b", 5));
            findings.push(finding("CVE-20", 5));
            assert_eq!(written(store, &findings, 2), 10);
            findings[3].severity = 4;
            findings.remove(9);
            findings.remove(0);
            assert_eq!(written(store, &findings, 3), 11);
            let known = "SELECT severity FROM vulnerabilities WHERE id = 'CVE-12'";
            let severity = store.read_blocking(move |connection| connection.row(known, &[])).unwrap();
            assert_eq!(
                severity.map(|row| row.integer(0)),
                Some(4),
                "and what is known of them over all images follows"
            );
            assert_eq!(written(store, &[], 4), 0);
            assert_eq!(written(store, &findings, 5), 0);
        });
    }

    #[test]
    fn findings_without_room_between_them_are_all_written_anew() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            let mut findings: Vec<FindingRow> = (10..20).map(|number| finding(&format!("CVE-{number}"), 3)).collect();
            written(store, &findings, 1);
            // As they were numbered before.
            write(store, |connection| {
                let last = connection.row("SELECT max(position) FROM findings WHERE image_id = $1", &values![1])?;
                let apart = last.map_or(1, |row| row.integer(0)) / 10;
                let sql = "UPDATE findings SET position = position / $1 - 1 WHERE image_id = 1";
                connection.execute(sql, &values![apart])
            });
            findings.push(finding("CVE-20", 3));
            assert_eq!(written(store, &findings, 2), 10, "behind the last is always room");
            findings.insert(4, finding("CVE-13a", 3));
            assert_eq!(written(store, &findings, 3), 0);
            findings.insert(4, finding("CVE-13", 4));
            assert_eq!(written(store, &findings, 4), 12);
        });
    }

    /// Whatever comes after whatever: what is planned makes the rows those that are wanted.
    #[test]
    fn every_plan_ends_with_the_rows_that_are_wanted() {
        let mut random = 7_u64;
        let mut next = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let row = |position: i64, finding: &FindingRow| {
            let [_, _, values @ ..] = columns(1, position, finding);
            (position, values.to_vec())
        };
        let mut present: Vec<(i64, Vec<Value>)> = Vec::new();
        for _ in 0..500 {
            let wanted: Vec<FindingRow> = (0..next(150))
                .map(|at| finding(&format!("CVE-{}", at + next(3)), 2 + i64::from(next(20) == 0)))
                .collect();
            match plan(&present, &wanted) {
                Plan::All => present = (1..).zip(&wanted).map(|(number, wanted)| row(APART * number, wanted)).collect(),
                Plan::These { gone, filled } => {
                    present.retain(|(position, _)| !gone.contains(position));
                    present.extend(filled.iter().map(|&(position, at)| row(position, &wanted[at])));
                    present.sort_by_key(|(position, _)| *position);
                }
            }
            let positions: BTreeSet<i64> = present.iter().map(|(position, _)| *position).collect();
            assert_eq!(positions.len(), wanted.len(), "no position twice");
            let is_wanted =
                |((position, present), wanted): (&(i64, Vec<Value>), &FindingRow)| *present == row(*position, wanted).1;
            assert!(present.iter().zip(&wanted).all(is_wanted));
        }
    }

    #[test]
    fn a_row_is_compared_in_every_column_as_it_is_kept() {
        let whole = FindingRow {
            path: "a\0b".to_owned(),
            excepted_by: Some("old".to_owned()),
            title: Some("one\0line".to_owned()),
            line: Some(1),
            ..finding("CVE-1", 4)
        };
        /// Whether the row is still about the finding, and what is changed of it.
        type Change = (bool, fn(&mut FindingRow));
        let changes: [Change; 18] = [
            (false, |row| row.kind.push('x')),
            (false, |row| row.finding.push('x')),
            (true, |row| row.severity = 5),
            (false, |row| row.package.push('x')),
            (true, |row| row.package_name.push('x')),
            (false, |row| row.path = "a".to_owned()),
            (true, |row| row.status.push('x')),
            (true, |row| row.fixed_version = None),
            (true, |row| row.fixed_version = Some(String::new())),
            (true, |row| row.score = None),
            (true, |row| row.score = Some(7.6)),
            (true, |row| row.kev = false),
            (true, |row| row.epss = Some(0.0)),
            (true, |row| row.excepted_by = None),
            (true, |row| row.title = Some("one line".to_owned())),
            (true, |row| row.line = None),
            (true, |row| row.line = Some(2)),
            (true, |row| row.layer = Some(0)),
        ];
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            written(store, std::slice::from_ref(&whole), 1);
            let rows = store.read_blocking(|connection| present(connection, 1)).unwrap();
            let (_, row) = &rows[0];
            assert!(is_about(row, &whole) && is_same(row, &whole));
            for (at, (stays, change)) in changes.iter().enumerate() {
                let mut other = whole.clone();
                change(&mut other);
                assert_eq!((is_about(row, &other), is_same(row, &other)), (*stays, false), "change {at}");
            }
        });
    }
}
