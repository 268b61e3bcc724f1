//! What an entry's name and permissions alone tell: files that run with rights of others, folders that everybody may
//! write to, and what package managers have left behind. No content is read for it.

use std::collections::BTreeMap;

use misconfiguration::LeftOver;
use model::{Gap, UntrustedPath, counted};
use oci::{Entry, EntryKind};
use serde::{Deserialize, Serialize};

use crate::rights::Rights;

pub(crate) const SET_UID: u32 = 0o4000;
pub(crate) const SET_GID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o002;

/// What the remarks on one layer may take in memory, roughly; images have some tens.
const MOST_REMARK_BYTES: usize = 8 << 20;

/// The most files that package managers left behind in one layer that are noted: one is enough for a finding, and the
/// others matter where upper layers remove some.
const MOST_LEFT_OVER: usize = 1_000;

/// The remarks on one layer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Remarks {
    /// By path.
    pub(crate) entries: BTreeMap<String, Remark>,
    left_over: usize,
    bytes: usize,
    left_out: usize,
}

/// A remark on one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Remark {
    /// A program that runs as another user or group, or with capabilities (numbers of capabilities(7)).
    Privileged { mode: u32, capabilities: Vec<u32> },
    /// A folder in which everybody may remove and replace the files of others.
    WritableFolder,
    /// A file that a package manager only needs while it installs.
    LeftOver,
}

impl Remarks {
    /// Notes what there is to remark on an entry.
    pub(crate) fn note(&mut self, entry: &Entry) {
        let Some(remark) = Remark::on(entry) else { return };
        let is_left_over = remark == Remark::LeftOver;
        if is_left_over && self.left_over >= MOST_LEFT_OVER {
            return;
        }
        self.left_over += usize::from(is_left_over);
        self.insert(entry.path.as_str(), remark);
    }

    fn insert(&mut self, path: &str, remark: Remark) {
        let weight = path.len() + 64;
        if self.bytes + weight > MOST_REMARK_BYTES {
            self.left_out += 1;
            return;
        }
        self.bytes += weight;
        self.entries.insert(path.to_owned(), remark);
    }

    /// Gives a file other rights than those that are noted.
    pub(crate) fn give(&mut self, path: &str, rights: Rights) {
        let known = self.of_file(path);
        let capabilities = match known {
            Some(Remark::Privileged { capabilities, .. }) if rights.capabilities.is_empty() => capabilities.clone(),
            _ => rights.capabilities.numbers().collect(),
        };
        match Remark::privileged(rights.mode, capabilities) {
            Some(remark) => self.insert(path, remark),
            None if known.is_some() => _ = self.entries.remove(path),
            None => {}
        }
    }

    /// Forgets what was noted of a path that occurs again.
    pub(crate) fn forget(&mut self, path: &str) {
        if !self.entries.is_empty() {
            self.entries.remove(path);
        }
    }

    /// What is remarked on a file whatever it is called.
    pub(crate) fn of_file(&self, file: &str) -> Option<&Remark> {
        self.entries.get(file).filter(|remark| matches!(remark, Remark::Privileged { .. }))
    }

    /// What is remarked on a file holds under its further names too: (name, file).
    pub(crate) fn follow_links(&mut self, links: &BTreeMap<&UntrustedPath, &UntrustedPath>) {
        if self.entries.is_empty() {
            return;
        }
        let further: BTreeMap<String, Remark> = links
            .iter()
            .filter_map(|(name, file)| Some((name.as_str().to_owned(), self.of_file(file.as_str())?.clone())))
            .collect();
        self.entries.extend(further);
    }

    /// Says that there was more than is noted.
    pub(crate) fn gap(&self) -> Option<Gap> {
        let count = self.left_out;
        let more = || counted(count, "more file or folder", "more files and folders");
        let reason = || format!("{} with wide permissions than can be listed of one layer", more());
        (count > 0).then(|| Gap::new("", reason()))
    }
}

impl Remark {
    fn on(entry: &Entry) -> Option<Remark> {
        match entry.kind {
            EntryKind::Directory => {
                let is_open = entry.mode & WRITABLE_BY_OTHERS != 0 && entry.mode & STICKY == 0;
                is_open.then_some(Remark::WritableFolder)
            }
            EntryKind::File => {
                let privileged = Remark::privileged(entry.mode, entry.capabilities.numbers().collect());
                let left_over = || LeftOver::of(entry.path.as_str(), entry.size_bytes).map(|_| Remark::LeftOver);
                privileged.or_else(left_over)
            }
            EntryKind::SymbolicLink(_) | EntryKind::HardLink(_) | EntryKind::Other => None,
        }
    }

    /// That on a file with this mode and these capabilities.
    fn privileged(mode: u32, capabilities: Vec<u32>) -> Option<Remark> {
        let is_set = mode & (SET_UID | SET_GID) != 0 || !capabilities.is_empty();
        (is_set && mode & 0o111 != 0).then_some(Remark::Privileged { mode, capabilities })
    }
}
