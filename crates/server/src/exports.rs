//! Lists as files: all rows of a filter, page by page by key, so that memory does not grow with their number.

pub(crate) mod csv;
mod render;
mod rows;

use api::exports::{ExportFormat, ExportRequest, ExportResource};
use policy::access::{Action, Area, Permission};
use policy::filter::{Filter, Key, Sort, Test};
use store::{audit, images, inventory};

use crate::error::{ApiError, ApiResult};

pub(crate) use render::Renderer;
pub(crate) use rows::Rows;

/// What is exported, and as what.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) resource: ExportResource,
    pub(crate) format: ExportFormat,
    /// The filter as it was asked, for the file's head.
    pub(crate) filter_text: String,
    pub(crate) images_text: String,
    pub(crate) sort_text: String,
    filter: Filter,
    images: Filter,
    sort: Option<Sort>,
    /// When it was asked; relative times in filters are meant from then.
    pub(crate) as_of: i64,
}

impl Question {
    /// Reads a request, or says what is wrong with it.
    pub(crate) fn read(resource: ExportResource, request: &ExportRequest, as_of: i64) -> ApiResult<Question> {
        if request.format == ExportFormat::Sarif && resource != ExportResource::Findings {
            return Err(ApiError::invalid("format", "SARIF tells findings; use `csv` or `jsonl` here"));
        }
        if request.images.is_some() && resource != ExportResource::Findings {
            return Err(ApiError::invalid("images", "only findings are narrowed by their images; use `filter`"));
        }
        let (filter_text, images_text) =
            (request.filter.clone().unwrap_or_default(), request.images.clone().unwrap_or_default());
        let filter = Filter::read(&filter_text, keys(resource), as_of)?;
        let has_words = filter.terms.iter().any(|term| matches!(term.test, Test::Word(_)));
        if has_words && resource == ExportResource::Audit {
            return Err(ApiError::invalid("filter", "the trail has no text to search: use a key, as `action:user.*`"));
        }
        let sort = request.sort.as_deref().map(|text| order(resource, text)).transpose()?;
        Ok(Question {
            resource,
            format: request.format,
            filter,
            images: Filter::read(&images_text, images::KEYS, as_of)?,
            filter_text,
            images_text,
            sort,
            sort_text: request.sort.clone().unwrap_or_default(),
            as_of,
        })
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.{}", self.resource.as_str(), self.format.as_str())
    }
}

/// The order of a list, as the list itself takes it.
fn order(resource: ExportResource, text: &str) -> ApiResult<Sort> {
    match resource {
        ExportResource::Images | ExportResource::Findings => Ok(Sort::read(text, images::KEYS)?),
        ExportResource::Vulnerabilities => by_greatest(text),
        ExportResource::Packages => Err(ApiError::invalid("sort", "packages have one order: by name and version")),
        ExportResource::Audit => {
            Err(ApiError::invalid("sort", "the trail is written from its oldest record on, so that it can be verified"))
        }
    }
}

/// An order of vulnerabilities, which begins with the greatest.
pub(crate) fn by_greatest(text: &str) -> ApiResult<Sort> {
    let sort = Sort::read(text, inventory::VULNERABILITY_KEYS)?;
    match sort.is_descending {
        true => Ok(sort),
        false => Err(ApiError::invalid("sort", "this list begins with the greatest: use -severity or -first_seen")),
    }
}

fn keys(resource: ExportResource) -> &'static [Key] {
    match resource {
        ExportResource::Images => images::KEYS,
        ExportResource::Findings => images::FINDING_KEYS,
        ExportResource::Vulnerabilities => inventory::VULNERABILITY_KEYS,
        ExportResource::Packages => inventory::PACKAGE_KEYS,
        ExportResource::Audit => audit::KEYS,
    }
}

/// What whoever exports it must be allowed: to see its list.
pub(crate) fn permission(resource: ExportResource) -> Permission {
    let area = match resource {
        ExportResource::Images | ExportResource::Packages => Area::Images,
        ExportResource::Findings | ExportResource::Vulnerabilities => Area::Findings,
        ExportResource::Audit => Area::Audit,
    };
    Permission::new(area, Action::Read)
}
