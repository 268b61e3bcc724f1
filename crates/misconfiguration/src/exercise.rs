//! A door for fuzz targets and the replay of their corpora, which stand outside of the crate.
//!
//! It is no interface of the checks: nothing else may use it, and it changes without notice.

use model::UntrustedPath;

use crate::{Options, Tree, check};

/// A name, and the paths of which the first byte of an input chooses one.
type Target = (&'static str, &'static [&'static str]);

const TARGETS: &[Target] = &[
    ("config_cloudformation", &["template.yaml", "template.json"]),
    ("config_dockerfile", &["Dockerfile"]),
    ("config_hcl", &["main.tf", "terraform.tfvars", "plan.json"]),
    ("config_helm", &["chart/values.yaml", "chart/templates/a.yaml", "chart/templates/_h.tpl"]),
    ("config_yaml", &["pod.yaml", "compose.yaml", ".github/workflows/a.yml", "tasks/main.yml", "azuredeploy.json"]),
];

/// The names of all targets.
pub fn targets() -> impl Iterator<Item = &'static str> {
    TARGETS.iter().map(|(target, _)| *target)
}

/// Does with the bytes what the target of this name is there to try.
///
/// # Panics
/// When there is no such target, and when a reader or a check has a mistake.
pub fn run(target: &str, bytes: &[u8]) {
    let known = TARGETS.iter().find(|(known, _)| *known == target);
    let (_, paths) = known.expect("the caller names a target of the list");
    let Some((choice, content)) = bytes.split_first() else { return };
    let path = paths[usize::from(*choice) % paths.len()];
    let mut tree = Tree::new();
    for (path, content) in surroundings(target) {
        insert(&mut tree, path, content.as_bytes());
    }
    insert(&mut tree, path, content);
    let checked = check(&tree, &Options::default());
    let again = check(&tree, &Options::default());
    assert_eq!(checked, again, "the same files give the same findings");
    let lines = String::from_utf8_lossy(content).lines().count() + 1;
    for finding in checked.findings.iter().filter(|finding| finding.path.as_str() == path) {
        assert!((finding.line as usize) <= lines, "{finding:?} is beyond the file's {lines} lines");
    }
}

fn insert(tree: &mut Tree, path: &str, content: &[u8]) {
    // What is no text, or too large, is refused, and that is all there is to it.
    let _ = tree.insert(UntrustedPath::normalise(path), content);
}

/// Files without which the input would mean nothing.
fn surroundings(target: &str) -> &'static [(&'static str, &'static str)] {
    match target {
        "config_helm" => &[
            ("chart/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n"),
            ("chart/values.yaml", "a: 1\nb: [x, y]\nimage: {tag: latest}\n"),
            (
                "chart/templates/pod.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\nspec:\n  containers:\n  {{- range $k, $v := .Values }}\n  - name: {{ $k | quote }}\n    image: {{ toYaml $v | nindent 6 }}\n  {{- end }}\n",
            ),
        ],
        _ => &[],
    }
}
