//! What a service tells the manager that started it: that it is ready, and that it stops.
//!
//! The protocol is that of sd_notify(3): datagrams to the socket that `NOTIFY_SOCKET` names, a path or, behind an `@`, a
//! name of Linux's abstract name space. Without the variable nobody waits to hear.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tidings {
    /// Requests are answered.
    Ready,
    /// Requests that are under way may end, no more are taken.
    Stopping,
}

/// Tells the manager, where there is one.
///
/// # Errors
/// When there is one and it cannot be told.
#[expect(clippy::disallowed_methods, reason = "a service manager is reached by a variable of its own")]
pub fn tell_manager(tidings: Tidings) -> io::Result<()> {
    match std::env::var_os("NOTIFY_SOCKET") {
        Some(name) => tell(&name, tidings),
        None => Ok(()),
    }
}

fn tell(name: &OsStr, tidings: Tidings) -> io::Result<()> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    let text: &[u8] = match tidings {
        Tidings::Ready => b"READY=1",
        Tidings::Stopping => b"STOPPING=1",
    };
    UnixDatagram::unbound()?.send_to_addr(text, &address).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut text = [0; 64];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_manager_hears_by_path_and_by_abstract_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let by_path = UnixDatagram::bind(&path).unwrap();
        tell(path.as_os_str(), Tidings::Ready).unwrap();
        assert_eq!(heard(&by_path), "READY=1");
        let name = format!("bulkhead-test-{}", std::process::id());
        let by_name = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        tell(OsStr::new(&format!("@{name}")), Tidings::Stopping).unwrap();
        assert_eq!(heard(&by_name), "STOPPING=1");
    }

    #[test]
    fn a_manager_that_is_gone_is_an_error() {
        assert!(tell(OsStr::new("/nowhere/notify"), Tidings::Ready).is_err());
    }
}
