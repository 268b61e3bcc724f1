//! API server of the cluster can be reached from everywhere.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0041",
    aliases: ["AWS-0041", "aws-eks-no-public-cluster-access-to-cidr", "CKV_AWS_38"],
    severity: Critical,
    title: "API server of the cluster can be reached from everywhere",
    remedy: "Set `public_access_cidrs` to the networks that need it.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { endpoint_public_access = true }
}"#,
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { public_access_cidrs = ["10.0.0.0/8", "0.0.0.0/0"] }
}"#,
    ],
    good: [
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { public_access_cidrs = ["192.0.2.0/24"] }
}"#,
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { endpoint_public_access = false }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_eks_cluster"]).filter(|cluster| cluster.get("vpc_config").is_set()) {
        let access = cluster.get("vpc_config.endpoint_public_access");
        let networks = cluster.get("vpc_config.public_access_cidrs");
        let is_everywhere = networks.is_missing() || networks.texts().iter().any(|network| super::is_everywhere(network));
        if (access.is_true() || access.is_missing()) && is_everywhere {
            networks.fail(found, "`public_access_cidrs` has every address");
        }
    }
}
