//! Tokens of machines that nobody answers for any more: whoever did is gone, or no longer holds what the token may do. They
//! are told of, and refused some days later, until another takes them over.

use policy::access::{self, Principal, PrincipalKind};
use serde_json::json;
use store::{Connection, StoreError, outbox, rights, tokens, users};

use crate::app::App;

/// The tokens that are looked at in one step.
const STEP: u32 = 200;

pub(crate) use store::tokens::SERVER;

/// Looks at every token that a person answers for.
pub(crate) async fn look(app: &App, now: i64) -> Result<(), StoreError> {
    let mut behind = String::new();
    loop {
        let own = behind.clone();
        let found = app
            .read(move |connection| {
                let found = tokens::answered_for(connection, &own, STEP)?;
                let mut changed = Vec::new();
                for token in &found {
                    if is_orphaned(connection, token)? != token.orphaned.is_some() {
                        changed.push(token.clone());
                    }
                }
                Ok((found.last().map(|token| token.id.clone()), changed))
            })
            .await?;
        let (last, changed) = found;
        if !changed.is_empty() {
            app.note(move |connection| changed.iter().try_for_each(|token| note(connection, token, now))).await?;
        }
        match last {
            Some(last) => behind = last,
            None => return Ok(()),
        }
    }
}

fn is_orphaned(connection: &mut Connection, token: &tokens::Token) -> Result<bool, StoreError> {
    let Some(id) = token.answerable.as_deref().filter(|id| *id != SERVER) else { return Ok(false) };
    let user = match users::by_id(connection, id) {
        Ok(user) if !user.is_disabled => user,
        Ok(_) | Err(StoreError::NotFound { .. }) => return Ok(true),
        Err(error) => return Err(error),
    };
    let grants = rights::grants_of(connection, id)?;
    let principal = Principal { kind: PrincipalKind::User, id: user.id, name: user.name, grants };
    Ok(access::beyond(&principal, token.permissions, &token.scopes).is_some())
}

fn note(connection: &mut Connection, token: &tokens::Token, now: i64) -> Result<(), StoreError> {
    let since = token.orphaned.is_none().then_some(now);
    if tokens::set_orphaned(connection, &token.id, since)? && since.is_some() {
        let parameters = json!({ "name": token.name, "answerable": token.answerable });
        outbox::tell(connection, now, "token.orphaned", "token", &token.id, &parameters)?;
    }
    Ok(())
}
