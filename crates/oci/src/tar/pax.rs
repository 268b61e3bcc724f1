//! Extended headers: records `LENGTH KEY=VALUE\n` (POSIX.1-2024, pax, Extended Header).

use super::sparse::PaxSparse;
use crate::file_capabilities::FileCapabilities;

/// What extended headers say of the entry that follows them.
#[derive(Debug, Default)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: PaxSparse,
    pub(super) capabilities: FileCapabilities,
}

impl Pax {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.path = None;
        self.link = None;
        self.size = None;
        self.sparse.clear();
        self.capabilities = FileCapabilities::default();
    }

    /// Reads the records of one extended header; an empty value takes back what the plain header does not say.
    pub(super) fn read(&mut self, mut records: &[u8]) -> Result<(), &'static str> {
        const MALFORMED: &str = "an extended header has a malformed record";
        while !records.is_empty() {
            // Some writers fill the rest of the header's size with zeroes.
            if records.iter().all(|byte| *byte == 0) {
                break;
            }
            let blank = records.iter().take(20).position(|byte| *byte == b' ').ok_or(MALFORMED)?;
            let length = usize::try_from(decimal(&records[..blank]).ok_or(MALFORMED)?).map_err(|_| MALFORMED)?;
            let record = records.get(blank + 1..length).ok_or(MALFORMED)?;
            records = &records[length..];
            let record = record.strip_suffix(b"\n").ok_or(MALFORMED)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(MALFORMED)?;
            self.record(&record[..equals], &record[equals + 1..])?;
        }
        Ok(())
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> Result<(), &'static str> {
        let text = || {
            if value.contains(&0) {
                return Err("an extended header has a name with a zero byte");
            }
            if value.len() > super::LONGEST_NAME as usize {
                return Err("a name is longer than 64 KiB");
            }
            Ok((!value.is_empty()).then(|| value.to_vec()))
        };
        match key {
            b"path" => self.path = text()?,
            b"linkpath" => self.link = text()?,
            b"size" if value.is_empty() => self.size = None,
            b"size" => self.size = Some(decimal(value).ok_or("an extended header has a size that is no number")?),
            b"SCHILY.xattr.security.capability" => self.capabilities = FileCapabilities::from_attribute(value),
            b"GNU.sparse.name" => self.sparse.name = text()?,
            _ if key.starts_with(b"GNU.sparse.") => self.sparse.record(&key[b"GNU.sparse.".len()..], value)?,
            _ => {}
        }
        Ok(())
    }
}

/// A number in decimal digits and nothing else, up to 63 bits.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value = 0_u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    (value <= i64::MAX as u64).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(records: &[u8]) -> Result<Pax, &'static str> {
        let mut pax = Pax::default();
        pax.read(records).map(|()| pax)
    }

    #[test]
    fn records_are_read_by_their_length() {
        let pax = check(b"12 path=a=b\n13 size=1234\n19 comment=x\ny\nzzz\n\0\0").unwrap();
        assert_eq!(pax.path.as_deref(), Some(&b"a=b"[..]));
        assert_eq!(pax.size, Some(1234));
    }

    #[test]
    fn lying_records_are_refused() {
        for bad in [
            &b"99 path=a\n"[..],
            b"3 path=a\n",
            b"0 \n",
            b"-9 path=a\n",
            b"11 path=abc",
            b"9 patha\n\n",
            b"11 size=-1\n",
            b"11 path=\0a\n",
            b"99999999999999999999999 path=a\n",
        ] {
            assert!(check(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
