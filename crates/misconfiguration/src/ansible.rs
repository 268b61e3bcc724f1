//! Playbooks and tasks of Ansible.

use model::{Gap, UntrustedPath};

use crate::check::Found;
use crate::file_kind::{FileKind, kind_of};
use crate::kubernetes::last_line;
use crate::node::{Entry, Node};
use crate::tree::Tree;
use crate::yaml::{self, Tags};

/// Blocks within blocks.
const DEEPEST: usize = 16;

/// The tasks of one file.
#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) path: UntrustedPath,
    pub(crate) tasks: Vec<Task>,
}

/// One task and the module it calls.
#[derive(Debug)]
pub(crate) struct Task {
    /// Its name, or that of its module where it has none.
    pub(crate) name: String,
    /// The module without its collection: `get_url` of `ansible.builtin.get_url`.
    pub(crate) module: String,
    /// What the module is called with.
    pub(crate) arguments: Node,
    pub(crate) block: (u32, u32),
}

impl Task {
    /// An argument: of the map, or of `name=value` in a text.
    pub(crate) fn argument(&self, name: &str) -> Option<String> {
        if let Some(value) = self.arguments.get(name) {
            return value.as_text().map(std::borrow::Cow::into_owned);
        }
        let text = self.arguments.as_text()?;
        let word = text.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        Some(word.trim_matches(['"', '\'']).to_owned())
    }

    pub(crate) fn fail(&self, play: &Play, argument: &str, found: &mut Found, message: &str) {
        let line = self.arguments.entry(argument).map_or(self.block.0, |entry| entry.line);
        found.add(&play.path, line, self.block, format!("task `{}` {message}", self.name));
    }
}

/// Reads every playbook and every list of tasks.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Play> {
    let mut plays = Vec::new();
    for (path, text) in tree.files().filter(|(path, text)| kind_of(path, text.as_bytes()) == Some(FileKind::Ansible)) {
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => {
                let mut tasks = Vec::new();
                for document in &documents {
                    collect(document, &mut tasks, 0);
                }
                if !tasks.is_empty() {
                    plays.push(Play { path: path.clone(), tasks });
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the playbook cannot be read: {error}"))),
        }
    }
    plays
}

/// Keys of a task that name no module.
const KEYWORDS: &[&str] = &[
    "name",
    "when",
    "with_items",
    "loop",
    "loop_control",
    "register",
    "become",
    "become_user",
    "become_method",
    "tags",
    "notify",
    "vars",
    "environment",
    "delegate_to",
    "run_once",
    "ignore_errors",
    "changed_when",
    "failed_when",
    "until",
    "retries",
    "delay",
    "no_log",
    "args",
    "check_mode",
    "async",
    "poll",
    "listen",
    "collections",
    "diff",
    "any_errors_fatal",
    "module_defaults",
];

fn collect(node: &Node, tasks: &mut Vec<Task>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for item in node.items() {
        for list in ["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"] {
            if let Some(list) = item.get(list) {
                collect(list, tasks, depth + 1);
            }
        }
        if item.get("hosts").is_some() || item.get("block").is_some() {
            continue;
        }
        if let Some(entry) = module(item) {
            let module = entry.key.rsplit('.').next().unwrap_or_default();
            tasks.push(Task {
                name: item.text_at("name").map_or_else(|| module.to_owned(), std::borrow::Cow::into_owned),
                module: module.to_owned(),
                arguments: entry.value.clone(),
                block: (item.line, last_line(item)),
            });
        }
    }
}

fn module(task: &Node) -> Option<&Entry> {
    task.as_map()?.iter().find(|entry| !KEYWORDS.contains(&entry.key.as_str()) && !entry.key.starts_with("with_"))
}
