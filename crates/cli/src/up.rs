//! `bulkhead up`: the whole platform on this machine, as child processes of one owner.
//!
//! The server comes first; when it is ready, the scan workers follow, with the token that it wrote for them. A worker that
//! ends is started again, a server that ends takes all down. Ctrl-C and SIGTERM drain: workers give back their jobs, the
//! server lets open requests end. If the owner is killed, its children notice at the end of their standard input.

use std::fs::{File, TryLockError};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::arguments::UpArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::sibling::{self, Owned};

/// How long the server may take until it is ready.
const LONGEST_START: Duration = Duration::from_secs(60);

/// How long children may take to end.
const GRACE: Duration = Duration::from_secs(30);

/// How often the owner looks after its children.
const STEP: Duration = Duration::from_millis(100);

/// A worker that ended sooner than this waits as long before it is started again.
const SHORTEST_LIFE: Duration = Duration::from_secs(5);

pub(crate) fn run(arguments: &UpArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let folder = folder(arguments.data_dir.as_deref(), environment)?;
    let server_program = sibling::find("bulkhead-server", environment).map_err(Failure::Usage)?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("cannot hear signals").map_err(Failure::Work)?;
    }
    let platform = Platform { folder, server_program, arguments, environment, stop };
    platform.run().map_err(Failure::Work)?;
    Ok(Outcome::Good)
}

/// The folder of the platform.
pub(crate) fn folder(named: Option<&Path>, environment: &Environment) -> Result<PathBuf, Failure> {
    let usual = || environment.data_folder.as_ref().map(|folder| folder.join("platform"));
    let folder = named.map(Path::to_owned).or_else(usual);
    let folder = folder.ok_or_else(|| Failure::usage("there is no home folder; name a folder with --data-dir"))?;
    // The children have the same working folder, but what is told should be findable from any.
    std::path::absolute(&folder)
        .with_context(|| format!("cannot use the folder {}", folder.display()))
        .map_err(Failure::Usage)
}

/// Where the server is reached.
struct Addresses {
    /// By people and their tools.
    people: String,
    /// By the workers of this machine, where that is elsewhere: they know nothing of a certificate that was given.
    workers: Option<String>,
}

struct Platform<'a> {
    folder: PathBuf,
    server_program: PathBuf,
    arguments: &'a UpArguments,
    environment: &'a Environment,
    stop: Arc<AtomicBool>,
}

impl Platform<'_> {
    fn run(&self) -> anyhow::Result<()> {
        self.make_folder()?;
        let _lock = self.lock()?;
        self.provide_intelligence()?;
        let mut server = self.start_server()?;
        let lines = lines_of(&mut server);
        let Some(Addresses { people: address, workers: for_workers }) = self.wait_until_ready(&mut server, &lines)?
        else {
            end(vec![server]);
            return Ok(());
        };
        let has_own_certificate = for_workers.is_none();
        let for_workers = for_workers.unwrap_or_else(|| address.clone());
        let workers = (1..=self.arguments.workers).map(|number| self.start_worker(number, &for_workers));
        let mut workers = workers.collect::<anyhow::Result<Vec<Owned>>>()?;
        match has_own_certificate {
            true => say(&format!("The platform is up at {address}; its CA is {}.", self.ca().display()))?,
            false => say(&format!("The platform is up at {address}, with the certificate that was given."))?,
        }
        let mut resting: Vec<(u8, Instant)> = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            forward(&lines)?;
            if let Some(how) = server.ended() {
                end(workers);
                bail!("the server ended ({how})");
            }
            let ended: Vec<usize> = (0..workers.len()).rev().filter(|at| workers[*at].ended().is_some()).collect();
            for at in ended {
                let mut worker = workers.swap_remove(at);
                let how = worker.ended().unwrap_or_default();
                let number = worker.name.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(1);
                let rest = SHORTEST_LIFE.saturating_sub(worker.began.elapsed());
                warn(&format!("{} ended ({how}); it is started again in {} s", worker.name, rest.as_secs()));
                resting.push((number, Instant::now() + rest));
            }
            let (due, later) = resting.into_iter().partition(|(_, when)| *when <= Instant::now());
            resting = later;
            for (number, _) in due as Vec<(u8, Instant)> {
                workers.push(self.start_worker(number, &for_workers)?);
            }
            std::thread::sleep(STEP);
        }
        say("Stopping: workers give back their jobs, open requests end.")?;
        // Workers first: the server must still take what they give back.
        end(workers);
        end(vec![server]);
        Ok(())
    }

    /// The server's intelligence is a file of its own: the installed one, else the one built into this program.
    fn make_folder(&self) -> anyhow::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .with_context(|| format!("cannot make the folder {}", self.folder.display()))?;
        Ok(())
    }

    /// Keeps the folder for this owner alone, for as long as it lives: a second one would start workers with a token that the
    /// first one's server does not know.
    fn lock(&self) -> anyhow::Result<File> {
        let path = self.folder.join("up.lock");
        let opened = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = opened.with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                let owner = if owner.is_empty() {
                    "another `bulkhead up`".to_owned()
                } else {
                    format!("`bulkhead up` (process {owner})")
                };
                let folder = self.folder.display();
                bail!("{owner} uses the folder {folder}; end it first, or name another folder with --data-dir");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.with_context(|| format!("cannot write {}", path.display()))?;
        Ok(file)
    }

    fn provide_intelligence(&self) -> anyhow::Result<()> {
        let file = self.folder.join("intelligence.db");
        if file.exists() {
            return Ok(());
        }
        let part = self.folder.join("intelligence.part");
        installed::copy_to(&part, self.environment)?;
        std::fs::rename(&part, &file).with_context(|| format!("cannot write {}", file.display()))
    }

    fn start_server(&self) -> anyhow::Result<Owned> {
        let UpArguments { listen, operations_listen, .. } = self.arguments;
        let mut command = sibling::command(&self.server_program);
        if let Some(listen) = listen {
            command.env("BULKHEAD_LISTEN", listen.to_string());
        }
        // A server of its own would serve them; who tries the platform on one machine asks for them.
        let usual = Some("off").filter(|_| !self.environment.has_operations);
        if let Some(operations) = operations_listen.as_deref().or(usual) {
            command.env("BULKHEAD_OPERATIONS_LISTEN", operations);
        }
        command
            .env("BULKHEAD_DATA_DIR", &self.folder)
            .env("BULKHEAD_WORKER_TOKEN_FILE", self.token())
            .env("BULKHEAD_STOP_WITH_STDIN", "true")
            .stdout(Stdio::piped());
        Owned::start("the server", &mut command)
    }

    fn start_worker(&self, number: u8, address: &str) -> anyhow::Result<Owned> {
        let own = std::env::current_exe().context("cannot tell where this program is")?;
        let mut command = sibling::command(&own);
        command
            .arg("worker")
            .arg("--server")
            .arg(address)
            .arg("--ca")
            .arg(self.ca())
            .arg("--token-file")
            .arg(self.token());
        command.arg("--stop-with-stdin");
        Owned::start(&format!("worker {number}"), &mut command)
    }

    /// The addresses of the server once it says that it is ready; `None` when it is told to stop before.
    fn wait_until_ready(&self, server: &mut Owned, lines: &Receiver<String>) -> anyhow::Result<Option<Addresses>> {
        let until = Instant::now() + LONGEST_START;
        let mut workers = None;
        while Instant::now() < until && !self.stop.load(Ordering::Relaxed) {
            match lines.recv_timeout(STEP) {
                Ok(line) => match (line.strip_prefix("ready: "), line.strip_prefix("workers: ")) {
                    (Some(people), _) => return Ok(Some(Addresses { people: people.to_owned(), workers })),
                    (None, Some(address)) => workers = Some(address.to_owned()),
                    (None, None) => say(&line)?,
                },
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(STEP),
            }
            if let Some(how) = server.ended() {
                bail!("the server could not start ({how}); its own message is above");
            }
        }
        match self.stop.load(Ordering::Relaxed) {
            true => Ok(None),
            false => Err(anyhow!("the server is not ready after {} s", LONGEST_START.as_secs())),
        }
    }

    fn ca(&self) -> PathBuf {
        self.folder.join("tls/ca.pem")
    }

    fn token(&self) -> PathBuf {
        self.folder.join("worker.token")
    }
}

/// What a child says on standard output, line by line.
fn lines_of(child: &mut Owned) -> Receiver<String> {
    let (sender, receiver) = channel();
    if let Some(output) = child.output() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

fn forward(lines: &Receiver<String>) -> anyhow::Result<()> {
    for line in lines.try_iter() {
        match line.strip_prefix("setup: ") {
            Some(link) => say(&format!("Make the first user with this link, within a day: {link}"))?,
            None => say(&line)?,
        }
    }
    Ok(())
}

/// Asks all to end at once, then waits for each.
fn end(mut children: Vec<Owned>) {
    children.iter_mut().for_each(Owned::ask_to_end);
    for child in children {
        let name = child.name.clone();
        if !child.wait(GRACE) {
            warn(&format!("{name} did not end within {} s and was ended", GRACE.as_secs()));
        }
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot write to standard output")
}

#[expect(clippy::print_stderr, reason = "messages belong on standard error")]
fn warn(sentence: &str) {
    eprintln!("bulkhead: {sentence}");
}
