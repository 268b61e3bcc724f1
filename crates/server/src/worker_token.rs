//! The API token of the scan workers that are started beside the server.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::Context;
use policy::access::preset;
use store::audit::{self, Actor};
use store::tokens;

use crate::app::App;
use crate::guard::entry;
use crate::{clock, ids, secrets};

/// Sees to it that a file holds a token that works: the one that is there, or a new one.
pub(crate) async fn provide(app: &App, path: &Path) -> anyhow::Result<()> {
    if let Ok(text) = std::fs::read_to_string(path) {
        let hash = secrets::hash(text.trim());
        let found = app.read(move |connection| tokens::by_secret(connection, &hash)).await?;
        if found.is_some_and(|token| token.revoked.is_none()) {
            return Ok(());
        }
    }
    let (now, text) = (clock::now(), secrets::new("bh_"));
    let token = tokens::Token {
        id: ids::new(now),
        name: "scan workers beside the server".to_owned(),
        owner: None,
        permissions: preset("worker").map(|preset| preset.permissions()).unwrap_or_default(),
        scopes: BTreeSet::new(),
        addresses: Vec::new(),
        created: now,
        created_by: "server".to_owned(),
        expires: None,
        last_used: None,
        revoked: None,
        group: None,
        answerable: Some("server".to_owned()),
        orphaned: None,
    };
    let hash = secrets::hash(&text);
    app.change(move |connection| {
        tokens::insert(connection, &token, &hash)?;
        let actor = Actor {
            kind: "server".to_owned(),
            id: "server".to_owned(),
            name: "server".to_owned(),
            address: None,
            request: None,
        };
        let mut record = entry(actor, now, "token.create", "token", &token.id, &token.name);
        record.after = Some(serde_json::json!({ "permissions": token.permissions.to_string() }));
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    let write = || -> std::io::Result<()> {
        let part = path.with_extension("part");
        let _ = std::fs::remove_file(&part);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&part, path)
    };
    write().with_context(|| format!("cannot write the token for workers {}", path.display()))
}
