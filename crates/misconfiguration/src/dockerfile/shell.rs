//! Just enough of a shell's grammar to tell commands from their arguments.

/// Commands that one text may hold.
const MOST_COMMANDS: usize = 10_000;

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// Its words, quotes taken off, assignments before it left out.
    pub(crate) words: Vec<String>,
    /// The line on which it begins (while it is being read: its offset).
    pub(crate) line: u32,
    /// Whether its output goes to the next one.
    pub(crate) pipes_on: bool,
    /// Whether it stands within `(…)`, so that what it changes ends there.
    pub(crate) is_nested: bool,
}

impl Command {
    /// The name of the program, without its folder and without what only wraps it (`sudo`, `exec`, `time`).
    pub(crate) fn program(&self) -> &str {
        self.effective().first().map_or("", |word| word.rsplit('/').next().unwrap_or(word))
    }

    /// The words after the program.
    pub(crate) fn arguments(&self) -> &[String] {
        self.effective().get(1..).unwrap_or_default()
    }

    /// Arguments that are no options.
    pub(crate) fn operands(&self) -> impl Iterator<Item = &str> {
        self.arguments().iter().map(String::as_str).filter(|word| !word.starts_with('-'))
    }

    /// Whether an option is given: `--yes`, or `y` among the letters of `-fmy`.
    pub(crate) fn has_option(&self, long: &[&str], letters: &[char]) -> bool {
        self.arguments().iter().any(|word| match word.strip_prefix("--") {
            Some(name) => long.contains(&name.split('=').next().unwrap_or(name)),
            None => word.strip_prefix('-').is_some_and(|rest| rest.chars().any(|letter| letters.contains(&letter))),
        })
    }

    /// Whether it is run through another program (`sudo make`).
    pub(crate) fn is_run_through(&self, wrapper: &str) -> bool {
        let wrapped = self.words.len() - self.effective().len();
        let named = |word: &String| word.rsplit('/').next() == Some(wrapper);
        self.words[..wrapped].iter().any(named) || self.effective().first().is_some_and(named)
    }

    fn effective(&self) -> &[String] {
        let mut words = self.words.as_slice();
        while let Some((first, rest)) = words.split_first() {
            let is_wrapper = matches!(
                first.rsplit('/').next().unwrap_or(first),
                "sudo" | "exec" | "time" | "command" | "nohup" | "env" | "!"
            );
            let is_assignment = first.split_once('=').is_some_and(|(name, _)| is_name(name));
            let is_keyword = matches!(first.as_str(), "if" | "then" | "else" | "elif" | "do" | "while" | "until" | "{");
            if (is_wrapper && !rest.is_empty()) || is_assignment || is_keyword {
                words = rest;
                while is_wrapper && words.first().is_some_and(|word| word.starts_with('-')) {
                    words = &words[1..];
                }
            } else {
                break;
            }
        }
        words
    }
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Splits a text into words as the builder does for `COPY a "b c"`: by blanks outside of quotes.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut reader = Reader::new(text);
    let mut words = Vec::new();
    while let Some(token) = reader.token() {
        match token {
            Token::Word(word) => words.push(word),
            Token::Operator(operator) => words.push(operator.to_owned()),
        }
    }
    words
}

/// The simple commands of a script, in order; `line` of each is its offset.
pub(crate) fn commands(text: &str) -> Vec<Command> {
    let mut reader = Reader::new(text);
    let mut commands: Vec<Command> = Vec::new();
    let mut words = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    loop {
        let at = reader.position_of_next();
        let token = reader.token();
        match token {
            Some(Token::Word(word)) => {
                if words.is_empty() {
                    start = at;
                }
                words.push(word);
                continue;
            }
            Some(Token::Operator(">" | ">>" | "<" | ">&" | "<&" | "&>")) => {
                reader.token();
                continue;
            }
            _ => {}
        }
        let operator = match &token {
            Some(Token::Operator(operator)) => operator,
            _ => "",
        };
        if !words.is_empty() && commands.len() < MOST_COMMANDS {
            let line = u32::try_from(start).unwrap_or(u32::MAX);
            let words = std::mem::take(&mut words);
            commands.push(Command { words, line, pipes_on: matches!(operator, "|" | "|&"), is_nested: depth > 0 });
        }
        match operator {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if token.is_none() {
            return commands;
        }
    }
}

enum Token {
    Word(String),
    Operator(&'static str),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

const OPERATORS: &[&str] = &["&&", "||", ";;", "|&", ">>", ">&", "<&", "&>", "|", ";", "&", "(", ")", "<", ">", "\n"];

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn position_of_next(&mut self) -> usize {
        self.skip_blanks();
        self.at
    }

    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with('#') && (self.at == 0 || self.text[..self.at].ends_with([' ', '\t', '\n', ';']))
            {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return;
            }
        }
    }

    fn token(&mut self) -> Option<Token> {
        self.skip_blanks();
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            self.at += operator.len();
            return Some(Token::Operator(operator));
        }
        Some(Token::Word(self.word()))
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        let mut quote = None;
        let mut substitutions = 0_usize;
        let mut characters = self.rest().char_indices().peekable();
        let mut end = self.rest().len();
        while let Some((at, character)) = characters.next() {
            match (quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => word.push(character),
                (_, '\\') => match characters.next() {
                    Some((_, '\n')) | None => {}
                    Some((_, escaped)) => word.push(escaped),
                },
                (None, '\'' | '"') => quote = Some(character),
                (_, '$') if characters.peek().is_some_and(|(_, next)| *next == '(') => {
                    substitutions += 1;
                    word.push('$');
                    if let Some((_, bracket)) = characters.next() {
                        word.push(bracket);
                    }
                }
                (_, '(') if substitutions > 0 => {
                    substitutions += 1;
                    word.push('(');
                }
                (_, ')') if substitutions > 0 => {
                    substitutions -= 1;
                    word.push(')');
                }
                (None, ' ' | '\t' | '\r' | '\n' | '&' | '|' | ';' | '(' | ')' | '<' | '>') if substitutions == 0 => {
                    end = at;
                    break;
                }
                _ => word.push(character),
            }
        }
        self.at += end;
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Vec<String> {
        commands(text).into_iter().map(|command| command.words.join(" ")).collect()
    }

    #[test]
    fn commands_end_where_a_shell_ends_them() {
        assert_eq!(spelled("a b && c || d; e | f & (g; h)"), ["a b", "c", "d", "e", "f", "g", "h"]);
        assert_eq!(spelled("echo \"a && b\" 'c;d' > out && x"), ["echo a && b c;d", "x"]);
        assert_eq!(spelled("# note\napt-get update # then\nls"), ["apt-get update", "ls"]);
        assert_eq!(spelled("x=$(cd /a && pwd) make"), ["x=$(cd /a && pwd) make"]);
    }

    #[test]
    fn the_program_is_what_is_wrapped() {
        let command = |text: &str| commands(text).remove(0);
        assert_eq!(command("DEBIAN_FRONTEND=x /usr/bin/apt-get -y install a").program(), "apt-get");
        assert_eq!(command("sudo -E apt-get install a").program(), "apt-get");
        assert_eq!(command("if curl x").program(), "curl");
        assert_eq!(command("sudo").program(), "sudo");
    }

    #[test]
    fn options_count_long_and_as_letters() {
        let command = |text: &str| commands(text).remove(0);
        assert!(command("apt-get -fmy install x").has_option(&["yes"], &['y']));
        assert!(command("apt-get install --yes x").has_option(&["yes"], &['y']));
        assert!(!command("apt-get install yy").has_option(&["yes"], &['y']));
    }

    #[test]
    fn endless_texts_end() {
        assert!(commands(&"a;".repeat(100_000)).len() <= MOST_COMMANDS);
        assert_eq!(words(&"(".repeat(10)).len(), 10);
        assert!(words("\"open").len() == 1);
    }
}
