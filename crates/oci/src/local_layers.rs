//! Layers that lie on this machine: in local files, or unpacked in folders.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::companions::Companions;
use crate::image::LayerBlobs;
use crate::local_blob::LocalBlob;
use crate::source::LocalCompanions;

/// Where a layer lies.
#[derive(Debug)]
pub(crate) enum LocalLayer {
    /// Its stored bytes are in a file.
    Blob(LocalBlob),
    /// An engine unpacked it into this folder.
    Folder(PathBuf),
    /// Its owner hands it out elsewhere.
    Foreign,
}

/// The places of an image's layers.
#[derive(Debug)]
pub(crate) struct LocalLayers {
    layers: Vec<LocalLayer>,
    companions: Option<LocalCompanions>,
}

impl LocalLayers {
    pub(crate) fn new(layers: Vec<LocalLayer>) -> LocalLayers {
        LocalLayers { layers, companions: None }
    }

    /// With what was found beside the image.
    pub(crate) fn with_companions(self, companions: LocalCompanions) -> LocalLayers {
        LocalLayers { companions: Some(companions), ..self }
    }
}

impl LayerBlobs for LocalLayers {
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>> {
        let reason = match self.layers.get(index) {
            Some(LocalLayer::Blob(blob)) => return Ok(Box::new(blob.open())),
            Some(LocalLayer::Folder(_)) => "the layer is unpacked, and its stored bytes are not kept",
            Some(LocalLayer::Foreign) | None => "the layer is not kept with the image (foreign layer)",
        };
        Err(io::Error::new(io::ErrorKind::NotFound, reason))
    }

    fn local(&self, index: usize) -> Option<&LocalBlob> {
        match self.layers.get(index)? {
            LocalLayer::Blob(blob) => Some(blob),
            LocalLayer::Folder(_) | LocalLayer::Foreign => None,
        }
    }

    fn companions(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        self.companions.as_ref().map_or_else(Companions::default, |companions| companions.read(is_wanted))
    }

    fn folder(&self, index: usize) -> Option<&Path> {
        match self.layers.get(index)? {
            LocalLayer::Folder(folder) => Some(folder),
            LocalLayer::Blob(_) | LocalLayer::Foreign => None,
        }
    }
}
