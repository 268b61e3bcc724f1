//! How work reaches the database: threads that own connections, and commits that many share.
//!
//! A request hands over a closure and waits. Readers run at once, each on its own connection. Writers run in lanes: one
//! thread takes what waits, runs each piece inside a savepoint of one transaction (one that is alone needs none on SQLite),
//! commits once and only then answers, so that a hundred small changes cost one flush of the disk. A piece that fails is
//! undone alone.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::config::DbConfig;
use tokio::sync::mpsc;

use crate::remembered::Remembered;
use crate::work::{Ended, Item, Work};
use crate::{Address, Connection, Schema, StoreError};

/// The most pieces of work that share a commit.
const MOST_SHARED: usize = 256;

/// The most pieces of work that wait for a lane; whoever comes later waits to hand over.
const MOST_WAITING: usize = 1024;

/// How often work is tried again when another transaction was in its way.
const MOST_TRIES: usize = 8;

/// How long SQLite waits for another process (a backup, an admin command) to let go of the file.
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Which writer takes a piece of work. On SQLite, which has one writer, both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What writes to the audit trail, whose records follow one another.
    Audited,
    /// All else: jobs, indexes of images, derived data.
    Beside,
}

/// What a SQLite connection that writes keeps of pages, in KiB.
const WRITER_CACHE_KIB: i64 = 4 << 10;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where the database is.
    pub address: Address,
    /// How many connections read.
    pub readers: usize,
    /// How many connections write beside the audited lane; PostgreSQL only.
    pub writers: usize,
    /// The memory that each SQLite connection that reads may use for pages, in KiB; those that write have 4 MiB.
    pub page_cache_kib: u32,
    /// Whether the schema is brought up to date.
    pub migrate: bool,
}

impl StoreOptions {
    /// Options for a server.
    pub fn new(address: Address) -> StoreOptions {
        StoreOptions { address, readers: 4, writers: 3, page_cache_kib: 16 << 10, migrate: true }
    }
}

/// The store. Cloning shares it; its threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Threads>);

type Queue = mpsc::Sender<Box<dyn Work>>;

struct Threads {
    read: Option<Queue>,
    audited: Option<Queue>,
    beside: Option<Queue>,
    threads: Vec<JoinHandle<()>>,
    address: Address,
}

impl Store {
    /// Opens the database, brings its schema up to date where asked, and starts the threads.
    ///
    /// # Errors
    /// When the database cannot be opened, or its schema is of another version.
    pub fn open(options: &StoreOptions) -> Result<Store, StoreError> {
        let connector = Connector::new(options);
        let mut first = connector.connect_to_write()?;
        match options.migrate {
            true => Schema::migrate(&mut first)?,
            false => Schema::check(&mut first)?,
        }
        let mut threads = Vec::new();
        let (read, receiver) = mpsc::channel(MOST_WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..options.readers.max(1) {
            let (connector, receiver) = (connector.clone(), Arc::clone(&receiver));
            threads.push(spawn(format!("store-read-{number}"), move || read_on(&connector, &receiver))?);
        }
        let (audited, receiver) = mpsc::channel(MOST_WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let own = connector.clone();
        let is_sqlite = first.is_sqlite();
        threads.push(spawn("store-write".to_owned(), move || write_on(&own, Some(first), &receiver))?);
        let mut beside = audited.clone();
        if !is_sqlite {
            let (queue, receiver) = mpsc::channel(MOST_WAITING);
            beside = queue;
            let receiver = Arc::new(Mutex::new(receiver));
            for number in 0..options.writers.max(1) {
                let (connector, receiver) = (connector.clone(), Arc::clone(&receiver));
                threads.push(spawn(format!("store-beside-{number}"), move || write_on(&connector, None, &receiver))?);
            }
        }
        let address = options.address.clone();
        Ok(Store(Arc::new(Threads {
            read: Some(read),
            audited: Some(audited),
            beside: Some(beside),
            threads,
            address,
        })))
    }

    /// Where the database is.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Whether other servers may use the same database.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.address, Address::Postgres(_))
    }

    /// Reads.
    pub async fn read<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (item, answer) = Item::new(function);
        let queue = self.0.read.as_ref().ok_or(StoreError::Closed)?;
        queue.send(Box::new(item)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Changes something; when this returns, the change is durable. The closure may run more than once, of which one run
    /// counts.
    pub async fn write<T, F>(&self, lane: Lane, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (item, answer) = Item::new(function);
        self.queue(lane)?.send(Box::new(item)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::read`], for callers without an asynchronous runtime.
    pub fn read_blocking<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (item, answer) = Item::new(function);
        let queue = self.0.read.as_ref().ok_or(StoreError::Closed)?;
        queue.blocking_send(Box::new(item)).map_err(|_| StoreError::Closed)?;
        answer.blocking_recv().map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::write`], for callers without an asynchronous runtime.
    pub fn write_blocking<T, F>(&self, lane: Lane, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (item, answer) = Item::new(function);
        self.queue(lane)?.blocking_send(Box::new(item)).map_err(|_| StoreError::Closed)?;
        answer.blocking_recv().map_err(|_| StoreError::Closed)?
    }

    fn queue(&self, lane: Lane) -> Result<&Queue, StoreError> {
        let queue = match lane {
            Lane::Audited => &self.0.audited,
            Lane::Beside => &self.0.beside,
        };
        queue.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        (self.read, self.audited, self.beside) = (None, None, None);
        // What was handed over is still done: the threads end when their queues are empty.
        // The last owner may be a piece of work that one of them does: that one cannot wait for itself.
        let own = thread::current().id();
        for thread in self.threads.drain(..).filter(|thread| thread.thread().id() != own) {
            let _ = thread.join();
        }
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let spawned = thread::Builder::new().name(name).spawn(run);
    spawned.map_err(|error| StoreError::Unreachable { source: Box::new(error) })
}

type Shared = Mutex<mpsc::Receiver<Box<dyn Work>>>;

fn next(receiver: &Shared) -> Option<Box<dyn Work>> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

/// A reader's life.
fn read_on(connector: &Connector, receiver: &Shared) {
    let mut connection = None;
    while let Some(mut work) = next(receiver) {
        let mut failure = None;
        // A connection that has died is found out by its first use: one more try on another.
        for _ in 0..2 {
            let open = match connection.take().map_or_else(|| connector.connect(Role::Reader), Ok) {
                Ok(open) => connection.insert(open),
                Err(error) => {
                    failure = Some(error);
                    break;
                }
            };
            match work.run(open) {
                Ended::Disconnected => connection = None,
                Ended::Well | Ended::Badly | Ended::Full | Ended::Conflict | Ended::Obstructed => break,
            }
        }
        work.answer(failure);
    }
}

/// A writer's life.
fn write_on(connector: &Connector, first: Option<Connection>, receiver: &Shared) {
    let mut connection = first;
    while let Some(work) = next(receiver) {
        let mut batch = vec![work];
        while batch.len() < MOST_SHARED {
            // Another writer that waits for work holds the lock while it does: what comes next is its.
            let Ok(mut queue) = receiver.try_lock() else { break };
            let Ok(more) = queue.try_recv() else { break };
            batch.push(more);
        }
        write(connector, &mut connection, batch);
    }
}

/// Commits a batch and answers whoever asked. Pieces that together are in the way of another server's are done alone.
fn write(connector: &Connector, connection: &mut Option<Connection>, mut batch: Vec<Box<dyn Work>>) {
    let committed = commit(connector, connection, &mut batch);
    if batch.len() > 1 && matches!(committed, Ok(Committed::Nothing)) {
        for work in batch {
            write(connector, connection, vec![work]);
        }
        return;
    }
    let failure = committed.err();
    for work in batch {
        work.answer(failure.as_ref().map(StoreError::again));
    }
}

/// What came of a batch that the database did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Committed {
    /// Everything that did not fail by itself.
    Whole,
    /// Nothing: another transaction was in its way, as often as it was tried.
    Nothing,
}

/// Runs a batch in one transaction, on another connection where the first has died before its commit was sent. A piece
/// that is alone begins anew where another transaction was in its way.
fn commit(
    connector: &Connector,
    connection: &mut Option<Connection>,
    batch: &mut [Box<dyn Work>],
) -> Result<Committed, StoreError> {
    let (mut is_second, mut tries) = (false, 0);
    loop {
        let open = match connection.take() {
            Some(open) => connection.insert(open),
            None => connection.insert(connector.connect(Role::Writer)?),
        };
        match run_batch(open, batch) {
            Ok(Committed::Whole) => match open.batch("COMMIT") {
                Ok(()) => return Ok(Committed::Whole),
                Err(error) => {
                    let _ = open.batch("ROLLBACK");
                    if !error.ends_connection() {
                        return Err(error);
                    }
                    // Whether it was committed is not known: say so, never try again.
                    *connection = None;
                    return Err(StoreError::Uncertain);
                }
            },
            Ok(Committed::Nothing) => {
                let _ = open.batch("ROLLBACK");
                tries += 1;
                if batch.len() > 1 || tries == MOST_TRIES {
                    return Ok(Committed::Nothing);
                }
            }
            Err(error) if error.ends_connection() => {
                *connection = None;
                if is_second {
                    return Err(error);
                }
                is_second = true;
            }
            Err(error) => {
                let _ = open.batch("ROLLBACK");
                return Err(error);
            }
        }
    }
}

fn run_batch(connection: &mut Connection, batch: &mut [Box<dyn Work>]) -> Result<Committed, StoreError> {
    // IMMEDIATE takes SQLite's write lock at once: a transaction that begins by reading would fail when it writes.
    let begin = if connection.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" };
    // Within a savepoint, SQLite copies each page that is first written: a piece that is alone is undone with all instead.
    // Where it is not tried again, what follows is empty, and waits for no other writer.
    let (begin, undo, again) = match connection.is_sqlite() && batch.len() == 1 {
        true => (begin.to_owned(), "ROLLBACK; BEGIN", "ROLLBACK; BEGIN IMMEDIATE"),
        false => (format!("{begin}; SAVEPOINT work"), "ROLLBACK TO SAVEPOINT work", "ROLLBACK TO SAVEPOINT work"),
    };
    connection.batch(&begin)?;
    let last = batch.len().saturating_sub(1);
    for (at, work) in batch.iter_mut().enumerate() {
        for _ in 0..MOST_TRIES {
            match work.run(connection) {
                // One way there and back ends this piece and begins the next; the commit ends the last.
                Ended::Well if at < last => {
                    connection.batch("RELEASE SAVEPOINT work; SAVEPOINT work")?;
                    break;
                }
                Ended::Well => break,
                // What was undone leaves the savepoint for the next.
                Ended::Badly => {
                    connection.batch(undo)?;
                    break;
                }
                Ended::Full => {
                    connection.batch(undo).map_err(|_| StoreError::Full)?;
                    break;
                }
                Ended::Conflict => connection.batch(again)?,
                // What the pieces before it hold may be what the other waits for: no savepoint gives that back.
                Ended::Obstructed => return Ok(Committed::Nothing),
                Ended::Disconnected => {
                    return Err(StoreError::Unreachable { source: "the connection was lost".into() });
                }
            }
        }
    }
    Ok(Committed::Whole)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

/// Makes connections.
#[derive(Clone)]
pub(crate) struct Connector {
    options: StoreOptions,
    remembered: Arc<Remembered>,
}

impl Connector {
    pub(crate) fn new(options: &StoreOptions) -> Connector {
        Connector { options: options.clone(), remembered: Arc::default() }
    }

    /// A connection for work that no server takes part in.
    pub(crate) fn connect_to_write(&self) -> Result<Connection, StoreError> {
        let place = || self.options.address.shown();
        self.connect(Role::Writer).map_err(|source| StoreError::Open { place: place(), source: Box::new(source) })
    }

    fn connect(&self, role: Role) -> Result<Connection, StoreError> {
        match &self.options.address {
            Address::Sqlite(path) => self.open_file(path, role),
            Address::Postgres(uri) => {
                Ok(Connection::postgres(crate::postgresql::connect(uri)?, Arc::clone(&self.remembered)))
            }
        }
    }

    fn open_file(&self, path: &Path, role: Role) -> Result<Connection, StoreError> {
        make_private(path);
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(256);
        // A plan that depends on the values bound to it would be made anew each time the kept statement runs: for a look-up
        // by id that is most of its time. No query of ours gains by it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // FULL flushes the log at every commit: what was acknowledged survives a loss of power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        match role {
            Role::Reader => {
                connection.pragma_update(None, "cache_size", -i64::from(self.options.page_cache_kib))?;
                connection.pragma_update(None, "temp_store", "MEMORY")?;
                connection.pragma_update(None, "query_only", "ON")?;
            }
            // In memory, SQLite would walk all that its statement journal has for this piece of work at the end of each
            // statement: nine tenths of the time of a registration. In a file it does not; the first 64 KiB are memory anyway.
            Role::Writer => {
                connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
                connection.pragma_update(None, "temp_store", "FILE")?;
            }
        }
        Ok(Connection::sqlite(connection, Arc::clone(&self.remembered)))
    }
}

/// Makes a database for nobody but its owner where there is none: it holds hashes of passwords and sealed credentials. Its log
/// gets the same rights from SQLite. Where the file cannot be made, opening it says why.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Most often it is there already.
    let _ = options.open(path);
}

#[cfg(test)]
mod tests;
