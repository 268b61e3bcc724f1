//! A piece of work on its way to a thread of the store and its result on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{Connection, StoreError};

/// How a piece of work ended on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Well,
    /// Its changes must be undone; others of the same transaction stay.
    Badly,
    /// As badly, and the disk is full: the database may have undone the whole transaction.
    Full,
    /// Another transaction was in its way, and has ended: it may be tried again.
    Conflict,
    /// Another transaction waits for what this one holds, or this one has seen too little of it: all of it begins anew.
    Obstructed,
    /// The connection is gone.
    Disconnected,
}

/// Work whose result is kept until what it changed is durable.
pub(crate) trait Work: Send {
    fn run(&mut self, connection: &mut Connection) -> Ended;
    /// Answers whoever asked; `failure` is what befell the transaction as a whole.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

pub(crate) struct Item<T, F> {
    function: F,
    result: Option<Result<T, StoreError>>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Item<T, F> {
    pub(crate) fn new(function: F) -> (Item<T, F>, oneshot::Receiver<Result<T, StoreError>>) {
        let (sender, receiver) = oneshot::channel();
        (Item { function, result: None, sender }, receiver)
    }
}

impl<T: Send, F: Fn(&mut Connection) -> Result<T, StoreError> + Send> Work for Item<T, F> {
    fn run(&mut self, connection: &mut Connection) -> Ended {
        // A defect in one piece of work must not take down the thread that all others wait for.
        let result = catch_unwind(AssertUnwindSafe(|| (self.function)(connection)));
        let result = result.unwrap_or(Err(StoreError::Defect));
        let ended = match &result {
            Ok(_) => Ended::Well,
            Err(error) if error.ends_connection() => Ended::Disconnected,
            Err(StoreError::Full) => Ended::Full,
            Err(error) if error.is_conflict() => Ended::Conflict,
            Err(error) if error.is_obstruction() => Ended::Obstructed,
            Err(_) => Ended::Badly,
        };
        self.result = Some(result);
        ended
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let result = match (self.result, failure) {
            (Some(Ok(_)) | None, Some(failure)) => Err(failure),
            (Some(result), _) => result,
            (None, None) => Err(StoreError::Closed),
        };
        // Whoever asked may have gone away; what was written stays written.
        let _ = self.sender.send(result);
    }
}
