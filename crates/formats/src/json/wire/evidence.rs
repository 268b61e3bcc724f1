//! Signatures and files that can run, as rows of the report.

use std::borrow::Cow;

use model::{Attestation, Executable, Inventory, Sha256, Signature, SignatureKind, SignatureProblem, WritableFolder};
use serde::{Deserialize, Serialize};

use super::{Places, Text, Word, maybe, owned, text};

#[derive(Serialize, Deserialize)]
pub(crate) struct SignatureRow<'a> {
    kind: SignatureKind,
    identity: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer: Option<Text<'a>>,
    verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    problem: Option<Cow<'a, SignatureProblem>>,
    #[serde(default)]
    attestations: Cow<'a, [Attestation]>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ExecutableRow<'a> {
    path: Text<'a>,
    sha256: Sha256,
    /// The package URL of the package that brought it.
    #[serde(borrow)]
    package: Option<Word<'a>>,
    /// Whether it is another file than the package brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    modified: Option<bool>,
    setuid: bool,
    setgid: bool,
    #[serde(default)]
    capabilities: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct FolderRow<'a> {
    path: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<u32>,
}

impl<'a> FolderRow<'a> {
    pub(super) fn from_model(folder: &'a WritableFolder) -> FolderRow<'a> {
        FolderRow { path: text(&folder.path), layer: folder.layer }
    }

    pub(super) fn into_model(self) -> WritableFolder {
        WritableFolder { path: owned(self.path), layer: self.layer }
    }
}

impl<'a> SignatureRow<'a> {
    pub(crate) fn from_model(signature: &'a Signature) -> SignatureRow<'a> {
        SignatureRow {
            kind: signature.kind,
            identity: maybe(&signature.identity),
            issuer: maybe(&signature.issuer),
            verified: signature.verified,
            problem: signature.problem.as_ref().map(Cow::Borrowed),
            attestations: Cow::Borrowed(&signature.attestations),
        }
    }

    pub(super) fn into_model(self) -> Signature {
        Signature {
            kind: self.kind,
            identity: self.identity.map(owned),
            issuer: self.issuer.map(owned),
            verified: self.verified,
            problem: self.problem.map(Cow::into_owned),
            attestations: self.attestations.into_owned(),
        }
    }
}

impl<'a> ExecutableRow<'a> {
    pub(super) fn from_model(executable: &'a Executable, inventory: &'a Inventory) -> ExecutableRow<'a> {
        let package = executable.package.and_then(|package| inventory.packages.get(package));
        ExecutableRow {
            path: text(&executable.path),
            sha256: executable.sha256,
            package: package.map(|package| Word(Cow::Owned(package.purl.to_string()))),
            modified: executable.modified,
            setuid: executable.setuid,
            setgid: executable.setgid,
            capabilities: Cow::Borrowed(&executable.capabilities),
            layer: executable.layer,
        }
    }

    pub(super) fn into_model(self, ids: &Places<'_>) -> Result<Executable, String> {
        let place = |Word(purl): Word<'_>| {
            let place = ids.get(&*purl).copied();
            place.ok_or_else(|| format!("{} is of {purl}, which is no package of it", self.path))
        };
        Ok(Executable {
            package: self.package.map(place).transpose()?,
            path: owned(self.path),
            sha256: self.sha256,
            modified: self.modified,
            setuid: self.setuid,
            setgid: self.setgid,
            capabilities: self.capabilities.into_owned(),
            layer: self.layer,
        })
    }
}
