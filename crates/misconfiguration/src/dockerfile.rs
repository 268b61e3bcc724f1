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
    files.map(|(path, text)| {
        parse::parse(path, text)
            .map_err(|error| Gap::new(path.as_str(), format!("the Dockerfile cannot be read: {error}")))
    })
}
