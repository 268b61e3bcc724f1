//! What registries tell beyond the protocol, by interfaces of their own: repositories where their catalog is closed, and when
//! a tag was pushed and last pulled. Harbor (API 2.0: projects, repositories, artifacts) and Docker Hub (API: namespaces).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{StatusCode, Uri};

use super::http::{Call, HttpClient};
use super::session::rate_limit;
use super::token::{basic_header, encode};
use super::{ExchangeError, MOST_NAMES, Names, RegistryError, RegistryOptions};
use crate::Secret;
use crate::credentials::Credential;

/// How many items a page is asked for: the most that either gives.
const PAGE: usize = 100;

/// The most pages of one list that are read.
const MOST_PAGES: usize = 1000;

/// The largest page.
const LARGEST_PAGE_BYTES: u64 = 8 << 20;

/// What Harbor says where there was no pull: the zero time of Go.
const NEVER: &str = "0001-";

/// When a tag was pushed and last pulled, in RFC 3339; absent where it is not told, or never happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagTimes {
    /// When it was pushed.
    pub pushed: Option<String>,
    /// When it was last pulled.
    pub pulled: Option<String>,
}

/// The interface of a registry.
pub struct Management {
    client: HttpClient,
    kind: Kind,
    authorization: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Harbor,
    DockerHub,
}

impl Management {
    /// Harbor's, at the registry's own address. Robot accounts see what their projects allow.
    ///
    /// # Errors
    /// When the options cannot be used.
    pub fn harbor(registry: &str, options: &RegistryOptions) -> Result<Management, RegistryError> {
        let scheme = if options.plain_http { "http" } else { "https" };
        let client = client(&format!("{scheme}://{registry}/"), options)?;
        // Without being asked: to anybody, Harbor tells public projects alone, and never that there are others.
        let authorization = match &options.credentials.given {
            Some(Credential::Password { user, password }) => Some(basic_header(user, password)),
            Some(Credential::RegistryToken(token)) => Some(Secret::new(format!("Bearer {}", token.expose()))),
            Some(Credential::IdentityToken(_)) | None => None,
        };
        Ok(Management { client, kind: Kind::Harbor, authorization })
    }

    /// Docker Hub's. A user and a password, or an access token in its place, are exchanged for a token first.
    ///
    /// # Errors
    /// When the options cannot be used, or the log-in is refused.
    pub fn docker_hub(options: &RegistryOptions) -> Result<Management, RegistryError> {
        Management::docker_hub_at("https://hub.docker.com/", options)
    }

    fn docker_hub_at(base: &str, options: &RegistryOptions) -> Result<Management, RegistryError> {
        #[derive(Deserialize)]
        struct Granted {
            access_token: String,
        }
        let mut hub = Management { client: client(base, options)?, kind: Kind::DockerHub, authorization: None };
        if let Some(Credential::Password { user, password }) = &options.credentials.given {
            let body = serde_json::json!({ "identifier": user, "secret": password.expose() }).to_string();
            let call = Call { form: Some(&body), form_type: Some("application/json"), ..Call::default() };
            let granted: Granted = hub.read("/v2/auth/token", "a token", call)?;
            hub.authorization = Some(Secret::new(format!("Bearer {}", granted.access_token)));
        }
        Ok(hub)
    }

    /// The projects that one sees.
    ///
    /// # Errors
    /// When they are not told; Docker Hub, all of which is nobody's, never does.
    pub fn places(&self) -> Result<Names, RegistryError> {
        let what = "the list of projects";
        match self.kind {
            Kind::Harbor => Ok(names(self.pages("/api/v2.0/projects?", what)?, |name| name)),
            Kind::DockerHub => {
                let (registry, repository) = (self.client.host(), "no namespace in particular".to_owned());
                Err(RegistryError::NotFound { registry, repository, what: what.to_owned() })
            }
        }
    }

    /// The repositories of a project or namespace.
    ///
    /// # Errors
    /// When they are not told.
    pub fn repositories(&self, place: &str) -> Result<Names, RegistryError> {
        let what = "the list of repositories";
        Ok(match self.kind {
            Kind::Harbor => {
                names(self.pages(&format!("/api/v2.0/projects/{}/repositories?", encode(place)), what)?, |name| name)
            }
            Kind::DockerHub => {
                let path = format!("/v2/namespaces/{}/repositories?", encode(place));
                names(self.pages(&path, what)?, |name| format!("{place}/{name}"))
            }
        })
    }

    /// The times of a repository's tags.
    ///
    /// # Errors
    /// When they are not told.
    pub fn times(&self, repository: &str) -> Result<BTreeMap<String, TagTimes>, RegistryError> {
        let what = "the times of tags";
        let (place, name) = repository.split_once('/').unwrap_or(("library", repository));
        let was = |time: Option<String>| time.filter(|time| !time.is_empty() && !time.starts_with(NEVER));
        match self.kind {
            Kind::Harbor => {
                #[derive(Deserialize)]
                struct Artifact {
                    pull_time: Option<String>,
                    push_time: Option<String>,
                    #[serde(default)]
                    tags: Option<Vec<Tag>>,
                }
                #[derive(Deserialize)]
                struct Tag {
                    name: String,
                    pull_time: Option<String>,
                    push_time: Option<String>,
                }
                // Encoded twice: Harbor decodes the path once before it looks for the parts of it.
                let name = encode(&encode(name));
                let path = format!(
                    "/api/v2.0/projects/{}/repositories/{name}/artifacts?with_tag=true&with_label=false&",
                    encode(place)
                );
                let artifacts: Vec<Artifact> = self.pages(&path, what)?;
                let times = artifacts.into_iter().flat_map(|artifact| {
                    let Artifact { pull_time, push_time, tags } = artifact;
                    tags.unwrap_or_default().into_iter().map(move |tag| {
                        // A pull by digest counts for the artifact alone.
                        let pulled = was(tag.pull_time).max(was(pull_time.clone()));
                        (tag.name, TagTimes { pushed: was(tag.push_time).or(was(push_time.clone())), pulled })
                    })
                });
                Ok(times.collect())
            }
            Kind::DockerHub => {
                #[derive(Deserialize)]
                struct Tag {
                    name: String,
                    tag_last_pushed: Option<String>,
                    tag_last_pulled: Option<String>,
                }
                let path = format!("/v2/namespaces/{}/repositories/{}/tags?", encode(place), encode(name));
                let tags: Vec<Tag> = self.pages(&path, what)?;
                let times = tags.into_iter().map(|tag| {
                    (tag.name, TagTimes { pushed: was(tag.tag_last_pushed), pulled: was(tag.tag_last_pulled) })
                });
                Ok(times.collect())
            }
        }
    }

    /// All items of a list, page by page until one is not full.
    fn pages<T: DeserializeOwned>(&self, path: &str, what: &str) -> Result<Vec<T>, RegistryError> {
        #[derive(Deserialize)]
        struct Page<T> {
            results: Vec<T>,
        }
        let mut items = Vec::new();
        for number in 1..=MOST_PAGES {
            let path = format!("{path}page={number}&page_size={PAGE}");
            let page: Vec<T> = match self.kind {
                Kind::Harbor => self.read(&path, what, Call::default())?,
                Kind::DockerHub => match self.read(&path, what, Call::default()) {
                    Ok(Page { results }) => results,
                    // A page behind the last one is none there.
                    Err(RegistryError::NotFound { .. }) if number > 1 => Vec::new(),
                    Err(error) => return Err(error),
                },
            };
            let is_last = page.len() < PAGE;
            items.extend(page);
            if is_last || items.len() >= MOST_NAMES {
                break;
            }
        }
        Ok(items)
    }

    fn read<T: DeserializeOwned>(&self, path: &str, what: &str, call: Call<'_>) -> Result<T, RegistryError> {
        let authorization = self.authorization.as_ref().map(Secret::expose);
        let answer = self.client.ask(path, Call { authorization, accept: "application/json", ..call })?;
        let (host, status) = (answer.host.clone(), answer.status.as_u16());
        let refusal = |message: Option<String>| {
            let (host, what) = (host.clone(), what.to_owned());
            RegistryError::Status { host, status, what, message }
        };
        match answer.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(RegistryError::Unauthorized {
                    registry: host,
                    repository: what.to_owned(),
                    had_credential: authorization.is_some() || call.form.is_some(),
                    source: None,
                });
            }
            StatusCode::NOT_FOUND => {
                let (repository, what) = (what.to_owned(), what.to_owned());
                return Err(RegistryError::NotFound { registry: host, repository, what });
            }
            StatusCode::TOO_MANY_REQUESTS => return Err(rate_limit(&answer)),
            _ => return Err(refusal(None)),
        }
        let bytes = answer.read_document(LARGEST_PAGE_BYTES)?;
        serde_json::from_slice(&bytes).map_err(|_| refusal(Some("the answer is not the interface's".to_owned())))
    }
}

/// An item of a list of names.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The names of items, as many as are listed of anything.
fn names(found: Vec<Named>, full: impl Fn(String) -> String) -> Names {
    let mut names: Vec<String> = found.into_iter().map(|Named { name }| full(name)).collect();
    names.sort();
    names.dedup();
    let is_cut = names.len() > MOST_NAMES;
    names.truncate(MOST_NAMES);
    Names { names, is_cut }
}

fn client(base: &str, options: &RegistryOptions) -> Result<HttpClient, RegistryError> {
    let uri: Uri = base.parse().map_err(|_| ExchangeError::BadLocation { host: base.to_owned() })?;
    Ok(HttpClient::new(uri, options.plain_http, options)?)
}

#[cfg(test)]
mod tests {
    use test_support::{HttpMock, HttpRequest};

    use super::*;
    use crate::credentials::CredentialSources;

    fn options(user: &str, password: &str) -> RegistryOptions {
        let given = Credential::Password { user: user.to_owned(), password: Secret::new(password) };
        let credentials = CredentialSources { given: Some(given), ..CredentialSources::default() };
        RegistryOptions { credentials, plain_http: true, ..RegistryOptions::default() }
    }

    /// So many items of a list, as the page that was asked for has them.
    fn page(request: &HttpRequest, count: usize, item: impl Fn(usize) -> String) -> String {
        let number = request.target.split("page=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
        let number: usize = number.parse().unwrap();
        let items: Vec<String> = (0..count).skip((number - 1) * PAGE).take(PAGE).map(item).collect();
        format!("[{}]", items.join(","))
    }

    #[test]
    fn a_robot_account_of_harbor_lists_its_projects_page_by_page_and_is_told_times() {
        let harbor = HttpMock::start(|request| {
            // `robot$scan:secret`
            if request.header("authorization") != "Basic cm9ib3Qkc2NhbjpzZWNyZXQ=" {
                return (401, Vec::new(), r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#.to_owned());
            }
            let path = request.target.split('?').next().unwrap();
            let body = match path {
                "/api/v2.0/projects" => page(request, 2, |at| format!(r#"{{"name":"p{at}"}}"#)),
                "/api/v2.0/projects/p0/repositories" => page(request, 230, |at| format!(r#"{{"name":"p0/r{at}"}}"#)),
                "/api/v2.0/projects/p1/repositories" => page(request, 1, |_| r#"{"name":"p1/team/app"}"#.to_owned()),
                "/api/v2.0/projects/p1/repositories/team%252Fapp/artifacts" => page(request, 2, |at| match at {
                    0 => r#"{"push_time":"2026-01-02T00:00:00.000Z","pull_time":"2026-03-01T00:00:00.000Z","tags":[
                        {"name":"1","push_time":"2026-01-03T00:00:00.000Z","pull_time":"0001-01-01T00:00:00.000Z"}]}"#
                        .to_owned(),
                    _ => r#"{"push_time":"2026-01-02T00:00:00.000Z","pull_time":"0001-01-01T00:00:00.000Z","tags":[
                        {"name":"2","push_time":"2026-01-02T00:00:00.000Z","pull_time":"0001-01-01T00:00:00.000Z"}]}"#
                        .to_owned(),
                }),
                _ => return (404, Vec::new(), String::new()),
            };
            (200, Vec::new(), body)
        });
        let management = Management::harbor(&harbor.host(), &options("robot$scan", "secret")).unwrap();
        assert_eq!(management.places().unwrap().names, ["p0", "p1"]);
        let many = management.repositories("p0").unwrap();
        assert_eq!((many.names.len(), many.is_cut), (230, false));
        assert_eq!(management.repositories("p1").unwrap().names, ["p1/team/app"]);
        let times = management.times("p1/team/app").unwrap();
        let told = |pushed: &str, pulled: Option<&str>| TagTimes {
            pushed: Some(pushed.to_owned()),
            pulled: pulled.map(str::to_owned),
        };
        assert_eq!(times["1"], told("2026-01-03T00:00:00.000Z", Some("2026-03-01T00:00:00.000Z")));
        assert_eq!(times["2"], told("2026-01-02T00:00:00.000Z", None));
        let stranger = Management::harbor(&harbor.host(), &options("x", "y")).unwrap();
        assert!(matches!(stranger.places(), Err(RegistryError::Unauthorized { had_credential: true, .. })));
    }

    #[test]
    fn a_namespace_of_docker_hub_is_listed_with_a_token_and_tells_times() {
        let hub = HttpMock::start(|request| {
            let path = request.target.split('?').next().unwrap();
            if path == "/v2/auth/token" {
                let is_right = request.header("content-type") == "application/json"
                    && request.body == r#"{"identifier":"user","secret":"dckr_pat_1"}"#;
                let (status, body) = if is_right { (200, r#"{"access_token":"jwt"}"#) } else { (401, "{}") };
                return (status, Vec::new(), body.to_owned());
            }
            let (count, item): (usize, fn(usize) -> String) = match (path, request.header("authorization")) {
                ("/v2/namespaces/team/repositories", "Bearer jwt") => (200, |at| format!(r#"{{"name":"r{at}"}}"#)),
                ("/v2/namespaces/team/repositories/app/tags", _) => (1, |_| {
                    r#"{"name":"1","tag_last_pushed":"2026-02-01T00:00:00Z","tag_last_pulled":null}"#.to_owned()
                }),
                _ => return (404, Vec::new(), String::new()),
            };
            match page(request, count, item).as_str() {
                "[]" => (404, Vec::new(), r#"{"message":"page not found"}"#.to_owned()),
                items => (200, Vec::new(), format!(r#"{{"count":{count},"results":{items}}}"#)),
            }
        });
        let base = format!("{}/", hub.url());
        let management = Management::docker_hub_at(&base, &options("user", "dckr_pat_1")).unwrap();
        let found = management.repositories("team").unwrap();
        assert_eq!(
            (found.names.len(), found.names[0].as_str()),
            (200, "team/r0"),
            "a full last page ends all the same"
        );
        assert_eq!(management.times("team/app").unwrap()["1"].pushed.as_deref(), Some("2026-02-01T00:00:00Z"));
        assert!(matches!(management.repositories("other"), Err(RegistryError::NotFound { .. })));
        let refused = Management::docker_hub_at(&base, &options("user", "wrong")).err().unwrap();
        assert!(matches!(refused, RegistryError::Unauthorized { had_credential: true, .. }), "{refused}");
        assert!(!format!("{refused:?}").contains("wrong"));
    }

    #[test]
    fn what_is_not_the_interface_is_an_error() {
        for body in ["", "{}", "[{}]", "[1]", "<html>"] {
            let other = HttpMock::start(move |_| (200, Vec::new(), body.to_owned()));
            let management = Management::harbor(&other.host(), &options("x", "y")).unwrap();
            assert!(matches!(management.places(), Err(RegistryError::Status { .. })), "{body}");
        }
    }
}
