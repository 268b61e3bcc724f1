use crate::{Options, Tree, check};

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (path, text) in files {
        tree.insert((*path).to_owned().into(), text.as_bytes()).unwrap();
    }
    tree
}

const CHART: (&str, &str) = ("c/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: \"7\"\n");

const HELPERS: (&str, &str) = (
    "c/templates/_helpers.tpl",
    "{{- define \"shop.labels\" -}}\napp: {{ .Chart.Name }}\nversion: {{ .Chart.AppVersion | quote }}\n{{- end -}}\n",
);

#[test]
fn charts_are_rendered_with_their_values() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-{{ .Chart.Name | trunc 63 | trimSuffix \"-\" }}\n  labels: {{- include \"shop.labels\" . | nindent 4 }}\nspec:\n  template:\n    spec:\n      {{- with .Values.securityContext }}\n      securityContext:\n        {{- toYaml . | nindent 8 }}\n      {{- end }}\n      containers:\n      - name: app\n        image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default \"latest\" }}\"\n        {{- if .Values.debug }}\n        securityContext:\n          privileged: true\n        {{- end }}\n";
    let quiet = "image: {repository: shop, tag: \"1.0\"}\nsecurityContext: {runAsNonRoot: true}\n";
    let loud = "image: {repository: shop}\ndebug: true\n";
    for (values, is_privileged, is_latest) in [(quiet, false, false), (loud, true, true)] {
        let tree = tree(&[CHART, HELPERS, ("c/values.yaml", values), ("c/templates/deployment.yaml", deployment)]);
        let checked = check(&tree, &Options::default());
        assert_eq!(checked.gaps, []);
        let finding = |id: &str| checked.findings.iter().find(|finding| finding.id == id);
        assert_eq!(finding("BHD-KUBERNETES-0017").map(|finding| finding.line), is_privileged.then_some(18), "{values}");
        assert_eq!(finding("BHD-KUBERNETES-0013").map(|finding| finding.line), is_latest.then_some(15), "{values}");
        assert_eq!(finding("BHD-KUBERNETES-0012").is_some(), is_privileged, "{values}");
    }
}

#[test]
fn a_template_that_cannot_be_rendered_is_a_gap_and_the_others_are_checked() {
    let tree = tree(&[
        CHART,
        ("c/templates/a.yaml", "a: {{ required \"say the name\" .Values.name }}\n"),
        ("c/templates/b.yaml", "a: {{ unknownFunction . }}\n"),
        ("c/templates/c.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, containers: [{name: a}]}\n"),
    ]);
    let checked = check(&tree, &Options::default());
    assert_eq!(
        checked.gaps.iter().map(|gap| gap.path.as_str()).collect::<Vec<_>>(),
        ["c/templates/a.yaml", "c/templates/b.yaml"]
    );
    assert!(checked.gaps[0].reason.contains("say the name"), "{}", checked.gaps[0].reason);
    assert!(checked.findings.iter().any(|finding| finding.id == "BHD-KUBERNETES-0010"));
}

/// The ids of the findings of one template of a chart without values.
fn found(template: &str) -> Vec<&'static str> {
    let checked = check(&tree(&[CHART, HELPERS, ("c/templates/a.yaml", template)]), &Options::default());
    assert_eq!(checked.gaps, [], "{template}");
    checked.findings.iter().map(|finding| finding.id).collect()
}

#[test]
fn a_template_that_asks_for_the_environment_is_a_gap() {
    for call in ["env \"HOME\"", "expandenv \"$HOME/a\""] {
        let pod =
            format!("apiVersion: v1\nkind: Pod\nspec:\n  hostname: {{{{ {call} }}}}\n  containers: [{{name: a}}]\n");
        let checked = check(&tree(&[CHART, ("c/templates/a.yaml", &pod)]), &Options::default());
        assert_eq!(checked.gaps.len(), 1, "{call}");
        assert!(checked.gaps[0].reason.contains("reads the environment"), "{}", checked.gaps[0].reason);
    }
}

#[test]
fn findings_in_every_turn_of_a_loop_have_the_lines_of_the_loop() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  {{- range .Values.apps }}\n  - name: {{ .name }}\n    image: {{ .image }}\n    {{- if .debug }}\n    securityContext:\n      privileged: true\n    {{- end }}\n  {{- end }}\n  hostPID: true\n";
    let values = "apps:\n- {name: a, image: \"a:1\", debug: true}\n- {name: b, image: \"b:latest\"}\n- {name: c, image: \"c:latest\", debug: true}\n";
    let checked = check(&tree(&[CHART, ("c/values.yaml", values), ("c/templates/a.yaml", pod)]), &Options::default());
    let lines = |id: &str| -> Vec<u32> {
        checked.findings.iter().filter(|finding| finding.id == id).map(|finding| finding.line).collect()
    };
    assert_eq!(lines("BHD-KUBERNETES-0013"), [9, 9]);
    assert_eq!(lines("BHD-KUBERNETES-0017"), [12, 12]);
    assert_eq!(lines("BHD-KUBERNETES-0010"), [15]);
}

#[test]
fn templates_may_use_regular_expressions() {
    let pod =
        |host: &str| format!("apiVersion: v1\nkind: Pod\nspec: {{hostNetwork: {host}, containers: [{{name: a}}]}}\n");
    for (expression, is_bad) in [
        ("{{ regexMatch \"^[a-z]+$\" \"abc\" }}", true),
        ("{{ mustRegexMatch \"^[a-z]+$\" \"ABC\" }}", false),
        ("{{ regexReplaceAll \"t(r)ou\" \"trouue\" \"t${1}u\" | trimSuffix \"e\" | replace \"uu\" \"ue\" }}", true),
        ("{{ regexReplaceAllLiteral \"x\" \"trxe\" \"u\" }}", true),
        ("{{ regexFind \"true|no\" \"is true\" }}", true),
        ("{{ first (regexSplit \",\" \"true,false\" -1) }}", true),
        ("{{ eq (len (regexFindAll \"a\" \"banana\" 2)) 2 }}", true),
        ("{{ eq (regexQuoteMeta \"a.b\") \"a\\\\.b\" }}", true),
    ] {
        assert_eq!(found(&pod(expression)).contains(&"BHD-KUBERNETES-0009"), is_bad, "{expression}");
    }
    let hostile = tree(&[CHART, ("c/templates/a.yaml", "a: {{ regexMatch \"((a{1000}){1000}){1000}\" \"a\" }}\n")]);
    assert!(check(&hostile, &Options::default()).gaps[0].reason.contains("regular expression"));
}

#[test]
fn patterns_without_end_are_a_gap_in_little_time_and_the_same_one_is_none() {
    let chart = |pattern: &str| {
        let template = format!(
            "{{{{ range until 5000 }}}}{{{{ regexMatch {pattern} \"a\" }}}}\n{{{{ regexMatch {pattern} \"b\" }}}}\n{{{{ end }}}}"
        );
        check(&tree(&[CHART, ("c/templates/a.yaml", &template)]), &Options::default()).gaps
    };
    let gaps = chart("(printf \"(([a-z]{50}){30})%d\" .)");
    assert!(gaps.len() == 1 && gaps[0].reason.contains("more work than a chart is given"), "{gaps:?}");
    let gaps = chart("\"(([a-z]{50}){30})\"");
    assert!(gaps.iter().all(|gap| !gap.reason.contains("more work")), "{gaps:?}");
}

#[test]
fn a_dictionary_that_is_changed_in_place_has_the_change() {
    let pod = "{{- $context := dict \"host\" false }}\n{{- range $key := list \"host\" }}\n{{- $_ := set $context $key true }}\n{{- end }}\n{{- $_ := unset $context \"other\" -}}\napiVersion: v1\nkind: Pod\nspec: {hostNetwork: {{ $context.host }}, containers: [{name: a}]}\n";
    assert!(found(pod).contains(&"BHD-KUBERNETES-0009"));
}

#[test]
fn sub_charts_that_are_not_unpacked_are_a_gap() {
    let chart = "name: shop\ndependencies: [{name: db}, {name: off, condition: off.enabled}, {name: cache}]\n";
    let tree = tree(&[
        ("c/Chart.yaml", chart),
        ("c/values.yaml", "off: {enabled: false}\n"),
        ("c/charts/db/Chart.yaml", "name: db\n"),
    ]);
    let gaps = check(&tree, &Options::default()).gaps;
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].path == "c/Chart.yaml" && gaps[0].reason.contains("(`cache`)"), "{gaps:?}");
}

#[test]
fn sub_charts_have_the_values_of_their_parent() {
    let child = "apiVersion: v1\nkind: Pod\nspec:\n  hostNetwork: {{ .Values.host }}\n  hostIPC: {{ .Values.global.ipc }}\n  containers: [{name: a}]\n";
    for (values, expected) in
        [("db: {host: true}\nglobal: {ipc: true}\n", true), ("db: {enabled: false}\nglobal: {ipc: true}\n", false)]
    {
        let tree = tree(&[
            ("c/Chart.yaml", "name: shop\ndependencies: [{name: db, condition: db.enabled}]\n"),
            ("c/values.yaml", values),
            ("c/charts/db/Chart.yaml", "name: db\n"),
            ("c/charts/db/values.yaml", "host: false\n"),
            ("c/charts/db/templates/pod.yaml", child),
        ]);
        let checked = check(&tree, &Options::default());
        assert_eq!(checked.gaps, []);
        for id in ["BHD-KUBERNETES-0009", "BHD-KUBERNETES-0008"] {
            assert_eq!(checked.findings.iter().any(|finding| finding.id == id), expected, "{id}");
        }
    }
}

#[test]
fn templates_that_never_end_are_gaps_in_little_time() {
    let tree = tree(&[
        CHART,
        (
            "c/templates/_loop.tpl",
            "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ define \"b\" }}{{ include \"b2\" . }}{{ include \"b2\" . }}{{ end }}{{ define \"b2\" }}{{ range until 100 }}{{ include \"c\" $ }}{{ end }}{{ end }}{{ define \"c\" }}{{ repeat 10000 \"x\" }}{{ end }}",
        ),
        ("c/templates/a.yaml", "{{ include \"a\" . }}"),
        ("c/templates/b.yaml", "{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}"),
        ("c/templates/c.yaml", "{{ range until 10000 }}{{ include \"b\" $ }}{{ end }}"),
        ("c/templates/d.yaml", "{{ tpl (repeat 100000 \"{{ if true }}\") . }}"),
    ]);
    let checked = check(&tree, &Options::default());
    assert_eq!(checked.gaps.len(), 4, "{:?}", checked.gaps);
}

#[test]
fn what_grows_by_itself_is_a_gap_before_it_is_large() {
    let growing = |grow: &str| {
        format!("{{{{ $a := \"a\" }}}}{{{{ range until 60 }}}}{{{{ $a = {grow} }}}}{{{{ end }}}}x: {{{{ $a }}}}")
    };
    let grown = [
        "print $a $a",
        "printf \"%s%s\" $a $a",
        "println $a $a",
        "html (print $a \"<<<<\") | print $a",
        "cat $a $a",
        "join \"\" (list $a $a)",
        "quote $a",
        "b64enc (print $a $a)",
        "list $a $a | toJson",
        "list $a $a",
        "dict \"a\" $a \"b\" $a",
        "replace \"a\" (print $a $a) \"aa\"",
        "wrapWith 1 $a (print $a \" \" $a)",
        "push (list $a) $a",
        "pluck \"a\" (dict \"a\" $a) (dict \"a\" $a)",
        "list $a $a | toToml",
        "list $a $a | toYaml",
        "printf \"%s%s%99999d\" $a $a 1",
    ];
    for grow in grown {
        let tree = tree(&[CHART, ("c/templates/a.yaml", &growing(grow))]);
        let checked = check(&tree, &Options::default());
        assert_eq!(checked.gaps.len(), 1, "{grow}: {:?}", checked.gaps);
        let reason = &checked.gaps[0].reason;
        assert!(reason.contains("too large") || reason.contains("too long"), "{grow}: {reason}");
    }
    let printed = "{{ $a := repeat 100000 \"a\" }}{{ range until 40000 }}{{ $a }}{{ end }}";
    let checked = check(&tree(&[CHART, ("c/templates/a.yaml", printed)]), &Options::default());
    assert!(checked.gaps[0].reason.contains("too large"), "{:?}", checked.gaps);
}

#[test]
fn files_of_a_chart_can_be_asked_for() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n{{ (.Files.Glob \"conf/*.txt\").AsConfig | indent 2 }}\n---\n{{- range $path, $content := .Files.Glob \"pods/**.yaml\" }}\n---\n{{ $content }}\n{{- end }}\n{{- range .Files.Lines \"hosts.txt\" }}\n---\napiVersion: v1\nkind: Pod\nspec: {hostIPC: {{ . }}, containers: [{name: a}]}\n{{- end }}\n";
    let tree = tree(&[
        CHART,
        ("c/templates/a.yaml", template),
        ("c/conf/a.txt", "x: y\n"),
        ("c/pods/a/b.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, containers: [{name: a}]}\n"),
        ("c/hosts.txt", "true\nfalse\n"),
    ]);
    let checked = check(&tree, &Options::default());
    assert_eq!(checked.gaps, []);
    for id in ["BHD-KUBERNETES-0010", "BHD-KUBERNETES-0008"] {
        assert!(
            checked.findings.iter().any(|finding| finding.id == id && finding.path.as_str() == "c/templates/a.yaml"),
            "{id}"
        );
    }
}

#[test]
fn methods_are_called_by_whatever_path() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: [{name: a}]}\n";
    let ask = |template: &str| found(template).contains(&"BHD-KUBERNETES-0010");
    for condition in [
        "{{- $root := . }}{{ if $root.Capabilities.APIVersions.Has \"apps/v1\" }}",
        "{{- $v := .Capabilities.APIVersions }}{{ if or ($v.Has \"policy/v1\") (eq 1 2) }}",
        "{{- define \"x\" }}{{ if .context.Capabilities.APIVersions.Has \"policy/v1\" }}yes{{ end }}{{ end }}{{ if eq (include \"x\" (dict \"context\" $)) \"yes\" }}",
        "{{ if has \"batch/v1\" .Capabilities.APIVersions }}",
        "{{ if (dict \"a\" .).a.Capabilities.APIVersions.Has \"v1\" }}",
    ] {
        assert!(ask(&format!("{condition}\n{pod}{{{{ end }}}}\n")), "{condition}");
    }
    let none = "{{- $root := . }}{{ if $root.Capabilities.APIVersions.Has \"monitoring.coreos.com/v1\" }}";
    assert!(!ask(&format!("{none}\n{pod}{{{{ end }}}}\n")));
}

#[test]
fn files_are_asked_for_by_whatever_path() {
    let template = "{{- $f := .Files }}{{ range list \"pods/a.yaml\" }}{{ $f.Get . }}{{ end }}\n---\n{{ $g := $f.Glob \"conf/*\" }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n{{ $g.AsConfig | indent 2 }}\n";
    let tree = tree(&[
        CHART,
        ("c/templates/a.yaml", template),
        ("c/conf/a.txt", "x: y\n"),
        ("c/pods/a.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostPID: true, containers: [{name: a}]}\n"),
    ]);
    let checked = check(&tree, &Options::default());
    assert_eq!(checked.gaps, []);
    assert!(checked.findings.iter().any(|finding| finding.id == "BHD-KUBERNETES-0010"));
}

/// The gaps of one template with these values.
fn gaps_of(template: &str, values: &str) -> Vec<String> {
    let tree = tree(&[CHART, ("c/values.yaml", values), ("c/templates/a.yaml", template)]);
    check(&tree, &Options::default()).gaps.into_iter().map(|gap| gap.reason).collect()
}

#[test]
fn a_field_of_what_is_not_there_is_a_gap_and_the_rest_is_checked() {
    let pod = |expression: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nspec: {{hostPID: true, hostIPC: {{{{ {expression} }}}}, containers: [{{name: a}}]}}\n"
        )
    };
    for expression in [".Values.a.b.c", "$.Values.a.b", "default true .Values.a.b", "(dict \"x\" 1).a.b"] {
        let tree = tree(&[CHART, ("c/templates/a.yaml", &pod(expression))]);
        let checked = check(&tree, &Options::default());
        assert!(checked.gaps.len() == 1 && checked.gaps[0].reason.contains("which is not there"), "{:?}", checked.gaps);
        assert!(checked.findings.iter().any(|finding| finding.id == "BHD-KUBERNETES-0010"), "{expression}");
    }
    let gaps = gaps_of(&pod(".Values.a.b.c"), "");
    assert_eq!(
        gaps,
        ["the template asks `Values.a`, which is not there, for `b`; it was rendered as if that were empty"]
    );
    for (expression, values) in [
        (".Values.a.b", "a: {}\n"),
        (".Values.a", ""),
        ("((.Values.a).b).c", ""),
        ("and .Values.a .Values.a.b.c", ""),
        ("if .Values.a }}{{ .Values.a.b.c }}{{ end", ""),
        ("with .Values.a }}{{ .b.c }}{{ end", ""),
        (".Chart.Annotations.owner", ""),
        (".Values.a.b.c", "a: {b: {c: true}}\n"),
    ] {
        assert_eq!(gaps_of(&pod(expression), values), [""; 0], "{expression}");
    }
    assert!(gaps_of(&pod(".Values.a.b"), "a: text\n")[0].contains("can't evaluate field b"));
}

#[test]
fn parents_have_the_values_of_their_sub_charts() {
    let template = "apiVersion: v1\nkind: Pod\nspec: {hostPID: {{ .Values.db.host.pid }}, hostIPC: {{ .Values.cache.host.ipc }}, containers: [{name: a}]}\n";
    let tree = tree(&[
        ("c/Chart.yaml", "name: shop\ndependencies: [{name: db}, {name: redis, alias: cache}]\n"),
        ("c/templates/a.yaml", template),
        ("c/charts/db/Chart.yaml", "name: db\n"),
        ("c/charts/db/values.yaml", "host: {pid: true}\n"),
        ("c/charts/db/templates/a.yaml", "a: {{ .Values.global.x }}\n"),
    ]);
    let checked = check(&tree, &Options::default());
    assert!(checked.findings.iter().any(|finding| finding.id == "BHD-KUBERNETES-0010"));
    // What a sub-chart that is not there would say is no gap beside its own.
    assert!(checked.gaps.len() == 1 && checked.gaps[0].reason.contains("(`redis`)"), "{:?}", checked.gaps);
}
