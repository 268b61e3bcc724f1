//! Runs readers of foreign bytes so that a panic in one costs its file and nothing else.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the running code is a reader whose panic would be caught, for a panic hook that wants to stay quiet then.
pub fn is_contained() -> bool {
    IS_CONTAINED.get()
}

/// Runs `read`; nothing comes back when it panicked.
pub(crate) fn contain<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_CONTAINED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(read)).ok();
    IS_CONTAINED.set(before);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stays_inside() {
        assert_eq!(contain(is_contained), Some(true));
        assert_eq!(contain::<()>(|| panic!("a reader met a byte it did not expect")), None);
        assert!(!is_contained());
    }
}
