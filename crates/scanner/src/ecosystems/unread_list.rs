//! Lists of packages of programs whose lists are not read. Each is a gap: silence would say that it names nothing.

use crate::found::Found;
use crate::locked::is_in_dependency_folder;
use crate::wanted_file::{ReadFileError, WantedFile};

/// Adds the gap with this reason, unless the list is blank or came along with a dependency.
///
/// # Errors
/// The file cannot be read or is too large.
pub(super) fn tell(file: &mut WantedFile<'_>, reason: &str, found: &mut Found) -> Result<(), ReadFileError> {
    let path = file.path().clone();
    if !is_in_dependency_folder(path.as_str()) && !file.text()?.trim().is_empty() {
        found.gap(path.as_str(), reason);
    }
    Ok(())
}
