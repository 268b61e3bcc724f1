//! Reasons of gaps have Japanese, whatever is wrong with a file: those of this crate, and those of the parsers it uses.

use std::collections::BTreeMap;

use misconfiguration::{Options, Tree, check};
use model::PhraseBook;
use test_support::{broken, english_left};

/// At so many places each text is broken.
const PLACES: usize = 24;

fn book() -> PhraseBook {
    let found: serde_json::Value =
        serde_json::from_str(include_str!("../../../content/messages/found.ja.json")).expect("the words are JSON");
    let pairs = found["gaps"].as_object().expect("words are a map");
    PhraseBook::new(
        pairs.iter().map(|(english, japanese)| (english.as_str(), japanese.as_str().expect("words are texts"))),
    )
}

/// The reasons that have no Japanese, or English in it, by what of them is English.
#[derive(Default)]
struct Unsaid {
    book: PhraseBook,
    reasons: BTreeMap<String, String>,
    asked: usize,
}

impl Unsaid {
    fn new() -> Unsaid {
        Unsaid { book: book(), ..Unsaid::default() }
    }

    fn look_at(&mut self, files: &[(&str, &str)]) {
        let mut tree = Tree::new();
        for (path, text) in files {
            // What a tree does not take is another matter.
            let _ = tree.insert((*path).to_owned().into(), text.as_bytes());
        }
        for gap in check(&tree, &Options::default()).gaps {
            self.asked += 1;
            let said = PhraseBook::translate(&[&self.book], &gap.reason).unwrap_or_else(|| gap.reason.clone());
            if let Some(english) = english_left(&said) {
                self.reasons.entry(english).or_insert(format!("{} → {said}", gap.reason));
            }
        }
    }

    fn finish(self, least: usize) {
        assert!(self.asked > least, "only {} reasons were seen", self.asked);
        let reasons: Vec<String> = self.reasons.into_values().collect();
        assert!(reasons.is_empty(), "content/messages/found.ja.json does not say: {reasons:#?}");
    }
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {\"b\": 'c'}}\nspec:\n  containers:\n  - &d\n    name: !!str e\n    args: [\"\\u00e9\", f, *d]\n    command: |-\n      g\n    image: >\n      h\n";
const TEMPLATE: &str =
    "{\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\", \"Properties\": {\"B\": [1.5, -2, true, \"\\u00e9\"]}}}}";
const TERRAFORM: &str = "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"x-${var.b}\"\n  c = { d = [1, 2.5], \"e\" : f(1, 2...) }\n  g {\n    h = i ? -j[0] : k.*.l\n  }\n  m = <<-N\n    %{ if o }p%{ endif }\n  N\n  q = [for r in s : r if !t]\n}\n";
const COMPOSE: &str = "services:\n  a:\n    image: b\n    extends: {file: c.yaml, service: d}\ninclude: [e.yaml]\n";
const CHART: (&str, &str) = ("c/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
const DEPLOYMENT: &str = "kind: {{ .Values.kind | default \"Pod\" }}\n{{- $a := 0x1f }}\n{{- range $i, $b := .Values.list }}{{ if eq $i 'c' }}{{ break }}{{ end }}{{ end }}\n{{/* d */}}{{ define \"e\" }}{{ template \"f\" . }}{{ end }}\n{{ block \"g\" . }}{{ `h` }}{{ end }}{{ with (index .Values.map \"i\") }}{{ . }}{{ else }}{{ len \"j\" }}{{ end }}\n";
const VALUES: (&str, &str) = ("c/values.yaml", "kind: Pod\nlist: [1, 2]\nmap: {i: a}\n");

#[test]
fn what_is_wrong_with_yaml_json_and_hcl_is_told_in_japanese() {
    let mut unsaid = Unsaid::new();
    let texts =
        [("pod.yaml", POD), ("template.json", TEMPLATE), ("main.tf", TERRAFORM), ("docker-compose.yml", COMPOSE)];
    for (path, text) in texts {
        for text in broken(text, PLACES) {
            unsaid.look_at(&[(path, &text)]);
        }
    }
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(600), close.repeat(600));
    unsaid.look_at(&[("deep.yaml", &format!("apiVersion: v1\nkind: {}", deep("[", "]")))]);
    unsaid.look_at(&[("template.json", &format!("{{\"Resources\": {}}}", deep("[", "]")))]);
    unsaid.look_at(&[("template.json", &format!("{{\"Resources\": {}}}", deep("[", "]").replace("[[[[[[", "[")))]);
    unsaid.look_at(&[("main.tf", &format!("a = {}", deep("[", "]")))]);
    unsaid.look_at(&[("main.tf", &format!("a = {}1", "1 + ".repeat(600)))]);
    unsaid.finish(1000);
}

#[test]
fn what_is_wrong_with_charts_is_told_in_japanese() {
    let mut unsaid = Unsaid::new();
    for template in broken(DEPLOYMENT, PLACES) {
        unsaid.look_at(&[CHART, VALUES, ("c/templates/a.yaml", &template)]);
    }
    let calls = [
        "index .Values.list \"a\"",
        "index .Values.list 7",
        "index .Values.map 1",
        "index \"a\" .Values.map",
        "index nil 1",
        "index 1 2",
        "slice \"é\" 0 1",
        "slice \"a\" 0 7",
        "slice .Values.list 1 0",
        "slice .Values.list 1 0 1",
        "slice .Values.list 0 7 1",
        "slice .Values.list 0 1 9",
        "slice \"a\" 0 1 1",
        "slice .Values.list \"a\"",
        "slice 7",
        "slice .Values.list 1 1 1 1 1",
        "printf 7",
        "printf",
        "len 7",
        "call nil",
        "call 7",
        "eq .Values.list .Values.list",
        "eq 1 \"a\"",
        "lt 1 \"a\"",
        "lt true false",
        "lt .Values.list .Values.list",
        "and",
        "not",
        "template \"nowhere\" .",
        "include \"nowhere\" .",
        "nowhere 1",
        "$nowhere",
        "range 1.5 }}{{ end",
        "range $a, $b := \"c\" }}{{ end",
        "nil",
        "1 2",
        "99999999999999999999999",
        "9223372036854775808",
        ".Chart.Name.First.Second",
        "break",
        "continue",
        "break }}{{ end",
        "\"\\0\"",
        "\"\\777\"",
        "0b2",
        "0o8",
        "fromToml \"a\"",
        "env \"A\"",
        "expandenv \"A\"",
        "div 1 0",
        "mod 1 0",
        "first 7",
        "keys 7",
        "semverCompare \"a b\" \"1.0.0\"",
        "regexMatch \"(\" \"a\"",
        "dig \"a\"",
        "until 99999999",
        "repeat 99999999 \"a\"",
        "substr 1",
        "fail (print 1)",
        "trunc",
        "set 1 2 3",
        "unset 1 2",
        "toYaml",
        "tpl \"{{\" .",
        "seq",
        "genCA 1 2",
        "lookup",
        "htpasswd",
        "randAlphaNum \"a\"",
        "atoi (list 1)",
        "list | join",
        "dict 1",
        "get 1 2",
        "merge 1",
        "ternary 1",
        "toDate 1",
        "b64dec \"%\"",
        "fromJson \"{\"",
        "fromYaml \"[\"",
        "mustFromJson \"{\"",
        "mustRegexMatch \"(\" \"a\"",
        "include \"loop\" .",
    ];
    let helpers = ("c/templates/_loop.tpl", "{{ define \"loop\" }}{{ include \"loop\" . }}{{ end }}");
    for call in calls {
        unsaid.look_at(&[CHART, VALUES, helpers, ("c/templates/a.yaml", &format!("a: {{{{ {call} }}}}\n"))]);
    }
    let whole = [
        "{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}",
        "{{ $a := repeat 100000 \"a\" }}{{ range until 40000 }}{{ $a }}{{ end }}",
        "{{ define \"a\" }}{{ end }}{{ define \"a\" }}{{ end }}",
        "{{ range until 100 }}{{ break }}{{ end }}{{ break }}",
    ];
    for template in whole {
        unsaid.look_at(&[CHART, ("c/templates/a.yaml", template)]);
    }
    unsaid.look_at(&[CHART, ("c/templates/a.yaml", &"{{ if true }}".repeat(2000))]);
    unsaid.look_at(&[CHART, ("c/templates/a.yaml", &format!("{{{{ {}1{} }}}}", "(".repeat(2000), ")".repeat(2000)))]);
    unsaid.finish(500);
}
