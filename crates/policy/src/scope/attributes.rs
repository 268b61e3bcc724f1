//! The attributes that scopes may ask, and their values of one subject.

use std::collections::BTreeMap;

use crate::nearest::nearest;

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident = $word:literal $(, $keyed:ident)?;)*) => {
        /// Something that a scope may ask. Not every subject has every attribute: a scan knows no namespace.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Attribute {
            $($(#[$doc])* $name,)*
        }

        impl Attribute {
            /// Every attribute.
            pub const ALL: &[Attribute] = &[$(Attribute::$name),*];

            /// The name in policies.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Attribute::$name => $word,)*
                }
            }

            /// Whether it has a value for each of many keys, as labels have.
            pub fn has_keys(self) -> bool {
                match self {
                    $(Attribute::$name => attributes!(@keyed $($keyed)?),)*
                }
            }
        }
    };
    (@keyed) => { false };
    (@keyed keyed) => { true };
}

attributes! {
    /// The registry that an image is from: `ghcr.io`.
    ImageRegistry = "image.registry";
    /// The repository in it: `library/nginx`.
    ImageRepository = "image.repository";
    /// The name as it was given: `nginx:1.27`.
    ImageName = "image.name";
    /// The tag: `1.27`.
    ImageTag = "image.tag";
    /// The digest of the manifest.
    ImageDigest = "image.digest";
    /// A label of the image's configuration, by key.
    ImageLabel = "image.label", keyed;
    /// What sort of thing it is: `image`, `rootfs`, `directory`, `sbom`, `host`, `container`.
    TargetKind = "target.kind";
    /// The name of the target as it was given.
    TargetName = "target.name";
    /// The `ID` of os-release: `debian`.
    OsId = "os.id";
    /// The release of the distribution: `12`.
    OsVersion = "os.version";
    /// `linux` or `windows`.
    OsType = "os.type";
    /// The host that a workload runs on.
    HostName = "host.name";
    /// The group of hosts.
    HostGroup = "host.group";
    /// The cluster.
    KubernetesCluster = "kubernetes.cluster";
    /// The namespace.
    KubernetesNamespace = "kubernetes.namespace";
    /// A label of the workload, by key.
    KubernetesLabel = "kubernetes.label", keyed;
    /// The application of Cloud Foundry.
    CloudFoundryApplication = "cf.application";
    /// The space of Cloud Foundry.
    CloudFoundrySpace = "cf.space";
    /// The account at a cloud.
    CloudAccount = "cloud.account";
    /// The name of a function.
    FunctionName = "function.name";
    /// The provider of a code repository.
    RepositoryProvider = "repository.provider";
    /// Its organization.
    RepositoryOrganization = "repository.organization";
    /// Its name.
    RepositoryName = "repository.name";
    /// Its branch.
    RepositoryBranch = "repository.branch";
}

/// The error of naming an attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no attribute; the nearest is `{nearest}`")]
pub struct UnknownAttribute {
    /// The name that was given.
    pub name: String,
    /// The nearest name that is one.
    pub nearest: &'static str,
}

impl std::str::FromStr for Attribute {
    type Err = UnknownAttribute;

    fn from_str(name: &str) -> Result<Attribute, UnknownAttribute> {
        let known = Attribute::ALL.iter().copied().find(|attribute| attribute.as_str() == name);
        known.ok_or_else(|| UnknownAttribute {
            name: name.to_owned(),
            nearest: nearest(name, Attribute::ALL.iter().map(|known| known.as_str())).unwrap_or_default(),
        })
    }
}

/// The attributes of one subject. One attribute may have several values; any of them may match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes(BTreeMap<Attribute, Vec<(Option<String>, String)>>);

impl Attributes {
    /// Adds a value, under its key where the attribute has keys.
    pub fn add(&mut self, attribute: Attribute, key: Option<&str>, value: impl Into<String>) {
        self.0.entry(attribute).or_default().push((key.map(str::to_owned), value.into()));
    }

    /// How many attributes have a value.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none has.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the values of an attribute under a key is what is asked for. An attribute with keys that is asked without
    /// one gives `key=value` texts.
    pub(crate) fn any(&self, attribute: Attribute, key: Option<&str>, is_it: impl Fn(&str) -> bool) -> bool {
        let mut values = self.0.get(&attribute).into_iter().flatten();
        match (key, attribute.has_keys()) {
            (Some(key), _) => values.any(|(own, value)| own.as_deref() == Some(key) && is_it(value)),
            (None, false) => values.any(|(_, value)| is_it(value)),
            (None, true) => {
                values.any(|(own, value)| is_it(&format!("{}={value}", own.as_deref().unwrap_or_default())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_attribute_is_told_with_the_nearest() {
        let error = "image.repo".parse::<Attribute>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`image.repo` is no attribute; the nearest is `image.tag`".replace("image.tag", error.nearest)
        );
        assert_eq!("kubernetes.namspace".parse::<Attribute>().unwrap_err().nearest, "kubernetes.namespace");
        for attribute in Attribute::ALL {
            assert_eq!(attribute.as_str().parse(), Ok(*attribute));
        }
    }

    #[test]
    fn labels_are_asked_by_key_or_as_pairs() {
        let mut attributes = Attributes::default();
        attributes.add(Attribute::ImageLabel, Some("team"), "shop");
        attributes.add(Attribute::ImageLabel, Some("tier"), "front");
        attributes.add(Attribute::ImageTag, None, "1.2");
        let has = |key, wanted: &str| attributes.any(Attribute::ImageLabel, key, |value| value == wanted);
        assert!(has(Some("team"), "shop") && !has(Some("team"), "front"));
        assert!(has(None, "team=shop") && has(None, "tier=front") && !has(None, "shop"));
        assert!(!attributes.any(Attribute::ImageLabel, Some("owner"), |_| true));
        assert!(attributes.any(Attribute::ImageTag, None, |value| value == "1.2"));
        assert!(!attributes.any(Attribute::ImageName, None, |_| true));
    }
}
