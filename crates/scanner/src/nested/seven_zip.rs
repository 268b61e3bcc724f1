//! 7z archives: files compressed in blocks, so that a file is only had by inflating what comes before it in its block.

use std::io;

use model::UntrustedPath;
use sevenz_rust2::{ArchiveReader, EntryDecision, Error, Password};

use super::{DECODER_MEMORY_KIB, Walk, ends_like_an_archive, inner_path};
use crate::wanted_file::{ReadFileError, ReadSeek};

impl Walk<'_> {
    pub(super) fn seven_zip(
        &mut self,
        path: &str,
        content: &mut dyn ReadSeek,
        depth: u32,
    ) -> Result<(), ReadFileError> {
        let reader = ArchiveReader::new_with_memory_limit(content, Password::empty(), DECODER_MEMORY_KIB as usize);
        let mut reader = match reader {
            Ok(reader) => reader,
            Err(error) => return self.refuse(path, error),
        };
        // One thread, because each would have a dictionary of its own.
        reader.set_thread_count(1);
        let walked = reader.for_each_entries_with_decision(|entry, content| {
            if !entry.is_directory() && entry.has_stream() {
                if !self.counts(path) {
                    return Ok(EntryDecision::Stop);
                }
                let inner = inner_path(path, UntrustedPath::normalise(entry.name()).as_str());
                let size_bytes = Some(entry.size());
                if ends_like_an_archive(&inner) || self.look.may_want(&inner, size_bytes) {
                    self.peek(&inner, content, size_bytes, depth);
                }
            }
            // What nobody wanted is inflated all the same on the way to what comes behind it, and costs as much.
            let drained = io::copy(&mut self.metered(content), &mut io::sink());
            if self.work_left.get() == 0 {
                self.gap(path, super::TOO_COSTLY.to_owned());
                return Ok(EntryDecision::Stop);
            }
            drained?;
            Ok(EntryDecision::Continue)
        });
        walked.or_else(|error| self.refuse(path, error))
    }

    /// What is sound and not read is a gap that says so; everything else is damaged.
    fn refuse(&mut self, path: &str, error: Error) -> Result<(), ReadFileError> {
        let reason = match error {
            Error::UnsupportedCompressionMethod(method) if method.contains("AES") => PROTECTED.to_owned(),
            Error::PasswordRequired | Error::MaybeBadPassword(_) => PROTECTED.to_owned(),
            Error::UnsupportedCompressionMethod(method) => {
                format!("it is a 7z archive compressed with {method}, a method that is not read")
            }
            Error::MaxMemLimited { .. } => {
                format!("unpacking it takes more memory than the {} MiB that a file may take", DECODER_MEMORY_KIB >> 10)
            }
            Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
                return malformed("a checksum is wrong");
            }
            Error::Io(error, _) | Error::FileOpen(error, _) => return malformed(error),
            Error::Other(reason) | Error::Unsupported(reason) => return malformed(reason),
            _ => return malformed("its headers are damaged"),
        };
        self.gap(path, reason);
        Ok(())
    }
}

const PROTECTED: &str = "it is a 7z archive with a password; what is in it was not looked at";

fn malformed(reason: impl ToString) -> Result<(), ReadFileError> {
    Err(ReadFileError::malformed("7z archive", reason))
}
