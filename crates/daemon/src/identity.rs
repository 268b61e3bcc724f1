//! The TLS identity of a service: certificates that were given, or a small CA of its own.
//!
//! The own CA lives in one folder: `ca.pem` (which clients trust), `ca.key`, `server.pem`, `server.key`. Keys are readable
//! by their owner alone. The server's certificate is renewed when it starts within its last thirty days.

use std::io::Write as _;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

/// How long the own CA is valid.
const CA_DAYS: i64 = 3650;

/// How long a server certificate of the own CA is valid: the longest that clients of the public web take.
const SERVER_DAYS: i64 = 397;

/// Within how many days of its end a certificate is renewed.
const RENEW_DAYS: i64 = 30;

/// A TLS identity.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What the server shows and signs with.
    pub config: Arc<ServerConfig>,
    /// The CA that clients must trust, where it is our own.
    pub ca: Option<PathBuf>,
}

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A file cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no certificate or key.
    #[error("{path} holds no usable {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// `certificate` or `private key`.
        what: &'static str,
    },
    /// Certificate and key do not belong together.
    #[error("the certificate {certificate} and the key {key} cannot be used together")]
    Mismatch {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate")]
    Make(#[source] rcgen::Error),
}

impl Identity {
    /// Takes a certificate chain and its key from PEM files.
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or they do not belong together.
    pub fn given(certificate: &Path, key: &Path) -> Result<Identity, IdentityError> {
        let content = |path: &Path, what| IdentityError::Content { path: path.to_owned(), what };
        let pem = read(certificate)?;
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| content(certificate, "certificate"))?;
        let private = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|_| content(key, "private key"))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mismatch =
            |source| IdentityError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned(), source };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(mismatch)?
            .with_no_client_auth()
            .with_single_cert(chain, private)
            .map_err(mismatch)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Identity { config: Arc::new(config), ca: None })
    }

    /// Makes or takes an own CA in `folder` and a certificate for these names and addresses.
    ///
    /// # Errors
    /// When files cannot be read or written, or a certificate cannot be made.
    pub fn own(folder: &Path, names: &[String], now: i64) -> Result<Identity, IdentityError> {
        std::fs::create_dir_all(folder).map_err(|source| IdentityError::File { path: folder.to_owned(), source })?;
        let path = |name: &str| folder.join(name);
        let (ca_file, ca_key_file) = (path("ca.pem"), path("ca.key"));
        if !ca_file.exists() || !ca_key_file.exists() {
            let key = KeyPair::generate().map_err(IdentityError::Make)?;
            let certificate = ca_parameters(now).self_signed(&key).map_err(IdentityError::Make)?;
            write(&ca_key_file, key.serialize_pem().as_bytes(), 0o600)?;
            write(&ca_file, certificate.pem().as_bytes(), 0o644)?;
        }
        let (server_file, server_key_file) = (path("server.pem"), path("server.key"));
        if !is_current(&server_file, names, now) || !server_key_file.exists() {
            let text = |file: &Path| read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let ca_key = KeyPair::from_pem(&text(&ca_key_file)?)
                .map_err(|_| IdentityError::Content { path: ca_key_file.clone(), what: "private key" })?;
            // What a certificate says of its issuer is the name and the key, which do not change with time.
            let issuer = Issuer::new(ca_parameters(now), ca_key);
            let key = KeyPair::generate().map_err(IdentityError::Make)?;
            let certificate = server_parameters(names, now).signed_by(&key, &issuer).map_err(IdentityError::Make)?;
            write(&server_key_file, key.serialize_pem().as_bytes(), 0o600)?;
            write(&server_file, certificate.pem().as_bytes(), 0o644)?;
        }
        let identity = Identity::given(&server_file, &server_key_file)?;
        Ok(Identity { ca: Some(ca_file), ..identity })
    }
}

fn moment(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn ca_parameters(now: i64) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = named("Bulkhead installation CA");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.not_before = moment(now) - Duration::hours(1);
    parameters.not_after = moment(now) + Duration::days(CA_DAYS);
    parameters
}

fn server_parameters(names: &[String], now: i64) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = named("Bulkhead server");
    parameters.subject_alt_names = names
        .iter()
        .filter_map(|name| match name.parse::<IpAddr>() {
            Ok(address) => Some(SanType::IpAddress(address)),
            Err(_) => name.as_str().try_into().ok().map(SanType::DnsName),
        })
        .collect();
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters.not_before = moment(now) - Duration::hours(1);
    parameters.not_after = moment(now) + Duration::days(SERVER_DAYS);
    parameters
}

/// Whether a certificate of the own CA is for these names, holds already and does not end soon: one that was made while the
/// clock was ahead does not hold yet.
fn is_current(file: &Path, names: &[String], now: i64) -> bool {
    let Ok(pem) = std::fs::read(file) else { return false };
    let Ok(der) = CertificateDer::from_pem_slice(&pem) else { return false };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(&der) else { return false };
    let (begins, ends) = (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    let Ok(Some(own)) = certificate.subject_alternative_name() else { return false };
    let has = |name: &String| {
        own.value.general_names.iter().any(|general| match general {
            x509_parser::extensions::GeneralName::DNSName(dns) => dns == name,
            x509_parser::extensions::GeneralName::IPAddress(bytes) => match name.parse::<IpAddr>() {
                Ok(IpAddr::V4(address)) => address.octets() == **bytes,
                Ok(IpAddr::V6(address)) => address.octets() == **bytes,
                Err(_) => false,
            },
            _ => false,
        })
    };
    begins <= now && ends > now + RENEW_DAYS * 86_400 && names.iter().all(has)
}

fn read(path: &Path) -> Result<Vec<u8>, IdentityError> {
    std::fs::read(path).map_err(|source| IdentityError::File { path: path.to_owned(), source })
}

/// Writes a file that is whole or absent, with its mode from the beginning.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), IdentityError> {
    let part = path.with_extension("part");
    let write = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&part);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(|source| IdentityError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_own_ca_is_made_once_and_the_certificate_renewed_when_it_must() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        Identity::own(folder.path(), &names(&["localhost", "127.0.0.1"]), NOW).unwrap();
        let (ca, server) = (file("ca.pem"), file("server.pem"));
        let mode = std::fs::metadata(folder.path().join("ca.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads the key");

        Identity::own(folder.path(), &names(&["localhost"]), NOW + 86_400).unwrap();
        assert_eq!((file("ca.pem"), file("server.pem")), (ca.clone(), server.clone()), "nothing changes without need");

        Identity::own(folder.path(), &names(&["localhost", "bulkhead.example"]), NOW).unwrap();
        assert_ne!(file("server.pem"), server, "another name");
        let server = file("server.pem");
        Identity::own(folder.path(), &names(&["localhost"]), NOW + 380 * 86_400).unwrap();
        assert_ne!(file("server.pem"), server, "near its end");
        let server = file("server.pem");
        Identity::own(folder.path(), &names(&["localhost"]), NOW).unwrap();
        assert_ne!(file("server.pem"), server, "not yet valid, as the clock was ahead");
        assert_eq!(file("ca.pem"), ca);
    }

    #[test]
    fn what_is_no_certificate_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pem");
        std::fs::write(&path, "nothing").unwrap();
        let error = Identity::given(&path, &path).unwrap_err().to_string();
        assert!(error.ends_with("a.pem holds no usable certificate"), "{error}");
    }
}
