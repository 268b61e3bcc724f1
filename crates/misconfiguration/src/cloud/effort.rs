//! How much work the values of one template may make: a few lines of functions that double their text would take all
//! memory, or hours.

use std::cell::Cell;

use model::Gap;

use crate::node::Node;

/// What is left of the work of one template, and which limit it went beyond.
#[derive(Debug)]
pub(crate) struct Effort {
    most_steps: usize,
    deepest: usize,
    longest_text: usize,
    steps: Cell<usize>,
    depth: Cell<usize>,
    exceeded: Cell<Option<Limit>>,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Steps,
    Depth,
    Text,
}

impl Effort {
    /// So many steps (a value that is made, or 64 bytes of text), so many values within values, so many bytes of one text.
    pub(crate) fn new(most_steps: usize, deepest: usize, longest_text: usize) -> Effort {
        let (steps, depth, exceeded) = (Cell::new(0), Cell::new(0), Cell::new(None));
        Effort { most_steps, deepest, longest_text, steps, depth, exceeded }
    }

    /// Does one step, which may do others; nothing where a limit is reached.
    pub(crate) fn step<T>(&self, step: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= self.deepest {
            return self.exceed(Limit::Depth);
        }
        self.pay(1)?;
        self.depth.set(self.depth.get() + 1);
        let done = step();
        self.depth.set(self.depth.get() - 1);
        Some(done)
    }

    /// Pays for so many values; nothing where there were too many.
    pub(crate) fn pay(&self, steps: usize) -> Option<()> {
        self.steps.set(self.steps.get().saturating_add(steps));
        if self.steps.get() > self.most_steps { self.exceed(Limit::Steps) } else { Some(()) }
    }

    /// Pays for a text of so many bytes before it is made; nothing where it would be too long.
    pub(crate) fn pay_text(&self, bytes: usize) -> Option<()> {
        if bytes > self.longest_text { self.exceed(Limit::Text) } else { self.pay(bytes / 64) }
    }

    /// A copy of a value, which is paid for; nothing where too much was paid.
    pub(crate) fn copy(&self, node: &Node) -> Option<Node> {
        self.pay(node.weight())?;
        Some(node.clone())
    }

    /// Says that some values are not known because they were too much work.
    pub(crate) fn gap(&self, path: &str) -> Option<Gap> {
        let limit = match self.exceeded.get()? {
            Limit::Steps => format!("take more than the {} steps that are made", self.most_steps),
            Limit::Depth => format!("are more than {} deep in one another, or need themselves", self.deepest),
            Limit::Text => format!("make a text of more than {} KiB", self.longest_text >> 10),
        };
        Some(Gap::new(path, format!("values of its expressions {limit}; what needs them counts as unknown")))
    }

    fn exceed<T>(&self, limit: Limit) -> Option<T> {
        // What came first is the cause of what comes after.
        self.exceeded.set(self.exceeded.get().or(Some(limit)));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(effort: &Effort) -> String {
        effort.gap("t").map(|gap| gap.reason).unwrap_or_default()
    }

    #[test]
    fn the_first_limit_that_was_reached_is_told() {
        let effort = Effort::new(10, 3, 1024);
        assert_eq!(effort.step(|| effort.step(|| 1)), Some(Some(1)));
        assert_eq!(effort.gap("t"), None);
        assert_eq!(effort.pay_text(1025), None);
        assert_eq!(effort.pay(100), None);
        assert!(reason(&effort).contains("1 KiB"), "{}", reason(&effort));
    }

    #[test]
    fn what_is_copied_is_paid_for() {
        let effort = Effort::new(100, 3, 1 << 20);
        let text = Node::text(1, "x".repeat(64 * 60));
        assert!(effort.copy(&text).is_some());
        assert!(effort.copy(&text).is_none());
        assert!(reason(&effort).contains("100 steps"), "{}", reason(&effort));
    }

    #[test]
    fn depth_is_given_back() {
        let effort = Effort::new(1_000, 2, 1024);
        for _ in 0..5 {
            assert_eq!(effort.step(|| effort.step(|| 7)), Some(Some(7)));
        }
        assert_eq!(effort.step(|| effort.step(|| effort.step(|| 7))), Some(Some(None)));
        assert!(reason(&effort).contains("2 deep"), "{}", reason(&effort));
    }
}
