//! Settings that people change while the server runs. Every server reads them from the store when it needs them, so that a
//! change holds everywhere at once; what nobody set has the value of the configuration, else that of the program.

use api::settings::InstallationSetting;
use serde_json::{Value, json};
use store::settings::{self, StoredSettings};
use store::{Connection, StoreError};

use crate::clock::SECOND;
use crate::config::Config;
use crate::error::{ApiError, ApiResult};

const DAY: i64 = 24 * 3600 * SECOND;

/// What can be set.
struct Definition {
    key: &'static str,
    kind: Kind,
    meaning: &'static str,
}

enum Kind {
    Flag { default: bool },
    Number { default: i64, least: i64, most: i64, unit: &'static str },
}

const fn days(default: i64, least: i64, most: i64) -> Kind {
    Kind::Number { default, least, most, unit: "days" }
}

/// Everything that can be set, in the order that it is told.
const DEFINITIONS: &[Definition] = &[
    Definition {
        key: "separation_of_duties",
        kind: Kind::Flag { default: true },
        meaning: "Whoever asked for an exception, or wrote the policy that it excepts from, cannot approve it.",
    },
    Definition {
        key: "exception_longest_days",
        kind: days(0, 0, 3650),
        meaning: "The longest time that an exception may be asked for; 0 for any.",
    },
    Definition {
        key: "exception_reminder_days",
        kind: days(7, 1, 90),
        meaning: "So long before its end an exception is reminded of.",
    },
    Definition {
        key: "token_longest_days",
        kind: days(0, 0, 3650),
        meaning: "The longest life of a new API token; 0 for any, without an end too.",
    },
    Definition {
        key: "token_grace_days",
        kind: days(14, 0, 365),
        meaning: "So long a machine's token still works when nobody answers for it who holds what it may do.",
    },
    Definition {
        key: "session_idle_minutes",
        kind: Kind::Number { default: 60, least: 1, most: 10_080, unit: "minutes" },
        meaning: "A session ends when it was not used for so long.",
    },
    Definition {
        key: "session_hours",
        kind: Kind::Number { default: 12, least: 1, most: 720, unit: "hours" },
        meaning: "A session ends after so long, used or not.",
    },
    Definition {
        key: "audit_days",
        kind: days(0, 0, 36_500),
        meaning: "How long records of the audit trail are kept; 0 for ever.",
    },
    Definition {
        key: "event_days",
        kind: days(30, 1, 36_500),
        meaning: "How long events are kept, from which live views go on where they stopped.",
    },
];

/// The settings as they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Installation {
    /// Whether duties are separated.
    pub(crate) is_separated: bool,
    /// Microseconds; 0 for any.
    pub(crate) longest_exception: i64,
    /// Microseconds.
    pub(crate) reminder: i64,
    /// Microseconds; 0 for any.
    pub(crate) longest_token: i64,
    /// Microseconds.
    pub(crate) token_grace: i64,
    /// Microseconds.
    pub(crate) session_idle: i64,
    /// Microseconds.
    pub(crate) session_length: i64,
    /// 0 for ever.
    pub(crate) audit_days: i64,
    pub(crate) event_days: i64,
}

impl Installation {
    /// Reads what holds.
    pub(crate) fn read(connection: &mut Connection, config: &Config) -> Result<Installation, StoreError> {
        Ok(Installation::of(&settings::read(connection)?, config))
    }

    fn of(stored: &StoredSettings, config: &Config) -> Installation {
        let value = |key| DEFINITIONS.iter().find(|own| own.key == key).map(|own| own.value(stored, config).0);
        // The configuration may say more than anybody means; no product of it may overflow.
        let number = |key| value(key).as_ref().and_then(Value::as_i64).unwrap_or_default().clamp(0, 100_000);
        Installation {
            is_separated: value("separation_of_duties") != Some(Value::Bool(false)),
            longest_exception: number("exception_longest_days") * DAY,
            reminder: number("exception_reminder_days") * DAY,
            longest_token: number("token_longest_days") * DAY,
            token_grace: number("token_grace_days") * DAY,
            session_idle: number("session_idle_minutes") * 60 * SECOND,
            session_length: number("session_hours") * 3600 * SECOND,
            audit_days: number("audit_days"),
            event_days: number("event_days"),
        }
    }
}

impl Definition {
    /// What would hold if nobody had set it, and whether the configuration gives that.
    fn default(&self, config: &Config) -> (Value, bool) {
        let configured = config.given(self.key).and_then(|(value, _)| value.parse::<i64>().ok());
        match (&self.kind, configured) {
            (Kind::Number { .. }, Some(number)) => (json!(number), true),
            (Kind::Number { default, .. }, None) => (json!(default), false),
            (Kind::Flag { default }, _) => (json!(default), false),
        }
    }

    /// What holds, and its source.
    fn value(&self, stored: &StoredSettings, config: &Config) -> (Value, &'static str) {
        match (stored.values.get(self.key), self.default(config)) {
            // What a later program set beyond what this one knows does not hold.
            (Some(value), _) if self.check(value).is_ok() => (value.clone(), "set"),
            (_, (value, true)) => (value, "configuration"),
            (_, (value, false)) => (value, "default"),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        match self.kind {
            Kind::Flag { .. } if value.is_boolean() => Ok(()),
            Kind::Flag { .. } => Err("use true or false".to_owned()),
            Kind::Number { least, most, unit, .. } => match value.as_i64() {
                Some(number) if (least..=most).contains(&number) => Ok(()),
                _ => Err(format!("use {least} to {most} {unit}")),
            },
        }
    }
}

/// The settings with where each is from.
pub(crate) fn describe(stored: &StoredSettings, config: &Config) -> Vec<InstallationSetting> {
    let told = |own: &Definition| {
        let (value, source) = own.value(stored, config);
        let (kind, unit, least, most) = match own.kind {
            Kind::Flag { .. } => ("flag", None, None, None),
            Kind::Number { least, most, unit, .. } => ("number", Some(unit.to_owned()), Some(least), Some(most)),
        };
        InstallationSetting {
            key: own.key.to_owned(),
            value,
            default: own.default(config).0,
            source: source.to_owned(),
            kind: kind.to_owned(),
            unit,
            least,
            most,
            meaning: own.meaning.to_owned(),
        }
    };
    DEFINITIONS.iter().map(told).collect()
}

/// Whether a value can be set.
pub(crate) fn check(key: &str, value: &Value) -> ApiResult<()> {
    let Some(own) = DEFINITIONS.iter().find(|own| own.key == key) else {
        let known: Vec<&str> = DEFINITIONS.iter().map(|own| own.key).collect();
        return Err(ApiError::invalid(key, format!("no such setting; there are {}", known.join(", "))));
    };
    own.check(value).map_err(|problem| ApiError::invalid(key, problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestServer;

    fn stored(key: &str, value: Value) -> StoredSettings {
        StoredSettings { values: [(key.to_owned(), value)].into(), changed: 0, version: 1 }
    }

    #[test]
    fn what_is_set_wins_over_the_configuration_and_that_over_the_program() {
        let server = TestServer::with(&[("BULKHEAD_EVENT_DAYS", "9")]);
        let config = &server.app.config;
        let held = |stored: &StoredSettings| Installation::of(stored, config);
        assert_eq!(held(&StoredSettings::default()).event_days, 9);
        assert_eq!(held(&StoredSettings::default()).session_length, 12 * 3600 * SECOND);
        assert_eq!(held(&stored("event_days", json!(3))).event_days, 3);
        assert_eq!(held(&stored("event_days", json!(0))).event_days, 9, "what is out of bounds does not hold");
        assert!(held(&stored("separation_of_duties", json!("no"))).is_separated);
        assert!(!held(&stored("separation_of_duties", json!(false))).is_separated);
        let sources: Vec<String> =
            describe(&stored("session_hours", json!(1)), config).into_iter().map(|own| own.source).collect();
        assert_eq!(sources.iter().filter(|source| *source == "set").count(), 1);
        assert_eq!(sources.iter().filter(|source| *source == "configuration").count(), 1);
    }

    #[test]
    fn the_configuration_and_the_program_have_the_same_defaults() {
        for own in DEFINITIONS {
            let Some(setting) = crate::config::SETTINGS.iter().find(|setting| setting.key == own.key) else { continue };
            let Kind::Number { default, .. } = own.kind else { panic!("{} is no number", own.key) };
            assert_eq!(setting.default, default.to_string(), "{}", own.key);
        }
    }
}
