//! Certificate has expired.

use crate::certificate::not_after;
use crate::check::{Found, check};
use crate::cloud::Cloud;

check! {
    id: "BHD-NIFCLOUD-0006",
    aliases: ["NIF-0006", "nifcloud-sslcertificate-remove-expired-certificates"],
    severity: Low,
    title: "Certificate has expired",
    remedy: "Renew the certificate.",
    rule: Cloud(find),
    bad: [
        r#"resource "nifcloud_ssl_certificate" "x" {
  certificate = <<EOT
-----BEGIN CERTIFICATE-----
MIIBBDCBq6ADAgECAgEFMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWEwHhcNMTkw
MTAxMDAwMDAwWhcNMjAwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAFhMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEk3okE8iXMC0R9cELtQDvDbfV3p5V0PxIjl1FPsqq
4pPS8el+dW9E3G2cGvI7xGGeUQukDa9mnl0XyJaCUJtozTAKBggqhkjOPQQDAgNI
ADBFAiBY6OFf9sJ3MW9rXspQjSzvknkC6SswIRzPwetwfEFhpgIhALArVpouKDmX
1oE4V8GkmcdwE/9G6aJBl5OD9nA3p3Tj
-----END CERTIFICATE-----
EOT
}"#,
        r#"resource "nifcloud_ssl_certificate" "x" {
  certificate = <<EOT
-----BEGIN CERTIFICATE-----
MIIBBDCBq6ADAgECAgEFMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWIwHhcNMTAw
MTAxMDAwMDAwWhcNMjUxMjMxMDAwMDAwWjAMMQowCAYDVQQDDAFiMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEL39G/0AVzeh8TeLdTLPsaV0a0Sh4L0sGBCWmzsmI
jKzZI0E5p4CpSW6obbWtjXX75ZC9Ywoc8kbhMvvlDfNgXDAKBggqhkjOPQQDAgNI
ADBFAiBphZz9h5AtHUqObCEnQETfaxdMC5AxsxBmMSK54JFIIgIhAP/uBMDGupES
wc6uooz3z7eVqNm60dxiLzPWijb7Xbt7
-----END CERTIFICATE-----
EOT
}"#,
    ],
    good: [
        r#"resource "nifcloud_ssl_certificate" "x" {
  certificate = <<EOT
-----BEGIN CERTIFICATE-----
MIIBBTCBraADAgECAgEFMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWMwIBcNMTkw
MTAxMDAwMDAwWhgPMjA2MDAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWMwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQ6iDAf3HHJ5vpY52xuVawFPFCNi2pVhnz48q47
1nNJmw2tAwmJiiqpOZOoNsd24sZdb7weiIRD+dPjULWvBPOYMAoGCCqGSM49BAMC
A0cAMEQCICHjTu2OH8yLaKEIPD7Hd5DhMScb2UKdZL9fS7RTaEkZAiBZ5Oq+8gtN
dQVByHx0prJ5gyignHyVDPkKT1bIKdUwkA==
-----END CERTIFICATE-----
EOT
}"#,
        r#"resource "nifcloud_ssl_certificate" "x" {
  certificate = <<EOT
-----BEGIN CERTIFICATE-----
MIIBBDCBq6ADAgECAgEFMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWQwHhcNMTkw
MTAxMDAwMDAwWhcNNDkxMjMxMDAwMDAwWjAMMQowCAYDVQQDDAFkMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEc1ACr4iTP/hF///dMkX3I4qoZgePCzTYye81r3pz
94gMJN1coRCYw4QMJIqalJDEdm9+zowm85/6KAVZ+xrWzTAKBggqhkjOPQQDAgNI
ADBFAiAd3pAJYtsKIxSKLZNJUDqZLPiKynhM8at0J4nMxB3FmQIhALcrl/KXEH2H
YP81GmBrw552j5ITIOdDbZWHahPTF8mK
-----END CERTIFICATE-----
EOT
}"#,
    ],
}

fn find(cloud: &Cloud, found: &mut Found) {
    let Some(today) = &cloud.today else { return };
    for certificate in cloud.of(&["nifcloud_ssl_certificate"]).map(|it| it.get("certificate")) {
        let last_day = certificate.text().and_then(|text| not_after(&text));
        if let Some(last_day) = last_day.filter(|last_day| last_day < today) {
            certificate.fail(found, format!("the certificate ended on {last_day}"));
        }
    }
}
