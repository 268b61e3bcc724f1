//! From the terms of a filter to conditions of SQL, whose values are parameters throughout.

use policy::access::{Permit, Reach};
use policy::filter::{Comparison, Operand, Term, Test, Wanted};

use crate::Value;

/// Conditions that all have to hold, with their parameters.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    terms: Vec<String>,
    parameters: Vec<Value>,
}

/// What a key of a filter asks of the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The key.
    pub(crate) name: &'static str,
    /// The column.
    pub(crate) column: &'static str,
    /// What its values are.
    pub(crate) kind: FieldKind,
    /// The query around the condition, with `{}` in its place, where the column is another table's.
    pub(crate) within: Option<&'static str>,
}

impl Field {
    pub(crate) const fn new(name: &'static str, column: &'static str, kind: FieldKind) -> Field {
        Field { name, column, kind, within: None }
    }

    pub(crate) const fn text(name: &'static str, column: &'static str) -> Field {
        Field::new(name, column, FieldKind::Text)
    }

    pub(crate) const fn number(name: &'static str, column: &'static str) -> Field {
        Field::new(name, column, FieldKind::Integer)
    }

    /// A text of another table, in the query around it.
    pub(crate) const fn of(name: &'static str, column: &'static str, within: &'static str) -> Field {
        Field { name, column, kind: FieldKind::Text, within: Some(within) }
    }
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    /// A whole number; times, places of words and flags are that too.
    Integer,
    Real,
    /// Words of a key that the column has as text.
    Words(&'static [&'static str]),
    /// Texts joined by commas, one of which is asked for.
    List,
}

impl Conditions {
    /// Adds a parameter and returns its name.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.parameters.push(value.into());
        format!("${}", self.parameters.len())
    }

    /// The values that were bound so far.
    pub(crate) fn parameters(&self) -> &[Value] {
        &self.parameters
    }

    pub(crate) fn add(&mut self, condition: String) {
        self.terms.push(condition);
    }

    /// Limits to what a permit reaches; `image` is the column with the image's id.
    pub(crate) fn keep_to(&mut self, permit: &Permit, image: &str) {
        if !permit.covers_everything() {
            let condition = self.reached(permit, image);
            self.add(condition);
        }
    }

    /// That a permit reaches an image, as a condition to be put into another; `image` is the column with its id.
    pub(crate) fn reached(&mut self, permit: &Permit, image: &str) -> String {
        let Some(scopes) = self.scopes(permit) else { return "1 = 1".to_owned() };
        format!("EXISTS (SELECT 1 FROM scope_images s WHERE s.image_id = {image} AND s.scope_id IN ({scopes}))")
    }

    /// Limits to the names that a permit reaches; `name` is a row of `image_names`.
    pub(crate) fn keep_to_names(&mut self, permit: &Permit, name: &str) {
        if !permit.covers_everything() {
            let condition = self.named(permit, name);
            self.add(condition);
        }
    }

    /// That a permit reaches a name of an image by itself; `name` is a row of `image_names`. Queries for one value are run
    /// for one name at a time, where `EXISTS` may become a join of all.
    pub(crate) fn named(&mut self, permit: &Permit, name: &str) -> String {
        let Some(scopes) = self.scopes(permit) else { return "1 = 1".to_owned() };
        format!(
            "(SELECT 1 FROM scope_images s WHERE s.image_id = {name}.image_id AND s.scope_id IN ({scopes})
              AND (s.is_whole = 1 OR (SELECT 1 FROM scope_names v WHERE v.image_id = s.image_id AND v.scope_id = s.scope_id
                   AND v.registry = {name}.registry AND v.repository = {name}.repository AND v.tag = {name}.tag LIMIT 1) IS NOT NULL)
              LIMIT 1) IS NOT NULL"
        )
    }

    /// That a permit reaches all names of an image; `image` is the column with its id.
    pub(crate) fn whole(&mut self, permit: &Permit, image: &str) -> String {
        let Some(scopes) = self.scopes(permit) else { return "1 = 1".to_owned() };
        format!(
            "(SELECT 1 FROM scope_images s WHERE s.image_id = {image} AND s.scope_id IN ({scopes}) AND s.is_whole = 1
              LIMIT 1) IS NOT NULL"
        )
    }

    /// The name that an image is listed under for a permit; `image` is a row of `images`.
    pub(crate) fn listed(&mut self, permit: &Permit, image: &str) -> String {
        let Some(scopes) = self.scopes(permit) else { return format!("{image}.name") };
        format!("(SELECT min(s.name) FROM scope_images s WHERE s.image_id = {image}.id AND s.scope_id IN ({scopes}))")
    }

    /// When an image was registered for a permit, which within scopes is since when it has a name there; `image` is a row of
    /// `images`.
    pub(crate) fn registered(&mut self, permit: &Permit, image: &str) -> String {
        let Some(scopes) = self.scopes(permit) else { return format!("{image}.registered") };
        format!("(SELECT min(s.since) FROM scope_images s WHERE s.image_id = {image}.id AND s.scope_id IN ({scopes}))")
    }

    /// The scopes that a permit is limited to, as parameters; none where it reaches everything.
    pub(crate) fn scopes(&mut self, permit: &Permit) -> Option<String> {
        match permit.reach() {
            Reach::Everything => None,
            Reach::Scopes(scopes) => {
                let scopes: Vec<String> = scopes.iter().map(|scope| self.bind(scope)).collect();
                Some(scopes.join(", "))
            }
        }
    }

    /// Adds a term over one of the fields. A term whose field is not there holds of nothing.
    pub(crate) fn filter(&mut self, term: &Term, fields: &[Field]) {
        let field = fields.iter().find(|field| Some(field.name) == term.key);
        let condition = match field {
            Some(field) => {
                let own = self.condition(&term.test, field.column, field.kind);
                field.within.map_or(own.clone(), |within| within.replace("{}", &own))
            }
            None => "1 = 0".to_owned(),
        };
        self.add(if term.is_negated { not(&condition) } else { condition });
    }

    /// That a column is as a test wants it.
    pub(crate) fn condition(&mut self, test: &Test, column: &str, kind: FieldKind) -> String {
        match test {
            Test::AnyOf(values) => {
                let any: Vec<String> = values.iter().map(|wanted| self.wanted(wanted, column, kind)).collect();
                format!("({})", any.join(" OR "))
            }
            Test::Compare(comparison, operand) => self.comparison(*comparison, operand, column, kind),
            Test::Present if kind != FieldKind::Integer && kind != FieldKind::Real => format!("{column} > ''"),
            Test::Present => format!("{column} IS NOT NULL"),
            Test::Word(_) => "1 = 0".to_owned(),
        }
    }

    fn wanted(&mut self, wanted: &Wanted, column: &str, kind: FieldKind) -> String {
        match wanted {
            Wanted::Exactly(Operand::Text(text)) if kind == FieldKind::List => {
                let quoted = text.replace('\\', "\\\\").replace('*', "\\*");
                format!("',' || {column} || ',' LIKE {} ESCAPE '\\'", self.bind(format!("%,{},%", like(&quoted))))
            }
            Wanted::Like(pattern) if kind == FieldKind::List => {
                format!("',' || {column} || ',' LIKE {} ESCAPE '\\'", self.bind(format!("%,{},%", like(pattern))))
            }
            Wanted::Exactly(operand) => match value(operand, kind) {
                Some(value) => format!("{column} = {}", self.bind(value)),
                None => "1 = 0".to_owned(),
            },
            Wanted::Like(pattern) => match prefix(pattern) {
                Some(prefix) => self.prefix(column, &prefix),
                None => format!("{column} LIKE {} ESCAPE '\\'", self.bind(like(pattern))),
            },
        }
    }

    /// That one of these texts has a word in it, in any case of letters. Each row is looked at.
    pub(crate) fn any_has(&mut self, word: &str, texts: &[&str]) -> String {
        let pattern: String = word
            .chars()
            .flat_map(|character| match character {
                '%' | '_' | '\\' => vec!['\\', character],
                other => vec![other],
            })
            .collect();
        let pattern = self.bind(format!("%{pattern}%"));
        let any: Vec<String> = texts.iter().map(|text| format!("lower({text}) LIKE {pattern} ESCAPE '\\'")).collect();
        format!("({})", any.join(" OR "))
    }

    /// That a text begins so, in a way that an index answers.
    pub(crate) fn prefix(&mut self, column: &str, prefix: &str) -> String {
        let from = self.bind(prefix);
        let to = self.bind(format!("{prefix}\u{10ffff}"));
        format!("({column} >= {from} AND {column} < {to})")
    }

    fn comparison(&mut self, comparison: Comparison, operand: &Operand, column: &str, kind: FieldKind) -> String {
        if let (FieldKind::Words(words), Operand::Word(place)) = (kind, operand) {
            let places = (0..words.len()).filter(|own| match comparison {
                Comparison::Less => own < place,
                Comparison::AtMost => own <= place,
                Comparison::More => own > place,
                Comparison::AtLeast => own >= place,
            });
            let words: Vec<String> = places.map(|own| self.bind(words[own])).collect();
            return if words.is_empty() { "1 = 0".to_owned() } else { format!("{column} IN ({})", words.join(", ")) };
        }
        let operand = match (operand, kind, comparison) {
            // A whole number is more than 2.5 where it is at least 3.
            (Operand::Number(number), FieldKind::Integer, Comparison::AtLeast | Comparison::Less) => {
                Operand::Number(number.ceil())
            }
            (Operand::Number(number), FieldKind::Integer, Comparison::AtMost | Comparison::More) => {
                Operand::Number(number.floor())
            }
            (operand, _, _) => operand.clone(),
        };
        match value(&operand, kind) {
            Some(value) => format!("{column} {} {}", comparison.as_str(), self.bind(value)),
            None => "1 = 0".to_owned(),
        }
    }

    /// The conditions as one, and the parameters in their order.
    pub(crate) fn finish(self) -> (String, Vec<Value>) {
        let sql = if self.terms.is_empty() { "1 = 1".to_owned() } else { self.terms.join(" AND ") };
        (sql, self.parameters)
    }
}

/// That a condition does not hold, which is so too where a value is missing: SQL's own `NOT` is neither true nor false then.
pub(crate) fn not(condition: &str) -> String {
    format!("NOT COALESCE({condition}, FALSE)")
}

/// An operand as a value of a column; none where the column cannot have it.
fn value(operand: &Operand, kind: FieldKind) -> Option<Value> {
    Some(match (operand, kind) {
        (Operand::Text(text), FieldKind::Text) => text.into(),
        (Operand::Number(number), FieldKind::Real) => (*number).into(),
        // A number beyond 2^63 is cut to it, and no column reaches that.
        (Operand::Number(number), FieldKind::Integer) if number.fract() == 0.0 => (*number as i64).into(),
        (Operand::Time(time), FieldKind::Integer) => (*time).into(),
        (Operand::Word(place), FieldKind::Integer) => i64::try_from(*place).unwrap_or(i64::MAX).into(),
        (Operand::Flag(holds), FieldKind::Integer) => (*holds).into(),
        (Operand::Word(place), FieldKind::Words(words)) => words.get(*place).copied()?.into(),
        _ => return None,
    })
}

/// What a pattern begins with, where a star at its end is all that is open.
pub(crate) fn prefix(pattern: &str) -> Option<String> {
    let body = pattern.strip_suffix('*')?;
    let mut text = String::new();
    let mut characters = body.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => return None,
            // The escape belonged to the last star: it is no open one.
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
    Some(text)
}

/// A pattern for `LIKE … ESCAPE '\'`.
fn like(pattern: &str) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                text.push('%');
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        if matches!(literal, '%' | '_' | '\\') {
            text.push('\\');
        }
        text.push(literal);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_ranges_or_likes() {
        assert_eq!(prefix("shop/*").as_deref(), Some("shop/"));
        assert_eq!(prefix("a\\*b*").as_deref(), Some("a*b"), "a quoted star is a star");
        assert_eq!(prefix("*/api"), None);
        assert_eq!(prefix("a\\*"), None, "a quoted star at the end is none");
        assert_eq!(like("*/a_b%"), "%/a\\_b\\%");
        assert_eq!(like("a\\\\*"), "a\\\\%");
    }

    #[test]
    fn fractions_are_asked_of_whole_numbers_by_their_neighbors() {
        let field = Field::number("high", "high");
        let asked = |comparison, number| {
            let mut conditions = Conditions::default();
            let term =
                Term { key: Some("high"), is_negated: false, test: Test::Compare(comparison, Operand::Number(number)) };
            conditions.filter(&term, &[field]);
            conditions.finish()
        };
        assert_eq!(asked(Comparison::AtLeast, 2.5), ("high >= $1".to_owned(), vec![Value::Integer(3)]));
        assert_eq!(asked(Comparison::More, 2.5), ("high > $1".to_owned(), vec![Value::Integer(2)]));
    }
}
