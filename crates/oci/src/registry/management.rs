//! What registries tell beyond the protocol, by interfaces of their own: repositories where their catalog is closed, and when
//! a tag was pushed and last pulled. Harbor (API 2.0: projects, repositories, artifacts), Docker Hub (API: namespaces) and
//! GitLab (REST API v4: groups, projects and their registry repositories).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::header::HeaderName;
use ureq::http::{StatusCode, Uri};

use super::http::{Answer, Call, HttpClient};
use super::session::{challenges_of, rate_limit};
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

/// Where GitLab's token service is, below GitLab itself.
const GITLAB_REALM: &str = "/jwt/auth";

/// The header that names the next page of GitLab's lists; empty on the last.
const NEXT_PAGE: HeaderName = HeaderName::from_static("x-next-page");

/// GitLab's number for the role of a reporter: whoever is less may not read a private registry.
const REPORTER: u8 = 20;

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
    /// Where it is, if the registry named another place than its own.
    base: Option<String>,
    authorization: Option<Secret>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Harbor,
    DockerHub,
    Gitlab,
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
        Ok(Management { client, kind: Kind::Harbor, base: None, authorization })
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
        let client = client(base, options)?;
        let mut hub = Management { client, kind: Kind::DockerHub, base: None, authorization: None };
        if let Some(Credential::Password { user, password }) = &options.credentials.given {
            let body = serde_json::json!({ "identifier": user, "secret": password.expose() }).to_string();
            let call = Call { form: Some(&body), form_type: Some("application/json"), ..Call::default() };
            let granted: Granted = hub.read("/v2/auth/token", "a token", call)?;
            hub.authorization = Some(Secret::new(format!("Bearer {}", granted.access_token)));
        }
        Ok(hub)
    }

    /// GitLab's, which the registry names: its token service is a part of GitLab. An access token in the place of the password
    /// goes there anyway; it needs the scope `read_api`.
    ///
    /// # Errors
    /// When there is no such token, the registry is no part of GitLab, or cannot be asked.
    pub fn gitlab(registry: &str, options: &RegistryOptions) -> Result<Management, RegistryError> {
        let scheme = if options.plain_http { "http" } else { "https" };
        let client = client(&format!("{scheme}://{registry}/"), options)?;
        let what = "GitLab";
        let Some(Credential::Password { password, .. }) = &options.credentials.given else {
            return Err(unauthorized(client.host(), what, false));
        };
        let challenges = challenges_of(&client.ask("/v2/", Call::default())?);
        let realm = challenges.iter().filter(|one| one.scheme == "bearer").find_map(|one| one.parameter("realm"));
        let Some(base) = realm.and_then(|realm| realm.strip_suffix(GITLAB_REALM)) else {
            return Err(not_found(client.host(), what, what));
        };
        let authorization = Some(Secret::new(format!("Bearer {}", password.expose())));
        Ok(Management { base: Some(base.to_owned()), client, kind: Kind::Gitlab, authorization })
    }

    /// Whether it tells when tags were pushed and pulled.
    pub fn tells_times(&self) -> bool {
        match self.kind {
            Kind::Harbor | Kind::DockerHub => true,
            Kind::Gitlab => false,
        }
    }

    /// Whether its places lie within one another, as groups of GitLab do, so that a pattern may name one further in.
    pub fn is_nested(&self) -> bool {
        match self.kind {
            Kind::Harbor | Kind::DockerHub => false,
            Kind::Gitlab => true,
        }
    }

    /// The projects that one sees; of GitLab the groups that one is in, without those that lie within another of them.
    ///
    /// # Errors
    /// When they are not told; Docker Hub, all of which is nobody's, never does.
    pub fn places(&self) -> Result<Names, RegistryError> {
        let what = "the list of projects";
        match self.kind {
            Kind::Harbor => Ok(names(self.named("/api/v2.0/projects?", what)?)),
            Kind::DockerHub => Err(not_found(self.client.host(), "no namespace in particular", what)),
            Kind::Gitlab => {
                #[derive(Deserialize)]
                struct Group {
                    full_path: String,
                }
                let path = format!("/api/v4/groups?min_access_level={REPORTER}&");
                let groups: Vec<Group> = self.pages(&path, what)?;
                let all: BTreeSet<String> = groups.into_iter().map(|group| group.full_path).collect();
                // A group is listed with all that lie within it.
                let is_within = |path: &String| path.match_indices('/').any(|(at, _)| all.contains(&path[..at]));
                Ok(names(all.iter().filter(|path| !is_within(path)).cloned().collect()))
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
            Kind::Harbor => names(self.named(&format!("/api/v2.0/projects/{}/repositories?", encode(place)), what)?),
            Kind::DockerHub => {
                let path = format!("/v2/namespaces/{}/repositories?", encode(place));
                names(self.named(&path, what)?.into_iter().map(|name| format!("{place}/{name}")).collect())
            }
            Kind::Gitlab => self.repositories_within(place, what)?,
        })
    }

    /// The repositories of a group of GitLab with all groups in it, or of a project. What is neither, as a repository is,
    /// lies in one above it.
    fn repositories_within(&self, place: &str, what: &str) -> Result<Names, RegistryError> {
        #[derive(Deserialize)]
        struct Kept {
            path: String,
        }
        let mut at = place;
        loop {
            for sort in ["groups", "projects"] {
                let path = format!("/api/v4/{sort}/{}/registry/repositories?", encode(at));
                match self.pages::<Kept>(&path, what) {
                    Err(RegistryError::NotFound { .. }) => {}
                    found => return Ok(names(found?.into_iter().map(|repository| repository.path).collect())),
                }
            }
            match at.rsplit_once('/') {
                Some((above, _)) => at = above,
                None => return Err(not_found(self.client.host(), place, what)),
            }
        }
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
            Kind::Gitlab => Err(not_found(self.client.host(), repository, what)),
        }
    }

    /// The names of a list's items.
    fn named(&self, path: &str, what: &str) -> Result<Vec<String>, RegistryError> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let found: Vec<Named> = self.pages(path, what)?;
        Ok(found.into_iter().map(|one| one.name).collect())
    }

    /// All items of a list, page by page until one is not full, or says that it is the last.
    fn pages<T: DeserializeOwned>(&self, path: &str, what: &str) -> Result<Vec<T>, RegistryError> {
        #[derive(Deserialize)]
        struct Page<T> {
            results: Vec<T>,
        }
        let mut items = Vec::new();
        for number in 1..=MOST_PAGES {
            let size = match self.kind {
                Kind::Harbor | Kind::DockerHub => "page_size",
                Kind::Gitlab => "per_page",
            };
            let path = format!("{path}page={number}&{size}={PAGE}");
            let (page, is_last): (Vec<T>, Option<bool>) = match self.kind {
                Kind::Harbor => (self.read(&path, what, Call::default())?, None),
                Kind::DockerHub => match self.read(&path, what, Call::default()) {
                    Ok(Page { results }) => (results, None),
                    // A page behind the last one is none there.
                    Err(RegistryError::NotFound { .. }) if number > 1 => (Vec::new(), None),
                    Err(error) => return Err(error),
                },
                Kind::Gitlab => {
                    let answer = self.ask(&path, what, Call::default())?;
                    let is_last = answer.header(NEXT_PAGE).map(|next| next.trim().is_empty());
                    (parsed(answer, what)?, is_last)
                }
            };
            let is_last = is_last.unwrap_or(page.len() < PAGE);
            items.extend(page);
            if is_last || items.len() >= MOST_NAMES {
                break;
            }
        }
        Ok(items)
    }

    fn read<T: DeserializeOwned>(&self, path: &str, what: &str, call: Call<'_>) -> Result<T, RegistryError> {
        parsed(self.ask(path, what, call)?, what)
    }

    /// A good answer.
    fn ask(&self, path: &str, what: &str, call: Call<'_>) -> Result<Answer, RegistryError> {
        let authorization = self.authorization.as_ref().map(Secret::expose);
        let had_credential = authorization.is_some() || call.form.is_some();
        let call = Call { authorization, accept: "application/json", ..call };
        let answer = match &self.base {
            Some(base) => self.client.ask_named(&format!("{base}{path}"), call)?,
            None => self.client.ask(path, call)?,
        };
        let host = answer.host.clone();
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(unauthorized(host, what, had_credential)),
            StatusCode::NOT_FOUND => Err(not_found(host, what, what)),
            StatusCode::TOO_MANY_REQUESTS => Err(rate_limit(&answer)),
            status => {
                Err(RegistryError::Status { host, status: status.as_u16(), what: what.to_owned(), message: None })
            }
        }
    }
}

/// What an answer says.
fn parsed<T: DeserializeOwned>(answer: Answer, what: &str) -> Result<T, RegistryError> {
    let (host, status) = (answer.host.clone(), answer.status.as_u16());
    let bytes = answer.read_document(LARGEST_PAGE_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|_| {
        let message = Some("the answer is not the interface's".to_owned());
        RegistryError::Status { host, status, what: what.to_owned(), message }
    })
}

fn unauthorized(registry: String, what: &str, had_credential: bool) -> RegistryError {
    RegistryError::Unauthorized { registry, repository: what.to_owned(), had_credential, source: None }
}

fn not_found(registry: String, repository: &str, what: &str) -> RegistryError {
    RegistryError::NotFound { registry, repository: repository.to_owned(), what: what.to_owned() }
}

/// Names, as many as are listed of anything.
fn names(mut names: Vec<String>) -> Names {
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

    /// A registry at an address of its own, whose token service is at GitLab's. Its groups: `shop` with `shop/backend` in it, and
    /// `bank/core`, of whose parent the token sees nothing; its project `shop/web` has repositories in itself.
    fn gitlab() -> (HttpMock, HttpMock) {
        let gitlab = HttpMock::start(|request| {
            if request.header("authorization") != "Bearer glpat-1" {
                return (401, Vec::new(), r#"{"message":"401 Unauthorized"}"#.to_owned());
            }
            let (path, query) = request.target.split_once('?').unwrap_or_default();
            let number: usize =
                query.split("page=").nth(1).and_then(|rest| rest.split('&').next()).unwrap().parse().unwrap();
            assert!(query.ends_with("per_page=100"), "{query}");
            let group = |path: &str| format!(r#"{{"id":1,"name":"n","path":"p","full_path":"{path}"}}"#);
            let kept = |path: String| {
                format!(r#"{{"id":1,"name":"","path":"{path}","project_id":9,"location":"registry.example/{path}"}}"#)
            };
            let all: Vec<String> = match path {
                "/gitlab/api/v4/groups" => {
                    assert!(query.starts_with("min_access_level=20&"), "{query}");
                    ["shop/backend", "shop", "shop-2", "bank/core"].map(group).into()
                }
                "/gitlab/api/v4/groups/shop/registry/repositories" => {
                    (0..230).map(|at| kept(format!("shop/backend/r{at}"))).collect()
                }
                "/gitlab/api/v4/groups/bank%2Fcore/registry/repositories" => vec![kept("bank/core/api".to_owned())],
                "/gitlab/api/v4/projects/shop%2Fweb/registry/repositories" => {
                    vec![kept("shop/web".to_owned()), kept("shop/web/cache".to_owned())]
                }
                "/gitlab/api/v4/groups/busy/registry/repositories" => {
                    return (429, vec![("retry-after".to_owned(), "7".to_owned())], String::new());
                }
                _ => return (404, Vec::new(), r#"{"message":"404 Group Not Found"}"#.to_owned()),
            };
            // The header says which page comes next; a page may have less than it was asked for.
            let pages: Vec<&[String]> = all.chunks(99).collect();
            let next = if number < pages.len() { (number + 1).to_string() } else { String::new() };
            (200, vec![("x-next-page".to_owned(), next)], format!("[{}]", pages[number - 1].join(",")))
        });
        let realm = format!("{}/gitlab/jwt/auth", gitlab.url());
        let registry = HttpMock::start(move |_| {
            let challenge = format!("Bearer realm=\"{realm}\",service=\"container_registry\"");
            (401, vec![("www-authenticate".to_owned(), challenge)], String::new())
        });
        (gitlab, registry)
    }

    #[test]
    fn groups_of_gitlab_are_listed_with_all_groups_in_them_page_by_page() {
        let (_gitlab, registry) = gitlab();
        let management = Management::gitlab(&registry.host(), &options("anything", "glpat-1")).unwrap();
        assert_eq!(management.places().unwrap().names, ["bank/core", "shop", "shop-2"]);
        let many = management.repositories("shop").unwrap();
        assert_eq!((many.names.len(), many.is_cut), (230, false), "no page is taken for the last that is not");
        assert_eq!(management.repositories("bank/core").unwrap().names, ["bank/core/api"]);
        assert_eq!(management.repositories("shop/web").unwrap().names, ["shop/web", "shop/web/cache"], "a project");
        let within = management.repositories("shop/web/cache").unwrap();
        assert_eq!(within.names, ["shop/web", "shop/web/cache"], "a repository lies in its project");
        assert!(matches!(management.repositories("bank"), Err(RegistryError::NotFound { .. })));
        let limited = management.repositories("busy").unwrap_err();
        assert!(matches!(limited, RegistryError::RateLimited { seconds: 7, .. }), "{limited:?}");
        assert!(!management.tells_times() && management.times("bank/core/api").is_err());
    }

    #[test]
    fn what_is_no_token_of_gitlab_or_no_gitlab_is_told_and_the_token_stays_secret() {
        let (gitlab, registry) = gitlab();
        let management = Management::gitlab(&registry.host(), &options("u", "password-1")).unwrap();
        let refused = management.places().unwrap_err();
        assert!(matches!(refused, RegistryError::Unauthorized { had_credential: true, .. }), "{refused}");
        assert!(!format!("{refused:?}").contains("password-1"));
        let anybody = RegistryOptions { plain_http: true, ..RegistryOptions::default() };
        let asked = gitlab.requests().len();
        let refused = Management::gitlab(&registry.host(), &anybody).err().unwrap();
        assert!(matches!(refused, RegistryError::Unauthorized { had_credential: false, .. }), "{refused}");
        let other = HttpMock::start(|_| {
            let challenge = "Bearer realm=\"http://localhost:1/token\"".to_owned();
            (401, vec![("www-authenticate".to_owned(), challenge)], String::new())
        });
        let refused = Management::gitlab(&other.host(), &options("u", "glpat-1")).err().unwrap();
        assert!(matches!(refused, RegistryError::NotFound { .. }), "{refused}");
        assert_eq!(gitlab.requests().len(), asked, "nobody else is shown the token");
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
