//! What has to be done so that a server is as declared.

use std::collections::BTreeSet;
use std::fmt;

use policy::Change;
use serde_json::{Value, json};

use super::Current;
use super::current::CurrentObject;
use super::files::{Declared, FileError, Object};
use super::kind::{Kind, texts};
use super::secret::Secrets;

/// The longest value that a plan shows, in characters.
const LONGEST_SHOWN: usize = 120;

/// What will be done, in this order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What will not be as declared without somebody's help.
    pub notes: Vec<String>,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The kind of object.
    pub kind: Kind,
    /// What becomes of it.
    pub what: StepKind,
    /// Its name.
    pub name: String,
    /// The file that declares it; none of what is removed.
    pub file: Option<String>,
    /// What changes of it.
    pub changes: Vec<Change>,
    pub(super) body: Value,
    pub(super) secrets: Secrets,
    pub(super) before: Option<CurrentObject>,
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// It is made.
    Make,
    /// It is changed.
    Change,
    /// It is removed.
    Remove,
}

impl StepKind {
    fn sign(self) -> char {
        match self {
            StepKind::Make => '+',
            StepKind::Change => '~',
            StepKind::Remove => '-',
        }
    }
}

impl Plan {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn count(&self, what: StepKind) -> usize {
        self.steps.iter().filter(|step| step.what == what).count()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let file = step.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
            writeln!(f, "{} {} {}{file}", step.what.sign(), step.kind.word(), step.name)?;
            for change in &step.changes {
                let place = if change.place.is_empty() { "all of it" } else { &change.place };
                match (&change.before, &change.after) {
                    (Some(before), Some(after)) => {
                        writeln!(f, "    {place}: {} -> {}", shown(before), shown(after))?;
                    }
                    (Some(before), None) => writeln!(f, "    {place}: without {}", shown(before))?,
                    (None, after) => {
                        writeln!(f, "    {place}: {}", after.as_ref().map(shown).unwrap_or_default())?;
                    }
                }
            }
        }
        for note in &self.notes {
            writeln!(f, "! {note}")?;
        }
        match self.is_empty() {
            true => writeln!(f, "nothing to do: the server is as declared"),
            false => writeln!(
                f,
                "{} to make, {} to change, {} to remove",
                self.count(StepKind::Make),
                self.count(StepKind::Change),
                self.count(StepKind::Remove)
            ),
        }
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Compares what is declared with what a server has. Only objects of the kinds in `prune` are removed, and never presets.
/// Secrets cannot be compared: they are written with an object that is made or changed otherwise, or where the server has
/// another type or none; and of every object that has one where `with_secrets`.
///
/// # Errors
/// When a file names what is not there, or declares a preset.
pub fn plan(
    declared: &Declared,
    current: &Current,
    prune: &BTreeSet<Kind>,
    with_secrets: bool,
) -> Result<Plan, FileError> {
    let mut plan = Plan::default();
    for object in &declared.objects {
        find_references(object, declared, current)?;
        let before = current.objects.get(&(object.kind, object.name.clone()));
        if before.is_some_and(|before| before.is_preset) {
            let problem = format!("`{}` came with the installation and cannot be changed", object.name);
            return Err(object.wrong("name", problem));
        }
        let mut changes = before.map(|before| changes(object, before)).unwrap_or_default();
        changes.extend(secret_changes(object, before, with_secrets));
        if let Some(note) = missing_credential(object, before) {
            plan.notes.push(note);
        }
        let what = match before {
            None => StepKind::Make,
            Some(_) if changes.is_empty() => continue,
            Some(_) => StepKind::Change,
        };
        plan.steps.push(Step {
            kind: object.kind,
            what,
            name: object.name.clone(),
            file: Some(object.file.clone()),
            changes,
            body: object.body.clone(),
            secrets: object.secrets.clone(),
            before: before.cloned(),
        });
    }
    // What names others goes before them.
    for ((kind, name), object) in current.objects.iter().rev() {
        if prune.contains(kind) && !object.is_preset && !declared.has(*kind, name) {
            plan.steps.push(Step {
                kind: *kind,
                what: StepKind::Remove,
                name: name.clone(),
                file: None,
                changes: Vec::new(),
                body: Value::Null,
                secrets: Secrets::default(),
                before: Some(object.clone()),
            });
        }
    }
    Ok(plan)
}

fn find_references(object: &Object, declared: &Declared, current: &Current) -> Result<(), FileError> {
    for (key, kind) in object.kind.references() {
        for name in texts(&object.body[*key]) {
            let is_known = current.id_of(*kind, &name).is_some() || kind.is_some_and(|kind| declared.has(kind, &name));
            if is_known {
                continue;
            }
            let word = kind.map_or("user", Kind::word);
            let known: BTreeSet<&str> = match kind {
                None => current.users.keys().map(String::as_str).collect(),
                Some(kind) => {
                    let there = current.objects.keys().filter(|(of, _)| of == kind).map(|(_, name)| name.as_str());
                    let new = declared.objects.iter().filter(|object| object.kind == *kind);
                    there.chain(new.map(|object| object.name.as_str())).collect()
                }
            };
            let nearest = policy::nearest(&name, known);
            let nearest = nearest.map(|nearest| format!("; the nearest is `{nearest}`")).unwrap_or_default();
            let given = object.tree.as_ref().and_then(|tree| tree.value[*key].as_array());
            let at = given.and_then(|items| items.iter().position(|item| item.as_str() == Some(name.as_str())));
            let place = at.map_or_else(|| (*key).to_owned(), |at| format!("{key}[{at}]"));
            return Err(object.wrong(&place, format!("`{key}`: there is no {word} `{name}`{nearest}")));
        }
    }
    Ok(())
}

fn changes(object: &Object, before: &CurrentObject) -> Vec<Change> {
    if object.kind != Kind::Policy {
        return policy::differences(&before.body, &object.body);
    }
    let document = before.body["document"].as_str().unwrap_or_default();
    let mut changes = Vec::new();
    if object.body["document"].as_str() != Some(document) {
        let former = policy::read_tree("", document).map(|tree| tree.value).unwrap_or_default();
        let is = object.tree.as_ref().map(|tree| tree.value.clone()).unwrap_or_default();
        changes = policy::differences(&former, &is);
        if changes.is_empty() {
            // The same is said in other words: comments, order, spaces.
            let said = |text: &str| Some(json!(text));
            changes.push(Change {
                place: "spelling".to_owned(),
                before: said("as kept"),
                after: said("as in the file"),
            });
        }
    }
    let enabled = ("is_enabled", &before.body["is_enabled"], &object.body["is_enabled"]);
    if enabled.1 != enabled.2 {
        changes.push(Change {
            place: enabled.0.to_owned(),
            before: Some(enabled.1.clone()),
            after: Some(enabled.2.clone()),
        });
    }
    changes
}

/// What is written of secrets: never the secrets.
fn secret_changes(object: &Object, before: Option<&CurrentObject>, with_secrets: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    let Secrets { credential, hook_secret, secret } = &object.secrets;
    if let Some(credential) = credential
        && credential.is_given()
    {
        let kind = (credential.kind != "none").then_some(credential.kind.as_str());
        let former = before.and_then(|before| before.credential_type.as_deref());
        if former != kind || with_secrets && kind.is_some() {
            changes.push(Change {
                place: "credential.type".to_owned(),
                before: former.map(Into::into),
                after: kind.map(Into::into),
            });
        }
    }
    let has_hook = before.is_some_and(|before| before.has_hook_secret);
    let has_secret = before.is_some_and(|before| before.has_secret);
    for (place, source, has_one) in [("hook_secret", hook_secret, has_hook), ("secret", secret, has_secret)] {
        if source.is_some() && (!has_one || with_secrets) {
            let before = has_one.then(|| json!("kept"));
            changes.push(Change { place: place.to_owned(), before, after: Some(json!("from its source")) });
        }
    }
    changes
}

fn missing_credential(object: &Object, before: Option<&CurrentObject>) -> Option<String> {
    // The address of an incoming webhook is all that Slack is known by.
    let needs_secret = object.kind == Kind::Integration && object.body["target"]["kind"] == "slack";
    if needs_secret && object.secrets.secret.is_none() && !before.is_some_and(|before| before.has_secret) {
        return Some(format!(
            "{}: integration {} needs the address of its incoming webhook, which the file does not tell: secret_from",
            object.file, object.name
        ));
    }
    let credential = object.secrets.credential.as_ref().filter(|credential| !credential.is_given())?;
    let former = before.and_then(|before| before.credential_type.as_deref());
    (former != Some(credential.kind.as_str())).then(|| {
        format!(
            "{}: registry {} needs a credential of the type {}, which the file does not tell",
            object.file, object.name, credential.kind
        )
    })
}
