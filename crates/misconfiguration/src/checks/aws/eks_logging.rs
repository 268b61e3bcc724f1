//! Control plane of the cluster does not log everything.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0038",
    aliases: ["AWS-0038", "aws-eks-enable-control-plane-logging", "CKV_AWS_37"],
    severity: Medium,
    title: "Control plane of the cluster does not log everything",
    remedy: "List api, audit, authenticator, controllerManager and scheduler in `enabled_cluster_log_types`.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_eks_cluster" "x" { enabled_cluster_log_types = ["api", "audit"] }"#,
        r#"Resources:
  C: {Type: "AWS::EKS::Cluster", Properties: {Logging: {ClusterLogging: {EnabledTypes: [{Type: api}]}}}}"#,
    ],
    good: [
        r#"variable "types" {}
resource "aws_eks_cluster" "x" { enabled_cluster_log_types = var.types }"#,
        r#"locals { types = ["api", "audit", "authenticator"] }
resource "aws_eks_cluster" "x" { enabled_cluster_log_types = concat(local.types, ["controllerManager", "scheduler"]) }"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_eks_cluster"]) {
        let types = cluster.get("enabled_cluster_log_types");
        if !types.is_known_list() {
            continue;
        }
        let listed = types.texts();
        let all = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
        if let Some(missing) = all.iter().find(|kind| !listed.iter().any(|listed| listed == *kind)) {
            types.fail(found, format!("`{missing}` is not logged"));
        }
    }
}
