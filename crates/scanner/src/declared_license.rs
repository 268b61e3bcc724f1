//! Licenses as package metadata declare them, turned into SPDX expressions where every word of them is understood.

use licenses::License;

/// The declared license as an SPDX expression (SPDX 2.3, annex D) when all of it is known, else the words as they are.
pub(crate) fn declared_license(text: &str) -> String {
    License::parse(text).to_string()
}

/// The SPDX identifier of one license name, compared without case.
pub(crate) fn spdx_identifier(name: &str) -> Option<String> {
    let license = License::parse(name);
    license.is_spdx().then(|| license.to_string())
}
