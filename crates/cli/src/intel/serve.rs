//! `bulkhead intel serve`: a mirror, from which others update. Plain HTTP/1.1 with just what a download needs (RFC 9110:
//! GET, HEAD, ranges, entity tags); what makes the intelligence trusted is its signature, not the connection.
//!
//! Bounds: 64 connections at once, a head of 8 KiB within ten seconds, an answer within half an hour.

mod http;

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use anyhow::{Context, ensure};
use formats::Language;
use intelligence::{DATABASE_FILE_NAMES, Database};

use self::http::{Answer, Content, Request};
use super::status;
use crate::arguments::IntelServeArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::{installed, message};

/// The most connections that are answered at once; more are told to come back later.
const MOST_CONNECTIONS: usize = 64;

pub(super) fn run(arguments: &IntelServeArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let named = arguments.intel.clone().or_else(|| environment.intelligence_file.clone());
    let path = named.or_else(|| installed::file(environment).filter(|path| path.exists())).ok_or_else(|| {
        Failure::usage("no intelligence is installed; run bulkhead intel update first, or name a file with --intel")
    })?;
    let progress = Progress::new(environment, arguments.quiet);
    progress.say(&format!("packing {}", path.display()));
    let offer = Offer::read(&path);
    progress.clear();
    let offer = offer.map_err(Failure::Usage)?;
    let listener = TcpListener::bind(arguments.listen)
        .with_context(|| format!("cannot listen on {}", arguments.listen))
        .map_err(Failure::Usage)?;
    let address = listener.local_addr().context("cannot listen").map_err(Failure::Work)?;
    if !arguments.quiet {
        let told = format!("serving {} (sequence {}) at http://{address}/", path.display(), offer.sequence);
        message::tell(environment.language, &told);
    }
    let (offer, language) = (Mutex::new(Arc::new(offer)), environment.language);
    let mirror = Arc::new(Mirror { path, offer, is_reading: AtomicBool::new(false), language });
    let connections = Arc::new(());
    loop {
        // A connection that broke before it began concerns nobody, and a lack of file handles passes.
        let Ok((stream, _)) = listener.accept() else { continue };
        let slot = Arc::clone(&connections);
        if Arc::strong_count(&connections) > MOST_CONNECTIONS + 1 {
            let _ = http::refuse(&stream);
            continue;
        }
        let mirror = Arc::clone(&mirror);
        let _ = thread::Builder::new().spawn(move || {
            // A client that goes away is its own affair.
            let _ = mirror.serve(&stream);
            drop(slot);
        });
    }
}

/// What is served, kept up with the file.
struct Mirror {
    path: PathBuf,
    offer: Mutex<Arc<Offer>>,
    /// Whether a changed file is being read.
    is_reading: AtomicBool,
    language: Language,
}

/// One state of the file, with all that is offered of it. The open files stay as they are when an update replaces them.
struct Offer {
    identity: Identity,
    sequence: u64,
    plain: File,
    packed: File,
    status: Vec<u8>,
}

/// Device, inode, size, and time of the last change in nanoseconds.
type Identity = (u64, u64, u64, i128);

impl Mirror {
    fn serve(self: &Arc<Mirror>, stream: &TcpStream) -> io::Result<()> {
        let request = match Request::read(stream)? {
            Ok(request) => request,
            Err(answer) => return answer.write(stream, false),
        };
        let offer = self.current();
        let content = match request.path.as_str() {
            "/" | "/status.json" => Content::json(offer.status.clone()),
            path if path.strip_prefix('/') == Some(DATABASE_FILE_NAMES[0]) => Content::file(&offer.packed)?,
            path if path.strip_prefix('/') == Some(DATABASE_FILE_NAMES[1]) => Content::file(&offer.plain)?,
            _ => return Answer::of_status(404).write(stream, request.is_head),
        };
        let (_, inode, size, changed) = offer.identity;
        let tag = format!("\"{:x}-{inode:x}-{size:x}-{changed:x}\"", offer.sequence);
        Answer::of_content(content, tag, &request).write(stream, request.is_head)
    }

    /// What is offered; when the file has changed, somebody begins to read it while the old state is still served.
    fn current(self: &Arc<Mirror>) -> Arc<Offer> {
        let offer = Arc::clone(&self.offer.lock().unwrap_or_else(PoisonError::into_inner));
        if identity(&self.path).is_ok_and(|identity| identity != offer.identity)
            && !self.is_reading.swap(true, Ordering::AcqRel)
        {
            let mirror = Arc::clone(self);
            let _ = thread::Builder::new().spawn(move || mirror.refresh());
        }
        offer
    }

    #[expect(clippy::print_stderr, reason = "messages belong on standard error")]
    fn refresh(&self) {
        match Offer::read(&self.path) {
            Ok(offer) => *self.offer.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(offer),
            Err(error) => {
                let error = error.context("still serving the intelligence of before");
                eprintln!("bulkhead: warning: {}", formats::plain(&message::told(self.language, &error)));
            }
        }
        self.is_reading.store(false, Ordering::Release);
    }
}

impl Offer {
    fn read(path: &Path) -> anyhow::Result<Offer> {
        let read = || -> anyhow::Result<Offer> {
            let plain = File::open(path)?;
            let database = Database::open(path)?;
            ensure!(
                database.is_signed(),
                "it is not signed, and nobody could install it; sign it with bulkhead intel build --sign KEY"
            );
            // Packed once, in a file that goes when its last reader does.
            let folder = tempfile::tempdir()?;
            let packed = folder.path().join(DATABASE_FILE_NAMES[0]);
            intelligence::export(path, &packed)?;
            let status = serde_json::to_vec_pretty(&status::document(&database.facts()))?;
            let identity = identity(path)?;
            Ok(Offer { identity, sequence: database.sequence(), plain, packed: File::open(packed)?, status })
        };
        read().with_context(|| format!("cannot serve {}", path.display()))
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    let metadata = path.metadata()?;
    let changed = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
    Ok((metadata.dev(), metadata.ino(), metadata.size(), changed))
}
