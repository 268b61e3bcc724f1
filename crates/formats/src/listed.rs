//! Lists that are made while they are written, so that a document of many packages is never whole in memory.

use serde::{Serialize, Serializer};

/// What the function gives, as a list. It is asked anew each time the list is written.
pub(crate) struct Listed<F>(pub(crate) F);

impl<F, I> Serialize for Listed<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_written_each_time_from_its_beginning() {
        let list = Listed(|| [1, 2].into_iter());
        for _ in 0..2 {
            assert_eq!(serde_json::to_string(&list).unwrap(), "[1,2]");
        }
    }
}
