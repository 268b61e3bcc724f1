//! What a VEX statement said of a vulnerability, as a part of its row.

use model::{VexAssertion, VexStatus};
use serde::{Deserialize, Serialize};

use super::vulnerability::finding_status;
use super::{Text, maybe, owned, text};

#[derive(Serialize, Deserialize)]
pub(super) struct VexRow<'a> {
    status: VexStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Text<'a>>,
    document: Text<'a>,
    vendor_status: Text<'a>,
}

impl<'a> VexRow<'a> {
    pub(super) fn from_model(vex: &'a VexAssertion) -> VexRow<'a> {
        VexRow {
            status: vex.status,
            justification: maybe(&vex.justification),
            detail: maybe(&vex.detail),
            author: maybe(&vex.author),
            timestamp: maybe(&vex.timestamp),
            document: text(&vex.document),
            vendor_status: text(vex.vendor_status.as_str()),
        }
    }

    pub(super) fn into_model(self) -> Result<VexAssertion, String> {
        Ok(VexAssertion {
            status: self.status,
            justification: self.justification.map(owned),
            detail: self.detail.map(owned),
            author: self.author.map(owned),
            timestamp: self.timestamp.map(owned),
            document: owned(self.document),
            vendor_status: finding_status(&self.vendor_status)?,
        })
    }
}
