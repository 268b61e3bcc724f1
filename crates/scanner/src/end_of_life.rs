//! When the vendors' free support of distributions ends: facts they published, kept in `end_of_life.tsv`.

use model::Distribution;

const DATES: &str = include_str!("end_of_life.tsv");

/// The day (`YYYY-MM-DD`) on which the vendor's free support of this release ends, where it is known.
pub(crate) fn end_of_life(distribution: &Distribution) -> Option<&'static str> {
    let name = family(distribution);
    let mut version = distribution.version.as_str();
    while !version.is_empty() {
        let date = rows().find(|&(of, release, _)| of == name && release == version).map(|(_, _, date)| date);
        // A service pack has its own day; the first release's is not that of all.
        if date.is_some() || name == "sles" {
            return date;
        }
        version = version.rsplit_once('.').map_or("", |(shorter, _)| shorter);
    }
    None
}

/// The name under which the table has a distribution: variants share the days of what they are variants of.
fn family(distribution: &Distribution) -> &str {
    match distribution.id.as_str() {
        "centos" if distribution.name.contains("Stream") => "centos-stream",
        "sled" | "sles_sap" | "sle_hpc" | "sle-hpc" => "sles",
        id => id,
    }
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    DATES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, version: &str, name: &str, date: Option<&str>) {
        let distribution =
            Distribution { id: id.into(), version: version.into(), name: name.into(), ..Distribution::default() };
        assert_eq!(end_of_life(&distribution), date, "{id} {version}");
    }

    #[test]
    fn point_releases_end_with_their_release() {
        check("debian", "12", "", Some("2028-06-30"));
        check("alpine", "3.19.4", "", Some("2025-11-01"));
        check("rhel", "8.10", "", Some("2029-05-31"));
        check("ubuntu", "22.04", "", Some("2027-04-01"));
        check("sles", "15.4", "", Some("2023-12-31"));
        check("sles", "15.9", "", None);
        check("amzn", "2018.03", "", Some("2023-12-31"));
        check("alpine", "edge", "", None);
        check("wolfi", "", "", None);
    }

    #[test]
    fn centos_stream_is_not_centos_linux() {
        check("centos", "8", "CentOS Linux 8", Some("2021-12-31"));
        check("centos", "8", "CentOS Stream 8", Some("2024-05-31"));
    }

    #[test]
    fn every_row_is_a_day_under_a_named_source() {
        for line in DATES.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            if line.starts_with('#') {
                continue;
            }
            assert_eq!(fields.len(), 3, "{line}");
            let date = fields[2].as_bytes();
            assert!(date.len() == 10 && date[4] == b'-' && date[7] == b'-' && fields[2] > "1999", "{line}");
            assert!(DATES.contains(&format!("# {}: https://", fields[0])), "{line}");
        }
    }
}
