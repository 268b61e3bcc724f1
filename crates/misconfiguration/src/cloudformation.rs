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

/// Reads every template of a tree.
pub(crate) fn read(tree: &Tree, gaps: &mut Vec<Gap>) -> Vec<Cloud> {
    let mut clouds = Vec::new();
    for (path, text) in tree.files() {
        let name = path.file_name();
        let is_json = name.ends_with(".json") || (name.ends_with(".template") && text.trim_start().starts_with('{'));
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".template");
        if !(is_json || is_yaml) || !text.contains("AWS::") || !text.contains("Resources") {
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
                if let Some(cloud) = template(path, &document) {
                    clouds.push(cloud);
                }
            }
            Err(error) => gaps.push(Gap::new(path.as_str(), format!("the template cannot be read: {error}"))),
        }
    }
    clouds
}

/// The resources of a template; nothing where a document is none.
fn template(path: &UntrustedPath, document: &Node) -> Option<Cloud> {
    let declared = document.get("Resources")?.as_map()?;
    let template = Template::new(document);
    let mut resources = Vec::new();
    for entry in declared.iter().take(MOST_RESOURCES) {
        let Some(kind) = entry.value.text_at("Type") else { continue };
        let condition = entry.value.text_at("Condition");
        if condition.is_some_and(|condition| template.condition(&condition) == Some(false)) {
            continue;
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
    Some(Cloud::new(resources))
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
        let mut clouds = read(&tree, &mut gaps);
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
}
