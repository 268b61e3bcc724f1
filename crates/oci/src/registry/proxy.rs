//! Proxies: which requests go through one.

use std::net::IpAddr;

use ureq::http::Uri;

/// The proxies to use, as programs know them from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
#[derive(Debug, Clone, Default)]
pub struct ProxySettings {
    /// The proxy for https targets, as a URL.
    pub https: Option<String>,
    /// The proxy for plain http targets, as a URL.
    pub http: Option<String>,
    /// What is reached without a proxy: host names (with everything below them), `.domain`, addresses, networks
    /// `address/bits`, each with an optional `:port`, separated by commas; `*` for everything.
    pub except: String,
}

/// Which way a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Direct,
    HttpProxy,
    HttpsProxy,
}

impl ProxySettings {
    /// The way to a target. This machine is never reached through a proxy.
    pub(super) fn route(&self, target: &Uri) -> Route {
        let is_https = target.scheme_str() == Some("https");
        let (proxy, route) = if is_https { (&self.https, Route::HttpsProxy) } else { (&self.http, Route::HttpProxy) };
        let port = target.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        match proxy {
            Some(proxy) if !proxy.is_empty() && !self.is_excepted(target.host().unwrap_or_default(), port) => route,
            _ => Route::Direct,
        }
    }

    fn is_excepted(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok();
        if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
            return true;
        }
        self.except.split(',').map(str::trim).filter(|rule| !rule.is_empty()).any(|rule| {
            let rule = rule.to_ascii_lowercase();
            let (name, wanted_port) = match rule.rsplit_once(':') {
                Some((name, digits)) if !name.contains(':') || name.ends_with(']') => {
                    (name, digits.parse::<u16>().ok())
                }
                _ => (rule.as_str(), None),
            };
            let name = name.trim_start_matches('[').trim_end_matches(']');
            wanted_port.is_none_or(|wanted| wanted == port) && matches_rule(&host, address, name)
        })
    }
}

fn matches_rule(host: &str, address: Option<IpAddr>, rule: &str) -> bool {
    if rule == "*" {
        return true;
    }
    if let Some(address) = address {
        return match rule.split_once('/') {
            Some((network, bits)) => match (network.parse(), bits.parse()) {
                (Ok(network), Ok(bits)) => is_in_network(address, network, bits),
                _ => false,
            },
            None => rule.parse() == Ok(address),
        };
    }
    let domain = rule.trim_start_matches('*').trim_start_matches('.').trim_end_matches('.');
    match host.strip_suffix(domain) {
        _ if domain.is_empty() => false,
        Some("") => !rule.starts_with('.'),
        Some(before) => before.ends_with('.'),
        None => false,
    }
}

fn is_in_network(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(except: &str, target: &str, route: Route) {
        let settings = ProxySettings {
            https: Some("http://proxy:3128".into()),
            http: Some("http://proxy:3129".into()),
            except: except.into(),
        };
        assert_eq!(settings.route(&target.parse().unwrap()), route, "{except} {target}");
    }

    #[test]
    fn the_scheme_of_the_target_chooses_the_proxy() {
        check("", "https://reg.example.com/v2/", Route::HttpsProxy);
        check("", "http://reg.example.com/v2/", Route::HttpProxy);
        check("", "http://localhost:5000/v2/", Route::Direct);
        check("", "https://[::1]/v2/", Route::Direct);
    }

    #[test]
    fn exceptions_are_names_domains_addresses_and_networks() {
        check("example.com", "https://reg.example.com/", Route::Direct);
        check("example.com", "https://badexample.com/", Route::HttpsProxy);
        check(".example.com", "https://example.com/", Route::HttpsProxy);
        check("*.example.com", "https://a.example.com/", Route::Direct);
        check("a.com, 10.0.0.0/8", "https://10.2.3.4/", Route::Direct);
        check("10.0.0.0/8", "https://11.2.3.4/", Route::HttpsProxy);
        check("0.0.0.0/0", "https://11.2.3.4/", Route::Direct);
        check("fd00::/8", "https://[fd00::1]/", Route::Direct);
        check("reg.example.com:5000", "https://reg.example.com/", Route::HttpsProxy);
        check("reg.example.com:5000", "https://reg.example.com:5000/", Route::Direct);
        check("*", "https://reg.example.com/", Route::Direct);
    }
}
