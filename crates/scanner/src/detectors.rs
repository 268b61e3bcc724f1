//! What is looked for in files beside packages: secrets, malware, files that can run, misconfigurations.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use malware::{ClamdLink, Engine};
use secrets::SecretRules;

/// The version of what the built-in rules and the readers around them see. It goes up with every change of them: what
/// another build found would answer for rules it did not have.
const CONTENT_VERSION: u32 = 26;

/// Opens a connection to a ClamAV daemon, for each thread its own.
pub type ConnectClamd = Arc<dyn Fn() -> ClamdLink + Send + Sync>;

/// What to look for in files. One set serves all threads.
#[derive(Default)]
pub struct Detectors {
    /// Rules for secrets.
    pub secrets: Option<SecretRules>,
    /// Rules and lists for malware.
    pub malware: Option<Engine>,
    /// A ClamAV daemon that is asked about every file as well; what it answers is not kept in the cache.
    pub clamd: Option<ConnectClamd>,
    /// Whether the files that can run are listed with their hashes and owners.
    pub executables: bool,
    /// Whether texts of licenses are recognised.
    pub license_texts: bool,
    /// Whether configuration is checked: an image's own, and the files of a folder.
    pub misconfigurations: bool,
    /// The day (`2026-11-28`) on which checks that depend on one are made; without it they find nothing.
    pub today: Option<String>,
    /// Whatever beside the built-in rules decides what is found: the bytes of the user's rules, the names of lists.
    pub content: Vec<Vec<u8>>,
}

impl Detectors {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        !self.look_into_files()
    }

    /// Whether files of layers are looked at: into them, or at their permissions.
    pub(crate) fn look_into_files(&self) -> bool {
        self.reads_files() || self.misconfigurations
    }

    /// Whether anything is looked for in the content of files.
    pub(crate) fn reads_files(&self) -> bool {
        self.secrets.is_some() || self.malware.is_some() || self.executables || self.license_texts
    }

    /// Whether what is looked for counts in files that upper layers remove too: what was once in an image is given away.
    pub(crate) fn look_below(&self) -> bool {
        self.secrets.is_some() || self.malware.is_some()
    }

    /// What stands for all of this in the key of a cached finding; `None` where findings are not to be kept.
    pub(crate) fn fingerprint(&self) -> Option<String> {
        if self.clamd.is_some() {
            return None;
        }
        let mut hash = Context::new(&SHA256);
        let has_lists = self.malware.as_ref().is_some_and(Engine::has_lists);
        let looked_for =
            [self.secrets.is_some(), self.malware.is_some(), self.executables, has_lists, self.license_texts];
        let flags = looked_for.map(u8::from);
        for part in
            [&CONTENT_VERSION.to_le_bytes()[..], &flags].into_iter().chain(self.content.iter().map(Vec::as_slice))
        {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let hash = hash.finish();
        Some(hash.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for Detectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detectors")
            .field("secrets", &self.secrets.is_some())
            .field("malware", &self.malware.is_some())
            .field("clamd", &self.clamd.is_some())
            .field("executables", &self.executables)
            .field("license_texts", &self.license_texts)
            .field("misconfigurations", &self.misconfigurations)
            .finish_non_exhaustive()
    }
}
