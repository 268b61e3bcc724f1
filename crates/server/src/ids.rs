//! Ids: UUIDs of version 7 (RFC 9562, section 5.7), which sort by the time they were made.

use crate::secrets;

/// A new id.
pub(crate) fn new(now: i64) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&secrets::random::<16>());
    let milliseconds = u64::try_from(now / 1000).unwrap_or_default().to_be_bytes();
    bytes[..6].copy_from_slice(&milliseconds[2..]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_have_their_version() {
        let (early, late) = (new(1_790_000_000_000_000), new(1_790_000_000_001_000));
        assert!(early < late);
        assert_eq!((early.len(), &early[14..15]), (36, "7"));
        assert_ne!(new(0), new(0));
    }
}
