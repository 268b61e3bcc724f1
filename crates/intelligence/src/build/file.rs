//! Puts the sections together: header, table, checksums.

use super::BuildError;
use crate::database::format::{
    BLOCK_BYTES, FORMAT_VERSION, MAGIC, MAX_FILE_BYTES, SECTION_COUNT, Section, hash, header_bytes, section_count,
};

/// The database file of these sections; the checksums are added.
pub(super) fn assemble(sequence: u64, sections: &[(Section, Vec<u8>)]) -> Result<Vec<u8>, BuildError> {
    let sections_bytes: u64 = sections.iter().map(|(_, bytes)| bytes.len() as u64 + 8).sum();
    let has_malware = sections.iter().any(|(section, bytes)| *section == Section::Malware && !bytes.is_empty());
    let version = if has_malware { FORMAT_VERSION } else { 1 };
    let count = section_count(version).unwrap_or(SECTION_COUNT);
    let header_bytes = header_bytes(count);
    let total = header_bytes as u64 + sections_bytes;
    // One checksum of eight bytes for each block follows the sections.
    if total + total.div_ceil(BLOCK_BYTES as u64) * 8 > MAX_FILE_BYTES {
        return Err(BuildError::TooLarge { size_bytes: total });
    }
    let mut file = vec![0; header_bytes];
    let mut table = [(0, 0); SECTION_COUNT];
    for (section, bytes) in sections.iter().filter(|(section, _)| (*section as usize) < count) {
        file.resize(file.len().next_multiple_of(8), 0);
        table[*section as usize] = (file.len(), bytes.len());
        file.extend_from_slice(bytes);
    }
    file.resize(file.len().next_multiple_of(8), 0);
    let sums_length = file.len().div_ceil(BLOCK_BYTES) * 8;
    table[Section::BlockSums as usize] = (file.len(), sums_length);
    let length = file.len() + sums_length;

    file[..8].copy_from_slice(&MAGIC);
    file[8..12].copy_from_slice(&version.to_le_bytes());
    file[12..16].copy_from_slice(&(count as u32).to_le_bytes());
    let mut put = |at: usize, number: u64| file[at..at + 8].copy_from_slice(&number.to_le_bytes());
    put(16, sequence);
    put(24, length as u64);
    for (index, (start, size)) in table.iter().take(count).enumerate() {
        put(40 + index * 16, *start as u64);
        put(48 + index * 16, *size as u64);
    }
    let mut sums = Vec::with_capacity(sums_length);
    for start in (0..file.len()).step_by(BLOCK_BYTES) {
        let block = &file[start.max(header_bytes)..(start + BLOCK_BYTES).min(file.len())];
        sums.extend_from_slice(&hash(block).to_le_bytes());
    }
    file[32..40].copy_from_slice(&hash(&sums).to_le_bytes());
    let header_hash = hash(&file[..header_bytes - 8]);
    file[header_bytes - 8..header_bytes].copy_from_slice(&header_hash.to_le_bytes());
    file.extend_from_slice(&sums);
    Ok(file)
}
