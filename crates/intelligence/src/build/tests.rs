use super::*;
use crate::sample::records;

const RECORDS: &str = "
    advisory debian CVE-2024-0001 modified=2024-05-02T00:00:00Z
      debian:12 src a < 2
    advisory ghsa GHSA-1 CVE-2024-0001 modified=2024-05-01T00:00:00Z
      npm bin b >= 1.0.0, < 1.2.3
    fact nvd CVE-2024-0002";

#[test]
fn the_same_records_give_the_same_bytes() {
    let (one, summary) = build_records(records(RECORDS));
    let (other, _) = build_records(records(RECORDS));
    assert_eq!(one, other);
    assert_eq!(time::format(summary.sequence), "2024-05-02T00:00:00Z");
    assert_eq!((summary.advisories, summary.vulnerabilities, summary.packages), (2, 2, 2));
    assert_eq!(summary.sources[0].records, 3);
}

/// Whatever comes after such a record would be older than it.
#[test]
fn a_record_of_the_future_does_not_give_the_sequence_number() {
    let options = BuildOptions { latest: time::parse("2024-05-01T12:00:00Z"), ..BuildOptions::default() };
    let mut collected = Collected::new(&options);
    records(RECORDS).into_iter().for_each(|(source, record)| collected.record(&source, record));
    let (_, summary) = lay_out(collected).unwrap();
    assert_eq!(time::format(summary.sequence), "2024-05-01T00:00:00Z");
    let skipped = &summary.skipped_records[0];
    assert_eq!((summary.skipped, skipped.place.as_str(), summary.advisories), (1, "CVE-2024-0001", 2));
    assert_eq!(skipped.reason, "its time 2024-05-02T00:00:00Z lies in the future, and is not believed");
}

#[test]
fn a_range_without_a_valid_version_is_skipped_and_counted() {
    let text = "
        advisory ghsa GHSA-1 CVE-2024-0001
          npm bin a < not/a/version";
    let (_, summary) = build_records(records(text));
    assert_eq!(summary.skipped, 1);
    assert_eq!(summary.skipped_records[0].place, "GHSA-1");
}

#[test]
fn a_folder_that_no_feed_reads_is_an_error_that_names_those_known() {
    struct Fake;
    impl Feed for Fake {
        fn folder(&self) -> &'static str {
            "fake"
        }
        fn read(&self, _: &Path, _: &mut dyn Sink) -> Result<(), ReadFeedError> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let present = || present_feeds(folder.path(), &[&Fake]).map(|feeds| feeds.len()).map_err(|error| error.to_string());
    assert!(present().unwrap_err().contains("put at least one of these folders there: fake"));
    fs::create_dir(folder.path().join("fake")).unwrap();
    fs::write(folder.path().join("README"), "").unwrap();
    assert_eq!(present(), Ok(1));
    fs::create_dir(folder.path().join("osx")).unwrap();
    assert!(present().unwrap_err().ends_with("osx is no folder of a feed; the known ones are fake"));
}

#[test]
fn a_folder_that_is_not_there_is_named_and_no_temporary_file() {
    let folder = tempfile::tempdir().unwrap();
    let (feeds, missing) = (folder.path().join("feeds"), folder.path().join("missing"));
    fs::create_dir_all(feeds.join(FEEDS[0].folder())).unwrap();
    let expected = format!("there is no folder {}", missing.display());
    let out = missing.join("a.db");
    let error = build(&feeds, &out, &BuildOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot write the database {}", out.display()));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), expected);
    assert_eq!(write_file(&out, b"x").unwrap_err().to_string(), expected);
    fs::write(&missing, "").unwrap();
    assert_eq!(write_file(&out, b"x").unwrap_err().to_string(), "Not a directory (os error 20)");
}

#[test]
fn what_is_no_regular_file_is_not_replaced_by_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    for path in [path.as_path(), Path::new("/dev/null")] {
        assert!(write_file(path, b"x").is_err());
        assert!(!path.metadata().unwrap().is_file(), "{}", path.display());
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 1);
}
