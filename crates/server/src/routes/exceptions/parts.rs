//! Who has which part in an exception, and what somebody may do with it by that.

use std::collections::{BTreeMap, BTreeSet};

use api::ProblemCode;
use policy::access::{self, Action, Area, Permission};
use store::exceptions::{self, StoredException};
use store::{Connection, StoreError, policies, tokens};

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::installation::Installation;

/// Who has which part in an exception. A token stands for everybody who may have used it.
pub(super) struct Parts {
    /// Everybody who may be the one who decides.
    deciders: BTreeSet<String>,
    /// Everybody who may have asked for it.
    requesters: BTreeSet<String>,
    /// Everybody who may have written what it excepts from.
    authors: BTreeSet<String>,
    /// Whether it is a request of the one who decides.
    pub(super) is_own: bool,
}

impl Parts {
    pub(super) fn read(
        connection: &mut Connection,
        exception: &StoredException,
        principal: &str,
        person: &str,
    ) -> Result<Parts, StoreError> {
        let authors = authors(connection, exception.policy_id.as_deref())?;
        Parts::of(connection, exception, principal, person, authors)
    }

    fn of(
        connection: &mut Connection,
        exception: &StoredException,
        principal: &str,
        person: &str,
        authors: BTreeSet<String>,
    ) -> Result<Parts, StoreError> {
        // Whoever a token acts for, or who answers for it, is as good as the token.
        let answers = match tokens::by_id(connection, &exception.requester) {
            Ok(token) => token.owner.or(token.answerable),
            Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        };
        let is_own = [Some(exception.requester.as_str()), answers.as_deref()]
            .into_iter()
            .flatten()
            .any(|id| id == principal || id == person);
        Ok(Parts {
            deciders: tokens::behind(connection, principal)?,
            requesters: tokens::behind(connection, &exception.requester)?,
            authors,
            is_own,
        })
    }

    /// Whoever asked for it, or wrote the policy that it excepts from, cannot approve it, unless the settings say otherwise.
    pub(super) fn separate(&self, is_separated: bool) -> ApiResult<()> {
        let authors: Vec<&str> = self.authors.iter().map(String::as_str).collect();
        let may = self.deciders.iter().all(|me| {
            self.requesters.iter().all(|requester| access::may_approve(me, requester, &authors, is_separated))
        });
        match may {
            true => Ok(()),
            false => {
                let detail =
                    "Whoever asked for an exception, or wrote the policy that it excepts from, cannot approve it.";
                Err(ApiError::new(ProblemCode::Separation, detail))
            }
        }
    }
}

/// Everybody who may have written a policy; of none in particular, those that are in force: it excepts from all of them.
fn authors(connection: &mut Connection, policy: Option<&str>) -> Result<BTreeSet<String>, StoreError> {
    let mut written = Vec::new();
    match policy {
        Some(policy) => written.extend(policies::authors(connection, policy)?),
        None => {
            for policy in policies::in_force(connection)? {
                written.extend(policies::authors(connection, &policy.id)?);
            }
        }
    }
    let mut authors = BTreeSet::new();
    for author in written {
        authors.extend(tokens::behind(connection, &author)?);
    }
    Ok(authors)
}

/// What somebody may do with an exception.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rights {
    /// `approve`, `refuse`, `withdraw`.
    pub(super) may: Vec<String>,
    /// Why they may not approve it, though they may others.
    pub(super) blocked: Option<String>,
}

/// Whoever looks at exceptions.
#[derive(Clone)]
pub(super) struct Viewer {
    principal: String,
    person: String,
    /// The scopes that they may decide within, none for all; nothing where they may not decide.
    deciding: Option<BTreeSet<String>>,
    may_ask: bool,
}

impl Viewer {
    pub(super) fn new(caller: &Caller) -> Viewer {
        let may = |action| caller.permit_for(Permission::new(Area::Exceptions, action)).ok();
        Viewer {
            principal: caller.principal.id.clone(),
            person: caller.person().id,
            deciding: may(Action::Approve).map(|permit| exceptions::limits(&permit)),
            may_ask: may(Action::Write).is_some(),
        }
    }

    /// What they may do with each of these, in their order.
    pub(super) async fn rights(&self, app: &App, of: Vec<StoredException>) -> ApiResult<Vec<Rights>> {
        let (viewer, shared) = (self.clone(), app.clone());
        let rights = app.read(move |connection| {
            let is_separated = Installation::read(connection, &shared.config)?.is_separated;
            let mut known = BTreeMap::new();
            of.iter().map(|exception| viewer.of_one(connection, exception, is_separated, &mut known)).collect()
        });
        Ok(rights.await?)
    }

    fn of_one(
        &self,
        connection: &mut Connection,
        exception: &StoredException,
        is_separated: bool,
        known: &mut BTreeMap<Option<String>, BTreeSet<String>>,
    ) -> Result<Rights, StoreError> {
        if !matches!(exception.state.as_str(), "requested" | "approved") {
            return Ok(Rights::default());
        }
        let authors = match known.get(&exception.policy_id) {
            Some(authors) => authors.clone(),
            None => {
                let authors = authors(connection, exception.policy_id.as_deref())?;
                known.insert(exception.policy_id.clone(), authors.clone());
                authors
            }
        };
        let parts = Parts::of(connection, exception, &self.principal, &self.person, authors)?;
        let decides = self.deciding.as_ref().is_some_and(|limits| {
            limits.is_empty() || (!exception.scopes.is_empty() && exception.scopes.is_subset(limits))
        });
        let mut rights = Rights::default();
        if exception.state == "requested" && decides {
            match parts.separate(is_separated) {
                Ok(()) => rights.may.push("approve".to_owned()),
                Err(error) => rights.blocked = Some(error.code.as_str().to_owned()),
            }
            rights.may.push("refuse".to_owned());
        }
        if decides || (self.may_ask && parts.is_own) {
            rights.may.push("withdraw".to_owned());
        }
        Ok(rights)
    }
}
