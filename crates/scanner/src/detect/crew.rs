//! Files are looked into by whichever thread has time: those that read layers hand them on, and take them back when
//! nobody keeps up. So one large layer keeps all processors busy, and what waits stays small.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use model::Gap;

use super::Detected;
use super::examine::{Examined, Examiner, Known, TakenFile};
use super::known_contents::KnownContents;
use crate::contained::contain;
use crate::detectors::Detectors;
use crate::shared_content::SharedContent;

/// The most that may wait in memory, in bytes; one file alone may always wait.
const MOST_WAITING_BYTES: usize = 4 << 20;

/// The most that may wait in temporary files, in bytes.
const MOST_WAITING_FILE_BYTES: u64 = 1 << 30;

/// The most files that may wait.
const MOST_WAITING: usize = 1_024;

/// The files that wait, and those who look into them.
pub(crate) struct Crew<'a> {
    detectors: Option<&'a Detectors>,
    waiting: Mutex<Waiting>,
    changed: Condvar,
    known: Arc<Known>,
}

/// A file that waits, its number within its layer, and who wants to hear of it.
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) file: TakenFile,
    pub(super) report_to: Sender<(u64, Examined)>,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    bytes: usize,
    file_bytes: u64,
    /// How many threads may still hand on files.
    readers: usize,
    /// How many have nothing else to do than to look into files.
    idle: usize,
}

impl<'a> Crew<'a> {
    /// A crew that `readers` threads hand their files to, each for as long as it is [`Crew::reading`].
    pub(crate) fn new(detectors: Option<&'a Detectors>, readers: usize) -> Crew<'a> {
        let waiting = Waiting { readers, ..Waiting::default() };
        Crew { detectors, waiting: Mutex::new(waiting), changed: Condvar::new(), known: Arc::default() }
    }

    /// A crew for an image of so many layers, in which the same contents may come again.
    pub(crate) fn of_layers(detectors: Option<&'a Detectors>, readers: usize, layers: usize) -> Crew<'a> {
        let contents = if layers > 1 { KnownContents::remembering() } else { KnownContents::default() };
        Crew { known: Arc::new(Known { contents, ..Known::default() }), ..Crew::new(detectors, readers) }
    }

    /// What its members look for.
    pub(crate) fn detectors(&self) -> Option<&'a Detectors> {
        self.detectors
    }

    /// What its members have looked into.
    pub(super) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known)
    }

    /// Held by a thread while it may hand on files.
    pub(crate) fn reading(&self) -> Reading<'_> {
        Reading { waiting: &self.waiting, changed: &self.changed }
    }

    /// Looks into files until nobody hands on any: what a thread does that has no layer to read (any more). It goes on with
    /// the examiner that it has, if any, for what that one keeps between files is much.
    pub(crate) fn help(&self, examiner: Option<Examiner<'a>>) {
        let Some(detectors) = self.detectors else { return };
        let mut examiner = examiner.unwrap_or_else(|| Examiner::new(detectors, self.known()));
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.take() {
                drop(waiting);
                job.run(&mut examiner);
                waiting = self.lock();
            } else if waiting.readers == 0 {
                return;
            } else {
                waiting.idle += 1;
                waiting = self.changed.wait(waiting).unwrap_or_else(|poisoned| poisoned.into_inner());
                waiting.idle -= 1;
            }
        }
    }

    /// Hands on a file; it comes back where so much waits that whoever has it had better look into it.
    pub(super) fn hand_on(&self, job: Job) -> Result<(), Box<Job>> {
        let mut waiting = self.lock();
        if !waiting.has_room_for(&job) {
            return Err(Box::new(job));
        }
        waiting.put(job);
        if waiting.idle > 0 {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// A file that waits.
    pub(super) fn take(&self) -> Option<Job> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }
}

/// Tells the crew, when it goes, that a thread hands on no more files: also when that thread fails, for others wait.
pub(crate) struct Reading<'c> {
    waiting: &'c Mutex<Waiting>,
    changed: &'c Condvar,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(self.waiting);
        waiting.readers = waiting.readers.saturating_sub(1);
        if waiting.readers == 0 {
            self.changed.notify_all();
        }
    }
}

fn lock(waiting: &Mutex<Waiting>) -> MutexGuard<'_, Waiting> {
    waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Job {
    pub(super) fn run(self, examiner: &mut Examiner<'_>) {
        let path = self.file.entry.path.as_str().to_owned();
        let examined = contain(|| examiner.examine(self.file)).unwrap_or_else(|| {
            // What is left of the examiner is not to be trusted.
            examiner.renew();
            let reason = "the detectors stopped unexpectedly on it; please report the file";
            let gaps = vec![Gap::new(path.as_str(), reason)];
            Examined { path, gaps, ..Examined::default() }
        });
        // Most files have nothing to tell, and there may be a hundred thousand.
        if examined.detected != Detected::default() || !examined.gaps.is_empty() {
            // A layer that cannot be read to its end has stopped listening.
            let _ = self.report_to.send((self.number, examined));
        }
    }

    /// What it takes while it waits: (in memory, in a temporary file), in bytes.
    fn weight(&self) -> (usize, u64) {
        let around = 512 + self.file.head.len() + self.file.entry.path.as_str().len();
        match &self.file.content {
            SharedContent::Memory(bytes) => (around + bytes.len(), 0),
            SharedContent::File(_) => (around, self.file.content.size_bytes()),
        }
    }
}

impl Waiting {
    fn has_room_for(&self, job: &Job) -> bool {
        let (bytes, file_bytes) = job.weight();
        let fits_beside = self.jobs.len() < MOST_WAITING
            && self.bytes + bytes <= MOST_WAITING_BYTES
            && self.file_bytes + file_bytes <= MOST_WAITING_FILE_BYTES;
        fits_beside || self.jobs.is_empty()
    }

    fn put(&mut self, job: Job) {
        let (bytes, file_bytes) = job.weight();
        self.bytes += bytes;
        self.file_bytes += file_bytes;
        self.jobs.push_back(job);
    }

    fn take(&mut self) -> Option<Job> {
        let job = self.jobs.pop_front()?;
        let (bytes, file_bytes) = job.weight();
        self.bytes = self.bytes.saturating_sub(bytes);
        self.file_bytes = self.file_bytes.saturating_sub(file_bytes);
        Some(job)
    }
}
