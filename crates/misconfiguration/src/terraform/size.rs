//! What HCL takes in memory: estimated before it is parsed, and counted of what was parsed.

use hcl_edit::Decorated;
use hcl_edit::expr::{
    Array, BinaryOp, Conditional, Expression, ForExpr, FuncArgs, FuncCall, Object, ObjectKey, ObjectValue, Parenthesis,
    Traversal, TraversalOperator, UnaryOp,
};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::{Directive, Element, HeredocTemplate};
use hcl_edit::visit::{self, Visit};

/// Marks of one file. While it is parsed, a mark takes less than a KiB: the most are a traversal, `a.b`, and the body of a
/// block, whose lists have room for four.
pub(super) const MOST_MARKS: usize = 100_000;
/// What the allocator adds to a value of its own.
const OVERHEAD: usize = 16;

/// How many parts a text can have at most: every sign that is not part of a name, and every fourth word, as labels need no
/// sign between them. Texts and comments count like all else, so that nothing depends on where they end.
pub(super) fn marks(text: &str) -> usize {
    let (mut signs, mut words) = (0, 0);
    // Whether the word that the byte before belongs to may have dashes: names may, numbers may not.
    let mut word = None;
    for byte in text.bytes() {
        let is_of_word =
            byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() || (byte == b'-' && word == Some(true));
        if is_of_word {
            if word.is_none() {
                words += 1;
                word = Some(!byte.is_ascii_digit());
            }
            continue;
        }
        word = None;
        if !matches!(byte, b' ' | b'\t' | b'\r') {
            signs += 1;
        }
    }
    signs + words / 4
}

/// What a body takes, in bytes, beside its texts, where every list is as large as what is in it.
pub(super) fn bytes_of(body: &Body) -> usize {
    let mut counter = Counter { bytes: 0 };
    counter.visit_body(body);
    counter.bytes
}

/// Adds what is on the heap; what is part of something else has been counted with that.
struct Counter {
    bytes: usize,
}

impl Counter {
    /// A list of its own.
    fn list<T>(&mut self, count: usize) {
        self.bytes += count * size_of::<T>() + OVERHEAD;
    }
}

impl Visit for Counter {
    fn visit_body(&mut self, node: &Body) {
        self.list::<Structure>(node.len());
        visit::visit_body(self, node);
    }

    fn visit_block(&mut self, node: &Block) {
        self.list::<BlockLabel>(node.labels.len());
        visit::visit_block(self, node);
    }

    fn visit_array(&mut self, node: &Array) {
        self.list::<Expression>(node.len());
        visit::visit_array(self, node);
    }

    fn visit_object(&mut self, node: &Object) {
        self.list::<(ObjectKey, ObjectValue)>(node.len());
        visit::visit_object(self, node);
    }

    fn visit_parenthesis(&mut self, node: &Parenthesis) {
        self.list::<Parenthesis>(1);
        visit::visit_parenthesis(self, node);
    }

    fn visit_conditional(&mut self, node: &Conditional) {
        self.list::<Conditional>(1);
        visit::visit_conditional(self, node);
    }

    fn visit_unary_op(&mut self, node: &UnaryOp) {
        self.list::<UnaryOp>(1);
        visit::visit_unary_op(self, node);
    }

    fn visit_binary_op(&mut self, node: &BinaryOp) {
        self.list::<BinaryOp>(1);
        visit::visit_binary_op(self, node);
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        self.list::<Traversal>(1);
        self.list::<Decorated<TraversalOperator>>(node.operators.len());
        visit::visit_traversal(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        self.list::<FuncCall>(1);
        visit::visit_func_call(self, node);
    }

    fn visit_func_args(&mut self, node: &FuncArgs) {
        self.list::<Expression>(node.len());
        visit::visit_func_args(self, node);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.list::<ForExpr>(1);
        visit::visit_for_expr(self, node);
    }

    fn visit_heredoc_template(&mut self, node: &HeredocTemplate) {
        self.list::<HeredocTemplate>(1);
        visit::visit_heredoc_template(self, node);
    }

    fn visit_element(&mut self, node: &Element) {
        self.list::<Element>(1);
        visit::visit_element(self, node);
    }

    fn visit_directive(&mut self, node: &Directive) {
        self.list::<Directive>(1);
        visit::visit_directive(self, node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_text_is_a_mark_and_a_part_of_what_it_takes() {
        // A list, blocks, attributes, parts of a template, calls, operators and steps of a traversal.
        let items = format!("a = [{}1]\n", "1,".repeat(999));
        let parts = format!("a = <<X\n{}\nX\n", "${a}".repeat(1_000));
        let calls = format!("a = [{}1]\n", "f(),".repeat(1_000));
        let operators = format!("a = [{}1]\n", "!!!!1,".repeat(250));
        let steps = format!("a = a{}\n", ".a".repeat(1_000));
        let labels = format!("a {} {{}}\n", "b ".repeat(1_000));
        let attributes: String = (0..1_000).map(|number| format!("a{number}=1\n")).collect();
        for text in [items, "a{}\n".repeat(1_000), attributes, parts, calls, operators, steps, labels] {
            let bytes = bytes_of(&hcl_edit::parser::parse_body(&text).unwrap());
            assert!(bytes > 1_000 * 48, "{bytes}: {}", &text[..20]);
            assert!(bytes < marks(&text) * 1_024, "{bytes}: {}", &text[..20]);
        }
    }

    #[test]
    fn names_blanks_and_words_are_few_marks() {
        assert_eq!(marks("  us-east-1_a\tb"), 0);
        assert_eq!(marks("1-1--1"), 3);
        assert_eq!(marks("resource \"aws_s3_bucket\" \"b\" {\n  x = -1\n}\n"), 12);
    }
}
