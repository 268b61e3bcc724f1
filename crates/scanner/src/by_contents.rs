//! The index of a layer by its table of contents, where that is trusted: only wanted files are fetched. Whatever goes
//! wrong on the way costs time alone, because the whole layer is read then.

use model::Digest;
use oci::{Cache, Image, LayerContents, LayerIdentity};

use crate::cached;
use crate::layer_index::{LayerIndex, index_entries, may_read, read_links};

/// Indexes layer `number` by its table of contents; nothing where the whole layer is to be read.
pub(crate) fn index_layer(image: &Image, number: usize, cache: Option<&Cache>) -> Option<(LayerIndex, Digest)> {
    let contents_digest = image.contents_digest(number)?;
    let LayerIdentity::Verified(digest) = &image.layers.get(number)?.identity else { return None };
    if let Some(index) = cache.and_then(|cache| cached::get_by_contents(cache, digest, &contents_digest)) {
        return Some((index, digest.clone()));
    }
    let index = read(&image.layer_contents(number).ok()??)?;
    if let Some(cache) = cache {
        cached::put_by_contents(cache, digest, &contents_digest, &index);
    }
    Some((index, digest.clone()))
}

fn read(contents: &LayerContents<'_>) -> Option<LayerIndex> {
    let mut reader = contents.reader(&may_read).ok()?;
    let (mut index, links) = index_entries(&mut reader).ok()?;
    reader.finish().ok()?;
    if !links.is_empty() {
        let mut reader = contents.reader(&|entry| links.contains_key(&entry.path)).ok()?;
        read_links(&mut reader, links.clone(), &mut index).ok()?;
        reader.finish().ok()?;
    }
    Some(index)
}
