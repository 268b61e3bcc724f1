//! Files of installed Python distributions (packaging.python.org, Recording installed projects): `RECORD` beside
//! `METADATA` has a line a file, `path,sha256=DIGEST,size`, with the path counted from the folder of the distribution's
//! folder and the digest in URL-safe base64 without padding.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::UntrustedPath;

use super::dpkg::for_each_line;
use super::{DigestHead, OwnerName, Owners};

/// Whether the file is such a record.
pub(super) fn lists_files(path: &str) -> bool {
    path.ends_with(".dist-info/RECORD")
}

/// Reads the record at `path`.
pub(super) fn read(path: &str, content: impl Read, owners: &mut Owners) -> std::io::Result<()> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let root = folder.rsplit_once('/').map_or("", |(root, _)| root);
    let package = owners.package(OwnerName::Described { path: format!("{folder}/METADATA") });
    for_each_line(content, |line| {
        let (file, rest) = match line.strip_prefix('"').and_then(|quoted| quoted.split_once("\",")) {
            Some((quoted, rest)) => (quoted.replace("\"\"", "\""), rest),
            None => match line.split_once(',') {
                Some((file, rest)) => (file.to_owned(), rest),
                None => return,
            },
        };
        let digest = rest.split(',').next().and_then(|digest| digest.strip_prefix("sha256="));
        let digest = digest.and_then(|digest| URL_SAFE_NO_PAD.decode(digest.get(..digest.len().min(64))?).ok());
        let whole = match file.starts_with('/') {
            true => UntrustedPath::normalise(&file),
            false => UntrustedPath::normalise(&format!("{root}/{file}")),
        };
        owners.file(package, whole.as_str(), digest.and_then(|digest| DigestHead::of(&digest)));
    })
}
