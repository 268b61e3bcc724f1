//! The server's life: open, bind, tell, serve, drain.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use daemon::{Drain, Identity, Listener, ListenerOptions, Metrics, Tidings};
use store::jobs::own;
use store::{Lane, Store, StoreOptions, evaluation, rights, users};

use crate::app::{App, Parts};
use crate::assurance::{Assurance, intelligence_schedule, intelligence_update, reevaluation, shared_intelligence};
use crate::audit_key;
use crate::background;
use crate::clock::{self, SECOND};
use crate::config::Config;
use crate::last_used::LastUsed;
use crate::notify;
use crate::passwords::Passwords;
use crate::rate::Rates;
use crate::registries;
use crate::retention;
use crate::routes::signed_verdicts;
use crate::routes::{self, policies::install_default as install_default_policy};
use crate::sealed::Sealer;
use crate::setup;
use crate::signing_key::SigningKey;
use crate::uses::Uses;
use crate::worker_token;

/// How long a handshake and the head of a request may take.
const HEAD_WAIT: Duration = Duration::from_secs(10);

/// The name of this machine for what runs on it.
const LOCAL_NAME: &str = "localhost";

/// The most streams of events at once: each asks the database once a second.
const MOST_STREAMS: usize = 500;

pub(crate) fn run(config: Config) -> anyhow::Result<()> {
    daemon::start_logging(config.log_format, &config.log_level)
        .map_err(|problem| anyhow::anyhow!("BULKHEAD_LOG_LEVEL cannot be understood: {problem}"))?;
    config.unknown_variables.iter().for_each(|sentence| tracing::warn!("{sentence}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let app = open(config)?;
    runtime.block_on(serve(app))
}

/// Opens everything that can fail before a socket is bound.
fn open(config: Config) -> anyhow::Result<App> {
    let folder = &config.data_folder;
    make_private(folder).with_context(|| format!("cannot use the data folder {}", folder.display()))?;
    let master = config.master_key.clone();
    let sealer = match &master {
        Some(path) => Sealer::from_file(path, false)?,
        None => Sealer::from_file(&folder.join("master.key"), true)?,
    };
    let options = StoreOptions::new(config.database.clone());
    let store = Store::open(&options)?;
    let now = clock::now();
    store.write_blocking(Lane::Beside, move |connection| rights::install_presets(connection, now))?;
    store.write_blocking(Lane::Audited, move |connection| install_default_policy(connection, now))?;
    if !store.is_shared() {
        // What a server that was killed was in the middle of would wait for a minute.
        store.write_blocking(Lane::Beside, move |connection| {
            evaluation::free(connection)?;
            own::free(connection, now)
        })?;
    }
    let assurance = Assurance::new(&config);
    assurance.intelligence.look();
    intelligence_update::forget_leftovers(folder);
    let audit_key = SigningKey::in_folder(&config.data_folder, audit_key::PURPOSE)?;
    let verdict_key = SigningKey::in_folder(&config.data_folder, "verdict-signing")?;
    Ok(App::new(Parts {
        assurance,
        uses: Uses::default(),
        last_used: LastUsed::default(),
        clouds: crate::clouds::Clouds::new(config.surroundings.clone(), config.private_addresses),
        config,
        store,
        sealer,
        passwords: Passwords::new(),
        rates: Rates::default(),
        metrics: Metrics::default(),
        audit_key,
        verdict_key,
        verifications: std::sync::Arc::new(tokio::sync::Semaphore::new(1)),
        streams: std::sync::Arc::new(tokio::sync::Semaphore::new(MOST_STREAMS)),
    }))
}

/// Makes a data folder for nobody but its owner; one that is there is left as it is.
pub(crate) fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

async fn serve(app: App) -> anyhow::Result<()> {
    let config = &app.config;
    let own_identity = |names: &[String]| Identity::own(&config.data_folder.join("tls"), names, clock::now() / SECOND);
    let identity = match &config.certificate {
        Some((certificate, key)) => Identity::given(certificate, key)?,
        None => own_identity(&config.names)?,
    };
    let options = ListenerOptions {
        address: config.listen,
        tls: Some(identity.config.clone()),
        most_connections: config.most_connections,
        head_wait: HEAD_WAIT,
    };
    let listener = Listener::bind(options).await?;
    signed_verdicts::note_key(&app).await.context("cannot tell the key of signed verdicts")?;
    audit_key::note_key(&app).await.context("cannot tell the key of checkpoints")?;
    let (drain, draining) = Drain::new();
    let mut tasks = Vec::new();
    if config.certificate.is_some() && config.worker_token.is_some() {
        // Whom a given certificate is for, and who vouches for it, is not known here: whoever started this server starts
        // workers that reach it by a name and a CA of its own.
        let names = [LOCAL_NAME.to_owned()];
        let options = ListenerOptions {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            tls: Some(own_identity(&names)?.config),
            most_connections: config.most_connections,
            head_wait: HEAD_WAIT,
        };
        let local_listener = Listener::bind(options).await?;
        say(&format!("workers: https://{LOCAL_NAME}:{}", local_listener.address().port()))?;
        tasks.push(tokio::spawn(local_listener.serve(routes::router(&app), draining.clone())));
    }
    if let Some(address) = config.operations {
        let options = ListenerOptions { address, tls: None, most_connections: 64, head_wait: HEAD_WAIT };
        let operations_listener = Listener::bind(options).await?;
        tracing::info!(address = %operations_listener.address(), "operations are served");
        tasks.push(tokio::spawn(operations_listener.serve(operations(&app, draining.clone()), draining.clone())));
    }
    let place =
        format!("https://{}:{}", config.names.first().map_or("localhost", |name| name), listener.address().port());
    tracing::info!(
        address = %listener.address(), database = %app.store.address().shown(),
        ca = identity.ca.as_ref().map(|path| path.display().to_string()), "the server is ready"
    );
    if let (Some(copy), Some(ca)) = (&config.ca_file, &identity.ca) {
        std::fs::copy(ca, copy)
            .with_context(|| format!("cannot write the certificate of the CA {}", copy.display()))?;
    }
    if let Some(path) = &config.worker_token {
        worker_token::provide(&app, path).await?;
    }
    tasks.push(tokio::spawn(registries::scheduler::run(app.clone(), draining.clone())));
    tasks.push(tokio::spawn(reevaluation::run(app.clone(), draining.clone())));
    tasks.push(tokio::spawn(intelligence_schedule::run(app.clone())));
    tasks.push(tokio::spawn(shared_intelligence::run(app.clone())));
    tasks.push(tokio::spawn(background::run(app.clone(), draining.clone())));
    tasks.push(tokio::spawn(audit_key::run(app.clone())));
    tasks.push(tokio::spawn(retention::run(app.clone())));
    tasks.push(tokio::spawn(notify::run(app.clone())));
    tasks.push(tokio::spawn(listener.serve(routes::router(&app), draining)));
    say(&format!("ready: {place}"))?;
    if app.read(users::is_empty).await? {
        let text = setup::offer(&app, clock::now()).await?;
        say(&format!("setup: {place}/setup#{text}"))?;
    }
    tell_manager(Tidings::Ready);
    let signal = tokio::select! {
        signal = Drain::signal() => signal.context("cannot hear signals")?,
        () = end_of_input(), if config.stops_with_stdin => "the end of standard input",
    };
    tracing::info!(signal, "the server stops; open requests may end");
    tell_manager(Tidings::Stopping);
    // A stream has no end of its own that a drain could wait for; whoever follows comes again.
    app.streams.close();
    if !drain.finish(app.config.drain).await {
        tracing::warn!("some requests did not end in time");
    }
    for task in tasks {
        task.abort();
    }
    Ok(())
}

/// Tells the service manager, where one started the server; what else it needs of the server works without.
fn tell_manager(tidings: Tidings) {
    if let Err(error) = daemon::tell_manager(tidings) {
        tracing::warn!(%error, ?tidings, "the service manager cannot be told");
    }
}

/// Says something on standard output, which whoever started the server reads. It is no log: the set-up link is a secret.
fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot write to standard output")
}

/// Waits until standard input ends.
async fn end_of_input() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread of its own: a read of standard input cannot be cancelled, and must not hold up the end of the runtime.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = receiver.await;
}

/// What an operator's tools ask: alive, ready, how much of what.
fn operations(app: &App, draining: daemon::Draining) -> Router {
    let (ready, metrics) = (app.clone(), app.metrics.clone());
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route(
            "/readyz",
            get(move || {
                let (app, draining) = (ready.clone(), draining.clone());
                async move {
                    if draining.has_begun() {
                        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
                    }
                    match app.read(|connection| connection.row("SELECT 1", &[]).map(|_| ())).await {
                        Ok(()) => "ready\n".into_response(),
                        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is away\n").into_response(),
                    }
                }
            }),
        )
        .route(
            "/metrics",
            get(move || {
                let text = metrics.text();
                async move {
                    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                    ([(header::CONTENT_TYPE, kind)], text)
                }
            }),
        )
}
