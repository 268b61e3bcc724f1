//! Logs on standard error: for people, or one JSON object a line.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<LogFormat, &'static str> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("use text or json"),
        }
    }
}

/// Starts logging. `levels` is a level or a list as `info,store=debug`. Tells what is wrong with it otherwise.
///
/// # Errors
/// When the levels cannot be understood.
pub fn start_logging(format: LogFormat, levels: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(levels).map_err(|error| error.to_string())?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start, as tests have it, keeps the first.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
