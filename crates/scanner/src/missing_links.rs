//! Hard links with names that readers go by, to files that were not read under their own names: a second pass over the
//! layer reads them. What the layer did not have when the link came is left to [`crate::lower_links`].

use std::collections::{BTreeMap, BTreeSet};

use model::{Gap, UntrustedPath};
use oci::{EntryKind, EntryStream, ReadEntriesError};
use serde::{Deserialize, Serialize};

use crate::further_pass::NO_FILE;
use crate::layer_index::{LayerIndex, read_under};
use crate::layer_paths::EntryNumbers;

/// Where a hard link leads whose file the layer did not have when the link came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LowerLink {
    /// The path that it names.
    pub(crate) target: String,
    /// Whether the layer has that path in an entry behind the link's: what a lower layer has there comes first.
    pub(crate) comes_first: bool,
}

/// Hard links to files that were not read under their own name.
#[derive(Default)]
pub(crate) struct MissingLinks {
    /// By the number of the file's entry.
    names: BTreeMap<usize, Vec<UntrustedPath>>,
    /// The paths of the files.
    files: BTreeSet<UntrustedPath>,
}

impl MissingLinks {
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a link leads to a file of this path.
    pub(crate) fn contains(&self, path: &UntrustedPath) -> bool {
        self.files.contains(path)
    }

    /// Adds a link to the file in the entry with this number.
    pub(crate) fn add(&mut self, name: UntrustedPath, file: UntrustedPath, number: usize) {
        self.names.entry(number).or_default().push(name);
        self.files.insert(file);
    }
}

/// Reads the targets of `links` under the names of the links, in a second pass over the same entries. Those that lead to no
/// file are gaps.
pub(crate) fn read_links(
    stream: &mut dyn EntryStream,
    links: &MissingLinks,
    index: &mut LayerIndex,
) -> Result<(), ReadEntriesError> {
    let mut numbers = EntryNumbers::default();
    while let Some(entry) = stream.next_entry()? {
        let Some(names) = numbers.take(&entry).and_then(|number| links.names.get(&number)) else { continue };
        if entry.kind == EntryKind::File {
            read_under(names, entry, stream.content(), index);
            continue;
        }
        let what = match &entry.kind {
            EntryKind::HardLink(target) => {
                // One of more than are remembered.
                let lead = LowerLink { target: target.as_str().to_owned(), comes_first: false };
                index.linked_below.extend(names.iter().map(|name| (name.as_str().to_owned(), lead.clone())));
                continue;
            }
            EntryKind::SymbolicLink(_) => "a symbolic link",
            EntryKind::Other => NO_FILE,
            EntryKind::File | EntryKind::Directory => continue,
        };
        let reason = format!("it is a hard link to {}, which is {what}", entry.path);
        index.gaps.extend(names.iter().map(|name| Gap::new(name.as_str(), reason.as_str())));
    }
    index.bound_gaps();
    Ok(())
}
