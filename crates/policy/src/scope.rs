//! Scope expressions: `v1 && (v2 || !v3)` over named attributes. This is the product's one parser of them.

mod attributes;
mod expression;

use model::ScopeTerm;

use crate::Pattern;
pub use attributes::{Attribute, Attributes, UnknownAttribute};
use expression::Expression;
pub use expression::{LONGEST_EXPRESSION_BYTES, MOST_TERMS, ScopeError, ScopeProblem};

/// A scope: an expression over variables, each of which asks one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    text: String,
    expression: Expression,
    variables: Vec<Variable>,
}

/// One variable of a scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name in the expression: `v1`, `v2` in their order.
    pub term: String,
    /// The attribute that it asks.
    pub attribute: Attribute,
    /// The key of a label or annotation.
    pub key: Option<String>,
    /// What the attribute must match.
    pub value: Pattern,
}

/// Whether a scope takes something in, and which of its terms hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeOutcome {
    /// Whether the whole expression holds.
    pub is_true: bool,
    /// Every variable, in order.
    pub terms: Vec<ScopeTerm>,
}

impl Scope {
    /// Reads an expression over variables; an empty one joins them all by `&&`.
    ///
    /// # Errors
    /// When the expression is malformed, too long or too deep, or names a variable that is not there.
    pub fn new(text: &str, variables: Vec<Variable>) -> Result<Scope, ScopeError> {
        let names: Vec<&str> = variables.iter().map(|variable| variable.term.as_str()).collect();
        let text = if text.trim().is_empty() { names.join(" && ") } else { text.trim().to_owned() };
        let expression = expression::parse(&text, &names)?;
        Ok(Scope { text, expression, variables })
    }

    /// The expression as it is written.
    pub fn expression(&self) -> &str {
        &self.text
    }

    /// The variables, in order.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variables that the expression does not name.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().enumerate().filter(|(at, _)| !self.expression.names(*at)).map(|(_, variable)| variable)
    }

    /// Asks the attributes of something. An attribute that it does not have matches nothing.
    pub fn evaluate(&self, attributes: &Attributes) -> ScopeOutcome {
        let holds: Vec<bool> = self.variables.iter().map(|variable| variable.holds(attributes)).collect();
        let term = |(variable, is_true): (&Variable, &bool)| ScopeTerm {
            term: variable.term.clone(),
            meaning: variable.meaning(),
            is_true: *is_true,
        };
        ScopeOutcome {
            is_true: self.expression.holds(&holds),
            terms: self.variables.iter().zip(&holds).map(term).collect(),
        }
    }

    /// Whether it takes something in: what [`Scope::evaluate`] tells of the whole, without its terms in words.
    pub fn takes_in(&self, attributes: &Attributes) -> bool {
        let holds: Vec<bool> = self.variables.iter().map(|variable| variable.holds(attributes)).collect();
        self.expression.holds(&holds)
    }

    /// Whether some set of attributes makes the expression true, and some makes it false. Variables count as independent
    /// unless they ask the same; `None` where there are too many to try.
    pub(crate) fn can_be(&self) -> Option<(bool, bool)> {
        const MOST_TRIED: usize = 12;
        let mut distinct: Vec<String> = self.variables.iter().map(Variable::meaning).collect();
        distinct.sort();
        distinct.dedup();
        if distinct.len() > MOST_TRIED {
            return None;
        }
        let (mut can_hold, mut can_fail) = (false, false);
        for choice in 0_usize..1 << distinct.len() {
            let holds = |variable: &Variable| {
                let at = distinct.binary_search(&variable.meaning()).unwrap_or_default();
                choice >> at & 1 == 1
            };
            let holds: Vec<bool> = self.variables.iter().map(holds).collect();
            match self.expression.holds(&holds) {
                true => can_hold = true,
                false => can_fail = true,
            }
        }
        Some((can_hold, can_fail))
    }
}

impl Variable {
    fn holds(&self, attributes: &Attributes) -> bool {
        attributes.any(self.attribute, self.key.as_deref(), |value| self.value.matches(value))
    }

    /// What it asks, as one text: `image.label team = shop`.
    pub fn meaning(&self) -> String {
        match &self.key {
            Some(key) => format!("{} {key} = {}", self.attribute.as_str(), self.value),
            None => format!("{} = {}", self.attribute.as_str(), self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(expression: &str) -> Result<Scope, ScopeError> {
        let variable = |(at, value): (usize, &&str)| Variable {
            term: format!("v{}", at + 1),
            attribute: Attribute::ImageRepository,
            key: None,
            value: Pattern::new(*value),
        };
        Scope::new(expression, ["shop/*", "*/api", "*/old"].iter().enumerate().map(variable).collect())
    }

    fn attributes(repository: &str) -> Attributes {
        let mut attributes = Attributes::default();
        attributes.add(Attribute::ImageRepository, None, repository);
        attributes
    }

    #[test]
    fn every_term_is_told_with_the_outcome() {
        let outcome = scope("v1 && (v2 || !v3)").unwrap().evaluate(&attributes("shop/api"));
        assert!(outcome.is_true);
        let terms: Vec<(&str, bool)> = outcome.terms.iter().map(|term| (term.term.as_str(), term.is_true)).collect();
        assert_eq!(terms, [("v1", true), ("v2", true), ("v3", false)]);
        assert_eq!(outcome.terms[0].meaning, "image.repository = shop/*");
        assert!(!scope("v1 && (v2 || !v3)").unwrap().evaluate(&attributes("shop/old")).is_true);
    }

    #[test]
    fn what_is_asked_without_terms_is_the_same() {
        for expression in ["", "v1", "!v1", "v1 && (v2 || !v3)", "v3 || !(v1 && v2)"] {
            let scope = scope(expression).unwrap();
            for repository in ["shop/api", "shop/old", "bank/api", "bank/old", "bank"] {
                let attributes = attributes(repository);
                assert_eq!(
                    scope.takes_in(&attributes),
                    scope.evaluate(&attributes).is_true,
                    "{expression} {repository}"
                );
            }
        }
    }

    #[test]
    fn without_an_expression_all_must_hold() {
        assert_eq!(scope("").unwrap().expression(), "v1 && v2 && v3");
        assert!(!scope("").unwrap().evaluate(&attributes("shop/api")).is_true);
    }

    #[test]
    fn what_is_not_there_matches_nothing() {
        assert!(!scope("v1").unwrap().evaluate(&Attributes::default()).is_true);
        assert!(scope("!v1").unwrap().evaluate(&Attributes::default()).is_true);
    }

    #[test]
    fn expressions_that_cannot_differ_are_seen() {
        assert_eq!(scope("v1 && !v1").unwrap().can_be(), Some((false, true)));
        assert_eq!(scope("v1 || !v1").unwrap().can_be(), Some((true, false)));
        assert_eq!(scope("v1 && v2").unwrap().can_be(), Some((true, true)));
    }
}
