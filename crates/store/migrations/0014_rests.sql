-- A registry that does not answer rests: until when, and after how many tries in a row that it left without an answer.
ALTER TABLE registries ADD COLUMN rests_until {integer} NOT NULL DEFAULT 0;
ALTER TABLE registries ADD COLUMN silences {integer} NOT NULL DEFAULT 0;
