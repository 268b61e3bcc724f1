-- Jobs that the server does itself, with the rights of whoever asked: exports, bulk actions, dry runs. They have no
-- registry (`registry_id` is empty), so that no worker leases them.
ALTER TABLE jobs ADD COLUMN owner {text};      -- kind/id of whoever's rights it has; none of workers' jobs
ALTER TABLE jobs ADD COLUMN progress {text};   -- JSON: how far it is, and where it goes on
ALTER TABLE jobs ADD COLUMN expires {integer}; -- when its output goes
CREATE INDEX jobs_owner ON jobs (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX jobs_expires ON jobs (expires) WHERE expires IS NOT NULL;

-- What a job made, in pieces.
CREATE TABLE job_output (
    job_id    {text} NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position  {integer} NOT NULL,
    body      {bytes} NOT NULL,
    PRIMARY KEY (job_id, position)
) {clustered};
