//! Expressions of Terraform, as far as files alone tell their values. What is not known stays unknown, and remembers the
//! resources it would have been made of.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Element, Template};

use super::functions;
use super::module::{Child, Module};
use super::operators::{binary, unary};
use super::size::{MOST_MARKS, marks};
use super::source::{Folders, Source};
use crate::node::{Entry, Node, PLACEHOLDER, Value};
use crate::tree::Tree;

/// Evaluations within evaluations: expressions within expressions, and references that lead to others.
const DEEPEST: usize = 160;
/// Expressions evaluated, and values copied, for one root module.
const MOST_STEPS: usize = 500_000;
/// Of these, steps of one expression with all that it refers to: one that is too costly leaves the others theirs.
const MOST_STEPS_OF_ONE: usize = 100_000;
/// Modules called for one root module.
const MOST_CALLS: usize = 500;
/// Bytes of one text.
const LONGEST_TEXT: usize = 1 << 20;
/// Items that a `for` makes.
const MOST_ITEMS: usize = 1_000;

/// What evaluates, and how much it has done.
#[derive(Debug)]
pub(super) struct Evaluator<'a> {
    pub(super) folders: &'a Folders,
    pub(super) tree: &'a Tree,
    steps: Cell<usize>,
    depth: Cell<usize>,
    calls: Cell<usize>,
    left_out_calls: Cell<usize>,
    /// The steps that were taken when the outermost expression began.
    begun_at: Cell<usize>,
    was_cut: Cell<bool>,
}

/// Where an expression stands.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a, 'm> {
    pub(super) module: &'m Module<'a>,
    pub(super) source: &'a Source,
    /// Names that a `for`, a `dynamic` block, `each` and `count` bind.
    pub(super) bound: BTreeMap<String, Node>,
}

impl<'a, 'm> Scope<'a, 'm> {
    pub(super) fn new(module: &'m Module<'a>, source: &'a Source) -> Scope<'a, 'm> {
        Scope { module, source, bound: BTreeMap::new() }
    }

    pub(super) fn with(&self, name: &str, value: Node) -> Scope<'a, 'm> {
        let mut scope = self.clone();
        scope.bound.insert(name.to_owned(), value);
        scope
    }
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(folders: &'a Folders, tree: &'a Tree) -> Evaluator<'a> {
        let zero = || Cell::new(0);
        Evaluator {
            folders,
            tree,
            steps: zero(),
            depth: zero(),
            calls: zero(),
            left_out_calls: zero(),
            begun_at: zero(),
            was_cut: Cell::new(false),
        }
    }

    /// Whether a bound on steps was reached, so that more is unknown than would have to be.
    pub(super) fn was_cut(&self) -> bool {
        self.was_cut.get()
    }

    /// Whether no step is left, of all or of those of the expression that is being evaluated.
    pub(super) fn is_exhausted(&self) -> bool {
        let steps = self.steps.get();
        let of_one = if self.depth.get() > 0 { steps.saturating_sub(self.begun_at.get()) } else { 0 };
        let is_exhausted = steps >= MOST_STEPS || of_one >= MOST_STEPS_OF_ONE;
        self.was_cut.set(self.was_cut.get() || is_exhausted);
        is_exhausted
    }

    /// Counts a step that is no expression, and says whether there are more.
    pub(super) fn may_go_on(&self) -> bool {
        self.steps.set(self.steps.get().saturating_add(1));
        !self.is_exhausted()
    }

    pub(super) fn may_call(&self) -> bool {
        self.calls.set(self.calls.get() + 1);
        self.calls.get() <= MOST_CALLS
    }

    /// Takes note of a module that is called and not looked at, because there are too many or too deep.
    pub(super) fn leave_out_call(&self) {
        self.left_out_calls.set(self.left_out_calls.get() + 1);
    }

    /// How many modules were left out so.
    pub(super) fn left_out_calls(&self) -> usize {
        self.left_out_calls.get()
    }

    pub(super) fn evaluate(&self, expression: &'a Expression, scope: &Scope<'a, '_>) -> Node {
        let line = scope.source.line(expression);
        if self.depth.get() == 0 {
            self.begun_at.set(self.steps.get());
        }
        if self.depth.get() >= DEEPEST {
            self.was_cut.set(true);
            return Node::unknown(line);
        }
        if self.is_exhausted() {
            return Node::unknown(line);
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let mut node = self.value(expression, scope, line);
        self.depth.set(self.depth.get() - 1);
        node.line = line;
        node
    }

    /// A copy of a value, which is paid for; where too much was paid, nothing.
    pub(super) fn copy(&self, node: &Node) -> Node {
        self.steps.set(self.steps.get().saturating_add(node.weight()));
        if self.is_exhausted() { Node::unknown(node.line) } else { node.clone() }
    }

    fn value(&self, expression: &'a Expression, scope: &Scope<'a, '_>, line: u32) -> Node {
        match expression {
            Expression::Null(_) => Node::new(line, Value::Null),
            Expression::Bool(value) => Node::new(line, Value::Bool(*value.value())),
            Expression::Number(number) => {
                Node::new(line, number.value().as_f64().map_or(Value::Unknown, Value::Number))
            }
            Expression::String(text) => Node::text(line, text.value().as_str()),
            Expression::Array(array) => {
                let items = array.iter().map(|item| self.evaluate(item, scope)).collect();
                with_references_of_items(Node::new(line, Value::List(items)))
            }
            Expression::Object(object) => {
                let mut entries = Vec::with_capacity(object.len());
                for (key, value) in object.iter() {
                    let value = self.evaluate(value.expr(), scope);
                    if let Some((key, line)) = self.object_key(key, scope) {
                        entries.push(Entry { key, line, value });
                    }
                }
                Node::new(line, Value::Map(entries))
            }
            Expression::StringTemplate(template) => self.template(template.iter(), scope, line),
            Expression::HeredocTemplate(heredoc) => self.template(heredoc.template.iter(), scope, line),
            Expression::Parenthesis(inner) => self.evaluate(inner.inner(), scope),
            Expression::Variable(name) => {
                scope.bound.get(name.as_str()).map_or_else(|| Node::unknown(line), |bound| self.copy(bound))
            }
            Expression::Conditional(conditional) => {
                let condition = self.evaluate(&conditional.cond_expr, scope);
                match condition.as_bool() {
                    Some(true) => self.evaluate(&conditional.true_expr, scope),
                    Some(false) => self.evaluate(&conditional.false_expr, scope),
                    None => either(
                        self.evaluate(&conditional.true_expr, scope),
                        self.evaluate(&conditional.false_expr, scope),
                    ),
                }
            }
            Expression::FuncCall(call) => self.call(call, scope, line),
            Expression::Traversal(traversal) => self.traversal(traversal, scope, line),
            Expression::UnaryOp(operation) => {
                unary(*operation.operator.value(), &self.evaluate(&operation.expr, scope))
            }
            Expression::BinaryOp(operation) => {
                let left = self.evaluate(&operation.lhs_expr, scope);
                let right = self.evaluate(&operation.rhs_expr, scope);
                binary(*operation.operator.value(), &left, &right)
            }
            Expression::ForExpr(expression) => self.for_expression(expression, scope, line),
        }
    }

    fn object_key(&self, key: &'a ObjectKey, scope: &Scope<'a, '_>) -> Option<(String, u32)> {
        match key {
            ObjectKey::Ident(name) => Some((name.as_str().to_owned(), scope.source.line(name))),
            // A bare name of one part is a key, not a reference.
            ObjectKey::Expression(Expression::Variable(name)) => {
                Some((name.as_str().to_owned(), scope.source.line(name)))
            }
            ObjectKey::Expression(expression) => {
                let node = self.evaluate(expression, scope);
                Some((node.as_text()?.into_owned(), node.line))
            }
        }
    }

    /// A text with expressions in it; one that is nothing but an expression has the value of that.
    fn template<'t>(&self, elements: impl Iterator<Item = &'a Element>, scope: &Scope<'a, '_>, line: u32) -> Node
    where
        'a: 't,
    {
        let elements: Vec<&'a Element> = elements.collect();
        if let [Element::Interpolation(only)] = elements.as_slice() {
            return self.evaluate(&only.expr, scope);
        }
        let mut text = String::new();
        let mut references = Vec::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                Element::Interpolation(interpolation) => {
                    let value = self.evaluate(&interpolation.expr, scope);
                    match value.as_partial_text() {
                        Some(part) => text.push_str(&part),
                        None => text.push(PLACEHOLDER),
                    }
                    references.extend(value.references);
                }
                Element::Directive(_) => text.push(PLACEHOLDER),
            }
            if text.len() > LONGEST_TEXT {
                return Node::unknown(line);
            }
        }
        self.copy(&Node { line, value: Value::Text(text), references })
    }

    /// The text of a template that is a file of its own, without its variables.
    pub(super) fn plain_template(template: &Template) -> String {
        let parts = template.iter().map(|element| match element {
            Element::Literal(literal) => literal.value().clone(),
            Element::Interpolation(_) | Element::Directive(_) => PLACEHOLDER.to_string(),
        });
        parts.collect()
    }

    fn call(&self, call: &'a FuncCall, scope: &Scope<'a, '_>, line: u32) -> Node {
        let mut arguments: Vec<Node> = call.args.iter().map(|argument| self.evaluate(argument, scope)).collect();
        if call.args.expand_final() {
            match arguments.pop().map(|last| (last.value, last.references)) {
                Some((Value::List(items), _)) => arguments.extend(items),
                Some((_, references)) => return Node { line, value: Value::Unknown, references },
                None => {}
            }
        }
        let references: Vec<String> = arguments.iter().flat_map(all_references).collect();
        if call.name.is_namespaced() {
            return Node { line, value: Value::Unknown, references };
        }
        let value = match call.name.name.as_str() {
            "file" | "filebase64" | "templatefile" => self.file(call.name.name.as_str(), &arguments),
            name => functions::call(name, &arguments),
        };
        let mut node = value.map_or_else(|| Node::unknown(line), |value| self.copy(&value));
        for reference in references {
            if !node.references.contains(&reference) {
                node.references.push(reference);
            }
        }
        node
    }

    /// A file of the tree; one that is a template keeps only what is literal in it.
    fn file(&self, function: &str, arguments: &[Node]) -> Option<Node> {
        let path = arguments.first()?.as_text()?;
        let text = self.tree.get(model::UntrustedPath::normalise(&path).as_str())?;
        match function {
            "file" => Some(self.copy(&Node::text(0, text))),
            "templatefile" => {
                if marks(text) > MOST_MARKS {
                    self.was_cut.set(true);
                    return None;
                }
                let template = hcl_edit::parser::parse_template(text).ok()?;
                Some(Node::text(0, Evaluator::plain_template(&template)))
            }
            _ => None,
        }
    }

    fn traversal(&self, traversal: &'a Traversal, scope: &Scope<'a, '_>, line: u32) -> Node {
        let steps: Vec<&'a TraversalOperator> = traversal.operators.iter().map(|step| step.value()).collect();
        let Expression::Variable(root) = &traversal.expr else {
            let node = self.evaluate(&traversal.expr, scope);
            return self.follow(node, &steps, scope);
        };
        let name = |place: usize| match steps.get(place) {
            Some(TraversalOperator::GetAttr(name)) => Some(name.as_str()),
            _ => None,
        };
        let root = root.as_str();
        if let Some(bound) = scope.bound.get(root) {
            return self.follow(self.copy(bound), &steps, scope);
        }
        match (root, name(0)) {
            ("var", Some(variable)) => match scope.module.variables.get(variable) {
                Some(value) => self.follow(self.copy(value), &steps[1..], scope),
                None => Node::unknown(line),
            },
            ("local", Some(local)) => match scope.module.local(local, self) {
                Some(value) => self.follow(value, &steps[1..], scope),
                None => Node::unknown(line),
            },
            ("module", Some(module)) => self.output(module, &steps, scope, line),
            ("path", Some("module" | "root" | "cwd")) => Node::text(line, scope.module.path.as_str()),
            ("each" | "count" | "self" | "terraform" | "path", _) => Node::unknown(line),
            ("data", Some(kind)) => match name(1) {
                Some(resource) => self.resource(&format!("data.{kind}"), resource, &steps[2..], scope, line),
                None => Node::unknown(line),
            },
            (kind, Some(resource)) => self.resource(kind, resource, &steps[1..], scope, line),
            (_, None) => Node::unknown(line),
        }
    }

    fn output(&self, module: &str, steps: &[&'a TraversalOperator], scope: &Scope<'a, '_>, line: u32) -> Node {
        let children = scope.module.children(module, self);
        let output = steps.iter().enumerate().skip(1).find_map(|(place, step)| match step {
            TraversalOperator::GetAttr(name) => Some((place, name.as_str())),
            _ => None,
        });
        let Some((place, name)) = output else { return Node::unknown(line) };
        let key = match steps.get(1) {
            Some(TraversalOperator::Index(index)) => self.evaluate(index, scope).as_text().map(Cow::into_owned),
            Some(TraversalOperator::LegacyIndex(index)) => Some(index.value().to_string()),
            _ => None,
        };
        let is_meant =
            |child: &&Child<'a>| child.key.as_ref().is_some_and(|own| own.as_text().as_deref() == key.as_deref());
        let meant = key.as_ref().and_then(|_| children.iter().find(is_meant));
        // Which of several is meant is not known: their values are, where they agree.
        let outputs = meant.map_or(children.as_slice(), std::slice::from_ref).iter().map(|child| {
            let Some((source, expression)) = child.module.outputs.get(name) else { return Node::unknown(line) };
            let value = self.evaluate(expression, &Scope::new(&child.module, source));
            self.follow(value, &steps[place + 1..], scope)
        });
        outputs.reduce(either).unwrap_or_else(|| Node::unknown(line))
    }

    /// An attribute of a resource: its value where the configuration says it, and always that it is the resource's.
    fn resource(
        &self,
        kind: &str,
        name: &str,
        steps: &[&'a TraversalOperator],
        scope: &Scope<'a, '_>,
        line: u32,
    ) -> Node {
        let address = format!("{}{kind}.{name}", scope.module.prefix);
        let unknown = Node { line, value: Value::Unknown, references: vec![address.clone()] };
        let Some((source, block)) = scope.module.resources.get(&(kind.to_owned(), name)).copied() else {
            return unknown;
        };
        let attribute = steps.iter().enumerate().find_map(|(place, step)| match step {
            TraversalOperator::GetAttr(name) => Some((place, name.as_str())),
            _ => None,
        });
        let Some((place, attribute)) = attribute else { return unknown };
        let Some(attribute) = block.body.get_attribute(attribute) else { return unknown };
        let value = self.evaluate(&attribute.value, &Scope::new(scope.module, source));
        let mut value = self.follow(value, &steps[place + 1..], scope);
        value.references.insert(0, address);
        value
    }

    /// What attributes and indexes lead to.
    fn follow(&self, mut node: Node, steps: &[&'a TraversalOperator], scope: &Scope<'a, '_>) -> Node {
        for (place, step) in steps.iter().enumerate() {
            let references = std::mem::take(&mut node.references);
            let next = match step {
                TraversalOperator::GetAttr(name) => node.entry(name.as_str()).map(|entry| entry.value.clone()),
                TraversalOperator::Index(index) => {
                    let index = self.evaluate(index, scope);
                    functions::index(&node, &index)
                }
                TraversalOperator::LegacyIndex(index) => {
                    node.as_list().and_then(|items| items.get(usize::try_from(*index.value()).ok()?)).cloned()
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    if node.value == Value::Unknown || node.is_null() {
                        None
                    } else {
                        let rest = &steps[place + 1..];
                        let items = node.items().iter().take(MOST_ITEMS);
                        let items = items.map(|item| self.follow(item.clone(), rest, scope)).collect();
                        let list = Node { line: node.line, value: Value::List(items), references };
                        return with_references_of_items(list);
                    }
                }
            };
            node = next.unwrap_or_else(|| Node::unknown(node.line));
            node.references.extend(references);
        }
        node
    }

    fn for_expression(&self, expression: &'a ForExpr, scope: &Scope<'a, '_>, line: u32) -> Node {
        let collection = self.evaluate(&expression.intro.collection_expr, scope);
        let references = collection.references.clone();
        let Some(pairs) = functions::pairs(&collection).filter(|_| !expression.grouping) else {
            return Node { line, value: Value::Unknown, references };
        };
        let mut items = Vec::new();
        let mut entries = Vec::new();
        for (key, value) in pairs.into_iter().take(MOST_ITEMS) {
            let mut inner = scope.with(expression.intro.value_var.as_str(), value);
            if let Some(name) = &expression.intro.key_var {
                inner = inner.with(name.as_str(), key);
            }
            if let Some(condition) = &expression.cond {
                match self.evaluate(&condition.expr, &inner).as_bool() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Node { line, value: Value::Unknown, references },
                }
            }
            let value = self.evaluate(&expression.value_expr, &inner);
            match &expression.key_expr {
                Some(key) => match self.evaluate(key, &inner).as_text() {
                    Some(key) => entries.push(Entry { key: key.into_owned(), line, value }),
                    None => return Node { line, value: Value::Unknown, references },
                },
                None => items.push(value),
            }
        }
        let value = if expression.key_expr.is_some() { Value::Map(entries) } else { Value::List(items) };
        with_references_of_items(Node { line, value, references })
    }
}

/// A value of which two are possible.
fn either(one: Node, other: Node) -> Node {
    if one.value == other.value {
        return one;
    }
    let mut references = one.references;
    references.extend(other.references);
    Node { line: one.line, value: Value::Unknown, references }
}

/// A list refers to whatever its items refer to.
fn with_references_of_items(mut node: Node) -> Node {
    let of_items: Vec<String> =
        node.as_list().unwrap_or_default().iter().flat_map(|item| item.references.clone()).collect();
    for reference in of_items {
        if !node.references.contains(&reference) {
            node.references.push(reference);
        }
    }
    node
}

/// The references of a value and of all that is in it.
fn all_references(node: &Node) -> Vec<String> {
    let mut references = node.references.clone();
    match &node.value {
        Value::List(items) => references.extend(items.iter().flat_map(all_references)),
        Value::Map(entries) => references.extend(entries.iter().flat_map(|entry| all_references(&entry.value))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Unknown => {}
    }
    references
}
