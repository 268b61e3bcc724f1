//! Blocks of addresses (CIDR, RFC 4632) that tokens are limited to.

use std::net::IpAddr;

/// Whether an address is in one of the blocks; where there are none, any is.
pub(crate) fn admits(blocks: &[String], address: Option<&str>) -> bool {
    if blocks.is_empty() {
        return true;
    }
    let Some(address) = address.and_then(|text| text.parse().ok()) else { return false };
    blocks.iter().filter_map(|block| read(block)).any(|(network, length)| contains(network, length, address))
}

/// Whether all addresses of a block are in one of the blocks; where there are none, any is.
pub(crate) fn covers(blocks: &[String], block: &str) -> bool {
    let Some((network, length)) = read(block.trim()) else { return false };
    let takes_in = |(own, own_length): (IpAddr, u8)| own_length <= length && contains(own, own_length, network);
    blocks.is_empty() || blocks.iter().filter_map(|block| read(block)).any(takes_in)
}

/// Reads `10.0.0.0/8`, or an address alone.
pub(crate) fn read(block: &str) -> Option<(IpAddr, u8)> {
    let (network, length) = block.split_once('/').map_or((block, None), |(network, length)| (network, Some(length)));
    let network: IpAddr = network.parse().ok()?;
    let longest = if network.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(longest), |length| length.parse().ok())?;
    (length <= longest).then_some((network, length))
}

fn contains(network: IpAddr, length: u8, address: IpAddr) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, true),
        IpAddr::V6(address) => (address.to_bits(), false),
    };
    let ((network, is_v4), (address, is_v4_too)) = (bits(network), bits(address));
    let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
    is_v4 == is_v4_too && network & mask == address & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_take_in_what_begins_like_them() {
        let blocks = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        assert!(admits(&[], None));
        assert!(admits(&blocks("10.0.0.0/8 192.168.1.4"), Some("10.255.0.1")));
        assert!(
            admits(&blocks("192.168.1.4"), Some("192.168.1.4")) && !admits(&blocks("192.168.1.4"), Some("192.168.1.5"))
        );
        assert!(admits(&blocks("2001:db8::/32"), Some("2001:db8:1::1")) && !admits(&blocks("::/0"), Some("10.0.0.1")));
        assert!(admits(&blocks("0.0.0.0/0"), Some("8.8.8.8")));
        assert!(!admits(&blocks("10.0.0.0/8"), None) && !admits(&blocks("nonsense"), Some("10.0.0.1")));
        assert_eq!(read("10.0.0.0/33"), None);
        let covered = |block: &str| covers(&blocks("10.0.0.0/8 192.168.1.4"), block);
        assert!(covered("10.1.0.0/16") && covered("10.1.2.3") && covered("10.0.0.0/8"));
        assert!(!covered("0.0.0.0/0") && !covered("10.0.0.0/7") && !covered("192.168.1.0/24") && !covered("::/0"));
        assert!(covers(&[], "0.0.0.0/0") && !covers(&[], "nonsense"));
    }
}
