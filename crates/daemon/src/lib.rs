#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod drain;
mod identity;
mod listener;
mod logging;
mod metrics;
mod settings;
mod supervisor;

pub use drain::{Drain, Draining};
pub use identity::{Identity, IdentityError};
pub use listener::{ListenError, Listener, ListenerOptions, PeerAddress};
pub use logging::{LogFormat, start_logging};
pub use metrics::{Counter, Histogram, Metrics};
pub use settings::{Setting, Settings, SettingsError};
pub use supervisor::{Tidings, tell_manager};

/// Names the one TLS provider. Every program that opens or accepts a TLS connection does this first.
pub fn choose_tls_provider() {
    // A second call finds it chosen, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
