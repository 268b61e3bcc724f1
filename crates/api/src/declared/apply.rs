//! Doing what a plan says, step by step. Every step is refused where somebody changed its object since the plan was made.

use serde_json::Value;

use super::current::text;
use super::kind::{Kind, texts};
use super::plan::{Plan, Step, StepKind};
use super::secret::{self, SecretSource};
use super::{Current, Server};
use crate::ClientError;

/// How many steps were done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Objects that were made.
    pub made: usize,
    /// Objects that were changed.
    pub changed: usize,
    /// Objects that were removed.
    pub removed: usize,
}

/// Why a plan could not be done to its end. What was done before stays; applying again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The server cannot be reached, or refused a step.
    #[error("{kind} {name} (after {done} of {steps} steps)", kind = kind.word())]
    Server {
        /// The kind of object.
        kind: Kind,
        /// Its name.
        name: String,
        /// How many steps were done.
        done: usize,
        /// How many there are.
        steps: usize,
        /// Why.
        source: ClientError,
    },
    /// Somebody changed the object since the plan was made.
    #[error("{kind} {name} was changed since the plan was made (after {done} of {steps} steps); plan again", kind = kind.word())]
    Moved {
        /// The kind of object.
        kind: Kind,
        /// Its name.
        name: String,
        /// How many steps were done.
        done: usize,
        /// How many there are.
        steps: usize,
    },
    /// A secret cannot be read.
    #[error("{kind} {name}: {problem}", kind = kind.word())]
    Secret {
        /// The kind of object.
        kind: Kind,
        /// Its name.
        name: String,
        /// Why, without the secret.
        problem: String,
    },
}

/// Why a step failed.
enum Failed {
    Server(ClientError),
    Moved,
}

impl From<ClientError> for Failed {
    fn from(error: ClientError) -> Failed {
        Failed::Server(error)
    }
}

/// Does a plan. All secrets are read before anything is changed.
///
/// # Errors
/// When a secret cannot be read, a step is refused, or its object was changed since.
pub fn apply(
    server: &impl Server,
    plan: &Plan,
    current: &Current,
    read_secret: &mut dyn FnMut(&SecretSource) -> Result<String, String>,
) -> Result<Applied, ApplyError> {
    let mut bodies = Vec::new();
    for step in &plan.steps {
        let body = with_secrets(step, read_secret);
        bodies.push(body.map_err(|problem| ApplyError::Secret {
            kind: step.kind,
            name: step.name.clone(),
            problem,
        })?);
    }
    let mut known = current.clone();
    let mut applied = Applied::default();
    for (done, (step, body)) in plan.steps.iter().zip(bodies).enumerate() {
        let ended = match step.what {
            StepKind::Make => make(server, step, body, &mut known).map(|()| applied.made += 1),
            StepKind::Change => change(server, step, body, &known).map(|()| applied.changed += 1),
            StepKind::Remove => remove(server, step, &known).map(|()| applied.removed += 1),
        };
        let (kind, name, steps) = (step.kind, step.name.clone(), plan.steps.len());
        match ended {
            Ok(()) => {}
            Err(Failed::Moved) => return Err(ApplyError::Moved { kind, name, done, steps }),
            Err(Failed::Server(source)) => return Err(ApplyError::Server { kind, name, done, steps, source }),
        }
    }
    Ok(applied)
}

fn with_secrets(
    step: &Step,
    read_secret: &mut dyn FnMut(&SecretSource) -> Result<String, String>,
) -> Result<Value, String> {
    let mut body = step.body.clone();
    if let Some(credential) = step.secrets.credential.as_ref().filter(|credential| credential.is_given()) {
        body["credential"] = secret::resolve(credential, read_secret)?;
    }
    if let Some(source) = &step.secrets.hook_secret {
        body["hook_secret"] = read_secret(source)?.into();
    }
    if let Some(source) = &step.secrets.secret {
        body["secret"] = read_secret(source)?.into();
    }
    Ok(body)
}

fn make(server: &impl Server, step: &Step, body: Value, known: &mut Current) -> Result<(), Failed> {
    let body = by_ids(step.kind, body, known);
    let reply = server.ask("POST", &format!("/{}", step.kind.folder()), None, Some(&body))?;
    let object = known.object(step.kind, &reply.body);
    known.objects.insert((step.kind, step.name.clone()), object);
    Ok(())
}

fn change(server: &impl Server, step: &Step, body: Value, known: &Current) -> Result<(), Failed> {
    let (path, version) = unchanged(server, step, known)?;
    server.ask("PUT", &path, Some(&version), Some(&by_ids(step.kind, body, known)))?;
    Ok(())
}

fn remove(server: &impl Server, step: &Step, known: &Current) -> Result<(), Failed> {
    let (path, version) = unchanged(server, step, known)?;
    server.ask("DELETE", &path, Some(&version), None)?;
    Ok(())
}

/// The path and version of an object that is as it was when the plan was made.
fn unchanged(server: &impl Server, step: &Step, known: &Current) -> Result<(String, String), Failed> {
    let before = step.before.as_ref().ok_or(Failed::Moved)?;
    let path = format!("/{}/{}", step.kind.folder(), before.id);
    let reply = server.ask("GET", &path, None, None)?;
    let is = known.object(step.kind, &reply.body);
    match reply.version {
        Some(version) if is == *before && text(&reply.body, "name") == step.name => Ok((path, version)),
        _ => Err(Failed::Moved),
    }
}

/// The body with ids in the place of names.
fn by_ids(kind: Kind, mut body: Value, known: &Current) -> Value {
    for (key, of) in kind.references() {
        let names = texts(&body[*key]);
        body[*key] = names.iter().map(|name| known.id_of(*of, name).unwrap_or_else(|| name.clone())).collect();
    }
    body
}
