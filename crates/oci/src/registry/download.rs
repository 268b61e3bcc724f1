//! A file from a web server, with the same care as a blob from a registry: guarded redirects, time-outs, a bound, resumed
//! where a connection breaks.

use std::io::{self, Read, Write};

use ureq::http::{StatusCode, Uri, header};

use super::blob::{PROGRESS_BYTES, range_start};
use super::http::{Call, ExchangeError, HttpClient, back_off, from_io};
use super::{RegistryOptions, Timeouts};

/// The error of downloading a file.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The text is no address of a file.
    #[error("`{url}` is no address; write https://HOST/PATH")]
    Url {
        /// The text that was given.
        url: String,
    },
    /// The server could not be asked, or its answer broke off.
    #[error("cannot download {url}")]
    Exchange {
        /// The address.
        url: String,
        /// The cause.
        source: ExchangeError,
    },
    /// The server does not have it, or does not give it.
    #[error("cannot download {url}: the server answered {status}")]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server does not go on where the connection broke.
    #[error("cannot download {url}: the server does not go on at byte {at_byte}, where the connection broke")]
    NoRest {
        /// The address.
        url: String,
        /// Where the connection broke.
        at_byte: u64,
    },
    /// Another file came when the connection had broken.
    #[error("{url} changed while it was downloaded; try again")]
    Changed {
        /// The address.
        url: String,
    },
    /// What was downloaded cannot be written.
    #[error("cannot keep what {url} offers")]
    Write {
        /// The address.
        url: String,
        /// The cause.
        source: io::Error,
    },
}

/// Writes the file at `url` to `out`, at most `limit_bytes` of it. `http://` is spoken only where it is asked for.
///
/// # Errors
/// When the server cannot be reached, refuses, takes too long or offers more than the limit, and when `out` refuses.
pub fn download(
    url: &str,
    limit_bytes: u64,
    options: &RegistryOptions,
    out: &mut dyn Write,
) -> Result<(), DownloadError> {
    let base = url.parse::<Uri>().ok().filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let base = base.filter(|uri| uri.host().is_some()).ok_or_else(|| DownloadError::Url { url: url.to_owned() })?;
    let exchange = |source| DownloadError::Exchange { url: url.to_owned(), source };
    let plain_http = base.scheme_str() == Some("http");
    let client = HttpClient::new(base, plain_http, options).map_err(exchange)?;
    let timeouts = &options.timeouts;
    let mut download = Download { client, url, limit_bytes, timeouts, version: None, taken: 0, begins_anew: false };
    let (mut failures, mut failed_at) = (0, 0);
    loop {
        let error = match download.go_on(out) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if download.taken - failed_at >= PROGRESS_BYTES {
            failures = 0;
        }
        failed_at = download.taken;
        let may_pass = match &error {
            // A server that never answered is told at once.
            DownloadError::Exchange { source, .. } => download.taken > 0 && source.is_passing(true),
            DownloadError::NoRest { .. } => true,
            _ => false,
        };
        if !may_pass || failures >= timeouts.retries {
            return Err(error);
        }
        download.begins_anew |= matches!(error, DownloadError::NoRest { .. });
        back_off(failures, None, timeouts.first_retry);
        failures += 1;
    }
}

/// A file on its way.
struct Download<'a> {
    client: HttpClient,
    url: &'a str,
    limit_bytes: u64,
    timeouts: &'a Timeouts,
    /// What the first answer said of the version of the file.
    version: Option<[Option<String>; 2]>,
    /// How many bytes of it have come.
    taken: u64,
    /// Whether the server does not go on where the connection broke, so that what came is asked for again and skipped.
    begins_anew: bool,
}

impl Download<'_> {
    /// Takes what is left of the file, as far as the connection holds.
    fn go_on(&mut self, out: &mut dyn Write) -> Result<(), DownloadError> {
        let url = self.url;
        let exchange = |source| DownloadError::Exchange { url: url.to_owned(), source };
        let body_within = Some(body_time(self.timeouts, self.limit_bytes));
        let from_byte = if self.begins_anew { 0 } else { self.taken };
        let no_rest = || DownloadError::NoRest { url: url.to_owned(), at_byte: from_byte };
        let mut answer = self.client.ask(url, Call { body_within, from_byte, ..Call::default() }).map_err(exchange)?;
        if answer.status == StatusCode::RANGE_NOT_SATISFIABLE && from_byte > 0 {
            return Err(no_rest());
        }
        if !answer.status.is_success() {
            return Err(DownloadError::Status { url: url.to_owned(), status: answer.status.as_u16() });
        }
        let version = [header::ETAG, header::LAST_MODIFIED].map(|name| answer.header(name).map(str::to_owned));
        if *self.version.get_or_insert_with(|| version.clone()) != version {
            return Err(DownloadError::Changed { url: url.to_owned() });
        }
        let is_part = answer.status == StatusCode::PARTIAL_CONTENT;
        let begins_at = if is_part { range_start(&answer) } else { Some(0) };
        let Some(mut skip) = begins_at.and_then(|begins_at| self.taken.checked_sub(begins_at)) else {
            return Err(if from_byte > 0 { no_rest() } else { DownloadError::Changed { url: url.to_owned() } });
        };
        let host = answer.host.clone();
        let mut body = answer.body.as_reader();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = body.read(&mut buffer).map_err(|error| exchange(from_io(error, &host)))?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
            // What came before, of a server that sends no parts.
            let again = usize::try_from(skip).unwrap_or(usize::MAX).min(count);
            skip -= again as u64;
            let bytes = bytes.get(again..).unwrap_or_default();
            self.taken += bytes.len() as u64;
            if self.taken > self.limit_bytes {
                return Err(exchange(ExchangeError::TooLarge { host, limit_bytes: self.limit_bytes }));
            }
            out.write_all(bytes).map_err(|source| DownloadError::Write { url: url.to_owned(), source })?;
        }
    }
}

/// As long as the slowest server that is put up with would need for the limit.
fn body_time(timeouts: &Timeouts, limit_bytes: u64) -> std::time::Duration {
    timeouts.grace + std::time::Duration::from_secs(limit_bytes / timeouts.minimum_rate.max(1))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::registry::mock::{MockServer, Reply, reply, stream};

    fn options(retries: u32) -> RegistryOptions {
        let timeouts = Timeouts { first_retry: Duration::from_millis(1), retries, ..Timeouts::default() };
        RegistryOptions { plain_http: true, timeouts, ..RegistryOptions::default() }
    }

    /// What a download from a server brings that cuts the first answers after some bytes; those after it say another ETag.
    fn cut(answers: usize, sends_parts: bool, etag: &'static str) -> (Result<Vec<u8>, String>, Vec<String>) {
        let file: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
        let count = AtomicUsize::new(0);
        let server = MockServer::start({
            let file = file.clone();
            move |request| {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let asked = request.header("range").trim_start_matches("bytes=").trim_end_matches('-').parse();
                let from = asked.unwrap_or(0).min(if sends_parts { file.len() } else { 0 });
                let tag = if number == 0 { "a" } else { etag };
                let rest = file[from..].to_vec();
                let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
                let status = if from > 0 { 206 } else { 200 };
                if number >= answers {
                    return reply(status, &[("content-range", &range), ("etag", tag)], rest);
                }
                stream(move |connection| {
                    let length = rest.len();
                    write!(
                        connection,
                        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\ncontent-range: {range}\r\netag: {tag}\r\n\r\n"
                    )?;
                    connection.write_all(&rest[..60_000.min(length)])
                })
            }
        });
        let mut out = Vec::new();
        let done = download(&format!("http://{}/a.db", server.address), 1 << 20, &options(3), &mut out);
        let done = done.map(|()| out).map_err(|error| error.to_string());
        assert!(done.as_ref().map_or(true, |out| *out == file));
        (done, server.requests().iter().map(|request| request.header("range").to_owned()).collect())
    }

    #[test]
    fn a_download_goes_on_where_its_connection_broke() {
        let (done, ranges) = cut(2, true, "a");
        assert!(done.is_ok());
        assert_eq!(ranges, ["", "bytes=60000-", "bytes=120000-"]);
        assert!(cut(1, false, "a").0.is_ok(), "what came before is passed over");
        assert!(cut(1, true, "b").0.unwrap_err().ends_with("changed while it was downloaded; try again"));
        let (failed, ranges) = cut(9, false, "a");
        assert!(failed.unwrap_err().starts_with("cannot download"));
        assert_eq!(ranges.len(), 4, "three further tries bring nothing new");
    }

    #[test]
    fn a_download_begins_anew_where_the_server_does_not_go_on() {
        let rests: [fn(&[u8]) -> Reply; 3] = [
            |_| reply(416, &[], ""),
            |file| reply(206, &[], &file[60_000..]),
            |file| reply(206, &[("content-range", "bytes 70000-199999/200000")], &file[70_000..]),
        ];
        for rest in rests {
            let file: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
            let count = AtomicUsize::new(0);
            let server = MockServer::start({
                let file = file.clone();
                move |request| match (request.header("range"), count.fetch_add(1, Ordering::SeqCst)) {
                    ("", 0 | 3) => {
                        let part = file[..60_000].to_vec();
                        stream(move |connection| {
                            connection.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 200000\r\n\r\n")?;
                            connection.write_all(&part)
                        })
                    }
                    ("", _) => reply(200, &[], file.clone()),
                    _ => rest(&file),
                }
            });
            let url = format!("http://{}/a.db", server.address);
            let mut out = Vec::new();
            download(&url, 1 << 20, &options(2), &mut out).unwrap();
            assert!(out == file);
            let ranges: Vec<String> =
                server.requests().iter().map(|request| request.header("range").to_owned()).collect();
            assert_eq!(ranges, ["", "bytes=60000-", ""]);
            let error = download(&url, 1 << 20, &options(1), &mut Vec::new()).unwrap_err().to_string();
            assert!(error.ends_with("does not go on at byte 60000, where the connection broke"), "{error}");
        }
    }

    #[test]
    fn only_web_addresses_are_downloaded() {
        for url in ["", "file:///etc/passwd", "/etc/passwd", "ftp://example.com/x", "https://"] {
            let outcome = download(url, 1, &RegistryOptions::default(), &mut Vec::new());
            assert!(matches!(outcome, Err(DownloadError::Url { .. })), "{url}");
        }
    }
}
