use super::*;
use crate::sample::records;
use crate::signature::{SigningKey, sign};

struct House {
    folder: tempfile::TempDir,
    key: SigningKey,
}

impl House {
    fn new() -> House {
        House { folder: tempfile::tempdir().unwrap(), key: SigningKey::generate().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A signed database whose newest record is of that day of May 2024.
    fn database(&self, name: &str, day: u8) -> PathBuf {
        let text = format!("advisory debian CVE-2024-0001 modified=2024-05-{day:02}T00:00:00Z\n debian:12 src a < 2");
        let path = self.path(name);
        write_file(&path, &build::build_records(records(&text)).0).unwrap();
        sign(&path, &self.key).unwrap();
        path
    }

    fn install(&self, from: &Path) -> Result<Installed, String> {
        self.install_by(from, &[self.key.trusted_key()])
    }

    /// A compressed file has bits that mean nothing, and checksums at its end; whatever is taken must be what was signed.
    fn take_only(&self, offered: &Path, signed: &[u8], at: usize) {
        if self.install(offered).is_ok() {
            assert_eq!(fs::read(self.path("in place")).unwrap(), signed, "byte {at}");
            fs::remove_file(self.path("in place")).unwrap();
            fs::remove_file(self.path("in place.sequence")).unwrap();
        }
    }

    fn install_by(&self, from: &Path, keys: &[TrustedKey]) -> Result<Installed, String> {
        install(UpdateSource::File(from), &self.path("in place"), keys, None).map_err(|error| error.to_string())
    }
}

#[test]
fn a_newer_database_takes_the_place_of_the_old_one() {
    let house = House::new();
    let first = house.install(&house.database("a", 1)).unwrap();
    assert_eq!((first.previous, first.replaced), (None, true));
    let held = Database::open(&house.path("in place")).unwrap();
    let second = house.install(&house.database("b", 2)).unwrap();
    assert_eq!((second.previous, second.replaced), (Some(first.sequence), true));
    assert_eq!(held.sequence(), first.sequence, "a running scan keeps what it has open");
    held.verify().unwrap();
    assert!(!house.install(&house.database("b", 2)).unwrap().replaced);
}

#[test]
fn an_older_unsigned_or_foreign_database_is_refused_and_the_old_one_stays() {
    let house = House::new();
    house.install(&house.database("a", 5)).unwrap();
    let before = fs::read(house.path("in place")).unwrap();
    assert!(house.install(&house.database("old", 4)).unwrap_err().contains("older than"));
    let other = SigningKey::generate().unwrap().trusted_key();
    assert!(house.install_by(&house.database("b", 6), &[other]).unwrap_err().starts_with("no trusted key"));
    assert!(house.install_by(&house.database("b", 6), &[]).is_err());
    let unsigned = house.path("unsigned");
    fs::write(&unsigned, build::build_records(records("fact nvd CVE-2024-0001 modified=2025-01-01")).0).unwrap();
    assert!(house.install(&unsigned).unwrap_err().contains("is not signed"));
    assert!(house.install(&house.path("missing")).is_err());
    assert_eq!(fs::read(house.path("in place")).unwrap(), before);
    let left: Vec<_> = fs::read_dir(house.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".bulkhead-")), "{left:?}");
}

#[test]
fn a_torn_or_changed_file_is_refused_wherever_it_is_touched() {
    let house = House::new();
    let whole = fs::read(house.database("a", 5)).unwrap();
    let exported = house.path("exported");
    export(&house.path("a"), &exported).unwrap();
    let compressed = fs::read(&exported).unwrap();
    let bad = house.path("bad");
    for bytes in [&whole, &compressed] {
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            fs::write(&bad, &changed).unwrap();
            house.take_only(&bad, &whole, at);
            fs::write(&bad, &bytes[..at]).unwrap();
            house.take_only(&bad, &whole, at);
        }
    }
    assert!(!house.path("in place").exists());
}

#[test]
fn an_export_carries_database_and_signature_in_one_file() {
    let house = House::new();
    let built = house.database("a", 5);
    fs::create_dir(house.path("stick")).unwrap();
    export(&built, &house.path("stick").join(DATABASE_FILE_NAMES[0])).unwrap();
    let stick = house.path("stick");
    install(UpdateSource::Folder(&stick), &house.path("in place"), &[house.key.trusted_key()], None).unwrap();
    assert_eq!(fs::read(built).unwrap(), fs::read(house.path("in place")).unwrap());
}

#[test]
fn an_address_is_fetched_by_whoever_can() {
    struct Mirror(Vec<u8>, Option<String>);
    impl Fetch for Mirror {
        fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()> {
            self.1 = Some(url.to_owned());
            self.0.chunks(3).try_for_each(|chunk| out.write_all(chunk))
        }
    }
    let house = House::new();
    let mut mirror = Mirror(fs::read(house.database("a", 5)).unwrap(), None);
    let source = UpdateSource::Url { url: "https://example.org/intel/", fetch: &mut mirror };
    install(source, &house.path("in place"), &[house.key.trusted_key()], None).unwrap();
    assert_eq!(mirror.1.as_deref(), Some("https://example.org/intel/intelligence.db.zst"));
}

/// What a build wrote may lie on a web server as it is.
#[test]
fn a_mirror_may_have_the_file_that_is_not_compressed() {
    let house = House::new();
    let folder = house.path("web");
    fs::create_dir(&folder).unwrap();
    let built = house.database("web/intelligence.db", 5);
    let mut shelf = Shelf { folder: &folder, asked: Vec::new() };
    let source = UpdateSource::Url { url: "https://example.org/intel/", fetch: &mut shelf };
    install(source, &house.path("in place"), &[house.key.trusted_key()], None).unwrap();
    assert_eq!(fs::read(built).unwrap(), fs::read(house.path("in place")).unwrap());
    assert_eq!(shelf.asked.last().unwrap(), "https://example.org/intel/intelligence.db");
}

#[test]
fn what_an_update_left_that_was_ended_is_removed_by_the_next() {
    let house = House::new();
    let built = house.database("a", 5);
    let (old, young) = (house.path(".bulkhead-old"), house.path(".bulkhead-young"));
    fs::write(&old, "part").unwrap();
    fs::write(&young, "part").unwrap();
    let long_ago = fs::metadata(&old).unwrap().modified().unwrap() - ABANDONED * 2;
    File::options().append(true).open(&old).unwrap().set_modified(long_ago).unwrap();
    house.install(&built).unwrap();
    assert!(!old.exists() && young.exists());
}

/// A mirror or an artifact in memory: the address ends in the name of a file.
struct Shelf<'f> {
    folder: &'f Path,
    asked: Vec<String>,
}

impl Fetch for Shelf<'_> {
    fn fetch(&mut self, url: &str, out: &mut dyn Write) -> io::Result<()> {
        self.asked.push(url.to_owned());
        let name = url.rsplit(['/', '#']).next().unwrap();
        let name = if name == "intel:1" { DATABASE_FILE_NAMES[0] } else { name };
        out.write_all(&fs::read(self.folder.join(name))?)
    }
}

/// Databases of the 5th (installed), and of the 6th with its delta in the folder `mirror`.
fn house_with_mirror() -> (House, PathBuf, Vec<u8>) {
    let house = House::new();
    let mirror = house.path("mirror");
    fs::create_dir(&mirror).unwrap();
    let (old, new) = (house.database("old", 5), house.database("mirror/intelligence.db", 6));
    write_delta(&old, &new).unwrap();
    export(&new, &mirror.join(DATABASE_FILE_NAMES[0])).unwrap();
    let whole = fs::read(&new).unwrap();
    fs::remove_file(new).unwrap();
    house.install(&old).unwrap();
    (house, mirror, whole)
}

fn delta_in(folder: &Path) -> PathBuf {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    names.into_iter().find(|path| path.to_string_lossy().ends_with(".delta.zst")).unwrap()
}

#[test]
fn a_delta_that_fits_what_is_installed_makes_the_same_file() {
    let (house, mirror, whole) = house_with_mirror();
    let key = [house.key.trusted_key()];
    let installed = install(UpdateSource::Folder(&mirror), &house.path("in place"), &key, None).unwrap();
    assert!(installed.by_delta && installed.replaced);
    assert_eq!(fs::read(house.path("in place")).unwrap(), whole);
    for url in ["https://example.org/intel/", "oci://registry.example.org/intel:1"] {
        for name in ["in place", "in place.sequence"] {
            fs::remove_file(house.path(name)).unwrap();
        }
        house.install(&house.path("old")).unwrap();
        let mut shelf = Shelf { folder: &mirror, asked: Vec::new() };
        let source = UpdateSource::Url { url, fetch: &mut shelf };
        assert!(install(source, &house.path("in place"), &key, None).unwrap().by_delta);
        assert_eq!(fs::read(house.path("in place")).unwrap(), whole);
        assert_eq!(shelf.asked.len(), 3, "the list, the head of the whole file, the delta: {:?}", shelf.asked);
    }
    // What is current has no delta from it, and gets the whole file.
    let again = install(UpdateSource::Folder(&mirror), &house.path("in place"), &key, None).unwrap();
    assert!(!again.by_delta && !again.replaced);
}

#[test]
fn a_delta_in_trouble_gives_way_to_the_whole_file() {
    let (house, mirror, whole) = house_with_mirror();
    let key = [house.key.trusted_key()];
    let delta = delta_in(&mirror);
    let good = fs::read(&delta).unwrap();
    let old = fs::read(house.path("in place")).unwrap();
    for at in (0..good.len()).step_by(3) {
        let mut flipped = good.clone();
        flipped[at] ^= 0x20;
        for bad in [&flipped[..], &good[..at]] {
            fs::write(&delta, bad).unwrap();
            fs::write(house.path("in place"), &old).unwrap();
            install(UpdateSource::Folder(&mirror), &house.path("in place"), &key, None).unwrap();
            assert_eq!(fs::read(house.path("in place")).unwrap(), whole, "byte {at}");
        }
    }
    // Another database of the same sequence number is a wrong base.
    fs::write(&delta, &good).unwrap();
    let text = "advisory debian CVE-2023-9999 modified=2024-05-05T00:00:00Z\n debian:12 src b < 3";
    fs::write(house.path("in place"), build::build_records(records(text)).0).unwrap();
    let installed = install(UpdateSource::Folder(&mirror), &house.path("in place"), &key, None).unwrap();
    assert!(!installed.by_delta);
    assert_eq!(fs::read(house.path("in place")).unwrap(), whole);
}

#[test]
fn a_delta_back_to_an_older_database_is_refused() {
    let (house, mirror, _) = house_with_mirror();
    let key = [house.key.trusted_key()];
    let newer = house.database("newer", 9);
    assert!(matches!(write_delta(&newer, &house.path("old")), Err(WriteDeltaError::NotOlder { .. })));
    // An attacker names a delta to an old database as one to a newer.
    house.install(&newer).unwrap();
    let (from, to) = (Database::open(&newer).unwrap(), Database::open(&house.path("old")).unwrap());
    let lie = delta::DeltaName { from: from.sequence(), to: from.sequence() + 1 };
    fs::remove_file(delta_in(&mirror)).unwrap();
    fs::write(mirror.join(lie.to_string()), delta::make(from.storage(), to.storage()).unwrap()).unwrap();
    fs::remove_file(mirror.join(DATABASE_FILE_NAMES[0])).unwrap();
    assert!(install(UpdateSource::Folder(&mirror), &house.path("in place"), &key, None).is_err());
    assert_eq!(fs::read(house.path("in place")).unwrap(), fs::read(newer).unwrap());
}

#[test]
fn a_delta_works_at_every_size_and_shift() {
    let text = |count: usize, first: usize| -> String {
        (first..count)
            .map(|n| format!("advisory debian CVE-2024-{n:05} title=Flaw_{n} modified=2024-05-{:02}T00:00:00Z\n debian:12 src a{} < {n}\n", 1 + first % 9, n % 700))
            .collect()
    };
    let build = |text: &str| Database::from_vec(build::build_records(records(text)).0).unwrap();
    let small = build("fact nvd CVE-2024-0002");
    let (old, new) = (build(&text(3000, 1)), build(&text(3050, 2)));
    for (from, to) in [(&old, &new), (&new, &old), (&small, &old), (&old, &small)] {
        let made = delta::make(from.storage(), to.storage()).unwrap();
        let mut out = Vec::new();
        delta::apply(from.storage(), &mut made.as_slice(), &mut out).unwrap();
        assert_eq!(out, to.storage().body());
        assert!(delta::apply(to.storage(), &mut made.as_slice(), &mut Vec::new()).is_err());
    }
    let delta = delta::make(old.storage(), new.storage()).unwrap().len();
    let whole = zstd::encode_all(new.storage().body(), 19).unwrap().len();
    assert!(delta * 2 < whole, "{delta} of {whole}");
}

#[test]
fn a_key_survives_its_text_and_does_not_print_itself() {
    let key = SigningKey::generate().unwrap();
    let secret = key.to_secret_text();
    let read: SigningKey = format!("# keep secret\n{secret}\n").parse().unwrap();
    assert_eq!(read.trusted_key(), key.trusted_key());
    assert!(!format!("{key:?}").contains(&secret[secret.len() - 64..]));
    assert_eq!(key.trusted_key().to_string().parse(), Ok(key.trusted_key()));
    assert!(secret.parse::<TrustedKey>().is_err());
}

#[test]
fn a_torn_or_removed_database_does_not_make_an_older_one_acceptable() {
    let house = House::new();
    house.install(&house.database("a", 5)).unwrap();
    let (older, same, newer) = (house.database("older", 4), house.database("same", 5), house.database("newer", 6));
    fs::write(house.path("in place"), b"torn").unwrap();
    assert!(house.install(&older).unwrap_err().ends_with("the one that was in place"));
    fs::remove_file(house.path("in place")).unwrap();
    assert!(house.install(&older).is_err());
    // The same repairs it.
    assert!(house.install(&same).unwrap().replaced);
    house.install(&newer).unwrap();
    assert!(house.install(&same).unwrap_err().ends_with("the one in place"));
}

#[test]
fn a_database_older_than_the_built_in_one_is_refused() {
    let house = House::new();
    let offered = house.database("a", 5);
    let sequence = Database::open(&offered).unwrap().sequence();
    let keys = [house.key.trusted_key()];
    let install = |built_in| install(UpdateSource::File(&offered), &house.path("in place"), &keys, Some(built_in));
    let refused = install(sequence + 1).unwrap_err().to_string();
    assert!(refused.ends_with("the one built into the program"), "{refused}");
    assert!(!house.path("in place").exists());
    assert!(install(sequence).unwrap().replaced);
}

/// A delta that leads to less than the whole file has would keep what is in place behind.
#[test]
fn a_delta_of_an_address_is_taken_only_where_it_leads_to_what_is_offered() {
    let (house, mirror, _) = house_with_mirror();
    let newer = house.database("mirror/newer.db", 7);
    export(&newer, &mirror.join(DATABASE_FILE_NAMES[0])).unwrap();
    let list = delta_in(&mirror).file_name().unwrap().to_string_lossy().into_owned();
    fs::write(mirror.join(DELTA_LIST_NAME), list).unwrap();
    for url in ["https://example.org/intel/", "oci://registry.example.org/intel:1"] {
        let mut shelf = Shelf { folder: &mirror, asked: Vec::new() };
        let source = UpdateSource::Url { url, fetch: &mut shelf };
        let installed = install(source, &house.path("in place"), &[house.key.trusted_key()], None).unwrap();
        assert!(!installed.by_delta);
        assert_eq!(fs::read(&newer).unwrap(), fs::read(house.path("in place")).unwrap());
        for name in ["in place", "in place.sequence"] {
            fs::remove_file(house.path(name)).unwrap();
        }
        house.install(&house.path("old")).unwrap();
    }
}
