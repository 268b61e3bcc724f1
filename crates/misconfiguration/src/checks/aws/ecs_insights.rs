//! Cluster of ECS has no container insights.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0034",
    aliases: ["AWS-0034", "aws-ecs-enable-container-insight", "CKV_AWS_65"],
    severity: Low,
    title: "Cluster of ECS has no container insights",
    remedy: "Add the setting containerInsights with the value enabled.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecs_cluster" "x" {
  setting {
    name  = "containerInsights"
    value = "disabled"
  }
}"#,
        r#"Resources:
  C: {Type: "AWS::ECS::Cluster"}"#,
    ],
    good: [
        r#"resource "aws_ecs_cluster" "x" {
  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
}"#,
        r#"Resources:
  C: {Type: "AWS::ECS::Cluster", Properties: {ClusterSettings: [{Name: containerInsights, Value: enabled}]}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_ecs_cluster"]) {
        let settings = cluster.get("setting").items();
        let is_on = settings.iter().any(|setting| {
            let value = setting.get("value");
            setting.get("name").is_text("containerInsights") && (value.is_one_of(&["enabled", "enhanced"]) || value.is_unknown())
        });
        if !is_on && cluster.get("setting").is_known_list() {
            cluster.get("setting").fail(found, "`containerInsights` is not enabled");
        }
    }
}
