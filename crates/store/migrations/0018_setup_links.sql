-- Links by which the first user is made: every server prints its own, and any of them takes each.
CREATE TABLE setup_links (
    hash   {bytes} PRIMARY KEY,                -- SHA-256 of the secret
    until  {integer} NOT NULL                  -- from when it no longer works
) {table};
