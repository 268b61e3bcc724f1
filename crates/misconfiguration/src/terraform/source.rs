//! The files of Terraform, by the folders that are modules.

use std::collections::BTreeMap;

use hcl_edit::Span;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body};
use model::{Gap, UntrustedPath};

use crate::json::{line_at, line_starts};
use crate::tree::Tree;

/// Modules by the path of their folder.
pub(super) type Folders = BTreeMap<String, Folder>;

/// A folder of configuration.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) sources: Vec<Source>,
    /// The files of values that Terraform loads by itself, in its order.
    pub(super) values: Vec<Source>,
}

/// A file.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: UntrustedPath,
    pub(super) body: Body,
    starts: Vec<usize>,
}

impl Source {
    /// The line of something that was read from this file.
    pub(super) fn line(&self, of: &impl Span) -> u32 {
        of.span().map_or(0, |span| line_at(&self.starts, span.start))
    }

    /// What to say of the modules that it calls from a registry, a repository or any other address.
    pub(super) fn modules_elsewhere(&self) -> Option<String> {
        let elsewhere = |block: &&Block| {
            let source = block.body.get_attribute("source").and_then(|attribute| attribute.value.as_str());
            source.is_some_and(|source| !source.starts_with("./") && !source.starts_with("../"))
        };
        let names: Vec<String> = self
            .body
            .get_blocks("module")
            .filter(elsewhere)
            .filter_map(|block| block.labels.first())
            .map(|label| format!("`{}`", label.as_str()))
            .collect();
        let reason = match names.as_slice() {
            [] => return None,
            [name] => format!("its module {name} comes from elsewhere and was not looked at"),
            names => {
                format!("{} of its modules come from elsewhere and were not looked at: {}", names.len(), listed(names))
            }
        };
        Some(format!("{reason}; the plan of it (`terraform show -json`) has what is in there"))
    }

    /// The first and last line of a block.
    pub(super) fn block(&self, block: &Block) -> (u32, u32) {
        block.span().map_or((0, 0), |span| {
            (line_at(&self.starts, span.start), line_at(&self.starts, span.end.saturating_sub(1)))
        })
    }
}

impl Folder {
    /// The folders of the tree that this one's modules call.
    pub(super) fn called_folders(&self) -> Vec<String> {
        let blocks =
            self.sources.iter().flat_map(|source| source.body.get_blocks("module").map(move |block| (source, block)));
        blocks.filter_map(|(source, block)| called_folder(source, block)).collect()
    }
}

/// The first few of many names.
fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    let rest = if names.len() > MOST { ", …" } else { "" };
    format!("{}{rest}", names[..names.len().min(MOST)].join(", "))
}

/// The folder that a module block names, where it is a path.
pub(super) fn called_folder(source: &Source, block: &Block) -> Option<String> {
    let path = block.body.get_attribute("source")?.value.as_str()?;
    let is_local = path.starts_with("./") || path.starts_with("../");
    is_local.then(|| UntrustedPath::normalise(&format!("{}/{path}", source.path.parent())).as_str().to_owned())
}

/// Reads every file of a tree; one that cannot be read is a gap.
pub(super) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Folders {
    let mut folders = Folders::new();
    for (path, text) in tree.files() {
        let name = path.file_name();
        let is_configuration = name.ends_with(".tf") || name.ends_with(".tofu");
        let is_values = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
        if name.ends_with(".tf.json") {
            gaps.push(Gap::new(path.as_str(), "Terraform's JSON syntax is not read; the plan of it is"));
        }
        if !is_configuration && !is_values {
            continue;
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.replace("\r\n", "\n");
        match parse_body(&text) {
            Ok(body) => {
                let source = Source { path: path.clone(), body, starts: line_starts(&text) };
                let folder = folders.entry(path.parent().to_owned()).or_default();
                if is_values { folder.values.push(source) } else { folder.sources.push(source) }
            }
            Err(error) => {
                let place = error.location();
                let reason = format!("it is no valid HCL (line {}: {})", place.line(), error.message());
                gaps.push(Gap::new(path.as_str(), reason));
            }
        }
    }
    folders.retain(|_, folder| !folder.sources.is_empty());
    folders
}
