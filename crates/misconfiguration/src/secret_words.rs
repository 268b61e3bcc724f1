//! Names under which secrets are assigned, and values that are no reference to one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::node::PLACEHOLDER;

/// The name of the first secret that a text assigns (`export DB_PASSWORD=x`), also where the text is in base64.
pub(crate) fn assigned_secret(text: &str) -> Option<String> {
    let decoded = STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = decoded.as_deref().unwrap_or(text);
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=').or_else(|| line.split_once(':'))?;
        let name = name.trim().trim_start_matches("- ").rsplit([' ', '\t']).next()?.trim_matches(['"', '\'', '\\']);
        let is_comment = line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//");
        let value = value.trim().trim_end_matches([',', ';']).trim_matches(['"', '\'', '\\', ' ']);
        (!is_comment && holds_secret(name, value)).then(|| name.to_owned())
    })
}

/// Whether a value is a secret, as its name or it itself tells.
pub(crate) fn holds_secret(name: &str, value: &str) -> bool {
    (is_secret_name(name) && is_secret_value(value)) || is_key(value)
}

/// Whether a value has the form of a key that a service gives out.
fn is_key(value: &str) -> bool {
    let is_of_amazon = value.len() == 20
        && ["AKIA", "ASIA"].iter().any(|prefix| value.starts_with(prefix))
        && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_of_github =
        value.len() >= 40 && ["ghp_", "gho_", "ghs_", "github_pat_"].iter().any(|prefix| value.starts_with(prefix));
    is_of_amazon || is_of_github || value.contains("-----BEGIN") && value.contains("PRIVATE KEY")
}

/// Whether a name is one under which a secret is kept.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "secret",
        "secretkey",
        "secretaccesskey",
        "accesskeyid",
        "accesskey",
        "apikey",
        "accesstoken",
        "authtoken",
        "privatekey",
        "token",
        "credentials",
        "clientsecret",
        "sessiontoken",
    ];
    let written = name.to_ascii_lowercase();
    let name = written.replace(['-', '.', '_'], "");
    let is_short = ["pass", "pwd", "pword", "passwrd", "pswrd"].iter().any(|word| {
        let rest = written.strip_suffix(word);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(['_', '-', '.']))
    });
    name.len() < 80
        && (is_short
            || ENDS.iter().any(|end| name.ends_with(end))
            || name.starts_with("password")
            || name.starts_with("secretkey"))
}

/// Whether a value is the secret itself: no reference to where it is, and no switch.
pub(crate) fn is_secret_value(value: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "none", "null", "nil", "yes", "no", "changeme", "required", "optional"];
    let is_reference = value.contains("${")
        || value.contains("$(")
        || value.contains("{{")
        || value.contains(PLACEHOLDER)
        || value.starts_with(['$', '/', '<', '%', '`'])
        || value.starts_with("arn:")
        || value.contains("://")
        || value.starts_with("//");
    value.len() > 2
        && !is_reference
        && !WORDS.contains(&value.to_ascii_lowercase().as_str())
        && !value.starts_with("***")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_of_secrets_are_found_in_scripts() {
        assert_eq!(assigned_secret("#!/bin/sh\nexport DB_PASSWORD=\\\"hunter22\\\"").as_deref(), Some("DB_PASSWORD"));
        assert_eq!(assigned_secret(&STANDARD.encode("API_KEY='abcdef'")).as_deref(), Some("API_KEY"));
        for harmless in
            ["export SSM_PATH=/db/password", "PASSWORD=$(get it)", "# password=x12", "TOKEN_URL=https://x", "a b c"]
        {
            assert_eq!(assigned_secret(harmless), None, "{harmless}");
        }
    }
}
