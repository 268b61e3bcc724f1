//! One spelling for the ids of checks.

/// The id of a check in one spelling: `AVD-DS-0002`, `DS002`, `ds-0002` and `DS-0002` are the same check, as users and
/// public lists write them.
pub fn check_id(text: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    let id = upper.strip_prefix("AVD-").unwrap_or(&upper);
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = &id[letters..];
    let is_short = letters > 0 && (3..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    match is_short {
        true => format!("{}-{digits:0>4}", &id[..letters]),
        false => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_check_are_one() {
        for text in ["AVD-DS-0002", "DS002", "ds-0002", "DS0002", "avd-ds-0002"] {
            assert_eq!(check_id(text), "DS-0002", "{text}");
        }
        assert_eq!(check_id("BHD-DOCKER-0002"), "BHD-DOCKER-0002");
        assert_eq!(check_id("CIS-4.1"), "CIS-4.1");
    }
}
