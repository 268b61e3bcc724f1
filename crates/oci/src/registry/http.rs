//! HTTP towards a registry: one request, its redirects, and what each of them may do.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use ureq::config::Config;
use ureq::http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};

use super::address::{GuardedResolver, NamedBy, Neighborhood, RefusedAddress, check_literal};
use super::proxy::Route;
use super::trust;
use super::{ProxySettings, ReadAuthoritiesError, RegistryOptions};

/// As many redirects as blob storage needs, and not a loop's worth.
const MAX_REDIRECTS: usize = 5;

/// The error of one exchange with a registry or with a host that it named.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The certificate authorities cannot be had.
    #[error("cannot load the certificate authorities")]
    Authorities(#[source] ReadAuthoritiesError),
    /// The proxy's URL is of no use.
    #[error("the proxy `{proxy}` cannot be used; write http://HOST:PORT or https://HOST:PORT")]
    Proxy {
        /// The proxy's host, as far as it could be read; never its password.
        proxy: String,
    },
    /// The host name has no address.
    #[error("the host {host} is unknown; check its spelling, the network and the name server")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// The address is not one that a registry may send anybody to.
    #[error("refused to connect")]
    RefusedAddress(#[from] RefusedAddress),
    /// The host could not be reached, or the connection broke.
    #[error("cannot talk to {host}")]
    Connection {
        /// The host.
        host: String,
        /// The cause.
        source: io::Error,
    },
    /// The host did not prove who it is.
    #[error("{host} has no certificate that this machine trusts; name its authority with --ca")]
    Certificate {
        /// The host.
        host: String,
        /// The cause.
        source: Box<rustls::Error>,
    },
    /// No encrypted connection came about.
    #[error("cannot make an encrypted connection to {host}; if it speaks plain http, give --plain-http")]
    Encryption {
        /// The host.
        host: String,
        /// The cause.
        source: Box<rustls::Error>,
    },
    /// The connection ended before its encryption stood, or at once behind it.
    #[error("{host} ended the connection before it answered; if it speaks plain http, give --plain-http")]
    EndedEarly {
        /// The host.
        host: String,
        /// The cause.
        source: io::Error,
    },
    /// The host took too long.
    #[error("{host} took too long ({phase})")]
    TimedOut {
        /// The host.
        host: String,
        /// What it was too slow at.
        phase: String,
    },
    /// The answer is not HTTP as expected.
    #[error("{host} gave an answer that is not proper HTTP")]
    Protocol {
        /// The host.
        host: String,
        /// The cause.
        source: Box<ureq::Error>,
    },
    /// A URL that a registry gave is of no use.
    #[error("{host} named an address of no use")]
    BadLocation {
        /// The host that named it.
        host: String,
    },
    /// A redirect would have left the encrypted connection.
    #[error("{host} redirects from https to plain http ({target}), which is refused unless --plain-http is given")]
    PlainRedirect {
        /// The host that redirects.
        host: String,
        /// The host it redirects to.
        target: String,
    },
    /// The redirects do not end.
    #[error("{host} redirects more than {MAX_REDIRECTS} times")]
    TooManyRedirects {
        /// The host asked first.
        host: String,
    },
    /// A document is larger than any of its kind.
    #[error("{host} sent a document of more than {limit_bytes} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit.
        limit_bytes: u64,
    },
}

impl ExchangeError {
    /// Whether the same exchange may succeed when it is tried again. A host that was reached before comes back; one
    /// that does not answer at all does not run, or has another name.
    pub(super) fn is_passing(&self, was_reached: bool) -> bool {
        match self {
            ExchangeError::Connection { source, .. } => {
                was_reached || source.kind() != io::ErrorKind::ConnectionRefused
            }
            ExchangeError::EndedEarly { .. } => true,
            ExchangeError::TimedOut { phase, .. } => was_reached || !matches!(phase.as_str(), "connect" | "resolve"),
            ExchangeError::Authorities(_)
            | ExchangeError::Proxy { .. }
            | ExchangeError::UnknownHost { .. }
            | ExchangeError::RefusedAddress(_)
            | ExchangeError::Certificate { .. }
            | ExchangeError::Encryption { .. }
            | ExchangeError::Protocol { .. }
            | ExchangeError::BadLocation { .. }
            | ExchangeError::PlainRedirect { .. }
            | ExchangeError::TooManyRedirects { .. }
            | ExchangeError::TooLarge { .. } => false,
        }
    }
}

/// One request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Call<'a> {
    pub(super) accept: &'a str,
    /// The value of `Authorization`; it goes to the host that is asked and to no other.
    pub(super) authorization: Option<&'a str>,
    /// The first byte wanted of a blob.
    pub(super) from_byte: u64,
    /// The byte of a blob before which the wanted part ends; without one it ends with the blob.
    pub(super) until_byte: Option<u64>,
    /// A form to post; without one the request is a GET.
    pub(super) form: Option<&'a str>,
    /// What is posted, where it is no form.
    pub(super) form_type: Option<&'a str>,
    /// Whether the head of the answer is all that is wanted.
    pub(super) is_head: bool,
    /// How long the body may take as a whole, where that is more than a document's.
    pub(super) body_within: Option<Duration>,
}

/// The answer to a request, after redirects.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// The host that gave it.
    pub(super) host: String,
}

impl Answer {
    /// A header's value as text.
    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Reads a document whole, unless it is larger or slower than allowed.
    pub(super) fn read_document(mut self, limit_bytes: u64) -> Result<Vec<u8>, ExchangeError> {
        let mut document = Vec::new();
        let mut buffer = [0; 16 << 10];
        let mut reader = self.body.as_reader();
        loop {
            let count = reader.read(&mut buffer).map_err(|error| from_io(error, &self.host))?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(document) };
            document.extend_from_slice(bytes);
            if document.len() as u64 > limit_bytes {
                return Err(ExchangeError::TooLarge { host: self.host, limit_bytes });
            }
        }
    }
}

/// Speaks HTTP with one registry and the hosts that it names.
pub(super) struct HttpClient {
    base: Uri,
    plain_http: bool,
    document_within: Duration,
    proxies: ProxySettings,
    neighborhood: Arc<Neighborhood>,
    public_only: bool,
    /// For each way a connection to the registry itself.
    own: [Agent; 3],
    /// For each way a connection to hosts that the registry named.
    named: [Agent; 3],
}

impl HttpClient {
    /// Makes a client for the registry at `base`; nothing is sent.
    pub(super) fn new(base: Uri, plain_http: bool, options: &RegistryOptions) -> Result<HttpClient, ExchangeError> {
        let authorities = match base.scheme_str() {
            Some("http") if options.ca_files.is_empty() => Vec::new(),
            _ => trust::authorities(&options.ca_files).map_err(ExchangeError::Authorities)?,
        };
        let roots: RootCerts = authorities.into();
        let neighborhood = Arc::new(Neighborhood::default());
        let agent = |named_by, proxy: Option<&str>| -> Result<Agent, ExchangeError> {
            let proxy = proxy.filter(|url| !url.is_empty()).map(parse_proxy).transpose()?;
            let resolver = GuardedResolver {
                inner: DefaultResolver::default(),
                named_by,
                neighborhood: Arc::clone(&neighborhood),
                public_only: options.public_only,
                proxy: proxy.as_ref().map(|proxy| (proxy.host().to_owned(), proxy.port())),
            };
            Ok(Agent::with_parts(config(roots.clone(), proxy, options), DefaultConnector::default(), resolver))
        };
        let agents = |named_by| -> Result<[Agent; 3], ExchangeError> {
            let proxies = &options.proxies;
            Ok([
                agent(named_by, None)?,
                agent(named_by, proxies.http.as_deref())?,
                agent(named_by, proxies.https.as_deref())?,
            ])
        };
        Ok(HttpClient {
            base,
            plain_http,
            document_within: options.timeouts.document,
            proxies: options.proxies.clone(),
            own: agents(NamedBy::User)?,
            named: agents(NamedBy::Registry)?,
            public_only: options.public_only,
            neighborhood,
        })
    }

    /// The registry's host.
    pub(super) fn host(&self) -> String {
        host_of(&self.base)
    }

    /// Sends a request to a path of the registry.
    pub(super) fn ask(&self, path: &str, call: Call<'_>) -> Result<Answer, ExchangeError> {
        let target =
            resolve_location(&self.base, path).ok_or_else(|| ExchangeError::BadLocation { host: self.host() })?;
        self.follow(target, call)
    }

    /// Sends a request to a URL that the registry named.
    pub(super) fn ask_named(&self, url: &str, call: Call<'_>) -> Result<Answer, ExchangeError> {
        let target = self.next_target(&self.base, url)?;
        self.follow(target, call)
    }

    fn follow(&self, mut target: Uri, mut call: Call<'_>) -> Result<Answer, ExchangeError> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&target, call)?;
            let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) && call.form.is_none();
            let location = response.headers().get(header::LOCATION).filter(|_| is_redirect);
            let Some(location) = location else {
                let (parts, body) = response.into_parts();
                return Ok(Answer { status: parts.status, headers: parts.headers, body, host: host_of(&target) });
            };
            let location = location.to_str().map_err(|_| ExchangeError::BadLocation { host: host_of(&target) })?;
            let next = self.next_target(&target, location)?;
            if !is_same_host(&target, &next) {
                call.authorization = None;
            }
            target = next;
        }
        Err(ExchangeError::TooManyRedirects { host: self.host() })
    }

    fn next_target(&self, from: &Uri, location: &str) -> Result<Uri, ExchangeError> {
        let next =
            resolve_location(from, location).ok_or_else(|| ExchangeError::BadLocation { host: host_of(from) })?;
        let leaves_tls = next.scheme_str() == Some("http") && !self.plain_http;
        if leaves_tls && !is_same_host(from, &next) {
            return Err(ExchangeError::PlainRedirect { host: host_of(from), target: host_of(&next) });
        }
        Ok(next)
    }

    fn send(&self, target: &Uri, call: Call<'_>) -> Result<Response<Body>, ExchangeError> {
        let host = host_of(target);
        let named_by = if is_same_host(&self.base, target) { NamedBy::User } else { NamedBy::Registry };
        check_literal(target.host().unwrap_or_default(), named_by, &self.neighborhood, self.public_only)?;
        let agents = match named_by {
            NamedBy::User => &self.own,
            NamedBy::Registry => &self.named,
        };
        let [direct, http, https] = agents;
        let (agent, proxy) = match self.proxies.route(target) {
            Route::Direct => (direct, None),
            Route::HttpProxy => (http, self.proxies.http.as_deref()),
            Route::HttpsProxy => (https, self.proxies.https.as_deref()),
        };
        let mut request = Request::builder().uri(target).header(header::ACCEPT_ENCODING, "identity");
        if !call.accept.is_empty() {
            request = request.header(header::ACCEPT, call.accept);
        }
        if let Some(authorization) = call.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request = match call.until_byte {
            Some(until) => {
                request.header(header::RANGE, format!("bytes={}-{}", call.from_byte, until.saturating_sub(1)))
            }
            None if call.from_byte > 0 => request.header(header::RANGE, format!("bytes={}-", call.from_byte)),
            None => request,
        };
        let bad_request = |_| ExchangeError::BadLocation { host: host.clone() };
        let body_within = Some(call.body_within.unwrap_or(self.document_within));
        let sent = match call.form {
            None => {
                let request = if call.is_head { request.method("HEAD") } else { request };
                let request = request.body(()).map_err(bad_request)?;
                agent.run(agent.configure_request(request).timeout_recv_body(body_within).build())
            }
            Some(form) => {
                let request = request
                    .method("POST")
                    .header(header::CONTENT_TYPE, call.form_type.unwrap_or("application/x-www-form-urlencoded"));
                let request = request.body(form).map_err(bad_request)?;
                agent.run(agent.configure_request(request).timeout_recv_body(body_within).build())
            }
        };
        // The one that fails may be the proxy.
        let asked = proxy.map_or(host.clone(), |proxy| format!("{host} through the proxy {}", without_password(proxy)));
        let is_encrypted = target.scheme_str() == Some("https");
        sent.map_err(|error| match from_ureq(error, &asked) {
            ExchangeError::Connection { host, source } if is_encrypted && ends_early(&source) => {
                ExchangeError::EndedEarly { host, source }
            }
            error => error,
        })
    }
}

/// Whether a connection ended as one does whose other end does not know what to make of the beginning of encryption. An
/// end behind that has a text of its own.
fn ends_early(error: &io::Error) -> bool {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => error.get_ref().is_none(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => true,
        _ => false,
    }
}

/// A proxy as it is told.
fn without_password(proxy: &str) -> String {
    proxy.rsplit('@').next().unwrap_or_default().to_owned()
}

fn config(roots: RootCerts, proxy: Option<Proxy>, options: &RegistryOptions) -> Config {
    let tls = TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
        .build();
    let timeouts = &options.timeouts;
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy)
        .tls_config(tls)
        .user_agent(&options.user_agent)
        .max_response_header_size(64 << 10)
        .timeout_resolve(Some(timeouts.connect))
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.answer))
        .timeout_per_read(Some(timeouts.idle))
        .timeout_per_write(Some(timeouts.idle))
        .build()
}

fn parse_proxy(url: &str) -> Result<Proxy, ExchangeError> {
    let shown = || without_password(url);
    let proxy = Proxy::new(url).map_err(|_| ExchangeError::Proxy { proxy: shown() })?;
    match proxy.protocol() {
        ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https => Ok(proxy),
        _ => Err(ExchangeError::Proxy { proxy: shown() }),
    }
}

/// Resolves what a `Location` header says (RFC 3986, section 5); user names and other schemes than those of the web are
/// refused.
fn resolve_location(base: &Uri, location: &str) -> Option<Uri> {
    let scheme = base.scheme_str()?;
    let authority = base.authority()?.as_str();
    let has_scheme = location.split_once("://").is_some_and(|(before, _)| !before.contains(['/', '?', '#']));
    let absolute = if has_scheme {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let uri: Uri = absolute.parse().ok()?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_plain_authority = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    if !is_http || !is_plain_authority || uri.host()?.is_empty() {
        return None;
    }
    let path = without_dot_segments(uri.path());
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(path_and_query.parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// A path from the root without its `.` and `..` (RFC 3986, section 5.2.4).
fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        if segment == ".." {
            kept.pop();
        } else if segment != "." {
            kept.push(segment);
            continue;
        }
        // What leads to a folder ends with a slash.
        if segments.peek().is_none() {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

fn is_same_host(one: &Uri, other: &Uri) -> bool {
    let port = |uri: &Uri| uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    one.scheme() == other.scheme()
        && port(one) == port(other)
        && one.host().unwrap_or_default().eq_ignore_ascii_case(other.host().unwrap_or_default())
}

fn host_of(uri: &Uri) -> String {
    uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default()
}

/// Sorts what went wrong while a body was read.
pub(super) fn from_io(error: io::Error, host: &str) -> ExchangeError {
    from_ureq(ureq::Error::from(error), host)
}

fn from_ureq(error: ureq::Error, host: &str) -> ExchangeError {
    let host = host.to_owned();
    match error {
        ureq::Error::HostNotFound => ExchangeError::UnknownHost { host },
        ureq::Error::Timeout(phase) => ExchangeError::TimedOut { host, phase: phase.to_string() },
        ureq::Error::Rustls(error) => from_rustls(error, host),
        ureq::Error::Other(error) => match error.downcast::<RefusedAddress>() {
            Ok(refused) => ExchangeError::RefusedAddress(*refused),
            Err(error) => ExchangeError::Protocol { host, source: Box::new(ureq::Error::Other(error)) },
        },
        ureq::Error::Io(error) => match error.downcast::<rustls::Error>() {
            Ok(error) => from_rustls(error, host),
            Err(source) if source.kind() == io::ErrorKind::TimedOut => {
                ExchangeError::TimedOut { host, phase: "sending".into() }
            }
            Err(source) => ExchangeError::Connection { host, source },
        },
        ureq::Error::ConnectProxyFailed(reason) => {
            ExchangeError::Connection { host, source: io::Error::other(format!("the proxy refused: {reason}")) }
        }
        other => ExchangeError::Protocol { host, source: Box::new(other) },
    }
}

fn from_rustls(error: rustls::Error, host: String) -> ExchangeError {
    let source = Box::new(error);
    match *source {
        rustls::Error::InvalidCertificate(_) => ExchangeError::Certificate { host, source },
        _ => ExchangeError::Encryption { host, source },
    }
}

/// Waits before a further attempt: twice as long each time, or as long as the server asks for.
pub(super) fn back_off(attempt: u32, asked: Option<Duration>, first: Duration) {
    let own = first.saturating_mul(1 << attempt.min(5));
    std::thread::sleep(asked.unwrap_or(own).max(own.min(Duration::from_secs(1))));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(base: &str, location: &str, expected: Option<&str>) {
        let resolved = resolve_location(&base.parse().unwrap(), location).map(|uri| uri.to_string());
        assert_eq!(resolved.as_deref(), expected, "{location}");
    }

    #[test]
    fn locations_are_resolved_against_the_request() {
        let base = "https://reg.example.com:444/v2/a/blobs/x?y=1";
        check(base, "https://s3.example.com/b?X=1#part", Some("https://s3.example.com/b?X=1"));
        check(base, "/b?to=https://x", Some("https://reg.example.com:444/b?to=https://x"));
        check(base, "//cdn.example.com/b", Some("https://cdn.example.com/b"));
        check(base, "b", Some("https://reg.example.com:444/v2/a/blobs/b"));
        check(base, "?z", Some("https://reg.example.com:444/v2/a/blobs/x?z"));
        check(base, "b?to=https://x", Some("https://reg.example.com:444/v2/a/blobs/b?to=https://x"));
    }

    #[test]
    fn dot_segments_of_locations_lead_upwards_and_nowhere() {
        let base = "https://reg.example.com/v2/a/blobs/x";
        let at = |path: &str| format!("https://reg.example.com{path}");
        for (location, path) in [
            ("../../b/blobs/y", "/v2/b/blobs/y"),
            ("../../b/blobs/y?d=../z", "/v2/b/blobs/y?d=../z"),
            ("./y", "/v2/a/blobs/y"),
            ("..", "/v2/a/"),
            (".", "/v2/a/blobs/"),
            ("../../../../../y", "/y"),
            ("/s/./t/../y", "/s/y"),
            ("/s//../y/", "/s/y/"),
            ("https://reg.example.com/s/../y?z", "/y?z"),
            (".well-known/..x/y..", "/v2/a/blobs/.well-known/..x/y.."),
        ] {
            check(base, location, Some(&at(path)));
        }
    }

    #[test]
    fn other_schemes_and_user_names_are_refused() {
        for location in ["ftp://x/", "file:///etc/passwd", "https://user:pw@x/", "https:///x", "http://[::/"] {
            check("https://reg.example.com/", location, None);
        }
    }

    #[test]
    fn a_host_is_the_same_only_with_scheme_and_port() {
        let same = |one: &str, other: &str| is_same_host(&one.parse().unwrap(), &other.parse().unwrap());
        assert!(same("https://A.example.com/", "https://a.example.com:443/x"));
        assert!(!same("https://a.example.com/", "https://a.example.com:444/"));
        assert!(!same("https://a.example.com/", "http://a.example.com:443/"));
    }

    #[test]
    fn an_encrypted_connection_is_not_left_for_a_plain_one() {
        let client = |plain_http| {
            let options = RegistryOptions::default();
            HttpClient::new("https://reg.example.com/".parse().unwrap(), plain_http, &options).unwrap()
        };
        let from = "https://reg.example.com/v2/".parse().unwrap();
        let next = |client: HttpClient, location: &str| client.next_target(&from, location);
        let refused = next(client(false), "http://reg.example.com/blob");
        assert!(matches!(refused, Err(ExchangeError::PlainRedirect { .. })), "{refused:?}");
        assert!(next(client(false), "https://s3.example.com/blob").is_ok());
        assert!(next(client(true), "http://s3.example.com/blob").is_ok());
    }

    #[test]
    fn proxies_other_than_http_are_refused_without_their_password() {
        for url in ["socks5://u:secret@proxy:1080", "ftp://u:secret@proxy"] {
            let error = parse_proxy(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(parse_proxy("proxy:3128").is_ok());
    }
}
