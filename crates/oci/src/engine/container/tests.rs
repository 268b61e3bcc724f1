use test_support::{HttpMock, TarWriter};

use super::*;
use crate::EntryStream;

const ONE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const OTHER: &str = "0123456789abffff0123456789abcdef0123456789abcdef0123456789abcdef";

/// Writes a file below a folder.
fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A machine with tasks of containerd, a container of CRI-O and one of Docker without its engine.
fn machine() -> (tempfile::TempDir, ContainerOptions) {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| write(folder.path(), path, text);
    write("state/io.containerd.runtime.v2.task/default/web/init.pid", "11\n");
    write("state/io.containerd.runtime.v2.task/default/stale/init.pid", "11\n");
    write(&format!("state/io.containerd.runtime.v2.task/k8s.io/{ONE}/init.pid"), "12");
    write("proc/11/cgroup", "0::/default/web\n");
    write("proc/11/root/etc/os-release", "");
    write("proc/12/cgroup", &format!("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{ONE}.scope\n"));
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

/// Where the files of a container come from, or why there are none.
fn tell(folder: &Path, id: &str, options: &ContainerOptions) -> String {
    match open_container(id, options) {
        Ok(RunningContainer::Root(path)) => path.strip_prefix(folder).unwrap().display().to_string(),
        Ok(RunningContainer::Export(image)) => {
            let mut layer = image.open_layer(0).unwrap();
            let mut told = image.name.clone();
            while let Some(entry) = layer.next_entry().unwrap() {
                told = format!("{told}: {}", entry.path.as_str());
            }
            told
        }
        Err(error) => error.to_string(),
    }
}

fn check(id: &str) -> String {
    let (folder, options) = machine();
    tell(folder.path(), id, &options)
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
    assert_eq!(check("21"), "process 21 of the container `21` has no files any more; it has ended");
    assert_eq!(
        check("stale"),
        "process 11, which containerd names for the container `stale`, is none of it on this machine; scan it where the \
         processes of containerd are seen"
    );
}

/// Where the files of `id` come from on a machine with these tasks of containerd (`NAMESPACE/ID`, with processes from 1 on),
/// whose processes have these control groups.
fn of_tasks(id: &str, tasks: &[&str], groups: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (number, task) in (1..).zip(tasks) {
        let path = format!("state/io.containerd.runtime.v2.task/{task}/init.pid");
        write(folder.path(), &path, &number.to_string());
    }
    for (number, groups) in (1..).zip(groups) {
        write(folder.path(), &format!("proc/{number}/cgroup"), groups);
        write(folder.path(), &format!("proc/{number}/root/etc/os-release"), "");
    }
    let options = ContainerOptions {
        engines: Vec::new(),
        containerd_state: folder.path().join("state"),
        proc: folder.path().join("proc"),
    };
    tell(folder.path(), id, &options)
}

fn is_no_process(told: &str) -> bool {
    told.starts_with("process 1, which containerd names for the container `") && told.contains("is none of it")
}

#[test]
fn the_control_group_of_a_named_task_has_its_namespace_and_its_name() {
    for groups in [
        "0::/default/web\n",
        "0::/default/web/init.scope\n",
        "0::/../default/web\n",
        "12:pids:/default/web\n0::/\n",
        "0::/system.slice/default-web.scope\n",
        "0::/system.slice/default-web.scope/container\n",
        "0::/machine.slice:default:web\n",
        "0::/system.slice/containerd.service/machine.slice:default:web\n",
        &format!("0::/docker/{ONE}/default/web\n"),
    ] {
        assert_eq!(of_tasks("web", &["default/web"], &[groups]), "proc/1/root", "{groups}");
    }
    for groups in [
        "0::/other/web\n",
        "0::/web\n",
        "0::/web/default\n",
        "0::/default/other/web\n",
        "0::/default/web2\n",
        "0::/system.slice/default-my-web.scope\n",
        "0::/system.slice/my-default-web.scope\n",
        "0::/system.slice/web.scope\n",
        "0::/machine.slice:other:web\n",
        "0::/machine.slice:my-default:web\n",
        "0:default:web\n",
        &format!("0::/default/web/docker/{ONE}\n"),
        &format!("0::/system.slice/default-web.scope/docker-{ONE}.scope/init.scope\n"),
    ] {
        let told = of_tasks("web", &["default/web"], &[groups]);
        assert!(is_no_process(&told), "{groups}: {told}");
    }
    // A name that is that of its namespace.
    assert!(is_no_process(&of_tasks("default", &["default/default"], &["0::/default/other\n"])));
    assert_eq!(of_tasks("default", &["default/default"], &["0::/default/default\n"]), "proc/1/root");
}

#[test]
fn a_named_task_is_no_container_whose_id_begins_so() {
    let other = format!("0::/docker/{ONE}\n");
    for length in [12, 20, 63] {
        let id = &ONE[..length];
        let task = format!("default/{id}");
        assert!(is_no_process(&of_tasks(id, &[&task], &["0::/init.scope\n", &other])), "{length}");
        assert_eq!(of_tasks(id, &[&task], &[&format!("0::/{task}\n"), &other]), "proc/1/root");
    }
    // Of a whole id another process is as good.
    let task = format!("k8s.io/{ONE}");
    assert_eq!(of_tasks(ONE, &[&task], &["0::/init.scope\n", &other]), "proc/2/root");
}

#[test]
fn a_task_of_exactly_that_name_is_meant_first() {
    let groups = ["0::/a/web-1\n", "0::/a/web-2\n", "0::/b/web\n"];
    let ambiguous = "`web` could be several containers; write more of its id";
    assert_eq!(of_tasks("web", &["a/web-1", "a/web-2", "b/web"], &groups), "proc/3/root");
    assert_eq!(of_tasks("web", &["a/web-1", "a/web-2"], &groups[..2]), ambiguous);
    assert_eq!(of_tasks("web", &["a/web-1"], &groups[..1]), "proc/1/root");
}

#[test]
fn a_task_of_several_namespaces_is_chosen_by_one_of_them() {
    let groups = ["0::/a/web\n", "0::/b/web\n", "0::/b/web-2\n"];
    let tell = |id: &str| of_tasks(id, &["a/web", "b/web", "b/web-2"], &groups);
    let ambiguous = |id: &str| {
        format!(
            "the container `{id}` is in several namespaces of containerd: a, b; name one as container:NAMESPACE/ID, such as \
             container:a/{id}"
        )
    };
    assert_eq!(tell("web"), ambiguous("web"));
    assert_eq!(of_tasks("we", &["a/web", "b/web"], &groups[..2]), ambiguous("we"));
    assert_eq!(tell("we"), "`we` could be several containers; write more of its id");
    assert_eq!(tell("a/web"), "proc/1/root");
    assert_eq!(tell("b/web"), "proc/2/root");
    assert_eq!(tell("a/we"), "proc/1/root");
    assert_eq!(tell("b/we"), "`b/we` could be several containers; write more of its id");
    assert_eq!(tell("c/web"), "there is no container `c/web`; looked for it in: the namespace `c` of containerd");
    assert_eq!(tell("a/web-2"), "there is no container `a/web-2`; looked for it in: the namespace `a` of containerd");
    assert_eq!(tell("a/b/web"), "`a/b/web` cannot be the name of an image or a container");
    // Another process has its number.
    let other = of_tasks("a/web", &["a/web"], &["0::/b/web\n"]);
    assert!(is_no_process(&other) && other.contains("`a/web`"), "{other}");
}

/// An engine with the container `shop` of the id [`ONE`], which is in this state.
fn engine(state: &str, export: Option<String>) -> HttpMock {
    let description = format!(r#"{{"Id":"{ONE}","State":{state}}}"#);
    HttpMock::start(move |request| {
        let not_found = || (404, Vec::new(), r#"{"message":"no such thing"}"#.to_owned());
        match request.target.strip_prefix("/containers/") {
            Some("shop/json") => (200, Vec::new(), description.clone()),
            Some(path) if path == format!("{ONE}/export") => match &export {
                Some(archive) => (200, Vec::new(), archive.clone()),
                None => not_found(),
            },
            _ => not_found(),
        }
    })
}

/// What is told of `shop` where process 7 has this control group here, and the engine says this state.
fn shop(control_groups: &str, state: &str, export: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "proc/7/cgroup", control_groups);
    write(folder.path(), "proc/7/root/etc/os-release", "");
    let engine = engine(state, export.map(str::to_owned));
    let options = ContainerOptions {
        engines: vec![("Docker", EngineAddress::Tcp(engine.host()))],
        containerd_state: folder.path().join("state"),
        proc: folder.path().join("proc"),
    };
    tell(folder.path(), "shop", &options)
}

const RUNS: &str = r#"{"Pid":7,"Running":true}"#;

fn archive() -> String {
    String::from_utf8(TarWriter::new().file("srv/shop", 0o644, b"x").finish()).unwrap()
}

#[test]
fn a_process_is_the_containers_by_its_control_group() {
    for groups in [
        format!("0::/system.slice/docker-{ONE}.scope\n"),
        format!("0::/docker/{ONE}\n"),
        format!("0::/docker/{ONE}/init.scope\n"),
        format!("0::/machine.slice/libpod-{ONE}.scope/container\n"),
        format!("0::/docker/{OTHER}/docker/{ONE}\n"),
        format!("0::/../docker-{ONE}.scope\n"),
        format!("1:name=systemd:/\n12:pids:/docker/{ONE}\n"),
        format!("0::/kubepods/kubepods-pod1.slice:cri-containerd:{ONE}\n"),
    ] {
        assert_eq!(shop(&groups, RUNS, None), "proc/7/root", "{groups}");
    }
}

#[test]
fn another_process_of_that_number_is_not_the_container() {
    let archive = archive();
    let exported = format!("the export of {ONE}: srv/shop");
    for groups in [
        "",
        "0::/\n",
        "0::/../..\n",
        "0::/user.slice\n",
        &format!("0::/docker/{OTHER}\n"),
        &format!("0::/docker/{ONE}/docker/{OTHER}\n"),
        &format!("0::/machine.slice/libpod-conmon-{ONE}.scope\n"),
    ] {
        assert_eq!(shop(groups, RUNS, Some(&archive)), exported, "{groups}");
    }
    // There is no such process, or the engine does not tell it.
    let groups = format!("0::/docker/{OTHER}\n");
    for state in [r#"{"Pid":4000,"Running":true}"#, r#"{"Running":true}"#] {
        assert_eq!(shop(&groups, state, Some(&archive)), exported, "{state}");
    }
    // In the engine's own namespace it has another number.
    let groups = format!("0::/docker/{ONE}\n");
    assert_eq!(shop(&groups, r#"{"Pid":4000,"Running":true}"#, None), "proc/7/root");
}

#[test]
fn an_export_that_cannot_be_had_is_told_and_no_other_process_is_read() {
    let sentence = "process 7, which Docker names for the container `shop`, is none of it on this machine, and Docker does \
                    not export it";
    assert_eq!(shop("0::/\n", RUNS, None), sentence);
    assert_eq!(shop("0::/\n", RUNS, Some("")), sentence);
}

#[test]
fn only_its_engine_says_that_a_container_does_not_run() {
    let sentence = "the container `shop` is not running; start it, or scan its image";
    for state in [r#"{"Pid":0,"Running":false}"#, r#"{"Pid":0}"#, "{}"] {
        assert_eq!(shop("0::/\n", state, Some(&archive())), sentence, "{state}");
    }
}
