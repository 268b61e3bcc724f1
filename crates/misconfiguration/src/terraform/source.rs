//! The files of Terraform, by the folders that are modules.

use std::collections::BTreeMap;

use hcl_edit::Span;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body};
use model::{Gap, UntrustedPath};

use super::json_syntax::{self, Native};
use super::size::{MOST_MARKS, bytes_of, marks};
use crate::json::{JsonError, line_at, line_starts};
use crate::tree::Tree;

/// What the files of modules that call each other take in memory once they are parsed.
const MOST_BYTES: usize = 64 << 20;

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
    /// The line of the file that each line of the native syntax comes from, where the file is JSON.
    lines: Option<Vec<u32>>,
    /// What it takes in memory.
    bytes: usize,
}

impl Source {
    fn new(
        path: &UntrustedPath,
        text: &str,
        lines: Option<Vec<u32>>,
        said: impl FnOnce(usize, &str) -> String,
    ) -> Result<Source, String> {
        if marks(text) > MOST_MARKS {
            return Err(format!("its HCL may have more than {MOST_MARKS} expressions and blocks"));
        }
        let parsed = parse_body(text).map_err(|error| said(error.location().line(), error.message()))?;
        // Lists that grew have room for more; those of a copy have none.
        let body = parsed.clone();
        let starts = line_starts(text);
        let rest = text.len() + size_of_val(starts.as_slice()) + lines.as_deref().map_or(0, size_of_val);
        let bytes = bytes_of(&body) + rest;
        Ok(Source { path: path.clone(), body, starts, lines, bytes })
    }

    /// The line of something that was read from this file.
    pub(super) fn line(&self, of: &impl Span) -> u32 {
        of.span().map_or(0, |span| self.line_at(span.start))
    }

    /// What to say of the modules that it calls from a registry, a repository or any other address.
    pub(super) fn modules_elsewhere(&self) -> Option<String> {
        let elsewhere = |block: &&Block| {
            let source = block.body.get_attribute("source").map(|attribute| attribute.value.as_str());
            // OpenTofu lets an expression say where from.
            source.is_some_and(|source| !source.is_some_and(is_path))
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

    /// What to say of the modules that it calls by a path at which there is none.
    pub(super) fn missing_modules(&self, folders: &Folders) -> impl Iterator<Item = String> {
        self.body.get_blocks("module").filter_map(|block| {
            let path = block.body.get_attribute("source")?.value.as_str().filter(|path| is_path(path))?;
            let is_there = called_folder(self, block).is_some_and(|folder| folders.contains_key(&folder));
            let name = block.labels.first().map_or("", |label| label.as_str());
            let line = self.block(block).0;
            (!is_there).then(|| {
                format!("its module `{name}` (line {line}) was not looked at: no configuration can be read in `{path}`")
            })
        })
    }

    /// The folders that its modules call.
    fn called_folders(&self) -> impl Iterator<Item = String> {
        self.body.get_blocks("module").filter_map(|block| called_folder(self, block))
    }

    /// The first and last line of a block.
    pub(super) fn block(&self, block: &Block) -> (u32, u32) {
        block.span().map_or((0, 0), |span| (self.line_at(span.start), self.line_at(span.end.saturating_sub(1))))
    }

    fn line_at(&self, offset: usize) -> u32 {
        let line = line_at(&self.starts, offset);
        match &self.lines {
            None => line,
            Some(lines) => lines.get(line.saturating_sub(1) as usize).copied().unwrap_or(line),
        }
    }
}

impl Folder {
    /// The folders of the tree that this one's modules call.
    pub(super) fn called_folders(&self) -> Vec<String> {
        self.sources.iter().flat_map(Source::called_folders).collect()
    }
}

/// The first few of many names.
fn listed(names: &[String]) -> String {
    const MOST: usize = 5;
    let rest = if names.len() > MOST { ", …" } else { "" };
    format!("{}{rest}", names[..names.len().min(MOST)].join(", "))
}

/// The folder that a module block names, where it is a path within the tree.
pub(super) fn called_folder(source: &Source, block: &Block) -> Option<String> {
    let path = block.body.get_attribute("source")?.value.as_str().filter(|path| is_path(path))?;
    let mut folders: Vec<&str> = source.path.parent().split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = folders.pop()?,
            name => folders.push(name),
        }
    }
    Some(folders.join("/"))
}

/// Whether the source of a module is a path (Terraform, Module Sources, Local Paths).
fn is_path(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// A file of configuration or of values in a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'t> {
    path: &'t UntrustedPath,
    text: &'t str,
    is_json: bool,
    is_values: bool,
}

impl<'t> File<'t> {
    /// The file, where it is one of Terraform.
    fn of(path: &'t UntrustedPath, text: &'t str) -> Option<File<'t>> {
        let name = path.file_name();
        let base = name.strip_suffix(".json").unwrap_or(name);
        let is_configuration = base.ends_with(".tf") || base.ends_with(".tofu");
        let is_values = base == "terraform.tfvars" || base.ends_with(".auto.tfvars");
        (is_configuration || is_values).then_some(File { path, text, is_json: base != name, is_values })
    }

    /// Whether it can call a module by a path, as far as its words tell. What is escaped could be any word.
    fn may_call(&self) -> bool {
        let has_words = self.text.contains("module") && self.text.contains("./");
        !self.is_values && (has_words || self.text.contains('\\'))
    }

    fn read(&self) -> Result<Source, String> {
        match (self.is_json, self.is_values) {
            (false, _) => native(self.path, self.text),
            (true, true) => in_json(self.path, json_syntax::values(self.text)),
            (true, false) => in_json(self.path, json_syntax::configuration(self.text)),
        }
    }
}

/// The files of a tree, with those together whose modules call each other: no other files have to be in memory with them.
pub(super) fn groups(tree: &Tree) -> Vec<Vec<File<'_>>> {
    let files: Vec<File<'_>> = tree.files().filter_map(|(path, text)| File::of(path, text)).collect();
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files {
        let number = folders.len();
        folders.entry(file.path.parent()).or_insert(number);
    }
    let mut leaders: Vec<usize> = (0..folders.len()).collect();
    for file in files.iter().filter(|file| file.may_call()) {
        // What cannot be read is a gap when its group is read.
        let Ok(source) = file.read() else { continue };
        for called in source.called_folders() {
            let (Some(from), Some(to)) = (folders.get(file.path.parent()), folders.get(called.as_str())) else {
                continue;
            };
            let (from, to) = (leader(&mut leaders, *from), leader(&mut leaders, *to));
            leaders[from.max(to)] = from.min(to);
        }
    }
    let mut groups: BTreeMap<usize, Vec<File<'_>>> = BTreeMap::new();
    for file in &files {
        let number = folders.get(file.path.parent()).copied().unwrap_or_default();
        groups.entry(leader(&mut leaders, number)).or_default().push(*file);
    }
    groups.into_values().collect()
}

/// The folder that stands for all that this one was joined with.
fn leader(leaders: &mut [usize], mut folder: usize) -> usize {
    while leaders[folder] != folder {
        leaders[folder] = leaders[leaders[folder]];
        folder = leaders[folder];
    }
    folder
}

/// Reads the files of a group; one that cannot be read is a gap, and so are those beyond what a group may take.
pub(super) fn read(files: &[File<'_>], gaps: &mut Vec<Gap>) -> Folders {
    let mut folders = Folders::new();
    let mut bytes = 0;
    let mut left_out: Vec<&UntrustedPath> = Vec::new();
    for file in files {
        match file.read() {
            Ok(source) if bytes + source.bytes > MOST_BYTES => left_out.push(file.path),
            Ok(source) => {
                bytes += source.bytes;
                let folder = folders.entry(file.path.parent().to_owned()).or_default();
                if file.is_values { folder.values.push(source) } else { folder.sources.push(source) }
            }
            Err(reason) => gaps.push(Gap::new(file.path.as_str(), reason)),
        }
    }
    if let Some(first) = left_out.first() {
        let reason = format!(
            "it is the first of {} not looked at: modules that call each other take more than {} MiB of memory together",
            left_out.len(),
            MOST_BYTES >> 20
        );
        gaps.push(Gap::new(first.as_str(), reason));
    }
    for folder in folders.values_mut() {
        // What is found by its pattern counts more than what is found by its name, whatever the alphabet says.
        folder.values.sort_by_key(|source| source.path.file_name().contains(".auto."));
    }
    folders.retain(|_, folder| !folder.sources.is_empty());
    folders
}

fn native(path: &UntrustedPath, text: &str) -> Result<Source, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = closed_heredocs(&text.replace("\r\n", "\n"));
    Source::new(path, &text, None, |line, reason| format!("it is no valid HCL (line {line}: {reason})"))
}

/// Takes the blanks off the line that ends a `<<WORD` text: Terraform lets them be there, the reader of HCL does not.
fn closed_heredocs(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    let mut end: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        match end {
            Some(word) if line.trim() == word => {
                end = None;
                closed.push_str(line.trim_start_matches([' ', '\t']));
            }
            Some(_) => closed.push_str(line),
            None => {
                end = heredoc_word(line);
                closed.push_str(line);
            }
        }
    }
    closed
}

/// The word that ends the text which begins behind this line (`= <<WORD`); that of `<<-WORD` may be indented anyway.
fn heredoc_word(line: &str) -> Option<&str> {
    let (before, word) = line.trim_end().rsplit_once("<<")?;
    let is_word = !word.is_empty() && word.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '_' | '-'));
    let is_comment = before.trim_start().starts_with(['#', '/']);
    (is_word && !word.starts_with('-') && !is_comment && before.matches('"').count() % 2 == 0).then_some(word)
}

fn in_json(path: &UntrustedPath, native: Result<Native, JsonError>) -> Result<Source, String> {
    let Native { text, lines } = native.map_err(|error| error.to_string())?;
    let line_of = lines.clone();
    Source::new(path, &text, Some(lines), |line, reason| {
        let line = line_of.get(line.saturating_sub(1)).copied().unwrap_or(1);
        format!("an expression in it is no valid HCL (line {line}: {reason})")
    })
}
