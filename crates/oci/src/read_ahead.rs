//! Reading ahead: a thread that reads, and hands over what it read in large buffers that go round.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SendError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::compression::read_full;
use crate::tar::SkipRead;

/// How many filled buffers may wait.
const WAITING: usize = 2;

/// How many buffers are kept for what is read next: those of two layers with two stages each.
const MOST_KEPT: usize = 16;

/// Buffers that nobody uses. What one thread allocates and another frees stays with the allocator's share of the first, so
/// that an image of many layers would leave a set of buffers with each of its threads.
static KEPT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Reads a source ahead in a thread of its own; with nested ones each stage has a thread.
///
/// Memory is bounded by four buffers: one being filled, [`WAITING`] that wait, one being read.
pub struct ReadAhead {
    filled: Option<Receiver<io::Result<Chunk>>>,
    spent: Sender<Vec<u8>>,
    thread: Option<JoinHandle<()>>,
    chunk: Chunk,
    at: usize,
}

#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    length: usize,
}

impl ReadAhead {
    /// Starts reading what `open` gives, which is called in the reading thread, in buffers of `chunk_bytes`.
    pub(crate) fn start<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        chunk_bytes: usize,
    ) -> io::Result<ReadAhead> {
        let (filled_sender, filled) = sync_channel(WAITING);
        let (spent, spent_receiver) = channel();
        let thread = std::thread::Builder::new().name("read ahead".into()).spawn(move || match open() {
            Ok(source) => read_all(source, chunk_bytes, &filled_sender, &spent_receiver),
            // When nobody listens, nobody misses it.
            Err(error) => drop(filled_sender.send(Err(error))),
        })?;
        Ok(ReadAhead { filled: Some(filled), spent, thread: Some(thread), chunk: Chunk::default(), at: 0 })
    }

    fn join(&mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(io::Error::other("the thread that reads ahead has panicked")),
            _ => Ok(()),
        }
    }
}

fn read_all(
    mut source: impl Read,
    chunk_bytes: usize,
    filled: &SyncSender<io::Result<Chunk>>,
    spent: &Receiver<Vec<u8>>,
) {
    loop {
        let mut bytes = spent.try_recv().unwrap_or_else(|_| take_buffer(chunk_bytes));
        let read = read_full(&mut source, &mut bytes);
        let is_last = !matches!(read, Ok(length) if length == chunk_bytes);
        let unsent = match read {
            Ok(0) => Some(bytes),
            Ok(length) => match filled.send(Ok(Chunk { bytes, length })) {
                Err(SendError(Ok(chunk))) => Some(chunk.bytes),
                Err(SendError(Err(_))) | Ok(()) => None,
            },
            Err(error) => {
                // When nobody listens, nobody misses it.
                let _ = filled.send(Err(error));
                Some(bytes)
            }
        };
        let is_over = unsent.is_some() || is_last;
        unsent.into_iter().for_each(keep_buffer);
        if is_over {
            return spent.try_iter().for_each(keep_buffer);
        }
    }
}

fn take_buffer(chunk_bytes: usize) -> Vec<u8> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let place = kept.iter().position(|bytes| bytes.len() == chunk_bytes);
    let known = place.map(|place| kept.swap_remove(place));
    drop(kept);
    known.unwrap_or_else(|| vec![0; chunk_bytes])
}

fn keep_buffer(bytes: Vec<u8>) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < MOST_KEPT && !bytes.is_empty() {
        kept.push(bytes);
    }
}

/// Gives the buffers back that are kept for layers still to be read.
pub fn forget_buffers() {
    *KEPT.lock().unwrap_or_else(PoisonError::into_inner) = Vec::new();
}

impl BufRead for ReadAhead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.chunk.length {
            let spent = std::mem::take(&mut self.chunk);
            self.at = 0;
            if !spent.bytes.is_empty() {
                // The thread may have ended; then it does not need the buffer.
                if let Err(SendError(bytes)) = self.spent.send(spent.bytes) {
                    keep_buffer(bytes);
                }
            }
            if let Some(filled) = &self.filled {
                match filled.recv() {
                    Ok(chunk) => self.chunk = chunk?,
                    Err(_) => {
                        self.filled = None;
                        self.join()?;
                    }
                }
            }
        }
        Ok(&self.chunk.bytes[self.at..self.chunk.length])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.chunk.length);
    }
}

impl Read for ReadAhead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl SkipRead for ReadAhead {}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        keep_buffer(std::mem::take(&mut self.chunk.bytes));
        // The thread sees that nobody listens when it sends next.
        if let Some(filled) = self.filled.take() {
            filled.try_iter().flatten().for_each(|chunk| keep_buffer(chunk.bytes));
        }
        let _ = self.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_arrive_whole_and_in_order() {
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut ahead = ReadAhead::start(
            {
                let bytes = bytes.clone();
                move || Ok(io::Cursor::new(bytes))
            },
            1000,
        )
        .unwrap();
        let mut read = Vec::new();
        ahead.read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn one_may_stop_listening() {
        let mut ahead = ReadAhead::start(|| Ok(io::repeat(1)), 1000).unwrap();
        ahead.read_exact(&mut [0; 10]).unwrap();
    }

    #[test]
    fn a_panic_is_no_end_of_the_bytes() {
        struct Panics;
        impl Read for Panics {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("on purpose")
            }
        }
        let mut ahead = ReadAhead::start(|| Ok(Panics), 1000).unwrap();
        assert!(ahead.read(&mut [0; 10]).is_err());
    }
}
