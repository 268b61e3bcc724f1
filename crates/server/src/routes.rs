//! Every route of the API, each with its rule. There is no other list.

mod acknowledgements;
pub(crate) mod audit;
mod bulk;
mod counts;
#[cfg(test)]
mod declared;
mod differences;
mod dry_runs;
pub(crate) mod exceptions;
mod exports;
mod groups;
mod health;
mod hooks;
pub(crate) mod images;
mod integrations;
mod intelligence;
mod inventory;
mod jobs;
mod me;
mod openapi;
mod own_jobs;
mod paging;
pub(crate) mod policies;
mod registries;
mod repositories;
mod roles;
mod scans;
mod scopes;
mod search;
mod second_factor;
mod sessions;
mod settings;
mod setup;
pub(crate) mod signed_verdicts;
mod stream;
mod summary;
mod tokens;
mod users;
mod views;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::MethodRouter;
use policy::access::{Action, Area, Permission};
use utoipa::openapi::{OpenApi, Paths, RefOr, Schema};
use utoipa_axum::routes;

use crate::app::App;
use crate::assurance::index::LARGEST_INDEX_BYTES;
use crate::assurance::intelligence_update::LONGEST_IMPORT;
use crate::frame;
use crate::guard::{Rule, guard};

/// The largest body of a route that does not say otherwise, in bytes.
pub(crate) const LARGEST_BODY_BYTES: usize = 1 << 20;

/// The prefix of every route.
pub(crate) const PREFIX: &str = "/api/v1";

const fn needs(area: Area, action: Action) -> Rule {
    Rule::Needs(Permission::new(area, action))
}

fn all(routes: Routes) -> Routes {
    use Rule::{Oneself, Public};
    routes
        .add(Public, routes!(openapi::document))
        .add(Public, routes!(setup::state))
        .add(Public, routes!(setup::first_user))
        .add(Public, routes!(sessions::log_in))
        .add(Oneself, routes!(sessions::log_out))
        .add(Oneself, routes!(me::show))
        .add(Oneself, routes!(me::change_password))
        .add(Oneself, routes!(me::list_sessions))
        .add(Oneself, routes!(me::end_session))
        .add(Oneself, routes!(me::end_other_sessions))
        .add(Oneself, routes!(second_factor::confirm))
        .add(Oneself, routes!(second_factor::begin))
        .add(Oneself, routes!(second_factor::take_into_use))
        .add(Oneself, routes!(second_factor::remove))
        .add(Oneself, routes!(tokens::list_own))
        .add(Oneself, routes!(tokens::create_own))
        .add(Oneself, routes!(tokens::revoke_own))
        .add(Oneself, routes!(views::list))
        .add(Oneself, routes!(views::create))
        .add(Oneself, routes!(views::show))
        .add(Oneself, routes!(views::change))
        .add(Oneself, routes!(views::remove))
        .add(Oneself, routes!(roles::permissions))
        .add(needs(Area::Access, Action::Read), routes!(users::list))
        .add(needs(Area::Access, Action::Write), routes!(users::create))
        .add(needs(Area::Access, Action::Read), routes!(users::show))
        .add(needs(Area::Access, Action::Write), routes!(users::update))
        .add(needs(Area::Access, Action::Write), routes!(users::delete))
        .add(needs(Area::Access, Action::Write), routes!(users::reset_password))
        .add(needs(Area::Access, Action::Write), routes!(users::end_sessions))
        .add(needs(Area::Access, Action::Read), routes!(groups::list))
        .add(needs(Area::Access, Action::Write), routes!(groups::create))
        .add(needs(Area::Access, Action::Read), routes!(groups::show))
        .add(needs(Area::Access, Action::Write), routes!(groups::update))
        .add(needs(Area::Access, Action::Write), routes!(groups::delete))
        .add(needs(Area::Access, Action::Read), routes!(roles::list))
        .add(needs(Area::Access, Action::Write), routes!(roles::create))
        .add(needs(Area::Access, Action::Read), routes!(roles::show))
        .add(needs(Area::Access, Action::Write), routes!(roles::update))
        .add(needs(Area::Access, Action::Write), routes!(roles::delete))
        .add(needs(Area::Access, Action::Read), routes!(scopes::list))
        .add(needs(Area::Access, Action::Write), routes!(scopes::create))
        .add(needs(Area::Access, Action::Read), routes!(scopes::show))
        .add(needs(Area::Access, Action::Write), routes!(scopes::update))
        .add(needs(Area::Access, Action::Write), routes!(scopes::delete))
        .add(needs(Area::Access, Action::Read), routes!(tokens::list))
        .add(needs(Area::Access, Action::Write), routes!(tokens::create))
        .add(needs(Area::Access, Action::Write), routes!(tokens::revoke))
        .add(needs(Area::Audit, Action::Read), routes!(audit::list))
        .add(needs(Area::Audit, Action::Read), routes!(exports::audit_trail, exports::begin_audit))
        .add(needs(Area::Audit, Action::Read), routes!(audit::verification))
        .add(needs(Area::Audit, Action::Read), routes!(audit::checkpoints))
        .add(Oneself, routes!(stream::events))
        .add(needs(Area::Integrations, Action::Read), routes!(integrations::list))
        .add(needs(Area::Integrations, Action::Write), routes!(integrations::create))
        .add(needs(Area::Integrations, Action::Read), routes!(integrations::show))
        .add(needs(Area::Integrations, Action::Write), routes!(integrations::update))
        .add(needs(Area::Integrations, Action::Write), routes!(integrations::delete))
        .add(needs(Area::Integrations, Action::Write), routes!(integrations::test))
        .add(needs(Area::Integrations, Action::Read), routes!(integrations::dead_letters))
        .add(needs(Area::Integrations, Action::Write), routes!(integrations::retry))
        .add_large(needs(Area::Images, Action::Write), routes!(images::register), LARGEST_INDEX_BYTES)
        .add(needs(Area::Images, Action::Read), routes!(images::list))
        .add(needs(Area::Images, Action::Read), routes!(exports::images, exports::begin_images))
        .add(needs(Area::Images, Action::Write), routes!(bulk::images))
        .add(needs(Area::Images, Action::Read), routes!(images::show))
        .add(needs(Area::Images, Action::Approve), routes!(images::remove))
        .add(needs(Area::Images, Action::Read), routes!(images::packages))
        .add(needs(Area::Findings, Action::Read), routes!(images::findings))
        .add(needs(Area::Images, Action::Read), routes!(images::history))
        .add(needs(Area::Images, Action::Read), routes!(images::report))
        .add(needs(Area::Images, Action::Approve), routes!(images::approve))
        .add(needs(Area::Images, Action::Approve), routes!(images::revoke))
        .add(needs(Area::Images, Action::Read), routes!(inventory::packages))
        .add(needs(Area::Images, Action::Read), routes!(exports::packages, exports::begin_packages))
        .add(needs(Area::Findings, Action::Read), routes!(exports::findings, exports::begin_findings))
        .add(needs(Area::Findings, Action::Read), routes!(exports::vulnerabilities, exports::begin_vulnerabilities))
        .add(needs(Area::Exceptions, Action::Write), routes!(bulk::vulnerabilities))
        .add(needs(Area::Findings, Action::Read), routes!(inventory::vulnerabilities))
        .add(needs(Area::Findings, Action::Read), routes!(inventory::vulnerability))
        .add(needs(Area::Verdicts, Action::Read), routes!(inventory::verdict))
        .add(needs(Area::Verdicts, Action::Read), routes!(signed_verdicts::show))
        .add(Public, routes!(signed_verdicts::keys))
        .add(needs(Area::Policies, Action::Read), routes!(policies::list))
        .add(needs(Area::Policies, Action::Write), routes!(policies::create))
        .add(needs(Area::Policies, Action::Read), routes!(policies::dry_run))
        .add(needs(Area::Policies, Action::Read), routes!(dry_runs::create))
        .add(needs(Area::Policies, Action::Read), routes!(dry_runs::show))
        .add(needs(Area::Policies, Action::Read), routes!(dry_runs::changes))
        .add(needs(Area::Policies, Action::Read), routes!(policies::show))
        .add(needs(Area::Policies, Action::Write), routes!(policies::replace))
        .add(needs(Area::Policies, Action::Write), routes!(policies::remove))
        .add(needs(Area::Policies, Action::Read), routes!(policies::versions))
        .add(needs(Area::Policies, Action::Read), routes!(differences::between, differences::with_draft))
        .add(needs(Area::Exceptions, Action::Read), routes!(exceptions::list))
        .add(needs(Area::Exceptions, Action::Write), routes!(exceptions::request))
        .add(needs(Area::Exceptions, Action::Read), routes!(exceptions::show))
        .add(needs(Area::Exceptions, Action::Approve), routes!(exceptions::approve))
        .add(needs(Area::Exceptions, Action::Approve), routes!(exceptions::refuse))
        .add(needs(Area::Exceptions, Action::Write), routes!(exceptions::withdraw))
        .add(needs(Area::Registries, Action::Read), routes!(registries::list))
        .add(needs(Area::Registries, Action::Write), routes!(registries::create))
        .add(needs(Area::Registries, Action::Read), routes!(registries::show))
        .add(needs(Area::Registries, Action::Write), routes!(registries::change))
        .add(needs(Area::Registries, Action::Write), routes!(registries::remove))
        .add(needs(Area::Registries, Action::Write), routes!(registries::test))
        .add(needs(Area::Registries, Action::Write), routes!(registries::list_now))
        .add(needs(Area::Registries, Action::Write), routes!(registries::scan))
        .add(Oneself, routes!(own_jobs::list))
        .add(Oneself, routes!(own_jobs::show))
        .add(Oneself, routes!(own_jobs::cancel))
        .add(Oneself, routes!(own_jobs::retry))
        .add(Oneself, routes!(own_jobs::undo))
        .add(Oneself, routes!(own_jobs::output))
        .add(needs(Area::Jobs, Action::Read), routes!(jobs::list))
        .add(needs(Area::Jobs, Action::Write), routes!(bulk::jobs))
        .add(needs(Area::Jobs, Action::Read), routes!(jobs::show))
        .add(needs(Area::Jobs, Action::Write), routes!(jobs::retry))
        .add(needs(Area::Jobs, Action::Write), routes!(jobs::cancel))
        .add(needs(Area::Scans, Action::Write), routes!(scans::lease))
        .add(needs(Area::Scans, Action::Write), routes!(scans::malware_lists))
        .add(needs(Area::Scans, Action::Write), routes!(scans::heartbeat))
        .add_large(needs(Area::Scans, Action::Write), routes!(scans::answer), scans::LARGEST_ANSWER_BYTES)
        .add(needs(Area::Scans, Action::Write), routes!(scans::fail))
        .add(Public, routes!(hooks::receive))
        .add(needs(Area::Images, Action::Read), routes!(summary::show))
        .add(needs(Area::Images, Action::Read), routes!(health::show))
        .add(Oneself, routes!(search::find))
        .add(Oneself, routes!(search::suggest))
        .add(Oneself, routes!(search::filters))
        .add(Oneself, routes!(counts::count))
        .add(needs(Area::Images, Action::Read), routes!(repositories::list))
        .add(needs(Area::Images, Action::Read), routes!(repositories::compare))
        .add(needs(Area::Findings, Action::Read), routes!(repositories::findings))
        .add(needs(Area::Intelligence, Action::Read), routes!(intelligence::show))
        .add(needs(Area::Intelligence, Action::Write), routes!(intelligence::refresh))
        .add(needs(Area::Intelligence, Action::Write), routes!(intelligence::import))
        .add(needs(Area::Settings, Action::Read), routes!(settings::show))
        .add(needs(Area::Settings, Action::Write), routes!(settings::change))
        .add(needs(Area::Findings, Action::Read), routes!(acknowledgements::list))
        .add(needs(Area::Findings, Action::Write), routes!(acknowledgements::add))
        .add(needs(Area::Findings, Action::Write), routes!(acknowledgements::remove))
        .add(needs(Area::Exceptions, Action::Write), routes!(exceptions::preview))
        .add(needs(Area::Exceptions, Action::Read), routes!(exceptions::preview_requested))
        .add(needs(Area::Access, Action::Write), routes!(tokens::answer_for))
}

/// How long an answer of a route may take to begin, where that is another time than for all others.
pub(crate) fn longest(route: &str) -> Option<Duration> {
    (route.strip_prefix(PREFIX)? == "/intelligence/import").then_some(LONGEST_IMPORT)
}

/// The API as a service.
pub(crate) fn router(app: &App) -> Router {
    let routes = all(Routes::new(app.clone()));
    let document = openapi::complete(routes.document);
    let api = routes.router.layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES));
    let api = api.layer(axum::Extension(openapi::Document::new(&document)));
    frame::around(Router::new().nest(PREFIX, api), app)
}

/// A route as `routes!` makes it: schemas, paths, handlers.
type Made = (Vec<(String, RefOr<Schema>)>, Paths, MethodRouter<App>);

/// Routes under construction.
pub(crate) struct Routes {
    app: App,
    router: Router,
    document: OpenApi,
    /// Method, path and rule of each.
    rules: Vec<(String, String, Rule)>,
}

impl Routes {
    fn new(app: App) -> Routes {
        Routes { app, router: Router::new(), document: openapi::beginning(), rules: Vec::new() }
    }

    /// Adds a route with its rule whose body may be so large.
    fn add_large(self, rule: Rule, (schemas, paths, handlers): Made, largest_bytes: usize) -> Routes {
        self.add(rule, (schemas, paths, handlers.layer(DefaultBodyLimit::max(largest_bytes))))
    }

    /// Adds a route with its rule.
    fn add(mut self, rule: Rule, (schemas, paths, handlers): Made) -> Routes {
        let state = (self.app.clone(), rule);
        let guarded = handlers.layer(middleware::from_fn_with_state(state, guard)).with_state(self.app.clone());
        for (path, item) in paths.paths {
            for (method, operation) in openapi::operations(&item) {
                debug_assert!(operation.operation_id.is_some(), "an operation without a name");
                self.rules.push((method.to_owned(), path.clone(), rule));
            }
            self.router = self.router.route(&path, guarded.clone());
            openapi::merge(&mut self.document, &path, item, rule);
        }
        openapi::add_schemas(&mut self.document, schemas);
        self
    }
}

#[cfg(test)]
mod tests;
