//! Which files configure something, told by their name first and by their beginning where the name does not say.

use model::UntrustedPath;

/// How much of a file's beginning [`kind_of`] wants to see.
pub const HEAD_BYTES: usize = 16 << 10;

/// What a configuration file configures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A Dockerfile or Containerfile.
    Dockerfile,
    /// A Compose file.
    Compose,
    /// Manifests of Kubernetes.
    Kubernetes,
    /// A file of a Helm chart: its `Chart.yaml`, values or a template.
    Helm,
    /// Terraform or OpenTofu: configuration, variables or a plan as JSON.
    Terraform,
    /// A CloudFormation template.
    CloudFormation,
    /// An Azure Resource Manager template, also as Bicep compiles it.
    AzureResourceManager,
    /// An Ansible playbook or a role's tasks.
    Ansible,
    /// A workflow of GitHub Actions, or an action.
    GithubWorkflow,
}

/// Says what kind of configuration a file is, from its path and its first [`HEAD_BYTES`]; `None` for any other file.
///
/// The answer is what makes a file worth reading into a [`Tree`](crate::Tree); what it truly holds is decided by its
/// content once it is read.
pub fn kind_of(path: &UntrustedPath, head: &[u8]) -> Option<FileKind> {
    by_name(path).or_else(|| by_content(path, head))
}

/// The kind that the name alone tells.
pub(crate) fn by_name(path: &UntrustedPath) -> Option<FileKind> {
    let name = path.file_name().to_ascii_lowercase();
    if is_dockerfile(&name) {
        return Some(FileKind::Dockerfile);
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "tf" | "tofu" | "tfvars" => return Some(FileKind::Terraform),
        "bicep" => return Some(FileKind::AzureResourceManager),
        "tpl" if is_below(path, "templates") => return Some(FileKind::Helm),
        "json" if [".tf.json", ".tofu.json", ".tfvars.json"].iter().any(|end| name.ends_with(end)) => {
            return Some(FileKind::Terraform);
        }
        "yaml" | "yml" => {}
        _ => return None,
    }
    if name == "chart.yaml" || name == "values.yaml" {
        return Some(FileKind::Helm);
    }
    if path.parent() == ".github/workflows"
        || path.parent().ends_with("/.github/workflows")
        || name == "action.yml"
        || name == "action.yaml"
    {
        return Some(FileKind::GithubWorkflow);
    }
    is_compose(&name).then_some(FileKind::Compose)
}

/// Endings of files that are about Dockerfiles: programs, texts, and what the engine is told to leave out.
const ABOUT_DOCKERFILES: &[&str] = &[
    "adoc",
    "bz2",
    "c",
    "cc",
    "cpp",
    "cs",
    "dockerignore",
    "go",
    "gz",
    "h",
    "html",
    "java",
    "js",
    "json",
    "kt",
    "lua",
    "md",
    "php",
    "pl",
    "py",
    "rb",
    "rs",
    "rst",
    "svg",
    "swift",
    "tmlanguage",
    "ts",
    "tsx",
    "txt",
    "vim",
    "xz",
    "zst",
];

fn is_dockerfile(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ABOUT_DOCKERFILES.contains(&ending) {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        name == *word
            || name.strip_prefix(word).is_some_and(|rest| rest.starts_with(['.', '-']))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with(['.', '-']))
    })
}

fn is_compose(name: &str) -> bool {
    let stem = name.trim_end_matches(".yaml").trim_end_matches(".yml");
    ["compose", "docker-compose", "podman-compose"]
        .iter()
        .any(|word| stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_'])))
}

fn is_below(path: &UntrustedPath, folder: &str) -> bool {
    path.parent().split('/').any(|part| part == folder)
}

/// The kind that the first bytes tell, for names that may be anything.
fn by_content(path: &UntrustedPath, head: &[u8]) -> Option<FileKind> {
    let name = path.file_name().to_ascii_lowercase();
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".template");
    let is_json = name.ends_with(".json") || name.ends_with(".template") || name.ends_with(".tfplan");
    if !is_yaml && !is_json {
        return None;
    }
    let head = String::from_utf8_lossy(&head[..head.len().min(HEAD_BYTES)]);
    if is_yaml && is_below(path, "templates") && head.contains("{{") {
        return Some(FileKind::Helm);
    }
    if head.contains("AWSTemplateFormatVersion") || head.contains("AWS::") {
        return Some(FileKind::CloudFormation);
    }
    if is_json
        && head.contains("schema.management.azure.com")
        && head.to_ascii_lowercase().contains("deploymenttemplate")
    {
        return Some(FileKind::AzureResourceManager);
    }
    if is_json && (head.contains("\"planned_values\"") || head.contains("\"terraform_version\"")) {
        return Some(FileKind::Terraform);
    }
    if head.contains("apiVersion") && head.contains("kind") {
        return Some(FileKind::Kubernetes);
    }
    // What Compose files extend may have any name.
    if is_yaml && head.lines().any(|line| line.trim_end() == "services:") {
        return Some(FileKind::Compose);
    }
    if is_yaml && is_ansible(path, &head) {
        return Some(FileKind::Ansible);
    }
    None
}

fn is_ansible(path: &UntrustedPath, head: &str) -> bool {
    let is_list = head.lines().any(|line| line.starts_with("- "));
    let is_play = head.lines().any(|line| line.starts_with("- hosts:") || line.trim_start().starts_with("hosts:"));
    is_list && (is_play || is_below(path, "tasks") || is_below(path, "handlers") || is_below(path, "playbooks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str, head: &str) -> Option<FileKind> {
        kind_of(&UntrustedPath::normalise(path), head.as_bytes())
    }

    #[test]
    fn names_say_what_a_file_is() {
        for (path, expected) in [
            ("Dockerfile", Some(FileKind::Dockerfile)),
            ("a/Dockerfile.prod", Some(FileKind::Dockerfile)),
            ("a/prod.Dockerfile", Some(FileKind::Dockerfile)),
            ("Containerfile", Some(FileKind::Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("docs/dockerfiles.md", None),
            ("man5/Containerfile.5.gz", None),
            ("main.bicep", Some(FileKind::AzureResourceManager)),
            ("src/dockerfile.rs", None),
            ("parser/dockerfile.go", None),
            ("compose.yaml", Some(FileKind::Compose)),
            ("x/docker-compose.override.yml", Some(FileKind::Compose)),
            ("composer.yml", None),
            ("main.tf", Some(FileKind::Terraform)),
            ("prod.auto.tfvars.json", Some(FileKind::Terraform)),
            (".github/workflows/ci.yml", Some(FileKind::GithubWorkflow)),
            ("chart/Chart.yaml", Some(FileKind::Helm)),
            ("chart/templates/_helpers.tpl", Some(FileKind::Helm)),
            ("package.json", None),
            ("README.md", None),
        ] {
            assert_eq!(kind(path, ""), expected, "{path}");
        }
    }

    #[test]
    fn content_says_it_where_the_name_does_not() {
        assert_eq!(kind("x.yaml", "apiVersion: v1\nkind: Pod\n"), Some(FileKind::Kubernetes));
        assert_eq!(
            kind("x.json", "{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\"}}}"),
            Some(FileKind::CloudFormation)
        );
        assert_eq!(kind("site.yml", "- hosts: all\n  tasks: []\n"), Some(FileKind::Ansible));
        assert_eq!(kind("c/templates/x.yaml", "kind: {{ .Values.kind }}"), Some(FileKind::Helm));
        assert_eq!(kind("common.yml", "services:\n  base:\n    image: a\n"), Some(FileKind::Compose));
        assert_eq!(kind("x.yaml", "a: b\n"), None);
    }
}
