-- Whether a verdict goes on with the decision of the one before, for other reasons.
ALTER TABLE verdicts ADD COLUMN continues {integer} NOT NULL DEFAULT 0;
-- SHA-256 of what decided: reasons and exceptions.
ALTER TABLE verdicts ADD COLUMN reasons {bytes};
