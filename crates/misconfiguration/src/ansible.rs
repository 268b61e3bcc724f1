//! Playbooks and tasks of Ansible.

use model::{Gap, UntrustedPath};

use crate::check::Found;
use crate::file_kind::{FileKind, kind_of_whole};
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
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Play)) {
    let is_ansible = |path, text: &str| kind_of_whole(path, text.as_bytes()) == Some(FileKind::Ansible);
    for (path, text) in tree.files().filter(|(path, text)| is_ansible(path, text)) {
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => {
                let mut tasks = Vec::new();
                for document in &documents {
                    collect(document, &mut tasks, 0);
                }
                if let Some(cut) = documents.iter().flat_map(Node::items).find_map(|play| idle(play, 0)) {
                    let reason = format!("the task at line {} calls no module; its end may be missing", cut.line);
                    gaps.push(Gap::new(path.as_str(), reason));
                }
                if !tasks.is_empty() {
                    take(Play { path: path.clone(), tasks });
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the playbook cannot be read: {error}"))),
        }
    }
}

/// The first task of a play that calls no module.
fn idle(play: &Node, depth: usize) -> Option<&Node> {
    if depth > DEEPEST || (depth == 0 && play.get("hosts").is_none()) {
        return None;
    }
    let of_lists = LISTS.iter().filter_map(|list| play.get(list)).flat_map(Node::items);
    let mut tasks = of_lists.filter(|task| task.as_map().is_some() || task.as_text().is_some());
    tasks.find_map(|task| {
        let has_tasks = LISTS.iter().any(|list| task.entry(list).is_some());
        if has_tasks { idle(task, depth + 1) } else { Some(task).filter(|task| module(task).is_none()) }
    })
}

/// Keys of plays and blocks that have tasks.
const LISTS: &[&str] = &["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"];

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
        for list in LISTS {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playbook_whose_end_is_missing_is_a_gap() {
        for (text, count) in [
            ("- hosts: all\n  tasks:\n    - name: x\n", 1),
            ("- hosts: all\n  tasks:\n    - name: x\n      ap", 1),
            ("- hosts: all\n  tasks:\n    - na", 1),
            ("- hosts: all\n  tasks:\n    - block:\n        - name: x\n", 1),
            ("- hosts: all\n  tasks: [{name: 'x", 1),
            ("- hosts: all\n  roles: [a]\n  tasks:\n    - block: [{ping: {}}]\n    - {name: y, apt: {name: z}}\n", 0),
        ] {
            let mut tree = Tree::new();
            tree.insert("site.yml".to_owned().into(), text.as_bytes()).unwrap();
            let mut gaps = Vec::new();
            read(&tree, &mut gaps, &mut |_| ());
            assert_eq!(gaps.len(), count, "{text}: {gaps:?}");
        }
    }
}
