//! A container of a pod.

use crate::check::Found;
use crate::kubernetes::{Manifests, Pod};
use crate::node::Node;

/// A container with its pod, from which it inherits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Container<'a> {
    pub(crate) pod: Pod<'a>,
    pub(crate) node: &'a Node,
}

impl<'a> Container<'a> {
    pub(crate) fn name(&self) -> String {
        self.node.text_at("name").unwrap_or_default().into_owned()
    }

    /// A key of its own security context.
    pub(crate) fn security(&self, path: &str) -> Option<&'a Node> {
        self.node.get("securityContext")?.at(path)
    }

    /// A key of its security context, or else of its pod's.
    pub(crate) fn inherited_security(&self, path: &str) -> Option<&'a Node> {
        self.security(path).or_else(|| self.pod.spec.get("securityContext")?.at(path))
    }

    /// The capabilities under `add` or `drop`, in capitals and without `CAP_`.
    pub(crate) fn capabilities(&self, list: &str) -> Vec<String> {
        let capabilities = self.security("capabilities").and_then(|node| node.get(list)).map(Node::items);
        let texts = capabilities.unwrap_or_default().iter().filter_map(Node::as_text);
        texts.map(|text| text.to_ascii_uppercase().trim_start_matches("CAP_").to_owned()).collect()
    }

    pub(crate) fn ports(&self) -> &'a [Node] {
        self.node.get("ports").map(Node::items).unwrap_or_default()
    }

    /// The words of its command and arguments.
    pub(crate) fn words(&self) -> Vec<String> {
        let lists = ["command", "args"].into_iter().filter_map(|list| self.node.get(list));
        lists.flat_map(Node::items).filter_map(Node::as_text).map(std::borrow::Cow::into_owned).collect()
    }

    /// Notes a failure at a key of the container, or at the deepest part of it that is there.
    pub(crate) fn fail(&self, manifests: &Manifests, path: &str, found: &mut Found, message: impl Into<String>) {
        let message = format!("container `{}` {}", self.name(), message.into());
        found.add(&manifests.path, self.node.line_of(path), self.pod.object.block, self.pod.message(message));
    }
}
