//! Writes tar archives, so that tests of the reader do not test it against itself and can write broken ones.

/// A tar archive in memory, in the ustar format with pax headers for long names.
#[derive(Debug, Clone, Default)]
pub struct TarWriter {
    bytes: Vec<u8>,
}

impl TarWriter {
    /// Starts an empty archive.
    pub fn new() -> TarWriter {
        TarWriter::default()
    }

    /// Adds a regular file.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> &mut TarWriter {
        self.entry(path, b'0', "", mode, content)
    }

    /// Adds a folder.
    pub fn folder(&mut self, path: &str) -> &mut TarWriter {
        self.folder_with_mode(path, 0o755)
    }

    /// Adds a folder with permissions.
    pub fn folder_with_mode(&mut self, path: &str, mode: u32) -> &mut TarWriter {
        self.entry(path, b'5', "", mode, b"")
    }

    /// Adds a symbolic link.
    pub fn symbolic_link(&mut self, path: &str, target: &str) -> &mut TarWriter {
        self.entry(path, b'2', target, 0o777, b"")
    }

    /// Adds a further name of a file.
    pub fn hard_link(&mut self, path: &str, target: &str) -> &mut TarWriter {
        self.hard_link_with_mode(path, target, 0o644)
    }

    /// Adds a further name of a file, with a mode in its header.
    pub fn hard_link_with_mode(&mut self, path: &str, target: &str, mode: u32) -> &mut TarWriter {
        self.entry(path, b'1', target, mode, b"")
    }

    /// Adds an entry of any type, with pax records where a name does not fit.
    pub fn entry(&mut self, path: &str, kind: u8, link: &str, mode: u32, content: &[u8]) -> &mut TarWriter {
        let mut records = Vec::new();
        if path.len() > 100 {
            records.extend(pax_record("path", path.as_bytes()));
        }
        if link.len() > 100 {
            records.extend(pax_record("linkpath", link.as_bytes()));
        }
        if !records.is_empty() {
            self.raw(b"pax", b'x', b"", 0o644, records.len() as u64, &records);
        }
        self.raw(path.as_bytes(), kind, link.as_bytes(), mode, content.len() as u64, content)
    }

    /// Adds a header with these fields, cut where they are too long, and `content` padded to whole blocks; the size may
    /// lie.
    pub fn raw(&mut self, name: &[u8], kind: u8, link: &[u8], mode: u32, size: u64, content: &[u8]) -> &mut TarWriter {
        let mut header = [0_u8; 512];
        let mut put = |offset: usize, bytes: &[u8], most: usize| {
            let length = bytes.len().min(most);
            header[offset..offset + length].copy_from_slice(&bytes[..length]);
        };
        put(0, name, 100);
        put(100, format!("{mode:07o}\0").as_bytes(), 8);
        put(108, b"0000000\0", 8);
        put(116, b"0000000\0", 8);
        put(124, format!("{size:011o}\0").as_bytes(), 12);
        put(136, b"00000000000\0", 12);
        put(156, &[kind], 1);
        put(157, link, 100);
        put(257, b"ustar\x0000", 8);
        self.header(header, content)
    }

    /// Adds a header block, whose checksum is filled in, and `content` padded to whole blocks.
    pub fn header(&mut self, mut header: [u8; 512], content: &[u8]) -> &mut TarWriter {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.bytes.extend_from_slice(&header);
        self.blocks(content)
    }

    /// Adds bytes padded to whole blocks.
    pub fn blocks(&mut self, content: &[u8]) -> &mut TarWriter {
        self.bytes.extend_from_slice(content);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// The archive without the two blocks of zeroes at its end.
    pub fn unfinished(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// The whole archive.
    pub fn finish(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes.resize(bytes.len() + 1024, 0);
        bytes
    }
}

/// One record of a pax header.
pub fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}
