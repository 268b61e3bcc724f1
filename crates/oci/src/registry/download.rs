//! A file from a web server, with the same care as a blob from a registry: guarded redirects, time-outs, a bound.

use std::io::{self, Read, Write};

use ureq::http::Uri;

use super::http::{Call, ExchangeError, HttpClient, from_io};
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
    let call = Call { body_within: Some(body_time(&options.timeouts, limit_bytes)), ..Call::default() };
    let mut answer = client.ask(url, call).map_err(exchange)?;
    if !answer.status.is_success() {
        return Err(DownloadError::Status { url: url.to_owned(), status: answer.status.as_u16() });
    }
    let host = answer.host.clone();
    let mut body = answer.body.as_reader();
    let mut buffer = vec![0; 64 << 10];
    let mut taken = 0;
    loop {
        let count = body.read(&mut buffer).map_err(|error| exchange(from_io(error, &host)))?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        taken += count as u64;
        if taken > limit_bytes {
            return Err(exchange(ExchangeError::TooLarge { host, limit_bytes }));
        }
        out.write_all(bytes).map_err(|source| DownloadError::Write { url: url.to_owned(), source })?;
    }
}

/// As long as the slowest server that is put up with would need for the limit.
fn body_time(timeouts: &Timeouts, limit_bytes: u64) -> std::time::Duration {
    timeouts.grace + std::time::Duration::from_secs(limit_bytes / timeouts.minimum_rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_downloaded() {
        for url in ["", "file:///etc/passwd", "/etc/passwd", "ftp://example.com/x", "https://"] {
            let outcome = download(url, 1, &RegistryOptions::default(), &mut Vec::new());
            assert!(matches!(outcome, Err(DownloadError::Url { .. })), "{url}");
        }
    }
}
