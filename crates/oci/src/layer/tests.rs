use test_support::{Blob, Storage, TarWriter, TestImages};

use super::*;
use crate::image::{ImageConfig, Layer};

/// Layers in memory: what is stored, and what is claimed of it.
struct Memory(Vec<Vec<u8>>);

impl LayerBlobs for Memory {
    fn open(&self, index: usize) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.0[index].clone())))
    }
}

fn image(stored: Vec<u8>, identity: LayerIdentity) -> Image {
    Image {
        name: "test".into(),
        names: Vec::new(),
        digest: None,
        platform: None,
        annotations: Default::default(),
        config: ImageConfig::default(),
        layers: vec![Layer { identity, diff_id: None, size_bytes: stored.len() as u64 }],
        indexes: Vec::new(),
        blobs: Arc::new(Memory(vec![stored])),
    }
}

/// The paths of the first layer, or the message: the same whether other threads help to read it or not, with the same content.
fn read(image: &Image) -> Result<Vec<String>, String> {
    let read = |with_content| {
        let ahead = image.open_layer(0).map_err(|error| error.to_string());
        let alone = image.open_layer_alone(0).map_err(|error| error.to_string());
        let ahead = ahead.and_then(|layer| read_all(layer, with_content));
        // How far each comes in what is damaged is another matter.
        assert_eq!(alone.and_then(|layer| read_all(layer, with_content)).ok(), ahead.clone().ok());
        ahead
    };
    let (files, digest) = read(false)?;
    assert!(read(true).is_ok());
    assert_eq!(image.hash_layer(0).map_err(|error| error.to_string())?, digest);
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Paths with their contents.
type Files = Vec<(String, Vec<u8>)>;

fn read_all<B: SkipRead>(mut layer: LayerReader<'_, B>, with_content: bool) -> Result<(Files, Digest), String> {
    let mut files = Vec::new();
    while let Some(entry) = layer.next_entry().map_err(|error| error.to_string())? {
        let mut content = Vec::new();
        if with_content {
            layer.content().read_to_end(&mut content).map_err(|error| error.to_string())?;
        }
        files.push((entry.path.to_string(), content));
    }
    Ok((files, layer.finish().map_err(|error| error.to_string())?))
}

#[test]
fn a_layer_is_verified_however_it_is_stored() {
    for storage in [Storage::Plain, Storage::Gzip, Storage::Zstd] {
        let images = TestImages::parse("layer\n  a = 1\n  b/c = 2", storage);
        let blob = images.layers(&images.images[0]).remove(0);
        let digest: Digest = blob.digest.parse().unwrap();
        for identity in
            [LayerIdentity::Verified(digest.clone()), LayerIdentity::Claimed(digest), LayerIdentity::Unknown]
        {
            assert_eq!(read(&image(blob.bytes.clone(), identity)), Ok(vec!["a".to_owned(), "b/c".to_owned()]));
        }
    }
}

#[test]
fn another_digest_than_claimed_is_an_error() {
    let mut blob = Blob::new(Storage::Gzip.store(&TarWriter::new().file("a", 0o644, b"1").finish()));
    let claimed: Digest = blob.digest.parse().unwrap();
    // Behind the end of the gzip stream, where the entries do not change.
    blob.bytes.push(0);
    let image = image(blob.bytes.clone(), LayerIdentity::Claimed(claimed.clone()));
    let actual = Blob::new(blob.bytes).digest;
    let message =
        format!("layer 1 of 1 ({claimed}) of test is not what it claims to be: its bytes have the digest {actual}");
    assert_eq!(read(&image), Err(message.clone()));
    assert_eq!(image.hash_layer(0).unwrap_err().to_string(), message);
}

#[test]
fn a_layer_that_is_cut_off_is_an_error_with_its_place() {
    let noise: Vec<u8> = (0..300_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let stored = Storage::Gzip.store(&TarWriter::new().file("a", 0o644, &noise).finish());
    let error = read(&image(stored[..stored.len() / 2].to_vec(), LayerIdentity::Unknown)).unwrap_err();
    assert!(error.starts_with("cannot read layer 1 of 1 of test at byte"), "{error}");
}

#[test]
fn a_reader_may_go_to_another_thread() {
    let image = image(TarWriter::new().file("a", 0o644, b"1").finish(), LayerIdentity::Unknown);
    let mut layer = image.open_layer(0).unwrap();
    std::thread::scope(|scope| scope.spawn(move || layer.next_entry().unwrap().unwrap()).join().unwrap());
}

#[test]
fn layers_may_be_empty_or_left_early() {
    for stored in [vec![], vec![0; 1024], Storage::Gzip.store(&[]), Storage::Zstd.store(&[0; 10240])] {
        assert_eq!(read(&image(stored, LayerIdentity::Unknown)), Ok(vec![]));
    }
    let stored = Storage::Gzip.store(&TarWriter::new().file("a", 0o644, &[1; 10_000_000]).finish());
    let digest = Blob::new(stored.clone()).digest;
    let image = image(stored, LayerIdentity::Unknown);
    drop(image.open_layer(0).unwrap());
    assert_eq!(image.open_layer(0).unwrap().finish().unwrap().to_string(), digest);
    assert_eq!(image.open_layer_alone(0).unwrap().finish().unwrap().to_string(), digest);
    assert!(matches!(image.open_layer(1), Err(OpenLayerError::NoSuchLayer { index: 1, count: 1 })));
}

#[test]
fn a_layer_that_changes_while_it_is_read_is_an_error() {
    /// Gives other bytes every time.
    struct Changing(Mutex<Vec<Vec<u8>>>);
    impl LayerBlobs for Changing {
        fn open(&self, _: usize) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::Cursor::new(self.0.lock().unwrap().pop().unwrap_or_default())))
        }
    }
    // Garbage behind the stream makes the exact decoder read everything once more.
    let tar = TarWriter::new().file("a", 0o644, b"1").unfinished();
    let first = [Storage::Gzip.store(&tar), b"garbage".to_vec()].concat();
    let second = [Storage::Gzip.store(&tar), b"another".to_vec()].concat();
    for (second, is_same) in [(first.clone(), true), (second, false)] {
        let mut image = image(first.clone(), LayerIdentity::Unknown);
        let blobs = || Arc::new(Changing(Mutex::new(vec![second.clone(), first.clone()])));
        image.blobs = blobs();
        assert_eq!(image.open_layer(0).map(|layer| read_all(layer, false)).unwrap().is_ok(), is_same);
        image.blobs = blobs();
        assert_eq!(image.open_layer_alone(0).map(|layer| read_all(layer, false)).unwrap().is_ok(), is_same);
    }
}

#[test]
fn whiteouts_are_told_from_plain_paths() {
    let path = |text: &str| UntrustedPath::normalise(text);
    for (text, meaning) in [
        ("a/b", LayerPath::Plain),
        ("a/wh.b", LayerPath::Plain),
        ("a/.wh.b", LayerPath::Whiteout(path("a/b"))),
        (".wh.b", LayerPath::Whiteout(path("b"))),
        ("a/.wh..b", LayerPath::Whiteout(path("a/.b"))),
        ("a/.wh..wh..opq", LayerPath::Opaque(path("a"))),
        (".wh..wh..opq", LayerPath::Opaque(path(""))),
        (".wh..wh.plnk/1.2", LayerPath::Metadata),
        (".wh..wh.aufs", LayerPath::Metadata),
        ("a/.wh...", LayerPath::Metadata),
        ("a/.wh..", LayerPath::Metadata),
        ("a/.wh.", LayerPath::Metadata),
    ] {
        assert_eq!(LayerPath::of(&path(text)), meaning, "{text}");
    }
}
