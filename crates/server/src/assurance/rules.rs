//! What images are judged by: policies, exceptions and scopes, as the store has them at a moment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use policy::access::{Permit, Reach};
use policy::{Attribute, Attributes, Exception, Pattern, Policy, Scope, Variable};
use serde::Deserialize;
use store::images::{Image, ImageName};
use store::policies::StoredPolicy;
use store::{Connection, StoreError, evaluation, exceptions, policies, rights};

use super::judging;
use crate::app::App;
use crate::error::ApiResult;

/// What images are judged by.
pub(crate) struct Rules {
    pub(crate) policies: Vec<Policy>,
    /// The version of each policy in the store, by its name.
    pub(crate) versions: BTreeMap<String, i64>,
    pub(crate) exceptions: Vec<Exception>,
    /// The scopes that exceptions are limited to, by the place of the exception; there is none for those that are not.
    pub(crate) limits: BTreeMap<usize, BTreeSet<String>>,
    pub(crate) scopes: Scopes,
    /// The number of changes of policies and exceptions so far.
    pub(crate) generation: i64,
}

/// The application scopes, each with its id.
pub(crate) struct Scopes(Vec<(String, Scope)>);

/// The text of all rules as the store has it.
#[derive(PartialEq, Eq)]
struct Texts {
    policies: Vec<StoredPolicy>,
    exceptions: Vec<(String, BTreeSet<String>)>,
    scopes: Vec<(String, String)>,
    generation: i64,
}

/// The rules that images were last judged by, with their texts: while these stay, nothing is read out of them anew.
#[derive(Default)]
pub(crate) struct KeptRules(Mutex<Option<(Texts, Arc<Rules>)>>);

impl KeptRules {
    /// The rules of these texts.
    fn of(&self, texts: Texts) -> ApiResult<Arc<Rules>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rules)) = kept.as_ref().filter(|(known, _)| *known == texts) {
            return Ok(Arc::clone(rules));
        }
        let rules = Arc::new(Rules::of(&texts)?);
        *kept = Some((texts, Arc::clone(&rules)));
        Ok(rules)
    }
}

impl Rules {
    /// Whether a policy asks who signed images.
    pub(crate) fn ask_for_signatures(&self) -> bool {
        self.policies.iter().any(Policy::asks_for_signatures)
    }

    /// Whether a permit reaches an image under a name: what is done to a repository is done to all of its images.
    pub(crate) fn is_reached(
        &self,
        permit: &Permit,
        image: &Image,
        labels: &BTreeSet<String>,
        name: &ImageName,
    ) -> bool {
        match permit.reach() {
            Reach::Everything => true,
            Reach::Scopes(scopes) => {
                let attributes = judging::attributes([name], labels, &image.digest, &image.os, &image.platform);
                !self.scopes.that_take_in(&attributes).is_disjoint(scopes)
            }
        }
    }

    /// Reads the rules that hold.
    pub(crate) async fn read(app: &App, now: i64) -> ApiResult<Rules> {
        let texts = app.read(move |connection| texts(connection, now)).await?;
        Rules::of(&texts)
    }

    /// Reads the rules that hold, for whoever asks again and again: they are the same until one of their texts changes.
    pub(crate) async fn read_kept(app: &App, now: i64) -> ApiResult<Arc<Rules>> {
        let texts = app.read(move |connection| texts(connection, now)).await?;
        app.assurance.kept_rules.of(texts)
    }

    fn of(texts: &Texts) -> ApiResult<Rules> {
        let policies = texts.policies.iter().map(|stored| read_policy(&stored.name, &stored.document));
        let exceptions = texts.exceptions.iter().map(|(document, _)| read_exception(document));
        let limits = texts.exceptions.iter().enumerate().filter(|(_, (_, scopes))| !scopes.is_empty());
        let limits = limits.map(|(at, (_, scopes))| (at, scopes.clone())).collect();
        Ok(Rules {
            versions: texts.policies.iter().map(|stored| (stored.name.clone(), stored.version)).collect(),
            policies: policies.collect::<ApiResult<_>>()?,
            exceptions: exceptions.collect::<ApiResult<_>>()?,
            limits,
            scopes: Scopes(texts.scopes.iter().filter_map(|(id, text)| Some((id.clone(), scope(text)?))).collect()),
            generation: texts.generation,
        })
    }
}

impl Rules {
    /// The exceptions that hold of what is in these scopes.
    pub(crate) fn exceptions_within(&self, scopes: &BTreeSet<String>) -> Cow<'_, [Exception]> {
        if self.limits.is_empty() {
            return Cow::Borrowed(&self.exceptions);
        }
        let is_within = |at: &usize| self.limits.get(at).is_none_or(|limit| !limit.is_disjoint(scopes));
        let within = self.exceptions.iter().enumerate().filter(|(at, _)| is_within(at));
        Cow::Owned(within.map(|(_, exception)| exception.clone()).collect())
    }
}

impl Scopes {
    /// One scope; none where its definition cannot be read, and then nothing belongs to it.
    pub(crate) fn one(id: &str, definition: &str) -> Scopes {
        Scopes(scope(definition).map(|scope| (id.to_owned(), scope)).into_iter().collect())
    }

    /// The ids of the scopes that take something in.
    pub(crate) fn that_take_in(&self, attributes: &Attributes) -> BTreeSet<String> {
        let taking = self.0.iter().filter(|(_, scope)| scope.takes_in(attributes));
        taking.map(|(id, _)| id.clone()).collect()
    }

    /// The ids of the scopes that an image belongs to: those that take it in, with all of its names and with one of them by
    /// itself. With each come the names that are within by themselves. `called` tells what scopes ask of the image under
    /// these names.
    pub(crate) fn members(
        &self,
        names: &BTreeSet<ImageName>,
        called: impl Fn(&[&ImageName]) -> Attributes,
    ) -> BTreeMap<String, BTreeSet<ImageName>> {
        let all = called(&names.iter().collect::<Vec<_>>());
        let taking: Vec<&(String, Scope)> = self.0.iter().filter(|(_, scope)| scope.takes_in(&all)).collect();
        if names.len() < 2 {
            return taking.into_iter().map(|(id, _)| (id.clone(), names.clone())).collect();
        }
        let mut members: BTreeMap<String, BTreeSet<ImageName>> = BTreeMap::new();
        for name in names {
            let own = called(&[name]);
            for (id, _) in taking.iter().filter(|(_, scope)| scope.takes_in(&own)) {
                members.entry(id.clone()).or_default().insert(name.clone());
            }
        }
        members
    }
}

fn texts(connection: &mut Connection, now: i64) -> Result<Texts, StoreError> {
    // The number first: what changes behind it is seen by whoever writes with it.
    let generation = evaluation::progress(connection)?.wanted;
    let exceptions = exceptions::in_force(connection, now)?;
    let scopes = rights::all_scopes(connection)?;
    Ok(Texts {
        policies: policies::in_force(connection)?,
        exceptions: exceptions.into_iter().map(|exception| (exception.document, exception.scopes)).collect(),
        scopes: scopes.into_iter().map(|scope| (scope.id, scope.definition)).collect(),
        generation,
    })
}

/// A policy that was checked before it was stored. One that cannot be read any more judges nothing: nobody is told that all
/// is well without it.
fn read_policy(name: &str, document: &str) -> ApiResult<Policy> {
    policy::read_policy(name, document).map_err(|error| {
        tracing::error!(policy.name = name, error = %error, "a stored policy cannot be read");
        super::defect()
    })
}

fn read_exception(document: &str) -> ApiResult<Exception> {
    let read = policy::read_exceptions("exception", document);
    let first = read.map(|exceptions| exceptions.into_iter().next());
    match first {
        Ok(Some(exception)) => Ok(exception),
        Ok(None) | Err(_) => {
            tracing::error!("a stored exception cannot be read");
            Err(super::defect())
        }
    }
}

#[derive(Deserialize)]
struct Definition {
    #[serde(default)]
    expression: String,
    variables: Vec<DefinedVariable>,
}

#[derive(Deserialize)]
struct DefinedVariable {
    attribute: String,
    #[serde(default, alias = "key")]
    name: Option<String>,
    value: String,
}

/// The scope of a definition; none where it cannot be read, and then it takes nothing in.
fn scope(definition: &str) -> Option<Scope> {
    let definition: Definition = serde_json::from_str(definition).ok()?;
    let variable = |(at, variable): (usize, DefinedVariable)| {
        let attribute: Attribute = variable.attribute.parse().ok()?;
        let (term, value) = (format!("v{}", at + 1), Pattern::new(variable.value));
        Some(Variable { term, attribute, key: variable.name, value })
    };
    let variables: Option<Vec<Variable>> = definition.variables.into_iter().enumerate().map(variable).collect();
    // A scope without variables would take everything in.
    let variables = variables.filter(|variables| !variables.is_empty())?;
    Scope::new(&definition.expression, variables).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SEVERE;

    fn texts() -> Texts {
        let policy = StoredPolicy {
            id: "1".to_owned(),
            name: "severe".to_owned(),
            document: SEVERE.to_owned(),
            is_enabled: true,
            created: 1,
            changed: 1,
            author: String::new(),
            author_name: String::new(),
            version: 1,
        };
        let scope = r#"{"variables":[{"attribute":"image.repository","value":"shop/*"}]}"#;
        Texts {
            policies: vec![policy],
            exceptions: Vec::new(),
            scopes: vec![("1".to_owned(), scope.to_owned())],
            generation: 7,
        }
    }

    #[test]
    fn rules_are_kept_until_one_of_their_texts_changes() {
        let kept = KeptRules::default();
        let first = kept.of(texts()).ok().unwrap();
        assert!(Arc::ptr_eq(&first, &kept.of(texts()).ok().unwrap()));
        let changes: [fn(&mut Texts); 5] = [
            |texts| texts.generation += 1,
            |texts| texts.policies[0].version += 1,
            |texts| texts.policies[0].document = SEVERE.replace("at_least: high", "at_least: low"),
            |texts| texts.scopes[0].1 = texts.scopes[0].1.replace("shop", "bank"),
            |texts| texts.policies.clear(),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let before = kept.of(texts()).ok().unwrap();
            let mut changed = texts();
            change(&mut changed);
            assert!(!Arc::ptr_eq(&before, &kept.of(changed).ok().unwrap()), "change {at}");
        }
    }

    #[test]
    fn a_policy_that_cannot_be_read_is_told_each_time() {
        let kept = KeptRules::default();
        let broken = || {
            let mut texts = texts();
            texts.policies[0].document = "name: [".to_owned();
            texts
        };
        assert!(kept.of(texts()).is_ok() && kept.of(broken()).is_err() && kept.of(broken()).is_err());
        assert_eq!(kept.of(texts()).ok().map(|rules| rules.policies.len()), Some(1));
    }
}
