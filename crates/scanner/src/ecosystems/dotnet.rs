//! .NET: what applications bring (`*.deps.json`, the shared runtimes included) and what projects ask for
//! (`packages.lock.json`, `packages.PROJECT.lock.json`, `project.assets.json`, `packages.config`,
//! `packages.PROJECT.config`, `Directory.Packages.props`, project files). `paket.lock` of Paket is not read: a gap.

mod deps;
mod items;
mod project;
mod properties;

use crate::ecosystem::{Ecosystem, Want};
use crate::ecosystems::unread_list;
use crate::found::Found;
use crate::locked::plain_name;
use crate::wanted_file::{ReadFileError, WantedFile};

/// The assets of a large solution name every file of every package.
const LARGEST_BYTES: u64 = 32 << 20;

/// NuGet.
pub(crate) struct Dotnet;

impl Ecosystem for Dotnet {
    fn name(&self) -> &'static str {
        "dotnet"
    }

    fn wants(&self) -> &'static [Want] {
        &[
            Want::Suffix(".deps.json"),
            Want::Name("packages.lock.json"),
            Want::Around("packages.", ".lock.json"),
            Want::Name("project.assets.json"),
            Want::Name("packages.config"),
            Want::Around("packages.", ".config"),
            Want::Name("Directory.Packages.props"),
            Want::Name("Directory.Build.props"),
            Want::Name("Directory.Build.targets"),
            Want::Suffix(".csproj"),
            Want::Suffix(".fsproj"),
            Want::Suffix(".vbproj"),
            Want::Suffix(project::IMPORTED),
            Want::Name("paket.lock"),
        ]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let path = file.path().clone();
        if path.file_name() == "paket.lock" {
            let reason = "lock files of Paket are not read; `dotnet restore` writes the same into `obj/project.assets.json`, \
                          which is";
            return unread_list::tell(file, reason, found);
        }
        let bytes = file.bytes_up_to(LARGEST_BYTES)?;
        match plain_name(path.file_name()) {
            "packages.lock.json" => deps::read_lock(bytes, found),
            "project.assets.json" => deps::read_assets(bytes, found),
            "packages.config" => project::read_config(path.file_name(), bytes, found),
            name if name.to_ascii_lowercase().ends_with(".deps.json") => deps::read_deps(path.as_str(), bytes, found),
            _ => project::read_project(&path, bytes, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::read_with_gaps;

    #[test]
    fn the_lock_file_of_paket_is_a_gap() {
        let text = b"NUGET\n  remote: https://api.nuget.org/v3/index.json\n    Newtonsoft.Json (12.0.1)\n";
        let found = read_with_gaps(&Dotnet, "src/paket.lock", text);
        assert_eq!((found.packages.len(), found.gaps.len()), (0, 1));
        assert!(found.gaps[0].reason.starts_with("lock files of Paket are not read; "));
        assert_eq!(read_with_gaps(&Dotnet, "src/paket.lock", b"\n"), Found::default());
    }
}
