//! Task reads its file system unencrypted.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0035",
    aliases: ["AWS-0035", "aws-ecs-enable-in-transit-encryption", "CKV_AWS_97"],
    severity: High,
    title: "Task reads its file system unencrypted",
    remedy: "Set `efs_volume_configuration.transit_encryption` to ENABLED.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_ecs_task_definition" "x" {
  volume {
    efs_volume_configuration { file_system_id = "fs-1" }
  }
}"#,
        r#"resource "aws_ecs_task_definition" "x" {
  volume {
    efs_volume_configuration { transit_encryption = "DISABLED" }
  }
}"#,
    ],
    good: [
        r#"resource "aws_ecs_task_definition" "x" {
  volume {
    efs_volume_configuration { transit_encryption = "ENABLED" }
  }
}"#,
        r#"resource "aws_ecs_task_definition" "x" {
  volume { name = "scratch" }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for volume in cloud.of(&["aws_ecs_task_definition"]).flat_map(|task| task.each("volume.efs_volume_configuration")) {
        volume.get("transit_encryption").must_be_one_of("transit_encryption", &["ENABLED"], found);
    }
}
