//! From text to stages.

use model::UntrustedPath;

use super::expand::{Variables, expand};
use super::instruction::{Arguments, Heredoc, Instruction, Keyword};
use super::{Base, Dockerfile, Stage};
use crate::json;
use crate::node::PLACEHOLDER;

/// Instructions of one file.
const MOST_INSTRUCTIONS: usize = 20_000;
/// Bytes of all texts of one file into which variables are put, and of the variables that stages take over.
const MOST_EXPANDED: usize = 8 << 20;
/// The same of all files of a tree.
const MOST_EXPANDED_OF_TREE: usize = 64 << 20;
/// What a variable weighs beside its name and its value.
const VARIABLE_BYTES: usize = 64;

/// Why a file is no Dockerfile for us.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DockerfileError {
    #[error("line {line} has no instruction that is known (`{word}`)")]
    UnknownInstruction { line: u32, word: String },
    #[error("it has no FROM")]
    NoStage,
    #[error("it has more than {MOST_INSTRUCTIONS} instructions")]
    TooLong,
    #[error("the here document of line {line} has no end")]
    OpenHeredoc { line: u32 },
    #[error("its variables make more than {} MiB of it (line {line})", MOST_EXPANDED >> 20)]
    TooMuch { line: u32 },
    #[error("variables make more than {} MiB of all Dockerfiles together", MOST_EXPANDED_OF_TREE >> 20)]
    TooMuchOfTree,
}

/// Reads a Dockerfile; `expanded` counts what variables made of it and of those before it, in bytes.
pub(super) fn parse(path: &UntrustedPath, text: &str, expanded: &mut usize) -> Result<Dockerfile, DockerfileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let escape = escape_directive(text);
    let mut builder =
        Builder { stages: Vec::new(), global: Variables::new(), variables: Vec::new(), escape, expanded: 0 };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    let mut count = 0;
    while at < lines.len() {
        let Some(logical) = LogicalLine::read(&lines, &mut at, escape) else { continue };
        count += 1;
        if count > MOST_INSTRUCTIONS {
            return Err(DockerfileError::TooLong);
        }
        let instruction = instruction(&logical, &lines, &mut at)?;
        let (line, before) = (instruction.line, builder.expanded);
        builder.take(instruction);
        *expanded += builder.expanded - before;
        if builder.expanded > MOST_EXPANDED {
            return Err(DockerfileError::TooMuch { line });
        }
        if *expanded > MOST_EXPANDED_OF_TREE {
            return Err(DockerfileError::TooMuchOfTree);
        }
    }
    if builder.stages.is_empty() {
        return Err(DockerfileError::NoStage);
    }
    Ok(Dockerfile { path: path.clone(), stages: builder.stages })
}

/// The character of `# escape=`, which only counts among the directives at the very top.
fn escape_directive(text: &str) -> char {
    for line in text.lines() {
        let Some(comment) = line.trim().strip_prefix('#') else { break };
        let Some((key, value)) = comment.split_once('=') else { break };
        if key.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return '`';
        }
    }
    '\\'
}

/// An instruction's text, its lines joined.
struct LogicalLine {
    text: String,
    line: u32,
    line_map: Vec<(usize, u32)>,
}

impl LogicalLine {
    /// Reads from `at`, and moves it behind what was read; `None` for empty lines and comments.
    fn read(lines: &[&str], at: &mut usize, escape: char) -> Option<LogicalLine> {
        let first = *at;
        let is_nothing = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if is_nothing(lines[first]) {
            *at += 1;
            return None;
        }
        let mut logical = LogicalLine { text: String::new(), line: number(first), line_map: Vec::new() };
        while let Some(line) = lines.get(*at) {
            *at += 1;
            // Comments and empty lines within a continued instruction are passed over.
            if *at - 1 > first && is_nothing(line) {
                continue;
            }
            logical.line_map.push((logical.text.len(), number(*at - 1)));
            match line.trim_end().strip_suffix(escape) {
                Some(continued) => logical.text.push_str(continued),
                None => {
                    logical.text.push_str(line.trim_end());
                    break;
                }
            }
        }
        Some(logical)
    }
}

fn number(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

fn instruction(logical: &LogicalLine, lines: &[&str], at: &mut usize) -> Result<Instruction, DockerfileError> {
    let mut rest = logical.text.trim_start();
    let mut is_onbuild = false;
    let keyword = loop {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
        match Keyword::from_word(word) {
            Some(Keyword::Onbuild) if !is_onbuild && !rest.is_empty() => is_onbuild = true,
            Some(keyword) => break keyword,
            None => {
                let word = word.chars().take(40).collect();
                return Err(DockerfileError::UnknownInstruction { line: logical.line, word });
            }
        }
    };
    let mut flags = Vec::new();
    while let Some(flag) = rest.strip_prefix("--") {
        let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
        let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
        flags.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    let offset = logical.text.len() - rest.len();
    let line_map = logical.line_map.iter().map(|(start, line)| (start.saturating_sub(offset), *line)).collect();
    let takes_heredocs = matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
    let heredocs = if takes_heredocs { heredocs(rest, logical.line, lines, at)? } else { Vec::new() };
    Ok(Instruction {
        keyword,
        line: logical.line,
        end_line: number(at.saturating_sub(1)),
        flags,
        arguments: json_form(rest).map_or_else(|| Arguments::Text(rest.to_owned()), Arguments::Json),
        heredocs,
        is_onbuild,
        line_map,
    })
}

/// `["a", "b"]`; what is no valid JSON is a shell's text for the builder, too.
fn json_form(text: &str) -> Option<Vec<String>> {
    if !text.starts_with('[') || !text.trim_end().ends_with(']') {
        return None;
    }
    let node = json::parse(text).ok()?;
    node.as_list()?.iter().map(|item| item.as_text().map(std::borrow::Cow::into_owned)).collect()
}

/// Reads the bodies of `<<EOF`, `<<-EOF` and `<<"EOF"` that follow the instruction.
fn heredocs(text: &str, line: u32, lines: &[&str], at: &mut usize) -> Result<Vec<Heredoc>, DockerfileError> {
    let mut heredocs = Vec::new();
    for (name, strips_tabs) in heredoc_names(text) {
        let first = *at;
        let mut body = String::new();
        loop {
            let Some(content) = lines.get(*at) else { return Err(DockerfileError::OpenHeredoc { line }) };
            *at += 1;
            let content = if strips_tabs { content.trim_start_matches('\t') } else { content };
            if content.trim_end_matches('\r') == name {
                break;
            }
            body.push_str(content);
            body.push('\n');
        }
        heredocs.push(Heredoc { body, line: number(first) });
    }
    Ok(heredocs)
}

fn heredoc_names(text: &str) -> Vec<(String, bool)> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("<<") {
        let before = &text[..at];
        let is_in_quotes = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
        if is_in_quotes || before.ends_with('<') || text[at + 2..].starts_with('<') {
            continue;
        }
        let rest = &text[at + 2..];
        let (strips_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
        let rest = rest.trim_start_matches(['"', '\'']);
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let name = &rest[..length];
        if name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
            names.push((name.to_owned(), strips_tabs));
        }
    }
    names
}

struct Builder {
    stages: Vec<Stage>,
    /// Arguments before the first `FROM`, which only `FROM` sees.
    global: Variables,
    /// The variables at the end of each stage.
    variables: Vec<Variables>,
    escape: char,
    /// What counts towards [`MOST_EXPANDED`] so far.
    expanded: usize,
}

impl Builder {
    fn take(&mut self, mut instruction: Instruction) {
        if instruction.keyword == Keyword::From {
            self.begin_stage(instruction);
            return;
        }
        let escape = self.escape;
        let Some((stage, variables)) = self.stages.last_mut().zip(self.variables.last_mut()) else {
            if instruction.keyword == Keyword::Arg {
                self.expanded += declare(&instruction, &mut self.global, None, escape);
            }
            return;
        };
        if replaces_variables(instruction.keyword)
            && let Arguments::Text(text) = &mut instruction.arguments
        {
            let expanded = expand(text, variables, escape);
            if expanded != *text {
                self.expanded += expanded.len();
                *text = expanded;
                instruction.line_map.clear();
            }
        }
        match instruction.keyword {
            Keyword::Arg => self.expanded += declare(&instruction, variables, Some(&self.global), escape),
            Keyword::Env => {
                for (name, value) in assignments(&instruction) {
                    let value = (!value.contains(PLACEHOLDER)).then_some(value);
                    variables.insert(name, value);
                }
            }
            _ => {}
        }
        stage.instructions.push(instruction);
    }

    fn begin_stage(&mut self, from: Instruction) {
        let text = expand(&from.text(), &self.global, self.escape);
        let words: Vec<&str> = text.split_whitespace().collect();
        let name = match words.as_slice() {
            [_, word, name, ..] if word.eq_ignore_ascii_case("as") => Some((*name).to_ascii_lowercase()),
            _ => None,
        };
        let image = words.first().copied().unwrap_or_default();
        let earlier = self
            .stages
            .iter()
            .rposition(|stage| stage.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(image)));
        let base = match earlier {
            Some(place) => Base::Stage(place),
            None if image.eq_ignore_ascii_case("scratch") => Base::Scratch,
            None if image.contains(PLACEHOLDER) || image.is_empty() => Base::Unknown,
            None => Base::Image(image.to_owned()),
        };
        let variables = match base {
            Base::Stage(place) => self.variables[place].clone(),
            Base::Scratch | Base::Image(_) | Base::Unknown => Variables::new(),
        };
        let weights = variables.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, String::len));
        self.expanded += weights.map(|weight| weight + VARIABLE_BYTES).sum::<usize>();
        self.stages.push(Stage { from, base, name, instructions: Vec::new() });
        self.variables.push(variables);
    }
}

/// The instructions in which the builder puts variables in (Dockerfile reference, Environment replacement).
fn replaces_variables(keyword: Keyword) -> bool {
    match keyword {
        Keyword::Add
        | Keyword::Copy
        | Keyword::Env
        | Keyword::Expose
        | Keyword::From
        | Keyword::Label
        | Keyword::Stopsignal
        | Keyword::User
        | Keyword::Volume
        | Keyword::Workdir => true,
        Keyword::Arg
        | Keyword::Cmd
        | Keyword::Entrypoint
        | Keyword::Healthcheck
        | Keyword::Maintainer
        | Keyword::Onbuild
        | Keyword::Run
        | Keyword::Shell => false,
    }
}

/// `ARG name=default`: one without default takes that of the global argument of its name, where it is none itself. Says
/// how many bytes of values were put in.
fn declare(instruction: &Instruction, variables: &mut Variables, global: Option<&Variables>, escape: char) -> usize {
    let mut expanded = 0;
    for word in instruction.words() {
        match word.split_once('=') {
            Some((name, value)) => {
                let value = expand(value, variables, escape);
                expanded += value.len();
                variables.insert(name.to_owned(), (!value.contains(PLACEHOLDER)).then_some(value));
            }
            None => {
                let value = global.unwrap_or(variables).get(&word).cloned().flatten();
                expanded += value.as_ref().map_or(0, String::len);
                variables.insert(word, value);
            }
        }
    }
    expanded
}

/// The names and values of `ENV a=b c=d`, `LABEL a=b` and of the old `ENV a b`.
pub(crate) fn assignments(instruction: &Instruction) -> Vec<(String, String)> {
    let words = instruction.words();
    match words.first() {
        Some(first) if !first.contains('=') && words.len() > 1 => vec![(first.clone(), words[1..].join(" "))],
        _ => words
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_one(text: &str) -> Result<Dockerfile, DockerfileError> {
        parse(&UntrustedPath::normalise("Dockerfile"), text, &mut 0)
    }

    fn read(text: &str) -> Dockerfile {
        parse_one(text).unwrap()
    }

    #[test]
    fn continued_lines_are_one_instruction_and_keep_their_lines() {
        let dockerfile = read("FROM a\nRUN x && \\\n  # why\n\n  y \\\n  && z\nUSER b\n");
        let run = &dockerfile.stages[0].instructions[0];
        assert_eq!((run.line, run.end_line), (2, 6));
        let lines: Vec<_> = run.commands().iter().map(|command| command.line).collect();
        assert_eq!(lines, [2, 5, 6]);
        assert_eq!(dockerfile.stages[0].instructions[1].line, 7);
    }

    #[test]
    fn here_documents_are_scripts_and_files() {
        let dockerfile = read("FROM a\nRUN <<EOF\napt-get update\nls\nEOF\nCOPY <<-\"X\" /a\n\thello\n\tX\nUSER b\n");
        let instructions = &dockerfile.stages[0].instructions;
        let commands = instructions[0].commands();
        assert_eq!((commands[1].words.join(" "), commands[1].line), ("ls".to_owned(), 4));
        assert_eq!(instructions[1].heredocs[0].body, "hello\n");
        assert_eq!(instructions[2].keyword, Keyword::User);
        assert!(matches!(parse_one("FROM a\nRUN <<EOF\nx\n"), Err(DockerfileError::OpenHeredoc { line: 2 })));
    }

    #[test]
    fn arguments_decide_bases() {
        let dockerfile = read("ARG V=3.20\nARG W\nFROM alpine:$V AS one\nFROM one\nFROM x:$W\nFROM scratch\n");
        let bases: Vec<_> = dockerfile.stages.iter().map(|stage| stage.base.clone()).collect();
        assert_eq!(bases, [Base::Image("alpine:3.20".into()), Base::Stage(0), Base::Unknown, Base::Scratch]);
    }

    #[test]
    fn the_escape_character_may_be_another() {
        let dockerfile = read("# escape=`\nFROM a\nRUN dir c:\\ `\n  && x\n");
        assert_eq!(dockerfile.stages[0].instructions[0].end_line, 4);
    }

    #[test]
    fn variables_reach_where_the_builder_lets_them() {
        let dockerfile = read("FROM a\nARG U=app\nENV HOME=/h X=$U\nUSER $X\nWORKDIR $HOME/b\nUSER ${NOBODY_KNOWS}\n");
        let texts: Vec<_> = dockerfile.stages[0].instructions.iter().skip(2).map(Instruction::text).collect();
        assert_eq!(texts[..2], ["app", "/h/b"]);
        assert!(texts[2].contains(PLACEHOLDER));
    }

    #[test]
    fn onbuild_is_said_of_what_it_holds() {
        let dockerfile = read("FROM a\nONBUILD ADD . /x\n");
        let add = &dockerfile.stages[0].instructions[0];
        assert!(add.is_onbuild && add.keyword == Keyword::Add);
    }

    #[test]
    fn variables_that_grow_by_themselves_end_in_little_memory() {
        let mut text = "FROM a\nARG A0=xxxxxxxx\n".to_owned();
        for level in 1..=12 {
            text.push_str(&format!("ARG A{level}=$A{0}$A{0}\n", level - 1));
        }
        let some = |count: usize| (0..count).map(|number| format!("ENV B{number}=$A12\n")).collect::<String>();
        assert!(parse_one(&format!("{text}{}", some(200))).is_ok());
        let result = parse_one(&format!("{text}{}", some(2_000)));
        let Err(DockerfileError::TooMuch { line }) = result else { panic!("{result:?}") };
        assert!(line < 1_000, "{line}");
        let mut expanded = 0;
        let of_tree: Vec<_> = (0..10)
            .map(|_| parse(&UntrustedPath::default(), &format!("{text}{}", some(2_000)), &mut expanded))
            .collect();
        assert!(matches!(of_tree[8], Err(DockerfileError::TooMuchOfTree)), "{:?}", of_tree[8]);
        assert!(expanded < MOST_EXPANDED_OF_TREE + (1 << 20));
    }

    #[test]
    fn stages_that_take_over_variables_end_in_little_memory() {
        let variables: String = (0..1_000).map(|number| format!("ENV B{number}=x\n")).collect();
        let stages = |count: usize| -> String {
            (0..count).map(|number| format!("FROM s{number} AS s{}\n", number + 1)).collect()
        };
        let read = |count| parse_one(&format!("FROM a AS s0\n{variables}{}", stages(count)));
        assert!(read(50).is_ok());
        assert!(matches!(read(5_000), Err(DockerfileError::TooMuch { .. })));
    }

    #[test]
    fn what_is_no_dockerfile_is_said_to_be_none() {
        for text in ["hello world\n", "", "# only a comment\n"] {
            assert!(parse_one(text).is_err(), "{text}");
        }
    }
}
