//! TARGET on the command line: a scheme and a place, or a place whose sort is recognised.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use model::ImageName;

use crate::place;

/// What to scan, as the user typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// An image in a registry.
    Registry(ImageName),
    /// The archive that `docker save` writes.
    DockerArchive(PathBuf),
    /// A folder in OCI layout.
    OciLayout(PathBuf),
    /// A folder with the parts of an image in another layout; it has no scheme and is recognised.
    ImageFolder(PathBuf),
    /// An archive in OCI layout.
    OciArchive(PathBuf),
    /// An image of the Docker engine.
    Docker(String),
    /// An image of Podman.
    Podman(String),
    /// An image of containerd, `[NAMESPACE/]NAME` where the namespace is one of containerd's.
    Containerd(String),
    /// A running container, `[NAMESPACE/]ID` where the namespace is one of containerd's.
    Container(String),
    /// A root file system in a folder.
    Rootfs(PathBuf),
    /// A folder, such as a repository.
    Directory(PathBuf),
    /// A bill of materials.
    Sbom(PathBuf),
    /// The machine itself; a folder in front of its root when it is mounted somewhere.
    Host(PathBuf),
    /// An archive on standard input.
    StandardInput,
    /// A file or folder whose sort is to be recognised.
    Path(PathBuf),
}

const SCHEMES: &[&str] = &[
    "registry",
    "docker-archive",
    "oci",
    "oci-archive",
    "docker",
    "podman",
    "containerd",
    "container",
    "rootfs",
    "dir",
    "sbom",
    "host",
];

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Target, String> {
        if text == "-" {
            return Ok(Target::StandardInput);
        }
        if text.is_empty() {
            return Err("name an image, a file or a folder".into());
        }
        let Some((scheme, place)) = text.split_once(':').filter(|(scheme, _)| SCHEMES.contains(scheme)) else {
            return Target::without_scheme(text);
        };
        // The host is the one place that may stay unsaid.
        if place.is_empty() && scheme != "host" {
            // `docker` and its like are image names too: `docker:` with nothing behind it is neither.
            return Err(format!("name a place after {scheme}:"));
        }
        Ok(match scheme {
            "registry" => Target::Registry(parse_name(place.trim_start_matches("//"))?),
            "docker-archive" => Target::DockerArchive(place.into()),
            "oci" => Target::OciLayout(place.into()),
            "oci-archive" => Target::OciArchive(place.into()),
            "docker" if !Path::new(text).exists() => Target::Docker(place.into()),
            "podman" => Target::Podman(place.into()),
            "containerd" => Target::Containerd(place.into()),
            "container" => Target::Container(place.into()),
            "rootfs" => Target::Rootfs(place.into()),
            "dir" => Target::Directory(place.into()),
            "sbom" => Target::Sbom(place.into()),
            "host" => Target::Host(if place.is_empty() { "/".into() } else { place.into() }),
            _ => return Target::without_scheme(text),
        })
    }
}

impl Target {
    fn without_scheme(text: &str) -> Result<Target, String> {
        let path = Path::new(text);
        if path.exists() {
            return Ok(Target::Path(path.to_owned()));
        }
        if path.symlink_metadata().is_ok() {
            let unknown = || format!("{text} is a symbolic link that leads to no file or folder");
            return Err(place::dangling(path).unwrap_or_else(unknown));
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            return Err(format!(
                "`{text}` is a web address; name the image alone, [REGISTRY/]REPOSITORY[:TAG][@DIGEST], or download the \
                 file first"
            ));
        }
        // A path that is not there is no image name: say so rather than ask a registry for it.
        if text.starts_with(['/', '.', '~'])
            || text.ends_with('/')
            || [".tar", ".tgz", ".tar.gz", ".json"].iter().any(|end| text.ends_with(end))
        {
            return Err(place::dangling(path).unwrap_or_else(|| format!("there is no file or folder {text}")));
        }
        parse_name(text).map(Target::Registry)
    }
}

impl Target {
    /// The file or folder, where the target is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Target::DockerArchive(path)
            | Target::OciLayout(path)
            | Target::ImageFolder(path)
            | Target::OciArchive(path)
            | Target::Rootfs(path)
            | Target::Directory(path)
            | Target::Sbom(path)
            | Target::Host(path)
            | Target::Path(path) => Some(path),
            Target::Registry(_)
            | Target::Docker(_)
            | Target::Podman(_)
            | Target::Containerd(_)
            | Target::Container(_)
            | Target::StandardInput => None,
        }
    }
}

impl fmt::Display for Target {
    /// The name in the report: the place without its scheme.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.path()) {
            (_, Some(path)) => path.display().fmt(f),
            (Target::Registry(name), _) => name.fmt(f),
            (Target::Docker(name) | Target::Podman(name) | Target::Containerd(name) | Target::Container(name), _) => {
                f.pad(name)
            }
            _ => f.pad("-"),
        }
    }
}

fn parse_name(text: &str) -> Result<ImageName, String> {
    text.parse().map_err(|error: model::InvalidImageName| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_says_what_a_place_is() {
        assert_eq!("oci:layout".parse(), Ok(Target::OciLayout("layout".into())));
        assert_eq!("docker:alpine:3.19".parse(), Ok(Target::Docker("alpine:3.19".into())));
        assert_eq!("host:".parse(), Ok(Target::Host("/".into())));
        assert_eq!("-".parse(), Ok(Target::StandardInput));
        assert_eq!("/".parse(), Ok(Target::Path("/".into())));
        assert_eq!("registry://localhost:5000/a".parse::<Target>().unwrap().to_string(), "localhost:5000/a:latest");
    }

    #[test]
    fn without_a_scheme_it_is_an_image_unless_the_place_exists() {
        assert_eq!("alpine:3.19".parse::<Target>().unwrap().to_string(), "docker.io/library/alpine:3.19");
        assert!("./no-such-folder".parse::<Target>().is_err());
        assert!("folder/".parse::<Target>().unwrap_err().contains("no file or folder"));
        assert!("https://hub.example/a".parse::<Target>().unwrap_err().contains("web address"));
        assert!("missing.tar".parse::<Target>().is_err());
        assert!("Not An Image".parse::<Target>().is_err());
        assert!("oci:".parse::<Target>().is_err());
    }
}
