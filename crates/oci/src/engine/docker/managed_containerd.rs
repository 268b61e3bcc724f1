//! Docker with containerd's image store: the image is read from containerd's folder (Docker, containerd image store).

use std::path::PathBuf;

use serde::Deserialize;

use super::super::api::EngineApi;
use crate::Image;
use crate::engine::{ContainerdOptions, EngineAddress, EngineOptions, open_containerd};

/// The namespace of containerd that is Docker's.
const NAMESPACE: &str = "moby";

#[derive(Deserialize)]
struct Information {
    #[serde(rename = "DockerRootDir", default)]
    root: PathBuf,
}

/// The image as containerd keeps it on this machine, by the digest that the engine gave; `None` where it is not complete
/// there. Every byte is held to that digest, so it does not matter whose folder it is.
pub(super) fn open(reference: &str, id: &str, api: &EngineApi, options: &EngineOptions<'_>) -> Option<Image> {
    if !matches!(options.address, EngineAddress::Unix(_)) || !id.contains(':') {
        return None;
    }
    let information: Information = api.document("/info").ok()??;
    // Docker starts a containerd of its own where the system has none.
    let roots = [information.root.join("containerd/daemon"), ContainerdOptions::default().root];
    let image = roots.into_iter().filter(|root| root.is_absolute()).find_map(|root| {
        let containerd = ContainerdOptions {
            root,
            namespaces: vec![NAMESPACE.to_owned()],
            platform: options.platform.clone(),
            cache: options.cache,
        };
        open_containerd(id, &containerd).ok()
    })?;
    Some(Image { name: reference.to_owned(), ..image })
}
