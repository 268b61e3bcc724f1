//! Dockerfiles and Containerfiles, read as the builder reads them (Dockerfile reference): continuation lines, here
//! documents, JSON forms, `ARG` and `ENV`, stages.

mod expand;
pub(crate) mod fetched;
mod instruction;
mod parse;
pub(crate) mod shell;

use model::{Gap, UntrustedPath};

use crate::file_kind::{FileKind, by_name};
use crate::tree::Tree;

pub(crate) use instruction::{Instruction, Keyword};
pub(crate) use parse::assignments;
pub(crate) use shell::Command;

/// A file and its stages.
#[derive(Debug)]
pub(crate) struct Dockerfile {
    pub(crate) path: UntrustedPath,
    pub(crate) stages: Vec<Stage>,
}

/// What follows one `FROM`.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The `FROM`.
    pub(crate) from: Instruction,
    /// The image or earlier stage it builds on, as far as it is known.
    pub(crate) base: Base,
    pub(crate) name: Option<String>,
    pub(crate) instructions: Vec<Instruction>,
}

/// What a stage builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Base {
    /// Nothing: `FROM scratch`.
    Scratch,
    /// An earlier stage, by its place.
    Stage(usize),
    /// An image.
    Image(String),
    /// An image whose name an argument without default decides.
    Unknown,
}

impl Stage {
    /// The lines from its `FROM` to its last instruction.
    pub(crate) fn block(&self) -> (u32, u32) {
        (self.from.line, self.instructions.last().map_or(self.from.end_line, |last| last.end_line))
    }

    pub(crate) fn all(&self, keyword: Keyword) -> impl Iterator<Item = &Instruction> {
        self.instructions.iter().filter(move |instruction| instruction.keyword == keyword)
    }
}

impl Dockerfile {
    /// The stage that becomes the image.
    pub(crate) fn last_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The last stage and those it builds on, nearest first.
    pub(crate) fn lineage(&self) -> Vec<&Stage> {
        let mut lineage = Vec::new();
        let mut next = self.stages.len().checked_sub(1);
        while let Some(stage) = next.and_then(|place| self.stages.get(place)) {
            lineage.push(stage);
            next = match stage.base {
                Base::Stage(place) => Some(place),
                Base::Scratch | Base::Image(_) | Base::Unknown => None,
            };
        }
        lineage
    }

    /// Every instruction with its stage.
    pub(crate) fn instructions(&self) -> impl Iterator<Item = (&Stage, &Instruction)> {
        self.stages.iter().flat_map(|stage| stage.instructions.iter().map(move |instruction| (stage, instruction)))
    }

    /// Every command of every `RUN`, with its line.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&Stage, &Instruction, Vec<Command>)> {
        self.instructions()
            .filter(|(_, instruction)| instruction.keyword == Keyword::Run)
            .map(|(stage, instruction)| (stage, instruction, instruction.commands()))
    }
}

/// Reads every Dockerfile of a tree, one after the other: with its variables put in, each may be far larger than its file.
pub(crate) fn read(tree: &Tree) -> impl Iterator<Item = Result<Dockerfile, Gap>> {
    let files = tree.files().filter(|(path, _)| by_name(path) == Some(FileKind::Dockerfile));
    let mut expanded = 0;
    files.map(move |(path, text)| {
        if is_template(path, text) {
            let reason = "it is a template of a Dockerfile, which is not rendered; scan what is made of it";
            return Err(Gap::new(path.as_str(), reason));
        }
        parse::parse(path, text, &mut expanded)
            .map_err(|error| Gap::new(path.as_str(), format!("the Dockerfile cannot be read: {error}")))
    })
}

/// Endings that templates have: of Jinja, Go, Ruby, Mustache and their like.
const TEMPLATES: &[&str] =
    &["ejs", "erb", "gotmpl", "hbs", "in", "j2", "jinja", "jinja2", "mustache", "template", "tera", "tmpl", "tpl"];

/// Whether a file has to be rendered before it is a Dockerfile: its name says so, and its text has something to put in.
fn is_template(path: &UntrustedPath, text: &str) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let is_named_so = name.rsplit_once('.').is_some_and(|(_, ending)| TEMPLATES.contains(&ending));
    is_named_so && ["{{", "{%", "<%"].iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_dockerfiles_are_a_gap_and_no_dockerfiles() {
        for (path, text, is_read) in [
            ("Dockerfile.j2", "FROM {{ base }}\nCOPY {{ src }} /x\n", false),
            ("a/Dockerfile.tmpl", "{% if x %}\nFROM a:1\n{% endif %}\n", false),
            ("Dockerfile.erb", "FROM <%= base %>\n", false),
            ("Dockerfile.template", "FROM debian:%%TAG%%\n", true),
            ("Dockerfile", "FROM a:1\nRUN docker inspect --format '{{.Id}}' x\n", true),
            ("Dockerfile.prod", "FROM a:1\nLABEL a={{b}}\n", true),
        ] {
            let mut tree = Tree::new();
            tree.insert(path.to_owned().into(), text.as_bytes()).unwrap();
            let read: Vec<_> = read(&tree).collect();
            assert_eq!(read.len(), 1);
            assert_eq!(read[0].as_ref().map(|dockerfile| dockerfile.stages.len()).ok(), is_read.then_some(1), "{path}");
        }
    }
}
