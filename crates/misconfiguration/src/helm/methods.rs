//! Methods, which the template language does not call, become functions; and fields of what is not there become known.
//!
//! It is done to what a template was parsed into, so that it does not matter by which path a method is reached
//! (`.Files.Get`, `$root.Files.Get`, `(index .a "b").Files.Get`), nor what texts say.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use gotmpl::parse::{BranchNode, CommandNode, Expr, ListNode, Node, Parser, PipeNode, Pos, SmolStr};
use gotmpl::{Result, Template, Value};

use super::functions::{argument, refuse, text};

/// Methods that take an argument, and the functions that stand for them.
const WITH_ARGUMENT: &[(&str, &str)] = &[
    ("Has", "apiVersionsHas"),
    ("Get", "filesGet"),
    ("GetBytes", "filesGetBytes"),
    ("Lines", "filesLines"),
    ("Glob", "filesGlob"),
];

/// Methods without arguments.
const PLAIN: &[(&str, &str)] = &[("AsConfig", "filesAsConfig"), ("AsSecrets", "filesAsSecrets")];

/// The function that asks for a field of a field.
const FIELDS: &str = "fieldsOf";

/// The name under which what is outside of all definitions is run.
const OUTERMOST: &str = "\0outermost";

/// Reads a source, and adds its definitions to those of a template; what is outside of them comes back beside it.
///
/// # Errors
/// When the source is no template, or defines two of one name.
pub(super) fn define(mut template: Template, source: &str) -> Result<(Template, ListNode)> {
    let (mut outermost, definitions) = Parser::with_name(Some("chart"), source, "{{", "}}")?.parse()?;
    spell_list(&mut outermost);
    let mut defined = BTreeSet::new();
    for mut definition in definitions {
        // As the language has it: an empty definition replaces none, and two others of one source are a mistake.
        let is_empty = definition.body.is_empty_tree();
        if defined.contains(&definition.name) && !is_empty {
            return refuse(&format!("multiple definition of template {:?}", definition.name.as_str()));
        }
        if is_empty && template.lookup(&definition.name).is_some() {
            continue;
        }
        spell_list(&mut definition.body);
        template = template.add_parse_tree(&definition.name, definition.body);
        if !is_empty {
            defined.insert(definition.name);
        }
    }
    Ok((template, outermost))
}

/// Runs a source with the definitions of a template.
///
/// # Errors
/// When the source is no template, and when it fails.
pub(super) fn run(template: &Template, source: &str, out: &mut impl std::fmt::Write, data: &Value) -> Result<()> {
    let (template, outermost) = define(template.clone(), source)?;
    template.add_parse_tree(OUTERMOST, outermost).execute_template_fmt(out, OUTERMOST, data)
}

fn spell_list(list: &mut ListNode) {
    for node in &mut list.nodes {
        match node {
            Node::List(list) => spell_list(list),
            Node::Action(action) => {
                spell_change(&mut action.pipe);
                spell_pipe(&mut action.pipe);
            }
            Node::If(branch) | Node::Range(branch) | Node::With(branch) => spell_branch(branch),
            Node::Template(call) => call.pipe.iter_mut().for_each(spell_pipe),
            Node::Define(definition) => spell_list(&mut definition.body),
            Node::Text(_) | Node::Break(_) | Node::Continue(_) => {}
        }
    }
}

fn spell_branch(branch: &mut BranchNode) {
    spell_pipe(&mut branch.pipe);
    spell_list(&mut branch.body);
    branch.else_body.iter_mut().for_each(spell_list);
}

/// `$_ := set $map KEY VALUE` changes the map in place: here, where values do not change, the variable has a new one.
fn spell_change(pipe: &mut PipeNode) {
    let is_unused = matches!(pipe.decl.as_slice(), [name] if name == "$_");
    let Some(command) = pipe.commands.last_mut().filter(|_| is_unused) else { return };
    let [Expr::Identifier(_, function), Expr::Variable(_, variable, fields), ..] = command.args.as_mut_slice() else {
        return;
    };
    let changed = match function.as_str() {
        "set" => "setOf",
        "unset" => "unsetOf",
        _ => return,
    };
    if fields.is_empty() {
        pipe.decl = vec![variable.clone()];
        pipe.is_assign = true;
        *function = SmolStr::new(changed);
    }
}

fn spell_pipe(pipe: &mut PipeNode) {
    for (place, command) in pipe.commands.iter_mut().enumerate() {
        spell_command(command, place > 0);
    }
}

fn spell_command(command: &mut CommandNode, is_piped_to: bool) {
    let has_arguments = command.args.len() > 1 || is_piped_to;
    let method = command.args.first_mut().filter(|_| has_arguments).and_then(|first| split(first, WITH_ARGUMENT));
    if let Some((function, object)) = method {
        let function = Expr::Identifier(command.pos, SmolStr::new(function));
        command.args.splice(..1, [function, object]);
    }
    // A field that is given arguments, and is no method, is the mistake that the language says it is.
    let skipped = usize::from(has_arguments && !matches!(command.args.first(), Some(Expr::Identifier(..))));
    command.args.iter_mut().skip(skipped).for_each(spell_expression);
}

fn spell_expression(expression: &mut Expr) {
    if let Some((function, object)) = split(expression, PLAIN) {
        *expression = call(expression.pos(), function, vec![object]);
    }
    let pos = expression.pos();
    match expression {
        Expr::Pipe(_, pipe) => {
            spell_pipe(pipe);
            return;
        }
        Expr::Chain(_, inner, _) => spell_expression(inner),
        _ => {}
    }
    let (object, fields) = match expression {
        Expr::Field(_, fields) if fields.len() > 1 => (Expr::Dot(pos), std::mem::take(fields)),
        Expr::Variable(_, name, fields) if fields.len() > 1 => {
            let fields = std::mem::take(fields);
            (Expr::Variable(pos, name.clone(), Vec::new()), fields)
        }
        Expr::Chain(_, inner, fields) if fields.len() > 1 && matches!(**inner, Expr::Pipe(..)) => {
            let fields = std::mem::take(fields);
            (std::mem::replace(&mut **inner, Expr::Nil(pos)), fields)
        }
        _ => return,
    };
    let names = fields.iter().map(|name| Expr::String(pos, Arc::from(name.as_str())));
    *expression = call(pos, FIELDS, std::iter::once(object).chain(names).collect());
}

/// The function for the method that ends a path, and what it is called of.
fn split(expression: &mut Expr, methods: &[(&str, &'static str)]) -> Option<(&'static str, Expr)> {
    let pos = expression.pos();
    let (Expr::Field(_, fields) | Expr::Variable(_, _, fields) | Expr::Chain(_, _, fields)) = expression else {
        return None;
    };
    let name = fields.last()?;
    let function = methods.iter().find(|(method, _)| name == method)?.1;
    fields.pop();
    let object = match std::mem::replace(expression, Expr::Nil(pos)) {
        Expr::Field(pos, fields) if fields.is_empty() => Expr::Dot(pos),
        Expr::Chain(_, inner, fields) if fields.is_empty() => *inner,
        object => object,
    };
    Some((function, object))
}

fn call(pos: Pos, function: &str, arguments: Vec<Expr>) -> Expr {
    let args = std::iter::once(Expr::Identifier(pos, SmolStr::new(function))).chain(arguments).collect();
    let commands = vec![CommandNode { pos, args }];
    Expr::Pipe(pos, PipeNode { pos, decl: Vec::new(), commands, is_assign: false })
}

/// What templates ask for that is not there. Helm fails where a field is asked of it; here it is empty, so that the rest is
/// checked, and is told.
#[derive(Default)]
pub(super) struct Missing {
    /// The first of the file that is being rendered.
    first: Mutex<Option<String>>,
    /// Names whose values are those of sub-charts that are not there, which is a gap of its own.
    excused: BTreeSet<String>,
}

impl Missing {
    pub(super) fn new(excused: BTreeSet<String>) -> Missing {
        Missing { first: Mutex::default(), excused }
    }

    /// What was missing since it was asked last.
    pub(super) fn take(&self) -> Option<String> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Gives a template the function that asks for a field of a field.
    pub(super) fn register(self: &Arc<Missing>, template: Template) -> Template {
        let missing = Arc::clone(self);
        template.func(FIELDS, move |arguments| missing.fields(arguments))
    }

    fn fields(&self, arguments: &[Value]) -> Result<Value> {
        let mut value = argument(arguments, 0)?.clone();
        for place in 1..arguments.len() {
            let name = text(arguments, place)?;
            value = match &value {
                Value::Map(fields) => match fields.get(name.as_str()) {
                    Some(field) => field.clone(),
                    None => {
                        if place + 1 < arguments.len() {
                            self.note(&arguments[1..], place)?;
                        }
                        return Ok(Value::Nil);
                    }
                },
                Value::Nil => return Ok(Value::Nil),
                other => return refuse(&format!("can't evaluate field {name} in type {}", other.type_name())),
            };
        }
        Ok(value)
    }

    /// Of these names, as many as `count` lead to nothing, and the next one is asked of it.
    fn note(&self, names: &[Value], count: usize) -> Result<()> {
        let names = (0..names.len()).map(|place| text(names, place)).collect::<Result<Vec<_>>>()?;
        if names.iter().any(|name| self.excused.contains(name)) {
            return Ok(());
        }
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| {
            let path: String = names[..count].join(".").chars().take(200).collect();
            let asked: String = names[count].chars().take(100).collect();
            format!(
                "the template asks `{path}`, which is not there, for `{asked}`; it was rendered as if that were empty"
            )
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(source: &str) -> String {
        let (_, outermost) = define(Template::new("a"), source).unwrap();
        let Some(Node::Action(action)) = outermost.nodes.first() else { panic!("{outermost:?}") };
        pipe(&action.pipe)
    }

    fn pipe(pipe: &PipeNode) -> String {
        let commands = pipe.commands.iter().map(|command| {
            let words = command.args.iter().map(expression);
            words.collect::<Vec<_>>().join(" ")
        });
        let commands = commands.collect::<Vec<_>>().join(" | ");
        let names: Vec<&str> = pipe.decl.iter().map(SmolStr::as_str).collect();
        match (names.is_empty(), pipe.is_assign) {
            (true, _) => commands,
            (false, true) => format!("{} = {commands}", names.join(", ")),
            (false, false) => format!("{} := {commands}", names.join(", ")),
        }
    }

    fn expression(expression: &Expr) -> String {
        let path = |fields: &[SmolStr]| fields.iter().map(|field| format!(".{field}")).collect::<String>();
        match expression {
            Expr::Dot(_) => ".".to_owned(),
            Expr::Field(_, fields) => path(fields),
            Expr::Variable(_, name, fields) => format!("{name}{}", path(fields)),
            Expr::Identifier(_, name) => name.to_string(),
            Expr::String(_, text) => format!("{text:?}"),
            Expr::Pipe(_, inner) => format!("({})", pipe(inner)),
            Expr::Chain(_, inner, fields) => format!("{}{}", self::expression(inner), path(fields)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn methods_are_functions_by_whatever_path() {
        for (source, expected) in [
            (r#"{{ .Files.Get "a" }}"#, r#"filesGet .Files "a""#),
            (r#"{{ $f.Get . }}"#, r#"filesGet $f ."#),
            (r#"{{ .Get "a" }}"#, r#"filesGet . "a""#),
            (r#"{{ $.Files.Lines "a" }}"#, r#"filesLines $.Files "a""#),
            (r#"{{ "a" | .Files.Get | quote }}"#, r#""a" | filesGet .Files | quote"#),
            (r#"{{ (index .a "b").Files.Get "a" }}"#, r#"filesGet (index .a "b").Files "a""#),
            (
                r#"{{ or ($r.Capabilities.APIVersions.Has "x") .b }}"#,
                r#"or (apiVersionsHas (fieldsOf $r "Capabilities" "APIVersions") "x") .b"#,
            ),
            (r#"{{ (.Files.Glob "a/*").AsConfig }}"#, r#"(filesAsConfig (filesGlob .Files "a/*"))"#),
            (
                r#"{{ ($.Files.Glob (printf "%s/*" .a)).AsSecrets | indent .b }}"#,
                r#"(filesAsSecrets (filesGlob $.Files (printf "%s/*" .a))) | indent .b"#,
            ),
            (r#"{{ $files.AsConfig }}"#, r#"(filesAsConfig $files)"#),
            (r#"{{ $_ := set $a.b "c" .d }}"#, r#"$_ := set $a.b "c" .d"#),
            (r#"{{ $_ := set $a "c" .d }}"#, r#"$a = setOf $a "c" .d"#),
            (r#"{{ .a.b.c }}"#, r#"(fieldsOf . "a" "b" "c")"#),
            (r#"{{ (.a).b }}"#, r#"(.a).b"#),
            (r#"{{ ((.a).b).c }}"#, r#"((.a).b).c"#),
            (r#"{{ .Get }}"#, r#".Get"#),
            (r#"{{ quote ".Files.Get" }}"#, r#"quote ".Files.Get""#),
        ] {
            assert_eq!(spelled(source), expected, "{source}");
        }
    }

    #[test]
    fn definitions_replace_each_other_as_in_the_language() {
        let base = define(Template::new("a"), "{{ define \"x\" }}one{{ end }}").unwrap().0;
        let text = |source: &str| {
            let mut out = String::new();
            run(&base, source, &mut out, &Value::Nil).map(|()| out)
        };
        assert_eq!(text("{{ template \"x\" }}").unwrap(), "one");
        assert_eq!(text("{{ define \"x\" }} {{ end }}{{ template \"x\" }}").unwrap(), "one");
        assert_eq!(text("{{ define \"x\" }}two{{ end }}{{ template \"x\" }}").unwrap(), "two");
        assert!(text("{{ define \"x\" }}1{{ end }}{{ define \"x\" }}2{{ end }}").is_err());
    }
}
