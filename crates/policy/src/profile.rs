//! Profiles: what a container of an image may do at run time, as a document that the image carries
//! (`docs/reference/image-profile.md`). Here the format alone is known; whoever guards containers applies it.

mod keys;

use model::PolicyMode;

use crate::Pattern;
use crate::node::Node;
use crate::reader::{self, DocumentError, DocumentProblem, Table};
pub(crate) use keys::PROFILE as PROFILE_KEYS;
use keys::{EXECUTABLES, FILES, NETWORK, PROFILE, RULE};

/// Where an image carries its profile.
pub const PROFILE_PATH: &str = "etc/bulkhead/profile.json";
/// The most rules of a direction of the network.
pub const MOST_NETWORK_RULES: usize = 1000;

/// What a container of an image may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The name under which events tell of it.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Whether it blocks or only tells.
    pub mode: PolicyMode,
    /// Whether programs that the image did not bring, or that have changed since, may not run.
    pub blocks_drift: bool,
    /// The programs that may run; `None` for every one that the image brought.
    pub allowed_executables: Option<Vec<Pattern>>,
    /// Programs that may not run, whatever else is said.
    pub denied_executables: Vec<Pattern>,
    /// Places that may not be written.
    pub read_only: Vec<Pattern>,
    /// Places whose changes are told.
    pub watched: Vec<Pattern>,
    /// Connections that the container opens; `None` where nothing is said.
    pub outbound: Option<Vec<NetworkRule>>,
    /// Connections to the container.
    pub inbound: Option<Vec<NetworkRule>>,
    /// Capabilities that it keeps (`NET_BIND_SERVICE`); `None` for those that it was given.
    pub capabilities: Option<Vec<String>>,
}

/// A rule for connections; the first that fits decides, and what fits none is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRule {
    /// Whether what fits is allowed.
    pub allows: bool,
    /// The other side: a network in CIDR notation, a name of a host, or a pattern of names.
    pub peer: Pattern,
    /// From this port to that one, both included.
    pub ports: (u16, u16),
}

/// Whether a document says that it is a profile, right or wrong in all else.
pub fn is_profile(text: &str) -> bool {
    let schema = crate::node::parse(text).ok();
    let schema = schema.as_ref().and_then(|root| root.get("schema")).and_then(Node::text);
    schema.is_some_and(|schema| schema.starts_with("bulkhead.profile/"))
}

/// Reads a profile, as JSON or YAML. `file` is what errors call it.
///
/// # Errors
/// When the text is neither, is beyond a limit, or says something that profiles do not have.
pub fn read_profile(file: &str, text: &str) -> Result<Profile, DocumentError> {
    let root = reader::parse(file, text)?;
    let table = Table::new(file, "", &root, PROFILE)?;
    let executables = table.table("executables", EXECUTABLES)?;
    let files = table.table("files", FILES)?;
    let network = table.table("network", NETWORK)?;
    let paths = |table: &Option<Table<'_>>, key: &str| match table {
        Some(table) => paths(table, key),
        None => Ok(None),
    };
    let rules = |key: &str| match &network {
        Some(network) if network.has(key) => rules(network, key).map(Some),
        _ => Ok(None),
    };
    Ok(Profile {
        name: table.required("name").to_owned(),
        version: table.text("version").unwrap_or_default().to_owned(),
        mode: if table.text("mode") == Some("audit") { PolicyMode::Audit } else { PolicyMode::Enforce },
        blocks_drift: table.text("drift") != Some("allow"),
        allowed_executables: paths(&executables, "allow")?,
        denied_executables: paths(&executables, "deny")?.unwrap_or_default(),
        read_only: paths(&files, "read_only")?.unwrap_or_default(),
        watched: paths(&files, "watch")?.unwrap_or_default(),
        outbound: rules("outbound")?,
        inbound: rules("inbound")?,
        capabilities: table.has("capabilities").then(|| table.texts("capabilities")),
    })
}

/// Patterns of absolute paths.
fn paths(table: &Table<'_>, key: &str) -> Result<Option<Vec<Pattern>>, DocumentError> {
    if !table.has(key) {
        return Ok(None);
    }
    let texts = table.texts(key);
    if let Some(wrong) = texts.iter().find(|path| !path.starts_with('/') || path.split('/').any(|part| part == "..")) {
        let reason = format!("`{}`: `{wrong}` must be an absolute path without `..`", table.place(key));
        return Err(table.error(key, DocumentProblem::Combination { reason }));
    }
    Ok(Some(texts.into_iter().map(Pattern::new).collect()))
}

fn rules(network: &Table<'_>, key: &str) -> Result<Vec<NetworkRule>, DocumentError> {
    let tables = network.tables(key, RULE)?;
    if tables.len() > MOST_NETWORK_RULES {
        let reason = format!("`{}` has more than {MOST_NETWORK_RULES} rules", network.place(key));
        return Err(network.error(key, DocumentProblem::Combination { reason }));
    }
    tables.iter().map(rule).collect()
}

fn rule(table: &Table<'_>) -> Result<NetworkRule, DocumentError> {
    let wrong = |key: &str, what: &str| {
        let reason = format!("`{}` must be {what}, but is `{}`", table.place(key), table.required(key));
        table.error(key, DocumentProblem::Combination { reason })
    };
    let peer = table.required("peer");
    if !is_peer(peer) {
        return Err(wrong("peer", "a network such as 10.0.0.0/8, an address, a name of a host, or `*`"));
    }
    let ports = match table.text("ports") {
        None => (0, u16::MAX),
        Some(text) => ports(text).ok_or_else(|| wrong("ports", "a port such as 443 or a range such as 8000-8080"))?,
    };
    Ok(NetworkRule { allows: table.text("action") != Some("deny"), peer: Pattern::new(peer), ports })
}

/// Whether a text is a network in CIDR notation (RFC 4632), an address, or a name of hosts with `*` in place of labels.
fn is_peer(text: &str) -> bool {
    if let Some((address, bits)) = text.split_once('/') {
        let most = match address.parse() {
            Ok(std::net::IpAddr::V4(_)) => 32,
            Ok(std::net::IpAddr::V6(_)) => 128,
            Err(_) => return false,
        };
        return bits.parse::<u8>().is_ok_and(|bits| bits <= most);
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'*' | b'_');
    text.parse::<std::net::IpAddr>().is_ok() || (text.len() <= 253 && text.bytes().all(is_name))
}

fn ports(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (from > 0 && from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{
  "schema": "bulkhead.profile/1", "name": "shop", "version": 3, "mode": "enforce", "drift": "block",
  "executables": { "allow": ["/usr/bin/shop", "/usr/lib/shop/*"], "deny": ["/bin/sh"] },
  "files": { "read_only": ["/etc/*"], "watch": ["/var/lib/shop/*"] },
  "network": {
    "outbound": [ { "peer": "10.0.0.0/8", "ports": "5432" }, { "peer": "*.example.com", "ports": "443-444" },
                  { "peer": "*", "action": "deny" } ],
    "inbound": [ { "peer": "::/0", "ports": 8080 } ]
  },
  "capabilities": ["NET_BIND_SERVICE"]
}"#;

    #[test]
    fn a_profile_says_what_a_container_may_do() {
        assert!(is_profile(WHOLE) && !is_profile("schema: bulkhead.policy/1\n") && !is_profile("["));
        let profile = read_profile("p.json", WHOLE).unwrap();
        assert_eq!((profile.name.as_str(), profile.version.as_str()), ("shop", "3"));
        assert!(profile.blocks_drift && profile.allowed_executables.unwrap()[1].matches("/usr/lib/shop/a"));
        let outbound = profile.outbound.unwrap();
        assert_eq!(outbound[1].ports, (443, 444));
        assert_eq!((outbound[2].allows, outbound[2].ports), (false, (0, u16::MAX)));
        assert_eq!(profile.capabilities.unwrap(), ["NET_BIND_SERVICE"]);
        let least = read_profile("p.json", r#"{"schema": "bulkhead.profile/1", "name": "a"}"#).unwrap();
        assert!(least.blocks_drift && least.mode == PolicyMode::Enforce && least.allowed_executables.is_none());
    }

    #[test]
    fn every_error_names_file_line_and_key() {
        let told = |rest: &str| {
            let text = format!("{{\"schema\": \"bulkhead.profile/1\",\n\"name\": \"a\",\n{rest}}}");
            read_profile("p.json", &text).unwrap_err().to_string()
        };
        for (rest, expected) in [
            ("\"drfit\": \"block\"", "p.json:3: `drfit` is no key here; the nearest is `drift`"),
            ("\"drift\": \"blok\"", "p.json:3: `blok` is not a value of `drift`; the nearest is `block`"),
            (
                "\"executables\": {\"allow\": [\"bin/sh\"]}",
                "p.json:3: `executables.allow`: `bin/sh` must be an absolute",
            ),
            ("\"files\": {\"watch\": [\"/a/../b\"]}", "without `..`"),
            (
                "\"network\": {\"inbound\": [{\"peer\": \"10.0.0.0/33\"}]}",
                "`network.inbound[0].peer` must be a network",
            ),
            (
                "\"network\": {\"inbound\": [{\"peer\": \"*\", \"ports\": \"9-8\"}]}",
                "`network.inbound[0].ports` must be a port",
            ),
            ("\"capabilities\": [\"SYSADMIN\"]", "the nearest is `SYS_ADMIN`"),
        ] {
            assert!(told(rest).contains(expected), "{}", told(rest));
        }
    }
}
