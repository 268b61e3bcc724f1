//! Cluster of Redis keeps no snapshots.

use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-AWS-0050",
    aliases: ["AWS-0050", "aws-elasticache-enable-backup-retention", "CKV_AWS_134"],
    severity: Medium,
    title: "Cluster of Redis keeps no snapshots",
    remedy: "Set `snapshot_retention_limit` to some days.",
    rule: Cloud(find),
    bad: [
        r#"resource "aws_elasticache_cluster" "x" {
  engine                   = "redis"
  snapshot_retention_limit = 0
}"#,
        r#"Resources:
  C: {Type: "AWS::ElastiCache::CacheCluster", Properties: {Engine: redis}}"#,
    ],
    good: [
        r#"resource "aws_elasticache_cluster" "x" {
  engine                   = "redis"
  snapshot_retention_limit = 1
}"#,
        r#"Resources:
  C: {Type: "AWS::ElastiCache::CacheCluster", Properties: {Engine: memcached}}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    for cluster in cloud.of(&["aws_elasticache_cluster"]).filter(|cluster| cluster.get("engine").is_one_of(&["redis", "valkey"])) {
        let limit = cluster.get("snapshot_retention_limit");
        let has_none = limit.is_missing() || limit.number() == Some(0.0);
        if has_none && !cluster.get("node_type").is_text("cache.t1.micro") {
            limit.fail(found, "`snapshot_retention_limit` is 0");
        }
    }
}
