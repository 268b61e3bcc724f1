//! Where the database is.

use std::path::PathBuf;
use std::str::FromStr;

use crate::StoreError;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An SQLite file, made where it is missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database, as a connection URI (`postgres://user@host/name`, PostgreSQL 15 manual, 34.1.1.2).
    Postgres(String),
}

impl FromStr for Address {
    type Err = StoreError;

    /// Reads `sqlite:PATH` or `postgres://…`.
    fn from_str(text: &str) -> Result<Address, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(StoreError::Address { problem: "`sqlite:` needs a path behind it".to_owned() }),
                path => Ok(Address::Sqlite(PathBuf::from(path))),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return match text.parse::<postgres::Config>() {
                Ok(_) => Ok(Address::Postgres(text.to_owned())),
                Err(error) => Err(StoreError::Address { problem: error.to_string() }),
            };
        }
        Err(StoreError::Address { problem: "it begins neither with `sqlite:` nor with `postgres://`".to_owned() })
    }
}

impl Address {
    /// The place as people may read it: without user and password.
    pub fn shown(&self) -> String {
        match self {
            Address::Sqlite(path) => path.display().to_string(),
            Address::Postgres(text) => {
                let behind_scheme = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
                let host = behind_scheme.rsplit_once('@').map_or(behind_scheme, |(_, host)| host);
                format!("postgres://{}", host.split('?').next().unwrap_or_default())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read() {
        assert_eq!("sqlite:/a/b.db".parse::<Address>().unwrap(), Address::Sqlite("/a/b.db".into()));
        assert_eq!("sqlite:///a/b.db".parse::<Address>().unwrap(), Address::Sqlite("/a/b.db".into()));
        assert!(matches!("postgres://u:p@h/d".parse(), Ok(Address::Postgres(_))));
    }

    #[test]
    fn what_is_neither_is_told() {
        let error = "mysql://h/d".parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("`sqlite:`") && error.contains("`postgres://`"), "{error}");
        assert!("sqlite:".parse::<Address>().is_err());
        assert!("postgres://h:notaport/d".parse::<Address>().is_err());
    }

    #[test]
    fn the_password_is_not_shown() {
        let address: Address = "postgres://user:hunter2@db.example:5432/bulkhead?sslmode=require".parse().unwrap();
        assert_eq!(address.shown(), "postgres://db.example:5432/bulkhead");
    }
}
