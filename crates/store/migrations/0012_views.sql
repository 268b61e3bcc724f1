-- What people keep of how they look at lists: each for themselves.
CREATE TABLE views (
    id       {text} PRIMARY KEY,
    user_id  {text} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    list     {text} NOT NULL,                  -- the list that it is of: `images`
    name     {text} NOT NULL,
    filter   {text} NOT NULL,
    sort     {text} NOT NULL,                  -- empty: the list's own order
    columns  {text} NOT NULL,                  -- joined by commas; empty: the usual ones
    created  {integer} NOT NULL,
    changed  {integer} NOT NULL,
    version  {integer} NOT NULL,
    UNIQUE (user_id, list, name)
) {table};
