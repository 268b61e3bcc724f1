//! A session with one registry about one repository: requests with whatever proof it wants, tried again where that
//! helps.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::{Digest, ImageName};
use serde::Deserialize;
use ureq::http::header::HeaderName;
use ureq::http::{StatusCode, Uri, header};

use super::challenge::{Challenge, parse_challenges};
use super::http::{Answer, Call, ExchangeError, HttpClient, back_off};
use super::token::{self, Token};
use super::{RegistryError, RegistryOptions, Timeouts};
use crate::Secret;
use crate::credentials::{Credential, FoundCredential};
use crate::manifest::Descriptor;
use crate::manifest_tree::{ACCEPTED_MANIFESTS, MAX_MANIFEST_BYTES};

/// In which a registry states the digest of a manifest (distribution-spec, Pulling manifests).
const DIGEST_HEADER: HeaderName = HeaderName::from_static("docker-content-digest");

/// What referrers are listed in.
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// One place to get an image from.
pub(super) struct Endpoint {
    pub(super) name: ImageName,
    pub(super) plain_http: bool,
    /// Whether it is the registry that the user named, rather than a mirror of it.
    pub(super) is_origin: bool,
}

/// A session with one registry about one repository. Threads share it; only one of them renews the proof.
pub(super) struct Session {
    client: HttpClient,
    repository: String,
    registry: String,
    timeouts: Timeouts,
    credential: Option<Credential>,
    proof: Mutex<Proof>,
}

/// A document as it came.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    /// The digest that the registry says it has.
    pub(super) stated_digest: Option<Digest>,
    /// Where the list goes on (RFC 8288), for lists.
    pub(super) next_page: Option<String>,
}

/// What is sent along to show who is asking.
#[derive(Default)]
struct Proof {
    kind: ProofKind,
    /// How often it was renewed, so that of many threads that are refused only the first renews it.
    generation: u64,
    /// Why no credential was found, until that is told.
    problem: Option<crate::credentials::FindCredentialError>,
}

#[derive(Default)]
enum ProofKind {
    /// The registry has not asked.
    #[default]
    None,
    Basic(Secret),
    Bearer {
        token: Token,
        challenge: Challenge,
    },
}

impl Session {
    pub(super) fn new(endpoint: Endpoint, options: &RegistryOptions) -> Result<Session, RegistryError> {
        let registry = endpoint.name.registry();
        let repository = endpoint.name.repository().to_owned();
        let host = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        let scheme = if endpoint.plain_http { "http" } else { "https" };
        let base: Uri =
            format!("{scheme}://{host}/").parse().map_err(|_| ExchangeError::BadLocation { host: host.to_owned() })?;
        let client = HttpClient::new(base, endpoint.plain_http, options)?;
        let given = options.credentials.given.clone().filter(|_| endpoint.is_origin);
        let FoundCredential { credential, problem } = match given {
            Some(credential) => FoundCredential { credential: Some(credential), problem: None },
            None => options.credentials.find(registry, &repository),
        };
        let kind = match &credential {
            Some(Credential::RegistryToken(token)) => ProofKind::Bearer {
                token: Token::lasting(token.clone()),
                challenge: Challenge { scheme: "bearer".to_owned(), parameters: Default::default() },
            },
            _ => ProofKind::None,
        };
        Ok(Session {
            client,
            repository,
            registry: registry.to_owned(),
            timeouts: options.timeouts.clone(),
            credential,
            proof: Mutex::new(Proof { kind, generation: 0, problem }),
        })
    }

    /// The registry's host.
    pub(super) fn host(&self) -> String {
        self.client.host()
    }

    pub(super) fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// Fetches a manifest by tag or digest.
    pub(super) fn manifest(&self, reference: &str, limit_bytes: u64) -> Result<Fetched, RegistryError> {
        let path = format!("/v2/{}/manifests/{reference}", self.repository);
        let call = Call { accept: ACCEPTED_MANIFESTS, ..Call::default() };
        self.fetch(&path, &format!("manifest {reference}"), call, limit_bytes)
    }

    /// Asks for a blob from one of its bytes on, to its end or up to another byte. Failures are not tried again: whoever
    /// reads the blob does.
    pub(super) fn blob(
        &self,
        digest: &Digest,
        from_byte: u64,
        until_byte: Option<u64>,
        within: Duration,
    ) -> Result<Answer, RegistryError> {
        let path = format!("/v2/{}/blobs/{digest}", self.repository);
        let call = Call { from_byte, until_byte, body_within: Some(within), ..Call::default() };
        self.ask(&path, &format!("blob {digest}"), call)
    }

    /// Fetches a manifest within an index, or a configuration; its digest is checked by whoever asked.
    pub(super) fn document(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let digest = &descriptor.digest;
        let is_manifest = ACCEPTED_MANIFESTS.split(", ").any(|media_type| media_type == descriptor.media_type);
        if is_manifest {
            return Ok(self.manifest(&digest.to_string(), descriptor.size)?.bytes);
        }
        let path = format!("/v2/{}/blobs/{digest}", self.repository);
        match self.fetch(&path, &format!("blob {digest}"), Call::default(), descriptor.size) {
            // An index may leave out that its entry is a manifest.
            Err(RegistryError::NotFound { .. }) if descriptor.media_type.is_empty() => {
                Ok(self.manifest(&digest.to_string(), descriptor.size)?.bytes)
            }
            fetched => Ok(fetched?.bytes),
        }
    }

    /// Fetches a page of the index of what refers to `subject`: the first, or the one that the page before named.
    pub(super) fn referrers(&self, subject: &Digest, page: Option<&str>) -> Result<Fetched, RegistryError> {
        let first = format!("/v2/{}/referrers/{subject}", self.repository);
        // Only a page of the same list is asked for, so that a registry leads nobody elsewhere.
        let path = match page.and_then(|page| page.find(&first).and_then(|at| page.get(at..))) {
            Some(page) => page,
            None if page.is_some() => return Err(ExchangeError::BadLocation { host: self.host() }.into()),
            None => &first,
        };
        let call = Call { accept: OCI_INDEX, ..Call::default() };
        self.fetch(path, &format!("referrers of {subject}"), call, MAX_MANIFEST_BYTES)
    }

    /// Fetches a small blob as a whole; its digest is checked by whoever asked.
    pub(super) fn blob_document(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let digest = &descriptor.digest;
        let path = format!("/v2/{}/blobs/{digest}", self.repository);
        Ok(self.fetch(&path, &format!("blob {digest}"), Call::default(), descriptor.size)?.bytes)
    }

    /// Fetches a page of a list: the first, at `path`, or the one that the page before named, which must be of the same list.
    pub(super) fn page(&self, path: &str, what: &str, next: Option<&str>) -> Result<Fetched, RegistryError> {
        let first = path.split('?').next().unwrap_or(path);
        let path = match next.map(|next| next.find(first).and_then(|at| next.get(at..))) {
            None => path,
            Some(Some(next)) => next,
            Some(None) => return Err(ExchangeError::BadLocation { host: self.host() }.into()),
        };
        self.fetch(path, what, Call::default(), MAX_MANIFEST_BYTES)
    }

    /// The digest that the registry states for a manifest, without fetching it.
    pub(super) fn stated_digest(&self, reference: &str) -> Result<Option<Digest>, RegistryError> {
        let path = format!("/v2/{}/manifests/{reference}", self.repository);
        let call = Call { accept: ACCEPTED_MANIFESTS, is_head: true, ..Call::default() };
        Ok(self.fetch(&path, &format!("manifest {reference}"), call, 0)?.stated_digest)
    }

    /// Fetches a document, again until that succeeds or fails in a way that stays, or until the time for documents is
    /// over.
    fn fetch(&self, path: &str, what: &str, call: Call<'_>, limit_bytes: u64) -> Result<Fetched, RegistryError> {
        let started = Instant::now();
        let mut attempt = 0;
        loop {
            let fetched = self.ask(path, what, call).and_then(|answer| {
                let stated_digest = answer.header(DIGEST_HEADER).and_then(|text| text.parse().ok());
                let next_page = answer.header(header::LINK).and_then(next_of).map(str::to_owned);
                Ok(Fetched { bytes: answer.read_document(limit_bytes)?, stated_digest, next_page })
            });
            let error = match fetched {
                Ok(fetched) => return Ok(fetched),
                Err(error) => error,
            };
            if started.elapsed() > self.timeouts.document || !self.wait_before_retry(&error, attempt, false) {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// Waits when a failure is worth another attempt; `false` when it is not.
    pub(super) fn wait_before_retry(&self, error: &RegistryError, attempt: u32, was_reached: bool) -> bool {
        let wait = match error {
            RegistryError::Exchange(error) if error.is_passing(was_reached) => None,
            RegistryError::Status { status: 408 | 500 | 502 | 503 | 504, .. } | RegistryError::NoRest { .. } => None,
            RegistryError::RateLimited { seconds, .. } => Some(Duration::from_secs(*seconds)),
            _ => return false,
        };
        if attempt >= self.timeouts.retries || wait.is_some_and(|wait| wait > self.timeouts.longest_retry) {
            return false;
        }
        back_off(attempt, wait, self.timeouts.first_retry);
        true
    }

    /// Sends a request, and once more with a renewed proof when the registry wants one.
    fn ask(&self, path: &str, what: &str, call: Call<'_>) -> Result<Answer, RegistryError> {
        let mut has_renewed = false;
        loop {
            let (authorization, generation) = self.authorization()?;
            let call = Call { authorization: authorization.as_ref().map(Secret::expose), ..call };
            let answer = self.client.ask(path, call)?;
            let from_registry = answer.host == self.client.host();
            match answer.status {
                StatusCode::OK | StatusCode::PARTIAL_CONTENT => return Ok(answer),
                StatusCode::UNAUTHORIZED if from_registry && !has_renewed => {
                    self.renew(challenges_of(&answer), generation)?;
                }
                // Some registries say so when a token has expired.
                StatusCode::FORBIDDEN if from_registry && !has_renewed && self.has_bearer() => {
                    self.renew(Vec::new(), generation)?;
                }
                _ => return Err(self.failure(answer, what)),
            }
            has_renewed = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Proof> {
        self.proof.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_bearer(&self) -> bool {
        matches!(self.lock().kind, ProofKind::Bearer { .. })
    }

    /// The header to send, renewed when it is about to expire.
    fn authorization(&self) -> Result<(Option<Secret>, u64), RegistryError> {
        let mut proof = self.lock();
        let expired = match &proof.kind {
            ProofKind::Bearer { token, challenge } if token.is_expired(Instant::now()) => Some(challenge.clone()),
            _ => None,
        };
        if let Some(challenge) = expired {
            proof.kind = ProofKind::Bearer { token: self.fetch_token(&challenge, &mut proof)?, challenge };
            proof.generation += 1;
        }
        let header = match &proof.kind {
            ProofKind::None => None,
            ProofKind::Basic(header) => Some(header.clone()),
            ProofKind::Bearer { token, .. } => Some(token.header()),
        };
        Ok((header, proof.generation))
    }

    /// Gets the proof that the challenges ask for, unless another thread has done so since `generation`.
    fn renew(&self, challenges: Vec<Challenge>, generation: u64) -> Result<(), RegistryError> {
        let mut proof = self.lock();
        if proof.generation != generation {
            return Ok(());
        }
        let bearer = challenges.iter().find(|challenge| challenge.scheme == "bearer").cloned();
        let known = match &proof.kind {
            ProofKind::Bearer { challenge, .. } if challenges.is_empty() => Some(challenge.clone()),
            _ => None,
        };
        let is_basic = challenges.iter().any(|challenge| challenge.scheme == "basic");
        proof.kind = match (bearer.or(known), &self.credential) {
            (Some(_), Some(Credential::RegistryToken(_))) => return Err(self.unauthorized(&mut proof)),
            (Some(challenge), _) => ProofKind::Bearer { token: self.fetch_token(&challenge, &mut proof)?, challenge },
            (None, Some(Credential::Password { user, password })) if is_basic => {
                let header = token::basic_header(user, password);
                if matches!(&proof.kind, ProofKind::Basic(sent) if *sent == header) {
                    return Err(self.unauthorized(&mut proof));
                }
                ProofKind::Basic(header)
            }
            (None, _) if is_basic || challenges.is_empty() => return Err(self.unauthorized(&mut proof)),
            (None, _) => {
                let schemes: Vec<&str> = challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
                return Err(RegistryError::UnknownChallenge { registry: self.host(), schemes: schemes.join(", ") });
            }
        };
        proof.generation += 1;
        Ok(())
    }

    fn fetch_token(&self, challenge: &Challenge, proof: &mut Proof) -> Result<Token, RegistryError> {
        let default_scope = format!("repository:{}:pull", self.repository);
        let fetched = token::fetch(&self.client, challenge, &default_scope, self.credential.as_ref());
        match fetched {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Err(self.unauthorized(proof)),
            Err(error) => Err(error),
        }
    }

    fn unauthorized(&self, proof: &mut Proof) -> RegistryError {
        RegistryError::Unauthorized {
            registry: self.registry.clone(),
            repository: self.repository.clone(),
            had_credential: self.credential.is_some(),
            source: proof.problem.take(),
        }
    }

    /// Puts an answer that is a failure into words.
    fn failure(&self, answer: Answer, what: &str) -> RegistryError {
        let status = answer.status.as_u16();
        let host = answer.host.clone();
        let from_registry = host == self.client.host();
        let what = what.to_owned();
        match status {
            401 | 403 if from_registry => self.unauthorized(&mut self.lock()),
            404 => RegistryError::NotFound { registry: host, repository: self.repository.clone(), what },
            429 | 503 if status == 429 || answer.headers.contains_key(header::RETRY_AFTER) => rate_limit(&answer),
            _ => RegistryError::Status { host, status, what, message: message_of(answer) },
        }
    }
}

/// Reads how long to wait from an answer that says to come back later.
pub(super) fn rate_limit(answer: &Answer) -> RegistryError {
    let asked = answer.header(header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    RegistryError::RateLimited { host: answer.host.clone(), seconds: asked.unwrap_or(1) }
}

/// The address of the next page in a `Link` header: `</v2/app/referrers/…?last=…>; rel="next"`.
fn next_of(link: &str) -> Option<&str> {
    let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    parameters.replace('"', "").contains("rel=next").then_some(address)
}

/// The challenges of an answer.
pub(super) fn challenges_of(answer: &Answer) -> Vec<Challenge> {
    let values = answer.headers.get_all(header::WWW_AUTHENTICATE).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(parse_challenges).collect()
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// The words of the first error of an answer (distribution-spec, Error Codes), cut and without control characters.
fn message_of(answer: Answer) -> Option<String> {
    let body = answer.read_document(64 << 10).ok()?;
    let errors: Errors = serde_json::from_slice(&body).ok()?;
    let first = errors.errors.into_iter().next()?;
    let text = if first.message.is_empty() { first.code } else { first.message };
    Some(text.chars().filter(|character| !character.is_control()).take(200).collect())
}
