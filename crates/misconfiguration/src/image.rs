//! The configuration of an image (OCI image-spec, config.md).

use model::{ImageFacts, UntrustedPath};

use crate::check::Subject;
use crate::run::{Checked, Options, Report};
use crate::tree::Tree;

/// What of an image's configuration is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfiguration {
    /// The facts that every scan of an image knows.
    pub facts: ImageFacts,
    /// The health check: of Docker's own format, which OCI's has not.
    pub healthcheck: Healthcheck,
    /// `config.ExposedPorts`: `22/tcp`.
    pub exposed_ports: Vec<String>,
    /// The name by which the image was asked for, if it was by name.
    pub name: Option<String>,
}

/// Whether an image says how its health is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Healthcheck {
    /// The configuration has no room for it, or was not read.
    #[default]
    Unknown,
    /// It has room and says nothing.
    Absent,
    /// It has a command, or says that there is none.
    Set,
}

/// Checks the configuration of an image. Its findings have no line and the path `image configuration`.
pub fn check_image(image: &ImageConfiguration, options: &Options) -> Checked {
    let mut report = Report::new(options);
    report.run(Subject::Image(image));
    report.finish(&Tree::new())
}

impl ImageConfiguration {
    /// The path that findings have.
    pub(crate) fn path() -> UntrustedPath {
        UntrustedPath::normalise("image configuration")
    }

    /// The commands of the history, from the base upwards: those that made layers, then those that made none.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &str> {
        let of_layers = self.facts.layers.iter().filter_map(|layer| layer.created_by.as_deref());
        of_layers.chain(self.facts.empty_history.iter().map(String::as_str))
    }
}
