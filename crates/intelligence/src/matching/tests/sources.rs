//! Packages that tell the source package they were built from, and those that do not.

use super::*;

#[test]
fn a_binary_beside_its_source_is_found_by_the_source_where_that_is_known() {
    let advisories = "
        advisory ubuntu UBUNTU-CVE-2024-3333 CVE-2024-3333
          ubuntu:24.04 src openssl < 3.0.13-0ubuntu3.1
          ubuntu:24.04 bin libssl3t64 < 3.0.13-0ubuntu3.1
          ubuntu:24.04 bin ssl-metrics < 2:9-1ubuntu3.1";
    let ubuntu = ("ubuntu", "24.04");
    check(
        advisories,
        ubuntu,
        &["deb libssl3t64 3.0.13-0ubuntu3", "deb ssl-metrics 2:9-1ubuntu3", "deb ssl-other 2:9-1ubuntu3"],
        &["libssl3t64 CVE-2024-3333 3.0.13-0ubuntu3.1 affected", "ssl-metrics CVE-2024-3333 2:9-1ubuntu3.1 affected"],
    );
    check(advisories, ubuntu, &["deb libssl3t64 3.0.13-0ubuntu3.1", "deb ssl-metrics 2:9-1ubuntu3.1"], &[]);
    let known = ["deb libssl3t64 3.0.13-0ubuntu3 source=openssl/3.0.13-0ubuntu3"];
    check(advisories, ubuntu, &known, &["libssl3t64 CVE-2024-3333 3.0.13-0ubuntu3.1 affected"]);
    // The binary package of that name is built from another source here.
    check(advisories, ubuntu, &["deb libssl3t64 3.0.13-0ubuntu3 source=other/1"], &[]);
}
