-- Who may be told of what is gone by the time that it is told: the application scopes that a removed image belonged to, each
-- as id=version, joined by commas.
ALTER TABLE events ADD COLUMN reach {text} NOT NULL DEFAULT '';
