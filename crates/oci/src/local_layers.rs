//! Layers that lie in local files.

use std::io::{self, Read};

use crate::image::LayerBlobs;
use crate::local_blob::LocalBlob;

/// The places of an image's layers; `None` for one that its owner hands out elsewhere.
#[derive(Debug)]
pub(crate) struct LocalLayers {
    blobs: Vec<Option<LocalBlob>>,
}

impl LocalLayers {
    pub(crate) fn new(blobs: Vec<Option<LocalBlob>>) -> LocalLayers {
        LocalLayers { blobs }
    }
}

impl LayerBlobs for LocalLayers {
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>> {
        match self.local(index) {
            Some(blob) => Ok(Box::new(blob.open())),
            None => {
                Err(io::Error::new(io::ErrorKind::NotFound, "the layer is not kept with the image (foreign layer)"))
            }
        }
    }

    fn local(&self, index: usize) -> Option<&LocalBlob> {
        self.blobs.get(index)?.as_ref()
    }
}
