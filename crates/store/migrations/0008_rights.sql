-- Counts, searches and rights that the console asks for.

-- Vulnerabilities that count and have a version that repairs them.
ALTER TABLE images ADD COLUMN fixable {integer} NOT NULL DEFAULT 0;
-- When the decision came to be what it is; the verdict may have changed in other ways since.
ALTER TABLE images ADD COLUMN decided {integer} NOT NULL DEFAULT 0;
UPDATE images SET decided = evaluated;
UPDATE images SET fixable = (
    SELECT count(*) FROM findings f WHERE f.image_id = images.id AND f.kind = 'vulnerability'
        AND f.excepted_by IS NULL AND f.fixed_version IS NOT NULL AND f.status NOT IN ('fixed', 'not_affected'));
-- All that the summary counts lies in one index, so that it never reads an image.
CREATE INDEX images_summary ON images (decision, severity, kev, fixable, approval, gaps);
CREATE INDEX images_decided ON images (decided, id, decision);

CREATE INDEX registries_failing ON registries (id) WHERE failure IS NOT NULL;

-- Orders of lists.
CREATE INDEX users_last_login ON users ((COALESCE(last_login, 0)), id);
CREATE INDEX users_created ON users (created, id);
CREATE INDEX groups_created ON groups (created, id);
CREATE INDEX roles_created ON roles (created, id);
CREATE INDEX scopes_created ON scopes (created, id);
CREATE INDEX policies_changed ON policies (changed, id);
CREATE INDEX policies_created ON policies (created, id);
CREATE INDEX exceptions_ends ON exceptions (ends, id);
CREATE INDEX exceptions_requested ON exceptions (requested, id);
CREATE INDEX registries_last_listed ON registries ((COALESCE(last_listed, 0)), id);
CREATE INDEX registries_created ON registries (created, id);
CREATE INDEX integrations_created ON integrations (created, id);
CREATE INDEX tokens_name ON tokens (name, id);
CREATE INDEX tokens_last_used ON tokens ((COALESCE(last_used, 0)), id);

-- The application scopes that an exception is limited to beside its own; no row: it holds wherever its own scope says.
CREATE TABLE exception_scopes (
    exception_id  {text} NOT NULL REFERENCES exceptions (id) ON DELETE CASCADE,
    scope_id      {text} NOT NULL,
    PRIMARY KEY (exception_id, scope_id)
) {clustered};
CREATE INDEX exception_scopes_scope ON exception_scopes (scope_id, exception_id);

-- Who answers for a machine's token: a group, whose rights bound it, or a person, who is told when it needs another.
ALTER TABLE tokens ADD COLUMN group_id {text};
ALTER TABLE tokens ADD COLUMN answerable {text};
ALTER TABLE tokens ADD COLUMN orphaned {integer};       -- since when nobody answers for it who holds what it may do
UPDATE tokens SET answerable = created_by WHERE owner IS NULL;
CREATE INDEX tokens_group ON tokens (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX tokens_answerable ON tokens (answerable) WHERE answerable IS NOT NULL;

-- Findings that somebody has seen and says something of. They change no verdict.
CREATE TABLE acknowledgements (
    id            {text} PRIMARY KEY,
    kind          {text} NOT NULL,
    finding       {text} NOT NULL,
    package_name  {text} NOT NULL,             -- empty where it is about none
    path          {text} NOT NULL,             -- empty where it has none
    place         {text} NOT NULL,             -- `registry/repository`, or the digest of one image
    reason        {text} NOT NULL,
    author        {text} NOT NULL,
    author_name   {text} NOT NULL,
    at            {integer} NOT NULL,
    until         {integer},
    UNIQUE (kind, finding, package_name, path, place)
) {table};
CREATE INDEX acknowledgements_place ON acknowledgements (place, id);
CREATE INDEX acknowledgements_until ON acknowledgements (until) WHERE until IS NOT NULL;
