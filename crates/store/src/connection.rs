//! How SQL is said: one text for both databases, parameters as `$1`…, five types of columns.
//!
//! Columns are BIGINT (numbers, truth as 0 and 1, times as microseconds since 1970), TEXT, BLOB/BYTEA, DOUBLE PRECISION.

use std::collections::HashMap;
use std::sync::Arc;

use postgres::types::{ToSql, Type};

use crate::StoreError;
use crate::remembered::Remembered;

/// A value of a parameter or column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One connection to one of the two databases.
pub struct Connection {
    inner: Inner,
    audit_head: Option<AuditHead>,
    remembered: Arc<Remembered>,
}

/// The last record of the trail: its number and hash. A transaction that has the head locked knows it without asking.
pub(crate) type AuditHead = (i64, Vec<u8>);

/// The most statements that a connection to PostgreSQL keeps prepared.
const MOST_PREPARED: usize = 256;

enum Inner {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Prepared>),
}

/// A connection to PostgreSQL with the statements that it has prepared: one way there and back for each use.
struct Prepared {
    client: postgres::Client,
    statements: HashMap<String, postgres::Statement>,
}

impl Prepared {
    fn statement(&mut self, sql: &str) -> Result<postgres::Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() == MOST_PREPARED {
            self.statements.clear();
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Inserts rows by one statement for any number of them, up to [`MOST_ROWS`]: each column is sent as an array.
    fn insert_rows<const WIDTH: usize>(
        &mut self,
        into: &str,
        conflict: &str,
        rows: Vec<[Value; WIDTH]>,
    ) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        // Which types the columns have is told of a statement that inserts one row.
        let one = self.statement(&format!("INSERT INTO {into} VALUES {}", placeholders(1, WIDTH)))?;
        let sql = format!("INSERT INTO {into} SELECT * FROM {} {conflict}", unnested(one.params()));
        let statement = self.statement(&sql)?;
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let columns = columns(rows.by_ref().take(MOST_ROWS));
            self.client.execute(&statement, &as_parameters(&columns))?;
        }
        Ok(())
    }
}

/// The most rows of one statement that sends columns as arrays.
const MOST_ROWS: usize = 4096;

/// Arrays as the rows that they are the columns of: `UNNEST($1::text[], $2::int8[])`.
fn unnested(types: &[Type]) -> String {
    let array = |(at, kind): (usize, &Type)| format!("${}::{}[]", at + 1, kind.name());
    let arrays: Vec<String> = types.iter().enumerate().map(array).collect();
    format!("UNNEST({})", arrays.join(", "))
}

/// The columns of rows.
fn columns<const WIDTH: usize>(rows: impl Iterator<Item = [Value; WIDTH]>) -> Vec<Vec<Value>> {
    let mut columns: Vec<Vec<Value>> = (0..WIDTH).map(|_| Vec::with_capacity(rows.size_hint().0)).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    columns
}

fn as_parameters<T: ToSql + Sync>(values: &[T]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// A row of a result; columns are read by their place.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(Vec<Value>);

impl Connection {
    pub(crate) fn sqlite(connection: rusqlite::Connection, remembered: Arc<Remembered>) -> Connection {
        Connection { inner: Inner::Sqlite(connection), audit_head: None, remembered }
    }

    pub(crate) fn postgres(client: postgres::Client, remembered: Arc<Remembered>) -> Connection {
        let prepared = Prepared { client, statements: HashMap::new() };
        Connection { inner: Inner::Postgres(Box::new(prepared)), audit_head: None, remembered }
    }

    /// The large counts that any connection of the store took lately.
    pub(crate) fn remembered(&self) -> Arc<Remembered> {
        Arc::clone(&self.remembered)
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.inner, Inner::Sqlite(_))
    }

    /// Runs a statement and returns how many rows it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<u64, StoreError> {
        #[cfg(test)]
        crate::testing::note(sql, parameters);
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(&numbered(sql))?;
                Ok(statement.execute(rusqlite::params_from_iter(parameters))? as u64)
            }
            Inner::Postgres(prepared) => {
                let statement = prepared.statement(sql)?;
                Ok(prepared.client.execute(&statement, &as_parameters(parameters))?)
            }
        }
    }

    /// Inserts rows in their order, many with each statement: on PostgreSQL what would be a way there and back for each of
    /// them is one for all. `into` is the table with its columns, `conflict` what stands behind the values; where that is
    /// `DO UPDATE` no two rows have the same key, which PostgreSQL refuses within one statement.
    pub fn insert_rows<const WIDTH: usize>(
        &mut self,
        into: &str,
        conflict: &str,
        rows: Vec<[Value; WIDTH]>,
    ) -> Result<(), StoreError> {
        if let Inner::Postgres(prepared) = &mut self.inner {
            return prepared.insert_rows(into, conflict, rows);
        }
        each_chunk(rows, |count, parameters| {
            let values = placeholders(count, WIDTH);
            self.execute(&format!("INSERT INTO {into} VALUES {values} {conflict}"), parameters).map(|_| ())
        })
    }

    /// Runs a query and hands every row on as it comes: results of any length take the memory of one row.
    pub fn each(
        &mut self,
        sql: &str,
        parameters: &[Value],
        mut take: impl FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        crate::testing::note(sql, parameters);
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(&numbered(sql))?;
                let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
                while let Some(row) = rows.next()? {
                    take(Row::of_sqlite(row)?)?;
                }
            }
            Inner::Postgres(prepared) => {
                let statement = prepared.statement(sql)?;
                use postgres::fallible_iterator::FallibleIterator as _;
                let mut rows = prepared.client.query_raw(&statement, parameters)?;
                while let Some(row) = rows.next()? {
                    take(Row::of_postgres(&row)?)?;
                }
            }
        }
        Ok(())
    }

    /// All rows of a query; the query bounds them.
    pub fn rows(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, parameters, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows of a query about many things, each told by texts: on PostgreSQL one query for up to 4,096 of them, else one
    /// for up to 64. `ask` makes the query, given the rows of texts as what stands in a `WITH`.
    pub(crate) fn rows_about<const WIDTH: usize>(
        &mut self,
        wanted: Vec<[Value; WIDTH]>,
        ask: &dyn Fn(&str) -> String,
    ) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        let Inner::Postgres(prepared) = &mut self.inner else {
            each_chunk(wanted, |count, parameters| {
                found.extend(self.rows(&ask(&format!("VALUES {}", placeholders(count, WIDTH))), parameters)?);
                Ok(())
            })?;
            return Ok(found);
        };
        let statement = prepared.statement(&ask(&format!("SELECT * FROM {}", unnested(&[Type::TEXT; WIDTH]))))?;
        let mut wanted = wanted.into_iter().peekable();
        while wanted.peek().is_some() {
            let columns = columns(wanted.by_ref().take(MOST_ROWS));
            for row in prepared.client.query(&statement, &as_parameters(&columns))? {
                found.push(Row::of_postgres(&row)?);
            }
        }
        Ok(found)
    }

    /// The first row of a query.
    pub fn row(&mut self, sql: &str, parameters: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, parameters)?.into_iter().next())
    }

    /// Does at once what PostgreSQL does by itself some minutes after many rows came: statistics, and the map of pages that
    /// indexes alone can answer for. SQLite's plans go by the queries alone. For a store that was filled in one go; not
    /// within [`crate::Store::write`], because it is no part of a transaction.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        match &mut self.inner {
            Inner::Sqlite(_) => Ok(()),
            Inner::Postgres(prepared) => {
                prepared.client.batch_execute("SET statement_timeout = 0")?;
                Ok(prepared.client.batch_execute("VACUUM ANALYZE")?)
            }
        }
    }

    /// The head of the trail, as this transaction left it.
    pub(crate) fn audit_head(&mut self) -> &mut Option<AuditHead> {
        &mut self.audit_head
    }

    /// Runs several statements without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        // Whatever begins, ends or is undone: the head is asked for again.
        if !sql.starts_with("RELEASE") {
            self.audit_head = None;
        }
        match &mut self.inner {
            Inner::Sqlite(connection) => connection.execute_batch(sql)?,
            Inner::Postgres(prepared) => prepared.client.batch_execute(sql)?,
        }
        Ok(())
    }
}

/// The numbers of rows that one statement takes, so that there are few different statements to prepare.
const CHUNKS: [usize; 4] = [64, 16, 4, 1];

/// Cuts rows into chunks and hands each on, flat, with the number of its rows.
pub(crate) fn each_chunk<const WIDTH: usize>(
    rows: Vec<[Value; WIDTH]>,
    mut take: impl FnMut(usize, &[Value]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for chunk in CHUNKS {
        while left >= chunk {
            let parameters: Vec<Value> = rows.by_ref().take(chunk).flatten().collect();
            take(chunk, &parameters)?;
            left -= chunk;
        }
    }
    Ok(())
}

/// `($1, $2), ($3, $4)` for two rows of two values.
fn placeholders(rows: usize, width: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            if column > 1 {
                text.push_str(", ");
            }
            text.push('$');
            text.push_str(&(row * width + column).to_string());
        }
        text.push(')');
    }
    text
}

/// SQLite counts parameters as `?1`; `$1` would be a name to it.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

impl Row {
    fn of_sqlite(row: &rusqlite::Row<'_>) -> Result<Row, StoreError> {
        use rusqlite::types::ValueRef;
        let mut values = Vec::with_capacity(row.as_ref().column_count());
        for at in 0..row.as_ref().column_count() {
            values.push(match row.get_ref(at)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Real(number) => Value::Real(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            });
        }
        Ok(Row(values))
    }

    fn of_postgres(row: &postgres::Row) -> Result<Row, StoreError> {
        let mut values = Vec::with_capacity(row.len());
        for (at, column) in row.columns().iter().enumerate() {
            let value = match *column.type_() {
                Type::INT8 => row.try_get::<_, Option<i64>>(at)?.map(Value::Integer),
                Type::INT4 => row.try_get::<_, Option<i32>>(at)?.map(|number| Value::Integer(number.into())),
                Type::BOOL => row.try_get::<_, Option<bool>>(at)?.map(|holds| Value::Integer(holds.into())),
                Type::FLOAT8 => row.try_get::<_, Option<f64>>(at)?.map(Value::Real),
                Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
                _ => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
            };
            values.push(value.unwrap_or(Value::Null));
        }
        Ok(Row(values))
    }

    /// All values, in the order of the columns.
    pub fn into_values(self) -> Vec<Value> {
        self.0
    }

    /// The last value but one, and the last as a text.
    pub(crate) fn last_two(&self) -> (Value, String) {
        let before = self.0.len().checked_sub(2).and_then(|at| self.0.get(at).cloned());
        (before.unwrap_or(Value::Null), self.text(self.0.len().saturating_sub(1)))
    }

    /// A number; 0 where the column has none.
    pub fn integer(&self, at: usize) -> i64 {
        self.optional_integer(at).unwrap_or_default()
    }

    /// A number that may be absent.
    pub fn optional_integer(&self, at: usize) -> Option<i64> {
        match self.0.get(at) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether the number is not 0.
    pub fn truth(&self, at: usize) -> bool {
        self.integer(at) != 0
    }

    /// A number with a fraction that may be absent.
    pub fn optional_real(&self, at: usize) -> Option<f64> {
        match self.0.get(at) {
            Some(Value::Real(number)) => Some(*number),
            Some(Value::Integer(number)) => Some(*number as f64),
            _ => None,
        }
    }

    /// A text; empty where the column has none.
    pub fn text(&self, at: usize) -> String {
        self.optional_text(at).unwrap_or_default()
    }

    /// A text that may be absent.
    pub fn optional_text(&self, at: usize) -> Option<String> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// Bytes; empty where the column has none.
    pub fn bytes(&self, at: usize) -> Vec<u8> {
        match self.0.get(at) {
            Some(Value::Bytes(bytes)) => bytes.clone(),
            _ => Vec::new(),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Value {
        Value::Integer(number.into())
    }
}

impl From<bool> for Value {
    fn from(holds: bool) -> Value {
        Value::Integer(holds.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Real(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(storable(text.to_owned()))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(storable(text.clone()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(storable(text))
    }
}

/// The text as both databases can keep it: PostgreSQL has no place for U+0000, which images may have anywhere.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Bytes(bytes)
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Value {
        Value::Bytes(bytes.clone())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(postgres::types::IsNull::Yes),
            Value::Integer(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Integer(number) if *kind == Type::BOOL => (*number != 0).to_sql(kind, out),
            Value::Integer(number) if *kind == Type::FLOAT8 => (*number as f64).to_sql(kind, out),
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Real(number) => number.to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
            Value::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// The parameters of a statement: `values![name, 3_i64, None::<i64>]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::{Inner, numbered};
    use crate::testing::on_both_stores;
    use crate::{Lane, Value};

    #[test]
    fn a_statement_that_is_kept_is_not_planned_anew_for_other_values() {
        on_both_stores(|store| {
            let sql =
                "SELECT i.digest, v.hash, (SELECT count(*) FROM image_names n WHERE n.image_id = i.id) FROM images i
                       LEFT JOIN verdicts v ON v.id = i.verdict_id LEFT JOIN image_indexes x ON x.image_id = i.id
                       WHERE i.id = $1 AND i.gaps = $2";
            let replanned = store.read_blocking(|connection| {
                for id in 0..4 {
                    connection.rows(sql, &values![id, id])?;
                }
                match &connection.inner {
                    Inner::Sqlite(sqlite) => {
                        Ok(sqlite.prepare_cached(&numbered(sql))?.get_status(StatementStatus::RePrepare))
                    }
                    Inner::Postgres(_) => Ok(0),
                }
            });
            assert_eq!(replanned.unwrap(), 0);
        });
    }

    #[test]
    fn any_number_of_rows_is_inserted_and_asked_for_with_what_they_do_not_have() {
        on_both_stores(|store| {
            let row = |number: i64| {
                let name = (number % 3 != 0).then(|| format!("thing {number}"));
                values![number % 5000, name, number as f64 / 2.0, None::<Vec<u8>>]
            };
            let (counted, found) = store
                .write_blocking(Lane::Beside, move |connection| {
                    connection.batch(
                        "CREATE TABLE things (number BIGINT PRIMARY KEY, name TEXT, share DOUBLE PRECISION, body BYTEA)",
                    )?;
                    let (into, conflict) = ("things (number, name, share, body)", "ON CONFLICT DO NOTHING");
                    connection.insert_rows::<4>(into, conflict, Vec::new())?;
                    connection.insert_rows(into, conflict, (0..5003).map(row).collect())?;
                    let sql = "SELECT count(*), count(name), sum(share), count(body) FROM things";
                    let counted = connection.row(sql, &[])?;
                    let wanted = (0..100).map(|number| values![format!("thing {number}")]).collect();
                    let found = connection.rows_about(wanted, &|rows| {
                        format!(
                            "WITH wanted (name) AS ({rows})
                             SELECT t.number FROM wanted w CROSS JOIN things t WHERE t.name = w.name"
                        )
                    })?;
                    Ok((counted.unwrap(), found.len()))
                })
                .unwrap();
            let sum = Value::Real((0..5000).map(|number| f64::from(number) / 2.0).sum());
            assert_eq!(counted.into_values(), [5000.into(), 3333.into(), sum, 0.into()]);
            assert_eq!(found, 66);
        });
    }
}
