//! Where the server may connect to on somebody's word. Whoever may set up a webhook must not reach what only the server
//! can: the metadata service of a cloud, its own loopback, the house's network (SSRF).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Where Debian and others keep the certificates of the authorities that they trust.
const SYSTEM_ROOTS: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// An address that is not connected to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{address} is a link-local, metadata or other special address, where nothing may be sent")]
    Special { address: IpAddr },
    #[error("{address} is a private address, which the setting private_addresses forbids")]
    Private { address: IpAddr },
}

/// Services of clouds that tell whoever asks from the machine its credentials, at addresses that are not link-local.
const METADATA: &[IpAddr] = &[
    // Alibaba Cloud.
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    // Azure's WireServer.
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    // Oracle Cloud.
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    // Amazon EC2.
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254)),
];

/// Whether an address may be connected to.
pub(crate) fn check(address: IpAddr, may_be_private: bool) -> Result<(), Refused> {
    let address = inner(address);
    let is_special = METADATA.contains(&address)
        || address.is_unspecified()
        || address.is_multicast()
        || match address {
            IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast() || v4.octets()[0] == 0 || v4.octets()[0] >= 240,
            IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.segments()[0] & 0xffc0 == 0xfec0,
        };
    if is_special {
        return Err(Refused::Special { address });
    }
    let is_private = address.is_loopback()
        || match address {
            // 100.64.0.0/10 is shared by carriers and used inside clouds (RFC 6598).
            IpAddr::V4(v4) => v4.is_private() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64),
            IpAddr::V6(v6) => v6.is_unique_local(),
        };
    match is_private && !may_be_private {
        true => Err(Refused::Private { address }),
        false => Ok(()),
    }
}

/// The address that a packet ends at: IPv4 inside of IPv6 (mapped, RFC 4291, 2.5.5.2; NAT64, RFC 6052; 6to4, RFC 3056).
fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let segments = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => v4(high, low),
        [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}

/// The addresses of a host, each of which may be connected to. What is connected to must be one of these: a name that is
/// resolved again may tell another.
pub(crate) fn resolve(host: &str, port: u16, may_be_private: bool) -> std::io::Result<Vec<SocketAddr>> {
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    for address in &addresses {
        check(address.ip(), may_be_private).map_err(std::io::Error::other)?;
    }
    Ok(addresses)
}

/// Resolves names for HTTP: what is not allowed is refused before a connection is made, and what was looked at is what is
/// connected to.
#[derive(Debug)]
pub(crate) struct GuardedResolver<R = DefaultResolver> {
    may_be_private: bool,
    inner: R,
}

impl GuardedResolver {
    pub(crate) fn new(may_be_private: bool) -> GuardedResolver {
        GuardedResolver { may_be_private, inner: DefaultResolver::default() }
    }
}

impl<R: Resolver> Resolver for GuardedResolver<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        for address in addresses.iter() {
            check(address.ip(), self.may_be_private)
                .map_err(|refused| ureq::Error::Io(std::io::Error::other(refused)))?;
        }
        Ok(addresses)
    }
}

/// Sends requests to addresses that a resolver lets through, within a time for each as a whole. Redirects are not followed.
pub(crate) fn agent(resolver: impl Resolver, longest: Duration, ca: Option<&str>) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // A proxy of the environment would connect to what was not looked at.
        .proxy(None)
        .timeout_global(Some(longest))
        .user_agent(concat!("bulkhead/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls(ca))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), resolver)
}

/// TLS with the certificate authorities that the system trusts, and those of `ca`, PEM.
pub(crate) fn tls(ca: Option<&str>) -> TlsConfig {
    let given = ca.into_iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes())).flatten();
    let roots = SYSTEM_ROOTS.iter().filter_map(|file| CertificateDer::pem_file_iter(file).ok()).flatten().flatten();
    let roots: Vec<_> = roots.chain(given).map(|der| Certificate::from_der(&der).to_owned()).collect();
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build()
}

/// The refusal inside of an error, where there is one.
pub(crate) fn refusal(error: &std::io::Error) -> Option<&Refused> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    use test_support::HttpMock;

    use super::*;

    fn checked(address: &str, may_be_private: bool) -> Result<(), Refused> {
        check(address.parse().unwrap(), may_be_private)
    }

    #[test]
    fn metadata_and_link_local_are_refused_in_every_spelling() {
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::169.254.169.254",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "0.0.0.0",
            "0.1.2.3",
            "::",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
            "240.0.0.1",
            "fec0::1",
        ] {
            assert!(matches!(checked(address, true), Err(Refused::Special { .. })), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_a_choice() {
        for address in
            ["10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "100.64.0.1", "::1", "fd12::1", "::ffff:10.0.0.1"]
        {
            assert_eq!(checked(address, true), Ok(()), "{address}");
            assert!(matches!(checked(address, false), Err(Refused::Private { .. })), "{address}");
        }
        for address in ["93.184.216.34", "2606:2800:220:1::1", "100.128.0.1", "172.32.0.1"] {
            assert_eq!(checked(address, false), Ok(()), "{address}");
        }
    }

    /// A name server that tells another address each time, the last one for ever.
    #[derive(Debug)]
    struct Rebinding {
        answers: Mutex<Vec<Vec<SocketAddr>>>,
        asked: Arc<AtomicU32>,
    }

    impl Resolver for Rebinding {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let mut answers = self.answers.lock().unwrap();
            let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
            let mut told = self.empty();
            answer.into_iter().for_each(|address| told.push(address));
            Ok(told)
        }
    }

    fn rebinding(answers: &[&[SocketAddr]]) -> (Agent, Arc<AtomicU32>) {
        let asked = Arc::new(AtomicU32::new(0));
        let answers = Mutex::new(answers.iter().map(|answer| answer.to_vec()).collect());
        let resolver =
            GuardedResolver { may_be_private: true, inner: Rebinding { answers, asked: Arc::clone(&asked) } };
        (agent(resolver, Duration::from_secs(5), None), asked)
    }

    #[test]
    fn what_was_looked_at_is_what_is_connected_to_though_the_name_tells_another_address_next() {
        let mock = HttpMock::start(|_| (200, Vec::new(), String::new()));
        let good: SocketAddr = mock.host().parse().unwrap();
        let metadata: SocketAddr = "169.254.169.254:80".parse().unwrap();
        let (agent, asked) = rebinding(&[&[good], &[metadata]]);
        assert_eq!(agent.get("http://rebinding.example/").call().unwrap().status(), 200);
        assert_eq!((asked.load(Ordering::SeqCst), mock.requests().len()), (1, 1), "it is resolved once and no more");
        let refused = agent.get("http://rebinding.example/").call().unwrap_err();
        assert!(matches!(&refused, ureq::Error::Io(error) if refusal(error).is_some()), "{refused}");
        let (agent, _) = rebinding(&[&[good, metadata]]);
        assert!(agent.get("http://rebinding.example/").call().is_err(), "one bad address among good ones is enough");
        assert_eq!(mock.requests().len(), 1);
    }

    #[test]
    fn a_redirect_leads_nowhere() {
        let to = ("location".to_owned(), "http://169.254.169.254/latest/meta-data/".to_owned());
        let mock = HttpMock::start(move |_| (302, vec![to.clone()], String::new()));
        let answer = agent(GuardedResolver::new(true), Duration::from_secs(5), None).get(mock.url()).call();
        assert_eq!((answer.unwrap().status().as_u16(), mock.requests().len()), (302, 1));
    }
}
