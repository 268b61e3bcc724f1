//! The list of feeds. Adding one is one file and one line here (`docs/contributing/add-feed.md`).

use crate::feed::Feed;

mod alpine_secdb;
mod amazon_alas;
mod csaf;
mod cve_list_v5;
mod debian_tracker;
mod epss;
mod fields;
mod files;
mod json;
#[cfg(test)]
mod kept_records;
mod kev;
mod malware;
mod maven_sha1;
mod nvd;
mod oracle_oval;
mod osv;
mod places;
mod redhat_csaf_vex;
mod suse;
mod ubuntu;
mod xml;

/// Every feed the builder reads, in the order in which it reads them.
pub(crate) const FEEDS: &[&dyn Feed] = &[
    &osv::Osv,
    &alpine_secdb::AlpineSecdb,
    &debian_tracker::DebianTracker,
    &ubuntu::Ubuntu,
    &redhat_csaf_vex::RedHatCsafVex,
    &suse::Suse,
    &oracle_oval::OracleOval,
    &amazon_alas::AmazonAlas,
    &cve_list_v5::CveListV5,
    &nvd::Nvd,
    &kev::Kev,
    &epss::Epss,
    &maven_sha1::MavenSha1,
    &malware::Malware,
];

#[cfg(test)]
mod tests;
