//! The outbox: what is still to be told to the targets of notifications. It is filled in the transaction of the event, so
//! that no event is told that did not happen and none is forgotten that did; delivery is at least once, in the order of
//! the events for each target.

use policy::access::{Action, Area, Permit};

use crate::events::{self, Event};
use crate::integrations::{self, Integration};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, values};

/// The most messages that wait for one target; what comes beyond is dead at once.
pub const MOST_WAITING: i64 = 100_000;

/// Messages that wait for a target are counted so far: a target that is away for long has as many as there may be.
pub const MOST_COUNTED: i64 = 1000;

/// The most events that go into one message.
pub const MOST_GATHERED: u32 = 1000;

/// How long what was not delivered is tried again, in microseconds: a day. It is longer where the server, or its clock, was away.
pub const LONGEST_WAIT: i64 = 24 * 3600 * 1_000_000;

/// The first pause after a failure, in microseconds; each further one doubles it.
const FIRST_PAUSE: i64 = 5 * 1_000_000;

const LONGEST_PAUSE: i64 = 3600 * 1_000_000;

/// A target is given no message up before so many tries in a row have failed, whatever the clock says: their pauses last for most
/// of a day.
const FEWEST_FAILURES: i64 = 30;

/// What is to be told next to one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The target.
    pub integration: Integration,
    /// The numbers of the entries.
    pub entries: Vec<i64>,
    /// Their events, the oldest first.
    pub events: Vec<Event>,
    /// How often it was tried.
    pub attempts: i64,
}

/// How a delivery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It arrived.
    Well,
    /// It may arrive later.
    Later(String),
    /// It never will: the target refuses it.
    Never(String),
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Its number.
    pub id: i64,
    /// The event.
    pub event: Event,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it was given up.
    pub failure: String,
}

/// Stores an event and puts it into the outbox of every target that wants its topic, in the transaction of what it tells.
/// Events of one `cause` (`intelligence/12`) may go into one message.
///
/// # Errors
/// When the database fails.
pub fn enqueue(connection: &mut Connection, event: &Event, cause: &str) -> Result<i64, StoreError> {
    let id = events::insert(connection, event)?;
    let text = serde_json::to_string(&Event { id, ..event.clone() })
        .map_err(|error| StoreError::Damaged { place: "outbox.event", problem: error.to_string() })?;
    for integration in integrations::enabled(connection)?.iter().filter(|target| target.wants(&event.topic)) {
        let is_full = is_full(connection, &integration.id, MOST_WAITING)?;
        let failure = is_full.then_some("too many messages wait for this target");
        let sql = "INSERT INTO outbox (integration, at, cause, event, is_dead, attempts, due, failure)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7)";
        let due = event.at + integration.digest;
        connection.execute(sql, &values![&integration.id, event.at, cause, &text, is_full, due, failure])?;
    }
    Ok(id)
}

/// Like [`enqueue`], from the parts of an event. What is told of one topic for one reason (a feed, a policy) has one cause.
///
/// # Errors
/// When the database fails.
pub fn tell(
    connection: &mut Connection,
    at: i64,
    topic: &str,
    object: &str,
    object_id: &str,
    parameters: &serde_json::Value,
) -> Result<(), StoreError> {
    tell_numbered(connection, at, topic, object, object_id, parameters).map(|_| ())
}

/// The same, and gives the number of the event.
///
/// # Errors
/// When the database fails.
pub(crate) fn tell_numbered(
    connection: &mut Connection,
    at: i64,
    topic: &str,
    object: &str,
    object_id: &str,
    parameters: &serde_json::Value,
) -> Result<i64, StoreError> {
    debug_assert!(events::TOPICS.contains(&topic), "{topic} is not among the topics, and so has no words");
    let reason = parameters.get("cause").and_then(serde_json::Value::as_str).unwrap_or_default();
    let event = event_of(at, topic, object, object_id, parameters);
    enqueue(connection, &event, &format!("{topic}/{reason}"))
}

/// Stores an event for those who watch alone, from its parts: no target is told.
///
/// # Errors
/// When the database fails.
pub fn tell_watchers(
    connection: &mut Connection,
    at: i64,
    topic: &str,
    object: &str,
    object_id: &str,
    parameters: &serde_json::Value,
) -> Result<(), StoreError> {
    let is_known = events::TOPICS.contains(&topic) || events::PASSING.contains(&topic);
    debug_assert!(is_known, "{topic} is not among the topics");
    events::insert(connection, &event_of(at, topic, object, object_id, parameters)).map(|_| ())
}

fn event_of(at: i64, topic: &str, object: &str, object_id: &str, parameters: &serde_json::Value) -> Event {
    Event {
        id: 0,
        at,
        topic: topic.to_owned(),
        object: object.to_owned(),
        object_id: object_id.to_owned(),
        parameters: parameters.as_object().cloned().unwrap_or_default(),
    }
}

/// Takes what is to be told next to a target that no other server tells, for `lease` microseconds. Only the first entry
/// of each target counts: what fails holds back what comes behind it. What rests, or is held by a server, for more than twice as
/// long as anything does was put off by a clock that was ahead, and does so no longer.
///
/// # Errors
/// When the database fails.
pub fn lease(connection: &mut Connection, now: i64, lease: i64) -> Result<Option<Batch>, StoreError> {
    for integration in integrations::enabled(connection)? {
        let first = "SELECT id, cause, due, attempts, at FROM outbox WHERE integration = $1 AND is_dead = 0
            ORDER BY id LIMIT 1";
        let Some(row) = connection.row(first, &values![&integration.id])? else { continue };
        let rests = row.integer(2).saturating_sub(now);
        if rests > 0 && rests <= 2 * LONGEST_PAUSE.max(integration.digest) {
            continue;
        }
        let take = "UPDATE integrations SET leased = $1 WHERE id = $2 AND (leased <= $3 OR leased > $4)";
        if connection.execute(take, &values![now + lease, &integration.id, now, now + 2 * lease])? == 0 {
            continue;
        }
        let (id, cause, attempts) = (row.integer(0), row.text(1), row.integer(3));
        let rows = match integration.digest {
            0 => connection.rows("SELECT id, event FROM outbox WHERE id = $1", &values![id])?,
            _ => connection.rows(
                "SELECT id, event FROM outbox WHERE integration = $1 AND is_dead = 0 AND id >= $2 AND cause = $3
                 ORDER BY id LIMIT $4",
                &values![&integration.id, id, cause, i64::from(MOST_GATHERED)],
            )?,
        };
        let entries = rows.iter().map(|row| row.integer(0)).collect();
        let events = rows.iter().map(|row| event(row, 1)).collect::<Result<_, _>>()?;
        return Ok(Some(Batch { integration, entries, events, attempts }));
    }
    Ok(None)
}

/// Notes how the delivery of a batch ended, and lets others have the target.
///
/// # Errors
/// When the database fails.
pub fn settle(connection: &mut Connection, batch: &Batch, ended: &Delivered, now: i64) -> Result<(), StoreError> {
    let failures = note_target(connection, &batch.integration.id, ended, now)?;
    let oldest = batch.events.first().map_or(now, |event| event.at);
    // By the clock and by the tries: a clock that is put forward gives nothing up, and what happened while it was ahead is not kept
    // for ever.
    let is_over = failures >= FEWEST_FAILURES && now.saturating_sub(oldest).saturating_abs() >= LONGEST_WAIT;
    let attempts = batch.attempts + 1;
    for entry in &batch.entries {
        match ended {
            Delivered::Well => connection.execute("DELETE FROM outbox WHERE id = $1", &values![*entry])?,
            Delivered::Later(failure) if !is_over => {
                let doublings = u32::try_from(batch.attempts).unwrap_or(u32::MAX).min(20);
                let due = now + (FIRST_PAUSE << doublings).min(LONGEST_PAUSE);
                let sql = "UPDATE outbox SET attempts = $1, due = $2, failure = $3 WHERE id = $4";
                connection.execute(sql, &values![attempts, due, failure, *entry])?
            }
            Delivered::Later(failure) | Delivered::Never(failure) => {
                let sql = "UPDATE outbox SET attempts = $1, is_dead = 1, failure = $2 WHERE id = $3";
                connection.execute(sql, &values![attempts, failure, *entry])?
            }
        };
    }
    Ok(())
}

/// Notes with a target how a delivery ended, lets others have it, and tells how many have failed in a row. One that refuses a
/// message is there. What happened last is the later one of both times, also where a clock that was ahead wrote the other.
fn note_target(connection: &mut Connection, id: &str, ended: &Delivered, now: i64) -> Result<i64, StoreError> {
    let failed = |failures: &str| {
        format!(
            "UPDATE integrations SET leased = 0, failed = $1, failure = $2, failures = {failures},
             delivered = CASE WHEN delivered >= $1 THEN $1 - 1 ELSE delivered END WHERE id = $3"
        )
    };
    match ended {
        Delivered::Well => connection.execute(
            "UPDATE integrations SET leased = 0, delivered = $1, failures = 0,
             failed = CASE WHEN failed > $1 THEN $1 ELSE failed END WHERE id = $2",
            &values![now, id],
        )?,
        Delivered::Later(failure) => connection.execute(&failed("failures + 1"), &values![now, failure, id])?,
        Delivered::Never(failure) => connection.execute(&failed("0"), &values![now, failure, id])?,
    };
    let row = connection.row("SELECT failures FROM integrations WHERE id = $1", &values![id])?;
    Ok(row.map_or(0, |row| row.integer(0)))
}

/// How many messages wait for a target, as far as they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// The number, up to [`MOST_COUNTED`].
    pub count: i64,
    /// Whether more wait than that.
    pub has_more: bool,
}

/// How many messages wait for a target.
///
/// # Errors
/// When the database fails.
pub fn backlog(connection: &mut Connection, integration: &str) -> Result<Backlog, StoreError> {
    let found = count_up_to(connection, integration, MOST_COUNTED + 1)?;
    Ok(Backlog { count: found.min(MOST_COUNTED), has_more: found > MOST_COUNTED })
}

/// Whether as many wait for a target as there may be. It is asked for each event: only where the numbers of the first and the
/// last that wait lie so far apart can there be so many, and then they are counted.
fn is_full(connection: &mut Connection, integration: &str, most: i64) -> Result<bool, StoreError> {
    let end = |connection: &mut Connection, order: &str| {
        let sql = format!("SELECT id FROM outbox WHERE integration = $1 AND is_dead = 0 ORDER BY id {order} LIMIT 1");
        Ok::<_, StoreError>(connection.row(&sql, &values![integration])?.map(|row| row.integer(0)))
    };
    let (Some(first), Some(last)) = (end(connection, "ASC")?, end(connection, "DESC")?) else { return Ok(false) };
    Ok(last - first + 1 >= most && count_up_to(connection, integration, most)? >= most)
}

fn count_up_to(connection: &mut Connection, integration: &str, most: i64) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE integration = $1 AND is_dead = 0 LIMIT $2) b";
    Ok(connection.row(sql, &values![integration, most])?.map_or(0, |row| row.integer(0)))
}

/// A page of what was given up for a target, the newest first, from before a number.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn dead_letters(
    connection: &mut Connection,
    permit: &Permit,
    integration: &str,
    before: i64,
    limit: u32,
) -> Result<Vec<DeadLetter>, StoreError> {
    require(permit, Area::Integrations, Action::Read)?;
    let sql = "SELECT id, event, attempts, failure FROM outbox WHERE integration = $1 AND is_dead = 1 AND id < $2
        ORDER BY id DESC LIMIT $3";
    let rows = connection.rows(sql, &values![integration, before, i64::from(limit)])?;
    rows.iter()
        .map(|row| {
            let event = event(row, 1)?;
            Ok(DeadLetter { id: row.integer(0), event, attempts: row.integer(2), failure: row.text(3) })
        })
        .collect()
}

/// Puts everything that was given up for a target back into its queue, to be tried for as long as the first time, and tells how
/// many.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn retry(connection: &mut Connection, permit: &Permit, integration: &str, now: i64) -> Result<u64, StoreError> {
    require(permit, Area::Integrations, Action::Write)?;
    connection.execute("UPDATE integrations SET failures = 0 WHERE id = $1", &values![integration])?;
    let sql = "UPDATE outbox SET is_dead = 0, attempts = 0, due = $1 WHERE integration = $2 AND is_dead = 1";
    connection.execute(sql, &values![now, integration])
}

/// Removes what was given up before a time, in steps of at most `limit`, and tells how many.
///
/// # Errors
/// When the database fails.
pub fn remove_dead(connection: &mut Connection, before: i64, limit: u32) -> Result<u64, StoreError> {
    let sql =
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE is_dead = 1 AND at < $1 ORDER BY at, id LIMIT $2)";
    connection.execute(sql, &values![before, i64::from(limit)])
}

fn event(row: &Row, at: usize) -> Result<Event, StoreError> {
    serde_json::from_str(&row.text(at))
        .map_err(|error| StoreError::Damaged { place: "outbox.event", problem: error.to_string() })
}

#[cfg(test)]
mod tests {
    use policy::access::{Principal, permit};

    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn may(action: &str) -> Permit {
        permit(&Principal::server(), format!("integrations.{action}").parse().unwrap()).unwrap()
    }

    fn target(store: &Store, name: &'static str, topics: &'static str, digest: i64) {
        let new = Integration {
            id: name.into(),
            name: name.into(),
            kind: "webhook".into(),
            settings: "{}".into(),
            secret: None,
            topics: topics.split(',').map(str::to_owned).collect(),
            language: "en".into(),
            digest,
            is_enabled: true,
            delivered: None,
            failed: None,
            failure: None,
            created: 0,
            changed: 0,
            version: 1,
        };
        store.write_blocking(Lane::Beside, move |c| integrations::insert(c, &may("write"), &new)).unwrap();
    }

    fn happen(store: &Store, at: i64, topic: &'static str, cause: &'static str) {
        let event = Event {
            id: 0,
            at,
            topic: topic.into(),
            object: "image".into(),
            object_id: at.to_string(),
            parameters: serde_json::Map::new(),
        };
        store.write_blocking(Lane::Audited, move |c| enqueue(c, &event, cause)).unwrap();
    }

    fn next(store: &Store, now: i64) -> Option<Batch> {
        store.write_blocking(Lane::Beside, move |c| lease(c, now, 1000)).unwrap()
    }

    fn settled(store: &Store, batch: Batch, ended: Delivered, now: i64) {
        store.write_blocking(Lane::Beside, move |c| settle(c, &batch, &ended, now)).unwrap();
    }

    /// Lets every delivery fail from a time on, until nothing waits: when the last try was.
    fn last_try(store: &Store, mut now: i64) -> i64 {
        let mut last = now;
        while let Some(batch) = next(store, now) {
            let pause = (FIRST_PAUSE << batch.attempts.min(20)).min(LONGEST_PAUSE);
            settled(store, batch, Delivered::Later("503".into()), now);
            (last, now) = (now, now + pause);
        }
        last
    }

    fn told(batch: &Batch) -> Vec<i64> {
        batch.events.iter().map(|event| event.at).collect()
    }

    #[test]
    fn each_target_is_told_in_order_and_what_fails_holds_back_what_follows() {
        on_both_stores(|store| {
            target(store, "a", "image.*", 0);
            target(store, "b", "policy.change", 0);
            happen(store, 1, "image.verdict", "");
            happen(store, 2, "image.verdict", "");
            happen(store, 3, "policy.change", "");
            let batch = next(store, 10).unwrap();
            assert_eq!((batch.integration.name.as_str(), told(&batch)), ("a", vec![1]));
            let other = next(store, 10).unwrap();
            assert_eq!(
                (other.integration.name.as_str(), told(&other)),
                ("b", vec![3]),
                "one does not wait for the other"
            );
            assert_eq!(next(store, 10), None, "both are taken");
            settled(store, batch, Delivered::Later("503".into()), 10);
            assert_eq!(next(store, 11), None, "it pauses");
            let again = next(store, 10 + FIRST_PAUSE).unwrap();
            assert_eq!((told(&again), again.attempts), (vec![1], 1));
            settled(store, again, Delivered::Well, 10 + FIRST_PAUSE);
            assert_eq!(told(&next(store, 11 + FIRST_PAUSE).unwrap()), [2]);
            // A server that died with its lease gives way.
            let after = 11 + FIRST_PAUSE + 1000;
            let batches: Vec<String> = std::iter::from_fn(|| next(store, after)).map(|b| b.integration.name).collect();
            assert_eq!(batches, ["a", "b"]);
        });
    }

    #[test]
    fn what_waits_is_counted_up_to_a_bound_and_beyond_it_is_told_as_more() {
        on_both_stores(|store| {
            target(store, "a", "*", 0);
            target(store, "b", "*", 0);
            let told = |name: &'static str| {
                let backlog = store.read_blocking(move |connection| backlog(connection, name)).unwrap();
                (backlog.count, backlog.has_more)
            };
            let full = |most: i64| store.read_blocking(move |connection| is_full(connection, "a", most)).unwrap();
            assert_eq!((told("a"), full(1)), ((0, false), false));
            for at in 1..=10 {
                happen(store, at, "image.verdict", "");
            }
            assert_eq!(told("a"), (10, false));
            // Twenty numbers lie between its first and its last, of which ten are its own.
            assert_eq!((full(10), full(11), full(20)), (true, false, false));
            let many = "INSERT INTO outbox (integration, at, cause, event, is_dead, attempts, due) VALUES ('a', 1, '', '{}', 0, 0, 0)";
            let fill = move |connection: &mut Connection| {
                (10..MOST_COUNTED).try_for_each(|_| connection.execute(many, &[]).map(|_| ()))
            };
            store.write_blocking(Lane::Beside, fill).unwrap();
            assert_eq!(told("a"), (MOST_COUNTED, false));
            store.write_blocking(Lane::Beside, move |connection| connection.execute(many, &[])).unwrap();
            assert_eq!((told("a"), told("b")), ((MOST_COUNTED, true), (10, false)));
            store
                .write_blocking(Lane::Beside, |connection| connection.execute("UPDATE outbox SET is_dead = 1", &[]))
                .unwrap();
            assert_eq!((told("a"), full(1)), ((0, false), false), "what was given up does not wait");
        });
    }

    #[test]
    fn what_never_arrives_is_kept_and_can_be_tried_again() {
        on_both_stores(|store| {
            target(store, "a", "*", 0);
            happen(store, 1, "image.verdict", "");
            settled(store, next(store, 10).unwrap(), Delivered::Never("410".into()), 10);
            happen(store, 2, "image.verdict", "");
            let last = last_try(store, 10);
            assert!((LONGEST_WAIT..LONGEST_WAIT + LONGEST_PAUSE).contains(&(last - 2)), "{last}");
            let dead = store.read_blocking(|c| dead_letters(c, &may("read"), "a", i64::MAX, 10)).unwrap();
            let dead: Vec<(i64, &str)> = dead.iter().map(|l| (l.event.at, l.failure.as_str())).collect();
            assert_eq!(dead, [(2, "503"), (1, "410")]);
            assert_eq!(next(store, last + 1), None);
            let retry = move |c: &mut Connection| retry(c, &may("write"), "a", last + 1);
            assert_eq!(store.write_blocking(Lane::Beside, retry).unwrap(), 2);
            let again = next(store, last + 1).unwrap();
            assert_eq!(told(&again), [1]);
            settled(store, again, Delivered::Later("503".into()), last + 1);
            assert_eq!(
                told(&next(store, last + 1 + FIRST_PAUSE).unwrap()),
                [1],
                "one failure does not give it up again"
            );
        });
    }

    #[test]
    fn what_waits_behind_a_target_that_was_away_for_a_day_is_given_up_by_its_own_age() {
        on_both_stores(|store| {
            target(store, "a", "*", 0);
            let (hour, late) = (LONGEST_PAUSE, LONGEST_WAIT / 2);
            happen(store, 1, "image.verdict", "");
            happen(store, hour, "image.verdict", "");
            happen(store, late, "image.verdict", "");
            let last = last_try(store, 10);
            let waited = last - late;
            assert!((LONGEST_WAIT..LONGEST_WAIT + 2 * hour).contains(&waited), "{waited}");
            let dead = store.read_blocking(|c| dead_letters(c, &may("read"), "a", i64::MAX, 10)).unwrap();
            assert_eq!(dead.iter().map(|letter| letter.event.at).collect::<Vec<_>>(), [late, hour, 1]);
        });
    }

    #[test]
    fn a_clock_that_was_ahead_gives_nothing_up_and_keeps_nothing_back() {
        const AHEAD: i64 = 400 * 24 * 3600 * 1_000_000;
        on_both_stores(|store| {
            target(store, "a", "*", 0);
            happen(store, 1, "image.verdict", "");
            settled(store, next(store, 10).unwrap(), Delivered::Later("503".into()), 10);
            // The clock is put forward: 400 days have not passed.
            settled(store, next(store, AHEAD).unwrap(), Delivered::Later("503".into()), AHEAD);
            let dead = store.read_blocking(|c| dead_letters(c, &may("read"), "a", i64::MAX, 10)).unwrap();
            assert!(dead.is_empty(), "{dead:?}");
            happen(store, AHEAD + 1, "image.verdict", "");
            // A server that is stopped in the middle of a delivery leaves its lease behind.
            assert!(next(store, AHEAD + 2 * FIRST_PAUSE).is_some());
            // The clock is set back: neither the pause nor the lease counts.
            let batch = next(store, 20).unwrap();
            assert_eq!((told(&batch), batch.attempts), (vec![1], 2));
            assert_eq!(next(store, 20), None, "it is taken");
            settled(store, batch, Delivered::Well, 20);
            let target = store.read_blocking(integrations::enabled).unwrap().remove(0);
            assert_eq!((target.delivered, target.failed), (Some(20), Some(20)), "it fails no longer");
            // What happened while it was ahead is told, too; a target that is away is tried for about a day, not for 400.
            assert_eq!(told(&next(store, 2000).unwrap()), [AHEAD + 1]);
            let last = last_try(store, 4000);
            assert!((LONGEST_WAIT / 2..2 * LONGEST_WAIT).contains(&last), "{last}");
            let dead = store.read_blocking(|c| dead_letters(c, &may("read"), "a", i64::MAX, 10)).unwrap();
            assert_eq!(dead.len(), 1);
        });
    }

    #[test]
    fn events_of_one_cause_make_one_message() {
        on_both_stores(|store| {
            target(store, "a", "*", 100);
            for at in 1..=50 {
                happen(store, at, "image.verdict", "intelligence/12");
            }
            happen(store, 51, "image.verdict", "policy/1");
            assert_eq!(next(store, 100), None, "they are gathered first");
            let batch = next(store, 101).unwrap();
            assert_eq!(batch.events.len(), 50);
            settled(store, batch, Delivered::Well, 101);
            assert_eq!(told(&next(store, 151).unwrap()), [51]);
        });
    }
}
