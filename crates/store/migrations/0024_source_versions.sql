-- The version of the source package, by which advisories on it are compared; NULL where it has none, where it came before
-- this was kept, and where images that say the same of it name several.
ALTER TABLE packages ADD COLUMN source_version {text};
