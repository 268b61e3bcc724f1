//! The index of a layer by its table of contents, where that is trusted: only wanted files are fetched. Whatever goes
//! wrong on the way costs time alone, because the whole layer is read then.

use model::Digest;
use oci::{Image, LayerContents, LayerIdentity};

use crate::cached::Cached;
use crate::layer_index::{LayerIndex, ReadLayer, index_entries, may_read};
use crate::missing_links::read_links;

/// Indexes layer `number` by its table of contents; nothing where the whole layer is to be read.
pub(crate) fn index_layer(image: &Image, number: usize, cached: Option<Cached<'_>>) -> Option<(LayerIndex, Digest)> {
    let contents_digest = image.contents_digest(number)?;
    let LayerIdentity::Verified(digest) = &image.layers.get(number)?.identity else { return None };
    if let Some(index) = cached.and_then(|cached| cached.index_by_contents(digest, &contents_digest)) {
        return Some((index, digest.clone()));
    }
    let index = read(&image.layer_contents(number).ok()??)?;
    if let Some(cached) = cached {
        cached.keep_index_by_contents(digest, &contents_digest, &index);
    }
    Some((index, digest.clone()))
}

fn read(contents: &LayerContents<'_>) -> Option<LayerIndex> {
    let mut reader = contents.reader(&may_read).ok()?;
    let ReadLayer { mut index, links, detections: _ } = index_entries(&mut reader, None).ok()?;
    reader.finish().ok()?;
    if !links.is_empty() {
        let mut reader = contents.reader(&|entry| links.contains(&entry.path)).ok()?;
        read_links(&mut reader, &links, &mut index, None).ok()?;
        reader.finish().ok()?;
    }
    Some(index)
}
