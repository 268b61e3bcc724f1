-- Where images are kept, and the work that is done on them.
CREATE TABLE registries (
    id              {text} PRIMARY KEY,
    name            {text} NOT NULL UNIQUE,
    kind            {text} NOT NULL,
    address         {text} NOT NULL,           -- host, with its port where it has one
    ca              {text},                    -- PEM
    plain_http      {integer} NOT NULL,
    rules           {text} NOT NULL,           -- JSON: which images
    poll_seconds    {integer} NOT NULL,
    most_at_once    {integer} NOT NULL,        -- jobs
    stale_days      {integer} NOT NULL,        -- an older image is a risk; 0 for never
    is_enabled      {integer} NOT NULL,
    credential      {bytes},                   -- sealed
    credential_type {text},
    hook_secret     {bytes},                   -- sealed
    next_poll       {integer} NOT NULL,
    last_listed     {integer},
    failure         {text},                    -- JSON: code and parameters of the last listing that failed
    risks           {text} NOT NULL,           -- JSON
    created         {integer} NOT NULL,
    changed         {integer} NOT NULL,
    version         {integer} NOT NULL
) {table};
CREATE INDEX registries_next_poll ON registries (next_poll) WHERE is_enabled = 1;

-- What the tags of a registry meant when it was last listed, or when a push was told.
CREATE TABLE registry_tags (
    registry_id  {text} NOT NULL REFERENCES registries (id) ON DELETE CASCADE,
    repository   {text} NOT NULL,
    tag          {text} NOT NULL,
    digest       {text} NOT NULL,
    built        {integer},                    -- when the image says it was made
    seen         {integer} NOT NULL,
    scanned      {integer},                    -- when this digest was scanned
    PRIMARY KEY (registry_id, repository, tag)
) {clustered};
CREATE INDEX registry_tags_digest ON registry_tags (registry_id, repository, digest);
CREATE INDEX registry_tags_built ON registry_tags (registry_id, built) WHERE built IS NOT NULL;
CREATE INDEX registry_tags_seen ON registry_tags (registry_id, seen);

-- Messages of registries that were taken: the same message again does nothing.
CREATE TABLE hook_messages (
    registry_id  {text} NOT NULL REFERENCES registries (id) ON DELETE CASCADE,
    message      {bytes} NOT NULL,             -- SHA-256 of the body
    at           {integer} NOT NULL,
    PRIMARY KEY (registry_id, message)
) {clustered};
CREATE INDEX hook_messages_at ON hook_messages (at);

-- A job of a registry that was removed stays, to be looked at.
CREATE TABLE jobs (
    id           {text} PRIMARY KEY,
    kind         {text} NOT NULL,              -- scan, list, test
    key          {text} NOT NULL,              -- no two open jobs have the same
    registry_id  {text} NOT NULL,
    priority     {integer} NOT NULL,           -- the smallest first
    state        {text} NOT NULL,              -- waiting, leased, done, dead, cancelled
    work         {text} NOT NULL,              -- JSON
    tries        {integer} NOT NULL,
    not_before   {integer} NOT NULL,
    lease        {bytes},                      -- SHA-256 of what the worker holds
    leased_by    {text},
    lease_until  {integer},
    failure      {text},                       -- JSON: code and parameters
    result       {text},                       -- JSON
    requested_by {text} NOT NULL,
    created      {integer} NOT NULL,
    begun        {integer},
    finished     {integer}
) {table};
CREATE UNIQUE INDEX jobs_open ON jobs (key) WHERE state IN ('waiting', 'leased');
CREATE INDEX jobs_waiting ON jobs (registry_id, priority, id) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (registry_id) WHERE state = 'leased';
CREATE INDEX jobs_lease_until ON jobs (state, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_state ON jobs (state, id);
CREATE INDEX jobs_kind ON jobs (kind, id);
CREATE INDEX jobs_registry ON jobs (registry_id, id);
CREATE INDEX jobs_finished ON jobs (finished) WHERE finished IS NOT NULL;
