-- The line of a finding in its file, where it has one. Images of before have it by their next evaluation that finds otherwise.
ALTER TABLE findings ADD COLUMN line {integer};
