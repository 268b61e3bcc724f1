//! The trail by the filter grammar.

use policy::access::Permit;
use policy::filter::{Filter, Key, Kind, Operand, Term, Test, Wanted};

use super::{AuditRecord, Outcome, may_read, record};
use crate::counts::{MOST_COUNTED, RowCount};
use crate::{Connection, StoreError, Value};

/// What the trail may be filtered by.
pub const KEYS: &[Key] = &[
    Key { name: "at", kind: Kind::Time, sorts: false, meaning: "When it happened", example: "at:>=7d" },
    Key {
        name: "principal",
        kind: Kind::Text,
        sorts: false,
        meaning: "The id of who did it",
        example: "principal:server",
    },
    Key { name: "kind", kind: Kind::Words(KINDS), sorts: false, meaning: "What did it", example: "kind:token" },
    Key { name: "action", kind: Kind::Text, sorts: false, meaning: "What was done", example: "action:user.*" },
    Key { name: "object", kind: Kind::Text, sorts: false, meaning: "The sort of object", example: "object:policy" },
    Key {
        name: "id",
        kind: Kind::Text,
        sorts: false,
        meaning: "The id of the object",
        example: "object:role id:auditor",
    },
    Key {
        name: "outcome",
        kind: Kind::Words(OUTCOMES),
        sorts: false,
        meaning: "How it ended",
        example: "outcome:failed",
    },
];

const KINDS: &[&str] = &["user", "token", "server", "unknown"];

const OUTCOMES: &[&str] = &["done", "refused", "failed"];

/// In which order records are asked for, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest first, from before a number.
    NewestBefore(i64),
    /// The oldest first, from behind a number.
    OldestBehind(i64),
}

/// Records that a filter takes.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn search(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
    order: Order,
    limit: u32,
) -> Result<Vec<AuditRecord>, StoreError> {
    may_read(permit)?;
    let (sql, parameters) = statement("sequence, body, hash", filter, order, limit);
    Ok(connection.rows(&sql, &parameters)?.iter().map(record).collect())
}

/// How many records a filter takes.
pub(crate) fn counted(connection: &mut Connection, permit: &Permit, filter: &Filter) -> Result<RowCount, StoreError> {
    may_read(permit)?;
    let (sql, parameters) = statement("1", filter, Order::NewestBefore(i64::MAX), MOST_COUNTED + 1);
    let row = connection.row(&format!("SELECT count(*) FROM ({sql}) c"), &parameters)?;
    Ok(RowCount::of(row.as_ref()))
}

fn statement(columns: &str, filter: &Filter, order: Order, limit: u32) -> (String, Vec<Value>) {
    let (sign, direction, from) = match order {
        Order::NewestBefore(number) => ("<", "DESC", number),
        Order::OldestBehind(number) => (">", "ASC", number),
    };
    let mut parameters = vec![Value::Integer(from)];
    let mut sql = format!("SELECT {columns} FROM audit WHERE sequence {sign} $1");
    for term in &filter.terms {
        let condition = condition(term, &mut parameters);
        sql.push_str(if term.is_negated { " AND NOT (" } else { " AND (" });
        sql.push_str(&condition);
        sql.push(')');
    }
    sql.push_str(&format!(" ORDER BY sequence {direction} LIMIT {limit}"));
    (sql, parameters)
}

fn condition(term: &Term, parameters: &mut Vec<Value>) -> String {
    let column = match term.key {
        Some("id") => "object_id",
        Some(key) => key,
        None => "object_id",
    };
    let mut place = |value: Value| {
        parameters.push(value);
        format!("${}", parameters.len())
    };
    match &term.test {
        Test::Present => format!("{column} <> ''"),
        Test::Word(word) => format!("{column} = {}", place(Value::from(word))),
        Test::Compare(comparison, operand) => {
            format!("{column} {} {}", comparison.as_str(), place(value(column, operand)))
        }
        Test::AnyOf(wanted) => {
            let each: Vec<String> = wanted
                .iter()
                .map(|wanted| match wanted {
                    Wanted::Exactly(operand) => format!("{column} = {}", place(value(column, operand))),
                    Wanted::Like(pattern) => match pattern.strip_suffix('*') {
                        // What begins so is a range, which an index answers.
                        Some(prefix) if !prefix.contains('*') => {
                            let from = place(Value::from(prefix));
                            let until = place(Value::Text(format!("{prefix}\u{10ffff}")));
                            format!("{column} >= {from} AND {column} < {until}")
                        }
                        _ => format!("{column} LIKE {} ESCAPE '\\'", place(Value::Text(like(pattern)))),
                    },
                })
                .collect();
            each.join(" OR ")
        }
    }
}

fn value(column: &str, operand: &Operand) -> Value {
    match operand {
        Operand::Text(text) => Value::from(text),
        Operand::Time(time) => Value::Integer(*time),
        Operand::Number(number) => Value::Real(*number),
        Operand::Flag(flag) => Value::from(*flag),
        Operand::Word(at) if column == "outcome" => Value::from(Outcome::ALL.get(*at).map(|outcome| outcome.as_str())),
        Operand::Word(at) => Value::from(KINDS.get(*at).copied()),
    }
}

fn like(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 4);
    for letter in pattern.chars() {
        match letter {
            '*' => text.push('%'),
            '%' | '_' | '\\' => text.extend(['\\', letter]),
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use policy::access::{Principal, permit};

    use super::*;
    use crate::audit::{Actor, AuditEntry, append};
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn fill(store: &Store) {
        let add = |connection: &mut Connection, at: i64, principal: &str, action: &str, outcome: Outcome| {
            let actor = Actor {
                kind: "user".into(),
                id: principal.into(),
                name: principal.into(),
                address: None,
                request: None,
            };
            let entry = AuditEntry {
                at,
                actor,
                action: action.into(),
                object: action.split('.').next().unwrap().into(),
                object_id: format!("o{at}"),
                object_name: String::new(),
                outcome,
                before: None,
                after: None,
            };
            append(connection, &entry).map(|_| ())
        };
        store
            .write_blocking(Lane::Audited, move |connection| {
                add(connection, 1_000_000, "eve", "user.create", Outcome::Done)?;
                add(connection, 2_000_000, "bob", "user.delete", Outcome::Refused)?;
                add(connection, 3_000_000, "eve", "session.login", Outcome::Failed)?;
                add(connection, 4_000_000, "100%", "policy.update", Outcome::Done)
            })
            .unwrap();
    }

    fn found(store: &Store, filter: &str) -> Vec<i64> {
        let filter = Filter::read(filter, KEYS, 4_000_000).unwrap();
        let permit = permit(&Principal::server(), "audit.read".parse().unwrap()).unwrap();
        let records = store
            .read_blocking(move |connection| search(connection, &permit, &filter, Order::NewestBefore(i64::MAX), 100));
        records.unwrap().iter().map(|record| record.sequence).collect()
    }

    #[test]
    fn the_trail_is_narrowed_by_every_key() {
        on_both_stores(|store| {
            fill(store);
            assert_eq!(found(store, ""), [4, 3, 2, 1]);
            assert_eq!(found(store, "principal:eve"), [3, 1]);
            assert_eq!(found(store, "principal:eve,bob action:user.*"), [2, 1]);
            assert_eq!(found(store, "-action:user.*"), [4, 3]);
            assert_eq!(found(store, "action:*.delete"), [2]);
            assert_eq!(found(store, "outcome:failed,refused"), [3, 2]);
            assert_eq!(found(store, "object:session id:o3000000"), [3]);
            assert_eq!(found(store, "at:>=1970-01-01T00:00:03Z"), [4, 3]);
            assert_eq!(found(store, "kind:token"), [0; 0]);
            assert_eq!(found(store, "principal:*0%*"), [4], "a per cent sign is a letter");
        });
    }
}
