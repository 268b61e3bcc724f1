//! Compose files (Compose specification): the services of a project.

mod extends;
mod include;

use std::collections::BTreeSet;

use model::{Gap, UntrustedPath};

use crate::check::Found;
use crate::file_kind::{FileKind, by_name};
use crate::kubernetes::last_line;
use crate::node::Node;
use crate::tree::Tree;
use crate::yaml::{self, Tags};
use extends::Extending;

/// One file.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) path: UntrustedPath,
    pub(crate) services: Vec<Service>,
}

/// A service.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) node: Node,
    pub(crate) block: (u32, u32),
}

impl Service {
    /// Notes a failure at a key of the service.
    pub(crate) fn fail(&self, project: &Project, key: &str, found: &mut Found, message: &str) {
        found.add(
            &project.path,
            self.node.line_of(key).max(self.block.0),
            self.block,
            format!("service `{}` {message}", self.name),
        );
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, key: &str) -> Vec<(u32, String)> {
        let items = self.node.get(key).map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| Some((item.line, item.as_text()?.into_owned()))).collect()
    }

    /// The host's paths that are mounted, in the short and the long form.
    pub(crate) fn mounted_paths(&self) -> Vec<(u32, String)> {
        let volumes = self.node.get("volumes").map(Node::items).unwrap_or_default();
        volumes
            .iter()
            .filter_map(|volume| match volume.as_text() {
                Some(short) => Some((volume.line, short.split(':').next().unwrap_or_default().to_owned())),
                None => Some((volume.line, volume.text_at("source")?.into_owned())),
            })
            .collect()
    }

    /// The names and values of the environment, in both forms.
    pub(crate) fn environment(&self) -> Vec<(u32, String, String)> {
        let Some(environment) = self.node.get("environment") else { return Vec::new() };
        if let Some(entries) = environment.as_map() {
            let known = entries
                .iter()
                .filter_map(|entry| Some((entry.line, entry.key.clone(), entry.value.as_text()?.into_owned())));
            return known.collect();
        }
        let texts = environment.items().iter().filter_map(|item| Some((item.line, item.as_text()?.into_owned())));
        texts
            .filter_map(|(line, text)| {
                text.split_once('=').map(|(name, value)| (line, name.to_owned(), value.to_owned()))
            })
            .collect()
    }
}

/// Reads every Compose file of a tree: those that are called so, and those that these include.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Project> {
    let mut projects = Vec::new();
    let mut extending = Extending::new(tree);
    let named = tree.files().filter(|(path, _)| by_name(path) == Some(FileKind::Compose));
    let mut waiting: Vec<(UntrustedPath, &str)> = named.map(|(path, text)| (path.clone(), text)).collect();
    let mut known: BTreeSet<UntrustedPath> = waiting.iter().map(|(path, _)| path.clone()).collect();
    waiting.reverse();
    while let Some((path, text)) = waiting.pop() {
        let path = &path;
        match yaml::parse(text, Tags::Dropped) {
            Ok(documents) => {
                let missing = documents.iter().find_map(missing);
                let is_empty = documents.is_empty() && !is_plain(path);
                let missing = missing.or_else(|| is_empty.then(|| "is empty".to_owned()));
                if let Some(missing) = missing {
                    let reason = format!("the Compose file {missing}; its end may be missing");
                    gaps.push(Gap::new(path.as_str(), reason));
                }
                for included in documents.iter().flat_map(|document| include::included(path, document)) {
                    let found = included.path.and_then(|other| {
                        let text = tree.get(&other).filter(|text| is_project(text));
                        text.map(|text| (other.into(), text)).ok_or_else(|| include::unread(&included.name))
                    });
                    match found {
                        Ok((other, text)) if known.insert(UntrustedPath::clone(&other)) => waiting.push((other, text)),
                        Ok(_) => {}
                        Err(why) => {
                            let reason = format!("what it includes was not looked at (line {}): {why}", included.line);
                            gaps.push(Gap::new(path.as_str(), reason));
                        }
                    }
                }
                projects.extend(documents.iter().filter_map(|document| project(path, document, &mut extending, gaps)));
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the Compose file cannot be read: {error}"))),
        }
    }
    projects
}

/// Whether a file that is included is one of Compose at all; what is wrong with it is told where it is read.
fn is_project(text: &str) -> bool {
    yaml::parse(text, Tags::Dropped).map_or(true, |documents| {
        documents.iter().any(|document| document.get("services").is_some() || document.get("include").is_some())
    })
}

/// The path of a file that another one names; none for one outside of the tree.
fn relative(from: &UntrustedPath, name: &str) -> Option<String> {
    if name.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.parent().split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether the file has a name that others than Compose may give to theirs.
fn is_plain(path: &UntrustedPath) -> bool {
    path.file_name().starts_with("compose.")
}

/// What a file of Compose would have to say and does not.
fn missing(document: &Node) -> Option<String> {
    let services = document.entry("services")?;
    let Some(entries) = services.value.as_map() else {
        return Some(format!("has no services at line {}", services.line));
    };
    let empty = entries.iter().find(|entry| entry.value.as_map().is_none())?;
    Some(format!("says nothing of its service `{}` at line {}", empty.key, empty.line))
}

/// The services of a file; of one that extends what cannot be read, what it says itself.
fn project(
    path: &UntrustedPath,
    document: &Node,
    extending: &mut Extending<'_>,
    gaps: &mut Vec<Gap>,
) -> Option<Project> {
    let all = document.get("services")?;
    let entries = all.as_map()?.iter().filter(|entry| entry.value.as_map().is_some());
    let services = entries.map(|entry| Service {
        name: entry.key.clone(),
        node: extending.whole(path, all, entry).unwrap_or_else(|reason| {
            gaps.push(Gap::new(path.as_str(), reason));
            entry.value.clone()
        }),
        block: (entry.line, last_line(&entry.value).max(entry.line)),
    });
    Some(Project { path: path.clone(), services: services.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn projects(files: &[(&str, &str)]) -> (Vec<Project>, Vec<String>) {
        let mut tree = Tree::new();
        for (name, text) in files {
            tree.insert((*name).to_owned().into(), text.as_bytes()).unwrap();
        }
        let mut gaps = Vec::new();
        let projects = read(&tree, &mut gaps);
        (projects, gaps.into_iter().map(|gap| gap.reason).collect())
    }

    #[test]
    fn a_service_takes_over_what_it_extends() {
        let (projects, gaps) = projects(&[
            (
                "a/compose.yaml",
                "services:\n  web:\n    extends: {file: ../common.yml, service: base}\n    environment: {B: own}\n    cap_add: [NET_ADMIN]\n    command: [run]\n  job:\n    extends: web\n    user: app\n",
            ),
            (
                "common.yml",
                "services:\n  base:\n    extends: lowest\n    privileged: true\n    environment: {A: a, B: b}\n    cap_add: [SYS_TIME]\n    command: [sh]\n  lowest:\n    user: root\n",
            ),
        ]);
        assert_eq!(gaps, [""; 0]);
        let web = &projects[0].services[0];
        let mut environment = web.environment();
        environment.sort();
        let (a, b) = (("A".to_owned(), "a".to_owned()), ("B".to_owned(), "own".to_owned()));
        assert_eq!(environment, [(3, a.0, a.1), (4, b.0, b.1)]);
        assert_eq!(web.texts("cap_add"), [(3, "SYS_TIME".to_owned()), (5, "NET_ADMIN".to_owned())]);
        assert_eq!(web.texts("command"), [(6, "run".to_owned())]);
        assert_eq!((web.node.line_of("privileged"), web.node.text_at("user").as_deref()), (3, Some("root")));
        let job = &projects[0].services[1];
        assert_eq!((job.node.line_of("privileged"), job.node.text_at("user").as_deref()), (8, Some("app")));
    }

    #[test]
    fn what_cannot_be_taken_over_is_a_gap() {
        for (extends, why) in [
            ("{file: gone.yml, service: base}", "`gone.yml` is no Compose file that can be read"),
            ("{file: ../../gone.yml, service: base}", "`../../gone.yml` is no Compose file that can be read"),
            ("{file: '${COMMON}', service: base}", "its file depends on a variable"),
            ("nobody", "there is no service `nobody`"),
            ("web", "more than 32 services extend each other"),
            ("{file: compose.yaml}", "it names no service"),
        ] {
            let text = format!("services:\n  web:\n    image: a:1\n    extends: {extends}\n");
            let (projects, gaps) = projects(&[("compose.yaml", &text)]);
            let reason = format!("what its service `web` extends was not looked at (line 2): {why}");
            assert_eq!(gaps, [reason], "{extends}");
            assert_eq!(projects[0].services[0].node.text_at("image").as_deref(), Some("a:1"));
        }
    }

    #[test]
    fn what_is_included_is_read_once_whatever_its_name() {
        let (projects, gaps) = projects(&[
            (
                "app/compose.yaml",
                "include:\n  - ../shared/base.yml\n  - path: [../shared/db.yml, ../shared/db.more.yml]\n    env_file: a\nservices:\n  web:\n    image: a:1\n",
            ),
            (
                "shared/base.yml",
                "include: [db.yml, base.yml, compose.yaml]\nservices:\n  base:\n    privileged: true\n",
            ),
            ("shared/compose.yaml", "services:\n  own:\n    image: d:1\n"),
            ("shared/db.yml", "services:\n  db:\n    image: b:1\n"),
            ("shared/db.more.yml", "services:\n  db:\n    user: root\n"),
            ("shared/other.yml", "services:\n  other:\n    image: c:1\n"),
        ]);
        assert_eq!(gaps, [""; 0]);
        let mut names: Vec<String> = projects
            .iter()
            .flat_map(|project| project.services.iter().map(|service| format!("{} {}", project.path, service.name)))
            .collect();
        names.sort();
        let wanted = [
            "app/compose.yaml web",
            "shared/base.yml base",
            "shared/compose.yaml own",
            "shared/db.more.yml db",
            "shared/db.yml db",
        ];
        assert_eq!(names, wanted);
    }

    #[test]
    fn what_is_included_and_cannot_be_read_is_a_gap() {
        for (include, why) in [
            ("gone.yml", "`gone.yml` is no Compose file that can be read"),
            ("../../gone.yml", "`../../gone.yml` is no Compose file that can be read"),
            ("notes.yml", "`notes.yml` is no Compose file that can be read"),
            ("'${MORE}/compose.yaml'", "its file depends on a variable"),
            ("oci://registry.example/shop/base:1", "`oci://registry.example/shop/base:1` is elsewhere"),
            ("{project_directory: a}", "it names no file"),
        ] {
            let text = format!("include:\n  - {include}\nservices:\n  web:\n    image: a:1\n");
            let (projects, gaps) = projects(&[("compose.yaml", &text), ("notes.yml", "title: a\n")]);
            assert_eq!(gaps, [format!("what it includes was not looked at (line 2): {why}")], "{include}");
            assert_eq!(projects.len(), 1);
        }
    }

    #[test]
    fn a_file_whose_end_is_missing_is_a_gap() {
        for (name, text, count) in [
            ("compose.yaml", "services:\n", 1),
            ("compose.yaml", "services:\n  web:\n", 1),
            ("compose.yaml", "services:\n  web:\n    ima", 1),
            ("compose.yaml", "services: {web: {image: 'a", 1),
            ("docker-compose.yml", "", 1),
            ("docker-compose.override.yml", "volumes: {a: {}}\n", 0),
            ("compose.yaml", "title: of a letter\n", 0),
            ("compose.yaml", "services: {web: {image: a}}\n", 0),
        ] {
            let mut tree = Tree::new();
            tree.insert(name.to_owned().into(), text.as_bytes()).unwrap();
            let mut gaps = Vec::new();
            read(&tree, &mut gaps);
            assert_eq!(gaps.len(), count, "{text}: {gaps:?}");
        }
    }
}
