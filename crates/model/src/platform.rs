//! Platforms: the operating system and processor that an image is built for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A platform `os/architecture[/variant]`, in Go's words (OCI image-spec, image-index.md, platform).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Platform {
    /// `linux`, `windows`.
    pub os: String,
    /// `amd64`, `arm64`, `arm`.
    pub architecture: String,
    /// `v7`, `v8`; empty where the architecture has none.
    pub variant: Option<String>,
}

/// The error of parsing a platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a platform; write OS/ARCH or OS/ARCH/VARIANT, such as linux/amd64 or linux/arm/v7")]
pub struct InvalidPlatform {
    /// The text that was given.
    pub text: String,
}

impl Platform {
    /// The platform this program was built for, with `linux` as its operating system: images are Linux images unless
    /// asked otherwise.
    pub fn native() -> Platform {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            "loongarch64" => "loong64",
            other => other,
        };
        Platform { os: "linux".into(), architecture: architecture.into(), variant: None }
    }

    /// Whether an image for `offered` serves someone who asked for this platform: a variant counts only when asked, and
    /// an offer without one has the architecture's first.
    pub fn accepts(&self, offered: &Platform) -> bool {
        self.is_for_the_processor_of(offered)
            && (self.variant.is_none() || self.variant.as_deref() == offered.effective_variant())
    }

    /// What the configuration of an image says of its platform, with the variant that an index gives it where the
    /// configuration, which need not have one, says none (OCI image-spec, config.md and image-index.md).
    pub fn stated(configuration: Option<Platform>, index: Option<Platform>) -> Option<Platform> {
        match (configuration, index) {
            (Some(own), Some(index)) if own.variant.is_none() && own.is_for_the_processor_of(&index) => {
                Some(Platform { variant: index.variant, ..own })
            }
            (own, index) => own.or(index),
        }
    }

    fn is_for_the_processor_of(&self, other: &Platform) -> bool {
        self.os == other.os && self.architecture == other.architecture
    }

    /// The variant, or the one that the architecture has when none is written: `arm64` is `arm64/v8`.
    fn effective_variant(&self) -> Option<&str> {
        self.variant.as_deref().or(match self.architecture.as_str() {
            "arm64" => Some("v8"),
            "arm" => Some("v7"),
            "amd64" => Some("v1"),
            _ => None,
        })
    }
}

impl FromStr for Platform {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Platform, InvalidPlatform> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_word =
            |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        match parts.as_slice() {
            [os, architecture, rest @ ..] if rest.len() <= 1 && parts.iter().all(is_word) => Ok(Platform {
                os: os.to_ascii_lowercase(),
                architecture: match architecture.to_ascii_lowercase().as_str() {
                    "x86_64" | "x86-64" => "amd64".into(),
                    "aarch64" => "arm64".into(),
                    other => other.into(),
                },
                variant: rest.first().map(|variant| variant.to_ascii_lowercase()),
            }),
            _ => Err(InvalidPlatform { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for Platform {
    type Error = InvalidPlatform;

    fn try_from(text: String) -> Result<Platform, InvalidPlatform> {
        text.parse()
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> String {
        platform.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_completes_what_a_configuration_says() {
        let stated =
            |own: &str, index: &str| Platform::stated(own.parse().ok(), index.parse().ok()).map(|it| it.to_string());
        assert_eq!(stated("linux/arm", "linux/arm/v6").as_deref(), Some("linux/arm/v6"));
        assert_eq!(stated("linux/arm/v7", "linux/arm/v6").as_deref(), Some("linux/arm/v7"));
        assert_eq!(stated("linux/amd64", "linux/arm/v6").as_deref(), Some("linux/amd64"));
        assert_eq!(stated("", "linux/arm/v6").as_deref(), Some("linux/arm/v6"));
    }

    #[test]
    fn a_variant_counts_only_when_asked() {
        let v7: Platform = "linux/arm/v7".parse().unwrap();
        let arm: Platform = "linux/arm".parse().unwrap();
        assert!(arm.accepts(&v7));
        assert!(v7.accepts(&arm));
        assert!(!"linux/arm/v6".parse::<Platform>().unwrap().accepts(&arm));
        assert!("linux/arm64/v8".parse::<Platform>().unwrap().accepts(&"linux/aarch64".parse().unwrap()));
        assert!(!"linux/arm64/v9".parse::<Platform>().unwrap().accepts(&"linux/arm64/v8".parse().unwrap()));
        assert!("linux".parse::<Platform>().is_err());
        assert!("linux//v7".parse::<Platform>().is_err());
        assert_eq!("linux/x86_64".parse::<Platform>().unwrap().to_string(), "linux/amd64");
    }
}
