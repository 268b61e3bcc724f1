//! Image exposes a port of remote control.

use crate::check::{Found, check};
use crate::image::ImageConfiguration;

check! {
    id: "BHD-IMAGE-0015",
    aliases: [],
    severity: Medium,
    title: "Image exposes a port of remote control",
    remedy: "Remove the port; containers are entered through the engine.",
    rule: Image(find),
    bad: [
        "EXPOSE 3389/tcp",
        r#"EXPOSE 80/tcp
EXPOSE 23"#,
        "EXPOSE 5900-5903/tcp",
    ],
    good: [
        "EXPOSE 8080/tcp",
        "EXPOSE 33890/tcp",
        "EXPOSE 22/tcp",
    ],
}

/// Ports by which a machine is remotely controlled (IANA Service Name and Transport Protocol Port Number Registry), but
/// for SSH's, which has its own check: telnet, exec, login and shell, SMB, an engine without TLS, RDP, VNC, WinRM.
const PORTS: &[(u32, u32, &str)] = &[
    (23, 23, "telnet"),
    (139, 139, "NetBIOS"),
    (445, 445, "SMB"),
    (512, 514, "the r commands"),
    (2375, 2375, "the Docker engine"),
    (3389, 3389, "RDP"),
    (5900, 5909, "VNC"),
    (5985, 5986, "WinRM"),
];

fn find(image: &ImageConfiguration, found: &mut Found) {
    for exposed in &image.facts.exposed_ports {
        let (ports, protocol) = exposed.split_once('/').unwrap_or((exposed, "tcp"));
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else { continue };
        let is_known = matches!(protocol, "tcp" | "udp");
        for (from, to, name) in PORTS.iter().filter(|(from, to, _)| is_known && first <= *to && *from <= last) {
            let which = if from == to { from.to_string() } else { format!("{from}–{to}") };
            let message = format!("`{exposed}` is exposed: {which} is of {name}");
            found.add(&ImageConfiguration::path(), 0, (0, 0), message);
        }
    }
}
