//! Checks of a value by what its issuer builds into it: checksums, structure, lengths.

mod bech32;
mod checksums;
pub(crate) mod encoded;
mod juniper;

use std::ops::Range;

use crate::foreign;
use crate::openpgp;
use crate::place::PlaceFacts;
use crate::plausible;

/// What has matched, within the bytes around it.
#[derive(Debug, Clone)]
pub(crate) struct Matched<'a> {
    pub(crate) bytes: &'a [u8],
    /// All that the rule has matched.
    pub(crate) whole: Range<usize>,
    /// The value alone.
    pub(crate) value: Range<usize>,
    /// The name in its normal form, of an assignment.
    pub(crate) key: Option<&'a str>,
    pub(crate) is_quoted: bool,
    pub(crate) facts: PlaceFacts,
    /// The first bytes of the file.
    pub(crate) head: &'a [u8],
    /// Where in the file `bytes` begin.
    pub(crate) origin: u64,
}

impl<'a> Matched<'a> {
    pub(crate) fn value(&self) -> &'a [u8] {
        &self.bytes[self.value.clone()]
    }
}

macro_rules! checks {
    ($($name:literal => $check:ident),* $(,)?) => {
        /// A check by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Check { $(#[doc = $name] $check),* }

        impl Check {
            /// The names of all checks, for a message.
            pub(crate) const NAMES: &'static str = concat!($($name, " "),*);

            pub(crate) fn named(name: &str) -> Option<Check> {
                match name { $($name => Some(Check::$check),)* _ => None }
            }
        }
    };
}

checks! {
    "password" => Password,
    "token" => Token,
    "no-stand-in" => NoStandIn,
    "mixed" => Mixed,
    "github-checksum" => GithubChecksum,
    "atlassian-checksum" => AtlassianChecksum,
    "grafana-checksum" => GrafanaChecksum,
    "bech32" => Bech32,
    "jwt" => Jwt,
    "basic-auth" => BasicAuth,
    "password-in-url" => PasswordInUrl,
    "base64-of-32" => Base64Of32,
    "base64-of-64" => Base64Of64,
    "base64-json" => Base64Json,
    "wireguard" => Wireguard,
    "discord" => Discord,
    "pypi" => Pypi,
    "in-password-file" => InPasswordFile,
    "at-start" => AtStart,
    "whole-der" => WholeDer,
    "pkcs12" => Pkcs12,
    "quoted" => Quoted,
    "in-force" => InForce,
    "not-marked" => NotMarked,
    "named-for-a-value" => NamedForAValue,
    "password-in-settings" => PasswordInSettings,
    "password-in-command" => PasswordInCommand,
    "in-sql-statement" => InSqlStatement,
    "openpgp-plain" => OpenpgpPlain,
    "openpgp-protected" => OpenpgpProtected,
    "ssh2-plain" => Ssh2Plain,
    "ssh2-encrypted" => Ssh2Encrypted,
    "juniper" => Juniper,
}

impl Check {
    /// Whether the check holds.
    pub(crate) fn holds(self, matched: &Matched<'_>) -> bool {
        let value = matched.value();
        match self {
            Check::Password => plausible::may_be_password(matched.key.unwrap_or_default(), value, &matched.facts),
            Check::Token => plausible::may_be_token(value, &matched.facts),
            Check::NoStandIn => !plausible::is_stand_in(value),
            Check::Mixed => plausible::is_mixed(value),
            Check::GithubChecksum => checksums::is_github(value),
            Check::AtlassianChecksum => checksums::is_atlassian(value),
            Check::GrafanaChecksum => checksums::is_grafana(value),
            Check::Bech32 => bech32::is_valid(value),
            Check::Jwt => encoded::is_jwt(value),
            Check::BasicAuth => encoded::is_basic_auth(value),
            Check::PasswordInUrl => is_password_in_url(matched),
            Check::Base64Of32 => encoded::base64_length(value) == Some(32),
            Check::Base64Of64 => encoded::base64_length(value) == Some(64),
            Check::Base64Json => encoded::is_base64_json(value),
            Check::Wireguard => encoded::is_wireguard_key(value),
            Check::Discord => encoded::is_discord_token(value),
            Check::Pypi => encoded::is_pypi_token(value),
            Check::InPasswordFile => value.len() >= 3 && !plausible::is_stand_in(value),
            Check::AtStart => matched.origin + matched.whole.start as u64 == 0,
            Check::WholeDer => is_whole_der(&matched.bytes[matched.whole.start..]),
            Check::Pkcs12 => is_pkcs12(matched.head),
            Check::Quoted => matched.is_quoted,
            Check::InForce => matched.facts.is_in_force(),
            Check::NotMarked => matched.facts.mark.is_none(),
            Check::NamedForAValue => is_named_for_a_value(matched),
            Check::PasswordInSettings => is_password_word(value) && plausible::entropy(value) > 1.5,
            Check::PasswordInCommand => {
                is_password_word(value)
                    && !value.contains(&b'/')
                    && !value.contains(&b'(')
                    && !is_end_of_name(matched.bytes, matched.whole.start)
            }
            Check::OpenpgpPlain => openpgp::is_protected(&matched.bytes[matched.whole.start..]) == Some(false),
            Check::OpenpgpProtected => openpgp::is_protected(&matched.bytes[matched.whole.start..]) == Some(true),
            Check::Ssh2Plain => encoded::is_plain_ssh2_key(value),
            Check::Ssh2Encrypted => !encoded::is_plain_ssh2_key(value),
            Check::Juniper => juniper::secret_in(value).is_some_and(|secret| !plausible::is_stand_in(&secret)),
            Check::InSqlStatement => is_in_sql_statement(&matched.bytes[..matched.whole.start]),
        }
    }
}

/// A password between `:` and `@`. Where it is in force a weak one counts, but for the name of the service itself and for
/// one that repeats the user of a service on the same machine.
fn is_password_in_url(matched: &Matched<'_>) -> bool {
    let value = matched.value();
    let is_text = std::str::from_utf8(value)
        .is_ok_and(|text| !text.contains(['<', '>', '{', '}', '$', '*', '[', ']', '(', ')', '|', '`', '\\']));
    let words: [&[u8]; 14] = [
        b"pass",
        b"password",
        b"pw",
        b"pwd",
        b"pass1",
        b"secret",
        b"passwd",
        b"p",
        b"foo",
        b"bar",
        b"pswd",
        b"mypass",
        b"user",
        b"test",
    ];
    let before = &matched.bytes[matched.whole.start..matched.value.start];
    let user = before.strip_suffix(b":").unwrap_or(before).rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let after = &matched.bytes[matched.value.end..matched.whole.end];
    let host = after.strip_prefix(b"@").unwrap_or(after);
    let is_stand_in_host = [
        &b"host"[..],
        b"hostname",
        b"example",
        b"your",
        b"server",
        b"domain",
        b"proxyserver",
        b"foo",
        b"myhost",
        b"mydomain",
        b"ip",
    ]
    .iter()
    .any(|word| {
        host.len() >= word.len()
            && host[..word.len()].eq_ignore_ascii_case(word)
            && !host.get(word.len()).is_some_and(u8::is_ascii_alphanumeric)
    }) || memchr::memmem::find(host, b"example").is_some();
    is_text
        && value.len() >= 3
        && !words.iter().any(|word| value.eq_ignore_ascii_case(word))
        && !plausible::is_stand_in(value)
        && !is_stand_in_host
        && (value != user || matched.facts.is_in_force() && value.len() > 3 && !is_loopback(host))
        && (matched.facts.is_in_force()
            || value.len() >= 5
                && plausible::entropy(value) > 2.0
                && value.iter().any(|byte| !byte.is_ascii_lowercase()))
}

/// A service on the developer's own machine, where `guest:guest` is what it comes with.
fn is_loopback(host: &[u8]) -> bool {
    [&b"localhost"[..], b"127.0.0.1", b"[::1]", b"0.0.0.0"].iter().any(|name| host.starts_with(name))
}

/// Text that may be a password, and is none of the words that stand for one.
fn is_password_word(value: &[u8]) -> bool {
    let words: [&[u8]; 10] = [b"pass", b"pw", b"pwd", b"mypass", b"user", b"test", b"foo", b"bar", b"secret", b"xxx"];
    let is_sign = |byte: &u8| !byte.is_ascii() || byte.is_ascii_graphic() && !b"{}<>`\\%".contains(byte);
    let is_text = value.iter().all(is_sign)
        && !value.iter().all(u8::is_ascii_lowercase)
        && (value.is_ascii() || std::str::from_utf8(value).is_ok_and(|text| !foreign::is_said(text)));
    is_text
        && value.len() >= 4
        && !words.iter().any(|word| value.eq_ignore_ascii_case(word))
        && !plausible::is_stand_in(value)
}

/// Whether the word that begins here is the end of a longer name: `mysql` in `-proundcube-mysql`.
fn is_end_of_name(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == b'-' && bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
}

/// How far before its password a statement of SQL may begin.
const LONGEST_STATEMENT: usize = 600;
/// How many words may stand between `CREATE` and what is created: `OR REPLACE`, `IF NOT EXISTS`, `EXTERNAL`.
const WORDS_BEFORE_OBJECT: usize = 4;

/// Whether a statement of SQL that says who may log on goes on behind these bytes; in other texts something may be
/// "identified by" anything.
fn is_in_sql_statement(before: &[u8]) -> bool {
    let before = &before[before.len().saturating_sub(LONGEST_STATEMENT)..];
    let start = memchr::memrchr(b';', before).map_or(0, |end| end + 1);
    let lower = before[start..].to_ascii_lowercase();
    let words: Vec<&[u8]> =
        lower.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let next = &words[at + 1..];
        let soon = &next[..next.len().min(WORDS_BEFORE_OBJECT)];
        let names = |words: &[&[u8]], one_of: &[&str]| {
            words.iter().any(|word| one_of.iter().any(|name| *word == name.as_bytes()))
        };
        match *word {
            b"create" | b"alter" => names(soon, &["user", "role", "login", "group", "account", "link"]),
            b"grant" => names(next, &["on", "to"]),
            b"connect" => names(soon, &["to"]),
            b"backup" | b"restore" => names(soon, &["database", "log"]),
            _ => false,
        }
    })
}

/// Whether all bytes are there that a sequence of DER says it has.
fn is_whole_der(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x82, high, low, rest @ ..] => rest.len() >= usize::from(*high) << 8 | usize::from(*low),
        [0x30, 0x81, length, rest @ ..] | [0x30, length, rest @ ..] => rest.len() >= usize::from(*length),
        _ => false,
    }
}

/// Whether the value is no repetition of its own name, as in `token = "access_token"`.
fn is_named_for_a_value(matched: &Matched<'_>) -> bool {
    let letters = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let (key, mut value) = (letters(matched.key.unwrap_or_default().as_bytes()), letters(matched.value()));
    if !matched.facts.is_in_force() {
        value.truncate(value.len() - value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count());
    }
    memchr::memmem::find(&key, b"public").is_none()
        && (value.is_empty() || memchr::memmem::find(&key, &value).is_none())
}

/// A PFX of RFC 7292: a sequence that begins with version 3.
fn is_pkcs12(head: &[u8]) -> bool {
    let version = match head {
        [0x30, 0x80, rest @ ..]
        | [0x30, 0x81, _, rest @ ..]
        | [0x30, 0x82, _, _, rest @ ..]
        | [0x30, 0x83, _, _, _, rest @ ..] => rest,
        _ => return false,
    };
    version.starts_with(&[2, 1, 3])
}
