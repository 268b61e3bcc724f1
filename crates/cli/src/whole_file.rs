//! Files that are there as a whole or not at all: they are written under another name in their folder, and get their own when
//! they are on disk. A full disk leaves no half file, and what lay there before as it was.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, PersistError};

use crate::descriptors::{end_of_links, folder_of};

/// How files are called that have not got their name.
const PREFIX: &str = ".bulkhead-";

/// A file that is being written.
pub(crate) enum WholeFile {
    /// It replaces whatever is at the place when it is finished.
    Beside {
        /// What is written so far.
        file: NamedTempFile,
        /// Where it belongs.
        place: PathBuf,
    },
    /// What cannot be replaced by another file: a pipe, a device, what this process has open, or the one file of a folder
    /// that takes no other.
    InPlace(File),
}

impl WholeFile {
    /// Begins a file. One that is there keeps its owner, its permissions and the links to it.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn create(path: &Path) -> io::Result<WholeFile> {
        let in_place = || File::create(path).map(WholeFile::InPlace);
        let Some(place) = end_of_links(path) else { return in_place() };
        let former = match place.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => Some(metadata),
            Ok(_) => return in_place(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if former.is_some() {
            // Its folder would let it be replaced even where it may not be written.
            OpenOptions::new().write(true).open(&place)?;
        }
        match beside(&place, former.as_ref()) {
            Ok(file) => Ok(WholeFile::Beside { file, place }),
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                in_place()
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the file its name once it is on disk.
    ///
    /// # Errors
    /// When it cannot be brought to disk or to its place, where the former file stays then.
    pub(crate) fn finish(self) -> io::Result<()> {
        let WholeFile::Beside { file, place } = self else { return Ok(()) };
        file.as_file().sync_all()?;
        match file.persist(&place) {
            Ok(_) => sync_folder(&place),
            // A file that is mounted by itself, as into a container, cannot be replaced.
            Err(PersistError { error, file }) if error.kind() == ErrorKind::ResourceBusy => {
                io::copy(&mut File::open(file.path())?, &mut File::create(&place)?)?;
            }
            Err(PersistError { error, .. }) => return Err(error),
        }
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            WholeFile::Beside { file, .. } => file.as_file_mut().write(bytes),
            WholeFile::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            WholeFile::Beside { file, .. } => file.as_file_mut().flush(),
            WholeFile::InPlace(file) => file.flush(),
        }
    }
}

/// A file that is on disk and for a place that nothing may have yet.
pub(crate) struct NewFile {
    file: NamedTempFile,
    place: PathBuf,
}

impl NewFile {
    /// Brings a file with this content to disk; the umask takes from `mode` as usual.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(place: &Path, content: &[u8], mode: u32) -> io::Result<NewFile> {
        let file = new_file(place, mode)?;
        file.as_file().write_all(content)?;
        file.as_file().sync_all()?;
        Ok(NewFile { file, place: place.to_owned() })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When something has that name already (`AlreadyExists`), or the name cannot be given.
    pub(crate) fn name(self) -> io::Result<()> {
        self.file.persist_noclobber(&self.place).map_err(|refused| refused.error)?;
        sync_folder(&self.place);
        Ok(())
    }
}

fn new_file(place: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let folder = folder_of(place);
    // The error would name the file that nobody knows.
    if !folder.is_dir() {
        return Err(io::Error::new(ErrorKind::NotFound, format!("there is no folder {}", folder.display())));
    }
    tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(mode)).tempfile_in(folder)
}

/// A file in the same folder, with what the former file has of owner and permissions.
fn beside(place: &Path, former: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let Some(former) = former else { return new_file(place, 0o666) };
    let file = new_file(place, 0o600)?;
    let own = file.as_file().metadata()?;
    if (own.uid(), own.gid()) != (former.uid(), former.gid()) {
        fchown(file.as_file(), Some(former.uid()), Some(former.gid()))?;
    }
    file.as_file().set_permissions(former.permissions())?;
    Ok(file)
}

/// Brings a name to disk. Some file systems know no such thing, and the file is whole either way.
fn sync_folder(place: &Path) {
    let _ = File::open(folder_of(place)).and_then(|folder| folder.sync_all());
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// The names in a folder.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_when_it_is_finished_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in ["first", "second"] {
            let before = fs::read_to_string(&path).ok();
            let mut file = WholeFile::create(&path).unwrap();
            file.write_all(content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).ok(), before);
            file.finish().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"third").unwrap();
        drop(file);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("second", vec!["a".to_owned()])
        );
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions_and_links() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["a", "link"].map(|name| folder.path().join(name));
        fs::write(&path, "former").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        let mut file = WholeFile::create(&link).unwrap();
        file.write_all(b"new").unwrap();
        file.finish().unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_new_file_takes_no_other_s_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let [first, second] = ["first", "second"].map(|text| NewFile::write(&path, text.as_bytes(), 0o600).unwrap());
        assert!(!path.exists());
        first.name().unwrap();
        assert_eq!(second.name().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("first", vec!["key".to_owned()])
        );
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let missing = folder.path().join("missing");
        let error = NewFile::write(&missing.join("key"), b"", 0o600).err().map(|error| error.to_string());
        assert_eq!(error, Some(format!("there is no folder {}", missing.display())));
    }
}
