//! Where the server may connect to on somebody's word. Whoever may set up a webhook must not reach what only the server
//! can: the metadata service of a cloud, its own loopback, the house's network (SSRF).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

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
pub(crate) struct GuardedResolver {
    pub(crate) may_be_private: bool,
}

impl Resolver for GuardedResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = DefaultResolver::default().resolve(uri, config, timeout)?;
        for address in addresses.iter() {
            check(address.ip(), self.may_be_private)
                .map_err(|refused| ureq::Error::Io(std::io::Error::other(refused)))?;
        }
        Ok(addresses)
    }
}

/// The refusal inside of an error, where there is one.
pub(crate) fn refusal(error: &std::io::Error) -> Option<&Refused> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

#[cfg(test)]
mod tests {
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
}
