//! What documents say of themselves by whose names image archives are known: many programs give files of their own the
//! names `manifest.json` and `index.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// That of an image archive, although it may have faults.
    Image,
    /// Another program's JSON.
    Other,
    /// No JSON, or a document with nothing in it: damaged, or something else altogether.
    Unclear,
}

/// An object of which only the keys count.
type Keys = BTreeMap<String, IgnoredAny>;

/// What a `manifest.json` is: that of a docker archive is a list of objects, each with a configuration and layers (Docker
/// Image Specification v1.2, Combined Image JSON).
pub(super) fn of_manifest_list(bytes: &[u8]) -> Claim {
    claim(bytes, |images: Vec<Keys>| match images.is_empty() {
        true => Claim::Unclear,
        false if images.iter().any(|image| image.contains_key("Config") || image.contains_key("Layers")) => {
            Claim::Image
        }
        false => Claim::Other,
    })
}

/// What an `index.json` is: that of a layout names manifests (OCI image-spec, image-index.md).
pub(super) fn of_index(bytes: &[u8]) -> Claim {
    claim(bytes, |index: Keys| match index.is_empty() {
        true => Claim::Unclear,
        false if index.contains_key("manifests") => Claim::Image,
        false => Claim::Other,
    })
}

fn claim<'a, T: Deserialize<'a>>(bytes: &'a [u8], claim_of: impl Fn(T) -> Claim) -> Claim {
    match serde_json::from_slice(bytes) {
        Ok(document) => claim_of(document),
        // `{}` and `null`, as a program leaves them that failed half-way.
        Err(_)
            if serde_json::from_slice::<Option<Keys>>(bytes)
                .is_ok_and(|keys| keys.is_none_or(|keys| keys.is_empty())) =>
        {
            Claim::Unclear
        }
        Err(_) if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => Claim::Other,
        Err(_) => Claim::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_images_are_told_from_those_of_other_programs() {
        for (text, of_list, of_layout) in [
            (r#"[{"Config":"a.json","Layers":["a.tar"]}]"#, Claim::Image, Claim::Other),
            (r#"[{"Config":1,"Layers":{}}]"#, Claim::Image, Claim::Other),
            ("[]", Claim::Unclear, Claim::Other),
            (r#"["main.js","style.css"]"#, Claim::Other, Claim::Other),
            (r#"[{"url":"/a","revision":"1"}]"#, Claim::Other, Claim::Other),
            (r#"{"name":"app","icons":[]}"#, Claim::Other, Claim::Other),
            (r#"{"schemaVersion":2,"manifests":[]}"#, Claim::Other, Claim::Image),
            (r#"[["main.js","1"]]"#, Claim::Other, Claim::Other),
            ("[1]", Claim::Other, Claim::Other),
            ("7", Claim::Other, Claim::Other),
            ("{}", Claim::Unclear, Claim::Unclear),
            ("null", Claim::Unclear, Claim::Unclear),
            ("", Claim::Unclear, Claim::Unclear),
            ("[{", Claim::Unclear, Claim::Unclear),
            ("\u{0}\u{1}", Claim::Unclear, Claim::Unclear),
        ] {
            assert_eq!((of_manifest_list(text.as_bytes()), of_index(text.as_bytes())), (of_list, of_layout), "{text}");
        }
    }
}
