//! What an expression asks of the report: fields that no report has.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

use super::CustomCheck;
use crate::report_shape::{Shapes, UnknownField};

/// What an expression asks.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Fields that no report has, each once, sorted.
    pub(crate) unknown: Vec<UnknownField>,
    /// Whether it asks the report at all.
    pub(crate) asks_report: bool,
}

/// Looks through a check.
pub(crate) fn asked(check: &CustomCheck) -> Asked {
    let mut walk = Walk { asked: Asked::default(), variables: Vec::new() };
    walk.of(&check.expression);
    walk.asked.unknown.sort();
    walk.asked.unknown.dedup();
    walk.asked
}

struct Walk {
    asked: Asked,
    /// Variables of walks, the innermost last, and what each may be, where that is known.
    variables: Vec<(String, Option<Shapes>)>,
}

impl Walk {
    /// What the value of an expression may be; nothing where that is not known.
    fn of(&mut self, expression: &IdedExpr) -> Option<Shapes> {
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => None,
            Expr::Ident(name) => match self.variables.iter().rev().find(|(known, _)| known == name) {
                Some((_, shapes)) => shapes.clone(),
                None => {
                    self.asked.asks_report = true;
                    Some(Shapes::report(name))
                }
            },
            Expr::Select(select) => {
                let of = self.of(&select.operand)?;
                self.field(&of, &select.field)
            }
            Expr::List(list) => {
                list.elements.iter().for_each(|element| _ = self.of(element));
                None
            }
            Expr::Map(map) => {
                self.entries(map.entries.iter().map(|entry| &entry.expr));
                None
            }
            Expr::Struct(structure) => {
                self.entries(structure.entries.iter().map(|entry| &entry.expr));
                None
            }
            Expr::Call(call) => {
                let target = call.target.as_ref().and_then(|target| self.of(target));
                let parts: Vec<Option<Shapes>> = call.args.iter().map(|part| self.of(part)).collect();
                match (call.func_name.as_str(), parts.first(), call.args.get(1).map(|index| &index.expr)) {
                    ("_[_]", Some(Some(of)), Some(Expr::Literal(LiteralValue::String(name)))) => {
                        self.field(of, name.inner())
                    }
                    ("_[_]", Some(Some(of)), _) => of.index(),
                    ("dyn", _, _) => target.or_else(|| parts.into_iter().next().flatten()),
                    _ => None,
                }
            }
            Expr::Comprehension(walk) => {
                let range = self.of(&walk.iter_range);
                self.of(&walk.accu_init);
                let depth = self.variables.len();
                let members = range.as_ref().and_then(Shapes::members);
                match &walk.iter_var2 {
                    // With two variables the first is the place or key, and the second the member or value.
                    Some(second) => {
                        self.variables.push((walk.iter_var.clone(), None));
                        self.variables.push((second.clone(), range.as_ref().and_then(Shapes::index)));
                    }
                    None => self.variables.push((walk.iter_var.clone(), members)),
                }
                self.variables.push((walk.accu_var.clone(), None));
                [&walk.loop_cond, &walk.loop_step, &walk.result].into_iter().for_each(|part| _ = self.of(part));
                self.variables.truncate(depth);
                None
            }
        }
    }

    fn entries<'e>(&mut self, entries: impl Iterator<Item = &'e EntryExpr>) {
        for entry in entries {
            match entry {
                EntryExpr::MapEntry(entry) => {
                    self.of(&entry.key);
                    self.of(&entry.value);
                }
                EntryExpr::StructField(field) => _ = self.of(&field.value),
            }
        }
    }

    fn field(&mut self, of: &Shapes, name: &str) -> Option<Shapes> {
        match of.field(name) {
            Ok(shapes) => shapes,
            Err(unknown) => {
                self.asked.unknown.push(unknown);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expression: &str) -> (Vec<String>, bool) {
        let asked = asked(&CustomCheck::new(expression, "m", None).unwrap());
        let told = |unknown: UnknownField| format!("{} → {}", unknown.path, unknown.nearest);
        (asked.unknown.into_iter().map(told).collect(), asked.asks_report)
    }

    #[test]
    fn fields_that_no_report_has_are_found_with_the_nearest() {
        let unknown = |expression: &str| found(expression).0;
        assert_eq!(unknown("report.taget.name == 'a'"), ["report.taget → report.target"]);
        assert_eq!(
            unknown("report.findings.all(f, f.severty != 'high' || f.epss.percentle < 0.9)"),
            [
                "report.findings[].epss.percentle → report.findings[].epss.percentile",
                "report.findings[].severty → report.findings[].severity"
            ]
        );
        assert_eq!(unknown("has(report.image.lables)"), ["report.image.lables → report.image.labels"]);
        assert_eq!(unknown("report['packges'] == []"), ["report.packges → report.packages"]);
        assert_eq!(unknown("report.packages[0].nme == 'a'"), ["report.packages[].nme → report.packages[].name"]);
        assert_eq!(unknown("report.target.name.first == 'a'"), ["report.target.name.first → report.target.name"]);
    }

    #[test]
    fn what_reports_may_have_is_no_unknown_field() {
        for expression in [
            "report.findings.all(f, f.kind != 'secret' || f.rule.startsWith('aws'))",
            "has(report.image.labels.team) && report.image.labels['cost-center'] == '7'",
            "report.verdict.policies.all(p, p.anything)",
            "size(report.packages.filter(p, p.source.name == 'openssl')) == 0",
            "report.image.labels.all(key, report.image.labels[key] != '')",
            "report.findings.exists(f, f.vex.status == 'fixed' && f.scores.all(s, s.score < 9.0))",
        ] {
            assert_eq!(found(expression), (Vec::new(), true), "{expression}");
        }
    }

    #[test]
    fn an_expression_that_does_not_ask_the_report_is_told_apart() {
        assert!(!found("true || 1 == 2").1);
        assert!(!found("[1, 2].all(n, n > 0)").1);
        assert!(found("report.gaps == []").1);
    }
}
