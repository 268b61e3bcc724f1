//! Executables and shared objects: the modules of Go programs, the crates of Rust programs built with cargo-auditable,
//! and well-known programs that nobody's package manager installed.
//!
//! A file is one of them by how it begins. Those whose name or mode says nothing of the kind are looked at from 128 KiB on
//! (`layer_index.rs`), but for layers that are read by their table of contents.
//!
//! Images hold gigabytes of these files, so each is read once, as a stream, and only as far as something is expected:
//! the headers in its first pages say where (`layout.rs`), each finder watches its own ranges (`pass.rs`), and what lies
//! between is passed over without a look.
//!
//! | what | where it is found | read by |
//! |---|---|---|
//! | Go build information | the writable segments, by its magic | `go_finder.rs` |
//! | cargo-auditable's list | behind the loaded segments (ELF), by section (PE, Mach-O) | `audit_finder.rs` |
//! | well-known programs | the whole file, by its name or by a mark of its own in `programs.rs` | `program_finder.rs` |
//!
//! Bounds: 256 KiB of buffer for each thread, 2 MiB of build information, 1 MiB of an embedded list, shared objects
//! of more than 64 MiB only when their name or their headers promise something.

use crate::ecosystem::{Ecosystem, Want};
use crate::found::Found;
use crate::wanted_file::{ReadFileError, WantedFile};

mod audit_finder;
mod elf;
mod go_finder;
mod layout;
mod mach_o;
mod pass;
mod pe;
mod program_finder;
mod programs;
mod release_files;

use audit_finder::AuditFinder;
use go_finder::GoFinder;
use layout::Layout;
use pass::Watcher;
use program_finder::ProgramFinder;

/// Reads executables.
pub(crate) struct Binaries;

/// How many of a file's first bytes [`is_executable`] needs.
pub(crate) const EXECUTABLE_MAGIC_BYTES: usize = 8;

/// Shared objects larger than this are read only with a reason.
const LARGEST_SHARED_OBJECT_BYTES: u64 = 64 << 20;

/// What is read to find out how a file is laid out, in bytes; [`Layout::read`] asks for more where that is needed.
const HEAD_BYTES: usize = 4 << 10;

/// Whether a file begins like an executable or a shared object: ELF, PE, Mach-O.
pub(crate) fn is_executable(head: &[u8]) -> bool {
    layout::is_executable(head)
}

/// Whether a file is called like a shared library, of whatever system.
fn is_library(name: &str) -> bool {
    name.contains(".so") || [".dll", ".dylib"].iter().any(|end| name.ends_with(end))
}

impl Ecosystem for Binaries {
    fn name(&self) -> &'static str {
        "binaries"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Executable,
            Want::Name("release"),
            Want::Name("OTP_VERSION"),
            Want::Name("multirust-channel-manifest.toml"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let head = file.head(HEAD_BYTES)?;
        if !is_executable(head) {
            return release_files::read(file, found);
        }
        if head.get(..1024.min(head.len())).is_some_and(|start| memchr::memmem::find(start, b"UPX!").is_some()) {
            found.gap(file.path().as_str(), "it is packed with UPX, so what is in it cannot be seen; ship it unpacked");
            return Ok(());
        }
        let mut programs = ProgramFinder::for_file(file.path().file_name());
        let Some(layout) = Layout::read(file)? else { return Ok(()) };
        let is_shared_object = layout.is_shared_object && file.path().file_name().contains(".so");
        let is_large = file.size_bytes() > LARGEST_SHARED_OBJECT_BYTES;
        if is_shared_object && is_large && !layout.is_probably_go && !programs.is_named() {
            return Ok(());
        }
        let path = file.path().as_str().to_owned();
        let mut go = GoFinder::new(&layout);
        let mut audit = AuditFinder::new(&layout);
        // What a Go program tells of itself is found by its modules.
        if !layout.is_probably_go && !is_library(file.path().file_name()) {
            programs = programs.or_by_mark();
        }
        let mut watchers: [&mut dyn Watcher; 3] = [&mut go, &mut audit, &mut programs];
        pass::run(&mut file.stream(), &mut watchers)?;
        let has_modules = go.hand_over(&path, found);
        let has_crates = audit.hand_over(&path, found);
        if let Some(cut) = layout.cut.filter(|_| !has_modules && !has_crates) {
            found.gap(&path, cut.reason());
        }
        programs.hand_over(found);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
