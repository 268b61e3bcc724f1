//! The OpenAPI 3.1 document, made from the types and routes.

use std::sync::Arc;

use axum::Extension;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Schema,
    ServerBuilder,
};

use super::PREFIX;
use crate::guard::{COOKIE, Rule};

/// The document as it is sent.
#[derive(Clone)]
pub(crate) struct Document(Arc<str>);

impl Document {
    pub(super) fn new(document: &OpenApi) -> Document {
        Document(text(document).into())
    }
}

/// The document as it is committed and sent.
pub(super) fn text(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "meta",
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json")))]
pub(super) async fn document(Extension(document): Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.0.to_string()).into_response()
}

pub(super) fn beginning() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Bulkhead")
        .version("1")
        .description(Some(
            "Lists are `{items, next, total}`; errors are `application/problem+json` with a stable `code`; what is edited \
             has an `ETag` and needs `If-Match`; creations take an `Idempotency-Key`.",
        ))
        .build();
    OpenApiBuilder::new().info(info).servers(Some([ServerBuilder::new().url(PREFIX).build()])).build()
}

/// Adds what all routes share.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    let mut components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    let schema = <api::Problem as utoipa::PartialSchema>::schema();
    components.schemas.insert("Problem".to_owned(), schema);
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new()
        .description("What went wrong, as a stable code with its values")
        .content("application/problem+json", problem)
        .build();
    components.responses.insert("Problem".to_owned(), response.into());
    components
        .add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE))));
    document.components = Some(components);
    document
}

/// The operations of a path with their methods.
pub(super) fn operations(item: &PathItem) -> Vec<(&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation))).collect()
}

/// Adds the operations of a path, each with its rule.
pub(super) fn merge(document: &mut OpenApi, path: &str, mut item: PathItem, rule: Rule) {
    let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    for operation in all.into_iter().flatten() {
        let extension = ExtensionsBuilder::new().add("x-rule", rule.word()).build();
        operation.extensions = Some(extension);
        let problem = RefOr::Ref(Ref::new("#/components/responses/Problem"));
        operation.responses.responses.insert("default".to_owned(), problem);
        if rule != Rule::Public {
            let none: [&str; 0] = [];
            operation.security =
                Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("session", none)]);
        }
    }
    match document.paths.paths.get_mut(path) {
        Some(own) => own.merge_operations(item),
        None => {
            document.paths.paths.insert(path.to_owned(), item);
        }
    }
}

/// Adds schemas. Two types of one name would overwrite each other silently: a test finds them by this assertion.
pub(super) fn add_schemas(document: &mut OpenApi, schemas: Vec<(String, RefOr<Schema>)>) {
    let components = document.components.get_or_insert_with(|| ComponentsBuilder::new().build());
    for (name, schema) in schemas {
        if let Some(own) = components.schemas.get(&name) {
            let same = serde_json::to_value(own).ok() == serde_json::to_value(&schema).ok();
            assert!(same, "two types of the API are called {name}; give one another name with #[schema(as = …)]");
        }
        components.schemas.insert(name, schema);
    }
}
