-- How many deliveries in a row a target of notifications has left without an answer.
ALTER TABLE integrations ADD COLUMN failures {integer} NOT NULL DEFAULT 0;
