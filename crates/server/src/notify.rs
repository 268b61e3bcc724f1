//! Notifications: takes what waits in the outbox and tells it to the targets, as long as the server runs.

pub(crate) mod egress;
mod mail;
mod message;
mod webhook;

use std::time::Duration;

use api::integrations::Target;
use store::outbox::{self, Batch, Delivered};
use store::{StoreError, integrations};
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::{self, SECOND};
pub(crate) use message::{Message, check_template};

/// How often it is looked whether something waits.
const PAUSE: Duration = Duration::from_secs(1);

/// How many targets are told at once.
const MOST_AT_ONCE: usize = 8;

/// How long one delivery may take, all of it.
pub(crate) const LONGEST_DELIVERY: Duration = Duration::from_secs(20);

/// For how long a target is a server's; longer than a delivery takes.
const LEASE: i64 = 60 * SECOND;

/// Tells as long as the server runs.
pub(crate) async fn run(app: App) {
    let mut under_way = JoinSet::new();
    loop {
        while under_way.try_join_next().is_some() {}
        if under_way.len() < MOST_AT_ONCE {
            match next(&app, clock::now()).await {
                Ok(Some(batch)) => {
                    let app = app.clone();
                    under_way.spawn(async move { tell(&app, batch).await });
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the outbox cannot be read; it is tried again"),
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Takes what is to be told next.
pub(crate) async fn next(app: &App, now: i64) -> Result<Option<Batch>, StoreError> {
    app.note(move |connection| outbox::lease(connection, now, LEASE)).await
}

/// Tells a batch, and notes how that ended.
pub(crate) async fn tell(app: &App, batch: Batch) {
    let message = Message::of(&batch.events, &batch.integration.language);
    let ended = deliver(app, &batch.integration, message).await;
    if let Delivered::Later(failure) | Delivered::Never(failure) = &ended {
        let name = batch.integration.name.as_str();
        tracing::warn!(integration.name = name, attempts = batch.attempts + 1, failure, "a message was not delivered");
    }
    let noted = app.note(move |connection| outbox::settle(connection, &batch, &ended, clock::now())).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "how a delivery ended was not noted: the message may arrive twice");
    }
}

/// Sends a message to a target.
pub(crate) async fn deliver(app: &App, integration: &integrations::Integration, message: Message) -> Delivered {
    let target: Target = match serde_json::from_str(&integration.settings) {
        Ok(target) => target,
        Err(error) => return Delivered::Never(format!("its settings cannot be read: {error}")),
    };
    let secret = match &integration.secret {
        None => None,
        Some(sealed) => match app.sealer.open(&belongs_to(&integration.id), sealed) {
            Ok(secret) => String::from_utf8(secret).ok(),
            Err(error) => return Delivered::Later(error.to_string()),
        },
    };
    let may_be_private = app.config.private_addresses;
    let host = app.config.names.first().cloned().unwrap_or_default();
    let work = tokio::task::spawn_blocking(move || match &target {
        Target::Webhook { url, template } => {
            webhook::send(url, secret.as_deref(), template.as_deref(), &message, may_be_private, clock::now())
        }
        Target::Slack { template } => {
            webhook::send_to_slack(secret.as_deref(), template.as_deref(), &message, may_be_private)
        }
        Target::Email { .. } => mail::send(&target, secret.as_deref(), &message, &host, may_be_private, clock::now()),
    });
    work.await.unwrap_or_else(|_| Delivered::Later("the server met a defect".to_owned()))
}

/// What the credentials of an integration are sealed for.
pub(crate) fn belongs_to(id: &str) -> String {
    format!("integration/{id}")
}
