//! CloudFormation and SAM templates, in YAML and JSON.

mod intrinsics;
mod mapping;

use model::{Gap, UntrustedPath};

use crate::cloud::{Cloud, Language, Resource};
use crate::json;
use crate::node::{Node, Value};
use crate::tree::Tree;
use crate::yaml::{self, Tags};

use intrinsics::Template;

/// Resources of one template.
const MOST_RESOURCES: usize = 5_000;

/// Reads every template of a tree and hands it over, so that no two have to be in memory.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>, take: &mut dyn FnMut(Cloud)) {
    for (path, text) in tree.files() {
        let name = path.file_name();
        let is_json = name.ends_with(".json") || (name.ends_with(".template") && text.trim_start().starts_with('{'));
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".template");
        if !(is_json || is_yaml) || !looks_so(text) {
            continue;
        }
        let document = if is_json {
            json::parse(text).map_err(|error| error.to_string())
        } else {
            let documents = yaml::parse(text, Tags::Functions).map_err(|error| error.to_string());
            documents.map(|documents| documents.into_iter().next().unwrap_or_else(|| Node::unknown(1)))
        };
        match document {
            Ok(document) => {
                if let Some(cloud) = template(path, &document, gaps) {
                    take(cloud);
                }
            }
            Err(error) => {
                gaps.push(Gap::new(path.as_str(), format!("the CloudFormation template cannot be read: {error}")));
            }
        }
    }
}

/// Whether a text, of which the end may be missing, is a template by its words.
fn looks_so(text: &str) -> bool {
    let sections = ["Resources", "Parameters", "Mappings", "Conditions", "Transform", "Globals"];
    text.contains("AWSTemplateFormatVersion")
        || (text.contains("AWS::") && sections.iter().any(|section| text.contains(section)))
}

/// The resources of a template; nothing where a document is none.
fn template(path: &UntrustedPath, document: &Node, gaps: &mut Vec<Gap>) -> Option<Cloud> {
    let mut gap = |reason: String| gaps.push(Gap::new(path.as_str(), reason));
    let Some(declared) = document.get("Resources").and_then(Node::as_map) else {
        if says_so(document) {
            gap("the CloudFormation template has no Resources; its end may be missing".to_owned());
        }
        return None;
    };
    let template = Template::new(document);
    let (mut resources, mut untyped, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for entry in declared.iter().take(MOST_RESOURCES) {
        let Some(kind) = entry.value.text_at("Type") else {
            untyped.push(entry.key.as_str());
            continue;
        };
        let condition = entry.value.text_at("Condition");
        if condition.is_some_and(|condition| template.condition(&condition) == Some(false)) {
            continue;
        }
        if entry.value.get("Properties").is_some_and(|properties| properties.as_partial_text().is_some()) {
            unread.push(entry.key.as_str());
        }
        let line = entry.value.entry("Properties").map_or(entry.line, |properties| properties.line);
        let mut properties = match entry.value.get("Properties") {
            Some(properties) => template.resolve(properties),
            None => Node::new(line, Value::Map(Vec::new())),
        };
        add_globals(&kind, document, &template, &mut properties);
        let block = (entry.line, crate::kubernetes::last_line(&entry.value));
        let base = Resource {
            kind: String::new(),
            address: entry.key.clone(),
            path: path.clone(),
            block,
            body: properties,
            language: Language::CloudFormation,
        };
        mapping::map(&kind, base, &mut resources);
    }
    if declared.len() > MOST_RESOURCES {
        gap(format!("it describes more than {MOST_RESOURCES} resources"));
    }
    // `Fn::ForEach` and `Fn::Transform` make resources of what is not here.
    if let Some(first) = untyped.first().filter(|_| says_so(document) || !resources.is_empty()) {
        gap(format!("{} of its resources, `{first}` the first, have no Type and were not looked at", untyped.len()));
    }
    if let Some(first) = unread.first() {
        gap(format!("the Properties of `{first}` are no map; the end of the template may be missing"));
    }
    gaps.extend(template.effort.gap(path.as_str()));
    Some(Cloud::new(resources))
}

/// Whether a document says that it is a template, whatever else is in it.
fn says_so(document: &Node) -> bool {
    let transforms = document.get("Transform").map(Node::items).unwrap_or_default();
    document.get("AWSTemplateFormatVersion").is_some()
        || transforms.iter().any(|name| name.as_text().is_some_and(|name| name.starts_with("AWS::")))
}

/// What `Globals` say of all functions and APIs (SAM specification, Globals).
fn add_globals(kind: &str, document: &Node, template: &Template<'_>, properties: &mut Node) {
    let section = match kind {
        "AWS::Serverless::Function" => "Function",
        "AWS::Serverless::Api" => "Api",
        "AWS::Serverless::HttpApi" => "HttpApi",
        "AWS::Serverless::SimpleTable" => "SimpleTable",
        "AWS::Serverless::StateMachine" => "StateMachine",
        _ => return,
    };
    let Some(globals) = document.get("Globals").and_then(|globals| globals.get(section)) else { return };
    let Value::Map(entries) = &mut properties.value else { return };
    for global in template.resolve(globals).as_map().unwrap_or_default() {
        if !entries.iter().any(|entry| entry.key == global.key) {
            entries.push(global.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(text: &str) -> Cloud {
        let mut tree = Tree::new();
        tree.insert("t.yaml".to_owned().into(), text.as_bytes()).unwrap();
        let mut gaps = Vec::new();
        let mut clouds = Vec::new();
        read(&tree, &mut gaps, &mut |cloud| clouds.push(cloud));
        assert_eq!(gaps, []);
        clouds.remove(0)
    }

    #[test]
    fn properties_have_the_names_of_terraform() {
        let cloud = read_one(
            "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: x\n      AccessControl: PublicRead\n",
        );
        let bucket = cloud.of(&["aws_s3_bucket"]).next().unwrap();
        assert_eq!(bucket.get("bucket").text().unwrap(), "x");
        assert_eq!(bucket.get("acl").text().unwrap(), "public-read");
        assert_eq!(bucket.block, (2, 6));
    }

    #[test]
    fn functions_are_answered_as_far_as_the_template_tells() {
        let cloud = read_one(
            "Parameters: {P: {Default: 'no'}, Q: {Type: String}}\nConditions: {C: !Equals [!Ref P, 'yes']}\nResources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      Encrypted: !If [C, true, false]\n      KmsKeyId: !GetAtt K.Arn\n      Size: !Ref Q\n  B: {Type: AWS::EC2::Volume, Condition: C}\n  K: {Type: AWS::KMS::Key}\n",
        );
        let volumes: Vec<_> = cloud.of(&["aws_ebs_volume"]).collect();
        assert_eq!(volumes.len(), 1);
        assert_eq!(volumes[0].get("encrypted").bool(), Some(false));
        assert!(volumes[0].get("size").is_unknown());
        let key = cloud.of(&["aws_kms_key"]).next().unwrap();
        assert!(volumes[0].get("kms_key_id").refers_to(key));
    }

    fn gaps_of(name: &str, text: &str) -> Vec<String> {
        let mut tree = Tree::new();
        tree.insert(name.to_owned().into(), text.as_bytes()).unwrap();
        let mut gaps = Vec::new();
        read(&tree, &mut gaps, &mut |_| ());
        gaps.into_iter().map(|gap| gap.reason).collect()
    }

    #[test]
    fn a_template_whose_end_is_missing_is_a_gap() {
        let json = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "AWS::S3::Bucket"}}}"#;
        for end in 30..json.len() {
            let gaps = gaps_of("t.json", &json[..end]);
            assert!(gaps.len() == 1 && gaps[0].contains("line 1"), "{}: {gaps:?}", &json[..end]);
        }
        for (cut, reason) in [
            ("AWSTemplateFormatVersion: '2010-09-09'\nDescr", "line 2"),
            ("AWSTemplateFormatVersion: '2010-09-09'\nDescription: x\n", "has no Resources"),
            ("Transform: AWS::Serverless-2016-10-31\nResources:\n", "has no Resources"),
            ("Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Prop", "line 4"),
            ("Resources:\n  A: {Type: AWS::S3::Bucket}\n  B:\n", "1 of its resources, `B` the first"),
            ("Resources:\n  A: {Type: AWS::S3::Bucket}\n  B:\n    Ty", "1 of its resources, `B` the first"),
            (
                "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties:\n      Buck",
                "the Properties of `A` are no map",
            ),
            ("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Buck", "has no Resources"),
            ("Resources:\n  A:\n    Type: 'AWS::S3", "line"),
        ] {
            let gaps = gaps_of("t.yaml", cut);
            assert!(gaps.len() == 1 && gaps[0].contains(reason), "{cut}: {gaps:?}");
        }
    }

    #[test]
    fn what_only_speaks_of_templates_is_none() {
        for text in [
            "Resources: {A: {Kind: x}}\nnote: AWS::S3::Bucket\n",
            "docs: AWSTemplateFormatVersion is a key\n",
            "Transform: upper\nnote: AWS::S3::Bucket\n",
        ] {
            assert_eq!(gaps_of("t.yaml", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn values_that_double_themselves_are_a_gap() {
        let many = "!Ref P, ".repeat(100);
        let text = format!(
            "Parameters: {{P: {{Default: '{}'}}}}\nResources: {{A: {{Type: AWS::S3::Bucket, Properties: {{Tags: [{many}]}}}}}}\n",
            "x".repeat(1 << 20)
        );
        let gaps = gaps_of("t.yaml", &text);
        assert!(gaps.len() == 1 && gaps[0].contains("500000 steps"), "{gaps:?}");
    }
}
