//! Connections to PostgreSQL: encrypted by rustls where the server or the address asks for it.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// How long a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// Where Debian and most others keep the certificates of the authorities they trust.
const SYSTEM_ROOTS: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

pub(crate) fn connect(uri: &str) -> Result<postgres::Client, StoreError> {
    let (uri, roots_file) = without_roots(uri);
    let mut config: postgres::Config =
        uri.parse().map_err(|error: postgres::Error| StoreError::Address { problem: error.to_string() })?;
    config.application_name("bulkhead").connect_timeout(CONNECT_WAIT).keepalives_idle(Duration::from_secs(30));
    let client = match config.get_ssl_mode() {
        postgres::config::SslMode::Disable => config.connect(postgres::NoTls),
        _ => config.connect(MakeRustlsConnect::new(tls(roots_file.as_deref())?)),
    };
    let mut client = client.map_err(|error| StoreError::Unreachable { source: Box::new(error) })?;
    client.batch_execute(SESSION)?;
    Ok(client)
}

/// What holds for each connection. Queries are written for indexes: a page read by one costs little more than the next of a
/// table, as it does on solid state disks and in memory. Nothing is compiled: a page of a list ends after some dozens of
/// rows, which the planner, who counts all that a query could give, does not see, and compiling takes longer than any of them
/// (PostgreSQL 15 manual, 32.2). Nor is a query divided among processes that begin for it and end with it (15.1 there):
/// twenty people who ask at once have use for all processors.
const SESSION: &str = "SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '60s'; \
     SET timezone = 'UTC'; SET random_page_cost = 1.1; SET jit = off; \
     SET max_parallel_workers_per_gather = 0";

/// Takes `sslrootcert=FILE` out of a connection URI: libpq knows it (PostgreSQL 15 manual, 34.1.2), our client does not.
fn without_roots(uri: &str) -> (String, Option<String>) {
    let Some((before, query)) = uri.split_once('?') else { return (uri.to_owned(), None) };
    let mut file = None;
    let mut kept = Vec::new();
    for parameter in query.split('&') {
        match parameter.strip_prefix("sslrootcert=") {
            Some(value) => file = Some(value.replace("%2F", "/")),
            None => kept.push(parameter),
        }
    }
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (format!("{before}{query}"), file)
}

fn tls(roots_file: Option<&str>) -> Result<ClientConfig, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    let files: Vec<&str> = roots_file.map_or_else(|| SYSTEM_ROOTS.to_vec(), |file| vec![file]);
    for file in files {
        let Ok(certificates) = CertificateDer::pem_file_iter(file) else {
            if roots_file.is_some() {
                let problem = format!("cannot read the certificates in {file}");
                return Err(StoreError::Address { problem });
            }
            continue;
        };
        roots.add_parsable_certificates(certificates.flatten());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Address { problem: error.to_string() })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;

    #[test]
    fn no_query_is_compiled_or_divided() {
        on_both_stores(|store| {
            if !store.is_shared() {
                return;
            }
            for (setting, expected) in [("jit", "off"), ("max_parallel_workers_per_gather", "0")] {
                let sql = format!("SHOW {setting}");
                let asked = store.read_blocking(move |connection| connection.row(&sql, &[]));
                assert_eq!(asked.unwrap().unwrap().text(0), expected);
            }
        });
    }

    #[test]
    fn the_file_of_roots_is_taken_out_of_the_address() {
        let (uri, file) = without_roots("postgres://h/d?sslmode=require&sslrootcert=/etc/ca.pem");
        assert_eq!((uri.as_str(), file.as_deref()), ("postgres://h/d?sslmode=require", Some("/etc/ca.pem")));
        assert_eq!(without_roots("postgres://h/d"), ("postgres://h/d".to_owned(), None));
    }
}
