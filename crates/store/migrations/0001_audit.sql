-- The audit trail. Every record carries the hash of the one before it (docs/reference/audit.md); `body` is the text that
-- is hashed, the other columns repeat parts of it to be searched.
CREATE TABLE audit (
    sequence   {integer} PRIMARY KEY,
    at         {integer} NOT NULL,
    principal  {text} NOT NULL,
    kind       {text} NOT NULL,
    action     {text} NOT NULL,
    object     {text} NOT NULL,
    object_id  {text} NOT NULL,
    body       {text} NOT NULL,
    hash       {bytes} NOT NULL
) {table};
CREATE INDEX audit_at ON audit (at, sequence);
CREATE INDEX audit_principal ON audit (principal, sequence);
CREATE INDEX audit_action ON audit (action, sequence);
CREATE INDEX audit_object ON audit (object, object_id, sequence);

-- The last record: what the next one follows. `base` is the number before the oldest record that is kept.
CREATE TABLE audit_head (
    id         {integer} PRIMARY KEY,
    sequence   {integer} NOT NULL,
    hash       {bytes} NOT NULL
) {table};
INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, {empty});

-- Signed statements of how far the trail went.
CREATE TABLE audit_checkpoints (
    sequence   {integer} PRIMARY KEY,
    at         {integer} NOT NULL,
    hash       {bytes} NOT NULL,
    key_id     {text} NOT NULL,
    signature  {bytes} NOT NULL
) {table};

-- Settings of the installation, one JSON value each.
CREATE TABLE settings (
    name       {text} PRIMARY KEY,
    value      {text} NOT NULL,
    version    {integer} NOT NULL,
    changed    {integer} NOT NULL
) {table};
