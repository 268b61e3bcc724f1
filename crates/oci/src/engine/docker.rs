//! Images of Docker and Podman: unpacked as they lie on this machine, else as their `save` commands export them.

mod containers_storage;
mod managed_containerd;
mod overlay2;
mod stored_image;

use serde::Deserialize;

use super::api::{EngineApi, is_plain};
use super::{EngineAddress, EngineError, EngineOptions};
use crate::Image;
use crate::source::{OpenOptions, open_archive_stream};
use stored_image::GraphDriver;

pub(crate) use containers_storage::exercise as exercise_storage;

#[derive(Deserialize)]
struct Description {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(rename = "GraphDriver", default)]
    driver: Option<GraphDriver>,
}

/// Opens an image that Docker has, by name, digest or id.
///
/// # Errors
/// When Docker cannot be reached, has no such image, or exports something that is none.
pub fn open_docker(reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    open("Docker", reference, options)
}

/// Opens an image that Podman has, by name, digest or id.
///
/// # Errors
/// When Podman cannot be reached, has no such image, or exports something that is none.
pub fn open_podman(reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    open("Podman", reference, options)
}

fn open(engine: &'static str, reference: &str, options: &EngineOptions<'_>) -> Result<Image, EngineError> {
    if !is_plain(reference) {
        return Err(EngineError::Reference { reference: reference.to_owned() });
    }
    // Podman needs no service, so that there is often no socket either.
    if let (EngineAddress::Unix(socket), Some(storage)) = (&options.address, &options.containers_storage)
        && !socket.exists()
        && let Some(image) = stored_image::open_storage(storage, reference, options)
    {
        return Ok(image);
    }
    let api = EngineApi::new(engine, options)?;
    let description: Option<Description> = api.document(&format!("/images/{reference}/json"))?;
    let no_such_image = || EngineError::NoSuchImage { engine, reference: reference.to_owned() };
    let Description { id, driver } = description.ok_or_else(no_such_image)?;
    let in_place = match driver.filter(GraphDriver::is_named) {
        Some(driver) => stored_image::open(reference, &id, &driver, options),
        None => managed_containerd::open(reference, &id, &api, options),
    };
    if let Some(image) = in_place {
        return Ok(image);
    }
    // By id it is one image whatever its names; without an id the engine is asked by the same name again.
    let wanted = if is_plain(&id) { id.as_str() } else { reference };
    let mut archive = api.stream(&format!("/images/{wanted}/get"))?;
    let open_options = OpenOptions { platform: options.platform.clone(), image: None, cache: options.cache };
    let place = format!("the export of {reference}");
    let mut image = open_archive_stream(&mut archive, &place, &open_options)
        .map_err(|source| EngineError::Export { engine, source: Box::new(source) })?;
    image.name = reference.to_owned();
    Ok(image)
}

#[cfg(test)]
mod tests;
