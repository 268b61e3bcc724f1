//! What an ecosystem is to the scanner: which files it wants, and how it reads one of them.

use crate::found::Found;
use crate::wanted_file::{ReadFileError, WantedFile};

/// One way of finding packages in files. Implementations are stateless: one file in, facts out. What needs several
/// files is settled afterwards, over the facts of the files that the uppermost layer leaves visible.
pub(crate) trait Ecosystem: Sync {
    /// A short lower-case name for gaps and logs: `dpkg`, `npm`, `java`.
    fn name(&self) -> &'static str;

    /// The files to read. Cheap to test: nothing else of an image is ever looked at.
    fn wants(&self) -> &'static [Want];

    /// Reads one wanted file and adds what is in it to `found`.
    ///
    /// # Errors
    /// What makes the file as a whole unreadable; it becomes a gap with the file's path. Trouble with a part of the file
    /// is noted with [`Found::gap`] instead, and the rest is kept.
    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError>;
}

/// A test on an entry that decides whether an ecosystem wants to read it. Paths have no leading slash. Where a folder of a
/// name that a test says is a symbolic link, what lies behind it is read as well: [`crate::folder_wants`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// Exactly this path: `var/lib/dpkg/status`.
    Path(&'static str),
    /// A file directly in this folder, counted from the root, whose name ends so: (`var/lib/dpkg/info`, `.list`).
    InFolder(&'static str, &'static str),
    /// A file of this name anywhere, compared exactly: `package-lock.json`.
    Name(&'static str),
    /// A file anywhere whose name ends so, compared without case: `.jar`.
    Suffix(&'static str),
    /// A file anywhere but among dependencies whose name ends so, compared exactly: `.gemspec`.
    OwnSuffix(&'static str),
    /// A file anywhere whose name begins and ends so, compared exactly: (`requirements`, `.txt`).
    Around(&'static str, &'static str),
    /// A file of this name in a folder whose name ends so: (`.dist-info`, `METADATA`).
    NameInFolder(&'static str, &'static str),
    /// A file whose name ends so, directly in a folder of exactly this name, or whose path ends so: (`specifications`,
    /// `.gemspec`), (`specifications/default`, `.gemspec`).
    SuffixInFolder(&'static str, &'static str),
    /// A file whose name ends so, directly in any child of a folder whose path ends so: (`wp-content/plugins`, `.php`)
    /// wants `srv/wp-content/plugins/akismet/akismet.php`.
    InChildOf(&'static str, &'static str),
    /// A regular file that begins like an executable or a shared object (ELF, PE, Mach-O).
    Executable,
}
