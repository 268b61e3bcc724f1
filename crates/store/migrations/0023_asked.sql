-- How often an image has been put into the queue while it was in it: it stays where that happens while it is judged.
ALTER TABLE evaluation_queue ADD COLUMN asked {integer} NOT NULL DEFAULT 0;
