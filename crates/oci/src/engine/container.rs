//! Running containers: where their files are, seen from the host.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::api::{EngineApi, is_plain};
use super::{EngineAddress, EngineError, EngineOptions};

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

/// Finds the root folder of a running container, as the host sees it. The container is named by its id, the beginning
/// of its id, its name, or the number of one of its processes.
///
/// # Errors
/// When there is no such container, when several could be meant, and when its root may not be read.
pub fn find_container_root(id: &str, options: &ContainerOptions) -> Result<PathBuf, EngineError> {
    if !is_plain(id) || id.contains('/') {
        return Err(EngineError::Reference { reference: id.to_owned() });
    }
    let process = match id.parse::<u32>() {
        Ok(number) if number > 0 && options.proc.join(id).is_dir() => number,
        _ => find_process(id, options)?,
    };
    let path = options.proc.join(process.to_string()).join("root");
    match fs::read_dir(&path) {
        Ok(_) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(EngineError::NotRunning { id: id.to_owned() }),
        Err(source) => Err(EngineError::ContainerRoot { id: id.to_owned(), path, source }),
    }
}

fn find_process(id: &str, options: &ContainerOptions) -> Result<u32, EngineError> {
    let mut looked_at = Vec::new();
    for (engine, address) in &options.engines {
        if matches!(address, EngineAddress::Unix(path) if !path.exists()) {
            continue;
        }
        looked_at.push((*engine).to_owned());
        match ask_engine(engine, address, id) {
            Ok(Some(0)) => return Err(EngineError::NotRunning { id: id.to_owned() }),
            Ok(Some(process)) => return Ok(process),
            Ok(None) => {}
            // Another engine may have it; a socket that may not be opened is told when none has.
            Err(error) => looked_at.push(error.to_string()),
        }
    }
    looked_at.push("containerd".to_owned());
    if let Some(process) = find_task(id, &options.containerd_state)? {
        return Ok(process);
    }
    looked_at.push("the control groups of all processes".to_owned());
    if let Some(process) = find_in_control_groups(id, &options.proc)? {
        return Ok(process);
    }
    Err(EngineError::NoSuchContainer { id: id.to_owned(), engines: looked_at })
}

#[derive(Deserialize)]
struct Description {
    #[serde(rename = "State")]
    state: State,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "Pid", default)]
    process: u32,
}

fn ask_engine(engine: &'static str, address: &EngineAddress, id: &str) -> Result<Option<u32>, EngineError> {
    let api = EngineApi::new(engine, &EngineOptions::at(address.clone()))?;
    let description: Option<Description> = api.document(&format!("/containers/{id}/json"))?;
    Ok(description.map(|description| description.state.process))
}

/// Looks through the tasks of containerd: `io.containerd.runtime.v2.task/NAMESPACE/ID/init.pid`.
fn find_task(id: &str, state: &Path) -> Result<Option<u32>, EngineError> {
    let mut found: Option<(String, u32)> = None;
    for namespace in folders(&state.join("io.containerd.runtime.v2.task")) {
        for task in folders(&namespace) {
            let Some(name) = task.file_name().and_then(|name| name.to_str()) else { continue };
            if !name.starts_with(id) {
                continue;
            }
            let process = fs::read_to_string(task.join("init.pid")).ok().and_then(|text| text.trim().parse().ok());
            let Some(process) = process else { continue };
            if name == id {
                return Ok(Some(process));
            }
            if found.is_some() {
                return Err(EngineError::AmbiguousContainer { id: id.to_owned() });
            }
            found = Some((name.to_owned(), process));
        }
    }
    Ok(found.map(|(_, process)| process))
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
        let Some(text) = read_short(&proc.join(process.to_string()).join("cgroup")) else { continue };
        let Some(full) = text.lines().find_map(|line| container_id(line, id)) else { continue };
        match &found {
            None => found = Some((full.to_owned(), process)),
            Some((known, _)) if known == full => {}
            Some(_) => return Err(EngineError::AmbiguousContainer { id: id.to_owned() }),
        }
    }
    Ok(found.map(|(_, process)| process))
}

/// The whole id in a line of a process's control groups, if it begins with the given digits.
fn container_id<'a>(line: &'a str, id: &str) -> Option<&'a str> {
    line.split('/').filter(|part| !part.contains("conmon")).find_map(|part| {
        let name = part.strip_suffix(".scope").unwrap_or(part);
        let name = name.rsplit(['-', ':']).next().unwrap_or(name);
        (name.starts_with(id) && name.len() == 64).then_some(name)
    })
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
mod tests {
    use super::*;

    const ONE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "0123456789abffff0123456789abcdef0123456789abcdef0123456789abcdef";

    /// A machine with a task of containerd, a container of CRI-O and one of Docker without its engine.
    fn machine() -> (tempfile::TempDir, ContainerOptions) {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("state/io.containerd.runtime.v2.task/default/web/init.pid", "11\n");
        write(&format!("state/io.containerd.runtime.v2.task/k8s.io/{ONE}/init.pid"), "12");
        write("proc/11/root/etc/os-release", "");
        write("proc/12/root/etc/os-release", "");
        write("proc/19/cgroup", &format!("0::/machine.slice/libpod-conmon-{OTHER}.scope\n"));
        write("proc/20/cgroup", &format!("0::/kubepods.slice/crio-{OTHER}.scope/container\n"));
        write("proc/20/root/etc/os-release", "");
        write("proc/21/cgroup", "0::/init.scope\n");
        write("proc/30/cgroup", &format!("12:pids:/docker/{}\n", ONE.replace("0123", "f123")));
        write("proc/30/root/etc/os-release", "");
        let options = ContainerOptions {
            engines: vec![("Docker", EngineAddress::Unix(folder.path().join("docker.sock")))],
            containerd_state: folder.path().join("state"),
            proc: folder.path().join("proc"),
        };
        (folder, options)
    }

    fn check(id: &str) -> String {
        let (folder, options) = machine();
        match find_container_root(id, &options) {
            Ok(path) => path.strip_prefix(folder.path()).unwrap().display().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn containers_are_found_by_name_id_and_process() {
        assert_eq!(check("web"), "proc/11/root");
        assert_eq!(check(ONE), "proc/12/root");
        assert_eq!(check("0123456789abc"), "proc/12/root");
        assert_eq!(check(&OTHER[..14]), "proc/20/root");
        assert_eq!(check("f123456789ab"), "proc/30/root");
        assert_eq!(check("20"), "proc/20/root");
    }

    #[test]
    fn what_is_no_running_container_is_told() {
        assert_eq!(check("../1"), "`../1` cannot be the name of an image or a container");
        assert_eq!(
            check("mail"),
            "there is no container `mail`; looked for it in: containerd, the control groups of all processes"
        );
        assert_eq!(check("21"), "the container `21` is not running; start it, or scan its image");
    }
}
