//! Has the allocator of the C library, which the programs use, give large blocks back.

#![deny(unsafe_code)]

/// Blocks from this size on are pages of their own, which go back to the system when they are freed. glibc begins at a
/// quarter of it, where the buffers of the detectors fall, and asking the system for each of them costs time.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SMALLEST_LARGE_BLOCK: libc::c_int = 512 << 10;

/// Has blocks of 512 KiB and more go back to the system whenever they are freed; to be called once, before any further
/// thread is started. Says whether the allocator follows; where the C library is another than glibc there is nothing to say.
///
/// By itself glibc raises that size to the largest block that was freed so far (mallopt(3), `M_MMAP_THRESHOLD`). From then
/// on blocks of megabytes lie among the small ones, and what is left of them when they are freed stays with the process: a
/// scan of ten layers peaked at 64 to 71 MB instead of 58.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the C library's settings are not to be had otherwise")]
pub fn give_large_blocks_back() -> bool {
    // SAFETY: mallopt(3) takes two numbers, looks at no memory of ours, and holds the allocator's lock while it sets one.
    unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, SMALLEST_LARGE_BLOCK) == 1 }
}

/// Has large blocks go back to the system, where the C library keeps them; elsewhere there is nothing to say.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_large_blocks_back() -> bool {
    true
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    fn resident_pages() -> u64 {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[test]
    fn what_is_freed_below_other_blocks_is_no_longer_resident() {
        assert!(give_large_blocks_back());
        // The largest block freed so far would count as small from here on.
        drop(std::hint::black_box(vec![1_u8; 16 << 20]));
        let large = std::hint::black_box(vec![1_u8; 8 << 20]);
        let above = std::hint::black_box(vec![1_u8; 64 << 10]);
        let before = resident_pages();
        drop(large);
        let freed_bytes = before.saturating_sub(resident_pages()) * 4096;
        assert!(freed_bytes > 7 << 20, "{freed_bytes}");
        drop(above);
    }
}
