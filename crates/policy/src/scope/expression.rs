//! The grammar: `expression = term | "!" expression | "(" expression ")" | expression ("&&" | "||") expression`, read by a
//! Pratt parser (Pratt, "Top down operator precedence", 1973). `!` binds tightest, then `&&`, then `||`.

use crate::nearest::nearest;

/// The longest expression, in bytes.
pub const LONGEST_EXPRESSION_BYTES: usize = 4096;
/// The most times a variable is named in an expression, and the most variables of one.
pub const MOST_TERMS: usize = 200;
/// The deepest nesting of brackets and `!`.
pub(crate) const DEEPEST_EXPRESSION: usize = 32;

/// A checked expression. Chains of one operator are flat, so that depth is bounded by [`DEEPEST_EXPRESSION`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// A variable, by its place.
    Term(usize),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

impl Expression {
    /// Whether a variable stands in it, by its place.
    pub(crate) fn names(&self, place: usize) -> bool {
        match self {
            Expression::Term(at) => *at == place,
            Expression::Not(inner) => inner.names(place),
            Expression::All(parts) | Expression::Any(parts) => parts.iter().any(|part| part.names(place)),
        }
    }

    pub(crate) fn holds(&self, terms: &[bool]) -> bool {
        match self {
            Expression::Term(at) => terms.get(*at).copied().unwrap_or(false),
            Expression::Not(inner) => !inner.holds(terms),
            Expression::All(parts) => parts.iter().all(|part| part.holds(terms)),
            Expression::Any(parts) => parts.iter().any(|part| part.holds(terms)),
        }
    }
}

/// The error of reading a scope expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {position} of the scope expression: {problem}")]
pub struct ScopeError {
    /// Where, in characters counted from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: ScopeProblem,
}

/// What is wrong with a scope expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeProblem {
    /// Something else should stand here.
    #[error("expected {expected}, but found {found}")]
    Expected {
        /// What should stand here.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// A name that no variable has.
    #[error("`{name}` is no variable of the scope; the nearest is `{nearest}`")]
    UnknownVariable {
        /// The name.
        name: String,
        /// The nearest name that is one.
        nearest: String,
    },
    /// There is nothing to name.
    #[error("`{name}` is no variable: the scope has none; list them under `variables`")]
    NoVariables {
        /// The name.
        name: String,
    },
    /// Too long, or too many terms.
    #[error("an expression has at most {LONGEST_EXPRESSION_BYTES} bytes and names {MOST_TERMS} variables; split it")]
    TooLong,
    /// Too deep.
    #[error("brackets and `!` nest at most {DEEPEST_EXPRESSION} deep; use fewer levels")]
    TooDeep,
}

/// Reads an expression over these variables.
pub(crate) fn parse(text: &str, variables: &[&str]) -> Result<Expression, ScopeError> {
    if text.len() > LONGEST_EXPRESSION_BYTES || variables.len() > MOST_TERMS {
        return Err(ScopeError { position: 1, problem: ScopeProblem::TooLong });
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, variables, terms: 0 };
    let expression = parser.expression(0, 0)?;
    match parser.peek() {
        (Token::End, _) => Ok(expression),
        _ => Err(parser.expected("`&&`, `||` or the end")),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    And,
    Or,
    Not,
    Open,
    Close,
    End,
}

impl Token {
    fn describe(&self) -> String {
        match self {
            Token::Name(name) => format!("`{name}`"),
            Token::And => "`&&`".into(),
            Token::Or => "`||`".into(),
            Token::Not => "`!`".into(),
            Token::Open => "`(`".into(),
            Token::Close => "`)`".into(),
            Token::End => "the end".into(),
        }
    }

    /// How strongly an operator binds what is on both its sides.
    fn strength(&self) -> Option<u8> {
        match self {
            Token::Or => Some(1),
            Token::And => Some(2),
            Token::Name(_) | Token::Not | Token::Open | Token::Close | Token::End => None,
        }
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, ScopeError> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let position = at + 1;
        let token = match letter {
            _ if letter.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '!' => Token::Not,
            '&' | '|' => match letters.next_if(|(_, next)| *next == letter) {
                Some(_) if letter == '&' => Token::And,
                Some(_) => Token::Or,
                None => {
                    let expected = if letter == '&' { "`&&`" } else { "`||`" };
                    let found = format!("a single `{letter}`");
                    return Err(ScopeError { position, problem: ScopeProblem::Expected { expected, found } });
                }
            },
            _ if is_of_name(letter) => {
                let mut name = String::from(letter);
                while let Some((_, next)) = letters.next_if(|(_, next)| is_of_name(*next)) {
                    name.push(next);
                }
                Token::Name(name)
            }
            _ => {
                let expected = "a variable, `!`, `(`, `)`, `&&` or `||`";
                let found = format!("`{}`", letter.escape_default());
                return Err(ScopeError { position, problem: ScopeProblem::Expected { expected, found } });
            }
        };
        tokens.push((token, position));
    }
    tokens.push((Token::End, text.chars().count() + 1));
    Ok(tokens)
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

struct Parser<'a> {
    tokens: Vec<(Token, usize)>,
    at: usize,
    variables: &'a [&'a str],
    terms: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &(Token, usize) {
        &self.tokens[self.at]
    }

    fn expected(&self, expected: &'static str) -> ScopeError {
        let (token, position) = self.peek();
        ScopeError { position: *position, problem: ScopeProblem::Expected { expected, found: token.describe() } }
    }

    /// What binds at least as strongly as `least`, up to the first operator that does not.
    fn expression(&mut self, least: u8, depth: usize) -> Result<Expression, ScopeError> {
        let mut left = self.operand(depth)?;
        while let Some(strength) = self.peek().0.strength().filter(|strength| *strength > least) {
            let operator = self.peek().0.clone();
            let mut parts = vec![left];
            while self.peek().0 == operator {
                self.at += 1;
                parts.push(self.expression(strength, depth)?);
            }
            left = if operator == Token::And { Expression::All(parts) } else { Expression::Any(parts) };
        }
        Ok(left)
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, ScopeError> {
        let (token, position) = self.peek().clone();
        if depth >= DEEPEST_EXPRESSION {
            return Err(ScopeError { position, problem: ScopeProblem::TooDeep });
        }
        match token {
            Token::Name(name) => {
                self.at += 1;
                self.term(name, position)
            }
            Token::Not => {
                self.at += 1;
                Ok(Expression::Not(Box::new(self.operand(depth + 1)?)))
            }
            Token::Open => {
                self.at += 1;
                let inner = self.expression(0, depth + 1)?;
                if self.peek().0 != Token::Close {
                    return Err(self.expected("`&&`, `||` or `)`"));
                }
                self.at += 1;
                Ok(inner)
            }
            Token::And | Token::Or | Token::Close | Token::End => Err(self.expected("a variable, `!` or `(`")),
        }
    }

    fn term(&mut self, name: String, position: usize) -> Result<Expression, ScopeError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(ScopeError { position, problem: ScopeProblem::TooLong });
        }
        if let Some(at) = self.variables.iter().position(|variable| *variable == name) {
            return Ok(Expression::Term(at));
        }
        let problem = match nearest(&name, self.variables.iter().copied()) {
            Some(nearest) => ScopeProblem::UnknownVariable { nearest: nearest.to_owned(), name },
            None => ScopeProblem::NoVariables { name },
        };
        Err(ScopeError { position, problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &[&str] = &["v1", "v2", "v3"];

    fn error(text: &str) -> String {
        parse(text, NAMES).unwrap_err().to_string()
    }

    #[test]
    fn operators_bind_as_in_c() {
        let holds = |text: &str| {
            let expression = parse(text, NAMES).unwrap();
            (0..8).map(|bits| expression.holds(&[bits & 1 > 0, bits & 2 > 0, bits & 4 > 0])).collect::<Vec<_>>()
        };
        assert_eq!(holds("v1 || v2 && v3"), holds("v1 || (v2 && v3)"));
        assert_eq!(holds("v1 && v2 || v3"), holds("(v1 && v2) || v3"));
        assert_ne!(holds("v1 && v2 || v3"), holds("v1 && (v2 || v3)"));
        assert_eq!(holds("!v1 && v2"), holds("(!v1) && v2"));
        assert_eq!(holds("!!v1"), holds("((v1))"));
        assert_eq!(holds("!(v1||v2)"), holds("!v1&&!v2"));
    }

    #[test]
    fn errors_tell_the_position_and_what_should_stand_there() {
        for (text, expected) in [
            ("v1 &", "at character 4 of the scope expression: expected `&&`, but found a single `&`"),
            ("v1 && ", "at character 7 of the scope expression: expected a variable, `!` or `(`, but found the end"),
            ("(v1", "at character 4 of the scope expression: expected `&&`, `||` or `)`, but found the end"),
            ("v1 v2", "at character 4 of the scope expression: expected `&&`, `||` or the end, but found `v2`"),
            ("é || v9", "at character 1 of the scope expression: `é` is no variable of the scope; the nearest is `v1`"),
            (
                "v1 || v22",
                "at character 7 of the scope expression: `v22` is no variable of the scope; the nearest is `v2`",
            ),
            (
                "v1 + v2",
                "at character 4 of the scope expression: expected a variable, `!`, `(`, `)`, `&&` or `||`, but found `+`",
            ),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_expressions_are_refused() {
        assert!(error(&"(".repeat(4000)).contains("deep"));
        assert!(error(&"!".repeat(4000)).contains("deep"));
        assert!(error(&"v1||".repeat(1000)).contains("at most"));
        assert!(error(&"v1 ".repeat(5000)).contains("at most"));
        assert!(parse(&format!("{}v1", "v1 || ".repeat(MOST_TERMS - 1)), NAMES).is_ok());
    }
}
