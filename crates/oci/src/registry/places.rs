//! Where an image may be had: the mirrors of its registry in their order, then the registry itself.

use std::sync::{Arc, Mutex, PoisonError};

use model::ImageName;

use super::session::{Endpoint, Session};
use super::{RegistryError, RegistryOptions};

/// One of the places.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The name of the image there.
    pub(super) name: ImageName,
    pub(super) plain_http: bool,
    /// Whether it is the registry that the user named, rather than a mirror of it.
    pub(super) is_origin: bool,
}

/// The places behind the one that gave the manifest. A mirror need not have every blob of an image that it knows, so they
/// are asked for what it does not give.
pub(super) struct FurtherPlaces {
    places: Vec<Place>,
    options: RegistryOptions,
    /// Those that were asked before.
    sessions: Mutex<Vec<Option<Arc<Session>>>>,
}

impl Place {
    pub(super) fn session(&self, options: &RegistryOptions) -> Result<Session, RegistryError> {
        let Place { name, plain_http, is_origin } = self.clone();
        Session::new(Endpoint { name, plain_http, is_origin }, options)
    }
}

impl FurtherPlaces {
    fn new(places: &[Place], options: &RegistryOptions) -> FurtherPlaces {
        let sessions = Mutex::new(vec![None; places.len()]);
        FurtherPlaces { places: places.to_vec(), options: options.clone(), sessions }
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    /// A session with one of them; nothing beyond the last.
    pub(super) fn session(&self, at: usize) -> Option<Result<Arc<Session>, RegistryError>> {
        let place = self.places.get(at)?;
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = sessions.get(at).cloned().flatten() {
            return Some(Ok(known));
        }
        let session = place.session(&self.options).map(Arc::new);
        if let (Ok(session), Some(room)) = (&session, sessions.get_mut(at)) {
            *room = Some(Arc::clone(session));
        }
        Some(session)
    }
}

/// Opens a name on the first of its mirrors that has it, else on its own registry.
///
/// # Errors
/// When none of them has it; the registry's own failure is the source.
pub(super) fn at_mirrors_then_origin<T>(
    name: &ImageName,
    options: &RegistryOptions,
    open: impl Fn(&Place, FurtherPlaces) -> Result<T, RegistryError>,
) -> Result<T, RegistryError> {
    let mirrors = options.mirrors.iter().filter(|mirror| mirror.from == name.registry());
    let mut places: Vec<Place> = mirrors
        .map(|mirror| Place {
            name: name.on_registry(&mirror.to, &mirror.prefix),
            plain_http: mirror.plain_http.unwrap_or(options.plain_http),
            is_origin: false,
        })
        .collect();
    let origin = Place { name: name.clone(), plain_http: options.plain_http, is_origin: true };
    places.push(origin.clone());
    let mut failed = None;
    for (at, place) in places.iter().enumerate().filter(|(_, place)| !place.is_origin) {
        match open(place, FurtherPlaces::new(places.get(at + 1..).unwrap_or_default(), options)) {
            Ok(opened) => return Ok(opened),
            Err(error) => failed = Some((place.name.registry().to_owned(), error)),
        }
    }
    open(&origin, FurtherPlaces::new(&[], options)).map_err(|error| told(failed, error))
}

/// The failure of a place, with that of the mirror that was asked before.
pub(super) fn told(mirror: Option<(String, RegistryError)>, error: RegistryError) -> RegistryError {
    match mirror {
        Some((mirror, failure)) => {
            RegistryError::MirrorsFailed { mirror, mirror_failure: Box::new(failure), source: Box::new(error) }
        }
        None => error,
    }
}
