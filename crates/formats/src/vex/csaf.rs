//! CSAF 2.0 (OASIS Standard, 18 November 2022): the product tree with its branches, relationships and groups (section
//! 3.2.2), and what each vulnerability says of products (section 3.2.3).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{VexName, VexProduct, VexStatement, VexStatus};
use serde::Deserialize;

use super::{Budget, ReadVexError, digest, document, name, names, parse, words, wrong};
use crate::bill::list;
use crate::json_place::Step;

pub(super) const FORMAT: &str = "CSAF";
/// The deepest nesting of relationships: what is part of something that is part of something.
const DEEPEST_RELATIONSHIP: usize = 16;

#[derive(Deserialize)]
struct Csaf {
    document: Document,
    #[serde(default)]
    product_tree: ProductTree,
    #[serde(default, deserialize_with = "list")]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Document {
    publisher: Option<Publisher>,
    tracking: Option<Tracking>,
}

#[derive(Deserialize)]
struct Publisher {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Tracking {
    id: Option<String>,
    current_release_date: Option<String>,
}

#[derive(Default, Deserialize)]
struct ProductTree {
    #[serde(default, deserialize_with = "list")]
    branches: Vec<Branch>,
    #[serde(default, deserialize_with = "list")]
    full_product_names: Vec<Product>,
    #[serde(default, deserialize_with = "list")]
    product_groups: Vec<Group>,
    #[serde(default, deserialize_with = "list")]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Branch {
    category: Option<String>,
    name: Option<String>,
    product: Option<Product>,
    #[serde(default, deserialize_with = "list")]
    branches: Vec<Branch>,
}

#[derive(Deserialize)]
struct Product {
    product_id: String,
    product_identification_helper: Option<Helper>,
}

#[derive(Deserialize)]
struct Helper {
    purl: Option<String>,
    /// Of drafts of the next version.
    #[serde(default, deserialize_with = "list")]
    purls: Vec<String>,
    cpe: Option<String>,
    #[serde(default, deserialize_with = "list")]
    hashes: Vec<Hashes>,
}

#[derive(Deserialize)]
struct Hashes {
    #[serde(default, deserialize_with = "list")]
    file_hashes: Vec<FileHash>,
}

#[derive(Deserialize)]
struct FileHash {
    algorithm: String,
    value: String,
}

#[derive(Deserialize)]
struct Group {
    group_id: String,
    #[serde(default, deserialize_with = "list")]
    product_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: Product,
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    #[serde(default, deserialize_with = "list")]
    ids: Vec<Id>,
    #[serde(default)]
    product_status: BTreeMap<String, Option<Vec<String>>>,
    #[serde(default, deserialize_with = "list")]
    flags: Vec<Remark>,
    #[serde(default, deserialize_with = "list")]
    threats: Vec<Remark>,
    #[serde(default, deserialize_with = "list")]
    remediations: Vec<Remark>,
}

#[derive(Deserialize)]
struct Id {
    text: String,
}

/// A flag, threat or remediation: something said of products and groups of them.
#[derive(Deserialize)]
struct Remark {
    label: Option<String>,
    category: Option<String>,
    details: Option<String>,
    #[serde(default, deserialize_with = "list")]
    product_ids: Vec<String>,
    #[serde(default, deserialize_with = "list")]
    group_ids: Vec<String>,
}

/// What is said of a product: the status, the justification, and more in words.
type Saying<'a> = (VexStatus, Option<&'a str>, Option<&'a str>);

pub(super) fn read(file: &str, text: &str) -> Result<Vec<VexStatement>, ReadVexError> {
    let Csaf { document: Document { publisher, tracking }, product_tree, vulnerabilities } = parse(text, FORMAT)?;
    let (id, timestamp) = tracking.map_or((None, None), |tracking| (tracking.id, tracking.current_release_date));
    let document = document(file, id, publisher.and_then(|publisher| publisher.name));
    let tree = Tree::new(product_tree);
    let mut budget = Budget::default();
    let mut statements = Vec::new();
    for (at, vulnerability) in vulnerabilities.into_iter().enumerate() {
        let ids: Arc<[String]> =
            vulnerability.cve.into_iter().chain(vulnerability.ids.into_iter().map(|id| id.text)).collect();
        if vulnerability.product_status.is_empty() {
            continue;
        }
        if ids.is_empty() {
            let reason = format!("vulnerability {} has neither `cve` nor `ids`", at + 1);
            return Err(wrong(FORMAT, text, &[Step::Key("vulnerabilities"), Step::Index(at)], &reason));
        }
        let justifications = tree.said(&vulnerability.flags, |flag| flag.label.as_deref());
        let impacts = tree.said(&vulnerability.threats, |threat| {
            threat.details.as_deref().filter(|_| threat.category.as_deref() == Some("impact"))
        });
        let actions = tree.said(&vulnerability.remediations, |remediation| remediation.details.as_deref());
        let mut groups: BTreeMap<Saying<'_>, Vec<Arc<VexProduct>>> = BTreeMap::new();
        for (word, products) in &vulnerability.product_status {
            let Some(status) = status(word) else { continue };
            let products = products.as_deref().unwrap_or_default();
            budget.take(products.len())?;
            for id in products {
                let (justification, detail) = match status {
                    VexStatus::NotAffected => {
                        (justifications.get(id.as_str()).copied(), impacts.get(id.as_str()).copied())
                    }
                    VexStatus::Affected | VexStatus::Fixed | VexStatus::UnderInvestigation => {
                        (None, actions.get(id.as_str()).copied())
                    }
                };
                let product = tree.product(id).unwrap_or_else(|| {
                    // A product that the tree does not have is named all the same, so that a note can tell of it.
                    Arc::new(VexProduct { names: [VexName::Other(id.clone())].into(), ..VexProduct::default() })
                });
                groups.entry((status, justification, detail)).or_default().push(product);
            }
        }
        for ((status, justification, detail), products) in groups {
            budget.take_statement()?;
            statements.push(VexStatement {
                document: Arc::clone(&document),
                number: at + 1,
                ids: Arc::clone(&ids),
                products,
                status,
                justification: words(justification),
                detail: words(detail),
                timestamp: timestamp.clone(),
            });
        }
    }
    Ok(statements)
}

/// The status of a key of `product_status` (section 3.2.3.9); `recommended` says nothing of a vulnerability.
fn status(word: &str) -> Option<VexStatus> {
    Some(match word {
        "known_not_affected" => VexStatus::NotAffected,
        "fixed" | "first_fixed" => VexStatus::Fixed,
        "known_affected" | "first_affected" | "last_affected" => VexStatus::Affected,
        "under_investigation" => VexStatus::UnderInvestigation,
        _ => return None,
    })
}

/// Products by id.
struct Tree {
    products: HashMap<String, Arc<VexProduct>>,
    groups: HashMap<String, Vec<String>>,
}

impl Tree {
    fn new(tree: ProductTree) -> Tree {
        let mut products = HashMap::new();
        let mut branches = tree.branches;
        while let Some(branch) = branches.pop() {
            if let Some(product) = branch.product {
                let is_range = branch.category.as_deref() == Some("product_version_range");
                let range = branch.name.filter(|_| is_range);
                let (id, product) = product.into_model(range);
                products.insert(id, Arc::new(product));
            }
            branches.extend(branch.branches);
        }
        for product in tree.full_product_names {
            let (id, product) = product.into_model(None);
            products.insert(id, Arc::new(product));
        }
        let groups = tree.product_groups.into_iter().map(|group| (group.group_id, group.product_ids)).collect();
        let mut tree_products = Tree { products, groups };
        tree_products.relate(tree.relationships);
        tree_products
    }

    /// Adds what relationships make. They may stand in any order: each round adds what the last one made possible.
    fn relate(&mut self, mut relationships: Vec<Relationship>) {
        for _ in 0..DEEPEST_RELATIONSHIP {
            let before = relationships.len();
            relationships.retain(|relationship| {
                let part = self.products.get(&relationship.product_reference);
                let whole = self.products.get(&relationship.relates_to_product_reference);
                let (Some(part), Some(whole)) = (part, whole) else { return true };
                let (id, own) = relationship.full_product_name.clone_into_model();
                let names = if own.names.is_empty() { part.names.clone() } else { own.names };
                // Of a part of a part of something, the outermost thing is what can be looked for.
                let within = whole.within.clone().unwrap_or_else(|| whole.names.clone());
                let product = VexProduct { names, versions: part.versions.clone(), within: Some(within) };
                self.products.insert(id, Arc::new(product));
                false
            });
            if relationships.is_empty() || relationships.len() == before {
                break;
            }
        }
    }

    fn product(&self, id: &str) -> Option<Arc<VexProduct>> {
        self.products.get(id).cloned()
    }

    /// What remarks say, by product; the first one counts.
    fn said<'a>(
        &'a self,
        remarks: &'a [Remark],
        what: impl Fn(&'a Remark) -> Option<&'a str>,
    ) -> HashMap<&'a str, &'a str> {
        let mut said = HashMap::new();
        for remark in remarks {
            let Some(text) = what(remark) else { continue };
            let of_groups = remark.group_ids.iter().filter_map(|id| self.groups.get(id)).flatten();
            for id in remark.product_ids.iter().chain(of_groups) {
                said.entry(id.as_str()).or_insert(text);
            }
        }
        said
    }
}

impl Product {
    fn into_model(self, range: Option<String>) -> (String, VexProduct) {
        let names = self.names();
        (self.product_id, VexProduct { names, versions: range.into_iter().collect(), within: None })
    }

    fn clone_into_model(&self) -> (String, VexProduct) {
        (self.product_id.clone(), VexProduct { names: self.names(), ..VexProduct::default() })
    }

    fn names(&self) -> Arc<[VexName]> {
        let Some(helper) = &self.product_identification_helper else { return Arc::default() };
        let hashes = helper.hashes.iter().flat_map(|hashes| &hashes.file_hashes);
        let texts = helper.purl.iter().chain(&helper.purls).chain(&helper.cpe);
        names(texts.map(|text| name(text)).chain(hashes.filter_map(|hash| digest(&hash.algorithm, &hash.value))))
    }
}
