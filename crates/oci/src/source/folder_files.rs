//! The files of an image layout in a folder. Links are followed inside of the folder and never out of it.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use model::UntrustedPath;
use rustix::fs::{Mode, OFlags, ResolveFlags};

use super::files::Files;
use super::{OpenImageError, cannot_read};
use crate::cache::Cache;
use crate::local_blob::{LocalBlob, LocalFile};

/// A folder that is open.
pub(super) struct FolderFiles<'a> {
    place: String,
    folder: OwnedFd,
    cache: Option<&'a Cache>,
}

impl<'a> FolderFiles<'a> {
    pub(super) fn open(folder: &Path, cache: Option<&'a Cache>) -> Result<FolderFiles<'a>, OpenImageError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened =
            rustix::fs::open(folder, flags, Mode::empty()).map_err(|error| cannot_read(folder, error.into()))?;
        Ok(FolderFiles { place: folder.display().to_string(), folder: opened, cache })
    }

    fn open_inside(&self, path: &UntrustedPath) -> rustix::io::Result<OwnedFd> {
        // Opening a named pipe must not wait for somebody to write to it.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let inside = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        match rustix::fs::openat2(&self.folder, path.as_str(), flags, Mode::empty(), inside) {
            // Kernels before 5.6, and containers whose filter does not know the call: no links at all.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => {
                let mut folder = rustix::io::fcntl_dupfd_cloexec(&self.folder, 0)?;
                for part in path.parent().split('/').filter(|part| !part.is_empty()) {
                    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY | OFlags::NOFOLLOW;
                    folder = rustix::fs::openat(&folder, part, flags, Mode::empty())?;
                }
                rustix::fs::openat(&folder, path.file_name(), flags | OFlags::NOFOLLOW, Mode::empty())
            }
            opened => opened,
        }
    }
}

impl Files for FolderFiles<'_> {
    fn place(&self) -> &str {
        &self.place
    }

    fn file(&self, path: &UntrustedPath) -> io::Result<Option<LocalBlob>> {
        let file = match self.open_inside(path) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        Ok(Some(LocalFile::new(file, self.cache)?.whole()))
    }

    fn layouts(&self) -> Vec<UntrustedPath> {
        vec![UntrustedPath::default()]
    }
}
