//! The client that our own programs use: one blocking connection pool, bounded answers, retries where a repetition is safe.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Problem;

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER_BYTES: u64 = 256 << 20;

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// `https://host:port`, without path.
    pub server: String,
    /// The API token.
    pub token: Option<String>,
    /// A PEM file with the CA of the server, where the system does not know it.
    pub ca: Option<PathBuf>,
    /// How long a request may take.
    pub timeout: Duration,
}

/// A client of the API.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    token: Option<String>,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address of the server cannot be used.
    #[error("`{server}` is no address of a server; use https://host:port")]
    Address {
        /// What was given.
        server: String,
    },
    /// The file with the CA cannot be used.
    #[error("cannot use the CA certificates in {path}")]
    Ca {
        /// The file.
        path: PathBuf,
    },
    /// The server cannot be reached.
    #[error("cannot reach {server}")]
    Unreachable {
        /// The server.
        server: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// The server refused.
    #[error("{}", problem.detail)]
    Refused {
        /// Its reason.
        problem: Box<Problem>,
    },
    /// The answer is not one of the API.
    #[error("{server} gave an answer that is none of Bulkhead's API (HTTP {status})")]
    Answer {
        /// The server.
        server: String,
        /// The HTTP status.
        status: u16,
    },
}

impl ClientError {
    /// The code of a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            ClientError::Refused { problem } => Some(&problem.code),
            _ => None,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            ClientError::Unreachable { .. } => true,
            ClientError::Refused { problem } => matches!(problem.status, 429 | 502 | 503 | 504),
            ClientError::Answer { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            ClientError::Address { .. } | ClientError::Ca { .. } => false,
        }
    }
}

/// The body of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a> {
    /// Its media type.
    pub kind: &'a str,
    /// How it is compressed, a content coding (RFC 9110, section 8.4.1): `zstd`.
    pub coding: Option<&'a str>,
    /// Its bytes, as they are sent.
    pub bytes: &'a [u8],
}

impl Client {
    /// A client for a server.
    ///
    /// # Errors
    /// When the address or the CA cannot be used.
    pub fn new(options: &ClientOptions) -> Result<Client, ClientError> {
        let address = || ClientError::Address { server: options.server.clone() };
        let base = options.server.trim_end_matches('/');
        let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://")).ok_or_else(address)?;
        if rest.is_empty() || rest.contains(['/', '?', '#', '@']) {
            return Err(address());
        }
        let mut tls = ureq::tls::TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
        if let Some(path) = &options.ca {
            let unusable = || ClientError::Ca { path: path.clone() };
            let certificates = CertificateDer::pem_file_iter(path).map_err(|_| unusable())?;
            let certificates: Result<Vec<_>, _> = certificates.collect();
            let certificates = certificates.map_err(|_| unusable())?;
            if certificates.is_empty() {
                return Err(unusable());
            }
            let roots: Vec<_> =
                certificates.iter().map(|der| ureq::tls::Certificate::from_der(der).to_owned()).collect();
            tls = tls.root_certs(ureq::tls::RootCerts::Specific(Arc::new(roots)));
        } else {
            tls = tls.root_certs(ureq::tls::RootCerts::Specific(Arc::new(system_roots())));
        }
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(options.timeout))
            .user_agent(concat!("bulkhead/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build()
            .new_agent();
        Ok(Client { agent, base: base.to_owned(), token: options.token.clone() })
    }

    /// Reads.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.json("GET", path, None)
    }

    /// Posts a body.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub fn post<B: Serialize, T: DeserializeOwned>(&self, path: &str, body: &B) -> Result<T, ClientError> {
        let bytes = serde_json::to_vec(body).unwrap_or_default();
        self.post_bytes(path, Body { kind: "application/json", coding: None, bytes: &bytes })
    }

    /// Posts a body as it is.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub fn post_bytes<T: DeserializeOwned>(&self, path: &str, body: Body<'_>) -> Result<T, ClientError> {
        self.json("POST", path, Some(body))
    }

    /// The address of the server.
    pub fn server(&self) -> &str {
        &self.base
    }

    /// Sends a request and gives status and body as they are.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn send(&self, method: &str, path: &str, body: Option<Body<'_>>) -> Result<(u16, Vec<u8>), ClientError> {
        self.exchange(method, path, None, body).map(|(status, _, bytes)| (status, bytes))
    }

    /// Sends a request for a version of an object (`If-Match`), and gives status, version (`ETag`) and body as they are.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub fn exchange(
        &self,
        method: &str,
        path: &str,
        version: Option<&str>,
        body: Option<Body<'_>>,
    ) -> Result<(u16, Option<String>, Vec<u8>), ClientError> {
        let unreachable =
            |error: ureq::Error| ClientError::Unreachable { server: self.base.clone(), source: Box::new(error) };
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        if let Some(Body { kind, coding, .. }) = body {
            request = request.header("content-type", kind);
            if let Some(coding) = coding {
                request = request.header("content-encoding", coding);
            }
        }
        let request =
            request.body(body.map_or(&[][..], |body| body.bytes)).map_err(|error| unreachable(error.into()))?;
        let mut answer = self.agent.run(request).map_err(unreachable)?;
        let status = answer.status().as_u16();
        let version = answer.headers().get("etag").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut bytes = Vec::new();
        let mut reader = answer.body_mut().as_reader().take(LARGEST_ANSWER_BYTES);
        reader.read_to_end(&mut bytes).map_err(|error| unreachable(ureq::Error::Io(error)))?;
        Ok((status, version, bytes))
    }

    fn json<T: DeserializeOwned>(&self, method: &str, path: &str, body: Option<Body<'_>>) -> Result<T, ClientError> {
        let (status, bytes) = self.send(method, path, body)?;
        let strange = || ClientError::Answer { server: self.base.clone(), status };
        if (200..300).contains(&status) {
            let bytes: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
            return serde_json::from_slice(bytes).map_err(|_| strange());
        }
        match serde_json::from_slice(&bytes) {
            Ok(problem) => Err(ClientError::Refused { problem: Box::new(problem) }),
            Err(_) => Err(strange()),
        }
    }
}

/// A value as it stands in the query of an address (RFC 3986, section 2.1).
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The authorities that the system trusts, from where Debian and others keep them.
fn system_roots() -> Vec<ureq::tls::Certificate<'static>> {
    let files = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];
    let certificates = files.iter().filter_map(|file| CertificateDer::pem_file_iter(file).ok()).flatten().flatten();
    certificates.map(|der| ureq::tls::Certificate::from_der(&der).to_owned()).collect()
}
