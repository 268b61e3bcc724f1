use model::Gap;

use crate::cloud::Cloud;
use crate::tree::Tree;

fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Cloud> {
    let mut clouds = Vec::new();
    super::read(tree, gaps, &mut |cloud| clouds.push(cloud));
    clouds
}

fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::new();
    for (path, text) in files {
        tree.insert((*path).to_owned().into(), text.as_bytes()).unwrap();
    }
    tree
}

fn clouds(files: &[(&str, &str)]) -> Vec<Cloud> {
    let mut gaps = Vec::new();
    let clouds = read(&tree(files), &mut gaps);
    assert_eq!(gaps, []);
    clouds
}

/// The value of `x` of the only bucket, in JSON, with `?` for what is not known.
fn value_of(expression: &str, rest: &str) -> String {
    let text = format!("{rest}\nresource \"aws_s3_bucket\" \"b\" {{\n  x = {expression}\n}}\n");
    let clouds = clouds(&[("main.tf", &text)]);
    let bucket = clouds[0].of(&["aws_s3_bucket"]).next().unwrap();
    let node = bucket.get("x");
    node.node().map(crate::json::write).unwrap_or("null".to_owned()).replace(crate::node::PLACEHOLDER, "?")
}

#[test]
fn expressions_are_evaluated_as_terraform_does() {
    let rest = "variable \"known\" {\n default = [1, 2] \n}\nvariable \"open\" {}\nlocals {\n name = \"shop-${local.stage}\"\n stage = \"test\"\n map = { a = 1, \"b\" = var.open }\n}";
    for (expression, expected) in [
        ("local.name", "\"shop-test\""),
        ("\"a-${var.open}\"", "\"a-?\""),
        ("var.known[1] + 1", "3"),
        ("local.map[\"a\"]", "1"),
        ("local.map.b", "\"?\""),
        ("local.nothing", "\"?\""),
        ("local.stage == \"test\" ? \"yes\" : \"no\"", "\"yes\""),
        ("var.open ? \"same\" : \"same\"", "\"same\""),
        ("var.open ? 1 : 2", "\"?\""),
        ("var.open && false", "false"),
        ("[for n in var.known : n * 10 if n > 1]", "[20]"),
        ("{ for k, n in var.known : \"k${k}\" => n }", "{\"k0\":1,\"k1\":2}"),
        ("jsonencode({ a = [true, null] })", "\"{\\\"a\\\":[true,null]}\""),
        ("merge({ a = 1 }, { a = 2, b = 3 })", "{\"a\":2,\"b\":3}"),
        ("join(\",\", concat([\"a\"], [\"b\"]))", "\"a,b\""),
        ("format(\"%s-%d\", upper(\"a\"), 3)", "\"A-3\""),
        ("lookup({ a = 1 }, \"z\", 9)", "9"),
        ("element([\"a\", \"b\"], 3)", "\"b\""),
        ("try(null, 1)", "1"),
        ("try(var.open, 1)", "\"?\""),
        ("cidrsubnet(\"10.0.0.0/8\", 8, 1)", "\"10.1.0.0/16\""),
        ("cidrsubnet(\"0.0.0.0/0\", 0, 0)", "\"0.0.0.0/0\""),
        ("cidrsubnet(\"10.1.2.3/16\", 16, 5)", "\"10.1.0.5/32\""),
        ("cidrsubnet(\"2001:db8::/32\", 16, 2)", "\"2001:db8:2::/48\""),
        ("cidrsubnet(\"10.0.0.0/8\", 1, 2)", "\"?\""),
        ("cidrsubnet(\"10.0.0.0/8\", 25, 0)", "\"?\""),
        ("cidrsubnet(var.open, 8, 1)", "\"?\""),
        ("split(\",\", \"0.0.0.0/0,10.0.0.0/8\")", "[\"0.0.0.0/0\",\"10.0.0.0/8\"]"),
        ("split(\",\", \"a,${var.open}\")", "[\"a\",\"?\"]"),
        ("split(\",\", var.open)", "\"?\""),
        ("substr(\"héllo\", 1, 2)", "\"él\""),
        ("<<EOT\na\nb ${1 + 1}\nEOT\n", "\"a\\nb 2\\n\""),
    ] {
        assert_eq!(value_of(expression, rest), expected, "{expression}");
    }
}

#[test]
fn references_are_remembered_through_locals_lists_and_functions() {
    let clouds = clouds(&[(
        "main.tf",
        "locals { ids = [aws_kms_key.k.arn] }\nresource \"aws_kms_key\" \"k\" {}\nresource \"aws_ebs_volume\" \"v\" {\n  kms_key_id = element(local.ids, 0)\n}\n",
    )]);
    let key = clouds[0].of(&["aws_kms_key"]).next().unwrap();
    let volume = clouds[0].of(&["aws_ebs_volume"]).next().unwrap();
    assert!(volume.get("kms_key_id").refers_to(key));
    assert_eq!(volume.block, (3, 5));
}

#[test]
fn modules_are_read_with_the_arguments_they_are_called_with() {
    let module = "variable \"encrypted\" {\n  default = true\n}\nresource \"aws_ebs_volume\" \"v\" {\n  encrypted = var.encrypted\n}\noutput \"id\" {\n  value = aws_ebs_volume.v.id\n}\n";
    let root = "module \"one\" {\n  source    = \"./modules/disk\"\n  encrypted = false\n}\nmodule \"two\" {\n  source = \"./modules/disk\"\n}\nmodule \"off\" {\n  count  = 0\n  source = \"./modules/disk\"\n}\nresource \"aws_x\" \"x\" {\n  volume = module.one.id\n}\n";
    let clouds = clouds(&[("main.tf", root), ("modules/disk/main.tf", module)]);
    assert_eq!(clouds.len(), 1, "a module that is called is no root");
    let volumes: Vec<_> = clouds[0].of(&["aws_ebs_volume"]).collect();
    let encrypted: Vec<_> =
        volumes.iter().map(|volume| (volume.address.as_str(), volume.get("encrypted").bool())).collect();
    assert_eq!(encrypted, [("module.one.aws_ebs_volume.v", Some(false)), ("module.two.aws_ebs_volume.v", Some(true))]);
    assert_eq!(volumes[0].path.as_str(), "modules/disk/main.tf");
    let user = clouds[0].of(&["aws_x"]).next().unwrap();
    assert!(user.get("volume").refers_to(volumes[0]));
}

#[test]
fn modules_that_are_called_several_times_have_the_values_of_each_call() {
    let module = "variable \"port\" {}\nresource \"aws_a\" \"a\" {\n  port = var.port\n}\noutput \"port\" {\n  value = var.port\n}\n";
    let root = "module \"each\" {\n  source   = \"./m\"\n  for_each = { ssh = 22, web = 443 }\n  port     = each.value\n}\nmodule \"set\" {\n  source   = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n  port     = each.key\n}\nmodule \"count\" {\n  source = \"./m\"\n  count  = 2\n  port   = 8000 + count.index\n}\nmodule \"same\" {\n  source = \"./m\"\n  count  = 3\n  port   = 1\n}\nmodule \"none\" {\n  source   = \"./m\"\n  for_each = {}\n  port     = 2\n}\nvariable \"open\" {}\nmodule \"open\" {\n  source   = \"./m\"\n  for_each = var.open\n  port     = each.value\n}\nresource \"aws_b\" \"b\" {\n  one   = module.each[\"web\"].port\n  other = module.count[1].port\n  any   = module.each[var.open].port\n  same  = module.same[2].port\n}\n";
    let clouds = clouds(&[("main.tf", root), ("m/main.tf", module)]);
    let value = |node: Option<&crate::node::Node>| {
        let written = node.map(crate::json::write).unwrap_or_default();
        written.replace(crate::node::PLACEHOLDER, "?").replace('"', "")
    };
    let mut ports: Vec<String> =
        clouds[0].of(&["aws_a"]).map(|a| format!("{} {}", a.address, value(a.get("port").node()))).collect();
    ports.sort();
    assert_eq!(
        ports,
        [
            "module.count.aws_a.a 8000",
            "module.count.aws_a.a 8001",
            "module.each.aws_a.a 22",
            "module.each.aws_a.a 443",
            "module.open.aws_a.a ?",
            "module.same.aws_a.a 1",
            "module.set.aws_a.a a",
            "module.set.aws_a.a b",
        ]
    );
    let user = clouds[0].of(&["aws_b"]).next().unwrap();
    let outputs = ["one", "other", "any", "same"].map(|name| value(user.get(name).node()));
    assert_eq!(outputs, ["443", "8001", "?", "1"]);
}

#[test]
fn repeated_resources_and_dynamic_blocks_are_spelled_out() {
    let clouds = clouds(&[(
        "main.tf",
        "resource \"aws_a\" \"none\" { count = 0 }\nresource \"aws_a\" \"two\" {\n  count = 2\n  name = \"n${count.index}\"\n}\nresource \"aws_a\" \"map\" {\n  for_each = { k = { v = 5 } }\n  name = each.key\n  size = each.value.v\n  dynamic \"rule\" {\n    for_each = [80, 443]\n    iterator = port\n    content { from = port.value }\n  }\n}\n",
    )]);
    let found: Vec<_> = clouds[0].of(&["aws_a"]).map(|a| a.get("name").text().unwrap().into_owned()).collect();
    assert_eq!(found, ["k", "n0", "n1"]);
    let map = clouds[0].of(&["aws_a"]).next().unwrap();
    let ports: Vec<_> = map.each("rule.from").iter().map(|port| port.number().unwrap()).collect();
    assert_eq!(ports, [80.0, 443.0]);
    assert_eq!(map.get("size").number(), Some(5.0));
}

#[test]
fn files_of_values_decide_variables() {
    let main = "variable \"public\" {}\nresource \"aws_db_instance\" \"d\" { publicly_accessible = var.public }\n";
    for (name, expected) in [("terraform.tfvars", Some(true)), ("x.auto.tfvars", Some(true)), ("other.tfvars", None)] {
        let clouds = clouds(&[("main.tf", main), (name, "public = true\n")]);
        let database = clouds[0].of(&["aws_db_instance"]).next().unwrap();
        assert_eq!(database.get("publicly_accessible").bool(), expected, "{name}");
    }
}

#[test]
fn plans_say_what_will_be() {
    let plan = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
        {"address": "aws_s3_bucket.b[0]", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {"bucket": null, "acl": "public-read"}},
        {"address": "aws_s3_bucket_acl.a", "mode": "managed", "type": "aws_s3_bucket_acl", "name": "a", "values": {"acl": "private"}}],
        "child_modules": [{"resources": [{"address": "module.m.aws_ebs_volume.v", "mode": "managed", "type": "aws_ebs_volume", "values": {"encrypted": false}}]}]}},
        "configuration": {"root_module": {"resources": [
        {"address": "aws_s3_bucket_acl.a", "expressions": {"bucket": {"references": ["aws_s3_bucket.b[0].id", "aws_s3_bucket.b[0]", "aws_s3_bucket.b"]}}}]}}}"#;
    let clouds = clouds(&[("plan.json", plan)]);
    let bucket = clouds[0].of(&["aws_s3_bucket"]).next().unwrap();
    let acl = clouds[0].of(&["aws_s3_bucket_acl"]).next().unwrap();
    assert!(acl.get("bucket").refers_to(bucket));
    assert_eq!(bucket.get("acl").text().unwrap(), "public-read");
    assert_eq!(clouds[0].of(&["aws_ebs_volume"]).next().unwrap().block.0, 4);
}

#[test]
fn what_goes_round_in_circles_ends() {
    let mut text = "locals {\n  a = local.b\n  b = local.a\n}\n".to_owned();
    text.push_str(
        "module \"self\" {\n  source = \"./\"\n  x = module.self.y\n}\nresource \"aws_a\" \"a\" { x = local.a }\n",
    );
    text.push_str("locals {\n  z0 = [1, 1]\n");
    for level in 1..60 {
        text.push_str(&format!("  z{level} = concat(local.z{0}, local.z{0})\n", level - 1));
    }
    text.push_str("  y0 = [1, 1]\n  t0 = \"0123456789\"\n");
    for level in 1..60 {
        text.push_str(&format!(
            "  y{level} = [local.y{0}, local.y{0}]\n  t{level} = \"${{local.t{0}}}${{local.t{0}}}\"\n",
            level - 1
        ));
    }
    text.push_str("}\nresource \"aws_a\" \"z\" {\n  x = local.z59\n  y = local.y59\n  t = local.t59\n}\n");
    let mut gaps = Vec::new();
    let clouds = read(&tree(&[("main.tf", &text)]), &mut gaps);
    assert!(clouds[0].of(&["aws_a"]).count() >= 2);
}

#[test]
fn deep_and_broken_configurations_are_gaps() {
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for text in [deep.as_str(), "resource \"a\" {", "a = \"${\"", "\u{0}"] {
        let mut gaps = Vec::new();
        read(&tree(&[("main.tf", text)]), &mut gaps);
        assert_eq!(gaps.len(), 1, "{}", &text[..text.len().min(40)]);
    }
}

/// The gaps of a tree, and how many buckets it has.
fn gaps_and_buckets(files: &[(&str, &str)]) -> (Vec<String>, usize) {
    let mut gaps = Vec::new();
    let clouds = read(&tree(files), &mut gaps);
    let buckets = clouds.iter().map(|cloud| cloud.of(&["aws_s3_bucket"]).count()).sum();
    (gaps.into_iter().map(|gap| format!("{}: {}", gap.path, gap.reason)).collect(), buckets)
}

#[test]
fn a_module_that_calls_itself_is_read_once_and_a_gap() {
    let (gaps, buckets) = gaps_and_buckets(&[(
        "main.tf",
        "module \"self\" {\n  source = \"./\"\n}\nresource \"aws_s3_bucket\" \"b\" {}\n",
    )]);
    assert_eq!(buckets, 1);
    assert!(gaps.len() == 1 && gaps[0].starts_with(".: its modules call each other"), "{gaps:?}");
}

#[test]
fn modules_from_elsewhere_are_a_gap() {
    let call = |name: &str| format!("module \"{name}\" {{\n  source = \"terraform-aws-modules/{name}/aws\"\n}}\n");
    let (gaps, _) = gaps_and_buckets(&[("a/main.tf", &call("vpc"))]);
    assert!(gaps.len() == 1 && gaps[0].starts_with("a/main.tf: its module `vpc` comes from elsewhere"), "{gaps:?}");
    let (gaps, _) = gaps_and_buckets(&[("main.tf", &[call("vpc"), call("eks")].concat())]);
    assert!(gaps.len() == 1 && gaps[0].contains("2 of its modules") && gaps[0].contains("`vpc`, `eks`"), "{gaps:?}");
}

#[test]
fn modules_that_are_not_there_are_a_gap_each() {
    let call = |name: &str, source: &str| format!("module \"{name}\" {{\n  source = \"{source}\"\n}}\n");
    let main = [call("a", "./none"), call("b", "../net"), call("c", "../../net"), call("d", "../net/")].concat();
    let (gaps, _) = gaps_and_buckets(&[("x/main.tf", &main), ("net/main.tf", "")]);
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(gaps[0].starts_with("x/main.tf: its module `a` (line 1) was not looked at"), "{gaps:?}");
    assert!(
        gaps[1].ends_with("`c` (line 7) was not looked at: no configuration can be read in `../../net`"),
        "{gaps:?}"
    );
    let many: String = (0..150).map(|number| call(&format!("m{number}"), &format!("./m{number}"))).collect();
    let (gaps, _) = gaps_and_buckets(&[("main.tf", &many)]);
    assert_eq!(gaps.len(), 101);
    assert!(gaps.iter().any(|gap| gap.contains("50 more modules")), "{gaps:?}");
}

#[test]
fn modules_that_are_too_deep_in_one_another_are_a_gap() {
    let files: Vec<(String, String)> = (0..15)
        .map(|level| {
            let source = format!("../m{}", level + 1);
            let call = format!("module \"next\" {{\n  source = \"{source}\"\n}}\n");
            (format!("m{level}/main.tf"), if level < 14 { call } else { String::new() })
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (gaps, _) = gaps_and_buckets(&files);
    assert!(gaps.iter().any(|gap| gap.contains("1 of its calls of modules")), "{gaps:?}");
}

#[test]
fn an_expression_that_costs_too_much_leaves_the_others_theirs() {
    let costly = "[for i in range(1000) : [for j in range(1000) : i * j]]";
    let text = format!(
        "locals {{\n  x = {costly}\n}}\nresource \"aws_s3_bucket\" \"a\" {{\n  x = local.x\n}}\nresource \"aws_s3_bucket\" \"b\" {{\n  acl = \"public-read\"\n}}\n"
    );
    let mut gaps = Vec::new();
    let clouds = read(&tree(&[("main.tf", &text)]), &mut gaps);
    assert!(gaps.len() == 1 && gaps[0].path == "." && gaps[0].reason.contains("more steps"), "{gaps:?}");
    let acl = clouds[0].of(&["aws_s3_bucket"]).find_map(|bucket| bucket.get("acl").node().map(crate::json::write));
    assert_eq!(acl.as_deref(), Some("\"public-read\""));
}

#[test]
fn the_json_syntax_says_the_same_as_the_native_one() {
    let json = r#"{
  "//": "made by a generator",
  "variable": {"public": {"type": "bool", "default": true}, "raw": {"default": "${no}"}},
  "locals": {"name": "shop-${var.public ? \"open\" : \"closed\"}"},
  "resource": {
    "aws_s3_bucket": {
      "b": {
        "bucket": "${local.name}",
        "versioning": {"enabled": "${var.public}"},
        "tags": {"raw": "${var.raw}"}
      }
    },
    "aws_s3_bucket_policy": {"p": {"bucket": "${aws_s3_bucket.b.id}"}}
  },
  "module": {"child": {"source": "./child", "size": 3}}
}"#;
    let files = [
        ("main.tf.json", json),
        ("terraform.tfvars.json", r#"{"public": false}"#),
        ("child/main.tf", "variable \"size\" {}\nresource \"aws_instance\" \"i\" {\n  count_is = var.size\n}\n"),
    ];
    let clouds = clouds(&files);
    assert_eq!(clouds.len(), 1);
    let bucket = clouds[0].of(&["aws_s3_bucket"]).next().unwrap();
    assert_eq!(bucket.get("bucket").text().as_deref(), Some("shop-closed"));
    assert_eq!(bucket.get("versioning.enabled").bool(), Some(false));
    assert_eq!(bucket.get("tags.raw").text().as_deref(), Some("${no}"));
    let line = bucket.body.entry("bucket").map(|entry| entry.line);
    assert_eq!((bucket.block, line), ((7, 10), Some(8)));
    let policy = clouds[0].of(&["aws_s3_bucket_policy"]).next().unwrap();
    assert!(policy.get("bucket").refers_to(bucket));
    let instance = clouds[0].of(&["aws_instance"]).next().unwrap();
    assert_eq!(instance.address, "module.child.aws_instance.i");
    assert_eq!(instance.get("count_is").number(), Some(3.0));
}

#[test]
fn json_that_is_none_and_expressions_that_are_none_are_gaps_with_their_line() {
    for (text, said) in [
        ("{\n", "it is no valid JSON"),
        ("{\"locals\": {\n\"a\": \"${1 +}\"}}", "an expression in it is no valid HCL (line 2"),
    ] {
        let mut gaps = Vec::new();
        read(&tree(&[("a.tf.json", text)]), &mut gaps);
        assert!(gaps[0].reason.contains(said), "{gaps:?}");
    }
}

#[test]
fn a_text_that_ends_at_an_indented_word_is_read() {
    let text =
        "resource \"aws_s3_bucket\" \"b\" {\n  x = <<END\none\n  two\n  END\n  y = <<-END\n    three\n    END\n}\n";
    let clouds = clouds(&[("main.tf", text)]);
    let bucket = clouds[0].of(&["aws_s3_bucket"]).next().unwrap();
    let value = |name: &str| bucket.get(name).text().map(|text| text.into_owned());
    assert_eq!((value("x").as_deref(), value("y").as_deref()), (Some("one\n  two\n"), Some("three\n")));
}

#[test]
fn hcl_that_takes_much_memory_is_a_gap_and_ordinary_files_are_read() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {}\n";
    let filled = |part: &str, count: usize| format!("{bucket}locals {{\n  a = [{}1]\n}}\n", part.repeat(count));
    // One file beyond its limit, and a template that is put in.
    for text in [filled("1,", 2_000_000), "a{}\n".repeat(900_000), filled("\"${a}\",", 200_000)] {
        let (gaps, buckets) = gaps_and_buckets(&[("main.tf", &text), ("b/main.tf", bucket)]);
        assert_eq!(
            (gaps, buckets),
            (vec!["main.tf: its HCL may have more than 100000 expressions and blocks".to_owned()], 1)
        );
    }
    let calls = "${a}".repeat(50_000);
    let puts_in = "resource \"aws_s3_bucket\" \"b\" {\n  x = templatefile(\"a.tpl\", {})\n}\n";
    let (gaps, buckets) = gaps_and_buckets(&[("main.tf", puts_in), ("a.tpl", &calls)]);
    assert!(gaps.len() == 1 && gaps[0].contains("more steps") && buckets == 1, "{gaps:?}");
    // Files that each keep their limit: of one folder they are too many, of folders of their own they are not.
    let large = filled("a.b,", 38_000);
    let named = |folder: fn(usize) -> String| -> Vec<(String, &str)> {
        (0..6).map(|number| (folder(number), large.as_str())).collect()
    };
    let together = named(|number| format!("f{number}.tf"));
    let together: Vec<(&str, &str)> = together.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let (gaps, buckets) = gaps_and_buckets(&together);
    assert!(gaps.len() == 1 && gaps[0].contains("more than 64 MiB") && buckets == 1, "{gaps:?}");
    let apart = named(|number| format!("f{number}/main.tf"));
    let apart: Vec<(&str, &str)> = apart.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    assert_eq!(gaps_and_buckets(&apart), (Vec::new(), 6));
}

#[test]
fn modules_are_found_however_their_path_is_written() {
    let child = "resource \"aws_s3_bucket\" \"b\" {}\n";
    for (path, root) in [
        ("z/main.tf", "module \"m\" {\n  source = \"../a\"\n}\n"),
        ("z/main.tf", "module \"m\" {\n  source = \"\\u002e./a\"\n}\n"),
        ("z/main.tf.json", r#"{"modul\u0065": {"m": {"source": "..\/a"}}}"#),
    ] {
        assert_eq!(gaps_and_buckets(&[("a/main.tf", child), (path, root)]), (Vec::new(), 1), "{root}");
    }
}
