//! `bulkhead worker`: leases jobs of a server, does them and answers, one at a time.
//!
//! It locks itself in before it touches a byte of a registry. While a job is done, the main thread shows the server that
//! the worker lives. A job that another has taken, or that was cancelled, is not answered.

mod causes;
mod image;
mod listing;
mod lists;
mod lock_in;
mod registry;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use api::jobs::{
    Heartbeat, JobAnswer, JobFailure, LONGEST_LEASE_WAIT_SECONDS, LeaseAnswer, LeaseRequest, LeasedJob, Work,
};
use api::registries::Cause;
use api::{Client, ClientError, ClientOptions};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::arguments::WorkerArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::vouching;
use causes::Undone;

/// How often signals and the end of a job are looked for.
const LOOK: Duration = Duration::from_millis(100);

/// How long a job may go on after the worker was told to stop; then it is given back.
const GRACE: Duration = Duration::from_secs(10);

/// The waits while the server is away: the first, and the longest; they double.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often an answer is sent again that the server could not take.
const MOST_ANSWERS: u32 = 8;

/// The most that is read of a token file, in bytes.
const LARGEST_TOKEN_BYTES: u64 = 4096;

/// How long a request may take: longer than the server lets a worker wait, and the upload of a large index.
const REQUEST_WAIT: Duration = Duration::from_secs(120);

/// What stops the worker.
type Stop = Arc<AtomicBool>;

pub(crate) fn run(arguments: &WorkerArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let client = client(arguments, environment)?;
    // Keys are read while their files can be.
    let trust = vouching::read_trust(&arguments.signatures)?;
    let cache = match (arguments.no_cache, &arguments.cache_dir) {
        (true, _) => None,
        (false, Some(folder)) => Some(folder.clone()),
        (false, None) => environment.cache_folder.clone(),
    };
    let stop = Stop::default();
    for signal in [SIGINT, SIGTERM] {
        let hear = signal_hook::flag::register(signal, Arc::clone(&stop));
        hear.context("cannot hear signals").map_err(Failure::Work)?;
    }
    let temporary = std::env::temp_dir();
    if let Some(folder) = &cache {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot use the cache folder {}", folder.display()))
            .map_err(Failure::Usage)?;
    }
    let name = arguments.name.clone().unwrap_or_else(|| format!("{}-{}", host_name(), std::process::id()));
    // Before any other thread is there: what is in force here is in force in all that follow.
    let writable: Vec<&Path> = cache.iter().map(|folder| folder.as_path()).chain([temporary.as_path()]).collect();
    say(&format!("locked in: {}", lock_in::lock_in(&writable)));
    if arguments.stop_with_stdin {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            // Whatever ends it, an error included, is the end of whoever holds the other side.
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            stop.store(true, Ordering::SeqCst);
        });
    }
    let lists = lists::Lists::new(client.clone(), cache.clone());
    let doer = image::Doer::new(cache, environment.clone(), lists, trust);
    Worker { client, name, stop, is_once: arguments.once, doer: Arc::new(doer) }.work()
}

/// The client of the server, from options and environment.
fn client(arguments: &WorkerArguments, environment: &Environment) -> Result<Client, Failure> {
    let server = arguments.server.clone().or_else(|| environment.server.clone());
    let server = server.ok_or_else(|| Failure::usage("name the server with --server or BULKHEAD_SERVER"))?;
    if !server.starts_with("https://") {
        let sentence =
            format!("`{server}` is no https:// address; credentials of registries do not travel unencrypted");
        return Err(Failure::usage(sentence));
    }
    let path = arguments.token_file.clone().or_else(|| environment.token_file.clone());
    let path =
        path.ok_or_else(|| Failure::usage("name the file of the API token with --token-file or BULKHEAD_TOKEN_FILE"))?;
    let mut token = String::new();
    File::open(&path)
        .and_then(|file| file.take(LARGEST_TOKEN_BYTES).read_to_string(&mut token))
        .with_context(|| format!("cannot read the token file {}", path.display()))
        .map_err(Failure::Usage)?;
    let token = token.trim().to_owned();
    if token.is_empty() {
        return Err(Failure::usage(format!("the token file {} is empty", path.display())));
    }
    let ca = arguments.ca.clone().or_else(|| environment.server_ca.clone());
    let options = ClientOptions { server, token: Some(token), ca, timeout: REQUEST_WAIT };
    Client::new(&options).map_err(|error| Failure::Usage(error.into()))
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "worker".to_owned() } else { name.trim().to_owned() }
}

/// Says something in the log of the worker.
#[expect(clippy::print_stderr, reason = "the log of a worker is its standard error")]
pub(crate) fn say(sentence: &str) {
    eprintln!("bulkhead worker: {}", formats::plain(sentence));
}

struct Worker {
    client: Client,
    name: String,
    stop: Stop,
    is_once: bool,
    doer: Arc<image::Doer>,
}

/// What came of a job.
type Done = Result<JobAnswer, Undone>;

impl Worker {
    fn work(&self) -> Result<Outcome, Failure> {
        let mut failures = 0;
        while !self.has_to_stop() {
            match self.lease() {
                None => break,
                Some(Ok(Some(job))) => {
                    failures = 0;
                    if !self.handle(job) {
                        break;
                    }
                }
                Some(Ok(None)) if self.is_once => break,
                Some(Ok(None)) => failures = 0,
                // A defect of the server at this moment is no reason to go away either.
                Some(Err(error)) if error.is_passing() || error.code() == Some("server.defect") => {
                    let wait = FIRST_WAIT.saturating_mul(1 << failures.min(6)).min(LONGEST_WAIT);
                    if failures == 0 {
                        say(&format!("{}; trying again", chain(&error)));
                    }
                    failures += 1;
                    self.rest(wait);
                }
                Some(Err(error)) => return Err(Failure::Work(anyhow!(error).context("the server does not give jobs"))),
            }
        }
        Ok(Outcome::Good)
    }

    fn has_to_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn rest(&self, wait: Duration) {
        let until = Instant::now() + wait;
        while Instant::now() < until && !self.has_to_stop() {
            thread::sleep(LOOK);
        }
    }

    /// Asks for a job; `None` when the worker is told to stop meanwhile. The server notices that nobody waits any more.
    fn lease(&self) -> Option<Result<Option<LeasedJob>, ClientError>> {
        let (sender, receiver) = mpsc::channel();
        let client = self.client.clone();
        let wait_seconds = if self.is_once { 0 } else { LONGEST_LEASE_WAIT_SECONDS };
        let request = LeaseRequest { worker: self.name.clone(), wait_seconds };
        thread::spawn(move || {
            // Whoever asked may have stopped waiting.
            let _ = sender.send(client.post::<_, LeaseAnswer>("/scans/lease", &request).map(|answer| answer.job));
        });
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(leased) => return Some(leased),
                Err(RecvTimeoutError::Timeout) if !self.has_to_stop() => {}
                Err(_) => return None,
            }
        }
    }

    /// Does a job and answers. `false` when it was given back, as the worker stops.
    fn handle(&self, job: LeasedJob) -> bool {
        let began = Instant::now();
        let what = told(&job);
        say(&format!("begins {what}"));
        let (sender, receiver) = mpsc::channel();
        let (doer, own) = (Arc::clone(&self.doer), job.clone());
        thread::spawn(move || {
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| doer.run(&own)));
            let done = done.unwrap_or_else(|_| Err(Undone::for_good(Cause::new("worker.defect"))));
            // A job that was given back has nobody who waits.
            let _ = sender.send(done);
        });
        let Some((done, is_held)) = self.wait_for(&job, &receiver) else {
            say(&format!("gives back {what}"));
            let undone = Undone::may_pass(Cause::new("job.given_back"));
            self.fail(&job, undone);
            return false;
        };
        let seconds = began.elapsed().as_secs_f32();
        match done {
            _ if !is_held => say(&format!("drops {what}: it was cancelled, or another has it")),
            Ok(answer) => {
                say(&format!("ends {what} after {seconds:.1} s"));
                self.answer(&job, &answer);
            }
            Err(undone) => {
                say(&format!("cannot do {what}: {}", undone.cause.code));
                self.fail(&job, undone);
            }
        }
        true
    }

    /// Waits for the end of a job and keeps it meanwhile. `None` when the worker has to stop before.
    fn wait_for(&self, job: &LeasedJob, receiver: &mpsc::Receiver<Done>) -> Option<(Done, bool)> {
        let beat = Duration::from_secs(u64::from(job.lease_seconds / 3).max(1));
        let (mut next, mut is_held, mut stop_by) = (Instant::now() + beat, true, None);
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(done) => return Some((done, is_held)),
                Err(RecvTimeoutError::Disconnected) => {
                    return Some((Err(Undone::for_good(Cause::new("worker.defect"))), is_held));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.has_to_stop() && Instant::now() >= *stop_by.get_or_insert_with(|| Instant::now() + GRACE) {
                return None;
            }
            if is_held && Instant::now() >= next {
                next = Instant::now() + beat;
                let heartbeat = Heartbeat { lease: job.lease.clone() };
                let kept = self.client.post::<_, ()>(&format!("/scans/{}/heartbeat", job.id), &heartbeat);
                // A server that is away for a moment may be back before the lease ends.
                is_held = !kept.is_err_and(|error| !error.is_passing());
            }
        }
    }

    fn answer(&self, job: &LeasedJob, answer: &JobAnswer) {
        self.send(&format!("/scans/{}/answer", job.id), answer);
    }

    fn fail(&self, job: &LeasedJob, undone: Undone) {
        let Undone { cause, may_pass } = undone;
        let failure = JobFailure { lease: job.lease.clone(), code: cause.code, parameters: cause.parameters, may_pass };
        self.send(&format!("/scans/{}/fail", job.id), &failure);
    }

    /// Sends something until the server has taken or refused it. What it never takes, another worker does again.
    fn send<B: serde::Serialize>(&self, path: &str, body: &B) {
        for attempt in 0..MOST_ANSWERS {
            match self.client.post::<_, ()>(path, body) {
                Ok(()) => return,
                Err(error) if error.is_passing() && !self.has_to_stop() => {
                    say(&format!("{}; trying again", chain(&error)));
                    self.rest(FIRST_WAIT.saturating_mul(1 << attempt).min(LONGEST_WAIT));
                }
                Err(error) => return say(&format!("the server does not take it: {}", chain(&error))),
            }
        }
    }
}

fn told(job: &LeasedJob) -> String {
    let address = &job.registry.address;
    match &job.work {
        Work::Scan { repository, tag, digest } => {
            let tag = tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
            let digest = digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
            format!("the scan of {address}/{repository}{tag}{digest} (job {})", job.id)
        }
        Work::List { .. } => format!("the listing of {address} (job {})", job.id),
        Work::Test { .. } => format!("the test of {address} (job {})", job.id),
        Work::Export { .. } | Work::Bulk { .. } | Work::DryRun { .. } => {
            format!("the server's own job {}", job.id)
        }
    }
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
