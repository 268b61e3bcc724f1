//! Puts the sections together: header, table, checksums.

use super::BuildError;
use crate::database::format::{
    BLOCK_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC, MAX_FILE_BYTES, SECTION_COUNT, Section, hash,
};

/// The database file of these sections; the checksums are added.
pub(super) fn assemble(sequence: u64, sections: &[(Section, Vec<u8>)]) -> Result<Vec<u8>, BuildError> {
    let sections_bytes: u64 = sections.iter().map(|(_, bytes)| bytes.len() as u64 + 8).sum();
    let total = HEADER_BYTES as u64 + sections_bytes;
    // One checksum of eight bytes for each block follows the sections.
    if total + total.div_ceil(BLOCK_BYTES as u64) * 8 > MAX_FILE_BYTES {
        return Err(BuildError::TooLarge { size_bytes: total });
    }
    let mut file = vec![0; HEADER_BYTES];
    let mut table = [(0, 0); SECTION_COUNT];
    for (section, bytes) in sections {
        file.resize(file.len().next_multiple_of(8), 0);
        table[*section as usize] = (file.len(), bytes.len());
        file.extend_from_slice(bytes);
    }
    file.resize(file.len().next_multiple_of(8), 0);
    let sums_length = file.len().div_ceil(BLOCK_BYTES) * 8;
    table[Section::BlockSums as usize] = (file.len(), sums_length);
    let length = file.len() + sums_length;

    file[..8].copy_from_slice(&MAGIC);
    file[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    file[12..16].copy_from_slice(&(SECTION_COUNT as u32).to_le_bytes());
    let mut put = |at: usize, number: u64| file[at..at + 8].copy_from_slice(&number.to_le_bytes());
    put(16, sequence);
    put(24, length as u64);
    for (index, (start, size)) in table.iter().enumerate() {
        put(40 + index * 16, *start as u64);
        put(48 + index * 16, *size as u64);
    }
    let mut sums = Vec::with_capacity(sums_length);
    for start in (0..file.len()).step_by(BLOCK_BYTES) {
        let block = &file[start.max(HEADER_BYTES)..(start + BLOCK_BYTES).min(file.len())];
        sums.extend_from_slice(&hash(block).to_le_bytes());
    }
    file[32..40].copy_from_slice(&hash(&sums).to_le_bytes());
    let header_hash = hash(&file[..HEADER_BYTES - 8]);
    file[HEADER_BYTES - 8..HEADER_BYTES].copy_from_slice(&header_hash.to_le_bytes());
    file.extend_from_slice(&sums);
    Ok(file)
}
