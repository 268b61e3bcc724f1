//! Trust: which certificate authorities vouch for a registry.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
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
    /// The file has no certificate that can be used.
    #[error("{} has no certificate in PEM form", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file has a private key in place of a certificate.
    #[error("{} has a private key and no certificate; name the file of the certificate authority", path.display())]
    PrivateKey {
        /// The file.
        path: PathBuf,
    },
}

/// Checks before anything is asked that each of the files has a certificate. A pipe can be read only once, by whoever uses
/// the certificates, and is passed over.
///
/// # Errors
/// When a file cannot be read or has no certificate that can be used.
pub fn check_authorities(files: &[PathBuf]) -> Result<(), ReadAuthoritiesError> {
    for path in files {
        let metadata =
            path.metadata().map_err(|source| ReadAuthoritiesError::Read { path: path.to_owned(), source })?;
        if metadata.is_file() || metadata.is_dir() {
            given(path)?;
        }
    }
    Ok(())
}

/// The machine's authorities and those in the given files.
pub(super) fn authorities(files: &[PathBuf]) -> Result<Vec<Certificate<'static>>, ReadAuthoritiesError> {
    let mut certificates = match SYSTEM_BUNDLES.iter().map(Path::new).find(|path| path.is_file()) {
        Some(path) => read(path)?.certificates,
        None => Vec::new(),
    };
    for path in files {
        certificates.extend(given(path)?);
    }
    Ok(certificates)
}

/// The certificates of a file that was named for having some.
fn given(path: &Path) -> Result<Vec<Certificate<'static>>, ReadAuthoritiesError> {
    let Contents { certificates, has_private_key } = read(path)?;
    let ders = certificates.iter().map(|certificate| CertificateDer::from(certificate.der()));
    let (usable, _) = RootCertStore::empty().add_parsable_certificates(ders);
    match usable {
        0 if has_private_key => Err(ReadAuthoritiesError::PrivateKey { path: path.to_owned() }),
        0 => Err(ReadAuthoritiesError::Empty { path: path.to_owned() }),
        _ => Ok(certificates),
    }
}

/// What a file in PEM form has.
struct Contents {
    certificates: Vec<Certificate<'static>>,
    has_private_key: bool,
}

fn read(path: &Path) -> Result<Contents, ReadAuthoritiesError> {
    let pem = fs::read(path).map_err(|source| ReadAuthoritiesError::Read { path: path.to_owned(), source })?;
    let mut contents = Contents { certificates: Vec::new(), has_private_key: false };
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => contents.certificates.push(certificate.to_owned()),
            Ok(PemItem::PrivateKey(_)) => contents.has_private_key = true,
            _ => {}
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_file_without_a_certificate_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| {
            let path = folder.path().join("ca.pem");
            fs::write(&path, text).unwrap();
            path
        };
        let frame = |label: &str| format!("-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n");
        for text in ["", "not a certificate", &frame("CERTIFICATE"), &frame("CERTIFICATE").replace("MAA=", "!")] {
            let files = [write(text)];
            for error in [authorities(&files).unwrap_err(), check_authorities(&files).unwrap_err()] {
                assert!(matches!(error, ReadAuthoritiesError::Empty { .. }), "{error}: {text}");
            }
        }
        let files = [write(&frame("PRIVATE KEY"))];
        for error in [authorities(&files).unwrap_err(), check_authorities(&files).unwrap_err()] {
            assert!(matches!(error, ReadAuthoritiesError::PrivateKey { .. }), "{error}");
        }
        for path in [folder.path().join("absent"), folder.path().to_owned()] {
            let files = [path];
            for error in [authorities(&files).unwrap_err(), check_authorities(&files).unwrap_err()] {
                assert!(matches!(error, ReadAuthoritiesError::Read { .. }), "{error}");
            }
        }
    }
}
