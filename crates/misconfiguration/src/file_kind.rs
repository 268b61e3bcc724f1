//! Which files configure something, told by their name first and by their text where the name does not say: by its
//! beginning, or by marks that stand further behind.

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
    /// Manifests of Kubernetes, and what Kustomize puts together of them.
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
    /// YAML or JSON whose first [`HEAD_BYTES`] do not say what it is: more of it has to be seen.
    Undecided,
}

/// Says what kind of configuration a file is, from its path and its first [`HEAD_BYTES`]; `None` for any other file.
///
/// The answer is what makes a file worth reading into a [`Tree`](crate::Tree); what it truly holds is decided by its
/// content once it is read.
pub fn kind_of(path: &UntrustedPath, head: &[u8]) -> Option<FileKind> {
    let kind = kind_of_whole(path, head);
    kind.or_else(|| (head.len() == HEAD_BYTES && Notation::of(path).is_some()).then_some(FileKind::Undecided))
}

/// The kind of a file of which the whole text is there.
pub(crate) fn kind_of_whole(path: &UntrustedPath, content: &[u8]) -> Option<FileKind> {
    by_name(path).or_else(|| by_content(path, content))
}

/// Whether a file turns out to configure nothing though its beginning left that open.
pub(crate) fn says_nothing(path: &UntrustedPath, content: &[u8]) -> bool {
    content.len() > HEAD_BYTES && Notation::of(path).is_some() && kind_of_whole(path, content).is_none()
}

/// The kind that the name alone tells.
pub(crate) fn by_name(path: &UntrustedPath) -> Option<FileKind> {
    let name = path.file_name().to_ascii_lowercase();
    if is_dockerfile(&name) {
        return (!is_of_go_itself(path)).then_some(FileKind::Dockerfile);
    }
    if ["kustomization", "kustomization.yaml", "kustomization.yml"].contains(&name.as_str()) {
        return Some(FileKind::Kubernetes);
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
    if is_workflow(path, &name) {
        return (!is_in_package(path)).then_some(FileKind::GithubWorkflow);
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

fn is_workflow(path: &UntrustedPath, name: &str) -> bool {
    path.parent() == ".github/workflows"
        || path.parent().ends_with("/.github/workflows")
        || ["action.yml", "action.yaml"].contains(&name)
}

/// Whether the file came with a package of others: its workflows run where the package is made, and nowhere here.
fn is_in_package(path: &UntrustedPath) -> bool {
    let folders: Vec<&str> = path.parent().split(['/', '!']).collect();
    let begins_with_digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let holds_packages = folders.iter().any(|folder| {
        ["node_modules", "bower_components", "vendor", "site-packages", "dist-packages"].contains(folder)
            // A registry of Cargo, a module in the store of Go.
            || folder.starts_with("index.crates.io-")
            || folder.split_once("@v").is_some_and(|(_, version)| begins_with_digit(version))
    });
    let pairs = folders.windows(2).any(|pair| match pair {
        [".cargo" | "cargo", "registry"] | ["pkg", "mod"] | [".m2", "repository"] => true,
        // `gems/NAME-VERSION`; in a repository of several gems the folders have no versions.
        ["gems", gem] => gem.rsplit_once('-').is_some_and(|(_, version)| begins_with_digit(version)),
        _ => false,
    });
    holds_packages || pairs
}

/// Whether the file is part of the sources that Go is installed with, which have Dockerfiles to make its cryptography with.
fn is_of_go_itself(path: &UntrustedPath) -> bool {
    let text = path.as_str();
    text.starts_with("src/crypto/internal/") || text.contains("/src/crypto/internal/")
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

/// The notations that a file whose name may be anything can be in, by the end of its name.
#[derive(Debug, Clone, Copy)]
struct Notation {
    is_yaml: bool,
    is_json: bool,
}

impl Notation {
    fn of(path: &UntrustedPath) -> Option<Notation> {
        let name = path.file_name().to_ascii_lowercase();
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".template");
        let is_json = name.ends_with(".json") || name.ends_with(".template") || name.ends_with(".tfplan");
        (is_yaml || is_json).then_some(Notation { is_yaml, is_json })
    }
}

/// The kind that the first bytes tell, and where those do not, marks anywhere in the text: only keys of the outermost level
/// in YAML, and keys with a value of their kind in JSON, for much else is said in long texts.
fn by_content(path: &UntrustedPath, content: &[u8]) -> Option<FileKind> {
    let notation = Notation::of(path)?;
    let head = String::from_utf8_lossy(&content[..content.len().min(HEAD_BYTES)]);
    by_head(path, notation, &head).or_else(|| {
        let text = std::str::from_utf8(content).ok().filter(|text| text.len() > HEAD_BYTES)?;
        by_marks(path, notation, text)
    })
}

fn by_head(path: &UntrustedPath, Notation { is_yaml, is_json }: Notation, head: &str) -> Option<FileKind> {
    if is_yaml && is_below(path, "templates") && head.contains("{{") {
        return Some(FileKind::Helm);
    }
    if head.contains("AWSTemplateFormatVersion") || head.contains("AWS::") {
        return Some(FileKind::CloudFormation);
    }
    if is_json && is_azure(head) {
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
    if is_yaml && is_ansible(path, head) {
        return Some(FileKind::Ansible);
    }
    None
}

fn by_marks(path: &UntrustedPath, Notation { is_yaml, is_json }: Notation, text: &str) -> Option<FileKind> {
    let is_braced = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    if is_json && is_braced {
        let is_template = has_member(text, "AWSTemplateFormatVersion", '"')
            || (text.contains("\"AWS::") && has_member(text, "Resources", '{'));
        let is_plan = has_member(text, "planned_values", '{')
            || (has_member(text, "format_version", '"') && has_member(text, "terraform_version", '"'));
        return match () {
            () if is_template => Some(FileKind::CloudFormation),
            () if is_azure(text) => Some(FileKind::AzureResourceManager),
            () if is_plan => Some(FileKind::Terraform),
            () if has_member(text, "apiVersion", '"') && has_member(text, "kind", '"') => Some(FileKind::Kubernetes),
            () => None,
        };
    }
    if !is_yaml {
        return None;
    }
    let has_key = |key: &str| {
        text.lines().any(|line| {
            let rest = line.trim_start_matches(['{', '"', '\'']).strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'))
        })
    };
    match () {
        () if is_below(path, "templates") && text.contains("{{") => Some(FileKind::Helm),
        () if has_key("AWSTemplateFormatVersion") || (text.contains("AWS::") && has_key("Resources")) => {
            Some(FileKind::CloudFormation)
        }
        () if has_key("apiVersion") && has_key("kind") => Some(FileKind::Kubernetes),
        () if has_key("services") => Some(FileKind::Compose),
        () if is_ansible(path, text) => Some(FileKind::Ansible),
        () => None,
    }
}

/// Whether an object somewhere in a text of JSON has a member of this name, with a value that begins with this sign.
fn has_member(text: &str, name: &str, value: char) -> bool {
    let key = format!("\"{name}\"");
    memchr::memmem::find_iter(text.as_bytes(), key.as_bytes()).any(|at| {
        let value_of = text[at + key.len()..].trim_start().strip_prefix(':');
        value_of.is_some_and(|rest| rest.trim_start().starts_with(value))
    })
}

fn is_azure(text: &str) -> bool {
    text.contains("schema.management.azure.com") && text.to_ascii_lowercase().contains("deploymenttemplate")
}

fn is_ansible(path: &UntrustedPath, text: &str) -> bool {
    let is_list = text.lines().any(|line| line.starts_with("- "));
    let is_play = text.lines().any(|line| line.starts_with("- hosts:") || line.trim_start().starts_with("hosts:"));
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
            ("srv/app/.github/workflows/ci.yml", Some(FileKind::GithubWorkflow)),
            ("gems/app/action.yml", Some(FileKind::GithubWorkflow)),
            ("a/node_modules/b/.github/workflows/ci.yml", None),
            ("vendor/github.com/a/b/.github/workflows/ci.yml", None),
            ("root/.cargo/registry/src/x/a-1.0.0/.github/workflows/ci.yml", None),
            ("src/index.crates.io-1949cf8c6b5b557f/a-1.0.0/.github/workflows/ci.yml", None),
            ("root/go/pkg/mod/github.com/a/b@v1.2.3/.github/workflows/ci.yml", None),
            ("github.com/a/b@v1.2.3/action.yml", None),
            ("usr/lib/python3/dist-packages/a/.github/workflows/ci.yml", None),
            ("var/lib/gems/3.1.0/gems/rack-2.2.6/.github/workflows/ci.yml", None),
            ("usr/local/go/src/crypto/internal/boring/Dockerfile", None),
            ("go/src/app/Dockerfile", Some(FileKind::Dockerfile)),
            ("chart/Chart.yaml", Some(FileKind::Helm)),
            ("overlays/prod/kustomization.yaml", Some(FileKind::Kubernetes)),
            ("Kustomization", Some(FileKind::Kubernetes)),
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

    #[test]
    fn marks_that_stand_behind_the_beginning_are_seen() {
        let comment = format!("# {}\n", "x".repeat(HEAD_BYTES));
        let mappings: String = (0..1_000).map(|number| format!("    m{number}: {{ami: ami-{number}}}\n")).collect();
        let members: String = (0..1_000).map(|number| format!("\"m{number}\": {{\"a\": \"b\"}}, ")).collect();
        for (path, text, expected) in [
            ("a.yaml", format!("{comment}apiVersion: v1\nkind: Pod\n"), Some(FileKind::Kubernetes)),
            ("a.yaml", format!("apiVersion: v1\ndata:\n{mappings}kind: ConfigMap\n"), Some(FileKind::Kubernetes)),
            (
                "a.yaml",
                format!("Mappings:\n  x:\n{mappings}Resources:\n  b: {{Type: AWS::S3::Bucket}}\n"),
                Some(FileKind::CloudFormation),
            ),
            ("a.yml", format!("{comment}- hosts: all\n  tasks: []\n"), Some(FileKind::Ansible)),
            ("a.yml", format!("{comment}services:\n  a: {{image: b}}\n"), Some(FileKind::Compose)),
            ("c/templates/a.yaml", format!("{comment}a: {{{{ .b }}}}\n"), Some(FileKind::Helm)),
            (
                "a.json",
                format!(
                    "{{\"Mappings\": {{{members}\"z\": {{}}}}, \"Resources\": {{\"b\": {{\"Type\": \"AWS::S3::Bucket\"}}}}}}"
                ),
                Some(FileKind::CloudFormation),
            ),
            (
                "a.json",
                format!("{{\"data\": {{{members}\"z\": {{}}}}, \"apiVersion\" : \"v1\",\n\"kind\": \"ConfigMap\"}}"),
                Some(FileKind::Kubernetes),
            ),
            (
                "a.json",
                format!(
                    "{{{members}\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\"}}"
                ),
                Some(FileKind::AzureResourceManager),
            ),
            ("a.json", format!("{{{members}\"planned_values\": {{}}}}"), Some(FileKind::Terraform)),
            // What only speaks of such files: a schema, a table of kinds, a list of words.
            ("a.json", format!("{{{members}\"apiVersion\": {{\"type\": \"string\"}}, \"kind\": {{}}}}"), None),
            ("a.json", format!("{{{members}\"a\": \"AWS::S3::Bucket\", \"Resources\": []}}"), None),
            ("a.yaml", format!("x:\n{mappings}  apiVersion: {{type: string}}\n  kind: {{type: string}}\n"), None),
            ("a.yaml", format!("x:\n{mappings}\ny: AWS::S3::Bucket\nz: {{Resources: 1}}\n"), None),
            ("a.txt", format!("{comment}apiVersion: v1\nkind: Pod\n"), None),
        ] {
            let path = UntrustedPath::normalise(path);
            assert!(text.len() > HEAD_BYTES, "{path}");
            assert_eq!(kind_of_whole(&path, text.as_bytes()), expected, "{path} {}", &text[text.len() - 60..]);
            let is_worth_reading = kind_of(&path, &text.as_bytes()[..HEAD_BYTES]).is_some();
            assert_eq!(is_worth_reading, path.file_name() != "a.txt", "{path}");
            assert_eq!(says_nothing(&path, text.as_bytes()), is_worth_reading && expected.is_none(), "{path}");
        }
        assert_eq!(kind("a.yaml", &comment[..1_000]), None, "all of a short file was seen");
    }
}
