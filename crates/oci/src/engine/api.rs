//! The HTTP interface that Docker has and Podman copies (Docker Engine API).

use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::config::Config;
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout, TcpConnector};
use ureq::{Agent, Body};

use super::unix_socket::UnixConnector;
use super::{EngineAddress, EngineError, EngineOptions};

/// The largest document that is read; an image's description has some kilobytes.
const MAX_DOCUMENT_BYTES: u64 = 16 << 20;

/// A connection to an engine.
pub(super) struct EngineApi {
    engine: &'static str,
    address: String,
    base: String,
    agent: Agent,
}

/// Sockets have no addresses to look up.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from(([127, 0, 0, 1], 0)));
        Ok(addresses)
    }
}

#[derive(Deserialize)]
struct Failure {
    message: Option<String>,
    cause: Option<String>,
}

impl EngineApi {
    pub(super) fn new(engine: &'static str, options: &EngineOptions<'_>) -> Result<EngineApi, EngineError> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(concat!("bulkhead/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(std::time::Duration::from_secs(10)))
            .timeout_recv_response(Some(options.answer_timeout))
            .timeout_per_read(Some(options.answer_timeout.max(options.idle_timeout)))
            .timeout_per_write(Some(options.idle_timeout));
        let config = match &options.address {
            EngineAddress::Tls { certificates, .. } => config.tls_config(read_tls(engine, certificates)?).build(),
            EngineAddress::Unix(_) | EngineAddress::Tcp(_) => config.build(),
        };
        let (agent, address, base) = match &options.address {
            EngineAddress::Unix(path) => {
                let agent = Agent::with_parts(config, UnixConnector { path: path.clone() }, NoResolver);
                (agent, path.display().to_string(), "http://localhost".to_owned())
            }
            EngineAddress::Tcp(host) => {
                let agent = Agent::with_parts(config, TcpConnector::default(), DefaultResolver::default());
                (agent, host.clone(), format!("http://{host}"))
            }
            EngineAddress::Tls { host, .. } => {
                let agent = Agent::with_parts(config, DefaultConnector::default(), DefaultResolver::default());
                (agent, host.clone(), format!("https://{host}"))
            }
        };
        Ok(EngineApi { engine, address, base, agent })
    }

    /// Asks for a document; `None` when the engine says that there is no such thing.
    pub(super) fn document<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, EngineError> {
        let response = self.ask(path)?;
        match response.status().as_u16() {
            200 => {
                let body = self.read(response)?;
                serde_json::from_slice(&body).map(Some).map_err(|_| EngineError::Answer { engine: self.engine })
            }
            404 => Ok(None),
            _ => Err(self.failure(response)),
        }
    }

    /// Asks for a stream of bytes.
    pub(super) fn stream(&self, path: &str) -> Result<impl Read + Send + use<>, EngineError> {
        let response = self.ask(path)?;
        match response.status().as_u16() {
            200 => Ok(response.into_body().into_reader()),
            _ => Err(self.failure(response)),
        }
    }

    fn ask(&self, path: &str) -> Result<Response<Body>, EngineError> {
        self.agent.get(format!("{}{path}", self.base)).call().map_err(|error| match error {
            ureq::Error::Io(source) => {
                EngineError::Connect { engine: self.engine, address: self.address.clone(), source }
            }
            other => EngineError::Exchange { engine: self.engine, source: Box::new(other) },
        })
    }

    fn read(&self, response: Response<Body>) -> Result<Vec<u8>, EngineError> {
        let read = response.into_body().into_with_config().limit(MAX_DOCUMENT_BYTES).read_to_vec();
        read.map_err(|error| EngineError::Exchange { engine: self.engine, source: Box::new(error) })
    }

    fn failure(&self, response: Response<Body>) -> EngineError {
        let status = response.status().as_u16();
        let failure = self.read(response).ok().and_then(|body| serde_json::from_slice::<Failure>(&body).ok());
        let message = failure.and_then(|failure| failure.message.or(failure.cause));
        let message = message.map(|text| text.chars().filter(|c| !c.is_control()).take(300).collect());
        EngineError::Status { engine: self.engine, status, message }
    }
}

/// Reads the certificates that Docker's own client uses (Docker, Protect the Docker daemon socket).
fn read_tls(engine: &'static str, folder: &Path) -> Result<TlsConfig, EngineError> {
    let read = |name: &str| -> Result<Vec<PemItem<'static>>, EngineError> {
        let path = folder.join(name);
        let failed = |source| EngineError::Certificates { engine, path: path.clone(), source };
        let items: Vec<PemItem<'static>> =
            parse_pem(&fs::read(&path).map_err(failed)?).filter_map(Result::ok).collect();
        if items.is_empty() {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it has nothing in PEM form")));
        }
        Ok(items)
    };
    let certificates = |items: Vec<PemItem<'static>>| -> Vec<Certificate<'static>> {
        let certificates = items.into_iter().filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        });
        certificates.collect()
    };
    let key = read("key.pem")?.into_iter().find_map(|item| match item {
        PemItem::PrivateKey(key) => Some(key),
        _ => None,
    });
    let missing = || io::Error::new(io::ErrorKind::InvalidData, "it has no private key");
    let path = folder.join("key.pem");
    let key = key.ok_or_else(|| EngineError::Certificates { engine, path, source: missing() })?;
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(certificates(read("ca.pem")?)))
        .client_cert(Some(ClientCert::new_with_certs(&certificates(read("cert.pem")?), key)))
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build())
}

/// Whether a text can be put into a path of the interface as it is: names, digests and ids can.
pub(super) fn is_plain(reference: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
    !reference.is_empty()
        && reference.len() <= 512
        && reference.bytes().all(is_allowed)
        && reference.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}
