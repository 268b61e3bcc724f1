//! Checksums that issuers append to their tokens.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// GitHub's tokens (`ghp_…`): the last six signs are the CRC-32 of those between prefix and checksum, in base 62.
pub(super) fn is_github(token: &[u8]) -> bool {
    let Some(start) = token.iter().rposition(|byte| *byte == b'_') else { return false };
    let random = &token[start + 1..];
    let Some((body, checksum)) = random.split_last_chunk::<6>() else { return false };
    base62(crc32(body)) == *checksum
}

/// Atlassian's tokens (`ATATT3…=1A2B3C4D`): the CRC-32 of what stands before the `=`, in hexadecimal digits.
///
/// Tokens without that end are of an older kind and pass.
pub(super) fn is_atlassian(token: &[u8]) -> bool {
    match token.split_last_chunk::<9>() {
        Some((_, [b'=', digits @ ..])) => digits.iter().all(u8::is_ascii_hexdigit),
        _ => true,
    }
}

/// Grafana's tokens (`glsa_…_1a2b3c4d`): the last eight digits are a CRC-32, so they are hexadecimal digits.
pub(super) fn is_grafana(token: &[u8]) -> bool {
    matches!(token.split_last_chunk::<9>(), Some((_, [b'_', digits @ ..])) if digits.iter().all(u8::is_ascii_hexdigit))
}

fn base62(mut number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// CRC-32 as of zlib and gzip (polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_github_is_that_of_its_published_token() {
        let token = concat!("ghp", "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
        assert!(is_github(token.as_bytes()));
        assert!(!is_github(token.replace('z', "y").as_bytes()));
        assert!(!is_github(b"ghp_x") && !is_github(b""));
    }

    #[test]
    fn crc_32_has_its_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
