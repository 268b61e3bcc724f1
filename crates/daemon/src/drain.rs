//! The end of a service: a signal is heard, nothing new begins, what is under way may end.

use std::time::Duration;

use tokio::sync::watch;

/// Says when to stop. Whoever serves holds a [`Draining`].
#[derive(Debug)]
pub struct Drain {
    sender: watch::Sender<bool>,
}

/// Hears when to stop. While any is held, [`Drain::finish`] waits.
#[derive(Debug, Clone)]
pub struct Draining(watch::Receiver<bool>);

impl Drain {
    /// A drain and what hears it.
    pub fn new() -> (Drain, Draining) {
        let (sender, receiver) = watch::channel(false);
        (Drain { sender }, Draining(receiver))
    }

    /// Tells everyone to stop.
    pub fn begin(&self) {
        let _ = self.sender.send(true);
    }

    /// Waits until everyone has stopped, at most so long. Tells whether they have.
    pub async fn finish(self, grace: Duration) -> bool {
        self.begin();
        tokio::time::timeout(grace, self.sender.closed()).await.is_ok()
    }

    /// Waits for SIGINT or SIGTERM.
    ///
    /// # Errors
    /// When signals cannot be heard.
    pub async fn signal() -> std::io::Result<&'static str> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        })
    }
}

impl Draining {
    /// Whether to stop.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is time to stop.
    pub async fn begun(&mut self) {
        // A sender that is gone says the same as one that says stop.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_for_those_who_hold_it_and_no_longer_than_the_grace() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (drain, mut draining) = Drain::new();
            let task = tokio::spawn(async move {
                draining.begun().await;
                draining.has_begun()
            });
            assert!(drain.finish(Duration::from_secs(10)).await);
            assert!(task.await.unwrap());

            let (drain, held) = Drain::new();
            assert!(!drain.finish(Duration::from_millis(10)).await);
            assert!(held.has_begun());
        });
    }
}
