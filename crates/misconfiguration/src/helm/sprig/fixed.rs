//! Functions that give something else each time, or ask for what is outside of the chart: they give one fixed text, so that
//! the same chart gives the same findings.

use gotmpl::Value;

use super::super::functions::{refuse, string, text};
use super::super::value::map;
use super::{Functions, MOST, count, integer};

/// The time that it is for every chart.
const NOW: &str = "1970-01-01T00:00:00Z";

/// Its day, which stands for a time in any format.
const TODAY: &str = "1970-01-01";

pub(super) const FUNCTIONS: Functions = &[
    ("sha512sum", |_| Ok(string("0".repeat(128)))),
    ("sha256sum", |_| Ok(string("0".repeat(64)))),
    ("sha1sum", |_| Ok(string("0".repeat(40)))),
    ("adler32sum", |_| Ok(string("0"))),
    ("randAlphaNum", |a| Ok(string("x".repeat(count(a, 0)?.min(MOST))))),
    ("randAlpha", |a| Ok(string("x".repeat(count(a, 0)?.min(MOST))))),
    ("randAscii", |a| Ok(string("x".repeat(count(a, 0)?.min(MOST))))),
    ("randNumeric", |a| Ok(string("1".repeat(count(a, 0)?.min(MOST))))),
    ("randBytes", |a| Ok(string("eHh4".repeat(count(a, 0)?.min(MOST / 4).div_ceil(3))))),
    ("randInt", |a| Ok(Value::Int(integer(a, 0)?))),
    ("uuidv4", |_| Ok(string("00000000-0000-4000-8000-000000000000"))),
    ("now", |_| Ok(string(NOW))),
    ("ago", |_| Ok(string("0s"))),
    ("date", |_| Ok(string(TODAY))),
    ("dateInZone", |_| Ok(string(TODAY))),
    ("date_in_zone", |_| Ok(string(TODAY))),
    ("dateModify", |_| Ok(string(NOW))),
    ("date_modify", |_| Ok(string(NOW))),
    ("must_date_modify", |_| Ok(string(NOW))),
    ("htmlDate", |_| Ok(string(TODAY))),
    ("htmlDateInZone", |_| Ok(string(TODAY))),
    ("toDate", |_| Ok(string(NOW))),
    ("unixEpoch", |_| Ok(string("0"))),
    ("duration", |a| Ok(string(format!("{}s", integer(a, 0)?)))),
    ("durationRound", |_| Ok(string("0s"))),
    ("genCA", |_| Ok(certificate())),
    ("genSelfSignedCert", |_| Ok(certificate())),
    ("genSignedCert", |_| Ok(certificate())),
    ("genCAWithKey", |_| Ok(certificate())),
    ("genSelfSignedCertWithKey", |_| Ok(certificate())),
    ("genSignedCertWithKey", |_| Ok(certificate())),
    ("buildCustomCert", |_| Ok(certificate())),
    ("genPrivateKey", |_| Ok(string("generated"))),
    ("htpasswd", |a| Ok(string(format!("{}:generated", text(a, 0)?)))),
    ("bcrypt", |_| Ok(string("generated"))),
    ("derivePassword", |_| Ok(string("generated"))),
    ("encryptAES", |_| Ok(string("generated"))),
    ("decryptAES", |_| Ok(string("generated"))),
    ("getHostByName", |_| Ok(string("192.0.2.1"))),
    // Helm has neither: a chart that asked for them would not be rendered there, and nobody's environment is read here.
    ("env", |_| refuse("`env` reads the environment, which charts cannot")),
    ("expandenv", |_| refuse("`expandenv` reads the environment, which charts cannot")),
];

fn certificate() -> Value {
    map([("Cert", string("generated")), ("Key", string("generated"))])
}
