//! Whether the authority noted a certificate in a log before it gave it out: signed certificate timestamps in the
//! certificate itself (RFC 6962, 3.2 and 3.3).

use aws_lc_rs::digest::{SHA256, digest};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::der::{oid, only, parts, wrapped};
use crate::trust::Log;

/// The extension that holds them.
const TIMESTAMPS: &str = "1.3.6.1.4.1.11129.2.4.2";
/// The first bytes of parts: a SEQUENCE, and the third of a structure's own.
const SEQUENCE: u8 = 0x30;
const THIRD: u8 = 0xa3;

/// Whether one of the logs promised that it has the certificate, whose issuer has this SubjectPublicKeyInfo.
pub(crate) fn is_logged(certificate: &[u8], issuer: &[u8], logs: &[Log]) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return false };
    let Some(content) = before_it_was_logged(parsed.tbs_certificate.as_ref()) else { return false };
    let issuer = digest(&SHA256, issuer);
    let stamps = parsed.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SCT(stamps) => Some(stamps),
        _ => None,
    });
    stamps.into_iter().flatten().take(16).any(|stamp| {
        let log = logs.iter().find(|log| log.is_called(stamp.id.key_id));
        let mut signed = vec![stamp.version.0, 0];
        signed.extend(stamp.timestamp.to_be_bytes());
        // An entry of a certificate that was not given out yet.
        signed.extend([0, 1]);
        signed.extend(issuer.as_ref());
        signed.extend(content.len().to_be_bytes().get(5..).unwrap_or_default());
        signed.extend(&content);
        signed.extend(stamp.extensions.0.len().to_be_bytes().get(6..).unwrap_or_default());
        signed.extend(stamp.extensions.0);
        let seconds = i64::try_from(stamp.timestamp / 1000).unwrap_or(i64::MAX);
        log.is_some_and(|log| log.holds_at(seconds) && log.key.has_signed(&signed, stamp.signature.data))
    })
}

/// What of a certificate is signed, without the extension that came of logging it.
fn before_it_was_logged(tbs: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    for part in parts(only(tbs)?.content)? {
        if !(part.is_context && part.tag == 3) {
            content.extend(part.raw);
            continue;
        }
        let mut kept = Vec::new();
        for extension in parts(only(part.content)?.content)? {
            let name = parts(extension.content)?.first().and_then(oid);
            if name.as_deref() != Some(TIMESTAMPS) {
                kept.extend(extension.raw);
            }
        }
        content.extend(wrapped(THIRD, &wrapped(SEQUENCE, &kept)));
    }
    Some(wrapped(SEQUENCE, &content))
}
