//! Passwords: Argon2id (RFC 9106) with the parameters that OWASP names first: 19 MiB, two passes, one lane.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// The shortest password, in characters.
pub(crate) const SHORTEST: usize = 12;

/// The longest password, in bytes.
pub(crate) const LONGEST: usize = 1024;

/// How many passwords are hashed at once: each takes 19 MiB while it is.
const MOST_AT_ONCE: usize = 2;

/// Hashes and compares passwords, away from the threads that answer requests.
#[derive(Clone)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
    /// The hash of nobody's password, compared with where there is no such user, so that the answer takes as long.
    nobody: Arc<str>,
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WeakPassword {
    #[error("the password has fewer than {SHORTEST} characters")]
    Short,
    #[error("the password has more than {LONGEST} bytes")]
    Long,
    #[error("the password is made of fewer than five different characters")]
    Monotonous,
    #[error("the password is the name")]
    Name,
}

impl Passwords {
    pub(crate) fn new() -> Passwords {
        let nobody = hash(&crate::secrets::new("")).into();
        Passwords { slots: Arc::new(Semaphore::new(MOST_AT_ONCE)), nobody }
    }

    /// The hash of a password, as a PHC string.
    pub(crate) async fn hash(&self, password: String) -> String {
        self.run(move || hash(&password)).await
    }

    /// Whether a password is the one of a hash. Takes as long where there is no hash.
    pub(crate) async fn is_right(&self, stored: Option<String>, password: String) -> bool {
        let exists = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        exists & self.run(move || is_right(&stored, &password)).await
    }

    async fn run<T: Send + Default + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let slot = self.slots.acquire().await;
        let done = tokio::task::spawn_blocking(work).await;
        drop(slot);
        done.unwrap_or_default()
    }
}

/// Whether a password is good enough for a name (NIST SP 800-63B, 5.1.1.2: length counts, composition rules do not).
pub(crate) fn check(name: &str, password: &str) -> Result<(), WeakPassword> {
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if password.len() > LONGEST {
        return Err(WeakPassword::Long);
    }
    if password.eq_ignore_ascii_case(name) {
        return Err(WeakPassword::Name);
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if different.len() < 5 { Err(WeakPassword::Monotonous) } else { Ok(()) }
}

fn argon2() -> Argon2<'static> {
    let parameters = Params::new(19 * 1024, 2, 1, None).expect("the parameters are those of the standard");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

fn hash(password: &str) -> String {
    let salt = crate::secrets::random::<16>();
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("password and salt are within the bounds of Argon2").to_string()
}

fn is_right(stored: &str, password: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    argon2().verify_password(password.as_bytes(), &stored).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_for_its_own_hash() {
        let stored = hash("correct horse battery");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(is_right(&stored, "correct horse battery"));
        assert!(!is_right(&stored, "correct horse batterz") && !is_right("nonsense", "x"));
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        assert_eq!(check("eve", "short"), Err(WeakPassword::Short));
        assert_eq!(check("eve", &"ab".repeat(8)), Err(WeakPassword::Monotonous));
        assert_eq!(check("administrator", "Administrator"), Err(WeakPassword::Name));
        assert_eq!(check("eve", &"é1234".repeat(300)), Err(WeakPassword::Long));
        assert_eq!(check("eve", "パスワードは長いほどよい"), Ok(()));
    }
}
