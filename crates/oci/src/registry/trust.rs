//! Trust: which certificate authorities vouch for a registry.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ureq::tls::{Certificate, PemItem, parse_pem};

/// Where Linux distributions, BSDs and macOS keep the authorities that the machine trusts; the first that exists counts.
const SYSTEM_BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// The error of reading a file of certificate authorities.
#[derive(Debug, thiserror::Error)]
pub enum ReadAuthoritiesError {
    /// The file cannot be read.
    #[error("cannot read the certificate authorities in {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file has no certificate.
    #[error("{} has no certificate in PEM form", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// The machine's authorities and those in the given files.
pub(super) fn authorities(files: &[PathBuf]) -> Result<Vec<Certificate<'static>>, ReadAuthoritiesError> {
    let mut certificates = match SYSTEM_BUNDLES.iter().map(Path::new).find(|path| path.is_file()) {
        Some(path) => read(path)?,
        None => Vec::new(),
    };
    for path in files {
        let given = read(path)?;
        if given.is_empty() {
            return Err(ReadAuthoritiesError::Empty { path: path.clone() });
        }
        certificates.extend(given);
    }
    Ok(certificates)
}

fn read(path: &Path) -> Result<Vec<Certificate<'static>>, ReadAuthoritiesError> {
    let pem = fs::read(path).map_err(|source| ReadAuthoritiesError::Read { path: path.to_owned(), source })?;
    Ok(parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate.to_owned()),
            _ => None,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_file_without_a_certificate_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "not a certificate").unwrap();
        let error = authorities(&[file.path().to_owned()]).unwrap_err();
        assert!(matches!(error, ReadAuthoritiesError::Empty { .. }), "{error}");
        let error = authorities(&["/nonexistent/ca.pem".into()]).unwrap_err();
        assert!(matches!(error, ReadAuthoritiesError::Read { .. }), "{error}");
    }
}
