//! API server of the cluster is public.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0040",
    aliases: ["AWS-0040", "aws-eks-no-public-cluster-access", "CKV_AWS_39"],
    severity: Critical,
    title: "API server of the cluster is public",
    remedy: "Set `endpoint_public_access` to false.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { subnet_ids = ["subnet-1"] }
}"#,
        r#"Resources:
  C: {Type: "AWS::EKS::Cluster", Properties: {ResourcesVpcConfig: {EndpointPublicAccess: "true"}}}"#,
    ],
    good: [
        r#"resource "aws_eks_cluster" "x" {
  vpc_config { endpoint_public_access = false }
}"#,
        r#"variable "public" {}
resource "aws_eks_cluster" "x" {
  vpc_config { endpoint_public_access = var.public }
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_eks_cluster"]).filter(|cluster| cluster.get("vpc_config").is_set()) {
        let access = cluster.get("vpc_config.endpoint_public_access");
        if access.is_true() || access.is_missing() {
            access.fail(found, "the API server answers everybody");
        }
    }
}
