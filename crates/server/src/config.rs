//! The settings of the server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use api::settings::ConfiguredSetting;
use daemon::{LogFormat, Setting, Settings};
use intelligence::TrustedKey;
use store::Address;

use crate::clock::SECOND;
use crate::clouds::Surroundings;

/// Every setting, with its meaning: `--help` and the reference page are made of this.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        key: "data_dir",
        default: "/var/lib/bulkhead",
        meaning: "The folder for everything that is kept: the database (without `database_url`), keys, certificates.",
    },
    Setting {
        key: "database_url",
        default: "",
        meaning: "`postgres://user:password@host/name`, or `sqlite:PATH`; without it, `bulkhead.db` in the data folder.",
    },
    Setting { key: "listen", default: "127.0.0.1:8443", meaning: "Address and port of the API and the console." },
    Setting {
        key: "operations_listen",
        default: "127.0.0.1:9443",
        meaning: "Address and port of `/healthz`, `/readyz` and `/metrics`, plain HTTP; `off` for none.",
    },
    Setting {
        key: "server_names",
        default: "localhost,127.0.0.1",
        meaning: "Names and addresses in the certificate of the own CA; the first is used in links.",
    },
    Setting {
        key: "tls_certificate",
        default: "",
        meaning: "A PEM file with the certificate chain, instead of the own CA's.",
    },
    Setting { key: "tls_key", default: "", meaning: "A PEM file with the key of `tls_certificate`." },
    Setting {
        key: "master_key_file",
        default: "",
        meaning: "A file with 32 random bytes as 64 hexadecimal digits that seals stored credentials; without it, one is made in the data folder.",
    },
    Setting {
        key: "intelligence_file",
        default: "",
        meaning: "The intelligence database; without it, `intelligence.db` in the data folder once there is one.",
    },
    Setting {
        key: "intelligence_keys",
        default: "",
        meaning: "The public keys (`bulkhead-key-1:…`), joined by commas, whose signatures on intelligence are trusted; without one none is imported or fetched.",
    },
    Setting {
        key: "intelligence_from",
        default: "",
        meaning: "Where fresh intelligence comes from: a file, a folder, or an address that begins with `https://`.",
    },
    Setting {
        key: "intelligence_refresh_hours",
        default: "24",
        meaning: "The server fetches from `intelligence_from` by itself after so many hours, and an hour after a failure; 0 for only when somebody asks.",
    },
    Setting {
        key: "worker_token_file",
        default: "",
        meaning: "A file that gets an API token for scan workers when the server starts; no such token without it.",
    },
    Setting {
        key: "ca_file",
        default: "",
        meaning: "A file that gets the certificate of the own CA when the server starts, for workers and clients that must not read the data folder.",
    },
    Setting {
        key: "stop_with_stdin",
        default: "false",
        meaning: "Whether the server stops when its standard input ends: with the program that started it.",
    },
    Setting {
        key: "session_idle_minutes",
        default: "60",
        meaning: "A session ends when it was not used for so many minutes.",
    },
    Setting { key: "session_hours", default: "12", meaning: "A session ends after so many hours, used or not." },
    Setting {
        key: "audit_days",
        default: "0",
        meaning: "How many days records of the audit trail are kept; 0 for ever. What is removed is told by a record.",
    },
    Setting {
        key: "audit_checkpoint_minutes",
        default: "10",
        meaning: "A signed checkpoint of the audit trail is made after so many minutes, if there is a new record.",
    },
    Setting {
        key: "audit_checkpoint_records",
        default: "1000",
        meaning: "A signed checkpoint of the audit trail is made after so many records.",
    },
    Setting {
        key: "event_days",
        default: "30",
        meaning: "How many days events are kept: from then on live views cannot go on where they stopped.",
    },
    Setting {
        key: "image_days",
        default: "0",
        meaning: "An image goes that nobody has registered or asked the verdict of for so many days, that no registry lists and whose digest is not approved; 0 for never, else at least 2.",
    },
    Setting {
        key: "image_newest",
        default: "0",
        meaning: "How many images of a repository are kept, the newest by their first registration; approved ones, and those seen in the last two days, stay beyond them; 0 for all.",
    },
    Setting {
        key: "verdict_days",
        default: "365",
        meaning: "How many days a verdict is kept after another took its place or its image was removed; 0 for ever.",
    },
    Setting { key: "job_days", default: "30", meaning: "How many days jobs that ended are kept." },
    Setting {
        key: "dead_letter_days",
        default: "30",
        meaning: "How many days notifications that were given up are kept.",
    },
    Setting {
        key: "log_level",
        default: "info",
        meaning: "`error`, `warn`, `info`, `debug`, `trace`, or a list as `info,store=debug`.",
    },
    Setting { key: "log_format", default: "text", meaning: "`text` or `json`." },
    Setting {
        key: "drain_seconds",
        default: "20",
        meaning: "How many seconds open requests have to end when the server stops.",
    },
    Setting { key: "most_connections", default: "4096", meaning: "The most connections at once." },
    Setting {
        key: "private_addresses",
        default: "true",
        meaning: "Whether registries and webhooks may be at private addresses; link-local and metadata addresses never.",
    },
    Setting {
        key: "ambient_credentials",
        default: "",
        meaning: "Which credentials of its surroundings the server may use for registries that ask for them, a list of `aws-environment`, `aws-container`, `aws-instance`, `google-metadata`: whoever may add registries uses them then.",
    },
    Setting {
        key: "cloud_endpoints",
        default: "",
        meaning: "Other addresses of the services that exchange credentials, for private links, as `ecr=https://HOST,sts=https://HOST`: of `ecr`, `sts`, `google`, `azure`, `aws-instance`, `aws-container`, `google-metadata`.",
    },
];

/// What the server runs with.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) data_folder: PathBuf,
    pub(crate) database: Address,
    pub(crate) listen: SocketAddr,
    pub(crate) operations: Option<SocketAddr>,
    pub(crate) names: Vec<String>,
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) master_key: Option<PathBuf>,
    pub(crate) intelligence: Option<PathBuf>,
    pub(crate) intelligence_keys: Vec<TrustedKey>,
    pub(crate) intelligence_from: Option<String>,
    /// After how long it is fetched without anybody's asking, in microseconds.
    pub(crate) intelligence_refresh: Option<i64>,
    pub(crate) worker_token: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) stops_with_stdin: bool,
    /// Microseconds.
    pub(crate) checkpoint_pause: i64,
    pub(crate) checkpoint_records: i64,
    pub(crate) kept: Kept,
    pub(crate) log_level: String,
    pub(crate) log_format: LogFormat,
    pub(crate) drain: Duration,
    pub(crate) most_connections: usize,
    pub(crate) private_addresses: bool,
    /// The settings as they were given, to be shown.
    settings: Settings,
    pub(crate) surroundings: Surroundings,
    /// What is said of variables that look like settings and are none.
    pub(crate) unknown_variables: Vec<String>,
}

/// How long each kind of thing is kept, in days.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// 0 for ever.
    pub(crate) image_days: i64,
    /// Images of a repository; 0 for all.
    pub(crate) image_newest: u32,
    /// 0 for ever.
    pub(crate) verdict_days: i64,
    pub(crate) job_days: i64,
    pub(crate) dead_letter_days: i64,
}

impl Kept {
    fn of(settings: &Settings) -> anyhow::Result<Kept> {
        /// A hundred years: more would not be a time any more.
        const MOST_DAYS: u32 = 36_500;
        let days = |key, least: u32| -> anyhow::Result<i64> {
            let days: u32 = settings.parsed(key)?.unwrap_or_default();
            match days {
                days if days < least => Err(settings.wrong(key, "it must be more than 0").into()),
                days => Ok(days.min(MOST_DAYS).into()),
            }
        };
        let image_days = days("image_days", 0)?;
        if image_days == 1 {
            return Err(settings
                .wrong("image_days", "it must be 0 or at least 2, because use is noted once a day")
                .into());
        }
        Ok(Kept {
            image_days,
            image_newest: settings.parsed::<u32>("image_newest")?.unwrap_or_default().min(MOST_NEWEST),
            verdict_days: days("verdict_days", 0)?,
            job_days: days("job_days", 1)?,
            dead_letter_days: days("dead_letter_days", 1)?,
        })
    }
}

/// The most images of a repository that `image_newest` keeps: more are not counted out.
const MOST_NEWEST: u32 = 10_000;

impl Config {
    /// What was given of a setting, and where; `None` where its default holds.
    pub(crate) fn given(&self, key: &str) -> Option<(&str, &str)> {
        self.settings.given(key)
    }

    /// The settings as people may see them: without passwords.
    pub(crate) fn shown(&self) -> Vec<ConfiguredSetting> {
        let shown = |setting: &Setting| ConfiguredSetting {
            key: setting.key.to_owned(),
            value: match setting.key {
                "database_url" => Some(self.database.shown()),
                key => self.settings.text(key).map(str::to_owned),
            },
            place: self.given(setting.key).map(|(_, place)| place.to_owned()),
            meaning: setting.meaning.to_owned(),
        };
        SETTINGS.iter().map(shown).collect()
    }

    /// Reads file and environment. `BULKHEAD_CONFIG` names the file.
    #[expect(clippy::disallowed_methods, reason = "this is where the server reads its environment")]
    pub(crate) fn read() -> anyhow::Result<Config> {
        let file = std::env::var_os("BULKHEAD_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
        let settings = Settings::read(SETTINGS, file.as_deref(), std::env::vars())?;
        let config = Config::of(&settings)?;
        let names = std::env::vars().map(|(name, _)| name);
        let config = Config { unknown_variables: unknown(names), ..config };
        Ok(Config { surroundings: config.surroundings.clone().with_variables(std::env::vars()), ..config })
    }

    pub(crate) fn of(settings: &Settings) -> anyhow::Result<Config> {
        let data_folder = settings.path("data_dir").context("data_dir must name a folder")?;
        let database = match settings.parsed::<Address>("database_url")? {
            Some(address) => address,
            None => Address::Sqlite(data_folder.join("bulkhead.db")),
        };
        let operations = match settings.text("operations_listen") {
            Some("off") | None => None,
            Some(_) => settings.parsed("operations_listen")?,
        };
        let certificate = match (settings.path("tls_certificate"), settings.path("tls_key")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return Err(settings.wrong("tls_key", "tls_certificate needs it too").into()),
            (None, Some(_)) => return Err(settings.wrong("tls_certificate", "tls_key needs it too").into()),
        };
        let number = |key| -> anyhow::Result<u64> {
            let number: u64 = settings.parsed(key)?.unwrap_or_default();
            match number {
                0 => Err(settings.wrong(key, "it must be more than 0").into()),
                number => Ok(number),
            }
        };
        // They are read where they are needed, because people may set others while the server runs.
        for key in ["session_idle_minutes", "session_hours", "event_days"] {
            number(key)?;
        }
        settings.parsed::<u32>("audit_days")?;
        let names: Vec<String> =
            settings.text("server_names").unwrap_or_default().split(',').map(|name| name.trim().to_owned()).collect();
        if names.iter().any(String::is_empty) {
            return Err(settings.wrong("server_names", "a name in it is empty").into());
        }
        let keys = settings.text("intelligence_keys").unwrap_or_default().split(',').map(str::trim);
        let keys = keys.filter(|key| !key.is_empty()).map(str::parse::<TrustedKey>);
        let intelligence_keys =
            keys.collect::<Result<_, _>>().map_err(|error| settings.wrong("intelligence_keys", error))?;
        Ok(Config {
            intelligence_keys,
            intelligence_from: settings.text("intelligence_from").map(str::to_owned),
            intelligence_refresh: Some(settings.parsed::<u32>("intelligence_refresh_hours")?.unwrap_or_default())
                .filter(|hours| *hours > 0)
                .map(|hours| i64::from(hours) * 3600 * SECOND),
            settings: settings.clone(),
            database,
            operations,
            certificate,
            names,
            listen: settings.parsed("listen")?.context("listen must be an address and port")?,
            master_key: settings.path("master_key_file"),
            intelligence: settings.path("intelligence_file"),
            worker_token: settings.path("worker_token_file"),
            ca_file: settings.path("ca_file"),
            stops_with_stdin: settings.parsed("stop_with_stdin")?.unwrap_or(false),
            checkpoint_pause: i64::try_from(number("audit_checkpoint_minutes")?.saturating_mul(60_000_000))?,
            checkpoint_records: i64::try_from(number("audit_checkpoint_records")?)?,
            kept: Kept::of(settings)?,
            log_level: settings.text("log_level").unwrap_or("info").to_owned(),
            log_format: settings.parsed("log_format")?.unwrap_or(LogFormat::Text),
            drain: Duration::from_secs(number("drain_seconds")?),
            most_connections: usize::try_from(number("most_connections")?)?,
            private_addresses: settings.parsed("private_addresses")?.unwrap_or(true),
            surroundings: Surroundings::read(settings.text("ambient_credentials"), settings.text("cloud_endpoints"))
                .map_err(|(key, problem)| settings.wrong(key, problem))?,
            unknown_variables: Vec::new(),
            data_folder,
        })
    }
}

/// Variables that are no settings of the server: the command line and workers read them.
const OF_OTHERS: &[&str] = &["CA", "CACHE_DIR", "CONFIG", "INTEL", "SERVER", "TOKEN", "TOKEN_FILE"];

/// What to say of variables that nobody reads, each with the setting that may have been meant.
fn unknown(names: impl Iterator<Item = String>) -> Vec<String> {
    let is_setting = |key: &str| SETTINGS.iter().any(|setting| setting.key.eq_ignore_ascii_case(key));
    let mut unknown: Vec<String> = names
        .filter_map(|name| Some(name.strip_prefix("BULKHEAD_")?.to_owned()))
        .filter(|key| !is_setting(key) && !OF_OTHERS.contains(&key.as_str()))
        .map(|key| {
            let meant = policy::nearest(&key, SETTINGS.iter().map(|setting| setting.key)).unwrap_or_default();
            format!("BULKHEAD_{key} is no setting and is ignored; was BULKHEAD_{} meant?", meant.to_uppercase())
        })
        .collect();
    unknown.sort();
    unknown
}

/// What `--help` says.
pub(crate) fn help() -> String {
    let mut text =
        "bulkhead-server: the command center of Bulkhead\n\nUsage: bulkhead-server\n       bulkhead-server admin backup [--replace] FILE | restore FILE | migrate | \
        reset-password NAME\n\nSettings are variables, or \
        keys of the TOML file that BULKHEAD_CONFIG names (key `listen` is BULKHEAD_LISTEN); variables win.\n"
            .to_owned();
    for Setting { key, default, meaning } in SETTINGS {
        let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
        text.push_str(&format!("\n  BULKHEAD_{}\n      {meaning}{default}\n", key.to_uppercase()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let settings = Settings::read(SETTINGS, None, variables).unwrap();
        Config::of(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn a_variable_that_nobody_reads_is_told_with_what_was_meant() {
        let names = ["BULKHEAD_LITSEN", "BULKHEAD_LISTEN", "BULKHEAD_TOKEN_FILE", "HOME"];
        assert_eq!(
            unknown(names.iter().map(|name| (*name).to_owned())),
            ["BULKHEAD_LITSEN is no setting and is ignored; was BULKHEAD_LISTEN meant?"]
        );
    }

    #[test]
    fn defaults_are_usable() {
        let config = read(&[("BULKHEAD_DATA_DIR", "/d")]).unwrap();
        assert_eq!(config.database, Address::Sqlite("/d/bulkhead.db".into()));
        assert_eq!(config.listen.port(), 8443);
    }

    #[test]
    fn wrong_settings_name_themselves() {
        for (name, value) in [
            ("BULKHEAD_DATABASE_URL", "mysql://h"),
            ("BULKHEAD_LISTEN", "everywhere"),
            ("BULKHEAD_SESSION_HOURS", "0"),
            ("BULKHEAD_LOG_FORMAT", "xml"),
            ("BULKHEAD_SERVER_NAMES", "a,,b"),
            ("BULKHEAD_INTELLIGENCE_REFRESH_HOURS", "daily"),
            ("BULKHEAD_IMAGE_DAYS", "1"),
            ("BULKHEAD_JOB_DAYS", "0"),
            ("BULKHEAD_AMBIENT_CREDENTIALS", "everything"),
            ("BULKHEAD_CLOUD_ENDPOINTS", "ecr=http://ecr.internal"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.starts_with(name), "{name}: {error}");
        }
        assert!(read(&[("BULKHEAD_TLS_CERTIFICATE", "/c.pem")]).unwrap_err().contains("tls_key"));
    }

    #[test]
    fn the_reference_page_is_made_from_the_settings() {
        let head = "# Configuration of the server\n\nSettings are variables, or keys of the TOML file that `BULKHEAD_CONFIG` \
            names; variables win. This page is made by a\ntest of `crates/server`; `UPDATE_EXPECT=1` renews it.\n\n";
        let page = format!("{head}{}", Settings::page(SETTINGS));
        expect_test::expect_file!["../../../docs/reference/configuration.md"].assert_eq(&page);
    }
}
