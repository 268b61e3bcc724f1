//! Running containers: where their files are, seen from the host, or as their engine exports them
//! (`docs/decisions/0006-unpacked-layers.md`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::api::{EngineApi, is_plain};
use super::{EngineAddress, EngineError, EngineOptions};
use crate::Image;
use crate::source::open_root_stream;

/// The fewest digits of an id that is looked for among the processes' control groups.
const MIN_ID_DIGITS: usize = 12;

/// The longest text of `/proc` that is read for one process.
const MAX_PROC_BYTES: u64 = 64 << 10;

/// Where running containers are looked for.
#[derive(Debug, Clone)]
pub struct ContainerOptions {
    /// Engines with the interface of Docker, with their names.
    pub engines: Vec<(&'static str, EngineAddress)>,
    /// containerd's state folder: `/run/containerd`, for k3s `/run/k3s/containerd`.
    pub containerd_state: PathBuf,
    /// Where the kernel shows its processes.
    pub proc: PathBuf,
}

impl Default for ContainerOptions {
    fn default() -> ContainerOptions {
        ContainerOptions {
            engines: vec![
                ("Docker", EngineAddress::Unix(super::DOCKER_SOCKET.into())),
                ("Podman", EngineAddress::Unix(super::PODMAN_SOCKET.into())),
            ],
            containerd_state: "/run/containerd".into(),
            proc: "/proc".into(),
        }
    }
}

/// What is had of a running container.
pub enum RunningContainer {
    /// The root folder of one of its processes, as this machine sees it.
    Root(PathBuf),
    /// What its engine exported of its files, as an image of one layer. Volumes are not in it.
    Export(Box<Image>),
}

/// Finds the files of a running container, which is named by its id, the beginning of its id, its name, or the number of
/// one of its processes on this machine; one of containerd also by its namespace and one of the first two,
/// `NAMESPACE/ID`.
///
/// The numbers that an engine gives are those of the machine, or the namespace, that it runs in. A process of this
/// machine is taken for the container only where its control group has the container's whole id; else the engine exports
/// the files.
///
/// # Errors
/// When there is no such container, when several could be meant, when it does not run, and when its files may neither
/// be read nor exported.
pub fn open_container(id: &str, options: &ContainerOptions) -> Result<RunningContainer, EngineError> {
    if !is_plain(id) || id.matches('/').count() > 1 {
        return Err(EngineError::Reference { reference: id.to_owned() });
    }
    if let Some((namespace, _)) = id.split_once('/') {
        return root_of_task(id, options)?.ok_or_else(|| {
            let place = format!("the namespace `{namespace}` of containerd");
            EngineError::NoSuchContainer { id: id.to_owned(), engines: vec![place] }
        });
    }
    match id.parse::<u32>() {
        Ok(process) if process > 0 && options.proc.join(id).is_dir() => {
            root_of(id, process, &options.proc).map(RunningContainer::Root)
        }
        _ => find(id, options),
    }
}

/// The root folder of a process of the container `id`.
fn root_of(id: &str, process: u32, proc: &Path) -> Result<PathBuf, EngineError> {
    let path = proc.join(process.to_string()).join("root");
    match fs::read_dir(&path) {
        Ok(_) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(EngineError::Ended { id: id.to_owned(), process }),
        Err(source) => Err(EngineError::ContainerRoot { id: id.to_owned(), path, source }),
    }
}

fn find(id: &str, options: &ContainerOptions) -> Result<RunningContainer, EngineError> {
    let mut looked_at = Vec::new();
    for (engine, address) in &options.engines {
        if matches!(address, EngineAddress::Unix(path) if !path.exists()) {
            continue;
        }
        looked_at.push((*engine).to_owned());
        match describe(engine, address, id) {
            Ok((api, Some(description))) => return open_described(id, engine, &api, &description, &options.proc),
            Ok((_, None)) => {}
            // Another engine may have it; a socket that may not be opened is told when none has.
            Err(error) => looked_at.push(error.to_string()),
        }
    }
    looked_at.push("containerd".to_owned());
    if let Some(root) = root_of_task(id, options)? {
        return Ok(root);
    }
    looked_at.push("the control groups of all processes".to_owned());
    if let Some(process) = find_in_control_groups(id, &options.proc)? {
        return root_of(id, process, &options.proc).map(RunningContainer::Root);
    }
    Err(EngineError::NoSuchContainer { id: id.to_owned(), engines: looked_at })
}

/// The root folder of a task of containerd, `[NAMESPACE/]ID`; `None` where it has none of that id.
fn root_of_task(id: &str, options: &ContainerOptions) -> Result<Option<RunningContainer>, EngineError> {
    let Some(task) = find_task(id, &options.containerd_state)? else { return Ok(None) };
    let process = process_of(&task, &options.proc)?;
    let process = process.ok_or_else(|| EngineError::OtherProcess {
        engine: "containerd",
        id: id.to_owned(),
        process: task.process,
    })?;
    root_of(id, process, &options.proc).map(RunningContainer::Root).map(Some)
}

#[derive(Deserialize)]
struct Description {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(rename = "State")]
    state: State,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "Pid", default)]
    process: u32,
    #[serde(rename = "Running")]
    is_running: Option<bool>,
}

/// What an engine says of a container; `None` when it has none of that name.
fn describe(
    engine: &'static str,
    address: &EngineAddress,
    id: &str,
) -> Result<(EngineApi, Option<Description>), EngineError> {
    let api = EngineApi::new(engine, &EngineOptions::at(address.clone()))?;
    let description = api.document(&format!("/containers/{id}/json"))?;
    Ok((api, description))
}

/// The files of a container that an engine described: in place where a process of it is on this machine, else exported.
fn open_described(
    id: &str,
    engine: &'static str,
    api: &EngineApi,
    description: &Description,
    proc: &Path,
) -> Result<RunningContainer, EngineError> {
    let Description { id: whole, state } = description;
    if !state.is_running.unwrap_or(state.process > 0) {
        return Err(EngineError::NotRunning { id: id.to_owned() });
    }
    let process = if is_whole_id(whole) { process_here(whole, state.process, proc)? } else { None };
    let unreadable = match process.map(|process| root_of(id, process, proc)) {
        Some(Ok(root)) => return Ok(RunningContainer::Root(root)),
        Some(Err(error)) => Some(error),
        None => None,
    };
    // By its whole id it is this container, whatever took over its name meanwhile.
    let wanted = if is_whole_id(whole) { whole.as_str() } else { id };
    match export(engine, api, wanted) {
        Ok(image) => Ok(RunningContainer::Export(Box::new(image))),
        Err(source) => Err(unreadable.unwrap_or_else(|| EngineError::NoExport {
            engine,
            id: id.to_owned(),
            process: state.process,
            source: Box::new(source),
        })),
    }
}

/// What an engine exports of a container's files.
fn export(engine: &'static str, api: &EngineApi, id: &str) -> Result<Image, EngineError> {
    let mut archive = api.stream(&format!("/containers/{id}/export"))?;
    open_root_stream(&mut archive, &format!("the export of {id}"))
        .map_err(|source| EngineError::Export { engine, source: Box::new(source) })
}

/// A process of the container of this whole id on this machine: the one that its engine names, if it is one of the
/// container, else any in its control group.
fn process_here(id: &str, named: u32, proc: &Path) -> Result<Option<u32>, EngineError> {
    match control_groups(named, proc).lines().any(|line| container_id(line) == Some(id)) {
        true => Ok(Some(named)),
        false => find_in_control_groups(id, proc),
    }
}

/// A process of a task on this machine. Of one with a name that is no whole id it is the one that containerd names, or none:
/// containers of other engines may have ids that begin with that name.
fn process_of(task: &Task, proc: &Path) -> Result<Option<u32>, EngineError> {
    if is_whole_id(&task.id) {
        return process_here(&task.id, task.process, proc);
    }
    let is_here = control_groups(task.process, proc).lines().any(|line| is_group_of(line, task));
    Ok(is_here.then_some(task.process))
}

/// Whether a line of a process's control groups places it in a task with a name that is no whole id. `ctr` names containers
/// as its user does, and runtimes name their groups after the namespace and that name: `/default/web`,
/// `default-web.scope`, or `machine.slice:default:web` of a path for systemd that is taken as it is written.
fn is_group_of(line: &str, task: &Task) -> bool {
    let Task { namespace, id, .. } = task;
    let path = line.splitn(3, ':').nth(2).unwrap_or_default();
    let (scope, written) = (format!("{namespace}-{id}.scope"), format!(":{namespace}:{id}"));
    let mut outer = "";
    let mut inner = path.split('/');
    while let Some(part) = inner.next() {
        if outer == namespace && part == id || part == scope || part.ends_with(&written) {
            // Containers may run within it.
            return !inner.any(|part| container_id(part).is_some());
        }
        outer = part;
    }
    false
}

/// The lines of a process's control groups, none where there is no such process.
fn control_groups(process: u32, proc: &Path) -> String {
    read_short(&proc.join(process.to_string()).join("cgroup")).unwrap_or_default()
}

/// A task of containerd: the namespace and the whole id of a container, and the number of its first process.
struct Task {
    namespace: String,
    id: String,
    process: u32,
}

/// Looks through the tasks of containerd for `[NAMESPACE/]ID`: `io.containerd.runtime.v2.task/NAMESPACE/ID/init.pid`. One of
/// exactly this id is meant before those with ids that begin so. Each namespace has ids of its own.
fn find_task(wanted: &str, state: &Path) -> Result<Option<Task>, EngineError> {
    let (wanted_namespace, id) = match wanted.split_once('/') {
        Some((namespace, id)) => (Some(namespace), id),
        None => (None, wanted),
    };
    let (mut exact, mut begun) = (Vec::new(), Vec::new());
    for folder in folders(&state.join("io.containerd.runtime.v2.task")) {
        let Some(namespace) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        if wanted_namespace.is_some_and(|wanted| wanted != namespace) {
            continue;
        }
        for task in folders(&folder) {
            let Some(name) = task.file_name().and_then(|name| name.to_str()) else { continue };
            if !name.starts_with(id) {
                continue;
            }
            let process = fs::read_to_string(task.join("init.pid")).ok().and_then(|text| text.trim().parse().ok());
            let Some(process) = process else { continue };
            let task = Task { namespace: namespace.to_owned(), id: name.to_owned(), process };
            if name == id { exact.push(task) } else { begun.push(task) }
        }
    }
    let mut meant = if exact.is_empty() { begun } else { exact };
    if meant.len() < 2 {
        return Ok(meant.pop());
    }
    // What has one id is in as many namespaces.
    if meant.iter().all(|task| task.id == meant[0].id) {
        let namespaces = meant.into_iter().map(|task| task.namespace).collect();
        return Err(EngineError::AmbiguousNamespace { id: id.to_owned(), namespaces });
    }
    Err(EngineError::AmbiguousContainer { id: wanted.to_owned() })
}

/// Looks for a process in a control group that has the id in its name, as every runtime names them. The monitors that
/// CRI-O and Podman run beside a container are not in it.
fn find_in_control_groups(id: &str, proc: &Path) -> Result<Option<u32>, EngineError> {
    let is_id = id.len() >= MIN_ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Ok(None);
    }
    let mut processes: Vec<u32> =
        folders(proc).iter().filter_map(|path| path.file_name()?.to_str()?.parse().ok()).collect();
    processes.sort_unstable();
    let mut found: Option<(String, u32)> = None;
    for process in processes {
        let text = control_groups(process, proc);
        let wanted = |line| container_id(line).filter(|whole| whole.starts_with(id));
        let Some(full) = text.lines().find_map(wanted) else { continue };
        match &found {
            None => found = Some((full.to_owned(), process)),
            Some((known, _)) if known == full => {}
            Some(_) => return Err(EngineError::AmbiguousContainer { id: id.to_owned() }),
        }
    }
    Ok(found.map(|(_, process)| process))
}

/// The whole id of the container that a line of a process's control groups places it in; the innermost one, where
/// containers run within containers.
fn container_id(line: &str) -> Option<&str> {
    line.rsplit('/').filter(|part| !part.contains("conmon")).find_map(|part| {
        let name = part.strip_suffix(".scope").unwrap_or(part);
        let name = name.rsplit(['-', ':']).next().unwrap_or(name);
        is_whole_id(name).then_some(name)
    })
}

/// Whether a text is the id that engines give to a container: 64 hexadecimal digits.
fn is_whole_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort_unstable();
    folders
}

fn read_short(path: &Path) -> Option<String> {
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(fs::File::open(path).ok()?, MAX_PROC_BYTES), &mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests;
