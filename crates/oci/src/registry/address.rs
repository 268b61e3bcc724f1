//! Addresses: where a registry may send us.
//!
//! A registry names further hosts: token services, and storage that holds blobs. Whoever runs a hostile registry could
//! name a host that only we can reach, such as a cloud's metadata service. So every address is judged when its name has
//! been resolved, on the very addresses that are then connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// The kinds of addresses, the nearest to this machine first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKind {
    /// Nobody's registry: unspecified, link-local, multicast, metadata services.
    Forbidden,
    /// This machine.
    Loopback,
    /// Networks that are not routed publicly.
    Private,
    /// Everything else.
    Public,
}

/// An address that is not connected to.
#[derive(Debug, thiserror::Error)]
#[error(
    "{host} has the address {address}, to which a registry may not send anybody: link-local and metadata addresses \
     never, private and loopback ones only when the registry itself has such an address"
)]
pub struct RefusedAddress {
    /// The host that was to be reached.
    pub host: String,
    /// The address it has.
    pub address: IpAddr,
}

/// What is known of the registry's own addresses.
#[derive(Debug, Default)]
pub(super) struct Neighborhood(Mutex<Option<AddressKind>>);

impl Neighborhood {
    fn record(&self, kind: AddressKind) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kind);
    }

    /// Whether the registry may send us to such an address.
    fn admits(&self, kind: AddressKind) -> bool {
        let registry = self.0.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(AddressKind::Public);
        kind != AddressKind::Forbidden && kind >= registry
    }
}

/// Who named the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedBy {
    /// The user.
    User,
    /// The registry.
    Registry,
}

/// Resolves names and lets only those addresses through that may be connected to.
#[derive(Debug)]
pub(super) struct GuardedResolver<R = DefaultResolver> {
    /// What tells the addresses of names.
    pub(super) inner: R,
    pub(super) named_by: NamedBy,
    pub(super) neighborhood: Arc<Neighborhood>,
    /// Whether even the user may name nothing but public addresses.
    pub(super) public_only: bool,
    /// Host and port of the proxy, which the user named.
    pub(super) proxy: Option<(String, u16)>,
}

impl<R: Resolver> Resolver for GuardedResolver<R> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = self.inner.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })?;
        let is_proxy = self
            .proxy
            .as_ref()
            .is_some_and(|(host, port)| uri.host() == Some(host) && uri.port_u16().unwrap_or(*port) == *port);
        if is_proxy {
            return Ok(resolved);
        }
        let mut allowed = self.empty();
        let mut farthest = AddressKind::Forbidden;
        for address in &resolved {
            let kind = kind_of(address.ip());
            if is_allowed(kind, self.named_by, &self.neighborhood, self.public_only) {
                farthest = farthest.max(kind);
                allowed.push(*address);
            }
        }
        match resolved.first() {
            Some(first) if allowed.is_empty() => {
                let host = uri.host().unwrap_or_default().to_owned();
                Err(ureq::Error::Other(Box::new(RefusedAddress { host, address: first.ip() })))
            }
            _ => {
                if self.named_by == NamedBy::User {
                    self.neighborhood.record(farthest);
                }
                Ok(allowed)
            }
        }
    }
}

/// Judges a host that is written as an address, for connections whose names a proxy resolves.
pub(super) fn check_literal(
    host: &str,
    named_by: NamedBy,
    neighborhood: &Neighborhood,
    public_only: bool,
) -> Result<(), RefusedAddress> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let Ok(address) = bare.parse::<IpAddr>() else { return Ok(()) };
    let kind = kind_of(address);
    if !is_allowed(kind, named_by, neighborhood, public_only) {
        return Err(RefusedAddress { host: host.to_owned(), address });
    }
    if named_by == NamedBy::User {
        neighborhood.record(kind);
    }
    Ok(())
}

fn is_allowed(kind: AddressKind, named_by: NamedBy, neighborhood: &Neighborhood, public_only: bool) -> bool {
    let is_near_enough = match named_by {
        NamedBy::User => kind != AddressKind::Forbidden,
        NamedBy::Registry => neighborhood.admits(kind),
    };
    is_near_enough && (kind == AddressKind::Public || !public_only)
}

pub(super) fn kind_of(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    }
}

fn kind_of_v4(address: Ipv4Addr) -> AddressKind {
    let octets = address.octets();
    match octets {
        // Alibaba Cloud's and Azure's metadata services, which live in otherwise ordinary networks.
        [100, 100, 100, 200] | [168, 63, 129, 16] => AddressKind::Forbidden,
        [0, ..] | [169, 254, ..] | [192, 0, 0, _] | [224..=255, ..] => AddressKind::Forbidden,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18..=19, ..] => {
            AddressKind::Private
        }
        _ => AddressKind::Public,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> AddressKind {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        kind_of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Forbidden,
        // IPv4 in IPv6: mapped, compatible, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => embedded(high, low),
        // The metadata services of Amazon and Google.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => AddressKind::Forbidden,
        [first, ..] => match first {
            0xfe80..=0xfeff | 0xff00.. => AddressKind::Forbidden,
            0xfc00..=0xfdff => AddressKind::Private,
            _ => AddressKind::Public,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use test_support::HttpMock;

    use super::*;

    fn check(kind: AddressKind, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(kind_of(address.parse().unwrap()), kind, "{address}");
        }
    }

    #[test]
    fn addresses_are_judged_in_every_spelling() {
        check(
            AddressKind::Forbidden,
            &[
                "0.0.0.0",
                "169.254.169.254",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "255.255.255.255",
                "::",
                "fe80::1",
                "fd00:ec2::254",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "ff02::1",
            ],
        );
        check(AddressKind::Loopback, &["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"]);
        check(AddressKind::Private, &["10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "fd12::1"]);
        check(AddressKind::Public, &["1.1.1.1", "172.32.0.1", "2606:4700::1", "100.128.0.1"]);
    }

    #[test]
    fn a_registry_may_send_us_only_outwards() {
        let neighborhood = Neighborhood::default();
        let admitted = |kind| neighborhood.admits(kind);
        assert!(admitted(AddressKind::Public) && !admitted(AddressKind::Private));
        neighborhood.record(AddressKind::Private);
        assert!(admitted(AddressKind::Private) && !admitted(AddressKind::Loopback));
        neighborhood.record(AddressKind::Loopback);
        assert!(admitted(AddressKind::Loopback) && !admitted(AddressKind::Forbidden));
        assert!(check_literal("169.254.169.254", NamedBy::User, &neighborhood, false).is_err());
        assert!(check_literal("10.0.0.1", NamedBy::User, &neighborhood, false).is_ok());
        assert!(check_literal("10.0.0.1", NamedBy::User, &neighborhood, true).is_err());
        assert!(check_literal("1.1.1.1", NamedBy::User, &neighborhood, true).is_ok());
        assert!(check_literal("[fe80::1]", NamedBy::Registry, &neighborhood, false).is_err());
        assert!(check_literal("metadata.example.com", NamedBy::Registry, &neighborhood, false).is_ok());
    }

    /// A name server that tells another address each time.
    #[derive(Debug)]
    struct Rebinding(Mutex<Vec<SocketAddr>>);

    impl Resolver for Rebinding {
        fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut told = self.empty();
            told.push(self.0.lock().unwrap().pop().unwrap());
            Ok(told)
        }
    }

    #[test]
    fn a_name_that_tells_another_address_next_is_refused_there_and_resolved_once_for_each_connection() {
        let registry = HttpMock::start(|_| (200, Vec::new(), String::new()));
        let neighborhood = Arc::new(Neighborhood::default());
        let agent = |named_by, mut addresses: Vec<&str>| {
            addresses.reverse();
            let inner = Rebinding(Mutex::new(addresses.iter().map(|address| address.parse().unwrap()).collect()));
            let neighborhood = Arc::clone(&neighborhood);
            let resolver = GuardedResolver { inner, named_by, neighborhood, public_only: false, proxy: None };
            let config = ureq::Agent::config_builder().proxy(None).build();
            ureq::Agent::with_parts(config, ureq::unversioned::transport::DefaultConnector::default(), resolver)
        };
        let host = registry.host();
        // A third look would find nothing to pop.
        let own = agent(NamedBy::User, vec![&host, "169.254.169.254:80"]);
        assert!(own.get("http://rebinding.example/v2/").call().is_ok());
        let refused = own.get("http://rebinding.example/v2/").call().unwrap_err();
        assert!(matches!(&refused, ureq::Error::Other(error) if error.is::<RefusedAddress>()), "{refused}");
        assert_eq!(registry.requests().len(), 1);
        // A registry in public sends nobody to where only this machine gets.
        *neighborhood.0.lock().unwrap() = Some(AddressKind::Public);
        for inward in [host.as_str(), "10.0.0.1:80", "169.254.169.254:80", "[fd00:ec2::254]:80"] {
            let refused = agent(NamedBy::Registry, vec![inward]).get("http://rebinding.example/").call().unwrap_err();
            assert!(
                matches!(&refused, ureq::Error::Other(error) if error.is::<RefusedAddress>()),
                "{inward}: {refused}"
            );
        }
    }
}
