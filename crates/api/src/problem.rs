//! Errors: `application/problem+json` (RFC 9457) with a stable code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error as the API tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What went wrong, for programs; the catalogs have its sentences.
    pub code: String,
    /// The values of the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The sentence in English.
    pub detail: String,
    /// The id of the request, which the log has too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal $word:literal;)*) => {
        /// What went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[ProblemCode] = &[$(ProblemCode::$name),*];

            /// The word in answers.
            pub fn as_str(self) -> &'static str {
                match self { $(ProblemCode::$name => $word,)* }
            }

            /// The HTTP status (RFC 9110, section 15).
            pub fn status(self) -> u16 {
                match self { $(ProblemCode::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// The request cannot be understood.
    Malformed = 400 "request.malformed";
    /// A filter cannot be understood.
    Filter = 400 "request.filter";
    /// A cursor is not one of this list.
    Cursor = 400 "request.cursor";
    /// A value is not allowed.
    Invalid = 422 "request.invalid";
    /// Nobody was recognized.
    Unauthenticated = 401 "access.unauthenticated";
    /// Name or password is wrong, or the log-in is not allowed: deliberately one answer.
    LoginRefused = 401 "access.login_refused";
    /// The set-up link is wrong, too old or was used.
    SetupLink = 401 "access.setup_link";
    /// A second factor is needed.
    SecondFactor = 401 "access.second_factor_needed";
    /// The password must be changed first.
    PasswordChange = 403 "access.password_change_needed";
    /// A permission is missing.
    Forbidden = 403 "access.forbidden";
    /// It belongs to the whole installation, and the rights are limited to applications.
    OfAll = 403 "access.of_all";
    /// The password must be given again first.
    Confirmation = 403 "access.confirmation_needed";
    /// It would give rights that whoever gives them does not hold.
    Beyond = 403 "access.beyond_own_rights";
    /// The request came from another site.
    CrossSite = 403 "access.cross_site";
    /// Whoever asked for it, or wrote the policy, may not approve it.
    Separation = 403 "access.separation_of_duties";
    /// There is no such thing, or none that one may see.
    NotFound = 404 "request.not_found";
    /// There is no such route for this method.
    Method = 405 "request.method";
    /// The name is taken.
    Exists = 409 "object.exists";
    /// Something that it refers to was removed meanwhile.
    Gone = 409 "object.gone";
    /// Something else uses it.
    InUse = 409 "object.in_use";
    /// Nobody would be left who can give rights.
    LastAdministrator = 409 "access.last_administrator";
    /// The state does not allow it.
    State = 409 "object.state";
    /// The number of objects that would change has moved.
    Moved = 409 "bulk.moved";
    /// The same key was used for another request, or the first one is under way.
    Idempotency = 409 "request.idempotency";
    /// Somebody else changed it.
    Changed = 412 "object.changed";
    /// The body is too large.
    TooLarge = 413 "request.too_large";
    /// The body is of another type.
    MediaType = 415 "request.media_type";
    /// The body did not come in time.
    Slow = 408 "request.slow";
    /// `If-Match` is needed.
    Precondition = 428 "request.precondition_needed";
    /// Too many requests.
    RateLimited = 429 "request.rate_limited";
    /// A defect of the server.
    Defect = 500 "server.defect";
    /// A record that the program did not write stands where the next one of the audit trail belongs; nothing was changed.
    ForeignRecord = 503 "audit.foreign_record";
    /// The database is away or full; nothing was changed.
    Unavailable = 503 "server.unavailable";
    /// It took too long.
    Timeout = 503 "server.timeout";
}
