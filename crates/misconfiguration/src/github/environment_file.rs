//! What the script of a step writes into the files that GitHub reads behind it (GitHub, Workflow commands, Environment files):
//! a line of another's text there is a variable, an output or a folder of programs of their choice.

use std::collections::{BTreeSet, HashMap};

use super::expression::{is_written_by_others, with_values};
use super::shell_tokens::{Token, length_to_close, tokens};

/// The files, by the variables that hold their paths.
const FILES: [&str; 3] = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"];

/// Stands for an expression whose value others may write.
const WRITTEN: char = '\u{e000}';
/// Stands for any other expression.
const HARMLESS: &str = "\u{e001}";

/// Groups and substitutions within each other.
const DEEPEST: usize = 32;

/// Of formats that `printf` reads and of what it writes: it may use its format for every argument.
const MOST_FORMATTED_BYTES: usize = 1 << 20;

/// Into which of the files a script writes what others wrote, by the variables that hold their paths. `is_variable_written`
/// says of a variable of the environment, by its name in lower case, whether others may write it.
///
/// What a script has checked (`[[ $x =~ ^…` ), replaced (`${x//…}`) or sent through another program is no longer theirs, and
/// what stands before a delimiter that the script made up is one value.
pub(crate) fn written_files(script: &str, is_variable_written: &dyn Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let text = with_values(script, |expression| match expression.to_ascii_lowercase().as_str() {
        "github.env" => "$GITHUB_ENV".to_owned(),
        "github.output" => "$GITHUB_OUTPUT".to_owned(),
        "github.path" => "$GITHUB_PATH".to_owned(),
        _ if is_written_by_others(expression, is_variable_written) => WRITTEN.to_string(),
        _ => HARMLESS.to_owned(),
    });
    let (variables, delimiter, found) = (HashMap::new(), None, BTreeSet::new());
    let mut shell = Shell { tokens: tokens(&text), at: 0, variables, delimiter, found, is_variable_written };
    shell.list("", 0);
    let mut found = shell.found;
    found.extend(text.lines().filter_map(|line| written_by_powershell(line, is_variable_written)));
    found
}

/// What is known of a variable that the script itself sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Written,
    /// What a command gave, as `openssl rand` does.
    Computed,
    Plain,
}

struct Shell<'v> {
    tokens: Vec<Token>,
    at: usize,
    variables: HashMap<String, Value>,
    /// The variable that ends the value that is being written, where the script made its text up.
    delimiter: Option<String>,
    found: BTreeSet<&'static str>,
    is_variable_written: &'v dyn Fn(&str) -> bool,
}

/// A command, or a group of them, before its output is followed.
#[derive(Default)]
struct Parts {
    words: Vec<String>,
    outputs: Vec<String>,
    input: Option<String>,
}

impl Shell<'_> {
    /// Follows commands up to the word that ends their group. Gives back whether what they write to their standard output
    /// is of others.
    fn list(&mut self, end: &str, depth: usize) -> bool {
        let (mut is_out_written, mut is_piped_written) = (false, false);
        while let Some(token) = self.tokens.get_mut(self.at) {
            let token = std::mem::replace(token, Token::Separator { pipes_on: false });
            self.at += 1;
            let (is_written, parts) = match token {
                Token::Close if end == ")" => return is_out_written,
                Token::Separator { .. } | Token::Close | Token::Output(_) | Token::Input(_) => {
                    is_piped_written = false;
                    continue;
                }
                Token::Open if depth < DEEPEST => (self.list(")", depth + 1), self.parts(Vec::new())),
                Token::Open => continue,
                Token::Word { text, is_quoted: false } if text == end => return is_out_written,
                Token::Word { text, is_quoted: false } if is_passed(&text) => continue,
                Token::Word { text, is_quoted: false } if depth < DEEPEST && end_of_group(&text).is_some() => {
                    let is_written = self.list(end_of_group(&text).unwrap_or_default(), depth + 1);
                    (is_written, self.parts(Vec::new()))
                }
                Token::Word { text, is_quoted: _ } => {
                    let parts = self.parts(vec![text]);
                    (self.command(&parts, is_piped_written, depth), parts)
                }
            };
            let pipes_on = matches!(self.tokens.get(self.at), Some(Token::Separator { pipes_on: true }));
            self.at += usize::from(pipes_on);
            // The next command of a pipe may stand on the next line.
            while pipes_on && matches!(self.tokens.get(self.at), Some(Token::Separator { pipes_on: false })) {
                self.at += 1;
            }
            is_piped_written = is_written && pipes_on && parts.outputs.is_empty();
            if is_written && parts.outputs.is_empty() {
                is_out_written |= !pipes_on;
            } else if is_written {
                self.found.extend(parts.outputs.iter().filter_map(|output| file_of(output)));
            }
        }
        is_out_written
    }

    /// The rest of a command's words and redirections, up to what ends it.
    fn parts(&mut self, words: Vec<String>) -> Parts {
        let mut parts = Parts { words, ..Parts::default() };
        while let Some(token) = self.tokens.get_mut(self.at) {
            match token {
                Token::Word { text, is_quoted: _ } => parts.words.push(std::mem::take(text)),
                Token::Output(target) => parts.outputs.push(std::mem::take(target)),
                Token::Input(text) => parts.input = Some(std::mem::take(text)),
                Token::Separator { .. } | Token::Open | Token::Close => break,
            }
            self.at += 1;
        }
        parts
    }

    /// Whether a command writes what is of others to its standard output.
    fn command(&mut self, parts: &Parts, is_piped_written: bool, depth: usize) -> bool {
        let mut words = parts.words.as_slice();
        // Before a program they are for that one alone.
        let only_assigns = words.iter().all(|word| assigned(word).is_some());
        while let [first, rest @ ..] = words
            && (matches!(first.as_str(), "sudo" | "command" | "builtin" | "exec") || assigned(first).is_some())
        {
            if only_assigns {
                self.assign(first, depth);
            }
            words = rest;
        }
        let [program, arguments @ ..] = words else { return false };
        match program.rsplit('/').next().unwrap_or(program) {
            "echo" => {
                let options = arguments.iter().take_while(|word| matches!(word.as_str(), "-e" | "-n" | "-ne" | "-en"));
                let text = arguments.get(options.count()..).unwrap_or_default().join(" ");
                self.says(&text, depth)
            }
            "printf" => self.says(&formatted(arguments), depth),
            "cat" => match &parts.input {
                Some(input) => self.says(input, depth),
                None => is_piped_written,
            },
            "tee" => {
                let is_written = match &parts.input {
                    Some(input) => self.says(input, depth),
                    None => is_piped_written,
                };
                if is_written {
                    self.found.extend(arguments.iter().filter_map(|argument| file_of(argument)));
                }
                is_written
            }
            "export" | "local" | "declare" | "readonly" | "typeset" => {
                arguments.iter().for_each(|argument| self.assign(argument, depth));
                false
            }
            "[[" => {
                let checked = arguments.windows(3).filter(|words| words[1] == "=~" && words[2].starts_with('^'));
                let checked = checked.filter_map(|words| variable_named(&words[0]));
                self.variables.extend(checked.map(|name| (name.to_owned(), Value::Plain)));
                false
            }
            _ => false,
        }
    }

    /// Takes in what a word assigns, if it does.
    fn assign(&mut self, word: &str, depth: usize) {
        let Some((name, value, adds)) = assigned(word) else { return };
        let is_written = self.is_written(value, depth) || adds && self.is_variable_written(name);
        let is_computed = value.contains("$(") || value.contains('`') || value.contains("$RANDOM");
        let value = match (is_written, is_computed) {
            (true, _) => Value::Written,
            (false, true) => Value::Computed,
            (false, false) => Value::Plain,
        };
        self.variables.insert(name.to_owned(), value);
    }

    /// Whether lines that are written have text of others outside of a value with a delimiter that they cannot know.
    fn says(&mut self, text: &str, depth: usize) -> bool {
        let mut is_said = false;
        for line in text.replace("\\n", "\n").lines() {
            match &self.delimiter {
                Some(delimiter) if variable_named(line.trim()) == Some(delimiter.as_str()) => self.delimiter = None,
                Some(_) => {}
                None => {
                    let name = line.rsplit_once("<<").and_then(|(_, end)| variable_named(end.trim()));
                    match name.filter(|name| self.variables.get(*name) == Some(&Value::Computed)) {
                        Some(name) => self.delimiter = Some(name.to_owned()),
                        None => is_said |= self.is_written(line, depth),
                    }
                }
            }
        }
        is_said
    }

    /// Whether a text that the shell expands has text of others in it.
    fn is_written(&mut self, text: &str, depth: usize) -> bool {
        let mut rest = text;
        while let Some((at, sign)) = rest.char_indices().find(|(_, sign)| matches!(*sign, WRITTEN | '$' | '`')) {
            rest = &rest[at + sign.len_utf8()..];
            let (is_written, length) = match (sign, rest.chars().next()) {
                ('$', Some('(')) => {
                    let (inner, length) = bracketed(rest);
                    (self.gives_written(inner, depth + 1), length)
                }
                ('$', Some('{')) => {
                    let (inner, length) = bracketed(rest);
                    (self.is_parameter_written(inner, depth + 1), length)
                }
                ('$', _) => {
                    let name = leading_name(rest);
                    (self.is_variable_written(name), name.len())
                }
                ('`', _) => {
                    let length = rest.find('`').unwrap_or(rest.len());
                    (self.gives_written(&rest[..length], depth + 1), rest.len().min(length + 1))
                }
                _ => (true, 0),
            };
            if is_written {
                return true;
            }
            rest = &rest[length..];
        }
        false
    }

    /// Whether the commands of a substitution give what is of others.
    fn gives_written(&mut self, script: &str, depth: usize) -> bool {
        // An arithmetic expansion is a number.
        if depth >= DEEPEST || script.starts_with('(') {
            return false;
        }
        let variables = std::mem::take(&mut self.variables);
        let is_variable_written = self.is_variable_written;
        let (delimiter, found) = (None, BTreeSet::new());
        let mut inner = Shell { tokens: tokens(script), at: 0, variables, delimiter, found, is_variable_written };
        let is_written = inner.list("", depth);
        self.variables = inner.variables;
        is_written
    }

    /// Whether what `${…}` stands for is of others: the variable, unless it is only counted or has signs of it replaced, or
    /// what takes its place.
    fn is_parameter_written(&mut self, inner: &str, depth: usize) -> bool {
        let name = leading_name(inner);
        let behind = &inner[name.len()..];
        if depth >= DEEPEST || name.is_empty() || behind.starts_with(['/', '@']) {
            return false;
        }
        self.is_variable_written(name) || self.is_written(behind, depth)
    }

    fn is_variable_written(&self, name: &str) -> bool {
        match self.variables.get(name) {
            Some(value) => *value == Value::Written,
            None => name == "GITHUB_HEAD_REF" || (self.is_variable_written)(&name.to_ascii_lowercase()),
        }
    }
}

/// Words of the shell after which a command comes.
fn is_passed(word: &str) -> bool {
    matches!(word, "then" | "else" | "elif" | "do" | "!" | "time")
}

/// The word that ends the group which this one begins.
fn end_of_group(word: &str) -> Option<&'static str> {
    match word {
        "{" => Some("}"),
        "if" => Some("fi"),
        "for" | "while" | "until" | "select" => Some("done"),
        "case" => Some("esac"),
        _ => None,
    }
}

/// The file that a word names by its variable.
fn file_of(word: &str) -> Option<&'static str> {
    let name = variable_named(word)?;
    FILES.into_iter().find(|file| *file == name)
}

/// The variable whose value is all of a word.
fn variable_named(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    (!name.is_empty() && leading_name(name) == name).then_some(name)
}

fn leading_name(text: &str) -> &str {
    let length = text.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').unwrap_or(text.len());
    &text[..length]
}

/// The variable that a word assigns, its value, and whether this is added to what it was.
fn assigned(word: &str) -> Option<(&str, &str, bool)> {
    let (name, value) = word.split_once('=')?;
    let (name, adds) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
    let is_name =
        !name.is_empty() && leading_name(name) == name && !name.starts_with(|sign: char| sign.is_ascii_digit());
    is_name.then_some((name, value, adds))
}

/// What is within the brackets with which a text begins, and how long it is with them.
fn bracketed(text: &str) -> (&str, usize) {
    let length = length_to_close(text);
    (text.get(1..length).unwrap_or_default(), text.len().min(length + 1))
}

/// What `printf` writes, with what the shell would expand as it is; what `%q` writes is harmless.
fn formatted(arguments: &[String]) -> String {
    let [format, values @ ..] = arguments else { return String::new() };
    let (mut out, mut values) = (String::new(), values.iter());
    let mut read_bytes = 0;
    loop {
        let (left, mut rest) = (values.len(), format.as_str());
        read_bytes += format.len();
        while let Some((before, behind)) = rest.split_once('%') {
            out.push_str(before);
            let is_of_width = |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '+' | '.');
            let mut signs = behind.trim_start_matches(is_of_width).chars();
            match signs.next() {
                Some('s' | 'b') => out.push_str(values.next().map_or("", String::as_str)),
                Some('%') | None => out.push('%'),
                Some(_) => _ = values.next(),
            }
            rest = signs.as_str();
        }
        out.push_str(rest);
        // The format is used again for what is left (printf(1)).
        let is_too_much = out.len() > MOST_FORMATTED_BYTES || read_bytes > MOST_FORMATTED_BYTES;
        if values.as_slice().is_empty() || values.len() == left || is_too_much {
            return out;
        }
    }
}

/// The file into which a line of PowerShell writes what is of others.
fn written_by_powershell(line: &str, is_variable_written: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let line = line.to_ascii_lowercase();
    let code = line.trim_start();
    let writes = [">", "out-file", "add-content", "set-content", "tee-object"].iter().any(|word| code.contains(word));
    if code.starts_with('#') || !writes {
        return None;
    }
    let mut variables = code.match_indices("env:").map(|(at, sign)| leading_name(&code[at + sign.len()..]));
    let is_written =
        code.contains(WRITTEN) || variables.clone().any(|name| name == "github_head_ref" || is_variable_written(name));
    let file = variables.find_map(|name| FILES.into_iter().find(|file| file.eq_ignore_ascii_case(name)));
    file.filter(|_| is_written)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files into which a script writes what others wrote, where they write the variables TITLE and BODY.
    fn files(script: &str) -> String {
        let found = written_files(script, &|name| matches!(name, "title" | "body"));
        found.into_iter().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn text_of_others_is_followed_into_the_files() {
        for script in [
            "echo \"T=${{ github.event.issue.title }}\" >> $GITHUB_ENV",
            "echo T='${{ github.head_ref || 'x' }}' >> \"$GITHUB_ENV\"",
            "echo \"T=$TITLE\" >> \"${GITHUB_ENV}\"",
            "echo \"T=$GITHUB_HEAD_REF\" >> $GITHUB_ENV",
            "echo T=${TITLE:-none} | tee -a $GITHUB_ENV",
            "echo T=$TITLE |\n  tee -a $GITHUB_ENV",
            "echo T=$TITLE | tee -a log | cat >> ${{ github.env }}",
            "printf 'T=%s\\n' \"$TITLE\" >> $GITHUB_ENV",
            "cat <<EOF >> $GITHUB_ENV\nT=$TITLE\nEOF",
            "cat >> $GITHUB_ENV <<'EOF'\nT=${{ github.event.comment.body }}\nEOF",
            "tee -a \"$GITHUB_ENV\" <<< \"T=$TITLE\" > /dev/null",
            "{\n  echo 'B<<EOF'\n  echo \"$BODY\"\n  echo EOF\n} >> \"$GITHUB_ENV\"",
            "(echo a; echo T=$TITLE) >> $GITHUB_ENV",
            "{ echo T=$TITLE; } | tee -a $GITHUB_ENV",
            "if true; then\n echo T=$TITLE >> $GITHUB_ENV\nfi",
            "for a in b; do echo \"$a=$TITLE\"; done >> $GITHUB_ENV",
            "case $x in\n a) echo T=$TITLE >> $GITHUB_ENV;;\nesac",
            "t=$TITLE\necho \"T=$t\" >> $GITHUB_ENV",
            "export t=\"$(echo \"$TITLE\")\"; echo T=$t >> $GITHUB_ENV",
            "echo T=`echo $TITLE` >> $GITHUB_ENV",
            "d=EOF; { echo \"B<<$d\"; echo \"$BODY\"; echo \"$d\"; } >> $GITHUB_ENV",
            "\"T=$env:TITLE\" >> $env:GITHUB_ENV",
            "Add-Content -Path $Env:GITHUB_ENV -Value \"T=${{ github.event.issue.title }}\"",
            "echo \"T=${env:TITLE}\" | Out-File -FilePath $env:GITHUB_ENV -Append",
        ] {
            assert_eq!(files(script), "GITHUB_ENV", "{script}");
        }
        assert_eq!(files("echo $TITLE >> $GITHUB_PATH; echo t=$TITLE >> $GITHUB_OUTPUT"), "GITHUB_OUTPUT GITHUB_PATH");
    }

    #[test]
    fn what_is_not_of_others_or_was_checked_is_none() {
        for script in [
            "echo \"SHA=${{ github.sha }} $OTHER\" >> $GITHUB_ENV",
            "echo \"$TITLE\" >> log; echo a=b >> $GITHUB_ENV",
            "echo \"$TITLE\" >&2 | tee -a $GITHUB_ENV",
            "echo T='$TITLE' >> $GITHUB_ENV",
            "echo T=\\$TITLE >> $GITHUB_ENV",
            "cat <<'EOF' >> $GITHUB_ENV\nT=$TITLE\nEOF",
            "echo \"T=$TITLE\" >> '$GITHUB_ENV'",
            "# echo T=$TITLE >> $GITHUB_ENV",
            "echo T=${TITLE//[^a-z]/} >> $GITHUB_ENV",
            "echo LENGTH=${#TITLE} >> $GITHUB_ENV",
            "echo \"T=$(echo \"$TITLE\" | tr -cd '[:alnum:]')\" >> $GITHUB_ENV",
            "t=$(wc -c <<< \"$TITLE\"); echo \"T=$t\" >> $GITHUB_ENV",
            "echo '${{ github.event.issue.title }}' | sha256sum >> $GITHUB_ENV",
            "[[ \"$TITLE\" =~ ^[a-z]+$ ]] || exit 1\necho T=$TITLE >> $GITHUB_ENV",
            "TITLE=plain\necho T=$TITLE >> $GITHUB_ENV",
            "d=\"$(openssl rand -hex 16)\"\n{\n  echo \"B<<$d\"\n  echo \"$BODY\"\n  echo \"$d\"\n} >> \"$GITHUB_ENV\"",
            "d=$(uuidgen)\nprintf 'B<<%s\\n%s\\n%s\\n' \"$d\" \"$BODY\" \"$d\" >> $GITHUB_ENV",
            "d=$(uuidgen)\ncat <<EOF >> $GITHUB_OUTPUT\nB<<${d}\n$BODY\n${d}\nEOF",
            "if [ \"$TITLE\" = x ]; then echo a=b >> $GITHUB_ENV; fi",
            "echo \"$TITLE\" >> $GITHUB_STEP_SUMMARY",
            "\"T=$env:OTHER\" >> $env:GITHUB_ENV",
            "Write-Host $env:TITLE",
        ] {
            assert_eq!(files(script), "", "{script}");
        }
        let behind = "d=$(uuidgen); { echo \"B<<$d\"; echo \"$BODY\"; echo \"$d\"; echo \"T=$TITLE\"; } >> $GITHUB_ENV";
        assert_eq!(files(behind), "GITHUB_ENV");
    }

    #[test]
    fn deep_scripts_end() {
        for open in ["(", "{ ", "$(", "echo $(echo ", "if ", "${a:-", "\"$(", "`"] {
            let _ = files(&open.repeat(20_000));
        }
        let deep = format!("{}echo T=$TITLE{} >> $GITHUB_ENV", "(".repeat(100), ")".repeat(100));
        let _ = files(&deep);
    }

    /// Each of these took minutes when every word was compared with all others.
    #[test]
    fn long_commands_end() {
        for command in ["a=b ", "sudo ", "echo ", "[[ $a =~ ^ "] {
            assert_eq!(files(&command.repeat(200_000)), "");
        }
        assert_eq!(files(&format!("{}a=$TITLE\necho T=$a >> $GITHUB_ENV", "a=b ".repeat(200_000))), "GITHUB_ENV");
        let printf = format!("printf '%.{}d' {}", "0".repeat(200_000), "'' ".repeat(200_000));
        assert_eq!(files(&format!("{printf} >> $GITHUB_ENV")), "");
    }
}
