//! The pod that a workload makes.

use crate::check::Found;
use crate::kubernetes::{Container, Manifests, Object};
use crate::node::Node;

/// A pod, or the template of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pod<'a> {
    pub(crate) object: &'a Object,
    /// The metadata of the pod itself, not of what makes it.
    pub(crate) metadata: Option<&'a Node>,
    pub(crate) spec: &'a Node,
}

impl<'a> Pod<'a> {
    /// The pod of an object, where it makes one.
    pub(crate) fn of(object: &'a Object) -> Option<Pod<'a>> {
        let node = &object.node;
        let template = match object.kind.as_str() {
            "Pod" => node,
            "CronJob" | "ScheduledWorkflow" => node.at("spec.jobTemplate.spec.template")?,
            "PodTemplate" => node.get("template")?,
            _ => node.at("spec.template")?,
        };
        let spec = template.get("spec")?;
        let has_containers = spec.entry("containers").or_else(|| spec.entry("initContainers")).is_some();
        (object.kind == "Pod" || has_containers).then_some(Pod { object, metadata: template.get("metadata"), spec })
    }

    pub(crate) fn containers(self) -> impl Iterator<Item = Container<'a>> {
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |list| {
            let containers = self.spec.get(list).map(Node::items).unwrap_or_default();
            containers.iter().filter(|node| node.as_map().is_some()).map(move |node| Container { pod: self, node })
        })
    }

    /// Whether the pod runs on Windows, where Linux' options have no meaning.
    pub(crate) fn is_windows(&self) -> bool {
        self.spec.text_at("os.name").is_some_and(|name| name == "windows")
    }

    pub(crate) fn volumes(&self) -> &'a [Node] {
        self.spec.get("volumes").map(Node::items).unwrap_or_default()
    }

    /// Notes a failure at a key of the pod's spec, or at the deepest part of it that is there.
    pub(crate) fn fail(&self, manifests: &Manifests, path: &str, found: &mut Found, message: impl Into<String>) {
        found.add(&manifests.path, self.spec.line_of(path), self.object.block, self.message(message.into()));
    }

    pub(crate) fn message(&self, what: String) -> String {
        format!("{} `{}`: {what}", self.object.kind, self.object.name)
    }
}
