//! Resources of clouds, as Terraform names them. CloudFormation and Azure's templates are brought into the same shape, so
//! that one check serves them all.

mod attribute;
pub(crate) mod effort;
mod requirement;
pub(crate) mod shape;

use std::collections::BTreeMap;

use model::UntrustedPath;

use crate::node::Node;

pub(crate) use attribute::Attribute;

/// What a language of infrastructure describes together: a root module with its modules, a template, a plan.
#[derive(Debug, Default)]
pub(crate) struct Cloud {
    resources: Vec<Resource>,
    /// Where the resources of a type stand.
    by_kind: BTreeMap<String, Vec<usize>>,
    /// The day for which they are checked (`2026-11-28`), where it is known.
    pub(crate) today: Option<String>,
}

/// One resource, or one data source.
#[derive(Debug)]
pub(crate) struct Resource {
    /// `aws_s3_bucket`; data sources begin with `data.`.
    pub(crate) kind: String,
    /// What others refer to it by: `module.x.aws_s3_bucket.y`, a logical id.
    pub(crate) address: String,
    pub(crate) path: UntrustedPath,
    /// Its first and last line.
    pub(crate) block: (u32, u32),
    pub(crate) body: Node,
    /// The language it is written in, where the same property has another default or form.
    pub(crate) language: Language,
}

/// The language that describes a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Terraform,
    CloudFormation,
    Azure,
}

impl Cloud {
    pub(crate) fn new(resources: Vec<Resource>) -> Cloud {
        let mut by_kind: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, resource) in resources.iter().enumerate() {
            by_kind.entry(resource.kind.clone()).or_default().push(place);
        }
        Cloud { resources, by_kind, today: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The resources of some types.
    pub(crate) fn of<'a>(&'a self, kinds: &'a [&'a str]) -> impl Iterator<Item = &'a Resource> {
        kinds.iter().filter_map(|kind| self.by_kind.get(*kind)).flatten().map(|place| &self.resources[*place])
    }

    /// The resources of some types whose attribute refers to a resource: by its address, or by a name of its own.
    pub(crate) fn that_refer<'a>(
        &'a self,
        kinds: &'a [&'a str],
        path: &'a str,
        target: &'a Resource,
    ) -> impl Iterator<Item = &'a Resource> {
        self.of(kinds).filter(move |resource| resource.get(path).refers_to(target))
    }

    /// The resource that a value refers to, if it is described here.
    pub(crate) fn referred(&self, attribute: &Attribute<'_>, kinds: &[&str]) -> Option<&Resource> {
        kinds
            .iter()
            .filter_map(|kind| self.by_kind.get(*kind))
            .flatten()
            .map(|place| &self.resources[*place])
            .find(|resource| attribute.refers_to(resource))
    }
}

impl Resource {
    /// The attribute under keys within keys; of blocks that repeat, the first.
    pub(crate) fn get<'a>(&'a self, path: &str) -> Attribute<'a> {
        Attribute::root(self).get(path)
    }

    /// Every attribute under keys within keys, through all blocks that repeat.
    pub(crate) fn each<'a>(&'a self, path: &str) -> Vec<Attribute<'a>> {
        Attribute::root(self).each(path)
    }

    /// The resource as a whole.
    pub(crate) fn whole(&self) -> Attribute<'_> {
        Attribute::root(self)
    }

    /// The names by which other resources may call it besides its address.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let keys = ["bucket", "name", "id", "arn", "cluster_identifier", "domain_name", "function_name"];
        keys.into_iter().filter_map(|key| self.body.text_at(key)).map(std::borrow::Cow::into_owned)
    }
}
