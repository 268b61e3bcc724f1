#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod cache;
mod companions;
mod compression;
pub mod credentials;
pub mod engine;
mod entry;
#[doc(hidden)]
pub mod exercise;
mod file_capabilities;
mod file_tree;
mod image;
mod layer;
mod local_blob;
mod local_layers;
mod manifest;
mod manifest_tree;
mod read_ahead;
pub mod registry;
mod secret;
mod source;
mod stored;
mod tar;
mod toc;
mod unpacked;

pub use cache::{Cache, OpenCacheError};
pub use companions::{
    Companion, CompanionFile, Companions, LARGEST_COMPANION_BYTES, MOST_COMPANION_BYTES, MOST_COMPANION_FILES,
    MOST_COMPANIONS, UnreadCompanion,
};
pub use compression::UnsupportedCompression;
pub use entry::{Entry, EntryKind, EntryStream, ReadEntriesError};
pub use file_capabilities::FileCapabilities;
pub use file_tree::{FileTree, FileTreeOptions, OpenFileTreeError};
pub use image::{ConfigText, HistoryEntry, Image, ImageConfig, Layer, LayerIdentity};
pub use layer::{Alone, FinishLayerError, LayerPath, LayerReader, OpenLayerError};
pub use manifest_tree::{NoSuchPlatform, ReadManifestError};
pub use read_ahead::{ReadAhead, forget_buffers};
pub use secret::Secret;
pub use source::{
    OpenImageError, OpenOptions, PathKind, begins_as_archive, open_archive, open_archive_stdin, open_docker_archive,
    open_image_folder, open_oci_archive, open_oci_layout, open_root_archive, recognise,
};
pub use tar::{SkipRead, tar_entries};
pub use toc::{LayerContents, PartsReader, ReadPartsError};
pub use unpacked::UnpackedLayer;
