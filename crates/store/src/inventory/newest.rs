//! The vulnerabilities that were seen last within application scopes, which no index has in order.

use policy::access::Permit;
use policy::filter::Filter;

use super::reached::{Reached, Thing};
use super::{
    KnownVulnerability, LEADING_KEYS, MOST_COUNTED_EACH, VULNERABILITIES, from, leader, may, narrow, with_counts,
};
use crate::filtering::{Conditions, FieldKind, not};
use crate::{Connection, StoreError};

/// A page of the vulnerabilities of scopes, those that were first seen there last before the others. No index has that order:
/// where not all that is there has to be looked through anyway, what is recent is, and the rest only where that is no page.
pub(super) fn page(
    connection: &mut Connection,
    reached: &Reached<'_>,
    filter: Filter,
    after: (i64, &str),
    limit: u32,
) -> Result<Vec<KnownVulnerability>, StoreError> {
    let (by_place, others) = filter.terms.into_iter().partition(|term| term.key == Some("first_seen"));
    let (by_place, others) = (Filter { terms: by_place }, Filter { terms: others });
    let leads = leader(connection, &others, &LEADING_KEYS[1..], &VULNERABILITIES)?;
    let question = Newest { reached, by_place, others, leads, after, limit };
    if leads.is_none()
        && !reached.is_small()
        && let Some(since) = reached.recently(connection, after.0)?
    {
        let found = question.page(connection, Some(since))?;
        if found.len() > limit as usize {
            return Ok(found);
        }
    }
    question.page(connection, None)
}

/// A question for the newest vulnerabilities of scopes.
struct Newest<'a> {
    reached: &'a Reached<'a>,
    /// The terms that ask when they were first seen there.
    by_place: Filter,
    others: Filter,
    /// The place of the one that leads, among the others.
    leads: Option<usize>,
    after: (i64, &'a str),
    limit: u32,
}

impl Newest<'_> {
    /// A page of those that were first seen since a time, or of all. Each is asked for its first image once, and what is told of
    /// those of the page is asked of these alone.
    fn page(&self, connection: &mut Connection, since: Option<i64>) -> Result<Vec<KnownVulnerability>, StoreError> {
        let Newest { reached, by_place, others, leads, after: (value, id), limit } = self;
        let is_sqlite = connection.is_sqlite();
        let mut conditions = Conditions::default();
        let (value, id) = (conditions.bind(*value), conditions.bind(*id));
        let since = since.map(|since| conditions.bind(since));
        let recent = since.as_ref().and_then(|since| reached.seen_between(&mut conditions, since, &value));
        let from = match recent {
            Some(rows) => {
                conditions.add("v.id = d.id".to_owned());
                format!("({rows}) d CROSS JOIN vulnerabilities v")
            }
            None => from(reached, *leads, others, &VULNERABILITIES, &mut conditions),
        };
        // Nothing is first seen there before it is seen anywhere.
        conditions.add(format!("v.first_seen <= {value}"));
        if reached.is_small() {
            // Said of each so that PostgreSQL looks up the few there are instead of going through all vulnerabilities.
            let is_reached = reached.exists(&mut conditions);
            conditions.add(is_reached);
        }
        narrow(others, *leads, &VULNERABILITIES, reached, is_sqlite, &mut conditions);
        let first = reached.first(&mut conditions);
        let place = reached.first_seen_by(&mut conditions, is_sqlite, "found.seen", "found.image");
        let mut within = vec![format!("(newest.place, newest.id) < ({value}, {id})")];
        within.extend(since.map(|since| format!("newest.place >= {since}")));
        for term in &by_place.terms {
            let own = conditions.condition(&term.test, "newest.place", FieldKind::Integer);
            within.push(if term.is_negated { not(&own) } else { own });
        }
        let (within, limit) = (within.join(" AND "), i64::from(*limit) + 1);
        let (sql, parameters) = conditions.finish();
        let rows = connection.rows(
            &format!(
                "WITH found AS MATERIALIZED (
                     SELECT v.id AS id, v.severity AS severity, v.kev AS kev, v.epss AS epss, v.title AS title,
                     v.published AS published, v.first_seen AS seen, {first} AS image FROM {from} WHERE {sql}),
                 newest AS MATERIALIZED (
                     SELECT found.id AS id, found.severity AS severity, found.kev AS kev, found.epss AS epss,
                     found.title AS title, found.published AS published, {place} AS place
                     FROM found WHERE found.image IS NOT NULL)
                 SELECT newest.id, newest.severity, newest.kev, newest.epss, newest.title, newest.published, newest.place
                 FROM newest WHERE {within} ORDER BY newest.place DESC, newest.id DESC LIMIT {limit}"
            ),
            &parameters,
        )?;
        with_counts(connection, reached, &rows, MOST_COUNTED_EACH)
    }
}

/// How many vulnerabilities an image that the permit reaches first had since a time, counted up to `most`.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub(crate) fn count_since(
    connection: &mut Connection,
    permit: &Permit,
    since: i64,
    most: i64,
) -> Result<i64, StoreError> {
    may(permit)?;
    let reached = Reached::find(connection, permit, Thing::Vulnerability)?;
    let mut conditions = Conditions::default();
    let is_recent = !reached.is_small() && reached.are_few_since(connection, since)?;
    let since = conditions.bind(since);
    let recent = if is_recent {
        let until = conditions.bind(i64::MAX);
        reached.seen_between(&mut conditions, &since, &until)
    } else {
        None
    };
    let from = match recent {
        Some(rows) => {
            conditions.add("v.id = d.id".to_owned());
            format!("({rows}) d CROSS JOIN vulnerabilities v")
        }
        None => from(&reached, None, &Filter::default(), &VULNERABILITIES, &mut conditions),
    };
    let first_seen = reached.first_seen(&mut conditions, connection.is_sqlite());
    conditions.add(format!("{first_seen} >= {since}"));
    let is_reached = reached.exists(&mut conditions);
    conditions.add(is_reached);
    // By the index of their times.
    let (all, most) = (conditions.bind(i64::MIN), conditions.bind(most));
    conditions.add(format!("v.first_seen > {all}"));
    let (sql, parameters) = conditions.finish();
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {sql} LIMIT {most}) c");
    Ok(connection.row(&sql, &parameters)?.map_or(0, |row| row.integer(0)))
}
