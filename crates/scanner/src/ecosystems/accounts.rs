//! Which numbers users have (passwd(5)): an image that names its user runs as whoever has that name in it.
//!
//! Lines are read as the runtimes of containers do, which are laxer than passwd(5): a number that is none, or missing,
//! counts as zero, and of two lines with one name the first counts.

use crate::ecosystem::{Ecosystem, Want};
use crate::found::{Found, FoundAccounts};
use crate::wanted_file::{ReadFileError, WantedFile};

/// The list of users.
pub(crate) struct Accounts;

/// Where the list is.
pub(crate) const PASSWD: &str = "etc/passwd";

/// The largest list that is read.
const LARGEST_BYTES: u64 = 1 << 20;

/// Users that are kept.
const MOST_ACCOUNTS: usize = 10_000;

impl Ecosystem for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn wants(&self) -> &'static [Want] {
        &[Want::Path(PASSWD)]
    }

    fn read(&self, file: &mut WantedFile<'_>, found: &mut Found) -> Result<(), ReadFileError> {
        let text = String::from_utf8_lossy(file.bytes_up_to(LARGEST_BYTES)?);
        let mut accounts = FoundAccounts::default();
        for line in text.lines().map(str::trim) {
            let mut parts = line.split(':');
            let name = parts.next().unwrap_or_default();
            if name.is_empty() || name.starts_with('#') {
                continue;
            }
            if accounts.0.len() >= MOST_ACCOUNTS {
                found.gap(PASSWD, format!("it lists more than {MOST_ACCOUNTS} users; the rest is unknown"));
                break;
            }
            accounts.0.push((name.to_owned(), number(parts.nth(1).unwrap_or_default())));
        }
        found.accounts = Some(Box::new(accounts)).filter(|accounts| !accounts.0.is_empty());
        Ok(())
    }
}

/// What a number means to those who take what is none for zero; one that no user can have is another than zero.
fn number(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().unwrap_or(i64::MAX) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecosystem_check::{check_survives, read};

    #[test]
    fn users_have_the_numbers_that_runtimes_give_them() {
        let text = "root:x:0:0:root:/root:/bin/sh\n# a note\n\n admin:x:00:0::/:/bin/sh \napp:x:1000:1000::/home/app:\nodd:x:abc:1\nalone\nbig:x:99999999999999999999:1\nroot:x:5:5\n";
        let accounts = read(&Accounts, PASSWD, text.as_bytes()).accounts.unwrap();
        assert_eq!(accounts.number_of("root"), Some(0));
        let accounts: Vec<(&str, i64)> = accounts.0.iter().map(|(name, id)| (name.as_str(), *id)).collect();
        let expected =
            [("root", 0), ("admin", 0), ("app", 1000), ("odd", 0), ("alone", 0), ("big", i64::MAX), ("root", 5)];
        assert_eq!(accounts, expected);
        check_survives(&Accounts, PASSWD, text.as_bytes());
        let many = "a:x:1\n".repeat(MOST_ACCOUNTS + 1);
        assert_eq!(read(&Accounts, PASSWD, many.as_bytes()).gaps.len(), 1);
    }
}
