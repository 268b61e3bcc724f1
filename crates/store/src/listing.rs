//! Lists of what people keep: filtered by the grammar, in an order, page by page behind a key.

use policy::filter::{Filter, Sort, Test};

use crate::counts::{MOST_COUNTED, RowCount};
use crate::filtering::{Conditions, Field};
use crate::{Connection, Row, StoreError, Value};

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ListQuery {
    /// What it is narrowed by.
    pub filter: Filter,
    /// Its order.
    pub sort: Sort,
    /// Where the page before ended.
    pub after: Option<Place>,
    /// How many at most; one more is read, to see whether there is another page.
    pub limit: u32,
}

/// Where a page ended: the value of its order, and the id.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The value.
    pub value: Value,
    /// The id.
    pub id: String,
}

/// An object of a list with its place in the order.
pub type Placed<T> = (T, Place);

/// How a list is read. Its table is called `t` and has an `id` of text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) table: &'static str,
    /// What is read, of [`Listing::table`] alone.
    pub(crate) columns: &'static str,
    pub(crate) fields: &'static [Field],
    /// The columns one of which begins as a bare word does.
    pub(crate) words: &'static [&'static str],
    /// The orders by key; the first is that of a key without one.
    pub(crate) orders: &'static [Order],
}

/// An order of a list, which an index has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) key: &'static str,
    pub(crate) column: &'static str,
    pub(crate) is_text: bool,
}

pub(crate) const fn by_text(key: &'static str, column: &'static str) -> Order {
    Order { key, column, is_text: true }
}

pub(crate) const fn by_number(key: &'static str, column: &'static str) -> Order {
    Order { key, column, is_text: false }
}

impl Listing {
    /// Reads a page, one more than asked for where there are more.
    pub(crate) fn page(
        &self,
        connection: &mut Connection,
        query: &ListQuery,
        within: impl FnOnce(&mut Conditions),
    ) -> Result<Vec<Placed<Row>>, StoreError> {
        let (sql, parameters) = self.sql(query, within)?;
        let rows = connection.rows(&sql, &parameters)?;
        let placed = |row: Row| {
            let (value, id) = row.last_two();
            (row, Place { value, id })
        };
        Ok(rows.into_iter().map(placed).collect())
    }

    /// How many objects a filter takes, but for one id.
    pub(crate) fn count(&self, connection: &mut Connection, filter: &Filter, but_for: &str) -> Result<u64, StoreError> {
        let mut conditions = Conditions::default();
        let but_for = conditions.bind(but_for);
        conditions.add(format!("t.id <> {but_for}"));
        self.narrow(filter, &mut conditions);
        let (sql, parameters) = conditions.finish();
        let row = connection.row(&format!("SELECT count(*) FROM {} t WHERE {sql}", self.table), &parameters)?;
        Ok(row.map_or(0, |row| u64::try_from(row.integer(0)).unwrap_or_default()))
    }

    /// How many objects a filter takes, as far as they are counted.
    pub(crate) fn counted(
        &self,
        connection: &mut Connection,
        filter: &Filter,
        within: impl FnOnce(&mut Conditions),
    ) -> Result<RowCount, StoreError> {
        let (sql, parameters) = self.counted_sql(filter, within)?;
        Ok(RowCount::of(connection.row(&sql, &parameters)?.as_ref()))
    }

    /// The query for that: a walk along the first order of the list, as that of its pages.
    pub(crate) fn counted_sql(
        &self,
        filter: &Filter,
        within: impl FnOnce(&mut Conditions),
    ) -> Result<(String, Vec<Value>), StoreError> {
        let Some(order) = self.orders.first() else { return Err(StoreError::Defect) };
        let sort = Sort { key: order.key, is_descending: false };
        let query = ListQuery { filter: filter.clone(), sort, after: None, limit: MOST_COUNTED };
        let (sql, parameters) = Listing { columns: "1", ..*self }.sql(&query, within)?;
        Ok((format!("SELECT count(*) FROM ({sql}) c"), parameters))
    }

    fn narrow(&self, filter: &Filter, conditions: &mut Conditions) {
        for term in &filter.terms {
            match &term.test {
                Test::Word(word) => {
                    let any: Vec<String> = self.words.iter().map(|column| conditions.prefix(column, word)).collect();
                    let any = if any.is_empty() { "1 = 0".to_owned() } else { any.join(" OR ") };
                    conditions.add(if term.is_negated { format!("NOT ({any})") } else { format!("({any})") });
                }
                _ => conditions.filter(term, self.fields),
            }
        }
    }

    /// The query for a page; the value of the order and the id come behind the columns.
    pub(crate) fn sql(
        &self,
        query: &ListQuery,
        within: impl FnOnce(&mut Conditions),
    ) -> Result<(String, Vec<Value>), StoreError> {
        let mut conditions = Conditions::default();
        within(&mut conditions);
        self.narrow(&query.filter, &mut conditions);
        let order = self.orders.iter().find(|order| order.key == query.sort.key).or(self.orders.first());
        let Some(Order { column, is_text, .. }) = order else { return Err(StoreError::Defect) };
        let (sign, direction) = if query.sort.is_descending { ("<", "DESC") } else { (">", "ASC") };
        // The first page names its beginning too, so that the index of the order is used for both.
        let after = query.after.clone().unwrap_or_else(|| match (is_text, query.sort.is_descending) {
            (true, false) => Place { value: "".into(), id: String::new() },
            (true, true) => Place { value: "\u{10ffff}".into(), id: "\u{10ffff}".to_owned() },
            (false, false) => Place { value: i64::MIN.into(), id: String::new() },
            (false, true) => Place { value: i64::MAX.into(), id: "\u{10ffff}".to_owned() },
        });
        if matches!(after.value, Value::Text(_)) != *is_text {
            return Err(StoreError::NotFound { what: "page" });
        }
        let (value, id) = (conditions.bind(after.value), conditions.bind(after.id));
        // Of an expression SQLite seeks by the first condition alone.
        conditions.add(format!("{column} {sign}= {value} AND ({column}, t.id) {sign} ({value}, {id})"));
        let limit = conditions.bind(i64::from(query.limit) + 1);
        let (sql, parameters) = conditions.finish();
        let Listing { table, columns, .. } = self;
        let sql = format!(
            "SELECT {columns}, {column}, t.id FROM {table} t WHERE {sql}
             ORDER BY {column} {direction}, t.id {direction} LIMIT {limit}"
        );
        Ok((sql, parameters))
    }
}

/// Makes objects of the rows of a page.
pub(crate) fn placed<T>(
    rows: Vec<Placed<Row>>,
    mut read: impl FnMut(&Row) -> Result<T, StoreError>,
) -> Result<Vec<Placed<T>>, StoreError> {
    rows.into_iter().map(|(row, place)| Ok((read(&row)?, place))).collect()
}

#[cfg(test)]
mod tests;
