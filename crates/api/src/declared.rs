//! What an installation is to be, as files: policies, registries, application scopes, roles, groups and integrations. Read,
//! compared with what a server has, shown as a plan, and applied; and written from what a server has, so that applying what was written
//! changes nothing.
//!
//! Files are texts by their paths here; whoever calls reads and writes them. Names stand for ids everywhere: files hold
//! for every installation. Secrets are never written, and read from where a file says (`password_from: env:NAME`).

mod apply;
mod current;
mod files;
mod kind;
mod plan;
mod secret;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Body, Client, ClientError, Problem};

pub use apply::{Applied, ApplyError, apply};
pub use current::{Current, read_server};
pub use files::{Declared, FileError, MOST_FILES, read_files, write_files};
pub use kind::Kind;
pub use plan::{Plan, Step, StepKind, plan};
pub use secret::SecretSource;

/// Files by their paths from the folder, with `/` between.
pub type Files = BTreeMap<String, String>;

/// The answer of a server: its version where it told one (`ETag`), and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The version of the object.
    pub version: Option<String>,
    /// The body; null where there is none.
    pub body: Value,
}

/// A server that can be asked; the client is one.
pub trait Server {
    /// Asks.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    fn ask(&self, method: &str, path: &str, version: Option<&str>, body: Option<&Value>) -> Result<Reply, ClientError>;
}

impl Server for Client {
    fn ask(&self, method: &str, path: &str, version: Option<&str>, body: Option<&Value>) -> Result<Reply, ClientError> {
        let bytes = body.map(|body| serde_json::to_vec(body).unwrap_or_default());
        let body = bytes.as_deref().map(|bytes| Body { kind: "application/json", coding: None, bytes });
        let (status, version, bytes) = self.exchange(method, path, version, body)?;
        let strange = || ClientError::Answer { server: self.server().to_owned(), status };
        if (200..300).contains(&status) {
            let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
            let body = serde_json::from_slice(bytes).map_err(|_| strange())?;
            return Ok(Reply { version, body });
        }
        match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => Err(ClientError::Refused { problem: Box::new(problem) }),
            Err(_) => Err(strange()),
        }
    }
}
