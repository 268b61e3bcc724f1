//! Settings of the installation: what can be changed while it runs, and what the configuration gives.

use std::collections::BTreeMap;

use api::Moment;
use api::settings::{InstallationSettings, SettingsEdit};
use axum::extract::State;
use axum::http::HeaderMap;
use policy::access::Permit;
use store::settings::{self, StoredSettings};
use store::{StoreError, audit};

use crate::app::App;
use crate::clock;
use crate::error::ApiResult;
use crate::guard::Caller;
use crate::installation;
use crate::json::{Body, Versioned, if_match};

/// The settings, each with where it is from.
#[utoipa::path(get, path = "/settings", operation_id = "show_settings", tag = "settings",
    responses((status = 200, description = "The settings", body = InstallationSettings)))]
pub(super) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Versioned<InstallationSettings>> {
    everything(&caller.permit()?)?;
    let stored = app.read(settings::read).await?;
    Ok(told(&app, &stored))
}

/// Settings belong to no application.
fn everything(permit: &Permit) -> Result<(), StoreError> {
    match permit.covers_everything() {
        true => Ok(()),
        false => Err(StoreError::NotFound { what: "settings" }),
    }
}

fn told(app: &App, stored: &StoredSettings) -> Versioned<InstallationSettings> {
    let body = InstallationSettings {
        items: installation::describe(stored, &app.config),
        configuration: app.config.shown(),
        changed: (stored.changed > 0).then_some(Moment(stored.changed)),
    };
    Versioned::read(stored.version, body)
}

/// Changes settings, as a whole: what is not named has its default again.
#[utoipa::path(put, path = "/settings", operation_id = "change_settings", tag = "settings", request_body = SettingsEdit,
    responses((status = 200, description = "The settings", body = InstallationSettings)))]
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Body(edit): Body<SettingsEdit>,
) -> ApiResult<Versioned<InstallationSettings>> {
    let (permit, now, version) = (caller.permit()?, clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    // `null` is how some programs say that they name nothing.
    let values: BTreeMap<String, serde_json::Value> =
        edit.values.into_iter().filter(|(_, value)| !value.is_null()).collect();
    for (key, value) in &values {
        installation::check(key, value)?;
    }
    let record = caller.entry(now, "settings.change", "settings", "installation", "installation");
    let changed = app.change(move |connection| {
        let before = settings::read(connection)?;
        if before.version != version {
            return Err(StoreError::Changed { what: "settings" });
        }
        let after = StoredSettings { values: values.clone(), changed: now, version: version.saturating_add(1) };
        settings::write(connection, &permit, &after)?;
        let mut record = record.clone();
        record.before = serde_json::to_value(&before.values).ok();
        record.after = serde_json::to_value(&after.values).ok();
        audit::append(connection, &record)?;
        Ok(after)
    });
    let stored = changed.await?;
    Ok(told(&app, &stored))
}

#[cfg(test)]
mod tests;
