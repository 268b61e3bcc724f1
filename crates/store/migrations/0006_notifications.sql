-- When the person of a session last gave the password: what is dangerous needs that to be recent.
ALTER TABLE sessions ADD COLUMN confirmed {integer} NOT NULL DEFAULT 0;

-- A second factor that is not yet confirmed with a code; sealed.
ALTER TABLE users ADD COLUMN totp_pending {bytes};

-- The ETag of the answer that a key gives again. The answer itself (`body`) is sealed: it may hold a password or token
-- that is shown once.
ALTER TABLE idempotency ADD COLUMN etag {text} NOT NULL DEFAULT '';

-- How what a record tells ended, to be searched.
ALTER TABLE audit ADD COLUMN outcome {text} NOT NULL DEFAULT 'done';
UPDATE audit SET outcome = 'refused' WHERE body LIKE '%"outcome":"refused"%';
UPDATE audit SET outcome = 'failed' WHERE body LIKE '%"outcome":"failed"%';
CREATE INDEX audit_outcome ON audit (outcome, sequence);

-- What the oldest record that is kept follows: older ones were removed by the retention setting.
ALTER TABLE audit_head ADD COLUMN base {integer} NOT NULL DEFAULT 0;
ALTER TABLE audit_head ADD COLUMN base_hash {bytes} NOT NULL DEFAULT {empty};

-- Targets of notifications.
CREATE TABLE integrations (
    id           {text} PRIMARY KEY,
    name         {text} NOT NULL UNIQUE,
    kind         {text} NOT NULL,              -- webhook, slack, email
    settings     {text} NOT NULL,              -- JSON, without credentials
    secret       {bytes},                      -- sealed
    topics       {text} NOT NULL,              -- patterns joined by commas
    language     {text} NOT NULL,
    digest       {integer} NOT NULL,           -- microseconds that events of one cause are gathered for; 0 for none
    is_enabled   {integer} NOT NULL,
    delivered    {integer},                    -- the last message that arrived
    failed       {integer},                    -- the last one that did not
    failure      {text},
    leased       {integer} NOT NULL,           -- the server that delivers has the target until then
    created      {integer} NOT NULL,
    changed      {integer} NOT NULL,
    version      {integer} NOT NULL
) {table};

-- What is still to be told, in order for each target; dead ones are kept to be looked at.
CREATE TABLE outbox (
    id           {counted},
    integration  {text} NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    at           {integer} NOT NULL,
    cause        {text} NOT NULL,
    event        {text} NOT NULL,              -- JSON
    is_dead      {integer} NOT NULL,
    attempts     {integer} NOT NULL,
    due          {integer} NOT NULL,
    failure      {text}
) {table};
CREATE INDEX outbox_target ON outbox (integration, is_dead, id);
