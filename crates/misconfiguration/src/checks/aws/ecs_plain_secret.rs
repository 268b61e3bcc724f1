//! Environment of the task holds a secret.

use crate::check::{Found, check};
use crate::cloud::Cloud;
use crate::json;
use crate::node::Node;
use crate::secret_words::holds_secret;

check! {
    id: "BHD-AWS-0036",
    aliases: ["AWS-0036", "aws-ecs-no-plaintext-secrets"],
    severity: Critical,
    title: "Environment of the task holds a secret",
    remedy: "Give it through `secrets`, from a secret store.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecs_task_definition" "x" {
  container_definitions = jsonencode([{ name = "a", environment = [{ name = "API_TOKEN", value = "abcdef" }] }])
}"#,
        r#"Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties: {ContainerDefinitions: [{Name: a}, {Environment: [{Name: DB_PASSWORD, Value: hunter22}]}]}"#,
    ],
    good: [
        r#"variable "token" {}
resource "aws_ecs_task_definition" "x" {
  container_definitions = jsonencode([{ environment = [{ name = "API_TOKEN", value = var.token }] }])
}"#,
        r#"Resources:
  T:
    Type: AWS::ECS::TaskDefinition
    Properties: {ContainerDefinitions: [{Secrets: [{Name: DB_PASSWORD, ValueFrom: "arn:x"}], Environment: [{Name: MODE, Value: fast}]}]}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for task in cloud.of(&["aws_ecs_task_definition"]) {
        let definitions = task.get("container_definitions");
        let Some(node) = definitions.node() else { continue };
        let parsed = node.as_partial_text().and_then(|text| json::parse(&text).ok());
        for container in parsed.as_ref().unwrap_or(node).items() {
            for variable in container.get("environment").map(Node::items).unwrap_or_default() {
                let (Some(name), Some(value)) = (variable.text_at("name"), variable.text_at("value")) else { continue };
                if holds_secret(&name, &value) {
                    definitions.fail(found, format!("`{name}` is in the environment"));
                }
            }
        }
    }
}
