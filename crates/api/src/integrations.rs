//! Targets of notifications.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// A target of notifications. Credentials are never told, only whether there are any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Integration {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where messages go.
    pub target: Target,
    /// Whether there are credentials: the key of the signature, the address at Slack, the password at the mail server.
    pub has_secret: bool,
    /// The topics that are told; a trailing `*` takes all that begin so.
    pub topics: Vec<String>,
    /// `en` or `ja`.
    pub language: String,
    /// How many seconds events of one cause are gathered into one message; 0 for not at all.
    pub digest_seconds: u32,
    /// Whether anything is told.
    pub is_enabled: bool,
    /// How many messages wait, as far as they are counted: up to 1,000.
    pub waiting: u64,
    /// Whether more wait than that.
    pub has_more_waiting: bool,
    /// When a message last arrived.
    pub delivered: Option<Moment>,
    /// When one last did not.
    pub failed: Option<Moment>,
    /// Why it did not.
    pub failure: Option<String>,
    /// The same in Japanese, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_ja: Option<String>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// A program that takes JSON. The secret is the key of the HMAC-SHA256 in `X-Bulkhead-Signature`.
    Webhook {
        /// The address.
        url: String,
        /// A template of the body in place of the event as JSON.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
    },
    /// A channel at Slack, or what takes messages as Slack does. The secret is the address of the incoming webhook.
    Slack {
        /// A template of the text in place of the built-in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
    },
    /// Mail by SMTP. The secret is the password.
    Email {
        /// The mail server.
        host: String,
        /// Its port: 465, 587 or 25.
        port: u16,
        /// How the connection is encrypted.
        security: MailSecurity,
        /// The name to log in with; no log-in where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// The sender.
        from: String,
        /// The recipients.
        to: Vec<String>,
        /// A template of the text in place of the built-in one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<String>,
    },
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS from the beginning (port 465).
    Tls,
    /// TLS after `STARTTLS`, which is required (port 587).
    Starttls,
    /// Not at all; no log-in is possible then.
    None,
}

/// An integration as it shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntegrationEdit {
    /// The name.
    pub name: String,
    /// Where messages go.
    pub target: Target,
    /// The credentials; those so far stay where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The topics that are told; a trailing `*` takes all that begin so.
    pub topics: Vec<String>,
    /// `en` or `ja`.
    #[serde(default = "english")]
    pub language: String,
    /// How many seconds events of one cause are gathered into one message; 0 for not at all.
    #[serde(default)]
    pub digest_seconds: u32,
    /// Whether anything is told.
    #[serde(default = "yes")]
    pub is_enabled: bool,
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}

/// How a test message fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntegrationTest {
    /// Whether it arrived.
    pub is_delivered: bool,
    /// Why it did not.
    pub failure: Option<String>,
    /// The same in Japanese, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_ja: Option<String>,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeadLetter)]
pub struct DeadLetter {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub event: Event,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it was given up.
    pub failure: String,
    /// The same in Japanese, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_ja: Option<String>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Moment,
    /// What sort of thing: `image.verdict`.
    pub topic: String,
    /// The sort of object.
    pub object: String,
    /// Its id.
    pub object_id: String,
    /// The values of its sentence.
    pub parameters: std::collections::BTreeMap<String, serde_json::Value>,
}

/// How many messages are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// The number.
    pub retried: u64,
}
