//! A module as it is called: its variables have values.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hcl_edit::expr::Expression;
use hcl_edit::structure::Block;

use super::evaluate::{Evaluator, Scope};
use super::resources::{Repeat, repeats};
use super::source::{Folder, Source, called_folder};
use crate::node::Node;

/// Modules within modules.
const DEEPEST: usize = 12;

/// A module and the values it was called with.
#[derive(Debug)]
pub(super) struct Module<'a> {
    /// The path of its folder.
    pub(super) path: String,
    /// What its addresses begin with: `module.network.`, or nothing for the root.
    pub(super) prefix: String,
    pub(super) variables: BTreeMap<String, Node>,
    locals: BTreeMap<&'a str, (&'a Source, &'a Expression)>,
    /// Locals that have been evaluated; those that are being evaluated have no value yet.
    known_locals: RefCell<BTreeMap<String, Option<Node>>>,
    pub(super) outputs: BTreeMap<&'a str, (&'a Source, &'a Expression)>,
    /// Resources and data sources (`data.http`) by type and name.
    pub(super) resources: BTreeMap<(String, &'a str), (&'a Source, &'a Block)>,
    calls: BTreeMap<&'a str, (&'a Source, &'a Block)>,
    children: RefCell<BTreeMap<String, Vec<Child<'a>>>>,
    /// The folders of the modules that call this one.
    callers: Vec<String>,
}

/// A module that another one calls.
#[derive(Debug, Clone)]
pub(super) struct Child<'a> {
    /// What `count` and `for_each` call it by; of several that are called with the same values, the first.
    pub(super) key: Option<Node>,
    pub(super) module: Rc<Module<'a>>,
}

impl<'a> Module<'a> {
    /// The root module of a folder: variables are what files of values or their defaults say.
    pub(super) fn root(path: &str, folder: &'a Folder, evaluator: &Evaluator<'a>) -> Module<'a> {
        let mut module = Module::new(path, String::new(), folder, Vec::new());
        let mut given = BTreeMap::new();
        for source in &folder.values {
            for attribute in source.body.attributes() {
                let value = evaluator.evaluate(&attribute.value, &Scope::new(&module, source));
                given.insert(attribute.key.as_str().to_owned(), value);
            }
        }
        module.declare_variables(folder, given, evaluator);
        module
    }

    fn new(path: &str, prefix: String, folder: &'a Folder, callers: Vec<String>) -> Module<'a> {
        let mut module = Module {
            path: path.to_owned(),
            prefix,
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            known_locals: RefCell::default(),
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            calls: BTreeMap::new(),
            children: RefCell::default(),
            callers,
        };
        for source in &folder.sources {
            for block in source.body.blocks() {
                module.take(source, block);
            }
        }
        module
    }

    fn take(&mut self, source: &'a Source, block: &'a Block) {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("locals", _) => {
                for attribute in block.body.attributes() {
                    self.locals.insert(attribute.key.as_str(), (source, &attribute.value));
                }
            }
            ("output", [name]) => {
                if let Some(attribute) = block.body.get_attribute("value") {
                    self.outputs.insert(name, (source, &attribute.value));
                }
            }
            ("module", [name]) => {
                self.calls.insert(name, (source, block));
            }
            ("resource", [kind, name]) => {
                self.resources.insert(((*kind).to_owned(), name), (source, block));
            }
            ("data", [kind, name]) => {
                self.resources.insert((format!("data.{kind}"), name), (source, block));
            }
            _ => {}
        }
    }

    fn declare_variables(&mut self, folder: &'a Folder, given: BTreeMap<String, Node>, evaluator: &Evaluator<'a>) {
        for source in &folder.sources {
            for block in source.body.get_blocks("variable") {
                let Some(name) = block.labels.first().map(|label| label.as_str()) else { continue };
                let value = match given.get(name) {
                    Some(value) => value.clone(),
                    None => match block.body.get_attribute("default") {
                        Some(default) => evaluator.evaluate(&default.value, &Scope::new(self, source)),
                        None => Node::unknown(source.line(&block.ident)),
                    },
                };
                self.variables.insert(name.to_owned(), value);
            }
        }
    }

    /// The value of a local, which is evaluated once; one that needs itself has none.
    pub(super) fn local(&self, name: &str, evaluator: &Evaluator<'a>) -> Option<Node> {
        if let Some(known) = self.known_locals.borrow().get(name) {
            return known.as_ref().map(|value| evaluator.copy(value));
        }
        let (source, expression) = self.locals.get(name)?;
        self.known_locals.borrow_mut().insert(name.to_owned(), None);
        let value = evaluator.evaluate(expression, &Scope::new(self, source));
        self.known_locals.borrow_mut().insert(name.to_owned(), Some(value.clone()));
        Some(value)
    }

    /// The names of the modules that this one calls.
    pub(super) fn called(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        self.calls.keys().copied()
    }

    /// A module that this one calls, where it is of the tree, once for each set of values that it is called with; made at
    /// first use.
    pub(super) fn children(&self, name: &str, evaluator: &Evaluator<'a>) -> Vec<Child<'a>> {
        if let Some(known) = self.children.borrow().get(name) {
            return known.clone();
        }
        // While they are being made they are not there: an argument that needs the module's own output is not known.
        self.children.borrow_mut().insert(name.to_owned(), Vec::new());
        let children = self.call(name, evaluator).unwrap_or_default();
        self.children.borrow_mut().insert(name.to_owned(), children.clone());
        children
    }

    fn call(&self, name: &str, evaluator: &Evaluator<'a>) -> Option<Vec<Child<'a>>> {
        let (source, block) = self.calls.get(name)?;
        let path = called_folder(source, block)?;
        let folder = evaluator.folders.get(&path)?;
        // Terraform refuses a module that calls itself; once around, nothing new comes.
        let comes_again = path == self.path || self.callers.contains(&path);
        if comes_again {
            return None;
        }
        let mut all_given: Vec<BTreeMap<String, Node>> = Vec::new();
        let mut children = Vec::new();
        for Repeat { key, scope } in repeats(block, &Scope::new(self, source), evaluator) {
            let given = block.body.attributes().filter(|attribute| !REPEATING.contains(&attribute.key.as_str()));
            let given: BTreeMap<String, Node> = given
                .map(|attribute| (attribute.key.as_str().to_owned(), evaluator.evaluate(&attribute.value, &scope)))
                .collect();
            // The same values make the same findings.
            if all_given.contains(&given) {
                continue;
            }
            if self.callers.len() >= DEEPEST || !evaluator.may_call() {
                evaluator.leave_out_call();
                break;
            }
            let callers = [self.callers.as_slice(), std::slice::from_ref(&self.path)].concat();
            let mut module = Module::new(&path, format!("{}module.{name}.", self.prefix), folder, callers);
            module.declare_variables(folder, given.clone(), evaluator);
            all_given.push(given);
            children.push(Child { key, module: Rc::new(module) });
        }
        Some(children)
    }
}

/// Arguments of a call that say how often it is made.
const REPEATING: &[&str] = &["count", "for_each"];
