//! A file that an ecosystem wants to read: in memory, as a stream, or at random.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use model::UntrustedPath;

use crate::damage;
use crate::locked::{is_in_dependency_folder, is_lock_file};

/// Read and seek together, for what must be read at random.
pub(crate) trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// One file offered to an ecosystem. Its content comes from a stream and can be taken in one way only, but for
/// [`WantedFile::bytes`], which keeps what it read.
pub(crate) struct WantedFile<'a> {
    path: &'a UntrustedPath,
    size_bytes: u64,
    head: Vec<u8>,
    content: &'a mut dyn Read,
    bytes: Option<Vec<u8>>,
}

/// The error of reading a wanted file: its text becomes the gap's reason.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadFileError {
    /// It is larger than its kind may be.
    #[error("it has {size_bytes} bytes, more than the {limit_bytes} that are read of such a file")]
    TooLarge { size_bytes: u64, limit_bytes: u64 },
    /// It does not follow its format.
    #[error("it is no valid {format}: {reason}")]
    Malformed { format: &'static str, reason: String },
    /// It is sound, and only who has the password can read it.
    #[error("it is encrypted, so what is in it was not looked at")]
    Encrypted,
    /// Its bytes cannot be had.
    #[error("cannot read it: {source}")]
    Read {
        #[from]
        source: io::Error,
    },
}

impl ReadFileError {
    /// How many characters of a parser's error are kept.
    const LONGEST_REASON: usize = 200;

    /// The file does not follow `format` because of `reason`.
    pub(crate) fn malformed(format: &'static str, reason: impl ToString) -> ReadFileError {
        // Parsers quote the file in their errors, at a length that the file decides.
        let reason = reason.to_string();
        let line = reason.lines().next().unwrap_or_default();
        let reason = match line.char_indices().nth(ReadFileError::LONGEST_REASON) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line.to_owned(),
        };
        ReadFileError::Malformed { format, reason }
    }
}

impl<'a> WantedFile<'a> {
    /// The most that [`WantedFile::bytes`] holds in memory where an ecosystem names no smaller limit.
    pub(crate) const DEFAULT_LIMIT_BYTES: u64 = 16 << 20;

    /// What is kept in memory before [`WantedFile::at_random`] goes to a temporary file.
    const MEMORY_BYTES: u64 = 2 << 20;

    /// The most that [`WantedFile::at_random`] writes to a temporary file.
    pub(crate) const LARGEST_BYTES: u64 = 2 << 30;

    pub(crate) fn new(path: &'a UntrustedPath, size_bytes: u64, content: &'a mut dyn Read) -> WantedFile<'a> {
        WantedFile::with_head(path, size_bytes, Vec::new(), content)
    }

    /// The same where `head` has been read of the content.
    pub(crate) fn with_head(
        path: &'a UntrustedPath,
        size_bytes: u64,
        head: Vec<u8>,
        content: &'a mut dyn Read,
    ) -> WantedFile<'a> {
        WantedFile { path, size_bytes, head, content, bytes: None }
    }

    /// Where it lies in the root file system.
    pub(crate) fn path(&self) -> &UntrustedPath {
        self.path
    }

    /// The length that its container states, in bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The first `count` bytes (fewer in a shorter file) without taking them away from later readers.
    pub(crate) fn head(&mut self, count: usize) -> io::Result<&[u8]> {
        if let Some(bytes) = &self.bytes {
            return Ok(&bytes[..count.min(bytes.len())]);
        }
        if self.head.len() < count {
            let missing = (count - self.head.len()) as u64;
            (&mut *self.content).take(missing).read_to_end(&mut self.head)?;
        }
        Ok(&self.head[..count.min(self.head.len())])
    }

    /// The whole content, up to [`WantedFile::DEFAULT_LIMIT_BYTES`].
    pub(crate) fn bytes(&mut self) -> Result<&[u8], ReadFileError> {
        self.bytes_up_to(WantedFile::DEFAULT_LIMIT_BYTES)
    }

    /// The whole content, refused when it is longer than `limit_bytes`, whatever the container states.
    pub(crate) fn bytes_up_to(&mut self, limit_bytes: u64) -> Result<&[u8], ReadFileError> {
        if self.bytes.is_none() {
            let mut bytes = std::mem::take(&mut self.head);
            bytes.reserve((self.size_bytes.min(limit_bytes) as usize).saturating_sub(bytes.len()));
            let room = (limit_bytes + 1).saturating_sub(bytes.len() as u64);
            (&mut *self.content).take(room).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > limit_bytes {
                let size_bytes = self.size_bytes.max(limit_bytes + 1);
                return Err(ReadFileError::TooLarge { size_bytes, limit_bytes });
            }
            self.bytes = Some(bytes);
        }
        Ok(self.bytes.as_deref().unwrap_or_default())
    }

    /// The whole content as [`damage::text_of`] has it: bytes that are no text are replaced, a byte order mark is dropped.
    pub(crate) fn text(&mut self) -> Result<Cow<'_, str>, ReadFileError> {
        Ok(damage::text_of(self.bytes()?))
    }

    /// What is wrong with a list of packages that was read as a whole, whatever its reader made of it.
    pub(crate) fn damage(&self) -> Option<String> {
        let name = self.path.file_name();
        let bytes = self.bytes.as_deref().filter(|_| damage::is_list_of_packages(name))?;
        let is_of_others = is_lock_file(name) && is_in_dependency_folder(self.path.as_str());
        if is_of_others { None } else { damage::of_list(name, bytes) }
    }

    /// The content from its beginning as a stream, in bounded memory.
    pub(crate) fn stream(&mut self) -> impl Read + '_ {
        let head = match self.bytes.take() {
            Some(bytes) => bytes,
            None => std::mem::take(&mut self.head),
        };
        Cursor::new(head).chain(&mut *self.content)
    }

    /// The content for reading at random: in memory when it is small, else in an unlinked temporary file.
    pub(crate) fn at_random(&mut self) -> Result<Box<dyn ReadSeek>, ReadFileError> {
        let size_bytes = self.size_bytes;
        if size_bytes > WantedFile::LARGEST_BYTES {
            return Err(ReadFileError::TooLarge { size_bytes, limit_bytes: WantedFile::LARGEST_BYTES });
        }
        let mut stream = self.stream();
        let mut memory = Vec::with_capacity(size_bytes.min(WantedFile::MEMORY_BYTES) as usize);
        stream.by_ref().take(WantedFile::MEMORY_BYTES).read_to_end(&mut memory)?;
        if (memory.len() as u64) < WantedFile::MEMORY_BYTES {
            return Ok(Box::new(Cursor::new(memory)));
        }
        let mut file = tempfile::tempfile()?;
        io::copy(&mut memory.as_slice(), &mut file)?;
        drop(memory);
        io::copy(&mut stream.take(WantedFile::LARGEST_BYTES), &mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Box::new(file))
    }
}
