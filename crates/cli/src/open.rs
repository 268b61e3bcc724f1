//! From TARGET to something that can be indexed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use formats::{Bill, LARGEST_BILL_BYTES, ReadBillError};
use model::{ImageName, ScanTarget, TargetKind};
use oci::credentials::CredentialSources;
use oci::engine::{self, ContainerOptions, ContainerdOptions, EngineAddress, EngineOptions, RunningContainer};
use oci::registry::{ProxySettings, RegistryOptions};
use oci::{Cache, Companions, EntryStream, FileTree, FileTreeOptions, Image, OpenImageError, OpenOptions, PathKind};
use scanner::{Detectors, IndexOptions, Indexed};

use crate::arguments::SourceArguments;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::place;
use crate::progress::Progress;
use crate::target::Target;

/// The most that the cache of layer indexes takes on disk; the least recently used go first.
pub(crate) const CACHE_LIMIT_BYTES: u64 = 1 << 30;

/// An opened target.
pub(crate) struct Opened {
    name: String,
    kind: TargetKind,
    content: Content,
    cache: Option<Cache>,
    /// Whether a registry was asked for it by name.
    is_asked_by_name: bool,
}

enum Content {
    Image(Box<Image>),
    Tree(Box<Tree>),
    Bill(Box<Bill>),
}

/// A folder, and what opens it once more.
struct Tree {
    files: FileTree,
    root: PathBuf,
    options: FileTreeOptions,
}

/// Opens the target.
pub(crate) fn open(
    target: &Target,
    arguments: &SourceArguments,
    environment: &Environment,
    progress: &Progress,
) -> Result<Opened, Failure> {
    // Only registries are asked with it; who names a wrong file learns of it all the same.
    check_authorities(arguments.ca.as_deref())?;
    // A wrong word on the command line is told as such, before anything is done.
    let is_standard_input = matches!(target, Target::Sbom(path) if path.as_os_str() == "-");
    match target.path().filter(|_| !is_standard_input).map(|path| (path, path.metadata())) {
        Some((path, Err(error))) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::usage(place::missing(target, path)));
        }
        Some((_, Ok(metadata))) => {
            if let Some(sentence) = place::mismatch(target, &metadata) {
                return Err(Failure::Work(anyhow!(sentence)));
            }
        }
        Some((_, Err(_))) | None => {}
    }
    let cache = open_cache(arguments, environment, progress)?;
    let name = target.to_string();
    progress.say(&format!("opening {name}"));
    let (kind, content) = Opener { arguments, environment, progress, cache: cache.as_ref() }.open(target)?;
    let is_asked_by_name = matches!(target, Target::Registry(_));
    Ok(Opened { name, kind, content, cache, is_asked_by_name })
}

impl Opened {
    /// What the target is, for the report.
    pub(crate) fn target(&self) -> ScanTarget {
        let (digest, platform) = match &self.content {
            Content::Image(image) => (image.digest.clone(), image.platform.clone()),
            Content::Bill(bill) => (bill.digest.clone(), bill.platform.clone()),
            Content::Tree(_) => (None, None),
        };
        ScanTarget { name: self.name.clone(), kind: self.kind, digest, platform }
    }

    /// The cache that the target was opened with.
    pub(crate) fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }

    /// What lies beside the image, of the wanted types.
    pub(crate) fn companions(&self, is_wanted: &dyn Fn(&str) -> bool) -> Companions {
        match &self.content {
            Content::Image(image) => image.companions(is_wanted),
            Content::Tree(_) | Content::Bill(_) => Companions::default(),
        }
    }

    /// The documents of the image indexes through which an image was chosen, the one that was asked for first; none of anything
    /// else.
    pub(crate) fn image_indexes(&self) -> &[Vec<u8>] {
        match &self.content {
            Content::Image(image) => &image.indexes,
            Content::Tree(_) | Content::Bill(_) => &[],
        }
    }

    /// What is in the target, and what the detectors find in its files.
    pub(crate) fn index(&mut self, detectors: &Detectors, progress: &Progress) -> Result<Indexed, Failure> {
        progress.say(&format!("reading {}", self.name));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        match &mut self.content {
            Content::Image(image) => {
                let options = IndexOptions {
                    cache: self.cache.as_ref(),
                    threads,
                    detectors: Some(detectors),
                    is_asked_by_name: self.is_asked_by_name,
                };
                // Its errors name the image with the layer.
                scanner::index_image(image, &options).map_err(|error| Failure::Work(error.into()))
            }
            Content::Tree(tree) => {
                let Tree { files, root, options } = tree.as_mut();
                let again = || {
                    let files = FileTree::open(root, options.clone()).ok()?;
                    Some(Box::new(files) as Box<dyn EntryStream>)
                };
                let is_repository = self.kind == TargetKind::Directory;
                let indexed = scanner::index_tree(files, &again, Some(detectors), threads, is_repository);
                let mut indexed =
                    indexed.with_context(|| format!("cannot scan {}", self.name)).map_err(Failure::Work)?;
                indexed.inventory.gaps.extend(tree.files.gaps());
                Ok(indexed)
            }
            Content::Bill(bill) => {
                let inventory = std::mem::take(&mut bill.inventory);
                Ok(Indexed { inventory, findings: Vec::new(), hashed: Vec::new() })
            }
        }
    }
}

/// Refuses a file of certificate authorities that has none.
pub(crate) fn check_authorities(file: Option<&Path>) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    oci::registry::check_authorities(&[file.to_owned()]).context("cannot use --ca").map_err(Failure::Usage)
}

/// A cache that was asked for must work; the usual one may be missing, which costs time only.
fn open_cache(
    arguments: &SourceArguments,
    environment: &Environment,
    progress: &Progress,
) -> Result<Option<Cache>, Failure> {
    if arguments.no_cache {
        return Ok(None);
    }
    if let Some(folder) = &arguments.cache_dir {
        let opened =
            Cache::open(folder, CACHE_LIMIT_BYTES).context("cannot use --cache-dir").map_err(Failure::Usage)?;
        return Ok(Some(opened));
    }
    let Some(folder) = &environment.cache_folder else { return Ok(None) };
    Ok(Cache::open(folder, CACHE_LIMIT_BYTES)
        .inspect_err(|error| progress.warn(&format!("going on without a cache: {error}")))
        .ok())
}

/// Everything that opening a target needs to know.
struct Opener<'a> {
    arguments: &'a SourceArguments,
    environment: &'a Environment,
    progress: &'a Progress,
    cache: Option<&'a Cache>,
}

impl Opener<'_> {
    fn open(&self, target: &Target) -> Result<(TargetKind, Content), Failure> {
        let image = |image: Image| (TargetKind::Image, content(image));
        let options = self.options();
        match target {
            Target::Registry(name) => self.registry(name).map(image),
            Target::DockerArchive(path) => work(oci::open_docker_archive(path, &options)).map(image),
            Target::OciArchive(path) => work(oci::open_oci_archive(path, &options)).map(image),
            Target::OciLayout(path) => work(oci::open_oci_layout(path, &options)).map(image),
            Target::ImageFolder(path) => work(oci::open_image_folder(path, &options)).map(image),
            Target::StandardInput => work(oci::open_archive_stdin(&mut std::io::stdin(), &options)).map(image),
            Target::Docker(name) => {
                let usual = EngineAddress::Unix(engine::DOCKER_SOCKET.into());
                let address = address(self.environment.docker_host.as_deref(), "DOCKER_HOST", usual)?;
                work(engine::open_docker(name, &self.engine(address))).map(image)
            }
            Target::Podman(name) => {
                let address = address(self.environment.podman_host.as_deref(), "CONTAINER_HOST", self.podman_socket())?;
                let containers_storage = Some(engine::CONTAINERS_STORAGE.into());
                let options = EngineOptions { containers_storage, ..self.engine(address) };
                work(engine::open_podman(name, &options)).map(image)
            }
            Target::Containerd(name) => {
                let platform = self.arguments.platform.clone();
                let mut options = ContainerdOptions { platform, cache: self.cache, ..ContainerdOptions::default() };
                if let Some(root) = &self.environment.containerd_root {
                    options.root = root.clone();
                }
                work(engine::open_containerd(name, &options)).map(image)
            }
            Target::Container(id) => {
                let mut options = ContainerOptions::default();
                if let Some(host) = &self.environment.docker_host {
                    let usual = EngineAddress::Unix(engine::DOCKER_SOCKET.into());
                    options.engines.insert(0, ("Docker", address(Some(host), "DOCKER_HOST", usual)?));
                }
                let content = match work(engine::open_container(id, &options))? {
                    RunningContainer::Root(root) => tree(&root, FileTreeOptions::default())?,
                    RunningContainer::Export(image) => Content::Image(image),
                };
                Ok((TargetKind::Container, content))
            }
            Target::Rootfs(path) if path.is_file() => {
                let image = work(oci::open_root_archive(path, &options))?;
                Ok((TargetKind::Rootfs, content(image)))
            }
            Target::Rootfs(path) => Ok((TargetKind::Rootfs, tree(path, FileTreeOptions::default())?)),
            Target::Directory(path) => {
                if matches!(oci::recognise(path), Ok(PathKind::ImageFolder | PathKind::OciLayout)) {
                    let path = path.display();
                    self.progress.warn(&format!(
                        "{path} holds an image, and dir: reads its files as they lie there; leave dir: out to scan the image"
                    ));
                }
                let options = FileTreeOptions { is_no_root: true, ..FileTreeOptions::default() };
                Ok((TargetKind::Directory, tree(path, options)?))
            }
            Target::Host(path) => {
                let excluded: BTreeSet<_> = self.cache_folders().collect();
                Ok((TargetKind::Host, tree(path, FileTreeOptions { excluded, ..FileTreeOptions::default() })?))
            }
            Target::Sbom(path) => bill(path),
            Target::Path(path) => self.recognise(path),
        }
    }

    fn recognise(&self, path: &Path) -> Result<(TargetKind, Content), Failure> {
        let kind = work(oci::recognise(path).with_context(|| format!("cannot read {}", path.display())))?;
        let opened = path.to_owned();
        let target = match kind {
            PathKind::DockerArchive => Target::DockerArchive(opened),
            PathKind::OciArchive => Target::OciArchive(opened),
            PathKind::OciLayout => Target::OciLayout(opened),
            PathKind::ImageFolder => Target::ImageFolder(opened),
            PathKind::RootFileSystem | PathKind::OtherArchive => Target::Rootfs(opened),
            PathKind::Folder => Target::Directory(opened),
            PathKind::OtherFile => return other_file(path),
        };
        self.open(&target).map_err(|failure| match failure {
            Failure::Work(error) if matches!(error.downcast_ref(), Some(OpenImageError::Malformed { .. })) => {
                let scheme = if path.is_dir() { "dir" } else { "rootfs" };
                let path = path.display();
                let advice = format!("{path} seems to be an image; if it is none, write {scheme}:{path}");
                Failure::Work(error.context(advice))
            }
            failure => failure,
        })
    }

    fn options(&self) -> OpenOptions<'_> {
        OpenOptions {
            platform: self.arguments.platform.clone(),
            image: self.arguments.image.clone(),
            cache: self.cache,
        }
    }

    fn registry(&self, name: &ImageName) -> Result<Image, Failure> {
        if self.arguments.offline {
            return Err(Failure::usage(format!("{name} is in a registry, and --offline forbids asking one")));
        }
        let options = RegistryOptions {
            platform: self.arguments.platform.clone(),
            plain_http: self.arguments.plain_http,
            ca_files: self.arguments.ca.iter().cloned().collect(),
            mirrors: self.arguments.mirror.clone(),
            trust_toc: self.arguments.trust_toc,
            ..registry_options(self.environment)
        };
        work(oci::registry::open_registry(name, &options)).map_err(|failure| match failure {
            // Who mistypes a file's name asks a registry for an image of that name.
            Failure::Work(error) if !format!("{error:#}").contains(name.repository()) => {
                Failure::Work(error.context(format!("cannot get the image {name}")))
            }
            failure => failure,
        })
    }

    fn engine(&self, address: EngineAddress) -> EngineOptions<'_> {
        let platform = self.arguments.platform.clone();
        EngineOptions { platform, cache: self.cache, ..EngineOptions::at(address) }
    }

    /// The user's own socket where there is one, else the superuser's.
    fn podman_socket(&self) -> EngineAddress {
        let own = self.environment.runtime_folder.as_ref().map(|folder| folder.join("podman/podman.sock"));
        EngineAddress::Unix(own.filter(|path| path.exists()).unwrap_or_else(|| engine::PODMAN_SOCKET.into()))
    }

    /// Our own cache is no part of a host.
    fn cache_folders(&self) -> impl Iterator<Item = model::UntrustedPath> {
        let folders = [self.arguments.cache_dir.as_deref(), self.environment.cache_folder.as_deref()];
        folders.into_iter().flatten().map(|folder| model::UntrustedPath::normalise(&folder.to_string_lossy()))
    }
}

/// How to reach registries and web servers, as far as the environment tells: credentials and proxies.
pub(crate) fn registry_options(environment: &Environment) -> RegistryOptions {
    RegistryOptions {
        credentials: CredentialSources {
            files: environment.credential_files.clone(),
            helper_folders: environment.program_folders.clone(),
            ..CredentialSources::default()
        },
        proxies: ProxySettings {
            https: environment.https_proxy.clone(),
            http: environment.http_proxy.clone(),
            except: environment.no_proxy.clone().unwrap_or_default(),
        },
        ..RegistryOptions::default()
    }
}

fn work<T, E: Into<anyhow::Error>>(result: Result<T, E>) -> Result<T, Failure> {
    result.map_err(|error| Failure::Work(error.into()))
}

fn content(image: Image) -> Content {
    Content::Image(Box::new(image))
}

fn tree(root: &Path, options: FileTreeOptions) -> Result<Content, Failure> {
    let files = work(FileTree::open(root, options.clone()))?;
    Ok(Content::Tree(Box::new(Tree { files, root: root.to_owned(), options })))
}

fn bill(path: &Path) -> Result<(TargetKind, Content), Failure> {
    let bill = read_bill(path).with_context(|| format!("cannot read {} as a bill of materials", path.display()));
    Ok((TargetKind::Sbom, Content::Bill(Box::new(work(bill)?))))
}

/// A file that is no archive is a bill of materials or nothing.
fn other_file(path: &Path) -> Result<(TargetKind, Content), Failure> {
    match read_bill(path) {
        Ok(bill) => Ok((TargetKind::Sbom, Content::Bill(Box::new(bill)))),
        Err(error)
            if matches!(error.downcast_ref(), Some(ReadBillError::UnknownFormat | ReadBillError::Compressed)) =>
        {
            Err(Failure::Work(anyhow!(place::unreadable(path))))
        }
        Err(error) => {
            Err(Failure::Work(error.context(format!("cannot read {} as a bill of materials", path.display()))))
        }
    }
}

fn read_bill(path: &Path) -> anyhow::Result<Bill> {
    let mut bytes = Vec::new();
    // One byte more than the limit tells a bill that is too large from one that just fits.
    let limit = LARGEST_BILL_BYTES as u64 + 1;
    match path.as_os_str() == "-" {
        true => std::io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
    };
    Ok(formats::read_bill(&bytes)?)
}

/// An engine's address as the variable of the environment gives it: `unix:///PATH`, `tcp://HOST:PORT`.
fn address(value: Option<&str>, variable: &str, usual: EngineAddress) -> Result<EngineAddress, Failure> {
    let Some(value) = value else { return Ok(usual) };
    if let Some(path) = value.strip_prefix("unix://") {
        return Ok(EngineAddress::Unix(PathBuf::from(path)));
    }
    match value.strip_prefix("tcp://").or_else(|| value.strip_prefix("http://")) {
        Some(host) if !host.is_empty() => Ok(EngineAddress::Tcp(host.trim_end_matches('/').to_owned())),
        _ => Err(Failure::Usage(anyhow!("{variable} is `{value}`; write unix:///PATH or tcp://HOST:PORT"))),
    }
}
