//! Sparse files: only the pieces that are no holes are stored (GNU tar manual, Sparse Formats: old GNU, PAX 0.0, 0.1, 1.0).

use std::io::{self, Read};

use super::header::{BLOCK, Header, number};
use super::pax::decimal;

/// The most pieces of one file.
const MOST_PIECES: usize = 1 << 18;

/// A piece of content between holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    offset: u64,
    length: u64,
}

/// Where the stored pieces lie in the file: in order, without overlaps, inside of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SparseMap {
    pieces: Vec<Piece>,
    /// The size of the file with its holes.
    pub(super) size_bytes: u64,
}

/// Why a map cannot be had.
#[derive(Debug)]
pub(super) enum Error {
    Damaged(&'static str),
    Read(io::Error),
}

/// What extended headers say of a sparse file.
#[derive(Debug, Default)]
pub(super) struct PaxSparse {
    /// The file's true name; the entry's own is made up.
    pub(super) name: Option<Vec<u8>>,
    major: Option<u64>,
    size_bytes: Option<u64>,
    pieces: Vec<Piece>,
    /// The offset of a piece whose length has not come yet (0.0 has a record for each).
    offset: Option<u64>,
    has_map: bool,
}

impl PaxSparse {
    pub(super) fn clear(&mut self) {
        *self = PaxSparse::default();
    }

    /// Reads the record `GNU.sparse.` and `key`.
    pub(super) fn record(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        const MALFORMED: &str = "the map of a sparse file is malformed";
        match key {
            b"major" => self.major = Some(decimal(value).ok_or(MALFORMED)?),
            b"size" | b"realsize" => self.size_bytes = Some(decimal(value).ok_or(MALFORMED)?),
            b"numblocks" => self.has_map = true,
            b"offset" => self.offset = Some(decimal(value).ok_or(MALFORMED)?),
            b"numbytes" => {
                let offset = self.offset.take().ok_or(MALFORMED)?;
                self.push(Piece { offset, length: decimal(value).ok_or(MALFORMED)? })?;
            }
            b"map" => {
                self.has_map = true;
                let mut numbers = value.split(|byte| *byte == b',').filter(|part| !part.is_empty());
                while let Some(offset) = numbers.next() {
                    let length = numbers.next().and_then(decimal).ok_or(MALFORMED)?;
                    self.push(Piece { offset: decimal(offset).ok_or(MALFORMED)?, length })?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, piece: Piece) -> Result<(), &'static str> {
        if self.pieces.len() >= MOST_PIECES {
            return Err("a sparse file has more than 262,144 pieces");
        }
        self.has_map = true;
        self.pieces.push(piece);
        Ok(())
    }
}

impl SparseMap {
    /// The map of the old GNU format: four pieces in the header, 21 in each further block that `next_block` reads.
    pub(super) fn read_gnu(
        header: &Header<'_>,
        mut next_block: impl FnMut(&mut [u8; BLOCK]) -> io::Result<usize>,
    ) -> Result<SparseMap, Error> {
        const MALFORMED: Error = Error::Damaged("the map of a sparse file is malformed");
        let size_bytes = header.sparse_size().ok_or(MALFORMED)?;
        let mut pieces = Vec::new();
        let mut add = |fields: &[u8]| {
            for pair in fields.chunks_exact(24) {
                if pair.iter().all(|byte| *byte == 0) {
                    break;
                }
                let (offset, length) = pair.split_at(12);
                if pieces.len() >= MOST_PIECES {
                    return Err(Error::Damaged("a sparse file has more than 262,144 pieces"));
                }
                pieces
                    .push(Piece { offset: number(offset).ok_or(MALFORMED)?, length: number(length).ok_or(MALFORMED)? });
            }
            Ok(())
        };
        add(header.sparse_pieces())?;
        let mut has_more = header.has_more_sparse_pieces();
        let mut blocks = 0;
        while has_more {
            let mut block = [0; BLOCK];
            if next_block(&mut block).map_err(Error::Read)? < BLOCK {
                return Err(Error::Read(io::ErrorKind::UnexpectedEof.into()));
            }
            add(&block[..504])?;
            has_more = block[504] != 0;
            blocks += 1;
            if blocks > MOST_PIECES {
                return Err(Error::Damaged("a sparse file has more than 262,144 pieces"));
            }
        }
        SparseMap::check(pieces, size_bytes)
    }

    /// The map that extended headers announce, or hold; `None` for a file that is not sparse.
    pub(super) fn read_pax(pax: &PaxSparse, content: &mut impl Read) -> Result<Option<SparseMap>, Error> {
        const MALFORMED: Error = Error::Damaged("the map of a sparse file is malformed");
        if !pax.has_map && pax.major.unwrap_or(0) == 0 {
            return Ok(None);
        }
        let size_bytes = pax.size_bytes.ok_or(MALFORMED)?;
        if pax.major.unwrap_or(0) == 0 {
            return SparseMap::check(pax.pieces.clone(), size_bytes).map(Some);
        }
        let mut lines = Lines { content, block: [0; BLOCK], at: BLOCK };
        let count = usize::try_from(lines.number()?).ok().filter(|count| *count <= MOST_PIECES).ok_or(MALFORMED)?;
        let mut pieces = Vec::new();
        for _ in 0..count {
            pieces.push(Piece { offset: lines.number()?, length: lines.number()? });
        }
        SparseMap::check(pieces, size_bytes).map(Some)
    }

    /// The bytes that are stored of the file.
    pub(super) fn stored_bytes(&self) -> u64 {
        // Cannot overflow: the pieces do not overlap and lie inside of the file.
        self.pieces.iter().map(|piece| piece.length).sum()
    }

    fn check(mut pieces: Vec<Piece>, size_bytes: u64) -> Result<SparseMap, Error> {
        let mut end = 0;
        for piece in &pieces {
            let next = piece.offset.checked_add(piece.length).filter(|_| piece.offset >= end);
            end = next.ok_or(Error::Damaged("the pieces of a sparse file overlap"))?;
        }
        if end > size_bytes {
            return Err(Error::Damaged("a piece of a sparse file lies behind its end"));
        }
        pieces.retain(|piece| piece.length > 0);
        Ok(SparseMap { pieces, size_bytes })
    }
}

/// The decimal lines in front of a file's content, which fill whole blocks.
struct Lines<'a, R> {
    content: &'a mut R,
    block: [u8; BLOCK],
    at: usize,
}

impl<R: Read> Lines<'_, R> {
    fn number(&mut self) -> Result<u64, Error> {
        let mut value = Vec::with_capacity(20);
        loop {
            if self.at == BLOCK {
                self.content.read_exact(&mut self.block).map_err(Error::Read)?;
                self.at = 0;
            }
            let byte = self.block[self.at];
            self.at += 1;
            match byte {
                b'\n' => {
                    return decimal(&value).ok_or(Error::Damaged("the map of a sparse file is malformed"));
                }
                _ if value.len() < 20 => value.push(byte),
                _ => return Err(Error::Damaged("the map of a sparse file is malformed")),
            }
        }
    }
}

/// Reads a sparse file as a whole one.
#[derive(Debug)]
pub(super) struct SparseReader {
    map: SparseMap,
    /// The piece in which or in front of which `position` lies.
    piece: usize,
    position: u64,
}

impl SparseReader {
    pub(super) fn new(map: SparseMap) -> SparseReader {
        SparseReader { map, piece: 0, position: 0 }
    }

    /// Fills `buffer` with zeroes in holes, of which `holes_left` may be read, and by `read_stored` in pieces.
    pub(super) fn read(
        &mut self,
        buffer: &mut [u8],
        holes_left: &mut u64,
        read_stored: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        while self.map.pieces.get(self.piece).is_some_and(|piece| piece.offset + piece.length <= self.position) {
            self.piece += 1;
        }
        let piece = self.map.pieces.get(self.piece).copied();
        let (is_hole, end) = match piece {
            Some(piece) if piece.offset <= self.position => (false, piece.offset + piece.length),
            Some(piece) => (true, piece.offset),
            None => (true, self.map.size_bytes),
        };
        let most = usize::try_from(end - self.position).unwrap_or(usize::MAX).min(buffer.len());
        let count = if is_hole {
            *holes_left = holes_left.checked_sub(most as u64).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "the archive's sparse files have more than 128 GiB of holes")
            })?;
            buffer[..most].fill(0);
            most
        } else {
            read_stored(&mut buffer[..most])?
        };
        self.position += count as u64;
        Ok(count)
    }
}
