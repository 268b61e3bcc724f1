//! Runs the built program in a folder of its own, under limits, and watches what it does.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::{Blob, Storage, TarWriter, TestImages};

/// What no run may exceed; it guards against endless work and says nothing about speed.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// The address space that a run gets, in KiB: most of it are the threads' stacks and the allocator's reserve.
const ADDRESS_SPACE_KIB: u64 = 2 << 20;

/// The memory that a run may hold. The product's own goal is a quarter of it, in a release build.
pub(crate) const MOST_RESIDENT_KIB: u64 = 256 << 10;

/// A folder with inputs (`work`), a home and a folder for temporary files.
pub(crate) struct Bench {
    root: TempDir,
    variables: Vec<(String, String)>,
    patience: Duration,
}

/// What came of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) seconds: f64,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        for folder in ["work", "home", "tmp"] {
            fs::create_dir(root.path().join(folder)).expect("the folder can be made");
        }
        Bench { root, variables: Vec::new(), patience: LONGEST_RUN }
    }

    /// A bench with one file.
    pub(crate) fn with(name: &str, bytes: &[u8]) -> Bench {
        let bench = Bench::new();
        bench.write(name, bytes);
        bench
    }

    /// Sets a variable of the program's environment.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Bench {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder in which the program runs.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Writes a file below the working folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be made");
        fs::write(&path, bytes).expect("the file can be written");
        path
    }

    /// Runs `bulkhead` with these arguments, and checks what holds for every run.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, None)
    }

    /// Scans `target` into JSON.
    pub(crate) fn scan(&self, target: &str) -> Run {
        self.run(&["scan", "--format", "json", target])
    }

    /// Runs `bulkhead` with a file as its standard input.
    #[expect(clippy::disallowed_methods, reason = "the tests of a program start it")]
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: Option<&Path>) -> Run {
        let before = self.names();
        let mut command = Command::new("sh");
        let limits = format!("ulimit -c 0; ulimit -v {ADDRESS_SPACE_KIB}; exec \"$0\" \"$@\"");
        command.args(["-c", &limits, env!("CARGO_BIN_EXE_bulkhead")]).args(arguments).current_dir(self.work());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.home());
        command.env("TMPDIR", self.root.path().join("tmp"));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(match input {
            Some(path) => Stdio::from(fs::File::open(path).expect("the input can be opened")),
            None => Stdio::null(),
        });
        let started = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the built program can be started");
        let stdout = drain(child.stdout.take().expect("it is a pipe"));
        let stderr = drain(child.stderr.take().expect("it is a pipe"));
        let mut resident_kib = 0;
        let status = loop {
            resident_kib = resident_kib.max(most_resident_kib(child.id()));
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if started.elapsed() > self.patience {
                child.kill().expect("a child can be ended");
                panic!("{arguments:?} still runs after {:?}", self.patience);
            }
            thread::sleep(Duration::from_millis(4));
        };
        let run = Run {
            code: status.code().unwrap_or(-1),
            stdout: stdout.join().expect("the reader ends"),
            stderr: stderr.join().expect("the reader ends"),
            seconds: started.elapsed().as_secs_f64(),
        };
        eprintln!("{arguments:?}: {:.2} s, {} MiB", run.seconds, resident_kib >> 10);
        assert!(matches!(run.code, 0 | 2 | 3 | 4), "{arguments:?} ended with {status}: {}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "an escape sequence reached the terminal: {:?}", run.stderr);
        assert!(resident_kib < MOST_RESIDENT_KIB, "{arguments:?} held {resident_kib} KiB");
        assert_eq!(self.names(), before, "{arguments:?} changed files outside its cache");
        run
    }

    /// Every file that is there, but for those of the program's cache.
    fn names(&self) -> BTreeSet<PathBuf> {
        let mut names = BTreeSet::new();
        let mut folders = vec![self.root.path().to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                if entry.file_name() == ".cache" || entry.file_name() == "cache" {
                    continue;
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                }
                names.insert(entry.path());
            }
        }
        names
    }
}

impl Run {
    /// Checks that the target could not be scanned and that one sentence says why.
    #[track_caller]
    pub(crate) fn fails_with(&self, words: &str) {
        assert_eq!((self.code, self.stdout.as_str()), (3, ""), "{}", self.stderr);
        self.says(words);
    }

    /// Checks for one line on standard error with these words.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.starts_with("bulkhead: "), "{}", self.stderr);
        assert!(self.stderr.contains(words), "`{words}` is not in: {}", self.stderr);
    }

    /// The report, after a scan that came to its end.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).expect("the report is JSON")
    }

    /// The names of the packages that were found.
    #[track_caller]
    pub(crate) fn packages(&self) -> Vec<String> {
        let report = self.report();
        let packages = report["packages"].as_array().expect("packages is a list");
        packages.iter().map(|package| package["name"].as_str().expect("a package has a name").to_owned()).collect()
    }

    /// Each gap as `path: reason`.
    #[track_caller]
    pub(crate) fn gaps(&self) -> Vec<String> {
        let report = self.report();
        let gaps = report["gaps"].as_array().expect("gaps is a list");
        let text = |gap: &Value, key: &str| gap[key].as_str().unwrap_or_default().to_owned();
        gaps.iter().map(|gap| format!("{}: {}", text(gap, "path"), text(gap, "reason"))).collect()
    }

    /// Checks that some gap has these words.
    #[track_caller]
    pub(crate) fn has_gap(&self, words: &str) {
        let gaps = self.gaps();
        assert!(gaps.iter().any(|gap| gap.contains(words)), "no gap has `{words}`: {gaps:#?}");
    }
}

/// An image archive of the text that `test_support::TestImages` reads.
pub(crate) fn image(text: &str) -> Vec<u8> {
    TestImages::parse(text, Storage::Plain).oci_archive()
}

/// An image archive of one layer.
pub(crate) fn image_of(layer: &TarWriter) -> Vec<u8> {
    image_of_layers(&[("", layer.finish())])
}

/// An image archive of these layers, each stored as it is under the end of its media type (`""`, `+gzip`, `+zstd`).
pub(crate) fn image_of_layers(layers: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut tar = TarWriter::new();
    for (path, bytes) in layout(layers) {
        tar.file(&path, 0o644, &bytes);
    }
    tar.finish()
}

/// The files of an OCI layout with one image of these layers.
pub(crate) fn layout(layers: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    layout_with(layers, |_| {})
}

/// The same, of which the configuration was changed before anything named it by its digest.
pub(crate) fn layout_with(layers: &[(&str, Vec<u8>)], change: impl Fn(&mut Value)) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut add = |bytes: Vec<u8>, media_type: &str| {
        let blob = Blob::new(bytes);
        let path = format!("blobs/sha256/{}", &blob.digest["sha256:".len()..]);
        let descriptor = json!({ "mediaType": media_type, "digest": blob.digest, "size": blob.bytes.len() });
        files.push((path, blob.bytes));
        descriptor
    };
    let descriptors: Vec<Value> = layers
        .iter()
        .map(|(end, bytes)| add(bytes.clone(), &format!("application/vnd.oci.image.layer.v1.tar{end}")))
        .collect();
    let diff_ids: Vec<&Value> = descriptors.iter().map(|descriptor| &descriptor["digest"]).collect();
    let mut config = json!({ "os": "linux", "architecture": "amd64", "config": {},
        "rootfs": { "type": "layers", "diff_ids": diff_ids } });
    change(&mut config);
    let config = add(config.to_string().into_bytes(), "application/vnd.oci.image.config.v1+json");
    let manifest_type = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({ "schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": descriptors });
    let manifest = add(manifest.to_string().into_bytes(), manifest_type);
    let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
    files.push(("index.json".to_owned(), index.to_string().into_bytes()));
    files.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    files
}

fn drain(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe can be read");
        String::from_utf8(bytes).expect("what the program says is UTF-8")
    })
}

/// The peak of the process's resident memory so far, as the kernel counts it.
fn most_resident_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|value| value.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}
